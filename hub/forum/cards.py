"""Experience cards: browsed, narrowed, compared and taken along.

A card of somebody who shows no more than the size of the region holds no region, so no choice of region finds it and no
count holds it. What people have written of their systems counts as the same whatever its capitals and spaces.

What cards are found by is read once and kept in memory until a card has changed, since every choice counts all of them;
the cards that are shown are read anew each time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.clock import Clock
from hub.database import Database
from hub.forum import card_store as store
from hub.forum import rules
from hub.forum.card_store import Experience, Outline, Version
from hub.forum.store import Connection, Place
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
_CHANGES: Final = 200
"""After more changes than this all cards are read anew."""


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
        self._known: tuple[Version, _Known] | None = None

    def _all(self, connection: Connection) -> "_Known":
        """Return what is known of all cards, as they are now."""
        version = store.version(connection)  # before the cards: what changes in between is read once more
        kept = self._known
        if kept is None or kept[0] != version:
            kept = self._known = (version, _Known(self._outlines(connection, kept, version)))
        return kept[1]

    @staticmethod
    def _outlines(connection: Connection, kept: "tuple[Version, _Known] | None", version: Version) -> list[Outline]:
        if kept is not None:
            before, known = kept
            changed = store.changed(connection, before.last, _CHANGES + 1)
            # Those are all, unless some have come in between or the first are gone.
            if len(changed) <= _CHANGES and version == (before.first, version.last, before.changes + len(changed)):
                threads = set(changed)
                rest = [one for one in known.outlines if one.thread_id not in threads]
                return rest + store.outlines(connection, threads)
        return store.outlines(connection)

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
            known = self._all(connection)
            fit, facets = known.counted(sought)
            later = [one for one in fit if after is None or one.place < after]
            page = later[:limit]
            ends = rules.cursor(*page[-1].place) if len(later) > limit else ""
            shown = tuple(store.some(connection, [one.thread_id for one in page]))
            return Browsed(shown, ends, len(fit), len(known.cards), facets)

        return self._database.read(read)

    def newest(self, by: Visitor, sought: Sought, limit: int) -> tuple[Experience, ...]:
        """Return the cards told last of those that fit.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)

        def read(connection: Connection) -> list[Experience]:
            fit = self._all(connection).fitting(sought)
            return store.some(connection, [one.thread_id for one in fit[:limit]])

        return tuple(self._database.read(read))

    def some(self, by: Visitor, thread_ids: Sequence[str]) -> tuple[Experience, ...]:
        """Return the cards of these threads in this order, at most ``MOST``; those the reader does not see are left out.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        asked = list(dict.fromkeys(thread_ids))[:MOST]
        return tuple(self._database.read(lambda connection: store.some(connection, asked)))

    def every(self, by: Visitor, sought: Sought) -> tuple[Experience, ...]:
        """Return all cards that fit, those told last first, at most ``MOST_IN_FILE``.

        Raises:
            Rejected: ``not-allowed``, ``too-often``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("export", by, self._clock)

        def read(connection: Connection) -> tuple[Experience, ...]:
            wanted = [one.thread_id for one in self._all(connection).fitting(sought)[:MOST_IN_FILE]]
            batches = [wanted[first : first + _BATCH] for first in range(0, len(wanted), _BATCH)]
            return tuple(one for batch in batches for one in store.some(connection, batch))

        return self._database.read(read)


# --- What can be chosen ----------------------------------------------------------------------------------------------


class _Choice(NamedTuple):
    """What one card has of all that can be chosen by; or what somebody has chosen, where empty is all."""

    level: str
    video: str
    record: str
    region: str
    year: str


_NAMES: Final = _Choice._fields
_WRITTEN: Final[Mapping[str, str]] = {"video": "video_system", "record": "record_system"}
"""What people have written, each in their own way."""


@dataclass(frozen=True, slots=True)
class _Card:
    """Where a card stands among all, and what it has."""

    thread_id: str
    place: Place
    has: _Choice


class _Known:
    """All cards in outline, those told last first, ready to be counted."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        """Put them in order and what people have written in one form, and note how most have written it."""
        self.outlines = sorted(outlines, key=lambda one: (one.created_at, one.thread_id), reverse=True)
        self._spelt = {
            name: _most_common(Counter(getattr(one, written) for one in outlines)) for name, written in _WRITTEN.items()
        }
        form = _Forms()
        self.cards = [
            _Card(
                one.thread_id,
                (one.created_at, one.thread_id),
                _Choice(one.level or OTHER, form[one.video_system], form[one.record_system], one.region, str(one.year)),
            )
            for one in self.outlines
        ]

    def fitting(self, sought: Sought) -> list[_Card]:
        """Return the cards that fit."""
        return _fitting(self.cards, _chosen(sought))

    def counted(self, sought: Sought) -> tuple[list[_Card], Mapping[str, tuple[Facet, ...]]]:
        """Return the cards that fit, and what can be chosen: a card counts where nothing else that is chosen leaves it out."""
        chosen = _chosen(sought)
        fit = _fitting(self.cards, chosen)
        facets = {}
        for at, name in enumerate(_NAMES):
            others = _fitting(self.cards, chosen._replace(**{name: ""})) if chosen[at] else fit
            counts = Counter(one.has[at] for one in others)
            spelt = self._spelt.get(name, {})
            facets[name] = tuple(
                Facet(value, spelt.get(value, value), count)
                for value, count in sorted(counts.items(), reverse=name == "year")
                if value
            )
        return fit, facets


class _Forms(dict[str, str]):
    """Remembers what names of systems have in common; few of them are written in many ways."""

    def __missing__(self, system: str) -> str:
        self[system] = form = same(system)
        return form


def _most_common(spellings: Mapping[str, int]) -> Mapping[str, str]:
    """Return how most have written each system; the first by letters, where as many have written it otherwise."""
    by_count = sorted(spellings.items(), key=lambda one: (one[1], [-ord(letter) for letter in one[0]]))
    return {same(spelling): spelling for spelling, _ in by_count}


def _chosen(sought: Sought) -> _Choice:
    return _Choice(sought.level, same(sought.video), same(sought.record), sought.region, str(sought.year or ""))


def _fitting(cards: Iterable[_Card], chosen: _Choice) -> list[_Card]:
    found = list(cards)
    for at, value in enumerate(chosen):
        if value:
            found = [one for one in found if one.has[at] == value]
    return found
