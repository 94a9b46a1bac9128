"""The start page."""

from functools import lru_cache
from html import escape

from components import html
from components.guide import reading
from components.session import hub, language
from components.words import _
from hub.pages import Home

_DOORS = {"decision-maker": "/valj", "coach": "/prova", "participant": "/forum"}
"""Where each door leads today."""


def start_page(words: Home) -> None:
    """Draw the whole start page."""
    html.show(_start_page(words, hub().version))


@lru_cache(maxsize=4)
def _start_page(words: Home, _version: str) -> str:
    notes = html.notes()
    doors = "".join(
        f"<section class='hub-door'><h2>{escape(door.heading)}</h2><p>{escape(door.text)}</p>"
        f"<div class='hub-actions'><a class='hub-button{'' if number == 0 else ' quiet'}' href='{_DOORS[door.id]}'>{escape(door.link_text)}</a></div>"
        f"{f'<p class=hub-coming>{escape(door.coming)}</p>' if door.coming else ''}</section>"
        for number, door in enumerate(words.doors)
    )
    known = "".join(
        f"<div><dt>{escape(item.figure)}</dt><dd>{escape(item.text)}{notes.mark(hub().sources[language()][item.source])}</dd></div>"
        for item in words.known
    )
    coming = "".join(f"<li><strong>{escape(item.name)}.</strong> {escape(item.text)}</li>" for item in words.coming)
    return html.joined(
        f"<h1>{escape(words.title)}</h1><p class='hub-lead'>{escape(words.lead)}</p>",
        f"<div class='hub-doors'>{doors}</div>",
        f"<p class='hub-begun'>{escape(_('Have you begun already?'))} <a class='hub-link' href='/plan'>{escape(_('Open your plans'))}</a> "
        f"<a class='hub-link' href='/tavla'>{escape(_('See which stage regions are in'))}</a></p>",
        f"<h2>{escape(words.ways_heading)}</h2><p>{escape(words.ways_lead)}</p>",
        reading().layers_drawing(),
        f"<h2>{escape(words.known_heading)}</h2><dl class='hub-figures'>{known}</dl>"
        f"<p><a class='hub-link' href='/mognad'>{escape(_('See what the regions answered'))}</a> <a class='hub-link' href='/regioner'>{escape(_('See how each region connects'))}</a></p>",
        f"<h2>{escape(words.coming_heading)}</h2><ul class='hub-columns'>{coming}</ul>",
        notes.html(),
    )
