"""Experience cards as a file, and what of them and of the talk in place stands on other pages, by who looks."""

import asyncio
import csv
import dataclasses
import io
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from hub.bootstrap import build
from hub.database import Database
from hub.forum.cards import Cards
from hub.forum.moderation import Moderation
from hub.forum.rules import Card, Reaction
from hub.forum.service import Forum, NewText, NewThread
from hub.forum.store import note_change
from hub.limits import Limits
from hub.live import Topics
from hub.settings import read_settings
from hub.survey.files import as_typed
from hub.tables import forum_thread
from hub.tables import person as people
from hub.visitor import Role, Visitor
from tests.forum_room import NOW, join
from web import runtime, shell
from web.forum_cards import ForumCards
from web.pages import Pages

HUB = build(read_settings(os.environ))
CARD = Card(
    "hop-out", 2026, "Två system", "Anslöt", "Det gick", video_system="Visiba", advice="Börja smått",
    contact="kim@region.example.se",
)  # fmt: skip
POPULATIONS = {region.code: region.population for region in HUB.mart.regions()}


def person(name: str, *roles: Role) -> Visitor:
    return Visitor(f"person:{name}", name, name=f"{name.title()}, Region Skåne", roles=frozenset({Role.READER, *roles}))


KIM, MIRA = person("kim", Role.MEMBER), person("mira", Role.MEMBER, Role.MODERATOR)
NEW = dataclasses.replace(person("new"), consented=False)
STRANGER = Visitor("browser:x", address="address:x")


def told_in(database: Database) -> Forum:
    join(database, {one.person_id: "M" for one in (KIM, MIRA)})
    return Forum(
        database, Limits(factor=1_000), Topics(), lambda: NOW, HUB.forum_content, levels=HUB.levels, populations=POPULATIONS
    )  # fmt: skip


def hide(database: Database, post_id: str) -> None:
    moderation = Moderation(database, Limits(factor=1_000), Topics(), lambda: NOW, HUB.forum_content)
    moderation.hide(MIRA, post_id, "Skäl", f"hide-{post_id}")


_count = 0


def tell(forum: Forum, title: str = "Kort", about: str = "", *, as_size: bool = False, **values: object) -> str:
    global _count  # noqa: PLW0603 - commands differ
    _count += 1
    new = NewThread("levels", about=about, as_size=as_size)
    return forum.start(KIM, new, NewText("", title, card=dataclasses.replace(CARD, **values)), f"told-card-{_count}")


# --- The file --------------------------------------------------------------------------------------------------------


class Place:
    """An installation whose visitors are who they say they are."""

    def __init__(self, var) -> None:
        self.database = Database(f"sqlite:///{var / 'hub.sqlite'}")
        self.database.migrate()
        self.forum = told_in(self.database)
        self.limits = Limits(factor=1_000)
        hub = dataclasses.replace(HUB, database=self.database, cards=Cards(self.database, self.limits, lambda: NOW))
        pages = Pages(hub, shell.take_apart(runtime.index_page()))
        self._app = Starlette(routes=ForumCards(hub, pages).routes())

    def get(self, path: str, by: Visitor) -> httpx.Response:
        async def app(scope, receive, send) -> None:
            await self._app({**scope, "hub.visitor": by}, receive, send)

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
                return await client.get(path)

        return asyncio.run(asked())

    def rows(self, query: str = "", by: Visitor = KIM) -> list[dict[str, str]]:
        answer = self.get(f"/api/forum/kort.csv?{query}", by)
        assert answer.status_code == 200 and answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.database.close()


@pytest.mark.parametrize("by", [STRANGER, NEW, person("reader")])
def test_whoever_is_no_member_gets_no_file_and_no_card(place, by):
    tell(place.forum, "Hemlig rubrik")
    answer = place.get("/api/forum/kort.csv", by)

    assert answer.status_code == 403 and "Hemlig" not in answer.text and "Visiba" not in answer.text


def test_a_member_gets_the_cards_in_words_and_nobody_else_keeps_them(place):
    thread = tell(place.forum, "Uthopp i maj")
    place.forum.react(MIRA, place.forum.open(MIRA, thread).posts[0].post.id, Reaction.TOO, on=True)
    answer = place.get("/api/forum/kort.csv?lang=sv", KIM)
    (row,) = place.rows("lang=sv")

    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert (row["Rubrik"], row["Nivå"], row["År"], row["Region"]) == ("Uthopp i maj", "Uthopp", "2026", "Region Skåne")
    assert row["Vi gör också så"] == "1" and row["Tråd"] == f"http://hub.test/forum?trad={thread}"


