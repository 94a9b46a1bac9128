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
LONGEST = (
    "test_check", "test_pages", "test_demo_together", "test_call_module", "test_demo", "test_editor", "test_survey",
    "test_demo_looks", "test_forum", "test_guide", "test_forum_injections", "test_bad_input", "test_forum_moderation",
    "test_session", "test_plan", "test_rounds", "test_live", "test_journey", "test_login", "test_demo_proxy",
)  # fmt: skip
"""Files that come first, the longest first, so that none is alone at the end while the other workers wait."""
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


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


class House:
    """A browser's profile with an empty window that stays open: as long as one does, what has been compiled is kept."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.origin = origin
        self.context = _open(browser, origin)
        self._empty = self.context.new_page()

    def tidy(self) -> None:
        """Take away what a visitor has left."""
        for each in self.context.pages:
            if each is not self._empty:
                each.close()
        self.context.set_offline(offline=False)
        self.context.clear_cookies()
        self.context.clear_permissions()
        devtools = self.context.new_cdp_session(self._empty)
        devtools.send("Storage.clearDataForOrigin", {"origin": self.origin, "storageTypes": "all"})
        devtools.detach()


@pytest.fixture(scope="module")
def _houses(browser: Browser) -> Iterator[list[House]]:
    built: list[House] = []
    yield built
    for house in built:
        house.context.close()


@pytest.fixture
def visitor(_houses, browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the window of a new visitor, of whom the browser knows nothing, though it has read our scripts for others.

    Half the work of ``new_context``, which is for whoever has a language, a screen or a server's restart of their own,
    or sets something for the whole context that cannot be taken away, such as a clock.
    """
    lived_in: list[House] = []

    def make(origin: str = server.url) -> Page:
        free = [house for house in _houses if house.origin == origin and house not in lived_in]
        if not free:
            free = [House(browser, origin)]
            _houses.append(free[0])
        lived_in.append(free[0])
        free[0].context.watch.forget()
        return free[0].context.new_page()

    yield make
    for house in lived_in:
        house.tidy()
    for house in lived_in:
        house.context.watch.check_and_forget()


@pytest.fixture
def page(visitor) -> Page:
    return visitor()


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
