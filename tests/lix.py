"""Print how hard the Swedish texts are to read, by LIX: words a sentence plus the share of words over six letters.

Usage: ``python tests/lix.py``. Below 40 is easy, above 50 hard. It measures and judges nothing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub.bootstrap import Hub, build
from hub.levels.content import LevelContent, Reader
from hub.levels.reading import PARTS, READERS
from hub.markdown import plain
from hub.settings import read_settings

WORD = re.compile(r"[^\W\d_]+(?:[-:][^\W_]+)*")
SENTENCE = re.compile(r"[.!?:](?=\s|$)|\n+")
SHOWN = {"journey": ("text",), "contracts": ("note",), "then_and_now": ("then", "now")}


def lix(texts: list[str]) -> tuple[float, int]:
    """Return the LIX of some Markdown texts, and their words."""
    words, long, sentences = 0, 0, 0
    for text in texts:
        for sentence in SENTENCE.split(plain(text)):
            found = WORD.findall(sentence)
            words += len(found)
            long += sum(1 for word in found if len(word) > 6)
            sentences += bool(found)
    return words / sentences + 100 * long / words, words


def reading(level: LevelContent, reader: Reader) -> list[str]:
    """Return the texts of one reader's reading of a level."""
    texts = [level.openings[reader]]
    for part in PARTS[reader]:
        for line in getattr(level, part):
            texts += [getattr(line, field) for field in SHOWN[part]] if part in SHOWN else [line]
    return texts + [section.body for section in level.sections if reader in section.readers]


def strings(found: object) -> Iterator[str]:
    """Yield every text in what a model holds, except what names and refers."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name not in {"id", "language", "source", "sources", "figure"}:
                yield from strings(value)
    elif isinstance(found, list):
        for value in found:
            yield from strings(value)
    elif isinstance(found, str) and found:
        yield found


def pages(hub: Hub) -> Iterator[tuple[str, list[str]]]:
    """Yield every Swedish page by name with its texts."""
    for id_, level in hub.levels.items():
        for reader in READERS:
            yield f"level {id_}, {reader}", reading(level["sv"], reader)
    for article in hub.articles:
        if article.language == "sv":
            yield f"article {article.slug}", [article.lead, article.body]
    yield "about", [hub.pages.about["sv"]]
    yield "home", list(strings(hub.pages.home["sv"].model_dump(mode="json")))
    questions = hub.guide.words["sv"].questions
    yield "guide questions", [text for one in questions.values() for text in strings(one.model_dump(mode="json"))]


def main() -> None:
    """Print the pages, the hardest first."""
    figures = sorted(((*lix(texts), name) for name, texts in pages(build(read_settings(os.environ)))), reverse=True)
    for figure, words, name in figures:
        print(f"{figure:5.1f}  {words:5} words  {name}")


if __name__ == "__main__":
    main()
