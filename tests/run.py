"""Run the tests folder by folder, say how long each took, and say loudly when one is over its budget.

Usage: ``python tests/run.py check unit app browser``. The machine's speed varies, so a slow run does not fail.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET_S = {"check": 60, "unit": 120, "store": 240, "app": 120, "browser": 600, "load": 600, "fault": 300}
WORKERS = {"store": "3", "browser": "3"}
"""Three where much of the time goes to waiting, for a disk, a call or a page: up to a fifth faster on two cores (measured)."""
SIDE_BY_SIDE = (("check", "unit"), ("store", "app"))
"""Parts that leave each other room: one waits for a single core or for a disk while the other works (measured)."""
ONCE_MORE = {"browser": 3}
"""How many tests of a part may be run once more, by themselves: a browser on a busy machine is never wholly steady (ADR 0028)."""
TESTS_FAILED = 1
"""What pytest ends with when all could be run and some failed."""
BIN = Path(sys.executable).parent


@dataclass
class Outcome:
    """How one part went."""

    passed: bool = True
    seconds: float = 0.0
    said: str = ""
    """What it said, where it did not say so itself."""
    unsteady: tuple[str, ...] = ()
    """Tests that failed at first and passed by themselves."""


def commands(part: str) -> list[list[str]]:
    """Return what one part runs."""
    if part == "check":
        return [
            [str(BIN / "ruff"), "check", "--quiet", "."],
            [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
            [str(BIN / "mypy"), "--no-error-summary"],
            [str(BIN / "lint-imports")],
        ]
    # File by file, because files share what is slow to make: a server, or every profile of the guide.
    # In the order of the folder, where xdist would begin with those of many tests and keep the long ones of few for last.
    workers = WORKERS.get(part, "2")
    return [[*pytest(part), f"tests/{part}", "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]]


def pytest(part: str) -> list[str]:
    """Return what begins a part's tests; each part remembers its own failures."""
    return [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{part}"]


def run(part: str, *, at_once: bool = True) -> Outcome:
    """Run one part, and the few tests of it that failed once more where that is allowed.

    Args:
        part: which.
        at_once: let it say so itself, where no other part speaks at the same time; nothing is then returned of it.
    """
    outcome, started = Outcome(), time.monotonic()
    ended = 0
    remembered(part).unlink(missing_ok=True)
    for command in commands(part):
        to = None if at_once else subprocess.PIPE
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=to, stderr=to and subprocess.STDOUT, text=True)
        outcome.said += done.stdout or ""
        ended = done.returncode
        if ended:
            outcome.passed = False
            break
    # Anything else than tests that failed, such as a file that cannot be read, is no matter of unsteadiness.
    failed = failures(part) if ended == TESTS_FAILED else ()
    if 0 < len(failed) <= ONCE_MORE.get(part, 0):
        print(f"\n== Once more, by themselves: {', '.join(failed)}", flush=True)
        if not subprocess.run([*pytest(part), *failed], cwd=ROOT, check=False).returncode:
            outcome.passed, outcome.unsteady = True, failed
    outcome.seconds = time.monotonic() - started
    return outcome


def remembered(part: str) -> Path:
    """Return where pytest remembers which tests of a part failed."""
    return ROOT / ".pytest_cache" / part / "v" / "cache" / "lastfailed"


def failures(part: str) -> tuple[str, ...]:
    """Return the tests of a part that failed in this run."""
    file = remembered(part)
    return tuple(json.loads(file.read_text())) if file.exists() else ()


def together(parts: list[str]) -> list[list[str]]:
    """Return the parts in order, those that run side by side in one group."""
    groups: list[list[str]] = []
    for part in parts:
        if groups and (*groups[-1], part) in SIDE_BY_SIDE:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def main(parts: list[str]) -> int:
    """Run the parts in order; all of them, so that one failure does not hide another."""
    began = time.monotonic()
    outcomes: dict[str, Outcome] = {}
    for group in together(parts):
        print(f"\n== {' and '.join(group)} …", flush=True)
        with ThreadPoolExecutor() as pool:
            for part, outcome in zip(group, pool.map(partial(run, at_once=len(group) == 1), group), strict=True):
                outcomes[part] = outcome
                if outcome.said:
                    print(f"\n== {part}\n{outcome.said}", flush=True)
    print("\n== Times")
    for part, outcome in outcomes.items():
        over = f"   OVER BUDGET of {BUDGET_S[part]} s" if outcome.seconds > BUDGET_S[part] else ""
        print(f"{part:10}{outcome.seconds:7.1f} s{over}")
    print(f"{'all':10}{time.monotonic() - began:7.1f} s")
    for part, outcome in outcomes.items():
        if outcome.unsteady:
            print(f"\nUNSTEADY in {part}, passed only by themselves; find out why: {', '.join(outcome.unsteady)}")
    failed = [part for part, outcome in outcomes.items() if not outcome.passed]
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
