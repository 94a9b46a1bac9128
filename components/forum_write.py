"""Beginning a thread, a question or an experience card, and changing what one has written."""

from collections.abc import Mapping
from html import escape
from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import html
from components.editor import Submitted, editor
from components.fields import Form
from components.forum import kicker, reading, thread_way, title_html
from components.forum_history import difference
from components.forum_moderation import notice
from components.forum_thread import not_found, small
from components.privacy import hide_note
from components.problems import sentence, summary
from components.session import forget, hub, keep, kept, language, name_page, visitor
from components.words import _
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum.rules import LONGEST, Card, page_begins, read_number
from hub.forum.service import Changing, NewText, NewThread

_FORM = "forum-ny"
_SHORT = frozenset({"video_system", "record_system", "contact"})
_NEEDED = ("situation", "did", "result")
"""Without these there is no card; they are asked for first, so that the form is no longer than the teller wants."""
_FIELDS: Mapping[str, str] = {
    "situation": "lage", "video_system": "video", "record_system": "journal", "users": "anvandare", "did": "gjorde",
    "result": "resultat", "otherwise": "annorlunda", "effort": "insats", "advice": "rad", "contact": "kontakt",
}  # fmt: skip
"""What the form calls a card's texts."""
_ALL_FIELDS: Mapping[str, str] = {
    **_FIELDS, "title": "rubrik", "category": "kategori", "tags": "tagg", "level": "niva", "year": "ar", "as_size": "storlek",
}  # fmt: skip


def new(kind: str) -> None:
    """Draw the form of a new thread, question or card, and begin it."""
    kinds = {
        "fraga": (_("Ask a question"), _("Say what you want to know, what you have tried, and what you use. Then others can answer.")),
        "kort": (_("Tell of an experience"), _("The same headings for everybody, so that experiences can be compared. What did not work is worth as much.")),
        "trad": (_("Begin a thread"), _("For what is neither a question nor an experience of your own.")),
    }  # fmt: skip
    kind = kind if kind in kinds else "trad"
    heading, lead = kinds[kind]
    name_page(heading)
    asked = {name: st.query_params.get(name, "") for name in ("kategori", "om", "niva", "rubrik")}
    html.show(
        f"{kicker(heading)}<p class='hub-lead'>{escape(lead)}</p>"
        f"<p class='note'>{escape(_('Never write about an individual patient. Personal identity numbers are stopped.'))} <a href='/forum?vy=regler'>{escape(_('The rules of the forum'))}</a></p>"
        + notice()
    )
    _told(f"forum-{kind}", st.container())
    first_level = asked["niva"] if asked["niva"] in hub().levels else ""
    category = (
        asked["kategori"]
        if asked["kategori"] in hub().forum_content.category_ids
        else ("levels" if kind == "kort" else "")
    )
    values = {"rubrik": asked["rubrik"][: LONGEST["title"]], "kategori": category, "niva": first_level}
    html.show(_fields(kind, Form(_FORM, values), f"forum:ny:{kind}"))
    sent = editor(
        f"forum-{kind}", draft_id=f"forum:ny:{kind}", form=_FORM, optional=kind == "kort",
        label=_("Something more, if it does not fit above") if kind == "kort" else _("Your text"),
        submit_label=_("Publish"), rows=4 if kind == "kort" else 8,
    )  # fmt: skip
    if sent:
        _begin(kind, sent, asked["om"])


def _begin(kind: str, sent: Submitted, about: str) -> NoReturn:
    fields = sent.fields
    try:
        text = _text(sent, _card(fields) if kind == "kort" else None, f"forum-mark-{kind}")
        thread_id = hub().forum.start(
            visitor(),
            NewThread(fields.get("kategori", ""), kind == "fraga", about, fields.get("storlek") == "1"),
            text,
            sent.command_id,
        )
    except (Rejected, NotFound, Unavailable) as error:
        _refuse(sent, error, f"forum-mark-{kind}", f"forum-{kind}")
    forget(f"forum-mark-{kind}")
    sent.done(thread_way(thread_id))


def _refuse(
    sent: Submitted,
    error: Rejected | NotFound | Unavailable,
    mark: str,
    key: str,
    base: str = "",
) -> NoReturn:
    """Say why: on top with a link to the field, or at the text; what was typed stays."""
    field = getattr(error, "field", "")
    if isinstance(error, Rejected) and error.code == "look-again":
        keep(mark, str(error.facts["mark"]))
    place = _ALL_FIELDS.get(field or "", "")
    if place:
        said = _("{field}: {problem}").format(field=_names()[place], problem=sentence(error))
        keep(f"{key}-fel", (said, f"{_FORM}-{place}"))
    sent.refused("" if place else sentence(error), base)


