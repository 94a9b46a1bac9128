"""The forum beside its pages: reading view, feed, the links in letters and the forms; and that none of it leaks."""

import asyncio
import dataclasses
import datetime as dt
import os
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from hub.bootstrap import build
from hub.clock import utc_now
from hub.database import Database
from hub.forum.digest import Writer
from hub.forum.feeds import Feeds
from hub.forum.mailing import Mailings
from hub.forum.news import News
from hub.forum.rules import Card
from hub.forum.service import Forum, NewText, NewThread
from hub.identity.rules import digest
from hub.identity.service import Claims, Identity
from hub.language import LANGUAGE_COOKIE
from hub.limits import Limits
from hub.mail import Mail
from hub.settings import read_settings
from hub.tables import forum_letter, person
from hub.visitor import SESSION_COOKIE, Visitor
from tests import postman as post
from tests.postman import Postman
from web import runtime, shell
from web.forum_feeds import ForumFeeds
from web.forum_reading import PAGE, ForumReading
from web.middleware import Guard
from web.pages import Pages

HUB = build(read_settings(os.environ))
HERE = "http://hub.test"
ATOM = "{http://www.w3.org/2005/Atom}"
SECRET_TITLE = "Hemlig rubrik om Treserva"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> [a](javascript:alert(3)) \u202eomvänt ]]> &amp;"


class House:
    """An installation of its own, with the routes of the forum behind the guard."""

    def __init__(self, folder, postman: Postman) -> None:
        given = read_settings(
            {
                "HUB_VAR": str(folder), "HUB_PUBLIC_URL": HERE, "HUB_SMTP_HOST": "localhost",
                "HUB_SMTP_PORT": str(postman.port), "HUB_SMTP_SECURITY": "none", "HUB_SMTP_FROM": "forum@hub.example",
            }
        )  # fmt: skip
        self.database = Database(given.database())
        self.database.migrate()
        self.postman, self.limits, self.count = postman, Limits(factor=100), 0
        content, catalogue, shared = HUB.forum_content, HUB.catalogue, {"regions": HUB.regions, "rules_version": 1}
        self.identity = Identity(self.database, self.limits, given, utc_now, **shared)
        writer = Writer(catalogue, content, HERE)
        self.hub = dataclasses.replace(
            HUB,
            settings=given,
            database=self.database,
            limits=self.limits,
            identity=self.identity,
            forum=Forum(self.database, self.limits, HUB.topics, utc_now, content, levels=HUB.levels, populations={}),
            news=News(self.database, self.limits, utc_now, content),
            mailings=Mailings(self.database, self.limits, utc_now, Mail(given), writer, self.identity.member),
            feeds=Feeds(self.database, self.limits, utc_now, content, catalogue, self.identity.member),
        )
        pages = Pages(self.hub, shell.take_apart(runtime.index_page()))
        self.app = Starlette(
            routes=[*pages.routes(), *ForumFeeds(self.hub, pages).routes(), *ForumReading(self.hub, pages).routes()],
            middleware=[
                Middleware(
                    Guard, pages=pages.app_pages(), files=frozenset(), own=("/forum/", "/api/", "/sitemap.xml", "/robots.txt"),
                    not_found=pages.not_found, failed=pages.failed, policy="default-src 'self'", https=False,
                )
            ],
        )  # fmt: skip
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, *, who: str = "", data=None, **headers: str) -> httpx.Response:
        cookies = {LANGUAGE_COOKIE: "sv", **({SESSION_COOKIE: self.cookies[who]} if who else {})}

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HERE, cookies=cookies) as client:
                return await client.request(method, path, data=data, headers=headers)

        return asyncio.run(go())

    def get(self, path: str, **more) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, data=None, *, origin: str = HERE, **more) -> httpx.Response:
        return self.ask("POST", path, data=data or {}, **({"origin": origin} if origin else {}), **more)

    def join(self, name: str) -> Visitor:
        """Let somebody become a member, and return who they are."""
        begun = self.identity.sign_in(Claims("test", name, name.title()), replaces=None, user_agent="", language="sv")
        self.cookies[name] = begun.session_id
        self.database.write(
            lambda c: c.execute(
                person.update().where(person.c.subject == name).values(rules_version=1, organisation="Region")
            )
        )
        return self.visitor(name)

    def visitor(self, name: str) -> Visitor:
        return self.identity.visitor(self.cookies[name], local=False, key="browser:x")

    def lose_membership(self, name: str) -> None:
        self.database.write(
            lambda c: c.execute(person.update().where(person.c.subject == name).values(rules_version=0))
        )

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def thread(self, by: Visitor, title: str = SECRET_TITLE, text: str = "Vi undrar.", **more) -> str:
        card = more.pop("card", None)
        return self.hub.forum.start(by, NewThread("levels", **more), NewText(text, title, card=card), self.command())

    def reply(self, by: Visitor, thread: str, text: str) -> str:
        return self.hub.forum.reply(by, thread, NewText(text), self.command())

    def feed_of(self, by: Visitor) -> str:
        self.hub.feeds.make(by, self.command())
        return f"/forum/flode.atom?nyckel={self.hub.feeds.fresh(by)}"


