"""An attack on the figures of a round: everything somebody may look at, taken from each other.

The attacker has one role and sees every figure that this role and the public can see: with any filter, before the close,
just after it, and later, when regions have changed their answers and how they may be seen. What the attacker may read by
name is no secret. What is left must concern nobody, or at least five regions at once.

The attack looks at the rule from outside. It changes one answer of one region and notes which figures move; a region
whose answer moves one of two figures stands in their difference. Weaker rules that look as good are attacked as well,
so that it is known to find what it looks for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hub.survey import visibility as rule
from hub.survey.rounds import CHOICES, Answer, Choice, Counts, Stage, count
from hub.survey.visibility import EMPTY, Figure, Snapshot, Standing, Visibility, seen, widest

CODES = ("AB", "C", "D", "E", "F", "G", "H", "I", "K", "M", "N", "O", "S", "T", "U", "W", "X", "Y", "Z", "AC", "BD")
ELSEWHERE = "BD"
"""A region that hands in nothing, unless all do."""
STATEMENTS = ("use-a", "law-a")
NEED = "framework"
CLOSE = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
EARLY, AT_CLOSE, LATE = range(3)
FEWEST = 5
"""By hand, apart from the rule."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A world that is found is shown as it is: to make it smaller would take longer than a test may."""

Said = dict[str, Choice]
"""What a region says, by statement; the need is ``1`` where it is needed."""


@dataclass(frozen=True)
class Region:
    """What a region has said, and how it let itself be seen, at three moments."""

    code: str
    seen_as: tuple[Visibility, Visibility, Visibility]
    said: tuple[Said, Said | None, Said | None]
    """None where it says what it said before."""

    def says(self, moment: int) -> Said:
        return next(said for said in reversed(self.said[: moment + 1]) if said is not None)


World = tuple[Region, ...]


def standing(region: Region, said: Said, seen_as: Visibility, most_open: Visibility | None = None) -> Standing:
    answers = {name: Answer(name, choice, "x" * (choice == 3)) for name, choice in said.items() if name in STATEMENTS}
    needs = frozenset({NEED} if said[NEED] == 1 else set()) if NEED in said else None
    return Standing(region.code, seen_as, answers, needs, most_open)


class Rule:
    """The rule of the hub, in the places where a weaker one would differ."""

    def in_force(self, at_close: Visibility, now: Visibility) -> Visibility:
        return rule.in_force(at_close, now)

    def freeze(self, standings: Sequence[Standing]) -> Snapshot:
        return rule.freeze("spring", standings, CLOSE)

    def later(self, snapshot: Snapshot, corrected: Sequence[Standing]) -> Snapshot:
        return snapshot

    def figure(self, viewer, standings, stage: Stage, snapshot: Snapshot | None, chosen) -> Figure:
        return rule.figure(viewer, standings, stage=stage, snapshot=snapshot, chosen=chosen)

    def moments(self, world: World) -> tuple[list[Standing], list[Standing], list[Standing]]:
        """Return what regions have handed in before the close, at the close, and as seen later."""
        return (
            [standing(one, one.says(EARLY), one.seen_as[EARLY]) for one in world],
            [standing(one, one.says(AT_CLOSE), one.seen_as[AT_CLOSE], widest(one.seen_as[:LATE])) for one in world],
            [standing(one, one.says(AT_CLOSE), self.in_force(*one.seen_as[AT_CLOSE:])) for one in world],
        )

    def view(self, world: World, viewer: str, filters: Iterable[frozenset[str]]) -> list[Figure]:
        """Return every figure that one viewer may look at, from first to last."""
        early, at_close, late = self.moments(world)
        snapshot = self.freeze(at_close)
        later = self.later(snapshot, [standing(one, one.says(LATE), one.seen_as[AT_CLOSE]) for one in world])
        moments: list[tuple[list[Standing], Stage, Snapshot | None]] = [
            (early, "open", None),
            (at_close, "closed", None),
            (at_close, "closed", snapshot),
            (late, "closed", later),
        ]
        return [
            self.figure(who, standings, stage, taken, chosen)
            for who in sorted({"", viewer})
            for standings, stage, taken in moments
            for chosen in (None, *filters)
        ]

    def hidden(self, world: World, viewer: str) -> list[str]:
        """Return the regions that the viewer has at no moment been able to read by name."""
        known = {one.region for standings in self.moments(world) for one in seen(viewer, standings)}
        return [one.code for one in world if one.code not in known]


