"""Who asks, sessions, profiles, roles and leaving: the services over a real database, with the clock held still."""

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub.audit import newest
from hub.bootstrap import fingerprints
from hub.errors import NotFound, Rejected, Unavailable
from hub.identity import demo
from hub.identity.accounts import Accounts
from hub.identity.rules import ABSOLUTE, IDLE, SEEN_EVERY, Grant, digest
from hub.identity.service import Claims, Identity
from hub.limits import Limits
from hub.regions import read_regions
from hub.settings import ROOT, Settings
from hub.tables import draft, person, plan, plan_comment, plan_item, session
from hub.visitor import FORMER, Role, Visitor

START = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
ISSUER = "https://login.example"
REGIONS = read_regions(ROOT / "content")
FILLED = {"name": "Anna Ek", "region": "M", "organisation": "", "role_words": "leder", "shown": "name"}
COMMANDS = iter(f"command-{number}" for number in range(10_000))


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class House:
    """The two services over one database."""

    def __init__(self, database, rules_version=1, **settings):
        self.database, self.clock = database, Clock()
        known_by = fingerprints(Settings(cookie_secret="c" * 32))
        shared = {"regions": REGIONS, "rules_version": rules_version, "fingerprint": known_by}
        limits = Limits(factor=100)
        self.identity = Identity(
            database, limits, Settings(**{"demo": True, "administrators": "root", **settings}), self.clock, **shared
        )
        self.accounts = Accounts(database, limits, self.clock, **shared)

    def enter(self, subject="anna", issuer=ISSUER, replaces=None, agent="Firefox/150 Linux", **claims):
        return self.identity.sign_in(
            Claims(issuer, subject, **claims), replaces=replaces, user_agent=agent, language="sv"
        ).session_id

    def who(self, session_id, *, local=True):
        return self.identity.visitor(session_id, local=local, key="address:x")

    def member(self, subject="anna", **claims) -> tuple[str, Visitor]:
        """Somebody who has accepted the rules."""
        held = self.enter(subject, **claims)
        self.accounts.save_profile(
            self.who(held),
            {**FILLED, "name": subject},
            version=self.version(held),
            consents=True,
            command_id=next(COMMANDS),
        )
        return held, self.who(held)

    def version(self, session_id):
        return self.accounts.own(self.who(session_id)).person.version

    def trail(self):
        return [line.action for line in self.database.read(lambda c: newest(c, before=0, limit=100))]


@pytest.fixture
def house(database):
    return House(database)


def test_somebody_who_has_signed_in_is_known_and_is_a_reader_until_the_rules_are_accepted(either):
    house = House(either)
    held = house.enter(name="Anna Ek", roles=["coach"])
    before = house.who(held)
    house.accounts.save_profile(before, FILLED, version=1, consents=True, command_id=next(COMMANDS))
    after = house.who(held)

    assert (before.signed_in, before.consented, before.roles) == (True, False, {Role.READER})
    assert (after.consented, after.roles) == (True, {Role.READER, Role.MEMBER, Role.COACH})
    assert (after.name, after.own_name) == ("Anna Ek, Region Skåne", "Anna Ek")


def test_the_id_of_a_session_stands_nowhere_in_the_database(house):
    held = house.enter()
    kept = house.database.read(lambda c: c.execute(sa.select(session)).one())

    assert kept.id_hash == digest(held) and held not in str(kept)


@pytest.mark.parametrize("session_id", [None, "", "a" * 43, "short", "x" * 5_000, "å" * 43, "' OR 1=1 --"])
def test_an_id_that_the_hub_has_not_made_is_nobody(house, session_id):
    assert house.who(session_id) == Visitor("address:x")


def test_nobody_is_looked_up_in_the_database_who_has_no_session(database):
    house = House(database)
    database.close()
    database.read = None

    assert house.who(None) == Visitor("address:x")


def test_two_windows_that_sign_in_somebody_new_at_once_know_one_and_the_same(either):
    house = House(either)
    with ThreadPoolExecutor(6) as pool:
        held = list(pool.map(lambda _: house.enter("nora"), range(6)))

    assert len({house.who(one).person_id for one in held}) == 1


def test_signing_in_gives_a_new_id_and_ends_the_session_that_the_browser_brought(house):
    first = house.enter()
    second = house.enter("berit", replaces=first)

    assert first != second
    assert not house.who(first).signed_in and house.who(second).signed_in


