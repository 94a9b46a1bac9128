"""Signing in and out by HTTP: against a real login provider, a dishonest one, and none."""

import asyncio
import base64
import dataclasses
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from hub.bootstrap import build, fingerprints
from hub.clock import utc_now
from hub.database import Database
from hub.identity.accounts import Accounts
from hub.identity.service import Identity
from hub.limits import Limits
from hub.settings import read_settings
from hub.visitor import BROWSER_COOKIE, Role
from tests.provider import running
from web import runtime, shell
from web.account import Account
from web.auth import Auth
from web.pages import Pages
from web.visitors import keep_browser, visitor_of

HUB = build(read_settings(os.environ))
HERE = "http://localhost:8501"
CLIENT = "hub"
SECRET = "s" * 32


class Browser:
    """Somebody with a cookie jar, who follows no redirect unasked."""

    def __init__(self, app, base=HERE, peer=("127.0.0.1", 50_000)) -> None:
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app, client=peer)
        self.client = httpx.AsyncClient(transport=transport, base_url=base)

    def get(self, path, **more) -> httpx.Response:
        return self._loop.run_until_complete(self.client.get(path, **more))

    def post(self, path, data=None, *, origin=HERE, **headers) -> httpx.Response:
        headers = {**({"origin": origin} if origin else {}), **headers}
        return self._loop.run_until_complete(self.client.post(path, data=data or {}, headers=headers))

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("hub_session")

    def close(self) -> None:
        self._loop.run_until_complete(self.client.aclose())
        self._loop.close()


class Place:
    """An installation with the ways in and out, and one page of its own that tells who asks."""

    def __init__(self, var, limits=None, **settings) -> None:
        given = read_settings({"HUB_VAR": str(var), "HUB_COOKIE_SECRET": SECRET, **settings})
        database, limits = Database(given.database()), limits or Limits(factor=100)
        database.migrate()
        shared = {"regions": HUB.regions, "rules_version": 1, "fingerprint": fingerprints(given)}
        self.hub = dataclasses.replace(
            HUB,
            settings=given,
            database=database,
            limits=limits,
            identity=Identity(database, limits, given, utc_now, **shared),
            accounts=Accounts(database, limits, utc_now, **shared),
        )
        pages = Pages(self.hub, shell.take_apart(runtime.index_page()))

        async def who(request):
            by = await asyncio.to_thread(visitor_of, request, self.hub.identity)
            return await pages.notice(request, "who", [by.key, by.own_name, ",".join(sorted(by.roles))])

        self.app = Starlette(
            routes=[Auth(self.hub, pages).mount(), *Account(self.hub, pages).routes(), Route("/who", who)]
        )
        self._browsers: list[Browser] = []

    def browser(self, **more) -> Browser:
        self._browsers.append(Browser(self.app, **more))
        return self._browsers[-1]

    def close(self) -> None:
        for browser in self._browsers:
            browser.close()
        self.hub.database.close()


def who(browser: Browser, **headers) -> str:
    return browser.get("/who", headers=headers).text


def signed_in(browser: Browser) -> bool:
    return "person:" in who(browser)


