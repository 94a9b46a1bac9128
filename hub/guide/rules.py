"""Which ways to connect fit a region's situation, and why: pure rules over twelve facts.

A *need* is needed or not. A *capability* can, cannot, or is unknown. Unknown counts as "cannot" in every choice, so
that "don't know" never counts as yes, but it is shown as unknown, because the next step differs.

The four levels are layers, not rivals (report 6.1): a level is a named set of layers, and other sets, such as a message
in the inbox that holds a hop-out link, are legal aims too.

Source: Inera, Rapport FLDV Digitala vårdmöten, 2020-03-31, sections 6.1-6.5; the gates are our reading of the public
connection pages listed in ``content/guide/sources.yaml``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, product
from typing import Final


class Need(StrEnum):
    """What the region wants of the connection."""

    CARE_CALLS = "care-calls"
    RESIDENT_STARTS = "resident-starts"
    SINGLE_LOGIN = "single-login"
    NO_MANUAL_WORK = "no-manual-work"
    BOOKED_TIMES = "booked-times"
    EARLY_START = "early-start"


class Capability(StrEnum):
    """What the region, its video service and its record and booking systems are able to do."""

    VIDEO_LOGIN = "video-login"
    VIDEO_LINKS = "video-links"
    VIDEO_SAFE = "video-safe"
    RECORD_INBOX = "record-inbox"
    RECORD_BOOKING = "record-booking"
    CAPACITY = "capacity"


class Ability(StrEnum):
    """What is known of a capability."""

    CAN = "can"
    CANNOT = "cannot"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """One thing that a connection gives the resident, in the order it is listed everywhere."""

    LOGIN = "login"
    TIME_AND_LINK = "time-and-link"
    AUTOMATIC_NOTICE = "automatic-notice"
    MANUAL_NOTICE = "manual-notice"


class Level(StrEnum):
    """The report's four levels; the order is the report's and says nothing of rank."""

    FRAMEWORK = "framework"
    HOP_OUT = "hop-out"
    INBOX = "inbox"
    REVERSE_CASE_FLOW = "reverse-case-flow"


class Group(StrEnum):
    """Residents for whom a way may not work, or not safely."""

    PROTECTED_IDENTITY = "protected-identity"
    MINORS = "minors"
    NO_E_ID = "no-e-id"
    COORDINATION_NUMBER = "coordination-number"


class GateState(StrEnum):
    """How a precondition stands."""

    MET = "met"
    MISSING = "missing"
    """Not there, but the region has the capacity to have it mended."""
    BLOCKED = "blocked"
    """Not there, and without capacity nobody can mend it."""
    UNKNOWN = "unknown"


Layers = frozenset[Layer]

LAYERS_OF: Final[Mapping[Level, Layers]] = {
    Level.FRAMEWORK: frozenset({Layer.LOGIN, Layer.TIME_AND_LINK, Layer.AUTOMATIC_NOTICE}),
    Level.HOP_OUT: frozenset({Layer.LOGIN}),
    Level.INBOX: frozenset({Layer.AUTOMATIC_NOTICE}),
    Level.REVERSE_CASE_FLOW: frozenset({Layer.MANUAL_NOTICE}),
}

GATES_OF: Final[Mapping[Layer, tuple[Capability, ...]]] = {
    Layer.LOGIN: (Capability.VIDEO_LOGIN, Capability.VIDEO_SAFE, Capability.CAPACITY),
    Layer.TIME_AND_LINK: (
        Capability.RECORD_BOOKING,
        Capability.VIDEO_LINKS,
        Capability.VIDEO_SAFE,
        Capability.CAPACITY,
    ),
    Layer.AUTOMATIC_NOTICE: (
        Capability.RECORD_INBOX,
        Capability.VIDEO_LINKS,
        Capability.VIDEO_SAFE,
        Capability.CAPACITY,
    ),
    Layer.MANUAL_NOTICE: (Capability.VIDEO_SAFE,),
}

SERVED_BY: Final[Mapping[Need, tuple[Layer, ...]]] = {
    Need.CARE_CALLS: (Layer.AUTOMATIC_NOTICE, Layer.MANUAL_NOTICE),
    Need.RESIDENT_STARTS: (Layer.LOGIN,),
    Need.SINGLE_LOGIN: (Layer.LOGIN,),
    Need.NO_MANUAL_WORK: (Layer.AUTOMATIC_NOTICE,),
    Need.BOOKED_TIMES: (Layer.TIME_AND_LINK,),
}
"""Which layers serve a need; any one of them is enough. ``early-start`` is served by what can start today."""


def _legal_combinations() -> tuple[Layers, ...]:
    """List every set of layers that may be recommended: not empty, and not both notices."""
    both = {Layer.AUTOMATIC_NOTICE, Layer.MANUAL_NOTICE}
    sets = (frozenset(chosen) for size in range(1, 5) for chosen in combinations(Layer, size))
    return tuple(chosen for chosen in sets if not both <= chosen)


COMBINATIONS: Final = _legal_combinations()


def key(layers: Layers) -> str:
    """Return the stable id of a set of layers, such as ``login+automatic-notice``."""
    return "+".join(layer.value for layer in Layer if layer in layers)


def level_of(layers: Layers) -> Level | None:
    """Return the level that is exactly this set of layers, if one is."""
    return next((level for level, held in LAYERS_OF.items() if held == layers), None)


@dataclass(frozen=True)
class Facts:
    """The twelve facts of one video service."""

    needed: frozenset[Need]
    can: frozenset[Capability]
    cannot: frozenset[Capability]

    def ability(self, capability: Capability) -> Ability:
        """Return what is known of a capability; what is in neither set is unknown."""
        if capability in self.can:
            return Ability.CAN
        return Ability.CANNOT if capability in self.cannot else Ability.UNKNOWN

    def having(self, capability: Capability, ability: Ability) -> "Facts":
        """Return the same facts with one capability changed."""
        one = frozenset({capability})
        return replace(
            self,
            can=self.can | one if ability is Ability.CAN else self.can - one,
            cannot=self.cannot | one if ability is Ability.CANNOT else self.cannot - one,
        )

    def needing(self, need: Need, *, needed: bool) -> "Facts":
        """Return the same facts with one need stated or withdrawn."""
        one = frozenset({need})
        return replace(self, needed=self.needed | one if needed else self.needed - one)


def every_profile() -> Iterator[Facts]:
    """Yield each combination of the twelve facts: 2^6 x 3^6 = 46 656."""
    needs, capabilities = tuple(Need), tuple(Capability)
    for abilities in product(Ability, repeat=len(capabilities)):
        known = list(zip(capabilities, abilities, strict=True))
        can = frozenset(c for c, a in known if a is Ability.CAN)
        cannot = frozenset(c for c, a in known if a is Ability.CANNOT)
        for wanted in product((False, True), repeat=len(needs)):
            yield Facts(frozenset(n for n, w in zip(needs, wanted, strict=True) if w), can, cannot)


def gate(facts: Facts, capability: Capability) -> GateState:
    """Judge one precondition.

    The lack of anything but capacity can be mended by ordering, building or procuring, which takes capacity.
    """
    ability = facts.ability(capability)
    if ability is Ability.CAN:
        return GateState.MET
    if ability is Ability.UNKNOWN:
        return GateState.UNKNOWN
    if capability is Capability.CAPACITY:
        return GateState.BLOCKED
    capacity = facts.ability(Capability.CAPACITY)
    return {Ability.CAN: GateState.MISSING, Ability.CANNOT: GateState.BLOCKED, Ability.UNKNOWN: GateState.UNKNOWN}[
        capacity
    ]


@lru_cache(maxsize=256)
def gates_of(layers: Layers) -> tuple[Capability, ...]:
    """List the preconditions of a set of layers, each once, in the order they are asked about."""
    wanted = {capability for layer in layers for capability in GATES_OF[layer]}
    return tuple(capability for capability in Capability if capability in wanted)


def ready(facts: Facts, layers: Layers) -> bool:
    """Tell whether every precondition is met today."""
    return all(capability in facts.can for capability in gates_of(layers))


def feasible(facts: Facts, layers: Layers) -> bool:
    """Tell whether nothing is blocked even if every unknown turns out to be "cannot".

    So what is missing or unknown must be mendable, and capacity itself must be known to be there wherever it is a gate.
    """
    capacity = Capability.CAPACITY in facts.can
    return all(
        capability in facts.can or (capacity and capability is not Capability.CAPACITY)
        for capability in gates_of(layers)
    )


def needs_served(facts: Facts, layers: Layers) -> frozenset[Need]:
    """Return the stated needs that a set of layers serves."""
    served = {need for need, by in SERVED_BY.items() if need in facts.needed and not layers.isdisjoint(by)}
    if layers and Need.EARLY_START in facts.needed and ready(facts, layers):
        served.add(Need.EARLY_START)
    return frozenset(served)


def _lasting(facts: Facts, layers: Layers) -> int:
    """Count the needs served for as long as the connection stands, which an early start is not one of."""
    return len(needs_served(facts, layers) - {Need.EARLY_START})


_EFFORT: Final = {layers: (len(gates_of(layers)), len(layers), COMBINATIONS.index(layers)) for layers in COMBINATIONS}
"""How much a set of layers asks: preconditions, then layers, then the listed order. The same for every region, so that
an answer that makes more things possible can never push the choice towards less."""


def _best(facts: Facts, among: Iterator[Layers]) -> Layers | None:
    """Choose the set that serves the most stated needs, and of those the one that asks least."""
    serving = [(-_lasting(facts, layers), _EFFORT[layers], layers) for layers in among]
    useful = [candidate for candidate in serving if candidate[0] < 0]
    return min(useful)[2] if useful else None


@dataclass(frozen=True)
class Choice:
    """What is recommended for one set of facts."""

    start: Layers | None
    """What every answer says can be running without mending anything first."""
    aim: Layers | None
    """What serves the most needs and nothing blocks."""
    possible: Layers | None
    """What the aim becomes if every unknown turns out well; equal to the aim when nothing better hides there."""
    national: bool
    """Whether the national services are the way to look into first."""


@lru_cache(maxsize=65536)
def choose(facts: Facts) -> Choice:
    """Choose where to start and what to aim for."""
    start = _best(facts, (layers for layers in COMBINATIONS if ready(facts, layers)))
    aim = _best(facts, (layers for layers in COMBINATIONS if feasible(facts, layers)))
    hopeful = replace(facts, can=frozenset(Capability) - facts.cannot)
    possible = _best(facts, (layers for layers in COMBINATIONS if feasible(hopeful, layers)))
    national = Capability.VIDEO_SAFE in facts.cannot and start is None
    return Choice(start, aim, possible, national)


@dataclass(frozen=True)
class Step:
    """One station between today and the aim."""

    layer: Layer
    to_mend: tuple[Capability, ...]
    """What is missing and must be in place before the layer works."""
    to_ask: tuple[Capability, ...]
    """What nobody has answered yet."""
    replaces: Layer | None
    """The layer that is no longer needed once this one works."""


def path(facts: Facts, choice: Choice) -> tuple[Step, ...]:
    """List the layers to add from the start to the aim, the least remaining work first."""
    if choice.aim is None:
        return ()
    held = set(choice.start or ())
    left = [layer for layer in Layer if layer in choice.aim and layer not in held]
    settled: set[Capability] = set()
    steps = []
    while left:
        layer = min(left, key=lambda one: (_open(facts, one, settled), list(Layer).index(one)))
        left.remove(layer)
        gates = [capability for capability in GATES_OF[layer] if capability not in settled]
        steps.append(
            Step(
                layer,
                tuple(c for c in gates if gate(facts, c) is GateState.MISSING),
                tuple(c for c in gates if gate(facts, c) is GateState.UNKNOWN),
                Layer.MANUAL_NOTICE if layer is Layer.AUTOMATIC_NOTICE and Layer.MANUAL_NOTICE in held else None,
            )
        )
        settled.update(gates)
        held.add(layer)
    return tuple(steps)


def _open(facts: Facts, layer: Layer, settled: set[Capability]) -> int:
    return sum(1 for c in GATES_OF[layer] if c not in settled and gate(facts, c) is not GateState.MET)


@dataclass(frozen=True)
class Change:
    """One fact that would be otherwise."""

    fact: Need | Capability
    to: str
    """``needed``, ``not-needed``, ``can`` or ``cannot``."""


@dataclass(frozen=True)
class Turn:
    """One change of the facts, or a pair of them, and what it leads to."""

    changes: tuple[Change, ...]
    start: Layers | None
    aim: Layers | None


def what_would_change(facts: Facts) -> tuple[Turn, ...]:
    """List every single change of a fact that gives another start or aim, else the smallest pairs that do.

    An unknown capability may turn out either way; what is known may turn out otherwise.
    """
    now = choose(facts)
    singles = [(change,) for change in _changes(facts)]
    turns = _turns(facts, now, singles)
    if turns:
        return turns
    pairs = [pair for pair in combinations(_changes(facts), 2) if pair[0].fact is not pair[1].fact]
    return _turns(facts, now, pairs)


def _changes(facts: Facts) -> list[Change]:
    needs = [Change(need, "not-needed" if need in facts.needed else "needed") for need in Need]
    abilities = [
        Change(capability, ability.value)
        for capability in Capability
        for ability in (Ability.CAN, Ability.CANNOT)
        if facts.ability(capability) is not ability
    ]
    return [*needs, *abilities]


def changed(facts: Facts, changes: tuple[Change, ...]) -> Facts:
    """Return the facts after some changes."""
    for change in changes:
        if isinstance(change.fact, Need):
            facts = facts.needing(change.fact, needed=change.to == "needed")
        else:
            facts = facts.having(change.fact, Ability(change.to))
    return facts


def _turns(
    facts: Facts, now: Choice, candidates: "list[tuple[Change]] | list[tuple[Change, Change]]"
) -> tuple[Turn, ...]:
    turns = []
    for changes in candidates:
        then = choose(changed(facts, changes))
        if (then.start, then.aim) != (now.start, now.aim):
            turns.append(Turn(changes, then.start, then.aim))
    return tuple(turns)
