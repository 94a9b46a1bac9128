"""A round of the survey: how the answers lie, where regions differ, what has changed, and what they need.

Everything is shown as the visitor may see it; the rules are ``hub.survey.visibility``. The example shows made-up regions and
is never mixed with what anybody has answered.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from components import charts, html, survey_files
from components.parts import ways
from components.problems import summary as problem
from components.session import hub, language, name_page, visitor
from components.words import _, date
from hub import charts_levels as drawn
from hub.clock import utc_now
from hub.errors import NotFound, Unavailable
from hub.html import address
from hub.language import Language
from hub.survey.content import Questionnaire
from hub.survey.round_sayings import RoundSayings
from hub.survey.round_views import (
    EXAMPLE_IDS,
    EXAMPLE_VIEWER,
    View,
    example_codes,
    medians,
    of_dimensions,
    of_example,
    together,
    view,
)
from hub.survey.rounds import LEVELS, Round, summary

_BY_NAME: Final = "synliga"
"""Stands in the address for those regions that the visitor may see by name."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    example: bool
    round_id: str
    area: str
    """A healthcare region, or ``synliga``; empty for all."""
    region: str

    def query(self, **but: str) -> dict[str, str]:
        """Return the query of this view, with some of it otherwise; what is empty is left out."""
        said = {
            "del": "runda",
            "exempel": "1" if self.example else "",
            "runda": self.round_id,
            "sjukvardsregion": self.area,
            "region": self.region,
            **but,
        }
        return {name: value for name, value in said.items() if value}

    def to(self, **but: str) -> str:
        """Return the address of this view, with some of it otherwise, ready for an attribute."""
        return address("/mognad", **self.query(**but))


def asked() -> Asked:
    """Return what the address asks for."""
    query = st.query_params
    return Asked(
        query.get("exempel") == "1", query.get("runda", ""), query.get("sjukvardsregion", ""), query.get("region", "")
    )


@dataclass(frozen=True)
class Place:
    """A round with everything its pages are drawn from."""

    asked: Asked
    rounds: tuple[Round, ...]
    """To choose among, the newest first."""
    view: View
    questionnaire: Questionnaire
    mark: str
    """What must stand in each drawing and table; empty for what has really been answered."""
    language: Language

    def __hash__(self) -> int:
        """Return a number that is alike for what is alike; the questionnaire is told by its version."""
        return hash((self.asked, self.view, self.language))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the dimensions, in order."""
        return tuple(one.name[self.language] for one in self.questionnaire.dimensions)

    def titled(self, message: str) -> str:
        """Return a chart's message, after the mark where there is one."""
        return f"{self.mark}: {message}" if self.mark else message


def sayings() -> RoundSayings:
    """Return who says what the charts say, in the visitor's language."""
    return RoundSayings(hub().catalogue, language())


def codes() -> tuple[str, ...]:
    """Return the letter codes of the regions, in the order of the county codes."""
    return tuple(region.code for region in hub().mart.regions())


def region_name(place: Place, code: str, *, short: bool = False) -> str:
    """Return what a region is called; one that is made up has a number for a name."""
    if place.view.example:
        return _("Made-up region {number}").format(number=code.removeprefix("X"))
    if short:
        return next((one.short for one in hub().mart.regions() if one.code == code), code)
    return hub().regions.name(code, language())


def page() -> None:
    """Draw the round that the address asks for."""
    wanted = asked()
    name_page(_("Rounds"))
    try:
        place = find(wanted)
    except NotFound:
        problem(
            _("There is no such round"),
            [_("The address leads to a round that does not exist. Those that do are below.")],
        )
        place = find(Asked(wanted.example, "", "", ""))
    except Unavailable:
        html.show(
            ways("runda"),
            f"<h1>{escape(_('Rounds of the survey'))}</h1>",
            f"<p>{escape(_('The rounds cannot be read just now. Try again in a moment.'))}</p>",
        )
        return
    if place is None:
        html.show(_none_yet())
        return
    if wanted.area and wanted.area != place.asked.area:
        problem(
            _("Parts of the link could not be used"),
            [_("This choice does not exist: {found}").format(found=wanted.area[:60])],
        )
    html.show(_top(place), _national(place, charts.asked(), hub().version))


