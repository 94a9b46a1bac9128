"""What a view of a round shows, put together from what its viewer may see. Pure.

Whoever is handed in has been chosen by ``hub.survey.visibility``; here nothing more is let through.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.language import Language
from hub.survey.example import example
from hub.survey.rounds import (
    Answers,
    Change,
    Counts,
    Level,
    Round,
    Stage,
    Structure,
    dimension_counts,
    dimension_values,
)
from hub.survey.visibility import Figure, Standing, change_seen, figure, freeze, seen

EXAMPLE_IDS: Final = ("exempel-2", "exempel-1")
"""Of the two made-up rounds, the newest first."""
EXAMPLE_VIEWER: Final = "X1"
"""The made-up region that the example is seen from."""

_SEED: Final = 2532
"""Chosen so that regions are missing, and dimensions and regions differ."""
_NEVER: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""A made-up round has no dates; whoever shows it says so."""
_OPEN: Final = dt.timedelta(days=60)


@dataclass(frozen=True)
class View:
    """A round as one viewer may see it."""

    round: Round
    stage: Stage
    figure: Figure
    """Of all, or of those the filter leaves."""
    standings: tuple[Standing, ...] = ()
    """By name, after the filter, in the order of the county codes."""
    earlier: Round | None = None
    """The round that change is counted from."""
    changes: Mapping[str, Change] = field(default_factory=dict, hash=False)
    """By statement."""
    compared: int = 0
    """Regions that may be seen by name in both rounds."""
    example: bool = False

    def standing(self, region: str) -> Standing | None:
        """Return what a region has handed in, if the viewer may see it by name."""
        return next((one for one in self.standings if one.region == region), None)


def view(
    viewer: str,
    round_: Round,
    stage: Stage,
    figure_: Figure,
    standings: Sequence[Standing],
    statements: Collection[str],
    *,
    order: Sequence[str],
    earlier: tuple[Round, Sequence[Standing]] | None = None,
    chosen: Collection[str] | None = None,
    made_up: bool = False,
) -> View:
    """Return a round as one viewer may see it.

    Args:
        viewer: the letter code of the region the viewer speaks for; empty for everybody else.
        round_: the round.
        stage: of the round.
        figure_: what the viewer gets, filtered already.
        standings: of the round, of any regions the viewer may see by name.
        statements: ids, of the round's questionnaire.
        order: the letter codes in the order they are shown.
        earlier: the round to count change from, with its standings.
        chosen: the regions a filter leaves; None for no filter.
        made_up: whether all of it is.
    """
    by_name = {one.region: one for one in seen(viewer, standings, chosen)}
    shown = tuple(by_name[code] for code in order if code in by_name)
    if earlier is None:
        return View(round_, stage, figure_, shown, example=made_up)
    before = {one.region for one in seen(viewer, earlier[1], chosen)}
    return View(
        round_,
        stage,
        figure_,
        shown,
        earlier[0],
        change_seen(viewer, statements, earlier[1], standings, chosen),
        len(before & by_name.keys()),
        made_up,
    )


def of_dimensions(structure: Structure, changes: Mapping[str, Change]) -> Mapping[str, Change]:
    """Return how each dimension has moved: its statements together, so that ``n`` is pairs of answers and not regions."""
    found = {}
    for dimension, statements in structure.items():
        held = [changes[statement] for statement in statements if statement in changes]
        found[dimension] = Change(
            sum(one.up for one in held),
            sum(one.same for one in held),
            sum(one.down for one in held),
            sum((one.before for one in held), Counts()),
            sum((one.after for one in held), Counts()),
        )
    return found


def medians(structure: Structure, answers: Answers) -> tuple[Level | None, ...]:
    """Return a region's median level in each dimension, in order; None where it has none."""
    return tuple(one.median for one in dimension_values(structure, answers).values())


def together(structure: Structure, shown: Figure) -> Mapping[str, Counts]:
    """Return the counts of each dimension of a figure."""
    return dimension_counts(structure, shown.counts)


def further(standings: Sequence[Standing], statement: str, level: Level, but: str) -> tuple[str, ...]:
    """Return the public regions that stand at a higher level and are glad to be asked, in the order given.

    Args:
        standings: that the viewer may see by name.
        statement: the id.
        level: to be passed.
        but: the region that asks.
    """
    return tuple(
        one.region
        for one in standings
        if one.region != but
        and one.visibility == "public"
        and one.may_be_asked
        and (answer := one.answers.get(statement)) is not None
        and answer.level is not None
        and answer.level > level
    )


def of_example(
    structure: Structure, version: int, needs: Sequence[str], regions: int, id_: str, chosen: Collection[str] | None
) -> View | None:
    """Return a made-up round as a made-up region would see it; None when there is no such round.

    Args:
        structure: of the questionnaire.
        version: of the questionnaire.
        needs: ids of the kinds of national support.
        regions: how many there are.
        id_: one of ``EXAMPLE_IDS``; empty for the newest.
        chosen: the made-up regions a filter leaves; None for no filter.
    """
    if id_ and id_ not in EXAMPLE_IDS:
        return None
    codes = example_codes(regions)
    first = example(structure, codes, _SEED, needs=needs)
    second = example(structure, codes, _SEED + 1, needs=needs, before=first)
    held = dict(zip(EXAMPLE_IDS, (second, first), strict=True))
    rounds = {one: _example_round(place, version) for place, one in enumerate(EXAMPLE_IDS)}
    asked = id_ or EXAMPLE_IDS[0]
    statements = [statement for ids in structure.values() for statement in ids]
    snapshot = freeze(asked, held[asked], rounds[asked].closes_at)
    counted = figure(EXAMPLE_VIEWER, held[asked], stage="closed", snapshot=snapshot, chosen=chosen)
    before = (rounds[EXAMPLE_IDS[1]], first) if asked == EXAMPLE_IDS[0] else None
    return view(
        EXAMPLE_VIEWER, rounds[asked], "closed", counted, held[asked], statements,
        order=codes, earlier=before, chosen=chosen, made_up=True,
    )  # fmt: skip


def example_codes(regions: int) -> tuple[str, ...]:
    """Return the codes of the made-up regions; no real region is given made-up answers."""
    return tuple(f"X{place}" for place in range(1, regions + 1))


def _example_round(place: int, version: int) -> Round:
    number = len(EXAMPLE_IDS) - place
    titles: Mapping[Language, str] = {"sv": f"Exempelrunda {number}", "en": f"Example round {number}"}
    opens_at = _NEVER + number * 2 * _OPEN
    return Round(EXAMPLE_IDS[place], version, opens_at, opens_at + _OPEN, titles)
