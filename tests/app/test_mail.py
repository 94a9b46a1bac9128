"""The weekly letter, sent to a real mail server: what it says, and that nobody gets it twice or who may not read it."""

import datetime as dt
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from hub.database import Database
from hub.errors import NotFound, Rejected
from hub.forum.content import read_forum
from hub.forum.digest import Writer
from hub.forum.mailing import BACK_OFF, MOST_ASKS, Mailings
from hub.forum.moderation import Moderation
from hub.forum.news import News
from hub.forum.service import Forum, NewText, NewThread
from hub.language import read_catalogue
from hub.limits import Limits
from hub.live import Topics
from hub.mail import Letter, Mail, Refused, Unsent, Unsure, read_address
from hub.settings import ROOT, Settings
from hub.sources import read_sources
from hub.tables import forum_letter, forum_mailing
from hub.tables import person as people
from hub.timetable import Run
from hub.visitor import Role, Visitor
from tests import postman as post
from tests.forum_room import asked_of
from tests.postman import Postman

MONDAY = dt.datetime(2027, 2, 1, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
CONTENT = read_forum(ROOT / "content", read_sources(ROOT / "content"))
CATALOGUE = read_catalogue(ROOT / "content" / "locale" / "sv.po")
HERE = "https://hub.example.se"
LETTER = Letter("kim@region.example", "Nytt", "Hej\n", "<p>Hej</p>")


def member(name: str, *roles: Role) -> Visitor:
    return Visitor(f"person:{name}", name, name=f"{name.title()}, Region Skåne", roles=frozenset({Role.READER, *roles}))


KIM, ROBIN, MIRA = member("kim", Role.MEMBER), member("robin", Role.MEMBER), member("mira", Role.MEMBER, Role.MODERATOR)


def settings(port: int, **more: object) -> Settings:
    return Settings(
        smtp_host="localhost", smtp_port=port, smtp_from="forum@hub.example", smtp_security=more.pop("security", "none"),
        public_url=HERE, **more,
    )  # fmt: skip


@pytest.fixture
def postman() -> Iterator[Postman]:
    with post.running() as running:
        yield running


@dataclass
class Office:
    """A forum with its letters, where the time is what the test says."""

    database: Database
    postman: Postman
    now: list[dt.datetime] = field(default_factory=lambda: [MONDAY - WEEK + DAY])
    members: dict[str, Visitor | None] = field(default_factory=lambda: {"kim": KIM, "robin": ROBIN, "mira": MIRA})
    count: int = 0

    def __post_init__(self) -> None:
        limits = Limits(factor=1_000)

        def clock():
            return self.now[-1]

        self.forum = Forum(self.database, limits, Topics(), clock, CONTENT, levels=(), populations={})
        self.moderation = Moderation(self.database, limits, Topics(), clock, CONTENT)
        self.news = News(self.database, limits, clock, CONTENT)
        mail = Mail(settings(self.postman.port))
        self.mailings = Mailings(self.database, limits, clock, mail, Writer(CATALOGUE, CONTENT, HERE), self.members.get)

    def command(self) -> str:
        self.count += 1
        return f"command-{self.count}"

    def later(self, by: dt.timedelta) -> None:
        self.now.append(self.now[-1] + by)

    def at(self, moment: dt.datetime) -> None:
        self.now.append(moment)

    def subscribe(self, by: Visitor = KIM, address: str = "kim@region.example") -> None:
        self.mailings.ask(by, address, "sv", self.command())
        self.mailings.confirm(self.postman.link("nyckel=").removeprefix("nyckel="))
        self.postman.letters.clear()
        self.later(dt.timedelta(minutes=1))

    def thread(self, title: str = "Hur bokar ni?", text: str = "Vi undrar.", by: Visitor = ROBIN, **more) -> str:
        return self.forum.start(by, NewThread("levels", **more), NewText(text, title), self.command())

    def followed(self, title: str = "Hur bokar ni?", text: str = "Vi undrar.", **more) -> str:
        thread = self.thread(title, text, **more)
        self.forum.follow(KIM, thread, on=True)
        return thread

    def send(self) -> dict[str, int]:
        return dict(self.mailings.send_due(Run(self.now[-1], lambda: None)))

    def letter_state(self) -> list[str]:
        return self.database.read(lambda c: list(c.execute(sa.select(forum_letter.c.state)).scalars()))


@pytest.fixture
def office(tmp_path, postman) -> Iterator[Office]:
    database = Database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    database.migrate()
    database.write(
        lambda c: c.execute(
            people.insert(),
            [
                {
                    "id": who, "issuer": "test", "subject": who, "name": who, "region": "", "organisation": "",
                    "role_words": "", "shown": "name", "language": "en" if who == "mira" else "sv", "notices": "hub",
                    "rules_version": 1, "created_at": MONDAY, "version": 1,
                }
                for who in ("kim", "robin", "mira")
            ],
        )
    )  # fmt: skip
    yield Office(database, postman)
    database.close()


# --- Handing a letter over -------------------------------------------------------------------------------------------


def test_a_letter_has_both_forms_and_says_who_it_is_from_and_that_no_answer_is_wanted(postman):
    Mail(settings(postman.port)).send(LETTER, MONDAY)
    sent = postman.letters[0]

    assert (sent["From"], sent["To"]) == ("Vårdmöteshubben <forum@hub.example>", "kim@region.example")
    assert (sent["Auto-Submitted"], sent["Date"].datetime, postman.plain(), postman.html().strip()) == (
        "auto-generated", MONDAY, "Hej\r\n", "<p>Hej</p>",
    )  # fmt: skip
    assert sent["List-Unsubscribe"] is None and sent["Message-ID"].endswith("@hub.example>")


def test_a_letter_that_can_be_ended_says_so_to_mail_programs(postman):
    end = f"{HERE}/forum/avsluta?nyckel={'k' * 43}"
    Mail(settings(postman.port)).send(Letter("kim@region.example", "Nytt", "Hej\n", "<p>Hej</p>", end), MONDAY)
    sent = postman.letters[0]

    assert (sent["List-Unsubscribe"], sent["List-Unsubscribe-Post"]) == (f"<{end}>", "List-Unsubscribe=One-Click")


@pytest.mark.parametrize(
    "hostile", ["Nytt\r\nBcc: alla@region.example", "Nytt\nBcc: x", "Nytt\x0bBcc: x", "\u2028Bcc: x"]
)
def test_a_subject_cannot_begin_another_header(postman, hostile):
    Mail(settings(postman.port)).send(Letter("kim@region.example", hostile, "Hej\n", "<p>Hej</p>"), MONDAY)

    assert postman.letters[0]["Bcc"] is None and "Bcc" in postman.letters[0]["Subject"]
    assert postman.to == ["kim@region.example"]


def test_starttls_is_used_with_a_certificate_that_is_believed_and_a_password(tmp_path):
    certificate = post.certificate_for("localhost", tmp_path)
    given = {"security": "starttls", "smtp_user": "hub", "smtp_password": "hemligt"}
    with post.running(certificate=certificate, sign_in=True) as postman:
        believed = ssl.create_default_context(cafile=str(certificate))
        Mail(settings(postman.port, **given), context=believed).send(LETTER, MONDAY)
        with pytest.raises(Unsent):
            Mail(settings(postman.port, **given)).send(LETTER, MONDAY)
        with pytest.raises(Unsent):
            Mail(settings(postman.port, **{**given, "smtp_password": "fel"}), context=believed).send(LETTER, MONDAY)

    assert postman.secret == [True]


def test_a_server_that_offers_no_starttls_gets_no_letter(postman):
    with pytest.raises(Unsent):
        Mail(settings(postman.port, security="starttls")).send(LETTER, MONDAY)

    assert postman.letters == []


def test_it_is_told_apart_whether_an_address_is_refused_the_server_is_away_or_the_line_broke(postman):
    mail = Mail(settings(postman.port))
    postman.refuses = {"kim@region.example": "550 no such user"}
    with pytest.raises(Refused) as for_good:
        mail.send(LETTER, MONDAY)
    postman.refuses, postman.answers = {}, "451 try again later"
    with pytest.raises(Refused) as for_now:
        mail.send(LETTER, MONDAY)
    with pytest.raises(Unsent):
        Mail(settings(post.free_port())).send(LETTER, MONDAY)

    assert (for_good.value.code, for_now.value.code) == (550, 451)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("kim.holm+hub@Region.Example.SE", "kim.holm+hub@region.example.se"),
        (" kim@räksmörgås.example ", "kim@xn--rksmrgs-5wao1o.example"),
    ],
)
def test_an_address_is_kept_as_mail_servers_know_it(given, kept):
    assert read_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "", "kim", "kim@", "@region.example", "kim@region", "kim@region.example\r\nBcc: x@y.example", "a b@region.example",
        "kim@region.example, x@y.example", "<kim@region.example>", "kim@@region.example", f"{'k' * 65}@region.example",
        f"k@{'r' * 250}.se", "kim@-region.example", "kim@[127.0.0.1]", "åsa@region.example", "kim@region.example>",
        ".kim@region.example", "kim@region..example", "kim@127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(given):
    with pytest.raises(Rejected) as caught:
        read_address(given)

    assert caught.value.code == "no-mail-address"


