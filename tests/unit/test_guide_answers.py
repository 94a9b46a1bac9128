"""A visitor's answers in an address and back, and what each of them settles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.guide.answers import (
    Answers,
    Problem,
    asked,
    facts,
    groups,
    next_question,
    read,
    settled_by,
    skipped,
    with_answer,
    write,
)
from hub.guide.content import Question, read_guide
from hub.guide.rules import Capability, Choice, Facts, Group, Need, choose, every_profile, needs_served

CONTENT = Path(__file__).parents[2] / "content"
FLOW = read_guide(CONTENT / "guide").flow.questions
BY_ID = {question.id: question for question in FLOW}
FACTS: tuple[Need | Capability, ...] = (*Need, *Capability)
LEAST: Answers = {question.id: ("dont-know",) for question in FLOW}
"""Every question answered with "don't know"."""

each_question = pytest.mark.parametrize("question", FLOW, ids=[question.id for question in FLOW])
each_fact = pytest.mark.parametrize("fact", FACTS, ids=[fact.value for fact in FACTS])


@st.composite
def answer_sets(draw: st.DrawFn) -> Answers:
    """Draw some valid answers: any of the questions, in any order, and none that an earlier answer skips."""
    answers: Answers = {}
    for question in draw(st.lists(st.sampled_from(FLOW), unique_by=lambda one: one.id)):
        if question.id not in skipped(answers, FLOW):
            answers = with_answer(answers, question, draw(st.sampled_from(ways_to_answer(question))), FLOW)
    return answers


def ways_to_answer(question: Question) -> list[tuple[str, ...]]:
    single: list[tuple[str, ...]] = [(option,) for option in question.options]
    if not question.several:
        return single
    several = [option for option, settles in question.options.items() if not settles.alone]
    return [*single, *chain.from_iterable(combinations(several, size) for size in range(2, len(several) + 1))]


def settles(question: Question, chosen: str) -> Facts:
    return facts({question.id: (chosen,)}, FLOW)


def told(known: Facts) -> set[Need | Capability]:
    return {*known.needed, *known.can, *known.cannot}


# Addresses


@given(answer_sets())
def test_what_is_written_to_an_address_is_read_back(answers: Answers) -> None:
    found, problems = read(write(answers, FLOW), FLOW)

    assert (found, problems) == (answers, ())


@given(answer_sets())
def test_an_address_written_anew_is_the_same(answers: Answers) -> None:
    address = write(answers, FLOW)

    assert write(read(address, FLOW)[0], FLOW) == address


@given(answer_sets())
def test_an_address_holds_only_characters_that_need_no_escaping(answers: Answers) -> None:
    address = write(answers, FLOW)

    assert set(address) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_the_longest_possible_answers_can_be_read() -> None:
    longest = {question.id: max(ways_to_answer(question), key=lambda way: len("_".join(way))) for question in FLOW}
    longest["video-safe"] = ("dont-know",)

    assert read(write(longest, FLOW), FLOW) == (longest, ())


def test_an_empty_address_holds_no_answers_and_no_problems() -> None:
    found = read("", FLOW)

    assert found == ({}, ())


PROBLEMS = [
    pytest.param("colour.red", Problem("unknown-question", "colour.red"), id="a question that does not exist"),
    pytest.param("colour", Problem("unknown-question", "colour"), id="a word"),
    pytest.param("horizon.never", Problem("unknown-option", "horizon.never"), id="an option that does not exist"),
    pytest.param("horizon.", Problem("unknown-option", "horizon."), id="a question without an option"),
    pytest.param("horizon", Problem("unknown-option", "horizon"), id="a question alone"),
    pytest.param("horizon.soon_later", Problem("unknown-option", "horizon.soon_later"), id="two options where one is"),
    pytest.param("horizon.soon_soon", Problem("unknown-option", "horizon.soon_soon"), id="one option twice"),
    pytest.param("horizon.Soon", Problem("unknown-option", "horizon.Soon"), id="an option in capitals"),
    pytest.param("volume.few", Problem("twice", "volume.few"), id="a question answered twice"),
    pytest.param("groups.none_minors", Problem("unknown-option", "groups.none_minors"), id="none and a group"),
    pytest.param("groups.minors_none", Problem("unknown-option", "groups.minors_none"), id="a group and none"),
    pytest.param("groups.dont-know_none", Problem("unknown-option", "groups.dont-know_none"), id="none and unsure"),
    pytest.param("groups.minors_minors", Problem("unknown-option", "groups.minors_minors"), id="a group twice"),
    pytest.param("video-login.yes", Problem("skipped", "video-login"), id="a question that another answer skips"),
]


@pytest.mark.parametrize(("part", "problem"), PROBLEMS)
def test_a_part_that_is_not_valid_is_reported(part: str, problem: Problem) -> None:
    _, problems = read(f"volume.many~video-safe.no-service~{part}", FLOW)

    assert problems == (problem,)


@pytest.mark.parametrize(("part", "problem"), PROBLEMS)
def test_the_valid_rest_is_kept(part: str, problem: Problem) -> None:
    answers, _ = read(f"volume.many~video-safe.no-service~{part}", FLOW)

    assert answers == {"volume": ("many",), "video-safe": ("no-service",)}, problem


def test_an_address_that_is_too_long_is_reported_and_not_read() -> None:
    found = read("volume.many~" + "x" * 1_000, FLOW)

    assert found == ({}, (Problem("too-long", "volume.many~xxxxxxxx"),))


def test_each_part_that_is_not_valid_is_reported_in_its_order() -> None:
    _, problems = read("b.1~horizon.never~a.2", FLOW)

    assert problems == (
        Problem("unknown-question", "b.1"),
        Problem("unknown-option", "horizon.never"),
        Problem("unknown-question", "a.2"),
    )


def test_skipped_answers_are_reported_in_the_order_of_the_questions() -> None:
    _, problems = read("video-links.no~video-login.no~video-safe.no-service", FLOW)

    assert problems == (Problem("skipped", "video-login"), Problem("skipped", "video-links"))


def test_a_problem_quotes_no_more_than_60_characters() -> None:
    _, problems = read("x" * 900, FLOW)

    assert problems == (Problem("unknown-question", "x" * 60),)


IDS = [question.id for question in FLOW] + sorted({option for question in FLOW for option in question.options})
PIECES = st.lists(st.one_of(st.sampled_from([*IDS, ".", "_", "~"]), st.text(max_size=5)), max_size=200)
ANY_TEXT = st.one_of(
    st.text(max_size=2_000),
    PIECES.map("".join),
    st.builds(lambda text, times: (text * times)[:60_000], st.text(min_size=1, max_size=60), st.integers(1, 60_000)),
)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_whatever_stands_in_an_address_what_is_read_from_it_can_be_written_and_read_again(value: str) -> None:
    answers, _ = read(value, FLOW)

    assert read(write(answers, FLOW), FLOW) == (answers, ())


@settings(max_examples=300)
@given(ANY_TEXT)
def test_whatever_stands_in_an_address_each_part_of_it_is_an_answer_or_a_problem(value: str) -> None:
    answers, problems = read(value, FLOW)

    parts = [part for part in value.split("~") if part]
    assert len(answers) + len(problems) == (len(parts) if len(value) <= 1_000 else 1)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_whatever_stands_in_an_address_the_facts_say_nothing_both_ways(value: str) -> None:
    known = facts(read(value, FLOW)[0], FLOW)

    assert known.can & known.cannot == frozenset()


# Questions in turn


def test_the_first_question_comes_first() -> None:
    question = next_question({}, FLOW)

    assert question is FLOW[0]


@given(answer_sets())
def test_the_next_question_is_the_first_of_those_asked_that_has_no_answer(answers: Answers) -> None:
    question = next_question(answers, FLOW)

    unanswered = [one for one in FLOW if one.id not in answers and one.id not in skipped(answers, FLOW)]
    assert question == (unanswered[0] if unanswered else None)


def test_there_is_no_next_question_when_all_are_answered() -> None:
    question = next_question(LEAST, FLOW)

    assert question is None


def test_a_question_skipped_by_an_earlier_answer_is_not_put() -> None:
    put = [question.id for question in asked({"video-safe": ("no-service",)}, FLOW)]

    assert put == [question.id for question in FLOW if question.id not in {"video-login", "video-links"}]


def test_every_question_is_put_when_nothing_is_answered() -> None:
    put = asked({}, FLOW)

    assert put == FLOW


@given(answer_sets(), st.data())
def test_changing_an_answer_drops_only_what_it_makes_meaningless(answers: Answers, data: st.DataObject) -> None:
    question = data.draw(st.sampled_from([one for one in FLOW if one.id not in skipped(answers, FLOW)]))
    chosen = data.draw(st.sampled_from(ways_to_answer(question)))

    changed = with_answer(answers, question, chosen, FLOW)

    meaningless = {skip for option in chosen for skip in question.options[option].skips}
    kept = {id_: options for id_, options in answers.items() if id_ != question.id and id_ not in meaningless}
    assert changed == {**kept, question.id: chosen}


def test_saying_that_there_is_no_video_service_drops_what_was_said_of_it() -> None:
    before = {"video-login": ("yes",), "video-links": ("no",), "capacity": ("yes",)}

    after = with_answer(before, BY_ID["video-safe"], ("no-service",), FLOW)

    assert after == {"capacity": ("yes",), "video-safe": ("no-service",)}


def test_a_changed_answer_leaves_the_earlier_set_as_it_was() -> None:
    before = {"video-login": ("yes",)}

    with_answer(before, BY_ID["video-safe"], ("no-service",), FLOW)

    assert before == {"video-login": ("yes",)}


# The questions themselves


def test_there_are_twelve_questions_with_ids_of_their_own() -> None:
    ids = {question.id for question in FLOW}

    assert (len(FLOW), len(ids)) == (12, 12)


@each_question
def test_a_question_has_an_answer_for_those_who_do_not_know(question: Question) -> None:
    last = list(question.options)[-1]

    assert last == "dont-know"


@each_question
def test_not_knowing_settles_no_fact(question: Question) -> None:
    known = settles(question, "dont-know")

    assert known == Facts(frozenset(), frozenset(), frozenset())


@each_question
def test_not_knowing_skips_no_question_and_ticks_no_group(question: Question) -> None:
    option = question.options["dont-know"]

    assert (option.skips, option.group) == ((), None)


@each_question
def test_only_later_questions_are_skipped(question: Question) -> None:
    later = {one.id for one in FLOW[FLOW.index(question) + 1 :]}
    skips = {skip for option in question.options.values() for skip in option.skips}

    assert skips <= later


@each_question
def test_a_skipped_question_has_its_facts_settled_by_the_answer_that_skips_it(question: Question) -> None:
    unsettled = {
        (option_id, skip)
        for option_id, option in question.options.items()
        for skip in option.skips
        for fact in chain.from_iterable(told(settles(BY_ID[skip], other)) for other in BY_ID[skip].options)
        if fact not in told(settles(question, option_id))
    }

    assert unsettled == set()


@each_question
def test_no_answer_says_a_thing_both_ways(question: Question) -> None:
    both = {id_ for id_, option in question.options.items() if set(option.can) & set(option.cannot)}

    assert both == set()


@each_question
def test_two_answers_to_a_question_never_settle_the_same_unless_they_settle_nothing(question: Question) -> None:
    settled = [(settles(question, one), question.options[one].skips) for one in question.options]
    settled = [one for one in settled if told(one[0])]

    assert all(one not in settled[:position] for position, one in enumerate(settled))


@each_fact
def test_a_fact_is_settled_by_exactly_one_question_alone(fact: Need | Capability) -> None:
    settling = {
        question.id
        for question in FLOW
        for option_id, option in question.options.items()
        if fact in told(settles(question, option_id)) and not option.skips
    }

    assert settling == {settled_by(FLOW, fact)}


@pytest.mark.parametrize("capability", Capability)
def test_a_capability_can_be_affirmed_and_denied_on_its_own(capability: Capability) -> None:
    question = BY_ID[settled_by(FLOW, capability)]
    alone = [settles(question, option) for option in question.options]

    nothing: frozenset[Capability] = frozenset()
    one = frozenset({capability})
    assert {(one, nothing), (nothing, one)} <= {(known.can, known.cannot) for known in alone}


def test_a_fact_that_no_question_settles_is_a_fault() -> None:
    with pytest.raises(LookupError):
        settled_by(FLOW[1:], Need.CARE_CALLS)


def tellable(asking: Iterable[Question]) -> set[Facts]:
    """Return what can be told by answering some questions in every way that skips none of the others."""
    return {
        facts(dict(chosen), FLOW)
        for chosen in product(
            *(
                [(question.id, (id_,)) for id_, option in question.options.items() if not option.skips]
                for question in asking
            )
        )
    }


def test_every_combination_of_needs_can_be_told() -> None:
    found = tellable(question for question in FLOW if any(option.needed for option in question.options.values()))

    assert found == {profile for profile in every_profile() if not profile.can and not profile.cannot}


def test_every_combination_of_capabilities_can_be_told() -> None:
    found = tellable(BY_ID[settled_by(FLOW, capability)] for capability in Capability)

    assert found == {profile for profile in every_profile() if not profile.needed}


def test_answers_to_different_questions_add_up() -> None:
    known = facts({"who-starts": ("both",), "video-safe": ("yes",), "capacity": ("no",)}, FLOW)

    assert known == Facts(
        frozenset({Need.CARE_CALLS, Need.RESIDENT_STARTS}),
        frozenset({Capability.VIDEO_SAFE}),
        frozenset({Capability.CAPACITY}),
    )


# What an answer does to the choice


@pytest.fixture(scope="module")
def choices() -> Mapping[Facts, Choice]:
    return {profile: choose(profile) for profile in every_profile()}


def after(profile: Facts, answer: Facts) -> Facts:
    """Return a profile in which an answer has been given in place of what was said of its facts before."""
    return Facts(
        profile.needed | answer.needed,
        (profile.can - answer.cannot) | answer.can,
        (profile.cannot - answer.can) | answer.cannot,
    )


@pytest.mark.parametrize("question_id", [id_ for id_ in BY_ID if id_ not in {"groups", "horizon"}])
def test_a_question_has_an_answer_that_changes_the_choice_for_some_profile(
    choices: Mapping[Facts, Choice], question_id: str
) -> None:
    answers = [settles(BY_ID[question_id], option) for option in BY_ID[question_id].options]

    changing = (True for p, choice in choices.items() for a in answers if choices[after(p, a)] != choice)

    assert next(changing, False)


def test_the_horizon_settles_an_early_start_and_nothing_else() -> None:
    settled = {option: told(settles(BY_ID["horizon"], option)) for option in BY_ID["horizon"].options}

    assert settled == {"soon": {Need.EARLY_START}, "later": set(), "dont-know": set()}


def test_the_horizon_changes_no_choice(choices: Mapping[Facts, Choice]) -> None:
    soon = settles(BY_ID["horizon"], "soon")

    breaking = (profile for profile, choice in choices.items() if choices[after(profile, soon)] != choice)

    assert next(breaking, None) is None


def test_the_horizon_changes_only_whether_an_early_start_is_served(choices: Mapping[Facts, Choice]) -> None:
    soon = settles(BY_ID["horizon"], "soon")

    added = {
        needs_served(after(profile, soon), layers) - needs_served(profile, layers)
        for profile, choice in choices.items()
        if Need.EARLY_START not in profile.needed
        for layers in (choice.start, choice.aim)
        if layers
    }

    assert added == {frozenset(), frozenset({Need.EARLY_START})}


# Groups of residents

TICKS = [ticked for size in range(len(Group) + 1) for ticked in combinations([group.value for group in Group], size)]


def test_there_are_sixteen_ways_to_tick_the_groups() -> None:
    assert len(TICKS) == 16


@pytest.mark.parametrize("ticked", TICKS, ids="+".join)
@given(answers=answer_sets())
@settings(max_examples=20)
def test_ticking_groups_leaves_the_facts_as_they_were(ticked: tuple[str, ...], answers: Answers) -> None:
    without = {id_: options for id_, options in answers.items() if id_ != "groups"}

    with_groups = with_answer(without, BY_ID["groups"], ticked or ("none",), FLOW)

    assert facts(with_groups, FLOW) == facts(without, FLOW)


@pytest.mark.parametrize("ticked", TICKS, ids="+".join)
def test_the_groups_ticked_are_those_found(ticked: tuple[str, ...]) -> None:
    found = groups({"groups": ticked or ("none",)}, FLOW)

    assert found == {Group(value) for value in ticked}


@pytest.mark.parametrize("ticked", [ticked for ticked in TICKS if ticked], ids="+".join)
def test_the_groups_ticked_stand_in_the_address(ticked: tuple[str, ...]) -> None:
    address = write({"groups": ticked}, FLOW)

    assert address == "groups." + "_".join(ticked)


@each_question
def test_only_the_last_question_ticks_groups(question: Question) -> None:
    ticking = {option.group for option in question.options.values()} - {None}

    assert ticking == (set(Group) if question is FLOW[-1] else set())
