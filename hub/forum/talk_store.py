"""What is written in the forum, in the database, as letters and feeds tell of it.

Nothing here goes through all threads or posts: it begins with what somebody follows, or with the threads that were
last written in.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from hub.forum import store
from hub.forum.news_store import SEEN, by_others, categories
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


_SEEN_LAST: Final = sa.func.coalesce(forum_post.c.removed_at, forum_post.c.hidden_at).is_(None)
"""A post that is seen, as one expression, which no index answers: what the posts stand in is what finds them."""
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
    return _talks(connection, person_id, newest, since, until)


def _talks(
    connection: Connection, person_id: str, thread_ids: Sequence[str], since: dt.datetime, until: dt.datetime
) -> list[Talk]:
    mine = sa.and_(forum_read.c.thread_id == forum_thread.c.id, forum_read.c.person_id == person_id)
    query = (
        sa.select(forum_post.c.thread_id, forum_post.c.id, forum_post.c.number)
        .select_from(
            forum_thread.join(forum_post, forum_post.c.thread_id == forum_thread.c.id).outerjoin(forum_read, mine)
        )
        .where(
            forum_thread.c.id.in_(thread_ids), forum_post.c.number > forum_thread.c.posts - _LOOKED_AT,
            forum_post.c.number > sa.func.coalesce(forum_read.c.number, 0), _SEEN_LAST, by_others(person_id),
            forum_post.c.created_at > since, forum_post.c.created_at <= until,
        )
        .order_by(forum_post.c.thread_id, forum_post.c.number)
    )  # fmt: skip
    new: dict[str, list[Any]] = {}
    for row in connection.execute(query) if thread_ids else ():
        new.setdefault(row.thread_id, []).append(row)
    last = {one.thread_id: one for one in said(connection, [rows[-1].id for rows in new.values()])}
    return [Talk(len(new[id_]), new[id_][0].number == 1, last[id_]) for id_ in thread_ids if id_ in new and id_ in last]


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
    threads: dict[str, dt.datetime] = {}
    for pinned in (True, False):
        query = (
            sa.select(forum_thread.c.id, forum_thread.c.activity_at)
            .where(forum_thread.c.pinned.is_(pinned), SEEN)
            .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
            .limit(2 * limit)
        )
        threads |= {row.id: row.activity_at for row in connection.execute(query)}
    late = (
        sa.select(forum_post.c.id, forum_post.c.created_at, forum_post.c.removed_at, forum_post.c.hidden_at)
        .join(forum_thread, forum_thread.c.id == forum_post.c.thread_id)
        .where(forum_post.c.thread_id.in_(threads), forum_post.c.number > forum_thread.c.posts - 2 * limit)
    )
    # So many threads have a post that is not older than this; older ones count only where many of those are not seen.
    moments = sorted(threads.values(), reverse=True)
    begins = moments[2 * limit - 1] if len(moments) >= 2 * limit else None
    shown: list[sa.Row[Any]] = []
    asked: list[sa.Select[Any]] = [late.where(forum_post.c.created_at >= begins), late] if begins else [late]
    for some in asked:
        shown = [row for row in connection.execute(some) if row.removed_at is None and row.hidden_at is None]
        if len(shown) >= limit:
            break
    shown.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return said(connection, [row.id for row in shown[:limit]])
