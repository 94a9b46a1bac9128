"""What the pages say to those whom moderation concerns: reporters, followers, askers, and whoever leaves while suspended."""

import os
import re
import uuid

import pytest
import sqlalchemy as sa

from hub.bootstrap import build
from hub.clock import utc_now
from hub.forum.moderation import Moderation
from hub.forum.news import Kind
from hub.forum.service import Forum, NewText, NewThread
from hub.identity.service import Claims
from hub.limits import Limits
from hub.settings import read_settings
from hub.tables import forum_notice, person
from hub.visitor import Role, Visitor
from tests.app.test_pages import shown, visit

HUB = build(read_settings(os.environ))
WHY = "Ett skäl för den som skrev"
NAMES = ("fragare", "svarare", "anmalare", "moderator", "administrator")


def command() -> str:
    return uuid.uuid4().hex


class Day:
    """One thread by one member, a reply by another, which a third has reported."""

    def __init__(self) -> None:
        limits = Limits(factor=1_000)
        self.forum = Forum(HUB.database, limits, HUB.topics, utc_now, HUB.forum_content, levels=(), populations={})
        self.moderation = Moderation(HUB.database, limits, HUB.topics, utc_now, HUB.forum_content)
        made = uuid.uuid4().hex[:6]
        self.people = {name: self.enter(f"{name}-{made}") for name in NAMES}
        self.title = f"Hur gick inloggningen {made}"
        self.thread = self.forum.start(
            self.people["fragare"], NewThread("levels", question=True), NewText("Berätta.", self.title), command()
        )
        self.first = self.forum.open(self.people["fragare"], self.thread).posts[0].post.id
        self.reply = self.forum.reply(self.people["svarare"], self.thread, NewText("Så här."), command())
        self.forum.report(self.people["anmalare"], self.reply, "Hör inte hit", command())

    def enter(self, subject: str) -> Visitor:
        name = subject.split("-", maxsplit=1)[0]
        roles = [name] if name in set(Role) else []
        begun = HUB.identity.sign_in(
            Claims("test", subject, f"{name.title()} Lind", roles), replaces=None, user_agent="", language="sv"
        )
        version = HUB.identity.rules_version
        row = person.update().where(person.c.subject == subject)
        HUB.database.write(lambda c: c.execute(row.values(rules_version=version, region="M")))
        return HUB.identity.visitor(begun.session_id, local=False, key="browser:x")


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def page(monkeypatch, day):
    """What somebody is shown at an address."""

    def see(who: str | Visitor, script: str = "forum.py", **query: str) -> str:
        by = day.people[who] if isinstance(who, str) else who
        monkeypatch.setattr("components.session._resolve", lambda: by)
        app = visit(script, lang="sv", **query)
        assert not app.exception
        return shown(app)

    return see


def test_whoever_reported_reads_what_came_of_it_among_the_news_without_the_reason(day, page):
    day.moderation.hide(day.people["moderator"], day.reply, WHY, command())
    told, author, other = (page(who, vy="nytt") for who in ("anmalare", "svarare", "fragare"))

    assert "<h2>Det du har anmält</h2>" in told and "Du anmälde ett inlägg här. En moderator har dolt det." in told
    assert day.title in told and WHY not in told
    assert (
        "En moderator har dolt ditt inlägg." in author
        and WHY in author
        and "anmäl" not in author.split("Veckobrevet")[0]
    )
    assert "Det du har anmält" not in other and WHY not in other


def test_whoever_reported_reads_that_it_has_been_taken_back_and_not_by_whom(day, page):
    day.moderation.hide(day.people["moderator"], day.reply, WHY, command())
    day.moderation.restore(day.people["administrator"], day.reply, command())
    told, author = page("anmalare", vy="nytt"), page("svarare", vy="nytt")

    assert "Du anmälde ett inlägg här. Det visas igen." in told and WHY not in told
    assert "Administrator" not in told and "Ditt inlägg visas igen." in author and "Du anmälde" not in author


def test_a_hidden_thread_is_told_of_without_its_title_to_whoever_follows_and_with_it_to_its_author(day, page):
    day.moderation.hide(day.people["moderator"], day.first, WHY, command())
    follower, author = page("svarare", vy="nytt"), page("fragare", vy="nytt")

    assert "En dold tråd" in follower and "En moderator har dolt en tråd som du följer." in follower
    assert day.title not in follower and WHY not in follower
    assert "En moderator har dolt din tråd." in author and day.title in author and WHY in author


