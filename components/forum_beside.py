"""Experience cards beside other things: a few on the page of a region or a level, and the one that an item of a plan came from.

Nothing here is kept for the next visitor, since what may be seen is not the same to all.
"""

from collections.abc import Mapping
from html import escape

from components.forum import author_words, reader, reading, thread_way
from components.session import hub, language, visitor
from components.words import _, day
from hub.errors import Unavailable
from hub.forum.card_store import Experience
from hub.forum.cards import Sought
from hub.html import address
from hub.identity.rules import Action, allowed

_FEW = 5


def ways_from(thread_id: str) -> str:
    """Return the ways on from a card in its thread: beside others, and into a plan."""
    plan = address("/forum", vy="kort", jamfor=thread_id) + "#plan"
    return (
        f"<p class='hub-talk-ways'><a class='hub-link' href='{plan}'>{escape(_('Put it into a plan'))}</a> "
        f"<a class='hub-link' href='{address('/forum', vy='kort', valda=thread_id)}'>{escape(_('Compare it with other cards'))}</a></p>"
    )


def of_region(code: str) -> str:
    """Return a few cards from a region, for its page."""
    return _few(
        Sought(region=code), _("Experience cards from the region"), _("Nobody in the region has told of an experience yet."),
        {"region": code}, "", _closed(),
    )  # fmt: skip


def of_level(level: str) -> str:
    """Return a few cards of a level, for its page, where the talk beside them says what others than members are told."""
    return _few(
        Sought(level=level), _("Experience of this level"), _("No region has told of this level yet."), {"niva": level}, level, "",
    )  # fmt: skip


def told_by(thread_id: str) -> str:
    """Return where an item of a plan came from: to members the card and its author as shown today, to others that it is a card.

    Args:
        thread_id: of the card; empty for an item that came from none.
    """
    if not thread_id:
        return ""
    plainly = f"<p class='hub-muted'>{escape(_('From an experience card in the forum, which members can read.'))}</p>"
    try:
        if not allowed(visitor(), Action.FORUM_READ):
            return plainly
        found = hub().cards.some(visitor(), [thread_id])
    except Unavailable:
        return plainly
    if not found:
        return f"<p class='hub-muted'>{escape(_('From an experience card that is no longer there.'))}</p>"
    author = author_words(found[0].author_name)
    link = f"<a href='{escape(thread_way(thread_id))}' lang='sv'>{escape(found[0].title)}</a>"
    return f"<p class='hub-muted'>{escape(_('From the experience card {title}, by {author}.')).format(title=link, author=escape(author))}</p>"


def _closed() -> str:
    return (
        f"<p>{escape(_('Members share what they have tried in the forum.'))} "
        f"<a class='hub-link' href='/forum'>{escape(_('About the forum'))}</a></p>"
    )


def _few(sought: Sought, heading: str, none: str, filters: Mapping[str, str], level: str, closed: str) -> str:
    """Return a heading with a few cards; to others than members no more than what stands for a closed door."""
    head = f"<h2 id='erfarenheter'>{escape(heading)}</h2>"
    by = reader()
    if not allowed(by, Action.FORUM_READ):
        return f"{head}{closed}" if closed else ""
    try:
        found = hub().cards.newest(by, sought, _FEW + 1)
    except Unavailable:
        return f"{head}<p class='hub-muted'>{escape(_('The cards cannot be fetched just now. Try again in a moment.'))}</p>"
    write = address("/forum", ny="kort", **({"niva": level} if level else {}))
    if not found:
        return (
            f"{head}<p>{escape(none)} <a class='hub-link' href='{write}'>{escape(_('Tell of an experience'))}</a></p>"
        )
    rows = "".join(
        f"<li><a href='{escape(thread_way(one.thread_id))}' lang='sv'>{escape(one.title)}</a> "
        f"<span class='hub-muted'>{escape(' · '.join(filter(None, ('' if level else reading().level(one.card.level), who_and_when(one), day(one.created_at)))))}</span></li>"
        for one in found[:_FEW]
    )
    every = _("See all of them") if len(found) > _FEW else _("Browse experience cards")
    return (
        f"{head}<ul class='hub-brief'>{rows}</ul><p class='hub-talk-ways'><a class='hub-link' href='{address('/forum', vy='kort', **(filters if len(found) > _FEW else {}))}'>{escape(every)}</a> "
        f"<a class='hub-link' href='{write}'>{escape(_('Tell of an experience'))}</a></p>"
    )


def who_and_when(one: Experience) -> str:
    """Return the year of an experience and whose it is: the region, unless the name says it or no more than its size is shown."""
    names, code = hub().regions, one.card.region
    region = "" if names.name(code) in one.author_name else names.name(code, language())
    return " · ".join(filter(None, (str(one.card.year), region, author_words(one.author_name))))
