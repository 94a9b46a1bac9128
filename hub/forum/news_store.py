"""What members are told of the forum, in the database: notices, letters and feeds.

Nothing here goes through all threads or posts: it begins with what somebody follows, or with the threads that were
last written in.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.forum import store
from hub.forum.rules import CONFIRM_AFTER
from hub.forum.store import Connection
from hub.tables import (
    forum_category_follow,
    forum_feed,
    forum_follow,
    forum_letter,
    forum_mailing,
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
    """Something that was done to somebody's post."""

    id: int
    kind: str
    thread_id: str
    post_id: str
    number: int
    title: str
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


_SEEN: Final = sa.and_(forum_thread.c.removed_at.is_(None), forum_thread.c.hidden_at.is_(None))
# Where posts are asked for by their ids this is looked at afterwards: SQLite would go through the index of what is not
# hidden, which is nearly everything.
_SEEN_POST: Final = sa.and_(forum_post.c.removed_at.is_(None), forum_post.c.hidden_at.is_(None))

_SEEN_POST_LAST: Final = sa.func.coalesce(forum_post.c.removed_at, forum_post.c.hidden_at).is_(None)
"""As one expression, which no index answers: what the posts stand in is what finds them."""


def _insert(connection: Connection, table: sa.Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _by_others(person_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(forum_post.c.author.is_(None), forum_post.c.author != person_id)


# --- In the app ------------------------------------------------------------------------------------------------------


def add_notice(
    connection: Connection, person_id: str, kind: str, place: tuple[str, str], reason: str, at: dt.datetime
) -> None:
    """Keep a notice for somebody about a post; the place is its thread and the post itself."""
    connection.execute(
        forum_notice.insert().values(
            person_id=person_id, kind=kind, thread_id=place[0], post_id=place[1], reason=reason, at=at
        )
    )


def wants_notices(connection: Connection, person_id: str) -> bool:
    """Tell whether somebody wants to be told in the app."""
    return connection.execute(sa.select(person.c.notices).where(person.c.id == person_id)).scalar() == "hub"


def _unread(person_id: str) -> sa.Select[Any]:
    read = sa.func.coalesce(forum_read.c.number, 0)
    mine = sa.and_(forum_read.c.thread_id == forum_thread.c.id, forum_read.c.person_id == person_id)
    # What was hidden or taken back after it had been counted shall not stay unread for good.
    new = sa.exists().where(
        forum_post.c.thread_id == forum_thread.c.id, forum_post.c.number > read, _SEEN_POST, _by_others(person_id)
    )
    return (
        sa.select(forum_thread, read.label("read"))
        .select_from(
            forum_follow.join(forum_thread, forum_thread.c.id == forum_follow.c.thread_id).outerjoin(forum_read, mine)
        )
        .where(forum_follow.c.person_id == person_id, _SEEN, forum_thread.c.posts > read, new)
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
    """Return the notices of somebody, but for those of threads that others have hidden from them."""
    return (
        sa.select(forum_notice, forum_thread.c.title, forum_thread.c.seed, forum_post.c.number)
        .join(forum_thread, forum_thread.c.id == forum_notice.c.thread_id)
        .join(forum_post, forum_post.c.id == forum_notice.c.post_id)
        .where(forum_notice.c.person_id == person_id, sa.or_(_SEEN, forum_thread.c.author == person_id))
    )


def notices(connection: Connection, person_id: str, limit: int) -> list[Notice]:
    """Return what was done to somebody's posts, the newest first."""
    return [
        Notice(
            row.id, row.kind, row.thread_id, row.post_id, row.number, row.title, row.seed or "", row.reason, row.at,
            row.seen_at is not None,
        )
        for row in connection.execute(_notices(person_id).order_by(forum_notice.c.id.desc()).limit(limit))
    ]  # fmt: skip


def aged(connection: Connection, person_id: str, now: dt.datetime, limit: int) -> list[Aged]:
    """Return somebody's own questions whose accepted answer waits to be confirmed, the oldest first."""
    query = (
        sa.select(forum_thread, forum_post.c.number)
        .join(forum_post, forum_post.c.id == forum_thread.c.accepted)
        .where(forum_thread.c.author == person_id, _SEEN, _SEEN_POST, forum_thread.c.accepted_at <= now - CONFIRM_AFTER)
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
    held = mailing(connection, person_id)
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


# --- Letters ---------------------------------------------------------------------------------------------------------


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
    written = sa.and_(_SEEN, forum_thread.c.activity_at > since)
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
            forum_post.c.number > sa.func.coalesce(forum_read.c.number, 0), _SEEN_POST_LAST, _by_others(person_id),
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
            forum_post, forum_thread.c.title, forum_thread.c.seed, forum_thread.c.category, _SEEN.label("open"),
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
        .where(forum_thread.c.waiting.is_(True), _SEEN, others)
        .order_by(forum_thread.c.activity_at.desc(), forum_thread.c.id.desc())
        .limit(limit)
    )
    threads = list(connection.execute(query).scalars())
    first = sa.select(forum_post.c.id).where(forum_post.c.thread_id.in_(threads), forum_post.c.number == 1)
    return said(connection, list(connection.execute(first).scalars()))


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


def newest(connection: Connection, limit: int) -> list[Said]:
    """Return the newest posts that every member sees.

    They stand in the threads last written in, at their end; so neither all threads nor all posts are looked at.
    """
    threads: dict[str, dt.datetime] = {}
    for pinned in (True, False):
        query = (
            sa.select(forum_thread.c.id, forum_thread.c.activity_at)
            .where(forum_thread.c.pinned.is_(pinned), _SEEN)
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
