"""Two hashes of the sources: one names the cache of compiled rules, one says what made a table.

Both leave out what cannot matter to them, so that a change of a figure, a page or a command recompiles nothing and
does not keep `resume` from going on.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

RULE_SOURCES = ("engine", "world", "claims", "agents", "model", "outcomes.py", "scenario/vocabulary.py")
"""Files and folders of `sim/` that compiled rules are made of, constants included. What they take as arguments, such as
the record of parameters, is part of a compiled function's own signature."""
TABLE_SOURCES = (
    "engine",
    "world",
    "claims",
    "agents",
    "model",
    "outcomes.py",
    "tables.py",
    "scenario",
    "experiment",
    "analysis/summary.py",
)
"""Files and folders of `sim/` that can change a table of results."""


@cache
def rules_hash(flags: str = "") -> str:
    """Hash of the rules' sources, Python, the compiler and its flags (16 hex digits): the name of their cache."""
    parts = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    return _hash([platform.python_version(), flags, *parts], RULE_SOURCES)


@cache
def code_hash() -> str:
    """Hash of every source file that can change a table (16 hex digits): the `code` of a manifest.

    Versions of Python and of packages stand in the manifest by name.
    """
    return _hash([], TABLE_SOURCES)


def source_files(names: Iterable[str]) -> list[Path]:
    """Python files of `sim/` among these files and below these folders, in order."""
    found = [_PACKAGE / name for name in names]
    return sorted(file for path in found for file in (path.rglob("*.py") if path.is_dir() else [path]) if file.exists())


def _hash(texts: Iterable[str], names: Iterable[str]) -> str:
    digest = hashlib.sha256("\n".join(texts).encode())
    for path in source_files(names):
        digest.update(str(path.relative_to(_PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
