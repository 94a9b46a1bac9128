"""Who may do what: one table, and the rules of sessions and names. Pure.

The table answers for a role, an action, and how the visitor stands to the thing concerned. Whoever has several roles
may do what any of them may. ``docs/permissions.md`` is written from it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

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
    PROFILE_EDIT = "profile.edit"
    """Read, change, take out and delete what the hub holds on a person."""
    SESSION_REVOKE = "session.revoke"
    DRAFT_KEEP = "draft.keep"
    ROLE_GRANT = "role.grant"
    """Grant and withdraw roles, and see who has which."""
    AUDIT_READ = "audit.read"


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
    Action.PROFILE_EDIT: {Role.READER: frozenset({Relation.OWN})},
    Action.SESSION_REVOKE: {Role.READER: frozenset({Relation.OWN}), Role.ADMINISTRATOR: _ALL},
    Action.DRAFT_KEEP: {Role.READER: frozenset({Relation.OWN})},
    Action.ROLE_GRANT: {Role.ADMINISTRATOR: _ALL},
    Action.AUDIT_READ: {Role.ADMINISTRATOR: _ALL},
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
