"""What is due is done once, whoever looks; a job that fails or dies has its turn again."""

import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from structlog.testing import capture_logs

from hub.database import Database
from hub.errors import Unavailable
from hub.settings import ROOT
from hub.timetable import AGAIN, CLAIM, Ending, Job, Timetable

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


class Counting:
    """A job that counts its runs."""

    def __init__(self, name: str = "count", every: dt.timedelta = DAY) -> None:
        self.runs = 0
        self.job = Job(name, every, self.work)

    def work(self, run) -> dict[str, object]:
        self.runs += 1
        return {"runs": self.runs, "began": run.at.isoformat()}


def test_a_new_job_is_done_at_the_first_look_and_then_when_it_is_due(either, clock):
    counting = Counting(every=DAY)
    timetable = Timetable(either, [counting.job])
    runs = []
    for passed in (dt.timedelta(), MINUTE, DAY - 2 * MINUTE, MINUTE, MINUTE, DAY):
        clock.now += passed
        timetable.tick(clock)
        runs.append(counting.runs)

    assert runs == [1, 1, 1, 2, 2, 3]


def test_the_state_tells_when_what_was_done_and_when_it_is_next(either, clock):
    timetable = Timetable(either, [Counting("first").job, Counting("second", HOUR).job])
    before = timetable.state()
    told = timetable.tick(clock)
    first, second = timetable.state()

    assert [(state.last_done_at, state.next_at, state.last_result) for state in before] == [(None, None, {})] * 2
    assert first.last_result == told["first"] == {"runs": 1, "began": NOW.isoformat()}
    assert (first.last_done_at, first.next_at, second.next_at) == (NOW, NOW + DAY, NOW + HOUR)
    assert first.claimed_until is None


def test_many_that_look_at_once_do_a_job_once(either, clock):
    counting = Counting()
    tables = [Timetable(either, [counting.job]) for _ in range(8)]
    barrier = Barrier(8)

    def look(timetable: Timetable) -> int:
        barrier.wait()
        return len(timetable.tick(clock))

    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(look, tables))

    assert counting.runs == 1 and sum(looks) == 1


def test_a_job_under_way_is_left_alone_however_long_it_takes(either, clock):
    other = Counting()

    def slow(run) -> dict[str, object]:
        for _ in range(5):
            clock.now += CLAIM - MINUTE
            run.hold()
            assert Timetable(either, [other.job]).tick(clock) == {}
        return {"slow": True}

    Timetable(either, [Job("count", DAY, slow)]).tick(clock)

    assert other.runs == 0
    assert Timetable(either, [other.job]).state()[0].last_result == {"slow": True}


def test_a_job_that_lost_its_claim_stops_and_leaves_the_result_of_the_other(either, clock):
    other, after = Counting(), []

    def sleepy(run) -> dict[str, object]:
        clock.now += CLAIM + MINUTE  # away for longer than a claim holds
        Timetable(either, [other.job]).tick(clock)
        run.hold()
        after.append("went on")
        return {}

    with capture_logs():
        told = Timetable(either, [Job("count", DAY, sleepy)]).tick(clock)

    assert told["count"]["failed"] == "Unavailable" and after == [] and other.runs == 1
    assert Timetable(either, [other.job]).state()[0].last_result["runs"] == 1


CRASH = """
import datetime as dt, os, sys
from hub.database import Database
from hub.timetable import Ending, Job, Timetable
now = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
Timetable(Database(sys.argv[1]), [Job("count", dt.timedelta(days=1), lambda run: os._exit(9))]).tick(lambda: now)
"""


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_the_claim_of_a_process_that_died_runs_out(request, clock, kind):
    database = Database(request.getfixturevalue(kind))
    database.migrate()
    ended = subprocess.run(
        [sys.executable, "-c", CRASH, database.url.render_as_string(hide_password=False)], cwd=ROOT, check=False
    )
    counting = Counting()
    timetable, runs = Timetable(database, [counting.job]), []
    for passed in (dt.timedelta(), CLAIM - MINUTE, MINUTE):
        clock.now += passed
        timetable.tick(clock)
        runs.append(counting.runs)
    database.close()

    assert ended.returncode == 9 and runs == [0, 0, 1]


def test_a_job_that_fails_is_told_and_has_its_turn_again_soon(database, clock):
    def fails(_run) -> dict[str, object]:
        raise ZeroDivisionError

    counting = Counting("after")
    timetable = Timetable(database, [Job("fails", DAY, fails), counting.job])
    with capture_logs() as logs:
        told = timetable.tick(clock)
    state = timetable.state()[0]

    assert counting.runs == 1
    assert told["fails"]["failed"] == "fault" and logs[0]["reference"] == told["fails"]["reference"]
    assert (state.last_result, state.next_at) == (told["fails"], NOW + AGAIN)


def test_a_job_is_asked_to_stop_at_the_end_and_is_due_at_once_afterwards(database, clock):
    begun, goes_on, stopped = Event(), Event(), []

    def long(run) -> dict[str, object]:
        begun.set()
        goes_on.wait(5)
        try:
            run.hold()
        except Ending:
            stopped.append(True)
            raise
        return {}

    timetable = Timetable(database, [Job("long", DAY, long)])
    timetable.start(clock)
    assert begun.wait(5)
    timetable._ending.set()
    goes_on.set()
    timetable.stop()

    assert stopped == [True] and not timetable._thread.is_alive()
    assert timetable.state()[0].next_at == NOW and timetable.state()[0].claimed_until is None


def test_the_end_does_not_wait_for_the_next_look(database, clock):
    done = Event()
    timetable = Timetable(database, [Job("count", DAY, lambda _run: done.set() or {})])
    timetable.start(clock)
    assert done.wait(5)
    timetable.stop()

    assert not timetable._thread.is_alive()


def test_a_database_that_is_away_does_not_end_the_looking(clock):
    timetable = Timetable(Database("postgresql+psycopg://nobody@127.0.0.1:1/none"), [Counting().job])
    with pytest.raises(Unavailable):
        timetable.tick(clock)

    with capture_logs():
        timetable.start(clock)
        timetable._thread.join(0.01)
        alive = timetable._thread.is_alive()
        timetable.stop()
    assert alive and not timetable._thread.is_alive()
