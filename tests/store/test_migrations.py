"""The tables are what the migrations build, and rows outlive a migration."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hub.database import Database
from hub.errors import ContentError, Unavailable
from hub.settings import ROOT
from hub.tables import metadata
from tests.store.rows import everything, fill

LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = {before!r}


def upgrade() -> None:
    # A changed type: SQLite builds the table anew and drops the old one, to which others refer.
    for name in ("person", "plan", "plan_item"):
        with op.batch_alter_table(name) as batch:
            batch.alter_column("version", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
            batch.add_column(sa.Column("added", sa.String(20), nullable=False, server_default="ny"))
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    {after}
"""


@pytest.fixture
def later(tmp_path) -> Path:
    """The migrations, and one more."""
    return add_revision(tmp_path)


def add_revision(folder: Path, after: str = "") -> Path:
    scripts = folder / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    before = Database("sqlite:///unused").revisions()[-1]
    (scripts / "versions" / "9001_later.py").write_text(LATER.format(before=before, after=after))
    return scripts


def rows_of(database: Database) -> object:
    return database.read(lambda c: everything(c, metadata))


def test_the_migrations_build_the_tables(either):
    def differences(connection: sa.Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert either.read(differences) == []


def test_a_second_migration_changes_nothing(either):
    either.write(lambda c: fill(c, metadata))
    before = rows_of(either)
    either.migrate()

    assert rows_of(either) == before


def test_rows_outlive_a_migration_that_rebuilds_the_tables_others_refer_to(either, later):
    either.write(lambda c: fill(c, metadata))
    before = rows_of(either)
    either.scripts = str(later)
    either.migrate()

    assert rows_of(either) == before
    assert either.read(lambda c: c.execute(sa.text("SELECT DISTINCT added FROM person")).scalar_one()) == "ny"
    assert either.read(either.revision) == "9001"


def test_references_are_watched_after_a_migration(either, later):
    either.write(lambda c: fill(c, metadata))
    either.scripts = str(later)
    either.migrate()
    either.write(lambda c: c.execute(sa.text("DELETE FROM person WHERE id = 'person-2'")))

    assert either.read(lambda c: c.execute(sa.text("SELECT owner FROM plan WHERE id = 'plan-2'")).scalar_one()) is None
    assert (
        either.read(lambda c: c.execute(sa.text("SELECT public_id FROM session WHERE public_id = 'session-2'")).all())
        == []
    )


@pytest.mark.parametrize(
    "after", ["raise RuntimeError('halfway')", "op.execute(\"DELETE FROM plan WHERE id = 'plan-1'\"); 1 / 0"]
)
def test_a_migration_that_fails_changes_nothing(either, tmp_path, after):
    either.write(lambda c: fill(c, metadata))
    before = rows_of(either)
    either.scripts = str(add_revision(tmp_path, after))
    with pytest.raises((RuntimeError, ZeroDivisionError)):
        either.migrate()

    assert rows_of(either) == before and either.read(either.revision) != "9001"


def test_a_migration_that_leaves_references_to_nothing_is_refused_by_sqlite(database, tmp_path):
    database.write(lambda c: fill(c, metadata))
    before = rows_of(database)
    database.scripts = str(add_revision(tmp_path, "op.execute(\"DELETE FROM plan_item WHERE id = 'item-1'\")"))
    with pytest.raises(ContentError, match="plan_item"):
        database.migrate()

    assert rows_of(database) == before


def test_a_database_made_by_a_newer_version_is_refused(either, later):
    either.scripts = str(later)
    either.migrate()
    either.scripts = str(ROOT / "migrations")

    with pytest.raises(ContentError, match="9001"):
        either.migrate()


MIGRATE = "import sys; from hub.database import Database; Database(sys.argv[1]).migrate()"


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_processes_that_migrate_at_once_all_succeed(request, kind):
    url = request.getfixturevalue(kind)
    started = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ended = [process.communicate()[1] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], ended
    database = Database(url)
    database.check()
    database.close()


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_many_that_open_a_new_database_at_once_all_succeed(request, kind):
    url = request.getfixturevalue(kind)
    databases = [Database(url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda database: database.migrate(), databases))
    for database in databases:
        database.check()
        database.close()


def test_a_database_that_does_not_answer_cannot_be_migrated():
    with pytest.raises(Unavailable):
        Database("postgresql+psycopg://nobody@127.0.0.1:1/none").migrate()


def test_a_long_migration_is_waited_for_by_the_server_and_by_us(either):
    """The limits of a visitor's statement do not hold for a migration."""
    with either.rebuild() as connection:
        if either.kind == "postgresql":
            assert connection.execute(sa.text("SHOW statement_timeout")).scalar_one() == "0"
            assert connection.connection.dbapi_connection.silence_s is None
        else:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 120_000
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 0
