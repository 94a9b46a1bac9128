"""Taking a plain form from one of our own pages: reading it, doing what it asks, and leading on or back."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.bootstrap import Hub
from hub.errors import NotFound, Rejected, Unavailable
from hub.visitor import Visitor
from web.origin import same_origin
from web.pages import Pages
from web.visitors import visitor_of

Work = Callable[[Visitor, Mapping[str, str]], None]
Way = Callable[[Mapping[str, str]], str]
"""From the fields of a form to an address."""

_MOST_FIELDS = 20
_LARGEST = 40_000
"""Bytes."""


async def read_form(request: Request, public_url: str) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        Rejected: ``origin``, it does not come from one of our pages; ``too-large``.
    """
    if not same_origin(request, public_url):
        raise Rejected("origin")
    stated = request.headers.get("content-length", "")
    if not stated.isdecimal() or int(stated) > _LARGEST:
        raise Rejected("too-large")
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


async def take_form(
    hub: Hub, pages: Pages, request: Request, form: str | Way, work: Work, back: Way, onward: Way
) -> Response:
    """Do what a form asks, for somebody signed in, and lead on; refused, hold what was typed and lead back to it.

    Args:
        hub: what the hub holds.
        pages: answers a form that is none of ours.
        request: the request.
        form: the name the refused form is held by; where several of a kind stand on one page, by its fields.
        work: what to do.
        back: where the form stands.
        onward: where to go when it is done.
    """
    try:
        given = await read_form(request, hub.settings.public_url)
    except Rejected as error:
        return await pages.refused(request, error)
    by = await run_in_threadpool(visitor_of, request, hub.identity)
    if not by.signed_in:
        return RedirectResponse(f"/auth/login?next={quote(onward(given))}", status_code=303)
    name = form if isinstance(form, str) else form(given)
    try:
        await run_in_threadpool(work, by, given)
    except (Rejected, NotFound, Unavailable) as error:
        hub.held.hold(by.key, name, given, error)
        return RedirectResponse(back(given), status_code=303)
    hub.held.drop(by.key, name)
    return RedirectResponse(onward(given), status_code=303)
