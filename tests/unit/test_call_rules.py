"""The state machine of a demo visit: every way on, every refusal, and walks at random."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.call import rules
from hub.call.rules import Counts, Run, Step, Visit, Way
from hub.errors import Rejected

NOW = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
STEPS = (
    Step("log-in", "staff", "record", login=True),
    Step("book", "staff", "record", risky=True),
    Step("send", "machine", "platform", risky=True),
    Step("tell", "machine", "telephone"),
    Step("read", "resident", "e-services"),
    Step("enter", "resident", "video", kind="wait"),
    Step("admit", "staff", "video", kind="admit"),
    Step("talk", "staff", "video", kind="call", risky=True),
    Step("write", "staff", "record"),
    Step("log", "machine", "record"),
)
WAYS = (
    Way("wrong-time", "detour", "book", "staff"),
    Way("lost", "detour", "talk", "resident"),
    Way("no-login", "stopped", "read", "resident"),
    Way("stranger", "prevented"),
    Way("elsewhere", "detour", "no-such-step", "staff"),
)


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def begun(*players: str, on: tuple[str, ...] = ()) -> Visit:
    return rules.begin(STEPS, WAYS, players or ("staff", "resident"), NOW, on)


def played(visit: Visit, *steps: str) -> Visit:
    """Do these steps, each by whoever it belongs to."""
    for name in steps:
        step = next(step for step in visit.steps if step.id == name)
        visit = rules.act(visit, step.actor, name, NOW)
    return visit


def in_call(*players: str, on: tuple[str, ...] = ()) -> Visit:
    visit = begun(*players, on=on)
    for name in ("log-in", "book", "read", "enter", "admit"):
        step = next(step for step in STEPS if step.id == name)
        visit = rules.act(visit, step.actor if step.actor in visit.players else players[0], name, NOW)
    return visit


def refused(work, *args, **kwargs) -> str:
    with pytest.raises(Rejected) as error:
        work(*args, **kwargs)
    return error.value.code


# --- Steps -----------------------------------------------------------------------------------------------------------


def test_a_visit_begins_before_its_first_step():
    assert begun().next == STEPS[0] and begun().done == ()


@pytest.mark.parametrize("kinds", [("wait", "call", "admit"), ("wait", "admit"), ("wait", "admit", "call", "call"), ()])
def test_a_visit_without_one_meeting_in_order_cannot_begin(kinds):
    steps = [Step(f"s{n}", "staff", "record", kind=kind) for n, kind in enumerate(kinds)]

    with pytest.raises(ValueError, match="once and in this order"):
        rules.begin(steps, (), ("staff",), NOW)


def test_what_machines_do_is_done_at_once_after_a_persons_step():
    visit = played(begun(), "log-in", "book")

    assert [one.step for one in visit.done] == ["log-in", "book", "send", "tell"]
    assert visit.next == STEPS[4]


def test_a_step_that_is_not_next_is_refused():
    assert refused(rules.act, begun(), "staff", "book", NOW) == "not-next"


def test_a_step_done_twice_is_refused_the_second_time():
    assert refused(rules.act, played(begun(), "log-in"), "staff", "log-in", NOW) == "not-next"


def test_the_other_ones_step_is_refused_when_two_play():
    assert refused(rules.act, begun(), "resident", "log-in", NOW) == "not-yours"


def test_whoever_plays_alone_does_the_counterparts_steps_too():
    visit = rules.act(begun("resident"), "resident", "log-in", NOW)

    assert visit.done[0].actor == "staff"


def test_the_call_is_not_done_by_acting():
    assert refused(rules.act, in_call(), "staff", "talk", NOW) == "not-next"


def test_a_visit_ends_when_everything_is_done_and_nothing_more_can_be():
    visit = played(rules.hang_up(in_call(), "staff", NOW), "write")

    assert visit.ending == "done" and visit.ended_at == NOW
    assert [one.step for one in visit.done] == [step.id for step in STEPS]
    assert refused(rules.act, visit, "staff", "write", NOW) == "over"
    assert refused(rules.hang_up, visit, "staff", NOW) == "over"
    assert refused(rules.refuse, visit, "staff", NOW) == "over"
    assert refused(rules.send_back, visit, "staff", NOW) == "over"
    assert refused(rules.step_out, visit, "resident") == "over"
    assert refused(rules.go_round, visit, "staff", NOW) == "over"
    assert refused(rules.switch, visit, "lost", on=True) == "over"


def test_a_step_is_stamped_with_the_seconds_since_the_visit_began():
    visit = rules.act(begun(), "staff", "log-in", later(12.5))

    assert visit.done[0].at_s == 12.5


# --- The waiting room and the call -----------------------------------------------------------------------------------


def test_whoever_enters_the_waiting_room_waits_from_then():
    visit = rules.act(played(begun(), "log-in", "book", "read"), "resident", "enter", later(60))

    assert visit.waiting_at == later(60)
    assert rules.phase(visit, "resident") == rules.phase(visit, "staff") == "wait"


def test_staff_stand_at_the_door_before_anybody_has_come():
    visit = played(begun(), "log-in", "book", "read")

    assert rules.phase(visit, "staff") == "wait" and rules.phase(visit, "resident") == "step"


def test_nobody_is_let_in_who_does_not_wait():
    visit = replace(played(begun(), "log-in", "book", "read", "enter"), waiting_at=None)

    assert refused(rules.act, visit, "staff", "admit", NOW) == "nobody-waits"
    assert refused(rules.refuse, visit, "staff", NOW) == "nobody-waits"


def test_the_resident_cannot_let_themselves_in():
    visit = played(begun(), "log-in", "book", "read", "enter")

    assert refused(rules.act, visit, "resident", "admit", NOW) == "not-yours"
    assert refused(rules.refuse, visit, "resident", NOW) == "not-yours"


def test_whoever_is_let_in_is_in_the_call_and_waits_no_longer():
    visit = in_call()

    assert visit.called_at == NOW and visit.waiting_at is None
    assert rules.phase(visit, "resident") == rules.phase(visit, "staff") == "call"


def test_whoever_is_not_let_in_ends_the_visit():
    visit = rules.refuse(played(begun(), "log-in", "book", "read", "enter"), "staff", NOW)

    assert visit.ending == "refused" and rules.phase(visit, "resident") == "end"


def test_refusing_is_refused_before_anybody_has_entered():
    assert refused(rules.refuse, begun(), "staff", NOW) == "nobody-waits"


def test_whoever_is_sent_back_waits_again_and_is_let_in_once_more():
    visit = rules.send_back(in_call(), "staff", later(30))

    assert visit.waiting_at == later(30) and visit.called_at is None
    again = rules.act(visit, "staff", "admit", later(40))
    assert rules.phase(again, "resident") == "call"
    assert [one.step for one in again.done].count("admit") == 2


@pytest.mark.parametrize("work", [rules.send_back, rules.hang_up])
def test_outside_a_call_nobody_is_sent_back_and_nothing_ends(work):
    assert refused(work, begun(), "staff", NOW) == "no-call"


def test_the_resident_neither_ends_the_call_for_both_nor_sends_anybody_back():
    assert refused(rules.hang_up, in_call(), "resident", NOW) == "not-yours"
    assert refused(rules.send_back, in_call(), "resident", NOW) == "not-yours"


def test_the_resident_steps_out_and_comes_back_while_the_call_goes_on():
    visit = rules.step_out(in_call(), "resident")

    assert rules.phase(visit, "resident") == "step" and rules.phase(visit, "staff") == "call"
    assert rules.phase(rules.step_in(visit, "resident"), "resident") == "call"


def test_staff_do_not_step_out_and_nobody_steps_in_who_is_not_out():
    assert refused(rules.step_out, in_call(), "staff") == "not-yours"
    assert refused(rules.step_in, in_call(), "resident") == "not-yours"
    assert refused(rules.step_in, rules.step_out(in_call(), "resident"), "staff") == "not-yours"
    assert refused(rules.step_out, begun(), "resident") == "no-call"
    assert refused(rules.step_in, begun(), "resident") == "no-call"


def test_staff_end_a_call_that_the_resident_has_left():
    visit = rules.hang_up(rules.step_out(in_call(), "resident"), "staff", NOW)

    assert not visit.outside and visit.next == STEPS[8]


def test_whoever_plays_alone_as_the_resident_ends_the_call():
    visit = rules.hang_up(in_call("resident"), "resident", NOW)

    assert visit.done[-1].step == "talk" and visit.done[-1].actor == "staff"


def test_who_is_connected_is_noted():
    visit = rules.come(rules.come(begun(), "staff"), "resident")

    assert visit.present == {"staff", "resident"} and rules.go(visit, "staff").present == {"resident"}


# --- Troubles --------------------------------------------------------------------------------------------------------


def test_a_trouble_stands_in_the_way_of_its_step_and_not_before():
    visit = begun(on=("wrong-time",))

    assert visit.standing == ""
    assert played(visit, "log-in").standing == "wrong-time"


def test_nothing_goes_on_while_a_trouble_stands_in_the_way():
    visit = played(begun(on=("wrong-time",)), "log-in")

    assert refused(rules.act, visit, "staff", "book", NOW) == "trouble-first"


def test_the_way_round_is_one_step_more_by_hand_and_the_visit_goes_on():
    visit = rules.go_round(played(begun(on=("wrong-time",)), "log-in"), "staff", NOW)

    assert visit.done[-1].trouble == "wrong-time" and visit.done[-1].manual
    assert played(visit, "book").done[-1].step == "tell"


def test_the_way_round_is_taken_by_whoever_takes_it():
    visit = played(begun(on=("wrong-time",)), "log-in")

    assert refused(rules.go_round, visit, "resident", NOW) == "not-yours"


def test_there_is_no_way_round_where_nothing_stands():
    assert refused(rules.go_round, begun(), "staff", NOW) == "no-trouble"


def test_a_trouble_that_stops_the_visit_ends_it_after_its_way_round():
    visit = played(begun(on=("no-login",)), "log-in", "book")
    ended = rules.go_round(visit, "resident", NOW)

    assert visit.standing == "no-login"
    assert ended.ending == "stopped" and ended.done[-1].trouble == "no-login"


def test_a_trouble_in_the_call_stands_beside_it_and_the_call_cannot_end_before():
    visit = in_call(on=("lost",))

    assert rules.phase(visit, "resident") == "call" and visit.standing == "lost"
    assert refused(rules.hang_up, visit, "staff", NOW) == "trouble-first"
    assert rules.hang_up(rules.go_round(visit, "resident", NOW), "staff", NOW).next == STEPS[8]


def test_what_cannot_happen_never_stands_in_the_way():
    assert rules.run_through(begun(on=("stranger",)), NOW).ending == "done"
    assert rules.count(rules.run_through(begun(on=("stranger",)), NOW).done).detours == 0


def test_a_trouble_whose_step_the_visit_does_not_have_is_not_offered():
    assert begun().way("elsewhere") is None
    assert refused(rules.switch, begun(), "elsewhere", on=True) == "unknown-trouble"


def test_a_trouble_switched_on_at_its_very_step_stands_there_at_once():
    visit = rules.switch(played(begun(), "log-in"), "wrong-time", on=True)

    assert visit.standing == "wrong-time"


def test_a_trouble_is_switched_off_again_before_it_happens():
    visit = rules.switch(begun(on=("wrong-time",)), "wrong-time", on=False)

    assert played(visit, "log-in").standing == ""


def test_a_trouble_that_stands_or_has_been_gone_round_is_not_switched():
    standing = played(begun(on=("wrong-time",)), "log-in")

    assert refused(rules.switch, standing, "wrong-time", on=False) == "trouble-first"
    assert refused(rules.switch, rules.go_round(standing, "staff", NOW), "wrong-time", on=False) == "trouble-first"


# --- Figures ---------------------------------------------------------------------------------------------------------


def test_figures_are_counted_from_what_was_done():
    done = rules.run_through(begun(), NOW).done

    assert rules.count(done) == Counts(
        staff=5, resident=2, machine=3, logins=1, systems=5, risks=3, hand_risks=2, detours=0
    )


def test_a_step_more_moves_every_figure_it_touches():
    more = Step("again", "resident", "new-system", login=True, risky=True)
    visit = rules.begin((more, *STEPS), WAYS, ("staff", "resident"), NOW)

    assert rules.count(rules.run_through(visit, NOW).done) == Counts(
        staff=5, resident=3, machine=3, logins=2, systems=6, risks=4, hand_risks=3, detours=0
    )


def test_a_way_round_counts_as_a_step_by_hand_and_as_no_place_for_errors():
    plain, troubled = (rules.count(rules.run_through(begun(on=on), NOW).done) for on in ((), ("wrong-time",)))

    assert troubled == replace(plain, staff=plain.staff + 1, detours=1)


def test_what_was_not_done_does_not_count():
    assert rules.count(played(begun(), "log-in").done).staff == 1


def test_a_run_comes_back_from_an_address_as_it_was():
    visit = rules.run_through(begun(on=("wrong-time",)), later(142))
    run = rules.run_of(visit, "inbox", "care")
    (back,) = rules.read_runs(rules.write_runs([run]))

    assert back == run == Run("inbox", "care", 142, run.done)
    assert rules.count(rules.done_of(back, STEPS, {way.trouble: way for way in WAYS})) == rules.count(visit.done)


def test_of_two_runs_at_a_level_the_later_counts():
    first, second = Run("inbox", "care", 1, ("a",)), Run("inbox", "care", 2, ("b",))

    assert rules.read_runs(rules.write_runs([first, second])) == (second,)
    assert rules.with_run([first], second) == (second,)


def test_steps_that_no_longer_exist_are_left_out_of_a_run():
    run = Run("inbox", "care", 1, ("gone", "log-in", "!gone", "!elsewhere"))

    assert [one.step for one in rules.done_of(run, STEPS, {way.trouble: way for way in WAYS})] == ["log-in"]


@pytest.mark.parametrize(
    "text", ["", "~", "inbox", "inbox_care", "inbox_care_x_a", "inbox_care_-1_a", "inbox_care_99999999_a", "_care_1_a",
             "inbox_care_٣_a", "a_b_1_" + ".".join("x" * 81)],
)  # fmt: skip
def test_what_is_no_run_is_none(text):
    assert rules.read_runs(text) == ()


@given(st.text(max_size=300))
def test_no_address_can_make_reading_runs_fail(text):
    assert len(rules.read_runs(text)) <= 16


# --- Walks at random -------------------------------------------------------------------------------------------------

ROLE = st.sampled_from(["resident", "staff"])
MOVE = st.one_of(
    st.tuples(st.just("act"), ROLE, st.sampled_from([step.id for step in STEPS])),
    st.tuples(st.sampled_from(["refuse", "send_back", "hang_up", "go_round"]), ROLE),
    st.tuples(st.sampled_from(["step_out", "step_in", "come", "go"]), ROLE),
    st.tuples(st.just("switch"), st.sampled_from([way.trouble for way in WAYS]), st.booleans()),
    st.tuples(st.just("next"), ROLE),
)


def moved(visit: Visit, move: tuple, now: dt.datetime) -> Visit:
    name, *args = move
    if name == "next":
        return gone_on(visit, args[0], now)
    if name == "switch":
        return rules.switch(visit, args[0], on=args[1])
    if name in {"step_out", "step_in", "come", "go"}:
        return getattr(rules, name)(visit, args[0])
    return getattr(rules, name)(visit, *args, now)


def gone_on(visit: Visit, role: str, now: dt.datetime) -> Visit:
    if visit.next is None:
        return visit
    if visit.standing:
        return rules.go_round(visit, role, now)
    if visit.next.kind == "call":
        return rules.hang_up(visit, role, now)
    return rules.act(visit, role, visit.next.id, now)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(MOVE, max_size=60), st.sampled_from([("staff",), ("resident",), ("staff", "resident")])
)  # fmt: skip
def test_whatever_is_tried_a_visit_stays_whole_and_can_be_ended(moves, players):
    visit = begun(*players)
    for number, move in enumerate(moves):
        before = visit
        try:
            visit = moved(visit, move, later(number))
        except Rejected:
            assert visit is before
        assert 0 <= visit.place <= len(STEPS)
        assert visit.done[: len(before.done)] == before.done
        assert (visit.called_at is None) or (visit.waiting_at is None)
        assert bool(visit.ending) == (visit.ended_at is not None) == (visit.next is None)
        assert not visit.standing or (visit.next and visit.way(visit.standing).step == visit.next.id)
        assert {one.trouble for one in visit.done} - {""} == set(visit.met)
        assert not visit.outside or visit.called_at is not None
        if visit.next:
            assert visit.next.actor != "machine" or visit.standing
            assert (visit.next.kind == "call") == (visit.called_at is not None)
            assert (visit.next.kind == "admit") == (visit.waiting_at is not None)

    ended = rules.run_through(visit, later(1000))
    assert ended.ending
