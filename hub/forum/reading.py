"""How the forum reads in a reader's language: names for marks, and the editors' questions in either language. Pure."""

from collections.abc import Callable

from hub.forum.content import ForumContent, Question
from hub.forum.rules import EDITORS, Size, size_in
from hub.language import Language
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
