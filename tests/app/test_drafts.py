"""The addresses of drafts and previews: who may ask, what is answered, and what is not read to its end."""

import asyncio
import json

import httpx
import pytest
from starlette.applications import Starlette

from hub.bootstrap import Hub, build
from hub.clock import utc_now
from hub.drafts import LONGEST, LONGEST_FIELD, MOST_FIELDS
from hub.drafts import Drafts as Service
from hub.errors import Unavailable
from hub.limits import Limits
from hub.markdown import MAX_PEOPLE_CHARACTERS, render_people
from hub.settings import read_settings
from web.drafts import Drafts

ORIGIN = {"origin": "http://hub.test"}
HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) **b** <script>alert(1)</script>"


class Window:
    """A browser that keeps its cookies, without a server."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, cookies=self._cookies) as client:
                answer = await client.request(method, "http://hub.test" + path, **more)
                self._cookies = client.cookies
                return answer

        return asyncio.run(once())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def put(self, path: str, **more) -> httpx.Response:
        return self.ask("PUT", path, **more)

    def post(self, path: str, **more) -> httpx.Response:
        return self.ask("POST", path, **more)

    def delete(self, path: str, **more) -> httpx.Response:
        return self.ask("DELETE", path, **more)


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Hub:
    return build(read_settings({"HUB_VAR": str(tmp_path_factory.mktemp("var"))}))


@pytest.fixture
def new_client(hub):
    """Make browsers, each a visitor of its own."""

    def make(served: Hub = hub) -> Window:
        return Window(Starlette(routes=Drafts(served).routes()))

    return make


@pytest.fixture
def client(new_client) -> Window:
    """A browser that has been given its name."""
    made = new_client()
    made.get("/api/utkast/a")
    return made


def put(client, text="hej", seen=0, id_="a", headers=ORIGIN, **more):
    return client.put(f"/api/utkast/{id_}", json={"text": text, "seen": seen, **more}, headers=headers)


def replaced(hub: Hub, **parts) -> Hub:
    return Hub(**{**{name: getattr(hub, name) for name in Hub.__dataclass_fields__}, **parts})


def test_a_browser_gets_a_name_of_its_own_that_scripts_cannot_read(new_client):
    answer = new_client().get("/api/utkast/a")

    cookie = answer.headers["set-cookie"]
    assert answer.json() == {"owner": "", "draft": None}
    assert cookie.startswith("hub_browser=") and len(cookie.split(";")[0]) > 50
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=31536000"} <= set(cookie.split("; "))


def test_a_browser_keeps_its_name(client):
    answer = client.get("/api/utkast/a")

    assert "set-cookie" not in answer.headers and len(answer.json()["owner"]) == 17


def test_a_browser_that_sends_no_name_back_can_keep_nothing(new_client):
    answer = put(new_client())

    assert answer.status_code == 401 and "hub_browser" in answer.headers["set-cookie"]


def test_a_draft_is_saved_read_and_thrown_away(client):
    saved = put(client, "text\nmed rader", base="7").json()["draft"]
    read = client.get("/api/utkast/a").json()["draft"]
    gone = client.delete(f"/api/utkast/a?seen={saved['version']}", headers=ORIGIN)

    assert read == {"text": "text\nmed rader", "fields": {}, "base": "7", **saved}
    assert gone.status_code == 204 and client.get("/api/utkast/a").json()["draft"] is None


def test_two_browsers_do_not_see_each_others_drafts(client, new_client):
    put(client, "hemligt")
    other = new_client()
    other.get("/api/utkast/a")

    assert other.get("/api/utkast/a").json()["draft"] is None


def test_a_newer_text_comes_back_with_the_refusal(client):
    put(client, "från det andra fönstret")
    answer = put(client, "härifrån")

    assert answer.status_code == 409
    assert (answer.json()["error"], answer.json()["draft"]["text"]) == ("newer", "från det andra fönstret")


def test_a_form_is_saved_and_read_with_its_text(client):
    put(client, "", fields={"rubrik": "Påminnelser", "tagg-video": "1"})
    read = client.get("/api/utkast/a").json()["draft"]

    assert (read["text"], read["fields"]) == ("", {"rubrik": "Påminnelser", "tagg-video": "1"})


def test_another_form_under_the_same_text_comes_back_with_the_refusal(client):
    put(client, "samma", fields={"rubrik": "från det andra fönstret"})
    answer = put(client, "samma", fields={"rubrik": "härifrån"})

    assert answer.status_code == 409 and answer.json()["draft"]["fields"] == {"rubrik": "från det andra fönstret"}


def test_two_browsers_do_not_see_each_others_forms(client, new_client):
    put(client, "", fields={"rubrik": "hemligt"})
    other = new_client()
    other.get("/api/utkast/a")

    assert other.get("/api/utkast/a").json()["draft"] is None
    assert put(other, "", fields={"rubrik": "eget"}).status_code == 200
    assert client.get("/api/utkast/a").json()["draft"]["fields"] == {"rubrik": "hemligt"}


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({f"f{number}": "x" for number in range(MOST_FIELDS + 1)}, 413, "too-many"),
        ({"rubrik": "x" * (LONGEST_FIELD + 1)}, 413, "too-long"),
        ({f"f{number}": "x" * LONGEST_FIELD for number in range(5)}, 413, "too-long"),
        ({"en rubrik": "x"}, 400, "field-name"),
        ({"": "x"}, 400, "field-name"),
    ],
)
def test_a_form_beyond_its_limits_is_refused_and_nothing_of_it_kept(client, fields, status, error):
    answer = put(client, "x", fields=fields)

    assert (answer.status_code, answer.json()) == (status, {"error": error, "field": "fields"})
    assert client.get("/api/utkast/a").json()["draft"] is None


def test_a_text_of_somebody_who_has_signed_out_does_not_become_the_next_ones(client):
    answer = put(client, "Annas text", owner="p0123456789abcdef")

    assert (answer.status_code, answer.json()) == (403, {"error": "other-owner"})
    assert client.get("/api/utkast/a").json()["draft"] is None


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_only_our_own_pages_may_write_or_preview(client, headers):
    answers = [
        put(client, headers=headers),
        client.delete("/api/utkast/a", headers=headers),
        client.post("/api/forhandsvisning", json={"text": "x"}, headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"{}",
        b'{"text": 1}',
        b'{"text": "x", "seen": "1"}',
        b'{"text": "x", "seen": true}',
        b'{"text": "x", "seen": -1}',
        b'{"text": "x", "seen": 99999999999}',
        b'{"text": "x", "base": null}',
        b'{"text": "x", "owner": 1}',
        b'{"text": "x", "fields": null}',
        b'{"text": "x", "fields": ["rubrik"]}',
        b'{"text": "x", "fields": {"rubrik": 1}}',
        b'{"text": "x", "fields": {"rubrik": {"a": "b"}}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_of_another_shape_is_refused(client, body):
    answers = [
        client.put("/api/utkast/a", content=body, headers=ORIGIN),
        client.post("/api/forhandsvisning", content=body, headers=ORIGIN),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.mark.parametrize("id_", ["A", "%C3%A5", "a%20b", "a" * 81, "a%00"])
def test_an_id_of_another_form_is_refused(client, id_):
    assert put(client, id_=id_).status_code == 400


@pytest.mark.parametrize("seen", ["x", "-1", "99999999999", "1.5"])
def test_a_version_of_another_form_is_refused(client, seen):
    assert client.delete(f"/api/utkast/a?seen={seen}", headers=ORIGIN).status_code == 400


def test_the_longest_text_and_form_fit_however_it_is_written(client):
    fields = {f"f{number}": "\u2028" * (LONGEST_FIELD - 2) for number in range(4)}
    body = json.dumps({"text": "\u2028" * LONGEST, "seen": 0, "fields": fields}, ensure_ascii=True)

    assert client.put("/api/utkast/a", content=body, headers=ORIGIN).status_code == 200


def test_a_text_too_long_is_refused(client):
    assert put(client, "x" * (LONGEST + 1)).status_code == 413


def test_a_body_without_end_is_not_read_to_its_end(client):
    read = []

    async def endless():
        for number in range(1_000):
            read.append(number)
            yield b"x" * 10_000

    answer = client.put("/api/utkast/a", content=endless(), headers=ORIGIN)

    assert answer.status_code == 413 and len(read) < 60


def test_who_asks_too_often_is_told_when_to_come_back(hub, new_client):
    limits = Limits({"draft": 3, "preview": 1})
    client = new_client(replaced(hub, limits=limits, drafts=Service(hub.database, limits, utc_now)))
    client.get("/api/utkast/a")
    for _ in range(3):
        put(client)
    client.post("/api/forhandsvisning", json={"text": "x"}, headers=ORIGIN)
    answers = [put(client), client.post("/api/forhandsvisning", json={"text": "x"}, headers=ORIGIN)]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in answers)


def test_when_the_database_does_not_answer_it_is_worth_trying_again(hub, new_client):
    class Silent(Service):
        def save(self, *_given, **_more):
            raise Unavailable("the database does not answer")

    limits = Limits()
    client = new_client(replaced(hub, drafts=Silent(hub.database, limits, hub.drafts._clock)))
    client.get("/api/utkast/a")
    answer = put(client)

    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"


def test_nothing_is_kept_by_caches(client):
    answers = [client.get("/api/utkast/a"), put(client), put(client, "x", id_="A")]

    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("text", ["**Fet** och\nny rad", "# Rubrik\n\n- ett\n- två", HOSTILE, ""])
def test_the_preview_is_what_the_renderer_of_peoples_text_makes(client, text):
    answer = client.post("/api/forhandsvisning", json={"text": text}, headers=ORIGIN)

    assert answer.text == render_people(text) and answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text and "<img" not in answer.text and "href" not in answer.text


def test_a_text_longer_than_is_rendered_is_refused(client):
    answer = client.post("/api/forhandsvisning", json={"text": "x" * (MAX_PEOPLE_CHARACTERS + 1)}, headers=ORIGIN)

    assert answer.status_code == 413 and answer.json() == {"error": "too-long"}
