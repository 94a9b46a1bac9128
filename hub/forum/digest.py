"""The letters of the forum: what they say, as plain words and as HTML.

People's texts stand in them as words only: no markup, no pictures, and no addresses but those of the hub itself. Nothing
in a letter is fetched from anywhere.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final
from urllib.parse import quote

from hub import language as forms
from hub.forum import reading
from hub.forum.content import ForumContent
from hub.forum.rules import PAGE
from hub.forum.talk_store import Said, Talk
from hub.language import Catalogue, Language
from hub.mail import Letter
from hub.markdown import plain

_LONGEST: Final = 220
"""Characters of a post that a letter shows."""
_ADDRESS: Final = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:)\S+", re.IGNORECASE)
_FROM: Final = dt.timedelta(hours=7)
"""The week's letters are written from this time on Monday."""
_WEEK: Final = dt.timedelta(days=7)


def week_of(now: dt.datetime) -> tuple[str, dt.datetime]:
    """Return the week whose letters are due, such as ``2027-W05``, and when they became so: seven on Monday in Sweden."""
    today = forms.day_of(now)
    monday = today - dt.timedelta(days=today.weekday())
    if now < forms.midnight(monday) + _FROM:
        monday -= _WEEK
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}", forms.midnight(monday) + _FROM


@dataclass(frozen=True)
class Week:
    """What a letter tells of."""

    talks: Sequence[Talk]
    more: bool
    """Whether there are threads besides."""
    questions: Sequence[Said]
    """Those nobody has answered."""
    since: dt.datetime

    @property
    def empty(self) -> bool:
        """Whether there is nothing new: questions that have waited before are no news."""
        return not self.talks and all(one.created_at <= self.since for one in self.questions)


def post_way(thread_id: str, number: int) -> str:
    """Return the address of a post in its thread, within the hub."""
    after = (number - 1) // PAGE * PAGE
    return f"/forum?trad={quote(thread_id)}" + (f"&efter={after}" if after else "") + f"#inlagg-{number}"


class Writer:
    """Writes letters in the language of whom they go to."""

    def __init__(self, catalogue: Catalogue, content: ForumContent, public_url: str) -> None:
        """Hold the words, and the address that links begin with."""
        self._catalogue = catalogue
        self._content = content
        self._base = public_url

    def confirmation(self, to: str, key: str, language: Language) -> Letter:
        """Write the letter that asks whether an address is right; nothing in it was written by whoever gave it."""
        say = partial(self._catalogue.text, language)
        way = f"{self._base}/forum/bekrafta?nyckel={quote(key)}"
        return _letter(
            to,
            say("Confirm your address for the weekly letter"),
            language,
            [
                _Line(say("Somebody has asked Vårdmöteshubben to send the forum’s weekly letter to this address.")),
                _Line(say("If that was you, confirm it within three days:"), say("Confirm the address"), way),
                _Line(say("If it was not you, do nothing. Then no more letters come.")),
            ],
        )

    def digest(self, to: str, week: Week, key: str, language: Language, now: dt.datetime) -> Letter:
        """Write the week's letter; the key ends such letters."""
        say = partial(self._catalogue.text, language)
        end = f"{self._base}/forum/avsluta?nyckel={quote(key)}"
        lines = [
            _Line(
                say("Since {date} this has been written in what you follow.").format(
                    date=forms.date(language, forms.day_of(week.since))
                )
                if week.talks
                else say("Nothing new in what you follow, but there are questions that nobody has answered.")
            )
        ]
        lines += [self._talk(one, say, language) for one in week.talks]
        if week.more:
            lines.append(_Line("", say("More has been written: see it in the forum"), f"{self._base}/forum?vy=nytt"))
        if week.questions:
            lines.append(_Line(say("Questions nobody has answered"), head=True))
            lines += [self._question(one, say, language) for one in week.questions]
        lines.append(
            _Line(
                say("You get this letter because you asked for it. It comes on Mondays, when there is something new."),
                say("Choose what the letter tells of"),
                f"{self._base}/forum?vy=nytt#brev",
                small=True,
            )
        )
        lines.append(_Line("", say("End the letters"), end, small=True))
        subject = say("New in the forum, {date}").format(date=forms.date(language, forms.day_of(now)))
        return _letter(to, subject, language, lines, end)

    def _talk(self, talk: Talk, say: Callable[[str], str], language: Language) -> "_Line":
        last = talk.last
        if talk.begun and talk.new == 1:
            what = say("New thread in {category}")
        elif talk.begun:
            what = say("New thread in {category}, with {count} posts")
        elif talk.new == 1:
            what = say("1 new post in {category}")
        else:
            what = say("{count} new posts in {category}")
        category = self._content.named[f"category:{last.category}"].name[language]
        return self._post(last, what.format(category=category, count=talk.new), say, language)

    def _question(self, said: Said, say: Callable[[str], str], language: Language) -> "_Line":
        asked = say("Asked {date}").format(date=forms.date(language, forms.day_of(said.created_at)))
        return self._post(said, asked, say, language)

    def _post(self, said: Said, what: str, say: Callable[[str], str], language: Language) -> "_Line":
        words = _words(reading.body(said.text, said.number, said.seed, self._content, language)[0], say)
        author = reading.author(said.author_name, say)
        quoted = say("{author}: {words}").format(author=author, words=words) if words else author
        title = _words_only(reading.title(said.title, said.seed, self._content, language), say)
        return _Line(quoted, title, self._base + post_way(said.thread_id, said.number), what=what)