def find(wanted: Asked) -> Place | None:
    """Return the round asked for, as the visitor may see it; None when there has been none.

    Raises:
        NotFound: there is no such round.
        Unavailable: the database does not answer.
    """
    areas = _areas(example=wanted.example)
    area = wanted.area if wanted.area in areas or wanted.area == _BY_NAME else ""
    cleaned = Asked(wanted.example, wanted.round_id, area, wanted.region)
    chosen = None if not area else frozenset(areas[area]) if area in areas else frozenset().union(*areas.values())
    return _find_example(cleaned, chosen) if wanted.example else _find(cleaned, chosen)


def _find_example(wanted: Asked, chosen: Collection[str] | None) -> Place:
    questionnaire = hub().questionnaires[max(hub().questionnaires)]
    found = of_example(
        questionnaire.structure,
        questionnaire.version,
        [need.id for need in questionnaire.needs],
        len(codes()),
        wanted.round_id,
        chosen,
    )
    if found is None:
        raise NotFound("round", wanted.round_id)
    # Both rounds are made up from the same numbers every time.
    rounds = tuple(
        each.round
        for one in EXAMPLE_IDS
        if (each := of_example(questionnaire.structure, questionnaire.version, (), 1, one, None))
    )
    exact = Asked(wanted.example, found.round.id, wanted.area, wanted.region)
    return Place(exact, rounds, found, questionnaire, _("EXAMPLE, made-up answers"), language())


def _find(wanted: Asked, chosen: frozenset[str] | None) -> Place | None:
    service, by, now = hub().rounds, visitor(), utc_now()
    rounds = service.all()
    if wanted.round_id and all(one.id != wanted.round_id for one in rounds):
        raise NotFound("round", wanted.round_id)
    if not rounds:
        return None
    begun = [one for one in rounds if one.stage(now) != "coming"]
    round_ = next((one for one in rounds if one.id == wanted.round_id), (begun or rounds)[0])
    before = next((one for one in rounds[rounds.index(round_) + 1 :] if one.stage(now) != "coming"), None)
    questionnaire = hub().questionnaires[round_.version]
    found = view(
        by.region,
        round_,
        round_.stage(now),
        service.national(by, round_, chosen),
        service.standings(by, round_),
        tuple(questionnaire.statements),
        order=codes(),
        earlier=(before, service.standings(by, before)) if before else None,
        chosen=chosen,
    )
    exact = Asked(False, round_.id, wanted.area, wanted.region)
    return Place(exact, rounds, found, questionnaire, "", language())


def _areas(*, example: bool) -> Mapping[str, tuple[str, ...]]:
    """Return the codes of the regions in each healthcare region; those of the example stand in the same order."""
    every = hub().mart.regions()
    shown = example_codes(len(every)) if example else codes()
    names = sorted({name for region in every for name in region.healthcare_regions})
    return {
        name: tuple(code for code, region in zip(shown, every, strict=True) if name in region.healthcare_regions)
        for name in names
    }


# --- Before anybody has answered -------------------------------------------------------------------------------------


def _none_yet() -> str:
    return html.joined(
        ways("runda"),
        f"<h1>{escape(_('Rounds of the survey'))}</h1>",
        f"<p class='hub-lead'>{escape(_('No round has been held yet. In a round the regions choose, statement by statement, the level that is true for them.'))}</p>",
        f"<p>{escape(_('Each region decides who sees its answers. When a round has been answered, this page shows how the answers lie, what has changed and what regions need. It is no ranking.'))}</p>",
        "<div class='hub-doors'>"
        + _door(
            "/mognad?del=svar",
            _("What is known: 2020"),
            _("18 of 21 regions answered three open questions. The report is read statement by statement."),
            _("Read the answers from 2020"),
        )
        + _door(
            address("/mognad", **{"del": "runda", "exempel": "1"}),
            _("See an example"),
            _("Two rounds with made-up regions and made-up answers, to try the page out. Nothing of it is kept."),
            _("Show the example"),
        )
        + "</div>",
    )


def _door(to: str, name: str, text: str, go: str) -> str:
    return (
        f"<section class='hub-door'><h2>{escape(name)}</h2><p>{escape(text)}</p>"
        f"<a class='hub-link' href='{to}'>{escape(go)}</a></section>"
    )


# --- On top of every view --------------------------------------------------------------------------------------------


