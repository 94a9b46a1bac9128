from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.charts import Interval, intervals
from hub.drawing import JourneyStep, Station, journey, layers, path
from hub.svg import Drawing, text_width, wrap

LONG = "läkemedelsförsörjningsverksamheten"
LONGER = "sjukvårdsupplysningstelefonnummerförteckningen"
assert len(LONG) == 34

NAMES = {
    "call": "Samtal i ljud och bild",
    "prep": LONG,
    "record": "Koppling till journalen",
    "plan": f"Planering {LONGER}",
}
HELD = {
    "Nivå 1 Fristående": frozenset({"call"}),
    f"Nivå 2 {LONG}": frozenset({"call", "prep"}),
    "Nivå 3 Sammankopplat": frozenset({"call", "prep", "record"}),
    "Nivå 4": frozenset(NAMES),
}
LANES = [("patient", "Patienten"), ("care", LONG.capitalize()), ("special", "Specialistmottagningen på sjukhuset")]
STEPS = [
    JourneyStep("care", "Skriver remiss och föreslår videomöte", True),
    JourneyStep("special", "Bokar tid", True),
    JourneyStep("special", f"Kallelse med {LONG} skickas", False),
    JourneyStep("patient", f"{LONGER} och sedan provar hen ljud och bild hemma", False),
    JourneyStep("care", "Anteckning & <uppföljning>", True),
]
STATIONS = [
    Station("Nu", "Telefon och fristående videomöten", "now"),
    Station(LONG, "Tre mottagningar provar", "step"),
    Station("Införande", f"Alla, med {LONGER}", "step"),
    Station("Beslut", "", "step"),
    Station("Mål", "Var femte uppföljning på distans", "aim"),
]


def draw_layers(narrow: bool) -> Drawing:
    return layers("Lager i nivåerna", NAMES, HELD, narrow=narrow)


def draw_journey(narrow: bool) -> Drawing:
    return journey(
        "Resan", LANES, STEPS, manual_word="Görs för hand", automatic_word="Sker av sig självt", narrow=narrow
    )


def draw_path(narrow: bool) -> Drawing:
    return path("Vägen", STATIONS, narrow=narrow)


def draw_intervals(narrow: bool) -> Drawing:
    rows = [
        Interval(
            f"Flera regioner har {LONG} och <andra> saker att säga & skriva om det som hänt", "3–8", 3, 8, "vague"
        ),
        Interval("Ungefär fem", "4–6", 4, 6, "about"),
        Interval("Alla", "18", 18, 18, "told"),
        Interval("Ingen", "0", 0, 0, "told"),
    ]
    looks = {"told": "tal som står där", "about": "ungefär så många", "vague": f"vagt ord, läst som {LONG}"}
    return intervals("Diagrammet", rows, of=18, ticks=(0, 6, 12, 18), looks=looks, narrow=narrow)


DRAWS = (draw_layers, draw_journey, draw_path, draw_intervals)
FORMS = [(draw, narrow) for draw in DRAWS for narrow in (False, True)]
every_form = pytest.mark.parametrize(
    ("draw", "narrow"), FORMS, ids=lambda value: getattr(value, "__name__", "narrow" if value else "wide")
)
Draw = Callable[[bool], Drawing]


class Extent(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Extent) -> bool:
        return (
            self.left <= other.left + 0.01
            and self.top <= other.top + 0.01
            and other.right <= self.right + 0.01
            and other.bottom <= self.bottom + 0.01
        )

    def meets(self, other: Extent) -> bool:
        return (
            self.left < other.right - 0.01
            and other.left < self.right - 0.01
            and self.top < other.bottom - 0.01
            and other.top < self.bottom - 0.01
        )


def name_of(element: ElementTree.Element) -> str:
    return element.tag.removeprefix("{http://www.w3.org/2000/svg}")


def root_of(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg)


