"""The server's end of a call against another aiortc in the same loop: what really arrives, and what is refused."""

import asyncio
import importlib.metadata
import itertools
import re
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from hub.call import peer
from hub.call.clips import read_clips
from hub.call.peer import Caps, Peers
from hub.call.programme import Programme
from hub.errors import Rejected, Unavailable

CONTENT = Path(__file__).parents[2] / "content"
CLIPS = read_clips(
    CONTENT, yaml.safe_load((CONTENT / "visits" / "words.yaml").read_text(encoding="utf-8"))["counterpart"]
)
RECVONLY = MappingProxyType({"audio": "recvonly", "video": "recvonly"})


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def run(work: Coroutine):
    """Run a test's work in a loop of its own, and see that nothing is left in it: no task, thread or socket."""

    async def in_time():
        files = open_files()
        async with asyncio.timeout(60):
            result = await work
            # aiortc's own task looks every 20 ms whether its connection has been closed.
            with suppress(TimeoutError):
                await until(lambda: len(asyncio.all_tasks()) == 1 and open_files() == files, 3)
        left = {repr(task.get_coro()) for task in asyncio.all_tasks() - {asyncio.current_task()}}
        decoders = [thread.name for thread in threading.enumerate() if thread.name.endswith("-decoder")]
        return result, left, decoders, open_files() - files

    result, tasks, decoders, files = asyncio.run(in_time())
    assert (tasks, decoders, files) == (set(), [], 0)
    return result


def caller(media: dict[str, str] = RECVONLY) -> RTCPeerConnection:
    """A browser's end, with these media in these directions."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    for kind, direction in media.items():
        connection.addTransceiver(kind, direction=direction)
    return connection


async def offer_of(connection: RTCPeerConnection) -> dict[str, str]:
    await connection.setLocalDescription()
    return {"type": "offer", "sdp": connection.localDescription.sdp}


async def an_offer(media: dict[str, str] = RECVONLY) -> dict[str, str]:
    """An offer by somebody who then never comes."""
    connection = caller(media)
    if not media:
        connection.createDataChannel("check")
    offer = await offer_of(connection)
    await connection.close()
    return offer


@asynccontextmanager
async def called(peers: Peers, role="staff", language="sv", on_caption=lambda _text: None) -> AsyncIterator:
    """A call with a counterpart: the browser's end and ours."""
    browser = caller()
    answer, counterpart = await peers.counterpart(
        await offer_of(browser), role=role, language=language, on_caption=on_caption
    )
    await browser.setRemoteDescription(RTCSessionDescription(**answer))
    try:
        yield browser, counterpart
    finally:
        await browser.close()
        await peers.close_all()


def arriving(browser: RTCPeerConnection, kind: str) -> MediaStreamTrack:
    return next(each.receiver.track for each in browser.getTransceivers() if each.kind == kind)


