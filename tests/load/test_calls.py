"""The measuring of calls itself works: it prints its figures, and nobody is lost while it does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURE = re.compile(r"^BENCH (\w+) (-?[\d.]+) (\S+) \| \w+ (-?[\d.]+) \S+ \| ratio (\S+)$")


@pytest.mark.timeout(300)
def test_a_quick_measuring_of_calls_prints_its_figures_and_loses_nobody():
    ended = subprocess.run(
        [sys.executable, "bench/call.py", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.startswith("BENCH ")]
    figures = {found[1]: (float(found[2]), float(found[4])) for line in lines if (found := FIGURE.match(line))}
    assert len(figures) == len(lines) >= 15
    assert figures["call_missing"] == figures["call_missing_with_3_reruns_per_s"] == (0, 0)
    assert all(value > 0 for value in figures["call_cpu_per_minute_3_calls"])
    assert all(value > 0 for value in figures["call_first_picture_p50"])
    assert all(value > 1 for value in figures["call_reruns_per_second_with_3_calls"])
