"""The forum's rules, what moderators have done, and the way to report a post."""

import datetime as dt
from collections.abc import Sequence
from html import escape

import streamlit as st

from components import html
from components.fields import sent_form
from components.forum import author_words, category_name, kicker, reading, thread_way, title_html
from components.forum_moderation import done_words, moderates, notice, own_line, people_line, span_words
from components.forum_queue import head, refused
from components.forum_thread import not_found
from components.session import hub, language, name_page, visitor
from components.words import _, moment, number
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum.content import Section
from hub.forum.measures import Measure, What
from hub.forum.oversight import Log
from hub.forum.rules import LONGEST
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.language import span

# --- The rules -------------------------------------------------------------------------------------------------------


def rules() -> None:
    """Draw the rules: for everybody, with what concerns oneself and how many measures there have been for members."""
    words, lang = hub().forum_content.rules, language()
    name_page(words.title[lang])
    member = allowed(visitor(), Action.FORUM_READ)
    points = "".join(f"<li>{escape(one[lang])}</li>" for one in words.points)
    html.show(
        head("regler", words.title[lang]) if moderates() else kicker(words.title[lang]),
        f"<p class='hub-lead'>{escape(words.lead[lang])}</p>",
        notice() if member else "",
        f"<ul>{points}</ul>",
        _section("moderatorer", words.moderators),
        _section("anmala", words.reporting),
        _section("svara", words.answering),
        f"<p>{_contact()}</p>",
        _own() if member else "",
        _counts() if member else "",
        f"<p><a class='hub-link' href='/om#uppgifter'>{escape(_('What is kept of you'))}</a></p>",
    )


def _section(place: str, section: Section) -> str:
    lang = language()
    points = "".join(f"<li>{escape(one[lang])}</li>" for one in section.points)
    return f"<h2 id='{place}'>{escape(section.title[lang])}</h2><ul>{points}</ul>"


def _contact() -> str:
    contact = hub().settings.contact
    if not contact:
        return escape(_("No contact address has been set for this installation."))
    return f"{escape(_('Write to:'))} <a href='mailto:{escape(contact)}'>{escape(contact)}</a>"


def _own() -> str:
    try:
        found = hub().oversight.own(visitor())
    except Unavailable:
        return ""
    if not found.lines:
        return ""
    lines = "".join(f"<li>{own_line(one, found.titles.get(one.thread_id, ''))}</li>" for one in found.lines)
    return f"<h2 id='dina'>{escape(_('What concerns what you have written'))}</h2><ul>{lines}</ul>"


_COUNTED = (What.HIDE, What.WARN, What.EDIT, What.MOVE, What.LOCK, What.SUSPEND, What.DISMISS)


def _counts() -> str:
    """Return how many measures there have been, by month; the months in which nothing was done are left out."""
    try:
        found = [(begins, counts) for begins, counts in hub().oversight.counts(visitor()) if counts]
    except Unavailable:
        return ""
    heading = f"<h2 id='antal'>{escape(_('What moderators have done'))}</h2>"
    if not found:
        return heading + f"<p>{escape(_('Nothing in the last twelve months.'))}</p>"
    names = {
        What.HIDE: _("Hidden"), What.WARN: _("Notes below posts"), What.EDIT: _("Texts changed"), What.MOVE: _("Threads moved"),
        What.LOCK: _("Threads locked"), What.SUSPEND: _("Suspensions"), What.DISMISS: _("Reports left as they were"),
    }  # fmt: skip
    heads = "".join(f"<th scope='col'>{escape(names[what])}</th>" for what in _COUNTED)
    rows = "".join(
        f"<tr><th scope='row'>{escape(span(language(), begins, begins + dt.timedelta(days=27)))}</th>"
        + "".join(f"<td data-name='{escape(names[what])}'>{number(counts.get(what, 0))}</td>" for what in _COUNTED)
        + "</tr>"
        for begins, counts in found
    )
    return html.joined(
        heading,
        f"<p>{escape(_('How many measures there were each month of the last year, counted in this installation. Nobody is named.'))}</p>",
        f"<div class='table-scroll' tabindex='0' role='region' aria-labelledby='antal'><table><caption class='hub-unseen'>{escape(_('What moderators have done'))}</caption>"
        f"<thead><tr><th scope='col'>{escape(_('Month'))}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>",
    )


# --- The log ---------------------------------------------------------------------------------------------------------


