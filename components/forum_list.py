"""The forum's threads: what there is, in which order, and the way to begin."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from components import html, live
from components.forum import author_words, category_name, tag_name, thread_way, title_html
from components.forum_moderation import notice
from components.forum_place import concerns
from components.problems import summary
from components.session import hub, language, name_page, visitor
from components.words import _, day, number
from hub.errors import Unavailable
from hub.forum.rules import Card, Order, Thread
from hub.forum.store import Listed, Wanted
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.visitor import Visitor

_ORDERS = {
    "": Order.ACTIVITY,
    "ny": Order.NEW,
    "obesvarade": Order.UNANSWERED,
    "mina": Order.MINE,
    "foljda": Order.FOLLOWED,
}
"""As they stand in the address."""


def closed() -> None:
    """Tell somebody who is no member what the forum is, and the way in."""
    by, here = visitor(), st.query_params.to_dict()
    name_page(_("Forum"))
    way = (
        f"<div class='hub-actions'><a class='hub-button' href='/konto'>{escape(_('Fill in your profile'))}</a></div>"
        if by.signed_in
        else f"<div class='hub-actions'><a class='hub-button' data-login href='{address('/auth/login', next=_unescaped(here))}'>{escape(_('Sign in'))}</a></div>"
    )
    categories = "".join(
        f"<li><strong>{escape(one.name[language()])}</strong><p class='hub-muted'>{escape(one.about[language()])}</p></li>"
        for one in hub().forum_content.categories
    )
    questions = "".join(f"<li>{escape(one.title[language()])}</li>" for one in hub().forum_content.questions)
    html.show(
        f"<h1>{escape(_('Ask those who have tried'))}</h1>"
        f"<p class='hub-lead'>{escape(_('In the forum regions ask each other and tell what they have tried: what worked, what did not, and what they would do differently. What members write is read by members only.'))}</p>",
        way,
        f"<h2>{escape(_('What is talked about'))}</h2><ul class='hub-columns hub-forum-categories'>{categories}</ul>",
        f"<h2>{escape(_('What nobody has answered in public'))}</h2>"
        f"<p>{escape(_('The editors have begun with what public sources do not settle. Do you know one of the answers?'))}</p><ul>{questions}</ul>",
        f"<p><a class='hub-link' href='/forum?vy=regler'>{escape(_('The rules of the forum'))}</a></p>",
    )


def _unescaped(query: dict[str, str]) -> str:
    return address("/forum", **query).replace("&amp;", "&")


def page() -> None:
    """Draw the threads that the address asks for."""
    asked = {name: st.query_params.get(name, "") for name in ("ordning", "kategori", "tagg", "om", "efter")}
    wanted, problems = _wanted(asked)
    name_page(_("Forum"))
    if problems:
        summary(_("Parts of the link could not be used"), problems)
    version = hub().topics.version("forum")
    found = hub().forum.list(visitor(), wanted, asked["efter"])
    html.show(head(asked["kategori"]), notice())
    _news(version, tuple((name, value) for name, value in asked.items() if value))
    html.show(
        _choices(asked),
        _listing(found.pinned, found.cards, _("Pinned"), first=True),
        _listing(found.threads, found.cards, "", first=not found.pinned) or _nothing(asked, pinned=bool(found.pinned)),
        f"<nav class='hub-actions' aria-label='{escape(_('More threads'))}'>{_first(asked)}{_next(asked, found.next)}</nav>",
    )


def head(category: str = "") -> str:
    """Return what every page of lists begins with: the name, and what can be begun."""
    more = {"kategori": category} if category in hub().forum_content.category_ids else {}
    begin = (
        ("fraga", _("Ask a question"), ""),
        ("kort", _("Tell of an experience"), " quiet"),
        ("trad", _("Begin a thread"), " quiet"),
    )
    buttons = "".join(
        f"<a class='hub-button{css}' href='{address('/forum', ny=kind, **more)}'>{escape(text)}</a>"
        for kind, text, css in begin
    )
    ways = "".join(f"<a class='hub-link' href='{way}'>{text}</a>" for way, text in _ways())
    return (
        f"<h1>{escape(_('Forum'))}</h1><p class='hub-lead'>{escape(_('Ask those who have tried, and tell what you know. Members only.'))}</p>"
        f"<div class='hub-actions hub-forum-begin'>{buttons}</div><nav class='hub-forum-ways' aria-label='{escape(_('In the forum'))}'>{ways}</nav>"
    )


def _ways() -> list[tuple[str, str]]:
    """Return the forum's other views, with how much waits there."""
    ways = [("kort", _("Experience cards"), 0), ("nytt", _("News"), _waiting(hub().news.unread))]
    if allowed(visitor(), Action.FORUM_MODERATE):
        ways.append(("anmalda", _("Reported"), _waiting(hub().oversight.waiting)))
    ways.append(("regler", _("The rules"), 0))
    return [
        (f"/forum?vy={view}", f"{escape(text)}{f' <span class=hub-waiting>{count}</span>' if count else ''}")
        for view, text, count in ways
    ]


