"""What all who change the forum do alike: find what a visitor may know of, write once, tell windows, leave a line."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub import audit
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound
from hub.forum import store
from hub.forum.rules import Post, Thread
from hub.identity.rules import Action, allowed
from hub.limits import Limits
from hub.live import Topics
from hub.visitor import Visitor


@dataclass(frozen=True)
class Ground:
    """What a write stands on."""

    database: Database
    limits: Limits
    topics: Topics
    """What other windows listen to: ``forum`` for the lists, ``forum:<thread>`` for a thread, ``forum-reports``."""
    clock: Clock

    def count(self, what: str, by: Visitor) -> None:
        """Count something that a visitor does.

        Raises:
            Rejected: ``too-often``.
        """
        self.limits.count(what, by, self.clock)

    def do(
        self,
        by: Visitor,
        kind: str,
        command_id: str,
        work: Callable[[store.Connection, dt.datetime], Any],
        thread_id: str = "",
        *,
        moved: Callable[[Any], str] | None = None,
        topic: str = "forum",
    ) -> Any:
        """Run a write once, and move the topics of the lists and of the thread, which the result may name."""
        now = self.clock()
        result = self.database.once(command_id, kind, by.key, lambda connection: work(connection, now), now)
        changed = moved(result) if moved else thread_id
        self.topics.move(topic)
        if changed:
            self.topics.move(f"forum:{changed}")
        return result


def wrote(by: Visitor, author: str) -> bool:
    """Tell whether a visitor is the author, who is given by id."""
    return by.signed_in and by.person_id == author


def thread_for(connection: store.Connection, by: Visitor, thread_id: str, *, lock: bool = False) -> Thread:
    """Return a thread that the visitor may know of.

    Raises:
        NotFound: there is no such thread for this visitor.
    """
    thread = store.find_thread(connection, thread_id, lock=lock)
    if thread is None or not (thread.visible or wrote(by, thread.author) or allowed(by, Action.FORUM_MODERATE)):
        raise NotFound("thread", thread_id)
    return thread


def held(connection: store.Connection, by: Visitor, post_id: str, *, lock: bool = False) -> tuple[Post, Thread]:
    """Return a post that the visitor may know of, and its thread, which is locked first where that is asked for.

    Raises:
        NotFound: there is no such post for this visitor.
    """
    post = store.find_post(connection, post_id)
    if post is None:
        raise NotFound("post", post_id)
    thread = thread_for(connection, by, post.thread_id, lock=lock)
    post = (store.find_post(connection, post_id) if lock else post) or post
    if not (post.visible or wrote(by, post.author) or allowed(by, Action.FORUM_MODERATE)):
        raise NotFound("post", post_id)
    return post, thread


def no_longer_accepted(connection: store.Connection, thread: Thread, post_id: str) -> None:
    """Let the question wait anew if this post was its answer."""
    if thread.accepted == post_id:
        store.change_thread(connection, thread.id, accepted="", accepted_at=None, waiting=thread.question)


def trail(connection: store.Connection, by: Visitor, what: str, thing: str, now: dt.datetime) -> None:
    """Leave a line in the trail of writes."""
    audit.note(connection, by=by.key, action=f"forum.{what}", thing=f"forum:{thing}", at=now, facts={})
