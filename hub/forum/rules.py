"""The forum as it is kept: threads, posts, experience cards, and what holds for their texts. Pure.

Texts are people's, in Markdown, and are kept as they were typed; ``hub/markdown.py`` makes them safe where they are shown.
"""

import base64
import binascii
import datetime as dt
import secrets
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, Literal

from hub.errors import Rejected

LONGEST: Final[Mapping[str, int]] = {
    "title": 120,
    "text": 20_000,
    "card": 2_000,
    "system": 120,
    "contact": 200,
    "reason": 500,
}
"""The most characters of each text."""
LONGEST_TITLE: Final = LONGEST["title"]
LONGEST_ID: Final = 40
MOST_TAGS: Final = 5
MOST_POSTS: Final = 5_000
"""In one thread; then a new one is begun."""
PAGE: Final = 25
CONFIRM_AFTER: Final = dt.timedelta(days=365)
EDITORS: Final = "[editors]"
"""Stands as the name of the author of an opening question."""


class Reaction(StrEnum):
    """What somebody says of a post without words."""

    TOO = "we-do-this-too"
    WORKS = "tried-works"
    DID_NOT_WORK = "tried-did-not-work"


EXCLUDES: Final[Mapping[Reaction, Reaction]] = {
    Reaction.WORKS: Reaction.DID_NOT_WORK,
    Reaction.DID_NOT_WORK: Reaction.WORKS,
}
"""Whoever says the one takes the other back."""


class Size(StrEnum):
    """How big a region is, for whoever wants no more to be seen; the bounds are our choice."""

    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


_SMALL_BELOW: Final = 250_000
_LARGE_FROM: Final = 450_000
_AS_SIZE: Final = {size: f"[{size.value}-region]" for size in Size}


class Order(StrEnum):
    """Which threads, and in which order."""

    ACTIVITY = "activity"
    NEW = "new"
    UNANSWERED = "unanswered"
    MINE = "mine"
    FOLLOWED = "followed"


@dataclass(frozen=True)
class Card:
    """An experience, told so that it can be compared with others."""

    level: str
    """Id of a level, or empty for another way."""
    year: int
    """When it was done."""
    situation: str
    did: str
    """What we did."""
    result: str
    video_system: str = ""
    record_system: str = ""
    users: str = ""
    otherwise: str = ""
    """What we would do differently."""
    effort: str = ""
    advice: str = ""
    contact: str = ""
    region: str = ""
    """Letter code of the author's region; empty where only its size is to be seen."""

    def kept(self) -> dict[str, Any]:
        """Return what is stored, in words that JSON knows."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def words(self) -> str:
        """All that people have written in it, for the guard and the search."""
        return "\n".join(str(getattr(self, one.name)) for one in fields(self) if one.name not in _NO_WORDS)


_NO_WORDS: Final = frozenset({"level", "year", "region"})
_NEEDED: Final = frozenset({"situation", "did", "result"})
_BOUNDS: Final[Mapping[str, str]] = {"video_system": "system", "record_system": "system", "contact": "contact"}


@dataclass(frozen=True)
class Thread:
    """A talk, without its posts."""

    id: str
    category: str
    tags: tuple[str, ...]
    title: str
    about: str
    """What it stands beside, such as ``level:hop-out``; empty for nothing."""
    question: bool
    seed: str
    """Id of the editors' question in ``content/forum/``; empty for what people began."""
    author: str
    """The id of the person; empty for whoever may not see it, and when the account is gone."""
    author_name: str
    created_at: dt.datetime
    activity_at: dt.datetime
    last_name: str
    posts: int
    """The number of the last post."""
    pinned: bool
    locked: bool
    accepted: str
    """Id of the post that answers the question, or empty."""
    accepted_at: dt.datetime | None
    """When that was said or last confirmed."""
    version: int
    hidden_at: dt.datetime | None = None
    removed_at: dt.datetime | None = None

    @property
    def visible(self) -> bool:
        """Whether everybody who may read sees it."""
        return self.hidden_at is None and self.removed_at is None


