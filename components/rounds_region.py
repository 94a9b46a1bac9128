"""One region in a round: where it stands among the others, what the next levels ask for, and the way into a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from components import charts, html, live, rounds, survey_files
from components.into_plan import into_plan
from components.parts import ways
from components.rounds import Asked, Place, region_name
from components.session import hub, language, name_page, visitor
from components.words import _
from hub import charts_levels as drawn
from hub.errors import NotFound, Unavailable
from hub.handover import round_items
from hub.html import address
from hub.levels.content import LevelId
from hub.survey.answering import Access
from hub.survey.round_views import EXAMPLE_IDS, further, medians, of_example, together
from hub.survey.rounds import Position, Profile, Summary, dimension_values, profile
from hub.survey.rounds import summary as lies_of
from hub.survey.visibility import Standing


@dataclass(frozen=True)
class Seen:
    """A region in a round, as the visitor may see it."""

    place: Place
    standing: Standing
    before: Standing | None
    """The same region in the round before, if the visitor may see that."""
    profile: Profile
    own: bool
    """Whether the visitor speaks for it."""


def page() -> None:
    """Draw the region that the address asks for."""
    wanted = rounds.asked()
    name_page(_("A region in a round"))
    speaks = not wanted.example and bool(wanted.region) and wanted.region == visitor().region
    try:
        place = rounds.find(Asked(wanted.example, wanted.round_id, "", wanted.region))
    except NotFound:
        place = None
    except Unavailable:
        rounds.page()
        return
    if place is None:
        _hidden(wanted)
    elif speaks:
        _followed(place)
    else:
        _draw(place)


@st.fragment
def _followed(place: Place) -> None:
    """Draw the visitor's own region, anew as soon as somebody in it has changed an answer."""
    channel = hub().rounds.channel(_access(place))
    seen = hub().topics.version(channel)
    try:
        _draw(rounds.find(place.asked) or place)
    except (NotFound, Unavailable):
        _hidden(place.asked)
    live.listen(channel, seen)


def _access(place: Place, round_id: str = "") -> Access:
    return Access(round_id or place.view.round.id, place.asked.region)


def _draw(place: Place) -> None:
    seen = _seen(place)
    if seen is None:
        if place.asked.region and place.asked.region == visitor().region and not place.view.example:
            _not_begun(place)
        else:
            _hidden(place.asked)
        return
    shown = charts.asked()
    html.show(
        _top(seen),
        _profile(seen, shown),
        _statements(seen),
        _ends(seen),
        _since(seen),
        _gaps(seen),
        "" if seen.place.view.example else survey_files.section(seen.place.view.round.id, seen.standing.region),
    )
    if seen.place.view.example:
        html.show(
            f"<p class='hub-muted'>{escape(_('In a real round you tick what to work with and put it into a plan. What is made up cannot be put there.'))}</p>"
        )
    elif seen.profile.gaps:
        _into_plan(seen)


def _seen(place: Place) -> Seen | None:
    """Return the region as the visitor may see it; None when there is nothing to see."""
    code, by = place.asked.region, visitor()
    own = not place.view.example and bool(code) and code == by.region
    found, before = place.view.standing(code), None
    if own:
        # Before it is handed in, too; what others answered it says nothing of.
        try:
            found = hub().rounds.own(by, _access(place))
        except NotFound:
            found = None
    if found is None or not found.answers:
        return None
    if place.view.earlier and place.view.example:
        before = _example_before(place, code)
    elif place.view.earlier:
        held = hub().rounds.standings(by, place.view.earlier)
        before = next((one for one in held if one.region == code), None)
    structure, figure = place.questionnaire.structure, place.view.figure
    made = profile(structure, found.answers, figure.counts, before.answers if before else None)
    return Seen(place, found, before, made, own)


def _example_before(place: Place, code: str) -> Standing | None:
    asked = place.questionnaire
    found = of_example(asked.structure, asked.version, (), len(rounds.codes()), EXAMPLE_IDS[-1], None)
    return found.standing(code) if found else None


