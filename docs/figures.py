# ruff: noqa: INP001 - a script's other half
"""Draw the two made-up people of the demo call: head and shoulders, flat shapes in the hub's colours.

Every shape is given by points in a picture of 640 by 360 and drawn three times as large, then scaled down, which
smooths the edges. ``draw`` is pure: a pose in, a picture out.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH: Final = 640
HEIGHT: Final = 360
LARGER: Final = 3
FONT: Final = Path(__file__).resolve().parent.parent / "web" / "assets" / "fonts" / "atkinson-next.woff2"

Point = tuple[float, float]
Move = Callable[[Point], Point]
Colour = str


@dataclass(frozen=True)
class Pose:
    """How the figure holds itself in one picture; all zero is at rest."""

    mouth: float = 0.0
    """How open, 0 to 1."""
    wide: float = 0.0
    """The mouth's width, -1 (as for o) to 1 (as for e)."""
    lids: float = 0.0
    """How closed the eyes are, 0 to 1."""
    tilt: float = 0.0
    """Degrees that the head leans."""
    nod: float = 0.0
    """Pixels that the head is lowered."""
    brows: float = 0.0
    """Pixels that the brows are raised."""
    breath: float = 0.0
    """Pixels that the shoulders are raised."""


@dataclass(frozen=True)
class Look:
    """What tells one person from the other."""

    skin: Colour
    shade: Colour
    lip: Colour
    hair: Colour
    hair_light: Colour
    brow: Colour
    eye: Colour
    cheek: Colour


SARA: Final = Look("#DDA67E", "#C88F68", "#B0605A", "#3A2620", "#543930", "#3A2620", "#3B2A22", "#D8927A")
OLLE: Final = Look("#EBC4A6", "#D9AA8A", "#B8716A", "#D5D9D8", "#EAEDEC", "#A7ACAB", "#3F5A63", "#E3A08D")


class Sheet:
    """A picture to draw on in small coordinates."""

    def __init__(self, picture: Image.Image) -> None:
        """Draw on this picture, which is larger than what is given to draw."""
        self.picture = picture
        self._pen = ImageDraw.Draw(picture)

    def shape(self, points: Sequence[Point], colour: Colour, move: Move | None = None) -> None:
        """Fill a smooth closed shape through the points."""
        self.polygon(smooth(points), colour, move)

    def polygon(self, points: Sequence[Point], colour: Colour, move: Move | None = None) -> None:
        """Fill a shape with corners."""
        self._pen.polygon([_large(move(point) if move else point) for point in points], fill=colour)

    def oval(self, centre: Point, across: float, down: float, colour: Colour, move: Move | None = None) -> None:
        """Fill an ellipse, given by its half axes."""
        turn = [math.tau * step / 48 for step in range(48)]
        points = [(centre[0] + across * math.cos(angle), centre[1] + down * math.sin(angle)) for angle in turn]
        self.polygon(points, colour, move)

    def line(self, points: Sequence[Point], width: float, colour: Colour, move: Move | None = None) -> None:
        """Draw a smooth open line with round ends."""
        path = smooth(points, closed=False)
        moved = [_large(move(point) if move else point) for point in path]
        self._pen.line(moved, fill=colour, width=round(width * LARGER), joint="curve")
        radius = width * LARGER / 2
        for x, y in (moved[0], moved[-1]):
            self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, radius: float = 0) -> None:
        """Fill a rectangle, with round corners if wanted."""
        corners = (left * LARGER, top * LARGER, right * LARGER, bottom * LARGER)
        self._pen.rounded_rectangle(corners, radius=radius * LARGER, fill=colour)

    def word(self, at: Point, text: str, size: float, colour: Colour, weight: int) -> None:
        """Write a word, centred at the point."""
        font = ImageFont.truetype(str(FONT), round(size * LARGER))
        font.set_variation_by_axes([weight])
        self._pen.text(_large(at), text, font=font, fill=colour, anchor="mm")


