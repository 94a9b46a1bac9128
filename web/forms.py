"""Reading a plain form from one of our own pages."""

from starlette.requests import Request

from hub.errors import Rejected
from web.origin import same_origin

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
