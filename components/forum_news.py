"""News of the forum: what waits to be read, the weekly letter, and the feed."""

from html import escape
from typing import Final

import streamlit as st

from components import html
from components.fields import Form, complain_of, sent_form
from components.forum import author_words, kicker, thread_way
from components.session import hub, language, name_page, visitor
from components.words import _, day, moment, number
from hub.clock import utc_now
from hub.forum import reading
from hub.forum.letter_store import Mailing
from hub.forum.mailing import CONFIRM_WITHIN
from hub.forum.news import Kind, Told
from hub.forum.news_store import Notice

_LONGEST_ADDRESS: Final = 254
_NAMELESS: Final = ("nytt-sett", "kategorier", "brev-slut", "brev-igen", "flode", "flode-slut")
"""Forms with nothing to type in."""


def page() -> None:
    """Draw the page."""
    name_page(_("News in the forum"))
    letter = sent_form("brev", {"adress": ""}, {"address": "adress"})
    letter.complain(_("No letter was sent"))
    complain_of(*_NAMELESS, heading=_("This was not done"))
    told = hub().news.list(visitor())
    html.show(
        kicker(_("News")),
        _said(),
        _waiting(told),
        f"<h2 id='brev'>{escape(_('The weekly letter'))}</h2>",
        _letter(letter),
        f"<h2 id='flode'>{escape(_('The feed'))}</h2>",
        _feed(),
    )


def _said() -> str:
    """Say what has just been done."""
    sentence_ = {
        "nytt-sett": _("Everything is marked as read."),
        "kategorier": _("Your categories have been saved."),
        "brev": _("A letter with a link is on its way. Open it and confirm the address within three days."),
        "brev-slut": _("No more letters come, and your address has been taken away."),
        "brev-igen": _("The next letter is tried again."),
        "flode": _("The feed has a new address. If there was an old one, it has ended."),
        "flode-slut": _("The feed has ended."),
    }.get(st.query_params.get("sparat", ""))
    return f"<p class='note' role='status'>{escape(sentence_)}</p>" if sentence_ else ""


def _button(action: str, words: str, unseen: dict[str, str] | None = None) -> str:
    button = f"<button class='hub-button quiet' type='submit'>{escape(words)}</button>"
    return Form(action, {}).around(f"/api/forum/{action}", button, unseen or {})


# --- What waits ------------------------------------------------------------------------------------------------------


def _waiting(told: Told) -> str:
    unseen = [one for one in told.notices if not one.seen]
    seen = [one for one in told.notices if one.seen]
    parts = [_off() if not told.wanted else ""]
    if told.aged:
        rows = "".join(
            f"<li><a href='{escape(thread_way(one.thread_id, one.number))}'>{escape(_title(one.title, one.seed))}</a>"
            f"<p class='hub-muted'>{escape(_('You accepted the answer on {date}. Does it still hold? Open it and say so.').format(date=day(one.accepted_at)))}</p></li>"
            for one in told.aged
        )
        parts.append(f"<h2>{escape(_('Answers to confirm'))}</h2><ul class='hub-threads'>{rows}</ul>")
    reported = [one for one in unseen if one.kind.startswith("report-")]
    for heading, notices in (
        (_("What came of your reports"), reported),
        (_("About your posts, and threads you follow"), [one for one in unseen if one not in reported]),
    ):
        if notices:
            rows = "".join(_notice(one) for one in notices)
            parts.append(f"<h2>{escape(heading)}</h2><ul class='hub-threads'>{rows}</ul>")
    if told.threads:
        rows = "".join(
            f"<li><a href='{escape(thread_way(one.id, one.read + 1))}'>{escape(_title(one.title, one.seed))}</a>"
            f"<p class='hub-muted'>{escape(_new_words(one.posts - one.read))} · {escape(author_words(one.last_name))}, {escape(moment(one.at))}</p></li>"
            for one in told.threads
        )
        parts.append(f"<h2>{escape(_('New in threads you follow'))}</h2><ul class='hub-threads'>{rows}</ul>")
    if unseen or told.threads:
        parts.append(_button("nytt-sett", _("Mark all as read"), {"till": told.at.isoformat()}))
    elif not told.aged:
        parts.append(
            f"<p class='hub-empty'>{escape(_('Nothing new. Here stands what others write in threads you follow, what happens to your posts, and what came of what you have reported.'))}</p>"
            f"<p><a class='hub-link' href='/forum?ordning=foljda'>{escape(_('The threads you follow'))}</a></p>"
        )
    if seen:
        rows = "".join(_notice(one) for one in seen)
        parts.append(
            f"<details><summary>{escape(_('Seen before'))} ({number(len(seen))})</summary><ul class='hub-threads'>{rows}</ul></details>"
        )
    return html.joined(*parts)


