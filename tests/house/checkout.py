"""A copy of the package in which something is added, and what it then does: run as plain Python, so nothing compiles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Checkout:
    """A copy of `sim`, the scenarios and the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("sim", "scenarios", "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

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

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program in the copy."""
        return self.python("-m", "sim", *arguments)