@dataclass(frozen=True)
class Post:
    """One text in a thread; the first is number 1."""

    id: str
    thread_id: str
    number: int
    author: str
    author_name: str
    text: str
    created_at: dt.datetime
    changed_at: dt.datetime | None
    version: int
    note: str
    """What a moderator has set below it, or empty."""
    hidden_at: dt.datetime | None = None
    removed_at: dt.datetime | None = None

    @property
    def visible(self) -> bool:
        """Whether everybody who may read sees it."""
        return self.hidden_at is None and self.removed_at is None

    def hidden_in(self, thread: Thread) -> bool:
        """Tell whether a measure hides it, against itself or against the thread that it begins."""
        return self.hidden_at is not None or (self.number == 1 and thread.hidden_at is not None)


@dataclass(frozen=True)
class Revision:
    """How a post read before it was changed."""

    version: int
    title: str
    """Of the thread, where the post is its first; else empty."""
    text: str
    card: Mapping[str, Any] | None
    by: str
    by_name: str
    at: dt.datetime
    """When it gave way."""
    reason: str
    """What the moderator gave who changed it, or empty."""


# --- Texts -----------------------------------------------------------------------------------------------------------

_KEPT_FORMATS: Final = frozenset("\u200c\u200d")
"""Joiners, which some scripts and pictures of people need; other characters of this kind hide or turn text round."""


def clean(text: str) -> str:
    """Return people's text without what hides, turns round or covers text, its line breaks made one kind."""
    lines = text.replace("\t", "    ").translate(_BLANK).splitlines()
    return "\n".join(
        _within_line("".join(c for c in line if unicodedata.category(c)[0] != "C" or c in _KEPT_FORMATS))
        for line in lines
    )


_BLANK: Final = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")
"""Letters and signs that show nothing, as a title without words would."""
_MOST_MARKS: Final = 4
"""Above and below one letter; no written language has more, and a tower of them covers what others have written."""


def _within_line(line: str) -> str:
    """Return a line whose marks above and below its letters stay within it."""
    if line.isascii():
        return line
    kept, marks = [], 0
    for letter in line:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def read_line(name: str, given: str, *, needed: bool = False, bound: str = "") -> str:
    """Return one line of people's text, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``, or ``empty`` where something is needed.
    """
    return _within(name, " ".join(clean(_bounded(name, given, bound or name)).split()), bound or name, needed=needed)


def read_text(name: str, given: str, *, needed: bool = False, bound: str = "") -> str:
    """Return people's text of several lines, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``, or ``empty`` where something is needed.
    """
    return _within(name, clean(_bounded(name, given, bound or name)).strip("\n "), bound or name, needed=needed)


_FAR: Final = 4
"""What is so many times as long as the bound is too long before it is cleaned."""


def _bounded(name: str, given: str, bound: str) -> str:
    if len(given) > _FAR * LONGEST[bound]:
        raise Rejected("too-long", name, {"most": LONGEST[bound], "length": len(given)})
    return given


def _within(name: str, text: str, bound: str, *, needed: bool) -> str:
    if needed and not any(letter.isalnum() or unicodedata.category(letter) == "So" for letter in text):
        raise Rejected("empty", name)
    if len(text) > LONGEST[bound]:
        raise Rejected("too-long", name, {"most": LONGEST[bound], "length": len(text)})
    return text


