"""The examples run as they stand, in a folder of their own, and print what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROMISED = {
    "first_lines_mesa.py": [r"lone-prison +\d+ +\d+\.\d", r"'local': \d+", r"formal +10\.0 +\d", r"none +10\.0 +\d"],
    "first_lines_ema.py": [r"both evaluators agree: True", r"coverage +density", r"scale +call"],
    "first_lines_pandas.py": [
        r"0\.5 +formal +0\.05 +\d",
        r"exit-days \| sum of the positive daily gaps",
        r"10 +\d+\.\d+ +\d+\.\d+",
    ],
    "first_lines_salib.py": [r"guards\.scale +\d\.\d+ +\d\.\d+", r"guards\.redeploy_share +-?\d\.\d+ +\d\.\d+"],
}


def test_every_example_is_run() -> None:
    assert set(PROMISED) == {path.name for path in EXAMPLES.glob("*.py")}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_an_example_runs_and_prints_what_it_promises(name: str, tmp_path: Path, root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, str(EXAMPLES / name)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    for pattern in PROMISED[name]:
        assert re.search(pattern, done.stdout), f"{pattern} is not in\n{done.stdout}"
    assert not list(tmp_path.iterdir()), "an example leaves files behind"
