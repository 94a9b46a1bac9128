"""The items of a plan: all of them by stage, and one at a time."""

import datetime as dt
from functools import lru_cache
from html import escape
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import forum_beside, forum_place, html
from components.checklist import Did, Group, Row, checklist
from components.editor import editor
from components.meanwhile import begun
from components.plan_place import author_name, origin_name, place, stage_name, state_name, way
from components.privacy import hide_note
from components.problems import attempt, sentence
from components.session import answer_for, command, hub, visitor
from components.words import _, date, moment
from hub.errors import NotFound, Rejected, Unavailable
from hub.guide.answers import read_kept
from hub.handover import card_of, plan_basis
from hub.identity.rules import Action
from hub.language import Language
from hub.markdown import render_people
from hub.plan.items import LONGEST, STAGES, Basis, Comment, Difference, Item, NewItem, Plan, State, differences
from hub.plan.service import Access, Opened

# --- All -------------------------------------------------------------------------------------------------------------


def all_items(opened: Opened, access: Access) -> None:
    """Draw what to do, stage by stage, and the way to add more."""
    above = st.container()
    may = Action.PLAN_EDIT in opened.may
    _changed_since(opened, access, above, may=may)
    did = checklist(_groups(opened, access), key=f"list-{opened.plan.id}", may=may, language=opened.plan.language)
    if did:
        with attempt("list", above):
            _do(access, did)
    if may:
        _add(opened.plan, access, above)
        _answers(opened.plan, access)


def _do(access: Access, did: Did) -> None:
    if did.what in {"up", "down"}:
        hub().plans.move_item(visitor(), access, did.id, -1 if did.what == "up" else 1, did.command)
    else:
        hub().plans.set_state(visitor(), access, did.id, State(did.what), did.command)


def _groups(opened: Opened, access: Access) -> list[Group]:
    said: dict[str, int] = {}
    for comment in opened.comments:
        said[comment.item_id] = said.get(comment.item_id, 0) + 1
    groups = []
    for stage in ("", *STAGES):
        items = [item for item in opened.items if item.stage == stage]
        if not items and not stage:
            continue
        count = _("{done} of {all} done").format(
            done=sum(item.state is State.DONE for item in items),
            all=sum(item.state is not State.DROPPED for item in items),
        )
        count = count if items else ""
        rows = [
            _row(item, access, said.get(item.id, 0), first=number == 0, last=number == len(items) - 1)
            for number, item in enumerate(items)
        ]
        name = stage_name(stage) if stage else _("All along")
        groups.append(Group(stage or "all", name, count, stage in {"", opened.plan.stage}, rows))
    return groups


def _row(item: Item, access: Access, said: int, *, first: bool, last: bool) -> Row:
    about = [
        date(item.due_on) if item.due_on else "",
        (_("1 comment") if said == 1 else _("{count} comments").format(count=said)) if said else "",
        origin_name(item.origin),
    ]
    return Row(
        id=item.id,
        text=item.text,
        who=item.owner_role,
        about=" · ".join(filter(None, about)),
        state=state_name(item.state) if item.state in {State.DOING, State.DROPPED} else "",
        done=item.state is State.DONE,
        dropped=item.state is State.DROPPED,
        address=way(access, "punkter", punkt=item.id),
        link=_("Open"),
        first=first,
        last=last,
    )


