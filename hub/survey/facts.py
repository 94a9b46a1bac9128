"""What the mart hands out: the facts behind the charts and lists, each with where it comes from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.survey.rules import ANSWERED, Precision

Chart = Literal["national", "use"]
Route = Literal["framework", "hop-out", "inbox", "reverse-case-flow", "separate", "national", "other", "unknown"]
"""How a region's service meets 1177, by our reading: a level, apart from 1177, through Inera, otherwise, or not known."""
Confidence = Literal["high", "medium", "low"]
Words = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Mark:
    """How many of the 18 answering regions say something, as an interval: what a chart draws."""

    id: str
    section: str
    text: Words = field(hash=False)
    quantifier: Words = field(hash=False)
    """The report's kind of word."""
    low: int
    high: int
    precision: Precision


@dataclass(frozen=True)
class Statement:
    """What the report says at one place."""

    id: str
    chart: Chart | None
    topic: str
    section: str
    """The number, or ``Sammanfattning``."""
    heading: str
    """The unnumbered heading it stands under, as in the report; empty when there is none."""
    text: Words = field(hash=False)
    quantifier: Words = field(hash=False)
    """The report's kind of word; empty when we have counted or there is no number."""
    basis: Literal["stated", "coded", "counted", "derived", "date", "none"]
    """Whether the number is told, read into a word, counted by us, worked out from dates, or not there."""
    low: int | None
    high: int | None
    whole: int | None
    """Of how many, where the report says so many of so many."""
    base: int | None
    """18 or 21 where regions are counted, else None: then it is no share of the regions."""
    unit: str
    unit_words: Words = field(hash=False)
    precision: Precision
    note: Words = field(hash=False)

    @property
    def drawn(self) -> bool:
        """Whether it can stand in a chart of the regions that answered."""
        return self.unit == "regions" and self.base == ANSWERED and self.low is not None and self.high is not None


@dataclass(frozen=True)
class Contradiction:
    """Where the report says two things, or another source says otherwise. Both are shown, none is mended."""

    id: str
    kind: Literal["inside", "outside"]
    sections: tuple[str, ...]
    statements: tuple[str, ...]
    text: Words = field(hash=False)


@dataclass(frozen=True)
class Unknown:
    """What our sources do not say."""

    id: str
    about: Literal["survey", "indicators", "regions"]
    place: str
    """Where in the source one would look: a section or a figure (``bild 2``)."""
    text: Words = field(hash=False)


@dataclass(frozen=True)
class ItemList:
    """A list in the report."""

    id: str
    whose: Literal["regions", "inquiry", "pilot"]
    title: Words = field(hash=False)
    extent: Literal["whole", "part"]
    """Whether the report means the list to be complete, or gives examples."""
    items: int


@dataclass(frozen=True)
class Item:
    """One line of a list, and where in the hub it leads."""

    id: str
    list: str
    position: int
    text: Words = field(hash=False)
    sections: tuple[str, ...]
    levels: tuple[str, ...]
    requirements: tuple[str, ...]
    demo: str
    """The level whose visit shows it; empty when none does."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it leads, the level first."""
        return (
            *(f"/nivaer?niva={level}" for level in self.levels),
            *(f"/krav#krav-{requirement}" for requirement in self.requirements),
            *([f"/prova?niva={self.demo}"] if self.demo else []),
        )


@dataclass(frozen=True)
class Value:
    """One published number."""

    id: str
    region: str
    """A region's letter code, ``SE`` or ``NO``."""
    starts_on: dt.date | None
    ends_on: dt.date | None
    period: str
    """The kind of period: ``year``, ``quarter``, ``month``, ``day``; ``unclear`` and ``unset`` when the source does not say."""
    value: float
    bound: Literal["as-given", "about", "over", "under"]
    source: str
    url: str
    published: str
    """When, as far as the source says."""
    confidence: Confidence
    note: Words = field(hash=False)


@dataclass(frozen=True)
class Series:
    """Numbers of one definition, the oldest first. Numbers of another definition are another series."""

    id: str
    topic: str
    kind: Literal["outcome", "target"]
    country: Literal["sweden", "norway"]
    title: Words = field(hash=False)
    definition: Words = field(hash=False)
    unit: Words = field(hash=False)
    values: tuple[Value, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """Whose numbers they are, each once, the country first."""
        return tuple(sorted({value.region for value in self.values}, key=lambda code: (code not in {"SE", "NO"}, code)))

    def line(self, region: str) -> tuple[Value, ...]:
        """Return the numbers of one region, which alone may be joined by a line."""
        return tuple(value for value in self.values if value.region == region)


@dataclass(frozen=True)
class Trace:
    """What is publicly known of one service in a region."""

    id: str
    region: str
    platform: Words = field(hash=False)
    routes: tuple[Route, ...]
    """Our reading: the source seldom names a level."""
    stage: Literal["use", "pilot", "plan", "rule"]
    from_year: int | None
    to_year: int | None
    year_estimated: bool
    """The source is undated and the years are our estimate."""
    sources: tuple[str, ...]
    """Addresses; ``report-2.2`` is a section of the 2020 report."""
    confidence: Confidence


@dataclass(frozen=True)
class RegionFacts:
    """A region, and what is publicly known of how it connects; without traces nothing is known."""

    code: str
    name: str
    short: str
    county: str
    seat: str
    population: int
    population_on: dt.date
    healthcare_regions: tuple[str, ...]
    """Two for Halland, which belongs to one in the north and one in the south."""
    university_hospital: str
    traces: tuple[Trace, ...]

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes of its traces, each once, in their order; ``unknown`` alone where there are none."""
        found = dict.fromkeys(route for trace in self.traces for route in trace.routes)
        return tuple(found) or ("unknown",)


@dataclass(frozen=True)
class ChoiceCount:
    """How many chose an answer to a question in a round."""

    round: str
    question: str
    choice: int
    n: int


@dataclass(frozen=True)
class RegionMean:
    """A region's mean choice for a question in a round."""

    region: str
    question: str
    mean: float
    n: int


@dataclass(frozen=True)
class Quartiles:
    """The choices at a quarter, half and three quarters of a question's answers in a round."""

    question: str
    low: int
    median: int
    high: int
    n: int
