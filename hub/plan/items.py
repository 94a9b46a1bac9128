"""The region's plan as it is kept: its stages, items and links, and what has changed since it was last looked through.

Pure. Texts here are people's and are shown as they were typed; a plan belongs to one language, that of its document.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final, Literal

from hub.errors import Rejected
from hub.language import Language
from hub.plan.rules import clean, one_line

STAGES: Final = ("direction", "analysis", "agreements", "order", "build", "acceptance", "service")
"""The order of work, our division of it into seven; described in ``content/plan/``."""

Stage = str
"""One of ``STAGES``."""


class State(StrEnum):
    """How far an item has come."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"
    """Decided against; kept so that the plan says so."""


LONGEST: Final[Mapping[str, int]] = {
    "title": 120,
    "text": 600,
    "owner_role": 80,
    "comment": 4_000,
    "notes": 20_000,
    "help": 500,
    "guide": 8_000,
}
"""The most characters of each text."""
MOST_ITEMS: Final = 300
MOST_COMMENTS: Final = 1_000


@dataclass(frozen=True)
class NewItem:
    """Something to do, before it stands in a plan."""

    text: str
    owner_role: str = ""
    """Who does it, in the region's own words."""
    due_on: dt.date | None = None
    state: State = State.OPEN
    stage: Stage = ""
    """The stage it belongs to, or empty for all of them."""
    origin: str = ""
    """Where it came from, such as ``guide:1:step:it:0``; empty for what was written in the plan."""


@dataclass(frozen=True)
class Item(NewItem):
    """Something to do, in a plan."""

    id: str = ""
    place: int = 0
    version: int = 1
    """Goes up with each change; a change names the version it was made from."""
    removed: bool = False


@dataclass(frozen=True)
class Comment:
    """What somebody has said on an item."""

    id: str
    item_id: str
    author: str
    """The id of the person, or empty: by link, or the account is gone."""
    author_name: str
    support: bool
    """Written by a coach or an administrator."""
    text: str
    created_at: dt.datetime


@dataclass(frozen=True)
class Plan:
    """A plan without its items."""

    id: str
    channel: str
    """The topic that moves when the plan changes; told only to those who may read it."""
    title: str
    language: Language
    region: str
    """Letter code, or empty."""
    owner: str
    guide: str
    """The guide's query with the answers for each service."""
    basis: Mapping[str, object]
    """What the guide made of the answers when the plan was last looked through; see ``differences``."""
    texts: Mapping[str, str]
    """The officer's own texts for the board document."""
    notes: str
    notes_version: int
    stage: Stage
    stage_at: dt.datetime
    published: bool
    asks_help: str
    asks_help_at: dt.datetime | None
    version: int
    created_at: dt.datetime
    changed_at: dt.datetime
    deleted_at: dt.datetime | None = None


@dataclass(frozen=True)
class Event:
    """One change of a plan, as its history keeps it."""

    id: int
    at: dt.datetime
    by: str
    by_name: str
    """Empty for somebody with the link."""
    kind: str
    item_id: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    undone: bool


UNDOABLE: Final = frozenset(
    {"item.add", "item.change", "item.remove", "notes", "title", "stage", "answers", "comment.remove"}
)


# --- Texts -----------------------------------------------------------------------------------------------------------


def line_of(name: str, given: str, *, needed: bool = False) -> str:
    """Return one line of people's text, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``, or ``empty`` where something is needed.
    """
    return _within(name, one_line(given), needed=needed)


def text_of(name: str, given: str, *, needed: bool = False) -> str:
    """Return people's text of several lines, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``, or ``empty`` where something is needed.
    """
    return _within(name, clean(given).strip(), needed=needed)


def _within(name: str, text: str, *, needed: bool) -> str:
    if needed and not text:
        raise Rejected("empty", name)
    if len(text) > LONGEST[name]:
        raise Rejected("too-long", name, {"most": LONGEST[name]})
    return text


