"""What members and visitors are told of their data, read from ``content/privacy/`` and checked at start."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from pydantic import Field

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml
from hub.twins import shape

Text = str
"""A line with places such as ``{days}`` and source marks such as ``[^gdpr]``."""

DataKind = Literal[
    "profile",
    "session",
    "role",
    "plan",
    "comment",
    "correction",
    "answer",
    "survey",
    "thread",
    "post",
    "report",
    "measure",
    "suspension",
    "fingerprint",
    "notice",
    "mailing",
    "letter",
    "draft",
    "audit",
    "command",
    "limit",
    "visit",
]
PublicRecords = Literal["applies", "does_not_apply", "not_stated"]
"""Whether the law on public records applies to whoever operates the installation, as far as they have said."""
Right = Literal["see", "correct", "take_out", "delete", "object", "complain"]

PLACES: Final = frozenset({"days", "decision", "idle_hours"})


class RulesWords(Strict):
    """The rules a member accepts at the first login."""

    version: int = Field(ge=1)
    """Raised when a rule is changed, so that members are asked again."""
    title: str
    lead: str
    points: tuple[str, ...] = Field(min_length=6, max_length=8)


class KindWords(Strict):
    """One kind of data that is kept."""

    name: str
    what: Text
    why: Text
    """The purpose and the legal ground, which depends on the operator."""
    shown: Text
    kept: Text
    """How long, with ``{days}`` where there is a number to fill in."""
    after: Text


class HideNote(Strict):
    """The sentence beside a button that hides or removes something."""

    without_decision: Text
    with_decision: Text
    """With ``{decision}``, the operator's decision on disposal."""


class RightWords(Strict):
    """A right that a visitor has, and how it is used."""

    name: str
    how: Text


class CookieWords(Strict):
    """A cookie, or what is kept in the browser in another way."""

    name: str
    what: Text
    how_long: Text


class CookiesWords(Strict):
    """Everything that is kept in the browser."""

    no_banner: Text
    """Why nobody is asked to consent."""
    kept: tuple[CookieWords, ...]


class PrivacyWords(Strict):
    """Every text on personal data in one language."""

    language: Language
    rules: RulesWords
    kinds: dict[DataKind, KindWords]
    records: dict[PublicRecords, Text]
    hide_note: dict[PublicRecords, HideNote]
    rights: dict[Right, RightWords]
    cookies: CookiesWords
    operator_missing: str
    independent: str


def read_privacy(folder: Path) -> Mapping[Language, PrivacyWords]:
    """Read the words in both languages.

    Raises:
        ContentError: a file is wrong, or the languages differ in anything but their words.
    """
    found = {}
    for language in LANGUAGES:
        file = folder / f"words.{language}.yaml"
        words = read_yaml(file, PrivacyWords)
        if words.language != language:
            raise ContentError(file, "language", "does not fit the file's name")
        _check(file, words)
        found[language] = words
    if found["sv"].rules.version != found["en"].rules.version:
        raise ContentError(folder / "words.en.yaml", "rules.version", "differs from the Swedish file")
    swedish, english = (shape(found[language].model_dump(mode="json")) for language in LANGUAGES)
    for place in swedish.keys() | english.keys():
        if swedish.get(place) != english.get(place):
            raise ContentError(folder / "words.en.yaml", place, "differs from the Swedish file in places or sources")
    return found


def _check(file: Path, words: PrivacyWords) -> None:
    for field, expected in (
        ("kinds", get_args(DataKind)),
        ("records", get_args(PublicRecords)),
        ("hide_note", get_args(PublicRecords)),
        ("rights", get_args(Right)),
    ):
        if tuple(getattr(words, field)) != expected:
            raise ContentError(file, field, f"holds other ids, or in another order, than {', '.join(expected)}")
    for place, text in _texts(words.model_dump(mode="json")):
        unknown = set(re.findall(r"\{(\w*)\}", text)) - PLACES
        if unknown:
            raise ContentError(file, place, f"has the unknown place {min(unknown)!r}")


def _texts(value: object, place: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, held in value.items() for found in _texts(held, f"{place}.{key}".strip("."))]
    if isinstance(value, list):
        return [found for number, held in enumerate(value) for found in _texts(held, f"{place}.{number}")]
    return [(place, str(value))]
