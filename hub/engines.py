"""The two kinds of database: how each is opened, and what its driver's errors mean."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from hub.errors import Rejected

CONNECT_S: Final = 4
"""How long a server may take to let us in."""
STATEMENT_S: Final = 8
"""How long a server may take over one statement; ours take milliseconds."""
SILENCE_S: Final = 9
"""How long a server may be silent before we count it as gone: longer than a statement may take."""
LOCK_S: Final = 5
"""How long a write waits for another one."""
WRITE: Final = "hub_write"
"""The execution option of a connection that is going to write."""
_WAL_PAUSE_S: Final = 0.02

_LOST_RACE: Final = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a transaction that lost against another one."""
_STARTING: Final = frozenset({"57P03", "53300"})
"""PostgreSQL's codes for a server that lets nobody in just now: it is starting, or has its hands full."""


class Impatient(psycopg.Connection[Any]):
    """A connection that gives up on a server that has gone silent, which neither TCP nor the server's own limits tell."""

    silence_s: float | None = SILENCE_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server's answer, and let the connection go when none comes."""
        try:
            return super().wait(gen, interval, timeout or self.silence_s)
        except psycopg.errors._WaitTimeout as cause:  # noqa: SLF001 - it has no public name
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError("the server has gone silent") from cause


def open_engine(url: sa.URL) -> sa.Engine:
    """Prepare the connections to a database; nothing is opened before the first use."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, pool_size=8, max_overflow=8, pool_timeout=LOCK_S, hide_parameters=True)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = sa.create_engine(
            url,
            hide_parameters=True,  # people's words, which an error would carry into the log
            pool_size=8,
            max_overflow=8,
            pool_timeout=LOCK_S,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_S,
                "options": f"-c statement_timeout={STATEMENT_S * 1000} -c lock_timeout={LOCK_S * 1000}"
                " -c default_transaction_isolation=read\\ committed -c timezone=UTC",
                # A network that swallows everything is noticed this way; without, the system waits for two hours.
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 2,
                "tcp_user_timeout": SILENCE_S * 1000,
            },
        )
        sa.event.listen(engine, "do_connect", _connect_postgresql)
    sa.event.listen(engine, "before_cursor_execute", _refuse_unstorable)
    return engine


def give_time(connection: sa.Connection) -> None:
    """Settle a connection for work that may take long, such as changing tables, and that nobody shares.

    The connection is not used again afterwards. On SQLite references are not watched meanwhile: Alembic changes a
    table there by building it anew and dropping the old one, which would take every row that refers to it along.
    """
    driver: Any = connection.connection.driver_connection
    connection.detach()
    if isinstance(driver, Impatient):
        driver.silence_s = None
    else:
        # Past SQLAlchemy, because these do nothing inside a transaction.
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("PRAGMA busy_timeout=120000")


def is_passing(error: Exception) -> bool:
    """Tell whether the same work may succeed at once: a connection was lost, or another writer was in the way."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or code in _LOST_RACE | _STARTING
        # Without a code no server has spoken: it could not be reached.
        or (isinstance(error.orig, psycopg.OperationalError) and not code)
        or "database is locked" in str(error.orig)
    )


def is_outside(error: Exception) -> bool:
    """Tell whether the fault lies with the database and not with what was asked of it."""
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, sa.exc.TimeoutError)
    return error.connection_invalidated or isinstance(
        error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.InternalError
    )


def _connect_postgresql(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
    return Impatient.connect(*arguments, **named)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Settle one connection; transactions are begun by us, so the driver's own way of beginning them is switched off."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={LOCK_S * 1000}")
    _write_ahead(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Turn on the write-ahead log, which is kept in the file; SQLite does not wait when another process does so too."""
    deadline = time.monotonic() + LOCK_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at the beginning of a write, where waiting for it is possible."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN")


def _refuse_unstorable(
    _connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, _executemany: Any
) -> None:
    """Refuse the texts that PostgreSQL cannot hold on SQLite too, so that a backup of one fits the other.

    Raises:
        Rejected: ``text``, with a NUL or half a pair of surrogates; services take these out beforehand.
    """
    for value in _values(parameters):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Rejected("text") from None
        if "\0" in value:
            raise Rejected("text")


def _values(parameters: Any) -> Iterator[str]:
    """Yield the texts among the parameters of a statement: a tuple, a mapping, or many of them."""
    for value in parameters.values() if isinstance(parameters, Mapping) else parameters or ():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping | tuple | list):
            yield from _values(value)


def make_folder(url: sa.URL) -> None:
    """Make the folder of an SQLite file where that is possible; if not, the first use tells."""
    if url.get_backend_name() == "sqlite" and url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
