"""The statements of the 2020 survey: what stands in the data, how words became intervals, and the mart on top."""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from hub.errors import ContentError, Unavailable
from hub.survey.facts import Chart, Mark
from hub.survey.mart import Mart

DATA = Path(__file__).parents[2] / "data"
REGIONS = 18
CHARTS: tuple[Chart, ...] = ("national", "use")


# Read off the report, statement by statement: section, the report's word, and the interval.
STATEMENTS = {
    "framework-wanted": ("4.6", "mer än hälften", 10, 18),
    "first-entrance": ("4.4", "sju–åtta", 7, 8),
    "national-video-open": ("4.6", "några få", 2, 4),
    "national-video-no": ("4.6", "ett par–tre", 2, 3),
    "exchange-wanted": ("6.6", "några få", 2, 4),
    "procurement-help": ("4.6", "ingen", 0, 0),
    "link-to-1177": ("3", "ungefär fem", 4, 6),
    "details-through-1177": ("4.4", "flera", 3, 8),
    "drop-in": ("Sammanfattning", "ungefär fem", 4, 6),
    "several-systems": ("3", "vanligt", 6, 17),
    "booking-in-own-system": ("3", "många", 6, 17),
    "barely-begun": ("3", "några", 2, 5),
    "much-work-left": ("6.6", "de flesta", 10, 17),
    "practice-over-technology": ("4.1", "flera", 3, 8),
}


@pytest.fixture(scope="module")
def mart() -> Mart:
    return Mart(DATA)


