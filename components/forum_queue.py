"""What is reported and waits, one post at a time, and the page of a single measure."""

from html import escape

import streamlit as st

from components import html, live
from components.fields import Form, sent_form
from components.forum import author_words, category_name, kicker, reading, thread_way
from components.forum_moderation import (
    WAYS,
    ask_words,
    form_name,
    measure_form,
    moderates,
    offered,
    people_line,
    said,
    span_words,
    thread_link,
)
from components.problems import sentence, summary
from components.session import hub, name_page, visitor
from components.words import _, moment, number
from hub.errors import NotFound
from hub.forum.measures import Suspension, What
from hub.forum.moderation import REPORTS
from hub.forum.oversight import Case, Queue


def head(view: str, heading: str) -> str:
    """Return what every page of moderation begins with."""
    tabs = (("anmalda", _("Reported")), ("logg", _("The log of measures")), ("regler", _("The rules")))
    items = "".join(
        f"<li><a href='/forum?vy={name}'{' aria-current=page' if name == view else ''}>{escape(words)}</a></li>"
        for name, words in tabs
    )
    return (
        f"{kicker(heading)}<nav class='hub-tabs' aria-label='{escape(_('Parts of moderation'))}'><ul>{items}</ul></nav>"
    )


def refused() -> None:
    """Tell somebody who does not moderate what the page is."""
    name_page(_("Moderation of the forum"))
    html.show(
        f"{kicker(_('Moderation of the forum'))}<p class='hub-lead'>{escape(_('Here moderators look at what has been reported. It is not open to you.'))}</p>"
        f"<div class='hub-actions'><a class='hub-button' href='/forum?vy=regler'>{escape(_('The rules of the forum'))}</a>"
        f"<a class='hub-link' href='/forum'>{escape(_('To the forum'))}</a></div>"
    )


# --- The queue -------------------------------------------------------------------------------------------------------


def page() -> None:
    """Draw the queue, or one post of it that the address names."""
    if not moderates():
        refused()
        return
    if st.query_params.get("inlagg"):
        _one(st.query_params["inlagg"], st.query_params.get("gor", ""))
        return
    name_page(_("Reported"))
    version = hub().topics.version(REPORTS)
    found = hub().oversight.queue(visitor())
    _complain(found)
    html.show(
        said(),
        head("anmalda", _("Reported")),
        f"<p class='hub-lead'>{escape(_lead(found))}</p>",
    )
    _news(version, empty=not found.cases)
    rest = html.joined(*(_case(one) for one in found.cases), _more(found), _suspended())
    if rest:
        html.show(rest)


def _lead(found: Queue) -> str:
    if not found.waiting:
        return _("Nothing waits. New reports show here by themselves.")
    if found.waiting == 1:
        return _("1 post waits for an answer.")
    return _("{count} posts wait for an answer. What has waited longest stands first.").format(
        count=number(found.waiting)
    )


def _more(found: Queue) -> str:
    more = found.waiting - len(found.cases)
    return (
        f"<p class='note'>{escape(_('{count} more wait. They show when these are answered.').format(count=number(more)))}</p>"
        if more > 0
        else ""
    )


@st.fragment
def _news(version: int, *, empty: bool) -> None:
    """Tell that the queue has moved; what is being written in it is not drawn away. An empty one is drawn anew."""
    now = hub().topics.version(REPORTS)
    if now != version:
        if empty:
            st.rerun(scope="app")
        html.show(f"<p class='note' role='status'>{escape(_('The queue has changed since it was drawn.'))}</p>")
        if st.button(_("Show the queue anew"), key=f"forum-queue-{version}"):
            st.rerun(scope="app")
    live.listen(REPORTS, now)


def _complain(found: Queue) -> None:
    """Say what is wrong with a form that has been refused, also where its post no longer stands in the queue."""
    asked = st.query_params.get("fel", "")
    held = hub().held.find(visitor().key, asked) if asked else None
    if held is None:
        return
    shown = [form_name(what, case.post.id) for case in found.cases for what in offered(case)]
    if asked in shown:
        fields = {"reason": "skal", "category": "kategori", "days": "dagar", "confirm": "saker"}
        sent_form(asked, {}, fields).complain(_("This was not done"))
    else:
        summary(_("This was not done"), [sentence(held.error)])


def _case(case: Case) -> str:
    forms = "".join(_folded(what, case, "ko") for what in offered(case) if what not in {What.PIN, What.UNPIN})
    return (
        f"<section class='hub-case' aria-labelledby='arende-{escape(case.post.id)}'><h2 id='arende-{escape(case.post.id)}'>{thread_link(case.thread, case.post)}</h2>"
        f"{_reports(case)}{_post(case)}<div class='hub-measures'>{forms}</div></section>"
    )


def _folded(what: What, case: Case, whence: str, *, opened: bool = False) -> str:
    form, drawn = measure_form(what, case, whence)
    words = escape(ask_words(what, whole=case.post.number == 1))
    return f"<details{' open' if opened or form.faults else ''}><summary>{words}</summary>{drawn}</details>"