async def until(holds: Callable[[], bool], within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - connections tell nobody
            await asyncio.sleep(0.02)


def quick(monkeypatch, speed: float) -> None:
    """Let a programme's clock run faster than time."""
    wait_s = Programme.wait_s
    monkeypatch.setattr(Programme, "wait_s", lambda self, at_s: wait_s(self, at_s / speed))


# --- The counterpart ---


def test_pictures_and_sound_arrive_and_can_be_seen_and_heard():
    async def look():
        async with called(Peers(clips=CLIPS, loopback=True)) as (browser, counterpart):
            counterpart.play("greet")
            shown = [await arriving(browser, "video").recv() for _ in range(20)]
            heard = [await arriving(browser, "audio").recv() for _ in range(80)]
        return shown[-1].to_ndarray(format="rgb24"), max(abs(frame.to_ndarray()).max() for frame in heard)

    picture, loudest = run(look())
    assert picture.shape == (360, 640, 3)
    # The sign in the corner, and the light wall.
    red, green, blue = (int(part) for part in picture[17, 17])
    assert red < 60 and 60 < green < 130 and 60 < blue < 140
    assert picture[200, 10].min() > 190
    assert loudest > 1000


def test_silence_is_sent_as_sound_while_nobody_speaks():
    async def listen():
        async with called(Peers(clips=CLIPS, loopback=True)) as (browser, _):
            return [await arriving(browser, "audio").recv() for _ in range(50)]

    assert max(abs(frame.to_ndarray()).max() for frame in run(listen())) < 50


def test_sound_goes_out_with_the_first_picture_after_it_so_that_the_process_wakes_seldom():
    moments = {}
    for kind in ("audio", "video"):
        track = peer._ClipTrack(kind, Programme(CLIPS["staff", "sv"], lambda: 0.0))
        moments[kind] = []
        for number in range(10 * track._per_s):
            track._sent = number
            moments[kind].append(track._moment_s())

    assert moments["video"] == [number / 15 for number in range(150)]
    assert set(moments["audio"]) <= {*moments["video"], 10.0}
    assert all(number / 50 <= moment < number / 50 + 1 / 15 for number, moment in enumerate(moments["audio"]))


def test_time_only_goes_forward_over_many_clips_and_loops(monkeypatch):
    quick(monkeypatch, 12)

    async def watch():
        async with called(Peers(clips=CLIPS, loopback=True)) as (browser, counterpart):
            counterpart.play("goodbye")
            # Eighteen seconds of programme: idle, the clip, and idle more than once.
            return [(await arriving(browser, "video").recv()).pts for _ in range(18 * 15)]

    shown = run(watch())
    assert all(later > earlier for earlier, later in itertools.pairwise(shown))
    assert shown[-1] - shown[0] >= 17 * 90_000


def test_what_is_said_is_told_when_it_begins_and_when_it_ends(monkeypatch):
    quick(monkeypatch, 12)
    told: list[str] = []

    async def listen():
        async with called(Peers(clips=CLIPS, loopback=True), "resident", "en", told.append) as (_, counterpart):
            counterpart.play("greet")
            counterpart.play("goodbye")
            await until(lambda: "" in told)

    run(listen())
    said = CLIPS["resident", "en"]
    assert told == [said["greet"].says, said["goodbye"].says, ""]


def test_whoever_listens_to_captions_and_fails_does_not_end_the_call():
    def fail(_text: str) -> None:
        raise RuntimeError

    async def listen():
        async with called(Peers(clips=CLIPS, loopback=True), on_caption=fail) as (browser, counterpart):
            counterpart.play("greet")
            for _ in range(30):
                await arriving(browser, "video").recv()
            return counterpart.connected

    assert run(listen())


def test_the_picture_comes_from_ready_packets_and_is_never_encoded(monkeypatch):
    def encode(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Vp8Encoder, "encode", encode)

    async def watch():
        async with called(Peers(clips=CLIPS, loopback=True)) as (browser, _):
            return (await arriving(browser, "video").recv()).width

    assert run(watch()) == 640


def test_the_server_offers_to_send_only():
    async def ask():
        async with called(Peers(clips=CLIPS, loopback=True)) as (browser, _):
            return browser.remoteDescription.sdp

    sdp = run(ask())
    assert sdp.count("a=sendonly") == 2
    assert re.findall(r"a=rtpmap:\d+ (\S+)", sdp) == ["opus/48000/2", "VP8/90000"]


def test_a_call_ends_when_the_browser_leaves():
    async def leave():
        peers = Peers(clips=CLIPS, loopback=True)
        async with called(peers) as (browser, counterpart):
            await until(lambda: counterpart.connected)
            await browser.close()
            await asyncio.wait_for(counterpart.closed.wait(), 10)
            return peers.count()

    assert run(leave()) == 0


def test_closing_a_counterpart_leaves_nothing_and_can_be_done_twice():
    async def close():
        peers = Peers(clips=CLIPS, loopback=True)
        async with called(peers) as (_, counterpart):
            await until(lambda: counterpart.connected)
            await asyncio.gather(counterpart.close(), counterpart.close())
            await counterpart.close()
            return peers.count()

    assert run(close()) == 0


def test_a_fault_while_sending_ends_that_call_and_no_other(monkeypatch):
    async def spoil():
        peers = Peers(clips=CLIPS, loopback=True)
        async with called(peers) as (_, first):
            await until(lambda: first.connected)
            browser = caller()
            answer, second = await peers.counterpart(await offer_of(browser), role="staff", language="en")
            await browser.setRemoteDescription(RTCSessionDescription(**answer))
            await until(lambda: second.connected)
            second._programme._decided = None
            await asyncio.wait_for(second.closed.wait(), 10)
            await browser.close()
            return first.connected, peers.count()

    assert run(spoil()) == (True, 1)


def test_twenty_calls_at_once_are_all_served_and_leave_nothing():
    async def crowd():
        peers = Peers(clips=CLIPS, loopback=True)
        browsers = []
        for number in range(20):
            browser = caller()
            answer, counterpart = await peers.counterpart(
                await offer_of(browser), role=("staff", "resident")[number % 2], language=("sv", "en")[number // 2 % 2]
            )
            counterpart.play("greet")
            await browser.setRemoteDescription(RTCSessionDescription(**answer))
            browsers.append(browser)
        threads = []
        for _ in range(3):
            for browser in browsers:
                for _ in range(10):
                    await arriving(browser, "video").recv()
            # The browsers' decoders, and nobody else's.
            threads.append(sum(thread.name.endswith("-decoder") for thread in threading.enumerate()))
        await peers.close_all()
        count = peers.count()
        await asyncio.gather(*(browser.close() for browser in browsers))
        return threads, count

    assert run(crowd()) == ([40, 40, 40], 0)


# --- The echo ---


class Red(VideoStreamTrack):
    """A camera that sees only red."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.size = width, height

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(*self.size, "rgb24").reformat(format="yuv420p")
        for plane, value in zip(frame.planes, (82, 90, 240), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


@asynccontextmanager
async def echoed(peers: Peers, width: int, height: int) -> AsyncIterator[RTCPeerConnection]:
    browser = caller({"audio": "sendrecv"})
    browser.addTrack(Red(width, height))
    answer = await peers.echo(await offer_of(browser))
    await browser.setRemoteDescription(RTCSessionDescription(**answer))
    try:
        yield browser
    finally:
        await browser.close()
        await peers.close_all()


@pytest.mark.parametrize(
    ("size", "returned"), [((640, 480), (320, 240)), ((640, 360), (320, 180)), ((160, 120), (160, 120))]
)
def test_an_echo_returns_the_picture_small(size, returned):
    async def look():
        async with echoed(Peers(loopback=True), *size) as browser:
            frames = [await arriving(browser, "video").recv() for _ in range(5)]
            return frames[-1].width, frames[-1].height, frames[-1].to_ndarray(format="rgb24")[20, 20]

    width, height, pixel = run(look())
    assert (width, height) == returned
    assert pixel[0] > 200 and pixel[1] < 60 and pixel[2] < 60


def test_a_picture_too_large_is_never_decoded():
    async def send():
        async with echoed(Peers(loopback=True), 1920, 1080) as browser:
            with suppress(TimeoutError):
                return await asyncio.wait_for(arriving(browser, "video").recv(), 2)

    assert run(send()) is None


def test_an_echo_ends_when_its_time_is_up():
    async def wait():
        peers = Peers(Caps(longest_s={"echo": 1.0}), loopback=True)
        async with echoed(peers, 160, 120) as browser:
            track = arriving(browser, "video")
            with suppress(MediaStreamError):
                while True:
                    await track.recv()
            await until(lambda: not peers.count())

    run(wait())


@pytest.mark.parametrize(
    ("vp8", "decoded"),
    [
        (b"", False),
        (b"\x10\x02\x00\x9d\x01\x2a" + bytes([0x80, 0x02, 0x68, 0x01]), True),
        (b"\x10\x02\x00\x9d\x01\x2a" + bytes([0xFF, 0x3F, 0xFF, 0x3F]), False),
        (b"\x10\x02\x00\x9d\x01\x2a" + bytes([0x00, 0x00, 0x68, 0x01]), False),
        (b"\x10\x02\x00\x9d", False),
        (b"\x11", True),
    ],
)
def test_the_size_told_in_a_key_frame_is_read_before_it_is_decoded(vp8, decoded):
    assert peer._small_enough(vp8) is decoded


# --- Places and time ---


@pytest.mark.parametrize("purpose", ["check", "counterpart", "echo"])
def test_whoever_comes_when_all_places_are_taken_is_told_so(purpose):
    media = {"check": {}, "counterpart": RECVONLY, "echo": {"audio": "sendrecv", "video": "sendrecv"}}[purpose]

    async def fill():
        peers = Peers(Caps(most={purpose: 1}), CLIPS, loopback=True)
        ask = {
            "check": peers.check,
            "echo": peers.echo,
            "counterpart": lambda offer: peers.counterpart(offer, role="staff", language="sv"),
        }[purpose]
        await ask(await an_offer(media))
        with pytest.raises(Unavailable):
            await ask(await an_offer(media))
        taken = peers.count(purpose)
        await peers.close_all()
        return taken, peers.count()

    assert run(fill()) == (1, 0)


def test_without_clips_there_are_no_counterparts():
    async def ask():
        with pytest.raises(Unavailable):
            await Peers(loopback=True).counterpart(await an_offer(), role="staff", language="sv")

    run(ask())


def test_whoever_never_gets_through_loses_the_place():
    async def wait():
        peers = Peers(Caps(connect_s=0.3), CLIPS, loopback=True)
        _, counterpart = await peers.counterpart(await an_offer(), role="staff", language="sv")
        await asyncio.wait_for(counterpart.closed.wait(), 10)
        return peers.count()

    assert run(wait()) == 0


def test_a_call_has_a_longest_time():
    async def wait():
        peers = Peers(Caps(longest_s={"counterpart": 1.5}), CLIPS, loopback=True)
        async with called(peers) as (_, counterpart):
            await until(lambda: counterpart.connected)
            await asyncio.wait_for(counterpart.closed.wait(), 10)
            return peers.count()

    assert run(wait()) == 0


# --- Offers that are refused ---


def with_candidates(sdp: str, *candidates: str) -> str:
    return sdp + "".join(f"a=candidate:{candidate}\r\n" for candidate in candidates)


def edited(pattern: str, new: str, count: int = 0) -> Callable[[str], str]:
    return lambda sdp: re.sub(pattern, new, sdp, count=count, flags=re.MULTILINE)


HOSTILE = {
    "empty": lambda _: "",
    "no SDP": lambda _: "GET / HTTP/1.1\r\n\r\n",
    "huge": lambda sdp: sdp + "a=x:" + "y" * 30_000 + "\r\n",
    "many lines": lambda sdp: sdp + "a=x\r\n" * 700,
    "many parts": lambda sdp: sdp + sdp[sdp.index("m=video") :] * 5,
    "a part twice": lambda sdp: sdp + sdp[sdp.index("m=video") :],
    "a data channel besides": lambda sdp: sdp + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n",
    "one name for both parts": edited("^a=mid:1", "a=mid:0"),
    "no names": edited("^a=mid:.*\r\n", ""),
    "a group of others": edited("^a=group:BUNDLE 0 1", "a=group:BUNDLE x 0 1"),
    "a group in another order": edited("^a=group:BUNDLE 0 1", "a=group:BUNDLE 1 0"),
    "no group": edited("^a=group.*\r\n", ""),
    "sends to us": edited("^a=recvonly", "a=sendrecv"),
    "only sends": edited("^a=recvonly", "a=sendonly"),
    "one part sends": edited("^a=recvonly", "a=sendrecv", 1),
    "no direction": edited("^a=recvonly\r\n", ""),
    "two directions": edited("^a=recvonly", "a=recvonly\r\na=sendrecv"),
    "no secret": edited("^a=ice-pwd.*\r\n", ""),
    "no fingerprint": edited("^a=fingerprint.*\r\n", ""),
    "a fingerprint of nothing": edited("^a=fingerprint.*", "a=fingerprint:sha-256 00"),
    "no role": edited("^a=setup.*\r\n", ""),
    "an unknown role": edited("^a=setup.*", "a=setup:holdconn"),
    "separate feedback": edited("^a=rtcp-mux\r\n", ""),
    "no encryption": edited("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "a forbidden payload type": edited("^m=video (\\d+) (\\S+) .*", r"m=video \1 \2 72"),
    "payload types that are no numbers": edited("^m=video (\\d+) (\\S+) .*", r"m=video \1 \2 a b c"),
    "a port that is no number": edited("^m=video \\d+", "m=video x"),
    "an address that is none": edited("^c=.*", "c=IN IP4"),
    "thousands of candidates": lambda sdp: with_candidates(
        sdp[:2000], *(f"{n} 1 udp 1 10.0.0.1 {2000 + n} typ host" for n in range(2000))
    ),
    "more candidates than a machine has": lambda sdp: with_candidates(
        sdp, *(f"{n} 1 udp 1 10.0.0.1 {2000 + n} typ host" for n in range(61))
    ),
    "a foreign name": lambda sdp: with_candidates(sdp, "1 1 udp 1 attacker.example 3478 typ host"),
    "a name that only ends as a local one": lambda sdp: with_candidates(sdp, "1 1 udp 1 a.b.local 3478 typ host"),
    "many local names": lambda sdp: with_candidates(sdp, *(f"1 1 udp 1 n{n}.local 3478 typ host" for n in range(9))),
    "a cut candidate": lambda sdp: with_candidates(sdp, "1 1 udp"),
    "a candidate without numbers": lambda sdp: with_candidates(sdp, "1 x udp y 10.0.0.1 z typ host"),
    "a number without end": lambda sdp: with_candidates(sdp, "1 1 udp 1 10.0.0.1 " + "9" * 5000 + " typ host"),
    "a format without its codec": lambda sdp: sdp + "a=fmtp:250 x=1\r\n",
}


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_offer_is_refused_and_leaves_nothing(spoil):
    async def ask():
        peers = Peers(clips=CLIPS, loopback=True)
        offer = await an_offer()
        with pytest.raises(Rejected) as refused:
            await peers.counterpart({**offer, "sdp": spoil(offer["sdp"])}, role="staff", language="sv")
        return refused.value.code, peers.count()

    assert run(ask()) == ("offer", 0)


@pytest.mark.parametrize("codec", ["VP8/90000", "opus/48000/2"])
def test_an_offer_without_our_codecs_is_refused_by_name(codec):
    async def ask():
        peers = Peers(clips=CLIPS, loopback=True)
        offer = await an_offer()
        with pytest.raises(Rejected) as refused:
            await peers.counterpart(
                {**offer, "sdp": offer["sdp"].replace(codec, "other/90000")}, role="staff", language="sv"
            )
        return refused.value.code, peers.count()

    assert run(ask()) == ("codec", 0)


@pytest.mark.parametrize("line", range(24))
def test_an_offer_that_lacks_any_line_is_answered_or_refused_and_leaves_nothing(line):
    async def ask():
        peers = Peers(clips=CLIPS, loopback=True)
        lines = (await an_offer())["sdp"].splitlines()
        for missing in range(line, len(lines), 24):
            for kept in (
                lines[:missing] + lines[missing + 1 :],
                lines[:missing] + [lines[missing][::-1]] + lines[missing + 1 :],
            ):
                with suppress(Rejected):
                    await peers.counterpart(
                        {"type": "offer", "sdp": "\r\n".join(kept) + "\r\n"}, role="staff", language="sv"
                    )
        await peers.close_all()
        return peers.count()

    assert run(ask()) == 0


@pytest.mark.parametrize(
    "offer", [{}, {"type": "offer"}, {"type": "answer", "sdp": "v=0"}, {"type": "offer", "sdp": 5}], ids=str
)
def test_what_is_no_offer_is_refused(offer):
    async def ask():
        with pytest.raises(Rejected):
            await Peers(clips=CLIPS).counterpart(offer, role="staff", language="sv")

    run(ask())


# --- What we rely on in others ---


def test_the_loopback_address_is_added_to_the_version_that_we_have_read():
    # Another version: read its list of addresses, and what peer.py puts in place of it.
    assert importlib.metadata.version("aioice") == "0.13.0"

    peer.offer_loopback()
    peer.offer_loopback()
    assert peer.aioice.ice.get_host_addresses(True, False).count("127.0.0.1") == 1
    assert "127.0.0.1" not in peer.aioice.ice.get_host_addresses(False, True)


def test_the_guards_are_put_into_the_version_that_we_have_read():
    # Another version: read how it hands packets on and how it makes its decoders, and what peer.py puts there.
    assert importlib.metadata.version("aiortc") == "1.16.0"
