"""What a region states of itself, beside our reading of public traces and never in its place. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args
from urllib.parse import urlsplit

from hub.errors import Rejected
from hub.identity.rules import tidy
from hub.survey.facts import Route

LONGEST: Final[Mapping[str, int]] = {"platform": 200, "source": 500, "note": 600}
"""The most characters of each text."""
MOST: Final = 200
"""Statements of one region that have not been withdrawn."""
ROUTES: Final[tuple[Route, ...]] = tuple(route for route in get_args(Route) if route != "unknown")
"""What a region may state; whoever does not know has nothing to correct."""
STAGES: Final = ("use", "pilot", "plan", "rule")
_FIRST_YEAR: Final = 2000
_AHEAD_YEARS: Final = 5
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """What is stated of one service."""

    trace: str
    """The id of the public trace it corrects; empty for a service that we have no trace of."""
    platform: str
    routes: tuple[Route, ...]
    stage: str
    year: int
    source: str
    """An address that begins with ``https://``."""
    note: str


@dataclass(frozen=True)
class Correction(Statement):
    """A statement as it is kept."""

    id: str
    region: str
    author: str
    """The id of the person; empty when the account is gone."""
    author_name: str
    at: dt.datetime
    withdrawn_at: dt.datetime | None
    withdrawn_by: str


def read_statement(given: Mapping[str, str], routes: Iterable[str], *, this_year: int) -> Statement:
    """Return what a form states.

    Args:
        given: ``trace``, ``platform``, ``stage``, ``year``, ``source`` and ``note``.
        routes: those ticked.
        this_year: the year of the present moment.

    Raises:
        Rejected: ``empty``, ``too-long``, ``routes-missing``, ``stage-missing``, ``not-a-year``, ``no-https``; each with
            the field.
    """
    platform = _within("platform", tidy(given.get("platform", "")))
    if not platform:
        raise Rejected("empty", "platform")
    ticked = {*routes}
    if not ticked or not ticked <= {*ROUTES}:
        raise Rejected("routes-missing", "routes")
    stage = given.get("stage", "")
    if stage not in STAGES:
        raise Rejected("stage-missing", "stage")
    year = given.get("year", "").strip()
    last = this_year + _AHEAD_YEARS
    if not re.fullmatch(r"[0-9]{4}", year) or not _FIRST_YEAR <= int(year) <= last:
        raise Rejected("not-a-year", "year", {"first": _FIRST_YEAR, "last": last})
    note = _within("note", "\n".join(tidy(line) for line in given.get("note", "").splitlines()).strip())
    return Statement(
        given.get("trace", ""),
        platform,
        tuple(route for route in ROUTES if route in ticked),
        stage,
        int(year),
        read_source(given.get("source", "")),
        note,
    )


def read_source(given: str) -> str:
    """Return an address that anybody can open and that leads where it says.

    Raises:
        Rejected: ``no-https`` or ``too-long``.
    """
    address = _within("source", given.strip())
    try:
        parts = urlsplit(address)
        plain = parts.scheme.lower() == "https" and parts.username is None and parts.port in {None, 443}
        host = parts.hostname or ""
    except ValueError:
        plain, host = False, ""
    if not plain or not _HOST.fullmatch(host) or any(not sign.isprintable() or sign in " \"'<>\\`" for sign in address):
        raise Rejected("no-https", "source")
    return address


def standing(kept: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return what holds now, the newest first: the last word on each trace, and each service we had no trace of."""
    found: dict[str, Correction] = {}
    for one in sorted(kept, key=lambda each: (each.at, each.id), reverse=True):
        if one.withdrawn_at is None:
            found.setdefault(one.trace or f"new {one.id}", one)
    return tuple(found.values())


def own_routes(stated: Iterable[Correction]) -> tuple[Route, ...]:
    """Return the ways that a region itself has stated, each once, in the order of the levels."""
    found = {route for one in stated for route in one.routes}
    return tuple(route for route in ROUTES if route in found)


def _within(name: str, text: str) -> str:
    if len(text) > LONGEST[name]:
        raise Rejected("too-long", name, {"most": LONGEST[name]})
    return text
