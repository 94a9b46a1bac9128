"""The demo visits, read from ``content/visits/`` and checked at start: who does what, in which system, and what moves.

Each file holds both languages side by side, because a visit is one thing that is told twice.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field

from hub.call.rules import Actor, Outcome, Role
from hub.errors import ContentError
from hub.markdown import Source
from hub.origin import Strict, read_yaml
from hub.told import Told

LEVELS: Final = ("framework", "hop-out", "inbox", "reverse-case-flow")
"""In the report's order, which says nothing of rank."""


class System(StrEnum):
    """What information passes through. Made-up examples of each are shown, never the real ones."""

    RECORD_SYSTEM = "record-system"
    STAFF_TOOL = "staff-tool"
    SERVICE_PLATFORM = "service-platform"
    E_SERVICES = "e-services"
    LOGIN = "login"
    VIDEO_SERVICE = "video-service"
    TELEPHONE = "telephone"


class Surface(StrEnum):
    """A screen of our own design that a step is played on."""

    CALENDAR = "calendar"
    CASE = "case"
    STAFF_LOGIN = "staff-login"
    TEMPLATES = "templates"
    MADE_LINK = "made-link"
    ENTRANCE = "entrance"
    NOTICE = "notice"
    LOGIN = "login"
    INBOX = "inbox"
    FREE_TIMES = "free-times"
    BOOKED_TIMES = "booked-times"
    SERVICES = "services"
    SERVICE_LOGIN = "service-login"
    WAITING_ROOM = "waiting-room"
    ADMIT = "admit"
    CALL = "call"
    NOTE = "note"
    MACHINE = "machine"
    """No screen: systems talk to each other."""


LOGIN_SURFACES: Final = frozenset({Surface.STAFF_LOGIN, Surface.LOGIN, Surface.SERVICE_LOGIN})
_ROLES: Final = frozenset({"resident", "staff"})
_ACTORS: Final[Mapping[Surface, Actor]] = {
    **dict.fromkeys(Surface, "resident"),
    **dict.fromkeys(
        (
            Surface.CALENDAR,
            Surface.CASE,
            Surface.STAFF_LOGIN,
            Surface.TEMPLATES,
            Surface.MADE_LINK,
            Surface.ENTRANCE,
            Surface.ADMIT,
            Surface.CALL,
            Surface.NOTE,
        ),
        "staff",
    ),
    Surface.MACHINE: "machine",
}
"""Whose screen each is, so that what is counted by person follows from what is seen."""
_MEETING: Final = (Surface.WAITING_ROOM, Surface.ADMIT, Surface.CALL)
"""Each visit holds these once, in this order, one directly after the other."""


class Passage(Strict):
    """What moves from one system, or person, to another."""

    what: Told
    start: System | Role
    to: System | Role


class Step(Strict):
    """One step of a visit, told as it happens."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    actor: Actor
    system: System
    """Where it is done."""
    surface: Surface
    says: Told
    """What happens, as a line in a list: "The clinic books a time and chooses the type video"."""
    button: Told | None = None
    """What the button says; only where a person does it."""
    data: Passage | None = None
    contract: str = ""
    """The exact name and version of the service contract."""
    ground: Told | None = None
    """On what legal ground the data move or are read."""
    log: Told | None = None
    """What the system writes in its log."""
    wrong: tuple[Told, ...] = ()
    """What can go wrong here, one sentence each; a step with any is a place where an error can enter."""
    sources: tuple[str, ...] = ()
    """Marks of ``content/sources.yaml``; none means that the step is our own simplification, and it is shown so."""

    @property
    def login(self) -> bool:
        """Whether somebody logs in by this step."""
        return self.surface in LOGIN_SURFACES

    @property
    def manual(self) -> bool:
        """Whether a person does it by hand."""
        return self.actor != "machine"


class Variant(Strict):
    """One way a visit at a level begins."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    name: Told
    short: Told
    """One sentence: how it begins and what is special."""
    starts: Role
    """Who takes the initiative."""
    steps: tuple[Step, ...] = Field(min_length=8, max_length=20)


class VisitContent(Strict):
    """The visits of one level."""

    level: str
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=3)
    """The first is the one that the level is compared by."""
    questions: tuple[Told, ...] = Field(min_length=3, max_length=5)
    """What to ask afterwards, of one's own region and its suppliers."""

    def variant(self, variant: str) -> Variant | None:
        """Return a variant by its id."""
        return next((each for each in self.variants if each.id == variant), None)


class Answer(Strict):
    """What one level does with a trouble."""

    outcome: Outcome
    step: str = ""
    """The step that it stands in the way of, by id, in every variant that has it; empty where it cannot happen."""
    does: Told
    """What the level does, and who notices."""
    fallback: Told | None = None
    """What one does instead."""
    who: Role | None = None
    """Who takes the way round; it is a manual step more."""
    sources: tuple[str, ...] = ()