# --- Asking for letters ----------------------------------------------------------------------------------------------


def test_an_address_counts_when_the_link_sent_to_it_is_followed_and_the_link_counts_once(office, postman):
    office.mailings.ask(KIM, "kim@region.example", "sv", office.command())
    key = postman.link("nyckel=").removeprefix("nyckel=")
    before = office.mailings.standing(KIM).address, office.mailings.waits_for(key)
    office.mailings.confirm(key)
    with pytest.raises(NotFound):
        office.mailings.confirm(key)

    assert before == ("", "kim@region.example") and office.mailings.standing(KIM).address == "kim@region.example"
    assert "Bekräfta" in postman.plain() and f"{HERE}/forum/bekrafta?nyckel=" in postman.plain()


def test_the_letter_that_asks_holds_nothing_that_whoever_asked_has_written(office, postman):
    office.mailings.ask(KIM, "kim@region.example", "en", office.command())

    assert "Kim" not in postman.plain() + postman.html() and "Confirm the address" in postman.html()


def test_a_link_holds_for_three_days_and_the_last_one_sent_is_the_one_that_holds(office, postman):
    for address in ("kim@region.example", "kim@other.example"):
        office.mailings.ask(KIM, address, "sv", office.command())
    first, second = (postman.link("nyckel=", number).removeprefix("nyckel=") for number in (0, 1))
    with pytest.raises(NotFound):
        office.mailings.confirm(first)
    office.later(3 * DAY + dt.timedelta(seconds=1))
    with pytest.raises(NotFound):
        office.mailings.confirm(second)

    assert office.mailings.standing(KIM).address == ""


