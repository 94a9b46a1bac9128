"""Experience cards in the database: rows in, values out.

Only what everybody sees who may read the forum: a card whose thread is hidden or taken back is in none of these,
whoever asks.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from hub.forum.rules import Card, Reaction
from hub.forum.store import Connection, cards
from hub.forum.store import reactions as reactions_to
from hub.tables import forum_card, forum_change, forum_post, forum_thread


@dataclass(frozen=True)
class Experience:
    """A card with what stands around it in its thread."""

    thread_id: str
    title: str
    author_name: str
    """As the author chose to be shown; see ``rules.size_in``."""
    created_at: dt.datetime
    replies: int
    card: Card
    reactions: Mapping[Reaction, int] = field(default_factory=dict)


class Outline(NamedTuple):
    """What a card is found by, without its words; a tuple, because thousands of them are read at once."""

    thread_id: str
    created_at: dt.datetime
    level: str
    year: int
    region: str
    video_system: str
    record_system: str


_SEEN: Final = sa.func.coalesce(forum_thread.c.removed_at, forum_thread.c.hidden_at).is_(None)
"""As one expression, which no index answers: few threads are cards, so the cards are what is to be looked through."""


class Version(NamedTuple):
    """What is another than before when a card, or who may see it, has changed."""

    first: int
    last: int
    changes: int


def version(connection: Connection) -> Version:
    """Return the numbers of the first and the last change of whole threads, and how many there are.

    All that changes a card, or who may see it, leaves one. PostgreSQL may let a lower number be seen after a higher one, and
    the oldest are taken away; so the last alone does not tell.
    """
    number = forum_change.c.number
    query = sa.select(
        sa.func.coalesce(sa.func.min(number), 0), sa.func.coalesce(sa.func.max(number), 0), sa.func.count()
    )
    return Version(*connection.execute(query.where(forum_change.c.post_id == "")).one())


def changed(connection: Connection, after: int, limit: int) -> list[str]:
    """Return the threads of the changes after a number, one for each change."""
    query = sa.select(forum_change.c.thread_id).where(forum_change.c.number > after, forum_change.c.post_id == "")
    return list(connection.execute(query.order_by(forum_change.c.number).limit(limit)).scalars())


def outlines(connection: Connection, thread_ids: Collection[str] | None = None) -> list[Outline]:
    """Return the cards of these threads, or all, in outline and in no order."""
    query = (
        sa.select(
            forum_thread.c.id, forum_thread.c.created_at, forum_card.c.level, forum_card.c.year, forum_card.c.region,
            forum_card.c.video_system, forum_card.c.record_system,
        )
        .join(forum_thread, forum_thread.c.id == forum_card.c.thread_id)
        .where(_SEEN)
    )  # fmt: skip
    if thread_ids is not None:
        query = query.where(forum_card.c.thread_id.in_(thread_ids))
    return [Outline(*row) for row in connection.execute(query)]


def some(connection: Connection, thread_ids: Sequence[str]) -> list[Experience]:
    """Return the cards of these threads in this order; those that nobody sees are left out."""
    told = sa.select(forum_card.c.thread_id).where(forum_card.c.thread_id.in_(thread_ids))
    query = sa.select(
        forum_thread.c.id, forum_thread.c.title, forum_thread.c.author_name, forum_thread.c.created_at,
        forum_thread.c.posts,
    ).where(_SEEN, forum_thread.c.id.in_(told))  # fmt: skip
    found = {one.thread_id: one for one in _experiences(connection, query)}
    return [found[id_] for id_ in thread_ids if id_ in found]


def _experiences(connection: Connection, query: sa.Select[Any]) -> list[Experience]:
    rows: Sequence[Any] = connection.execute(query).all()
    threads = [row.id for row in rows]
    first = sa.select(forum_post.c.thread_id, forum_post.c.id).where(
        forum_post.c.thread_id.in_(threads), forum_post.c.number == 1
    )
    posts = {row.thread_id: row.id for row in connection.execute(first)} if threads else {}
    told = cards(connection, threads)
    said = reactions_to(connection, list(posts.values()), "")
    return [
        Experience(
            row.id, row.title, row.author_name, row.created_at, row.posts - 1, told[row.id],
            said[posts[row.id]].counts if posts[row.id] in said else {},
        )
        for row in rows
    ]  # fmt: skip
