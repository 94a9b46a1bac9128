"""The regions: drawn as tiles, filtered, as a table and as files; and those that go a way the guide has proposed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

import streamlit as st

from components import charts, html, parts
from components.guide import read_link
from components.problems import summary
from components.region_words import (
    LETTERS,
    Stated,
    database_away,
    own_source,
    region_link,
    route_names,
    sources,
    stage_names,
    stated,
    trial,
    ways,
    years,
)
from components.session import hub, language, name_page, visitor
from components.words import _, date
from hub.guide.answers import query
from hub.handover import routes_sought
from hub.html import address, figure
from hub.language import Language, inside
from hub.survey.corrections import Correction, own_routes
from hub.survey.facts import RegionFacts, Route, Trace
from hub.survey.likeness import Like, Sought, known, latest, like
from hub.tiles import Sign, Tile, tile_map


def page(unknown: str | None) -> None:
    """Draw the map, the choice, the table and what is not known; an unknown region in the address is said first."""
    if unknown is not None:
        name_page(_("The region does not exist"))
        summary(
            _("The region does not exist"),
            [_("There is no region with the code “{code}”. The 21 that exist are below.").format(code=unknown[:20])],
        )
    route, healthcare = _choice()
    held = stated()
    html.show(
        _opening(language(), hub().version),
        trial() if held else "",
        database_away() if held is None else "",
        _form(route, healthcare),
        _list(route, healthcare, held or (), language(), hub().version),
        _unknowns(language(), hub().version),
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Find out what fits you'))}</a>"
        f"<a class='hub-link' href='/tavla'>{escape(_('See which stage regions are in'))}</a></div>",
    )


def message() -> str:
    """Say how much is publicly known, from the very traces that are shown."""
    found = known(hub().mart.regions())
    return _(
        "{traced} of {all} regions have left a public trace; by our reading {levels} of them have used, tried or required one of the four levels"
    ).format(traced=found.traced, all=found.all, levels=found.at_level)


@lru_cache(maxsize=4)
def _opening(_language: Language, _version: str) -> str:
    return html.joined(
        parts.ways("regioner"),
        f"<h1>{escape(_('How each region connects'))}</h1>",
        f"<p class='hub-lead'>{escape(message())}.</p>",
        f"<p>{escape(_('Sources seldom say which level a region is at. What stands here is our reading of what they describe, and each trace holds for its year.'))}</p>",
    )


# --- The choice ------------------------------------------------------------------------------------------------------


def _choice() -> tuple[str, str]:
    """Return the way and the healthcare region chosen in the address; what does not exist is said."""
    route, healthcare = st.query_params.get("vag", ""), st.query_params.get("sjukvardsregion", "")
    wrong = [
        value
        for value, there in ((route, {"", *route_names()}), (healthcare, {"", *_healthcare_regions()}))
        if value not in there
    ]
    if wrong:
        summary(
            _("Parts of the link could not be used"),
            [_("This choice does not exist: {found}").format(found=value[:60]) for value in wrong],
        )
    return "" if route in wrong else route, "" if healthcare in wrong else healthcare


def _healthcare_regions() -> list[str]:
    return sorted({name for region in hub().mart.regions() for name in region.healthcare_regions})


def _form(route: str, healthcare: str) -> str:
    def chooser(name: str, label: str, all_: str, options: Mapping[str, str], chosen: str) -> str:
        drawn = "".join(
            f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(words)}</option>"
            for value, words in {"": all_, **options}.items()
        )
        return f"<div class='hub-chooser'><label for='{name}'>{escape(label)}</label><select id='{name}' name='{name}'>{drawn}</select></div>"

    routes = {str(route): name for route, name in route_names().items()}
    areas = {name: name for name in _healthcare_regions()}
    return (
        f"<form method='get' action='/regioner' class='hub-filter' data-submits-on-change aria-label='{escape(_('Choose regions'))}'>"
        f"<div class='hub-choosers'>{chooser('vag', _('Way'), _('All ways'), routes, route)}"
        f"{chooser('sjukvardsregion', _('Healthcare region'), _('The whole country'), areas, healthcare)}"
        f"<button class='hub-button quiet' type='submit'>{escape(_('Show'))}</button>"
        f"<a class='hub-link' href='/regioner'>{escape(_('Show all regions'))}</a></div></form>"
    )


# --- Map, table, files -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _list(route: str, healthcare: str, held: Stated, _language: Language, _version: str) -> str:
    own, every = dict(held), hub().mart.regions()
    by_our_reading = {region.code for region in hub().mart.regions(route=route or None, healthcare=healthcare or None)}
    shown = tuple(
        region
        for region in hub().mart.regions(healthcare=healthcare or None)
        if region.code in by_our_reading or route in own_routes(own.get(region.code, ()))
    )
    count = _("1 region") if len(shown) == 1 else _("{count} regions").format(count=len(shown))
    if not shown:
        return html.joined(f"<h2>{escape(count)}</h2><p>{escape(_('No region fits this choice.'))}</p>")
    tiles, label = _tiles(every, {region.code for region in shown}, own), message()
    signs = {str(way): Sign(LETTERS[language()][way], name) for way, name in route_names().items()}
    own_word = _("corrected by the region")
    wide, narrow = (tile_map(label, tiles, signs, own_word=own_word, narrow=small) for small in (False, True))
    words = "".join(f"<li>{escape(step)}</li>" for step in wide.steps)
    return html.joined(
        f"<section class='hub-saved' id='regioner-karta'><h2>{escape(count)}</h2>{figure(wide.svg, narrow.svg)}"
        f"{_source_line()}{charts.saved_as('svg', 'png')}</section>",
        f"<details><summary>{escape(_('The map in words'))}</summary><ol>{words}</ol></details>",
        f"<section class='hub-saved' id='regioner'><h2 id='tabell'>{escape(_('Region by region'))}</h2>",
        f"{_table(shown, own)}{charts.saved_as('csv')}</section>",
    )


def _tiles(
    every: Sequence[RegionFacts], shown: set[str], own: Mapping[str, tuple[Correction, ...]]
) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            region.code,
            region.short,
            own_routes(own.get(region.code, ())) or region.routes,
            own=region.code in own,
            link=f"/regioner?region={region.code}",
            faint=region.code not in shown,
        )
        for region in every
    )


def _source_line() -> str:
    origin = hub().mart.origins["regions"]
    return (
        f"<p class='hub-source'>{escape(_('Source:'))} {escape(_('public pages, named in each row; read {date}.').format(date=date(origin.received)))} "
        f"{escape(_('Ways: our reading. Codes and population: Statistics Sweden.'))}</p>"
    )


def _table(shown: Sequence[RegionFacts], own: Mapping[str, tuple[Correction, ...]]) -> str:
    heads = (_("Region"), _("Way, by our reading"), _("Service"), _("Stage"), _("Year"), _("Confidence"), _("Sources"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    body = "".join(_rows(region, own.get(region.code, ()), heads) for region in shown)
    return (
        f"<div class='table-scroll' tabindex='0' role='region' aria-labelledby='tabell'>"
        f"<table class='hub-stack hub-regions'><thead><tr>{head}</tr></thead>{body}</table></div>"
    )


def _rows(region: RegionFacts, mine: Sequence[Correction], heads: Sequence[str]) -> str:
    rows = [*(_own_row(one) for one in mine), *map(_trace_row, region.traces)]
    if not region.traces:
        nothing = _("We have found no public trace. That does not mean that there is nothing.")
        rows.append((ways(("unknown",)), escape(nothing), "", "", "", ""))
    name = f"<th scope='rowgroup' rowspan='{len(rows)}'>{region_link(region)}</th>"
    lines = ""
    for place, cells in enumerate(rows):
        labels = (_("Way") if place < len(mine) else heads[1], *heads[2:])
        drawn = "".join(
            f"<td><span class='hub-label'>{escape(label)}: </span>{cell}</td>" if cell else "<td></td>"
            for label, cell in zip(labels, cells, strict=True)
        )
        lines += f"<tr>{name}{drawn}</tr>"
        name = ""
    return f"<tbody>{lines}</tbody>"


def _trace_row(trace: Trace) -> tuple[str, ...]:
    confidence = {"high": _("High"), "medium": _("Medium"), "low": _("Low")}
    return (
        ways(trace.routes),
        escape(trace.platform[language()]),
        escape(stage_names()[trace.stage]),
        escape(years(trace)),
        escape(confidence[trace.confidence]),
        sources(trace),
    )


def _own_row(one: Correction) -> tuple[str, ...]:
    tag = f"<span class='hub-tag'>{escape(_('Corrected by the region'))}</span>"
    return (
        f"{tag} {ways(one.routes)}<br><span class='hub-muted'>{escape(date(one.at.date()))}</span>",
        escape(one.platform),
        escape(stage_names()[one.stage]),
        str(one.year),
        escape(_("The region’s own word")),
        own_source(one.source),
    )


@lru_cache(maxsize=4)
def _unknowns(_language: Language, _version: str) -> str:
    items = "".join(f"<li>{escape(one.text[language()])}</li>" for one in hub().mart.unknowns("regions"))
    return f"<h2>{escape(_('What we do not know'))}</h2><ul>{items}</ul>"


# --- Regions like ours -----------------------------------------------------------------------------------------------


def likes() -> None:
    """Draw the regions that go a way which the guide has proposed for a service."""
    name_page(_("Regions that go your way"))
    link = read_link()
    sought = routes_sought(link.services[link.current], hub().guide)
    code = st.query_params.get("var", visitor().region)
    own = next((region for region in hub().mart.regions() if region.code == code), None)
    back = query(link.services, hub().guide.flow, link.current)
    html.show(
        f"<a class='hub-link' href='{address('/valj', **back)}'>← {escape(_('Back to the result'))}</a>"
        f"<h1>{escape(_('Regions that go your way'))}</h1>",
        _sought(sought),
        _own_form(back, own),
        like_list(like(hub().mart.regions(), sought, own)),
        f"<p class='hub-muted'>{escape(_('By what is publicly known, the newest first; no ranking. The ways are our reading.'))}</p>"
        f"<div class='hub-actions'><a class='hub-link' href='/regioner'>{escape(_('Show all regions'))}</a></div>",
    )


def _sought(sought: Sought) -> str:
    names = route_names()
    aim, start = (", ".join(names[route] for route in routes) for routes in (sought.aim, sought.start))
    if not aim and not start:
        return f"<p class='hub-lead'>{escape(_('The guide proposes no way yet, so there is nothing to compare with.'))}</p>"
    lines = [
        _("The guide’s aim for you: {ways}.").format(ways=aim) if aim else "",
        _("What you can start with: {ways}.").format(ways=start) if start else "",
    ]
    return f"<p class='hub-lead'>{escape(' '.join(filter(None, lines)))}</p>"


def _own_form(kept: Mapping[str, str], own: RegionFacts | None) -> str:
    hidden = "".join(
        f"<input type='hidden' name='{escape(name)}' value='{escape(value)}'>" for name, value in kept.items()
    )
    options = "".join(
        f"<option value='{region.code}'{' selected' if region == own else ''}>{escape(region.name)}</option>"
        for region in hub().mart.regions()
    )
    return (
        f"<form method='get' action='/regioner' class='hub-filter' data-submits-on-change aria-label='{escape(_('Choose your region'))}'>{hidden}"
        f"<div class='hub-choosers'><div class='hub-chooser'><label for='var'>{escape(_('Your region'))}</label><select id='var' name='var'><option value=''>{escape(_('Not stated'))}</option>{options}</select></div>"
        f"<button class='hub-button quiet' type='submit'>{escape(_('Show'))}</button></div></form>"
    )


def like_list(found: Sequence[Like]) -> str:
    """Return regions as a list, each with why it is there."""
    if not found:
        return f"<p>{escape(_('We have found no region with a public trace of these ways.'))}</p>"
    rows = "".join(
        f"<li>{region_link(one.region)}<br><span class='hub-muted'>{escape(why(one))}</span></li>" for one in found
    )
    return f"<ul class='hub-hits'>{rows}</ul>"


def why(one: Like) -> str:
    """Say why a region is among those that are like one's own."""
    names = route_names()

    def dated(routes: Sequence[Route]) -> str:
        said = []
        for route in routes:
            newest = next(trace for trace in one.traces if route in trace.routes)
            year = latest(newest)
            stage = "" if newest.stage == "use" else f" ({inside(stage_names()[newest.stage])})"
            said.append(f"{names[route]}{f' {year}' if year else ''}{stage}")
        return ", ".join(said)

    parts = [
        _("Same way: {ways}.").format(ways=dated(one.aim)) if one.aim else "",
        _("Same start: {ways}.").format(ways=dated(one.start)) if one.start else "",
        _("Similar size.") if one.similar_size else "",
    ]
    return " ".join(filter(None, parts))