def _off() -> str:
    return (
        f"<p class='hub-muted'>{escape(_('You have chosen not to be told in the hub, so nothing is counted beside the forum’s name.'))} "
        f"<a href='/konto#val'>{escape(_('Change that in your account'))}</a></p>"
    )


def _title(title: str, seed: str) -> str:
    return reading.title(title, seed, hub().forum_content, language())


def _new_words(count: int) -> str:
    return _("1 new post") if count == 1 else _("{count} new posts").format(count=number(count))


def _notice(one: Notice) -> str:
    if not one.thread_id:
        link = f"<a href='/forum'>{escape(_('The forum'))}</a>"
    elif one.open:
        link = f"<a href='{escape(thread_way(one.thread_id, one.number))}'>{escape(_title(one.title, one.seed))}</a>"
    else:
        link = f"<strong>{escape(_('A thread that is hidden'))}</strong>"
    why = f"<p>{escape(_('Reason:'))} <span lang='sv'>{escape(one.reason)}</span></p>" if one.reason else ""
    return f"<li>{link}<p>{escape(_notice_words(one))}</p>{why}<p class='hub-muted'>{escape(moment(one.at))}</p></li>"


def _notice_words(one: Notice) -> str:
    """Return what has happened; a post that begins its thread stands for the thread."""
    kind = Kind(one.kind) if one.kind in set(Kind) else Kind.NOTED
    if one.number == 1 and one.own:
        thread = {
            Kind.HIDDEN: _("A moderator has hidden your thread."),
            Kind.RESTORED: _("Your thread is shown again."),
            Kind.MOVED: _("A moderator has moved your thread."),
            Kind.LOCKED: _("A moderator has locked your thread."),
            Kind.UNLOCKED: _("Your thread is open for replies again."),
        }
    elif one.number == 1:
        thread = {
            Kind.HIDDEN: _("A moderator has hidden a thread that you follow."),
            Kind.RESTORED: _("A thread that you follow is shown again."),
            Kind.MOVED: _("A moderator has moved a thread that you follow."),
            Kind.LOCKED: _("A moderator has locked a thread that you follow."),
            Kind.UNLOCKED: _("A thread that you follow is open for replies again."),
        }
    else:
        thread = {}
    return thread.get(kind) or _post_words(kind)


def _post_words(kind: Kind) -> str:
    return {
        Kind.HIDDEN: _("A moderator has hidden your post."),
        Kind.RESTORED: _("Your post is shown again."),
        Kind.EDITED: _("A moderator has changed your post. You see in its history how it read before."),
        Kind.ACCEPTED: _("Your post was accepted as the answer."),
        Kind.ANSWERED: _("A moderator has accepted this as the answer to your question. You can choose another."),
        Kind.UNANSWERED: _(
            "A moderator has withdrawn the accepted answer to your question, which waits for one again."
        ),
        Kind.SUSPENDED: _("A moderator has suspended you from writing in the forum. You can still read."),
        Kind.LIFTED: _("You can write in the forum again."),
        Kind.REPORT_LEFT: _("You reported a post here. A moderator has looked at it and left it as it is."),
        Kind.REPORT_HIDDEN: _("You reported a post here. A moderator has hidden it."),
        Kind.REPORT_NOTED: _("You reported a post here. A moderator has set a note below it."),
        Kind.REPORT_MOVED: _("You reported a post here. A moderator has moved the thread."),
        Kind.REPORT_LOCKED: _("You reported a post here. A moderator has locked the thread."),
        Kind.REPORT_ACTED: _("You reported a post here. A moderator has done something that only its author sees."),
        Kind.REPORT_WAITS: _("You reported a post here. It is looked at once more."),
        Kind.REPORT_SHOWN: _("You reported a post here. It is shown again."),
        Kind.REPORT_UNDONE: _("You reported a post here. What was done then has been taken back."),
    }.get(kind, _("A moderator has set a note below your post."))