def stage_of(given: str, *, needed: bool = True) -> Stage:
    """Return a stage.

    Raises:
        Rejected: ``unknown-stage``.
    """
    if given in STAGES or (not given and not needed):
        return given
    raise Rejected("unknown-stage", "stage")


def cleaned(item: NewItem) -> NewItem:
    """Return an item with its texts cleaned and within bounds.

    Raises:
        Rejected: ``empty``, ``too-long`` or ``unknown-stage``, with the field.
    """
    return NewItem(
        text=line_of("text", item.text, needed=True),
        owner_role=line_of("owner_role", item.owner_role),
        due_on=item.due_on,
        state=State(item.state),
        stage=stage_of(item.stage, needed=False),
        origin=item.origin[:120],
    )


# --- Links -----------------------------------------------------------------------------------------------------------


def new_key() -> str:
    """Return the key of an edit link: 128 bits, so that it cannot be guessed."""
    return secrets.token_urlsafe(16)


def read_key(edit_key: str) -> str:
    """Return the key of the read link that goes with an edit link; the way back is not to be found."""
    return hashlib.sha256(f"read {edit_key}".encode()).hexdigest()[:22]


def digest(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


# --- What has changed since ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ServiceBasis:
    """What the guide makes of the answers for one service."""

    name: str
    aim: str
    """In words; empty when there is none."""
    start: str
    gates: Mapping[str, str]
    """Precondition and how it stands, in words."""
    items: Mapping[str, NewItem]
    """What the guide proposes to do, by origin."""


@dataclass(frozen=True)
class Basis:
    """What the guide makes of all answers, and with which version of rules and facts."""

    version: str
    services: Sequence[ServiceBasis]
    texts: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """Return what is stored to compare with later."""
        return {
            "version": self.version,
            "services": [
                {
                    "aim": one.aim,
                    "start": one.start,
                    "gates": dict(one.gates),
                    "items": {origin: item.text for origin, item in one.items.items()},
                }
                for one in self.services
            ],
        }


@dataclass(frozen=True)
class Difference:
    """Something the guide now sees otherwise than when the plan was last looked through."""

    kind: Literal["aim", "start", "gate", "item-new", "item-changed", "item-gone"]
    service: int
    """From 0."""
    subject: str
    """The precondition, or the origin of the item."""
    before: str
    after: str


_NOTHING: Final[Mapping[str, Any]] = {"aim": "", "start": "", "gates": {}, "items": {}}


def differences(kept: Mapping[str, object], now: Basis) -> tuple[Difference, ...]:
    """Compare what was stored with what the answers give today; a service may have come or gone since."""
    earlier = kept.get("services", [])
    if not isinstance(earlier, list):
        return ()
    gone = ServiceBasis("", "", "", {}, {})
    found: list[Difference] = []
    for number, (then, one) in enumerate(zip_longest(earlier, now.services)):
        found += _differences(number, then or _NOTHING, one or gone)
    return tuple(found)


def _differences(number: int, then: Mapping[str, Any], one: ServiceBasis) -> list[Difference]:
    found: list[Difference] = []
    if then["aim"] != one.aim:
        found.append(Difference("aim", number, "", then["aim"], one.aim))
    if then["start"] != one.start:
        found.append(Difference("start", number, "", then["start"], one.start))
    found += [
        Difference("gate", number, name, then["gates"][name], state)
        for name, state in one.gates.items()
        if then["gates"].get(name, state) != state
    ]
    for origin, item in one.items.items():
        before = then["items"].get(origin)
        if before is None:
            found.append(Difference("item-new", number, origin, "", item.text))
        elif before != item.text:
            found.append(Difference("item-changed", number, origin, before, item.text))
    found += [
        Difference("item-gone", number, origin, text, "")
        for origin, text in then["items"].items()
        if origin not in one.items
    ]
    return found
