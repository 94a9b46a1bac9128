"""The room's socket as it is served, without a browser: who comes in, what is passed on, and what a flood cannot do."""

import asyncio
import itertools
import json
import os
import re
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

import httpx
import pytest
import yaml
from aiortc import RTCPeerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.browser.support import ROOT, Server

ARRIVES_S = 15
GONE_WITHIN_S = 5.0
"""What is promised; from the last answer, by this machine's clock."""
STEPS = yaml.safe_load((ROOT / "content" / "visits" / "inbox.yaml").read_text())["variants"][0]["steps"]
FIRST, SECOND, *_ = [step["id"] for step in STEPS if step["actor"] == "staff"]


def _unreadable(constant: str) -> None:
    raise AssertionError(f"no browser reads {constant}")


class Player:
    """A browser as the room sees it: listens all the time, and answers pings until it goes deaf."""

    def __init__(self, server: Server, token: str, *, browser: str = "") -> None:
        self.deaf = False
        self.answered_at = 0.0
        self.code = 0
        self._heard: Queue[dict[str, Any] | None] = Queue()
        self._socket = connect(
            f"ws://127.0.0.1:{server.port}/api/call/room?besok={token}",
            origin=server.url,
            proxy=None,
            open_timeout=ARRIVES_S,
            ping_interval=None,
            additional_headers={"cookie": f"hub_browser={browser or secrets.token_urlsafe(32)}"},
        ).__enter__()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            for text in self._socket:
                message = json.loads(text, parse_constant=_unreadable)
                if message["kind"] != "ping":
                    self._heard.put({**message, "at": time.monotonic()})
                elif not self.deaf:
                    self.answered_at = time.monotonic()
                    self.say(kind="pong")
        self.code = self._socket.close_code or 0
        self._heard.put(None)

    def say(self, **message) -> None:
        self.send(json.dumps(message))

    def send(self, data: str | bytes) -> None:
        with suppress(ConnectionClosed):
            self._socket.send(data)

    def hear_any(self, *kinds: str) -> dict[str, Any]:
        """Wait for the next message of one of these kinds."""
        while True:
            message = self._heard.get(timeout=ARRIVES_S)
            assert message is not None, f"closed with {self.code}"
            if message["kind"] in kinds:
                return message

    def hear(self, kind: str, suits: Callable[[dict[str, Any]], bool] = lambda _message: True) -> dict[str, Any]:
        """Wait for the next message of a kind that suits; others are let go."""
        while not suits(message := self.hear_any(kind)):
            pass
        return message

    def ended(self) -> int:
        """Wait until the line has been closed by the other end; return with which code."""
        self._ear.join(ARRIVES_S)
        assert not self._ear.is_alive()
        return self.code

    def heard_by_now(self, *kinds: str) -> list[dict[str, Any]]:
        found = []
        with suppress(Empty):
            while (message := self._heard.get_nowait()) is not None:
                found.append(message)
        return [message for message in found if message["kind"] in kinds]

    def do(self, what: str, value: str = "") -> None:
        self.say(kind="do", what=what, value=value, seen=0)

    def lives(self) -> None:
        """Wait until what is said now has been answered."""
        self.do("act", "no-such-step")
        self.hear("refused")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("var"), script="tests/call_server.py").start()
    yield started
    started.close()


@pytest.fixture(autouse=True)
def _nothing_has_failed(server):
    yield
    assert "room_failed" not in server.said() and "Traceback" not in server.said()


def tokens(server: Server, **wish) -> dict[str, str]:
    return httpx.post(f"{server.url}/api/test/room", json=wish, trust_env=False).raise_for_status().json()


@pytest.fixture
def come(server) -> Iterator[Callable[..., Player]]:
    players: list[Player] = []

    def make(token: str, **more) -> Player:
        players.append(Player(server, token, **more))
        return players[-1]

    yield make
    for player in players:
        player.close()


@pytest.fixture
def two(server, come) -> tuple[Player, Player]:
    """A resident and staff in one room; both have seen that the other is there."""
    opened = tokens(server, together=True)
    resident, staff = come(opened["resident"]), come(opened["staff"])
    staff.hear("view")
    resident.hear("view", lambda view: "/besok/" not in view["side"])
    return resident, staff


# --- Who comes in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost", "null", "http://127.0.0.1", None])
def test_a_foreign_page_is_refused_whatever_it_knows(server, origin):
    token = tokens(server)["resident"]
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://127.0.0.1:{server.port}/api/call/room?besok={token}", origin=origin, proxy=None),
    ):
        pass

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", ["", "x", "..%2F..", "%00", "a" * 2000, "%D9%A3"])
def test_a_token_that_opens_nothing_is_told_so_with_a_way_on(come, token):
    player = come(token)
    farewell = player.hear("bye")

    assert farewell["code"] == "gone" and farewell["title"] == "Besöket finns inte längre"
    assert farewell["ways"] == [["Spela ett besök", "/prova"]]
    assert player.ended() == 4404


