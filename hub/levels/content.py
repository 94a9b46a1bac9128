"""The four levels, the branch of national services and the glossary, read from ``content/`` and checked at start."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml

Text = str
"""A line of Markdown with source marks such as ``[^inera-2020-6-3]``."""


class LevelId(StrEnum):
    """The levels in the report's order, which says nothing of rank."""

    FRAMEWORK = "framework"
    HOP_OUT = "hop-out"
    INBOX = "inbox"
    REVERSE_CASE_FLOW = "reverse-case-flow"


class JourneyStep(Strict):
    """One step of a visit."""

    actor: Literal["staff", "resident", "record-system", "video-service", "e-services"]
    short: str = Field(max_length=38)
    """Fits in a drawing."""
    text: Text
    manual: bool
    """Whether a person has to do it by hand."""


class Contract(Strict):
    """A service contract by its exact name and version."""

    name: str
    domain: str
    kind: Literal["current", "history"]
    note: Text


class ThenAndNow(Strict):
    """What the 2020 report says of something, and what has become known since."""

    topic: str
    then: Text
    now: Text
    seen: str


Reader = Literal["beslut", "verksamhet", "teknik", "juridik"]
"""Whom a section is for; the ids stand in addresses."""


class Section(Strict):
    """A section for one or a few readers."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    readers: tuple[Reader, ...] = Field(alias="for", min_length=1)
    heading: str = Field(max_length=70)
    body: str
    """Markdown."""


class LevelContent(Strict):
    """One level in one language."""

    id: LevelId
    language: Language
    name: str
    term_2020: str
    staff_term: str
    short: str = Field(max_length=110)
    summary: tuple[Text, Text, Text]
    layers: tuple[str, ...]
    journey: tuple[JourneyStep, ...] = Field(min_length=6, max_length=8)
    gives: tuple[Text, Text, Text, Text]
    gives_not: tuple[Text, Text, Text, Text]
    gates: tuple[Text, Text, Text, Text, Text]
    contracts: tuple[Contract, ...] = Field(min_length=2, max_length=4)
    then_and_now: tuple[ThenAndNow, ThenAndNow, ThenAndNow]
    ask_inera: tuple[str, ...] = Field(min_length=2, max_length=3)
    openings: dict[Reader, Text]
    """What each reader needs first."""
    sections: tuple[Section, ...]


class NationalService(Strict):
    """One national service."""

    name: str
    what: Text
    seen: str


class NationalContent(Strict):
    """The branch of national services in one language."""

    id: Literal["national"]
    language: Language
    name: str
    short: str
    summary: tuple[Text, Text, Text]
    services: tuple[NationalService, ...]
    check: Text
    ask_inera: tuple[str, ...]


class Term(Strict):
    """A word of the field."""

    id: str
    term: str
    other: str
    """The term in the other language."""
    meaning: str
    forms: tuple[str, ...] = ()
    """Inflections and synonyms as they stand in running text."""


class Glossary(Strict):
    """The words of the field in one language."""

    language: Language
    terms: tuple[Term, ...]


Levels = Mapping[str, Mapping[Language, LevelContent]]


def read_levels(folder: Path) -> Levels:
    """Read the levels in both languages.

    Raises:
        ContentError: a file is wrong, or the languages differ in anything but their words.
    """
    levels = {}
    for level in LevelId:
        found = {language: _read_level(folder, level, language) for language in LANGUAGES}
        if _shape(found["sv"]) != _shape(found["en"]):
            raise ContentError(folder / f"{level}.en.yaml", "", "differs from the Swedish file in structure or sources")
        levels[level.value] = found
    return levels


def _read_level(folder: Path, level: LevelId, language: Language) -> LevelContent:
    file = folder / f"{level}.{language}.yaml"
    content = read_yaml(file, LevelContent)
    if (content.id, content.language) != (level, language):
        raise ContentError(file, "id", "does not fit the file's name")
    return content


def _shape(content: LevelContent) -> object:
    """Return what must be the same in every language."""
    return (
        content.layers,
        [(step.actor, step.manual) for step in content.journey],
        [(contract.name, contract.kind) for contract in content.contracts],
        [pair.seen for pair in content.then_and_now],
        len(content.ask_inera),
        [(section.id, section.readers) for section in content.sections],
        list(content.openings),
    )


def read_national(folder: Path) -> Mapping[Language, NationalContent]:
    """Read the branch of national services in both languages."""
    return {language: read_yaml(folder / f"national.{language}.yaml", NationalContent) for language in LANGUAGES}


def read_glossary(content: Path) -> Mapping[Language, Glossary]:
    """Read the glossary in both languages.

    Raises:
        ContentError: a file is wrong, or a term lacks its twin.
    """
    found = {language: read_yaml(content / f"glossary.{language}.yaml", Glossary) for language in LANGUAGES}
    if [term.id for term in found["sv"].terms] != [term.id for term in found["en"].terms]:
        raise ContentError(content / "glossary.en.yaml", "terms", "differ from the Swedish file")
    return found
