"""Calls that no page of ours makes: every address of the forum, as everybody, with what is not theirs and what is none."""

import asyncio
import importlib
import pkgutil
import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Route

import web
from hub.bootstrap import Hub, build
from hub.clock import utc_now
from hub.forum.service import NewText, NewThread
from hub.identity.service import Claims
from hub.settings import ROOT, read_settings
from hub.tables import metadata, person
from hub.tables import role as roles
from hub.visitor import SESSION_COOKIE, Role, Visitor
from web import runtime, shell
from web.live import Live
from web.pages import Pages

HERE = "http://hub.test"
STRANGER, NEW = "stranger", "new"
MODERATE = ("moderator", "administrator")
MEMBERS = ("member", "coach", "editor", "moderator", "administrator", "author", "replier", "suspended")
EVERYBODY = (STRANGER, NEW, *MEMBERS)
"""A new one has signed in but not accepted the rules; the author began the thread, the replier wrote its second post."""
SECRET = "Hemligheten om Treserva"
WHY = "Reklam för en leverantör"


@dataclass
class Place:
    """A hub of its own with somebody of every kind, and all the forum's addresses."""

    hub: Hub
    app: Starlette
    cookies: dict[str, str] = field(default_factory=dict)
    people: dict[str, Visitor] = field(default_factory=dict)

    def ask(self, method: str, path: str, who: str, **more: object) -> httpx.Response:
        cookies = {SESSION_COOKIE: self.cookies[who]} if who != STRANGER else {}

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HERE, cookies=cookies) as client:
                return await client.request(method, path, **more)

        return asyncio.run(go())

    def post(self, path: str, who: str, form: Mapping[str, str], origin: str = HERE) -> httpx.Response:
        return self.ask("POST", path, who, data=dict(form), headers={"origin": origin} if origin else {})

    def kept(self) -> dict[str, list[tuple]]:
        """Return all that the forum keeps, but not what was looked at."""
        tables = [one for one in metadata.sorted_tables if one.name.startswith("forum_") and one.name != "forum_read"]
        return self.hub.database.read(
            lambda c: {one.name: sorted(map(str, c.execute(sa.select(one)).all())) for one in tables}
        )


def providers() -> Iterator[type]:
    """Yield what answers addresses of the forum, whatever module of it."""
    for module in pkgutil.iter_modules(web.__path__):
        if module.name.startswith("forum"):
            found = importlib.import_module(f"web.{module.name}")
            yield from (
                one for one in vars(found).values() if isinstance(one, type) and one.__module__ == found.__name__ and hasattr(one, "routes")
            )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Place:
    hub = build(read_settings({"HUB_VAR": str(tmp_path_factory.mktemp("var")), "HUB_LIMIT_FACTOR": "1000"}))
    pages = Pages(hub, shell.take_apart(runtime.index_page()))
    answers = [one(hub) if one.__name__ == "ForumFinding" else one(hub, pages) for one in providers()]
    made = Place(hub, Starlette(routes=[route for one in answers for route in one.routes()]))
    for who in EVERYBODY[1:]:
        begun = hub.identity.sign_in(
            Claims("test", who, f"{who.title()} Lind"), replaces=None, user_agent="", language="sv"
        )
        made.cookies[who] = begun.session_id
        if who != NEW:
            _accept_rules(hub, who)
        if who in set(Role) - {Role.MEMBER}:
            _grant(hub, who, Role(who))
        made.people[who] = hub.identity.visitor(begun.session_id, local=False, key="browser:x")
    held = hub.forum.start(made.people["suspended"], NewThread("levels"), NewText("Hej", "Innan"), uuid.uuid4().hex)
    post = hub.forum.open(made.people["moderator"], held).posts[0].post.id
    hub.moderation.suspend(made.people["moderator"], post, 30, WHY, uuid.uuid4().hex)
    return made


def _accept_rules(hub: Hub, who: str) -> None:
    version = hub.identity.rules_version
    hub.database.write(
        lambda c: c.execute(
            person.update().where(person.c.subject == who).values(rules_version=version, organisation="Region Skåne")
        )
    )


def _grant(hub: Hub, who: str, role: Role) -> None:
    def work(connection: sa.Connection) -> None:
        person_id = connection.execute(sa.select(person.c.id).where(person.c.subject == who)).scalar_one()
        row = {
            "id": uuid.uuid4().hex, "person_id": person_id, "role": role.value, "origin": "administrator",
            "region": "M" if role is Role.EDITOR else "", "granted_by": person_id, "granted_at": utc_now(),
        }  # fmt: skip
        connection.execute(roles.insert(), row)

    hub.database.write(work)


