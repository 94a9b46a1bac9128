"""One dimension of the questionnaire: its statements, what colleagues say to each, and what the region settles on."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from components import html, survey_answer
from components.problems import attempt
from components.session import command, hub, keep, kept, language, visitor
from components.survey_answer import Field, Held
from components.survey_place import about, choice_names, choice_told, closed_words, heading, last_day, place
from components.words import _
from hub.errors import Rejected
from hub.survey.answering import Access, Sheet
from hub.survey.answers import LONGEST, Colleague
from hub.survey.content import Dimension, Statement
from hub.survey.rounds import CHOICES, LEVELS, Answer, Opinions, opinions, read_choice


def name(dimension: Dimension) -> str:
    """Return what a dimension is called."""
    return dimension.name[language()]


def draw(sheet: Sheet, access: Access, dimension: Dimension) -> None:
    """Draw a dimension: for whoever came by the link their own answers, for the others the region's too."""
    asked = sheet.questionnaire
    number = asked.dimensions.index(dimension)
    why = closed_words(sheet)
    html.show(
        heading(sheet, access),
        f"<h1 data-saves-at-once>{escape(name(dimension))}</h1>",
        _steps(sheet, access, number),
        f"<p class='note'>{escape(why)}</p>" if why else "",
        f"<p>{escape(asked.instruction[language()])}</p>",
        _terms(sheet),
    )
    who = _who(sheet, access)
    if not who and sheet.open:
        return
    spread = opinions(asked.statements, {one.owner: _answers(one) for one in sheet.colleagues})
    for place_, statement in enumerate(dimension.statements, start=1):
        _statement(sheet, access, statement, f"{number + 1}.{place_}", who)
        if sheet.may_settle:
            _settle(sheet, access, statement, spread[statement.id])
    html.show(_onward(sheet, access, number), about(asked))


def _steps(sheet: Sheet, access: Access, number: int) -> str:
    """Return where this dimension stands among the others."""
    dimensions = sheet.questionnaire.dimensions
    items = ""
    for at, one in enumerate(dimensions):
        count = settled_in(sheet, one) if sheet.may_settle else answered_in(sheet, one)
        ready = count == len(one.statements)
        said = _("{area}, done").format(area=name(one)) if ready else name(one)
        items += (
            f"<li{' class=done' if ready else ''}><a href='{place(access, one.id)}'{' aria-current=page' if at == number else ''}>"
            f"<span aria-hidden='true'>{at + 1}{' ✓' if ready else ''}</span><span class='hub-unseen'>{at + 1} {escape(said)}</span></a></li>"
        )
    return (
        f"<div class='hub-survey-top'><p><a class='hub-link' href='{place(access)}'>← {escape(_('Overview'))}</a> "
        f"<span class='hub-muted'>{escape(_('Area {place} of {all}').format(place=number + 1, all=len(dimensions)))}"
        f" · {escape(_('Answer until and including {day}').format(day=last_day(sheet.round)))}</span></p>"
        f"<nav aria-label='{escape(_('Areas'))}'><ol class='hub-survey-steps'>{items}</ol></nav></div>"
    )


def _terms(sheet: Sheet) -> str:
    terms = "".join(
        f"<dt>{escape(one.name[language()])}</dt><dd>{escape(one.means[language()])}</dd>"
        for one in sheet.questionnaire.terms
    )
    return f"<details><summary>{escape(_('Words that are used'))}</summary><dl>{terms}</dl></details>"


def _onward(sheet: Sheet, access: Access, number: int) -> str:
    dimensions = sheet.questionnaire.dimensions
    before = dimensions[number - 1] if number else None
    after = dimensions[number + 1] if number + 1 < len(dimensions) else None
    next_way = (
        f"<a class='hub-button' href='{place(access, after.id)}'>{escape(_('Next: {area}').format(area=name(after)))}</a>"
        if after
        else f"<a class='hub-button' href='{place(access)}'>{escape(_('To the overview'))}</a>"
    )
    back = (
        f"<a class='hub-link' href='{place(access, before.id)}'>← {escape(_('Previous: {area}').format(area=name(before)))}</a>"
        if before
        else ""
    )
    return f"<div class='hub-actions hub-survey-onward'>{next_way}{back}</div>"


