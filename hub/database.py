"""The database: SQLite in ``var/`` by default, PostgreSQL by setting. The only file that meets a driver's errors.

Work is handed in as a function of a connection, so that it can be done again: when the connection was lost, or another
writer was in the way. Every write carries a command id that is stored in the same transaction, so doing it again
never writes twice, even when only the answer to the commit was lost.
"""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
import structlog
from alembic import command as alembic
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.dialects import postgresql, sqlite

from hub.engines import LOCK_S, WRITE, give_time, is_outside, is_passing, make_folder, open_engine
from hub.errors import ContentError, Rejected, Unavailable
from hub.settings import ROOT
from hub.tables import command

log = structlog.get_logger(__name__)

T = TypeVar("T")

Connection = sa.Connection
"""What work is handed; services pass it on to stores and to the trail."""

_ATTEMPTS: Final = 6
_PAUSE_S: Final = 0.05
"""Before the second attempt; twice as long before each one after it."""
_PATIENCE_S: Final = 4.0
"""No attempt begins later than this after the first, so that a visitor knows within seconds."""
_MIGRATION_LOCK: Final = 7_021_177
"""Any number that nothing else locks in the same database."""
_COMMAND_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

# Made once, because every write of every visitor needs them.
_BEGIN: Final = {
    "sqlite": sqlite.insert(command).on_conflict_do_nothing().returning(command.c.id),
    "postgresql": postgresql.insert(command).on_conflict_do_nothing().returning(command.c.id),
}
_FINISH: Final = command.update().where(command.c.id == sa.bindparam("command_id")).values(result=sa.bindparam("found"))
_FIND: Final = sa.select(command).where(command.c.id == sa.bindparam("command_id"))


class Database:
    """One database, whichever it is."""

    scripts: str = str(ROOT / "migrations")
    """Where the migrations are."""

    def __init__(self, url: str) -> None:
        """Prepare the connections; nothing is opened before the first use.

        Args:
            url: ``sqlite:///<file>`` or ``postgresql+psycopg://…``.
        """
        self.url = sa.make_url(url)
        self.kind = self.url.get_backend_name()
        make_folder(self.url)
        self._engine = open_engine(self.url)
        self._turn = threading.Lock()

    def migrate(self) -> None:
        """Bring the tables up to date. Two processes may do so at once: the second waits and finds nothing left to do.

        Raises:
            ContentError: the database was made by a newer version of the hub.
            Unavailable: the database does not answer.
        """
        with self.rebuild() as connection:
            self.upgrade(connection, "head")

    @contextmanager
    def rebuild(self) -> Iterator[sa.Connection]:
        """Hold one transaction that may change tables, alone, and with the time that takes.

        Raises:
            Unavailable: the database does not answer; nothing was changed.
        """
        with _mapped(), self._engine.connect().execution_options(**{WRITE: True}) as connection:
            give_time(connection)
            with connection.begin():
                if self.kind == "postgresql":
                    connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
                    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                    # From here on others may wait for us, and we for them: not for long.
                    connection.execute(sa.text("SET LOCAL lock_timeout = '30s'"))
                yield connection
                if self.kind == "sqlite":
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if broken:
                        raise ContentError("database", broken[0], f"a row refers to a row of {broken[2]} that is gone")

    def upgrade(self, connection: sa.Connection, revision: str) -> None:
        """Bring the tables to a revision, inside a transaction of ``rebuild``.

        Raises:
            ContentError: the database was made by a newer version of the hub.
        """
        try:
            alembic.upgrade(self.migrations(connection), revision)
        except CommandError as cause:
            raise ContentError("migrations", str(self.revision(connection)), str(cause)) from cause

    def revision(self, connection: sa.Connection) -> str | None:
        """Return the revision of the tables; nothing where there are none."""
        return MigrationContext.configure(connection).get_current_revision()

    def revisions(self) -> list[str]:
        """Return every revision this version of the hub knows, oldest first."""
        script = ScriptDirectory.from_config(self.migrations())
        return [revision.revision for revision in script.walk_revisions()][::-1]

    def migrations(self, connection: sa.Connection | None = None) -> Config:
        """Return the configuration of the migrations, over a connection."""
        config = Config()
        config.set_main_option("script_location", self.scripts)
        config.set_main_option("path_separator", "os")
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

        mine = {"id": command_id, "kind": kind, "by": by, "result": {}, "done_at": at}

        def guarded(connection: sa.Connection) -> Any:
            # First of all, so that the same command given twice at once waits here for the one that came before.
            if connection.execute(_BEGIN[self.kind], mine).first():
                result = work(connection)
                connection.execute(_FINISH, {"command_id": command_id, "found": {"value": result}})
                return result
            found = connection.execute(_FIND, {"command_id": command_id}).one()
            if (found.kind, found.by) != (kind, by):
                raise Rejected("command")
            return found.result["value"]

        return self.write(guarded)

    def check(self) -> None:
        """See whether the database answers and has its tables.

        Raises:
            Unavailable: it does not.
        """
        try:
            self.read(lambda connection: connection.execute(sa.select(command.c.id).limit(1)).all())
        except sa.exc.ProgrammingError as cause:
            raise Unavailable("the database has no tables") from cause

    def close(self) -> None:
        """Let every connection go."""
        self._engine.dispose()

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Hold one unchanging view of everything, for a backup; rows come a few at a time.

        Raises:
            Unavailable: the database does not answer.
        """
        options: dict[str, Any] = {"stream_results": True, "yield_per": 500}
        if self.kind == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _mapped(), self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def _run(self, work: Callable[[sa.Connection], T], *, write: bool) -> T:
        started = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with (
                    self._in_turn(write=write),
                    self._engine.connect().execution_options(**{WRITE: write}) as connection,
                    connection.begin(),
                ):
                    return work(connection)
            except (sa.exc.DBAPIError, sa.exc.TimeoutError) as cause:
                if not is_outside(cause):
                    raise
                late = time.monotonic() - started > _PATIENCE_S
                if late or attempt == _ATTEMPTS or not is_passing(cause):
                    raise _unavailable(cause) from cause
                log.info("database_again", attempt=attempt, error=_said(cause))
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    @contextmanager
    def _in_turn(self, *, write: bool) -> Iterator[None]:
        """Let the writers of this process to SQLite one at a time; SQLite itself lets whoever asks at a lucky moment."""
        if not write or self.kind != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=LOCK_S):
            raise sa.exc.TimeoutError("other writers of this process take too long")
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as cause:
        if not is_outside(cause):
            raise
        raise _unavailable(cause) from cause


def _unavailable(cause: Exception) -> Unavailable:
    log.warning("database_unavailable", error=_said(cause))
    return Unavailable("the database does not answer")


def _said(cause: Exception) -> str:
    """Return what the driver said, without the statement, whose values are people's."""
    return str(cause.__cause__ or cause)[:300]
