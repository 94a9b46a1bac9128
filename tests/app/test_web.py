"""What is served beside the app: the guard, the probes, the finished documents, and who may ask."""

import asyncio
import os
import re
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from hub.bootstrap import build
from hub.errors import ContentError, Unavailable
from hub.settings import read_settings
from web import runtime, shell
from web.middleware import Guard
from web.origin import same_origin
from web.pages import Pages
from web.probes import Probes

POLICY = "default-src 'self'"
SAFE_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}
LEVELS = ("framework", "hop-out", "inbox", "reverse-case-flow")
HOSTILE = "\"><script>alert('hub')</script>"


class Client:
    """Asks an app without a server; each request is a visitor of its own."""

    def __init__(self, app: ASGIApp, base_url: str = "http://hub.test") -> None:
        self._app = app
        self._base_url = base_url

    def get(self, path: str, **more) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **more))

    def post(self, path: str, **more) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **more))

    async def _ask(self, method: str, path: str, **more) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app)) as client:
            return await client.request(method, self._base_url + path, **more)


# --- The guard -------------------------------------------------------------------------------------------------------


async def page(_request):
    return PlainTextResponse("the page")


async def not_found(_request):
    return PlainTextResponse("nobody has it", status_code=404)


async def failed(_request, reference):
    return PlainTextResponse(f"reference {reference}", status_code=500)


async def broken(_request):
    raise RuntimeError("the inside of the house")


async def broken_page(_request):
    raise RuntimeError("the inside of the house")


def setting_cookies(_request):
    response = PlainTextResponse("cookies", headers={"server": "a name"})
    response.set_cookie("plain", "1")
    response.set_cookie("already", "1", secure=True)
    return response


class Socketed:
    """A small app that remembers whether a socket reached it."""

    reached = False

    async def __call__(self, _scope, _receive, _send):
        self.reached = True


def knock(**headers: str) -> bool:
    """Ask for Streamlit's socket, and return whether the guard let it through."""
    inside, said = Socketed(), []
    guard = Guard(
        inside, pages={}, files=frozenset(), own=(), not_found=not_found, failed=failed, policy=POLICY, https=False,
        public_url="https://hub.public",
    )  # fmt: skip
    scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send(message):
        said.append(message["type"])

    async def receive():
        raise AssertionError("nobody listens")

    asyncio.run(guard(scope, receive, send))
    assert said == ([] if inside.reached else ["websocket.close"])
    return inside.reached


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "", "http://hub.test.example"])
def test_a_socket_from_elsewhere_goes_no_further_than_the_guard(origin):
    assert not knock(host="hub.test", origin=origin)


@pytest.mark.parametrize("headers", [{"origin": "http://hub.test"}, {"origin": "https://hub.public"}, {}])
def test_a_socket_of_our_own_pages_reaches_the_app(headers):
    assert knock(host="hub.test", **headers)


def guarded(*, https: bool = False, base_url: str = "http://hub.test") -> Client:
    """Return a client of a small app behind the guard."""
    app = Starlette(
        routes=[
            Route("/api/broken", broken),
            Route("/api/cookies", setting_cookies),
            Route("/static/js/app.js", page),
            Route("/_stcore/health", page),
            Route("/_stcore/metrics", page),
            Route("/secret", page),
        ],
        middleware=[
            Middleware(
                Guard,
                pages={"/": page, "/valj": page, "/bruten": broken_page},
                files=frozenset({"/static/js/app.js"}),
                own=("/api/",),
                not_found=not_found,
                failed=failed,
                policy=POLICY,
                https=https,
                public_url="https://hub.public",
            )
        ],
    )
    return Client(app, base_url=base_url)


@pytest.mark.parametrize("path", ["/", "/valj", "/valj/", "/static/js/app.js", "/_stcore/health", "/api/cookies"])
def test_an_address_that_exists_is_answered(path):
    assert guarded().get(path).status_code == 200


@pytest.mark.parametrize("path", ["/secret", "/_stcore/metrics", "/valj/x", "/static/js/other.js", "//", "/VALJ"])
def test_an_address_that_nobody_has_is_not_found(path):
    answer = guarded().get(path)

    assert (answer.status_code, answer.text) == (404, "nobody has it")


def test_a_page_cannot_be_posted_to():
    assert guarded().post("/valj").status_code == 404


