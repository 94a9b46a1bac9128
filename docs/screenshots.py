# ruff: noqa: INP001 - a script
"""Take the pictures in ``docs/screens/`` anew: each page type in Swedish, light, 1280 and 390 px wide.

Names as arguments, such as ``plan``, take only those.

Starts the app on a free port and visits it with Chromium: the one that ``CHROMIUM`` names, else the one on the path,
else Playwright's own. ``make screenshots`` runs this.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
SCREENS: Final = ROOT / "docs" / "screens"
WIDTHS: Final = {1280: 800, 390: 844}
"""Heights by width, in CSS pixels; a picture shows the whole page unless it is cut."""
CUT_AT: Final = 2400
"""Long pages show their type well before they end."""
COLOURS: Final = 256
"""Enough for a page without photographs, and less than half the bytes."""
LARGEST_BYTES: Final = 400_000
START_WITHIN_S: Final = 60
DRAWN_WITHIN_MS: Final = 30_000

ANSWERS: Final = (
    "who-starts.care~single-login.needed~volume.many~booked-times.not-needed~horizon.soon~video-safe.yes"
    "~video-login.yes~video-links.yes~record-inbox.dont-know~record-booking.no~capacity.yes~groups.minors_no-e-id"
)
PAGES: Final = {
    "start": ("/", False),
    "question": ("/valj?v=1&s1=who-starts.care~single-login.needed&fraga=volume", False),
    "result": (f"/valj?v=1&s1={ANSWERS}&n1=Psykiatrin", True),
    "reading": ("/nivaer?niva=hop-out", True),
    "list": ("/nivaer", False),
    "dashboard": ("/mognad", False),
    "not-found": ("/finns-inte", False),
    "plan": (f"/plan?v=1&s1={ANSWERS}&n1=Psykiatrin", True),
    "demo": ("/prova?niva=inbox", True),
    "call": ("/prova?niva=inbox", True),
    "forum": ("/auth/login?next=/forum", True),
    "thread": ("/forum?ny=fraga&kategori=levels", False),
}
"""Address of each page type, and whether its picture is cut."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the app while the block runs, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    var = tempfile.TemporaryDirectory()
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "HUB_HOST": "127.0.0.1", "HUB_VAR": var.name, "HUB_DEMO": "1"},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        var.cleanup()


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    latest = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < latest:
        try:
            if httpx.get(f"{address}/api/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    sys.exit("The app did not start; run python app.py to see why.")


def _chromium() -> str | None:
    named = os.environ.get("CHROMIUM") or ""
    found = (shutil.which(name) for name in (named, "chromium", "chromium-browser", "google-chrome") if name)
    return next(filter(None, found), None)


def _settle(page: Page) -> None:
    """Wait until the page is drawn: heading, drawings, fonts, and a height that stays."""
    page.set_default_timeout(DRAWN_WITHIN_MS)
    page.locator("h1").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_function(
        """() => {
          const app = document.querySelector(".stApp");
          const drawn = (!app || app.dataset.testScriptState === "notRunning") && !document.querySelector("[data-drawing]");
          const height = document.documentElement.scrollHeight;
          if (window.lastHeight !== height) { window.lastHeight = height; window.since = performance.now(); }
          return drawn && performance.now() - window.since > 500;
        }"""
    )


def _keep(page: Page) -> None:
    """Keep a plan from the result, and do the first things in it."""
    page.get_by_role("button", name="Spara som plan").click()
    boxes = page.locator(".hub-checklist input")
    for number in range(2):
        boxes.nth(number).check()
        page.get_by_text(f"{number + 1} av", exact=False).first.wait_for()
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(0, 0)


def _play(page: Page, until: str) -> None:
    """Begin a demo visit and do its steps until a phase, or until the resident opens the message."""
    page.get_by_role("button", name="Börja besöket").click()
    page.locator(".hub-screen").wait_for()
    while page.locator(".hub-call").get_attribute("data-phase") != until:
        if until == "message" and page.get_by_role("button", name="Följ länken").count():
            break
        turn = page.locator(".hub-visit-place").inner_text()
        page.locator("[data-do=act]").first.click()
        page.wait_for_function("(was) => document.querySelector('.hub-visit-place').innerText !== was", arg=turn)
    if until == "call":
        page.wait_for_function("() => document.querySelector('.hub-call-caption')?.innerText")
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


def _sign_in(page: Page) -> None:
    """Become one of the made-up people."""
    page.get_by_role("button", name="Demo: Elin").click()


def _ask(page: Page) -> None:
    """Begin a question, answer it and accept the answer, so that a thread has all its parts."""
    page.locator("#forum-ny-rubrik").fill("Hur påminner ni om videobesök?")
    page.locator("#hub-editor-forum-fraga").fill("Vi skickar länken när tiden bokas. **När** påminner ni, och hur?")
    page.get_by_role("button", name="Publicera").click()
    page.locator("#hub-editor-forum-svar").fill("Dagen innan, i 1177 inkorg. Länken står med en gång till.")
    page.get_by_role("button", name="Skicka svaret").click()
    page.get_by_role("button", name="Godta som svar").click()
    page.get_by_role("region", name="Godtaget svar").wait_for()
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


def _take(browser: Browser, address: str, width: int, names: Sequence[str]) -> list[Path]:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale="sv-SE",
        color_scheme="light",
        device_scale_factor=1,
        permissions=["camera", "microphone"],
    )
    page = context.new_page()
    taken = []
    for name in names:
        path, cut = PAGES[name]
        page.goto(address + path)
        _settle(page)
        if name == "plan":
            _keep(page)
            _settle(page)
        if name == "forum":
            _sign_in(page)
            _settle(page)
        if name == "thread":
            _ask(page)
            _settle(page)
        if name in {"demo", "call"}:
            _play(page, "call" if name == "call" else "message")
        file = SCREENS / f"{name}-{width}.png"
        height = page.evaluate("() => document.documentElement.scrollHeight")
        page.screenshot(
            path=file,
            full_page=True,
            animations="disabled",
            clip={"x": 0, "y": 0, "width": width, "height": min(height, CUT_AT) if cut else height},
        )
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(file, optimize=True)
        taken.append(file)
    context.close()
    return taken


def main() -> int:
    """Take every picture and say how large each is."""
    SCREENS.mkdir(exist_ok=True)
    names = sys.argv[1:] or list(PAGES)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(),
            args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        )
        taken = [file for width in WIDTHS for file in _take(browser, address, width, names)]
        browser.close()
    for file in taken:
        sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1000} kB\n")
    return 1 if any(file.stat().st_size > LARGEST_BYTES for file in taken) else 0


if __name__ == "__main__":
    sys.exit(main())
