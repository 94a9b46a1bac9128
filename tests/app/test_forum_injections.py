"""Every page and answer that shows people's text, over a forum whose every text is a script injection: none of it is more than text."""

import asyncio
import base64
import csv
import io
import os
import re
from collections.abc import Iterator
from functools import partial
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from hub.bootstrap import build
from hub.clock import utc_now
from hub.forum import news_store
from hub.forum.cards import Sought
from hub.forum.digest import Week, Writer
from hub.forum.finding import Finding
from hub.forum.moderation import Moderation
from hub.forum.news_store import Talk
from hub.forum.service import Forum
from hub.handover import CARD_PARTS, card_items
from hub.limits import Limits
from hub.search import read_search_words
from hub.settings import ROOT, read_settings
from hub.survey.files import Table, as_csv
from hub.visitor import NOBODY, Role, Visitor
from tests.app.test_pages import shown, visit
from tests.injections import INJECTIONS, Sown, sow
from web import runtime, shell
from web.forum_reading import Written
from web.pages import Pages

HUB = build(read_settings(os.environ))
TAGS = frozenset(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "blockquote",
        "br",
        "button",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
        "figure",
        "figcaption",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "input",
        "ins",
        "label",
        "legend",
        "li",
        "main",
        "mark",
        "nav",
        "noscript",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "s",
        "section",
        "select",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "ul",
    ]
)
ATTRIBUTES = frozenset(
    [
        "action",
        "aria-current",
        "aria-describedby",
        "aria-hidden",
        "aria-invalid",
        "aria-label",
        "aria-labelledby",
        "aria-live",
        "aria-pressed",
        "autocomplete",
        "checked",
        "class",
        "cols",
        "colspan",
        "datetime",
        "dir",
        "disabled",
        "for",
        "href",
        "id",
        "inputmode",
        "lang",
        "max",
        "maxlength",
        "method",
        "min",
        "name",
        "open",
        "placeholder",
        "rel",
        "required",
        "role",
        "rows",
        "rowspan",
        "scope",
        "selected",
        "start",
        "tabindex",
        "title",
        "type",
        "value",
        "data-submits-on-change",
        "aria-expanded",
        "aria-controls",
        "download",
        "target",
        "aria-selected",
        "hidden",
    ]
)
VOID = frozenset({"br", "hr", "input", "col"})


