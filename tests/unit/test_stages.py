"""The stages of a plan: whole, sourced, easy to read, and the same in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hub.errors import ContentError
from hub.guide.content import read_guide
from hub.language import LANGUAGES, Language
from hub.plan.content import read_stages
from hub.plan.items import STAGES
from hub.settings import ROOT
from hub.sources import read_sources
from hub.twins import shape
from tests.lix import lix

CONTENT = ROOT / "content"
WORDS, STEPS = read_stages(CONTENT / "plan")
GUIDE = read_guide(CONTENT / "guide").words
MARK = re.compile(r"\[\^([^\]]+)\]")

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_stage = pytest.mark.parametrize("stage", STAGES)


def sentences(language: Language, stage: str) -> list[str]:
    one = WORDS[language].stages[stage]
    stuck = [text for each in one.stuck for text in (each.signs, each.try_)]
    return [one.short, *one.work, *one.done_when, *stuck, one.ask]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the stages that a test may spoil."""
    return Path(shutil.copytree(CONTENT / "plan", tmp_path / "plan"))


def test_both_languages_have_the_same_texts_and_marks() -> None:
    swedish, english = (shape(WORDS[language].model_dump(mode="json")) for language in LANGUAGES)

    assert swedish == english


def test_both_languages_name_the_same_roles_and_judgements() -> None:
    swedish, english = (
        {id_: (one.who, [each.ours for each in one.stuck]) for id_, one in WORDS[language].stages.items()}
        for language in LANGUAGES
    )

    assert swedish == english


@each_language
def test_every_mark_is_a_known_source(language: Language) -> None:
    text = (CONTENT / "plan" / f"stages.{language}.yaml").read_text(encoding="utf-8")

    assert set(MARK.findall(text)) - read_sources(CONTENT).keys() == set()


@each_stage
def test_those_who_carry_a_stage_are_roles_of_the_guide(stage: str) -> None:
    assert set(WORDS["sv"].stages[stage].who) - GUIDE["sv"].roles.keys() == set()


@each_stage
def test_a_stage_reads_easily_in_swedish(stage: str) -> None:
    figure, _ = lix([MARK.sub("", text) for text in sentences("sv", stage)])

    assert figure < 45


@each_language
@each_stage
def test_a_stage_has_a_short_name_and_a_short_description(language: Language, stage: str) -> None:
    one = WORDS[language].stages[stage]

    assert (len(one.name.split()) <= 3, len(one.short.split()) <= 25) == (True, True)


@each_language
@each_stage
def test_every_text_ends_as_a_sentence(language: Language, stage: str) -> None:
    assert [text for text in sentences(language, stage) if MARK.sub("", text)[-1] not in ".?"] == []


@each_language
def test_every_step_of_the_guide_has_its_stage(language: Language) -> None:
    assert {role: len(stages) for role, stages in STEPS.items()} == {
        role: len(steps) for role, steps in GUIDE[language].steps.items()
    }


def test_every_stage_has_a_step_of_the_guide() -> None:
    assert {stage for stages in STEPS.values() for stage in stages} == set(STAGES)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        pytest.param("stages.en.yaml", "language: en", "language: sv", "language", id="the wrong language"),
        pytest.param("stages.sv.yaml", "  build:", "  builds:", "stages", id="an unknown stage"),
        pytest.param("stages.en.yaml", "[^four-principles]", "", "stages.direction.work.3", id="a mark in one only"),
        pytest.param(
            "stages.en.yaml", "[legal, it, care-lead]", "[legal, it]", "stages.analysis.who", id="other roles"
        ),
        pytest.param(
            "stages.en.yaml", "ours: false", "ours: true", "stages.analysis.stuck.0.ours", id="other judgement"
        ),
        pytest.param("stages.sv.yaml", "ours: true", "ours: false", "stages.direction.stuck.0", id="advice of nobody"),
        pytest.param("stages.yaml", "[order,", "[orders,", "steps.management-1177", id="a step in an unknown stage"),
    ],
)
def test_stages_that_do_not_fit_are_named_with_their_place(
    copy: Path, file: str, old: str, new: str, place: str
) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        read_stages(copy)

    assert (Path(caught.value.file).name, caught.value.place) == (file, place)
