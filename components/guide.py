"""The guide's pieces: its address, a question, and who writes the result."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from components import html
from components.session import hub, language
from components.words import _
from hub.guide import answers as link
from hub.guide.answers import Answers, Link, Problem, Service
from hub.guide.content import Question, Words
from hub.guide.reading import GuideReading


def words() -> Words:
    """Return the guide's words in the visitor's language."""
    return hub().guide.words[language()]


def reading() -> GuideReading:
    """Return what writes the guide's results in the visitor's language."""
    return hub().guide_readings[language()]


def flow() -> Sequence[Question]:
    """Return the questions in order."""
    return hub().guide.flow.questions


# --- The address -----------------------------------------------------------------------------------------------------


def read_link() -> Link:
    """Read the guide's part of the address."""
    return link.read_link(st.query_params, hub().guide.flow)


def go(services: Sequence[Service], current: int = 0, question: str = "") -> None:
    """Move to another place in the guide: the address changes and the page runs anew."""
    parts = link.query(services, hub().guide.flow, current, question)
    if "lang" in st.query_params:
        parts["lang"] = st.query_params["lang"]
    st.query_params.from_dict(parts)
    st.rerun()


def problem_sentences(problems: Sequence[Problem]) -> list[str]:
    """Say what in a link is not valid, a sentence each."""
    sentences = {
        "version": _(
            "The link was made with version {found} of the questions, which have changed since. Its answers are not read, because they could mean something else today."
        ),
        "too-long": _("A part of the link is longer than any answers can be and has not been read: {found} …"),
        "unknown-question": _("The link holds a question that does not exist: {found}"),
        "unknown-option": _("The link holds an answer that does not exist: {found}"),
        "twice": _("The link answers the same question twice; only the first is read: {found}"),
        "skipped": _("The link answers a question that another answer makes meaningless: {found}"),
        "too-many-services": _("The link holds more than five services; only the first five are read."),
    }
    return [sentences[problem.code].format(found=problem.found) for problem in problems]


# --- A question ------------------------------------------------------------------------------------------------------


def question_page(asked: Question, answers: Answers, name: str) -> tuple[str, ...] | None:
    """Draw one question and return the options chosen when the visitor goes on."""
    texts = words().questions[asked.id]
    all_asked = link.asked(answers, flow())
    place = [question.id for question in all_asked].index(asked.id) + 1
    notes = html.notes()
    # In the order they are read, so that sources are numbered from the top.
    explained, why, knows = (html.line(text, notes) for text in (texts.help, texts.why, texts.knows))
    html.show(
        f"<div class='hub-progress'><span>{escape(_('Question {place} of {all}').format(place=place, all=len(all_asked)))}"
        f"{f' – {escape(name)}' if name else ''}</span>"
        f"<progress max='{len(all_asked)}' value='{place - 1}' aria-hidden='true'></progress></div>",
        f"<h1 id='fraga'>{escape(texts.title)}</h1><p>{explained}</p>",
    )
    chosen = _options(asked, answers.get(asked.id, ()))
    html.show(
        f"<div class='hub-why'><p><strong>{escape(_('Why we ask'))}.</strong> {why}</p>"
        f"<p><strong>{escape(_('Who knows'))}.</strong> {knows}</p></div>",
        f"<details><summary>{escape(_('Sources'))}</summary>{notes.html()}</details>" if notes.sources else "",
    )
    return chosen


def _options(asked: Question, before: tuple[str, ...]) -> tuple[str, ...] | None:
    texts = words().questions[asked.id]
    options = list(asked.options)
    with st.form(key=f"form-{asked.id}", border=False):
        if asked.several:
            html.show(f"<p class='hub-muted' id='flera'>{escape(_('Tick all that apply.'))}</p>")
            ticked = tuple(
                option
                for option in options
                if st.checkbox(
                    # One plain line: the name a screen reader says is this text as it stands, marks and all.
                    f"{texts.options[option].label}: {texts.options[option].caption}",
                    value=option in before,
                    key=f"{asked.id}-{option}",
                )
            )
        else:
            picked = st.radio(
                texts.title,
                options,
                index=options.index(before[0]) if before else None,
                format_func=lambda option: texts.options[option].label,
                captions=[texts.options[option].caption for option in options],
                label_visibility="collapsed",
                key=f"answer-{asked.id}",
            )
            ticked = (picked,) if picked else ()
        return ticked if st.form_submit_button(_("Continue"), type="primary", key="continue") else None


def refusal(asked: Question, chosen: tuple[str, ...]) -> str:
    """Return why a choice cannot be taken, in words, or nothing."""
    if not chosen:
        return _("Choose an answer. If you do not know, choose “Don't know yet”; it is a full answer.")
    if len(chosen) > 1 and any(asked.options[option].alone for option in chosen):
        texts = words().questions[asked.id].options
        alone = next(texts[option].label for option in chosen if asked.options[option].alone)
        return _("“{answer}” cannot be combined with the others. Untick it or the others.").format(answer=alone)
    return ""
