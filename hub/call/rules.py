"""A demo visit as a state machine: who may do what next, who waits, what has been done. Pure.

A visit is a value. Each function takes one and returns the next, or refuses; the moment is an argument. Figures are
counted from what has been done and from nothing else.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from hub.errors import Rejected

Role = Literal["resident", "staff"]
"""The two who meet."""
Actor = Literal["resident", "staff", "machine"]
Kind = Literal["plain", "wait", "admit", "call"]
Outcome = Literal["prevented", "detour", "stopped"]
"""What a level does with a trouble: it cannot happen; the visit goes on by another way; the video visit is over."""
Phase = Literal["step", "wait", "call", "end"]
"""What one of the two is in: a step on the way, the waiting room (either side of its door), the call, or the end."""
Ending = Literal["", "done", "stopped", "refused"]

ROLES: Final[tuple[Role, Role]] = ("resident", "staff")


def other(role: Role) -> Role:
    """Return who the other one is."""
    return "staff" if role == "resident" else "resident"


@dataclass(frozen=True, slots=True)
class Step:
    """What the rules need to know of a step."""

    id: str
    actor: Actor
    system: str
    kind: Kind = "plain"
    login: bool = False
    risky: bool = False
    """Whether an error can enter here."""


@dataclass(frozen=True, slots=True)
class Way:
    """What the level does with a trouble."""

    trouble: str
    outcome: Outcome
    step: str = ""
    """The step it stands in the way of."""
    who: Role = "staff"
    """Who takes the way round."""


@dataclass(frozen=True, slots=True)
class Done:
    """One step that has been executed, or one way round a trouble."""

    step: str
    actor: Actor
    system: str
    login: bool
    risky: bool
    trouble: str = ""
    """The trouble that was gone round; empty for a step of the visit itself."""
    at_s: float = 0.0
    """Seconds since the visit began."""

    @property
    def manual(self) -> bool:
        """Whether a person did it by hand."""
        return self.actor != "machine"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a visit is."""

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    players: frozenset[Role]
    """The roles that people play; whoever plays alone does the steps of the counterpart too."""
    begun_at: dt.datetime
    place: int = 0
    """Which step is next."""
    done: tuple[Done, ...] = ()
    switched: frozenset[str] = frozenset()
    """Troubles that have been switched on."""
    met: frozenset[str] = frozenset()
    """Troubles that have been gone round."""
    standing: str = ""
    """The trouble that stands in the way now."""
    present: frozenset[Role] = frozenset()
    """Who is connected."""
    waiting_at: dt.datetime | None = None
    """Since when the resident has been in the waiting room."""
    called_at: dt.datetime | None = None
    """Since when they have been in the call."""
    outside: bool = False
    """Whether the resident has left a call that goes on."""
    ending: Ending = ""
    ended_at: dt.datetime | None = None

    @property
    def next(self) -> Step | None:
        """The step that is next; none when the visit is over."""
        return self.steps[self.place] if not self.ending else None

    @property
    def alone(self) -> bool:
        """Whether one person plays, and the counterpart the other."""
        return len(self.players) == 1

    def way(self, trouble: str) -> Way | None:
        """Return what the level does with a trouble; none for one that this visit cannot meet."""
        return next((way for way in self.ways if way.trouble == trouble), None)

    def plays(self, role: Role, actor: Actor) -> bool:
        """Tell whether somebody in a role does the steps of an actor."""
        return role == actor or (role in self.players and actor in ROLES and actor not in self.players)


def begin(
    steps: Sequence[Step], ways: Iterable[Way], players: Iterable[Role], now: dt.datetime, switched: Iterable[str] = ()
) -> Visit:
    """Begin a visit before its first step.

    Args:
        steps: of the variant, in order; wait, admit and call stand in it once, one after the other.
        ways: what the level does with each trouble; one whose step the variant does not have is left out.
        players: the roles that people play, one or both.
        now: the present moment.
        switched: troubles that are on from the start.
    """
    kinds = [step.kind for step in steps if step.kind != "plain"]
    if kinds != ["wait", "admit", "call"]:
        raise ValueError("a visit waits, admits and calls, once and in this order")
    ids = {step.id for step in steps}
    visit = Visit(
        tuple(steps),
        tuple(way for way in ways if way.outcome == "prevented" or way.step in ids),
        frozenset(players),
        now,
    )
    for trouble in switched:
        visit = switch(visit, trouble, on=True)
    return _go_on(visit, now)


