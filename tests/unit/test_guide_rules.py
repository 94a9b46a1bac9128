"""The rules of the guide, proved over every combination of the twelve facts.

Nothing here is a sample: each statement is checked for all 46,656 profiles. A failing test shows the first profile that
breaks it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import combinations

import pytest

from hub.guide.rules import (
    COMBINATIONS,
    GATES_OF,
    LAYERS_OF,
    SERVED_BY,
    Ability,
    Capability,
    Change,
    Choice,
    Facts,
    GateState,
    Layer,
    Layers,
    Level,
    Need,
    Turn,
    changed,
    choose,
    every_profile,
    feasible,
    gate,
    gates_of,
    key,
    level_of,
    needs_served,
    path,
    ready,
    what_would_change,
)

NO_LAYERS: Layers = frozenset()
GATES = {layers: {capability for layer in layers for capability in GATES_OF[layer]} for layers in COMBINATIONS}


@dataclass(frozen=True)
class Outcome:
    """What the rules say of one profile."""

    choice: Choice
    ready: frozenset[Layers]
    feasible: frozenset[Layers]

    def __iter__(self) -> Iterator[Layers]:
        """Yield the recommendations that there are."""
        return (layers for layers in (self.choice.start, self.choice.aim, self.choice.possible) if layers)


Table = Mapping[Facts, Outcome]
Near = Mapping[Facts, Mapping[Change, Facts]]

ONE_NEED = {need: frozenset({need}) for need in Need}
ONE_CAPABILITY = {capability: frozenset({capability}) for capability in Capability}
STATED = {need: Change(need, "needed") for need in Need}
WITHDRAWN = {need: Change(need, "not-needed") for need in Need}
THERE = {capability: Change(capability, "can") for capability in Capability}
LACKING = {capability: Change(capability, "cannot") for capability in Capability}


@pytest.fixture(scope="module")
def table() -> Table:
    return {
        facts: Outcome(
            choose(facts),
            frozenset(layers for layers in COMBINATIONS if ready(facts, layers)),
            frozenset(layers for layers in COMBINATIONS if feasible(facts, layers)),
        )
        for facts in every_profile()
    }


@pytest.fixture(scope="module")
def gains(table: Table) -> list[tuple[Facts, Facts]]:
    """Return every profile beside the same one after a single capability has turned out to be there."""
    return [
        (facts, facts.having(capability, Ability.CAN))
        for facts in table
        for capability in Capability
        if facts.ability(capability) is not Ability.CAN
    ]


def first(breaking: Iterable[object]) -> object:
    """Return the first profile that breaks a statement, or None when it holds for all."""
    return next(iter(breaking), None)


def states(facts: Facts, layers: Layers | None) -> set[GateState]:
    return {gate(facts, capability) for capability in gates_of(layers or NO_LAYERS)}


def lasting(facts: Facts, layers: Layers | None) -> frozenset[Need]:
    """Return the stated needs that a set of layers serves, an early start aside, told from the table of needs alone."""
    return frozenset(
        need for need, by in SERVED_BY.items() if need in facts.needed and not set(by).isdisjoint(layers or NO_LAYERS)
    )


def hoping(facts: Facts) -> Facts:
    return replace(facts, can=frozenset(Capability) - facts.cannot)


def fearing(facts: Facts) -> Facts:
    return replace(facts, cannot=frozenset(Capability) - facts.can)


# The size of the proof


def test_there_are_46656_profiles(table: Table) -> None:
    found = len(table)

    assert found == 2 ** len(Need) * 3 ** len(Capability) == 46_656


def test_there_are_few_enough_profiles_to_prove_them_all(table: Table) -> None:
    found = len(table)

    assert found <= 200_000


def test_a_combination_is_legal_when_it_holds_something_and_not_both_notices() -> None:
    expected = {
        frozenset(chosen)
        for size in range(1, len(Layer) + 1)
        for chosen in combinations(Layer, size)
        if not {Layer.AUTOMATIC_NOTICE, Layer.MANUAL_NOTICE} <= set(chosen)
    }

    assert set(COMBINATIONS) == expected
    assert len(COMBINATIONS) == 11


# Nothing blocked is recommended


def test_every_gate_of_the_start_is_met(table: Table) -> None:
    breaking = (f for f, o in table.items() if o.choice.start and states(f, o.choice.start) != {GateState.MET})

    assert first(breaking) is None


def test_no_gate_of_the_aim_is_blocked(table: Table) -> None:
    breaking = (f for f, o in table.items() if GateState.BLOCKED in states(f, o.choice.aim))

    assert first(breaking) is None


def test_no_gate_of_the_aim_is_blocked_even_if_every_unknown_turns_out_badly(table: Table) -> None:
    breaking = (f for f, o in table.items() if GateState.BLOCKED in states(fearing(f), o.choice.aim))

    assert first(breaking) is None


def test_no_gate_of_what_is_possible_is_blocked(table: Table) -> None:
    breaking = (f for f, o in table.items() if GateState.BLOCKED in states(f, o.choice.possible))

    assert first(breaking) is None


def test_every_gate_of_what_is_possible_is_met_or_mendable_if_every_unknown_turns_out_well(table: Table) -> None:
    allowed = {GateState.MET, GateState.MISSING}
    breaking = (f for f, o in table.items() if not states(hoping(f), o.choice.possible) <= allowed)

    assert first(breaking) is None


def test_a_start_is_always_ready_and_an_aim_always_feasible(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if (o.choice.start and o.choice.start not in o.ready) or (o.choice.aim and o.choice.aim not in o.feasible)
    )

    assert first(breaking) is None


def test_what_is_ready_is_feasible(table: Table) -> None:
    breaking = (f for f, o in table.items() if not o.ready <= o.feasible)

    assert first(breaking) is None


def test_a_combination_is_ready_exactly_when_every_gate_is_met(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        unmet = {c for c in Capability if gate(facts, c) is not GateState.MET}
        if outcome.ready != {layers for layers, gates in GATES.items() if unmet.isdisjoint(gates)}:
            breaking.append(facts)

    assert breaking[:1] == []


def test_a_combination_is_feasible_exactly_when_nothing_is_blocked_with_every_unknown_a_no(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        worst = fearing(facts)
        blocked = {c for c in Capability if gate(worst, c) is GateState.BLOCKED}
        if outcome.feasible != {layers for layers, gates in GATES.items() if blocked.isdisjoint(gates)}:
            breaking.append(facts)

    assert breaking[:1] == []


def test_without_a_safe_video_service_nothing_starts(table: Table) -> None:
    breaking = (f for f, o in table.items() if o.choice.start and Capability.VIDEO_SAFE not in f.can)

    assert first(breaking) is None


def test_the_national_services_come_first_exactly_when_the_video_service_is_known_not_to_be_safe(table: Table) -> None:
    breaking = (f for f, o in table.items() if o.choice.national != (Capability.VIDEO_SAFE in f.cannot))

    assert first(breaking) is None


# Unknown is never a yes


def test_the_start_and_the_aim_are_those_of_the_same_facts_with_every_unknown_a_no(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if (o.choice.start, o.choice.aim) != (table[fearing(f)].choice.start, table[fearing(f)].choice.aim)
    )

    assert first(breaking) is None


def test_what_is_possible_beyond_the_aim_serves_strictly_more_needs(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if o.choice.possible != o.choice.aim and len(lasting(f, o.choice.possible)) <= len(lasting(f, o.choice.aim))
    )

    assert first(breaking) is None


def test_nothing_is_possible_beyond_the_aim_when_nothing_is_unknown(table: Table) -> None:
    breaking = (f for f, o in table.items() if fearing(f) == f and o.choice.possible != o.choice.aim)

    assert first(breaking) is None


def test_some_profile_has_something_possible_beyond_its_aim(table: Table) -> None:
    found = [f for f, o in table.items() if o.choice.possible != o.choice.aim]

    assert found


# More ability never gives less


def test_no_ready_combination_is_lost_when_a_capability_turns_out_to_be_there(
    table: Table, gains: list[tuple[Facts, Facts]]
) -> None:
    breaking = (pair for pair in gains if not table[pair[0]].ready <= table[pair[1]].ready)

    assert first(breaking) is None


def test_no_feasible_combination_is_lost_when_a_capability_turns_out_to_be_there(
    table: Table, gains: list[tuple[Facts, Facts]]
) -> None:
    breaking = (pair for pair in gains if not table[pair[0]].feasible <= table[pair[1]].feasible)

    assert first(breaking) is None


def test_the_start_never_serves_fewer_needs_when_a_capability_turns_out_to_be_there(
    table: Table, gains: list[tuple[Facts, Facts]]
) -> None:
    breaking = (
        (before, after)
        for before, after in gains
        if len(lasting(after, table[after].choice.start)) < len(lasting(before, table[before].choice.start))
    )

    assert first(breaking) is None


def test_the_aim_never_serves_fewer_needs_when_a_capability_turns_out_to_be_there(
    table: Table, gains: list[tuple[Facts, Facts]]
) -> None:
    breaking = (
        (before, after)
        for before, after in gains
        if len(lasting(after, table[after].choice.aim)) < len(lasting(before, table[before].choice.aim))
    )

    assert first(breaking) is None


# Nothing better is held back, and nothing is out of reach


def test_no_ready_combination_serves_more_needs_than_the_start(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if any(len(lasting(f, layers)) > len(lasting(f, o.choice.start)) for layers in o.ready)
    )

    assert first(breaking) is None


def test_no_feasible_combination_serves_more_needs_than_the_aim(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if any(len(lasting(f, layers)) > len(lasting(f, o.choice.aim)) for layers in o.feasible)
    )

    assert first(breaking) is None


@pytest.mark.parametrize("level", Level)
def test_every_level_is_the_aim_of_some_profile(table: Table, level: Level) -> None:
    aims = {o.choice.aim for o in table.values()}

    assert LAYERS_OF[level] in aims


@pytest.mark.parametrize("level", Level)
def test_every_level_is_the_start_of_some_profile(table: Table, level: Level) -> None:
    starts = {o.choice.start for o in table.values()}

    assert LAYERS_OF[level] in starts


@pytest.mark.parametrize("layers", COMBINATIONS, ids=key)
def test_every_legal_combination_is_the_aim_of_some_profile(table: Table, layers: Layers) -> None:
    aims = {o.choice.aim for o in table.values()}

    assert layers in aims


@pytest.mark.parametrize("layers", COMBINATIONS, ids=key)
def test_every_legal_combination_is_the_start_of_some_profile(table: Table, layers: Layers) -> None:
    starts = {o.choice.start for o in table.values()}

    assert layers in starts


# Nothing is recommended without a reason


def test_an_aim_other_than_the_start_serves_strictly_more_needs_that_last(table: Table) -> None:
    breaking = (
        f
        for f, o in table.items()
        if o.choice.aim != o.choice.start and len(lasting(f, o.choice.aim)) <= len(lasting(f, o.choice.start))
    )

    assert first(breaking) is None


def test_every_layer_recommended_is_there_for_a_stated_need_that_is_lost_without_it(table: Table) -> None:
    breaking = (
        (f, layers, layer)
        for f, o in table.items()
        for layers in o
        for layer in layers
        if lasting(f, layers - {layer}) == lasting(f, layers)
    )

    assert first(breaking) is None


def test_nothing_is_recommended_when_no_need_that_lasts_is_stated(table: Table) -> None:
    breaking = (f for f, o in table.items() if f.needed <= {Need.EARLY_START} and any(o))

    assert first(breaking) is None


def test_a_need_that_is_not_stated_is_never_said_to_be_served(table: Table) -> None:
    breaking = (f for f, o in table.items() for layers in o if not needs_served(f, layers) <= f.needed)

    assert first(breaking) is None


def test_an_early_start_is_served_exactly_by_what_is_ready(table: Table) -> None:
    breaking = (
        (f, layers)
        for f, o in table.items()
        if Need.EARLY_START in f.needed
        for layers in COMBINATIONS
        if (Need.EARLY_START in needs_served(f, layers)) != (layers in o.ready)
    )

    assert first(breaking) is None


def test_the_needs_served_besides_an_early_start_are_those_of_the_table_of_needs(table: Table) -> None:
    breaking = (
        (f, layers)
        for f in table
        for layers in COMBINATIONS
        if needs_served(f, layers) - {Need.EARLY_START} != lasting(f, layers)
    )

    assert first(breaking) is None


# The path


def test_the_start_and_the_steps_less_what_they_replace_are_exactly_the_aim(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        steps = path(facts, outcome.choice)
        held = set(outcome.choice.start or ()) | {step.layer for step in steps}
        if held - {step.replaces for step in steps} != set(outcome.choice.aim or ()):
            breaking.append(facts)

    assert breaking[:1] == []


def test_the_path_adds_no_layer_twice_and_none_that_is_already_there(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        met = [*(outcome.choice.start or ()), *(step.layer for step in path(facts, outcome.choice))]
        if len(met) != len(set(met)):
            breaking.append(facts)

    assert breaking[:1] == []


def test_a_step_mends_only_what_is_missing_and_asks_only_about_what_is_unknown(table: Table) -> None:
    breaking = [
        facts
        for facts, outcome in table.items()
        for step in path(facts, outcome.choice)
        if {gate(facts, c) for c in step.to_mend} - {GateState.MISSING}
        or {gate(facts, c) for c in step.to_ask} - {GateState.UNKNOWN}
    ]

    assert breaking[:1] == []


def test_a_step_names_only_preconditions_of_its_own_layer(table: Table) -> None:
    breaking = [
        facts
        for facts, outcome in table.items()
        for step in path(facts, outcome.choice)
        if not {*step.to_mend, *step.to_ask} <= set(GATES_OF[step.layer])
    ]

    assert breaking[:1] == []


def test_the_path_names_each_precondition_of_the_aim_that_is_not_met_exactly_once(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        named = [c for step in path(facts, outcome.choice) for c in (*step.to_mend, *step.to_ask)]
        open_ = [c for c in gates_of(outcome.choice.aim or NO_LAYERS) if gate(facts, c) is not GateState.MET]
        if sorted(named) != sorted(open_):
            breaking.append(facts)

    assert breaking[:1] == []


def test_the_path_is_empty_exactly_when_the_start_is_the_aim(table: Table) -> None:
    breaking = [f for f, o in table.items() if (path(f, o.choice) == ()) != (o.choice.aim == o.choice.start)]

    assert breaking[:1] == []


def test_the_automatic_notice_replaces_the_manual_one_that_the_start_held() -> None:
    facts = Facts(
        frozenset({Need.CARE_CALLS, Need.NO_MANUAL_WORK}),
        frozenset(Capability) - {Capability.RECORD_INBOX},
        frozenset({Capability.RECORD_INBOX}),
    )

    steps = path(facts, choose(facts))

    assert [(step.layer, step.replaces) for step in steps] == [(Layer.AUTOMATIC_NOTICE, Layer.MANUAL_NOTICE)]


def test_each_step_is_a_layer_with_no_more_left_to_do_than_any_later_one(table: Table) -> None:
    breaking = []
    for facts, outcome in table.items():
        open_ = {c for c in Capability if gate(facts, c) is not GateState.MET}
        steps = path(facts, outcome.choice)
        for position, step in enumerate(steps):
            left = [len(open_.intersection(GATES_OF[later.layer])) for later in steps[position:]]
            if len(step.to_mend) + len(step.to_ask) != min(left):
                breaking.append(facts)
            open_ -= set(GATES_OF[step.layer])

    assert breaking[:1] == []


def test_a_layer_that_needs_less_work_comes_before_one_listed_earlier() -> None:
    facts = Facts(
        frozenset({Need.SINGLE_LOGIN, Need.BOOKED_TIMES}),
        frozenset({Capability.CAPACITY, Capability.VIDEO_LINKS, Capability.RECORD_BOOKING}),
        frozenset({Capability.VIDEO_LOGIN, Capability.VIDEO_SAFE}),
    )

    steps = path(facts, choose(facts))

    assert [step.layer for step in steps] == [Layer.TIME_AND_LINK, Layer.LOGIN]


# What would change the advice


def neighbours(facts: Facts) -> Iterator[tuple[Change, Facts]]:
    """Yield the profiles one change away, built without the rules' own list of changes."""
    needed, can, cannot = facts.needed, facts.can, facts.cannot
    for need, one in ONE_NEED.items():
        change = WITHDRAWN[need] if need in needed else STATED[need]
        yield change, Facts(needed ^ one, can, cannot)
    for capability, only in ONE_CAPABILITY.items():
        if capability not in can:
            yield THERE[capability], Facts(needed, can | only, cannot - only)
        if capability not in cannot:
            yield LACKING[capability], Facts(needed, can - only, cannot | only)


