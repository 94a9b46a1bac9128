"""A server that speaks the room's protocol and knows nothing of visits: what the tests tell it, both browsers are shown.

``/`` mounts the module with the token in the address, ``<room>-resident`` or ``<room>-staff``. ``POST /fake/<room>``
changes what the room shows, ``GET /fake/<room>`` tells what its browsers have sent. The counterpart is a green picture.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from hub.call.words import call_words
from hub.language import read_catalogue
from hub.settings import ROOT
from web.shell import Streamlit, content_security_policy

CATALOGUE = read_catalogue(ROOT / "content" / "locale" / "sv.po")
ROLES = ("resident", "staff")
NAMES = {"resident": "Olle, invånare", "staff": "Sara, sjuksköterska"}
STAGE = (
    "<h2 data-focus tabindex='-1'>Steget</h2><p>Det här ritar servern.</p>"
    "<p><button class='hub-button' data-do='next' data-value='1'>Gå vidare</button></p>"
)
SIDE = "<h2>Vad som rör sig</h2><p>Inget ännu.</p><p><button class='hub-button quiet' data-do='help'>Hjälp</button></p>"
POLICY = content_security_policy(Streamlit("", ""))
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Samtal</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/style.css"><script type="application/json" id="config">{config}</script>
<script type="module" src="/fake.js"></script></head>
<body><main class="hub-plain"><h1>Besöket</h1><p><button id="redraw">Rita om</button></p><div id="call"></div></main></body></html>"""
SCRIPT = """import { mount } from "/assets/call.js?v=test";
window.phases = [];
const config = JSON.parse(document.getElementById("config").textContent);
const begin = () => { window.unmount = mount(document.getElementById("call"), { ...config, onPhase: (phase) => window.phases.push(phase) }); };
document.getElementById("redraw").addEventListener("click", () => { window.unmount(); begin(); });
begin();
"""


class Green(VideoStreamTrack):
    """A picture that is all green, 15 times a second."""

    async def recv(self) -> av.VideoFrame:
        pts, base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane, value in zip(frame.planes, (150, 44, 21), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, base
        return frame


@dataclass
class Room:
    """What both are shown, and what they have sent."""

    sockets: dict[str, WebSocket] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=lambda: {role: {} for role in ROLES})
    sent: list[dict[str, Any]] = field(default_factory=list)
    peers: list[RTCPeerConnection] = field(default_factory=list)
    closed: bool = False
    version: int = 0

    def view(self, role: str) -> dict[str, Any]:
        other = ROLES[1 - ROLES.index(role)]
        shown = {"phase": "step", "stage": STAGE, "side": SIDE, "focus": False, "announce": ""} | self.shown[role]
        call = {
            "with": "person",
            "offers": role == "staff",
            "name": NAMES[other],
            "present": other in self.sockets or shown.get("call", {}).get("with") == "clip",
            "trouble": "",
            "fallback_phone": "Går det inte, ring 010-000 00 00 (påhittat).",
        } | shown.get("call", {})
        return {
            **shown,
            "kind": "view",
            "version": self.version,
            "call": call if shown["phase"] in {"wait", "call"} else None,
        }

    async def push(self) -> None:
        self.version += 1
        for role, socket in list(self.sockets.items()):
            try:
                await socket.send_json(self.view(role))
            except (RuntimeError, WebSocketDisconnect):
                self.sockets.pop(role, None)
        for role in ROLES:
            self.shown[role] = {**self.shown[role], "announce": "", "focus": False}


rooms: dict[str, Room] = {}


async def page(request: Request) -> Response:
    language = request.query_params.get("lang", "sv")
    words = call_words((lambda text: CATALOGUE.text("sv", text)) if language == "sv" else str)
    config = {
        "token": request.query_params["besok"],
        "socket": "/api/call/room",
        "language": language,
        "words": words,
        "iceServers": [],
    }
    html = PAGE.format(language=language, config=json.dumps(config).replace("<", "\\u003c"))
    return HTMLResponse(html, headers={"content-security-policy": POLICY})


async def script(_request: Request) -> Response:
    return Response(SCRIPT, media_type="text/javascript")


async def control(request: Request) -> Response:
    room = rooms.setdefault(request.path_params["room"], Room())
    if request.method == "GET":
        return JSONResponse({"sent": room.sent, "present": sorted(room.sockets)})
    asked = await request.json()
    if "say" in asked:
        await room.sockets[asked["role"]].send_json(asked["say"])
        return JSONResponse({})
    if "drop" in asked:
        if asked["drop"]:
            room.closed = asked["drop"] == "closed"
        for socket in list(room.sockets.values()):
            await socket.close(asked.get("code", 1012))
        return JSONResponse({})
    if asked.get("open"):
        room.closed = False
    for role in [asked["role"]] if "role" in asked else ROLES:
        change = asked.get("show", {})
        call = room.shown[role].get("call", {}) | change.get("call", {})
        room.shown[role] = {**room.shown[role], **change, "call": call}
    await room.push()
    return JSONResponse({})


async def line(socket: WebSocket) -> None:
    name, role = socket.query_params["besok"].rsplit("-", 1)
    room = rooms.setdefault(name, Room())
    await socket.accept()
    if room.closed:
        await socket.close(1012)
        return
    if before := room.sockets.get(role):
        await before.close(4409)
    room.sockets[role] = socket
    await room.push()
    beat = asyncio.create_task(heartbeat(socket))
    try:
        async for message in socket.iter_json():
            await hear(room, role, message)
    finally:
        beat.cancel()
        if room.sockets.get(role) is socket:
            del room.sockets[role]
            await room.push()


async def heartbeat(socket: WebSocket) -> None:
    while True:
        await asyncio.sleep(2)
        await socket.send_json({"kind": "ping"})


async def hear(room: Room, role: str, message: dict[str, Any]) -> None:
    kind = message["kind"]
    other = room.sockets.get(ROLES[1 - ROLES.index(role)])
    clip = room.shown[role].get("call", {}).get("with") == "clip"
    if kind == "pong":
        return
    room.sent.append({"role": role, **{k: v for k, v in message.items() if k not in {"data", "sdp"}}})
    if kind == "offer" and (full := room.shown[role].get("full")):
        await room.sockets[role].send_json({"kind": "no-answer", "sentence": full})
    elif kind == "offer":
        await room.sockets[role].send_json({"kind": "answer", "sdp": await answer(room, message["sdp"])})
    elif kind in {"signal", "media"} and other and not clip:
        await other.send_json(message)
    elif kind == "chat" and other and not clip:
        await other.send_json({"kind": "chat", "from": role, "text": message["text"]})
    elif kind == "do" and message["what"] == "refuse":
        await room.sockets[role].send_json({"kind": "refused", "sentence": "Det går inte nu."})
    elif kind == "do":
        await room.push()
    elif kind == "leave" and not room.shown[role].get("stays"):
        room.shown[role] = {**room.shown[role], "phase": "step", "stage": STAGE, "focus": True}
        await room.push()


async def answer(room: Room, sdp: str) -> str:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    room.peers.append(peer)
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(Green())
    await peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    await peer.setLocalDescription()
    return peer.localDescription.sdp


app = Starlette(
    routes=[
        Route("/", page),
        Route("/fake.js", script),
        Route("/fake/{room}", control, methods=["GET", "POST"]),
        Route("/api/ready", lambda _request: PlainTextResponse("ready")),
        WebSocketRoute("/api/call/room", line),
        Mount("/assets", StaticFiles(directory=ROOT / "web" / "assets")),
    ],
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", ws="websockets-sansio")
