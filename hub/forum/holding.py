"""What all who change the forum do alike: find what a visitor may know of, write once, tell windows, leave a line."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from hub import audit
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.forum import guard, moderation_store, news, rules, store
from hub.forum.measures import Measure, What, suspended
from hub.forum.rules import Post, Thread
from hub.identity.rules import Action, allowed
from hub.limits import Limits
from hub.live import Topics
from hub.markdown import pieces_of_people
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
        open_to_suspended: bool = False,
    ) -> Any:
        """Run a write once, and move the topics of the lists and of the thread, which the result may name.

        Raises:
            Rejected: ``suspended``, unless it is open to those who are; what the work says.
        """
        now = self.clock()

        def checked(connection: store.Connection) -> Any:
            if not open_to_suspended:
                require_standing(connection, by, now)
            return work(connection, now)

        result = self.database.once(command_id, kind, by.key, checked, now)
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


_DIGITS: Final = 10
"""Of the shortest identity number."""


def stop(field: str, text: str) -> None:
    """Stop a text that holds an identity number, as it was written or as it will be read.

    Raises:
        Rejected: ``identity-number``, with the field and what was ``found``.
    """
    for read in chain((text,), _as_read(text)):
        if stops := guard.look(read).stops:
            told = [(field, one.kind.value, one.start, one.end) for one in stops]
            said = tuple(read[one.start : one.end] for one in stops)
            raise Rejected("identity-number", field, {"found": told, "words": said})


def _as_read(text: str) -> Iterator[str]:
    """Yield what Markdown makes of a text that can hold a number, such as one with a link over its first half."""
    if sum(map(str.isdigit, text)) >= _DIGITS:
        yield from pieces_of_people(text)


def read_reason(given: str) -> str:
    """Return the reason for a measure or a report, cleaned.

    Raises:
        Rejected: ``empty`` or ``too-long``; ``identity-number``.
    """
    why = rules.read_line("reason", given, needed=True)
    stop("reason", why)
    return why


def no_longer_accepted(connection: store.Connection, thread: Thread, post_id: str) -> None:
    """Let the question wait anew if this post was its answer."""
    if thread.accepted == post_id:
        store.change_thread(connection, thread.id, accepted="", accepted_at=None, waiting=thread.question)


def require_standing(connection: store.Connection, by: Visitor, now: dt.datetime) -> None:
    """Stop a visitor who may not write for a time.

    Raises:
        Rejected: ``suspended``, with the ``reason`` and ``until`` when: a moment, or None for until further notice.
    """
    found = suspended(moderation_store.suspensions(connection, by.person_id), now)
    if found:
        raise Rejected("suspended", facts={"until": found.until, "reason": found.reason})


_TOLD: Final = {
    What.HIDE: news.Kind.HIDDEN,
    What.RESTORE: news.Kind.RESTORED,
    What.WARN: news.Kind.NOTED,
    What.EDIT: news.Kind.EDITED,
    What.MOVE: news.Kind.MOVED,
    What.MOVE_BACK: news.Kind.MOVED,
    What.LOCK: news.Kind.LOCKED,
    What.UNLOCK: news.Kind.UNLOCKED,
    What.SUSPEND: news.Kind.SUSPENDED,
}
"""What an author is told of among what is new."""

_TOLD_TO_FOLLOWERS: Final = frozenset({What.HIDE, What.RESTORE, What.MOVE, What.MOVE_BACK, What.LOCK, What.UNLOCK})
"""What those who follow a thread are told of as well, where it is done to the thread or to the post that began it."""


def took(
    connection: store.Connection,
    by: Visitor,
    what: What,
    on: Post | Thread,
    now: dt.datetime,
    *,
    reason: str = "",
    facts: Mapping[str, Any] = MappingProxyType({}),
    reporters: Collection[str] = (),
) -> int:
    """Note what has been done to a post or a thread, let those it concerns know, and return the id of the measure.

    Args:
        connection: the transaction.
        by: who did it.
        what: which measure.
        on: what it was done to.
        now: the present moment.
        reason: for the author; others are given it only where all who read the thread see it.
        facts: what is needed to take it back.
        reporters: those who have been told already, because they had reported the post.
    """
    post = on if isinstance(on, Post) else None
    thread_id = on.thread_id if isinstance(on, Post) else on.id
    concerned = post or store.first_post(connection, thread_id)
    if concerned and what in _TOLD:
        news.note(connection, concerned, _TOLD[what], by, now, reason)
        if what in _TOLD_TO_FOLLOWERS and concerned.number == 1:
            why = reason if what is What.LOCK else ""
            news.note_followers(connection, concerned, _TOLD[what], by, now, reason=why, but=reporters)
    line = Measure(
        0, now, by.name, what, thread_id, post.id if post else "", post.number if post else 0, on.author, reason, facts
    )
    return noted(connection, by, line)


def noted(connection: store.Connection, by: Visitor, line: Measure) -> int:
    """Note a measure and leave a line in the trail of writes; return the id of the measure."""
    thing = line.post_id or line.thread_id
    audit.note(connection, by=by.key, action=f"forum.{line.what}", thing=f"forum:{thing}", at=line.at, facts={})
    return moderation_store.add_measure(connection, line, by.person_id)


def decided(
    connection: store.Connection, by: Visitor, what: What, post: Post, thread: Thread, now: dt.datetime, *, new: bool
) -> None:
    """Note what somebody who moderates says of the answer to another's question, and let whoever asked know.

    Args:
        connection: the transaction.
        by: who says it.
        what: that the post answers the question, or no longer does.
        post: the answer.
        thread: the question, whose author it concerns.
        now: the present moment.
        new: whether anything changes by it; an answer that is only confirmed is noted, but is no news.
    """
    if new:
        kind = news.Kind.ANSWERED if what is What.ACCEPT else news.Kind.UNANSWERED
        news.note_to(connection, thread.author, post, kind, by, now)
    noted(connection, by, Measure(0, now, by.name, what, thread.id, post.id, post.number, thread.author, "", {}))


_CAME_OF_IT: Final = {
    What.DISMISS: news.Kind.REPORT_LEFT,
    What.REOPEN: news.Kind.REPORT_WAITS,
    What.HIDE: news.Kind.REPORT_HIDDEN,
    What.WARN: news.Kind.REPORT_NOTED,
    What.MOVE: news.Kind.REPORT_MOVED,
    What.LOCK: news.Kind.REPORT_LOCKED,
    What.SUSPEND: news.Kind.REPORT_ACTED,
    What.RESTORE: news.Kind.REPORT_SHOWN,
    What.UNWARN: news.Kind.REPORT_UNDONE,
    What.MOVE_BACK: news.Kind.REPORT_UNDONE,
    What.UNLOCK: news.Kind.REPORT_UNDONE,
    What.LIFT: news.Kind.REPORT_UNDONE,
}
"""What those who have reported a post are told when a measure settles it or what settled it is taken back; never why,
which is for its author."""


def answer_reporters(
    connection: store.Connection, by: Visitor, what: What, post: Post, people: Collection[str], now: dt.datetime
) -> None:
    """Tell those who have reported a post what came of it, each of them once."""
    for person_id in sorted(set(people)):
        news.note_to(connection, person_id, post, _CAME_OF_IT[what], by, now)


def answer_reporters_again(
    connection: store.Connection, by: Visitor, what: What, undone: Measure | None, now: dt.datetime
) -> list[str]:
    """Tell those whose reports a measure settled that it has been taken back, and return whose they are."""
    told = moderation_store.reporters(connection, undone) if undone and what in _CAME_OF_IT else {}
    for post in store.find_posts(connection, told).values() if told else ():
        answer_reporters(connection, by, what, post, told[post.id], now)
    return list(chain.from_iterable(told.values()))
