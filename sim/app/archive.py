"""Results folders that the view may open: one folder and the folders below it, nothing outside."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from sim.experiment.results import Results
from sim.experiment.store import MANIFEST, Folder
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display
from sim.scenario.resolved import Resolved
from sim.scenario.yamlfile import parse

MAX_FOLDERS = 200
"""Most results folders offered."""
PATTERNS = ("", "*/", "*/*/", "*/*/*/")
"""Where results are looked for: in the folder and up to three levels below it."""
REFERRING = ("extends", "draws")
"""Keys of a scenario that name another file; a scenario stored with results has none of them."""


class Archive:
    """The results folders at or below one folder."""

    def __init__(self, root: Path) -> None:
        """Raise InputError if there is no such folder."""
        if not root.is_dir():
            raise InputError([Problem("--results", 0, display(root), "no such folder", "a folder of results")])
        self.root = root

    def folders(self) -> list[str]:
        """Return the folders that hold a manifest, relative to the root (`.` for the root), newest first."""
        found: dict[str, float] = {}
        for pattern in PATTERNS:
            for path in self.root.glob(pattern + MANIFEST):
                if len(found) < MAX_FOLDERS and within(path, self.root):
                    with contextlib.suppress(OSError):  # removed just now
                        found[path.parent.relative_to(self.root).as_posix()] = path.lstat().st_mtime
        return sorted(found, key=lambda name: -found[name])

    def open(self, name: str) -> Results:
        """Open the results in one of the folders. Raises InputError."""
        if name not in self.folders():
            raise InputError([Problem("results", 0, str(name)[:200], "no such results folder")])
        return Results.of(Folder(self.root / name))


def scenario_of(results: Results, point: int) -> Resolved:
    """Return the scenario of a point, built from the results folder alone. Raises InputError."""
    assert results.path is not None
    store = Folder(results.path)
    problem = Problem(
        display(results.path / "scenario.yaml"), 0, "", "refers to other files", "a scenario in one piece"
    )
    text = store.read("scenario.yaml").decode("utf-8", "replace")
    if not _whole(parse(text, "scenario.yaml").data):
        raise InputError([problem])
    for entry in results.manifest["points"]:
        for keys, value in entry.get("scenario", {}).get("set", []):
            if keys[0] in REFERRING or (keys == ["theatre"] and not isinstance(value, dict)):
                raise InputError([problem])
    return results.scenario(point)


def _whole(data: Any) -> bool:
    """Return true if a scenario is complete in one document."""
    return (
        isinstance(data, dict) and isinstance(data.get("theatre"), dict) and not any(data.get(key) for key in REFERRING)
    )


def within(path: Path, folder: Path) -> bool:
    """Return true if a path, with links resolved, lies in a folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
