"""Moderation of the forum: who may do what, that it has a reason, is noted, and can be taken back to what was there."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from hub.errors import NotFound, Rejected
from hub.forum import measures, moderation_store, store
from hub.forum.measures import DAYS, NEEDS_REASON, TAKEN_BACK_BY, What
from hub.forum.moderation import Moderation
from hub.forum.oversight import Oversight
from hub.forum.rules import Order, Reaction
from hub.forum.service import NewText, NewThread
from hub.forum.store import Wanted
from hub.identity.rules import Action, allowed
from hub.identity.store import everything, forget
from hub.retention import Retention
from hub.settings import Settings
from hub.tables import forum_measure, forum_notice, forum_report, forum_suspension, role
from hub.timetable import Run
from hub.visitor import FORMER, Role, Visitor
from tests.forum_room import CONTENT, asked_of
from tests.store.test_forum import (
    ADAM,
    CARD,
    DAY,
    KIM,
    MIRA,
    NOW,
    NUMBER,
    READER,
    ROBIN,
    SAM,
    Room,
    refused,
    room,
    texts,
)

__all__ = ["room"]

WHY = "Reklam för en leverantör"
Call = Callable[[Room, Visitor, str, str], object]


def suspension_of(room: Room) -> str:
    held = room.oversight.suspended(MIRA)
    return held[0][0].id if held else "none"


CALLS: dict[str, Call] = {
    "queue": lambda r, by, t, p: r.oversight.queue(by),
    "case": lambda r, by, t, p: r.oversight.case(by, p),
    "log": lambda r, by, t, p: r.oversight.log(by),
    "suspended": lambda r, by, t, p: r.oversight.suspended(by),
    "dismiss": lambda r, by, t, p: r.moderation.dismiss(by, p, r.command()),
    "warn": lambda r, by, t, p: r.moderation.warn(by, p, WHY, r.command()),
    "unwarn": lambda r, by, t, p: r.moderation.unwarn(by, p, r.command()),
    "hide": lambda r, by, t, p: r.moderation.hide(by, p, WHY, r.command()),
    "restore": lambda r, by, t, p: r.moderation.restore(by, p, r.command()),
    "move": lambda r, by, t, p: r.moderation.move(by, t, "other", WHY, r.command()),
    "lock": lambda r, by, t, p: r.moderation.lock(by, t, r.command(), locked=True, reason=WHY),
    "pin": lambda r, by, t, p: r.moderation.pin(by, t, r.command(), pinned=True),
    "suspend": lambda r, by, t, p: r.moderation.suspend(by, p, 7, WHY, r.command()),
    "lift": lambda r, by, t, p: r.moderation.lift(by, suspension_of(r), r.command()),
    "undo": lambda r, by, t, p: r.moderation.undo(by, r.oversight.log(MIRA).lines[0].id, r.command()),
}
"""In an order in which each finds what it needs; on one post of a thread, reported once."""
FOR_MEMBERS = {"counts", "own", "told"}
FOR_ALL = {"waiting", "standing"}


def test_every_method_is_among_the_calls():
    methods = {name for kind in (Moderation, Oversight) for name in vars(kind) if not name.startswith("_")}

    assert methods == set(CALLS) | FOR_MEMBERS | FOR_ALL


@pytest.mark.parametrize("kind", list(Role))
def test_only_those_who_moderate_get_anything_done(room, kind):
    held = frozenset({Role.READER}) if kind is Role.READER else frozenset({Role.READER, Role.MEMBER, kind})
    by = READER if kind is Role.READER else Visitor(f"person:{kind}", str(kind), name="Någon", roles=held)
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())
    may, outcomes = allowed(by, Action.FORUM_MODERATE), {}
    if not may:
        room.moderation.suspend(MIRA, room.reply(thread, SAM), 7, WHY, room.command())
    for name, call in CALLS.items():
        try:
            call(room, by, thread, post)
            outcomes[name] = "done"
        except Rejected as error:
            outcomes[name] = error.code

    # The last measure is a lifting, which is taken back by suspending anew.
    expected = dict.fromkeys(CALLS, "done" if may else "not-allowed")
    assert outcomes == expected | ({"undo": "cannot-undo"} if may else {})
    assert len(room.oversight.log(ADAM).lines) == (10 if may else 1)


@pytest.mark.parametrize("by", [READER, replace(KIM, roles=frozenset({Role.READER}))])
def test_whoever_is_no_member_is_told_nothing(room, by):
    thread = room.start()

    assert refused(room.oversight.counts, by).code == "not-allowed"
    assert refused(room.oversight.own, by).code == "not-allowed"
    assert refused(room.oversight.told, by, thread).code == "not-allowed"
    assert (room.oversight.waiting(by), room.oversight.standing(by)) == (0, None)


# --- Reasons and what authors see ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \u200b ", "x" * 501, f"Skriver {NUMBER}"])
def test_what_is_done_against_somebody_is_not_done_without_a_fit_reason(room, reason):
    thread = room.start()
    post = room.reply(thread)
    does = {
        What.HIDE: lambda: room.moderation.hide(MIRA, post, reason, room.command()),
        What.WARN: lambda: room.moderation.warn(MIRA, post, reason, room.command()),
        What.EDIT: lambda: room.forum.edit(MIRA, post, 1, NewText("Ny"), room.command(), reason=reason),
        What.MOVE: lambda: room.moderation.move(MIRA, thread, "other", reason, room.command()),
        What.LOCK: lambda: room.moderation.lock(MIRA, thread, room.command(), locked=True, reason=reason),
        What.SUSPEND: lambda: room.moderation.suspend(MIRA, post, 7, reason, room.command()),
    }
    code = "identity-number" if NUMBER in reason else "too-long" if "x" in reason else "empty"

    assert does.keys() == NEEDS_REASON
    assert {refused(one).code for one in does.values()} == {code}
    assert room.oversight.log(MIRA).lines == () and room.oversight.suspended(MIRA) == ()
    assert texts(room.forum.open(KIM, thread)) == ["Hur gör ni?", "Så här."]


def test_the_author_sees_what_was_done_and_why_but_not_by_whom_and_others_see_nothing(room):
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Hör inte hit", room.command())
    room.moderation.dismiss(MIRA, post, room.command())
    room.moderation.hide(MIRA, post, WHY, room.command())
    told = {by.person_id: room.oversight.told(by, thread).own for by in (ROBIN, KIM, SAM)}

    assert [(one.what, one.reason, one.by_name) for one in told["robin"]] == [(What.HIDE, WHY, "")]
    assert told["kim"] == told["sam"] == ()
    assert [one.what for one in room.oversight.own(ROBIN).lines] == [What.HIDE]


def test_the_author_is_told_among_what_is_new(room, either):
    thread = room.start()
    post = room.reply(thread)
    for name in ("warn", "hide", "restore", "move", "lock", "suspend", "lift", "pin"):
        CALLS[name](room, MIRA, thread, post)
    told = either.read(lambda c: c.execute(sa.select(forum_notice.c.person_id, forum_notice.c.kind)).all())

    of_the_post = ["noted", "hidden", "restored", "suspended", "lifted"]
    assert [kind for who, kind in told if who == "robin" and kind in of_the_post] == of_the_post
    assert [kind for who, kind in told if who == "kim"] == ["moved", "locked"]


def test_why_a_thread_is_locked_is_told_to_all_who_read_it_until_it_is_opened(room):
    thread = room.start()
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason="Frågan är besvarad")
    locked = room.oversight.told(SAM, thread).lock
    room.moderation.lock(MIRA, thread, room.command(), locked=False)

    assert (locked.reason, locked.by_name, locked.person_id) == ("Frågan är besvarad", "", "")
    assert room.oversight.told(SAM, thread).lock is None


# --- The queue -------------------------------------------------------------------------------------------------------


def test_the_queue_holds_each_post_once_what_has_waited_longest_first(room):
    thread = room.start(as_size=True)
    later, first = room.reply(thread), room.first(thread)
    for by, post in ((SAM, first), (KIM, later), (ROBIN, first)):
        room.forum.report(by, post, f"Säger {by.person_id}", room.command())
        room.later()
    queue = room.oversight.queue(MIRA)

    assert [one.post.id for one in queue.cases] == [first, later]
    assert [(one.by_name, one.reason) for one in queue.cases[0].reports] == [
        ("sam", "Säger sam"), ("robin", "Säger robin"),
    ]  # fmt: skip
    assert (queue.waiting, room.oversight.waiting(ADAM), queue.cases[0].author) == (2, 2, "kim")


@pytest.mark.parametrize("what", ["dismiss", "hide", "warn"])
def test_what_answers_a_report_ends_its_waiting(room, what):
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())
    CALLS[what](room, MIRA, thread, post)

    assert room.oversight.queue(MIRA).cases == ()


def test_locking_moving_and_suspending_answer_a_report_only_if_that_is_said(room):
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason=WHY)
    room.moderation.suspend(MIRA, post, 1, WHY, room.command())
    waiting = room.oversight.waiting(MIRA)
    room.moderation.move(MIRA, thread, "other", WHY, room.command(), answers=post)

    assert (waiting, room.oversight.waiting(MIRA)) == (1, 0)


def test_what_another_has_answered_meanwhile_is_not_answered_twice(room):
    thread = room.start()
    post, other = room.reply(thread), room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())
    room.moderation.dismiss(ADAM, post, room.command())
    codes = {
        refused(room.moderation.dismiss, MIRA, post, room.command()).code,
        refused(room.moderation.hide, MIRA, post, WHY, room.command(), answers=post).code,
        refused(room.moderation.move, MIRA, thread, "other", WHY, room.command(), answers=post).code,
        refused(room.moderation.suspend, MIRA, post, 1, WHY, room.command(), answers=other).code,
    }

    assert codes == {"settled-meanwhile"} and len(room.oversight.log(MIRA).lines) == 1
    assert len(room.forum.open(KIM, thread).posts) == 3 and room.oversight.suspended(MIRA) == ()


def test_of_two_who_answer_a_report_at_once_one_does_and_the_other_is_told(room):
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())

    def answer(by: Visitor) -> str:
        try:
            room.moderation.hide(by, post, WHY, f"command-by-{by.person_id}", answers=post)
        except Rejected as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(answer, (MIRA, ADAM)))

    assert done == ["done", "settled-meanwhile"]
    assert [one.what for one in room.oversight.log(MIRA).lines] == [What.HIDE]


def test_a_post_of_another_thread_does_not_answer_for_this_one(room):
    here, there = room.start(), room.start()
    post = room.reply(there)
    room.forum.report(KIM, post, "Fel", room.command())

    with pytest.raises(NotFound):
        room.moderation.move(MIRA, here, "other", WHY, room.command(), answers=post)
    assert room.oversight.waiting(MIRA) == 1


def many_reported(room: Room) -> None:
    """Twenty posts of all kinds: with a card, tags and notes, hidden, by who is suspended, by who has left, by editors."""
    room.forum.plant()
    planted = room.forum.list(KIM, Wanted()).threads[0].thread.id
    card = room.forum.start(KIM, NewThread("levels"), NewText("Text", "Kort", card=CARD), room.command())
    tagged = room.start(SAM, tags=tuple(one.id for one in CONTENT.tags[:2]))
    posts = [room.first(one) for one in (planted, card, tagged)]
    posts += [room.reply(tagged, by, f"Svar {number}") for number in range(6) for by in (ROBIN, SAM, MIRA)][:17]
    room.moderation.hide(MIRA, posts[0], WHY, room.command())
    room.moderation.hide(MIRA, posts[3], WHY, room.command())
    room.moderation.warn(MIRA, posts[4], WHY, room.command())
    room.moderation.suspend(MIRA, posts[3], 7, WHY, room.command())
    for post in posts:
        room.later()
        room.forum.report(ADAM, post, f"Fel {post}", room.command())


def test_the_queue_asks_as_many_things_of_the_database_for_twenty_posts_as_for_two(room):
    thread = room.start()
    for by in (ROBIN, SAM):
        room.forum.report(KIM, room.reply(thread, by), "Fel", room.command())
    with asked_of(room.database) as of_two:
        two = len(room.oversight.queue(MIRA).cases)
    many_reported(room)
    with asked_of(room.database) as of_twenty:
        twenty = len(room.oversight.queue(MIRA).cases)

    assert (two, twenty) == (2, 20) and len(of_twenty) == len(of_two)


def test_each_post_of_a_long_queue_is_as_it_is_when_read_alone(room, either):
    many_reported(room)
    either.write(lambda c: forget(c, "sam", SAM.key, NOW, keep_texts=True))
    queue = room.oversight.queue(MIRA)

    def alone(connection, case):
        post = store.find_post(connection, case.post.id)
        held = moderation_store.suspensions(connection, post.author)
        return post, store.find_thread(connection, post.thread_id), measures.suspended(held, room.clock())

    assert len(queue.cases) == queue.waiting == 20
    for case in queue.cases:
        assert (case.post, case.thread, case.suspended) == either.read(lambda c, case=case: alone(c, case))
        assert [one.reason for one in case.reports] == [f"Fel {case.post.id}"]
    assert {(one.author, one.before, one.suspended is not None) for one in queue.cases} == {
        ("", 0, False), ("kim", 0, False), ("mira", 0, False), ("robin", 2, True),
    }  # fmt: skip
    assert [bool(one.card) for one in queue.cases[:3]] == [False, True, False] and len(queue.cases[2].thread.tags) == 2


def test_the_queue_of_others_is_told_that_it_has_moved(room):
    post = room.first(room.start())
    before = room.topics.version("forum-reports")
    room.forum.report(ROBIN, post, "Fel", room.command())
    room.moderation.dismiss(MIRA, post, room.command())

    assert room.topics.version("forum-reports") == before + 2


# --- Taking back -----------------------------------------------------------------------------------------------------


def test_restoring_gives_back_exactly_what_was_there(room):
    thread = room.start(question=True)
    post = room.reply(thread)
    room.forum.accept(KIM, post, room.command())
    room.moderation.warn(MIRA, post, "Håll dig till saken", room.command())
    before = room.forum.open(SAM, thread)
    hidden = room.moderation.hide(MIRA, post, WHY, room.command())
    waits = room.titles(order=Order.UNANSWERED)
    room.later()
    room.moderation.undo(ADAM, hidden, room.command())
    after = room.forum.open(SAM, thread)

    assert waits == ["Fråga"] and room.titles(order=Order.UNANSWERED) == []
    assert after.posts == before.posts
    assert after.thread == replace(before.thread, version=after.thread.version)


def test_a_restored_post_does_not_push_out_an_answer_accepted_meanwhile(room):
    thread = room.start(question=True)
    old, new = room.reply(thread), room.reply(thread, SAM)
    room.forum.accept(KIM, old, room.command())
    room.moderation.hide(MIRA, old, WHY, room.command())
    room.forum.accept(KIM, new, room.command())
    room.moderation.restore(MIRA, old, room.command())

    assert room.forum.open(KIM, thread).thread.accepted == new


def test_a_hidden_thread_comes_back_with_all_that_was_in_it(room):
    thread = room.start(tags=("login",))
    room.reply(thread)
    before = room.forum.open(SAM, thread)
    room.moderation.hide(MIRA, room.first(thread), WHY, room.command())
    with pytest.raises(NotFound):
        room.forum.open(SAM, thread)
    room.moderation.restore(MIRA, room.first(thread), room.command())
    after = room.forum.open(SAM, thread)

    assert after.posts == before.posts and after.thread == replace(before.thread, version=after.thread.version)


@pytest.mark.parametrize("name", ["dismiss", "warn", "hide", "move", "lock", "pin", "suspend"])
def test_each_measure_is_taken_back_once_and_then_no_more(room, either, name):
    thread = room.start()
    post = room.reply(thread)
    room.moderation.warn(MIRA, post, "Först", room.command())
    room.forum.report(KIM, post, "Fel", room.command())

    def looks() -> object:
        opened = room.forum.open(MIRA, thread)
        waits = either.read(lambda c: c.execute(sa.select(forum_report.c.settled_at, forum_report.c.settled_by)).all())
        seen = (opened.posts, replace(opened.thread, version=0), room.oversight.suspended(MIRA))
        return (*seen, waits if name == "dismiss" else ())

    before = looks()
    done = CALLS[name](room, MIRA, thread, post)
    between = looks()
    room.later()
    room.moderation.undo(ADAM, done, room.command())

    assert between != before == looks()
    assert refused(room.moderation.undo, ADAM, done, room.command()).code == "done-already"
    lines = room.oversight.log(MIRA).lines
    assert lines[0].what is TAKEN_BACK_BY[lines[1].what] and lines[1].id == done


def test_doing_again_what_is_done_says_so(room):
    thread = room.start()
    post = room.reply(thread)
    for name in ("hide", "lock", "pin", "suspend"):
        CALLS[name](room, MIRA, thread, post)
    codes = {name: refused(CALLS[name], room, ADAM, thread, post).code for name in ("hide", "lock", "pin", "suspend")}

    assert set(codes.values()) == {"done-already"}
    assert refused(CALLS["warn"], room, MIRA, thread, post).code == "hidden"
    assert refused(room.moderation.move, MIRA, thread, "levels", WHY, room.command()).code == "same-category"
    assert refused(room.moderation.move, MIRA, thread, "nowhere", WHY, room.command()).code == "unknown-category"


def test_the_same_command_twice_is_one_measure(room):
    post = room.reply(room.start())
    done = [room.moderation.hide(MIRA, post, WHY, "command-twice") for _ in range(2)]

    assert done[0] == done[1] and len(room.oversight.log(MIRA).lines) == 1


# --- Suspending ------------------------------------------------------------------------------------------------------


def writes(room: Room, by: Visitor, thread: str, post: str) -> dict[str, Callable[[], object]]:
    own = room.forum.open(by, thread)
    mine = next(one.post for one in own.posts if one.own)
    return {
        "start": lambda: room.forum.start(by, NewThread("levels"), NewText("Text", "Titel"), room.command()),
        "reply": lambda: room.forum.reply(by, thread, NewText("Svar"), room.command()),
        "edit": lambda: room.forum.edit(by, mine.id, mine.version, NewText("Ny", "Ny"), room.command()),
        "react": lambda: room.forum.react(by, post, Reaction.TOO, on=True),
        "accept": lambda: room.forum.accept(by, post, room.command()),
        "unaccept": lambda: room.forum.unaccept(by, post, room.command()),
        "bring back": lambda: room.forum.bring_back(by, mine.id, room.command()),
    }


@pytest.mark.parametrize("as_size", [False, True])
def test_whoever_is_suspended_writes_nothing_but_reads_follows_reports_and_takes_back(room, as_size):
    thread = room.start(question=True, as_size=as_size)
    post = room.reply(thread)
    before = room.forum.open(SAM, thread)
    room.moderation.suspend(MIRA, room.first(thread), 7, WHY, room.command())
    errors = {name: refused(call) for name, call in writes(room, KIM, thread, post).items()}

    assert {name: error.code for name, error in errors.items()} == dict.fromkeys(errors, "suspended")
    assert errors["reply"].facts == {"until": NOW + 7 * DAY, "reason": WHY}
    assert room.forum.open(SAM, thread) == replace(before, read=2)
    assert room.forum.list(KIM, Wanted()).threads and room.oversight.standing(KIM).until == NOW + 7 * DAY
    room.forum.follow(KIM, thread, on=False)
    room.forum.report(KIM, post, "Patientuppgifter", room.command())
    alone = room.reply(room.start(ROBIN), SAM)
    room.forum.remove(SAM, alone, room.command())
    assert room.oversight.waiting(MIRA) == 1


@pytest.mark.parametrize("days", [days for days in DAYS if days])
def test_a_suspension_ends_by_the_clock(room, days):
    thread = room.start()
    room.moderation.suspend(MIRA, room.first(thread), days, WHY, room.command())
    room.later(days * DAY - dt.timedelta(seconds=1))
    held = refused(room.reply, thread, KIM).code
    room.later(dt.timedelta(seconds=1))

    assert held == "suspended" and room.reply(thread, KIM)
    assert room.oversight.standing(KIM) is None and room.oversight.suspended(MIRA) == ()


def test_a_suspension_until_further_notice_lasts_until_it_is_lifted(room):
    thread = room.start()
    room.moderation.suspend(MIRA, room.first(thread), 0, WHY, room.command())
    room.later(4_000 * DAY)
    held = refused(room.reply, thread, KIM)
    room.moderation.lift(ADAM, suspension_of(room), room.command())

    assert held.facts["until"] is None and room.reply(thread, KIM)
    assert [one.what for one in room.oversight.own(KIM).lines] == [What.LIFT, What.SUSPEND]


def grant(either, who: str, kind: Role) -> None:
    values = {
        "id": f"role-{who}", "person_id": who, "role": kind.value, "region": "", "origin": "administrator",
        "granted_by": "adam", "granted_at": NOW,
    }  # fmt: skip
    either.write(lambda c: c.execute(role.insert().values(**values)))


@pytest.mark.parametrize("kind", [Role.MODERATOR, Role.ADMINISTRATOR])
def test_those_who_moderate_are_suspended_by_administrators_only_and_nobody_by_themself(room, either, kind):
    grant(either, "robin", kind)
    thread = room.start()
    post = room.reply(thread)
    by_moderator = refused(room.moderation.suspend, MIRA, post, 1, WHY, room.command()).code
    room.moderation.suspend(ADAM, post, 1, WHY, room.command())

    assert by_moderator == "looks-after"
    assert refused(room.moderation.lift, MIRA, suspension_of(room), room.command()).code == "looks-after"
    own = room.reply(thread, ADAM)
    assert refused(room.moderation.suspend, ADAM, own, 1, WHY, room.command()).code == "yourself"


def test_nobody_is_suspended_for_the_editors_texts_and_days_are_those_there_are(room):
    room.forum.plant()
    thread = room.forum.list(KIM, Wanted()).threads[0].thread.id

    assert refused(room.moderation.suspend, MIRA, room.first(thread), 1, WHY, room.command()).code == "nobody"
    assert refused(room.moderation.suspend, MIRA, room.first(thread), 2, WHY, room.command()).code == "unknown-days"


# --- The log ---------------------------------------------------------------------------------------------------------


def test_the_log_holds_every_measure_with_who_what_on_what_and_why(room):
    thread = room.start()
    post = room.reply(thread)
    room.forum.report(KIM, post, "Fel", room.command())
    for name in ("dismiss", "warn", "unwarn", "hide", "restore", "move", "lock", "pin", "suspend", "lift"):
        CALLS[name](room, MIRA, thread, post)
    room.forum.edit(ADAM, post, 1, NewText("Rensat"), room.command(), reason="Telefonnummer")
    log = room.oversight.log(MIRA)

    assert [one.what.value for one in log.lines] == [
        "edit", "lift", "suspend", "pin", "lock", "move", "restore", "hide", "unwarn", "warn", "dismiss",
    ]  # fmt: skip
    assert {one.what for one in log.lines if one.reason} == NEEDS_REASON
    assert {(one.post_id, one.number) for one in log.lines} == {(post, 2), ("", 0)}
    assert {one.by_name for one in log.lines} == {MIRA.name, ADAM.name}
    assert log.titles == {thread: "Fråga"} and log.next_before == 0


def test_the_log_is_read_page_by_page_without_gaps(room):
    thread = room.start()
    for pinned in (True, False, True, False, True):
        room.moderation.pin(MIRA, thread, room.command(), pinned=pinned)
    seen, before, pages = [], 0, 0
    while pages == 0 or before:
        log = room.oversight.log(MIRA, before, 2)
        seen += [one.id for one in log.lines]
        before, pages = log.next_before, pages + 1

    assert seen == sorted(seen, reverse=True) and len(seen) == 5 and pages == 3


def test_members_see_how_many_measures_there_were_each_month(room):
    thread = room.start()
    room.moderation.pin(MIRA, thread, room.command(), pinned=True)
    room.later(28 * DAY)
    for locked in (True, False):
        room.moderation.lock(MIRA, thread, room.command(), locked=locked, reason=WHY)
    counts = room.oversight.counts(KIM)

    assert [month for month, _ in counts[:3]] == [dt.date(2027, 3, 1), dt.date(2027, 2, 1), dt.date(2027, 1, 1)]
    assert [dict(found) for _, found in counts[:3]] == [{What.LOCK: 1, What.UNLOCK: 1}, {What.PIN: 1}, {}]
    assert len(counts) == 12


# --- Leaving, and times ----------------------------------------------------------------------------------------------


def test_whoever_is_concerned_gets_it_out_and_is_forgotten_and_so_is_whoever_did_it(room, either):
    thread = room.start()
    room.moderation.hide(MIRA, room.first(thread), WHY, room.command())
    room.moderation.suspend(MIRA, room.first(thread), 7, WHY, room.command())
    held = either.read(lambda c: everything(c, "kim", KIM.key))
    did = either.read(lambda c: everything(c, "mira", MIRA.key))
    for who in (KIM, MIRA):
        either.write(lambda c, who=who: forget(c, who.person_id, who.key, NOW, keep_texts=True))
    left = either.read(lambda c: c.execute(sa.select(forum_measure)).all())

    assert len(held["forum_measures"]) == 2 and len(held["forum_suspensions"]) == 1
    assert "mira" not in str(held["forum_measures"] + held["forum_suspensions"]).lower()
    assert len(did["forum_measures_taken"]) == 2 and "'kim'" not in str(did["forum_measures_taken"])
    assert [(one.by, one.by_name, one.person_id) for one in left] == [(None, FORMER, None)] * 2
    assert either.read(lambda c: c.execute(sa.select(forum_suspension)).all()) == []


def test_measures_and_suspensions_go_in_time_and_the_log_outlives_what_was_hidden(room, either):
    thread = room.start()
    post = room.reply(thread)
    room.moderation.hide(MIRA, post, WHY, room.command())
    room.moderation.suspend(MIRA, post, 30, WHY, room.command())
    left = {}
    for days in (100, 400, 731):
        Retention(Settings()).dispose(either, Run(NOW + days * DAY, lambda: None))
        left[days] = tuple(
            either.read(lambda c, table=table: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for table in (forum_measure, forum_suspension)
        )

    assert left == {100: (2, 1), 400: (2, 0), 731: (0, 0)}
    with pytest.raises(NotFound):
        room.moderation.restore(MIRA, post, room.command())
