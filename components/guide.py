"""The guide's pieces: a question, the result, the comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from components import html
from components.session import hub, language
from components.words import _
from hub import drawing
from hub.guide import answers as link
from hub.guide.answers import Answers, Problem, Service
from hub.guide.content import Question, Words
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
from hub.markdown import Footnotes, plain

VERSION_KEY, STEP_KEY, SERVICE_KEY = "v", "fraga", "tjanst"


def words() -> Words:
    """Return the guide's words in the visitor's language."""
    return hub().guide.words[language()]


def flow() -> Sequence[Question]:
    """Return the questions in order."""
    return hub().guide.flow.questions


# --- The address -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """What the address of the guide says."""

    services: tuple[Service, ...]
    current: int
    """Index of the service that is being answered or shown."""
    question: Question | None
    """The question asked for by name, if any."""
    problems: tuple[Problem, ...]


def read_link() -> Link:
    """Read the guide's part of the address; what cannot be read is reported and nothing is guessed."""
    given = st.query_params
    problems: list[Problem] = []
    version = given.get(VERSION_KEY)
    services: list[Service] = []
    if version not in (None, str(hub().guide.flow.version)):
        problems.append(Problem("version", version[:20]))
    else:
        numbers = [number for number in range(1, link.MOST_SERVICES + 1) if f"s{number}" in given]
        for number in numbers:
            found, faults = link.read(given[f"s{number}"], flow())
            name = given.get(f"n{number}", "")
            services.append(Service(name[: link.LONGEST_NAME].strip(), found, faults))
            problems.extend(faults)
        if any(f"s{number}" in given for number in range(link.MOST_SERVICES + 1, link.MOST_SERVICES + 20)):
            problems.append(Problem("too-many-services", ""))
    services = services or [Service("", {})]
    current = given.get(SERVICE_KEY, "1")
    index = int(current) - 1 if current.isascii() and current.isdigit() and len(current) < 3 else 0
    asked = {question.id: question for question in flow()}.get(given.get(STEP_KEY, ""))
    index = index if 0 <= index < len(services) else 0
    if asked and asked.id in link.skipped(services[index].answers, flow()):
        asked = None
    return Link(tuple(services), index, asked, tuple(problems))


def query(services: Sequence[Service], current: int = 0, question: str = "") -> dict[str, str]:
    """Return the query that says these answers."""
    parts = {VERSION_KEY: str(hub().guide.flow.version)}
    for number, service in enumerate(services, start=1):
        parts[f"s{number}"] = link.write(service.answers, flow())
        if service.name:
            parts[f"n{number}"] = service.name
    if current:
        parts[SERVICE_KEY] = str(current + 1)
    if question:
        parts[STEP_KEY] = question
    return parts


def go(services: Sequence[Service], current: int = 0, question: str = "") -> None:
    """Move to another place in the guide: the address changes and the page runs anew."""
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.query_params.from_dict({**query(services, current, question), **kept})
    st.rerun()


def problem_sentences(problems: Sequence[Problem]) -> list[str]:
    """Say what in a link is not valid, a sentence each."""
    sentences = {
        "version": _("The link was made with version {found} of the questions, which have changed since. Its answers are not read, because they could mean something else today."),
        "too-long": _("A part of the link is longer than any answers can be and has not been read: {found} …"),
        "unknown-question": _("The link holds a question that does not exist: {found}"),
        "unknown-option": _("The link holds an answer that does not exist: {found}"),
        "twice": _("The link answers the same question twice; only the first is read: {found}"),
        "skipped": _("The link answers a question that another answer makes meaningless: {found}"),
        "too-many-services": _("The link holds more than five services; only the first five are read."),
    }
    return [sentences[problem.code].format(found=problem.found) for problem in problems]


# --- A question ------------------------------------------------------------------------------------------------------


