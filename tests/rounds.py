"""Rounds with answers, written into a database as they would stand there after the regions had answered."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.database import Database
from hub.survey import answer_store as store
from hub.survey.answers import Part, Settled
from hub.survey.rounds import Round
from hub.tables import survey_round
from hub.visitor import NOBODY, Role, Visitor

DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Handed:
    """What a region has handed in."""

    visibility: str
    choice: str = "3"
    but: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    evidence: str = ""
    handed_in: bool = True
    may_be_asked: bool = False


def held(id_: str, title: str, *, closed: bool, days_ago: int = 10) -> Round:
    """Return a round that is open now, or was."""
    opens_at = NOW - days_ago * DAY
    closes_at = opens_at + DAY if closed else NOW + 10 * DAY
    return Round(id_, 1, opens_at, closes_at, {"sv": title, "en": title})


def empty(database: Database) -> None:
    """Take all rounds away."""
    database.write(lambda connection: connection.execute(survey_round.delete()))


def write(database: Database, round_: Round, statements: tuple[str, ...], regions: Mapping[str, Handed]) -> None:
    """Write a round with what regions have handed in."""

    def work(connection: store.Connection) -> None:
        store.add_round(connection, round_)
        at = round_.opens_at
        for code, one in regions.items():
            part = Part(round_.id, code, one.visibility, {}, (), None, 1, at)
            store.add_part(connection, part, "0" * 64)
            for statement in statements:
                choice = one.but.get(statement, one.choice)
                store.put_settled(connection, part, statement, Settled(choice, one.evidence, "Elin", 1, at), "")
            if one.handed_in:
                store.change_part(
                    connection, part, at, submitted_at=at, widest=one.visibility, needs=list(one.needs),
                    may_be_asked=one.may_be_asked,
                )  # fmt: skip

    database.write(work)


def editor(code: str) -> Visitor:
    """Return somebody who speaks for a region."""
    roles = frozenset({Role.READER, Role.MEMBER, Role.EDITOR})
    return Visitor(f"person:{code.lower()}", code.lower(), name=f"Redaktör {code}", roles=roles, region=code)


MEMBER = Visitor("person:maja", "maja", name="Maja", roles=frozenset({Role.READER, Role.MEMBER}))
"""Somebody whose profile names a region, and who does not speak for it."""
VIEWERS = {"nobody": NOBODY, "member": MEMBER, "other region": editor("AB")}
