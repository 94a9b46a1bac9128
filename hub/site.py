"""The table of pages, which the navigation, the index page and the 404 page all read."""

from pathlib import Path

from pydantic import Field

from hub.language import Language
from hub.origin import Strict, read_yaml


class Page(Strict):
    """One page of the app."""

    id: str
    path: str = Field(pattern=r"^/[a-z]*$")
    script: str
    menu: bool
    """Whether the header lists it."""
    private: bool = False
    """Whether it shows each visitor something of their own, so that search engines have no business there."""
    title: dict[Language, str]
    short: dict[Language, str] = Field(default_factory=dict)
    """What the header calls it, where its title is too long for one row."""
    description: dict[Language, str]

    def menu_title(self, language: Language) -> str:
        """Return what the header calls the page."""
        return self.short.get(language, self.title[language])


class Site(Strict):
    """All pages, in the order of the header."""

    pages: tuple[Page, ...]

    def page(self, path: str) -> Page | None:
        """Return the page at an address."""
        return next((page for page in self.pages if page.path == path), None)


def read_site(content: Path) -> Site:
    """Read the table of pages.

    Raises:
        ContentError: the file is wrong.
    """
    return read_yaml(content / "site.yaml", Site)