def _add(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"add-{plan.id}"
    given = command(name)
    with st.expander(_("Add an item")), st.form(key=f"form-{given}", border=False):
        text = st.text_input(_("What is to be done?"), key=f"text-{given}", max_chars=LONGEST["text"])
        role = st.text_input(
            _("Who does it? (a role, not a person’s name)"), key=f"role-{given}", max_chars=LONGEST["owner_role"]
        )
        stage = st.selectbox(
            _("Stage"), ["", *STAGES], key=f"stage-{given}", format_func=_stage_choice,
            index=1 + STAGES.index(plan.stage),
        )  # fmt: skip
        due = st.text_input(_("Ready by (year-month-day)"), key=f"due-{given}", placeholder="2027-01-31")
        if st.form_submit_button(_("Add"), type="primary", key=f"send-{given}"):
            with attempt(name, above):
                item = NewItem(text, role, _day(due), State.OPEN, stage or "")
                hub().plans.add_item(visitor(), access, item, given)


def _answers(plan: Plan, access: Access) -> None:
    """Lead back to the guide with the plan's answers; this session remembers for which plan they are."""
    if st.button(_("Change the answers of the guide"), key=f"answers-{plan.id}", type="tertiary"):
        answer_for(access.plan_id, access.key, plan.title, plan.guide)
        st.switch_page("guide.py", query_params=dict(parse_qsl(plan.guide)))


def _stage_choice(stage: str) -> str:
    return stage_name(stage) if stage else _("All along")


def _day(given: str) -> dt.date | None:
    if not given.strip():
        return None
    try:
        return dt.date.fromisoformat(given.strip())
    except ValueError:
        raise Rejected("not-a-date", "due_on") from None


# --- What the guide says today ---------------------------------------------------------------------------------------


def basis_now(plan: Plan) -> Basis:
    """Return what the guide makes of a plan's answers today, in the plan's language."""
    return _basis(plan.guide, plan.language, hub().version)


@lru_cache(maxsize=64)
def _basis(guide: str, language: Language, _version: str) -> Basis:
    found = read_kept(guide, hub().guide.flow)
    return plan_basis(hub(), hub().plan_words[language], found.services, hub().step_stages)


def _changed_since(opened: Opened, access: Access, above: DeltaGenerator, *, may: bool) -> None:
    now = basis_now(opened.plan)
    found = differences(opened.plan.basis, now)
    if not found:
        return
    lines = "".join(f"<li>{_difference(one, opened.plan.language)}</li>" for one in found)
    html.show(
        f"<section class='hub-changed' aria-labelledby='andrat'><h2 id='andrat'>{escape(_('The guide says otherwise since you last looked'))}</h2>"
        f"<p>{escape(_('Rules or facts have changed. Your answers and items stand as they were.'))}</p><ul>{lines}</ul></section>"
    )
    name = f"accept-{opened.plan.id}"
    if may and st.button(_("Take it up: add new items and note the rest as seen"), key=f"take-{command(name)}"):
        with attempt(name, above):
            hub().plans.accept(visitor(), access, now, command(name))


def _difference(one: Difference, language: Language) -> str:
    before, after = escape(one.before or _("nothing")), escape(one.after or _("nothing"))
    frames = {
        "aim": _("The aim was {before} and is {after}."),
        "start": _("What can start was {before} and is {after}."),
        "gate": _("{subject} was {before} and is {after}."),
        "item-new": _("New to do: {after}"),
        "item-changed": _("Reworded: {before} is now {after}"),
        "item-gone": _("No longer proposed: {before}"),
    }
    return escape(frames[one.kind]).format(
        subject=f"<strong lang='{language}'>{escape(one.subject)}</strong>",
        before=f"<del lang='{language}'>{before}</del>" if one.before else before,
        after=f"<ins lang='{language}'>{after}</ins>" if one.after else after,
    )


# --- One -------------------------------------------------------------------------------------------------------------


def one(opened: Opened, access: Access, item_id: str) -> None:
    """Draw one item: its fields, what is said on it, and the way back."""
    back = f"<a class='hub-link' href='{place(access, 'punkter')}'>← {escape(_('Everything to do'))}</a>"
    item = next((one for one in opened.items if one.id == item_id), None)
    if item is None:
        html.show(back, f"<p>{escape(_('This item has been removed. It can be brought back in the history.'))}</p>")
        return
    html.show(
        back,
        f"<h2 id='punkt' lang='{opened.plan.language}'>{escape(item.text)}</h2>",
        forum_beside.told_by(card_of(item.origin)),
    )
    above = st.container()
    if Action.PLAN_EDIT in opened.may:
        _change(item, access, above, opened.plan.language)
    else:
        _show(item)
    _said(opened, item, access, above)
    about = forum_place.about_item(item, opened.plan.language)
    if about:
        html.show(forum_place.talk(about, item.text, heading="h3"))
    if Action.PLAN_EDIT in opened.may:
        _remove(item, access, above)


def _show(item: Item) -> None:
    pairs = (
        (_("Who does it"), item.owner_role),
        (_("Ready by"), date(item.due_on) if item.due_on else ""),
        (_("How far it has come"), state_name(item.state)),
        (_("Stage"), _stage_choice(item.stage)),
    )
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value or '–')}</dd></div>" for name, value in pairs)
    html.show(f"<dl class='hub-facts'>{rows}</dl>")


