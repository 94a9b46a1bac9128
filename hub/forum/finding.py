"""Finding what is said in the forum: an index of its words, kept up with the database, and what may be shown of it.

The index is this process's own and in memory. Every write that changes what can be found leaves a number in the same
transaction. A search first reads the numbers it has not seen, so it finds what was posted a moment ago; a thread of its
own does so as well, once a second at most, and reads the whole forum at the start. Only what everybody who may read sees
is in the index, and every text found is read anew from the database before it is shown, so that nothing is found that
was taken back or hidden meanwhile.
"""

import datetime as dt
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Final, Literal

import structlog

from hub.clock import Clock
from hub.database import Connection, Database
from hub.errors import Unavailable
from hub.forum import find_store
from hub.forum.content import ForumContent, Question
from hub.forum.find_store import Change, Text
from hub.identity.rules import Action, require
from hub.language import LANGUAGES, Language
from hub.limits import Limits
from hub.live import Topics
from hub.markdown import plain_people
from hub.reference import new_reference
from hub.search import LONGEST_QUERY, SearchWords
from hub.search_posts import Place, PostIndex, Written
from hub.timetable import Run
from hub.visitor import Visitor

log = structlog.get_logger(__name__)

Kind = Literal["post", "card"]

LIMIT: Final = 20
MOST_SIMILAR: Final = 5
_CANDIDATES: Final = 5
"""So many texts for each hit are looked at, because a thread is shown once."""
_BATCH: Final = 500
_COMMIT_EVERY: Final = 50_000
"""Texts; while the whole forum is read, what was read so far is found."""
_AT_ONCE: Final = 200
"""Changes."""
_PATIENCE_S: Final = 0.5
"""A search does not read changes for longer than this, nor wait for another to read them; the thread reads the rest."""
_LATE_S: Final = 120.0
"""A number that nobody has written after so long was given to a write that failed."""
_LATE: Final = 1_000
"""So many numbers back a write may still be under way."""
_LOOK_EVERY_S: Final = 1.0
_LOOK_ANYWAY_S: Final = 30.0
_END_S: Final = 2.0
_KEPT: Final = 10_000
"""So many changes are kept; whoever is further behind reads the whole forum."""
_TRIM: Final = 2_000
_BREATH_S: Final = 0.001
"""Between two batches, so that visitors of a hub that has just started are not kept waiting."""


@dataclass(frozen=True)
class Hit:
    """A post that was found, the best of its thread."""

    kind: Kind
    thread_id: str
    post_id: str
    number: int
    title: str
    category: str
    author_name: str
    """As it is kept: a name or one of the marks that ``hub/forum/rules.py`` knows."""
    created_at: dt.datetime
    snippet: str
    """The part that holds words searched for, as HTML."""


@dataclass(frozen=True)
class Found:
    """The answer to a search."""

    hits: tuple[Hit, ...]
    complete: bool
    """Whether the whole forum was searched; not so for a while after a start."""


