"""Whose answers a figure may hold, and for whom. Pure; the reasons stand in ADR 0021.

A region chooses how its answers are seen. *Public*: by everybody, by name. *Named*: by name, by those who speak for a
region. *Aggregate*: by name by nobody but itself; its answers enter one figure alone, the unfiltered national one of a
closed round, which is worked out once and is the same for everybody.

All else that is shown holds only regions whose answers the viewer may read by name anyway, so no two such figures tell
more together than the answers themselves. The one exception is safe because whatever a viewer can take away from it
leaves either nothing or the answers of at least five regions.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from hub.survey.rounds import CHOICES, NOTHING, Answers, Change, Counts, Stage, change, count, read_choice

Visibility = Literal["public", "named", "aggregate"]

VISIBILITIES: Final[tuple[Visibility, ...]] = ("public", "named", "aggregate")
"""The most open first."""
FEWEST: Final = 5
"""So many regions, at least, that a viewer may not see by name stand behind a number, beside the viewer's own."""

_EVIDENCE: Final = "with-evidence"
_REGIONS: Final = "regions"


def may_see(viewer: str, region: str, visibility: Visibility) -> bool:
    """Return whether a viewer may see a region's answers by name.

    Args:
        viewer: the letter code of the region the viewer speaks for; empty for everybody else, signed in or not.
        region: whose answers they are.
        visibility: what that region has chosen.
    """
    return visibility == "public" or (bool(viewer) and (visibility == "named" or viewer == region))


def in_force(at_close: Visibility, now: Visibility) -> Visibility:
    """Return how answers of a closed round are seen: as at its close, or as now where that is more reserved.

    A region that opens up after the close does so from its next round on. At once, its answers could be taken away from
    the national figure, and those that remain might be few.
    """
    return max(at_close, now, key=VISIBILITIES.index)


def widest(history: Iterable[Visibility]) -> Visibility:
    """Return the most open of what a region has chosen in a round; whoever saw its answers then may remember them.

    Raises:
        ValueError: it has chosen nothing.
    """
    return min(history, key=VISIBILITIES.index)


@dataclass(frozen=True)
class Standing:
    """What a region has handed in, and how it may be seen."""

    region: str
    """The letter code."""
    visibility: Visibility
    """In force: while the round is open what is chosen now, afterwards what ``in_force`` says."""
    answers: Answers = field(hash=False)
    needs: frozenset[str] | None = None
    """Of national support, by id; None when the region has not answered that question."""
    widest: Visibility | None = None
    """The most open it has been since something was handed in, where it is another than ``visibility``."""
    may_be_asked: bool = False
    """Whether others are welcome to ask it about what it has come far with."""

    @property
    def most_open(self) -> Visibility:
        """The most open that these answers have been."""
        return widest([self.visibility, self.widest or self.visibility])


Row = tuple[Literal["statement", "need", "regions"], str, str, int]
"""What is counted, its id, the choice or what else of it, and how many."""


@dataclass(frozen=True)
class Figure:
    """Answers counted together. What nobody answered and what is held back are both absent, and look alike."""

    counts: Mapping[str, Counts] = field(default_factory=dict, hash=False)
    """By statement."""
    needs: Mapping[str, int] = field(default_factory=dict, hash=False)
    """How many regions need each kind of national support."""
    needs_answered: int = 0
    """Out of how many."""
    regions: int = 0
    """How many regions have part in it: the coverage."""

    def of(self, statement: str) -> Counts:
        """Return the counts of a statement; nothing when there is none to show."""
        return self.counts.get(statement, NOTHING)

    def rows(self) -> tuple[Row, ...]:
        """Return the figure as rows of numbers above zero, in a fixed order, to be stored or handed out."""
        found: list[Row] = [("regions", "", _REGIONS, self.regions)]
        for statement, counts in sorted(self.counts.items()):
            found += [("statement", statement, str(choice), counts.of(choice)) for choice in CHOICES]
            found.append(("statement", statement, _EVIDENCE, counts.with_evidence))
        found.append(("need", "", "answered", self.needs_answered))
        found += [("need", need, "needed", n) for need, n in sorted(self.needs.items())]
        return tuple(row for row in found if row[3])

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> "Figure":
        """Return the figure that was stored as rows.

        Raises:
            ValueError: a row names a choice that does not exist.
        """
        numbers = {(kind, id_, what): n for kind, id_, what, n in rows}
        statements = dict.fromkeys(id_ for kind, id_, _ in numbers if kind == "statement")
        if odd := [
            what for kind, _, what in numbers if kind == "statement" and what != _EVIDENCE and read_choice(what) is None
        ]:
            raise ValueError(f"{odd[0]!r} cannot be chosen")

        def held(statement: str, what: str) -> int:
            return numbers.get(("statement", statement, what), 0)

        return cls(
            {
                id_: Counts(
                    (held(id_, "1"), held(id_, "2"), held(id_, "3"), held(id_, "4"), held(id_, "5")),
                    held(id_, "dont-know"),
                    held(id_, "not-applicable"),
                    held(id_, _EVIDENCE),
                )
                for id_ in statements
            },
            {id_: n for (kind, id_, _), n in numbers.items() if kind == "need" and id_},
            numbers.get(("need", "", "answered"), 0),
            numbers.get(("regions", "", _REGIONS), 0),
        )


