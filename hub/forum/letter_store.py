"""How members get what is sent to them, in the database: addresses, each week's letters, and the keys of feeds."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.forum.store import Connection
from hub.tables import forum_feed, forum_letter, forum_mailing, person


@dataclass(frozen=True)
class Mailing:
    """How somebody gets letters."""

    address: str
    """Empty until one has been confirmed."""
    confirmed_at: dt.datetime | None
    told_until: dt.datetime | None
    failures: int
    paused_at: dt.datetime | None
    asked_address: str
    asked_at: dt.datetime | None
    asks: int


class State(StrEnum):
    """What became of one week's letter to somebody."""

    SENDING = "sending"
    """Handed over now; for good, if the process was killed meanwhile."""
    SENT = "sent"
    EMPTY = "empty"
    """There was nothing to tell, or the person may not read."""
    WAITING = "waiting"
    """Did not go, and is to be tried again."""
    FAILED = "failed"
    UNSURE = "unsure"
    """The line broke while it was handed over."""


@dataclass(frozen=True)
class Addressee:
    """Somebody whose letter is due."""

    person_id: str
    address: str
    language: str
    told_until: dt.datetime
    failures: int


def _insert(connection: Connection, table: sa.Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


# --- Addresses and letters -------------------------------------------------------------------------------------------


def mailing(connection: Connection, person_id: str, *, lock: bool = False) -> Mailing | None:
    """Return how somebody gets letters; nothing where they never asked for any."""
    query = sa.select(forum_mailing).where(forum_mailing.c.person_id == person_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    return Mailing(
        row.address, row.confirmed_at, row.told_until, row.failures, row.paused_at, row.asked_address, row.asked_at,
        row.asks,
    )  # fmt: skip


def ask(connection: Connection, person_id: str, address: str, key_hash: str, at: dt.datetime, asks: int) -> None:
    """Keep an address that is to be confirmed, in place of another such."""
    values = {"asked_address": address, "asked_hash": key_hash, "asked_at": at, "asks": asks}
    connection.execute(
        _insert(connection, forum_mailing)
        .values(person_id=person_id, address="", failures=0, **values)
        .on_conflict_do_update(index_elements=[forum_mailing.c.person_id], set_=values)
    )


def asked(connection: Connection, key_hash: str, since: dt.datetime) -> str:
    """Return the address that a key confirms, or nothing."""
    query = sa.select(forum_mailing.c.asked_address).where(
        forum_mailing.c.asked_hash == key_hash, forum_mailing.c.asked_at >= since
    )
    return connection.execute(query).scalar() or ""


def confirm(connection: Connection, key_hash: str, since: dt.datetime, now: dt.datetime) -> bool:
    """Use up the key of an address that was asked for, and tell whether it held; letters tell of what comes from now on."""
    done = connection.execute(
        forum_mailing.update()
        .where(forum_mailing.c.asked_hash == key_hash, forum_mailing.c.asked_at >= since)
        .values(
            address=forum_mailing.c.asked_address, confirmed_at=now, failures=0, paused_at=None, asked_address="",
            asked_hash=None, told_until=sa.func.coalesce(forum_mailing.c.told_until, sa.literal(now, forum_mailing.c.told_until.type)),
        )
    )  # fmt: skip
    return done.rowcount == 1


def end(connection: Connection, person_id: str) -> None:
    """Take somebody's address away."""
    connection.execute(forum_mailing.delete().where(forum_mailing.c.person_id == person_id))


def resume(connection: Connection, person_id: str) -> None:
    """Let letters go again to an address that had refused them."""
    mine = forum_mailing.c.person_id == person_id
    connection.execute(forum_mailing.update().where(mine).values(paused_at=None, failures=0))


def ends_for(connection: Connection, key_hash: str) -> str:
    """Return the id of the person whose letters a key ends, or nothing."""
    query = sa.select(forum_letter.c.person_id).where(forum_letter.c.end_hash == key_hash)
    return connection.execute(query).scalar() or ""


def addressees(
    connection: Connection, week: str, due_at: dt.datetime, now: dt.datetime, after: str, limit: int
) -> list[Addressee]:
    """Return those whose letter of a week is due, by their id.

    Args:
        connection: the transaction.
        week: which week.
        due_at: when the letters of that week are written; who confirmed later gets the first one the week after.
        now: the present moment, for letters that wait to be tried again.
        after: the id of the last one of the page before.
        limit: how many at most.
    """
    letter = sa.and_(forum_letter.c.person_id == forum_mailing.c.person_id, forum_letter.c.week == week)
    query = (
        sa.select(forum_mailing, person.c.language)
        .select_from(
            forum_mailing.join(person, person.c.id == forum_mailing.c.person_id).outerjoin(forum_letter, letter)
        )
        .where(
            forum_mailing.c.person_id > after,
            forum_mailing.c.address != "",
            forum_mailing.c.confirmed_at < due_at,
            forum_mailing.c.paused_at.is_(None),
            person.c.deleted_at.is_(None),
            sa.or_(forum_letter.c.week.is_(None), _tried_again(now)),
        )
        .order_by(forum_mailing.c.person_id)
        .limit(limit)
    )
    return [
        Addressee(row.person_id, row.address, row.language, row.told_until, row.failures)
        for row in connection.execute(query)
    ]


def _tried_again(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(forum_letter.c.state == State.WAITING.value, forum_letter.c.retry_at <= now)


def claim(
    connection: Connection, person_id: str, week: str, state: State, end_hash: str | None, now: dt.datetime
) -> bool:
    """Mark a week's letter before anything is sent, and tell whether it was still to be marked."""
    values = {"state": state.value, "tried_at": now, "retry_at": None, "end_hash": end_hash}
    insert = _insert(connection, forum_letter).values(person_id=person_id, week=week, **values)
    marked = insert.on_conflict_do_update(
        index_elements=[forum_letter.c.person_id, forum_letter.c.week], set_=values, where=_tried_again(now)
    )
    return connection.execute(marked.returning(forum_letter.c.person_id)).first() is not None


def settle(
    connection: Connection, person_id: str, week: str, state: State, retry_at: dt.datetime | None = None
) -> None:
    """Note what became of a letter."""
    this = sa.and_(forum_letter.c.person_id == person_id, forum_letter.c.week == week)
    connection.execute(forum_letter.update().where(this).values(state=state.value, retry_at=retry_at))


def set_told(connection: Connection, person_id: str, until: dt.datetime) -> None:
    """Note that what came before a moment has stood in a letter, which was taken."""
    mine = forum_mailing.c.person_id == person_id
    connection.execute(forum_mailing.update().where(mine).values(told_until=until, failures=0))


def set_failures(connection: Connection, person_id: str, failures: int, paused_at: dt.datetime | None) -> None:
    """Note how many letters in a row an address has refused, and whether no more are to be tried."""
    mine = forum_mailing.c.person_id == person_id
    connection.execute(forum_mailing.update().where(mine).values(failures=failures, paused_at=paused_at))


# --- Feeds -----------------------------------------------------------------------------------------------------------


def feed_made_at(connection: Connection, person_id: str) -> dt.datetime | None:
    """Return when somebody's feed was given its address; nothing where it has none."""
    made_at: dt.datetime | None = connection.execute(
        sa.select(forum_feed.c.made_at).where(forum_feed.c.person_id == person_id)
    ).scalar()
    return made_at


def set_feed(connection: Connection, person_id: str, key_hash: str | None, at: dt.datetime) -> None:
    """Give somebody's feed an address in place of an earlier one; None ends it."""
    connection.execute(forum_feed.delete().where(forum_feed.c.person_id == person_id))
    if key_hash:
        connection.execute(forum_feed.insert().values(person_id=person_id, key_hash=key_hash, made_at=at))


def feed_of(connection: Connection, key_hash: str) -> tuple[str, str, dt.datetime] | None:
    """Return whose feed a key opens, the language it is in and since when; nothing where it opens none."""
    query = (
        sa.select(forum_feed.c.person_id, person.c.language, forum_feed.c.made_at)
        .join(person, person.c.id == forum_feed.c.person_id)
        .where(forum_feed.c.key_hash == key_hash, person.c.deleted_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    return (row.person_id, row.language, row.made_at) if row else None