def test_only_a_digest_of_the_key_is_kept(office, postman):
    office.mailings.ask(KIM, "kim@region.example", "sv", office.command())
    key = postman.link("nyckel=").removeprefix("nyckel=")

    assert key not in str(office.database.read(lambda c: c.execute(sa.select(forum_mailing)).all()))


def test_nobody_can_have_a_strangers_address_flooded(office, postman):
    for _one in range(MOST_ASKS):
        office.mailings.ask(KIM, "stranger@region.example", "sv", office.command())
    with pytest.raises(Rejected) as caught:
        office.mailings.ask(KIM, "stranger@region.example", "sv", office.command())

    assert caught.value.code == "too-many-letters" and len(postman.letters) == MOST_ASKS


def test_asking_again_with_the_same_command_sends_nothing_more(office, postman):
    for _again in range(2):
        office.mailings.ask(KIM, "kim@region.example", "sv", "command-same")

    assert len(postman.letters) == 1


def test_an_address_that_is_refused_or_a_server_that_is_away_is_told_at_once(office, postman):
    postman.refuses = {"kim@region.example": "550 no such user"}
    with pytest.raises(Rejected) as refused:
        office.mailings.ask(KIM, "kim@region.example", "sv", office.command())
    away = Mailings(
        office.database, Limits(), lambda: MONDAY, Mail(settings(post.free_port())), Writer(CATALOGUE, CONTENT, HERE),
        lambda _who: KIM,
    )  # fmt: skip
    with pytest.raises(Rejected) as unsent:
        away.ask(KIM, "kim@region.example", "sv", office.command())

    assert (refused.value.code, unsent.value.code) == ("mail-refused", "mail-away")