# --- Who answers -----------------------------------------------------------------------------------------------------


def _who(sheet: Sheet, access: Access) -> str:
    """Return the name that colleagues see; ask for it once when there is none."""
    by = visitor()
    if by.name:
        return by.name
    mine = own(sheet)
    form = f"survey-name-{access.round_id}-{access.region}"
    known = mine.name if mine else str(kept(form, ""))
    if known or not sheet.open:
        return known
    if by.key.startswith("address:"):
        html.show(
            f"<div class='hub-problem'><h2>{escape(_('Your answers could not be told from those of others'))}</h2>"
            f"<p>{escape(_('This browser keeps no cookies for the hub. Allow them, open the link anew, and answer.'))}</p></div>"
        )
        return ""
    above = st.container()
    given = command(form)
    with st.form(key=f"form-{given}", border=False):
        written = st.text_input(
            _("Your name, as your colleagues know you"), key=f"name-{given}", max_chars=LONGEST["name"]
        )
        html.show(
            f"<p class='hub-muted'>{escape(_('Those who speak for the region see your name beside your answers. Nobody else does.'))}</p>"
        )
        if st.form_submit_button(_("Begin to answer"), type="primary", key=f"send-{given}"):
            with attempt(form, above):
                if not written.strip():
                    raise Rejected("name-missing", "name")
                keep(form, written.strip())
    return ""


def own(sheet: Sheet) -> Colleague | None:
    """Return what the visitor has answered."""
    return next((one for one in sheet.colleagues if one.owner == sheet.own), None)


def answered_in(sheet: Sheet, dimension: Dimension) -> int:
    """Return how many statements of a dimension the visitor has answered."""
    mine = own(sheet)
    return sum(bool(mine and mine.choices.get(one.id)) for one in dimension.statements)


def settled_in(sheet: Sheet, dimension: Dimension) -> int:
    """Return how many statements of a dimension the region has settled on."""
    return sum(bool((held := sheet.settled.get(one.id)) and held.choice) for one in dimension.statements)


# --- One statement ---------------------------------------------------------------------------------------------------


def _statement(sheet: Sheet, access: Access, statement: Statement, number: str, who: str) -> None:
    asked, mine = sheet.questionnaire, own(sheet)
    says = statement.says[language()]
    own_words = f"<h3>{escape(_('Your own answer'))}</h3>" if sheet.may_settle else ""
    html.show(f"<h2 class='hub-survey-says' id='{statement.id}'><span>{number}</span> {escape(says)}</h2>{own_words}")
    now = (
        Held(
            mine.choices.get(statement.id, ""), mine.evidence.get(statement.id, ""), mine.versions.get(statement.id, 0)
        )
        if mine
        else Held()
    )
    field = Field(
        name=f"own-{access.round_id}-{access.region}-{statement.id}",
        asks=says,
        options={str(choice): choice_told(asked, statement, str(choice)) for choice in CHOICES},
        short=choice_names(asked),
        evidence=asked.evidence[language()],
        save=partial(_save_own, access, statement.id, who),
        locked=not sheet.open,
    )
    survey_answer.draw(field, now)


def _save_own(access: Access, statement: str, name: str, *, choice: str, evidence: str, version: int) -> int:
    # Who asks is looked up when it is saved: what was so when the page was drawn may no longer be.
    return hub().rounds.answer(
        visitor(), access, statement, choice=choice, evidence=evidence, name=name, version=version
    )


def _save_settled(access: Access, statement: str, *, choice: str, evidence: str, version: int) -> int:
    return hub().rounds.settle(visitor(), access, statement, choice=choice, evidence=evidence, version=version)


