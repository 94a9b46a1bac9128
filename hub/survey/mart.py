"""The mart behind the dashboards: DuckDB in memory, built at start from ``data/``. The only module that speaks DuckDB.

Each query is a file in ``sql/``; the dashboards read nothing else. What comes out is in ``hub.survey.facts``.
"""

import re
import tempfile
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from hub.errors import ContentError, NotFound, Unavailable
from hub.origin import Origin, read_origin
from hub.survey.facts import (
    Chart,
    ChoiceCount,
    Contradiction,
    Item,
    ItemList,
    Mark,
    Quartiles,
    RegionFacts,
    RegionMean,
    Series,
    Statement,
    Trace,
    Unknown,
    Value,
)

_Found = TypeVar("_Found")

_SQL = Path(__file__).parent / "sql"
_BUILT_FROM: Final = {
    "build_survey": "survey_2020",
    "build_lists": "survey_2020_lists",
    "build_indicators": "indicators",
    "build_regions": "regions",
}
"""The folder of ``data/`` that each table is built from, in this order."""
_FILE: Final = re.compile(r"/(\w+\.csv)'")


class Mart:
    """The tables, and one method for each query."""

    def __init__(self, data: Path, answers: Path | None = None, *, remembered: int = 256) -> None:
        """Build the tables.

        Args:
            data: the folder with a folder for each dataset.
            answers: a Parquet file with the columns round, region, question, choice and n, one row an answer or an
                amount of equal ones; counted as they are read.
            remembered: how many answered queries to keep; the tables never change once they are built.

        Raises:
            ContentError: a dataset is not what its origin says, or cannot be read.
        """
        self.origins = {folder: read_origin(data / folder) for folder in _BUILT_FROM.values()}
        self._asked = lru_cache(maxsize=remembered)(self._ask)
        self._connection = duckdb.connect(":memory:", config={"enable_external_access": True})
        for script, folder in _BUILT_FROM.items():
            self._build(script, data / folder, {"folder": str(data)})
            self._count(data / folder, self.origins[folder])
        self._build("build_unknowns", data, {"folder": str(data)})
        self._build("build_answers", data, {})
        if answers is not None:
            self._build("fill_answers", answers, {"file": str(answers)})
        # Everything is read; from here on a query reaches no file.
        self._connection.execute("set enable_external_access = false")
        # The tables are small: sharing a query among threads takes longer than the query, most of all on a busy machine.
        self._connection.execute("set threads = 1")

    @property
    def origin(self) -> Origin:
        """Where the statements of 2020 come from."""
        return self.origins["survey_2020"]

    # The survey of 2020

    def marks(self, chart: Chart | None = None) -> tuple[Mark, ...]:
        """Return what can be drawn out of 18 regions, for one chart or all of it, the most regions first.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(
            Mark(id_, section, _words(text), _words(quantifier), low, high, precision)
            for id_, section, *text_and_word, low, high, precision in self._rows("marks", chart=chart)
            for text, quantifier in [(text_and_word[:2], text_and_word[2:])]
        )

    def statements(self, *, section: str | None = None, topic: str | None = None) -> tuple[Statement, ...]:
        """Return what the report says, in its order.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(map(_statement, self._rows("statements", id=None, section=section, topic=topic)))

    def statement(self, id_: str) -> Statement:
        """Return one statement.

        Raises:
            NotFound: there is none with that id.
            Unavailable: the mart does not answer.
        """
        return _statement(_only(self._rows("statements", id=id_, section=None, topic=None), "statement", id_))

    def contradictions(self, *, statement: str | None = None) -> tuple[Contradiction, ...]:
        """Return where the report and its sources disagree, all or those that concern one statement.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(
            Contradiction(id_, kind, tuple(sections), tuple(statements), _words(text))
            for id_, kind, sections, statements, *text in self._rows("contradictions", statement=statement)
        )

    def unknowns(self, about: str | None = None) -> tuple[Unknown, ...]:
        """Return what the sources do not say, of everything or of ``survey``, ``indicators`` or ``regions``.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(
            Unknown(id_, about, place, _words(text)) for id_, about, place, *text in self._rows("unknowns", about=about)
        )

    def lists(self) -> tuple[ItemList, ...]:
        """Return the lists of the report, in its order.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(
            ItemList(id_, whose, _words(title), extent, items)
            for id_, whose, *title, extent, items in self._rows("lists")
        )

    def items(self, *, list_: str | None = None, level: str | None = None, words: str = "") -> tuple[Item, ...]:
        """Return lines of the lists.

        Args:
            list_: of this list only.
            level: that lead to this level only.
            words: that hold each of these words, in either language and any case.

        Raises:
            Unavailable: the mart does not answer.
        """
        rows = self._rows("items", list=list_, level=level, words=tuple(words.lower().split()))
        return tuple(
            Item(id_, of, position, _words([sv, en]), tuple(sections), tuple(levels), tuple(requirements), demo)
            for id_, of, position, sv, en, sections, levels, requirements, demo in rows
        )

    # Since then

    def series(self, *, topic: str | None = None, country: str | None = None) -> tuple[Series, ...]:
        """Return published numbers, one series a definition.

        Raises:
            Unavailable: the mart does not answer.
        """
        return _series(self._rows("series", id=None, topic=topic, country=country))

    def one_series(self, id_: str) -> Series:
        """Return the numbers of one definition.

        Raises:
            NotFound: there is no such series.
            Unavailable: the mart does not answer.
        """
        return _only(_series(self._rows("series", id=id_, topic=None, country=None)), "series", id_)

    def regions(self, *, route: str | None = None, healthcare: str | None = None) -> tuple[RegionFacts, ...]:
        """Return regions with what is publicly known of them, in the order of the county codes.

        Args:
            route: those with a trace of this route by our reading; ``unknown`` takes in those without traces.
            healthcare: those of this healthcare region; Halland belongs to two.

        Raises:
            Unavailable: the mart does not answer.
        """
        return _regions(self._rows("regions", code=None, route=route, healthcare=healthcare))

    def region(self, code: str) -> RegionFacts:
        """Return one region by its letter code.

        Raises:
            NotFound: there is no such region.
            Unavailable: the mart does not answer.
        """
        return _only(_regions(self._rows("regions", code=code, route=None, healthcare=None)), "region", code)

    # Answers of coming rounds

    def round_counts(self, round_: str, *, regions: tuple[str, ...] | None = None) -> tuple[ChoiceCount, ...]:
        """Return how many chose what in a round, of all regions or of some.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(ChoiceCount(*row) for row in self._rows("answers_round", round=round_, regions=regions))

    def question_counts(self, question: str, *, region: str | None = None) -> tuple[ChoiceCount, ...]:
        """Return how many chose what for a question in each round.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(ChoiceCount(*row) for row in self._rows("answers_rounds", question=question, region=region))

    def region_means(self, round_: str) -> tuple[RegionMean, ...]:
        """Return each region's mean choice for each question of a round.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(RegionMean(*row) for row in self._rows("answers_regions", round=round_))

    def quartiles(self, round_: str) -> tuple[Quartiles, ...]:
        """Return the quartiles of each question of a round.

        Raises:
            Unavailable: the mart does not answer.
        """
        return tuple(Quartiles(*row) for row in self._rows("answers_quartiles", round=round_))

    def check(self) -> None:
        """Ask the tables something, whatever is remembered.

        Raises:
            Unavailable: it does not answer.
        """
        self._ask("marks", (("chart", "national"),))

    def _rows(self, query: str, **given: Hashable) -> Sequence[tuple[Any, ...]]:
        return self._asked(query, tuple(given.items()))

    def _ask(self, query: str, given: tuple[tuple[str, Hashable], ...]) -> Sequence[tuple[Any, ...]]:
        try:
            # A cursor of its own: one connection may not be used by two threads at once.
            return tuple(self._connection.cursor().execute(_query(query), dict(given)).fetchall())
        except duckdb.Error as cause:
            raise Unavailable("the mart does not answer") from cause

    def _build(self, script: str, folder: Path, given: dict[str, str]) -> None:
        """Run a script. Only the statements that name a parameter may be given one."""
        for statement in self._connection.extract_statements(_query(script)):
            try:
                self._connection.execute(statement, given if statement.named_parameters else None)
            except duckdb.Error as cause:
                # A broken constraint does not say which file the row came from; the statement that read it does.
                read = _FILE.search(statement.query)
                raise ContentError(folder / read[1] if read else folder, "", str(cause)) from cause

    def _count(self, folder: Path, origin: Origin) -> None:
        for file in origin.files:
            found = self._rows("rows", file=str(folder / file.name))[0][0]
            if found != file.rows:
                raise ContentError(folder / file.name, "rows", f"{found}, origin.yaml says {file.rows}")


