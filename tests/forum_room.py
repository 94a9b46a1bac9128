"""What tests of the forum begin with: members, and a room in which they write."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from hub.database import Database
from hub.forum.content import read_forum
from hub.forum.moderation import Moderation
from hub.forum.oversight import Oversight
from hub.forum.service import Forum
from hub.limits import Limits
from hub.live import Topics
from hub.settings import ROOT
from hub.sources import read_sources
from hub.tables import person
from hub.visitor import Role, Visitor

NOW = dt.datetime(2027, 2, 1, 8, 0, tzinfo=dt.UTC)
CONTENT = read_forum(ROOT / "content", read_sources(ROOT / "content"))
POPULATIONS = {"H": 247_000, "M": 1_400_000}


def member(name: str, *roles: Role, of: str = "Region Skåne") -> Visitor:
    held = frozenset({Role.READER, Role.MEMBER, *roles})
    return Visitor(f"person:{name}", name, name=f"{name.title()}, {of}", roles=held)


def join(database: Database, homes: Mapping[str, str], **values: object) -> None:
    """Let people be known to the hub, by id and with the region of each, so that what they write can be kept."""
    rows = [
        {
            "id": who, "issuer": "test", "subject": who, "name": who, "region": home, "organisation": "",
            "role_words": "", "shown": "name", "language": "sv", "notices": "none", "rules_version": 1,
            "created_at": NOW, "version": 1, **values,
        }
        for who, home in homes.items()
    ]  # fmt: skip
    database.write(lambda connection: connection.execute(person.insert(), rows))


@contextmanager
def asked_of(database: Database) -> Iterator[list[str]]:
    """Yield the statements that a database is given while this lasts, in their order."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(database._engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(database._engine, "before_cursor_execute", note)


class Room:
    """A forum over a database of its own, whose clock stands still until it is moved."""

    def __init__(self, database: Database, homes: Mapping[str, str], levels: Collection[str] = ("hop-out",)) -> None:
        join(database, homes)
        self.database, self.topics, self.limits = database, Topics(), Limits(factor=1_000)
        self.moments, self.count, self._levels = [NOW], 0, levels
        self.forum, self.moderation = self.kept_by(self.limits)
        self.oversight = Oversight(database, self.clock)

    def kept_by(self, limits: Limits) -> tuple[Forum, Moderation]:
        """Return the services, with these limits."""
        ground = self.database, limits, self.topics, self.clock, CONTENT
        return Forum(*ground, levels=self._levels, populations=POPULATIONS), Moderation(*ground)

    def clock(self) -> dt.datetime:
        return self.moments[-1]

    def later(self, by: dt.timedelta = dt.timedelta(minutes=1)) -> None:
        self.moments.append(self.moments[-1] + by)

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def first(self, thread_id: str) -> str:
        """Return the first post of a thread, which a moderator always sees."""
        return self.forum.open(member("mira", Role.MODERATOR), thread_id).posts[0].post.id
