"""How often one visitor may do something; counted in this process by the library ``limits``."""

import threading
from collections.abc import Mapping
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hub.clock import Clock
from hub.errors import Rejected
from hub.visitor import Visitor

PER_MINUTE: Final[Mapping[str, int]] = {
    "write": 120,
    "create": 12,
    "draft": 90,
    "preview": 60,
    "similar": 60,
    "login": 60,  # by address, which a whole region may share when a workshop begins
    "document": 20,
    "export": 6,
    "live": 60,
    "demo": 20,
    "room": 60,
    "check": 30,  # a whole check takes three
    "echo": 6,
    "call": 20,
    "mail": 3,
    "feed": 30,
}
"""By what is repeated: times a visitor and minute."""
_AT_ONE_ADDRESS: Final = 10
"""So many times as much is for all who share an address, such as a workshop: cookies do not tell them apart for sure."""
_TIDY_EVERY: Final = 1_000
"""Counts between two looks for visitors who have not been seen for a minute; the library keeps their names for good."""


class Limits:
    """Counts what visitors repeat."""

    def __init__(self, per_minute: Mapping[str, int] = PER_MINUTE, factor: float = 1.0) -> None:
        """Set the limits; the factor widens all of them, for tests that hurry."""
        self._most = {what: max(1, int(most * factor)) for what, most in per_minute.items()}
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._lock = threading.Lock()
        self._counted = 0

    def count(self, what: str, by: Visitor | str, clock: Clock) -> None:
        """Count one more, or refuse it.

        Args:
            what: of ``PER_MINUTE``.
            by: who does it, or the key to count by.
            clock: the present moment.

        Raises:
            Rejected: ``too-often``, with ``wait_s`` until it may be tried again.
        """
        if isinstance(by, str):
            self._count(what, by, self._most[what], clock)
            return
        shared = by.key if by.key.startswith("address:") else by.address
        if shared:
            self._count(what, shared, self._most[what] * _AT_ONE_ADDRESS, clock)
        if by.key != shared:
            self._count(what, by.key, self._most[what], clock)

    def _count(self, what: str, key: str, most: int, clock: Clock) -> None:
        item = RateLimitItemPerMinute(most)
        with self._lock:
            self._tidy()
            if self._limiter.hit(item, what, key):
                return
            resets = self._limiter.get_window_stats(item, what, key).reset_time
        raise Rejected("too-often", facts={"wait_s": max(1, round(resets - clock().timestamp()))})

    def _tidy(self) -> None:
        self._counted += 1
        if self._counted % _TIDY_EVERY == 0:
            for key in [key for key, events in list(self._storage.events.items()) if not events]:
                self._storage.events.pop(key, None)
