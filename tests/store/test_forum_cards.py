"""Experience cards and the talk in place: who sees what, that a region kept to itself is never found, and whole pages."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from hub.database import Database
from hub.errors import Rejected
from hub.forum.cards import MOST, OTHER, Browsed, Cards, Facet, Sought
from hub.forum.places import Places
from hub.forum.rules import Card, Reaction
from hub.forum.service import NewText, NewThread
from hub.identity.rules import Action, allowed
from hub.limits import Limits
from hub.tables import forum_card, forum_change
from hub.visitor import Role, Visitor
from tests import forum_room
from tests.forum_room import NOW, member

CARD = Card("hop-out", 2026, "Två system", "Anslöt", "Det gick", video_system="Visiba", contact="kim@region.example.se")
HOMES = {"kim": "H", "robin": "M", "sam": "", "mira": "M"}
KIM, ROBIN, SAM = (member(name, of="egen region") for name in ("kim", "robin", "sam"))
MIRA = member("mira", Role.MODERATOR, of="egen region")
STRANGER = Visitor("browser:abc", address="address:x")


class Room(forum_room.Room):
    def __init__(self, database: Database) -> None:
        super().__init__(database, HOMES, levels=("hop-out", "inbox"))
        self.cards, self.places = Cards(database, self.limits, self.clock), Places(database)

    def tell(self, by: Visitor = KIM, title: str = "Kort", **values: object) -> str:
        self.later()
        thread = NewThread("levels", about=str(values.pop("about", "")), as_size=bool(values.pop("as_size", False)))
        text = NewText("", title, card=replace(CARD, **values))
        return self.forum.start(by, thread, text, self.command())

    def ask(self, about: str, by: Visitor = KIM, title: str = "Fråga") -> str:
        self.later()
        return self.forum.start(
            by, NewThread("levels", question=True, about=about), NewText("Hur?", title), self.command()
        )

    def titles(self, by: Visitor = KIM, **sought: object) -> list[str]:
        return titles(self.cards.browse(by, Sought(**sought)))


@pytest.fixture
def room(either) -> Room:
    return Room(either)


def titles(browsed: Browsed) -> list[str]:
    return [one.title for one in browsed.experiences]


def counted(facets: tuple[Facet, ...]) -> dict[str, int]:
    return {one.words: one.count for one in facets}


# --- Who may see what ------------------------------------------------------------------------------------------------

CALLS: dict[str, Callable[[Room, Visitor, str], object]] = {
    "browse": lambda room, by, id_: room.cards.browse(by, Sought()),
    "newest": lambda room, by, id_: room.cards.newest(by, Sought(), 5),
    "some": lambda room, by, id_: room.cards.some(by, [id_]),
    "every": lambda room, by, id_: room.cards.every(by, Sought()),
    "beside": lambda room, by, id_: room.places.beside(by, "level:hop-out"),
    "counts": lambda room, by, id_: room.places.counts(by, ["level:hop-out"]),
}


def test_every_method_is_among_the_calls():
    methods = {name for kind in (Cards, Places) for name in vars(kind) if not name.startswith("_")}

    assert methods == set(CALLS)


@pytest.mark.parametrize("role", list(Role))
def test_cards_and_the_talk_in_place_are_for_those_who_may_read_the_forum(room, role):
    roles = frozenset({Role.READER, role})
    by = STRANGER if role is Role.READER else Visitor(f"person:{role}", str(role), name="Någon", roles=roles)
    thread = room.tell(about="level:hop-out")
    refused = set()
    for name, call in CALLS.items():
        try:
            call(room, by, thread)
        except Rejected as error:
            refused.add((name, error.code))

    assert refused == (set() if allowed(by, Action.FORUM_READ) else {(name, "not-allowed") for name in CALLS})


def test_somebody_who_has_not_accepted_the_rules_sees_no_card(room):
    room.tell()
    new = Visitor("person:new", "new", name="Ny", roles=frozenset({Role.READER}), consented=False)

    with pytest.raises(Rejected):
        room.cards.browse(new, Sought())


@pytest.mark.parametrize("by", [KIM, ROBIN, MIRA])
@pytest.mark.parametrize("how", ["hidden", "removed"])
def test_a_card_that_is_hidden_or_taken_back_is_seen_by_nobody_here(room, by, how):
    thread = room.tell(about="level:hop-out")
    if how == "hidden":
        room.moderation.hide(MIRA, room.first(thread), "Skäl", room.command())
    else:
        room.forum.remove(KIM, room.first(thread), room.command())
    seen = room.cards.browse(by, Sought())

    assert (seen.experiences, seen.all, any(seen.facets.values())) == ((), 0, False)
    assert room.cards.some(by, [thread]) == room.cards.every(by, Sought()) == room.cards.newest(by, Sought(), 5) == ()
    assert room.places.beside(by, "level:hop-out") == ()
    assert room.places.counts(by, ["level:hop-out"]) == {}


# --- A region that is kept to oneself --------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [ROBIN, KIM, MIRA])
def test_no_choice_of_region_finds_a_card_that_shows_the_size_only(room, by):
    hidden = room.tell(as_size=True, title="Storlek")
    room.tell(ROBIN, title="Öppet")
    found = {region: room.titles(by, region=region) for region in ("H", "M", "small", "[small-region]")}

    assert found == {"H": [], "M": ["Öppet"], "small": [], "[small-region]": []}
    assert [one.title for one in room.cards.newest(by, Sought(region="H"), 5)] == []
    assert room.cards.every(by, Sought(region="H")) == ()
    shown = room.cards.some(by, [hidden])[0]
    assert (shown.author_name, shown.card.region) == ("[small-region]", "")


def test_no_count_tells_the_region_of_a_card_that_shows_the_size_only(room):
    room.tell(as_size=True, level="inbox")
    room.tell(ROBIN)
    whole = room.cards.browse(ROBIN, Sought())
    narrowed = [
        room.cards.browse(ROBIN, sought).facets["region"]
        for sought in (Sought(level="inbox"), Sought(region="H"), Sought(region="H", level="inbox"))
    ]

    assert counted(whole.facets["region"]) == {"M": 1} and whole.all == 2
    assert [counted(one) for one in narrowed] == [{}, {"M": 1}, {}]


def test_a_change_of_the_card_tells_no_more_of_the_region(room):
    thread = room.tell(as_size=True)
    changed = NewText("", "Ny rubrik", card=replace(CARD, region="H"))
    room.forum.edit(KIM, room.first(thread), 1, changed, room.command())

    assert room.cards.some(ROBIN, [thread])[0].card.region == ""
    assert room.titles(ROBIN, region="H") == []


# --- Choosing --------------------------------------------------------------------------------------------------------


def test_cards_are_found_by_level_region_and_year(room):
    room.tell(title="Ett", year=2024)
    room.tell(ROBIN, title="Två", level="inbox")
    room.tell(SAM, title="Tre", level="")

    assert room.titles() == ["Tre", "Två", "Ett"]
    assert room.titles(level="inbox") == ["Två"] and room.titles(level=OTHER) == ["Tre"]
    assert room.titles(region="H") == ["Ett"] and room.titles(year=2024) == ["Ett"]
    assert room.titles(level="inbox", year=2024) == []


def test_a_system_is_the_same_whatever_its_capitals_and_spaces(room):
    room.tell(title="Ett", video_system="Ärende Möte", record_system="Cosmic")
    room.tell(title="Två", video_system=" ärende  möte ", record_system="COSMIC")
    room.tell(title="Tre", video_system="Ärende Möte", record_system="")
    seen = room.cards.browse(KIM, Sought(video="ÄRENDE MÖTE"))

    assert titles(seen) == ["Tre", "Två", "Ett"] and seen.count == 3
    assert counted(seen.facets["video"]) == {"Ärende Möte": 3}
    assert room.titles(video="Ärende Möte", record="cosmic") == ["Två", "Ett"]
    assert room.titles(video="Ärende") == [] and room.titles(record="cosmic") == ["Två", "Ett"]


def test_each_choice_says_how_many_it_would_leave_with_the_others_as_they_are(room):
    room.tell(year=2024)
    room.tell(level="inbox", year=2024)
    room.tell(ROBIN, level="inbox")
    facets = room.cards.browse(KIM, Sought(level="inbox")).facets

    assert counted(facets["level"]) == {"hop-out": 1, "inbox": 2}
    assert [(one.value, one.count) for one in facets["year"]] == [("2026", 1), ("2024", 1)]
    assert counted(facets["region"]) == {"H": 1, "M": 1}


def test_pages_leave_nothing_out_and_repeat_nothing_while_others_write(room):
    told = [room.tell(title=f"Kort {number}") for number in range(7)]
    first = room.cards.browse(KIM, Sought(), limit=3)
    room.tell(title="Nytt")
    second = room.cards.browse(KIM, Sought(), first.next, limit=3)
    third = room.cards.browse(KIM, Sought(), second.next, limit=3)

    found = [one.thread_id for page in (first, second, third) for one in page.experiences]
    assert (found, third.next) == (told[::-1], "")


@pytest.mark.parametrize("how", ["told", "changed", "hidden", "restored", "removed"])
def test_what_is_kept_in_memory_follows_what_another_process_does(room, either, how):
    thread = room.tell(title="Ett")
    measure = room.moderation.hide(MIRA, room.first(thread), "Skäl", room.command()) if how == "restored" else 0
    elsewhere = Cards(either, Limits(factor=1_000), lambda: NOW)
    elsewhere.browse(SAM, Sought())
    if how == "told":
        room.tell(title="Två", level="inbox")
    elif how == "changed":
        changed = NewText("", "Ett", card=replace(CARD, level="inbox"))
        room.forum.edit(KIM, room.first(thread), 1, changed, room.command())
    elif how == "hidden":
        room.moderation.hide(MIRA, room.first(thread), "Skäl", room.command())
    elif how == "restored":
        room.moderation.undo(MIRA, measure, room.command())
    else:
        room.forum.remove(KIM, room.first(thread), room.command())
    seen = elsewhere.browse(SAM, Sought())

    expected = {
        "told": (["Två", "Ett"], {"hop-out": 1, "inbox": 1}),
        "changed": (["Ett"], {"inbox": 1}),
        "hidden": ([], {}),
        "restored": (["Ett"], {"hop-out": 1}),
        "removed": ([], {}),
    }
    assert (titles(seen), counted(seen.facets["level"])) == expected[how]


def test_a_change_whose_number_is_seen_late_is_not_missed(room, either):
    thread = room.tell(title="Ett")
    last = either.read(lambda c: c.execute(sa.select(sa.func.max(forum_change.c.number))).scalar_one())

    def change(number: int, level: str) -> None:
        either.write(lambda c: c.execute(forum_card.update().values(level=level)))
        either.write(lambda c: c.execute(forum_change.insert().values(number=number, thread_id=thread, post_id="")))

    change(last + 10, "hop-out")
    room.titles()
    change(last + 5, "inbox")

    assert room.titles(level="inbox") == ["Ett"]


def test_after_many_changes_all_cards_are_read_anew(room, either):
    thread = room.tell(title="Ett")
    room.titles()
    either.write(lambda c: c.execute(forum_card.update().values(level="inbox")))
    rows = [{"thread_id": thread, "post_id": ""}] * 300
    either.write(lambda c: c.execute(forum_change.insert(), rows))

    assert room.titles(level="inbox") == ["Ett"]


def test_a_thread_without_a_card_is_no_experience(room):
    room.ask("level:hop-out")

    assert room.titles() == []


def test_a_card_comes_with_its_reactions_and_replies(room):
    thread = room.tell()
    room.forum.react(ROBIN, room.first(thread), Reaction.TOO, on=True)
    room.forum.react(SAM, room.first(thread), Reaction.TOO, on=True)
    room.forum.reply(ROBIN, thread, NewText("Tack"), room.command())
    found = room.cards.browse(KIM, Sought()).experiences[0]

    assert (dict(found.reactions), found.replies) == ({Reaction.TOO: 2}, 1)
    assert found.card == replace(CARD, region="H")


def test_cards_stand_side_by_side_as_they_were_chosen_and_no_more_than_fit(room):
    told = [room.tell(title=f"Kort {number}") for number in range(MOST + 2)]
    gone = room.tell()
    room.moderation.hide(MIRA, room.first(gone), "Skäl", room.command())
    found = room.cards.some(KIM, [told[2], gone, told[0], told[2], "finnsinte"])

    assert [one.thread_id for one in found] == [told[2], told[0]]
    assert len(room.cards.some(KIM, told)) == MOST and room.cards.some(KIM, []) == ()


def test_whoever_takes_file_after_file_has_to_wait(room):
    room.cards._limits = Limits({"export": 2})
    for _ in range(2):
        room.cards.every(KIM, Sought())

    with pytest.raises(Rejected) as caught:
        room.cards.every(KIM, Sought())
    assert caught.value.code == "too-often"


# --- The talk in place -----------------------------------------------------------------------------------------------


def test_what_stands_beside_something_is_that_alone_the_last_written_in_first(room):
    first = room.ask("requirement:login", title="Första")
    room.ask("requirement:login-saml", title="Annat krav")
    room.ask("requirement:login", title="Andra")
    room.moments.append(room.moments[-1] + dt.timedelta(minutes=1))
    answer = room.forum.reply(ROBIN, first, NewText("Så här"), room.command())
    room.forum.accept(KIM, answer, room.command())
    beside = room.places.beside(KIM, "requirement:login")

    assert [(one.title, one.answered, one.replies) for one in beside] == [
        ("Första", True, 1),
        ("Andra", False, 0),
    ]


def test_no_more_is_shown_in_place_than_has_room(room):
    for number in range(6):
        room.ask("level:hop-out", title=f"Fråga {number}")
    beside = room.places.beside(KIM, "level:hop-out")

    assert [one.title for one in beside] == [f"Fråga {number}" for number in (5, 4, 3, 2, 1)]


def test_the_talk_beside_many_things_is_counted_at_once(room):
    for about in ("requirement:a", "requirement:a", "requirement:b", "level:hop-out", ""):
        room.ask(about)

    asked = ["requirement:a", "requirement:b", "requirement:c"]
    assert room.places.counts(KIM, asked) == {"requirement:a": 2, "requirement:b": 1}
    assert room.places.counts(KIM, []) == {}