def _large(point: Point) -> Point:
    return point[0] * LARGER, point[1] * LARGER


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 10) -> list[Point]:
    """Return a curve through all points (Catmull-Rom)."""
    count = len(points)

    def at(index: int) -> Point:
        return points[index % count] if closed else points[min(max(index, 0), count - 1)]

    path: list[Point] = []
    for index in range(count if closed else count - 1):
        a, b, c, d = (at(index + step) for step in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            path.append(
                tuple(  # type: ignore[arg-type]
                    0.5
                    * (
                        2 * b[axis]
                        + (c[axis] - a[axis]) * t
                        + (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t**2
                        + (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t**3
                    )
                    for axis in (0, 1)
                )
            )
    return path if closed else [*path, points[-1]]


def mirrored(right: Sequence[Point], middle: float = 320) -> list[Point]:
    """Return a shape that is the same on both sides, from its right half told downwards."""
    return [*right, *[(2 * middle - x, y) for x, y in reversed(right) if x != middle]]


def _head_moves(pose: Pose, pivot: Point = (320, 262)) -> Move:
    sine, cosine = math.sin(math.radians(pose.tilt)), math.cos(math.radians(pose.tilt))

    def move(point: Point) -> Point:
        x, y = point[0] - pivot[0], point[1] - pivot[1]
        return pivot[0] + x * cosine - y * sine, pivot[1] + x * sine + y * cosine + pose.nod - pose.breath * 0.6

    return move


def draw(person: str, pose: Pose) -> Image.Image:
    """Return the picture of ``staff`` or ``resident`` in a pose, 640 by 360, RGB."""
    sheet = Sheet(_room(person).copy())
    rises: Move = lambda point: (point[0], point[1] - 14 - pose.breath)  # noqa: E731 - a shape's move
    if person == "staff":
        _hair_behind(sheet, _head_moves(pose))
        _neck(sheet, SARA, _head_moves(Pose(breath=pose.breath)))
        _scrubs(sheet, rises)
        _head(sheet, SARA, pose)
        _hair_in_front(sheet, _head_moves(pose))
    else:
        _neck(sheet, OLLE, _head_moves(Pose(breath=pose.breath)))
        _sweater(sheet, rises)
        _grey_hair(sheet, _head_moves(pose))
        _head(sheet, OLLE, pose)
        _glasses_and_moustache(sheet, _head_moves(pose), pose)
    _sign(sheet)
    return sheet.picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _sign(sheet: Sheet) -> None:
    sheet.box(14, 14, 66, 36, "#0B5C63", radius=4)
    sheet.word((40, 25), "DEMO", 13, "#FFFFFF", 700)


# --- The rooms ---


@cache
def _room(person: str) -> Image.Image:
    sheet = Sheet(Image.new("RGB", (WIDTH * LARGER, HEIGHT * LARGER), "#E6EFED" if person == "staff" else "#F3E9DA"))
    if person == "staff":
        _clinic(sheet)
    else:
        _home(sheet)
    # A little out of focus, as behind somebody near the camera.
    return sheet.picture.filter(ImageFilter.GaussianBlur(1.6 * LARGER))


def _clinic(sheet: Sheet) -> None:
    sheet.box(0, 268, 640, 360, "#D3E2DF")
    sheet.box(0, 264, 640, 270, "#C3D6D2")
    # A window with its blind half down.
    sheet.box(36, 44, 190, 236, "#F7FAF9", radius=4)
    sheet.box(46, 54, 180, 226, "#CFE6EA")
    sheet.shape([(46, 226), (46, 190), (84, 172), (120, 190), (150, 178), (180, 194), (180, 226)], "#A9CDB9")
    sheet.box(46, 54, 180, 110, "#F1F6F5")
    for y in range(62, 112, 8):
        sheet.box(46, y, 180, y + 1.6, "#D9E5E3")
    sheet.box(110, 54, 116, 226, "#F7FAF9")
    sheet.box(28, 234, 198, 243, "#FFFFFF", radius=2)
    # A shelf with binders and a plant.
    sheet.box(452, 172, 628, 180, "#B98F66", radius=2)
    for left, width, top, colour in (
        (466, 17, 108, "#0B5C63"), (485, 17, 108, "#2E7F84"), (504, 17, 108, "#0B5C63"), (523, 15, 116, "#E3B45C"),
    ):  # fmt: skip
        sheet.box(left, top, left + width, 172, colour, radius=1.5)
        sheet.box(left + 4, top + 12, left + width - 4, top + 28, "#F7FAF9", radius=1)
    sheet.polygon([(572, 146), (612, 146), (607, 172), (577, 172)], "#F7FAF9")
    for tip in ((560, 112), (576, 92), (594, 84), (612, 98), (624, 118)):
        sheet.shape(
            [
                (591, 148),
                ((591 + tip[0]) / 2 - 7, (148 + tip[1]) / 2),
                tip,
                ((591 + tip[0]) / 2 + 7, (150 + tip[1]) / 2),
            ],
            "#3F8F63",
        )
    # A picture on the wall.
    sheet.box(478, 28, 590, 84, "#F7FAF9", radius=2)
    sheet.box(484, 34, 584, 78, "#BFDcd8")
    sheet.oval((560, 48), 7, 7, "#F6DFA8")
    sheet.polygon([(484, 78), (516, 50), (542, 78)], "#7FB3AE")
    sheet.polygon([(520, 78), (552, 58), (584, 78)], "#5C9A96")


def _home(sheet: Sheet) -> None:
    sheet.box(0, 286, 640, 360, "#E2D0B6")
    # A bookcase.
    sheet.box(22, 30, 204, 300, "#B98F66", radius=3)
    sheet.box(31, 39, 195, 292, "#A37A53")
    for y in (118, 198):
        sheet.box(31, y, 195, y + 8, "#B98F66")
    books = ("#0B5C63", "#E3B45C", "#9B4A3C", "#EFE4D2", "#5C9A96", "#7A5A77", "#C77F4A", "#33565A")
    for shelf, bottom in enumerate((118, 198, 292)):
        x = 36.0
        for step in range(13):
            width = (10, 13, 9, 12, 11)[(step + 2 * shelf) % 5]
            height = (58, 66, 52, 62, 56, 64)[(step * 5 + shelf) % 6]
            if x + width > (150 if shelf == 1 else 192):
                break
            sheet.box(x, bottom - height, x + width, bottom, books[(step * 3 + shelf * 2) % 8], radius=1)
            x += width + 1
    sheet.polygon([(160, 172), (186, 172), (183, 198), (163, 198)], "#F3E9DA")
    for tip in ((156, 146), (172, 134), (190, 148)):
        sheet.shape(
            [
                (173, 174),
                ((173 + tip[0]) / 2 - 5, (174 + tip[1]) / 2),
                tip,
                ((173 + tip[0]) / 2 + 5, (176 + tip[1]) / 2),
            ],
            "#5E9A63",
        )
    # A lamp, lit.
    sheet.oval((548, 124), 92, 84, "#F8F0DE")
    sheet.box(545, 150, 551, 300, "#6B5540")
    sheet.polygon([(516, 84), (580, 84), (600, 152), (496, 152)], "#FBEFCB")
    sheet.polygon([(516, 84), (580, 84), (582, 92), (514, 92)], "#F0DDA6")
    # A framed photograph.
    sheet.box(424, 46, 486, 116, "#8A6A4A", radius=2)
    sheet.box(430, 52, 480, 110, "#F7F0E4")
    sheet.box(437, 59, 473, 103, "#BFD6D3")
    sheet.polygon([(437, 103), (455, 76), (473, 103)], "#7FA98C")


# --- Clothes ---

_SHOULDERS: Final = [(320, 262), (352, 264), (372, 274), (408, 286), (440, 301), (462, 328), (474, 390), (320, 400)]


def _scrubs(sheet: Sheet, move: Move) -> None:
    sheet.shape(mirrored(_SHOULDERS), "#0E6B73", move)
    # The arms' seams, the neck in a V with its edge.
    sheet.line([(432, 306), (425, 340), (426, 392)], 2.2, "#0A555C", move)
    sheet.line([(208, 306), (215, 340), (214, 392)], 2.2, "#0A555C", move)
    sheet.polygon([(279, 262), (361, 262), (366, 270), (320, 338), (274, 270)], "#0A4F56", move)
    sheet.polygon([(286, 258), (354, 258), (357, 268), (320, 325), (283, 268)], SARA.skin, move)
    sheet.polygon([(290, 256), (350, 256), (346, 270), (320, 287), (294, 270)], SARA.shade, move)
    # A band round the neck, and the badge in it.
    sheet.line([(282, 268), (296, 310), (312, 344)], 4.2, "#E3B45C", move)
    sheet.line([(358, 268), (344, 310), (328, 344)], 4.2, "#E3B45C", move)
    sheet.polygon([(308, 340), (332, 340), (332, 346), (308, 346)], "#C3D0CE", move)
    sheet.polygon([(294, 346), (346, 346), (346, 392), (294, 392)], "#FFFFFF", move)
    sheet.polygon([(300, 352), (313, 352), (313, 368), (300, 368)], "#7FB3AE", move)
    sheet.polygon([(318, 353), (340, 353), (340, 356.5), (318, 356.5)], "#50615F", move)
    sheet.polygon([(318, 361), (334, 361), (334, 363.5), (318, 363.5)], "#A9BAB8", move)
    # A pocket with a pen.
    sheet.polygon([(370, 330), (408, 327), (408, 392), (370, 392)], "#0C6068", move)
    sheet.polygon([(382, 314), (387, 314), (387, 340), (382, 340)], "#F7FAF9", move)
    sheet.polygon([(382, 314), (387, 314), (387, 319), (382, 319)], "#9B2C2C", move)


def _sweater(sheet: Sheet, move: Move) -> None:
    sheet.shape(
        mirrored([(320, 262), (356, 265), (382, 276), (420, 289), (452, 307), (474, 336), (486, 392), (320, 400)]),
        "#7E4A3A",
        move,
    )
    for x in range(176, 474, 18):
        height = 300 + abs(x - 320) * 0.17
        sheet.line([(x, height), (x + (x - 320) * 0.04, 392)], 1.6, "#74422F", move)
    sheet.shape(mirrored([(320, 276), (352, 268), (366, 262), (374, 272), (352, 296), (320, 306)]), "#6A3B2C", move)
    # The collar of a shirt.
    sheet.polygon([(288, 254), (352, 254), (346, 272), (320, 290), (294, 272)], OLLE.shade, move)
    sheet.polygon([(279, 254), (290, 250), (320, 290), (304, 302), (277, 272)], "#F4F1EA", move)
    sheet.polygon([(361, 254), (350, 250), (320, 290), (336, 302), (363, 272)], "#F4F1EA", move)
    sheet.line([(290, 252), (320, 290)], 1.6, "#D5CFC2", move)
    sheet.line([(350, 252), (320, 290)], 1.6, "#D5CFC2", move)


def _neck(sheet: Sheet, look: Look, move: Move) -> None:
    sheet.polygon([(289, 200), (351, 200), (352, 250), (366, 262), (274, 262), (288, 250)], look.skin, move)
    sheet.shape([(289, 206), (320, 212), (351, 206), (351, 230), (322, 250), (289, 228)], look.shade, move)


# --- Faces ---


def _head(sheet: Sheet, look: Look, pose: Pose) -> None:
    move = _head_moves(pose)
    chin = 6.5 * pose.mouth  # the jaw follows the mouth
    for side in (-1, 1):
        sheet.oval((320 + side * 62, 158), 10, 15, look.skin, move)
        sheet.oval((320 + side * 62, 159), 5, 9, look.shade, move)
    face = [
        (320, 84),
        (352, 90),
        (374, 112),
        (381, 148),
        (377, 182),
        (363, 209 + chin * 0.5),
        (342, 229 + chin),
        (320, 235 + chin),
    ]
    sheet.shape(mirrored(face), look.skin, move)
    for side in (-1, 1):
        sheet.oval((320 + side * 37, 186), 13, 8.5, _mix(look.cheek, look.skin, 0.5), move)
        _eye(sheet, look, pose, side, move)
    sheet.line([(320, 152), (317, 168), (313.5, 178), (319, 182), (326, 180.5)], 2.6, look.shade, move)
    _mouth(sheet, look, pose, move)


def _eye(sheet: Sheet, look: Look, pose: Pose, side: int, move: Move) -> None:
    x, y = 320 + side * 28, 150.0
    open_by = max(0.0, 1 - pose.lids)
    if open_by > 0.12:
        high, low = 7.4 * open_by, 5.8 * open_by
        white = [
            (x - 12, y + 1),
            (x - 6, y - high * 0.86),
            (x + 1, y - high),
            (x + 8, y - high * 0.7),
            (x + 12, y + 1),
            (x + 6, y + low * 0.9),
            (x, y + low),
            (x - 6, y + low * 0.9),
        ]
        sheet.shape(white, "#FBFAF8", move)
        down = min(6.4, high * 0.9)
        sheet.oval((x, y - 0.2), 6.2, down, look.eye, move)
        sheet.oval((x, y - 0.2), 3.1, down * 0.5, "#181312", move)
        if open_by > 0.6:
            sheet.oval((x + 2.3, y - 3), 1.7, 1.7, "#FFFFFF", move)
        sheet.line(
            [
                (x - 13, y + 1.5),
                (x - 6, y - high * 0.92),
                (x + 1, y - high - 0.6),
                (x + 8, y - high * 0.74),
                (x + 13, y + 1),
            ],
            2.5,
            _mix(look.brow, "#2A1E1A", 0.75),
            move,
        )
    else:
        sheet.line(
            [(x - 13, y + 0.5), (x - 6, y + 4), (x, y + 5), (x + 6, y + 4), (x + 13, y + 0.5)],
            2.7,
            _mix(look.brow, "#2A1E1A", 0.75),
            move,
        )
    up = y - 20 - pose.brows
    brow = [(x - side * 14, up + 3.6), (x - side * 4, up - 1.2), (x + side * 7, up - 1.6), (x + side * 16, up + 3.8)]
    sheet.line(brow, 4.4, look.brow, move)


def _mouth(sheet: Sheet, look: Look, pose: Pose, move: Move) -> None:
    x, y = 320.0, 205.0
    half = 20 + 3.5 * pose.wide - 3.5 * pose.mouth
    if pose.mouth < 0.08:
        sheet.line(
            [
                (x - half - 1, y - 3),
                (x - half * 0.5, y + 2.2),
                (x, y + 3.8),
                (x + half * 0.5, y + 2.2),
                (x + half + 1, y - 3),
            ],
            3.2,
            look.lip,
            move,
        )
        sheet.line([(x - 7, y + 12), (x, y + 13.4), (x + 7, y + 12)], 2.2, look.shade, move)
        return
    drop = 4 + 17 * pose.mouth
    top = [(x - half, y - 2), (x - half * 0.5, y - 3.2), (x, y - 2.2), (x + half * 0.5, y - 3.2), (x + half, y - 2)]
    low = [(x + half * 0.62, y + drop * 0.78), (x, y + drop), (x - half * 0.62, y + drop * 0.78)]
    sheet.shape(_grown([*top, *low], (x, y + drop / 2), 2.8), look.lip, move)
    sheet.shape([*top, *low], "#5A2323", move)
    inner = half * 0.72
    sheet.shape(
        [
            (x - inner, y - 2),
            (x, y - 1.6),
            (x + inner, y - 2),
            (x + inner * 0.86, y + min(4.6, drop * 0.34)),
            (x, y + min(5.4, drop * 0.4)),
            (x - inner * 0.86, y + min(4.6, drop * 0.34)),
        ],
        "#F8F4EF",
        move,
    )
    if pose.mouth > 0.4:
        sheet.shape(
            [
                (x - half * 0.42, y + drop * 0.82),
                (x, y + drop * 0.62),
                (x + half * 0.42, y + drop * 0.82),
                (x, y + drop * 0.96),
            ],
            "#B0605A",
            move,
        )


def _grown(points: Sequence[Point], centre: Point, by: float) -> list[Point]:
    grown = []
    for x, y in points:
        away = math.hypot(x - centre[0], y - centre[1]) or 1.0
        grown.append((x + (x - centre[0]) / away * by, y + (y - centre[1]) / away * by))
    return grown


def _hair_behind(sheet: Sheet, move: Move) -> None:
    sheet.oval((320, 70), 33, 28, SARA.hair, move)  # a bun
    sheet.line([(300, 62), (318, 50), (338, 58)], 3, SARA.hair_light, move)
    sheet.shape(
        mirrored([(320, 70), (360, 76), (388, 106), (393, 148), (386, 184), (370, 198), (320, 200)]), SARA.hair, move
    )


def _hair_in_front(sheet: Sheet, move: Move) -> None:
    # Parted to one side and gathered behind the ears.
    right = [
        (302, 80),
        (338, 74),
        (372, 92),
        (389, 128),
        (387, 160),
        (379, 150),
        (372, 128),
        (352, 112),
        (324, 102),
        (304, 94),
    ]
    left = [
        (312, 78),
        (284, 78),
        (262, 96),
        (251, 130),
        (254, 160),
        (261, 148),
        (266, 128),
        (280, 112),
        (300, 100),
        (312, 92),
    ]
    sheet.shape(right, SARA.hair, move)
    sheet.shape(left, SARA.hair, move)
    sheet.line([(312, 86), (342, 90), (366, 108), (379, 134)], 2.6, SARA.hair_light, move)
    sheet.line([(298, 88), (278, 98), (263, 120)], 2.6, SARA.hair_light, move)
    for side in (-1, 1):
        sheet.oval((320 + side * 63, 175), 2.6, 2.6, "#F0D9A0", move)


def _grey_hair(sheet: Sheet, move: Move) -> None:
    sheet.shape(
        mirrored([(320, 66), (356, 70), (384, 96), (392, 134), (388, 168), (376, 180), (320, 176)]), OLLE.hair, move
    )


def _glasses_and_moustache(sheet: Sheet, move: Move, pose: Pose) -> None:
    # A high forehead with hair combed back at the sides.
    sheet.shape(
        [
            (300, 84),
            (322, 70),
            (354, 76),
            (380, 102),
            (388, 140),
            (383, 158),
            (377, 138),
            (367, 112),
            (344, 94),
            (318, 90),
        ],
        OLLE.hair,
        move,
    )
    sheet.shape(
        [
            (330, 80),
            (304, 71),
            (280, 80),
            (258, 104),
            (252, 140),
            (257, 158),
            (263, 138),
            (272, 114),
            (288, 98),
            (306, 90),
        ],
        OLLE.hair,
        move,
    )
    sheet.line([(316, 79), (344, 83), (368, 102), (379, 128)], 2.4, OLLE.hair_light, move)
    sheet.line([(302, 80), (280, 92), (264, 118)], 2.4, OLLE.hair_light, move)
    lifted = -1.2 * pose.mouth
    sheet.shape(
        [
            (320, 187 + lifted),
            (334, 186 + lifted),
            (348, 194 + lifted),
            (353, 201 + lifted),
            (338, 200 + lifted),
            (320, 197 + lifted),
            (302, 200 + lifted),
            (287, 201 + lifted),
            (292, 194 + lifted),
            (306, 186 + lifted),
        ],
        OLLE.hair,
        move,
    )
    for side in (-1, 1):
        x = 320 + side * 28
        rim = [
            (x - 20, 146),
            (x - 17, 136),
            (x, 133.5),
            (x + 17, 136),
            (x + 20, 146),
            (x + 17, 160),
            (x, 167),
            (x - 17, 160),
            (x - 20, 146),
        ]
        sheet.line(rim, 2.6, "#3D4A49", move)
        sheet.line([(320 + side * 48, 146), (320 + side * 62, 144)], 2.6, "#3D4A49", move)
    sheet.line([(312, 147), (320, 143.5), (328, 147)], 2.6, "#3D4A49", move)
    for y in (106, 116):
        sheet.line([(300, y + 1), (320, y - 1), (340, y + 1)], 1.4, _mix(OLLE.shade, OLLE.skin, 0.5), move)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a * (1 - share) + b * share):02X}" for a, b in pairs)
