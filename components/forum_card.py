"""An experience card as it stands in its thread."""

from html import escape

from components.forum import people
from components.session import hub, language
from components.words import _
from hub.forum.rules import Card


def field_names() -> dict[str, str]:
    """Return what the texts of a card are called, in the order they are read."""
    return {
        "situation": _("Situation"),
        "video_system": _("Video system"),
        "record_system": _("Record system"),
        "users": _("Who uses it, and how many"),
        "did": _("What we did"),
        "result": _("What came of it"),
        "otherwise": _("What we would do differently"),
        "effort": _("Effort"),
        "advice": _("Advice to others"),
        "contact": _("Contact"),
    }


def level_name(level: str) -> str:
    """Return what a card's level is called."""
    return hub().levels[level][language()].name if level in hub().levels else _("Another way")


def card_table(card: Card) -> str:
    """Return a card as a list of what is told."""
    region = hub().regions.name(card.region, language()) if card.region else ""
    heads = {_("Level"): level_name(card.level), _("Year"): str(card.year), **({_("Region"): region} if region else {})}
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in heads.items())
    rows += "".join(
        f"<div><dt>{escape(name)}</dt><dd>{people(getattr(card, field))}</dd></div>"
        for field, name in field_names().items()
        if getattr(card, field)
    )
    return f"<section class='hub-card' aria-labelledby='kortet'><h2 id='kortet'>{escape(_('The experience'))}</h2><dl class='hub-trace'>{rows}</dl></section>"
