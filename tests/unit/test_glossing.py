"""The field's words marked in a text: which, where, how many, and that nothing else of the text changes."""

from __future__ import annotations

import os
import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bootstrap import build
from hub.glossing import MOST_MARKED, Glossing
from hub.language import LANGUAGES, Language
from hub.levels.content import Term
from hub.levels.reading import LevelReading
from hub.settings import read_settings

HUB = build(read_settings(os.environ))
SMALL = Glossing(
    [
        Term(
            id="inbox", term="inkorg", other="inbox", meaning="Där <b>brev</b> & 'annat' hamnar.", forms=("inkorgen",)
        ),
        Term(id="link", term="länk", other="link", meaning="En adress."),
        Term(id="video-link", term="länk till video", other="video link", meaning="En adress till ett möte."),
        Term(id="rd", term="F&U", other="R&D", meaning="Forskning."),
    ],
    'Vad "{term}" betyder',
)
BUTTON = re.compile(r"<button type='button' class='hub-term' popovertarget='ord-([^']+)'[^>]*>(.*?)</button>")
MEANING = re.compile(r"<div popover id='ord-([^']+)' class='hub-meaning'>.*?</div>", re.DOTALL)

each_language = pytest.mark.parametrize("language", LANGUAGES)


def marked(html: str) -> list[tuple[str, str]]:
    """Return the terms marked, each with the word shown."""
    return BUTTON.findall(html)


def without_marks(html: str) -> str:
    """Return the HTML as it was before its words were marked."""
    return BUTTON.sub(r"\2", MEANING.sub("", html))


def whole_level(level: str, language: Language) -> str:
    return LevelReading(HUB.levels[level][language], HUB.catalogue, language, HUB.sources[language]).whole()


# The words


@each_language
def test_there_are_at_least_80_terms_each_with_a_meaning(language: Language) -> None:
    terms = HUB.glossary[language].terms

    assert len({term.id for term in terms}) == len(terms) >= 80
    assert [term.id for term in terms if not (term.term and term.other and term.meaning)] == []


@each_language
def test_no_form_belongs_to_two_terms(language: Language) -> None:
    owners: dict[str, set[str]] = {}
    for term in HUB.glossary[language].terms:
        for form in (term.term, *term.forms):
            owners.setdefault(form.lower(), set()).add(term.id)

    assert {form: ids for form, ids in owners.items() if len(ids) > 1} == {}


# What is marked


@pytest.mark.parametrize("tag", ["p", "li", "dd", "td"])
def test_a_word_in_running_text_is_marked(tag: str) -> None:
    html = SMALL.mark(f"<{tag}>Till inkorgen.</{tag}>")

    assert marked(html) == [("inbox", "inkorgen")]


def test_a_word_keeps_its_capital_and_its_place() -> None:
    html = SMALL.mark("<p>Inkorg och annat.</p>")

    assert without_marks(html) == "<p>Inkorg och annat.</p>"
    assert marked(html) == [("inbox", "Inkorg")]


def test_a_term_is_marked_the_first_time_only() -> None:
    html = SMALL.mark("<p>En länk, en inkorg och en länk.</p><p>Inkorgen och länk.</p>")

    assert marked(html) == [("link", "länk"), ("inbox", "inkorg")]


def test_the_longest_of_several_terms_is_marked() -> None:
    html = SMALL.mark("<p>En länk till video.</p>")

    assert marked(html) == [("video-link", "länk till video")]


@pytest.mark.parametrize("text", ["inkorgar", "e-inkorg", "inkorg-1", "återlänk", "länkning"])
def test_a_part_of_a_longer_word_is_not_marked(text: str) -> None:
    assert SMALL.mark(f"<p>{text}</p>") == f"<p>{text}</p>"


