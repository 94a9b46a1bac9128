"""Articles, read from ``content/articles/``: Markdown with a head that says who owns it and when it was checked."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from pydantic import Field, ValidationError

from hub.errors import ContentError
from hub.language import Language, known
from hub.origin import Strict

STALE_AFTER: Final = dt.timedelta(days=365)
"""A check older than this is marked, and the article is listed for review."""


class _Head(Strict):
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(max_length=70)
    lead: str
    owner: str
    checked: dt.date
    levels: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Article:
    """One article in one language."""

    slug: str
    language: Language
    title: str
    lead: str
    owner: str
    checked: dt.date
    levels: tuple[str, ...]
    related: tuple[str, ...]
    body: str
    """Markdown with source marks."""

    def stale(self, today: dt.date) -> bool:
        """Tell whether the check is older than a year."""
        return today - self.checked > STALE_AFTER


def read_articles(folder: Path) -> tuple[Article, ...]:
    """Read every article, by title.

    Raises:
        ContentError: a head is wrong, does not fit its file's name, or names an article that does not exist.
    """
    articles = tuple(sorted((_read(file) for file in folder.glob("*.md")), key=lambda one: one.title))
    slugs = {article.slug for article in articles}
    for article in articles:
        for other in article.related:
            if other not in slugs:
                raise ContentError(folder / f"{article.slug}.{article.language}.md", "related", f"no article {other!r}")
    return articles


def _read(file: Path) -> Article:
    slug, _, tail = file.name.partition(".")
    language = known(tail.removesuffix(".md"))
    try:
        _, fence, rest = file.read_text(encoding="utf-8").partition("---\n")
    except (OSError, UnicodeDecodeError) as cause:
        raise ContentError(file, "", str(cause)) from cause
    head, closing, body = rest.partition("\n---\n")
    if not (language and fence and closing):
        raise ContentError(file, "", "needs a language in its name and a head between --- lines")
    try:
        found = _Head.model_validate_json(json.dumps(yaml.safe_load(head), default=str))
    except ValidationError as cause:
        first = cause.errors()[0]
        raise ContentError(file, ".".join(str(part) for part in first["loc"]), first["msg"]) from None
    except (yaml.YAMLError, TypeError, ValueError) as cause:
        # ValueError: a day that never comes, such as 2026-02-30. TypeError: a key that is no text.
        raise ContentError(file, "head", str(cause)) from cause
    if found.slug != slug:
        raise ContentError(file, "slug", "does not fit the file's name")
    return Article(language=language, body=body, **found.model_dump())
