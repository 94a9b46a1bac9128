"""The forum in the database: rows in, values out.

Pages of threads go by a moment and an id, pages of posts by their number, so that what is written meanwhile leaves no
gap and repeats nothing; nothing is ever counted off from the beginning.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.forum.rules import Card, Order, Post, Reaction, Revision, Thread
from hub.tables import (
    forum_card,
    forum_change,
    forum_follow,
    forum_post,
    forum_reaction,
    forum_read,
    forum_report,
    forum_revision,
    forum_tag,
    forum_thread,
    person,
)

Connection = sa.Connection
Place = tuple[dt.datetime, str]


@dataclass(frozen=True)
class Wanted:
    """Which threads are asked for."""

    order: Order = Order.ACTIVITY
    category: str = ""
    tag: str = ""
    about: str = ""


@dataclass(frozen=True)
class Listed:
    """A thread in a list, as one reader sees it."""

    thread: Thread
    read: int
    """The number of the last post the reader has seen; 0 for none."""
    followed: bool

    @property
    def unread(self) -> int:
        """How many posts at most the reader has not seen."""
        return max(0, self.thread.posts - self.read)


@dataclass(frozen=True)
class Reactions:
    """What is said of a post without words."""

    counts: Mapping[Reaction, int] = field(default_factory=dict)
    own: frozenset[Reaction] = frozenset()


def region_of(connection: Connection, person_id: str) -> str:
    """Return the letter code that somebody's profile names, or nothing."""
    return connection.execute(sa.select(person.c.region).where(person.c.id == person_id)).scalar_one_or_none() or ""


# --- What the index of words is kept up by --------------------------------------------------------------------------

_FOUND_BY: Final = frozenset({"title", "category", "text", "hidden_at", "removed_at"})
"""What a change must touch for the index to know of it."""


def note_change(connection: Connection, thread_id: str) -> None:
    """Number a change that what is found of a whole thread depends on."""
    connection.execute(forum_change.insert().values(thread_id=thread_id, post_id=""))


def _note_post(connection: Connection, post_id: str) -> None:
    of_post = sa.select(forum_post.c.thread_id, forum_post.c.id).where(forum_post.c.id == post_id)
    connection.execute(forum_change.insert().from_select(["thread_id", "post_id"], of_post))


# --- Threads ---------------------------------------------------------------------------------------------------------


def add_thread(connection: Connection, new: Thread) -> None:
    """Store a thread without its posts."""
    values = {name: getattr(new, name) for name in Thread.__dataclass_fields__ if name != "tags"}
    values |= {
        "author": new.author or None,
        "last_author": new.author or None,
        "seed": new.seed or None,
        "waiting": new.question,
    }
    connection.execute(forum_thread.insert().values(**values))
    set_tags(connection, new.id, new.tags)


def set_tags(connection: Connection, thread_id: str, tags: Sequence[str]) -> None:
    """Put these tags in place of those there were."""
    connection.execute(forum_tag.delete().where(forum_tag.c.thread_id == thread_id))
    if tags:
        connection.execute(forum_tag.insert(), [{"thread_id": thread_id, "tag": tag} for tag in tags])
    note_change(connection, thread_id)


def find_thread(connection: Connection, thread_id: str, *, lock: bool = False) -> Thread | None:
    """Return a thread, seen by all or not; locked until the transaction ends, where the database knows such locks."""
    query = sa.select(forum_thread).where(forum_thread.c.id == thread_id)
    # What refers to the thread, such as somebody who begins to follow it, need not wait for the lock: waiting would be a
    # deadlock with a reply of the same person, who then follows as well.
    row = connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
    return _thread(row, _tags(connection, [thread_id]).get(thread_id, ())) if row else None


def find_threads(connection: Connection, thread_ids: Collection[str]) -> dict[str, Thread]:
    """Return those of these threads that are there, seen by all or not, by id."""
    rows = connection.execute(sa.select(forum_thread).where(forum_thread.c.id.in_(thread_ids))).all()
    tags = _tags(connection, thread_ids)
    return {row.id: _thread(row, tags.get(row.id, ())) for row in rows}


