"""Who sees whose answers, and what enters the national figure. What no figures together may tell: ``test_survey_attack``."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.settings import ROOT
from hub.survey.example import example
from hub.survey.rounds import CHOICES, Answer, by_statement, count
from hub.survey.visibility import (
    EMPTY,
    VISIBILITIES,
    Figure,
    Standing,
    change_seen,
    figure,
    freeze,
    in_force,
    may_see,
    seen,
    widest,
)

CLOSE = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
CODES = ("AB", "C", "D", "E", "F", "G", "H", "I", "K", "M", "N", "O", "S", "T", "U", "W", "X", "Y", "Z", "AC", "BD")
KINDS = {"p": "public", "n": "named", "a": "aggregate"}
STRUCTURE = {"use": ("use-a", "use-b", "use-c")}

visibilities = st.sampled_from(VISIBILITIES)
histories = st.lists(visibilities, min_size=1, max_size=4)


def standings(kinds: str, choice=2, needs=None, statement="use-a") -> list[Standing]:
    """Return a region a letter: public, named or aggregate, or in capitals when it was public earlier in the round."""
    return [
        Standing(
            code,
            KINDS[kind.lower()],
            by_statement([Answer(statement, choice)]),
            needs,
            "public" if kind.isupper() else None,
        )
        for code, kind in zip(CODES, kinds, strict=False)
    ]


def national(kinds: str) -> int:
    """Return how many of some regions enter the national figure."""
    return freeze("spring", standings(kinds), CLOSE).figure.of("use-a").n


# By name


@pytest.mark.parametrize(
    ("viewer", "visibility", "sees"),
    [
        pytest.param("", "public", True, id="everybody sees public answers"),
        pytest.param("", "named", False, id="named ones are not for everybody"),
        pytest.param("", "aggregate", False, id="aggregate ones are not for everybody"),
        pytest.param("C", "public", True, id="a region sees public answers"),
        pytest.param("C", "named", True, id="a region sees named ones"),
        pytest.param("C", "aggregate", False, id="no other region sees aggregate ones"),
        pytest.param("AB", "aggregate", True, id="its own answers a region always sees"),
    ],
)
def test_who_may_see_answers_by_name(viewer, visibility, sees) -> None:
    assert may_see(viewer, "AB", visibility) is sees


@given(visibilities, visibilities)
def test_after_the_close_answers_are_never_more_open_than_at_it(at_close, now) -> None:
    order = [VISIBILITIES.index(one) for one in (at_close, now)]

    assert VISIBILITIES.index(in_force(at_close, now)) == max(order)


@given(histories)
def test_the_widest_is_the_most_open_there_has_been(history) -> None:
    assert VISIBILITIES.index(widest(history)) == min(VISIBILITIES.index(one) for one in history)


def test_one_sees_whom_one_may_and_whom_the_filter_leaves() -> None:
    held = standings("pnapna")

    assert [
        [one.region for one in seen("", held)],
        [one.region for one in seen("D", held)],
        [one.region for one in seen("D", held, {"AB", "D", "G"})],
        [one.region for one in seen("", held, set())],
    ] == [["AB", "E"], ["AB", "C", "D", "E", "F"], ["AB", "D"], []]


# The national figure


@pytest.mark.parametrize(
    ("kinds", "n"),
    [
        pytest.param("p", 1, id="one public region"),
        pytest.param("pnnnn", 1, id="four named ones stay out"),
        pytest.param("pnnnnn", 6, id="five named ones enter"),
        pytest.param("paaaaa", 1, id="of five aggregate ones each would see only four others"),
        pytest.param("paaaaaa", 7, id="six aggregate ones enter"),
        pytest.param("pnaaaaaa", 8, id="a named one enters with six aggregate ones"),
        pytest.param("pnnnnaaaaa", 1, id="four and five do not make up for each other"),
        pytest.param("pnnnnnaaaaa", 6, id="five named ones enter without five aggregate ones"),
        pytest.param("aaaaa", 0, id="nobody"),
        pytest.param("pAaaaaa", 1, id="one that was public does not help five"),
        pytest.param("pAaaaaaa", 8, id="one that was public enters with six"),
        pytest.param("pNnnnn", 1, id="one that was public does not help four named ones"),
        pytest.param("pNnnnnn", 7, id="one that was public enters with five named ones"),
    ],
)
def test_who_enters_the_national_figure(kinds, n) -> None:
    assert national(kinds) == n


def test_a_statement_is_counted_among_those_who_answered_it() -> None:
    held = standings("aaaaaa")
    some = [*held[:5], Standing("H", "aggregate", by_statement([Answer("use-b", 1)]))]

    found = freeze("spring", some, CLOSE).figure

    assert (found, found.regions) == (EMPTY, 0)


def test_not_knowing_is_an_answer_here_too() -> None:
    held = [*standings("aaaaaa", "dont-know")]

    assert freeze("spring", held, CLOSE).figure.of("use-a").dont_know == 6


def test_needs_are_counted_by_the_same_rule() -> None:
    held = [*standings("paaaaaa", needs=frozenset({"framework"}))[:-1], *standings("paaaaaa", needs=frozenset())[-1:]]

    enough, too_few = (freeze("spring", some, CLOSE).figure for some in (held, held[:-1]))

    assert (enough.needs, enough.needs_answered) == ({"framework": 6}, 7)
    assert (too_few.needs, too_few.needs_answered) == ({"framework": 1}, 1)


def test_a_snapshot_says_of_which_round_and_moment_it_is() -> None:
    found = freeze("spring", standings("p"), CLOSE)

    assert (found.round, found.taken_at, found.figure.regions) == ("spring", CLOSE, 1)


def test_a_region_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        freeze("spring", [*standings("p"), *standings("p")], CLOSE)


# What a viewer gets


@given(st.sampled_from(["", "AB", "C", "BD"]), st.text("pna", max_size=20))
def test_the_figure_of_a_closed_round_is_the_same_for_everybody(viewer, kinds) -> None:
    held = standings(kinds)
    snapshot = freeze("spring", held, CLOSE)

    assert figure(viewer, held, stage="closed", snapshot=snapshot) == snapshot.figure


@given(
    st.sampled_from(["", "AB", "C", "BD"]),
    st.text("pna", max_size=20),
    st.none() | st.frozensets(st.sampled_from(CODES)),
    st.sampled_from(["coming", "open", "closed"]),
    st.booleans(),
)
def test_every_other_figure_holds_those_the_viewer_sees_by_name(viewer, kinds, chosen, stage, taken) -> None:
    held = standings(kinds)
    snapshot = freeze("spring", held, CLOSE) if taken else None
    if stage == "closed" and taken and chosen is None:
        return

    found = figure(viewer, held, stage=stage, snapshot=snapshot, chosen=chosen)

    by_name = seen(viewer, held, chosen)
    assert (found.of("use-a"), found.regions) == (count(one.answers["use-a"] for one in by_name), len(by_name))


def test_a_filter_that_leaves_all_is_a_filter() -> None:
    held = standings("paaaaaa")

    found = figure("", held, stage="closed", snapshot=freeze("spring", held, CLOSE), chosen=CODES)

    assert found.regions == 1


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(figure("", standings("aaaaa"), stage="open"), id="held back while open"),
        pytest.param(figure("", standings("nnn"), stage="open", chosen={"AB"}), id="held back by a filter"),
        pytest.param(freeze("spring", standings("nnnnaaaaa"), CLOSE).figure, id="held back at the close"),
        pytest.param(freeze("spring", [], CLOSE).figure, id="nobody has answered"),
        pytest.param(figure("", [], stage="open"), id="nobody to show"),
        pytest.param(figure("", standings("aaaaa", needs=frozenset({"x"})), stage="open"), id="needs held back"),
    ],
)
def test_what_is_held_back_and_what_is_not_there_look_alike(found) -> None:
    assert (found, found.rows(), found.of("use-a").answered) == (EMPTY, (), 0)


def test_change_is_told_of_those_one_sees_in_both_rounds() -> None:
    earlier, later = standings("ppna", 2), standings("pana", 4)

    found = [change_seen(viewer, ["use-a"], earlier, later)["use-a"] for viewer in ("", "BD", "C", "E")]

    # The second region has become aggregate: only itself compares its two rounds.
    assert [(one.n, one.up) for one in found] == [(1, 1), (2, 2), (3, 3), (3, 3)]


# Stored and read


@given(st.integers(), st.booleans())
def test_a_figure_is_read_as_it_was_stored(seed, with_needs) -> None:
    held = example(STRUCTURE, CODES, seed, needs=["framework", "procurement"] if with_needs else [])
    found = figure("AB", held, stage="open")

    assert Figure.of_rows(found.rows()) == found


def test_rows_are_plain_and_in_a_fixed_order() -> None:
    found = figure("", standings("pp", needs=frozenset({"framework"})), stage="open")

    assert found.rows() == (
        ("regions", "", "regions", 2),
        ("statement", "use-a", "2", 2),
        ("need", "", "answered", 2),
        ("need", "framework", "needed", 2),
    )


def test_a_row_of_another_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="'6' cannot be chosen"):
        Figure.of_rows([("statement", "use-a", "6", 2)])


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_has_its_rows(choice) -> None:
    found = figure("", standings("p", choice), stage="open")

    assert ("statement", "use-a", str(choice), 1) in found.rows()


def test_the_decision_says_the_number_that_the_rule_keeps() -> None:
    decision = (ROOT / "docs" / "adr" / "0021-visibility-of-answers.md").read_text(encoding="utf-8")

    assert ("at least five others" in decision, "six" in decision) == (True, True)
