"""Swedish and English: which one a visitor gets, the catalogue, and the forms of numbers and dates.

The text in the code is English and doubles as the catalogue's key; ``content/locale/sv.po`` holds its Swedish twin.
Longer texts live in ``content/`` as one file per language.
"""

import datetime as dt
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from hub.errors import ContentError

Language = Literal["sv", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("sv", "en")
LANGUAGE_COOKIE: Final = "hub_lang"
_LOCALE: Final[dict[Language, str]] = {"sv": "sv_SE", "en": "en_GB"}
_SWEDEN: Final = ZoneInfo("Europe/Stockholm")
_RANGE: Final = re.compile(r"([a-z]{2})(?:-[a-z0-9-]+)?(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]*)?|1(?:\.0*)?))?", re.IGNORECASE)
"""One language of ``Accept-Language``: the language, perhaps a region, perhaps a quality (RFC 9110, 12.5.4)."""
_WHOLE_LINE: Final = re.compile(
    r'(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[[0-9]\])?)\s+)?"(?:[^"\\]|\\.)*")?'
)
"""A line of a catalogue: empty, a comment, or a text between two quotation marks, perhaps after a word."""


def known(asked: str | None) -> Language | None:
    """Return the language asked for if it is one of ours."""
    return asked if asked in LANGUAGES else None


def choose(asked: str | None, earlier: str | None, accept_language: str | None) -> Language:
    """Choose by the address, then the earlier choice, then the browser, then Swedish.

    Args:
        asked: the value of ``?lang=``.
        earlier: the value of the language cookie.
        accept_language: the browser's header, such as ``en-GB,en;q=0.8``.
    """
    return known(asked) or known(earlier) or _preferred(accept_language or "") or "sv"


def _preferred(header: str) -> Language | None:
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(header[:500].split(",")):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            continue
        language = known(found[1].lower())
        weight = float(found[2] or 1)
        if language and weight > 0:
            ranked.append((-weight, position, language))
    return min(ranked)[2] if ranked else None


class Catalogue:
    """The Swedish twins of the texts in the code."""

    def __init__(self, swedish: Mapping[str, str]) -> None:
        """Hold the pairs English text, Swedish text."""
        self._swedish = dict(swedish)

    def text(self, language: Language, english: str) -> str:
        """Return a text in a language; a missing twin shows the English, which a test forbids."""
        return self._swedish.get(english, english) if language == "sv" else english

    def keys(self) -> frozenset[str]:
        """Return the English texts that have a twin."""
        return frozenset(self._swedish)


def read_catalogue(file: Path) -> Catalogue:
    """Read a gettext catalogue.

    Raises:
        ContentError: the file is missing, broken, or holds an empty or fuzzy twin.
    """
    try:
        content = file.read_bytes()
        lines = content.decode("utf-8").split("\n")
        messages = read_po(io.BytesIO(content), locale="sv", abort_invalid=True)
    except (OSError, PoFileError, ValueError, LookupError) as cause:
        # ValueError and LookupError: bytes, dates or a character set that Babel does not take.
        raise ContentError(file, "", str(cause)) from cause
    for line_number, line in enumerate(lines, start=1):
        # Babel takes an open quotation and drops a letter of the text.
        if not _WHOLE_LINE.fullmatch(line.strip()):
            raise ContentError(file, f"line {line_number}", "is not a text between two quotation marks")
    pairs: dict[str, str] = {}
    for message in messages:
        if not message.id:
            continue
        if not message.string or message.fuzzy:
            raise ContentError(file, str(message.id), "has no Swedish twin")
        pairs[str(message.id)] = str(message.string)
    return Catalogue(pairs)


def number(language: Language, value: float) -> str:
    """Write a number in the language's form: ``10 551 707`` or ``10,551,707``."""
    return str(format_decimal(value, locale=_LOCALE[language]))


def moment(language: Language, at: dt.datetime) -> str:
    """Write a moment in Swedish time: ``31 mars 2020 kl. 14.05`` or ``31 March 2020 at 14:05``."""
    return " ".join(day_and_time(language, at))


def day_and_time(language: Language, at: dt.datetime) -> tuple[str, str]:
    """Write the day and the time of a moment apart, in Swedish time: ``31 mars 2020`` and ``kl. 14.05``."""
    here = at.astimezone(_SWEDEN)
    return date(language, here.date()), f"kl. {here:%H.%M}" if language == "sv" else f"at {here:%H:%M}"


def date(language: Language, day: dt.date) -> str:
    """Write a date in the language's form: ``31 mars 2020`` or ``31 March 2020``."""
    return str(format_date(day, format="long", locale=_LOCALE[language]))


def day_of(at: dt.datetime) -> dt.date:
    """Return the day that a moment belongs to in Sweden."""
    return at.astimezone(_SWEDEN).date()


def midnight(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in Sweden."""
    return dt.datetime.combine(day, dt.time(), _SWEDEN).astimezone(dt.UTC)


def span(language: Language, first: dt.date, last: dt.date) -> str:
    """Write a time in whole years or months, or the day: ``2020``, ``2020–2021``, ``januari–mars 2020``."""
    if first == last:
        return date(language, first)
    if (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    begins, ends = (str(format_date(day, format="LLLL", locale=_LOCALE[language])) for day in (first, last))
    if first.year != last.year:
        return f"{begins} {first.year}–{ends} {last.year}"
    return f"{ends} {last.year}" if first.month == last.month else f"{begins}–{ends} {last.year}"


def inside(name: str) -> str:
    """Return a name for use inside a sentence."""
    return name[:1].lower() + name[1:]