def test_the_file_holds_what_the_page_shows_for_the_same_choice(place):
    tell(place.forum, "Ett", year=2024)
    tell(place.forum, "Två", level="inbox", video_system="VISIBA ")
    found = {
        query: sorted(row["Title"] for row in place.rows(f"lang=en&{query}"))
        for query in ("niva=inbox", "ar=2024", "video=visiba", "region=M&niva=hop-out", "niva=%00&ar=x&region=%27")
    }

    assert found == {
        "niva=inbox": ["Två"], "ar=2024": ["Ett"], "video=visiba": ["Ett", "Två"], "region=M&niva=hop-out": ["Ett"],
        "niva=%00&ar=x&region=%27": ["Ett", "Två"],
    }  # fmt: skip


def test_the_file_tells_the_region_of_nobody_who_shows_its_size_only(place):
    tell(place.forum, "Dold", as_size=True)
    (row,) = place.rows("lang=sv")

    assert (row["Region"], row["Berättat av"]) == ("", "En stor region")
    assert place.rows("region=M") == [] and "Skåne" not in str(row)


def test_ways_to_reach_people_and_what_is_hidden_stay_out_of_the_file(place):
    gone = tell(place.forum, "Borta")
    hide(place.database, place.forum.open(MIRA, gone).posts[0].post.id)
    tell(place.forum, "Kvar")

    assert [row["Title"] for row in place.rows("lang=en", MIRA)] == ["Kvar"]
    assert "kim@region" not in place.get("/api/forum/kort.csv", MIRA).text


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "a;=1+1"])
def test_no_cell_becomes_a_formula(place, formula):
    tell(place.forum, formula, situation=formula, video_system=formula)
    (row,) = place.rows("lang=en")

    for name in ("Title", "Situation", "Video system"):
        assert as_typed(row[name]) == formula.strip() and not re.search(r"(^|;)\s*[=+\-@]", row[name])


def test_file_after_file_in_a_minute_is_refused_with_the_time_to_wait(place, monkeypatch):
    monkeypatch.setattr(place.limits, "_most", {"export": 1})
    answers = [place.get("/api/forum/kort.csv", KIM) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 429] and answers[1].headers["retry-after"].isdecimal()


# --- On other pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[Forum]:
    """The forum of the installation that pages are drawn from, emptied afterwards."""
    yield told_in(HUB.database)
    ours = [KIM.person_id, MIRA.person_id]

    def clear(connection: sa.Connection) -> None:
        # Nothing in the hub takes away a thread that is seen without leaving a change.
        for (thread,) in connection.execute(sa.select(forum_thread.c.id).where(forum_thread.c.author.in_(ours))).all():
            note_change(connection, thread)
        connection.execute(forum_thread.delete().where(forum_thread.c.author.in_(ours)))
        connection.execute(people.delete().where(people.c.id.in_(ours)))

    HUB.database.write(clear)


def drawing(by, name, argument):
    """Draw a part of a page for somebody."""
    import time

    import streamlit as st

    from components import forum_beside, forum_cards, forum_place
    from components.html import show
    from components.session import settle_language

    settle_language()
    st.session_state["hub-visitor"] = (by, time.monotonic() + 60)
    draw = {
        "region": forum_beside.of_region,
        "level": forum_beside.of_level,
        "card": forum_beside.told_by,
        "talk": lambda about: forum_place.talk(about, "Namnet"),
        "each": lambda id_: str(forum_place.talk_beside_each("requirement", {id_: "Kravet"})),
        "place": lambda about: str(forum_place.place_of(about)),
        "page": lambda _nothing: forum_cards.page() or "",
    }[name]
    show("<hr>", draw(argument))


def drawn(by: Visitor, name: str, argument: str = "", **query: str) -> str:
    app = AppTest.from_function(drawing, args=(by, name, argument), default_timeout=30)
    app.query_params["lang"] = "sv"
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return "".join(element.proto.body for element in app.get("html")).replace("<hr>", "").strip()


PARTS = [("region", "M"), ("level", "hop-out"), ("talk", "level:hop-out"), ("each", "x"), ("card", "{thread}")]


@pytest.mark.parametrize("part", PARTS, ids=[name for name, _ in PARTS])
@pytest.mark.parametrize("by", [STRANGER, NEW])
def test_nothing_of_the_forum_stands_on_a_page_for_whoever_is_no_member(written, part, by):
    thread = tell(written, "Hemlig rubrik", about="level:hop-out")
    # A member looks first, so that what might be kept for the next one would be.
    drawn(KIM, part[0], part[1].format(thread=thread))
    seen = drawn(by, part[0], part[1].format(thread=thread))

    assert not any(word in seen for word in ("Hemlig", "Kim", "Visiba", thread, "2026"))


def test_the_pages_of_the_region_and_the_level_show_their_cards_to_members(written):
    tell(written, "Uthopp i maj")
    tell(written, "Utan namn", as_size=True)
    region, level = drawn(KIM, "region", "M"), drawn(KIM, "level", "hop-out")

    assert "Uthopp i maj" in region and "Utan namn" not in region
    assert "Uthopp i maj" in level and "Utan namn" in level and "En stor region" in level
    assert "Uthopp i maj" not in drawn(KIM, "region", "H") + drawn(KIM, "level", "inbox")


