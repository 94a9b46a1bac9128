"""Draw the regions as tiles, each about where it lies, with a sign for each way it is known to take.

Every sign has a shape and a letter of its own, so that nothing rests on colour. The tiles may be links; for that the
drawing is a group and no image, whose parts nobody could reach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

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
    WIDE_WIDTH,
    Box,
    Drawing,
    clean,
    decimal,
    disc,
    hexagon,
    line_of_text,
    lines_from,
    rounded,
    svg,
    text_width,
    wrap,
)

PLACES: Final[Mapping[str, tuple[int, int]]] = {
    "BD": (3, 0),
    "AC": (3, 1),
    "Z": (2, 2), "Y": (3, 2),
    "W": (2, 3), "X": (3, 3),
    "S": (0, 4), "T": (1, 4), "U": (2, 4), "C": (3, 4), "AB": (4, 4),
    "O": (0, 5), "E": (2, 5), "D": (3, 5),
    "N": (0, 6), "F": (1, 6), "H": (2, 6), "I": (4, 6),
    "M": (0, 7), "G": (1, 7), "K": (2, 7),
}  # fmt: skip
"""Column and row of each letter code, north at the top: our own layout, which keeps neighbours together, not distances."""

_COLUMNS: Final = 5
_GAP: Final = 8.0
_INSET: Final = 8.0
_SIGN: Final = 20.0
_PITCH: Final = 24.0


@dataclass(frozen=True, slots=True)
class Sign:
    """Describe what stands for a way: one letter, and what it means."""

    letter: str
    word: str


@dataclass(frozen=True, slots=True)
class Tile:
    """Describe one region."""

    code: str
    name: str
    routes: tuple[str, ...]
    own: bool = False
    """Whether the routes are what the region itself has stated."""
    link: str = ""
    faint: bool = False
    """Whether it is left out of a choice, so that only its place is drawn."""


def tile_map(
    label: str, tiles: Sequence[Tile], signs: Mapping[str, Sign], *, own_word: str, narrow: bool = False
) -> Drawing:
    """Draw the tiles with a legend beside or, narrow, below them.

    Args:
        label: what the drawing is called.
        tiles: one for each region; the list in words follows their order and leaves out the faint ones.
        signs: what stands for each route, in the order of the legend.
        own_word: what the corner of a tile means whose routes the region itself has stated.
        narrow: for a telephone, where the letter codes stand without names.

    Raises:
        ValueError: a region has no place, or a route no sign.
    """
    unknown = sorted({tile.code for tile in tiles} - PLACES.keys())
    without = sorted({route for tile in tiles for route in tile.routes} - signs.keys())
    if unknown or without:
        raise ValueError(f"no place or no sign: {', '.join([*unknown, *without])}")
    steps = tuple(said(tile, signs, own_word) for tile in tiles if not tile.faint)
    return Drawing((_narrow if narrow else _wide)(label, tiles, signs, own_word), steps)


def said(tile: Tile, signs: Mapping[str, Sign], own_word: str) -> str:
    """Return what a tile says, in words."""
    ways = ", ".join(signs[route].word for route in _in_order(tile, signs))
    return f"{tile.name}: {ways} ({own_word})" if tile.own else f"{tile.name}: {ways}"


def _in_order(tile: Tile, signs: Mapping[str, Sign]) -> list[str]:
    return [route for route in signs if route in tile.routes]


def _wide(label: str, tiles: Sequence[Tile], signs: Mapping[str, Sign], own_word: str) -> str:
    width = 140.0
    most = max((len(tile.routes) for tile in tiles), default=1)
    height = _INSET + _PITCH * -(-most // 4) + 2 * LEADING + _INSET
    parts: list[str] = []
    for tile in tiles:
        box = _box(tile, width, height)
        rows = -(-len(tile.routes) // 4)
        names = wrap(tile.name, width - 2 * _INSET, SMALL)[:2]
        parts.append(
            _linked(
                tile, signs, own_word, _ground(box, tile),
                line_of_text(tile.code, box.x + _INSET, _baseline(box.y + _INSET + _SIGN / 2, SIZE), bold=True,
                              fill=MUTED if tile.faint else TEXT),
                *_signs(tile, signs, box.right - _INSET - _PITCH * min(4, len(tile.routes)) + 1, box.y + _INSET, 4),
                lines_from(names, box.x + _INSET, box.y + _INSET + _PITCH * max(1, rows), size=SMALL,
                            fill=MUTED if tile.faint else TEXT),
            )
        )  # fmt: skip
    left = _COLUMNS * (width + _GAP) + 8
    legend, bottom = _legend(signs, own_word, left, EDGE, WIDE_WIDTH - left, alone=True)
    deepest = max((PLACES[tile.code][1] for tile in tiles), default=0) + 1
    return svg(label, "wide", WIDE_WIDTH, max(bottom, deepest * (height + _GAP)), [*legend, *parts], linked=True)


def _narrow(label: str, tiles: Sequence[Tile], signs: Mapping[str, Sign], own_word: str) -> str:
    width = (NARROW_WIDTH - 2 * EDGE - (_COLUMNS - 1) * _GAP) / _COLUMNS
    most = max((len(tile.routes) for tile in tiles), default=1)
    height = _INSET + LEADING + _PITCH * -(-most // 2) + _INSET - 2
    parts = []
    for tile in tiles:
        box = _box(tile, width, height)
        parts.append(
            _linked(
                tile, signs, own_word, _ground(box, tile),
                line_of_text(tile.code, box.x + _INSET, _baseline(box.y + _INSET + _SIGN / 2, SIZE), bold=True,
                              fill=MUTED if tile.faint else TEXT),
                *_signs(tile, signs, box.x + _INSET, box.y + _INSET + LEADING, 2),
            )
        )  # fmt: skip
    deepest = max((PLACES[tile.code][1] for tile in tiles), default=0) + 1
    legend, bottom = _legend(
        signs, own_word, EDGE, deepest * (height + _GAP) + 12, NARROW_WIDTH - 2 * EDGE, alone=False
    )
    return svg(label, "narrow", NARROW_WIDTH, bottom + EDGE, [*parts, *legend], linked=True)


def _box(tile: Tile, width: float, height: float) -> Box:
    column, row = PLACES[tile.code]
    return Box(EDGE + column * (width + _GAP), EDGE + row * (height + _GAP), width, height)


def _baseline(middle: float, size: int) -> float:
    return middle + size * HALF_CAPITAL


def _ground(box: Box, tile: Tile) -> str:
    known = set(tile.routes) - {"unknown"}
    drawn = rounded(
        box, fill=SURFACE if tile.faint or not known else SOFT, stroke=LINE if known or tile.faint else MUTED
    )
    if tile.faint or not known:
        drawn = drawn.replace("/>", ' stroke-dasharray="4 4"/>')
    if tile.own and not tile.faint:
        # Folded at the lower right: the only corner that neither letters nor signs reach.
        corner = 16.0
        points = (
            f"{decimal(box.right)},{decimal(box.bottom - corner)} {decimal(box.right)},{decimal(box.bottom)} "
            f"{decimal(box.right - corner)},{decimal(box.bottom)}"
        )
        drawn += f'<polygon points="{points}" fill="{WARN}"/>'
    return drawn


def _signs(tile: Tile, signs: Mapping[str, Sign], left: float, top: float, a_row: int) -> list[str]:
    if tile.faint:
        return []
    return [
        _sign(route, signs[route].letter, left + place % a_row * _PITCH, top + place // a_row * _PITCH)
        for place, route in enumerate(_in_order(tile, signs))
    ]


def _sign(route: str, letter: str, left: float, top: float) -> str:
    box = Box(left, top, _SIGN, _SIGN)
    x, y = box.centre_x, box.centre_y
    shapes = {
        "framework": rounded(box, fill=ACCENT, stroke=ACCENT),
        "hop-out": hexagon(box, fill=ACCENT, stroke=ACCENT, point=4),
        "inbox": disc(x, y, _SIGN / 2, fill=ACCENT, stroke=ACCENT),
        "reverse-case-flow": _tag(box, fill=ACCENT),
        "separate": rounded(box, fill=SURFACE, stroke=MUTED),
        "national": disc(x, y, _SIGN / 2, fill=SURFACE, stroke=MUTED),
        "other": hexagon(box, fill=SURFACE, stroke=MUTED, point=4),
    }
    filled = route in {"framework", "hop-out", "inbox", "reverse-case-flow"}
    shape = shapes.get(route, rounded(box, fill=SURFACE, stroke=MUTED).replace("/>", ' stroke-dasharray="3 3"/>'))
    return shape + line_of_text(
        letter, x, _baseline(y, SMALL), size=SMALL, fill=SURFACE if filled else TEXT, bold=True, middle=True
    )


def _tag(box: Box, *, fill: str) -> str:
    """Draw a box with a point to the left: the case goes the other way."""
    corners = (
        (box.x - 1, box.centre_y), (box.x + 5, box.y - 1), (box.right + 1, box.y - 1), (box.right + 1, box.bottom + 1),
        (box.x + 5, box.bottom + 1),
    )  # fmt: skip
    points = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in corners)
    return f'<polygon points="{points}" fill="{fill}"/>'


def _legend(
    signs: Mapping[str, Sign], own_word: str, left: float, top: float, width: float, *, alone: bool
) -> tuple[list[str], float]:
    """Draw each sign with its word, each on a row alone or as many as fit, and give the bottom of what was drawn."""
    parts: list[str] = []
    x, y, bottom = left, top, top
    for route, sign in [*signs.items(), ("", Sign("", own_word))]:
        lines = wrap(sign.word, width - 30, SMALL)
        needed = 30 + max((text_width(line, SMALL) for line in lines), default=0)
        if x > left and (alone or x + needed > left + width):
            x, y = left, bottom + 8
        if route:
            parts.append(_sign(route, sign.letter, x + 1, y + 1))
        else:
            points = f"{decimal(x + 21)},{decimal(y + 5)} {decimal(x + 21)},{decimal(y + 21)} {decimal(x + 5)},{decimal(y + 21)}"
            parts.append(f'<polygon points="{points}" fill="{WARN}"/>')
        parts.append(lines_from(lines, x + 30, y, size=SMALL))
        bottom = max(bottom, y + max(24.0, len(lines) * LEADING))
        x += needed + 20
    return parts, bottom


def _linked(tile: Tile, signs: Mapping[str, Sign], own_word: str, *parts: str) -> str:
    drawn = "".join(parts)
    if not tile.link:
        return f"<g>{drawn}</g>"
    name = quoteattr(clean(f"{tile.code} {said(tile, signs, own_word)}"))
    return f'<a href="{escape(tile.link)}" aria-label={name}>{drawn}</a>'
