"""The weekly letter: who gets it, and sending it.

An address is used after whoever reads its letters has confirmed it. Each letter is marked in the database before it is handed to
the mail server: when the process is killed in between, that letter is lost, its news stand in the next, and nobody gets the
same week's letter twice. What the server surely has not taken is tried again.
"""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.forum import letter_store, moderation_store, store, talk_store
from hub.forum.digest import Week, Writer, week_of
from hub.forum.letter_store import Addressee, Mailing, State
from hub.forum.measures import suspended
from hub.identity.rules import Action, Relation, allowed, digest, require
from hub.language import Language, known
from hub.limits import Limits
from hub.mail import Letter, Mail, Refused, Round, Unsent, Unsure, read_address
from hub.timetable import Run
from hub.visitor import Visitor

log = structlog.get_logger(__name__)

CONFIRM_WITHIN: Final = dt.timedelta(days=3)
MOST_ASKS: Final = 5
"""Letters that ask for confirmation, to one person within a day of each other."""
BACK_OFF: Final = (dt.timedelta(hours=1), dt.timedelta(hours=6), dt.timedelta(hours=24))
"""How long after each refusal in a row a letter is tried again; after one more the letters are paused."""
_SERVER_AWAY: Final = dt.timedelta(minutes=30)
_DAY: Final = dt.timedelta(days=1)
_TALKS: Final = 15
_QUESTIONS: Final = 5
_BATCH: Final = 25
_LONGEST_KEY: Final = 64


