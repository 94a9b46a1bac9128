"""What is kept of the 2020 report, later figures and the regions, followed back to where it stands."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import random
import re
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import NotFound
from hub.origin import read_origin
from hub.regions import read_regions
from hub.requirements.content import read_requirements
from hub.site import read_site
from hub.survey.mart import Mart
from hub.survey.rules import ANSWERED, Interval, read_word, span

ROOT = Path(__file__).parents[2]
DATA, CONTENT = ROOT / "data", ROOT / "content"
FOLDERS = ("survey_2020", "survey_2020_lists", "indicators", "regions")
LEVELS = ("framework", "hop-out", "inbox", "reverse-case-flow")
MART = Mart(DATA)
STATEMENTS = {statement.id: statement for statement in MART.statements()}
ITEMS = MART.items()
SERIES = MART.series()
REGIONS = MART.regions()
SECTIONS = {
    "Sammanfattning", "1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "3", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6",
    "4.7", "5.1", "5.2", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "7", "8",
}  # fmt: skip
NUMBERS = {
    "inte": 0, "ingen": 0, "en": 1, "ett": 1, "enbart": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "nio": 9, "18": 18,
    "387": 387, "1 000": 1000, "samtliga": 21,
}  # fmt: skip
MONTHS = [
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Where a statement stands in the report, and the words that carry it there."""

    section: str
    heading: str
    words: tuple[str, ...]


