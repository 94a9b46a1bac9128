"""Texts, numbers and dates in the visitor's language."""

import datetime as dt
import re
from typing import Final

from components.session import hub, language
from hub import language as forms

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>$~:#|!&]")


def _(english: str) -> str:
    """Return a text in the visitor's language; the English text is the catalogue's key."""
    return hub().catalogue.text(language(), english)


def number(value: float) -> str:
    """Write a number in the language's form."""
    return forms.number(language(), value)


def date(day: dt.date) -> str:
    """Write a date in the language's form."""
    return forms.date(language(), day)


def day(at: dt.datetime) -> str:
    """Write the day of a moment in the language's form, in Swedish time."""
    return forms.date(language(), forms.day_of(at))


def moment(at: dt.datetime) -> str:
    """Write a moment in the language's form, in Swedish time."""
    return forms.moment(language(), at)


def day_and_time(at: dt.datetime) -> tuple[str, str]:
    """Write the day and the time of a moment in the language's forms, in Swedish time."""
    return forms.day_and_time(language(), at)


def plain_label(text: str) -> str:
    """Return people's text for the label of one of Streamlit's own widgets, which would read it as Markdown."""
    return _MARKUP.sub("", text)
