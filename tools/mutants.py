"""Mutants: is a small change of a rule or a statistic noticed by the tests?

    python tools/mutants.py rules|numbers [--sample N] [--seed S] [--out FILE] [--again] [--tests TEST ...]

`rules` are the functions of sim/agents and the compiled ones of sim/claims, run as plain Python in the small worlds of
the oracle; `numbers` the functions of sim/analysis and the others of sim/claims. Methods of agents, which show them to
Mesa, are left out.

All tests run once, unchanged, and the lines are kept that each reaches. Then every mutant is a process of its own, in
which a function is given other code in memory, so that no file and no cache can mix them up; the tests that reach its
line run in it, soonest first, until one fails. A test that takes ten times as long as before fails. What is not noticed
in BUDGET seconds of the processor has survived. A run that was stopped goes on where it was, with the same sample and
seed; `--again` tries survivors once more, against other tests.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import random
import signal
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 30.0
TESTS = {
    "rules": ["tests/golden/test_golden.py::test_small_worlds_are_those_of_the_golden_run", "tests/docking"],
    "numbers": ["tests/analysis", "tests/test_wording.py", "tests/claims"],
}
OTHER: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


def changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Every change of a node that is tried: a field and what is put there."""
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                yield "ops", [*node.ops[:i], OTHER[type(op)](), *node.ops[i + 1 :]]
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op) in OTHER:
            yield "op", OTHER[type(node.op)]()
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.UnaryOp(op=ast.Not()):
            yield "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant(value=bool() | int() | float()):
            yield "value", not node.value if isinstance(node.value, bool) else node.value + 1
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "test", ast.UnaryOp(ast.Not(), node.test)
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        for i, line in enumerate(block if isinstance(block, list) else ()):
            named = isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)  # missed by everything later
            if isinstance(line, ast.Assign | ast.AugAssign | ast.Expr) and not named and not _is_text(line.value):
                yield name, [*block[:i], ast.copy_location(ast.Pass(), line), *block[i + 1 :]]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def functions(mode: str) -> Iterator[tuple[str, ast.FunctionDef, ast.Module]]:
    """Functions of a mode: file, function, tree."""
    for folder in ("agents", "claims", "analysis"):
        for path in sorted((ROOT / "sim" / folder).glob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
                for node in owner.body:
                    compiled = "compiled" in (getattr(d, "id", "") for d in getattr(node, "decorator_list", ()))
                    rule = compiled or (folder == "agents" and owner is tree)
                    view = folder == "agents" and owner is not tree
                    if isinstance(node, ast.FunctionDef) and not view and rule == (mode == "rules"):
                        yield str(path), node, tree


def mutants(mode: str, wanted: Collection[str]) -> Iterator[tuple[str, int, range, CodeType | None]]:
    """Every mutant: its name, the first line of its function, the lines changed, and if it is wanted its code."""
    for path, function, tree in functions(mode):
        first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        for node in [*(inner for statement in function.body for inner in ast.walk(statement)), function]:
            for field, value in changes(node):
                place, was, new = node, getattr(node, field), value
                if field in ("body", "orelse"):
                    place, new = next((old, line) for old, line in zip(was, value, strict=True) if old is not line)
                lines = range(place.lineno, place.end_lineno + 1)
                before = ast.unparse(place)
                setattr(node, field, value)
                after = ast.unparse(node if place is node else new)
                at = f"{Path(path).relative_to(ROOT)}:{place.lineno}:{place.col_offset + 1}"
                name = " ".join(f"{at} {function.name}: {before} -> {after}".split())
                module = compile(ast.fix_missing_locations(tree), path, "exec") if name in wanted else None
                setattr(node, field, was)
                codes = () if module is None else codes_within(module)
                same = (code for code in codes if (code.co_name, code.co_firstlineno) == (function.name, first))
                yield name, first, lines, next(same, None)


def codes_within(code: CodeType) -> Iterator[CodeType]:
    """All code objects of a module."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from codes_within(inner)


class OracleOnce:
    """The oracle, which no mutant changes, run once for each world and asked again for what it came to."""

    kept: dict[str, tuple[Any, list[Any]]] = {}

    def __init__(self, scenario: Any, theatre: Any, seed: int, replicate: int) -> None:
        from tests.oracle.model import OracleModel

        key, self.steps = repr((scenario, theatre, seed, replicate)), 0
        if key not in self.kept:
            model = OracleModel(scenario, theatre, seed, replicate)
            self.kept[key] = (model, [(model.step(), model.state())[1] for _ in range(model.n_steps)])
        self.model, self.states = self.kept[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def step(self) -> None:
        """Go one step on."""
        self.steps += 1

    def state(self) -> Any:
        """What there was after this step."""
        return self.states[self.steps - 1]

    def run(self) -> None:
        """Go to the horizon."""
        self.steps = len(self.states)


class Session:
    """In place of pytest's loop over tests: all once, then a process for each mutant."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.reached, self.seconds = options, {}, {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once, then the mutants."""
        from tests.docking import test_docking

        test_docking.OracleModel, test_docking.REPLICATES = OracleOnce, range(1)
        self.only_session = type("End", (), {"listchain": lambda self: [session]})()
        files = {path for path, _, _ in functions(self.options.mode)}
        lines: set[tuple[str, int]] = set()
        sys.monitoring.use_tool_id(3, "mutants")

        def reach(code: CodeType, line: int) -> Any:
            if code.co_filename in files:
                lines.add((code.co_filename, line))
            return sys.monitoring.DISABLE

        sys.monitoring.register_callback(3, sys.monitoring.events.LINE, reach)
        sys.monitoring.set_events(3, sys.monitoring.events.LINE)
        for item in session.items:
            lines.clear()
            sys.monitoring.restart_events()
            began = time.process_time()
            if self.passes(item):
                self.reached[item], self.seconds[item] = frozenset(lines), time.process_time() - began
            else:
                print(f"left out, because it fails unchanged: {item.nodeid}", flush=True)
        sys.monitoring.set_events(3, 0)
        print(f"{len(self.reached)} tests, {sum(self.seconds.values()):.0f} s", flush=True)
        self.sample()
        return True

    def passes(self, item: pytest.Item) -> bool:
        """Run one test; fixtures of the session stay."""
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=self.only_session))

    def sample(self) -> None:
        """Try the mutants of the sample that were not tried yet."""
        out = self.options.out
        out.parent.mkdir(parents=True, exist_ok=True)
        kept = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
        kept = [each for each in kept if each["killed"] or not self.options.again]
        out.write_text("".join(json.dumps(each) + "\n" for each in kept), encoding="utf-8")
        done = {each["mutant"] for each in kept}
        every = [mutant[0] for mutant in mutants(self.options.mode, ())]
        chosen = random.Random(self.options.seed).sample(every, min(self.options.sample, len(every)))
        print(f"{len(chosen)} of {len(every)} mutants, {len(done)} done", flush=True)
        made = [mutant for mutant in mutants(self.options.mode, set(chosen) - done) if mutant[3]]
        for mutant in sorted(made, key=lambda mutant: chosen.index(mutant[0])):
            if mutant[0] not in done:
                with out.open("a", encoding="utf-8") as stream:
                    print(json.dumps(self.outcome(*mutant)), file=stream)

    def outcome(self, name: str, first: int, lines: range, code: CodeType) -> dict[str, Any]:
        """Run the tests that reach a mutant in a process of its own."""
        touched = {(code.co_filename, line) for line in lines}
        tests = sorted((item for item in self.reached if self.reached[item] & touched), key=self.seconds.__getitem__)
        began, (read, write) = time.monotonic(), os.pipe()
        if (child := os.fork()) == 0:
            try:
                self.child(first, code, tests, write)
            finally:
                os._exit(2)  # a fault of this tool, not a mutant that was noticed
        os.close(write)
        tried = os.fdopen(read).read().split("\n")[:-1]
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 2:
            raise RuntimeError(f"could not be tried: {name}")
        result = {"mutant": name, "killed": status != 0, "tests": len(tests), "tried": len(tried)}
        result |= {"by": tried[-1] if status and tried else "", "seconds": round(time.monotonic() - began, 1)}
        print("killed  " if status else "SURVIVED", result["seconds"], name, flush=True)
        return result

    def child(self, first: int, code: CodeType, tests: list[pytest.Item], write: int) -> None:
        """Give the function its other code and run tests: exit 1 at the first that fails, 0 if none does."""
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for function in gc.get_objects():
            if type(function) is FunctionType and function.__code__.co_filename == code.co_filename:
                if (function.__code__.co_name, function.__code__.co_firstlineno) == (code.co_name, first):
                    function.__code__ = code
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        spent = time.process_time()
        for item in tests:
            os.write(write, f"{item.nodeid}\n".encode())
            signal.setitimer(signal.ITIMER_PROF, 5 + 10 * self.seconds[item])
            if not self.passes(item):
                os._exit(1)
            if time.process_time() - spent > BUDGET:
                break
        os._exit(0)


