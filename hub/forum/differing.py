"""What differs between two texts, word by word, in a time that grows no faster than the texts. Pure.

The shortest way from one text to the other is looked for (E. W. Myers, "An O(ND) Difference Algorithm and Its
Variations", Algorithmica 1, 1986), first line by line and then within what has changed. Where the two have little in
common the search is given up, and the one text stands as taken away and the other as added.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

Kind = Literal["same", "gone", "new"]
Part = tuple[Kind, str]

_MOST_CHANGES: Final = 200
"""Lines, or words of a part that has changed, that the search follows."""
_WORD: Final = re.compile(r"\S+\s*|\s+")


def differing(before: str, after: str) -> tuple[Part, ...]:
    """Return the parts of both texts in the order they are read; what is the same stands once."""
    found: list[Part] = []
    gone = new = ""

    def settle() -> None:
        nonlocal gone, new
        found.extend(_words(gone, new))
        gone = new = ""

    for kind, text in _changes(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        if kind == "same":
            settle()
            found.append((kind, text))
        elif kind == "gone":
            gone += text
        else:
            new += text
    settle()
    return _joined(found)


def _words(gone: str, new: str) -> Iterator[Part]:
    return _changes(_WORD.findall(gone), _WORD.findall(new))


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Put neighbours of one kind together, and what was taken away before what was added in its place."""
    joined: list[Part] = []
    for kind, text in parts:
        at = len(joined)
        if kind == "gone" and at and joined[-1][0] == "new":
            at -= 1
        if at and joined[at - 1][0] == kind:
            joined[at - 1] = (kind, joined[at - 1][1] + text)
        else:
            joined.insert(at, (kind, text))
    return tuple(joined)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    """Yield how one row of pieces becomes the other."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    yield from (("same", piece) for piece in old[:head])
    way = _way(middle, other)
    if way is None:
        yield from (("gone", piece) for piece in middle)
        yield from (("new", piece) for piece in other)
    else:
        yield from way
    yield from (("same", piece) for piece in old[len(old) - tail :])


def _way(old: Sequence[str], new: Sequence[str]) -> list[Part] | None:
    """Return the shortest way from one row of pieces to another; None where it has too many changes."""
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(_MOST_CHANGES + 1):
        trail.append(dict(furthest))
        for diagonal in range(-changes, changes + 1, 2):
            at = _step(furthest, diagonal, changes)
            while at < len(old) and 0 <= at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            furthest[diagonal] = at
            if at >= len(old) and at - diagonal >= len(new):
                return _walked(old, new, trail)
    return None


def _down(furthest: dict[int, int], diagonal: int, changes: int) -> bool:
    """Tell whether the furthest way onto a diagonal adds a piece, rather than taking one away."""
    if diagonal in {-changes, changes}:
        return diagonal == -changes
    return furthest[diagonal - 1] < furthest[diagonal + 1]


def _step(furthest: dict[int, int], diagonal: int, changes: int) -> int:
    """Return how far into the old row one more change leads on a diagonal."""
    return furthest[diagonal + 1] if _down(furthest, diagonal, changes) else furthest[diagonal - 1] + 1


def _walked(old: Sequence[str], new: Sequence[str], trail: Sequence[dict[int, int]]) -> list[Part]:
    """Walk the way back from its end."""
    parts: list[Part] = []
    at, beside = len(old), len(new)
    for changes in range(len(trail) - 1, 0, -1):
        furthest, diagonal = trail[changes], at - beside
        start = _step(furthest, diagonal, changes)
        while at > start:
            at, beside = at - 1, beside - 1
            parts.append(("same", old[at]))
        if _down(furthest, diagonal, changes):
            beside -= 1
            parts.append(("new", new[beside]))
        else:
            at -= 1
            parts.append(("gone", old[at]))
    parts += [("same", piece) for piece in old[:at][::-1]]
    return parts[::-1]