def read_tags(given: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return tags that exist, each once, in order.

    Raises:
        Rejected: ``unknown-tag``, or ``too-many-tags`` with ``most``.
    """
    tags = tuple(sorted(set(given)))
    if unknown := [tag for tag in tags if tag not in known]:
        raise Rejected("unknown-tag", "tags", {"tag": unknown[0][:LONGEST_ID]})
    if len(tags) > MOST_TAGS:
        raise Rejected("too-many-tags", "tags", {"most": MOST_TAGS})
    return tags


def read_about(given: str) -> str:
    """Return what a thread stands beside, such as ``requirement:a-1``; empty for nothing.

    Raises:
        Rejected: ``unknown-place``.
    """
    kind, _, name = given.partition(":")
    plain = name.replace("-", "").replace(".", "").replace("_", "")
    if given and not (kind in _PLACES and plain.isascii() and plain.isalnum() and len(given) <= _LONGEST_PLACE):
        raise Rejected("unknown-place", "about")
    return given


_PLACES: Final = frozenset({"level", "requirement", "chart", "plan-item", "article"})
_LONGEST_PLACE: Final = 80


def read_card(card: Card, levels: Collection[str], this_year: int) -> Card:
    """Return a card with its texts cleaned and within bounds.

    Raises:
        Rejected: ``empty``, ``too-long``, ``unknown-level`` or ``unknown-year``, with the field.
    """
    if card.level and card.level not in levels:
        raise Rejected("unknown-level", "level")
    if not _FIRST_YEAR <= card.year <= this_year:
        raise Rejected("unknown-year", "year", {"first": _FIRST_YEAR, "last": this_year})
    texts: dict[str, Any] = {}
    for one in fields(card):
        if one.name in _NO_WORDS:
            continue
        given, bound = getattr(card, one.name), _BOUNDS.get(one.name, "card")
        read = read_text if bound == "card" else read_line
        texts[one.name] = read(one.name, given, needed=one.name in _NEEDED, bound=bound)
    return Card(level=card.level, year=card.year, region=card.region, **texts)


_FIRST_YEAR: Final = 2_010


# --- Names -----------------------------------------------------------------------------------------------------------


def size_of(population: int) -> Size:
    """Return how big a region with so many residents is."""
    if population < _SMALL_BELOW:
        return Size.SMALL
    return Size.MIDDLE if population < _LARGE_FROM else Size.LARGE


def kept_name(name: str, population: int, *, as_size: bool) -> str:
    """Return the name to keep with a post: the author's own choice, or a mark for the size of the region.

    Raises:
        Rejected: ``no-region``, the author's profile names no region, so that it has no size.
    """
    if not as_size:
        return name
    if not population:
        raise Rejected("no-region", "as_size")
    return _AS_SIZE[size_of(population)]


def size_in(name: str) -> Size | None:
    """Return the size of the region that a kept name stands for; None when it is a name."""
    return next((size for size, mark in _AS_SIZE.items() if mark == name), None)


# --- Answers ---------------------------------------------------------------------------------------------------------

Standing = Literal["none", "fresh", "ask"]


def answer_stands(thread: Thread, now: dt.datetime) -> Standing:
    """Tell whether a thread has an accepted answer, and whether it is so old that somebody must confirm it."""
    if not thread.accepted or thread.accepted_at is None:
        return "none"
    return "ask" if now - thread.accepted_at >= CONFIRM_AFTER else "fresh"


# --- Pages -----------------------------------------------------------------------------------------------------------


def read_number(given: str, most_digits: int = 5) -> int:
    """Return the number that stands in an address or a form; 0 for what is none, or is longer than there can be."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= most_digits else 0


def page_begins(number: int, posts: int = PAGE) -> int:
    """Return the number of the last post before the page that a post stands on; 0 for the first page."""
    return (number - 1) // posts * posts


def cursor(at: dt.datetime, thread_id: str) -> str:
    """Return where a page of threads ends, as it stands in an address."""
    text = f"{at.astimezone(dt.UTC).isoformat()} {thread_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(given: str) -> tuple[dt.datetime, str] | None:
    """Return the moment and the id that a cursor stands for; None for none, and for what is no cursor."""
    if not given or len(given) > _LONGEST_CURSOR:
        return None
    try:
        moment, _, thread_id = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().partition(" ")
        at = dt.datetime.fromisoformat(moment)
        if at.tzinfo is None:
            return None
        at = at.astimezone(dt.UTC)
    except (binascii.Error, ValueError, OverflowError):
        return None
    if not (thread_id.isascii() and thread_id.isalnum()):
        return None
    return at, thread_id


_LONGEST_CURSOR: Final = 120
_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """Return the id of a thread or a post."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(12))


def shown_reactions(kinds: Sequence[str]) -> tuple[Reaction, ...]:
    """Return the kinds of reaction in their order; what is none is left out."""
    return tuple(kind for kind in Reaction if kind.value in kinds)
