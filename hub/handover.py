"""Hands the result of one feature to another; the only module that knows several of them.

The guide knows why it recommends what it does, and the plan knows how a board document is written. Here the one's
result becomes the other's plain input.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol
from zlib import crc32

from hub.call.content import Visits
from hub.forum.card_store import Experience
from hub.guide import answers as link
from hub.guide.answers import Service
from hub.guide.content import GuideContent, Words
from hub.guide.reading import GuideReading
from hub.guide.rules import (
    LAYERS_OF,
    Ability,
    Capability,
    Change,
    Choice,
    Facts,
    GateState,
    Group,
    Layer,
    Layers,
    Level,
    Need,
    Turn,
    choose,
    gate,
    gates_of,
    key,
    level_of,
    needs_served,
    path,
    what_would_change,
)
from hub.language import Language, date, inside
from hub.levels.content import Levels, NationalContent
from hub.markdown import Source as ListedSource
from hub.markdown import plain
from hub.plan import rules as plan
from hub.plan.content import PlanWords, StageWords
from hub.plan.items import LONGEST, Basis, Item, NewItem, Plan, ServiceBasis
from hub.plan.rules import one_line
from hub.plan.writing import write
from hub.survey.content import Questionnaire
from hub.survey.facts import Route
from hub.survey.likeness import Sought
from hub.survey.rounds import Level as SurveyLevel


class Holder(Protocol):
    """What the hub holds that a board document is made from; ``hub.bootstrap.Hub`` does."""

    @property
    def guide(self) -> GuideContent:
        """The guide's questions and words."""

    @property
    def guide_readings(self) -> Mapping[Language, GuideReading]:
        """Who writes the guide's results."""

    @property
    def sources(self) -> Mapping[Language, Mapping[str, ListedSource]]:
        """The sources in each language."""

    @property
    def plan_words(self) -> Mapping[Language, PlanWords]:
        """The words of the board document."""

    @property
    def stage_words(self) -> Mapping[Language, StageWords]:
        """The words of the stages."""

    @property
    def version(self) -> str:
        """The digest of everything shown."""


def plan_input(
    hub: Holder,
    words: PlanWords,
    services: Sequence[Service],
    index: int,
    *,
    day: dt.date,
    address: str,
) -> plan.PlanInput:
    """Return the result of one service as the input of a board document, in the language of the words.

    Args:
        hub: what the hub holds.
        words: the plan's words in the language wanted.
        services: the services of the link.
        index: which of them.
        day: the day the document is made.
        address: the whole address that opens the same answers again.
    """
    return _Handover(hub, words, services[index]).plan_input(day, address)


def plan_basis(
    hub: Holder, words: PlanWords, services: Sequence[Service], stages: Mapping[str, Sequence[str]]
) -> Basis:
    """Return what the guide makes of the answers for all services: what a kept plan starts from and is compared with.

    Args:
        hub: what the hub holds.
        words: the plan's words in the plan's language.
        services: the services of the link.
        stages: for each role, the stage that each of its steps belongs to.
    """
    return Basis(
        f"{hub.version}-{hub.guide.flow.version}",
        tuple(_Handover(hub, words, service).basis(number, stages) for number, service in enumerate(services, start=1)),
    )


def plan_document(
    hub: Holder, kept: Plan, items: Sequence[Item], index: int, *, day: dt.date, address: str
) -> plan.Document:
    """Write the board document of a kept plan for one of its services, in the plan's language.

    Args:
        hub: what the hub holds.
        kept: the plan.
        items: what stands in it.
        index: which service.
        day: the day the document is made.
        address: opens the plan again.
    """
    words = hub.plan_words[kept.language]
    found = link.read_kept(kept.guide, hub.guide.flow)
    made = plan_input(hub, words, found.services, min(index, len(found.services) - 1), day=day, address=address)
    stage = hub.stage_words[kept.language].stages[kept.stage].name
    todo = plan.Todo(
        stage,
        date(kept.language, kept.stage_at.date()),
        tuple(
            plan.TodoRow(
                item.text, item.owner_role, item.due_on.isoformat() if item.due_on else "", item.state.value
            )
            for item in items
        ),
    )  # fmt: skip
    edits = plan.Edits(**{name: text for name, text in kept.texts.items() if name in plan.LIMITS})
    return write(replace(made, todo=todo), edits, words)


