"""What a page may take from its surroundings. The only module that touches ``st.session_state``."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from hub import bootstrap
from hub.bootstrap import Hub
from hub.identity.rules import on_this_machine
from hub.language import LANGUAGE_COOKIE, Language, choose, known
from hub.settings import Settings, read_settings
from hub.visitor import BROWSER_COOKIE, SESSION_COOKIE, Visitor

_LANGUAGE = "hub-language"
_KEPT = "hub-kept-"
_ANSWERING = "hub-answering"
_VISITOR = "hub-visitor"
_KEPT_S = 1.0
"""A fragment runs without its frame, so what is known of the visitor is kept for a run, but never longer than this."""


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


def kept(name: str, first: Any) -> Any:
    """Return what this session keeps under a name; ``first`` is kept if nothing is yet."""
    return st.session_state.setdefault(_KEPT + name, first)


def forget(name: str) -> None:
    """Let go of what is kept under a name."""
    st.session_state.pop(_KEPT + name, None)


def keep(name: str, value: Any) -> None:
    """Keep something under a name, whatever was kept there."""
    st.session_state[_KEPT + name] = value


def typed(key: str) -> str:
    """Return what a widget holds; nothing for one that is not there, or in which nothing is chosen."""
    return str(st.session_state.get(key) or "")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let nothing end this piece of work before its time.

    When a visitor acts again before a run is over, Streamlit ends the run the next time it asks for the session's state,
    even inside the callback that was to save what the first act chose; what was chosen would be lost.
    """
    context = get_script_run_ctx()
    if context is None:
        yield
        return
    state = context.session_state
    held = state._yield_callback  # noqa: SLF001 - Streamlit offers no way to ask for it
    # Set in the ordinary way it would become part of what the session keeps.
    object.__setattr__(state, "_yield_callback", _go_on)
    try:
        yield
    finally:
        object.__setattr__(state, "_yield_callback", held)


def _go_on() -> None:
    """Stand in for what would end a run."""


def drawn(key: str) -> bool:
    """Return whether a widget was on the page the last time it was drawn."""
    return key in st.session_state


def command(form: str) -> str:
    """Return the id that a form's write carries: the same until the write has succeeded.

    It is part of the keys of the form's fields, so that a second click on a form already sent finds no form.
    """
    return cast("str", kept(f"command-{form}", secrets.token_urlsafe(12)))


def renew(form: str) -> None:
    """Begin a form anew after its write has succeeded: empty fields and another command."""
    forget(f"command-{form}")


def visitor() -> Visitor:
    """Return who asks; looked up at the first use in each run, so that what has changed counts from the next click.

    Raises:
        Unavailable: somebody is signed in, and the database does not answer.
    """
    found = cast("tuple[Visitor, float] | None", st.session_state.get(_VISITOR))
    if found is None or time.monotonic() - found[1] > _KEPT_S:
        found = (_resolve(), time.monotonic())
        st.session_state[_VISITOR] = found
    return found[0]


def forget_visitor() -> None:
    """Let the visitor be looked up anew in this run."""
    st.session_state.pop(_VISITOR, None)


def session_id() -> str | None:
    """Return the value of the session cookie that the browser brought, whether it holds or not."""
    return _cookie(SESSION_COOKIE)


def _cookie(name: str) -> str | None:
    """Return a cookie; Streamlit's own test harness has something else in its place."""
    value = st.context.cookies.get(name)
    return value if isinstance(value, str) else None


def _resolve() -> Visitor:
    identity = hub().identity
    # Streamlit says nothing of an address on this machine, and nothing without a connection; without one there is no
    # host either, so it is not taken for this machine.
    peer = st.context.ip_address if isinstance(st.context.ip_address, str) else "127.0.0.1"
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    return identity.visitor(
        session_id(),
        local=on_this_machine(peer, headers, socket=True),
        key=identity.key(_cookie(BROWSER_COOKIE), peer),
        address=peer,
    )


def answer_for(plan_id: str, key: str, title: str, guide: str) -> None:
    """Remember in this session that the guide is answered for a plan there is."""
    st.session_state[_ANSWERING] = (plan_id, key, title, guide)


def answering_for() -> tuple[str, str, str, str] | None:
    """Return the id, key, title and earlier answers of the plan that the guide is answered for in this session."""
    return cast("tuple[str, str, str, str] | None", st.session_state.get(_ANSWERING))


def answered() -> None:
    """Forget which plan the guide is answered for."""
    st.session_state.pop(_ANSWERING, None)
