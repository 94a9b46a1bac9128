"""Search: the field, the hits among what the hub and its members have written, and near words when there are none."""

from html import escape
from itertools import chain, zip_longest
from urllib.parse import urlencode

import streamlit as st

from components import html
from components.forum import author_words, category_name, thread_way
from components.session import hub, language, name_page, visitor
from components.words import _, date
from hub.errors import Unavailable
from hub.forum import finding
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.search import Found, Hit, Kind
from hub.visitor import NOBODY, Visitor


def page() -> None:
    """Draw the field and what was found."""
    asked = st.query_params.get("q", "").strip()
    by = _who()
    member = allowed(by, Action.FORUM_READ)
    kinds: dict[Kind, str] = {
        "level": _("Levels"),
        "requirement": _("Requirements"),
        "article": _("Articles"),
        "term": _("Words of the field"),
        "region": _("Regions"),
        "page": _("Pages"),
    }
    talk: dict[finding.Kind, str] = {"post": _("Posts"), "card": _("Experience cards")} if member else {}
    wanted = st.query_params.get("typ")
    kind = next((one for one in kinds if one == wanted), None)
    only = next((one for one in talk if one == wanted), None)
    name_page(f"{_('Search')}: {asked[:60]}" if asked else _("Search"))
    field = (
        f"<form method='get' action='/sok' role='search' class='hub-search-page'><label for='sokfalt'>{escape(_('Search the hub'))}</label>"
        f"<div class='hub-actions'><input id='sokfalt' type='search' name='q' value='{escape(asked)}' maxlength='200' autocomplete='off'>"
        f"<button class='hub-button' type='submit'>{escape(_('Search'))}</button></div></form>"
    )
    if not asked:
        told = (
            _(
                "Searches levels, requirements, articles, regions and the words of the field, and what members have written."
            )
            if member
            else _("Searches levels, requirements, articles, regions and the words of the field.")
        )
        html.show(f"<h1>{escape(_('Search'))}</h1>{field}<p>{escape(told)}</p>")
        return
    found = Found((), ()) if only else hub().search.find(language(), asked, kind=kind)
    said, notice = _said(by, asked, only) if member and not kind else ((), "")
    count = len(found.hits) + len(said)
    heading = _("{count} hits for “{text}”") if count != 1 else _("One hit for “{text}”")
    filters = "".join(
        f"<li><a href='{address('/sok', q=asked, **({'typ': one} if one else {}))}'{' aria-current=true' if one == (kind or only) else ''}>{escape(name)}</a></li>"
        for one, name in ((None, _("Everything")), *kinds.items(), *talk.items())
    )
    # Two orders of their own, taken by turns: how well a text of ours and one of theirs fit cannot be compared.
    turns = zip_longest((_hit(hit, kinds) for hit in found.hits), (_post(hit) for hit in said), fillvalue="")
    hits = "".join(chain.from_iterable(turns))
    near = "".join(f"<li><a href='{address('/sok', q=word)}'>{escape(word)}</a></li>" for word in found.near)
    nothing = (
        f"<p>{escape(_('Nothing holds all those words.'))}</p>"
        + (f"<p>{escape(_('Did you mean:'))}</p><ul>{near}</ul>" if near else "")
        + f"<p>{escape(_('Try fewer or other words, or read the list of words.'))} <a href='/kunskap/ordlista'>{escape(_('Words of the field'))}</a></p>"
        + (f"<p><a href='/forum?ny=fraga'>{escape(_('Ask a question'))}</a></p>" if member else "")
    )
    html.show(
        f"<h1>{escape(heading.format(count=count, text=asked[:80]))}</h1>{field}",
        f"<nav class='hub-tabs' aria-label='{escape(_('Kind'))}'><ul>{filters}</ul></nav>",
        notice if member else _more_for_members(by, asked),
        f"<ol class='hub-hits'>{hits}</ol>" if hits else nothing,
    )


def _who() -> Visitor:
    try:
        return visitor()
    except Unavailable:
        return NOBODY  # what the hub has written is found without a database


def _said(by: Visitor, asked: str, kind: finding.Kind | None) -> tuple[tuple[finding.Hit, ...], str]:
    """Return what members have written that was found, and what there is to say of the search."""
    try:
        found = hub().finding.find(by, asked, kind=kind, language=language())
    except Unavailable:
        return (), _notice(_("What members have written cannot be searched just now. Try again in a moment."))
    if found.complete:
        return found.hits, ""
    return found.hits, _notice(_("The hub has just started and is still reading the forum, so hits may be missing."))


def _notice(sentence: str) -> str:
    return f"<p class='hub-muted' role='status'>{escape(sentence)}</p>"


def _more_for_members(by: Visitor, asked: str) -> str:
    way = address("/auth/login", next=f"/sok?{urlencode({'q': asked})}")
    sign_in = "" if by.signed_in else f" <a href='{way}'>{escape(_('Sign in'))}</a>"
    return f"<p class='hub-muted'>{escape(_('Members also find what others have written in the forum.'))}{sign_in}</p>"


def _hit(hit: Hit, kinds: dict[Kind, str]) -> str:
    return (
        f"<li><p class='hub-kicker'>{escape(kinds[hit.entry.kind])}</p>"
        f"<a href='{escape(hit.entry.address)}'>{escape(hit.entry.title)}</a><p>{hit.snippet}</p></li>"
    )


def _post(hit: finding.Hit) -> str:
    kind = _("Experience card") if hit.kind == "card" else _("Post in the forum")
    said = _("{name}, {date}").format(name=author_words(hit.author_name), date=date(hit.created_at.date()))
    title = hit.title or _("The title has been removed by its author")
    return (
        f"<li><p class='hub-kicker'>{escape(f'{kind} · {category_name(hit.category)} · {said}')}</p>"
        f"<a href='{escape(thread_way(hit.thread_id, hit.number))}'>{escape(title)}</a><p>{hit.snippet}</p></li>"
    )
