"""Plans: what a visitor can do with one.

A plan is opened by its keeper, by whoever speaks for its region, or by whoever holds one of its two links. Every change
is a line in its history, moves its topic so that other windows follow, and names the version it was made from, so
that nothing another has written is lost unseen.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from hub import audit
from hub.clock import Clock
from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation, allowed, require
from hub.language import Language
from hub.limits import Limits
from hub.live import Topics
from hub.plan import items as rules
from hub.plan import store
from hub.plan.items import STAGES, Basis, Comment, Event, Item, NewItem, Plan, State
from hub.plan.rules import LIMITS, Edits
from hub.visitor import FORMER, Role, Visitor

_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_PLACE_STEP: Final = 1_024
"""Between two items, so that a third fits between them."""


@dataclass(frozen=True)
class Access:
    """Which plan is meant, and by which link."""

    plan_id: str
    key: str = ""

    @classmethod
    def of_link(cls, link: str) -> "Access":
        """Return what a plan's link says.

        Raises:
            Rejected: ``no-plan-link``, it is not one.
        """
        try:
            query = parse_qs(urlsplit(link.strip()).query)
        except ValueError:
            query = {}
        if not query.get("id"):
            raise Rejected("no-plan-link", "link")
        return cls(query["id"][0], query.get("nyckel", [""])[0])

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address of the plan; without a key for whoever needs none."""
        return {"id": self.plan_id, **({"nyckel": self.key} if self.key else {})}


@dataclass(frozen=True)
class Opened:
    """A plan as a visitor may see it."""

    plan: Plan
    items: tuple[Item, ...]
    comments: tuple[Comment, ...]
    relations: frozenset[Relation]
    may: frozenset[Action]
    read_key: str
    """The key of the link for reading, for whoever has come by the link for editing; else empty."""


@dataclass(frozen=True)
class Board:
    """Who is where."""

    shown: tuple[Plan, ...]
    """Plans whose region shows its stage."""
    asking: tuple[Plan, ...]
    """Plans that ask for help; only for those who give it."""