def _hidden(wanted: Asked) -> None:
    """Say the same of a region that does not exist, has not answered, or shows itself to others than this visitor."""
    html.show(
        ways("runda"),
        f"<h1>{escape(_('Nothing to show of this region'))}</h1>",
        f"<p>{escape(_('There is no answer here that you may see by name. Either the address leads nowhere, or the region has not handed in, or it has chosen who sees its answer. Which of them it is cannot be told.'))}</p>",
        f"<div class='hub-actions'><a class='hub-button quiet' href='{Asked(wanted.example, '', '', '').to()}'>{escape(_('See the rounds'))}</a></div>",
    )


def _not_begun(place: Place) -> None:
    html.show(
        ways("runda"),
        f"<h1>{escape(region_name(place, place.asked.region))}</h1>",
        f"<p>{escape(_('Your region has not settled on any answer in {round} yet. As soon as it has, you see it here; nobody else does before it is handed in.').format(round=place.view.round.title[place.language]))}</p>",
        f"<div class='hub-actions'><a class='hub-button' href='{address('/enkat', **_access(place).query)}'>{escape(_('Answer the survey'))}</a>"
        f"<a class='hub-link' href='{place.asked.to(region='')}'>{escape(_('See the whole round'))}</a></div>",
    )


# --- What is shown ---------------------------------------------------------------------------------------------------


def _top(seen: Seen) -> str:
    place = seen.place
    who = {
        "public": _("The region shows its answers to everybody."),
        "named": _("The region shows its answers to those who speak for a region."),
        "aggregate": _("The region shows its answers to nobody by name. Only those who speak for it see this page."),
    }[seen.standing.visibility]
    state = ""
    if seen.own:
        handed_in = place.view.standing(seen.standing.region) is not None
        state = (
            _("The answers are handed in.")
            if handed_in
            else _("The answers are not handed in yet, so nobody else sees them and they count in no figure.")
        )
        state = f"<p>{escape(state)} <a href='{address('/enkat', **_access(place).query)}'>{escape(_('Go to the answers'))}</a></p>"
    return html.joined(
        ways("runda"),
        rounds.banner(place),
        f"<p class='hub-kicker'><a class='hub-link' href='{place.asked.to(region='')}'>← {escape(place.view.round.title[place.language])}</a></p>",
        f"<h1>{escape(region_name(place, seen.standing.region))}</h1>",
        f"<p class='hub-lead'>{escape(rounds.when(place))}</p>",
        f"<p>{escape(who)}</p>",
        state,
        f"<p>{escape(place.questionnaire.about[place.language])}</p>",
        f"<p class='hub-muted'>{escape(rounds.held_back())}</p>",
    )


def _against(place: Place) -> str:
    if place.view.stage == "closed":
        return _("Held against the figure for the whole country, which may hold the region itself.")
    return _("Held against regions that you may see by name, since the round has not closed.")


def _profile(seen: Seen, shown: str) -> str:
    place = seen.place
    own = medians(place.questionnaire.structure, seen.standing.answers)
    held = together(place.questionnaire.structure, place.view.figure)
    own_counts = dimension_values(place.questionnaire.structure, seen.standing.answers).values()
    rows, cells = [], []
    for name, level, mine, counts in zip(place.names, own, own_counts, held.values(), strict=True):
        lies = lies_of(counts)
        note = _("n = {n} answers").format(n=counts.n)
        if level is None:
            note = _("{note}; the region has too few levels here").format(note=note)
        rows.append(
            drawn.Place(name, note, level, lies.least, lies.low, lies.median, lies.high, lies.most)
            if lies
            else drawn.Place(name, note, level)
        )
        cells.append((name, _or_dash(level), str(mine.counts.n), *_places(lies), str(counts.n)))
    names = rounds.level_words(place)
    legend = (
        _("the region’s own median, with its level"),
        _("the median of all answers"),
        _("the middle half of the answers, between the quartiles"),
        _("all answers, from the lowest to the highest"),
    )
    return f"<h2>{escape(_('Profile'))}</h2>" + rounds.chart(
        place,
        "profil",
        rounds.sayings().profile(own, list(held.values())),
        lambda label, narrow: drawn.places(label, rows, legend, (names[0], names[-1]), mark=place.mark, narrow=narrow),
        charts.Table(
            (
                _("Dimension"), _("The region’s median"), _("n, the region’s levels"), _("Lowest"), _("Lower quartile"),
                _("Median"), _("Upper quartile"), _("Highest"), _("n, answers"),
            ),
            tuple(cells),
        ),
        how=_("The scale goes from level 1 to level 5. A level is an order and no amount, and a higher one is not always what a region needs."),
        base=_against(place),
        shown=shown,
    )  # fmt: skip


