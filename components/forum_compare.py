"""Experience cards side by side, and what of them is put into a plan."""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from components import html
from components.forum import cut, reading, thread_way
from components.forum_beside import who_and_when
from components.into_plan import into_plan
from components.session import hub, name_page, visitor
from components.words import _, number
from hub.forum.card_store import Experience
from hub.forum.reading import people
from hub.forum.rules import Reaction
from hub.handover import CARD_PARTS, card_items
from hub.html import address

_LABEL = 180
"""Characters of a text that stand beside its box."""


def page(asked: Sequence[str]) -> None:
    """Draw the cards of these threads side by side; one of them alone as well."""
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
    texts = {
        name: [people(text) if (text := getattr(one.card, field)) else "" for one in found]
        for field, name in reading().compared_texts().items()
    }
    rows = (
        _line(_("Told by"), found, map(_told_by, found)),
        _line(_("Level"), found, (escape(reading().level(one.card.level)) for one in found)),
        *(_line(name, found, told) for name, told in texts.items() if any(told)),
        _line(
            _("What others say"),
            found,
            ("<br>".join(map(escape, reactions_words(one))) for one in found),
            _("Nothing yet"),
        ),
    )
    return (
        f"<div class='table-scroll' tabindex='0' role='region' aria-label='{escape(_('Experiences side by side'))}'>"
        f"<table class='hub-stack hub-side hub-side-{len(found)}'><thead><tr><th scope='col'>{escape(_('What is told'))}</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _told_by(one: Experience) -> str:
    """Return whose a card is, and the way to it: the head of the table, which names it, is not seen on a phone."""
    return (
        f"<p>{escape(who_and_when(one))}</p><a class='hub-link' href='{escape(thread_way(one.thread_id))}'>"
        f"{escape(_('Read and reply in the thread'))}<span class='hub-unseen'>: {escape(one.title)}</span></a>"
    )


def reactions_words(one: Experience) -> list[str]:
    """Return what others say of a card without words, and how many of them."""
    said = reading().reaction
    return [f"{said(kind)}: {number(one.reactions[kind])}" for kind in Reaction if one.reactions.get(kind)]


def _line(name: str, found: Sequence[Experience], told: Iterable[str], nothing: str = "") -> str:
    missing = f"<span class='hub-muted'>{escape(nothing or _('Not told'))}</span>"
    drawn = "".join(
        f"<td><span class='hub-side-of' lang='sv'>{escape(one.title)}</span>{text or missing}</td>"
        for one, text in zip(found, told, strict=True)
    )
    return f"<tr><th scope='row'>{escape(name)}</th>{drawn}</tr>"


@st.fragment
def _to_plan(found: Sequence[Experience]) -> None:
    """Let the visitor choose what others did or advise, and put it into a plan."""
    names = reading().card_texts()
    offered = {
        f"{one.thread_id}-{part}": " – ".join(
            filter(None, (names[part], cut(item.text, _LABEL), one.title if len(found) > 1 else ""))
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
