"""Who asks: what every service method takes first. A noun that all features share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SESSION_COOKIE: Final = "hub_session"
"""Holds the random id of somebody who has signed in."""
BROWSER_COOKIE: Final = "hub_browser"
"""Holds random letters that name a browser in which something is kept without signing in."""


class Role(StrEnum):
    """What somebody may do in the hub; everyone is a reader."""

    READER = "reader"
    MEMBER = "member"
    COACH = "coach"
    """Supports regions, such as somebody at Inera."""
    EDITOR = "editor"
    """Speaks for one region."""
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks for something, signed in or not."""

    key: str
    """Names this visitor in limits, commands and drafts: ``person:<id>``, ``browser:<hash>`` or ``address:<hash>``."""
    person_id: str = ""
    """Empty for somebody who has not signed in."""
    name: str = ""
    """As others may see it; empty for somebody who has not signed in."""
    own_name: str = ""
    """What the hub calls this person in their own window; nobody else sees it."""
    roles: frozenset[Role] = frozenset({Role.READER})
    region: str = ""
    """The letter code of the region an editor speaks for; empty for others, whatever their profile says."""
    demo: bool = False
    """Whether this is one of the made-up people of a demonstration."""
    address: str = ""
    """The key of the address asked from, for somebody known by a cookie only, which anyone can make up; else empty."""
    consented: bool = True
    """False for somebody signed in who has not yet accepted the rules: a reader until then."""

    @property
    def signed_in(self) -> bool:
        """Whether the hub knows who this is."""
        return bool(self.person_id)


FORMER: Final = "[former]"
"""Stands as the name of an author whose account is gone, so that the texts of others stay readable."""
NOBODY: Final = Visitor("address:unknown")
"""A visitor of whom nothing is known."""
