"""The golden run: results of the shipped scenarios are what they were when it was made."""

from __future__ import annotations

import importlib.util
import json
import platform
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
KEPT = json.loads((ROOT / "tests/golden/runs.json").read_text("utf-8"))


def tool() -> Any:
    spec = importlib.util.spec_from_file_location("golden_tool", ROOT / "tools" / "golden.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = tool()


def test_every_shipped_scenario_has_a_golden_run() -> None:
    assert list(KEPT["runs"]) == list(TOOL.runs())
    assert (KEPT["seed"], KEPT["replicates"]) == (TOOL.SEED, TOOL.REPLICATES)


@pytest.mark.parametrize("name", KEPT["runs"])
def test_results_are_those_of_the_golden_run(name: str) -> None:
    """To the last bit where it was made; by its quantiles on another architecture, whose mathematics may differ."""
    found = TOOL.golden(*TOOL.runs()[name])
    kept = KEPT["runs"][name]
    if platform.machine() == KEPT["architecture"]:
        assert found["hashes"] == kept["hashes"], "results change: python tools/golden.py, in a commit of its own"
    for column, quantiles in kept["quantiles"].items():
        assert found["quantiles"][column] == pytest.approx(quantiles, rel=0.15, abs=3.0), column


def test_every_small_world_has_a_golden_run() -> None:
    assert list(KEPT["worlds"]) == list(CASES)


@pytest.mark.parametrize("name", KEPT["worlds"])
def test_small_worlds_are_those_of_the_golden_run(name: str) -> None:
    """Events and reports too, which the docking leaves out; to the last bit where it was made, else the same again."""
    found = TOOL.world(name)
    here = KEPT["worlds"][name] if platform.machine() == KEPT["architecture"] else TOOL.world(name)
    assert found == here, "results change: python tools/golden.py, in a commit of its own"
