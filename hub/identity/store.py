"""People, their roles and their sessions in the database."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.identity.rules import Grant, Profile, Shown
from hub.tables import (
    audit,
    correction,
    draft,
    forum_card,
    forum_category_follow,
    forum_change,
    forum_feed,
    forum_follow,
    forum_letter,
    forum_mailing,
    forum_measure,
    forum_notice,
    forum_post,
    forum_reaction,
    forum_read,
    forum_report,
    forum_revision,
    forum_suspension,
    forum_thread,
    person,
    plan,
    plan_comment,
    plan_event,
    plan_seen,
    role,
    session,
    survey_answer,
    survey_event,
    survey_settled,
)
from hub.visitor import FORMER, Role

GONE: Final = "gone"
"""Stands where the login provider's address stood for somebody who has left."""


@dataclass(frozen=True)
class Person:
    """Somebody the hub knows."""

    id: str
    issuer: str
    profile: Profile
    language: str
    notices: str
    rules_version: int
    """Of the rules accepted; 0 for none."""
    consented_at: dt.datetime | None
    created_at: dt.datetime
    version: int


@dataclass(frozen=True)
class HeldRole:
    """A role somebody has."""

    id: str
    grant: Grant
    origin: str
    """``claims``, ``settings`` or ``administrator``."""
    granted_by: str
    granted_at: dt.datetime


@dataclass(frozen=True)
class Session:
    """One browser that is signed in."""

    public_id: str
    """Names the session; the id in the cookie is not kept."""
    person_id: str
    demo: bool
    device: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None


def _person(row: Any) -> Person:
    return Person(
        row.id,
        row.issuer,
        Profile(row.name, row.region, row.organisation, row.role_words, Shown(row.shown)),
        row.language,
        row.notices,
        row.rules_version,
        row.consented_at,
        row.created_at,
        row.version,
    )


def _role(row: Any) -> HeldRole:
    return HeldRole(row.id, Grant(Role(row.role), row.region), row.origin, row.granted_by, row.granted_at)


def _session(row: Any) -> Session:
    return Session(
        row.public_id, row.person_id, row.demo, row.device, row.created_at, row.seen_at, row.expires_at, row.revoked_at
    )


# --- Sessions --------------------------------------------------------------------------------------------------------


def find_session(connection: sa.Connection, id_hash: str) -> Session | None:
    """Find the session with an id, whether it still holds or not."""
    row = connection.execute(sa.select(session).where(session.c.id_hash == id_hash)).one_or_none()
    return _session(row) if row else None


def find_sessions(connection: sa.Connection, person_id: str) -> list[Session]:
    """List somebody's sessions that have not been revoked, the last used first."""
    query = (
        sa.select(session)
        .where(session.c.person_id == person_id, session.c.revoked_at.is_(None))
        .order_by(session.c.seen_at.desc(), session.c.public_id)
    )
    return [_session(row) for row in connection.execute(query)]


def add_session(connection: sa.Connection, id_hash: str, added: Session) -> None:
    """Add a session."""
    connection.execute(
        session.insert().values(
            id_hash=id_hash,
            public_id=added.public_id,
            person_id=added.person_id,
            demo=added.demo,
            device=added.device,
            created_at=added.created_at,
            seen_at=added.seen_at,
            expires_at=added.expires_at,
            revoked_at=None,
        )
    )


def note_seen(connection: sa.Connection, id_hash: str, at: dt.datetime) -> None:
    """Note that a session is in use."""
    connection.execute(session.update().where(session.c.id_hash == id_hash).values(seen_at=at))