def parquet(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Collection[str], about: Mapping[str, str]
) -> bytes:
    """Return a table as a Parquet file, made in a database of its own.

    Args:
        columns: their names.
        rows: text, or whole numbers or nothing.
        numbers: the columns that hold whole numbers.
        about: what the file says of itself, by name.

    Raises:
        Unavailable: the file cannot be written.
    """
    kinds = ", ".join(f"{_quoted(name)} {'integer' if name in numbers else 'varchar'}" for name in columns)
    told = ", ".join(f"{_quoted(name)}: {_literal(text)}" for name, text in about.items())
    try:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.execute(f"create table held ({kinds})")
            if rows:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(f"insert into held values ({marks})", [list(row) for row in rows])  # noqa: S608 - question marks
            file = Path(folder) / "held.parquet"
            connection.execute(f"copy held to {_literal(str(file))} (format parquet, kv_metadata {{{told}}})")
            return file.read_bytes()
    except (duckdb.Error, OSError) as cause:
        raise Unavailable("the file cannot be written") from cause


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _words(pair: Sequence[str]) -> dict[str, str]:
    return {"sv": pair[0], "en": pair[1]}


def _statement(row: Sequence[Any]) -> Statement:
    id_, chart, topic, section, heading, *words, basis, low, high, whole, base, unit = row[:15]
    return Statement(
        id_, chart or None, topic, section, heading, _words(words[:2]), _words(words[2:]), basis, low, high, whole, base,
        unit, _words(row[15:17]), row[17], _words(row[18:20]),
    )  # fmt: skip


