"""What is pushed to open pages without a reload, and whom the channel refuses."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from components.live import JS
from tests.browser.support import visit

TAG = """() => { for (const each of document.querySelectorAll("h1, #kontakt, #alla-kallor")) each.tagged = true;
  document.querySelector("#alla-kallor").open = true; window.loadedOnce = true; }"""
TAGGED = """() => window.loadedOnce && document.querySelector("#alla-kallor").open &&
  [...document.querySelectorAll("h1, #kontakt, #alla-kallor")].filter((each) => each.tagged).length"""


def windows(page: Page):
    return page.get_by_text(re.compile("Fönster som har den här sidan öppen")).get_by_role("strong")


def counted(page: Page, number: int) -> None:
    expect(windows(page)).to_have_text(str(number))


@pytest.fixture
def quiet(make_server):
    """A server of its own, so that nobody else has the page open."""
    server = make_server()
    yield server
    server.close()


def test_the_number_of_windows_is_pushed_to_every_window_and_nothing_else_is_drawn_anew(quiet, new_context):
    first = new_context(quiet.url).new_page()
    asked: list[str] = []
    visit(first, "/om")
    counted(first, 1)
    first.evaluate(TAG)
    first.on("request", lambda request: asked.append(request.url))
    second = new_context(quiet.url).new_page()
    visit(second, "/om")
    counted(second, 2)
    counted(first, 2)
    third = second.context.new_page()
    visit(third, "/om")
    for page in (first, second, third):
        counted(page, 3)
    second.close()
    counted(first, 2)
    counted(third, 2)
    third.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Nivåer").click()
    expect(third).to_have_url(re.compile("/nivaer$"))
    counted(first, 1)
    assert first.evaluate(TAGGED) == 3
    assert asked == []


def test_a_window_whose_line_broke_is_counted_again_when_it_is_back(quiet, new_context):
    page = new_context(quiet.url).new_page()
    page.context.watch.allow(
        "WebSocket connection|ERR_CONNECTION_REFUSED|No response received|not responding|ERR_EMPTY_RESPONSE"
    )
    visit(page, "/om")
    counted(page, 1)
    quiet.kill()
    quiet.start()
    page.reload()
    counted(page, 1)


def test_a_live_page_left_the_moment_it_is_drawn_stays_left(quiet, new_context):
    page = new_context(quiet.url).new_page()
    visit(page, "/mognad")
    for _ in range(12):
        page.get_by_role("contentinfo").get_by_role("link", name="Om hubben, källor och integritet").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Om Vårdmöteshubben")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vad regionerna svarade 2020")
    assert "fragment" not in quiet.said()


LISTEN = """async ([js, topic]) => {
  const listening = (await import(URL.createObjectURL(new Blob([js], { type: "text/javascript" })))).default;
  const parentElement = document.createElement("div");
  window.told = [];
  window.draw = (seen) => listening({ data: { topic, seen, page: location.pathname }, parentElement,
    setTriggerValue: (name, version) => told.push(version) });
}"""


@pytest.fixture
def listening(new_context):
    """A page where a listener is drawn by hand: ``draw(seen)`` draws it, and ``told`` is what it has asked for."""
    page = new_context().new_page()
    visit(page, "/mognad")
    page.clock.install()
    return page


def test_what_is_not_drawn_is_asked_for_again_until_it_is(listening):
    listening.evaluate(LISTEN, [JS, "board"])
    listening.evaluate("void draw(-1)")
    listening.wait_for_function("() => told.length", polling=50)
    listening.clock.run_for(50_000)
    asked = listening.evaluate("draw(told[0]) && told.length")
    listening.clock.run_for(50_000)

    assert 3 <= asked <= 10
    assert listening.evaluate("told.length") == asked


def test_a_listener_stays_when_an_earlier_turn_of_it_ends(listening, server):
    listening.evaluate(LISTEN, [JS, "windows"])
    listening.evaluate("window.end = draw(-1); draw(-1); end()")
    with connect(f"ws://127.0.0.1:{server.port}/api/live?topic=windows", origin=server.url, proxy=None) as other:
        version = json.loads(other.recv(timeout=5))["version"]
        listening.wait_for_function("(least) => told.some((each) => each >= least)", arg=version, polling=50)


def refusal(server, query: str, origin: str | None) -> int:
    """The status, or the code of closing, with which a socket is turned away."""
    try:
        with connect(
            f"ws://127.0.0.1:{server.port}/api/live{query}", origin=origin, proxy=None, open_timeout=5
        ) as socket:
            socket.recv(timeout=5)
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd.code
    return 0


@pytest.mark.parametrize(
    ("query", "origin"),
    [
        ("?topic=windows", "https://evil.example"),
        ("?topic=windows", "http://localhost"),
        ("?topic=windows", "null"),
        ("?topic=windows", None),
        ("?topic=secret", "own"),
        ("?topic=", "own"),
        ("", "own"),
    ],
)
def test_a_foreign_page_or_an_unknown_topic_is_refused(server, query, origin):
    assert refusal(server, query, server.url if origin == "own" else origin) == 403


def test_our_own_page_is_told_where_a_topic_is_and_when_it_moves(server):
    with connect(f"ws://127.0.0.1:{server.port}/api/live?topic=windows", origin=server.url, proxy=None) as first:
        seen = json.loads(first.recv(timeout=5))
        assert seen["topic"] == "windows" and isinstance(seen["version"], int)
        with connect(f"ws://127.0.0.1:{server.port}/api/live?topic=windows", origin=server.url, proxy=None):
            assert json.loads(first.recv(timeout=5))["version"] > seen["version"]
        first.send("whatever a visitor sends is ignored" * 1000)
        assert json.loads(first.recv(timeout=5))["version"] > seen["version"] + 1
