"""Who asks, and how a session begins and ends."""

import datetime as dt
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from hub.audit import note
from hub.clock import Clock
from hub.database import Connection, Database
from hub.errors import NotFound, Unavailable
from hub.identity import demo, fingerprint_store, rules, store
from hub.identity.fingerprint_store import Fingerprint
from hub.identity.rules import Grant, Notices, Profile, Shown, digest
from hub.identity.store import HeldRole, Person, Session
from hub.language import Language, known
from hub.limits import Limits
from hub.regions import Regions
from hub.settings import Settings
from hub.visitor import Role, Visitor

log = structlog.get_logger(__name__)

ONE_TIME: Final = "one-time"
"""Stands where the login provider's address stands for the administrator of an installation that has none."""
_ONE_TIME_LASTS: Final = dt.timedelta(hours=24)
_HUB: Final = "hub"


@dataclass(frozen=True)
class Claims:
    """What a login has established about somebody."""

    issuer: str
    subject: str
    name: str = ""
    roles: object = None
    """As the login provider states them."""


@dataclass(frozen=True)
class SignedIn:
    """A session that has begun."""

    session_id: str
    """For the cookie; it stands nowhere else."""
    lasts_s: int
    finished: bool
    """Whether the profile is complete and the rules are accepted."""
    language: Language


