"""One region: what is publicly known, what it states of itself, and the form to state it with."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

import streamlit as st

from components import forum_beside, html
from components.fields import Form, complain_of, sent_form
from components.plan_place import author_name, stage_name
from components.privacy import hide_note
from components.region_words import (
    confidence_names,
    database_away,
    own_line,
    own_source,
    region_link,
    route_names,
    sources,
    stage_names,
    trial,
    ways,
    years,
)
from components.regions import like_list
from components.session import hub, language, name_page, visitor
from components.words import _, date, moment, number
from hub.errors import Rejected, Unavailable
from hub.html import address, mailto
from hub.identity.rules import Action
from hub.language import Language
from hub.survey.corrections import LONGEST, ROUTES, Correction
from hub.survey.facts import RegionFacts, Trace
from hub.survey.likeness import Sought, like, similar_size
from hub.survey.service import may, may_restore

_NEW = "ny"
"""Stands in the address for a service that we have no trace of."""


def page(region: RegionFacts) -> None:
    """Draw the region."""
    name_page(region.name)
    code, by = region.code, visitor()
    asked = st.query_params.get("ratta", "")
    trace = next((one for one in region.traces if one.id == asked), None)
    writes = may(by, Action.REGION_CORRECT, code) and (trace is not None or asked == _NEW)
    form = _sent(trace) if writes else None
    if form:
        form.complain()
    complain_of("ta", "ater")
    try:
        held = hub().corrections.standing().get(code, ())
        away = ""
    except Unavailable:
        held, away = (), database_away()
    html.show(
        f"<a class='hub-link' href='/regioner'>← {escape(_('All regions'))}</a><h1>{escape(region.name)}</h1>",
        _said(code),
        _facts(region),
        _form(form, region, trace) if form else "",
        trial() if held else "",
        away,
        _own(held, region),
        _traces(region, language(), hub().version, corrects=may(by, Action.REGION_CORRECT, code)),
        _published(region, language(), hub().version),
        _stage(code),
        forum_beside.of_region(code),
        _alike(region, language(), hub().version),
        _way_to_correct(region),
        _history(region),
    )


def _said(code: str) -> str:
    """Say what has just been done, with the way back from it."""
    done = st.query_params.get("sparat", "")
    sentences = {
        "ratta": _("The statement is shown. Thank you."),
        "ta": _("The statement has been withdrawn."),
        "ater": _("The statement is shown again."),
    }
    if done not in sentences:
        return ""
    undo = ""
    if done == "ta" and may(visitor(), Action.REGION_WITHDRAW, code):
        undo = _button_form("ater", code, st.query_params.get("uppgift", ""), _("Bring it back"))
    return f"<div class='note' role='status'><p>{escape(sentences[done])}</p>{undo}</div>"


def _facts(region: RegionFacts) -> str:
    areas = ", ".join(region.healthcare_regions)
    facts = {
        _("Healthcare region"): areas,
        _("Seat"): region.seat,
        _("Population"): _("{count} on {date}").format(
            count=number(region.population), date=date(region.population_on)
        ),
        _("University hospital"): region.university_hospital,
    }
    drawn = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts.items() if text
    )
    return (
        f"<dl class='hub-facts'>{drawn}</dl>"
        f"<p class='hub-source'>{escape(_('Source of the population: Statistics Sweden, read from a copy.'))}</p>"
    )


# --- What is known ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _traces(region: RegionFacts, _language: Language, _version: str, *, corrects: bool) -> str:
    head = f"<h2 id='spar'>{escape(_('What is publicly known'))}</h2>"
    if not region.traces:
        return html.joined(
            head,
            f"<p>{escape(_('Unknown: we have found no public trace of how {region} connects. That does not mean that there is nothing.').format(region=region.name))}</p>",
        )
    return html.joined(
        head,
        f"<p>{escape(_('The way is our reading of what the source describes. A trace holds for its year; much may have changed since.'))}</p>",
        *(_trace(region, trace, corrects=corrects) for trace in region.traces),
    )


def _trace(region: RegionFacts, trace: Trace, *, corrects: bool) -> str:
    title = escape(trace.platform[language()])
    change = (
        f"<p><a class='hub-link' href='{address('/regioner', region=region.code, ratta=trace.id)}#ratta'>{escape(_('Correct this'))}"
        f"<span class='hub-unseen'>: {title}</span></a></p>"
        if corrects
        else ""
    )
    rows = {
        _("Way, by our reading"): ways(trace.routes),
        _("Stage"): escape(stage_names()[trace.stage]),
        _("Year"): escape(years(trace)),
        _("Confidence"): escape(confidence_names()[trace.confidence]),
        _("Sources"): sources(trace),
    }
    return f"<section class='hub-pair'><h3>{title}</h3>{_pairs(rows)}{change}</section>"


def _pairs(rows: Mapping[str, str]) -> str:
    return f"<dl class='hub-trace'>{''.join(f'<div><dt>{escape(name)}</dt><dd>{value}</dd></div>' for name, value in rows.items())}</dl>"


@lru_cache(maxsize=64)
def _published(region: RegionFacts, _language: Language, _version: str) -> str:
    found = [one for one in hub().mart.series() if region.code in one.regions]
    if not found:
        return ""
    items = "".join(
        f"<li><a href='{address('/mognad', **{'del': 'sedan', 'serie': one.id})}'>{escape(one.title[language()])}</a></li>"
        for one in found
    )
    return f"<h2>{escape(_('Published numbers'))}</h2><ul>{items}</ul>"


def _stage(code: str) -> str:
    try:
        shown = [plan for plan in hub().plans.board(visitor()).shown if plan.region == code]
    except Unavailable:
        return ""
    if not shown:
        return ""
    lines = "".join(
        f"<li>{escape(_('{stage}, since {date}').format(stage=stage_name(plan.stage), date=date(plan.stage_at.date())))}</li>"
        for plan in shown
    )
    return (
        f"<h2>{escape(_('The region’s own work'))}</h2><p>{escape(_('The region shows which stage its work is in:'))}</p><ul>{lines}</ul>"
        f"<p><a class='hub-link' href='/tavla'>{escape(_('See the board'))}</a></p>"
    )


_MOST_ALIKE = 8


@lru_cache(maxsize=64)
def _alike(region: RegionFacts, _language: Language, _version: str) -> str:
    every = hub().mart.regions()
    sought = Sought(aim=tuple(route for route in region.routes if route != "unknown"))
    found = like(every, sought, region)
    of_size = [other for other in every if similar_size(region, other)]
    same = (
        html.joined(
            like_list(found[:_MOST_ALIKE]),
            f"<p class='hub-muted'>{escape(_('The {shown} with the newest traces, of {all}; no ranking.').format(shown=min(_MOST_ALIKE, len(found)), all=len(found)))}</p>"
            if len(found) > _MOST_ALIKE
            else "",
        )
        if sought.aim
        else f"<p>{escape(_('No way is known here, so none can be compared.'))}</p>"
    )
    size = ", ".join(region_link(other) for other in of_size)
    return html.joined(
        f"<h2>{escape(_('Regions like this one'))}</h2>",
        same,
        f"<p><strong>{escape(_('Of similar size:'))}</strong> {size}.</p>" if size else "",
    )


# --- What the region states ------------------------------------------------------------------------------------------


def _own(held: Sequence[Correction], region: RegionFacts) -> str:
    if not held:
        return ""
    return html.joined(
        f"<h2 id='egen'>{escape(_('The region’s own statements'))}</h2>",
        f"<p>{escape(_('Stated in the hub by somebody who speaks for the region. Our reading stands beside, unchanged.'))}</p>",
        *(_own_one(one, region) for one in held),
    )


def _own_one(one: Correction, region: RegionFacts) -> str:
    about = next((trace.platform[language()] for trace in region.traces if trace.id == one.trace), "")
    rows = {
        _("Way"): ways(one.routes),
        _("Stage"): escape(stage_names()[one.stage]),
        _("Year"): str(one.year),
        _("Sources"): own_source(one.source),
        **({_("Corrects"): escape(about)} if about else {}),
    }
    note = f"<p class='hub-people'>{'<br>'.join(map(escape, one.note.splitlines()))}</p>" if one.note else ""
    withdraw = ""
    if may(visitor(), Action.REGION_WITHDRAW, region.code):
        label = _("Withdraw the statement")
        withdraw = hide_note("correction") + _button_form("ta", region.code, one.id, label, of=one.platform)
    return (
        f"<section class='hub-pair hub-stated'><p class='hub-kicker'><span class='hub-tag'>{escape(own_line(one))}</span></p>"
        f"<h3>{escape(one.platform)}</h3>{_pairs(rows)}{note}{withdraw}</section>"
    )


def _button_form(action: str, code: str, id_: str, label: str, *, of: str = "") -> str:
    unseen = f"<span class='hub-unseen'>: {escape(of)}</span>" if of else ""
    button = f"<button class='hub-button quiet' type='submit'>{escape(label)}{unseen}</button>"
    return Form(action, {}).around(f"/api/regioner/{action}", button, {"region": code, "uppgift": id_})


def _history(region: RegionFacts) -> str:
    by = visitor()
    if not may(by, Action.REGION_WITHDRAW, region.code):
        return ""
    try:
        kept = hub().corrections.history(by, region.code)
    except (Rejected, Unavailable):
        return ""
    if not kept:
        return ""
    lines = "".join(f"<li>{_event(one, region.code)}</li>" for one in kept)
    return (
        f"<details><summary>{escape(_('Everything the region has stated'))} ({number(len(kept))})</summary>"
        f"<p class='hub-muted'>{escape(_('Only those who speak for the region, and administrators, see this list.'))}</p><ul class='hub-rows'>{lines}</ul></details>"
    )


def _event(one: Correction, code: str) -> str:
    said = escape(f"{moment(one.at)}, {author_name(one.author_name)}: {one.platform}, {one.year}")
    if one.withdrawn_at is None:
        return f"<span>{said}</span>"
    said += f" <span class='hub-tag'>{escape(_('Withdrawn {date}').format(date=date(one.withdrawn_at.date())))}</span>"
    back = (
        _button_form("ater", code, one.id, _("Bring it back"), of=one.platform) if may_restore(visitor(), one) else ""
    )
    return f"<span>{said}</span>{back}"


# --- The form --------------------------------------------------------------------------------------------------------


def _sent(trace: Trace | None) -> Form:
    """Return the form with what was refused, else with what we know of the trace."""
    routes = trace.routes if trace else ()
    year = str(trace.to_year or trace.from_year or "") if trace else ""
    values = {
        "plattform": trace.platform[language()][: LONGEST["platform"]] if trace else "",
        **{f"vag-{route}": "1" if route in routes else "" for route in ROUTES},
        "skede": trace.stage if trace else "use",
        "ar": year,
        "kalla": "",
        "notering": "",
    }
    fields = {
        "platform": "plattform", "routes": "vag", "stage": "skede", "year": "ar", "source": "kalla", "note": "notering",
    }  # fmt: skip
    return sent_form("ratta", values, fields)


def _form(form: Form, region: RegionFacts, trace: Trace | None) -> str:
    names = route_names()
    heading = (
        _("Correct what stands about: {platform}").format(platform=trace.platform[language()])
        if trace
        else _("State a service that is missing here")
    )
    inside = (
        form.text("plattform", _("Service, and what it does"), most=LONGEST["platform"])
        + form.boxes("vag", _("Which way does it go?"), [(route, names[route]) for route in ROUTES])
        + form.choice("skede", _("Stage"), list(stage_names().items()))
        + form.text("ar", _("Year that this holds for"), most=4, help_text=_("Four digits, such as 2026."))
        + form.text(
            "kalla", _("Address of a public source"), most=LONGEST["source"],
            help_text=_("Begins with https:// and can be opened by anybody."),
        )
        + form.lines(
            "notering", _("Note, if something needs to be explained"), most=LONGEST["note"],
            help_text=_("Everyone can read it. Write no names, no personal identity numbers and nothing about patients."),
        )
        + f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(_('Show this as the region’s own statement'))}</button>"
        f"<a class='hub-link' href='{address('/regioner', region=region.code)}'>{escape(_('Leave it as it is'))}</a></div>"
    )  # fmt: skip
    return html.joined(
        f"<h2 id='ratta'>{escape(heading)}</h2>",
        f"<p>{escape(_('It is shown at once, with the region’s name and today’s date, beside our reading. Your own name is seen only by those who speak for the region and by administrators.'))}</p>",
        form.around("/api/regioner/ratta", inside, {"region": region.code, "spar": trace.id if trace else ""}),
    )


def _way_to_correct(region: RegionFacts) -> str:
    head = f"<h2>{escape(_('Correct this'))}</h2>"
    if may(visitor(), Action.REGION_CORRECT, region.code):
        return (
            f"{head}<p>{escape(_('You speak for the region: correct a trace above, or add what is missing.'))}</p>"
            f"<div class='hub-actions'><a class='hub-button quiet' href='{address('/regioner', region=region.code, ratta=_NEW)}#ratta'>{escape(_('State a service that is missing'))}</a></div>"
        )
    contact = hub().settings.contact
    write = (
        f" <a href='{escape(mailto(region.name, '').replace('mailto:', f'mailto:{contact}', 1))}'>{escape(contact)}</a>"
        if contact
        else ""
    )
    return f"{head}<p>{escape(_('Is something wrong or missing? Whoever is editor for {region} can correct it here after signing in. Others may write to whoever runs the hub, with a source.').format(region=region.name))}{write}</p>"
