"""Measure pages against an empty Streamlit app: ``python bench/run.py [--quick]``.

Three servers run in turn on this machine: an empty app as Streamlit comes, the same under the
project's configuration, and the project's own app. Each is first visited at the pace of people who
read, then without pauses. Every figure is one line:

    BENCH <name> <value> <unit> | <peer> <value> <unit> | ratio <r>

where the peer is the empty app as Streamlit comes, under the same visits. The forum is visited by a member who has signed
in, and holds a few thousand made-up posts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
from harness import Figures, NobodyCameIn, visit
from made_up import Words, fill, furnish

from hub.database import Database
from hub.forum.content import read_forum
from hub.sources import read_sources

ROOT: Final = Path(__file__).resolve().parent.parent
EMPTY_APP: Final = ROOT / "bench" / "empty.py"
APP: Final = ROOT / "app.py"
GUIDE_PAGE: Final = "valj"

# The guide before any answer and half answered, then answered to the end by four kinds of region,
# and last two services side by side.
GUIDE_QUERY_STRINGS: Final = (
    "",
    "v=1&s1=who-starts.care~single-login.needed~volume.many~booked-times.needed~horizon.soon",
    (
        "v=1&s1=who-starts.care~single-login.not-needed~volume.few~booked-times.not-needed~horizon.soon"
        "~video-safe.yes~video-login.no~video-links.no~record-inbox.no~record-booking.no~capacity.no~groups.none"
    ),
    (
        "v=1&s1=who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.later"
        "~video-safe.yes~video-login.yes~video-links.yes~record-inbox.yes~record-booking.yes~capacity.yes"
        "~groups.minors_no-e-id_protected-identity"
    ),
    (
        "v=1&s1=who-starts.resident~single-login.needed~volume.many~booked-times.not-needed~horizon.soon"
        "~video-safe.no-service~record-inbox.yes~record-booking.no~capacity.dont-know~groups.coordination-number"
    ),
    (
        "v=1&s1=who-starts.dont-know~single-login.dont-know~volume.dont-know~booked-times.dont-know"
        "~horizon.dont-know~video-safe.dont-know~video-login.dont-know~video-links.dont-know"
        "~record-inbox.dont-know~record-booking.dont-know~capacity.dont-know~groups.dont-know"
    ),
    (
        "v=1&n1=Akuten&s1=who-starts.both~single-login.needed~volume.many~booked-times.not-needed~horizon.soon"
        "~video-safe.yes~video-login.yes~video-links.no~record-inbox.yes~record-booking.no~capacity.yes~groups.none"
        "&n2=BUP&s2=who-starts.care~single-login.not-needed~volume.few~booked-times.needed~horizon.later"
        "~video-safe.no-service~record-inbox.no~record-booking.no~capacity.no~groups.minors"
    ),
)
EMPTY_QUERY_STRINGS: Final = ("",)
# Where things stand: in short, by subject, one statement, the lists, numbers since then.
DASHBOARDS_PAGE: Final = "mognad"
DASHBOARDS_QUERY_STRINGS: Final = (
    "",
    "tabell=national",
    "del=svar",
    "del=svar&amne=integration",
    "uttalande=link-to-1177",
    "del=ordning",
    "del=listor",
    "del=listor&lista=challenges&niva=hop-out",
    "del=sedan",
    "del=sedan&amne=own",
)
FORUM_PAGE: Final = "forum"
FORUM_POSTS: Final = 5_000
FORUM_LIST_QUERY_STRINGS: Final = ("", "ordning=ny", "ordning=obesvarade", "kategori=levels", "ordning=foljda")
# Threads of 20 posts, some of which begin with an experience card or stand beside something.
FORUM_THREAD_QUERY_STRINGS: Final = tuple(f"trad=t{number}" for number in (0, 1, 3, 7, 120, 200))
FORUM_CARDS_QUERY_STRINGS: Final = (
    "vy=kort",
    "vy=kort&niva=hop-out",
    "vy=kort&region=H",
    "vy=kort&ar=2024&niva=inbox",
    "vy=kort&valda=t3&valda=t13",
    "vy=kort&jamfor=t3~t13~t23~t33",
)
PERSONA: Final = "elin"
REGIONS_PAGE: Final = "regioner"
REGIONS_QUERY_STRINGS: Final = ("", "vag=national", "region=AB", "region=X", "region=O")

PEER: Final = "streamlit_empty"
PAUSE_S: Final = 0.5
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 5.0


class ServerFailed(RuntimeError):
    """Tell that a server did not answer in time or let nobody in; its words are in the text."""


@dataclass(frozen=True, slots=True)
class Target:
    """Describe one app to serve and how it is visited."""

    script: Path
    folder: Path
    page: str
    query_strings: Sequence[str]
    environment: Mapping[str, str]
    options: Sequence[str] = ()
    health: str = "/_stcore/health"
    """What answers when the app is up."""
    persona: str = ""
    """Which of the made-up people visits; empty for somebody who has not signed in."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Hold the figures of the visits with pauses and of those without, and how long the server took to answer."""

    start_s: float
    paused: Figures
    saturated: Figures


