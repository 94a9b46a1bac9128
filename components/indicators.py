"""Published numbers: by subject, one definition at a time, each with its source, its year and how sure it is."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from components import charts, forum_place, html
from components.parts import ways
from components.problems import summary
from components.session import hub, language, name_page
from components.words import _, date
from hub.charts_time import Point, bars, goal, line
from hub.errors import NotFound
from hub.html import address, figure
from hub.language import Language
from hub.survey.facts import Series, Value
from hub.survey.mart import Mart
from hub.survey.sayings import Sayings

_PER_CENT: Final = "per cent"
_WHOLE: Final = 100.0
_LINE: Final = 3
"""So many periods and more are drawn over true time."""


def page() -> None:
    """Draw what the address asks for: one definition, a subject, or all subjects."""
    mart = hub().mart
    asked, topic = st.query_params.get("serie", ""), st.query_params.get("amne", "")
    if asked:
        try:
            series = mart.one_series(asked)
        except NotFound:
            _missing(_("There is no number with that name. It may have got another; choose a subject below."))
        else:
            name_page(_sayings().title(series))
            html.show(
                _one(mart, series, charts.asked(), language(), hub().version),
                forum_place.talk(f"chart:series.{series.id}", _sayings().title(series)),
            )
            return
    elif topic in _topics():
        name_page(_topics()[topic])
        html.show(_topic(mart, topic, charts.asked(), language(), hub().version))
        return
    elif topic:
        _missing(_("There is no such subject. Choose one of those below."))
    name_page(_("Published numbers"))
    html.show(_all(mart, charts.asked(), language(), hub().version))


def _missing(sentence: str) -> None:
    summary(_("Parts of the link could not be used"), [sentence])


def _sayings() -> Sayings:
    return Sayings(hub().catalogue, language(), hub().regions)


def _topics() -> dict[str, str]:
    """Return the subjects in the order they are shown; the neighbour's is last."""
    return {
        "outside": _("Digital care outside the home county"),
        "own": _("The regions’ own digital visits"),
        "offering": _("What regions say they offer"),
        "use-1177": _("The use of 1177"),
        "attitudes": _("What people think and do"),
        "access": _("Internet and electronic identification"),
        "letters": _("Digital appointment letters"),
        "pilot": _("The Stockholm pilot of 2017"),
        "no-shows": _("Missed visits"),
        "maturity": _("Digital maturity"),
        "norway": _("Norway, not Sweden"),
    }


def _to(**query: str) -> str:
    return address("/mognad", **{"del": "sedan"}, **query)


# The three views


@lru_cache(maxsize=8)
def _all(mart: Mart, table: str, _language: Language, _version: str) -> str:
    series = mart.series()
    ours = [one for one in series if one.country == "sweden"]
    # A tie goes to the one that stands first; regions side by side are no series over time.
    longest = max((one for one in ours if len(one.regions) == 1), key=lambda one: len(one.values))
    subjects = "".join(_subject(topic, name, ours) for topic, name in _topics().items() if topic != "norway")
    norway = [one for one in series if one.country == "norway"]
    unknown = "".join(f"<li>{escape(one.text[language()])}</li>" for one in mart.unknowns("indicators"))
    return html.joined(
        ways("sedan"),
        f"<h1>{escape(_('Published numbers'))}</h1><p class='hub-lead'>{escape(_sayings().opening(series))}</p>",
        f"<p>{escape(_('Things that are counted in different ways are different definitions, and never stand in one chart. Most definitions have a single number: then it is a number with a source, not a trend.'))}</p>",
        f"<h2>{escape(_('Subjects'))}</h2><ul class='hub-rows hub-lists'>{subjects}</ul>",
        f"<h2>{escape(_('The Swedish definition with the most numbers'))}</h2>{_chart(longest, _to(), table, level=3)}"
        f"<p class='hub-after-figure'><a class='hub-link' href='{_to(serie=longest.id)}'>{escape(_('What is counted, and each source'))}</a></p>",
        f"<h2>{escape(_('Norway, not Sweden'))}</h2><p>{escape(_('Norway has counted e-consultations with general practitioners. They are a neighbour’s numbers and say nothing of Sweden; telephone and text are counted too.'))}</p>"
        f"<p>{escape(_sayings().extent_of(norway))} <a class='hub-link' href='{_to(amne='norway')}'>{escape(_('See the Norwegian numbers'))}</a></p>",
        f"<h2>{escape(_('What we do not know'))}</h2><ul>{unknown}</ul>",
        f"<p><a class='hub-link' href='/data/indicators/values.csv'>{escape(_('Every number as CSV'))}</a> "
        f"<a class='hub-link' href='/data/indicators/series.csv'>{escape(_('Every definition as CSV'))}</a></p>",
        _read(mart),
    )


