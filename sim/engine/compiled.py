"""The decorator of compiled rules, and the cache they are kept in.

Numba does not see that a called function's file has changed: a cached caller in another file would go on
returning the old result. So the cache folder is named by a hash of the rules' sources, of the compiler's version and
of its flags, and is set before the first function is decorated. It lies where only the user can write, because the
cache is a pickle.

With `NUMBA_DISABLE_JIT=1` the same rules run as plain Python, slowly, with a debugger if wished.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numba
import platformdirs

from sim.engine.version import rules_hash

KEPT_VERSIONS, KEPT_DAYS = 8, 30
"""Compiled rules of so many versions stay at least, and of others so many days."""


FLAGS = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "LLVM_REFPRUNE_PASS")
"""Settings of Numba that change what is compiled; its own cache does not look at them."""


def compiler_flags() -> str:
    """Numba's settings that change what is compiled, as text."""
    return " ".join(f"{name}={getattr(numba.config, name, None)}" for name in FLAGS)


def cache_folder() -> Path:
    """Where compiled rules are kept: the user's cache, one folder per version of the rules."""
    root = os.environ.get("DETENTION_SIM_CACHE") or platformdirs.user_cache_dir("detention-sim")
    folder = Path(root) / f"rules-{rules_hash(compiler_flags())}"
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


def in_turn[Rule: Callable[..., None]](rules: Sequence[Rule]) -> Rule:
    """Return a rule that carries out rules one after another on the same arguments: a schedule from a list."""
    first, *others = rules
    if not others:
        return first
    then: Rule = in_turn(others)

    def both(*arguments: Any) -> None:
        first(*arguments)
        then(*arguments)

    return cast(Rule, numba.njit(nogil=True, error_model="numpy")(both))