def test_an_id_put_into_a_browser_is_never_taken_over(house):
    planted = "A" * 43
    held = house.enter(replaces=planted)

    assert held != planted and not house.who(planted).signed_in


def test_a_session_ends_when_it_has_not_been_used_and_when_it_is_old(house):
    held, still = house.enter(), house.enter()
    house.clock.now += IDLE
    unused = house.who(held)
    house.clock.now = START
    while house.clock.now < START + ABSOLUTE - dt.timedelta(hours=1):
        house.clock.now += dt.timedelta(hours=7)
        used = house.who(still).signed_in
        if not used:
            break

    assert not unused.signed_in
    assert house.clock.now >= START + ABSOLUTE - dt.timedelta(hours=7)
    house.clock.now = START + ABSOLUTE
    assert not house.who(still).signed_in


def test_use_is_noted_at_most_every_few_minutes(house):
    held = house.enter()
    seen = lambda: house.database.read(lambda c: c.execute(sa.select(session.c.seen_at)).scalar_one())  # noqa: E731
    house.clock.now += SEEN_EVERY / 2
    house.who(held)
    soon = seen()
    house.clock.now += SEEN_EVERY
    house.who(held)

    assert soon == START and seen() == house.clock.now


def test_a_session_that_has_been_signed_out_is_nobody(house):
    held = house.enter()
    house.identity.sign_out(held)
    house.identity.sign_out(held)

    assert not house.who(held).signed_in and house.trail().count("session.end") == 1


def test_a_made_up_person_exists_on_this_machine_only_and_only_in_a_demonstration(database):
    house = House(database)
    held = house.enter("elin", issuer=demo.ISSUER)
    switched_off = House(database, demo=False)

    assert house.who(held).demo and house.who(held).region == "M"
    assert house.who(held, local=False) == Visitor("address:x")
    assert not switched_off.who(held).signed_in


@pytest.mark.parametrize(("persona", "local"), [("elin", False), ("nobody", True), ("", True)])
def test_nobody_becomes_a_made_up_person_from_elsewhere(house, persona, local):
    with pytest.raises(NotFound):
        house.identity.demo_claims(persona, local=local)


def test_there_is_a_made_up_person_for_each_role_and_editors_of_two_regions():
    roles = [one.grant.role if one.grant else Role.MEMBER for one in demo.PERSONAS]

    assert set(roles) == set(Role) - {Role.READER}
    assert len({one.grant.region for one in demo.PERSONAS if one.grant and one.grant.role is Role.EDITOR}) == 2


def test_roles_from_the_login_are_renewed_at_each_login_and_those_given_here_stay(house):
    _held, root = house.member("root")
    _held, anna = house.member(roles=["coach", "editor:M"])
    house.accounts.grant(root, anna.person_id, "moderator", "", command_id=next(COMMANDS))
    again = house.who(house.enter(roles="editor:AB"))

    assert again.roles == {Role.READER, Role.MEMBER, Role.EDITOR, Role.MODERATOR} and again.region == "AB"


def test_the_settings_name_administrators_of_the_login_provider_only(house):
    assert Role.ADMINISTRATOR in house.member("root")[1].roles
    assert house.who(house.enter("root", issuer=demo.ISSUER)).roles == {Role.READER}


def test_a_role_counts_from_the_next_look_and_so_does_its_end(house):
    _held, root = house.member("root")
    held, anna = house.member()
    house.accounts.grant(root, anna.person_id, "editor", "M", command_id=next(COMMANDS))
    given = house.who(held)
    role_id = house.accounts.own(given).roles[0].id
    house.accounts.withdraw(root, role_id, command_id=next(COMMANDS))

    assert (Role.EDITOR in given.roles, given.region) == (True, "M")
    assert (Role.EDITOR in house.who(held).roles, house.who(held).region) == (False, "")


def test_a_role_is_given_once_however_often_the_form_is_sent(either):
    house = House(either)
    _held, root = house.member("root")
    held, anna = house.member()
    for _time in range(3):
        house.accounts.grant(root, anna.person_id, "coach", "", command_id="the-same-form")

    assert [one.grant for one in house.accounts.own(house.who(held)).roles] == [Grant(Role.COACH)]


