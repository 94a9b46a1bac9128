"""The measuring itself works: it prints its figures, and no visitor is lost while it does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURE = re.compile(r"^BENCH (\w+) (-?[\d.]+) (\S+) \| streamlit_empty (-?[\d.]+) \S+ \| ratio (\S+)$")


@pytest.mark.timeout(300)
def test_a_quick_measuring_prints_its_figures_and_loses_nobody():
    ended = subprocess.run(
        [sys.executable, "bench/run.py", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.startswith("BENCH ")]
    figures = {found[1]: (float(found[2]), float(found[4])) for line in lines if (found := FIGURE.match(line))}
    assert len(figures) == len(lines) >= 20
    for visits in ("guide", "saturated", "empty", "empty_saturated"):
        assert figures[f"{visits}_failures"] == figures[f"{visits}_exceptions"] == (0, 0)
        assert figures[f"{visits}_reruns_per_second"][0] > 1
        assert 0 < figures[f"{visits}_rerun_p50"][0] <= figures[f"{visits}_rerun_p95"][0]