def banner(place: Place) -> str:
    """Return what says on top of the page that all of it is made up, and the way out; empty for real answers."""
    if not place.mark:
        return ""
    return (
        f"<div class='hub-check' role='note'><p><strong>{escape(place.mark)}.</strong> "
        f"{escape(_('The regions do not exist, and nothing here says anything about real ones. You see it as somebody who speaks for {region}.').format(region=region_name(place, EXAMPLE_VIEWER)))} "
        f"<a href='/mognad?del=runda'>{escape(_('Leave the example'))}</a></p></div>"
    )


def when(place: Place) -> str:
    """Return when the round is or was open, in a sentence."""
    if place.view.example:
        return _("A made-up round without dates.")
    round_ = place.view.round
    opened, closed = date(round_.opens_at.date()), date(round_.closes_at.date())
    return {
        "coming": _("Opens {opened} and closes {closed}."),
        "open": _("Open since {opened}, closes {closed}. The figures follow what regions hand in."),
        "closed": _("Was open {opened} to {closed}. The figures are from the close."),
    }[place.view.stage].format(opened=opened, closed=closed)


def source(place: Place, base: str) -> str:
    """Return the source line of a chart: the round, its questionnaire, and what it rests on."""
    said = _("Source: the hub’s survey, {round}, questionnaire version {version}.").format(
        round=place.view.round.title[place.language], version=place.questionnaire.version
    )
    return escape(" ".join(filter(None, (f"{place.mark}." if place.mark else "", said, when(place), base))))


def _top(place: Place) -> str:
    own = visitor().region
    way = (
        f"<p><a class='hub-link' href='{Asked(False, place.view.round.id, '', own).to()}'>{escape(_('See your region’s own view'))}</a></p>"
        if own and not place.view.example
        else ""
    )
    return html.joined(
        ways("runda"),
        banner(place),
        f"<h1>{escape(place.view.round.title[place.language])}</h1>",
        f"<p class='hub-lead'>{escape(when(place))}</p>",
        f"<p>{escape(place.questionnaire.about[place.language])}</p>",
        way,
        _form(place),
        f"<p class='hub-muted'>{escape(held_back())}</p>",
        ""
        if place.view.example
        else f"<p><a class='hub-link' href='{address('/mognad', **{'del': 'runda', 'exempel': '1'})}'>{escape(_('See an example with made-up answers'))}</a></p>",
    )


def held_back() -> str:
    """Say why a figure may be smaller than the number that answered; always in the same words, whatever is held back."""
    return _(
        "A figure can hold fewer regions than have answered. Each region chooses who sees its answers: what is not shown by name enters only the figure for the whole country, and only when the round has closed and enough others stand beside it. What is held back looks the same as what nobody has answered."
    )


def _form(place: Place) -> str:
    def option(value: str, words: str, chosen: str) -> str:
        return f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(words)}</option>"

    rounds = "".join(option(one.id, one.title[place.language], place.asked.round_id) for one in place.rounds)
    areas = {
        "": _("The whole country"),
        _BY_NAME: _("Those you may see by name"),
        **{name: name for name in _areas(example=place.view.example)},
    }
    chosen = "".join(option(value, words, place.asked.area) for value, words in areas.items())
    hidden = "<input type='hidden' name='exempel' value='1'>" if place.view.example else ""
    return (
        f"<form method='get' action='/mognad' class='hub-filter' data-submits-on-change aria-label='{escape(_('Choose round and regions'))}'>"
        f"<input type='hidden' name='del' value='runda'>{hidden}<div class='hub-choosers'>"
        f"<div class='hub-chooser'><label for='runda'>{escape(_('Round'))}</label><select id='runda' name='runda'>{rounds}</select></div>"
        f"<div class='hub-chooser'><label for='sjukvardsregion'>{escape(_('Regions'))}</label><select id='sjukvardsregion' name='sjukvardsregion'>{chosen}</select></div>"
        f"<button class='hub-button quiet' type='submit'>{escape(_('Show'))}</button></div></form>"
    )


# --- The charts ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _national(place: Place, table: str, _version: str) -> str:
    parts = (
        (_("How the answers lie"), _distribution(place, table)),
        (_("Region by region"), _heat(place, table)),
        (_("Since the round before"), _changes(place, table)),
        (_("Needs for national support"), _needs(place, table)),
        (_("Coverage and evidence"), _evidence(place, table)),
    )
    drawings = (f"<h2>{escape(name)}</h2>{drawing}" for name, drawing in parts)
    return html.joined(*drawings, "" if place.view.example else survey_files.open_data())


