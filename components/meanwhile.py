"""What a form was begun from, and what to do when somebody else has changed it while the form is open."""

from collections.abc import Callable
from html import escape
from typing import TypeVar, cast

import streamlit as st

from components import html
from components.session import command, forget, kept, renew
from components.words import _

T = TypeVar("T")


def begun(form: str, now: T, theirs: Callable[[], str], *, version: Callable[[T], object]) -> T:
    """Return what a form was begun from; if that has been changed since, show it and let the visitor choose.

    Args:
        form: the name its command was made with.
        now: what stands today.
        theirs: what stands today, as HTML; asked for only when it is shown.
        version: what tells two of them apart.
    """
    given = command(form)
    began = cast("T", kept(f"began-{given}", now))
    if version(began) == version(now):
        return began
    html.show(
        f"<section class='hub-changed' role='status'><h3>{escape(_('Somebody has changed this while you have it open'))}</h3>"
        f"<p>{escape(_('It now says:'))}</p>{theirs()}</section>"
    )
    mine, others = st.columns(2)
    if mine.button(_("Keep what I have written, and save over it"), key=f"mine-{given}"):
        forget(f"began-{given}")
        kept(f"began-{given}", now)
        st.rerun(scope="fragment")
    if others.button(_("Take theirs, and drop mine"), key=f"theirs-{given}"):
        renew(form)
        st.rerun(scope="fragment")
    return began
