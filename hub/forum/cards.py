"""Experience cards: browsed, narrowed, compared and taken along.

A card of somebody who shows no more than the size of the region holds no region, so no choice of region finds it and no
count holds it. What people have written of their systems counts as the same whatever its capitals and spaces.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.clock import Clock
from hub.database import Database
from hub.forum import card_store as store
from hub.forum import rules
from hub.forum.card_store import Experience, Kind, Narrowing
from hub.forum.store import Connection
from hub.identity.rules import Action, require
from hub.limits import Limits
from hub.visitor import Visitor

OTHER: Final = "other"
"""Asks for cards about another way than the levels."""
FEWEST: Final = 2
MOST: Final = 4
"""So many cards stand side by side."""
MOST_IN_FILE: Final = 5_000
_BATCH: Final = 500


@dataclass(frozen=True)
class Sought:
    """Which cards somebody asks for; what is empty asks for all."""

    level: str = ""
    """Id of a level, or ``OTHER``."""
    video: str = ""
    record: str = ""
    region: str = ""
    """Letter code."""
    year: int = 0


@dataclass(frozen=True)
class Facet:
    """Something that can be chosen, and how many cards it would leave with all else as it is."""

    value: str
    words: str
    """As most have written it; the value itself where it is an id or a number."""
    count: int


@dataclass(frozen=True)
class Browsed:
    """Some cards, and what can be chosen."""

    experiences: tuple[Experience, ...]
    next: str
    """The cursor of the next page, or empty."""
    count: int
    """How many cards fit."""
    all: int
    """How many there are."""
    facets: Mapping[str, tuple[Facet, ...]]
    """By ``level``, ``video``, ``record``, ``region`` and ``year``."""


FILTERS: Final[Mapping[str, str]] = {
    "niva": "level", "video": "video", "journal": "record", "region": "region", "ar": "year",
}  # fmt: skip
"""What narrows the cards, as it is called in addresses and here."""


def read_sought(given: Mapping[str, str], levels: Iterable[str], regions: frozenset[str]) -> tuple[Sought, list[str]]:
    """Return what an address asks for, and the names in it of what there cannot be, which then asks for all."""
    asked = {name: given.get(name, "")[: rules.LONGEST["system"]] for name in FILTERS}
    there_can_be = {
        "niva": asked["niva"] in {*levels, OTHER},
        "region": asked["region"] in regions,
        "ar": len(asked["ar"]) == _YEAR_DIGITS and rules.read_number(asked["ar"]) > 0,
    }
    wrong = [name for name, so in there_can_be.items() if asked[name] and not so]
    asked |= dict.fromkeys(wrong, "")
    year = rules.read_number(asked["ar"])
    return Sought(asked["niva"], asked["video"], asked["journal"], asked["region"], year), wrong


_YEAR_DIGITS: Final = 4


def same(system: str) -> str:
    """Return what people's names of one system have in common."""
    return " ".join(system.split()).casefold()


