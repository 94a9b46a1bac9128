"""Run the tests folder by folder, say how long each took, and say loudly when one is over its budget.

Usage: ``python tests/run.py check unit app browser``. The machine's speed varies, so a slow run does not fail.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET_S = {"check": 60, "unit": 120, "store": 240, "app": 120, "browser": 600, "load": 600, "fault": 300}
WORKERS = {"store": "3", "browser": "3"}
"""Three where much of the time goes to waiting, for a disk, a call or a page: up to a fifth faster on two cores (measured)."""
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


def main(parts: list[str]) -> int:
    """Run the parts in order; all of them, so that one failure does not hide another."""
    failed, times = [], {}
    for part in parts:
        started = time.monotonic()
        print(f"\n== {part}", flush=True)
        for command in commands(part):
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                failed.append(part)
                break
        times[part] = time.monotonic() - started
    print("\n== Times")
    for part, seconds in times.items():
        over = f"   OVER BUDGET of {BUDGET_S[part]} s" if seconds > BUDGET_S[part] else ""
        print(f"{part:10}{seconds:7.1f} s{over}")
    print(f"{'all':10}{sum(times.values()):7.1f} s")
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
