"""What regions state of themselves, in the database: rows in, values out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

from hub.survey.corrections import Correction
from hub.survey.facts import Route
from hub.tables import correction

Connection = sa.Connection


def add(connection: Connection, new: Correction) -> None:
    """Store a statement."""
    connection.execute(
        correction.insert().values(
            id=new.id, region=new.region, trace=new.trace, platform=new.platform, routes=" ".join(new.routes),
            stage=new.stage, year=new.year, source=new.source, note=new.note, author=new.author or None,
            author_name=new.author_name, at=new.at, withdrawn_at=None, withdrawn_by=None,
        )
    )  # fmt: skip


def held(connection: Connection, region: str | None = None) -> Mapping[str, list[Correction]]:
    """Return every statement, withdrawn ones too, by region; of all regions or one."""
    query = sa.select(correction).order_by(correction.c.at.desc(), correction.c.id)
    found: dict[str, list[Correction]] = {}
    for row in connection.execute(query if region is None else query.where(correction.c.region == region)):
        found.setdefault(row.region, []).append(_correction(row))
    return found


def find(connection: Connection, region: str, id_: str) -> Correction | None:
    """Return one statement of a region; locked until the transaction ends, where the database knows such locks."""
    query = sa.select(correction).where(correction.c.region == region, correction.c.id == id_).with_for_update()
    row = connection.execute(query).one_or_none()
    return _correction(row) if row else None


def count(connection: Connection, region: str) -> int:
    """Count the statements of a region that have not been withdrawn."""
    query = sa.select(sa.func.count()).where(correction.c.region == region, correction.c.withdrawn_at.is_(None))
    return int(connection.execute(query).scalar_one())


def set_withdrawn(connection: Connection, id_: str, by: str | None, at: dt.datetime | None) -> None:
    """Withdraw a statement, or bring it back."""
    values = {"withdrawn_at": at, "withdrawn_by": by}
    connection.execute(correction.update().where(correction.c.id == id_).values(values))


def _correction(row: Any) -> Correction:
    return Correction(
        id=row.id, region=row.region, trace=row.trace, platform=row.platform,
        routes=cast("tuple[Route, ...]", tuple(row.routes.split())), stage=row.stage, year=row.year, source=row.source,
        note=row.note, author=row.author or "", author_name=row.author_name, at=row.at, withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by or "",
    )  # fmt: skip
