"""The words of the board document and of the stages, read from ``content/plan/`` and checked against each other at start."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml
from hub.plan.items import STAGES, Stage
from hub.plan.rules import Kind
from hub.twins import shape

Text = str
"""A line with places such as ``{aim}`` and source marks such as ``[^inera-2020-6-3]``."""


class FormWords(Strict):
    """The form at the top."""

    kind: str
    registration: str
    registration_missing: str
    officer: str
    officer_missing: str
    date: str
    addressee: str
    addressee_missing: str


class KindWords(Strict):
    """What there is to decide, and the result in a few sentences, for one kind of result."""

    decisions: tuple[Text, ...] = Field(min_length=2, max_length=4)
    summary: Text


class DecisionWords(Strict):
    """The proposed decision."""

    heading: str
    lead: Text
    questions: Text
    """Added when there are questions to put."""
    funding: Text
    """Added when the region has given no figures."""


class SummaryWords(Strict):
    """The summary."""

    heading: str
    gates: Text


class BackgroundWords(Strict):
    """The background."""

    heading: str
    matter: Text
    report: Text
    basis: Text


class AlternativesWords(Strict):
    """The alternatives and the judgement."""

    heading: str
    needs: Text
    no_needs: Text
    caption: str
    head: tuple[str, str, str]
    proposed: Text
    all: Text
    none: str
    not_weighed: str
    missing: Text
    unknown: Text
    nothing_missing: str
    reasons: Text
    supports: str
    opposes: str
    possible: Text
    without: Text


class EconomyWords(Strict):
    """The economic consequences."""

    heading: str
    nothing: Text
    items: Text
    costs: dict[str, tuple[Text, ...]]
    """By layer, and for ``always`` and ``national``."""
    own: Text
    caution: Text


class GroupsWords(Strict):
    """The consequences for groups of patients, and for children."""

    heading: str
    unknown: Text
    none: Text
    item: Text
    child_label: str
    child_law: Text
    child_unmentioned: Text
    child_judgement: Text


class RisksWords(Strict):
    """The risks."""

    heading: str
    lead: Text
    unknown: Text
    missing: Text
    layers: dict[str, Text]
    sources: Text
    turns: Text
    firm: Text


class LawWords(Strict):
    """Law and information security."""

    heading: str
    rules: Text
    undone: Text


class FollowUpWords(Strict):
    """How it is followed up."""

    heading: str
    measures: Text
    by_layer: dict[str, str]
    waiting: Text


class RecipientsWords(Strict):
    """Who gets the decision."""

    heading: str
    missing: Text
    appendices_label: str


class AppendixWords(Strict):
    """The appendices."""

    heading: Text
    answers: str
    answers_head: tuple[str, str]
    answers_caption: str
    reopen: Text
    version: Text
    advice: Text
    turns: str
    gates: str
    gates_head: tuple[str, str, str, str]
    gates_caption: str
    nobody: str
    standing: str
    questions: str
    no_questions: Text
    steps: str
    path: str
    sources: str


class NeedWords(Strict):
    """A need met or not, said of the region and not to it."""

    served: Text
    unserved: Text


class TurnWords(Strict):
    """What would change the result, in clauses."""

    clause: Text
    needed: Text
    not_needed: Text
    can: Text
    cannot: Text
    start: Text
    no_start: Text
    aim: Text
    no_aim: Text


class PathWords(Strict):
    """The way from today to the aim."""

    today: str
    nothing_yet: str
    starts: str
    starts_and_aim: str
    first: Text
    ready: str
    replaces: Text
    aim: str


class TodoWords(Strict):
    """What is to be done in a kept plan."""

    stage: Text
    caption: str
    head: tuple[str, str, str, str]
    states: dict[str, str]
    """By ``open``, ``doing``, ``done`` and ``dropped``."""


class PlanWords(Strict):
    """Every text of the board document in one language."""

    language: Language
    judgement: str
    """Stands before each judgement of ours."""
    joined: str
    """Between the last two of several."""
    title: Text
    service_named: Text
    service_unnamed: str
    not_answered: str
    national: str
    form: FormWords
    kinds: dict[Kind, KindWords]
    decision: DecisionWords
    summary: SummaryWords
    background: BackgroundWords
    alternatives: AlternativesWords
    economy: EconomyWords
    groups: GroupsWords
    risks: RisksWords
    law: LawWords
    follow_up: FollowUpWords
    recipients: RecipientsWords
    appendix: AppendixWords
    todo: TodoWords
    needs: dict[str, NeedWords]
    turns: TurnWords
    path: PathWords


class StageStuck(Strict):
    """What often holds a region up, and what to do about it."""

    signs: Text
    """How it shows."""
    try_: Text = Field(alias="try")
    ours: bool
    """The advice is our judgement, even where a fact in it has its source."""


class StageText(Strict):
    """A stage: what is done in it, by whom, and when it is over."""

    name: str
    short: str
    work: tuple[Text, ...] = Field(min_length=3, max_length=5)
    done_when: tuple[Text, ...] = Field(min_length=2, max_length=4)
    who: tuple[str, ...] = Field(min_length=1)
    """The guide's roles that carry it."""
    stuck: tuple[StageStuck, ...] = Field(min_length=2, max_length=3)
    ask: Text


