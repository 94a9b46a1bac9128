"""Small pieces of HTML that several readings share; everything from outside is escaped here."""

from html import escape
from urllib.parse import quote, urlencode


def address(path: str, **query: str) -> str:
    """Return an address within the app, ready to stand in an attribute."""
    return escape(f"{path}?{urlencode(query, safe='~._-')}" if query else path)


def mailto(subject: str, body: str) -> str:
    """Return an address that opens the visitor's own e-mail program with a letter begun."""
    return f"mailto:?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"


def figure(wide: str, narrow: str) -> str:
    """Return a drawing in its two forms, of which the style sheet shows the one that fits."""
    return (
        f"<figure class='hub-drawing'><div class='hub-wide'>{wide}</div><div class='hub-narrow'>{narrow}</div></figure>"
    )
