"""What the pages on lists and published numbers say in whole sentences, filled from the facts they show. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from hub import language as forms
from hub.language import Catalogue, Language
from hub.regions import Regions
from hub.survey.facts import Confidence, ItemList, Series, Value
from hub.survey.rules import unbroken

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

    def __init__(self, catalogue: Catalogue, language: Language, regions: Regions) -> None:
        """Hold what it is said with."""
        self._catalogue = catalogue
        self._language: Language = language
        self._regions = regions

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

    # Published numbers

    def opening(self, series: Sequence[Series]) -> str:
        """Say how many numbers there are, in how many definitions, and how new the newest count of visits is."""
        return self._say(
            "{values} published numbers in {series} definitions. The newest that count digital visits in Sweden are from {year}."
        ).format(
            values=self.number(sum(len(one.values) for one in series)), series=len(series), year=latest_visits(series)
        )

    def topic(self, series: Sequence[Series]) -> str:
        """Say how many numbers a subject has, from which years, and how many definitions can be drawn."""
        values = [value for one in series for value in one.values]
        drawn = sum(1 for one in series if len(one.values) > 1)
        text = self.extent_of(series)
        if len(values) == 1:
            return text
        if not drawn:
            return f"{text} " + self._say("Each definition has a single number, so nothing can be drawn over time.")
        if drawn == 1:
            return f"{text} " + self._say("One definition has more than one number and is drawn.")
        return f"{text} " + self._say("{drawn} definitions have more than one number and are drawn.").format(
            drawn=drawn
        )

    def extent_of(self, series: Sequence[Series]) -> str:
        """Say how many numbers there are, in how many definitions, of which years."""
        values = [value for one in series for value in one.values]
        years = sorted({day.year for value in values for day in (value.starts_on, value.ends_on) if day})
        when = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
        if len(values) == 1:
            return self._say("One number, {years}.").format(years=when)
        if len(series) == 1:
            return self._say("{values} numbers in one definition, {years}.").format(values=len(values), years=when)
        return self._say("{values} numbers in {series} definitions, {years}.").format(
            values=len(values), series=len(series), years=when
        )

    def title(self, series: Series) -> str:
        """Return what is counted; a neighbour's number says that it is not Sweden's."""
        title = series.title[self._language]
        if series.country == "sweden":
            return title
        return self._say("Norway, not Sweden: {title}").format(title=title.partition(": ")[2] or title)

    def message(self, series: Series) -> str:
        """Say what the numbers of a series say, from the very numbers that are drawn."""
        values, unit = series.values, self._unit(series)
        last = values[-1]
        if len(values) == 1:
            return self._say("{title}: {amount} ({period})").format(
                title=self.title(series), amount=self.amount(series, last), period=self.period(last)
            )
        if len(series.regions) > 1:
            return self._compared(series, unit)
        most = max(values, key=lambda value: value.value)
        facts = {
            "title": self.title(series), "first": self.figure(values[0]), "last": self.figure(last), "unit": unit,
            "start": self.period(values[0]), "end": self.period(last),
        }  # fmt: skip
        if most in {values[0], last}:
            return self._tidy(self._say("{title}: from {first} ({start}) to {last} {unit} ({end})").format(**facts))
        return self._tidy(
            self._say("{title}: from {first} ({start}) to {last} {unit} ({end}), at most {most} ({when})").format(
                **facts, most=self.figure(most), when=self.period(most)
            )
        )

    def _compared(self, series: Series, unit: str) -> str:
        """Say what regions have, side by side."""
        ordered = sorted(series.values, key=lambda value: -value.value)
        facts = {"title": self.title(series), "unit": unit, "period": self.period(ordered[0])}
        if len(ordered) == 2:  # noqa: PLR2004 - both are said
            one, other = ordered
            return self._tidy(
                self._say("{title}, {period}: {one} {high}, {other} {low} {unit}").format(
                    **facts, one=self.whose(one), high=self.figure(one), other=self.whose(other), low=self.figure(other)
                )
            )
        return self._tidy(
            self._say(
                "{title}, {period}: from {low} ({other}) to {high} {unit} ({one}), among the {count} regions with a number"
            ).format(
                **facts,
                one=self.whose(ordered[0]),
                high=self.figure(ordered[0]),
                other=self.whose(ordered[-1]),
                low=self.figure(ordered[-1]),
                count=len(ordered),
            )
        )

    def _unit(self, series: Series) -> str:
        """Return the unit where the title does not say it."""
        unit = series.unit[self._language]
        return "" if unit.lower() in series.title[self._language].lower() else unit

    def _tidy(self, text: str) -> str:
        """Take out the room that a word left unsaid has left."""
        return text.replace("  ", " ").replace(" ,", ",").replace(" )", ")").strip()

    def figure(self, value: Value) -> str:
        """Write a number with the word that its source has before it."""
        frame = {
            "as-given": "{number}",
            "about": self._say("about {number}"),
            "over": self._say("over {number}"),
            "under": self._say("under {number}"),
        }[value.bound]
        return frame.format(number=self.number(value.value))

    def amount(self, series: Series, value: Value) -> str:
        """Write a number with its unit."""
        return f"{self.figure(value)} {series.unit[self._language]}"

    def whose(self, value: Value) -> str:
        """Say whose number it is."""
        if value.region == "SE":
            return self._say("the whole country")
        return self._say("Norway") if value.region == "NO" else self._regions.name(value.region, self._language)

    def period(self, value: Value) -> str:
        """Say which time a number is for."""
        if value.starts_on is None or value.ends_on is None:
            return self._say("no date set")
        span = forms.span(self._language, value.starts_on, value.ends_on)
        return self._say("{span}, as we read it").format(span=span) if value.period == "unclear" else span

    def gaps(self, values: Sequence[Value]) -> dict[str, str]:
        """Return, by the id of the number after it, each time that there is no number for, in words."""
        day = dt.timedelta(days=1)
        found = {}
        for before, after in pairwise(unbroken(values)):
            ended, begins = before[-1].ends_on, after[0].starts_on
            if ended and begins:
                span = forms.span(self._language, ended + day, begins - day)
                found[after[0].id] = self._say("No number for {span}").format(span=span)
        return found

    def confidence(self, confidence: Confidence) -> str:
        """Say how sure a number is, and why."""
        return {
            "high": self._say("Sure: from the issuing body itself, or plainly attributed to it"),
            "medium": self._say("Fairly sure: quoted in the press, or rounded"),
            "low": self._say("Unsure: the period or the definition is unclear"),
        }[confidence]

    def published(self, value: Value) -> str:
        """Say when a number was published, as far as its source says."""
        if found := _DAY.fullmatch(value.published):
            return forms.date(self._language, dt.date(*map(int, found.groups())))
        if found := _MONTH.fullmatch(value.published):
            first = dt.date(int(found[1]), int(found[2]), 1)
            return forms.span(self._language, first, first + dt.timedelta(days=27))
        return value.published
