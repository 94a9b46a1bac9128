"""Rounds of the survey, for administrators: the rounds there are, and setting up another."""

import datetime as dt
from html import escape

import streamlit as st

from components import html
from components.administration import head
from components.problems import attempt
from components.session import command, hub, visitor
from components.survey_place import first_day, last_day, results, round_name, stage_of
from components.words import _
from hub.errors import Rejected
from hub.language import midnight
from hub.survey.answers import LONGEST
from hub.survey.rounds import Round


@st.fragment
def page() -> None:
    """Draw the rounds there are, and the form for another."""
    rounds = hub().rounds.all()
    html.show(
        head("rundor"),
        f"<p class='hub-lead'>{escape(_('A round asks every region the newest version of the questionnaire. It opens and closes by itself. Once set up it cannot be changed.'))}</p>",
        _table(rounds) if rounds else f"<p>{escape(_('No round has been set up yet.'))}</p>",
        f"<h2 id='ny-runda'>{escape(_('Set up a round'))}</h2>",
    )
    above = st.container()
    given = command("round")
    with st.form(key=f"form-{given}", border=False):
        swedish = st.text_input(
            _("What the round is called, in Swedish"), key=f"sv-{given}", max_chars=LONGEST["title"]
        )
        english = st.text_input(
            _("What the round is called, in English"), key=f"en-{given}", max_chars=LONGEST["title"]
        )
        first = st.text_input(_("First day (year-month-day)"), key=f"first-{given}", placeholder="2027-02-01")
        last = st.text_input(_("Last day (year-month-day)"), key=f"last-{given}", placeholder="2027-03-31")
        html.show(
            f"<p class='hub-muted'>{escape(_('It opens as the first day begins and closes as the last day ends, by Swedish time.'))}</p>"
        )
        if st.form_submit_button(_("Set up the round"), type="primary", key=f"send-{given}"):
            with attempt("round", above):
                opens, closes = midnight(_day(first)), midnight(_day(last) + dt.timedelta(days=1))
                hub().rounds.begin(visitor(), {"sv": swedish, "en": english}, opens, closes, given)


def _day(given: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(given.strip())
    except ValueError:
        raise Rejected("not-a-date", "opens_at") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Rejected("not-a-date", "opens_at")
    return found


_FIRST_YEAR, _LAST_YEAR = 2020, 2100
"""What lies outside is a slip of the hand."""


def _table(rounds: tuple[Round, ...]) -> str:
    names = {"open": _("Open"), "coming": _("Coming"), "closed": _("Closed")}
    heads = (_("Round"), _("State"), _("First day"), _("Last day"), _("Questionnaire"))
    head_row = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    rows = "".join(
        f"<tr><th scope='row'><a href='{results(one)}'>{escape(round_name(one))}</a></th><td>{escape(names[stage_of(one)])}</td>"
        f"<td>{escape(first_day(one))}</td><td>{escape(last_day(one))}</td>"
        f"<td>{escape(_('Version {number}').format(number=one.version))}</td></tr>"
        for one in rounds
    )
    return (
        f"<table class='hub-stack'><caption class='hub-unseen'>{escape(_('Rounds of the survey'))}</caption>"
        f"<thead><tr>{head_row}</tr></thead><tbody>{rows}</tbody></table>"
    )
