"""Rooms for demo visits: what a player can do in one. In memory alone, so nothing of a visit is ever written down.

A room has two seats, one for each role, and a random token opens a seat. Whoever plays alone gets one token, and the
counterpart has the other seat. A room lives for an hour at most, and ten minutes without anybody in it.
"""

import datetime as dt
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from hub.call import rules
from hub.call.content import Surface, Variant, Visits
from hub.call.rules import ROLES, Role, Run, Visit
from hub.clock import Clock
from hub.errors import NotFound, Unavailable
from hub.identity.rules import Action, require
from hub.limits import Limits
from hub.visitor import Visitor

LONGEST: Final = dt.timedelta(minutes=60)
"""How long a room lives."""
EMPTY: Final = dt.timedelta(minutes=10)
"""How long a room lives with nobody in it."""
MOST_ROOMS: Final = 300
"""At a time; each is a few kilobytes."""

_KINDS: Final[Mapping[Surface, rules.Kind]] = {
    Surface.WAITING_ROOM: "wait",
    Surface.ADMIT: "admit",
    Surface.CALL: "call",
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to play."""

    level: str
    variant: str
    role: Role
    together: bool
    runs: tuple[Run, ...] = ()
    """Earlier runs of their own, to be compared with."""
    switched: tuple[str, ...] = ()
    """Troubles that are on from the start."""


@dataclass(frozen=True)
class Room:
    """A room as it is at a moment."""

    wish: Wish
    visit: Visit
    tokens: Mapping[Role, str]
    opened_at: dt.datetime
    touched_at: dt.datetime
    version: int = 0

    @property
    def until(self) -> dt.datetime:
        """When the room closes."""
        return self.opened_at + LONGEST


@dataclass(frozen=True)
class Seat:
    """A place in a room, opened by its token."""

    room_id: str
    role: Role


Wake = Callable[[], None]
"""Called from any thread when a room has changed; returns at once."""


@dataclass
class _Held:
    room: Room
    wakes: dict[Role, Wake] = field(default_factory=dict)


class Rooms:
    """Keeps the rooms."""

    def __init__(self, visits: Visits, limits: Limits, clock: Clock, most: int = MOST_ROOMS) -> None:
        """Begin with none.

        Args:
            visits: what is played.
            limits: how often a visitor may open a room.
            clock: the present moment.
            most: rooms at a time.
        """
        self._visits = visits
        self._limits = limits
        self._clock = clock
        self._most = most
        self._rooms: dict[str, _Held] = {}
        self._seats: dict[str, Seat] = {}
        self._lock = threading.Lock()

    def open(self, by: Visitor, wish: Wish) -> str:
        """Open a room and return the token of the one who opens it.

        Raises:
            NotFound: there is no such level or variant.
            Rejected: ``too-often``, or ``unknown-trouble``.
            Unavailable: as many rooms as there may be are open.
        """
        require(by, Action.DEMO_PLAY)
        variant = self.variant(wish.level, wish.variant)
        self._limits.count("demo", by, self._clock)
        now = self._clock()
        visit = rules.begin(
            steps_of(variant),
            self.ways(wish.level),
            ROLES if wish.together else (wish.role,),
            now,
            wish.switched,
        )
        tokens: dict[Role, str] = {role: secrets.token_urlsafe(24) for role in visit.players}
        room_id = secrets.token_urlsafe(12)
        with self._lock:
            self._sweep(now)
            if len(self._rooms) >= self._most:
                raise Unavailable("all rooms are taken")
            self._rooms[room_id] = _Held(Room(wish, visit, tokens, now, now))
            self._seats |= {token: Seat(room_id, role) for role, token in tokens.items()}
        return tokens[wish.role]

    def seat(self, token: str) -> Seat:
        """Return the seat that a token opens.

        Raises:
            NotFound: the room is closed, or there never was one.
        """
        with self._lock:
            self._sweep(self._clock())
            seat = self._seats.get(token)
        if seat is None:
            raise NotFound("room", "of this token")
        return seat

    def room(self, seat: Seat) -> Room:
        """Return the room as it is now.

        Raises:
            NotFound: it has been closed.
        """
        with self._lock:
            return self._held(seat).room

    def variant(self, level: str, variant: str) -> Variant:
        """Return what is played at a level.

        Raises:
            NotFound: there is no such level or variant.
        """
        content = self._visits.levels.get(level)
        found = content.variant(variant) if content else None
        if found is None:
            raise NotFound("visit", f"{level}/{variant}"[:80])
        return found

    def ways(self, level: str) -> tuple[rules.Way, ...]:
        """Return what a level does with each trouble, in the order of the words."""
        return ways_of(self._visits, level)

    def count(self) -> int:
        """Return how many rooms are open."""
        with self._lock:
            return len(self._rooms)

    # --- What a player does ------------------------------------------------------------------------------------------

    def come(self, seat: Seat, wake: Wake) -> Wake | None:
        """Sit down; return what woke whoever sat there before, who is to be told that the seat is taken.

        Raises:
            NotFound: the room has been closed.
        """
        with self._lock:
            held = self._held(seat)
            before = held.wakes.get(seat.role)
            held.wakes[seat.role] = wake
        self._change(seat, lambda visit, _: rules.come(visit, seat.role))
        return before

    def go(self, seat: Seat, wake: Wake) -> None:
        """Stand up, unless another window has taken the seat meanwhile."""
        with self._lock:
            held = self._rooms.get(seat.room_id)
            # Compared, as a method is another object each time it is asked for.
            if held is None or held.wakes.get(seat.role) != wake:
                return
            del held.wakes[seat.role]
        with suppress(NotFound):  # closed this very moment
            self._change(seat, lambda visit, _: rules.go(visit, seat.role))

    def act(self, seat: Seat, step: str) -> Room:
        """Do the step that is next.

        Raises:
            NotFound: the room has been closed.
            Rejected: as ``rules.act`` says.
        """
        return self._change(seat, lambda visit, now: rules.act(visit, seat.role, step, now))

    def refuse(self, seat: Seat) -> Room:
        """Do not let in whoever waits."""
        return self._change(seat, lambda visit, now: rules.refuse(visit, seat.role, now))

    def send_back(self, seat: Seat) -> Room:
        """Send the resident back to the waiting room."""
        return self._change(seat, lambda visit, now: rules.send_back(visit, seat.role, now))

    def leave(self, seat: Seat) -> Room:
        """Leave the call: staff end it for both, and so does whoever plays alone; a resident among two steps out."""

        def work(visit: Visit, now: dt.datetime) -> Visit:
            if visit.plays(seat.role, "staff"):
                return rules.hang_up(visit, seat.role, now)
            return rules.step_out(visit, seat.role)

        return self._change(seat, work)

    def step_in(self, seat: Seat) -> Room:
        """Come back into the call."""
        return self._change(seat, lambda visit, _: rules.step_in(visit, seat.role))

    def switch(self, seat: Seat, trouble: str, *, on: bool) -> Room:
        """Switch a trouble on or off."""
        return self._change(seat, lambda visit, _: rules.switch(visit, trouble, on=on))

    def go_round(self, seat: Seat) -> Room:
        """Take the way round the trouble that stands in the way."""
        return self._change(seat, lambda visit, now: rules.go_round(visit, seat.role, now))

    # --- Inside ------------------------------------------------------------------------------------------------------

    def _held(self, seat: Seat) -> _Held:
        held = self._rooms.get(seat.room_id)
        if held is None:
            raise NotFound("room", "of this seat")
        return held

    def _change(self, seat: Seat, work: Callable[[Visit, dt.datetime], Visit]) -> Room:
        now = self._clock()
        with self._lock:
            held = self._held(seat)
            before = held.room
            visit = work(before.visit, now)
            held.room = replace(before, visit=visit, touched_at=now, version=before.version + 1)
            room, wakes = held.room, tuple(held.wakes.values())
        for wake in wakes:
            wake()
        return room

    def _sweep(self, now: dt.datetime) -> None:
        """Close the rooms whose time is out; the lock is held."""
        over = [
            room_id
            for room_id, held in self._rooms.items()
            if now >= held.room.until or (not held.wakes and now - held.room.touched_at >= EMPTY)
        ]
        for room_id in over:
            held = self._rooms.pop(room_id)
            for token in held.room.tokens.values():
                self._seats.pop(token, None)
            for wake in held.wakes.values():
                wake()


def steps_of(variant: Variant) -> tuple[rules.Step, ...]:
    """Return the steps of a variant as the rules know them."""
    return tuple(
        rules.Step(
            step.id, step.actor, step.system.value, _KINDS.get(step.surface, "plain"), step.login, bool(step.wrong)
        )
        for step in variant.steps
    )


def ways_of(visits: Visits, level: str) -> tuple[rules.Way, ...]:
    """Return what a level does with each trouble, in the order of the words."""
    return tuple(
        rules.Way(trouble.id, answer.outcome, answer.step, answer.who or "staff")
        for trouble in visits.words.troubles
        for answer in (trouble.answers[level],)
    )


def reference_run(visits: Visits, level: str, now: dt.datetime) -> tuple[rules.Done, ...]:
    """Return what is done in a level's first visit, played to its end with no trouble.

    Args:
        visits: what is played.
        level: its id.
        now: any moment; what is done does not depend on it.
    """
    steps = steps_of(visits.levels[level].variants[0])
    return rules.run_through(rules.begin(steps, (), ROLES, now), now).done


def done_in(visits: Visits, run: Run) -> tuple[rules.Done, ...]:
    """Return what was done in a run that is kept in an address; nothing if what it played no longer exists."""
    content = visits.levels.get(run.level)
    variant = content.variant(run.variant) if content else None
    if variant is None:
        return ()
    return rules.done_of(run, steps_of(variant), {way.trouble: way for way in ways_of(visits, run.level)})


def counts_of(visits: Visits, run: Run) -> rules.Counts | None:
    """Return the figures of a run that is kept in an address; none if what it played no longer exists."""
    done = done_in(visits, run)
    return rules.count(done) if done else None


def known_runs(visits: Visits, runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return the runs of what can still be played, in the report's order of levels."""
    by_level = {run.level: run for run in runs if counts_of(visits, run)}
    return tuple(by_level[level] for level in visits.levels if level in by_level)
