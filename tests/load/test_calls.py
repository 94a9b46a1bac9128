"""Five hundred calls, twenty at a time: what is held afterwards does not grow with how many there have been."""

import asyncio

import pytest

from tests.browser.support import Server
from tests.callers import Held, emptied, play_many, steps_before_the_call

CALLS, AT_ONCE, SECONDS = 500, 20, 1.0
ROUNDS = 5
MOST_GROWTH_KB = 6_000
"""Over three rounds of a hundred calls, after two that fill what is kept for all."""


@pytest.mark.timeout(900)
def test_five_hundred_calls_leave_nothing_behind(tmp_path):
    server = Server(tmp_path, script="tests/call_server.py", HUB_LIMIT_FACTOR="1000").start()
    try:
        before, after = Held.of(server), []
        for _ in range(ROUNDS):
            came = asyncio.run(play_many(server, steps_before_the_call("inbox"), CALLS // ROUNDS, AT_ONCE, SECONDS))
            assert len(came) == CALLS // ROUNDS
            after.append(emptied(server, before))
            print(after[-1])

        assert {(held.rooms, held.sockets, held.calls) for held in after} == {(0, 0, 0)}
        assert max(held.threads for held in after) <= after[0].threads
        assert after[-1].memory_kb - after[1].memory_kb < MOST_GROWTH_KB
        assert "Traceback" not in server.said() and '"error"' not in server.said()
    finally:
        server.close()