def _waiting(count: Callable[[Visitor], int]) -> int:
    """Return how much waits; nothing where the database does not answer, since the list says so."""
    try:
        return count(visitor())
    except Unavailable:
        return 0


@st.fragment
def _news(version: int, asked: tuple[tuple[str, str], ...]) -> None:
    """Tell that something has been written since the list was drawn; the list itself stays under the reader's eye."""
    now = hub().topics.version("forum")
    if now != version:
        # A step to another address leads the focus into the list; a button of Streamlit's would take it along when it goes.
        unseen = "".join(
            f"<input type='hidden' name='{name}' value='{escape(value)}'>"
            for name, value in (*asked, ("sett", str(now)))
        )
        html.show(
            f"<p class='note' role='status'>{escape(_('Something has been written since this list was drawn.'))}</p>"
            f"<form class='hub-actions' method='get' action='/forum#tradar'>{unseen}"
            f"<button class='hub-button quiet' type='submit'>{escape(_('Show the list anew'))}</button></form>"
        )
    live.listen("forum", now)


def _way(asked: Mapping[str, str], **more: str) -> str:
    """Return the address of the list with what is asked for, from its beginning unless more says otherwise."""
    return address("/forum", **{name: value for name, value in {**asked, "efter": "", **more}.items() if value})


def _wanted(asked: dict[str, str]) -> tuple[Wanted, list[str]]:
    """Return what the address asks for; what there cannot be is taken out of it and told."""
    content, problems = hub().forum_content, []
    if asked["ordning"] not in _ORDERS:
        problems.append(_("There is no such order. The last active threads are shown first."))
        asked["ordning"] = ""
    if asked["kategori"] and asked["kategori"] not in content.category_ids:
        problems.append(_("There is no such category. All are shown."))
        asked["kategori"] = ""
    if asked["tagg"] and asked["tagg"] not in content.tag_ids:
        problems.append(_("There is no such tag. All are shown."))
        asked["tagg"] = ""
    return Wanted(_ORDERS[asked["ordning"]], asked["kategori"], asked["tagg"], asked["om"][:80]), problems


def _choices(asked: dict[str, str]) -> str:
    names = {
        "": _("Last active"),
        "ny": _("Newest"),
        "obesvarade": _("Unanswered"),
        "mina": _("Mine"),
        "foljda": _("Followed"),
    }
    tabs = "".join(
        f"<li><a href='{_way(asked, ordning=order)}'{' aria-current=true' if order == asked['ordning'] else ''}>{escape(name)}</a></li>"
        for order, name in names.items()
    )
    content = hub().forum_content
    return (
        f"<nav class='hub-tabs' aria-label='{escape(_('Order'))}'><ul>{tabs}</ul></nav>"
        f"<form class='hub-forum-filter' method='get' action='/forum' data-submits-on-change>"
        + "".join(
            f"<input type='hidden' name='{name}' value='{escape(asked[name])}'>"
            for name in ("ordning", "om")
            if asked[name]
        )
        + _select(
            "kategori",
            _("Category"),
            _("All categories"),
            [(one.id, one.name[language()]) for one in content.categories],
            asked,
        )
        + _select("tagg", _("Tag"), _("All tags"), [(one.id, one.name[language()]) for one in content.tags], asked)
        + f"<noscript><button type='submit'>{escape(_('Show'))}</button></noscript></form>"
        + _about(asked)
    )


def _select(name: str, label: str, every: str, options: Sequence[tuple[str, str]], asked: dict[str, str]) -> str:
    drawn = "".join(
        f"<option value='{value}'{' selected' if value == asked[name] else ''}>{escape(text)}</option>"
        for value, text in (("", every), *options)
    )
    return f"<p><label for='forum-{name}'>{escape(label)}</label><select class='hub-field' id='forum-{name}' name='{name}'>{drawn}</select></p>"


