"""Measure calls with the recorded counterpart: ``python bench/call.py [--quick] [--turns 3] [--seconds 15]``.

Three things, each beside its peer in the same run and in turns with it:

- what a call costs the server, beside the same clip sent by streamlit-webrtc as its users do, encoded for each call;
- how long it takes from the click on the button that lets in to the first picture, beside a bare example of aiortc;
- how late pictures, sounds and pages are when calls and reruns share the server, beside each of the two alone.

Every figure is one line:

    BENCH <name> <value> <unit> | <peer> <value> <unit> | ratio <r>

The calls' other ends are processes of their own that drop what they get before decoding it (``bench/callers.py``).
Processor time and memory are read from ``/proc``, so this runs on Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from callers import Report, prepared
from harness import Figures, visit
from playwright.sync_api import Page, sync_playwright
from run import (
    GUIDE_PAGE,
    GUIDE_QUERY_STRINGS,
    ROOT,
    ServerFailed,
    answers,
    clean_environment,
    end_group,
    everything,
    free_port,
)

PEER: Final = "streamlit_webrtc"
CALLS: Final = (1, 10, 30)
PEER_CALLS: Final = (1, 5)
SHARED: Final = 20
"""Calls at once, and reruns a second."""
SETTLE_S: Final = 2.0
"""Between two rounds, for what the one before leaves behind to end."""
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
SEEN_WITHIN_MS: Final = 30_000
WATCH: Final = """([button, video]) => {
  document.addEventListener("click", (event) => { if (event.target.closest(button)) window.clickedAt = event.timeStamp; }, true);
  window.seen = new Promise((seen) => {
    const look = () => {
      const found = document.querySelector(video);
      if (!found) requestAnimationFrame(look);
      else found.requestVideoFrameCallback(() => seen(performance.now() - window.clickedAt));
    };
    look();
  });
}"""
"""Takes the time from the click to the first picture that is shown."""


class CallersFailed(RuntimeError):
    """Tell that calls could not be held; the callers' own words are in the text."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server under measurement."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Return the processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the memory that it holds."""
        status = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


