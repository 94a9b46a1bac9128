"""What members are told: news in the app, and who gets the weekly letter. Sending itself is in tests/app/test_mail.py."""

import datetime as dt

import pytest
import sqlalchemy as sa

from hub.errors import Rejected
from hub.forum import letter_store, news_store, talk_store
from hub.forum import news as news_rules
from hub.forum.digest import week_of
from hub.forum.news import MOST, Kind, News
from hub.forum.rules import CONFIRM_AFTER
from hub.forum.service import NewText
from hub.identity.store import everything, forget
from hub.limits import Limits
from hub.retention import Retention
from hub.settings import Settings
from hub.tables import forum_letter, forum_mailing, forum_notice, forum_thread
from hub.tables import person as people
from hub.timetable import Run
from tests.store.test_forum import (  # noqa: F401 - the room is a fixture
    CONTENT,
    DAY,
    KIM,
    MIRA,
    NOW,
    READER,
    ROBIN,
    SAM,
    Room,
    room,
)


@pytest.fixture
def news(room, either) -> News:  # noqa: F811
    either.write(lambda c: c.execute(people.update().values(notices="hub")))
    return News(either, Limits(factor=1_000), lambda: room.moments[-1], CONTENT)


def told(news: News, by=KIM) -> list[str]:
    return [one.title for one in news.list(by).threads]


def note(either, room: Room, thread_id: str, kind: Kind = Kind.HIDDEN, reason: str = "Skäl") -> None:  # noqa: F811
    post = room.forum.open(MIRA, thread_id).posts[0].post
    either.write(lambda c: news_rules.note(c, post, kind, MIRA, room.moments[-1], reason))


# --- Threads ---------------------------------------------------------------------------------------------------------


def test_a_followed_thread_is_news_when_somebody_else_has_written_and_until_it_is_read(room, news):  # noqa: F811
    thread = room.start(KIM)
    before = told(news), news.unread(KIM)
    room.reply(thread, ROBIN)
    after = told(news), news.unread(KIM)
    room.forum.open(KIM, thread)

    assert (before, after) == (([], 0), (["Fråga"], 1)) and told(news) == [] and news.unread(KIM) == 0


def test_ones_own_replies_and_threads_one_does_not_follow_are_no_news(room, news):  # noqa: F811
    thread = room.start(KIM)
    room.reply(thread, ROBIN)

    assert told(news, ROBIN) == told(news, SAM) == []


def test_what_is_taken_back_or_hidden_before_it_is_read_is_no_news(room, news):  # noqa: F811
    taken, hidden, gone = room.start(KIM, "A"), room.start(KIM, "B"), room.start(KIM, "C")
    room.forum.remove(ROBIN, room.reply(taken, ROBIN), room.command())
    room.moderation.hide(MIRA, room.reply(hidden, ROBIN), "Skäl", room.command())
    room.reply(gone, ROBIN)
    room.moderation.hide(MIRA, room.first(gone), "Skäl", room.command())

    assert told(news) == []


def test_news_stand_with_the_last_written_first_and_say_how_much_is_new(room, news):  # noqa: F811
    first, second = room.start(KIM, "A"), room.start(KIM, "B")
    room.later()
    room.reply(second, ROBIN)
    room.later()
    room.reply(first, ROBIN)
    room.reply(first, SAM)

    assert [(one.title, one.posts - one.read) for one in news.list(KIM).threads] == [("A", 2), ("B", 1)]


def test_all_is_marked_as_read_but_what_came_after_the_page_was_drawn(room, news):  # noqa: F811
    old, new = room.start(KIM, "A"), room.start(KIM, "B")
    room.reply(old, ROBIN)
    drawn = news.list(KIM).at
    room.later()
    room.reply(new, ROBIN)
    for _again in range(2):
        news.seen(KIM, drawn, "command-seen")

    assert told(news) == ["B"] and news.unread(KIM) == 1


def test_nobody_is_counted_news_who_does_not_want_them_or_may_not_read(room, either, news):  # noqa: F811
    room.reply(room.start(KIM), ROBIN)
    counted = news.unread(KIM)
    either.write(lambda c: c.execute(people.update().values(notices="none")))

    assert (counted, news.unread(KIM), news.unread(READER)) == (1, 0, 0)
    assert told(news) == ["Fråga"] and not news.list(KIM).wanted