def _reports(case: Case) -> str:
    if not case.reports:
        return ""
    lines = "".join(
        f"<li><span class='hub-case-reason' lang='sv'>{escape(one.reason)}</span> <span class='hub-muted'>{escape(one.by_name or _('A former member'))}, {escape(moment(one.at))}</span></li>"
        for one in case.reports
    )
    count = len(case.reports)
    words = _("1 report") if count == 1 else _("{count} reports").format(count=count)
    return f"<h3>{escape(words)}</h3><ul class='hub-case-reports'>{lines}</ul>"


def _post(case: Case) -> str:
    post, thread = case.post, case.thread
    shown = author_words(post.author_name)
    person = (
        _("Behind it: {name}.").format(name=case.author) if case.author and not shown.startswith(case.author) else ""
    )
    before = (
        ""
        if not case.before
        else _("1 measure before against the same author.")
        if case.before == 1
        else _("{count} measures before against the same author.").format(count=number(case.before))
    )
    states = [
        words
        for words, holds in (
            (_("Hidden by a moderator"), case.hidden),
            (_("Taken back"), post.removed_at is not None or thread.removed_at is not None),
            (_("Closed for replies"), thread.locked),
            (_("The author is suspended"), case.suspended is not None),
        )
        if holds
    ]
    tags = "".join(f" <span class='hub-tag'>{escape(words)}</span>" for words in states)
    facts = " ".join(part for part in (person, before) if part)
    return (
        f"<div class='hub-post'><p class='hub-byline'><strong>{escape(shown)}</strong> <span class='hub-muted'>{escape(moment(post.created_at))} · {escape(category_name(thread.category))}</span>{tags}</p>"
        + (f"<p class='hub-muted'>{escape(facts)}</p>" if facts else "")
        + (reading().card(case.card) if case.card else "")
        + f"<div class='hub-post-text'>{reading().text(thread, post)}</div>{reading().note(post)}</div>"
    )


def _suspended() -> str:
    found = hub().oversight.suspended(visitor())
    if not found:
        return ""
    rows = "".join(_row(one, name) for one, name in found)
    return f"<h2 id='avstangda'>{escape(_('Suspended now'))}</h2><ul class='hub-rows'>{rows}</ul>"


def _row(one: Suspension, name: str) -> str:
    until = _("until {moment}").format(moment=moment(one.until)) if one.until else span_words(0)
    who = name or _("A former member")
    lift = Form("hav", {}).around(
        "/api/forum/moderera/hav",
        f"<button class='hub-button quiet' type='submit'>{escape(_('Lift'))}<span class='hub-unseen'> {escape(who)}</span></button>",
        {"avstangning": one.id}, css="hub-inline", soft="page",
    )  # fmt: skip
    why = (
        f"{people_line(one.reason)} · {escape(author_words(one.by_name))}"
        if one.by_name
        else escape(_("Was suspended before the earlier account was deleted, and has signed in anew"))
    )
    return f"<li><div><strong>{escape(who)}</strong>, {escape(until)}<br><span class='hub-muted'>{why}, {escape(moment(one.begins_at))}</span></div>{lift}</li>"


# --- One post --------------------------------------------------------------------------------------------------------


def _one(post_id: str, wanted: str) -> None:
    """Draw a post and the measure asked for, or all that can be done with it."""
    try:
        case = hub().oversight.case(visitor(), post_id)
    except NotFound as error:
        name_page(_("Moderation of the forum"))
        html.show(said(), head("", _("Moderation of the forum")))
        summary(_("This was not done"), [sentence(error)])
        return
    measures = offered(case)
    what = next((one for one in measures if WAYS[one] == wanted), None)
    asked = next((one for one in measures if form_name(one, post_id) == st.query_params.get("fel", "")), None)
    heading = ask_words(what, whole=case.post.number == 1) if what else _("Moderate a post")
    name_page(heading)
    if asked:
        form, _drawn = measure_form(asked, case, "trad")
        form.complain(_("This was not done"))
    elif st.query_params.get("fel"):
        _complain(Queue((), 0))
    back = thread_way(case.thread.id, case.post.number)
    forms = (
        measure_form(what, case, "trad")[1]
        if what
        else "".join(_folded(one, case, "trad", opened=one is asked) for one in measures)
    )
    gone = (
        f"<p class='note'>{escape(_('That no longer fits the post as it stands. This is what can be done now.'))}</p>"
        if wanted and what is None
        else ""
    )
    html.show(
        said(),
        f"<p class='hub-kicker'><a href='{escape(back)}'>← {escape(_('Back to the thread'))}</a> · <a href='/forum?vy=anmalda'>{escape(_('Reported'))}</a></p>",
        f"<h1>{escape(heading)}</h1>",
        gone,
        _post(case),
        _reports(case),
        f"<div class='hub-measures'>{forms}</div>",
    )
