"""What the pages on lists and published numbers say in whole sentences, filled from the facts they show. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from hub import language as forms
from hub.language import Catalogue, Language
from hub.survey.facts import ItemList, Series

VISITS: Final = frozenset({"contacts", "visits", "video visits", "meetings"})
"""Units, in English, that count digital visits."""
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


def latest_visits(series: Iterable[Series]) -> int:
    """Return the last year that a Swedish number of digital visits ends in.

    Raises:
        ValueError: there is none.
    """
    return max(
        value.ends_on.year
        for one in series
        if one.country == "sweden" and one.topic in {"outside", "own"} and one.unit["en"] in VISITS
        for value in one.values
        if value.ends_on
    )


class Sayings:
    """Says it in one language."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        """Hold what it is said with."""
        self._catalogue = catalogue
        self._language: Language = language

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)

    def number(self, value: float) -> str:
        """Write a number in the language's form."""
        return forms.number(self._language, value)

    # The lists

    def lists(self, lists: Sequence[ItemList]) -> str:
        """Say how much the report lists, and how much of it is examples."""
        part = sum(1 for one in lists if one.extent == "part")
        return self._say(
            "The 2020 report holds {items} lines in {lists} lists. {part} of the lists are examples; {whole} are meant to be complete."
        ).format(items=sum(one.items for one in lists), lists=len(lists), part=part, whole=len(lists) - part)

    def one_list(self, of: ItemList) -> str:
        """Say how long a list is, and whether there may be more."""
        if of.extent == "part":
            return self._say(
                "The report gives {count} lines as examples. It is no complete list: more may be true, and that a thing is missing says nothing."
            ).format(count=of.items)
        return self._say("The report gives {count} lines and means the list to be complete.").format(count=of.items)

    def extent(self, of: ItemList) -> str:
        """Say the same in a few words."""
        if of.extent == "part":
            return self._say("{count} lines, examples").format(count=of.items)
        return self._say("{count} lines, complete").format(count=of.items)

    def sections(self, sections: Sequence[str]) -> str:
        """Say where in the report something stands."""
        numbered = [section for section in sections if section[0].isdigit()]
        if not numbered:
            return self._say("The summary of the report")
        places = [*numbered, *([self._say("the summary")] if len(numbered) < len(sections) else [])]
        if len(places) == 1:
            return self._say("Section {sections}").format(sections=places[0])
        return self._say("Sections {sections}").format(
            sections=self._say("{some} and {last}").format(some=", ".join(places[:-1]), last=places[-1])
        )
