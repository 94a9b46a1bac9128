"""Who may do what: one table, and the rules of sessions and names. Pure.

The table answers for a role, an action, and how the visitor stands to the thing concerned. Whoever has several roles
may do what any of them may. ``docs/permissions.md`` is written from it.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

from hub.errors import Rejected
from hub.visitor import Role, Visitor


class Action(StrEnum):
    """What somebody may want to do."""

    PLAN_CREATE = "plan.create"
    PLAN_READ = "plan.read"
    PLAN_EDIT = "plan.edit"
    PLAN_COMMENT = "plan.comment"
    PLAN_CLAIM = "plan.claim"
    PLAN_PUBLISH = "plan.publish"
    """Show the region's stage on the board, or take it off."""
    PLAN_LINKS = "plan.links"
    """Make new links, so that the old ones end."""
    PLAN_DELETE = "plan.delete"
    BOARD_READ = "board.read"
    BOARD_SUPPORT = "board.support"
    """See where regions are stuck, published or not."""
    REGION_CORRECT = "region.correct"
    """State how a region connects, beside our reading."""
    REGION_WITHDRAW = "region.withdraw"
    """Take such a statement back or bring it back, and see who wrote what."""
    ROUND_BEGIN = "round.begin"
    """Set up a round of the survey."""
    SURVEY_ANSWER = "survey.answer"
    """Answer for oneself in a region's part of a round."""
    SURVEY_SETTLE = "survey.settle"
    """Say what the region answers, who may see it, and hand it in."""
    FORUM_READ = "forum.read"
    FORUM_POST = "forum.post"
    """Begin threads, reply, react, follow and report."""
    FORUM_EDIT = "forum.edit"
    """Change, take back and bring back; say which answer holds."""
    FORUM_MODERATE = "forum.moderate"
    """Hide, restore, edit, move, lock, pin, note and suspend; see who wrote what, what is reported and what was done."""
    PROFILE_EDIT = "profile.edit"
    """Read, change, take out and delete what the hub holds on a person."""
    SESSION_REVOKE = "session.revoke"
    DRAFT_KEEP = "draft.keep"
    ROLE_GRANT = "role.grant"
    """Grant and withdraw roles, and see who has which."""
    AUDIT_READ = "audit.read"
    DEMO_PLAY = "demo.play"
    """Open a room for a demo visit; what is done in it is opened by the token of a seat."""


class Relation(StrEnum):
    """How a visitor stands to a thing."""

    OWN = "own"
    """It is the visitor's, or the visitor's own account."""
    REGION = "own-region"
    """It is kept for the region the visitor speaks for."""
    EDIT_LINK = "edit-link"
    READ_LINK = "read-link"
    HELP = "asks-for-help"
    """Its keepers have asked for help."""
    OTHER = "other"
    """None of these; everybody stands like this to everything."""


_ALL: Final = frozenset(Relation)
_LINKED: Final = frozenset({Relation.OWN, Relation.EDIT_LINK})

_MEMBERS: Final = (Role.MEMBER, Role.COACH, Role.EDITOR, Role.MODERATOR, Role.ADMINISTRATOR)