class Mailings:
    """Minds who gets letters, and sends them."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        clock: Clock,
        mail: Mail,
        writer: Writer,
        member: Callable[[str], Visitor | None],
    ) -> None:
        """Hold what is needed.

        Args:
            database: where addresses are kept.
            limits: how often a letter may be asked for.
            clock: the present moment.
            mail: sends letters.
            writer: writes them.
            member: tells, by a person's id, what they may do now.
        """
        self._database = database
        self._limits = limits
        self._clock = clock
        self._mail = mail
        self._writer = writer
        self._member = member

    @property
    def ready(self) -> bool:
        """Whether letters can be sent from here."""
        return self._mail.ready

    # --- What a member settles ---------------------------------------------------------------------------------------

    def standing(self, by: Visitor) -> Mailing | None:
        """Return how the visitor gets letters; an address that was not confirmed in time is left out.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        return self._database.read(lambda connection: letter_store.mailing(connection, by.person_id))

    def ask(self, by: Visitor, address: str, language: Language, command_id: str) -> None:
        """Send a letter with a link that confirms an address; until then an earlier address stays in use.

        Raises:
            Rejected: ``not-allowed``; ``no-mail-here``; ``no-mail-address``; ``too-often``; ``too-many-letters``, for
                one day; ``mail-refused``, the mail server does not take the address; ``mail-away``, it does not answer.
        """
        require(by, Action.FORUM_READ)
        if not self.ready:
            raise Rejected("no-mail-here")
        wanted = read_address(address)
        self._limits.count("mail", by, self._clock)
        # Whoever the address belongs to has not asked for anything yet.
        self._limits.count("mail", f"mail:{digest(wanted.lower())[:16]}", self._clock)
        now, key = self._clock(), secrets.token_urlsafe(32)

        def work(connection: store.Connection) -> str:
            held = letter_store.mailing(connection, by.person_id, lock=True)
            before = held.asks if held and held.asked_at and now - held.asked_at < _DAY else 0
            if before >= MOST_ASKS:
                raise Rejected("too-many-letters", "address", {"most": MOST_ASKS})
            letter_store.ask(connection, by.person_id, wanted, digest(key), now, before + 1)
            return digest(key)

        if self._database.once(command_id, "mailing.ask", by.key, work, now) == digest(key):
            self._send_now(self._writer.confirmation(wanted, key, language), now)

    def _send_now(self, letter: Letter, now: dt.datetime) -> None:
        try:
            self._mail.send(letter, now)
        except Refused as cause:
            raise Rejected("mail-refused", "address", {"code": cause.code}) from cause
        except Unsent as cause:
            raise Rejected("mail-away", "address") from cause
        except Unsure:
            log.warning("confirmation_unsure")

    def waits_for(self, key: str) -> str:
        """Return the address that the key in a link confirms.

        Raises:
            NotFound: it confirms none, or no longer.
        """
        since, hashed = self._clock() - CONFIRM_WITHIN, digest(_read_key(key))
        address = self._database.read(lambda connection: letter_store.asked(connection, hashed, since))
        if not address:
            raise NotFound("key", "")
        return address

    def confirm(self, key: str) -> None:
        """Use up the key in a link, so that letters go to the address it was sent to.

        Raises:
            NotFound: it confirms none, or no longer.
        """
        now, hashed = self._clock(), digest(_read_key(key))
        if not self._database.write(lambda c: letter_store.confirm(c, hashed, now - CONFIRM_WITHIN, now)):
            raise NotFound("key", "")

    def end(self, by: Visitor, command_id: str) -> None:
        """Take the visitor's address away, whatever else they may do.

        Raises:
            Rejected: ``not-allowed``, nobody is signed in.
        """
        require(by, Action.PROFILE_EDIT, {Relation.OWN} if by.signed_in else ())
        self._limits.count("write", by, self._clock)
        self._database.once(
            command_id, "mailing.end", by.key, lambda c: letter_store.end(c, by.person_id), self._clock()
        )

    def resume(self, by: Visitor, command_id: str) -> None:
        """Try an address again that has refused letters; the next goes with the week to come.

        Raises:
            Rejected: ``not-allowed``.
        """
        require(by, Action.FORUM_READ)
        self._limits.count("write", by, self._clock)
        self._database.once(
            command_id, "mailing.resume", by.key, lambda c: letter_store.resume(c, by.person_id), self._clock()
        )

    def ends(self, key: str) -> bool:
        """Tell whether a key stands in a letter that was sent."""
        hashed = digest(_read_key(key))
        return bool(self._database.read(lambda connection: letter_store.ends_for(connection, hashed)))

    def end_by_key(self, key: str) -> None:
        """End the letters of whom a letter with this key was sent to; doing so again changes nothing.

        Raises:
            NotFound: no letter holds the key.
        """
        hashed = digest(_read_key(key))

        def work(connection: store.Connection) -> bool:
            person_id = letter_store.ends_for(connection, hashed)
            if person_id:
                letter_store.end(connection, person_id)
            return bool(person_id)

        if not self._database.write(work):
            raise NotFound("key", "")

    # --- Sending -----------------------------------------------------------------------------------------------------

    def send_due(self, run: Run) -> Mapping[str, int]:
        """Send the letters of the week that are due, and return what became of how many."""
        if not self.ready:
            return {}
        week, due_at = week_of(run.at)
        told: Counter[str] = Counter()
        after = ""
        with self._mail.round() as sending:
            while some := self._due(week, due_at, run.at, after):
                for one in some:
                    state = self._send_one(sending, one, week, run.at)
                    told[state.value] += 1
                    if state is State.WAITING and not sending.answers:
                        return dict(told)
                after = some[-1].person_id
                run.hold()
        return dict(told)

    def _due(self, week: str, due_at: dt.datetime, now: dt.datetime, after: str) -> list[Addressee]:
        return self._database.read(
            lambda connection: letter_store.addressees(connection, week, due_at, now, after, _BATCH)
        )

    def _send_one(self, sending: Round, one: Addressee, week: str, now: dt.datetime) -> State:
        news = self._news(one, now)
        key = secrets.token_urlsafe(32)
        first = State.SENDING if news else State.EMPTY
        hashed = digest(key) if news else None
        if not self._database.write(lambda c: letter_store.claim(c, one.person_id, week, first, hashed, now)):
            return State.SENDING  # another process has it
        if news is None:
            return State.EMPTY
        outcome = self._hand_over(sending, one, news, key, now)
        self._database.write(lambda c: _settle(c, one, week, outcome, now))
        return outcome.state

    def _hand_over(self, sending: Round, one: Addressee, news: Week, key: str, now: dt.datetime) -> "_Outcome":
        letter = self._writer.digest(one.address, news, key, known(one.language) or "sv", now)
        try:
            sending.send(letter, now)
        except Refused:
            if one.failures < len(BACK_OFF):
                return _Outcome(State.WAITING, now + BACK_OFF[one.failures], refused=True)
            return _Outcome(State.FAILED, refused=True)
        except Unsent:
            return _Outcome(State.WAITING, now + _SERVER_AWAY)
        except Unsure:
            return _Outcome(State.UNSURE)
        return _Outcome(State.SENT)

    def _news(self, one: Addressee, now: dt.datetime) -> Week | None:
        """Return what there is to tell somebody; nothing when that is nothing, or they may not read it now."""
        by = self._member(one.person_id)
        if by is None or not allowed(by, Action.FORUM_READ):
            return None

        def read(connection: store.Connection) -> Week | None:
            if suspended(moderation_store.suspensions(connection, one.person_id), now):
                return None
            talks = talk_store.talks(connection, one.person_id, one.told_until, now, _TALKS + 1)
            questions = talk_store.unanswered(connection, one.person_id, _QUESTIONS)
            told = {talk.last.thread_id for talk in talks}
            questions = [question for question in questions if question.thread_id not in told]
            return Week(talks[:_TALKS], len(talks) > _TALKS, questions, one.told_until)

        week = self._database.read(read)
        return None if week is None or week.empty else week


@dataclass(frozen=True)
class _Outcome:
    """What became of a letter that was handed over."""

    state: State
    retry_at: dt.datetime | None = None
    refused: bool = False
    """Whether the address itself was not taken."""


def _settle(connection: store.Connection, one: Addressee, week: str, outcome: _Outcome, now: dt.datetime) -> None:
    letter_store.settle(connection, one.person_id, week, outcome.state, outcome.retry_at)
    if outcome.state in {State.SENT, State.UNSURE}:
        letter_store.set_told(connection, one.person_id, now)
    elif outcome.refused:
        paused_at = now if outcome.state is State.FAILED else None
        letter_store.set_failures(connection, one.person_id, one.failures + 1, paused_at)


def _read_key(key: str) -> str:
    """Return a key that may be looked up.

    Raises:
        NotFound: it is longer than any we have made, or empty.
    """
    if not key or len(key) > _LONGEST_KEY:
        raise NotFound("key", "")
    return key
