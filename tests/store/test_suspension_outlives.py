"""A suspension holds for whoever deletes the account and signs in anew, and nothing of it is left after its end."""

import datetime as dt
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub import secret
from hub.backup import make_backup, restore_backup
from hub.bootstrap import fingerprints
from hub.errors import ContentError, Rejected, Unavailable
from hub.forum.content import read_forum
from hub.forum.moderation import Moderation
from hub.forum.news import News
from hub.forum.oversight import Oversight
from hub.forum.service import Forum, NewText, NewThread
from hub.identity.rules import OUTLASTS, fingerprint
from hub.identity.service import Claims
from hub.identity.store import everything
from hub.limits import Limits
from hub.live import Topics
from hub.retention import Retention
from hub.settings import ROOT, Settings
from hub.sources import read_sources
from hub.tables import audit, forum_fingerprint, forum_suspension, metadata
from hub.timetable import Run
from hub.visitor import Role, Visitor
from tests.store.rows import everything as every_row
from tests.store.test_identity import COMMANDS, ISSUER, START, House

DAY = dt.timedelta(days=1)
CONTENT = read_forum(ROOT / "content", read_sources(ROOT / "content"))
WHY = "Reklam för en leverantör"


class Yard(House):
    """The services of identity and of the forum over one database."""

    def __init__(self, database):
        super().__init__(database)
        limits, topics = Limits(factor=1_000), Topics()
        self.forum = Forum(database, limits, topics, self.clock, CONTENT, levels=(), populations={})
        self.moderation = Moderation(database, limits, topics, self.clock, CONTENT)
        self.oversight = Oversight(database, self.clock)

    def member(self, subject="anna", **claims) -> Visitor:
        """Sign in, and accept the rules if that is still to be done."""
        self.clock.now += dt.timedelta(seconds=1)
        by = self.identity.visitor(self.enter(subject, **claims), local=True, key="browser:x")
        if not by.consented:
            given = {"name": subject.title(), "region": "M", "organisation": "", "role_words": "", "shown": "name"}
            version = self.accounts.own(by).person.version
            self.accounts.save_profile(by, given, version=version, consents=True, command_id=next(COMMANDS))
            by = self.identity.member(by.person_id)
        return by

    def moderator(self) -> Visitor:
        return self.member("mira", roles=["moderator"])

    def post(self, by: Visitor) -> str:
        thread = self.forum.start(by, NewThread("levels"), NewText("Text", "Titel"), next(COMMANDS))
        return self.forum.open(by, thread).posts[0].post.id

    def suspend(self, by: Visitor, days: int) -> None:
        self.moderation.suspend(self.moderator(), self.post(by), days, WHY, next(COMMANDS))

    def leave(self, by: Visitor) -> None:
        self.accounts.delete_account(by, keep_texts=False, command_id=next(COMMANDS))

    def suspended_and_gone(self, days: int = 30) -> Visitor:
        by = self.member()
        self.suspend(by, days)
        self.leave(by)
        return by

    def kept(self) -> list[tuple[str, dt.datetime]]:
        return [tuple(row) for row in self.database.read(lambda c: c.execute(sa.select(forum_fingerprint)).all())]

    def dispose(self, **settings: str) -> dict[str, int]:
        return Retention(Settings(**settings)).dispose(self.database, Run(self.clock.now, lambda: None))

    def writes(self, by: Visitor) -> str:
        try:
            self.post(by)
        except Rejected as error:
            return error.code
        return "written"


@pytest.fixture
def yard(either) -> Yard:
    return Yard(either)


def test_whoever_is_suspended_deletes_the_account_and_signs_in_anew_is_suspended_until_the_same_end(yard):
    gone = yard.suspended_and_gone(30)
    until = yard.kept()[0][1]
    back = yard.member()
    held = yard.oversight.standing(back)
    writes = yard.writes(back)
    yard.clock.now = until - dt.timedelta(seconds=1)
    last = yard.writes(back)
    yard.clock.now = until

    assert back.person_id != gone.person_id and (writes, last) == ("suspended", "suspended")
    assert (held.until, held.reason, held.by_name) == (until, "", "") and yard.writes(back) == "written"