def _about(asked: dict[str, str]) -> str:
    if not asked["om"]:
        return ""
    return (
        f"<div class='note'><p>{escape(_('Only threads that stand beside one place in the hub.'))} "
        f"<a href='{_way(asked, om='')}'>{escape(_('Show all'))}</a></p>{concerns(asked['om'])}</div>"
    )


def _listing(threads: Sequence[Listed], cards: Mapping[str, Card], heading: str, *, first: bool) -> str:
    if not threads:
        return ""
    head = (
        f"<h2 class='hub-forum-part'>{escape(heading)}</h2>"
        if heading
        else f"<h2 class='hub-unseen'>{escape(_('Threads'))}</h2>"
    )
    # The first list of the page is where the focus comes when it has been asked for anew.
    place = " id='tradar'" if first else ""
    return head + f"<ol class='hub-threads'{place}>{''.join(row(one, cards) for one in threads)}</ol>"


def row(listed: Listed, cards: Mapping[str, Card]) -> str:
    """Return a thread as a line of a list."""
    thread = listed.thread
    card = cards.get(thread.id)
    link = escape(thread_way(thread.id, listed.read + 1 if listed.unread else 1))
    marks = "".join(f" <span class='hub-tag{css}'>{escape(text)}</span>" for text, css in _marks(listed, card))
    tags = "".join(
        f" <a class='hub-forum-tag' href='{address('/forum', tagg=tag)}'>{escape(tag_name(tag))}</a>"
        for tag in thread.tags
    )
    return (
        f"<li{' class=unread' if listed.unread else ''}><h3><a href='{link}'>{title_html(thread)}</a>{marks}</h3>"
        f"<p class='hub-muted hub-thread-place'><a href='{address('/forum', kategori=thread.category)}'>{escape(category_name(thread.category))}</a>{tags}</p>"
        f"<p class='hub-muted hub-thread-last'>{_last(thread)}</p></li>"
    )


def _last(thread: Thread) -> str:
    """Return who wrote last and when, and how many have replied; a date is never broken."""
    replies = thread.posts - 1
    words = (
        _("No replies yet · {name}, {date}")
        if not replies
        else _("1 reply, by {name}, {date}")
        if replies == 1
        else _("{count} replies, the last by {name}, {date}")
    )
    when = day(thread.activity_at).replace(" ", "\N{NO-BREAK SPACE}")
    return escape(words.format(count=number(replies), name=author_words(thread.last_name), date=when))


def _marks(listed: Listed, card: Card | None) -> list[tuple[str, str]]:
    thread = listed.thread
    marks = []
    if listed.unread and listed.read:
        marks.append((_("{count} new").format(count=listed.unread), " new"))
    elif listed.unread:
        marks.append((_("Unread"), " unread"))
    if card:
        marks.append((_("Experience card"), ""))
    if thread.seed:
        marks.append((_("From the editors"), ""))
    if thread.question:
        marks.append((_("Answered"), " good") if thread.accepted else (_("Question"), ""))
    if thread.locked:
        marks.append((_("Closed"), ""))
    if listed.followed:
        marks.append((_("You follow"), ""))
    return marks


def _nothing(asked: dict[str, str], *, pinned: bool) -> str:
    if pinned and not asked["efter"]:
        return ""
    if any(asked[name] for name in ("kategori", "tagg", "om", "efter")):
        # What is said of an order below is true of all threads, and here only some of them have been asked for.
        every = address("/forum", **({"ordning": asked["ordning"]} if asked["ordning"] else {}))
        said = _("No thread fits this choice. Choose less, or be the first to ask.")
        return f"<p class='hub-empty'>{escape(said)} <a href='{every}'>{escape(_('Show all'))}</a></p>"
    said = {
        "mina": _("You have not written anything yet. Ask what you wonder, or tell what you have tried."),
        "foljda": _("You follow no threads yet. Press Follow in a thread, or write in it, and it is listed here."),
        "obesvarade": _("Every question here has an answer."),
    }.get(
        asked["ordning"],
        _("Nobody has written here yet. Be the first: ask what you wonder, or tell what you have tried."),
    )
    return f"<p class='hub-empty'>{escape(said)}</p>"


def _first(asked: dict[str, str]) -> str:
    if not asked["efter"]:
        return ""
    return f"<a class='hub-link' href='{_way(asked)}'>{escape(_('← From the beginning'))}</a>"


def _next(asked: dict[str, str], cursor: str) -> str:
    if not cursor:
        return ""
    return f"<a class='hub-button quiet' href='{_way(asked, efter=cursor)}'>{escape(_('Older threads'))}</a>"
