"""The words of the start page and the about page, read from ``content/pages/``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml


class Door(Strict):
    """A way in for one kind of visitor."""

    id: str
    heading: str
    text: str
    link_text: str
    coming: str = ""
    """What is not there yet for this visitor."""


class Known(Strict):
    """A figure from the 2020 report."""

    figure: str
    text: str
    source: str


class Coming(Strict):
    """Something the hub does not do yet."""

    name: str
    text: str


class Home(Strict):
    """The start page."""

    language: Language
    title: str
    lead: str
    doors: tuple[Door, Door, Door]
    ways_heading: str
    ways_lead: str
    known_heading: str
    known: tuple[Known, ...]
    coming_heading: str
    coming: tuple[Coming, ...]


@dataclass(frozen=True)
class PageContent:
    """The words of the pages by language."""

    home: Mapping[Language, Home]
    about: Mapping[Language, str]
    """Markdown."""


def read_pages(folder: Path) -> PageContent:
    """Read the words of the pages.

    Raises:
        ContentError: a file is missing or wrong.
    """
    about = {}
    for language in LANGUAGES:
        file = folder / f"about.{language}.md"
        try:
            about[language] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            raise ContentError(file, "", str(cause)) from cause
    return PageContent({language: read_yaml(folder / f"home.{language}.yaml", Home) for language in LANGUAGES}, about)
