"""One browser and one server for the whole run; a context of its own for each test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.seed import seed
from tests.browser.support import FULL, Server, Watch, guide

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=10_000)


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


def find_chromium() -> str | None:
    """Return the browser's path, or None for the one that Playwright has downloaded."""
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            pytest.exit(f"CHROMIUM names {named}, which cannot be run.", returncode=3)
        return named
    if found := _on_path():
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _succeeds("apt-get", "update", "-qq")
        if _succeeds("apt-get", "install", "-y", "-qq", "chromium") and (found := _on_path()):
            return found
    if _succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        return None
    pytest.exit(
        "The browser tests need Chromium: install it, or name one in the environment variable CHROMIUM.", returncode=3
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Start browsers that do without some of our arguments; each ends with the run."""
    started: list[Browser] = []

    def start(*, without: str = "nothing") -> Browser:
        arguments = [argument for argument in ARGUMENTS if without not in argument]
        started.append(playwright.chromium.launch(executable_path=find_chromium(), args=arguments))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture(scope="session")
def browser(launch) -> Browser:
    return launch()


_SERVERS: list[Server] = []


@pytest.fixture(scope="session")
def make_server(tmp_path_factory) -> Iterator[Callable[..., Server]]:
    """Start further servers; each ends with the run at the latest."""

    def make(**environment: str) -> Server:
        var = tmp_path_factory.mktemp("var")
        seed(var, dict(parse_qsl(urlsplit(guide(FULL, names=["Akuten"])).query)))
        server = Server(var, **environment)
        _SERVERS.append(server)
        return server.start()

    yield make
    for server in _SERVERS:
        server.close()
    _SERVERS.clear()


@pytest.fixture(scope="session")
def server(make_server) -> Server:
    """The server that all tests share."""
    return make_server(HUB_DEMO="1", HUB_LIMIT_FACTOR="1000")


@pytest.fixture
def fresh(make_server) -> Iterator[Server]:
    """A server of one's own, to be killed and started anew."""
    server = make_server(HUB_DEMO="1", HUB_LIMIT_FACTOR="1000")
    yield server
    server.close()


def _open(browser: Browser, origin: str, **options: object) -> BrowserContext:
    context = browser.new_context(
        **{
            "base_url": origin,
            "locale": "sv-SE",
            "viewport": {"width": 1280, "height": 900},
            "color_scheme": "light",
            **options,
        }
    )
    context.watch = Watch(context, origin)
    return context


@pytest.fixture
def new_context(browser: Browser, server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Open windows of another visitor: Swedish, 1280 wide and light unless told otherwise; each is watched."""
    opened: list[BrowserContext] = []

    def make(origin: str = server.url, by: Browser = browser, **options: object) -> BrowserContext:
        opened.append(_open(by, origin, **options))
        return opened[-1]

    yield make
    for context in opened:
        context.close()
        context.watch.check()


@pytest.fixture(scope="module")
def _readers(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    kept: dict[str, Page] = {}

    def make(**options: object) -> Page:
        key = repr(sorted(options.items()))
        if key not in kept:
            kept[key] = _open(browser, server.url, **options).new_page()
        return kept[key]

    yield make
    for page in kept.values():
        page.context.close()


@pytest.fixture
def reader(_readers) -> Iterator[Callable[..., Page]]:
    """Go on in the window of a visitor who reads one page after another: a quarter of the work of a new visitor's."""
    used: list[Page] = []

    def make(**options: object) -> Page:
        used.append(_readers(**options))
        return used[-1]

    yield make
    for page in used:
        page.context.watch.check_and_forget()


@pytest.fixture(scope="module")
def _house(browser: Browser, server: Server) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser's profile, and an empty window that stays open: as long as one does, what has been compiled is kept."""
    context = _open(browser, server.url)
    yield context, context.new_page()
    context.close()


@pytest.fixture
def page(_house, server: Server) -> Iterator[Page]:
    """A window of a new visitor, of whom the browser knows nothing, though it has read our scripts for others.

    What a test changes belongs to the window: what is set for the whole context, such as a clock, needs ``new_context``.
    """
    context, empty = _house
    context.watch.forget()
    yield context.new_page()
    for each in context.pages:
        if each is not empty:
            each.close()
    context.set_offline(offline=False)
    context.clear_cookies()
    context.clear_permissions()
    devtools = context.new_cdp_session(empty)
    devtools.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    devtools.detach()
    context.watch.check_and_forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Show what the servers said beside a failure."""
    report = yield
    if report.failed:
        for server in [each for each in _SERVERS if not each.closed]:
            ended = server.process.poll()
            said = server.said().strip()[-4000:]
            if ended is not None:
                report.sections.append((f"server on port {server.port}", f"ended with {ended}\n{said}"))
            elif said:
                report.sections.append((f"server on port {server.port}, standard error", said))
    return report