def test_the_talk_stands_beside_what_it_is_about_with_the_ways_on(written):
    thread = tell(written, "Krav på loggar", about="requirement:login-log")
    beside = drawn(KIM, "talk", "requirement:login-log")

    assert f"trad={thread}" in beside and "ny=trad&amp;om=requirement%3Alogin-log" in beside
    assert "1 tråd i forumet" in drawn(KIM, "each", "login-log") and "Fråga i forumet" in drawn(KIM, "each", "annat")


def test_an_item_from_a_card_tells_members_whose_it_is_while_it_is_there(written):
    thread = tell(written, "Uthopp i maj", as_size=True)
    first = written.open(MIRA, thread).posts[0].post.id
    before = drawn(KIM, "card", thread)
    hide(HUB.database, first)

    assert f"trad={thread}" in before and "En stor region" in before
    assert "Uthopp" not in drawn(KIM, "card", thread) and drawn(KIM, "card", "") == ""


@pytest.mark.parametrize(
    ("about", "words", "address"),
    [
        ("level:hop-out", "nivån Uthopp", "/nivaer?niva=hop-out"),
        (f"requirement:{HUB.requirements.requirements[0].id}", "kravet ”", f"/krav#krav-{HUB.requirements.requirements[0].id}"),
        (f"chart:{HUB.mart.statements()[0].id}", "uttalandet ”", f"/mognad?uttalande={HUB.mart.statements()[0].id}"),
        (f"chart:series.{HUB.mart.series()[0].id}", "talet ”", f"serie={HUB.mart.series()[0].id}"),
        (f"article:{HUB.articles[0].slug}", "artikeln ”", f"/kunskap/{HUB.articles[0].slug}"),
        ("plan-item:stage.order", "skedet ", "/plan"),
        ("plan-item:question.capacity", "en punkt i en plan: ”", "/plan"),
    ],
)  # fmt: skip
def test_a_thread_leads_back_to_what_it_stands_beside(about, words, address):
    shown = drawn(KIM, "place", about)

    assert words in shown and address in shown and "nyckel" not in shown and "id=" not in shown


@pytest.mark.parametrize(
    "about", ["", "level:none", "requirement:none", "chart:none", "chart:series.none", "plan-item:x"]
)
def test_what_is_no_longer_there_leads_nowhere(about):
    assert drawn(KIM, "place", about) == "('', '')"


# --- The page --------------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert('hub')</script>\"'><img src=x onerror=alert(1)>"


class Markup(HTMLParser):
    """What a browser would take for elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_nothing_that_people_write_on_a_card_becomes_markup(written):
    texts = dict.fromkeys(("situation", "did", "result", "otherwise", "effort", "advice", "users"), HOSTILE * 3)
    systems = {"video_system": HOSTILE, "record_system": HOSTILE, "contact": HOSTILE}
    thread = tell(written, HOSTILE, about="level:hop-out", **texts, **systems)
    seen = "".join(
        (
            drawn(KIM, "page"),
            drawn(KIM, "page", jamfor=thread),
            drawn(KIM, "page", valda=thread, video=HOSTILE, journal=HOSTILE, efter=HOSTILE, niva=HOSTILE),
            drawn(KIM, "region", "M"),
            drawn(KIM, "talk", "level:hop-out"),
            drawn(KIM, "card", thread),
        )
    )

    found = Markup()
    found.feed(seen)
    assert HOSTILE[:8] not in seen and "option" in found.tags and not found.tags & {"script", "img"}
    assert not [name for name in found.attributes if name.startswith("on")]


def test_an_empty_forum_invites_to_write_the_first_card(written):
    assert "Skriv det första kortet" in drawn(KIM, "page", niva="inbox")
    assert "ny=kort&amp;niva=inbox" in drawn(KIM, "page", niva="inbox")


def test_cards_stand_side_by_side_and_those_that_are_gone_are_told_of(written):
    one, two = tell(written, "Ett"), tell(written, "Två", level="inbox")
    seen = drawn(KIM, "page", jamfor=f"{one}~{two}~finnsinte")

    assert seen.count("scope='col'") == 3 and "1 av de valda korten finns inte kvar." in seen
    assert seen.index("Ett") < seen.index("Två") and "kim@region.example.se" in seen


def test_what_there_cannot_be_in_an_address_is_told_and_left_out(written):
    tell(written, "Ett")
    seen = drawn(KIM, "page", niva="taket", region="ZZ", ar="tjugo")

    assert seen.count("finns inte") >= 3 and "Ett" in seen


def test_a_text_that_begins_with_much_space_takes_no_page_away(written):
    sparse = "\u00a0" * 300 + "Två system"
    thread = tell(written, "Glest", situation=sparse, advice=sparse)

    assert "Glest" in drawn(KIM, "page") and "Glest" in drawn(KIM, "page", jamfor=thread)
