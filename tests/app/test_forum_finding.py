"""Search over what members write: what a member and a stranger see of it, and the address that tells what is similar."""

import asyncio
import re
import uuid

import httpx
import pytest
from starlette.applications import Starlette

from hub.bootstrap import Hub, build
from hub.errors import Unavailable
from hub.forum.finding import Found
from hub.forum.rules import Card
from hub.forum.service import NewText, NewThread
from hub.settings import read_settings
from hub.visitor import NOBODY, SESSION_COOKIE, Role, Visitor
from tests.app.test_pages import HOSTILE, HUB, headings, shown, visit
from tests.forum_room import join
from web.forum_finding import ForumFinding

MEMBER = Visitor("person:sokare", "sokare", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))
WORD = "stativhållaren"


@pytest.fixture(scope="module", autouse=True)
def _written() -> None:
    """A thread with a reply, and a card, by somebody of the hub that the pages are drawn of."""
    join(HUB.database, {"sokare": ""}, name="Kim")
    thread = HUB.forum.start(MEMBER, NewThread("other"), NewText("Hej", f"Kamera {HOSTILE}"), uuid.uuid4().hex)
    HUB.forum.reply(MEMBER, thread, NewText(f"Vi lånade {WORD}. {HOSTILE}"), uuid.uuid4().hex)
    card = Card("hop-out", 2026, f"Rum med {WORD}", "Anslöt", "Det gick")
    HUB.forum.start(MEMBER, NewThread("levels"), NewText("", "Kortet", card=card), uuid.uuid4().hex)


@pytest.fixture
def as_visitor(monkeypatch):
    """Let the pages be asked for by somebody."""

    def become(by):
        monkeypatch.setattr("components.session._resolve", lambda: by)

    become(NOBODY)
    return become


def page(**query: str) -> str:
    app = visit("search.py", **query)
    assert not app.exception and len(headings(app)) == 1
    return shown(app)


def kinds(html: str) -> set[str]:
    return {kind.split(" · ")[0] for kind in re.findall(r"<li><p class='hub-kicker'>([^<]*)</p>", html)}


def test_a_member_finds_posts_and_cards_beside_what_the_hub_has_written(as_visitor):
    as_visitor(MEMBER)
    found = page(q=WORD)

    assert kinds(found) == {"Inlägg i forumet", "Erfarenhetskort"}
    assert f"Vi lånade <mark>{WORD}</mark>" in found and "· Kim, " in found
    assert re.search(r"href='/forum\?trad=[a-z0-9]{12}#inlagg-2'", found)
    assert HOSTILE not in found and "Medlemmar hittar också" not in found


@pytest.mark.parametrize(("kind", "words"), [("post", {"Inlägg i forumet"}), ("card", {"Erfarenhetskort"})])
def test_a_member_may_ask_for_one_kind(as_visitor, kind, words):
    as_visitor(MEMBER)

    assert kinds(page(q=WORD, typ=kind)) == words
    assert kinds(page(q="inloggning", typ="level")) == {"Nivåer"}


@pytest.mark.parametrize("kind", ["", "post", "card"])
@pytest.mark.parametrize(
    "by", [NOBODY, Visitor("person:sokare", "sokare", roles=frozenset({Role.READER}), consented=False)]
)
def test_whoever_is_no_member_sees_neither_hit_nor_count_but_one_line(as_visitor, by, kind):
    as_visitor(by)
    found = page(q=WORD, typ=kind)

    assert not kinds(found) and "Kamera" not in found and "Kortet" not in found and "0 träffar" in found
    assert found.count("Medlemmar hittar också det som andra har skrivit i forumet.") == 1
    assert ("/auth/login?next=" in found) is not by.signed_in
    assert "typ=post" not in found and "typ=card" not in found


def test_without_a_database_what_the_hub_has_written_is_found_and_the_rest_is_said(as_visitor, monkeypatch):
    as_visitor(MEMBER)

    def silent(*_: object, **__: object) -> None:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(HUB.finding, "find", silent)
    found = page(q="inloggning")

    assert "Krav" in kinds(found) and "går inte att söka i just nu" in found


def test_while_the_forum_is_still_being_read_the_page_says_so(as_visitor, monkeypatch):
    as_visitor(MEMBER)
    monkeypatch.setattr(HUB.finding, "find", lambda *_, **__: Found((), complete=False))

    assert "läser fortfarande in forumet" in page(q=WORD)


# --- The address -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Hub:
    return build(read_settings({"HUB_VAR": str(tmp_path_factory.mktemp("var")), "HUB_DEMO": "1"}))


@pytest.fixture(scope="module")
def maja(hub) -> str:
    """The session of a made-up member, and two threads that she has begun."""
    claims = hub.identity.demo_claims("maja", local=True)
    session = hub.identity.sign_in(claims, replaces=None, user_agent="", language="sv").session_id
    by = hub.identity.visitor(session, local=True, key="browser:x")
    for title in ("Kamera i rummet", "Påminnelser"):
        hub.forum.start(by, NewThread("other"), NewText("Hej", title), uuid.uuid4().hex)
    return session


def ask(hub: Hub, title: str, session: str = "") -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=ForumFinding(hub).routes()))
        cookies = {SESSION_COOKIE: session} if session else {}
        async with httpx.AsyncClient(transport=transport, cookies=cookies) as client:
            return await client.get("http://localhost/api/forum/liknande", params={"titel": title})

    return asyncio.run(once())


def test_a_member_is_told_what_is_similar_and_nobody_keeps_it(hub, maja):
    answer = ask(hub, "Vilken kamera ska stå i rummet?", maja)

    assert [one["title"] for one in answer.json()] == ["Kamera i rummet"]
    assert re.fullmatch(r"/forum\?trad=[a-z0-9]{12}", answer.json()[0]["address"])
    assert answer.headers["cache-control"] == "no-store"
    assert ask(hub, "", maja).json() == ask(hub, "\0" * 9_000, maja).json() == []


def test_a_stranger_is_told_nothing_of_what_is_similar(hub, maja):
    answer = ask(hub, "Kamera i rummet")

    assert (answer.status_code, answer.json()) == (403, {"error": "not-allowed"})
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_similar_may_be_asked_so_often_only(hub, maja):
    answers = [ask(hub, "Kamera", maja) for _ in range(61)]

    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].headers["cache-control"] == "no-store"
