"""How long each kind of data is kept, by which decision it is disposed of, and the disposal itself.

The defaults stand in one table. ``HUB_RETENTION`` changes the days. Where Swedish public-records law applies
(``HUB_PUBLIC_RECORDS=yes``) a kind is disposed of only if ``HUB_DISPOSAL`` names the operator's decision for it.

Source: arkivlagen (1990:782) section 10: public records may be disposed of, under a decision.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from hub import audit
from hub.database import Database
from hub.errors import ContentError
from hub.identity.rules import IDLE
from hub.settings import Settings
from hub.tables import audit as trail
from hub.tables import (
    command,
    correction,
    draft,
    forum_fingerprint,
    forum_letter,
    forum_mailing,
    forum_measure,
    forum_notice,
    forum_post,
    forum_report,
    forum_suspension,
    forum_thread,
    metadata,
    person,
    plan,
    session,
    survey_answer,
    survey_round,
)
from hub.timetable import Run


@dataclass(frozen=True)
class Kind:
    """One kind of data."""

    table: sa.Table
    days: int
    """Kept this long after it was last of use, where the operator does not say otherwise; 0 for what goes at once,
    whatever the operator says."""
    over: Callable[[dt.datetime], sa.ColumnElement[bool]]
    """Which rows were last of use before a moment."""
    batch: int = 500
    """Rows taken in one transaction, so that nobody has to wait; fewer where each takes others along."""


def _ended(before: dt.datetime) -> sa.ColumnElement[bool]:
    """Sessions that were ended, ran out or fell asleep before a moment."""
    return sa.or_(session.c.revoked_at < before, session.c.expires_at < before, session.c.seen_at < before - IDLE)


def _gone_and_unmentioned(before: dt.datetime) -> sa.ColumnElement[bool]:
    """People who were deleted before a moment and whom nothing refers to that outlives them."""
    mentions = [
        sa.exists().where(key.parent == person.c.id)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is person.c.id and key.ondelete != "CASCADE"
    ]
    return sa.and_(person.c.deleted_at < before, ~sa.or_(sa.false(), *mentions))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "session": Kind(session, 30, _ended),
        "draft": Kind(draft, 30, lambda before: draft.c.saved_at < before),
        "command": Kind(command, 14, lambda before: command.c.done_at < before),
        "audit": Kind(trail, 730, lambda before: trail.c.at < before),
        "plan": Kind(plan, 30, lambda before: plan.c.deleted_at < before, batch=50),
        "correction": Kind(correction, 365, lambda before: correction.c.withdrawn_at < before),
        "answer": Kind(survey_answer, 365, lambda before: survey_answer.c.saved_at < before),
        "survey": Kind(survey_round, 3_650, lambda before: survey_round.c.closes_at < before, batch=1),
        "thread": Kind(
            forum_thread,
            90,
            lambda before: sa.or_(forum_thread.c.removed_at < before, forum_thread.c.hidden_at < before),
            batch=20,
        ),
        "post": Kind(
            forum_post, 90, lambda before: sa.or_(forum_post.c.removed_at < before, forum_post.c.hidden_at < before)
        ),
        "report": Kind(forum_report, 365, lambda before: forum_report.c.settled_at < before),
        "measure": Kind(forum_measure, 730, lambda before: forum_measure.c.at < before),
        "suspension": Kind(
            forum_suspension,
            365,
            lambda before: sa.or_(forum_suspension.c.lifted_at < before, forum_suspension.c.until < before),
        ),
        # Of no use to anybody once it holds no more, and told to go then: so not a day longer.
        "fingerprint": Kind(forum_fingerprint, 0, lambda before: forum_fingerprint.c.until < before),
        "notice": Kind(forum_notice, 180, lambda before: forum_notice.c.at < before),
        "mailing": Kind(
            forum_mailing, 7, lambda before: sa.and_(forum_mailing.c.address == "", forum_mailing.c.asked_at < before)
        ),
        "letter": Kind(forum_letter, 365, lambda before: forum_letter.c.tried_at < before),
        "person": Kind(person, 30, _gone_and_unmentioned),
    }
)
"""By the name used in ``HUB_RETENTION`` and ``HUB_DISPOSAL``; in the order in which they are disposed of."""


class Retention:
    """What the operator has settled on."""

    def __init__(self, settings: Settings) -> None:
        """Read the operator's settings.

        Raises:
            ContentError: one of them names a kind that does not exist, or a kind twice, or no days at all.
        """
        self._days = {kind: int(days) for kind, days in _parts("HUB_RETENTION", settings.retention, ",").items()}
        self._decisions = _parts("HUB_DISPOSAL", settings.disposal, ";")
        self._needs_decision = settings.public_records == "yes"
        for kind, days in self._days.items():
            if not KINDS[kind].days:
                raise ContentError("environment", "HUB_RETENTION", f"{kind} goes as soon as it is of no more use")
            if days < 1:
                raise ContentError("environment", "HUB_RETENTION", f"{kind} must be kept for at least one day")

    def days(self, kind: str) -> int:
        """Return how many days a kind is kept after it was last of use."""
        return self._days.get(kind, KINDS[kind].days)

    def decision(self, kind: str) -> str:
        """Return the reference of the operator's disposal decision, or nothing."""
        return self._decisions.get(kind, "")

    def disposes(self, kind: str) -> bool:
        """Tell whether a kind is ever disposed of here."""
        return bool(self.decision(kind)) or not self._needs_decision

    def dispose(self, database: Database, run: Run) -> dict[str, int]:
        """Remove what has been kept long enough, and return how many rows of which kind.

        Each batch and its line in the trail are one transaction.
        """
        done: dict[str, int] = {}
        for kind, rule in KINDS.items():
            if not self.disposes(kind):
                continue
            before = run.at - dt.timedelta(days=self.days(kind))
            while rows := database.write(lambda c, k=kind, b=before: self._dispose_some(c, k, b, run.at)):  # type: ignore[misc]
                done[kind] = done.get(kind, 0) + rows
                run.hold()
                if rows < rule.batch:
                    break
        return done

    def _dispose_some(self, connection: sa.Connection, kind: str, before: dt.datetime, at: dt.datetime) -> int:
        rule = KINDS[kind]
        key = list(rule.table.primary_key.columns)
        over = sa.select(*key).where(rule.over(before)).limit(rule.batch)
        one = key[0] if len(key) == 1 else sa.tuple_(*key)
        rows = connection.execute(rule.table.delete().where(one.in_(over))).rowcount
        if rows:
            facts = {"rows": rows, "before": before.isoformat(), "decision": self.decision(kind)}
            audit.note(connection, by="hub", action="retention.dispose", thing=f"kind:{kind}", at=at, facts=facts)
        return rows


def _parts(variable: str, text: str, separator: str) -> dict[str, str]:
    """Read ``kind=value`` parts; the settings have made sure of their form."""
    found: dict[str, str] = {}
    for part in re.split(rf"\s*{separator}\s*", text.strip()) if text.strip() else []:
        kind, _, value = part.partition("=")
        if kind not in KINDS:
            raise ContentError("environment", variable, f"{kind} is not a kind of data; these are: {', '.join(KINDS)}")
        if kind in found:
            raise ContentError("environment", variable, f"{kind} stands there twice")
        found[kind] = value.strip()
    return found
