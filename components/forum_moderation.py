"""Moderation where the talk is: the tools at each post, the forms of measures, and what those concerned are told."""

from collections.abc import Mapping
from contextlib import suppress
from html import escape

import streamlit as st

from components import html
from components.fields import Form, sent_form
from components.forum import thread_way, title_html
from components.session import hub, language, visitor
from components.words import _, moment
from hub.errors import Unavailable
from hub.forum.measures import DAYS, TAKEN_BACK_BY, Measure, Suspension, What
from hub.forum.oversight import Case
from hub.forum.rules import LONGEST, Post, Thread
from hub.html import address
from hub.identity.rules import Action, allowed

WAYS: Mapping[What, str] = {
    What.DISMISS: "lamna", What.HIDE: "dolj", What.RESTORE: "visa", What.WARN: "anmark", What.UNWARN: "avanmark",
    What.MOVE: "flytta", What.LOCK: "las", What.UNLOCK: "las-upp", What.PIN: "fast", What.UNPIN: "lossa",
    What.SUSPEND: "stang-av",
}  # fmt: skip
"""What measures are called in addresses and forms."""


def moderates() -> bool:
    """Tell whether the visitor moderates."""
    return allowed(visitor(), Action.FORUM_MODERATE)


def done_words() -> dict[What, str]:
    """Return what a measure is called when it is told of."""
    return {
        What.DISMISS: _("Left the post as it is"),
        What.REOPEN: _("Let the reports wait again"),
        What.HIDE: _("Hid"),
        What.RESTORE: _("Showed again"),
        What.WARN: _("Set a note"),
        What.UNWARN: _("Took a note away"),
        What.EDIT: _("Changed the text"),
        What.MOVE: _("Moved the thread"),
        What.MOVE_BACK: _("Moved the thread back"),
        What.LOCK: _("Locked the thread"),
        What.UNLOCK: _("Opened the thread again"),
        What.PIN: _("Pinned the thread"),
        What.UNPIN: _("Let the thread stand in its turn"),
        What.SUSPEND: _("Suspended from writing"),
        What.LIFT: _("Lifted a suspension"),
        What.ACCEPT: _("Accepted an answer"),
        What.UNACCEPT: _("Withdrew an accepted answer"),
    }


def ask_words(what: What, *, whole: bool) -> str:
    """Return what a measure is called where it is offered.

    Args:
        what: which measure.
        whole: whether it is offered on a thread's first post, which stands for the thread.
    """
    return {
        What.DISMISS: _("Leave it as it is"),
        What.HIDE: _("Hide the whole thread") if whole else _("Hide the post"),
        What.RESTORE: _("Show the thread again") if whole else _("Show the post again"),
        What.WARN: _("Set a note below the post"),
        What.UNWARN: _("Take the note away"),
        What.MOVE: _("Move the thread"),
        What.LOCK: _("Lock the thread"),
        What.UNLOCK: _("Open the thread again"),
        What.PIN: _("Pin the thread"),
        What.UNPIN: _("Let the thread stand in its turn"),
        What.SUSPEND: _("Suspend whoever wrote it"),
    }[what]


def means(what: What, case: Case) -> str:
    """Return what comes of a measure."""
    whole, replies = case.post.number == 1, case.thread.posts - 1
    hides = (
        _("Others no longer see the thread. The author sees it, and why.")
        if not replies
        else _("Others no longer see the thread, nor its 1 reply. The author sees it, and why.")
        if replies == 1
        else _("Others no longer see the thread, nor its {count} replies. The author sees it, and why.").format(
            count=replies
        )
    )
    return {
        What.DISMISS: _("The report is settled and the post stays. Whoever reported it is told, its author is not."),
        What.HIDE: hides if whole else _("Others no longer see the post. The author sees it, and why."),
        What.RESTORE: _("Everybody sees it as it was."),
        What.WARN: _("The note stands below the post for all to see."),
        What.UNWARN: _("The note goes; that it was there stays in the log."),
        What.MOVE: _("The thread keeps its address. The author sees why."),
        What.LOCK: _("Nobody can reply or change anything. All who read the thread see why."),
        What.UNLOCK: _("Members can reply again."),
        What.PIN: _("The thread stands first in the lists."),
        What.UNPIN: _("The thread is sorted like all others."),
        What.SUSPEND: _(
            "The author can read, follow and report, but write nothing. The author sees why, and until when."
        ),
    }[what]


def offered(case: Case) -> list[What]:
    """Return the measures that make sense for a post as it stands."""
    post, thread = case.post, case.thread
    found = [What.DISMISS] if case.reports else []
    if case.hidden:
        found.append(What.RESTORE)
    else:
        found += [What.HIDE, What.WARN, *([What.UNWARN] if post.note else [])]
    found += [What.UNLOCK if thread.locked else What.LOCK, What.MOVE, What.UNPIN if thread.pinned else What.PIN]
    if post.author and post.author != visitor().person_id and case.suspended is None:
        found.append(What.SUSPEND)
    return found