@pytest.fixture(scope="module")
def near(table: Table) -> Near:
    """Return each profile with those one change away; a profile is the same object wherever it stands."""
    same = {facts: facts for facts in table}
    return {facts: {change: same[other] for change, other in neighbours(facts)} for facts in table}


def differs(table: Table, facts: Facts, other: Facts) -> bool:
    now, then = table[facts].choice, table[other].choice
    return (now.start, now.aim) != (then.start, then.aim)


def pairs(near: Near, facts: Facts) -> dict[frozenset[Change], Facts]:
    """Return the profiles two changes of different facts away."""
    return {
        frozenset({one, two}): end
        for one, between in near[facts].items()
        for two, end in near[between].items()
        if two.fact is not one.fact
    }


@pytest.fixture(scope="module")
def singles(table: Table, near: Near) -> Mapping[Facts, set[Change]]:
    """Return the single changes that give another start or aim, by brute force."""
    return {
        facts: {change for change, other in others.items() if differs(table, facts, other)}
        for facts, others in near.items()
    }


@pytest.fixture(scope="module")
def turns(table: Table) -> Mapping[Facts, tuple[Turn, ...]]:
    """Return what the rules list for every profile."""
    return {facts: what_would_change(facts) for facts in table}


def test_when_a_single_change_gives_other_advice_exactly_the_singles_that_do_are_listed(
    turns: Mapping[Facts, tuple[Turn, ...]], singles: Mapping[Facts, set[Change]]
) -> None:
    breaking = [
        facts
        for facts, expected in singles.items()
        if expected
        and (
            len(turns[facts]) != len(expected)
            or {turn.changes for turn in turns[facts]} != {(change,) for change in expected}
        )
    ]

    assert breaking[:1] == []


