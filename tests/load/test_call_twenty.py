"""Twenty calls at once, and what is left of them when all have gone."""

from collections.abc import Iterator

import pytest

from tests.browser.support import Server
from tests.soak import NOBODY, SPARE, held, hold_calls, memory_kb

AT_ONCE = 20
ENOUGH = 18
"""Of them: where the machine is busy, a caller may be silent for so long that the hub rightly lets it go."""
MOST_GROWTH_KB = 10_000
"""From the first twenty to the next; the first fill what is kept for all."""


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    started = Server(tmp_path, script="tests/call_server.py", HUB_LIMIT_FACTOR="1000").start()
    yield started
    started.close()


def test_twenty_calls_at_once_are_seen_and_heard_and_nothing_is_left_of_them(server):
    heard = [hold_calls(server, AT_ONCE, AT_ONCE)]
    first, before = held(server), memory_kb(server)
    heard.append(hold_calls(server, AT_ONCE, AT_ONCE))
    at_most = NOBODY | {what: first[what] + SPARE[what] for what in SPARE}
    second = held(server, at_most)

    assert min(heard) >= ENOUGH
    assert all(second[what] <= most for what, most in at_most.items()), (first, second)
    assert memory_kb(server) - before < MOST_GROWTH_KB
    assert "Traceback" not in server.said() and '"error"' not in server.said()