# --- The tools at a post ---------------------------------------------------------------------------------------------


def tools(thread: Thread, post: Post) -> str:
    """Return what those who moderate can do with a post and its thread, folded together; nothing for others."""
    if not moderates():
        return ""
    case = Case(post, thread, None, (), "", 0, None)
    unseen = f"<span class='hub-unseen'> {escape(_('post {number}').format(number=post.number))}</span>"
    links = "".join(
        f"<li><a class='hub-post-tool' href='{address('/forum', vy='anmalda', inlagg=post.id, gor=WAYS[what])}'>"
        f"{escape(ask_words(what, whole=post.number == 1))}{unseen}</a></li>"
        for what in offered(case)
    )
    change = (
        f"<li><a class='hub-post-tool' href='{address('/forum', trad=thread.id, andra=post.id)}'>{escape(_('Change the text'))}{unseen}</a></li>"
        if post.author != visitor().person_id
        else ""
    )
    return f"<details class='hub-moderate'><summary>{escape(_('Moderate'))}{unseen}</summary><ul>{links}{change}</ul></details>"


# --- The forms -------------------------------------------------------------------------------------------------------


def form_name(what: What, post_id: str) -> str:
    """Return the name that a form is held by when it is refused."""
    return f"{WAYS[what]}-{post_id}"


def measure_form(what: What, case: Case, whence: str) -> tuple[Form, str]:
    """Return the form of a measure, and the same as HTML.

    Args:
        what: which measure.
        case: what it is taken against.
        whence: ``ko`` when it stands in the queue, ``trad`` when the thread is to be led back to.
    """
    post, thread = case.post, case.thread
    name = form_name(what, post.id)
    values = {"skal": "", "kategori": "", "dagar": "", "saker": "", "avgor": "1"}
    fields = {"reason": "skal", "category": "kategori", "days": "dagar", "confirm": "saker"}
    form = sent_form(name, values, fields)
    inside = f"<p class='hub-muted'>{escape(means(what, case))}</p>"
    if what is What.MOVE:
        categories = [
            (one.id, one.name[language()]) for one in hub().forum_content.categories if one.id != thread.category
        ]
        inside += form.choice("kategori", _("To which category"), [("", _("Choose")), *categories])
    if what is What.SUSPEND:
        spans = [(str(days), span_words(days), "") for days in DAYS]
        inside += form.radios("dagar", _("For how long"), spans)
    if what in _REASONS:
        inside += form.lines("skal", _reason_label(what), most=LONGEST["reason"])
    if needs_confirmation(what, post):
        sure = _("Yes, suspend the author") if what is What.SUSPEND else _("Yes, hide the whole thread")
        inside += form.box("saker", sure)
    if case.reports and what in _ANSWERS_IF_SAID:
        inside += form.box("avgor", _("This settles the report"))
    css = " hub-danger" if what in {What.HIDE, What.SUSPEND} else ""
    inside += f"<div class='hub-actions'><button class='hub-button{css}' type='submit'>{escape(ask_words(what, whole=post.number == 1))}</button></div>"
    unseen = {
        "inlagg": post.id, "trad": thread.id, "nummer": str(post.number), "tillbaka": whence,
        "anmalt": "1" if case.reports else "",
    }  # fmt: skip
    return form, form.around(f"/api/forum/moderera/{WAYS[what]}", inside, unseen, soft="page")


_REASONS = frozenset({What.HIDE, What.WARN, What.MOVE, What.LOCK, What.SUSPEND})
_ANSWERS_IF_SAID = frozenset({What.MOVE, What.LOCK, What.SUSPEND})


def needs_confirmation(what: What, post: Post) -> bool:
    """Tell whether a measure hurts so much that it is asked for twice."""
    return what is What.SUSPEND or (what is What.HIDE and post.number == 1)


def _reason_label(what: What) -> str:
    return {
        What.WARN: _("The note, which everybody sees"),
        What.LOCK: _("Reason, which all who read the thread see"),
    }.get(what, _("Reason, which the author sees"))


def span_words(days: int) -> str:
    """Return for how long somebody is suspended."""
    if not days:
        return _("Until further notice")
    return _("1 day") if days == 1 else _("{count} days").format(count=days)


# --- What has just been done -----------------------------------------------------------------------------------------


