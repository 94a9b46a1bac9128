"""What is written in the forum, in the database, as letters and feeds tell of it.

Nothing here goes through all threads or posts: it begins with what somebody follows, or with the threads that were
last written in.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from hub.forum import store
from hub.forum.news_store import SEEN, SEEN_POST, by_others, categories
from hub.forum.store import Connection
from hub.tables import forum_follow, forum_post, forum_read, forum_thread


@dataclass(frozen=True)
class Said:
    """A post that a letter or a feed tells of."""

    post_id: str
    thread_id: str
    title: str
    seed: str
    """Id of the editors' question, or empty."""
    category: str
    number: int
    author_name: str
    text: str
    created_at: dt.datetime
    changed_at: dt.datetime | None


@dataclass(frozen=True)
class Talk:
    """A thread that a letter tells of: how many new posts by others it has, and the last of them."""

    new: int
    begun: bool
    """Whether the thread itself is new."""
    last: Said


_LOOKED_AT: Final = 200
"""Posts at the end of a thread that a letter looks through."""


def talks(connection: Connection, person_id: str, since: dt.datetime, until: dt.datetime, limit: int) -> list[Talk]:
    """Return the threads somebody follows, or whose category they do, with what others have written in them in a time.

    Args:
        connection: the transaction.
        person_id: whose.
        since: the end of the time before.
        until: the end of the time.
        limit: how many at most; those last written in.
    """
    written = sa.and_(SEEN, forum_thread.c.activity_at > since)
    followed = (
        sa.select(forum_thread.c.id, forum_thread.c.activity_at)
        .join(forum_follow, forum_follow.c.thread_id == forum_thread.c.id)
        .where(forum_follow.c.person_id == person_id, written)
        .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
        .limit(limit)
    )
    found = {row.id: row.activity_at for row in connection.execute(followed)}
    for category in categories(connection, person_id):
        within = (
            sa.select(forum_thread.c.id, forum_thread.c.activity_at)
            .where(forum_thread.c.category == category, written)
            .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
            .limit(limit)
        )
        found.update({row.id: row.activity_at for row in connection.execute(within)})
    newest = sorted(found, key=lambda one: (found[one], one), reverse=True)[:limit]
    told = [_talk(connection, person_id, thread_id, since, until) for thread_id in newest]
    return [one for one in told if one is not None]


def _talk(
    connection: Connection, person_id: str, thread_id: str, since: dt.datetime, until: dt.datetime
) -> Talk | None:
    read = sa.select(forum_read.c.number).where(
        forum_read.c.thread_id == thread_id, forum_read.c.person_id == person_id
    )
    seen = connection.execute(read).scalar() or 0
    query = (
        sa.select(forum_post.c.id, forum_post.c.number)
        .where(
            forum_post.c.thread_id == thread_id, forum_post.c.number > seen, SEEN_POST, by_others(person_id),
            forum_post.c.created_at > since, forum_post.c.created_at <= until,
        )
        .order_by(forum_post.c.number.desc())
        .limit(_LOOKED_AT)
    )  # fmt: skip
    rows = connection.execute(query).all()
    if not rows:
        return None
    return Talk(len(rows), rows[-1].number == 1, said(connection, [rows[0].id])[0])


def said(connection: Connection, post_ids: Sequence[str]) -> list[Said]:
    """Return those of the posts that members see, with the titles of their threads, the newest first.

    A card's words stand where a post has none of its own.
    """
    query = (
        sa.select(
            forum_post, forum_thread.c.title, forum_thread.c.seed, forum_thread.c.category, SEEN.label("open"),
        )
        .join(forum_thread, forum_thread.c.id == forum_post.c.thread_id)
        .where(forum_post.c.id.in_(post_ids))
    )  # fmt: skip
    rows = [row for row in connection.execute(query) if row.open and row.removed_at is None and row.hidden_at is None]
    rows.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    cards = store.cards(connection, [row.thread_id for row in rows if row.number == 1 and not row.text])
    told = {thread_id: f"{card.situation}\n\n{card.did}\n\n{card.result}" for thread_id, card in cards.items()}
    return [
        Said(
            row.id,
            row.thread_id,
            row.title,
            row.seed or "",
            row.category,
            row.number,
            row.author_name,
            row.text or (told.get(row.thread_id, "") if row.number == 1 else ""),
            row.created_at,
            row.changed_at,
        )
        for row in rows
    ]


def unanswered(connection: Connection, person_id: str, limit: int) -> list[Said]:
    """Return the first posts of others' questions that nobody has answered so that it holds, the last written in first."""
    others = sa.or_(forum_thread.c.author.is_(None), forum_thread.c.author != person_id)
    query = (
        sa.select(forum_thread.c.id)
        .where(forum_thread.c.waiting.is_(True), SEEN, others)
        .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
        .limit(limit)
    )
    threads = list(connection.execute(query).scalars())
    first = sa.select(forum_post.c.id).where(forum_post.c.thread_id.in_(threads), forum_post.c.number == 1)
    return said(connection, list(connection.execute(first).scalars()))


def newest(connection: Connection, limit: int) -> list[Said]:
    """Return the newest posts that every member sees.

    They stand in the threads last written in, at their end; so neither all threads nor all posts are looked at.
    """
    threads: list[str] = []
    for pinned in (True, False):
        query = (
            sa.select(forum_thread.c.id)
            .where(forum_thread.c.pinned.is_(pinned), SEEN)
            .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
            .limit(2 * limit)
        )
        threads += connection.execute(query).scalars()
    late = (
        sa.select(forum_post.c.id, forum_post.c.created_at, forum_post.c.removed_at, forum_post.c.hidden_at)
        .join(forum_thread, forum_thread.c.id == forum_post.c.thread_id)
        .where(forum_post.c.thread_id.in_(threads), forum_post.c.number > forum_thread.c.posts - 2 * limit)
    )
    shown = [row for row in connection.execute(late) if row.removed_at is None and row.hidden_at is None]
    shown.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return said(connection, [row.id for row in shown[:limit]])