@pytest.fixture(scope="module")
def make_place(tmp_path_factory) -> Iterator:
    made: list[Place] = []

    def make(**settings) -> Place:
        made.append(Place(tmp_path_factory.mktemp("var"), **settings))
        return made[-1]

    yield make
    for place in made:
        place.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A real provider."""
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def place(make_place, provider) -> Place:
    return make_place(
        HUB_OIDC_ISSUER=provider,
        HUB_OIDC_CLIENT_ID=CLIENT,
        HUB_OIDC_CLIENT_SECRET="secret",
        HUB_OIDC_ROLES_CLAIM="hub_roles",
        HUB_ADMINISTRATORS="root",
    )


@pytest.fixture(scope="module")
def trial(make_place) -> Place:
    """An installation with made-up people."""
    return make_place(HUB_DEMO="1")


def authorize(address: str, sub: str = "anna", **changed: str) -> str:
    """Say yes at the provider, and return where it sends the browser."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    to = urlunsplit(parts._replace(query=urlencode(query)))
    answer = httpx.post(to, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix(HERE)


def enter(browser: Browser, sub: str = "anna", onward: str = "/valj") -> httpx.Response:
    begun = browser.get(f"/auth/login?next={quote(onward)}")
    return browser.get(authorize(begun.headers["location"], sub))


# --- With a provider -------------------------------------------------------------------------------------------------


def test_a_login_asks_for_a_code_with_state_nonce_and_a_proof_of_key(place):
    answer = place.browser().get("/auth/login?next=/valj")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    assert answer.status_code == 302 and answer.headers["cache-control"] == "no-store"
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert asked["redirect_uri"] == f"{HERE}/auth/callback"


def test_whoever_comes_back_from_the_provider_is_known_with_name_and_roles(place):
    browser = place.browser()
    answer = enter(browser)

    assert answer.status_code == 303 and answer.headers["location"] == "/konto?till=%2Fvalj"
    assert "Anna Ek" in who(browser) and "reader" in who(browser) and "coach" not in who(browser)


def test_the_first_profile_opens_the_roles_and_leads_on(place):
    browser = place.browser()
    enter(browser, "new-member")
    sent = {
        "namn": "Nils Ny", "region": "M", "organisation": "", "roll": "", "visas": "name", "godkann": "1",
        "version": "1", "till": "/valj?v=1", "kommando": "command-first",
    }  # fmt: skip
    wrong = browser.post("/api/konto/profil", {**sent, "namn": ""})
    right = browser.post("/api/konto/profil", sent)

    assert wrong.headers["location"] == "/konto?fel=profil&till=%2Fvalj%3Fv%3D1"
    assert right.headers["location"] == "/valj?v=1" and "member" in who(browser)
    assert enter(browser, "new-member").headers["location"] == "/valj"


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_of_other_sites(place):
    cookies = enter(place.browser()).headers.get_list("set-cookie")
    (session,) = [one for one in cookies if one.startswith("hub_session=")]

    assert "httponly" in session.lower() and "samesite=lax" in session.lower() and "path=/;" in session.lower() + ";"
    assert "domain" not in session.lower()


def test_the_cookie_of_a_login_under_way_reaches_the_login_only_and_is_emptied_by_it(place):
    browser = place.browser()
    begun = browser.get("/auth/login")
    done = browser.get(authorize(begun.headers["location"]))

    under_way = begun.headers["set-cookie"].lower()
    assert (
        "hub_login=" in under_way
        and "path=/auth" in under_way
        and "httponly" in under_way
        and "max-age=900" in under_way
    )
    assert "hub_login=null" in done.headers["set-cookie"]


def test_the_id_changes_at_login_and_an_id_planted_before_is_never_adopted(place):
    browser = place.browser()
    browser.client.cookies.set("hub_session", "A" * 43, domain="localhost.local")
    enter(browser)
    ids = {cookie.value for cookie in browser.client.cookies.jar if cookie.name == "hub_session"}
    stolen = place.browser()
    stolen.client.cookies.set("hub_session", "A" * 43)

    assert len(ids - {"A" * 43}) == 1 and not signed_in(stolen)


def test_signing_in_anew_ends_the_session_the_browser_had(place):
    browser, thief = place.browser(), place.browser()
    enter(browser)
    thief.client.cookies.set("hub_session", browser.session)
    before = signed_in(thief)
    enter(browser)

    assert before and signed_in(browser) and not signed_in(thief)


def test_a_cookie_stolen_before_is_nobody_after_signing_out(place):
    browser, thief = place.browser(), place.browser()
    enter(browser)
    thief.client.cookies.set("hub_session", browser.session)
    answer = browser.post("/auth/logout")

    assert answer.status_code == 303 and answer.headers["clear-site-data"] == '"cache"'
    assert not signed_in(thief) and browser.session is None


def test_looking_at_the_page_to_sign_out_signs_nobody_out(place):
    browser = place.browser()
    enter(browser)
    page = browser.get("/auth/logout")

    assert page.status_code == 200 and 'action="/auth/logout"' in page.text and signed_in(browser)


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example", "///evil.example"]
)
def test_a_login_leads_to_no_other_host(place, wanted):
    browser = place.browser()

    assert enter(browser, onward=wanted).headers["location"] in {"/", "/konto?till=%2F"}


