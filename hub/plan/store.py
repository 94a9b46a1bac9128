"""Plans in the database: rows in, values out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.plan.items import Comment, Event, Item, NewItem, Plan, State
from hub.tables import plan as plans
from hub.tables import plan_comment, plan_event, plan_item, plan_seen

Connection = sa.Connection


@dataclass(frozen=True)
class Held:
    """A plan with what decides who may open it."""

    plan: Plan
    edit_hash: str
    read_hash: str


def add(connection: Connection, plan: Plan, *, edit_hash: str, read_hash: str) -> None:
    """Store a new plan without items."""
    values = {
        name: getattr(plan, name)
        for name in (
            "id", "channel", "title", "language", "region", "guide", "notes", "notes_version", "stage", "stage_at",
            "published", "asks_help", "asks_help_at", "version", "created_at", "changed_at", "deleted_at",
        )
    }  # fmt: skip
    connection.execute(
        plans.insert().values(
            **values,
            owner=plan.owner or None,
            basis=dict(plan.basis),
            texts=dict(plan.texts),
            edit_hash=edit_hash,
            read_hash=read_hash,
        )
    )


def find(connection: Connection, plan_id: str, *, lock: bool = False) -> Held | None:
    """Return a plan, deleted or not; locked until the transaction ends, where the database knows such locks."""
    query = sa.select(plans).where(plans.c.id == plan_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return Held(_plan(row), row.edit_hash, row.read_hash) if row else None


def of_person(connection: Connection, person_id: str) -> list[Plan]:
    """Return the plans somebody keeps, the last changed first."""
    return _several(connection, plans.c.owner == person_id)


def deleted_by_keeper(connection: Connection, person_id: str, region: str) -> list[Plan]:
    """Return the deleted plans that somebody keeps, or that are kept for a region; the last deleted first."""
    mine = plans.c.owner == person_id
    condition = sa.or_(mine, plans.c.region == region) if region else mine
    query = sa.select(plans).where(condition, plans.c.deleted_at.is_not(None)).order_by(plans.c.deleted_at.desc())
    return [_plan(row) for row in connection.execute(query)]


def of_region(connection: Connection, region: str) -> list[Plan]:
    """Return the plans kept for a region, the last changed first."""
    return _several(connection, plans.c.region == region)


def on_board(connection: Connection) -> list[Plan]:
    """Return the plans whose region shows its stage."""
    return _several(connection, sa.and_(plans.c.published, plans.c.region != ""))


def asking(connection: Connection) -> list[Plan]:
    """Return the plans whose keepers ask for help, those who have waited longest first."""
    found = _several(connection, plans.c.asks_help != "")
    return sorted(found, key=lambda plan: plan.asks_help_at or plan.changed_at)


def _several(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Plan]:
    query = sa.select(plans).where(condition, plans.c.deleted_at.is_(None)).order_by(plans.c.changed_at.desc())
    return [_plan(row) for row in connection.execute(query)]


def change(connection: Connection, plan_id: str, at: dt.datetime, **values: Any) -> None:
    """Change columns of a plan, and count the change."""
    connection.execute(
        plans.update().where(plans.c.id == plan_id).values(version=plans.c.version + 1, changed_at=at, **values)
    )


# --- Items -----------------------------------------------------------------------------------------------------------


def items(connection: Connection, plan_id: str) -> list[Item]:
    """Return the items that stand in a plan, in order."""
    query = (
        sa.select(plan_item)
        .where(plan_item.c.plan_id == plan_id, plan_item.c.removed_at.is_(None))
        .order_by(plan_item.c.place, plan_item.c.id)
    )
    return [_item(row) for row in connection.execute(query)]


def last_place(connection: Connection, plan_id: str) -> int:
    """Return the last place taken in a plan, by an item removed as well: it may come back to it."""
    query = sa.select(sa.func.coalesce(sa.func.max(plan_item.c.place), 0)).where(plan_item.c.plan_id == plan_id)
    return int(connection.execute(query).scalar_one())


def item(connection: Connection, plan_id: str, item_id: str) -> Item | None:
    """Return an item of a plan, removed or not."""
    query = sa.select(plan_item).where(plan_item.c.plan_id == plan_id, plan_item.c.id == item_id)
    row = connection.execute(query).one_or_none()
    return _item(row) if row else None


def add_items(connection: Connection, plan_id: str, new: Sequence[tuple[str, int, NewItem]]) -> None:
    """Store items with their ids and places."""
    if new:
        connection.execute(
            plan_item.insert(),
            [
                {
                    "id": item_id, "plan_id": plan_id, "place": place, "text": one.text, "owner_role": one.owner_role,
                    "due_on": one.due_on, "state": one.state.value, "stage": one.stage, "origin": one.origin,
                    "version": 1, "removed_at": None,
                }
                for item_id, place, one in new
            ],
        )  # fmt: skip


def change_item(connection: Connection, plan_id: str, item_id: str, seen: int, **values: Any) -> bool:
    """Change an item that is still at the version seen; tell whether it was."""
    done = connection.execute(
        plan_item.update()
        .where(plan_item.c.plan_id == plan_id, plan_item.c.id == item_id, plan_item.c.version == seen)
        .values(version=seen + 1, **values)
    )
    return done.rowcount == 1


def set_place(connection: Connection, item_id: str, place: int) -> None:
    """Move an item; its version stays, so that a text being changed at the same time is not held up."""
    connection.execute(plan_item.update().where(plan_item.c.id == item_id).values(place=place))


# --- Comments --------------------------------------------------------------------------------------------------------


def comments(connection: Connection, plan_id: str) -> list[Comment]:
    """Return what is said on the items of a plan, the oldest first."""
    query = (
        sa.select(plan_comment)
        .where(plan_comment.c.plan_id == plan_id, plan_comment.c.removed_at.is_(None))
        .order_by(plan_comment.c.created_at, plan_comment.c.id)
    )
    return [_comment(row) for row in connection.execute(query)]


def comment(connection: Connection, plan_id: str, comment_id: str) -> Comment | None:
    """Return one comment, removed or not."""
    query = sa.select(plan_comment).where(plan_comment.c.plan_id == plan_id, plan_comment.c.id == comment_id)
    row = connection.execute(query).one_or_none()
    return _comment(row) if row else None


def add_comment(connection: Connection, plan_id: str, new: Comment) -> None:
    """Store a comment."""
    connection.execute(
        plan_comment.insert().values(
            id=new.id, plan_id=plan_id, item_id=new.item_id, author=new.author or None, author_name=new.author_name,
            support=new.support, text=new.text, created_at=new.created_at, removed_at=None,
        )
    )  # fmt: skip


def set_comment_removed(connection: Connection, comment_id: str, at: dt.datetime | None) -> bool:
    """Remove a comment, or bring it back; tell whether that changed anything."""
    there = plan_comment.c.removed_at.is_not(None) if at is None else plan_comment.c.removed_at.is_(None)
    done = connection.execute(
        plan_comment.update().where(plan_comment.c.id == comment_id, there).values(removed_at=at)
    )  # fmt: skip
    return done.rowcount == 1


# --- History ---------------------------------------------------------------------------------------------------------


def note(
    connection: Connection,
    plan_id: str,
    *,
    at: dt.datetime,
    by: str,
    by_name: str,
    kind: str,
    item_id: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the history."""
    connection.execute(
        plan_event.insert().values(
            plan_id=plan_id, at=at, by=by or None, by_name=by_name, kind=kind, item_id=item_id,
            before=dict(before or {}), after=dict(after or {}), undone=False,
        )
    )  # fmt: skip


