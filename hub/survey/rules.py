"""What a chart says in words, from the data it shows."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

ANSWERED: Final = 18
"""Regions that answered the 2020 survey. Source: report, summary and 1.4."""


class Counted(Protocol):
    """A statement about how many regions."""

    @property
    def id(self) -> str:
        """Which statement it is."""

    @property
    def low(self) -> int:
        """At least so many regions."""

    @property
    def high(self) -> int:
        """At most so many regions."""


def message(topic: str, statements: Sequence[Counted], frames: Mapping[str, str]) -> str:
    """Return a chart's one message, filled from the very statements it draws."""
    by_id = {statement.id: statement for statement in statements}
    if topic == "national":
        return frames[topic].format(low=by_id["framework-wanted"].low, high=by_id["national-video-open"].high)
    linked = by_id["link-to-1177"]
    return frames[topic].format(low=linked.low, high=linked.high)
