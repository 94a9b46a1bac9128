"""The forum: who may do what, that nothing is lost or overwritten unseen, and pages without gaps or repeats."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from hub.errors import NotFound, Rejected
from hub.forum import rules
from hub.forum.rules import Card, Order, Reaction, Size
from hub.forum.service import Forum, NewText, NewThread, Opened
from hub.forum.store import Wanted
from hub.identity.rules import Action, Relation, allowed
from hub.identity.store import everything, forget
from hub.retention import Retention
from hub.settings import Settings
from hub.tables import audit, forum_post, forum_revision
from hub.timetable import Run
from hub.visitor import FORMER, Role, Visitor
from tests import forum_room
from tests.forum_room import CONTENT, NOW, member

DAY = dt.timedelta(days=1)
CARD = Card("hop-out", 2026, "Två system", "Anslöt", "Det gick", contact="kim@region.example.se")
NUMBER = "19640823-3234"
KIM, ROBIN, SAM = member("kim"), member("robin"), member("sam")
MIRA, ADAM = member("mira", Role.MODERATOR), member("adam", Role.ADMINISTRATOR)
READER = Visitor("browser:abc", address="address:x")


class Room(forum_room.Room):
    def start(self, by: Visitor = KIM, title: str = "Fråga", **values: object) -> str:
        named = {name: values.pop(name) for name in ("question", "about", "as_size") if name in values}
        thread = NewThread(str(values.pop("category", "levels")), **named)
        return self.forum.start(by, thread, NewText("Hur gör ni?", title, **values), self.command())

    def reply(self, thread_id: str, by: Visitor = ROBIN, text: str = "Så här.", **values: object) -> str:
        return self.forum.reply(by, thread_id, NewText(text), self.command(), **values)

    def titles(self, by: Visitor = KIM, **wanted: object) -> list[str]:
        return [one.thread.title for one in self.forum.list(by, Wanted(**wanted)).threads]


@pytest.fixture
def room(either) -> Room:
    names = ("kim", "robin", "sam", "mira", "adam", "member", "coach", "editor", "moderator", "administrator")
    return Room(either, {who: "" if who == "sam" else "H" for who in names})


def refused(call: Callable[..., object], *args: object, **named: object) -> Rejected:
    with pytest.raises(Rejected) as caught:
        call(*args, **named)
    return caught.value


def texts(opened: Opened) -> list[str]:
    return [one.post.text for one in opened.posts]


# --- Who may do what -------------------------------------------------------------------------------------------------

Call = Callable[[Forum, Visitor, str, str, str], object]
NEW = NewText("Ny text", "Ny titel")
CALLS: dict[str, tuple[Action, Call]] = {
    "list": (Action.FORUM_READ, lambda f, by, t, p, c: f.list(by, Wanted())),
    "open": (Action.FORUM_READ, lambda f, by, t, p, c: f.open(by, t)),
    "place": (Action.FORUM_READ, lambda f, by, t, p, c: f.place(by, p)),
    "changing": (Action.FORUM_EDIT, lambda f, by, t, p, c: f.changing(by, p)),
    "history": (Action.FORUM_READ, lambda f, by, t, p, c: f.history(by, p)),
    "start": (Action.FORUM_POST, lambda f, by, t, p, c: f.start(by, NewThread("levels"), NEW, c)),
    "reply": (Action.FORUM_POST, lambda f, by, t, p, c: f.reply(by, t, NEW, c)),
    "react": (Action.FORUM_POST, lambda f, by, t, p, c: f.react(by, p, Reaction.TOO, on=True)),
    "follow": (Action.FORUM_POST, lambda f, by, t, p, c: f.follow(by, t, on=True)),
    "report": (Action.FORUM_POST, lambda f, by, t, p, c: f.report(by, p, "Fel", c)),
    "edit": (Action.FORUM_EDIT, lambda f, by, t, p, c: f.edit(by, p, 1, NEW, c, reason="Skäl")),
    "accept": (Action.FORUM_EDIT, lambda f, by, t, p, c: f.accept(by, p, c)),
    "unaccept": (Action.FORUM_EDIT, lambda f, by, t, p, c: f.unaccept(by, p, c)),
}


def test_every_method_is_among_the_calls():
    methods = {name for name in vars(Forum) if not name.startswith("_")}

    assert methods - {"remove", "bring_back", "plant"} == set(CALLS)


def test_a_post_is_given_for_changing_to_its_author_and_those_who_moderate(room):
    post = room.first(room.start())

    assert room.forum.changing(KIM, post).own
    assert not room.forum.changing(MIRA, post).own
    assert refused(room.forum.changing, ROBIN, post).code == "not-allowed"


def test_a_post_is_given_to_every_member_for_reading_its_history(room):
    post = room.first(room.start())

    found = room.forum.changing(ROBIN, post, reading=True)

    assert (found.own, found.post.author) == (False, "")


def test_a_thread_is_read_up_to_a_number_while_others_write_on(room):
    thread = room.start()
    room.reply(thread)
    room.reply(thread, text="Till sist.")

    opened = room.forum.open(KIM, thread, upto=2)

    assert (texts(opened), opened.more, opened.thread.posts) == (["Hur gör ni?", "Så här."], True, 3)


def test_a_post_stands_in_its_thread_by_number(room):
    thread = room.start()
    room.reply(thread)

    assert room.forum.place(SAM, room.reply(thread)) == (thread, 3)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("role", list(Role))
def test_each_call_does_what_the_table_says(room, role, own):
    """Edit and accept are open to those who moderate; the rest is read off the table."""
    held = frozenset({Role.READER}) if role is Role.READER else frozenset({Role.READER, Role.MEMBER, role})
    by = READER if role is Role.READER else Visitor(f"person:{role}", str(role), name="Någon", roles=held)
    standing = {Relation.OWN} if own and by.signed_in else set()
    outcomes, expected = {}, {}
    for name, (action, call) in CALLS.items():
        author = by if standing else KIM
        thread = room.start(author, question=True)
        post = room.reply(thread, author)
        try:
            call(room.forum, by, thread, post, room.command())
            outcomes[name] = "done"
        except Rejected as error:
            outcomes[name] = error.code
        may = allowed(by, action, standing) or (action is Action.FORUM_EDIT and allowed(by, Action.FORUM_MODERATE))
        expected[name] = "done" if may else "not-allowed"

    assert outcomes == expected


@pytest.mark.parametrize("by", [ROBIN, MIRA, ADAM])
def test_only_the_author_takes_a_post_back_or_brings_it_back(room, by):
    thread = room.start()
    post = room.reply(thread, SAM)

    assert refused(room.forum.remove, by, post, room.command()).code == "not-allowed"
    room.forum.remove(SAM, post, room.command())
    with pytest.raises((Rejected, NotFound)):
        room.forum.bring_back(by, post, room.command())


# --- Threads and posts -----------------------------------------------------------------------------------------------


def test_a_thread_is_read_as_it_was_written(room):
    thread = room.start(title=" Två\u202e frågor ", tags=("login", "costs"), about="level:hop-out", card=CARD)
    opened = room.forum.open(ROBIN, thread)

    assert (opened.thread.title, opened.thread.tags, opened.thread.about) == (
        "Två frågor", ("costs", "login"), "level:hop-out",
    )  # fmt: skip
    assert opened.card == replace(CARD, region="H") and texts(opened) == ["Hur gör ni?"]
    assert (opened.thread.author_name, opened.thread.author, opened.own) == ("Kim, Region Skåne", "", False)


def test_lists_go_by_what_is_asked_for(room):
    first = room.start(title="Första", question=True, tags=("login",))
    room.later()
    second = room.start(ROBIN, title="Andra", category="other")
    room.later()
    answer = room.reply(first, ROBIN)
    room.later()
    room.start(SAM, title="Tredje", question=True)

    assert room.titles() == ["Tredje", "Första", "Andra"]
    assert room.titles(order=Order.NEW) == ["Tredje", "Andra", "Första"]
    assert room.titles(order=Order.UNANSWERED) == ["Tredje", "Första"]
    assert room.titles(ROBIN, order=Order.MINE) == ["Första", "Andra"]
    assert room.titles(order=Order.FOLLOWED) == ["Första"]
    assert room.titles(category="other") == ["Andra"] and room.titles(tag="login") == ["Första"]
    room.forum.accept(KIM, answer, room.command())
    room.forum.follow(KIM, second, on=True)
    room.forum.follow(KIM, first, on=False)
    assert room.titles(order=Order.UNANSWERED) == ["Tredje"] and room.titles(order=Order.FOLLOWED) == ["Andra"]


def test_what_is_unread_is_marked_until_it_has_been_opened(room):
    thread = room.start()
    room.reply(thread)
    before = [one.unread for one in room.forum.list(KIM, Wanted()).threads]
    read = room.forum.open(KIM, thread).read
    after = [one.unread for one in room.forum.list(KIM, Wanted()).threads]

    assert (before, read, after) == ([1], 1, [0])
    assert [one.unread for one in room.forum.list(SAM, Wanted()).threads] == [2]


def test_a_pinned_thread_stands_first_and_once(room):
    thread = room.start(title="Viktig")
    room.later()
    room.start(title="Annan")
    room.moderation.pin(MIRA, thread, room.command(), pinned=True)
    page = room.forum.list(KIM, Wanted())

    assert [one.thread.title for one in page.pinned] == ["Viktig"] and room.titles() == ["Annan"]


def test_the_same_command_twice_is_done_once(room):
    made = [room.forum.start(KIM, NewThread("levels"), NewText("Hej", "Titel"), "command-x") for _ in range(2)]
    posts = [room.forum.reply(KIM, made[0], NewText("Svar"), "command-y") for _ in range(2)]

    assert made[0] == made[1] and posts[0] == posts[1]
    assert len(room.forum.open(KIM, made[0]).posts) == 2 and room.titles() == ["Titel"]
    assert refused(room.forum.reply, ROBIN, made[0], NewText("Svar"), "command-y").code == "command"


def test_an_edit_keeps_what_stood_there(room):
    thread = room.start(card=CARD)
    post = room.first(thread)
    room.later()
    new = NewText("Bättre", "Ny titel", ("login",), replace(CARD, result="Det gick bra"))
    room.forum.edit(KIM, post, 1, new, room.command())
    opened, (old,) = room.forum.open(ROBIN, thread), room.forum.history(ROBIN, post)

    assert (opened.thread.title, texts(opened), opened.thread.tags) == ("Ny titel", ["Bättre"], ("login",))
    assert (old.title, old.text, old.card["result"], old.version) == ("Fråga", "Hur gör ni?", "Det gick", 1)
    assert opened.card.result == "Det gick bra" and opened.card.region == "H"
    assert opened.posts[0].post.changed_at == NOW + dt.timedelta(minutes=1)


def test_two_edits_at_once_overwrite_nothing(room):
    post = room.first(room.start())

    def edit(number: int) -> str:
        try:
            room.forum.edit(KIM, post, 1, NewText(f"Text {number}", "T"), f"command-e{number}")
        except Rejected as error:
            return f"{error.code} {error.facts['version']}"
        return "done"

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(edit, range(6)))

    assert sorted(done) == ["changed-meanwhile 2"] * 5 + ["done"] and len(room.forum.history(KIM, post)) == 1


def test_replies_at_once_are_all_kept_with_numbers_of_their_own(room):
    thread = room.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: room.forum.reply(ROBIN, thread, NewText(f"Svar {n}"), f"command-r{n}"), range(12)))
    opened = room.forum.open(KIM, thread, limit=50)

    assert [one.post.number for one in opened.posts] == list(range(1, 14)) and opened.thread.posts == 13


def test_what_is_taken_back_is_seen_by_its_author_only_and_comes_back(room):
    thread = room.start()
    post = room.reply(thread)
    room.forum.remove(ROBIN, post, room.command())
    gone = {by.person_id: len(room.forum.open(by, thread).posts) for by in (KIM, ROBIN, MIRA)}
    room.forum.bring_back(ROBIN, post, room.command())

    assert gone == {"kim": 1, "robin": 2, "mira": 2}
    assert len(room.forum.open(KIM, thread).posts) == 2


def test_a_thread_others_have_replied_in_is_not_taken_back(room):
    alone, answered = room.start(), room.start()
    room.reply(answered)
    room.forum.remove(KIM, room.first(alone), room.command())

    with pytest.raises(NotFound):
        room.forum.open(ROBIN, alone)
    assert refused(room.forum.remove, KIM, room.first(answered), room.command()).code == "has-replies"
    room.forum.bring_back(KIM, room.first(alone), room.command())
    assert room.forum.open(ROBIN, alone).thread.title == "Fråga"


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [Order.ACTIVITY, Order.NEW])
def test_pages_of_threads_leave_out_and_repeat_nothing_while_others_write(room, order):
    made = []
    for number in range(30):
        made.append(room.start(title=f"Tråd {number}"))
        if number % 3 == 0:  # some in one and the same moment
            room.later()
    seen, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = room.forum.list(SAM, Wanted(order), cursor, 4)
        seen += [one.thread.id for one in page.threads]
        cursor, pages = page.next, pages + 1
        room.later()
        room.start(title="Ny")
        room.reply(seen[0])

    assert len(seen) == len(set(seen)) and set(seen) == set(made) and pages == 8


def test_pages_of_posts_leave_out_and_repeat_nothing_while_others_write(room):
    thread = room.start()
    posts = [room.reply(thread, text=f"Svar {n}") for n in range(10)]
    room.forum.remove(ROBIN, posts[4], room.command())
    seen, after, more = [], 0, True
    while more and len(seen) < 13:
        opened = room.forum.open(SAM, thread, after, 3)
        seen += [one.post.number for one in opened.posts]
        after, more = seen[-1], opened.more
        room.reply(thread)

    assert seen[:10] == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11] and seen == sorted(set(seen))


# --- Answers and reactions -------------------------------------------------------------------------------------------


def test_an_accepted_answer_is_confirmed_after_a_year(room):
    thread = room.start(question=True)
    post = room.reply(thread)
    room.forum.accept(KIM, post, room.command())
    room.later(400 * DAY)
    old = rules.answer_stands(room.forum.open(KIM, thread).thread, room.moments[-1])
    room.forum.accept(KIM, post, room.command())
    confirmed = room.forum.open(KIM, thread).thread

    assert old == "ask" and rules.answer_stands(confirmed, room.moments[-1]) == "fresh"
    assert (confirmed.accepted, confirmed.accepted_at) == (post, NOW + 400 * DAY)


def test_an_answer_taken_back_no_longer_answers(room):
    thread = room.start(question=True)
    post = room.reply(thread)
    room.forum.accept(KIM, post, room.command())
    room.forum.remove(ROBIN, post, room.command())

    assert room.forum.open(KIM, thread).thread.accepted == "" and room.titles(order=Order.UNANSWERED) == ["Fråga"]
    assert refused(room.forum.accept, KIM, room.first(thread), room.command()).code == "no-question"


def test_somebody_says_that_it_works_or_not_but_never_both(room):
    thread = room.start()
    post = room.first(thread)
    for by, kind in ((KIM, Reaction.WORKS), (KIM, Reaction.WORKS), (KIM, Reaction.TOO), (ROBIN, Reaction.WORKS)):
        room.forum.react(by, post, kind, on=True)
    room.forum.react(KIM, post, Reaction.DID_NOT_WORK, on=True)
    room.forum.react(KIM, post, Reaction.TOO, on=False)
    said = room.forum.open(KIM, thread).posts[0].reactions

    assert said.counts == {Reaction.WORKS: 1, Reaction.DID_NOT_WORK: 1} and said.own == {Reaction.DID_NOT_WORK}


# --- The guard and names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["text", "title", "card"])
def test_an_identity_number_stops_a_post_before_anything_is_kept(room, where):
    values = {"card": replace(CARD, advice=f"Fråga {NUMBER}")} if where == "card" else {}
    text = NewText(NUMBER if where == "text" else "Hej", NUMBER if where == "title" else "Titel", **values)
    error = refused(room.forum.start, KIM, NewThread("levels"), text, room.command())

    assert (error.code, error.field) == ("identity-number", where) and room.titles() == []
    assert error.facts["found"][0][1] == "identity-number"


def test_an_identity_number_stops_a_reply_an_edit_and_a_report(room):
    thread = room.start()
    post, text = room.first(thread), NewText(f"Det var {NUMBER}", "T")

    assert refused(room.forum.reply, ROBIN, thread, text, room.command()).code == "identity-number"
    assert refused(room.forum.edit, KIM, post, 1, text, room.command()).code == "identity-number"
    assert refused(room.forum.report, ROBIN, post, text.text, room.command()).code == "identity-number"


def test_what_warns_is_posted_only_by_whoever_has_seen_that_very_warning(room):
    thread = room.start()
    text = NewText("Ring 070-123 45 67")
    error = refused(room.forum.reply, ROBIN, thread, text, room.command())
    seen = replace(text, seen_mark=str(error.facts["mark"]))

    assert error.code == "look-again" and error.facts["found"] == [("text", "phone", 5, 18)]
    another = replace(seen, text="Ring 070-123 45 68")
    assert refused(room.forum.reply, ROBIN, thread, another, room.command()).code == "look-again"
    assert room.forum.reply(ROBIN, thread, seen, room.command())


def test_whoever_wants_is_seen_as_the_size_of_their_region_except_by_those_who_moderate(room):
    thread = room.start(as_size=True, card=CARD)
    seen = {by.person_id: room.forum.open(by, thread) for by in (ROBIN, KIM, MIRA)}

    assert {rules.size_in(one.posts[0].post.author_name) for one in seen.values()} == {Size.SMALL}
    assert [one.posts[0].post.author for one in seen.values()] == ["", "kim", "kim"]
    assert seen["robin"].card.region == "" and "kim" not in str(replace(seen["robin"], card=None))
    assert refused(room.reply, thread, SAM, as_size=True).code == "no-region"


# --- Moderating ------------------------------------------------------------------------------------------------------


def test_a_hidden_post_is_gone_for_others_settles_its_reports_and_comes_back(room, either):
    thread = room.start()
    post = room.reply(thread)
    for by in (KIM, KIM, SAM):
        room.forum.report(by, post, "Hör inte hemma", room.command())
    waiting = [(one.post.id, len(one.reports)) for one in room.moderation.queue(MIRA).cases]
    room.moderation.hide(MIRA, post, "Reklam", room.command())
    own = room.forum.open(ROBIN, thread).posts[1].post

    assert waiting == [(post, 2)] and room.moderation.queue(MIRA).cases == ()
    assert len(room.forum.open(KIM, thread).posts) == 1 and (own.note, own.hidden_at) == ("Reklam", NOW)
    with pytest.raises(NotFound):
        room.forum.react(KIM, post, Reaction.TOO, on=True)
    room.moderation.restore(MIRA, post, room.command())
    assert room.forum.open(KIM, thread).posts[1].post.note == ""
    noted = either.read(lambda c: c.execute(sa.select(audit.c.action, audit.c.object, audit.c.facts)).all())
    assert noted == [("forum.hide", f"forum:{post}", {}), ("forum.restore", f"forum:{post}", {})]


def test_a_hidden_thread_cannot_be_read_replied_to_or_found(room):
    thread = room.start()
    room.moderation.hide(MIRA, room.first(thread), "Fel plats", room.command())

    assert room.titles(ROBIN) == []
    for call in (lambda: room.forum.open(ROBIN, thread), lambda: room.reply(thread), lambda: room.reply(thread, KIM)):
        with pytest.raises(NotFound):
            call()


def test_a_locked_thread_takes_no_replies_or_changes_until_it_is_opened(room):
    thread = room.start()
    post = room.first(thread)
    room.moderation.lock(MIRA, thread, room.command(), locked=True, reason="Avslutat")

    assert refused(room.reply, thread).code == "locked"
    assert refused(room.forum.edit, KIM, post, 1, NEW, room.command()).code == "locked"
    room.moderation.lock(MIRA, thread, room.command(), locked=False)
    assert room.reply(thread)


def test_what_a_moderator_has_taken_out_of_a_text_is_not_left_in_its_history(room):
    thread = room.start()
    post = room.first(thread)
    room.forum.edit(KIM, post, 1, NewText("Hemligt", "T"), room.command())
    room.forum.edit(MIRA, post, 2, NewText("Rensat", "T"), room.command(), reason="Hemligt")
    told = {by.person_id: [one.text for one in room.forum.history(by, post)] for by in (KIM, ROBIN, ADAM)}

    assert told == {"kim": ["Hemligt", "Hur gör ni?"], "robin": ["", ""], "adam": ["Hemligt", "Hur gör ni?"]}
    assert refused(room.forum.edit, MIRA, post, 3, NEW, room.command()).code == "empty"


def test_writes_move_the_topics_that_windows_follow(room):
    thread = room.start()
    before = room.topics.version("forum"), room.topics.version(f"forum:{thread}")
    room.reply(thread)
    room.forum.react(KIM, room.first(thread), Reaction.TOO, on=True)

    assert room.topics.version("forum") == before[0] + 1
    assert room.topics.version(f"forum:{thread}") == before[1] + 2


# --- The editors' questions, leaving, and times ----------------------------------------------------------------------


def test_the_editors_questions_are_planted_once(room):
    planted = [room.forum.plant(), room.forum.plant()]
    page = room.forum.list(KIM, Wanted(Order.UNANSWERED), limit=50)

    assert planted == [len(CONTENT.questions), 0]
    assert {one.thread.seed for one in page.threads} == {one.id for one in CONTENT.questions}
    assert {one.thread.author_name for one in page.threads} == {rules.EDITORS}


@pytest.mark.parametrize("keep_texts", [True, False])
def test_whoever_leaves_is_forgotten_and_the_talk_of_others_stays(room, either, keep_texts):
    thread = room.start(card=CARD)
    room.forum.edit(KIM, room.first(thread), 1, NewText("Andra texten", "Titeln", card=CARD), room.command())
    room.reply(thread)
    room.reply(thread, KIM, "Tack")
    held = either.read(lambda c: everything(c, "kim", KIM.key))
    either.write(lambda c: forget(c, "kim", KIM.key, NOW, keep_texts=keep_texts))
    opened = room.forum.open(ROBIN, thread)
    left = either.read(lambda c: str([c.execute(sa.select(one)).all() for one in (forum_post, forum_revision)]))

    assert {len(held[f"forum_{name}"]) for name in ("threads", "cards", "changes", "follows", "read")} == {1}
    assert len(held["forum_posts"]) == 2
    assert [one.post.author_name for one in opened.posts] == [FORMER, "Robin, Region Skåne", FORMER]
    assert texts(opened) == (["Andra texten", "Så här.", "Tack"] if keep_texts else ["", "Så här.", ""])
    assert opened.thread.last_name == FORMER and "kim" not in left.lower()
    assert (opened.card.contact == "") if keep_texts else (opened.card is None)
    assert ("Hur gör ni?" in left) == keep_texts


def test_what_was_taken_back_or_hidden_goes_in_time(room, either):
    alone, thread = room.start(), room.start()
    removed, hidden, kept = (room.reply(thread, text=text) for text in ("Bort", "Dolt", "Kvar"))
    room.forum.remove(KIM, room.first(alone), room.command())
    room.forum.remove(ROBIN, removed, room.command())
    room.moderation.hide(MIRA, hidden, "Skäl", room.command())
    run = Run(NOW + 91 * DAY, lambda: None)
    Retention(Settings()).dispose(either, run)

    assert texts(room.forum.open(MIRA, thread)) == ["Hur gör ni?", "Kvar"] and kept
    with pytest.raises(NotFound):
        room.forum.open(MIRA, alone)
