"""What has been reported and done in the forum, as those see it who moderate, and those whom it concerns."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound
from hub.forum import holding, measures, store
from hub.forum import moderation_store as kept
from hub.forum.measures import Measure, Suspension, What
from hub.forum.moderation_store import Report
from hub.forum.rules import Card, Post, Thread
from hub.identity import store as identities
from hub.identity.rules import Action, allowed, require
from hub.visitor import Visitor

PAGE: Final = 50
_QUEUE: Final = 20
_TOLD: Final = 20
_SUSPENDED: Final = 200
_MONTHS: Final = 12


@dataclass(frozen=True)
class Case:
    """A post as those who moderate see it."""

    post: Post
    thread: Thread
    card: Card | None
    """Where the post is the first of an experience."""
    reports: tuple[Report, ...]
    """Those that wait, the oldest first."""
    author: str
    """What the person behind it is called; empty when the account is gone, and for the editors."""
    before: int
    """How many measures there have been against what the same person has written."""
    suspended: Suspension | None

    @property
    def hidden(self) -> bool:
        """Whether others do not see it because of a measure."""
        return self.post.hidden_in(self.thread)


@dataclass(frozen=True)
class Queue:
    """What is reported and waits."""

    cases: tuple[Case, ...]
    waiting: int
    """How many posts wait, shown or not."""


@dataclass(frozen=True)
class Log:
    """Some measures, the newest first."""

    lines: tuple[Measure, ...]
    titles: Mapping[str, str]
    """Of the threads that are still there, by thread."""
    next_before: int
    """The id that the lines after these come before; 0 when there are none."""


@dataclass(frozen=True)
class Told:
    """What a reader of a thread is told of measures."""

    own: tuple[Measure, ...]
    """Those that concern what the reader has written, the newest first."""
    lock: Measure | None
    """Why the thread is locked, for whoever reads it."""


class Oversight:
    """Shows what waits, what has been done, and who may not write."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Hold what is needed."""
        self._database = database
        self._clock = clock

    def waiting(self, by: Visitor) -> int:
        """Return how many reported posts wait; to others than those who moderate, none."""
        if not allowed(by, Action.FORUM_MODERATE):
            return 0
        return self._database.read(kept.waiting)

    def queue(self, by: Visitor) -> Queue:
        """Return what is reported and waits, what has waited longest first.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_MODERATE)

        def read(connection: store.Connection) -> Queue:
            found = kept.waiting_posts(connection, _QUEUE)
            return Queue(tuple(self._cases(connection, found)), kept.waiting(connection))

        return self._database.read(read)

    def case(self, by: Visitor, post_id: str) -> Case:
        """Return a post, reported or not.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_MODERATE)
        found = self._database.read(lambda connection: self._cases(connection, [post_id]))
        if not found:
            raise NotFound("post", post_id)
        return found[0]

    def _cases(self, connection: store.Connection, post_ids: Sequence[str]) -> list[Case]:
        """Read posts as they are moderated, in as many statements for many as for one."""
        found = store.find_posts(connection, post_ids)
        posts = [found[one] for one in post_ids if one in found]
        threads = store.find_threads(connection, {post.thread_id for post in posts})
        cards = store.cards(connection, [post.thread_id for post in posts if post.number == 1])
        reports = kept.reports(connection, post_ids)
        authors = {post.author for post in posts if post.author}
        names = identities.find_names(connection, authors)
        before = kept.count_against(connection, authors, measures.NEEDS_REASON)
        suspensions, now = kept.suspensions_of(connection, authors), self._clock()
        return [
            Case(
                post,
                threads[post.thread_id],
                cards.get(post.thread_id) if post.number == 1 else None,
                tuple(reports.get(post.id, ())),
                names.get(post.author, ""),
                before.get(post.author, 0),
                measures.suspended(suspensions.get(post.author, ()), now),
            )
            for post in posts
            if post.thread_id in threads
        ]

    def log(self, by: Visitor, before: int = 0, limit: int = PAGE) -> Log:
        """Return what has been done, the newest first.

        Args:
            by: somebody who moderates.
            before: where the page before ended; 0 for the newest.
            limit: how many lines.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_MODERATE)

        def read(connection: store.Connection) -> Log:
            found = kept.newest_measures(connection, limit + 1, before=before)
            lines = found[:limit]
            ends = lines[-1].id if len(found) > limit else 0
            return Log(tuple(lines), kept.titles(connection, {one.thread_id for one in lines}), ends)

        return self._database.read(read)

    def counts(self, by: Visitor) -> tuple[tuple[dt.date, Mapping[What, int]], ...]:
        """Return how many measures of each kind there were in each of the last twelve months, this one first.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        spans = measures.months(self._clock(), _MONTHS)
        return self._database.read(
            lambda connection: tuple((begins.date(), kept.counts(connection, begins, ends)) for begins, ends in spans)
        )

    def own(self, by: Visitor) -> Log:
        """Return the latest measures that concern what the visitor has written.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)

        def read(connection: store.Connection) -> Log:
            lines = _told(kept.newest_measures(connection, _TOLD, person_id=by.person_id))
            return Log(lines, kept.titles(connection, {one.thread_id for one in lines}), 0)

        return self._database.read(read)

    def told(self, by: Visitor, thread_id: str) -> Told:
        """Return what a reader of a thread is told: why it is locked, and what concerns the reader's own texts.

        Raises:
            NotFound: there is no such thread for this visitor.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)

        def read(connection: store.Connection) -> Told:
            thread = holding.thread_for(connection, by, thread_id)
            own = kept.newest_measures(connection, _TOLD, thread_id=thread_id, person_id=by.person_id)
            lock = kept.last_measure(connection, What.LOCK, thread_id=thread_id) if thread.locked else None
            return Told(_told(own), replace(lock, by_name="", person_id="") if lock else None)

        return self._database.read(read)

    def standing(self, by: Visitor) -> Suspension | None:
        """Return what keeps the visitor from writing now, or None."""
        if not by.signed_in:
            return None
        found = self._database.read(lambda connection: kept.suspensions(connection, by.person_id))
        held = measures.suspended(found, self._clock())
        return replace(held, by_name="") if held else None

    def suspended(self, by: Visitor) -> tuple[tuple[Suspension, str], ...]:
        """Return who may not write now, each with the person's name, the last suspended first.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_MODERATE)

        def read(connection: store.Connection) -> tuple[tuple[Suspension, str], ...]:
            found = kept.all_suspensions(connection, self._clock(), _SUSPENDED)
            names = identities.find_names(connection, {one.person_id for one in found})
            return tuple((one, names.get(one.person_id, "")) for one in found)

        return self._database.read(read)


def _told(found: Collection[Measure]) -> tuple[Measure, ...]:
    """Leave out who did it, and what is not told to authors."""
    return tuple(replace(one, by_name="") for one in found if one.what in measures.SHOWN_TO_AUTHOR)
