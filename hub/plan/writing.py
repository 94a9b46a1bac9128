"""Writes the board document: the input, the officer's own texts and the words in, a tree of blocks out. Pure."""

from collections.abc import Iterable, Sequence
from itertools import chain

from hub.plan.content import PlanWords
from hub.plan.rules import (
    Block,
    Bullets,
    Document,
    Edits,
    Fields,
    Heading,
    Kind,
    Line,
    Numbering,
    PageBreak,
    Paragraph,
    PlanInput,
    Run,
    Table,
    Todo,
    one_line,
    paragraphs,
    words,
)

MOST_TURNS_IN_MAIN = 1


def write(plan: PlanInput, edits: Edits, texts: PlanWords) -> Document:
    """Return the board document of one result, its main part first and its appendices after."""
    writer = _Writer(plan, edits, texts)
    main, appendices = writer.main(), writer.appendices()
    return Document(texts.form.kind, writer.title(), texts.language, main, appendices)


class _Writer:
    def __init__(self, plan: PlanInput, edits: Edits, texts: PlanWords) -> None:
        self._plan = plan
        self._edits = edits
        self._texts = texts
        self._numbering = Numbering(plan.sources)
        name = one_line(plan.service)
        service = texts.service_named.replace("{name}", name) if name else texts.service_unnamed
        self._values: dict[str, str | Line] = {
            "service": service,
            "Service": service[0].upper() + service[1:],
            "aim": plan.aim,
            "start": plan.start,
            "possible": plan.possible,
            "day": plan.day.isoformat(),
            "version": plan.version,
        }

    # --- Small things -----------------------------------------------------------------------------------------------

    def _line(self, text: str, **values: str | Line) -> Line:
        return self._numbering.line(text, self._values | values)

    def _ours(self, text: str, **values: str | Line) -> Paragraph:
        return Paragraph(self._line(text, **values))

    def _judged(self, *lines: Line) -> Paragraph:
        """Return a paragraph that says of itself that it is our judgement."""
        spaced = chain.from_iterable((Run(" "), *line) for line in lines)
        return Paragraph((Run(self._texts.judgement, strong=True), *spaced))

    def _theirs(self, text: str) -> tuple[Block, ...]:
        return tuple(Paragraph((Run(part),)) for part in paragraphs(text))

    def _labelled(self, label: str, line: Line) -> Line:
        return (Run(label, strong=True), Run(" "), *line)

    def _all(self, lines: Iterable[Line]) -> Line:
        """Return several things as one enumeration."""
        parts = list(lines)
        signs = [", "] * (len(parts) - 2) + [f" {self._texts.joined} "] * (len(parts) > 1)
        return tuple(
            run for part, sign in zip(parts, [*signs, ""], strict=False) for run in (*part, Run(sign)) if run.text
        )

    def _names(self, names: Iterable[str]) -> str:
        return words(self._all((Run(name),) for name in names))

    def _gates(self, *states: str) -> list[str]:
        """Return the preconditions that stand so, for use inside a sentence."""
        return [gate.name[:1].lower() + gate.name[1:] for gate in self._plan.gates if gate.state in states]

    def title(self) -> str:
        return words(self._line(self._texts.title))

    # --- The main part ----------------------------------------------------------------------------------------------

    def main(self) -> tuple[Block, ...]:
        return (
            Heading(1, self.title()),
            self._form(),
            *self._decision(),
            *self._summary(),
            *self._background(),
            *self._alternatives(),
            *self._economy(),
            *self._groups(),
            *self._risks(),
            *self._law(),
            *self._follow_up(),
            *self._recipients(),
        )

    def _form(self) -> Fields:
        form, edits = self._texts.form, self._edits
        officer = ", ".join(filter(None, (one_line(edits.officer), one_line(edits.unit))))
        return Fields(
            (
                (form.registration, one_line(edits.registration) or form.registration_missing),
                (form.officer, officer or form.officer_missing),
                (form.date, one_line(edits.date) or self._plan.day.isoformat()),
                (form.addressee, one_line(edits.addressee) or form.addressee_missing),
            )
        )

    def _decision(self) -> tuple[Block, ...]:
        decision = self._texts.decision
        heading = Heading(2, decision.heading)
        own = paragraphs(self._edits.decision)
        if own:
            return heading, Bullets(tuple((Run(point),) for point in own), ordered=True)
        points = list(self._texts.kinds[self._plan.kind].decisions)
        if self._plan.questions:
            points.append(decision.questions)
        if not paragraphs(self._edits.economy):
            points.append(decision.funding)
        return (
            heading,
            self._ours(decision.lead),
            Bullets(tuple(self._line(point) for point in points), ordered=True),
        )

    def _summary(self) -> tuple[Block, ...]:
        summary, gates = self._texts.summary, self._plan.gates
        counted = self._line(
            summary.gates,
            all=str(len(gates)),
            met=str(len(self._gates("met"))),
            missing=str(len(self._gates("missing", "blocked"))),
            unknown=str(len(self._gates("unknown"))),
        )
        return (
            Heading(2, summary.heading),
            self._judged(self._line(self._texts.kinds[self._plan.kind].summary), counted),
        )

    def _background(self) -> tuple[Block, ...]:
        background, answers = self._texts.background, self._plan.answers
        basis = self._line(
            background.basis,
            asked=str(len(answers)),
            open=str(sum(not answer.settled for answer in answers)),
        )
        return (
            Heading(2, background.heading),
            Paragraph((*self._line(background.matter), Run(" "), *self._line(background.report))),
            Paragraph(basis),
            *self._theirs(self._edits.background),
        )

    def _alternatives(self) -> tuple[Block, ...]:
        texts, plan = self._texts.alternatives, self._plan
        needs = self._line(texts.needs, needs=self._names(plan.needs)) if plan.needs else self._line(texts.no_needs)
        reasons = tuple(
            self._labelled(texts.supports if reason.supports else texts.opposes, self._line(reason.text))
            for reason in plan.reasons
        )
        further = [self._line(texts.possible)] if plan.possible else []
        return (
            Heading(2, texts.heading),
            Paragraph(needs),
            self._alternatives_table(),
            *((self._judged(self._line(texts.reasons)), Bullets(reasons)) if reasons else ()),
            self._judged(*further, self._line(texts.without)),
        )

    def _alternatives_table(self) -> Table:
        texts, plan = self._texts.alternatives, self._plan
        rows = []
        for alternative in plan.alternatives:
            name = self._line(alternative.name)
            if alternative.proposed:
                name = tuple(Run(run.text, strong=True) for run in self._line(texts.proposed, name=name))
            if alternative.remark:
                rows.append((name, self._line(texts.not_weighed), self._line(alternative.remark)))
                continue
            everything = plan.needs and len(alternative.serves) == len(plan.needs) > 1
            serves = (
                self._line(texts.all, count=str(len(plan.needs)))
                if everything
                else self._line(self._capital(", ".join(alternative.serves)) or texts.none)
            )
            lacks = [
                words(self._line(text, names=", ".join(names)))
                for text, names in ((texts.missing, alternative.missing), (texts.unknown, alternative.unknown))
                if names
            ]
            rows.append((name, serves, self._line(" ".join(lacks) or texts.nothing_missing)))
        caption = self._labelled(self._texts.judgement, ())
        return Table(texts.head, tuple(rows), (Run(texts.caption + " "), *caption[:1]), (26, 30, 44))

    def _capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def _economy(self) -> tuple[Block, ...]:
        texts = self._texts.economy
        own = self._theirs(self._edits.economy)
        heading, caution = Heading(2, texts.heading), self._judged(self._line(texts.caution))
        if own:
            return heading, *own, self._ours(texts.own), caution
        wanted = ["always", *self._plan.layers, *(["national"] if self._plan.kind is Kind.NATIONAL else [])]
        items = self._all(self._line(item) for layer in wanted for item in texts.costs[layer])
        return (
            heading,
            Paragraph((*self._line(texts.nothing), Run(" "), *self._line(texts.items, items=items))),
            caution,
        )

    def _groups(self) -> tuple[Block, ...]:
        texts, plan = self._texts.groups, self._plan
        lead = (
            ()
            if plan.groups_known and plan.groups
            else (self._ours(texts.none if plan.groups_known else texts.unknown),)
        )
        items = tuple(
            self._labelled(
                f"{group.name}.", self._line(texts.item, risk=self._line(group.risk), do=self._line(group.do))
            )
            for group in plan.groups
        )
        law = self._line(texts.child_law)
        if not plan.children:
            law = (*law, Run(" "), *self._line(texts.child_unmentioned))
        return (
            Heading(2, texts.heading),
            *lead,
            *((Bullets(items),) if items else ()),
            Paragraph(
                (
                    Run(texts.child_label, strong=True),
                    Run(" "),
                    *law,
                    Run(" "),
                    *self._judged(self._line(texts.child_judgement)).line,
                )
            ),
        )

    def _risks(self) -> tuple[Block, ...]:
        texts, plan = self._texts.risks, self._plan
        unknown, missing = self._gates("unknown"), self._gates("missing", "blocked")
        items = []
        if unknown:
            items.append(self._line(texts.unknown, names=", ".join(unknown)))
        if missing:
            items.append(self._line(texts.missing, names=", ".join(missing)))
        items += [self._line(texts.layers[layer]) for layer in plan.layers]
        turns = "; ".join(plan.turns[:MOST_TURNS_IN_MAIN])
        items.append(self._line(texts.turns, turns=turns) if turns else self._line(texts.firm))
        items.append(self._line(texts.sources))
        return Heading(2, texts.heading), self._judged(self._line(texts.lead)), Bullets(tuple(items))

    def _law(self) -> tuple[Block, ...]:
        texts = self._texts.law
        return Heading(2, texts.heading), Paragraph((*self._line(texts.rules), Run(" "), *self._line(texts.undone)))

    def _follow_up(self) -> tuple[Block, ...]:
        texts = self._texts.follow_up
        if not self._plan.layers:
            return Heading(2, texts.heading), self._judged(self._line(texts.waiting))
        measures = ", ".join([*(texts.by_layer[layer] for layer in self._plan.layers), texts.by_layer["always"]])
        return Heading(2, texts.heading), self._judged(self._line(texts.measures, measures=measures))

    def _recipients(self) -> tuple[Block, ...]:
        texts, appendix = self._texts.recipients, self._texts.appendix
        names = (appendix.answers, appendix.gates, appendix.questions, appendix.steps, appendix.sources)
        listed = ", ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
        return (
            Heading(2, texts.heading),
            *(self._theirs(self._edits.recipients) or (self._ours(texts.missing),)),
            Paragraph(self._labelled(texts.appendices_label, (Run(f"{listed}."),))),
        )

    # --- The appendices ---------------------------------------------------------------------------------------------

    def appendices(self) -> tuple[Block, ...]:
        return (
            PageBreak(),
            *self._answers(),
            *self._preconditions(),
            *self._questions(),
            *self._steps(),
            *self._sources(),
        )

    def _appendix(self, number: int, name: str) -> Heading:
        return Heading(2, words(self._line(self._texts.appendix.heading, number=str(number), name=name)))

    def _answers(self) -> tuple[Block, ...]:
        texts, plan = self._texts.appendix, self._plan
        rows = tuple((self._line(answer.question), self._line(answer.answer)) for answer in plan.answers)
        advice = self._line(f"{plan.verdict} {plan.aim_sentence}".strip())
        return (
            self._appendix(1, texts.answers),
            Table(texts.answers_head, rows, (Run(texts.answers_caption),), (60, 40)),
            self._ours(texts.reopen, address=(Run(plan.address, link=plan.address),)),
            self._ours(texts.version),
            self._judged(self._line(texts.advice, verdict=advice)),
            Heading(3, texts.turns),
            Bullets(tuple(self._line(self._capital(turn) + ".") for turn in plan.turns))
            if plan.turns
            else self._ours(self._texts.risks.firm),
        )

    def _preconditions(self) -> tuple[Block, ...]:
        texts = self._texts.appendix
        rows = tuple(
            (
                (Run(gate.name),),
                (Run(gate.state_word),),
                self._line(gate.meaning),
                (Run(gate.who or texts.nobody),),
            )
            for gate in self._plan.gates
        )
        caption = (Run(texts.gates_caption + " "), Run(self._texts.judgement, strong=True))
        return (
            self._appendix(2, texts.gates),
            Table(texts.gates_head, rows, caption, (24, 14, 40, 22)),
            Heading(3, texts.standing),
            self._bullets(self._plan.standing),
        )

    def _bullets(self, items: Sequence[str], *, ordered: bool = False) -> Bullets:
        return Bullets(tuple(self._line(text) for text in items), ordered=ordered)

    def _questions(self) -> tuple[Block, ...]:
        texts = self._texts.appendix
        blocks: list[Block] = []
        for asked in self._plan.questions:
            blocks += [Heading(3, asked.role), self._bullets(asked.texts)]
        return self._appendix(3, texts.questions), *(blocks or [self._ours(texts.no_questions)])

    def _steps(self) -> tuple[Block, ...]:
        texts = self._texts.appendix
        blocks: list[Block] = []
        if self._plan.path:
            stations = tuple(
                self._labelled(f"{self._capital(station.title)}.", self._line(f"{station.note}."))
                for station in self._plan.path
            )
            blocks += [Heading(3, texts.path), Bullets(stations, ordered=True)]
        if self._plan.todo:
            blocks += self._todo(self._plan.todo)
        else:
            for role in self._plan.steps:
                blocks += [Heading(3, role.role), self._bullets(role.texts)]
        return self._appendix(4, texts.steps), *blocks

    def _todo(self, todo: Todo) -> list[Block]:
        texts = self._texts.todo
        stands = self._ours(texts.stage, stage=todo.stage, since=todo.since)
        if not todo.rows:
            return [stands]
        rows = tuple(
            tuple((Run(text),) for text in (one_line(row.text), one_line(row.who), row.due, texts.states[row.state]))
            for row in todo.rows
        )
        return [stands, Table(texts.head, rows, (Run(texts.caption),), (52, 20, 14, 14))]

    def _sources(self) -> tuple[Block, ...]:
        return self._appendix(5, self._texts.appendix.sources), self._numbering.listed()