def _or_dash(level: int | None) -> str:
    return "–" if level is None else str(level)


def _places(lies: Summary | None) -> tuple[str, ...]:
    if lies is None:
        return ("–",) * 5
    return tuple(str(level) for level in (lies.least, lies.low, lies.median, lies.high, lies.most))


def _said(seen: Seen, id_: str) -> str:
    return seen.place.questionnaire.statements[id_].says[seen.place.language]


def _choice(place: Place, position: Position) -> str:
    if position.level is not None:
        return str(position.level)
    asked = place.questionnaire
    return {
        "dont-know": asked.dont_know[place.language],
        "not-applicable": asked.not_applicable[place.language],
    }.get(str(position.choice), "–")


def _statements(seen: Seen) -> str:
    where = {"below": _("below"), "within": _("within"), "above": _("above"), None: "–"}
    heads = (
        _("Statement"), _("The region"), _("Median"), _("Middle half"), _("All"), _("n, regions"), _("The region lies"),
    )  # fmt: skip
    rows = []
    for one in seen.profile.positions:
        lies = one.summary
        rows.append(
            (
                _said(seen, one.statement),
                _choice(seen.place, one),
                str(lies.median) if lies else "–",
                f"{lies.low}–{lies.high}" if lies else "–",
                f"{lies.least}–{lies.most}" if lies else "–",
                str(one.others.n),
                where[one.place],
            )
        )
    title = seen.place.titled(_("Every statement, with where the others lie"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>"
        + "".join(
            f"<td><span class='hub-label'>{escape(name)}: </span>{escape(cell)}</td>"
            for name, cell in zip(heads[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<section class='hub-saved' id='pastaenden'><h3>{escape(title)}</h3>"
        f"<div class='table-scroll' role='region' tabindex='0' aria-label='{escape(title)}'><table class='hub-stack hub-said hub-short'><caption class='hub-unseen'>{escape(title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"<p class='hub-source'>{rounds.source(seen.place, _against(seen.place))}</p>{charts.saved_as('csv')}</section>"
    )


def _ends(seen: Seen) -> str:
    made = seen.profile
    parts = []
    for name, end in ((_("Strongest"), made.strongest), (_("Weakest"), made.weakest)):
        if end is None:
            continue
        tied = _("{count} statements share level {level}:") if end.tied else _("One statement is at level {level}:")
        items = "".join(f"<li>{escape(_said(seen, one))}</li>" for one in end.statements)
        lead = tied.format(count=len(end.statements), level=end.level)
        parts.append(f"<section><h3>{escape(name)}</h3><p>{escape(lead)}</p><ul>{items}</ul></section>")
    if made.strongest and not made.weakest:
        parts.append(f"<p>{escape(_('All statements have the same level, so none is weaker than the others.'))}</p>")
    if made.unknown:
        items = "".join(f"<li>{escape(_said(seen, one))}</li>" for one in made.unknown)
        parts.append(
            f"<section><h3>{escape(_('Find out first'))}</h3><p>{escape(_('The region does not know its level here:'))}</p><ul>{items}</ul></section>"
        )
    if not parts:
        return ""
    return f"<h2>{escape(_('Strongest and weakest'))}</h2><div class='hub-pair hub-plain'>{''.join(parts)}</div>"


def _since(seen: Seen) -> str:
    head = f"<h2>{escape(_('Since the round before'))}</h2>"
    if seen.before is None or seen.place.view.earlier is None:
        return f"{head}<p>{escape(_('There is no earlier answer of the region to compare with.'))}</p>"
    moved = [one for one in seen.profile.positions if one.moved]
    lines = "".join(
        f"<li>{escape(_said(seen, one.statement))} <span class='hub-muted'>"
        + escape(
            (_("↑ from {before} to {now}") if (one.moved or 0) > 0 else _("↓ from {before} to {now}")).format(
                before=(one.level or 0) - (one.moved or 0), now=one.level
            )
        )
        + "</span></li>"
        for one in moved
    )
    said = rounds.sayings().steps(seen.profile.positions)
    earlier = _("Compared with {round}.").format(round=seen.place.view.earlier.title[seen.place.language])
    return f"{head}<p>{escape(said)}. {escape(earlier)}</p>" + (f"<ul>{lines}</ul>" if lines else "")


# --- What comes next -------------------------------------------------------------------------------------------------


def _gaps(seen: Seen) -> str:
    head = (
        f"<h2 id='nasta'>{escape(_('What the next level asks for'))}</h2>"
        f"<p>{escape(_('One step at a time. Where each leads in the hub is our choice; whether it is worth taking is the region’s.'))}</p>"
    )
    if not seen.profile.gaps:
        return f"{head}<p>{escape(_('There is no next level: no statement has a level below 5.'))}</p>"
    parts = []
    for dimension in seen.place.questionnaire.dimensions:
        held = [one for one in seen.profile.gaps if one.dimension == dimension.id]
        if held:
            items = "".join(_gap(seen, one) for one in held)
            parts.append(
                f"<details><summary>{escape(dimension.name[seen.place.language])} ({len(held)})</summary><ul class='hub-gaps'>{items}</ul></details>"
            )
    return head + "".join(parts)


def _gap(seen: Seen, gap: Position) -> str:
    place = seen.place
    statement = place.questionnaire.statements[gap.statement]
    if gap.next_level is None:
        return ""
    asks = _("From level {now} to {next}:").format(now=gap.level, next=gap.next_level)
    return (
        f"<li><p><strong>{escape(_said(seen, gap.statement))}</strong></p>"
        f"<p>{escape(asks)} {escape(statement.level(gap.next_level)[place.language])}</p>{_leads(seen, gap)}</li>"
    )


def _leads(seen: Seen, gap: Position) -> str:
    leads = seen.place.questionnaire.statements[gap.statement].leads
    texts = hub().requirements.words[language()].requirements
    levels = ", ".join(
        f"<a href='{address('/nivaer', niva=one)}'>{escape(_level_name(one))}</a>" for one in leads.levels
    )
    found = [f"{escape(_('Leads to:'))} {levels}"]
    found += [
        f"{escape(_('Requirement:'))} <a href='/krav#krav-{escape(one)}'>{escape(texts[one].text.rstrip('.'))}</a>"
        for one in leads.requirements
    ]
    if leads.demo:
        name = _("Try a visit: {level}").format(level=_level_name(leads.demo))
        found.append(f"<a href='{address('/prova', niva=leads.demo)}'>{escape(name)}</a>")
    ahead = further(seen.place.view.standings, gap.statement, gap.level or 1, seen.standing.region)
    if ahead:
        found.append(f"{escape(_('Have come further here and are glad to be asked:'))} {_asked_of(seen, ahead)}")
    return f"<ul class='hub-ways'>{''.join(f'<li>{one}</li>' for one in found)}</ul>"


def _asked_of(seen: Seen, ahead: Sequence[str]) -> str:
    names = [(code, region_name(seen.place, code)) for code in ahead]
    if seen.place.view.example:
        return escape(", ".join(name for _code, name in names))
    return ", ".join(f"<a href='{address('/regioner', region=code)}'>{escape(name)}</a>" for code, name in names)


def _level_name(level: str) -> str:
    return hub().national[language()].name if level == "national" else hub().levels[LevelId(level)][language()].name


# --- Into a plan -----------------------------------------------------------------------------------------------------


@st.fragment
def _into_plan(seen: Seen) -> None:
    """Let the visitor choose steps and put them into a plan."""
    html.show(
        f"<h2 id='plan'>{escape(_('Put steps into a plan'))}</h2>"
        f"<p>{escape(_('Tick what you will work with. Each becomes something to do in the plan, with the words of the next level.'))}</p>"
    )
    above = st.container()
    steps = {one.statement: one.next_level for one in seen.profile.gaps if one.next_level}
    into_plan(
        "round-gaps",
        {one: _said(seen, one).replace(":", " –") for one in steps},
        lambda chosen, of: round_items(
            seen.place.questionnaire, seen.place.view.round.id, {one: steps[one] for one in chosen}, of
        ),
        above,
        ticked=False,
        done=_("{count} steps now stand in the plan {title}."),
    )
