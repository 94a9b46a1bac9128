"""One player's socket in a room: what there is to see goes out, what is done comes in, and two browsers find each other.

What they say to each other to do so is passed on unread; media never comes here, but for the recorded counterpart,
which is sent.
"""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.bootstrap import Hub
from hub.call.peer import Counterpart, Peers
from hub.call.reading import View
from hub.call.rules import other
from hub.call.service import Room, Seat
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.language import Language
from hub.visitor import Visitor
from web.pages import language_of

log = structlog.get_logger(__name__)

BEAT_S: Final = 2.0
"""Between two pings."""
GONE_S: Final = 4.0
"""A player from whom nothing has been heard for this long is gone; the other sees it within five seconds."""
_LATE_S: Final = 0.2
"""Later than this comes only what waited for a server that stood still."""
LARGEST: Final = 32_000
"""Characters of a message."""
MOST_A_SECOND: Final = 40
LONGEST_CHAT: Final = 500
MOST_SOCKETS: Final = 400
_MOST_WAITING: Final = 256
"""Messages that a player has not taken yet; whoever takes none is let go."""
_ASK_CAMERA_S: Final = 6.0
"""How long the counterpart waits before it asks for the camera."""
_GOODBYE_S: Final = 8.0
"""How long a goodbye may take at most."""
_KEPT_S: Final = 8.0
"""How long a counterpart goes on without the player's socket, which may only have broken."""
CLOSED, TIME_OUT, ELSEWHERE, FULL = 4404, 4408, 4409, 4429


def _written(message: dict[str, Any]) -> str:
    """Return a message as it is sent: only what every browser reads, whatever it holds of what a visitor has sent.

    Raises:
        ValueError: it holds a number that is none, or text that cannot be written.
        RecursionError: it is nested too deeply.
    """
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


_UNDER_WAY: Final[set[asyncio.Task[None]]] = set()
"""Held, because the loop alone would let go of them."""


def _later(work: Coroutine[Any, Any, None]) -> None:
    """Do something without anybody waiting for it."""
    task = asyncio.get_running_loop().create_task(work)
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)


class Lines:
    """The sockets that are open, by seat, and counterparts that wait for a broken one to come back."""

    def __init__(self, hub: Hub, peers: Peers) -> None:
        """Begin with none."""
        self.hub = hub
        self.peers = peers
        self._lines: dict[Seat, Line] = {}
        self._kept: dict[Seat, tuple[Counterpart, asyncio.TimerHandle]] = {}

    def full(self, seat: Seat) -> bool:
        """Tell whether there is no room for one more socket than there is."""
        return len(self._lines) >= MOST_SOCKETS and seat not in self._lines

    def line(self, seat: Seat) -> "Line | None":
        """Return the socket of a seat, if somebody sits there."""
        return self._lines.get(seat)

    def take(self, seat: Seat, line: "Line") -> "Line | None":
        """Put a socket in a seat; return the one that was there."""
        before = self._lines.get(seat)
        self._lines[seat] = line
        return before

    def free(self, seat: Seat, line: "Line") -> None:
        """Empty a seat, unless another socket has taken it."""
        if self._lines.get(seat) is line:
            del self._lines[seat]

    def keep(self, seat: Seat, counterpart: Counterpart) -> None:
        """Let a counterpart go on for a while, for a player who comes back at once."""
        timer = asyncio.get_running_loop().call_later(_KEPT_S, self._let_go, seat)
        self._kept[seat] = counterpart, timer

    def kept(self, seat: Seat) -> Counterpart | None:
        """Return the counterpart that has gone on meanwhile."""
        if seat not in self._kept:
            return None
        counterpart, timer = self._kept.pop(seat)
        timer.cancel()
        return counterpart

    def _let_go(self, seat: Seat) -> None:
        counterpart, _ = self._kept.pop(seat)
        _later(counterpart.close())

    def captioned(self, seat: Seat, text: str) -> None:
        """Pass on what a counterpart says to whoever sits there now."""
        if (line := self.line(seat)) is not None:
            line.captioned(text)

    def count(self) -> int:
        """Return how many players are connected."""
        return len(self._lines)


