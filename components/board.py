"""The board: who is where."""

from html import escape

import streamlit as st

from components import html, live
from components.plan_place import region_name, stage_name, today
from components.session import hub, visitor
from components.words import _, date
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.plan.items import STAGES, Plan


@st.fragment
def page() -> None:
    """Draw the stages with the regions in each, and the same as a table."""
    seen = hub().topics.version("board")
    board = hub().plans.board(visitor())
    html.show(
        f"<h1>{escape(_('How far the regions have come'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Regions that choose to show it say here which stage their work is in. Ask one that has come further.'))}</p>",
        f"<p><strong class='hub-tag'>{escape(_('Trial'))}</strong> {escape(_('Plans and stages here may be made up.'))}</p>"
        if hub().settings.demo
        else "",
        _stages(board.shown) if board.shown else _nobody(),
        _table(board.shown),
        _asking(board.asking) if allowed(visitor(), Action.BOARD_SUPPORT) else "",
        f"<p class='hub-muted'>{escape(_('Source: the regions’ own plans in the hub, as they stand today, {date}. A region that is not shown has not chosen to be, or has no plan here; nothing follows from that.').format(date=date(today())))}</p>"
        f"<div class='hub-actions'><a class='hub-link' href='/plan'>{escape(_('Your plans'))}</a><a class='hub-link' href='/regioner'>{escape(_('See how each region connects'))}</a></div>",
    )
    live.listen("board", seen)


def _nobody() -> str:
    return (
        f"<p>{escape(_('No region shows its stage yet. Whoever speaks for a region can show it from the region’s plan, under Stage.'))}</p>"
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Begin with the guide'))}</a></div>"
    )


def _stages(plans: tuple[Plan, ...]) -> str:
    parts = []
    for number, stage in enumerate(STAGES, start=1):
        here = sorted((plan for plan in plans if plan.stage == stage), key=region_name)
        regions = "".join(f"<li>{escape(region_name(plan))}</li>" for plan in here)
        parts.append(
            f"<li class='{'has' if here else ''}'><h3>{number}. {escape(stage_name(stage))}</h3>"
            + (f"<ul>{regions}</ul>" if here else f"<p class='hub-muted'>{escape(_('None'))}</p>")
            + "</li>"
        )
    return f"<h2 class='hub-unseen'>{escape(_('By stage'))}</h2><ol class='hub-board'>{''.join(parts)}</ol>"


def _table(plans: tuple[Plan, ...]) -> str:
    if not plans:
        return ""
    asks = f"<span class='hub-tag'>{escape(_('Asks for help'))}</span>"
    rows = "".join(
        f"<tr><th scope='row'>{escape(region_name(plan))}</th><td>{escape(stage_name(plan.stage))}</td>"
        f"<td>{escape(date(plan.stage_at.date()))}</td><td>{escape(_long(plan))}</td>"
        f"<td>{asks if plan.asks_help else ''}</td></tr>"
        for plan in sorted(plans, key=region_name)
    )
    heads = (_("Region"), _("Stage"), _("Since"), _("So long"), _("Help"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    return (
        f"<div class='table-scroll'><table class='hub-stack hub-board-table'><caption>{escape(_('Regions that show their stage'))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _long(plan: Plan) -> str:
    days = max(0, (today() - plan.stage_at.date()).days)
    return _("1 day") if days == 1 else _("{count} days").format(count=days)


def _asking(plans: tuple[Plan, ...]) -> str:
    if not plans:
        return f"<h2>{escape(_('Asking for help'))}</h2><p>{escape(_('Nobody asks for help just now.'))}</p>"
    rows = "".join(
        f"<li><a href='{address('/plan', id=plan.id)}'>{escape(plan.title)}</a> "
        f"<span class='hub-muted'>{escape(' · '.join((region_name(plan), stage_name(plan.stage), _long(plan))))}</span>"
        f"<br>{escape(plan.asks_help)}</li>"
        for plan in plans
    )
    return (
        f"<h2>{escape(_('Asking for help'))}</h2><p>{escape(_('Shown to those who give support. Open a plan and answer on its items.'))}</p>"
        f"<ul class='hub-hits'>{rows}</ul>"
    )