@pytest.mark.parametrize("path", ["/valj", "/secret", "/api/broken", "/bruten", "/api/cookies", "/api/nope"])
def test_every_answer_carries_the_headers_that_keep_it_safe(path):
    with capture_logs():
        headers = guarded().get(path).headers

    assert {name: headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS


def test_the_camera_is_for_our_own_pages_and_the_place_for_nobody():
    policy = guarded().get("/").headers["permissions-policy"]

    assert "camera=(self)" in policy and "geolocation=()" in policy


def test_the_name_of_the_server_is_not_told():
    assert "server" not in guarded().get("/api/cookies").headers


@pytest.mark.parametrize("path", ["/api/broken", "/bruten"])
def test_an_unknown_error_shows_the_reference_that_was_logged(path):
    with capture_logs() as logged:
        answer = guarded().get(path)

    reference = logged[0]["reference"]
    assert (answer.status_code, answer.text) == (500, f"reference {reference}")


@pytest.mark.parametrize("path", ["/api/broken", "/bruten"])
def test_an_unknown_error_is_logged_with_its_address_and_cause(path):
    with capture_logs() as logged:
        guarded().get(path)

    assert [(line["event"], line["path"], line["exc_info"]) for line in logged] == [("request_failed", path, True)]


def test_a_reference_can_be_read_out():
    with capture_logs() as logged:
        guarded().get("/bruten")

    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", logged[0]["reference"])


def cookies(client: Client) -> list[str]:
    return client.get("/api/cookies").headers.get_list("set-cookie")


def test_cookies_are_secure_when_visitors_come_by_https():
    assert [cookie.lower().count("secure") for cookie in cookies(guarded(https=True))] == [1, 1]


def test_cookies_are_secure_when_the_proxy_says_https():
    assert [cookie.lower().count("secure") for cookie in cookies(guarded(base_url="https://hub.test"))] == [1, 1]


def test_cookies_work_on_a_laptop_without_https():
    assert "secure" not in cookies(guarded())[0].lower()


# --- The probes ------------------------------------------------------------------------------------------------------


def working() -> None:
    """Stand for a part that works."""


def unreachable() -> None:
    """Stand for a part that does not answer."""
    raise Unavailable("it does not answer")


def probed(checks: Mapping[str, object]) -> Client:
    return Client(Starlette(routes=[*Probes(checks, "v1").routes()]))


def test_the_hub_is_ready_when_each_part_works():
    answer = probed({"mart": working}).get("/api/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "parts": {"mart": "ok"}})


def test_the_hub_is_not_ready_when_a_part_does_not_answer():
    answer = probed({"mart": unreachable, "other": working}).get("/api/ready")

    assert (answer.status_code, answer.json()["parts"]) == (503, {"mart": "Unavailable", "other": "ok"})


def test_the_process_is_healthy_even_when_a_part_does_not_answer():
    answer = probed({"mart": unreachable}).get("/api/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "v1"})


@pytest.mark.parametrize("probe", ["/api/health", "/api/ready"])
def test_nobody_keeps_the_answer_of_a_probe(probe):
    assert probed({}).get(probe).headers["cache-control"] == "no-store"


def test_the_real_mart_is_ready():
    hub = build(read_settings(os.environ))

    assert probed({"mart": hub.mart.check}).get("/api/ready").status_code == 200


# --- The documents ---------------------------------------------------------------------------------------------------


def documents(**environ: str) -> Client:
    """Return a client of the real pages behind the guard, as the app serves them but without Streamlit."""
    html = Pages(build(read_settings({**os.environ, **environ})), shell.take_apart(runtime.index_page()))
    guard = Middleware(
        Guard,
        pages=html.app_pages(),
        files=frozenset(),
        own=("/nivaer/", "/robots.txt"),
        not_found=html.not_found,
        failed=html.failed,
        policy=POLICY,
        https=False,
    )
    return Client(Starlette(routes=html.routes(), middleware=[guard]), base_url="http://hub.test")


@pytest.fixture(scope="module")
def client():
    return documents()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_can_be_read_without_scripts(client, level, language):
    content = build(read_settings(os.environ)).levels[level][language]

    answer = client.get(f"/nivaer/{level}?lang={language}")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text and f"<h1>{content.name}</h1>" in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(("language", "heading"), [("sv", "Sidan finns inte"), ("en", "The page does not exist")])
@pytest.mark.parametrize("path", ["/finns-inte", "/nivaer/finns-inte", "/nivaer/a/b", "/nivaer/hop-out/x"])
def test_an_address_that_does_not_exist_is_explained_in_the_visitors_language(client, path, language, heading):
    answer = client.get(path, headers={"accept-language": language})

    assert answer.status_code == 404
    assert f"<h1>{heading}</h1>" in answer.text


@pytest.mark.parametrize("path", ["/valj/", "/nivaer/", "/nivaer/hop-out/"])
def test_a_final_slash_leads_to_the_same_document(client, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert f'<link rel="canonical" href="http://hub.test{path.rstrip("/")}">' in answer.text


@pytest.mark.parametrize("path", ["/", "/valj", "/nivaer", "/nivaer/hop-out", "/finns-inte"])
def test_a_hostile_address_is_shown_as_text(client, path):
    answer = client.get(path, params={"lang": "en", "niva": HOSTILE, HOSTILE: HOSTILE})

    assert "<script>alert" not in answer.text


def test_a_hostile_host_is_shown_as_text(client):
    answer = client.get("/valj", headers={"host": HOSTILE})

    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_apps_document_names_page_and_language(client, language):
    site = build(read_settings(os.environ)).site

    documents_by_path = {page.path: client.get(f"{page.path}?lang={language}").text for page in site.pages}

    assert all(
        f"<title>{page.title[language]} – Vårdmöteshubben</title>" in documents_by_path[page.path]
        and f'<html lang="{language}" translate="no"' in documents_by_path[page.path]
        for page in site.pages
    )


def test_the_document_of_a_level_in_the_app_is_named_after_the_level(client):
    answer = client.get("/nivaer?niva=hop-out&lang=en")

    assert "<title>Hop-out – Vårdmöteshubben</title>" in answer.text


def test_the_language_link_keeps_the_rest_of_the_address(client):
    answer = client.get("/valj?v=1&fraga=volume&lang=sv")

    assert 'href="?v=1&amp;fraga=volume&amp;lang=en"' in answer.text


def test_a_language_asked_for_is_remembered(client):
    cookie = client.get("/valj?lang=en").headers["set-cookie"]

    assert cookie.startswith("hub_lang=en;") and "httponly" in cookie.lower() and "samesite=lax" in cookie.lower()


@pytest.mark.parametrize("path", ["/valj", "/valj?lang=fi"])
def test_no_cookie_is_set_for_a_language_nobody_chose(client, path):
    assert "set-cookie" not in client.get(path).headers


def test_a_remembered_language_goes_before_the_browsers(client):
    answer = client.get("/valj", headers={"accept-language": "sv", "cookie": "hub_lang=en"})

    assert answer.headers["content-language"] == "en"


def test_the_public_address_stands_in_previews_of_shared_links():
    answer = documents(HUB_PUBLIC_URL="https://hub.example.se").get("/valj")

    assert '<link rel="canonical" href="https://hub.example.se/valj">' in answer.text


def test_the_page_for_an_unknown_error_shows_its_reference_and_nothing_else():
    html = Pages(build(read_settings(os.environ)), shell.take_apart(runtime.index_page()))
    guard = Middleware(
        Guard,
        pages={"/": broken_page},
        files=frozenset(),
        own=(),
        not_found=html.not_found,
        failed=html.failed,
        policy=POLICY,
        https=False,
    )

    with capture_logs() as logged:
        answer = Client(Starlette(middleware=[guard])).get("/?lang=en")

    assert answer.status_code == 500
    assert f"<strong>{logged[0]['reference']}</strong>" in answer.text
    assert "the inside of the house" not in answer.text


def test_search_engines_stay_out_of_the_results(client):
    assert "Disallow: /valj?" in client.get("/robots.txt").text


# --- The shell -------------------------------------------------------------------------------------------------------

INDEX = (
    '<head><link rel="stylesheet" href="./static/css/a.css"><script>start()</script>'
    '<script type="module" src="./static/js/a.js"></script></head>'
)


def test_the_shell_takes_what_the_app_needs_and_makes_its_addresses_absolute():
    parts = shell.take_apart(INDEX)

    assert parts.inline == "start()"
    assert parts.head.split("\n    ") == [
        '<link rel="stylesheet" href="/static/css/a.css">',
        '<script type="module" src="/static/js/a.js"></script>',
    ]


@pytest.mark.parametrize(
    "index",
    [
        INDEX.replace('type="module" ', ""),
        INDEX.replace("<script>start()</script>", ""),
        INDEX.replace("</head>", "<script>again()</script></head>"),
        "",
    ],
)
def test_an_index_page_that_looks_otherwise_stops_the_start(index):
    with pytest.raises(ContentError, match=r"Streamlit's index\.html"):
        shell.take_apart(index)


def test_the_policy_allows_the_one_inline_script_by_its_hash():
    parts = shell.take_apart(INDEX)

    policy = shell.content_security_policy(parts)

    # printf 'start()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy


# --- Who may ask -----------------------------------------------------------------------------------------------------


def asking(**headers: str) -> HTTPConnection:
    return HTTPConnection(
        {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    )


@pytest.mark.parametrize(
    ("origin", "host", "public_url", "expected"),
    [
        ("http://localhost:8501", "localhost:8501", "", True),
        ("https://hub.example.se", "hub.example.se", "https://hub.example.se", True),
        ("https://hub.example.se", "127.0.0.1:8501", "https://hub.example.se", True),
        ("https://evil.example", "hub.example.se", "https://hub.example.se", False),
        ("https://hub.example.se.evil.example", "hub.example.se", "https://hub.example.se", False),
        ("https://hub.example.se@evil.example", "hub.example.se", "https://hub.example.se", False),
        ("http://localhost:9999", "localhost:8501", "", False),
        ("null", "localhost:8501", "", False),
        ("", "localhost:8501", "", False),
        ("", "", "", False),
        ("file://", "", "", False),
    ],
)
def test_only_our_own_pages_are_of_the_same_origin(origin, host, public_url, expected):
    assert same_origin(asking(origin=origin, host=host), public_url) is expected


def test_whoever_leaves_the_origin_out_is_not_one_of_our_pages():
    assert same_origin(asking(host="localhost:8501"), "") is False
