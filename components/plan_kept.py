"""The kept plan: what stands on top of each of its parts, and the parts by name."""

from collections.abc import Mapping
from contextlib import suppress
from html import escape

import streamlit as st

from components import html, live, plan_items, plan_parts
from components.plan_place import PARTS, place, region_name, stage_name
from components.problems import attempt, summary
from components.session import command, hub, name_page, visitor
from components.words import _, date, plain_label
from hub.errors import NotFound, Unavailable
from hub.html import address
from hub.identity.rules import Action, Notices
from hub.plan.items import STAGES, Plan, State
from hub.plan.service import Access, Opened


def start() -> None:
    """Draw the visitor's own plans, those this browser has opened, and the way to a new one."""
    plans, news = hub().plans.mine(visitor()), told()
    kept = "".join(
        f"<li><a href='{address('/plan', id=plan.id)}'>{escape(plan.title)}</a> "
        f"<span class='hub-muted'>{escape(_about(plan))}</span>{_news(plan, news)}</li>"
        for plan in plans
    )
    html.show(
        f"<h1>{escape(_('Plans'))}</h1>"
        f"<p class='hub-lead'>{escape(_('A plan carries the work from the first look to a running service: what to do, who does it, and which stage you are in. It begins with the answers of the guide.'))}</p>",
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Begin with the guide'))}</a>"
        f"<a class='hub-link' href='/tavla'>{escape(_('See which stage regions are in'))}</a></div>",
        "" if plans else _how(),
        f"<h2>{escape(_('Your plans'))}</h2><ul class='hub-hits'>{kept}</ul>" if plans else "",
        f"<section data-lists-plans data-forget='{escape(_('Forget'))}'>"
        f"<h2>{escape(_('Opened in this browser'))}</h2><p class='hub-muted' data-none>{escape(_('No plan has been opened here yet. A plan kept without signing in is found by its link, so save the link.'))}</p>"
        "<ul class='hub-hits'></ul></section>",
    )
    deleted()


def _how() -> str:
    """Return the way to a plan, in three steps."""
    steps = (
        (_("Answer the guide"), _("You get a proposed way to 1177. “Do not know” is a full answer.")),
        (
            _("Keep the result"),
            _("What to do is filled in from your answers, in seven stages from direction to service."),
        ),
        (_("Share the link"), _("Everyone with the link works in the same plan. Nobody needs to sign in.")),
    )
    items = "".join(f"<li><strong>{escape(name)}</strong><p>{escape(text)}</p></li>" for name, text in steps)
    return f"<h2>{escape(_('How it becomes a plan'))}</h2><ol class='hub-way'>{items}</ol>"


def told() -> Mapping[str, int]:
    """Return how many changes there are to tell of in each plan, for whoever wants to be told."""
    by = visitor()
    if not by.signed_in or hub().accounts.own(by).person.notices != Notices.HUB:
        return {}
    return hub().plans.news(by)


def _news(plan: Plan, news: Mapping[str, int]) -> str:
    count = news.get(plan.id, 0)
    if not count:
        return ""
    said = _("1 change by others") if count == 1 else _("{count} changes by others").format(count=count)
    return f" <a class='hub-tag' href='{place(Access(plan.id), 'historik')}'>{escape(said)}</a>"


@st.fragment
def deleted() -> None:
    """Draw the plans that can be brought back."""
    plans = hub().plans.deleted(visitor())
    if not plans:
        return
    above = st.container()
    html.show(f"<h2>{escape(_('Deleted'))}</h2>")
    for plan in plans:
        name = f"restore-{plan.id}"
        given = command(name)
        when = date(plan.deleted_at.date()) if plan.deleted_at else ""
        html.show(
            f"<p>{escape(plan.title)} <span class='hub-muted'>{escape(_('deleted {date}').format(date=when))}</span></p>"
        )
        if st.button(_("Bring back {title}").format(title=plain_label(plan.title)), key=f"restore-{given}"):
            with attempt(name, above):
                hub().plans.restore(visitor(), Access(plan.id), given)


