"""Script injections from a public list, and a forum whose every text holds some of them."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import cycle, islice
from pathlib import Path

from hub.clock import utc_now
from hub.database import Database
from hub.errors import Rejected
from hub.forum import rules
from hub.forum.moderation import Moderation
from hub.forum.rules import Card
from hub.forum.service import Forum, NewText, NewThread
from hub.tables import person
from hub.visitor import Role, Visitor

CASES = Path(__file__).parent / "unit" / "cases" / "script_injection.txt"
INJECTIONS = tuple(line for line in CASES.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#"))
"""Source and licence stand in the head of the file."""
_MEMBER = frozenset({Role.READER, Role.MEMBER})
_WRITERS = 40


def dressings(injection: str) -> list[str]:
    """Return an injection as it may stand in Markdown."""
    return [
        injection,
        f"> {injection}",
        f"- {injection}\n  {injection}",
        f"# {injection}",
        f"**{injection}** ~~{injection}~~ *{injection}*",
        f"`{injection}` ``{injection}``",
        f"```{injection}\n{injection}\n```",
        f"    {injection}",
        f"[{injection}]({injection})",
        f"[text](https://example.org/{injection})",
        f'[text](https://example.org "{injection}")',
        f"[text][ref]\n\n[ref]: {injection}",
        f"![{injection}]({injection} '{injection}')",
        f"<{injection}>",
        f"<https://example.org/{injection}>",
        f"https://example.org/?{injection}",
        f"|{injection}|b|\n|:-|-:|\n|{injection}|{injection}|",
        f"{injection}\n===\n{injection}\n---",
        injection.replace("<", "&lt;").replace('"', "&quot;"),
        injection.replace("<", "\\<"),
    ]


@dataclass(frozen=True)
class Sown:
    """Where what was written stands."""

    threads: tuple[str, ...]
    """Each has an injection for a title and the name of its author; so has the last reply."""
    long: str
    """A thread with all of them in its posts, its history, its notes and its accepted answer."""
    changed: str
    """The first post of it, which has been changed."""
    cards: tuple[str, ...]
    reported: tuple[str, ...]
    moderator: Visitor
    asker: Visitor
    """Of the long thread."""


def sow(database: Database, forum: Forum, moderation: Moderation) -> Sown:
    """Fill a forum; the limits must let it be done at once."""
    now, names = utc_now(), cycle(INJECTIONS)
    people = [f"ond{number}" for number in range(_WRITERS)] + ["ordningsam"]
    _know(database, people, now)
    writers = cycle(people[:-1])
    moderator = Visitor(
        "person:ordningsam", "ordningsam", name=INJECTIONS[0], roles=_MEMBER | {Role.MODERATOR}, consented=True
    )

    def somebody() -> Visitor:
        who = next(writers)
        return Visitor(f"person:{who}", who, name=rules.read_line("title", next(names)[:120]), roles=_MEMBER)

    threads = [_begin(forum, somebody(), one) for one in INJECTIONS]
    asker = somebody()
    long = forum.start(
        asker, NewThread("levels", question=True), NewText(INJECTIONS[1], INJECTIONS[1][:120]), uuid.uuid4().hex
    )
    replies = [_reply(forum, somebody(), long, text) for text in _packed(INJECTIONS, 18_000)]
    replies += [_reply(forum, somebody(), long, "\n\n".join(dressings(one))) for one in INJECTIONS[:20]]
    changed = forum.open(moderator, long).posts[0].post.id
    for version, text in enumerate(_packed(INJECTIONS, 6_000), start=1):
        forum.edit(
            moderator,
            changed,
            version,
            NewText(text, text[:100].split("\n")[0] or "T"),
            uuid.uuid4().hex,
            reason=text[:400],
        )
    forum.accept(asker, replies[0], uuid.uuid4().hex)
    for reply, why in zip(replies[1:], _packed(INJECTIONS, 480), strict=False):
        forum.report(somebody(), reply, why, uuid.uuid4().hex)
    cards = tuple(_cards(forum, somebody))
    moderation.hide(moderator, replies[1], INJECTIONS[2], uuid.uuid4().hex)
    moderation.warn(moderator, replies[2], INJECTIONS[3], uuid.uuid4().hex)
    moderation.suspend(moderator, replies[3], 7, INJECTIONS[4], uuid.uuid4().hex)
    moderation.move(moderator, threads[0], "procurement", INJECTIONS[5], uuid.uuid4().hex)
    moderation.lock(moderator, threads[1], uuid.uuid4().hex, locked=True, reason=INJECTIONS[6])
    return Sown(
        tuple(threads), long, changed, cards, tuple(replies[4:14]), moderator, asker,
    )  # fmt: skip


def _know(database: Database, people: Sequence[str], now: dt.datetime) -> None:
    rows = [
        {
            "id": who, "issuer": "test", "subject": who, "name": INJECTIONS[number], "region": "", "shown": "name",
            "organisation": INJECTIONS[-number], "role_words": INJECTIONS[number], "language": "sv", "notices": "hub",
            "rules_version": 1, "created_at": now, "version": 1,
        }
        for number, who in enumerate(people)
    ]  # fmt: skip
    database.write(lambda c: c.execute(person.insert(), rows))


def _begin(forum: Forum, by: Visitor, text: str) -> str:
    return forum.start(by, NewThread("other", question=True), NewText(text, text[:120]), uuid.uuid4().hex)


def _reply(forum: Forum, by: Visitor, thread: str, text: str) -> str:
    new = NewText(text)
    try:
        return forum.reply(by, thread, new, uuid.uuid4().hex)
    except Rejected as error:
        seen = str(error.facts["mark"])
        return forum.reply(by, thread, NewText(text, seen_mark=seen), uuid.uuid4().hex)


def _packed(texts: Sequence[str], most: int) -> Iterator[str]:
    """Put texts together, each on its line, up to a length."""
    held = ""
    for text in texts:
        if held and len(held) + len(text) + 2 > most:
            yield held
            held = ""
        held = f"{held}\n\n{text}" if held else text
    yield held


def _cards(forum: Forum, somebody) -> Iterator[str]:
    words = [one.name for one in fields(Card) if one.name not in {"level", "year", "region"}]
    rest = iter(INJECTIONS)
    while texts := list(islice(rest, len(words))):
        texts += INJECTIONS[: len(words) - len(texts)]
        told = {name: text[:110] for name, text in zip(words, texts, strict=True)}
        card = Card(
            "hop-out",
            2026,
            **{**told, **{name: told[name] + "\n" + texts[0] + "å" for name in ("situation", "did", "result")}},
        )
        new = NewText(texts[1], texts[0][:110] + "å", card=card)
        yield forum.start(somebody(), NewThread("levels"), new, uuid.uuid4().hex)
