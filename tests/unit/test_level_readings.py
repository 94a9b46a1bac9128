"""What each reader of a level is given: how much, with what support, and how it is written out."""

from __future__ import annotations

import os
import re
from itertools import combinations

import pytest

from hub.bootstrap import build
from hub.language import LANGUAGES, Language
from hub.levels.content import LevelContent, LevelId, Reader
from hub.levels.reading import PARTS, READERS, LevelReading
from hub.markdown import plain
from hub.settings import read_settings

HUB = build(read_settings(os.environ))

MARK = re.compile(r"\[\^[^\]]+\]")
SENTENCE_END = re.compile(r"(?:(?<=[.?!])|(?<=[.?!]\*\*)|(?<=\]))\s+|\n+|\|")
WORD = re.compile(r"\w+(?:[-:.,]\w+)*")
SHOWN = {"journey": ("text",), "contracts": ("name", "note"), "then_and_now": ("topic", "then", "now")}
"""The texts of a part that consists of more than lines."""
FORMS = ("overview", "whole", *READERS)

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_level = pytest.mark.parametrize("level", LevelId)
each_reader = pytest.mark.parametrize("reader", READERS)


def words(text: str) -> int:
    return len(WORD.findall(plain(text)))


def part_texts(level: LevelContent, part: str) -> list[str]:
    lines = getattr(level, part)
    if part not in SHOWN:
        return list(lines)
    return [getattr(line, field) for line in lines for field in SHOWN[part]]


def section_ids(level: LevelContent, reader: Reader) -> set[str]:
    return {section.id for section in level.sections if reader in section.readers}


def reading_texts(level: LevelContent, reader: Reader) -> list[str]:
    """Return every text of one reader's reading, as it stands in the file."""
    return [
        level.openings[reader],
        *(text for part in PARTS[reader] for text in part_texts(level, part)),
        *(text for section in level.sections if reader in section.readers for text in (section.heading, section.body)),
    ]


def written(level: LevelId, language: Language, form: str) -> str:
    reading = LevelReading(HUB.levels[level][language], HUB.catalogue, language, HUB.sources[language])
    return reading.reading(form) if form in READERS else getattr(reading, form)()


# How much


@each_level
@each_language
@each_reader
def test_an_opening_has_at_most_120_words(level: LevelId, language: Language, reader: Reader) -> None:
    assert 0 < words(HUB.levels[level][language].openings[reader]) <= 120


@each_level
@each_language
@each_reader
def test_a_reading_has_400_to_1000_words(level: LevelId, language: Language, reader: Reader) -> None:
    length = sum(words(text) for text in reading_texts(HUB.levels[level][language], reader))

    assert 400 <= length <= 1000


@each_level
@each_language
def test_no_two_readers_share_more_than_70_per_cent_of_their_sections(level: LevelId, language: Language) -> None:
    content = HUB.levels[level][language]
    given = {reader: section_ids(content, reader) | set(PARTS[reader]) for reader in READERS}

    shares = {
        (one, other): len(given[one] & given[other]) / min(len(given[one]), len(given[other]))
        for one, other in combinations(READERS, 2)
    }

    assert {pair: share for pair, share in shares.items() if share > 0.7} == {}


@each_level
@each_language
@each_reader
def test_every_reader_has_sections_of_their_own(level: LevelId, language: Language, reader: Reader) -> None:
    content = HUB.levels[level][language]
    others = set().union(*(section_ids(content, other) for other in READERS if other != reader))

    assert section_ids(content, reader) - others


# With what support


@each_level
@each_language
def test_a_level_has_at_least_25_sentences_with_a_source(level: LevelId, language: Language) -> None:
    content = HUB.levels[level][language]
    texts = {text for reader in READERS for text in reading_texts(content, reader)}

    supported = {
        sentence.strip()
        for text in texts
        for sentence in SENTENCE_END.split(text)
        if sentence and MARK.search(sentence)
    }

    assert len(supported) >= 25


@each_level
@each_language
def test_no_two_sections_of_a_level_share_an_id(level: LevelId, language: Language) -> None:
    ids = [section.id for section in HUB.levels[level][language].sections]

    assert len(set(ids)) == len(ids)


@each_level
@each_language
def test_a_level_has_at_least_one_note(level: LevelId, language: Language) -> None:
    notes = [
        section.id
        for section in HUB.levels[level][language].sections
        if re.search("^::: note", section.body, re.MULTILINE)
    ]

    assert notes


# How it is written out


@each_level
@each_language
@pytest.mark.parametrize("form", FORMS)
def test_a_written_level_has_one_main_heading(level: LevelId, language: Language, form: str) -> None:
    html = written(level, language, form)

    assert html.count("<h1") == html.count("</h1>") == 1


@each_level
@each_language
@pytest.mark.parametrize("form", FORMS)
def test_sources_are_numbered_from_1_as_they_are_met(level: LevelId, language: Language, form: str) -> None:
    html = written(level, language, form)

    marks = [int(found) for found in re.findall(r'<sup class="source-mark"><a [^>]*>(\d+)</a>', html)]
    listed = [int(found) for found in re.findall(r'<li id="source_(\d+)"', html)]
    assert marks[0] == 1
    assert list(dict.fromkeys(marks)) == listed == list(range(1, len(listed) + 1))


@each_level
@each_language
@pytest.mark.parametrize("form", FORMS)
def test_no_two_places_of_a_written_level_share_an_id(level: LevelId, language: Language, form: str) -> None:
    html = written(level, language, form)

    ids = re.findall(r"""<[^>]*\sid=["']([^"']+)["']""", html)
    assert sorted(ids) == sorted(set(ids))


@each_level
@each_language
@each_reader
def test_a_reading_shows_the_sections_of_its_reader_and_no_others(
    level: LevelId, language: Language, reader: Reader
) -> None:
    content = HUB.levels[level][language]

    html = written(level, language, reader)

    shown = {section.id for section in content.sections if f"<h2 id='{section.id}'>" in html}
    assert shown == section_ids(content, reader)


@each_level
@each_language
def test_the_whole_level_shows_every_section_and_no_links_between_readings(level: LevelId, language: Language) -> None:
    html = written(level, language, "whole")

    missing = [section.id for section in HUB.levels[level][language].sections if f"<h2 id='{section.id}'>" not in html]
    assert (missing, "hub-tabs" in html) == ([], False)
