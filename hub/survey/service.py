"""What somebody who speaks for a region can do about what the hub says of it.

A statement is shown beside our reading, with the region as its source. Nothing is overwritten: the last word on a trace
holds, earlier ones stay in the history, and what is withdrawn can be brought back.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Final

from hub import audit
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation, allowed, require
from hub.limits import Limits
from hub.live import Topics
from hub.survey import corrections as rules
from hub.survey import store
from hub.survey.corrections import Correction
from hub.survey.mart import Mart
from hub.visitor import Role, Visitor

_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Corrections:
    """Keeps what regions state of themselves."""

    def __init__(self, database: Database, limits: Limits, topics: Topics, clock: Clock, mart: Mart) -> None:
        """Hold what is needed.

        Args:
            database: where the statements are kept.
            limits: how often a visitor may write.
            topics: what other windows listen to.
            clock: the present moment.
            mart: knows the regions and their public traces.
        """
        self._database = database
        self._limits = limits
        self._topics = topics
        self._clock = clock
        self._mart = mart

    def standing(self) -> Mapping[str, tuple[Correction, ...]]:
        """Return what regions state of themselves now, by letter code; anybody may read it.

        Raises:
            Unavailable: the database does not answer.
        """
        held = self._database.read(store.held)
        return {region: now for region, kept in held.items() if (now := rules.standing(kept))}

    def history(self, by: Visitor, region: str) -> tuple[Correction, ...]:
        """Return everything a region has stated, withdrawn or replaced too, the newest first, with who wrote it.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.REGION_WITHDRAW, relations(by, region))
        return tuple(self._database.read(lambda connection: store.held(connection, region)).get(region, ()))

    def correct(
        self, by: Visitor, region: str, given: Mapping[str, str], routes: Iterable[str], command_id: str
    ) -> str:
        """Take a statement of a region, and return its id.

        Args:
            by: who states it, for the region they speak for.
            region: the letter code.
            given: the fields, see ``corrections.read_statement``.
            routes: those ticked.
            command_id: made with the form.

        Raises:
            NotFound: there is no such region, or it has no such trace.
            Rejected: ``not-allowed``; ``too-many-corrections``; what ``read_statement`` refuses.
        """
        require(by, Action.REGION_CORRECT, relations(by, region))
        now = self._clock()
        known = {trace.id for trace in self._mart.region(region).traces}
        stated = rules.read_statement(given, routes, this_year=now.year)
        if stated.trace and stated.trace not in known:
            raise NotFound("trace", stated.trace)

        def work(connection: store.Connection) -> str:
            if store.count(connection, region) >= rules.MOST:
                raise Rejected("too-many-corrections", facts={"most": rules.MOST})
            new = Correction(
                **asdict(stated), id=_new_id(), region=region, author=by.person_id, author_name=by.name, at=now,
                withdrawn_at=None, withdrawn_by="",
            )  # fmt: skip
            store.add(connection, new)
            _note(connection, by, new, "correct", now)
            return new.id

        return str(self._write(by, region, "correct", command_id, work, now))

    def withdraw(self, by: Visitor, region: str, id_: str, command_id: str) -> None:
        """Take a statement back; it can be brought back until its time is out.

        Raises:
            NotFound: the region has not stated it.
            Rejected: ``not-allowed``.
        """
        require(by, Action.REGION_WITHDRAW, relations(by, region))
        now = self._clock()

        def work(connection: store.Connection) -> None:
            found = _found(connection, region, id_)
            if found.withdrawn_at is None:
                store.set_withdrawn(connection, id_, by.person_id or None, now)
                _note(connection, by, found, "withdraw", now)

        self._write(by, region, "withdraw", command_id, work, now)

    def restore(self, by: Visitor, region: str, id_: str, command_id: str) -> None:
        """Bring a statement back; what an administrator has withdrawn an administrator brings back.

        Raises:
            NotFound: the region has not stated it.
            Rejected: ``not-allowed``, or ``cannot-undo``.
        """
        require(by, Action.REGION_WITHDRAW, relations(by, region))
        now = self._clock()

        def work(connection: store.Connection) -> None:
            found = _found(connection, region, id_)
            if found.withdrawn_at is None:
                return
            if not may_restore(by, found):
                raise Rejected("cannot-undo")
            store.set_withdrawn(connection, id_, None, None)
            _note(connection, by, found, "restore", now)

        self._write(by, region, "restore", command_id, work, now)

    def _write(
        self,
        by: Visitor,
        region: str,
        kind: str,
        command_id: str,
        work: Callable[[store.Connection], object],
        now: dt.datetime,
    ) -> object:
        self._limits.count("write", by, self._clock)
        result: object = self._database.once(command_id, f"region.{kind}:{region}", by.key, work, now)
        self._topics.move("regions")
        return result


def relations(by: Visitor, region: str) -> frozenset[Relation]:
    """Return how a visitor stands to a region."""
    return frozenset({Relation.REGION}) if by.region and by.region == region else frozenset()


def may(by: Visitor, action: Action, region: str) -> bool:
    """Tell whether a visitor may do something to what is stated of a region."""
    return allowed(by, action, relations(by, region))


def may_restore(by: Visitor, withdrawn: Correction) -> bool:
    """Tell whether somebody who may withdraw may also bring this one back."""
    mine = bool(by.person_id) and withdrawn.withdrawn_by == by.person_id
    return mine or withdrawn.withdrawn_by == withdrawn.author != "" or Role.ADMINISTRATOR in by.roles


def _found(connection: store.Connection, region: str, id_: str) -> Correction:
    found = store.find(connection, region, id_)
    if found is None:
        raise NotFound("correction", id_)
    return found


def _note(connection: store.Connection, by: Visitor, of: Correction, kind: str, at: dt.datetime) -> None:
    audit.note(
        connection, by=by.key, action=f"region.{kind}", thing=f"region:{of.region}", at=at, facts={"correction": of.id}
    )  # fmt: skip


def _new_id() -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(10))
