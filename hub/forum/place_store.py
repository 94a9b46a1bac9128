"""The threads that stand beside something, in the database: rows in, values out."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from hub.forum.store import Connection
from hub.tables import forum_thread


@dataclass(frozen=True)
class Talk:
    """A thread in as few words as do beside something else."""

    id: str
    title: str
    activity_at: dt.datetime
    replies: int
    question: bool
    answered: bool


_SEEN: Final = sa.func.coalesce(forum_thread.c.removed_at, forum_thread.c.hidden_at).is_(None)
"""As one expression, which no index answers: what a thread is about is what finds it."""


def talks(connection: Connection, about: str, limit: int) -> list[Talk]:
    """Return the threads beside something, the last written in first."""
    query = (
        sa.select(
            forum_thread.c.id, forum_thread.c.title, forum_thread.c.activity_at, forum_thread.c.posts,
            forum_thread.c.question, forum_thread.c.accepted,
        )
        .where(forum_thread.c.about == about, _SEEN)
        .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Talk(row.id, row.title, row.activity_at, row.posts - 1, row.question, bool(row.accepted))
        for row in connection.execute(query)
    ]


def counts(connection: Connection, abouts: Collection[str]) -> dict[str, int]:
    """Return how many threads stand beside each of these; what has none is left out."""
    query = (
        sa.select(forum_thread.c.about, sa.func.count().label("threads"))
        .where(forum_thread.c.about.in_(abouts), _SEEN)
        .group_by(forum_thread.c.about)
    )
    return {row.about: row.threads for row in connection.execute(query)} if abouts else {}