def question_page(asked: Question, answers: Answers, name: str) -> tuple[str, ...] | None:
    """Draw one question and return the options chosen when the visitor goes on."""
    texts = words().questions[asked.id]
    all_asked = link.asked(answers, flow())
    place = [question.id for question in all_asked].index(asked.id) + 1
    notes = html.notes()
    why = html.line(texts.why, notes)
    html.show(
        f"<div class='hub-progress'><span>{escape(_('Question {place} of {all}').format(place=place, all=len(all_asked)))}"
        f"{f' – {escape(name)}' if name else ''}</span>"
        f"<progress max='{len(all_asked)}' value='{place - 1}' aria-hidden='true'></progress></div>",
        f"<h1 id='fraga'>{escape(texts.title)}</h1><p>{html.line(texts.help, notes)}</p>",
    )
    chosen = _options(asked, answers.get(asked.id, ()))
    html.show(
        f"<div class='hub-why'><p><strong>{escape(_('Why we ask'))}.</strong> {why}</p>"
        f"<p><strong>{escape(_('Who knows'))}.</strong> {html.line(texts.knows, notes)}</p></div>",
        f"<details><summary>{escape(_('Sources'))}</summary>{notes.html()}</details>" if notes.sources else "",
    )
    return chosen


def _options(asked: Question, before: tuple[str, ...]) -> tuple[str, ...] | None:
    texts = words().questions[asked.id]
    options = list(asked.options)
    with st.form(key=f"form-{asked.id}", border=False):
        if asked.several:
            html.show(f"<p class='hub-muted' id='flera'>{escape(_('Tick all that apply.'))}</p>")
            ticked = tuple(
                option
                for option in options
                if st.checkbox(
                    # One plain line: the name a screen reader says is this text as it stands, marks and all.
                    f"{texts.options[option].label}: {texts.options[option].caption}",
                    value=option in before,
                    key=f"{asked.id}-{option}",
                )
            )
        else:
            picked = st.radio(
                texts.title,
                options,
                index=options.index(before[0]) if before else None,
                format_func=lambda option: texts.options[option].label,
                captions=[texts.options[option].caption for option in options],
                label_visibility="collapsed",
                key=f"answer-{asked.id}",
            )
            ticked = (picked,) if picked else ()
        return ticked if st.form_submit_button(_("Continue"), type="primary", key="continue") else None


def refusal(asked: Question, chosen: tuple[str, ...]) -> str:
    """Return why a choice cannot be taken, in words, or nothing."""
    if not chosen:
        return _("Choose an answer. If you do not know, choose “Don't know yet”; it is a full answer.")
    if len(chosen) > 1 and any(asked.options[option].alone for option in chosen):
        texts = words().questions[asked.id].options
        alone = next(texts[option].label for option in chosen if asked.options[option].alone)
        return _("“{answer}” cannot be combined with the others. Untick it or the others.").format(answer=alone)
    return ""


# --- The result ------------------------------------------------------------------------------------------------------


def aim_title(layers: Layers | None) -> str:
    """Return a set of layers by name, for use inside a sentence."""
    if layers is None:
        return _("nothing yet")
    title = words().aims[key(layers)].title
    return title[0].lower() + title[1:]


def verdict(facts: Facts, choice: Choice) -> str:
    """Return the result as one sentence."""
    frames = words().results
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
    return frame.format(start=aim_title(choice.start), aim=aim_title(choice.aim))


