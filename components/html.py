"""Small pieces of HTML that several pages draw. Everything that comes in from outside is escaped here."""

import base64
import re
from html import escape
from urllib.parse import quote, urlencode

import streamlit as st

from components.session import hub, language
from components.words import _
from hub.levels.reading import content_words
from hub.markdown import Footnotes, render_inline


def notes(prefix: str = "source") -> Footnotes:
    """Return a numbering of sources for one page in the visitor's language."""
    return Footnotes(content_words(_), prefix)


def line(text: str, numbering: Footnotes) -> str:
    """Return one line of our own Markdown as HTML."""
    return render_inline(text, hub().sources[language()], numbering)


def address(path: str, **query: str) -> str:
    """Return an address within the app, ready to stand in an attribute."""
    return escape(f"{path}?{urlencode(query, safe='~._-')}" if query else path)


def figure(wide: str, narrow: str) -> str:
    """Return a drawing in its two forms, of which the style sheet shows the one that fits."""
    return f"<figure class='hub-drawing'><div class='hub-wide'>{wide}</div><div class='hub-narrow'>{narrow}</div></figure>"


_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def _carried(match: re.Match[str]) -> str:
    return f"<div data-drawing='{base64.b64encode(match[0].encode()).decode()}'></div>"


def show(*parts: str) -> None:
    """Draw HTML as one element of the page.

    Streamlit cleans it in the browser and takes drawings out, so they travel as an attribute that ``links.js`` unpacks.
    """
    st.html(_SVG.sub(_carried, "\n".join(part for part in parts if part)))


def mailto(subject: str, body: str) -> str:
    """Return an address that opens the visitor's own e-mail program with a letter begun."""
    return f"mailto:?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"
