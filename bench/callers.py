"""Hold calls as many browsers at once, and drop what arrives before it is decoded, so that their cost is the wire's.

Usage: ``python bench/callers.py hub|streamlit_webrtc <address of the server> <calls> [<all>]``. A process of its own, so
that nothing of it counts as the server's. It tells on standard output when all calls are connected; for each number of
seconds that it reads on standard input it then listens for so long and tells what it heard; it hangs up at the end of
the input. Each answer is one line of JSON.

Given a number of all calls, it holds so many in turn instead, each for a moment and some at a time, and tells how many
were seen and heard.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import re
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
    rtcrtpreceiver,
)
from aiortc.rtp import RtpPacket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from hub.call.peer import offer_loopback

LEVEL: Final = "inbox"
CLOCK: Final[Mapping[str, int]] = {"audio": 48_000, "video": 90_000}
CONNECTED_WITHIN_S: Final = 60.0
MOMENT_S: Final = 2.0
LEAVES_EVERY: Final = 5
FREEZE_S: Final = 0.15
"""How much later than on average a picture comes when it counts as a freeze, by W3C's definition of ``freezeCount``."""
FREEZE_TIMES: Final = 3
_PICTURES_REMEMBERED: Final = 30
_BUTTON: Final = re.compile(r"data-do='act' data-value='([^']+)'")
_STREAMLIT: Final = Subprotocol("streamlit")


@dataclass(slots=True)
class Heard:
    """What has arrived at one end of a call: when, and the sender's own time of it."""

    at: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: {"audio": [], "video": []})


@dataclass(slots=True)
class Call:
    """One call, and what keeps it."""

    connection: RTCPeerConnection
    heard: Heard = field(default_factory=Heard)
    line: ClientConnection | None = None
    keeps: asyncio.Task[None] | None = None

    def keep(self, line: ClientConnection, keeps: Coroutine[Any, Any, None]) -> None:
        """Stay on the line by which the call was begun."""
        self.line, self.keeps = line, asyncio.create_task(keeps)

    async def end(self) -> None:
        """Hang up."""
        if self.line is not None and self.keeps is not None:
            self.keeps.cancel()
            await asyncio.gather(self.keeps, return_exceptions=True)
            await self.line.close()
        await self.connection.close()
        for transceiver in self.connection.getTransceivers():
            _HEARD.pop(id(transceiver.receiver), None)


@dataclass(frozen=True, slots=True)
class Report:
    """What was heard in a while. Late is by how much later than the quickest of its call something came."""

    calls: int
    connected: int
    packets: int
    lost: int
    pictures: int
    freezes: int
    frozen_s: float
    picture_late_p99_ms: float
    picture_late_max_ms: float
    sound_late_p99_ms: float
    sound_late_max_ms: float


_HEARD: dict[int, Heard] = {}
"""By receiver."""


def drop_undecoded() -> None:
    """Let the library keep its receivers, but decode nothing of what they hear; note when each picture and sound came."""

    def drop(loop: asyncio.AbstractEventLoop, given: Any, taken: asyncio.Queue[object], _failed: object) -> None:
        while given.get() is not None:
            pass
        asyncio.run_coroutine_threadsafe(taken.put(None), loop)

    rtcrtpreceiver.decoder_worker = drop
    handle = RTCRtpReceiver._handle_rtp_packet  # noqa: SLF001 - the library has no event for a packet

    async def note(receiver: RTCRtpReceiver, packet: RtpPacket, arrival_time_ms: int) -> None:
        kind = receiver.track.kind
        if (heard := _HEARD.get(id(receiver))) and (kind == "audio" or packet.marker):
            heard.at[kind].append((time.perf_counter(), packet.timestamp))
        await handle(receiver, packet, arrival_time_ms)

    RTCRtpReceiver._handle_rtp_packet = note  # noqa: SLF001 - the same


def new_call() -> Call:
    """Return a call that only wants to see and hear."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    call = Call(connection)
    for kind in ("audio", "video"):
        transceiver = connection.addTransceiver(kind, direction="recvonly")
        _HEARD[id(transceiver.receiver)] = call.heard
    return call


async def connected(call: Call) -> None:
    """Wait until media can flow."""
    changed = asyncio.Event()
    call.connection.on("connectionstatechange", changed.set)
    while call.connection.connectionState != "connected":
        changed.clear()
        await changed.wait()


# --- Our own hub -----------------------------------------------------------------------------------------------------


class VisitEnded(RuntimeError):
    """Tell that the hub let a player go; it does so when nothing has been heard for four seconds."""


class Player:
    """Plays a demo visit alone over the room's socket, as the page does."""

    def __init__(self, socket: ClientConnection) -> None:
        """Take an open socket, and answer its pings from now on."""
        self._socket = socket
        self._does = ""
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ear = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                message = json.loads(text)
                if message["kind"] == "ping":
                    await self.say(kind="pong")
                else:
                    self._heard.put_nowait(message)
        self._heard.put_nowait({"kind": "closed"})

    async def say(self, **message: object) -> None:
        """Send one message."""
        await self._socket.send(json.dumps(message))

    async def hear(self, suits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a message that suits, and return it."""
        while True:
            message = await self._heard.get()
            if message["kind"] in {"bye", "closed", "no-answer", "refused"}:
                raise VisitEnded(f"the hub ended a visit: {message}")
            if suits(message):
                return message

    async def play_to(self, phase: str) -> None:
        """Do what is next until a phase has come."""

        def next_or_there(message: dict[str, Any]) -> bool:
            if message["kind"] != "view":
                return False
            button = _BUTTON.search(message["stage"])
            return message["phase"] == phase or (button is not None and button[1] != self._does)

        while (view := await self.hear(next_or_there))["phase"] != phase:
            button = _BUTTON.search(view["stage"])
            assert button is not None
            self._does = button[1]
            await self.say(kind="do", what="act", value=self._does, seen=view["version"])

    async def keep(self) -> None:
        """Stay."""
        await self.hear(lambda _message: False)

    async def stay_a_moment(self) -> None:
        """Stay for some seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.keep(), MOMENT_S)

    async def leave(self) -> None:
        """Leave the call, and stay until the counterpart has said goodbye."""
        await self.say(kind="leave")
        await self.hear(lambda message: message["kind"] == "view" and message["phase"] != "call")