@pytest.fixture
def postman() -> Iterator[Postman]:
    with post.running() as running:
        yield running


@pytest.fixture
def house(tmp_path, postman) -> Iterator[House]:
    made = House(tmp_path, postman)
    yield made
    made.database.close()


@pytest.fixture
def kim(house) -> Visitor:
    return house.join("kim")


# --- A thread to read and print --------------------------------------------------------------------------------------


def test_a_member_reads_a_thread_without_a_script_with_an_anchor_at_each_post(house, kim):
    thread = house.thread(kim, text="Vi har **två** system.")
    house.reply(kim, thread, "Vi med.")
    answer = house.get(f"/forum/trad/{thread}", who="kim")

    assert answer.status_code == 200 and f"<h1><span lang='sv'>{SECRET_TITLE}</span></h1>" in answer.text
    assert "id='inlagg-1'" in answer.text and "id='inlagg-2'" in answer.text and "<strong>två</strong>" in answer.text
    assert "<script" not in answer.text and f'href="/forum?trad={thread}"' in answer.text
    assert answer.headers["x-robots-tag"] == "noindex, nofollow" and answer.headers["cache-control"] == "no-store"
    assert "og:title" not in answer.text and 'rel="canonical"' not in answer.text


def test_the_answer_stands_on_top_and_the_card_before_the_posts(house, kim):
    card = Card("hop-out", 2026, "Två system", "Anslöt", "Det gick", contact="kim@region.example")
    thread = house.thread(kim, question=True, card=card)
    house.hub.forum.accept(kim, house.reply(kim, thread, "Så här gör vi."), house.command())
    text = house.get(f"/forum/trad/{thread}", who="kim").text

    places = [text.index(words) for words in ("Godtaget svar", "Så här gör vi.", "Två system", "id='inlagg-1'")]
    assert places == sorted(places) and f"/forum/trad/{thread}#inlagg-2" in text and "kim@region.example" in text


def test_a_long_thread_comes_in_pages_that_lead_to_each_other(house, kim):
    thread = house.thread(kim)
    for number in range(PAGE + 5):
        house.reply(kim, thread, f"Svar {number}")
    first, second = (house.get(f"/forum/trad/{thread}{query}", who="kim").text for query in ("", f"?efter={PAGE}"))

    assert f"/forum/trad/{thread}?efter={PAGE}" in first and f"id='inlagg-{PAGE}'" in first
    assert f"id='inlagg-{PAGE + 1}'" in second and f"id='inlagg-{PAGE}'" not in second and "rel='prev'" in second


def test_what_people_wrote_is_words_there(house, kim):
    thread = house.thread(kim, f"Titel {HOSTILE}", HOSTILE)
    text = house.get(f"/forum/trad/{thread}", who="kim").text

    assert not re.search(r"<script|<img|javascript:[^&]*'|onerror=[^&]*>", text.replace("&lt;", "‹"))


