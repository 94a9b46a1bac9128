"""The guide's result as HTML: the verdict, the reasons, the preconditions, the way there, what would change it.

Pure: facts and words in, HTML out, so a result is worked out once for each address and language.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

from hub import drawing
from hub.guide import answers as link
from hub.guide.answers import Answers, Service
from hub.guide.content import GuideContent
from hub.guide.rules import (
    GATES_OF,
    LAYERS_OF,
    SERVED_BY,
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
    needs_served,
    path,
    what_would_change,
)
from hub.html import address, figure, mailto
from hub.language import Catalogue, Language
from hub.markdown import ContentWords, Footnotes, Source, plain, render_inline

MOST_KEPT = 256
"""Results kept for the next visitor with the same answers; a result is about 40 kB."""


class GuideReading:
    """Writes the guide's results in one language."""

    def __init__(
        self,
        guide: GuideContent,
        asks: Mapping[str, Sequence[str]],
        sources: Mapping[str, Source],
        catalogue: Catalogue,
        language: Language,
        source_words: ContentWords,
    ) -> None:
        """Hold what a result is written with.

        Args:
            guide: the questions and their words.
            asks: the open questions to Inera by level, and for ``national``.
            sources: the sources in this language.
            catalogue: the twins of the texts in this file.
            language: the language to write.
            source_words: the words around sources.
        """
        self._flow = guide.flow
        self._words = guide.words[language]
        self._asks = asks
        self._sources = sources
        self._catalogue = catalogue
        self._language: Language = language
        self._source_words = source_words
        self._result = lru_cache(maxsize=MOST_KEPT)(self._work_out)

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)

    def _notes(self) -> Footnotes:
        return Footnotes(self._source_words)

    def _line(self, text: str, numbering: Footnotes) -> str:
        return render_inline(text, self._sources, numbering)

    def aim_title(self, layers: Layers | None) -> str:
        """Return a set of layers by name, for use inside a sentence."""
        if layers is None:
            return self._say("nothing yet")
        return _lower(self._words.aims[key(layers)].title)

    def verdict(self, facts: Facts, choice: Choice) -> str:
        """Return the result as one sentence."""
        frames = self._words.results
        if not facts.needed - {Need.EARLY_START}:
            return frames["no-need"]
        if choice.aim is None:
            return frames["national"] if choice.national else frames["nothing"]
        if choice.start is None:
            frame = frames["aim-only-wait"]
        elif choice.start == choice.aim:
            frame = frames["start-is-aim"]
        else:
            frame = frames["start-then-aim" if Need.EARLY_START in facts.needed else "aim-direct"]
        return frame.format(start=self.aim_title(choice.start), aim=self.aim_title(choice.aim))

    def result(self, services: Sequence[Service], index: int) -> str:
        """Return the whole result of one service of a link."""
        return self._result(
            tuple((service.name, link.write(service.answers, self._flow.questions)) for service in services), index
        )

    def _work_out(self, written: tuple[tuple[str, str], ...], index: int) -> str:
        services = [Service(name, link.read(answers, self._flow.questions)[0]) for name, answers in written]
        service = services[index]
        facts = link.facts(service.answers, self._flow.questions)
        choice = choose(facts)
        notes = self._notes()
        parts = (
            f"<p class='hub-kicker'>{escape(self._say('Your result'))}{f' – {escape(service.name)}' if service.name else ''}</p>"
            f"<h1>{escape(self._result_heading(choice))}</h1>",
            f"<div class='hub-verdict'><p>{self._line(self.verdict(facts, choice), notes)}</p></div>",
            f"<p>{self._line(self._words.aims[key(choice.aim)].sentence, notes)}</p>" if choice.aim else "",
            self._possible(choice),
            self._sharing(services, index, choice),
            self._contents(),
            f"<h2 id='skal'>{escape(self._say('Reasons for and against'))}</h2>",
            self._reasons(service.answers, facts, choice, notes),
            f"<h2 id='villkor'>{escape(self._say('What is in place, and what is not'))}</h2>",
            self._gate_table(facts, choice, notes),
            f"<h2 id='vagen'>{escape(self._say('The way there'))}</h2>",
            self._path(facts, choice),
            f"<h2 id='andra'>{escape(self._say('What would change the result'))}</h2>",
            self._turns(facts),
            self._risks(service.answers, notes),
            f"<h2 id='nasta'>{escape(self._say('Next steps, by role'))}</h2>",
            self._steps(choice, notes),
            self._questions(facts, choice),
            self._national(choice, notes),
            f"<h2 id='jamfor'>{escape(self._say('All four levels with these answers'))}</h2>",
            self.comparison(facts),
            self._answers(service.answers, services, index),
            f"<details><summary>{escape(self._say('Needed at every level'))}</summary><ul>"
            + "".join(f"<li>{self._line(standing.text, notes)}</li>" for standing in self._words.standing)
            + "</ul></details>",
        )
        sources = f"<details><summary>{escape(self._say('Sources'))}</summary>{notes.html()}</details>"
        return "\n".join((*filter(None, parts), sources))

    def _result_heading(self, choice: Choice) -> str:
        if choice.aim is None:
            return self._say("No way can be recommended yet")
        return self._words.aims[key(choice.aim)].title

    def _sharing(self, services: Sequence[Service], index: int, choice: Choice) -> str:
        plan = address("/plan", **link.query(services, self._flow, index))
        layers = "&amp;".join(f"lager={layer.value}" for layer in Layer if choice.aim and layer in choice.aim)
        requirements = (
            f"<a class='hub-link' href='/krav?{layers}'>{escape(self._say('See the requirements for this aim'))}</a>"
            if layers
            else ""
        )
        return (
            f"<div class='hub-actions'><a class='hub-button' href='{plan}'>{escape(self._say('Make a plan or a document'))}</a>"
            f"<button type='button' class='hub-button quiet' data-copies='address' data-done='{escape(self._say('Copied'))}' "
            f"data-failed='{escape(self._say('Could not copy; copy the address field instead'))}'>{escape(self._say('Copy the link to this result'))}</button>"
            f"<button type='button' class='hub-button quiet' data-prints>{escape(self._say('Print'))}</button>{requirements}{self._demo(choice)}</div>"
        )

    def _demo(self, choice: Choice) -> str:
        """Return the way to a demo visit, where the aim is one of the four levels."""
        level = next((level for level, layers in LAYERS_OF.items() if layers == choice.aim), None)
        if level is None:
            return ""
        return f"<a class='hub-link' href='{address('/prova', niva=level.value)}'>{escape(self._say('Try a visit at this level'))}</a>"

    def _contents(self) -> str:
        places = {
            "skal": self._say("Reasons"),
            "villkor": self._say("Preconditions"),
            "vagen": self._say("The way there"),
            "andra": self._say("What would change it"),
            "nasta": self._say("Next steps"),
            "jamfor": self._say("Compare the levels"),
            "svar": self._say("Your answers"),
        }
        items = "".join(f"<li><a href='#{place}'>{escape(text)}</a></li>" for place, text in places.items())
        return f"<nav class='hub-contents' aria-label='{escape(self._say('On this page'))}'><ul>{items}</ul></nav>"

    def _possible(self, choice: Choice) -> str:
        if choice.possible is None or choice.possible == choice.aim:
            return ""
        return f"<p>{escape(self._say('If everything you do not know turns out well, you can aim further: {aim}.').format(aim=self.aim_title(choice.possible)))}</p>"

    def _given(self, answers: Answers, fact: Need | Capability) -> str:
        """Return the visitor's own answer behind a fact, as a line."""
        settling = link.settled_by(self._flow.questions, fact)
        for question in self._flow.questions:
            chosen = answers.get(question.id, ())
            if (settling == question.id and chosen) or any(
                fact in (*question.options[o].needed, *question.options[o].can, *question.options[o].cannot)
                for o in chosen
            ):
                texts = self._words.questions[question.id]
                said = ", ".join(texts.options[option].label for option in chosen)
                return f"<span class='hub-answer'>{escape(self._say('Your answer:'))} {escape(said)}</span>"
        return f"<span class='hub-answer'>{escape(self._say('Not answered'))}</span>"

    def _reasons(self, answers: Answers, facts: Facts, choice: Choice, notes: Footnotes) -> str:
        aim = choice.aim or frozenset()
        served = needs_served(facts, aim)
        items: list[tuple[bool, Need | Capability, str]] = []
        for need in Need:
            if need not in facts.needed:
                continue
            start_serves = choice.start is not None and need is Need.EARLY_START
            for_it = need in served or start_serves
            text = self._words.needs[need].served if for_it else self._words.needs[need].unserved
            items.append((for_it, need, text))
        for capability in gates_of(aim):
            state = gate(facts, capability)
            texts = self._words.capabilities[capability]
            if state is not GateState.MET:
                items.append((False, capability, texts.missing if state is GateState.MISSING else texts.unknown))
        if choice.aim is None:
            items += [
                (False, capability, self._capability_text(facts, capability))
                for capability in Capability
                if gate(facts, capability) is not GateState.MET
            ]
        if not items:
            return f"<p>{escape(self._say('No need has been stated, so there is nothing to weigh.'))}</p>"
        items.sort(key=lambda item: not item[0])
        names = {True: self._say("For"), False: self._say("Against")}
        return (
            "<ul class='hub-reasons'>"
            + "".join(
                f"<li class='{'for' if for_it else 'against'}'><span class='hub-unseen'>{escape(names[for_it])}: </span>"
                f"{self._line(text, notes)} {self._given(answers, fact)}</li>"
                for for_it, fact, text in items
            )
            + "</ul>"
        )

    def _capability_text(self, facts: Facts, capability: Capability) -> str:
        texts = self._words.capabilities[capability]
        return {
            GateState.MET: texts.met,
            GateState.MISSING: texts.missing,
            GateState.BLOCKED: texts.blocked,
            GateState.UNKNOWN: texts.unknown,
        }[gate(facts, capability)]

    def state_name(self, state: GateState) -> str:
        """Return how a precondition stands, in a word."""
        return {
            GateState.MET: self._say("In place"),
            GateState.MISSING: self._say("Missing"),
            GateState.BLOCKED: self._say("Blocked"),
            GateState.UNKNOWN: self._say("Not known"),
        }[state]

    def _gate_table(self, facts: Facts, choice: Choice, notes: Footnotes) -> str:
        wanted = gates_of(choice.aim) if choice.aim else tuple(Capability)
        rows = []
        for capability in wanted:
            state = gate(facts, capability)
            people = self._flow.capabilities[capability]
            roles = {
                GateState.MET: (),
                GateState.MISSING: people.mended,
                GateState.BLOCKED: people.mended,
                GateState.UNKNOWN: (people.asked,),
            }[state]
            who = ", ".join(self._words.roles[role].name for role in roles)
            lead = {
                GateState.MISSING: self._say("Can mend it: {who}"),
                GateState.BLOCKED: self._say("Would have to mend it: {who}"),
                GateState.UNKNOWN: self._say("Ask: {who}"),
            }
            rows.append(
                f"<tr><th scope='row'>{escape(self._words.capabilities[capability].name)}</th>"
                f"<td><span class='hub-state {state}'>{escape(self.state_name(state))}</span></td>"
                f"<td>{self._line(self._capability_text(facts, capability), notes)}"
                f"{f'<span class=hub-answer>{escape(lead[state].format(who=who))}</span>' if who else ''}</td></tr>"
            )
        return (
            f"<div class='table-scroll'><table class='hub-gates hub-stack'><thead><tr><th scope='col'>{escape(self._say('Precondition'))}</th>"
            f"<th scope='col'>{escape(self._say('State'))}</th><th scope='col'>{escape(self._say('What it means'))}</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _path(self, facts: Facts, choice: Choice) -> str:
        if choice.aim is None:
            return f"<p>{escape(self._say('There is no way to draw until something above has been mended or found out.'))}</p>"
        layer_words = self._words.layers
        stations = []
        if choice.start:
            stations.append(
                drawing.Station(self._words.aims[key(choice.start)].title, self._say("Can start today"), "now")
            )
        else:
            stations.append(drawing.Station(self._say("Today"), self._say("Nothing can start yet"), "now"))
        steps = path(facts, choice)
        for step in steps:
            open_gates = [self._words.capabilities[c].name for c in (*step.to_mend, *step.to_ask)]
            note = (
                self._say("First: {gates}").format(gates=", ".join(open_gates))
                if open_gates
                else self._say("Nothing is missing")
            )
            if step.replaces:
                note += ". " + self._say("Replaces {layer}").format(layer=_lower(layer_words[step.replaces].name))
            stations.append(drawing.Station(layer_words[step.layer].name, note, "step"))
        if steps:
            stations.append(drawing.Station(self._words.aims[key(choice.aim)].title, self._say("The aim"), "aim"))
        else:
            stations = [
                drawing.Station(
                    self._words.aims[key(choice.aim)].title, self._say("Can start today, and is the aim"), "aim"
                )
            ]
        label = self._say("The way from today to the aim, drawn; the list below says the same")
        wide, narrow = (drawing.path(label, stations, narrow=narrow) for narrow in (False, True))
        twin = "".join(f"<li>{escape(text)}</li>" for text in wide.steps)
        return (
            f"{figure(wide.svg, narrow.svg)}"
            f"<details><summary>{escape(self._say('The same as a list'))}</summary><ol>{twin}</ol></details>"
        )

    def _change_text(self, change: Change) -> str:
        if isinstance(change.fact, Need):
            name = self._words.needs[change.fact].name
            return (
                self._say("you needed “{name}”") if change.to == "needed" else self._say("you did not need “{name}”")
            ).format(name=name)
        name = self._words.capabilities[change.fact].name
        return (
            self._say("“{name}” were in place") if change.to == "can" else self._say("“{name}” could not be had")
        ).format(name=name)

    def _turns(self, facts: Facts) -> str:
        now = choose(facts)
        turns = what_would_change(facts)
        if not turns:
            return (
                f"<p>{escape(self._say('No change of one or two answers gives another result. It stands firm.'))}</p>"
            )
        pair = len(turns[0].changes) > 1
        lead = (
            self._say("No single answer changes the result. These pairs do:")
            if pair
            else self._say("Each of these single changes gives another start or aim:")
        )
        shown, rest = turns[:12], len(turns) - 12
        items = "".join(f"<li>{self._turn(turn, now)}</li>" for turn in shown)
        more = f"<p>{escape(self._say('And {count} more.').format(count=rest))}</p>" if rest > 0 else ""
        return f"<p>{escape(lead)}</p><ul class='hub-turns'>{items}</ul>{more}"

    def _turn(self, turn: Turn, now: Choice) -> str:
        condition = self._say(" and ").join(self._change_text(change) for change in turn.changes)
        effects = []
        if turn.start != now.start:
            effects.append(
                self._say("start with {title}").format(title=self.aim_title(turn.start))
                if turn.start
                else self._say("nothing could start today")
            )
        if turn.aim != now.aim:
            effects.append(
                self._say("aim for {title}").format(title=self.aim_title(turn.aim))
                if turn.aim
                else self._say("no way could be recommended")
            )
        return f"{escape(self._say('If'))} {escape(condition)}: <strong>{escape(', '.join(effects))}</strong>"

    def _risks(self, answers: Answers, notes: Footnotes) -> str:
        groups = link.groups(answers, self._flow.questions)
        unknown = "dont-know" in answers.get("groups", ("dont-know",))
        wanted = [group for group in Group if group in groups or unknown]
        if not wanted:
            return ""
        lead = (
            f"<p>{escape(self._say('You have not said which groups you meet, so all four are here.'))}</p>"
            if unknown
            else ""
        )
        items = "".join(
            f"<div class='hub-pair'><h3>{escape(self._words.groups[group].name)}</h3>"
            f"<p><strong>{escape(self._say('Risk'))}.</strong> {self._line(self._words.groups[group].risk, notes)}</p>"
            f"<p><strong>{escape(self._say('Do this'))}.</strong> {self._line(self._words.groups[group].do, notes)}</p></div>"
            for group in wanted
        )
        return f"<h2 id='grupper'>{escape(self._say('Groups to take care of'))}</h2>{lead}<div class='hub-two'>{items}</div>"

    def _steps(self, choice: Choice, notes: Footnotes) -> str:
        wanted = {"always", *(layer.value for layer in (choice.aim or frozenset()) | (choice.start or frozenset()))}
        if choice.national:
            wanted.add("national")
        blocks = []
        for role, steps in self._words.steps.items():
            due = [step for step in steps if step.when in wanted]
            if due:
                items = "".join(f"<li>{self._line(step.text, notes)}</li>" for step in due)
                blocks.append(f"<section><h3>{escape(self._words.roles[role].name)}</h3><ol>{items}</ol></section>")
        return f"<div class='hub-two'>{''.join(blocks)}</div>"

    def open_questions(self, facts: Facts, choice: Choice) -> Mapping[str, list[str]]:
        """Return what to ask, by role, in the order of the roles.

        Inera is asked about what the levels in the aim leave open.
        """
        asked: dict[str, list[str]] = {}
        unknown = [capability for capability in Capability if gate(facts, capability) is GateState.UNKNOWN]
        for capability in unknown:
            role = self._flow.capabilities[capability].asked
            asked.setdefault(role, []).append(plain(self._words.capabilities[capability].ask))
        levels = [level for level, layers in LAYERS_OF.items() if choice.aim and layers <= choice.aim]
        for level in levels:
            asked.setdefault("inera", []).extend(
                question for question in self._asks[level.value] if question not in asked.get("inera", [])
            )
        if choice.national:
            asked.setdefault("inera", []).extend(self._asks["national"])
        return {role: asked[role] for role in self._words.roles if role in asked}

    def _questions(self, facts: Facts, choice: Choice) -> str:
        by_role = self.open_questions(facts, choice)
        if not by_role:
            return ""
        blocks = "".join(
            f"<h3>{escape(self._words.roles[role].ask_heading)}</h3><ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
            for role, texts in by_role.items()
        )
        body = "\r\n\r\n".join(
            self._words.roles[role].ask_heading + "\r\n" + "\r\n".join(f"- {text}" for text in texts)
            for role, texts in by_role.items()
        )
        mail = mailto(self._say("Questions before we choose a way to connect video visits to 1177"), body)
        return (
            f"<h2 id='fragor'>{escape(self._say('Questions to send'))}</h2><div id='fragelista'>{blocks}</div>"
            f"<div class='hub-actions'>"
            f"<button type='button' class='hub-button quiet' data-copies='fragelista' data-done='{escape(self._say('Copied'))}' "
            f"data-failed='{escape(self._say('Could not copy; mark the text and copy it'))}'>{escape(self._say('Copy the questions'))}</button>"
            f"<a class='hub-link' href='{escape(mail)}'>{escape(self._say('Open in e-mail'))}</a></div>"
        )

    def _national(self, choice: Choice, notes: Footnotes) -> str:
        texts = self._words.national
        services = "".join(
            f"<li><strong>{escape(service.name)}</strong> ({escape(service.seen)}): {self._line(service.what, notes)}</li>"
            for service in texts.services
        )
        body = f"<p>{self._line(texts.sentence, notes)}</p><ul>{services}</ul><p class='hub-check'>{self._line(texts.check, notes)}</p>"
        if choice.national:
            return f"<h2 id='nationellt'>{escape(texts.title)}</h2>{body}"
        return f"<details><summary>{escape(texts.title)}</summary>{body}</details>"

    def _answers(self, answers: Answers, services: Sequence[Service], index: int) -> str:
        rows = []
        for question in link.asked(answers, self._flow.questions):
            texts = self._words.questions[question.id]
            said = ", ".join(texts.options[option].label for option in answers.get(question.id, ())) or self._say(
                "Not answered"
            )
            target = address("/valj", **link.query(services, self._flow, index, question.id))
            rows.append(
                f"<tr><th scope='row'>{escape(texts.title)}</th><td>{escape(said)}</td>"
                f"<td><a class='hub-link' href='{target}'>{escape(self._say('Change'))}<span class='hub-unseen'>: {escape(texts.title)}</span></a></td></tr>"
            )
        return (
            f"<h2 id='svar'>{escape(self._say('Your answers'))}</h2><div class='table-scroll'><table class='hub-stack'><thead class='hub-unseen'><tr>"
            f"<th scope='col'>{escape(self._say('Question'))}</th><th scope='col'>{escape(self._say('Answer'))}</th><th scope='col'>{escape(self._say('Change'))}</th>"
            f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def comparison(self, facts: Facts | None = None) -> str:
        """Return the four levels side by side, for a set of facts or in general."""
        head = "".join(
            f"<th scope='col'><a href='{address('/nivaer', niva=level.value)}'>{escape(self._words.levels[level].breakable)}</a></th>"
            for level in Level
        )
        yes, no = self._say("Yes"), self._say("No")

        def mark(value: bool) -> str:  # noqa: FBT001
            return f"<span class='{'hub-yes' if value else 'hub-no'}'>{escape(yes if value else no)}</span>"

        rows = []
        for layer in Layer:
            cells = "".join(f"<td>{mark(layer in LAYERS_OF[level])}</td>" for level in Level)
            rows.append(f"<tr><th scope='row'>{escape(self._words.layers[layer].name)}</th>{cells}</tr>")
        for need, by in SERVED_BY.items():
            if facts is not None and need not in facts.needed:
                continue
            cells = "".join(f"<td>{mark(not LAYERS_OF[level].isdisjoint(by))}</td>" for level in Level)
            rows.append(
                f"<tr><th scope='row'>{escape(self._say('Serves:'))} {escape(self._words.needs[need].name)}</th>{cells}</tr>"
            )
        if facts is not None:
            for state in (GateState.MET, GateState.MISSING, GateState.UNKNOWN, GateState.BLOCKED):
                listed = []
                for level in Level:
                    names = [
                        self._words.capabilities[c].name for c in gates_of(LAYERS_OF[level]) if gate(facts, c) is state
                    ]
                    listed.append(f"<td>{'<br>'.join(escape(name) for name in names) or '–'}</td>")
                rows.append(f"<tr><th scope='row'>{escape(self.state_name(state))}</th>{''.join(listed)}</tr>")
        else:
            for capability in Capability:
                cells = "".join(
                    f"<td>{mark(any(capability in GATES_OF[layer] for layer in LAYERS_OF[level]))}</td>"
                    for level in Level
                )
                rows.append(
                    f"<tr><th scope='row'>{escape(self._say('Requires:'))} {escape(self._words.capabilities[capability].name)}</th>{cells}</tr>"
                )
        return (
            f"<p class='hub-swipe hub-muted'>{escape(self._say('Swipe sideways to see all four.'))}</p>"
            f"<div class='table-scroll' role='region' aria-label='{escape(self._say('Comparison of the four levels'))}' tabindex='0'>"
            f"<table class='hub-compare'><thead><tr><th scope='col'><span class='hub-unseen'>{escape(self._say('Property'))}</span></th>{head}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )

    def layers_drawing(self) -> str:
        """Return the four layers and which level holds which, drawn, with its list."""
        names = {layer.value: self._words.layers[layer].name for layer in Layer}
        held = {
            self._words.levels[level].breakable: frozenset(layer.value for layer in LAYERS_OF[level]) for level in Level
        }
        label = self._say("Which of the four layers each level holds, drawn; the list says the same")
        wide, narrow = (drawing.layers(label, names, held, narrow=narrow) for narrow in (False, True))
        twin = "".join(f"<li>{escape(text)}</li>" for text in wide.steps)
        return (
            f"{figure(wide.svg, narrow.svg)}"
            f"<details><summary>{escape(self._say('The same as a list'))}</summary><ol>{twin}</ol></details>"
        )

    def overview(self, services: Sequence[Service]) -> str:
        """Return several services side by side, each with its own result."""
        rows = []
        for index, service in enumerate(services):
            facts = link.facts(service.answers, self._flow.questions)
            choice = choose(facts)
            name = service.name or self._say("Service {number}").format(number=index + 1)
            done = link.next_question(service.answers, self._flow.questions) is None
            target = address("/valj", **link.query(services, self._flow, index))
            start, aim = (
                (self.aim_title(choice.start), self.aim_title(choice.aim))
                if done
                else (self._say("not answered yet"),) * 2
            )
            rows.append(
                f"<tr><th scope='row'><a href='{target}'>{escape(name)}</a></th><td>{escape(start)}</td><td>{escape(aim)}</td></tr>"
            )
        return (
            f"<div class='table-scroll'><table><thead><tr><th scope='col'>{escape(self._say('Service'))}</th>"
            f"<th scope='col'>{escape(self._say('Start with'))}</th><th scope='col'>{escape(self._say('Aim for'))}</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )


def _lower(text: str) -> str:
    """Return a name as it stands inside a sentence."""
    return text[0].lower() + text[1:]
