"""Many who play alone at once, without browsers: each goes to the call and takes what the counterpart sends.

Packets are counted and dropped before they would be decoded, so that the server is what is tried.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.browser.support import ROOT, Server

ARRIVES_S = 60
SOUNDS, PICTURES = 50, 15
"""Packets a second of a call; a picture takes one at least."""


def steps_before_the_call(level: str) -> list[str]:
    """The steps of a level's first visit that people do before they meet, by id."""
    content = yaml.safe_load((ROOT / "content" / "visits" / f"{level}.yaml").read_text())
    by_hand = [step["id"] for step in content["variants"][0]["steps"] if step["actor"] != "machine"]
    return by_hand[: by_hand.index("call")]


@dataclass(frozen=True)
class Held:
    """What a server holds."""

    rooms: int
    sockets: int
    calls: int
    tasks: int
    threads: int
    files: int
    memory_kb: int

    @classmethod
    def of(cls, server: Server) -> "Held":
        told = httpx.get(f"{server.url}/api/test/held", trust_env=False, timeout=30).raise_for_status().json()
        process = Path("/proc") / str(server.process.pid)
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        return cls(**told, files=len(list((process / "fd").iterdir())), memory_kb=int(status["VmRSS"].split()[0]))


def emptied(server: Server, before: Held) -> Held:
    """Let ten minutes pass for the rooms once all have left, and wait until nothing is held but what was before."""
    deadline = time.monotonic() + ARRIVES_S
    while (held := Held.of(server)).calls or held.sockets:
        assert time.monotonic() < deadline, held
    httpx.post(f"{server.url}/api/test/later", json={"minutes": 11}, trust_env=False).raise_for_status()
    # A connection's own tasks look now and then whether it is closed.
    while (held := Held.of(server)).rooms or held.tasks > before.tasks or held.files > before.files:
        assert time.monotonic() < deadline, held
    return held


class _Caller:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.packets = {"audio": 0, "video": 0}

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                message = json.loads(text)
                if message["kind"] == "ping":
                    await self.say(kind="pong")
                else:
                    self._heard.put_nowait(message)

    async def say(self, **message: object) -> None:
        await self._socket.send(json.dumps(message))

    async def hear(self, suits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not suits(message := await self._heard.get()):
            pass
        return message

    def _count(self, kind: str) -> Callable[..., Awaitable[None]]:
        async def drop(*_packet: object, **_more: object) -> None:
            self.packets[kind] += 1

        return drop

    async def take_the_call(self, connection: RTCPeerConnection) -> None:
        for kind in ("audio", "video"):
            connection.addTransceiver(kind, direction="recvonly").receiver._handle_rtp_packet = self._count(kind)
        await connection.setLocalDescription()
        await self.say(kind="offer", sdp=connection.localDescription.sdp)
        answer = await self.hear(lambda message: message["kind"] in {"answer", "no-answer"})
        await connection.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))


async def play(server: Server, role: str, steps: list[str], seconds: float, *, vanish: bool) -> dict[str, int]:
    """Play from the first step into the call, take some seconds of it and leave; return how many packets came.

    Args:
        server: where.
        role: whose.
        steps: the ids of the steps by hand before the call.
        seconds: of the call.
        vanish: whether to go without a word.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=ARRIVES_S) as client:
        opened = (await client.post(f"{server.url}/api/test/room", json={"role": role})).raise_for_status().json()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    async with (
        asyncio.timeout(ARRIVES_S),
        connect(
            f"ws://127.0.0.1:{server.port}/api/call/room?besok={opened[role]}",
            origin=server.url,
            proxy=None,
            ping_interval=None,
        ) as socket,
    ):
        caller = _Caller(socket)
        ear = asyncio.create_task(caller.listen())
        try:
            for step in steps:
                await caller.say(kind="do", what="act", value=step, seen=0)
            await caller.hear(lambda message: message.get("phase") == "call")
            await caller.take_the_call(connection)
            while caller.packets["audio"] < SOUNDS * seconds or caller.packets["video"] < PICTURES * seconds:  # noqa: ASYNC110 - packets tell nobody
                await asyncio.sleep(0.05)
            if not vanish:
                await caller.say(kind="leave")
                await caller.hear(lambda message: message.get("phase") == "step")
        finally:
            ear.cancel()
            await connection.close()
    return caller.packets


async def play_many(server: Server, steps: list[str], count: int, at_once: int, seconds: float) -> list[dict[str, int]]:
    """Let many play, some at a time; every fifth goes without a word."""
    places = asyncio.Semaphore(at_once)

    async def one(number: int) -> dict[str, int]:
        async with places:
            role = ("resident", "staff")[number % 2]
            return await play(server, role, steps, seconds, vanish=number % 5 == 4)

    return await asyncio.gather(*(one(number) for number in range(count)))
