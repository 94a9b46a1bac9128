"""The worked cases of the guide: situations told in words, and what the rules must say of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.guide.rules import Capability, Facts, Layer, Layers, Need, choose, key

FILE = Path(__file__).parent / "cases" / "guide.md"
FIELDS = ("needs", "can", "cannot", "start", "aim", "national")


@dataclass(frozen=True)
class Case:
    """One case: the facts, and the choice they must lead to."""

    title: str
    facts: Facts
    start: Layers | None
    aim: Layers | None
    national: bool


def read_cases(file: Path) -> list[Case]:
    sections = re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [read_case(section) for section in sections[1:]]


def read_case(section: str) -> Case:
    title, _, text = section.partition("\n")
    given = dict(re.findall(rf"^({'|'.join(FIELDS)}):[ ]*(.*)$", text, flags=re.MULTILINE))
    return Case(
        title,
        Facts(
            frozenset(Need(word) for word in words(given["needs"])),
            frozenset(Capability(word) for word in words(given["can"])),
            frozenset(Capability(word) for word in words(given["cannot"])),
        ),
        layers(given["start"]),
        layers(given["aim"]),
        {"yes": True, "no": False}[given["national"]],
    )


def words(line: str) -> list[str]:
    return [word.strip() for word in line.split(",") if word.strip()]


def layers(line: str) -> Layers | None:
    return None if line == "none" else frozenset(Layer(word) for word in line.split("+"))


CASES = read_cases(FILE)
each_case = pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])


def test_there_are_twelve_cases_with_different_titles_and_facts() -> None:
    counts = (len(CASES), len({case.title for case in CASES}), len({case.facts for case in CASES}))

    assert counts == (12, 12, 12)


@each_case
def test_a_case_says_nothing_both_ways(case: Case) -> None:
    both = case.facts.can & case.facts.cannot

    assert both == frozenset()


@each_case
def test_a_case_starts_where_it_says(case: Case) -> None:
    start = choose(case.facts).start

    assert named(start) == named(case.start)


@each_case
def test_a_case_aims_where_it_says(case: Case) -> None:
    aim = choose(case.facts).aim

    assert named(aim) == named(case.aim)


@each_case
def test_a_case_looks_to_the_national_services_as_it_says(case: Case) -> None:
    national = choose(case.facts).national

    assert national is case.national


def named(found: Layers | None) -> str:
    return key(found) if found else "none"
