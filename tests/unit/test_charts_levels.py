"""Answers at levels are drawn as wide as they are many, told apart without colour, and never without how many they are."""

from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.charts_levels import Of, Part, Place, Whole, amounts, heat, places, stacked

SVG = "{http://www.w3.org/2000/svg}"
FORMS = pytest.mark.parametrize("narrow", [False, True])
MARK = "EXAMPLE, made-up answers"
LEGEND = [(Part(str(level), 1, level - 1), f"Level {level}") for level in range(1, 6)]
WORDS = ("own", "median", "quartiles", "spread")


def bar(*counts: int, name: str = "Use", note: str = "n = 6") -> Whole:
    return Whole(name, note, tuple(Part(str(level), count, level - 1) for level, count in enumerate(counts, start=1)))


def read(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)


def said(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def segments(root: ElementTree.Element, height: float) -> list[float]:
    """Return the widths of what has the height of a bar's part."""
    return [
        float(box.attrib["width"])
        for group in root.iter(f"{SVG}g")
        for box in [next(group.iter(f"{SVG}rect"))]
        if float(box.attrib["height"]) == height
    ]


@given(counts=st.lists(st.integers(1, 60), min_size=5, max_size=5), narrow=st.booleans())
@example(counts=[1, 60, 60, 60, 60], narrow=True)
@example(counts=[1, 1, 8, 60, 60], narrow=True)
def test_parts_are_to_each_other_as_their_counts_and_fill_the_bar(counts, narrow):
    root = read(stacked("Message", [bar(*counts)], [], mark="", narrow=narrow))

    widths = [width + 2 for width in segments(root, 28)]
    whole = (358 if narrow else 820) - 2
    # A part is a point wide at least, beside the point of air on each side of it: one answer of many is still to be seen.
    due = [max(whole * count / sum(counts), 3) for count in counts]
    assert widths == pytest.approx(due, abs=0.1)
    assert sum(widths) == pytest.approx(sum(due), abs=0.1 * len(widths))


@FORMS
def test_the_five_levels_are_told_apart_by_numeral_and_pattern(narrow):
    root = read(stacked("Message", [bar(2, 2, 2, 2, 2)], LEGEND, mark="", narrow=narrow))

    stripes = [path.attrib["d"].count("M") for path in root.iter(f"{SVG}path")][-3:]
    assert [one for one in said(root) if one in "12345"].count("5") == 2
    assert stripes == sorted(set(stripes))


@FORMS
def test_a_bar_says_how_many_it_rests_on_and_each_part_its_count(narrow):
    texts = said(read(stacked("Message", [bar(4, 0, 12, 7, 0, note="n = 23 answers")], [], mark="", narrow=narrow)))

    assert "n = 23 answers" in texts and {"4", "12", "7"} <= set(texts) and "0" not in texts


@FORMS
def test_a_bar_without_answers_is_an_empty_outline(narrow):
    root = read(stacked("Message", [bar(0, 0, 0, 0, 0, note="n = 0")], [], mark="", narrow=narrow))

    assert said(root) == ["Use", "n = 0"] and len(list(root.iter(f"{SVG}rect"))) == 1


@FORMS
def test_so_many_of_so_many_fill_their_bar_as_far(narrow):
    root = read(
        amounts("Message", [Of("Guidance", "5 of 20 (25 %)", 5, 20), Of("None", "–", 0, 0)], mark="", narrow=narrow)
    )

    whole, filled, empty = (float(box.attrib["width"]) for box in root.iter(f"{SVG}rect"))
    assert filled == pytest.approx(whole / 4) and empty == whole
    assert {"5 of 20 (25 %)", "–"} <= set(said(root))


@FORMS
def test_the_own_level_stands_on_the_scale_with_its_numeral(narrow):
    row = Place("Use", "n = 40", 4, 1, 2, 3, 3, 5)
    root = read(places("Message", [row], WORDS, ("1 Low", "5 High"), mark="", narrow=narrow))

    steps = [float(one.attrib["cx"]) for one in root.iter(f"{SVG}circle") if one.attrib["r"] == "3.5"]
    own = [float(one.attrib["cx"]) for one in root.iter(f"{SVG}circle") if one.attrib["r"] == "13"][-1]
    assert own == steps[3] and len(steps) == 5
    assert said(root).count("4") == 2 and "n = 40" in said(root)


@FORMS
def test_without_others_only_the_own_level_is_drawn(narrow):
    root = read(places("Message", [Place("Use", "n = 0", 2)], WORDS, ("1", "5"), mark="", narrow=narrow))

    assert len(list(root.iter(f"{SVG}rect"))) == 1


@FORMS
def test_the_map_writes_each_median_and_a_dash_for_none(narrow):
    rows = [("Uppsala", [1, None, 5]), ("Skåne", [2, 3, 4])]
    texts = said(read(heat("Message", ["Use", "Law", "Money"], rows, mark="", narrow=narrow)))

    assert texts[-8:] == ["Uppsala", "1", "–", "5", "Skåne", "2", "3", "4"]
    assert {"A", "B", "C", "Use", "Law", "Money"} <= set(texts)


@FORMS
@pytest.mark.parametrize("mark", ["", MARK])
def test_what_is_made_up_says_so_on_top_and_across(mark, narrow):
    drawings = (
        stacked("Message", [bar(1, 2, 3, 4, 5)], LEGEND, mark=mark, narrow=narrow),
        amounts("Message", [Of("Guidance", "5 of 20", 5, 20)] * 3, mark=mark, narrow=narrow),
        places("Message", [Place("Use", "n = 1", 2)], WORDS, ("1", "5"), mark=mark, narrow=narrow),
        heat("Message", ["Use"], [("Uppsala", [1])] * 4, mark=mark, narrow=narrow),
    )

    assert all((said(read(one)).count(MARK) >= 2) == bool(mark) for one in drawings)


@FORMS
def test_nothing_is_drawn_outside_and_the_message_is_the_name(narrow):
    long = Whole(
        "A dimension with a very long name that goes on and on and on",
        "n = 100 answers; besides 10",
        bar(1, 1, 1, 1, 90).parts,
    )
    root = read(stacked("Message & more", [long], LEGEND, mark=MARK, narrow=narrow))

    width, height = map(float, root.attrib["viewBox"].split()[2:])
    boxes = [
        {name: float(box.attrib[name]) for name in ("x", "y", "width", "height")} for box in root.iter(f"{SVG}rect")
    ]
    assert root.attrib["aria-label"] == "Message & more" and root.attrib["role"] == "img"
    assert all(
        box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height for box in boxes
    )
