"""The search: which words find what, how a find is shown, and that every address it gives leads somewhere."""

from __future__ import annotations

import os
import re
from functools import cache
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bootstrap import build
from hub.entries import entries
from hub.language import LANGUAGES, Language
from hub.levels.reading import READERS, LevelReading
from hub.requirements.rules import Wish
from hub.search import Entry, Found, Kind, Search, SearchWords
from hub.settings import read_settings

HUB = build(read_settings(os.environ))
ENTRIES = entries(HUB.site, HUB.levels, HUB.requirements, HUB.glossary, HUB.articles, HUB.mart.regions())
KINDS: tuple[Kind, ...] = ("level", "requirement", "term", "article", "region", "page")
EVERYTHING = 1_000

each_language = pytest.mark.parametrize("language", LANGUAGES)


def found(language: Language, text: str, **more) -> set[str]:
    return {hit.entry.id for hit in HUB.search.find(language, text, limit=EVERYTHING, **more).hits}


def small(*texts: str, synonyms: tuple[tuple[str, ...], ...] = ()) -> Search:
    """Return a search over a few texts, each an article of its own, the same in both languages."""
    few = [Entry(str(number), "article", f"Number {number}", text, "/") for number, text in enumerate(texts)]
    return Search(dict.fromkeys(LANGUAGES, few), SearchWords(fixed=(), parts=(), synonyms=synonyms))


# Which words find what


def test_the_parts_of_a_compound_find_a_text_that_holds_them_apart() -> None:
    hits = HUB.search.find("sv", "inkorgsmeddelande").hits

    first = [hit.entry for hit in hits[:5]]
    assert "level-inbox" in {entry.id for entry in first}
    assert {"term-inbox", "level-inbox"} <= {hit.entry.id for hit in hits}


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("sv", "väntrum", "väntrummet"),
        ("sv", "väntrum", "väntrummen"),
        ("sv", "väntrum", "VÄNTRUM"),
        ("sv", "loggar", "logg"),
        ("sv", "loggen", "loggarna"),
        ("sv", "kravlista", "kravlistan"),
        ("sv", "ramverk", "ramverket"),
        ("sv", "integrationsramverk", "integrationsramverkets"),
        ("sv", "uthopp", "uthoppet"),
        ("sv", "kontrakt", "kontraktet"),
        ("sv", "konto", "konton"),
        ("sv", "konto", "kontot"),
        ("sv", "videobesök", "videobesöket"),
        ("en", "meeting", "meetings"),
        ("en", "requirement", "requirements"),
        ("en", "logging", "logs"),
        ("en", "connect", "connected"),
    ],
)
def test_the_forms_of_a_word_find_the_same(language: Language, one: str, other: str) -> None:
    assert found(language, one) == found(language, other) != set()


@pytest.mark.parametrize(
    ("language", "asked", "expected"),
    [
        ("sv", "bankid", "term-e-id"),
        ("sv", "freja", "term-e-id"),
        ("sv", "lobby", "term-waiting-room"),
        ("sv", "brevlåda", "level-inbox"),
        ("sv", "sso", "level-hop-out"),
        ("en", "lobby", "term-waiting-room"),
    ],
)
def test_a_synonym_finds_what_is_called_something_else(language: Language, asked: str, expected: str) -> None:
    assert expected in found(language, asked)


def test_a_synonym_of_several_words_counts_only_when_all_stand_there() -> None:
    search = small("a single cup", "a single sign on page", synonyms=(("sso", "single sign-on"),))

    hits = search.find("en", "sso").hits

    assert [hit.entry.id for hit in hits] == ["1"]


def test_a_synonym_that_holds_the_word_itself_is_still_asked_for_whole() -> None:
    search = small("a car", "a hop", "the car park", synonyms=(("hop", "hop car"),))

    hits = search.find("en", "hop").hits

    assert [hit.entry.id for hit in hits] == ["1"]


def test_all_the_words_must_be_there() -> None:
    search = small("a red boat", "a red house", "a blue boat")

    hits = search.find("en", "red boat").hits

    assert [hit.entry.id for hit in hits] == ["0"]


def test_a_word_in_the_title_counts_for_more_than_one_in_the_text() -> None:
    few = [
        Entry("text", "article", "Something else", "harbour and boats", "/"),
        Entry("title", "article", "Harbour", "boats and water", "/"),
    ]
    search = Search(dict.fromkeys(LANGUAGES, few), SearchWords(fixed=(), parts=(), synonyms=()))

    hits = search.find("en", "harbour").hits

    assert [hit.entry.id for hit in hits] == ["title", "text"]


def test_a_misspelt_word_finds_nothing_and_offers_one_that_would() -> None:
    answer = HUB.search.find("sv", "vänntrum")

    assert (answer.hits, "väntrum" in answer.near) == ((), True)


@pytest.mark.parametrize(
    ("language", "asked"), [("sv", "vänntrum"), ("sv", "inkorgg"), ("en", "metting"), ("en", "inbix")]
)
def test_every_word_that_is_offered_finds_something(language: Language, asked: str) -> None:
    near = HUB.search.find(language, asked).near

    assert near
    assert [word for word in near if not found(language, word)] == []


def test_no_words_are_offered_when_something_is_found() -> None:
    answer = HUB.search.find("sv", "väntrum")

    assert (bool(answer.hits), answer.near) == (True, ())


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_asked_for_one_kind_the_search_gives_that_kind_alone(language: Language, kind: Kind) -> None:
    asked = "video" if kind != "page" else "1177"
    entry_kinds = {entry.id: entry.kind for entry in ENTRIES[language]}

    chosen = found(language, asked, kind=kind)

    assert chosen == {id_ for id_ in found(language, asked) if entry_kinds[id_] == kind}
    assert chosen or (kind == "article" and language == "en")


