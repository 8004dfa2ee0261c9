"""The rules run as plain Python too, where a debugger can step through them, and come to the same to the last bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.model.plain import columns

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("name", "replicates"), [("tiny", 3), ("everything", 2)])
def test_plain_rules_give_what_compiled_rules_give(name: str, replicates: int) -> None:
    command = [sys.executable, "-m", "tests.model.plain", name, str(replicates)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    plain = json.loads(done.stdout)
    compiled = columns(name, replicates)
    assert plain["plain"]
    assert plain["columns"].keys() == compiled.keys()
    assert [column for column in compiled if plain["columns"][column] != compiled[column]] == []
    assert sum(len(text) for text in compiled["events.minute"]) > 0
