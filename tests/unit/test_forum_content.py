"""What the forum begins with: whole, in both languages, and wrong content stops the start."""

import shutil
from pathlib import Path

import pytest

from hub.errors import ContentError
from hub.forum.content import read_forum
from hub.settings import ROOT
from hub.sources import read_sources

CONTENT = ROOT / "content"
SOURCES = read_sources(CONTENT)
FORUM = read_forum(CONTENT, SOURCES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / "forum", tmp_path / "forum")
    return tmp_path


def test_there_are_seven_categories_in_their_order():
    assert [one.id for one in FORUM.categories] == [
        "levels", "booking-and-records", "workshops-and-change", "law-and-security", "procurement",
        "technology-and-devices", "other",
    ]  # fmt: skip


def test_each_opening_question_ends_by_asking():
    assert [
        one.id for one in FORUM.questions if not all(one.body[x].rstrip(".").count("?") for x in ("sv", "en"))
    ] == []
    assert len(FORUM.questions) == 12


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("- id: other", "- id: levels", "categories"),
        ("- id: costs", "- id: login", "tags"),
        ("- id: time-to-production", "- id: age-limits", "questions"),
        ("category: procurement", "category: dog", "questions.inbox-price.category"),
        ("tags: [children]", "tags: [dog]", "questions.age-limits.tags"),
        ("sources: [inera-2020-7]", "sources: [dog]", "questions.framework-today.sources"),
        ("Vad betalar ni", "Ring 070-123 45 67. Vad betalar ni", "questions.inbox-price"),
        (', en: "Other"', "", "categories.6.name"),
    ],
)
def test_content_that_does_not_fit_is_named_with_its_place(copy, old, new, place):
    file = copy / "forum" / "forum.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_forum(copy, SOURCES)

    assert old in text and caught.value.place.startswith(place)
