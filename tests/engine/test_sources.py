"""Which files name the compiled rules, and which say what made a table: nothing that matters is left out."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import Any

from sim.engine.version import NO_RULES, RULE_SOURCES, TABLE_SOURCES, source_files
from sim.model import rows, schedule

ROOT = Path(__file__).resolve().parents[2]


def plain(function: Any) -> Any:
    return getattr(function, "py_func", function)


def compiled_functions() -> list[Any]:
    """Every compiled function that a replicate calls."""
    seen: dict[int, Any] = {}
    todo = [schedule.advance, schedule.begin, rows.finish]
    while todo:
        function = plain(todo.pop())
        if id(function) in seen:
            continue
        seen[id(function)] = function
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        named = [function.__globals__.get(name) for name in function.__code__.co_names]
        todo += [found for found in (*cells, *named) if hasattr(found, "py_func")]
    return list(seen.values())


def origins(module: str, names: set[str]) -> set[str]:
    """Modules of the package that names used in a module come from, also by way of its own constants."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    imported, constants = {}, {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                imported[alias.asname or alias.name] = whole if whole in sys.modules else str(node.module)
        elif isinstance(node, ast.Assign):
            used = {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        constants[name.id] = used
    found, todo, done = {module}, list(names), set()
    while todo:
        name = todo.pop()
        if name in done:
            continue
        done.add(name)
        todo += constants.get(name, ())
        if imported.get(name, "").startswith("sim."):
            found.add(imported[name])
    return found


def file_of(module: str) -> Path:
    return Path(str(sys.modules[module].__file__)).resolve()


def test_the_cache_is_named_by_every_file_that_rules_are_made_of() -> None:
    named = set(source_files(RULE_SOURCES, NO_RULES))
    assert not named & set(source_files(NO_RULES))
    functions = compiled_functions()
    assert len(functions) > 150
    used: dict[str, set[str]] = {}
    for function in functions:
        used.setdefault(function.__module__, set()).update(function.__code__.co_names)
    modules = set.union(*(origins(module, names) for module, names in used.items()))
    assert "sim.scenario.vocabulary" in modules, "constants are followed"
    assert {str(file_of(module).relative_to(ROOT)) for module in modules if file_of(module) not in named} == set()


def runtime_imports(path: Path) -> set[str]:
    """Modules of the package that a file imports when it runs, functions' own imports included."""
    tree = ast.parse(path.read_text("utf-8"))
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("sim") and id(node) not in checking:
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_provenance_covers_every_file_that_can_change_a_table() -> None:
    named = set(source_files(TABLE_SOURCES))
    todo, seen = [ROOT / "sim/experiment/execution.py", ROOT / "sim/experiment/batch.py"], set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for module in runtime_imports(path):
            base = ROOT.joinpath(*module.split("."))
            todo += [file for file in (base.with_suffix(".py"), base / "__init__.py") if file.exists()]
    left_out = {str(path.relative_to(ROOT)) for path in seen - named} - {"sim/__init__.py"}
    assert left_out == set()
    assert len(seen) > 60
