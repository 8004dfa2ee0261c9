"""The page of lines that the docking worlds reach is right, and they reach nearly all of the rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_docking_worlds_reach_the_rules() -> None:
    done = subprocess.run(
        [sys.executable, "tools/rule_coverage.py", "--print"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (ROOT / "docs/coverage.md").read_text("utf-8"), "python tools/rule_coverage.py"
    total = re.search(r"\| `all` \| (\d+) \| ([\d.]+)% \| \d+ \| ([\d.]+)% \|", done.stdout)
    assert total is not None
    assert int(total[1]) > 2000
    assert float(total[2]) >= 98.0
    assert float(total[3]) >= 95.0