def page(plan_id: str, key: str) -> None:
    """Draw one part of a plan; it follows what others do."""
    access = Access(plan_id, key)
    part = st.query_params.get("del", PARTS[0])
    try:
        opened = hub().plans.open(visitor(), access)
    except NotFound:
        _not_found()
        return
    name_page(opened.plan.title)
    with suppress(NotFound, Unavailable):
        # A plan can be read although it cannot be noted that it has been.
        hub().plans.look(visitor(), access)
    _followed(access, part if part in PARTS else PARTS[0], _topic(opened))


@st.fragment
def _followed(access: Access, part: str, topic: str) -> None:
    try:
        opened, seen = _current(access, topic)
    except NotFound:
        _not_found()
        return
    _top(opened, access, part)
    item = st.query_params.get("punkt")
    if part == "punkter" and item:
        plan_items.one(opened, access, item)
    else:
        draw = {
            "punkter": plan_items.all_items,
            "skede": plan_parts.stages,
            "underlag": plan_parts.document,
            "anteckningar": plan_parts.notes,
            "historik": plan_parts.history,
            "dela": plan_parts.sharing,
        }[part]
        draw(opened, access)
    live.listen(_topic(opened), seen)


def _current(access: Access, topic: str) -> tuple[Opened, int]:
    """Return the plan, and the version of its topic from before it was read: what changes meanwhile counts as unseen.

    Args:
        access: to the plan.
        topic: where it was last followed; it may have got another since.
    """
    while True:
        seen = hub().topics.version(topic)
        opened = hub().plans.open(visitor(), access)
        if topic == _topic(opened):
            return opened, seen
        topic = _topic(opened)


def _topic(opened: Opened) -> str:
    return f"plan-{opened.plan.channel}"


def _not_found() -> None:
    html.show(f"<h1>{escape(_('The plan cannot be opened'))}</h1>")
    summary(
        _("The plan cannot be opened"),
        [
            _(
                "The link is not whole, has been replaced, or leads to a plan that only some may open. Ask whoever sent it for a new link, or sign in."
            )
        ],
    )
    html.show(
        f"<div class='hub-actions'><a class='hub-button' href='/plan'>{escape(_('Your plans'))}</a></div>",
    )


def _top(opened: Opened, access: Access, part: str) -> None:
    plan = opened.plan
    names = {
        "punkter": _("To do"),
        "skede": _("Stage"),
        "underlag": _("Board document"),
        "anteckningar": _("Notes"),
        "historik": _("History"),
        "dela": _("Share"),
    }
    tabs = "".join(
        f"<li><a href='{place(access, name)}'{' aria-current=page' if name == part else ''}>{escape(text)}</a></li>"
        for name, text in names.items()
    )
    open_items = [item for item in opened.items if item.state is not State.DROPPED]
    done = sum(item.state is State.DONE for item in open_items)
    link = place(access, PARTS[0])
    reads = "" if Action.PLAN_EDIT in opened.may else " · " + _may(opened)
    html.show(
        f"<p class='hub-kicker'><a href='/plan'>{escape(_('Plans'))}</a> · {escape(region_name(plan) + reads)}</p>"
        f"<h1 data-remembers-plan='{link}' lang='{plan.language}'>{escape(plan.title)}</h1>"
        f"<p class='hub-planline'><strong>{escape(_('Stage {place} of {all}: {name}').format(place=STAGES.index(plan.stage) + 1, all=len(STAGES), name=stage_name(plan.stage)))}</strong> "
        f"<span class='hub-muted'>{escape(_('since {date}').format(date=date(plan.stage_at.date())))}</span> "
        f"<span>{escape(_('{done} of {all} done').format(done=done, all=len(open_items)))}</span>"
        f"<progress max='{max(1, len(open_items))}' value='{done}' aria-hidden='true'></progress></p>",
        f"<nav class='hub-tabs' aria-label='{escape(_('Parts of the plan'))}'><ul>{tabs}</ul></nav>",
    )


def _may(opened: Opened) -> str:
    """Return what somebody may do who may not change the plan."""
    if Action.PLAN_COMMENT in opened.may:
        return _("You can read and comment, but not change")
    return _("You can read but not change")


def _about(plan: Plan) -> str:
    return " · ".join(
        (region_name(plan), stage_name(plan.stage), _("changed {date}").format(date=date(plan.changed_at.date())))
    )
