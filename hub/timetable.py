"""What is done by itself at intervals: due rows in the database, each claimed by one process at a time.

``app.py`` starts the timetable, which looks every minute; ``make tick`` looks once. Both may run, in any number of
processes: a job is claimed by a conditional update, and a claim that is not renewed runs out, as when its process
has crashed. So a job must bear to be cut off anywhere and begun anew.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from hub.clock import Clock
from hub.database import Database
from hub.errors import HubError, Unavailable
from hub.reference import new_reference
from hub.tables import due

log = structlog.get_logger(__name__)

CLAIM: Final = dt.timedelta(minutes=10)
"""A claim runs out this long after it was made or renewed."""
AGAIN: Final = dt.timedelta(minutes=10)
"""A job that failed is due again after this, or after its interval if that is shorter."""
LOOK_EVERY_S: Final = 60.0
_END_S: Final = 2.0
"""How long the end waits for a job to come to a place where it can stop."""


class Ending(Exception):
    """The hub is asked to stop."""


class Run:
    """One run of one job: the moment it began, and its hold on the claim."""

    def __init__(self, at: dt.datetime, hold: Callable[[], None]) -> None:
        """Begin a run."""
        self.at = at
        self._hold = hold

    def hold(self) -> None:
        """Renew the claim; a job calls this between its batches.

        Raises:
            Unavailable: the claim was lost, so the job must stop here; another exception does when the hub is ending.
        """
        self._hold()


@dataclass(frozen=True)
class Job:
    """What is done at intervals."""

    name: str
    every: dt.timedelta
    work: Callable[[Run], Mapping[str, Any]]
    """Does the job and returns what there is to tell, as JSON: counts and codes."""


@dataclass(frozen=True)
class State:
    """How one job stands, for an administrator."""

    name: str
    every: dt.timedelta
    last_done_at: dt.datetime | None
    """When the last run ended, whatever came of it."""
    last_result: Mapping[str, Any]
    """What it told; ``failed`` holds the kind of fault and ``reference`` its line in the log."""
    next_at: dt.datetime | None
    """Nothing for a job that no process has seen yet."""
    claimed_until: dt.datetime | None
    """A moment to come while the job runs; a moment gone by when its process has crashed."""


class Timetable:
    """All jobs, by name."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        """Hold the jobs; nothing is done before the first look."""
        self._database = database
        self._jobs = tuple(jobs)
        self._ending = Event()
        self._thread: Thread | None = None

    def tick(self, clock: Clock) -> dict[str, Mapping[str, Any]]:
        """Do every job that is due and not claimed by another, and return what each told.

        Raises:
            Unavailable: the database does not answer.
        """
        self._database.write(lambda connection: self._enter(connection, clock()))
        told = {}
        for job in self._jobs:
            claim = self._claim(job, clock())
            if claim is not None:
                told[job.name] = self._do(job, claim, clock)
        return told

    def state(self) -> list[State]:
        """Return how each job stands.

        Raises:
            Unavailable: the database does not answer.
        """
        rows = self._database.read(lambda connection: {row.name: row for row in connection.execute(sa.select(due))})
        states = []
        for job in self._jobs:
            row = rows.get(job.name)
            states.append(
                State(job.name, job.every, row.last_done_at, row.last_result, row.due_at, row.claimed_until)
                if row
                else State(job.name, job.every, None, {}, None, None)
            )
        return states

    def start(self, clock: Clock) -> None:
        """Look every minute from now on, in a thread of its own."""
        self._ending.clear()
        self._thread = Thread(target=self._keep, args=(clock,), name="timetable", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a job under way stops where it next renews its claim."""
        self._ending.set()
        if self._thread:
            self._thread.join(_END_S)

    def _keep(self, clock: Clock) -> None:
        while not self._ending.is_set():
            try:
                self.tick(clock)
            except Unavailable:
                pass  # the database has logged it; the next look may have more luck
            except Exception:
                log.exception("timetable_failed", reference=new_reference())
            self._ending.wait(LOOK_EVERY_S)

    def _enter(self, connection: sa.Connection, now: dt.datetime) -> None:
        """Make the rows of jobs that are new; they are due at once."""
        insert = (sqlite if self._database.kind == "sqlite" else postgresql).insert(due)
        for job in self._jobs:
            connection.execute(insert.values(name=job.name, due_at=now, last_result={}).on_conflict_do_nothing())

    def _claim(self, job: Job, now: dt.datetime) -> dt.datetime | None:
        """Claim a job that is due, and return until when; nothing when it is not due or another has it."""
        until = now + CLAIM
        free = sa.or_(due.c.claimed_until.is_(None), due.c.claimed_until <= now)
        claimed = due.update().where(due.c.name == job.name, due.c.due_at <= now, free).values(claimed_until=until)
        return until if self._database.write(lambda c: c.execute(claimed).rowcount) else None

    def _do(self, job: Job, claim: dt.datetime, clock: Clock) -> Mapping[str, Any]:
        held = claim

        def hold() -> None:
            nonlocal held
            until = max(clock() + CLAIM, held)
            renewed = due.update().where(due.c.name == job.name, due.c.claimed_until == held)
            if not self._database.write(lambda c: c.execute(renewed.values(claimed_until=until)).rowcount):
                raise Unavailable("another process has taken the job over")
            held = until
            if self._ending.is_set():
                raise Ending("the hub is ending")

        began = clock()
        try:
            result, wait = dict(job.work(Run(began, hold))), job.every
        except Ending:
            result, wait = {"stopped": True}, dt.timedelta()
        except Exception as error:
            reference = new_reference()
            log.exception("job_failed", job=job.name, reference=reference)
            fault = type(error).__name__ if isinstance(error, HubError) else "fault"
            result, wait = {"failed": fault, "reference": reference}, min(job.every, AGAIN)
        # Only while the claim is ours: whoever took the job over notes its own end.
        ours = due.update().where(due.c.name == job.name, due.c.claimed_until == held)
        done = ours.values(claimed_until=None, due_at=began + wait, last_done_at=clock(), last_result=result)
        self._database.write(lambda c: c.execute(done))
        return result
