"""What is found in the forum: texts for the index, in the order of their threads, and what became of what was found."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from hub.tables import forum_card, forum_change, forum_post, forum_tag, forum_thread

Connection = sa.Connection


@dataclass(frozen=True)
class Change:
    """Something that changed in what can be found."""

    number: int
    thread_id: str
    post_id: str
    """Empty for the thread with all its posts."""


@dataclass(frozen=True)
class Text:
    """A post that everybody who may read sees, with all it is found by."""

    id: str
    thread_id: str
    number: int
    title: str
    seed: str
    """Id of the editors' question that its thread began as; empty for what people began."""
    category: str
    tags: tuple[str, ...]
    author_name: str
    created_at: dt.datetime
    text: str
    card: str
    """The words of the card that its thread begins with, for the first post; else empty."""
    is_card: bool


# What is taken back or hidden is left out when the rows have come: asked for in the query, SQLite would go through the
# index of that, which holds nearly every post, and not through the one that has the order.
_TEXTS: Final = sa.select(
    forum_post.c.id,
    forum_post.c.thread_id,
    forum_post.c.number,
    forum_post.c.author_name,
    forum_post.c.created_at,
    forum_post.c.text,
    forum_thread.c.title,
    forum_thread.c.seed,
    forum_thread.c.category,
    forum_post.c.removed_at,
    forum_post.c.hidden_at,
    forum_thread.c.removed_at.label("thread_removed_at"),
    forum_thread.c.hidden_at.label("thread_hidden_at"),
).join(forum_thread, forum_thread.c.id == forum_post.c.thread_id)


def _is_seen(row: sa.Row[Any]) -> bool:
    return not (row.removed_at or row.hidden_at or row.thread_removed_at or row.thread_hidden_at)


def texts_after(
    connection: Connection, place: tuple[str, int], limit: int
) -> tuple[list[Text], tuple[str, int] | None]:
    """Return the texts among so many posts after a place, by their threads' ids and their numbers; and where those end.

    Args:
        connection: the transaction.
        place: the thread and the number of the post that they come after; empty and 0 to begin with the first.
        limit: how many posts, seen or not, are looked at.
    """
    columns = sa.tuple_(forum_post.c.thread_id, forum_post.c.number)
    after = sa.tuple_(sa.literal(place[0], sa.String), sa.literal(place[1], sa.Integer))
    query = _TEXTS.where(columns > after).order_by(forum_post.c.thread_id, forum_post.c.number).limit(limit)
    rows = connection.execute(query).all()
    ends = (str(rows[-1].thread_id), int(rows[-1].number)) if rows else None
    return _with_threads(connection, rows), ends


def texts_in(connection: Connection, thread_id: str, after: int, upto: int) -> list[Text]:
    """Return the texts of a thread whose numbers come after one, up to another."""
    mine = _TEXTS.where(forum_post.c.thread_id == thread_id, forum_post.c.number > after, forum_post.c.number <= upto)
    return _with_threads(connection, connection.execute(mine.order_by(forum_post.c.number)))


def posts_in(connection: Connection, thread_id: str) -> int:
    """Return the number of the last post of a thread; 0 when there is no such thread."""
    query = sa.select(forum_thread.c.posts).where(forum_thread.c.id == thread_id)
    return connection.execute(query).scalar_one_or_none() or 0


def texts_of(connection: Connection, post_ids: Collection[str]) -> list[Text]:
    """Return those of these posts that everybody who may read sees."""
    return _with_threads(connection, connection.execute(_TEXTS.where(forum_post.c.id.in_(post_ids))))


def titles_of(connection: Connection, thread_ids: Collection[str]) -> dict[str, str]:
    """Return the titles of those of these threads that everybody who may read sees, by thread."""
    seen = sa.and_(forum_thread.c.removed_at.is_(None), forum_thread.c.hidden_at.is_(None))
    query = sa.select(forum_thread.c.id, forum_thread.c.title).where(forum_thread.c.id.in_(thread_ids), seen)
    return {row.id: row.title for row in connection.execute(query)}


def _with_threads(connection: Connection, rows: Iterable[Any]) -> list[Text]:
    found = [row for row in rows if _is_seen(row)]
    threads = {row.thread_id for row in found}
    tags: dict[str, tuple[str, ...]] = {}
    cards: dict[str, str] = {}
    if threads:
        tagged = sa.select(forum_tag).where(forum_tag.c.thread_id.in_(threads)).order_by(forum_tag.c.tag)
        for row in connection.execute(tagged):
            tags[row.thread_id] = (*tags.get(row.thread_id, ()), row.tag)
        for row in connection.execute(sa.select(forum_card).where(forum_card.c.thread_id.in_(threads))):
            lines = (*row.texts.values(), row.video_system, row.record_system, row.contact)
            cards[row.thread_id] = "\n\n".join(str(line) for line in lines if line)
    return [
        Text(
            row.id, row.thread_id, row.number, row.title, row.seed or "", row.category, tags.get(row.thread_id, ()), row.author_name,
            row.created_at, row.text, cards.get(row.thread_id, "") if row.number == 1 else "",
            row.number == 1 and row.thread_id in cards,
        )
        for row in found
    ]  # fmt: skip


# --- Changes ---------------------------------------------------------------------------------------------------------


def newest_change(connection: Connection) -> int:
    """Return the number of the last change; 0 when there is none."""
    return connection.execute(sa.select(sa.func.max(forum_change.c.number))).scalar_one() or 0


def oldest_change(connection: Connection) -> int:
    """Return the number of the first change that is still kept; 0 when there is none."""
    return connection.execute(sa.select(sa.func.min(forum_change.c.number))).scalar_one() or 0


def numbers_from(connection: Connection, first: int) -> set[int]:
    """Return the numbers of the changes that are kept, from a number on."""
    return set(connection.execute(sa.select(forum_change.c.number).where(forum_change.c.number >= first)).scalars())


def changes(connection: Connection, after: int, also: Collection[int], limit: int) -> list[Change]:
    """Return the changes after a number, in order, and those of some others that are there by now."""
    query = sa.select(forum_change).where(forum_change.c.number > after).order_by(forum_change.c.number).limit(limit)
    rows = list(connection.execute(query))
    if also:
        rows += connection.execute(sa.select(forum_change).where(forum_change.c.number.in_(also)))
    return [Change(row.number, row.thread_id, row.post_id) for row in rows]


def trim(connection: Connection, upto: int, limit: int) -> int:
    """Take changes away up to a number, the oldest first, and return how many."""
    old = sa.select(forum_change.c.number).where(forum_change.c.number <= upto).order_by(forum_change.c.number)
    return int(
        connection.execute(
            forum_change.delete().where(forum_change.c.number.in_(old.limit(limit).subquery().select()))
        ).rowcount
    )