class Cards:
    """Reads the cards."""

    def __init__(self, database: Database, limits: Limits, clock: Clock) -> None:
        """Hold what is needed."""
        self._database = database
        self._limits = limits
        self._clock = clock

    def browse(self, by: Visitor, sought: Sought, cursor: str = "", limit: int = rules.PAGE) -> Browsed:
        """Return a page of cards, those told last first, with what can be chosen.

        Args:
            by: a member.
            sought: which cards.
            cursor: where the page before ended; empty for the first.
            limit: how many cards.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        after = rules.read_cursor(cursor)

        def read(connection: Connection) -> Browsed:
            kinds = store.kinds(connection)
            found = store.experiences(connection, _narrowing(sought, kinds), after, limit + 1)
            page = found[:limit]
            ends = rules.cursor(page[-1].created_at, page[-1].thread_id) if len(found) > limit else ""
            fit, facets = _counted(kinds, sought)
            return Browsed(tuple(page), ends, fit, sum(one.count for one in kinds), facets)

        return self._database.read(read)

    def newest(self, by: Visitor, sought: Sought, limit: int) -> tuple[Experience, ...]:
        """Return the cards told last of a level, a region or a year.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        wanted = _narrowing(replace(sought, video="", record=""), ())
        return tuple(self._database.read(lambda connection: store.experiences(connection, wanted, None, limit)))

    def some(self, by: Visitor, thread_ids: Sequence[str]) -> tuple[Experience, ...]:
        """Return the cards of these threads in this order, at most ``MOST``; those the reader does not see are left out.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        asked = list(dict.fromkeys(thread_ids))[:MOST]
        found = {one.thread_id: one for one in self._database.read(lambda connection: store.some(connection, asked))}
        return tuple(found[id_] for id_ in asked if id_ in found)

    def every(self, by: Visitor, sought: Sought) -> tuple[Experience, ...]:
        """Return all cards that fit, those told last first, at most ``MOST_IN_FILE``.

        Raises:
            Rejected: ``not-allowed``, ``too-often``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("export", by, self._clock)

        def read(connection: Connection) -> tuple[Experience, ...]:
            wanted = _narrowing(sought, store.kinds(connection))
            found: list[Experience] = []
            after = None
            while len(found) < MOST_IN_FILE:
                batch = store.experiences(connection, wanted, after, min(_BATCH, MOST_IN_FILE - len(found)))
                if not batch:
                    break
                found += batch
                after = (batch[-1].created_at, batch[-1].thread_id)
            return tuple(found)

        return self._database.read(read)


# --- What can be chosen ----------------------------------------------------------------------------------------------

_VALUES: Final[Mapping[str, Callable[[Kind], str]]] = {
    "level": lambda one: one.level or OTHER,
    "video": lambda one: same(one.video_system),
    "record": lambda one: same(one.record_system),
    "region": lambda one: one.region,
    "year": lambda one: str(one.year),
}


def _chosen(sought: Sought) -> Mapping[str, str]:
    every = {
        "level": sought.level, "video": same(sought.video), "record": same(sought.record), "region": sought.region,
        "year": str(sought.year or ""),
    }  # fmt: skip
    return {name: value for name, value in every.items() if value}


def _counted(kinds: Iterable[Kind], sought: Sought) -> tuple[int, Mapping[str, tuple[Facet, ...]]]:
    """Return how many cards fit, and what can be chosen: a card counts where nothing else that is chosen leaves it out."""
    chosen = _chosen(sought)
    fit = 0
    counts: dict[str, Counter[str]] = {name: Counter() for name in _VALUES}
    spelt: dict[tuple[str, str], Counter[str]] = {}
    for one in kinds:
        values = {name: value(one) for name, value in _VALUES.items()}
        left_out_by = [name for name, value in chosen.items() if values[name] != value]
        fit += 0 if left_out_by else one.count
        for name in _VALUES if not left_out_by else left_out_by if len(left_out_by) == 1 else ():
            if value := values[name]:
                counts[name][value] += one.count
                spelt.setdefault((name, value), Counter())[_spelling(one, name) or value] += one.count
    return fit, {
        name: tuple(
            Facet(value, spelt[name, value].most_common(1)[0][0], count)
            for value, count in sorted(found.items(), reverse=name == "year")
        )
        for name, found in counts.items()
    }


def _spelling(one: Kind, name: str) -> str:
    return one.video_system if name == "video" else one.record_system if name == "record" else ""


def _narrowing(sought: Sought, kinds: Iterable[Kind]) -> Narrowing:
    chosen = _chosen(sought)

    def spellings(name: str) -> set[str] | None:
        if name not in chosen:
            return None
        return {_spelling(one, name) for one in kinds if _VALUES[name](one) == chosen[name]}

    return Narrowing(
        level=("" if sought.level == OTHER else sought.level) if sought.level else None,
        year=sought.year or None,
        region=sought.region or None,
        video_systems=spellings("video"),
        record_systems=spellings("record"),
    )