@dataclass(frozen=True)
class Talk:
    """A thread with a reply that somebody has reported."""

    thread: str
    first: str
    reply: str

    @property
    def form(self) -> dict[str, str]:
        return {"trad": self.thread, "inlagg": self.reply, "kommando": uuid.uuid4().hex, "skal": WHY, "saker": "1"}


@pytest.fixture
def talk(place) -> Talk:
    return new_talk(place)


def new_talk(place: Place) -> Talk:
    forum, people = place.hub.forum, place.people
    text = NewText(f"{SECRET} i texten", SECRET)
    thread = forum.start(people["author"], NewThread("levels", question=True), text, uuid.uuid4().hex)
    reply = forum.reply(people["replier"], thread, NewText(f"{SECRET} i svaret"), uuid.uuid4().hex)
    return Talk(thread, forum.open(people["author"], thread).posts[0].post.id, reply)


# --- What is expected ------------------------------------------------------------------------------------------------

Setup = Callable[[Place, Talk], Mapping[str, str]]


@dataclass(frozen=True)
class Expected:
    """Who gets something done by an address, and what its form holds besides the thread, the reply and a reason."""

    by: tuple[str, ...]
    form: Setup = lambda _place, _talk: {}
    command: bool = True
    """Whether it needs one."""
    on_post: bool = True
    """Whether it needs a post or a thread that there is."""


def _moderated(act: str) -> Setup:
    def setup(place: Place, talk: Talk) -> Mapping[str, str]:
        does, by, command = place.hub.moderation, place.people["moderator"], uuid.uuid4().hex
        match act:
            case "hide":
                return {"atgard": str(does.hide(by, talk.reply, WHY, command))}
            case "warn":
                return {"atgard": str(does.warn(by, talk.reply, WHY, command))}
            case "lock":
                return {"atgard": str(does.lock(by, talk.thread, command, locked=True, reason=WHY))}
            case "pin":
                return {"atgard": str(does.pin(by, talk.thread, command, pinned=True))}
            case "report":
                place.hub.forum.report(place.people["author"], talk.reply, WHY, command)
                return {}
            case _:
                raise AssertionError(act)

    return setup


def _accepted(place: Place, talk: Talk) -> Mapping[str, str]:
    place.hub.forum.accept(place.people["author"], talk.reply, uuid.uuid4().hex)
    return {}


def _taken_back(place: Place, talk: Talk) -> Mapping[str, str]:
    place.hub.forum.remove(place.people["replier"], talk.reply, uuid.uuid4().hex)
    return {}


def _suspension(place: Place, talk: Talk) -> Mapping[str, str]:
    by = place.people["moderator"]
    place.hub.moderation.suspend(by, talk.reply, 7, WHY, uuid.uuid4().hex)
    (found,) = [
        one
        for one, _ in place.hub.oversight.suspended(by)
        if one.reason == WHY and one.person_id == place.people["replier"].person_id
    ]
    return {"avstangning": found.id}


WRITERS = tuple(one for one in MEMBERS if one != "suspended")
ASKERS = ("author", *MODERATE)
POSTS: Mapping[str, Expected] = {
    "reagera": Expected(WRITERS, lambda _p, _t: {"sort": "we-do-this-too:1"}, command=False),
    "folj": Expected(MEMBERS, lambda _p, _t: {"pa": "1"}, command=False),
    "godta": Expected(ASKERS),
    "godta-ej": Expected(ASKERS, _accepted),
    "ta": Expected(("replier",)),
    "ater": Expected(("replier",), _taken_back),
    "anmal": Expected(MEMBERS),
    "moderera/lamna": Expected(MODERATE, _moderated("report")),
    "moderera/dolj": Expected(MODERATE),
    "moderera/visa": Expected(MODERATE, _moderated("hide")),
    "moderera/anmark": Expected(MODERATE),
    "moderera/avanmark": Expected(MODERATE, _moderated("warn")),
    "moderera/flytta": Expected(MODERATE, lambda _p, _t: {"kategori": "procurement"}),
    "moderera/las": Expected(MODERATE),
    "moderera/las-upp": Expected(MODERATE, _moderated("lock")),
    "moderera/fast": Expected(MODERATE),
    "moderera/lossa": Expected(MODERATE, _moderated("pin")),
    "moderera/stang-av": Expected(MODERATE, lambda _p, _t: {"dagar": "7"}),
    "moderera/hav": Expected(MODERATE, _suspension, on_post=False),
    "moderera/angra": Expected(MODERATE, _moderated("lock"), on_post=False),
    "nytt-sett": Expected(MEMBERS, lambda _p, _t: {"till": utc_now().isoformat()}, on_post=False),
    "kategorier": Expected(MEMBERS, lambda _p, _t: {"kategori-levels": "1"}, on_post=False),
    "flode": Expected(MEMBERS, on_post=False),
    "flode-slut": Expected((NEW, *MEMBERS), on_post=False),
    "brev-slut": Expected((NEW, *MEMBERS), on_post=False),
}
NO_MAIL = ("brev", "brev-igen")
"""Refused to everybody by a hub that sends no mail, or to whoever gets no letters."""
GETS = {
    "/api/forum/kort.csv", "/api/forum/liknande", "/forum/trad/{thread_id}", "/forum/flode.atom", "/forum/bekrafta",
    "/forum/avsluta", "/forum/{path:path}",
}  # fmt: skip