@pytest.mark.parametrize(
    ("role", "region", "code"),
    [
        ("king", "", "role-unknown"),
        ("editor", "", "region-needed"),
        ("coach", "", "already-granted"),
        ("editor", "AB", "one-region"),
    ],
)
def test_a_role_that_cannot_be_given_is_refused(house, role, region, code):
    _held, root = house.member("root")
    held, anna = house.member(roles=["coach", "editor:M"])
    with pytest.raises(Rejected) as caught:
        house.accounts.grant(root, anna.person_id, role, region, command_id=next(COMMANDS))

    assert caught.value.code == code and house.who(held).roles == anna.roles


def test_the_last_administrator_stays_and_leaves_when_there_is_another(house):
    held, root = house.member("root")
    _held, anna = house.member()
    own = house.accounts.own(root).roles[0].id
    with pytest.raises(Rejected) as caught:
        house.accounts.withdraw(root, own, command_id=next(COMMANDS))
    house.accounts.grant(root, anna.person_id, "administrator", "", command_id=next(COMMANDS))
    house.accounts.withdraw(root, own, command_id=next(COMMANDS))

    assert caught.value.code == "last-administrator"
    assert Role.ADMINISTRATOR not in house.who(held).roles


def at_once(*works) -> list[str]:
    """Do several things at the same time; return the codes of those that were refused."""
    together = threading.Barrier(len(works))

    def one(work) -> str:
        together.wait()
        try:
            work()
        except Rejected as error:
            return error.code
        return ""

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(filter(None, pool.map(one, works)))


def test_two_administrators_who_take_the_role_from_each_other_at_once_leave_one(either):
    house = House(either)
    _held, root = house.member("root")
    refused = []
    for number in range(8):
        held, other = house.member(f"other-{number}")
        house.accounts.grant(root, other.person_id, "administrator", "", command_id=next(COMMANDS))
        other = house.who(held)
        roles = [house.accounts.own(one).roles[0].id for one in (other, root)]
        refused += at_once(
            lambda by=root, role=roles[0]: house.accounts.withdraw(by, role, command_id=next(COMMANDS)),
            lambda by=other, role=roles[1]: house.accounts.withdraw(by, role, command_id=next(COMMANDS)),
        )
        root = next(by for by in (root, other) if house.accounts.own(by).roles)

    assert refused == ["last-administrator"] * 8


def test_an_editor_given_two_regions_at_once_speaks_for_one(either):
    house = House(either)
    _held, root = house.member("root")
    refused = []
    for number in range(8):
        _held, by = house.member(f"editor-{number}")
        refused += at_once(
            *(
                lambda whom=by.person_id, region=region: house.accounts.grant(
                    root, whom, "editor", region, command_id=next(COMMANDS)
                )
                for region in ("M", "AB")
            )
        )

    assert refused == ["one-region"] * 8


def test_made_up_and_real_people_cannot_reach_each_other(house):
    _held, root = house.member("root")
    adam = house.who(house.enter("adam", issuer=demo.ISSUER))
    elin = house.who(house.enter("elin", issuer=demo.ISSUER))

    assert [one.person.id for one in house.accounts.people(root).members] == [root.person_id]
    assert {one.person.id for one in house.accounts.people(adam).members} == {adam.person_id, elin.person_id}
    for by, other in ((root, elin), (adam, root)):
        with pytest.raises(NotFound):
            house.accounts.grant(by, other.person_id, "coach", "", command_id=next(COMMANDS))


@pytest.mark.parametrize("role", [None, "coach", "editor:M", "moderator"])
def test_nobody_but_an_administrator_sees_people_or_the_trail(house, role):
    _held, by = house.member(roles=[role] if role else None)
    for ask in (house.accounts.people, house.accounts.trail, lambda one: house.accounts.member(one, one.person_id)):
        with pytest.raises(Rejected) as caught:
            ask(by)
        assert caught.value.code == "not-allowed"


def test_people_are_found_by_part_of_a_name_and_turned_page_by_page(house):
    _held, root = house.member("root")
    for number in range(55):
        house.enter(f"subject-{number}", name=f"Person {number:02}")

    assert len(house.accounts.people(root).members) == 50 and house.accounts.people(root).more
    assert len(house.accounts.people(root, page=2).members) == 6
    assert [one.person.profile.name for one in house.accounts.people(root, words="person 07").members] == ["Person 07"]
    assert not house.accounts.people(root, words="%").members


def test_the_trail_tells_what_was_done_the_newest_first_and_page_by_page(house):
    _held, root = house.member("root")
    for _time in range(60):
        house.enter()
    first = house.accounts.trail(root)
    second = house.accounts.trail(root, before=first.next_before)

    assert len(first.lines) == 50 and first.lines[0].id > first.lines[-1].id > second.lines[0].id
    assert second.next_before == 0 and second.names[root.key] == "root"