def test_each_token_shows_its_own_role_and_never_its_own_link(server, come):
    opened = tokens(server, together=True)
    for role, name in (("resident", "Du är Olle Exempel"), ("staff", "Du är Sara Provsson")):
        view = come(opened[role]).hear("view")
        assert name in view["stage"] and opened[role] not in json.dumps(view)


def test_a_visitor_who_connects_more_than_60_times_a_minute_has_to_wait(server, come):
    token, browser = tokens(server)["resident"], secrets.token_urlsafe(32)
    for _ in range(60):
        player = come(token, browser=browser)
        player.hear("view")
    refused = come(token, browser=browser)

    assert refused.hear("bye")["code"] == "full"
    assert refused.ended() == 4429
    assert come(token).hear("view")


def test_the_window_that_comes_later_has_the_seat_and_the_first_is_told(server, come):
    token = tokens(server)["resident"]
    first = come(token)
    first.hear("view")
    second = come(token)
    second.hear("view")

    assert first.hear("bye")["code"] == "elsewhere"
    assert first.ended() == 4409
    second.lives()


def test_when_the_hour_is_up_it_is_said_and_the_line_closes(server, come):
    player = come(tokens(server, ago_s=3600 - 3)["resident"])
    player.hear("view")
    farewell = player.hear("bye")

    assert farewell["code"] == "time" and farewell["title"] == "Tiden är ute" and farewell["ways"]
    assert player.ended() == 4408


@pytest.mark.parametrize("token", ["finns-inte", "a/b", "%D9%A3", "a" * 2000])
def test_a_link_that_no_longer_holds_is_answered_with_ways_on(server, token):
    answer = httpx.get(f"{server.url}/besok/{token}", trust_env=False)

    assert answer.status_code == 404
    assert "Besöket är slut" in answer.text and "href='/prova'" in answer.text.replace('"', "'")


def test_the_page_of_a_link_is_kept_by_nobody(server):
    answer = httpx.get(f"{server.url}/besok/{tokens(server)['resident']}?lang=en", trust_env=False)

    assert answer.status_code == 200 and "Demo visit" in answer.text
    assert answer.headers["cache-control"] == "no-store"


# --- Who is there ----------------------------------------------------------------------------------------------------


def gone(view: dict[str, Any]) -> bool:
    return view["announce"] == "Olle Exempel är inte ansluten"


@pytest.fixture
def met(two) -> tuple[Player, Player]:
    """Two who have done a step, after which it is told when somebody comes or goes."""
    two[1].do("act", FIRST)
    two[0].hear("view", lambda view: "Steg 2 " in view["stage"])
    return two


def test_whoever_answers_no_more_is_gone_for_the_other_within_5_seconds(met):
    resident, staff = met
    before = resident.answered_at
    deadline = time.monotonic() + ARRIVES_S
    while resident.answered_at == before and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    # Right after an answer is when it takes longest to notice.
    resident.deaf = True

    assert staff.hear("view", gone)["at"] - resident.answered_at < GONE_WITHIN_S
    assert resident.ended()


def test_whoever_closes_is_gone_at_once_and_is_there_again_when_they_come_back(server, come):
    opened = tokens(server, together=True)
    resident, staff = come(opened["resident"]), come(opened["staff"])
    staff.do("act", FIRST)
    resident.hear("view", lambda view: "Steg 2 " in view["stage"])
    resident.close()
    closed_at = time.monotonic()
    assert staff.hear("view", gone)["at"] - closed_at < 2

    back = come(opened["resident"])

    assert "Steg 2 " not in (view := back.hear("view"))["stage"] or view["phase"] == "step"
    staff.hear("view", lambda view: view["announce"] == "Olle Exempel är ansluten")


def test_whoever_answers_stays(met):
    resident, staff = met
    first = resident.answered_at
    while resident.answered_at - first < 6:
        threading.Event().wait(0.05)

    assert not [view for view in staff.heard_by_now("view") if gone(view)]
    resident.lives()


def test_a_server_that_has_stood_still_lets_nobody_go_for_it(met, server):
    resident, staff = met
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        threading.Event().wait(GONE_WITHIN_S + 0.5)
    finally:
        os.kill(server.process.pid, signal.SIGCONT)

    for player in (resident, staff):
        player.do("act", "no-such-step")
        while (message := player.hear_any("view", "refused"))["kind"] == "view":
            assert "inte ansluten" not in message["announce"]


# --- What is passed on -----------------------------------------------------------------------------------------------

