"""Measures, suspensions and what is reported, in the database: rows in, values out."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.forum.measures import Measure, Suspension, What
from hub.forum.store import Connection
from hub.tables import forum_measure, forum_post, forum_report, forum_suspension, forum_thread, person


@dataclass(frozen=True)
class Report:
    """Something that somebody thinks does not belong."""

    id: str
    post_id: str
    by_name: str
    """Empty when the account is gone."""
    reason: str
    at: dt.datetime


# --- Reports ---------------------------------------------------------------------------------------------------------

_WAITING = forum_report.c.settled_at.is_(None)


def waiting(connection: Connection) -> int:
    """Return how many posts are reported and wait."""
    query = sa.select(sa.func.count(sa.distinct(forum_report.c.post_id))).where(_WAITING)
    return int(connection.execute(query).scalar_one())


def waiting_posts(connection: Connection, limit: int) -> list[str]:
    """Return the ids of the posts that are reported, the one that has waited longest first."""
    first = sa.func.min(forum_report.c.at)
    query = (
        sa.select(forum_report.c.post_id)
        .where(_WAITING)
        .group_by(forum_report.c.post_id)
        .order_by(first, forum_report.c.post_id)
        .limit(limit)
    )
    return [str(found) for found in connection.execute(query).scalars()]


def reports(connection: Connection, post_ids: Collection[str]) -> dict[str, list[Report]]:
    """Return what waits about these posts, the oldest first, by post."""
    query = (
        sa.select(forum_report, person.c.name)
        .outerjoin(person, person.c.id == forum_report.c.by)
        .where(forum_report.c.post_id.in_(post_ids), _WAITING)
        .order_by(forum_report.c.at, forum_report.c.id)
    )
    found: dict[str, list[Report]] = {}
    for row in connection.execute(query) if post_ids else ():
        found.setdefault(row.post_id, []).append(Report(row.id, row.post_id, row.name or "", row.reason, row.at))
    return found


def settle_reports(connection: Connection, post_id: str, by: str, at: dt.datetime) -> list[str]:
    """Settle all reports of a post, and return whose they are, empty for who has left: one for each report."""
    settled = forum_report.update().where(forum_report.c.post_id == post_id, _WAITING)
    whose = settled.values(settled_at=at, settled_by=by).returning(forum_report.c.by)
    return [by or "" for by in connection.execute(whose).scalars()]


def reporters(connection: Connection, settled_by: Measure) -> dict[str, list[str]]:
    """Return whose reports a measure settled, as settling does, by the post that they reported."""
    query = (
        sa.select(forum_report.c.post_id, forum_report.c.by)
        .join(forum_post, forum_post.c.id == forum_report.c.post_id)
        .where(forum_report.c.settled_at == settled_by.at, forum_post.c.thread_id == settled_by.thread_id)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.post_id, []).append(row.by or "")
    return found


def reopen_reports(connection: Connection, post_id: str, settled_at: dt.datetime) -> bool:
    """Let the reports wait again that were settled at a moment, and tell whether there are any."""
    settled = forum_report.update().where(forum_report.c.post_id == post_id, forum_report.c.settled_at == settled_at)
    return connection.execute(settled.values(settled_at=None, settled_by=None)).rowcount > 0


# --- Measures --------------------------------------------------------------------------------------------------------


def add_measure(connection: Connection, new: Measure, by: str) -> int:
    """Note a measure, and return its id."""
    values = {name: getattr(new, name) for name in Measure.__dataclass_fields__ if name != "id"}
    values |= {"by": by or None, "what": new.what.value, "person_id": new.person_id or None, "facts": dict(new.facts)}
    done = connection.execute(forum_measure.insert().values(**values))
    return int((done.inserted_primary_key or (0,))[0])


def find_measure(connection: Connection, measure_id: int) -> Measure | None:
    """Return a measure."""
    row = connection.execute(sa.select(forum_measure).where(forum_measure.c.id == measure_id)).one_or_none()
    return _measure(row) if row else None


def last_measure(
    connection: Connection, what: What, *, post_id: str = "", thread_id: str = "", person_id: str = ""
) -> Measure | None:
    """Return the last measure of a kind that concerned a post, a thread or a person; the one of these that is given."""
    query = sa.select(forum_measure).where(forum_measure.c.what == what.value)
    for column, value in (
        (forum_measure.c.post_id, post_id),
        (forum_measure.c.thread_id, thread_id),
        (forum_measure.c.person_id, person_id),
    ):
        if value:
            query = query.where(column == value)
    row = connection.execute(query.order_by(forum_measure.c.id.desc()).limit(1)).one_or_none()
    return _measure(row) if row else None


def count_against(connection: Connection, people: Collection[str], kinds: Collection[What]) -> dict[str, int]:
    """Return how many measures of some kinds have concerned what people have written, by person."""
    query = (
        sa.select(forum_measure.c.person_id, sa.func.count().label("times"))
        .where(forum_measure.c.person_id.in_(people), forum_measure.c.what.in_([kind.value for kind in kinds]))
        .group_by(forum_measure.c.person_id)
    )
    return {row.person_id: int(row.times) for row in connection.execute(query)} if people else {}


def newest_measures(
    connection: Connection, limit: int, *, before: int = 0, thread_id: str = "", person_id: str = ""
) -> list[Measure]:
    """Return measures, the newest first.

    Args:
        connection: the transaction.
        limit: how many at most.
        before: the id that they come before; 0 for the newest of all.
        thread_id: those in one thread only.
        person_id: those that concern what one person has written only.
    """
    query = sa.select(forum_measure).order_by(forum_measure.c.id.desc()).limit(limit)
    if before:
        query = query.where(forum_measure.c.id < before)
    if thread_id:
        query = query.where(forum_measure.c.thread_id == thread_id)
    if person_id:
        query = query.where(forum_measure.c.person_id == person_id)
    return [_measure(row) for row in connection.execute(query)]


def titles(connection: Connection, thread_ids: Collection[str]) -> dict[str, str]:
    """Return the titles of those threads that are still there, by thread."""
    query = sa.select(forum_thread.c.id, forum_thread.c.title).where(forum_thread.c.id.in_(thread_ids))
    return {row.id: row.title for row in connection.execute(query)} if thread_ids else {}


def counts(connection: Connection, begins: dt.datetime, ends: dt.datetime) -> dict[What, int]:
    """Return how many measures of each kind were taken from one moment to before another."""
    query = (
        sa.select(forum_measure.c.what, sa.func.count().label("times"))
        .where(forum_measure.c.at >= begins, forum_measure.c.at < ends)
        .group_by(forum_measure.c.what)
    )
    return {What(row.what): int(row.times) for row in connection.execute(query)}


# --- Suspensions -----------------------------------------------------------------------------------------------------


def add_suspension(connection: Connection, new: Suspension, by: str) -> None:
    """Store a suspension."""
    connection.execute(
        forum_suspension.insert().values(
            id=new.id, person_id=new.person_id, by=by or None, by_name=new.by_name, reason=new.reason,
            begins_at=new.begins_at, until=new.until,
        )
    )  # fmt: skip


def suspensions(connection: Connection, person_id: str) -> list[Suspension]:
    """Return somebody's suspensions that have not been lifted, over or not."""
    return suspensions_of(connection, [person_id]).get(person_id, [])


