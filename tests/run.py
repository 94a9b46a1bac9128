"""Run the tests folder by folder, say how long each took, and say loudly when one is over its budget.

Usage: ``python tests/run.py check unit app browser``. The machine's speed varies, so a slow run does not fail.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET_S = {"check": 60, "unit": 120, "store": 240, "app": 120, "browser": 600, "load": 600, "fault": 300}
WORKERS = {"store": "3", "browser": "3"}
"""Three where much of the time goes to waiting, for a disk, a call or a page: up to a fifth faster on two cores (measured)."""
SIDE_BY_SIDE = (("check", "unit"), ("store", "app"))
"""Parts that leave each other room: one waits for a single core or for a disk while the other works (measured)."""
BIN = Path(sys.executable).parent


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
    return [
        [sys.executable, "-m", "pytest", f"tests/{part}", "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    ]


def run(part: str, *, at_once: bool = True) -> tuple[bool, float, str]:
    """Run one part, and return whether all of it passed, how long it took in seconds and what it said.

    Args:
        part: which.
        at_once: let it say so itself, where no other part speaks at the same time; nothing is then returned of it.
    """
    started = time.monotonic()
    said, passed = "", True
    for command in commands(part):
        to = None if at_once else subprocess.PIPE
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=to, stderr=to and subprocess.STDOUT, text=True)
        said += done.stdout or ""
        if done.returncode:
            passed = False
            break
    return passed, time.monotonic() - started, said


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
    failed, times = [], {}
    for group in together(parts):
        print(f"\n== {' and '.join(group)} …", flush=True)
        with ThreadPoolExecutor() as pool:
            ended = pool.map(partial(run, at_once=len(group) == 1), group)
            for part, (passed, seconds, said) in zip(group, ended, strict=True):
                times[part] = seconds
                failed += [] if passed else [part]
                if said:
                    print(f"\n== {part}\n{said}", flush=True)
    print("\n== Times")
    for part, seconds in times.items():
        over = f"   OVER BUDGET of {BUDGET_S[part]} s" if seconds > BUDGET_S[part] else ""
        print(f"{part:10}{seconds:7.1f} s{over}")
    print(f"{'all':10}{time.monotonic() - began:7.1f} s")
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