THE_RULE = Rule()

# The attack


def numbers(figure: Figure) -> list[tuple[int, ...]]:
    """Return what a figure says, one row for each thing that regions answer."""
    told = [figure.of(statement) for statement in STATEMENTS]
    return [
        *((*(counts.of(choice) for choice in CHOICES), counts.with_evidence) for counts in told),
        (figure.needs.get(NEED, 0), figure.needs_answered),
    ]


def other_answers(world: World, code: str) -> Iterator[World]:
    """Yield the world with another answer of one region, for each time that the region has answered."""
    at = next(place for place, one in enumerate(world) if one.code == code)
    for moment, said in enumerate(world[at].said):
        if said:
            other: Said = {name: (2 if choice == 1 else 1) for name, choice in said.items()}
            changed = (*world[at].said[:moment], other, *world[at].said[moment + 1 :])
            yield (*world[:at], replace(world[at], said=changed), *world[at + 1 :])


def isolated(world: World, viewer: str, filters: Sequence[frozenset[str]], by: Rule = THE_RULE) -> set[frozenset[str]]:
    """Return the groups of fewer than five regions, not seen by name, that stand in a difference of two figures."""
    view = [numbers(figure) for figure in (EMPTY, *by.view(world, viewer, filters))]
    moves: dict[str, list[tuple[list[tuple[int, ...]], ...]]] = {}
    for code in by.hidden(world, viewer):
        moved = [
            [numbers(figure) for figure in (EMPTY, *by.view(other, viewer, filters))]
            for other in other_answers(world, code)
        ]
        moves[code] = [
            tuple(
                [
                    tuple(after - before for before, after in zip(was, now, strict=True))
                    for was, now in zip(view[place], found[place], strict=True)
                ]
                for found in moved
            )
            for place in range(len(view))
        ]
    # What is told twice is taken from something else once.
    places = {repr([moves[code][place] for code in moves]): place for place in range(len(view))}.values()
    found = set()
    for one, other in combinations(places, 2):
        for thing in range(len(STATEMENTS) + 1):
            group = frozenset(
                code
                for code, by_place in moves.items()
                if [move[thing] for move in by_place[one]] != [move[thing] for move in by_place[other]]
            )
            if 0 < len(group) < FEWEST:
                found.add(group)
    return found


def viewers(world: World) -> list[str]:
    """Return the public, a region that hands in nothing, and one region of each way to be seen."""
    kinds = {one.seen_as: one.code for one in world}
    return ["", ELSEWHERE, *kinds.values()]


def filters_of(world: World) -> list[frozenset[str]]:
    """Return filters that an attacker would try: all, all but one, those who are not public, and one alone."""
    codes = [one.code for one in world]
    reserved = [one.code for one in world if one.seen_as[AT_CLOSE] != "public"]
    return [frozenset(codes), frozenset(codes[1:]), frozenset(codes[:-1]), frozenset(reserved), frozenset(codes[-1:])]


# Worlds

visibilities = st.sampled_from(rule.VISIBILITIES)
said_by_one = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(STATEMENTS, st.sampled_from(CHOICES)), NEED: st.sampled_from((1, 2))}
)
said_of_all = st.fixed_dictionaries(
    {**dict.fromkeys(STATEMENTS, st.sampled_from(CHOICES)), NEED: st.sampled_from((1, 2))}
)


@st.composite
def worlds(draw, most=7):
    """Return some regions of each kind, about as many as a number may rest on, of which a few change something."""
    kinds = [kind for kind in rule.VISIBILITIES for _ in range(draw(st.integers(0, most), label=f"{kind} ones"))]
    changing = draw(st.sets(st.integers(0, len(kinds) - 1), max_size=4)) if kinds else set()
    found = []
    for place, kind in enumerate(kinds):
        changes = place in changing
        found.append(
            Region(
                CODES[place],
                (draw(visibilities), kind, draw(visibilities)) if changes else (kind, kind, kind),
                (draw(said_by_one), draw(st.none() | said_by_one), draw(st.none() | said_by_one))
                if changes
                else (draw(said_of_all), None, None),
            )
        )
    return tuple(found)