def test_no_address_of_the_forum_is_without_an_expectation(place):
    routes = [one for one in place.app.routes if isinstance(one, Route)]
    posts = {
        one.path.removeprefix("/api/forum/") for one in routes if one.path.startswith("/api/") and "POST" in one.methods
    }
    others = {one.path for one in routes if not (one.path.startswith("/api/") and "POST" in one.methods)}

    assert posts == {*POSTS, *NO_MAIL} and others == GETS
    served = (ROOT / "app.py").read_text(encoding="utf-8")
    assert not [one.__name__ for one in providers() if f"*{one.__name__}(" not in served]


# --- Forms -----------------------------------------------------------------------------------------------------------


def done(answer: httpx.Response) -> bool:
    """Tell whether an answer leads on, and not back to the form or to signing in."""
    way = urlsplit(answer.headers.get("location", ""))
    return answer.status_code == 303 and way.path == "/forum" and "fel" not in parse_qs(way.query)


@pytest.mark.parametrize("name", POSTS)
def test_a_form_is_for_those_of_the_table_and_changes_nothing_for_others(place, name):
    expected = POSTS[name]
    for who in EVERYBODY:
        talk = new_talk(place)
        form = {**talk.form, **expected.form(place, talk)}
        before = place.kept()

        answer = place.post(f"/api/forum/{name}", who, form)

        assert done(answer) == (who in expected.by), (who, answer.headers.get("location"))
        assert SECRET not in answer.text + str(answer.headers)
        if who not in expected.by:
            assert place.kept() == before, who
        if who == STRANGER:
            assert answer.headers["location"].startswith("/auth/login?next=")
        if name in {"moderera/stang-av", "moderera/hav"}:
            lift_all(place)


def lift_all(place: Place) -> None:
    by = place.people["moderator"]
    for one, _ in place.hub.oversight.suspended(by):
        if one.person_id == place.people["replier"].person_id:
            place.hub.moderation.lift(by, one.id, uuid.uuid4().hex)


def somebody_who_may(name: str) -> str:
    return next(one for one in ("administrator", *POSTS[name].by) if one in POSTS[name].by)


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://evil.example", "http://hub.test.evil.example", "http://hub.test:81", "hub.test", "//x@hub.test"],
)  # fmt: skip
def test_a_form_from_elsewhere_changes_nothing_whoever_sends_it(place, talk, origin):
    before = place.kept()

    answers = [
        place.post(f"/api/forum/{name}", "administrator", {**talk.form, "sort": "we-do-this-too:1"}, origin)
        for name in (*POSTS, *NO_MAIL)
    ]

    assert {one.status_code for one in answers} == {403} and place.kept() == before


@pytest.mark.parametrize("command", [None, "", "kort", "x" * 65, "åäö" * 5, "'; drop table forum_post--", "\x00" * 12])
def test_a_form_without_a_command_that_can_be_one_changes_nothing(place, command):
    made = {}
    for name in (name for name, one in POSTS.items() if one.command):
        talk = new_talk(place)
        made[name] = {**talk.form, **POSTS[name].form(place, talk)}
        del made[name]["kommando"]
        lift_all(place)
    before = place.kept()

    answers = [
        place.post(
            f"/api/forum/{name}", somebody_who_may(name), form if command is None else {**form, "kommando": command}
        )
        for name, form in made.items()
    ]

    assert not any(map(done, answers)) and place.kept() == before


