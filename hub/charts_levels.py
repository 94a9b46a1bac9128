"""Answers at levels as drawings: parts of a whole, how many of how many, places on the scale, and a map of medians.

A level is an order, so the parts of a bar grow denser with it and carry its numeral; nothing rests on colour. A number
always stands with how many it is of. Whatever is made up says so in every drawing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hub.charts import CHART_WIDTH
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
    TEXT,
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

_BAR: Final = 30
_APART: Final = 18
_CELL: Final = 34
_STEPS: Final = 5
_STRIPES: Final = ((0.0, 0.0), (15.0, 1.5), (9.0, 2.0), (5.5, 2.4))
"""How far apart and how wide the stripes of a density are; the densest is filled."""
_TINTS: Final = ("0", ".08", ".16", ".25", ".36")
"""Faint enough for a numeral on the last of them to be read, light or dark."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: what is written in it, how many it holds, and how dense it is, from 0 to 4."""

    sign: str
    count: int
    density: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A bar of parts, with its name and a note of how many it rests on."""

    name: str
    note: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Of:
    """So many out of so many."""

    name: str
    said: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one lies on the scale, and where the others do; None for what is not known."""

    name: str
    note: str
    own: int | None
    least: int | None = None
    low: int | None = None
    median: int | None = None
    high: int | None = None
    most: int | None = None


def stacked(label: str, rows: Sequence[Whole], legend: Sequence[tuple[Part, str]], *, mark: str, narrow: bool) -> str:
    """Draw each row as one bar of parts, each as wide as what it holds, with its sign in it and its count below.

    Args:
        label: the chart's message.
        rows: in the order they are drawn; one without parts is drawn as an empty outline.
        legend: what each part means.
        mark: what must be said in the drawing itself, such as that it is made up; empty for nothing.
        narrow: for a telephone.
    """
    width = float(NARROW_WIDTH if narrow else CHART_WIDTH)
    parts, top = _marked(mark)
    for part, meaning in legend:
        lines = wrap(meaning, width - 60, SMALL)
        parts.append(_segment(Box(EDGE, top + 1, 44, LEADING - 2), Part(part.sign, 1, part.density)))
        parts.append(lines_from(lines, 56, top, size=SMALL, fill=MUTED))
        top += len(lines) * LEADING + 6
    top += 14
    first = top
    for row in rows:
        head, top = _heading(row.name, row.note, width, top, narrow=narrow)
        parts.append(head)
        whole = sum(part.count for part in row.parts)
        bar = Box(EDGE, top, width - 2 * EDGE, _BAR)
        parts.append(_outline(bar))
        x = bar.x
        for part in row.parts if whole else ():
            wide = bar.width * part.count / whole
            box = Box(x, top, wide, _BAR)
            if part.count:
                parts.append(_segment(box, part))
                said = str(part.count)
                if text_width(said, SMALL) <= wide:
                    y = bar.bottom + SMALL + 2
                    parts.append(line_of_text(said, box.centre_x, y, size=SMALL, fill=MUTED, middle=True))
            x += wide
        top = bar.bottom + SMALL + _APART
    return _drawn(label, width, top, parts, mark, first, narrow=narrow)


def amounts(label: str, rows: Sequence[Of], *, mark: str, narrow: bool) -> str:
    """Draw each row as a bar that is filled as far as so many are of so many, with both numbers beside its name.

    Args:
        label: the chart's message.
        rows: in the order they are drawn.
        mark: as for ``stacked``.
        narrow: for a telephone.
    """
    width = float(NARROW_WIDTH if narrow else CHART_WIDTH)
    parts, top = _marked(mark)
    first = top
    for row in rows:
        head, top = _heading(row.name, row.said, width, top, narrow=narrow)
        bar = Box(EDGE, top, width - 2 * EDGE, _BAR - 12)
        filled = Box(bar.x, bar.y, bar.width * row.count / row.of, bar.height) if row.of else bar
        parts += [head, _outline(bar), _rectangle(filled, fill=ACCENT) if row.of and row.count else ""]
        top = bar.bottom + _APART
    return _drawn(label, width, top, parts, mark, first, narrow=narrow)


