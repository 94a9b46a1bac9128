"""The about page."""

from functools import lru_cache
from html import escape

import streamlit as st

from components import html, live, privacy
from components.session import hub, language
from components.words import _, number
from hub.language import Language
from hub.levels.reading import content_words
from hub.markdown import Source, render_content


def text(markdown: str) -> None:
    """Draw the words, the operator's contact and every source used anywhere."""
    html.show(_text(markdown, language(), hub().version))


@lru_cache(maxsize=4)
def _text(markdown: str, _language: Language, _version: str) -> str:
    notes = html.notes()
    settings = hub().settings
    operator = escape(settings.operator) or escape(_("Not stated"))
    contact = (
        f"<a href='mailto:{escape(settings.contact)}'>{escape(settings.contact)}</a>"
        if settings.contact
        else escape(_("No contact address has been set for this installation."))
    )
    sources = "".join(
        f"<li>{_linked(source)}. <span lang='sv'>{escape(source.publisher)}</span>, {escape(source.seen)}.</li>"
        for source in hub().sources[language()].values()
    )
    return html.joined(
        render_content(markdown, hub().sources[language()], words=content_words(_), numbering=notes),
        f"<h2 id='kontakt'>{escape(_('Contact'))}</h2><p>{escape(_('Operator:'))} {operator}. {contact}</p>",
        f"<h2 id='uppgifter'>{escape(_('What is kept of you'))}</h2>",
        privacy.section(notes),
        f"<details id='alla-kallor'><summary>{escape(_('All sources'))} ({number(len(hub().sources[language()]))})</summary><ul>{sources}</ul></details>",
        notes.html(),
        f"<h2 id='drift'>{escape(_('Right now'))}</h2>",
    )


def _linked(source: Source) -> str:
    title = f"<span lang='sv'>{escape(source.title)}</span>"
    return f'<a href="{escape(source.url)}">{title}</a>' if source.url else title


@st.fragment
def running() -> None:
    """Say how many windows have this page open; the line alone is redrawn when one opens or closes."""
    topics = hub().topics
    seen = topics.version("windows")
    windows = topics.listeners("windows")
    html.show(
        f"<p id='fonster'>{escape(_('Windows with this page open:'))} <strong>{number(windows)}</strong>. "
        f"{escape(_('The number moves by itself; nothing is stored.'))} "
        f"{escape(_('Version'))} <code>{escape(hub().version)}</code>.</p>"
    )
    live.listen("windows", seen)
