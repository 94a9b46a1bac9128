"""A row for every table, drawn from the tables themselves, so that a new table or column comes along by itself."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from hub.tables import UtcDateTime

NOW = dt.datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=dt.UTC)
WORDS = "Åsa Öberg 👩🏽‍⚕️ \"'\\ \n\t\u2028 <b>&amp;</b> %s :a"
JSON = {"åäö": ["👩🏽‍⚕️", 1, 2.5, None, True, {"": []}], "nul": "a\0b"}


def key(table: sa.Table, number: int) -> str:
    """Short enough for every key: plan_comment 12 is comment-12."""
    return f"{table.name.removeprefix('plan_').removeprefix('survey_')}-{number}"


@cache
def _is_unique(column: sa.Column[Any]) -> bool:
    return column.primary_key or any(
        column.name in c.columns for c in column.table.constraints if isinstance(c, sa.UniqueConstraint)
    )


def value(column: sa.Column[Any], number: int) -> Any:  # noqa: PLR0911
    """A value that fits the column; texts that are keys differ by number, the others are hard to carry."""
    kind = column.type
    if column.foreign_keys:
        return None if column.nullable and number % 2 else key(next(iter(column.foreign_keys)).column.table, number)
    if isinstance(kind, sa.JSON):
        return {**JSON, "n": number}
    if isinstance(kind, sa.Boolean):
        return bool(number % 2)
    if isinstance(kind, UtcDateTime):
        return None if column.nullable and number % 2 else NOW + dt.timedelta(days=number)
    if isinstance(kind, sa.Date):
        return None if column.nullable and number % 2 else NOW.date()
    if isinstance(kind, sa.Integer):
        return number
    if isinstance(kind, sa.String):
        if not _is_unique(column):
            return WORDS[: kind.length]
        return key(column.table, number) if (kind.length or 0) > 2 else str(number)[-2:]
    raise AssertionError(f"no value for {column}: add its kind here")


def row(table: sa.Table, number: int) -> dict[str, Any]:
    return {column.name: value(column, number) for column in table.columns if column is not table.autoincrement_column}


def fill(connection: sa.Connection, metadata: sa.MetaData, count: int = 3) -> None:
    """Put rows 1 to count into every table."""
    for table in metadata.sorted_tables:
        connection.execute(table.insert(), [row(table, number) for number in range(1, count + 1)])


def everything(connection: sa.Connection, metadata: sa.MetaData) -> Mapping[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, in the order of their keys."""
    return {
        table.name: sorted(
            (tuple(found) for found in connection.execute(sa.select(table))), key=lambda found: repr(found[:2])
        )
        for table in metadata.sorted_tables
    }
