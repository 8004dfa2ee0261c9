"""The program in processes of its own, and what it left behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from sim.experiment.results import Results

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
"""Seconds after which something that should have happened is given up."""


def start(*arguments: str, cwd: Path, module: str = "sim", **more) -> subprocess.Popen:
    """Start the command line (or another module's) and go on."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def run(*arguments: str, cwd: Path, code: int = 0, **more) -> tuple[str, str]:
    """Run the command line to its end: what it said on stdout and stderr."""
    process = start(*arguments, cwd=cwd, **more)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err.decode()
    return out.decode(), err.decode()


def until(what, process: subprocess.Popen | None = None) -> bool:
    """Wait until something is so; False if the process ended before."""
    end = time.monotonic() + PATIENCE
    while not what():
        if process is not None and process.poll() is not None:
            return False
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)
    return True


def stored(folder: Path) -> set[str]:
    """Names of the parts that lie there."""
    return {str(path) for path in folder.rglob("part-*.parquet")}


def manifest(folder: Path) -> dict:
    """The manifest as it stands."""
    return json.loads((folder / "manifest.json").read_text())


def assert_same(folder: Path, whole: Path) -> None:
    """Both folders hold the same tables, parts and checksums, and are done."""
    ours, theirs = Results.open(folder), Results.open(whole)
    assert ours.status == theirs.status == "done"
    assert digests(ours) == digests(theirs)
    for name in {part["table"] for part in theirs.manifest["parts"]}:
        assert ours.table(name).equals(theirs.table(name)), name
    listed = {str(path.relative_to(folder)) for path in folder.rglob("part-*")}
    assert listed == set(digests(ours))


def digests(results: Results) -> dict[str, str]:
    """Every part's checksum by name."""
    return {part["file"]: part["sha256"] for part in results.manifest["parts"]}
