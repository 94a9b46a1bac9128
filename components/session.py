"""What a page may take from its surroundings. The only module that touches ``st.session_state``."""

import os
from functools import cache
from typing import Any, cast

import streamlit as st

from hub import bootstrap
from hub.bootstrap import Hub
from hub.language import LANGUAGE_COOKIE, Language, choose, known
from hub.settings import Settings, read_settings

_LANGUAGE = "hub-language"


def hub() -> Hub:
    """Return the hub of this process."""
    return bootstrap.build(_settings())


@cache
def _settings() -> Settings:
    """Return the settings; read when first needed, so that the start can say which variable is wrong."""
    return read_settings(os.environ)


def name_page(name: str) -> None:
    """Give the window a name of its own, such as the question asked; what is most particular comes first."""
    st.set_page_config(page_title=f"{name} – Vårdmöteshubben")


def language() -> Language:
    """Return the visitor's language, settled when the run began."""
    return cast("Language", st.session_state[_LANGUAGE])


def settle_language() -> None:
    """Settle the language of this run: the address, then this session, then the cookie, the browser, Swedish."""
    asked = known(st.query_params.get("lang"))
    if asked or _LANGUAGE not in st.session_state:
        st.session_state[_LANGUAGE] = asked or choose(
            None, st.context.cookies.get(LANGUAGE_COOKIE), st.context.headers.get("Accept-Language")
        )


def keep(name: str, value: Any) -> None:
    """Keep something small for the next runs of this session."""
    st.session_state[name] = value


def kept(name: str, default: Any) -> Any:
    """Return what an earlier run of this session has kept."""
    return st.session_state.get(name, default)