def places(
    label: str, rows: Sequence[Place], legend: tuple[str, str, str, str], levels: Sequence[str], *, mark: str, narrow: bool
) -> str:  # fmt: skip
    """Draw one's own level as a numbered disc on the scale, over the spread, the quartiles and the median of the others.

    Args:
        label: the chart's message.
        rows: in the order they are drawn.
        legend: the words for one's own level, the median, the quartiles and the spread.
        levels: the names of the ends of the scale.
        mark: as for ``stacked``.
        narrow: for a telephone.
    """
    width = float(NARROW_WIDTH if narrow else CHART_WIDTH)
    parts, top = _marked(mark)
    signs: tuple[Callable[[Box], str], ...] = (
        lambda box: _own(box.centre_x, box.centre_y, ""),
        lambda box: _middle(box.centre_x, box.centre_y, 9),
        lambda box: _quartiles(box.x, box.right, box.centre_y),
        lambda box: _spread(box.x, box.right, box.centre_y),
    )
    for sign, meaning in zip(signs, legend, strict=True):
        lines = wrap(meaning, width - 60, SMALL)
        parts += [sign(Box(EDGE + 4, top, 36, LEADING)), lines_from(lines, 56, top, size=SMALL, fill=MUTED)]
        top += len(lines) * LEADING + 8
    top += 12
    first = top
    scale = Box(EDGE + 22, 0, width - 2 * EDGE - 44, 0)

    def across(level: int) -> float:
        return scale.x + scale.width * (level - 1) / (_STEPS - 1)

    for row in rows:
        head, top = _heading(row.name, row.note, width, top, narrow=narrow)
        middle = top + 20
        parts.append(head)
        parts.append(stroked(f"M{decimal(scale.x)} {decimal(middle)}H{decimal(scale.right)}", stroke=LINE, width=1))
        if row.least is not None and row.most is not None:
            parts.append(_spread(across(row.least), across(row.most), middle))
        parts += [disc(across(level), middle, 3.5, fill=MUTED) for level in range(1, _STEPS + 1)]
        if row.low is not None and row.high is not None:
            parts.append(_quartiles(across(row.low) - 14, across(row.high) + 14, middle))
        if row.median is not None:
            parts.append(_middle(across(row.median), middle))
        if row.own is not None:
            parts.append(_own(across(row.own), middle, str(row.own)))
        top = middle + 20 + _APART
    for level in range(1, _STEPS + 1):
        parts.append(line_of_text(str(level), across(level), top, size=SMALL, fill=MUTED, middle=True))
    ends = [wrap(words, width / 2 - 8, SMALL) for words in levels]
    parts.append(lines_from(ends[0], 0, top + 6, size=SMALL, fill=MUTED))
    last = ends[-1]
    parts += [
        line_of_text(line, width - EDGE, top + 6 + LEADING * place + LEADING / 2 + SMALL * HALF_CAPITAL, size=SMALL, fill=MUTED, end=True)
        for place, line in enumerate(last)
    ]  # fmt: skip
    high = top + 10 + LEADING * max(len(ends[0]), len(last))
    return _drawn(label, width, high, parts, mark, first, narrow=narrow)


def heat(
    label: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int | None]]], *, mark: str, narrow: bool
) -> str:
    """Draw a field of numerals, a row for each name and a column for each letter, the darker the higher.

    Args:
        label: the chart's message.
        columns: what the columns mean; they are lettered from A, and told above.
        rows: a name, and a level or None for each column; None is drawn as a dash.
        mark: as for ``stacked``.
        narrow: for a telephone.
    """
    width = float(NARROW_WIDTH if narrow else CHART_WIDTH)
    parts, top = _marked(mark)
    half = width if narrow else width / 2
    letters = [chr(ord("A") + place) for place in range(len(columns))]
    in_column = len(columns) if narrow else (len(columns) + 1) // 2
    bottom = start = top
    for place, (letter, name) in enumerate(zip(letters, columns, strict=True)):
        if place == in_column:
            top = start
        x = 0.0 if place < in_column else half
        lines = wrap(name, half - 36, SMALL)
        parts.append(line_of_text(letter, x, top + LEADING / 2 + SMALL * HALF_CAPITAL, size=SMALL, bold=True))
        parts.append(lines_from(lines, x + 24, top, size=SMALL, fill=MUTED))
        top += len(lines) * LEADING + 4
        bottom = max(bottom, top)
    top = bottom + 12
    beside = min(max((text_width(name, SMALL) for name, _ in rows), default=0) + 12, width * (0.36 if narrow else 0.3))
    wide = (width - beside - EDGE) / max(len(columns), 1)
    for place, letter in enumerate(letters):
        parts.append(
            line_of_text(letter, beside + wide * (place + 0.5), top + SMALL, size=SMALL, bold=True, middle=True)
        )
    top += LEADING + 4
    first = top
    for name, cells in rows:
        lines = wrap(name, beside - 8, SMALL)
        high = max(_CELL, len(lines) * LEADING)
        parts.append(lines_from(lines, 0, top + (high - len(lines) * LEADING) / 2, size=SMALL))
        for place, level in enumerate(cells):
            box = Box(beside + wide * place + 1, top + 1, wide - 2, high - 2)
            tint = _TINTS[level - 1] if level else "0"
            parts.append(
                f'<rect x="{decimal(box.x)}" y="{decimal(box.y)}" width="{decimal(box.width)}" height="{decimal(box.height)}"'
                f' rx="2" fill="{ACCENT}" fill-opacity="{tint}" stroke="{LINE}" stroke-width="1"/>'
            )
            y = box.centre_y + SIZE * HALF_CAPITAL
            said, fill = (str(level), TEXT) if level else ("–", MUTED)
            parts.append(line_of_text(said, box.centre_x, y, fill=fill, bold=bool(level), middle=True))
        top += high
    return _drawn(label, width, top + 4, parts, mark, first, narrow=narrow)


def _marked(mark: str) -> tuple[list[str], float]:
    """Write the mark; return it and where the drawing goes on below."""
    return ([line_of_text(mark, 0, SIZE, fill=WARN, bold=True)], 34.0) if mark else ([], float(EDGE))


