"""Writes commands to a database as fast as it can, and says the number of each once it is written.

Usage: ``python tests/store/writer.py <url> <first number>``; it goes on until it is killed.
"""

import datetime as dt
import itertools
import os
import sys
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import sqlalchemy as sa  # noqa: E402

from hub import audit  # noqa: E402
from hub.database import Database  # noqa: E402
from hub.tables import draft  # noqa: E402

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
THREADS = 4


def name(number: int) -> str:
    return f"command-{number:06}"


def write(database: Database, number: int) -> None:
    """One command that writes three rows, the last of which would be there twice if the command were done twice."""

    def work(connection: sa.Connection) -> int:
        for half in ("left", "right"):
            connection.execute(
                draft.insert().values(owner=name(number), id=half, text="å" * 500, base="", version=1, saved_at=NOW)
            )
        audit.note(connection, by="person:a", action="test.write", thing=name(number), at=NOW, facts={"n": number})
        return number

    assert database.once(name(number), "test.write", "person:a", work, NOW) == number


def keep_writing(database: Database, numbers: "itertools.count[int]") -> None:
    while True:
        number = next(numbers)
        write(database, number)
        os.write(1, f"{number}\n".encode())  # one call, so that a line is whole or not there


if __name__ == "__main__":
    ours, upwards = Database(sys.argv[1]), itertools.count(int(sys.argv[2]))
    threads = [Thread(target=keep_writing, args=(ours, upwards)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