def test_when_no_single_change_gives_other_advice_exactly_the_pairs_that_do_are_listed(
    table: Table, near: Near, turns: Mapping[Facts, tuple[Turn, ...]], singles: Mapping[Facts, set[Change]]
) -> None:
    breaking = []
    for facts in (facts for facts, changes in singles.items() if not changes):
        expected = {pair for pair, other in pairs(near, facts).items() if differs(table, facts, other)}
        listed = [frozenset(turn.changes) for turn in turns[facts]]
        if len(listed) != len(expected) or set(listed) != expected:
            breaking.append(facts)

    assert breaking[:1] == []


def test_some_profiles_turn_on_a_single_change_and_some_only_on_a_pair(singles: Mapping[Facts, set[Change]]) -> None:
    found = {bool(changes) for changes in singles.values()}

    assert found == {True, False}


def test_no_profile_is_without_something_that_would_change_the_advice(turns: Mapping[Facts, tuple[Turn, ...]]) -> None:
    breaking = (facts for facts, listed in turns.items() if not listed)

    assert first(breaking) is None


def test_each_turn_listed_leads_where_it_says_and_that_is_elsewhere(
    table: Table, near: Near, turns: Mapping[Facts, tuple[Turn, ...]]
) -> None:
    breaking = []
    for facts, listed in turns.items():
        for turn in listed:
            other = facts
            for change in turn.changes:
                other = near[other][change]
            then = table[other].choice
            if (turn.start, turn.aim) != (then.start, then.aim) or not differs(table, facts, other):
                breaking.append(turn)

    assert breaking[:1] == []


