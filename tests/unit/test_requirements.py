"""The requirement list: which requirements a wish asks for, how a wish stands in an address, and the files made of it."""

from __future__ import annotations

import io
import os
import shutil
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bootstrap import build
from hub.documents import Column, table_excel, table_word
from hub.errors import ContentError
from hub.guide.rules import LAYERS_OF
from hub.language import LANGUAGES, Language
from hub.requirements.content import read_requirements
from hub.requirements.rules import (
    LAYERS,
    LEVELS,
    WEIGHTS,
    Requirement,
    Weight,
    Wish,
    address_of,
    left_out,
    lines,
    read_wish,
)
from hub.settings import ROOT, read_settings

HUB = build(read_settings(os.environ))
CONTENT = HUB.requirements
ALL = CONTENT.requirements
ROLES = sorted({one.answers for one in ALL})


def requirement(
    id_: str, *layers: str, part: str = "login", weight: Weight = "must", answers: str = "it"
) -> Requirement:
    return Requirement(id_, part, frozenset(layers), weight, "practice", ("a-source",), answers, "test")


FEW = (
    requirement("always", part="logging", answers="law"),
    requirement("only-login", "login"),
    requirement("login-and-notice", "login", "manual-notice", weight="scored"),
    requirement("only-notice", "manual-notice", part="notice", weight="information", answers="law"),
)


def ids(wish: Wish) -> list[str]:
    return [line.requirement.id for line in lines(FEW, wish)]


def as_given(wish: Wish) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in address_of(wish):
        found.setdefault(name, []).append(value)
    return found


wishes = st.builds(
    Wish,
    layers=st.frozensets(st.sampled_from(LAYERS)),
    parts=st.frozensets(st.sampled_from(CONTENT.parts)),
    role=st.sampled_from(["", *ROLES]),
    without=st.frozensets(st.sampled_from(CONTENT.parts)),
    weights=st.dictionaries(st.sampled_from([one.id for one in ALL]), st.sampled_from(WEIGHTS), max_size=5),
)


# What a wish asks for


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(Wish(), ["always", "only-login", "login-and-notice", "only-notice"], id="nothing chosen"),
        pytest.param(Wish(layers=frozenset({"login"})), ["always", "only-login", "login-and-notice"], id="a layer"),
        pytest.param(Wish(layers=frozenset({"time-and-link"})), ["always"], id="a layer that none has"),
        pytest.param(Wish(parts=frozenset({"notice"})), ["only-notice"], id="a part"),
        pytest.param(Wish(parts=frozenset({"notice", "logging"})), ["always", "only-notice"], id="two parts"),
        pytest.param(Wish(role="law"), ["always", "only-notice"], id="a role"),
        pytest.param(Wish(without=frozenset({"login"})), ["always", "only-notice"], id="without a part"),
        pytest.param(Wish(layers=frozenset({"login"}), role="law"), ["always"], id="a layer and a role"),
        pytest.param(Wish(parts=frozenset({"login"}), without=frozenset({"login"})), [], id="a part both ways"),
    ],
)
def test_a_wish_gives_its_requirements_in_the_order_of_the_list(wish: Wish, expected: list[str]) -> None:
    assert ids(wish) == expected


@given(layers=st.frozensets(st.sampled_from(LAYERS)))
def test_a_requirement_without_layers_stays_whatever_layers_are_chosen(layers: frozenset[str]) -> None:
    chosen = {line.requirement.id for line in lines(ALL, Wish(layers=layers))}

    assert {one.id for one in ALL if not one.layers} <= chosen


@pytest.mark.parametrize("part", CONTENT.parts)
def test_leaving_out_a_part_takes_exactly_its_requirements(part: str) -> None:
    whole = [line.requirement for line in lines(ALL, Wish())]

    kept = [line.requirement for line in lines(ALL, Wish(without=frozenset({part})))]

    assert kept == [one for one in whole if one.part != part]


@given(wish=wishes)
def test_what_is_left_out_and_what_is_kept_make_up_the_whole(wish: Wish) -> None:
    whole = lines(ALL, Wish(wish.layers, wish.parts, wish.role))

    counts = left_out(ALL, wish)

    assert set(counts) == wish.without
    assert len(lines(ALL, wish)) + sum(counts.values()) == len(whole)


def test_nothing_is_counted_as_left_out_when_nothing_is() -> None:
    assert left_out(ALL, Wish()) == {}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param({}, ("must", False), id="as proposed"),
        pytest.param({"always": "scored"}, ("scored", True), id="changed"),
        pytest.param({"always": "must"}, ("must", False), id="set to what was proposed"),
        pytest.param({"only-login": "scored"}, ("must", False), id="another one changed"),
    ],
)
def test_a_line_has_the_weight_the_visitor_set(weights: dict[str, Weight], expected: tuple[str, bool]) -> None:
    first = lines(FEW, Wish(weights=weights))[0]

    assert (first.weight, first.changed) == expected


def test_the_levels_are_the_same_layers_as_in_the_guide() -> None:
    assert {level.value: {layer.value for layer in layers} for level, layers in LAYERS_OF.items()} == LEVELS


