"""What those concerned are told: of their reports, of threads they began or follow, and of answers that moderators accept."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from hub.forum.digest import Week
from hub.forum.measures import NEEDS_REASON, What
from hub.forum.news import News
from hub.forum.service import NewText
from hub.identity.store import everything
from hub.limits import Limits
from hub.tables import forum_notice, forum_thread
from hub.tables import person as people
from hub.visitor import Visitor
from tests.store.test_forum import ADAM, CONTENT, KIM, MIRA, READER, ROBIN, SAM, Room, refused, room

__all__ = ["room"]

WHY = "Ett skäl som bara den som skrev får se"
Act = Callable[[Room, str, str], object]


@pytest.fixture
def news(room, either) -> News:
    either.write(lambda c: c.execute(people.update().values(notices="hub")))
    return News(either, Limits(factor=1_000), lambda: room.moments[-1], CONTENT)


def told(news: News, by: Visitor) -> list[str]:
    """The kinds of what somebody is told, the oldest first."""
    return [one.kind for one in reversed(news.list(by).notices)]


ANSWERS: dict[str, Act] = {
    "report-left": lambda r, t, p: r.moderation.dismiss(MIRA, p, r.command()),
    "report-hidden": lambda r, t, p: r.moderation.hide(MIRA, p, WHY, r.command()),
    "report-noted": lambda r, t, p: r.moderation.warn(MIRA, p, WHY, r.command()),
    "report-moved": lambda r, t, p: r.moderation.move(MIRA, t, "other", WHY, r.command(), answers=p),
    "report-locked": lambda r, t, p: r.moderation.lock(MIRA, t, r.command(), locked=True, reason=WHY, answers=p),
    "report-acted": lambda r, t, p: r.moderation.suspend(MIRA, p, 7, WHY, r.command(), answers=p),
}

ANSWERS_ANEW: dict[str, Act] = ANSWERS | {
    "report-moved": lambda r, t, p: r.moderation.move(MIRA, t, "other", WHY, r.command()),
    "report-locked": lambda r, t, p: r.moderation.lock(MIRA, t, r.command(), locked=True, reason=WHY),
    "report-acted": lambda r, t, p: r.moderation.suspend(MIRA, p, 7, WHY, r.command()),
}
"""The same when no report waits any more."""


def reported(room):
    """Let a post be written that two others report; return its thread and it."""
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    room.reply(thread, SAM)
    for by in (SAM, ADAM):
        room.forum.report(by, post, "Hör inte hit", room.command())
    return thread, post


# --- Reports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ANSWERS)
def test_whoever_reported_a_post_is_told_once_what_came_of_it_and_never_why(room, news, kind):
    thread, post = reported(room)
    before = told(news, SAM)
    ANSWERS[kind](room, thread, post)
    found = news.list(SAM).notices

    assert before == [] and [(one.kind, one.post_id, one.reason, one.own) for one in found] == [(kind, post, "", False)]
    assert told(news, ADAM) == [kind] and news.unread(SAM) == 1 and "Hör inte hit" not in str(news.list(ROBIN))
    assert not any(one.kind.startswith("report-") for by in (KIM, ROBIN, MIRA) for one in news.list(by).notices)


@pytest.mark.parametrize("kind", ["report-moved", "report-locked", "report-acted"])
def test_a_measure_that_does_not_answer_the_report_tells_no_reporter_of_it(room, news, kind):
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    room.forum.report(SAM, post, "Fel", room.command())
    {
        "report-moved": lambda: room.moderation.move(MIRA, thread, "other", WHY, room.command()),
        "report-locked": lambda: room.moderation.lock(MIRA, thread, room.command(), locked=True, reason=WHY),
        "report-acted": lambda: room.moderation.suspend(MIRA, post, 7, WHY, room.command()),
    }[kind]()

    assert told(news, SAM) == [] and room.oversight.waiting(MIRA) == 1


def test_of_a_thread_hidden_upon_a_report_its_title_is_told_to_nobody_but_its_author(room, news):
    thread = room.start(KIM, "Ett namn som inte ska stå här")
    room.forum.report(SAM, room.first(thread), "Ett namn", room.command())
    room.moderation.hide(MIRA, room.first(thread), WHY, room.command())
    found = news.list(SAM).notices[0]

    assert (found.kind, found.open, found.title, found.reason) == ("report-hidden", False, "", "")
    assert [(one.open, one.title) for one in news.list(KIM).notices] == [(True, "Ett namn som inte ska stå här")]


def test_whoever_answers_their_own_report_or_has_left_is_told_nothing(room, news, either):
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    room.forum.report(MIRA, post, "Fel", room.command())
    room.forum.report(SAM, post, "Fel", room.command())
    either.write(lambda c: c.execute(sa.text('UPDATE forum_report SET "by" = NULL WHERE "by" = \'sam\'')))
    room.moderation.dismiss(MIRA, post, room.command())

    assert told(news, MIRA) == told(news, SAM) == [] and room.oversight.waiting(MIRA) == 0


def test_reports_that_wait_again_are_told_of_to_those_who_made_them(room, news):
    post = room.reply(room.start(KIM), ROBIN)
    room.forum.report(SAM, post, "Fel", room.command())
    done = room.moderation.dismiss(MIRA, post, room.command())
    room.later()
    room.moderation.undo(ADAM, done, room.command())
    room.moderation.hide(MIRA, post, WHY, room.command())

    assert told(news, SAM) == ["report-left", "report-waits", "report-hidden"]


UNDONE = {
    "report-hidden": "report-shown", "report-noted": "report-undone", "report-moved": "report-undone",
    "report-locked": "report-undone", "report-acted": "report-undone",
}  # fmt: skip


@pytest.mark.parametrize("kind", UNDONE)
def test_whoever_reported_is_told_once_that_what_came_of_it_is_taken_back_and_never_by_whom(room, news, kind):
    thread, post = reported(room)
    done = ANSWERS[kind](room, thread, post)
    room.later()
    room.moderation.undo(MIRA, done, "command-undo")
    room.moderation.undo(MIRA, done, "command-undo")
    room.later()
    again = ANSWERS_ANEW[kind](room, thread, post)
    room.later()
    room.moderation.undo(MIRA, again, room.command())

    found = [one for one in news.list(SAM).notices if one.kind.startswith("report-")]
    assert [(one.kind, one.post_id, one.reason, one.own) for one in found] == [
        (UNDONE[kind], post, "", False), (kind, post, "", False),
    ]  # fmt: skip
    assert [one for one in told(news, ADAM) if one.startswith("report-")] == [kind, UNDONE[kind]]
    assert "mira" not in str(news.list(SAM)).lower()
    assert not any(one.kind.startswith("report-") for by in (KIM, ROBIN, MIRA) for one in news.list(by).notices)


def test_of_two_measures_only_the_one_that_settled_a_report_tells_its_reporter_when_it_is_taken_back(room, news):
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    room.forum.report(SAM, post, "Fel", room.command())
    first = room.moderation.warn(MIRA, post, WHY, room.command())
    room.later()
    room.forum.report(ADAM, post, "Ännu fel", room.command())
    second = room.moderation.warn(MIRA, post, "Ännu ett skäl", room.command())
    room.later()
    room.moderation.undo(MIRA, second, room.command())
    then = told(news, SAM), told(news, ADAM)
    room.moderation.undo(MIRA, first, room.command())

    assert then == (["report-noted"], ["report-noted", "report-undone"])
    assert (told(news, SAM), told(news, ADAM)) == (["report-noted", "report-undone"], then[1])


def test_whoever_reported_a_thread_and_follows_it_is_told_once_that_it_is_shown_again(room, news):
    thread = room.start(KIM, "Titel")
    room.reply(thread, SAM)
    room.forum.report(SAM, room.first(thread), "Fel", room.command())
    room.moderation.hide(MIRA, room.first(thread), WHY, room.command())
    hidden = news.list(SAM).notices[0].title
    room.later()
    room.moderation.restore(ADAM, room.first(thread), room.command())

    assert told(news, SAM) == ["report-hidden", "report-shown"]
    assert hidden == "" and news.list(SAM).notices[0].title == "Titel"


def test_what_is_taken_back_by_whoever_reported_it_is_no_news_to_them(room, news):
    post = room.reply(room.start(KIM), ROBIN)
    room.forum.report(ADAM, post, "Fel", room.command())
    done = room.moderation.hide(MIRA, post, WHY, room.command())
    room.later()
    room.moderation.undo(ADAM, done, room.command())

    assert told(news, ADAM) == ["report-hidden"]


def test_a_refused_or_repeated_answer_tells_nothing_more(room, news):
    post = room.reply(room.start(KIM), ROBIN)
    room.forum.report(SAM, post, "Fel", room.command())
    refused(room.moderation.hide, MIRA, post, "", room.command())
    for _again in range(2):
        room.moderation.dismiss(MIRA, post, "command-once")
    refused(room.moderation.dismiss, ADAM, post, room.command())

    assert told(news, SAM) == ["report-left"]


def test_whoever_reported_gets_it_out_without_who_settled_it(room, either):
    post = room.reply(room.start(KIM), ROBIN)
    room.forum.report(SAM, post, "Fel", room.command())
    room.moderation.hide(MIRA, post, WHY, room.command())
    held = either.read(lambda c: everything(c, "sam", SAM.key))

    assert held["forum_reports"][0]["settled_at"] and [one["kind"] for one in held["forum_notices"]] == [
        "report-hidden"
    ]
    assert "mira" not in str(held["forum_reports"] + held["forum_notices"])


def test_no_letter_has_a_place_for_what_came_of_a_report():
    assert set(Week.__dataclass_fields__) == {"talks", "more", "questions", "since"}


# --- Threads ---------------------------------------------------------------------------------------------------------


def test_the_author_and_those_who_follow_a_thread_are_told_what_moderators_do_with_it(room, news):
    thread = room.start(KIM)
    room.reply(thread, ROBIN)
    room.forum.follow(MIRA, thread, on=True)
    moved = room.moderation.move(MIRA, thread, "other", WHY, room.command())
    room.moderation.undo(MIRA, moved, room.command())
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason="Besvarad")
    room.moderation.lock(MIRA, thread, room.command(), locked=False)
    room.moderation.hide(MIRA, room.first(thread), WHY, room.command())
    room.moderation.restore(MIRA, room.first(thread), room.command())

    kinds = ["moved", "moved", "locked", "unlocked", "hidden", "restored"]
    assert told(news, KIM) == told(news, ROBIN) == kinds and told(news, SAM) == told(news, MIRA) == []
    assert [one.reason for one in reversed(news.list(KIM).notices)] == [WHY, "", "Besvarad", "", WHY, ""]
    assert [one.reason for one in reversed(news.list(ROBIN).notices)] == ["", "", "Besvarad", "", "", ""]
    assert {one.own for one in news.list(KIM).notices} == {True}
    assert {one.own for one in news.list(ROBIN).notices} == {False}


def test_what_is_done_to_one_reply_is_told_to_its_author_only(room, news):
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    room.reply(thread, SAM)
    room.moderation.hide(MIRA, post, WHY, room.command())
    room.moderation.restore(MIRA, post, room.command())
    room.forum.edit(MIRA, post, 1, NewText("Rensat"), room.command(), reason=WHY)

    assert told(news, ROBIN) == ["hidden", "restored", "edited"] and told(news, KIM) == told(news, SAM) == []


def test_whoever_no_longer_follows_is_told_nothing(room, news):
    thread = room.start(KIM)
    room.reply(thread, ROBIN)
    room.forum.follow(ROBIN, thread, on=False)
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason=WHY)

    assert told(news, ROBIN) == [] and told(news, KIM) == ["locked"]


def test_whoever_follows_a_thread_of_the_editors_is_told_and_nobody_is_its_author(room, news, either):
    room.forum.plant()
    thread = either.read(lambda c: c.execute(sa.select(forum_thread.c.id).limit(1)).scalar_one())
    room.forum.follow(SAM, thread, on=True)
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason=WHY)
    rows = either.read(lambda c: c.execute(sa.select(forum_notice.c.person_id, forum_notice.c.kind)).all())

    assert rows == [("sam", "locked")]


# --- Answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_that_a_moderator_accepts_or_withdraws_is_logged_and_the_asker_is_told(room, news):
    thread = room.start(KIM, question=True)
    post = room.reply(thread, ROBIN)
    room.forum.accept(MIRA, post, room.command())
    room.forum.unaccept(ADAM, post, room.command())
    lines = room.oversight.log(MIRA).lines

    assert [(one.what, one.by_name, one.post_id, one.number, one.person_id) for one in lines] == [
        (What.UNACCEPT, ADAM.name, post, 2, "kim"), (What.ACCEPT, MIRA.name, post, 2, "kim"),
    ]  # fmt: skip
    assert told(news, KIM) == ["answered", "unanswered"] and told(news, ROBIN) == ["accepted"]
    assert [one.what for one in room.oversight.told(KIM, thread).own] == [What.UNACCEPT, What.ACCEPT]
    assert not {What.ACCEPT, What.UNACCEPT} & NEEDS_REASON


def test_ones_own_question_is_ones_own_also_for_whoever_moderates(room, news):
    thread = room.start(MIRA, question=True)
    post = room.reply(thread, ROBIN)
    room.forum.accept(MIRA, post, room.command())
    room.forum.unaccept(MIRA, post, room.command())

    assert room.oversight.log(ADAM).lines == () and told(news, MIRA) == []


def test_an_asker_whose_own_answer_a_moderator_accepts_is_told_once(room, news):
    thread = room.start(KIM, question=True)
    room.forum.accept(MIRA, room.reply(thread, KIM), room.command())

    assert told(news, KIM) == ["answered"]


def test_an_answer_that_a_moderator_only_confirms_is_logged_but_is_no_news(room, news):
    thread = room.start(KIM, question=True)
    post = room.reply(thread, ROBIN)
    room.forum.accept(KIM, post, room.command())
    room.forum.accept(MIRA, post, room.command())

    assert [one.what for one in room.oversight.log(MIRA).lines] == [What.ACCEPT] and told(news, KIM) == []


def test_what_is_not_the_answer_is_not_withdrawn_and_a_forged_call_leaves_no_line(room, news):
    thread = room.start(KIM, question=True)
    post = room.reply(thread, ROBIN)
    room.forum.unaccept(MIRA, post, room.command())
    codes = {
        refused(call, by, post, room.command()).code
        for call in (room.forum.accept, room.forum.unaccept)
        for by in (SAM, ROBIN, READER)
    }

    assert codes == {"not-allowed"} and room.oversight.log(MIRA).lines == () and told(news, KIM) == []


def test_an_accepted_answer_is_taken_back_in_the_thread_and_not_from_the_log(room):
    post = room.reply(room.start(KIM, question=True), ROBIN)
    room.forum.accept(MIRA, post, room.command())
    line = room.oversight.log(MIRA).lines[0]

    assert refused(room.moderation.undo, MIRA, line.id, room.command()).code == "cannot-undo"