@given(worlds(), st.frozensets(st.sampled_from(CODES)), st.frozensets(st.sampled_from(CODES)))
@settings(max_examples=60, phases=PHASES)
def test_no_two_figures_set_fewer_than_five_regions_apart(world, one, other) -> None:
    filters = [*filters_of(world), one, other]

    apart = {group for viewer in viewers(world) for group in isolated(world, viewer, filters)}
    assert apart == set()


def telling(world: World, said: dict[str, Choice]) -> World:
    """Return the world where some regions say something else about the first statement from the beginning on."""
    return tuple(
        replace(one, said=({**one.said[EARLY], STATEMENTS[0]: said[one.code]}, *one.said[AT_CLOSE:]))
        if one.code in said
        else one
        for one in world
    )


@given(worlds(most=6))
@settings(max_examples=12, phases=PHASES)
def test_all_figures_together_cannot_tell_a_region_from_four_others(world) -> None:
    # However the figures are combined: where two regions change answers and no figure moves, none of them tells which.
    world = tuple(replace(one, said=(one.said[EARLY], None, None)) for one in world)
    filters = filters_of(world)
    for viewer in viewers(world):
        hidden = [code for code in THE_RULE.hidden(world, viewer) if STATEMENTS[0] in region(world, code).says(EARLY)]
        for code in hidden:
            if not moves_something(world, viewer, filters, code):
                continue
            alike = [
                other
                for other in hidden
                if other != code
                and THE_RULE.view(telling(world, {code: 1, other: 5}), viewer, filters)
                == THE_RULE.view(telling(world, {code: 5, other: 1}), viewer, filters)
            ]

            assert len(alike) >= FEWEST - 1


def region(world: World, code: str) -> Region:
    return next(one for one in world if one.code == code)


def moves_something(world: World, viewer: str, filters, code: str) -> bool:
    views = [THE_RULE.view(telling(world, {code: choice}), viewer, filters) for choice in (1, 5)]
    return views[0] != views[1]


# Weaker rules


class EntersWithFive(Rule):
    """Five aggregate regions are enough, though one of them may be looking."""

    def freeze(self, standings):
        return counted(standings, lambda aggregate, named: (len(aggregate) >= FEWEST, len(named) >= FEWEST))


class LetsNamedIn(Rule):
    """Named regions enter however few they are."""

    def freeze(self, standings):
        return counted(standings, lambda aggregate, _: (len(aggregate) > FEWEST, True))


class CountsOnce(Rule):
    """Regions are counted once for the round, and not for each statement by itself."""

    def freeze(self, standings):
        aggregate = sum(one.visibility == "aggregate" for one in standings)
        named = sum(one.visibility == "named" for one in standings)
        return counted(standings, lambda *_: (aggregate > FEWEST, named >= FEWEST))


class FiltersWithFive(Rule):
    """A filter leaves aggregate regions in where more than five remain."""

    def figure(self, viewer, standings, stage, snapshot, chosen):
        if stage == "closed" and chosen is not None:
            left = [one for one in standings if one.region in chosen]
            return rule.freeze("spring", left, CLOSE).figure
        return super().figure(viewer, standings, stage, snapshot, chosen)


class ShowsBeforeTheClose(Rule):
    """The national figure is shown, and moves, while the round is open."""

    def figure(self, viewer, standings, stage, snapshot, chosen):
        if chosen is None:
            return self.freeze(standings).figure
        return super().figure(viewer, standings, stage, snapshot, chosen)


class CountsAnew(Rule):
    """A correction after the close moves the national figure."""

    def later(self, snapshot, corrected):
        return self.freeze(corrected)


class OpensAtOnce(Rule):
    """A region that opens up after the close is read by name from that moment on."""

    def in_force(self, at_close, now):
        return now


class Forgets(Rule):
    """Nobody is thought to remember what they read by name before a region became more reserved."""

    def freeze(self, standings):
        return super().freeze([replace(one, widest=None) for one in standings])


