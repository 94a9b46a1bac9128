"""Measure the search over 10,000 documents, and SQLite's LIKE over the same texts in the same run.

Usage: ``python bench/search.py``. The documents and the questions are drawn from the hub's own words by a fixed seed.
"""

from __future__ import annotations

import math
import random
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub.bootstrap import build
from hub.entries import entries
from hub.language import LANGUAGES
from hub.search import Entry, Search, read_search_words
from hub.settings import ROOT, read_settings

DOCUMENTS = 10_000
QUESTIONS = 500
WORDS = (60, 180)
"""The fewest and the most words of a document."""
MOST_HITS = 30
SEED = 1177


def drawn() -> tuple[list[Entry], list[list[str]]]:
    """Return the documents and the questions, one to three words each."""
    hub = build(read_settings({}))
    ours = entries(hub.site, hub.levels, hub.requirements, hub.glossary, hub.articles, hub.mart.regions())["sv"]
    words = [word for entry in ours for word in re.findall(r"\w+", f"{entry.title} {entry.text}")]
    asked = sorted({word.lower() for word in words if len(word) > 3})
    chance = random.Random(SEED)  # noqa: S311 - the same texts every time
    documents = [
        Entry(
            str(number),
            "article",
            " ".join(chance.choices(words, k=5)),
            " ".join(chance.choices(words, k=chance.randint(*WORDS))),
            "/",
        )
        for number in range(DOCUMENTS)
    ]
    return documents, [chance.sample(asked, chance.randint(1, 3)) for _ in range(QUESTIONS)]


def timed(ask: Callable[[list[str]], object], questions: Sequence[list[str]]) -> float:
    """Return the time in milliseconds that 95 of 100 questions keep within."""
    times = []
    for words in questions:
        started = time.perf_counter()
        ask(words)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


def main() -> None:
    """Build both, ask both the same and print the figures."""
    documents, questions = drawn()
    started = time.perf_counter()
    search = Search(
        {language: documents if language == "sv" else () for language in LANGUAGES}, read_search_words(ROOT / "content")
    )
    built = time.perf_counter() - started

    table = sqlite3.connect(":memory:")
    started = time.perf_counter()
    table.execute("create table documents (id text, text text)")
    table.executemany("insert into documents values (?, ?)", [(one.id, f"{one.title} {one.text}") for one in documents])
    filled = time.perf_counter() - started

    def like(words: list[str]) -> object:
        where = " and ".join(["lower(text) like ?"] * len(words))
        return table.execute(
            f"select id, text from documents where {where} limit {MOST_HITS}",  # noqa: S608 - only places for values
            [f"%{word}%" for word in words],
        ).fetchall()

    for words in questions[:20]:
        search.find("sv", " ".join(words))
        like(words)
    ours = timed(lambda words: search.find("sv", " ".join(words), limit=MOST_HITS), questions)
    theirs = timed(like, questions)
    empty = sum(1 for words in questions if not search.find("sv", " ".join(words)).hits)
    print(f"BENCH search_p95 {ours:.1f} ms | sqlite_like {theirs:.1f} ms | ratio {ours / theirs:.2f}")
    print(f"BENCH search_build {built:.1f} s | sqlite_like {filled:.1f} s | ratio {built / filled:.1f}")
    print(f"{DOCUMENTS} documents, {QUESTIONS} questions, {empty} of them without a hit")


if __name__ == "__main__":
    main()
