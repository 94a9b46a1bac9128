"""Draw the figures of the site as SVG, each with a list of words that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from hub.svg import (
    ACCENT,
    EDGE,
    HALF_CAPITAL,
    LEADING,
    LINE,
    MUTED,
    NARROW_WIDTH,
    RADIUS,
    SIZE,
    SMALL,
    SOFT,
    SURFACE,
    TEXT,
    WARN,
    WIDE_WIDTH,
    Box,
    Drawing,
    decimal,
    disc,
    group,
    hexagon,
    line_of_text,
    lines_from,
    rounded,
    stroked,
    svg,
    text_width,
    wrap,
)

Kind = Literal["now", "step", "aim"]


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """Describe one step of a journey, and whether a person does it by hand."""

    lane: str
    text: str
    manual: bool


@dataclass(frozen=True, slots=True)
class Station:
    """Describe one station on the way from where one stands to where one wants to be."""

    title: str
    note: str
    kind: Kind


def layers(
    label: str, names: Mapping[str, str], held: Mapping[str, frozenset[str]], *, narrow: bool = False
) -> Drawing:
    """Draw which layers each level holds, as a matrix or, narrow, as a card for each level.

    A layer that is held is filled and ticked, another is an empty outline, so the difference never
    rests on colour alone. Raises ValueError when a level holds a layer that has no name.
    """
    unknown = sorted({layer for chosen in held.values() for layer in chosen} - names.keys())
    if unknown:
        raise ValueError(f"layers without a name: {', '.join(unknown)}")
    steps = tuple(
        f"{level}: {', '.join(name for layer, name in names.items() if layer in chosen) or '–'}"
        for level, chosen in held.items()
    )
    draw = _layer_cards if narrow else _layer_matrix
    return Drawing(draw(label, names, held), steps)


def journey(
    label: str,
    lanes: Sequence[tuple[str, str]],
    steps: Sequence[JourneyStep],
    *,
    manual_word: str,
    automatic_word: str,
    narrow: bool = False,
) -> Drawing:
    """Draw numbered steps downwards in lanes side by side or, narrow, in one column that names the lane.

    Manual steps are hexagons, automatic ones rounded boxes, and a legend says so. Raises ValueError for a step in an unknown lane.
    """
    lane_names = dict(lanes)
    unknown = sorted({step.lane for step in steps} - lane_names.keys())
    if unknown:
        raise ValueError(f"steps in unknown lanes: {', '.join(unknown)}")
    twin = tuple(
        f"{lane_names[step.lane]}: {step.text} ({manual_word if step.manual else automatic_word})" for step in steps
    )
    legend = (automatic_word, manual_word)
    if narrow:
        return Drawing(_journey_column(label, lane_names, steps, legend), twin)
    return Drawing(_journey_lanes(label, lane_names, steps, legend), twin)


def path(label: str, stations: Sequence[Station], *, narrow: bool = False) -> Drawing:
    """Draw a line of stations from start to aim, across or, narrow, downwards.

    Where one stands is a filled disc, a step a ring and the aim a target.
    """
    twin = tuple(f"{station.title}: {station.note}" if station.note else station.title for station in stations)
    return Drawing(_path_down(label, stations) if narrow else _path_across(label, stations), twin)


def _balanced(heading: str, width: float) -> list[str]:
    """Break a heading into as few lines as `wrap` would, but of more even length."""
    lines = wrap(heading, width, SIZE, bold=True)
    narrower = width
    while len(lines) > 1 and narrower > width / 2:
        narrower -= 8
        tried = wrap(heading, narrower, SIZE, bold=True)
        # A narrower line must not part a word that the full width holds.
        if len(tried) > len(lines) or " ".join(tried) != " ".join(lines):
            break
        lines = tried
    return lines


def _tick(x: float, y: float) -> str:
    return stroked(f"M{decimal(x - 7)} {decimal(y)}l5 5l9 -10", stroke=SURFACE, width=2.5)


def _arrow_down(x: float, y: float) -> str:
    return f"M{decimal(x - 5)} {decimal(y - 6)}L{decimal(x)} {decimal(y)}L{decimal(x + 5)} {decimal(y - 6)}"


def _layer_cell(box: Box, *, filled: bool) -> str:
    if filled:
        return group(rounded(box, fill=ACCENT, stroke=ACCENT), _tick(box.centre_x, box.centre_y))
    return group(rounded(box, fill=SURFACE, stroke=MUTED))


def _layer_matrix(label: str, names: Mapping[str, str], held: Mapping[str, frozenset[str]]) -> str:
    first_column, gap, row_gap = 216.0, 10.0, 12.0
    column = (WIDE_WIDTH - EDGE - first_column - gap * (len(held) - 1)) / max(len(held), 1)
    headings = [_balanced(level, column - 8) for level in held]
    top = max((len(lines) for lines in headings), default=0) * LEADING + 12.0
    lefts = [first_column + number * (column + gap) for number in range(len(held))]
    parts = [
        # Headings stand on the row below them, so one of two lines does not leave another hanging.
        lines_from(lines, left + column / 2, top - 12 - len(lines) * LEADING, bold=True, middle=True)
        for lines, left in zip(headings, lefts, strict=True)
    ]
    rows = [wrap(name, first_column - 20, SIZE) for name in names.values()]
    height = max([48.0, *(len(lines) * LEADING + 4.0 for lines in rows)])
    for layer, lines in zip(names, rows, strict=True):
        parts.append(lines_from(lines, 0, top + (height - len(lines) * LEADING) / 2))
        parts += [
            _layer_cell(Box(left, top, column, height), filled=layer in chosen)
            for left, chosen in zip(lefts, held.values(), strict=True)
        ]
        top += height + row_gap
    return svg(label, "wide", WIDE_WIDTH, top - row_gap + EDGE, parts)


def _layer_cards(label: str, names: Mapping[str, str], held: Mapping[str, frozenset[str]]) -> str:
    inset, sign, row_gap, card_gap = 16.0, 44.0, 10.0, 16.0
    width = NARROW_WIDTH - 2.0 * EDGE
    parts: list[str] = []
    top = float(EDGE)
    for level, chosen in held.items():
        heading = wrap(level, width - 2 * inset, SIZE, bold=True)
        inner = [lines_from(heading, EDGE + inset, top + 14, bold=True)]
        y = top + 14 + len(heading) * LEADING + 10
        for layer, name in names.items():
            lines = wrap(name, width - 2 * inset - sign - 12, SIZE)
            height = max(28.0, len(lines) * LEADING)
            inner.append(_layer_cell(Box(EDGE + inset, y + (height - 28) / 2, sign, 28), filled=layer in chosen))
            fill = TEXT if layer in chosen else MUTED
            text_top = y + (height - len(lines) * LEADING) / 2
            inner.append(lines_from(lines, EDGE + inset + sign + 12, text_top, fill=fill))
            y += height + row_gap
        card = Box(EDGE, top, width, y - row_gap + inset - top)
        parts.append(group(rounded(card, fill=SURFACE, stroke=LINE), *inner))
        top = card.bottom + card_gap
    return svg(label, "narrow", NARROW_WIDTH, top - card_gap + EDGE, parts)


_BADGE_SPACE: Final = 52.0
_STEP_INSET: Final = 18.0
_POINT: Final = 14.0


def _step_lines(text: str, width: float) -> list[str]:
    return wrap(text, width - _BADGE_SPACE - _STEP_INSET, SIZE)


def _step_shape(box: Box, *, manual: bool, point: float = _POINT) -> str:
    if manual:
        return hexagon(box, fill=SURFACE, stroke=WARN, point=point)
    return rounded(box, fill=SURFACE, stroke=ACCENT)


def _step(box: Box, number: int, lines: Sequence[str], caption: Sequence[str], *, manual: bool) -> str:
    top = box.centre_y - (len(lines) + len(caption)) * LEADING / 2
    badge_x = box.x + _BADGE_SPACE / 2
    return group(
        _step_shape(box, manual=manual),
        disc(badge_x, box.centre_y, 14, fill=WARN if manual else ACCENT),
        line_of_text(
            str(number), badge_x, box.centre_y + SMALL * HALF_CAPITAL, size=SMALL, fill=SURFACE, bold=True, middle=True
        ),
        lines_from(caption, box.x + _BADGE_SPACE, top, size=SMALL, fill=MUTED),
        lines_from(lines, box.x + _BADGE_SPACE, top + len(caption) * LEADING),
    )  # fmt: skip


def _connector(start: Box, end: Box) -> str:
    x, tip = end.centre_x, end.y - 3
    if abs(start.centre_x - x) < 1:
        return stroked(f"M{decimal(x)} {decimal(start.bottom + 3)}V{decimal(tip)}{_arrow_down(x, tip)}")
    # Out at the side and down: each row holds one box, so the line meets no other.
    way = 1 if x > start.centre_x else -1
    side = start.right if way > 0 else start.x
    y = start.centre_y
    return stroked(
        f"M{decimal(side + 3 * way)} {decimal(y)}H{decimal(x - RADIUS * way)}"
        f"Q{decimal(x)} {decimal(y)} {decimal(x)} {decimal(y + RADIUS)}V{decimal(tip)}{_arrow_down(x, tip)}"
    )


def _legend(words: tuple[str, str], top: float, width: float) -> tuple[list[str], float]:
    """Draw the two shapes with their words, and give the bottom of what was drawn."""
    parts: list[str] = []
    x, row_top, bottom = float(EDGE), top, top
    for word, manual in zip(words, (False, True), strict=True):
        lines = wrap(word, width - 2 * EDGE - 50, SMALL)
        needed = 50 + max((text_width(line, SMALL) for line in lines), default=0)
        if x > EDGE and x + needed > width:
            x, row_top = float(EDGE), bottom + 8
        height = max(24.0, len(lines) * LEADING)
        sample = Box(x, row_top + (height - 24) / 2, 38, 24)
        parts.append(_step_shape(sample, manual=manual, point=9))
        parts.append(lines_from(lines, x + 50, row_top + (height - len(lines) * LEADING) / 2, size=SMALL))
        x += needed + 32
        bottom = max(bottom, row_top + height)
    return parts, bottom


def _journey_lanes(
    label: str, lane_names: Mapping[str, str], steps: Sequence[JourneyStep], legend: tuple[str, str]
) -> str:
    gap, inset, row_gap = 12.0, 14.0, 30.0
    lane_width = (WIDE_WIDTH - gap * (len(lane_names) - 1)) / max(len(lane_names), 1)
    lefts = {lane: number * (lane_width + gap) for number, lane in enumerate(lane_names)}
    headings = {lane: _balanced(name, lane_width - 2 * inset) for lane, name in lane_names.items()}
    heading_lines = max((len(lines) for lines in headings.values()), default=0)
    signs, lanes_top = _legend(legend, EDGE, WIDE_WIDTH)
    lanes_top += 20
    boxes: list[Box] = []
    drawn: list[str] = []
    top = lanes_top + 14 + heading_lines * LEADING + 16
    for number, step in enumerate(steps, 1):
        width = lane_width - 2 * inset
        lines = _step_lines(step.text, width)
        box = Box(lefts[step.lane] + inset, top, width, max(56.0, len(lines) * LEADING + 24))
        drawn.append(_step(box, number, lines, (), manual=step.manual))
        boxes.append(box)
        top = box.bottom + row_gap
    bottom = top - row_gap + inset + 4
    bands = [
        group(
            rounded(Box(lefts[lane], lanes_top, lane_width, bottom - lanes_top), fill=SOFT),
            lines_from(lines, lefts[lane] + lane_width / 2, lanes_top + 14, bold=True, middle=True),
        )
        for lane, lines in headings.items()
    ]
    connectors = [_connector(start, end) for start, end in pairwise(boxes)]
    return svg(label, "wide", WIDE_WIDTH, bottom + EDGE, [*signs, *bands, *connectors, *drawn])


def _journey_column(
    label: str, lane_names: Mapping[str, str], steps: Sequence[JourneyStep], legend: tuple[str, str]
) -> str:
    row_gap = 30.0
    width = NARROW_WIDTH - 2.0 * EDGE
    signs, bottom = _legend(legend, EDGE, NARROW_WIDTH)
    top = bottom + 20
    boxes: list[Box] = []
    drawn: list[str] = []
    for number, step in enumerate(steps, 1):
        lines = _step_lines(step.text, width)
        caption = wrap(lane_names[step.lane], width - _BADGE_SPACE - _STEP_INSET, SMALL)
        box = Box(EDGE, top, width, (len(lines) + len(caption)) * LEADING + 24)
        drawn.append(_step(box, number, lines, caption, manual=step.manual))
        boxes.append(box)
        bottom = box.bottom
        top = bottom + row_gap
    connectors = [_connector(start, end) for start, end in pairwise(boxes)]
    return svg(label, "narrow", NARROW_WIDTH, bottom + EDGE, [*signs, *connectors, *drawn])


_STATION_RADIUS: Final = 12.0


def _station_sign(kind: Kind, x: float, y: float) -> str:
    if kind == "now":
        return group(disc(x, y, _STATION_RADIUS, fill=ACCENT, stroke=ACCENT))
    ring = disc(x, y, _STATION_RADIUS, fill=SURFACE, stroke=ACCENT)
    return group(ring, disc(x, y, 6, fill=ACCENT)) if kind == "aim" else group(ring)


def _path_across(label: str, stations: Sequence[Station]) -> str:
    # Many stations widen the drawing rather than squeeze their words.
    gap = 24.0
    width = max(float(WIDE_WIDTH), len(stations) * 150.0)
    column = width / max(len(stations), 1)
    y = _STATION_RADIUS + EDGE
    parts: list[str] = []
    bottom = y + _STATION_RADIUS
    for number, station in enumerate(stations):
        x = number * column + _STATION_RADIUS + EDGE
        if number + 1 < len(stations):
            parts.append(stroked(f"M{decimal(x + 22)} {decimal(y)}H{decimal(x + column - 22)}"))
        title = wrap(station.title, column - gap, SIZE, bold=True)
        note = wrap(station.note, column - gap, SMALL)
        top = y + _STATION_RADIUS + 14
        note_top = top + len(title) * LEADING + 4
        parts.append(_station_sign(station.kind, x, y))
        parts.append(lines_from(title, number * column, top, bold=True))
        parts.append(lines_from(note, number * column, note_top, size=SMALL, fill=MUTED))
        bottom = max(bottom, note_top + len(note) * LEADING)
    return svg(label, "wide", width, bottom + EDGE, parts)


def _path_down(label: str, stations: Sequence[Station]) -> str:
    left = 2 * (_STATION_RADIUS + EDGE) + 16
    x = _STATION_RADIUS + EDGE
    gap = 28.0
    parts: list[str] = []
    top = 2.0
    for number, station in enumerate(stations):
        title = wrap(station.title, NARROW_WIDTH - left, SIZE, bold=True)
        note = wrap(station.note, NARROW_WIDTH - left, SMALL)
        y = top + LEADING / 2
        note_top = top + len(title) * LEADING + 2
        bottom = max(note_top + len(note) * LEADING, y + _STATION_RADIUS)
        if number + 1 < len(stations):
            parts.append(stroked(f"M{decimal(x)} {decimal(y + 22)}V{decimal(bottom + gap + LEADING / 2 - 22)}"))
        parts.append(_station_sign(station.kind, x, y))
        parts.append(lines_from(title, left, top, bold=True))
        parts.append(lines_from(note, left, note_top, size=SMALL, fill=MUTED))
        top = bottom + gap
    return svg(label, "narrow", NARROW_WIDTH, max(top - gap, 2) + 2, parts)


@dataclass(frozen=True, slots=True)
class Passage:
    """Describe what moves from one place to another."""

    start: str
    to: str
    what: str


def passages(label: str, moved: Sequence[Passage], *, words: str) -> Drawing:
    """Draw what has moved, one arrow below the other, in a column as narrow as a telephone.

    Args:
        label: what the drawing is called.
        moved: in order.
        words: how the list says it, such as ``{start} to {to}: {what}``.
    """
    parts: list[str] = []
    top, width, gap = float(EDGE), 142.0, NARROW_WIDTH - 2 * 142.0 - 2 * EDGE
    for each in moved:
        names = [wrap(name, width - 16, SMALL) for name in (each.start, each.to)]
        height = max(len(lines) for lines in names) * LEADING + 16
        boxes = (Box(EDGE, top, width, height), Box(EDGE + width + gap, top, width, height))
        for box, lines in zip(boxes, names, strict=True):
            first = box.centre_y - len(lines) * LEADING / 2
            parts.append(rounded(box, fill=SURFACE, stroke=ACCENT))
            parts.append(lines_from(lines, box.centre_x, first, size=SMALL, middle=True))
        y, tip = boxes[0].centre_y, boxes[1].x - 4
        parts.append(
            stroked(
                f"M{decimal(boxes[0].right + 4)} {decimal(y)}H{decimal(tip)}"
                f"M{decimal(tip - 7)} {decimal(y - 5)}L{decimal(tip)} {decimal(y)}L{decimal(tip - 7)} {decimal(y + 5)}"
            )
        )
        what = wrap(each.what, NARROW_WIDTH - 8, SMALL)
        parts.append(lines_from(what, EDGE + 3, boxes[0].bottom + 6, size=SMALL, fill=MUTED))
        top = boxes[0].bottom + 6 + len(what) * LEADING + 16
    said = tuple(words.format(start=each.start, to=each.to, what=each.what) for each in moved)
    return Drawing(svg(label, "narrow", NARROW_WIDTH, top - 16 + EDGE, parts), said)


Hand = Literal["staff", "resident", "machine"]


@dataclass(frozen=True, slots=True)
class Strip:
    """Describe one run: its name, and who did each step."""

    name: str
    hands: tuple[Hand, ...]


def strips(label: str, runs: Sequence[Strip], *, words: Mapping[Hand, str], narrow: bool = False) -> Drawing:
    """Draw each run as a row of signs, one for each step: a square for staff, a disc for the resident, a ring for machines.

    Args:
        label: what the drawing is called.
        runs: one row each, or with their name above when narrow.
        words: what each kind of sign means.
        narrow: for a telephone.
    """
    width = NARROW_WIDTH if narrow else WIDE_WIDTH
    pitch, names = 26.0, 0.0 if narrow else 250.0
    parts: list[str] = []
    x, top = float(EDGE), float(EDGE)
    for hand, word in words.items():
        needed = 34 + text_width(word, SMALL)
        if x > EDGE and x + needed > width:
            x, top = float(EDGE), top + 30
        parts.append(_hand(hand, x + 11, top + 12))
        parts.append(line_of_text(word, x + 30, top + 12 + SMALL * HALF_CAPITAL, size=SMALL))
        x += needed + 24
    top += 44
    a_row = int((width - names - 2 * EDGE) // pitch)
    for run in runs:
        lines = wrap(run.name, width if narrow else names - 16, SIZE, bold=True)
        parts.append(lines_from(lines, EDGE, top, bold=True))
        first = top + len(lines) * LEADING + 6 if narrow else top
        for number, hand in enumerate(run.hands):
            row, column = divmod(number, a_row)
            parts.append(_hand(hand, names + EDGE + 11 + column * pitch, first + 11 + row * pitch))
        rows = -(-len(run.hands) // a_row)
        top = max(first + rows * pitch, top + len(lines) * LEADING) + 18
    said = tuple(
        f"{run.name}: " + ", ".join(f"{word}: {run.hands.count(hand)}" for hand, word in words.items()) for run in runs
    )
    return Drawing(svg(label, "narrow" if narrow else "wide", width, top - 18 + EDGE, parts), said)


def _hand(hand: Hand, x: float, y: float) -> str:
    if hand == "staff":
        return rounded(Box(x - 10, y - 10, 20, 20), fill=ACCENT)
    if hand == "resident":
        return disc(x, y, 10, fill=WARN)
    return disc(x, y, 8, fill=SURFACE, stroke=MUTED)
