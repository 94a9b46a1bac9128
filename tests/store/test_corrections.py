"""What regions state of themselves: who may, what is refused, and that nothing is lost or done twice."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation, allowed
from hub.identity.store import everything, forget
from hub.limits import Limits
from hub.live import Topics
from hub.retention import Retention
from hub.settings import ROOT, Settings
from hub.survey.mart import Mart
from hub.survey.service import Corrections
from hub.tables import audit, correction
from hub.tables import person as people
from hub.timetable import Run
from hub.visitor import FORMER, Role, Visitor

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
GIVEN = {
    "trace": "skane-online",
    "platform": "Skånes videotjänst",
    "stage": "use",
    "year": "2026",
    "source": "https://vardgivare.skane.se/video",
    "note": "Alla vårdcentraler.",
}


def person(name: str, *roles: Role, region: str = "") -> Visitor:
    return Visitor(f"person:{name}", name, name=name.title(), roles=frozenset({Role.READER, *roles}), region=region)


ELIN = person("elin", Role.EDITOR, region="M")
EVA = person("eva", Role.EDITOR, region="M")
ALVA = person("alva", Role.EDITOR, region="AB")
ADAM = person("adam", Role.ADMINISTRATOR)
MART = Mart(ROOT / "data")


@dataclass
class Room:
    corrections: Corrections
    topics: Topics
    moments: list[dt.datetime] = field(default_factory=lambda: [NOW])
    count: int = 0

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def correct(self, by: Visitor = ELIN, region: str = "M", routes=("inbox",), **given: str) -> str:
        self.moments[0] += dt.timedelta(minutes=1)
        return self.corrections.correct(by, region, {**GIVEN, **given}, routes, self.command())

    def standing(self, region: str = "M") -> list[str]:
        return [one.platform for one in self.corrections.standing().get(region, ())]


def room_over(database) -> Room:
    moments, topics = [NOW], Topics()
    for who in (ELIN, EVA, ALVA, ADAM):
        values = {
            "id": who.person_id, "issuer": "test", "subject": who.person_id, "name": who.name, "region": "",
            "organisation": "", "role_words": "", "shown": "name", "language": "sv", "notices": "none",
            "rules_version": 1, "created_at": NOW, "version": 1,
        }  # fmt: skip
        database.write(lambda connection, values=values: connection.execute(people.insert().values(values)))
    return Room(Corrections(database, Limits(factor=1_000), topics, lambda: moments[0], MART), topics, moments)


@pytest.fixture
def room(either) -> Room:
    return room_over(either)


@pytest.fixture
def quick(database) -> Room:
    return room_over(database)


def test_a_statement_is_read_back_as_it_was_made(room):
    id_ = room.correct(routes=("separate", "inbox"))
    (one,) = room.corrections.standing()["M"]

    assert (one.id, one.region, one.trace, one.platform) == (id_, "M", "skane-online", "Skånes videotjänst")
    assert (one.routes, one.stage, one.year) == (("inbox", "separate"), "use", 2026)
    assert (one.source, one.note, one.at) == (GIVEN["source"], GIVEN["note"], room.moments[0])
    assert (one.author, one.author_name, one.withdrawn_at) == ("elin", "Elin", None)


def test_the_last_word_on_a_trace_holds_and_earlier_ones_stay_in_the_history(room):
    room.correct(platform="Först")
    room.correct(EVA, platform="Sedan")

    assert room.standing() == ["Sedan"]
    assert [one.platform for one in room.corrections.history(ELIN, "M")] == ["Sedan", "Först"]


def test_services_that_we_have_no_trace_of_stand_side_by_side(room):
    room.correct(platform="Ett", trace="")
    room.correct(platform="Två", trace="")

    assert room.standing() == ["Två", "Ett"]


def test_the_mart_is_left_as_it_is(room):
    before = MART.region("M")
    room.correct()

    assert MART.region("M") == before


def test_a_repeated_command_states_it_once(room):
    first = room.corrections.correct(ELIN, "M", GIVEN, ["inbox"], "the-same-command")
    again = room.corrections.correct(ELIN, "M", GIVEN, ["inbox"], "the-same-command")

    assert first == again and len(room.corrections.history(ELIN, "M")) == 1


def test_what_is_withdrawn_is_shown_no_more_and_can_be_brought_back(room):
    id_ = room.correct()
    room.corrections.withdraw(ELIN, "M", id_, room.command())
    gone = room.standing()
    room.corrections.restore(ELIN, "M", id_, room.command())

    assert (gone, room.standing()) == ([], ["Skånes videotjänst"])


def test_withdrawing_the_last_word_lets_the_one_before_hold(room):
    room.correct(platform="Först")
    room.corrections.withdraw(EVA, "M", room.correct(platform="Sedan"), room.command())

    assert room.standing() == ["Först"]


def test_what_an_administrator_withdraws_only_an_administrator_brings_back(room):
    id_ = room.correct()
    room.corrections.withdraw(ADAM, "M", id_, room.command())
    with pytest.raises(Rejected, match="cannot-undo"):
        room.corrections.restore(ELIN, "M", id_, room.command())
    room.corrections.restore(ADAM, "M", id_, room.command())

    assert room.standing() == ["Skånes videotjänst"]


def test_the_statement_of_another_region_is_not_found(room):
    id_ = room.correct()

    with pytest.raises(NotFound):
        room.corrections.withdraw(ALVA, "AB", id_, room.command())


@pytest.mark.parametrize("trace", ["stockholm-alltid-oppet", "nothing-at-all"])
def test_a_trace_that_the_region_does_not_have_is_not_found(quick, trace):
    with pytest.raises(NotFound):
        quick.correct(trace=trace)


def test_each_change_moves_the_topic_and_stands_in_the_trail(room, either):
    before = room.topics.version("regions")
    id_ = room.correct()
    room.corrections.withdraw(ELIN, "M", id_, room.command())
    room.corrections.restore(ELIN, "M", id_, room.command())
    lines = either.read(lambda c: c.execute(sa.select(audit).order_by(audit.c.id)).all())

    assert room.topics.version("regions") == before + 3
    assert [line.action for line in lines] == ["region.correct", "region.withdraw", "region.restore"]
    assert {(line.object, line.facts["correction"]) for line in lines} == {("region:M", id_)}


def test_a_region_has_room_for_so_many_statements(quick, monkeypatch):
    monkeypatch.setattr("hub.survey.corrections.MOST", 2)
    quick.correct()
    quick.correct()

    with pytest.raises(Rejected) as caught:
        quick.correct()
    assert (caught.value.code, caught.value.facts) == ("too-many-corrections", {"most": 2})


@pytest.mark.parametrize("region", ["M", "AB"])
@pytest.mark.parametrize("role", list(Role))
def test_each_call_does_what_the_table_says(quick, role, region):
    mine = quick.correct()
    other = quick.correct(ALVA, "AB", trace="")
    by = Visitor("browser:1") if role is Role.READER else person("eva", role, region="M" if role is Role.EDITOR else "")
    standing = [Relation.REGION] if by.region == region else []
    id_ = mine if region == "M" else other
    trace = "skane-online" if region == "M" else ""
    calls = {
        "correct": (Action.REGION_CORRECT, lambda: quick.correct(by, region, trace=trace)),
        "withdraw": (Action.REGION_WITHDRAW, lambda: quick.corrections.withdraw(by, region, id_, quick.command())),
        "restore": (Action.REGION_WITHDRAW, lambda: quick.corrections.restore(by, region, id_, quick.command())),
        "history": (Action.REGION_WITHDRAW, lambda: quick.corrections.history(by, region)),
    }
    for name, (action, call) in calls.items():
        expected = "done" if allowed(by, action, standing) else "not-allowed"
        try:
            call()
            outcome = "done"
        except Rejected as error:
            outcome = error.code
        assert outcome == expected, name


def test_every_method_is_tried_by_every_role():
    assert {name for name in vars(Corrections) if not name.startswith("_")} == {
        "standing", "history", "correct", "withdraw", "restore",
    }  # fmt: skip


def test_whoever_leaves_takes_their_name_along_and_the_region_keeps_its_word(room, either):
    room.correct()
    found = either.read(lambda c: everything(c, "elin", "person:elin"))
    either.write(lambda c: forget(c, "elin", "person:elin", NOW, keep_texts=False))
    (one,) = room.corrections.standing()["M"]

    assert [row["platform"] for row in found["corrections"]] == ["Skånes videotjänst"]
    assert (one.author, one.author_name, one.platform) == ("", FORMER, "Skånes videotjänst")


def test_what_has_been_withdrawn_for_a_year_is_disposed_of_and_the_rest_stays(room, either):
    room.correct(platform="Står kvar")
    id_ = room.correct(platform="Tas bort", trace="")
    room.corrections.withdraw(ELIN, "M", id_, room.command())
    room.moments[0] += 366 * DAY
    done = Retention(Settings()).dispose(either, Run(room.moments[0], lambda: None))

    assert done["correction"] == 1
    assert either.read(lambda c: list(c.execute(sa.select(correction.c.platform)).scalars())) == ["Står kvar"]