# --- Steps -----------------------------------------------------------------------------------------------------------


def act(visit: Visit, role: Role, step: str, now: dt.datetime) -> Visit:
    """Do the step that is next; what machines do after it is done too.

    The call is not done by acting but by ``hang_up``, since it lasts.

    Raises:
        Rejected: ``over``; ``trouble-first``, a trouble stands in the way; ``not-next``; ``not-yours``, another does it;
            ``nobody-waits``, there is nobody to let in.
    """
    due = _due(visit)
    if due.id != step or due.kind == "call":
        raise Rejected("not-next", facts={"step": due.id})
    if not visit.plays(role, due.actor):
        raise Rejected("not-yours")
    if due.kind == "admit" and visit.waiting_at is None:
        raise Rejected("nobody-waits")
    visit = _executed(visit, due, now)
    if due.kind == "wait":
        visit = replace(visit, waiting_at=now)
    if due.kind == "admit":
        visit = replace(visit, waiting_at=None, called_at=now, outside=False)
    return _go_on(visit, now)


def _due(visit: Visit) -> Step:
    if visit.next is None:
        raise Rejected("over")
    if visit.standing:
        raise Rejected("trouble-first")
    return visit.next


def _executed(visit: Visit, step: Step, now: dt.datetime) -> Visit:
    done = Done(
        step.id, step.actor, step.system, step.login, step.risky, at_s=(now - visit.begun_at).total_seconds()
    )  # fmt: skip
    return replace(visit, done=(*visit.done, done), place=visit.place + 1)


def _go_on(visit: Visit, now: dt.datetime) -> Visit:
    """Do what machines do, until a person is needed, a trouble stands in the way, or the visit is over."""
    while not visit.ending and not visit.standing:
        if visit.place == len(visit.steps):
            return replace(visit, ending="done", ended_at=now)
        step = visit.steps[visit.place]
        if trouble := _meets(visit, step):
            return replace(visit, standing=trouble)
        if step.actor != "machine":
            return visit
        visit = _executed(visit, step, now)
    return visit


def _meets(visit: Visit, step: Step) -> str:
    """Return the trouble that stands in the way of a step, the first in the order of the words."""
    return next(
        (
            way.trouble
            for way in visit.ways
            if way.step == step.id
            and way.outcome != "prevented"
            and way.trouble in visit.switched
            and way.trouble not in visit.met
        ),
        "",
    )


# --- The waiting room and the call -----------------------------------------------------------------------------------


def refuse(visit: Visit, role: Role, now: dt.datetime) -> Visit:
    """Do not let in whoever waits; the visit ends, and the resident is told what to do.

    Raises:
        Rejected: ``over``, ``trouble-first``, ``not-yours`` or ``nobody-waits``.
    """
    due = _due(visit)
    if not visit.plays(role, "staff"):
        raise Rejected("not-yours")
    if due.kind != "admit" or visit.waiting_at is None:
        raise Rejected("nobody-waits")
    return replace(visit, waiting_at=None, ending="refused", ended_at=now)


def send_back(visit: Visit, role: Role, now: dt.datetime) -> Visit:
    """Send the resident back from the call to the waiting room, to be let in once more.

    Raises:
        Rejected: ``over``, ``not-yours`` or ``no-call``.
    """
    due = _in_call(visit)
    if not visit.plays(role, "staff"):
        raise Rejected("not-yours")
    place = visit.steps.index(due) - 1
    return replace(visit, place=place, called_at=None, outside=False, waiting_at=now, standing="")


