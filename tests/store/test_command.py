"""What an operator is told at the command line, and how each command ends."""

import datetime as dt
import re
from pathlib import Path

import pytest

from hub.backup import LEFT_OUT
from hub.command import main
from hub.database import Database
from hub.tables import draft, metadata
from tests.store.rows import everything, fill, row

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


class Operator:
    """Gives commands, and hears what is said."""

    def __init__(self, capsys, var: Path) -> None:
        self.var, self._capsys = var, capsys

    def gives(self, *arguments: str, at: dt.datetime = NOW, **environ: str) -> tuple[int, str, str]:
        code = main(arguments, {"HUB_VAR": str(self.var), **environ}, lambda: at)
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def database(self) -> Database:
        return Database(f"sqlite:///{self.var / 'hub.sqlite'}")


@pytest.fixture
def operator(capsys, tmp_path) -> Operator:
    return Operator(capsys, tmp_path / "var")


def test_records_go_from_sqlite_to_postgresql_and_back(operator, postgres_url, tmp_path):
    operator.gives("migrate")
    operator.database().write(lambda c: fill(c, metadata))
    before = operator.database().read(lambda c: everything(c, metadata))
    _, said, _ = operator.gives("backup")
    there = operator.gives("restore", re.findall(r"Written: (\S+),", said)[0], HUB_DATABASE_URL=postgres_url)
    _, said, _ = operator.gives("backup", at=NOW + dt.timedelta(days=1), HUB_DATABASE_URL=postgres_url)
    operator.var = tmp_path / "other"
    back = operator.gives("restore", re.findall(r"Written: (\S+),", said)[0])
    after = operator.database().read(lambda c: everything(c, metadata))

    rows = sum(len(found) for table, found in before.items() if table not in LEFT_OUT)
    assert there[0] == back[0] == 0 and there[1].startswith(
        f"Restored: {rows} rows as they were at 2026-11-23 08:00:00 UTC."
    )
    for table in ("person", "role", "plan", "plan_item", "plan_comment", "plan_event", "draft"):
        assert after[table] == before[table]


def test_migrate_says_the_revision(operator):
    newest = operator.database().revisions()[-1]

    assert operator.gives("migrate") == (0, f"The tables are up to date: revision {newest}.\n", "")


def test_a_backup_of_a_database_without_tables_is_refused(operator):
    code, out, err = operator.gives("backup")

    assert (code, out) == (1, "") and "Run migrate first." in err


def test_a_restore_over_rows_is_refused(operator):
    operator.gives("migrate")
    operator.database().write(lambda c: fill(c, metadata))
    _, said, _ = operator.gives("backup")
    code, out, err = operator.gives("restore", re.findall(r"Written: (\S+),", said)[0])

    assert (code, out) == (1, "") and "into an empty database only" in err


def test_a_file_that_is_not_there_is_named(operator):
    code, _, err = operator.gives("restore", "/none/such")

    assert code == 1 and err == "/none/such cannot be read as a backup: No such file or directory.\n"


def test_a_database_that_does_not_answer_ends_with_three(operator):
    code, _, err = operator.gives("migrate", HUB_DATABASE_URL="postgresql+psycopg://n@127.0.0.1:1/none")

    assert code == 3 and err.startswith("Not done: the database does not answer.")


def test_a_setting_that_cannot_be_used_is_named(operator):
    code, _, err = operator.gives("tick", HUB_RETENTION="dog=1")

    assert code == 1 and err.startswith("environment: HUB_RETENTION: dog is not a kind of data")


@pytest.mark.parametrize("wrong", [[], ["destroy"], ["restore"]])
def test_a_command_that_does_not_exist_ends_with_two(operator, wrong):
    with pytest.raises(SystemExit, match="2"):
        operator.gives(*wrong)


def test_tick_does_what_is_due_and_says_what(operator):
    operator.gives("migrate")
    old = {**row(draft, 1), "saved_at": NOW - dt.timedelta(days=31)}
    operator.database().write(lambda c: c.execute(draft.insert().values(old)))

    assert operator.gives("tick") == (
        0,
        "retention: draft 1\nrounds: closed 0\nforum: planted 12\nforum-changes: trimmed 0\nletters: nothing to do\n",
        "",
    )
    assert operator.gives("tick") == (0, "Nothing is due.\n", "")