def test_between_the_accounts_only_a_keyed_fingerprint_and_a_moment_are_kept(yard):
    by = yard.suspended_and_gone(7)
    (known_by, until), *more = yard.kept()
    rows = yard.database.read(lambda c: {name: str(found) for name, found in every_row(c, metadata).items()})

    assert known_by == fingerprint(secret.key(Settings(cookie_secret="c" * 32), "suspension"), ISSUER, "anna")
    assert more == [] and until - yard.clock.now <= 7 * DAY and [column.name for column in forum_fingerprint.columns] == ["fingerprint", "until"]  # fmt: skip
    assert by.person_id not in rows["forum_fingerprint"] + rows["forum_suspension"] + rows["forum_measure"]
    assert "anna" not in "".join(rows.values())


def test_the_fingerprint_is_used_up_by_the_new_account_which_sees_it_and_can_be_lifted(yard):
    yard.suspended_and_gone(0)
    back = yard.member()
    seen = [(name, one.reason) for one, name in yard.oversight.suspended(yard.moderator())]
    out = yard.database.read(lambda c: everything(c, back.person_id, back.key))
    held = yard.oversight.suspended(yard.moderator())[0][0]
    left = yard.kept()
    yard.moderation.lift(yard.moderator(), held.id, next(COMMANDS))

    assert seen == [("Anna", "")] and len(out["forum_suspensions"]) == 1 and left == []
    assert yard.oversight.standing(back) is None and yard.writes(back) == "written"


def test_whoever_came_back_is_told_once_that_it_has_been_lifted_and_of_no_post(yard):
    yard.suspended_and_gone(30)
    back, other = yard.member(), yard.member("berit")
    news = News(yard.database, Limits(factor=1_000), yard.clock, CONTENT)
    before = news.unread(back)
    held = yard.oversight.suspended(yard.moderator())[0][0]
    for _again in range(2):
        yard.moderation.lift(yard.moderator(), held.id, "command-lift")
    found = news.list(back).notices

    assert (before, news.unread(back), news.unread(other)) == (0, 1, 0)
    assert [(one.kind, one.thread_id, one.post_id, one.title, one.own, one.reason) for one in found] == [
        ("lifted", "", "", "", False, "")
    ]
    assert len(yard.database.read(lambda c: everything(c, back.person_id, back.key))["forum_notices"]) == 1


def test_what_was_lifted_is_not_carried_on_by_leaving_once_more(yard):
    yard.suspended_and_gone(30)
    back = yard.member()
    held = yard.oversight.suspended(yard.moderator())[0][0]
    yard.moderation.lift(yard.moderator(), held.id, next(COMMANDS))
    yard.leave(back)

    assert yard.kept() == [] and yard.oversight.standing(yard.member()) is None


def test_leaving_again_and_again_neither_shortens_nor_lengthens_it(yard):
    yard.suspended_and_gone(0)
    until = yard.kept()[0][1]
    for _again in range(3):
        yard.clock.now += 100 * DAY
        yard.leave(yard.member())

    assert [moment for _, moment in yard.kept()] == [until]


def test_a_suspension_without_end_outlasts_the_account_by_two_years_and_no_more(yard):
    yard.suspended_and_gone(0)
    left_at = yard.clock.now
    yard.clock.now = left_at + OUTLASTS - DAY
    yard.dispose()
    kept = yard.kept()
    yard.clock.now = left_at + OUTLASTS
    back = yard.member()

    assert [until for _, until in kept] == [left_at + 730 * DAY] and yard.writes(back) == "written"


def test_after_its_end_nothing_of_it_is_left(yard):
    yard.suspended_and_gone(7)
    until = yard.kept()[0][1]
    yard.clock.now = until
    before = yard.dispose().get("fingerprint", 0)
    yard.clock.now += dt.timedelta(seconds=1)
    done = yard.dispose()

    assert (before, done["fingerprint"], yard.kept()) == (0, 1, [])
    assert yard.database.read(lambda c: c.execute(sa.select(forum_suspension)).all()) == []
    assert yard.writes(yard.member()) == "written"


def test_one_that_is_over_but_not_yet_disposed_of_has_no_effect(yard):
    yard.suspended_and_gone(7)
    yard.clock.now = yard.kept()[0][1]

    assert yard.writes(yard.member()) == "written" and yard.kept() == []


def test_nothing_is_kept_of_whoever_leaves_without_being_suspended(yard):
    over, lifted, never = yard.member("over"), yard.member("lifted"), yard.member("never")
    yard.suspend(over, 1)
    yard.suspend(lifted, 30)
    held = next(one for one, name in yard.oversight.suspended(yard.moderator()) if name == "Lifted")
    yard.moderation.lift(yard.moderator(), held.id, next(COMMANDS))
    yard.clock.now += 2 * DAY
    for by in (over, lifted, never):
        yard.leave(by)

    assert yard.kept() == []