def result(service: Service, services: Sequence[Service], index: int) -> None:
    """Draw the whole result of one service."""
    facts = link.facts(service.answers, flow())
    choice = choose(facts)
    notes = html.notes()
    html.show(
        f"<p class='hub-kicker'>{escape(_('Your result'))}{f' – {escape(service.name)}' if service.name else ''}</p>"
        f"<h1>{escape(_result_heading(choice))}</h1>",
        f"<div class='hub-verdict'><p>{html.line(verdict(facts, choice), notes)}</p></div>",
        f"<p>{html.line(words().aims[key(choice.aim)].sentence, notes)}</p>" if choice.aim else "",
        _possible(choice),
        _sharing(),
        _contents(),
        f"<h2 id='skal'>{escape(_('Reasons for and against'))}</h2>",
        _reasons(service.answers, facts, choice, notes),
        f"<h2 id='villkor'>{escape(_('What is in place, and what is not'))}</h2>",
        _gate_table(facts, choice, notes),
        f"<h2 id='vagen'>{escape(_('The way there'))}</h2>",
        _path(facts, choice),
        f"<h2 id='andra'>{escape(_('What would change the result'))}</h2>",
        _turns(facts),
        _risks(service.answers, notes),
        f"<h2 id='nasta'>{escape(_('Next steps, by role'))}</h2>",
        _steps(choice, notes),
        _questions(facts, choice),
        _national(choice, notes),
        f"<h2 id='jamfor'>{escape(_('All four levels with these answers'))}</h2>",
        comparison(facts),
        _answers(service.answers, services, index),
        f"<details><summary>{escape(_('Needed at every level'))}</summary><ul>"
        + "".join(f"<li>{html.line(standing.text, notes)}</li>" for standing in words().standing)
        + "</ul></details>",
        f"<details><summary>{escape(_('Sources'))}</summary>{notes.html()}</details>",
    )


def _result_heading(choice: Choice) -> str:
    if choice.aim is None:
        return _("No way can be recommended yet")
    return words().aims[key(choice.aim)].title


def _sharing() -> str:
    return (
        f"<div class='hub-actions'><button type='button' class='hub-button' data-copies='address' data-done='{escape(_('Copied'))}' "
        f"data-failed='{escape(_('Could not copy; copy the address field instead'))}'>{escape(_('Copy the link to this result'))}</button>"
        f"<button type='button' class='hub-button quiet' data-prints>{escape(_('Print'))}</button></div>"
    )


def _contents() -> str:
    places = {
        "skal": _("Reasons"),
        "villkor": _("Preconditions"),
        "vagen": _("The way there"),
        "andra": _("What would change it"),
        "nasta": _("Next steps"),
        "jamfor": _("Compare the levels"),
        "svar": _("Your answers"),
    }
    items = "".join(f"<li><a href='#{place}'>{escape(text)}</a></li>" for place, text in places.items())
    return f"<nav class='hub-contents' aria-label='{escape(_('On this page'))}'><ul>{items}</ul></nav>"


def _possible(choice: Choice) -> str:
    if choice.possible is None or choice.possible == choice.aim:
        return ""
    return f"<p>{escape(_('If everything you do not know turns out well, you can aim further: {aim}.').format(aim=aim_title(choice.possible)))}</p>"


def _given(answers: Answers, fact: Need | Capability) -> str:
    """Return the visitor's own answer behind a fact, as a line."""
    settling = link.settled_by(flow(), fact)
    for question in flow():
        chosen = answers.get(question.id, ())
        if settling == question.id and chosen or any(
            fact in (*question.options[o].needed, *question.options[o].can, *question.options[o].cannot) for o in chosen
        ):
            texts = words().questions[question.id]
            said = ", ".join(texts.options[option].label for option in chosen)
            return f"<span class='hub-answer'>{escape(_('Your answer:'))} {escape(said)}</span>"
    return f"<span class='hub-answer'>{escape(_('Not answered'))}</span>"


