"""Calls that come and go at a server of ``call_server.py``, and what it holds when all have gone."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.browser.support import ROOT, Server

LEFT_WITHIN_S = 30
NOBODY = {"calls": 0, "sockets": 0, "rooms": 0}
SPARE = {"tasks": 0, "files": 2, "threads": 8}
"""How many more there may be than after the first calls: the question itself, and workers up to the server's limit."""


def hold_calls(server: Server, count: int, at_once: int) -> int:
    """Let callers in a process of their own hold calls for a moment each; return how many were seen and heard."""
    ended = subprocess.run(
        [sys.executable, "bench/callers.py", "hub", server.url, str(at_once), str(count)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)["heard"]


def held(server: Server, at_most: Mapping[str, int] = NOBODY) -> dict[str, int]:
    """Count what the server holds, once it is no more than it may be, or still is more after a while."""
    deadline = time.monotonic() + LEFT_WITHIN_S
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        while True:
            # Rooms in which nobody is are closed after ten minutes.
            client.post("/api/test/later", json={"minutes": 11})
            files = sum(1 for _ in Path(f"/proc/{server.process.pid}/fd").iterdir())
            found = {**client.get("/api/test/held").json(), "files": files}
            if all(found[what] <= most for what, most in at_most.items()) or time.monotonic() > deadline:
                return found


def memory_kb(server: Server) -> int:
    """Return what the server takes of the machine's memory."""
    status = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1])
