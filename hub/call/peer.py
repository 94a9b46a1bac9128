"""The server's end of a call: aiortc answers, the browser offers. The only module that knows aiortc.

Three things are answered: a data channel that sends back what it gets, so that a visitor can see whether calls get
through from where they sit; a *counterpart*, which sends finished clips and receives nothing; and an *echo*, which sends
the visitor's own picture and sound back.

Media is never encoded for a counterpart: its packets are read once (``hub.call.clips``), shared by all calls, and sent
at the pace of the clock. Whatever goes wrong in a call ends that call and no other, and nothing about it is logged that
could tell who called.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, cast

import aioice.ice
import aiortc.rtcrtpreceiver
import structlog
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpCodecParameters,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket
from aiortc.sdp import candidate_from_sdp
from av.audio.frame import AudioFrame
from av.frame import Frame
from av.packet import Packet
from av.video.frame import VideoFrame

from hub.call.clips import Clips
from hub.call.offers import LONGEST_OFFER, Kind, Offer, Purpose, read_offer
from hub.call.programme import AUDIO_CLOCK, PICTURES_PER_S, SOUNDS_PER_S, VIDEO_CLOCK, Clip, Programme
from hub.call.rules import Role
from hub.errors import Rejected, Unavailable
from hub.language import Language

__all__ = ["LONGEST_OFFER", "Caps", "Counterpart", "Peers"]

log = structlog.get_logger(__name__)

CLOSED_WITHIN_S: Final = 10.0
"""Closing sends a goodbye and waits for threads; it takes some milliseconds."""
_LONGEST_MESSAGE: Final = 200
_MIME: Final[Mapping[Kind, str]] = {"audio": "audio/opus", "video": "video/VP8"}
ECHO_WIDTH: Final = 320
ECHO_HEIGHT: Final = 240
ECHO_PICTURES_PER_S: Final = 15
_SOUNDS_HELD: Final = 5
"""100 ms; what is older when it could be sent is dropped."""
_MOST_PIXELS: Final = 1280 * 720
"""Larger pictures are not decoded: one can be told in a few bytes and take hundreds of megabytes."""
_MOST_RECEIVED_PER_S: Final = 400
"""Packets; a camera at 640x480 sends about 100."""
_MOST_DECODED_PER_S: Final[Mapping[str, int]] = {"audio": 120, "video": 60}
_MOST_SOURCES: Final = 2
"""Streams under one track; aiortc cannot report on more than 31, and then never closes."""
_KEY_HEADER_BYTES: Final = 10
_RECEIVED: Final = "_handle_rtp_packet"
_FEEDBACK: Final = "_handle_rtcp_packet"
_FEEDBACK_PER_S: Final = 60
"""A browser reports some times a second; each report may make us send packets again."""


@dataclass(frozen=True)
class Caps:
    """How many connections are held at a time, by what they are for, and for how long."""

    most: Mapping[Purpose, int] = field(default_factory=lambda: {"check": 8, "counterpart": 40, "echo": 2})
    """Each costs sockets; an echo costs a fifth of a processor besides."""
    longest_s: Mapping[Purpose, float] = field(
        default_factory=lambda: {"check": 20.0, "counterpart": 2700.0, "echo": 25.0}
    )
    connect_s: float = 15.0
    """Whoever has not got through by then will not."""


class Counterpart:
    """The figure at the other end of one call."""

    def __init__(self, clips: Mapping[str, Clip], link: "_Link", on_caption: Callable[[str], None]) -> None:
        """Hold what it may show, the connection it goes out by, and whom to tell what is said."""
        self._link = link
        self._on_caption = on_caption
        self._programme = Programme(clips, time.monotonic, self._caption)
        for kind in ("audio", "video"):
            link.send(kind, _ClipTrack(kind, self._programme))
        self.closed = link.gone
        """Set when the connection is gone, whoever ended it."""

    def play(self, clip: str, *, now: bool = False) -> None:
        """Play a clip as soon as the one before it has ended, or within a second in place of all others.

        Raises:
            KeyError: the figure has no such clip.
        """
        self._programme.ask(clip, now=now)

    def _caption(self, text: str) -> None:
        try:
            self._on_caption(text)
        except Exception as cause:  # noqa: BLE001 - the caller's own; the call goes on
            log.warning("caption_failed", cause=type(cause).__name__)

    @property
    def connected(self) -> bool:
        """Whether media flows."""
        return self._link.connected and not self._link.over.is_set()

    async def close(self) -> None:
        """End the call, and return when nothing is left of it."""
        self._link.over.set()
        await self._link.gone.wait()


class Peers:
    """The connections that are open now."""

    def __init__(self, caps: Caps | None = None, clips: Clips | None = None, *, loopback: bool = False) -> None:
        """Start with none.

        Args:
            caps: how many and for how long.
            clips: what counterparts send; without any there are none.
            loopback: whether the server answers this machine only, and so must offer this machine's own address.
        """
        self._caps = caps or Caps()
        self._clips = clips or {}
        self._loopback = loopback
        self._open: set[_Link] = set()
        decode_with_care()
        if loopback:
            offer_loopback()

    def count(self, purpose: Purpose | None = None) -> int:
        """Return how many connections are open, of one kind or all."""
        return sum(purpose in {None, link.purpose} for link in self._open)

    async def check(self, offer: Mapping[str, object]) -> dict[str, str]:
        """Answer a browser's offer of a data channel, which then sends back what it gets.

        Args:
            offer: ``{"type": "offer", "sdp": …}`` as the browser's ``RTCSessionDescription`` gives it.

        Returns:
            The answer in the same form.

        Raises:
            Rejected: the offer cannot be read (``offer``).
            Unavailable: as many connections as the server takes are open.
        """
        read = read_offer(offer, "check", loopback=self._loopback)
        link = self._begin("check")
        link.connection.on("datachannel", _send_back)
        return await self._answer(link, read)

    async def counterpart(
        self,
        offer: Mapping[str, object],
        *,
        role: Role,
        language: Language,
        on_caption: Callable[[str], None] = lambda _text: None,
    ) -> tuple[dict[str, str], Counterpart]:
        """Answer a browser's offer to receive video and audio, which then sees and hears a figure.

        Args:
            offer: as the browser gives it; both parts ``recvonly``.
            role: who is shown.
            language: what is spoken.
            on_caption: is told what is said when a clip begins, and "" when nobody speaks any more.

        Raises:
            Rejected: the offer cannot be answered (``offer``), or lacks VP8 or Opus (``codec``).
            Unavailable: as many calls as the server takes are open.
        """
        read = read_offer(offer, "counterpart", loopback=self._loopback)
        if (role, language) not in self._clips:
            raise Unavailable("there are no clips")
        link = self._begin("counterpart")
        counterpart = Counterpart(self._clips[role, language], link, on_caption)
        return await self._answer(link, read), counterpart

    async def echo(self, offer: Mapping[str, object]) -> dict[str, str]:
        """Answer a browser's offer of video or audio, or both, which then sees and hears itself.

        Args:
            offer: as the browser gives it; each part ``sendrecv``.

        Raises:
            Rejected: the offer cannot be answered (``offer``), or lacks VP8 or Opus (``codec``).
            Unavailable: as many echoes as the server takes are open.
        """
        read = read_offer(offer, "echo", loopback=self._loopback)
        link = self._begin("echo")
        for kind in read.kinds:
            link.send_back(kind, _EchoTrack(kind))
        return await self._answer(link, read)

    async def close_all(self) -> None:
        """Close every connection and return when nothing is left of them; called when the server stops."""
        for link in self._open:
            link.over.set()
        await asyncio.gather(*(link.gone.wait() for link in self._open))

    def _begin(self, purpose: Purpose) -> "_Link":
        if self.count(purpose) >= self._caps.most.get(purpose, 0):
            raise Unavailable(f"all places are taken: {purpose}")
        link = _Link(purpose, self._caps)
        self._open.add(link)
        link.gone_to(self._open.discard)
        return link

    async def _answer(self, link: "_Link", offer: Offer) -> dict[str, str]:
        connection = link.connection
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer.sdp, type="offer"))
            link.start()
            await connection.setLocalDescription()
        except Exception as cause:
            # aiortc raises whatever its parser met; none of it is the server's fault.
            link.over.set()
            await link.gone.wait()
            log.info("offer_refused", cause=type(cause).__name__)
            raise Rejected("offer") from cause
        except BaseException:
            link.over.set()
            raise
        link.look_up(offer)
        return {"type": connection.localDescription.type, "sdp": connection.localDescription.sdp}


class _Link:
    """One connection, from the first word until nothing is left of it. A task of its own waits for its end."""

    def __init__(self, purpose: Purpose, caps: Caps) -> None:
        self.purpose = purpose
        self.connected = False
        self.over = asyncio.Event()
        """Set by whoever wants it to end."""
        self.gone = asyncio.Event()
        # Without an explicit empty list aiortc would ask a third party's server for the address.
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.connection.on("connectionstatechange", self._look)
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(caps.longest_s[purpose], self.over.set),
            loop.call_later(caps.connect_s, self._give_up),
        ]
        self._echoes: dict[str, _EchoTrack] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._end: Callable[[_Link], None] = lambda _link: None
        self._closer = asyncio.create_task(self._close_when_over())

    def gone_to(self, end: Callable[["_Link"], None]) -> None:
        """Name who is told when nothing is left."""
        self._end = end

    def send(self, kind: Kind, track: MediaStreamTrack, direction: str = "sendonly") -> None:
        """Send a track; it ends with the connection, and the connection with it."""
        track.on("ended", self.over.set)
        transceiver = self.connection.addTransceiver(track, direction=direction)
        transceiver.setCodecPreferences(
            [codec for codec in RTCRtpSender.getCapabilities(kind).codecs if codec.mimeType == _MIME[kind]]
        )

    def send_back(self, kind: Kind, track: "_EchoTrack") -> None:
        """Send what is received."""
        self.send(kind, track, "sendrecv")
        self._echoes[kind] = track

    def start(self) -> None:
        """Guard what comes in, and take it from where aiortc would heap it up."""
        for transceiver in self.connection.getTransceivers():
            # aiortc has no other way in.
            _guard(transceiver.sender, _FEEDBACK, _at_most(_FEEDBACK_PER_S))
            _guard(transceiver.receiver, _RECEIVED, _from_few(_MOST_SOURCES, _MOST_RECEIVED_PER_S))
            if transceiver.kind in self._echoes:
                self.work(self._echoes[transceiver.kind].take_from(transceiver.receiver.track))

    def look_up(self, offer: Offer) -> None:
        """Ask the local network for the addresses behind names; the browser mostly gets through without."""
        for name in offer.names:
            candidate = candidate_from_sdp(name)
            candidate.sdpMid = offer.mid
            self.work(self.connection.addIceCandidate(candidate))

    def work(self, what: Awaitable[None]) -> None:
        """Do something for as long as the connection lasts; if it fails, the connection ends."""

        async def do() -> None:
            try:
                await what
            except MediaStreamError:
                pass
            except Exception as cause:  # noqa: BLE001 - ends this call only
                self.fail(cause)

        task = asyncio.create_task(do())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def fail(self, cause: Exception) -> None:
        """End the connection because of a fault of ours."""
        log.error("call_failed", purpose=self.purpose, cause=type(cause).__name__)
        self.over.set()

    def _look(self) -> None:
        if self.connection.connectionState == "connected":
            self.connected = True
        elif self.connection.connectionState in {"failed", "closed"}:
            self.over.set()

    def _give_up(self) -> None:
        if not self.connected:
            self.over.set()

    async def _close_when_over(self) -> None:
        await self.over.wait()
        for timer in self._timers:
            timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        try:
            async with asyncio.timeout(CLOSED_WITHIN_S):
                await asyncio.gather(*tasks, return_exceptions=True)
                await self.connection.close()
        except Exception as cause:  # noqa: BLE001 - what aiortc met while closing; the place must come back
            log.warning("call_not_closed", purpose=self.purpose, cause=type(cause).__name__)
            for transceiver in self.connection.getTransceivers():
                with contextlib.suppress(Exception):
                    await transceiver.receiver.transport.transport.stop()
        finally:
            self._end(self)
            self.gone.set()


class _Track(MediaStreamTrack):
    """What is sent; a fault in it ends the track, and so the call, and is told without what aiortc would tell of it."""

    async def recv(self) -> "Packet[Any] | Frame":
        """Return what is sent next."""
        if self.readyState != "live":
            raise MediaStreamError
        try:
            return await self._next()
        except MediaStreamError:
            raise
        except Exception as cause:
            log.error("track_failed", kind=self.kind, cause=type(cause).__name__)  # noqa: TRY400 - the cause may hold what was sent
            raise MediaStreamError from cause

    async def _next(self) -> "Packet[Any] | Frame":
        raise NotImplementedError


class _ClipTrack(_Track):
    """Sends a programme's packets at the pace of its clock, as they are; timestamps only ever grow."""

    def __init__(self, kind: Kind, programme: Programme) -> None:
        super().__init__()
        self.kind = kind
        self._programme = programme
        self._per_s, clock = (SOUNDS_PER_S, AUDIO_CLOCK) if kind == "audio" else (PICTURES_PER_S, VIDEO_CLOCK)
        self._time_base = Fraction(1, clock)
        self._sent = 0

    async def _next(self) -> "Packet[Any]":
        wait_s = self._programme.wait_s(self._moment_s())
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        second, place = divmod(self._sent, self._per_s)
        clip, within = self._programme.second(second)
        piece = (clip.audio if self.kind == "audio" else clip.video)[within * self._per_s + place]
        packet = Packet(piece.data)
        packet.pts = self._sent * piece.duration
        packet.time_base = self._time_base
        self._sent += 1
        return packet

    def _moment_s(self) -> float:
        """Return when what is next goes out: sounds together with the first picture after them.

        Each time that the process wakes costs more than what it then sends. A browser waits for sound by itself for
        longer than the time between two pictures.
        """
        return -(-self._sent * PICTURES_PER_S // self._per_s) / PICTURES_PER_S


class _EchoTrack(_Track):
    """Sends on what it is given: the newest picture, small, and the newest sound; the rest is dropped."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self._held: deque[Frame] = deque(maxlen=1 if kind == "video" else _SOUNDS_HELD)
        self._more = asyncio.Event()
        self._started_at = 0.0
        self._samples = 0

    async def take_from(self, source: MediaStreamTrack) -> None:
        """Take what arrives as soon as it does, as aiortc's own queue has no end."""
        while True:
            self._held.append(cast("Frame", await source.recv()))
            self._more.set()

    async def _next(self) -> Frame:
        while not self._held:
            self._more.clear()
            await self._more.wait()
        frame = self._held.popleft()
        if isinstance(frame, AudioFrame):
            frame.pts = self._samples
            self._samples += frame.samples
            return frame
        return await self._picture(cast("VideoFrame", frame))

    async def _picture(self, frame: VideoFrame) -> VideoFrame:
        now = time.monotonic()
        self._started_at = self._started_at or now
        scale = min(1.0, ECHO_WIDTH / frame.width, ECHO_HEIGHT / frame.height)
        # VP8 wants even sides.
        width, height = (max(2, int(side * scale) // 2 * 2) for side in (frame.width, frame.height))
        small = frame.reformat(width=width, height=height, format="yuv420p")
        small.pts = int((now - self._started_at) * VIDEO_CLOCK)
        small.time_base = Fraction(1, VIDEO_CLOCK)
        # Time for others, and for a newer picture to come.
        await asyncio.sleep(1 / ECHO_PICTURES_PER_S)
        return small


class _CarefulDecoder:
    """Decodes only what a visitor's own camera and microphone could have sent."""

    def __init__(self, codec: RTCRtpCodecParameters) -> None:
        self._decoder = _aiortc_decoder(codec)
        self._vp8 = codec.mimeType.lower() == "video/vp8"
        self._may = _at_most(_MOST_DECODED_PER_S["video" if codec.mimeType.startswith("video") else "audio"])

    def decode(self, encoded: JitterFrame) -> list[Frame]:
        """Return the pictures or sounds of one encoded frame; none where it is too large or one too many."""
        if not self._may(encoded) or (self._vp8 and not _small_enough(encoded.data)):
            return []
        return self._decoder.decode(encoded)


_aiortc_decoder: Final[Callable[[RTCRtpCodecParameters], Decoder]] = vars(aiortc.rtcrtpreceiver)["get_decoder"]


def decode_with_care() -> None:
    """Put our decoder before aiortc's, for the whole process; aiortc has no setting for what it will not decode."""
    vars(aiortc.rtcrtpreceiver)["get_decoder"] = _CarefulDecoder


def _small_enough(vp8: bytes) -> bool:
    """Tell whether a VP8 frame leaves the size as it is, or sets one that we decode (RFC 6386, 9.1)."""
    if not vp8:
        return False
    if vp8[0] & 1:
        return True
    if len(vp8) < _KEY_HEADER_BYTES:
        return False
    width, height = (int.from_bytes(vp8[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return 0 < width * height <= _MOST_PIXELS


def _at_most(per_s: int) -> Callable[[object], bool]:
    """Return a judge who lets so many through in each second."""
    second, left = 0.0, per_s

    def may(_what: object) -> bool:
        nonlocal second, left
        now = time.monotonic()
        if now - second >= 1:
            second, left = now, per_s
        left -= 1
        return left >= 0

    return may


def _from_few(most: int, per_s: int) -> Callable[[RtpPacket], bool]:
    """Return a judge who lets packets of the first few sources through, and so many in each second."""
    sources: set[int] = set()
    may = _at_most(per_s)

    def known(packet: RtpPacket) -> bool:
        if len(sources) < most:
            sources.add(packet.ssrc)
        return packet.ssrc in sources and may(packet)

    return known


def _guard(what: object, method: str, may: Callable[[Any], bool]) -> None:
    """Let an object's method hear only of what may pass; its first argument is judged."""
    handle = getattr(what, method)

    async def hear(first: object, *more: object, **named: object) -> None:
        if may(first):
            await handle(first, *more, **named)

    setattr(what, method, hear)


def _send_back(channel: RTCDataChannel) -> None:
    @channel.on("message")
    def answer(message: object) -> None:
        if isinstance(message, str) and len(message) <= _LONGEST_MESSAGE:
            channel.send(message)


def offer_loopback() -> None:
    """Make this machine's own address one that calls can come to.

    aioice leaves it out and has no setting for it, so its list of addresses is replaced in this one place, for the whole
    process; a test says when another version of aioice comes.
    """
    listed = cast("Callable[[bool, bool], list[str]]", aioice.ice.get_host_addresses)
    if getattr(listed, "with_loopback", False):
        return

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - aioice's own arguments
        return [*listed(use_ipv4, use_ipv6), *(["127.0.0.1"] if use_ipv4 else [])]

    with_loopback.with_loopback = True  # type: ignore[attr-defined]
    aioice.ice.get_host_addresses = with_loopback
