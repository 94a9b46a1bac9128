"""What those who moderate may do: the measures, which of them need a reason, and how long a suspension lasts. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.errors import Rejected


class What(StrEnum):
    """A measure, or what takes one back."""

    DISMISS = "dismiss"
    """Leave what was reported as it is."""
    REOPEN = "reopen"
    """Let the reports wait again."""
    HIDE = "hide"
    RESTORE = "restore"
    WARN = "warn"
    """Set a note below a post for all to see."""
    UNWARN = "unwarn"
    EDIT = "edit"
    MOVE = "move"
    MOVE_BACK = "move-back"
    LOCK = "lock"
    UNLOCK = "unlock"
    PIN = "pin"
    UNPIN = "unpin"
    SUSPEND = "suspend"
    LIFT = "lift"
    ACCEPT = "accept"
    """Say which post answers another's question."""
    UNACCEPT = "unaccept"


NEEDS_REASON: Final = frozenset({What.HIDE, What.WARN, What.EDIT, What.MOVE, What.LOCK, What.SUSPEND})
"""What is done to somebody's text, thread or right to write; taking it back needs none."""

SHOWN_TO_AUTHOR: Final = frozenset(What) - {What.DISMISS, What.REOPEN, What.PIN, What.UNPIN}
"""That somebody has reported a text is not told to its author, unless something comes of it."""

TAKEN_BACK_BY: Final[Mapping[What, What]] = {
    What.DISMISS: What.REOPEN,
    What.HIDE: What.RESTORE,
    What.WARN: What.UNWARN,
    What.MOVE: What.MOVE_BACK,
    What.LOCK: What.UNLOCK,
    What.PIN: What.UNPIN,
    What.SUSPEND: What.LIFT,
}
"""An edit is taken back by another edit, from the history; an answer is accepted and withdrawn in the thread."""

TAKES_BACK: Final[Mapping[What, What]] = {back: what for what, back in TAKEN_BACK_BY.items()}

DAYS: Final = (1, 7, 30, 0)
"""For how long somebody may be suspended; 0 is until further notice."""


@dataclass(frozen=True)
class Measure:
    """Something that has been done by somebody who moderates."""

    id: int
    at: dt.datetime
    by_name: str
    """Empty for whoever may not see it."""
    what: What
    thread_id: str
    post_id: str
    """Empty where the thread is concerned."""
    number: int
    """Of the post; 0 where the thread is concerned."""
    person_id: str
    """Whose text it concerns; empty when the account is gone, for the editors' texts, and for whoever may not see it."""
    reason: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Suspension:
    """That somebody may read the forum but not write in it."""

    id: str
    person_id: str
    by_name: str
    reason: str
    begins_at: dt.datetime
    until: dt.datetime | None
    """None: until further notice."""
    lifted_at: dt.datetime | None = None


def read_days(given: int) -> int:
    """Return for how many days somebody is to be suspended.

    Raises:
        Rejected: ``unknown-days``.
    """
    if given not in DAYS:
        raise Rejected("unknown-days", "days")
    return given


def ends(days: int, now: dt.datetime) -> dt.datetime | None:
    """Return when a suspension that begins now ends; None for one that lasts until further notice."""
    return now + dt.timedelta(days=days) if days else None


def suspended(found: Iterable[Suspension], now: dt.datetime) -> Suspension | None:
    """Return the suspension that holds now, the one that lasts longest, or None."""
    holding = [
        one
        for one in found
        if one.lifted_at is None and one.begins_at <= now and (one.until is None or now < one.until)
    ]
    return max(holding, key=lambda one: (one.until is None, one.until or now), default=None)


def months(now: dt.datetime, how_many: int) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the first moments of the latest months and of those after them, this month first."""
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (begin + dt.timedelta(days=32)).replace(day=1)
    found = []
    for _ in range(how_many):
        found.append((begin, after))
        begin, after = (begin - dt.timedelta(days=1)).replace(day=1), begin
    return found