def test_hidden_posts_and_threads_are_not_there_even_for_who_moderates(house, kim):
    thread = house.thread(kim)
    house.hub.forum.remove(kim, house.reply(kim, thread, "Taget tillbaka"), house.command())
    gone = house.thread(kim, "Borttagen")
    first = house.hub.forum.open(kim, gone).posts[0].post.id
    house.hub.forum.remove(kim, first, house.command())

    assert "Taget tillbaka" not in house.get(f"/forum/trad/{thread}", who="kim").text
    assert house.get(f"/forum/trad/{gone}", who="kim").status_code == 404


def test_a_stranger_is_led_to_sign_in_whether_there_is_such_a_thread_or_not(house, kim):
    there, nowhere = house.get(f"/forum/trad/{house.thread(kim)}"), house.get("/forum/trad/zzzzzzzzzzzz")

    assert (there.status_code, nowhere.status_code) == (303, 303) and SECRET_TITLE not in there.text
    assert nowhere.headers["location"] == "/auth/login?next=/forum/trad/zzzzzzzzzzzz"


def test_who_is_no_member_any_more_reads_nothing(house, kim):
    thread = house.thread(kim)
    house.lose_membership("kim")
    answer = house.get(f"/forum/trad/{thread}", who="kim")

    assert answer.status_code == 403 and SECRET_TITLE not in answer.text


@pytest.mark.parametrize(
    "path", ["/forum/trad/zzzzzzzzzzzz", "/forum/trad/", "/forum/annat", "/forum/trad/a/b", f"/forum/trad/{'x' * 3000}"]
)
def test_an_address_below_the_forum_that_nobody_has_is_answered_in_words(house, kim, path):
    answer = house.get(path, who="kim")

    assert answer.status_code == 404 and "Sidan finns inte" in answer.text


# --- The feed --------------------------------------------------------------------------------------------------------


def entries(answer: httpx.Response) -> list[ElementTree.Element]:
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def test_the_feed_is_atom_with_the_newest_posts_first(house, kim):
    thread = house.thread(kim, text="Vi har **två** system.")
    house.reply(kim, thread, "Vi med.")
    answer = house.get(house.feed_of(kim))
    feed, found = ElementTree.fromstring(answer.content), entries(answer)

    assert answer.headers["content-type"].startswith("application/atom+xml") and feed.tag == f"{ATOM}feed"
    assert [one.findtext(f"{ATOM}title") for one in found] == [f"Svar i: {SECRET_TITLE}", SECRET_TITLE]
    assert found[0].find(f"{ATOM}link").get("href") == f"{HERE}/forum?trad={thread}#inlagg-2"
    assert "<strong>två</strong>" in found[1].findtext(f"{ATOM}content")
    assert found[1].find(f"{ATOM}content").get("type") == "html"


def test_the_feed_holds_what_the_standard_asks_for(house, kim):
    house.thread(kim)
    feed = ElementTree.fromstring(house.get(house.feed_of(kim)).content)
    for one in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1 and one.findtext(f"{ATOM}{name}")
        assert one.findtext(f"{ATOM}author/{ATOM}name") and one.find(f"{ATOM}link").get("rel") == "alternate"
        moment = one.findtext(f"{ATOM}updated")
        assert moment.endswith("Z") and dt.datetime.fromisoformat(moment)

    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) and all(one.startswith("tag:hub.test,2026:forum") for one in ids)


def test_a_card_without_a_text_beside_it_is_told_in_its_own_words(house, kim):
    house.thread(kim, text="", card=Card("hop-out", 2026, "Två **system**", "Anslöt", "Det gick"))

    assert "<strong>system</strong>" in entries(house.get(house.feed_of(kim)))[0].findtext(f"{ATOM}content")


def test_what_people_wrote_does_not_break_the_feed_or_act_in_it(house, kim):
    house.thread(kim, f"Titel {HOSTILE}", HOSTILE)
    found = entries(house.get(house.feed_of(kim)))[0]
    body = found.findtext(f"{ATOM}content")

    assert (
        "<script" not in body and "<img" not in body and "href" not in body and "]]" in found.findtext(f"{ATOM}title")
    )


