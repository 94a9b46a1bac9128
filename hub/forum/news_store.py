"""What members are told in the app of the forum, in the database: what is unread, notices, and categories they follow.

Nothing here goes through all threads or posts: it begins with what somebody follows.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from hub.forum import letter_store
from hub.forum.rules import CONFIRM_AFTER
from hub.forum.store import Connection
from hub.tables import (
    forum_category_follow,
    forum_follow,
    forum_notice,
    forum_post,
    forum_read,
    forum_thread,
    person,
)


@dataclass(frozen=True)
class Unread:
    """A thread somebody follows, with posts by others that they have not read."""

    id: str
    title: str
    seed: str
    """Id of the editors' question, or empty."""
    posts: int
    """The number of the last post."""
    read: int
    """The number of the last post read; 0 for none."""
    at: dt.datetime
    last_name: str


@dataclass(frozen=True)
class Notice:
    """Something that was done, as the one who is told of it sees it."""

    id: int
    kind: str
    thread_id: str
    """Empty where it concerns the forum as a whole."""
    post_id: str
    number: int
    own: bool
    """Whether whoever is told has written the post."""
    open: bool
    """Whether they may see the thread."""
    title: str
    """Empty where they may not."""
    seed: str
    reason: str
    at: dt.datetime
    seen: bool


@dataclass(frozen=True)
class Aged:
    """A question whose accepted answer is so old that it must be confirmed."""

    thread_id: str
    title: str
    seed: str
    post_id: str
    number: int
    accepted_at: dt.datetime


SEEN: Final = sa.and_(forum_thread.c.removed_at.is_(None), forum_thread.c.hidden_at.is_(None))
# Where posts are asked for by their ids this is looked at afterwards: SQLite would go through the index of what is not
# hidden, which is nearly everything.
SEEN_POST: Final = sa.and_(forum_post.c.removed_at.is_(None), forum_post.c.hidden_at.is_(None))


def by_others(person_id: str) -> sa.ColumnElement[bool]:
    """Tell posts that somebody has not written."""
    return sa.or_(forum_post.c.author.is_(None), forum_post.c.author != person_id)


# --- In the app ------------------------------------------------------------------------------------------------------


def add_notice(
    connection: Connection,
    person_id: str,
    kind: str,
    place: tuple[str, str] | tuple[None, None],
    reason: str,
    at: dt.datetime,
) -> None:
    """Keep a notice for somebody; the place is a post's thread and the post, or nothing for the forum as a whole."""
    connection.execute(
        forum_notice.insert().values(
            person_id=person_id, kind=kind, thread_id=place[0], post_id=place[1], reason=reason, at=at
        )
    )


def add_notice_for_followers(
    connection: Connection, kind: str, place: tuple[str, str], reason: str, at: dt.datetime, but: Collection[str]
) -> None:
    """Keep a notice for all who follow the thread of the place but some, in one statement however many they are."""
    kinds = forum_notice.c
    told = sa.select(
        forum_follow.c.person_id,
        *(
            sa.literal(value, column.type)
            for column, value in (
                (kinds.kind, kind), (kinds.thread_id, place[0]), (kinds.post_id, place[1]), (kinds.reason, reason),
                (kinds.at, at),
            )
        ),
    ).where(forum_follow.c.thread_id == place[0], forum_follow.c.person_id.not_in(but))  # fmt: skip
    columns = ["person_id", "kind", "thread_id", "post_id", "reason", "at"]
    connection.execute(forum_notice.insert().from_select(columns, told.order_by(forum_follow.c.person_id)))


def wants_notices(connection: Connection, person_id: str) -> bool:
    """Tell whether somebody wants to be told in the app."""
    return connection.execute(sa.select(person.c.notices).where(person.c.id == person_id)).scalar() == "hub"


def _unread(person_id: str) -> sa.Select[Any]:
    read = sa.func.coalesce(forum_read.c.number, 0)
    mine = sa.and_(forum_read.c.thread_id == forum_thread.c.id, forum_read.c.person_id == person_id)
    # What was hidden or taken back after it had been counted shall not stay unread for good.
    new = sa.exists().where(
        forum_post.c.thread_id == forum_thread.c.id, forum_post.c.number > read, SEEN_POST, by_others(person_id)
    )
    return (
        sa.select(forum_thread, read.label("read"))
        .select_from(
            forum_follow.join(forum_thread, forum_thread.c.id == forum_follow.c.thread_id).outerjoin(forum_read, mine)
        )
        .where(forum_follow.c.person_id == person_id, SEEN, forum_thread.c.posts > read, new)
    )


