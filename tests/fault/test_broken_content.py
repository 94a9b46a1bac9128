"""A file that is wrong stops the start with one sentence that names it and the place in it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def start(content: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**inherited, "PORT": "8599", "HUB_CONTENT": str(content), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sentence(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that was said, after it has been seen to be the only one."""
    assert ended.returncode == 1
    said = ended.stderr.strip()
    assert said.startswith("The hub cannot start: ") and "Traceback" not in said
    assert ended.stdout == ""
    return said


@pytest.fixture
def content(tmp_path):
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def swap(file: Path, pattern: str, replacement: str) -> None:
    before = file.read_text(encoding="utf-8")
    after = re.sub(pattern, replacement, before, count=1, flags=re.DOTALL)
    assert after != before, f"{pattern} does not stand in {file.name}"
    file.write_text(after, encoding="utf-8")


BROKEN = {
    "YAML that cannot be read": ("site.yaml", r"path: /valj", "path: /valj: x", ["line 12"]),
    "a page without a title": ("site.yaml", r"title: \{sv: Start, en: Start\}", "title: 5", ["pages.0.title"]),
    "an unknown field": ("site.yaml", r"menu: false", "menu: false\n    colour: red", ["pages.0.colour"]),
    "an unknown source in a level": (
        "levels/inbox.sv.yaml",
        r"\[\^[\w-]+\]",
        "[^no-such-source]",
        ["no-such-source"],
    ),
    "an unknown source in the guide": (
        "guide/words.en.yaml",
        r"\[\^[\w-]+\]",
        "[^no-such-source]",
        ["no-such-source"],
    ),
    "an unknown source on a page": ("pages/about.sv.md", r"\[\^[\w-]+\]", "[^no-such-source]", ["no-such-source"]),
    "a text without its Swedish twin": (
        "locale/sv.po",
        r'msgid "Add a service"\nmsgstr "[^"]+"',
        'msgid "Add a service"\nmsgstr ""',
        ["Add a service", "has no Swedish twin"],
    ),
    "a question without words": ("guide/words.sv.yaml", r"  single-login:\n", "  double-login:\n", ["single-login"]),
    "an answer that settles an unknown fact": ("guide/flow.yaml", r"\[care-calls\]", "[care-sings]", ["questions.0"]),
    "a file that is not text": ("glossary.sv.yaml", r"^.", "\0", []),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_named_with_the_place_in_it(content, fault):
    name, pattern, replacement, told = BROKEN[fault]
    swap(content / name, pattern, replacement)
    said = sentence(start(content))
    for words in (name.rsplit("/", 1)[-1], *told):
        assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["site.yaml", "levels/hop-out.en.yaml", "guide/flow.yaml", "locale/sv.po", "pages/about.en.md"]
)
def test_a_missing_file_is_named(content, name):
    (content / name).unlink()
    assert name.rsplit("/", 1)[-1] in sentence(start(content))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("HUB_PUBLIC_URL", "hub.example.se"),
        ("HUB_PUBLIC_URL", "https://hub.example.se/"),
        ("HUB_COOKIE_SECRET", "short"),
        ("HUB_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable, value):
    said = sentence(start(ROOT / "content", **{variable: value}))
    assert variable in said
    assert variable != "HUB_COOKIE_SECRET" or "short" not in said
