"""A real server, what a page may not do, and the addresses that the tests visit."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import yaml
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.browser.seed import PLAN_ID, PLAN_KEY

ROOT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT_S = 60.0
DRAWN_MS = 20_000
STILL = "html:not([data-test-awaits]) [data-testid=stApp][data-test-script-state=notRunning]"

PAGES = {page["id"]: page["path"] for page in yaml.safe_load((ROOT / "content" / "site.yaml").read_text())["pages"]}
LEVELS = sorted({file.name.split(".")[0] for file in (ROOT / "content" / "levels").glob("*.sv.yaml")} - {"national"})
READERS = ("beslut", "verksamhet", "teknik", "juridik")
QUESTIONS = yaml.safe_load((ROOT / "content" / "guide" / "flow.yaml").read_text())["questions"]


def words(language: str) -> dict:
    return yaml.safe_load((ROOT / "content" / "guide" / f"words.{language}.yaml").read_text())


def guide(*services: dict[str, str | list[str]], names: Iterable[str] = (), **more: str) -> str:
    """The guide's address for these answers, written here by hand and not by the code that is tested."""
    parts = {"v": "1"}
    for number, answers in enumerate(services, start=1):
        parts[f"s{number}"] = "~".join(
            f"{question}.{chosen if isinstance(chosen, str) else '_'.join(chosen)}"
            for question, chosen in answers.items()
        )
    parts |= {f"n{number}": name for number, name in enumerate(names, start=1) if name}
    return f"/valj?{urlencode(parts | more)}"


FULL = {
    "who-starts": "both",
    "single-login": "needed",
    "volume": "many",
    "booked-times": "needed",
    "horizon": "soon",
    "video-safe": "yes",
    "video-login": "yes",
    "video-links": "dont-know",
    "record-inbox": "yes",
    "record-booking": "no",
    "capacity": "yes",
    "groups": ["minors", "no-e-id"],
}
NOTHING = {question["id"]: "dont-know" for question in QUESTIONS}

KEPT = f"/plan?id={PLAN_ID}&nyckel={PLAN_KEY}"
PARTS = ("punkter", "skede", "underlag", "anteckningar", "historik", "dela")

ADDRESSES = {
    **PAGES,
    **{f"level {level}": f"/nivaer?niva={level}" for level in LEVELS},
    "national": "/nivaer?niva=national",
    "first question": guide({}, fraga="who-starts"),
    "groups question": guide({k: v for k, v in FULL.items() if k != "groups"}, fraga="groups"),
    "result": guide(FULL),
    "result without a way": guide(NOTHING),
    "two services": guide(FULL, NOTHING, names=["Akuten", "BUP"]),
    **{f"plain {level}": f"/nivaer/{level}" for level in LEVELS},
    **{f"reading {reader}": f"/nivaer?niva=framework&lasare={reader}" for reader in READERS},
    "chosen requirements": "/krav?lager=login&utan=waiting-room&vikt=login-saml-assertion.information",
    "board document": guide(FULL, names=["Akuten"]).replace("/valj", "/plan"),
    "hits": "/sok?q=inkorgsmeddelande",
    "no hits": "/sok?q=v%C3%A4nntrum",
    "glossary": "/kunskap/ordlista",
    "article": "/kunskap/tre-piloter",
    "check": "/kontroll",
    **{f"plan {part}": f"{KEPT}&del={part}" for part in PARTS},
    "plan item": f"{KEPT}&punkt=provpunkt1",
    "plan not found": "/plan?id=finnsinte",
    "visits compared": "/prova?del=jamfor&egna=inbox_care_75_record-login.book.link.!no-account",
    "a list of the report": "/mognad?del=listor&lista=challenges",
    "published numbers": "/mognad?del=sedan",
    "example of a round": "/mognad?del=runda&exempel=1",
    "example of a region in a round": "/mognad?del=runda&exempel=1&region=X1",
    "region": "/regioner?region=M",
    "region without trace": "/regioner?region=X",
    "regions filtered": "/regioner?vag=inbox&sjukvardsregion=S%C3%B6dra",
    "regions that go your way": guide(FULL).replace("/valj", "/regioner"),
    "missing page": "/finns-inte",
}


