"""What a region's statement must hold, which of them hold now, and whose ways are like whose."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Rejected
from hub.settings import ROOT
from hub.survey.corrections import LONGEST, Correction, own_routes, read_source, read_statement, standing
from hub.survey.likeness import LEVELS, Known, Sought, known, latest, like, similar_size
from hub.survey.mart import Mart

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
GIVEN = {
    "trace": "", "platform": "Tjänst", "stage": "use", "year": "2026", "source": "https://region.se/video", "note": "",
}  # fmt: skip
REGIONS = Mart(ROOT / "data").regions()
BY_CODE = {region.code: region for region in REGIONS}


def read(routes=("inbox",), **changed):
    return read_statement({**GIVEN, **changed}, routes, this_year=2026)


def refused(routes=("inbox",), **changed):
    with pytest.raises(Rejected) as caught:
        read(routes, **changed)
    return caught.value.code, caught.value.field


def kept(id_: str, minutes: int, *, trace: str = "", routes=("inbox",), withdrawn: bool = False) -> Correction:
    return Correction(
        trace=trace, platform=id_, routes=routes, stage="use", year=2026, source="https://region.se", note="", id=id_,
        region="M", author="", author_name="", at=NOW + dt.timedelta(minutes=minutes),
        withdrawn_at=NOW if withdrawn else None, withdrawn_by="",
    )  # fmt: skip


def test_ways_stand_in_the_order_of_the_levels_each_once():
    assert read(("separate", "hop-out", "separate", "framework")).routes == ("framework", "hop-out", "separate")


def test_texts_lose_what_cannot_be_seen_and_a_note_keeps_its_lines():
    found = read(platform="  Video\u202e \x00tjänst ", note=" rad ett\x07 \n\n rad två ")

    assert (found.platform, found.note) == ("Video tjänst", "rad ett\n\nrad två")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"platform": "  \x00 "}, ("empty", "platform")),
        ({"platform": "x" * (LONGEST["platform"] + 1)}, ("too-long", "platform")),
        ({"note": "x" * (LONGEST["note"] + 1)}, ("too-long", "note")),
        ({"routes": ()}, ("routes-missing", "routes")),
        ({"routes": ("inbox", "carrier-pigeon")}, ("routes-missing", "routes")),
        ({"routes": ("unknown",)}, ("routes-missing", "routes")),
        ({"stage": ""}, ("stage-missing", "stage")),
        ({"stage": "soon"}, ("stage-missing", "stage")),
        ({"year": ""}, ("not-a-year", "year")),
        ({"year": "26"}, ("not-a-year", "year")),
        ({"year": "1999"}, ("not-a-year", "year")),
        ({"year": "2032"}, ("not-a-year", "year")),
        ({"year": "٢٠٢٦"}, ("not-a-year", "year")),
        ({"source": ""}, ("no-https", "source")),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(changed, expected):
    assert refused(**changed) == expected


def test_a_year_a_little_ahead_can_be_planned_for():
    assert read(year=" 2031 ", stage="plan").year == 2031


@pytest.mark.parametrize(
    "address",
    [
        "http://region.se",
        "javascript:alert(1)",
        "data:text/html,x",
        "//region.se",
        "region.se/video",
        "https://",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "https://[broken",
        "https://name:secret@region.se/",
        "https://region.se@other.se/",
        "https://region.se:8080/",
        "https://region.se:port/",
        "https://region.se/a b",
        "https://region.se/'onclick='x",
        'https://region.se/"x',
        "https://region.se/<b>",
        "https://region.se\\@other.se/",
        "https://region.se/\u202e",
        "https://region.se/\x00",
    ],
)
def test_an_address_that_does_not_lead_openly_to_a_public_page_is_refused(address):
    with pytest.raises(Rejected, match="no-https"):
        read_source(address)


def test_an_address_too_long_is_refused():
    with pytest.raises(Rejected, match="too-long"):
        read_source("https://region.se/" + "a" * LONGEST["source"])


@pytest.mark.parametrize(
    "address", ["https://region.se", "HTTPS://Region.se/A?b=c&d=%C3%A5#e", "https://a-b.region.se:443/å"]
)
def test_an_address_of_a_public_page_is_kept_as_it_was_given(address):
    assert read_source(f" {address} ") == address


@given(st.text(max_size=80))
def test_any_text_is_an_address_with_https_or_refused(text):
    try:
        found = read_source(f"https://{text}")
    except Rejected:
        return
    assert found.startswith("https://") and not set(" \"'<>\\") & set(found)


def test_the_newest_that_has_not_been_withdrawn_holds_for_a_trace():
    found = standing([kept("a", 1, trace="t"), kept("b", 2, trace="t"), kept("c", 3, trace="t", withdrawn=True)])

    assert [one.id for one in found] == ["b"]


def test_what_has_no_trace_stands_by_itself_the_newest_first():
    found = standing([kept("a", 1), kept("b", 2), kept("c", 3, trace="t")])

    assert [one.id for one in found] == ["c", "b", "a"]


def test_the_ways_a_region_states_are_those_of_all_that_holds():
    assert own_routes([kept("a", 1, routes=("separate",)), kept("b", 2, routes=("inbox", "separate"))]) == (
        "inbox", "separate",
    )  # fmt: skip


# --- Regions that are alike ------------------------------------------------------------------------------------------


def test_as_much_is_known_as_the_data_holds():
    traced = [region for region in REGIONS if region.traces]
    at_level = [region for region in traced if {*LEVELS} & {route for t in region.traces for route in t.routes}]

    assert known(REGIONS) == Known(21, len(traced), len(at_level)) == Known(21, 19, 6)


def test_regions_that_go_a_way_sought_come_the_newest_first_and_no_other_comes():
    found = like(REGIONS, Sought(aim=("inbox",)))

    assert {one.region.code for one in found} == {r.code for r in REGIONS if "inbox" in r.routes} == {"N", "U"}
    assert [one.year for one in found] == sorted((one.year for one in found), reverse=True)


def test_what_is_both_aim_and_start_is_said_once():
    (halland, *_) = [one for one in like(REGIONS, Sought(("inbox",), ("inbox", "separate"))) if one.region.code == "N"]

    assert (halland.aim, halland.start) == (("inbox",), ("separate",))


def test_the_region_that_asks_is_left_out():
    codes = {one.region.code for one in like(REGIONS, Sought(("inbox",)), BY_CODE["N"])}

    assert codes == {"U"}


def test_nothing_sought_is_like_nobody():
    assert like(REGIONS, Sought()) == ()


def test_a_region_without_traces_is_like_nobody():
    assert not {"X", "Z"} & {one.region.code for one in like(REGIONS, Sought(("unknown", "separate", "national")))}


@pytest.mark.parametrize(
    ("one", "other", "alike"), [("N", "U", True), ("M", "O", True), ("M", "AB", False), ("I", "Z", False)]
)
def test_size_is_similar_up_to_half_as_many_again_whichever_way_round(one, other, alike):
    assert similar_size(BY_CODE[one], BY_CODE[other]) is similar_size(BY_CODE[other], BY_CODE[one]) is alike


def test_no_region_is_similar_to_itself():
    assert not any(similar_size(region, region) for region in REGIONS)


def test_the_year_of_a_trace_is_its_last_or_none():
    trace = BY_CODE["N"].traces[0]

    assert (latest(trace), latest(replace(trace, to_year=None)), latest(replace(trace, from_year=None, to_year=None))) == (
        2024, 2022, None,
    )  # fmt: skip
