"""Rooms for demo visits, and what a player sees in one; with the real visits and a clock that stands still."""

import datetime as dt
import os
import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from hub.bootstrap import build
from hub.call import rules
from hub.call.comparison import Comparison
from hub.call.content import System
from hub.call.reading import VisitReading
from hub.call.rules import ROLES, Role, other
from hub.call.service import EMPTY, LONGEST, Rooms, Wish, counts_of, reference_run
from hub.errors import NotFound, Rejected, Unavailable
from hub.language import LANGUAGES
from hub.limits import Limits
from hub.settings import read_settings
from hub.visitor import Visitor

HUB = build(read_settings(os.environ))
VISITS = HUB.visits
READING = HUB.visit_readings["sv"]
COMPARISON = HUB.comparisons["sv"]
NOW = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
EVERY = [(level, variant.id) for level, content in VISITS.levels.items() for variant in content.variants]
TROUBLES = [trouble.id for trouble in VISITS.words.troubles]
SOMEBODY = Visitor("browser:one")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock) -> Rooms:
    return Rooms(VISITS, Limits(factor=1000), clock)


def wish(
    level: str = "inbox", variant: str = "care", role: Role = "resident", *, together: bool = False, **more
) -> Wish:
    return Wish(level, variant, role, together, **more)


