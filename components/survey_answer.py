"""One answer to one statement: a choice and what shows it, saved whenever either changes.

What was typed is never dropped, and what another has written since is never overwritten unseen: then both are shown, and
the visitor chooses. The keys of the widgets are the same in every session, so that a browser whose server has been started
anew still holds what it held.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Protocol, cast

import streamlit as st

from components import html
from components.problems import sentence
from components.session import drawn, forget, keep, kept, typed, uninterrupted
from components.words import _, day_and_time
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.survey.answers import LONGEST


@dataclass(frozen=True)
class Held:
    """What is kept of an answer."""

    choice: str = ""
    evidence: str = ""
    version: int = 0
    by: str = ""
    """Who wrote it last, where others may have."""


NONE: Final = Held()


class Save(Protocol):
    """Keeps an answer and returns its version."""

    def __call__(self, *, choice: str, evidence: str, version: int) -> int:
        """Keep it."""


@dataclass(frozen=True)
class Field:
    """An answer to be drawn."""

    name: str
    """Tells it from all others."""
    asks: str
    """What is chosen between; the name of the whole choice to whoever hears the page."""
    options: Mapping[str, str]
    """The label of each choice."""
    short: Mapping[str, str]
    """What each choice is called in a sentence."""
    evidence: str
    """What is asked beside."""
    save: Save
    locked: bool
    in_a_row: bool = False
    """Whether the choices stand beside each other, for where they have been described already."""

    @property
    def id(self) -> str:
        """The name with how many times it has been begun anew."""
        return f"{self.name}-{kept(f'turn-{self.name}', 0)}"

    @property
    def choice_key(self) -> str:
        """The key of the choice; what it begins with is the hook of the style sheet."""
        return f"{'row' if self.in_a_row else 'level'}-{self.id}-{kept(f'followed-{self.id}', 0)}"

    @property
    def evidence_key(self) -> str:
        """The key of what shows it."""
        return f"shows-{self.id}"


def draw(field: Field, now: Held) -> None:
    """Draw an answer, and beneath it whether it has been saved.

    Args:
        field: how it is asked for.
        now: what is kept today.
    """
    with uninterrupted():
        first = _begin(field, now)
    options = list(field.options)
    st.radio(
        field.asks, options, index=options.index(first.choice) if first.choice in options else None,
        key=field.choice_key, format_func=lambda choice: field.options[choice], label_visibility="collapsed",
        disabled=field.locked, on_change=_save, args=(field,),
    )  # fmt: skip
    st.text_area(
        field.evidence, first.evidence, key=field.evidence_key, max_chars=LONGEST["evidence"], height=90,
        disabled=field.locked, on_change=_save, args=(field,),
    )  # fmt: skip
    with st.container():
        _told(field, now)


def choose(field: Field, choice: str) -> None:
    """Choose for the visitor, who has pressed a button that says so."""
    with uninterrupted():
        _write(field, _base(field, NONE).version, choice)
        _redraw(field, choice)


def _begin(field: Field, now: Held) -> Held:
    """Return what the widgets begin with; take over another's choice where nothing of one's own is at stake.

    It stays the same for as long as they stand: given another first value, the browser would put it over what is typed.
    """
    id_ = field.id
    if not drawn(field.evidence_key):
        # Come to from another page: what could not be saved is still here, all else is as it is kept.
        first = cast("Held | None", kept(f"unsaved-{id_}", None)) or now
        keep(f"began-{id_}", first)
        keep(f"first-{id_}", first)
        return first
    base = _base(field, now)
    if base.version != now.version and base.evidence == now.evidence and not kept(f"refused-{id_}", None):
        keep(f"began-{id_}", now)
        if now.choice != typed(field.choice_key):
            _redraw(field, now.choice)
    return cast("Held", kept(f"first-{id_}", now))


def _redraw(field: Field, choice: str) -> None:
    """Let the choice be drawn anew with another value; what is typed beside it stays as it is."""
    id_ = field.id
    keep(f"first-{id_}", replace(cast("Held", kept(f"first-{id_}", NONE)), choice=choice))
    keep(f"followed-{id_}", int(kept(f"followed-{id_}", 0)) + 1)


def _base(field: Field, now: Held) -> Held:
    return cast("Held", kept(f"began-{field.id}", now))


def _save(field: Field) -> None:
    """Keep what stands in the widgets; a refusal is kept too, to be told beneath them."""
    with uninterrupted():
        base = _base(field, NONE)
        if (typed(field.choice_key), typed(field.evidence_key).strip()) != (base.choice, base.evidence.strip()):
            _write(field, base.version)


def _write(field: Field, version: int, choice: str | None = None) -> None:
    choice = typed(field.choice_key) if choice is None else choice
    evidence, id_ = typed(field.evidence_key), field.id
    try:
        saved = field.save(choice=choice, evidence=evidence, version=version)
    except (NotFound, Rejected, Unavailable) as error:
        keep(f"refused-{id_}", error)
        keep(f"unsaved-{id_}", Held(choice, evidence, version))
        return
    forget(f"refused-{id_}")
    forget(f"unsaved-{id_}")
    keep(f"began-{id_}", Held(choice, evidence.strip(), saved))
    keep(f"saved-{id_}", utc_now())


def _over(field: Field, version: int) -> None:
    """Keep what stands in the widgets over what the visitor has seen that another wrote."""
    with uninterrupted():
        _write(field, version)


def _anew(field: Field) -> None:
    """Let go of what could not be saved, and begin from what is kept."""
    with uninterrupted():
        for part in ("refused", "unsaved", "began", "first"):
            forget(f"{part}-{field.id}")
        keep(f"turn-{field.name}", int(kept(f"turn-{field.name}", 0)) + 1)


def _told(field: Field, now: Held) -> None:
    """Say that it was saved, or why not, or that another has written something else."""
    id_, base = field.id, _base(field, now)
    refused = cast("NotFound | Rejected | Unavailable | None", kept(f"refused-{id_}", None))
    if refused is not None and not (isinstance(refused, Rejected) and refused.code == "changed-meanwhile"):
        html.show(
            f"<p class='hub-fault hub-told' role='alert'>{escape(_('Not saved.'))} {escape(sentence(refused))}</p>"
        )
        if not field.locked:
            st.button(_("Try again"), key=f"again-{id_}", on_click=_save, args=(field,))
    elif base.version != now.version:
        _both(field, now, _("Somebody has changed this while you have it open"))
    elif refused is None and not field.locked and (typed(field.choice_key), typed(field.evidence_key).strip()) != (
        base.choice, base.evidence.strip(),
    ):  # fmt: skip
        # The server was started anew before this reached it; who else has written since cannot be told any more.
        _both(field, now, _("What stands here is not what has been saved"))
    else:
        saved = cast("dt.datetime | None", kept(f"saved-{id_}", None))
        said = _("Saved {time}").format(time=day_and_time(saved)[1]) if saved else ""
        at = f" data-says='{saved.timestamp():.3f}'" if saved else ""
        html.show(f"<p class='hub-told hub-muted'><span{at}>{escape(said)}</span></p>")


def _both(field: Field, now: Held, heading: str) -> None:
    words = field.short.get(now.choice, _("No answer"))
    shows = f"<blockquote>{escape(now.evidence)}</blockquote>" if now.evidence else ""
    who = f"<p class='hub-muted'>{escape(now.by)}</p>" if now.by else ""
    html.show(
        f"<section class='hub-changed' role='status'><h4>{escape(heading)}</h4>"
        f"<p>{escape(_('What is saved:'))} <strong>{escape(words)}</strong></p>{shows}{who}</section>"
    )
    row = st.container(horizontal=True, key=f"which-{field.id}")
    row.button(
        _("Keep what I have chosen, and save over it"), key=f"mine-{field.id}", on_click=_over,
        args=(field, now.version),
    )  # fmt: skip
    row.button(_("Take theirs, and drop mine"), key=f"theirs-{field.id}", on_click=_anew, args=(field,))
