"""The demo visit: how it begins, the visit itself, and the four levels side by side."""

from functools import lru_cache
from html import escape

import streamlit as st

from components import html
from components.call import call
from components.into_plan import into_plan
from components.problems import sentence, summary
from components.session import hub, language, name_page, visitor
from components.words import _
from hub.call import rules
from hub.call.content import Variant
from hub.call.ice import ice_servers
from hub.call.reading import VisitReading
from hub.call.rules import ROLES, Role, Run
from hub.call.service import Wish, known_runs
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.handover import demo_items
from hub.html import address
from hub.language import Language

_COMPANY = ("ensam", "tva")
"""As it stands in the address: alone, or two together."""


def _reading() -> VisitReading:
    return hub().visit_readings[language()]


def _runs() -> tuple[Run, ...]:
    return known_runs(hub().visits, rules.read_runs(st.query_params.get("egna", "")))


def _banner() -> str:
    return f"<p class='hub-demo-banner'>{escape(_('Demo. Made-up people, no patient data, and nothing is kept.'))}</p>"


# --- Begin -----------------------------------------------------------------------------------------------------------


def start() -> None:
    """Draw what there is to choose, and open a room for it."""
    html.show(
        f"<h1>{escape(_('Try a video visit'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Play a whole visit, from booking to note, with a real call in the middle. You see what each level asks in steps, logins and risk.'))}</p>",
        _banner(),
    )
    above = st.container()
    levels = list(hub().visits.levels)
    asked = st.query_params.get("niva", "")
    level = st.radio(
        _("At which level?"), levels, key="demo-level", index=levels.index(asked) if asked in levels else 0,
        format_func=_reading().level_name, captions=[hub().levels[one][language()].short for one in levels],
    )  # fmt: skip
    variant = _variant(level)
    role = _role()
    together = _together()
    _note({"niva": level, "start": variant, "roll": role, "sallskap": _COMPANY[together]})
    if st.button(_("Begin the visit"), type="primary", key="demo-begin"):
        _open(Wish(level, variant, role, together, _runs()), above)
    html.show(
        f"<p><a class='hub-link' href='/kontroll'>{escape(_('Check camera, sound and connection first'))}</a></p>",
        _teaser(language(), hub().version),
    )


def _note(chosen: dict[str, str]) -> None:
    """Let the address say what is chosen; an address that says nothing stays so until something else is."""
    levels = hub().visits.levels
    first = next(iter(levels))
    plain = {"niva": first, "start": levels[first].variants[0].id, "roll": ROLES[0], "sallskap": _COMPANY[0]}
    said = {name: st.query_params[name] for name in chosen if name in st.query_params}
    if chosen != {**plain, **said} or (said and said != chosen):
        st.query_params.update(chosen)


def _variant(level: str) -> str:
    """Ask how the visit begins, where there are several ways."""
    variants = hub().visits.levels[level].variants
    if len(variants) == 1:
        return variants[0].id
    by_id: dict[str, Variant] = {one.id: one for one in variants}
    names = {one.id: one.name[language()] for one in variants}
    asked = st.query_params.get("start", "")
    return st.radio(
        _("How does it begin?"), list(by_id), key=f"demo-variant-{level}",
        index=list(by_id).index(asked) if asked in by_id else 0,
        format_func=lambda one: names[one], captions=[one.short[language()] for one in variants],
    )  # fmt: skip


def _role() -> Role:
    asked = st.query_params.get("roll", "")
    actors = hub().visits.words.actors
    names = {role: f"{actors[role][language()]}: {_reading().person(role).name}" for role in ROLES}
    return st.radio(
        _("Who are you?"), ROLES, key="demo-role", index=1 if asked == "staff" else 0,
        format_func=lambda role: names[role],
    )  # fmt: skip


def _together() -> bool:
    asked = st.query_params.get("sallskap", "")
    names = {_COMPANY[0]: _("Alone, with a recorded counterpart"), _COMPANY[1]: _("Two together, by a link")}
    chosen = st.radio(
        _("Alone or two together?"),
        _COMPANY,
        key="demo-company",
        index=1 if asked == _COMPANY[1] else 0,
        format_func=lambda one: names[one],
        captions=[
            _("You play both chairs and hear a made-up person in the call."),
            _("You get a link and a QR code for the other one. You see and hear each other."),
        ],
    )  # fmt: skip
    return chosen == _COMPANY[1]


def _open(wish: Wish, above: st.delta_generator.DeltaGenerator) -> None:
    try:
        token = hub().rooms.open(visitor(), wish)
    except Unavailable:
        with above:
            summary(_("There is no room just now"), [_("Many play at the same time. Try again in a few minutes.")])
    except (NotFound, Rejected) as error:
        with above:
            summary(_("The visit could not begin"), [sentence(error)])
    else:
        st.query_params.from_dict({"besok": token})
        st.rerun()


@lru_cache(maxsize=4)
def _teaser(language: Language, _version: str) -> str:
    return html.joined(
        f"<h2>{escape(_('The four levels, step by step'))}</h2>",
        hub().comparisons[language].strips((), utc_now()),
        f"<p><a class='hub-link' href='/prova?del=jamfor'>{escape(_('Compare the four levels'))}</a></p>",
    )


# --- The visit -------------------------------------------------------------------------------------------------------


def visit(token: str) -> None:
    """Draw the visit; it follows by itself, and no run of the page is needed until it is over."""
    name_page(_("Demo visit"))
    html.show(f"<h1>{escape(_('Demo visit'))}</h1>", _banner())
    call(token, ice_servers=ice_servers(hub().settings, utc_now()))


# --- Afterwards ------------------------------------------------------------------------------------------------------


def comparison() -> None:
    """Draw the four levels side by side, what to ask, and the way into a plan."""
    name_page(_("The four levels side by side"))
    runs = _runs()
    again = address("/prova", egna=rules.write_runs(runs)) if runs else "/prova"
    html.show(
        f"<a class='hub-link' href='{again}'>← {escape(_('Play one more'))}</a>"
        f"<h1>{escape(_('The four levels side by side'))}</h1>"
        f"<p class='hub-lead'>{escape(_('Counted from the steps of the demo: what people do by hand, where one logs in, and where an error can enter.'))}</p>",
        hub().comparisons[language()].table(runs, utc_now()),
        f"<h2>{escape(_('When something goes wrong'))}</h2>",
        hub().comparisons[language()].troubles(),
        f"<h2 id='fragor'>{escape(_('Questions to ask'))}</h2><p>{escape(_('Of your own region and its suppliers, before you choose.'))}</p>",
    )
    _questions(runs)


@st.fragment
def _questions(runs: tuple[Run, ...]) -> None:
    """Let the visitor choose questions and put them into a plan."""
    above = st.container()
    levels = list(hub().visits.levels)
    last = runs[-1].level if runs else levels[0]
    level = st.selectbox(
        _("Level"), levels, index=levels.index(last), format_func=_reading().level_name, key="demo-questions-level"
    )
    offered = {f"{level}-{place}": question for place, question in enumerate(_reading().questions(level))}
    places = {key: place for place, key in enumerate(offered)}
    into_plan(
        "demo-questions",
        offered,
        lambda chosen, of: demo_items(hub().visits, level, [places[key] for key in chosen], of),
        above,
        ticked=True,
        done=_("{count} questions now stand in the plan {title}."),
    )
