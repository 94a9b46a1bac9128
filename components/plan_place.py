"""Where the parts of a plan are found, and what its stages and regions are called."""

import datetime as dt
from html import escape
from urllib.parse import urlencode

from components.session import hub, language
from components.words import _
from hub.plan.items import Plan, State
from hub.plan.service import Access
from hub.visitor import FORMER

PARTS = ("punkter", "skede", "underlag", "anteckningar", "historik", "dela")
"""As they stand in the address; the first is shown when none is named."""


def way(access: Access, part: str, **more: str) -> str:
    """Return the address of a part of a plan."""
    named = {} if part == PARTS[0] else {"del": part}
    return f"/plan?{urlencode({**access.query, **named, **more})}"


def place(access: Access, part: str, **more: str) -> str:
    """Return the address of a part of a plan, ready to stand in an attribute."""
    return escape(way(access, part, **more))


def stage_name(stage: str) -> str:
    """Return what a stage is called."""
    return hub().stage_words[language()].stages[stage].name


def region_name(plan: Plan) -> str:
    """Return the region a plan is kept for, in words."""
    return hub().regions.name(plan.region, language()) if plan.region else _("Not kept for a region")


def state_name(state: State) -> str:
    """Return how far an item has come, in words."""
    return hub().plan_words[language()].todo.states[state]


def origin_name(origin: str) -> str:
    """Return where an item came from, in words; nothing for what was written in the plan."""
    if origin.startswith("guide:"):
        return _("from the guide")
    if origin.startswith("demo:"):
        return _("from a demo visit")
    if origin.startswith("card:"):
        return _("from an experience card")
    return ""


def author_name(name: str) -> str:
    """Return who wrote something or changed it, in words."""
    if name == FORMER:
        return _("A former member")
    return name or _("Somebody with the link")


def today() -> dt.date:
    """Return the present day."""
    return dt.datetime.now(dt.UTC).date()
