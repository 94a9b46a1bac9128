"""The board document: its fields, its preview, and the files."""

import datetime as dt
from html import escape
from urllib.parse import urlencode

import streamlit as st

from components import guide, html
from components.problems import attempt
from components.session import answered, answering_for, command, hub, kept, language, renew, visitor
from components.words import _
from hub.guide import answers as link
from hub.guide.rules import choose, path
from hub.handover import plan_basis, plan_input
from hub.plan.items import LONGEST, new_key
from hub.plan.reading import preview
from hub.plan.rules import LIMITS, Edits
from hub.plan.service import Access
from hub.plan.writing import write


def page() -> None:
    """Draw the fields and the document; without answers, the way to them."""
    found = guide.read_link()
    service = found.services[found.current]
    if not service.answers:
        html.show(
            f"<h1>{escape(_('A document for the board'))}</h1><p class='hub-lead'>{escape(_('The document is written from a result of the guide. Answer the questions first.'))}</p>"
            f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Start'))}</a></div>"
        )
        return
    query = link.query(found.services, hub().guide.flow, found.current)
    address = "/valj?" + urlencode(query, safe="~._-")
    words = hub().plan_words[language()]
    plan = plan_input(hub(), words, found.services, found.current, day=dt.datetime.now(dt.UTC).date(), address=address)
    action = urlencode({**query, "lang": language()}, safe="~._-")
    html.show(
        f"<a class='hub-link' href='{escape(address)}'>← {escape(_('Back to the result'))}</a>"
        f"<h1>{escape(_('Plan and document for the board'))}</h1>"
        f"<p class='hub-lead'>{escape(_('From your answers: a plan to work in, or a document to take with you.'))}</p>",
    )
    _update(query)
    _keep(found, query)
    html.show(
        f"<h2 id='ta-med'>{escape(_('Or take the document with you, with nothing kept here'))}</h2>",
        _form(action, _steps(service)),
        f"<h2 id='forhandsvisning'>{escape(_('What it says'))}</h2>"
        f"<p class='hub-muted'>{escape(_('Shown without your own texts; they are in the file.'))}</p>",
        preview(write(plan, Edits(), words)),
    )


def _update(query: dict[str, str]) -> None:
    """Offer to put the answers into the plan they were given for."""
    plan = answering_for()
    if plan is None:
        return
    plan_id, key, title, seen = plan
    above = st.container()
    html.show(
        f"<h2 id='uppdatera'>{escape(_('Put the answers into the plan {title}').format(title=title))}</h2>"
        f"<p>{escape(_('What they change is shown in the plan before anything of it is changed.'))}</p>"
    )
    given = command("answers")
    put, drop = st.container(horizontal=True), st.empty()
    if put.button(_("Put them into the plan"), type="primary", key=f"put-{given}"):
        with attempt("answers", above):
            hub().plans.answer(visitor(), Access(plan_id, key), seen, urlencode(query), given)
            renew("answers")
            answered()
            st.query_params.from_dict(Access(plan_id, key).query)
            st.rerun()
    if drop.button(_("These answers are not for that plan"), key=f"drop-{given}", type="tertiary"):
        answered()
        st.rerun()


def _keep(found: link.Link, query: dict[str, str]) -> None:
    """Offer to keep the result as a plan, with what to do, and lead there."""
    above = st.container()
    given = command("keep")
    name = found.services[found.current].name
    html.show(
        f"<h2 id='spara'>{escape(_('Keep it as a plan'))}</h2>"
        f"<p>{escape(_('The plan holds what to do, who does it and how far you have come. You share it by link; nobody needs to sign in.'))}</p>"
    )
    with st.form(key=f"keep-{given}", border=False):
        title = st.text_input(
            _("The plan’s title"), _("Video visits: {service}").format(service=name) if name else _("Video visits"),
            key=f"title-{given}", max_chars=LONGEST["title"],
        )  # fmt: skip
        sent = st.form_submit_button(_("Keep as a plan"), type="primary", key=f"send-{given}")
    if sent:
        with attempt("keep", above):
            access = hub().plans.create(
                visitor(),
                title=title,
                language=language(),
                guide=urlencode(query),
                basis=plan_basis(hub(), hub().plan_words[language()], found.services, hub().step_stages),
                command_id=given,
                key=kept(f"key-{given}", new_key()),
            )
            renew("keep")
            st.query_params.from_dict(access.query)
            st.rerun()


def _steps(service: link.Service) -> list[str]:
    """Return the steps that may be dated: the way to the aim, and the follow-up."""
    facts = link.facts(service.answers, guide.flow())
    names = guide.words().layers
    return [*(names[step.layer].name for step in path(facts, choose(facts))), _("Follow up and report back")]


LONG = frozenset({"decision", "economy", "recipients", "background"})
"""The officer's texts that take several lines."""


def own_texts() -> dict[str, str]:
    """Return the officer's own texts by name, with what to ask for."""
    return {
        "registration": _("Registration number"),
        "officer": _("Officer"),
        "unit": _("Unit"),
        "addressee": _("To"),
        "decision": _("Proposal for decision, if you want other words than ours (a point a line)"),
        "background": _("Add to the background"),
        "economy": _("Economic consequences: your own figures"),
        "recipients": _("The decision is sent to"),
    }


def _form(action: str, steps: list[str]) -> str:
    fields = "".join(
        f"<div class='hub-fieldrow'><label for='falt-{name}'>{escape(label)}</label>"
        + (
            f"<textarea class='hub-field' id='falt-{name}' name='{name}' rows='4' maxlength='{LIMITS[name]}'></textarea>"
            if name in LONG
            else f"<input class='hub-field' id='falt-{name}' name='{name}' maxlength='{LIMITS[name]}' autocomplete='off'>"
        )
        + "</div>"
        for name, label in own_texts().items()
    )
    dates = "".join(
        f"<div class='hub-fieldrow'><label for='dag-{number}'>{escape(step)}</label>"
        f"<input type='hidden' name='steg-{number}' value='{escape(step)}'>"
        f"<input class='hub-field' type='date' id='dag-{number}' name='dag-{number}'></div>"
        for number, step in enumerate(steps)
    )
    buttons = "".join(
        f"<button class='hub-button quiet' type='submit' data-sends-to='/api/plan.{kind}?{escape(action)}'>{escape(name)}</button>"
        for kind, name in (("docx", "Word"), ("pdf", "PDF"), ("md", "Markdown"), ("ics", _("Calendar")))
    )
    return (
        f"<form method='post' action='/api/plan.docx?{escape(action)}' class='hub-filter' data-keeps='plan' aria-label='{escape(_('Your own texts'))}'>"
        f"<p>{escape(_('What you write stays in this browser and goes with the file. Write no personal identity numbers and nothing about patients.'))}</p>"
        f"<div class='hub-fields'>{fields}</div><details><summary>{escape(_('Date the steps, for the calendar'))}</summary>{dates}</details>"
        f"<div class='hub-actions'>{buttons}<button class='hub-plainbutton' type='button' data-empties='plan'>{escape(_('Empty the fields'))}</button></div></form>"
    )
