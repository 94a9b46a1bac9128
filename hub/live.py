"""The push channel: topics whose version moves when something in them has changed.

In memory and for one process. Threads move topics; the event loop waits for them.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from threading import Lock
from typing import Self


class Topics:
    """Versions by topic, and those who wait for the next one."""

    def __init__(self) -> None:
        """Start with every topic at version 0 and nobody waiting."""
        self._lock = Lock()
        self._versions: dict[str, int] = defaultdict(int)
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)

    def version(self, topic: str) -> int:
        """Return how many times a topic has moved since the start of the process."""
        with self._lock:
            return self._versions.get(topic, 0)

    def move(self, topic: str) -> int:
        """Move a topic on and wake those who wait for it; callable from any thread."""
        with self._lock:
            self._versions[topic] += 1
            version = self._versions[topic]
            waiting = tuple(self._waiting.get(topic, ()))
        for loop, event in waiting:
            with suppress(RuntimeError):  # the loop has closed since; whoever waited there is gone
                loop.call_soon_threadsafe(event.set)
        return version

    def listeners(self, topic: str) -> int:
        """Return how many wait for a topic now."""
        with self._lock:
            return len(self._waiting.get(topic, ()))

    def listen(self, topic: str) -> "Listener":
        """Return a listener to be used as a context manager in a coroutine."""
        return Listener(self, topic)

    def _add(self, topic: str, waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        with self._lock:
            self._waiting[topic].add(waiter)

    def _remove(self, topic: str, waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        with self._lock:
            self._waiting[topic].discard(waiter)
            if not self._waiting[topic]:
                del self._waiting[topic]


class Listener:
    """Someone who waits for a topic to move."""

    def __init__(self, topics: Topics, topic: str) -> None:
        """Remember what to wait for; nothing is registered before ``async with``."""
        self._topics = topics
        self._topic = topic
        self._event = asyncio.Event()
        self._waiter = (asyncio.get_running_loop(), self._event)

    async def __aenter__(self) -> Self:
        """Register."""
        self._topics._add(self._topic, self._waiter)  # noqa: SLF001 - one pair of classes in one module
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go."""
        self._topics._remove(self._topic, self._waiter)  # noqa: SLF001

    async def next_version(self, seen: int) -> int:
        """Wait until the topic is past the version already seen, and return where it is."""
        while (version := self._topics.version(self._topic)) <= seen:
            self._event.clear()
            if self._topics.version(self._topic) > seen:
                continue
            await self._event.wait()
        return version