def seeds(connection: Connection) -> set[str]:
    """Return the ids of the editors' questions that have their thread."""
    query = sa.select(forum_thread.c.seed).where(forum_thread.c.seed.is_not(None))
    return {str(seed) for seed in connection.execute(query).scalars()}


def change_thread(connection: Connection, thread_id: str, **values: Any) -> None:
    """Change columns of a thread, and count the change."""
    connection.execute(
        forum_thread.update().where(forum_thread.c.id == thread_id).values(version=forum_thread.c.version + 1, **values)
    )
    if _FOUND_BY & values.keys():
        note_change(connection, thread_id)


_SEEN: Final = sa.and_(forum_thread.c.removed_at.is_(None), forum_thread.c.hidden_at.is_(None))


def threads(connection: Connection, person_id: str, wanted: Wanted, after: Place | None, limit: int) -> list[Listed]:
    """Return the threads that come after a place, the newest first; pinned ones are listed by ``pinned``."""
    by = forum_thread.c.created_at if wanted.order is Order.NEW else forum_thread.c.activity_at
    query = _listing(person_id, followed=wanted.order is Order.FOLLOWED).where(_SEEN, forum_thread.c.pinned.is_(False))
    if wanted.order is Order.UNANSWERED:
        query = query.where(forum_thread.c.waiting.is_(True))
    if wanted.order is Order.MINE:
        mine = sa.select(forum_post.c.thread_id).where(forum_post.c.author == person_id)
        query = query.where(forum_thread.c.id.in_(mine))
    query = _narrowed(query, wanted)
    if after:
        place = sa.tuple_(sa.literal(after[0], by.type), sa.literal(after[1], forum_thread.c.id.type))
        query = query.where(sa.tuple_(by, forum_thread.c.id) < place)
    return _listed(connection, query.order_by(by.desc(), forum_thread.c.id.desc()).limit(limit))


def pinned(connection: Connection, person_id: str, wanted: Wanted, limit: int) -> list[Listed]:
    """Return the threads that stand first, the last written in first."""
    query = _narrowed(_listing(person_id).where(_SEEN, forum_thread.c.pinned.is_(True)), wanted)
    return _listed(connection, query.order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc()).limit(limit))