@dataclass
class _Rate:
    """Counts messages in the second that runs."""

    second: int = 0
    count: int = 0

    def over(self, now_s: float) -> bool:
        if int(now_s) != self.second:
            self.second, self.count = int(now_s), 0
        self.count += 1
        return self.count > MOST_A_SECOND


class Line:
    """One player's socket."""

    def __init__(self, lines: Lines, socket: WebSocket, who: Visitor) -> None:
        """Hold the socket of somebody who has not sat down yet."""
        self._who = who
        self._lines = lines
        self._hub = lines.hub
        self._peers = lines.peers
        self._socket = socket
        self._language: Language = language_of(socket)
        self._loop = asyncio.get_running_loop()
        self._out: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self._moved = asyncio.Event()
        self._end = asyncio.Event()
        self._code = ""
        self._heard_at = self._loop.time()
        self._rate = _Rate()
        self._shown: View | None = None
        self._counterpart: Counterpart | None = None
        self._asks: asyncio.Task[None] | None = None
        self._parting = False
        self._goodbye = asyncio.Event()
        self._goodbye_begun = False
        self._seat = Seat("", "resident")

    # --- Coming and going --------------------------------------------------------------------------------------------

    async def keep(self, seat: Seat) -> None:
        """Sit down and stay until the player goes, the room closes, or another window takes the seat."""
        self._seat = seat
        before = self._lines.take(seat, self)
        if before is None:
            self._counterpart = self._lines.kept(seat)
        else:
            self._counterpart = before.hand_over()
            before.end("elsewhere")
        try:
            self._hub.rooms.come(seat, self.wake)
            await self._run()
        except NotFound:
            self._code = self._code or "time"
        finally:
            self._lines.free(seat, self)
            self._hub.rooms.go(seat, self.wake)
            if not self._code and (counterpart := self.hand_over()) is not None:
                self._lines.keep(seat, counterpart)
            await self._hang_up()
        if self._code:
            with suppress(RuntimeError, WebSocketDisconnect):
                codes = {"elsewhere": ELSEWHERE, "time": TIME_OUT, "gone": CLOSED, "slow": FULL}
                await self.bye(self._code, codes.get(self._code, FULL))

    async def _run(self) -> None:
        tasks = [
            asyncio.create_task(work)
            for work in (self._read(), self._write(), self._show(), self._beat(), self._end.wait())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error and not isinstance(error, NotFound | WebSocketDisconnect | RuntimeError):
                    log.error("room_failed", exc_info=error)
                if isinstance(error, NotFound):
                    self._code = self._code or "time"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Show the room anew; callable from any thread."""
        with suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(self._moved.set)

    def end(self, code: str) -> None:
        """Let the player go."""
        self._code = self._code or code
        self._end.set()

    async def bye(self, code: str, close: int) -> None:
        """Say why the visit cannot go on here, and how it can elsewhere, and close."""
        title, sentence = self._parted(code)
        ways = [[self._say("Play a visit"), "/prova"]]
        farewell = {"kind": "bye", "code": code, "title": title, "sentence": sentence, "ways": ways}
        await self._socket.send_text(_written(farewell))
        await self._socket.close(code=close)

    def _parted(self, code: str) -> tuple[str, str]:
        said = {
            "elsewhere": (
                self._say("The visit goes on in another window"),
                self._say("This seat has been opened in another window or telephone. Only one at a time can sit in it."),
            ),
            "time": (
                self._say("The time is up"),
                self._say("A demo visit lasts an hour at most. Nothing of it has been kept. Begin a new one when you like."),
            ),
            "gone": (
                self._say("The visit does not exist any more"),
                self._say("It is over, or the server has been restarted. Nothing of it has been kept. Begin a new one."),
            ),
        }  # fmt: skip
        return said.get(
            code,
            (
                self._say("There is no room just now"),
                self._say("Many play at the same time, or this was tried very often. Wait a minute and try again."),
            ),
        )

    # --- To the browser ----------------------------------------------------------------------------------------------

    def send(self, message: dict[str, Any]) -> None:
        """Queue a message of ours."""
        self.take(_written(message))

    def take(self, text: str) -> None:
        """Queue a message as it is sent; whoever takes none of them is let go, so that nobody else has to wait."""
        try:
            self._out.put_nowait(text)
        except asyncio.QueueFull:
            self.end("slow")

    async def _write(self) -> None:
        while True:
            await self._socket.send_text(await self._out.get())

    async def _beat(self) -> None:
        while True:
            self.send({"kind": "ping"})
            self._moved.set()  # what a minute changes, and whether the room's time is out
            beaten_at = self._loop.time()
            while (now := self._loop.time()) < beaten_at + BEAT_S:
                if now >= self._heard_at + GONE_S:
                    return
                wakes_at = min(beaten_at + BEAT_S, self._heard_at + GONE_S)
                await asyncio.sleep(wakes_at - now)
                # While the server itself stood still, nobody could be heard.
                if (late_s := self._loop.time() - wakes_at) > _LATE_S:
                    self._heard_at += late_s

    async def _show(self) -> None:
        while True:
            self._moved.clear()
            room = self._hub.rooms.room(self._seat)
            if utc_now() >= room.until:
                self.end("time")
                return
            self._draw(room)
            await self._moved.wait()

    def _draw(self, room: Room) -> None:
        role = self._seat.role
        view = self._hub.visit_readings[self._language].view(room, role, utc_now(), self._base())
        before, self._shown = self._shown, view
        if view == before:
            return
        call = None
        if view.phase in {"wait", "call"}:
            call = {
                "with": "clip" if room.visit.alone else "person",
                "offers": role == "staff",
                "name": view.name,
                "present": room.visit.alone or other(role) in room.visit.present,
                "trouble": view.trouble,
            }
        self.send(
            {
                "kind": "view",
                "version": room.version,
                "phase": view.phase,
                "stage": view.stage,
                "side": view.side,
                "focus": before is not None and before.turn != view.turn,
                "announce": " ".join(said for said in view.announce if before and said not in before.announce),
                "call": call,
            }
        )
        if view.phase != "call" and self._counterpart is not None:
            _later(self._hang_up())

    def _base(self) -> str:
        return self._hub.settings.public_url or str(self._socket.base_url).replace("ws", "http", 1).rstrip("/")

    def _say(self, english: str) -> str:
        return self._hub.catalogue.text(self._language, english)

    # --- From the browser --------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            got = await self._socket.receive()
            if got["type"] == "websocket.disconnect":
                return
            self._heard_at = self._loop.time()
            text = got.get("text")
            if text is None or len(text) > LARGEST or self._rate.over(self._heard_at):
                self.end("slow")
                return
            try:
                message = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(message, dict):
                await self._take(message)

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("kind")
        try:
            if kind == "do":
                self._do(message.get("what"), message.get("value"))
            elif kind == "leave":
                self._leave()
            elif kind == "offer":
                await self._offered(message)
            elif kind == "media":
                self._media(message)
            elif kind == "chat":
                self._chat(message.get("text"))
            elif kind == "signal":
                self._pass_on({"kind": "signal", "data": message.get("data")})
        except Rejected as refused:
            self.send({"kind": "refused", "sentence": self._refused(refused)})

    def _do(self, what: object, value: object) -> None:
        rooms, seat = self._hub.rooms, self._seat
        if not isinstance(value, str):
            return
        if what == "act":
            rooms.act(seat, value)
        elif what == "refuse":
            rooms.refuse(seat)
        elif what == "back":
            rooms.send_back(seat)
        elif what == "in":
            rooms.step_in(seat)
        elif what == "round":
            rooms.go_round(seat)
        elif what == "trouble":
            rooms.switch(seat, value, on=value not in rooms.room(seat).visit.switched)

    def _refused(self, error: Rejected) -> str:
        said = {
            "over": self._say("The visit is over."),
            "trouble-first": self._say("A trouble stands in the way. Take the way round it first."),
            "not-yours": self._say("The other one does this."),
            "nobody-waits": self._say("Nobody is waiting."),
            "no-call": self._say("No call is going on."),
            "not-next": self._say("That has been done already. The page shows what is next."),
        }
        return said.get(error.code, self._say("That cannot be done now. The page shows what can."))

    def _pass_on(self, message: dict[str, Any]) -> None:
        line = self._lines.line(Seat(self._seat.room_id, other(self._seat.role)))
        if line is not None:
            # Not all that can be read can be written again.
            with suppress(ValueError, RecursionError):
                line.take(_written(message))

    def _chat(self, text: object) -> None:
        if isinstance(text, str) and 0 < len(text) <= LONGEST_CHAT:
            self._pass_on({"kind": "chat", "from": self._seat.role, "text": text})

    # --- The counterpart ---------------------------------------------------------------------------------------------

    async def _offered(self, message: dict[str, Any]) -> None:
        room = self._hub.rooms.room(self._seat)
        if not room.visit.alone or room.visit.called_at is None:
            return
        await self._hang_up()
        try:
            # An answer costs some hundredths of a second, in which nobody else is served.
            self._hub.limits.count("call", self._who, utc_now)
            answer, counterpart = await self._peers.counterpart(
                {"type": "offer", "sdp": message.get("sdp")},
                role=other(self._seat.role),
                language=self._language,
                on_caption=partial(self._lines.captioned, self._seat),
            )
        except Rejected as error:
            if error.code == "too-often":
                sentence = self._say(
                    "Many play at the same time, or this was tried very often. Wait a minute and try again."
                )
            else:
                sentence = self._say("The browser’s offer of a call cannot be read.")
            self.send({"kind": "no-answer", "sentence": sentence})
            return
        except Unavailable:
            self.send(
                {
                    "kind": "no-answer",
                    "sentence": self._say("All recorded counterparts are taken just now. Try again in a minute, or end the call and go on."),
                }
            )  # fmt: skip
            return
        self._counterpart = counterpart
        self._goodbye.clear()
        self._goodbye_begun = False
        counterpart.play("greet")
        self.send({"kind": "answer", "sdp": answer["sdp"]})

    def _media(self, message: dict[str, Any]) -> None:
        states = {name: message.get(name) is True for name in ("camera", "microphone", "screen")}
        self._pass_on({"kind": "media", **states})
        if self._asks is not None:
            self._asks.cancel()
            self._asks = None
        if self._counterpart is not None and not states["camera"]:
            self._asks = self._loop.create_task(self._ask_for_camera())

    async def _ask_for_camera(self) -> None:
        await asyncio.sleep(_ASK_CAMERA_S)
        if self._counterpart is not None and not self._parting:
            self._counterpart.play("ask-camera")

    def _leave(self) -> None:
        """Leave the call; a counterpart says goodbye before it is over."""
        room = self._hub.rooms.room(self._seat)
        if self._counterpart is None or room.visit.standing or self._parting:
            self._hub.rooms.leave(self._seat)
            return
        self._parting = True
        _later(self._part(self._counterpart))

    async def _part(self, counterpart: Counterpart) -> None:
        counterpart.play("goodbye", now=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._goodbye.wait(), _GOODBYE_S)
        self._parting = False
        with suppress(Rejected, NotFound):
            self._hub.rooms.leave(self._seat)

    def captioned(self, text: str) -> None:
        """Pass on what the counterpart says; when it falls silent after the goodbye, the call is over."""
        self.send({"kind": "caption", "text": text})
        if self._parting and text == self._farewell():
            self._goodbye_begun = True
        elif self._goodbye_begun and not text:
            self._goodbye.set()

    def _farewell(self) -> str:
        return self._hub.visits.words.counterpart["goodbye"][other(self._seat.role)][self._language]

    def hand_over(self) -> Counterpart | None:
        """Return the counterpart, whom somebody else has from now on."""
        counterpart, self._counterpart = self._counterpart, None
        if self._asks is not None:
            self._asks.cancel()
            self._asks = None
        return counterpart

    async def _hang_up(self) -> None:
        if (counterpart := self.hand_over()) is not None:
            await counterpart.close()