class _Handover:
    def __init__(self, hub: Holder, texts: PlanWords, service: Service) -> None:
        self._hub = hub
        self._texts = texts
        self._service = service
        self._flow = hub.guide.flow
        self._words: Words = hub.guide.words[texts.language]
        self._reading = hub.guide_readings[texts.language]
        self._facts: Facts = link.facts(service.answers, self._flow.questions)
        self._choice: Choice = choose(self._facts)

    def plan_input(self, day: dt.date, address: str) -> plan.PlanInput:
        choice, facts = self._choice, self._facts
        groups, groups_known = self._groups()
        further = choice.possible if choice.possible != choice.aim else None
        return plan.PlanInput(
            service=self._service.name,
            day=day,
            kind=kind_of(facts, choice),
            verdict=self._reading.verdict(facts, choice),
            aim=self._title(choice.aim),
            aim_sentence=_marked(self._words.aims[key(choice.aim)].sentence) if choice.aim else "",
            start=self._title(choice.start),
            possible=self._title(further),
            layers=tuple(layer.value for layer in Layer if choice.aim and layer in choice.aim),
            needs=tuple(inside(self._words.needs[need].name) for need in Need if need in facts.needed),
            reasons=self._reasons(),
            gates=self._gates(),
            path=self._path(),
            turns=tuple(self._turn(turn) for turn in sorted(what_would_change(facts), key=self._distance)),
            groups=tuple(
                plan.Group(texts.name, _marked(texts.risk), _marked(texts.do))
                for texts in (self._words.groups[group] for group in groups)
            ),
            groups_known=groups_known,
            children=Group.MINORS in groups,
            steps=self._steps(),
            questions=tuple(
                plan.RoleTexts(self._words.roles[role].name, tuple(texts))
                for role, texts in self._reading.open_questions(facts, choice).items()
            ),
            alternatives=self._alternatives(),
            answers=self._answers(),
            standing=tuple(_marked(standing.text) for standing in self._words.standing),
            sources=tuple(
                plan.Source(source.id, source.title, source.publisher, source.seen, source.url)
                for source in self._hub.sources[self._texts.language].values()
            ),
            address=address,
            version=f"{self._hub.version}-{self._flow.version}",
        )

    def basis(self, number: int, stages: Mapping[str, Sequence[str]]) -> ServiceBasis:
        """Return the result with the steps and questions as items; an item's origin names where it stands in the content."""
        found: dict[str, NewItem] = {}
        roles = self._words.roles
        due = self._due()
        for role, steps in self._words.steps.items():
            for place, step in enumerate(steps):
                if step.when in due:
                    origin = f"guide:{number}:step:{role}:{place}"
                    stage = stages.get(role, ())
                    found[origin] = NewItem(
                        _unmarked(step.text), roles[role].name,
                        stage=stage[place] if place < len(stage) else "", origin=origin,
                    )  # fmt: skip
        asked = self._reading.open_questions(self._facts, self._choice)
        for role, texts in asked.items():
            for text in texts:
                # A question has no id of its own; its words are short and name what is asked about.
                origin = f"guide:{number}:question:{role}:{crc32(text.encode()):08x}"
                found[origin] = NewItem(_unmarked(text), roles[role].name, stage="analysis", origin=origin)
        return ServiceBasis(
            name=self._service.name,
            aim=self._title(self._choice.aim),
            start=self._title(self._choice.start),
            gates={gate.name: gate.state_word for gate in self._gates()},
            items=found,
        )

    def _due(self) -> set[str]:
        """Return when a step is due for it to be due now."""
        choice = self._choice
        due = {"always", *(layer.value for layer in (choice.aim or frozenset()) | (choice.start or frozenset()))}
        return due | ({"national"} if choice.national else set())

    def _title(self, layers: Layers | None) -> str:
        return self._reading.aim_title(layers) if layers else ""

    def _reasons(self) -> tuple[plan.Reason, ...]:
        """List the stated needs met, then those unmet; what is missing stands among the preconditions."""
        facts, choice = self._facts, self._choice
        served = set(needs_served(facts, choice.aim)) if choice.aim else set()
        if choice.start and Need.EARLY_START in facts.needed:
            served.add(Need.EARLY_START)
        texts = self._texts.needs
        reasons = [
            plan.Reason(need in served, texts[need].served if need in served else texts[need].unserved)
            for need in Need
            if need in facts.needed
        ]
        return tuple(sorted(reasons, key=lambda reason: not reason.supports))

    def _gates(self) -> tuple[plan.Gate, ...]:
        wanted = gates_of(self._choice.aim) if self._choice.aim else tuple(Capability)
        return tuple(self._gate(capability) for capability in wanted)

    def _gate(self, capability: Capability) -> plan.Gate:
        state = gate(self._facts, capability)
        people, texts = self._flow.capabilities[capability], self._words.capabilities[capability]
        meaning, roles = {
            GateState.MET: (texts.met, ()),
            GateState.MISSING: (texts.missing, people.mended),
            GateState.BLOCKED: (texts.blocked, people.mended),
            GateState.UNKNOWN: (texts.unknown, (people.asked,)),
        }[state]
        who = ", ".join(self._words.roles[role].name for role in roles)
        return plan.Gate(texts.name, state.value, self._reading.state_name(state), _marked(meaning), who)

    def _path(self) -> tuple[plan.PathStep, ...]:
        choice, texts = self._choice, self._texts.path
        if choice.aim is None:
            return ()
        steps = path(self._facts, choice)
        aim = self._words.aims[key(choice.aim)].title
        if not steps:
            return (plan.PathStep(aim, texts.starts_and_aim),)
        start = self._words.aims[key(choice.start)].title if choice.start else texts.today
        stations = [plan.PathStep(start, texts.starts if choice.start else texts.nothing_yet)]
        for step in steps:
            names = [inside(self._words.capabilities[c].name) for c in (*step.to_mend, *step.to_ask)]
            note = texts.first.format(gates=", ".join(names)) if names else texts.ready
            if step.replaces:
                note += ". " + texts.replaces.format(layer=inside(self._words.layers[step.replaces].name))
            stations.append(plan.PathStep(self._words.layers[step.layer].name, note))
        return (*stations, plan.PathStep(aim, texts.aim))

    def _distance(self, turn: Turn) -> int:
        """Order what would change the result: what nobody has answered first, then what is known, then the needs."""
        return max(
            2 if isinstance(change.fact, Need) else int(self._facts.ability(change.fact) is not Ability.UNKNOWN)
            for change in turn.changes
        )

    def _turn(self, turn: Turn) -> str:
        texts, now = self._texts.turns, self._choice
        effects = []
        if turn.start != now.start:
            effects.append(texts.start.format(title=self._title(turn.start)) if turn.start else texts.no_start)
        if turn.aim != now.aim:
            effects.append(texts.aim.format(title=self._title(turn.aim)) if turn.aim else texts.no_aim)
        changes = f" {self._texts.joined} ".join(self._change(change) for change in turn.changes)
        return texts.clause.format(changes=changes, effects=", ".join(effects))

    def _change(self, change: Change) -> str:
        texts = self._texts.turns
        if isinstance(change.fact, Need):
            frame = texts.needed if change.to == "needed" else texts.not_needed
            return frame.format(name=inside(self._words.needs[change.fact].name))
        frame = texts.can if change.to == "can" else texts.cannot
        return frame.format(name=inside(self._words.capabilities[change.fact].name))

    def _groups(self) -> tuple[tuple[Group, ...], bool]:
        """Return the groups to write of, and whether the region has said that it is these."""
        ticked = link.groups(self._service.answers, self._flow.questions)
        unknown = "dont-know" in self._service.answers.get("groups", ("dont-know",))
        return tuple(group for group in Group if unknown or group in ticked), not unknown

    def _steps(self) -> tuple[plan.RoleTexts, ...]:
        due = self._due()
        found = {
            role: tuple(_marked(step.text) for step in steps if step.when in due)
            for role, steps in self._words.steps.items()
        }
        return tuple(plan.RoleTexts(self._words.roles[role].name, texts) for role, texts in found.items() if texts)

    def _alternatives(self) -> tuple[plan.Alternative, ...]:
        aim = self._choice.aim
        ways: list[tuple[str, Layers]] = [(self._words.levels[level].name, LAYERS_OF[level]) for level in Level]
        if aim and aim not in LAYERS_OF.values():
            ways.insert(0, (self._words.aims[key(aim)].title, aim))
        national = self._words.national
        return (
            *(self._alternative(name, layers, proposed=layers == aim) for name, layers in ways),
            plan.Alternative(
                self._texts.national,
                proposed=kind_of(self._facts, self._choice) is plan.Kind.NATIONAL,
                remark=_marked(national.check),
            ),
        )

    def _alternative(self, name: str, layers: Layers, *, proposed: bool) -> plan.Alternative:
        facts = self._facts
        served = needs_served(facts, layers)

        def standing(*states: GateState) -> tuple[str, ...]:
            return tuple(inside(self._words.capabilities[c].name) for c in gates_of(layers) if gate(facts, c) in states)

        return plan.Alternative(
            name,
            serves=tuple(inside(self._words.needs[need].name) for need in Need if need in served),
            missing=standing(GateState.MISSING, GateState.BLOCKED),
            unknown=standing(GateState.UNKNOWN),
            proposed=proposed,
        )

    def _answers(self) -> tuple[plan.Answer, ...]:
        found = []
        for question in link.asked(self._service.answers, self._flow.questions):
            chosen = self._service.answers.get(question.id, ())
            texts = self._words.questions[question.id]
            said = ", ".join(texts.options[option].label for option in chosen)
            settled = bool(chosen) and "dont-know" not in chosen
            found.append(plan.Answer(texts.title, said or self._texts.not_answered, settled))
        return tuple(found)


