"""What outlives an account: that whoever had it may not write in the forum until a moment.

Nothing here says who that is. A row holds a keyed fingerprint of what the login provider calls somebody, which only
whoever holds the key and meets the same login again can find, and the moment when it is of no more use. When the same
person signs in anew the row is used up: what it says is held on the new account, where it can be seen and lifted.
"""

import datetime as dt
import secrets
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.identity.rules import outlasts
from hub.tables import forum_fingerprint, forum_suspension, person

Fingerprint = Callable[[str, str], str]
"""Makes the fingerprint of an issuer and a subject."""


def leave(connection: sa.Connection, person_id: str, fingerprint: Fingerprint, at: dt.datetime) -> None:
    """Keep that somebody who is about to be forgotten may not write, if that is so; the longest suspension counts."""
    held = sa.select(forum_suspension.c.until).where(
        forum_suspension.c.person_id == person_id,
        forum_suspension.c.lifted_at.is_(None),
        sa.or_(forum_suspension.c.until.is_(None), forum_suspension.c.until > at),
    )
    ends = [outlasts(until, at) for until in connection.execute(held).scalars()]
    if not ends:
        return
    who = connection.execute(sa.select(person.c.issuer, person.c.subject).where(person.c.id == person_id)).one()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(forum_fingerprint)
        .values(fingerprint=fingerprint(who.issuer, who.subject), until=max(ends))
        .on_conflict_do_update(index_elements=[forum_fingerprint.c.fingerprint], set_={"until": max(ends)})
    )


def come_back(
    connection: sa.Connection, person_id: str, issuer: str, subject: str, fingerprint: Fingerprint, at: dt.datetime
) -> dt.datetime | None:
    """Suspend somebody new whose earlier account was, use the fingerprint up, and return until when; None for others."""
    # Without this, an installation where nobody has ever left suspended would have to make itself a key.
    if connection.execute(sa.select(forum_fingerprint.c.until).limit(1)).first() is None:
        return None
    taken = forum_fingerprint.delete().where(forum_fingerprint.c.fingerprint == fingerprint(issuer, subject))
    until: dt.datetime | None = connection.execute(taken.returning(forum_fingerprint.c.until)).scalar()
    if until is None or until <= at:
        return None
    connection.execute(
        forum_suspension.insert().values(
            id=secrets.token_hex(16), person_id=person_id, by=None, by_name="", reason="", begins_at=at, until=until
        )
    )
    return until
