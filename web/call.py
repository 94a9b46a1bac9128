"""Signalling for calls, and the page where a visitor checks whether calls get through."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.call.peer import LONGEST_OFFER, Peers
from hub.errors import Rejected, Unavailable
from web.body import read_body
from web.origin import same_origin


class Calls:
    """Serves the signalling."""

    def __init__(self, peers: Peers, public_url: str) -> None:
        """Hold the connections."""
        self._peers = peers
        self._public_url = public_url

    def routes(self) -> list[Route]:
        """Return the routes of the signalling."""
        return [Route("/api/call/check", self.check, methods=["POST"])]

    async def check(self, request: Request) -> Response:
        """Answer an offer for a connection check."""
        if not same_origin(request, self._public_url):
            return JSONResponse({"error": "origin"}, status_code=403)
        try:
            offer = json.loads(await read_body(request, most=2 * LONGEST_OFFER))
            answer = await self._peers.answer(offer if isinstance(offer, dict) else {})
            return JSONResponse(answer, headers={"cache-control": "no-store"})
        except (Rejected, ValueError, RecursionError):
            # JSON nested thousands deep ends in the last of these.
            return JSONResponse({"error": "offer"}, status_code=400)
        except Unavailable:
            return JSONResponse({"error": "full"}, status_code=503, headers={"retry-after": "20"})