@pytest.mark.parametrize("call", ["list", "seen", "categories", "follow_categories"])
def test_news_are_for_members(room, news, call):  # noqa: F811
    more = {"list": (), "seen": (NOW, "news-command-1"), "categories": (), "follow_categories": ([], "news-command-1")}[
        call
    ]
    with pytest.raises(Rejected) as caught:
        getattr(news, call)(READER, *more)

    assert caught.value.code == "not-allowed"


def test_the_count_ends_somewhere(room, either, news):  # noqa: F811
    thread = room.start(KIM)
    post = room.forum.open(MIRA, thread).posts[0].post

    def work(connection):
        for _one in range(MOST + 20):
            news_rules.note(connection, post, Kind.NOTED, MIRA, NOW)

    either.write(work)

    assert news.unread(KIM) == MOST + 1


# --- What was done to one's posts ------------------------------------------------------------------------------------


def test_whoever_wrote_the_answer_is_told_once_that_it_was_accepted(room, news):  # noqa: F811
    thread = room.start(KIM, question=True)
    post = room.reply(thread, ROBIN)
    for _again in range(2):
        room.forum.accept(KIM, post, room.command())

    assert [(one.kind, one.post_id, one.number) for one in news.list(ROBIN).notices] == [("accepted", post, 2)]
    assert news.list(KIM).notices == ()


def test_whose_post_a_moderator_changed_is_told_why_and_who_changed_their_own_is_not(room, news):  # noqa: F811
    thread = room.start(KIM)
    room.forum.edit(KIM, room.first(thread), 1, NewText("Ny", "Titel"), room.command())
    room.forum.edit(MIRA, room.first(thread), 2, NewText("Nyare", "Titel"), room.command(), reason="Ett namn stod där")

    assert [(one.kind, one.reason, one.seen) for one in news.list(KIM).notices] == [
        ("edited", "Ett namn stod där", False)
    ]


def test_measures_against_a_post_are_told_to_its_author_in_the_same_transaction(room, news):  # noqa: F811
    thread = room.start(KIM)
    post = room.reply(thread, ROBIN)
    for act in (room.moderation.warn, room.moderation.hide):
        act(MIRA, post, "Skäl", room.command())
    room.moderation.restore(MIRA, post, room.command())

    assert [one.kind for one in news.list(ROBIN).notices] == ["restored", "hidden", "noted"]
    assert news.unread(ROBIN) == 3 and news.list(KIM).notices == ()


def test_a_notice_stays_with_its_post_and_is_seen_when_marked(room, either, news):  # noqa: F811
    note(either, room, room.start(KIM))
    before = news.unread(KIM)
    news.seen(KIM, NOW, "command-seen")

    assert (before, news.unread(KIM)) == (1, 0) and [one.seen for one in news.list(KIM).notices] == [True]


def test_of_a_thread_that_others_had_hidden_only_that_is_told_to_whoever_follows_it(room, either, news):  # noqa: F811
    thread = room.start(KIM)
    post_id = room.reply(thread, ROBIN)
    post = room.forum.open(MIRA, thread).posts[1].post
    either.write(lambda c: news_rules.note(c, post, Kind.NOTED, MIRA, NOW))
    room.moderation.hide(MIRA, room.first(thread), "Skäl", room.command())

    assert post.id == post_id and news.unread(ROBIN) == 1
    assert [(one.kind, one.open, one.title, one.reason) for one in news.list(ROBIN).notices] == [
        ("hidden", False, "", "")
    ]


def test_an_answer_a_year_old_asks_whoever_asked_to_confirm_it(room, news):  # noqa: F811
    thread = room.start(KIM, question=True)
    post = room.reply(thread, ROBIN)
    room.forum.accept(KIM, post, room.command())
    room.forum.open(KIM, thread)
    room.later(CONFIRM_AFTER)
    asked = [(one.thread_id, one.post_id, one.number) for one in news.list(KIM).aged], news.unread(KIM)
    room.forum.accept(KIM, post, room.command())

    assert asked == ([(thread, post, 2)], 1) and news.list(KIM).aged == () and news.list(ROBIN).aged == ()


# --- Categories ------------------------------------------------------------------------------------------------------


