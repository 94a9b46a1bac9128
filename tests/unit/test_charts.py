"""Bands are as long as their intervals, look as sure as they are, and lead to what explains them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.charts import Interval, Look, intervals

LOOKS: dict[Look, str] = {"told": "told", "about": "about", "vague": "a word"}
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*rows: Interval, narrow: bool = False) -> ElementTree.Element:
    made = intervals("The message", rows, of=18, ticks=(0, 9, 18), looks=LOOKS, narrow=narrow)
    return ElementTree.fromstring(made.svg)


def bands(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Return where each band begins and ends, those of the legend left out."""
    found = [(float(rect.attrib["x"]), float(rect.attrib["width"])) for rect in root.iter(f"{SVG}rect")]
    shown = found[len({rect.get("fill") for rect in root.iter(f"{SVG}rect")}) :]
    return [(x, x + width) for x, width in shown]


def ticks(root: ElementTree.Element) -> dict[str, float]:
    middles = [text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "middle"]
    return {text.text or "": float(text.attrib["x"]) for text in middles}


@given(low=st.integers(0, 18), more=st.integers(0, 18), narrow=st.booleans())
def test_a_band_reaches_from_its_least_to_its_most_on_the_scale_below(low, more, narrow):
    high = min(18, low + more)
    root = drawn(Interval("Some", "", low, high, "told"), narrow=narrow)
    scale = ticks(root)
    unit = (scale["18"] - scale["0"]) / 18
    ((start, end),) = bands(root)

    assert start + 8 == pytest.approx(scale["0"] + unit * low, abs=0.02)
    assert end - 8 == pytest.approx(scale["0"] + unit * high, abs=0.02)


def test_a_word_is_striped_and_a_number_is_filled():
    stripes = {look: len(list(drawn(Interval("Some", "3–8", 3, 8, look)).iter(f"{SVG}path"))) for look in LOOKS}
    fills = {
        look: [rect.get("fill") for rect in drawn(Interval("Some", "3–8", 3, 8, look)).iter(f"{SVG}rect")]
        for look in LOOKS
    }

    # Three lines of the scale, and stripes in the band and in the legend.
    assert stripes == {"told": 3, "about": 3, "vague": 5}
    assert fills["told"] != fills["about"] and len(set(fills["told"])) == 1


def test_only_the_looks_that_are_drawn_are_explained():
    root = drawn(Interval("Some", "3–8", 3, 8, "vague"))

    said = [text.text for text in root.iter(f"{SVG}text")]
    assert "a word" in said and "about" not in said and "told" not in said


def test_a_row_that_leads_somewhere_is_a_link_and_the_drawing_no_single_picture():
    root = drawn(Interval("Some & more", "3", 3, 3, "told", "/mognad?uttalande=a&lang=sv"))

    assert [link.attrib["href"] for link in root.iter(f"{SVG}a")] == ["/mognad?uttalande=a&lang=sv"]
    assert root.attrib["role"] == "group" and drawn(Interval("Some", "3", 3, 3, "told")).attrib["role"] == "img"


def test_the_list_says_each_row_with_its_number_and_how_sure_it_is():
    made = intervals("m", [Interval("Some", "3–8", 3, 8, "vague")], of=18, ticks=(0,), looks=LOOKS)

    assert made.steps == ("Some: 3–8 (a word)",)