def test_where_no_server_is_named_nothing_is_asked_for_or_sent(office):
    without = Mailings(
        office.database, Limits(), lambda: MONDAY, Mail(Settings()), Writer(CATALOGUE, CONTENT, ""), lambda _who: KIM
    )
    with pytest.raises(Rejected) as caught:
        without.ask(KIM, "kim@region.example", "sv", office.command())

    assert caught.value.code == "no-mail-here" and not without.ready
    assert without.send_due(Run(MONDAY, lambda: None)) == {}


@pytest.mark.parametrize("call", ["standing", "ask", "resume", "end"])
def test_letters_are_settled_by_members_and_ended_by_whoever_is_signed_in(office, call):
    more = {"standing": (), "ask": ("a@b.example", "sv", "command-x"), "resume": ("command-x",), "end": ("command-x",)}
    reader = member("robin")
    stranger = Visitor("browser:abc")
    with pytest.raises(Rejected) as caught:
        getattr(office.mailings, call)(stranger if call == "end" else reader, *more[call])
    office.mailings.end(reader, "command-y")

    assert caught.value.code == "not-allowed"


# --- The weekly letter -----------------------------------------------------------------------------------------------


def test_the_letter_tells_what_is_new_in_words_with_dates_and_links_and_a_way_to_end_it(office, postman):
    office.subscribe()
    thread = office.followed(text="Vi har **två** system.")
    office.forum.reply(
        MIRA, thread, NewText("Vi med: ![bild](https://spy.example/x.png) https://evil.example/a"), office.command()
    )
    office.thread("Obesvarad fråga", question=True)
    office.at(MONDAY)
    told = office.send()
    plain, html = postman.plain(), postman.html()

    assert told == {"sent": 1} and postman.letters[0]["Subject"] == "Nytt i forumet, 1 februari 2027"
    for text in (plain, html):
        assert "Hur bokar ni?" in text and "Mira, Region Skåne: Vi med: bild [länk]" in text
        assert "Ny tråd i" in text and "med 2 inlägg" in text and "Obesvarad fråga" in text
        assert "spy.example" not in text and "evil.example" not in text
    assert f"{HERE}/forum?trad={thread}#inlagg-2" in plain and "Sedan 26 januari 2027" in plain
    assert postman.letters[0]["List-Unsubscribe"] == f"<{HERE}{postman.link('/forum/avsluta')}>"
    assert not re.search(r"<(img|link|script|iframe)|url\(|src=", html)
    assert set(re.findall(r"href='(https?://[^/']+)", html)) == {HERE}


def test_people_s_words_are_words_in_a_letter_whatever_they_hold(office, postman):
    office.subscribe()
    hostile = "<script>alert(1)</script>\r\nBcc: alla"
    office.followed('"><b>Titel</b> www.evil.example', hostile, by=ROBIN)
    office.at(MONDAY)
    office.send()

    assert "<script" not in postman.html() and "<b>" not in postman.html() and "evil.example" not in postman.html()
    assert (
        "&lt;script&gt;" in postman.html()
        and postman.letters[0]["Bcc"] is None
        and postman.to[-1:] == ["kim@region.example"]
    )


def test_the_letter_is_in_the_language_of_whom_it_goes_to(office, postman):
    office.subscribe(MIRA, "mira@region.example")
    office.forum.follow(MIRA, office.thread(), on=True)
    office.at(MONDAY)
    office.send()

    assert postman.letters[0]["Subject"] == "New in the forum, 1 February 2027" and "lang='en'" in postman.html()


def test_without_anything_new_nothing_is_sent_and_the_next_letter_tells_of_both_weeks(office, postman):
    office.subscribe()
    office.at(MONDAY)
    nothing = office.send()
    office.followed()
    again = office.send()
    office.at(MONDAY + WEEK)
    later = office.send()

    assert (nothing, again, later) == ({"empty": 1}, {}, {"sent": 1}) and "Sedan 26 januari" in postman.plain()


