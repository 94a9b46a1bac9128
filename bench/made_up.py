"""Make up a forum to measure: threads and posts, experience cards, what members follow and have read, and reports.

The posts are made of words drawn as in a language: a few stand nearly everywhere, most of them hardly anywhere. It is
the same forum each time it is made as large.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from hub.database import Database
from hub.forum import rules
from hub.forum.content import ForumContent
from hub.forum.measures import What
from hub.forum.news import Kind
from hub.tables import (
    forum_card,
    forum_category_follow,
    forum_change,
    forum_follow,
    forum_measure,
    forum_notice,
    forum_post,
    forum_reaction,
    forum_read,
    forum_report,
    forum_tag,
    forum_thread,
    person,
)

NOW = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)
PEOPLE = 500
IN_A_THREAD = 20
APART = dt.timedelta(hours=4)
"""Between two posts of a thread."""
BATCH = 2_000
A_CARD_IN = 10
"""One thread in so many begins with an experience card."""
BESIDE_ONE_IN = 5
"""One thread in so many stands beside something."""
LEVELS = ("hop-out", "national", "inbox", "reverse-case-flow", "")
REGIONS = (*"CDEFGHIKMNOSTUWXYZ", "AB", "AC", "BD", "")
YEARS = range(2018, 2027)
MAKERS = ("Alfa", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Jota", "Kappa", "Lambda", "My")
"""Systems are made up."""
RECORDS = ("Ask", "Embla", "Yggdrasil", "Urd", "Skuld", "Verdandi", "Idun", "Brage", "Mimer", "Saga")
ABOUT = (
    *(f"level:{level}" for level in LEVELS if level),
    *(f"requirement:krav-{number}" for number in range(60)),
    *(f"region:{code}" for code in REGIONS if code),
)
"""What threads stand beside."""
KEPT = 10_000
"""Changes that are kept for the index of words."""
FOLLOWED = 200
"""Threads that each member follows; a third of them have posts the member has not read."""
EVERYWHERE = [
    "och", "i", "att", "det", "som", "en", "på", "är", "av", "för", "med", "den", "till", "har", "inte", "om", "ett",
    "vi", "de", "men", "var", "jag", "sig", "från", "så", "kan", "när", "nu", "hur", "ska", "bli", "detta", "efter",
    "upp", "där", "vid", "mot", "dem", "in", "eller", "vara", "än", "alla", "här", "under", "också", "någon", "ett",
    "mer", "då", "ut", "över", "finns", "sedan", "bara",
]  # fmt: skip
"""The words that stand in nearly every Swedish text, the most common first."""
FIELD = [
    "video", "möte", "besök", "patient", "journal", "tidbok", "bokning", "länk", "inloggning", "region", "avtal",
    "upphandling", "påminnelse", "inkorg", "kallelse", "kamera", "ljud", "rum", "mottagning", "läkare", "system",
    "leverantör", "krav", "nivå", "integration", "meddelande", "ärende", "tolk", "vård", "personal",
]  # fmt: skip
PARTS = [
    "an", "be", "da", "de", "en", "er", "för", "ga", "gi", "hem", "hop", "in", "jour", "ka", "kon", "kraft", "la",
    "led", "lin", "lo", "mo", "na", "nal", "nät", "ning", "not", "om", "på", "pla", "pro", "ra", "re", "rit", "sam",
    "ser", "sjuk", "sta", "syn", "ta", "tal", "te", "ten", "ti", "tor", "upp", "ut", "vak", "val", "var", "väg", "år",
    "öv",
]  # fmt: skip
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
                    "author_name": author, "last_name": author, "created_at": at - (IN_A_THREAD - 1) * APART,
                    "activity_at": at, "posts": IN_A_THREAD, "pinned": False, "locked": False, "accepted": "",
                    "version": 1,
                }
            )  # fmt: skip
            tagged.append({"thread_id": id_, "tag": chance.choice(tags)})
            written += [
                {
                    "id": f"{id_}-{n}", "thread_id": id_, "number": n + 1, "author": author if not n else f"p{(number + n) % PEOPLE}",
                    "author_name": "P", "text": next(texts), "created_at": at - (IN_A_THREAD - 1 - n) * APART,
                    "version": 1, "note": "",
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


# --- What stands around the posts ------------------------------------------------------------------------------------


def furnish(database: Database, ids: Sequence[str], words: Words, content: ForumContent) -> dict[str, int]:
    """Add cards, places, follows, notices, accepted answers, reports and measures, and return how many of some."""
    chance = random.Random(3)  # noqa: S311 - the same forum each time
    cards = _cards(ids[3::A_CARD_IN], words, chance)
    beside = [{"of": id_, "about": chance.choice(ABOUT)} for id_ in ids[1::BESIDE_ONE_IN]]
    aged = [
        {"of": id_, "accepted": f"{id_}-4", "accepted_at": NOW - dt.timedelta(days=chance.randrange(900))}
        for id_ in ids[7::20]
    ]
    reported = [f"{chance.choice(ids)}-{chance.randrange(IN_A_THREAD)}" for _ in range(len(ids) // 25)]
    reports = [_report(number, post, chance) for number, post in enumerate(reported)]
    of_thread = forum_thread.c.id == sa.bindparam("of")
    writes: list[tuple[sa.Executable, list[dict[str, Any]]]] = [
        (forum_card.insert(), cards),
        (forum_reaction.insert(), list(_reactions(cards, chance))),
        (forum_thread.update().where(of_thread).values(about=sa.bindparam("about")), beside),
        (
            forum_thread.update()
            .where(of_thread)
            .values(accepted=sa.bindparam("accepted"), accepted_at=sa.bindparam("accepted_at"), waiting=False),
            aged,
        ),
        *_followed(ids, content, chance),
        (forum_notice.insert(), list(_notices(ids, chance))),
        (forum_report.insert(), reports),
        (forum_measure.insert(), [_measure(post, chance) for post in reported]),
        (
            forum_change.insert(),
            [{"thread_id": ids[n % len(ids)], "post_id": "p" if n % 5 else ""} for n in range(KEPT)],
        ),
    ]

    def work(connection: sa.Connection) -> None:
        for statement, rows in writes:
            connection.execute(statement, rows)
        connection.execute(person.update().values(notices="hub"))

    database.write(work)
    waiting = len({one["post_id"] for one in reports if one["settled_at"] is None})
    return {"cards": len(cards), "beside": len(beside), "waiting": waiting}


def _cards(ids: Iterable[str], words: Words, chance: random.Random) -> list[dict[str, Any]]:
    """Return cards of which hardly two are alike: each system is written in several ways."""

    def written(names: Sequence[str], more: Sequence[str]) -> str:
        name = f"{chance.choice(names)} {chance.choice(more)}".strip()
        return chance.choice((name, name, name.upper(), name.lower(), name.replace(" ", "  ")))

    ids = list(ids)
    parts = iter(words.texts(6 * len(ids), 20, 120))
    return [
        {
            "thread_id": id_, "level": chance.choice(LEVELS), "year": chance.choice(YEARS), "region": chance.choice(REGIONS),
            "video_system": written(MAKERS, ("", "Video", "Care", "Möte", "Online")),
            "record_system": written(RECORDS, ("", "R8", "2", "Öppenvård")), "contact": "",
            "texts": {
                "situation": next(parts), "did": next(parts), "result": next(parts), "users": next(parts),
                "otherwise": next(parts), "effort": "", "advice": next(parts),
            },
        }
        for id_ in ids
    ]  # fmt: skip


def _reactions(cards: Iterable[dict[str, Any]], chance: random.Random) -> Iterable[dict[str, Any]]:
    kinds = [kind.value for kind in rules.Reaction]
    for card in cards:
        for number in chance.sample(range(PEOPLE), 4):
            yield {
                "post_id": f"{card['thread_id']}-0", "person_id": f"p{number}", "kind": chance.choice(kinds), "at": NOW,
            }  # fmt: skip


def _followed(
    ids: Sequence[str], content: ForumContent, chance: random.Random
) -> Iterable[tuple[sa.Executable, list[dict[str, Any]]]]:
    categories = [one.id for one in content.categories]
    follows, read, whole = [], [], []
    for member in (f"p{number}" for number in range(PEOPLE)):
        for id_ in chance.sample(ids, min(FOLLOWED, len(ids))):
            follows.append({"person_id": member, "thread_id": id_, "at": NOW})
            read.append(
                {"person_id": member, "thread_id": id_, "number": IN_A_THREAD - max(0, chance.randrange(-6, 4))}
            )
        whole += [{"person_id": member, "category": one, "at": NOW} for one in chance.sample(categories, 2)]
    return (forum_follow.insert(), follows), (forum_read.insert(), read), (forum_category_follow.insert(), whole)


def _notices(ids: Sequence[str], chance: random.Random) -> Iterable[dict[str, Any]]:
    kinds = [kind.value for kind in Kind]
    for number in range(20 * PEOPLE):
        id_ = chance.choice(ids)
        yield {
            "person_id": f"p{number % PEOPLE}", "kind": chance.choice(kinds), "thread_id": id_, "post_id": f"{id_}-2",
            "reason": "", "at": NOW - dt.timedelta(minutes=number), "seen_at": None if number < 5 * PEOPLE else NOW,
        }  # fmt: skip


def _report(number: int, post: str, chance: random.Random) -> dict[str, Any]:
    at = NOW - dt.timedelta(minutes=30 * number)
    return {
        "id": f"r{number}", "post_id": post, "by": f"p{chance.randrange(PEOPLE)}", "reason": "Skäl", "at": at,
        "settled_at": None if number % 4 == 0 else at + dt.timedelta(hours=2), "settled_by": None,
    }  # fmt: skip


def _measure(post: str, chance: random.Random) -> dict[str, Any]:
    return {
        "at": NOW - dt.timedelta(hours=chance.randrange(9_000)), "by": None, "by_name": "Mira",
        "what": chance.choice(list(What)).value, "thread_id": post.partition("-")[0], "post_id": post,
        "number": int(post.partition("-")[2]) + 1, "person_id": f"p{chance.randrange(PEOPLE)}", "reason": "Skäl", "facts": {},
    }  # fmt: skip