@pytest.fixture(scope="module")
def statements(mart: Mart) -> dict[str, Mark]:
    return {statement.id: statement for chart in CHARTS for statement in mart.marks(chart)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the data that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def rows() -> Iterator[dict[str, str]]:
    with (DATA / "survey_2020" / "statements.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def rewrite(data: Path, old: str, new: str) -> Path:
    """Change the figures and make the record of origin agree with them."""
    figures, record = data / "survey_2020" / "statements.csv", data / "survey_2020" / "origin.yaml"
    before = figures.read_bytes()
    assert old.encode() in before
    after = before.replace(old.encode(), new.encode(), 1)
    figures.write_bytes(after)
    old_digest, new_digest = (hashlib.sha256(content).hexdigest() for content in (before, after))
    record.write_text(record.read_text(encoding="utf-8").replace(old_digest, new_digest), encoding="utf-8")
    return figures


def fault_of(data: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        Mart(data)
    return caught.value


# What stands in the data


@pytest.mark.parametrize("id_", STATEMENTS)
def test_a_statement_has_the_section_the_word_and_the_interval_that_were_read_off_the_report(
    statements: dict[str, Mark], id_: str
) -> None:
    found = statements[id_]

    assert (found.section, found.quantifier["sv"], found.low, found.high) == STATEMENTS[id_]


def test_the_charts_draw_no_other_statements(statements: dict[str, Mark]) -> None:
    assert set(statements) == set(STATEMENTS)


@pytest.mark.parametrize("id_", STATEMENTS)
def test_an_interval_lies_within_the_18_regions_that_answered(statements: dict[str, Mark], id_: str) -> None:
    found = statements[id_]

    assert 0 <= found.low <= found.high <= REGIONS


@pytest.mark.parametrize("id_", STATEMENTS)
def test_a_statement_and_its_word_are_there_in_both_languages(statements: dict[str, Mark], id_: str) -> None:
    found = statements[id_]

    texts = [*found.text.values(), *found.quantifier.values()]
    assert (list(found.text), list(found.quantifier), all(texts)) == (["sv", "en"], ["sv", "en"], True)


def test_a_swedish_word_always_has_the_same_english_one(statements: dict[str, Mark]) -> None:
    pairs = {(statement.quantifier["sv"], statement.quantifier["en"]) for statement in statements.values()}

    assert len(pairs) == len({swedish for swedish, _ in pairs})


def test_no_statement_stands_twice_in_the_data() -> None:
    ids = [row["id"] for row in rows()]

    assert len(ids) == len(set(ids))


# The mart


@pytest.mark.parametrize("chart", CHARTS)
def test_the_statements_with_the_most_regions_come_first(mart: Mart, chart: Chart) -> None:
    ends = [(statement.high, statement.low) for statement in mart.marks(chart)]

    assert ends == sorted(ends, reverse=True)


@pytest.mark.parametrize("chart", CHARTS)
def test_statements_of_equal_size_keep_the_order_of_the_data(mart: Mart, chart: Chart) -> None:
    in_data = [row for row in rows() if row["chart"] == chart]
    expected = [row["id"] for row in sorted(in_data, key=lambda row: (-int(row["high"]), -int(row["low"])))]

    found = [statement.id for statement in mart.marks(chart)]

    assert found == expected


def test_a_statement_is_given_as_it_stands_in_the_data(statements: dict[str, Mark]) -> None:
    expected = {
        row["id"]: Mark(
            row["id"],
            row["section"],
            {"sv": row["statement_sv"], "en": row["statement_en"]},
            {"sv": row["quantifier_sv"], "en": row["quantifier_en"]},
            int(row["low"]),
            int(row["high"]),
            row["precision"],
        )
        for row in rows()
        if row["chart"]
    }

    assert statements == expected


def test_every_charted_statement_belongs_to_one_chart(mart: Mart) -> None:
    found = [statement.id for chart in CHARTS for statement in mart.marks(chart)]

    assert sorted(found) == sorted(row["id"] for row in rows() if row["chart"])


def test_the_mart_answers_many_threads_at_once(mart: Mart) -> None:
    expected = mart.marks("use")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: mart.marks("use"), range(200)))

    assert found == [expected] * 200


def test_the_mart_tells_where_its_figures_come_from(mart: Mart) -> None:
    origin = mart.origin

    assert (origin.producer, origin.published.isoformat()) == ("Inera AB", "2020-03-31")


def test_what_is_remembered_is_what_would_be_answered(mart: Mart) -> None:
    anew = Mart(DATA, remembered=0)

    assert mart.marks() == mart.marks() == anew.marks()
    assert mart.items(words="tid") == mart.items(words="TID") == anew.items(words="Tid")


def test_a_mart_that_has_gone_is_unavailable_whatever_it_remembers() -> None:
    gone = Mart(DATA)
    gone.marks("national")
    gone._connection.close()

    with pytest.raises(Unavailable):
        gone.check()


# Figures that are not what they should be


def test_a_changed_byte_in_the_figures_is_refused(copy: Path) -> None:
    figures = copy / "survey_2020" / "statements.csv"
    figures.write_bytes(figures.read_bytes().replace(b",4,6,", b",4,7,", 1))

    fault = fault_of(copy)

    assert (fault.file, fault.place) == (str(figures), "sha256")


def test_missing_figures_are_refused(copy: Path) -> None:
    figures = copy / "survey_2020" / "statements.csv"
    figures.unlink()

    fault = fault_of(copy)

    assert fault.file == str(figures)


def test_a_row_more_than_the_record_says_is_refused(copy: Path) -> None:
    figures = rewrite(
        copy, "\nframework-wanted,", "\nextra,use,usage,3,,a,b,c,d,coded,1,2,,18,regions,vague,,\nframework-wanted,"
    )

    fault = fault_of(copy)

    assert (fault.file, fault.place) == (str(figures), "rows")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(",4,6,", ",four,6,", id="a word for a number"),
        pytest.param(",4,6,", ",-4,6,", id="a number below zero"),
        pytest.param(",4,6,", ",4,", id="a column too few"),
        pytest.param("id,chart,", "id,", id="a heading too few"),
        pytest.param(",4,6,", ",6,4,", id="ends the wrong way round"),
        pytest.param(",coded,10,18,", ",coded,10,19,", id="more regions than answered"),
        pytest.param("\nregions-answered,", "\nanswer-window,", id="an id that stands twice"),
        pytest.param(",vague,", ",fuzzy,", id="a precision there is not"),
        pytest.param(",regions,vague,", ",clinics,vague,", id="a share of the regions in another unit"),
    ],
)
def test_figures_that_cannot_be_read_are_refused(copy: Path, old: str, new: str) -> None:
    figures = rewrite(copy, old, new)

    fault = fault_of(copy)

    assert fault.file == str(figures)