def _reasons(answers: Answers, facts: Facts, choice: Choice, notes: Footnotes) -> str:
    aim = choice.aim or frozenset()
    served = needs_served(facts, aim)
    items = []
    for need in Need:
        if need not in facts.needed:
            continue
        start_serves = choice.start is not None and need is Need.EARLY_START
        for_it = need in served or start_serves
        text = words().needs[need].served if for_it else words().needs[need].unserved
        items.append((for_it, need, text))
    for capability in gates_of(aim):
        state = gate(facts, capability)
        texts = words().capabilities[capability]
        if state is not GateState.MET:
            items.append((False, capability, texts.missing if state is GateState.MISSING else texts.unknown))
    if choice.aim is None:
        items += [
            (False, capability, _capability_text(facts, capability))
            for capability in Capability
            if gate(facts, capability) is not GateState.MET
        ]
    if not items:
        return f"<p>{escape(_('No need has been stated, so there is nothing to weigh.'))}</p>"
    items.sort(key=lambda item: not item[0])
    names = {True: _("For"), False: _("Against")}
    return (
        "<ul class='hub-reasons'>"
        + "".join(
            f"<li class='{'for' if for_it else 'against'}'><span class='hub-unseen'>{escape(names[for_it])}: </span>"
            f"{html.line(text, notes)} {_given(answers, fact)}</li>"
            for for_it, fact, text in items
        )
        + "</ul>"
    )


def _capability_text(facts: Facts, capability: Capability) -> str:
    texts = words().capabilities[capability]
    return {
        GateState.MET: texts.met,
        GateState.MISSING: texts.missing,
        GateState.BLOCKED: texts.blocked,
        GateState.UNKNOWN: texts.unknown,
    }[gate(facts, capability)]


def state_name(state: GateState) -> str:
    """Return how a precondition stands, in a word."""
    return {
        GateState.MET: _("In place"),
        GateState.MISSING: _("Missing"),
        GateState.BLOCKED: _("Blocked"),
        GateState.UNKNOWN: _("Not known"),
    }[state]


