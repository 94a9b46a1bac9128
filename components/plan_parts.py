"""The other parts of a plan: its stage, its board document, notes, history and links."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import html
from components.editor import editor
from components.meanwhile import begun
from components.plan import LONG, own_texts
from components.plan_place import author_name, place, stage_name, state_name, today
from components.privacy import hide_note
from components.problems import attempt, sentence
from components.session import command, hub, kept, language, renew, visitor
from components.words import _, date, day_and_time
from hub.errors import NotFound, Rejected, Unavailable
from hub.guide.answers import read_kept
from hub.handover import plan_document
from hub.identity.rules import Action
from hub.language import Language
from hub.markdown import render_people
from hub.plan.items import LONGEST, STAGES, UNDOABLE, Event, Item, Plan, State, new_key
from hub.plan.reading import preview
from hub.plan.rules import LIMITS, Document
from hub.plan.service import Access, Opened

# --- Stage -----------------------------------------------------------------------------------------------------------


def stages(opened: Opened, access: Access) -> None:
    """Draw the seven stages with what each asks, and where the plan is."""
    plan, above = opened.plan, st.container()
    words = hub().stage_words[language()]
    listed = _stage_list(plan.stage, language(), hub().version)
    lead = f"<p class='hub-lead'>{escape(words.lead)}</p>"
    if Action.PLAN_EDIT not in opened.may:
        html.show(lead, listed)
        return
    html.show(lead, _ways())
    left, beside = st.columns([2, 1], gap="large")
    with left:
        html.show(listed)
    with beside:
        _choose_stage(plan, access, above)
        _help(plan, access, above)
        _publish(opened, access, above)


def _ways() -> str:
    """Return links to what can be done, for where it stands below the stages and not beside them."""
    ways = {
        "valj-skede": _("Move to another stage"),
        "hjalp": _("Ask for help"),
        "visa": _("Show the stage to other regions"),
    }
    items = "".join(f"<li><a href='#{id_}'>{escape(text)}</a></li>" for id_, text in ways.items())
    return f"<nav class='hub-contents hub-stage-ways' aria-label='{escape(_('On this page'))}'><ul>{items}</ul></nav>"


@lru_cache(maxsize=16)
def _stage_list(current: str, _language: Language, _version: str) -> str:
    words, notes = hub().stage_words[language()], html.notes()
    roles = hub().guide.words[language()].roles
    ours = f" <span class='hub-muted'>({escape(_('our judgement'))})</span>"
    mark = f" <span class='hub-tag'>{escape(_('Here'))}</span>"
    parts = []
    for number, stage in enumerate(STAGES, start=1):
        text = words.stages[stage]
        here = stage == current
        work = "".join(f"<li>{html.line(line, notes)}</li>" for line in text.work)
        done = "".join(f"<li>{html.line(line, notes)}</li>" for line in text.done_when)
        stuck = "".join(
            f"<li><strong>{html.line(one.signs, notes)}</strong> {html.line(one.try_, notes)}"
            f"{ours if one.ours else ''}</li>"
            for one in text.stuck
        )
        who = ", ".join(roles[role].name for role in text.who)
        parts.append(
            f"<details{' open' if here else ''} class='hub-stage{' here' if here else ''}'><summary><span class='hub-stage-number'>{number}</span> "
            f"<strong>{escape(text.name)}</strong>{mark if here else ''} "
            f"<span class='hub-muted'>{escape(text.short)}</span></summary>"
            f"<div class='hub-two'><div><h3>{escape(_('What is done'))}</h3><ul>{work}</ul><p class='hub-muted'>{escape(_('Who carries it:'))} {escape(who)}.</p></div>"
            f"<div><h3>{escape(_('Ready when'))}</h3><ul>{done}</ul></div></div>"
            f"<h3>{escape(_('When it gets stuck'))}</h3><ul>{stuck}</ul><p>{html.line(text.ask, notes)}</p></details>"
        )
    heading = f"<h2 class='hub-unseen'>{escape(_('The seven stages'))}</h2>"
    return html.joined(heading, "".join(parts), notes.html())


def _choose_stage(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"stage-{plan.id}"
    given = command(name)
    html.show(f"<h2 id='valj-skede'>{escape(_('Move to another stage'))}</h2>")
    with st.form(key=f"form-{given}", border=False):
        stage = st.radio(
            _("Which stage is the work in?"), STAGES, index=STAGES.index(plan.stage), key=f"at-{given}-{plan.stage}",
            format_func=stage_name, horizontal=True,
        )  # fmt: skip
        if st.form_submit_button(_("Save the stage"), type="primary", key=f"send-{given}"):
            with attempt(name, above):
                hub().plans.set_stage(visitor(), access, stage, given)


def _help(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"help-{plan.id}"
    given = command(name)
    html.show(f"<h2 id='hjalp'>{escape(_('Ask for help'))}</h2>")
    if plan.asks_help:
        since = date(plan.asks_help_at.date()) if plan.asks_help_at else ""
        html.show(
            f"<blockquote lang='{plan.language}'>{escape(plan.asks_help)}</blockquote><p class='hub-muted'>{escape(_('Asked {date}. Those who give support may read the plan and answer on its items.').format(date=since))}</p>"
        )
        if st.button(_("We have got help: end the question"), key=f"end-{given}"):
            with attempt(name, above):
                hub().plans.ask_help(visitor(), access, "", given)
        return
    html.show(
        f"<p>{escape(_('The question opens the whole plan to those who give support, until you end it. They can answer on the items but not change them.'))}</p>"
    )
    with st.form(key=f"form-{given}", border=False):
        text = st.text_input(_("Where are you stuck?"), key=f"text-{given}", max_chars=LONGEST["help"])
        if st.form_submit_button(_("Ask for help"), key=f"send-{given}"):
            with attempt(name, above):
                if not text.strip():
                    raise Rejected("empty", "help")
                hub().plans.ask_help(visitor(), access, text, given)


def _publish(opened: Opened, access: Access, above: DeltaGenerator) -> None:
    plan = opened.plan
    html.show(f"<h2 id='visa'>{escape(_('Show the stage to other regions'))}</h2>")
    if Action.PLAN_PUBLISH not in opened.may:
        html.show(
            f"<p>{escape(_('When the plan is kept for a region, whoever speaks for the region can show its stage on the board.'))} <a href='{place(access, 'dela')}'>{escape(_('Keep it for a region'))}</a></p>"
        )
        return
    name = f"publish-{plan.id}"
    given = command(name)
    said = (
        _("The board shows the region’s name, the stage and since when. Nothing else of the plan is shown.")
        if plan.published
        else _("Nobody else sees the stage. On the board only the region’s name, the stage and since when are shown.")
    )
    html.show(f"<p>{escape(said)} <a href='/tavla'>{escape(_('See the board'))}</a></p>")
    if st.button(_("Take it off the board") if plan.published else _("Show the stage on the board"), key=f"b-{given}"):
        with attempt(name, above):
            hub().plans.publish(visitor(), access, given, shown=not plan.published)


# --- Board document --------------------------------------------------------------------------------------------------


def document(opened: Opened, access: Access) -> None:
    """Draw the board document made from the plan, its fields and its files."""
    plan, above = opened.plan, st.container()
    found = read_kept(plan.guide, hub().guide.flow)
    asked = st.query_params.get("tjanst", "1")
    index = int(asked) - 1 if asked in {str(number + 1) for number in range(len(found.services))} else 0
    html.show(
        f"<p class='hub-lead'>{escape(_('Written from the plan: the answers, the items and your own texts. Fill in what only you know.'))}</p>",
        _services([service.name for service in found.services], index, access),
        _files(access, index),
    )
    if Action.PLAN_EDIT in opened.may:
        _fields(plan, access, above)
    html.show(f"<h2 id='forhandsvisning'>{escape(_('What it says'))}</h2>", preview(_written(opened, index)))


def _written(opened: Opened, index: int) -> Document:
    address = f"/plan?id={opened.plan.id}"
    return plan_document(hub(), opened.plan, opened.items, index, day=today(), address=address)


def _services(names: list[str], index: int, access: Access) -> str:
    if len(names) < 2:  # noqa: PLR2004 - a choice takes two
        return ""
    items = "".join(
        f"<li><a href='{place(access, 'underlag', tjanst=str(number + 1))}'{' aria-current=true' if number == index else ''}>{escape(name or _('Service {number}').format(number=number + 1))}</a></li>"
        for number, name in enumerate(names)
    )
    return f"<nav class='hub-tabs' aria-label='{escape(_('Video services'))}'><ul>{items}</ul></nav>"


def _files(access: Access, index: int) -> str:
    query = {**access.query, "tjanst": str(index + 1)}
    links = "".join(
        f"<a class='hub-button{'' if kind == 'docx' else ' quiet'}' download href='/api/plan.{kind}?{escape(urlencode(query))}'>{escape(name)}</a>"
        for kind, name in (("docx", "Word"), ("pdf", "PDF"), ("md", "Markdown"), ("ics", _("Calendar")))
    )
    return f"<div class='hub-actions' role='group' aria-label='{escape(_('Take the document with you'))}'>{links}</div>"


def _fields(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"texts-{plan.id}"
    given = command(name)
    with above:
        began = begun(
            name, plan.texts, lambda: _quoted(list(filter(None, plan.texts.values())), plan.language), version=dict
        )
    with st.expander(_("Your own texts")), st.form(key=f"form-{given}", border=False):
        html.show(
            f"<p>{escape(_('They are kept in the plan. Write no personal identity numbers and nothing about patients.'))}</p>"
        )
        texts: Mapping[str, str] = {
            field: (st.text_area if field in LONG else st.text_input)(
                label, began.get(field, ""), key=f"{field}-{given}", max_chars=LIMITS[field]
            )
            for field, label in own_texts().items()
        }
        if st.form_submit_button(_("Save the texts"), type="primary", key=f"send-{given}"):
            changed = {field: text for field, text in texts.items() if text != began.get(field, "")}
            with attempt(name, above):
                hub().plans.write_texts(visitor(), access, began, changed, given)


def _quoted(texts: Sequence[str], language_: Language) -> str:
    return "".join(f"<blockquote lang='{language_}'>{escape(text)}</blockquote>" for text in texts)


# --- Notes -----------------------------------------------------------------------------------------------------------


def notes(opened: Opened, access: Access) -> None:
    """Draw the notes, to read or to write."""
    plan = opened.plan
    if plan.notes:
        html.show(f"<div class='hub-people' lang='{plan.language}'>{render_people(plan.notes)}</div>")
    else:
        html.show(f"<p class='hub-muted'>{escape(_('No notes yet.'))}</p>")
    if Action.PLAN_EDIT not in opened.may:
        return
    sent = editor(
        f"anteckningar-{plan.id}",
        draft_id=f"plan:{plan.id}:notes",
        label=_("Notes. No personal identity numbers, nothing about patients."),
        submit_label=_("Save the notes"),
        value=plan.notes,
        base=str(plan.notes_version),
        max_chars=LONGEST["notes"],
        rows=12,
        done_label=_("The notes have been saved"),
        scope="fragment",
    )
    if sent:
        began = int(sent.base) if sent.base.isdecimal() else 0
        try:
            hub().plans.write_notes(visitor(), access, began, sent.text, sent.command_id)
        except (NotFound, Rejected, Unavailable) as error:
            if isinstance(error, Rejected) and error.code == "changed-meanwhile":
                sent.refused(
                    _(
                        "Somebody has changed the notes while you write. Theirs stand above: put the two together, then save."
                    ),
                    base=str(error.facts["version"]),
                )
            sent.refused(sentence(error))
        sent.done()


# --- History ---------------------------------------------------------------------------------------------------------

_SHOWN = 30


def history(opened: Opened, access: Access) -> None:
    """Draw what has been done, the newest first, and take single changes back."""
    above = st.container()
    asked = st.query_params.get("fore", "0")
    before = int(asked) if asked.isdecimal() and len(asked) < 16 else 0  # noqa: PLR2004 - digits an id has room for
    events = hub().plans.history(visitor(), access, before=before, limit=_SHOWN)
    by_id = {item.id: item for item in opened.items}
    html.show(
        f"<h2>{escape(_('What has been done'))}</h2>"
        + (f"<p class='hub-muted'>{escape(_('Nothing earlier.'))}</p>" if not events else "")
    )
    day = ""
    for event in events:
        on, at = day_and_time(event.at)
        if on != day:
            html.show(f"<h3 class='hub-day'>{escape(on)}</h3>")
            day = on
        with st.container(horizontal=True, key=f"event-{event.id}"):
            html.show(f"<div class='hub-event'>{_event(event, at, by_id, opened.plan.language)}</div>")
            if Action.PLAN_EDIT in opened.may and event.kind in UNDOABLE and not event.undone:
                name = f"undo-{event.id}"
                if st.button(_("Take back"), key=f"undo-{command(name)}", type="tertiary"):
                    with attempt(name, above):
                        hub().plans.undo(visitor(), access, event.id, command(name))
    if len(events) == _SHOWN:
        html.show(
            f"<a class='hub-link' href='{place(access, 'historik', fore=str(events[-1].id))}'>{escape(_('Earlier'))}</a>"
        )


def _event(event: Event, at: str, items: Mapping[str, Item], language_: Language) -> str:
    who = author_name(event.by_name)
    text = str(event.after.get("text") or event.before.get("text") or "")
    if not text and event.item_id in items:
        text = items[event.item_id].text
    frames = {
        "create": _("kept the plan"),
        "claim": _("kept it for the region"),
        "links": _("made new links"),
        "delete": _("deleted the plan"),
        "restore": _("brought the plan back"),
        "item.add": _("added: {text}"),
        "item.change": _("changed: {text}"),
        "item.remove": _("removed: {text}"),
        "item.move": _("moved: {text}"),
        "answers": _("changed the answers of the guide"),
        "accept": _("took up what the guide says today"),
        "comment": _("commented on: {text}"),
        "comment.remove": _("took a comment back on: {text}"),
        "notes": _("changed the notes"),
        "texts": _("changed the texts of the board document"),
        "title": _("gave the plan another title: {title}"),
        "stage": _("moved to the stage {stage}"),
        "publish": _("showed the stage on the board"),
        "unpublish": _("took the stage off the board"),
        "help": _("asked for help"),
        "help.end": _("ended the question for help"),
        "undo": _("took a change back: {text}"),
    }
    stage = str(event.after.get("stage", ""))
    said = escape(frames.get(event.kind, event.kind)).format(
        text=f"<em lang='{language_}'>{escape(text[:140])}</em>",
        title=f"<em lang='{language_}'>{escape(str(event.after.get('title', '')))}</em>",
        stage=escape(stage_name(stage)) if stage in STAGES else "",
    )
    changes = _changes(event, language_) if event.kind == "item.change" else ""
    undone = f" <span class='hub-tag'>{escape(_('taken back'))}</span>" if event.undone else ""
    return f"<p><strong>{escape(who)}</strong> {said}{undone} <span class='hub-muted'>{escape(at)}</span></p>{changes}"


def _changes(event: Event, language_: Language) -> str:
    names = {
        "text": _("text"),
        "owner_role": _("who"),
        "due_on": _("date"),
        "state": _("how far"),
        "stage": _("stage"),
    }

    def words(name: str, value: object) -> str:
        if not value:
            return "–"
        if name == "state":
            return state_name(State(str(value)))
        return stage_name(str(value)) if name == "stage" and value in STAGES else str(value)

    def mark(name: str) -> str:
        return f" lang='{language_}'" if name in {"text", "owner_role"} else ""

    lines = [
        f"<li>{escape(names[name])}: <del{mark(name)}>{escape(words(name, event.before.get(name)))}</del> → <ins{mark(name)}>{escape(words(name, event.after.get(name)))}</ins></li>"
        for name in names
        if event.before.get(name) != event.after.get(name)
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


# --- Links -----------------------------------------------------------------------------------------------------------


def sharing(opened: Opened, access: Access) -> None:
    """Draw the links, who keeps the plan, and how it ends."""
    plan, above = opened.plan, st.container()
    base = hub().settings.public_url or str(st.context.url or "").split("/plan")[0]
    html.show(f"<h2>{escape(_('Links'))}</h2>")
    if opened.read_key:
        edit = f"{base}/plan?{urlencode({'id': plan.id, 'nyckel': access.key})}"
        read = f"{base}/plan?{urlencode({'id': plan.id, 'nyckel': opened.read_key})}"
        html.show(
            _link("redigera", _("For those who work with the plan: they can change everything."), edit),
            _link("lasa", _("For those who only read."), read),
            f"<p class='hub-muted'>{escape(_('Whoever has a link has what it gives, without signing in. We keep only a fingerprint of the links and cannot find them for you.'))}</p>",
        )
    else:
        html.show(
            f"<p>{escape(_('You have come without the link for changing, so the links cannot be shown. New ones can be made by whoever keeps the plan.'))}</p>"
        )
    if Action.PLAN_EDIT in opened.may:
        _rename(plan, access, above)
    _claim(opened, access, above)
    if Action.PLAN_LINKS in opened.may:
        _renew(plan, access, above)
    if Action.PLAN_DELETE in opened.may:
        _delete(plan, access, above)


def _link(id_: str, text: str, link: str) -> str:
    return (
        f"<div class='hub-sharelink'><p><strong>{escape(text)}</strong></p><code id='lank-{id_}'>{escape(link)}</code> "
        f"<button type='button' class='hub-button quiet' data-copies='lank-{id_}' data-done='{escape(_('Copied'))}' data-failed='{escape(_('Mark the link and copy it yourself'))}'>{escape(_('Copy the link'))}</button></div>"
    )


def _rename(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"title-{plan.id}"
    given = command(name)
    with above:
        began = begun(name, plan.title, lambda: _quoted([plan.title], plan.language), version=str)
    with st.form(key=f"form-{given}", border=False):
        title = st.text_input(_("The plan’s title"), began, key=f"title-{given}", max_chars=LONGEST["title"])
        if st.form_submit_button(_("Save the title"), key=f"send-{given}"):
            with attempt(name, above):
                hub().plans.rename(visitor(), access, began, title, given)


def _claim(opened: Opened, access: Access, above: DeltaGenerator) -> None:
    plan = opened.plan
    html.show(f"<h2 id='region'>{escape(_('Keep it for a region'))}</h2>")
    if plan.region:
        name = hub().regions.name(plan.region, language())
        html.show(f"<p>{escape(_('The plan is kept for {region}. Those who speak for the region find it without a link.').format(region=name))}</p>")  # fmt: skip
        return
    if Action.PLAN_CLAIM not in opened.may:
        html.show(
            f"<p>{escape(_('Whoever speaks for a region in the hub, as its regional editor, can keep the plan for the region. Send them the link for changing.'))}"
            + ("" if visitor().signed_in else f" <a href='/auth/login'>{escape(_('Sign in'))}</a>")
            + "</p>"
        )
        return
    name = f"claim-{plan.id}"
    region = hub().regions.name(visitor().region, language())
    html.show(
        f"<p>{escape(_('Those who speak for {region} then find the plan without a link and can show its stage. The links go on working until you make new ones.').format(region=region))}</p>"
    )
    if st.button(_("Keep it for {region}").format(region=region), type="primary", key=f"claim-{command(name)}"):
        with attempt(name, above):
            hub().plans.claim(visitor(), access, command(name))


def _renew(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"links-{plan.id}"
    given = command(name)
    html.show(
        f"<h2 id='nya-lankar'>{escape(_('New links'))}</h2><p>{escape(_('The links there are stop working at once, for everyone.'))}</p>"
    )
    sure = st.checkbox(_("Yes, end the links there are"), key=f"sure-{given}")
    if st.button(_("Make new links"), key=f"renew-{given}", disabled=not sure):
        key = kept(f"key-{given}", new_key())
        with attempt(name, above):
            new = hub().plans.renew_links(visitor(), access, key, given)
            renew(name)
            st.query_params["nyckel"] = new.key
            st.rerun()


def _delete(plan: Plan, access: Access, above: DeltaGenerator) -> None:
    name = f"delete-{plan.id}"
    given = command(name)
    html.show(
        f"<h2 id='ta-bort'>{escape(_('Delete the plan'))}</h2><p>{escape(_('It is gone for everyone at once. You can bring it back for {days} days.').format(days=hub().retention.days('plan')))}</p>"
    )
    html.show(hide_note("plan"))
    sure = st.checkbox(_("Yes, delete the plan"), key=f"sure-{given}")
    if st.button(_("Delete the plan"), key=f"delete-{given}", disabled=not sure):
        with attempt(name, above):
            hub().plans.delete(visitor(), access, given)
