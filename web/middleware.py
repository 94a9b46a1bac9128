"""What every answer passes: which addresses exist, the headers that keep it safe, and the last net for errors.

Pure ASGI: it looks at the start of an answer and never at its body, so streams and sockets run through untouched.
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from hub.reference import new_reference
from web.origin import same_origin

log = structlog.get_logger(__name__)

_UPLOADS = "/_stcore/upload_file/"
_STREAMLIT = (
    "/_stcore/health",
    "/_stcore/host-config",
    _UPLOADS,
    "/_stcore/bidi-components/",
    "/media/",
    "/component/",
)
"""What the app in the browser asks Streamlit for. Its other doors stay shut: metrics, and driving the app by HTTP."""

_PERMISSIONS = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"

Page = Callable[[Request], Awaitable[Response]]
Failed = Callable[[Request, str], Awaitable[Response]]


def _begins(path: str, known: tuple[str, ...]) -> bool:
    """Tell whether a path is one of those known, or begins with one that ends with a slash."""
    return any(path.startswith(each) if each.endswith("/") else path == each for each in known)


def _from_elsewhere(socket: WebSocket, public_url: str) -> bool:
    """Tell whether a page of another host asks; what is no browser names none."""
    return "origin" in socket.headers and not same_origin(socket, public_url)


class Guard:
    """Answers pages and unknown addresses itself, lets the rest through, and puts the headers on everything."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Mapping[str, Page],
        files: frozenset[str],
        own: tuple[str, ...],
        not_found: Page,
        failed: Failed,
        policy: str,
        https: bool,
        public_url: str = "",
    ) -> None:
        """Wrap an app.

        Args:
            app: what answers everything that is not a page.
            pages: the pages of the app by path; each answers with the document that loads it.
            files: the paths of the files that Streamlit ships; it would answer any other with an empty page.
            own: the paths that our own routes answer; one that ends with a slash is a beginning.
            not_found: answers an address that nobody has.
            failed: answers when something unknown went wrong, given the reference that was logged.
            policy: the content security policy.
            https: whether visitors always come by HTTPS, so that cookies are Secure whatever the proxy says.
            public_url: where visitors find the app, if that is settled.
        """
        self._app = app
        self._pages = pages
        self._files = files
        self._own = own
        self._not_found = not_found
        self._failed = failed
        self._headers = {
            "content-security-policy": policy,
            "permissions-policy": _PERMISSIONS,
            "referrer-policy": "strict-origin-when-cross-origin",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
        }
        self._https = https
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or socket."""
        if scope["type"] == "websocket" and _from_elsewhere(WebSocket(scope, receive, send), self._public_url):
            # Streamlit refuses it too, but first asks another host for its own address while everybody waits.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(scope, message)
            await send(message)

        try:
            answer = self._answer(scope)
            if answer is None:
                await self._app(scope, receive, send_with_headers)
            else:
                response = await answer(Request(scope, receive))
                await response(scope, receive, send_with_headers)
        except Exception:
            reference = new_reference()
            log.exception("request_failed", reference=reference, path=scope["path"])
            if started:
                raise
            response = await self._failed(Request(scope, receive), reference)
            await response(scope, receive, send_with_headers)

    def _answer(self, scope: Scope) -> Page | None:
        """Return who answers a request if the app does not."""
        path: str = scope["path"]
        page = self._pages.get(path) or (self._pages.get(path.rstrip("/")) if path.endswith("/") else None)
        read = scope["method"] in {"GET", "HEAD"}
        if page and read:
            return page
        if path in self._files or _begins(path, self._own) or _begins(path, _STREAMLIT):
            # Uploads are only ever sent; to a reader Streamlit would answer with its own empty page.
            return self._not_found if read and path.startswith(_UPLOADS) else None
        return self._not_found

    def _dress(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(raw=message["headers"])
        for name, value in self._headers.items():
            headers[name] = value
        if "server" in headers:
            del headers["server"]
        if self._https or scope["scheme"] == "https":
            message["headers"] = [
                (
                    name,
                    value + b"; Secure" if name.lower() == b"set-cookie" and b"secure" not in value.lower() else value,
                )
                for name, value in message["headers"]
            ]