def words(html: str) -> str:
    bare = re.sub(r"<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare)))


def both(rooms: Rooms, **more) -> dict[Role, object]:
    """Open a room for two; return their seats."""
    seat = rooms.seat(rooms.open(SOMEBODY, wish(together=True, **more)))
    tokens = rooms.room(seat).tokens
    return {role: rooms.seat(tokens[role]) for role in ROLES}


def play_on(rooms: Rooms, seats: dict[Role, object], until: str = "") -> None:
    """Do what is next, by whoever does it, until a kind of step is next or the visit is over."""
    anyone = next(iter(seats.values()))
    while (due := rooms.room(anyone).visit.next) is not None and due.kind != until:
        visit = rooms.room(anyone).visit
        if visit.standing:
            seat = seats.get(visit.way(visit.standing).who, anyone)
            rooms.go_round(seat)
        elif due.kind == "call":
            rooms.leave(seats.get("staff", anyone))
        else:
            rooms.act(seats.get(due.actor, anyone), due.id)


# --- Rooms -----------------------------------------------------------------------------------------------------------


def test_a_token_opens_its_seat_and_no_other(rooms):
    seats = both(rooms)

    assert seats["staff"].role == "staff" and seats["resident"].role == "resident"
    assert seats["staff"].room_id == seats["resident"].room_id


def test_whoever_plays_alone_gets_one_token(rooms):
    seat = rooms.seat(rooms.open(SOMEBODY, wish()))

    assert list(rooms.room(seat).tokens) == ["resident"]


@pytest.mark.parametrize("token", ["", "x", "../..", "a" * 5000, "\x00"])
def test_a_token_that_nobody_has_opens_nothing(rooms, token):
    with pytest.raises(NotFound):
        rooms.seat(token)


@pytest.mark.parametrize(("level", "variant"), [("none", "care"), ("inbox", "none"), ("", "")])
def test_a_visit_that_does_not_exist_cannot_be_played(rooms, level, variant):
    with pytest.raises(NotFound):
        rooms.open(SOMEBODY, wish(level, variant))


def test_tokens_are_long_and_never_the_same(rooms):
    tokens = {rooms.open(SOMEBODY, wish()) for _ in range(50)}

    assert len(tokens) == 50 and min(map(len, tokens)) >= 32


def test_a_room_closes_when_its_hour_is_up(rooms, clock):
    token = rooms.open(SOMEBODY, wish())
    seat = rooms.seat(token)
    rooms.come(seat, lambda: None)
    clock.pass_(seconds=LONGEST.total_seconds())

    with pytest.raises(NotFound):
        rooms.seat(token)
    assert rooms.count() == 0


def test_a_room_with_nobody_in_it_closes_after_ten_minutes(rooms, clock):
    token = rooms.open(SOMEBODY, wish())
    clock.pass_(seconds=EMPTY.total_seconds() - 1)
    assert rooms.seat(token)
    clock.pass_(seconds=1)

    with pytest.raises(NotFound):
        rooms.seat(token)


def test_a_room_stays_while_somebody_sits_in_it(rooms, clock):
    token = rooms.open(SOMEBODY, wish())
    rooms.come(rooms.seat(token), lambda: None)
    clock.pass_(minutes=30)

    assert rooms.seat(token)


def test_when_all_rooms_are_taken_nobody_gets_one_and_nobody_loses_one(clock):
    rooms = Rooms(VISITS, Limits(factor=1000), clock, most=1)
    token = rooms.open(SOMEBODY, wish())

    with pytest.raises(Unavailable):
        rooms.open(SOMEBODY, wish())
    assert rooms.seat(token)


def test_one_visitor_cannot_open_rooms_without_end(clock):
    rooms = Rooms(VISITS, Limits({"demo": 3}), clock)
    for _ in range(3):
        rooms.open(SOMEBODY, wish())

    with pytest.raises(Rejected, match="too-often"):
        rooms.open(SOMEBODY, wish())


def test_everybody_in_a_room_is_woken_by_a_change(rooms):
    seats = both(rooms)
    woken = []
    for role, seat in seats.items():
        rooms.come(seat, lambda role=role: woken.append(role))
    woken.clear()
    first = rooms.room(seats["staff"]).visit.next
    rooms.act(seats["staff"], first.id)

    assert sorted(woken) == ["resident", "staff"]


def test_a_refused_step_changes_nothing_and_wakes_nobody(rooms):
    seats = both(rooms)
    woken = []
    rooms.come(seats["staff"], lambda: woken.append(1))
    woken.clear()
    before = rooms.room(seats["staff"])
    with pytest.raises(Rejected):
        rooms.act(seats["staff"], "no-such-step")

    assert rooms.room(seats["staff"]) == before and woken == []


def test_the_window_that_comes_later_has_the_seat(rooms):
    seat = rooms.seat(rooms.open(SOMEBODY, wish()))

    def first() -> None:
        pass

    def second() -> None:
        pass

    assert rooms.come(seat, first) is None
    assert rooms.come(seat, second) is first
    rooms.go(seat, first)
    assert "resident" in rooms.room(seat).visit.present
    rooms.go(seat, second)
    assert "resident" not in rooms.room(seat).visit.present


def test_whoever_stands_up_by_the_same_method_again_is_gone_and_the_room_empties(rooms, clock):
    class Window:
        def wake(self) -> None:
            pass

    token = rooms.open(SOMEBODY, wish())
    seat, window = rooms.seat(token), Window()
    rooms.come(seat, window.wake)
    rooms.go(seat, window.wake)

    assert "resident" not in rooms.room(seat).visit.present
    clock.pass_(seconds=EMPTY.total_seconds())
    with pytest.raises(NotFound):
        rooms.seat(token)


def test_a_resident_among_two_leaves_the_call_to_the_other_and_may_come_back(rooms):
    seats = both(rooms)
    play_on(rooms, seats, until="call")
    rooms.leave(seats["resident"])

    assert rooms.room(seats["staff"]).visit.outside and not rooms.room(seats["staff"]).visit.ending
    assert not rooms.step_in(seats["resident"]).visit.outside


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("level", "variant"), EVERY)
def test_every_visit_can_be_played_to_its_end(rooms, level, variant, together):
    seat = rooms.seat(rooms.open(SOMEBODY, wish(level, variant, together=together)))
    tokens = rooms.room(seat).tokens
    seats = {role: rooms.seat(token) for role, token in tokens.items()}
    play_on(rooms, seats)

    assert rooms.room(seat).visit.ending == "done"


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(("level", "variant"), EVERY)
def test_every_trouble_is_met_gone_round_or_cannot_happen_and_the_visit_ends(rooms, level, variant, trouble):
    way = next(way for way in rooms.ways(level) if way.trouble == trouble)
    steps = {step.id for step in rooms.variant(level, variant).steps}
    if way.outcome != "prevented" and way.step not in steps:
        with pytest.raises(Rejected, match="unknown-trouble"):
            rooms.open(SOMEBODY, wish(level, variant, switched=(trouble,)))
        return
    seat = rooms.seat(rooms.open(SOMEBODY, wish(level, variant, switched=(trouble,))))
    play_on(rooms, {"resident": seat})
    visit = rooms.room(seat).visit

    assert visit.ending == ("stopped" if way.outcome == "stopped" else "done")
    assert [one.trouble for one in visit.done if one.trouble] == ([] if way.outcome == "prevented" else [trouble])