def suspensions_of(connection: Connection, people: Collection[str]) -> dict[str, list[Suspension]]:
    """Return the suspensions of several, by person, as those of one."""
    query = sa.select(forum_suspension).where(
        forum_suspension.c.person_id.in_(people), forum_suspension.c.lifted_at.is_(None)
    )
    found: dict[str, list[Suspension]] = {}
    for row in connection.execute(query):
        found.setdefault(row.person_id, []).append(_suspension(row))
    return found


def all_suspensions(connection: Connection, now: dt.datetime, limit: int) -> list[Suspension]:
    """Return the suspensions that hold, the newest first."""
    query = (
        sa.select(forum_suspension)
        .where(
            forum_suspension.c.lifted_at.is_(None),
            sa.or_(forum_suspension.c.until.is_(None), forum_suspension.c.until > now),
        )
        .order_by(forum_suspension.c.begins_at.desc(), forum_suspension.c.id)
        .limit(limit)
    )
    return [_suspension(row) for row in connection.execute(query)]


def find_suspension(connection: Connection, suspension_id: str) -> Suspension | None:
    """Return a suspension, lifted or not."""
    row = connection.execute(sa.select(forum_suspension).where(forum_suspension.c.id == suspension_id)).one_or_none()
    return _suspension(row) if row else None


def lift(connection: Connection, suspension_id: str, by: str, at: dt.datetime) -> None:
    """Note that a suspension no longer holds."""
    connection.execute(
        forum_suspension.update()
        .where(forum_suspension.c.id == suspension_id)
        .values(lifted_at=at, lifted_by=by or None)
    )


# --- Rows to values --------------------------------------------------------------------------------------------------


def _measure(row: Any) -> Measure:
    return Measure(
        row.id, row.at, row.by_name, What(row.what), row.thread_id, row.post_id, row.number, row.person_id or "",
        row.reason, row.facts,
    )  # fmt: skip


def _suspension(row: Any) -> Suspension:
    return Suspension(row.id, row.person_id, row.by_name, row.reason, row.begins_at, row.until, row.lifted_at)