def unread(connection: Connection, person_id: str, limit: int, until: dt.datetime | None = None) -> list[Unread]:
    """Return the threads somebody follows that have unread posts by others, the last written in first.

    Args:
        connection: the transaction.
        person_id: whose.
        limit: how many at most.
        until: leaves out what has been written in later than this.
    """
    query = _unread(person_id).order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc()).limit(limit)
    if until:
        query = query.where(forum_thread.c.activity_at <= until)
    return [
        Unread(row.id, row.title, row.seed or "", row.posts, row.read, row.activity_at, row.last_name)
        for row in connection.execute(query)
    ]


def _notices(person_id: str) -> sa.Select[Any]:
    """Return the notices of somebody.

    Of a thread that is hidden from them they are told only that it was, and what came of their report.
    """
    # Where there is no thread this holds as well: nothing of it is removed or hidden.
    theirs = sa.or_(SEEN, sa.func.coalesce(forum_thread.c.author, "") == person_id)
    hidden = sa.and_(forum_notice.c.kind == "hidden", forum_post.c.number == 1)
    return (
        sa.select(
            forum_notice, forum_thread.c.title, forum_thread.c.seed, forum_post.c.number, forum_post.c.author,
            theirs.label("open"),
        )
        .outerjoin(forum_thread, forum_thread.c.id == forum_notice.c.thread_id)
        .outerjoin(forum_post, forum_post.c.id == forum_notice.c.post_id)
        .where(
            forum_notice.c.person_id == person_id, sa.or_(theirs, hidden, forum_notice.c.kind.startswith("report-"))
        )
    )  # fmt: skip


def notices(connection: Connection, person_id: str, limit: int) -> list[Notice]:
    """Return what somebody is told of, the newest first."""
    return [
        Notice(
            row.id, row.kind, row.thread_id or "", row.post_id or "", row.number or 0, row.author == person_id,
            bool(row.open), (row.title or "") if row.open else "", (row.seed or "") if row.open else "", row.reason, row.at,
            row.seen_at is not None,
        )
        for row in connection.execute(_notices(person_id).order_by(forum_notice.c.id.desc()).limit(limit))
    ]  # fmt: skip


def aged(connection: Connection, person_id: str, now: dt.datetime, limit: int) -> list[Aged]:
    """Return somebody's own questions whose accepted answer waits to be confirmed, the oldest first."""
    query = (
        sa.select(forum_thread, forum_post.c.number)
        .join(forum_post, forum_post.c.id == forum_thread.c.accepted)
        .where(forum_thread.c.author == person_id, SEEN, SEEN_POST, forum_thread.c.accepted_at <= now - CONFIRM_AFTER)
        .order_by(forum_thread.c.accepted_at, forum_thread.c.id)
        .limit(limit)
    )
    return [
        Aged(row.id, row.title, row.seed or "", row.accepted, row.number, row.accepted_at)
        for row in connection.execute(query)
    ]


def count(connection: Connection, person_id: str, now: dt.datetime, most: int) -> int:
    """Count what waits to be seen, up to a bound."""
    unseen = _notices(person_id).where(forum_notice.c.seen_at.is_(None)).limit(most)
    found = 0
    for query in (_unread(person_id).limit(most), unseen):
        found += connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    found += len(aged(connection, person_id, now, most))
    held = letter_store.mailing(connection, person_id)
    return min(most, found + (1 if held and held.paused_at else 0))


def set_seen(connection: Connection, person_id: str, until: dt.datetime, now: dt.datetime) -> None:
    """Note that somebody has seen the notices that came up to a moment."""
    connection.execute(
        forum_notice.update()
        .where(forum_notice.c.person_id == person_id, forum_notice.c.at <= until, forum_notice.c.seen_at.is_(None))
        .values(seen_at=now)
    )


def categories(connection: Connection, person_id: str) -> list[str]:
    """Return the categories somebody follows."""
    query = sa.select(forum_category_follow.c.category).where(forum_category_follow.c.person_id == person_id)
    return list(connection.execute(query.order_by(forum_category_follow.c.category)).scalars())


def set_categories(connection: Connection, person_id: str, wanted: Collection[str], now: dt.datetime) -> None:
    """Let somebody follow these categories and no others."""
    connection.execute(forum_category_follow.delete().where(forum_category_follow.c.person_id == person_id))
    if wanted:
        rows = [{"person_id": person_id, "category": one, "at": now} for one in sorted(set(wanted))]
        connection.execute(forum_category_follow.insert(), rows)