def step_out(visit: Visit, role: Role) -> Visit:
    """Leave a call that goes on; the resident may come back in.

    Raises:
        Rejected: ``over``, ``not-yours`` or ``no-call``.
    """
    _in_call(visit)
    if role != "resident":
        raise Rejected("not-yours")
    return replace(visit, outside=True)


def step_in(visit: Visit, role: Role) -> Visit:
    """Come back into a call that goes on.

    Raises:
        Rejected: ``over``, ``not-yours`` or ``no-call``.
    """
    _in_call(visit)
    if role != "resident" or not visit.outside:
        raise Rejected("not-yours")
    return replace(visit, outside=False)


def hang_up(visit: Visit, role: Role, now: dt.datetime) -> Visit:
    """End the call for both, which is the step of the call.

    Raises:
        Rejected: ``over``, ``not-yours``, ``no-call``, or ``trouble-first`` while a trouble stands in the way.
    """
    due = _in_call(visit)
    if visit.standing:
        raise Rejected("trouble-first")
    if not visit.plays(role, "staff"):
        raise Rejected("not-yours")
    return _go_on(replace(_executed(visit, due, now), called_at=None, outside=False), now)


def _in_call(visit: Visit) -> Step:
    if visit.next is None:
        raise Rejected("over")
    if visit.next.kind != "call" or visit.called_at is None:
        raise Rejected("no-call")
    return visit.next


def come(visit: Visit, role: Role) -> Visit:
    """Note that somebody is connected."""
    return replace(visit, present=visit.present | {role})


def go(visit: Visit, role: Role) -> Visit:
    """Note that somebody's connection has ended."""
    return replace(visit, present=visit.present - {role})


def phase(visit: Visit, role: Role) -> Phase:
    """Return what somebody is in.

    The resident waits from entering the waiting room; staff stand at its door once the resident's turn has come.
    """
    if visit.next is None:
        return "end"
    kind = visit.next.kind
    if kind == "call" and visit.called_at is not None:
        return "step" if visit.outside and role == "resident" else "call"
    if kind == "admit" or (kind == "wait" and role == "staff"):
        return "wait"
    return "step"


# --- Troubles --------------------------------------------------------------------------------------------------------


def switch(visit: Visit, trouble: str, *, on: bool) -> Visit:
    """Switch a trouble on or off; one that stands in the way, or has been gone round, stays.

    Raises:
        Rejected: ``unknown-trouble``, ``over`` or ``trouble-first``.
    """
    if visit.way(trouble) is None:
        raise Rejected("unknown-trouble")
    if visit.ending:
        raise Rejected("over")
    if trouble in visit.met or trouble == visit.standing:
        raise Rejected("trouble-first")
    switched = visit.switched | {trouble} if on else visit.switched - {trouble}
    visit = replace(visit, switched=switched)
    if visit.next and not visit.standing and visit.done and (trouble_now := _meets(visit, visit.next)):
        return replace(visit, standing=trouble_now)
    return visit


def go_round(visit: Visit, role: Role, now: dt.datetime) -> Visit:
    """Take the way round the trouble that stands in the way: one manual step more, and on, or the end.

    Raises:
        Rejected: ``over``; ``no-trouble``; ``not-yours``, the other one takes this way.
    """
    if visit.next is None:
        raise Rejected("over")
    way = visit.way(visit.standing)
    if way is None:
        raise Rejected("no-trouble")
    if not visit.plays(role, way.who):
        raise Rejected("not-yours")
    step = visit.next
    done = Done(
        step.id,
        way.who,
        step.system,
        login=False,
        risky=False,
        trouble=way.trouble,
        at_s=(now - visit.begun_at).total_seconds(),
    )
    visit = replace(visit, done=(*visit.done, done), standing="", met=visit.met | {way.trouble})
    if way.outcome == "stopped":
        return replace(visit, called_at=None, waiting_at=None, ending="stopped", ended_at=now)
    return _go_on(visit, now)


