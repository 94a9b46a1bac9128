"""What the regions' pages share: names of ways and stages, years, sources, and the facts with what regions state."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import urlsplit

from components.session import hub, language
from components.words import _, date
from hub.errors import Unavailable
from hub.html import address
from hub.language import Language
from hub.survey.corrections import Correction
from hub.survey.facts import Confidence, RegionFacts, Route, Trace
from hub.survey.likeness import LEVELS

Stated = tuple[tuple[str, tuple[Correction, ...]], ...]
"""What regions state of themselves, by letter code; as pairs, so that a drawing can be kept by it."""

LETTERS: Final[Mapping[Language, Mapping[Route, str]]] = {
    "sv": {
        "framework": "R", "hop-out": "U", "inbox": "I", "reverse-case-flow": "Ä", "separate": "E", "national": "N",
        "other": "A", "unknown": "?",
    },
    "en": {
        "framework": "F", "hop-out": "H", "inbox": "I", "reverse-case-flow": "R", "separate": "O", "national": "N",
        "other": "A", "unknown": "?",
    },
}  # fmt: skip
"""What stands in the sign of each way; the legend says what it means."""


def route_names() -> dict[Route, str]:
    """Return what each way is called, the levels first."""
    return {
        **{level: hub().levels[level][language()].name for level in LEVELS},
        "separate": _("Own app or platform"),
        "national": _("National service"),
        "other": _("Another channel"),
        "unknown": _("Unknown"),
    }


def stage_names() -> dict[str, str]:
    """Return what each stage of a service is called."""
    return {
        "use": _("In use"),
        "pilot": _("A trial"),
        "plan": _("Planned"),
        "rule": _("Required of care providers"),
    }


def confidence_names() -> dict[Confidence, str]:
    """Return how sure we are, in a word and why."""
    return {
        "high": _("High: a primary source that we could read"),
        "medium": _("Medium: from a vendor, or old"),
        "low": _("Low: the source does not say everything"),
    }


def years(trace: Trace) -> str:
    """Return the years a trace is about, and whether they are our estimate."""
    if trace.from_year is None and trace.to_year is None:
        return _("The source gives no year")
    found = dict.fromkeys(str(year) for year in (trace.from_year, trace.to_year) if year is not None)
    said = "–".join(found)
    return _("{years}, our estimate").format(years=said) if trace.year_estimated else said


def ways(routes: Sequence[Route]) -> str:
    """Return links to the levels, and words for the other ways."""
    names = route_names()
    return ", ".join(
        f"<a href='{address('/nivaer', niva=route)}'>{escape(names[route])}</a>"
        if route in LEVELS
        else escape(names[route])
        for route in routes
    )


def own_source(where: str) -> str:
    """Return a link to an address that somebody has given; it was checked when it was taken, and is not trusted."""
    return f"<a href='{escape(where)}' rel='nofollow noopener'>{escape(urlsplit(where).hostname or where)}</a>"


def source(where: str) -> str:
    """Return a link to a source of a trace: an address, or a section of the 2020 report."""
    if where.startswith("report-"):
        found = hub().sources[language()][f"inera-2020-{where.removeprefix('report-').replace('.', '-')}"]
        return (
            f"<a href='/om#alla-kallor'><span lang='sv'>{escape(found.title)}</span></a>, "
            f"{escape(found.publisher)}, {escape(found.seen)}"
        )
    return own_source(where)


def sources(trace: Trace) -> str:
    """Return links to all sources of a trace."""
    return "<br>".join(map(source, trace.sources))


def stated() -> Stated | None:
    """Return what regions state of themselves now; None when the database does not answer."""
    try:
        found = hub().corrections.standing()
    except Unavailable:
        return None
    return tuple((region, found[region]) for region in sorted(found))


def own_line(one: Correction) -> str:
    """Return who states something, and when."""
    return _("The region’s own statement, {date}").format(date=date(one.at.date()))


def region_link(region: RegionFacts) -> str:
    """Return a link to a region's page."""
    return f"<a href='{address('/regioner', region=region.code)}'>{escape(region.name)}</a>"


def trial() -> str:
    """Say that what regions state may be made up where made-up people may sign in."""
    if not hub().settings.demo:
        return ""
    return f"<p><strong class='hub-tag'>{escape(_('Trial'))}</strong> {escape(_('What regions state of themselves here may be made up.'))}</p>"


def database_away() -> str:
    """Say that what regions state cannot be read just now."""
    return f"<p class='hub-muted'>{escape(_('What regions state of themselves cannot be read just now; our reading is shown.'))}</p>"
