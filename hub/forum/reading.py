"""How the forum reads in a reader's language: names for marks, the editors' questions, and what is told as HTML. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from html import escape

from hub import language as forms
from hub.forum.content import ForumContent, Question
from hub.forum.rules import EDITORS, Card, Post, Reaction, Size, Thread, answer_stands, size_in
from hub.language import Catalogue, Language
from hub.markdown import MAX_PEOPLE_CHARACTERS, Source, render_people
from hub.regions import Regions
from hub.visitor import FORMER

Say = Callable[[str], str]


def author(name: str, say: Say) -> str:
    """Return what an author is called: a name, or words for a mark that stands in its place."""
    size = size_in(name)
    if size:
        return {
            Size.SMALL: say("A small region"),
            Size.MIDDLE: say("A mid-size region"),
            Size.LARGE: say("A large region"),
        }[size]
    return {EDITORS: say("The editors"), FORMER: say("A former member")}.get(name, name)


def title(title: str, seed: str, content: ForumContent, language: Language) -> str:
    """Return a thread's title: the editors' in the reader's language, unless it has been changed here."""
    question = _question(seed, content)
    return question.title[language] if question and question.title["sv"] == title else title


def body(text: str, number: int, seed: str, content: ForumContent, language: Language) -> tuple[str, tuple[str, ...]]:
    """Return a post's text as Markdown of people, and the sources that the editors had read, by id."""
    question = _question(seed, content) if number == 1 else None
    if question is None or question.body["sv"] != text:
        return text, ()
    return question.body[language], question.sources


def _question(seed: str, content: ForumContent) -> Question | None:
    """Return the editors' question that a thread began with."""
    return next((one for one in content.questions if one.id == seed), None) if seed else None


@lru_cache(maxsize=512)
def people(text: str, lang: str = "sv") -> str:
    """Return people's text as clean HTML; members write to Swedish regions, so it is taken for Swedish."""
    return f"<div class='hub-people-text' lang='{lang}'>{render_people(text[:MAX_PEOPLE_CHARACTERS])}</div>"


class Reading:
    """Writes what members tell in one language, the same in the app and on the page to read and print."""

    def __init__(
        self,
        content: ForumContent,
        sources: Mapping[str, Source],
        levels: Mapping[str, str],
        regions: Regions,
        catalogue: Catalogue,
        language: Language,
    ) -> None:
        """Hold the words, of which the sources and the levels' names by id are in the language."""
        self._content = content
        self._sources = sources
        self._levels = levels
        self._regions = regions
        self._say: Say = partial(catalogue.text, language)
        self._language: Language = language

    # --- Names -------------------------------------------------------------------------------------------------------

    def author(self, name: str) -> str:
        """Return what an author is called: a name, or words for a mark that stands in its place."""
        return author(name, self._say)

    def title(self, kept: str, seed: str) -> str:
        """Return the title of a thread, in the reader's language where it is the editors'."""
        return title(kept, seed, self._content, self._language)

    def category(self, category: str) -> str:
        """Return what a category is called."""
        return self._content.named[f"category:{category}"].name[self._language]

    def level(self, level: str) -> str:
        """Return what a card's level is called; one that is no longer ours counts as another way."""
        return self._levels.get(level) or self._say("Another way")

    def reaction(self, kind: Reaction) -> str:
        """Return what a reaction says."""
        return {
            Reaction.TOO: self._say("We do this too"),
            Reaction.WORKS: self._say("Tried it, works"),
            Reaction.DID_NOT_WORK: self._say("Tried it, did not work"),
        }[kind]

    def card_texts(self) -> dict[str, str]:
        """Return what the texts of a card are called, by field and in the order they are told."""
        return {
            "situation": self._say("Situation"),
            "video_system": self._say("Video system"),
            "record_system": self._say("Record system"),
            "users": self._say("Who uses it, and how many"),
            "did": self._say("What we did"),
            "result": self._say("What came of it"),
            "otherwise": self._say("What we would do differently"),
            "effort": self._say("Effort"),
            "advice": self._say("Advice to others"),
            "contact": self._say("Contact"),
        }

    def compared_texts(self) -> dict[str, str]:
        """Return the same as they stand side by side: what can be alike first, then what was done and came of it."""
        texts = self.card_texts()
        return {field: texts[field] for field in ("video_system", "record_system", "users")} | texts

    # --- Texts as HTML -----------------------------------------------------------------------------------------------

    def title_html(self, thread: Thread) -> str:
        """Return a thread's title with the language it is in."""
        title = self.title(thread.title, thread.seed)
        return f"<span lang='{self._language if title != thread.title else 'sv'}'>{escape(title)}</span>"

    def text(self, thread: Thread, post: Post) -> str:
        """Return a post's text; that of the editors' question with what they had read."""
        text, sources = body(post.text, post.number, thread.seed, self._content, self._language)
        read = "".join(
            f"<li><a href='{escape(one.url)}' lang='sv'>{escape(one.title)}</a>, <span lang='sv'>{escape(one.publisher)}</span></li>"
            for one in (self._sources[source] for source in sources)
        )
        told = f"<p class='hub-muted'>{escape(self._say('What we have read:'))}</p><ul class='hub-muted'>{read}</ul>"
        return people(text, self._language if text != post.text else "sv") + (told if read else "") if text else ""

    def changed(self, post: Post) -> str:
        """Return on which day a post was last changed, in words; nothing if it has not been."""
        return self._say("changed {date}").format(date=self._day(post.changed_at)) if post.changed_at else ""

    def note(self, post: Post) -> str:
        """Return what a moderator has set below a post."""
        if not post.note:
            return ""
        return (
            f"<p class='warning'><strong>{escape(self._say('From a moderator:'))}</strong> "
            f"<span lang='sv'>{escape(post.note)}</span></p>"
        )

    def answer(self, thread: Thread, answer: Post, way: str, now: dt.datetime, more: str = "") -> str:
        """Return the accepted answer, with the day it is known to have held.

        Args:
            thread: whose question it answers.
            answer: the post.
            way: its address.
            now: the present moment, which tells whether somebody must confirm it.
            more: what can be done with it, as HTML.
        """
        if thread.accepted_at is None:
            return ""
        valid = (
            self._say("Valid as of {date}. Not confirmed since.")
            if answer_stands(thread, now) == "ask"
            else self._say("Valid as of {date}")
        ).format(date=self._day(thread.accepted_at))
        place = self._say("post {number}").format(number=answer.number)
        return (
            f"<section class='hub-accepted' aria-labelledby='svaret'><h2 id='svaret'>{escape(self._say('Accepted answer'))}</h2>"
            f"<p class='hub-muted'>{escape(valid)} · <a href='{escape(way)}'>{escape(place)}</a>, "
            f"{escape(self.author(answer.author_name))}</p>{people(answer.text)}{more}</section>"
        )

    def card(self, card: Card) -> str:
        """Return an experience card; what has not been told is left out."""
        told = {
            self._say("Level"): escape(self.level(card.level)),
            self._say("Year"): str(card.year),
            self._say("Region"): escape(self._regions.name(card.region, self._language)),
        }
        told |= {name: people(text) for field, name in self.card_texts().items() if (text := getattr(card, field))}
        rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{text}</dd></div>" for name, text in told.items() if text)
        return (
            f"<section class='hub-card' aria-labelledby='kortet'><h2 id='kortet'>{escape(self._say('The experience'))}</h2>"
            f"<dl class='hub-trace'>{rows}</dl></section>"
        )

    def _day(self, at: dt.datetime) -> str:
        return forms.date(self._language, forms.day_of(at))