def _names() -> dict[str, str]:
    """Return what the fields above the text are called, so that a problem says which of them it is about."""
    return {
        "rubrik": _("Title"), "kategori": _("Category"), "tagg": _("Tags"), "niva": _("Level"), "ar": _("Year that you did it"),
        "storlek": _("Show only how big my region is"), **{own: reading().card_texts()[field] for field, own in _FIELDS.items()},
    }  # fmt: skip


def _told(key: str, above: DeltaGenerator) -> None:
    """Say once why what was sent has been refused, when the fault is in a field above the text."""
    fault = kept(f"{key}-fel", None)
    if fault:
        forget(f"{key}-fel")
        with above:
            summary(_("This was not saved"), [fault[0]], fault[1])


def _text(sent: Submitted, card: Card | None, mark: str) -> NewText:
    tags = tuple(
        name.removeprefix("tagg-") for name, value in sent.fields.items() if name.startswith("tagg-") and value
    )
    return NewText(sent.text, sent.fields.get("rubrik", ""), tags, card, str(kept(mark, "")))


def _card(fields: Mapping[str, str]) -> Card:
    texts = {name: fields.get(field, "") for name, field in _FIELDS.items()}
    return Card(level=fields.get("niva", ""), year=read_number(fields.get("ar", "").strip(), 4), **texts)


# --- The fields ------------------------------------------------------------------------------------------------------


def _fields(kind: str, form: Form, draft_id: str) -> str:
    content = hub().forum_content
    inside = form.text("rubrik", _("Title"), most=LONGEST["title"], help_text=_title_help(kind))
    inside += f"<div class='hub-similar' data-similar='{_FORM}-rubrik' data-heading='{escape(_('Has it been talked about already?'))}' role='status'></div>"
    if kind == "kort":
        inside += _card_fields(form)
    if "kategori" in form.values:
        inside += form.choice(
            "kategori", _("Category"),
            [("", _("Choose a category")), *((one.id, one.name[language()]) for one in content.categories)],
        )  # fmt: skip
    boxes = "".join(
        f"<label class='hub-box'><input type='checkbox' id='{_FORM}-tagg-{one.id}' name='tagg-{one.id}' value='1'{' checked' if form.values.get(f'tagg-{one.id}') == '1' else ''}>"
        f"<span>{escape(one.name[language()])}</span></label>"
        for one in content.tags
    )
    # Folded, so that the way to the text is short with a keyboard; a problem with the tags leads to what opens them.
    ticked = any(name.startswith("tagg-") and value == "1" for name, value in form.values.items())
    inside += (
        f"<details class='hub-forum-tags'{' open' if ticked else ''}><summary id='{_FORM}-tagg'>{escape(_('Tags, at most five'))}"
        f"<span class='hub-some'>{escape(_('some are chosen'))}</span></summary>"
        f"<fieldset><legend class='hub-unseen'>{escape(_('Tags, at most five'))}</legend>{boxes}</fieldset></details>"
    )
    if "kategori" in form.values:
        inside += (
            f"<label class='hub-box'><input type='checkbox' id='{_FORM}-storlek' name='storlek' value='1'><span>{escape(_('Show only how big my region is'))}</span></label>"
            + hide_note("post")
        )
    return f"<form id='{_FORM}' class='hub-form hub-forum-form' method='dialog' data-draft='{draft_id}'>{inside}</form>"


def _title_help(kind: str) -> str:
    return {
        "fraga": _("The question itself, so that those who know it see that they do."),
        "kort": _("What you tried and how it went, in one line."),
    }.get(kind, _("What it is about, in one line."))


def _card_fields(form: Form) -> str:
    names = reading().card_texts()
    levels = [(level, reading().level(level)) for level in ("", *hub().levels)]
    helps = {
        "situation": _("Which care, which need, and where you started from. Needed."),
        "did": _("Step by step, so that somebody else could do it. Needed."),
        "result": _("What worked and what did not, with numbers if you have any. Needed."),
        "effort": _("Time, people and money, as far as you can tell."),
        "contact": _("Only if you want to be reached: a function’s address rather than your own."),
        "users": _("Such as: two clinics, about 40 in staff."),
    }
    drawn = form.choice("niva", _("Level"), levels) + form.text(
        "ar", _("Year that you did it"), most=4, help_text=_("Four digits, such as 2026.")
    )
    others = [field for field in _FIELDS if field not in _NEEDED]
    for field in (*_NEEDED, *others):
        own, told = _FIELDS[field], helps.get(field, "")
        if field == others[0]:
            drawn += (
                f"<h2>{escape(_('More, for whoever wants to do the same'))}</h2>"
                f"<p class='hub-muted'>{escape(_('Leave empty what you do not know.'))}</p>"
            )
        if field in _SHORT:
            most = LONGEST["contact" if field == "contact" else "system"]
            drawn += form.text(own, names[field], most=most, help_text=told)
        else:
            drawn += form.lines(own, names[field], most=LONGEST["card"], help_text=told)
    return drawn