@dataclass(frozen=True)
class _Line:
    """A paragraph of a letter, perhaps with a link."""

    text: str
    link: str = ""
    way: str = ""
    what: str = ""
    """Stands between the link and the text, of a post."""
    head: bool = False
    small: bool = False


def _words(text: str, say: Callable[[str], str]) -> str:
    """Return the beginning of people's text as words on one line."""
    words = _words_only(" ".join(plain(text).split()), say)
    if len(words) <= _LONGEST:
        return words
    return words[:_LONGEST].rsplit(" ", 1)[0] + "…"


def _words_only(text: str, say: Callable[[str], str]) -> str:
    """Put a word in place of each address, which programs would make a link of."""
    return _ADDRESS.sub(say("[link]"), text)


def _letter(to: str, subject: str, language: Language, lines: Sequence[_Line], end: str = "") -> Letter:
    return Letter(
        to,
        subject,
        "\n\n".join(_plain(line) for line in lines) + "\n",
        f"<!DOCTYPE html><html lang='{language}'><head><meta charset='utf-8'><title>{escape(subject)}</title></head>"
        "<body style='font-family:sans-serif;line-height:1.5;max-width:38em;margin:1em'>"
        f"<h1 style='font-size:1.3em'>{escape(subject)}</h1>{''.join(_html(line) for line in lines)}</body></html>",
        end,
    )


def _plain(line: _Line) -> str:
    if line.head:
        return f"{line.text}\n{'-' * len(line.text)}"
    if line.what:
        return f"{line.link}\n{line.what}\n{line.text}\n{line.way}"
    if line.way:
        return "\n".join(part for part in (line.text, f"{line.link}: {line.way}") if part)
    return line.text


def _html(line: _Line) -> str:
    if line.head:
        return f"<h2 style='font-size:1.1em'>{escape(line.text)}</h2>"
    link = f"<a href='{escape(line.way)}'>{escape(line.link)}</a>" if line.way else ""
    if line.what:
        return f"<p><strong>{link}</strong><br>{escape(line.what)}<br>{escape(line.text)}</p>"
    style = " style='font-size:0.9em'" if line.small else ""
    return f"<p{style}>{' '.join(part for part in (escape(line.text), link) if part)}</p>"