@pytest.mark.parametrize("tag", ["a", "button", "code", "h1", "h2", "h3", "h4", "summary", "sup", "th", "label", "svg"])
@pytest.mark.parametrize("around", ["<{tag}>länk</{tag}>", "<p><{tag}>länk</{tag}></p>", "<{tag}><p>länk</p></{tag}>"])
def test_a_word_outside_running_text_is_left_alone(tag: str, around: str) -> None:
    html = around.format(tag=tag)

    assert SMALL.mark(html) == html


def test_a_word_outside_any_element_is_left_alone() -> None:
    assert SMALL.mark("länk <div>länk</div>") == "länk <div>länk</div>"


def test_a_word_after_a_heading_a_link_and_a_line_break_is_marked() -> None:
    html = SMALL.mark("<h2>Länk</h2><p><a href='/'>länk</a><br>text<br/>länk</p>")

    assert without_marks(html) == "<h2>Länk</h2><p><a href='/'>länk</a><br>text<br/>länk</p>"
    assert marked(html) == [("link", "länk")]


def test_no_more_than_the_most_are_marked() -> None:
    terms = [Term(id=f"w{n}", term=f"ord{n}", other="x", meaning="m") for n in range(MOST_MARKED + 5)]

    html = Glossing(terms, "{term}").mark(f"<p>{' '.join(term.term for term in terms)}</p>")

    assert [id_ for id_, _ in marked(html)] == [term.id for term in terms[:MOST_MARKED]]
    assert MEANING.findall(html) == [term.id for term in terms[:MOST_MARKED]]


@each_language
@pytest.mark.parametrize("level", HUB.levels)
def test_a_page_has_some_marked_words_each_once_with_its_meaning(level: str, language: Language) -> None:
    html = HUB.glossing[language].mark(whole_level(level, language))

    ids = [id_ for id_, _ in marked(html)]
    assert 0 < len(ids) <= MOST_MARKED
    assert sorted(set(ids)) == sorted(ids) == sorted(MEANING.findall(html))


# What is not changed


def test_a_meaning_and_a_name_are_escaped() -> None:
    html = SMALL.mark("<p>inkorg</p>")

    assert "<p>Där &lt;b&gt;brev&lt;/b&gt; &amp; &#x27;annat&#x27; hamnar.</p>" in html
    assert "title='Vad &quot;inkorg&quot; betyder'" in html


@pytest.mark.parametrize("text", ["&amp;", "&lt;länk&gt;", "&#229;", "&#xe5;", "&nbsp;länk", "a &amp; b", "&amp;lt;"])
def test_characters_written_as_names_or_numbers_stay_so(text: str) -> None:
    assert without_marks(SMALL.mark(f"<p>{text}</p>")) == f"<p>{text}</p>"


@each_language
@pytest.mark.parametrize("level", HUB.levels)
def test_a_page_without_its_marks_is_the_page_it_was(level: str, language: Language) -> None:
    html = whole_level(level, language)

    assert without_marks(HUB.glossing[language].mark(html)) == html


def test_an_attribute_is_never_marked() -> None:
    html = "<p title='länk'><img alt='inkorg' src='/inkorg'>text</p>"

    assert SMALL.mark(html) == html


texts = st.lists(
    st.sampled_from(["inkorg", "Inkorgen", "länk", "länk till video", "och", "åäö", ".", "<", "&", '"', "&amp;", "F&U"])
    | st.text(max_size=6),
    max_size=6,
).map(lambda parts: escape(" ".join(parts)))
pages = st.recursive(
    texts,
    lambda inner: st.tuples(st.sampled_from(["p", "li", "strong", "a", "h2"]), st.lists(inner, max_size=3)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=8,
)


@given(html=pages)
def test_any_page_without_its_marks_is_the_page_it_was(html: str) -> None:
    made = SMALL.mark(html)

    ids = [id_ for id_, _ in marked(made)]
    assert without_marks(made) == html
    assert sorted(set(ids)) == sorted(ids) == sorted(MEANING.findall(made))
