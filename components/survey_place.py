"""Where the parts of a region's answer are found, and what rounds, choices and visibilities are called."""

import datetime as dt
from html import escape
from urllib.parse import urlencode

from components.session import hub, language
from components.words import _, day_and_time
from hub.clock import utc_now
from hub.language import inside
from hub.survey.answering import Access, Sheet
from hub.survey.content import Questionnaire, Statement
from hub.survey.rounds import LEVELS, Round, Stage, level_of, read_choice
from hub.survey.visibility import Visibility


def place(access: Access, dimension: str = "", anchor: str = "") -> str:
    """Return the address of a region's part, or of one dimension of it, ready to stand in an attribute."""
    named = {"del": dimension} if dimension else {}
    return escape(f"/enkat?{urlencode({**access.query, **named})}") + (f"#{anchor}" if anchor else "")


def results(round_: Round, region: str = "") -> str:
    """Return the address of what a round has shown, ready to stand in an attribute."""
    named = {"region": region} if region else {}
    return escape(f"/mognad?{urlencode({'del': 'runda', 'runda': round_.id, **named})}")


def region_name(code: str) -> str:
    """Return what a region is called."""
    return hub().regions.name(code, language())


def round_name(round_: Round) -> str:
    """Return what a round is called."""
    return round_.title[language()]


def stage_of(round_: Round) -> Stage:
    """Return whether a round is to come, open or closed at this moment."""
    return round_.stage(utc_now())


def last_day(round_: Round) -> str:
    """Return the last day on which a round may be answered, in words; it closes as that day ends."""
    return day_and_time(round_.closes_at - dt.timedelta(microseconds=1))[0]


def first_day(round_: Round) -> str:
    """Return the day on which a round opens, in words."""
    return day_and_time(round_.opens_at)[0]


def when(round_: Round) -> str:
    """Say whether a round can be answered, and until or from when."""
    stage = stage_of(round_)
    if stage == "open":
        return _("Open until and including {day}").format(day=last_day(round_))
    if stage == "coming":
        return _("Opens {day}").format(day=first_day(round_))
    return _("Closed {day}").format(day=last_day(round_))


def visibility_names() -> dict[Visibility, tuple[str, str]]:
    """Return each choice of who may see a region's answers: its name, and what it means."""
    return {
        "public": (
            _("Everybody"),
            _("Your answers are shown with the region’s name, to anybody who visits the hub."),
        ),
        "named": (
            _("Other regions"),
            _("Your answers are shown with the region’s name, but only to those who speak for a region in the hub."),
        ),
        "aggregate": (
            _("Nobody by name"),
            _(
                "Only you see your answers. They count in one figure, for the whole country, once the round has closed,"
                " and only if at least five other regions have chosen the same."
            ),
        ),
    }


def choice_names(questionnaire: Questionnaire) -> dict[str, str]:
    """Return what each choice is called in short, its level first."""
    names = questionnaire.levels
    return {
        **{str(level): f"{level} {names[level - 1][language()]}" for level in LEVELS},
        "dont-know": questionnaire.dont_know[language()],
        "not-applicable": questionnaire.not_applicable[language()],
    }


def choice_told(questionnaire: Questionnaire, statement: Statement, choice: str) -> str:
    """Return a choice with all that is true at its level, as a label of Streamlit's reads it."""
    level = level_of(read_choice(choice))
    short = choice_names(questionnaire)[choice]
    return f"**{short}.** {statement.level(level)[language()]}" if level else short


def about(questionnaire: Questionnaire) -> str:
    """Return what is said of the questionnaire wherever it is answered."""
    return f"<p class='note'>{escape(questionnaire.about[language()])}</p>"


def heading(sheet: Sheet, access: Access) -> str:
    """Return the line above a region's part: where it belongs, and until when."""
    return (
        f"<p class='hub-kicker'><a href='/enkat'>{escape(_('The survey'))}</a> · {escape(round_name(sheet.round))}"
        f" · {escape(region_name(access.region))}</p>"
    )


def closed_words(sheet: Sheet) -> str:
    """Say why nothing can be changed; nothing while it can."""
    stage = stage_of(sheet.round)
    if stage == "closed":
        return _("The round has closed. The answers can be read but no longer changed.")
    if stage == "coming":
        return _("The round opens {day}. Until then you can read the statements but not answer.").format(
            day=first_day(sheet.round)
        )
    return ""


def told_region(code: str) -> str:
    """Return a region's name for use inside a sentence."""
    return inside(region_name(code))
