"""Somebody who sends a thousand times: a command counts once, and limits hold."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy

import pytest
import sqlalchemy as sa

from hub.errors import Rejected
from hub.forum.rules import Reaction
from hub.forum.service import NewText, NewThread
from hub.limits import PER_MINUTE, Limits
from hub.tables import command as commands
from hub.tables import forum_post, forum_report, forum_thread
from hub.visitor import Visitor
from tests.store.test_forum import KIM, MIRA, NUMBER, ROBIN, SAM, Room, room

__all__ = ["room"]

TIMES = 1_000
AT_ONCE = 16


def strict(room: Room) -> Room:
    """Return the same forum with the limits that hold for visitors."""
    held = copy(room)
    held.forum, held.moderation = room.kept_by(Limits())
    return held


def count(room: Room, table: sa.Table) -> int:
    database = room.forum._ground.database
    return database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def sent(call: Callable[[int], object], times: int = TIMES) -> Counter[str]:
    """Send so many times at once, and return what came of it."""

    def once(number: int) -> str:
        try:
            call(number)
        except Rejected as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(once, range(times)))


# --- The same command ------------------------------------------------------------------------------------------------


def test_a_thread_sent_a_thousand_times_is_begun_once(room):
    text = NewText("Hur gör ni?", "Fråga")
    found = set()

    said = sent(lambda _: found.add(room.forum.start(KIM, NewThread("levels"), text, "the-same-command")))

    assert said == {"done": TIMES} and len(found) == 1
    assert (count(room, forum_thread), count(room, forum_post), count(room, commands)) == (1, 1, 1)


def test_a_reply_sent_a_thousand_times_is_written_once(room):
    thread = room.start()
    found = set()

    said = sent(lambda _: found.add(room.forum.reply(ROBIN, thread, NewText("Så här."), "the-same-command")))

    assert said == {"done": TIMES} and len(found) == 1
    opened = room.forum.open(KIM, thread)
    assert opened.thread.posts == 2 and [one.post.number for one in opened.posts] == [1, 2]


def test_a_change_sent_a_thousand_times_changes_once(room):
    thread = room.start()
    post = room.first(thread)

    said = sent(lambda _: room.forum.edit(KIM, post, 1, NewText("Nytt", "Ny titel"), "the-same-command"))

    assert said == {"done": TIMES}
    assert room.forum.changing(KIM, post).post.version == 2 and len(room.forum.history(KIM, post)) == 1


def test_a_command_of_one_member_is_no_command_of_another(room):
    thread = room.start()
    room.forum.reply(ROBIN, thread, NewText("Så här."), "the-same-command")

    said = sent(lambda n: room.forum.reply((KIM, SAM, MIRA)[n % 3], thread, NewText("Lånat"), "the-same-command"), 300)

    assert said == {"command": 300} and room.forum.open(KIM, thread).thread.posts == 2


def test_a_report_and_a_reaction_made_a_thousand_times_count_once(room):
    thread = room.start()
    post = room.first(thread)

    reported = sent(lambda n: room.forum.report(ROBIN, post, "Hör inte hemma", f"command-r-{n}"), 200)
    reacted = sent(lambda _: room.forum.react(ROBIN, post, Reaction.TOO, on=True), 200)

    assert (reported, reacted) == ({"done": 200}, {"done": 200})
    assert count(room, forum_report) == 1
    assert room.forum.open(KIM, thread).posts[0].reactions.counts == {Reaction.TOO: 1}


# --- Other commands --------------------------------------------------------------------------------------------------


def test_of_a_thousand_threads_a_minute_only_so_many_are_begun_as_the_limit_says(room):
    text, held = NewText("Hur gör ni?", "Fråga"), strict(room)

    said = sent(lambda n: held.forum.start(KIM, NewThread("levels"), text, f"command-{n}"))

    assert said == {"done": PER_MINUTE["create"], "too-often": TIMES - PER_MINUTE["create"]}
    assert count(room, forum_thread) == count(room, forum_post) == PER_MINUTE["create"]


def test_of_a_thousand_replies_a_minute_only_so_many_are_written_as_the_limit_says(room):
    thread, held = room.start(), strict(room)

    said = sent(lambda n: held.forum.reply(ROBIN, thread, NewText("Så här."), f"reply-{n:04}"))

    assert said == {"done": PER_MINUTE["write"], "too-often": TIMES - PER_MINUTE["write"]}
    assert room.forum.open(KIM, thread).thread.posts == 1 + PER_MINUTE["write"]


def test_one_limit_is_for_all_that_somebody_writes(room):
    thread, held = room.start(), strict(room)
    post = room.first(thread)
    ways: tuple[Callable[[int], object], ...] = (
        lambda n: held.forum.reply(ROBIN, thread, NewText("Så här."), f"reply-{n:04}"),
        lambda n: held.forum.react(ROBIN, post, Reaction.TOO, on=bool(n % 4)),
        lambda n: held.forum.follow(ROBIN, thread, on=bool(n % 4)),
        lambda n: held.forum.edit(ROBIN, post, 1, NewText("Nytt"), f"edit-{n:04}"),
    )

    said = sent(lambda n: ways[n % 4](n))

    assert said["too-often"] == TIMES - PER_MINUTE["write"]


@pytest.mark.parametrize("text", [f"Det var {NUMBER}", "Ring 070-123 45 67", "x" * 20_001])
def test_what_is_refused_counts_as_well_because_looking_it_through_takes_time(room, text):
    thread, held = room.start(), strict(room)

    begun = sent(lambda n: held.forum.start(KIM, NewThread("levels"), NewText(text, "T"), f"command-{n}"), 300)
    replied = sent(lambda n: held.forum.reply(ROBIN, thread, NewText(text), f"reply-{n:04}"), 300)

    assert begun["too-often"] == replied["too-often"] == 300 - PER_MINUTE["write"]
    assert count(room, forum_post) == 1


def test_another_member_is_not_held_up(room):
    thread, held = room.start(), strict(room)
    sent(lambda n: held.forum.reply(ROBIN, thread, NewText("Så här."), f"reply-{n:04}"), 200)

    assert held.forum.reply(KIM, thread, NewText("Tack"), "a-reply-of-kim")


def test_reports_are_limited_like_what_is_begun(room):
    thread, held = room.start(), strict(room)
    posts = [room.reply(thread, KIM, f"Svar {n}") for n in range(30)]

    said = sent(lambda n: held.forum.report(ROBIN, posts[n % 30], "Hör inte hemma", f"report-{n:04}"), 300)

    assert said == {"done": PER_MINUTE["create"], "too-often": 300 - PER_MINUTE["create"]}


@pytest.mark.parametrize(
    "command", ["", "kort", "x" * 65, "med mellanslag", "åäö-åäö-åäö", "a/../../b", "'; drop table--", "a\n" * 8]
)
def test_a_command_that_is_none_writes_nothing(room, command):
    thread = room.start()

    with pytest.raises(Rejected, match="command"):
        room.forum.reply(ROBIN, thread, NewText("Så här."), command)
    assert room.forum.open(KIM, thread).thread.posts == 1


# --- Too much at once ------------------------------------------------------------------------------------------------


def test_a_megabyte_is_refused_in_every_text_with_the_field_and_the_bound(room):
    thread = room.start()
    post, mega = room.first(thread), "a" * 1_000_000
    calls: dict[str, Callable[[Visitor], object]] = {
        "text": lambda by: room.forum.reply(by, thread, NewText(mega), room.command()),
        "title": lambda by: room.forum.start(by, NewThread("levels"), NewText("Hej", mega), room.command()),
        "reason": lambda by: room.forum.report(by, post, mega, room.command()),
    }
    for field, call in calls.items():
        with pytest.raises(Rejected, match="too-long") as caught:
            call(ROBIN)

        assert caught.value.field == field and caught.value.facts["most"] < 20_001
    assert count(room, forum_post) == 1