def _change(item: Item, access: Access, above: DeltaGenerator, language: Language) -> None:
    name = f"item-{item.id}"
    given = command(name)
    with above:
        began = begun(name, item, lambda: _theirs(item, language), version=lambda one: one.version)
    with st.form(key=f"form-{given}", border=False):
        text = st.text_area(
            _("What is to be done?"), began.text, key=f"text-{given}", max_chars=LONGEST["text"], height=130
        )
        role = st.text_input(
            _("Who does it? (a role, not a person’s name)"), began.owner_role, key=f"role-{given}",
            max_chars=LONGEST["owner_role"],
        )  # fmt: skip
        state = st.radio(
            _("How far has it come?"), list(State), key=f"state-{given}", horizontal=True,
            index=list(State).index(began.state), format_func=state_name,
        )  # fmt: skip
        stage = st.selectbox(
            _("Stage"), ["", *STAGES], key=f"stage-{given}", format_func=_stage_choice,
            index=["", *STAGES].index(began.stage),
        )  # fmt: skip
        due = st.text_input(
            _("Ready by (year-month-day)"), began.due_on.isoformat() if began.due_on else "", key=f"due-{given}"
        )
        saved = st.form_submit_button(_("Save"), type="primary", key=f"save-{given}")
    if saved:
        with attempt(name, above):
            new = NewItem(text, role, _day(due), State(state or began.state), stage or "")
            hub().plans.change_item(visitor(), access, item.id, began.version, new, given)


def _remove(item: Item, access: Access, above: DeltaGenerator) -> None:
    name = f"remove-{item.id}"
    html.show(f"<h3 id='ta-bort'>{escape(_('Remove the item'))}</h3>", hide_note("plan"))
    if st.button(_("Remove the item"), key=f"remove-{command(name)}"):
        with attempt(name, above):
            hub().plans.remove_item(visitor(), access, item.id, command(name))


def _theirs(item: Item, language: Language) -> str:
    about = (item.owner_role, state_name(item.state), date(item.due_on) if item.due_on else "")
    return (
        f"<blockquote lang='{language}'>{escape(item.text)}</blockquote>"
        f"<p class='hub-muted'>{escape(' · '.join(filter(None, about)))}</p>"
    )


def _said(opened: Opened, item: Item, access: Access, above: DeltaGenerator) -> None:
    comments = [comment for comment in opened.comments if comment.item_id == item.id]
    html.show(f"<h3 id='kommentarer'>{escape(_('Comments'))}</h3>")
    if not comments:
        html.show(f"<p class='hub-muted'>{escape(_('Nobody has said anything yet.'))}</p>")
    for comment in comments:
        _comment(opened, comment, access, above)
    if Action.PLAN_COMMENT not in opened.may:
        return
    sent = editor(
        f"kommentar-{item.id}",
        draft_id=f"plan:{opened.plan.id}:{item.id}",
        label=_("Write a comment. No personal identity numbers, nothing about patients."),
        submit_label=_("Comment"),
        max_chars=LONGEST["comment"],
        rows=4,
        done_label=_("The comment has been saved"),
        scope="fragment",
    )
    if sent:
        try:
            hub().plans.comment(visitor(), access, item.id, sent.text, sent.command_id)
        except (NotFound, Rejected, Unavailable) as error:
            sent.refused(sentence(error))
        sent.done()


def _comment(opened: Opened, comment: Comment, access: Access, above: DeltaGenerator) -> None:
    author = author_name(comment.author_name)
    text = render_people(comment.text) if comment.text else f"<p>{escape(_('Taken away by whoever wrote it.'))}</p>"
    support = f" <span class='hub-tag'>{escape(_('From support'))}</span>" if comment.support else ""
    html.show(
        f"<article class='hub-comment'><p><strong>{escape(author)}</strong>{support} "
        f"<span class='hub-muted'>{escape(moment(comment.created_at))}</span></p><div lang='{opened.plan.language}'>{text}</div></article>"
    )
    own = bool(visitor().person_id) and comment.author == visitor().person_id
    if own or Action.PLAN_EDIT in opened.may:
        name = f"uncomment-{comment.id}"
        if st.button(_("Take back"), key=f"take-{command(name)}", type="tertiary"):
            with attempt(name, above):
                hub().plans.remove_comment(visitor(), access, comment.id, command(name))