class StageWords(Strict):
    """The stages in one language."""

    language: Language
    lead: str
    stages: dict[Stage, StageText]
    """In the order of ``STAGES``."""


class _StepStages(Strict):
    """The stage of each of the guide's steps."""

    steps: dict[str, tuple[Stage, ...]]
    """By role, in the order of the role's steps in the guide."""


def read_plan(folder: Path) -> Mapping[Language, PlanWords]:
    """Read the words in both languages.

    Raises:
        ContentError: a file is wrong, or the languages differ in anything but their words.
    """
    found = {}
    for language in LANGUAGES:
        file = folder / f"words.{language}.yaml"
        words = read_yaml(file, PlanWords)
        if words.language != language or set(words.kinds) != set(Kind):
            raise ContentError(file, "language", "does not fit the file's name, or a kind of result lacks its words")
        found[language] = words
    twins = {language: shape(words.model_dump(mode="json")) for language, words in found.items()}
    for place, swedish in twins["sv"].items():
        if twins["en"].get(place) != swedish:
            raise ContentError(folder / "words.en.yaml", place, "differs from the Swedish file in places or sources")
    if twins["sv"].keys() != twins["en"].keys():
        raise ContentError(folder / "words.en.yaml", "", "has a text that the Swedish file lacks")
    return found


def read_stages(folder: Path) -> tuple[dict[Language, StageWords], Mapping[str, tuple[Stage, ...]]]:
    """Read the stages in both languages, and the stage of each of the guide's steps.

    Raises:
        ContentError: a file is wrong, an advice has neither a source nor our name, or the languages differ in anything
            but their words.
    """
    found: dict[Language, StageWords] = {}
    for language in LANGUAGES:
        file = folder / f"stages.{language}.yaml"
        words = read_yaml(file, StageWords)
        if words.language != language:
            raise ContentError(file, "language", "does not fit the file's name")
        if tuple(words.stages) != STAGES:
            raise ContentError(file, "stages", f"expected {STAGES}, found {tuple(words.stages)}")
        for place, one in _stuck(words).items():
            if not one.ours and "[^" not in one.signs + one.try_:
                raise ContentError(file, place, "has no source and is not marked as ours")
        found[language] = words
    _same(folder / "stages.en.yaml", found["sv"], found["en"])
    file = folder / "stages.yaml"
    steps = read_yaml(file, _StepStages).steps
    for role, stages in steps.items():
        if unknown := set(stages) - set(STAGES):
            raise ContentError(file, f"steps.{role}", f"unknown stages: {sorted(unknown)}")
    return found, steps


def _stuck(words: StageWords) -> dict[str, StageStuck]:
    return {
        f"stages.{id_}.stuck.{number}": one
        for id_, stage in words.stages.items()
        for number, one in enumerate(stage.stuck)
    }


def _same(file: Path, swedish: StageWords, english: StageWords) -> None:
    """Check that two languages differ in nothing but their words."""
    twins = [
        {
            **{f"stages.{id_}.who": stage.who for id_, stage in words.stages.items()},
            **shape(words.model_dump(mode="json", by_alias=True)),
            **{f"{place}.ours": one.ours for place, one in _stuck(words).items()},
        }
        for words in (swedish, english)
    ]
    for place in [*twins[0], *twins[1]]:
        if twins[0].get(place) != twins[1].get(place):
            raise ContentError(file, place, "differs from the Swedish file in more than its words")