def routes_sought(service: Service, guide: GuideContent) -> Sought:
    """Return the ways that the guide's result speaks of, by the names that public traces are read into.

    An aim that is no level by itself counts as the levels it holds whole.
    """
    choice = choose(link.facts(service.answers, guide.flow.questions))
    national: tuple[Route, ...] = ("national",) if choice.national else ()
    return Sought(aim=(*_levels_in(choice.aim), *national), start=_levels_in(choice.start))


def _levels_in(layers: Layers | None) -> tuple[Route, ...]:
    if not layers:
        return ()
    exact = level_of(layers)
    held = [exact] if exact else [level for level in Level if LAYERS_OF[level] <= layers]
    return tuple(_ROUTES[level] for level in held)


_ROUTES: Final[Mapping[Level, Route]] = {
    Level.FRAMEWORK: "framework",
    Level.HOP_OUT: "hop-out",
    Level.INBOX: "inbox",
    Level.REVERSE_CASE_FLOW: "reverse-case-flow",
}


def demo_items(visits: Visits, level: str, chosen: Sequence[int], language: Language) -> list[NewItem]:
    """Return questions to ask after a demo visit as items of a plan.

    Args:
        visits: what is played.
        level: the one that was played.
        chosen: which of its questions, by place.
        language: that of the plan.
    """
    questions = visits.levels[level].questions
    return [
        NewItem(questions[place][language], stage="analysis", origin=f"demo:{level}:{place}")
        for place in chosen
        if 0 <= place < len(questions)
    ]


