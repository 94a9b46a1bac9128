"""The guide's questions and words, read from ``content/guide/`` and checked against each other at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.errors import ContentError
from hub.guide.rules import COMBINATIONS, Capability, Group, Layer, Level, Need, key
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml


class Option(Strict):
    """Which facts an answer settles."""

    needed: tuple[Need, ...] = ()
    can: tuple[Capability, ...] = ()
    cannot: tuple[Capability, ...] = ()
    skips: tuple[str, ...] = ()
    """Questions that this answer makes meaningless."""
    group: Group | None = None
    alone: bool = False
    """Among several: whether this answer excludes the others."""


class Question(Strict):
    """One question: its options in the order shown."""

    id: str
    several: bool = False
    options: dict[str, Option]


class People(Strict):
    """Whom a capability concerns."""

    asked: str
    mended: tuple[str, ...]


class Flow(Strict):
    """The questions in order, and the people behind each capability."""

    version: int = Field(ge=1)
    questions: tuple[Question, ...]
    capabilities: dict[Capability, People]


class OptionWords(Strict):
    """An option as it is read."""

    label: str = Field(max_length=60)
    caption: str = Field(max_length=160)


class QuestionWords(Strict):
    """A question as it is read."""

    title: str = Field(max_length=95)
    help: str
    why: str
    knows: str
    options: dict[str, OptionWords]


class NeedWords(Strict):
    """A need: its name, and the reason for or against that it gives."""

    name: str
    served: str
    unserved: str


class CapabilityWords(Strict):
    """A capability: its name, how it stands in words, and the question to send about it."""

    name: str
    met: str
    missing: str
    blocked: str
    unknown: str
    ask: str


class LayerWords(Strict):
    """A layer and what it means to those who meet it."""

    name: str
    what: str
    resident: str
    staff: str
    sources: tuple[str, ...]


class LevelWords(Strict):
    """A level in a line."""

    name: str
    hyphenated: str = ""
    """The name with soft hyphens where a narrow column may break it, if it is long."""
    short: str = Field(max_length=110)

    @property
    def breakable(self) -> str:
        """The name for a narrow column."""
        return self.hyphenated or self.name


class AimWords(Strict):
    """A set of layers as something to recommend."""

    title: str
    sentence: str


class GroupWords(Strict):
    """What a way may do to a group of residents, and what to arrange."""

    name: str
    risk: str
    do: str


class RoleWords(Strict):
    """Someone to ask."""

    name: str
    ask_heading: str


class StepWords(Strict):
    """A next step for a role, and when it is due."""

    when: Literal["always", "login", "time-and-link", "automatic-notice", "manual-notice", "national"]
    text: str


class NationalService(Strict):
    """One of the national services."""

    name: str
    what: str
    seen: str


class NationalWords(Strict):
    """The branch of national services."""

    title: str
    sentence: str
    check: str
    services: tuple[NationalService, ...]


class StandingWords(Strict):
    """A precondition at every level that the guide does not ask about."""

    text: str


class Words(Strict):
    """Every text of the guide in one language."""

    language: Language
    questions: dict[str, QuestionWords]
    needs: dict[Need, NeedWords]
    capabilities: dict[Capability, CapabilityWords]
    layers: dict[Layer, LayerWords]
    levels: dict[Level, LevelWords]
    aims: dict[str, AimWords]
    groups: dict[Group, GroupWords]
    roles: dict[str, RoleWords]
    steps: dict[str, tuple[StepWords, ...]]
    national: NationalWords
    results: dict[str, str]
    standing: tuple[StandingWords, ...]


@dataclass(frozen=True)
class GuideContent:
    """The guide's content in all languages."""

    flow: Flow
    words: Mapping[Language, Words]


def read_guide(folder: Path) -> GuideContent:
    """Read and check the guide's content.

    Raises:
        ContentError: a file is wrong, or the words do not fit the questions.
    """
    flow = read_yaml(folder / "flow.yaml", Flow)
    words = {}
    for language in LANGUAGES:
        file = folder / f"words.{language}.yaml"
        found = read_yaml(file, Words)
        _check(file, language, flow, found)
        words[language] = found
    return GuideContent(flow, words)


def _check(file: Path, language: Language, flow: Flow, words: Words) -> None:
    expected: dict[str, tuple[object, object]] = {
        "language": (language, words.language),
        "questions": ([q.id for q in flow.questions], list(words.questions)),
        "needs": (set(Need), set(words.needs)),
        "capabilities": (set(Capability), set(words.capabilities)),
        "layers": (set(Layer), set(words.layers)),
        "levels": (set(Level), set(words.levels)),
        "aims": ({key(layers) for layers in COMBINATIONS}, set(words.aims)),
        "groups": (set(Group), set(words.groups)),
        "steps": (set(), set(words.steps) - set(words.roles)),
        "roles": (
            set(),
            {role for people in flow.capabilities.values() for role in (people.asked, *people.mended)}
            - set(words.roles),
        ),
        **{
            f"questions.{q.id}.options": (
                set(q.options),
                set(words.questions[q.id].options) if q.id in words.questions else set(),
            )
            for q in flow.questions
        },
    }
    for place, (wanted, found) in expected.items():
        if wanted != found:
            raise ContentError(file, place, f"expected {wanted}, found {found}")
