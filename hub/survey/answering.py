"""Survey rounds: what somebody can do in one.

Colleagues answer each for themselves, by a link or because they speak for the region; those who speak for the region
settle on one answer for each statement, and submit. Whatever another has written since is never overwritten unseen: each
write names the version it was made from. What is submitted counts until the region opens it again or the round closes;
at the close the national figures are kept for good.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub import audit
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation, allowed, require
from hub.language import LANGUAGES
from hub.limits import Limits
from hub.live import Topics
from hub.survey import answer_store as store
from hub.survey import answers as rules
from hub.survey.answers import Colleague, Entry, Part, Settled
from hub.survey.content import Questionnaire
from hub.survey.incoming import Line
from hub.survey.rounds import Round, Stage
from hub.survey.visibility import Figure, Snapshot, Standing, figure, freeze, in_force, seen, widest
from hub.timetable import Run
from hub.visitor import Visitor

_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_HISTORY: Final = 200


@dataclass(frozen=True)
class Access:
    """Which region's part in which round is meant, and by which link."""

    round_id: str
    region: str
    key: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address; without a key for whoever needs none."""
        return {"runda": self.round_id, "region": self.region, **({"nyckel": self.key} if self.key else {})}


@dataclass(frozen=True)
class Sheet:
    """A region's part in a round as a visitor may see it."""

    round: Round
    questionnaire: Questionnaire
    part: Part | None
    """None until somebody who speaks for the region has begun."""
    colleagues: tuple[Colleague, ...]
    """Everybody's answers for those who speak for the region; else one's own only."""
    settled: Mapping[str, Settled]
    """By statement; empty for whoever does not speak for the region."""
    own: str
    """The key that one's own answers are kept by."""
    open: bool
    may_settle: bool
    linked: bool
    """Whether the key asked with is that of the link for colleagues."""


