"""Long text: kept at once in the browser and soon on the server, previewed as it will look, sent once.

A plain form on the page may belong to the text, such as its title and tags; its fields are kept and sent along. The form
says so: ``<form id='forum-ny' method='dialog' data-draft='forum:ny:kort'>``, with the id of the draft, and with a method by
which Enter in a field sends nothing.

::

    sent = editor("notes", draft_id=f"plan:{plan.id}:notes", label=_("Notes"), submit_label=_("Save"))
    if sent:
        try:
            plans.write_notes(visitor(), plan.id, sent.text, sent.command_id)
        except Rejected as error:
            sent.refused(sentence(error))
        else:
            sent.done()

``done`` and ``refused`` end the run and begin another, so that the page is drawn with what is true now.
``editor.js`` is the half in the browser; ``web/drafts.py`` answers it.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, cast

import streamlit as st

from components.session import hub, kept, visitor
from components.words import _
from hub.drafts import LONGEST, LONGEST_BASE, MOST_FIELDS, clean
from hub.errors import Rejected, Unavailable
from hub.markdown import MAX_PEOPLE_CHARACTERS

_COMMAND_ID: Final = re.compile(r"[a-z0-9]{8,64}")
_DRAFT_ID: Final = re.compile(r"[a-z0-9.:-]{1,80}")
Scope = Literal["app", "fragment"]
_component = st.components.v2.component(
    "hub_editor", js=(Path(__file__).parent / "editor.js").read_text(encoding="utf-8"), isolate_styles=False
)


@dataclass(frozen=True)
class Submitted:
    """A text that has been sent and waits for the page to take it."""

    text: str
    command_id: str
    """The same each time the same text is sent, whatever is clicked or lost on the way."""
    base: str
    """What ``base`` was when the text was begun, which may be long ago."""
    key: str
    draft_id: str
    seen: int
    """The version of the draft that the browser saw last; 0 if there was none."""
    scope: Scope = "app"
    fields: Mapping[str, str] = field(default_factory=dict)
    """What stood in the plain form that is sent along, by field; what was empty and is empty is left out."""

    def done(self, onward: str = "") -> NoReturn:
        """Say that the text has been taken: its draft is thrown away and the field shows ``value`` again.

        Args:
            onward: an address within the app that the browser opens when it has heard of it.
        """
        # The browser does the same when it hears of it; it may be closed by then, or not have a name here yet.
        with suppress(Rejected, Unavailable):
            hub().drafts.discard(visitor(), self.draft_id, self.seen)
        self._answer({"done": self.command_id, "onward": onward})

    def refused(self, sentence: str, base: str = "") -> NoReturn:
        """Say at the field why the text cannot be taken; it stays there, and the focus goes to it.

        Args:
            sentence: why, and what to do; empty when the page tells it at a field of the form.
            base: the version that the text builds on from now, when the page shows beside it what that holds.
        """
        number = 1 + kept(_place(self.key), {}).get("number", 0)
        self._answer({"refused": self.command_id, "sentence": sentence, "number": number, "base": base})

    def _answer(self, answer: Mapping[str, object]) -> NoReturn:
        """Keep the answer for the next run, which carries it to the browser."""
        before = kept(_place(self.key), {})
        number = before.get("number", 0)
        before.clear()
        before.update({"number": number, **answer})
        st.rerun(scope=self.scope)


def editor(
    key: str,
    *,
    draft_id: str,
    label: str,
    submit_label: str,
    placeholder: str = "",
    value: str = "",
    base: str = "",
    max_chars: int = MAX_PEOPLE_CHARACTERS,
    rows: int = 6,
    done_label: str = "",
    scope: Scope = "app",
    form: str = "",
    optional: bool = False,
) -> Submitted | None:
    """Draw a field for a long text, and return what has been sent, once.

    Args:
        key: names the field on this page, ``a-z``, digits and ``-``; stays the same in every run.
        draft_id: names the text among the visitor's own, such as ``plan:abc:notes``.
        label: what the field is called.
        submit_label: what the button says.
        placeholder: an example of what to write.
        value: what the field holds when there is no draft.
        base: which version ``value`` is, at most 40 characters, to be told when it has changed under a draft.
        max_chars: of a text that can be sent.
        rows: how high the field is at first.
        done_label: what is said when the text has been taken; "Sent" if empty.
        scope: what is drawn anew by the answer: the whole page, or the fragment that this stands in.
        form: id of a plain form on the page, with ``data-draft``, whose fields are kept and sent along.
        optional: whether the text may be left empty.
    """
    if not _DRAFT_ID.fullmatch(draft_id) or len(base) > LONGEST_BASE:
        raise ValueError(f"not an id of a draft: {draft_id!r} with base {base!r}")
    answer = kept(_place(key), {})
    result = _component(
        key=f"hub-editor-{key}",
        data={
            "id": field_id(key),
            "draft": draft_id,
            "label": label,
            "submit": submit_label,
            "placeholder": placeholder,
            "value": value,
            "base": base,
            "most": max_chars,
            "longest": LONGEST,
            "rows": rows,
            "form": form,
            "optional": optional,
            "words": _words(done_label or _("Sent")),
            "onward": answer.get("onward", ""),
            "done": answer.get("done", ""),
            "refused": {
                "command": answer.get("refused", ""),
                "text": answer.get("sentence", ""),
                "number": answer.get("number", 0),
                "base": answer.get("base", ""),
            },
        },
        on_sent_change=partial(_sent_anew, key),
    )
    sent = _read(key, draft_id, cast("Any", result).sent, scope)
    if sent is None or sent.command_id == answer.get("done"):
        return None
    if len(sent.text) > max_chars or not (sent.text.strip() or value.strip() or optional):
        # The browser has checked this before; whoever comes past it is answered all the same.
        sent.refused(_("The text may have at most {most} characters.").format(most=max_chars))
    return sent


def field_id(key: str) -> str:
    """Return the id of the field, for links to it."""
    return f"hub-editor-{key}"


def _place(key: str) -> str:
    return f"hub-editor-answer-{key}"


def _sent_anew(key: str) -> None:
    """Forget why the last text was refused: this one has not been judged yet."""
    answer = kept(_place(key), {})
    answer.pop("refused", None)
    answer.pop("sentence", None)
    answer.pop("base", None)


def _read(key: str, draft_id: str, sent: object, scope: Scope = "app") -> Submitted | None:
    """Read what the browser sent; whatever is of another shape is nothing."""
    if not isinstance(sent, Mapping):
        return None
    text, command_id, base, seen = (sent.get(name) for name in ("text", "command_id", "base", "seen"))
    if not isinstance(text, str) or not isinstance(command_id, str) or not isinstance(base, str):
        return None
    if not _COMMAND_ID.fullmatch(command_id) or len(base) > LONGEST_BASE:
        return None
    # A number in JSON may come as 5.0; none of these counts for more than which draft to throw away.
    if not isinstance(seen, int | float) or not 0 <= seen < 2**31:
        return None
    fields = sent.get("fields")
    given = fields if isinstance(fields, Mapping) and len(fields) <= MOST_FIELDS else {}
    texts = {str(name): clean(value) for name, value in given.items() if isinstance(value, str)}
    return Submitted(clean(text), command_id, base, key, draft_id, int(seen), scope, texts)


def _words(done: str) -> dict[str, Any]:
    """Return everything the browser's half says."""
    return {
        "write": _("Write"),
        "preview": _("Preview"),
        "previewing": _("Fetching the preview …"),
        "no_preview": _("The preview cannot be fetched just now."),
        "nothing": _("Nothing is written yet."),
        "help_name": _("How to format the text"),
        "help": [
            [_("**bold**"), _("bold")],
            [_("*italic*"), _("italic")],
            [_("- first"), _("a list; 1. first makes it numbered")],
            [_("> words"), _("a quotation")],
            [f"[{_('the report')}](https://…)", _("a link; a web address alone becomes one too")],
            [_("an empty line"), _("a new paragraph")],
            ["Ctrl + Enter", _("sends the text")],
        ],
        "left": _("{count} characters left"),
        "over": _("{count} characters too many. The text may have at most {most}."),
        "empty": _("Write something first."),
        "clock": _("{hour}:{minute}"),
        "status": {
            "kept": _("Kept in this browser"),
            "unkept": _("Not kept yet"),
            "saved": _("Draft saved {time}"),
            "offline": _("No contact with the server – the text is kept in this browser"),
            "restored": _("Your unsent text is back"),
            "conflict": _("The draft has been changed in another window. Choose which one to go on with."),
            "signed_out": _("You have been signed out. Sign in again to save the text."),
            "sending": _("Sending …"),
            "unanswered": _("No answer yet – the text is kept. Try again."),
            "thrown": _("The draft has been thrown away"),
            "done": done,
        },
        "conflict": _("The draft has been changed in another window"),
        "conflict_help": _("What you have written still stands here. Choose which draft to go on with."),
        "conflict_way": _("See both and choose"),
        "theirs": _("The text from the other window"),
        "differing": _("Fields that differ"),
        "both": _("Here: {mine}. In the other window: {theirs}."),
        "empty_field": _("empty"),
        "ticked": _("ticked"),
        "unticked": _("not ticked"),
        "use_mine": _("Use my draft"),
        "use_theirs": _("Use the other draft"),
        "discard": _("Throw the draft away"),
        "discard_ask": _("Throw away what you have written and not sent?"),
    }