def test_an_answer_that_nobody_has_asked_for_signs_nobody_in(place):
    begun, other = place.browser(), place.browser()
    back = authorize(begun.get("/auth/login").headers["location"])
    refused = other.get(back)

    assert refused.status_code == 400 and not signed_in(other)
    assert "Försök logga in igen" in refused.text and "Traceback" not in refused.text


def test_an_answer_works_once(place):
    browser = place.browser()
    back = authorize(browser.get("/auth/login").headers["location"])
    browser.get(back)
    again = place.browser()
    again.client.cookies.update(browser.client.cookies)

    assert again.get(back).status_code == 400


@pytest.mark.parametrize(
    "changed", [{"nonce": "another-nonce-than-ours"}, {"state": "another"}, {"client_id": "another-client"}]
)
def test_an_answer_to_another_question_signs_nobody_in(place, changed):
    browser = place.browser()
    back = authorize(browser.get("/auth/login").headers["location"], **changed)

    assert browser.get(back).status_code == 400 and not signed_in(browser)


def test_somebody_who_says_no_at_the_provider_is_told_so(place):
    browser = place.browser()
    begun = browser.get("/auth/login?next=/valj").headers["location"]
    back = httpx.post(begun, data={"action": "deny"}, trust_env=False).headers["location"].removeprefix(HERE)
    answer = browser.get(back)

    assert answer.status_code == 400 and "Du avbröt" in answer.text and "/auth/login?next=/valj" in answer.text


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=<script>alert(1)</script>&state=x", "?state=" + "s" * 3000]
)
def test_a_malformed_answer_is_met_with_a_page(place, query):
    answer = place.browser().get("/auth/callback" + query)

    assert answer.status_code == 400 and "<script>" not in answer.text


def test_roles_named_in_the_settings_come_with_the_login(place):
    browser = place.browser()
    enter(browser, "root")
    browser.post(
        "/api/konto/profil",
        {"namn": "Rut", "region": "AB", "visas": "name", "godkann": "1", "version": "1", "kommando": "command-root"},
    )

    assert Role.ADMINISTRATOR.value in who(browser)


def test_the_file_with_own_data_is_for_oneself_only(place):
    browser, other = place.browser(), place.browser()
    enter(browser)
    own = browser.get("/api/konto.json")

    assert own.status_code == 200 and "attachment" in own.headers["content-disposition"]
    assert own.json()["profile"][0]["subject"] == "anna" and own.headers["cache-control"] == "no-store"
    assert other.get("/api/konto.json").status_code == 303


# --- Forms from elsewhere --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://localhost:8502", "http://localhost:8501.evil.example"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/auth/logout",
        "/auth/demo",
        "/auth/engang",
        "/api/konto/profil",
        "/api/konto/val",
        "/api/konto/session",
        "/api/konto/avsluta",
        "/api/administration/ge",
        "/api/administration/ta-tillbaka",
    ],
)
def test_a_form_from_another_site_is_refused(trial, path, origin):
    browser = trial.browser()
    browser.post("/auth/demo", {"persona": "adam"})
    answer = browser.post(path, {"persona": "elin", "texter": "tom", "kommando": "command-cross"}, origin=origin)

    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert "Demo: Adam" in who(browser)


def test_a_form_that_is_far_too_large_is_not_read(trial):
    assert trial.browser().post("/auth/demo", {"persona": "x" * 50_000}).status_code == 413


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/demo", "/api/konto/profil", "/api/konto/avsluta"])
def test_nothing_is_done_by_a_request_that_only_reads(trial, path):
    browser = trial.browser()
    browser.post("/auth/demo", {"persona": "maja"})
    browser.get(path)

    assert "Demo: Maja" in who(browser)


