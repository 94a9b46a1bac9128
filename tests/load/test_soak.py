"""Five hundred calls that come and go leave nothing behind: no memory, thread, task, socket or room."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.support import ROOT, Server

PORTIONS = 5
CALLS = 100
AT_ONCE = 10
ENOUGH = 90
"""Of them: where the machine is busy, a caller may be silent for so long that the hub rightly lets it go."""
LEFT_WITHIN_S = 30
KB_A_CALL = 20
"""A connection that stays takes ten times as much; what the allocator keeps differs by less than this."""
SPARE = {"tasks": 0, "files": 2, "threads": 8}
"""How many more there may be than after the first calls: the question itself, and workers up to the server's limit."""


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    started = Server(tmp_path, script="tests/call_server.py", HUB_LIMIT_FACTOR="1000").start()
    yield started
    started.close()


@pytest.fixture
def held(server) -> Iterator[Callable[[], dict[str, int]]]:
    """Count what the server holds, once it is no more than it may be, or still is more after a while."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:

        def count(at_most: dict[str, int]) -> dict[str, int]:
            deadline = time.monotonic() + LEFT_WITHIN_S
            while True:
                # Rooms in which nobody is are closed after ten minutes.
                client.post("/api/test/later", json={"minutes": 11})
                found = client.get("/api/test/held").json()
                if all(found[what] <= most for what, most in at_most.items()) or time.monotonic() > deadline:
                    return found

        yield count


def memory_kb(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def hold_calls(server: Server) -> None:
    ended = subprocess.run(
        [sys.executable, "bench/callers.py", "hub", server.url, str(AT_ONCE), str(CALLS)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert json.loads(ended.stdout)["heard"] >= ENOUGH, ended.stderr[-3000:]


@pytest.mark.timeout(1500)
def test_five_hundred_calls_leave_nothing_behind(server, held):
    found, memory = [], []
    at_most = dict.fromkeys(("calls", "sockets", "rooms"), 0)
    for _ in range(PORTIONS):
        hold_calls(server)
        found.append(held(at_most))
        memory.append(memory_kb(server))
        # The first portion is for what is loaded once, and for the threads that the server keeps for whoever comes.
        at_most |= {what: found[0][what] + SPARE[what] for what in SPARE}

    assert all(one[what] <= most for one in found for what, most in at_most.items()), found
    assert memory[-1] - memory[0] < KB_A_CALL * CALLS * (PORTIONS - 1), memory
    assert "Traceback" not in server.said()