def counted(standings: Sequence[Standing], enough) -> Snapshot:
    """Return a snapshot by a rule that only looks at how many there are."""
    held: dict[str, Counts] = {}
    for statement in STATEMENTS:
        holders = [one for one in standings if statement in one.answers]
        by_kind = {kind: [one for one in holders if one.visibility == kind] for kind in rule.VISIBILITIES}
        aggregate, named = enough(by_kind["aggregate"], by_kind["named"])
        entering = [
            *by_kind["public"],
            *(by_kind["named"] if named else []),
            *(by_kind["aggregate"] if aggregate else []),
        ]
        if entering:
            held[statement] = count(one.answers[statement] for one in entering)
    return Snapshot("spring", CLOSE, Figure(held))


def people(kinds: str) -> World:
    """Return regions by a letter each: public, named or aggregate; all say the same and never change."""
    names: dict[str, Visibility] = {"p": "public", "n": "named", "a": "aggregate"}
    return tuple(
        Region(CODES[place], (names[kind],) * 3, (dict.fromkeys(STATEMENTS, 2), None, None))
        for place, kind in enumerate(kinds)
    )


def changed(world: World, place: int, **how) -> World:
    return (*world[:place], replace(world[place], **how), *world[place + 1 :])


OPENED_LATE = changed(
    changed(people("aaaaaa"), 4, seen_as=("aggregate", "aggregate", "public")),
    5,
    seen_as=("aggregate", "aggregate", "public"),
)
OPEN_EARLY = changed(
    changed(people("aaaaaa"), 4, seen_as=("public", "aggregate", "aggregate")),
    5,
    seen_as=("public", "aggregate", "aggregate"),
)
NAMED_EARLY = changed(people("aaaaaa"), 5, seen_as=("named", "aggregate", "aggregate"))
PUBLIC_EARLY = changed(people("nnnnn"), 4, seen_as=("public", "named", "named"))
CORRECTED = changed(people("aaaaaaaa"), 7, said=({STATEMENTS[0]: 2}, None, {STATEMENTS[0]: 4}))
ADDED = changed(people("aaaaaaaa"), 7, said=({STATEMENTS[0]: 2}, {STATEMENTS[0]: 4}, None))
TWO_ANSWER = tuple(
    replace(one, said=({STATEMENTS[0]: 2} if place > 1 else one.said[EARLY], None, None))
    for place, one in enumerate(people("aaaaaaaa"))
)

WEAKER = [
    pytest.param(EntersWithFive(), people("ppaaaaa"), "H", 4, id="five, of whom one is looking"),
    pytest.param(LetsNamedIn(), people("pppn"), "", 1, id="a single named region"),
    pytest.param(CountsOnce(), TWO_ANSWER, "", 2, id="a statement that few have answered"),
    pytest.param(FiltersWithFive(), people("aaaaaaaaaa"), "", 1, id="a filter that leaves one out"),
    pytest.param(ShowsBeforeTheClose(), ADDED, "", 1, id="a figure that moves with an answer"),
    pytest.param(CountsAnew(), CORRECTED, "", 1, id="a figure that moves with a correction"),
    pytest.param(OpensAtOnce(), OPENED_LATE, "", 4, id="two that open up after the close"),
    pytest.param(Forgets(), OPEN_EARLY, "", 4, id="two that everybody could read before"),
    pytest.param(Forgets(), NAMED_EARLY, "AB", 4, id="one that regions could read before"),
    pytest.param(Forgets(), PUBLIC_EARLY, "", 4, id="a named one that everybody could read before"),
]


@pytest.mark.parametrize(("weaker", "world", "viewer", "fewest"), WEAKER)
def test_the_attack_finds_whom_a_weaker_rule_sets_apart(weaker, world, viewer, fewest) -> None:
    found = isolated(world, viewer, filters_of(world), weaker)

    assert min(map(len, found), default=0) == fewest


@pytest.mark.parametrize(("weaker", "world", "viewer", "fewest"), WEAKER)
def test_the_rule_withstands_what_the_weaker_ones_do_not(weaker, world, viewer, fewest) -> None:
    assert isolated(world, viewer, filters_of(world)) == set()
