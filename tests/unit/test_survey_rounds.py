"""What is said of a round's answers, against the same worked out in another way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.survey.example import EVIDENCE, example
from hub.survey.rounds import (
    CHOICES,
    LEVELS,
    Answer,
    Counts,
    Round,
    Summary,
    by_statement,
    change,
    completeness,
    count,
    dimension_counts,
    dimension_values,
    opinions,
    profile,
    quantile,
    read_choice,
    summary,
)

NINE = dt.datetime(2027, 1, 11, 9, tzinfo=dt.UTC)
TITLE = {"sv": "Våren 2027", "en": "Spring 2027"}
ROUND = Round("spring-2027", 1, NINE, NINE + dt.timedelta(days=30), TITLE)
STRUCTURE = {"use": ("use-a", "use-b", "use-c"), "law": ("law-a", "law-b", "law-c")}
ASKED = tuple(statement for ids in STRUCTURE.values() for statement in ids)
REGIONS = ("AB", "C", "D", "E", "F", "G", "H", "I", "K", "M", "N", "O", "S", "T", "U", "W", "X", "Y", "Z", "AC", "BD")
FIRST_OF_2027 = [2, 1, 3, 2, 4, 4]

choices = st.sampled_from(CHOICES)
evidence = st.sampled_from(["", " ", "https://example.org/"])
answer = st.builds(Answer, st.sampled_from(ASKED), choices, evidence)
answers = st.lists(answer, unique_by=lambda one: one.statement).map(by_statement)
one_each = st.lists(st.builds(Answer, st.just("use-a"), choices, evidence), max_size=200)


def answered(**said) -> dict[str, Answer]:
    """Return answers by statement; ``use_a=3`` answers ``use-a``."""
    return by_statement(Answer(name.replace("_", "-"), choice) for name, choice in said.items())


def levels(found) -> list[int]:
    return [one.choice for one in found if isinstance(one.choice, int)]


# The round


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        pytest.param(NINE - dt.timedelta(microseconds=1), "coming", id="just before it opens"),
        pytest.param(NINE, "open", id="at its first moment"),
        pytest.param(ROUND.closes_at - dt.timedelta(microseconds=1), "open", id="just before it closes"),
        pytest.param(ROUND.closes_at, "closed", id="at the moment it closes"),
        pytest.param(NINE.astimezone(ZoneInfo("Europe/Stockholm")), "open", id="the same moment by another clock"),
    ],
)
def test_a_round_opens_with_its_first_moment_and_is_closed_at_its_last(now, stage) -> None:
    assert ROUND.stage(now) == stage


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        pytest.param({"closes_at": NINE}, "opens before", id="it closes as it opens"),
        pytest.param({"opens_at": NINE.replace(tzinfo=None)}, "zone", id="by no clock"),
        pytest.param({"title": {"sv": "Våren 2027"}}, "both languages", id="in one language"),
        pytest.param({"title": {"sv": "Våren 2027", "en": " "}}, "both languages", id="an empty title"),
    ],
)
def test_a_round_that_could_not_be_held_is_refused(how, fault) -> None:
    with pytest.raises(ValueError, match=fault):
        replace(ROUND, **how)


@given(choices)
def test_a_choice_is_read_as_it_is_written(choice) -> None:
    assert read_choice(str(choice)) == choice


@pytest.mark.parametrize("text", ["", "0", "6", "3.0", " 3", "True", "vet ej", "٣"])
def test_another_text_is_no_choice(text) -> None:
    assert read_choice(text) is None


@pytest.mark.parametrize("choice", [0, 6, True, "3", "", None])
def test_what_cannot_be_chosen_is_refused(choice) -> None:
    with pytest.raises(ValueError, match="cannot be chosen"):
        Answer("use-a", choice)


def test_a_statement_is_answered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        by_statement([Answer("use-a", 1), Answer("use-a", 1)])


# Counts, median and quartiles


@given(one_each)
def test_counting_is_counting(found) -> None:
    counts, expected = count(found), Counter(one.choice for one in found)

    assert {choice: counts.of(choice) for choice in CHOICES} == {choice: expected[choice] for choice in CHOICES}
    assert (counts.n, counts.answered) == (len(levels(found)), len(found))


@given(one_each)
def test_evidence_is_counted_among_those_at_a_level(found) -> None:
    frame = pandas.DataFrame({"level": [one.level for one in found], "text": [one.evidence.strip() for one in found]})
    expected = frame.dropna(subset="level")["text"].ne("").mean() if levels(found) else None

    assert count(found).evidence_share == (None if expected is None else pytest.approx(expected))


@given(one_each, one_each)
def test_counts_of_two_groups_are_the_counts_of_both(some, others) -> None:
    assert count(some) + count(others) == count([*some, *others])


@given(one_each, st.integers(1, 8))
def test_a_quantile_is_the_inverse_of_the_distribution(found, eighths) -> None:
    held = levels(found)
    # Eighths are exact as floats too; with others numpy may round its way to another answer.
    expected = numpy.quantile(held, eighths / 8, method="inverted_cdf") if held else None

    assert quantile(count(found), Fraction(eighths, 8)) == expected


@given(one_each, st.fractions(0, 1).filter(bool))
def test_at_least_the_share_lies_at_or_below_a_quantile_and_less_below_any_lower_level(found, share) -> None:
    held = levels(found)
    level = quantile(count(found), share)

    assert (level is None) == (not held)
    assert level is None or (
        sum(one <= level for one in held) >= share * len(held) and sum(one < level for one in held) < share * len(held)
    )


@given(one_each)
def test_a_summary_tells_least_quartiles_most_and_how_many(found) -> None:
    held = levels(found)
    quarters = numpy.quantile(held, [0.25, 0.5, 0.75], method="inverted_cdf") if held else []

    assert summary(count(found)) == (Summary(min(held), *quarters, max(held), len(held)) if held else None)


@pytest.mark.parametrize(("held", "median"), [([2, 4], 2), ([1, 1, 5, 5], 1), ([1, 2, 5], 2), ([3], 3), ([1, 5, 5], 5)])
def test_where_two_would_do_the_median_is_the_lower(held, median) -> None:
    assert quantile(count(Answer("use-a", level) for level in held), Fraction(1, 2)) == median


@pytest.mark.parametrize("share", [Fraction(0), Fraction(-1, 2), Fraction(3, 2)])
def test_what_is_no_share_is_refused(share) -> None:
    with pytest.raises(ValueError, match="share"):
        quantile(Counts((1, 0, 0, 0, 0)), share)


@given(st.lists(answers, max_size=21))
def test_a_dimension_counts_the_answers_of_its_statements(regions) -> None:
    by_statement_ = {
        statement: count(one[statement] for one in regions if statement in one) for statement in ASKED[:-1]
    }
    expected = {
        dimension: Counter(
            one[statement].choice for one in regions for statement in ids if statement in one and statement != ASKED[-1]
        )
        for dimension, ids in STRUCTURE.items()
    }

    found = dimension_counts(STRUCTURE, by_statement_)

    assert {
        dimension: Counter({choice: n for choice in CHOICES if (n := counts.of(choice))})
        for dimension, counts in found.items()
    } == expected


# Colleagues


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([1, 4], (2, 1, 4, True), id="three levels apart"),
        pytest.param([2, 4], (2, 2, 4, False), id="two levels apart"),
        pytest.param([5, 3, 1], (3, 1, 5, True), id="four levels apart"),
        pytest.param([1, "dont-know"], (1, 1, 1, False), id="not knowing is no level"),
        pytest.param(["dont-know", "not-applicable"], (0, None, None, False), id="nobody at a level"),
        pytest.param([], (0, None, None, False), id="nobody at all"),
    ],
)
def test_colleagues_disagree_from_three_levels_apart(said, expected) -> None:
    colleagues = {str(number): answered(use_a=choice) for number, choice in enumerate(said)}

    found = opinions(["use-a"], colleagues)["use-a"]

    assert (found.n, found.least, found.most, found.disagreement) == expected


@given(st.dictionaries(st.text(max_size=3), answers, max_size=6))
def test_nobodys_opinion_is_lost(colleagues) -> None:
    found = opinions(ASKED, colleagues)

    assert {(who, statement): choice for statement, held in found.items() for who, choice in held.choices.items()} == {
        (who, one.statement): one.choice for who, given_ in colleagues.items() for one in given_.values()
    }
    assert all(held.counts.answered == len(held.choices) for held in found.values())


def test_not_knowing_is_counted_apart() -> None:
    colleagues = {"a": answered(use_a="dont-know"), "b": answered(use_a=2), "c": answered(use_a="not-applicable")}

    counts = opinions(["use-a"], colleagues)["use-a"].counts

    assert (counts.n, counts.dont_know, counts.not_applicable) == (1, 1, 1)


# A region


@given(answers)
def test_what_is_answered_and_what_is_missing_is_all_there_is(own) -> None:
    found = completeness(ASKED, own)

    assert (found.answered, found.total, found.complete) == (len(own), len(ASKED), len(own) == len(ASKED))
    assert sorted([*found.missing, *own]) == sorted(ASKED)


def test_not_knowing_is_an_answer() -> None:
    own = answered(use_a="dont-know", use_b="not-applicable", use_c=1)

    assert completeness(STRUCTURE["use"], own).complete


@pytest.mark.parametrize(
    ("own", "median"),
    [
        pytest.param(answered(use_a=1, use_b=3, use_c=5), 3, id="the one in the middle"),
        pytest.param(answered(use_a=1, use_b=3), 1, id="the lower of two"),
        pytest.param(answered(use_a=2, use_b="dont-know", use_c=4), 2, id="not knowing has no part"),
        pytest.param(answered(use_a=5), None, id="one is not the dimension"),
        pytest.param(answered(use_a=5, use_b="not-applicable", use_c="dont-know"), None, id="one level of three answers"),
        pytest.param({}, None, id="nothing"),
    ],
)  # fmt: skip
def test_a_dimension_is_the_median_of_at_least_two_levels(own, median) -> None:
    assert dimension_values(STRUCTURE, own)["use"].median == median


@given(answers)
def test_a_dimension_value_rests_on_the_regions_own_statements(own) -> None:
    for dimension, value in dimension_values(STRUCTURE, own).items():
        held = levels(own[statement] for statement in STRUCTURE[dimension] if statement in own)
        expected = numpy.quantile(held, 0.5, method="inverted_cdf") if len(held) > 1 else None

        assert (value.counts.n, value.median) == (len(held), expected)


# From round to round


@given(st.dictionaries(st.sampled_from(REGIONS), answers), st.dictionaries(st.sampled_from(REGIONS), answers))
def test_only_regions_with_a_level_in_both_rounds_are_compared(earlier, later) -> None:
    columns = ["region", "statement", "level"]
    before, after = (
        pandas.DataFrame(
            [
                (region, one.statement, one.level)
                for region, held in found.items()
                for one in held.values()
                if one.level is not None
            ],
            columns=columns,
        ).astype({"region": str, "statement": str, "level": int})
        for found in (earlier, later)
    )
    both = before.merge(after, on=["region", "statement"], suffixes=("_before", "_after"))

    for statement, found in change(ASKED, earlier, later).items():
        held = both[both["statement"] == statement]
        steps = held["level_after"] - held["level_before"]

        assert (found.n, found.up, found.same, found.down) == (
            len(held),
            (steps > 0).sum(),
            (steps == 0).sum(),
            (steps < 0).sum(),
        )
        assert [found.before.of(level) for level in LEVELS] == [(held["level_before"] == n).sum() for n in LEVELS]
        assert [found.after.of(level) for level in LEVELS] == [(held["level_after"] == n).sum() for n in LEVELS]


# A profile


@given(answers, st.dictionaries(st.sampled_from(ASKED), one_each.map(count)), answers)
def test_a_profile_holds_every_statement_once_in_order(own, others, before) -> None:
    found = profile(STRUCTURE, own, others, before)

    assert [position.statement for position in found.positions] == list(ASKED)
    assert [position.choice for position in found.positions] == [
        own[statement].choice if statement in own else None for statement in ASKED
    ]


@given(answers)
def test_strongest_and_weakest_are_all_that_share_the_highest_and_the_lowest_level(own) -> None:
    held = {one.statement: one.level for one in own.values() if one.level is not None}
    found = profile(STRUCTURE, own, {})

    most = [statement for statement in ASKED if held.get(statement) == max(held.values(), default=0)]
    least = [statement for statement in ASKED if held.get(statement) == min(held.values(), default=0)]
    assert list(found.strongest.statements if found.strongest else []) == most
    assert list(found.weakest.statements if found.weakest else []) == ([] if most == least else least)


@pytest.mark.parametrize(
    ("own", "tied"),
    [
        pytest.param(answered(use_a=4, law_a=4, law_b=1), (True, False), id="two are strongest"),
        pytest.param(answered(use_a=4, law_a=1, law_b=1), (False, True), id="two are weakest"),
    ],
)
def test_a_tie_is_said(own, tied) -> None:
    found = profile(STRUCTURE, own, {})

    assert found.strongest and found.weakest and (found.strongest.tied, found.weakest.tied) == tied


@pytest.mark.parametrize(
    ("own", "place"),
    [(1, "below"), (2, "within"), (3, "within"), (4, "within"), (5, "above"), ("dont-know", None)],
)
def test_a_region_lies_below_within_or_above_the_quartiles(own, place) -> None:
    others = {"use-a": Counts((0, 3, 1, 3, 0))}

    position = profile(STRUCTURE, answered(use_a=own), others).positions[0]

    assert (position.place, position.summary) == (place, Summary(2, 2, 3, 4, 4, 7))


def test_a_region_without_others_lies_nowhere() -> None:
    position = profile(STRUCTURE, answered(use_a=3), {}).positions[0]

    assert (position.place, position.summary) == (None, None)


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [(2, 4, 2), (4, 3, -1), (3, 3, 0), ("dont-know", 3, None), (3, "not-applicable", None), (None, 3, None)],
)
def test_a_move_is_counted_in_levels_between_two_levels(before, now, moved) -> None:
    last = {} if before is None else answered(use_a=before)

    assert profile(STRUCTURE, answered(use_a=now), {}, last).positions[0].moved == moved


def test_the_first_round_has_no_move() -> None:
    assert profile(STRUCTURE, answered(use_a=3), {}).positions[0].moved is None


@pytest.mark.parametrize(("own", "next_level"), [(1, 2), (4, 5), (5, None), ("dont-know", None)])
def test_a_level_but_the_highest_asks_for_the_next(own, next_level) -> None:
    assert profile(STRUCTURE, answered(use_a=own), {}).positions[0].next_level == next_level


def test_gaps_go_by_dimension_and_the_lowest_first() -> None:
    own = answered(law_a=1, law_c=1, law_b=2, use_c=4, use_a=5, use_b=3)

    assert [gap.statement for gap in profile(STRUCTURE, own, {}).gaps] == ["use-b", "use-c", "law-a", "law-c", "law-b"]


def test_what_a_region_does_not_know_is_told_apart_from_its_gaps() -> None:
    found = profile(STRUCTURE, answered(use_a="dont-know", use_b="not-applicable", use_c=1), {})

    assert (found.unknown, [gap.statement for gap in found.gaps]) == (("use-a",), ["use-c"])


# The example


@given(st.integers())
def test_an_example_is_always_the_same(seed) -> None:
    assert example(STRUCTURE, REGIONS, seed, needs=["a"]) == example(STRUCTURE, REGIONS, seed, needs=["a"])


def test_an_example_is_the_same_in_every_version_of_the_hub() -> None:
    found = example(STRUCTURE, REGIONS, 2027)

    assert [found[0].answers[statement].choice for statement in ASKED] == FIRST_OF_2027


def test_another_seed_is_another_example() -> None:
    assert example(STRUCTURE, REGIONS, 1) != example(STRUCTURE, REGIONS, 2)


@given(st.integers())
def test_an_example_answers_everything_for_whoever_takes_part(seed) -> None:
    found = example(STRUCTURE, REGIONS, seed)

    assert all(tuple(standing.answers) == ASKED for standing in found)
    assert {standing.region for standing in found} <= set(REGIONS)


def test_an_example_looks_like_a_round() -> None:
    found = example(STRUCTURE, REGIONS, 2027, needs=["a", "b"])
    counts = dimension_counts(STRUCTURE, {name: count(standing.answers[name] for standing in found) for name in ASKED})

    assert {standing.visibility for standing in found} == {"public", "named", "aggregate"}
    assert 14 <= len(found) <= 21
    assert all(held.n > 0.8 * held.answered and len(set(held.levels)) > 1 for held in counts.values())
    assert {one.evidence for standing in found for one in standing.answers.values()} == {"", EVIDENCE}
    assert {need for standing in found for need in standing.needs or ()} == {"a", "b"}


@given(st.integers(), st.integers())
def test_a_later_example_moves_a_level_at_most_and_keeps_who_took_part(seed, later_seed) -> None:
    first = example(STRUCTURE, REGIONS, seed)
    second = {one.region: one for one in example(STRUCTURE, REGIONS, later_seed, before=first)}

    moves = {
        abs(after - before)
        for standing in first
        for statement, one in standing.answers.items()
        for before, after in [(one.level, second[standing.region].answers[statement].level)]
        if before is not None and after is not None
    }
    assert moves <= {0, 1}
    assert all(second[standing.region].visibility == standing.visibility for standing in first)
