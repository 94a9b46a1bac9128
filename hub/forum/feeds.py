"""Feeds: the newest posts as Atom, at an address that is each member's own secret (RFC 4287).

The address is shown when it has just been made, and is kept as a digest only; so whoever loses it makes a new one, and
the old one ends. What its owner may read is looked up each time it is fetched.
"""

import datetime as dt
import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final
from urllib.parse import urlsplit

from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound
from hub.forum import letter_store, reading, store, talk_store
from hub.forum.content import ForumContent
from hub.forum.digest import post_way
from hub.forum.talk_store import Said
from hub.identity.rules import SESSION_ID, Action, Relation, allowed, digest, require
from hub.language import Catalogue, Language, known
from hub.limits import Limits
from hub.markdown import MAX_PEOPLE_CHARACTERS, render_people
from hub.visitor import Visitor

POSTS: Final = 30
_SHOWN_FOR: Final = dt.timedelta(minutes=15)
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not know as characters."""


@dataclass(frozen=True)
class Feed:
    """A feed as it is served."""

    xml: bytes
    tag: str
    """Names this state of it, for whoever asks whether it has changed."""


class Feeds:
    """Makes the addresses of feeds, and writes what they show."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        clock: Clock,
        content: ForumContent,
        catalogue: Catalogue,
        member: Callable[[str], Visitor | None],
    ) -> None:
        """Hold what is needed.

        Args:
            database: where digests of the keys are kept.
            limits: how often a feed may be fetched.
            clock: the present moment.
            content: the names of categories, and the editors' questions.
            catalogue: the words in Swedish.
            member: tells, by a person's id, what they may do now.
        """
        self._database = database
        self._limits = limits
        self._clock = clock
        self._content = content
        self._catalogue = catalogue
        self._member = member
        self._fresh: dict[str, tuple[str, dt.datetime]] = {}
        self._lock = threading.Lock()

    def made_at(self, by: Visitor) -> dt.datetime | None:
        """Return when the visitor's feed was given its address; nothing where it has none.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        return self._database.read(lambda connection: letter_store.feed_made_at(connection, by.person_id))

    def make(self, by: Visitor, command_id: str) -> None:
        """Give the visitor's feed a new key, so that the old one ends; ``fresh`` returns it for a while.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("create", by, self._clock)
        key, now = secrets.token_urlsafe(32), self._clock()

        def work(connection: store.Connection) -> str:
            letter_store.set_feed(connection, by.person_id, digest(key), now)
            return digest(key)

        if self._database.once(command_id, "feed.make", by.key, work, now) == digest(key):
            with self._lock:
                gone = [one for one, (_, at) in self._fresh.items() if now - at >= _SHOWN_FOR]
                for one in gone:
                    del self._fresh[one]
                self._fresh[by.person_id] = (key, now)

    def fresh(self, by: Visitor) -> str:
        """Return the key that the visitor has just made, or nothing."""
        with self._lock:
            key, at = self._fresh.get(by.person_id, ("", self._clock()))
        return key if self._clock() - at < _SHOWN_FOR else ""

    def end(self, by: Visitor, command_id: str) -> None:
        """End the visitor's feed, whatever else they may do.

        Raises:
            Rejected: ``not-allowed``, nobody is signed in.
        """
        require(by, Action.PROFILE_EDIT, {Relation.OWN} if by.signed_in else ())
        self._limits.count("write", by, self._clock)
        now = self._clock()
        self._database.once(
            command_id, "feed.end", by.key, lambda c: letter_store.set_feed(c, by.person_id, None, now), now
        )
        with self._lock:
            self._fresh.pop(by.person_id, None)

    def fetch(self, key: str, base: str) -> Feed:
        """Return the feed that a key opens.

        Args:
            key: as it stands in the address.
            base: the address of the hub, without a final slash.

        Raises:
            NotFound: it opens none, or its owner may not read the forum now; the two cannot be told apart.
            Rejected: ``too-often``.
            Unavailable: the database does not answer.
        """
        if not SESSION_ID.fullmatch(key):
            raise NotFound("feed", "")
        hashed = digest(key)
        found = self._database.read(lambda connection: letter_store.feed_of(connection, hashed))
        by = self._member(found[0]) if found else None
        if found is None or by is None or not allowed(by, Action.FORUM_READ):
            raise NotFound("feed", "")
        self._limits.count("feed", by.key, self._clock)
        posts = self._database.read(lambda connection: talk_store.newest(connection, POSTS))
        xml = self._write(posts, base, known(found[1]) or "sv", found[2]).encode()
        return Feed(xml, hashlib.sha256(xml).hexdigest()[:32])

    def _write(self, posts: Sequence[Said], base: str, language: Language, made_at: dt.datetime) -> str:
        say = partial(self._catalogue.text, language)
        host = urlsplit(base).hostname or "localhost"
        updated = max([made_at, *(one.changed_at or one.created_at for one in posts)])
        # No link to itself, which would carry the key along when somebody passes the feed on.
        head = (
            f"<id>tag:{_xml(host)},2026:forum</id><title>{_xml(say('The forum of Vårdmöteshubben'))}</title>"
            f"<updated>{_moment(updated)}</updated><link rel='alternate' type='text/html' href='{_xml(base)}/forum'/>"
            f"<author><name>Vårdmöteshubben</name></author>"
        )
        entries = "".join(self._entry(one, base, host, say, language) for one in posts)
        return (
            "<?xml version='1.0' encoding='utf-8'?>\n"
            f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{language}'>{head}{entries}</feed>\n"
        )

    def _entry(self, one: Said, base: str, host: str, say: Callable[[str], str], language: Language) -> str:
        title = reading.title(one.title, one.seed, self._content, language)
        if one.number > 1:
            title = say("Reply in: {title}").format(title=title)
        category = self._content.named[f"category:{one.category}"].name[language]
        text = render_people(
            reading.body(one.text, one.number, one.seed, self._content, language)[0][:MAX_PEOPLE_CHARACTERS]
        )
        return (
            f"<entry><id>tag:{_xml(host)},2026:forum:{_xml(one.post_id)}</id><title>{_xml(title)}</title>"
            f"<updated>{_moment(one.changed_at or one.created_at)}</updated>"
            f"<published>{_moment(one.created_at)}</published>"
            f"<author><name>{_xml(reading.author(one.author_name, say) or say('A former member'))}</name></author>"
            f"<category term='{_xml(one.category)}' label='{_xml(category)}'/>"
            f"<link rel='alternate' type='text/html' href='{_xml(base + post_way(one.thread_id, one.number))}'/>"
            f"<content type='html'>{_xml(text)}</content></entry>"
        )


def _xml(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", text))


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
