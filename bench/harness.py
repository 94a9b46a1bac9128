"""Visit a Streamlit app as many browsers at once would, over WebSockets in its own protocol.

A visitor does what the browser does: it names the page on its first run and the page's hash after
that, and tells which large messages it holds, so that the server may send a reference instead.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

MAX_VISITORS: Final = 200
MAX_SECONDS: Final = 120.0
RUN_TIMEOUT_S: Final = 30.0
_STREAMLIT: Final = Subprotocol("streamlit")
_MAX_MESSAGE_BYTES: Final = 50_000_000
_LAST_OF_A_RUN: Final = frozenset(
    {
        ForwardMsg.FINISHED_SUCCESSFULLY,
        ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
    }
)
_FAILURES: Final = (OSError, TimeoutError, WebSocketException)


class NobodyCameIn(RuntimeError):
    """Tell that no visitor got a first page; the cause is the last fault seen."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Sum up durations in milliseconds."""

    p50: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold what one round of visits measured.

    First runs count in `first_paint` alone; every other figure is of reruns. `bytes_per_rerun` is
    the payload before any compression. `references_per_rerun` is the part of the messages that were
    sent as a hash. `failures` are visitors lost on the way, `exceptions` are faults shown in a page.
    """

    visitors: int
    seconds: float
    reruns: int
    first_paint: Spread
    rerun: Spread
    reruns_per_second: float
    messages_per_rerun: float
    references_per_rerun: float
    bytes_per_rerun: float
    failures: int
    exceptions: int


@dataclass(slots=True)
class _Tally:
    first_paints_ms: list[float] = field(default_factory=list)
    reruns_ms: list[float] = field(default_factory=list)
    messages: int = 0
    references: int = 0
    size: int = 0
    failures: int = 0
    exceptions: int = 0
    ended: float = 0.0
    last_failure: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Received:
    messages: int
    references: int
    size: int
    exceptions: int


class _Visitor:
    """Act as one browser tab, with one run under way at a time."""

    def __init__(self, url: str, page: str, locale: str, cookie: str) -> None:
        self._url = url
        self._page = page.strip("/")
        self._locale = locale
        self._headers = {"Cookie": cookie} if cookie else {}
        self._page_hash = ""
        self._runs = 0
        self._max_age = 0
        # Hash of a large message to the run in which it was last of use.
        self._held: dict[str, int] = {}
        self._socket: ClientConnection | None = None

    async def open(self, query_string: str) -> tuple[float, _Received]:
        """Connect and run once, and give the milliseconds from the start of connecting."""
        started = time.perf_counter()
        async with asyncio.timeout(RUN_TIMEOUT_S):
            self._socket = await connect(
                self._url,
                subprotocols=[_STREAMLIT],
                origin=_origin(self._url),
                additional_headers=self._headers,
                # A keepalive of ours could break a visit when the server is saturated on purpose.
                ping_interval=None,
                max_size=_MAX_MESSAGE_BYTES,
                proxy=None,
            )
            received = await self._run(query_string)
        return _since(started), received

    async def rerun(self, query_string: str) -> tuple[float, _Received]:
        """Run again and give the milliseconds until the script had finished."""
        started = time.perf_counter()
        async with asyncio.timeout(RUN_TIMEOUT_S):
            received = await self._run(query_string)
        return _since(started), received

    async def close(self) -> None:
        """Leave, whether or not the visit ever began."""
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, query_string: str) -> _Received:
        assert self._socket is not None
        await self._socket.send(self._request(query_string))
        messages = references = size = exceptions = 0
        while True:
            payload = await self._socket.recv(decode=False)
            message = ForwardMsg.FromString(payload)
            kind = message.WhichOneof("type")
            messages += 1
            size += len(payload)
            references += kind == "ref_hash"
            if message.metadata.cacheable:
                self._held[message.hash] = self._runs
            if kind == "ref_hash":
                self._held[message.ref_hash] = self._runs
            elif kind == "new_session":
                self._max_age = message.new_session.config.max_cached_message_age
                self._page_hash = message.new_session.page_script_hash
            elif kind == "navigation":
                # An app with st.navigation knows its page only once the script has said which there are.
                self._page_hash = message.navigation.page_script_hash
            elif kind == "delta" and message.delta.new_element.HasField("exception"):
                exceptions += 1
            elif kind == "script_finished" and message.script_finished in _LAST_OF_A_RUN:
                # A run cut short for a rerun is followed by that rerun, so only these end the wait.
                exceptions += message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
                self._forget_old()
                return _Received(messages, references, size, exceptions)

    def _forget_old(self) -> None:
        # As the browser does; a visitor who held everything would make the server look quicker than it is.
        self._runs += 1
        self._held = {held: used for held, used in self._held.items() if self._runs - used <= self._max_age}

    def _request(self, query_string: str) -> bytes:
        request = BackMsg()
        state = request.rerun_script
        state.query_string = query_string
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else self._page
        state.cached_message_hashes.extend(sorted(self._held))
        state.context_info.timezone = "Europe/Stockholm"
        state.context_info.timezone_offset = -60
        state.context_info.locale = self._locale
        state.context_info.url = f"{_origin(self._url)}/{self._page}"
        state.context_info.is_embedded = False
        state.context_info.color_scheme = "light"
        return bytes(request.SerializeToString())


async def visit(
    url: str,
    *,
    query_strings: Sequence[str],
    page: str,
    visitors: int = 50,
    pause_s: float = 0.5,
    duration_s: float = 20.0,
    locale: str = "sv-SE",
    even: bool = False,
    inside: asyncio.Event | None = None,
    cookie: str = "",
) -> Figures:
    """Visit a page as many at once and give what it took.

    All connect at the same time. When each has its first page or has failed, `inside` is set, the clock of
    `duration_s` starts, and each repeats: pause, ask for the next query string, wait for the run to
    finish. Visitors start at different places in the list. Refuses every host but this machine.

    With `even` the visitors take turns: each asks once in every `pause_s`, by the clock, and all of them spread
    over it. Whoever has waited longer for the run before asks at once, and the time since its turn counts.

    A `cookie` lets all of them in as whoever has signed in with it.

    Raises ValueError for arguments out of bounds, and NobodyCameIn when every visitor failed.
    """
    _check(url, query_strings, visitors, pause_s, duration_s)
    tally = _Tally()
    party = [_Visitor(url, page, locale, cookie) for _ in range(visitors)]
    try:
        entered = await asyncio.gather(
            *(_enter(visitor, query_strings[at % len(query_strings)], tally) for at, visitor in enumerate(party))
        )
        came = [(at, visitor) for at, (visitor, came_in) in enumerate(zip(party, entered, strict=True)) if came_in]
        if not came:
            raise NobodyCameIn(f"no visitor got a page from {url}") from tally.last_failure
        if inside is not None:
            inside.set()
        started = time.perf_counter()
        deadline = started + duration_s
        turns = {at: started + pause_s * at / visitors for at, _ in came} if even else {}
        await asyncio.gather(
            *(_stay(visitor, at, query_strings, pause_s, deadline, tally, turns.get(at)) for at, visitor in came)
        )
    finally:
        await asyncio.gather(*(visitor.close() for visitor in party), return_exceptions=True)
    # Until the last run ended, so that the pauses after it do not count as time nothing got done in.
    return _figures(tally, visitors, max(tally.ended - started, 0.001))


async def _enter(visitor: _Visitor, query_string: str, tally: _Tally) -> bool:
    try:
        took, received = await visitor.open(query_string)
    except _FAILURES as failure:
        tally.failures += 1
        tally.last_failure = failure
        return False
    tally.first_paints_ms.append(took)
    tally.exceptions += received.exceptions
    return True


async def _stay(
    visitor: _Visitor,
    at: int,
    query_strings: Sequence[str],
    pause_s: float,
    deadline: float,
    tally: _Tally,
    turn: float | None,
) -> None:
    for step in count(at + 1):
        due = time.perf_counter() + pause_s if turn is None else turn + pause_s * (step - at - 1)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if time.perf_counter() >= deadline:
            return
        waited = 0.0 if turn is None else _since(due)
        try:
            took, received = await visitor.rerun(query_strings[step % len(query_strings)])
        except _FAILURES as failure:
            tally.failures += 1
            tally.last_failure = failure
            return
        tally.ended = time.perf_counter()
        tally.reruns_ms.append(waited + took)
        tally.messages += received.messages
        tally.references += received.references
        tally.size += received.size
        tally.exceptions += received.exceptions


def _figures(tally: _Tally, visitors: int, seconds: float) -> Figures:
    reruns = len(tally.reruns_ms)
    each = max(reruns, 1)
    return Figures(
        visitors=visitors,
        seconds=seconds,
        reruns=reruns,
        first_paint=spread(tally.first_paints_ms),
        rerun=spread(tally.reruns_ms),
        reruns_per_second=reruns / seconds,
        messages_per_rerun=tally.messages / each,
        references_per_rerun=tally.references / each,
        bytes_per_rerun=tally.size / each,
        failures=tally.failures,
        exceptions=tally.exceptions,
    )


def spread(values: Sequence[float]) -> Spread:
    """Sum up values by nearest rank, so that each figure is one that was measured; zeros for none."""
    if not values:
        return Spread(0.0, 0.0, 0.0)
    ranked = sorted(values)
    return Spread(ranked[math.ceil(0.5 * len(ranked)) - 1], ranked[math.ceil(0.95 * len(ranked)) - 1], ranked[-1])


def _check(url: str, query_strings: Sequence[str], visitors: int, pause_s: float, duration_s: float) -> None:
    if not _is_this_machine(url):
        raise ValueError(f"only this machine may be visited, not {url}")
    if not query_strings:
        raise ValueError("at least one query string is needed; it may be empty")
    if not 1 <= visitors <= MAX_VISITORS:
        raise ValueError(f"visitors must be 1 to {MAX_VISITORS}")
    if not (0 < duration_s <= MAX_SECONDS and 0 <= pause_s <= MAX_SECONDS):
        raise ValueError(f"times may not be negative nor above {MAX_SECONDS:.0f} s")


def _is_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "ws" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _origin(url: str) -> Origin:
    return Origin(f"http://{urlsplit(url).netloc}")


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1_000