# --- Figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run amounts to, counted from what was done in it."""

    staff: int
    """Steps by hand of staff."""
    resident: int
    """Steps by hand of the resident."""
    machine: int
    logins: int
    systems: int
    """Different systems passed."""
    risks: int
    """Places where an error can enter."""
    hand_risks: int
    """Those of them where somebody works by hand."""
    detours: int
    """Ways round a trouble; they are steps by hand too."""


def count(done: Iterable[Done]) -> Counts:
    """Count what was done."""
    each = tuple(done)
    return Counts(
        staff=sum(one.actor == "staff" for one in each),
        resident=sum(one.actor == "resident" for one in each),
        machine=sum(not one.manual for one in each),
        logins=sum(one.login for one in each),
        systems=len({one.system for one in each}),
        risks=sum(one.risky for one in each),
        hand_risks=sum(one.risky and one.manual for one in each),
        detours=sum(bool(one.trouble) for one in each),
    )


def run_through(visit: Visit, now: dt.datetime) -> Visit:
    """Play a visit to its end, each step by whoever does it: the reference run."""
    while (due := visit.next) is not None:
        way = visit.way(visit.standing)
        if way is not None:
            visit = go_round(visit, way.who, now)
        elif due.kind == "call":
            visit = hang_up(visit, "staff", now)
        else:
            visit = act(visit, "resident" if due.actor == "resident" else "staff", due.id, now)
    return visit


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is kept in an address: which visit, how long it took, and what was done, by id."""

    level: str
    variant: str
    seconds: int
    """By one's own stopwatch, in this demo."""
    done: tuple[str, ...]
    """Ids of steps; for a way round, the trouble's id after a ``!``."""


_LONGEST_RUN_S: Final = 24 * 3600
_MOST_DONE: Final = 80
MOST_RUNS: Final = 4


def run_of(visit: Visit, level: str, variant: str) -> Run:
    """Return what is kept of a visit that is over."""
    seconds = int(((visit.ended_at or visit.begun_at) - visit.begun_at).total_seconds())
    return Run(level, variant, seconds, tuple(f"!{one.trouble}" if one.trouble else one.step for one in visit.done))


def write_runs(runs: Iterable[Run]) -> str:
    """Write runs for an address: ``inbox_care_142_open.book.!no-account~hop-out_…``."""
    return "~".join(f"{run.level}_{run.variant}_{run.seconds}_{'.'.join(run.done)}" for run in runs)


def read_runs(text: str) -> tuple[Run, ...]:
    """Read runs from an address; what is no run is left out, and of each level the last one counts."""
    found: dict[str, Run] = {}
    for part in text.split("~")[: 4 * MOST_RUNS]:
        pieces = part.split("_")
        if len(pieces) != len(("level", "variant", "seconds", "done")):
            continue
        level, variant, seconds, done = pieces
        if not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > len(str(_LONGEST_RUN_S)):
            continue
        names = tuple(done.split("."))
        if level and len(names) <= _MOST_DONE and int(seconds) <= _LONGEST_RUN_S:
            found[level] = Run(level, variant, int(seconds), names)
    return tuple(found.values())


def with_run(runs: Iterable[Run], new: Run) -> tuple[Run, ...]:
    """Add a run; an earlier one of the same level gives way."""
    return (*(run for run in runs if run.level != new.level), new)


def done_of(run: Run, steps: Sequence[Step], ways: Mapping[str, Way]) -> tuple[Done, ...]:
    """Return what was done in a run, by what the steps are today; what no longer exists is left out."""
    by_id = {step.id: step for step in steps}
    found: list[Done] = []
    for name in run.done:
        if name.startswith("!"):
            way = ways.get(name[1:])
            step = by_id.get(way.step) if way else None
            if way and step:
                found.append(Done(step.id, way.who, step.system, login=False, risky=False, trouble=way.trouble))
        elif step := by_id.get(name):
            found.append(Done(step.id, step.actor, step.system, step.login, step.risky))
    return tuple(found)
