"""Every text has its twin: what the code says against the catalogue, the content file by file, and the README."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jinja2.ext import babel_extract

from hub.language import read_catalogue
from hub.levels.reading import ACTORS, READERS
from hub.settings import ROOT, Settings

CATALOGUE = ROOT / "content" / "locale" / "sv.po"
ROOMS = ("components", "hub", "pages", "web")
SAYS = {"_", "say", "_say"}
"""What a text in the code is handed to; besides, ``Catalogue.text`` takes the language first."""
FROM_TABLES = {
    "self._say(name)": ACTORS | READERS,
    "self._say(ACTORS[step.actor])": ACTORS,
    "_(READERS[reader])": READERS,
}
"""Calls that look their text up, and the table they look in."""
PASSED_ON = {
    "catalogue.text(language, english)",
    "hub().catalogue.text(language(), english)",
    "self._catalogue.text(self._language, english)",
    "self._say(english)",
    "self._hub.catalogue.text(language, english)",
    "self._hub.catalogue.text(self._language, english)",
}
"""Calls inside the very functions that are handed a text."""
PLACEHOLDER = re.compile(r"\{\w*\}")


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Yield each call that says something, and the text it is handed."""
    for file in sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            if isinstance(function, ast.Call):  # one that is made for a visitor: self._say(request)("…")
                function = function.func
            elif ast.unparse(node) in {"self._say(request)", "self._pages.say(request)"}:
                continue
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name in SAYS and len(node.args) == 1:
                yield ast.unparse(node), node.args[0]
            elif name == "text" and len(node.args) == 2 and "catalogue" in ast.unparse(node.func):
                yield ast.unparse(node), node.args[1]


def texts_in_templates() -> set[str]:
    found = set()
    for file in (ROOT / "web" / "templates").glob("*.html"):
        options = {"trim_blocks": "true", "lstrip_blocks": "true"}
        for _line, _function, message, _comments in babel_extract(io.BytesIO(file.read_bytes()), ["_"], [], options):
            found.add(message)
    return found


def texts_in_code() -> set[str]:
    written = {text.value for _call, text in calls() if isinstance(text, ast.Constant)}
    return written | {text for table in FROM_TABLES.values() for text in table.values()} | texts_in_templates()


def test_every_text_in_the_code_has_its_swedish_twin():
    twins = read_catalogue(CATALOGUE).keys()

    assert sorted(texts_in_code() - twins) == []


def test_no_twin_is_left_over():
    twins = read_catalogue(CATALOGUE).keys()

    assert sorted(twins - texts_in_code()) == []


def test_a_text_is_written_out_where_it_is_said():
    looked_up = {call for call, text in calls() if not isinstance(text, ast.Constant)}

    assert looked_up - PASSED_ON == set(FROM_TABLES)


def test_the_twins_have_the_same_placeholders():
    catalogue = read_catalogue(CATALOGUE)

    different = [
        text
        for text in catalogue.keys()  # noqa: SIM118 - a method of ours, not of a mapping
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(catalogue.text("sv", text)))
    ]

    assert different == []


def content_files(language: str) -> set[str]:
    files = (file.relative_to(ROOT / "content").as_posix() for file in (ROOT / "content").rglob(f"*.{language}.*"))
    # Articles are written in Swedish first; the page says so to others.
    return {file.replace(f".{language}.", ".*.") for file in files if not file.startswith("articles/")}


def test_every_content_file_has_its_twin():
    assert content_files("sv") == content_files("en") != set()


def test_every_content_file_is_in_a_language_or_needs_none():
    of_a_language = {file for file in (ROOT / "content").rglob("*.*") if re.search(r"\.(sv|en)\.", file.name)}

    without = {file.relative_to(ROOT / "content").as_posix() for file in (ROOT / "content").rglob("*.*")} - {
        file.relative_to(ROOT / "content").as_posix() for file in of_a_language
    }
    # What is heard has its language in its name in another way, and a test of its own.
    without = {file for file in without if not file.endswith(".webm")}

    assert without == {
        "clips/origin.yaml",
        *(f"visits/{level}.yaml" for level in ("framework", "hop-out", "inbox", "reverse-case-flow", "words")),
        "forum/forum.yaml",
        "guide/flow.yaml",
        "locale/sv.po",
        "plan/stages.yaml",
        "regions.yaml",
        "requirements/list.yaml",
        "search.yaml",
        "site.yaml",
        "sources.yaml",
        "survey/questionnaire-1.yaml",
    }


def frames(language: str) -> dict[str, list[str]]:
    words = yaml.safe_load((ROOT / "content" / "guide" / f"words.{language}.yaml").read_text(encoding="utf-8"))
    return {name: sorted(PLACEHOLDER.findall(text)) for name, text in words["results"].items()}


def test_the_frames_of_the_results_have_the_same_placeholders():
    assert frames("sv") == frames("en")


def readme_rows() -> dict[str, tuple[str, str]]:
    """Return default and description by variable, from the README's table of settings."""
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {variable: (default, description) for variable, default, description in rows}


def default_in_words(default: object) -> str:
    if isinstance(default, Path) and default.is_absolute():
        default = default.relative_to(ROOT)
    return "empty" if default is False or not str(default) else f"`{default}`"


def test_the_readme_lists_each_setting_with_its_default_and_description():
    settings = {
        str(field.title): (default_in_words(field.default), str(field.description))
        for field in Settings.model_fields.values()
    }

    assert readme_rows() == settings


def test_the_readme_names_each_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))

    named = set(re.findall(r"`make ([a-z-]+)[^`]*`", (ROOT / "README.md").read_text(encoding="utf-8")))

    assert named == commands


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/design.md"])
def test_a_document_points_at_files_that_exist(document):
    file = ROOT / document
    linked = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", file.read_text(encoding="utf-8"))

    missing = [target for target in linked if not (file.parent / target).exists()]

    assert missing == []