ALLOWED: Final[Mapping[Action, Mapping[Role, frozenset[Relation]]]] = {
    Action.PLAN_CREATE: {Role.READER: _ALL},
    Action.PLAN_READ: {
        Role.READER: frozenset({Relation.OWN, Relation.EDIT_LINK, Relation.READ_LINK}),
        Role.EDITOR: frozenset({Relation.REGION}),
        Role.COACH: frozenset({Relation.HELP}),
        Role.ADMINISTRATOR: frozenset({Relation.HELP}),
    },
    Action.PLAN_EDIT: {Role.READER: _LINKED, Role.EDITOR: frozenset({Relation.REGION})},
    Action.PLAN_COMMENT: {
        Role.READER: _LINKED,
        Role.EDITOR: frozenset({Relation.REGION}),
        Role.COACH: frozenset({Relation.HELP}),
        Role.ADMINISTRATOR: frozenset({Relation.HELP}),
    },
    Action.PLAN_CLAIM: {Role.EDITOR: _LINKED},
    Action.PLAN_PUBLISH: {Role.EDITOR: frozenset({Relation.REGION})},
    Action.PLAN_LINKS: {Role.READER: _LINKED, Role.EDITOR: frozenset({Relation.REGION})},
    Action.PLAN_DELETE: {Role.READER: frozenset({Relation.OWN}), Role.EDITOR: frozenset({Relation.REGION})},
    Action.BOARD_READ: {Role.READER: _ALL},
    Action.BOARD_SUPPORT: {Role.COACH: _ALL, Role.ADMINISTRATOR: _ALL},
    Action.REGION_CORRECT: {Role.EDITOR: frozenset({Relation.REGION})},
    Action.REGION_WITHDRAW: {Role.EDITOR: frozenset({Relation.REGION}), Role.ADMINISTRATOR: _ALL},
    Action.ROUND_BEGIN: {Role.ADMINISTRATOR: _ALL},
    Action.SURVEY_ANSWER: {Role.READER: frozenset({Relation.EDIT_LINK}), Role.EDITOR: frozenset({Relation.REGION})},
    Action.SURVEY_SETTLE: {Role.EDITOR: frozenset({Relation.REGION})},
    Action.FORUM_READ: dict.fromkeys(_MEMBERS, _ALL),
    Action.FORUM_POST: dict.fromkeys(_MEMBERS, _ALL),
    Action.FORUM_EDIT: dict.fromkeys(_MEMBERS, frozenset({Relation.OWN})),
    Action.FORUM_MODERATE: {Role.MODERATOR: _ALL, Role.ADMINISTRATOR: _ALL},
    Action.PROFILE_EDIT: {Role.READER: frozenset({Relation.OWN})},
    Action.SESSION_REVOKE: {Role.READER: frozenset({Relation.OWN}), Role.ADMINISTRATOR: _ALL},
    Action.DRAFT_KEEP: {Role.READER: frozenset({Relation.OWN})},
    Action.ROLE_GRANT: {Role.ADMINISTRATOR: _ALL},
    Action.AUDIT_READ: {Role.ADMINISTRATOR: _ALL},
    Action.DEMO_PLAY: {Role.READER: _ALL},
}


def allowed(by: Visitor, action: Action, relations: Iterable[Relation] = ()) -> bool:
    """Tell whether a visitor may do something to a thing they stand to in these ways."""
    standing = {*relations, Relation.OTHER}
    rows = ALLOWED[action]
    return any(not standing.isdisjoint(rows.get(role, frozenset())) for role in {Role.READER, *by.roles})


def require(by: Visitor, action: Action, relations: Iterable[Relation] = ()) -> None:
    """Stop a visitor who may not do something.

    Raises:
        Rejected: ``not-allowed``, with the action and whether signing in could help.
    """
    if not allowed(by, action, relations):
        raise Rejected("not-allowed", facts={"action": action.value, "signed_in": by.signed_in})


# --- Sessions --------------------------------------------------------------------------------------------------------

IDLE: Final = dt.timedelta(hours=8)
"""A session ends when nothing has been asked for this long."""
ABSOLUTE: Final = dt.timedelta(days=7)
"""A session ends this long after login, whatever happens."""
SEEN_EVERY: Final = dt.timedelta(minutes=5)
"""How often it is noted that a session is in use."""


def alive(*, now: dt.datetime, seen_at: dt.datetime, expires_at: dt.datetime, revoked_at: dt.datetime | None) -> bool:
    """Tell whether a session still holds."""
    return revoked_at is None and now < expires_at and now - seen_at < IDLE


