"""What the charts of a round say is what their figures hold, counted here by hand."""

import pytest

from hub.language import read_catalogue
from hub.settings import ROOT
from hub.survey.round_sayings import RoundSayings
from hub.survey.rounds import Change, Counts, Position
from hub.survey.visibility import Figure

CATALOGUE = read_catalogue(ROOT / "content/locale/sv.po")
SAY = RoundSayings(CATALOGUE, "en")
SWEDISH = RoundSayings(CATALOGUE, "sv")
LOW, MIDDLE, HIGH = Counts((5, 1, 0, 0, 0)), Counts((0, 1, 4, 1, 0)), Counts((0, 0, 0, 1, 5))
NEEDS = {"law": "Guidance on law", "video": "A national service", "money": "Funding"}


def moved(up: int, same: int, down: int) -> Change:
    return Change(up, same, down, Counts(), Counts())


def position(moved: int | None) -> Position:
    return Position("use", "use-offered", 3, "", Counts(), moved)


def test_a_share_is_never_said_without_what_it_is_of():
    assert SAY.share(12, 54) == "12 of 54 (22 %)"
    assert SWEDISH.share(1, 8) == "1 av 8 (13 %)"
    assert SAY.share(0, 0) == "–"


def test_the_highest_and_the_lowest_median_are_named():
    assert SAY.distribution({"Use": LOW, "Law": MIDDLE, "Money": HIGH}) == (
        "The median level is highest, 5, in “Money” and lowest, 1, in “Use”"
    )


def test_ties_are_named_and_many_are_counted():
    assert "in “Law” and “Use” and lowest" in SAY.distribution({"Law": HIGH, "Use": HIGH, "Money": LOW})
    assert "in 3 dimensions and lowest" in SAY.distribution({"A": HIGH, "B": HIGH, "C": HIGH, "D": LOW})


def test_a_dimension_without_answers_is_neither_highest_nor_lowest():
    assert SAY.distribution({"Use": MIDDLE, "Law": Counts(dont_know=4)}) == (
        "The median level is 3 in every dimension that has answers"
    )


def test_where_regions_lie_furthest_apart_is_said_without_naming_a_region():
    assert SAY.apart(["Use", "Law"], [(1, 3), (4, 3), (None, 5)]) == (
        "The regions shown lie furthest apart in “Use”: their medians go from 1 to 4"
    )
    assert SAY.apart(["Use", "Law"], [(1, 3), (4, 6)]) == (
        "The regions shown lie furthest apart, 3 levels, in “Use” and “Law”"
    )


def test_one_region_alone_is_held_beside_nobody():
    assert SAY.apart(["Use"], [(3,)]) == "Fewer than two regions can be held beside each other here"
    assert SAY.apart(["Use"], [(3,), (3,)]) == ("The regions shown have the same median level in every dimension")


def test_what_has_moved_is_added_up():
    assert SAY.moved([moved(3, 5, 1), moved(2, 0, 4)], 6) == (
        "Of 15 answers from 6 regions, 5 stand higher than in the round before, 5 the same and 5 lower"
    )


def test_the_need_of_most_is_named_with_how_many_of_how_many():
    assert SAY.needs(NEEDS, Figure(needs={"law": 4, "video": 7}, needs_answered=9)) == (
        "Needed by most: “A national service”, by 7 of the 9 regions that answered"
    )
    assert "“Guidance on law” and “Funding”, by 2 of" in SAY.needs(
        NEEDS, Figure(needs={"law": 2, "money": 2}, needs_answered=3)
    )
    assert SAY.needs(NEEDS, Figure(needs_answered=3)).startswith("None of the 3 regions")


def test_evidence_is_said_of_the_levels():
    assert SAY.evidence(Counts((1, 1, 2, 0, 0), 3, 1, with_evidence=3), 7, 21) == (
        "7 of 21 regions are in the figure; 3 of 4 (75 %) of their levels have evidence"
    )


def test_a_region_is_held_against_the_quartiles():
    assert SAY.profile([3, 3, 3, None, 2], [LOW, MIDDLE, HIGH, HIGH, Counts()]) == (
        "Of 3 dimensions that can be compared, the region lies above the middle half of the answers in 1, within it in 1 and below it in 1"
    )
    assert SAY.profile([3], [Counts()]) == "There is nothing to hold the region’s levels against yet"


def test_the_steps_of_a_region_are_counted():
    assert SAY.steps([position(1), position(2), position(0), position(-1), position(None)]) == (
        "Of 4 statements with a level in both rounds, 2 stand higher, 1 the same and 1 lower"
    )
    assert SAY.steps([position(None)]) == "No statement has a level in both rounds"


@pytest.mark.parametrize("counts", [{}, {"Use": Counts()}])
def test_nothing_is_said_of_no_answers(counts):
    with pytest.raises(ValueError, match="empty"):
        SAY.distribution(counts)
