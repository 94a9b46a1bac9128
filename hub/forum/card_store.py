"""Experience cards in the database: rows in, values out.

Only what everybody sees who may read the forum: a card whose thread is hidden or taken back is in none of these,
whoever asks.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from hub.forum.rules import Card, Reaction
from hub.forum.store import Connection, Place, cards
from hub.forum.store import reactions as reactions_to
from hub.tables import forum_card, forum_post, forum_thread


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


@dataclass(frozen=True)
class Kind:
    """How many cards are alike in all that can be chosen by."""

    level: str
    year: int
    region: str
    video_system: str
    record_system: str
    count: int


@dataclass(frozen=True)
class Narrowing:
    """Which cards are asked for; None stands for all."""

    level: str | None = None
    year: int | None = None
    region: str | None = None
    video_systems: Collection[str] | None = None
    """Each way it is written."""
    record_systems: Collection[str] | None = None


_SEEN: Final = sa.func.coalesce(forum_thread.c.removed_at, forum_thread.c.hidden_at).is_(None)
"""As one expression, which no index answers: few threads are cards, so the cards are what is to be looked through."""
_KIND: Final = (
    forum_card.c.level, forum_card.c.year, forum_card.c.region, forum_card.c.video_system, forum_card.c.record_system,
)  # fmt: skip


def kinds(connection: Connection) -> list[Kind]:
    """Return how many cards there are of each kind."""
    query = (
        sa.select(*_KIND, sa.func.count().label("count"))
        .join(forum_thread, forum_thread.c.id == forum_card.c.thread_id)
        .where(_SEEN)
        .group_by(*_KIND)
        .order_by(*_KIND)
    )
    return [Kind(*row) for row in connection.execute(query)]


def experiences(connection: Connection, wanted: Narrowing, after: Place | None, limit: int) -> list[Experience]:
    """Return the cards that come after a place, those told last first."""
    at, id_ = forum_thread.c.created_at, forum_thread.c.id
    told = sa.select(forum_card.c.thread_id)
    for column, value in (
        (forum_card.c.level, wanted.level),
        (forum_card.c.year, wanted.year),
        (forum_card.c.region, wanted.region),
    ):
        if value is not None:
            told = told.where(column == value)
    for column, values in (
        (forum_card.c.video_system, wanted.video_systems),
        (forum_card.c.record_system, wanted.record_systems),
    ):
        if values is not None:
            told = told.where(column.in_(values))
    query = _query().where(forum_thread.c.id.in_(told))
    if after:
        query = query.where(
            sa.tuple_(at, id_) < sa.tuple_(sa.literal(after[0], at.type), sa.literal(after[1], id_.type))
        )
    return _experiences(connection, query.order_by(at.desc(), id_.desc()).limit(limit))


def some(connection: Connection, thread_ids: Collection[str]) -> list[Experience]:
    """Return the cards of these threads, in no order."""
    told = sa.select(forum_card.c.thread_id).where(forum_card.c.thread_id.in_(thread_ids))
    return _experiences(connection, _query().where(forum_thread.c.id.in_(told)))


def _query() -> sa.Select[Any]:
    return sa.select(
        forum_thread.c.id, forum_thread.c.title, forum_thread.c.author_name, forum_thread.c.created_at,
        forum_thread.c.posts,
    ).where(_SEEN)  # fmt: skip


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