def test_categories_are_followed_as_they_were_last_chosen(room, news):  # noqa: F811
    news.follow_categories(KIM, ["levels", "other"], "news-command-1")
    news.follow_categories(KIM, ["levels"], "news-command-2")
    with pytest.raises(Rejected) as caught:
        news.follow_categories(KIM, ["nothing"], "news-command-3")

    assert news.categories(KIM) == {"levels"} and caught.value.code == "unknown-category"


# --- What letters tell of --------------------------------------------------------------------------------------------


def talks(either, by=KIM, since=NOW - DAY, until=NOW + DAY) -> list[tuple[str, int, bool]]:
    found = either.read(lambda c: talk_store.talks(c, by.person_id, since, until, 10))
    return [(one.last.title, one.new, one.begun) for one in found]


def test_a_letter_tells_of_what_others_wrote_in_threads_and_categories_one_follows(room, either, news):  # noqa: F811
    followed = room.start(KIM, "Följd", category="other")
    room.later()
    room.reply(followed, ROBIN)
    room.reply(followed, SAM)
    room.later()
    room.start(ROBIN, "Ny i kategorin")
    room.start(ROBIN, "Utanför", category="other")
    news.follow_categories(KIM, ["levels"], "news-command-1")

    assert talks(either) == [("Ny i kategorin", 1, True), ("Följd", 2, False)]


def test_a_letter_leaves_out_what_is_read_hidden_older_or_ones_own(room, either, news):  # noqa: F811
    news.follow_categories(KIM, ["levels"], "news-command-1")
    read, hidden, post_hidden = (room.start(ROBIN, title) for title in ("Läst", "Dold", "Dolt inlägg"))
    room.start(KIM, "Egen")
    room.forum.open(KIM, read)
    room.moderation.hide(MIRA, room.first(hidden), "Skäl", room.command())
    room.forum.open(KIM, post_hidden)
    room.moderation.hide(MIRA, room.reply(post_hidden, SAM), "Skäl", room.command())

    assert talks(either) == [] and talks(either, SAM, since=NOW) == []


def test_the_newest_posts_are_found_without_those_that_members_do_not_see(room, either):  # noqa: F811
    first = room.start(KIM, "A")
    room.later()
    hidden = room.start(ROBIN, "B")
    room.moderation.hide(MIRA, room.first(hidden), "Skäl", room.command())
    room.later()
    room.reply(first, SAM)
    room.later()
    room.forum.remove(ROBIN, room.reply(first, ROBIN), room.command())
    found = either.read(lambda c: talk_store.newest(c, 10))

    assert [(one.title, one.number) for one in found] == [("A", 2), ("A", 1)]


@pytest.mark.parametrize(
    ("now", "week", "due"),
    [
        ("2027-02-01T05:59", "2027-W04", "2027-01-25T06:00"),
        ("2027-02-01T06:00", "2027-W05", "2027-02-01T06:00"),
        ("2027-02-07T23:30", "2027-W05", "2027-02-01T06:00"),
        ("2027-01-02T12:00", "2026-W53", "2026-12-28T06:00"),
        ("2027-07-05T05:00", "2027-W27", "2027-07-05T05:00"),
    ],
)
def test_the_letters_of_a_week_are_due_at_seven_on_monday_in_sweden(now, week, due):
    def moment(text):
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)

    assert week_of(moment(now)) == (week, moment(due))


# --- Keeping and forgetting ------------------------------------------------------------------------------------------


def put_all(either, thread_id: str, post_id: str) -> None:
    def work(connection):
        news_store.add_notice(connection, "kim", "hidden", (thread_id, post_id), "", NOW)
        news_store.set_categories(connection, "kim", ["levels"], NOW)
        letter_store.ask(connection, "kim", "kim@region.example", "h" * 64, NOW, 1)
        letter_store.claim(connection, "kim", "2027-W05", letter_store.State.SENDING, "e" * 64, NOW)
        letter_store.set_feed(connection, "kim", "f" * 64, NOW)

    either.write(work)


TABLES = ("forum_notices", "forum_categories", "forum_mailing", "forum_letters", "forum_feed")


