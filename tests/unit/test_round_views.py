"""A view of a round holds what its viewer may see, the example is always the same, and gaps become items of a plan."""

import os

import pytest

from hub.bootstrap import build
from hub.handover import round_items
from hub.language import LANGUAGES
from hub.plan.items import LONGEST
from hub.settings import read_settings
from hub.survey.round_views import EXAMPLE_IDS, EXAMPLE_VIEWER, further, medians, of_dimensions, of_example
from hub.survey.rounds import Answer, Change, Counts
from hub.survey.visibility import Standing

HUB = build(read_settings(os.environ))
ASKED = HUB.questionnaires[1]
NEEDS = [one.id for one in ASKED.needs]
REAL = HUB.regions.codes
FIRST = next(iter(ASKED.statements))


def example(id_: str = "", chosen=None):
    return of_example(ASKED.structure, 1, NEEDS, 21, id_, chosen)


def standing(region: str, visibility: str, level: int, *, may_be_asked: bool = True) -> Standing:
    return Standing(region, visibility, {FIRST: Answer(FIRST, level)}, may_be_asked=may_be_asked)


def test_the_example_is_the_same_every_time_and_has_two_rounds():
    assert [example(id_) == example(id_) for id_ in EXAMPLE_IDS] == [True, True]
    assert example().round.id == EXAMPLE_IDS[0] and example("another") is None


def test_no_real_region_stands_in_the_example():
    assert not {one.region for id_ in EXAMPLE_IDS for one in example(id_).standings} & REAL


def test_the_example_shows_change_and_a_region_seen_from_within():
    assert example().compared > 5 and example(EXAMPLE_IDS[1]).earlier is None
    assert example().standing(EXAMPLE_VIEWER) is not None


def test_a_filter_leaves_only_the_chosen():
    shown = example(chosen={"X1", "X2", "X9"})

    assert {one.region for one in shown.standings} <= {"X1", "X2", "X9"} and shown.figure.regions <= 3


def test_a_dimension_moves_as_its_statements_together():
    change = of_dimensions(
        {"use": ("a", "b")}, {"a": Change(1, 2, 3, Counts(), Counts()), "b": Change(4, 0, 1, Counts(), Counts())}
    )

    assert (change["use"].up, change["use"].same, change["use"].down, change["use"].n) == (5, 2, 4, 11)


def test_a_region_has_no_median_of_one_level():
    assert medians({"use": ("a", "b", "c")}, {"a": Answer("a", 4)}) == (None,)
    assert medians({"use": ("a", "b", "c")}, {"a": Answer("a", 4), "b": Answer("b", 2)}) == (2,)


def test_only_public_regions_that_have_come_further_and_are_glad_of_it_are_asked():
    held = [
        standing("AB", "public", 4),
        standing("C", "named", 5),
        standing("D", "public", 2),
        standing("E", "public", 5, may_be_asked=False),
        standing("M", "public", 5),
    ]

    assert further(held, FIRST, 2, "M") == ("AB",)
    assert further(held, "unasked", 2, "M") == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_fits_in_a_plan_in_its_language_and_says_where_it_came_from(language):
    for level in (2, 3, 4, 5):
        items = round_items(ASKED, "abc", dict.fromkeys(ASKED.statements, level), language)

        assert [one.origin for one in items] == [f"survey:abc:{id_}" for id_ in ASKED.statements]
        assert all(one.text.endswith(ASKED.statements[id_].level(level)[language]) for one, id_ in zip(items, ASKED.statements, strict=True))  # fmt: skip
        assert all(len(one.text) <= LONGEST["text"] and one.stage == "analysis" for one in items)


def test_a_statement_that_is_not_asked_becomes_nothing():
    assert round_items(ASKED, "abc", {"unasked": 3}, "sv") == []