class Plans:
    """Keeps the plans."""

    def __init__(
        self, database: Database, limits: Limits, topics: Topics, clock: Clock, *, readers_may_create: bool
    ) -> None:
        """Hold what is needed.

        Args:
            database: where plans are kept.
            limits: how often a visitor may write.
            topics: what other windows listen to.
            clock: the present moment.
            readers_may_create: whether somebody who has not signed in may begin a plan.
        """
        self._database = database
        self._limits = limits
        self._topics = topics
        self._clock = clock
        self._readers_may_create = readers_may_create

    # --- Reading -----------------------------------------------------------------------------------------------------

    def open(self, by: Visitor, access: Access) -> Opened:
        """Return a plan with its items and what is said on them.

        Raises:
            NotFound: there is no such plan, or the visitor may not know of it.
        """

        def read(connection: store.Connection) -> Opened:
            held, relations = self._held(connection, by, access, Action.PLAN_READ)
            plan = held.plan
            return Opened(
                plan,
                tuple(store.items(connection, plan.id)),
                tuple(store.comments(connection, plan.id)),
                relations,
                frozenset(action for action in Action if allowed(by, action, relations)),
                rules.read_key(access.key) if Relation.EDIT_LINK in relations else "",
            )

        return self._database.read(read)

    def mine(self, by: Visitor) -> tuple[Plan, ...]:
        """Return the plans that the visitor keeps, and those of the region the visitor speaks for."""
        if not by.signed_in:
            return ()

        def read(connection: store.Connection) -> tuple[Plan, ...]:
            own = store.of_person(connection, by.person_id)
            regional = store.of_region(connection, by.region) if by.region and Role.EDITOR in by.roles else []
            return tuple({plan.id: plan for plan in (*own, *regional)}.values())

        return self._database.read(read)

    def deleted(self, by: Visitor) -> tuple[Plan, ...]:
        """Return the deleted plans that the visitor may bring back."""
        if not by.signed_in:
            return ()
        region = by.region if Role.EDITOR in by.roles else ""
        return tuple(self._database.read(lambda c: store.deleted_by_keeper(c, by.person_id, region)))

    def history(self, by: Visitor, access: Access, *, before: int = 0, limit: int = 50) -> tuple[Event, ...]:
        """Return the newest changes of a plan.

        Raises:
            NotFound: there is no such plan, or the visitor may not know of it.
        """

        def read(connection: store.Connection) -> tuple[Event, ...]:
            held, _ = self._held(connection, by, access, Action.PLAN_READ)
            return tuple(store.events(connection, held.plan.id, before=before, limit=limit))

        return self._database.read(read)

    def board(self, by: Visitor) -> Board:
        """Return who is where, and for those who give support, who asks for it."""
        require(by, Action.BOARD_READ)
        support = allowed(by, Action.BOARD_SUPPORT)
        return self._database.read(
            lambda connection: Board(
                tuple(store.on_board(connection)), tuple(store.asking(connection)) if support else ()
            )
        )

    def look(self, by: Visitor, access: Access) -> None:
        """Note that somebody has looked at a plan, so that what has happened until now is no news.

        Raises:
            NotFound: there is no such plan, or the visitor may not know of it.
        """
        if not by.signed_in:
            return

        def work(connection: store.Connection) -> None:
            held, _ = self._held(connection, by, access, Action.PLAN_READ)
            store.set_seen(connection, by.person_id, held.plan.id)

        self._database.write(work)

    def news(self, by: Visitor) -> Mapping[str, int]:
        """Return how many changes others have made in the visitor's plans since the visitor last looked, by plan."""
        if not by.signed_in:
            return {}
        region = by.region if Role.EDITOR in by.roles else ""
        return self._database.read(lambda connection: store.unseen(connection, by.person_id, region))

    # --- Keeping -----------------------------------------------------------------------------------------------------

    def create(
        self,
        by: Visitor,
        *,
        title: str,
        language: Language,
        guide: str,
        basis: Basis,
        command_id: str,
        key: str,
    ) -> Access:
        """Keep a plan with what the guide proposes, and return the way to it.

        Args:
            by: who asks.
            title: one line.
            language: that of the plan's texts.
            guide: the guide's query.
            basis: what the guide makes of the answers.
            command_id: made with the form.
            key: from ``items.new_key``, made with the form as well, because it is not kept and a repeat needs it again.

        Raises:
            Rejected: ``empty``, ``too-long`` or ``too-many-items``; ``read-only`` where visitors may only read.
        """
        require(by, Action.PLAN_CREATE)
        if not by.signed_in and not self._readers_may_create:
            raise Rejected("read-only")
        title = rules.line_of("title", title, needed=True)
        new = [item for service in basis.services for item in service.items.values()]
        if len(new) > rules.MOST_ITEMS:
            raise Rejected("too-many-items", facts={"most": rules.MOST_ITEMS})
        self._limits.count("create", by, self._clock)
        now = self._clock()

        def work(connection: store.Connection) -> str:
            plan = Plan(
                id=_new_id(), channel=_new_channel(), title=title, language=language, region="",
                owner=by.person_id, guide=guide, basis=basis.kept(), texts={}, notes="", notes_version=1,
                stage=STAGES[0], stage_at=now, published=False, asks_help="", asks_help_at=None, version=1,
                created_at=now, changed_at=now,
            )  # fmt: skip
            store.add(
                connection, plan, edit_hash=rules.digest(key), read_hash=rules.digest(rules.read_key(key))
            )  # fmt: skip
            store.add_items(connection, plan.id, _placed(new, 0))
            store.note(connection, plan.id, at=now, by=by.person_id, by_name=by.name, kind="create")
            audit.note(connection, by=by.key, action="plan.create", thing=f"plan:{plan.id}", at=now, facts={})
            return plan.id

        return Access(self._database.once(command_id, "plan.create", by.key, work, now), key)

    def claim(self, by: Visitor, access: Access, command_id: str) -> None:
        """Keep a plan for the region that the visitor speaks for.

        Raises:
            Rejected: ``claimed``, another region has it.
        """

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            if plan.region and plan.region != by.region:
                raise Rejected("claimed", facts={"region": plan.region})
            store.change(connection, plan.id, now, region=by.region)
            self._note(connection, by, plan, "claim", after={"region": by.region})

        self._change(by, access, Action.PLAN_CLAIM, command_id, "claim", work)

    def renew_links(self, by: Visitor, access: Access, key: str, command_id: str) -> Access:
        """End the links there are and make new ones.

        Args:
            by: who asks.
            access: which plan.
            key: from ``items.new_key``, made with the form.
            command_id: made with the form.
        """

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            hashes = {"edit_hash": rules.digest(key), "read_hash": rules.digest(rules.read_key(key))}
            store.change(connection, plan.id, now, channel=_new_channel(), **hashes)
            self._note(connection, by, plan, "links")

        self._change(by, access, Action.PLAN_LINKS, command_id, "links", work)
        return Access(access.plan_id, key)

    def delete(self, by: Visitor, access: Access, command_id: str) -> None:
        """Delete a plan; it can be brought back until its time is out."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            store.change(connection, plan.id, now, deleted_at=now)
            self._note(connection, by, plan, "delete")

        self._change(by, access, Action.PLAN_DELETE, command_id, "delete", work)

    def restore(self, by: Visitor, access: Access, command_id: str) -> None:
        """Bring a deleted plan back."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            store.change(connection, plan.id, now, deleted_at=None)
            self._note(connection, by, plan, "restore")

        self._change(by, access, Action.PLAN_DELETE, command_id, "restore", work, deleted=True)

    # --- Items -------------------------------------------------------------------------------------------------------

    def add_item(self, by: Visitor, access: Access, item: NewItem, command_id: str) -> str:
        """Add an item last, and return its id.

        Raises:
            Rejected: ``empty``, ``too-long``, ``unknown-stage`` or ``too-many-items``.
        """
        return str(self._add(by, access, [item], command_id))

    def add_items(self, by: Visitor, access: Access, items: Sequence[NewItem], command_id: str) -> None:
        """Add items last; one that already stands in the plan, by its origin, is not added again.

        Raises:
            Rejected: ``empty``, ``too-long``, ``unknown-stage`` or ``too-many-items``.
        """
        if items:
            self._add(by, access, items, command_id)

    def _add(self, by: Visitor, access: Access, items: Sequence[NewItem], command_id: str) -> Any:
        cleaned = [rules.cleaned(item) for item in items]

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> str:
            there = {one.origin for one in store.items(connection, plan.id) if one.origin}
            new = [item for item in cleaned if item.origin not in there]
            placed = _placed(new, self._last_place(connection, plan, len(new)))
            store.add_items(connection, plan.id, placed)
            store.change(connection, plan.id, now)
            for one, item in zip(placed, new, strict=True):
                self._note(connection, by, plan, "item.add", item_id=one[0], after=_kept(item))
            return placed[0][0] if placed else ""

        return self._change(by, access, Action.PLAN_EDIT, command_id, "item.add", work)

    def change_item(self, by: Visitor, access: Access, item_id: str, seen: int, item: NewItem, command_id: str) -> None:
        """Change an item from the version that was seen.

        Raises:
            NotFound: the item is not in the plan.
            Rejected: ``changed-meanwhile``, with ``theirs``; ``empty``, ``too-long`` or ``unknown-stage``.
        """
        new = rules.cleaned(item)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            before = self._item(connection, plan, item_id)
            values = {**_kept(new), "due_on": new.due_on}
            del values["origin"]
            if before.removed or not store.change_item(connection, plan.id, item_id, seen, **values):
                raise Rejected("changed-meanwhile", "text", {"theirs": _kept(before), "version": before.version})
            store.change(connection, plan.id, now)
            after = replace(new, origin=before.origin)
            self._note(
                connection, by, plan, "item.change", item_id=item_id, before=_kept(before), after=_kept(after)
            )  # fmt: skip

        self._change(by, access, Action.PLAN_EDIT, command_id, "item.change", work)

    def set_state(self, by: Visitor, access: Access, item_id: str, state: State, command_id: str) -> None:
        """Tick an item, or take the tick away; whatever else of it another has changed stays."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            before = self._item(connection, plan, item_id)
            if before.removed:
                raise Rejected("changed-meanwhile", facts={"theirs": _kept(before)})
            if before.state == state:
                return
            store.change_item(connection, plan.id, item_id, before.version, state=state.value)
            store.change(connection, plan.id, now)
            self._note(
                connection, by, plan, "item.change", item_id=item_id,
                before=_kept(before), after=_kept(replace(before, state=state)),
            )  # fmt: skip

        self._change(by, access, Action.PLAN_EDIT, command_id, "item.state", work)

    def move_item(self, by: Visitor, access: Access, item_id: str, step: int, command_id: str) -> None:
        """Move an item past its neighbour within the same stage: ``-1`` up, ``1`` down."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            moved = self._item(connection, plan, item_id)
            group = [one for one in store.items(connection, plan.id) if one.stage == moved.stage]
            place = next((place for place, one in enumerate(group) if one.id == item_id), None)
            if place is None or not 0 <= place + step < len(group):
                return
            other = group[place + step]
            store.set_place(connection, moved.id, other.place)
            store.set_place(connection, other.id, moved.place)
            store.change(connection, plan.id, now)
            self._note(connection, by, plan, "item.move", item_id=item_id, after={"text": moved.text, "step": step})

        self._change(by, access, Action.PLAN_EDIT, command_id, "item.move", work)

    def remove_item(self, by: Visitor, access: Access, item_id: str, command_id: str) -> None:
        """Take an item out; it can be brought back from the history."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            before = self._item(connection, plan, item_id)
            if before.removed:
                return
            store.change_item(connection, plan.id, item_id, before.version, removed_at=now)
            store.change(connection, plan.id, now)
            self._note(connection, by, plan, "item.remove", item_id=item_id, before=_kept(before))

        self._change(by, access, Action.PLAN_EDIT, command_id, "item.remove", work)

    def answer(self, by: Visitor, access: Access, seen: str, guide: str, command_id: str) -> None:
        """Replace the guide's answers; what that changes is shown as a difference until it is taken up.

        Args:
            by: who asks.
            access: which plan.
            seen: the guide's query that the new answers were begun from.
            guide: the guide's query.
            command_id: made with the form.

        Raises:
            Rejected: ``changed-meanwhile``, or ``too-long``.
        """
        if len(guide) > rules.LONGEST["guide"]:
            raise Rejected("too-long", "guide", {"most": rules.LONGEST["guide"]})

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            self._replace(connection, by, plan, now, "answers", "guide", seen, guide)

        self._change(by, access, Action.PLAN_EDIT, command_id, "answers", work)

    def accept(self, by: Visitor, access: Access, basis: Basis, command_id: str) -> None:
        """Take up what the guide says today: new items are added, and what was seen is remembered.

        Items already in the plan stay as the region has made them.
        """

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            found = rules.differences(plan.basis, basis)
            wanted = {one.subject for one in found if one.kind == "item-new"}
            new = [
                item for service in basis.services for origin, item in service.items.items() if origin in wanted
            ]  # fmt: skip
            store.add_items(connection, plan.id, _placed(new, self._last_place(connection, plan, len(new))))
            store.change(connection, plan.id, now, basis=basis.kept())
            self._note(connection, by, plan, "accept", after={"items": len(new), "version": basis.version})

        self._change(by, access, Action.PLAN_EDIT, command_id, "accept", work)

    # --- Words -------------------------------------------------------------------------------------------------------

    def comment(self, by: Visitor, access: Access, item_id: str, text: str, command_id: str) -> str:
        """Say something on an item, and return the id of it.

        Raises:
            Rejected: ``empty``, ``too-long`` or ``too-many-comments``.
        """
        said = rules.text_of("comment", text, needed=True)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> str:
            self._item(connection, plan, item_id)
            self._room_for_comment(connection, plan)
            support = not {Role.COACH, Role.ADMINISTRATOR}.isdisjoint(by.roles)
            new = Comment(_new_id(), item_id, by.person_id, by.name, support, said, now)
            store.add_comment(connection, plan.id, new)
            store.change(connection, plan.id, now)
            self._note(connection, by, plan, "comment", item_id=item_id)
            return new.id

        return str(self._change(by, access, Action.PLAN_COMMENT, command_id, "comment", work))

    def remove_comment(self, by: Visitor, access: Access, comment_id: str, command_id: str) -> None:
        """Take back a comment: one's own, or any for whoever may edit the plan.

        Raises:
            Rejected: ``not-allowed``.
        """

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            found = store.comment(connection, plan.id, comment_id)
            if found is None:
                raise NotFound("comment", comment_id)
            own = bool(by.person_id) and found.author == by.person_id
            held, relations = self._held(connection, by, access, Action.PLAN_COMMENT)
            if not own:
                require(by, Action.PLAN_EDIT, relations)
            if not store.set_comment_removed(connection, comment_id, now):
                return
            store.change(connection, held.plan.id, now)
            self._note(
                connection, by, plan, "comment.remove", item_id=found.item_id, before={"comment": comment_id}
            )  # fmt: skip

        self._change(by, access, Action.PLAN_COMMENT, command_id, "comment.remove", work)

    def write_notes(self, by: Visitor, access: Access, seen: int, text: str, command_id: str) -> None:
        """Replace the notes, from the version that was seen.

        Raises:
            Rejected: ``changed-meanwhile``, with ``theirs``; ``too-long``.
        """
        written = rules.text_of("notes", text)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            if plan.notes_version != seen:
                raise Rejected("changed-meanwhile", "notes", {"theirs": plan.notes, "version": plan.notes_version})
            store.change(connection, plan.id, now, notes=written, notes_version=seen + 1)
            self._note(connection, by, plan, "notes", before={"notes": plan.notes}, after={"notes": written})

        self._change(by, access, Action.PLAN_EDIT, command_id, "notes", work)

    def write_texts(
        self, by: Visitor, access: Access, seen: Mapping[str, str], given: Mapping[str, str], command_id: str
    ) -> None:
        """Change some of the officer's own texts for the board document; the others stay.

        Args:
            by: who asks.
            access: which plan.
            seen: the texts that the changes were made from.
            given: the texts to change.
            command_id: made with the form.

        Raises:
            Rejected: ``changed-meanwhile`` with the field and ``theirs``, or ``too-long`` with the field.
        """
        known = {name: given[name] for name in LIMITS if name in given}
        Edits(**known)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            changed = {name: text for name, text in known.items() if plan.texts.get(name, "") != text}
            for name in changed:
                if plan.texts.get(name, "") != seen.get(name, ""):
                    raise Rejected("changed-meanwhile", name, {"theirs": plan.texts.get(name, "")})
            if changed:
                store.change(connection, plan.id, now, texts={**plan.texts, **changed})
                self._note(connection, by, plan, "texts", after={"fields": sorted(changed)})

        self._change(by, access, Action.PLAN_EDIT, command_id, "texts", work)

    def rename(self, by: Visitor, access: Access, seen: str, title: str, command_id: str) -> None:
        """Give the plan another title, from the one that was seen.

        Raises:
            Rejected: ``changed-meanwhile``, ``empty`` or ``too-long``.
        """
        new = rules.line_of("title", title, needed=True)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            self._replace(connection, by, plan, now, "title", "title", seen, new)

        self._change(by, access, Action.PLAN_EDIT, command_id, "title", work)

    # --- Stages ------------------------------------------------------------------------------------------------------

    def set_stage(self, by: Visitor, access: Access, stage: str, command_id: str) -> None:
        """Say which stage the work is in.

        Raises:
            Rejected: ``unknown-stage``.
        """
        new = rules.stage_of(stage)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            if new != plan.stage:
                store.change(connection, plan.id, now, stage=new, stage_at=now)
                self._note(connection, by, plan, "stage", before=_stage(plan), after={"stage": new})

        self._change(by, access, Action.PLAN_EDIT, command_id, "stage", work)

    def publish(self, by: Visitor, access: Access, command_id: str, *, shown: bool) -> None:
        """Show the region's stage to everyone on the board, or take it off."""

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            store.change(connection, plan.id, now, published=shown)
            self._note(connection, by, plan, "publish" if shown else "unpublish")

        self._change(by, access, Action.PLAN_PUBLISH, command_id, "publish", work)

    def ask_help(self, by: Visitor, access: Access, text: str, command_id: str) -> None:
        """Ask for help in some words, which opens the plan to those who give support; empty takes the question back.

        Raises:
            Rejected: ``too-long``.
        """
        asked = rules.line_of("help", text)

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            # Whoever gave support may no longer read, and is not to hear of changes either.
            channel = plan.channel if asked else _new_channel()
            store.change(
                connection, plan.id, now, asks_help=asked, asks_help_at=now if asked else None, channel=channel
            )  # fmt: skip
            self._note(connection, by, plan, "help" if asked else "help.end")

        self._change(by, access, Action.PLAN_EDIT, command_id, "help", work)

    # --- Undo --------------------------------------------------------------------------------------------------------

    def undo(self, by: Visitor, access: Access, event_id: int, command_id: str) -> None:
        """Take one change back, unless what it changed has been changed again.

        Raises:
            Rejected: ``changed-meanwhile`` or ``cannot-undo``.
        """

        def work(connection: store.Connection, plan: Plan, now: dt.datetime) -> None:
            event = store.event(connection, plan.id, event_id)
            if event is None or event.undone or event.kind not in rules.UNDOABLE:
                raise Rejected("cannot-undo")
            self._take_back(connection, by, plan, event, now)
            store.set_undone(connection, event_id)
            store.change(connection, plan.id, now)
            self._note(connection, by, plan, "undo", item_id=event.item_id, after={"kind": event.kind})

        self._change(by, access, Action.PLAN_EDIT, command_id, "undo", work)

    def _take_back(self, connection: store.Connection, by: Visitor, plan: Plan, event: Event, now: dt.datetime) -> None:
        if event.kind.startswith("item."):
            item = self._item(connection, plan, event.item_id)
            if item.removed != (event.kind == "item.remove") or (
                event.kind != "item.remove" and _kept(item) != dict(event.after)
            ):
                raise Rejected("changed-meanwhile", facts={"theirs": _kept(item)})
            if item.removed:
                self._last_place(connection, plan, 1)
            ways: dict[str, dict[str, Any]] = {
                "item.add": {"removed_at": now},
                "item.remove": {"removed_at": None},
            }
            values = ways.get(event.kind) or _unkept(event.before)
            store.change_item(connection, plan.id, item.id, item.version, **values)
        elif event.kind == "comment.remove":
            found = store.comment(connection, plan.id, str(event.before["comment"]))
            if found is None or not _may_bring_back(by, found, event):
                raise Rejected("cannot-undo")
            self._room_for_comment(connection, plan)
            store.set_comment_removed(connection, found.id, None)
        else:
            if any(getattr(plan, name) != value for name, value in event.after.items()):
                raise Rejected("changed-meanwhile", facts={"theirs": {}})
            values = dict(event.before)
            if event.kind == "notes":
                values["notes_version"] = plan.notes_version + 1
            if event.kind == "stage":
                values["stage_at"] = dt.datetime.fromisoformat(str(values["stage_at"]))
            store.change(connection, plan.id, now, **values)

    # --- What all of these share -------------------------------------------------------------------------------------

    def _held(
        self, connection: store.Connection, by: Visitor, access: Access, action: Action, *, deleted: bool = False
    ) -> tuple[store.Held, frozenset[Relation]]:
        """Return a plan and how the visitor stands to it.

        Raises:
            NotFound: there is none, or the visitor may not know of it.
            Rejected: ``not-allowed``, the visitor may see it but not do this.
        """
        held = store.find(connection, access.plan_id, lock=action is not Action.PLAN_READ)
        if held is None or (held.plan.deleted_at is not None) != deleted:
            raise NotFound("plan", access.plan_id)
        relations = _relations(by, held, access.key)
        if not allowed(by, Action.PLAN_READ, relations):
            raise NotFound("plan", access.plan_id)
        require(by, action, relations)
        return held, relations

    def _change(
        self,
        by: Visitor,
        access: Access,
        action: Action,
        command_id: str,
        kind: str,
        work: Callable[[store.Connection, Plan, dt.datetime], Any],
        *,
        deleted: bool = False,
    ) -> Any:
        self._limits.count("write", by, self._clock)
        now = self._clock()
        moved: list[str] = []

        def guarded(connection: store.Connection) -> Any:
            held, _ = self._held(connection, by, access, action, deleted=deleted)
            moved[:] = [held.plan.channel]
            result = work(connection, held.plan, now)
            if kind in _AUDITED:
                audit.note(
                    connection, by=by.key, action=f"plan.{kind}", thing=f"plan:{held.plan.id}", at=now, facts={}
                )  # fmt: skip
            return result

        result = self._database.once(command_id, f"plan.{kind}:{access.plan_id}"[:40], by.key, guarded, now)
        for channel in moved:
            self._topics.move(f"plan-{channel}")
            if kind in _ON_BOARD:
                self._topics.move("board")
        return result

    def _note(
        self,
        connection: store.Connection,
        by: Visitor,
        plan: Plan,
        kind: str,
        *,
        item_id: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        store.note(
            connection, plan.id, at=self._clock(), by=by.person_id, by_name=by.name, kind=kind, item_id=item_id,
            before=before, after=after,
        )  # fmt: skip

    def _replace(
        self,
        connection: store.Connection,
        by: Visitor,
        plan: Plan,
        now: dt.datetime,
        kind: str,
        name: str,
        seen: str,
        new: str,
    ) -> None:
        """Replace one text of the plan, unless it is no longer the one seen; the same text again changes nothing."""
        there = getattr(plan, name)
        if there not in {seen, new}:
            raise Rejected("changed-meanwhile", name, {"theirs": there})
        if there != new:
            store.change(connection, plan.id, now, **{name: new})
            self._note(connection, by, plan, kind, before={name: there}, after={name: new})

    def _item(self, connection: store.Connection, plan: Plan, item_id: str) -> Item:
        found = store.item(connection, plan.id, item_id)
        if found is None:
            raise NotFound("item", item_id)
        return found

    def _room_for_comment(self, connection: store.Connection, plan: Plan) -> None:
        if len(store.comments(connection, plan.id)) >= rules.MOST_COMMENTS:
            raise Rejected("too-many-comments", facts={"most": rules.MOST_COMMENTS})

    def _last_place(self, connection: store.Connection, plan: Plan, more: int) -> int:
        """Return where the last item stands, if there is room for more."""
        if len(store.items(connection, plan.id)) + more > rules.MOST_ITEMS:
            raise Rejected("too-many-items", facts={"most": rules.MOST_ITEMS})
        return store.last_place(connection, plan.id)


_ON_BOARD: Final = frozenset({"publish", "stage", "help", "delete", "restore", "undo"})
"""What the board may show otherwise afterwards."""
_AUDITED: Final = frozenset({"claim", "links", "delete", "restore", "publish", "help"})
"""What decides who sees or keeps a plan; the rest stands in the plan's own history."""


def _relations(by: Visitor, held: store.Held, key: str) -> frozenset[Relation]:
    plan, given = held.plan, rules.digest(key) if key else ""
    found = {
        Relation.OWN: by.signed_in and plan.owner == by.person_id,
        Relation.REGION: bool(by.region) and plan.region == by.region,
        Relation.EDIT_LINK: bool(given) and secrets.compare_digest(given, held.edit_hash),
        Relation.READ_LINK: bool(given) and secrets.compare_digest(given, held.read_hash),
        Relation.HELP: bool(plan.asks_help),
        Relation.OTHER: True,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def _may_bring_back(by: Visitor, comment: Comment, removal: Event) -> bool:
    """Tell whether somebody may bring a comment back: what its author has taken back is the author's alone."""
    if comment.author:
        return removal.by != comment.author or by.person_id == comment.author
    return not comment.author_name == removal.by_name == FORMER


def _new_channel() -> str:
    return secrets.token_urlsafe(16)


def _new_id() -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(10))


def _placed(new: Sequence[NewItem], last: int) -> list[tuple[str, int, NewItem]]:
    return [(_new_id(), last + _PLACE_STEP * (number + 1), item) for number, item in enumerate(new)]


def _kept(item: NewItem) -> dict[str, Any]:
    """Return what the history keeps of an item, in words that JSON knows."""
    return {
        "text": item.text,
        "owner_role": item.owner_role,
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "state": item.state.value,
        "stage": item.stage,
        "origin": item.origin,
    }


def _unkept(kept: Mapping[str, Any]) -> dict[str, Any]:
    due = kept.get("due_on")
    return {**kept, "due_on": dt.date.fromisoformat(due) if due else None}


def _stage(plan: Plan) -> dict[str, Any]:
    return {"stage": plan.stage, "stage_at": plan.stage_at.isoformat()}
