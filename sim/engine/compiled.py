"""The decorator of compiled rules, and the cache they are kept in.

Numba does not see that a called function's file has changed: a cached caller in another file would go on
returning the old result. So the cache folder is named by a hash of the rules' sources, of the compiler's version and
of its flags, and is set before the first function is decorated. It lies where only the user can write, because the
cache is a pickle.

With `NUMBA_DISABLE_JIT=1` the same rules run as plain Python: slowly, and a debugger can step through them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numba
import platformdirs

from sim.engine import cachefile
from sim.engine.version import rules_hash

KEPT_VERSIONS, KEPT_DAYS = 8, 30
"""Number of newest versions whose compiled rules always stay, and days for which those of the others stay."""


FLAGS = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "LLVM_REFPRUNE_PASS")
"""Settings of Numba that change what is compiled, which its own cache ignores."""


def compiler_flags() -> str:
    """Return Numba's settings that change what is compiled, as text."""
    return " ".join(f"{name}={getattr(numba.config, name, None)}" for name in FLAGS)


def cache_folder() -> Path:
    """Return the folder of this version's compiled rules in the user's cache; make it if it is missing."""
    root = os.environ.get("DETENTION_SIM_CACHE") or platformdirs.user_cache_dir("detention-sim")
    folder = Path(root) / f"rules-{rules_hash(compiler_flags())}"
    if not folder.exists():
        _forget_old_versions(Path(root))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def _forget_old_versions(root: Path) -> None:
    """Remove the compiled rules of old versions of the code."""
    made = [(path.stat().st_mtime, path) for path in root.glob("rules-" + "[0-9a-f]" * 16) if path.is_dir()]
    for age, path in sorted(made, reverse=True)[KEPT_VERSIONS:]:
        if time.time() - age > 86400 * KEPT_DAYS:
            shutil.rmtree(path, ignore_errors=True)


numba.config.CACHE_DIR = str(cache_folder())
cachefile.install()


def compiled[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile a rule without Python objects, without the global interpreter lock and without fast-math."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def in_turn[Rule: Callable[..., None]](rules: Sequence[Rule]) -> Rule:
    """Return a rule that carries out rules one after another on the same arguments: a schedule from a list.

    Each such rule has a name of its own. Numba tells functions of one name apart by a number that starts anew in every
    process: when compiling was broken off and another process went on, two of them could bear one name in the cache,
    and one was then called in place of the other, without a word.
    """
    first, *others = rules
    if not others:
        return first
    then: Rule = in_turn(others)

    def both(*arguments: Any) -> None:
        first(*arguments)
        then(*arguments)

    carried_out = " ".join(f"{rule.__module__}.{rule.__qualname__}" for rule in rules)
    both.__name__ = both.__qualname__ = f"in_turn_{hashlib.sha256(carried_out.encode()).hexdigest()[:16]}"
    return cast(Rule, numba.njit(nogil=True, error_model="numpy")(both))
