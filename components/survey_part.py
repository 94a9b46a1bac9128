"""A region's part in a round: how it begins, how far it has come, who sees it, and how it is handed in."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

import segno
import streamlit as st

from components import html, survey_import
from components.meanwhile import begun
from components.plan_place import author_name
from components.problems import attempt
from components.session import command, hub, kept, language, renew, visitor
from components.survey_dimension import answered_in, name, settled_in
from components.survey_place import (
    about,
    choice_names,
    closed_words,
    first_day,
    heading,
    last_day,
    place,
    region_name,
    results,
    stage_of,
    told_region,
    visibility_names,
)
from components.words import _, day_and_time, moment
from hub.errors import Rejected
from hub.survey.answering import Access, Sheet
from hub.survey.answers import LONGEST, Entry, Part, new_key
from hub.survey.content import Dimension
from hub.survey.visibility import VISIBILITIES

# --- Begin -----------------------------------------------------------------------------------------------------------


def begin(sheet: Sheet, access: Access) -> None:
    """Draw how somebody who speaks for a region begins its part."""
    stage = stage_of(sheet.round)
    html.show(
        heading(sheet, access),
        f"<h1>{escape(_('Answer for {region}').format(region=told_region(access.region)))}</h1>",
    )
    if stage == "closed":
        html.show(
            f"<p class='hub-lead'>{escape(_('The round has closed, and {region} took no part in it.').format(region=told_region(access.region)))}</p>"
            f"<div class='hub-actions'><a class='hub-button' href='{results(sheet.round)}'>{escape(_('See the results'))}</a></div>"
        )
        return
    if stage == "coming":
        html.show(
            f"<p class='hub-lead'>{escape(_('The round opens {day}. Then you begin here, and send a link to your colleagues.').format(day=first_day(sheet.round)))}</p>",
            about(sheet.questionnaire),
        )
        return
    html.show(
        f"<p class='hub-lead'>{escape(_('Begin by choosing who may see the region’s answers. You can change it later.'))}</p>"
    )
    above = st.container()
    form = f"begin-{access.round_id}-{access.region}"
    given = command(form)
    with st.form(key=f"form-{given}", border=False):
        names = visibility_names()
        chosen = st.radio(
            _("Who may see the region’s answers?"), VISIBILITIES, index=None, key=f"seen-{given}",
            format_func=lambda one: names[one][0], captions=[names[one][1] for one in VISIBILITIES],
        )  # fmt: skip
        html.show(f"<p class='hub-muted'>{escape(_later())}</p>")
        if st.form_submit_button(_("Begin"), type="primary", key=f"send-{given}"):
            with attempt(form, above):
                if not chosen:
                    raise Rejected("shown-missing", "visibility")
                key = str(kept(f"key-{given}", new_key()))
                hub().rounds.take_part(visitor(), access, chosen, key, given)
                renew(form)
                st.query_params.from_dict(Access(access.round_id, access.region, key).query)
                st.rerun()
    html.show(about(sheet.questionnaire))


def _later() -> str:
    return _(
        "You can always become more reserved, at once. After the round has closed, opening up counts from the next round."
    )


# --- Overview --------------------------------------------------------------------------------------------------------


def overview(sheet: Sheet, access: Access) -> None:
    """Draw how far a region has come, and all that is not a statement."""
    _top(sheet, access)
    html.show(_dimensions(sheet, access))
    if not sheet.may_settle or sheet.part is None:
        html.show(about(sheet.questionnaire))
        return
    _hand_in(sheet, sheet.part, access)
    if sheet.open:
        html.show(_colleagues(sheet))
        _link(sheet, access)
    _texts(sheet, sheet.part, access)
    _seen(sheet.part, access)
    survey_import.panel(access, takes=sheet.open and not sheet.part.submitted_at)
    _history(sheet, access)
    html.show(about(sheet.questionnaire))


def _top(sheet: Sheet, access: Access) -> None:
    stage, part = stage_of(sheet.round), sheet.part
    until = (
        _("Answer until and including {day}.").format(day=last_day(sheet.round))
        if stage == "open"
        else closed_words(sheet)
    )
    title = (
        region_name(access.region)
        if sheet.may_settle
        else _("Answer for {region}").format(region=told_region(access.region))
    )
    lead = (
        _(
            "Answer for yourself, one area at a time. Everything is saved as you choose, and you can come back by the same link in this browser."
        )
        if not sheet.may_settle
        else _("Answer for yourself, let colleagues do the same, and settle on the region’s answer to each statement.")
    )
    handed = (
        f" <span class='hub-tag'>{escape(_('Handed in {day}').format(day=day_and_time(part.submitted_at)[0]))}</span>"
        if part and part.submitted_at and sheet.may_settle
        else ""
    )
    imported = st.query_params.get("sparat") == "import" and sheet.may_settle
    html.show(
        heading(sheet, access),
        f"<h1>{escape(title)}</h1>",
        f"<div class='note' role='status'><p>{escape(_('The values in the file are saved.'))}</p></div>"
        if imported
        else "",
        f"<p class='hub-planline'><strong>{escape(until)}</strong>{handed}</p>",
        f"<p class='hub-lead'>{escape(lead)}</p>" if stage == "open" else "",
        f"<div class='hub-actions'><a class='hub-button' href='{results(sheet.round, access.region)}'>{escape(_('See the results'))}</a></div>"
        if stage == "closed"
        else "",
    )


def _dimensions(sheet: Sheet, access: Access) -> str:
    """Return the areas with how much of each has been answered, and settled."""
    heads = [_("Area"), _("Your own answers"), *([_("The region’s answers")] if sheet.may_settle else [])]
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    rows = "".join(
        _area(sheet, access, number, one) for number, one in enumerate(sheet.questionnaire.dimensions, start=1)
    )
    onward = _first_open(sheet)
    way = (
        f"<div class='hub-actions'><a class='hub-button' href='{place(access, onward.id)}'>{escape(_('Go on with: {area}').format(area=name(onward)))}</a></div>"
        if onward and sheet.open
        else ""
    )
    return (
        f"<h2 id='omraden'>{escape(_('Nine areas'))}</h2>{way}"
        f"<table class='hub-stack hub-areas'><caption class='hub-unseen'>{escape(_('How far you have come'))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _area(sheet: Sheet, access: Access, number: int, dimension: Dimension) -> str:
    counts = [(_("Your own answers"), answered_in(sheet, dimension))]
    if sheet.may_settle:
        counts.append((_("The region’s answers"), settled_in(sheet, dimension)))
    of = len(dimension.statements)
    cells = "".join(
        f"<td><progress max='{of}' value='{count}' aria-hidden='true'></progress> "
        f"{escape(_('{count} of {all}').format(count=count, all=of))} <span class='hub-stated-head hub-muted' aria-hidden='true'>{escape(head)}</span></td>"
        for head, count in counts
    )
    return f"<tr><th scope='row'>{number}. <a href='{place(access, dimension.id)}'>{escape(name(dimension))}</a></th>{cells}</tr>"


def _first_open(sheet: Sheet) -> Dimension | None:
    """Return the first area with something left to do for the visitor."""
    dimensions = sheet.questionnaire.dimensions
    unanswered = next((one for one in dimensions if answered_in(sheet, one) < len(one.statements)), None)
    if unanswered or not sheet.may_settle:
        return unanswered
    return next((one for one in dimensions if settled_in(sheet, one) < len(one.statements)), None)


def _colleagues(sheet: Sheet) -> str:
    of = len(sheet.questionnaire.statements)
    rows = "".join(
        f"<li><span>{escape(one.name)}</span> <span class='hub-muted'>{escape(_('{count} of {all} statements').format(count=sum(map(bool, one.choices.values())), all=of))}</span></li>"
        for one in sheet.colleagues
    )
    return f"<h2 id='kollegor'>{escape(_('Those who answer'))}</h2>" + (
        f"<ul class='hub-rows'>{rows}</ul>" if rows else f"<p>{escape(_('Nobody has answered yet.'))}</p>"
    )


# --- Hand in ---------------------------------------------------------------------------------------------------------


def _hand_in(sheet: Sheet, part: Part, access: Access) -> None:
    if not sheet.open:
        return
    form = f"submit-{access.round_id}-{access.region}"
    given = command(form)
    held = sheet.settled
    left = [id_ for id_ in sheet.questionnaire.statements if not (id_ in held and held[id_].choice)]
    html.show(f"<h2 id='lamna-in'>{escape(_('Hand in'))}</h2>")
    above = st.container()
    if part.submitted_at:
        html.show(
            f"<p>{escape(_('The region’s answer was handed in {when} and counts. Open it again if you want to change something; then it does not count until it is handed in anew.').format(when=moment(part.submitted_at)))}</p>"
        )
        if st.button(_("Open it again"), key=f"reopen-{given}"):
            with attempt(form, above):
                hub().rounds.reopen(visitor(), access, given)
        return
    if left:
        first = sheet.questionnaire.dimension(left[0])
        words = (
            _("The region’s answer to 1 statement is missing.")
            if len(left) == 1
            else _("The region’s answers to {count} statements are missing.").format(count=len(left))
        )
        html.show(
            f"<p>{escape(words)} <a id='forsta-utan-svar' href='{place(access, first.id, left[0])}'>{escape(_('The first is in {area}').format(area=name(first)))}</a>.</p>"
        )
    else:
        html.show(
            f"<p>{escape(_('All statements are settled. What you hand in counts, and can be opened again until and including {day}.').format(day=last_day(sheet.round)))}</p>"
        )
    if st.button(_("Hand in the region’s answer"), type="secondary" if left else "primary", key=f"submit-{given}"):
        with attempt(form, above):
            hub().rounds.submit(visitor(), access, given)


# --- The link for colleagues -----------------------------------------------------------------------------------------


def _link(sheet: Sheet, access: Access) -> None:
    html.show(f"<h2 id='lank'>{escape(_('The link for colleagues'))}</h2>")
    above = st.container()
    if sheet.linked:
        asked = urlsplit(st.context.url or "")
        base = f"{asked.scheme}://{asked.netloc}" if asked.netloc else ""
        plain = place(access).replace("&amp;", "&")
        code = segno.make(base + plain, error="m").svg_inline(scale=4, border=2, dark="#1B2B2A", light="#FFFFFF")
        html.show(
            f"<div class='hub-sharelink'><p>{escape(_('Whoever has the link can answer for themselves, without signing in, and sees only their own answers.'))}</p>"
            f"<code id='lank-kollegor'>{escape(base + plain)}</code>"
            f"<button type='button' class='hub-button quiet' data-copies='lank-kollegor' data-done='{escape(_('Copied'))}' data-failed='{escape(_('Mark the link and copy it yourself'))}'>{escape(_('Copy the link'))}</button></div>"
            f"<details><summary>{escape(_('Show as a QR code'))}</summary><p class='hub-qr' role='img' aria-label='{escape(_('QR code of the link'))}'>{code}</p></details>"
        )
    else:
        html.show(
            f"<p>{escape(_('You have come without the link, and we keep only a fingerprint of it. Ask the colleague who began, or make a new one.'))}</p>"
        )
    form = f"renew-{access.round_id}-{access.region}"
    given = command(form)
    with st.expander(_("Make a new link")):
        html.show(
            f"<p>{escape(_('The link there is stops working at once. What colleagues have answered stays.'))}</p>"
        )
        sure = st.checkbox(_("Yes, end the link there is"), key=f"sure-{given}")
        if st.button(_("Make a new link"), key=f"renew-{given}", disabled=not sure):
            with attempt(form, above):
                key = str(kept(f"key-{given}", new_key()))
                hub().rounds.renew_link(visitor(), access, key, given)
                renew(form)
                st.query_params.from_dict(Access(access.round_id, access.region, key).query)
                st.rerun()


# --- In one's own words ----------------------------------------------------------------------------------------------


def _texts(sheet: Sheet, part: Part, access: Access) -> None:
    asked = sheet.questionnaire
    html.show(
        f"<h2 id='egna-ord'>{escape(_('In your own words, and what you need'))}</h2>"
        f"<p class='hub-muted'>{escape(_('Three questions that were asked in 2020 too, in our words. All are voluntary. Write no names of people and nothing about patients.'))}</p>"
    )
    if not sheet.open or part.submitted_at:
        html.show(_texts_read(sheet, part))
        return
    above = st.container()
    form = f"texts-{access.round_id}-{access.region}"
    given = command(form)

    def same(one: Part) -> object:
        return dict(one.texts), one.needs, one.may_be_asked

    with above:
        began = begun(form, part, lambda: _texts_read(sheet, part), version=same)
    with st.form(key=f"form-{given}", border=False):
        texts = {
            one.id: st.text_area(
                one.asks[language()], began.texts.get(one.id, ""), key=f"text-{given}-{one.id}",
                max_chars=LONGEST["text"], height=130,
            )
            for one in asked.questions
        }  # fmt: skip
        html.show(f"<h3 id='behov-{given}'>{escape(_('National support that you need'))}</h3>")
        needs = tuple(
            one.id
            for one in asked.needs
            if st.checkbox(one.name[language()], one.id in began.needs, key=f"need-{given}-{one.id}")
        )
        may_be_asked = st.checkbox(
            _("Other regions are welcome to ask us about what we have come far with"), began.may_be_asked,
            key=f"asked-{given}",
        )  # fmt: skip
        html.show(
            f"<p class='hub-muted'>{escape(_('Shown beside what others lack, and only if everybody may see your answers.'))}</p>"
        )
        if st.form_submit_button(_("Save the words and needs"), key=f"send-{given}"):
            with attempt(form, above):
                # Each settled statement moves the version on too; only what others have written here is in the way.
                version = part.version if same(began) == same(part) else began.version
                hub().rounds.write(visitor(), access, texts, needs, version, given, may_be_asked=may_be_asked)


def _texts_read(sheet: Sheet, part: Part) -> str:
    none = _("Nothing written.")
    rows = "".join(
        f"<dt>{escape(one.asks[language()])}</dt><dd>{escape(part.texts.get(one.id, '') or none)}</dd>"
        for one in sheet.questionnaire.questions
    )
    needs = ", ".join(one.name[language()] for one in sheet.questionnaire.needs if one.id in part.needs)
    return (
        f"<dl class='hub-said'>{rows}<dt>{escape(_('National support that you need'))}</dt>"
        f"<dd>{escape(needs or _('None marked.'))}</dd></dl>"
        + (f"<p>{escape(_('Other regions are welcome to ask.'))}</p>" if part.may_be_asked else "")
    )


# --- Who may see it --------------------------------------------------------------------------------------------------


def _seen(part: Part, access: Access) -> None:
    names = visibility_names()
    html.show(
        f"<h2 id='synlighet'>{escape(_('Who may see the region’s answers'))}</h2>"
        f"<p><strong>{escape(names[part.visibility][0])}.</strong> {escape(names[part.visibility][1])}</p>"
    )
    above = st.container()
    form = f"seen-{access.round_id}-{access.region}"
    given = command(form)
    with st.expander(_("Change who may see them")), st.form(key=f"form-{given}", border=False):
        chosen = st.radio(
            _("Who may see the region’s answers?"), VISIBILITIES, index=VISIBILITIES.index(part.visibility),
            key=f"seen-{given}-{part.visibility}", format_func=lambda one: names[one][0],
            captions=[names[one][1] for one in VISIBILITIES],
        )  # fmt: skip
        html.show(f"<p class='hub-muted'>{escape(_later())}</p>")
        if st.form_submit_button(_("Save who may see them"), key=f"send-{given}"):
            with attempt(form, above):
                hub().rounds.take_part(visitor(), access, chosen or part.visibility, "", given)


# --- History ---------------------------------------------------------------------------------------------------------


def _history(sheet: Sheet, access: Access) -> None:
    entries = hub().rounds.history(visitor(), access)
    rows = "".join(
        f"<li><span class='hub-muted'>{escape(moment(one.at))}</span> <strong>{escape(author_name(one.by_name))}</strong> {_entry(sheet, one)}</li>"
        for one in entries
    )
    html.show(
        f"<h2 id='historik'>{escape(_('History'))}</h2><details><summary>{escape(_('What has been changed, the newest first'))}</summary>"
        f"<ol class='hub-survey-history'>{rows}</ol></details>"
    )


def _entry(sheet: Sheet, entry: Entry) -> str:
    """Say what a line of the history tells, as HTML."""
    if entry.kind == "settle" and entry.statement in sheet.questionnaire.statements:
        return _settled_entry(sheet, entry)
    seen: dict[str, str] = {key: words[0] for key, words in visibility_names().items()}
    chosen = seen.get(str(entry.after.get("visibility", "")), "")
    sentences = {
        "begin": _("began, and let these see the answers: {who}").format(who=chosen),
        "visibility": _("changed who may see the answers to: {who}").format(who=chosen),
        "link": _("made a new link for colleagues"),
        "texts": _("changed the words and needs"),
        "import": _("read answers from a file"),
        "submit": _("handed in"),
        "reopen": _("opened the answer again"),
    }
    return escape(sentences.get(entry.kind, _("changed the answer")))


def _settled_entry(sheet: Sheet, entry: Entry) -> str:
    short = choice_names(sheet.questionnaire)
    says = sheet.questionnaire.statements[entry.statement].says[language()]

    def told(side: Mapping[str, object]) -> str:
        return short.get(str(side.get("choice", "")), _("No answer"))

    before, after = told(entry.before), told(entry.after)
    changed = _("settled on {after}").format(after=after) if not entry.before.get("choice") else (
        _("changed {before} to {after}").format(before=before, after=after)
        if before != after
        else _("changed what shows the answer")
    )  # fmt: skip
    return f"{escape(changed)}: {escape(says)}"
