"""The way into a plan: which plan, which of what is offered, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import html
from components.problems import attempt
from components.session import command, hub, visitor
from components.words import _, plain_label
from hub.errors import NotFound, Rejected
from hub.language import Language
from hub.plan.items import NewItem
from hub.plan.service import Access

Made = Callable[[Sequence[str], Language], Sequence[NewItem]]
"""From what was chosen and the plan's language to the items to add."""


def into_plan(
    form: str, offered: Mapping[str, str], made: Made, above: DeltaGenerator, *, ticked: bool, done: str
) -> None:
    """Let the visitor choose what goes into which plan, and put it there.

    Args:
        form: names the command.
        offered: what can be chosen, as shown, by key.
        made: makes items of what was chosen.
        above: where a problem is said.
        ticked: whether all is chosen to begin with.
        done: what to say then, with places for ``count`` and ``title``.
    """
    plans = {plan.id: plan for plan in hub().plans.mine(visitor())}
    # Outside the form, as the field for a link depends on it.
    to = (
        st.selectbox(_("Into which plan?"), [*plans, ""], key=f"{form}-plan", format_func=lambda one: plans[one].title if one else _("Another plan, by its link"))
        if plans
        else ""
    )  # fmt: skip
    given = command(form)
    with st.form(key=f"form-{given}", border=False):
        chosen = [
            key
            for key, said in offered.items()
            if st.checkbox(plain_label(said), value=ticked, key=f"choice-{given}-{key}")
        ]
        link = st.text_input(_("The plan’s link for editing"), key=f"link-{given}", max_chars=400) if not to else ""
        sent = st.form_submit_button(_("Put them into the plan"), type="primary", key=f"send-{given}")
    if not plans:
        html.show(
            f"<p class='hub-muted'>{escape(_('No plan yet? It begins with the guide.'))} <a href='/valj'>{escape(_('Begin with the guide'))}</a></p>"
        )
    if sent:
        with attempt(form, above):
            _put(Access(to) if to else None, link, chosen, made, given, done)


def _put(access: Access | None, link: str, chosen: Sequence[str], made: Made, given: str, done: str) -> None:
    if not chosen:
        raise Rejected("nothing-chosen")
    where = access or Access.of_link(link)
    try:
        plan = hub().plans.open(visitor(), where).plan
    except NotFound as error:
        if access is None:
            raise Rejected("no-plan-link") from error
        raise
    items = made(chosen, plan.language)
    hub().plans.add_items(visitor(), where, items, given)
    st.toast(done.format(count=len(items), title=plan.title))