def events(connection: Connection, plan_id: str, *, before: int, limit: int) -> list[Event]:
    """Return the newest lines of the history, before a given id; 0 for the newest of all."""
    query = sa.select(plan_event).where(plan_event.c.plan_id == plan_id).order_by(plan_event.c.id.desc()).limit(limit)
    if before:
        query = query.where(plan_event.c.id < before)
    return [_event(row) for row in connection.execute(query)]


def event(connection: Connection, plan_id: str, event_id: int) -> Event | None:
    """Return one line of the history."""
    query = sa.select(plan_event).where(plan_event.c.plan_id == plan_id, plan_event.c.id == event_id)
    row = connection.execute(query).one_or_none()
    return _event(row) if row else None


def set_undone(connection: Connection, event_id: int) -> None:
    """Mark a change as taken back."""
    connection.execute(plan_event.update().where(plan_event.c.id == event_id).values(undone=True))


def set_seen(connection: Connection, person_id: str, plan_id: str) -> None:
    """Note that somebody has seen a plan's history to its end."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    last = sa.select(sa.func.coalesce(sa.func.max(plan_event.c.id), 0)).where(plan_event.c.plan_id == plan_id)
    values = {"event_id": last.scalar_subquery()}
    connection.execute(
        dialect.insert(plan_seen)
        .values(person_id=person_id, plan_id=plan_id, **values)
        .on_conflict_do_update(index_elements=[plan_seen.c.person_id, plan_seen.c.plan_id], set_=values)
    )


def unseen(connection: Connection, person_id: str, region: str) -> dict[str, int]:
    """Return how many changes others have made since somebody last looked, for each plan of theirs that has any."""
    seen = sa.and_(plan_seen.c.plan_id == plan_event.c.plan_id, plan_seen.c.person_id == person_id)
    mine = plans.c.owner == person_id
    query = (
        sa.select(plan_event.c.plan_id, sa.func.count())
        .join(plans, plans.c.id == plan_event.c.plan_id)
        .outerjoin(plan_seen, seen)
        .where(
            sa.or_(mine, plans.c.region == region) if region else mine,
            plans.c.deleted_at.is_(None),
            plan_event.c.id > sa.func.coalesce(plan_seen.c.event_id, 0),
            sa.or_(plan_event.c.by.is_(None), plan_event.c.by != person_id),
        )
        .group_by(plan_event.c.plan_id)
    )
    return {plan_id: count for plan_id, count in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy


# --- Rows to values --------------------------------------------------------------------------------------------------


def _plan(row: Any) -> Plan:
    values = {name: getattr(row, name) for name in Plan.__dataclass_fields__}
    return Plan(**{**values, "owner": row.owner or ""})


def _item(row: Any) -> Item:
    return Item(
        text=row.text, owner_role=row.owner_role, due_on=row.due_on, state=State(row.state), stage=row.stage,
        origin=row.origin, id=row.id, place=row.place, version=row.version, removed=row.removed_at is not None,
    )  # fmt: skip


def _comment(row: Any) -> Comment:
    return Comment(row.id, row.item_id, row.author or "", row.author_name, row.support, row.text, row.created_at)


def _event(row: Any) -> Event:
    return Event(
        row.id, row.at, row.by or "", row.by_name, row.kind, row.item_id, row.before, row.after, row.undone
    )  # fmt: skip