def test_a_feed_that_has_not_changed_is_not_sent_again(house, kim):
    thread = house.thread(kim)
    way = house.feed_of(kim)
    tag = house.get(way).headers["etag"]
    same = house.get(way, **{"if-none-match": f'"other", W/{tag}'})
    house.reply(kim, thread, "Nytt.")
    after = house.get(way, **{"if-none-match": tag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert after.status_code == 200 and after.headers["etag"] != tag
    assert (after.headers["cache-control"], after.headers["x-robots-tag"]) == ("private, no-cache", "noindex, nofollow")


def test_an_old_key_a_wrong_one_none_and_that_of_no_member_are_answered_alike(house, kim):
    house.thread(kim)
    old = house.feed_of(kim)
    new = house.feed_of(kim)
    opened = house.get(new).status_code
    renewed = house.get(old)
    house.lose_membership("kim")
    answers = [
        renewed, house.get(new), house.get("/forum/flode.atom"), house.get(f"/forum/flode.atom?nyckel={'x' * 43}"),
        house.get("/forum/flode.atom?nyckel=%00'"), house.get(new, **{"if-none-match": "*"}),
    ]  # fmt: skip

    assert opened == 200 and {(one.status_code, one.text) for one in answers} == {(404, "Not found")}


def test_hidden_posts_leave_the_feed(house, kim):
    thread = house.thread(kim)
    post_id = house.reply(kim, thread, "Taget tillbaka")
    way = house.feed_of(kim)
    before = len(entries(house.get(way)))
    house.hub.forum.remove(kim, post_id, house.command())

    assert before == 2 and "Taget tillbaka" not in house.get(way).text


def test_a_feed_fetched_too_often_says_when_to_come_back(house, kim):
    house.hub.feeds._limits = Limits({"feed": 2, "create": 9})
    way = house.feed_of(kim)
    answers = [house.get(way) for _one in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429] and answers[2].headers["retry-after"].isdecimal()


def test_only_a_digest_of_the_key_is_kept_and_the_key_is_shown_to_its_owner_only(house, kim):
    key = house.feed_of(kim).rpartition("=")[2]
    robin = house.join("robin")
    kept = house.database.read(lambda c: str(c.exec_driver_sql("SELECT * FROM forum_feed").all()))

    assert key not in kept and house.hub.feeds.fresh(kim) == key and house.hub.feeds.fresh(robin) == ""


# --- The links in letters --------------------------------------------------------------------------------------------


def asked(house: House, kim: Visitor) -> str:
    house.hub.mailings.ask(kim, "kim@region.example", "sv", house.command())
    return house.postman.link("/forum/bekrafta")


def test_opening_the_link_of_an_address_does_nothing_before_the_button_is_pressed(house, kim):
    way = asked(house, kim)
    page = house.get(way)
    before = house.hub.mailings.standing(kim).address
    done = house.post("/forum/bekrafta", {"nyckel": way.partition("=")[2]})
    again = house.get(way)

    assert page.status_code == 200 and "kim@region.example" in page.text and "<form" in page.text and before == ""
    assert done.status_code == 200 and house.hub.mailings.standing(kim).address == "kim@region.example"
    assert again.status_code == 404 and "Länken gäller inte" in again.text


def test_another_site_cannot_confirm_an_address(house, kim):
    key = asked(house, kim).partition("=")[2]
    answer = house.post("/forum/bekrafta", {"nyckel": key}, origin="https://evil.example")

    assert answer.status_code == 403 and house.hub.mailings.standing(kim).address == ""


def ended(house: House, kim: Visitor) -> str:
    """Return the way to end the letters of a letter that has been sent."""
    house.hub.mailings.confirm(asked(house, kim).partition("=")[2])
    key = "k" * 43
    row = {
        "person_id": kim.person_id,
        "week": "2027-W05",
        "state": "sent",
        "tried_at": utc_now(),
        "end_hash": digest(key),
    }
    house.database.write(lambda c: c.execute(forum_letter.insert().values(**row)))
    return f"/forum/avsluta?nyckel={key}"


def test_a_mail_program_ends_the_letters_by_one_click_without_cookie_or_origin(house, kim):
    way = ended(house, kim)
    scanned = house.get(way)
    before = house.hub.mailings.standing(kim).address
    done = house.post(way, {"List-Unsubscribe": "One-Click"}, origin="")
    again = house.post(way, {"List-Unsubscribe": "One-Click"}, origin="")

    assert scanned.status_code == 200 and f'action="{way}"' in scanned.text and before == "kim@region.example"
    assert (done.status_code, again.status_code) == (200, 200) and house.hub.mailings.standing(kim) is None


def test_who_may_not_read_any_more_can_still_end_the_letters(house, kim):
    way = ended(house, kim)
    house.lose_membership("kim")

    assert house.post(way, origin="").status_code == 200


@pytest.mark.parametrize("key", ["", "x", "x" * 43, "x" * 4_000, "%00"])
def test_a_key_of_no_letter_ends_nothing_and_says_so(house, key):
    answers = [house.get(f"/forum/avsluta?nyckel={key}"), house.post(f"/forum/avsluta?nyckel={key}", origin="")]

    assert [one.status_code for one in answers] == [404, 404] and "Länken gäller inte" in answers[0].text
    assert {one.headers["x-robots-tag"] for one in answers} == {"noindex, nofollow"}


# --- Forms -----------------------------------------------------------------------------------------------------------

FORMS = ("nytt-sett", "kategorier", "brev", "brev-slut", "brev-igen", "flode", "flode-slut")


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_taken_from_our_own_page_and_from_who_is_signed_in(house, kim, form):
    given = {"kommando": "command-form", "till": utc_now().isoformat(), "adress": "kim@region.example"}
    foreign = house.post(f"/api/forum/{form}", given, who="kim", origin="https://evil.example")
    stranger = house.post(f"/api/forum/{form}", given)
    own = house.post(f"/api/forum/{form}", given, who="kim")

    assert foreign.status_code == 403 and stranger.headers["location"].startswith("/auth/login")
    assert own.headers["location"] == f"/forum?vy=nytt&sparat={form}"


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"brev-slut", "flode-slut"}))
def test_a_form_of_who_is_no_member_is_refused(house, kim, form):
    house.lose_membership("kim")
    given = {"kommando": "command-form", "till": utc_now().isoformat(), "adress": "kim@region.example"}

    assert house.post(f"/api/forum/{form}", given, who="kim").headers["location"] == f"/forum?vy=nytt&fel={form}"
    assert house.postman.letters == []


