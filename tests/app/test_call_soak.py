"""Twenty calls at once, and what is left of them when all have gone."""

import asyncio

import pytest

from tests.browser.support import Server
from tests.callers import Held, emptied, play_many, steps_before_the_call

AT_ONCE = 20
SECONDS = 3.0


@pytest.fixture
def server(tmp_path):
    started = Server(tmp_path, script="tests/call_server.py", HUB_LIMIT_FACTOR="1000").start()
    yield started
    started.close()


def test_twenty_calls_at_once_all_flow_and_nothing_is_left_of_them(server):
    def round_of_calls(before: Held) -> Held:
        came = asyncio.run(play_many(server, steps_before_the_call("inbox"), AT_ONCE, AT_ONCE, SECONDS))
        assert len(came) == AT_ONCE
        return emptied(server, before)

    before = Held.of(server)
    first = round_of_calls(before)
    second = round_of_calls(before)

    assert (second.rooms, second.sockets, second.calls) == (0, 0, 0)
    assert second.threads <= first.threads and second.tasks <= before.tasks and second.files <= before.files
    assert second.memory_kb - first.memory_kb < 10_000
    assert "Traceback" not in server.said() and '"error"' not in server.said()
