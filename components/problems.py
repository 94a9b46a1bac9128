"""How an error looks to a visitor: what happened, and what to do next."""

from collections.abc import Sequence
from html import escape

import streamlit as st
import structlog

from components.words import _
from hub.errors import NotFound, Rejected, Unavailable
from hub.reference import new_reference

log = structlog.get_logger(__name__)


def summary(heading: str, sentences: Sequence[str], field: str = "") -> None:
    """Show what is wrong on top of the page; the page's script moves the focus here.

    Args:
        heading: one line.
        sentences: what is wrong, one sentence each, and what to do.
        field: id of the field that the first sentence leads to.
    """
    items = "".join(
        f"<li>{f'<a href=#{escape(field)}>{escape(text)}</a>' if field and not place else escape(text)}</li>"
        for place, text in enumerate(sentences)
    )
    st.html(f"<div class='hub-problem' role='alert' tabindex='-1'><h2>{escape(heading)}</h2><ul>{items}</ul></div>")


def unknown(error: Exception) -> bool:
    """Log an error nobody expected, show the visitor its reference, and keep Streamlit from showing a traceback.

    Returns:
        True, which tells Streamlit that the error has been dealt with.
    """
    if isinstance(error, NotFound | Rejected):
        summary(_("This does not exist"), [_("The address may be misspelt. Go to the start page and try from there.")])
    elif isinstance(error, Unavailable):
        summary(_("This does not answer just now"), [_("Nothing has been lost. Try again in a moment.")])
    else:
        reference = new_reference()
        log.error("page_failed", reference=reference, exc_info=error)
        summary(
            _("Something went wrong"),
            [
                _(
                    "The fault is ours and has been logged. Try again in a moment; if it remains, tell us the reference."
                ),
                f"{_('Reference:')} {reference}",
            ],
        )
    return True