UNKNOWN = (
    "",
    "finnsinte123",
    "../../etc/passwd",
    "' or 1=1--",
    "<script>",
    "a" * 300,
    "\x00",
    "trad=x&inlagg=y",
    "1",
    "åäö",
)


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_form_about_what_there_is_not_changes_nothing(place, unknown):
    made = {}
    for name in (name for name, one in POSTS.items() if one.on_post):
        talk = new_talk(place)
        made[name] = {**talk.form, **POSTS[name].form(place, talk), "trad": unknown, "inlagg": unknown}
    before = place.kept()

    answers = [place.post(f"/api/forum/{name}", somebody_who_may(name), form) for name, form in made.items()]

    assert not any(map(done, answers)) and {one.status_code for one in answers} == {303} and place.kept() == before
    assert not [one for one in answers if re.search(r"[<>'\r\n]", one.headers["location"])]


@pytest.mark.parametrize("name", ["godta", "godta-ej", "ta", "ater", "reagera", "folj", "anmal"])
def test_what_has_been_hidden_is_not_there_for_other_members(place, talk, name):
    place.hub.moderation.hide(place.people["moderator"], talk.reply, WHY, uuid.uuid4().hex)
    place.hub.moderation.hide(place.people["moderator"], talk.first, WHY, uuid.uuid4().hex)
    before = place.kept()

    answer = place.post(f"/api/forum/{name}", "member", {**talk.form, "sort": "we-do-this-too:1", "pa": "1"})

    assert not done(answer) and place.kept() == before


def test_a_command_of_somebody_else_gives_nothing_away_and_does_nothing(place, talk):
    form = talk.form
    assert done(place.post("/api/forum/anmal", "author", form))
    before = place.kept()

    answers = [place.post(f"/api/forum/{name}", "administrator", form) for name in ("anmal", "godta", "moderera/dolj")]

    assert not any(map(done, answers)) and place.kept() == before


@pytest.mark.parametrize("size", [40_001, 1_000_000])
def test_a_form_of_a_megabyte_is_not_read(place, talk, size):
    before = place.kept()

    answer = place.post("/api/forum/anmal", "member", {**talk.form, "skal": "a" * size})

    assert answer.status_code in {400, 413} and place.kept() == before


def test_a_form_of_many_fields_or_files_or_of_another_kind_does_no_harm(place, talk):
    before, at = place.kept(), "/api/forum/anmal"
    headers = {"origin": HERE}
    answers = [
        place.ask("POST", at, "member", data={f"f{n}": "x" for n in range(2_000)}, headers=headers),
        place.ask("POST", at, "member", files={"skal": ("a.txt", b"a" * 100)}, headers=headers),
        place.ask("POST", at, "member", json=talk.form, headers=headers),
        place.ask("POST", at, "member", content=b"\xff\xfe%zz=%00&&&==", headers={**headers, "content-type": "application/x-www-form-urlencoded"}),
        place.ask("POST", at, "member", content=b"--x\r\n", headers={**headers, "content-type": "multipart/form-data; boundary=x"}),
        place.ask("GET", at, "member"),
        place.ask("PUT", at, "member", headers=headers),
        place.ask("DELETE", at, "member", headers=headers),
    ]  # fmt: skip

    assert not any(map(done, answers)) and place.kept() == before
    assert {one.status_code for one in answers} <= {303, 400, 403, 405, 413}


MOMENTS = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "igår", "2026-01-01", "", "NaN")


@pytest.mark.parametrize("till", MOMENTS)
def test_a_moment_that_is_none_is_refused(place, till):
    assert not done(place.post("/api/forum/nytt-sett", "member", {"till": till, "kommando": uuid.uuid4().hex}))


def test_a_moment_to_come_is_taken_for_now(place):
    form = {"till": "2999-01-01T00:00:00+00:00", "kommando": uuid.uuid4().hex}

    assert done(place.post("/api/forum/nytt-sett", "member", form))


