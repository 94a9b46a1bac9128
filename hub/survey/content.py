"""The questionnaires, read from ``content/survey/`` and checked at start, one file a version.

A version is never changed into something that means something else: what a region has answered stays with the words it
chose between.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import Field

from hub.errors import ContentError
from hub.language import LANGUAGES
from hub.origin import Strict, read_yaml
from hub.survey.rounds import LEVELS, Level
from hub.told import Told

DIMENSIONS: Final = 9
STATEMENTS: Final = 3
"""Of each dimension, so that each weighs as much as the others where their answers are counted together."""
QUESTIONS: Final = 3
NATIONAL: Final = "national"
"""Stands among levels for what no level settles but a national service may."""

_FILE: Final = re.compile(r"questionnaire-([1-9][0-9]*)\.yaml")
_ID: Final = r"^[a-z]+(-[a-z]+)*$"
_SECTION: Final = r"^[1-8](\.[1-9])?$"


class Leads(Strict):
    """Where in the hub a gap leads, by the hub's choice."""

    levels: tuple[str, ...] = Field(min_length=1)
    """Ids of levels, or ``national``."""
    requirements: tuple[str, ...]
    demo: str = ""
    """The level whose visit shows it; empty when none does."""


class Statement(Strict):
    """What one takes a stand on, by choosing the level that is true."""

    id: str = Field(pattern=_ID)
    """``<dimension>-<word>``; it is what answers are kept under."""
    says: Told
    levels: tuple[Told, ...] = Field(min_length=len(LEVELS), max_length=len(LEVELS))
    """What is true at each level, the lowest first."""
    leads: Leads

    def level(self, level: Level) -> Told:
        """Return what is true at a level."""
        return self.levels[level - 1]


class Dimension(Strict):
    """A side of the work, of three statements."""

    id: str = Field(pattern=_ID)
    name: Told
    sections: tuple[str, ...] = Field(min_length=1)
    """Where in the 2020 report the theme stands."""
    statements: tuple[Statement, ...]


class Term(Strict):
    """A word that the statements use in a sense of their own."""

    name: Told
    means: Told


class Question(Strict):
    """One of the broad questions of 2020, answered in one's own words; put in ours."""

    id: str = Field(pattern=_ID)
    asks: Told
    sections: tuple[str, ...] = Field(min_length=1)


class Need(Strict):
    """A kind of national support that a region may say it needs."""

    id: str = Field(pattern=_ID)
    name: Told
    sections: tuple[str, ...] = Field(min_length=1)
    levels: tuple[str, ...] = Field(min_length=1)
    """Ids of levels it concerns, or ``national``."""