EMPTY: Final = Figure()


@dataclass(frozen=True)
class Snapshot:
    """The national figure of a round as it was when the round closed. It is stored, and never worked out anew."""

    round: str
    taken_at: dt.datetime
    figure: Figure


def seen(viewer: str, standings: Iterable[Standing], chosen: Collection[str] | None = None) -> tuple[Standing, ...]:
    """Return those standings that a viewer may see by name: what tables, heat maps and comparisons are made from.

    Args:
        viewer: the letter code of the region the viewer speaks for; empty for everybody else.
        standings: of any regions.
        chosen: the regions a filter leaves; None for no filter.
    """
    return tuple(
        standing
        for standing in standings
        if may_see(viewer, standing.region, standing.visibility) and (chosen is None or standing.region in chosen)
    )


def figure(
    viewer: str,
    standings: Iterable[Standing],
    *,
    stage: Stage,
    snapshot: Snapshot | None = None,
    chosen: Collection[str] | None = None,
) -> Figure:
    """Return the figure that a viewer gets.

    Without a filter a closed round has one figure, the snapshot, for everybody. Everything else is counted from regions
    the viewer may see by name; so is a closed round of which the snapshot has not been taken yet.

    Args:
        viewer: the letter code of the region the viewer speaks for; empty for everybody else.
        standings: of the round, one a region; once it has closed, with the answers of that moment.
        stage: of the round.
        snapshot: of the round.
        chosen: the regions a filter leaves, also when it leaves all; None for no filter.
    """
    if stage == "closed" and chosen is None and snapshot is not None:
        return snapshot.figure
    return _counted(seen(viewer, standings, chosen), _everybody)


def freeze(round_: str, standings: Iterable[Standing], taken_at: dt.datetime) -> Snapshot:
    """Return the national figure of a round that closes.

    For each statement by itself, among those regions that answered it: public ones enter. Aggregate ones enter all, or
    none where they are so few that one of them would meet fewer than five others. Named ones enter all, or none where
    they and the aggregate ones that entered are fewer than five. A region that was more open earlier in the round enters
    with its kind but does not help to make up the number, since its answers may be remembered. Needs are counted by the
    same rule.

    Args:
        round_: its id.
        standings: of all regions that have handed in, one a region, as at the close.
        taken_at: the close.
    """
    return Snapshot(round_, taken_at, _counted(tuple(standings), _entering))


def change_seen(
    viewer: str,
    statements: Iterable[str],
    earlier: Iterable[Standing],
    later: Iterable[Standing],
    chosen: Collection[str] | None = None,
) -> Mapping[str, Change]:
    """Return how each statement has moved between two rounds, among regions the viewer may see by name in both.

    Aggregate answers have no part: to follow a region from round to round is a figure beside the national one.
    """
    before, after = (
        {standing.region: standing.answers for standing in seen(viewer, standings, chosen)}
        for standings in (earlier, later)
    )
    return change(statements, before, after)


def _everybody(holders: Sequence[Standing]) -> Sequence[Standing]:
    return holders


def _entering(holders: Sequence[Standing]) -> Sequence[Standing]:
    """Return which of those who answered one thing enter its national figure."""
    by_choice = {choice: [one for one in holders if one.visibility == choice] for choice in VISIBILITIES}
    never_named = sum(one.most_open == "aggregate" for one in by_choice["aggregate"])
    # More than five, because a viewer may speak for one of them and take its own answer away.
    aggregate = by_choice["aggregate"] if never_named > FEWEST else []
    reserved = [*by_choice["named"], *aggregate]
    never_public = sum(one.most_open != "public" for one in reserved)
    return [*by_choice["public"], *(reserved if never_public >= FEWEST else [])]


def _counted(standings: Sequence[Standing], choose: Callable[[Sequence[Standing]], Sequence[Standing]]) -> Figure:
    """Return what standings count to, after those who answered a thing have been chosen among, thing by thing."""
    if len({standing.region for standing in standings}) != len(standings):
        raise ValueError("a region stands twice")
    part: set[str] = set()
    counts: dict[str, Counts] = {}
    for statement in sorted({statement for standing in standings for statement in standing.answers}):
        holders = choose([standing for standing in standings if statement in standing.answers])
        if holders:
            counts[statement] = count(standing.answers[statement] for standing in holders)
            part |= {standing.region for standing in holders}
    asked = choose([standing for standing in standings if standing.needs is not None])
    part |= {standing.region for standing in asked}
    kinds = sorted({need for standing in asked for need in standing.needs or ()})
    needs = {need: sum(need in (standing.needs or ()) for standing in asked) for need in kinds}
    return Figure(counts, needs, len(asked), len(part))
