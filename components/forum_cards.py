"""Experience cards: browsed, narrowed, and chosen to stand side by side."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from components import forum_compare, html
from components.forum import cut, kicker, reading, replies_words, thread_way
from components.forum_beside import who_and_when
from components.forum_compare import reactions_words
from components.problems import summary
from components.session import hub, language, name_page, visitor
from components.words import _, number
from hub.forum.card_store import Experience
from hub.forum.cards import FEWEST, FILTERS, MOST, MOST_IN_FILE, OTHER, Browsed, Facet, read_sought
from hub.forum.reading import people
from hub.forum.rules import LONGEST_ID
from hub.html import address

_GLANCE = 260
"""Characters of a text that are read at a glance."""


def page() -> None:
    """Draw the cards that the address asks for: side by side, or as a list to choose from."""
    side_by_side = _ids("jamfor")
    if side_by_side:
        forum_compare.page(side_by_side)
    else:
        _browse()


def _ids(name: str) -> list[str]:
    """Return the threads that the address names, each once; they stand apart, or joined by a tilde."""
    given = [one for value in st.query_params.get_all(name) for one in value[: LONGEST_ID * MOST].split("~")]
    return [one for one in dict.fromkeys(given) if one.isascii() and one.isalnum()][:MOST]


# --- Browsing --------------------------------------------------------------------------------------------------------


def _browse() -> None:
    sought, wrong = read_sought(st.query_params.to_dict(), hub().levels, hub().regions.codes)
    asked = {name: str(getattr(sought, field) or "") for name, field in FILTERS.items()}
    chosen, cursor = _ids("valda"), st.query_params.get("efter", "")
    name_page(_("Experience cards"))
    if wrong:
        summary(_("Parts of the link could not be used"), [_no_such(name) for name in wrong])
    found = hub().cards.browse(visitor(), sought, cursor)
    html.show(
        f"{kicker(_('Experience cards'))}<p class='hub-lead'>{escape(_('What regions have tried, told in the same order by each, so that it can be compared.'))}</p>",
        f"<div class='hub-actions'><a class='hub-button' href='{_to_write(asked)}'>{escape(_('Tell of an experience'))}</a></div>",
        _filters(asked, found, chosen) if found.all else "",
        _listing(found, asked, chosen, cursor) if found.experiences else _nothing(asked, found),
        _bar(asked, chosen, cursor),
        _onward(asked, found, chosen, cursor),
    )


def _no_such(name: str) -> str:
    return {
        "niva": _("There is no such level. Cards of all levels are shown."),
        "region": _("There is no such region. Cards of all regions are shown."),
        "ar": _("There is no such year. Cards of all years are shown."),
    }[name]


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
        _chooser(name, labels[name], _options(name, asked[name], found.facets[FILTERS[name]]), asked[name])
        for name in FILTERS
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
        words = {level: reading().level(level) for level in order}
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
    names = reading().card_texts()
    systems = " · ".join(
        f"{escape(names[field])}: {escape(value)}"
        for field in ("video_system", "record_system")
        if (value := getattr(one.card, field))
    )
    # A box that cannot be ticked says why where it stands.
    closed = " disabled" if full and not ticked else ""
    words = _("At most four at a time") if closed else _("Compare")
    said = " · ".join((*reactions_words(one), *((replies_words(one.replies),) if one.replies else ())))
    return (
        f"<li class='hub-experience'><h3><a href='{escape(thread_way(one.thread_id))}' lang='sv'>{escape(one.title)}</a></h3>"
        f"<p class='hub-muted'><span class='hub-tag'>{escape(reading().level(one.card.level))}</span> {escape(who_and_when(one))}</p>"
        + (f"<p class='hub-muted'>{systems}</p>" if systems else "")
        + f"<dl><dt>{escape(names['situation'])}</dt><dd>{people(cut(one.card.situation, _GLANCE))}</dd>"
        f"<dt>{escape(names['result'])}</dt><dd>{people(cut(one.card.result, _GLANCE))}</dd></dl>"
        + (f"<p class='hub-muted'>{escape(said)}</p>" if said else "")
        + f"<p class='hub-experience-ways'><label class='hub-pick'><input type='checkbox' id='valj-{escape(one.thread_id)}' name='valda'"
        f" value='{escape(one.thread_id)}'{' checked' if ticked else ''}{closed}><span>{escape(words)}<span class='hub-unseen'>: {escape(one.title)}</span></span></label>"
        f"<a class='hub-link' href='{address('/forum', vy='kort', jamfor=one.thread_id)}'>{escape(_('The whole card, and into a plan'))}<span class='hub-unseen'>: {escape(one.title)}</span></a></p></li>"
    )


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
