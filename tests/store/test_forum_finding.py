"""Finding in the forum: what was just written is found, what may not be seen is not, and no index loses a change."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub.database import Database
from hub.errors import Rejected
from hub.forum.finding import Finding
from hub.forum.rules import Card
from hub.forum.service import NewText, NewThread
from hub.identity.rules import Action, allowed
from hub.identity.store import forget
from hub.limits import Limits
from hub.live import Topics
from hub.retention import Retention
from hub.search import read_search_words
from hub.settings import ROOT, Settings
from hub.tables import forum_change, forum_post
from hub.timetable import Run
from hub.visitor import FORMER, Role, Visitor
from tests import forum_room
from tests.forum_room import CONTENT, NOW, member

WORDS = read_search_words(ROOT / "content")
KIM, ROBIN, MIRA = member("kim"), member("robin"), member("mira", Role.MODERATOR)
STRANGER = Visitor("browser:abc", address="address:x")


class Room(forum_room.Room):
    def __init__(self, database: Database) -> None:
        super().__init__(database, {"kim": "H", "robin": "H", "mira": "H"})
        self.finding = Finding(database, self.limits, self.topics, self.clock, CONTENT, WORDS)

    def start(self, title: str, text: str = "Hur gör ni?", by: Visitor = KIM, **values: object) -> str:
        thread = NewThread(str(values.pop("category", "other")), as_size=bool(values.pop("as_size", False)))
        return self.forum.start(by, thread, NewText(text, title, **values), self.command())

    def reply(self, thread: str, text: str, by: Visitor = ROBIN) -> str:
        return self.forum.reply(by, thread, NewText(text), self.command())

    def found(self, text: str, by: Visitor = ROBIN, **wanted: object) -> list[str]:
        return [hit.title for hit in self.finding.find(by, text, **wanted).hits]

    def another(self) -> Finding:
        """An index of another process over the same database."""
        return Finding(self.database, Limits(factor=1_000), Topics(), self.clock, CONTENT, WORDS)


@pytest.fixture
def room(either) -> Room:
    return Room(either)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Rejected) as caught:
        call()
    return caught.value.code


# --- What is found ---------------------------------------------------------------------------------------------------


def test_what_was_just_written_is_found(room):
    before = room.found("kalibrering")
    thread = room.start("Rummets kamera", "Kalibreringen tar tid.")
    room.reply(thread, "Vi använder ett stativ.")

    assert before == []
    assert room.found("kalibreringar") == room.found("stativet") == room.found("kameran") == ["Rummets kamera"]


def test_a_hit_tells_what_it_is_and_where_it_stands(room):
    thread = room.start("Rummets kamera")
    for number in range(30):
        room.reply(thread, f"Svar nummer {number}")
    room.reply(thread, "Vi fäste den på ett *stativ* & <b>tejp</b>, se [bilden](https://example.se/stativ).")
    hit = room.finding.find(KIM, "stativ").hits[0]

    assert (hit.thread_id, hit.kind, hit.number) == (thread, "post", 32)
    assert (hit.author_name, hit.category, hit.created_at) == ("Robin, Region Skåne", "other", NOW)
    assert hit.snippet == "Vi fäste den på ett <mark>stativ</mark> &amp; &lt;b&gt;tejp&lt;/b&gt;, se bilden"


def test_an_author_who_shows_no_more_than_a_size_is_found_as_that(room):
    room.start("Rummets kamera", as_size=True)

    assert room.finding.find(ROBIN, "kamera").hits[0].author_name == "[small-region]"


def test_all_words_must_stand_in_one_post_or_in_the_title_above_it(room):
    thread = room.start("Rummets kamera", "Ljuset är svagt.")
    room.reply(thread, "Vi bytte lampa.")

    assert room.found("kamera lampa") == ["Rummets kamera"]
    assert room.found("ljuset lampa") == []


def test_a_thread_is_shown_once_by_its_best_post_and_by_the_next_when_that_is_gone(room):
    thread = room.start("Rummets ljud")
    best, other = room.reply(thread, "Stativ, stativ"), room.reply(thread, "Ett stativ står i ett hörn av rummet")
    first = room.finding.find(KIM, "stativ").hits
    room.forum.remove(ROBIN, best, room.command())
    then = room.finding.find(KIM, "stativ").hits

    assert [hit.post_id for hit in first] == [best]
    assert [hit.post_id for hit in then] == [other]


def test_threads_are_found_by_their_category_and_tags_in_both_languages(room):
    room.start("Frågor till juristen", category="procurement", tags=["hop-out"])

    assert room.found("upphandling juristen") == room.found("procurement") == room.found("uthopp") == [
        "Frågor till juristen"
    ]  # fmt: skip


def test_words_are_found_in_other_forms_in_both_languages_and_in_parts_of_compounds(room):
    room.start("Appointments", "We tried video visits with booked appointments.")
    room.start("Bokning", "Vi skickar inkorgsmeddelanden till invånarna.")

    assert room.found("appointment visit") == ["Appointments"]
    assert room.found("meddelande inkorgen invånare") == ["Bokning"]


def test_cards_are_found_by_their_words_and_told_apart_from_posts(room):
    card = Card("hop-out", 2026, "Två tidböcker", "Anslöt kortläsare", "Det gick", video_system="Kupolen")
    thread = room.start("Kortet", "", card=card)
    room.reply(thread, "Vi har också kortläsare.")

    assert [hit.kind for hit in room.finding.find(KIM, "kupolen").hits] == ["card"]
    assert [hit.number for hit in room.finding.find(KIM, "kortläsare", kind="card").hits] == [1]
    assert [hit.number for hit in room.finding.find(KIM, "kortläsare", kind="post").hits] == [2]


def test_a_card_that_was_changed_is_found_by_its_new_words(room):
    thread = room.start("Kortet", "", card=Card("hop-out", 2026, "Stativ", "Anslöt", "Det gick"))
    room.found("stativ")
    new = NewText("", "Kortet", card=Card("hop-out", 2026, "Lampa", "Anslöt", "Det gick"))
    room.forum.edit(KIM, room.first(thread), 1, new, room.command())

    assert room.found("stativ") == []
    assert room.found("lampa") == ["Kortet"]


def test_an_edited_text_is_found_by_its_new_words_and_replies_by_the_new_title(room):
    thread = room.start("Rummets kamera", "Ett stativ")
    reply = room.reply(thread, "En tripod")
    room.found("stativ")
    room.forum.edit(KIM, room.first(thread), 1, NewText("En lampa", "Rummets belysning"), room.command())
    room.forum.edit(ROBIN, reply, 1, NewText("Ett hörn"), room.command())

    assert room.found("stativ") == room.found("tripod") == room.found("kamera") == []
    assert room.found("lampa") == room.found("belysning hörn") == ["Rummets belysning"]


def test_a_moved_thread_is_found_by_its_new_category(room):
    thread = room.start("Kameror", category="other")
    room.found("kameror")
    room.moderation.move(MIRA, thread, "procurement", "Skäl", room.command())

    assert room.found("kameror upphandling") == ["Kameror"]
    assert room.found("kameror övrigt") == []


@pytest.mark.parametrize(("language", "text"), [("sv", "inloggning"), ("en", "login")])
def test_the_editors_questions_are_found_and_told_in_either_language(room, language, text):
    room.forum.plant()
    hits = room.finding.find(KIM, text, language=language).hits

    assert hits
    assert {hit.author_name for hit in hits} == {"[editors]"}
    assert {hit.title for hit in hits} <= {one.title[language] for one in CONTENT.questions}
    assert any(f"<mark>{text}" in hit.snippet.lower() for hit in hits)


# --- What is not found -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_taken_back_or_hidden_is_found_by_nobody_until_it_is_back(room, whole):
    thread = room.start("Rummets kamera", "Ett stativ" if whole else "Hej")
    post = room.first(thread) if whole else room.reply(thread, "Ett stativ", by=KIM)
    seen = [room.found("stativ")]
    room.forum.remove(KIM, post, room.command())
    seen += [room.found("stativ", by) for by in (KIM, ROBIN, MIRA)]
    room.forum.bring_back(KIM, post, room.command())
    seen.append(room.found("stativ"))
    room.moderation.hide(MIRA, post, "Skäl", room.command())
    seen += [room.found("stativ", by) for by in (KIM, ROBIN, MIRA)]
    room.moderation.restore(MIRA, post, room.command())
    seen.append(room.found("stativ"))

    there = ["Rummets kamera"]
    assert seen == [there, [], [], [], there, [], [], [], there]


def test_what_is_hidden_without_a_word_to_the_index_is_not_shown(room):
    thread = room.start("Rummets kamera", "Ett stativ")
    room.found("stativ")
    hidden = forum_post.update().where(forum_post.c.thread_id == thread).values(hidden_at=NOW)
    room.database.write(lambda c: c.execute(hidden))

    assert room.found("stativ") == []
    assert room.finding.find(KIM, "stativ").hits == ()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_finds_as_the_table_says(room, role):
    room.start("Rummets kamera", "Ett stativ")
    by = STRANGER if role is Role.READER else member("kim", role)
    if allowed(by, Action.FORUM_READ):
        outcome = room.found("stativ", by), room.finding.similar(by, "Kamera i rummet") != ()
    else:
        outcome = refused(lambda: room.found("stativ", by)), refused(lambda: room.finding.similar(by, "Kamera")) == ""

    assert outcome == (("not-allowed", False) if role is Role.READER else (["Rummets kamera"], True))


def test_somebody_who_has_not_accepted_the_rules_finds_nothing(room):
    room.start("Rummets kamera", "Ett stativ")
    by = Visitor("person:kim", "kim", roles=frozenset({Role.READER}), consented=False)

    assert refused(lambda: room.found("stativ", by)) == "not-allowed"


@pytest.mark.parametrize("keep", [False, True])
def test_of_somebody_who_has_left_no_name_is_found_and_texts_only_if_they_stay(room, keep):
    card = Card("hop-out", 2026, "Stativ", "Anslöt", "Det gick", contact="kimberly@region.example.se")
    room.start("Kortet", "", card=card)
    room.reply(room.start("Annat", by=ROBIN), "Ett stativ", by=KIM)
    before = room.found("kimberly"), sorted(room.found("stativ"))
    room.database.write(lambda c: forget(c, "kim", KIM.key, NOW, keep_texts=keep))
    hits = room.finding.find(ROBIN, "stativ").hits

    assert before == (["Kortet"], ["Annat", "Kortet"])
    assert room.found("kimberly") == []
    assert sorted(hit.title for hit in hits) == (["Annat", "Kortet"] if keep else [])
    assert {hit.author_name for hit in hits} == ({FORMER} if keep else set())


def test_what_has_been_disposed_of_is_found_by_nobody(room):
    thread = room.start("Rummets kamera", "Ett stativ")
    room.found("stativ")
    room.moderation.hide(MIRA, room.first(thread), "Skäl", room.command())
    late = NOW + dt.timedelta(days=91)
    Retention(Settings()).dispose(room.database, Run(late, lambda: None))

    assert room.found("stativ") == []
    assert room.another().catch_up() == 0


# --- No index loses a change -----------------------------------------------------------------------------------------


def test_an_index_made_later_finds_everything(room):
    threads = [room.start(f"Tråd {number}", "Ett stativ") for number in range(3)]
    room.moderation.hide(MIRA, room.first(threads[0]), "Skäl", room.command())
    later = room.another()

    assert sorted(hit.title for hit in later.find(KIM, "stativ").hits) == ["Tråd 1", "Tråd 2"]
    assert later.catch_up() == 2


def test_two_indexes_over_one_database_follow_each_other(room):
    other = room.another()
    other.catch_up()
    thread = room.start("Rummets kamera", "Ett stativ")
    first = room.found("stativ"), [hit.title for hit in other.find(KIM, "stativ").hits]
    room.forum.remove(KIM, room.first(thread), room.command())
    then = room.found("stativ"), other.find(KIM, "stativ").hits

    assert first == (["Rummets kamera"], ["Rummets kamera"])
    assert then == ([], ())


def test_a_change_that_becomes_known_after_a_later_one_is_not_lost(room):
    """On PostgreSQL a number is given before its transaction ends, so that a later one may be seen first."""
    thread = room.start("Rummets kamera", "Ett stativ")
    room.found("stativ")
    last = room.database.read(lambda c: c.execute(sa.select(sa.func.max(forum_change.c.number))).scalar_one())
    changed = forum_post.update().where(forum_post.c.thread_id == thread).values(text="En lampa")
    room.database.write(lambda c: c.execute(changed))

    def tell(number: int, of: str) -> None:
        told = forum_change.insert().values(number=number, thread_id=of, post_id="")
        room.database.write(lambda c: c.execute(told))

    tell(last + 2, "another")
    between = room.found("lampa")
    tell(last + 1, thread)

    assert (between, room.found("lampa")) == ([], ["Rummets kamera"])


def test_a_great_leap_in_the_numbers_holds_nothing_up(room):
    thread = room.start("Rummets kamera", "Ett stativ")
    room.found("stativ")
    changed = forum_post.update().where(forum_post.c.thread_id == thread).values(text="En lampa")
    told = forum_change.insert().values(number=10**9, thread_id=thread, post_id="")
    for write in (changed, told):
        room.database.write(lambda c, write=write: c.execute(write))

    assert room.found("lampa") == ["Rummets kamera"]


def test_an_index_that_has_fallen_behind_reads_the_whole_forum(room):
    room.start("Rummets kamera", "Ett stativ")
    behind = room.another()
    behind.catch_up()
    room.start("Rummets ljud", "En lampa")
    room.start("Rummets ljus", "Ett hörn")
    newest = room.database.read(lambda c: c.execute(sa.select(sa.func.max(forum_change.c.number))).scalar_one())
    room.database.write(lambda c: c.execute(forum_change.delete().where(forum_change.c.number < newest)))

    assert [hit.title for hit in behind.find(KIM, "lampa").hits] == ["Rummets ljud"]
    assert behind.catch_up() == 3


def test_changes_are_kept_until_every_index_must_have_read_them(room):
    told = [{"thread_id": "none", "post_id": ""}] * 10_050
    room.database.write(lambda c: c.execute(forum_change.insert(), told))
    first = room.finding.trim(Run(NOW, lambda: None))
    room.start("Rummets kamera", "Ett stativ")

    assert first == {"trimmed": 50}
    assert room.found("stativ") == ["Rummets kamera"]


def test_those_who_write_at_once_are_all_found(room):
    thread = room.start("Rummets kamera")
    room.found("kamera")

    def write(number: int) -> list[str]:
        room.forum.start(KIM, NewThread("other"), NewText(f"Ordet ord{number}x", f"T{number}"), f"command-t{number}")
        room.forum.reply(ROBIN, thread, NewText(f"Ordet svar{number}x"), f"command-r{number}")
        return room.found(f"ord{number}x") + room.found(f"svar{number}x")

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(write, range(15)))

    assert found == [[f"T{number}", "Rummets kamera"] for number in range(15)]


def test_the_thread_of_the_index_reads_what_there_is_and_ends_when_asked(room):
    room.start("Rummets kamera", "Ett stativ")
    room.finding.start()
    while not (found := room.finding.find(KIM, "stativ")).complete:
        pass
    room.finding.stop()

    assert [hit.title for hit in found.hits] == ["Rummets kamera"]
    assert room.found("stativ") == ["Rummets kamera"]


# --- Any text --------------------------------------------------------------------------------------------------------

HARD = ["", " ", "*", '"', '"stativ', "AND", "OR stativ", "stativ AND (", "title:stativ", "thread:[a TO z]", "stativ~2^9", "-stativ", "\\",
        "\0", "\ud800", "stativ\udfff", "\u202estativ", "a" * 5_000, "' OR 1=1 --", "%", "_", "{}", "/stativ/", "🦆", "e\u0301"]  # fmt: skip


@pytest.mark.parametrize("text", HARD)
def test_no_text_is_too_hard_to_search_by(room, text):
    room.start("Rummets kamera", "Ett stativ")

    assert set(room.found(text)) <= {"Rummets kamera"}
    assert set(room.found(text, kind="card")) == set()
    assert len(room.finding.similar(KIM, text)) <= 1


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "ord " * 250_000, "\u202e\u200d\u0007", "\n" * 1_000, "[" * 50_000, "`" * 50_000]
)
def test_no_text_is_too_hard_to_be_found(room, text):
    thread = room.start("Rummets kamera")
    whole = forum_post.update().where(forum_post.c.thread_id == thread).values(text=f"{text} stativ {text}")
    room.database.write(lambda c: c.execute(whole))
    hits = room.another().find(KIM, "stativ").hits

    assert [hit.title for hit in hits] == ["Rummets kamera"]
    assert "<mark>stativ</mark>" in hits[0].snippet or not text.isprintable()


# --- Similar threads -------------------------------------------------------------------------------------------------


def test_similar_threads_share_what_they_are_about_and_not_how_they_ask(room):
    like = room.start("Hur får vi påminnelser att gå ut i tid?")
    room.start("Hur får vi ljudet att fungera?")
    hidden = room.start("Påminnelser i tid")
    room.forum.remove(KIM, room.first(hidden), room.command())

    assert room.finding.similar(KIM, "Påminnelsen går inte ut i tid") == (
        (like, "Hur får vi påminnelser att gå ut i tid?"),
    )
    assert room.finding.similar(KIM, "Hur gör ni?") == ()
    assert room.finding.similar(KIM, "") == ()


def test_at_most_five_similar_threads_are_told(room):
    for number in range(8):
        room.start(f"Kamera i rummet {number}")

    assert len(room.finding.similar(KIM, "Kamera i rummet")) == 5


def test_what_is_similar_may_be_asked_so_often_only(room):
    narrow = Finding(room.database, Limits(), Topics(), lambda: NOW, CONTENT, WORDS)
    for _ in range(60):
        narrow.similar(KIM, "Kamera")

    assert refused(lambda: narrow.similar(KIM, "Kamera")) == "too-often"