def chart(
    place: Place,
    id_: str,
    message: str,
    draw: Callable[[str, bool], str],
    table: charts.Table,
    *,
    how: str,
    base: str,
    shown: str,
) -> str:
    """Return a chart of a round in its frame.

    Args:
        place: the round.
        id_: of the chart.
        message: the sentence it says.
        draw: draws it with a label, narrow or not.
        table: the same in rows.
        how: to read it.
        base: what it rests on.
        shown: the id of the chart whose table is shown.
    """
    title = place.titled(message)
    wide, narrow = draw(title, False), draw(title, True)
    framed = charts.Chart(id_, title, wide, narrow, table, source(place, base), how)
    return charts.chart(framed, place.asked.to(), table=shown == id_, level=3)


def _base(place: Place) -> str:
    if place.asked.area:
        return _("Base: those of the chosen regions that you may see by name.")
    if place.view.stage == "closed":
        return _("Base: the figure for the whole country, the same for everybody.")
    return _("Base: regions that you may see by name, since the round has not closed.")


def _nothing() -> str:
    return f"<p>{escape(_('There is nothing to show here.'))}</p>"


def level_words(place: Place) -> tuple[str, ...]:
    """Return the levels with their names, as ``1 Not started``."""
    return tuple(
        f"{level} {words[place.language]}" for level, words in zip(LEVELS, place.questionnaire.levels, strict=True)
    )


def _distribution(place: Place, table: str) -> str:
    say, held = sayings(), together(place.questionnaire.structure, place.view.figure)
    by_name = dict(zip(place.names, held.values(), strict=True))
    if not any(counts.n for counts in held.values()):
        return _nothing()
    rows, cells = [], []
    for name, counts in by_name.items():
        note = _("n = {n} answers").format(n=counts.n)
        if counts.dont_know or counts.not_applicable:
            note += _("; besides {unknown} don’t know, {outside} not applicable").format(
                unknown=counts.dont_know, outside=counts.not_applicable
            )
        rows.append(drawn.Whole(name, note, tuple(drawn.Part(str(one), counts.of(one), one - 1) for one in LEVELS)))
        lies = summary(counts)
        cells.append(
            (
                name,
                *(say.share(counts.of(one), counts.n) for one in LEVELS),
                *((str(lies.low), str(lies.median), str(lies.high)) if lies else ("–", "–", "–")),
                str(counts.n),
                str(counts.dont_know),
                str(counts.not_applicable),
            )
        )
    legend = [(drawn.Part(str(one), 1, one - 1), words) for one, words in zip(LEVELS, _level_names(place), strict=True)]
    return chart(
        place,
        "fordelning",
        say.distribution(by_name),
        lambda label, narrow: drawn.stacked(label, rows, legend, mark=place.mark, narrow=narrow),
        charts.Table(
            (
                _("Dimension"), *level_words(place), _("Lower quartile"), _("Median"), _("Upper quartile"), _("n, answers"),
                place.questionnaire.dont_know[place.language], place.questionnaire.not_applicable[place.language],
            ),
            tuple(cells),
        ),
        how=_("Each bar holds all answers at a level to the three statements of a dimension. In each part stands the level, below it how many answers it has. Every answer weighs the same."),
        base=_base(place),
        shown=table,
    )  # fmt: skip


def _level_names(place: Place) -> Sequence[str]:
    return [words[place.language] for words in place.questionnaire.levels]


def _heat(place: Place, table: str) -> str:
    note = f"<p>{escape(_('Only regions that you may see by name, in the order of the county codes. It is no ranking: levels of different regions are described by the regions themselves.'))}</p>"
    structure, shown = place.questionnaire.structure, place.view.standings
    if not shown:
        return note + _nothing()
    rows = [(region_name(place, one.region, short=True), medians(structure, one.answers)) for one in shown]
    full = tuple(
        (region_name(place, one.region), *(str(level) if level else "–" for level in levels))
        for one, (_name, levels) in zip(shown, rows, strict=True)
    )
    links = "".join(
        f"<li><a href='{place.asked.to(region=one.region, sjukvardsregion='')}'>{escape(region_name(place, one.region))}</a></li>"
        for one in shown
    )
    drawing = chart(
        place,
        "regionkarta",
        sayings().apart(place.names, [levels for _name, levels in rows]),
        lambda label, narrow: drawn.heat(label, place.names, rows, mark=place.mark, narrow=narrow),
        charts.Table((_("Region"), *place.names), full),
        how=_("Each number is the region’s median level among the three statements of a dimension; a dash means that fewer than two of them have a level."),
        base=_("Base: {n} regions that you may see by name.").format(n=len(shown)),
        shown=table,
    )  # fmt: skip
    return (
        f"{note}{drawing}<nav aria-label='{escape(_('The regions one by one'))}'><h3>{escape(_('The regions one by one'))}</h3>"
        f"<ul class='hub-columns'>{links}</ul></nav>"
    )


