"""How the report's words become intervals, what may be done with an interval, and what a chart says in words.

An interval holds every number of regions that a word may mean. Whatever is worked out from intervals holds every number
that is possible, so it never claims more than they do; and what comes of a vague word is vague.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar

ANSWERED: Final = 18
"""Regions that answered the 2020 survey. Source: report, summary and 1.4."""

Precision = Literal["exact", "range", "approximate", "vague", "none"]
"""How far a number can be trusted: as told or counted; as a range; as about so many; as our reading of a word; no number."""

_ORDER: Final[tuple[Precision, ...]] = ("exact", "range", "approximate", "vague", "none")


@dataclass(frozen=True)
class Interval:
    """A number that is at least ``low`` and at most ``high``."""

    low: int
    high: int

    def __post_init__(self) -> None:
        """Refuse what is no interval.

        Raises:
            ValueError: an end is negative, or they stand the wrong way round.
        """
        if not 0 <= self.low <= self.high:
            raise ValueError(f"{self.low}–{self.high} is no interval")


@dataclass(frozen=True)
class Coding:
    """What a word of the report is read as."""

    interval: Interval
    precision: Precision


_WORDS: Final[tuple[tuple[str, int, int, Precision], ...]] = (
    ("ingen", 0, 0, "exact"),
    ("ett par–tre", 2, 3, "range"),
    ("sju–åtta", 7, 8, "range"),
    ("ungefär fem", 4, 6, "approximate"),
    ("någon", 1, 2, "vague"),
    ("sannolikt", 1, 2, "vague"),
    ("få", 0, 3, "vague"),
    ("mycket få", 0, 3, "vague"),
    ("några få", 2, 4, "vague"),
    ("några", 2, 5, "vague"),
    ("en handfull", 3, 6, "vague"),
    ("andra", 2, 9, "vague"),
    ("ett antal", 2, 9, "vague"),
    ("flera", 3, 8, "vague"),
    ("många", 6, 17, "vague"),
    ("vanligt", 6, 17, "vague"),
    ("de flesta", 10, 17, "vague"),
    ("flertalet", 10, 17, "vague"),
    ("mer än hälften", 10, 18, "vague"),
)

CODING: Final[Mapping[str, Coding]] = {
    word: Coding(Interval(low, high), precision) for word, low, high, precision in _WORDS
}
"""Our coding, not the report's; the code book says it in words. Source: the words stand in the report, chapters 3 to 6."""

_ONLY_REGIONS: Final = frozenset(
    {"andra", "ett antal", "flera", "många", "vanligt", "de flesta", "flertalet", "mer än hälften"}
)
_OVER: Final = re.compile(r"drygt (\d+)")


def read_word(word: str, *, unit: str = "regions") -> Coding | None:
    """Return what a word is read as; None when it cannot be counted.

    Words that are measured against the 18 who answered are read for regions only: many vendors are not 6 to 17.
    """
    if over := _OVER.fullmatch(word):
        least = int(over[1])
        return Coding(Interval(least, least * 11 // 10), "approximate")
    return None if unit != "regions" and word in _ONLY_REGIONS else CODING.get(word)


def vaguest(precisions: Iterable[Precision]) -> Precision:
    """Return the precision of what is worked out from several; of nothing at all, none."""
    return max(precisions, key=_ORDER.index, default="none")


def total(intervals: Iterable[Interval], *, of: int) -> Interval:
    """Return how many belong to any of several groups that do not overlap.

    Raises:
        ValueError: even the least of them are together more than there are.
    """
    held = tuple(intervals)
    low = sum(one.low for one in held)
    if low > of:
        raise ValueError(f"at least {low} of {of}: the groups overlap")
    return Interval(low, min(of, sum(one.high for one in held)))


def either(one: Interval, other: Interval, *, of: int) -> Interval:
    """Return how many belong to at least one of two groups that may overlap."""
    return Interval(min(of, max(one.low, other.low)), min(of, one.high + other.high))


def both(one: Interval, other: Interval, *, of: int) -> Interval:
    """Return how many belong to both of two groups."""
    return Interval(min(max(0, one.low + other.low - of), one.high, other.high), min(one.high, other.high))


def the_rest(one: Interval, *, of: int) -> Interval:
    """Return how many do not belong to a group. They have not said the opposite: the answers were free text."""
    return Interval(max(0, of - one.high), max(0, of - one.low))


def span(intervals: Iterable[Interval]) -> Interval:
    """Return the interval that holds each of several, for when a source gives one fact in several ways.

    Raises:
        ValueError: there is none.
    """
    held = tuple(intervals)
    if not held:
        raise ValueError("no interval spans nothing")
    return Interval(min(one.low for one in held), max(one.high for one in held))


class Timed(Protocol):
    """A value of a period."""

    @property
    def starts_on(self) -> dt.date | None:
        """The first day; None when the period has not been set."""

    @property
    def ends_on(self) -> dt.date | None:
        """The last day."""


_Timed = TypeVar("_Timed", bound=Timed)


def unbroken(values: Sequence[_Timed]) -> tuple[tuple[_Timed, ...], ...]:
    """Return values in runs without a gap, so that no line is drawn over a period that nobody has a value for.

    Args:
        values: of one series and one region, the oldest first.
    """
    runs: list[list[_Timed]] = []
    for value in values:
        last = runs[-1][-1].ends_on if runs else None
        if last is not None and value.starts_on == last + dt.timedelta(days=1):
            runs[-1].append(value)
        else:
            runs.append([value])
    return tuple(tuple(run) for run in runs)


class Counted(Protocol):
    """A statement about how many regions."""

    @property
    def id(self) -> str:
        """Which statement it is."""

    @property
    def low(self) -> int | None:
        """At least so many regions."""

    @property
    def high(self) -> int | None:
        """At most so many regions."""


MESSAGES: Final[Mapping[str, Mapping[str, tuple[str, Literal["low", "high"]]]]] = {
    "national": {"low": ("framework-wanted", "low"), "high": ("national-video-open", "high")},
    "use": {"low": ("link-to-1177", "low"), "high": ("link-to-1177", "high")},
    "usage": {
        "low": ("drop-in", "low"),
        "high": ("drop-in", "high"),
        "least": ("barely-begun", "low"),
        "most": ("barely-begun", "high"),
    },
    "integration": {
        "low": ("first-entrance", "low"),
        "high": ("first-entrance", "high"),
        "least": ("link-to-1177", "low"),
        "most": ("link-to-1177", "high"),
    },
    "functions": {"low": ("more-than-video", "low"), "high": ("more-than-video", "high")},
    "needs": {"low": ("much-work-left", "low"), "high": ("desired-state-very-few", "high")},
    "challenges": {"low": ("practice-over-technology", "low"), "high": ("practice-over-technology", "high")},
    "national-support": {"low": ("framework-wanted", "low"), "high": ("national-video-open", "high")},
}
"""For each chart what its message tells: the statement, and which end of its interval."""


def message(chart: str, marks: Sequence[Counted], frame: str) -> str:
    """Return a chart's one message, filled from the very marks it draws.

    Args:
        chart: which one of ``MESSAGES``.
        marks: what the chart draws.
        frame: the sentence, with the places that ``MESSAGES`` names.
    """
    by_id = {mark.id: mark for mark in marks}
    return frame.format(**{place: getattr(by_id[id_], end) for place, (id_, end) in MESSAGES[chart].items()})
