"""The lists of the 2020 report: a contents page, one list at a time, and lines found by level and words."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Final, Literal

import streamlit as st

from components import charts, html
from components.parts import ways
from components.problems import summary
from components.session import hub, language, name_page
from components.words import _, date
from hub.html import address
from hub.language import Language
from hub.levels.content import LevelId
from hub.survey.facts import Item, ItemList
from hub.survey.sayings import Sayings

_WHOSE: Final[tuple[Literal["regions", "inquiry", "pilot"], ...]] = ("regions", "inquiry", "pilot")
_LEVELS: Final = ("framework", "hop-out", "inbox", "reverse-case-flow")
_VENDORS: Final = frozenset({"vendors-named-regions", "vendors-named-pilots", "external-services-named"})
_MOST_WORDS: Final = 200


def page() -> None:
    """Draw what the address asks for."""
    asked = {name: st.query_params.get(name, "").strip()[:_MOST_WORDS] for name in ("lista", "niva", "ord")}
    names = {one.id: one.title[language()] for one in hub().mart.lists()}
    problems = []
    if asked["lista"] not in names | {"": ""}:
        problems.append(_("The report has no such list. Choose one of those below."))
        asked["lista"] = ""
    if asked["niva"] not in ("", "national", *_LEVELS):
        problems.append(_("There is no such level. All levels are shown."))
        asked["niva"] = ""
    if problems:
        summary(_("Parts of the link could not be used"), problems)
    name_page(names.get(asked["lista"]) or _("The report’s lists"))
    html.show(_page(asked["lista"], asked["niva"], asked["ord"], language(), hub().version))


def link(list_: str = "", level: str = "", words: str = "") -> str:
    """Return the address of a choice, ready to stand in an attribute."""
    given = (("lista", list_), ("niva", level), ("ord", words))
    return address("/mognad", **{"del": "listor"}, **{name: value for name, value in given if value})


@lru_cache(maxsize=128)
def _page(list_: str, level: str, words: str, _language: Language, _version: str) -> str:
    mart = hub().mart
    lists = mart.lists()
    items = mart.items(list_=list_ or None, level=level or None, words=words)
    chosen = next((one for one in lists if one.id == list_), None)
    return html.joined(
        ways("listor"),
        _head(lists, chosen),
        _form(lists, list_, level, words),
        _found(lists, items, list_, level, words) if list_ or level or words else _contents(lists),
        _source(),
    )


def _sayings() -> Sayings:
    return Sayings(hub().catalogue, language(), hub().regions)


def _head(lists: Sequence[ItemList], chosen: ItemList | None) -> str:
    say = _sayings()
    if chosen is None:
        return (
            f"<h1>{escape(_('What the report lists'))}</h1><p class='hub-lead'>{escape(say.lists(lists))}</p>"
            f"<p>{escape(_('A line says that something is mentioned, not by how many. Each leads to the levels, the requirements and the demo visit where the hub takes it up; where it leads is the hub’s choice.'))}</p>"
        )
    return (
        f"<p class='hub-kicker'><a href='{link()}'>{escape(_('All lists'))}</a> · {escape(_whose(chosen.whose))}</p>"
        f"<h1>{escape(chosen.title[language()])}</h1><p class='hub-lead'>{escape(say.one_list(chosen))}</p>{_no_advice(chosen)}"
    )


def _no_advice(of: ItemList) -> str:
    if of.id not in _VENDORS:
        return ""
    return f"<p class='hub-check'>{escape(_('These were named in 2020 and are examples. The report recommends none of them, and neither do we; whether they are offered today is not known here.'))}</p>"


def _whose(whose: str) -> str:
    return {
        "regions": _("What the regions answered"),
        "inquiry": _("What the inquiry says"),
        "pilot": _("What belongs to the pilots"),
    }[whose]


def _level(level: str) -> str:
    return hub().national[language()].name if level == "national" else hub().levels[LevelId(level)][language()].name


def _form(lists: Sequence[ItemList], list_: str, level: str, words: str) -> str:
    def option(value: str, name: str, chosen: str) -> str:
        return f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(name)}</option>"

    of_lists = "".join(
        f"<optgroup label='{escape(_whose(whose))}'>"
        + "".join(option(one.id, one.title[language()], list_) for one in lists if one.whose == whose)
        + "</optgroup>"
        for whose in _WHOSE
    )
    of_levels = "".join(option(one, _level(one), level) for one in (*_LEVELS, "national"))
    return (
        f"<form method='get' action='/mognad' class='hub-filter' role='search' aria-label='{escape(_('Choose lines'))}'>"
        f"<input type='hidden' name='del' value='listor'><div class='hub-fields hub-three'>"
        f"<p><label for='lista'>{escape(_('List'))}</label><select id='lista' name='lista'><option value=''>{escape(_('All lists'))}</option>{of_lists}</select></p>"
        f"<p><label for='niva'>{escape(_('Leads to'))}</label><select id='niva' name='niva'><option value=''>{escape(_('All levels'))}</option>{of_levels}</select></p>"
        f"<p><label for='ord'>{escape(_('Words in the line'))}</label><input id='ord' type='search' name='ord' value='{escape(words)}' maxlength='{_MOST_WORDS}' autocomplete='off'></p></div>"
        f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(_('Show lines'))}</button>"
        f"<a class='hub-link' href='{link()}'>{escape(_('Clear the choices'))}</a></div></form>"
    )


def _contents(lists: Sequence[ItemList]) -> str:
    parts = []
    for whose in _WHOSE:
        rows = "".join(
            f"<li><a class='hub-link' href='{link(one.id)}'>{escape(one.title[language()])}</a> "
            f"<span class='hub-muted'>{escape(_sayings().extent(one))}</span></li>"
            for one in lists
            if one.whose == whose
        )
        parts.append(f"<h2>{escape(_whose(whose))}</h2><ul class='hub-rows hub-lists'>{rows}</ul>")
    return "".join(parts)


def _found(lists: Sequence[ItemList], items: Sequence[Item], list_: str, level: str, words: str) -> str:
    every = sum(one.items for one in lists if not list_ or one.id == list_)
    count = _("{shown} of {all} lines").format(shown=len(items), all=every)
    if not items:
        return (
            f"<h2>{escape(count)}</h2><p>{escape(_('No line fits all the choices. Choose another list or level, or write fewer words.'))}</p>"
            f"<div class='hub-actions'><a class='hub-button quiet' href='{link()}'>{escape(_('See all lists'))}</a>"
            + (f"<a class='hub-link' href='{link(words=words)}'>{escape(_('Look for the words in all lists'))}</a>" if words and (list_ or level) else "")
            + "</div>"
        )  # fmt: skip
    by_id = {one.id: one for one in lists}
    groups = "".join(
        _group(by_id[of], tuple(rows), alone=bool(list_)) for of, rows in groupby(items, key=lambda item: item.list)
    )
    return f"<h2>{escape(count)}</h2>{groups}{charts.kept('rader-2020', _rows(by_id, items))}"


def _group(of: ItemList, items: Sequence[Item], *, alone: bool) -> str:
    """Write the lines of a list; what all of them lead to is said once."""
    shared = len(items) > 1 and len({item.addresses for item in items}) == 1
    head = (
        ""
        if alone
        else f"<h3><a href='{link(of.id)}'>{escape(of.title[language()])}</a></h3>"
        f"<p class='hub-muted'>{escape(_whose(of.whose))} · {escape(_sayings().extent(of))}</p>{_no_advice(of)}"
    )
    once = f"<p>{escape(_('All these lines:'))}</p>{_ways(items[0])}" if shared else ""
    lines = "".join(
        f"<li value='{item.position}' id='{escape(item.id)}'><div class='hub-line'><div><p>{escape(item.text[language()])}</p>"
        f"<p class='hub-muted'>{escape(_sayings().sections(item.sections))}</p></div>{'' if shared else _ways(item)}</div></li>"
        for item in items
    )
    return f"{head}{once}<ol class='hub-lines'>{lines}</ol>"


def _ways(item: Item) -> str:
    """Write where a line leads: its levels, each requirement, and the visit that shows it."""
    requirements = hub().requirements.words[language()].requirements
    levels = ", ".join(f"<a href='{address('/nivaer', niva=one)}'>{escape(_level(one))}</a>" for one in item.levels)
    ways = [f"{escape(_('Leads to:'))} {levels}"]
    ways += [
        f"{escape(_('Requirement:'))} <a href='/krav#krav-{escape(one)}'>{escape(requirements[one].text.rstrip('.'))}</a>"
        for one in item.requirements
    ]
    if item.demo:
        name = escape(_("Try a visit: {level}").format(level=_level(item.demo)))
        ways.append(f"<a href='{address('/prova', niva=item.demo)}'>{name}</a>")
    return f"<ul class='hub-ways'>{''.join(f'<li>{way}</li>' for way in ways)}</ul>"


def _source() -> str:
    origin = hub().mart.origin
    return (
        f"<p class='hub-source'>{escape(_('Source:'))} {escape(origin.producer)}, {escape(origin.title)}, "
        f"{escape(date(origin.published))}. {escape(_('The lines are in our words.'))}</p>"
    )


def _rows(lists: dict[str, ItemList], items: Sequence[Item]) -> charts.Table:
    heads = (
        _("Line id"), _("List"), _("Extent"), _("Line"), _("Sections"), _("Levels"), _("Requirements"), _("Demo visit"),
    )  # fmt: skip
    rows = (
        (item.id, lists[item.list].title[language()], lists[item.list].extent, item.text[language()],
         "; ".join(item.sections), " ".join(item.levels), " ".join(item.requirements), item.demo)
        for item in items
    )  # fmt: skip
    return charts.Table(heads, tuple(rows))
