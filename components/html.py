"""Drawing HTML as part of a page."""

import base64
import re
from functools import lru_cache

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


_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def _carried(match: re.Match[str]) -> str:
    return f"<div data-drawing='{base64.b64encode(match[0].encode()).decode()}'></div>"


def joined(*parts: str) -> str:
    """Return parts of a page as one, to be shown or kept."""
    return "\n".join(part for part in parts if part)


@lru_cache(maxsize=256)
def _packed(text: str) -> str:
    return _SVG.sub(_carried, text)


def show(*parts: str) -> None:
    """Draw HTML as one element of the page; nothing where there is none.

    Streamlit cleans it in the browser and takes drawings out, so they travel as an attribute that ``links.js`` unpacks.
    """
    if text := joined(*parts):
        st.html(_packed(text))
