"""How often one visitor may do something; counted in this process by the library ``limits``."""

from collections.abc import Mapping
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hub.clock import Clock
from hub.errors import Rejected

PER_MINUTE: Final[Mapping[str, int]] = {
    "write": 120,
    "create": 12,
    "draft": 90,
    "preview": 60,
    "login": 60,  # by address, which a whole region may share when a workshop begins
    "document": 20,
    "export": 6,
    "live": 60,
}
"""By what is repeated: times a visitor and minute."""


class Limits:
    """Counts what visitors repeat."""

    def __init__(self, per_minute: Mapping[str, int] = PER_MINUTE, factor: float = 1.0) -> None:
        """Set the limits; the factor widens all of them, for tests that hurry."""
        self._items = {what: RateLimitItemPerMinute(max(1, int(most * factor))) for what, most in per_minute.items()}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, what: str, visitor_key: str, clock: Clock) -> None:
        """Count one more, or refuse it.

        Raises:
            Rejected: ``too-often``, with ``wait_s`` until it may be tried again.
        """
        item = self._items[what]
        if self._limiter.hit(item, what, visitor_key):
            return
        resets = self._limiter.get_window_stats(item, what, visitor_key).reset_time
        raise Rejected("too-often", facts={"wait_s": max(1, round(resets - clock().timestamp()))})
