"""The decorator of compiled rules, and the cache they are kept in.

Numba does not see that a called function's file has changed: a cached caller in another file would go on
returning the old result. So the cache folder is named by the hash of all the sources and of the compiler's
version, and is set before the first function is decorated. It lies where only the user can write, because
the cache is a pickle.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numba
import platformdirs

from sim.engine.version import code_hash

KEPT_VERSIONS, KEPT_DAYS = 8, 30
"""Compiled rules of so many versions stay at least, and of others so many days."""


def cache_folder() -> Path:
    """Where compiled rules are kept: the user's cache, one folder per version of the code."""
    root = os.environ.get("DETENTION_SIM_CACHE") or platformdirs.user_cache_dir("detention-sim")
    folder = Path(root) / f"rules-{code_hash()}"
    if not folder.exists():
        _forget_old_versions(Path(root))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def _forget_old_versions(root: Path) -> None:
    """Remove compiled rules that no recent version of the code made."""
    made = [(path.stat().st_mtime, path) for path in root.glob("rules-" + "[0-9a-f]" * 16) if path.is_dir()]
    for age, path in sorted(made, reverse=True)[KEPT_VERSIONS:]:
        if time.time() - age > 86400 * KEPT_DAYS:
            shutil.rmtree(path, ignore_errors=True)


numba.config.CACHE_DIR = str(cache_folder())


def compiled[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile a rule: no Python objects, no global interpreter lock, no fast-math."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined[Function: Callable[..., Any]](function: Function) -> Function:
    """The same for a rule called in one place only: it becomes part of its caller, and compiles once."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")(function))
