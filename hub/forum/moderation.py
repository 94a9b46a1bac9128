"""Moderating the forum: what those do who look after it, and what comes of it.

What is done to somebody's text, thread or right to write has a reason, which the author sees. Everything is noted, and
what can be taken back gives back exactly what was there.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.forum import holding, measures, news, rules, store
from hub.forum import moderation_store as kept
from hub.forum.content import ForumContent
from hub.forum.holding import Ground
from hub.forum.measures import Measure, Suspension, What
from hub.forum.rules import Post, Thread
from hub.identity import store as identities
from hub.identity.rules import Action, require
from hub.limits import Limits
from hub.live import Topics
from hub.visitor import Role, Visitor

REPORTS: Final = "forum-reports"
"""The topic that moves when something is reported or settled."""
_LOOKS_AFTER: Final = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class _Spot:
    """Where a measure is taken."""

    connection: store.Connection
    post: Post
    thread: Thread
    now: dt.datetime

    @property
    def hidden(self) -> bool:
        return self.post.hidden_in(self.thread)


_Change = Callable[[_Spot], dict[str, Any]]
"""Changes what stands there, and returns what to remember of it."""


class Moderation:
    """Keeps the forum fit to be in."""

    def __init__(self, database: Database, limits: Limits, topics: Topics, clock: Clock, content: ForumContent) -> None:
        """Hold what is needed; the same as the forum, whose threads and posts these are."""
        self._ground = Ground(database, limits, topics, clock)
        self._content = content

    # --- Posts -------------------------------------------------------------------------------------------------------

    def dismiss(self, by: Visitor, post_id: str, command_id: str) -> int:
        """Settle the reports of a post without doing anything to it, and return the id of the measure.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``; ``settled-meanwhile``, nothing waits any more.
        """
        return self._on_post(by, post_id, What.DISMISS, command_id, lambda _: {}, settles=True, answers=post_id)

    def hide(self, by: Visitor, post_id: str, reason: str, command_id: str, *, answers: str = "") -> int:
        """Hide a post, and with a thread's first post the thread; return the id of the measure.

        Args:
            by: somebody who moderates.
            post_id: which post.
            reason: shown to its author.
            command_id: made with the form.
            answers: the post whose reports this answers, and which must still wait; empty for none.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``; ``empty`` or ``too-long``, the reason; ``done-already``; ``settled-meanwhile``.
        """
        require(by, Action.FORUM_MODERATE)
        why = holding.read_reason(reason)

        def change(at: _Spot) -> dict[str, Any]:
            if at.hidden:
                raise Rejected("done-already")
            before: dict[str, Any] = {"note": at.post.note}
            if at.thread.accepted == at.post.id and at.thread.accepted_at:
                before["accepted_at"] = at.thread.accepted_at.isoformat()
            store.set_on_post(at.connection, at.post.id, note=why)
            if at.post.number == 1:
                store.change_thread(at.connection, at.thread.id, hidden_at=at.now)
            else:
                store.set_on_post(at.connection, at.post.id, hidden_at=at.now)
                holding.no_longer_accepted(at.connection, at.thread, at.post.id)
            return before

        return self._on_post(by, post_id, What.HIDE, command_id, change, reason=why, settles=True, answers=answers)

    def restore(self, by: Visitor, post_id: str, command_id: str) -> int:
        """Show a hidden post again as it was: with its note, and as the answer if it was that and there is no other.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``, ``done-already``.
        """

        def change(at: _Spot) -> dict[str, Any]:
            if not at.hidden:
                raise Rejected("done-already")
            hidden = kept.last_measure(at.connection, What.HIDE, post_id=at.post.id)
            before = hidden.facts if hidden else {}
            store.set_on_post(at.connection, at.post.id, note=str(before.get("note", "")), hidden_at=None)
            if at.post.number == 1:
                store.change_thread(at.connection, at.thread.id, hidden_at=None)
            if "accepted_at" in before and not at.thread.accepted and at.post.removed_at is None:
                accepted_at = dt.datetime.fromisoformat(str(before["accepted_at"]))
                store.change_thread(
                    at.connection, at.thread.id, accepted=at.post.id, accepted_at=accepted_at, waiting=False
                )
            return {}

        return self._on_post(by, post_id, What.RESTORE, command_id, change)

    def warn(self, by: Visitor, post_id: str, note: str, command_id: str, *, answers: str = "") -> int:
        """Set a note below a post for all to see, in place of an earlier one; return the id of the measure.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``; ``empty`` or ``too-long``; ``hidden``, it must be shown first;
                ``settled-meanwhile``.
        """
        require(by, Action.FORUM_MODERATE)
        line = holding.read_reason(note)

        def change(at: _Spot) -> dict[str, Any]:
            if at.hidden:
                raise Rejected("hidden")
            store.set_on_post(at.connection, at.post.id, note=line)
            return {"note": at.post.note}

        return self._on_post(by, post_id, What.WARN, command_id, change, reason=line, settles=True, answers=answers)

    def unwarn(self, by: Visitor, post_id: str, command_id: str) -> int:
        """Take the note below a post away.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``, ``hidden``, ``done-already``.
        """

        def change(at: _Spot) -> dict[str, Any]:
            if at.hidden:
                raise Rejected("hidden")
            if not at.post.note:
                raise Rejected("done-already")
            store.set_on_post(at.connection, at.post.id, note="")
            return {}

        return self._on_post(by, post_id, What.UNWARN, command_id, change)

    # --- Threads -----------------------------------------------------------------------------------------------------

    def move(
        self, by: Visitor, thread_id: str, category: str, reason: str, command_id: str, *, answers: str = ""
    ) -> int:
        """Move a thread to another category, and return the id of the measure.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``; ``unknown-category``; ``same-category``; ``empty`` or ``too-long``, the reason;
                ``settled-meanwhile``.
        """
        require(by, Action.FORUM_MODERATE)
        why = holding.read_reason(reason)
        if category not in self._content.category_ids:
            raise Rejected("unknown-category", "category")

        def change(thread: Thread) -> tuple[dict[str, Any], dict[str, Any]]:
            if thread.category == category:
                raise Rejected("same-category", "category")
            return {"category": category}, {"from": thread.category, "to": category}

        return self._on_thread(by, thread_id, What.MOVE, command_id, change, reason=why, answers=answers)

    def lock(
        self, by: Visitor, thread_id: str, command_id: str, *, locked: bool, reason: str = "", answers: str = ""
    ) -> int:
        """Close a thread for replies and changes, for a reason, or open it again; return the id of the measure.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``; ``empty`` or ``too-long``, the reason; ``done-already``; ``settled-meanwhile``.
        """
        require(by, Action.FORUM_MODERATE)
        why = holding.read_reason(reason) if locked else ""
        what = What.LOCK if locked else What.UNLOCK
        return self._on_thread(
            by, thread_id, what, command_id, lambda thread: _turned("locked", thread.locked, to=locked), reason=why,
            answers=answers,
        )  # fmt: skip

    def pin(self, by: Visitor, thread_id: str, command_id: str, *, pinned: bool) -> int:
        """Let a thread stand first, or in its turn again; return the id of the measure.

        Raises:
            NotFound: there is no such thread.
            Rejected: ``not-allowed``, ``done-already``.
        """
        what = What.PIN if pinned else What.UNPIN
        return self._on_thread(
            by, thread_id, what, command_id, lambda thread: _turned("pinned", thread.pinned, to=pinned)
        )

    # --- People ------------------------------------------------------------------------------------------------------

    def suspend(self, by: Visitor, post_id: str, days: int, reason: str, command_id: str, *, answers: str = "") -> int:
        """Keep the author of a post from writing in the forum, and return the id of the measure.

        Args:
            by: somebody who moderates; where the author does too, an administrator.
            post_id: one of the author's posts.
            days: for how long; 0 for until further notice.
            reason: shown to the author.
            command_id: made with the form.
            answers: the post whose reports this answers, and which must still wait; empty for none.

        Raises:
            NotFound: there is no such post.
            Rejected: ``not-allowed``; ``unknown-days``; ``empty`` or ``too-long``, the reason; ``nobody``, no account is
                behind it; ``yourself``; ``looks-after``; ``done-already``; ``settled-meanwhile``.
        """
        require(by, Action.FORUM_MODERATE)
        why = holding.read_reason(reason)
        lasts = measures.read_days(days)

        def change(at: _Spot) -> dict[str, Any]:
            self._require_over(at.connection, by, at.post.author)
            if measures.suspended(kept.suspensions(at.connection, at.post.author), at.now):
                raise Rejected("done-already")
            new = Suspension(rules.new_id(), at.post.author, by.name, why, at.now, measures.ends(lasts, at.now))
            kept.add_suspension(at.connection, new, by.person_id)
            return {"days": lasts, "suspension": new.id}

        return self._on_post(by, post_id, What.SUSPEND, command_id, change, reason=why, answers=answers)

    def lift(self, by: Visitor, suspension_id: str, command_id: str) -> int:
        """Let somebody write again before their time is out, and return the id of the measure.

        Raises:
            NotFound: there is no such suspension.
            Rejected: ``not-allowed``; ``yourself``; ``looks-after``; ``done-already``.
        """
        require(by, Action.FORUM_MODERATE)
        self._ground.count("write", by)

        def work(connection: store.Connection, now: dt.datetime) -> list[Any]:
            found = kept.find_suspension(connection, suspension_id)
            if found is None:
                raise NotFound("suspension", suspension_id)
            self._require_over(connection, by, found.person_id)
            if not measures.suspended(
                [one for one in kept.suspensions(connection, found.person_id) if one.id == suspension_id], now
            ):
                raise Rejected("done-already")
            kept.lift(connection, suspension_id, by.person_id, now)
            began = kept.last_measure(connection, What.SUSPEND, person_id=found.person_id)
            where = (began.thread_id, began.post_id, began.number) if began else ("", "", 0)
            # Of the forum as a whole: whoever has come back with a new account has no post that it was given for.
            news.note_to(connection, found.person_id, None, news.Kind.LIFTED, by, now)
            holding.answer_reporters_again(connection, by, What.LIFT, began, now)
            line = Measure(0, now, by.name, What.LIFT, *where, found.person_id, "", {"suspension": suspension_id})
            return [holding.noted(connection, by, line), ""]

        return self._done(by, What.LIFT, command_id, work)

    def _require_over(self, connection: store.Connection, by: Visitor, person_id: str) -> None:
        """Stop whoever moderates from deciding over themself, and over others who do unless it is an administrator."""
        if not person_id:
            raise Rejected("nobody")
        if holding.wrote(by, person_id):
            raise Rejected("yourself")
        identities.lock_person(connection, person_id)
        roles = {one.grant.role for one in identities.find_roles(connection, [person_id])[person_id]}
        if roles & _LOOKS_AFTER and Role.ADMINISTRATOR not in by.roles:
            raise Rejected("looks-after")

    # --- Taking back -------------------------------------------------------------------------------------------------

    def undo(self, by: Visitor, measure_id: int, command_id: str) -> int:
        """Take a measure back if nothing has come of it since, and return the id of what takes it back.

        Raises:
            NotFound: there is no such measure, or what it was done to is gone.
            Rejected: ``not-allowed``; ``cannot-undo``, for what is taken back in another way; ``done-already``; as lifting says.
        """
        require(by, Action.FORUM_MODERATE)
        found = self._ground.database.read(lambda connection: kept.find_measure(connection, measure_id))
        if found is None:
            raise NotFound("measure", str(measure_id))
        ways: Mapping[What, Callable[[], int]] = {
            What.DISMISS: lambda: self._reopen(by, found, command_id),
            What.HIDE: lambda: self.restore(by, found.post_id, command_id),
            What.WARN: lambda: self._note_before(by, found, command_id),
            What.MOVE: lambda: self._move_back(by, found, command_id),
            What.LOCK: lambda: self.lock(by, found.thread_id, command_id, locked=False),
            What.PIN: lambda: self.pin(by, found.thread_id, command_id, pinned=False),
            What.SUSPEND: lambda: self.lift(by, str(found.facts.get("suspension", "")), command_id),
        }
        if found.what not in ways:
            raise Rejected("cannot-undo")
        return ways[found.what]()

    def _reopen(self, by: Visitor, done: Measure, command_id: str) -> int:
        def change(at: _Spot) -> dict[str, Any]:
            if not kept.reopen_reports(at.connection, at.post.id, done.at):
                raise Rejected("done-already")
            return {}

        return self._on_post(by, done.post_id, What.REOPEN, command_id, change, undoes=done)

    def _note_before(self, by: Visitor, done: Measure, command_id: str) -> int:
        def change(at: _Spot) -> dict[str, Any]:
            if at.hidden or at.post.note != done.reason:
                raise Rejected("done-already")
            store.set_on_post(at.connection, at.post.id, note=str(done.facts.get("note", "")))
            return {}

        return self._on_post(by, done.post_id, What.UNWARN, command_id, change, undoes=done)

    def _move_back(self, by: Visitor, done: Measure, command_id: str) -> int:
        def change(thread: Thread) -> tuple[dict[str, Any], dict[str, Any]]:
            before = str(done.facts.get("from", ""))
            if thread.category != done.facts.get("to") or before not in self._content.category_ids:
                raise Rejected("done-already")
            return {"category": before}, {"from": thread.category, "to": before}

        return self._on_thread(by, done.thread_id, What.MOVE_BACK, command_id, change, undoes=done)

    # --- What measures have in common --------------------------------------------------------------------------------

    def _on_post(
        self,
        by: Visitor,
        post_id: str,
        what: What,
        command_id: str,
        change: _Change,
        *,
        reason: str = "",
        settles: bool = False,
        answers: str = "",
        undoes: Measure | None = None,
    ) -> int:
        require(by, Action.FORUM_MODERATE)
        self._ground.count("write", by)

        def work(connection: store.Connection, now: dt.datetime) -> list[Any]:
            post, thread = holding.held(connection, by, post_id, lock=True)
            other = store.find_post(connection, answers) if answers and not settles else None
            reported = post if settles else other
            people = _settle(connection, by, what, reported, now, waits=bool(answers))
            people += _unsettle(connection, by, what, undoes, now, post_id=post_id)
            facts = change(_Spot(connection, post, thread, now))
            done = holding.took(connection, by, what, post, now, reason=reason, facts=facts, reporters=people)
            return [done, thread.id]

        return self._done(by, what, command_id, work)

    def _on_thread(
        self,
        by: Visitor,
        thread_id: str,
        what: What,
        command_id: str,
        change: Callable[[Thread], tuple[dict[str, Any], dict[str, Any]]],
        *,
        reason: str = "",
        answers: str = "",
        undoes: Measure | None = None,
    ) -> int:
        """Change a thread by what ``change`` says: the new values, and what to remember of the old."""
        require(by, Action.FORUM_MODERATE)
        self._ground.count("write", by)

        def work(connection: store.Connection, now: dt.datetime) -> list[Any]:
            thread = holding.thread_for(connection, by, thread_id, lock=True)
            people: list[str] = []
            if answers:
                post, _ = holding.held(connection, by, answers)
                if post.thread_id != thread_id:
                    raise NotFound("post", answers)
                people = _settle(connection, by, what, post, now, waits=True)
            people += _unsettle(connection, by, what, undoes, now, thread_id=thread_id)
            values, facts = change(thread)
            store.change_thread(connection, thread_id, **values)
            done = holding.took(connection, by, what, thread, now, reason=reason, facts=facts, reporters=people)
            return [done, thread_id]

        return self._done(by, what, command_id, work)

    def _done(
        self, by: Visitor, what: What, command_id: str, work: Callable[[store.Connection, dt.datetime], list[Any]]
    ) -> int:
        result = self._ground.do(
            by, f"forum.{what}", command_id, work, moved=lambda found: str(found[1]), open_to_suspended=True
        )
        self._ground.topics.move(REPORTS)
        return int(result[0])


def _settle(
    connection: store.Connection, by: Visitor, what: What, post: Post | None, now: dt.datetime, *, waits: bool
) -> list[str]:
    """Settle the reports of a post, which must wait where somebody answers them, and tell those who made them."""
    people = kept.settle_reports(connection, post.id, by.person_id, now) if post else []
    if waits and not people:
        raise Rejected("settled-meanwhile")
    if post:
        holding.answer_reporters(connection, by, what, post, people, now)
    return people


def _unsettle(
    connection: store.Connection, by: Visitor, what: What, undone: Measure | None, now: dt.datetime, **place: str
) -> list[str]:
    """Tell those whose reports were settled by what is taken back: the measure given, else the last of its kind there."""
    if what in measures.TAKES_BACK:
        undone = undone or kept.last_measure(connection, measures.TAKES_BACK[what], **place)
    return holding.answer_reporters_again(connection, by, what, undone, now)


def _turned(name: str, stands: bool, *, to: bool) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: FBT001 - what stands is a value
    if stands == to:
        raise Rejected("done-already")
    return {name: to}, {}