def test_changing_facts_gives_the_profile_that_the_change_names(near: Near) -> None:
    breaking = (
        (facts, change)
        for facts, others in near.items()
        for change, other in others.items()
        if changed(facts, (change,)) != other
    )

    assert first(breaking) is None


# What the rules look at


def test_the_choice_is_made_from_the_facts_alone() -> None:
    parameters = list(inspect.signature(choose).parameters)

    assert parameters == ["facts"]


def test_the_facts_hold_needs_and_capabilities_and_no_groups() -> None:
    held = {field.name: field.type for field in fields(Facts)}

    assert held == {
        "needed": frozenset[Need],
        "can": frozenset[Capability],
        "cannot": frozenset[Capability],
    }


def test_an_early_start_changes_no_choice(table: Table) -> None:
    breaking = (
        facts for facts in table if table[facts].choice != table[facts.needing(Need.EARLY_START, needed=True)].choice
    )

    assert first(breaking) is None


@pytest.mark.parametrize(
    ("ability", "capacity", "expected"),
    [
        (Ability.CAN, Ability.CAN, GateState.MET),
        (Ability.CAN, Ability.CANNOT, GateState.MET),
        (Ability.CAN, Ability.UNKNOWN, GateState.MET),
        (Ability.CANNOT, Ability.CAN, GateState.MISSING),
        (Ability.CANNOT, Ability.CANNOT, GateState.BLOCKED),
        (Ability.CANNOT, Ability.UNKNOWN, GateState.UNKNOWN),
        (Ability.UNKNOWN, Ability.CAN, GateState.UNKNOWN),
        (Ability.UNKNOWN, Ability.CANNOT, GateState.UNKNOWN),
        (Ability.UNKNOWN, Ability.UNKNOWN, GateState.UNKNOWN),
    ],
)
def test_what_is_missing_can_be_mended_only_where_there_is_capacity(
    ability: Ability, capacity: Ability, expected: GateState
) -> None:
    facts = Facts(frozenset(), frozenset(), frozenset())
    facts = facts.having(Capability.VIDEO_LOGIN, ability).having(Capability.CAPACITY, capacity)

    state = gate(facts, Capability.VIDEO_LOGIN)

    assert state is expected


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [(Ability.CAN, GateState.MET), (Ability.CANNOT, GateState.BLOCKED), (Ability.UNKNOWN, GateState.UNKNOWN)],
)
def test_nothing_mends_a_lack_of_capacity(capacity: Ability, expected: GateState) -> None:
    facts = Facts(frozenset(), frozenset(), frozenset()).having(Capability.CAPACITY, capacity)

    state = gate(facts, Capability.CAPACITY)

    assert state is expected


@pytest.mark.parametrize("level", Level)
def test_the_layers_of_a_level_name_that_level(level: Level) -> None:
    found = level_of(LAYERS_OF[level])

    assert found is level


def test_a_combination_between_the_levels_names_none() -> None:
    found = level_of(frozenset({Layer.LOGIN, Layer.AUTOMATIC_NOTICE}))

    assert found is None