def _settle(sheet: Sheet, access: Access, statement: Statement, spread: Opinions) -> None:
    """Draw what colleagues say, and beside it what the region settles on."""
    asked, held = sheet.questionnaire, sheet.settled.get(statement.id)
    submitted = sheet.part is not None and sheet.part.submitted_at is not None
    short = choice_names(asked)
    field = Field(
        name=f"settled-{access.round_id}-{access.region}-{statement.id}",
        asks=_("The region’s answer: {statement}").format(statement=statement.says[language()]),
        options=short,
        short=short,
        evidence=_("What shows the region’s answer?"),
        save=partial(_save_settled, access, statement.id),
        locked=not sheet.open or submitted,
        in_a_row=True,
    )
    with st.container(key=f"region-{access.region}-{statement.id}"):
        html.show(_colleagues(sheet, statement, spread), f"<h3>{escape(_('The region’s answer'))}</h3>")
        # What comes and goes stands in a place of its own, so that what follows is not drawn anew and keeps the focus.
        shortcut, most = st.container(), _most(spread)
        if most and not field.locked and (held is None or held.choice != most):
            shortcut.button(
                _("Take what most of you chose: {choice}").format(choice=short[most]),
                key=f"most-{field.id}", on_click=survey_answer.choose, args=(field, most),
            )  # fmt: skip
        survey_answer.draw(field, Held(held.choice, held.evidence, held.version, held.by_name) if held else Held())
        if submitted and sheet.open:
            html.show(
                f"<p class='hub-muted'>{escape(_('The answer has been handed in. Open it again in the overview to change it.'))}</p>"
            )


def _most(spread: Opinions) -> str:
    """Return what most colleagues chose; nothing where they are few, stand far apart, or no choice has most."""
    given = [str(choice) for choice in spread.choices.values()]
    counts = sorted(((given.count(choice), choice) for choice in set(given)), reverse=True)
    if spread.disagreement or len(given) < 2 or (len(counts) > 1 and counts[0][0] == counts[1][0]):  # noqa: PLR2004 - alone one is not most
        return ""
    return counts[0][1]


def _answers(colleague: Colleague) -> dict[str, Answer]:
    return {
        statement: Answer(statement, choice, colleague.evidence.get(statement, ""))
        for statement, given in colleague.choices.items()
        if (choice := read_choice(given)) is not None
    }


def _colleagues(sheet: Sheet, statement: Statement, spread: Opinions) -> str:
    """Return who chose what, as short bars with names, and in words whether they stand far apart."""
    head = f"<h3>{escape(_('What you who answer say'))}</h3>"
    if not spread.choices:
        return head + f"<p class='hub-muted'>{escape(_('Nobody has answered yet.'))}</p>"
    short = choice_names(sheet.questionnaire)
    names = {one.owner: one for one in sheet.colleagues}
    rows = []
    for choice in CHOICES:
        who = [names[owner] for owner, chosen in spread.choices.items() if chosen == choice]
        if choice not in LEVELS and not who:
            continue
        rows.append(_row(short[str(choice)], who, statement, len(spread.choices)))
    apart = (
        f"<p class='hub-apart'><strong>{escape(_('You see this differently.'))}</strong> "
        f"{escape(_('Between the lowest and the highest answer there are {levels} levels. Talk it over before you settle.').format(levels=(spread.most or 0) - (spread.least or 0)))}</p>"
        if spread.disagreement
        else ""
    )
    table = (
        f"<table class='hub-spread'><caption class='hub-unseen'>{escape(_('Who chose which level'))}</caption>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    count = (
        _("1 has answered")
        if len(spread.choices) == 1
        else _("{count} have answered").format(count=len(spread.choices))
    )
    return f"{head}<p class='hub-muted'>{escape(count)}</p>{apart}{table}"


def _row(label: str, who: Sequence[Colleague], statement: Statement, of: int) -> str:
    said = "".join(
        f"<li>{escape(one.name)}"
        + (f": <span class='hub-muted'>{escape(text)}</span>" if (text := one.evidence.get(statement.id, "")) else "")
        + "</li>"
        for one in who
    )
    return (
        f"<tr><th scope='row'>{escape(label)}</th><td class='hub-spread-count'>{len(who)}</td>"
        f"<td><progress max='{of}' value='{len(who)}' aria-hidden='true'></progress>{f'<ul>{said}</ul>' if said else ''}</td></tr>"
    )