def _changes(place: Place, table: str) -> str:
    seen = place.view
    if seen.earlier is None:
        return f"<p>{escape(_('There is no earlier round to compare with.'))}</p>"
    by_dimension = of_dimensions(place.questionnaire.structure, seen.changes)
    if not any(one.n for one in by_dimension.values()):
        return _nothing()
    say = sayings()
    named = tuple(zip(place.names, by_dimension.values(), strict=True))
    rows = [
        drawn.Whole(
            name,
            _("n = {n} pairs of answers").format(n=one.n),
            (drawn.Part("↓", one.down, 1), drawn.Part("=", one.same, 0), drawn.Part("↑", one.up, 4)),
        )
        for name, one in named
    ]
    legend = (
        (drawn.Part("↓", 1, 1), _("lower than in the round before")),
        (drawn.Part("=", 1, 0), _("the same")),
        (drawn.Part("↑", 1, 4), _("higher")),
    )
    cells = tuple(
        (name, *(say.share(count, one.n) for count in (one.down, one.same, one.up)), str(one.n)) for name, one in named
    )
    return chart(
        place,
        "forandring",
        say.moved(by_dimension.values(), seen.compared),
        lambda label, narrow: drawn.stacked(label, rows, legend, mark=place.mark, narrow=narrow),
        charts.Table((_("Dimension"), _("Lower"), _("The same"), _("Higher"), _("n, pairs of answers")), cells),
        how=_("The same region’s answer to the same statement in both rounds, where both are at a level. Regions that took part in one round only are left out."),
        base=_("Base: {n} regions that you may see by name in both rounds; compared with {round}.").format(
            n=seen.compared, round=seen.earlier.title[place.language]
        ),
        shown=table,
    )  # fmt: skip


def _needs(place: Place, table: str) -> str:
    shown = place.view.figure
    if not shown.needs_answered:
        return _nothing()
    say, names = sayings(), {one.id: one.name[place.language] for one in place.questionnaire.needs}
    rows = [
        drawn.Of(name, say.share(shown.needs.get(id_, 0), shown.needs_answered), shown.needs.get(id_, 0), shown.needs_answered)
        for id_, name in names.items()
    ]  # fmt: skip
    return chart(
        place,
        "behov",
        say.needs(names, shown),
        lambda label, narrow: drawn.amounts(label, rows, mark=place.mark, narrow=narrow),
        charts.Table((_("Need"), _("Regions that need it")), tuple((row.name, row.said) for row in rows)),
        how=_("A region may choose several. The order is the questionnaire’s."),
        base=_base(place),
        shown=table,
    )


def _evidence(place: Place, table: str) -> str:
    held = together(place.questionnaire.structure, place.view.figure)
    whole = sum(held.values(), type(next(iter(held.values())))())
    if not whole.n:
        return _nothing()
    say = sayings()
    every = len(codes())
    among = (
        len(_areas(example=place.view.example)[place.asked.area]) if place.asked.area not in {"", _BY_NAME} else every
    )
    rows = [
        drawn.Of(_("Regions in the figure"), say.share(place.view.figure.regions, among), place.view.figure.regions, among),
        *(
            drawn.Of(
                _("Evidence: {dimension}").format(dimension=name), say.share(one.with_evidence, one.n), one.with_evidence, one.n
            )
            for name, one in zip(place.names, held.values(), strict=True)
        ),
    ]  # fmt: skip
    return chart(
        place,
        "tackning",
        say.evidence(whole, place.view.figure.regions, among),
        lambda label, narrow: drawn.amounts(label, rows, mark=place.mark, narrow=narrow),
        charts.Table((_("What is counted"), _("How many of how many")), tuple((row.name, row.said) for row in rows)),
        how=_("First how many regions the figure holds, then for each dimension how many answers at a level say what shows it. Nobody has checked the evidence."),
        base=_base(place),
        shown=table,
    )  # fmt: skip
