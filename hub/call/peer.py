"""The server's end of a call: aiortc answers, the browser offers. The only module that knows aiortc.

So far one thing is answered: a data channel that sends back what it gets, so that a visitor can see whether calls get
through from where they sit. Media comes with the demo visit.
"""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from hub.errors import Rejected, Unavailable

log = structlog.get_logger(__name__)

MOST_PEERS = 8
"""Connections at a time; each costs the process sockets and some CPU while it sets up."""
LONGEST_S = 20.0
"""A connection check is over in a second or two; whatever is left after this is closed."""
LONGEST_OFFER = 20_000
"""Characters. A browser's offer with one data channel has about 500."""
_LONGEST_MESSAGE = 200


class Peers:
    """The connections that are open now."""

    def __init__(self, most: int = MOST_PEERS, longest_s: float = LONGEST_S) -> None:
        """Start with none."""
        self._most = most
        self._longest_s = longest_s
        self._open: dict[RTCPeerConnection, asyncio.Task[None]] = {}

    def count(self) -> int:
        """Return how many connections are open."""
        return len(self._open)

    async def answer(self, offer: Mapping[str, object]) -> dict[str, str]:
        """Answer a browser's offer of a data channel.

        Args:
            offer: ``{"type": "offer", "sdp": …}`` as the browser's ``RTCSessionDescription`` gives it.

        Returns:
            The answer in the same form.

        Raises:
            Rejected: the offer cannot be read (``offer``).
            Unavailable: as many connections as the server takes are open.
        """
        sdp = offer.get("sdp")
        if offer.get("type") != "offer" or not isinstance(sdp, str) or len(sdp) > LONGEST_OFFER:
            raise Rejected("offer")
        if "m=audio" in sdp or "m=video" in sdp or "m=application" not in sdp:
            # aiortc decodes whatever arrives, wanted or not; an offer of nothing would only hold a place.
            raise Rejected("offer")
        if len(self._open) >= self._most:
            raise Unavailable("all places for connection checks are taken")
        # Without an explicit empty list aiortc would ask a third party's server for the address.
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._open[connection] = asyncio.create_task(self._close_in_time(connection))
        connection.on("datachannel", _echo)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
            await connection.setLocalDescription()
        except Exception as cause:
            # aiortc raises whatever its parser met; none of it is the server's fault.
            await self._close(connection)
            log.info("offer_refused", cause=type(cause).__name__)
            raise Rejected("offer") from cause
        return {"type": connection.localDescription.type, "sdp": connection.localDescription.sdp}

    async def close_all(self) -> None:
        """Close every connection; called when the server stops."""
        for connection in list(self._open):
            await self._close(connection)

    async def _close_in_time(self, connection: RTCPeerConnection) -> None:
        done = asyncio.Event()

        @connection.on("connectionstatechange")
        def look() -> None:
            if connection.connectionState in {"failed", "closed"}:
                done.set()

        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), self._longest_s)
        await self._close(connection)

    async def _close(self, connection: RTCPeerConnection) -> None:
        task = self._open.pop(connection, None)
        await connection.close()
        if task and task is not asyncio.current_task():
            task.cancel()


def _echo(channel: RTCDataChannel) -> None:
    @channel.on("message")
    def answer(message: object) -> None:
        if isinstance(message, str) and len(message) <= _LONGEST_MESSAGE:
            channel.send(message)
