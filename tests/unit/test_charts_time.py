"""Bars are as long as their numbers, lines keep true time and stop at a gap, and an open end looks open."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.charts_time import Bound, Point, bars, goal, line

SVG = "{http://www.w3.org/2000/svg}"
FORMS = pytest.mark.parametrize("narrow", [False, True])


def year(of: int, value: float, bound: Bound = "as-given") -> Point:
    return Point(str(of), f"{value:g}", value, bound, dt.date(of, 1, 1), dt.date(of, 12, 31))


def month(of: int, place: int, value: float) -> Point:
    first = dt.date(of, place, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return Point(f"{of}-{place}", f"{value:g}", value, "as-given", first, last)


def drawn_bars(*rows: Point | str, narrow: bool = False, **more) -> ElementTree.Element:
    return ElementTree.fromstring(bars("The message", rows, narrow=narrow, **more))


def drawn_line(*points: Point, narrow: bool = False, mark: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(
        line("The message", points, unit="visits", number=lambda n: f"{n:g}", gap="none", mark=mark, narrow=narrow)
    )


def said(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def boxes(root: ElementTree.Element) -> list[ElementTree.Element]:
    return list(root.iter(f"{SVG}rect"))


def dots(root: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.iter(f"{SVG}circle")]


def joined(root: ElementTree.Element) -> list[int]:
    """Return how many numbers each line joins."""
    paths = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "3"]
    return [path.attrib["d"].count("L") + 1 for path in paths]


@given(
    numbers=st.lists(st.floats(1, 1e8, allow_nan=False), min_size=1, max_size=8),
    narrow=st.booleans(),
)
def test_bars_are_to_each_other_as_their_numbers(numbers, narrow):
    root = drawn_bars(*(year(2000 + place, number) for place, number in enumerate(numbers)), narrow=narrow)
    lengths = [float(box.attrib["width"]) for box in boxes(root)]

    longest = max(lengths)
    for length, number in zip(lengths, numbers, strict=True):
        assert length == pytest.approx(max(longest * number / max(numbers), 2), abs=0.02)


@FORMS
def test_a_share_is_drawn_of_its_whole(narrow):
    whole, share = boxes(drawn_bars(year(2020, 25), whole=100, narrow=narrow))

    assert float(share.attrib["width"]) == pytest.approx(float(whole.attrib["width"]) / 4, abs=0.02)


@pytest.mark.parametrize("bound", ["about", "over", "under"])
@FORMS
def test_a_number_with_an_open_end_is_drawn_otherwise_than_one_that_is_told(bound, narrow):
    told, opened = (bars("m", [year(2020, 9, end)], narrow=narrow) for end in ("as-given", bound))

    assert opened != told and ("stroke-dasharray" in opened or opened.count("<path") > told.count("<path"))


def test_a_gap_is_said_between_the_bars():
    root = drawn_bars(year(2019, 8), "No number for 2020", year(2021, 80))

    heights = {text.text: float(text.attrib["y"]) for text in root.iter(f"{SVG}text")}
    assert heights["2019"] < heights["No number for 2020"] < heights["2021"]


@FORMS
def test_a_line_joins_periods_that_follow_each_other_and_no_others(narrow):
    root = drawn_line(year(2017, 1), year(2018, 2), year(2020, 3), year(2021, 4), year(2022, 5), narrow=narrow)

    assert joined(root) == [2, 3] and len(dots(root)) == 5


def test_single_months_years_apart_are_not_joined():
    root = drawn_line(month(2017, 5, 2), month(2020, 1, 5.7), month(2022, 1, 25.7))

    assert joined(root) == [] and said(root).count("none") == 2


def test_a_line_without_a_gap_shades_nothing():
    assert boxes(drawn_line(year(2018, 1), year(2019, 2), year(2020, 3))) == []


@given(years=st.lists(st.integers(2000, 2030), min_size=3, max_size=10, unique=True).map(sorted), narrow=st.booleans())
def test_a_number_stands_where_its_time_is(years, narrow):
    found = dots(drawn_line(*(year(of, 1 + of % 7) for of in years), narrow=narrow))

    days = [dt.date(of, 7, 2).toordinal() for of in years]
    per_day = (found[-1][0] - found[0][0]) / (days[-1] - days[0])
    for (x, _y), day in zip(found, days, strict=True):
        assert x == pytest.approx(found[0][0] + (day - days[0]) * per_day, abs=1)


@given(
    numbers=st.lists(st.floats(0.1, 1e8, allow_nan=False), min_size=3, max_size=12),
    narrow=st.booleans(),
)
def test_a_number_stands_as_high_as_it_is_from_zero(numbers, narrow):
    root = drawn_line(*(year(2000 + place, number) for place, number in enumerate(numbers)), narrow=narrow)
    zero = max(
        float(path.attrib["d"].split()[1].partition("H")[0])
        for path in root.iter(f"{SVG}path")
        if "H" in path.attrib["d"]
    )
    found = [zero - y for _x, y in dots(root)]

    for high, number in zip(found, numbers, strict=True):
        assert high == pytest.approx(max(found) * number / max(numbers), abs=0.05)


@FORMS
def test_every_number_of_a_few_is_written(narrow):
    root = drawn_line(year(2018, 6), year(2019, 12), year(2020, 23), narrow=narrow)

    assert {"6", "12", "23"} <= set(said(root))


@given(numbers=st.lists(st.integers(1, 10**7), min_size=3, max_size=14), narrow=st.booleans())
def test_nothing_is_written_outside_a_drawing(numbers, narrow):
    root = drawn_line(*(year(2000 + place, number) for place, number in enumerate(numbers)), narrow=narrow)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])

    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width and 0 <= float(text.attrib["y"]) <= height


@FORMS
def test_what_must_not_be_mistaken_is_marked_in_the_drawing(narrow):
    assert "Norway, not Sweden" in said(
        drawn_line(year(2018, 1), year(2019, 2), year(2020, 3), mark="Norway, not Sweden", narrow=narrow)
    )
    assert "Norway, not Sweden" in said(drawn_bars(year(2018, 1), mark="Norway, not Sweden", narrow=narrow))


@FORMS
def test_a_drawing_is_named_by_its_message(narrow):
    for root in (
        drawn_bars(year(2020, 1), narrow=narrow),
        drawn_line(*(year(of, 1) for of in (2018, 2019, 2020)), narrow=narrow),
    ):
        assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", "The message")


@FORMS
def test_a_target_fills_nothing_and_says_that_it_is_one(narrow):
    text = goal("The message", "Target: 90", 90, whole=100, ends=("0", "100"), narrow=narrow)
    root = ElementTree.fromstring(text)

    assert [box.get("stroke-dasharray") for box in boxes(root)] == ["4 3"] and "Target: 90" in said(root)


def test_a_number_without_days_cannot_stand_in_time():
    with pytest.raises(ValueError, match="no days"):
        drawn_line(Point("some", "1", 1, "as-given"), year(2019, 2), year(2020, 3))
