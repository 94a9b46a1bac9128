"""Rounds and what is answered in them, in the database: rows in, values out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from hub.survey.answers import Colleague, Entry, Part, Settled
from hub.survey.rounds import Round
from hub.survey.visibility import Figure, Snapshot
from hub.tables import survey_answer, survey_event, survey_part, survey_round, survey_settled

Connection = sa.Connection


def add_round(connection: Connection, new: Round) -> None:
    """Store a round."""
    connection.execute(
        survey_round.insert().values(
            id=new.id, questionnaire=new.version, title_sv=new.title["sv"], title_en=new.title["en"],
            opens_at=new.opens_at, closes_at=new.closes_at, frozen_at=None, snapshot=None,
        )
    )  # fmt: skip


def rounds(connection: Connection) -> list[Round]:
    """Return every round, the newest first."""
    query = sa.select(survey_round).order_by(survey_round.c.opens_at.desc(), survey_round.c.id)
    return [_round(row) for row in connection.execute(query)]


def find_round(connection: Connection, id_: str) -> Round | None:
    """Return one round."""
    row = connection.execute(sa.select(survey_round).where(survey_round.c.id == id_)).one_or_none()
    return _round(row) if row else None


def keep_snapshot(connection: Connection, taken: Snapshot) -> bool:
    """Keep the national figure of a round that has closed, once and for all; False when one is kept already."""
    change = (
        survey_round.update()
        .where(survey_round.c.id == taken.round, survey_round.c.frozen_at.is_(None))
        .values(frozen_at=taken.taken_at, snapshot=[list(row) for row in taken.figure.rows()])
    )
    return connection.execute(change).rowcount == 1


def snapshot(connection: Connection, round_id: str) -> Snapshot | None:
    """Return the national figure of a round; None before it has been kept."""
    query = sa.select(survey_round.c.frozen_at, survey_round.c.snapshot).where(survey_round.c.id == round_id)
    row = connection.execute(query).one_or_none()
    if row is None or row.frozen_at is None:
        return None
    return Snapshot(round_id, row.frozen_at, Figure.of_rows(cast("Any", [tuple(one) for one in row.snapshot])))


def fix_visibility(connection: Connection, round_id: str) -> None:
    """Keep how each region is seen as its round closes."""
    connection.execute(
        survey_part.update()
        .where(survey_part.c.round_id == round_id, survey_part.c.at_close == "")
        .values(at_close=survey_part.c.visibility)
    )


def part(connection: Connection, round_id: str, region: str, *, locked: bool = False) -> Part | None:
    """Return a region's part in a round; locked until the transaction ends, where the database knows such locks."""
    query = sa.select(survey_part).where(survey_part.c.round_id == round_id, survey_part.c.region == region)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return _part(row) if row else None


def parts(connection: Connection, round_id: str) -> list[Part]:
    """Return every region's part in a round."""
    query = sa.select(survey_part).where(survey_part.c.round_id == round_id).order_by(survey_part.c.region)
    return [_part(row) for row in connection.execute(query)]


def add_part(connection: Connection, new: Part, answer_hash: str) -> None:
    """Store that a region takes part, with what is kept of the key in its link for colleagues."""
    connection.execute(
        survey_part.insert().values(
            round_id=new.round_id, region=new.region, visibility=new.visibility, answer_hash=answer_hash,
            texts=dict(new.texts), needs=list(new.needs), submitted_at=None, version=1,
            changed_at=new.changed_at, widest="", at_close="", may_be_asked=False,
        )
    )  # fmt: skip


def answer_hash(connection: Connection, round_id: str, region: str) -> str:
    """Return what is kept of the key in a region's link for colleagues; empty when it takes no part."""
    query = sa.select(survey_part.c.answer_hash)
    query = query.where(survey_part.c.round_id == round_id, survey_part.c.region == region)
    return connection.execute(query).scalar_one_or_none() or ""


def change_part(connection: Connection, of: Part, at: dt.datetime, **values: Any) -> None:
    """Change a region's part and move its version on."""
    connection.execute(
        survey_part.update()
        .where(survey_part.c.round_id == of.round_id, survey_part.c.region == of.region)
        .values(**values, version=survey_part.c.version + 1, changed_at=at)
    )