def test_at_most_as_many_hits_as_asked_for_come_back() -> None:
    assert len(HUB.search.find("sv", "video", limit=3).hits) == 3


@each_language
def test_an_entry_is_found_by_its_own_title(language: Language) -> None:
    missing = [entry.id for entry in ENTRIES[language] if entry.id not in found(language, entry.title)]

    assert missing == []


@each_language
def test_no_two_entries_share_an_id(language: Language) -> None:
    ids = [entry.id for entry in ENTRIES[language]]

    assert sorted(set(ids)) == sorted(ids)


# How a find is shown


def test_a_snippet_marks_the_word_and_escapes_the_rest() -> None:
    hit = small('Before <b>& the boats "are" here').find("en", "boat").hits[0]

    assert hit.snippet == "Before &lt;b&gt;&amp; the <mark>boats</mark> &quot;are&quot; here"


def test_a_snippet_of_a_text_that_lacks_the_word_is_escaped_too() -> None:
    hit = small("A <b>& text").find("en", "number").hits[0]

    assert hit.snippet == "A &lt;b&gt;&amp; text"


def test_a_word_of_letters_outside_ascii_is_marked_whole() -> None:
    hit = small("Å, ö och blåbärsgröt på ö").find("sv", "blåbärsgröt").hits[0]

    assert "<mark>blåbärsgröt</mark>" in hit.snippet


def test_a_compound_found_by_its_parts_is_marked_as_one_word() -> None:
    hits = HUB.search.find("sv", "inkorgsmeddelande", limit=EVERYTHING).hits

    marked = {word.lower() for hit in hits for word in re.findall("<mark>(.*?)</mark>", hit.snippet)}
    assert "inkorgen" in marked
    assert [word for word in marked if " " in word] == []


@each_language
def test_a_snippet_holds_no_other_tag_than_mark(language: Language) -> None:
    answers = [HUB.search.find(language, asked, limit=EVERYTHING) for asked in ("video", "1177", "saml", "a")]

    tags = {tag for answer in answers for hit in answer.hits for tag in re.findall(r"</?[^>]*>", hit.snippet)}
    assert tags == {"<mark>", "</mark>"}


# Whatever is asked


@each_language
@pytest.mark.parametrize("asked", ["", "   ", "?!", "–", "\x00", "\n\t"])
def test_a_question_without_words_has_an_empty_answer(language: Language, asked: str) -> None:
    assert HUB.search.find(language, asked) == Found((), ())


def test_only_the_beginning_of_a_very_long_question_is_read() -> None:
    asked = "väntrum" + " " * 200 + "xyzzy" * 2_000
    assert len(asked) > 10_000

    assert {hit.entry.id for hit in HUB.search.find("sv", asked, limit=EVERYTHING).hits} == found("sv", "väntrum")


@pytest.mark.parametrize("asked", ["x" * 10_000, "väntrum " * 1_250, "xyzzy " * 2_000, "(" * 10_000])
def test_a_question_of_10000_characters_has_an_answer(asked: str) -> None:
    answer = HUB.search.find("sv", asked)

    assert bool(answer.hits) == ("väntrum" in asked)


@given(
    asked=st.text()
    | st.lists(st.sampled_from(["väntrum", "inkorg", '"', "AND", "OR", "NOT", "title:", "*", "~", "("])).map(" ".join),
    language=st.sampled_from(LANGUAGES),
    kind=st.sampled_from([None, *KINDS]),
)
def test_any_text_has_an_answer_with_hits_or_words_but_not_both(
    asked: str, language: Language, kind: Kind | None
) -> None:
    answer = HUB.search.find(language, asked, kind=kind)

    assert not (answer.hits and answer.near)
    assert len(answer.hits) <= 30
    assert len(answer.near) <= 5


# Where a find leads


@cache
def ids_at(path: str, language: Language) -> set[str]:
    """Return the anchors of an address, or fail when no page has it."""
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path == "/nivaer" and query:
        assert query["niva"] in HUB.levels
        reading = LevelReading(HUB.levels[query["niva"]][language], HUB.catalogue, language, HUB.sources[language])
        html = reading.reading(query["lasare"]) if query.get("lasare") in READERS else reading.overview()
    elif parts.path == "/kunskap/ordlista":
        return {f"ord-{term.id}" for term in HUB.glossary[language].terms}
    elif parts.path.startswith("/kunskap/"):
        assert parts.path.removeprefix("/kunskap/") in {article.slug for article in HUB.articles}
        html = ""
    else:
        assert HUB.site.page(parts.path)
        html = HUB.requirement_readings[language].page(Wish()) if parts.path == "/krav" else ""
    return set(re.findall(r"""\sid=["']([^"']+)["']""", html))


@each_language
def test_every_address_leads_to_a_page_and_a_place_that_exist(language: Language) -> None:
    lost = []
    for entry in ENTRIES[language]:
        address, _, anchor = entry.address.partition("#")
        if not (ids_at(address, language) >= ({anchor} if anchor else set())):
            lost.append(entry.address)

    assert lost == []


@each_language
def test_every_level_requirement_term_article_and_page_can_be_found(language: Language) -> None:
    counts = {kind: sum(1 for entry in ENTRIES[language] if entry.kind == kind) for kind in KINDS}

    sections = sum(len(level[language].sections) for level in HUB.levels.values())
    assert counts == {
        "level": len(HUB.levels) + sections,
        "requirement": len(HUB.requirements.requirements),
        "term": len(HUB.glossary[language].terms),
        "article": sum(1 for article in HUB.articles if article.language == language),
        "region": 21,
        "page": len(HUB.site.pages),
    }
