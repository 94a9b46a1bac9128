"""A visitor's answers as part of an address, and back.

One service is one value: ``who-starts.both~single-login.needed~groups.minors_no-e-id``. Ids are stable and never
reused; the version says which meaning of the answers a link was made with. Whatever cannot be read is reported, never
guessed at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from hub.guide.content import Flow, Option, Question
from hub.guide.rules import Capability, Facts, Group, Need

MOST_SERVICES: Final = 5
LONGEST_NAME: Final = 60
_LONGEST_VALUE: Final = 1_000
"""More than twice what all questions with their longest options take."""


Answers = Mapping[str, tuple[str, ...]]
"""Question id to the ids of the options chosen."""


@dataclass(frozen=True)
class Service:
    """One video service in a link: its name, what was answered about it, and what could not be read."""

    name: str
    answers: Answers
    problems: tuple["Problem", ...] = ()


@dataclass(frozen=True)
class Problem:
    """Something in a link that is not valid: a code and the words it concerns, as they stood there."""

    code: str
    """``version``, ``too-long``, ``unknown-question``, ``unknown-option``, ``twice``, ``skipped`` or ``too-many-services``."""
    found: str


def write(answers: Answers, flow: Sequence[Question]) -> str:
    """Return the answers as one value for an address, in the order of the questions."""
    return "~".join(f"{q.id}.{'_'.join(answers[q.id])}" for q in flow if answers.get(q.id))


def read(value: str, flow: Sequence[Question]) -> tuple[Answers, tuple[Problem, ...]]:
    """Read the answers from an address.

    Returns:
        The answers that are valid, and a problem for each part that is not.
    """
    if len(value) > _LONGEST_VALUE:
        return {}, (Problem("too-long", value[:20]),)
    by_id = {question.id: question for question in flow}
    answers: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for part in filter(None, value.split("~")):
        question_id, _, given = part.partition(".")
        question = by_id.get(question_id)
        chosen = tuple(given.split("_"))
        if question is None:
            problems.append(Problem("unknown-question", part[:60]))
        elif question_id in answers:
            problems.append(Problem("twice", part[:60]))
        elif not _valid(question, chosen):
            problems.append(Problem("unknown-option", part[:60]))
        else:
            answers[question_id] = chosen
    without = skipped(answers, flow)
    for question_id in [question.id for question in flow if question.id in without and question.id in answers]:
        problems.append(Problem("skipped", question_id))
        del answers[question_id]
    return answers, tuple(problems)


def _valid(question: Question, chosen: tuple[str, ...]) -> bool:
    if not all(option in question.options for option in chosen) or len(set(chosen)) != len(chosen):
        return False
    if not question.several:
        return len(chosen) == 1
    return len(chosen) == 1 or not any(question.options[option].alone for option in chosen)


def skipped(answers: Answers, flow: Sequence[Question]) -> frozenset[str]:
    """Return the questions that an earlier answer makes meaningless."""
    return frozenset(
        question_id
        for question in flow
        for option in answers.get(question.id, ())
        for question_id in question.options[option].skips
    )


def asked(answers: Answers, flow: Sequence[Question]) -> tuple[Question, ...]:
    """List the questions to put, given the answers so far."""
    without = skipped(answers, flow)
    return tuple(question for question in flow if question.id not in without)


def next_question(answers: Answers, flow: Sequence[Question]) -> Question | None:
    """Return the first question without an answer, or None when all are answered."""
    return next((question for question in asked(answers, flow) if question.id not in answers), None)


def with_answer(answers: Answers, question: Question, chosen: tuple[str, ...], flow: Sequence[Question]) -> Answers:
    """Return the answers with one put in or changed; answers it makes meaningless are dropped."""
    new = {**answers, question.id: chosen}
    without = skipped(new, flow)
    return {question_id: options for question_id, options in new.items() if question_id not in without}


def facts(answers: Answers, flow: Sequence[Question]) -> Facts:
    """Return the facts that the answers settle; everything else is not needed or unknown."""
    options = _chosen(answers, flow)
    return Facts(
        needed=frozenset(need for option in options for need in option.needed),
        can=frozenset(capability for option in options for capability in option.can),
        cannot=frozenset(capability for option in options for capability in option.cannot),
    )


def groups(answers: Answers, flow: Sequence[Question]) -> frozenset[Group]:
    """Return the groups of residents ticked."""
    return frozenset(option.group for option in _chosen(answers, flow) if option.group)


def _chosen(answers: Answers, flow: Sequence[Question]) -> list[Option]:
    return [question.options[option] for question in flow for option in answers.get(question.id, ())]


def settled_by(flow: Sequence[Question], fact: Need | Capability) -> str:
    """Return the id of the question that settles a fact by itself.

    Raises:
        LookupError: no question does, which a test of the flow forbids.
    """
    for question in flow:
        for option in question.options.values():
            settles = {*option.needed, *option.can, *option.cannot}
            if fact in settles and not option.skips:
                return question.id
    raise LookupError(fact)


VERSION_KEY, STEP_KEY, SERVICE_KEY = "v", "fraga", "tjanst"


def query(services: Sequence[Service], flow: Flow, current: int = 0, question: str = "") -> dict[str, str]:
    """Return the query of an address that says these answers.

    Args:
        services: the services in order.
        flow: the questions.
        current: index of the service being answered or shown.
        question: id of the question to show, or nothing for the first one open or the result.
    """
    parts = {VERSION_KEY: str(flow.version)}
    for number, service in enumerate(services, start=1):
        parts[f"s{number}"] = write(service.answers, flow.questions)
        if service.name:
            parts[f"n{number}"] = service.name
    if current:
        parts[SERVICE_KEY] = str(current + 1)
    if question:
        parts[STEP_KEY] = question
    return parts


@dataclass(frozen=True)
class Link:
    """What an address of the guide says."""

    services: tuple[Service, ...]
    current: int
    """Index of the service that is being answered or shown."""
    question: Question | None
    """The question asked for by name, if any."""
    problems: tuple[Problem, ...]


def read_link(given: Mapping[str, str], flow: Flow) -> Link:
    """Read a whole address, for the page and for the files; what cannot be read is reported and nothing is guessed.

    Args:
        given: the parameters of the address.
        flow: the questions.
    """
    problems: list[Problem] = []
    version = given.get(VERSION_KEY)
    services: list[Service] = []
    if version not in (None, str(flow.version)):
        problems.append(Problem("version", version[:20]))
    else:
        for number in (number for number in range(1, MOST_SERVICES + 1) if f"s{number}" in given):
            found, faults = read(given[f"s{number}"], flow.questions)
            services.append(Service(given.get(f"n{number}", "")[:LONGEST_NAME].strip(), found, faults))
            problems.extend(faults)
        if any(f"s{number}" in given for number in range(MOST_SERVICES + 1, MOST_SERVICES + 20)):
            problems.append(Problem("too-many-services", ""))
    services = services or [Service("", {})]
    current = given.get(SERVICE_KEY, "1")
    index = int(current) - 1 if current.isascii() and current.isdigit() and len(current) == 1 else 0
    index = index if 0 <= index < len(services) else 0
    asked = {question.id: question for question in flow.questions}.get(given.get(STEP_KEY, ""))
    if asked and asked.id in skipped(services[index].answers, flow.questions):
        asked = None
    return Link(tuple(services), index, asked, tuple(problems))


def read_kept(query: str, flow: Flow) -> Link:
    """Read a link from its query as one text, the way a plan keeps it."""
    return read_link(dict(parse_qsl(query)), flow)