# --- What a player sees ----------------------------------------------------------------------------------------------


def seen(rooms: Rooms, seat, clock: Clock, reading: VisitReading = READING):
    return reading.view(rooms.room(seat), seat.role, clock(), "https://hub.example.org")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("level", "variant"), EVERY)
def test_each_view_of_a_visit_is_whole_for_both(rooms, clock, level, variant, language):
    reading = HUB.visit_readings[language]
    seats = both(rooms, level=level, variant=variant)
    turns = []
    while True:
        views = {role: seen(rooms, seat, clock, reading) for role, seat in seats.items()}
        for view in views.values():
            # The call has a heading of its own, drawn in the browser.
            assert view.stage.count("data-focus") == view.stage.count("<h2") == int(view.phase != "call")
            assert "{" not in words(view.stage + view.side)
        turns.append(views["staff"].turn)
        visit = rooms.room(seats["staff"]).visit
        if visit.ending:
            break
        doers = [role for role, view in views.items() if re.search(r"data-do='act'", view.stage)]
        if visit.next.kind == "call":
            assert {view.phase for view in views.values()} == {"call"}
            rooms.leave(seats["staff"])
        else:
            assert doers == [visit.next.actor]
            rooms.act(seats[doers[0]], visit.next.id)
    assert len(set(turns)) == len(turns)


def test_whoever_plays_alone_always_has_a_button_to_go_on_with(rooms, clock):
    for role in ROLES:
        seat = rooms.seat(rooms.open(SOMEBODY, wish(role=role)))
        while not (visit := rooms.room(seat).visit).ending:
            if visit.next.kind == "call":
                rooms.leave(seat)
                continue
            assert f"data-value='{visit.next.id}'" in seen(rooms, seat, clock).stage
            rooms.act(seat, visit.next.id)


def test_staff_see_who_waits_and_how_long(rooms, clock):
    seats = both(rooms)
    play_on(rooms, seats, until="admit")
    assert "Kom alldeles nyss" in words(seen(rooms, seats["staff"], clock).stage)
    clock.pass_(minutes=3)

    stage = seen(rooms, seats["staff"], clock).stage
    assert "Olle" in words(stage) and "Har väntat 3 minuter" in words(stage)
    assert "data-do='refuse'" in stage and "Om ingen kommer" in words(stage)


def test_the_resident_who_waits_can_neither_admit_nor_refuse(rooms, clock):
    seats = both(rooms)
    play_on(rooms, seats, until="admit")

    assert "data-do" not in seen(rooms, seats["resident"], clock).stage


def test_a_visit_for_two_shows_the_link_until_the_other_has_come(rooms, clock):
    seats = both(rooms)
    view = seen(rooms, seats["resident"], clock)
    token = rooms.room(seats["resident"]).tokens["staff"]
    assert f"https://hub.example.org/besok/{token}" in view.side and "<svg" in view.side
    rooms.come(seats["staff"], lambda: None)

    assert token not in seen(rooms, seats["resident"], clock).side


def test_nobody_is_shown_their_own_token(rooms, clock):
    seats = both(rooms)
    tokens = rooms.room(seats["staff"]).tokens

    for role, seat in seats.items():
        view = seen(rooms, seat, clock)
        assert tokens[role] not in view.stage + view.side