def extent_of(element: ElementTree.Element) -> Extent:
    get = element.attrib.__getitem__
    match name_of(element):
        case "text":
            size = float(get("font-size"))
            width = text_width(element.text or "", size, bold="font-weight" in element.attrib)
            before = {"middle": width / 2, "end": width}.get(element.get("text-anchor", ""), 0)
            left = float(get("x")) - before
            return Extent(left, float(get("y")) - size * 0.8, left + width, float(get("y")) + size * 0.25)
        case "rect":
            x, y = float(get("x")), float(get("y"))
            return Extent(x, y, x + float(get("width")), y + float(get("height")))
        case "circle":
            x, y, radius = float(get("cx")), float(get("cy")), float(get("r"))
            return Extent(x - radius, y - radius, x + radius, y + radius)
        case "polygon":
            points = [tuple(map(float, point.split(","))) for point in get("points").split()]
            across, down = [x for x, _ in points], [y for _, y in points]
            return Extent(min(across), min(down), max(across), max(down))
    raise AssertionError(name_of(element))


def texts_of(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name_of(element) == "text"]


def in_outline(element: ElementTree.Element, x: float, y: float) -> bool:
    """Tell whether a point lies in a convex polygon whose corners run clockwise."""
    corners = [tuple(map(float, point.split(","))) for point in element.attrib["points"].split()]
    return all(
        (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -0.01 for (ax, ay), (bx, by) in pairwise([*corners, corners[0]])
    )


def assert_nothing_overflows(drawing: Drawing) -> None:
    root = root_of(drawing)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    view = Extent(0, 0, width, height)
    for element in root.iter():
        if name_of(element) in {"text", "rect", "circle", "polygon"}:
            assert view.holds(extent_of(element)), (element.text, element.attrib)
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        frame = group[0]
        for element in group.iter():
            if name_of(element) != "text":
                continue
            extent = extent_of(element)
            assert extent_of(frame).holds(extent), element.text
            if name_of(frame) == "polygon":
                corners = [(x, y) for x in (extent.left, extent.right) for y in (extent.top, extent.bottom)]
                assert all(in_outline(frame, x, y) for x, y in corners), element.text
    for first, second in combinations(texts_of(root), 2):
        assert not extent_of(first).meets(extent_of(second)), (first.text, second.text)


def words_shown(drawing: Drawing) -> str:
    """Give the shown words with hyphens and spaces taken out, so that line breaks do not matter."""
    return re.sub(r"[\s-]", "", "".join(element.text or "" for element in texts_of(root_of(drawing))))


@every_form
def test_it_is_a_labelled_picture_without_anything_live(draw: Draw, narrow: bool) -> None:
    drawing = draw(narrow)
    root = root_of(drawing)
    assert root.attrib["role"] == "img" and root.attrib["aria-label"]
    assert root.attrib["width"] == "100%"
    assert {name_of(element) for element in root.iter()} <= {"svg", "g", "rect", "circle", "polygon", "path", "text"}
    names = {attribute for element in root.iter() for attribute in element.attrib}
    assert not [name for name in names if name.startswith("on") or name in {"style", "id", "href"}]
    assert "url(" not in drawing.svg and "NaN" not in drawing.svg


@every_form
def test_nothing_overflows(draw: Draw, narrow: bool) -> None:
    assert_nothing_overflows(draw(narrow))


@every_form
def test_colours_follow_the_page_and_have_a_fallback(draw: Draw, narrow: bool) -> None:
    for element in root_of(draw(narrow)).iter():
        for attribute in ("fill", "stroke"):
            colour = element.get(attribute, "none")
            assert colour == "none" or re.fullmatch(r"var\(--[a-z]+,#[0-9A-F]{6}\)", colour)


@every_form
def test_the_same_is_drawn_each_time(draw: Draw, narrow: bool) -> None:
    assert draw(narrow) == draw(narrow)


@every_form
def test_text_is_fifteen_or_sixteen_units(draw: Draw, narrow: bool) -> None:
    assert {element.attrib["font-size"] for element in texts_of(root_of(draw(narrow)))} <= {"15", "16"}


@pytest.mark.parametrize("draw", DRAWS)
def test_both_forms_have_the_same_words_beside_them(draw: Draw) -> None:
    assert draw(True).steps == draw(False).steps


@pytest.mark.parametrize("narrow", [False, True])
def test_each_step_of_a_journey_is_in_its_words_and_in_the_drawing(narrow: bool) -> None:
    drawing = draw_journey(narrow)
    lanes = dict(LANES)
    shown = words_shown(drawing)
    assert len(drawing.steps) == len(STEPS)
    for step, words in zip(STEPS, drawing.steps, strict=True):
        assert step.text in words and lanes[step.lane] in words
        assert ("Görs för hand" if step.manual else "Sker av sig självt") in words
        assert re.sub(r"[\s-]", "", step.text) in shown
    assert "Görsförhand" in shown and "Skeravsigsjälvt" in shown


@pytest.mark.parametrize("narrow", [False, True])
def test_each_station_is_in_its_words_and_in_the_drawing(narrow: bool) -> None:
    drawing = draw_path(narrow)
    shown = words_shown(drawing)
    for station, words in zip(STATIONS, drawing.steps, strict=True):
        assert station.title in words and station.note in words
        assert re.sub(r"[\s-]", "", station.title) in shown and re.sub(r"[\s-]", "", station.note) in shown


@pytest.mark.parametrize("narrow", [False, True])
def test_each_level_and_layer_is_in_the_words_and_in_the_drawing(narrow: bool) -> None:
    drawing = draw_layers(narrow)
    shown = words_shown(drawing)
    for (level, chosen), words in zip(HELD.items(), drawing.steps, strict=True):
        assert level in words
        assert {layer for layer, name in NAMES.items() if name in words} == chosen
        assert re.sub(r"[\s-]", "", level) in shown
    for name in NAMES.values():
        assert re.sub(r"[\s-]", "", name) in shown


@pytest.mark.parametrize("narrow", [False, True])
def test_a_held_layer_is_filled_and_ticked_and_another_is_an_empty_outline(narrow: bool) -> None:
    root = root_of(draw_layers(narrow))
    cells = [group for group in root.iter("{http://www.w3.org/2000/svg}g") if not texts_of(group)]
    ticked = [cell for cell in cells if "path" in {name_of(part) for part in cell}]
    assert len(cells) == len(NAMES) * len(HELD)
    assert len(ticked) == sum(len(chosen) for chosen in HELD.values())
    for cell in cells:
        assert ("--accent" in cell[0].attrib["fill"]) == (cell in ticked)
        assert cell[0].get("stroke")


@pytest.mark.parametrize("narrow", [False, True])
def test_manual_and_automatic_steps_have_shapes_of_their_own(narrow: bool) -> None:
    root = root_of(draw_journey(narrow))
    groups = list(root.iter("{http://www.w3.org/2000/svg}g"))
    shapes = {
        number: name_of(group[0])
        for group in groups
        for number in (part.text for part in texts_of(group))
        if number and number.isdigit()
    }
    assert shapes == {str(number): "polygon" if step.manual else "rect" for number, step in enumerate(STEPS, 1)}
    legend = [name_of(element) for element in root if name_of(element) in {"rect", "polygon"}]
    assert legend == ["rect", "polygon"]


def test_stations_differ_by_shape() -> None:
    def signs(kind: str) -> list[tuple[str, bool]]:
        drawing = path("x", [Station("a", "", kind)])  # type: ignore[arg-type]
        circles = [element for element in root_of(drawing).iter() if name_of(element) == "circle"]
        return [(circle.attrib["r"], "--accent" in circle.attrib["fill"]) for circle in circles]

    assert len({tuple(signs(kind)) for kind in ("now", "step", "aim")}) == 3


def test_text_is_escaped() -> None:
    evil = "</text><script>alert('1')</script>\" onload=\"x\0"
    for narrow in (False, True):
        drawings = [
            layers(evil, {"a": evil}, {evil: frozenset({"a"})}, narrow=narrow),
            journey(
                evil,
                [("a", evil)],
                [JourneyStep("a", evil, True)],
                manual_word=evil,
                automatic_word=evil,
                narrow=narrow,
            ),
            path(evil, [Station(evil, evil, "now")], narrow=narrow),
        ]
        for drawing in drawings:
            root = root_of(drawing)
            assert "script" not in {name_of(element) for element in root.iter()}
            assert "onload" not in root.attrib
            assert root.attrib["aria-label"] == evil.replace("\0", "")


def test_nothing_to_draw_is_still_a_picture() -> None:
    for narrow in (False, True):
        for drawing in (
            layers("x", {}, {}, narrow=narrow),
            journey("x", [], [], manual_word="m", automatic_word="a", narrow=narrow),
            path("x", [], narrow=narrow),
        ):
            _, _, width, height = map(float, root_of(drawing).attrib["viewBox"].split())
            assert width > 0 and height > 0 and drawing.steps == ()


def test_unknown_layers_and_lanes_are_refused() -> None:
    with pytest.raises(ValueError, match="ghost"):
        layers("x", NAMES, {"Nivå": frozenset({"ghost"})})
    with pytest.raises(ValueError, match="ghost"):
        journey("x", LANES, [JourneyStep("ghost", "x", True)], manual_word="m", automatic_word="a")


def test_many_stations_widen_the_drawing_rather_than_squeeze_the_words() -> None:
    drawing = path("x", [Station(LONG, LONG, "step")] * 12)
    assert float(root_of(drawing).attrib["viewBox"].split()[2]) > 960
    assert_nothing_overflows(drawing)


def test_a_line_of_34_characters_fits_a_narrow_box() -> None:
    assert wrap(LONG, 340, 16) == [LONG]


def test_a_long_word_breaks_at_its_soft_hyphen() -> None:
    word = "läkemedels\u00adförsörjning"
    assert wrap(word, 120, 16) == ["läkemedels-", "försörjning"]
    assert wrap(word, 400, 16) == ["läkemedelsförsörjning"]


def test_a_hyphen_of_its_own_is_not_doubled() -> None:
    assert wrap("e-legitimationsutfärdare-tjänst", 210, 16) == ["e-legitimationsutfärdare-", "tjänst"]


def test_white_space_is_folded() -> None:
    assert wrap("  ett\n två\t", 500, 16) == ["ett två"]
    assert wrap(" ", 500, 16) == []


@given(st.text(), st.floats(20, 400), st.booleans())
def test_wrapped_lines_always_fit_and_lose_no_word(text: str, width: float, bold: bool) -> None:
    lines = wrap(text, width, 16, bold=bold)
    assert all(text_width(line, 16, bold=bold) <= width or len(line) <= 2 for line in lines)
    bare = re.compile(r"[\s\u00ad\x00-\x1f\ufffe\uffff-]")
    assert bare.sub("", "".join(lines)) == bare.sub("", text)


TEXT = st.text(alphabet="aåÅbwMi lj-&<\u00ad", max_size=80)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["patient", "care", "special"]), TEXT, st.booleans()), max_size=6), st.booleans()
)
def test_no_journey_overflows(steps: list[tuple[str, str, bool]], narrow: bool) -> None:
    drawing = journey(
        "x", LANES, [JourneyStep(*step) for step in steps], manual_word=LONG, automatic_word=LONGER, narrow=narrow
    )
    assert_nothing_overflows(drawing)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6), st.booleans())
def test_no_path_or_layers_overflow(texts: list[tuple[str, str]], narrow: bool) -> None:
    assert_nothing_overflows(path("x", [Station(title, note, "step") for title, note in texts], narrow=narrow))
    names = {str(number): note for number, (_, note) in enumerate(texts[:4])}
    held = {f"{title} {number}": frozenset(names) for number, (title, _) in enumerate(texts[:4])}
    assert_nothing_overflows(layers("x", names, held, narrow=narrow))