def test_signing_in_again_and_again_is_slowed_down(make_place):
    place = make_place(HUB_DEMO="1", limits=Limits({"login": 3, "write": 60, "export": 6}))
    answers = [place.browser().post("/auth/demo", {"persona": "maja"}) for _time in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


# --- Made-up people --------------------------------------------------------------------------------------------------


def test_made_up_people_are_offered_on_this_machine(trial):
    page = trial.browser().get("/auth/login?next=/valj").text

    assert len(re.findall(r'name="persona"', page)) == 6 and "påhittade" in page and 'value="/valj"' in page


@pytest.mark.parametrize("persona", ["maja", "elin", "alva", "cesar", "mona", "adam"])
def test_whoever_becomes_a_made_up_person_goes_on_at_once(trial, persona):
    browser = trial.browser()
    answer = browser.post("/auth/demo", {"persona": persona, "next": "/valj?v=1"})

    assert answer.headers["location"] == "/valj?v=1" and "member" in who(browser)


@pytest.mark.parametrize(
    ("base", "peer", "headers"),
    [
        (HERE, ("10.0.0.4", 50_000), {}),
        ("http://hub.example.se", ("127.0.0.1", 50_000), {}),
        (HERE, ("127.0.0.1", 50_000), {"x-forwarded-for": "10.0.0.4"}),
        (HERE, ("127.0.0.1", 50_000), {"forwarded": "for=10.0.0.4"}),
        (HERE, ("127.0.0.1", 50_000), {"x-real-ip": "127.0.0.1"}),
        (HERE, ("127.0.0.1", 50_000), {"via": "1.1 proxy"}),
        (HERE, ("127.0.0.1", 50_000), {"connection": "close"}),
    ],
)
def test_nobody_becomes_a_made_up_person_from_elsewhere_and_a_session_of_one_is_nobody_there(
    trial, base, peer, headers
):
    home, away = trial.browser(), trial.browser(base=base, peer=peer)
    home.post("/auth/demo", {"persona": "elin"})
    refused = away.post("/auth/demo", {"persona": "elin"}, origin=base, **headers)
    away.client.cookies.set("hub_session", home.session)

    assert refused.status_code == 404 and "Demo: Elin" in who(home)
    assert "Demo: Elin" not in who(away, **headers)
    assert "Demo:" not in away.get("/auth/login", headers=headers).text


def test_made_up_people_are_switched_off_unless_asked_for(make_place):
    browser = make_place().browser()

    assert browser.post("/auth/demo", {"persona": "elin"}).status_code == 404
    assert browser.get("/auth/login").status_code == 404


# --- No provider, and the one-time link ------------------------------------------------------------------------------


def test_an_installation_where_nobody_can_sign_in_says_so_and_why(make_place):
    answer = make_place(HUB_HOST="0.0.0.0").browser(base="http://hub.example.se").get("/auth/login")

    assert answer.status_code == 404 and "inloggningstjänst" in answer.text and "HUB_OIDC" in answer.text


def test_the_one_time_link_is_not_used_up_by_being_looked_at(make_place):
    place = make_place(HUB_HOST="0.0.0.0")
    code = place.hub.identity.new_one_time_code()
    first, second = place.browser(), place.browser()
    looked = [first.get(f"/auth/engang?kod={code}") for _time in range(3)]
    used = first.post("/auth/engang", {"kod": code})
    again = second.post("/auth/engang", {"kod": code})

    assert {page.status_code for page in looked} == {200} and not any("set-cookie" in page.headers for page in looked)
    assert used.headers["location"] == "/konto?till=%2Fadministration" and signed_in(first)
    assert again.status_code == 404 and not signed_in(second)


def test_an_address_below_the_login_that_nobody_has_is_not_found(trial):
    assert trial.browser().get("/auth/nope").status_code == 404


def test_a_browser_without_a_session_is_named_by_its_own_cookie_or_its_address(trial):
    browser = trial.browser()
    by_address = who(browser)
    browser.client.cookies.set(BROWSER_COOKIE, "b" * 43)

    assert "address:" in by_address and "browser:" in who(browser)


def test_a_browser_is_given_a_name_once():
    class Answer(dict):
        def set_cookie(self, name, value, **options):
            self[name] = (value, options)

    def asked(**cookies):
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return HTTPConnection({"type": "http", "headers": [(b"cookie", header.encode())]})

    made, again = Answer(), Answer()
    name = keep_browser(asked(), made)

    assert keep_browser(asked(**{BROWSER_COOKIE: name}), again) == name and not again
    assert made[BROWSER_COOKIE][1]["httponly"] and made[BROWSER_COOKIE][1]["samesite"] == "lax"


# --- A provider that does not answer, or not as it should ------------------------------------------------------------


def test_a_provider_that_is_down_is_told_of_on_a_page(make_place):
    place = make_place(HUB_OIDC_ISSUER="http://127.0.0.1:9", HUB_OIDC_CLIENT_ID=CLIENT)
    answer = place.browser().get("/auth/login?next=/valj")

    assert answer.status_code == 503 and "Inloggningstjänsten svarar inte" in answer.text
    assert "/auth/login?next=/valj" in answer.text and "Traceback" not in answer.text


@cache
def own_key() -> RSAKey:
    """Make the dishonest provider's key, which takes long, once."""
    return RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})