def _subject(topic: str, name: str, series: Sequence[Series]) -> str:
    found = [one for one in series if one.topic == topic]
    return (
        f"<li><a class='hub-link' href='{_to(amne=topic)}'>{escape(name)}</a> "
        f"<span class='hub-muted'>{escape(_sayings().extent_of(found).rstrip('.'))}</span></li>"
    )


@lru_cache(maxsize=64)
def _topic(mart: Mart, topic: str, table: str, _language: Language, _version: str) -> str:
    series = mart.series(topic=topic)
    drawn = [one for one in series if len(one.values) > 1]
    single = [one for one in series if len(one.values) == 1]
    view = _to(amne=topic)
    neighbour = (
        f"<p class='hub-check'>{escape(_('These are Norway’s numbers, not Sweden’s. They are counted in another way and are never put beside Swedish ones.'))}</p>"
        if topic == "norway"
        else ""
    )
    sections = "".join(
        f"{_chart(one, view, table)}<p class='hub-after-figure'>"
        f"<a class='hub-link' href='{_to(serie=one.id)}'>{escape(_('What is counted, and each source'))}</a></p>"
        for one in drawn
    )
    cards = "".join(_card(one) for one in single)
    return html.joined(
        ways("sedan"),
        f"<p class='hub-kicker'><a class='hub-link' href='{_to()}'>← {escape(_('All published numbers'))}</a></p>",
        f"<h1>{escape(_topics()[topic])}</h1><p class='hub-lead'>{escape(_sayings().topic(series))}</p>{neighbour}",
        sections,
        f"<h2>{escape(_('Single numbers, each of its own definition'))}</h2><ul class='hub-numbers'>{cards}</ul>"
        if cards
        else "",
        _files(series, topic),
        _others(topic),
    )


@lru_cache(maxsize=128)
def _one(mart: Mart, series: Series, table: str, _language: Language, _version: str) -> str:
    beside = [one for one in mart.series(topic=series.topic) if one.id != series.id]
    others = "".join(f"<li><a href='{_to(serie=one.id)}'>{escape(_sayings().title(one))}</a></li>" for one in beside)
    more = f"<h2>{escape(_('Other definitions of the same subject'))}</h2><p>{escape(_('They are counted in other ways and cannot be put side by side with this one.'))}</p><ul class='hub-columns'>{others}</ul>"
    target = f"<p><strong class='hub-tag'>{escape(_('A target, no outcome'))}</strong></p>" if _aim(series) else ""
    lead = f"<p class='hub-lead'>{escape(series.definition[language()])}</p>"
    return html.joined(
        ways("sedan"),
        f"<p class='hub-kicker'><a class='hub-link' href='{_to(amne=series.topic)}'>← {escape(_topics()[series.topic])}</a></p>",
        f"<h1>{escape(_sayings().title(series))}</h1>{target}{lead if len(series.values) == 1 else ''}",
        _chart(series, _to(serie=series.id), table) if len(series.values) > 1 else _number(series),
        f"<h2>{escape(_('Each number and its source'))}</h2>{_values(series)}",
        _files([series], series.id),
        more if others else "",
    )


