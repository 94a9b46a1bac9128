"""The choice of language, the catalogue, and the forms of numbers and dates."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.errors import ContentError
from hub.language import LANGUAGES, Catalogue, Language, choose, date, known, midnight, number, read_catalogue

CONTENT = Path(__file__).parents[2] / "content"

# The choice


@pytest.mark.parametrize(
    ("asked", "earlier", "browser", "expected"),
    [
        pytest.param("en", "sv", "sv", "en", id="the address before all else"),
        pytest.param("sv", "en", "en", "sv", id="the address, in Swedish, before all else"),
        pytest.param(None, "en", "sv", "en", id="the earlier choice before the browser"),
        pytest.param("de", "en", "sv", "en", id="the earlier choice where the address asks for what we lack"),
        pytest.param(None, None, "en", "en", id="the browser where nothing was chosen"),
        pytest.param("", "", "en", "en", id="the browser where the choices are empty"),
        pytest.param("de", "fr", "en", "en", id="the browser where the choices are what we lack"),
        pytest.param(None, None, None, "sv", id="Swedish where nothing is known"),
        pytest.param("de", "fr", "nb", "sv", id="Swedish where we lack all that is asked for"),
    ],
)
def test_the_language_is_chosen_in_order(
    asked: str | None, earlier: str | None, browser: str | None, expected: Language
) -> None:
    chosen = choose(asked, earlier, browser)

    assert chosen == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("en-GB,en;q=0.8", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en;q=0.5,sv;q=0.8", "sv"),
        ("sv;q=0.5,en;q=0.8", "en"),
        ("de,en;q=0.3,sv;q=0.2", "en"),
        ("en,sv", "en"),
        ("sv,en", "sv"),
        ("en; q=0.1, sv", "sv"),
        ("en ;q=0.1,sv", "sv"),
        ("en;q=0.1 , sv;q=0.2", "sv"),
        ("EN-us;Q=0.9,SV;Q=0.1", "en"),
        ("en-Latn-GB-x-hub", "en"),
        ("sv;q=0,en;q=0.1", "en"),
        ("en;q=0", "sv"),
        ("en;q=0.000,sv;q=0.001", "sv"),
        ("*", "sv"),
        ("*;q=0.5,en;q=0.1", "en"),
    ],
)
def test_the_browser_gets_the_language_of_ours_it_weighs_the_most(header: str, expected: Language) -> None:
    chosen = choose(None, None, header)

    assert chosen == expected


@pytest.mark.parametrize(
    "header",
    [
        "enm",
        "english",
        "en_GB",
        "e n",
        "en;q=",
        "en;q=high",
        "en;q=1.1",
        "en;q=2",
        "en;q=-1",
        "en;q=nan",
        "en;q=inf",
        "en;q=1e3",
        "en;level=1",
        "en;q=0.5;q=0.6",
        ";q=1",
        "en/sv",
    ],
)
def test_a_part_of_the_header_that_is_not_in_its_form_counts_for_nothing(header: str) -> None:
    chosen = choose(None, None, f"{header},sv;q=0.001")

    assert chosen == "sv"


def test_a_part_of_the_header_that_is_not_in_its_form_leaves_the_others() -> None:
    chosen = choose(None, None, "sv;q=often,en;q=0.2")

    assert chosen == "en"


def test_only_the_beginning_of_a_long_header_is_read() -> None:
    chosen = choose(None, None, "x" * 500 + ",en")

    assert chosen == "sv"


@given(st.text(max_size=2_000))
@example("\x00")
@example(",;q=" * 500)
@example("en-" * 500)
def test_any_header_gives_one_of_our_languages(header: str) -> None:
    chosen = choose(None, None, header)

    assert chosen in LANGUAGES


HEADER_PIECES = st.lists(st.sampled_from(["en", "sv", "-GB", ";", "q=", "0", ".", "1", "9", ",", " ", "*", "é"]))


@given(HEADER_PIECES.map("".join))
def test_any_broken_header_gives_one_of_our_languages(header: str) -> None:
    chosen = choose(None, None, header)

    assert chosen in LANGUAGES


@given(st.text(), st.text())
def test_the_earlier_choice_holds_whatever_else_is_in_the_browser(header: str, asked: str) -> None:
    chosen = choose(known(asked), "en", header)

    assert chosen == (known(asked) or "en")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("sv", "sv"), ("en", "en"), ("SV", None), ("sv-SE", None), (" en", None), ("", None), (None, None)],
)
def test_a_language_is_known_by_its_exact_name(asked: str | None, expected: Language | None) -> None:
    found = known(asked)

    assert found == expected


# The catalogue

HEAD = 'msgid ""\nmsgstr ""\n"Language: sv\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def catalogue_file(folder: Path, content: bytes) -> Path:
    file = folder / "sv.po"
    file.write_bytes(content)
    return file


def test_a_text_with_a_twin_is_shown_in_swedish(tmp_path: Path) -> None:
    catalogue = read_catalogue(catalogue_file(tmp_path, f'{HEAD}msgid "Pages"\nmsgstr "Sidor på räls"\n'.encode()))

    text = catalogue.text("sv", "Pages")

    assert text == "Sidor på räls"


def test_a_text_is_itself_in_english() -> None:
    catalogue = Catalogue({"Pages": "Sidor"})

    text = catalogue.text("en", "Pages")

    assert text == "Pages"


def test_a_text_without_a_twin_is_shown_in_english() -> None:
    catalogue = Catalogue({"Pages": "Sidor"})

    text = catalogue.text("sv", "Levels")

    assert text == "Levels"


def test_the_catalogue_tells_which_texts_have_a_twin(tmp_path: Path) -> None:
    catalogue = read_catalogue(catalogue_file(tmp_path, f'{HEAD}msgid "Pages"\nmsgstr "Sidor"\n'.encode()))

    assert catalogue.keys() == {"Pages"}


def test_a_catalogue_may_be_empty(tmp_path: Path) -> None:
    catalogue = read_catalogue(catalogue_file(tmp_path, HEAD.encode()))

    assert catalogue.keys() == frozenset()


def test_our_own_catalogue_can_be_read() -> None:
    catalogue = read_catalogue(CONTENT / "locale" / "sv.po")

    assert "" not in catalogue.keys()  # noqa: SIM118 - a method of the catalogue, not of a mapping


BROKEN = [
    pytest.param(b"junk\n", id="junk"),
    pytest.param(b'msgid "Pages"\n', id="a text without a twin"),
    pytest.param(b'msgid "Pages"\nmsgstr ""\n', id="an empty twin"),
    pytest.param(b'#, fuzzy\nmsgid "Pages"\nmsgstr "Sidor"\n', id="a fuzzy twin"),
    pytest.param(b'msgid "Pages"\nmsgstr "\xff"\n', id="bytes that are no text"),
    pytest.param(
        b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=foo\\n"\n\nmsgid "Pages"\nmsgstr "Sidor"\n',
        id="an unknown character set",
    ),
    pytest.param(b'msgid ""\nmsgstr ""\n"POT-Creation-Date: yesterday\\n"\n', id="a date that is none"),
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_catalogue_is_a_fault_of_its_file(tmp_path: Path, content: bytes) -> None:
    file = catalogue_file(tmp_path, content)

    with pytest.raises(ContentError) as caught:
        read_catalogue(file)

    assert caught.value.file == str(file)


@pytest.mark.parametrize(
    ("pair", "place"),
    [
        ('msgid "Pages\nmsgstr "Sidor"\n', "line 1"),
        ('msgid Pages\nmsgstr "Sidor"\n', "line 1"),
        ('msgid "Pages"\nmsgstr "Sidor\n', "line 2"),
        ('msgid "Pages"\nmsgstr Sidor"\n', "line 2"),
        ('msgid "Pages"\nmsgstr "Sidor\\"\n', "line 2"),
        ('msgid "Pages"\nmsgstr "Si"dor"\n', "line 2"),
    ],
)
def test_a_text_without_both_quotation_marks_names_its_line(tmp_path: Path, pair: str, place: str) -> None:
    file = catalogue_file(tmp_path, pair.encode())

    with pytest.raises(ContentError) as caught:
        read_catalogue(file)

    assert caught.value.place == place


def test_a_twin_may_hold_quotation_marks_and_stand_on_several_lines(tmp_path: Path) -> None:
    pair = '# A note\nmsgid "Pages"\nmsgstr ""\n"Si\\"d"\n  "or\\\\"\n\n'

    catalogue = read_catalogue(catalogue_file(tmp_path, pair.encode()))

    assert catalogue.text("sv", "Pages") == 'Si"dor\\'


@pytest.mark.parametrize("flag", ["", "#, fuzzy\n"], ids=["empty", "fuzzy"])
def test_a_twin_that_is_not_done_names_its_text(tmp_path: Path, flag: str) -> None:
    twin = "Sidor" if flag else ""
    file = catalogue_file(tmp_path, f'{HEAD}{flag}msgid "Pages"\nmsgstr "{twin}"\n'.encode())

    with pytest.raises(ContentError) as caught:
        read_catalogue(file)

    assert (caught.value.place, caught.value.fault) == ("Pages", "has no Swedish twin")


def test_a_missing_catalogue_is_a_fault_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        read_catalogue(tmp_path / "sv.po")

    assert caught.value.file == str(tmp_path / "sv.po")


# Numbers and dates


@pytest.mark.parametrize(
    ("language", "value", "expected"),
    [
        ("sv", 10_551_707, "10\N{NO-BREAK SPACE}551\N{NO-BREAK SPACE}707"),
        ("en", 10_551_707, "10,551,707"),
        ("sv", 0.5, "0,5"),
        ("en", 0.5, "0.5"),
        ("sv", 1_000, "1\N{NO-BREAK SPACE}000"),
        ("en", 1_000, "1,000"),
        ("sv", 18, "18"),
        ("en", 18, "18"),
    ],
)
def test_a_number_has_the_form_of_its_language(language: Language, value: float, expected: str) -> None:
    written = number(language, value)

    assert written == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("sv", "31 mars 2020"), ("en", "31 March 2020")],
)
def test_a_date_has_the_form_of_its_language(language: Language, expected: str) -> None:
    written = date(language, dt.date(2020, 3, 31))

    assert written == expected


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (dt.date(2027, 2, 1), dt.datetime(2027, 1, 31, 23, tzinfo=dt.UTC)),
        (dt.date(2027, 7, 1), dt.datetime(2027, 6, 30, 22, tzinfo=dt.UTC)),
        (dt.date(2027, 3, 28), dt.datetime(2027, 3, 27, 23, tzinfo=dt.UTC)),
        (dt.date(2027, 3, 29), dt.datetime(2027, 3, 28, 22, tzinfo=dt.UTC)),
    ],
)
def test_a_day_begins_by_swedish_time_in_winter_and_in_summer(day, begins):
    assert midnight(day) == begins
