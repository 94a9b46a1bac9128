"""The server's end of a call against another aiortc in the same loop: what really arrives, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import VideoFrame

from hub.call.clips import read_clips
from hub.call.peer import Peers

CONTENT = Path(__file__).parents[2] / "content"
CLIPS = read_clips(
    CONTENT, yaml.safe_load((CONTENT / "visits" / "words.yaml").read_text(encoding="utf-8"))["counterpart"]
)
GREETS = CLIPS["staff", "sv"]["greet"].says
WITHIN_S = 20


def run(work: Coroutine) -> object:
    async def in_time() -> object:
        async with asyncio.timeout(60):
            return await work

    return asyncio.run(in_time())


def caller(**media: str) -> RTCPeerConnection:
    """A browser's end, with these media in these directions."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    for kind, direction in media.items():
        connection.addTransceiver(kind, direction=direction)
    return connection


async def offer_of(connection: RTCPeerConnection) -> dict[str, str]:
    await connection.setLocalDescription()
    return {"type": "offer", "sdp": connection.localDescription.sdp}


@asynccontextmanager
async def called(peers: Peers, role="staff", language="sv", on_caption=lambda _text: None) -> AsyncIterator:
    """A call with a counterpart: the browser's end and ours."""
    browser = caller(audio="recvonly", video="recvonly")
    answer, counterpart = await peers.counterpart(
        await offer_of(browser), role=role, language=language, on_caption=on_caption
    )
    await browser.setRemoteDescription(RTCSessionDescription(**answer))
    try:
        yield browser, counterpart
    finally:
        await browser.close()
        await counterpart.close()


def track(browser: RTCPeerConnection, kind: str):
    return next(each.receiver.track for each in browser.getTransceivers() if each.kind == kind)


async def pictures(browser: RTCPeerConnection, count: int) -> list[VideoFrame]:
    return [await track(browser, "video").recv() for _ in range(count)]


def test_pictures_and_sound_arrive_and_can_be_seen_and_heard():
    async def look():
        peers = Peers(clips=CLIPS, loopback=True)
        async with called(peers) as (browser, counterpart):
            counterpart.play("greet")
            shown = await pictures(browser, 20)
            sounds = [await track(browser, "audio").recv() for _ in range(80)]
        await peers.close_all()
        return shown, sounds

    shown, sounds = run(look())
    assert {(frame.width, frame.height) for frame in shown} == {(640, 360)}
    # The sign in the corner, and the wall.
    red, green, blue = shown[-1].to_ndarray(format="rgb24")[18, 18]
    assert red < 60 and 60 < green < 130 and 60 < blue < 140
    assert shown[-1].to_ndarray(format="rgb24")[200, 10].min() > 190
    assert max(abs(frame.to_ndarray()).max() for frame in sounds) > 1000
