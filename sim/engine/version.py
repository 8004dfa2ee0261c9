"""Two hashes of the sources: one names the cache of compiled rules, one says what made a table.

Both leave out the files that cannot matter to them: a change of a figure, a page or a command recompiles nothing, and
`resume` goes on after it.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sim.scenario.shipped import folder

_PACKAGE = Path(__file__).resolve().parents[1]

RULE_SOURCES = (
    "engine",
    "world",
    "claims/draws.py",
    "claims/misreport.py",
    "agents",
    "model",
    "outcomes.py",
    "scenario/vocabulary.py",
)
"""Files and folders of `sim/` that compiled rules are made of, constants included. The types of arguments, such as the
record of parameters, are part of a compiled function's own signature."""
NO_RULES = ("engine/arrayset.py", "engine/mesas.py", "model/mesa_model.py", "model/grid.py", "model/seed.py")
"""Files among them that hold no rule: what Mesa sees of a run. A change of these compiles nothing again."""
TABLE_SOURCES = (
    "engine",
    "world",
    "claims/draws.py",
    "claims/misreport.py",
    "agents",
    "model",
    "outcomes.py",
    "tables.py",
    "scenario",
    "experiment",
    "analysis/summary.py",
)
"""Files and folders of `sim/` that can change a table of results."""
TABLE_DATA = ("draws/claims.csv",)
"""Files shipped beside the scenarios that can change a table, and that no scenario names."""


@cache
def rules_hash(flags: str = "") -> str:
    """Return the hash of the rules' sources, Python, compiler and flags (16 hex digits), which names the cache."""
    parts = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    return _hash([platform.python_version(), flags, *parts], RULE_SOURCES, without=NO_RULES)


@cache
def code_hash() -> str:
    """Return the hash of every file of the program that can change a table (16 hex digits): the `code` of a manifest.

    The manifest names the versions of Python and of packages separately.
    """
    data = [hashlib.sha256((folder() / name).read_bytes()).hexdigest() for name in TABLE_DATA]
    return _hash(data, TABLE_SOURCES)


def source_files(names: Iterable[str], without: Iterable[str] = ()) -> list[Path]:
    """Return the Python files of `sim/` among these files and below these folders, in order, but for some."""
    found = [_PACKAGE / name for name in names]
    left_out = {_PACKAGE / name for name in without}
    files = (file for path in found for file in (path.rglob("*.py") if path.is_dir() else [path]) if file.exists())
    return sorted(file for file in files if file not in left_out)


def _hash(texts: Iterable[str], names: Iterable[str], without: Iterable[str] = ()) -> str:
    digest = hashlib.sha256("\n".join(texts).encode())
    for path in source_files(names, without):
        digest.update(str(path.relative_to(_PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
