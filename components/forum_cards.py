"""Experience cards: browsed, chosen, side by side, put into a plan, and a few of them on other pages."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from components import html
from components.forum import author_words, people, reaction_name, thread_way
from components.forum_card import field_names, level_name
from components.into_plan import into_plan
from components.problems import summary
from components.session import hub, language, name_page, visitor
from components.words import _, date, number
from hub.errors import Unavailable
from hub.forum.card_store import Experience
from hub.forum.cards import FEWEST, MOST, MOST_IN_FILE, OTHER, Browsed, Facet, Sought
from hub.forum.rules import LONGEST_ID, Reaction
from hub.handover import CARD_PARTS, card_items
from hub.html import address
from hub.identity.rules import Action, allowed
from hub.visitor import NOBODY

_GLANCE = 260
"""Characters of a text that are read at a glance."""
_LABEL = 180
_FEW = 5
_FILTERS = ("niva", "video", "journal", "region", "ar")
"""As they stand in the address."""
_NAMES = {"niva": "level", "video": "video", "journal": "record", "region": "region", "ar": "year"}
"""What the service calls them."""


def page() -> None:
    """Draw the cards that the address asks for: side by side, or as a list to choose from."""
    side_by_side = _ids("jamfor")
    if side_by_side:
        _compared(side_by_side)
    else:
        _browse()


def _ids(name: str) -> list[str]:
    """Return the threads that the address names, each once; they stand apart, or joined by a tilde."""
    given = [one for value in st.query_params.get_all(name) for one in value[: LONGEST_ID * MOST].split("~")]
    return [one for one in dict.fromkeys(given) if one.isascii() and one.isalnum()][:MOST]


# --- Browsing --------------------------------------------------------------------------------------------------------


def _browse() -> None:
    asked = {name: st.query_params.get(name, "")[:120] for name in _FILTERS}
    sought, problems = _sought(asked)
    chosen, cursor = _ids("valda"), st.query_params.get("efter", "")
    name_page(_("Experience cards"))
    if problems:
        summary(_("Parts of the link could not be used"), problems)
    found = hub().cards.browse(visitor(), sought, cursor)
    html.show(
        f"<p class='hub-kicker'><a href='/forum'>{escape(_('Forum'))}</a></p>"
        f"<h1>{escape(_('Experience cards'))}</h1>"
        f"<p class='hub-lead'>{escape(_('What regions have tried, told in the same order by each, so that it can be compared.'))}</p>",
        f"<div class='hub-actions'><a class='hub-button' href='{_to_write(asked)}'>{escape(_('Tell of an experience'))}</a></div>",
        _filters(asked, found, chosen) if found.all else "",
        _listing(found, asked, chosen, cursor) if found.experiences else _nothing(asked, found),
        _bar(asked, chosen, cursor),
        _onward(asked, found, chosen, cursor),
    )


def _sought(asked: dict[str, str]) -> tuple[Sought, list[str]]:
    """Return what the address asks for; what there cannot be is taken out of it and told."""
    problems = []
    if asked["niva"] and asked["niva"] not in {*hub().levels, OTHER}:
        problems.append(_("There is no such level. Cards of all levels are shown."))
        asked["niva"] = ""
    if asked["region"] and asked["region"] not in hub().regions.codes:
        problems.append(_("There is no such region. Cards of all regions are shown."))
        asked["region"] = ""
    if asked["ar"] and not (asked["ar"].isascii() and asked["ar"].isdigit() and len(asked["ar"]) == len("2026")):
        problems.append(_("There is no such year. Cards of all years are shown."))
        asked["ar"] = ""
    return Sought(asked["niva"], asked["video"], asked["journal"], asked["region"], int(asked["ar"] or 0)), problems


def _way(asked: Mapping[str, str], **more: str) -> str:
    """Return the address of the list with what is asked for, ready to stand in an attribute."""
    kept = {name: value for name, value in {**asked, **more}.items() if value}
    return address("/forum", vy="kort", **kept)


def _to_write(asked: Mapping[str, str]) -> str:
    level = asked["niva"] if asked["niva"] in hub().levels else ""
    return address("/forum", ny="kort", **({"niva": level} if level else {}))


def _unseen(values: Mapping[str, str], chosen: Sequence[str]) -> str:
    pairs = [("vy", "kort"), *values.items(), *(("valda", id_) for id_ in chosen)]
    return "".join(f"<input type='hidden' name='{name}' value='{escape(value)}'>" for name, value in pairs if value)


def _filters(asked: Mapping[str, str], found: Browsed, chosen: Sequence[str]) -> str:
    labels = {
        "niva": _("Level"), "video": _("Video system"), "journal": _("Record system"), "region": _("Region"),
        "ar": _("Year"),
    }  # fmt: skip
    lists = "".join(
        _chooser(name, labels[name], _options(name, asked[name], found.facets[_NAMES[name]]), asked[name])
        for name in _FILTERS
    )
    every = f"<a class='hub-link' href='{_way({}, valda='~'.join(chosen))}'>{escape(_('Show all cards'))}</a>"
    return (
        f"<form method='get' action='/forum' class='hub-filter hub-filter-cards' data-submits-on-change aria-label='{escape(_('Choose cards'))}'>"
        f"{_unseen({}, chosen)}<div class='hub-choosers'>{lists}"
        f"<noscript><button class='hub-button quiet' type='submit'>{escape(_('Show'))}</button></noscript>"
        f"{every if any(asked.values()) else ''}</div></form>"
    )


def _chooser(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    drawn = "".join(
        f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(words)}</option>"
        for value, words in (("", _("All")), *options)
    )
    return (
        f"<div class='hub-chooser'><label for='kort-{name}'>{escape(label)}</label>"
        f"<select id='kort-{name}' name='{name}'>{drawn}</select></div>"
    )


def _options(name: str, chosen: str, facets: Sequence[Facet]) -> list[tuple[str, str]]:
    """Return what can be chosen with how many cards it has; what is chosen stays, though it has none."""
    counts = {one.value: one.count for one in facets}
    words = {one.value: one.words for one in facets}
    if chosen and chosen not in counts:
        counts[chosen], words[chosen] = 0, chosen
    order = list(counts)
    if name == "niva":
        order = [level for level in (*hub().levels, OTHER) if level in counts]
        words = {level: level_name(level) for level in order}
    elif name == "region":
        order = [region.code for region in hub().regions.regions if region.code in counts]
        words = {code: hub().regions.name(code, language()) for code in order}
    return [(value, _("{name} ({count})").format(name=words[value], count=number(counts[value]))) for value in order]


def _listing(found: Browsed, asked: Mapping[str, str], chosen: Sequence[str], cursor: str) -> str:
    count = _("1 card") if found.count == 1 else _("{count} cards").format(count=number(found.count))
    shown = {one.thread_id for one in found.experiences}
    elsewhere = [id_ for id_ in chosen if id_ not in shown]
    full = len(chosen) >= MOST
    rows = "".join(_row(one, ticked=one.thread_id in chosen, full=full) for one in found.experiences)
    hint = (
        f"<p class='hub-muted'>{escape(_('Tick two to four cards to see them side by side.'))}</p>"
        if found.all > 1
        else ""
    )
    return (
        f"<h2 id='korten'>{escape(count)}</h2>{hint}"
        f"<form method='get' action='/forum' data-submits-on-change aria-label='{escape(_('Cards to compare'))}'>"
        f"{_unseen({**asked, 'efter': cursor}, elsewhere)}<ol class='hub-experiences'>{rows}</ol>"
        f"<noscript><button class='hub-button quiet' type='submit'>{escape(_('Remember what is ticked'))}</button></noscript></form>"
    )


def _row(one: Experience, *, ticked: bool, full: bool) -> str:
    names = field_names()
    systems = " · ".join(
        f"{escape(names[field])}: {escape(value)}"
        for field in ("video_system", "record_system")
        if (value := getattr(one.card, field))
    )
    # A box that cannot be ticked says why where it stands.
    closed = " disabled" if full and not ticked else ""
    words = _("At most four at a time") if closed else _("Compare")
    said = _said(one)
    return (
        f"<li class='hub-experience'><h3><a href='{escape(thread_way(one.thread_id))}' lang='sv'>{escape(one.title)}</a></h3>"
        f"<p class='hub-muted'><span class='hub-tag'>{escape(level_name(one.card.level))}</span> {escape(who_and_when(one))}</p>"
        + (f"<p class='hub-muted'>{systems}</p>" if systems else "")
        + f"<dl><dt>{escape(names['situation'])}</dt><dd>{people(_glance(one.card.situation))}</dd>"
        f"<dt>{escape(names['result'])}</dt><dd>{people(_glance(one.card.result))}</dd></dl>"
        + (f"<p class='hub-muted'>{escape(said)}</p>" if said else "")
        + f"<p class='hub-experience-ways'><label class='hub-pick'><input type='checkbox' id='valj-{escape(one.thread_id)}' name='valda'"
        f" value='{escape(one.thread_id)}'{' checked' if ticked else ''}{closed}><span>{escape(words)}<span class='hub-unseen'>: {escape(one.title)}</span></span></label>"
        f"<a class='hub-link' href='{address('/forum', vy='kort', jamfor=one.thread_id)}'>{escape(_('The whole card, and into a plan'))}<span class='hub-unseen'>: {escape(one.title)}</span></a></p></li>"
    )


def who_and_when(one: Experience) -> str:
    """Return the year of an experience and whose it is: the region, unless the name says it or no more than its size is shown."""
    author = author_words(one.author_name)
    region = hub().regions.name(one.card.region, language()) if one.card.region else ""
    named = region and hub().regions.name(one.card.region) not in one.author_name
    return " · ".join(filter(None, (str(one.card.year), region if named else "", author)))


def _glance(text: str) -> str:
    if len(text) <= _GLANCE:
        return text
    return text[:_GLANCE].rsplit(maxsplit=1)[0] + " …"


def _said(one: Experience) -> str:
    replies = _("1 reply") if one.replies == 1 else _("{count} replies").format(count=number(one.replies))
    return " · ".join((*_reactions(one), *((replies,) if one.replies else ())))


def _reactions(one: Experience) -> list[str]:
    return [f"{reaction_name(kind)}: {number(one.reactions[kind])}" for kind in Reaction if one.reactions.get(kind)]


def _bar(asked: Mapping[str, str], chosen: Sequence[str], cursor: str) -> str:
    if not chosen:
        return ""
    enough = len(chosen) >= FEWEST
    said = (
        _("{count} cards chosen").format(count=number(len(chosen)))
        if enough
        else _("1 card chosen. Choose at least one more.")
    )
    compare = (
        f"<a class='hub-button' href='{address('/forum', vy='kort', jamfor='~'.join(chosen))}'>{escape(_('See them side by side'))}</a>"
        if enough
        else ""
    )
    clear = f"<a class='hub-link' href='{_way(asked, efter=cursor)}'>{escape(_('Choose none'))}</a>"
    return f"<div class='hub-chosen'><strong data-says>{escape(said)}</strong>{compare}{clear}</div>"


def _nothing(asked: Mapping[str, str], found: Browsed) -> str:
    if not found.all:
        return (
            f"<p class='hub-empty'>{escape(_('No region has told of an experience yet. Be the first: three short texts are enough.'))} "
            f"<a href='{_to_write(asked)}'>{escape(_('Write the first card'))}</a></p>"
        )
    said = _("No card fits this choice. Choose less, or tell what you have tried yourselves.")
    return f"<h2 id='korten'>{escape(_('No cards'))}</h2><p class='hub-empty'>{escape(said)} <a href='{_to_write(asked)}'>{escape(_('Write a card'))}</a></p>"


def _onward(asked: Mapping[str, str], found: Browsed, chosen: Sequence[str], cursor: str) -> str:
    if not found.experiences:
        return ""
    kept = "~".join(chosen)
    first = f"<a class='hub-link' href='{_way(asked, valda=kept)}'>{escape(_('← The newest'))}</a>" if cursor else ""
    later = (
        f"<a class='hub-button quiet' href='{_way(asked, valda=kept, efter=found.next)}'>{escape(_('Older cards'))}</a>"
        if found.next
        else ""
    )
    query = urlencode({name: value for name, value in {**asked, "lang": language()}.items() if value})
    most = (
        f" {escape(_('The file holds the newest {most}.').format(most=number(MOST_IN_FILE)))}"
        if found.count > MOST_IN_FILE
        else ""
    )
    return html.joined(
        f"<nav class='hub-actions' aria-label='{escape(_('More cards'))}'>{first}{later}</nav>"
        if first or later
        else "",
        f"<p class='hub-muted'><a class='hub-link' href='/api/forum/kort.csv?{escape(query)}' download>{escape(_('These cards as CSV'))}</a> "
        f"{escape(_('For members; ways to reach people are not in the file.'))}{most}</p>",
    )


# --- Side by side ----------------------------------------------------------------------------------------------------


def _compared(asked: Sequence[str]) -> None:
    found = hub().cards.some(visitor(), asked)
    alone = len(found) == 1
    title = (
        found[0].title if alone else _("Experiences side by side") if found else _("These cards are no longer there")
    )
    name_page(title)
    back = address("/forum", vy="kort", valda="~".join(one.thread_id for one in found))
    gone = len(asked) - len(found)
    told = (
        _("1 of the chosen cards is no longer there.")
        if gone == 1
        else _("{count} of the chosen cards are no longer there.").format(count=number(gone))
    )
    html.show(
        f"<p class='hub-kicker'><a class='hub-link' href='{back}'>← {escape(_('Choose among all cards'))}</a></p>"
        f"<h1{' lang=sv' if alone else ''}>{escape(title)}</h1>",
        f"<p class='note' role='status'>{escape(told)}</p>" if gone else "",
        _table(found) if found else "",
        f"<div class='hub-actions'><button type='button' class='hub-button quiet' data-prints>{escape(_('Print'))}</button></div>"
        if found
        else "",
    )
    if found:
        _to_plan(found)


def _table(found: Sequence[Experience]) -> str:
    heads = "".join(f"<th scope='col' lang='sv'>{escape(one.title)}</th>" for one in found)
    # The head of the table is not seen on a phone, so all that is to be read or pressed stands in its rows.
    thread = escape(_("Read and reply in the thread"))
    told_by = [
        (
            one,
            f"<p>{escape(who_and_when(one))}</p><a class='hub-link' href='{escape(thread_way(one.thread_id))}'>{thread}<span class='hub-unseen'>: {escape(one.title)}</span></a>",
        )
        for one in found
    ]
    rows = [
        _line(_("Told by"), told_by),
        _line(_("Level"), [(one, escape(level_name(one.card.level))) for one in found]),
    ]
    rows += [
        _line(name, [(one, people(str(getattr(one.card, field)))) for one in found], [
            not getattr(one.card, field) for one in found
        ])
        for field, name in _in_order()
        if any(getattr(one.card, field) for one in found)
    ]  # fmt: skip
    rows.append(
        _line(
            _("What others say"),
            [(one, "<br>".join(map(escape, _reactions(one)))) for one in found],
            [not one.reactions for one in found],
            _("Nothing yet"),
        )
    )
    return (
        f"<div class='table-scroll' tabindex='0' role='region' aria-label='{escape(_('Experiences side by side'))}'>"
        f"<table class='hub-stack hub-side hub-side-{len(found)}'><thead><tr><th scope='col'>{escape(_('What is told'))}</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _in_order() -> list[tuple[str, str]]:
    """Return the texts of a card as they are compared: what is alike first, then what was done and what came of it."""
    names = field_names()
    first = ("video_system", "record_system", "users")
    return [*((field, names[field]) for field in first), *((f, name) for f, name in names.items() if f not in first)]


def _line(name: str, cells: Sequence[tuple[Experience, str]], empty: Sequence[bool] = (), nothing: str = "") -> str:
    missing = f"<span class='hub-muted'>{escape(nothing or _('Not told'))}</span>"
    drawn = "".join(
        f"<td><span class='hub-side-of' lang='sv'>{escape(one.title)}</span>{missing if place < len(empty) and empty[place] else text}</td>"
        for place, (one, text) in enumerate(cells)
    )
    return f"<tr><th scope='row'>{escape(name)}</th>{drawn}</tr>"


@st.fragment
def _to_plan(found: Sequence[Experience]) -> None:
    """Let the visitor choose what others did or advise, and put it into a plan."""
    names = field_names()
    offered = {
        f"{one.thread_id}-{part}": " – ".join(
            filter(None, (one.title if len(found) > 1 else "", names[part], _cut(item.text)))
        )
        for one in found
        for part in CARD_PARTS
        for item in card_items(one, [part])
    }
    html.show(
        f"<h2 id='plan' class='hub-to-plan'>{escape(_('Put it into a plan'))}</h2>"
        f"<p>{escape(_('Tick what you will do too. It becomes something to do in the plan, in the words of the card and with a link back to it. Whoever may read the plan reads those words; who wrote them is shown to members only.'))}</p>"
    )
    above = st.container()
    into_plan(
        f"card-parts-{'-'.join(one.thread_id for one in found)}",
        offered,
        lambda chosen, _of: [
            item
            for one in found
            for item in card_items(one, [part for part in CARD_PARTS if f"{one.thread_id}-{part}" in chosen])
        ],
        above,
        ticked=False,
        done=_("Put into the plan {title}: {count} from experience cards."),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else text[:_LABEL].rsplit(maxsplit=1)[0] + " …"


def ways_from(thread_id: str) -> str:
    """Return the ways on from a card in its thread: beside others, and into a plan."""
    plan = address("/forum", vy="kort", jamfor=thread_id) + "#plan"
    return (
        f"<p class='hub-talk-ways'><a class='hub-link' href='{plan}'>{escape(_('Put it into a plan'))}</a> "
        f"<a class='hub-link' href='{address('/forum', vy='kort', valda=thread_id)}'>{escape(_('Compare it with other cards'))}</a></p>"
    )


# --- On other pages --------------------------------------------------------------------------------------------------


def of_region(code: str) -> str:
    """Return a few cards from a region, for its page."""
    return _few(
        Sought(region=code), _("Experience cards from the region"), _("Nobody in the region has told of an experience yet."),
        {"region": code}, "", _closed(),
    )  # fmt: skip


def of_level(level: str) -> str:
    """Return a few cards of a level, for its page, where the talk beside them says what others than members are told."""
    return _few(
        Sought(level=level), _("Experience of this level"), _("No region has told of this level yet."), {"niva": level}, level, "",
    )  # fmt: skip


def told_by(thread_id: str) -> str:
    """Return where an item of a plan came from: to members the card and its author as shown today, to others that it is a card.

    Args:
        thread_id: of the card; empty for an item that came from none.
    """
    if not thread_id:
        return ""
    plainly = f"<p class='hub-muted'>{escape(_('From an experience card in the forum, which members can read.'))}</p>"
    try:
        if not allowed(visitor(), Action.FORUM_READ):
            return plainly
        found = hub().cards.some(visitor(), [thread_id])
    except Unavailable:
        return plainly
    if not found:
        return f"<p class='hub-muted'>{escape(_('From an experience card that is no longer there.'))}</p>"
    author = author_words(found[0].author_name)
    link = f"<a href='{escape(thread_way(thread_id))}' lang='sv'>{escape(found[0].title)}</a>"
    return f"<p class='hub-muted'>{escape(_('From the experience card {title}, by {author}.')).format(title=link, author=escape(author))}</p>"


def _closed() -> str:
    return (
        f"<p>{escape(_('Members share what they have tried in the forum.'))} "
        f"<a class='hub-link' href='/forum'>{escape(_('About the forum'))}</a></p>"
    )


def _few(sought: Sought, heading: str, none: str, filters: Mapping[str, str], level: str, closed: str) -> str:
    """Return a heading with a few cards; to others than members no more than what stands for a closed door.

    Nothing here is kept for the next visitor, since what may be seen is not the same to all.
    """
    head = f"<h2 id='erfarenheter'>{escape(heading)}</h2>"
    try:
        by = visitor()
    except Unavailable:
        by = NOBODY
    if not allowed(by, Action.FORUM_READ):
        return f"{head}{closed}" if closed else ""
    try:
        found = hub().cards.newest(by, sought, _FEW + 1)
    except Unavailable:
        return f"{head}<p class='hub-muted'>{escape(_('The cards cannot be fetched just now. Try again in a moment.'))}</p>"
    write = address("/forum", ny="kort", **({"niva": level} if level else {}))
    if not found:
        return (
            f"{head}<p>{escape(none)} <a class='hub-link' href='{write}'>{escape(_('Tell of an experience'))}</a></p>"
        )
    rows = "".join(
        f"<li><a href='{escape(thread_way(one.thread_id))}' lang='sv'>{escape(one.title)}</a> "
        f"<span class='hub-muted'>{escape(' · '.join(filter(None, ('' if level else level_name(one.card.level), who_and_when(one), date(one.created_at.date())))))}</span></li>"
        for one in found[:_FEW]
    )
    every = _("See all of them") if len(found) > _FEW else _("Browse experience cards")
    return (
        f"{head}<ul class='hub-brief'>{rows}</ul><p class='hub-talk-ways'><a class='hub-link' href='{_way(filters if len(found) > _FEW else {})}'>{escape(every)}</a> "
        f"<a class='hub-link' href='{write}'>{escape(_('Tell of an experience'))}</a></p>"
    )