class Trouble(Strict):
    """Something to switch on."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    name: Told
    what: Told
    """One sentence: what has happened."""
    answers: dict[str, Answer]
    """By level."""


class Person(Strict):
    """Somebody made up, with no number of any kind."""

    id: str = Field(pattern=r"^[a-z]+$")
    name: str
    role: Role
    about: Told


class VisitWords(Strict):
    """What all visits share."""

    systems: dict[System, Told]
    actors: dict[Role, Told]
    troubles: tuple[Trouble, ...]
    people: tuple[Person, ...]
    counterpart: dict[str, dict[Role, Told]]
    """What the recorded figure says, by clip, as each role; the captions, and what the speech is made from."""


class Visits(Strict):
    """Everything that the demo is played from."""

    levels: dict[str, VisitContent]
    words: VisitWords


def read_visits(content: Path, sources: Mapping[str, Source]) -> Visits:
    """Read all visits.

    Raises:
        ContentError: a file is wrong; the text names file and place.
    """
    folder = content / "visits"
    file = folder / "words.yaml"
    words = read_yaml(file, VisitWords)
    levels = {level: _read_level(folder / f"{level}.yaml", level, sources) for level in LEVELS}
    _check_words(file, words)
    for trouble in words.troubles:
        _check_trouble(file, trouble, levels, sources)
    return Visits(levels=levels, words=words)


def _read_level(file: Path, level: str, sources: Mapping[str, Source]) -> VisitContent:
    content = read_yaml(file, VisitContent)
    if content.level != level:
        raise ContentError(file, "level", "does not fit the file's name")
    if len({variant.id for variant in content.variants}) != len(content.variants):
        raise ContentError(file, "variants", "two have the same id")
    for variant in content.variants:
        _check_variant(file, variant, sources)
    return content


def _check_variant(file: Path, variant: Variant, sources: Mapping[str, Source]) -> None:
    surfaces = tuple(step.surface for step in variant.steps)
    place = f"variants.{variant.id}"
    if len({step.id for step in variant.steps}) != len(variant.steps):
        raise ContentError(file, place, "two steps have the same id")
    at = surfaces.index(Surface.WAITING_ROOM) if Surface.WAITING_ROOM in surfaces else 0
    if surfaces[at : at + 3] != _MEETING or any(surfaces.count(surface) != 1 for surface in _MEETING):
        raise ContentError(file, place, "waiting-room, admit and call follow on each other, once")
    if variant.steps[0].actor != variant.starts:
        raise ContentError(file, place, "who starts does the first step")
    for step in variant.steps:
        where = f"{place}.{step.id}"
        if step.actor != _ACTORS[step.surface]:
            raise ContentError(file, where, "actor and surface do not fit")
        if step.manual != (step.button is not None):
            raise ContentError(file, where, "a button stands where a person does it, and only there")
        if unknown := set(step.sources) - set(sources):
            raise ContentError(file, where, f"unknown source {min(unknown)}")


def _check_words(file: Path, words: VisitWords) -> None:
    if set(words.systems) != set(System):
        raise ContentError(file, "systems", "not every system has a name")
    if set(words.actors) != _ROLES:
        raise ContentError(file, "actors", "both roles have a name, and nobody else")
    for place, ids in (
        ("troubles", [trouble.id for trouble in words.troubles]),
        ("people", [person.id for person in words.people]),
    ):
        if len(set(ids)) != len(ids):
            raise ContentError(file, place, "two have the same id")
    if {person.role for person in words.people} != _ROLES:
        raise ContentError(file, "people", "somebody is found for each role")
    for clip, spoken in words.counterpart.items():
        if set(spoken) != _ROLES:
            raise ContentError(file, f"counterpart.{clip}", "is said by both roles")


def _check_trouble(
    file: Path, trouble: Trouble, levels: Mapping[str, VisitContent], sources: Mapping[str, Source]
) -> None:
    place = f"troubles.{trouble.id}"
    if set(trouble.answers) != set(levels):
        raise ContentError(file, place, "every level has an answer")
    for level, answer in trouble.answers.items():
        steps = {step.id for variant in levels[level].variants for step in variant.steps}
        happens = answer.outcome != "prevented"
        if happens != (answer.step in steps) or happens != (answer.fallback is not None) or happens != bool(answer.who):
            raise ContentError(
                file, f"{place}.{level}", "step, fallback and who stand where it happens, and only there"
            )
        if unknown := set(answer.sources) - set(sources):
            raise ContentError(file, f"{place}.{level}", f"unknown source {min(unknown)}")
