"""What the check of device and connection asks of the server: who may ask, how much, and how often."""

import asyncio
import os
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from hub.bootstrap import build
from hub.call.check_words import GROUPS, check_words
from hub.call.peer import LONGEST_OFFER
from hub.errors import Rejected, Unavailable
from hub.settings import read_settings
from web import check, runtime, shell
from web.check import Check
from web.pages import Pages

ORIGIN = {"origin": "http://hub.test"}
OFFERS = ("/api/call/check", "/api/call/echo")
AT_ONE_ADDRESS = 10
"""Times a minute, where the factor leaves one for each visitor: cookies do not tell apart who shares an address."""
FOREIGN = ("https://evil.example", "null", "", "http://hub.test.example")


class Ends:
    """The server's ends of calls as the routes see them: each answers what it was told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    async def check(self, offer: Mapping[str, object]) -> dict[str, str]:
        if self._error:
            raise self._error
        return {"type": "answer", "sdp": str(offer["sdp"])}

    echo = check


class Client:
    """Asks an app without a server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, **more) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **more))

    async def _ask(self, method: str, path: str, **more) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://hub.test") as client:
            return await client.request(method, path, **more)

    def talk(self, *messages: str | bytes, origin: str = ORIGIN["origin"]) -> tuple[list[str], int]:
        """Open the socket and send messages; return what came back, and the code that the server closed it with."""
        return asyncio.run(self.line(*messages, origin=origin))

    async def line(
        self, *messages: str | bytes, origin: str = ORIGIN["origin"], stay: asyncio.Event | None = None
    ) -> tuple[list[str], int]:
        """Talk through the socket; whoever stays leaves once the event is set, else waits to be sent away."""
        coming = iter([{"type": "websocket.connect"}, *map(_message, messages)])
        said: list[Message] = []

        async def receive() -> Message:
            for message in coming:
                return message
            await (stay or asyncio.Event()).wait()
            return {"type": "websocket.disconnect", "code": 1000}

        async def send(message: Message) -> None:
            said.append(message)

        headers = [(b"host", b"hub.test"), (b"origin", origin.encode())]
        scope = {
            "type": "websocket",
            "path": "/api/call/socket",
            "query_string": b"",
            "headers": headers,
            "client": ("203.0.113.7", 1),
        }
        await self._app(scope, receive, send)
        codes = [message["code"] for message in said if message["type"] == "websocket.close"]
        return [message["text"] for message in said if message["type"] == "websocket.send"], codes[0] if codes else 0


def _message(sent: str | bytes) -> Message:
    return {"type": "websocket.receive", "bytes" if isinstance(sent, bytes) else "text": sent}


def served(ends: Ends | None = None, factor: str = "1000") -> Client:
    hub = build(read_settings({**os.environ, "HUB_LIMIT_FACTOR": factor}))
    pages = Pages(hub, shell.take_apart(runtime.index_page()))
    return Client(Starlette(routes=Check(hub, pages, ends or Ends()).routes()))


@pytest.fixture(scope="module")
def client():
    return served()


@pytest.mark.parametrize(("language", "heading"), [("sv", "Kontrollera enhet"), ("en", "Check your device")])
@pytest.mark.parametrize("path", ["/kontroll", "/kontroll/"])
def test_the_page_is_served_in_both_languages(client, path, language, heading):
    answer = client.get(f"{path}?lang={language}")

    assert answer.status_code == 200
    assert f"<h1>{heading}" in answer.text
    assert '<link rel="canonical" href="http://hub.test/kontroll">' in answer.text


def test_an_address_below_the_page_is_nobodys(client):
    assert client.get("/kontroll/x").status_code == 404


