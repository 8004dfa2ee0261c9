"""The cache of compiled rules: only the user's, and never older than the sources."""

from __future__ import annotations

import math
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scipy import stats

from sim.engine.compiled import cache_folder, compiled, compiler_flags, in_turn
from sim.engine.version import RULE_SOURCES, TABLE_SOURCES, code_hash, rules_hash, source_files

ROOT = Path(__file__).resolve().parents[2]
CALL = """
from sim.claims.misreport import claimed_range
from sim.engine.compiled import cache_folder
print(claimed_range(1000.0, 0.9, 1.0, 0.5, 1.0)[0], cache_folder())
"""
"""A compiled rule (claims/misreport.py) that calls one of another file (engine/random.py), which is edited below."""
CALLER, CALLEE = "claims/misreport.py", "engine/random.py"


def test_the_folder_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTION_SIM_CACHE", str(tmp_path / "cache"))
    before = os.umask(0)
    try:
        folder = cache_folder()
    finally:
        os.umask(before)
    assert folder.parent == tmp_path / "cache"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700


def test_the_folder_is_named_by_the_rules_and_the_compilers_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTION_SIM_CACHE", str(tmp_path))
    named = cache_folder()
    assert named == tmp_path / f"rules-{rules_hash(compiler_flags())}"
    monkeypatch.setattr("numba.config.BOUNDSCHECK", 1)
    assert cache_folder() != named
    for made in (code_hash(), rules_hash()):
        assert len(made) == 16
        assert int(made, 16) >= 0


def test_rules_of_old_versions_are_forgotten_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTION_SIM_CACHE", str(tmp_path))
    now = time.time()
    for n in range(12):  # the older, the higher its number
        made = tmp_path / f"rules-{n:016x}"
        made.mkdir()
        os.utime(made, (now - 86400 * 4 * n, now - 86400 * 4 * n))
    (tmp_path / "rules-mine").mkdir()
    folder = cache_folder()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"rules-{n:016x}" for n in range(8)} | {"rules-mine", folder.name}


def test_a_rule_is_compiled_without_fast_math_and_lets_go_of_the_lock() -> None:
    @compiled
    def rule(x: float) -> float:
        return 1.0 / x

    assert rule.targetoptions["nogil"]
    assert not rule.targetoptions.get("fastmath")
    assert not rule.targetoptions.get("parallel")
    assert rule(0.0) == float("inf")


class Checkout:
    """A copy of the package, and the claim that a fresh process finds in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))

    def claim(self, cache: Path | None = None) -> tuple[float, Path]:
        """The rule's result and the cache it came by, its own unless told."""
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(self.folder),
                "DETENTION_SIM_CACHE": str(cache or self.folder / "cache"),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        value, cache = done.stdout.split(maxsplit=1)
        return float(value), Path(cache.strip())

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / "sim" / file
        source = path.read_text("utf-8")
        assert source.count(old) == 1
        path.write_text(source.replace(old, new), "utf-8")


def compiled_in(cache: Path) -> set[str]:
    """Compiled functions kept in a cache, by file and time."""
    return {f"{path.name} {path.stat().st_mtime_ns}" for path in cache.rglob("*.nbc")}


def test_editing_a_rule_changes_what_its_caller_in_another_file_returns(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    first, cache = checkout.claim()
    assert first == math.floor(1000 * math.exp(0.5 * stats.norm.ppf(0.9)) + 0.5)
    kept = compiled_in(cache)
    assert any(name.startswith("misreport.claimed_range") for name in kept)

    again, same = checkout.claim()
    assert (again, same) == (first, cache)
    assert compiled_in(cache) == kept, "compiled again, although nothing changed"

    caller = (tmp_path / "sim" / CALLER).stat().st_mtime_ns
    checkout.edit(CALLEE, "        return q * above / below", "        return 2.0 * q * above / below")
    assert (tmp_path / "sim" / CALLER).stat().st_mtime_ns == caller, "the caller's file is as it was"
    edited, other = checkout.claim()
    assert edited == math.floor(1000 * math.exp(0.5 * 2 * stats.norm.ppf(0.9)) + 0.5)
    assert other != cache
    assert other.parent == cache.parent


def test_another_copy_of_the_same_rules_compiles_nothing(tmp_path: Path) -> None:
    """Another folder, other times of its files, another environment's own place for packages."""
    one, other = Checkout(tmp_path / "one"), Checkout(tmp_path / "lib" / "site-packages")
    for path in (other.folder / "sim").rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    value, cache = one.claim(tmp_path / "cache")
    kept = compiled_in(cache)
    assert (value, cache) == other.claim(tmp_path / "cache")
    assert compiled_in(cache) == kept
    assert str(tmp_path) not in " ".join(str(path.relative_to(tmp_path)) for path in cache.rglob("*"))


def test_a_new_file_among_the_rules_counts_and_one_elsewhere_does_not(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    _, cache = checkout.claim()
    (tmp_path / "sim/world/extra.py").write_text("", "utf-8")
    _, other = checkout.claim()
    assert other != cache
    (tmp_path / "sim/world/extra.py").unlink()
    for elsewhere in ("plots/style.py", "app/page.py", "cli/run.py", "analysis/gap.py"):
        with (tmp_path / "sim" / elsewhere).open("a", encoding="utf-8") as file:
            file.write("# a change that changes nothing\n")
    assert checkout.claim()[1] == cache


def test_rules_are_among_what_changes_tables_and_figures_are_not() -> None:
    rules, tables = set(source_files(RULE_SOURCES)), set(source_files(TABLE_SOURCES))
    assert rules < tables
    names = {path.relative_to(ROOT / "sim").as_posix() for path in tables}
    assert {"experiment/batch.py", "scenario/loader.py"} <= names
    assert {"analysis/summary.py"} == {n for n in names if n.startswith(("plots", "report", "app", "cli", "analysis"))}


def test_no_two_rules_in_turn_bear_one_name() -> None:
    """Numba numbers functions of one name anew in each process, so that a cache begun twice would mix them up."""
    from sim.model import schedule, start

    names = []
    for rules in (schedule.DAILY, schedule.TRUTH_PASS, schedule.OBSERVATION_PASS, start.BEFORE_FACILITIES):
        for first in range(len(rules) - 1):
            made = in_turn(rules[first:])
            function = getattr(made, "py_func", made)
            assert in_turn(rules[first:]).__qualname__ == function.__qualname__
            assert function.__name__ == function.__qualname__
            names.append(function.__qualname__)
    assert len(names) > 10
    assert len(set(names)) == len(names)