def test_questions_that_have_waited_long_are_no_news_of_their_own(office, postman):
    office.thread("Obesvarad fråga", question=True)
    office.later(DAY)
    office.subscribe()
    office.at(MONDAY)
    old = office.send()
    office.thread("Ny fråga", question=True)
    office.at(MONDAY + WEEK)

    assert (old, office.send()) == ({"empty": 1}, {"sent": 1})
    assert "Obesvarad fråga" in postman.plain() and "Inget nytt i det du följer" in postman.plain()


def test_a_letter_is_due_on_monday_once_a_week_and_not_to_who_confirmed_since(office, postman):
    office.subscribe()
    office.followed()
    early = office.send()
    office.at(MONDAY)
    first, again = office.send(), office.send()
    office.later(DAY)
    office.subscribe(ROBIN, "robin@region.example")

    assert (early, first, again, office.send()) == ({}, {"sent": 1}, {}, {})


def test_what_is_hidden_before_the_letter_is_sent_is_not_in_it(office, postman):
    office.subscribe()
    hidden, shown = office.followed("Dold"), office.followed("Synlig")
    office.moderation.hide(MIRA, office.forum.open(MIRA, hidden).posts[0].post.id, "Skäl", office.command())
    office.at(MONDAY)
    office.send()

    assert shown in postman.plain() and "Dold" not in postman.plain()


@pytest.mark.parametrize("now", [None, member("kim")])
def test_who_has_left_or_may_not_read_any_more_gets_nothing(office, postman, now):
    office.subscribe()
    office.followed()
    office.members["kim"] = now
    office.at(MONDAY)

    assert office.send() == {"empty": 1} and postman.letters == []


def test_who_is_suspended_gets_nothing_until_that_has_ended(office, postman):
    mine = office.thread("Min", by=KIM)
    office.subscribe()
    office.followed()
    office.moderation.suspend(MIRA, office.forum.open(KIM, mine).posts[0].post.id, 7, "Skäl", office.command())
    office.at(MONDAY)
    first = office.send()
    office.at(MONDAY + WEEK)

    assert (first, office.send()) == ({"empty": 1}, {"sent": 1})


def test_one_click_in_any_letter_ends_them_and_a_second_click_does_no_harm(office, postman):
    office.subscribe()
    office.followed()
    office.at(MONDAY)
    office.send()
    key = postman.link("nyckel=").removeprefix("nyckel=")
    known = office.mailings.ends(key), office.mailings.ends("x" * 43)
    for _again in range(2):
        office.mailings.end_by_key(key)
    office.followed("Mer")
    office.at(MONDAY + WEEK)
    with pytest.raises(NotFound):
        office.mailings.end_by_key("x" * 43)

    assert known == (True, False) and office.send() == {} and office.mailings.standing(KIM) is None


# --- When it does not go ---------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_tried_again_without_blame_on_the_address(office, postman):
    office.subscribe()
    office.followed()
    office.at(MONDAY)
    away = Mailings(
        office.database, Limits(), lambda: MONDAY, Mail(settings(post.free_port())), Writer(CATALOGUE, CONTENT, HERE),
        lambda _who: KIM,
    )  # fmt: skip
    first = dict(away.send_due(Run(MONDAY, lambda: None)))
    at_once = office.send()
    office.later(dt.timedelta(minutes=30))

    assert (first, at_once, office.send()) == ({"waiting": 1}, {}, {"sent": 1})
    assert office.mailings.standing(KIM).failures == 0


@pytest.mark.parametrize("answer", ["550 no such user", "451 try again later"])
def test_an_address_that_refuses_is_tried_again_ever_later_then_left_until_its_owner_says_so(office, postman, answer):
    office.subscribe()
    office.followed()
    office.at(MONDAY)
    postman.refuses = {"kim@region.example": answer}
    told = [office.send()]
    for wait in BACK_OFF:
        office.later(wait - dt.timedelta(minutes=1))
        told.append(office.send())
        office.later(dt.timedelta(minutes=1))
        told.append(office.send())
    office.at(MONDAY + WEEK)
    paused = office.send(), office.news.unread(KIM), office.mailings.standing(KIM).paused_at
    postman.refuses = {}
    office.mailings.resume(KIM, office.command())

    assert told == [{"waiting": 1}, {}, {"waiting": 1}, {}, {"waiting": 1}, {}, {"failed": 1}]
    assert paused[0] == {} and paused[1] == 2 and paused[2] is not None
    assert office.send() == {"sent": 1} and office.mailings.standing(KIM).paused_at is None


