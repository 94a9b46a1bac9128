"""The call module in real browsers, with fake devices, against a room that does what it is told."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support import Server, Watch

CALL = {"phase": "call", "stage": "", "focus": True}
NO_CONTACT = "WebSocket|ERR_CONNECTION"
COLOUR = """video => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [16, 9];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 16, 9);
  const all = pen.getImageData(0, 0, 16, 9).data;
  const mean = (place) => { let sum = 0; for (let at = place; at < all.length; at += 4) sum += all[at]; return sum / (all.length / 4); };
  return [mean(0), mean(1), mean(2)];
}"""
GREEN = f"video => {{ const [red, green, blue] = ({COLOUR})(video); return video.videoWidth > 0 && green > 90 && green > red + 40 && green > blue + 40; }}"
FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"
GROWN = "([video, before]) => video.getVideoPlaybackQuality().totalVideoFrames > before + 10"
# What the browser lends is counted, so that a test can say that every light is off again.
COUNT_DEVICES = """
window.lent = [];
for (const name of ["getUserMedia", "getDisplayMedia"]) {
  const ask = navigator.mediaDevices?.[name]?.bind(navigator.mediaDevices);
  if (ask) navigator.mediaDevices[name] = async (...more) => { const stream = await ask(...more); window.lent.push(...stream.getTracks()); return stream; };
}
"""
LIVE = "window.lent.filter((track) => track.readyState === 'live').map((track) => track.kind).sort()"


class Fake:
    """The server of ``call_app.py`` and one room in it."""

    def __init__(self, server: Server, room: str) -> None:
        self.server = server
        self.room = room

    def ask(self, **what) -> None:
        httpx.post(f"{self.server.url}/fake/{self.room}", json=what, trust_env=False).raise_for_status()

    def show(self, role: str | None = None, **shown) -> None:
        """Change what one is shown, or both."""
        self.ask(show=shown, **({"role": role} if role else {}))

    def say(self, role: str, **message) -> None:
        self.ask(role=role, say=message)

    def told(self) -> dict:
        return httpx.get(f"{self.server.url}/fake/{self.room}", trust_env=False).json()

    def sent(self, kind: str, role: str | None = None) -> list[dict]:
        return [one for one in self.told()["sent"] if one["kind"] == kind and role in {None, one["role"]}]

    def address(self, role: str, language: str = "sv") -> str:
        return f"/?besok={self.room}-{role}&lang={language}"


@pytest.fixture(scope="module")
def meeting(tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("var"), script="tests/browser/call_app.py").start()
    yield server
    server.close()


@pytest.fixture
def fake(meeting, request) -> Fake:
    return Fake(meeting, re.sub(r"\W+", "", request.node.name)[-60:])


@pytest.fixture
def someone(browser, meeting) -> Iterator[Callable[..., BrowserContext]]:
    """Open a window of somebody's own; what no page may do is watched."""
    opened: list[BrowserContext] = []

    def make(on=browser, **options) -> BrowserContext:
        context = on.new_context(
            **{
                "base_url": meeting.url,
                "locale": "sv-SE",
                "viewport": {"width": 1280, "height": 900},
                "color_scheme": "light",
                **options,
            }
        )
        context.add_init_script(COUNT_DEVICES)
        context.watch = Watch(context, meeting.url)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
        context.watch.check()


@pytest.fixture
def join(someone, fake) -> Callable[..., Page]:
    """Come to the room in a role, in a window of one's own, and press something there."""

    def make(role: str, *, language: str = "sv", press: bool = True, **options) -> Page:
        page = someone(**options).new_page()
        page.goto(fake.address(role, language))
        expect(page.locator(".hub-call")).to_be_visible()
        if press:
            page.locator("h1").click()
        return page

    return make


@pytest.fixture
def pair(fake, join) -> tuple[Page, Page]:
    """Two who have met."""
    resident, staff = join("resident"), join("staff")
    fake.show(**CALL)
    for page in (resident, staff):
        connected(page)
    return resident, staff


def connected(page: Page) -> None:
    expect(page.locator(".hub-call-state")).to_have_text("Ansluten", timeout=20_000)


def control(page: Page, name: str):
    return page.locator(f"[data-control={name}]")


def remote(page: Page):
    return page.locator("video.hub-call-remote")


def heard(page: Page) -> str:
    return page.locator(".hub-call > [aria-live]").inner_text()


def says(page: Page, text: str) -> None:
    """Wait until something has been said to those who listen."""
    expect(page.locator(".hub-call > [aria-live]")).to_contain_text(text)


def flows(page: Page) -> None:
    """Wait until the other's picture moves and is not dark."""
    video = remote(page)
    before = video.evaluate(FRAMES)
    page.wait_for_function(GROWN, arg=[video.element_handle(), before], timeout=20_000)
    page.wait_for_function(GREEN, arg=video.element_handle(), timeout=20_000)


def is_seen(page: Page, seen: bool = True) -> None:
    expect(page.locator(".hub-call-frame")).to_have_attribute("data-seen", str(seen).lower(), timeout=20_000)


# Two who meet


def test_two_see_each_other_and_the_pictures_move(pair):
    for page in pair:
        is_seen(page)
        flows(page)
