"""Plain forms that are sent to a route of ours: their fields, each with its label, help and fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from components.problems import sentence, summary
from components.session import command, hub, visitor
from components.words import _
from hub.errors import Rejected


@dataclass(frozen=True)
class Form:
    """A form being drawn: what stands in its fields, and what is wrong with one of them."""

    name: str
    """Part of the ids of its fields."""
    values: Mapping[str, str]
    """By field."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Sentences by field."""

    def _about(self, name: str, help_text: str) -> tuple[str, str]:
        """Return what a field is described by, and the lines that do it."""
        own_id, fault = f"{self.name}-{name}", self.faults.get(name, "")
        lines, ids = "", []
        if help_text:
            lines += f"<p class='hub-muted' id='{own_id}-hjalp'>{escape(help_text)}</p>"
            ids.append(f"{own_id}-hjalp")
        if fault:
            lines += f"<p class='hub-fault' id='{own_id}-fel'>{escape(fault)}</p>"
            ids.append(f"{own_id}-fel")
        described = f" aria-describedby='{' '.join(ids)}'" if ids else ""
        return described + (" aria-invalid='true'" if fault else ""), lines

    def text(self, name: str, label: str, *, most: int, help_text: str = "", autocomplete: str = "off") -> str:
        """Draw a line to write in."""
        about, lines = self._about(name, help_text)
        return (
            f"<div class='hub-fieldrow'><label for='{self.name}-{name}'>{escape(label)}</label>{lines}"
            f"<input class='hub-field' id='{self.name}-{name}' name='{name}' value='{escape(self.values.get(name, ''))}'"
            f" maxlength='{most}' autocomplete='{autocomplete}'{about}></div>"
        )

    def choice(self, name: str, label: str, options: Sequence[tuple[str, str]], *, help_text: str = "") -> str:
        """Draw a list to choose one from."""
        about, lines = self._about(name, help_text)
        chosen = self.values.get(name, "")
        drawn = "".join(
            f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(text)}</option>"
            for value, text in options
        )
        return (
            f"<div class='hub-fieldrow'><label for='{self.name}-{name}'>{escape(label)}</label>{lines}"
            f"<select class='hub-field' id='{self.name}-{name}' name='{name}'{about}>{drawn}</select></div>"
        )

    def radios(self, name: str, legend: str, options: Sequence[tuple[str, str, str]]) -> str:
        """Draw answers of which one is chosen: value, words, and what they mean."""
        about, lines = self._about(name, "")
        chosen = self.values.get(name, "")
        drawn, own_id = "", f" id='{self.name}-{name}'"
        for value, words, meaning in options:
            more = f"<span class='hub-muted'>{escape(meaning)}</span>" if meaning else ""
            drawn += (
                f"<label class='hub-pick'><input type='radio' name='{name}' value='{escape(value)}'{own_id}"
                f"{' checked' if value == chosen else ''}><span>{escape(words)}{more}</span></label>"
            )
            own_id = ""
        return f"<fieldset class='hub-picks'{about}><legend>{escape(legend)}</legend>{lines}{drawn}</fieldset>"

    def boxes(self, name: str, legend: str, options: Sequence[tuple[str, str]]) -> str:
        """Draw boxes of which any number is ticked; each is sent as ``<name>-<value>``."""
        about, lines = self._about(name, "")
        drawn, own_id = "", f" id='{self.name}-{name}'"
        for value, words in options:
            field = f"{name}-{value}"
            drawn += (
                f"<label class='hub-pick'><input type='checkbox' name='{escape(field)}' value='1'{own_id}"
                f"{' checked' if self.values.get(field) == '1' else ''}><span>{escape(words)}</span></label>"
            )
            own_id = ""
        return f"<fieldset class='hub-picks'{about}><legend>{escape(legend)}</legend>{lines}{drawn}</fieldset>"

    def lines(self, name: str, label: str, *, most: int, help_text: str = "") -> str:
        """Draw a field of several lines."""
        about, lines = self._about(name, help_text)
        return (
            f"<div class='hub-fieldrow'><label for='{self.name}-{name}'>{escape(label)}</label>{lines}"
            f"<textarea class='hub-field' id='{self.name}-{name}' name='{name}' rows='3' maxlength='{most}'{about}>"
            f"{escape(self.values.get(name, ''))}</textarea></div>"
        )

    def box(self, name: str, words: str) -> str:
        """Draw a box to tick."""
        about, lines = self._about(name, "")
        ticked = " checked" if self.values.get(name) == "1" else ""
        return (
            f"<div class='hub-fieldrow'>{lines}<label class='hub-pick'>"
            f"<input type='checkbox' id='{self.name}-{name}' name='{name}' value='1'{ticked}{about}>"
            f"<span>{escape(words)}</span></label></div>"
        )

    def around(
        self, action: str, inside: str, unseen: Mapping[str, str], *, css: str = "", soft: str = "", once: bool = True
    ) -> str:
        """Return the whole form, with its command and what else it carries unseen.

        Args:
            action: the address it is sent to.
            inside: its fields and buttons.
            unseen: what it carries besides.
            css: more classes.
            soft: ``page`` opens what it leads to without a new session; ``stay`` also leaves the focus on the button.
            once: whether it carries a command, which the session then keeps; needless where doing so again changes nothing.
        """
        own = {"kommando": command(f"{self.name}-{action}-{sorted(unseen.items())}")} if once else {}
        carried = {**unseen, **own}
        hidden = "".join(
            f"<input type='hidden' name='{name}' value='{escape(value)}'>" for name, value in carried.items()
        )
        lost = escape(_("That did not go through. Nothing is lost; try again in a moment."))
        softly = f" data-soft='{soft}' data-lost='{lost}'" if soft else ""
        return f"<form class='hub-form {css}' method='post' action='{action}'{softly}>{hidden}{inside}</form>"

    def complain(self, heading: str = "") -> None:
        """Say on top of the page what is wrong, with a link to the field."""
        for name, words in self.faults.items():
            summary(heading or _("This was not saved"), [words], f"{self.name}-{name}" if name else "")


def sent_form(name: str, values: Mapping[str, str], fields: Mapping[str, str]) -> Form:
    """Return a form: as it was sent if it has just been refused, else with what is kept.

    Args:
        name: of the form; the address says ``fel=<name>`` when it has been refused.
        values: what is kept, by field.
        fields: what the form calls the fields that an error may name.
    """
    asked = st.query_params.get("fel") == name
    refused = hub().held.find(visitor().key, name) if asked else None
    if refused is None:
        return Form(name, values)
    error = refused.error
    fault = fields.get(error.field, "") if isinstance(error, Rejected) else ""
    held = {field: refused.values.get(field, "") for field in values}
    if isinstance(error, Rejected) and error.code == "profile-changed":
        # What was typed stays, and may be saved over what has come in between, which the page has told.
        held["version"] = values.get("version", "")
    return Form(name, held, {fault: sentence(error)})


def complain_of(*forms: str, heading: str = "") -> None:
    """Say on top of the page why a form with nothing to type in was refused, if the address names one of these."""
    asked = st.query_params.get("fel", "")
    refused = hub().held.find(visitor().key, asked) if asked in forms else None
    if refused:
        summary(heading or _("This was not saved"), [sentence(refused.error)])
