"""``/kontroll``: will a video visit work from here? The page, and what its script tries against the server."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.bootstrap import Hub
from hub.call.check_words import GROUPS, check_words
from hub.call.ice import ice_servers
from hub.call.peer import LONGEST_OFFER, Peers
from hub.clock import utc_now
from hub.errors import Rejected, Unavailable
from web.body import read_body
from web.origin import same_origin
from web.pages import Pages
from web.visitors import stranger

PATH = "/kontroll"
LONGEST_MESSAGE = 100
"""Characters that the socket sends back."""
MOST_MESSAGES = 20
"""To a socket; the script sends five."""
MOST_SOCKETS = 50
"""At a time; each lives for some seconds."""
_LONGEST_S = 20.0
_NO_STORE = {"cache-control": "no-store"}

Answer = Callable[[Mapping[str, object]], Awaitable[Mapping[str, str]]]


class Check:
    """Serves the check of device and connection."""

    def __init__(self, hub: Hub, pages: Pages, peers: Peers) -> None:
        """Hold what is checked against."""
        self._hub = hub
        self._pages = pages
        self._peers = peers
        self._sockets = 0

    def routes(self) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route(PATH + "{rest:path}", self.page, methods=["GET"]),
            Route("/api/call/check", self.check, methods=["POST"]),
            Route("/api/call/echo", self.echo, methods=["POST"]),
            WebSocketRoute("/api/call/socket", self.socket),
        ]

    async def page(self, request: Request) -> Response:
        """Answer the page, with its words for the script."""
        if request.path_params["rest"].strip("/"):
            return await self._pages.not_found(request)
        say = self._pages.say(request)
        words = check_words(say)
        config = {"words": words, "iceServers": ice_servers(self._hub.settings, utc_now())}
        return await self._pages.render(
            request,
            "check.html",
            title=say("Check your device and connection"),
            description=say(
                "Find out in a minute whether a video visit will work from your device and network, and what to do if not."
            ),
            path=PATH,
            words=words,
            groups=GROUPS,
            config=json.dumps(config, ensure_ascii=False),
        )

    async def check(self, request: Request) -> Response:
        """Answer an offer of a data channel, by which the browser sees whether there is a path."""
        return await self._answer(request, "check", self._peers.check)

    async def echo(self, request: Request) -> Response:
        """Answer an offer of picture and sound, which are sent back as they come."""
        return await self._answer(request, "echo", self._peers.echo)

    async def socket(self, socket: WebSocket) -> None:
        """Send a few short messages back as they come."""
        if not same_origin(socket, self._hub.settings.public_url):
            await socket.close(code=1008)
            return
        # A refusal before this looks to the browser like a network that stops sockets.
        await socket.accept()
        if self._sockets >= MOST_SOCKETS or self._wait_s(socket, "check"):
            await socket.close(code=1013)
            return
        self._sockets += 1
        try:
            async with asyncio.timeout(_LONGEST_S):
                await socket.close(code=await _send_back(socket))
        except (TimeoutError, WebSocketDisconnect):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(code=1000)
        finally:
            self._sockets -= 1

    async def _answer(self, request: Request, what: str, answer: Answer) -> Response:
        if not same_origin(request, self._hub.settings.public_url):
            return JSONResponse({"error": "origin"}, status_code=403)
        if wait_s := self._wait_s(request, what):
            return JSONResponse({"error": "often"}, status_code=429, headers={"retry-after": str(wait_s)})
        try:
            offer = json.loads(await read_body(request, most=2 * LONGEST_OFFER))
            return JSONResponse(dict(await answer(offer if isinstance(offer, dict) else {})), headers=_NO_STORE)
        except (Rejected, ValueError, RecursionError):
            # JSON nested thousands deep ends in the last of these.
            return JSONResponse({"error": "offer"}, status_code=400)
        except Unavailable:
            return JSONResponse({"error": "full"}, status_code=503, headers={"retry-after": "20"})

    def _wait_s(self, connection: HTTPConnection, what: str) -> int:
        """Count one more, and return for how long it is too many; by cookie and address alone, which asks no database."""
        try:
            self._hub.limits.count(what, stranger(connection, self._hub.identity), utc_now)
        except Rejected as error:
            return int(str(error.facts["wait_s"]))
        return 0


async def _send_back(socket: WebSocket) -> int:
    """Send messages back until one is too long or they are too many, and return the code to close with."""
    for _ in range(MOST_MESSAGES):
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        text = message.get("text")
        if not isinstance(text, str) or len(text) > LONGEST_MESSAGE:
            return 1009
        await socket.send_text(text)
    return 1008