# A wish in an address


@given(wish=wishes)
def test_a_wish_comes_back_from_its_address(wish: Wish) -> None:
    assert read_wish(as_given(wish), ALL) == (wish, ())


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_in_an_address_stands_for_its_layers(level: str) -> None:
    assert read_wish({"niva": [level]}, ALL) == (Wish(layers=LEVELS[level]), ())


def test_a_level_and_a_layer_are_joined() -> None:
    wish, _ = read_wish({"niva": ["hop-out"], "lager": ["manual-notice"]}, ALL)

    assert wish.layers == {"login", "manual-notice"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("niva", "fax"),
        ("lager", "fax"),
        ("del", "fax"),
        ("roll", "nobody"),
        ("utan", "fax"),
        ("vikt", "fax.must"),
        ("vikt", f"{ALL[0].id}.heavy"),
        ("vikt", ALL[0].id),
        ("vikt", "."),
    ],
)
def test_an_unknown_value_is_reported_and_changes_nothing(name: str, value: str) -> None:
    assert read_wish({name: [value]}, ALL) == (Wish(), (f"{name}={value}",))


@pytest.mark.parametrize("name", ["niva", "lager", "del", "roll", "utan", "vikt"])
def test_a_field_left_empty_is_no_problem(name: str) -> None:
    assert read_wish({name: [""]}, ALL) == (Wish(), ())


def test_a_long_unknown_value_is_reported_in_short() -> None:
    _, problems = read_wish({"del": ["x" * 10_000]}, ALL)

    assert problems == ("del=" + "x" * 60,)


@given(
    asked=st.dictionaries(
        st.sampled_from(["niva", "lager", "del", "roll", "utan", "vikt", "other"]),
        st.lists(st.text() | st.sampled_from([*LAYERS, *LEVELS, *CONTENT.parts, *ROLES, f"{ALL[0].id}.scored"])),
    )
)
def test_whatever_stands_in_an_address_gives_a_wish_that_can_be_written_again(asked: dict[str, list[str]]) -> None:
    wish, _ = read_wish(asked, ALL)

    assert read_wish(as_given(wish), ALL) == (wish, ())


# The list


def test_there_are_at_least_60_requirements_each_with_an_id_of_its_own() -> None:
    assert len({one.id for one in ALL}) == len(ALL) >= 60


def test_every_part_has_at_least_5_requirements() -> None:
    counts = Counter(one.part for one in ALL)

    assert {part: counts[part] for part in CONTENT.parts if counts[part] < 5} == {}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_a_requirement_names_sources_that_are_known(one: Requirement) -> None:
    assert set(one.sources) - HUB.sources["sv"].keys() == set()


def test_some_requirements_follow_from_law_and_some_from_practice() -> None:
    assert {one.kind for one in ALL} == {"law", "practice"}


@pytest.mark.parametrize("kind", ["law", "practice"])
def test_a_requirement_without_a_source_is_refused(tmp_path: Path, kind: str) -> None:
    folder = Path(shutil.copytree(ROOT / "content" / "requirements", tmp_path / "requirements"))
    one = next(one for one in ALL if one.kind == kind)
    text = (folder / "list.yaml").read_text(encoding="utf-8")
    before, id_, after = text.partition(f"id: {one.id}\n")
    spoilt = after.replace(f"sources: [{', '.join(one.sources)}]", "sources: []", 1)
    assert spoilt != after
    (folder / "list.yaml").write_text(before + id_ + spoilt, encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        read_requirements(folder)

    assert caught.value.place == f"requirements.{ALL.index(one)}.sources"


# The files


def columns_and_rows(language: Language, wish: Wish) -> tuple[list[Column], list[list[str]]]:
    titles, rows = HUB.requirement_readings[language].rows(wish)
    return [Column(title) for title in titles], [list(row) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_holds_the_requirement_in_words_and_room_for_the_vendor(language: Language) -> None:
    _, rows = HUB.requirement_readings[language].rows(Wish(weights={ALL[0].id: "information"}))

    words = CONTENT.words[language]
    assert [row[0] for row in rows] == [one.id for one in ALL]
    assert rows[0][1:4] == (
        words.parts[ALL[0].part].name,
        words.requirements[ALL[0].id].text,
        words.weights["information"],
    )
    assert {row[-2:] for row in rows} == {("", "")}
    assert [row[0] for row in rows if not all(row[:-2])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_excel_file_holds_what_was_put_in(language: Language) -> None:
    columns, rows = columns_and_rows(language, Wish())

    made = openpyxl.load_workbook(io.BytesIO(table_excel("Krav", columns, rows))).worksheets[0]

    read = [[cell or "" for cell in row] for row in made.iter_rows(values_only=True)]
    assert read == [[column.title for column in columns], *rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_file_holds_what_was_put_in(language: Language) -> None:
    columns, rows = columns_and_rows(language, Wish(layers=frozenset({"login"})))

    made = docx.Document(io.BytesIO(table_word("Krav", columns, rows, language=language))).tables[0]

    read = [[cell.text for cell in row.cells] for row in made.rows]
    assert read == [[column.title for column in columns], *rows]