def colleagues(connection: Connection, round_id: str, region: str) -> list[Colleague]:
    """Return each colleague's answers in a region, in the order of their names."""
    query = (
        sa.select(survey_answer)
        .where(survey_answer.c.round_id == round_id, survey_answer.c.region == region)
        .order_by(survey_answer.c.name, survey_answer.c.owner, survey_answer.c.statement)
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.owner, []).append(row)
    return [
        Colleague(
            owner=owner,
            name=rows[0].name,
            choices={row.statement: row.choice for row in rows},
            evidence={row.statement: row.evidence for row in rows if row.evidence},
            versions={row.statement: row.version for row in rows},
        )
        for owner, rows in found.items()
    ]


def put_answer(
    connection: Connection, part_of: Part, owner: str, name: str, statement: str, *, choice: str, evidence: str,
    version: int, at: dt.datetime,
) -> None:  # fmt: skip
    """Store one person's answer to one statement, in place of an earlier one."""
    mine = sa.and_(
        survey_answer.c.round_id == part_of.round_id,
        survey_answer.c.region == part_of.region,
        survey_answer.c.owner == owner,
        survey_answer.c.statement == statement,
    )
    values = {"name": name, "choice": choice, "evidence": evidence, "version": version, "saved_at": at}
    if not connection.execute(survey_answer.update().where(mine).values(**values)).rowcount:
        key = {"round_id": part_of.round_id, "region": part_of.region, "owner": owner, "statement": statement}
        connection.execute(survey_answer.insert().values(**key, **values))


def settled(connection: Connection, round_id: str, region: str | None = None) -> dict[str, dict[str, Settled]]:
    """Return what has been settled on, by region and statement; of one region or all."""
    query = sa.select(survey_settled).where(survey_settled.c.round_id == round_id)
    if region is not None:
        query = query.where(survey_settled.c.region == region)
    found: dict[str, dict[str, Settled]] = {}
    for row in connection.execute(query.order_by(survey_settled.c.region, survey_settled.c.statement)):
        one = Settled(row.choice, row.evidence, row.by_name, row.version, row.saved_at)
        found.setdefault(row.region, {})[row.statement] = one
    return found


def put_settled(
    connection: Connection, part_of: Part, statement: str, new: Settled, by: str
) -> None:  # fmt: skip
    """Store what a region has settled on for one statement, in place of an earlier value."""
    mine = sa.and_(
        survey_settled.c.round_id == part_of.round_id,
        survey_settled.c.region == part_of.region,
        survey_settled.c.statement == statement,
    )
    values = {
        "choice": new.choice,
        "evidence": new.evidence,
        "by": by or None,
        "by_name": new.by_name,
        "version": new.version,
        "saved_at": new.saved_at,
    }
    if not connection.execute(survey_settled.update().where(mine).values(**values)).rowcount:
        key = {"round_id": part_of.round_id, "region": part_of.region, "statement": statement}
        connection.execute(survey_settled.insert().values(**key, **values))


def note(
    connection: Connection, of: Part, kind: str, *, by: str, by_name: str, at: dt.datetime, statement: str = "",
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write a line in a region's history of a round."""
    connection.execute(
        survey_event.insert().values(
            round_id=of.round_id, region=of.region, at=at, by=by or None, by_name=by_name, kind=kind,
            statement=statement, before=dict(before or {}), after=dict(after or {}),
        )
    )  # fmt: skip


def history(connection: Connection, round_id: str, region: str, limit: int) -> Sequence[Entry]:
    """Return the newest lines of a region's history."""
    query = (
        sa.select(survey_event)
        .where(survey_event.c.round_id == round_id, survey_event.c.region == region)
        .order_by(survey_event.c.id.desc())
        .limit(limit)
    )
    return [
        Entry(row.at, row.by_name, row.kind, row.statement, row.before, row.after) for row in connection.execute(query)
    ]


def _round(row: Any) -> Round:
    return Round(row.id, row.questionnaire, row.opens_at, row.closes_at, {"sv": row.title_sv, "en": row.title_en})


def _part(row: Any) -> Part:
    return Part(
        row.round_id, row.region, row.visibility, dict(row.texts), tuple(row.needs), row.submitted_at,
        row.version, row.changed_at, row.widest or None, row.at_close or None, row.may_be_asked,
    )  # fmt: skip
