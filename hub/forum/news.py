"""News: what a member is told in the app, of threads they follow, of their posts and of what they have reported.

What comes of a report, and what is done to somebody's post, is told here alone. A letter lies in a mailbox and a feed
is read by programs that pass it on: neither shall say who has reported whom, so both tell only of what is written.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.clock import Clock
from hub.database import Database
from hub.errors import Rejected
from hub.forum import news_store, store
from hub.forum.content import ForumContent
from hub.forum.news_store import Aged, Notice, Unread
from hub.forum.rules import Post
from hub.identity.rules import Action, allowed, require
from hub.limits import Limits
from hub.visitor import Visitor

MOST: Final = 99
"""Counted no further; a page that says there is more than this says enough."""
_SHOWN: Final = 50
_MARKED: Final = 500
"""Threads marked as read in one go."""


class Kind(StrEnum):
    """What was done to somebody's post, to a thread that they began or follow, or because they reported something."""

    HIDDEN = "hidden"
    RESTORED = "restored"
    NOTED = "noted"
    """A moderator has set a note below it."""
    EDITED = "edited"
    ACCEPTED = "accepted"
    """It was said to answer the question."""
    ANSWERED = "answered"
    """Somebody who moderates has said which post answers one's question."""
    UNANSWERED = "unanswered"
    """Or that the post which was accepted does not."""
    MOVED = "moved"
    """The thread that it began now stands in another category."""
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SUSPENDED = "suspended"
    """Its author may not write for a time."""
    LIFTED = "lifted"
    """And may again."""
    REPORT_LEFT = "report-left"
    """What one has reported stays as it is."""
    REPORT_HIDDEN = "report-hidden"
    REPORT_NOTED = "report-noted"
    REPORT_MOVED = "report-moved"
    REPORT_LOCKED = "report-locked"
    REPORT_ACTED = "report-acted"
    """Something was done that only its author sees: other members do not learn who is suspended."""
    REPORT_WAITS = "report-waits"
    """It was left as it is, but is looked at anew."""
    REPORT_SHOWN = "report-shown"
    """It was hidden, and is shown again."""
    REPORT_UNDONE = "report-undone"
    """Something else was done, and has been taken back."""


@dataclass(frozen=True)
class Told:
    """What there is to tell somebody."""

    threads: tuple[Unread, ...]
    notices: tuple[Notice, ...]
    aged: tuple[Aged, ...]
    wanted: bool
    """Whether they want to be told in the app at all."""
    at: dt.datetime
    """When this was read."""


def note(connection: store.Connection, post: Post, kind: Kind, by: Visitor, at: dt.datetime, reason: str = "") -> None:
    """Keep a notice for the author of a post, in the transaction that does what it tells of.

    Nothing is kept for the editors, for who has left, and for who did it themself.
    """
    note_to(connection, post.author, post, kind, by, at, reason)


def note_to(
    connection: store.Connection,
    person_id: str,
    post: Post | None,
    kind: Kind,
    by: Visitor,
    at: dt.datetime,
    reason: str = "",
) -> None:
    """Keep a notice for anybody, of a post or of the forum as a whole, under the same terms."""
    if person_id and person_id != by.person_id:
        place = (post.thread_id, post.id) if post else (None, None)
        news_store.add_notice(connection, person_id, kind.value, place, reason, at)


def note_followers(
    connection: store.Connection,
    first: Post,
    kind: Kind,
    by: Visitor,
    at: dt.datetime,
    *,
    reason: str = "",
    but: Collection[str] = (),
) -> None:
    """Keep a notice for all who follow a thread, but its author, who did it, and those who are told of it otherwise."""
    told = {first.author, by.person_id, *but} - {""}
    news_store.add_notice_for_followers(connection, kind.value, (first.thread_id, first.id), reason, at, told)


class News:
    """Tells members what is new."""

    def __init__(self, database: Database, limits: Limits, clock: Clock, content: ForumContent) -> None:
        """Hold what is needed."""
        self._database = database
        self._limits = limits
        self._clock = clock
        self._content = content

    def unread(self, by: Visitor) -> int:
        """Count what waits to be seen, up to ``MOST``; 0 for who may not read, and who does not want to be told.

        Raises:
            Unavailable: the database does not answer.
        """
        if not allowed(by, Action.FORUM_READ):
            return 0
        now = self._clock()

        def read(connection: store.Connection) -> int:
            if not news_store.wants_notices(connection, by.person_id):
                return 0
            return news_store.count(connection, by.person_id, now, MOST + 1)

        return self._database.read(read)

    def list(self, by: Visitor) -> Told:
        """Return what is new.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        now = self._clock()
        return self._database.read(
            lambda connection: Told(
                tuple(news_store.unread(connection, by.person_id, _SHOWN)),
                tuple(news_store.notices(connection, by.person_id, _SHOWN)),
                tuple(news_store.aged(connection, by.person_id, now, _SHOWN)),
                news_store.wants_notices(connection, by.person_id),
                now,
            )
        )

    def seen(self, by: Visitor, until: dt.datetime, command_id: str) -> None:
        """Mark all that came up to a moment as read, so that what came while the page was open stays.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def work(connection: store.Connection) -> None:
            news_store.set_seen(connection, by.person_id, until, now)
            for thread in news_store.unread(connection, by.person_id, _MARKED, until):
                store.set_read(connection, thread.id, by.person_id, thread.posts)

        self._database.once(command_id, "news.seen", by.key, work, now)

    def categories(self, by: Visitor) -> frozenset[str]:
        """Return the ids of the categories whose threads stand in the visitor's letter.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        return frozenset(self._database.read(lambda connection: news_store.categories(connection, by.person_id)))

    def follow_categories(self, by: Visitor, wanted: Collection[str], command_id: str) -> None:
        """Follow these categories and no others.

        Raises:
            Rejected: ``not-allowed``, ``unknown-category``.
        """
        require(by, Action.FORUM_POST)
        if set(wanted) - self._content.category_ids:
            raise Rejected("unknown-category", "category")
        self._limits.count("write", by, self._clock)
        now = self._clock()
        self._database.once(
            command_id,
            "news.categories",
            by.key,
            lambda connection: news_store.set_categories(connection, by.person_id, wanted, now),
            now,
        )