@pytest.mark.parametrize("path", OFFERS)
@pytest.mark.parametrize("origin", FOREIGN)
def test_an_offer_of_a_foreign_page_is_refused(client, path, origin):
    assert client.post(path, json={"sdp": "v=0"}, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("path", OFFERS)
def test_an_offer_is_answered_and_kept_by_nobody(client, path):
    answer = client.post(path, json={"type": "offer", "sdp": "v=0"}, headers=ORIGIN)

    assert (answer.status_code, answer.json()) == (200, {"type": "answer", "sdp": "v=0"})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", OFFERS)
@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 30_000, b"x" * (3 * LONGEST_OFFER)], ids=["empty", "bytes", "deep", "long"]
)
def test_what_is_no_offer_is_refused(client, path, body):
    assert client.post(path, content=body, headers=ORIGIN).status_code == 400


@pytest.mark.parametrize("path", OFFERS)
@pytest.mark.parametrize(("error", "status"), [(Rejected("offer"), 400), (Unavailable("all places are taken"), 503)])
def test_what_the_call_refuses_is_told_by_the_status(path, error, status):
    answer = served(Ends(error)).post(path, json={"sdp": ""}, headers=ORIGIN)

    assert answer.status_code == status
    assert (int(answer.headers.get("retry-after", 0)) > 0) == (status == 503)


@pytest.mark.parametrize("path", OFFERS)
def test_whoever_offers_too_often_is_told_how_long_to_wait(path):
    client = served(factor="0.001")

    answers = [client.post(path, json={"sdp": ""}, headers=ORIGIN) for _ in range(AT_ONE_ADDRESS + 1)]

    assert [answer.status_code for answer in answers] == [200] * AT_ONE_ADDRESS + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_socket_of_a_foreign_page_is_refused(client, origin):
    assert client.talk("ping", origin=origin) == ([], 1008)


def test_the_socket_closes_after_a_few_messages_that_it_sends_back(client):
    assert client.talk(*["ping"] * (check.MOST_MESSAGES + 1)) == (["ping"] * check.MOST_MESSAGES, 1008)


@pytest.mark.parametrize("message", ["a" * (check.LONGEST_MESSAGE + 1), b"bytes"])
def test_the_socket_closes_on_what_no_page_of_ours_sends(client, message):
    assert client.talk("ping", message) == (["ping"], 1009)


def test_a_socket_too_many_is_told_to_come_back_later(client, monkeypatch):
    monkeypatch.setattr(check, "MOST_SOCKETS", 1)

    async def two() -> tuple[list[str], int]:
        leave = asyncio.Event()
        first = asyncio.create_task(client.line("ping", stay=leave))
        await asyncio.sleep(0)
        second = await client.line("ping")
        leave.set()
        await first
        return second

    assert asyncio.run(two()) == ([], 1013)
    assert client.talk("ping", b"") == (["ping"], 1009)


def test_whoever_opens_sockets_too_often_is_told_to_come_back_later():
    client = served(factor="0.002")

    assert [client.talk(b"")[1] for _ in range(AT_ONE_ADDRESS + 1)] == [1009] * AT_ONE_ADDRESS + [1013]


def test_a_socket_that_stays_open_is_closed(client, monkeypatch):
    monkeypatch.setattr(check, "_LONGEST_S", 0.05)

    assert client.talk() == ([], 1000)


def words() -> dict:
    return check_words(lambda english: english)


def test_each_step_has_its_words_and_its_verdicts():
    steps = {step for group in GROUPS.values() for step in group}

    assert set(words()["steps"]) == steps
    assert set(words()["verdicts"]) == steps | {"all"}
    assert set(words()["groups"]) == set(GROUPS)


def test_every_verdict_that_a_fault_leads_to_says_what_to_do():
    fine = {"ok", "picture-only", "sound-only", "way-round", "none", "stopped", "unanswered", "unmeasured"}

    silent = [
        (step, code)
        for step, verdicts in words()["verdicts"].items()
        for code, told in verdicts.items()
        if not told["todo"] and code not in fine
    ]

    assert silent == []
    assert all(told["todo"] for told in words()["faults"].values())