@contextmanager
def served(script: str, *command: str, health: str = "/_stcore/health", **environment: str) -> Iterator[Served]:
    """Serve while the block runs."""
    port = free_port()
    with tempfile.TemporaryFile() as words, tempfile.TemporaryDirectory(prefix="hub-bench-") as var:
        process = subprocess.Popen(
            [sys.executable, *(part.format(port=port) for part in command)],
            cwd=ROOT,
            env={**clean_environment(), "PORT": str(port), "HUB_VAR": var, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
        try:
            if not answers(port, process, health):
                raise ServerFailed(f"{script} did not start:\n{everything(words)}")
            yield Served(f"http://127.0.0.1:{port}", process.pid)
        finally:
            end_group(process)


class Callers:
    """Calls that are held by a process of their own."""

    def __init__(self, process: subprocess.Popen[str], words: IO[bytes]) -> None:
        """Take the process, and where it writes what goes wrong."""
        self._process = process
        self._words = words

    def hear(self) -> dict[str, float]:
        """Wait for its next answer.

        Raises:
            CallersFailed: it has ended instead.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise CallersFailed(everything(self._words))
        answer: dict[str, float] = json.loads(line)
        return answer

    def listen(self, seconds: float) -> Report:
        """Listen for a while and return what was heard."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return Report(**self.hear())  # type: ignore[arg-type]

    def hang_up(self) -> None:
        """End all calls as people do."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@contextmanager
def calling(kind: str, server: Served, calls: int) -> Iterator[Callers]:
    """Hold calls while the block runs."""
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "callers.py"), kind, server.url, str(calls)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            start_new_session=True,
        )
        try:
            callers = Callers(process, words)
            callers.hear()
            yield callers
            callers.hang_up()
        finally:
            end_group(process)


def line(name: str, unit: str, value: float, peer: str, other: float, digits: int = 2) -> str:
    """Write one figure beside its peer's; the ratio is a dash when the peer's is nought."""
    ratio = f"{value / other:.3f}" if other else "-"
    return f"BENCH {name} {value:.{digits}f} {unit} | {peer} {other:.{digits}f} {unit} | ratio {ratio}"


def load() -> str:
    """Say how busy the machine is, which every figure depends on."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


# --- What a call costs -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Costs:
    """What one kind of call has cost, turn by turn."""

    idle: list[float] = field(default_factory=list)
    """Processor seconds a minute without any call."""
    busy: dict[int, list[float]] = field(default_factory=dict)
    """The same, by number of calls, for all of them."""
    memory_mb: dict[int, float] = field(default_factory=dict)
    """By number of calls, in the first turn, beyond what was held before the first call."""
    missing: int = 0
    """Calls that were not heard all the time, and packets lost."""

    def per_call(self, calls: int, *, gross: bool = False) -> float:
        """Return the processor seconds of a minute of one call: what the server uses beyond its idling, or all of it."""
        idle = 0.0 if gross else statistics.median(self.idle)
        return max(0.0, statistics.median(self.busy[calls]) - idle) / calls


def cpu_per_minute(server: Served, wait: float, callers: Callers | None, costs: Costs) -> float:
    """Return the processor seconds a minute while calls are held, or none."""
    began, used = time.monotonic(), server.cpu_s()
    if callers is None:
        time.sleep(wait)
    else:
        heard = callers.listen(wait)
        costs.missing += heard.calls - heard.connected + heard.lost
    return (server.cpu_s() - used) / (time.monotonic() - began) * 60


def one_turn(kind: str, server: Served, calls: int, seconds: float, costs: Costs, before_mb: float) -> None:
    """Hold so many calls for a while."""
    with calling(kind, server, calls) as callers:
        costs.busy.setdefault(calls, []).append(cpu_per_minute(server, seconds, callers, costs))
        costs.memory_mb.setdefault(calls, server.memory_mb() - before_mb)
    time.sleep(SETTLE_S)


def measure_cost(
    hub: Served, peer: Served, counts: tuple[Sequence[int], Sequence[int]], turns: int, seconds: float
) -> int:
    """Measure both by turns, print what it came to, and return how much was lost."""
    ours, theirs = Costs(), Costs()
    before = {server.pid: server.memory_mb() for server in (hub, peer)}
    for _ in range(turns):
        for server, costs in ((hub, ours), (peer, theirs)):
            costs.idle.append(cpu_per_minute(server, seconds, None, costs))
        for place in range(max(map(len, counts))):
            for kind, server, costs, each in (("hub", hub, ours, counts[0]), (PEER, peer, theirs, counts[1])):
                if place < len(each):
                    one_turn(kind, server, each[place], seconds, costs, before[server.pid])
    print(
        line("call_idle_cpu_per_minute", "s", statistics.median(ours.idle), PEER, statistics.median(theirs.idle)),
        *(
            line(
                f"call_{what}_{calls}_calls",
                unit,
                value(ours, calls),
                f"{PEER}_{of}_calls",
                value(theirs, of),
            )
            for what, unit, value in (
                ("cpu_per_minute", "s", Costs.per_call),
                ("cpu_gross_per_minute", "s", lambda costs, calls: costs.per_call(calls, gross=True)),
                ("memory", "MB", lambda costs, calls: costs.memory_mb[calls] / calls),
            )
            for place, calls in enumerate(counts[0])
            # The largest number that the peer was given stands for all beyond it.
            for of in (counts[1][min(place, len(counts[1]) - 1)],)
        ),
        line("call_missing", "calls_and_packets", ours.missing, PEER, theirs.missing, 0),
        sep="\n",
        flush=True,
    )
    return ours.missing


# --- Click to picture ------------------------------------------------------------------------------------------------


def first_picture_ms(page: Page, address: str, ready: str, button: str, video: str) -> float:
    """Open a page, press a button when the page is ready, and return the milliseconds to the first picture."""
    page.goto(address)
    page.wait_for_function(ready, timeout=SEEN_WITHIN_MS)
    page.evaluate(WATCH, [button, video])
    page.locator(button).click()
    took: float = page.evaluate("() => window.seen")
    return took


def measure_first_picture(hub: Served, bare: Served, turns: int) -> None:
    """Measure both by turns and print the medians."""
    ours: list[float] = []
    theirs: list[float] = []
    named = os.environ.get("CHROMIUM")
    path = named or next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    # Here, because Playwright has a loop of its own further down.
    tokens = [asyncio.run(prepared(hub.url)) for _ in range(turns + 1)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(BROWSER_ARGUMENTS))
        # The first of each is for what is read and compiled once.
        for turn, token in enumerate(tokens):
            for took, address, ready, button, video in (
                (
                    ours,
                    f"{hub.url}/prova?besok={token}",
                    # The camera is on, as it is for whoever waits.
                    "() => document.querySelector('.hub-call-self video')?.videoWidth > 0",
                    "[data-do=act]",
                    "video.hub-call-remote",
                ),
                (theirs, bare.url, "() => document.title === 'Ready'", "button", "video"),
            ):
                context = browser.new_context(locale="sv-SE")
                page = context.new_page()
                page.set_default_timeout(SEEN_WITHIN_MS)
                ms = first_picture_ms(page, address, ready, button, video)
                if turn:
                    took.append(ms)
                context.close()
                time.sleep(SETTLE_S / 4)
        browser.close()
    print(
        line("call_first_picture_p50", "ms", statistics.median(ours), "bare_aiortc", statistics.median(theirs), 0),
        line("call_first_picture_max", "ms", max(ours), "bare_aiortc", max(theirs), 0),
        sep="\n",
        flush=True,
    )


# --- Calls and pages at once -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Shared:
    """What was measured of one of calls and pages, alone or together, turn by turn."""

    heard: list[Report] = field(default_factory=list)
    reruns: list[Figures] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def late(self, what: str) -> float:
        """Return one of the reports' figures, in the middle of the turns."""
        return float(statistics.median(getattr(report, what) for report in self.heard))

    def per_call_minute(self, what: str, seconds: float) -> float:
        """Return one of the reports' sums for a minute of one call."""
        minutes = sum(report.calls * seconds for report in self.heard) / 60
        return float(sum(getattr(report, what) for report in self.heard) / minutes)

    def rerun(self, what: str) -> float:
        """Return one of the reruns' figures, in the middle of the turns."""
        return float(statistics.median(getattr(figures.rerun, what) for figures in self.reruns))


async def share(hub: Served, callers: Callers | None, reruns: int, seconds: float, into: Shared) -> None:
    """Listen to the calls, if any, while pages are visited, if any."""
    inside = asyncio.Event()
    visits = None
    if reruns:
        visits = asyncio.create_task(
            visit(
                f"{hub.url.replace('http', 'ws', 1)}/_stcore/stream",
                query_strings=GUIDE_QUERY_STRINGS,
                page=GUIDE_PAGE,
                visitors=reruns,
                pause_s=1.0,
                duration_s=seconds,
                even=True,
                inside=inside,
            )
        )
        # Their first pages come all at once, which is not what is measured here.
        waits = asyncio.create_task(inside.wait())
        await asyncio.wait({visits, waits}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
    began, used = time.monotonic(), hub.cpu_s()
    if callers is not None:
        into.heard.append(await asyncio.to_thread(callers.listen, seconds))
    if visits is not None:
        into.reruns.append(await visits)
    into.cpu.append((hub.cpu_s() - used) / (time.monotonic() - began) * 100)


def measure_shared(hub: Served, calls: int, reruns: int, turns: int, seconds: float) -> int:
    """Measure each alone and both together, print how they compare, and return how much was lost."""
    pages, alone, both = Shared(), Shared(), Shared()
    # What a page needs once is loaded.
    asyncio.run(share(hub, None, 1, 1.0, Shared()))
    for _ in range(turns):
        asyncio.run(share(hub, None, reruns, seconds, pages))
        with calling("hub", hub, calls) as callers:
            asyncio.run(share(hub, callers, 0, seconds, alone))
            asyncio.run(share(hub, callers, reruns, seconds, both))
        time.sleep(SETTLE_S)
    lost = sum(report.calls - report.connected + report.lost for report in alone.heard + both.heard)
    faults = sum(figures.failures + figures.exceptions for figures in pages.reruns + both.reruns)
    with_calls, with_reruns = f"with_{calls}_calls", f"with_{reruns}_reruns_per_s"
    print(
        line(f"call_rerun_p50_{with_calls}", "ms", both.rerun("p50"), "without_calls", pages.rerun("p50"), 1),
        line(f"call_rerun_p95_{with_calls}", "ms", both.rerun("p95"), "without_calls", pages.rerun("p95"), 1),
        line(
            f"call_reruns_per_second_{with_calls}",
            "1/s",
            statistics.median(figures.reruns_per_second for figures in both.reruns),
            "without_calls",
            statistics.median(figures.reruns_per_second for figures in pages.reruns),
            1,
        ),
        *(
            line(f"call_{what}_{with_reruns}", "ms", both.late(f"{what}_ms"), "without_reruns", alone.late(f"{what}_ms"), 1)
            for what in ("picture_late_p99", "picture_late_max", "sound_late_p99", "sound_late_max")
        ),
        *(
            line(
                f"call_{what}_per_call_minute_{with_reruns}",
                unit,
                both.per_call_minute(of, seconds),
                "without_reruns",
                alone.per_call_minute(of, seconds),
            )
            for what, of, unit in (("freezes", "freezes", "freezes"), ("frozen", "frozen_s", "s"))
        ),
        line(
            f"call_cpu_{with_calls}_{with_reruns}",
            "%",
            statistics.median(both.cpu),
            "without_calls",
            statistics.median(pages.cpu),
            1,
        ),
        line("call_shared_cpu_of_calls", "%", statistics.median(alone.cpu), "without_calls", statistics.median(pages.cpu), 1),
        line(f"call_missing_{with_reruns}", "calls_and_packets", lost, "faults_of_pages", faults, 0),
        sep="\n",
        flush=True,
    )  # fmt: skip
    return lost + faults


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read how thoroughly to measure, and what."""
    parser = argparse.ArgumentParser(description="Measure calls with the recorded counterpart.")
    parser.add_argument("--turns", type=int, default=3, help="times that each is measured (3)")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each time (15)")
    parser.add_argument("--quick", action="store_true", help="few calls for three seconds, to see that it works")
    parser.add_argument("--only", choices=("cost", "first", "shared"), help="one of the three")
    return parser.parse_args(arguments)


HUB: Final[Mapping[str, str]] = {"HUB_LIMIT_FACTOR": "1000", "HUB_LOG_LEVEL": "warning"}


def main() -> int:
    """Measure, print a line for each figure, and fail when a call, a packet or a visitor was lost."""
    chosen = read_arguments()
    quick = chosen.quick
    turns, seconds = (1, 3.0) if quick else (chosen.turns, chosen.seconds)
    parts = [chosen.only] if chosen.only else ["cost", "first", "shared"]
    lost = 0
    with ExitStack() as stack:
        hub = stack.enter_context(served("the hub", "tests/call_server.py", health="/api/ready", **HUB))
        print(f"Measured at {load()}", flush=True)
        if "cost" in parts:
            peer_command = ("-m", "streamlit", "run", "bench/peer_call.py", "--server.address", "127.0.0.1")
            with served("bench/peer_call.py", *peer_command, "--server.port", "{port}") as peer:
                counts = ((3,), (2,)) if quick else (CALLS, PEER_CALLS)
                lost += measure_cost(hub, peer, counts, turns, seconds)
            print(f"Then {load()}", flush=True)
        if "first" in parts:
            with served("bench/bare_call.py", "bench/bare_call.py", "{port}", health="/") as bare:
                measure_first_picture(hub, bare, 1 if quick else max(5, turns))
            print(f"Then {load()}", flush=True)
        if "shared" in parts:
            lost += measure_shared(hub, 3 if quick else SHARED, 3 if quick else SHARED, turns, seconds)
            print(f"Then {load()}", flush=True)
    return 1 if lost else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ServerFailed, CallersFailed) as fault:
        sys.exit(str(fault))