def round_items(
    questionnaire: Questionnaire, round_id: str, steps: Mapping[str, SurveyLevel], language: Language
) -> list[NewItem]:
    """Return steps that a region lacks, by a round of the survey, as items of a plan.

    Args:
        questionnaire: of the round.
        round_id: which round.
        steps: by statement, the level to reach.
        language: that of the plan.
    """
    return [
        NewItem(
            f"{questionnaire.dimension(id_).name[language]}: {statement.level(steps[id_])[language]}",
            stage="analysis",
            origin=f"survey:{round_id}:{id_}",
        )
        for id_, statement in questionnaire.statements.items()
        if id_ in steps
    ]


CARD_PARTS: Final = ("did", "otherwise", "advice")
"""What of an experience can become something to do elsewhere."""


def card_items(told: Experience, parts: Sequence[str]) -> list[NewItem]:
    """Return what somebody did, or advises, as items of a plan, in the words of whoever wrote it.

    The item's origin leads back to the thread. Who wrote it is not copied along: whoever may read the thread is told
    there, as the author is shown at that time, and a plan may have readers who may not.

    Args:
        told: the experience.
        parts: of ``CARD_PARTS``.
    """
    texts = {part: _on_one_line(str(getattr(told.card, part))) for part in CARD_PARTS if part in parts}
    return [
        NewItem(_shortened(text, LONGEST["text"]), origin=f"card:{told.thread_id}:{part}")
        for part, text in texts.items()
        if text
    ]


def card_of(origin: str) -> str:
    """Return the thread that an item of a plan came from; empty for one that did not come from a card."""
    return origin.split(":")[1] if origin.startswith("card:") else ""


