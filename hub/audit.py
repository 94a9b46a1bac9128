"""The trail of writes that matter: who did what to which thing, and when. Written in the same transaction as the write."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from hub.tables import audit


@dataclass(frozen=True)
class Trace:
    """One line of the trail."""

    id: int
    at: dt.datetime
    by: str
    """The key of the visitor; ``hub`` for what the hub does by itself."""
    action: str
    thing: str
    """What it was done to, such as ``plan:abc``."""
    facts: Mapping[str, object]


def note(
    connection: sa.Connection, *, by: str, action: str, thing: str, at: dt.datetime, facts: Mapping[str, object]
) -> None:
    """Add a line. Facts hold ids and codes, never people's texts."""
    connection.execute(audit.insert().values(at=at, by=by, action=action, object=thing, facts=dict(facts)))


def newest(connection: sa.Connection, *, before: int, limit: int) -> list[Trace]:
    """Return the newest lines, before a given id; 0 for the newest of all."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before:
        query = query.where(audit.c.id < before)
    return [Trace(row.id, row.at, row.by, row.action, row.object, row.facts) for row in connection.execute(query)]