class Rounds:
    """Keeps rounds and what is answered in them."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        topics: Topics,
        clock: Clock,
        questionnaires: Mapping[int, Questionnaire],
        regions: frozenset[str],
    ) -> None:
        """Hold what is needed.

        Args:
            database: where answers are kept.
            limits: how often a visitor may write.
            topics: what other windows listen to: ``survey:<round>:<region>``, and ``survey`` for what counts.
            clock: the present moment.
            questionnaires: by version.
            regions: the letter codes.
        """
        self._database = database
        self._limits = limits
        self._topics = topics
        self._clock = clock
        self._questionnaires = questionnaires
        self._regions = regions
        self._remembered: dict[str, tuple[Stage, int, tuple[Standing, ...]]] = {}
        self._secret = secrets.token_bytes(32)

    # --- Rounds ------------------------------------------------------------------------------------------------------

    def all(self) -> tuple[Round, ...]:
        """Return every round, the newest first; anybody may read them.

        Raises:
            Unavailable: the database does not answer.
        """
        return tuple(self._database.read(store.rounds))

    def round(self, id_: str) -> Round:
        """Return one round.

        Raises:
            NotFound: there is none with that id.
            Unavailable: the database does not answer.
        """
        found = self._database.read(lambda connection: store.find_round(connection, id_))
        if found is None:
            raise NotFound("round", id_)
        return found

    def begin(
        self, by: Visitor, title: Mapping[str, str], opens_at: dt.datetime, closes_at: dt.datetime, command_id: str
    ) -> str:
        """Set a round up with the newest questionnaire, and return its id.

        Args:
            by: an administrator.
            title: in both languages.
            opens_at: when it may be answered.
            closes_at: when it no longer may.
            command_id: made with the form.

        Raises:
            Rejected: ``not-allowed``; ``empty`` or ``too-long`` with the field; ``ends-too-early``.
        """
        require(by, Action.ROUND_BEGIN)
        named = {language: rules.read_line("title", title.get(language, ""), needed=True) for language in LANGUAGES}
        now = self._clock()
        if closes_at <= max(opens_at, now):
            raise Rejected("ends-too-early", "closes_at")

        def work(connection: store.Connection) -> str:
            new = Round(_new_id(), max(self._questionnaires), opens_at, closes_at, named)
            store.add_round(connection, new)
            audit.note(connection, by=by.key, action="round.begin", thing=f"round:{new.id}", at=now, facts={})
            return new.id

        return str(self._write(by, "survey", "round.begin", command_id, work, now))

    # --- One region's part -------------------------------------------------------------------------------------------

    def sheet(self, by: Visitor, access: Access) -> Sheet:
        """Return a region's part in a round.

        Raises:
            NotFound: there is no such round or region, or the visitor may not answer for it.
            Unavailable: the database does not answer.
        """

        def read(connection: store.Connection) -> Sheet:
            round_, relations = self._held(connection, by, access)
            settles = allowed(by, Action.SURVEY_SETTLE, relations)
            everybody = store.colleagues(connection, access.round_id, access.region)
            return Sheet(
                round_,
                self._questionnaires[round_.version],
                store.part(connection, access.round_id, access.region),
                tuple(one for one in everybody if settles or one.owner == by.key),
                store.settled(connection, access.round_id, access.region).get(access.region, {}) if settles else {},
                by.key,
                round_.stage(self._clock()) == "open",
                settles,
                Relation.EDIT_LINK in relations,
            )

        return self._database.read(read)

    def channel(self, access: Access) -> str:
        """Return the topic that open windows on a region's part follow; whoever may not see the part cannot guess it.

        Under its plain name anybody could hear whether a region takes part, which it may have kept to itself.
        """
        named = f"{access.round_id}:{access.region}".encode()
        return f"survey-{hashlib.blake2b(named, key=self._secret, digest_size=11).hexdigest()}"

    def take_part(self, by: Visitor, access: Access, visibility: str, key: str, command_id: str) -> None:
        """Begin a region's part, or change who may see it.

        Args:
            by: somebody who speaks for the region.
            access: which part.
            visibility: one of ``answers.VISIBILITIES``.
            key: from ``secrets``, made with the form: the key of the link for colleagues, kept as a digest only.
            command_id: made with the form.

        Raises:
            NotFound: there is no such round or region.
            Rejected: ``not-allowed``, ``unknown-visibility``, ``round-closed``; once it has closed nobody begins, but
                whoever has a part may still be seen by fewer.
        """
        chosen = rules.checked_visibility(visibility)
        self.close(self.round(access.round_id))

        def work(connection: store.Connection, now: dt.datetime) -> None:
            part = store.part(connection, access.round_id, access.region, locked=True)
            if part is None and _over(connection, access, now):
                raise Rejected("round-closed")
            if part is None:
                part = Part(access.round_id, access.region, chosen, {}, (), None, 1, now)
                store.add_part(connection, part, rules.digest(key))
                self._note(connection, by, part, "begin", now, after={"visibility": chosen})
            elif part.visibility != chosen:
                open_so_far = {"widest": widest([part.widest, chosen])} if part.widest and part.submitted_at else {}
                store.change_part(connection, part, now, visibility=chosen, **open_so_far)
                changed = {"before": {"visibility": part.visibility}, "after": {"visibility": chosen}}
                self._note(connection, by, part, "visibility", now, **changed)

        self._change(by, access, Action.SURVEY_SETTLE, "survey.part", command_id, work, counts=True, closed_too=True)

    def renew_link(self, by: Visitor, access: Access, key: str, command_id: str) -> None:
        """End the link for colleagues that there is, and make a new one.

        Raises:
            NotFound: there is no such part.
            Rejected: ``not-allowed``, ``round-closed``.
        """

        def work(connection: store.Connection, now: dt.datetime) -> None:
            part = self._part(connection, access)
            store.change_part(connection, part, now, answer_hash=rules.digest(key))
            self._note(connection, by, part, "link", now)

        self._change(by, access, Action.SURVEY_SETTLE, "survey.link", command_id, work)

    def answer(
        self, by: Visitor, access: Access, statement: str, *, choice: str, evidence: str, name: str, version: int
    ) -> int:
        """Keep one's own answer to one statement, and return its version. Doing so again changes nothing more.

        Args:
            by: somebody who speaks for the region or came by its link.
            access: which part.
            statement: the id.
            choice: one of ``answers.CHOICES``, or empty to take it back.
            evidence: what shows it, in words.
            name: what colleagues see of whoever has not signed in.
            version: of the answer it was made from; 0 for none.

        Raises:
            NotFound: there is no such part or statement.
            Rejected: ``not-allowed``; ``round-closed``; ``unknown-choice``, ``too-long``, ``empty`` (a name);
                ``changed-meanwhile`` with what stands there; ``too-many-colleagues``.
        """
        shown = by.name or rules.read_line("name", name, needed=True)
        chosen, shows = rules.checked_choice(choice), rules.read_text("evidence", evidence)

        def work(connection: store.Connection, now: dt.datetime) -> int:
            part = self._part(connection, access)
            self._statement(connection, part, statement)
            everybody = {one.owner: one for one in store.colleagues(connection, part.round_id, part.region)}
            mine = everybody.get(by.key)
            if mine is None and len(everybody) >= rules.MOST_COLLEAGUES:
                raise Rejected("too-many-colleagues", facts={"most": rules.MOST_COLLEAGUES})
            stands = mine.versions.get(statement, 0) if mine else 0
            there = (mine.choices.get(statement, ""), mine.evidence.get(statement, "")) if mine else ("", "")
            if there == (chosen, shows) and stands:
                return stands
            if stands != version:
                raise Rejected(
                    "changed-meanwhile", "choice", {"choice": there[0], "evidence": there[1], "version": stands}
                )
            store.put_answer(
                connection, part, by.key, shown, statement, choice=chosen, evidence=shows, version=stands + 1, at=now
            )
            return stands + 1

        return int(self._change(by, access, Action.SURVEY_ANSWER, "survey.answer", "", work))

    def settle(self, by: Visitor, access: Access, statement: str, *, choice: str, evidence: str, version: int) -> int:
        """Keep what the region has settled on for one statement, and return its version.

        Args:
            by: somebody who speaks for the region.
            access: which part.
            statement: the id.
            choice: one of ``answers.CHOICES``, or empty to leave it open again.
            evidence: what shows it, in words.
            version: of the value it was made from; 0 for none.

        Raises:
            NotFound: there is no such part or statement.
            Rejected: as ``answer`` says; ``submitted``, it must be opened again first.
        """
        chosen, shows = rules.checked_choice(choice), rules.read_text("evidence", evidence)

        def work(connection: store.Connection, now: dt.datetime) -> int:
            part = self._part(connection, access, unsubmitted=True)
            self._statement(connection, part, statement)
            found = store.settled(connection, part.round_id, part.region).get(part.region, {}).get(statement)
            stands = found.version if found else 0
            there = (found.choice, found.evidence) if found else ("", "")
            if there == (chosen, shows) and stands:
                return stands
            if stands != version:
                facts = {
                    "choice": there[0],
                    "evidence": there[1],
                    "version": stands,
                    "by": found.by_name if found else "",
                }
                raise Rejected("changed-meanwhile", "choice", facts)
            store.put_settled(
                connection, part, statement, Settled(chosen, shows, by.name, stands + 1, now), by.person_id
            )
            store.change_part(connection, part, now)
            kept = {
                "before": {"choice": there[0], "evidence": there[1]},
                "after": {"choice": chosen, "evidence": shows},
            }
            self._note(connection, by, part, "settle", now, statement=statement, **kept)
            return stands + 1

        return int(self._change(by, access, Action.SURVEY_SETTLE, "survey.settle", "", work))

    def import_answers(self, by: Visitor, access: Access, rows: Sequence[Line], command_id: str) -> int:
        """Keep what a file says the region has settled on, all of it or nothing, and return how many values changed.

        Args:
            by: somebody who speaks for the region.
            access: which part.
            rows: what the file says, each row with the version of the value that it replaces.
            command_id: made with the form.

        Raises:
            NotFound: there is no such part or statement.
            Rejected: as ``settle`` says; ``doubled``, with the statement as its field.
        """

        def work(connection: store.Connection, now: dt.datetime) -> int:
            part = self._part(connection, access, unsubmitted=True)
            held = store.settled(connection, part.round_id, part.region).get(part.region, {})
            before: dict[str, Any] = {}
            after: dict[str, Any] = {}
            named = [row.statement for row in rows]
            for row in rows:
                self._statement(connection, part, row.statement)
                if named.count(row.statement) > 1:
                    raise Rejected("doubled", row.statement)
                chosen, shows = rules.checked_choice(row.choice), rules.read_text("evidence", row.evidence)
                found = held.get(row.statement)
                stands, there = (found.version, (found.choice, found.evidence)) if found else (0, ("", ""))
                if stands and there == (chosen, shows):
                    continue
                if stands != row.version:
                    facts = {"choice": there[0], "evidence": there[1], "version": stands}
                    raise Rejected("changed-meanwhile", row.statement, facts)
                store.put_settled(
                    connection, part, row.statement, Settled(chosen, shows, by.name, stands + 1, now), by.person_id
                )
                before[row.statement] = {"choice": there[0], "evidence": there[1]}
                after[row.statement] = {"choice": chosen, "evidence": shows}
            if after:
                store.change_part(connection, part, now)
                self._note(connection, by, part, "import", now, before=before, after=after)
            return len(after)

        return int(self._change(by, access, Action.SURVEY_SETTLE, "survey.import", command_id, work))

    def write(
        self,
        by: Visitor,
        access: Access,
        texts: Mapping[str, str],
        needs: tuple[str, ...],
        version: int,
        command_id: str,
        *,
        may_be_asked: bool = False,
    ) -> None:
        """Keep the answers in words, the needs for national support, and whether other regions may ask.

        Raises:
            NotFound: there is no such part, question or need.
            Rejected: ``not-allowed``, ``round-closed``, ``submitted``, ``too-long``, ``changed-meanwhile``.
        """
        read = {question: rules.read_text("text", text) for question, text in texts.items()}

        def work(connection: store.Connection, now: dt.datetime) -> None:
            part = self._part(connection, access, unsubmitted=True)
            questionnaire = self._questionnaire(connection, part)
            unknown = [
                *(set(read) - {one.id for one in questionnaire.questions}),
                *(set(needs) - {one.id for one in questionnaire.needs}),
            ]
            if unknown:
                raise NotFound("question", unknown[0])
            if part.version != version:
                raise Rejected("changed-meanwhile", "text", {"version": part.version})
            before = {"texts": dict(part.texts), "needs": list(part.needs), "may_be_asked": part.may_be_asked}
            after = {"texts": {**part.texts, **read}, "needs": list(needs), "may_be_asked": may_be_asked}
            store.change_part(connection, part, now, **after)
            self._note(connection, by, part, "texts", now, before=before, after=after)

        self._change(by, access, Action.SURVEY_SETTLE, "survey.texts", command_id, work)

    def submit(self, by: Visitor, access: Access, command_id: str) -> None:
        """Let what the region has settled on count.

        Raises:
            NotFound: there is no such part.
            Rejected: ``not-allowed``, ``round-closed``; ``incomplete`` with how many are ``missing``.
        """

        def work(connection: store.Connection, now: dt.datetime) -> None:
            part = self._part(connection, access)
            if part.submitted_at:
                return
            held = store.settled(connection, part.round_id, part.region).get(part.region, {})
            asked = self._questionnaire(connection, part).statements
            missing = [id_ for id_ in asked if id_ not in held or not held[id_].choice]
            if missing:
                raise Rejected("incomplete", facts={"missing": len(missing), "first": missing[0]})
            most_open = widest([part.widest or part.visibility, part.visibility])
            store.change_part(connection, part, now, submitted_at=now, widest=most_open)
            self._note(connection, by, part, "submit", now)

        self._change(by, access, Action.SURVEY_SETTLE, "survey.submit", command_id, work, counts=True)

    def reopen(self, by: Visitor, access: Access, command_id: str) -> None:
        """Take what was submitted back, to change it.

        Raises:
            NotFound: there is no such part.
            Rejected: ``not-allowed``, ``round-closed``.
        """

        def work(connection: store.Connection, now: dt.datetime) -> None:
            part = self._part(connection, access)
            if part.submitted_at:
                store.change_part(connection, part, now, submitted_at=None)
                self._note(connection, by, part, "reopen", now)

        self._change(by, access, Action.SURVEY_SETTLE, "survey.reopen", command_id, work, counts=True)

    def history(self, by: Visitor, access: Access) -> tuple[Entry, ...]:
        """Return the newest changes of a region's part.

        Raises:
            NotFound: there is no such part, or the visitor does not speak for the region.
        """

        def read(connection: store.Connection) -> tuple[Entry, ...]:
            _, relations = self._held(connection, by, access)
            require(by, Action.SURVEY_SETTLE, relations)
            return tuple(store.history(connection, access.round_id, access.region, _HISTORY))

        return self._database.read(read)

    # --- What is shown -----------------------------------------------------------------------------------------------

    def standings(self, by: Visitor, round_: Round) -> tuple[Standing, ...]:
        """Return what regions have handed in that a visitor may see by name.

        Raises:
            Unavailable: the database does not answer.
        """
        return seen(by.region, self._standings(round_))

    def national(self, by: Visitor, round_: Round, chosen: frozenset[str] | None = None) -> Figure:
        """Return the figure that a visitor gets: of all, or of the regions that a filter leaves.

        Raises:
            Unavailable: the database does not answer.
        """
        stage = round_.stage(self._clock())
        snapshot = self.close(round_) if stage == "closed" and chosen is None else None
        return figure(by.region, self._standings(round_), stage=stage, snapshot=snapshot, chosen=chosen)

    def own(self, by: Visitor, access: Access) -> Standing | None:
        """Return what a region has settled on so far, handed in or not, for whoever speaks for it.

        Raises:
            NotFound: there is no such part, or the visitor does not speak for the region.
        """
        sheet = self.sheet(by, access)
        if not sheet.may_settle:
            raise NotFound("part", access.region)
        return _standing(sheet.part, sheet.settled) if sheet.part else None

    def close(self, round_: Round) -> Snapshot | None:
        """Keep the national figure of a round that has closed, unless it is kept already, and return it.

        Raises:
            Unavailable: the database does not answer.
        """
        now = self._clock()
        found = self._database.read(lambda connection: store.snapshot(connection, round_.id))
        if found or round_.stage(now) != "closed":
            return found

        def work(connection: store.Connection) -> Snapshot | None:
            store.fix_visibility(connection, round_.id)
            taken = freeze(round_.id, _standings_in(connection, round_.id), round_.closes_at)
            if store.keep_snapshot(connection, taken):
                audit.note(connection, by="hub", action="round.close", thing=f"round:{round_.id}", at=now, facts={})
            return store.snapshot(connection, round_.id)

        kept = self._database.write(work)
        self._topics.move("survey")
        return kept

    def close_due(self, run: Run) -> Mapping[str, Any]:
        """Keep the figures of every round that has closed; return how many have."""
        closed = 0
        for one in self.all():
            run.hold()
            closed += self.close(one) is not None
        return {"closed": closed}

    def _standings(self, round_: Round) -> tuple[Standing, ...]:
        """Return every region's standing, whoever asks; remembered until something that counts is written."""
        stage, version = round_.stage(self._clock()), self._topics.version("survey")
        held = self._remembered.get(round_.id)
        if held and held[:2] == (stage, version):
            return held[2]
        found = self._database.read(lambda connection: _standings_in(connection, round_.id))
        self._remembered[round_.id] = (stage, version, found)
        return found

    # --- What writes have in common ----------------------------------------------------------------------------------

    def _held(self, connection: store.Connection, by: Visitor, access: Access) -> tuple[Round, frozenset[Relation]]:
        """Return the round and how a visitor stands to a region's part in it; whoever may not answer finds nothing."""
        found = store.find_round(connection, access.round_id)
        if found is None or access.region not in self._regions:
            raise NotFound("round", access.round_id)
        kept = store.answer_hash(connection, access.round_id, access.region) if access.key else ""
        holds = {
            Relation.REGION: bool(by.region) and by.region == access.region,
            Relation.EDIT_LINK: bool(kept) and secrets.compare_digest(kept, rules.digest(access.key)),
        }
        relations = frozenset(relation for relation, true in holds.items() if true)
        if not allowed(by, Action.SURVEY_ANSWER, relations):
            raise NotFound("round", access.round_id)
        return found, relations

    def _part(self, connection: store.Connection, access: Access, *, unsubmitted: bool = False) -> Part:
        part = store.part(connection, access.round_id, access.region, locked=True)
        if part is None:
            raise NotFound("part", access.region)
        if unsubmitted and part.submitted_at:
            raise Rejected("submitted")
        return part

    def _questionnaire(self, connection: store.Connection, part: Part) -> Questionnaire:
        found = store.find_round(connection, part.round_id)
        if found is None:
            raise NotFound("round", part.round_id)
        return self._questionnaires[found.version]

    def _statement(self, connection: store.Connection, part: Part, statement: str) -> None:
        if statement not in self._questionnaire(connection, part).statements:
            raise NotFound("statement", statement)

    def _note(
        self, connection: store.Connection, by: Visitor, part: Part, kind: str, now: dt.datetime, **more: Any
    ) -> None:
        store.note(connection, part, kind, by=by.person_id, by_name=by.name, at=now, **more)
        if kind in _AUDITED:
            thing = f"round:{part.round_id}:{part.region}"
            audit.note(connection, by=by.key, action=f"survey.{kind}", thing=thing, at=now, facts={})

    def _change(
        self,
        by: Visitor,
        access: Access,
        action: Action,
        kind: str,
        command_id: str,
        work: Callable[[store.Connection, dt.datetime], Any],
        *,
        counts: bool = False,
        closed_too: bool = False,
    ) -> Any:
        """Run a write by whoever may do it, while the round is open; without a command id it bears to be repeated."""
        self._limits.count("write", by, self._clock)
        now = self._clock()

        def guarded(connection: store.Connection) -> Any:
            found, relations = self._held(connection, by, access)
            require(by, action, relations)
            stage = found.stage(now)
            if stage != "open" and not (closed_too and stage == "closed"):
                raise Rejected("round-closed" if stage == "closed" else "round-coming")
            return work(connection, now)

        topic = f"survey:{access.round_id}:{access.region}"
        result = (
            self._database.once(command_id, f"{kind}:{access.round_id}:{access.region}", by.key, guarded, now)
            if command_id
            else self._database.write(guarded)
        )
        self._topics.move(topic)
        self._topics.move(self.channel(access))
        if counts:
            self._topics.move("survey")
        return result

    def _write(
        self,
        by: Visitor,
        topic: str,
        kind: str,
        command_id: str,
        work: Callable[[store.Connection], Any],
        now: dt.datetime,
    ) -> Any:
        self._limits.count("write", by, self._clock)
        result = self._database.once(command_id, kind, by.key, work, now)
        self._topics.move(topic)
        return result


_AUDITED: Final = frozenset({"begin", "visibility", "link", "submit", "reopen"})
"""What decides what others see; the rest stands in the region's own history."""


def _over(connection: store.Connection, access: Access, now: dt.datetime) -> bool:
    found = store.find_round(connection, access.round_id)
    return found is None or found.stage(now) == "closed"


def _standings_in(connection: store.Connection, round_id: str) -> tuple[Standing, ...]:
    settled = store.settled(connection, round_id)
    parts = [part for part in store.parts(connection, round_id) if part.submitted_at]
    return tuple(_standing(part, settled.get(part.region, {})) for part in parts)


def _standing(part: Part, settled: Mapping[str, Settled]) -> Standing:
    return Standing(
        part.region,
        in_force(part.at_close, part.visibility) if part.at_close else part.visibility,
        rules.answers_of(settled),
        frozenset(part.needs) if part.submitted_at else None,
        part.widest,
        part.may_be_asked,
    )


def _new_id() -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(8))