def _others(topic: str) -> str:
    links = "".join(
        f"<li><a href='{_to(amne=one)}'>{escape(name)}</a></li>" for one, name in _topics().items() if one != topic
    )
    return f"<nav class='hub-contents' aria-label='{escape(_('Other subjects'))}'><h2>{escape(_('Other subjects'))}</h2><ul>{links}</ul></nav>"


# A definition with several numbers


def _chart(series: Series, view: str, table: str, *, level: int = 2) -> str:
    say = _sayings()
    title = say.message(series)
    wide, narrow = (_drawing(series, title, narrow=narrow) for narrow in (False, True))
    shown = charts.Chart(
        series.id, title, wide, narrow, _table(series), f"{escape(_('Source:'))} {_sources(series)}", _how(series)
    )
    return charts.chart(shown, view, table=table == series.id, level=level)


def _drawing(series: Series, title: str, *, narrow: bool) -> str:
    say, regions = _sayings(), len(series.regions) > 1
    share = series.unit["en"] == _PER_CENT
    mark = _("Norway, not Sweden") if series.country == "norway" else ""
    ordered = sorted(series.values, key=lambda value: -value.value) if regions else list(series.values)
    points = [
        _point(value, f"{say.figure(value)} %" if share else say.figure(value), regions=regions) for value in ordered
    ]
    if not regions and len(points) >= _LINE:
        return line(
            title, points, unit=series.unit[language()], number=say.number, gap=_("no numbers"), mark=mark, narrow=narrow
        )  # fmt: skip
    gaps = {} if regions else say.gaps(series.values)
    rows: list[Point | str] = []
    for value, point in zip(ordered, points, strict=True):
        rows += [*([gaps[value.id]] if value.id in gaps else []), point]
    return bars(title, rows, whole=_WHOLE if share else None, mark=mark, narrow=narrow)


def _point(value: Value, said: str, *, regions: bool) -> Point:
    name = _sayings().whose(value) if regions else _sayings().period(value)
    return Point(name[:1].upper() + name[1:], said, value.value, value.bound, value.starts_on, value.ends_on)


def _how(series: Series) -> str:
    parts = [
        series.definition[language()],
        _("Counted in: {unit}.").format(unit=series.unit[language()]),
        _("The scale begins at zero."),
    ]
    if len(series.regions) == 1 and _sayings().gaps(series.values):
        parts.append(_("Where nobody has a number nothing is drawn."))
    if any(value.bound != "as-given" for value in series.values):
        parts.append(_("An open end means that the source says about, over or under."))
    return " ".join(parts)


def _table(series: Series) -> charts.Table:
    """Return what is drawn; notes and how sure a number is stand on the definition's own page, with each source."""
    say = _sayings()
    if len(series.regions) == 1:
        rows = tuple((say.period(value), say.amount(series, value), _told(value)) for value in series.values)
        return charts.Table((_("Period"), _("The number"), _("Source")), rows)
    return charts.Table(
        (_("Whose"), _("Period"), _("The number"), _("Source")),
        tuple(
            (say.whose(value), say.period(value), say.amount(series, value), _told(value)) for value in series.values
        ),
    )


def _told(value: Value) -> str:
    return ", ".join(filter(None, (value.source, _sayings().published(value))))


def _sources(series: Series) -> str:
    """Return each source of a series once, with a link and when it was published."""
    say = _sayings()
    found = dict.fromkeys((value.source, value.url, say.published(value)) for value in series.values)
    links = (
        f"<a href='{escape(url)}' rel='noopener noreferrer'>{escape(source)}</a>"
        f"{', ' + escape(_('published {when}').format(when=when)) if when else ''}"
        for source, url, when in found
    )
    return f"{'; '.join(links)}."