async def room(server: str) -> str:
    """Open a room by the door for tests, and return the resident's token."""
    async with httpx.AsyncClient(trust_env=False, timeout=CONNECTED_WITHIN_S) as client:
        answer = await client.post(f"{server}/api/test/room", json={"level": LEVEL, "role": "resident"})
        return str(answer.raise_for_status().json()["resident"])


def socket_of(server: str, token: str) -> connect:
    """Return the socket of a seat, to be entered."""
    return connect(
        f"{server.replace('http', 'ws', 1)}/api/call/room?besok={token}",
        origin=Origin(server),
        proxy=None,
        ping_interval=None,
    )


async def prepared(server: str) -> str:
    """Open a room, play it until the resident may be let in, leave it, and return the token."""
    token = await room(server)
    async with socket_of(server, token) as socket:
        await Player(socket).play_to("wait")
    return token


async def offer(player: Player, call: Call) -> None:
    """Offer a call to the counterpart, and wait until it is there."""
    await call.connection.setLocalDescription()
    await player.say(kind="offer", sdp=call.connection.localDescription.sdp)
    answer = await player.hear(lambda message: message["kind"] == "answer")
    await call.connection.setRemoteDescription(RTCSessionDescription(sdp=answer["sdp"], type="answer"))
    await connected(call)


async def call_hub(server: str, calls: list[Call]) -> None:
    """Begin a call with the counterpart, and wait until the greeting is over: from then on each second costs the same."""
    line = await socket_of(server, await room(server))
    player = Player(line)
    await player.play_to("call")
    calls.append(call := new_call())
    await offer(player, call)
    await player.hear(lambda message: message["kind"] == "caption" and not message["text"])
    call.keep(line, player.keep())


async def passing_call(server: str, *, leaves: bool) -> bool:
    """Hold a call for a moment, and tell whether something was seen and heard until it ended as wished.

    Args:
        server: our hub.
        leaves: whether the call is left as it should be, with a goodbye; otherwise the browser is closed.
    """
    call = new_call()
    try:
        async with asyncio.timeout(CONNECTED_WITHIN_S), socket_of(server, await room(server)) as line:
            player = Player(line)
            await player.play_to("call")
            await offer(player, call)
            ends = Player.leave if leaves else Player.stay_a_moment
            await ends(player)
    except (VisitEnded, ConnectionClosed, TimeoutError) as fault:
        # On a machine with much else to do, we ourselves may be silent for too long.
        print(fault or "too slow", file=sys.stderr)
        return False
    finally:
        await call.end()
    return all(len(call.heard.at[kind]) > 1 for kind in CLOCK)


# --- streamlit-webrtc ------------------------------------------------------------------------------------------------