SIGNALS = [
    {"from": "a", "to": None, "hello": True},
    {"description": {"type": "offer", "sdp": "v=0\r\n" + "a=x\r\n" * 2000}},
    None,
    "text",
    12.5,
    [[[[[]]]]],
    {"text": "åäö 🙂 \ud800 </script> \u2028"},
    {"kind": "bye", "code": "ended"},
    0,
    *[{"candidate": {"candidate": str(number)}} for number in range(20)],
]


def test_signals_reach_the_other_as_they_are_and_in_order_and_nobody_else(server, come, two):
    resident, staff = two
    strangers = tokens(server, together=True)
    stranger = come(strangers["staff"])
    stranger.hear("view")
    for data in SIGNALS:
        resident.say(kind="signal", data=data)
    got = [staff.hear("signal") for _ in SIGNALS]

    assert [one["data"] for one in got] == SIGNALS and all(set(one) == {"kind", "data", "at"} for one in got)
    for player in (resident, stranger):
        player.lives()
        assert player.heard_by_now("signal") == []


def test_what_is_written_says_who_wrote_it_and_what_is_too_long_is_not_passed_on(two):
    resident, staff = two
    for text in ("Hej <b>du</b>", "x" * 501, "", 5, None, ["a"], {"a": 1}, "\ud800", "x" * 500):
        resident.say(kind="chat", text=text, **{"from": "staff", "role": "staff"})
    got = [staff.hear("chat") for _ in range(3)]

    assert [one["text"] for one in got] == ["Hej <b>du</b>", "\ud800", "x" * 500]
    assert {one["from"] for one in got} == {"resident"}
    staff.lives()


def test_states_of_devices_are_passed_on_as_yes_or_no(two):
    resident, staff = two
    resident.say(kind="media", camera=True, microphone="ja", screen={"a": "b"}, more="more")
    resident.say(kind="media")

    for camera in (True, False):
        told = staff.hear("media")
        assert told == {"kind": "media", "camera": camera, "microphone": False, "screen": False, "at": told["at"]}


def test_what_is_done_in_a_room_is_seen_by_both_in_it_and_in_no_other(server, come, two):
    strangers = tokens(server, together=True)
    stranger = come(strangers["resident"])
    stranger.hear("view")
    two[1].do("act", FIRST)
    for player in two:
        player.hear("view", lambda view: "Steg 2 " in view["stage"])

    stranger.lives()
    assert not [view for view in stranger.heard_by_now("view") if "Steg 2 " in view["stage"]]


def test_a_token_never_acts_as_the_other_role(two):
    resident, staff = two
    for more in ({}, {"role": "staff"}, {"as": "staff", "seat": "staff"}):
        resident.say(kind="do", what="act", value=FIRST, **more)
        assert resident.hear("refused")["sentence"] == "Det här gör den andra."
    for what in ("refuse", "back", "in", "round"):
        resident.do(what)
        assert resident.hear("refused")["sentence"]

    staff.do("act", FIRST)
    staff.hear("view", lambda view: "Steg 2 " in view["stage"])


def test_the_same_press_twice_does_one_step(two):
    _, staff = two
    staff.do("act", FIRST)
    staff.do("act", FIRST)

    assert staff.hear("refused")["sentence"] == "Det är redan gjort. Sidan visar vad som är näst på tur."
    staff.do("act", SECOND)
    staff.hear("view", lambda view: view["phase"] == "step" and SECOND not in view["stage"])


# --- Floods and nonsense ---------------------------------------------------------------------------------------------

ENDED_BY = {
    "41 messages in a second": lambda player: [player.say(kind="pong") for _ in range(100)],
    "a message of more than 32 kB": lambda player: player.send(json.dumps({"kind": "signal", "data": "x" * 32_000})),
    "one of a megabyte": lambda player: player.send("x" * 1_000_000),
    "bytes": lambda player: player.send(b"\x00\xff" * 10),
    "bytes that are JSON": lambda player: player.send(b'{"kind": "pong"}'),
}


@pytest.mark.parametrize("flood", ENDED_BY.values(), ids=ENDED_BY)
def test_whoever_floods_is_let_go_and_nobody_else(two, flood):
    resident, staff = two
    flood(resident)

    assert resident.hear("bye")["code"] == "slow"
    assert resident.ended() == 4429
    staff.hear("view", lambda view: "/besok/" in view["side"])
    staff.do("act", FIRST)
    staff.hear("view", lambda view: "Steg 2 " in view["stage"])


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


