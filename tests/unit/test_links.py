"""Every link in the content leads somewhere, every address outside is a listed source, and every source is used."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.bootstrap import build
from hub.language import Language
from hub.levels.reading import READERS, LevelReading, content_words
from hub.markdown import render_content
from hub.requirements.rules import Wish, read_wish
from hub.settings import ROOT, read_settings
from hub.sources import read_sources

CONTENT = ROOT / "content"
HUB = build(read_settings(os.environ))
SOURCES = read_sources(CONTENT)
FILES = sorted(
    file.relative_to(CONTENT)
    for kind in ("*.yaml", "*.md", "*.po")
    for file in CONTENT.rglob(kind)
    if file.name != "sources.yaml"
)

LINK = re.compile(r"""\]\(([^)\s]+)[^)]*\)|href=["']?([^"'\s>]+)""")
OUTSIDE = re.compile(r"""https?://[^\s)"'<>\]]+""")
MARK = re.compile(r"\[\^([^\]]+)\]")
LISTED = re.compile(r"\bsources?: (?:\[([^\]]*)\]|([a-z0-9-]+)\b)")
PLAIN_PAGES = {"/kunskap/ordlista"} | {f"/kunskap/{article.slug}" for article in HUB.articles}
PLAIN_LEVELS = {f"/nivaer/{level}" for level in HUB.levels}


def text_of(file: object) -> str:
    return (CONTENT / str(file)).read_text(encoding="utf-8")


def links() -> Iterator[tuple[str, str]]:
    """Yield every link of the content with its file."""
    for file in FILES:
        for markdown, html in LINK.findall(text_of(file)):
            yield str(file), unescape(markdown or html)


INSIDE = sorted({(file, link) for file, link in links() if not link.startswith(("http:", "https:", "mailto:"))})


@cache
def anchors(address: str, language: Language) -> frozenset[str]:
    """Return the places that an address within the hub offers to link to."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    html = ""
    if parts.path == "/nivaer" and query.get("niva") in HUB.levels:
        level = HUB.levels[query["niva"]][language]
        reading = LevelReading(level, HUB.catalogue, language, HUB.sources[language])
        html = reading.reading(query["lasare"]) if "lasare" in query else reading.overview()
    elif parts.path in PLAIN_LEVELS:
        level = HUB.levels[parts.path.removeprefix("/nivaer/")][language]
        html = LevelReading(level, HUB.catalogue, language, HUB.sources[language]).whole()
    elif parts.path == "/krav":
        html = HUB.requirement_readings[language].page(Wish())
    elif parts.path == "/kunskap/ordlista":
        return frozenset(f"ord-{term.id}" for term in HUB.glossary[language].terms)
    elif parts.path in PLAIN_PAGES:
        article = next(one for one in HUB.articles if one.slug == parts.path.removeprefix("/kunskap/"))
        words = content_words(lambda english: english)
        html = render_content(article.body, HUB.sources[language], words=words)
    elif parts.path == "/om":
        words = content_words(lambda english: english)
        html = render_content(HUB.pages.about[language], HUB.sources[language], words=words)
    return frozenset(re.findall(r"""\sid=["']([^"']+)["']""", html))


def faults(link: str, language: Language) -> list[str]:
    """Return what is wrong with a link within the hub."""
    address, _, anchor = link.partition("#")
    parts = urlsplit(address)
    query = parse_qs(parts.query, keep_blank_values=True)
    found = []
    if not (HUB.site.page(parts.path) or parts.path in PLAIN_PAGES | PLAIN_LEVELS):
        found.append("no such page")
    if parts.path == "/nivaer":
        if set(query.get("niva", [])) - HUB.levels.keys() - {"national"}:
            found.append("no such level")
        if set(query.get("lasare", [])) - READERS.keys():
            found.append("no such reader")
    if parts.path == "/krav":
        found += read_wish(query, HUB.requirements.requirements)[1]
    if anchor and anchor not in anchors(address, language):
        found.append("no such place")
    return found


# Inside


def test_the_content_has_links_to_its_own_pages() -> None:
    assert len(INSIDE) >= 10


@pytest.mark.parametrize(("file", "link"), INSIDE)
def test_a_link_inside_leads_to_a_page_and_a_place_that_exist(file: str, link: str) -> None:
    language: Language = "en" if ".en." in file else "sv"

    assert faults(link, language) == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("/nowhere", "no such page"),
        ("/kunskap/nothing", "no such page"),
        ("/nivaer/fax", "no such page"),
        ("/nivaer?niva=fax", "no such level"),
        ("/nivaer?niva=inbox&lasare=nobody", "no such reader"),
        ("/nivaer?niva=inbox#nowhere", "no such place"),
        ("/krav?del=fax", "del=fax"),
        ("/kunskap/ordlista#ord-nothing", "no such place"),
    ],
)
def test_a_link_that_leads_nowhere_would_be_seen(link: str, fault: str) -> None:
    assert faults(link, "sv") == [fault]


# Outside


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_address_outside_is_a_listed_source(file: object) -> None:
    addresses = {address.rstrip(".,;") for address in OUTSIDE.findall(text_of(file))}

    assert addresses - {source.url for source in SOURCES.values()} == set()


@pytest.mark.parametrize("id_", sorted(SOURCES))
def test_the_address_of_a_source_can_be_followed(id_: str) -> None:
    url = SOURCES[id_].url
    parts = urlsplit(url)

    assert not url or (parts.scheme in {"http", "https"} and "." in parts.netloc and not re.search(r"\s", url)), url


def test_no_two_sources_share_an_address() -> None:
    owners: dict[str, list[str]] = {}
    for source in SOURCES.values():
        owners.setdefault(source.url or source.id, []).append(source.id)

    assert {url: ids for url, ids in owners.items() if len(ids) > 1} == {}


def test_every_source_is_used() -> None:
    used: set[str] = set()
    for file in FILES:
        text = text_of(file)
        used |= set(MARK.findall(text))
        used |= {name.strip() for many, one in LISTED.findall(text) for name in (many or one).split(",")}

    assert sorted(SOURCES.keys() - used) == []
