"""A machine to try the set-up on: a copy of its files, and a PATH that holds only what a test puts there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("sh", "make", "sed", "rm", "mkdir", "chmod", "cat")


class Machine:
    """A fresh machine with the tools of a small Debian, and no Python, browser or package manager."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.bin, self.home = folder / "bin", folder / "home"
        self.project = folder / "a project"  # the space is meant
        for made in (self.bin, self.home, self.project):
            made.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(root / name, self.project)
        shutil.copytree(root / "tools", self.project / "tools")

    def script(self, path: Path | str, body: str) -> Path:
        """A shell script; one without a folder is on PATH."""
        path = self.bin / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def python(self, path: Path | str, version: tuple[int, ...], ensurepip: bool = True) -> Path:
        """This Python, which gives itself out as another version at another place, with or without ensurepip."""
        path = self.bin / path
        lie = (
            f"import sys; sys.version_info = {version}; sys.executable = {str(path)!r}; "
            + ("" if ensurepip else "sys.modules['ensurepip'] = None; ")
            + "code = sys.argv[2]; sys.argv[1:3] = []; exec(code)"
        )
        return self.script(path, f'exec "{sys.executable}" -c "{lie}" "$@"')

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project with nothing else in the environment."""
        return subprocess.run(
            command,
            cwd=self.project,
            env={"PATH": str(self.bin), "HOME": str(self.home)} | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    """A fresh machine."""
    assert os.access("/bin/sh", os.X_OK)
    return Machine(tmp_path, root)
