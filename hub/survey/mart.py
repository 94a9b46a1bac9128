"""The mart behind the dashboards: DuckDB in memory, built at start from ``data/``. The only module that speaks DuckDB.

Each query is a file in ``sql/``; the dashboards read nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb

from hub.errors import ContentError, Unavailable
from hub.origin import Origin, read_origin

_SQL = Path(__file__).parent / "sql"

Topic = Literal["national", "use"]


@dataclass(frozen=True)
class Statement:
    """How many of the 18 answering regions say something, as an interval."""

    id: str
    section: str
    text: Mapping[str, str] = field(hash=False)
    """The statement by language."""
    quantifier: Mapping[str, str] = field(hash=False)
    """The report's kind of word by language."""
    low: int
    high: int
    precision: str


class Mart:
    """The tables, and one method for each query."""

    def __init__(self, data: Path) -> None:
        """Build the tables.

        Raises:
            ContentError: a dataset is not what its origin says, or cannot be read.
        """
        folder = data / "survey_2020"
        self.origin: Origin = read_origin(folder)
        self._connection = duckdb.connect(":memory:", config={"enable_external_access": True})
        try:
            self._connection.execute(_query("build_statements"), {"file": str(folder / "statements.csv")})
            rows = self._connection.execute("select count(*) from statement").fetchone()
        except duckdb.Error as cause:
            raise ContentError(folder / "statements.csv", "", str(cause)) from cause
        if rows != (self.origin.files[0].rows,):
            raise ContentError(
                folder / "statements.csv", "rows", f"{rows}, origin.yaml says {self.origin.files[0].rows}"
            )
        # Everything is read; from here on a query reaches no file.
        self._connection.execute("set enable_external_access = false")

    def statements(self, topic: Topic) -> tuple[Statement, ...]:
        """Return the statements of a topic, the most regions first.

        Raises:
            Unavailable: the mart does not answer.
        """
        try:
            # A cursor of its own: one connection may not be used by two threads at once.
            rows = self._connection.cursor().execute(_query("statements"), {"topic": topic}).fetchall()
        except duckdb.Error as cause:
            raise Unavailable("the mart does not answer") from cause
        return tuple(
            Statement(
                id_, section, {"sv": text_sv, "en": text_en}, {"sv": word_sv, "en": word_en}, low, high, precision
            )
            for id_, section, text_sv, text_en, word_sv, word_en, low, high, precision in rows
        )

    def check(self) -> None:
        """Ask the mart something.

        Raises:
            Unavailable: it does not answer.
        """
        self.statements("national")


@cache
def _query(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
