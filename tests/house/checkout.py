"""A copy of the package in which something is added, and what it then does: run as plain Python, so nothing compiles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOGETHER = """
import contextlib, io, json, sys
from sim.cli.main import main
told = []
for line in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(line)
    told.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(told))
"""


class Checkout:
    """A copy of `sim`, the scenarios and the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("sim", "scenarios", "tests"):
            shutil.copytree(ROOT / name, folder / name)  # bytecode too, which is of use where a file stays as it is

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        path = self.folder / file
        source = path.read_text("utf-8")
        assert source.count(old) == 1, f"{file}: {source.count(old)} times {old!r}"
        path.write_text(source.replace(old, new), "utf-8")

    def write(self, file: str, text: str) -> None:
        """Write a file."""
        (self.folder / file).write_text(text, "utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, rules uncompiled."""
        environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(self.folder)}
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=240
        )

    def commands(self, *lines: tuple[str, ...]) -> list[subprocess.CompletedProcess[str]]:
        """Run the program several times in one process, which starts but once."""
        done = self.python("-c", TOGETHER, json.dumps(lines))
        assert done.returncode == 0, done.stderr
        return [
            subprocess.CompletedProcess(line, *told) for line, told in zip(lines, json.loads(done.stdout), strict=True)
        ]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program in the copy."""
        return self.python("-m", "sim", *arguments)