@dataclass(frozen=True, slots=True)
class Figure:
    """Name one figure that is compared."""

    name: str
    unit: str
    value: float


def paused_figures(figures: Figures) -> list[Figure]:
    """Name the figures of visits with pauses."""
    return [
        Figure("first_paint_p50", "ms", figures.first_paint.p50),
        Figure("first_paint_p95", "ms", figures.first_paint.p95),
        Figure("first_paint_max", "ms", figures.first_paint.max),
        Figure("rerun_p50", "ms", figures.rerun.p50),
        Figure("rerun_p95", "ms", figures.rerun.p95),
        Figure("rerun_max", "ms", figures.rerun.max),
        Figure("reruns_per_second", "1/s", figures.reruns_per_second),
        Figure("messages_per_rerun", "messages", figures.messages_per_rerun),
        Figure("references_per_rerun", "messages", figures.references_per_rerun),
        Figure("bytes_per_rerun", "bytes", figures.bytes_per_rerun),
        Figure("failures", "visitors", figures.failures),
        Figure("exceptions", "faults", figures.exceptions),
    ]


def saturated_figures(figures: Figures) -> list[Figure]:
    """Name the figures of visits without pauses."""
    return [
        Figure("rerun_p50", "ms", figures.rerun.p50),
        Figure("rerun_p95", "ms", figures.rerun.p95),
        Figure("rerun_max", "ms", figures.rerun.max),
        Figure("reruns_per_second", "1/s", figures.reruns_per_second),
        Figure("failures", "visitors", figures.failures),
        Figure("exceptions", "faults", figures.exceptions),
    ]


def bench_line(name: str, figure: Figure, peer: Figure) -> str:
    """Write one figure beside its peer's; the ratio is a dash when the peer's is nought."""
    ratio = f"{figure.value / peer.value:.2f}" if peer.value else "-"
    return f"BENCH {name} {figure.value:.1f} {figure.unit} | {PEER} {peer.value:.1f} {peer.unit} | ratio {ratio}"


def report(ours: Rounds, peer: Rounds, paused_name: str, saturated_name: str) -> list[str]:
    """Write all figures of one server, each beside the peer's."""
    pairs = [
        (paused_name, paused_figures(ours.paused), paused_figures(peer.paused)),
        (saturated_name, saturated_figures(ours.saturated), saturated_figures(peer.saturated)),
    ]
    start = Figure("start", "s", ours.start_s), Figure("start", "s", peer.start_s)
    return [
        bench_line(f"{paused_name}_start", *start),
        *(
            bench_line(f"{prefix}_{figure.name}", figure, other)
            for prefix, figures, others in pairs
            for figure, other in zip(figures, others, strict=True)
        ),
    ]


