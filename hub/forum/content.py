"""The forum's categories, tags, opening questions and rules, read from ``content/forum/`` and checked at start."""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import Field

from hub.errors import ContentError
from hub.forum import guard, rules
from hub.language import LANGUAGES
from hub.origin import Strict, read_yaml
from hub.told import Told

CATEGORIES: Final = 7
_ID: Final = r"^[a-z]+(-[a-z0-9]+)*$"


class Named(Strict):
    """A tag."""

    id: str = Field(pattern=_ID, max_length=rules.LONGEST_ID)
    name: Told


class Category(Named):
    """What threads are sorted into; each has one."""

    about: Told


class Question(Strict):
    """A thread that the editors begin with, because public sources do not settle it."""

    id: str = Field(pattern=_ID, max_length=rules.LONGEST_ID)
    category: str
    tags: tuple[str, ...]
    title: Told
    body: Told
    sources: tuple[str, ...]
    """What we have read without finding the answer; empty when we have found nothing."""


class Section(Strict):
    """A part of the rules with a heading of its own."""

    title: Told
    points: tuple[Told, ...] = Field(min_length=1)


class ForumRules(Strict):
    """What the page of rules says."""

    title: Told
    lead: Told
    points: tuple[Told, ...] = Field(min_length=1)
    moderators: Section
    """What those who moderate may do."""
    reporting: Section
    answering: Section
    """What whoever is concerned by a measure can do."""


class ForumContent(Strict):
    """Everything the forum has before anybody has written in it."""

    categories: tuple[Category, ...] = Field(min_length=CATEGORIES, max_length=CATEGORIES)
    tags: tuple[Named, ...]
    questions: tuple[Question, ...]
    rules: ForumRules

    @cached_property
    def category_ids(self) -> frozenset[str]:
        """What a thread may be sorted into."""
        return frozenset(one.id for one in self.categories)

    @cached_property
    def tag_ids(self) -> frozenset[str]:
        """What a thread may be marked with."""
        return frozenset(one.id for one in self.tags)

    @cached_property
    def named(self) -> Mapping[str, Named]:
        """Categories and tags by ``category:<id>`` and ``tag:<id>``."""
        categories = {f"category:{one.id}": one for one in self.categories}
        return {**categories, **{f"tag:{one.id}": one for one in self.tags}}


def read_forum(content: Path, sources: Collection[str]) -> ForumContent:
    """Read what the forum begins with.

    Args:
        content: the folder that ``forum/`` stands in.
        sources: ids of the sources that a question may name.

    Raises:
        ContentError: the file is wrong; the text names file and place.
    """
    file = content / "forum" / "forum.yaml"
    forum = read_yaml(file, ForumContent)
    for place, ids in (
        ("categories", [one.id for one in forum.categories]),
        ("tags", [one.id for one in forum.tags]),
        ("questions", [one.id for one in forum.questions]),
    ):
        twice = [id_ for id_, times in Counter(ids).items() if times > 1]
        if twice:
            raise ContentError(file, place, f"two have the same id {twice[0]}")
    for question in forum.questions:
        _check(file, forum, question, sources)
    return forum


def _check(file: Path, forum: ForumContent, question: Question, sources: Collection[str]) -> None:
    place = f"questions.{question.id}"
    for field, ids, known in (
        ("category", (question.category,), forum.category_ids),
        ("tags", question.tags, forum.tag_ids),
        ("sources", question.sources, sources),
    ):
        unknown = [id_ for id_ in ids if id_ not in known]
        if unknown:
            raise ContentError(file, f"{place}.{field}", f"{unknown[0]!r} does not exist")
    for language in LANGUAGES:
        if len(question.title[language]) > rules.LONGEST_TITLE:
            raise ContentError(file, f"{place}.title", "is too long")
        if guard.look(f"{question.title[language]}\n{question.body[language]}").all:
            raise ContentError(file, place, "holds what the forum's guard stops or warns of")
