"""Kills a writer again and again, and looks at what it has left behind."""

import random
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from hub.database import Database
from hub.tables import audit, command, draft

WRITER = Path(__file__).with_name("writer.py")


def write_and_kill(url: str, wanted: int, lives: int, seed: int) -> tuple[set[int], int]:
    """Return the numbers that were acknowledged, and how many times the writer was killed.

    Each life begins at the lowest number not acknowledged, as a browser would ask again, so that many commands are
    given twice; it ends after a random number of acknowledgements, wherever the writer then is.
    """
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    kills = 0
    while len(acknowledged) < wanted:
        first = next(number for number in range(len(acknowledged) + 1) if number not in acknowledged)
        writer = subprocess.Popen([sys.executable, str(WRITER), url, str(first)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        enough = chance.randint(1, 2 * wanted // lives)
        for heard, line in enumerate(writer.stdout, start=1):
            acknowledged.add(int(line))
            if heard == enough:
                writer.kill()
                kills += 1
        assert writer.wait() == -9, "the writer ended by itself"
    return acknowledged, kills


def look(url: str, acknowledged: set[int]) -> None:
    """See that every acknowledged command is there exactly once, and of no command a part."""
    database = Database(url)

    def rows(connection: sa.Connection) -> tuple[dict[str, object], list[str], list[tuple[str, str]]]:
        return (
            {row.id: row.result for row in connection.execute(sa.select(command))},
            list(connection.execute(sa.select(audit.c.object).order_by(audit.c.object)).scalars()),
            [tuple(row) for row in connection.execute(sa.select(draft.c.owner, draft.c.id).order_by("owner", "id"))],
        )

    commands, traces, drafts = database.read(rows)
    if database.kind == "sqlite":
        assert database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"
    database.close()
    names = sorted(commands)

    assert {f"command-{number:06}" for number in acknowledged} <= set(names)
    assert commands == {name: {"value": int(name.removeprefix("command-"))} for name in names}
    assert traces == names
    assert drafts == [(name, half) for name in names for half in ("left", "right")]
