"""The row of parts that every view of where things stand begins with."""

from html import escape

from components.words import _


def ways(current: str = "") -> str:
    """Return the row of parts that every view of the page begins with."""
    parts = {
        "": ("/mognad", _("In short")),
        "svar": ("/mognad?del=svar", _("Answers 2020")),
        "listor": ("/mognad?del=listor", _("Lists")),
        "sedan": ("/mognad?del=sedan", _("Since 2020")),
        "runda": ("/mognad?del=runda", _("Rounds")),
        "regioner": ("/regioner", _("Regions")),
    }
    items = "".join(
        f"<li><a href='{address}'{' aria-current=true' if part == current else ''}>{escape(name)}</a></li>"
        for part, (address, name) in parts.items()
    )
    return f"<nav class='hub-tabs' aria-label='{escape(_('Parts of this page'))}'><ul>{items}</ul></nav>"