def _drawn(
    label: str, width: float, high: float, parts: Sequence[str], mark: str, first: float, *, narrow: bool
) -> str:
    return svg(label, "narrow" if narrow else "wide", width, high, [*_across(mark, width, first, high), *parts])


def _across(mark: str, width: float, first: float, high: float) -> list[str]:
    """Write the mark faintly across, behind what is read, so often that no part of the drawing is without it."""
    if not mark:
        return []
    size, found, y = 34 if width > NARROW_WIDTH else 20, [], first + 60
    while y < high:
        text = line_of_text(mark, width / 2, y, size=size, fill=WARN, bold=True, middle=True)
        turned = f'<text transform="rotate(-8 {decimal(width / 2)} {decimal(y)})" fill-opacity=".22" aria-hidden="true"'
        found.append(text.replace("<text", turned, 1))
        y += 210
    return found


def _heading(name: str, note: str, width: float, top: float, *, narrow: bool) -> tuple[str, float]:
    """Write a row's name with its note at the end of the line, or below it where there is no room."""
    beside = text_width(note, SMALL) + 16
    if narrow or beside > width / 2:
        names, notes = wrap(name, width, SIZE, bold=True), wrap(note, width, SMALL)
        below = top + len(names) * LEADING
        text = lines_from(names, 0, top, bold=True) + lines_from(notes, 0, below, size=SMALL, fill=MUTED)
        return text, below + len(notes) * LEADING + 4
    names = wrap(name, width - beside, SIZE, bold=True)
    baseline = top + LEADING / 2 + SMALL * HALF_CAPITAL
    end = line_of_text(note, width - EDGE, baseline, size=SMALL, fill=MUTED, end=True)
    return lines_from(names, 0, top, bold=True) + end, top + len(names) * LEADING + 4


def _rectangle(box: Box, *, fill: str, stroke: str = "", width: float = 2) -> str:
    edge = f' stroke="{stroke}" stroke-width="{decimal(width)}"' if stroke else ""
    return (
        f'<rect x="{decimal(box.x)}" y="{decimal(box.y)}" width="{decimal(max(box.width, 0))}"'
        f' height="{decimal(box.height)}" rx="2" fill="{fill}"{edge}/>'
    )


def _outline(box: Box) -> str:
    return _rectangle(box, fill=SOFT, stroke=LINE, width=1)


def _segment(box: Box, part: Part) -> str:
    """Draw a part with its stripes, and its sign on a clear ground in the middle where there is room."""
    inner = Box(box.x + 1, box.y + 1, max(box.width - 2, 1), box.height - 2)
    full = part.density >= len(_STRIPES)
    drawn = [_rectangle(inner, fill=ACCENT if full else SURFACE, stroke=ACCENT, width=1.5)]
    apart, thick = (0.0, 0.0) if full else _STRIPES[part.density]
    if apart:
        drawn.append(_striped(inner, apart, thick))
    room = text_width(part.sign, SMALL, bold=True) + 8
    if part.sign and room <= inner.width:
        chip = Box(inner.centre_x - room / 2, inner.centre_y - 9, room, 18)
        drawn.append(_rectangle(chip, fill=SURFACE))
        y = chip.centre_y + SMALL * HALF_CAPITAL
        drawn.append(line_of_text(part.sign, chip.centre_x, y, size=SMALL, bold=True, middle=True))
    return group(*drawn)


def _striped(box: Box, apart: float, thick: float) -> str:
    """Draw stripes that rise to the right and stay within the box."""
    commands, at = "", box.x - box.height + apart / 2
    while at < box.right:
        left, right = max(at, box.x), min(at + box.height, box.right)
        if right - left > 1:
            commands += f"M{decimal(left)} {decimal(box.bottom - (left - at))}L{decimal(right)} {decimal(box.bottom - (right - at))}"
        at += apart
    return stroked(commands, stroke=ACCENT, width=thick) if commands else ""


def _own(x: float, y: float, said: str) -> str:
    ring = disc(x, y, 13, fill=SURFACE, stroke=ACCENT) + disc(x, y, 10, fill=ACCENT)
    # The numeral stands on the surface's colour turned round, as light and dark have it.
    text = line_of_text(said, x, y + SIZE * HALF_CAPITAL, fill=SURFACE, bold=True, middle=True) if said else ""
    return group(ring, text)


def _middle(x: float, y: float, half: float = 17) -> str:
    return stroked(f"M{decimal(x)} {decimal(y - half)}V{decimal(y + half)}", stroke=TEXT, width=5)


def _quartiles(left: float, right: float, y: float) -> str:
    return _rectangle(Box(left, y - 10, right - left, 20), fill=SOFT, stroke=ACCENT)


def _spread(left: float, right: float, y: float) -> str:
    ends = "".join(f"M{decimal(x)} {decimal(y - 6)}V{decimal(y + 6)}" for x in (left, right))
    return stroked(f"M{decimal(left)} {decimal(y)}H{decimal(right)}{ends}", stroke=MUTED)
