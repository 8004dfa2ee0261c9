"""The order of a step and the streams of random numbers are those that the ODD document states."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numba
import numpy as np
import pytest

from sim.engine.compiled import in_turn
from sim.model import schedule

ROOT = Path(__file__).resolve().parents[2]
ODD = (ROOT / "docs/ODD.md").read_text("utf-8")
CALLED = {"observation": "observe"}
"""What a process of the ODD is called in the code, where it is not the same."""


def function(path: str, name: str) -> ast.FunctionDef:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def calls(of: ast.AST) -> list[ast.Call]:
    """Calls of functions by their bare name, in the order in which they stand."""
    found = [node for node in ast.walk(of) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def called(path: str, name: str) -> list[str]:
    return [call.func.id for call in calls(function(path, name))]


def stated() -> list[str]:
    """The processes of section 3, in order."""
    section = ODD.split("## 3. ")[1].split("\n## ")[0]
    found = re.findall(r"(\d+)\. `([a-z ]+)` 7\.", section)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    return [CALLED.get(name, name.replace(" ", "_")) for _, name in found]


def test_a_step_runs_in_the_order_of_the_odd() -> None:
    passes = [rule.__name__ for rule in (*schedule.TRUTH_PASS, *schedule.OBSERVATION_PASS)]
    assert passes == stated()
    step = called("sim/model/schedule.py", "step")
    assert step == ["truth_pass", "observation_pass", "end_day"]
    assert "step_facility" in called("sim/agents/facility.py", "facilities")


def test_a_schedule_made_of_a_list_runs_all_of_it_in_order() -> None:
    def noting(number: int):
        def rule(kept: np.ndarray) -> None:
            kept[0] = 10 * kept[0] + number

        return numba.njit(rule)

    kept = np.zeros(1, np.int64)
    in_turn([noting(number) for number in (3, 1, 4, 1, 5)])(kept)
    assert kept[0] == 31415
    with pytest.raises(ValueError):
        in_turn([])


def test_mood_comes_before_the_substeps_and_matters_to_nothing_in_between() -> None:
    assert [name for name in called("sim/agents/facility.py", "step_facility") if name in ("mood", "assault")][
        0
    ] == "mood"
    writes = {
        target.attr
        for node in ast.walk(function("sim/agents/disorder.py", "mood"))
        for target in (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        if isinstance(target, ast.Attribute)
    }
    assert writes == {"agitation", "authority"}
    reads = {
        node.attr
        for node in ast.walk(ast.parse((ROOT / "sim/agents/armed_cell.py").read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert not writes & reads


OBSERVERS = ("knowledge.py", "confirmation.py", "surveillance.py", "observer.py", "alarm.py", "notice.py", "speech.py")
"""Files of the observation pass."""


def test_the_truth_pass_is_given_the_truth_alone() -> None:
    for path in sorted((ROOT / "sim/agents").glob("*.py")):
        if path.name in ("__init__.py", "build.py", "records.py", *OBSERVERS):
            continue
        words = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        imported = {
            name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom)
            for name in (node.module, *(alias.name for alias in node.names))
        }
        forbidden = {"Belief", "sim.world.belief", *(f"sim.agents.{name.removesuffix('.py')}" for name in OBSERVERS)}
        assert not forbidden & (words | imported), path.name


def test_what_was_noticed_is_used_by_few() -> None:
    users: dict[str, set[str]] = {"noticed": set(), "alarm": set()}
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in users:
                users[node.attr].add(path.relative_to(ROOT / "sim").as_posix())
    assert users == {
        "noticed": {"agents/at_large.py", "agents/guard.py", "agents/notice.py"},
        "alarm": {"agents/assault.py", "agents/alarm.py", "agents/notice.py"},
    }


def streams_in_the_code() -> set[str]:
    return {
        node.args[0].value
        for path in (ROOT / "sim").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "name_key"
        and isinstance(node.args[0], ast.Constant)
    }


def streams_in_the_odd() -> set[str]:
    named = set(re.findall(r'\b[uz]\("([a-z_.]+)"', ODD)) | set(re.findall(r'stream "([a-z_.]+)"', ODD))
    kinds = re.search(r'"fugitive\.c", [^)]*\), c = ([a-z, ]+?), e the', ODD)
    assert kinds, "the four hazards of people at large are named after c"
    return named - {"fugitive.c"} | {f"fugitive.{kind.strip()}" for kind in kinds[1].split(",")}


def test_the_odd_names_every_stream_and_no_other() -> None:
    entities = {"theatre"}
    assert "by `theatre`" in ODD
    assert streams_in_the_code() - entities == streams_in_the_odd()
    assert len(streams_in_the_odd()) > 40


@pytest.mark.parametrize("part", ["key (seed, stream)", "word index mod 4", "Philox4x64-10"])
def test_the_odd_states_the_generator_that_the_tests_hold(part: str) -> None:
    assert part in ODD