def _gate_table(facts: Facts, choice: Choice, notes: Footnotes) -> str:
    wanted = gates_of(choice.aim) if choice.aim else tuple(Capability)
    rows = []
    for capability in wanted:
        state = gate(facts, capability)
        people = hub().guide.flow.capabilities[capability]
        roles = {
            GateState.MET: (),
            GateState.MISSING: people.mended,
            GateState.BLOCKED: people.mended,
            GateState.UNKNOWN: (people.asked,),
        }[state]
        who = ", ".join(words().roles[role].name for role in roles)
        lead = {GateState.MISSING: _("Can mend it: {who}"), GateState.BLOCKED: _("Would have to mend it: {who}"), GateState.UNKNOWN: _("Ask: {who}")}
        rows.append(
            f"<tr><th scope='row'>{escape(words().capabilities[capability].name)}</th>"
            f"<td><span class='hub-state {state}'>{escape(state_name(state))}</span></td>"
            f"<td>{html.line(_capability_text(facts, capability), notes)}"
            f"{f'<span class=hub-answer>{escape(lead[state].format(who=who))}</span>' if who else ''}</td></tr>"
        )
    return (
        f"<div class='table-scroll'><table class='hub-gates hub-stack'><thead><tr><th scope='col'>{escape(_('Precondition'))}</th>"
        f"<th scope='col'>{escape(_('State'))}</th><th scope='col'>{escape(_('What it means'))}</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _path(facts: Facts, choice: Choice) -> str:
    if choice.aim is None:
        return f"<p>{escape(_('There is no way to draw until something above has been mended or found out.'))}</p>"
    layer_words = words().layers
    stations = []
    if choice.start:
        stations.append(drawing.Station(words().aims[key(choice.start)].title, _("Can start today"), "now"))
    else:
        stations.append(drawing.Station(_("Today"), _("Nothing can start yet"), "now"))
    steps = path(facts, choice)
    for step in steps:
        open_gates = [words().capabilities[c].name for c in (*step.to_mend, *step.to_ask)]
        note = _("First: {gates}").format(gates=", ".join(open_gates)) if open_gates else _("Nothing is missing")
        if step.replaces:
            note += ". " + _("Replaces {layer}").format(layer=layer_words[step.replaces].name)
        stations.append(drawing.Station(layer_words[step.layer].name, note, "step"))
    if steps:
        stations.append(drawing.Station(words().aims[key(choice.aim)].title, _("The aim"), "aim"))
    else:
        stations = [drawing.Station(words().aims[key(choice.aim)].title, _("Can start today, and is the aim"), "aim")]
    label = _("The way from today to the aim, drawn; the list below says the same")
    wide, narrow = (drawing.path(label, stations, narrow=narrow) for narrow in (False, True))
    twin = "".join(f"<li>{escape(text)}</li>" for text in wide.steps)
    return (
        f"{html.figure(wide.svg, narrow.svg)}"
        f"<details><summary>{escape(_('The same as a list'))}</summary><ol>{twin}</ol></details>"
    )


def _change_text(change: Change) -> str:
    if isinstance(change.fact, Need):
        name = words().needs[change.fact].name
        return (
            _("you needed “{name}”") if change.to == "needed" else _("you did not need “{name}”")
        ).format(name=name)
    name = words().capabilities[change.fact].name
    return (_("“{name}” were in place") if change.to == "can" else _("“{name}” could not be had")).format(name=name)


def _turns(facts: Facts) -> str:
    now = choose(facts)
    turns = what_would_change(facts)
    if not turns:
        return f"<p>{escape(_('No change of one or two answers gives another result. It stands firm.'))}</p>"
    pair = len(turns[0].changes) == 2
    lead = (
        _("No single answer changes the result. These pairs do:")
        if pair
        else _("Each of these single changes gives another start or aim:")
    )
    shown, rest = turns[:12], len(turns) - 12
    items = "".join(f"<li>{_turn(turn, now)}</li>" for turn in shown)
    more = f"<p>{escape(_('And {count} more.').format(count=rest))}</p>" if rest > 0 else ""
    return f"<p>{escape(lead)}</p><ul class='hub-turns'>{items}</ul>{more}"


def _turn(turn: Turn, now: Choice) -> str:
    condition = _(" and ").join(_change_text(change) for change in turn.changes)
    effects = []
    if turn.start != now.start:
        effects.append(_("start with {title}").format(title=aim_title(turn.start)) if turn.start else _("nothing could start today"))
    if turn.aim != now.aim:
        effects.append(_("aim for {title}").format(title=aim_title(turn.aim)) if turn.aim else _("no way could be recommended"))
    return f"{escape(_('If'))} {escape(condition)}: <strong>{escape(', '.join(effects))}</strong>"


def _risks(answers: Answers, notes: Footnotes) -> str:
    groups = link.groups(answers, flow())
    unknown = "dont-know" in answers.get("groups", ("dont-know",))
    wanted = [group for group in Group if group in groups or unknown]
    if not wanted:
        return ""
    lead = (
        f"<p>{escape(_('You have not said which groups you meet, so all four are here.'))}</p>" if unknown else ""
    )
    items = "".join(
        f"<div class='hub-pair'><h3>{escape(words().groups[group].name)}</h3>"
        f"<p><strong>{escape(_('Risk'))}.</strong> {html.line(words().groups[group].risk, notes)}</p>"
        f"<p><strong>{escape(_('Do this'))}.</strong> {html.line(words().groups[group].do, notes)}</p></div>"
        for group in wanted
    )
    return f"<h2 id='grupper'>{escape(_('Groups to take care of'))}</h2>{lead}<div class='hub-two'>{items}</div>"


def _steps(choice: Choice, notes: Footnotes) -> str:
    wanted = {"always", *(layer.value for layer in (choice.aim or frozenset()) | (choice.start or frozenset()))}
    if choice.national:
        wanted.add("national")
    blocks = []
    for role, steps in words().steps.items():
        due = [step for step in steps if step.when in wanted]
        if due:
            items = "".join(f"<li>{html.line(step.text, notes)}</li>" for step in due)
            blocks.append(f"<section><h3>{escape(words().roles[role].name)}</h3><ol>{items}</ol></section>")
    return f"<div class='hub-two'>{''.join(blocks)}</div>"


def open_questions(facts: Facts, choice: Choice) -> Mapping[str, list[str]]:
    """Return what to ask, by role, in the order of the roles.

    Inera is asked about what the levels in the aim leave open.
    """
    asked: dict[str, list[str]] = {}
    unknown = [capability for capability in Capability if gate(facts, capability) is GateState.UNKNOWN]
    for capability in unknown:
        role = hub().guide.flow.capabilities[capability].asked
        asked.setdefault(role, []).append(plain(words().capabilities[capability].ask))
    levels = [
        level for level, layers in LAYERS_OF.items() if choice.aim and layers <= choice.aim
    ]
    for level in levels:
        asked.setdefault("inera", []).extend(
            question for question in hub().levels[level][language()].ask_inera if question not in asked.get("inera", [])
        )
    if choice.national:
        asked.setdefault("inera", []).extend(hub().national[language()].ask_inera)
    return {role: asked[role] for role in words().roles if role in asked}


def _questions(facts: Facts, choice: Choice) -> str:
    by_role = open_questions(facts, choice)
    if not by_role:
        return ""
    blocks = "".join(
        f"<h3>{escape(words().roles[role].ask_heading)}</h3><ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
        for role, texts in by_role.items()
    )
    body = "\r\n\r\n".join(
        words().roles[role].ask_heading + "\r\n" + "\r\n".join(f"- {text}" for text in texts) for role, texts in by_role.items()
    )
    mail = html.mailto(_("Questions before we choose a way to connect video visits to 1177"), body)
    return (
        f"<h2 id='fragor'>{escape(_('Questions to send'))}</h2><div id='fragelista'>{blocks}</div>"
        f"<div class='hub-actions'>"
        f"<button type='button' class='hub-button quiet' data-copies='fragelista' data-done='{escape(_('Copied'))}' "
        f"data-failed='{escape(_('Could not copy; mark the text and copy it'))}'>{escape(_('Copy the questions'))}</button>"
        f"<a class='hub-link' href='{escape(mail)}'>{escape(_('Open in e-mail'))}</a></div>"
    )


def _national(choice: Choice, notes: Footnotes) -> str:
    texts = words().national
    services = "".join(
        f"<li><strong>{escape(service.name)}</strong> ({escape(service.seen)}): {html.line(service.what, notes)}</li>"
        for service in texts.services
    )
    body = f"<p>{html.line(texts.sentence, notes)}</p><ul>{services}</ul><p class='hub-check'>{html.line(texts.check, notes)}</p>"
    if choice.national:
        return f"<h2 id='nationellt'>{escape(texts.title)}</h2>{body}"
    return f"<details><summary>{escape(texts.title)}</summary>{body}</details>"


def _answers(answers: Answers, services: Sequence[Service], index: int) -> str:
    rows = []
    for question in link.asked(answers, flow()):
        texts = words().questions[question.id]
        said = ", ".join(texts.options[option].label for option in answers.get(question.id, ())) or _("Not answered")
        target = html.address("/valj", **query(services, index, question.id))
        rows.append(
            f"<tr><th scope='row'>{escape(texts.title)}</th><td>{escape(said)}</td>"
            f"<td><a class='hub-link' href='{target}'>{escape(_('Change'))}<span class='hub-unseen'>: {escape(texts.title)}</span></a></td></tr>"
        )
    return (
        f"<h2 id='svar'>{escape(_('Your answers'))}</h2><div class='table-scroll'><table class='hub-stack'><thead class='hub-unseen'><tr>"
        f"<th scope='col'>{escape(_('Question'))}</th><th scope='col'>{escape(_('Answer'))}</th><th scope='col'>{escape(_('Change'))}</th>"
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


# --- The comparison --------------------------------------------------------------------------------------------------


def comparison(facts: Facts | None = None) -> str:
    """Return the four levels side by side, for a set of facts or in general."""
    head = "".join(
        f"<th scope='col'><a href='{html.address('/nivaer', niva=level.value)}'>{escape(words().levels[level].name)}</a></th>"
        for level in Level
    )
    yes, no = _("Yes"), _("No")

    def mark(value: bool) -> str:
        return f"<span class='{'hub-yes' if value else 'hub-no'}'>{escape(yes if value else no)}</span>"

    rows = []
    for layer in Layer:
        cells = "".join(f"<td>{mark(layer in LAYERS_OF[level])}</td>" for level in Level)
        rows.append(f"<tr><th scope='row'>{escape(words().layers[layer].name)}</th>{cells}</tr>")
    for need, by in SERVED_BY.items():
        if facts is not None and need not in facts.needed:
            continue
        cells = "".join(f"<td>{mark(not LAYERS_OF[level].isdisjoint(by))}</td>" for level in Level)
        rows.append(f"<tr><th scope='row'>{escape(_('Serves:'))} {escape(words().needs[need].name)}</th>{cells}</tr>")
    if facts is not None:
        for state in (GateState.MET, GateState.MISSING, GateState.UNKNOWN, GateState.BLOCKED):
            cells = []
            for level in Level:
                names = [words().capabilities[c].name for c in gates_of(LAYERS_OF[level]) if gate(facts, c) is state]
                cells.append(f"<td>{'<br>'.join(escape(name) for name in names) or '–'}</td>")
            rows.append(f"<tr><th scope='row'>{escape(state_name(state))}</th>{''.join(cells)}</tr>")
    else:
        for capability in Capability:
            cells = "".join(
                f"<td>{mark(any(capability in GATES_OF[layer] for layer in LAYERS_OF[level]))}</td>" for level in Level
            )
            rows.append(
                f"<tr><th scope='row'>{escape(_('Requires:'))} {escape(words().capabilities[capability].name)}</th>{cells}</tr>"
            )
    return (
        f"<div class='table-scroll' role='region' aria-label='{escape(_('Comparison of the four levels'))}' tabindex='0'>"
        f"<table class='hub-compare'><thead><tr><th scope='col'><span class='hub-unseen'>{escape(_('Property'))}</span></th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def layers_drawing() -> str:
    """Return the four layers and which level holds which, drawn, with its list."""
    names = {layer.value: words().layers[layer].name for layer in Layer}
    held = {words().levels[level].name: frozenset(l.value for l in LAYERS_OF[level]) for level in Level}
    label = _("Which of the four layers each level holds, drawn; the list says the same")
    wide, narrow = (drawing.layers(label, names, held, narrow=narrow) for narrow in (False, True))
    twin = "".join(f"<li>{escape(text)}</li>" for text in wide.steps)
    return (
        f"{html.figure(wide.svg, narrow.svg)}"
        f"<details><summary>{escape(_('The same as a list'))}</summary><ol>{twin}</ol></details>"
    )


def overview(services: Sequence[Service]) -> str:
    """Return several services side by side, each with its own result."""
    rows = []
    for index, service in enumerate(services):
        facts = link.facts(service.answers, flow())
        choice = choose(facts)
        name = service.name or _("Service {number}").format(number=index + 1)
        done = link.next_question(service.answers, flow()) is None
        target = html.address("/valj", **query(services, index))
        start, aim = (aim_title(choice.start), aim_title(choice.aim)) if done else (_("not answered yet"),) * 2
        rows.append(
            f"<tr><th scope='row'><a href='{target}'>{escape(name)}</a></th><td>{escape(start)}</td><td>{escape(aim)}</td></tr>"
        )
    return (
        f"<div class='table-scroll'><table><thead><tr><th scope='col'>{escape(_('Service'))}</th>"
        f"<th scope='col'>{escape(_('Start with'))}</th><th scope='col'>{escape(_('Aim for'))}</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