def test_the_categories_that_are_ticked_are_followed(house, kim):
    house.post("/api/forum/kategorier", {"kommando": "command-form", "kategori-levels": "1"}, who="kim")

    assert house.hub.news.categories(kim) == {"levels"}


@pytest.mark.parametrize("until", ["", "x", "2027-01-01", "2027-01-01T00:00:00"])
def test_what_is_no_moment_marks_nothing_as_read(house, kim, until):
    answer = house.post("/api/forum/nytt-sett", {"kommando": "command-form", "till": until}, who="kim")

    assert answer.headers["location"] == "/forum?vy=nytt&fel=nytt-sett"


# --- Nothing leaks ---------------------------------------------------------------------------------------------------


def test_search_engines_are_told_of_the_forum_but_of_no_thread(house, kim):
    house.thread(kim)
    sitemap, robots = house.get("/sitemap.xml").text, house.get("/robots.txt").text

    assert "/forum</loc>" in sitemap and sitemap.count("/forum") == 1 and SECRET_TITLE not in sitemap
    assert "Disallow: /forum/\n" in robots and "Disallow: /forum?\n" in robots


@pytest.mark.parametrize("who", ["", "kim"])
def test_the_head_of_a_shared_link_to_a_thread_says_nothing_of_it(house, kim, who):
    thread = house.thread(kim)
    document = house.get(f"/forum?trad={thread}", who=who).text

    assert SECRET_TITLE not in document and 'og:title" content="Forum – Vårdmöteshubben"' in document
