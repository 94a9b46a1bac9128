"""A round of the survey: who may write what, that nothing is lost or overwritten unseen, and what is kept at the close."""

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest

from hub.errors import NotFound, Rejected
from hub.identity.store import everything, forget
from hub.levels.content import read_levels
from hub.limits import Limits
from hub.live import Topics
from hub.requirements.content import read_requirements
from hub.settings import ROOT
from hub.survey.answering import Access, Rounds
from hub.survey.content import read_questionnaires
from hub.survey.rounds import Round
from hub.tables import person as people
from hub.visitor import FORMER, Role, Visitor

NOW = dt.datetime(2027, 2, 1, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CONTENT = ROOT / "content"
QUESTIONNAIRES = read_questionnaires(
    CONTENT,
    levels=read_levels(CONTENT / "levels"),
    requirements=[one.id for one in read_requirements(CONTENT / "requirements").requirements],
)
ASKED = QUESTIONNAIRES[max(QUESTIONNAIRES)]
STATEMENTS = tuple(ASKED.statements)
FIRST = STATEMENTS[0]
CODES = ("AB", "C", "D", "E", "F", "G", "H", "M")
KEY = "k" * 22


def person(name: str, *roles: Role, region: str = "") -> Visitor:
    return Visitor(f"person:{name}", name, name=name.title(), roles=frozenset({Role.READER, *roles}), region=region)


ELIN = person("elin", Role.EDITOR, region="M")
EVA = person("eva", Role.EDITOR, region="M")
ADAM = person("adam", Role.ADMINISTRATOR)
COACH = person("cia", Role.COACH)
PHONE = Visitor("browser:abc", address="address:x")
EDITORS = {code: person(f"ed{code.lower()}", Role.EDITOR, region=code) for code in CODES}


@dataclass
class Room:
    rounds: Rounds
    topics: Topics
    moments: list[dt.datetime] = field(default_factory=lambda: [NOW])
    count: int = 0

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def begin(self, title: str = "Våren 2027") -> Round:
        titles = {"sv": title, "en": title}
        return self.rounds.round(self.rounds.begin(ADAM, titles, NOW - DAY, NOW + 10 * DAY, self.command()))

    def take_part(self, round_: Round, by: Visitor = ELIN, visibility: str = "public") -> Access:
        access = Access(round_.id, by.region)
        self.rounds.take_part(by, access, visibility, KEY, self.command())
        return access

    def settle(self, access: Access, by: Visitor, choice: str = "3", but: dict[str, str] | None = None) -> None:
        for statement in STATEMENTS:
            given = {**dict.fromkeys(STATEMENTS, choice), **(but or {})}[statement]
            self.rounds.settle(by, access, statement, choice=given, evidence="", version=0)

    def hand_in(self, round_: Round, by: Visitor, visibility: str, choice: str = "3") -> Access:
        access = self.take_part(round_, by, visibility)
        self.settle(access, by, choice)
        self.rounds.submit(by, access, self.command())
        return access

    def answer(
        self, by: Visitor, access: Access, choice: str, *, version: int = 0, name: str = "", evidence: str = ""
    ) -> int:
        return self.rounds.answer(by, access, FIRST, choice=choice, evidence=evidence, name=name, version=version)


def room_over(database) -> Room:
    moments, topics = [NOW], Topics()
    for who in (ELIN, EVA, ADAM, COACH, *EDITORS.values()):
        values = {
            "id": who.person_id, "issuer": "test", "subject": who.person_id, "name": who.name, "region": "",
            "organisation": "", "role_words": "", "shown": "name", "language": "sv", "notices": "none",
            "rules_version": 1, "created_at": NOW, "version": 1,
        }  # fmt: skip
        database.write(lambda connection, values=values: connection.execute(people.insert().values(values)))
    rounds = Rounds(database, Limits(factor=1_000), topics, lambda: moments[0], QUESTIONNAIRES, frozenset(CODES))
    return Room(rounds, topics, moments)


@pytest.fixture
def room(either) -> Room:
    return room_over(either)


@pytest.fixture
def quick(database) -> Room:
    return room_over(database)


def test_three_answer_for_themselves_and_the_region_settles_on_one_answer(room):
    round_ = room.begin()
    access = room.take_part(round_)
    link = replace(access, key=KEY)
    room.answer(ELIN, access, "2")
    room.answer(EVA, access, "5", evidence="Nio av tio mottagningar.")
    room.answer(PHONE, link, "dont-know", name="Sköterska på BUP")
    room.settle(access, ELIN, "3", {FIRST: "4"})
    room.rounds.submit(ELIN, access, room.command())

    sheet = room.rounds.sheet(EVA, access)
    assert {one.name: one.choices[FIRST] for one in sheet.colleagues} == {
        "Elin": "2",
        "Eva": "5",
        "Sköterska på BUP": "dont-know",
    }
    assert sheet.settled[FIRST].choice == "4" and sheet.part.submitted_at == NOW
    (standing,) = room.rounds.standings(PHONE, round_)
    assert (standing.region, standing.answers[FIRST].choice, len(standing.answers)) == ("M", 4, len(STATEMENTS))


def test_whoever_came_by_the_link_sees_no_answers_but_their_own(quick):
    access = quick.take_part(quick.begin())
    quick.answer(ELIN, access, "2")
    quick.answer(PHONE, replace(access, key=KEY), "4", name="Någon")

    sheet = quick.rounds.sheet(PHONE, replace(access, key=KEY))
    assert [one.name for one in sheet.colleagues] == ["Någon"] and sheet.settled == {} and not sheet.may_settle


@pytest.mark.parametrize(
    "by", [PHONE, COACH, ADAM, EDITORS["AB"]], ids=["a stranger", "a coach", "an administrator", "another region"]
)
def test_nobody_else_finds_a_regions_part(quick, by):
    access = quick.take_part(quick.begin())
    rounds = quick.rounds

    for attempt in (
        lambda: rounds.sheet(by, access),
        lambda: rounds.sheet(by, replace(access, key="wrong")),
        lambda: rounds.history(by, access),
        lambda: quick.answer(by, access, "1", name="Någon"),
        lambda: rounds.settle(by, access, FIRST, choice="1", evidence="", version=0),
        lambda: rounds.write(by, access, {}, (), 1, quick.command()),
        lambda: rounds.submit(by, access, quick.command()),
        lambda: rounds.reopen(by, access, quick.command()),
        lambda: rounds.take_part(by, access, "public", KEY, quick.command()),
        lambda: rounds.renew_link(by, access, KEY, quick.command()),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_the_link_answers_and_does_nothing_more(quick):
    access = replace(quick.take_part(quick.begin()), key=KEY)
    rounds = quick.rounds

    for attempt in (
        lambda: rounds.history(PHONE, access),
        lambda: rounds.settle(PHONE, access, FIRST, choice="1", evidence="", version=0),
        lambda: rounds.write(PHONE, access, {}, (), 1, quick.command()),
        lambda: rounds.submit(PHONE, access, quick.command()),
        lambda: rounds.reopen(PHONE, access, quick.command()),
        lambda: rounds.take_part(PHONE, access, "public", KEY, quick.command()),
        lambda: rounds.renew_link(PHONE, access, KEY, quick.command()),
    ):
        with pytest.raises(Rejected, match="not-allowed"):
            attempt()


def test_a_renewed_link_ends_the_old_one(quick):
    access = quick.take_part(quick.begin())
    quick.rounds.renew_link(ELIN, access, "n" * 22, quick.command())

    with pytest.raises(NotFound):
        quick.rounds.sheet(PHONE, replace(access, key=KEY))
    assert quick.rounds.sheet(PHONE, replace(access, key="n" * 22)).round.id == access.round_id


def test_only_an_administrator_begins_a_round(quick):
    for by in (ELIN, COACH, PHONE):
        with pytest.raises(Rejected, match="not-allowed"):
            quick.rounds.begin(by, {"sv": "A", "en": "A"}, NOW, NOW + DAY, quick.command())


@pytest.mark.parametrize(
    ("title", "closes_at", "code"),
    [
        ("", NOW + DAY, "empty"),
        ("x" * 81, NOW + DAY, "too-long"),
        ("A", NOW, "ends-too-early"),
        ("A", NOW - DAY, "ends-too-early"),
    ],
)
def test_a_round_that_could_not_be_answered_is_refused(quick, title, closes_at, code):
    with pytest.raises(Rejected, match=code):
        quick.rounds.begin(ADAM, {"sv": title, "en": "A"}, NOW - DAY, closes_at, quick.command())


def test_what_a_colleague_has_settled_on_meanwhile_is_not_overwritten(room):
    access = room.take_part(room.begin())
    room.rounds.settle(ELIN, access, FIRST, choice="2", evidence="", version=0)

    with pytest.raises(Rejected, match="changed-meanwhile") as refused:
        room.rounds.settle(EVA, access, FIRST, choice="5", evidence="", version=0)
    assert refused.value.facts == {"choice": "2", "evidence": "", "version": 1, "by": "Elin"}
    assert room.rounds.settle(EVA, access, FIRST, choice="5", evidence="", version=1) == 2
    assert room.rounds.sheet(ELIN, access).settled[FIRST].by_name == "Eva"


def test_the_same_answer_once_more_changes_nothing(quick):
    access = quick.take_part(quick.begin())
    versions = [quick.answer(ELIN, access, "2") for _ in range(3)]
    settled = [quick.rounds.settle(ELIN, access, FIRST, choice="2", evidence="", version=0) for _ in range(3)]

    assert versions == settled == [1, 1, 1]
    assert [entry.kind for entry in quick.rounds.history(ELIN, access)] == ["settle", "begin"]


def test_ones_own_answer_in_another_window_is_not_overwritten(quick):
    access = quick.take_part(quick.begin())
    quick.answer(ELIN, access, "2")

    with pytest.raises(Rejected, match="changed-meanwhile"):
        quick.answer(ELIN, access, "4")
    assert quick.answer(ELIN, access, "4", version=1) == 2


def test_texts_written_from_an_older_version_are_refused(quick):
    access = quick.take_part(quick.begin())
    question, need = ASKED.questions[0].id, ASKED.needs[0].id
    quick.rounds.write(ELIN, access, {question: "Vi vill mer."}, (need,), 1, quick.command(), may_be_asked=True)

    with pytest.raises(Rejected, match="changed-meanwhile"):
        quick.rounds.write(EVA, access, {question: "Nej."}, (), 1, quick.command())
    part = quick.rounds.sheet(EVA, access).part
    assert (part.texts, part.needs, part.version) == ({question: "Vi vill mer."}, (need,), 2)
    assert part.may_be_asked


def test_a_part_that_is_not_complete_is_not_handed_in(quick):
    access = quick.take_part(quick.begin())
    quick.rounds.settle(ELIN, access, FIRST, choice="2", evidence="", version=0)

    with pytest.raises(Rejected, match="incomplete") as refused:
        quick.rounds.submit(ELIN, access, quick.command())
    assert refused.value.facts == {"missing": len(STATEMENTS) - 1, "first": STATEMENTS[1]}


def test_what_is_handed_in_counts_until_it_is_opened_again(room):
    round_ = room.begin()
    access = room.hand_in(round_, ELIN, "public")
    with pytest.raises(Rejected, match="submitted"):
        room.rounds.settle(ELIN, access, FIRST, choice="5", evidence="", version=1)
    before = room.rounds.national(PHONE, round_).of(FIRST).n
    room.rounds.reopen(ELIN, access, room.command())

    assert (before, room.rounds.national(PHONE, round_).of(FIRST).n) == (1, 0)
    assert room.rounds.settle(ELIN, access, FIRST, choice="5", evidence="", version=1) == 2


@pytest.mark.parametrize("moment", [NOW - 2 * DAY, NOW + 10 * DAY], ids=["before it opens", "as it closes"])
def test_nothing_is_written_outside_the_round(quick, moment):
    round_ = quick.begin()
    access = quick.take_part(round_)
    quick.moments[0] = moment

    for attempt in (
        lambda: quick.answer(ELIN, access, "1"),
        lambda: quick.rounds.settle(ELIN, access, FIRST, choice="1", evidence="", version=0),
        lambda: quick.rounds.submit(ELIN, access, quick.command()),
    ):
        with pytest.raises(Rejected, match=r"round-(coming|closed)"):
            attempt()


def test_named_answers_are_seen_by_those_who_speak_for_a_region_only(room):
    round_ = room.begin()
    room.hand_in(round_, ELIN, "named")

    seen = {by.key: len(room.rounds.standings(by, round_)) for by in (PHONE, COACH, ADAM, EDITORS["AB"], ELIN)}
    assert seen == {"browser:abc": 0, "person:cia": 0, "person:adam": 0, "person:edab": 1, "person:elin": 1}


def test_aggregate_answers_are_seen_by_the_region_itself_only_until_the_close(room):
    round_ = room.begin()
    for code in CODES[:6]:
        room.hand_in(round_, EDITORS[code], "aggregate")
    before = room.rounds.national(PHONE, round_).of(FIRST).n, len(room.rounds.standings(EDITORS["AB"], round_))
    room.moments[0] = round_.closes_at

    assert before == (0, 1)
    assert room.rounds.national(PHONE, round_).of(FIRST).n == 6
    assert room.rounds.national(PHONE, round_, frozenset(CODES)).of(FIRST).n == 0


def test_the_national_figure_is_kept_for_good_at_the_close(room):
    round_ = room.begin()
    access = room.hand_in(round_, ELIN, "public", "4")
    room.moments[0] = round_.closes_at
    kept = room.rounds.national(PHONE, round_)
    room.rounds.take_part(ELIN, access, "aggregate", KEY, room.command())

    assert room.rounds.national(PHONE, round_) == kept and kept.of(FIRST).levels == (0, 0, 0, 1, 0)
    assert room.rounds.standings(PHONE, round_) == ()
    with pytest.raises(Rejected, match="round-closed"):
        room.rounds.take_part(EDITORS["AB"], Access(round_.id, "AB"), "public", KEY, room.command())


def test_a_region_that_opens_up_after_the_close_is_seen_as_before(quick):
    round_ = quick.begin()
    access = quick.hand_in(round_, ELIN, "named")
    quick.moments[0] = round_.closes_at
    quick.rounds.take_part(ELIN, access, "public", KEY, quick.command())

    assert quick.rounds.standings(PHONE, round_) == ()


def test_what_counts_is_told_to_those_who_listen(quick):
    round_ = quick.begin()
    before = quick.topics.version("survey")
    access = quick.take_part(round_)
    quick.answer(ELIN, access, "2")
    topic = f"survey:{round_.id}:M"

    assert quick.topics.version(topic) == 2 and quick.topics.version("survey") == before + 1


@pytest.mark.parametrize(
    ("statement", "choice", "evidence", "error"),
    [
        ("no-such", "1", "", "statement"),
        (FIRST, "6", "", "unknown-choice"),
        (FIRST, "<script>", "", "unknown-choice"),
        (FIRST, "1", "x" * 501, "too-long"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_leaves_nothing(quick, statement, choice, evidence, error):
    access = quick.take_part(quick.begin())

    with pytest.raises((NotFound, Rejected), match=error):
        quick.rounds.settle(ELIN, access, statement, choice=choice, evidence=evidence, version=0)
    assert quick.rounds.sheet(ELIN, access).settled == {}


def test_who_has_not_signed_in_says_a_name(quick):
    access = replace(quick.take_part(quick.begin()), key=KEY)

    with pytest.raises(Rejected, match="empty"):
        quick.answer(PHONE, access, "1")


def test_sixty_answer_for_one_region_and_no_more(quick):
    access = replace(quick.take_part(quick.begin()), key=KEY)
    for number in range(60):
        quick.answer(Visitor(f"browser:{number}"), access, "1", name=str(number))

    with pytest.raises(Rejected, match="too-many-colleagues"):
        quick.answer(Visitor("browser:60"), access, "1", name="60")


def test_who_leaves_takes_their_own_answers_along_and_the_regions_stay(either):
    room = room_over(either)
    access = room.take_part(room.begin())
    room.answer(ELIN, access, "2")
    room.rounds.settle(ELIN, access, FIRST, choice="2", evidence="", version=0)
    held = either.read(lambda c: everything(c, ELIN.person_id, ELIN.key))
    either.write(lambda c: forget(c, ELIN.person_id, ELIN.key, NOW, keep_texts=True))

    sheet = room.rounds.sheet(EVA, access)
    assert [len(held[name]) for name in ("survey_answers", "survey_settled", "survey_changes")] == [1, 1, 2]
    assert sheet.colleagues == () and (sheet.settled[FIRST].choice, sheet.settled[FIRST].by_name) == ("2", FORMER)


# --- What open windows follow ----------------------------------------------------------------------------------------


def test_windows_follow_a_part_by_a_channel_that_does_not_name_it(room):
    round_ = room.begin()
    access = room.take_part(round_)
    before = room.topics.version(room.rounds.channel(access))
    room.answer(ELIN, access, "3")

    assert room.topics.version(room.rounds.channel(access)) == before + 1
    assert round_.id not in room.rounds.channel(access) and len(room.rounds.channel(access)) == len("survey-") + 22
    assert room.rounds.channel(Access(round_.id, "AB")) != room.rounds.channel(access)


def test_a_sheet_says_whether_the_key_is_that_of_the_link(room):
    access = room.take_part(room.begin())

    assert room.rounds.sheet(ELIN, replace(access, key=KEY)).linked
    assert not room.rounds.sheet(ELIN, replace(access, key="x" * 22)).linked
    assert not room.rounds.sheet(ELIN, access).linked