# --- Changing --------------------------------------------------------------------------------------------------------


def change(post_id: str) -> None:
    """Draw a post in the form it was written with, and change it from the version that was seen."""
    try:
        now = hub().forum.changing(visitor(), post_id)
    except (NotFound, Rejected):
        not_found()
        return
    name_page(_("Change a post"))
    first = now.post.number == 1
    back = thread_way(now.thread.id, now.post.number)
    html.show(
        f"<p class='hub-kicker'><a href='{escape(back)}'>← {title_html(now.thread)}</a></p><h1>{escape(_('Change a post'))}</h1>"
        f"<p>{escape(_('How it read before remains in the history, which all members can see.'))}</p>"
    )
    key = f"forum-andra-{post_id}"
    above = st.container()
    _told(key, above)
    with above:
        differs = kept(f"{key}-andrat", "")
        if differs:
            forget(f"{key}-andrat")
            html.show(
                f"<section class='hub-changed' role='status'><h2>{escape(_('Somebody has changed this while you have it open'))}</h2>"
                f"<p>{escape(_('This is what yours takes away from theirs and adds to it. Save once more to let yours stand.'))}</p>{differs}</section>"
            )
    if first or not now.own:
        html.show(_change_fields(now))
    sent = editor(
        key, draft_id=f"forum:{post_id}", form=_FORM if first or not now.own else "", label=_("The text"), value=now.post.text,
        base=str(now.post.version), submit_label=_("Save the change"), rows=8, optional=now.card is not None,
    )  # fmt: skip
    if not sent:
        if way := _take_back(now):
            html.show(way)
        return
    seen = int(sent.base) if sent.base.isascii() and sent.base.isdigit() else now.post.version
    mark = f"forum-mark-{post_id}"
    card = _card(sent.fields) if now.card else None
    try:
        text = _text(sent, card, mark)
        reason = sent.fields.get("skal", "")
        hub().forum.edit(visitor(), post_id, seen, text, sent.command_id, reason=reason)
    except (Rejected, NotFound, Unavailable) as error:
        if isinstance(error, Rejected) and error.code == "changed-meanwhile":
            theirs = error.facts["theirs"]
            said = str(theirs["text"]) if isinstance(theirs, Mapping) else ""
            keep(f"{key}-andrat", difference(said, sent.text))
            _refuse(sent, error, mark, key, str(error.facts["version"]))
        _refuse(sent, error, mark, key)
    forget(mark)
    sent.done(back)


def _take_back(now: Changing) -> str:
    if not now.own or (now.post.number == 1 and now.thread.posts > 1):
        return ""
    unseen = {"trad": now.thread.id, "inlagg": now.post.id, "efter": str(page_begins(now.post.number))}
    words = _("Take the thread back") if now.post.number == 1 else _("Take the post back")
    return (
        f"<h2>{escape(words)}</h2><p>{escape(_('Others then no longer see it. You can bring it back.'))}</p>{hide_note('post')}"
        + small("ta", words, unseen)
    )


def _change_fields(now: Changing) -> str:
    values = {"rubrik": now.thread.title, **{f"tagg-{tag}": "1" for tag in now.thread.tags}}
    if now.card:
        values |= {own: str(getattr(now.card, field)) for field, own in _FIELDS.items()}
        values |= {"niva": now.card.level, "ar": str(now.card.year)}
    form = Form(_FORM, values)
    reason = "" if now.own else form.text("skal", _("Reason, which the author sees"), most=LONGEST["reason"])
    draft_id = f"forum:{now.post.id}"
    if now.post.number > 1:
        return f"<form id='{_FORM}' class='hub-form' method='dialog' data-draft='{draft_id}'>{reason}</form>"
    drawn = _fields("kort" if now.card else "trad", form, draft_id)
    return drawn.replace("</form>", f"{reason}</form>") if reason else drawn