# --- What is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_thread_its_cards_and_titles_are_read_by_members_only(place, talk, who):
    reads = who in MEMBERS
    paths = (f"/forum/trad/{talk.thread}", "/api/forum/kort.csv", f"/api/forum/liknande?titel={SECRET}")
    answers = [place.ask("GET", path, who) for path in paths]

    assert [one.status_code for one in answers] == ([200] * 3 if reads else [303 if who == STRANGER else 403, 403, 403])
    told = "".join(one.text + str(one.headers) for one in answers)
    assert (SECRET in told) == reads
    assert all(one.headers["cache-control"] == "no-store" for one in answers if one.status_code == 200)


@pytest.mark.parametrize("who", EVERYBODY)
def test_whether_there_is_a_thread_is_told_to_nobody_who_may_not_read_it(place, talk, who):
    there, none = (place.ask("GET", f"/forum/trad/{one}", who) for one in (talk.thread, "finnsinte123"))

    if who in MEMBERS:
        assert (there.status_code, none.status_code) == (200, 404)
    else:
        assert there.status_code == none.status_code
        assert re.sub(talk.thread, "", there.text) == re.sub("finnsinte123", "", none.text)


@pytest.mark.parametrize("path", ["flode.atom", "avsluta", "bekrafta"])
@pytest.mark.parametrize("key", ["", "x", "a" * 43, "../" * 10, "' or 1=1--", "%00", "a" * 5_000])
def test_a_key_that_somebody_makes_up_opens_nothing(place, path, key):
    answer = place.ask("GET", f"/forum/{path}", "administrator", params={"nyckel": key})

    assert answer.status_code == 404 and SECRET not in answer.text


def test_a_feed_ends_with_the_membership_of_its_owner(place, talk):
    who = "editor"
    assert done(place.post("/api/forum/flode", who, {"kommando": uuid.uuid4().hex}))
    key = place.hub.feeds.fresh(place.people[who])
    assert SECRET in place.ask("GET", f"/forum/flode.atom?nyckel={key}", STRANGER).text

    place.hub.database.write(
        lambda c: c.execute(person.update().where(person.c.subject == who).values(rules_version=0))
    )
    answer = place.ask("GET", f"/forum/flode.atom?nyckel={key}", STRANGER)
    _accept_rules(place.hub, who)

    assert answer.status_code == 404 and SECRET not in answer.text


# --- The live channel ------------------------------------------------------------------------------------------------


def listening(place: Place, who: str, topic: str, origin: str = HERE) -> bool:
    """Ask for the channel, and return whether it opened."""
    said: list[str] = []
    headers = [(b"host", b"hub.test"), (b"origin", origin.encode())] if origin else [(b"host", b"hub.test")]
    if who != STRANGER:
        headers.append((b"cookie", f"{SESSION_COOKIE}={place.cookies[who]}".encode()))
    scope = {
        "type": "websocket", "path": "/api/live", "raw_path": b"/api/live", "query_string": f"topic={topic}".encode(), "root_path": "",
        "headers": headers, "client": ("203.0.113.9", 1), "server": ("hub.test", 80), "scheme": "ws", "subprotocols": [],
    }  # fmt: skip
    coming = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

    async def receive() -> dict[str, object]:
        return next(coming)

    async def send(message: dict[str, object]) -> None:
        said.append(str(message["type"]))

    asyncio.run(Starlette(routes=Live(place.hub).routes())(scope, receive, send))
    return "websocket.accept" in said


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_members_are_told_live_that_something_moves_in_the_forum(place, talk, who):
    for topic in ("forum", f"forum:{talk.thread}", "forum:finnsinte123"):
        assert listening(place, who, topic) == (who in MEMBERS), topic
        assert not listening(place, who, topic, "https://evil.example")


@pytest.mark.parametrize(
    "topic", ["forum:", "forum:../x", "forum:" + "a" * 40, "FORUM", "forum:%00", "forum-x", "forum,windows", "*"]
)
def test_a_topic_that_is_none_is_listened_to_by_nobody(place, topic):
    assert not listening(place, "administrator", topic)


def test_who_reports_what_is_told_live_to_no_more_than_those_who_moderate(place):
    opened = {who for who in EVERYBODY if listening(place, who, "forum-reports")}

    assert opened <= set(MODERATE)


def test_no_session_that_somebody_makes_up_is_somebodys(place, talk):
    for session in (
        "",
        "a" * 43,
        secrets.token_urlsafe(32),
        place.cookies["member"][:-1],
        place.cookies["member"] + "x",
        "'; --",
    ):
        place.cookies["made up"] = session

        answer = place.ask("GET", f"/forum/trad/{talk.thread}", "made up")

        assert answer.status_code == 303 and SECRET not in answer.text
