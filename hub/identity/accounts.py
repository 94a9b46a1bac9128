"""What somebody may do with their own account, and an administrator with the roles of others."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub import audit
from hub.audit import Trace, note
from hub.clock import Clock
from hub.database import Connection, Database
from hub.errors import NotFound, Rejected
from hub.identity import fingerprint_store, rules, store
from hub.identity.demo import ISSUER
from hub.identity.fingerprint_store import Fingerprint
from hub.identity.rules import Action, Grant, Notices, Relation, digest, require
from hub.identity.store import HeldRole, Person, Session
from hub.language import known
from hub.limits import Limits
from hub.regions import Regions
from hub.visitor import Role, Visitor

PAGE: Final = 50
"""People, or lines of the trail, at a time."""
_MADE_UP: Final = (ISSUER,)
_LONGEST_WORDS: Final = 100


@dataclass(frozen=True)
class Member:
    """Somebody, and the roles they have."""

    person: Person
    roles: Sequence[HeldRole]


@dataclass(frozen=True)
class Listed:
    """Some of the people there are."""

    members: Sequence[Member]
    more: bool
    """Whether others follow."""


@dataclass(frozen=True)
class Trail:
    """Some lines of the trail, the newest first."""

    lines: Sequence[Trace]
    names: Mapping[str, str]
    """Of those who have not left, by key."""
    next_before: int
    """The id that the lines after these come before; 0 when there are none."""


class Accounts:
    """Minds accounts."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        clock: Clock,
        *,
        regions: Regions,
        rules_version: int,
        fingerprint: Fingerprint,
    ) -> None:
        """Hold what the work needs.

        Args:
            database: where people are kept.
            limits: how often one may do things.
            clock: the time of day.
            regions: that somebody may belong to.
            rules_version: of the rules that members accept now.
            fingerprint: of a login, with the key of this installation.
        """
        self._database = database
        self._limits = limits
        self._clock = clock
        self._regions = regions
        self._rules_version = rules_version
        self._fingerprint = fingerprint

    # --- One's own account -------------------------------------------------------------------------------------------

    def own(self, by: Visitor) -> Member:
        """Return the visitor's own profile and roles.

        Raises:
            Rejected: ``not-allowed``, nobody is signed in.
        """
        require(by, Action.PROFILE_EDIT, _own(by))
        return self._database.read(lambda connection: _member(connection, by.person_id))

    def save_profile(
        self, by: Visitor, given: Mapping[str, str], *, version: int, consents: bool, command_id: str
    ) -> None:
        """Save the profile; the first time, and when the rules have changed, along with accepting them.

        Args:
            by: whose profile.
            given: the form's fields: ``name``, ``region``, ``organisation``, ``role_words`` and ``shown``.
            version: of the profile when the form was drawn.
            consents: whether the box for the rules is ticked.
            command_id: of the form.

        Raises:
            Rejected: what ``check_profile`` says; ``consent-missing``; ``profile-changed``.
        """
        require(by, Action.PROFILE_EDIT, _own(by))
        self._limits.count("write", by, self._clock)
        profile, now = rules.check_profile(given, self._regions.codes), self._clock()

        def work(connection: Connection) -> None:
            person = _found(connection, by.person_id)
            more: dict[str, object] = {}
            if person.rules_version < self._rules_version:
                if not consents:
                    raise Rejected("consent-missing", "consent")
                more = {"rules_version": self._rules_version, "consented_at": now}
            if not store.change_profile(connection, by.person_id, version, profile, more):
                raise Rejected("profile-changed")
            note(
                connection,
                by=by.key,
                action="profile.save",
                thing=by.key,
                at=now,
                facts={"rules": self._rules_version} if more else {},
            )

        self._database.once(command_id, "profile.save", by.key, work, now)

    def save_choices(self, by: Visitor, language: str, notices: str, *, version: int, command_id: str) -> None:
        """Save the language, and whether notices are wanted.

        Raises:
            Rejected: ``choice-unknown``; ``profile-changed``.
        """
        require(by, Action.PROFILE_EDIT, _own(by))
        self._limits.count("write", by, self._clock)
        if known(language) is None or notices not in set(Notices):
            raise Rejected("choice-unknown")

        def work(connection: Connection) -> None:
            values = {"language": language, "notices": notices}
            if not store.change_person(connection, by.person_id, version, values):
                raise Rejected("profile-changed")

        self._database.once(command_id, "profile.choices", by.key, work, self._clock())

    def sessions(self, by: Visitor, session_id: str | None) -> list[tuple[Session, bool]]:
        """Return the visitor's sessions that hold, the last used first, and which of them this is.

        Args:
            by: whose sessions.
            session_id: the value of the session cookie.
        """
        require(by, Action.PROFILE_EDIT, _own(by))
        now = self._clock()

        def read(connection: Connection) -> list[tuple[Session, bool]]:
            this = store.find_session(connection, digest(session_id or ""))
            return [
                (one, this is not None and one.public_id == this.public_id)
                for one in store.find_sessions(connection, by.person_id)
                if rules.alive(now=now, seen_at=one.seen_at, expires_at=one.expires_at, revoked_at=None)
            ]

        return self._database.read(read)

    def revoke_session(self, by: Visitor, public_id: str, *, command_id: str) -> None:
        """End one of the visitor's sessions.

        Raises:
            NotFound: the visitor has no such session.
        """
        require(by, Action.SESSION_REVOKE, _own(by))
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def work(connection: Connection) -> None:
            if not store.revoke_sessions(connection, now, person_id=by.person_id, public_id=public_id):
                raise NotFound("session", public_id)
            note(connection, by=by.key, action="session.end", thing=by.key, at=now, facts={"session": public_id})

        self._database.once(command_id, "session.revoke", by.key, work, now)

    def revoke_others(self, by: Visitor, session_id: str | None, *, command_id: str) -> None:
        """End all of the visitor's sessions but this one."""
        require(by, Action.SESSION_REVOKE, _own(by))
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def work(connection: Connection) -> int:
            ended = store.revoke_sessions(connection, now, person_id=by.person_id, but=digest(session_id or ""))
            note(connection, by=by.key, action="session.end-others", thing=by.key, at=now, facts={"ended": ended})
            return ended

        self._database.once(command_id, "session.revoke-others", by.key, work, now)

    def export_own_data(self, by: Visitor) -> dict[str, object]:
        """Return everything the hub holds on the visitor, by kind."""
        require(by, Action.PROFILE_EDIT, _own(by))
        self._limits.count("export", by, self._clock)
        found = self._database.read(lambda connection: store.everything(connection, by.person_id, by.key))
        return {"taken_out_at": self._clock(), **found}

    def delete_account(self, by: Visitor, *, keep_texts: bool, command_id: str) -> None:
        """Delete the visitor's account: the person is forgotten, and others' work stays readable.

        Of somebody who may not write in the forum a fingerprint is left, so that a new account may not either.

        Args:
            by: whose account.
            keep_texts: whether comments stay, without name, or are emptied.
            command_id: of the form.
        """
        require(by, Action.PROFILE_EDIT, _own(by))
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def work(connection: Connection) -> None:
            _found(connection, by.person_id)
            store.lock_person(connection, by.person_id)  # or a suspension decided just now would be missed
            fingerprint_store.leave(connection, by.person_id, self._fingerprint, now)
            store.forget(connection, by.person_id, by.key, now, keep_texts=keep_texts)
            note(connection, by=by.key, action="account.delete", thing=by.key, at=now, facts={"texts": keep_texts})

        self._database.once(command_id, "account.delete", by.key, work, now)

    # --- Administration ----------------------------------------------------------------------------------------------

    def people(self, by: Visitor, *, words: str = "", page: int = 1) -> Listed:
        """Return people with their roles, by name.

        A made-up administrator sees the made-up people, a real one the real ones.

        Args:
            by: who asks.
            words: part of a name or an organisation; empty for all.
            page: from 1.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.ROLE_GRANT)

        def read(connection: Connection) -> Listed:
            found = store.find_people(
                connection,
                _MADE_UP,
                demo=by.demo,
                words=words.strip()[:_LONGEST_WORDS],
                skip=(max(1, page) - 1) * PAGE,
                limit=PAGE + 1,
            )
            roles = store.find_roles(connection, [one.id for one in found])
            return Listed([Member(one, roles[one.id]) for one in found[:PAGE]], len(found) > PAGE)

        return self._database.read(read)

    def member(self, by: Visitor, person_id: str) -> Member:
        """Return one of the people that an administrator may give roles to.

        Raises:
            NotFound: there is nobody by that id.
            Rejected: ``not-allowed``.
        """
        require(by, Action.ROLE_GRANT)
        return self._database.read(lambda connection: _reached(connection, by, person_id))

    def grant(self, by: Visitor, person_id: str, role: str, region: str, *, command_id: str) -> None:
        """Give somebody a role; it counts from their next interaction.

        Raises:
            NotFound: there is nobody by that id.
            Rejected: ``not-allowed``; ``role-unknown``; ``region-needed``; ``already-granted``; ``one-region``, an
                editor speaks for one region only.
        """
        require(by, Action.ROLE_GRANT)
        self._limits.count("write", by, self._clock)
        wanted, now, role_id = (
            rules.check_grant(role, region, self._regions.codes),
            self._clock(),
            secrets.token_hex(16),
        )

        def work(connection: Connection) -> None:
            store.lock_person(connection, person_id)
            held = [one.grant for one in _reached(connection, by, person_id).roles]
            if wanted in held:
                raise Rejected("already-granted", "role")
            if wanted.role is Role.EDITOR and any(one.role is Role.EDITOR for one in held):
                raise Rejected("one-region", "region")
            store.add_role(connection, person_id, HeldRole(role_id, wanted, "administrator", by.person_id, now))
            _note_role(connection, by, "role.grant", person_id, wanted, now)

        self._database.once(command_id, "role.grant", by.key, work, now)

    def withdraw(self, by: Visitor, role_id: str, *, command_id: str) -> None:
        """Withdraw a role; it counts from the next interaction of whoever had it.

        A role that came with the login comes back with the next login, unless it is taken away there.

        Raises:
            NotFound: nobody has that role.
            Rejected: ``not-allowed``; ``last-administrator``.
        """
        require(by, Action.ROLE_GRANT)
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def work(connection: Connection) -> None:
            # Two administrators who take the role from each other at once would leave none.
            store.lock_role(connection, Role.ADMINISTRATOR)
            found = store.find_role(connection, role_id)
            if found is None:
                raise NotFound("role", role_id)
            person_id, held = found
            _reached(connection, by, person_id)
            if held.grant.role is Role.ADMINISTRATOR and not store.count_with_role(
                connection, Role.ADMINISTRATOR, _MADE_UP, demo=by.demo, but=person_id
            ):
                raise Rejected("last-administrator")
            store.withdraw_roles(connection, [role_id], by.person_id, now)
            _note_role(connection, by, "role.withdraw", person_id, held.grant, now)

        self._database.once(command_id, "role.withdraw", by.key, work, now)

    def trail(self, by: Visitor, *, before: int = 0) -> Trail:
        """Return lines of the trail, the newest first.

        Args:
            by: who asks.
            before: the id that they come before; 0 for the newest of all.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.AUDIT_READ)

        def read(connection: Connection) -> Trail:
            found = audit.newest(connection, before=before, limit=PAGE + 1)
            lines = found[:PAGE]
            keys = {key for line in lines for key in (line.by, line.thing) if key.startswith("person:")}
            names = store.find_names(connection, [key.removeprefix("person:") for key in keys])
            return Trail(
                lines,
                {f"person:{person_id}": name for person_id, name in names.items()},
                lines[-1].id if len(found) > PAGE else 0,
            )

        return self._database.read(read)


def _own(by: Visitor) -> tuple[Relation, ...]:
    return (Relation.OWN,) if by.signed_in else ()


def _found(connection: Connection, person_id: str) -> Person:
    found = store.find_person(connection, person_id)
    if found is None:
        raise NotFound("person", person_id)
    return found


def _member(connection: Connection, person_id: str) -> Member:
    return Member(_found(connection, person_id), store.find_roles(connection, [person_id])[person_id])


def _reached(connection: Connection, by: Visitor, person_id: str) -> Member:
    """Return somebody of the same world as the administrator: made-up people reach made-up people only."""
    found = _member(connection, person_id)
    if (found.person.issuer in _MADE_UP) != by.demo:
        raise NotFound("person", person_id)
    return found


def _note_role(connection: Connection, by: Visitor, action: str, person_id: str, grant: Grant, at: dt.datetime) -> None:
    note(
        connection,
        by=by.key,
        action=action,
        thing=f"person:{person_id}",
        at=at,
        facts={"role": grant.role.value, "region": grant.region, "origin": "administrator"},
    )