def _on_one_line(text: str) -> str:
    """Return people's Markdown as words on one line, its lines and items parted by what they lack of punctuation."""
    *before, last = [one_line(line) for line in plain(text).splitlines() if line.strip()] or [""]
    return " ".join([*(line if line[-1] in ".,;:?!" else f"{line};" for line in before), last])


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + "…"


class Subjects(Holder, Protocol):
    """What the hub holds that items of a plan come from."""

    @property
    def levels(self) -> Levels:
        """The levels."""

    @property
    def national(self) -> Mapping[Language, NationalContent]:
        """The branch of national services."""

    @property
    def visits(self) -> Visits:
        """The demo visits."""

    @property
    def questionnaires(self) -> Mapping[int, Questionnaire]:
        """The surveys."""


def item_subjects(hub: Subjects, language: Language) -> Mapping[str, str]:
    """Return all that items of plans come from, in words, by an id that means the same in every plan and language."""
    words, stages = hub.guide.words[language], hub.stage_words[language].stages
    found = {
        f"step.{role}.{place}": _unmarked(step.text)
        for role, steps in words.steps.items()
        for place, step in enumerate(steps)
    }
    found |= {f"question.{id_}": _unmarked(text) for id_, text in _questions(hub, language).items()}
    found |= {
        f"demo.{level}.{place}": question[language]
        for level, visit in hub.visits.levels.items()
        for place, question in enumerate(visit.questions)
    }
    for questionnaire in hub.questionnaires.values():
        found |= {f"survey.{id_}": one.says[language] for id_, one in questionnaire.statements.items()}
    return found | {f"stage.{stage}": text.name for stage, text in stages.items()}


def item_subject(hub: Subjects, origin: str, stage: str, language: Language) -> str:
    """Return the id in ``item_subjects`` of what an item of a plan is about; empty when there is no such thing.

    What is talked about beside an item is what it came from, and where people wrote it themselves the stage it belongs
    to. So the talk is the same beside everybody's plan, and says nothing of anybody's.

    Args:
        hub: what the hub holds.
        origin: of the item.
        stage: of the item.
        language: that of the plan.
    """
    match origin.split(":"):
        case ["guide", _, "step", role, place]:
            found = f"step.{role}.{place}"
        case ["guide", _, "question", _, digest]:
            asked = _questions(hub, language).items()
            found = next((f"question.{id_}" for id_, text in asked if f"{crc32(text.encode()):08x}" == digest), "")
        case ["demo", level, place]:
            found = f"demo.{level}.{place}"
        case ["survey", _, statement]:
            found = f"survey.{statement}"
        case _:
            found = ""
    known = item_subjects(hub, language)
    return next((one for one in (found, f"stage.{stage}") if one in known), "")


def _questions(hub: Subjects, language: Language) -> Mapping[str, str]:
    """Return every question that the guide may leave open, as it words it, by what it is asked about."""
    words = hub.guide.words[language]
    found = {capability.value: plain(words.capabilities[capability].ask) for capability in Capability}
    asked = {level: content[language].ask_inera for level, content in hub.levels.items()}
    for level, texts in {**asked, "national": hub.national[language].ask_inera}.items():
        found |= {f"{level}.{place}": text for place, text in enumerate(texts)}
    return found


def _unmarked(text: str) -> str:
    return plain(_MARK.sub("", text))


def kind_of(facts: Facts, choice: Choice) -> plan.Kind:
    """Return how a result turned out, as the guide's verdict has it."""
    if not facts.needed - {Need.EARLY_START}:
        return plan.Kind.NO_NEED
    if choice.aim is None:
        return plan.Kind.NATIONAL if choice.national else plan.Kind.NONE
    if choice.start is None:
        return plan.Kind.WAIT
    if choice.start == choice.aim:
        return plan.Kind.SETTLED
    return plan.Kind.STAGED if Need.EARLY_START in facts.needed else plan.Kind.DIRECT


_MARK = re.compile(r"\[\^([a-z0-9-]+)\]")
_KEPT = re.compile("\ue000([a-z0-9-]+)\ue001")


def _marked(text: str) -> str:
    """Return a line of Markdown as words alone, with its source marks kept."""
    return _KEPT.sub(r"[^\1]", plain(_MARK.sub("\ue000\\1\ue001", text)))