def test_a_refusal_of_one_address_does_not_keep_the_letter_from_others(office, postman):
    office.subscribe()
    office.subscribe(MIRA, "mira@region.example")
    thread = office.followed()
    office.forum.follow(MIRA, thread, on=True)
    postman.refuses = {"kim@region.example": "550 no such user"}
    office.at(MONDAY)

    assert office.send() == {"waiting": 1, "sent": 1} and postman.to[-1] == "mira@region.example"


KILLED = """
import datetime as dt, sys
from tests.app.test_mail import *
from tests.postman import Postman
told = Postman()
told.port = int(sys.argv[2])
office = Office(Database(sys.argv[1]), told)
office.at(MONDAY)
print("ready", flush=True)
office.send()
"""


def test_a_process_killed_while_a_letter_is_handed_over_never_leads_to_a_second(office, postman, tmp_path):
    office.subscribe()
    office.followed()
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(office.database.url), str(postman.port)], cwd=ROOT, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    # The server has the letter whole, and the process never learns it.
    postman.on_letter = lambda: os.kill(running.pid, signal.SIGKILL)
    code = running.wait(60)
    running.stdout.close()
    postman.on_letter = lambda: None
    marked = office.letter_state()
    office.at(MONDAY + DAY)
    again = office.send()
    office.at(MONDAY + WEEK)

    assert (code, len(postman.letters), marked, again) == (-signal.SIGKILL, 1, ["sending"], {})
    assert office.send() == {"sent": 1}


def test_a_line_that_breaks_after_the_letter_was_handed_over_counts_as_sent(office):
    office.subscribe()
    office.followed()
    with post.hanging_up() as port:
        breaking = Mailings(
            office.database, Limits(), lambda: MONDAY, Mail(settings(port)), Writer(CATALOGUE, CONTENT, HERE),
            lambda _who: KIM,
        )  # fmt: skip
        told = dict(breaking.send_due(Run(MONDAY, lambda: None)))
        with pytest.raises(Unsure):
            Mail(settings(port)).send(LETTER, MONDAY)
    office.at(MONDAY + DAY)

    assert (told, office.send(), office.mailings.standing(KIM).told_until) == ({"unsure": 1}, {}, MONDAY)


def test_two_processes_send_each_letter_once(office, postman):
    office.subscribe()
    office.followed()
    office.at(MONDAY)
    other = Office(Database(str(office.database.url)), postman, now=office.now)
    postman.on_letter = lambda: (setattr(postman, "on_letter", lambda: None), other.send())
    office.send()
    other.database.close()

    assert len(postman.letters) == 1


def test_a_letter_stays_small_however_much_has_been_written(office, postman):
    office.subscribe()
    for number in range(40):
        office.followed(f"Tråd {number}", "x" * 19_000)
    office.at(MONDAY)
    office.send()

    assert "Mer har skrivits" in postman.plain() and len(postman.raw[-1]) < 60_000


def test_letters_do_not_look_through_the_whole_forum(office):
    """The threads of the forum are met by index only, whatever somebody follows."""
    office.subscribe()
    office.followed()
    office.news.follow_categories(KIM, ["levels"], office.command())
    office.at(MONDAY)
    with asked_of(office.database) as asked:
        office.news.unread(KIM)
        office.send()
    plans = [
        row[3]
        for statement in dict.fromkeys(asked)
        if statement.startswith("SELECT") and ("forum_thread" in statement or "forum_post" in statement)
        for row in office.database.read(
            lambda c, s=statement: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", (None,) * s.count("?")).all()
        )
    ]

    assert [plan for plan in plans if re.match(r"SCAN (forum_thread|forum_post)(?! USING)", plan)] == [] != plans