def test_what_has_moved_is_drawn_with_contract_ground_and_log(rooms, clock):
    seats = both(rooms)
    for _ in range(2):
        rooms.act(seats["staff"], rooms.room(seats["staff"]).visit.next.id)

    side = seen(rooms, seats["staff"], clock).side
    assert "AddMessage 2.0" in words(side) and "Loggas" in words(side) and "hub-passages" in side


def test_a_step_without_a_source_says_that_it_is_our_simplification(rooms, clock):
    seats = both(rooms)
    rooms.act(seats["staff"], rooms.room(seats["staff"]).visit.next.id)

    assert "vår förenkling" in words(seen(rooms, seats["staff"], clock).side)


def test_a_trouble_that_cannot_happen_says_why(rooms, clock):
    way = next(way for way in rooms.ways("framework") if way.outcome == "prevented")
    seat = rooms.seat(rooms.open(SOMEBODY, wish("framework", switched=(way.trouble,))))

    assert "Kan inte hända här" in words(seen(rooms, seat, clock).side)


def test_the_end_gives_the_figures_of_what_was_done_and_the_way_to_compare(rooms, clock):
    seats = both(rooms)
    clock.pass_(seconds=75)
    play_on(rooms, seats)
    visit = rooms.room(seats["staff"]).visit
    stage = seen(rooms, seats["staff"], clock).stage
    counts = rules.count(visit.done)

    assert "Besöket är slut" in words(stage) and "1 min 15 s" in words(stage)
    assert f"Handgrepp, vårdpersonalen {counts.staff}" in words(stage)
    link = unescape(re.search(r"href='(/prova\?[^']*del=jamfor[^']*)'", stage)[1])
    (run,) = rules.read_runs(link.partition("egna=")[2].partition("&")[0])
    assert counts_of(VISITS, run) == counts and run.seconds == 75


def test_players_are_told_five_minutes_before_their_room_closes(rooms, clock):
    seat = rooms.seat(rooms.open(SOMEBODY, wish()))
    rooms.come(seat, lambda: None)
    clock.pass_(minutes=54)
    assert "stänger" not in words(seen(rooms, seat, clock).stage)
    clock.pass_(minutes=1)
    assert "Rummet stänger om 5 minuter" in words(seen(rooms, seat, clock).stage)
    clock.pass_(minutes=4, seconds=30)

    assert "Rummet stänger om en minut" in words(seen(rooms, seat, clock).stage)


def test_the_way_to_play_again_leads_to_the_same_visit_from_the_other_chair(rooms, clock):
    seats = both(rooms, level="hop-out", variant="resident-drops-in")
    play_on(rooms, seats)
    link = next(
        link
        for link in re.findall(r"href='(/prova\?[^']*)'", seen(rooms, seats["staff"], clock).stage)
        if "del=jamfor" not in link
    )

    query = dict(parse_qsl(unescape(link).partition("?")[2]))
    assert query.pop("egna")
    assert query == {"niva": "hop-out", "start": "resident-drops-in", "roll": "resident", "sallskap": "tva"}


def test_what_has_been_done_is_said_and_not_said_again(rooms, clock):
    seats = both(rooms)
    for _ in range(2):
        rooms.act(seats["staff"], rooms.room(seats["staff"]).visit.next.id)
    visit = rooms.room(seats["staff"]).visit
    last = max(number for number, one in enumerate(visit.done) if one.manual)
    steps = {step.id: step for step in VISITS.levels["inbox"].variants[0].steps}

    assert seen(rooms, seats["resident"], clock).announce == (
        "Sara Provsson är inte ansluten",
        f"{steps[visit.done[last].step].says['sv']} {len(visit.done) - last - 1} steg följde automatiskt.",
    )


def test_whoever_is_not_let_in_is_told_what_to_do(rooms, clock):
    seats = both(rooms)
    play_on(rooms, seats, until="admit")
    rooms.refuse(seats["staff"])

    assert "ringa mottagningen" in words(seen(rooms, seats["resident"], clock).stage)


# --- Side by side ----------------------------------------------------------------------------------------------------


