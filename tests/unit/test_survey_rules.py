"""What may be done with an interval: it never claims more than the intervals it comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.survey.rules import (
    ANSWERED,
    CODING,
    Interval,
    Precision,
    both,
    either,
    read_word,
    span,
    the_rest,
    total,
    unbroken,
    vaguest,
)

CODE_BOOK = Path(__file__).parents[2] / "data" / "survey_2020" / "codebook.md"

# By hand, apart from the rules: the word, the interval and how far it can be trusted.
CODINGS = {
    "ingen": (0, 0, "exact"),
    "ett par–tre": (2, 3, "range"),
    "sju–åtta": (7, 8, "range"),
    "ungefär fem": (4, 6, "approximate"),
    "någon": (1, 2, "vague"),
    "sannolikt": (1, 2, "vague"),
    "få": (0, 3, "vague"),
    "mycket få": (0, 3, "vague"),
    "några få": (2, 4, "vague"),
    "några": (2, 5, "vague"),
    "en handfull": (3, 6, "vague"),
    "andra": (2, 9, "vague"),
    "ett antal": (2, 9, "vague"),
    "flera": (3, 8, "vague"),
    "många": (6, 17, "vague"),
    "vanligt": (6, 17, "vague"),
    "de flesta": (10, 17, "vague"),
    "flertalet": (10, 17, "vague"),
    "mer än hälften": (10, 18, "vague"),
}
PRECISIONS: tuple[Precision, ...] = ("exact", "range", "approximate", "vague", "none")

regions = st.frozensets(st.integers(0, ANSWERED - 1))


@st.composite
def group(draw, members=regions):
    """Return some regions, and an interval that holds how many they are."""
    held = draw(members)
    return held, Interval(draw(st.integers(0, len(held))), draw(st.integers(len(held), ANSWERED)))


@st.composite
def groups_apart(draw):
    """Return groups of regions that do not overlap, each with its interval."""
    groups, left = [], frozenset(range(ANSWERED))
    for _ in range(draw(st.integers(0, 4))):
        held = draw(st.frozensets(st.sampled_from(sorted(left)))) if left else frozenset()
        left -= held
        groups.append(draw(group(st.just(held))))
    return groups


def holds(interval: Interval, number: int) -> bool:
    return interval.low <= number <= interval.high


# Words


@pytest.mark.parametrize("word", CODINGS)
def test_a_word_is_read_as_the_table_says(word):
    found = read_word(word)

    assert (found.interval.low, found.interval.high, found.precision) == CODINGS[word]


def test_there_are_no_other_words():
    assert set(CODING) == set(CODINGS)


@pytest.mark.parametrize("word", [word for word in CODINGS if word not in {"ett par–tre", "sju–åtta"}])
def test_the_code_book_says_how_a_word_is_read(word):
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in CODE_BOOK.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    told = {name: line[1] for line in lines for name in line[0].split(", ")}

    low, high, _ = CODINGS[word]
    assert told[word] == (f"{low}–{high}" if low != high else f"{low}")


@pytest.mark.parametrize("word", CODINGS)
def test_a_word_means_at_most_the_regions_that_answered(word):
    found = read_word(word).interval

    assert 0 <= found.low <= found.high <= ANSWERED


@pytest.mark.parametrize("word", CODINGS)
def test_a_vague_word_is_never_one_number(word):
    found = read_word(word)

    assert found.precision != "vague" or found.interval.low < found.interval.high


@pytest.mark.parametrize("word", ["många", "flera", "ett antal", "de flesta", "mer än hälften"])
def test_a_word_measured_against_the_regions_is_not_read_for_anything_else(word):
    assert read_word(word, unit="vendors") is None


@pytest.mark.parametrize(
    "word", ["ibland", "ofta", "oftast", "i stor utsträckning", "ett flertal", "en stor mängd", ""]
)
def test_a_word_without_a_number_is_not_read(word):
    assert read_word(word) is None


@given(st.integers(1, 10_000))
def test_a_little_over_a_number_is_at_least_it_and_at_most_a_tenth_more(number):
    found = read_word(f"drygt {number}", unit="hours")

    assert found.interval.low == number and number <= found.interval.high <= number * 1.1


# Intervals


@given(st.integers(-20, 20), st.integers(-20, 20))
def test_what_stands_the_wrong_way_round_or_below_zero_is_no_interval(low, high):
    try:
        found = Interval(low, high)
    except ValueError:
        assert low < 0 or high < low
    else:
        assert 0 <= found.low <= found.high


@given(groups_apart())
def test_a_total_holds_how_many_the_groups_are_together_and_no_more_than_there_are(groups):
    found = total([interval for _, interval in groups], of=ANSWERED)

    assert holds(found, sum(len(held) for held, _ in groups)) and found.high <= ANSWERED


@given(groups_apart())
def test_a_total_is_no_narrower_than_its_widest_part_unless_all_there_are_narrow_it(groups):
    intervals = [interval for _, interval in groups]

    found = total(intervals, of=ANSWERED)

    widest = max((one.high - one.low for one in intervals), default=0)
    assert found.high - found.low >= widest or found.high == ANSWERED


def test_groups_that_are_more_than_there_are_have_no_total():
    with pytest.raises(ValueError, match="overlap"):
        total([Interval(10, 18), Interval(10, 17)], of=ANSWERED)


@given(group(), group())
def test_either_holds_how_many_belong_to_at_least_one_group(one, other):
    found = either(one[1], other[1], of=ANSWERED)

    assert holds(found, len(one[0] | other[0])) and found.high <= ANSWERED


@given(group(), group())
def test_both_holds_how_many_belong_to_both_groups(one, other):
    found = both(one[1], other[1], of=ANSWERED)

    assert holds(found, len(one[0] & other[0])) and found.high <= ANSWERED


@given(group())
def test_the_rest_holds_how_many_do_not_belong(one):
    found = the_rest(one[1], of=ANSWERED)

    assert holds(found, ANSWERED - len(one[0])) and found.high <= ANSWERED


@given(st.lists(group(), min_size=1))
def test_a_span_holds_each_of_its_intervals(groups):
    found = span(interval for _, interval in groups)

    assert all(found.low <= one.low and one.high <= found.high for _, one in groups)


def test_nothing_has_no_span():
    with pytest.raises(ValueError, match="nothing"):
        span([])


@given(st.lists(st.sampled_from(PRECISIONS), min_size=1))
def test_what_comes_of_several_is_as_vague_as_the_vaguest(precisions):
    found = vaguest(precisions)

    assert found in precisions
    assert all(PRECISIONS.index(found) >= PRECISIONS.index(one) for one in precisions)


# Gaps


@dataclass(frozen=True)
class Year:
    year: int

    @property
    def starts_on(self):
        return dt.date(self.year, 1, 1)

    @property
    def ends_on(self):
        return dt.date(self.year, 12, 31)


@given(st.sets(st.integers(2000, 2030)))
def test_a_line_is_broken_where_a_year_is_missing(years):
    runs = unbroken([Year(year) for year in sorted(years)])

    assert [one.year for run in runs for one in run] == sorted(years)
    assert all(later.year == one.year + 1 for run in runs for one, later in pairwise(run))
    assert all(second[0].year > first[-1].year + 1 for first, second in pairwise(runs))
