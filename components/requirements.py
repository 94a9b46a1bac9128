"""The requirement list."""

from html import escape

import streamlit as st

from components import forum_place, html
from components.problems import summary
from components.session import hub, language
from components.words import _
from hub.requirements.rules import Wish, read_wish

_PARAMETERS = ("niva", "lager", "del", "roll", "utan", "vikt")


def wish() -> Wish:
    """Read the choices from the address, and say what in it is not valid."""
    given = {name: st.query_params.get_all(name) for name in _PARAMETERS}
    found, problems = read_wish(given, hub().requirements.requirements)
    if problems:
        summary(
            _("Parts of the link could not be used"),
            [_("This choice does not exist: {found}").format(found=problem) for problem in problems],
        )
    return found


def page(chosen: Wish) -> None:
    """Draw the whole list, each with the talk beside it for those who may read that."""
    words = hub().requirements.words[language()].requirements
    beside = forum_place.talk_beside_each("requirement", {id_: one.text for id_, one in words.items()})
    html.show(
        f"<h1>{escape(_('Requirements to put to a vendor'))}</h1><p class='hub-lead'>"
        f"{escape(_('A list to start a procurement or a change order from. Choose the layers you will have, leave out what you do not need, and take it with you as Word or Excel.'))}</p>"
        f"<p>{escape(_('Each requirement says whether it rests on law or on good practice, who answers for it and how it is checked. The list is the hub’s own; it replaces neither your lawyers nor Inera’s terms.'))}</p>",
        hub().requirement_readings[language()].page(chosen, beside),
    )