def free_port() -> int:
    """Ask the system for a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(target: Target) -> Iterator[tuple[int, float]]:
    """Serve an app while the block runs; give its port and the seconds until it answered. Whatever it started ends with it.

    Raises ServerFailed, with what the server wrote, when it does not answer in time or lets nobody in.
    """
    port = free_port()
    with tempfile.TemporaryFile() as words:
        started = time.monotonic()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(target.script)),
                *("--server.address", "127.0.0.1", "--server.port", str(port)),
                *target.options,
            ],
            cwd=target.folder,
            env=dict(target.environment),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
        try:
            if not answers(port, process, target.health):
                raise ServerFailed(f"{target.script} did not start:\n{everything(words)}")
            yield port, time.monotonic() - started
        except NobodyCameIn as fault:
            raise ServerFailed(f"{target.script} let nobody in, {fault.__cause__!r}:\n{everything(words)}") from fault
        finally:
            end_group(process)


def everything(words: IO[bytes]) -> str:
    """Read what a server has written so far."""
    words.seek(0)
    return words.read().decode("utf-8", "replace").strip()


def answers(port: int, process: subprocess.Popen[bytes], health: str = "/_stcore/health") -> bool:
    """Wait until a server says that it is well, ends, or has had its time."""
    # A proxy in the environment has no business with a port of this machine.
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(f"http://127.0.0.1:{port}{health}", timeout=2) as reply:
                if reply.status == 200:
                    return True
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started, first asking and then not."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def measure(target: Target, visitors: int, seconds: float) -> Rounds:
    """Serve an app and visit it with pauses and then without."""
    with served(target) as (port, start_s):
        url = f"ws://127.0.0.1:{port}/_stcore/stream"
        cookie = signed_in(f"http://127.0.0.1:{port}", target.persona) if target.persona else ""

        def visited(count: int, pause_s: float, duration_s: float) -> Figures:
            return asyncio.run(
                visit(
                    url,
                    query_strings=target.query_strings,
                    page=target.page,
                    visitors=count,
                    pause_s=pause_s,
                    duration_s=duration_s,
                    cookie=cookie,
                )
            )

        # The very first run of a process imports and fills caches, which no later visitor meets.
        visited(1, 0.0, 1.0)
        return Rounds(start_s, paused=visited(visitors, PAUSE_S, seconds), saturated=visited(visitors, 0.0, seconds))


def signed_in(url: str, persona: str) -> str:
    """Sign one of the made-up people in, and return the cookie."""
    answer = httpx.post(f"{url}/auth/demo", data={"persona": persona}, headers={"origin": url}, trust_env=False)
    return f"hub_session={answer.cookies['hub_session']}"


def make_forum(folder: Path) -> dict[str, str]:
    """Keep a made-up forum in a folder, and return the settings of an app that shows it to the made-up people."""
    content = read_forum(ROOT / "content", read_sources(ROOT / "content"))
    database, words = Database(f"sqlite:///{folder / 'hub.sqlite'}"), Words(1)
    database.migrate()
    furnish(database, fill(database, FORUM_POSTS, content, words), words, content)
    database.close()
    return {"HUB_VAR": str(folder), "HUB_DEMO": "1", "HUB_LIMIT_FACTOR": "1000"}


def clean_environment(home: Path | None = None) -> dict[str, str]:
    """Give the environment without Streamlit's settings and, given a home, without the user's own file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    return kept if home is None else {**kept, "HOME": str(home)}


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read how many visitors and how many seconds are wanted."""
    parser = argparse.ArgumentParser(description="Measure pages against an empty Streamlit app.")
    parser.add_argument("--visitors", type=int, default=50, help="visitors at once (50)")
    parser.add_argument("--seconds", type=float, default=20.0, help="seconds of each round (20)")
    parser.add_argument("--quick", action="store_true", help="5 visitors and 3 seconds, to see that it works")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.visitors, chosen.seconds = 5, 3.0
    return chosen


def main() -> int:
    """Measure, print a line for each figure, and fail when a visitor was lost or a page showed a fault."""
    chosen = read_arguments()
    with tempfile.TemporaryDirectory() as empty_folder:
        plain = Target(
            script=EMPTY_APP,
            folder=Path(empty_folder),
            page="",
            query_strings=EMPTY_QUERY_STRINGS,
            environment=clean_environment(home=Path(empty_folder)),
            options=("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        )
        peer = measure(plain, chosen.visitors, chosen.seconds)
    if not (ROOT / ".streamlit" / "config.toml").exists():
        print("The project has no .streamlit/config.toml; its configuration is Streamlit's own.", file=sys.stderr)
    configured = measure(
        Target(EMPTY_APP, ROOT, "", EMPTY_QUERY_STRINGS, clean_environment(), plain.options),
        chosen.visitors,
        chosen.seconds,
    )
    print("\n".join(report(configured, peer, "empty", "empty_saturated")), flush=True)
    measured = [peer, configured]
    for page, query_strings, paused, saturated in (
        (GUIDE_PAGE, GUIDE_QUERY_STRINGS, "guide", "saturated"),
        (DASHBOARDS_PAGE, DASHBOARDS_QUERY_STRINGS, "dashboards", "dashboards_saturated"),
        (REGIONS_PAGE, REGIONS_QUERY_STRINGS, "regions", "regions_saturated"),
    ):
        app = Target(APP, ROOT, page, query_strings, clean_environment(), health="/api/ready")
        found = measure(app, chosen.visitors, chosen.seconds)
        print("\n".join(report(found, peer, paused, saturated)), flush=True)
        measured.append(found)
    for query_strings, name in (
        (FORUM_LIST_QUERY_STRINGS, "forum_list"),
        (FORUM_THREAD_QUERY_STRINGS, "forum_thread"),
        (FORUM_CARDS_QUERY_STRINGS, "forum_cards"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**clean_environment(), **make_forum(Path(folder))}
            app = Target(APP, ROOT, FORUM_PAGE, query_strings, environment, health="/api/ready", persona=PERSONA)
            found = measure(app, chosen.visitors, chosen.seconds)
        print("\n".join(report(found, peer, name, f"{name}_saturated")), flush=True)
        measured.append(found)
    faults = sum(
        figures.failures + figures.exceptions for rounds in measured for figures in (rounds.paused, rounds.saturated)
    )
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServerFailed as fault:
        sys.exit(str(fault))
