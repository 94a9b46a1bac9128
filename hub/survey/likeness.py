"""Which regions go, or have gone, the way that somebody considers; and what the regions' page says of them all. Pure.

No region is ranked: the list follows the year of what is known, and each line says why it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.survey.facts import RegionFacts, Route, Trace

LEVELS: Final[tuple[Route, ...]] = ("framework", "hop-out", "inbox", "reverse-case-flow")
"""The routes that are one of the report's four levels."""
_SIMILAR: Final = 1.5
"""Two regions are of similar size when the larger has at most half as many residents again."""


@dataclass(frozen=True)
class Sought:
    """The ways that a result of the guide speaks of."""

    aim: tuple[Route, ...] = ()
    start: tuple[Route, ...] = ()
    """What it says can be running first."""


@dataclass(frozen=True)
class Like:
    """A region with a trace of a way that is sought."""

    region: RegionFacts
    traces: tuple[Trace, ...]
    """Those of a way sought, the newest first; there is always one."""
    aim: tuple[Route, ...]
    """Ways of it that are the aim."""
    start: tuple[Route, ...]
    """Ways of it that are only the start."""
    similar_size: bool

    @property
    def year(self) -> int | None:
        """The last year that any of the traces is about."""
        return latest(self.traces[0])


def latest(trace: Trace) -> int | None:
    """Return the last year a trace is about; None when it has none."""
    return trace.to_year or trace.from_year


def similar_size(one: RegionFacts, other: RegionFacts) -> bool:
    """Tell whether two regions are of similar size; none is similar to itself."""
    fewer, more = sorted((one.population, other.population))
    return one.code != other.code and more <= fewer * _SIMILAR


def like(regions: Sequence[RegionFacts], sought: Sought, own: RegionFacts | None = None) -> tuple[Like, ...]:
    """Return regions with a trace of a way that is sought, the newest first; those of one year in the order given.

    Args:
        regions: all of them.
        sought: the ways.
        own: the region that asks, which is left out; None when nobody has said.
    """
    ways = {*sought.aim, *sought.start}
    found = []
    for region in regions:
        fitting = [trace for trace in region.traces if not ways.isdisjoint(trace.routes)]
        if not fitting or region == own:
            continue
        routes = {route for trace in fitting for route in trace.routes}
        found.append(
            Like(
                region,
                tuple(sorted(fitting, key=lambda trace: -(latest(trace) or 0))),
                aim=tuple(route for route in sought.aim if route in routes),
                start=tuple(route for route in sought.start if route in routes and route not in sought.aim),
                similar_size=own is not None and similar_size(own, region),
            )
        )
    return tuple(sorted(found, key=lambda one: -(one.year or 0)))


@dataclass(frozen=True)
class Known:
    """How much is publicly known."""

    all: int
    traced: int
    """Regions with any public trace."""
    at_level: int
    """Regions with a trace that by our reading is one of the four levels."""


def known(regions: Sequence[RegionFacts]) -> Known:
    """Count what is publicly known of regions."""
    return Known(
        len(regions),
        sum(bool(region.traces) for region in regions),
        sum(not set(LEVELS).isdisjoint(region.routes) for region in regions),
    )