def digest(secret: str) -> str:
    """Return what is kept of a secret, so that the table gives nobody a way in."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fingerprint(key: bytes, issuer: str, subject: str) -> str:
    """Return what somebody's login is known by when the account is gone; without the key it can be neither made nor tried.

    Args:
        key: of this installation, for this purpose.
        issuer: the login provider's address.
        subject: what the provider calls them there.
    """
    # With the length before it, no part of the one can pass for a part of the other.
    return hmac.digest(key, f"{len(issuer)}:{issuer}:{subject}".encode(), hashlib.sha256).hex()


OUTLASTS: Final = dt.timedelta(days=730)
"""A suspension without end outlasts its account by this: as long as the log can still tell why it was decided."""


def outlasts(until: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Return until when a suspension holds if its account is deleted now."""
    return until or now + OUTLASTS


SESSION_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""What an id that we have made looks like; nothing else is looked up."""


# --- Who somebody is who has not signed in ---------------------------------------------------------------------------


def browser_key(cookie: str) -> str:
    """Name a visitor by the browser's own random cookie."""
    return f"browser:{digest(cookie)[:16]}"


def address_key(address: str, salt: bytes) -> str:
    """Name a visitor by where they ask from, so that the address itself is kept nowhere.

    Args:
        address: an IP address; of the sixth version the network counts, since one subscriber has all of it.
        salt: random bytes of this process.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        whence = "unknown"
    else:
        whence = str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)  # noqa: PLR2004
    return f"address:{hashlib.sha256(salt + whence.encode()).hexdigest()[:16]}"


_THIS_MACHINE: Final = re.compile(r"(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
_FORWARDING: Final = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-original-host",
    }
)


def on_this_machine(peer: str, headers: Mapping[str, str], *, socket: bool = False) -> bool:
    """Tell whether somebody asks from the very machine the hub runs on, with nothing in between.

    A proxy on the same machine has a local address too. It is told by the headers it adds, by the name it asks for, or,
    where it is set up to pass on as little as it can, by ``Connection``: a browser keeps its connection alive.

    Args:
        peer: the address at the other end of the connection.
        headers: by name in lower case.
        socket: whether this is the beginning of a socket.
    """
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    if not (mapped or found).is_loopback or not _THIS_MACHINE.fullmatch(headers.get("host", "").lower()):
        return False
    if any(name in _FORWARDING or name.startswith("x-forwarded") for name in headers):
        return False
    connection = {part.strip().lower() for part in headers.get("connection", "").split(",")}
    if socket:
        return "upgrade" in connection and headers.get("upgrade", "").lower() == "websocket"
    return connection == {"keep-alive"}


# --- Addresses to go on to -------------------------------------------------------------------------------------------

_LONGEST_ADDRESS: Final = 4_000
_UNWANTED: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
_ROUNDS: Final = 5
"""How many times an address is decoded to see what it holds; whoever encodes deeper is not one of our pages."""


def own_path(wanted: str | None) -> str:
    r"""Return an address to go on to after login if it is one of our own, else the start page.

    Browsers take ``//host``, ``/\\host`` and ``/<tab>/host`` for other hosts, and proxies may decode once more, so what
    is hidden by encoding counts as well.
    """
    if not wanted or len(wanted) > _LONGEST_ADDRESS or not wanted.startswith("/") or _UNWANTED.search(wanted):
        return "/"
    # By hand, as a browser reads it: urllib takes ``///host`` for a path.
    path = re.split("[?#]", wanted, maxsplit=1)[0]
    for _round in range(_ROUNDS):
        if "//" in path or _UNWANTED.search(path) or ".." in path.split("/"):
            return "/"
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return "/" if path == "/auth" or path.startswith("/auth/") else wanted
        path = decoded
    return "/"


# --- What a login brings ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A role, and for an editor the region spoken for."""

    role: Role
    region: str = ""


_GRANTABLE: Final = frozenset({Role.COACH, Role.EDITOR, Role.MODERATOR, Role.ADMINISTRATOR})


