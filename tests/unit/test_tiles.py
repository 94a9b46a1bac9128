"""The regions as tiles: each once in its place, told apart without colour, and the same in words."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from hub.drawing import NARROW_WIDTH, WIDE_WIDTH, text_width
from hub.regions import read_regions
from hub.settings import ROOT
from hub.tiles import PLACES, Sign, Tile, tile_map

REGIONS = read_regions(ROOT / "content").regions
SIGNS = {
    "framework": Sign("R", "Integrationsramverket"),
    "hop-out": Sign("U", "Uthopp"),
    "inbox": Sign("I", "1177 inkorg"),
    "reverse-case-flow": Sign("Ä", "Invånarärende"),
    "separate": Sign("E", "Egen app eller plattform"),
    "national": Sign("N", "Nationell tjänst"),
    "other": Sign("A", "Annan kanal"),
    "unknown": Sign("?", "Okänt"),
}
MOST = ("separate", "inbox", "reverse-case-flow", "other")
TILES = tuple(
    Tile(
        region.code,
        region.sv,
        MOST if place % 2 else ("unknown",),
        own=place == 3,
        link=f"/regioner?region={region.code}",
    )
    for place, region in enumerate(REGIONS)
)
each_form = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])


def drawn(tiles=TILES, *, narrow):
    return tile_map("Kartan", tiles, SIGNS, own_word="rättat av regionen", narrow=narrow)


def root_of(drawing):
    return ElementTree.fromstring(drawing.svg)


def named(root, name):
    return root.iter(f"{{http://www.w3.org/2000/svg}}{name}")


def test_each_region_has_one_place_of_its_own():
    assert set(PLACES) == {region.code for region in REGIONS}
    assert len(set(PLACES.values())) == len(PLACES) == 21


def test_north_is_at_the_top_and_west_to_the_left():
    assert PLACES["BD"][1] < PLACES["Y"][1] < PLACES["C"][1] < PLACES["M"][1]
    assert PLACES["S"][0] < PLACES["T"][0] < PLACES["AB"][0] and PLACES["O"][0] < PLACES["H"][0] < PLACES["I"][0]


@each_form
def test_every_tile_is_a_link_named_by_code_region_and_ways(narrow):
    links = {link.get("href"): link.get("aria-label") for link in named(root_of(drawn(narrow=narrow)), "a")}

    assert len(links) == 21
    assert (
        links["/regioner?region=C"]
        == "C Region Uppsala: 1177 inkorg, Invånarärende, Egen app eller plattform, Annan kanal"
    )
    assert links["/regioner?region=AB"] == "AB Region Stockholm: Okänt"


@each_form
def test_a_drawing_with_links_is_no_image_since_nobody_could_reach_into_it(narrow):
    root = root_of(drawn(narrow=narrow))

    assert (root.get("role"), root.get("aria-label")) == ("group", "Kartan")


@each_form
def test_the_list_in_words_says_every_region_in_the_order_given_and_who_has_corrected(narrow):
    steps = drawn(narrow=narrow).steps

    assert [step.split(":")[0] for step in steps] == [region.sv for region in REGIONS]
    assert steps[3].endswith("(rättat av regionen)")
    assert sum("rättat av regionen" in step for step in steps) == 1


@each_form
def test_a_tile_left_out_of_the_choice_has_its_code_but_no_ways_and_no_words(narrow):
    one = Tile("M", "Skåne", ("inbox",), faint=True)
    drawing = drawn([one], narrow=narrow)
    texts = [text.text for text in named(root_of(drawing), "text")]

    assert drawing.steps == () and texts.count("I") == 1 and "M" in texts, "the sign stands in the legend alone"


@each_form
def test_everything_lies_within_the_drawing(narrow):
    root = root_of(drawn(narrow=narrow))
    width, height = (float(part) for part in root.get("viewBox").split()[2:])

    assert width == (NARROW_WIDTH if narrow else WIDE_WIDTH)
    for box in named(root, "rect"):
        x, y = float(box.get("x")), float(box.get("y"))
        assert x >= 0 and y >= 0 and x + float(box.get("width")) <= width and y + float(box.get("height")) <= height
    for text in named(root, "text"):
        if text.get("text-anchor") is None:
            size = text_width(text.text, float(text.get("font-size")), bold="font-weight" in text.attrib)
            assert float(text.get("x")) + size <= width, text.text


@each_form
def test_no_two_tiles_meet_and_no_sign_leaves_its_tile(narrow):
    for link in named(root_of(drawn(narrow=narrow)), "a"):
        ground, *parts = list(link)
        right = float(ground.get("x")) + float(ground.get("width"))
        bottom = float(ground.get("y")) + float(ground.get("height"))
        for part in parts:
            if part.tag.endswith("circle"):
                assert float(part.get("cx")) + float(part.get("r")) <= right
                assert float(part.get("cy")) + float(part.get("r")) <= bottom
    grounds = [next(iter(link)) for link in named(root_of(drawn(narrow=narrow)), "a")]
    for one, other in combinations(grounds, 2):
        apart = [
            abs(float(one.get(axis)) - float(other.get(axis))) >= float(one.get(size))
            for axis, size in (("x", "width"), ("y", "height"))
        ]
        assert any(apart)


def test_every_way_has_a_letter_and_a_shape_of_its_own():
    looks = set()
    for route in SIGNS:
        signed = drawn([Tile("M", "Skåne", (route,))], narrow=True)
        group = next(named(root_of(signed), "g"))
        shape = list(group)[2]
        points = len((shape.get("points") or "").split())
        looks.add((shape.tag, points, shape.get("fill"), shape.get("stroke-dasharray"), shape.get("r")))

    assert len(looks) == len(SIGNS) and len({sign.letter for sign in SIGNS.values()}) == len(SIGNS)


@each_form
def test_what_has_no_place_or_no_sign_is_refused(narrow):
    with pytest.raises(ValueError, match="no place or no sign: Q, by-post"):
        drawn([Tile("Q", "Ingen", ("inbox",)), Tile("M", "Skåne", ("by-post",))], narrow=narrow)


@each_form
def test_words_from_outside_stay_words(narrow):
    drawing = drawn([Tile("M", '<b>&"Skåne', ("inbox",), link="/regioner?a=1&b=2")], narrow=narrow)

    assert "<b>" not in drawing.svg
    assert next(named(root_of(drawing), "a")).get("aria-label").startswith('M <b>&"Skåne')
