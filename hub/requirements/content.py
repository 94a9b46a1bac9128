"""The requirement list and its words, read from ``content/requirements/`` and checked at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml
from hub.requirements.rules import LAYERS, Requirement, Weight


class _Entry(Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    part: str
    layers: tuple[str, ...]
    weight: Weight
    kind: Literal["law", "practice"]
    sources: tuple[str, ...] = Field(min_length=1)
    answers: str
    verified: Literal["test", "document", "demonstration", "contract"]


class _List(Strict):
    version: int
    parts: tuple[str, ...]
    requirements: tuple[_Entry, ...]


class Without(Strict):
    """What leaving a part out means."""

    goes: str
    simplifies: str
    costs: str


class PartWords(Strict):
    """A part of the list."""

    name: str
    about: str
    without: Without


class RequirementWords(Strict):
    """A requirement as it is read."""

    text: str = Field(max_length=260)
    verify: str
    note: str = ""


class Words(Strict):
    """Every text of the list in one language."""

    language: Language
    parts: dict[str, PartWords]
    weights: dict[Weight, str]
    kinds: dict[Literal["law", "practice"], str]
    verified: dict[str, str]
    answers: dict[str, str]
    requirements: dict[str, RequirementWords]


@dataclass(frozen=True)
class RequirementContent:
    """The list and its words."""

    version: int
    parts: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    words: Mapping[Language, Words]


def read_requirements(folder: Path) -> RequirementContent:
    """Read and check the list.

    Raises:
        ContentError: a file is wrong, or the words do not fit the list.
    """
    found = read_yaml(folder / "list.yaml", _List)
    for entry in found.requirements:
        if entry.part not in found.parts or not set(entry.layers) <= set(LAYERS):
            raise ContentError(folder / "list.yaml", entry.id, "has an unknown part or layer")
    words = {}
    for language in LANGUAGES:
        file = folder / f"words.{language}.yaml"
        texts = read_yaml(file, Words)
        wanted = {
            "language": ([language], [texts.language]),
            "requirements": ([one.id for one in found.requirements], list(texts.requirements)),
            "parts": (sorted(found.parts), sorted(texts.parts)),
            "answers": (sorted({one.answers for one in found.requirements} - texts.answers.keys()), []),
            "verified": (sorted({one.verified for one in found.requirements} - texts.verified.keys()), []),
        }
        for place, (expected, given) in wanted.items():
            if expected != given:
                raise ContentError(file, place, "does not fit list.yaml")
        words[language] = texts
    requirements = tuple(
        Requirement(
            one.id, one.part, frozenset(one.layers), one.weight, one.kind, one.sources, one.answers, one.verified
        )
        for one in found.requirements
    )
    return RequirementContent(found.version, found.parts, requirements, words)
