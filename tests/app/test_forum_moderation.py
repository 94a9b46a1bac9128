"""The forms of moderation by address: from whom they are taken, what they lead to, and who may listen to the queue."""

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from hub.clock import utc_now
from hub.forum.measures import What
from hub.forum.moderation import Moderation
from hub.forum.oversight import Oversight
from hub.forum.service import Forum, NewText, NewThread
from hub.held import Held
from hub.limits import Limits
from hub.live import Topics
from hub.tables import person
from hub.visitor import Role, Visitor
from tests.app.test_auth import HERE, Browser, Place
from tests.app.test_pages import headings, shown, visit
from web import runtime, shell
from web.auth import Auth
from web.forum_moderation import ForumModeration
from web.live import Live
from web.pages import Pages

WHY = "Reklam"
ACTS = ("lamna", "dolj", "visa", "anmark", "avanmark", "flytta", "las", "las-upp", "fast", "lossa", "stang-av", "hav", "angra")  # fmt: skip


class Talk(Place):
    """An installation with a thread of Maja's and a reply of Elin's."""

    def __init__(self, var) -> None:
        super().__init__(var, HUB_DEMO="1")
        topics, limits, content = Topics(), Limits(factor=1_000), self.hub.forum_content
        self.hub = dataclasses.replace(
            self.hub,
            topics=topics,
            held=Held(utc_now),
            forum=Forum(self.hub.database, limits, topics, utc_now, content, levels=(), populations={}),
            moderation=Moderation(self.hub.database, limits, topics, utc_now, content),
            oversight=Oversight(self.hub.database, utc_now),
        )
        pages = Pages(self.hub, shell.take_apart(runtime.index_page()))
        self.app = Starlette(
            routes=[
                Auth(self.hub, pages).mount(), *ForumModeration(self.hub, pages).routes(), *Live(self.hub).routes(),
            ]
        )  # fmt: skip
        self.count = 0
        self.people = {name: self.become(name) for name in ("maja", "elin", "mona", "adam")}
        self.fresh()

    def become(self, name: str) -> Browser:
        browser = self.browser()
        browser.post("/auth/demo", {"persona": name})
        return browser

    def visitor(self, name: str, *roles: Role) -> Visitor:
        found = self.hub.database.read(
            lambda c: c.execute(sa.select(person.c.id).where(person.c.subject == name)).scalar_one()
        )
        held = frozenset({Role.READER, Role.MEMBER, *roles})
        return Visitor(f"person:{found}", found, name=name.title(), roles=held)

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def fresh(self) -> None:
        maja, elin = self.visitor("maja"), self.visitor("elin", Role.EDITOR)
        text = NewText("Hur gör ni?", "Fråga")
        self.thread = self.hub.forum.start(maja, NewThread("levels"), text, self.command())
        self.post = self.hub.forum.reply(elin, self.thread, NewText("Så här."), self.command())

    @property
    def moderator(self) -> Visitor:
        return self.visitor("mona", Role.MODERATOR)

    def done(self) -> list[What]:
        return [one.what for one in self.hub.oversight.log(self.moderator).lines]

    def fields(self, **more: str) -> dict[str, str]:
        given = {
            "inlagg": self.post, "trad": self.thread, "nummer": "2", "tillbaka": "ko", "skal": WHY, "kategori": "other",
            "dagar": "7", "saker": "1", "atgard": "1", "avstangning": "x", "kommando": self.command(),
        }  # fmt: skip
        return {**given, **more}

    def act(self, name: str, act: str, *, origin: str | None = HERE, **more: str):
        return self.people[name].post(f"/api/forum/moderera/{act}", self.fields(**more), origin=origin)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[Talk]:
    made = Talk(tmp_path_factory.mktemp("var"))
    yield made
    made.close()


@pytest.fixture
def talk(house) -> Talk:
    """The installation with a thread nobody has touched, and nobody suspended."""
    for held, _name in house.hub.oversight.suspended(house.moderator):
        house.hub.moderation.lift(house.moderator, held.id, house.command())
    house.fresh()
    return house


def query(answer) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_a_form_from_another_site_does_nothing(talk, act, origin):
    before = talk.done()
    answer = talk.act("mona", act, origin=origin)

    assert answer.status_code == 403 and talk.done() == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", ["maja", "elin"])
def test_a_forged_form_of_a_member_does_nothing_and_is_refused_on_the_page(talk, act, name):
    before = talk.done()
    answer = talk.act(name, act)

    assert answer.status_code == 303 and query(answer)["fel"] == f"{act}-{talk.post}"
    assert talk.done() == before


@pytest.mark.parametrize("act", ["dolj", "stang-av", "angra"])
def test_somebody_who_has_not_signed_in_is_led_to_the_login(talk, act):
    before = talk.done()
    answer = talk.browser().post(f"/api/forum/moderera/{act}", talk.fields())

    assert answer.headers["location"].startswith("/auth/login?next=") and talk.done() == before


