"""Calls leave nothing behind, no memory, thread, task, socket or room: twenty at once, and five hundred that come and go."""

from collections.abc import Iterator

import pytest

from tests.browser.support import Server
from tests.soak import NOBODY, SPARE, held, hold_calls, memory_kb

PORTIONS = 5
CALLS = 100
AT_ONCE = 10
TOGETHER = 20
MOST_GROWTH_KB = 10_000
"""From the first twenty to the next; the first fill what is kept for all."""
ENOUGH = 90
"""Of them: where the machine is busy, a caller may be silent for so long that the hub rightly lets it go."""
KB_A_CALL = 20
"""A connection that stays takes ten times as much; what the allocator keeps differs by less than this."""


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    started = Server(tmp_path, script="tests/call_server.py", HUB_LIMIT_FACTOR="1000").start()
    yield started
    started.close()


def test_twenty_calls_at_once_are_seen_and_heard_and_nothing_is_left_of_them(server):
    heard = [hold_calls(server, TOGETHER, TOGETHER)]
    first, before = held(server), memory_kb(server)
    heard.append(hold_calls(server, TOGETHER, TOGETHER))
    at_most = NOBODY | {what: first[what] + SPARE[what] for what in SPARE}
    second = held(server, at_most)

    assert min(heard) >= 0.9 * TOGETHER
    assert all(second[what] <= most for what, most in at_most.items()), (first, second)
    assert memory_kb(server) - before < MOST_GROWTH_KB
    assert "Traceback" not in server.said() and '"error"' not in server.said()


@pytest.mark.timeout(1500)
def test_five_hundred_calls_leave_nothing_behind(server):
    found, memory, at_most = [], [], NOBODY
    for _ in range(PORTIONS):
        assert hold_calls(server, CALLS, AT_ONCE) >= ENOUGH
        found.append(held(server, at_most))
        memory.append(memory_kb(server))
        # The first portion is for what is loaded once, and for the threads that the server keeps for whoever comes.
        at_most = NOBODY | {what: found[0][what] + SPARE[what] for what in SPARE}

    assert all(one[what] <= most for one in found for what, most in at_most.items()), found
    assert memory[-1] - memory[0] < KB_A_CALL * CALLS * (PORTIONS - 1), memory
    assert "Traceback" not in server.said()