class Page:
    """A page with one component, over Streamlit's own protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        """Take an open socket."""
        self._socket = socket

    async def run(self, values: Mapping[str, object] | None = None) -> None:
        """Ask for a run, with what the components hold."""
        request = BackMsg()
        # No widget, but what a browser always sends.
        request.rerun_script.context_info.timezone = "Europe/Stockholm"
        for widget, value in (values or {}).items():
            request.rerun_script.widget_states.widgets.add(id=widget, json_value=json.dumps(value))
        await self._socket.send(request.SerializeToString())

    async def component(self, suits: Callable[[dict[str, Any]], bool]) -> tuple[str, dict[str, Any]]:
        """Wait until the component is drawn in a way that suits; return its id and what it is drawn by."""
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            element = message.delta.new_element
            if element.HasField("exception"):
                raise RuntimeError(element.exception.message)
            if element.HasField("component_instance"):
                drawn = json.loads(element.component_instance.json_args)
                if suits(drawn):
                    return element.component_instance.id, drawn

    async def keep(self) -> None:
        """Stay."""
        while True:
            await self._socket.recv()


async def call_streamlit_webrtc(server: str, calls: list[Call]) -> None:
    """Begin a call as the component in a browser does: the offer is its value, the answer comes by the next run."""
    line = await connect(
        f"{server.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=[_STREAMLIT],
        origin=Origin(server),
        proxy=None,
        ping_interval=None,
        max_size=None,
    )
    page = Page(line)
    await page.run()
    widget, _ = await page.component(lambda _drawn: True)
    call = new_call()
    calls.append(call)
    await call.connection.setLocalDescription()
    offer = {"sdp": call.connection.localDescription.sdp, "type": "offer"}
    await page.run({widget: {"playing": False, "sdpOffer": offer}})
    _, drawn = await page.component(lambda drawn: bool(drawn["sdp_answer_json"]))
    await call.connection.setRemoteDescription(RTCSessionDescription(**json.loads(drawn["sdp_answer_json"])))
    await connected(call)
    call.keep(line, page.keep())


# --- What is told ----------------------------------------------------------------------------------------------------


def late_ms(heard: Sequence[tuple[float, int]], clock: int) -> list[float]:
    """Return by how much later than the quickest each came, in the sender's time."""
    if not heard:
        return []
    first = heard[0][1]
    # The sender's time is 32 bits and may start over.
    lags = [at - ((stamp - first + 2**31) % 2**32 - 2**31) / clock for at, stamp in heard]
    return [(lag - min(lags)) * 1000 for lag in lags]


def freezes(heard: Sequence[tuple[float, int]]) -> list[float]:
    """Return the seconds of each freeze, as a browser without any buffer would count them."""
    found: list[float] = []
    gaps: list[float] = []
    for (before, _), (after, _) in itertools.pairwise(heard):
        gap = after - before
        if gaps:
            average = sum(gaps) / len(gaps)
            if gap > max(FREEZE_TIMES * average, average + FREEZE_S):
                found.append(gap)
        gaps = [*gaps[1 - _PICTURES_REMEMBERED :], gap]
    return found


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value by nearest rank; nought for none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else 0.0


async def received(calls: Sequence[Call]) -> tuple[int, int]:
    """Return how many packets have come and how many have not, in all calls."""
    came = lost = 0
    for call in calls:
        for one in (await call.connection.getStats()).values():
            if one.type == "inbound-rtp":
                came += one.packetsReceived
                lost += one.packetsLost
    return came, lost


async def listen(calls: Sequence[Call], seconds: float) -> Report:
    """Listen for a while and sum up."""
    came, lost = await received(calls)
    for call in calls:
        call.heard.at = {"audio": [], "video": []}
    await asyncio.sleep(seconds)
    heard = [call.heard.at for call in calls]
    came_since, lost_since = await received(calls)
    pictures = [ms for one in heard for ms in late_ms(one["video"], CLOCK["video"])]
    sounds = [ms for one in heard for ms in late_ms(one["audio"], CLOCK["audio"])]
    frozen = [gap for one in heard for gap in freezes(one["video"])]
    return Report(
        calls=len(calls),
        connected=sum(
            call.connection.connectionState == "connected" and bool(one["video"]) and bool(one["audio"])
            for call, one in zip(calls, heard, strict=True)
        ),
        packets=came_since - came,
        lost=lost_since - lost,
        pictures=len(pictures),
        freezes=len(frozen),
        frozen_s=sum(frozen),
        picture_late_p99_ms=percentile(pictures, 0.99),
        picture_late_max_ms=max(pictures, default=0.0),
        sound_late_p99_ms=percentile(sounds, 0.99),
        sound_late_max_ms=max(sounds, default=0.0),
    )


KINDS: Final[Mapping[str, Callable[[str, list[Call]], Coroutine[Any, Any, None]]]] = {
    "hub": call_hub,
    "streamlit_webrtc": call_streamlit_webrtc,
}


async def roll(server: str, count: int, most: int) -> int:
    """Hold so many calls in turn, some at a time, and return how many were seen and heard."""
    numbers = iter(range(count))

    async def one_by_one() -> int:
        # All take from the same numbers.
        return sum([await passing_call(server, leaves=number % LEAVES_EVERY == 0) for number in numbers])

    return sum(await asyncio.gather(*(one_by_one() for _ in range(most))))


async def main(kind: str, server: str, count: int, all_calls: int = 0) -> None:
    """Call, listen as often as asked, and hang up."""
    drop_undecoded()
    offer_loopback()
    if all_calls:
        print(json.dumps({"heard": await roll(server, all_calls, count)}), flush=True)
        return
    calls: list[Call] = []
    try:
        async with asyncio.timeout(CONNECTED_WITHIN_S):
            await asyncio.gather(*(KINDS[kind](server, calls) for _ in range(count)))
        print(json.dumps({"connected": len(calls)}), flush=True)
        while seconds := (await asyncio.to_thread(sys.stdin.readline)).strip():
            print(json.dumps(asdict(await listen(calls, float(seconds)))), flush=True)
    finally:
        # The library's threads would keep the process otherwise.
        await asyncio.gather(*(call.end() for call in calls))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3], *map(int, sys.argv[3:])))