def figures(html: str) -> dict[str, list[str]]:
    rows = re.findall(r"<tr><th scope='row'>(.*?)</th>(.*?)</tr>", html)
    return {unescape(name): re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows}


def test_the_levels_are_compared_by_their_reference_runs():
    rows = figures(COMPARISON.table((), NOW))
    counted = [rules.count(reference_run(VISITS, level, NOW)) for level in VISITS.levels]

    assert rows["Handgrepp, vårdpersonalen"] == [str(one.staff) for one in counted]
    assert rows["Handgrepp, invånaren"] == [str(one.resident) for one in counted]
    assert rows["Inloggningar"] == [str(one.logins) for one in counted]
    assert rows["System som passeras"] == [str(one.systems) for one in counted]
    assert rows["Ställen där ett fel kan komma in"] == [str(one.risks) for one in counted]


def test_a_step_added_to_the_content_moves_every_figure_of_its_level_and_no_other():
    content = VISITS.levels["inbox"]
    first = content.variants[0]
    model = next(step for step in first.steps if step.surface == "login")
    more = model.model_copy(
        update={
            "id": "one-more-step",
            "actor": "staff",
            "system": System.TELEPHONE,
            "wrong": model.wrong or first.steps[1].wrong,
        }
    )
    grown = first.model_copy(update={"steps": (first.steps[0], more, *first.steps[1:])})
    visits = VISITS.model_copy(
        update={"levels": {**VISITS.levels, "inbox": content.model_copy(update={"variants": (grown,)})}}
    )  # fmt: skip
    before, after = (rules.count(reference_run(each, "inbox", NOW)) for each in (VISITS, visits))
    assert (after.staff, after.logins, after.risks) == (before.staff + 1, before.logins + 1, before.risks + 1)
    assert rules.count(reference_run(visits, "hop-out", NOW)) == rules.count(reference_run(VISITS, "hop-out", NOW))
    comparison = Comparison(visits, {level: level for level in visits.levels}, HUB.catalogue, "sv")
    old, new = figures(COMPARISON.table((), NOW)), figures(comparison.table((), NOW))
    for name in ("Handgrepp, vårdpersonalen", "Inloggningar", "Ställen där ett fel kan komma in"):
        assert [int(b) - int(a) for a, b in zip(old[name], new[name], strict=True)] == [
            int(level == "inbox") for level in VISITS.levels
        ]


def test_the_message_over_the_comparison_says_what_the_figures_say():
    html = COMPARISON.table((), NOW)
    hands = {level: rules.count(reference_run(VISITS, level, NOW)) for level in VISITS.levels}
    totals = {level: one.staff + one.resident for level, one in hands.items()}
    message = words(re.search(r"<h2 id='jamforelse'>(.*?)</h2>", html)[1])

    assert str(min(totals.values())) in message and str(max(totals.values())) in message
    for level, total in totals.items():
        assert (READING.level_name(level) in message) == (total in {min(totals.values()), max(totals.values())})


def test_a_run_of_ones_own_stands_beside_the_reference(rooms, clock):
    seat = rooms.seat(rooms.open(SOMEBODY, wish(switched=("message-not-read",))))
    clock.pass_(seconds=42)
    play_on(rooms, {"resident": seat})
    run = rules.run_of(rooms.room(seat).visit, "inbox", "care")
    html = COMPARISON.table([run], NOW)

    assert "42 s" in words(html) and "din körning" in words(html)
    own = counts_of(VISITS, run)
    assert f"ditt: {own.staff}" in words(html)


def test_a_run_of_what_is_no_longer_there_is_left_out():
    assert COMPARISON.table(rules.read_runs("inbox_gone_5_a.b~gone_care_5_a"), NOW) == COMPARISON.table((), NOW)


@pytest.mark.parametrize("level", VISITS.levels)
def test_there_are_questions_to_ask_at_every_level(level):
    assert len(READING.questions(level)) >= 3


def test_the_other_role_is_the_other():
    assert [other(role) for role in ROLES] == ["staff", "resident"]
