"""The questionnaire as it is read: the file of the product, and every fault that stops the start."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.levels.content import read_levels
from hub.requirements.content import read_requirements
from hub.settings import ROOT
from hub.survey.content import Questionnaire, read_questionnaires
from tests.lix import lix

CONTENT = ROOT / "content"
LEVELS = frozenset(read_levels(CONTENT / "levels"))
REQUIREMENTS = frozenset(one.id for one in read_requirements(CONTENT / "requirements").requirements)
FILE = "questionnaire-1.yaml"


def read(content: Path):
    return read_questionnaires(content, levels=LEVELS, requirements=REQUIREMENTS)


FOUND = read(CONTENT)
FIRST: Questionnaire = FOUND[1]
STATEMENTS = [pytest.param(statement, id=id_) for id_, statement in FIRST.statements.items()]

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_statement = pytest.mark.parametrize("statement", STATEMENTS)


# The file of the product


def test_nine_dimensions_of_three_statements_of_five_levels_are_asked() -> None:
    shape = {
        (len(dimension.statements), len(statement.levels), len(FIRST.levels))
        for dimension in FIRST.dimensions
        for statement in dimension.statements
    }

    assert (len(FIRST.dimensions), shape, len(FIRST.statements)) == (9, {(3, 5, 5)}, 27)


def test_a_version_is_found_by_its_number() -> None:
    assert {version: questionnaire.version for version, questionnaire in FOUND.items()} == {1: 1}


def test_the_structure_is_the_ids_in_order() -> None:
    assert [id_ for ids in FIRST.structure.values() for id_ in ids] == list(FIRST.statements)


def test_a_statement_knows_its_dimension() -> None:
    assert {id_: FIRST.dimension(id_).id for ids in FIRST.structure.values() for id_ in ids} == {
        id_: dimension for dimension, ids in FIRST.structure.items() for id_ in ids
    }


def test_no_dimension_has_an_unknown_statement() -> None:
    with pytest.raises(KeyError):
        FIRST.dimension("use-nothing")


def test_a_level_is_found_by_its_number() -> None:
    assert FIRST.statements["law-assessments"].level(1)["en"] == "None of the video solutions has been assessed."


@pytest.mark.parametrize(("language", "word"), [("sv", "inte validerad"), ("en", "not validated")])
def test_the_questionnaire_says_that_nobody_has_validated_it(language: Language, word: str) -> None:
    assert word in FIRST.about[language]


@pytest.mark.parametrize(("language", "start"), [("sv", "Dessutom"), ("en", "In addition")])
def test_both_languages_build_on_the_level_below_at_the_same_places(language: Language, start: str) -> None:
    swedish = [
        (id_, place)
        for id_, statement in FIRST.statements.items()
        for place, told in enumerate(statement.levels)
        if told["sv"].startswith("Dessutom")
    ]

    assert [
        (id_, place)
        for id_, statement in FIRST.statements.items()
        for place, told in enumerate(statement.levels)
        if told[language].startswith(start)
    ] == swedish


@each_language
@each_statement
def test_a_level_is_one_sentence(statement, language: Language) -> None:
    assert [
        told[language]
        for told in (statement.says, *statement.levels)
        if not told[language].endswith(".") or ". " in told[language] or "!" in told[language]
    ] == []


@each_language
def test_what_one_chooses_between_reads_as_easily_as_its_subject_lets_it(language: Language) -> None:
    figure, _ = lix(
        [told[language] for statement in FIRST.statements.values() for told in (statement.says, *statement.levels)]
    )

    assert figure < 46


def test_the_needs_are_those_that_the_answers_of_2020_take_up() -> None:
    with (ROOT / "data" / "survey_2020_lists" / "items.csv").open(encoding="utf-8", newline="") as file:
        items = [row for row in csv.DictReader(file) if row["list"] == "national-support-needs"]

    assert [(need.name["sv"], need.name["en"], " ".join(need.levels)) for need in FIRST.needs] == [
        (row["item_sv"].partition(" (")[0], row["item_en"].partition(" (")[0], row["levels"]) for row in items
    ]


# What stops the start


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / "survey", tmp_path / "survey")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "place", "fault"),
    [
        pytest.param("version: 1", "version: 2", "version", "file's name", id="another version"),
        pytest.param("version: 1", "version: one", "version", "integer", id="a version in words"),
        pytest.param(', en: "Trying out"', "", "levels.1", "both languages", id="a language is missing"),
        pytest.param('en: "Trying out"', 'en: " "', "levels.1", "both languages", id="a language is empty"),
        pytest.param('en: "Trying out"', 'en: "Not started"', "levels", "same words", id="two levels with one name"),
        pytest.param(
            'en: "No visits are held as video meetings."', 'en: "Video meetings are held only as a trial or pilot."',
            "dimensions.use.use-kinds.levels", "same words", id="two levels described alike in one language",
        ),
        pytest.param("- id: integration\n", "- id: use\n", "dimensions.use.integration-booking", "begin", id="an id of another dimension"),
        pytest.param("- id: use-kinds", "- id: use-offered", "statements", "same id use-offered", id="two statements with one id"),
        pytest.param("- id: use-kinds", "- id: Use-Kinds", "dimensions.0.statements.1.id", "pattern", id="an odd id"),
        pytest.param("- id: use-kinds", "- id: usage", "dimensions.use.usage", "begin", id="an id without its dimension"),
        pytest.param("- id: support\n", "- id: needs\n", "questions", "same id needs", id="two questions with one id"),
        pytest.param("- id: procurement", "- id: knowledge-exchange", "needs", "same id", id="two needs with one id"),
        pytest.param("[booking-contracts]", "[booking-magic]", "dimensions.use.use-kinds.leads.requirements", "'booking-magic' does not exist", id="a requirement there is not"),
        pytest.param("levels: [framework, hop-out]", "levels: [framework, roof]", "dimensions.use.use-kinds.leads.levels", "'roof' does not exist", id="a level there is not"),
        pytest.param("levels: [framework, hop-out]", "levels: [framework, framework]", "dimensions.use.use-kinds.leads.levels", "stands twice", id="a level twice"),
        pytest.param("levels: [framework, hop-out]", "levels: []", "dimensions.0.statements.1.leads.levels", "at least 1", id="a gap that leads nowhere"),
        pytest.param("demo: hop-out", "demo: national", "dimensions.use.use-kinds.leads.demo", "'national' does not exist", id="a visit there is not"),
        pytest.param("\n    levels: [national]", "\n    levels: [roof]", "needs.national-video-service.levels", "'roof' does not exist", id="a need at a level there is not"),
        pytest.param('sections: ["3", "4.2"]', 'sections: ["3", "9.2"]', "dimensions.use.sections", "no section", id="a section there is not"),
        pytest.param('sections: ["1.4"]', 'sections: ["1.4 "]', "questions.initiatives.sections", "no section", id="a section with a space"),
        pytest.param('sections: ["4.6"]', "sections: []", "needs.0.sections", "at least 1", id="a need from nowhere"),
        pytest.param("dont_know:", "unknown:", "dont_know", "required", id="nobody may be unsure"),
        pytest.param("instruction:", "advice:", "instruction", "required", id="nobody is told how to choose"),
        pytest.param("title:", "version:", "line", "stands twice", id="a key twice"),
    ],
)  # fmt: skip
def test_a_fault_stops_the_start_and_is_named(content: Path, old: str, new: str, place: str, fault: str) -> None:
    broken = content / "survey" / FILE
    text = broken.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ContentError, match=re.escape(fault)) as refused:
        read(content)

    assert (Path(refused.value.file).name, refused.value.place.startswith(place)) == (FILE, True)


def leave_out_a_dimension(found) -> None:
    del found["dimensions"][4]


def ask_a_dimension_twice(found) -> None:
    found["dimensions"][8] = found["dimensions"][7]


def leave_out_a_statement(found) -> None:
    del found["dimensions"][2]["statements"][0]


def leave_out_a_level(found) -> None:
    del found["dimensions"][2]["statements"][0]["levels"][4]


def add_a_level(found) -> None:
    found["dimensions"][2]["statements"][0]["levels"].append({"sv": "Mer.", "en": "More."})


def leave_out_the_name_of_a_level(found) -> None:
    del found["levels"][0]


def leave_out_a_question(found) -> None:
    del found["questions"][0]


def leave_out_all_needs(found) -> None:
    found["needs"] = []


@pytest.mark.parametrize(
    ("how", "place", "fault"),
    [
        pytest.param(leave_out_a_dimension, "dimensions", "are not 9", id="eight dimensions"),
        pytest.param(ask_a_dimension_twice, "dimensions", "same id effects", id="a dimension twice"),
        pytest.param(leave_out_a_statement, "dimensions.connection", "has not 3", id="two statements"),
        pytest.param(leave_out_a_level, "dimensions.2.statements.0.levels", "at least 5", id="four levels"),
        pytest.param(add_a_level, "dimensions.2.statements.0.levels", "at most 5", id="six levels"),
        pytest.param(leave_out_the_name_of_a_level, "levels", "at least 5", id="a level without a name"),
        pytest.param(leave_out_a_question, "questions", "are not 3", id="two questions"),
        pytest.param(leave_out_all_needs, "needs", "at least 1", id="no needs"),
    ],
)
def test_a_questionnaire_of_another_shape_stops_the_start(content: Path, how, place: str, fault: str) -> None:
    file = content / "survey" / FILE
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    how(found)
    file.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False), encoding="utf-8")

    with pytest.raises(ContentError, match=fault) as refused:
        read(content)

    assert (Path(refused.value.file).name, refused.value.place) == (FILE, place)


def add_version(content: Path, version: int) -> None:
    text = (content / "survey" / FILE).read_text(encoding="utf-8")
    (content / "survey" / f"questionnaire-{version}.yaml").write_text(
        text.replace("version: 1", f"version: {version}", 1), encoding="utf-8"
    )


@pytest.mark.parametrize(("there", "missing"), [((), 1), ((2,), 1), ((3,), 1)])
def test_a_hub_without_a_version_does_not_start(content: Path, there, missing: int) -> None:
    for version in there:
        add_version(content, version)
    (content / "survey" / FILE).unlink()

    with pytest.raises(ContentError, match="is missing") as refused:
        read(content)

    assert Path(refused.value.file).name == f"questionnaire-{missing}.yaml"


def test_a_gap_between_versions_stops_the_start(content: Path) -> None:
    add_version(content, 3)

    with pytest.raises(ContentError, match="is missing") as refused:
        read(content)

    assert Path(refused.value.file).name == "questionnaire-2.yaml"


@pytest.mark.parametrize("name", ["questionnaire.yaml", "questionnaire-0.yaml", "questionnaire-01.yaml", "notes.txt"])
def test_a_file_with_an_odd_name_stops_the_start(content: Path, name: str) -> None:
    (content / "survey" / FILE).rename(content / "survey" / name)

    with pytest.raises(ContentError, match="is not called") as refused:
        read(content)

    assert Path(refused.value.file).name == name


def test_versions_are_read_the_oldest_first(content: Path) -> None:
    for version in range(11, 1, -1):
        add_version(content, version)

    assert list(read(content)) == list(range(1, 12))
