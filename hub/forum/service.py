"""The forum: what somebody can do in it.

Members read and write. What somebody wrote is changed from the version that was seen, so that nothing is overwritten
unseen, and how it read before is kept. Before anything is kept the guard looks through it. What an author has taken
back, or a moderator hidden, is seen by that author and by those who moderate; to others it does not exist. Whoever is
suspended reads, follows, reports and takes their own back, and writes nothing.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum import guard, holding, news, rules, store
from hub.forum.content import ForumContent
from hub.forum.holding import Ground, wrote
from hub.forum.measures import What
from hub.forum.rules import Card, Order, Post, Reaction, Revision, Thread
from hub.forum.store import Listed, Reactions, Wanted
from hub.identity.rules import Action, Relation, allowed, require
from hub.limits import Limits
from hub.live import Topics
from hub.visitor import Visitor

_REVISIONS: Final = 50
_PINNED: Final = 20


@dataclass(frozen=True)
class NewText:
    """What a form holds."""

    text: str
    title: str = ""
    """Of a thread; left out for a reply."""
    tags: tuple[str, ...] = ()
    card: Card | None = None
    seen_mark: str = ""
    """The mark of the warning that the author has seen and posts in spite of; see ``guard.mark``."""


@dataclass(frozen=True)
class NewThread:
    """What a thread begins with, besides its texts."""

    category: str
    question: bool = False
    about: str = ""
    as_size: bool = False
    """Whether others see no more of the author than how big the region is."""


@dataclass(frozen=True)
class Page:
    """Some threads of a list."""

    pinned: tuple[Listed, ...]
    """What stands first; on the first page only."""
    threads: tuple[Listed, ...]
    cards: Mapping[str, Card]
    """Those of the threads that are experiences, by thread."""
    next: str
    """The cursor of the next page, or empty."""


@dataclass(frozen=True)
class Shown:
    """A post as one reader sees it."""

    post: Post
    reactions: Reactions
    own: bool


@dataclass(frozen=True)
class Opened:
    """A thread as one reader sees it."""

    thread: Thread
    card: Card | None
    posts: tuple[Shown, ...]
    more: bool
    """Whether there are posts after these."""
    read: int
    """The number of the last post the reader had seen before."""
    followed: bool
    own: bool
    may_moderate: bool
    answer: Post | None = None
    """The post that answers the question, on whichever page it stands."""


@dataclass(frozen=True)
class Changing:
    """A post as whoever changes it needs to see it."""

    post: Post
    thread: Thread
    card: Card | None
    """The card of the thread, when the post is its first."""
    own: bool


class Forum:
    """Keeps the forum."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        topics: Topics,
        clock: Clock,
        content: ForumContent,
        *,
        levels: Collection[str],
        populations: Mapping[str, int],
    ) -> None:
        """Hold what is needed.

        Args:
            database: where the forum is kept.
            limits: how often a visitor may write.
            topics: what other windows listen to: ``forum`` for the lists, ``forum:<thread>`` for a thread.
            clock: the present moment.
            content: categories, tags and the editors' questions.
            levels: ids of the levels a card may be about.
            populations: how many live in each region, by letter code.
        """
        self._ground = Ground(database, limits, topics, clock)
        self._content = content
        self._levels = frozenset(levels)
        self._populations = populations

    # --- Reading -----------------------------------------------------------------------------------------------------

    def list(self, by: Visitor, wanted: Wanted, cursor: str = "", limit: int = rules.PAGE) -> Page:
        """Return a page of threads.

        Args:
            by: a member.
            wanted: which threads, in which order.
            cursor: where the page before ended; empty for the first.
            limit: how many threads.

        Raises:
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        after = rules.read_cursor(cursor)
        everybodys = wanted.order in {Order.ACTIVITY, Order.NEW} and after is None

        def read(connection: store.Connection) -> Page:
            found = store.threads(connection, by.person_id, wanted, after, limit + 1)
            first = store.pinned(connection, by.person_id, wanted, _PINNED) if everybodys else []
            page = found[:limit]
            ends = ""
            if len(found) > limit:
                last = page[-1].thread
                ends = rules.cursor(last.created_at if wanted.order is Order.NEW else last.activity_at, last.id)
            return Page(
                tuple(_for_reader(by, one) for one in first),
                tuple(_for_reader(by, one) for one in page),
                store.cards(connection, [one.thread.id for one in (*first, *page)]),
                ends,
            )

        return self._ground.database.read(read)

    def open(self, by: Visitor, thread_id: str, after: int = 0, limit: int = rules.PAGE, upto: int = 0) -> Opened:
        """Return a thread with the posts after a number, and note that they have been seen.

        Args:
            by: a member.
            thread_id: which thread.
            after: the number of the last post of the page before.
            limit: how many posts.
            upto: the number of the last post wanted; 0 for no bound.

        Raises:
            NotFound: there is no such thread for this reader.
            Rejected: ``not-allowed``.
            Unavailable: the database does not answer.
        """
        require(by, Action.FORUM_READ)
        moderates = allowed(by, Action.FORUM_MODERATE)

        def read(connection: store.Connection) -> Opened:
            thread = holding.thread_for(connection, by, thread_id)
            found = store.posts(connection, thread_id, after, limit + 1, author=by.person_id, everything=moderates)
            page = [post for post in found[:limit] if not upto or post.number <= upto]
            answer = store.find_post(connection, thread.accepted) if thread.accepted else None
            said = store.reactions(connection, [post.id for post in page], by.person_id)
            seen, followed = store.standing(connection, thread_id, by.person_id)
            return Opened(
                _shown_thread(by, thread),
                store.cards(connection, [thread_id]).get(thread_id),
                tuple(
                    Shown(_shown_post(by, post), said.get(post.id, Reactions()), wrote(by, post.author))
                    for post in page
                ),
                len(found) > len(page),
                seen,
                followed,
                wrote(by, thread.author),
                moderates,
                _shown_post(by, answer) if answer and answer.visible else None,
            )

        opened = self._ground.database.read(read)
        last = opened.posts[-1].post.number if opened.posts else 0
        if last > opened.read:
            # A thread can be read while it cannot be noted that it was.
            with suppress(Unavailable):
                self._ground.database.write(
                    lambda connection: store.set_read(connection, thread_id, by.person_id, last)
                )
        return opened

    def place(self, by: Visitor, post_id: str) -> tuple[str, int]:
        """Return where a post stands: its thread and its number there.

        Raises:
            NotFound: there is no such post for this reader.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        post, thread = self._ground.database.read(lambda connection: holding.held(connection, by, post_id))
        return thread.id, post.number

    def changing(self, by: Visitor, post_id: str, *, reading: bool = False) -> Changing:
        """Return a post that somebody is about to change, or whose history they are about to read.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)

        def read(connection: store.Connection) -> Changing:
            post, thread = holding.held(connection, by, post_id)
            own = wrote(by, post.author)
            if not (own or reading):
                require(by, Action.FORUM_MODERATE)
            card = store.cards(connection, [thread.id]).get(thread.id) if post.number == 1 else None
            return Changing(_shown_post(by, post), _shown_thread(by, thread), card, own)

        return self._ground.database.read(read)

    def history(self, by: Visitor, post_id: str) -> tuple[Revision, ...]:
        """Return how a post read before it was changed, the newest first.

        What stood there when somebody who moderates stepped in is shown to the author and to those who moderate only.

        Raises:
            NotFound: there is no such post for this reader.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        moderates = allowed(by, Action.FORUM_MODERATE)

        def read(connection: store.Connection) -> tuple[Revision, ...]:
            post, _ = holding.held(connection, by, post_id)
            found = store.revisions(connection, post_id, _REVISIONS)
            return tuple(found if moderates else _for_members(found, all_words=wrote(by, post.author)))

        return self._ground.database.read(read)

    # --- Writing -----------------------------------------------------------------------------------------------------

    def start(self, by: Visitor, new: NewThread, text: NewText, command_id: str) -> str:
        """Begin a thread, which its author then follows, and return its id.

        Raises:
            Rejected: ``not-allowed``; ``unknown-category``, ``unknown-tag``, ``unknown-place``; ``empty`` or ``too-long``
                with the field; what ``rules.read_card`` says; ``no-region``; ``identity-number`` or ``look-again``, with
                what was ``found`` and the ``mark`` to come back with; ``too-often``.
        """
        require(by, Action.FORUM_POST)
        self._ground.count("write", by)  # looking a text through takes time, whatever comes of it
        if new.category not in self._content.category_ids:
            raise Rejected("unknown-category", "category")
        about = rules.read_about(new.about)
        clean = self._checked(text, begins=True)
        self._ground.count("create", by)

        def work(connection: store.Connection, now: dt.datetime) -> str:
            name = self._name(connection, by, as_size=new.as_size)
            thread = Thread(
                id=rules.new_id(), category=new.category, tags=clean.tags, title=clean.title, about=about,
                question=new.question, seed="", author=by.person_id, author_name=name, created_at=now, activity_at=now,
                last_name=name, posts=1, pinned=False, locked=False, accepted="", accepted_at=None, version=1,
            )  # fmt: skip
            store.add_thread(connection, thread)
            store.add_post(connection, _new_post(thread.id, 1, by.person_id, name, clean.text, now))
            if clean.card:
                region = "" if new.as_size else store.region_of(connection, by.person_id)
                store.put_card(connection, thread.id, replace(clean.card, region=region))
            self._take_part(connection, by, thread.id, 1, now)
            return thread.id

        return str(self._ground.do(by, "forum.start", command_id, work))

    def reply(self, by: Visitor, thread_id: str, text: NewText, command_id: str, *, as_size: bool = False) -> str:
        """Add a post, whose author then follows the thread, and return its id.

        Raises:
            NotFound: there is no such thread for this visitor.
            Rejected: as ``start`` says; ``locked``; ``too-many-posts``.
        """
        require(by, Action.FORUM_POST)
        self._ground.count("write", by)
        clean = self._checked(text, begins=False)

        def work(connection: store.Connection, now: dt.datetime) -> str:
            thread = self._writable(connection, by, thread_id)
            if thread.posts >= rules.MOST_POSTS:
                raise Rejected("too-many-posts", facts={"most": rules.MOST_POSTS})
            name = self._name(connection, by, as_size=as_size)
            post = _new_post(thread_id, thread.posts + 1, by.person_id, name, clean.text, now)
            store.add_post(connection, post)
            store.change_thread(
                connection, thread_id, posts=post.number, activity_at=max(now, thread.activity_at), last_name=name,
                last_author=by.person_id,
            )  # fmt: skip
            self._take_part(connection, by, thread_id, post.number, now)
            return post.id

        return str(self._ground.do(by, "forum.reply", command_id, work, thread_id))

    def edit(self, by: Visitor, post_id: str, seen: int, text: NewText, command_id: str, *, reason: str = "") -> None:
        """Change a post from the version that was seen; of a thread's first post, its title, tags and card as well.

        Args:
            by: the author, or somebody who moderates and says why.
            post_id: which post.
            seen: its version as it was read.
            text: how it shall read.
            command_id: made with the form.
            reason: needed of whoever is not the author.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``; ``changed-meanwhile`` with ``theirs`` and ``version``; ``locked``; as ``start`` says.
        """
        require(by, Action.FORUM_READ)
        self._ground.count("write", by)
        found, _ = self._ground.database.read(lambda connection: holding.held(connection, by, post_id))
        clean = self._checked(text, begins=found.number == 1)

        def work(connection: store.Connection, now: dt.datetime) -> None:
            post, thread = holding.held(connection, by, post_id, lock=True)
            own = wrote(by, post.author)
            if not own:
                require(by, Action.FORUM_MODERATE)
            why = "" if own else holding.read_reason(reason)
            if thread.locked and not allowed(by, Action.FORUM_MODERATE):
                raise Rejected("locked")
            first = post.number == 1
            card = store.cards(connection, [thread.id]).get(thread.id) if first else None
            if not store.change_post(connection, post_id, seen, text=clean.text, changed_at=now):
                theirs = {"text": post.text, "title": thread.title if first else ""}
                raise Rejected("changed-meanwhile", "text", {"theirs": theirs, "version": post.version})
            by_name = post.author_name if own else by.name
            old = Revision(
                post.version, thread.title if first else "", post.text, card.kept() if card else None, by.person_id,
                by_name, now, why,
            )  # fmt: skip
            store.add_revision(connection, post_id, old)
            if first:
                store.change_thread(connection, thread.id, title=clean.title)
                store.set_tags(connection, thread.id, clean.tags)
                if card and clean.card:
                    store.put_card(connection, thread.id, replace(clean.card, region=card.region))
            if not own:
                holding.took(connection, by, What.EDIT, post, now, reason=why)

        self._ground.do(by, "forum.edit", command_id, work, found.thread_id)

    def remove(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Take one's own post back; a thread's first post only while nobody has replied, and the thread with it.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``, ``has-replies``.
        """
        self._set_removed(by, post_id, command_id, removed=True)

    def bring_back(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Bring one's own post back that one has taken back."""
        self._set_removed(by, post_id, command_id, removed=False)

    def _set_removed(self, by: Visitor, post_id: str, command_id: str, *, removed: bool) -> None:
        def work(connection: store.Connection, now: dt.datetime) -> str:
            post, thread = holding.held(connection, by, post_id, lock=True)
            require(by, Action.FORUM_EDIT, {Relation.OWN} if wrote(by, post.author) else ())
            at = now if removed else None
            if post.number == 1 and removed and thread.posts > 1:
                raise Rejected("has-replies")
            if post.number == 1:
                store.change_thread(connection, thread.id, removed_at=at)
            else:
                store.set_on_post(connection, post_id, removed_at=at)
                if removed:
                    holding.no_longer_accepted(connection, thread, post_id)
            return thread.id

        require(by, Action.FORUM_READ)
        self._ground.count("write", by)
        kind = "forum.remove" if removed else "forum.bring-back"
        self._ground.do(by, kind, command_id, work, moved=str, open_to_suspended=removed)

    # --- Answers -----------------------------------------------------------------------------------------------------

    def accept(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Say that a post answers its thread's question, or confirm after a time that it still does.

        Somebody who moderates may say so of another's question; that is noted among the measures, and the asker is told.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``, for whoever neither began the thread nor moderates; ``no-question``.
        """

        def work(connection: store.Connection, now: dt.datetime) -> str:
            post, thread = holding.held(connection, by, post_id, lock=True)
            _require_asker(by, thread)
            if not thread.question or post.number == 1 or not post.visible:
                raise Rejected("no-question")
            new, own = thread.accepted != post_id, wrote(by, thread.author)
            if new and (own or post.author != thread.author):
                news.note(connection, post, news.Kind.ACCEPTED, by, now)
            if not own:
                holding.decided(connection, by, What.ACCEPT, post, thread, now, new=new)
            store.change_thread(connection, thread.id, accepted=post_id, accepted_at=now, waiting=False)
            return thread.id

        require(by, Action.FORUM_READ)
        self._ground.count("write", by)
        self._ground.do(by, "forum.accept", command_id, work, moved=str)

    def unaccept(self, by: Visitor, post_id: str, command_id: str) -> None:
        """Say that a post no longer answers the question; of another's question, as accepting does.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``.
        """

        def work(connection: store.Connection, now: dt.datetime) -> str:
            post, thread = holding.held(connection, by, post_id, lock=True)
            _require_asker(by, thread)
            if thread.accepted == post_id and not wrote(by, thread.author):
                holding.decided(connection, by, What.UNACCEPT, post, thread, now, new=True)
            holding.no_longer_accepted(connection, thread, post_id)
            return thread.id

        require(by, Action.FORUM_READ)
        self._ground.count("write", by)
        self._ground.do(by, "forum.unaccept", command_id, work, moved=str)

    # --- Without words -----------------------------------------------------------------------------------------------

    def react(self, by: Visitor, post_id: str, kind: Reaction, *, on: bool) -> None:
        """Say something of a post without words, or take it back; doing so again changes nothing.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_POST)
        self._ground.count("write", by)
        now = self._ground.clock()

        def work(connection: store.Connection) -> str:
            holding.require_standing(connection, by, now)
            post, thread = holding.held(connection, by, post_id)
            if not (post.visible and thread.visible):
                raise NotFound("post", post_id)
            store.set_reaction(connection, post_id, by.person_id, kind, now if on else None)
            if on and kind in rules.EXCLUDES:
                store.set_reaction(connection, post_id, by.person_id, rules.EXCLUDES[kind], None)
            return thread.id

        self._ground.topics.move(f"forum:{self._ground.database.write(work)}")

    def follow(self, by: Visitor, thread_id: str, *, on: bool) -> None:
        """Follow a thread, or end that; doing so again changes nothing.

        Raises:
            NotFound: there is no such thread for this visitor.
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_POST)
        self._ground.count("write", by)
        now = self._ground.clock()

        def work(connection: store.Connection) -> None:
            holding.thread_for(connection, by, thread_id)
            store.set_followed(connection, thread_id, by.person_id, now if on else None)

        self._ground.database.write(work)

    def report(self, by: Visitor, post_id: str, reason: str, command_id: str) -> None:
        """Tell those who moderate that a post does not belong; a second time before they have answered adds nothing.

        Raises:
            NotFound: there is no such post for this visitor.
            Rejected: ``not-allowed``; ``empty`` or ``too-long``; ``identity-number``.
        """
        require(by, Action.FORUM_POST)
        why = holding.read_reason(reason)
        self._ground.count("create", by)

        def work(connection: store.Connection, now: dt.datetime) -> None:
            holding.held(connection, by, post_id, lock=True)  # or two sent at once would both be the first
            if not store.has_reported(connection, post_id, by.person_id):
                store.add_report(connection, rules.new_id(), post_id, by=by.person_id, reason=why, at=now)

        # Whoever may not write may still meet what should not stand there.
        self._ground.do(by, "forum.report", command_id, work, topic="forum-reports", open_to_suspended=True)

    # --- The editors' questions --------------------------------------------------------------------------------------

    def plant(self) -> int:
        """Begin the editors' questions that have no thread yet, and return how many; in Swedish, as search finds them."""
        now = self._ground.clock()

        def work(connection: store.Connection) -> int:
            there = store.seeds(connection)
            new = [one for one in self._content.questions if one.id not in there]
            for one in new:
                thread = Thread(
                    id=rules.new_id(), category=one.category, tags=tuple(sorted(one.tags)), title=one.title["sv"],
                    about="", question=True, seed=one.id, author="", author_name=rules.EDITORS, created_at=now,
                    activity_at=now, last_name=rules.EDITORS, posts=1, pinned=False, locked=False, accepted="",
                    accepted_at=None, version=1,
                )  # fmt: skip
                store.add_thread(connection, thread)
                store.add_post(connection, _new_post(thread.id, 1, "", rules.EDITORS, one.body["sv"], now))
            return len(new)

        planted = self._ground.database.write(work)
        if planted:
            self._ground.topics.move("forum")
        return planted

    # --- What writes have in common ----------------------------------------------------------------------------------

    def _writable(self, connection: store.Connection, by: Visitor, thread_id: str) -> Thread:
        thread = holding.thread_for(connection, by, thread_id, lock=True)
        if not thread.visible:
            raise NotFound("thread", thread_id)
        if thread.locked:
            raise Rejected("locked")
        return thread

    def _checked(self, new: NewText, *, begins: bool) -> NewText:
        """Return a form's texts cleaned, within bounds and looked through."""
        clean = NewText(
            text=rules.read_text("text", new.text, needed=not (begins and new.card)),
            title=rules.read_line("title", new.title, needed=True) if begins else "",
            tags=rules.read_tags(new.tags, self._content.tag_ids) if begins else (),
            card=rules.read_card(new.card, self._levels, self._ground.clock().year) if begins and new.card else None,
        )
        words = {"title": clean.title, "text": new.text} if begins else {"text": new.text}
        if clean.card:
            words["card"] = clean.card.words
        for field, text in words.items():
            holding.stop(field, text)
        # What is given as contact on a card is meant to be there.
        if clean.card:
            words["card"] = replace(clean.card, contact="").words
        warned = {field: guard.look(text) for field, text in words.items()}
        mark = "-".join(filter(None, (guard.mark(words[field], found) for field, found in warned.items())))
        if mark and mark != new.seen_mark:
            told = [
                (field, one.kind.value, one.start, one.end) for field, found in warned.items() for one in found.warns
            ]
            said = tuple(words[field][one.start : one.end] for field, found in warned.items() for one in found.warns)
            raise Rejected("look-again", told[0][0], {"found": told, "words": said, "mark": mark})
        return clean

    def _name(self, connection: store.Connection, by: Visitor, *, as_size: bool) -> str:
        region = store.region_of(connection, by.person_id) if as_size else ""
        return rules.kept_name(by.name, self._populations.get(region, 0), as_size=as_size)

    def _take_part(
        self, connection: store.Connection, by: Visitor, thread_id: str, number: int, now: dt.datetime
    ) -> None:
        store.set_followed(connection, thread_id, by.person_id, now)
        store.set_read(connection, thread_id, by.person_id, number)


def _require_asker(by: Visitor, thread: Thread) -> None:
    if not allowed(by, Action.FORUM_MODERATE):
        require(by, Action.FORUM_EDIT, {Relation.OWN} if wrote(by, thread.author) else ())


def _new_post(thread_id: str, number: int, author: str, name: str, text: str, now: dt.datetime) -> Post:
    return Post(rules.new_id(), thread_id, number, author, name, text, now, None, 1, "")


def _for_members(found: Sequence[Revision], *, all_words: bool) -> list[Revision]:
    told, moderated = [], False
    for one in found:
        moderated = moderated or bool(one.reason)
        hidden = moderated and not all_words
        told.append(replace(one, by="", title="", text="", card=None) if hidden else replace(one, by=""))
    return told


def _for_reader(by: Visitor, listed: Listed) -> Listed:
    return replace(listed, thread=_shown_thread(by, listed.thread))


def _shown_thread(by: Visitor, thread: Thread) -> Thread:
    """Leave out who began a thread, which only those who moderate may know beside what is shown."""
    return thread if _knows(by, thread.author) else replace(thread, author="")


def _shown_post(by: Visitor, post: Post) -> Post:
    return post if _knows(by, post.author) else replace(post, author="")


def _knows(by: Visitor, author: str) -> bool:
    return wrote(by, author) or allowed(by, Action.FORUM_MODERATE)