class Questionnaire(Strict):
    """One version of what the regions are asked."""

    version: int = Field(ge=1)
    title: Told
    about: Told
    """That it is our own and not validated; shown wherever it is answered or its answers are."""
    instruction: Told
    """How to choose between the levels."""
    terms: tuple[Term, ...]
    levels: tuple[Told, ...] = Field(min_length=len(LEVELS), max_length=len(LEVELS))
    """The names of the levels, the lowest first."""
    dont_know: Told
    not_applicable: Told
    evidence: Told
    """What is asked beside each statement: what shows the chosen level."""
    dimensions: tuple[Dimension, ...]
    questions: tuple[Question, ...]
    needs: tuple[Need, ...] = Field(min_length=1)

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """All statements by id, in order."""
        return {statement.id: statement for dimension in self.dimensions for statement in dimension.statements}

    @cached_property
    def structure(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each dimension's statements, in order: what the rules of ``hub.survey.rounds`` ask for."""
        return {one.id: tuple(statement.id for statement in one.statements) for one in self.dimensions}

    def dimension(self, statement: str) -> Dimension:
        """Return the dimension that a statement belongs to.

        Raises:
            KeyError: there is no such statement.
        """
        for dimension in self.dimensions:
            if any(one.id == statement for one in dimension.statements):
                return dimension
        raise KeyError(statement)


def read_questionnaires(
    content: Path, *, levels: Collection[str], requirements: Collection[str]
) -> Mapping[int, Questionnaire]:
    """Read all versions of the questionnaire, the oldest first.

    Args:
        content: the folder that ``survey/`` stands in.
        levels: ids of the levels a gap may lead to.
        requirements: ids of the requirements a gap may lead to.

    Raises:
        ContentError: a file is wrong, or a version is missing; the text names file and place.
    """
    folder = content / "survey"
    found: dict[int, Questionnaire] = {}
    for file in folder.glob("*"):
        if not (named := _FILE.fullmatch(file.name)):
            raise ContentError(file, "", "is not called questionnaire-<version>.yaml")
        questionnaire = read_yaml(file, Questionnaire)
        if questionnaire.version != int(named[1]):
            raise ContentError(file, "version", "does not fit the file's name")
        _check(file, questionnaire)
        _check_ids(file, questionnaire)
        _check_leads(file, questionnaire, frozenset(levels), frozenset(requirements))
        found[questionnaire.version] = questionnaire
    for version in range(1, max(found, default=1) + 1):
        if version not in found:
            raise ContentError(
                folder / f"questionnaire-{version}.yaml", "", "is missing; rounds may have been held by it"
            )
    return dict(sorted(found.items()))


def _check(file: Path, questionnaire: Questionnaire) -> None:
    if len(questionnaire.dimensions) != DIMENSIONS:
        raise ContentError(file, "dimensions", f"are not {DIMENSIONS}")
    if len(questionnaire.questions) != QUESTIONS:
        raise ContentError(file, "questions", f"are not {QUESTIONS}")
    for dimension in questionnaire.dimensions:
        place = f"dimensions.{dimension.id}"
        if len(dimension.statements) != STATEMENTS:
            raise ContentError(file, place, f"has not {STATEMENTS} statements")
        for statement in dimension.statements:
            if not statement.id.startswith(f"{dimension.id}-"):
                raise ContentError(file, f"{place}.{statement.id}", "the id does not begin with that of its dimension")
            _check_levels(file, f"{place}.{statement.id}.levels", statement.levels)
    _check_levels(file, "levels", questionnaire.levels)
    for kind, parts in (
        ("dimensions", questionnaire.dimensions),
        ("questions", questionnaire.questions),
        ("needs", questionnaire.needs),
    ):
        for part in parts:
            if odd := [section for section in part.sections if not re.match(_SECTION, section)]:
                raise ContentError(file, f"{kind}.{part.id}.sections", f"{odd[0]!r} is no section of the report")


def _check_levels(file: Path, place: str, levels: Sequence[Told]) -> None:
    # Two levels described alike could not be chosen between.
    for language in LANGUAGES:
        if _twice(level[language] for level in levels):
            raise ContentError(file, place, "two levels are told in the same words")


def _check_ids(file: Path, questionnaire: Questionnaire) -> None:
    # Statements share one list, because answers are kept by the statement alone.
    for place, ids in (
        ("dimensions", [one.id for one in questionnaire.dimensions]),
        ("statements", [one.id for dimension in questionnaire.dimensions for one in dimension.statements]),
        ("questions", [one.id for one in questionnaire.questions]),
        ("needs", [one.id for one in questionnaire.needs]),
    ):
        if twice := _twice(ids):
            raise ContentError(file, place, f"two have the same id {twice}")


def _check_leads(
    file: Path, questionnaire: Questionnaire, levels: frozenset[str], requirements: frozenset[str]
) -> None:
    for dimension in questionnaire.dimensions:
        for statement in dimension.statements:
            place = f"dimensions.{dimension.id}.{statement.id}.leads"
            _check_known(file, f"{place}.levels", statement.leads.levels, levels | {NATIONAL})
            _check_known(file, f"{place}.requirements", statement.leads.requirements, requirements)
            _check_known(file, f"{place}.demo", [statement.leads.demo], levels | {""})
    for need in questionnaire.needs:
        _check_known(file, f"needs.{need.id}.levels", need.levels, levels | {NATIONAL})


def _check_known(file: Path, place: str, ids: Collection[str], known: frozenset[str]) -> None:
    if unknown := set(ids) - known:
        raise ContentError(file, place, f"{min(unknown)!r} does not exist")
    if twice := _twice(ids):
        raise ContentError(file, place, f"{twice!r} stands twice")


def _twice(values: Iterable[str]) -> str:
    """Return the first value that stands more than once; empty when none does."""
    return next((value for value, times in Counter(values).items() if times > 1), "")
