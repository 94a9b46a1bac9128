"""Where things stand, in short: what is known, what is not, and the ways on."""

from functools import lru_cache
from html import escape

from components import charts, html
from components.parts import ways
from components.problems import summary
from components.session import hub, language
from components.statements import draw, unknown_list
from components.survey_place import results, round_name, stage_of, when
from components.words import _, date, number
from hub.errors import Unavailable
from hub.language import Language
from hub.survey.mart import Mart
from hub.survey.rules import ANSWERED
from hub.survey.sayings import latest_visits


def opening(mart: Mart, unknown: str | None) -> None:
    """Draw what is known and what is not; an address with a part that does not exist says so first."""
    if unknown:
        summary(
            _("That part does not exist"),
            [_("There is no part called “{part}”. The parts that exist are below.").format(part=unknown[:40])],
        )
    html.show(_opening(mart, charts.asked(), language(), hub().version), _next_round(), _ending(mart))


@lru_cache(maxsize=16)
def _opening(mart: Mart, table: str, language: Language, _version: str) -> str:
    regions, series, statements, lists = mart.regions(), mart.series(), mart.statements(), mart.lists()
    traced = sum(bool(region.traces) for region in regions)
    latest = latest_visits(series)
    doors = (
        (
            "/mognad?del=svar",
            _("Answers 2020"),
            _("{answered} of {all} regions answered. {statements} statements, of which {drawn} can be drawn.").format(
                answered=ANSWERED,
                all=len(regions),
                statements=len(statements),
                drawn=sum(statement.drawn for statement in statements),
            ),
            _("Read the answers"),
        ),
        (
            "/mognad?del=listor",
            _("What they listed"),
            _("Challenges, effects, functions and pilots: {items} lines in {lists} lists.").format(
                items=sum(one.items for one in lists), lists=len(lists)
            ),
            _("Search the lists"),
        ),
        (
            "/mognad?del=sedan",
            _("Numbers since then"),
            _(
                "{values} published numbers, each with source and year. The latest Swedish volumes are from {year}."
            ).format(values=number(sum(len(one.values) for one in series)), year=latest),
            _("See the numbers"),
        ),
        (
            "/regioner",
            _("The regions, one by one"),
            _(
                "For {traced} of {all} regions something is publicly known of how their video meetings meet 1177."
            ).format(traced=traced, all=len(regions)),
            _("See the map"),
        ),
    )
    cards = "".join(
        f"<section class='hub-door'><h3>{escape(name)}</h3><p>{escape(text)}</p><a class='hub-link' href='{address}'>{escape(go)}</a></section>"
        for address, name, text, go in doors
    )
    apart = len(mart.contradictions())
    return html.joined(
        ways(),
        f"<h1>{escape(_('Where things stand'))}</h1>",
        f"<p class='hub-lead'>{escape(_('The only survey of all regions is from 2020. Since then there are single numbers and traces of single regions, and much that nobody has counted.'))}</p>",
        f"<h2>{escape(_('What is known'))}</h2><div class='hub-doors hub-four'>{cards}</div>",
        draw(mart, "national", mart.statements(), "/mognad", table=table),
        draw(mart, "use", mart.statements(), "/mognad", table=table),
        f"<p>{escape(_('In {count} places the report says two things, or another source says otherwise.').format(count=apart))} "
        f"<a href='/mognad?del=svar#motsagelser'>{escape(_('Both are shown'))}</a></p>",
        unknown_list(mart.unknowns("survey"), language),
    )


def _next_round() -> str:
    """Return the way into the round that is open, and to the results of those that have been."""
    head = f"<h2 id='omgangar'>{escape(_('Rounds of the survey'))}</h2>"
    try:
        rounds = hub().rounds.all()
    except Unavailable:
        return head + f"<p>{escape(_('The rounds cannot be read just now. Try again in a moment.'))}</p>"
    opened = [one for one in rounds if stage_of(one) == "open"]
    closed = [one for one in rounds if stage_of(one) == "closed"]
    lines = [
        f"<p><strong>{escape(round_name(one))}.</strong> {escape(when(one))}. <a href='/enkat'>{escape(_('Answer for your region'))}</a> · <a href='{results(one)}'>{escape(_('What has come in so far'))}</a></p>"
        for one in opened
    ] or [
        f"<p>{escape(_('No round is open for answers. When one opens, the way in is here.'))} <a href='/enkat'>{escape(_('How a round goes'))}</a></p>"
    ]
    past = "".join(
        f"<li><a href='{results(one)}'>{escape(round_name(one))}</a> <span class='hub-muted'>{escape(when(one))}</span></li>"
        for one in closed
    )
    return head + "".join(lines) + (f"<ul>{past}</ul>" if past else "")


def _ending(mart: Mart) -> str:
    return html.joined(
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Find out what fits you'))}</a></div>",
        f"<p class='hub-muted'>{escape(_('The 2020 survey was published {published}. What is said of later years was read {read}.').format(published=date(mart.origin.published), read=date(mart.origins['indicators'].received)))}</p>",
    )
