"""What members and visitors are told of their data: whole, sourced, and the same in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from hub.errors import ContentError
from hub.identity.content import PLACES, DataKind, PublicRecords, Right, read_privacy
from hub.language import LANGUAGE_COOKIE, LANGUAGES, Language
from hub.retention import KINDS
from hub.settings import ROOT
from hub.sources import read_sources
from hub.twins import shape

CONTENT = ROOT / "content"
WORDS = read_privacy(CONTENT / "privacy")
PLACE = re.compile(r"\{([^}]*)\}")
MARK = re.compile(r"\[\^([^\]]+)\]")
RETAINED = [kind for kind in get_args(DataKind) if kind not in {"plan", "comment", "fingerprint", "limit", "visit"}]

each_language = pytest.mark.parametrize("language", LANGUAGES)


def text_of(language: Language) -> str:
    return (CONTENT / "privacy" / f"words.{language}.yaml").read_text(encoding="utf-8")


def places(text: str) -> list[str]:
    return sorted(PLACE.findall(text))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the words that a test may spoil."""
    return Path(shutil.copytree(CONTENT / "privacy", tmp_path / "privacy"))


def fault_of(folder: Path, language: Language, old: str, new: str) -> ContentError:
    file = folder / f"words.{language}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_privacy(folder)
    return caught.value


def test_both_languages_have_the_same_texts_places_and_marks() -> None:
    swedish, english = (shape(WORDS[language].model_dump(mode="json")) for language in LANGUAGES)

    assert swedish == english


@each_language
def test_every_kind_of_data_has_its_words(language: Language) -> None:
    assert list(WORDS[language].kinds) == [
        "profile", "session", "role", "plan", "comment", "correction", "answer", "survey", "thread", "post",
        "report", "measure", "suspension", "fingerprint", "notice", "mailing", "letter", "draft", "audit", "command", "limit", "visit",
    ]  # fmt: skip


@each_language
def test_every_case_of_the_law_on_public_records_has_its_words(language: Language) -> None:
    words = WORDS[language]

    assert list(words.records) == list(words.hide_note) == list(get_args(PublicRecords))


@each_language
def test_every_right_has_its_words(language: Language) -> None:
    assert list(WORDS[language].rights) == list(get_args(Right))


@each_language
def test_every_mark_is_a_known_source(language: Language) -> None:
    assert set(MARK.findall(text_of(language))) - read_sources(CONTENT).keys() == set()


@each_language
def test_no_places_but_three_are_filled_in(language: Language) -> None:
    assert set(PLACE.findall(text_of(language))) == PLACES == {"days", "decision", "idle_hours"}


@each_language
@pytest.mark.parametrize("kind", RETAINED)
def test_a_kind_that_is_deleted_by_age_says_after_how_many_days(language: Language, kind: DataKind) -> None:
    assert places(WORDS[language].kinds[kind].kept) == (["days", "idle_hours"] if kind == "session" else ["days"])


@each_language
def test_what_outlives_an_account_goes_when_it_is_of_no_more_use(language: Language) -> None:
    assert places(WORDS[language].kinds["fingerprint"].kept) == [] and KINDS["fingerprint"].days == 0


@each_language
def test_a_comment_has_no_age_and_a_plan_only_once_deleted(language: Language) -> None:
    assert places(WORDS[language].kinds["comment"].kept) == []
    assert places(WORDS[language].kinds["plan"].kept) == ["days"]


@each_language
@pytest.mark.parametrize("case", get_args(PublicRecords))
def test_the_note_on_hiding_names_the_decision_only_when_there_is_one(language: Language, case: PublicRecords) -> None:
    note = WORDS[language].hide_note[case]

    assert (places(note.without_decision), places(note.with_decision)) == ([], ["decision"])


@each_language
@pytest.mark.parametrize("case", get_args(PublicRecords))
def test_the_note_on_hiding_is_one_sentence_without_marks(language: Language, case: PublicRecords) -> None:
    note = WORDS[language].hide_note[case]

    assert [re.findall(r"[.!?:]|\[\^", text) for text in (note.without_decision, note.with_decision)] == [["."], ["."]]


@each_language
def test_the_lead_of_the_rules_has_at_most_40_words(language: Language) -> None:
    assert len(WORDS[language].rules.lead.split()) <= 40


@each_language
def test_a_rule_is_one_sentence(language: Language) -> None:
    assert [point for point in WORDS[language].rules.points if len(re.findall(r"[.!?]", point)) != 1] == []


@each_language
def test_every_right_says_where_it_is_used(language: Language) -> None:
    assert [id_ for id_, right in WORDS[language].rights.items() if "/konto" not in right.how] == []


@each_language
def test_the_cookie_for_the_language_has_the_name_it_is_set_with(language: Language) -> None:
    assert LANGUAGE_COOKIE in {cookie.name for cookie in WORDS[language].cookies.kept}


@pytest.mark.parametrize(
    ("language", "old", "new", "place"),
    [
        pytest.param("en", "language: en", "language: sv", "language", id="the wrong language"),
        pytest.param("sv", "  limit:", "  limits:", "kinds", id="an unknown kind"),
        pytest.param("sv", "  complain:", "  complaint:", "rights", id="an unknown right"),
        pytest.param("sv", "{days} dygn", "{weeks}", "kinds.profile.kept", id="an unknown place"),
        pytest.param("en", "{days} days", "ten days", "kinds.profile.kept", id="a place in one language only"),
        pytest.param("en", "[^imy-complaint]", "", "rights.complain.how", id="a source in one language only"),
        pytest.param("en", "version: 1", "version: 2", "rules.version", id="another version of the rules"),
    ],
)
def test_words_that_do_not_fit_are_named_with_their_place(
    copy: Path, language: Language, old: str, new: str, place: str
) -> None:
    fault = fault_of(copy, language, old, new)

    assert fault.place.startswith(place), fault