def main() -> None:
    """Run, and say the share killed."""
    from scipy.stats import binomtest

    parser = argparse.ArgumentParser(description="Is a small change noticed by the tests?")
    parser.add_argument("mode", choices=TESTS)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--tests", nargs="+")
    options = parser.parse_args()
    options.out = options.out or ROOT / f"build/mutants/{options.mode}-{options.seed}.jsonl"
    arguments = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "timeout=0",
        "-W",
        "ignore::DeprecationWarning",
        *(options.tests or TESTS[options.mode]),
    ]
    pytest.main(arguments, plugins=[Session(options)])
    kept = [json.loads(line) for line in options.out.read_text("utf-8").splitlines()]
    killed = sum(each["killed"] for each in kept)
    interval = binomtest(killed, len(kept)).proportion_ci(0.95, "exact")
    for each in kept:
        if not each["killed"]:
            print(f"survived {each['tried']} of {each['tests']} tests: {each['mutant']}")
    print(f"{killed} of {len(kept)} killed: {killed / len(kept):.1%} ({interval.low:.1%} to {interval.high:.1%})")


if __name__ == "__main__":
    if sys.argv[1:2] == ["rules"] and os.environ.get("NUMBA_DISABLE_JIT") != "1":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "NUMBA_DISABLE_JIT": "1"})
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    main()
