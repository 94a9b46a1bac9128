"""The board document: its fields, its preview, and the files."""

import datetime as dt
from html import escape
from urllib.parse import urlencode

from components import guide, html
from components.session import hub, language
from components.words import _
from hub.guide import answers as link
from hub.guide.rules import choose, path
from hub.handover import plan_input
from hub.plan.reading import preview
from hub.plan.rules import LIMITS, Edits
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
        f"<h1>{escape(_('A document for the board'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Written from your answers. Fill in what only you know, and take it with you to edit further.'))}</p>",
        _form(action, _steps(service)),
        f"<h2 id='forhandsvisning'>{escape(_('What it says'))}</h2>"
        f"<p class='hub-muted'>{escape(_('Shown without your own texts; they are in the file.'))}</p>",
        preview(write(plan, Edits(), words)),
    )


def _steps(service: link.Service) -> list[str]:
    """Return the steps that may be dated: the way to the aim, and the follow-up."""
    facts = link.facts(service.answers, guide.flow())
    names = guide.words().layers
    return [*(names[step.layer].name for step in path(facts, choose(facts))), _("Follow up and report back")]


def _form(action: str, steps: list[str]) -> str:
    long = {"decision", "economy", "recipients", "background"}
    labels = {
        "registration": _("Registration number"),
        "officer": _("Officer"),
        "unit": _("Unit"),
        "addressee": _("To"),
        "decision": _("Proposal for decision, if you want other words than ours (a point a line)"),
        "background": _("Add to the background"),
        "economy": _("Economic consequences: your own figures"),
        "recipients": _("The decision is sent to"),
    }
    fields = "".join(
        f"<div class='hub-fieldrow'><label for='falt-{name}'>{escape(label)}</label>"
        + (
            f"<textarea class='hub-field' id='falt-{name}' name='{name}' rows='4' maxlength='{LIMITS[name]}'></textarea>"
            if name in long
            else f"<input class='hub-field' id='falt-{name}' name='{name}' maxlength='{LIMITS[name]}' autocomplete='off'>"
        )
        + "</div>"
        for name, label in labels.items()
    )
    dates = "".join(
        f"<div class='hub-fieldrow'><label for='dag-{number}'>{escape(step)}</label>"
        f"<input type='hidden' name='steg-{number}' value='{escape(step)}'>"
        f"<input class='hub-field' type='date' id='dag-{number}' name='dag-{number}'></div>"
        for number, step in enumerate(steps)
    )
    buttons = "".join(
        f"<button class='hub-button{'' if kind == 'docx' else ' quiet'}' type='submit' data-sends-to='/api/plan.{kind}?{escape(action)}'>{escape(name)}</button>"
        for kind, name in (("docx", "Word"), ("pdf", "PDF"), ("md", "Markdown"), ("ics", _("Calendar")))
    )
    return (
        f"<form method='post' action='/api/plan.docx?{escape(action)}' class='hub-filter' data-keeps='plan' aria-label='{escape(_('Your own texts'))}'>"
        f"<p>{escape(_('What you write stays in this browser and goes with the file. Write no personal identity numbers and nothing about patients.'))}</p>"
        f"{fields}<details><summary>{escape(_('Date the steps, for the calendar'))}</summary>{dates}</details>"
        f"<div class='hub-actions'>{buttons}<button class='hub-button quiet' type='button' data-empties='plan'>{escape(_('Empty the fields'))}</button></div></form>"
    )