def _series(rows: Iterable[Sequence[Any]]) -> tuple[Series, ...]:
    found = []
    for head, of_one in groupby(rows, key=lambda row: row[:10]):
        id_, topic, kind, country, *words = head
        values = tuple(map(_value, of_one))
        found.append(
            Series(id_, topic, kind, country, _words(words[:2]), _words(words[2:4]), _words(words[4:]), values)
        )
    return tuple(found)


def _value(row: Sequence[Any]) -> Value:
    id_, region, starts_on, ends_on, period, value, bound, source, url, published, confidence, *note = row[10:]
    return Value(
        id_, region, starts_on, ends_on, period, value, bound, source, url, published, confidence, _words(note)
    )


def _regions(rows: Iterable[Sequence[Any]]) -> tuple[RegionFacts, ...]:
    found = []
    for head, of_one in groupby(rows, key=lambda row: row[:9]):
        code, name, short, county, seat, population, population_on, healthcare, hospital = head
        traces = tuple(_trace(code, row[9:]) for row in of_one if row[9])
        found.append(
            RegionFacts(code, name, short, county, seat, population, population_on, tuple(healthcare), hospital, traces)
        )
    return tuple(found)


def _trace(region: str, row: Sequence[Any]) -> Trace:
    id_, sv, en, routes, stage, from_year, to_year, estimated, sources, confidence = row
    return Trace(
        id_, region, _words([sv, en]), tuple(routes), stage, from_year, to_year, estimated, tuple(sources), confidence
    )


def _only(found: Sequence[_Found], kind: str, name: str) -> _Found:
    if not found:
        raise NotFound(kind, name)
    return found[0]


@cache
def _query(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
