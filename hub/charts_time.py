"""Published numbers as drawings: bars for a few periods or regions, a line over true time for three or more periods.

A number that its source calls about, over or under so much has an open end, and says so. Nothing is drawn where nobody
has a number. Numbers of two definitions never meet here: whoever draws hands in one series.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from hub.charts import CHART_WIDTH
from hub.survey.rules import unbroken
from hub.svg import (
    ACCENT,
    EDGE,
    HALF_CAPITAL,
    LEADING,
    LINE,
    MUTED,
    NARROW_WIDTH,
    SIZE,
    SMALL,
    SOFT,
    SURFACE,
    WARN,
    Box,
    decimal,
    disc,
    group,
    line_of_text,
    lines_from,
    stroked,
    svg,
    text_width,
    wrap,
)

Bound = Literal["as-given", "about", "over", "under"]

_THICK: Final = 24  # of a bar
_APART: Final = 16
_FEW: Final = 4  # numbers that are all written out
_ROOM_RIGHT: Final = 12  # of the plot
_OPEN: Final = 16  # half of the end that is open
_REACH: Final[dict[Bound, int]] = {
    "as-given": 0,
    "about": _OPEN,
    "over": 18,
    "under": 0,
}  # of what is drawn past the number
_BESIDE: Final = 10  # between a bar and its number


@dataclass(frozen=True, slots=True)
class Point:
    """One number: its name beside the bar, how it is said, and when it is for."""

    name: str
    said: str
    value: float
    bound: Bound
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


def bars(label: str, rows: Sequence[Point | str], *, whole: float | None = None, mark: str = "", narrow: bool) -> str:
    """Draw a bar for each number, from zero.

    Args:
        label: the sentence that a screen reader says.
        rows: the numbers in the order they are shown; a text stands where there is a gap.
        whole: what a full bar would be, such as 100 for per cent; None when there is no such thing.
        mark: a few words above the bars, for what must not be mistaken for something else.
        narrow: draw for a telephone.
    """
    width = NARROW_WIDTH if narrow else CHART_WIDTH
    points = [row for row in rows if isinstance(row, Point)]
    beside = 0.0 if narrow else min(340.0, max(text_width(row.name, SIZE) for row in points) + _BESIDE)
    room = width - beside - max(text_width(row.said, SIZE, bold=True) for row in points) - _BESIDE - 2 * _OPEN
    most = whole or max(point.value for point in points) or 1
    parts, y = _marked(mark)
    for row in rows:
        if isinstance(row, str):
            lines = wrap(row, width - beside - _BESIDE, SMALL)
            parts.append(lines_from(lines, beside + (0 if narrow else _BESIDE), y, size=SMALL, fill=MUTED))
            y += len(lines) * LEADING + _APART
            continue
        names = wrap(row.name, width if narrow else beside - _BESIDE, SIZE)
        high = len(names) * LEADING
        top = y + high if narrow else y + max(0.0, (high - _THICK) / 2)
        parts.append(lines_from(names, 0, y + (0 if narrow else max(0.0, (_THICK - high) / 2))))
        bar = Box(beside, top, room * row.value / most, _THICK)
        if whole:
            parts.append(_block(Box(beside, top, room, _THICK), fill=SOFT, stroke=LINE))
        parts.append(_bar(bar, row.bound))
        # The number stands beyond the open end, and beyond the whole where there is one.
        end = max(beside + room if whole else 0.0, bar.right + _REACH[row.bound])
        parts.append(line_of_text(row.said, end + _BESIDE, bar.centre_y + SIZE * HALF_CAPITAL, bold=True))
        y = max(top + _THICK, y + high) + _APART
    if not narrow:
        parts.append(stroked(f"M{decimal(beside)} {decimal(_marked(mark)[1])}V{decimal(y - _APART)}", stroke=MUTED))
    return svg(label, "narrow" if narrow else "wide", width, y, parts)


def goal(label: str, said: str, value: float, *, whole: float, ends: tuple[str, str], narrow: bool) -> str:
    """Draw a target: an empty bar, and a flag where one wants to be. Nothing is filled, since nothing is reached by it.

    Args:
        label: the sentence that a screen reader says.
        said: the words on the flag.
        value: what is aimed at.
        whole: what a full bar would be.
        ends: the words below nothing and the whole.
        narrow: draw for a telephone.
    """
    width = NARROW_WIDTH if narrow else CHART_WIDTH
    bar = Box(1, LEADING + 14, width - 2, _THICK)
    x = bar.x + bar.width * value / whole
    wide = text_width(said, SIZE, bold=True)
    parts = (
        _block(bar, fill=SOFT, stroke=LINE, dashed=True),
        stroked(f"M{decimal(x)} {decimal(bar.bottom + 4)}V{decimal(LEADING)}", stroke=WARN, width=3),
        disc(x, bar.centre_y, 7, fill=SURFACE, stroke=WARN),
        disc(x, bar.centre_y, 2.5, fill=WARN),
        line_of_text(said, min(max(0.0, x - wide / 2), width - wide), SIZE, bold=True),
        line_of_text(ends[0], 0, bar.bottom + LEADING, size=SMALL, fill=MUTED),
        line_of_text(ends[1], width - EDGE, bar.bottom + LEADING, size=SMALL, fill=MUTED, end=True),
    )
    return svg(label, "narrow" if narrow else "wide", width, bar.bottom + LEADING + 8, parts)


def line(
    label: str,
    points: Sequence[Point],
    *,
    unit: str,
    number: Callable[[float], str],
    gap: str,
    mark: str = "",
    narrow: bool,
) -> str:
    """Draw numbers over true time; they are joined only where one period follows the other.

    Args:
        label: the sentence that a screen reader says.
        points: of one region, the oldest first, each with its days.
        unit: what is counted, said above the scale.
        number: writes a number of the scale.
        gap: words for a time without numbers.
        mark: a few words above, for what must not be mistaken for something else.
        narrow: draw for a telephone.

    Raises:
        ValueError: a number has no days.
    """
    width = NARROW_WIDTH if narrow else CHART_WIDTH
    days = [_days(point) for point in points]
    ticks = _ticks(max(point.value for point in points))
    parts, above = _marked(mark)
    left = max(text_width(number(tick), SMALL) for tick in ticks) + _BESIDE
    plot = Box(left, above + LEADING + 26, width - left - _ROOM_RIGHT, 190 if narrow else 230)
    first, last = days[0][0], days[-1][1] + 1

    def across(day: float) -> float:
        return plot.x + plot.width * (day - first) / (last - first)

    def down(value: float) -> float:
        return plot.bottom - plot.height * value / ticks[-1]

    parts.append(line_of_text(unit, 0, above + SIZE, size=SMALL, fill=MUTED))
    runs = unbroken(points)
    for before, after in pairwise(runs):
        begins = across(_days(before[-1])[1] + 1)
        parts.append(_empty(Box(begins, plot.y, across(_days(after[0])[0]) - begins, plot.height), gap))
    parts += [_rule(plot, down(tick), number(tick)) for tick in ticks]
    parts += _years(plot, points[0], points[-1], across)
    where = {
        id(point): (across((start + end + 1) / 2), down(point.value))
        for point, (start, end) in zip(points, days, strict=True)
    }
    for run in runs:
        path = "L".join(f"{decimal(x)} {decimal(y)}" for x, y in (where[id(point)] for point in run))
        parts += [stroked(f"M{path}", stroke=ACCENT, width=3)] if len(run) > 1 else []
    parts += [_dot(*where[id(point)], point.bound) for point in points]
    parts += _said(points, runs, where, plot)
    return svg(label, "narrow" if narrow else "wide", width, plot.bottom + LEADING + 8, parts)


def _marked(mark: str) -> tuple[list[str], float]:
    """Write the mark; return it and where the drawing goes on below."""
    return ([line_of_text(mark, 0, SIZE, fill=WARN, bold=True)], 32.0) if mark else ([], 0.0)


def _block(box: Box, *, fill: str, stroke: str = "", dashed: bool = False) -> str:
    edge = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{decimal(box.x)}" y="{decimal(box.y)}" width="{decimal(max(box.width, 0))}"'
        f' height="{decimal(box.height)}" rx="2" fill="{fill}"{edge}{dashes}/>'
    )


def _bar(box: Box, bound: Bound) -> str:
    """Draw a bar whose end shows how the source words the number."""
    if bound == "over":
        return group(_block(box, fill=ACCENT), _beyond(box.right + 4, box), _beyond(box.right + 11, box))
    if bound == "as-given":
        return _block(Box(box.x, box.y, max(box.width, 2), box.height), fill=ACCENT)
    # The number lies somewhere in the open end: around what is told, or below it.
    begins = max(box.x, box.right - (_OPEN if bound == "about" else 2 * _OPEN))
    ends = box.right + (_OPEN if bound == "about" else 0)
    edge = Box(begins, box.y + 1, ends - begins - 1, box.height - 2)
    return group(
        _block(Box(box.x, box.y, begins - box.x, box.height), fill=ACCENT),
        _block(edge, fill=SURFACE, stroke=ACCENT, dashed=True),
    )


def _beyond(x: float, box: Box) -> str:
    return stroked(
        f"M{decimal(x)} {decimal(box.y + 3)}L{decimal(x + 7)} {decimal(box.centre_y)}L{decimal(x)} {decimal(box.bottom - 3)}",
        stroke=ACCENT,
        width=3,
    )


def _ticks(most: float) -> tuple[float, ...]:
    """Return round numbers from zero to at least ``most``, four to six of them."""
    power = 10.0 ** math.floor(math.log10(most or 1))
    step = next(each * power for each in (0.2, 0.25, 0.5, 1, 2) if each * power * 5 >= most)
    return tuple(step * place for place in range(math.ceil(most / step) + 1))


def _days(point: Point) -> tuple[int, int]:
    if point.starts_on is None or point.ends_on is None:
        raise ValueError(f"{point.name} has no days")
    return point.starts_on.toordinal(), point.ends_on.toordinal()


def _rule(plot: Box, y: float, text: str) -> str:
    return group(
        stroked(f"M{decimal(plot.x)} {decimal(y)}H{decimal(plot.right)}", stroke=LINE, width=1),
        line_of_text(text, 0, y + SMALL * HALF_CAPITAL, size=SMALL, fill=MUTED),
    )


def _years(plot: Box, first: Point, last: Point, across: Callable[[float], float]) -> Iterator[str]:
    begins, ends = _days(first)[0], _days(last)[1] + 1
    for year in range(dt.date.fromordinal(begins).year, dt.date.fromordinal(ends - 1).year + 1):
        start = max(begins, dt.date(year, 1, 1).toordinal())
        end = min(ends, dt.date(year + 1, 1, 1).toordinal())
        yield stroked(f"M{decimal(across(start))} {decimal(plot.bottom)}v6", stroke=MUTED, width=1)
        if across(end) - across(start) >= text_width(str(year), SMALL):
            yield line_of_text(
                str(year), across((start + end) / 2), plot.bottom + LEADING, size=SMALL, fill=MUTED, middle=True
            )


def _empty(box: Box, text: str) -> str:
    """Shade a time that nobody has a number for."""
    shade = f'<rect x="{decimal(box.x)}" y="{decimal(box.y)}" width="{decimal(box.width)}" height="{decimal(box.height)}" fill="{SOFT}"/>'
    fits = text_width(text, SMALL) < box.width - 8
    low = box.bottom - _BESIDE
    return group(shade, line_of_text(text, box.centre_x, low, size=SMALL, fill=MUTED, middle=True)) if fits else shade


def _dot(x: float, y: float, bound: Bound) -> str:
    if bound == "as-given":
        return disc(x, y, 5, fill=ACCENT)
    ring = disc(x, y, 6, fill=SURFACE, stroke=ACCENT)
    if bound == "about":
        return ring
    way = -1 if bound == "over" else 1
    tip = f"M{decimal(x - 5)} {decimal(y + way * 10)}L{decimal(x)} {decimal(y + way * 16)}L{decimal(x + 5)} {decimal(y + way * 10)}"
    return group(ring, stroked(tip, stroke=ACCENT))


def _said(
    points: Sequence[Point], runs: Sequence[Sequence[Point]], where: dict[int, tuple[float, float]], plot: Box
) -> Iterator[str]:
    """Write numbers beside their dots: all when they are few, else the ends, the highest, and those with an open end."""
    highest = max(points, key=lambda point: point.value)
    telling = [
        point
        for place, point in enumerate(points)
        if len(points) <= _FEW or place in {0, len(points) - 1} or point is highest or point.bound != "as-given"
    ]
    # What matters most is written first; what would cover it is left to the table.
    telling.sort(key=lambda point: (point is not highest, point is not points[-1]))
    rising = {id(one) for run in runs for one, other in pairwise(run) if other.value > one.value}
    taken: list[Box] = []
    for point in telling:
        x, y = where[id(point)]
        wide = text_width(point.said, SIZE, bold=True)
        # Above a rising line there is room to the left only.
        begins = x + 8 - wide if id(point) in rising else x - wide / 2
        box = Box(min(max(plot.x, begins), plot.right + _ROOM_RIGHT - wide), y - 22 - SIZE, wide, LEADING)
        if all(box.right < one.x or one.right < box.x or box.bottom < one.y or one.bottom < box.y for one in taken):
            taken.append(box)
            yield _haloed(point.said, box.x, box.y + SIZE)


def _haloed(text: str, x: float, y: float) -> str:
    """Write a number so that lines behind it do not cross it."""
    return line_of_text(text, x, y, bold=True).replace(
        "<text", f'<text stroke="{SURFACE}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"', 1
    )
