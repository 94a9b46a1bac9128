"""What a counterpart sends second by second: clips that were asked for in turn, and the idle one in between.

Knows clips and a clock, nothing of files or connections. Picture and sound ask the same programme, so they stay
together.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

IDLE: Final = "idle"
"""The clip in which nothing is said; it is shown, again and again, while no other is."""
PICTURES_PER_S: Final = 15
SOUNDS_PER_S: Final = 50
VIDEO_CLOCK: Final = 90_000
AUDIO_CLOCK: Final = 48_000
MOST_WAITING: Final = 4
"""Clips that may wait their turn; what is asked for beyond that is dropped, as nobody wants to sit through it."""
LATE_S: Final = 0.5
"""When the process has stood still for longer than this, the clock is moved instead of sending all of it at once."""
_REMEMBERED: Final = 4


class Piece(NamedTuple):
    """One packet: a picture, or 20 ms of sound."""

    data: bytes
    pts: int
    """From the clip's beginning, in 1/90 000 s for pictures and 1/48 000 s for sound."""
    duration: int
    """In the same unit."""
    key: bool
    """Whether it can be shown without those before it; always so for sound."""


@dataclass(frozen=True)
class Clip:
    """One clip, ready to be sent."""

    name: str
    says: str
    """What is heard, for the captions; empty where nothing is said."""
    seconds: int
    video: tuple[Piece, ...]
    """``PICTURES_PER_S`` for each second; the first of each second is a key frame."""
    audio: tuple[Piece, ...]
    """``SOUNDS_PER_S`` for each second."""


class Programme:
    """One call's order of clips on one clock."""

    def __init__(
        self, clips: Mapping[str, Clip], clock: Callable[[], float], caption: Callable[[str], None] = lambda _text: None
    ) -> None:
        """Take the clips of one figure, a clock in seconds that never goes back, and whom to tell what is said."""
        self._clips = clips
        self._clock = clock
        self._caption = caption
        self._waiting: deque[str] = deque()
        self._started_at: float | None = None
        self._decided: dict[int, tuple[Clip, int]] = {}
        self._now: tuple[Clip, int] = (clips[IDLE], -1)

    def ask(self, clip: str, *, now: bool = False) -> None:
        """Put a clip in the queue; it begins at the next full second that nothing else is said, or at the next of all.

        Raises:
            KeyError: there is no such clip.
        """
        name = self._clips[clip].name
        if now:
            self._waiting.clear()
            self._now = self._now[0], self._now[0].seconds
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(name)

    def wait_s(self, at_s: float) -> float:
        """Return how long it is until a moment of the programme; the first question starts the clock."""
        now = self._clock()
        if self._started_at is None:
            self._started_at = now
        left_s = self._started_at + at_s - now
        if left_s < -LATE_S:
            self._started_at -= left_s
            return 0
        return max(0.0, left_s)

    def second(self, number: int) -> tuple[Clip, int]:
        """Return which clip is sent in a second of the programme, and which second of the clip it is.

        Picture and sound each ask for every second in turn; whoever asks first decides for both.
        """
        if number not in self._decided:
            self._now = self._next()
            self._decided[number] = self._now
            self._decided.pop(number - _REMEMBERED, None)
        return self._decided[number]

    def _next(self) -> tuple[Clip, int]:
        clip, second = self._now
        speaks = bool(clip.says)
        if second + 1 < clip.seconds and (speaks or not self._waiting):
            return clip, second + 1
        if self._waiting:
            clip = self._clips[self._waiting.popleft()]
            self._caption(clip.says)
        else:
            clip = self._clips[IDLE]
            if speaks:
                self._caption("")
        return clip, 0