class Finding:
    """Keeps the index and answers from it."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        topics: Topics,
        clock: Clock,
        content: ForumContent,
        words: SearchWords,
    ) -> None:
        """Hold what is needed; nothing is read before ``start``, or without it before the first search.

        Args:
            database: where the forum is kept.
            limits: how often a visitor may ask what is similar.
            topics: ``forum`` tells that something has changed.
            clock: the present moment.
            content: the names of categories and tags, which threads are found by as well.
            words: the field's words.
        """
        self._database = database
        self._limits = limits
        self._topics = topics
        self._clock = clock
        self._content = content
        self._words = words
        self._seeds = {one.id: one for one in content.questions}
        self._turn = Lock()
        """Held by whoever changes the index."""
        self._index = PostIndex(words)
        self._ready = False
        self._at = 0
        """The number of the last change that the index knows of."""
        self._missing: dict[int, float] = {}
        """Numbers before that which were not there, since when: on PostgreSQL a later one may be written first."""
        self._ending = Event()
        self._thread: Thread | None = None

    # --- Searching ---------------------------------------------------------------------------------------------------

    def find(
        self, by: Visitor, text: str, *, kind: Kind | None = None, limit: int = LIMIT, language: Language = "sv"
    ) -> Found:
        """Return posts that hold all the words, the best of each thread, the best first.

        Args:
            by: a member.
            text: what was searched for.
            kind: only cards, or only what is none.
            limit: at most so many.
            language: in which the editors' questions are told.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        wanted = text[:LONGEST_QUERY]
        self._catch_up_first()
        index, complete = self._index, self._ready
        places = _one_of_each(index.find(wanted, limit * _CANDIDATES, kind=kind or ""), limit)
        texts = {one.id: one for one in self._database.read(lambda c: find_store.texts_of(c, [p.id for p in places]))}
        mark = index.marker(wanted)
        hits = []
        for place in places:
            if one := texts.get(place.id):
                title, text = self._told(one, language)
                part = part_with(f"{one.card}\n\n{text}" if one.card else text, wanted)
                hits.append(
                    Hit(
                        _kind(one), one.thread_id, one.id, one.number, title, one.category, one.author_name,
                        one.created_at, mark(" ".join(plain_people(part).split())),
                    )
                )  # fmt: skip
        return Found(tuple(hits), complete)

    def similar(self, by: Visitor, title: str) -> tuple[tuple[str, str], ...]:
        """Return the ids and titles of threads like one whose title somebody is writing, the most alike first.

        Raises:
            Rejected: ``not-allowed``, ``too-often``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("similar", by, self._clock)
        self._catch_up_first()
        index = self._index
        threads = list(dict.fromkeys(place.thread for place in index.alike(title, MOST_SIMILAR * _CANDIDATES)))
        titles = self._database.read(lambda c: find_store.titles_of(c, threads)) if threads else {}
        like = [(id_, titles[id_]) for id_ in threads if id_ in titles and index.are_alike(title, titles[id_])]
        return tuple(like[:MOST_SIMILAR])

    # --- Keeping the index up ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Read the forum and then what changes in it, in a thread of its own."""
        self._ending.clear()
        self._thread = Thread(target=self._keep, name="forum-index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._ending.set()
        if self._thread:
            self._thread.join(_END_S)

    def catch_up(self) -> int:
        """Read everything that has changed, or the whole forum where that is needed, and return how many posts there are.

        Raises:
            Unavailable: the database does not answer; the index is as it was.
        """
        with self._turn:
            more = True
            while more and not self._ending.is_set():
                if not self._ready:
                    self._read_all()
                more = self._read_changes() or not self._ready
        return len(self._index)

    def trim(self, run: Run) -> Mapping[str, int]:
        """Take away changes that every index has read long since; one that has not reads the whole forum."""
        upto = self._database.read(find_store.newest_change) - _KEPT
        done = 0
        while upto > 0 and (rows := self._database.write(lambda c: find_store.trim(c, upto, _TRIM))):
            done += rows
            run.hold()
        return {"trimmed": done}

    def _keep(self) -> None:
        seen, looked = -1, 0.0
        while not self._ending.is_set():
            version, now = self._topics.version("forum"), time.monotonic()
            if version != seen or now - looked > _LOOK_ANYWAY_S or not self._ready:
                try:
                    self.catch_up()
                    seen, looked = version, now
                except Unavailable:
                    pass  # the database has logged it; the next look may have more luck
                except Exception:
                    log.exception("forum_index_failed", reference=new_reference())
            self._ending.wait(_LOOK_EVERY_S)

    def _catch_up_first(self) -> None:
        """Read what has changed, so that a search finds it; what a start still reads is not waited for."""
        if self._ready and self._database.read(find_store.newest_change) == self._at and not self._missing:
            return
        if self._ready and self._turn.acquire(timeout=_PATIENCE_S):
            until = time.monotonic() + _PATIENCE_S
            try:
                while self._read_changes() and time.monotonic() < until:
                    pass
            finally:
                self._turn.release()
        if not self._ready and not (self._thread and self._thread.is_alive()):
            self.catch_up()

    def _read_all(self) -> None:
        """Read the whole forum into a new index."""
        began = time.perf_counter()
        index = PostIndex(self._words)
        if not self._at:
            self._index = index  # what is read so far is found; later, the one there was is kept until this is whole
        at, known = self._database.read(
            lambda c: ((newest := find_store.newest_change(c)), find_store.numbers_from(c, newest - _LATE))
        )
        now = time.monotonic()
        missing = {number: now for number in range(max(1, at - _LATE), at) if number not in known}
        ends: tuple[str, int] | None = ("", 0)
        waiting = 0
        while ends and not self._ending.is_set():
            place = ends
            texts, ends = self._database.read(lambda c, p=place: find_store.texts_after(c, p, _BATCH))  # type: ignore[misc]
            index.add(self._written(texts))
            waiting += len(texts)
            if waiting >= _COMMIT_EVERY:
                index.commit()
                waiting = 0
            self._ending.wait(_BREATH_S)
        if ends:
            return  # the hub is ending
        index.commit()
        self._index, self._at, self._missing, self._ready = index, at, missing, True
        log.debug("forum_indexed", posts=len(index), seconds=round(time.perf_counter() - began, 1))

    def _read_changes(self) -> bool:
        """Read some changes, and tell whether there may be more."""
        now = time.monotonic()
        self._missing = {number: since for number, since in self._missing.items() if now - since < _LATE_S}

        def read(connection: Connection) -> tuple[int, int, list[Change]]:
            newest, oldest = find_store.newest_change(connection), find_store.oldest_change(connection)
            return newest, oldest, find_store.changes(connection, self._at, self._missing, _AT_ONCE)

        newest, oldest, changes = self._database.read(read)
        if newest < self._at or (newest > self._at and oldest > self._at + 1):
            # Either changes are gone that this index never saw, or the database is another one than before.
            self._ready = False
            return False
        if not changes:
            return False
        self._take(changes)
        seen = {change.number for change in changes}
        last = max(*seen, self._at)
        skipped = {number: now for number in range(max(self._at + 1, last - _LATE), last) if number not in seen}
        self._missing = {number: at for number, at in {**self._missing, **skipped}.items() if number not in seen}
        self._at = last
        return last < newest

    def _take(self, changes: Iterable[Change]) -> None:
        changed = list(changes)
        threads = list(dict.fromkeys(one.thread_id for one in changed if not one.post_id))
        posts = list(dict.fromkeys(one.post_id for one in changed if one.post_id and one.thread_id not in threads))
        try:
            if posts:
                texts = self._database.read(lambda c: find_store.texts_of(c, posts))
                self._index.drop(ids=posts)
                self._index.add(self._written(texts))
            for thread in threads:
                self._index.drop(threads=[thread])
                last = self._database.read(lambda c, t=thread: find_store.posts_in(c, t))  # type: ignore[misc]
                for after in range(0, last, _BATCH):
                    texts = self._database.read(lambda c, t=thread, n=after: find_store.texts_in(c, t, n, n + _BATCH))  # type: ignore[misc]
                    self._index.add(self._written(texts))
        except BaseException:
            self._index.rollback()
            raise
        self._index.commit()

    def _seed(self, one: Text) -> Question | None:
        """Return the editors' question that a text is, word for word."""
        seed = self._seeds.get(one.seed) if one.number == 1 else None
        return seed if seed and (seed.title["sv"], seed.body["sv"]) == (one.title, one.text) else None

    def _told(self, one: Text, language: Language) -> tuple[str, str]:
        """Return the title and the text of a post; of the editors' question in a language."""
        seed = self._seeds.get(one.seed)
        title = seed.title[language] if seed and seed.title["sv"] == one.title else one.title
        same = self._seed(one)
        return title, same.body[language] if same else one.text

    def _written(self, texts: Iterable[Text]) -> Iterator[Written]:
        for one in texts:
            if not (one.text or one.card):
                continue  # its author has left, and taken the words along
            keys = (f"category:{one.category}", *(f"tag:{tag}" for tag in one.tags))
            names = [
                found.name[language]
                for key in keys
                if (found := self._content.named.get(key))
                for language in LANGUAGES
            ]
            told = [self._told(one, language) for language in LANGUAGES]
            titles, bodies = (dict.fromkeys(parts) for parts in zip(*told, strict=True))
            yield Written(
                one.id,
                one.thread_id,
                _kind(one),
                "\n".join((*titles, *names, *bodies, one.card)),
                "\n".join(titles) if one.number == 1 else "",
            )


def _kind(one: Text) -> Kind:
    return "card" if one.is_card else "post"


def _one_of_each(places: Sequence[Place], limit: int) -> list[Place]:
    """Return the best place of each thread; the others are a link away."""
    best: dict[str, Place] = {}
    for place in places:
        best.setdefault(place.thread, place)
    return list(best.values())[:limit]


_PART: Final = 600
_BEFORE: Final = 120
_WORD: Final = re.compile(r"[^\W_]{2,}")
_BEGINNING: Final = 4
"""Letters that a word and its inflections share; two more are left out at its end where it is longer."""


def part_with(text: str, wanted: str) -> str:
    """Return the part of a text that begins a little before the first of the words wanted; a short one whole.

    So however long a text is, little of it has to be made ready to be shown.
    """
    if len(text) <= _PART:
        return text
    beginnings = [re.escape(word[: max(_BEGINNING, len(word) - 2)]) for word in _WORD.findall(wanted)]
    found = re.search("|".join(beginnings), text, re.IGNORECASE) if beginnings else None
    start = max(0, (found.start() if found else 0) - _BEFORE)
    if start:
        # Not in the middle of a word, if one ends soon.
        space = re.compile(r"\s").search(text, start, start + _BEFORE)
        start = space.end() if space else start
    return text[start : start + _PART]
