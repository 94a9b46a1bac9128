"""Measure the mart: its start, every dashboard query, and answers counted beside pandas and SQLite.

Usage: ``python bench/mart.py [--quick]``. The answers are generated here and their rounds are called so; 1 and 10 million
rows, with ``--quick`` 100 000. A line is

    BENCH <name> <value> <unit> [| <peer> <value> <unit> | ratio <r>]

A query's value, asked anew each time, is the 95th percentile, against a goal that is printed and not enforced. Raw on raw asks the answer rows
of all three; count on count asks the same of level counts. There the best of some turns counts, ours and the peers' in
turn, because a shared machine has good and bad minutes. A ratio above one says that the peer takes longer.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import duckdb
import pandas as pd

from hub.survey.mart import Mart

DATA = Path(__file__).resolve().parent.parent / "data"
ROUND, QUESTION, REGION = "generated-6", "question-07", "M"
ROUNDS, QUESTIONS, CHOICES = 6, 24, 6
GOAL_MS = {100_000: 50, 1_000_000: 50, 10_000_000: 150}
RUNS = 200
Ask = Callable[[], object]

GENERATE = f"""
copy (
    select
        'generated-' || (hash(i, 1) % {ROUNDS} + 1) as round,
        codes[(hash(i, 2) % 21 + 1)::integer] as region,
        'question-' || lpad((hash(i, 3) % {QUESTIONS} + 1)::varchar, 2, '0') as question,
        (hash(i, 4) % {CHOICES})::utinyint as choice,
        1::uinteger as n
    from range($rows) generated(i),
        (select list(code order by scb) as codes from read_csv($regions, header = true, all_varchar = true))
) to '{{file}}' (format parquet)
"""  # noqa: S608 - our own numbers

ASKED = {
    "round": "select question, choice, sum(n) from {table} where round = ? group by question, choice",
    "rounds": "select round, question, choice, sum(n) from {table} where question = ? group by round, question, choice",
    "region-means": "select region, question, sum(choice * n) * 1.0 / sum(n) from {table} where round = ? group by region, question",
    "all-rounds": "select round, question, choice, sum(n) from {table} group by round, question, choice",
}
GIVEN: Mapping[str, list[str]] = {"round": [ROUND], "rounds": [QUESTION], "region-means": [ROUND], "all-rounds": []}


@dataclass(frozen=True)
class Peers:
    """The same answers in three places, asked by name."""

    duckdb: duckdb.DuckDBPyConnection
    pandas: pd.DataFrame
    sqlite: sqlite3.Connection

    def asks(self, name: str) -> Mapping[str, Ask]:
        """Return the question put to each."""
        sql, given = ASKED[name].format(table="answer"), GIVEN[name]
        return {
            "duckdb": lambda: self.duckdb.execute(sql, given).fetchall(),
            "pandas": lambda: ask_pandas(self.pandas, name),
            "sqlite3": lambda: self.sqlite.execute(sql, given).fetchall(),
        }


def ask_pandas(frame: pd.DataFrame, name: str) -> object:
    """Put the question to a frame whose texts are categories."""
    if name == "all-rounds":
        return frame.groupby(["round", "question", "choice"], observed=True)["n"].sum()
    if name == "rounds":
        held = frame[frame["question"] == QUESTION]
        return held.groupby(["round", "question", "choice"], observed=True)["n"].sum()
    held = frame[frame["round"] == ROUND]
    if name == "round":
        return held.groupby(["question", "choice"], observed=True)["n"].sum()
    weighed = held.assign(product=held["choice"].astype("int64") * held["n"])
    sums = weighed.groupby(["region", "question"], observed=True)[["product", "n"]].sum()
    return sums["product"] / sums["n"]


def dashboard(mart: Mart) -> Mapping[str, Ask]:
    """Return every query that a page can put to the mart."""
    return {
        "marks": mart.marks,
        "marks-chart": lambda: mart.marks("use"),
        "statements": mart.statements,
        "statements-section": lambda: mart.statements(section="4.6"),
        "statement": lambda: mart.statement("drop-in"),
        "contradictions": mart.contradictions,
        "unknowns": mart.unknowns,
        "lists": mart.lists,
        "items": mart.items,
        "items-search": lambda: mart.items(level="inbox", words="tid"),
        "series": mart.series,
        "series-one": lambda: mart.one_series("norway-gp-share"),
        "regions": mart.regions,
        "regions-route": lambda: mart.regions(route="separate"),
        "region": lambda: mart.region("AB"),
        "round-counts": lambda: mart.round_counts(ROUND),
        "round-counts-region": lambda: mart.round_counts(ROUND, regions=(REGION,)),
        "question-counts": lambda: mart.question_counts(QUESTION),
        "region-means": lambda: mart.region_means(ROUND),
        "quartiles": lambda: mart.quartiles(ROUND),
    }


def took_ms(ask: Ask) -> float:
    """Ask, and return how long it took in milliseconds."""
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def say(name: str, value: float, unit: str, rest: str = "") -> None:
    """Print one figure."""
    print(f"BENCH {name} {value:.4g} {unit}{rest}", flush=True)


def peers(duck: duckdb.DuckDBPyConnection) -> Peers:
    """Copy DuckDB’s answers to the other two."""
    frame = duck.execute("select * from answer").df()
    lite = sqlite3.connect(":memory:")
    lite.execute("create table answer (round text, region text, question text, choice integer, n integer)")
    reader = duck.cursor().execute("select * from answer")
    while rows := reader.fetchmany(100_000):
        lite.executemany("insert into answer values (?, ?, ?, ?, ?)", rows)
    return Peers(duck, frame, lite)


def compare(kind: str, rows: int, held: Peers, turns: int) -> None:
    """Put each question to all three in turn, and print the best of each beside DuckDB’s."""
    for name in ASKED:
        asks = held.asks(name)
        best = {who: min(took_ms(ask) for _ in range(turns)) for who, ask in asks.items()}
        ours = best.pop("duckdb")
        for who, value in best.items():
            say(f"{kind}-{name}-{rows}", ours, "ms", f" | {who} {value:.4g} ms | ratio {value / ours:.2f}")


def measure(rows: int, folder: Path, turns: int) -> None:
    """Measure everything with so many generated answers."""
    file = folder / f"generated-{rows}.parquet"
    duckdb.execute(GENERATE.format(file=file), {"rows": rows, "regions": str(DATA / "regions" / "regions.csv")})
    begun = time.perf_counter()
    mart = Mart(DATA, file, remembered=0)
    say(f"mart-build-{rows}", time.perf_counter() - begun, "s")

    goal = GOAL_MS[rows]
    visitors(mart, f"fifty-at-once-{rows}")
    visitors(Mart(DATA, file), f"fifty-at-once-remembered-{rows}")
    for name, ask in dashboard(mart).items():
        ask()
        p95 = sorted(took_ms(ask) for _ in range(RUNS))[RUNS * 95 // 100]
        say(f"query-{name}-{rows}", p95, "ms", f" | goal {goal} ms | {'within' if p95 < goal else 'OVER'}")

    duck = duckdb.connect(":memory:", config={"threads": 2})
    # Texts as enumerations, as pandas holds them as categories.
    for column in ("round", "region", "question"):
        duck.execute(f"create type {column}_name as enum (select distinct {column} from '{file}' order by 1)")  # noqa: S608
    duck.execute(
        "create table answer as select round::round_name as round, region::region_name as region, "  # noqa: S608
        f"question::question_name as question, choice, n from '{file}'"
    )
    compare("raw-on-raw", rows, peers(duck), turns)

    counts = duckdb.connect(":memory:", config={"threads": 2})
    counts.execute(
        "create table answer as select round, region, question, choice, sum(n)::uinteger as n "  # noqa: S608
        f"from '{file}' group by all"
    )
    compare("count-on-count", rows, peers(counts), turns * 10)


def visitors(mart: Mart, name: str) -> None:
    """Let fifty ask for the regions at once, ten times each, and print the 95th percentile."""
    with ThreadPoolExecutor(50) as pool:
        waits = sorted(pool.map(lambda _: took_ms(mart.regions), range(500)))
    say(name, waits[len(waits) * 95 // 100], "ms")


def main() -> None:
    """Measure at each size, and say how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 000 rows only")
    quick = parser.parse_args().quick
    say("load-before", os.getloadavg()[0], "waiting")
    builds = sorted(took_ms(lambda: Mart(DATA)) / 1000 for _ in range(5))
    say("mart-build-0", builds[-1], "s", " | slowest of 5, goal 2 s")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        for rows in (100_000,) if quick else (1_000_000, 10_000_000):
            measure(rows, Path(folder), 3)
    say("load-after", os.getloadavg()[0], "waiting")


if __name__ == "__main__":
    main()
