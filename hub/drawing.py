"""Draw the three figures of the site as SVG, each with a list of words that says the same.

Colours are CSS variables with a fallback, set as presentation attributes, so that a drawing follows
light and dark, stands alone in a document, and needs no style attribute (which the content security
policy forbids). Nothing has an id, so a page may hold any number of drawings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

TEXT: Final = "var(--text,#1B2B2A)"
MUTED: Final = "var(--muted,#5A6B69)"
ACCENT: Final = "var(--accent,#0B5C63)"
SURFACE: Final = "var(--surface,#FFFFFF)"
SOFT: Final = "var(--soft,#E6F0F0)"
LINE: Final = "var(--line,#B9C7C6)"
WARN: Final = "var(--warn,#8A4B00)"

# A wide drawing is one unit per pixel in a text column, a narrow one on a 390 px phone less its margins.
WIDE_WIDTH: Final = 960
NARROW_WIDTH: Final = 358

_SIZE: Final = 16
_SMALL: Final = 15
_LEADING: Final = 22
_RADIUS: Final = 6
# From the baseline of a line to its middle, in parts of the size: half the height of a capital.
_HALF_CAPITAL: Final = 0.36
_EDGE: Final = 1  # half of a 2 px line, so that no line is cut by the edge of the drawing

_VOWELS: Final = frozenset("aeiouyåäöéAEIOUYÅÄÖÉ")
_SOFT_HYPHEN: Final = "\u00ad"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Kind = Literal["now", "step", "aim"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Hold a drawing and the ordered list that says the same in words."""

    svg: str
    steps: tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def centre_x(self) -> float:
        return self.x + self.width / 2

    @property
    def centre_y(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


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


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of a text in a sans-serif font.

    The measure is DejaVu Sans, the widest of the fonts that a page may fall back on; Arial needs about
    nine tenths of it, so the words have some air.
    """
    return sum(_character_width(character) for character in text) * size * (1.1 if bold else 1.0)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width by our own estimate.

    A word too long for a line breaks at a soft hyphen or hyphen of its own, else before a consonant
    and a vowel, where Swedish most often divides.
    """
    lines: list[str] = []
    line = ""
    for word in _clean(text).split():
        rest = word
        joined = f"{line} {_shown(rest)}" if line else _shown(rest)
        if text_width(joined, size, bold=bold) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while text_width(_shown(rest), size, bold=bold) > width:
            head, rest = _divide(rest, width, size, bold=bold)
            lines.append(head)
        line = _shown(rest)
    return [*lines, line] if line else lines


def _balanced(heading: str, width: float) -> list[str]:
    """Break a heading into as few lines as `wrap` would, but of more even length."""
    lines = wrap(heading, width, _SIZE, bold=True)
    narrower = width
    while len(lines) > 1 and narrower > width / 2:
        narrower -= 8
        tried = wrap(heading, narrower, _SIZE, bold=True)
        # A narrower line must not part a word that the full width holds.
        if len(tried) > len(lines) or " ".join(tried) != " ".join(lines):
            break
        lines = tried
    return lines


def _character_width(character: str) -> float:
    if character in "ijlI.,:;'|!":
        return 0.33
    if character in "ftr()[]-/ ":
        return 0.4
    if character in "mwMW@%—–&":
        return 0.98
    if character.isupper():
        return 0.74
    # Beyond Latin, Greek and Cyrillic a character may be as wide as it is high.
    return 0.62 if ord(character) < 0x1100 or 0x2010 <= ord(character) <= 0x206F else 1.1


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _shown(word: str) -> str:
    return word.replace(_SOFT_HYPHEN, "")


def _divide(word: str, width: float, size: float, *, bold: bool) -> tuple[str, str]:
    """Part a word into a head that fits, with its hyphen, and the rest."""

    def head_of(end: int) -> str:
        head = _shown(word[:end])
        return head if head.endswith(("-", "/")) else f"{head}-"

    # At least one character goes on each line, or a box narrower than a letter would never end.
    fits = [end for end in range(1, len(word)) if text_width(head_of(end), size, bold=bold) <= width] or [1]
    own = [end for end in fits if word[end - 1] in f"-/{_SOFT_HYPHEN}" and end > 2]
    syllables = [end for end in fits[-8:] if 3 <= end <= len(word) - 3 and _starts_syllable(word, end)]
    end = (own or syllables or fits)[-1]
    return head_of(end), word[end:].lstrip(_SOFT_HYPHEN)


def _starts_syllable(word: str, at: int) -> bool:
    return word[at] not in _VOWELS and word[at].isalpha() and word[at + 1] in _VOWELS


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _svg(label: str, form: Literal["wide", "narrow"], width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing drawing-{form}" role="img"'
        f' aria-label={quoteattr(_clean(label))} viewBox="0 0 {_number(width)} {_number(max(height, 1))}" width="100%"'
        f' font-family="var(--font,Arial,Helvetica,sans-serif)">{"".join(parts)}</svg>'
    )


def _line_of_text(
    text: str, x: float, y: float, *, size: int = _SIZE, fill: str = TEXT, bold: bool = False, middle: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text x="{_number(x)}" y="{_number(y)}" font-size="{size}" fill="{fill}"{weight}{anchor}>{escape(text)}</text>'


def _lines_from(
    lines: Sequence[str], x: float, top: float, *, size: int = _SIZE, fill: str = TEXT, bold: bool = False,
    middle: bool = False,
) -> str:  # fmt: skip
    first = top + _LEADING / 2 + size * _HALF_CAPITAL
    return "".join(
        _line_of_text(line, x, first + number * _LEADING, size=size, fill=fill, bold=bold, middle=middle)
        for number, line in enumerate(lines)
    )


def _rounded(box: _Box, *, fill: str, stroke: str | None = None) -> str:
    line = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    return (
        f'<rect x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}"'
        f' rx="{_RADIUS}" fill="{fill}"{line}/>'
    )


def _hexagon(box: _Box, *, fill: str, stroke: str, point: float) -> str:
    corners = [
        (box.x, box.centre_y),
        (box.x + point, box.y),
        (box.right - point, box.y),
        (box.right, box.centre_y),
        (box.right - point, box.bottom),
        (box.x + point, box.bottom),
    ]
    listed = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)
    return f'<polygon points="{listed}" fill="{fill}" stroke="{stroke}" stroke-width="2" stroke-linejoin="round"/>'


def _stroke(commands: str, *, stroke: str = MUTED, width: float = 2) -> str:
    return (
        f'<path d="{commands}" fill="none" stroke="{stroke}" stroke-width="{_number(width)}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _disc(x: float, y: float, radius: float, *, fill: str, stroke: str | None = None) -> str:
    line = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{fill}"{line}/>'


def _tick(x: float, y: float) -> str:
    return _stroke(f"M{_number(x - 7)} {_number(y)}l5 5l9 -10", stroke=SURFACE, width=2.5)


def _arrow_down(x: float, y: float) -> str:
    return f"M{_number(x - 5)} {_number(y - 6)}L{_number(x)} {_number(y)}L{_number(x + 5)} {_number(y - 6)}"


def _group(*parts: str) -> str:
    return f"<g>{''.join(parts)}</g>"


def _layer_cell(box: _Box, *, filled: bool) -> str:
    if filled:
        return _group(_rounded(box, fill=ACCENT, stroke=ACCENT), _tick(box.centre_x, box.centre_y))
    return _group(_rounded(box, fill=SURFACE, stroke=MUTED))


def _layer_matrix(label: str, names: Mapping[str, str], held: Mapping[str, frozenset[str]]) -> str:
    first_column, gap, row_gap = 216.0, 10.0, 12.0
    column = (WIDE_WIDTH - _EDGE - first_column - gap * (len(held) - 1)) / max(len(held), 1)
    headings = [_balanced(level, column - 8) for level in held]
    top = max((len(lines) for lines in headings), default=0) * _LEADING + 12.0
    lefts = [first_column + number * (column + gap) for number in range(len(held))]
    parts = [
        # Headings stand on the row below them, so one of two lines does not leave another hanging.
        _lines_from(lines, left + column / 2, top - 12 - len(lines) * _LEADING, bold=True, middle=True)
        for lines, left in zip(headings, lefts, strict=True)
    ]
    rows = [wrap(name, first_column - 20, _SIZE) for name in names.values()]
    height = max([48.0, *(len(lines) * _LEADING + 4.0 for lines in rows)])
    for layer, lines in zip(names, rows, strict=True):
        parts.append(_lines_from(lines, 0, top + (height - len(lines) * _LEADING) / 2))
        parts += [
            _layer_cell(_Box(left, top, column, height), filled=layer in chosen)
            for left, chosen in zip(lefts, held.values(), strict=True)
        ]
        top += height + row_gap
    return _svg(label, "wide", WIDE_WIDTH, top - row_gap + _EDGE, parts)


def _layer_cards(label: str, names: Mapping[str, str], held: Mapping[str, frozenset[str]]) -> str:
    inset, sign, row_gap, card_gap = 16.0, 44.0, 10.0, 16.0
    width = NARROW_WIDTH - 2.0 * _EDGE
    parts: list[str] = []
    top = float(_EDGE)
    for level, chosen in held.items():
        heading = wrap(level, width - 2 * inset, _SIZE, bold=True)
        inner = [_lines_from(heading, _EDGE + inset, top + 14, bold=True)]
        y = top + 14 + len(heading) * _LEADING + 10
        for layer, name in names.items():
            lines = wrap(name, width - 2 * inset - sign - 12, _SIZE)
            height = max(28.0, len(lines) * _LEADING)
            inner.append(_layer_cell(_Box(_EDGE + inset, y + (height - 28) / 2, sign, 28), filled=layer in chosen))
            fill = TEXT if layer in chosen else MUTED
            text_top = y + (height - len(lines) * _LEADING) / 2
            inner.append(_lines_from(lines, _EDGE + inset + sign + 12, text_top, fill=fill))
            y += height + row_gap
        card = _Box(_EDGE, top, width, y - row_gap + inset - top)
        parts.append(_group(_rounded(card, fill=SURFACE, stroke=LINE), *inner))
        top = card.bottom + card_gap
    return _svg(label, "narrow", NARROW_WIDTH, top - card_gap + _EDGE, parts)


_BADGE_SPACE: Final = 52.0
_STEP_INSET: Final = 18.0
_POINT: Final = 14.0


def _step_lines(text: str, width: float) -> list[str]:
    return wrap(text, width - _BADGE_SPACE - _STEP_INSET, _SIZE)


def _step_shape(box: _Box, *, manual: bool, point: float = _POINT) -> str:
    if manual:
        return _hexagon(box, fill=SURFACE, stroke=WARN, point=point)
    return _rounded(box, fill=SURFACE, stroke=ACCENT)


def _step(box: _Box, number: int, lines: Sequence[str], caption: Sequence[str], *, manual: bool) -> str:
    top = box.centre_y - (len(lines) + len(caption)) * _LEADING / 2
    badge_x = box.x + _BADGE_SPACE / 2
    return _group(
        _step_shape(box, manual=manual),
        _disc(badge_x, box.centre_y, 14, fill=WARN if manual else ACCENT),
        _line_of_text(
            str(number), badge_x, box.centre_y + _SMALL * _HALF_CAPITAL, size=_SMALL, fill=SURFACE, bold=True, middle=True
        ),
        _lines_from(caption, box.x + _BADGE_SPACE, top, size=_SMALL, fill=MUTED),
        _lines_from(lines, box.x + _BADGE_SPACE, top + len(caption) * _LEADING),
    )  # fmt: skip


def _connector(start: _Box, end: _Box) -> str:
    x, tip = end.centre_x, end.y - 3
    if abs(start.centre_x - x) < 1:
        return _stroke(f"M{_number(x)} {_number(start.bottom + 3)}V{_number(tip)}{_arrow_down(x, tip)}")
    # Out at the side and down: each row holds one box, so the line meets no other.
    way = 1 if x > start.centre_x else -1
    side = start.right if way > 0 else start.x
    y = start.centre_y
    return _stroke(
        f"M{_number(side + 3 * way)} {_number(y)}H{_number(x - _RADIUS * way)}"
        f"Q{_number(x)} {_number(y)} {_number(x)} {_number(y + _RADIUS)}V{_number(tip)}{_arrow_down(x, tip)}"
    )


def _legend(words: tuple[str, str], top: float, width: float) -> tuple[list[str], float]:
    """Draw the two shapes with their words, and give the bottom of what was drawn."""
    parts: list[str] = []
    x, row_top, bottom = float(_EDGE), top, top
    for word, manual in zip(words, (False, True), strict=True):
        lines = wrap(word, width - 2 * _EDGE - 50, _SMALL)
        needed = 50 + max((text_width(line, _SMALL) for line in lines), default=0)
        if x > _EDGE and x + needed > width:
            x, row_top = float(_EDGE), bottom + 8
        height = max(24.0, len(lines) * _LEADING)
        sample = _Box(x, row_top + (height - 24) / 2, 38, 24)
        parts.append(_step_shape(sample, manual=manual, point=9))
        parts.append(_lines_from(lines, x + 50, row_top + (height - len(lines) * _LEADING) / 2, size=_SMALL))
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
    signs, lanes_top = _legend(legend, _EDGE, WIDE_WIDTH)
    lanes_top += 20
    boxes: list[_Box] = []
    drawn: list[str] = []
    top = lanes_top + 14 + heading_lines * _LEADING + 16
    for number, step in enumerate(steps, 1):
        width = lane_width - 2 * inset
        lines = _step_lines(step.text, width)
        box = _Box(lefts[step.lane] + inset, top, width, max(56.0, len(lines) * _LEADING + 24))
        drawn.append(_step(box, number, lines, (), manual=step.manual))
        boxes.append(box)
        top = box.bottom + row_gap
    bottom = top - row_gap + inset + 4
    bands = [
        _group(
            _rounded(_Box(lefts[lane], lanes_top, lane_width, bottom - lanes_top), fill=SOFT),
            _lines_from(lines, lefts[lane] + lane_width / 2, lanes_top + 14, bold=True, middle=True),
        )
        for lane, lines in headings.items()
    ]
    connectors = [_connector(start, end) for start, end in pairwise(boxes)]
    return _svg(label, "wide", WIDE_WIDTH, bottom + _EDGE, [*signs, *bands, *connectors, *drawn])


def _journey_column(
    label: str, lane_names: Mapping[str, str], steps: Sequence[JourneyStep], legend: tuple[str, str]
) -> str:
    row_gap = 30.0
    width = NARROW_WIDTH - 2.0 * _EDGE
    signs, bottom = _legend(legend, _EDGE, NARROW_WIDTH)
    top = bottom + 20
    boxes: list[_Box] = []
    drawn: list[str] = []
    for number, step in enumerate(steps, 1):
        lines = _step_lines(step.text, width)
        caption = wrap(lane_names[step.lane], width - _BADGE_SPACE - _STEP_INSET, _SMALL)
        box = _Box(_EDGE, top, width, (len(lines) + len(caption)) * _LEADING + 24)
        drawn.append(_step(box, number, lines, caption, manual=step.manual))
        boxes.append(box)
        bottom = box.bottom
        top = bottom + row_gap
    connectors = [_connector(start, end) for start, end in pairwise(boxes)]
    return _svg(label, "narrow", NARROW_WIDTH, bottom + _EDGE, [*signs, *connectors, *drawn])


_STATION_RADIUS: Final = 12.0


def _station_sign(kind: Kind, x: float, y: float) -> str:
    if kind == "now":
        return _group(_disc(x, y, _STATION_RADIUS, fill=ACCENT, stroke=ACCENT))
    ring = _disc(x, y, _STATION_RADIUS, fill=SURFACE, stroke=ACCENT)
    return _group(ring, _disc(x, y, 6, fill=ACCENT)) if kind == "aim" else _group(ring)


def _path_across(label: str, stations: Sequence[Station]) -> str:
    # Many stations widen the drawing rather than squeeze their words.
    gap = 24.0
    width = max(float(WIDE_WIDTH), len(stations) * 150.0)
    column = width / max(len(stations), 1)
    y = _STATION_RADIUS + _EDGE
    parts: list[str] = []
    bottom = y + _STATION_RADIUS
    for number, station in enumerate(stations):
        x = number * column + _STATION_RADIUS + _EDGE
        if number + 1 < len(stations):
            parts.append(_stroke(f"M{_number(x + 22)} {_number(y)}H{_number(x + column - 22)}"))
        title = wrap(station.title, column - gap, _SIZE, bold=True)
        note = wrap(station.note, column - gap, _SMALL)
        top = y + _STATION_RADIUS + 14
        note_top = top + len(title) * _LEADING + 4
        parts.append(_station_sign(station.kind, x, y))
        parts.append(_lines_from(title, number * column, top, bold=True))
        parts.append(_lines_from(note, number * column, note_top, size=_SMALL, fill=MUTED))
        bottom = max(bottom, note_top + len(note) * _LEADING)
    return _svg(label, "wide", width, bottom + _EDGE, parts)


def _path_down(label: str, stations: Sequence[Station]) -> str:
    left = 2 * (_STATION_RADIUS + _EDGE) + 16
    x = _STATION_RADIUS + _EDGE
    gap = 28.0
    parts: list[str] = []
    top = 2.0
    for number, station in enumerate(stations):
        title = wrap(station.title, NARROW_WIDTH - left, _SIZE, bold=True)
        note = wrap(station.note, NARROW_WIDTH - left, _SMALL)
        y = top + _LEADING / 2
        note_top = top + len(title) * _LEADING + 2
        bottom = max(note_top + len(note) * _LEADING, y + _STATION_RADIUS)
        if number + 1 < len(stations):
            parts.append(_stroke(f"M{_number(x)} {_number(y + 22)}V{_number(bottom + gap + _LEADING / 2 - 22)}"))
        parts.append(_station_sign(station.kind, x, y))
        parts.append(_lines_from(title, left, top, bold=True))
        parts.append(_lines_from(note, left, note_top, size=_SMALL, fill=MUTED))
        top = bottom + gap
    return _svg(label, "narrow", NARROW_WIDTH, max(top - gap, 2) + 2, parts)


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
    top, width, gap = float(_EDGE), 142.0, NARROW_WIDTH - 2 * 142.0 - 2 * _EDGE
    for each in moved:
        names = [wrap(name, width - 16, _SMALL) for name in (each.start, each.to)]
        height = max(len(lines) for lines in names) * _LEADING + 16
        boxes = (_Box(_EDGE, top, width, height), _Box(_EDGE + width + gap, top, width, height))
        for box, lines in zip(boxes, names, strict=True):
            first = box.centre_y - len(lines) * _LEADING / 2
            parts.append(_rounded(box, fill=SURFACE, stroke=ACCENT))
            parts.append(_lines_from(lines, box.centre_x, first, size=_SMALL, middle=True))
        y, tip = boxes[0].centre_y, boxes[1].x - 4
        parts.append(
            _stroke(
                f"M{_number(boxes[0].right + 4)} {_number(y)}H{_number(tip)}"
                f"M{_number(tip - 7)} {_number(y - 5)}L{_number(tip)} {_number(y)}L{_number(tip - 7)} {_number(y + 5)}"
            )
        )
        what = wrap(each.what, NARROW_WIDTH - 8, _SMALL)
        parts.append(_lines_from(what, _EDGE + 3, boxes[0].bottom + 6, size=_SMALL, fill=MUTED))
        top = boxes[0].bottom + 6 + len(what) * _LEADING + 16
    said = tuple(words.format(start=each.start, to=each.to, what=each.what) for each in moved)
    return Drawing(_svg(label, "narrow", NARROW_WIDTH, top - 16 + _EDGE, parts), said)


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
    x, top = float(_EDGE), float(_EDGE)
    for hand, word in words.items():
        needed = 34 + text_width(word, _SMALL)
        if x > _EDGE and x + needed > width:
            x, top = float(_EDGE), top + 30
        parts.append(_hand(hand, x + 11, top + 12))
        parts.append(_line_of_text(word, x + 30, top + 12 + _SMALL * _HALF_CAPITAL, size=_SMALL))
        x += needed + 24
    top += 44
    a_row = int((width - names - 2 * _EDGE) // pitch)
    for run in runs:
        lines = wrap(run.name, width if narrow else names - 16, _SIZE, bold=True)
        parts.append(_lines_from(lines, _EDGE, top, bold=True))
        first = top + len(lines) * _LEADING + 6 if narrow else top
        for number, hand in enumerate(run.hands):
            row, column = divmod(number, a_row)
            parts.append(_hand(hand, names + _EDGE + 11 + column * pitch, first + 11 + row * pitch))
        rows = -(-len(run.hands) // a_row)
        top = max(first + rows * pitch, top + len(lines) * _LEADING) + 18
    said = tuple(
        f"{run.name}: " + ", ".join(f"{word}: {run.hands.count(hand)}" for hand, word in words.items()) for run in runs
    )
    return Drawing(_svg(label, "narrow" if narrow else "wide", width, top - 18 + _EDGE, parts), said)


def _hand(hand: Hand, x: float, y: float) -> str:
    if hand == "staff":
        return _rounded(_Box(x - 10, y - 10, 20, 20), fill=ACCENT)
    if hand == "resident":
        return _disc(x, y, 10, fill=WARN)
    return _disc(x, y, 8, fill=SURFACE, stroke=MUTED)