def read_grants(claim: object, regions: Collection[str]) -> frozenset[Grant]:
    """Read the roles a login provider states; what is not understood grants nothing.

    Args:
        claim: a list, or words with spaces or commas between them, such as ``coach`` and ``editor:M``.
        regions: the letter codes there are.
    """
    words = re.split(r"[\s,]+", claim) if isinstance(claim, str) else claim
    if not isinstance(words, list | tuple):
        return frozenset()
    return frozenset(
        grant for word in words if isinstance(word, str) and (grant := _read_grant(word.strip(), regions)) is not None
    )


def _read_grant(word: str, regions: Collection[str]) -> Grant | None:
    name, _, region = word.partition(":")
    if name not in _GRANTABLE:
        return None
    role = Role(name)
    return Grant(role, region) if (region in regions if role is Role.EDITOR else not region) else None


def check_grant(role: str, region: str, regions: Collection[str]) -> Grant:
    """Return a role that an administrator asks for.

    Raises:
        Rejected: ``role-unknown``; ``region-needed``, an editor speaks for a region.
    """
    if role not in _GRANTABLE:
        raise Rejected("role-unknown", "role")
    if role == Role.EDITOR and region not in regions:
        raise Rejected("region-needed", "region")
    return Grant(Role(role), region if role == Role.EDITOR else "")


_BROWSERS: Final = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrom", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS: Final = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip


def device(user_agent: str) -> str:
    """Return a few words for a browser and its machine, such as ``Firefox, Windows``; empty where neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


# --- Profiles --------------------------------------------------------------------------------------------------------


class Shown(StrEnum):
    """What others see of somebody."""

    NAME = "name"
    """Name, and region or organisation."""
    REGION = "region"
    """The region or organisation only."""
    ROLE = "role"
    """The role in own words only."""


class Notices(StrEnum):
    """Where somebody wants to be told of what happens."""

    NONE = "none"
    HUB = "hub"


LONGEST: Final[Mapping[str, int]] = {"name": 70, "organisation": 80, "role_words": 80}
"""Characters; name and organisation together fit where an author's name is kept."""


@dataclass(frozen=True)
class Profile:
    """What somebody says of themself."""

    name: str
    region: str
    """Letter code, or empty."""
    organisation: str
    role_words: str
    shown: Shown = Shown.NAME


def shown_name(profile: Profile, region_name: str) -> str:
    """Return what others see.

    Args:
        profile: whose.
        region_name: the name of the profile's region; empty when it names none.
    """
    whence = region_name or profile.organisation
    if profile.shown is Shown.REGION:
        return whence
    if profile.shown is Shown.ROLE:
        return profile.role_words
    return ", ".join(part for part in (profile.name, whence) if part)


def tidy(text: str) -> str:
    """Return a line without control characters and needless spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def check_profile(given: Mapping[str, str], regions: Collection[str]) -> Profile:
    """Return the profile that a form holds.

    Raises:
        Rejected: ``name-missing``, ``too-long`` with ``most``, ``region-unknown``, ``organisation-missing``,
            ``role-missing``, ``shown-missing``; each with the field.
    """
    texts = {field: tidy(given.get(field, "")) for field in LONGEST}
    for field, most in LONGEST.items():
        if len(texts[field]) > most:
            raise Rejected("too-long", field, {"most": most, "length": len(texts[field])})
    if not texts["name"]:
        raise Rejected("name-missing", "name")
    region = given.get("region", "")
    if region and region not in regions:
        raise Rejected("region-unknown", "region")
    if not region and not texts["organisation"]:
        raise Rejected("organisation-missing", "organisation")
    if given.get("shown") not in set(Shown):
        raise Rejected("shown-missing", "shown")
    shown = Shown(given["shown"])
    if shown is Shown.ROLE and not texts["role_words"]:
        raise Rejected("role-missing", "role_words")
    return Profile(texts["name"], region, texts["organisation"], texts["role_words"], shown)
