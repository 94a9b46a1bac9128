"""Measure the forum's service on a million posts in 50,000 threads.

Usage: ``python bench/forum.py [--posts N] [--rounds N]``. On SQLite in a temporary folder, with one reader. Each line is

    BENCH forum-<what> p50 <ms> ms | p95 <ms> ms

What is asked for differs from time to time: another page, another category, another thread.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sqlalchemy as sa

from hub.database import Database
from hub.forum import rules
from hub.forum.content import read_forum
from hub.forum.rules import Order
from hub.forum.service import Forum, NewText, NewThread
from hub.forum.store import Wanted
from hub.limits import Limits
from hub.live import Topics
from hub.settings import ROOT
from hub.sources import read_sources
from hub.tables import forum_post, forum_tag, forum_thread, person
from hub.visitor import Role, Visitor

NOW = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)
TEXT = "Vi bokar besöket i tidboken och skickar länken i ett meddelande, men påminnelsen kommer för sent. "
PEOPLE = 500
IN_A_THREAD = 20
BATCH = 2_000
ME = Visitor("person:p1", "p1", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))


def fill(database: Database, posts: int, categories: list[str], tags: list[str], chance: random.Random) -> list[str]:
    """Write the threads with their posts, and return the ids of the threads."""
    someone = {
        "issuer": "bench", "region": "H", "organisation": "", "role_words": "", "shown": "name", "language": "sv",
        "notices": "none", "rules_version": 1, "created_at": NOW, "version": 1,
    }  # fmt: skip
    people = [{**someone, "id": f"p{n}", "subject": f"p{n}", "name": f"P {n}"} for n in range(PEOPLE)]
    database.write(lambda c: c.execute(person.insert(), people))
    ids = []
    for first in range(0, posts // IN_A_THREAD, BATCH):
        threads, written, tagged = [], [], []
        for number in range(first, min(first + BATCH, posts // IN_A_THREAD)):
            at, author = NOW - dt.timedelta(minutes=10 * number), f"p{chance.randrange(PEOPLE)}"
            id_, question = f"t{number}", chance.random() < 0.3
            ids.append(id_)
            threads.append(
                {
                    "id": id_, "category": chance.choice(categories), "title": f"Tråd {number}", "about": "",
                    "question": question, "waiting": question and chance.random() < 0.5, "author": author,
                    "author_name": author, "last_name": author, "created_at": at - dt.timedelta(days=3),
                    "activity_at": at, "posts": IN_A_THREAD, "pinned": False, "locked": False, "accepted": "",
                    "version": 1,
                }
            )  # fmt: skip
            tagged.append({"thread_id": id_, "tag": chance.choice(tags)})
            written += [
                {
                    "id": f"{id_}-{n}", "thread_id": id_, "number": n + 1, "author": author if not n else f"p{(number + n) % PEOPLE}",
                    "author_name": "P", "text": TEXT * 4, "created_at": at, "version": 1, "note": "",
                }
                for n in range(IN_A_THREAD)
            ]  # fmt: skip

        def work(
            connection: sa.Connection, rows: tuple[list[dict[str, object]], ...] = (threads, tagged, written)
        ) -> None:
            for table, some in zip((forum_thread, forum_tag, forum_post), rows, strict=True):
                connection.execute(table.insert(), some)

        database.write(work)
    return ids


def measure(what: str, rounds: int, ask: Callable[[int], object]) -> None:
    """Ask so many times and print how long it took."""
    ask(-1)
    took = []
    for number in range(rounds):
        started = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - started) * 1_000)
    took.sort()
    print(
        f"BENCH forum-{what} p50 {took[len(took) // 2]:.1f} ms | p95 {took[int(len(took) * 0.95)]:.1f} ms", flush=True
    )


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    chance = random.Random(1)  # noqa: S311 - the same forum each time
    content = read_forum(ROOT / "content", read_sources(ROOT / "content"))
    categories, tags = [one.id for one in content.categories], [one.id for one in content.tags]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/hub.sqlite")
        database.migrate()
        ids = fill(database, given.posts, categories, tags, chance)
        forum = Forum(
            database, Limits(factor=1e6), Topics(), lambda: NOW, content, levels=(), populations={"H": 247_000}
        )  # fmt: skip
        print(f"BENCH forum-size {given.posts} posts in {len(ids)} threads", flush=True)

        def somewhere() -> str:
            number = chance.randrange(len(ids))
            return rules.cursor(NOW - dt.timedelta(minutes=10 * number), ids[number])

        measure("list-first", given.rounds, lambda _: forum.list(ME, Wanted()))
        measure("list-deep", given.rounds, lambda _: forum.list(ME, Wanted(), somewhere()))
        measure(
            "list-category", given.rounds, lambda _: forum.list(ME, Wanted(category=chance.choice(categories)), somewhere())
        )  # fmt: skip
        measure("list-tag", given.rounds, lambda _: forum.list(ME, Wanted(tag=chance.choice(tags)), somewhere()))
        measure("list-unanswered", given.rounds, lambda _: forum.list(ME, Wanted(Order.UNANSWERED), somewhere()))
        measure("list-mine", given.rounds, lambda _: forum.list(ME, Wanted(Order.MINE)))
        measure("thread", given.rounds, lambda _: forum.open(ME, chance.choice(ids)))
        measure(
            "start", given.rounds, lambda n: forum.start(ME, NewThread("other"), NewText(TEXT, f"Tråd {n}"), f"start-{n:06}")
        )  # fmt: skip
        measure(
            "reply", given.rounds, lambda n: forum.reply(ME, chance.choice(ids), NewText(TEXT * 4), f"reply-{n:06}")
        )  # fmt: skip
        database.close()


if __name__ == "__main__":
    main()
