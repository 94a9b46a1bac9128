"""What is said of lists and published numbers is what the files hold, read here without the mart."""

import csv
import datetime as dt
from collections import defaultdict

import pytest

from hub.language import Language, read_catalogue, span
from hub.regions import read_regions
from hub.settings import ROOT
from hub.survey.facts import Series, Value
from hub.survey.mart import Mart
from hub.survey.sayings import Sayings, latest_visits

DATA, CONTENT = ROOT / "data", ROOT / "content"
LANGUAGES: tuple[Language, ...] = ("sv", "en")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SERIES = {row["id"]: row for row in rows("indicators/series.csv")}
VALUES: dict[str, list[dict[str, str]]] = defaultdict(list)
for each in rows("indicators/values.csv"):
    VALUES[each["series"]].append(each)
DRAWN = [id_ for id_, values in VALUES.items() if len(values) > 1]
IN_TIME = [id_ for id_ in DRAWN if len({row["region"] for row in VALUES[id_]}) == 1]
SIDE_BY_SIDE = [id_ for id_ in DRAWN if id_ not in IN_TIME]


@pytest.fixture(scope="module")
def mart() -> Mart:
    return Mart(DATA)


@pytest.fixture(scope="module")
def say() -> dict[Language, Sayings]:
    catalogue, regions = read_catalogue(CONTENT / "locale" / "sv.po"), read_regions(CONTENT)
    return {language: Sayings(catalogue, language, regions) for language in LANGUAGES}


def value(number: float = 5, bound: str = "as-given", start: str = "2020-01-01", end: str = "2020-12-31") -> Value:
    days = [dt.date.fromisoformat(day) if day else None for day in (start, end)]
    note = {"sv": "", "en": ""}
    return Value("a", "SE", *days, "year", number, bound, "SKR", "https://example.se", "2021-03", "high", note)  # type: ignore[arg-type]


def series(*values: Value, unit: str = "visits") -> Series:
    words = {"sv": "Räknat", "en": "Counted"}
    return Series("s", "own", "outcome", "sweden", words, words, {"sv": unit, "en": unit}, values)


# --- Numbers ---------------------------------------------------------------------------------------------------------


def test_the_opening_counts_every_number_and_definition_and_names_the_newest_year_of_visits(mart, say):
    newest = max(
        int(row["ends_on"][:4])
        for id_, of_one in VALUES.items()
        for row in of_one
        if SERIES[id_]["topic"] in {"outside", "own"}
        and SERIES[id_]["country"] == "sweden"
        and SERIES[id_]["unit_sv"] in {"kontakter", "besök", "videobesök", "möten"}
    )

    text = say["sv"].opening(mart.series())
    assert text == (
        f"{sum(map(len, VALUES.values()))} publicerade tal i {len(SERIES)} definitioner. "
        f"De senaste som räknar digitala besök i Sverige är från {newest}."
    )


