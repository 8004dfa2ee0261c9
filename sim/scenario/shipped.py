"""Find the scenarios that come with the program by name."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def folder() -> Path:
    """Return the folder of shipped scenarios: `scenarios/` of a checkout, `sim/_scenarios` of an installed wheel."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def names(kind: str = "") -> list[str]:
    """Return the names of the shipped scenarios, or with a kind (`sweeps`, `theatres`) of the files in that folder."""
    return sorted(path.stem for path in (folder() / kind).glob("*.yaml"))


def find(path: str | Path, kind: str = "") -> Path:
    """Return the path itself if it exists, else the shipped file of that name, else the path unchanged.

    A name is `ne-syria-2019`; `scenarios/ne-syria-2019.yaml` means the same away from a checkout.
    """
    given = Path(path)
    try:
        if given.exists() and not (given.is_dir() and _NAME.fullmatch(str(path))):
            return given  # a folder, perhaps of results, keeps no scenario of its name from being found
    except (OSError, ValueError):
        return given
    if given.parts[:1] == ("scenarios",) and ".." not in given.parts:
        candidate = folder().joinpath(*given.parts[1:])
        return candidate if candidate.is_file() else given
    if _NAME.fullmatch(str(path)):
        candidate = folder() / kind / f"{path}.yaml"
        return candidate if candidate.is_file() else given
    return given


def fitted(sha256: str) -> dict[str, bool]:
    """Return whether the record constrains each number of a shipped table of draws; empty for any other table."""
    for table in (folder() / "draws").glob("*.csv"):
        made = table.with_suffix(".json")
        if made.is_file() and hashlib.sha256(table.read_bytes()).hexdigest() == sha256:
            return dict(json.loads(made.read_text("utf-8")).get("fitted", {}))
    return {}
