"""Write docs/coverage.md: the lines and branches of the rules that the docking worlds reach, run as plain Python.

    python tools/rule_coverage.py

The worlds are those in which the compiled model is held against the per-agent oracle, decision by decision, so a line
they do not reach is a line that nothing independent has checked.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
FOLDERS = ("sim/agents", "sim/claims", "sim/model", "sim/world", "sim/engine")
REPLICATES = 1
HEAD = """# Lines of the rules that the docking worlds reach

Made by `python tools/rule_coverage.py`: every compiled function, run as plain Python (`NUMBA_DISABLE_JIT=1`) in the
{worlds} worlds of `tests/oracle/cases.py`, {replicates} replicate each, to its horizon. Measured on sources {stamp};
a test holds that these are the sources of today, comments aside. In these worlds the compiled model and the per-agent
oracle make the same decisions, so what is not reached here is not held by that comparison.

| file | lines | reached | branches | reached |
|---|---|---|---|---|
"""


class Reached(NamedTuple):
    """A file's compiled lines and branches, and those not reached."""

    file: str
    lines: int
    missed: tuple[tuple[str, str], ...]
    branches: int
    missed_branches: int


def measured() -> list[Reached]:
    """Run the worlds under measurement. Compilation must be off."""
    import coverage

    watch = coverage.Coverage(data_file=None, branch=True, include=[f"{ROOT}/{folder}/*" for folder in FOLDERS])
    watch.start()
    from sim.model import Run
    from tests.model.worlds import SEED, named
    from tests.oracle.cases import CASES

    for name in CASES:
        run = Run(named(name), full=True)
        for replicate in range(REPLICATES):
            run.complete(SEED, replicate)
    watch.stop()
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            reached = _reached(watch, path)
            if reached.lines:
                found.append(reached)
    return found


def _reached(watch: object, path: Path) -> Reached:
    analysis = watch._analyze(str(path))  # type: ignore[attr-defined]
    text = path.read_text("utf-8").splitlines()
    statements, missing = analysis.statements, analysis.missing
    stats = analysis.branch_stats()
    lines = 0
    missed: list[tuple[str, str]] = []
    branches = missed_branches = 0
    for function in _compiled(path):
        body = range(function.body[0].lineno, (function.end_lineno or 0) + 1)
        lines += sum(line in statements for line in body)
        missed += [(function.name, text[line - 1].strip()) for line in body if line in missing]
        for line in body:
            total, taken = stats.get(line, (0, 0))
            branches += total
            missed_branches += total - taken
    return Reached(path.relative_to(ROOT).as_posix(), lines, tuple(missed), branches, missed_branches)


def _compiled(path: Path) -> list[ast.FunctionDef]:
    """Functions that are compiled: decorated as such."""
    return [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(decorator, "id", "") == "compiled" for decorator in node.decorator_list)
    ]


def stamp() -> str:
    """The hash of what the page depends on: compiled functions without docstrings and comments, and the worlds."""
    parts = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            for function in _compiled(path):
                if ast.get_docstring(function) is not None:
                    function.body = function.body[1:]
                parts.append(f"{path.name} {ast.dump(function)}")
    parts.append(ast.dump(ast.parse((ROOT / "tests/oracle/cases.py").read_text("utf-8"))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def page(found: list[Reached]) -> str:
    """The page's text."""
    from tests.oracle.cases import CASES

    rows = [_row(*each) for each in found]
    total = Reached(
        "all",
        sum(each.lines for each in found),
        tuple(line for each in found for line in each.missed),
        sum(each.branches for each in found),
        sum(each.missed_branches for each in found),
    )
    left = [f"| `{each.file}` | `{name}` | `{line}` |" for each in found for name, line in each.missed]
    return (
        HEAD.format(worlds=len(CASES), replicates=REPLICATES, stamp=stamp())
        + "\n".join([*rows, _row(*total)])
        + "\n\n## Lines not reached\n\n| file | function | line |\n|---|---|---|\n"
        + "\n".join(left)
        + "\n"
    )


def _row(file: str, lines: int, missed: tuple[object, ...], branches: int, missed_branches: int) -> str:
    def share(all_of: int, without: int) -> str:
        return f"{100 * (all_of - without) / all_of:.1f}%" if all_of else ""

    return f"| `{file}` | {lines} | {share(lines, len(missed))} | {branches} | {share(branches, missed_branches)} |"


if __name__ == "__main__":
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "NUMBA_DISABLE_JIT": "1"})
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(measured()), encoding="utf-8")
