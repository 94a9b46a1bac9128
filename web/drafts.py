"""``/api/utkast/<id>``: drafts as JSON, for the editor in the browser; and ``/api/forhandsvisning``: how a text will look."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.drafts import LONGEST, LONGEST_FIELDS, Draft, clean
from hub.errors import Rejected, Unavailable
from hub.markdown import MAX_PEOPLE_CHARACTERS, render_people
from hub.visitor import Visitor
from web.body import read_body
from web.origin import same_origin
from web.visitors import keep_browser, visitor_of

_LARGEST: Final = 6 * (LONGEST + LONGEST_FIELDS) + 2_000
"""Bytes; a character takes at most six in JSON."""
_PERSON: Final = "p"
_BROWSER: Final = "b"
"""How the names of owners begin."""
_WAIT_S: Final = 5
"""When to try again if the database does not answer."""
_STATUS: Final = {
    "newer": 409,
    "too-long": 413,
    "too-large": 413,
    "too-many": 413,
    "too-often": 429,
    "no-owner": 401,
    "origin": 403,
    "other-owner": 403,
}
"""Every other refusal is a 400."""


@dataclass(frozen=True)
class _Sent:
    """What an editor sends with a text."""

    text: str
    seen: int
    base: str
    owner: str
    """Whose text the browser takes it for; empty if it does not know."""
    fields: Mapping[str, str]
    """What stands in the form above the text."""


class Drafts:
    """Serves drafts and previews."""

    def __init__(self, hub: Hub) -> None:
        """Hold the hub."""
        self._hub = hub

    def routes(self) -> list[Route]:
        """Return the routes of drafts and previews."""
        return [
            Route("/api/utkast/{id:str}", self.draft, methods=["GET", "PUT", "DELETE"]),
            Route("/api/forhandsvisning", self.preview, methods=["POST"]),
        ]

    async def draft(self, request: Request) -> Response:
        """Answer with a draft, save it, or throw it away.

        A browser without a name gets one first. It cannot save until it sends the name back: a draft nobody could ask
        for again would be no draft.
        """

        async def answer() -> Response:
            if request.method == "PUT":
                sent = _read(await self._body(request))
                return await run_in_threadpool(self._save, request, sent)
            if request.method == "DELETE":
                self._ours(request)
                return await run_in_threadpool(self._discard, request)
            return await run_in_threadpool(self._show, request)

        response = await _refusing(answer)
        with suppress(Unavailable):
            if (await run_in_threadpool(self._by, request)).key.startswith("address:"):
                keep_browser(request, response)
        return response

    async def preview(self, request: Request) -> Response:
        """Answer with a text as it will look when it has been sent."""

        async def answer() -> Response:
            sent = _read(await self._body(request))
            return await run_in_threadpool(self._preview, request, sent)

        return await _refusing(answer)

    def _show(self, request: Request) -> Response:
        by = self._by(request)
        if by.key.startswith("address:"):
            self._hub.limits.count("draft", by, utc_now)
            return JSONResponse({"owner": "", "draft": None})
        found = self._hub.drafts.read(by, request.path_params["id"])
        return JSONResponse({"owner": _owner(by), "draft": found and _out(found)})

    def _save(self, request: Request, sent: _Sent) -> Response:
        by = self._by(request)
        if sent.owner.startswith(_PERSON) and sent.owner != _owner(by):
            # Written by somebody who has since signed out, in another window; it must not become the next one's.
            raise Rejected("other-owner")
        saved = self._hub.drafts.save(by, request.path_params["id"], sent.text, sent.seen, sent.base, sent.fields)
        return JSONResponse(
            {"owner": _owner(by), "draft": {"version": saved.version, "saved_at": saved.saved_at.isoformat()}}
        )

    def _discard(self, request: Request) -> Response:
        seen = request.query_params.get("seen", "")
        if seen and not (seen.isascii() and seen.isdigit() and len(seen) <= 10):  # noqa: PLR2004 - digits of the largest
            raise Rejected("seen")
        self._hub.drafts.discard(self._by(request), request.path_params["id"], int(seen) if seen else None)
        return Response(status_code=204)

    def _preview(self, request: Request, sent: _Sent) -> Response:
        self._hub.limits.count("preview", self._by(request), utc_now)
        text = clean(sent.text)
        if len(text) > MAX_PEOPLE_CHARACTERS:
            raise Rejected("too-long", "text", {"most": MAX_PEOPLE_CHARACTERS})
        return HTMLResponse(render_people(text))

    def _by(self, request: Request) -> Visitor:
        return visitor_of(request, self._hub.identity)

    def _ours(self, request: Request) -> None:
        if not same_origin(request, self._hub.settings.public_url):
            raise Rejected("origin")

    async def _body(self, request: Request) -> bytes:
        self._ours(request)
        return await read_body(request, most=_LARGEST)


async def _refusing(answer: Callable[[], Any]) -> Response:
    """Answer, or say in JSON why not; nobody keeps either."""
    try:
        response: Response = await answer()
    except Rejected as error:
        facts: dict[str, object] = {"error": error.code}
        if error.field == "fields":
            facts["field"] = error.field
        if isinstance(other := error.facts.get("draft"), Draft):
            facts["draft"] = _out(other)
        response = JSONResponse(facts, status_code=_STATUS.get(error.code, 400))
        if "wait_s" in error.facts:
            response.headers["retry-after"] = str(error.facts["wait_s"])
    except Unavailable:
        response = JSONResponse({"error": "unavailable"}, status_code=503, headers={"retry-after": str(_WAIT_S)})
    response.headers["cache-control"] = "no-store"
    return response


def _read(body: bytes) -> _Sent:
    """Read what was sent; whatever is of another shape is refused.

    Raises:
        Rejected: ``shape``.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        # JSON nested thousands deep ends in the last of these.
        raise Rejected("shape") from None
    if not isinstance(found, dict):
        raise Rejected("shape")
    text, seen, base, owner = found.get("text"), found.get("seen", 0), found.get("base", ""), found.get("owner", "")
    if not isinstance(text, str) or not isinstance(base, str) or not isinstance(owner, str):
        raise Rejected("shape")
    if type(seen) is not int or not 0 <= seen < 2**31:
        raise Rejected("shape")
    fields = found.get("fields", {})
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise Rejected("shape")
    return _Sent(text, seen, base, owner, fields)


def _owner(by: Visitor) -> str:
    """Name the owner to the browser, which keeps texts apart by it; nobody can work the key out from it."""
    return (_PERSON if by.signed_in else _BROWSER) + hashlib.sha256(by.key.encode()).hexdigest()[:16]


def _out(draft: Draft) -> dict[str, object]:
    """Return a draft as JSON can hold it."""
    return {
        "text": draft.text,
        "fields": dict(draft.fields),
        "base": draft.base,
        "version": draft.version,
        "saved_at": draft.saved_at.isoformat(),
    }