# --- Profiles --------------------------------------------------------------------------------------------------------


def test_nothing_is_saved_before_the_rules_are_accepted(house):
    held = house.enter()
    with pytest.raises(Rejected) as caught:
        house.accounts.save_profile(house.who(held), FILLED, version=1, consents=False, command_id=next(COMMANDS))

    assert caught.value.code == "consent-missing" and house.accounts.own(house.who(held)).person.profile.name == ""


def test_new_rules_are_put_to_everybody_again(database):
    held, _anna = House(database).member()
    later = House(database, rules_version=2)

    assert not later.who(held).consented and later.who(held).roles == {Role.READER}


def test_a_profile_changed_in_another_window_is_not_overwritten_unseen(either):
    house = House(either)
    held, anna = house.member()
    drawn = house.version(held)
    house.accounts.save_profile(
        anna, {**FILLED, "name": "First"}, version=drawn, consents=False, command_id=next(COMMANDS)
    )
    with pytest.raises(Rejected) as caught:
        house.accounts.save_profile(
            anna, {**FILLED, "name": "Second"}, version=drawn, consents=False, command_id=next(COMMANDS)
        )

    assert caught.value.code == "profile-changed"
    assert house.accounts.own(anna).person.profile.name == "First"


def test_the_same_form_sent_twice_is_saved_once(house):
    held, anna = house.member()
    drawn = house.version(held)
    for _time in range(2):
        house.accounts.save_profile(anna, FILLED, version=drawn, consents=False, command_id="the-same-form")

    assert house.version(held) == drawn + 1


@pytest.mark.parametrize("method", ["own", "export_own_data"])
def test_somebody_who_has_not_signed_in_has_no_account(house, method):
    with pytest.raises(Rejected) as caught:
        getattr(house.accounts, method)(Visitor("browser:a"))

    assert caught.value.code == "not-allowed"


# --- One's own sessions ----------------------------------------------------------------------------------------------


def test_somebody_sees_their_own_sessions_and_ends_the_others(either):
    house = House(either)
    this, there = house.enter(), house.enter(agent="Safari/1 iPhone")
    other = house.enter("berit")
    by = house.who(this)
    listed = [(one.device, mine) for one, mine in house.accounts.sessions(by, this)]
    house.accounts.revoke_others(by, this, command_id=next(COMMANDS))

    assert sorted(listed) == [("Firefox, Linux", True), ("Safari, iPhone", False)]
    assert [house.who(one).signed_in for one in (this, there, other)] == [True, False, True]


def test_nobody_ends_the_session_of_another(house):
    anna, berit = house.enter(), house.enter("berit")
    name = house.accounts.sessions(house.who(berit), berit)[0][0].public_id
    with pytest.raises(NotFound):
        house.accounts.revoke_session(house.who(anna), name, command_id=next(COMMANDS))

    assert house.who(berit).signed_in


# --- Own data, and leaving -------------------------------------------------------------------------------------------


def furnish(house, by):
    """Give somebody a draft, a plan and a comment, and another a comment beside it."""
    moment = {"created_at": START}
    row = {
        "id": "plan1", "channel": "c", "title": "T", "language": "sv", "region": "M", "owner": by.person_id,
        "edit_hash": "e", "read_hash": "r", "guide": "", "basis": {}, "texts": {}, "notes": "", "notes_version": 1,
        "stage": "a", "stage_at": START, "published": False, "asks_help": "", "version": 1, "changed_at": START, **moment,
    }  # fmt: skip
    item = {
        "id": "item1", "plan_id": "plan1", "place": 1, "text": "x", "owner_role": "", "state": "open", "stage": "",
        "origin": "", "version": 1,
    }  # fmt: skip
    other = house.member("berit")[1]

    def work(connection):
        row_of_draft = {"owner": by.key, "id": "d", "text": "halv", "base": "", "version": 1, "saved_at": START}
        connection.execute(draft.insert().values(**row_of_draft, fields={"rubrik": "Påminnelser"}))
        connection.execute(plan.insert().values(**row))
        connection.execute(plan_item.insert().values(**item))
        for number, author in enumerate((by, other)):
            connection.execute(
                plan_comment.insert().values(
                    id=f"comment{number}", plan_id="plan1", item_id="item1", author=author.person_id,
                    author_name=author.name, support=False, text=f"text {number}", **moment,
                )
            )  # fmt: skip

    house.database.write(work)


