"""The hub as it is served, with a door for tests: rooms opened beforehand, and what is held told.

``POST /api/test/room`` opens a room and gives its tokens, ``GET /api/test/held`` counts what is held, and
``POST /api/test/later`` lets a time pass for the rooms. Everything else is ``app.py``.
"""

import asyncio
import datetime as dt
import itertools
import json
import os
import sys
import threading
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parent.parent))

import app as served
from hub.call.service import Wish
from hub.clock import utc_now
from hub.visitor import Visitor

ROUTES = served.app._user_routes
CALLS = next(route.endpoint.__self__ for route in ROUTES if getattr(route, "path", "") == "/api/call/room")
ROOMS = served.HUB.rooms


class Clock:
    """The present moment, or another."""

    off = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return utc_now() + self.off


CLOCK = Clock()
NUMBERS = itertools.count()
ROOMS._clock = CLOCK


async def open_room(request: Request) -> Response:
    asked = await request.json()
    CLOCK.off = -dt.timedelta(seconds=asked.pop("ago_s", 0))
    wish = Wish(**{"level": "inbox", "variant": "care", "role": "resident", "together": False} | asked)
    try:
        token = ROOMS.open(Visitor(f"browser:{next(NUMBERS)}"), wish)
        seat = ROOMS.seat(token)
    finally:
        CLOCK.off = dt.timedelta()
    # Opened a while ago, but not forgotten since.
    room = ROOMS._change(seat, lambda visit, _: visit)
    return JSONResponse(dict(room.tokens))


async def held(_request: Request) -> Response:
    return JSONResponse(
        {
            "rooms": ROOMS.count(),
            "sockets": CALLS.lines.count(),
            "calls": served.peers.count(),
            "tasks": len(asyncio.all_tasks()),
            "threads": threading.active_count(),
        }
    )


async def later(request: Request) -> Response:
    CLOCK.off = dt.timedelta(**json.loads(await request.body()))
    with ROOMS._lock:
        ROOMS._sweep(CLOCK())
    CLOCK.off = dt.timedelta()
    return JSONResponse({})


ROUTES[0:0] = [
    Route("/api/test/room", open_room, methods=["POST"]),
    Route("/api/test/held", held),
    Route("/api/test/later", later, methods=["POST"]),
]

if __name__ == "__main__":
    served.app.run(config={"server.port": int(os.environ["PORT"]), "server.address": "127.0.0.1"})
