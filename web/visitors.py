"""Who sends a request: the same answer for every route, and the cookies that tell."""

import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.identity.rules import SESSION_ID, on_this_machine
from hub.identity.service import Identity
from hub.visitor import BROWSER_COOKIE, SESSION_COOKIE, Visitor

_KEPT = "hub.visitor"
_YEAR_S = 365 * 24 * 3600


def visitor_of(request: HTTPConnection, identity: Identity) -> Visitor:
    """Tell who sends a request; looked up once for each.

    It may ask the database, so it is called in a thread: from a sync endpoint, or by ``run_in_threadpool``.

    Raises:
        Unavailable: somebody is signed in, and the database does not answer.
    """
    if _KEPT not in request.scope:
        request.scope[_KEPT] = identity.visitor(
            request.cookies.get(SESSION_COOKIE),
            local=is_local(request),
            key=identity.key(request.cookies.get(BROWSER_COOKIE), address_of(request)),
            address=address_of(request),
        )
    found: Visitor = request.scope[_KEPT]
    return found


def stranger(request: HTTPConnection, identity: Identity) -> Visitor:
    """Tell who sends a request as far as the browser and the address say, without asking the database."""
    where = address_of(request)
    return identity.visitor(
        None, local=False, key=identity.key(request.cookies.get(BROWSER_COOKIE), where), address=where
    )


def address_of(request: HTTPConnection) -> str:
    """Return the address a request comes from; a trusted proxy's word has been taken by the server already."""
    return request.client.host if request.client else ""


def is_local(request: HTTPConnection) -> bool:
    """Tell whether a request comes from this very machine, with nothing in between."""
    if request.scope.get("http_version") == "1.0":
        return False
    headers = dict(request.headers.items())
    return on_this_machine(address_of(request), headers, socket=request.scope["type"] == "websocket")


def keep_browser(request: HTTPConnection, response: Response) -> str:
    """Give a browser that keeps something without signing in a name for it, if it has none, and return the cookie.

    For routes that are about to keep the first thing for ``identity.key(…)``.
    """
    held = request.cookies.get(BROWSER_COOKIE)
    if held and SESSION_ID.fullmatch(held):
        return held
    made = secrets.token_urlsafe(32)
    response.set_cookie(BROWSER_COOKIE, made, max_age=_YEAR_S, httponly=True, samesite="lax", path="/")
    return made