@pytest.mark.parametrize("act", ["dolj", "anmark", "flytta", "las", "stang-av", "fast"])
def test_a_measure_leads_on_to_what_was_done_with_the_way_back(talk, act):
    answer = talk.act("mona", act, tillbaka="trad")
    asked = query(answer)

    assert (asked["trad"], asked["sparat"]) == (talk.thread, act)
    undone = talk.act("adam", "angra", atgard=asked["atgard"], tillbaka="ko")
    assert query(undone)["sparat"] == "angra" and len(talk.done()) % 2 == 0


def test_a_refused_form_is_held_under_a_name_of_its_own_and_drops_nothing(talk):
    answer = talk.act("mona", "anmark", skal="", tillbaka="trad")

    assert query(answer) == {"vy": "anmalda", "inlagg": talk.post, "gor": "anmark", "fel": f"anmark-{talk.post}"}
    held = talk.hub.held.find(talk.moderator.key, f"anmark-{talk.post}")
    assert (held.error.code, held.error.field, held.values["kategori"]) == ("empty", "reason", "other")


@pytest.mark.parametrize(("act", "number"), [("stang-av", "2"), ("dolj", "1")])
def test_what_hurts_is_asked_for_twice(talk, act, number):
    before = talk.done()
    talk.act("mona", act, nummer=number, saker="")

    assert talk.done() == before
    talk.act("mona", act, nummer=number, saker="1")
    assert len(talk.done()) == len(before) + 1


def test_a_report_of_a_member_waits_and_leads_back_to_the_post(talk):
    fields = {"inlagg": talk.post, "trad": talk.thread, "nummer": "2", "skal": "Fel", "kommando": talk.command()}
    answer = talk.people["maja"].post("/api/forum/anmal", fields)

    assert query(answer) == {"trad": talk.thread, "sparat": "anmal"}
    assert talk.hub.oversight.waiting(talk.moderator) == 1
    talk.act("mona", "lamna", anmalt="1")
    assert talk.hub.oversight.waiting(talk.moderator) == 0


def test_a_report_that_was_answered_meanwhile_is_not_answered_again(talk):
    fields = {"inlagg": talk.post, "trad": talk.thread, "nummer": "2", "skal": "Fel", "kommando": talk.command()}
    talk.people["maja"].post("/api/forum/anmal", fields)
    talk.act("adam", "lamna", anmalt="1")
    answer = talk.act("mona", "dolj", anmalt="1")

    assert "fel" in query(answer)
    assert talk.hub.held.find(talk.moderator.key, f"dolj-{talk.post}").error.code == "settled-meanwhile"


def first_answer(talk: Talk, browser: Browser | None, topic: str) -> str:
    """Return whether a socket is accepted or closed."""
    cookie = f"hub_session={browser.session}" if browser else ""
    host = re.sub("^http://", "", HERE)
    headers = [
        (b"host", host.encode()), (b"origin", HERE.encode()), (b"cookie", cookie.encode()),
        (b"connection", b"upgrade"), (b"upgrade", b"websocket"),
    ]  # fmt: skip
    scope = {
        "type": "websocket", "path": "/api/live", "raw_path": b"/api/live", "query_string": f"topic={topic}".encode(),
        "headers": headers, "client": ("127.0.0.1", 50_000), "server": ("localhost", 8501), "scheme": "ws",
        "subprotocols": [], "root_path": "",
    }  # fmt: skip
    sent: list[str] = []
    coming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message["type"])

    asyncio.run(talk.app(scope, receive, send))
    return sent[0].removeprefix("websocket.")


@pytest.mark.parametrize(
    ("name", "topic", "expected"),
    [
        ("mona", "forum-reports", "accept"), ("adam", "forum-reports", "accept"), ("maja", "forum-reports", "close"),
        ("", "forum-reports", "close"), ("maja", "forum", "accept"), ("", "forum", "close"),
    ],
)  # fmt: skip
def test_the_queue_is_heard_by_those_who_moderate_only(talk, name, topic, expected):
    assert first_answer(talk, talk.people.get(name), topic) == expected


def test_the_rules_are_open_to_everybody_and_name_what_moderators_may_do():
    page = visit("forum.py", vy="regler")

    assert headings(page) == ["Så fungerar forumet"]
    assert "Vad moderatorer får göra" in shown(page) and "Vad moderatorerna har gjort" not in shown(page)


@pytest.mark.parametrize("view", ["anmalda", "logg"])
def test_the_queue_and_the_log_are_closed_to_whoever_is_no_member(view):
    assert headings(visit("forum.py", vy=view)) == headings(visit("forum.py"))
