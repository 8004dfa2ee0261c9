"""Several first runs at once, each of which compiles the rules into one cache: none spoils it for another."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.endurance.processes import assert_same, run, start

RUN = ("run", "tiny", "--replicates", "8", "--record", "full", "--no-plots", "--quiet")


@pytest.mark.long  # it compiles the rules several times over
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [1, 2])
def test_first_compiles_at_once(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of three is killed on the way; the others, and one that finds what they stored, give the same tables."""
    run(*RUN, "--out", "known", cwd=tmp_path)
    monkeypatch.setenv("DETENTION_SIM_CACHE", str(tmp_path / "cache"))
    processes = [start(*RUN, "--out", str(k), cwd=tmp_path) for k in range(3)]
    time.sleep(random.Random(seed).uniform(5.0, 90.0))
    processes[0].kill()
    for process in processes:
        _, error = process.communicate(timeout=3000)
        assert process.returncode == (-9 if process is processes[0] else 0), error
    run(*RUN, "--out", "after", cwd=tmp_path)
    run("resume", "0", "--no-plots", "--quiet", cwd=tmp_path)
    for name in ("0", "1", "2", "after"):
        assert_same(tmp_path / name, tmp_path / "known")
    assert any(os.scandir(tmp_path / "cache"))
