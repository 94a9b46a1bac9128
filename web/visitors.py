"""Who asks: the visitor behind a request."""

import hashlib
from typing import Final

from starlette.requests import HTTPConnection

from hub.visitor import Visitor

BROWSER_COOKIE: Final = "hub_browser"


def visitor_of(request: HTTPConnection) -> Visitor:
    """Return who asks: a browser we have given a name, or else the address it comes from."""
    if token := request.cookies.get(BROWSER_COOKIE, ""):
        return Visitor(f"browser:{_hash(token)}")
    return Visitor(f"address:{_hash(request.client.host if request.client else '')}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
