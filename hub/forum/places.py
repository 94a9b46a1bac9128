"""The same talk in place: the threads that stand beside a level, a requirement, a chart, an item of a plan, an article.

A thread says what it stands beside by an id that means the same to everybody, such as ``requirement:login-saml``; never
by the id of somebody's own plan, which only some may read.
"""

from collections.abc import Collection, Mapping
from typing import Final

from hub.database import Database
from hub.forum import place_store as store
from hub.forum.place_store import Talk
from hub.identity.rules import Action, require
from hub.visitor import Visitor

SHOWN: Final = 5


class Places:
    """Reads the talk beside things."""

    def __init__(self, database: Database) -> None:
        """Hold where the forum is kept."""
        self._database = database

    def beside(self, by: Visitor, about: str, limit: int = SHOWN) -> tuple[Talk, ...]:
        """Return the threads beside something, the last written in first.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        return tuple(self._database.read(lambda connection: store.talks(connection, about, limit)))

    def counts(self, by: Visitor, abouts: Collection[str]) -> Mapping[str, int]:
        """Return how many threads stand beside each of these; what has none is left out.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        return self._database.read(lambda connection: store.counts(connection, abouts))
