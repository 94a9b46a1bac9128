"""What a region has answered in a round so far, and what may be written: values and their limits. Pure."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.drafts import clean
from hub.errors import Rejected
from hub.identity.rules import tidy
from hub.survey.rounds import Answer, Answers, read_choice
from hub.survey.visibility import VISIBILITIES, Visibility

LONGEST: Final[Mapping[str, int]] = {"name": 80, "evidence": 500, "text": 4_000, "title": 80}
"""The most characters of each text."""
MOST_COLLEAGUES: Final = 60
"""People who answer for one region in one round."""


@dataclass(frozen=True)
class Part:
    """A region's part in a round."""

    round_id: str
    region: str
    visibility: Visibility
    texts: Mapping[str, str] = field(hash=False)
    """Answers to the open questions, by question."""
    needs: tuple[str, ...]
    submitted_at: dt.datetime | None
    version: int
    changed_at: dt.datetime
    widest: Visibility | None = None
    """The most open it has been since something was handed in; None before."""
    at_close: Visibility | None = None
    """As it was when the round closed; None before."""
    may_be_asked: bool = False
    """By other regions, about what it has come far with."""


@dataclass(frozen=True)
class Colleague:
    """What one person has answered."""

    owner: str
    name: str
    choices: Mapping[str, str] = field(hash=False)
    """By statement; empty where an answer was taken back."""
    evidence: Mapping[str, str] = field(hash=False)
    versions: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True)
class Settled:
    """What a region has settled on for one statement."""

    choice: str
    evidence: str
    by_name: str
    version: int
    saved_at: dt.datetime


@dataclass(frozen=True)
class Entry:
    """A line in the history of a region's part."""

    at: dt.datetime
    by_name: str
    kind: str
    statement: str
    before: Mapping[str, Any] = field(hash=False)
    after: Mapping[str, Any] = field(hash=False)


def answers_of(settled: Mapping[str, Settled]) -> Answers:
    """Return what a region has settled on, as the rules of rounds take it; what was left open again is left out."""
    return {
        statement: Answer(statement, choice, one.evidence)
        for statement, one in settled.items()
        if (choice := read_choice(one.choice)) is not None
    }


def checked_choice(given: str) -> str:
    """Return a choice that exists; empty takes an answer back.

    Raises:
        Rejected: ``unknown-choice``.
    """
    if given and read_choice(given) is None:
        raise Rejected("unknown-choice", "choice")
    return given


def checked_visibility(given: str) -> Visibility:
    """Return a visibility that exists.

    Raises:
        Rejected: ``unknown-visibility``.
    """
    if given not in VISIBILITIES:
        raise Rejected("unknown-visibility", "visibility")
    return given


def read_line(name: str, given: str, *, needed: bool = False) -> str:
    """Return one line of people's text, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``, or ``empty`` where something is needed.
    """
    return _within(name, tidy(given), needed=needed)


def read_text(name: str, given: str) -> str:
    """Return people's text of several lines, cleaned.

    Raises:
        Rejected: ``too-long`` with ``most``.
    """
    return _within(name, clean(given).strip(), needed=False)


def _within(name: str, text: str, *, needed: bool) -> str:
    if needed and not text:
        raise Rejected("empty", name)
    if len(text) > LONGEST[name]:
        raise Rejected("too-long", name, {"most": LONGEST[name]})
    return text


def new_key() -> str:
    """Return the key of a link for colleagues: 128 bits, so that it cannot be guessed."""
    return secrets.token_urlsafe(16)


def digest(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