def log() -> None:
    """Draw what has been done, the newest first."""
    if not moderates():
        refused()
        return
    name_page(_("The log of measures"))
    asked = st.query_params.get("fore", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0  # noqa: PLR2004 - digits an id has room for
    found = hub().oversight.log(visitor(), before)
    names = (_("When"), _("Who"), _("What"), _("To what"), _("Reason"))
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in names)
    rows = "".join(_line(one, found, names) for one in found.lines)
    around = "".join(
        f"<a class='hub-link' href='/forum?vy=logg{more}'>{escape(words)}</a>"
        for more, words, there in (
            ("", _("← The newest"), bool(before)),
            (f"&amp;fore={found.next_before}", _("Older →"), bool(found.next_before)),
        )
        if there
    )
    html.show(
        head("logg", _("The log of measures")),
        f"<p class='hub-lead'>{escape(_('Every measure: who, when, what it was done to, and why.'))}</p>",
        f"<table class='hub-stack hub-trail'><caption class='hub-unseen'>{escape(_('The log of measures'))}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else f"<p class='hub-empty'>{escape(_('Nothing has been done yet.'))}</p>",
        f"<div class='hub-actions'>{around}</div>" if around else "",
    )


def _line(one: Measure, found: Log, names: Sequence[str]) -> str:
    title = found.titles.get(one.thread_id)
    post = _("post {number}").format(number=one.number) if one.number else ""
    thing = (
        f"<a href='{escape(thread_way(one.thread_id, one.number or 1))}'>{people_line(title)}</a>"
        if title
        else f"<span class='hub-muted'>{escape(_('a thread that has been deleted'))}</span>"
    )
    more = f", {escape(post)}" if post else ""
    told = (
        escape(moment(one.at)),
        escape(author_words(one.by_name)),
        escape(_what(one)),
        f"{thing}{more}" if one.thread_id else "",
        people_line(one.reason) if one.reason else "",
    )
    cells = "".join(
        f"<td><span class='hub-stated-head hub-muted' aria-hidden='true'>{escape(name)}: </span>{words}</td>"
        if words
        else "<td></td>"
        for name, words in zip(names, told, strict=True)
    )
    return f"<tr>{cells}</tr>"


def _what(one: Measure) -> str:
    words = done_words()[one.what]
    if one.what in {What.MOVE, What.MOVE_BACK}:
        places = {name: str(one.facts.get(name, "")) for name in ("from", "to")}
        if all(f"category:{place}" in hub().forum_content.named for place in places.values()):
            way = _("{before} → {after}").format(
                before=category_name(places["from"]), after=category_name(places["to"])
            )
            return f"{words}: {way}"
    days = one.facts.get("days")
    if one.what is What.SUSPEND and isinstance(days, int):
        return f"{words}: {span_words(days)}"
    return words


# --- Reporting -------------------------------------------------------------------------------------------------------


def report(post_id: str) -> None:
    """Draw the form with which a member reports a post."""
    try:
        now = hub().forum.changing(visitor(), post_id, reading=True)
    except (NotFound, Rejected):
        not_found()
        return
    name_page(_("Report a post"))
    form = sent_form("anmal", {"skal": ""}, {"reason": "skal"})
    form.complain()
    back = thread_way(now.thread.id, now.post.number)
    inside = (
        form.lines(
            "skal", _("What does not belong here, and why?"), most=LONGEST["reason"],
            help_text=_("Do not repeat what may point out a patient. Those who moderate see the post and that it is you who reports; the author does not."),
        )
        + f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(_('Report'))}</button>"
        f"<a class='hub-link' href='{escape(back)}'>{escape(_('Cancel'))}</a></div>"
    )  # fmt: skip
    unseen = {"trad": now.thread.id, "inlagg": now.post.id, "nummer": str(now.post.number)}
    html.show(
        f"<p class='hub-kicker'><a href='{escape(back)}'>← {title_html(now.thread)}</a></p><h1>{escape(_('Report a post'))}</h1>"
        f"<div class='hub-post'><p class='hub-byline'><strong>{escape(author_words(now.post.author_name))}</strong> <span class='hub-muted'>{escape(moment(now.post.created_at))}</span></p>"
        f"<div class='hub-post-text'>{reading().text(now.thread, now.post)}</div></div>",
        form.around("/api/forum/anmal", inside, unseen, soft="page"),
        f"<p><a class='hub-link' href='{address('/forum', vy='regler')}'>{escape(_('The rules of the forum'))}</a></p>",
    )
