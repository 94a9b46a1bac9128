"""The pages as Streamlit wants them."""

from copy import copy
from functools import lru_cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from components.session import hub, language
from hub.language import Language
from hub.settings import ROOT


def pages() -> list[StreamlitPage]:
    """Return the pages for this run, copied because Streamlit marks in them which one it runs."""
    return [copy(page) for page in _pages(language())]


@lru_cache(maxsize=2)
def _pages(language: Language) -> tuple[StreamlitPage, ...]:
    """Build the pages once a language: each one looks up its script on disk, an eighth of a run in all (measured)."""
    return tuple(
        st.Page(
            ROOT / "pages" / page.script,
            title=f"{page.title[language]} – Vårdmöteshubben",
            url_path=page.path.removeprefix("/"),
            default=page.path == "/",
        )
        for page in hub().site.pages
    )
