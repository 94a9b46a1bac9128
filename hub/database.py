"""The database: SQLite in ``var/`` by default, PostgreSQL by setting. The only file that meets a driver's errors.

Work is handed in as a function of a connection, so that it can be done again: when the connection was lost, or another
writer was in the way. Every write carries a command id that is stored in the same transaction, so doing it again
never writes twice, even when only the answer to the commit was lost.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa
import structlog
from alembic import command as alembic
from alembic.config import Config

from hub.errors import Rejected, Unavailable
from hub.settings import ROOT
from hub.tables import command

log = structlog.get_logger(__name__)

T = TypeVar("T")

Connection = sa.Connection
"""What work is handed; services pass it on to stores and to the trail."""

_ATTEMPTS: Final = 4
_PAUSE_S: Final = 0.05
"""Before the second attempt; twice as long before each one after it."""
_MIGRATION_LOCK: Final = 7_021_177
"""Any number that nothing else locks in the same database."""
_BUSY_MS: Final = 5_000
_COMMAND_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_WORTH_ANOTHER: Final = {"40001", "40P01", "55P03"}
"""PostgreSQL's codes for a transaction that lost against another one."""


class Database:
    """One database, whichever it is."""

    def __init__(self, url: str) -> None:
        """Prepare the connections; nothing is opened before the first use.

        Args:
            url: ``sqlite:///<file>`` or ``postgresql+psycopg://…``.
        """
        self.url = sa.make_url(url)
        self.kind = self.url.get_backend_name()
        if self.kind == "sqlite":
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = sa.create_engine(self.url, pool_size=8, max_overflow=8, pool_timeout=10)
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        else:
            self._engine = sa.create_engine(
                self.url,
                pool_size=8,
                max_overflow=8,
                pool_timeout=10,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 5, "options": "-c statement_timeout=15000 -c lock_timeout=5000"},
            )

    def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            Unavailable: the database does not answer.
        """
        # Two processes may start at once: the second waits, and finds nothing left to do.
        with (
            _mapped(),
            self._engine.connect().execution_options(hub_write=True) as connection,
            connection.begin(),
        ):
            if self.kind == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            alembic.upgrade(self.migrations(connection), "head")

    def migrations(self, connection: sa.Connection | None = None) -> Config:
        """Return the configuration of the migrations, over a connection."""
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["connection"] = connection
        return config

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run work that only reads, in one transaction.

        Raises:
            Unavailable: the database does not answer.
        """
        return self._run(work, write=False)

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run work that writes, in one transaction, again if the connection was lost: so it must bear to be repeated.

        Raises:
            Unavailable: the database does not answer; nothing is known to be written.
        """
        return self._run(work, write=True)

    def once(self, command_id: str, kind: str, by: str, work: Callable[[sa.Connection], Any], at: dt.datetime) -> Any:
        """Run a write that belongs to one command of one visitor; a repeat returns the first result.

        Args:
            command_id: made with the form, 8 to 64 letters, digits, ``-`` and ``_``.
            kind: what is done, such as ``plan.add-item``.
            by: the key of the visitor; another visitor cannot ask for the result.
            work: what to do; returns something JSON can hold.
            at: the present moment.

        Raises:
            Rejected: ``command``, the id is malformed or was used for something else.
            Unavailable: the database does not answer; try again with the same id.
        """
        if not _COMMAND_ID.fullmatch(command_id):
            raise Rejected("command")

        def guarded(connection: sa.Connection) -> Any:
            found = connection.execute(sa.select(command).where(command.c.id == command_id)).one_or_none()
            if found is None:
                # First, so that the same command given twice at once waits here for the one that came before.
                connection.execute(command.insert().values(id=command_id, kind=kind, by=by, result={}, done_at=at))
                result = work(connection)
                connection.execute(command.update().where(command.c.id == command_id).values(result={"value": result}))
                return result
            if (found.kind, found.by) != (kind, by):
                raise Rejected("command")
            return found.result["value"]

        return self.write(guarded)

    def check(self) -> None:
        """See whether the database answers and has its tables.

        Raises:
            Unavailable: it does not.
        """
        self.read(lambda connection: connection.execute(sa.select(command.c.id).limit(1)).all())

    def close(self) -> None:
        """Let every connection go."""
        self._engine.dispose()

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Hold one unchanging view of everything, for a backup.

        Raises:
            Unavailable: the database does not answer.
        """
        level = {} if self.kind == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with _mapped(), self._engine.connect().execution_options(**level) as connection, connection.begin():
            yield connection

    def _run(self, work: Callable[[sa.Connection], T], *, write: bool) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with (
                    self._engine.connect().execution_options(hub_write=write) as connection,
                    connection.begin(),
                ):
                    return work(connection)
            except (sa.exc.DBAPIError, sa.exc.TimeoutError) as cause:
                if attempt == _ATTEMPTS or not _passing(cause):
                    if isinstance(cause, sa.exc.DBAPIError) and not _outside(cause):
                        raise
                    log.warning("database_unavailable", error=str(cause.__cause__ or cause)[:300])
                    raise Unavailable("the database does not answer") from cause
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
        raise AssertionError("unreachable")


def _passing(error: Exception) -> bool:
    """Tell whether the same work may succeed at once: a lost connection, another writer, the same command twice."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or code in _WORTH_ANOTHER
        or "database is locked" in str(error.orig)
        or (
            isinstance(error, sa.exc.IntegrityError)
            and "pk_command" in str(error.orig).replace("command.id", "pk_command")
        )
    )


def _outside(error: sa.exc.DBAPIError) -> bool:
    """Tell whether the fault lies with the database and not with what was asked of it."""
    return error.connection_invalidated or isinstance(
        error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.InternalError
    )


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as cause:
        raise Unavailable("the database does not answer") from cause


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Settle one connection; transactions are begun by us, so the driver's own way of beginning them is switched off."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at the beginning of a write, where waiting for it is possible."""
    write = connection.get_execution_options().get("hub_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
