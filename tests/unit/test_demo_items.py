"""What a demo visit hands to a plan."""

import os

import pytest

from hub.bootstrap import build
from hub.handover import demo_items
from hub.language import LANGUAGES
from hub.settings import read_settings

VISITS = build(read_settings(os.environ)).visits


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", VISITS.levels)
def test_chosen_questions_become_items_in_the_language_of_the_plan(level, language):
    items = demo_items(VISITS, level, [0, 2], language)

    asked = VISITS.levels[level].questions
    assert [item.text for item in items] == [asked[0][language], asked[2][language]]
    assert [item.origin for item in items] == [f"demo:{level}:0", f"demo:{level}:2"]
    assert {item.stage for item in items} == {"analysis"}


def test_a_question_that_does_not_exist_becomes_nothing():
    assert demo_items(VISITS, "inbox", [-1, 99], "sv") == []