class Seen(HTMLParser):
    """Reads a page, and keeps what is none of the app's own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES and not re.fullmatch(r"data-[a-z-]+", name):
                self.wrong.append(f"<{tag} {name}>")
            if name in {"href", "action"} and urlsplit((value or "").strip()).scheme not in {
                "",
                "http",
                "https",
                "mailto",
            }:
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in {"class", "id", "for", "type", "role"} and re.search(r"[<>(]", value or ""):
                self.wrong.append(f"<{tag} {name}={value}>")
            if name == "href" and (value or "").startswith(("//", "/\\", "\\")):
                self.wrong.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")


def read(html: str) -> Seen:
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen


@pytest.fixture(scope="module")
def sown() -> Sown:
    limits = Limits(factor=1_000)
    forum = Forum(HUB.database, limits, HUB.topics, utc_now, HUB.forum_content, levels=HUB.levels, populations={})
    return sow(HUB.database, forum, Moderation(HUB.database, limits, HUB.topics, utc_now, HUB.forum_content))


MEMBER = Visitor("person:ond1", "ond1", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))


@pytest.fixture
def become(monkeypatch):
    """Let the pages be asked for by somebody."""

    def as_visitor(by: Visitor) -> None:
        monkeypatch.setattr("components.session._resolve", lambda: by)

    return as_visitor


def pages_of(**query: str) -> Iterator[Seen]:
    """Read all the pages of a view, as far as its own link to the next leads."""
    following = query
    for _ in range(40):
        app = visit("forum.py", lang="sv", **following)
        assert not app.exception, query
        html = shown(app)
        yield read(html)
        after = re.findall(r"href='/forum\?([^'#]*efter=[^'#]*)'[^>]*>(?:Äldre|Senare|Fler)", html)
        if not after:
            return
        following = dict(part.split("=", 1) for part in after[-1].replace("&amp;", "&").replace("%3D", "=").split("&"))


def views(sown: Sown) -> dict[str, dict[str, str]]:
    return {
        "list": {},
        "newest": {"ordning": "ny"},
        "unanswered": {"ordning": "obesvarade"},
        "a thread": {"trad": sown.threads[2]},
        "a locked thread": {"trad": sown.threads[1]},
        "the long thread": {"trad": sown.long},
        "history": {"trad": sown.long, "historik": sown.changed},
        "changing": {"trad": sown.long, "andra": sown.changed},
        "reporting": {"trad": sown.long, "anmal": sown.reported[0]},
        "a card": {"trad": sown.cards[0]},
        "another card": {"trad": sown.cards[-1]},
        "changing a card": {"trad": sown.cards[1], "andra": "first"},
        "cards": {"vy": "kort"},
        "cards compared": {"vy": "kort", "jamfor": "~".join(sown.cards[:3])},
        "queue": {"vy": "anmalda"},
        "a case": {"vy": "anmalda", "inlagg": sown.reported[0]},
        "log": {"vy": "logg"},
        "news": {"vy": "nytt"},
        "rules": {"vy": "regler"},
    }


VIEWS = (
    "list", "newest", "unanswered", "a thread", "a locked thread", "the long thread", "history", "changing", "reporting", "a card",
    "another card", "changing a card", "cards", "cards compared", "queue", "a case", "log", "news", "rules",
)  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_no_view_takes_an_injection_for_more_than_text(sown, become, name):
    become(sown.asker if name == "news" else sown.moderator)
    query = views(sown)[name]
    if query.get("andra") == "first":
        query["andra"] = HUB.forum.open(sown.moderator, query["trad"]).posts[0].post.id

    read_pages = list(pages_of(**query))

    assert [one for seen in read_pages for one in seen.wrong] == []
    assert name == "rules" or "alert" in "".join(word for seen in read_pages for word in seen.words)


NEW = Visitor("person:ond2", "ond2", name="Ny", consented=False)
OUTSIDE = {"a stranger": NOBODY, "somebody who has not accepted the rules": NEW}


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_but_members_sees_a_word_of_it_in_any_view(sown, become, who):
    become(OUTSIDE[who])
    for name, query in views(sown).items():
        app = visit("forum.py", lang="sv", **query)

        assert not app.exception and "alert" not in shown(app), name
        assert (name == "rules") != ("Fråga dem som har prövat" in shown(app)), name


def test_what_is_reported_and_why_is_seen_by_those_who_moderate_only(sown, become):
    become(MEMBER)
    for name in ("queue", "a case", "log"):
        app = visit("forum.py", lang="sv", **views(sown)[name])

        assert not app.exception and "alert" not in shown(app), name


def test_the_document_of_the_page_names_no_thread_to_anybody(sown):
    pages = Pages(HUB, shell.take_apart(runtime.index_page()))
    app = Starlette(routes=[Route("/forum", pages.app_pages()["/forum"])])

    async def ask(query: dict[str, str]) -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
            return (await client.get("/forum", params=query)).text

    for name, query in views(sown).items():
        document = asyncio.run(ask(query))

        assert "alert" not in document and "<title>Forum" in document, name
        assert not [
            word for word in query.values() if len(word) > 9 and word in re.sub(r'href="[^"]*"', "", document)
        ], name


def test_every_injection_is_read_in_the_list_as_it_was_written(sown, become):
    become(MEMBER)

    words = " ".join("".join(" ".join(seen.words) for seen in pages_of(ordning="ny")).split())

    missing = [one for one in INJECTIONS if " ".join(one[:100].split()) not in words]
    assert not missing


@pytest.mark.parametrize(
    "asked", ["script", "alert", "javascript", "src", '"><script>alert(123)</script>', "onerror=alert"]
)
def test_no_hit_of_a_search_takes_an_injection_for_more_than_text(sown, become, monkeypatch, asked):
    words = read_search_words(ROOT / "content")
    finding = Finding(HUB.database, Limits(factor=1_000), HUB.topics, utc_now, HUB.forum_content, words)
    become(MEMBER)

    found = finding.find(MEMBER, asked).hits

    seen = read("".join(f"<p>{hit.snippet}</p>" for hit in found))
    assert found and not seen.wrong
    app = visit("search.py", lang="sv", q=asked)
    assert not app.exception and not read(shown(app)).wrong


ASKED = ("kategori", "tagg", "om", "efter", "ordning", "trad", "andra", "historik", "anmal", "ny", "rubrik", "niva", "vy", "inlagg", "fel",
         "sparat", "gor", "atgard", "jamfor", "video", "journal", "region", "ar", "visat", "till")  # fmt: skip


@pytest.mark.parametrize("parameter", ASKED)
def test_no_part_of_an_address_comes_back_as_more_than_text(sown, become, parameter):
    become(sown.moderator)
    with_it: dict[str, dict[str, str]] = {
        "rubrik": {"ny": "kort"}, "niva": {"ny": "kort"}, "inlagg": {"vy": "anmalda"}, "gor": {"vy": "anmalda", "inlagg": sown.reported[0]},
        "fel": {"trad": sown.long}, "sparat": {"trad": sown.long}, "atgard": {"vy": "anmalda", "sparat": "dolj"}, "till": {"vy": "nytt"},
        **{name: {"vy": "kort"} for name in ("jamfor", "video", "journal", "region", "ar")},
    }  # fmt: skip
    for injection in (
        "'><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "' onfocus=alert(1) x='",
    ):
        app = visit("forum.py", lang="sv", **with_it.get(parameter, {}), **{parameter: injection})

        assert not app.exception
        assert not read(shown(app)).wrong, injection


@pytest.mark.parametrize(
    "cursor",
    [
        base64.urlsafe_b64encode(text.encode()).decode()
        for text in (
            "0001-01-01T00:00:00+23:59 abc", "9999-12-31T23:59:59-23:59 abc", "2026-01-01T00:00:00+00:00 '; drop table person--",
            "2026-01-01T00:00:00+00:00 " + "a" * 60, "2026-01-01 abc", " ", "2026-01-01T00:00:00+00:00",
        )
    ]
    + ["=", "é", "A" * 10_000, "%00", "\x00"],
)  # fmt: skip
def test_no_cursor_that_somebody_makes_up_is_more_than_no_cursor(sown, become, cursor):
    become(MEMBER)
    for query in ({}, {"ordning": "ny"}, {"vy": "kort"}, {"vy": "logg"}, {"trad": sown.long}):
        app = visit("forum.py", lang="sv", efter=cursor, **query)

        assert not app.exception and "hub-problem" not in shown(app).replace(
            "hub-problem' role='alert' tabindex='-1'><h2>Delar", ""
        )


# --- Beside the app --------------------------------------------------------------------------------------------------


def test_the_view_to_read_and_print_takes_no_injection_for_more_than_text(sown):
    written = Written(HUB, partial(HUB.catalogue.text, "sv"), "sv")

    for thread in (*sown.threads, sown.long, *sown.cards):
        opened = HUB.forum.open(MEMBER, thread, limit=100)
        seen = read(written.whole(opened, 0))

        assert not seen.wrong


def test_the_feed_is_well_formed_and_its_texts_hold_nothing_but_text(sown):
    newest = HUB.database.read(lambda c: news_store.newest(c, 2_000))
    assert len(newest) > 100

    for at in range(0, len(newest), 30):
        feed = ElementTree.fromstring(HUB.feeds._write(newest[at : at + 30], "https://hub.example", "sv", utc_now()))
        texts = [one.text or "" for one in feed.iter("{http://www.w3.org/2005/Atom}content")]
        names = {one.tag.rpartition("}")[2] for one in feed.iter()}

        assert names <= {
            "feed",
            "title",
            "subtitle",
            "id",
            "updated",
            "author",
            "name",
            "link",
            "entry",
            "published",
            "category",
            "content",
        }
        assert not [wrong for text in texts for wrong in read(text).wrong]


def test_the_weekly_letter_holds_nothing_but_text_and_links_to_the_hub(sown):
    newest = HUB.database.read(lambda c: news_store.newest(c, 2_000))
    writer = Writer(HUB.catalogue, HUB.forum_content, "https://hub.example")

    for at in range(0, len(newest), 20):
        some = newest[at : at + 20]
        week = Week([Talk(1, begun=False, last=one) for one in some], more=False, questions=some, since=utc_now())
        letter = writer.digest("kim@region.example", week, "k" * 43, "sv", utc_now())
        seen = read(
            re.sub(r"^.*?<body[^>]*>|</body></html>$| style='font-size:[0-9.]+em'", "", letter.html, flags=re.DOTALL)
        )

        assert not seen.wrong and "\n" not in letter.subject and "\r" not in letter.subject
        assert {urlsplit(way).netloc for way in re.findall(r"href='([^']*)'", letter.html)} == {"hub.example"}


def test_an_item_of_a_plan_out_of_a_card_is_one_line_that_is_shown_as_text(sown):
    for thread in sown.cards:
        (told,) = HUB.cards.some(MEMBER, [thread])
        for item in card_items(told, CARD_PARTS):
            assert "\n" not in item.text and not read(f"<h2>{escape(item.text)}</h2>").wrong


def test_no_cell_of_the_cards_file_becomes_a_formula(sown):
    every = HUB.cards.every(MEMBER, Sought())
    table = Table(
        ("a",),
        tuple(
            (text,)
            for one in every
            for text in (one.title, one.author_name, one.card.words, "=1+1", "@SUM(A1)", "\t=1")
        ),
    )

    cells = [row[0] for row in csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig")))]

    assert len(cells) > 100 and not [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)]
