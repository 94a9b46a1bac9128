"""The databases of the store tests, for the faults that take long."""

from tests.store.conftest import postgres_server, postgres_url, sqlite_url

__all__ = ["postgres_server", "postgres_url", "sqlite_url"]