class Dishonest(ThreadingHTTPServer):
    """A provider that puts into its token whatever it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.key = own_key()
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.issuer = self.url
        self.algorithms = ["RS256"]
        self.claims: dict = {}
        self.signed = self.sign

    def sign(self, claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def answer(self, path: str) -> dict:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "id_token_signing_alg_values_supported": self.algorithms,
            }
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        token = {"access_token": "a", "token_type": "Bearer", "expires_in": 60}
        return token if self.claims.pop("left-out", None) else {**token, "id_token": self.signed(self.claims)}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.server.answer(self.path)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def dishonest() -> Iterator[Dishonest]:
    server = Dishonest()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def unsigned(claims) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def by_secret(claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def by_another_key(claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048, {"kid": "one"}))


def came_back(make_place, dishonest, *, signed=None, **changed) -> tuple[httpx.Response, bool]:
    place = make_place(HUB_OIDC_ISSUER=dishonest.url, HUB_OIDC_CLIENT_ID=CLIENT, HUB_OIDC_CLIENT_SECRET=SECRET)
    browser = place.browser()
    begun = parse_qs(urlsplit(browser.get("/auth/login").headers["location"]).query)
    now = int(time.time())
    honest = {
        "iss": dishonest.url, "aud": CLIENT, "sub": "anna", "iat": now, "exp": now + 600, "nonce": begun["nonce"][0],
    }  # fmt: skip
    dishonest.claims = {name: value for name, value in {**honest, **changed}.items() if value is not None}
    dishonest.signed = signed or dishonest.sign
    return browser.get(f"/auth/callback?code=x&state={begun['state'][0]}"), signed_in(browser)


def test_a_token_that_is_as_it_should_be_is_believed(make_place, dishonest):
    answer, entered = came_back(make_place, dishonest)

    assert (answer.status_code, entered) == (303, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another", CLIENT], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"left-out": True},
        {"signed": unsigned},
        {"signed": by_secret},
        {"signed": by_another_key},
        {"signed": lambda _claims: "not.a.token"},
    ],
    # A function's own words hold its address, which differs from process to process.
    ids=lambda changed: str(changed) if "signed" not in changed else changed["signed"].__name__,
)
def test_a_token_that_is_not_as_it_should_be_is_refused(make_place, dishonest, changed):
    dishonest.algorithms = ["RS256", "HS256", "none"]
    answer, entered = came_back(make_place, dishonest, **changed)

    assert (answer.status_code, entered) == (400, False)
    assert "Du är inte inloggad" in answer.text and "Traceback" not in answer.text


def test_a_provider_that_calls_itself_something_else_is_refused(make_place, dishonest):
    dishonest.issuer = "https://evil.example"
    place = make_place(HUB_OIDC_ISSUER=dishonest.url, HUB_OIDC_CLIENT_ID=CLIENT)

    assert place.browser().get("/auth/login").status_code == 503


def test_the_way_back_is_the_public_address(make_place, provider):
    place = make_place(HUB_OIDC_ISSUER=provider, HUB_OIDC_CLIENT_ID=CLIENT, HUB_PUBLIC_URL="https://hub.example.se")
    asked = place.browser(base="http://evil.example").get("/auth/login").headers["location"]

    assert parse_qs(urlsplit(asked).query)["redirect_uri"] == ["https://hub.example.se/auth/callback"]