def comments(house):
    query = sa.select(plan_comment.c.author_name, plan_comment.c.text).order_by(plan_comment.c.id)
    return house.database.read(lambda c: [tuple(row) for row in c.execute(query)])


def test_the_file_with_own_data_holds_everything_and_no_key_to_anything(either):
    house = House(either)
    held, anna = house.member(roles=["coach"])
    furnish(house, anna)
    found = house.accounts.export_own_data(anna)

    kinds = ("profile", "roles", "sessions", "drafts", "plans", "comments", "trail")
    assert {kind: len(found[kind]) for kind in kinds} == {**dict.fromkeys(kinds, 1), "trail": 2}
    assert found["drafts"][0]["fields"] == {"rubrik": "Påminnelser"}
    text = json.dumps(found, default=str)
    assert digest(held) not in text and "edit_hash" not in text and "berit" not in text


@pytest.mark.parametrize(("keep_texts", "left"), [(True, "text 0"), (False, "")])
def test_whoever_leaves_is_forgotten_and_others_can_still_be_read(either, keep_texts, left):
    house = House(either)
    held, anna = house.member()
    elsewhere = house.enter()
    furnish(house, anna)
    house.accounts.delete_account(anna, keep_texts=keep_texts, command_id=next(COMMANDS))
    kept = house.database.read(lambda c: c.execute(sa.select(person).where(person.c.id == anna.person_id)).one())

    assert not house.who(held).signed_in and not house.who(elsewhere).signed_in
    assert comments(house) == [(FORMER, left), ("berit, Region Skåne", "text 1")]
    assert (kept.name, kept.region, kept.role_words) == ("", "", "") and "anna" not in str(kept) and kept.deleted_at
    assert house.database.read(lambda c: c.execute(sa.select(draft)).all()) == []
    assert "anna" not in str(house.database.read(lambda c: newest(c, before=0, limit=100)))


def test_whoever_comes_back_after_leaving_is_somebody_new(house):
    _held, anna = house.member()
    house.accounts.delete_account(anna, keep_texts=True, command_id=next(COMMANDS))
    again = house.who(house.enter())

    assert again.signed_in and again.person_id != anna.person_id


# --- The one-time link -----------------------------------------------------------------------------------------------


def test_the_one_time_link_lets_one_in_as_administrator_once(house):
    code = house.identity.new_one_time_code()
    claims = house.identity.use_one_time_code(code)
    held = house.identity.sign_in(claims, replaces=None, user_agent="", language="sv").session_id
    house.accounts.save_profile(house.who(held), FILLED, version=1, consents=True, command_id=next(COMMANDS))

    assert Role.ADMINISTRATOR in house.who(held).roles
    with pytest.raises(NotFound):
        house.identity.use_one_time_code(code)


@pytest.mark.parametrize("hours", [24, 1_000])
def test_the_one_time_link_grows_too_old(house, hours):
    code = house.identity.new_one_time_code()
    house.clock.now += dt.timedelta(hours=hours)
    with pytest.raises(NotFound):
        house.identity.use_one_time_code(code)


def test_a_wrong_code_does_not_use_up_the_link(house):
    code = house.identity.new_one_time_code()
    for wrong in ("", "x", code[:-1]):
        with pytest.raises(NotFound):
            house.identity.use_one_time_code(wrong)

    assert house.identity.use_one_time_code(code)


# --- Where one may only read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "read_only"),
    [
        ({}, False),
        ({"public_url": "http://localhost:8501"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"public_url": "https://hub.example.se"}, True),
        ({"host": "0.0.0.0", "oidc_issuer": ISSUER, "oidc_client_id": "hub"}, False),
        ({"host": "0.0.0.0", "oidc_issuer": ISSUER}, True),
    ],
)
def test_visitors_may_only_read_where_others_come_and_nobody_can_sign_in(database, settings, read_only):
    assert House(database, **settings).identity.read_only == read_only


def test_a_session_is_not_lost_when_the_database_is_away_for_a_moment(house, monkeypatch):
    held = house.enter()
    reading = house.database.read

    def away(work):
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(house.database, "read", away)
    with pytest.raises(Unavailable):
        house.who(held)
    monkeypatch.setattr(house.database, "read", reading)

    assert house.who(held).signed_in
