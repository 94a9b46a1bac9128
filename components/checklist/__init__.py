"""A list of things to do, in groups: tick, open, move up and down. One element however long the list is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from components.words import _
from hub.language import Language

_component = st.components.v2.component(
    "hub_checklist", js=(Path(__file__).parent / "checklist.js").read_text(encoding="utf-8"), isolate_styles=False
)


@dataclass(frozen=True)
class Row:
    """One thing to do, in words."""

    id: str
    text: str
    who: str
    about: str
    """When and where from, on one line."""
    state: str
    """In words where it is neither open nor done."""
    done: bool
    dropped: bool
    address: str
    link: str
    first: bool
    last: bool


@dataclass(frozen=True)
class Group:
    """A heading with its rows."""

    id: str
    name: str
    count: str
    """How many are done, in words."""
    open: bool
    """Whether its rows are shown at first."""
    items: Sequence[Row]


@dataclass(frozen=True)
class Did:
    """What the visitor did."""

    what: Literal["done", "open", "up", "down"]
    id: str
    command: str


def checklist(groups: Sequence[Group], key: str, *, may: bool, language: Language) -> Did | None:
    """Draw the list and return what the visitor did with it, once.

    Args:
        groups: what to show.
        key: the same from run to run.
        may: whether the visitor may change anything.
        language: of the texts.
    """
    data = {
        "may": may,
        "language": language,
        "groups": [asdict(group) for group in groups],
        "words": {"up": _("Move up"), "down": _("Move down"), "empty": _("Nothing here yet.")},
    }
    did = _component(key=key, data=data, on_did_change=_nothing).did
    if not isinstance(did, Mapping) or did.get("what") not in {"done", "open", "up", "down"}:
        return None
    return Did(did["what"], str(did.get("id", "")), str(did.get("command", "")))


def _nothing() -> None:
    """Exist because a trigger without a callback is not kept."""