def test_all_of_it_is_in_ones_own_data_without_what_opens_a_door(room, either):  # noqa: F811
    thread = room.start(KIM)
    put_all(either, thread, room.first(thread))
    held = either.read(lambda c: everything(c, "kim", KIM.key))

    assert [len(held[name]) for name in TABLES] == [1] * len(TABLES)
    assert not [value for name in TABLES for row in held[name] for value in row.values() if value in {"h" * 64, "e" * 64, "f" * 64}]  # fmt: skip


def test_all_of_it_goes_with_the_account(room, either):  # noqa: F811
    thread = room.start(KIM)
    put_all(either, thread, room.first(thread))
    either.write(lambda c: forget(c, "kim", KIM.key, NOW, keep_texts=True))
    held = either.read(lambda c: everything(c, "kim", KIM.key))

    assert [held[name] for name in TABLES] == [[]] * len(TABLES)


def test_notices_unconfirmed_addresses_and_marks_of_letters_go_when_their_time_is_out(room, either):  # noqa: F811
    thread = room.start(KIM)
    put_all(either, thread, room.first(thread))
    done = [
        Retention(Settings()).dispose(either, Run(NOW + days * DAY, lambda: None))
        for days in (7, 8, 180, 181, 365, 366)
    ]
    gone = [{kind: rows for kind, rows in one.items() if kind in {"mailing", "notice", "letter"}} for one in done]

    assert gone == [{}, {"mailing": 1}, {}, {"notice": 1}, {}, {"letter": 1}]


def test_a_confirmed_address_stays_and_its_key_works_once_and_for_three_days(room, either):  # noqa: F811
    either.write(lambda c: letter_store.ask(c, "kim", "kim@region.example", "h" * 64, NOW, 1))
    late = either.write(lambda c: letter_store.confirm(c, "h" * 64, NOW + DAY, NOW + 4 * DAY))
    first, second = (either.write(lambda c: letter_store.confirm(c, "h" * 64, NOW - DAY, NOW + DAY)) for _ in range(2))
    Retention(Settings()).dispose(either, Run(NOW + 99 * DAY, lambda: None))
    held = either.read(lambda c: letter_store.mailing(c, "kim"))

    assert (late, first, second) == (False, True, False)
    assert held and (held.address, held.asked_address, held.told_until) == ("kim@region.example", "", NOW + DAY)


def test_a_weeks_letter_is_claimed_once_and_again_only_when_it_waits_and_its_time_has_come(room, either):  # noqa: F811
    def claim(at, state=letter_store.State.SENDING):
        return either.write(lambda c: letter_store.claim(c, "kim", "2027-W05", state, None, at))

    def settle(state, retry_at=None):
        either.write(lambda c: letter_store.settle(c, "kim", "2027-W05", state, retry_at))

    first = [claim(NOW), claim(NOW)]
    settle(letter_store.State.WAITING, NOW + DAY)
    waiting = [claim(NOW), claim(NOW + DAY), claim(NOW + DAY)]
    settle(letter_store.State.SENT)

    assert (first, waiting, claim(NOW + 2 * DAY)) == ([True, False], [False, True, False], False)
    assert either.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(forum_letter)).scalar()) == 1


def test_only_what_is_due_is_asked_for(room, either):  # noqa: F811
    def put(person_id: str, **values: object) -> None:
        row = {
            "person_id": person_id, "address": f"{person_id}@a.example", "confirmed_at": NOW - DAY, "told_until": NOW - DAY,
            "failures": 0, "asked_address": "", "asks": 0, **values,
        }  # fmt: skip
        either.write(lambda c: c.execute(forum_mailing.insert().values(**row)))

    put("kim")
    put("robin", confirmed_at=NOW)
    put("sam", paused_at=NOW)
    put("mira", address="", confirmed_at=None)
    put("adam")
    either.write(lambda c: c.execute(people.update().where(people.c.id == "adam").values(deleted_at=NOW)))
    found = either.read(lambda c: letter_store.addressees(c, "2027-W05", NOW, NOW, "", 10))

    assert [one.person_id for one in found] == ["kim"]


def test_the_notices_of_a_post_go_with_it(room, either):  # noqa: F811
    thread = room.start(KIM)
    put_all(either, thread, room.first(thread))
    either.write(lambda c: c.execute(forum_thread.delete()))

    assert either.read(lambda c: c.execute(sa.select(forum_notice)).all()) == []
