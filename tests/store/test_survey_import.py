"""A file of answers that is taken in: all of it or nothing, by whoever may, and nothing overwritten unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.errors import NotFound, Rejected
from hub.live import Topics
from hub.survey.answering import Access
from hub.survey.incoming import Line
from tests.store.test_answering import (
    ADAM,
    COACH,
    CODES,
    DAY,
    EDITORS,
    ELIN,
    EVA,
    FIRST,
    KEY,
    NOW,
    PHONE,
    STATEMENTS,
    Room,
    room_over,
)

SECOND = STATEMENTS[1]
ALL = [Line(statement, "4", f"Underlag {number}.") for number, statement in enumerate(STATEMENTS)]


@pytest.fixture
def room(either) -> Room:
    return room_over(either)


@pytest.fixture
def quick(database) -> Room:
    return room_over(database)


def settled(room: Room, access: Access) -> dict[str, tuple[str, str, int]]:
    held = room.rounds.sheet(ELIN, access).settled
    return {statement: (one.choice, one.evidence, one.version) for statement, one in held.items()}


def test_a_whole_file_is_taken_and_can_be_handed_in(room):
    round_ = room.begin()
    access = room.take_part(round_)

    assert room.rounds.import_answers(ELIN, access, ALL, room.command()) == len(STATEMENTS)
    assert settled(room, access) == {one.statement: ("4", one.evidence, 1) for one in ALL}
    room.rounds.submit(ELIN, access, room.command())
    (standing,) = room.rounds.standings(PHONE, round_)
    assert standing.answers[FIRST].choice == 4


def test_an_import_is_one_line_of_history_that_says_what_was_before(room):
    access = room.take_part(room.begin())
    room.rounds.settle(ELIN, access, FIRST, choice="2", evidence="", version=0)
    lines = [Line(FIRST, "3", "Ny.", 1), Line(SECOND, "dont-know", "")]
    room.rounds.import_answers(EVA, access, lines, room.command())

    entry = room.rounds.history(ELIN, access)[0]
    assert (entry.kind, entry.by_name) == ("import", "Eva")
    assert entry.before == {FIRST: {"choice": "2", "evidence": ""}, SECOND: {"choice": "", "evidence": ""}}
    assert entry.after == {FIRST: {"choice": "3", "evidence": "Ny."}, SECOND: {"choice": "dont-know", "evidence": ""}}


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (Line("no-such", "3", ""), NotFound, "no-such"),
        (Line(SECOND, "6", ""), Rejected, "unknown-choice"),
        (Line(SECOND, "3", "x" * 501), Rejected, "too-long"),
        (Line(FIRST, "3", ""), Rejected, "doubled"),
        (Line(SECOND, "3", "", 7), Rejected, "changed-meanwhile"),
    ],
)
def test_one_bad_row_keeps_the_whole_file_out(room, bad, error, says):
    access = room.take_part(room.begin())

    with pytest.raises(error, match=says):
        room.rounds.import_answers(ELIN, access, [Line(FIRST, "3", ""), bad], room.command())
    assert settled(room, access) == {}
    assert [entry.kind for entry in room.rounds.history(ELIN, access)] == ["begin"]


def test_what_was_settled_since_the_preview_is_not_overwritten(room):
    access = room.take_part(room.begin())
    room.rounds.settle(EVA, access, SECOND, choice="5", evidence="Evas.", version=0)

    with pytest.raises(Rejected, match="changed-meanwhile") as refused:
        room.rounds.import_answers(ELIN, access, [Line(FIRST, "3", ""), Line(SECOND, "1", "")], room.command())
    assert refused.value.field == SECOND and refused.value.facts["choice"] == "5"
    assert settled(room, access) == {SECOND: ("5", "Evas.", 1)}


def test_the_same_command_twice_is_done_once(room):
    access, command = room.take_part(room.begin()), room.command()

    assert [room.rounds.import_answers(ELIN, access, ALL, command) for _ in range(2)] == [len(ALL)] * 2
    assert {version for _, _, version in settled(room, access).values()} == {1}
    assert [entry.kind for entry in room.rounds.history(ELIN, access)] == ["import", "begin"]


def test_a_file_that_says_what_stands_there_changes_nothing(quick):
    access = quick.take_part(quick.begin())
    quick.rounds.import_answers(ELIN, access, ALL, quick.command())

    assert quick.rounds.import_answers(ELIN, access, ALL, quick.command()) == 0
    assert [entry.kind for entry in quick.rounds.history(ELIN, access)] == ["import", "begin"]


@pytest.mark.parametrize("by", [PHONE, COACH, ADAM, EDITORS["AB"]], ids=lambda by: by.key)
def test_nobody_else_finds_a_part_to_import_into(quick, by):
    access = quick.take_part(quick.begin())

    with pytest.raises(NotFound):
        quick.rounds.import_answers(by, access, ALL, quick.command())
    assert settled(quick, access) == {}


def test_the_link_for_colleagues_does_not_import(quick):
    access = quick.take_part(quick.begin())

    with pytest.raises(Rejected, match="not-allowed"):
        quick.rounds.import_answers(PHONE, replace(access, key=KEY), ALL, quick.command())
    assert settled(quick, access) == {}


def test_nothing_is_imported_into_what_is_handed_in(room):
    access = room.hand_in(room.begin(), ELIN, "public")

    with pytest.raises(Rejected, match="submitted"):
        room.rounds.import_answers(ELIN, access, ALL, room.command())


@pytest.mark.parametrize(("moment", "code"), [(NOW - 2 * DAY, "round-coming"), (NOW + 10 * DAY, "round-closed")])
def test_nothing_is_imported_outside_the_round(quick, moment, code):
    access = quick.take_part(quick.begin())
    quick.moments[0] = moment

    with pytest.raises(Rejected, match=code):
        quick.rounds.import_answers(ELIN, access, ALL, quick.command())


def test_a_region_that_has_not_begun_has_nothing_to_import_into(quick):
    with pytest.raises(NotFound):
        quick.rounds.import_answers(ELIN, Access(quick.begin().id, "M"), ALL, quick.command())


def test_an_import_is_told_to_those_who_listen_to_the_region(quick):
    access = quick.take_part(quick.begin())
    topics: Topics = quick.topics
    before = topics.version(f"survey:{access.round_id}:M")
    quick.rounds.import_answers(ELIN, access, ALL, quick.command())

    assert topics.version(f"survey:{access.round_id}:M") == before + 1
    assert CODES[-1] == "M"
