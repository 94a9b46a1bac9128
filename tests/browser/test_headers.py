"""What every answer carries: the policy, the headers that keep it safe, and what link previews read."""

import base64
import hashlib
import json
import re
import subprocess
import sys

import httpx
import pytest

from tests.browser.support import LEVELS, PAGES, ROOT

KINDS = {
    "page": "/valj",
    "start page": "/",
    "plain page": f"/nivaer/{LEVELS[0]}",
    "missing page": "/finns-inte",
    "asset": "/assets/style.css",
    "missing asset": "/assets/nope.css",
    "probe": "/api/ready",
    "missing probe": "/api/nope",
    "robots": "/robots.txt",
    "Streamlit's health": "/_stcore/health",
    "closed door": "/_stcore/metrics",
}
PUBLIC = "https://hub.example.se"
NOWHERE_ELSE = re.compile(r"^('self'|'none'|'unsafe-inline'|'wasm-unsafe-eval'|'sha256-[\w+/=]+'|data:|blob:)$")


def get(server, path, **headers):
    return httpx.get(server.url + path, headers=headers, trust_env=False)


def policy(answer) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


def script_of_streamlit(server) -> str:
    return re.search(r'src="(/static/js/[^"]+\.js)"', get(server, "/").text)[1]


@pytest.fixture(scope="module")
def public(make_server):
    """A server that visitors reach by a name of its own, over HTTPS."""
    return make_server(HUB_PUBLIC_URL=PUBLIC)


@pytest.fixture(scope="module")
def behind_proxy(make_server):
    return make_server(HUB_TRUSTED_PROXIES="127.0.0.1")


@pytest.mark.parametrize("kind", [*KINDS, "Streamlit's script", "a POST", "a refused POST"])
def test_every_kind_of_answer_is_dressed(server, kind):
    if kind == "a POST":
        answer = httpx.post(f"{server.url}/valj", trust_env=False)
    elif kind == "a refused POST":
        answer = httpx.post(f"{server.url}/api/call/check", trust_env=False)
    else:
        answer = get(server, KINDS.get(kind) or script_of_streamlit(server))
    assert answer.status_code in {200, 403, 404, 405}
    assert "server" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    permissions = answer.headers["permissions-policy"]
    assert "camera=(self)" in permissions and "geolocation=()" in permissions
    rules = policy(answer)
    assert rules["default-src"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["object-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == rules["connect-src"] == ["'self'"]
    assert "'unsafe-inline'" not in rules["script-src"] and "'unsafe-eval'" not in rules["script-src"]
    strangers = [source for sources in rules.values() for source in sources if not NOWHERE_ELSE.match(source)]
    assert not strangers


@pytest.mark.parametrize("path", PAGES.values())
def test_the_policy_names_the_one_inline_script_that_is_served(server, path):
    answer = get(server, path)
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(inline) == 1 and len(inline[0].strip()) > 20
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy(answer)["script-src"]
    assert not re.search(r"\son\w+=", answer.text)


@pytest.mark.parametrize("path", [f"/nivaer/{LEVELS[0]}", "/finns-inte"])
def test_a_plain_page_loads_no_script_at_all(server, path):
    assert "<h1>" in get(server, path).text and "<script" not in get(server, path).text


def test_what_a_visitor_types_never_becomes_part_of_the_document(server):
    for path in ("/finns-inte", "/valj", "/nivaer"):
        answer = get(server, f"{path}?lang='><script>alert(1)</script>&niva='><script>alert(1)</script>")
        assert answer.text.count("alert(1)") <= 1 and "<script>alert" not in answer.text


def test_the_language_is_kept_in_a_cookie_that_scripts_cannot_read(server):
    kept = get(server, "/om?lang=en").headers["set-cookie"].lower()
    assert "hub_lang=en" in kept and "httponly" in kept and "samesite=lax" in kept
    assert "set-cookie" not in get(server, "/om").headers


def test_cookies_are_secure_behind_a_trusted_proxy_that_says_https(behind_proxy, server):
    https = {"x-forwarded-proto": "https"}
    assert "; secure" in get(behind_proxy, "/om?lang=en", **https).headers["set-cookie"].lower()
    assert "; secure" not in get(behind_proxy, "/om?lang=en").headers["set-cookie"].lower()
    assert "; secure" not in get(server, "/om?lang=en", **https).headers["set-cookie"].lower()


def test_cookies_are_secure_when_the_public_address_is_https(public):
    assert get(public, "/om?lang=en").headers["set-cookie"].lower().count("; secure") == 1


@pytest.mark.parametrize("path", [*PAGES.values(), f"/nivaer/{LEVELS[0]}"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_addresses_for_others_use_the_public_name(public, path, language):
    text = get(public, f"{path}?lang={language}", host="evil.example").text
    assert "evil.example" not in text
    assert f'<link rel="canonical" href="{PUBLIC}{path}">' in text
    for each in ("sv", "en"):
        assert f'<link rel="alternate" hreflang="{each}" href="{PUBLIC}{path}?lang={each}">' in text
    properties = dict(re.findall(r'<meta property="og:(\S+)" content="([^"]*)">', text))
    title = re.search(r"<title>(.*?)</title>", text)[1]
    assert properties["title"] == title and title.endswith(" – Vårdmöteshubben")
    assert len(properties["description"]) > 30
    assert properties["locale"] == {"sv": "sv_SE", "en": "en_GB"}[language]
    assert properties["image"].startswith(f"{PUBLIC}/assets/") and properties["image:alt"]
    assert f'<html lang="{language}"' in text


def test_the_picture_for_previews_is_served(public):
    address = re.search(r'og:image" content="([^"]*)"', get(public, "/").text)[1]
    answer = get(public, address.removeprefix(PUBLIC))
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert len(answer.content) > 5_000


def test_a_level_presents_itself_by_its_own_name(server):
    titles = {re.search(r"<title>(.*?)</title>", get(server, f"/nivaer?niva={level}").text)[1] for level in LEVELS}
    assert len(titles) == len(LEVELS)


def test_the_probes_say_that_the_server_is_up_and_ready(server):
    assert get(server, "/api/health").json()["status"] == "ok"
    assert get(server, "/api/ready").json() == {"status": "ready", "parts": {"database": "ok", "mart": "ok"}}
    assert get(server, "/api/ready").headers["cache-control"] == "no-store"


def test_robots_are_kept_out_of_the_endless_results(server):
    assert "Disallow: /valj?" in get(server, "/robots.txt").text


def test_a_fault_is_logged_without_what_visitors_sent():
    # The middleware hands a fault to the log with the request in its local variables.
    code = """
from web.logs import start_logging
import structlog
start_logging("info")
def fail(cookie):
    raise ValueError("broken")
try:
    fail("hub_lang=secret")
except ValueError:
    structlog.get_logger("x").exception("request_failed")
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    line = json.loads(said)
    assert line["event"] == "request_failed" and "broken" in said and "secret" not in said