def read_cases() -> dict[str, Case]:
    text = (Path(__file__).parent / "cases" / "survey_2020.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {id_: Case(section, heading, tuple(words.split(", "))) for id_, section, heading, words in rows[2:]}


CASES = read_cases()
each_statement = pytest.mark.parametrize("id_", CASES)


def basis_is(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("id_", [id_ for id_, one in STATEMENTS.items() if one.basis in kinds])


def months_between(first: str, last: str) -> int:
    """Return the months of a period such as ``oktober 2015–december 2016``, both ends counted."""
    (first_month, *first_year), (last_month, last_year) = first.split(), last.split()
    years = int(last_year) - int(first_year[0] if first_year else last_year)
    return years * 12 + MONTHS.index(last_month) - MONTHS.index(first_month) + 1


# Statement by statement against the report


def test_each_statement_has_a_case_and_each_case_a_statement():
    assert list(CASES) == list(STATEMENTS)


@each_statement
def test_a_statement_stands_where_the_report_has_it(id_):
    found = STATEMENTS[id_]

    assert (found.section, found.heading) == (CASES[id_].section, CASES[id_].heading)


@each_statement
def test_a_section_is_one_of_the_report(id_):
    assert STATEMENTS[id_].section in SECTIONS


@basis_is("stated")
def test_a_number_that_is_told_is_the_number_that_stands_there(id_):
    word = CASES[id_].words[0].lower()
    number = NUMBERS[word if word in NUMBERS else word.split()[0]]

    found = STATEMENTS[id_]
    assert (found.low, found.high, found.precision) == (number, number, "exact")


@basis_is("coded")
def test_a_word_is_read_by_the_rules_and_is_the_word_that_stands_there(id_):
    found = STATEMENTS[id_]
    word = found.quantifier["sv"]

    coding = read_word(word, unit=found.unit)

    assert (found.low, found.high, found.precision) == (
        coding.interval.low,
        coding.interval.high,
        coding.precision,
    )
    assert CASES[id_].words[0].lower().replace("-", "–") in word


@basis_is("counted")
def test_what_is_counted_has_a_word_in_the_report_for_each(id_):
    found = STATEMENTS[id_]

    assert (found.low, found.high, found.precision) == (len(CASES[id_].words), len(CASES[id_].words), "exact")


@pytest.mark.parametrize("id_", ["treatment-pilot-period", "stockholm-pilot-period", "phone-pilot-period"])
def test_the_months_of_a_period_are_worked_out_from_its_ends(id_):
    first, last = CASES[id_].words[0].split("–")

    found = STATEMENTS[id_]
    assert (found.low, found.high, found.unit) == (*[months_between(first, last)] * 2, "months")


def test_the_days_to_answer_are_worked_out_with_and_without_the_last_day():
    assert CASES["answer-window"].words == ("17 januari–14 februari",)

    days = (dt.date(2020, 2, 14) - dt.date(2020, 1, 17)).days
    found = STATEMENTS["answer-window"]
    assert (found.low, found.high, found.precision) == (days, days + 1, "range")


@basis_is("none", "date")
def test_a_statement_without_a_number_has_no_interval(id_):
    found = STATEMENTS[id_]

    assert (found.low, found.high, found.base) == (None, None, None)
    assert found.precision == ("vague" if found.quantifier["sv"] else "none")


@each_statement
def test_an_interval_is_whole_and_within_its_base(id_):
    found = STATEMENTS[id_]

    assert (found.low is None) == (found.high is None)
    if found.low is not None:
        assert 0 <= found.low <= found.high <= (found.whole or found.base or found.high)


@each_statement
def test_a_vague_word_stays_vague(id_):
    found = STATEMENTS[id_]

    assert found.precision != "vague" or found.low is None or found.low < found.high


@each_statement
def test_a_statement_is_told_in_both_languages(id_):
    found = STATEMENTS[id_]

    assert all(found.text.values()) and len(set(found.text.values())) == 2
    assert bool(found.quantifier["sv"]) == bool(found.quantifier["en"])
    assert bool(found.note["sv"]) == bool(found.note["en"])


@each_statement
def test_only_regions_have_a_base(id_):
    found = STATEMENTS[id_]

    assert found.base in ({None, 18, 21} if found.unit == "regions" else {None})


@each_statement
def test_the_words_of_a_case_are_no_sentences(id_):
    assert all(len(word.split()) <= 5 for word in CASES[id_].words)


def test_the_report_answers_by_section_and_by_topic():
    assert {one.id for one in MART.statements(section="6.6")} == {id_ for id_, c in CASES.items() if c.section == "6.6"}
    assert {one.topic for one in MART.statements(topic="pilots")} == {"pilots"}


def test_a_statement_there_is_not_is_not_found():
    with pytest.raises(NotFound):
        MART.statement("no-such-statement")


# Marks


@pytest.mark.parametrize("mark", random.Random(2020).sample(MART.marks(), 40), ids=lambda mark: mark.id)
def test_a_mark_can_be_followed_to_its_source(mark):
    statement = MART.statement(mark.id)
    case = CASES[mark.id]

    assert (statement.low, statement.high, statement.base, statement.unit) == (mark.low, mark.high, ANSWERED, "regions")
    assert mark.section == case.section and case.section in SECTIONS
    assert mark.quantifier["sv"].split()[0].split("–")[0] in " ".join(case.words).lower() or mark.quantifier["sv"] in {
        "en handfull", "ett antal", "de flesta", "ett par–tre",
    }  # fmt: skip
    assert MART.origins["survey_2020"].published == dt.date(2020, 3, 31)


def test_every_statement_out_of_18_is_a_mark():
    expected = {id_ for id_, one in STATEMENTS.items() if one.base == ANSWERED and one.unit == "regions"}

    assert {mark.id for mark in MART.marks()} == expected


# Contradictions and what is unknown


@pytest.mark.parametrize("one", MART.contradictions(), ids=lambda one: one.id)
def test_a_contradiction_names_statements_of_its_sections(one):
    assert one.statements and set(one.sections) <= SECTIONS
    assert {STATEMENTS[id_].section for id_ in one.statements} <= set(one.sections)


def test_a_contradiction_is_found_from_each_of_its_statements():
    for one in MART.contradictions():
        for id_ in one.statements:
            assert one in MART.contradictions(statement=id_)


def test_a_fact_that_is_told_in_two_ways_spans_both():
    (one,) = MART.contradictions(statement="link-to-1177")

    told = [Interval(STATEMENTS[id_].low, STATEMENTS[id_].high) for id_ in one.statements]
    assert span(told) == Interval(4, 6)


def test_the_two_figures_and_the_region_of_each_answer_are_said_to_be_unknown():
    unknown = {one.id: one.place for one in MART.unknowns("survey")}

    assert (unknown["counts-by-stage"], unknown["counts-by-support"]) == ("bild 2", "bild 3")
    assert "any-region" in unknown


def test_what_is_unknown_is_told_for_each_kind_of_data_in_both_languages():
    found = MART.unknowns()

    assert {one.about for one in found} == {"survey", "indicators", "regions"}
    assert all(all(one.text.values()) for one in found)


# Lists


@pytest.fixture(scope="module")
def addresses() -> dict[str, set[str]]:
    """Return each page that a line may lead to, with what may stand after it."""
    paths = {page.path for page in read_site(CONTENT).pages}
    requirements = read_requirements(CONTENT / "requirements").requirements
    found = {
        "/nivaer": {path.stem.split(".")[0] for path in (CONTENT / "levels").glob("*.sv.yaml")},
        "/krav": {f"krav-{one.id}" for one in requirements},
        "/prova": {path.stem for path in (CONTENT / "visits").glob("*.yaml")} & set(LEVELS),
    }
    assert set(found) <= paths
    return found


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_line_leads_to_what_there_is(item, addresses):
    assert item.addresses
    for address in item.addresses:
        parts = urlsplit(address)
        assert (parts.fragment or parse_qs(parts.query)["niva"][0]) in addresses[parts.path]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_line_stands_in_the_report_and_in_both_languages(item):
    assert set(item.sections) <= SECTIONS and all(item.text.values())


@pytest.mark.parametrize(
    ("list_", "statement"),
    [
        ("challenges", "challenges-listed"),
        ("effects", "effects-listed"),
        ("effects-digital-entry", "digital-entry-effects"),
        ("desired-state", "desired-state-features"),
        ("functions-left-out-of-pilot", "functions-left-out"),
        ("vendors-named-regions", "solutions-named"),
        ("external-services-named", "external-services"),
        ("good-flow-steps", "flow-six-steps"),
        ("framework-parts", "framework-three-parts"),
        ("hop-out-exposure", "hop-out-places"),
        ("exchange-areas", "exchange-two-areas"),
        ("recommendations", "chapter-7-recommendations"),
        ("recommendations-summary", "summary-recommendations"),
        ("national-support-services-asked", "support-services-asked"),
        ("pilot-hypotheses-1177-phone", "phone-pilot-hypotheses"),
        ("pilot-preconditions-stockholm", "stockholm-pilot-terms"),
        ("framework-agreements", "two-agreements"),
        ("out-of-scope", "three-out-of-scope"),
    ],
)
def test_a_list_is_as_long_as_the_statement_about_it_says(list_, statement):
    assert {one.id: one.items for one in MART.lists()}[list_] == STATEMENTS[statement].low


def test_lines_can_be_filtered_by_list_and_level_and_by_words_in_any_case():
    assert {item.list for item in MART.items(list_="effects")} == {"effects"}
    assert all("inbox" in item.levels for item in MART.items(level="inbox"))
    assert [item.id for item in MART.items(words="TIDBOK onlinebetalning")] == ["challenges-8"]
    assert MART.items(words="zebra") == ()


def test_words_that_look_like_patterns_are_only_words():
    assert MART.items(words="%") == () == MART.items(words="_")


def test_all_lines_of_all_lists_are_there():
    assert sum(one.items for one in MART.lists()) == len(ITEMS) == 196


# Numbers since then


@pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
def test_a_series_has_a_title_a_definition_and_a_unit_in_both_languages(one):
    assert all([*one.title.values(), *one.definition.values(), *one.unit.values()])


@pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
def test_a_number_has_a_source_and_a_date(one):
    assert all(value.source and value.url.startswith("http") and value.published for value in one.values)


@pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
def test_a_series_has_one_kind_of_period_for_each_region(one):
    for region in one.regions:
        kinds = {value.period for value in one.line(region)}
        assert len(kinds) == 1, kinds


def test_a_number_belongs_to_one_series():
    ids = [value.id for one in SERIES for value in one.values]

    assert len(ids) == len(set(ids)) == 120


@pytest.mark.parametrize("one", [one for one in SERIES if one.topic in {"own", "norway"}], ids=lambda one: one.id)
def test_what_each_counts_in_its_own_way_is_never_put_together(one):
    assert len(one.regions) == 1


def test_a_neighbours_numbers_are_marked():
    for one in SERIES:
        assert (one.country == "norway") == ("NO" in one.regions)
        assert "NO" not in one.regions or one.title["sv"].startswith("Norge")


def test_a_target_is_not_an_outcome():
    assert {one.id for one in SERIES if one.kind == "target"} == {"vgr-digital-share-target", "vgr-letters-target"}


def test_numbers_are_of_regions_there_are():
    codes = read_regions(CONTENT).codes

    assert {region for one in SERIES for region in one.regions} <= codes | {"SE", "NO"}
    assert len({region for one in SERIES for region in one.regions} & codes) == 10


# Regions


def test_the_regions_are_those_of_the_hub():
    hub = read_regions(CONTENT)

    assert {one.code: one.name for one in REGIONS} == {one.code: one.sv for one in hub.regions}


def test_the_population_is_the_published_total():
    assert sum(one.population for one in REGIONS) == 10_551_707


def test_regions_without_a_trace_are_unknown():
    assert {one.code for one in REGIONS if not one.traces} == {"X", "Z"}
    assert all(one.routes == ("unknown",) for one in REGIONS if not one.traces)


def test_a_region_with_a_trace_whose_platform_is_not_named_is_unknown_too():
    assert {one.code for one in MART.regions(route="unknown")} == {"D", "X", "Z"}


@pytest.mark.parametrize("trace", [trace for one in REGIONS for trace in one.traces], ids=lambda trace: trace.id)
def test_a_trace_has_a_source_and_years_or_says_that_they_are_not_known(trace):
    assert all(re.match(r"https?://|report-\d", source) for source in trace.sources)
    assert all(trace.platform.values())
    assert trace.from_year or trace.year_estimated


def test_halland_belongs_to_two_healthcare_regions():
    both = [{one.code for one in MART.regions(healthcare=name)} for name in ("Västra", "Södra")]

    assert both == [{"N", "O"}, {"G", "K", "M", "N"}]


def test_regions_are_found_by_route_and_by_code():
    assert {one.code for one in MART.regions(route="framework")} == {"AB", "M", "AC"}
    assert MART.region("I").short == "Gotland"
    with pytest.raises(NotFound):
        MART.region("Q")


# Origins


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_file_is_the_one_its_origin_describes(folder):
    origin = read_origin(DATA / folder)

    for file in origin.files:
        content = (DATA / folder / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(list(csv.DictReader(content.decode().splitlines()))) == file.rows


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_table_has_its_origin(folder):
    held = {file.name for file in read_origin(DATA / folder).files}

    assert held == {path.name for path in (DATA / folder).glob("*.csv")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_code_book_says_what_each_column_is_and_what_was_corrected(folder):
    book = (DATA / folder / "codebook.md").read_text(encoding="utf-8")

    assert "## What we corrected" in book
    for file in (DATA / folder).glob("*.csv"):
        if file.name not in {"units.csv", "contradictions.csv", "unknowns.csv"}:
            for column in file.read_text(encoding="utf-8").splitlines()[0].split(","):
                assert f"`{column}`" in book or f"`{re.sub('_(sv|en)$', '', column)}_*`" in book, column


def test_no_data_name_a_module_or_a_place_on_a_machine():
    for file in DATA.rglob("*.*"):
        assert not re.search(r"/work/|/home/|hub\.\w+\.", file.read_text(encoding="utf-8")), file


def test_all_that_is_handed_out_is_frozen():
    for one in (*MART.marks(), *STATEMENTS.values(), *ITEMS, *SERIES, *REGIONS):
        with pytest.raises(AttributeError):
            setattr(one, fields(one)[0].name, "changed")