# --- The weekly letter -----------------------------------------------------------------------------------------------


def _letter(form: Form) -> str:
    lead = f"<p>{escape(_('On Mondays, when there is something new: threads and replies in what you follow, and questions nobody has answered. A letter holds words and links to the hub, no pictures, and can be ended by one click.'))}</p>"
    if not hub().mailings.ready:
        return f"{lead}<p class='note'>{escape(_('This hub sends no e-mail: whoever runs it has named no mail server.'))}</p>{_categories()}"
    held = hub().mailings.standing(visitor())
    return html.joined(lead, _standing(held), _address(form, held), _categories())


def _standing(held: Mailing | None) -> str:
    if held is None:
        return ""
    parts = []
    if held.paused_at:
        parts.append(
            f"<div class='warning'><p>{escape(_('The letters to {address} have stopped: its mail server has not taken the last {count}. Try again, or give another address.').format(address=held.address, count=number(held.failures)))}</p>"
            f"{_button('brev-igen', _('Try again'))}</div>"
        )
    elif held.address:
        parts.append(f"<p>{escape(_('The letter goes to {address}.').format(address=held.address))}</p>")
    if held.address:
        parts.append(f"<div class='hub-actions'>{_button('brev-slut', _('End the letters'))}</div>")
    if held.asked_at and held.asked_address and utc_now() - held.asked_at < CONFIRM_WITHIN:
        parts.append(
            f"<p class='note'>{escape(_('Waits for you to open the link sent to {address}, until {moment}.').format(address=held.asked_address, moment=moment(held.asked_at + CONFIRM_WITHIN)))}</p>"
        )
    return html.joined(*parts)


def _address(form: Form, held: Mailing | None) -> str:
    label = _("Another address") if held and held.address else _("Your e-mail address")
    inside = (
        form.text(
            "adress",
            label,
            most=_LONGEST_ADDRESS,
            help_text=_("A link is sent there first. Only you and the mail server see the address."),
            autocomplete="email",
        )
        + f"<button class='hub-button' type='submit'>{escape(_('Send the link'))}</button>"
    )
    return form.around("/api/forum/brev", inside, {"sprak": language()})


def _categories() -> str:
    followed = hub().news.categories(visitor())
    form = Form("kategorier", {f"kategori-{one}": "1" for one in followed})
    options = [(one.id, one.name[language()]) for one in hub().forum_content.categories]
    inside = (
        f"<h3>{escape(_('What it tells of'))}</h3>"
        + form.boxes("kategori", _("Categories to be told of, besides the threads you follow"), options)
        + f"<button class='hub-button quiet' type='submit'>{escape(_('Save the categories'))}</button>"
    )
    return form.around("/api/forum/kategorier", inside, {})


# --- The feed --------------------------------------------------------------------------------------------------------


def _feed() -> str:
    made_at, key = hub().feeds.made_at(visitor()), hub().feeds.fresh(visitor())
    lead = f"<p>{escape(_('The newest posts as Atom, for a feed reader. The address is your own secret: whoever has it reads the forum as you. Give it to nobody.'))}</p>"
    if made_at is None:
        return lead + _button("flode", _("Make an address for the feed"))
    shown = ""
    if key:
        way = f"{_base()}/forum/flode.atom?nyckel={key}"
        shown = (
            f"<div class='hub-fieldrow'><label for='flode-adress'>{escape(_('Your address'))}</label>"
            f"<p class='hub-muted' id='flode-hjalp'>{escape(_('Copy it now: it is not shown again. Whoever loses it makes a new one.'))}</p>"
            f"<input class='hub-field' id='flode-adress' readonly aria-describedby='flode-hjalp' value='{escape(way)}'></div>"
        )
    since = _("The address was made on {date}.").format(date=day(made_at))
    return html.joined(
        lead,
        shown or f"<p>{escape(since)}</p>",
        f"<div class='hub-actions'>{_button('flode', _('Make a new address, and end the old one'))}{_button('flode-slut', _('End the feed'))}</div>",
    )


def _base() -> str:
    """Return where the hub is found: as settled, else as this page was asked for."""
    if hub().settings.public_url:
        return hub().settings.public_url
    return f"http://{st.context.headers.get('Host') or 'localhost'}"
