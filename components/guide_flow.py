"""The guide's way from the opening to the result: what is shown at each place, and where its buttons lead."""

from dataclasses import replace
from html import escape

import streamlit as st

from components import guide as view
from components import html
from components.guide import flow, go
from components.problems import summary
from components.session import hub, name_page
from components.words import _
from hub.guide import answers as link_rules
from hub.guide.answers import LONGEST_NAME, MOST_SERVICES, Link, Service
from hub.guide.content import Question
from hub.html import address


def question_to_put(link: Link) -> Question | None:
    """Return the question to show: the one asked for, else the first unanswered once the visitor has begun."""
    if link.question is not None:
        return link.question
    service = link.services[link.current]
    if not service.answers and len(link.services) == 1:
        return None
    return link_rules.next_question(service.answers, flow())


def opening() -> None:
    """Draw what the guide is, and the way in."""
    count = len(flow())
    first = address("/valj", **link_rules.query([Service("", {})], hub().guide.flow, 0, flow()[0].id))
    html.show(
        f"<h1>{escape(_('Choose how to connect your video service to 1177'))}</h1>",
        f"<p class='hub-lead'>{escape(_('Answer at most {count} questions about one video service. You get a proposal for where to start and what to aim for, the reasons, what is missing and whom to ask.').format(count=count))}</p>",
        "<ul>"
        f"<li>{escape(_('“Don’t know” is a full answer. It never counts as yes, and becomes a question to send to whoever knows.'))}</li>"
        f"<li>{escape(_('Your answers stay in the address of the page. Save it or share it; whoever opens it sees the same result.'))}</li>"
        f"<li>{escape(_('Several video services in the region? Answer for one, then add the next, up to five.'))}</li></ul>",
        f"<div class='hub-actions'><a class='hub-button' href='{first}'>{escape(_('Start'))}</a>"
        f"<a class='hub-link' href='/nivaer'>{escape(_('Read about the levels first'))}</a></div>",
        f"<h2>{escape(_('Four layers, combined in different ways'))}</h2>",
        view.reading().layers_drawing(),
    )


def put(link: Link, asked: Question) -> None:
    """Draw a question with the way back, take the answer and go on."""
    service = link.services[link.current]
    order = [question.id for question in link_rules.asked(service.answers, flow())]
    place = order.index(asked.id)
    back = link_rules.query(link.services, hub().guide.flow, link.current, order[place - 1]) if place else {}
    name_page(
        _("Question {place} of {all}").format(place=place + 1, all=len(order))
        + ": "
        + view.words().questions[asked.id].title
    )
    html.show(f"<a class='hub-link' href='{address('/valj', **back)}'>← {escape(_('Back'))}</a>")
    above = st.container()
    chosen = view.question_page(asked, service.answers, service.name)
    if chosen is None:
        return
    refused = view.refusal(asked, chosen)
    if refused:
        with above:
            summary(_("The answer is missing") if not chosen else _("The answers do not fit together"), [refused])
        return
    answers = link_rules.with_answer(service.answers, asked, chosen, flow())
    services = [*link.services]
    services[link.current] = replace(service, answers=answers)
    following = link_rules.next_question(answers, flow())
    go(services, link.current, following.id if following else "")


def finished(link: Link) -> None:
    """Draw the result, and what can be done with it."""
    service = link.services[link.current]
    name_page(f"{_('Your result')}{f': {service.name}' if service.name else ''}")
    html.show(
        _overview(link),
        view.reading().result(link.services, link.current),
        f"<div class='hub-actions'><a class='hub-link' href='{address('/regioner', **link_rules.query(link.services, hub().guide.flow, link.current))}'>{escape(_('Regions that go your way'))}</a>"
        f"<a class='hub-link' href='{address('/valj')}'>{escape(_('Begin anew'))}</a></div>"
        f"<p class='hub-muted'>{escape(_('The questions and rules have version {version}. The result is worked out from the address each time it is opened.').format(version=hub().guide.flow.version))}</p>",
        f"<h2 id='tjanster'>{escape(_('Name this service, or add another'))}</h2>",
    )
    _naming(link, service)


def _overview(link: Link) -> str:
    if len(link.services) == 1:
        return ""
    return f"<h2>{escape(_('Your services'))}</h2>{view.reading().overview(link.services)}"


def _naming(link: Link, service: Service) -> None:
    with st.form("naming", border=False):
        name = st.text_input(
            _("What is the service called?"),
            value=service.name,
            max_chars=LONGEST_NAME,
            placeholder=_("For example: video visits in primary care"),
            key=f"name-{link.current}",
        )
        with st.container(horizontal=True):
            saved = st.form_submit_button(_("Save the name"), key="save-name")
            room = len(link.services) < MOST_SERVICES
            added = st.form_submit_button(_("Add a service"), key="add-service") if room else False
    if saved or added:
        services = [*link.services]
        services[link.current] = replace(service, name=(name or "").strip())
        if added:
            services.append(Service("", {}))
            go(services, len(services) - 1, flow()[0].id)
        go(services, link.current)