# A definition with one number


def _card(series: Series) -> str:
    say, value = _sayings(), series.values[0]
    target = f"<strong class='hub-tag'>{escape(_('A target, no outcome'))}</strong> " if _aim(series) else ""
    return (
        f"<li><h3><a href='{_to(serie=series.id)}'>{escape(say.title(series))}</a></h3>"
        f"<p class='hub-number'><strong>{escape(say.figure(value))}</strong> {escape(series.unit[language()])}</p>"
        f"<p class='hub-muted'>{target}{escape(say.period(value))} · {_whose(value)}</p>"
        f"<p>{escape(series.definition[language()])}{_note(value)}</p>"
        f"<p class='hub-source'>{escape(_('Source:'))} {_sources(series)} {escape(say.confidence(value.confidence))}.</p></li>"
    )


def _aim(series: Series) -> bool:
    return series.kind == "target"


def _number(series: Series) -> str:
    say, value = _sayings(), series.values[0]
    if _aim(series) and series.unit["en"] == _PER_CENT:
        label = say.message(series)
        said = _("Target: {amount}").format(amount=say.amount(series, value))
        ends = ("0", f"{say.number(_WHOLE)} {series.unit[language()]}")
        drawn = figure(
            *(goal(label, said, value.value, whole=_WHOLE, ends=ends, narrow=narrow) for narrow in (False, True))
        )
    else:
        drawn = ""
    return (
        f"<p class='hub-number'><strong>{escape(say.figure(value))}</strong> {escape(series.unit[language()])}"
        f"<span class='hub-muted'> · {escape(say.period(value))}</span></p>{drawn}"
        f"<p>{escape(_('This is a single number. There is nothing of the same definition to compare it with.'))}</p>"
    )


def _whose(value: Value) -> str:
    name = escape(_sayings().whose(value))
    if value.region in {"SE", "NO"}:
        return name
    return f"<a href='{address('/regioner', region=value.region)}'>{name}</a>"


def _note(value: Value) -> str:
    return f" {escape(value.note[language()])}" if value.note[language()] else ""


# What all have


def _values(series: Series) -> str:
    say = _sayings()
    heads = (_("Period"), _("Whose"), _("The number"), _("Source"), _("How sure"), _("Note"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    rows = "".join(
        f"<tr id='{escape(value.id)}'><th scope='row'>{escape(say.period(value))}</th><td>{_whose(value)}</td>"
        f"<td>{escape(say.amount(series, value))}</td>"
        f"<td><a href='{escape(value.url)}' rel='noopener noreferrer'>{escape(value.source)}</a>, {escape(say.published(value))}</td>"
        f"<td>{escape(say.confidence(value.confidence))}</td><td>{escape(value.note[language()]) or '–'}</td></tr>"
        for value in series.values
    )
    return (
        f"<div class='table-scroll'><table class='hub-stack'><caption class='hub-unseen'>{escape(say.title(series))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _files(series: Sequence[Series], name: str) -> str:
    heads = ("id", "series", "title", "definition", "unit", "country", "kind", "region", "starts_on", "ends_on",
             "period", "value", "bound", "source", "url", "published", "confidence", "note")  # fmt: skip
    rows = tuple(
        (
            value.id, one.id, one.title[language()], one.definition[language()], one.unit[language()], one.country, one.kind,
            value.region, str(value.starts_on or ""), str(value.ends_on or ""), value.period, f"{value.value:.10g}", value.bound, value.source, value.url, value.published, value.confidence, value.note[language()],
        )
        for one in series
        for value in one.values
    )  # fmt: skip
    return charts.kept(f"tal-{name}", charts.Table(heads, rows))


def _read(mart: Mart) -> str:
    received = date(mart.origins["indicators"].received)
    return f"<p class='hub-source'>{escape(_('Collected by the hub from public pages, read {date}. Titles and definitions are in our words.').format(date=received))}</p>"