def _narrowed(query: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    if wanted.category:
        query = query.where(forum_thread.c.category == wanted.category)
    if wanted.about:
        query = query.where(forum_thread.c.about == wanted.about)
    if wanted.tag:
        query = query.where(
            sa.exists().where(forum_tag.c.thread_id == forum_thread.c.id, forum_tag.c.tag == wanted.tag)
        )
    return query


def _listing(person_id: str, *, followed: bool = False) -> sa.Select[Any]:
    read = sa.and_(forum_read.c.thread_id == forum_thread.c.id, forum_read.c.person_id == person_id)
    follow = sa.and_(forum_follow.c.thread_id == forum_thread.c.id, forum_follow.c.person_id == person_id)
    return sa.select(
        forum_thread, forum_read.c.number.label("read"), forum_follow.c.at.label("followed_at")
    ).select_from(
        forum_thread.outerjoin(forum_read, read).join(forum_follow, follow, isouter=not followed)
    )  # fmt: skip


def _listed(connection: Connection, query: sa.Select[Any]) -> list[Listed]:
    rows = connection.execute(query).all()
    tags = _tags(connection, [row.id for row in rows])
    return [Listed(_thread(row, tags.get(row.id, ())), row.read or 0, row.followed_at is not None) for row in rows]


def _tags(connection: Connection, thread_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    query = sa.select(forum_tag).where(forum_tag.c.thread_id.in_(thread_ids)).order_by(forum_tag.c.tag)
    for row in connection.execute(query) if thread_ids else ():
        found[row.thread_id] = (*found.get(row.thread_id, ()), row.tag)
    return found


# --- Cards -----------------------------------------------------------------------------------------------------------

_COLUMNS: Final = ("level", "year", "region", "video_system", "record_system", "contact")


def put_card(connection: Connection, thread_id: str, card: Card) -> None:
    """Store the card of a thread in place of an earlier one."""
    kept = card.kept()
    values = {name: kept.pop(name) for name in _COLUMNS}
    connection.execute(forum_card.delete().where(forum_card.c.thread_id == thread_id))
    connection.execute(forum_card.insert().values(thread_id=thread_id, texts=kept, **values))
    note_change(connection, thread_id)


def cards(connection: Connection, thread_ids: Collection[str]) -> dict[str, Card]:
    """Return the cards of these threads, by thread."""
    query = sa.select(forum_card).where(forum_card.c.thread_id.in_(thread_ids))
    return {
        row.thread_id: Card(**{name: getattr(row, name) for name in _COLUMNS}, **row.texts)
        for row in connection.execute(query)
    }


# --- Posts -----------------------------------------------------------------------------------------------------------


def add_post(connection: Connection, new: Post) -> None:
    """Store a post."""
    values = {name: getattr(new, name) for name in Post.__dataclass_fields__}
    connection.execute(forum_post.insert().values(**{**values, "author": new.author or None}))
    connection.execute(forum_change.insert().values(thread_id=new.thread_id, post_id=new.id))


def find_post(connection: Connection, post_id: str) -> Post | None:
    """Return a post, seen by all or not."""
    row = connection.execute(sa.select(forum_post).where(forum_post.c.id == post_id)).one_or_none()
    return _post(row) if row else None


def find_posts(connection: Connection, post_ids: Collection[str]) -> dict[str, Post]:
    """Return those of these posts that are there, seen by all or not, by id."""
    rows = connection.execute(sa.select(forum_post).where(forum_post.c.id.in_(post_ids)))
    return {row.id: _post(row) for row in rows}


def first_post(connection: Connection, thread_id: str) -> Post | None:
    """Return the post that a thread began with."""
    query = sa.select(forum_post).where(forum_post.c.thread_id == thread_id, forum_post.c.number == 1)
    row = connection.execute(query).one_or_none()
    return _post(row) if row else None


def posts(
    connection: Connection, thread_id: str, after: int, limit: int, *, author: str = "", everything: bool = False
) -> list[Post]:
    """Return the posts after a number that a reader may see.

    Args:
        connection: the transaction.
        thread_id: of which thread.
        after: the number of the last post of the page before; 0 for the first page.
        limit: how many at most.
        author: who also sees their own that others do not see.
        everything: for those who moderate.
    """
    query = sa.select(forum_post).where(forum_post.c.thread_id == thread_id, forum_post.c.number > after)
    if not everything:
        seen = sa.and_(forum_post.c.removed_at.is_(None), forum_post.c.hidden_at.is_(None))
        query = query.where(sa.or_(seen, forum_post.c.author == author) if author else seen)
    return [_post(row) for row in connection.execute(query.order_by(forum_post.c.number).limit(limit))]


def change_post(connection: Connection, post_id: str, seen: int, **values: Any) -> bool:
    """Change a post that is still at the version seen; tell whether it was."""
    done = connection.execute(
        forum_post.update()
        .where(forum_post.c.id == post_id, forum_post.c.version == seen)
        .values(version=seen + 1, **values)
    )
    if done.rowcount == 1 and _FOUND_BY & values.keys():
        _note_post(connection, post_id)
    return done.rowcount == 1


def set_on_post(connection: Connection, post_id: str, **values: Any) -> None:
    """Change what is said about a post; its version stays, so that a text being changed is not held up."""
    connection.execute(forum_post.update().where(forum_post.c.id == post_id).values(**values))
    if _FOUND_BY & values.keys():
        _note_post(connection, post_id)


def add_revision(connection: Connection, post_id: str, old: Revision) -> None:
    """Keep how a post read."""
    connection.execute(
        forum_revision.insert().values(
            post_id=post_id, version=old.version, title=old.title, text=old.text, card=old.card, by=old.by or None,
            by_name=old.by_name, at=old.at, reason=old.reason,
        )
    )  # fmt: skip


def revisions(connection: Connection, post_id: str, limit: int) -> list[Revision]:
    """Return how a post read before, the newest first."""
    query = (
        sa.select(forum_revision)
        .where(forum_revision.c.post_id == post_id)
        .order_by(forum_revision.c.id.desc())
        .limit(limit)
    )
    return [
        Revision(row.version, row.title, row.text, row.card, row.by or "", row.by_name, row.at, row.reason)
        for row in connection.execute(query)
    ]


# --- What readers say and follow -------------------------------------------------------------------------------------


def reactions(connection: Connection, post_ids: Collection[str], person_id: str) -> dict[str, Reactions]:
    """Return what is said of these posts, and what somebody has said of them, by post."""
    query = (
        sa.select(
            forum_reaction.c.post_id,
            forum_reaction.c.kind,
            sa.func.count().label("times"),
            sa.func.max(sa.case((forum_reaction.c.person_id == person_id, 1), else_=0)).label("own"),
        )
        .where(forum_reaction.c.post_id.in_(post_ids))
        .group_by(forum_reaction.c.post_id, forum_reaction.c.kind)
    )
    found: dict[str, Reactions] = {}
    for row in connection.execute(query) if post_ids else ():
        before, kind = found.get(row.post_id, Reactions()), Reaction(row.kind)
        own = before.own | {kind} if row.own else before.own
        found[row.post_id] = Reactions({**before.counts, kind: row.times}, own)
    return found


def set_reaction(connection: Connection, post_id: str, person_id: str, kind: Reaction, at: dt.datetime | None) -> None:
    """Keep what somebody says of a post, once; None takes it back."""
    if at is None:
        connection.execute(
            forum_reaction.delete().where(
                forum_reaction.c.post_id == post_id,
                forum_reaction.c.person_id == person_id,
                forum_reaction.c.kind == kind.value,
            )
        )
        return
    values = {"post_id": post_id, "person_id": person_id, "kind": kind.value, "at": at}
    connection.execute(_dialect(connection).insert(forum_reaction).values(**values).on_conflict_do_nothing())


def set_followed(connection: Connection, thread_id: str, person_id: str, at: dt.datetime | None) -> None:
    """Let somebody follow a thread; None ends it."""
    if at is None:
        mine = (forum_follow.c.thread_id == thread_id, forum_follow.c.person_id == person_id)
        connection.execute(forum_follow.delete().where(*mine))
        return
    values = {"thread_id": thread_id, "person_id": person_id, "at": at}
    connection.execute(_dialect(connection).insert(forum_follow).values(**values).on_conflict_do_nothing())


def standing(connection: Connection, thread_id: str, person_id: str) -> tuple[int, bool]:
    """Return the number of the last post somebody has seen of a thread, and whether they follow it."""
    read = sa.select(forum_read.c.number).where(
        forum_read.c.thread_id == thread_id, forum_read.c.person_id == person_id
    )
    follow = sa.select(forum_follow.c.at).where(
        forum_follow.c.thread_id == thread_id, forum_follow.c.person_id == person_id
    )
    return connection.execute(read).scalar_one_or_none() or 0, connection.execute(follow).first() is not None


def set_read(connection: Connection, thread_id: str, person_id: str, number: int) -> None:
    """Note how far somebody has read; never back."""
    insert = _dialect(connection).insert(forum_read)
    connection.execute(
        insert.values(thread_id=thread_id, person_id=person_id, number=number).on_conflict_do_update(
            index_elements=[forum_read.c.person_id, forum_read.c.thread_id],
            set_={"number": number},
            where=forum_read.c.number < number,
        )
    )


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


# --- Reports ---------------------------------------------------------------------------------------------------------


def add_report(connection: Connection, report_id: str, post_id: str, *, by: str, reason: str, at: dt.datetime) -> None:
    """Store a report."""
    connection.execute(forum_report.insert().values(id=report_id, post_id=post_id, by=by, reason=reason, at=at))


def has_reported(connection: Connection, post_id: str, person_id: str) -> bool:
    """Tell whether somebody has reported a post and waits for an answer."""
    query = sa.select(forum_report.c.id).where(
        forum_report.c.post_id == post_id, forum_report.c.by == person_id, forum_report.c.settled_at.is_(None)
    )
    return connection.execute(query).first() is not None


# --- Rows to values --------------------------------------------------------------------------------------------------


def _thread(row: Any, tags: tuple[str, ...]) -> Thread:
    values = {name: getattr(row, name) for name in Thread.__dataclass_fields__ if name != "tags"}
    return Thread(**{**values, "author": row.author or "", "seed": row.seed or "", "tags": tags})


def _post(row: Any) -> Post:
    values = {name: getattr(row, name) for name in Post.__dataclass_fields__}
    return Post(**{**values, "author": row.author or ""})