def said() -> str:
    """Say what has just been done by the address, with the way back from it; empty when nothing has."""
    done = st.query_params.get("sparat", "")
    if done == "anmal":
        words = _(
            "Thank you. Those who moderate have been told, and will look at the post. You see among the news in the forum what comes of it."
        )
        return f"<div class='note hub-said' role='status' tabindex='-1'><p>{escape(words)}</p></div>"
    sentences = {
        "lamna": _("The report is settled, and the post stays as it is."),
        "dolj": _("It is hidden. The author sees why."),
        "visa": _("It is shown again, as it was."),
        "anmark": _("The note stands below the post."),
        "avanmark": _("The note has been taken away."),
        "flytta": _("The thread has been moved. The author sees why."),
        "las": _("The thread is locked. Those who read it see why."),
        "las-upp": _("The thread is open again."),
        "fast": _("The thread stands first in the lists."),
        "lossa": _("The thread stands in its turn again."),
        "stang-av": _("The author can no longer write in the forum, and sees why and until when."),
        "hav": _("The suspension has been lifted."),
        "angra": _("That has been taken back. It is as it was before."),
    }
    if done not in sentences or not moderates():
        return ""
    made = st.query_params.get("atgard", "")
    undoable = {WAYS[what] for what in TAKEN_BACK_BY}
    undo = ""
    if done in undoable and made.isascii() and made.isdigit():
        unseen = {name: st.query_params.get(name, "") for name in ("trad", "efter")} | {"atgard": made}
        unseen["tillbaka"] = "trad" if unseen["trad"] else "ko"
        undo = Form("angra", {}).around(
            "/api/forum/moderera/angra",
            f"<button class='hub-button quiet' type='submit'>{escape(_('Undo'))}</button>", unseen, css="hub-inline",
            soft="page",
        )  # fmt: skip
    post = st.query_params.get("visat", "")
    more = (
        f"<a class='hub-link' href='{address('/forum', vy='anmalda', inlagg=post)}'>{escape(_('More with the same post'))}</a>"
        if post and "trad" not in st.query_params
        else ""
    )
    ways = f"<div class='hub-actions'>{undo}{more}</div>" if undo or more else ""
    return f"<div class='note hub-said' role='status' tabindex='-1'><p>{escape(sentences[done])}</p>{ways}</div>"


# --- What those concerned are told -----------------------------------------------------------------------------------


def suspension() -> Suspension | None:
    """Return what holds the visitor back from writing; None where nothing does, or the database does not answer."""
    with suppress(Unavailable):
        return hub().oversight.standing(visitor())
    return None


def notice() -> str:
    """Tell a visitor who may not write in the forum why, until when, and how to answer; empty for others."""
    held = suspension()
    if held is None:
        return ""
    until = (
        _("You cannot write in the forum until {moment}.").format(moment=moment(held.until))
        if held.until
        else _("You cannot write in the forum until further notice.")
    )
    why = (
        f"{escape(_('Reason:'))} {people_line(held.reason)}"
        if held.reason
        else escape(
            _(
                "You were suspended before you deleted your earlier account. The reason was not kept with you; a moderator can lift the suspension."
            )
        )
    )
    return (
        f"<div class='warning'><p class='warning-title'>{escape(until)}</p><p>{why}</p>"
        f"<p>{escape(_('You can read, follow, report and take back what you have written. What you have begun to write stays as a draft.'))} "
        f"<a href='/forum?vy=regler#svara'>{escape(_('How to answer'))}</a></p></div>"
    )


def told(thread_id: str) -> str:
    """Tell a reader of a thread why it is locked, and what has been done to the reader's own texts; else nothing."""
    try:
        found = hub().oversight.told(visitor(), thread_id)
    except Unavailable:
        return ""
    lock = (
        f"<p class='note'>{escape(_('A moderator has locked the thread.'))} {escape(_('Reason:'))} {people_line(found.lock.reason)}</p>"
        if found.lock
        else ""
    )
    own = [one for one in found.own if found.lock is None or one.id != found.lock.id]
    if not own:
        return lock
    lines = "".join(f"<li>{own_line(one)}</li>" for one in own)
    return html.joined(
        lock,
        f"<details class='note'><summary>{escape(_('What moderators have done here with what you have written'))}</summary><ul>{lines}</ul>"
        f"<p><a href='/forum?vy=regler#svara'>{escape(_('How to answer'))}</a></p></details>",
    )


def own_line(one: Measure, title: str = "") -> str:
    """Return a measure as its author is told of it, as HTML; with a link to the thread where its title is given."""
    post = f" {_('post {number}').format(number=one.number)}" if one.number > 1 else ""
    link = f", <a href='{escape(thread_way(one.thread_id, one.number or 1))}'>{people_line(title)}</a>" if title else ""
    reason = f" {escape(_('Reason:'))} {people_line(one.reason)}" if one.reason else ""
    return f"{escape(moment(one.at))}: {escape(done_words()[one.what] + post)}{link}.{reason}"


def thread_link(thread: Thread, post: Post) -> str:
    """Return a link to a post, named by its thread."""
    name = escape(_("Post {number} in {title}")).format(number=post.number, title=title_html(thread))
    return f"<a href='{escape(thread_way(thread.id, post.number))}'>{name}</a>"


def people_line(text: str) -> str:
    """Return a line that somebody has written as HTML; members write to Swedish regions, so it is taken for Swedish."""
    return f"<span lang='sv'>{escape(text)}</span>"
