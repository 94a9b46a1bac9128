"""The survey: the rounds there are, and a region's part in one."""

from html import escape
from urllib.parse import quote

import streamlit as st

from components import html, live, survey_dimension, survey_part
from components.problems import summary
from components.session import hub, name_page, visitor
from components.survey_place import (
    about,
    first_day,
    place,
    region_name,
    results,
    round_name,
    stage_of,
    told_region,
    when,
)
from components.words import _
from hub.errors import NotFound
from hub.survey.answering import Access, Sheet
from hub.survey.rounds import Round


def start() -> None:
    """Draw the rounds there are, or what a round will be when there is none."""
    rounds = hub().rounds.all()
    newest = hub().questionnaires[max(hub().questionnaires)]
    head = f"<h1>{escape(_('Answer for your region'))}</h1>"
    if not rounds:
        html.show(
            head,
            f"<p class='hub-lead'>{escape(_('No round is open for answers, and none is planned here yet. When one opens, it is answered on this page.'))}</p>",
            _how(),
            about(newest),
            _meanwhile(),
        )
        return
    html.show(
        head,
        f"<p class='hub-lead'>{escape(_('A round asks every region where it stands with digital care meetings: nine areas, three statements in each.'))}</p>",
        *(_listed(stage, heading, rounds) for stage, heading in _headings().items()),
        _how(),
        about(newest),
        "" if any(stage_of(one) == "closed" for one in rounds) else _meanwhile(quiet=True),
    )


def _headings() -> dict[str, str]:
    return {"open": _("Open now"), "coming": _("Coming"), "closed": _("Closed")}


def _listed(stage: str, heading: str, rounds: tuple[Round, ...]) -> str:
    found = [one for one in rounds if stage_of(one) == stage]
    items = "".join(
        f"<li><div><h3>{escape(round_name(one))}</h3><p class='hub-muted'>{escape(when(one))}</p></div>{_way(one)}</li>"
        for one in found
    )
    return f"<h2>{escape(heading)}</h2><ul class='hub-rows hub-rounds'>{items}</ul>" if found else ""


def _way(round_: Round) -> str:
    """Return the way on from a round, for whoever asks."""
    stage, region = stage_of(round_), visitor().region
    if stage == "closed":
        return f"<a class='hub-link' href='{results(round_)}'>{escape(_('See the results'))}</a>"
    if stage == "coming":
        return ""
    if region:
        words = _("Answer for {region}").format(region=told_region(region))
        return f"<a class='hub-button' href='{place(Access(round_.id, region))}'>{escape(words)}</a>"
    if visitor().signed_in:
        return f"<p>{escape(_('Only those who speak for a region in the hub can begin. Colleagues get a link from them.'))}</p>"
    return f"<a class='hub-button' href='/auth/login?next=/enkat'>{escape(_('Sign in to answer'))}</a>"


def _how() -> str:
    steps = (
        (
            _("Somebody who speaks for the region begins"),
            _("They choose who may see the answers, and send a link to their colleagues."),
        ),
        (
            _("Colleagues answer one by one"),
            _(
                "One chooses the description that is true today. “Don’t know” is a full answer. Nobody needs to sign in."
            ),
        ),
        (
            _("The region settles on one answer"),
            _(
                "Where colleagues see things differently it shows. You agree on an answer for each statement, and hand in."
            ),
        ),
    )
    items = "".join(f"<li><strong>{escape(name)}</strong><p>{escape(text)}</p></li>" for name, text in steps)
    return f"<h2>{escape(_('How a round goes'))}</h2><ol class='hub-way'>{items}</ol>"


def _meanwhile(*, quiet: bool = False) -> str:
    """Return what there is to read before a round has closed.

    Args:
        quiet: whether something else on the page is what one has come for.
    """
    return (
        f"<h2>{escape(_('In the meantime'))}</h2>"
        f"<p>{escape(_('The only answers from all over the country are those of 2020. There is also an example with made-up regions, which shows what a round will give.'))}</p>"
        f"<div class='hub-actions'><a class='hub-button{' quiet' if quiet else ''}' href='/mognad?del=svar'>{escape(_('Read the answers of 2020'))}</a>"
        f"<a class='hub-link' href='/mognad?del=runda&amp;exempel=1'>{escape(_('See the example'))}</a></div>"
    )


# --- A region's part -------------------------------------------------------------------------------------------------


def part(access: Access, dimension: str) -> None:
    """Draw a region's part in a round, or one dimension of it; it follows what others do."""
    try:
        sheet = hub().rounds.sheet(visitor(), access)
    except NotFound:
        _closed_to_you(access)
        return
    name_page(_title(sheet, access, dimension))
    _followed(access, dimension)


def _title(sheet: Sheet, access: Access, dimension: str) -> str:
    found = next((one for one in sheet.questionnaire.dimensions if one.id == dimension), None)
    return survey_dimension.name(found) if found else f"{round_name(sheet.round)}, {region_name(access.region)}"


@st.fragment
def _followed(access: Access, dimension: str) -> None:
    channel = hub().rounds.channel(access)
    seen = hub().topics.version(channel)
    try:
        sheet = hub().rounds.sheet(visitor(), access)
    except NotFound:
        _closed_to_you(access)
        return
    asked = {one.id: one for one in sheet.questionnaire.dimensions}
    if sheet.part is None:
        survey_part.begin(sheet, access)
    elif dimension in asked:
        survey_dimension.draw(sheet, access, asked[dimension])
    else:
        survey_part.overview(sheet, access)
    live.listen(channel, seen)


def _closed_to_you(access: Access) -> None:
    """Tell somebody who may not answer for a region why, and what to do."""
    found = next((one for one in hub().rounds.all() if one.id == access.round_id), None)
    html.show(f"<h1>{escape(_('The answer cannot be opened'))}</h1>")
    summary(
        _("The answer cannot be opened"),
        [
            _(
                "The link is not whole or has been replaced, or you do not speak for this region in the hub. Ask whoever sent it for a new link, or sign in."
            )
        ],
    )
    here = quote(f"/enkat?runda={access.round_id}&region={access.region}")
    html.show(
        "<div class='hub-actions'>"
        + (
            ""
            if visitor().signed_in
            else f"<a class='hub-button' href='/auth/login?next={here}'>{escape(_('Sign in'))}</a>"
        )
        + f"<a class='hub-link' href='/enkat'>{escape(_('To the rounds'))}</a></div>"
        + (
            f"<p class='hub-muted'>{escape(_('{round} opens {day}.').format(round=round_name(found), day=first_day(found)))}</p>"
            if found and stage_of(found) == "coming"
            else ""
        )
    )
