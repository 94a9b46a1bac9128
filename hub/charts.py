"""Draw charts as SVG, each with a list of words that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import quoteattr

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
    SURFACE,
    TEXT,
    Box,
    Drawing,
    decimal,
    line_of_text,
    lines_from,
    stroked,
    svg,
    text_width,
    wrap,
)

Look = Literal["told", "about", "vague"]
"""How sure an interval is: told as a number, told as about so many, or read out of a word."""

CHART_WIDTH: Final = 820
_BAND: Final = 18
_STRIPE: Final = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """Describe how many say something, and where it leads."""

    text: str
    count: str
    low: int
    high: int
    look: Look
    to: str = ""
    """The address that explains it; empty for none."""


def intervals(
    label: str, rows: Sequence[Interval], *, of: int, ticks: Sequence[int], looks: Mapping[Look, str], narrow: bool = False
) -> Drawing:  # fmt: skip
    """Draw each row as a band from its least to its most, below its text, on one scale from nothing to all.

    A number that is told is filled, an approximate one is an outline, and a word is striped, so that no difference rests on
    colour alone. Where a row leads somewhere its text is a link, and the drawing no single picture.

    Args:
        label: the chart's message.
        rows: in the order they are drawn.
        of: how many there are.
        ticks: the numbers written below.
        looks: what each look means, for the legend and the list; only those drawn are shown.
        narrow: for a telephone.
    """
    width = float(NARROW_WIDTH if narrow else CHART_WIDTH)
    step = (width - 2 * EDGE - _BAND) / of
    parts, top = _legend([look for look in looks if any(row.look == look for row in rows)], looks, width)
    first, bands = top, []
    for row in rows:
        lines = wrap(row.text, width - text_width(row.count, SIZE, bold=True) - 24, SIZE)
        text = lines_from(lines, EDGE, top, fill=ACCENT if row.to else TEXT)
        bands.append(f"<a href={quoteattr(row.to)}>{text}</a>" if row.to else text)
        baseline = top + LEADING / 2 + SIZE * HALF_CAPITAL
        bands.append(line_of_text(row.count, width - EDGE, baseline, bold=True, end=True))
        top += len(lines) * LEADING + 6
        bands.append(_band(Box(EDGE + step * row.low, top, step * (row.high - row.low) + _BAND, _BAND), row.look))
        top += _BAND + 16
    bottom = top - 8
    for tick in ticks:
        x = EDGE + _BAND / 2 + step * tick
        parts.append(stroked(f"M{decimal(x)} {decimal(first)}V{decimal(bottom)}", stroke=LINE, width=1))
        parts.append(line_of_text(str(tick), x, bottom + LEADING, size=SMALL, fill=MUTED, middle=True))
    said = tuple(f"{row.text}: {row.count} ({looks[row.look]})" for row in rows)
    linked = any(row.to for row in rows)
    form: Literal["wide", "narrow"] = "narrow" if narrow else "wide"
    return Drawing(svg(label, form, width, bottom + LEADING + 8, [*parts, *bands], linked=linked), said)


def _legend(found: Sequence[Look], looks: Mapping[Look, str], width: float) -> tuple[list[str], float]:
    parts: list[str] = []
    x, top, height = float(EDGE), float(EDGE), 0
    for look in found:
        lines = wrap(looks[look], width - 48, SMALL)
        needed = 46 + max(text_width(line, SMALL) for line in lines)
        if x > EDGE and x + needed > width:
            x, top, height = float(EDGE), top + height + 6, 0
        parts.append(_band(Box(x, top + 2, 36, _BAND), look))
        parts.append(lines_from(lines, x + 46, top, size=SMALL, fill=MUTED))
        x, height = x + needed + 24, max(height, len(lines) * LEADING)
    return parts, top + height + 16


def _band(box: Box, look: Look) -> str:
    # Half of the line lies within the box, so that the band is as long as the interval.
    edge = (
        f'<rect x="{decimal(box.x + 1)}" y="{decimal(box.y + 1)}" width="{decimal(box.width - 2)}"'
        f' height="{decimal(box.height - 2)}" rx="{decimal(box.height / 2 - 1)}"'
        f' fill="{ACCENT if look == "told" else SURFACE}" stroke="{ACCENT}" stroke-width="2"/>'
    )
    if look != "vague":
        return edge
    slope, stripes = box.height / 2, ""
    at = box.x + 6
    while at + slope <= box.right - 4:
        stripes += f"M{decimal(at)} {decimal(box.bottom - 3)}L{decimal(at + slope - 3)} {decimal(box.y + 3)}"
        at += _STRIPE
    return edge + (stroked(stripes, stroke=ACCENT, width=3.5) if stripes else "")
