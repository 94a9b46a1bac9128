"""``/api/live?topic=…``: a socket that says when a topic has moved."""

import asyncio
import re

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.errors import Rejected, Unavailable
from hub.forum.moderation import REPORTS
from hub.identity.rules import Action, allowed
from hub.live import Listener
from web.origin import same_origin
from web.visitors import stranger, visitor_of

OPEN_TOPICS = frozenset({"windows", "board"})
"""Topics anyone may listen to."""
_SECRET_TOPIC = re.compile(r"(plan|survey)-[A-Za-z0-9_-]{22}")
"""Topics that only those know who may listen to them."""
_FORUM_TOPIC = re.compile(r"forum(:[a-z0-9]{1,16})?")
"""Topics that only those may listen to who read the forum."""
_MOST_LISTENERS = 2_000
_LONGEST_S = 4 * 3600
"""A socket is closed after this long; a page still open connects again."""


class Live:
    """Serves the push channel."""

    def __init__(self, hub: Hub) -> None:
        """Hold the hub."""
        self._hub = hub
        self._topics = hub.topics
        self._public_url = hub.settings.public_url

    def routes(self) -> list[WebSocketRoute]:
        """Return the route of the channel."""
        return [WebSocketRoute("/api/live", self.listen)]

    async def listen(self, socket: WebSocket) -> None:
        """Send the topic's version at once and each time it moves."""
        topic = socket.query_params.get("topic", "")
        if not same_origin(socket, self._public_url) or not await self._may(socket, topic):
            await socket.close(code=1008)
            return
        if self._topics.listeners(topic) >= _MOST_LISTENERS or self._too_often(socket):
            await socket.close(code=1013)
            return
        await socket.accept()
        async with self._topics.listen(topic) as listener:
            if topic == "windows":
                self._topics.move(topic)
            send = asyncio.create_task(self._send(socket, topic, listener))
            gone = asyncio.create_task(_until_gone(socket))
            try:
                await asyncio.wait({send, gone}, timeout=_LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (send, gone):
                    task.cancel()
                await asyncio.gather(send, gone, return_exceptions=True)
        if topic == "windows":
            self._topics.move(topic)

    async def _may(self, socket: WebSocket, topic: str) -> bool:
        if topic in OPEN_TOPICS or _SECRET_TOPIC.fullmatch(topic):
            return True
        if not (_FORUM_TOPIC.fullmatch(topic) or topic == REPORTS):
            return False
        try:
            by = await run_in_threadpool(visitor_of, socket, self._hub.identity)
        except Unavailable:
            return False
        return allowed(by, Action.FORUM_MODERATE if topic == REPORTS else Action.FORUM_READ)

    def _too_often(self, socket: WebSocket) -> bool:
        """Count one more; by cookie and address alone, since the loop cannot wait for the database."""
        try:
            self._hub.limits.count("live", stranger(socket, self._hub.identity), utc_now)
        except Rejected:
            return True
        return False

    async def _send(self, socket: WebSocket, topic: str, listener: Listener) -> None:
        seen = -1
        while True:
            seen = await listener.next_version(seen)
            await socket.send_json({"topic": topic, "version": seen})


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return
