"""Who may write which column, and that the parts declared are the parts played."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sim.agents.records import RECORDS
from sim.engine.columns import Part, Record, owned, restored, specs, state
from sim.model import Run
from sim.scenario.loader import load
from sim.world.belief import Belief
from sim.world.state import Truth
from tests.model.worlds import SEED, bits, named
from tests.oracle.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = {record.name: record for record in RECORDS}
HOLDS = {array: spec.holds for bundle in (Truth, Belief) for array, spec in specs(bundle).items()}
RULES = [*(ROOT / "sim/agents").glob("*.py"), *(ROOT / "sim/world").glob("*.py"), *(ROOT / "sim/model").glob("*.py")]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


class Uses(ast.NodeVisitor):
    """Columns that a function writes and reads: `t.facility[f].held = ...`, or by a name bound to `t.facility[f]`."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.found: list[tuple[str, str, bool]] = []

    def record(self, node: ast.AST) -> str | None:
        """The record that an expression is a row of."""
        if isinstance(node, ast.Name):
            return self.rows.get(node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            of = node.value.value
            if isinstance(of, ast.Name) and of.id in ("t", "b"):
                holds = HOLDS.get(node.value.attr, "")
                return holds if holds in BY_NAME else None
        return None

    def visit_Assign(self, node: ast.Assign) -> None:
        record = self.record(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name) and record is not None:
                self.rows[target.id] = record
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        record = self.record(node.value)
        if record is not None:
            self.found.append((record, node.attr, isinstance(node.ctx, ast.Store)))
        self.generic_visit(node)


def uses(source: str) -> Iterator[tuple[str, str, str, bool]]:
    """Function, record, column, and whether it is written, wherever a row's column is used."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            visitor = Uses()
            visitor.visit(node)
            for record, column, writes in visitor.found:
                yield node.name, record, column, writes


SHARED = {"sim.model.schedule": {"m0", "m1", "step"}, "sim.agents.levers": set()}
"""Columns of the clock that the schedule moves on."""


def strangers(source: str, module: str) -> list[str]:
    """Columns that a file writes and does not own, and saved work of others that it reads."""
    found = []
    for function, record, column, writes in uses(source):
        field = BY_NAME[record].fields[column]
        if field.owner == module or column in SHARED.get(module, ()):
            continue
        if writes:
            found.append(f"{module}.{function} writes {record}.{column}, which is {field.owner}'s")
    return found


def test_a_file_writes_only_its_own_columns() -> None:
    found = [line for path in RULES for line in strangers(path.read_text("utf-8"), module_of(path))]
    assert found == []
    every = [use for path in RULES for use in uses(path.read_text("utf-8"))]
    assert sum(writes for *_, writes in every) > 150, "writes are seen at all"


@pytest.mark.parametrize(
    "body",
    [
        "t.facility[f].on_site = 0",
        "site = t.facility[f]\n    site.on_site -= 1",
        "person = t.people[i]\n    person.active = 1",
    ],
)
def test_a_strangers_write_is_seen(body: str) -> None:
    source = f"def rule(t, f, i):\n    {body}\n"
    assert len(strangers(source, "sim.agents.detainee")) == 1


READERS = {
    "sim.agents.disorder": "sim.agents.disorder_lists",
    "sim.agents.detainee": "sim.agents.go_order",
    "sim.agents.at_rest": "sim.agents.rest",
    "sim.agents.disorder_lists": "sim.agents.thresholds",
    "sim.agents.custody": "sim.agents.occupying_force",
}
"""Files that read what another has saved, as its other half."""


def test_saved_work_is_read_by_its_own_file_or_the_rule_it_serves() -> None:
    found = set()
    for path in RULES:
        for function, record, column, _ in uses(path.read_text("utf-8")):
            field = BY_NAME[record].fields[column]
            module = module_of(path)
            if field.part is Part.SAVED and module != field.owner and READERS.get(module) != field.owner:
                found.add(f"{module}.{function} reads {record}.{column} of {field.owner}")
    assert found == set()


WORLDS = ["everything", "tiny", "move_first", "hardening_and_other_levers", "observers_of_each_kind", "response"]


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_fixed_or_decided_stays_once_a_replicate_has_begun(name: str) -> None:
    run = Run(named(name))
    for replicate in range(2):
        run.reset(SEED, replicate)
        before = {(array, column): values.copy() for array, column, values in given(run)}
        run.advance(int(run.truth.clock["steps"][0]))
        for array, column, values in given(run):
            assert values.tobytes() == before[array, column].tobytes(), f"{array}.{column}"
        assert len(before) > 150


def given(run: Run) -> Iterator[tuple[str, str | None, np.ndarray]]:
    """Columns and arrays that no rule may write once the replicate has begun."""
    for bundle in (run.truth, run.belief):
        for array, spec in specs(type(bundle)).items():
            values = getattr(bundle, array)
            if spec.holds in BY_NAME:
                for field in BY_NAME[spec.holds].fields.values():
                    if field.part in (Part.FIXED, Part.DECISION):
                        yield array, field.name, values[field.name]
            elif spec.part in (Part.FIXED, Part.DECISION):
                yield array, None, values


def scribble(run: Run) -> None:
    """Leave nothing in the arrays as a replicate left it, but what no rule writes."""
    for bundle in (run.truth, run.belief):
        back = restored(type(bundle))
        for name, spec in specs(type(bundle)).items():
            if name in back or spec.part not in (Part.FIXED, Part.DECISION):
                values = getattr(bundle, name)
                values.reshape(-1).view(np.uint8)[:] = 0x55


@pytest.mark.parametrize("name", [*CASES, "tiny"])
def test_nothing_leaks_from_one_replicate_into_the_next(name: str) -> None:
    """Whatever stands in the arrays before: each is set back, or written before it is read."""
    clean, soiled = Run(named(name)), Run(named(name))
    for replicate in (1, 0):
        scribble(soiled)
        assert bits(soiled.complete(SEED, replicate)) == bits(clean.complete(SEED, replicate)), replicate


def test_an_array_left_out_of_what_is_set_back_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.model.run as module

    monkeypatch.setattr(module, "restored", lambda bundle: tuple(n for n in restored(bundle) if n != "heard"))
    where = load("ne-syria-2019", {"days": 20})
    run = Run(where)
    first = bits(run.complete(1, 0))
    run.complete(1, 1)
    run.complete(1, 2)
    assert bits(run.complete(1, 0)) != first, "the test above finds such a thing"


def test_a_new_array_or_column_is_set_back_without_another_word() -> None:
    """What is declared, and nothing else, is what is set back: no list is kept beside it."""
    assert "heard" in restored(Truth)
    assert "claim" in restored(Belief)
    new = Record("NEW", owned("sim.agents.new", state("anything", "f8", "", "new")))
    assert new.fields["anything"].owner == "sim.agents.new"
    for bundle in (Truth, Belief):
        assert {name for name, spec in specs(bundle).items() if not spec.first} == set(restored(bundle))