NONSENSE = [
    "",
    "garbage",
    "{",
    "[]",
    "null",
    "5",
    '"do"',
    "{}",
    '{"kind": null}',
    '{"kind": ["do"]}',
    '{"kind": "view"}',
    '{"kind": "bye"}',
    nested(15_000),
    *[f'{{"kind": "signal", "data": {nested(depth)}}}' for depth in (800, 950, 970, 985, 1_000, 15_000)],
    *[f'{{"kind": "do", "what": "act", "value": {nested(depth)}}}' for depth in (900, 980)],
    f'{{"kind": "signal", "data": {nested(900, "{" + chr(34) + "a" + chr(34) + ":[", "]}")[:31_000]}}}',
    '{"kind": "signal", "data": NaN}',
    '{"kind": "signal", "data": 1e999}',
    '{"kind": "signal", "data": -Infinity}',
    f'{{"kind": "signal", "data": {"9" * 30_000}}}',
    f'{{"kind": "signal", "data": {"9" * 4_000}}}',
]
WRONG = [None, True, 7, -1.5, "x", "\ud800", "\x00", [], {}, [["act"]], {"a": {"b": None}}, "x" * 20_000]
FIELDS = [("do", "what"), ("do", "value"), ("chat", "text"), ("offer", "sdp"), ("media", "camera"), ("signal", "data")]


@pytest.mark.parametrize("start", range(0, len(NONSENSE), 8))
def test_nonsense_hurts_nobody_and_no_browser_gets_what_it_cannot_read(two, start):
    resident, staff = two
    # Few at a time, or it would be a flood.
    for text in NONSENSE[start : start + 8]:
        resident.send(text)
        resident.lives()
    staff.lives()


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_may_hold_anything(two, kind, field):
    resident, staff = two
    for value in WRONG:
        resident.say(**{"kind": kind, "what": "act", field: value})
        resident.lives()
    staff.lives()


# --- Calls -----------------------------------------------------------------------------------------------------------


def play_to_the_call(player: Player) -> None:
    for step in [step for step in STEPS if step["actor"] != "machine"]:
        if step["surface"] == "call":
            break
        player.do("act", step["id"])
    player.hear("view", lambda view: view["phase"] == "call")


@pytest.fixture(scope="module")
def sdp() -> str:
    """An offer to be called, by somebody who then never comes."""

    async def make() -> str:
        caller = RTCPeerConnection()
        for kind in ("audio", "video"):
            caller.addTransceiver(kind, direction="recvonly")
        await caller.setLocalDescription()
        made = caller.localDescription.sdp
        await caller.close()
        return made

    return asyncio.run(make())


HOSTILE = {
    "nothing": lambda sdp: "",
    "no text": lambda sdp: 7,
    "not SDP": lambda sdp: "v=0",
    "too long": lambda sdp: sdp + "a=x\r\n" * 3_000,
    "what would have to be decoded": lambda sdp: sdp.replace("a=recvonly", "a=sendrecv"),
    "no way to be sure who calls": lambda sdp: "\r\n".join(line for line in sdp.splitlines() if "fingerprint" not in line),
    "another group": lambda sdp: sdp.replace("a=group:BUNDLE", "a=group:LS"),
    "a fingerprint of nobody": lambda sdp: re.sub("(a=fingerprint:[^ ]+ )", r"\1zz", sdp),
}  # fmt: skip


def test_an_offer_that_cannot_be_answered_costs_nothing_but_a_sentence(server, come, sdp):
    player = come(tokens(server)["resident"])
    player.hear("view")
    play_to_the_call(player)
    for name, change in HOSTILE.items():
        player.say(kind="offer", sdp=change(sdp))
        assert player.hear_any("answer", "no-answer")["kind"] == "no-answer", name
        player.lives()

    assert httpx.get(f"{server.url}/api/test/held", trust_env=False).json()["calls"] == 0
    player.say(kind="offer", sdp=sdp)
    assert player.hear("answer")["sdp"].startswith("v=0")


def test_an_offer_outside_a_call_or_among_two_is_not_answered(two, come, server, sdp):
    early = come(tokens(server)["resident"])
    for player in (two[0], early):
        player.say(kind="offer", sdp=sdp)
        player.lives()
        assert player.heard_by_now("answer", "no-answer") == []


def test_whoever_offers_again_and_again_has_one_call_and_is_soon_told_to_wait(server, come, sdp):
    player = come(tokens(server)["resident"])
    player.hear("view")
    play_to_the_call(player)
    answers = []
    for _ in range(30):
        player.say(kind="offer", sdp=sdp)
        answers.append(player.hear_any("answer", "no-answer")["kind"])

    assert answers == ["answer"] * 20 + ["no-answer"] * 10
    assert httpx.get(f"{server.url}/api/test/held", trust_env=False).json()["calls"] <= 1


def test_the_call_of_whoever_has_gone_ends(server, come, sdp):
    player = come(tokens(server)["resident"])
    player.hear("view")
    play_to_the_call(player)
    player.say(kind="offer", sdp=sdp)
    player.hear("answer")
    player.close()
    deadline = time.monotonic() + ARRIVES_S
    counts = (httpx.get(f"{server.url}/api/test/held", trust_env=False).json()["calls"] for _ in itertools.count())

    assert next(count for count in counts if count == 0 or time.monotonic() > deadline) == 0
