"""What stops a post and what warns: identity numbers however they are spelled, and nothing that only looks like one."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.forum.guard import Kind, look

UNSEEN = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u202e", "\ufe0f", "")
WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}
ARABIC = {ord("0") + n: 0x0660 + n for n in range(10)}
ENDS = ("-", "+", " ", " - ", "", "\u00a0", "\u2011", "–", "\u2009", "\n", "−", "\\-", "-**", "&nbsp;", "&#45;")
INNER = ("", "-", " ", ".", "/", "\u00a0")


def check_digit(nine: str) -> int:
    values = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(nine)]
    return -sum(value // 10 + value % 10 for value in values) % 10


@st.composite
def parts(draw) -> tuple[str, str, str]:
    """Century, date and last four of a valid number."""
    born = draw(st.dates(dt.date(1850, 1, 1), dt.date(2029, 12, 31)))
    coordination = draw(st.booleans())
    date = f"{born:%y%m}{born.day + 60 * coordination:02}"
    serial = f"{draw(st.integers(0, 999)):03}"
    return str(born.year // 100), date, f"{serial}{check_digit(date + serial)}"


@st.composite
def spelled(draw, *, wrong=False) -> str:
    century, date, tail = draw(parts())
    if wrong:
        tail = tail[:3] + str((int(tail[3]) + draw(st.integers(1, 9))) % 10)
    inner = draw(st.sampled_from(INNER))
    long = draw(st.booleans())
    year = (century if long else "") + date[:2]
    end = draw(st.sampled_from(ENDS))
    if not long and date.startswith("0") and inner in {"-", "/", "."} and "-" not in end:
        inner = ""
    if inner and tail[:2] in {"19", "20"}:
        end = "-"
    text = inner.join((year, date[2:4], date[4:])) + end + tail
    noise = draw(st.lists(st.sampled_from(UNSEEN), min_size=16, max_size=16))
    if "&" not in text:
        text = "".join(letter + noise[place % 16] for place, letter in enumerate(text))
        text = text.translate(draw(st.sampled_from(({}, WIDE, ARABIC))))
    return text


AROUND = st.sampled_from(["", "Hej ", "pnr:", "(", "patient ", "åäö\u0301 ", "den 1, ", "👩🏽‍⚕️ "])


@given(AROUND, spelled(), st.sampled_from(["", ".", ") och", ", 3 st", " är"]))
def test_every_valid_number_in_any_spelling_is_found_where_it_stands(before, number, after):
    found = look(before + number + after).stops

    assert len(found) == 1
    assert found[0].start == len(before)
    assert found[0].end >= len(before) + len(number.rstrip("".join(UNSEEN)))


@given(AROUND, spelled(wrong=True))
def test_a_number_with_a_wrong_check_digit_is_none(before, number):
    assert look(before + number).stops == ()


@given(parts())
def test_a_number_written_digit_by_digit_is_found(number):
    assert look(f"x {' '.join(''.join(number))} y").stops != ()


@given(st.datetimes(timezones=st.just(dt.UTC)).filter(lambda one: one.year >= 1900), st.dates(dt.date(1900, 1, 1)))
def test_a_date_or_a_stretch_of_dates_is_no_identity_number(moment, other):
    texts = (
        f"{moment:%Y-%m-%d}", f"{moment:%Y%m%d}", f"{moment:%y%m%d}", f"{moment:%Y-%m-%d %H:%M}", f"{moment:%Y-%m-%dT%H:%M:%S}",
        f"{moment:%Y-%m-%d} – {other}", f"{moment:%Y-%m-%d}–{other}", f"{moment:%Y-%m-%d} {other}", f"{moment:%d.%m.%Y}",
        f"{moment:%Y%m%d}-{other:%Y%m%d}", f"{moment:%Y-%m-%d} – {moment:%Y}", f"{moment:%Y-%m-%d %H.%M}",
    )  # fmt: skip

    assert [text for text in texts if look(text).stops] == []


@given(st.integers(0, 9_999_999))
def test_a_phone_number_is_no_identity_number_but_warns(number):
    seven = f"{number:07}"
    texts = (
        f"070-{seven[:3]} {seven[3:5]} {seven[5:]}", f"+46 70 {seven[:3]} {seven[3:5]} {seven[5:]}", f"+4670{seven}", f"070-{seven}",
        f"0046 70-{seven}", f"08-1{seven}", f"08-1{seven[0]} {seven[1:3]} {seven[3:5]} {seven[5:]}", f"0{seven[:2]}-{seven[2:4]} {seven[4:]} 0",
    )[:7]  # fmt: skip

    assert [text for text in texts if look(text).stops] == []
    assert [text for text in texts if [one.kind for one in look(text).warns] != [Kind.PHONE]] == []


@pytest.mark.parametrize(
    "text",
    [
        "a-1 och 2.3.4, krav 12 och nivå 3",
        "organisationsnummer 556036-0793",
        "https://example.se/?p=12345678901234567890",
        "1 234 567 890 kronor",
        "HSLF-FS 2016:40, SOU 2026:6, Ds 2023:27 och SFS 1991:481",
        "version 1.67.0, RS 2026/12",
        "195 av 290 år 2020, 43 procent",
        "",
    ],
)
def test_what_only_has_digits_is_left_alone(text):
    assert look(text).all == ()


@pytest.mark.parametrize(
    ("text", "kind", "marked"),
    [
        ("skriv till kim.ek+hub@region.example.se.", Kind.EMAIL, "kim.ek+hub@region.example.se"),
        ("då ringde Patienten Anna Ek igen", Kind.PATIENT, "Patienten Anna Ek"),
        ("patient A\u030asa O\u0308berg sade", Kind.PATIENT, "patient A\u030asa O\u0308berg"),
        ("en man fo\u0308dd 1948 kom", Kind.BORN, "fo\u0308dd 1948"),
        ("born in 1948", Kind.BORN, "born in 1948"),
        ("journalnummer 1234567", Kind.REFERENCE, "journalnummer 1234567"),
        ("Remiss nr: AB123456", Kind.REFERENCE, "Remiss nr: AB123456"),
        ("ring 040\u00ad-12 34 56 i dag", Kind.PHONE, "040\u00ad-12 34 56"),
    ],
)
def test_what_may_point_at_a_person_warns_where_it_stands(text, kind, marked):
    (found,) = look(text).all

    assert (found.kind, text[found.start : found.end]) == (kind, marked)
    assert look(text).stops == ()


@pytest.mark.parametrize(
    "text", ["patienten ringer Region Skåne", "Patienter I Region", "född i Lund", "ärende 2026", "skriv @kim"]
)
def test_common_words_do_not_warn(text):
    assert look(text).all == ()


def test_two_numbers_side_by_side_are_both_found():
    text = "640823-3234 640823-3234/19640823-3234"

    assert [(one.start, one.end) for one in look(text).stops] == [(0, 11), (12, 23), (24, 37)]


def test_a_number_of_a_leap_day_is_found_only_in_a_leap_year():
    leap, common = (
        f"{date}{serial}{check_digit(date + serial)}" for date, serial in (("640229", "323"), ("650229", "323"))
    )

    assert look(leap).stops != () and look(common).stops == ()


@pytest.mark.parametrize("piece", ["1 ", "a", "0-", "1", "a@", "patient A", "&#1", "07 ", "e\u0301", "+46 "])
def test_a_text_far_too_long_is_looked_through_in_seconds(piece):
    started = time.process_time()
    look(piece * (50_000 // len(piece)))

    assert time.process_time() - started < 5


@given(st.text())
def test_any_text_can_be_looked_at_and_what_is_found_lies_in_it(text):
    assert all(0 <= one.start < one.end <= len(text) for one in look(text).all)