class Identity:
    """Knows who asks, and lets people mind their own accounts."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        settings: Settings,
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
            settings: of this installation.
            clock: the time of day.
            regions: that somebody may belong to.
            rules_version: of the rules that members accept now.
            fingerprint: of a login, with the key of this installation.
        """
        self._database = database
        self._limits = limits
        self._settings = settings
        self._clock = clock
        self._regions = regions
        self._rules_version = rules_version
        self._fingerprint = fingerprint
        self._salt = secrets.token_bytes(16)
        self._one_time: tuple[str, dt.datetime] | None = None
        self._one_time_lock = threading.Lock()

    @property
    def rules_version(self) -> int:
        """The version of the rules that members accept now."""
        return self._rules_version

    @property
    def with_provider(self) -> bool:
        """Whether there is a login provider to sign in with."""
        return self._settings.with_provider()

    @property
    def read_only(self) -> bool:
        """Whether visitors without a role may only read: others can reach the hub, and nobody can sign in."""
        return not self._settings.readers_may_create()

    # --- Who asks ----------------------------------------------------------------------------------------------------

    def key(self, browser: str | None, address: str) -> str:
        """Name a visitor who has not signed in.

        Args:
            browser: the value of the browser's own cookie, if it brought one.
            address: the IP address asked from.
        """
        return (
            rules.browser_key(browser) if browser and rules.SESSION_ID.fullmatch(browser) else self.address_key(address)
        )

    def address_key(self, address: str) -> str:
        """Name a visitor by the address only, for limits that a new cookie must not widen."""
        return rules.address_key(address, self._salt)

    def visitor(self, session_id: str | None, *, local: bool, key: str, address: str = "") -> Visitor:
        """Tell who asks; pages and routes all come through here.

        Args:
            session_id: the value of the session cookie.
            local: whether they ask from this very machine; made-up people exist nowhere else.
            key: names the visitor if nobody is signed in.
            address: the IP address asked from, which counts beside a key that the browser itself has brought.

        Raises:
            Unavailable: the database does not answer; never for somebody without a session cookie.
        """
        nobody = Visitor(key, address=self.address_key(address) if key.startswith("browser:") else "")
        if not session_id or not rules.SESSION_ID.fullmatch(session_id):
            return nobody
        id_hash, now = digest(session_id), self._clock()

        def read(connection: Connection) -> tuple[Session, Person, list[HeldRole]] | None:
            found = store.find_session(connection, id_hash)
            person = store.find_person(connection, found.person_id) if found and self._holds(found, now) else None
            if found is None or person is None:
                return None
            return found, person, store.find_roles(connection, [person.id])[person.id]

        found = self._database.read(read)
        if found is None or (found[0].demo and not (local and self._settings.demo)):
            return nobody
        session, person, roles = found
        if now - session.seen_at >= rules.SEEN_EVERY:
            try:
                self._database.write(lambda connection: store.note_seen(connection, id_hash, now))
            except Unavailable:
                log.warning("session_not_noted")
        return self._as_visitor(person, roles, made_up=session.demo)

    def member(self, person_id: str) -> Visitor | None:
        """Return somebody as the visitor they would be now, for what is sent to them; nothing when they have left.

        Raises:
            Unavailable: the database does not answer.
        """

        def read(connection: Connection) -> tuple[Person, list[HeldRole]] | None:
            person = store.find_person(connection, person_id)
            return (person, store.find_roles(connection, [person_id])[person_id]) if person else None

        found = self._database.read(read)
        if found is None or (found[0].issuer == demo.ISSUER and not self._settings.demo):
            return None
        return self._as_visitor(*found, made_up=found[0].issuer == demo.ISSUER)

    def _holds(self, session: Session, now: dt.datetime) -> bool:
        return rules.alive(
            now=now, seen_at=session.seen_at, expires_at=session.expires_at, revoked_at=session.revoked_at
        )

    def _as_visitor(self, person: Person, roles: Sequence[HeldRole], *, made_up: bool) -> Visitor:
        consented = self._finished(person)
        held = {one.grant.role for one in roles} if consented else set()
        region = next((one.grant.region for one in reversed(roles) if one.grant.role is Role.EDITOR), "")
        return Visitor(
            key=_key(person.id),
            person_id=person.id,
            name=rules.shown_name(person.profile, self._regions.name(person.profile.region)),
            own_name=person.profile.name,
            roles=frozenset({Role.READER, *({Role.MEMBER} if consented else ()), *held}),
            region=region if consented else "",
            demo=made_up,
            consented=consented,
        )

    def _finished(self, person: Person) -> bool:
        return bool(person.profile.name) and person.rules_version >= self._rules_version

    # --- Signing in and out ------------------------------------------------------------------------------------------

    def sign_in(self, claims: Claims, *, replaces: str | None, user_agent: str, language: Language) -> SignedIn:
        """Begin a session for somebody whom the login provider vouches for; the session the browser brought ends.

        Args:
            claims: what the login has established.
            replaces: the session cookie that the browser brought, whoever's it is.
            user_agent: the browser's own words about itself.
            language: the language of the page, kept for somebody new.
        """
        now, session_id, person_id = self._clock(), secrets.token_urlsafe(32), secrets.token_hex(16)
        made_up = claims.issuer == demo.ISSUER
        added = Session(
            secrets.token_hex(8), "", made_up, rules.device(user_agent), now, now, now + rules.ABSOLUTE, None
        )
        grants = self._grants(claims)

        def work(connection: Connection) -> dict[str, object]:
            person = store.find_by_subject(connection, claims.issuer, claims.subject)
            if person is None:
                newcomer = self._newcomer(person_id, claims, language, now)
                store.add_person(connection, newcomer, claims.subject)
                person = store.find_by_subject(connection, claims.issuer, claims.subject) or newcomer
                self._suspend_again(connection, person.id, claims, now)
            if replaces:
                store.revoke_sessions(connection, now, id_hash=digest(replaces))
            self._renew_roles(connection, person.id, grants, now)
            store.add_session(connection, digest(session_id), _of(added, person.id))
            note(
                connection,
                by=_key(person.id),
                action="session.begin",
                thing=f"person:{person.id}",
                at=now,
                facts={"demo": made_up, "session": added.public_id},
            )
            return {"finished": self._finished(person), "language": person.language}

        done = self._database.once(secrets.token_urlsafe(12), "session.begin", _HUB, work, now)
        return SignedIn(
            session_id,
            int(rules.ABSOLUTE.total_seconds()),
            bool(done["finished"]),
            known(str(done["language"])) or language,
        )

    def _suspend_again(self, connection: Connection, person_id: str, claims: Claims, now: dt.datetime) -> None:
        """Let a suspension hold for somebody who has deleted the account it was given to."""
        until = fingerprint_store.come_back(
            connection, person_id, claims.issuer, claims.subject, self._fingerprint, now
        )
        if until:
            facts = {"until": until.isoformat()}
            thing = f"person:{person_id}"
            note(connection, by=_HUB, action="forum.suspend-again", thing=thing, at=now, facts=facts)

    def _newcomer(self, person_id: str, claims: Claims, language: Language, now: dt.datetime) -> Person:
        name = rules.tidy(claims.name)[: rules.LONGEST["name"]]
        profile, version = Profile(name, "", "", "", Shown.NAME), 0
        persona = _persona(claims)
        if persona:
            # Made-up people have accepted the rules: one who tries the hub wants to see the roles at work.
            profile = Profile(persona.name, persona.region, persona.organisation, "", Shown.NAME)
            version = self._rules_version
        return Person(
            person_id, claims.issuer, profile, language, Notices.HUB.value, version, now if version else None, now, 1
        )

    def _grants(self, claims: Claims) -> dict[str, frozenset[Grant]]:
        """Return the roles that come with a login, by where they come from."""
        persona = _persona(claims)
        if persona or claims.issuer == demo.ISSUER:
            return {"claims": frozenset({persona.grant} if persona and persona.grant else ()), "settings": frozenset()}
        named = {one.strip() for one in self._settings.administrators.split(",") if one.strip()}
        chosen = claims.issuer == ONE_TIME or claims.subject in named
        return {
            "claims": rules.read_grants(claims.roles, self._regions.codes),
            "settings": frozenset({Grant(Role.ADMINISTRATOR)} if chosen else ()),
        }

    def _renew_roles(
        self, connection: Connection, person_id: str, grants: Mapping[str, frozenset[Grant]], now: dt.datetime
    ) -> None:
        """Put the roles that came with the login in place of those that came with the last one."""
        held = store.find_roles(connection, [person_id])[person_id]
        for origin, wanted in grants.items():
            old = {one.grant: one.id for one in held if one.origin == origin}
            gone, fresh = old.keys() - wanted, wanted - old.keys()
            store.withdraw_roles(connection, [old[grant] for grant in gone], _HUB, now)
            for grant in sorted(fresh, key=lambda one: (one.role, one.region)):
                store.add_role(connection, person_id, HeldRole(secrets.token_hex(16), grant, origin, _HUB, now))
            for action, changed in (("role.withdraw", gone), ("role.grant", fresh)):
                for grant in changed:
                    _note_role(connection, _HUB, action, person_id, grant, origin, now)

    def sign_out(self, session_id: str | None) -> None:
        """End a session; one that is not known is ended already."""
        if not session_id:
            return
        id_hash, now = digest(session_id), self._clock()

        def work(connection: Connection) -> None:
            found = store.find_session(connection, id_hash)
            if found and store.revoke_sessions(connection, now, id_hash=id_hash):
                _note_session(connection, found.person_id, "session.end", found.public_id, now)

        self._database.write(work)

    def demo_claims(self, persona_id: str, *, local: bool) -> Claims:
        """Return what a login as one of the made-up people establishes.

        Raises:
            NotFound: there is no such persona, or there are none here.
        """
        if not (local and self._settings.demo) or persona_id not in {one.id for one in demo.PERSONAS}:
            raise NotFound("persona", persona_id)
        return Claims(demo.ISSUER, persona_id)

    def new_one_time_code(self) -> str:
        """Make the code of a link that lets its first user in as administrator; an earlier one ends."""
        code = secrets.token_urlsafe(32)
        with self._one_time_lock:
            self._one_time = (digest(code), self._clock() + _ONE_TIME_LASTS)
        return code

    def use_one_time_code(self, code: str) -> Claims:
        """Use up the code.

        Raises:
            NotFound: it is not the code, it has been used, or it is too old.
        """
        with self._one_time_lock:
            held = self._one_time
            if held is None or self._clock() >= held[1] or not secrets.compare_digest(held[0], digest(code)):
                raise NotFound("code", "")
            self._one_time = None
        return Claims(ONE_TIME, Role.ADMINISTRATOR.value)


def _of(session: Session, person_id: str) -> Session:
    return Session(
        session.public_id,
        person_id,
        session.demo,
        session.device,
        session.created_at,
        session.seen_at,
        session.expires_at,
        session.revoked_at,
    )


def _key(person_id: str) -> str:
    return f"person:{person_id}"


def _persona(claims: Claims) -> demo.Persona | None:
    if claims.issuer != demo.ISSUER:
        return None
    return next((one for one in demo.PERSONAS if one.id == claims.subject), None)


def _note_session(connection: Connection, person_id: str, action: str, public_id: str, at: dt.datetime) -> None:
    note(
        connection,
        by=_key(person_id),
        action=action,
        thing=f"person:{person_id}",
        at=at,
        facts={"session": public_id},
    )


def _note_role(
    connection: Connection, by: str, action: str, person_id: str, grant: Grant, origin: str, at: dt.datetime
) -> None:
    note(
        connection,
        by=by,
        action=action,
        thing=f"person:{person_id}",
        at=at,
        facts={"role": grant.role.value, "region": grant.region, "origin": origin},
    )