def revoke_sessions(
    connection: sa.Connection,
    at: dt.datetime,
    *,
    person_id: str | None = None,
    id_hash: str | None = None,
    public_id: str | None = None,
    but: str | None = None,
) -> int:
    """End the sessions that answer to everything given, and say how many they were.

    Args:
        connection: the transaction.
        at: the present moment.
        person_id: whose.
        id_hash: the one with this id.
        public_id: the one with this name.
        but: all but the one with this id.
    """
    query = session.update().where(session.c.revoked_at.is_(None)).values(revoked_at=at)
    for column, value in (
        (session.c.person_id, person_id),
        (session.c.id_hash, id_hash),
        (session.c.public_id, public_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if but is not None:
        query = query.where(session.c.id_hash != but)
    return int(connection.execute(query).rowcount)


# --- People ----------------------------------------------------------------------------------------------------------


def find_person(connection: sa.Connection, person_id: str) -> Person | None:
    """Find somebody who has not left."""
    row = connection.execute(
        sa.select(person).where(person.c.id == person_id, person.c.deleted_at.is_(None))
    ).one_or_none()
    return _person(row) if row else None


def find_by_subject(connection: sa.Connection, issuer: str, subject: str) -> Person | None:
    """Find somebody by what the login provider calls them."""
    row = connection.execute(
        sa.select(person).where(person.c.issuer == issuer, person.c.subject == subject, person.c.deleted_at.is_(None))
    ).one_or_none()
    return _person(row) if row else None


def add_person(connection: sa.Connection, added: Person, subject: str) -> None:
    """Add somebody, unless another window of theirs has just done so."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(person)
        .values(
            id=added.id,
            issuer=added.issuer,
            subject=subject,
            language=added.language,
            notices=added.notices,
            rules_version=added.rules_version,
            consented_at=added.consented_at,
            created_at=added.created_at,
            version=1,
            deleted_at=None,
            **_columns(added.profile),
        )
        .on_conflict_do_nothing(index_elements=[person.c.issuer, person.c.subject])
    )


def _columns(profile: Profile) -> dict[str, str]:
    return {
        "name": profile.name,
        "region": profile.region,
        "organisation": profile.organisation,
        "role_words": profile.role_words,
        "shown": profile.shown.value,
    }


def change_person(connection: sa.Connection, person_id: str, version: int, values: Mapping[str, object]) -> bool:
    """Change somebody if nobody has since the given version, and say whether that was so."""
    changed = connection.execute(
        person.update()
        .where(person.c.id == person_id, person.c.version == version, person.c.deleted_at.is_(None))
        .values(**values, version=version + 1)
    )
    return bool(changed.rowcount)


def change_profile(
    connection: sa.Connection, person_id: str, version: int, profile: Profile, more: Mapping[str, object]
) -> bool:
    """Change somebody's profile if nobody has since the given version, and say whether that was so."""
    return change_person(connection, person_id, version, {**_columns(profile), **more})


def find_people(
    connection: sa.Connection, issuers: Sequence[str], *, demo: bool, words: str, skip: int, limit: int
) -> list[Person]:
    """List people by name.

    Args:
        connection: the transaction.
        issuers: those of made-up people.
        demo: whether to list the made-up people or the real ones.
        words: part of a name or an organisation; empty for all.
        skip: how many to leave out at the beginning.
        limit: how many at most.
    """
    made_up = person.c.issuer.in_(issuers)
    query = sa.select(person).where(person.c.deleted_at.is_(None), made_up if demo else sa.not_(made_up))
    if words:
        query = query.where(
            sa.or_(
                person.c.name.icontains(words, autoescape=True), person.c.organisation.icontains(words, autoescape=True)
            )
        )
    query = query.order_by(sa.func.lower(person.c.name), person.c.id).offset(skip).limit(limit)
    return [_person(row) for row in connection.execute(query)]


def find_names(connection: sa.Connection, people: Collection[str]) -> dict[str, str]:
    """Return the names of people who have not left, by id."""
    query = sa.select(person.c.id, person.c.name).where(person.c.id.in_(people), person.c.deleted_at.is_(None))
    return {row.id: row.name for row in connection.execute(query)}


# --- Roles -----------------------------------------------------------------------------------------------------------


def find_roles(connection: sa.Connection, people: Collection[str]) -> dict[str, list[HeldRole]]:
    """Return the roles that people have, by person, the oldest first."""
    query = (
        sa.select(role)
        .where(role.c.person_id.in_(people), role.c.withdrawn_at.is_(None))
        .order_by(role.c.granted_at, role.c.id)
    )
    found: dict[str, list[HeldRole]] = {one: [] for one in people}
    for row in connection.execute(query):
        found[row.person_id].append(_role(row))
    return found


def find_role(connection: sa.Connection, role_id: str) -> tuple[str, HeldRole] | None:
    """Find a role that has not been withdrawn, and who has it."""
    row = connection.execute(sa.select(role).where(role.c.id == role_id, role.c.withdrawn_at.is_(None))).one_or_none()
    return (row.person_id, _role(row)) if row else None


def add_role(connection: sa.Connection, person_id: str, added: HeldRole) -> None:
    """Give somebody a role."""
    connection.execute(
        role.insert().values(
            id=added.id,
            person_id=person_id,
            role=added.grant.role.value,
            region=added.grant.region,
            origin=added.origin,
            granted_by=added.granted_by,
            granted_at=added.granted_at,
        )
    )


def withdraw_roles(connection: sa.Connection, roles: Collection[str], by: str, at: dt.datetime) -> None:
    """Withdraw roles.

    Args:
        connection: the transaction.
        roles: their ids.
        by: the id of the person who does it, or ``hub``.
        at: the present moment.
    """
    connection.execute(role.update().where(role.c.id.in_(roles)).values(withdrawn_at=at, withdrawn_by=by))


def lock_person(connection: sa.Connection, person_id: str) -> None:
    """Let nobody else change somebody's roles until the transaction ends, where the database knows such locks."""
    connection.execute(sa.select(person.c.id).where(person.c.id == person_id).with_for_update())


def lock_role(connection: sa.Connection, wanted: Role) -> None:
    """Let nobody else withdraw a role from anyone until the transaction ends, where the database knows such locks."""
    held = sa.select(role.c.id).where(role.c.role == wanted.value, role.c.withdrawn_at.is_(None))
    connection.execute(held.order_by(role.c.id).with_for_update())


def count_with_role(connection: sa.Connection, wanted: Role, issuers: Sequence[str], *, demo: bool, but: str) -> int:
    """Count the people with a role, without one of them; made-up people or real ones."""
    made_up = person.c.issuer.in_(issuers)
    query = (
        sa.select(sa.func.count(sa.distinct(person.c.id)))
        .join(role, role.c.person_id == person.c.id)
        .where(
            role.c.role == wanted.value,
            role.c.withdrawn_at.is_(None),
            person.c.deleted_at.is_(None),
            person.c.id != but,
            made_up if demo else sa.not_(made_up),
        )
    )
    return int(connection.execute(query).scalar_one())


# --- Everything held on one person -----------------------------------------------------------------------------------

_WITHOUT: Final = frozenset({"id_hash", "edit_hash", "read_hash", "asked_hash", "end_hash", "key_hash"})
"""Columns that would open a door to whoever reads the file."""
_OF_OTHERS: Final[Mapping[str, frozenset[str]]] = {
    "forum_reports": frozenset({"settled_by"}),
    "forum_measures": frozenset({"by", "by_name"}),
    "forum_measures_taken": frozenset({"person_id"}),
    "forum_suspensions": frozenset({"by", "by_name", "lifted_by"}),
}
"""Columns that say who somebody else is."""


def everything(connection: sa.Connection, person_id: str, key: str) -> dict[str, list[dict[str, object]]]:
    """Return all rows that concern somebody, by table."""
    wanted = {
        "profile": (person, person.c.id == person_id),
        "roles": (role, role.c.person_id == person_id),
        "sessions": (session, session.c.person_id == person_id),
        "drafts": (draft, draft.c.owner == key),
        "plans": (plan, plan.c.owner == person_id),
        "comments": (plan_comment, plan_comment.c.author == person_id),
        "changes": (plan_event, plan_event.c.by == person_id),
        "plans_seen": (plan_seen, plan_seen.c.person_id == person_id),
        "corrections": (correction, correction.c.author == person_id),
        "survey_answers": (survey_answer, survey_answer.c.owner == key),
        "survey_settled": (survey_settled, survey_settled.c.by == person_id),
        "survey_changes": (survey_event, survey_event.c.by == person_id),
        "forum_threads": (forum_thread, forum_thread.c.author == person_id),
        "forum_cards": (forum_card, forum_card.c.thread_id.in_(_begun_by(person_id))),
        "forum_posts": (forum_post, forum_post.c.author == person_id),
        "forum_changes": (forum_revision, forum_revision.c.by == person_id),
        "forum_reactions": (forum_reaction, forum_reaction.c.person_id == person_id),
        "forum_follows": (forum_follow, forum_follow.c.person_id == person_id),
        "forum_read": (forum_read, forum_read.c.person_id == person_id),
        "forum_reports": (forum_report, forum_report.c.by == person_id),
        "forum_measures": (forum_measure, forum_measure.c.person_id == person_id),
        "forum_measures_taken": (forum_measure, forum_measure.c.by == person_id),
        "forum_suspensions": (forum_suspension, forum_suspension.c.person_id == person_id),
        "forum_notices": (forum_notice, forum_notice.c.person_id == person_id),
        "forum_categories": (forum_category_follow, forum_category_follow.c.person_id == person_id),
        "forum_mailing": (forum_mailing, forum_mailing.c.person_id == person_id),
        "forum_letters": (forum_letter, forum_letter.c.person_id == person_id),
        "forum_feed": (forum_feed, forum_feed.c.person_id == person_id),
        "trail": (audit, audit.c.by == key),
    }
    return {
        name: [
            {
                column: value
                for column, value in row.items()
                if column not in _WITHOUT | _OF_OTHERS.get(name, frozenset())
            }
            for row in connection.execute(sa.select(table).where(condition)).mappings()
        ]
        for name, (table, condition) in wanted.items()
    }


def forget(connection: sa.Connection, person_id: str, key: str, at: dt.datetime, *, keep_texts: bool) -> None:
    """Take away what is held on somebody; what they have written stays for others without their name, or goes.

    The row itself stays, empty, so that old lines of the trail still point at one and the same somebody.
    """
    revoke_sessions(connection, at, person_id=person_id)
    connection.execute(session.update().where(session.c.person_id == person_id).values(device=""))
    connection.execute(
        role.update()
        .where(role.c.person_id == person_id, role.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=person_id)
    )
    connection.execute(draft.delete().where(draft.c.owner == key))
    comments = plan_comment.update().where(plan_comment.c.author == person_id)
    connection.execute(comments.values(author=None, author_name=FORMER, **({} if keep_texts else {"text": ""})))
    connection.execute(plan_event.update().where(plan_event.c.by == person_id).values(by=None, by_name=FORMER))
    # What was stated is the region's word and stays; who wrote it does not.
    stated = correction.update()
    connection.execute(stated.where(correction.c.author == person_id).values(author=None, author_name=FORMER))
    connection.execute(stated.where(correction.c.withdrawn_by == person_id).values(withdrawn_by=None))
    # One's own answers go; what the region has settled on stays, without who wrote it.
    connection.execute(survey_answer.delete().where(survey_answer.c.owner == key))
    for table in (survey_settled, survey_event):
        connection.execute(table.update().where(table.c.by == person_id).values(by=None, by_name=FORMER))
    connection.execute(plan_seen.delete().where(plan_seen.c.person_id == person_id))
    _forget_in_forum(connection, person_id, keep_texts=keep_texts)
    connection.execute(plan.update().where(plan.c.owner == person_id).values(owner=None))
    connection.execute(
        person.update()
        .where(person.c.id == person_id)
        .values(
            issuer=GONE,
            subject=person_id,
            name="",
            region="",
            organisation="",
            role_words="",
            shown=Shown.NAME.value,
            notices="none",
            rules_version=0,
            consented_at=None,
            version=person.c.version + 1,
            deleted_at=at,
        )
    )


def _begun_by(person_id: str) -> sa.Select[tuple[str]]:
    return sa.select(forum_thread.c.id).where(forum_thread.c.author == person_id)


def _forget_in_forum(connection: sa.Connection, person_id: str, *, keep_texts: bool) -> None:
    """Take somebody's name out of the forum; the way to reach them goes even where their texts stay."""
    cards = forum_card.c.thread_id.in_(_begun_by(person_id))
    # Told before it is done, while it is known whose it was; the index of words reads it when all of this holds.
    wrote = sa.select(forum_post.c.thread_id, forum_post.c.id).where(forum_post.c.author == person_id)
    began = sa.select(forum_thread.c.id, sa.literal("")).where(forum_thread.c.author == person_id)
    for changed in (wrote, began):
        connection.execute(forum_change.insert().from_select(["thread_id", "post_id"], changed))
    if keep_texts:
        connection.execute(forum_card.update().where(cards).values(contact=""))
    else:
        connection.execute(forum_card.delete().where(cards))
    written = forum_revision.c.post_id.in_(sa.select(forum_post.c.id).where(forum_post.c.author == person_id))
    gone = {"card": None} if keep_texts else {"card": None, "text": "", "title": ""}
    connection.execute(forum_revision.update().where(written).values(**gone))
    connection.execute(forum_revision.update().where(forum_revision.c.by == person_id).values(by=None, by_name=FORMER))
    for table, texts in ((forum_thread, {"title": ""}), (forum_post, {"text": ""})):
        named = {"author": None, "author_name": FORMER, **({} if keep_texts else texts)}
        connection.execute(table.update().where(table.c.author == person_id).values(**named))
    last = forum_thread.update().where(forum_thread.c.last_author == person_id)
    connection.execute(last.values(last_author=None, last_name=FORMER))
    told = (forum_notice, forum_category_follow, forum_mailing, forum_letter, forum_feed)
    for table in (forum_reaction, forum_follow, forum_read, *told):
        connection.execute(table.delete().where(table.c.person_id == person_id))
    for column in (forum_report.c.by, forum_report.c.settled_by):
        connection.execute(forum_report.update().where(column == person_id).values({column: None}))
    done = forum_measure.update()
    connection.execute(done.where(forum_measure.c.by == person_id).values(by=None, by_name=FORMER))
    connection.execute(done.where(forum_measure.c.person_id == person_id).values(person_id=None))
    connection.execute(forum_suspension.delete().where(forum_suspension.c.person_id == person_id))
    begun = forum_suspension.update().where(forum_suspension.c.by == person_id)
    connection.execute(begun.values(by=None, by_name=FORMER))
    lifted = forum_suspension.update().where(forum_suspension.c.lifted_by == person_id)
    connection.execute(lifted.values(lifted_by=None))
