"""Strict YAML, and the record of where a dataset comes from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hub.errors import ContentError
from hub.origin import Origin, Strict, read_origin, read_yaml

DATA = Path(__file__).parents[2] / "data"
CONTENT = b"id,low\na,1\nb,2\n"


class Point(Strict):
    """Something to read."""

    name: str
    places: tuple[int, ...] = ()


def dataset(folder: Path, *, checksum: str = "", extra: str = "") -> Path:
    """Lay out a dataset with its record."""
    (folder / "a.csv").write_bytes(CONTENT)
    (folder / "origin.yaml").write_text(
        f"title: Figures\nproducer: A producer\npublished: 2020-03-31\nreceived: 2026-11-22\nlicence: Public\n{extra}"
        f"files:\n  - name: a.csv\n    sha256: '{checksum or hashlib.sha256(CONTENT).hexdigest()}'\n    rows: 2\n",
        encoding="utf-8",
    )
    return folder


def point_file(folder: Path, text: str) -> Path:
    file = folder / "point.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def fault_of(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_origin(folder)
    return caught.value


def fault_in(file: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_yaml(file, Point)
    return caught.value


# The record of a dataset


def test_a_dataset_that_is_what_its_record_says_is_taken(tmp_path: Path) -> None:
    origin = read_origin(dataset(tmp_path))

    assert (origin.title, origin.published.isoformat(), origin.files[0].rows) == ("Figures", "2020-03-31", 2)


def test_a_file_changed_in_one_byte_is_refused(tmp_path: Path) -> None:
    dataset(tmp_path)
    (tmp_path / "a.csv").write_bytes(CONTENT.replace(b"2", b"3"))

    fault = fault_of(tmp_path)

    assert (fault.file, fault.place) == (str(tmp_path / "a.csv"), "sha256")


def test_a_wrong_checksum_is_told_beside_the_right_one(tmp_path: Path) -> None:
    fault = fault_of(dataset(tmp_path, checksum="0" * 64))

    assert fault.fault == f"the file has {hashlib.sha256(CONTENT).hexdigest()}, origin.yaml says {'0' * 64}"


def test_a_checksum_that_is_none_is_refused(tmp_path: Path) -> None:
    fault = fault_of(dataset(tmp_path, checksum="abc"))

    assert fault.place == "files.0.sha256"


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    dataset(tmp_path)
    (tmp_path / "a.csv").unlink()

    fault = fault_of(tmp_path)

    assert fault.file == str(tmp_path / "a.csv")


def test_a_record_that_is_missing_is_named(tmp_path: Path) -> None:
    fault = fault_of(tmp_path)

    assert fault.file == str(tmp_path / "origin.yaml")


def test_a_key_that_the_record_does_not_know_is_refused(tmp_path: Path) -> None:
    fault = fault_of(dataset(tmp_path, extra="colour: red\n"))

    assert (fault.file, fault.place) == (str(tmp_path / "origin.yaml"), "colour")


def test_a_date_that_does_not_exist_is_a_fault_of_its_file(tmp_path: Path) -> None:
    dataset(tmp_path)
    record = tmp_path / "origin.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("2020-03-31", "2020-02-30"), encoding="utf-8")

    fault = fault_of(tmp_path)

    assert fault.file == str(record)


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in DATA.rglob("origin.yaml")), ids=lambda path: path.name
)
def test_each_of_our_datasets_is_what_its_record_says(folder: Path) -> None:
    origin = read_origin(folder)

    assert isinstance(origin, Origin)


@pytest.mark.parametrize("folder", sorted(path for path in DATA.iterdir() if path.is_dir()), ids=lambda path: path.name)
def test_each_of_our_datasets_records_every_file_of_figures(folder: Path) -> None:
    origin = read_origin(folder)

    assert {held.name for held in origin.files} == {file.name for file in folder.glob("*.csv")}


# Strict YAML


def test_a_file_is_read_into_its_model(tmp_path: Path) -> None:
    point = read_yaml(point_file(tmp_path, "name: Gävle\nplaces: [1, 2]\n"), Point)

    assert point == Point(name="Gävle", places=(1, 2))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("name: a\n  b: c\n", "line 2", id="a wrong indent"),
        pytest.param("name: a\nplaces: [1\n", "line 3", id="an open list"),
        pytest.param("\n\nname: 'a\n", "line 4", id="an open quotation"),
        pytest.param("name: a\nplaces: []\nname: b\n", "line 3", id="a key that stands twice"),
        pytest.param("name: !!python/name:os.system\n", "line 1", id="a tag that would run code"),
    ],
)
def test_broken_yaml_names_the_file_and_the_line(tmp_path: Path, text: str, place: str) -> None:
    file = point_file(tmp_path, text)

    fault = fault_in(file)

    assert (fault.file, fault.place) == (str(file), place)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("name: a\ncolour: red\n", "colour", id="a key it does not know"),
        pytest.param("places: [1]\n", "name", id="a key that is missing"),
        pytest.param("name: 1\n", "name", id="a number for a text"),
        pytest.param("name: no\n", "name", id="a truth for a text"),
        pytest.param("name: a\nplaces: [1, '2']\n", "places.1", id="a text for a number"),
        pytest.param("name: a\nplaces: 1\n", "places", id="one for a list"),
        pytest.param("name:\n", "name", id="nothing for a text"),
    ],
)
def test_yaml_that_is_not_what_the_model_says_names_the_file_and_the_place(
    tmp_path: Path, text: str, place: str
) -> None:
    file = point_file(tmp_path, text)

    fault = fault_in(file)

    assert (fault.file, fault.place) == (str(file), place)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("- a\n", id="a list"),
        pytest.param("name: \x01\n", id="a control character"),
        pytest.param("name: 2020-02-30\n", id="a date that does not exist"),
        pytest.param("2020-01-01: a\n", id="a key that is no text"),
        pytest.param("name: &a [*a]\n", id="a list that holds itself"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_of_that_file(tmp_path: Path, text: str) -> None:
    file = point_file(tmp_path, text)

    fault = fault_in(file)

    assert fault.file == str(file)


def test_bytes_that_are_no_text_are_a_fault_of_their_file(tmp_path: Path) -> None:
    file = tmp_path / "point.yaml"
    file.write_bytes(b"name: \xff\n")

    fault = fault_in(file)

    assert fault.file == str(file)


def test_the_text_of_a_fault_begins_with_file_and_place(tmp_path: Path) -> None:
    file = point_file(tmp_path, "name: a\ncolour: red\n")

    fault = fault_in(file)

    assert str(fault).startswith(f"{file}: colour: ")
