"""Demo visits over the wire: the page for whoever joins by link, and the door to the room's socket (``web/lines.py``)."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from hub.bootstrap import Hub
from hub.call.ice import ice_servers
from hub.call.peer import Peers
from hub.call.words import call_words
from hub.clock import utc_now
from hub.errors import NotFound, Rejected
from web.lines import CLOSED, FULL, Line, Lines
from web.origin import same_origin
from web.pages import Pages, language_of
from web.visitors import stranger


class Calls:
    """Lets players into their rooms."""

    def __init__(self, hub: Hub, pages: Pages, peers: Peers) -> None:
        """Hold the hub and the connections."""
        self._hub = hub
        self._pages = pages
        self._public_url = hub.settings.public_url
        self.lines = Lines(hub, peers)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            WebSocketRoute("/api/call/room", self.room),
            Route("/besok/{token:path}", self.joined),
        ]

    async def joined(self, request: Request) -> Response:
        """Answer with the page of whoever joins by link: the same visit, without the app around it."""
        token = request.path_params["token"]
        say = self._pages.say(request)
        try:
            self._hub.rooms.seat(token)
        except NotFound:
            return await self._pages.notice(
                request,
                say("The visit is over"),
                [
                    say("A demo visit lasts an hour at most, and its link holds no longer. Nothing of it has been kept."),
                    say("Ask whoever sent the link for a new one, or play a visit of your own."),
                ],
                status=404,
                onward="/prova",
            )  # fmt: skip
        language = language_of(request)
        answer = await self._pages.render(
            request,
            "visit.html",
            title=say("Demo visit"),
            description="",
            path="/prova",
            config=json.dumps(
                {
                    "token": token,
                    "socket": "/api/call/room",
                    "language": language,
                    "words": call_words(say),
                    "iceServers": ice_servers(self._hub.settings, utc_now()),
                }
            ),
        )
        answer.headers["cache-control"] = "no-store"
        return answer

    async def room(self, socket: WebSocket) -> None:
        """Keep a player in a room: send what there is to see, take what is done, pass on what the two browsers say."""
        if not same_origin(socket, self._public_url):
            await socket.close(code=1008)
            return
        await socket.accept()
        who = stranger(socket, self._hub.identity)
        line = Line(self.lines, socket, who)
        try:
            self._hub.limits.count("room", who, utc_now)
            seat = self._hub.rooms.seat(socket.query_params.get("besok", ""))
        except Rejected:
            await line.bye("full", FULL)
            return
        except NotFound:
            await line.bye("gone", CLOSED)
            return
        if self.lines.full(seat):
            await line.bye("full", FULL)
            return
        await line.keep(seat)
