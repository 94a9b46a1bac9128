"""Search: the field, the hits, and near words when there are none."""

from html import escape

import streamlit as st

from components import html
from components.session import hub, language, name_page
from components.words import _
from hub.html import address
from hub.search import Hit, Kind


def page() -> None:
    """Draw the field and what was found."""
    asked = st.query_params.get("q", "").strip()
    kinds: dict[Kind, str] = {
        "level": _("Levels"),
        "requirement": _("Requirements"),
        "article": _("Articles"),
        "term": _("Words of the field"),
        "region": _("Regions"),
        "page": _("Pages"),
    }
    kind = next((one for one in kinds if one == st.query_params.get("typ")), None)
    name_page(f"{_('Search')}: {asked[:60]}" if asked else _("Search"))
    field = (
        f"<form method='get' action='/sok' role='search' class='hub-search-page'><label for='sokfalt'>{escape(_('Search the hub'))}</label>"
        f"<div class='hub-actions'><input id='sokfalt' type='search' name='q' value='{escape(asked)}' maxlength='200' autocomplete='off'>"
        f"<button class='hub-button' type='submit'>{escape(_('Search'))}</button></div></form>"
    )
    if not asked:
        html.show(
            f"<h1>{escape(_('Search'))}</h1>{field}<p>{escape(_('Searches levels, requirements, articles, regions and the words of the field.'))}</p>"
        )
        return
    found = hub().search.find(language(), asked, kind=kind)
    count = len(found.hits)
    heading = _("{count} hits for “{text}”") if count != 1 else _("One hit for “{text}”")
    filters = "".join(
        f"<li><a href='{address('/sok', q=asked, **({'typ': one} if one else {}))}'{' aria-current=true' if one == kind else ''}>{escape(name)}</a></li>"
        for one, name in ((None, _("Everything")), *kinds.items())
    )
    hits = "".join(_hit(hit, kinds) for hit in found.hits)
    near = "".join(f"<li><a href='{address('/sok', q=word)}'>{escape(word)}</a></li>" for word in found.near)
    nothing = (
        f"<p>{escape(_('Nothing holds all those words.'))}</p>"
        + (f"<p>{escape(_('Did you mean:'))}</p><ul>{near}</ul>" if near else "")
        + f"<p>{escape(_('Try fewer or other words, or read the list of words.'))} <a href='/kunskap/ordlista'>{escape(_('Words of the field'))}</a></p>"
    )
    html.show(
        f"<h1>{escape(heading.format(count=count, text=asked[:80]))}</h1>{field}",
        f"<nav class='hub-tabs' aria-label='{escape(_('Kind'))}'><ul>{filters}</ul></nav>",
        f"<ol class='hub-hits'>{hits}</ol>" if hits else nothing,
    )


def _hit(hit: Hit, kinds: dict[Kind, str]) -> str:
    return (
        f"<li><p class='hub-kicker'>{escape(kinds[hit.entry.kind])}</p>"
        f"<a href='{escape(hit.entry.address)}'>{escape(hit.entry.title)}</a><p>{hit.snippet}</p></li>"
    )
