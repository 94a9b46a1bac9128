"""What every drawing is made of: words that fit, boxes, lines, and the SVG around them.

Colours are CSS variables with a fallback, set as presentation attributes, so that a drawing follows
light and dark, stands alone in a document, and needs no style attribute (which the content security
policy forbids). Nothing has an id, so a page may hold any number of drawings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

SIZE: Final = 16
SMALL: Final = 15
LEADING: Final = 22
RADIUS: Final = 6
# From the baseline of a line to its middle, in parts of the size: half the height of a capital.
HALF_CAPITAL: Final = 0.36
EDGE: Final = 1  # half of a 2 px line, so that no line is cut by the edge of the drawing

_VOWELS: Final = frozenset("aeiouyåäöéAEIOUYÅÄÖÉ")
_SOFT_HYPHEN: Final = "\u00ad"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Hold a drawing and the ordered list that says the same in words."""

    svg: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Hold where a rectangle stands, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre_x(self) -> float:
        """Half of the way across."""
        return self.x + self.width / 2

    @property
    def centre_y(self) -> float:
        """Half of the way down."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Where it ends to the right."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height


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
    for word in clean(text).split():
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


def clean(text: str) -> str:
    """Leave out what no XML may hold."""
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


def decimal(value: float) -> str:
    """Write a measure with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def svg(
    label: str,
    form: Literal["wide", "narrow"],
    width: float,
    height: float,
    parts: Iterable[str],
    *,
    linked: bool = False,
) -> str:
    """Write the drawing around its parts, with the name that a screen reader says.

    A drawing is one picture to those who hear it; one with links in it is a group, or they could not be reached.
    """
    role = "group" if linked else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing drawing-{form}" role="{role}"'
        f' aria-label={quoteattr(clean(label))} viewBox="0 0 {decimal(width)} {decimal(max(height, 1))}" width="100%"'
        f' font-family="var(--font,Arial,Helvetica,sans-serif)">{"".join(parts)}</svg>'
    )


def line_of_text(
    text: str, x: float, y: float, *, size: int = SIZE, fill: str = TEXT, bold: bool = False, middle: bool = False,
    end: bool = False,
) -> str:  # fmt: skip
    """Write one line on the baseline ``y``; ``x`` is where it begins, or has its middle or its end."""
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ' text-anchor="end"' if end else ""
    return f'<text x="{decimal(x)}" y="{decimal(y)}" font-size="{size}" fill="{fill}"{weight}{anchor}>{escape(text)}</text>'


def lines_from(
    lines: Sequence[str], x: float, top: float, *, size: int = SIZE, fill: str = TEXT, bold: bool = False,
    middle: bool = False,
) -> str:  # fmt: skip
    """Write lines below each other, the first one below ``top``."""
    first = top + LEADING / 2 + size * HALF_CAPITAL
    return "".join(
        line_of_text(line, x, first + number * LEADING, size=size, fill=fill, bold=bold, middle=middle)
        for number, line in enumerate(lines)
    )


def rounded(box: Box, *, fill: str, stroke: str | None = None) -> str:
    """Draw a box with rounded corners."""
    line = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    return (
        f'<rect x="{decimal(box.x)}" y="{decimal(box.y)}" width="{decimal(box.width)}" height="{decimal(box.height)}"'
        f' rx="{RADIUS}" fill="{fill}"{line}/>'
    )


def hexagon(box: Box, *, fill: str, stroke: str, point: float) -> str:
    """Draw a box that ends in points."""
    corners = [
        (box.x, box.centre_y),
        (box.x + point, box.y),
        (box.right - point, box.y),
        (box.right, box.centre_y),
        (box.right - point, box.bottom),
        (box.x + point, box.bottom),
    ]
    listed = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in corners)
    return f'<polygon points="{listed}" fill="{fill}" stroke="{stroke}" stroke-width="2" stroke-linejoin="round"/>'


def stroked(commands: str, *, stroke: str = MUTED, width: float = 2) -> str:
    """Draw a line along path commands."""
    return (
        f'<path d="{commands}" fill="none" stroke="{stroke}" stroke-width="{decimal(width)}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def disc(x: float, y: float, radius: float, *, fill: str, stroke: str | None = None) -> str:
    """Draw a filled circle."""
    line = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    return f'<circle cx="{decimal(x)}" cy="{decimal(y)}" r="{decimal(radius)}" fill="{fill}"{line}/>'


def group(*parts: str) -> str:
    """Keep parts together."""
    return f"<g>{''.join(parts)}</g>"