def test_a_thread_that_is_moved_locked_and_opened_is_told_of_to_whoever_follows_it(day, page):
    by = day.people["moderator"]
    day.moderation.move(by, day.thread, "other", WHY, command())
    day.moderation.lock(by, day.thread, command(), locked=True, reason="Frågan är besvarad")
    day.moderation.lock(by, day.thread, command(), locked=False)
    told = page("svarare", vy="nytt")

    assert [words in told for words in ("har flyttat en tråd som du följer", "har låst en tråd som du följer", "är öppen för svar igen")] == [True] * 3  # fmt: skip
    assert "Frågan är besvarad" in told and WHY not in told and "din tråd" not in told


def test_the_asker_reads_that_a_moderator_accepted_an_answer_and_the_log_has_the_line(day, page):
    day.forum.accept(day.people["moderator"], day.reply, command())
    day.forum.unaccept(day.people["administrator"], day.reply, command())
    told, log, thread = (
        page("fragare", vy="nytt"), page("moderator", vy="logg"), page("fragare", trad=day.thread),
    )  # fmt: skip

    assert "En moderator har godtagit det här som svar på din fråga." in told
    assert "En moderator har tagit bort det godtagna svaret på din fråga" in told
    assert "Godtog ett svar" in log and "Tog bort ett godtaget svar" in log and "Godtog ett svar" in thread


def test_every_kind_of_notice_has_words_of_its_own(day, page):
    rows = [
        {
            "person_id": day.people["fragare"].person_id, "kind": kind.value, "thread_id": day.thread, "post_id": day.first,
            "reason": "", "at": utc_now(),
        }
        for kind in Kind
    ]  # fmt: skip
    HUB.database.write(lambda c: c.execute(sa.insert(forum_notice), rows))
    told = page("fragare", vy="nytt")
    lines = [part.split("</p>", maxsplit=1)[0] for part in told.split("</a><p>")[1:]]

    assert len(lines) == len(set(lines)) == len(Kind)


def test_whoever_leaves_while_suspended_is_told_what_is_kept_and_others_are_not(day, page):
    day.moderation.suspend(day.people["moderator"], day.reply, 7, WHY, command())
    day.moderation.suspend(day.people["moderator"], day.first, 0, WHY, command())
    some_days, no_end, other = (
        page(who, "account.py", **{"del": "avsluta"}) for who in ("svarare", "fragare", "anmalare")
    )

    assert "Det gäller även ett nytt konto, till" in some_days and "kontrollvärde för din inloggning" in some_days
    assert "i två år från i dag" in no_end and "i två år" not in some_days
    assert "avstängd" not in other and "kontrollvärde" not in other


def test_whoever_comes_back_is_told_why_they_cannot_write_and_moderators_can_lift_it(day, page):
    day.moderation.suspend(day.people["moderator"], day.reply, 7, WHY, command())
    gone = day.people["svarare"]
    subject = HUB.database.read(
        lambda c: c.execute(sa.select(person.c.subject).where(person.c.id == gone.person_id)).scalar_one()
    )
    HUB.accounts.delete_account(gone, keep_texts=True, command_id=command())
    back = day.enter(subject)
    told, queue = page(back, trad=day.thread), page("moderator", vy="anmalda")
    held = next(one for one, _ in HUB.oversight.suspended(day.people["moderator"]) if one.person_id == back.person_id)
    day.moderation.lift(day.people["moderator"], held.id, command())
    after, log, rules = page(back, trad=day.thread), page("moderator", vy="logg"), page(back, vy="regler")
    news = page(back, vy="nytt")

    assert "Du kan inte skriva i forumet förrän" in told
    assert "Du blev avstängd innan du avslutade ditt förra konto." in told and "Skäl: <" not in told
    assert "<li><a href='/forum'>Forumet</a><p>Du kan skriva i forumet igen.</p>" in news
    assert "Du kan inte skriva" not in after and "Hävde en avstängning" in log and "Hävde en avstängning" in rules
    assert "Blev avstängd före det förra kontot avslutades och har loggat in på nytt" in queue and WHY not in told


def test_what_is_kept_after_leaving_stands_among_what_is_kept(page):
    about = page("fragare", "about.py")

    assert "Kontrollvärde för den som avslutar sitt konto som avstängd" in about and "{days}" not in about
    assert HUB.privacy["sv"].kinds["fingerprint"].kept[:30] in about


def test_each_cell_of_the_log_says_what_it_tells_where_the_heads_are_not_seen(day, page):
    day.moderation.hide(day.people["moderator"], day.reply, WHY, command())
    log = page("moderator", vy="logg")
    row = log.split("<tbody>")[1].split("</tr>")[0]

    assert re.findall(r"hub-stated-head[^>]*>([^<]+)<", row) == ["När: ", "Vem: ", "Vad: ", "Med vad: ", "Skäl: "]
