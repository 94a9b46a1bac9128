"""The sources that content refers to with marks such as ``[^inera-2020-6-3]``."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import RootModel

from hub.errors import ContentError
from hub.language import LANGUAGES, Catalogue, Language
from hub.markdown import Source
from hub.origin import Strict, read_yaml

_MARK = re.compile(r"\[\^([^\]]+)\]")
_LISTED = re.compile(r"(?:^|[ {])sources?: (?:\[([^\]]*)\]|([a-z0-9-]+)\b)")
"""Sources named as data: ``sources: [a, b]`` of a layer or a requirement, ``source: a`` of a figure."""


class _Entry(Strict):
    title: str
    publisher: str
    url: str = ""
    seen: str
    """When the source was published or read off, as far as it says; ``n.d.`` when it does not."""
    confidence: Literal["high", "medium", "low"]


class _Entries(RootModel[dict[str, _Entry]]):
    pass


def read_sources(content: Path) -> Mapping[str, Source]:
    """Read the list of sources.

    Raises:
        ContentError: the file is wrong.
    """
    entries = read_yaml(content / "sources.yaml", _Entries).root
    return {id_: Source(id=id_, **entry.model_dump()) for id_, entry in entries.items()}


def sources_in_words(sources: Mapping[str, Source], catalogue: Catalogue) -> Mapping[Language, Mapping[str, Source]]:
    """Return the sources for each language; what is undated says so."""
    return {
        language: {
            id_: replace(source, seen=catalogue.text(language, "no date given")) if source.seen == "n.d." else source
            for id_, source in sources.items()
        }
        for language in LANGUAGES
    }


def check_sources(content: Path, sources: Mapping[str, Source]) -> None:
    """Check that every mark in the content has its source.

    Raises:
        ContentError: a mark names a source that is not listed.
    """
    for file in sorted([*content.rglob("*.yaml"), *content.rglob("*.md")]):
        for line_number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            data = "" if line.startswith("#") else line
            listed = [name.strip() for many, one in _LISTED.findall(data) for name in (many or one).split(",")]
            for mark in (*_MARK.findall(line), *filter(None, listed)):
                if mark not in sources:
                    raise ContentError(file, f"line {line_number}", f"the source {mark!r} is not in sources.yaml")
