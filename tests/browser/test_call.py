"""A browser and the server's end of a call, and what the signalling refuses."""

import asyncio
import threading
from collections.abc import Coroutine

import httpx
import pytest
from aiortc import RTCPeerConnection

from hub.call.peer import Caps, Peers
from hub.errors import Rejected, Unavailable
from tests.browser.support import visit

PING = """async () => {
  const call = new RTCPeerConnection();
  const channel = call.createDataChannel("check");
  const answered = new Promise((resolve, reject) => {
    channel.onmessage = (event) => resolve(event.data);
    setTimeout(() => reject(new Error(`no answer, ${call.connectionState}`)), 15000);
  });
  channel.onopen = () => channel.send("hej från webbläsaren");
  await call.setLocalDescription();
  if (call.iceGatheringState !== "complete")
    await new Promise((resolve) => { call.onicegatheringstatechange = () => call.iceGatheringState === "complete" && resolve(); });
  const reply = await fetch("/api/call/check", {method: "POST", body: JSON.stringify(call.localDescription)});
  const answer = await reply.json();
  await call.setRemoteDescription(answer);
  const got = await answered;
  call.close();
  return {status: reply.status, type: answer.type, got, stored: reply.headers.get("cache-control")};
}"""
VIDEO = """async () => {
  const call = new RTCPeerConnection();
  call.addTransceiver("video");
  await call.setLocalDescription();
  const reply = await fetch("/api/call/check", {method: "POST", body: JSON.stringify(call.localDescription)});
  return reply.status;
}"""


def in_a_loop(work: Coroutine):
    """Run a coroutine where Playwright's own loop does not stand in the way."""
    result: list = []

    def run() -> None:
        try:
            result.append((True, asyncio.run(work)))
        except BaseException as fault:  # noqa: BLE001 - handed on below
            result.append((False, fault))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    well, what = result[0]
    if not well:
        raise what
    return what


async def offer() -> dict[str, str]:
    """An offer of a data channel by someone who then never comes."""
    caller = RTCPeerConnection()
    caller.createDataChannel("check")
    await caller.setLocalDescription()
    sdp = caller.localDescription.sdp
    await caller.close()
    return {"type": "offer", "sdp": sdp}


@pytest.fixture(scope="module")
def absent_offer() -> dict[str, str]:
    return in_a_loop(offer())


def post(server, content: bytes, origin: str | None = None) -> httpx.Response:
    headers = {} if origin == "" else {"origin": origin or server.url}
    return httpx.post(f"{server.url}/api/call/check", content=content, headers=headers, trust_env=False)


def test_the_browser_gets_its_own_message_back_through_a_data_channel(page):
    visit(page, "/om")
    assert page.evaluate(PING) == {
        "status": 200,
        "type": "answer",
        "got": "hej från webbläsaren",
        "stored": "no-store",
    }


def test_an_offer_of_video_is_refused(page):
    page.context.watch.allow("status of 400")
    visit(page, "/om")
    assert page.evaluate(VIDEO) == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1", "http://localhost:1"])
def test_a_foreign_page_is_refused(server, origin):
    assert post(server, b"{}", origin).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"type": "offer"}',
        b'{"type": "answer", "sdp": "v=0"}',
        b'{"type": "offer", "sdp": "v=0"}',
        b'{"type": "offer", "sdp": 5}',
        b'{"type": "offer", "sdp": "' + b"a" * 100_000 + b'"}',
        b"[" * 30_000,
    ],
    ids=lambda body: body[:24].decode("latin-1") + f" ({len(body)})",
)
def test_what_is_not_an_offer_is_refused_and_the_server_lives_on(server, body):
    assert post(server, body).status_code == 400
    assert httpx.get(f"{server.url}/api/ready", trust_env=False).status_code == 200


def test_a_full_server_says_so_and_when_to_come_back(make_server, absent_offer):
    # Its own server: the places stay taken until their time is up.
    own = make_server()
    body = httpx.Request("POST", own.url, json=absent_offer).content
    assert [post(own, body).status_code for _ in range(Caps().most["check"])] == [200] * Caps().most["check"]
    refused = post(own, body)
    assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
    assert own.stop() < 10


def test_places_come_back_when_a_connections_time_is_up():
    async def fill_and_wait() -> tuple[int, int]:
        peers = Peers(Caps(most={"check": 1}, longest_s={"check": 0.3}))
        first = await offer()
        await peers.check(first)
        with pytest.raises(Unavailable):
            await peers.check(first)
        taken = peers.count()
        async with asyncio.timeout(10):
            while peers.count():  # noqa: ASYNC110 - the connection tells nobody that it has closed
                await asyncio.sleep(0.02)
            await peers.check(first)
        again = peers.count()
        await peers.close_all()
        assert peers.count() == 0
        return taken, again

    assert in_a_loop(fill_and_wait()) == (1, 1)


def test_a_place_comes_back_when_an_offer_cannot_be_used():
    async def refuse() -> int:
        peers = Peers(Caps(most={"check": 1}))
        with pytest.raises(Rejected):
            await peers.check({"type": "offer", "sdp": "v=0\r\nm=application nonsense"})
        return peers.count()

    assert in_a_loop(refuse()) == 0
