"""Plans as they are kept: who may open one, what is done once, and that nobody's words are lost unseen."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation
from hub.identity.store import forget
from hub.limits import Limits
from hub.live import Topics
from hub.plan import items as rules
from hub.plan.items import Basis, NewItem, ServiceBasis, State
from hub.plan.service import Access, Plans
from hub.visitor import Role, Visitor

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
KEY = "k" * 22
STEPS = {
    "guide:1:step:it:0": NewItem("Beskriv flödet", "It", stage="analysis", origin="guide:1:step:it:0"),
    "guide:1:step:it:1": NewItem("Prova inloggningen", "It", stage="build", origin="guide:1:step:it:1"),
}
BASIS = Basis("v1", (ServiceBasis("", "Ramverk", "Inkorg", {"Videolänk": "okänt"}, STEPS),))

ANYONE = Visitor("browser:1")
OTHER = Visitor("browser:2")


def person(name: str, *roles: Role, region: str = "") -> Visitor:
    everyone = {Role.READER, Role.MEMBER}
    return Visitor(f"person:{name}", name, name=name.title(), roles=frozenset({*everyone, *roles}), region=region)


ANNA = person("anna", Role.EDITOR, region="M")
BO = person("bo", Role.EDITOR, region="AB")
COACH = person("cia", Role.COACH)


@dataclass
class Room:
    plans: Plans
    topics: Topics
    moments: list[dt.datetime] = field(default_factory=lambda: [NOW])
    count: int = 0

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def create(self, by: Visitor = ANYONE, basis: Basis = BASIS, title: str = "Video i primärvården") -> Access:
        return self.plans.create(
            by, title=title, language="sv", guide="v=1", basis=basis, command_id=self.command(), key=KEY
        )

    def texts(self, by: Visitor, access: Access) -> list[str]:
        return [item.text for item in self.plans.open(by, access).items]

    def add(self, by: Visitor, access: Access, text: str = "Ring Inera") -> str:
        return self.plans.add_item(by, access, NewItem(text), self.command())

    def latest(self, by: Visitor, access: Access) -> int:
        return self.plans.history(by, access)[0].id


def room_over(database, *, readers_may_create: bool = True) -> Room:
    moments = [NOW]
    with database._engine.begin() as connection:
        from hub.tables import person as people

        for who in (ANNA, BO, COACH):
            connection.execute(
                people.insert().values(
                    id=who.person_id, issuer="test", subject=who.person_id, name=who.name, region="",
                    organisation="", role_words="", shown="name", language="sv", notices="none", rules_version=1,
                    created_at=NOW, version=1,
                )
            )  # fmt: skip
    topics = Topics()
    plans = Plans(
        database, Limits(factor=100), topics, lambda: moments[0], readers_may_create=readers_may_create
    )  # fmt: skip
    return Room(plans, topics, moments)


@pytest.fixture
def room(either) -> Room:
    return room_over(either)


@pytest.fixture
def light(database) -> Room:
    return room_over(database)


def test_a_kept_plan_holds_what_the_guide_proposes(room):
    opened = room.plans.open(ANYONE, room.create())

    assert [(item.text, item.stage) for item in opened.items] == [
        ("Beskriv flödet", "analysis"),
        ("Prova inloggningen", "build"),
    ]
    assert opened.plan.stage == "direction" and opened.plan.stage_at == NOW


def test_creating_twice_with_the_same_command_gives_the_same_plan(room):
    made = {
        room.plans.create(
            ANYONE, title="T", language="sv", guide="", basis=BASIS, command_id="command-same", key=KEY
        ).plan_id
        for _ in range(3)
    }

    assert len(made) == 1


def test_a_link_opens_and_a_wrong_or_missing_one_says_that_there_is_nothing(room):
    access = room.create()

    assert room.plans.open(OTHER, access).plan.id == access.plan_id
    for wrong in (Access(access.plan_id), Access(access.plan_id, "x" * 22), Access("finnsinte", KEY)):
        with pytest.raises(NotFound):
            room.plans.open(OTHER, wrong)


def test_the_read_link_reads_and_cannot_change(room):
    access = room.create()
    reading = Access(access.plan_id, room.plans.open(ANYONE, access).read_key)

    opened = room.plans.open(OTHER, reading)
    assert Action.PLAN_EDIT not in opened.may and opened.read_key == ""
    with pytest.raises(Rejected, match="not-allowed"):
        room.add(OTHER, reading)


def test_whoever_keeps_a_plan_finds_it_without_a_link(room):
    access = room.create(ANNA)

    assert [plan.id for plan in room.plans.mine(ANNA)] == [access.plan_id]
    assert Relation.OWN in room.plans.open(ANNA, Access(access.plan_id)).relations
    assert room.plans.mine(BO) == () == room.plans.mine(ANYONE)


def test_an_editor_claims_a_plan_for_the_region_and_another_region_cannot(room):
    access = room.create()
    room.plans.claim(ANNA, access, room.command())

    assert room.plans.open(ANNA, Access(access.plan_id)).plan.region == "M"
    with pytest.raises(Rejected, match="claimed"):
        room.plans.claim(BO, access, room.command())


def test_someone_who_speaks_for_no_region_cannot_claim(room):
    with pytest.raises(Rejected, match="not-allowed"):
        room.plans.claim(ANYONE, room.create(), room.command())


def test_where_visitors_may_only_read_a_link_still_works_but_nothing_is_begun(database):
    closed = room_over(database, readers_may_create=False)
    with pytest.raises(Rejected, match="read-only"):
        closed.create()
    access = closed.create(ANNA)
    closed.add(ANYONE, access)

    assert "Ring Inera" in closed.texts(OTHER, access)


def test_new_links_end_the_old_ones(room):
    access = room.create(ANNA)
    new = room.plans.renew_links(ANNA, access, "n" * 22, room.command())

    assert room.plans.open(OTHER, new).plan.id == access.plan_id
    with pytest.raises(NotFound):
        room.plans.open(OTHER, access)


def test_who_may_no_longer_read_a_plan_no_longer_hears_of_it_either(room):
    access = room.create(ANNA)
    known = [room.plans.open(ANNA, access).plan.channel]
    access = room.plans.renew_links(ANNA, access, "n" * 22, room.command())
    known.append(room.plans.open(ANNA, access).plan.channel)
    room.plans.ask_help(ANNA, access, "Vi kommer inte vidare", room.command())
    assert room.plans.open(COACH, Access(access.plan_id)).plan.channel == known[-1]
    room.plans.ask_help(ANNA, access, "", room.command())
    known.append(room.plans.open(ANNA, access).plan.channel)
    heard = [room.topics.version(f"plan-{channel}") for channel in known[:2]]
    room.add(ANNA, access)

    assert len(set(known)) == 3
    assert [room.topics.version(f"plan-{channel}") for channel in known] == [*heard, 1]


# --- Two at once -----------------------------------------------------------------------------------------------------


def test_a_change_made_from_an_old_version_is_refused_with_what_the_other_wrote(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    room.plans.change_item(ANYONE, access, item.id, item.version, replace(item, text="Hennes"), room.command())

    with pytest.raises(Rejected, match="changed-meanwhile") as caught:
        room.plans.change_item(OTHER, access, item.id, item.version, replace(item, text="Min"), room.command())
    assert caught.value.facts["theirs"]["text"] == "Hennes" and "Hennes" in room.texts(ANYONE, access)


def test_of_many_changes_from_one_version_exactly_one_is_taken(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]

    def change(number: int) -> str:
        try:
            room.plans.change_item(
                ANYONE, access, item.id, item.version, replace(item, text=f"Nr {number}"), f"command-many-{number}"
            )
        except Rejected as error:
            return error.code
        return "taken"

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(change, range(12)))
    assert sorted(set(results)) == ["changed-meanwhile", "taken"] and results.count("taken") == 1


def test_a_tick_does_not_collide_with_a_changed_text(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    room.plans.change_item(ANYONE, access, item.id, item.version, replace(item, text="Ny text"), room.command())
    room.plans.set_state(OTHER, access, item.id, State.DONE, room.command())

    after = room.plans.open(ANYONE, access).items[0]
    assert (after.text, after.state) == ("Ny text", State.DONE)


def test_moving_an_item_does_not_hold_up_its_text(room):
    access = room.create()
    first, second = (room.add(ANYONE, access, text) for text in ("Ett", "Två"))
    seen = {item.id: item for item in room.plans.open(ANYONE, access).items}
    room.plans.move_item(ANYONE, access, second, -1, room.command())
    room.plans.change_item(
        ANYONE, access, first, seen[first].version, replace(seen[first], text="Ett igen"), room.command()
    )

    assert room.texts(ANYONE, access)[-2:] == ["Två", "Ett igen"]


def test_notes_written_at_the_same_time_are_refused_with_the_others_text(room):
    access = room.create()
    room.plans.write_notes(ANYONE, access, 1, "Hennes anteckning", room.command())

    with pytest.raises(Rejected, match="changed-meanwhile") as caught:
        room.plans.write_notes(OTHER, access, 1, "Min", room.command())
    assert caught.value.facts["theirs"] == "Hennes anteckning"


def test_every_change_moves_the_topic_that_only_readers_know(light):
    access = light.create()
    topic = f"plan-{light.plans.open(ANYONE, access).plan.channel}"
    before = light.topics.version(topic)
    light.add(ANYONE, access)

    assert light.topics.version(topic) == before + 1


def test_title_texts_and_answers_made_from_what_no_longer_stands_are_refused(room):
    access = room.create()
    room.plans.rename(ANYONE, access, "Video i primärvården", "Hennes", room.command())
    room.plans.write_texts(ANYONE, access, {}, {"officer": "Hon"}, room.command())
    room.plans.answer(ANYONE, access, "v=1", "v=1&s1=volume.many", room.command())
    before = room.plans.open(ANYONE, access).plan
    for change in (
        lambda: room.plans.rename(OTHER, access, "Video i primärvården", "Min", room.command()),
        lambda: room.plans.write_texts(OTHER, access, {}, {"officer": "Jag"}, room.command()),
        lambda: room.plans.answer(OTHER, access, "v=1", "v=1&s1=volume.few", room.command()),
    ):
        with pytest.raises(Rejected, match="changed-meanwhile"):
            change()
    room.plans.write_texts(OTHER, access, {}, {"unit": "En annan text"}, room.command())

    assert room.plans.open(ANYONE, access).plan.texts == {**before.texts, "unit": "En annan text"}
    assert room.plans.open(ANYONE, access).plan.title == "Hennes"


# --- Undo ------------------------------------------------------------------------------------------------------------


def test_what_was_done_to_an_item_is_taken_back(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    room.plans.change_item(
        ANYONE, access, item.id, 1, replace(item, text="Ny", due_on=dt.date(2027, 1, 31)), room.command()
    )  # fmt: skip
    room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())
    assert room.plans.open(ANYONE, access).items[0] == replace(item, version=3)

    room.plans.remove_item(ANYONE, access, item.id, room.command())
    assert item.text not in room.texts(ANYONE, access)
    room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())
    assert item.text in room.texts(ANYONE, access)

    added = room.add(ANYONE, access, "Tillagd")
    room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())
    assert added not in [one.id for one in room.plans.open(ANYONE, access).items]


def test_undo_never_takes_away_what_somebody_did_after(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    room.plans.change_item(ANYONE, access, item.id, 1, replace(item, text="Första"), room.command())
    first = room.latest(ANYONE, access)
    room.plans.change_item(OTHER, access, item.id, 2, replace(item, text="Andra"), room.command())

    with pytest.raises(Rejected, match="changed-meanwhile"):
        room.plans.undo(ANYONE, access, first, room.command())
    assert "Andra" in room.texts(ANYONE, access)


def test_stage_notes_and_title_are_taken_back(light):
    access = light.create()
    for change, name in (
        (lambda: light.plans.set_stage(ANYONE, access, "order", light.command()), "stage"),
        (lambda: light.plans.write_notes(ANYONE, access, 1, "Ord", light.command()), "notes"),
        (lambda: light.plans.rename(ANYONE, access, "Video i primärvården", "Annat", light.command()), "title"),
    ):
        before = getattr(light.plans.open(ANYONE, access).plan, name)
        light.moments[0] += dt.timedelta(hours=1)
        change()
        assert getattr(light.plans.open(ANYONE, access).plan, name) != before
        light.plans.undo(ANYONE, access, light.latest(ANYONE, access), light.command())
        assert getattr(light.plans.open(ANYONE, access).plan, name) == before
    assert light.plans.open(ANYONE, access).plan.stage_at == NOW


def test_a_change_is_taken_back_once(light):
    access = light.create()
    light.add(ANYONE, access)
    event = light.latest(ANYONE, access)
    light.plans.undo(ANYONE, access, event, light.command())

    with pytest.raises(Rejected, match="cannot-undo"):
        light.plans.undo(ANYONE, access, event, light.command())


def test_a_deleted_plan_is_gone_for_all_and_comes_back_for_its_keeper(room):
    access = room.create(ANNA)
    room.plans.delete(ANNA, access, room.command())
    with pytest.raises(NotFound):
        room.plans.open(ANYONE, access)
    room.plans.restore(ANNA, access, room.command())

    assert room.plans.open(ANYONE, access).plan.id == access.plan_id


# --- Stages, the board and help --------------------------------------------------------------------------------------


def test_a_region_shows_its_stage_and_nobody_elses_plan_is_on_the_board(room):
    shown, hidden = room.create(), room.create(title="Hemlig")
    room.plans.claim(ANNA, shown, room.command())
    room.plans.claim(BO, hidden, room.command())
    room.plans.publish(ANNA, Access(shown.plan_id), room.command(), shown=True)

    assert [plan.id for plan in room.plans.board(ANYONE).shown] == [shown.plan_id]
    with pytest.raises(Rejected, match="not-allowed"):
        room.plans.publish(ANYONE, shown, room.command(), shown=False)


def test_a_plan_that_asks_for_help_opens_to_those_who_give_it_until_the_question_ends(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    with pytest.raises(NotFound):
        room.plans.open(COACH, Access(access.plan_id))
    room.plans.ask_help(ANYONE, access, "Vi väntar på besked om uthopp", room.command())

    assert [plan.id for plan in room.plans.board(COACH).asking] == [access.plan_id]
    assert room.plans.board(BO).asking == () == room.plans.board(ANYONE).asking
    room.plans.comment(COACH, Access(access.plan_id), item.id, "Ring oss", room.command())
    assert room.plans.open(ANYONE, access).comments[0].support
    with pytest.raises(Rejected, match="not-allowed"):
        room.add(COACH, Access(access.plan_id))

    room.plans.ask_help(ANYONE, access, "", room.command())
    with pytest.raises(NotFound):
        room.plans.open(COACH, Access(access.plan_id))


def test_ones_own_comment_is_taken_back_but_not_anothers(room):
    access = room.create()
    room.plans.ask_help(ANYONE, access, "Hjälp", room.command())
    item = room.plans.open(ANYONE, access).items[0]
    mine = room.plans.comment(COACH, Access(access.plan_id), item.id, "Mitt", room.command())
    theirs = room.plans.comment(ANYONE, access, item.id, "Deras", room.command())
    with pytest.raises(Rejected, match="not-allowed"):
        room.plans.remove_comment(COACH, Access(access.plan_id), theirs, room.command())
    room.plans.remove_comment(COACH, Access(access.plan_id), mine, room.command())

    assert [comment.text for comment in room.plans.open(ANYONE, access).comments] == ["Deras"]


def test_what_an_author_has_taken_back_nobody_else_brings_back(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    room.plans.ask_help(ANYONE, access, "Vi sitter fast", room.command())
    said = room.plans.comment(COACH, Access(access.plan_id), item.id, "Ångrat", room.command())
    room.plans.remove_comment(COACH, Access(access.plan_id), said, room.command())
    with pytest.raises(Rejected, match="cannot-undo"):
        room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())
    # Nor by taking it away once more oneself.
    room.plans.remove_comment(ANYONE, access, said, room.command())
    with pytest.raises(Rejected, match="cannot-undo"):
        room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())

    assert room.plans.open(ANYONE, access).comments == ()
    room.plans.undo(COACH, access, room.latest(ANYONE, access), room.command())
    assert [comment.text for comment in room.plans.open(ANYONE, access).comments] == ["Ångrat"]


def test_what_an_author_has_taken_back_stays_so_when_the_author_has_left(room, either):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    said = room.plans.comment(ANNA, access, item.id, "Ångrat", room.command())
    room.plans.remove_comment(ANNA, access, said, room.command())
    either.write(lambda c: forget(c, "anna", ANNA.key, NOW, keep_texts=True))

    with pytest.raises(Rejected, match="cannot-undo"):
        room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())


def test_what_a_keeper_has_taken_away_of_anothers_is_brought_back(room):
    access = room.create()
    item = room.plans.open(ANYONE, access).items[0]
    said = room.plans.comment(ANNA, access, item.id, "Kvar", room.command())
    room.plans.remove_comment(OTHER, access, said, room.command())
    room.plans.undo(OTHER, access, room.latest(OTHER, access), room.command())

    assert [comment.text for comment in room.plans.open(ANYONE, access).comments] == ["Kvar"]


# --- What the guide says today ---------------------------------------------------------------------------------------


def test_a_changed_rule_is_a_difference_until_it_is_taken_up(room):
    access = room.create()
    third = NewItem("Nytt steg", "It", origin="guide:1:step:it:2")
    now = Basis(
        "v2",
        (
            ServiceBasis(
                "", "Ramverk", "", {"Videolänk": "finns"}, {**STEPS, "guide:1:step:it:2": third}
            ),
        ),
    )  # fmt: skip
    plan = room.plans.open(ANYONE, access).plan
    found = [(one.kind, one.before, one.after) for one in rules.differences(plan.basis, now)]
    room.plans.accept(ANYONE, access, now, room.command())

    assert found == [
        ("start", "Inkorg", ""), ("gate", "okänt", "finns"), ("item-new", "", "Nytt steg"),
    ]  # fmt: skip
    opened = room.plans.open(ANYONE, access)
    assert rules.differences(opened.plan.basis, now) == () and opened.items[-1].text == "Nytt steg"


def test_new_answers_show_what_they_change_and_are_taken_back(room):
    access = room.create()
    room.plans.answer(ANYONE, access, "v=1", "v=1&s1=volume.many", room.command())
    assert room.plans.open(ANYONE, access).plan.guide == "v=1&s1=volume.many"
    room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())

    assert room.plans.open(ANYONE, access).plan.guide == "v=1"


def test_a_service_that_has_come_or_gone_is_a_difference():
    one = ServiceBasis("", "Inkorg", "", {"Videolänk": "okänt"}, {"guide:1:step:it:0": NewItem("Beskriv")})
    two = ServiceBasis("", "Ramverk", "", {}, {"guide:2:step:it:0": NewItem("Prova")})
    came = rules.differences(Basis("v", (one,)).kept(), Basis("v", (one, two)))
    went = rules.differences(Basis("v", (one, two)).kept(), Basis("v", (one,)))

    assert [(found.kind, found.service, found.after) for found in came] == [
        ("aim", 1, "Ramverk"),
        ("item-new", 1, "Prova"),
    ]
    assert [(found.kind, found.before) for found in went] == [("aim", "Ramverk"), ("item-gone", "Prova")]


# --- Bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("  \n", "empty"), ("å" * 601, "too-long")])
def test_an_item_that_cannot_be_taken_changes_nothing(light, text, code):
    access = light.create()
    before = light.plans.open(ANYONE, access)
    with pytest.raises(Rejected, match=code):
        light.add(ANYONE, access, text)

    assert light.plans.open(ANYONE, access) == before


def test_a_plan_has_room_for_so_many_items_and_no_more(light):
    many = {f"guide:1:step:it:{n}": NewItem(f"Nr {n}") for n in range(rules.MOST_ITEMS)}
    access = light.create(basis=Basis("v", (ServiceBasis("", "", "", {}, many),)))

    with pytest.raises(Rejected, match="too-many-items"):
        light.add(ANYONE, access)


def test_taking_a_removal_back_makes_no_room_for_more(light):
    many = {f"guide:1:step:it:{n}": NewItem(f"Nr {n}") for n in range(rules.MOST_ITEMS)}
    access = light.create(basis=Basis("v", (ServiceBasis("", "", "", {}, many),)))
    light.plans.remove_item(ANYONE, access, light.plans.open(ANYONE, access).items[0].id, light.command())
    removal = light.latest(ANYONE, access)
    light.add(ANYONE, access)

    with pytest.raises(Rejected, match="too-many-items"):
        light.plans.undo(ANYONE, access, removal, light.command())


def test_an_item_that_comes_back_stands_in_a_place_of_its_own(light):
    access = light.create(basis=Basis("v", ()))
    first = light.add(ANYONE, access, "Ett")
    light.plans.remove_item(ANYONE, access, first, light.command())
    removal = light.latest(ANYONE, access)
    light.add(ANYONE, access, "Två")
    light.plans.undo(ANYONE, access, removal, light.command())
    before = light.texts(ANYONE, access)
    light.plans.move_item(ANYONE, access, first, 1, light.command())

    assert before == ["Ett", "Två"] and light.texts(ANYONE, access) == ["Två", "Ett"]


def test_too_many_writes_in_a_minute_are_refused_with_the_time_to_wait(database):
    plans = Plans(
        database, Limits({"create": 1, "write": 1}), Topics(), lambda: dt.datetime.now(dt.UTC), readers_may_create=True
    )
    access = plans.create(
        ANYONE, title="T", language="sv", guide="", basis=BASIS, command_id="command-1", key=KEY
    )  # fmt: skip
    plans.rename(ANYONE, access, "T", "A", "command-2")

    with pytest.raises(Rejected, match="too-often") as caught:
        plans.rename(ANYONE, access, "A", "B", "command-3")
    assert 1 <= caught.value.facts["wait_s"] <= 60


def test_the_key_of_a_link_is_not_kept(light, database):
    access = light.create()
    row = database.read(lambda c: c.exec_driver_sql("SELECT * FROM plan").mappings().one())

    assert access.key not in str(dict(row)) and rules.read_key(access.key) not in str(dict(row))


def test_control_characters_never_reach_the_database(room):
    access = room.create()
    room.add(ANYONE, access, "A\x00B\u202eC\ttabb")

    assert room.texts(ANYONE, access)[-1] == "ABC tabb"


# --- News ------------------------------------------------------------------------------------------------------------


def test_what_others_have_done_is_news_until_one_has_looked(room):
    access = room.create(ANNA)
    own = Access(access.plan_id)
    room.add(ANNA, own, "Mitt eget")
    assert room.plans.news(ANNA) == {}
    room.add(OTHER, access, "Någon annans")
    room.add(OTHER, access, "En till")
    assert room.plans.news(ANNA) == {access.plan_id: 2}
    room.plans.look(ANNA, own)
    room.plans.look(ANNA, own)

    assert room.plans.news(ANNA) == {} == room.plans.news(BO) == room.plans.news(OTHER)


def test_whoever_speaks_for_a_region_hears_of_its_plans(room):
    access = room.create()
    room.plans.claim(ANNA, access, room.command())
    room.plans.look(ANNA, access)
    room.add(OTHER, access)

    assert room.plans.news(ANNA) == {access.plan_id: 1}


# --- Several at a time -----------------------------------------------------------------------------------------------

ASKED = [NewItem(text, stage="analysis", origin=f"demo:inbox:{place}") for place, text in enumerate(("Vem?", "När?"))]


def test_several_items_are_added_in_order_and_each_can_be_taken_back_by_itself(room):
    access = room.create()
    room.plans.add_items(ANYONE, access, ASKED, room.command())
    assert room.texts(ANYONE, access)[-2:] == ["Vem?", "När?"]
    room.plans.undo(ANYONE, access, room.latest(ANYONE, access), room.command())

    assert room.texts(ANYONE, access)[-1] == "Vem?"


def test_what_already_stands_in_the_plan_by_its_origin_is_not_added_again(room):
    access = room.create()
    room.plans.add_items(ANYONE, access, ASKED[:1], room.command())
    room.plans.add_items(ANYONE, access, ASKED, room.command())
    room.plans.add_items(ANYONE, access, ASKED, room.command())

    assert room.texts(ANYONE, access).count("Vem?") == room.texts(ANYONE, access).count("När?") == 1


def test_several_items_are_all_added_or_none_when_one_cannot_be(light):
    access = light.create()
    before = light.texts(ANYONE, access)
    with pytest.raises(Rejected, match="empty"):
        light.plans.add_items(ANYONE, access, [ASKED[0], NewItem("  ")], light.command())

    assert light.texts(ANYONE, access) == before


def test_no_items_change_nothing(light):
    access = light.create()
    before = light.plans.open(ANYONE, access).plan.version
    light.plans.add_items(ANYONE, access, [], light.command())

    assert light.plans.open(ANYONE, access).plan.version == before


def test_a_plan_is_found_by_its_link(light):
    access = light.create()
    link = f"https://hub.example.org/plan?id={access.plan_id}&nyckel={access.key}&del=dela"

    assert Access.of_link(f"  {link} ") == access


@pytest.mark.parametrize("link", ["", "plan", "https://hub.example.org/plan", "?nyckel=x", "http://[", "\x00"])
def test_what_is_no_link_of_a_plan_is_refused(link):
    with pytest.raises(Rejected, match="no-plan-link"):
        Access.of_link(link)
