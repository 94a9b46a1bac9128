"""Moderating the forum: what those do who look after it, and what comes of it."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from hub.clock import Clock
from hub.database import Database
from hub.errors import Rejected
from hub.forum import holding, rules, store
from hub.forum.content import ForumContent
from hub.forum.holding import Ground
from hub.forum.rules import Post, Thread
from hub.forum.store import Report
from hub.identity.rules import Action, require
from hub.limits import Limits
from hub.live import Topics
from hub.visitor import Visitor

_QUEUE: Final = 100


class Moderation:
    """Keeps the forum fit to be in."""

    def __init__(self, database: Database, limits: Limits, topics: Topics, clock: Clock, content: ForumContent) -> None:
        """Hold what is needed; the same as the forum, whose threads and posts these are."""
        self._ground = Ground(database, limits, topics, clock)
        self._content = content

    def queue(self, by: Visitor) -> tuple[Report, ...]:
        """Return what is reported and waits, the oldest first.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_MODERATE)
        return tuple(self._ground.database.read(lambda connection: store.open_reports(connection, _QUEUE)))

    def dismiss(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Settle the reports of a post without doing anything to it."""
        self._moderate(by, post_id, "dismiss", command_id, lambda *_: None, settles=True)

    def hide(self, by: Visitor, post_id: str, reason: str, command_id: str) -> None:
        """Hide a post, and with a thread's first post the thread; its author sees why.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``; ``empty`` or ``too-long``, the reason.
        """
        why = rules.read_line("reason", reason, needed=True)

        def work(connection: store.Connection, post: Post, thread: Thread, now: dt.datetime) -> None:
            store.set_on_post(connection, post.id, note=why)
            if post.number == 1:
                store.change_thread(connection, thread.id, hidden_at=now)
            else:
                store.set_on_post(connection, post.id, hidden_at=now)
                holding.no_longer_accepted(connection, thread, post.id)

        self._moderate(by, post_id, "hide", command_id, work, settles=True)

    def restore(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Show a hidden post again, and take the note below it away.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``.
        """

        def work(connection: store.Connection, post: Post, thread: Thread, now: dt.datetime) -> None:  # noqa: ARG001 - as all work is called
            store.set_on_post(connection, post.id, note="", hidden_at=None)
            if post.number == 1:
                store.change_thread(connection, thread.id, hidden_at=None)

        self._moderate(by, post_id, "restore", command_id, work)

    def warn(self, by: Visitor, post_id: str, note: str, command_id: str) -> None:
        """Set a note below a post for all to see; an empty one takes it away.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``, ``too-long``.
        """
        line = rules.read_line("reason", note)

        def work(connection: store.Connection, post: Post, thread: Thread, now: dt.datetime) -> None:  # noqa: ARG001
            store.set_on_post(connection, post.id, note=line)

        self._moderate(by, post_id, "warn", command_id, work, settles=bool(line))

    def move(self, by: Visitor, thread_id: str, category: str, command_id: str) -> None:
        """Move a thread to another category.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``, ``unknown-category``.
        """
        if category not in self._content.category_ids:
            raise Rejected("unknown-category", "category")
        self._set_on_thread(by, thread_id, "move", command_id, category=category)

    def lock(self, by: Visitor, thread_id: str, command_id: str, *, locked: bool) -> None:
        """Close a thread for replies and changes, or open it again.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``.
        """
        self._set_on_thread(by, thread_id, "lock" if locked else "unlock", command_id, locked=locked)

    def pin(self, by: Visitor, thread_id: str, command_id: str, *, pinned: bool) -> None:
        """Let a thread stand first, or in its turn again.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``.
        """
        self._set_on_thread(by, thread_id, "pin" if pinned else "unpin", command_id, pinned=pinned)

    def _set_on_thread(self, by: Visitor, thread_id: str, what: str, command_id: str, **values: Any) -> None:
        require(by, Action.FORUM_MODERATE)
        self._ground.count("write", by)

        def work(connection: store.Connection, now: dt.datetime) -> None:
            holding.thread_for(connection, by, thread_id, lock=True)
            store.change_thread(connection, thread_id, **values)
            holding.trail(connection, by, what, thread_id, now)

        self._ground.do(by, f"forum.{what}", command_id, work, thread_id)

    def _moderate(
        self,
        by: Visitor,
        post_id: str,
        what: str,
        command_id: str,
        change: Callable[[store.Connection, Post, Thread, dt.datetime], None],
        *,
        settles: bool = False,
    ) -> None:
        require(by, Action.FORUM_MODERATE)
        self._ground.count("write", by)

        def work(connection: store.Connection, now: dt.datetime) -> str:
            post, thread = holding.held(connection, by, post_id, lock=True)
            change(connection, post, thread, now)
            if settles:
                store.settle_reports(connection, post_id, by.person_id, now)
            holding.trail(connection, by, what, post_id, now)
            return thread.id

        self._ground.do(by, f"forum.{what}", command_id, work, moved=str)
