"""The push channel: whoever waits for a topic is woken when it moves, from whichever thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from queue import Queue
from threading import Thread
from typing import TypeVar

import pytest

from hub.live import Listener, Topics

T = TypeVar("T")


async def soon(waiting: Awaitable[T]) -> T:
    """Wait for something that should come at once."""
    return await asyncio.wait_for(waiting, timeout=2)


async def asleep(listener: Listener, seen: int) -> asyncio.Task[int]:
    """Return a task that has begun to wait and found nothing new."""
    task = asyncio.create_task(listener.next_version(seen))
    await asyncio.sleep(0)
    assert not task.done()
    return task


def test_a_topic_has_version_0_before_it_has_moved() -> None:
    assert Topics().version("windows") == 0


def test_each_move_adds_one() -> None:
    topics = Topics()

    moved = [topics.move("windows"), topics.move("windows")]

    assert (moved, topics.version("windows")) == ([1, 2], 2)


def test_a_topic_does_not_move_another() -> None:
    topics = Topics()

    topics.move("windows")

    assert topics.version("doors") == 0


def test_moves_from_many_threads_are_all_counted() -> None:
    topics = Topics()
    threads = [Thread(target=lambda: [topics.move("windows") for _ in range(500)]) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert topics.version("windows") == 4_000


def test_a_listener_wakes_when_its_topic_moves_in_another_thread() -> None:
    async def scene() -> int:
        topics = Topics()
        async with topics.listen("windows") as listener:
            waiting = await asleep(listener, seen=0)
            thread = Thread(target=topics.move, args=("windows",))
            thread.start()
            version = await soon(waiting)
            thread.join()
            return version

    # In debug mode a loop refuses to be touched from another thread in any way but the safe one. A refusal leaves the
    # loop unable to end, so it runs in a thread that may be left behind.
    versions: Queue[int] = Queue()
    Thread(target=lambda: versions.put(asyncio.run(scene(), debug=True)), daemon=True).start()
    assert versions.get(timeout=5) == 1


def test_a_listener_wakes_when_its_topic_moves_in_the_same_thread() -> None:
    async def scene() -> int:
        topics = Topics()
        async with topics.listen("windows") as listener:
            waiting = await asleep(listener, seen=0)
            topics.move("windows")
            return await soon(waiting)

    assert asyncio.run(scene()) == 1


def test_a_move_before_the_listener_begins_to_wait_is_not_missed() -> None:
    async def scene() -> int:
        topics = Topics()
        async with topics.listen("windows") as listener:
            topics.move("windows")
            return await soon(listener.next_version(seen=0))

    assert asyncio.run(scene()) == 1


def test_a_move_before_the_listener_is_there_is_not_missed() -> None:
    async def scene() -> int:
        topics = Topics()
        topics.move("windows")
        async with topics.listen("windows") as listener:
            return await soon(listener.next_version(seen=0))

    assert asyncio.run(scene()) == 1


def test_a_move_while_the_listener_is_busy_with_the_last_one_is_not_missed() -> None:
    async def scene() -> list[int]:
        topics = Topics()
        async with topics.listen("windows") as listener:
            waiting = await asleep(listener, seen=0)
            topics.move("windows")
            first = await soon(waiting)
            topics.move("windows")
            return [first, await soon(listener.next_version(first))]

    assert asyncio.run(scene()) == [1, 2]


class MovesWhenLookedAt(Topics):
    """Topics that move in the narrowest gap: just after the listener has looked for the first time."""

    looks = 0

    def version(self, topic: str) -> int:
        """Return the version, and move at once after the first look."""
        found = super().version(topic)
        self.looks += 1
        if self.looks == 1:
            self.move(topic)
        return found


def test_a_move_between_looking_and_sleeping_is_not_missed() -> None:
    async def scene() -> int:
        async with MovesWhenLookedAt().listen("windows") as listener:
            return await soon(listener.next_version(seen=0))

    assert asyncio.run(scene()) == 1


def test_a_listener_that_reads_on_while_threads_move_ends_at_the_last_version() -> None:
    async def scene() -> int:
        topics = Topics()
        threads = [Thread(target=lambda: [topics.move("windows") for _ in range(500)]) for _ in range(4)]
        seen = 0
        async with topics.listen("windows") as listener:
            for thread in threads:
                thread.start()
            while seen < 2_000:
                seen = await soon(listener.next_version(seen))
        for thread in threads:
            thread.join()
        return seen

    assert asyncio.run(scene()) == 2_000


def test_a_listener_sleeps_on_when_another_topic_moves() -> None:
    async def scene() -> bool:
        topics = Topics()
        async with topics.listen("windows") as listener:
            waiting = await asleep(listener, seen=0)
            topics.move("doors")
            for _ in range(5):
                await asyncio.sleep(0)
            woken = waiting.done()
            waiting.cancel()
            return woken

    assert asyncio.run(scene()) is False


def test_every_listener_to_a_topic_wakes() -> None:
    async def scene() -> list[int]:
        topics = Topics()
        async with topics.listen("windows") as one, topics.listen("windows") as two:
            waiting = [await asleep(one, seen=0), await asleep(two, seen=0)]
            topics.move("windows")
            return [await soon(task) for task in waiting]

    assert asyncio.run(scene()) == [1, 1]


def test_listeners_are_counted_while_they_are_there() -> None:
    async def scene() -> list[int]:
        topics = Topics()
        counts = [topics.listeners("windows")]
        async with topics.listen("windows"):
            counts.append(topics.listeners("windows"))
            async with topics.listen("windows"):
                counts.append(topics.listeners("windows"))
            counts.append(topics.listeners("windows"))
        return [*counts, topics.listeners("windows")]

    assert asyncio.run(scene()) == [0, 1, 2, 1, 0]


def test_a_listener_is_counted_for_its_own_topic_only() -> None:
    async def scene() -> int:
        topics = Topics()
        async with topics.listen("windows"):
            return topics.listeners("doors")

    assert asyncio.run(scene()) == 0


def test_a_listener_is_not_counted_before_it_is_let_in() -> None:
    async def scene() -> int:
        topics = Topics()
        topics.listen("windows")
        return topics.listeners("windows")

    assert asyncio.run(scene()) == 0


def test_a_listener_that_fails_is_counted_no_more() -> None:
    async def scene() -> int:
        topics = Topics()
        with pytest.raises(ZeroDivisionError):
            async with topics.listen("windows"):
                raise ZeroDivisionError
        return topics.listeners("windows")

    assert asyncio.run(scene()) == 0


def test_a_listener_that_is_cancelled_is_counted_no_more() -> None:
    async def scene() -> int:
        topics = Topics()

        async def listen() -> None:
            async with topics.listen("windows") as listener:
                await listener.next_version(seen=0)

        task = asyncio.create_task(listen())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return topics.listeners("windows")

    assert asyncio.run(scene()) == 0


def test_a_listener_whose_loop_has_closed_does_not_stop_a_move() -> None:
    topics = Topics()

    async def leave() -> None:
        await topics.listen("windows").__aenter__()

    asyncio.run(leave())

    assert topics.move("windows") == 1