def test_what_is_unknown_says_the_same_year(mart):
    newer = next(one for one in mart.unknowns("indicators") if one.id == "newer-video")

    assert f"är från {latest_visits(mart.series())}" in newer.text["sv"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id_", IN_TIME)
def test_a_message_over_time_has_the_first_number_and_the_last_of_the_file(mart, say, id_, language):
    ordered = sorted(VALUES[id_], key=lambda row: row["starts_on"])
    first, last = (say[language].number(float(row["value"])) for row in (ordered[0], ordered[-1]))

    text = say[language].message(mart.one_series(id_))
    assert first in text and last in text and ordered[0]["starts_on"][:4] in text and ordered[-1]["ends_on"][:4] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id_", SIDE_BY_SIDE)
def test_a_message_of_regions_has_the_highest_and_the_lowest_of_the_file(mart, say, id_, language):
    numbers = [float(row["value"]) for row in VALUES[id_]]

    text = say[language].message(mart.one_series(id_))
    assert all(say[language].number(number) in text for number in (max(numbers), min(numbers)))


@pytest.mark.parametrize(
    ("id_", "language", "text"),
    [
        (
            "outside-contacts",
            "sv",
            "Digitala kontakter utanför länet, hela landet: från över 600 000 (2018) till 2 300 000 (2020)",
        ),
        (
            "outside-cost-month",
            "sv",
            "Kostnad för digital vård utanför länet, per månad: från 14 (januari 2018) till över 25 miljoner kronor (december 2018)",
        ),
        (
            "weighted-per-1000",
            "en",
            "Weighted digital visits per 1,000 residents, 2018: from 20 (Region Västerbotten) to 90 (Region Stockholm), among the 4 regions with a number",
        ),
        (
            "positive-eservices",
            "sv",
            "Positiva till e-tjänsterna på 1177, 2020: Region Uppsala 83, hela landet under 80 procent",
        ),
        (
            "norway-gp-share",
            "sv",
            "Norge, inte Sverige: e-konsultationer hos fastläkare, per kvartal: från 2 (januari–mars 2019) till 28,8 procent (oktober–december 2021), som mest 29,2 (april–juni 2020)",
        ),
        ("vgr-letters-target", "sv", "Mål: digitala kallelser i Västra Götaland: 90 procent (utan datum)"),
    ],
)
def test_a_message_reads_well(mart, say, id_, language, text):
    assert say[language].message(mart.one_series(id_)).replace("\xa0", " ") == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_norwegian_number_says_that_it_is_not_swedens(mart, say, language):
    marked = {one.id for one in mart.series() if say[language].title(one).startswith(("Norge, inte", "Norway, not"))}

    assert marked == {id_ for id_, row in SERIES.items() if row["country"] == "norway"}


@pytest.mark.parametrize(
    ("bound", "text"), [("as-given", "5"), ("about", "ungefär 5"), ("over", "över 5"), ("under", "under 5")]
)
def test_a_number_keeps_the_word_of_its_source(say, bound, text):
    assert say["sv"].figure(value(bound=bound)) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2020-01-01", "2020-12-31", "2020"),
        ("2020-01-01", "2021-12-31", "2020–2021"),
        ("2020-01-01", "2020-03-31", "januari–mars 2020"),
        ("2020-04-01", "2020-04-30", "april 2020"),
        ("2020-12-01", "2021-01-31", "december 2020–januari 2021"),
        ("2020-03-01", "2020-03-01", "1 mars 2020"),
    ],
)
def test_a_time_is_said_in_whole_years_or_months(first, last, text):
    assert span("sv", dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == text


def test_a_period_that_the_source_leaves_open_says_so(mart, say):
    unclear = mart.one_series("ostergotland-visits")

    assert say["sv"].period(unclear.values[0]) == "2020, som vi läser det"


def test_a_time_that_nobody_has_a_number_for_is_named(mart, say):
    assert list(say["sv"].gaps(mart.one_series("norway-gp-per-100").values).values()) == ["Inget tal för 2020"]
    assert say["sv"].gaps(mart.one_series("outside-contacts").values) == {}


@pytest.mark.parametrize(
    ("published", "text"), [("2020-02", "februari 2020"), ("2021-08-11", "11 augusti 2021"), ("2021/2022", "2021/2022")]
)
def test_when_something_was_published_is_said_as_far_as_it_is_known(say, published, text):
    told = value()
    object.__setattr__(told, "published", published)

    assert say["sv"].published(told) == text


def test_a_subject_says_how_many_of_its_definitions_are_drawn(mart, say):
    found = mart.series(topic="use-1177")
    of_topic = [VALUES[id_] for id_, row in SERIES.items() if row["topic"] == "use-1177"]

    text = say["sv"].topic(found)
    assert text.startswith(f"{sum(map(len, of_topic))} tal i {len(of_topic)} definitioner, 2017–2022.")
    assert f"{sum(len(one) > 1 for one in of_topic)} definitioner har mer än ett tal" in text


def test_no_year_of_visits_is_made_up_where_there_is_none():
    with pytest.raises(ValueError, match="empty"):
        latest_visits([series(value(), unit="log-ins")])


# --- Lists -----------------------------------------------------------------------------------------------------------


def test_the_lists_are_counted_as_the_file_has_them(mart, say):
    lists, items = rows("survey_2020_lists/lists.csv"), rows("survey_2020_lists/items.csv")
    part = sum(row["extent"] == "part" for row in lists)

    assert say["sv"].lists(mart.lists()) == (
        f"Rapporten från 2020 har {len(items)} rader i {len(lists)} listor. {part} av listorna är exempel, "
        f"och {len(lists) - part} är avsedda att vara fullständiga."
    )


def test_a_list_of_examples_never_says_that_it_is_complete(mart, say):
    said = {one.id: (say["sv"].one_list(one), say["sv"].extent(one)) for one in mart.lists()}

    for row in rows("survey_2020_lists/lists.csv"):
        whole, short = said[row["id"]]
        assert ("som exempel" in whole, "exempel" in short) == ((row["extent"] == "part",) * 2)


@pytest.mark.parametrize(
    ("sections", "text"),
    [
        (("3",), "Avsnitt 3"),
        (("4.6", "6.2", "7"), "Avsnitt 4.6, 6.2 och 7"),
        (("4.1", "Sammanfattning"), "Avsnitt 4.1 och sammanfattningen"),
        (("Sammanfattning",), "Rapportens sammanfattning"),
    ],
)
def test_where_a_line_stands_is_said_by_section(say, sections, text):
    assert say["sv"].sections(sections) == text