class Server:
    """``python app.py``, or another script, in a process group of its own."""

    def __init__(self, var: Path, port: int | None = None, script: str = "app.py", **environment: str) -> None:
        self.var = var
        self._script = script
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "STREAMLIT_", "FORWARDED_"))}
        self._environment = {**inherited, "PORT": str(self.port), "HUB_VAR": str(var), **environment}
        self.closed = False
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, self._script],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )

    def start(self) -> "Server":
        """Wait until it is ready; start it anew if it has been stopped."""
        if self.process.poll() is not None:
            self.process = self._start()
        deadline = time.monotonic() + START_TIMEOUT_S
        with httpx.Client(trust_env=False, timeout=2) as client:
            while self.process.poll() is None and time.monotonic() < deadline:
                try:
                    if client.get(f"{self.url}/api/ready").status_code == 200:
                        return self
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.said()}")

    def said(self) -> str:
        """Everything it has written to standard error."""
        return os.pread(self._said.fileno(), 10_000_000, 0).decode("utf-8", "replace")

    def kill(self) -> None:
        """End it as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, within_s: float = 10.0) -> float:
        """Ask it to stop; say how long it took."""
        started = time.monotonic()
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server had not stopped after {within_s} s:\n{self.said()[-3000:]}") from None
        return time.monotonic() - started

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._said.close()
        self.closed = True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Streamlit itself asks beside a deep link first, before it asks at the root.
_PROBES = re.compile(r"^/.+/_stcore/(health|host-config)$")
_LISTEN_TO_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# The app says that it runs only when its server has said so, a while after a click; until then it looks as if it were done.
# So the page is marked from the moment it asks for a run (field 11 of a BackMsg) until a run that has begun since (field 4
# of a ForwardMsg) has ended (field 6) without being begun anew at once (status 2).
_TELL_WHAT_IS_AWAITED = """
(() => {
  const ASKS = (11 << 3) | 2, BEGUN = (4 << 3) | 2, ENDED = 6 << 3, BEGUN_ANEW = 2, SETTLED_MS = 30;
  const send = WebSocket.prototype.send, heard = new WeakSet();
  let awaited = 0, begun = false;

  function done(which) {
    if (which === awaited) delete document.documentElement.dataset.testAwaits;
  }
  function fields(bytes, tell) {
    let at = 0;
    const number = () => {
      let value = 0, shift = 0, byte;
      do { byte = bytes[at++]; value += (byte & 127) * 2 ** shift; shift += 7; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = number();
      const value = number();
      tell(tag, value);
      if ((tag & 7) === 2) at += value;
    }
  }
  function hear({ data }) {
    fields(new Uint8Array(data), (tag, value) => {
      if (tag === BEGUN) begun = true;
      if (tag === ENDED && value !== BEGUN_ANEW && begun) setTimeout(done, SETTLED_MS, awaited);
    });
  }
  WebSocket.prototype.send = function (data) {
    if (this.url.includes("/_stcore/stream") && ArrayBuffer.isView(data) && data[0] === ASKS) {
      if (!heard.has(this)) {
        heard.add(this);
        this.addEventListener("message", hear);
        this.addEventListener("close", () => done(awaited));
      }
      awaited += 1;
      begun = false;
      document.documentElement.dataset.testAwaits = "run";
    }
    return send.call(this, data);
  };
})();
"""


class Watch:
    """Notes what no page may do: errors, violations of the policy, requests to other hosts."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.sockets: list[str] = []
        self._host = urlsplit(origin).netloc
        self._allowed: list[re.Pattern[str]] = []
        context.add_init_script(_LISTEN_TO_POLICY)
        context.add_init_script(_TELL_WHAT_IS_AWAITED)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._fault(f"page error: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._opened(socket.url)))

    def allow(self, pattern: str) -> None:
        """Expect an error that the test provokes on purpose."""
        self._allowed.append(re.compile(pattern))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            if "status of 404" in message.text and _PROBES.match(urlsplit(where).path):
                return
            self._fault(f"console: {message.text} [{where}]")

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        if urlsplit(url).scheme not in {"data", "blob", "about"} and urlsplit(url).netloc != self._host:
            self._fault(f"request to another host: {url}")

    def _opened(self, url: str) -> None:
        self.sockets.append(url)
        if urlsplit(url).netloc != self._host:
            self._fault(f"socket to another host: {url}")

    def _fault(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._allowed):
            self.faults.append(text)

    def check(self) -> None:
        assert not self.faults, "\n".join(self.faults)

    def check_and_forget(self) -> None:
        """Check, and be ready for the next test."""
        faults = self.faults
        self.forget()
        assert not faults, "\n".join(faults)

    def forget(self) -> None:
        """Begin anew, with nothing noticed and nothing allowed."""
        self.faults, self.requests, self.sockets = [], [], []
        self._allowed.clear()


def visit(page: Page, path: str) -> Response:
    """Open an address of the server and wait until the page is whole."""
    response = page.goto(path)
    assert response is not None
    drawn(page)
    return response


def drawn(page: Page) -> None:
    """Wait until the page has a heading and, in the app, until no run is under way."""
    expect(page.locator("h1").first).to_be_visible(timeout=DRAWN_MS)
    if page.locator("html[data-pages]").count():
        still(page)


def still(page: Page) -> None:
    """Wait until the app has finished the run it was last asked for, and the focus has been put where it belongs."""
    expect(page.locator(STILL)).to_be_visible(timeout=DRAWN_MS)
