"""News in the browser: a member reads them, confirms an address by a real letter, and follows the feed."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests import postman as post
from tests.browser.support import Server, free_port, visit
from tests.browser.test_forum import ask, faults, reply

NEWS = "/forum?vy=nytt"


@pytest.fixture(scope="module")
def postman() -> Iterator[post.Postman]:
    with post.running() as running:
        yield running


@pytest.fixture(scope="module")
def server(make_server, postman) -> Server:
    """One that has a mail server."""
    port = free_port()
    return make_server(
        port=port, HUB_DEMO="1", HUB_LIMIT_FACTOR="1000", HUB_PUBLIC_URL=f"http://127.0.0.1:{port}", HUB_SMTP_HOST="localhost",
        HUB_SMTP_PORT=str(postman.port), HUB_SMTP_SECURITY="none", HUB_SMTP_FROM="forum@hub.example",
    )  # fmt: skip


@pytest.fixture
def member(server, new_context):
    """Open a window of one of the made-up people on this server."""

    def make(persona: str, **options: object):
        context = new_context(server.url, bypass_csp=True, **options)
        answer = httpx.post(
            f"{server.url}/auth/demo", data={"persona": persona}, headers={"origin": server.url}, trust_env=False
        )
        context.add_cookies([{"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url}])
        return context.new_page()

    return make


def test_a_member_reads_news_confirms_an_address_and_takes_the_feed(server, postman, member):
    elin, maja = member("elin"), member("maja", viewport={"width": 390, "height": 844})
    ask(elin, "Hur bokar ni?")
    thread = elin.url
    visit(maja, thread.removeprefix(server.url))
    reply(maja, "Så här gör vi.")

    visit(elin, NEWS)
    expect(elin.locator(".hub-threads")).to_contain_text("1 nytt inlägg")
    assert faults(elin) == []
    elin.get_by_role("button", name="Markera allt som läst").click()
    expect(elin.locator("p[role=status]")).to_contain_text("markerat som läst")
    expect(elin.locator(".hub-threads")).to_have_count(0)

    # A slip of the hand is told beside the field; then a letter comes, and its link asks before it does anything.
    elin.get_by_label("Din e-postadress").fill("elin vid region")
    elin.get_by_role("button", name="Skicka länken").click()
    expect(elin.get_by_role("alert")).to_contain_text("Skriv en e-postadress")
    elin.get_by_label("Din e-postadress").fill("elin@region.example")
    elin.get_by_role("button", name="Skicka länken").click()
    expect(elin.locator("main")).to_contain_text(
        "Väntar på att du öppnar länken som skickades till elin@region.example"
    )
    visit(maja, postman.link("/forum/bekrafta"))
    maja.get_by_role("button", name="Bekräfta adressen").click()
    expect(maja.get_by_role("heading", level=1)).to_have_text("Adressen är bekräftad")

    visit(elin, NEWS)
    expect(elin.locator("main")).to_contain_text("Brevet går till elin@region.example")
    elin.get_by_role("button", name="Skapa en adress till flödet").click()
    feed = elin.get_by_label("Din adress").input_value()
    fetched = httpx.get(feed, trust_env=False)
    elin.get_by_role("button", name="Avsluta flödet").click()
    expect(elin.locator("p[role=status]")).to_contain_text("Flödet är avslutat")

    assert fetched.status_code == 200 and "Svar i: Hur bokar ni?" in fetched.text
    assert httpx.get(feed, trust_env=False).status_code == 404