# Answers of coming rounds: rows generated here, and said to be


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str, int, int]]:
    """Return generated answer rows: round, region, question, choice and how many."""
    chance = random.Random(6)
    return [
        (f"generated-{chance.randint(1, 3)}", chance.choice(["AB", "C", "M"]), f"q{chance.randint(1, 4)}", chance.randint(0, 5), 1)
        for _ in range(2000)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def answered(answers: list[tuple[str, str, str, int, int]], tmp_path_factory: pytest.TempPathFactory) -> Mart:
    """Return a mart with the generated answers."""
    file = tmp_path_factory.mktemp("answers") / "generated.parquet"
    columns = zip(("round", "region", "question", "choice", "n"), zip(*answers, strict=True), strict=True)
    pd.DataFrame(dict(columns)).to_parquet(file)
    return Mart(DATA, file)


def test_the_hub_itself_holds_no_answers(mart: Mart) -> None:
    assert mart.region_means("generated-1") == () == mart.quartiles("generated-1")


@pytest.mark.parametrize("region", [None, "M"])
def test_a_rounds_answers_are_counted(
    answers: list[tuple[str, str, str, int, int]], answered: Mart, region: str
) -> None:
    expected = Counter((r, q, c) for r, code, q, c, _ in answers if r == "generated-2" and region in {None, code})

    found = {
        (one.round, one.question, one.choice): one.n
        for one in answered.round_counts("generated-2", regions=(region,) if region else None)
    }

    assert found == expected


def test_a_questions_answers_are_counted_over_the_rounds(
    answers: list[tuple[str, str, str, int, int]], answered: Mart
) -> None:
    expected = Counter((r, q, c) for r, _, q, c, _ in answers if q == "q3")

    assert {(one.round, one.question, one.choice): one.n for one in answered.question_counts("q3")} == expected


def test_a_regions_mean_is_that_of_its_answers(answers: list[tuple[str, str, str, int, int]], answered: Mart) -> None:
    for one in answered.region_means("generated-1"):
        chosen = [c for r, code, q, c, _ in answers if (r, code, q) == ("generated-1", one.region, one.question)]
        assert (one.n, one.mean) == (len(chosen), pytest.approx(sum(chosen) / len(chosen)))


def test_quartiles_from_counts_are_those_of_the_answers(
    answers: list[tuple[str, str, str, int, int]], answered: Mart
) -> None:
    for one in answered.quartiles("generated-3"):
        chosen = sorted(c for r, _, q, c, _ in answers if (r, q) == ("generated-3", one.question))
        at = [chosen[-(-len(chosen) * part // 4) - 1] for part in (1, 2, 3)]
        assert (one.low, one.median, one.high, one.n) == (*at, len(chosen))


def test_answers_of_a_region_there_is_not_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "generated.parquet"
    pd.DataFrame({"round": ["generated-1"], "region": ["Q"], "question": ["q1"], "choice": [1], "n": [1]}).to_parquet(
        file
    )

    with pytest.raises(ContentError):
        Mart(DATA, file)


def test_only_the_regions_that_are_named_are_counted(
    answers: list[tuple[str, str, str, int, int]], answered: Mart
) -> None:
    expected = Counter((q, c) for r, code, q, c, _ in answers if r == "generated-2" and code in {"AB", "M"})

    found = answered.round_counts("generated-2", regions=("AB", "M"))
    assert {(one.question, one.choice): one.n for one in found} == expected
    assert answered.round_counts("generated-2", regions=()) == ()