def test_others_are_not_taken_for_whoever_left(yard):
    yard.suspended_and_gone(30)
    others = [yard.member("anna", issuer="https://other.example"), yard.member("berit")]

    assert [yard.writes(one) for one in others] == ["written", "written"] and len(yard.kept()) == 1


def test_of_two_windows_that_sign_in_at_once_one_suspends_the_new_account_once(yard):
    yard.suspended_and_gone(30)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: yard.enter(), range(2)))

    assert len(yard.database.read(lambda c: c.execute(sa.select(forum_suspension)).all())) == 1 and yard.kept() == []


def test_the_trail_says_that_it_held_without_saying_whose_it_was(yard):
    gone = yard.suspended_and_gone(30)
    back = yard.member()
    line = yard.database.read(
        lambda c: c.execute(sa.select(audit).where(audit.c.action == "forum.suspend-again")).one()
    )

    assert (line.by, line.object) == ("hub", back.key) and gone.person_id not in str(line)


def test_a_backup_takes_it_along_to_either_database_and_there_it_holds(yard, new_database, tmp_path):
    yard.suspended_and_gone(30)
    file = make_backup(yard.database, tmp_path, yard.clock.now)
    for kind in ("sqlite", "postgresql"):
        other = Yard(new_database(kind))
        restore_backup(other.database, file, yard.clock.now)
        other.clock.now = yard.clock.now

        assert other.writes(other.member()) == "suspended"


def test_only_those_who_moderate_see_or_lift_it(yard):
    yard.suspended_and_gone(30)
    back = yard.member()
    held = yard.oversight.suspended(yard.moderator())[0][0]
    for by in (back, yard.member("berit"), Visitor("browser:x")):
        for call in (yard.oversight.suspended, lambda one: yard.moderation.lift(one, held.id, next(COMMANDS))):
            with pytest.raises(Rejected) as caught:
                call(by)
            assert caught.value.code == "not-allowed"

    assert yard.oversight.standing(back) and Role.MODERATOR not in back.roles


# --- The key ---------------------------------------------------------------------------------------------------------


def test_a_fingerprint_needs_the_key_the_issuer_and_the_subject():
    made = {
        fingerprint(key, issuer, subject)
        for key in (b"a" * 32, b"b" * 32)
        for issuer, subject in (("ab", "c"), ("a", "bc"), ("a", "b:c"), ("a:b", "c"))
    }

    assert len(made) == 8 and {len(one) for one in made} == {64}


def test_without_a_secret_in_the_settings_the_key_is_a_file_of_the_owner_that_stays(tmp_path):
    settings = Settings(var=tmp_path / "var")
    known_by = [fingerprints(settings)(ISSUER, "anna") for _ in range(2)]
    file = tmp_path / "var" / "secret"

    assert known_by[0] == known_by[1] and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["secret"] and len(file.read_bytes()) == 32
    assert known_by[0] != fingerprints(Settings(var=tmp_path / "var", cookie_secret="c" * 32))(ISSUER, "anna")


def test_of_many_who_need_the_key_at_once_all_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: secret.key(Settings(var=tmp_path / "new"), "x"), range(32)))

    assert len(made) == 1


def test_a_key_that_cannot_be_made_is_said_and_is_not_asked_for_where_nobody_has_left_suspended(database, tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(var=tmp_path / "file")
    yard = Yard(database)
    yard.identity._fingerprint = fingerprints(settings)

    assert yard.identity.sign_in(Claims(ISSUER, "anna"), replaces=None, user_agent="", language="sv")
    with pytest.raises(Unavailable):
        secret.key(settings, "suspension")


def test_no_setting_makes_it_stay_longer():
    with pytest.raises(ContentError, match="fingerprint goes as soon as"):
        Retention(Settings(retention="fingerprint=30"))


def test_where_public_records_law_applies_it_goes_by_decision_only(yard):
    yard.suspended_and_gone(7)
    yard.clock.now = START + 20 * DAY

    assert yard.dispose(public_records="yes") == {}
    assert yard.dispose(public_records="yes", disposal="fingerprint=RS 2026/12") == {"fingerprint": 1}
