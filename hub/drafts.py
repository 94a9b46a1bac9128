"""Drafts: long texts that somebody is still writing, with the form above them, kept until they are sent or thrown away.

Service and store in one, for it is one table and four sentences of SQL. A draft has no command ids: the version that
the writer has seen does their work, since saving the same text again changes nothing.
"""

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.clock import Clock
from hub.database import Database
from hub.errors import Rejected
from hub.identity.rules import Action, Relation, require
from hub.limits import Limits
from hub.tables import draft as table
from hub.visitor import Visitor

LONGEST: Final = 40_000
"""Characters of one draft."""
MOST: Final = 50
"""Drafts of one owner; a further one takes the place of the one longest untouched."""
LONGEST_BASE: Final = 40
MOST_FIELDS: Final = 60
"""Of the form above a text."""
LONGEST_FIELD: Final = 10_000
LONGEST_FIELDS: Final = 40_000
"""Characters of all fields of a draft together, with their names."""
_ID: Final = re.compile(r"[a-z0-9.:-]{1,80}")
_FIELD: Final = re.compile(r"[a-z0-9_.-]{1,80}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FIRST_VERSIONS: Final = 1_000_000_000
_OWNERS: Final = ("person:", "browser:")
"""Who can own a draft; an address is shared by too many."""


@dataclass(frozen=True)
class Draft:
    """A text and the form above it, as they were last saved: one thing with one version."""

    id: str
    text: str
    base: str
    """Which version of the thing the text was begun from, as the page named it; empty for something new."""
    version: int
    """Grows by one with each save; a draft begun anew starts anywhere else."""
    saved_at: dt.datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    """What stands in the form by the names of its fields; what was empty and is empty is left out."""


def clean(text: str) -> str:
    """Return a text as it is kept: one kind of line break, no control characters, nothing that cannot be encoded."""
    one_break = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", one_break).encode("utf-8", "replace").decode("utf-8")


class Drafts:
    """What a visitor can do with drafts of their own."""

    def __init__(self, database: Database, limits: Limits, clock: Clock) -> None:
        """Hold what it works with."""
        self._database = database
        self._limits = limits
        self._clock = clock

    def save(
        self,
        by: Visitor,
        id: str,  # noqa: A002
        text: str,
        seen_version: int,
        base: str = "",
        fields: Mapping[str, str] | None = None,
    ) -> Draft:
        """Keep a text and its fields, if nobody has saved others since this writer last saw them.

        Args:
            by: whose draft it is: somebody signed in, or a browser.
            id: which text it is, such as ``plan:abc:notes``.
            text: at most ``LONGEST`` characters.
            seen_version: the version that the writer last saw; 0 when there was none.
            base: which version of the thing the text was begun from.
            fields: what stands in the form above the text; none if there is no form.

        Raises:
            Rejected: ``newer``, with the other draft under ``draft``; ``too-long``, of the text or the fields;
                ``too-many``, ``field-name``, of the fields; ``draft-id``; ``no-owner``; ``too-often``.
            Unavailable: the database does not answer.
        """
        self._may(by, id)
        self._limits.count("draft", by, self._clock)
        kept = clean(text)
        if len(kept) > LONGEST or len(base) > LONGEST_BASE:
            raise Rejected("too-long", "text", {"most": LONGEST})
        form = _read_fields(fields or {})
        now = self._clock()

        def work(connection: sa.Connection) -> tuple[bool, Draft]:
            if _put(connection, by.key, Draft(id, kept, clean(base), seen_version, now, form)):
                _trim(connection, by.key)
                return True, _found(connection, by.key, id)
            other = _found(connection, by.key, id)
            return (other.text, other.fields) == (kept, form), other

        saved, found = self._database.write(work)
        if not saved:
            raise Rejected("newer", "text", {"draft": found})
        return found

    def read(self, by: Visitor, id: str) -> Draft | None:  # noqa: A002
        """Return a draft, or None if there is none.

        Raises:
            Rejected: ``draft-id``, ``no-owner`` or ``too-often``.
            Unavailable: the database does not answer.
        """
        self._may(by, id)
        self._limits.count("draft", by, self._clock)
        return self._database.read(lambda connection: _get(connection, by.key, id))

    def discard(self, by: Visitor, id: str, seen_version: int | None = None) -> None:  # noqa: A002
        """Throw a draft away; one that has been saved anew since the version seen stays.

        Raises:
            Rejected: ``draft-id``, ``no-owner`` or ``too-often``.
            Unavailable: the database does not answer.
        """
        self._may(by, id)
        self._limits.count("draft", by, self._clock)
        gone = table.delete().where(table.c.owner == by.key, table.c.id == id)
        if seen_version is not None:
            gone = gone.where(table.c.version == seen_version)
        self._database.write(lambda connection: connection.execute(gone).rowcount)

    def take_over(self, from_key: str, to_key: str) -> int:
        """Make the drafts of a browser those of the person who has just signed in there; say how many.

        Where both have the same text under way, the one saved last stays.
        """
        if not from_key.startswith("browser:") or not to_key.startswith("person:"):
            return 0

        def work(connection: sa.Connection) -> int:
            theirs = _all(connection, to_key)
            taken = 0
            for id_, draft in _all(connection, from_key).items():
                if id_ in theirs and theirs[id_].saved_at >= draft.saved_at:
                    connection.execute(table.delete().where(table.c.owner == from_key, table.c.id == id_))
                    continue
                connection.execute(table.delete().where(table.c.owner == to_key, table.c.id == id_))
                connection.execute(
                    table.update().where(table.c.owner == from_key, table.c.id == id_).values(owner=to_key)
                )
                taken += 1
            _trim(connection, to_key)
            return taken

        return self._database.write(work)

    def _may(self, by: Visitor, id: str) -> None:  # noqa: A002
        require(by, Action.DRAFT_KEEP, {Relation.OWN})
        if not by.key.startswith(_OWNERS):
            raise Rejected("no-owner")
        if not _ID.fullmatch(id):
            raise Rejected("draft-id")


def _read_fields(given: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form as they are kept, or refuse them.

    Raises:
        Rejected: ``too-many``, ``field-name`` or ``too-long``, all of ``fields``.
    """
    if len(given) > MOST_FIELDS:
        raise Rejected("too-many", "fields", {"most": MOST_FIELDS})
    if not all(_FIELD.fullmatch(name) for name in given):
        raise Rejected("field-name", "fields")
    kept = {name: clean(value) for name, value in given.items()}
    if any(len(value) > LONGEST_FIELD for value in kept.values()):
        raise Rejected("too-long", "fields", {"most": LONGEST_FIELD})
    if sum(len(name) + len(value) for name, value in kept.items()) > LONGEST_FIELDS:
        raise Rejected("too-long", "fields", {"most": LONGEST_FIELDS})
    return kept


# --- SQL -------------------------------------------------------------------------------------------------------------


def _put(connection: sa.Connection, owner: str, new: Draft) -> bool:
    """Write a draft over the version it follows; say whether that was the one there, or none was."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"text": new.text, "base": new.base, "saved_at": new.saved_at, "fields": dict(new.fields)}
    # A number nobody has seen: whoever still holds a draft that has been sent must not take the new one for it.
    first = secrets.randbelow(_FIRST_VERSIONS) + 1
    written = connection.execute(
        dialect.insert(table)
        .values(owner=owner, id=new.id, version=first, **values)
        .on_conflict_do_update(
            index_elements=[table.c.owner, table.c.id],
            set_={**values, "version": table.c.version + 1},
            where=table.c.version == new.version,
        )
        .returning(table.c.version)
    )
    return written.one_or_none() is not None


def _get(connection: sa.Connection, owner: str, id_: str) -> Draft | None:
    """Read one draft."""
    row = connection.execute(sa.select(table).where(table.c.owner == owner, table.c.id == id_)).one_or_none()
    return None if row is None else _draft(row)


def _found(connection: sa.Connection, owner: str, id_: str) -> Draft:
    """Read the draft that has just been written or met."""
    return _draft(connection.execute(sa.select(table).where(table.c.owner == owner, table.c.id == id_)).one())


def _all(connection: sa.Connection, owner: str) -> dict[str, Draft]:
    """Read every draft of an owner by id."""
    return {row.id: _draft(row) for row in connection.execute(sa.select(table).where(table.c.owner == owner))}


def _trim(connection: sa.Connection, owner: str) -> None:
    """Delete an owner's drafts beyond the number allowed, the longest untouched first."""
    beyond = sa.select(table.c.id).where(table.c.owner == owner).order_by(table.c.saved_at.desc(), table.c.id)
    for id_ in connection.execute(beyond.offset(MOST)).scalars().all():
        connection.execute(table.delete().where(table.c.owner == owner, table.c.id == id_))


def _draft(row: sa.Row[tuple[object, ...]]) -> Draft:
    """Make a draft of a row."""
    return Draft(row.id, row.text, row.base, row.version, row.saved_at, row.fields)
