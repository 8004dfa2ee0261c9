"""The committed reference results are what the code gives: some replicates of each are run again."""

from __future__ import annotations

import csv
import json
import platform
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.design import sweep_design
from sim.model import Run
from sim.scenario import shipped
from sim.scenario.loader import load

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "results" / "reference"
AGAIN = 2
"""Replicates run again."""


def stored(name: str) -> list[dict[str, str]]:
    with (KEPT / name / "runs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def same(run: Run, row: dict[str, str]) -> None:
    tables = run.complete(1, int(row["replicate"]))
    for column in set(row) - {"point", "replicate"}:
        found, kept = float(tables.run[column][0]), float(row[column])
        if platform.machine() == manifest("tiny")["architecture"]:
            assert found == pytest.approx(kept, rel=1e-8, abs=1e-8), (column, row)
        else:
            assert np.isfinite(found)


def manifest(name: str) -> dict:
    return json.loads((KEPT / name / "manifest.json").read_text("utf-8"))


@pytest.mark.parametrize("name", shipped.names())
def test_a_shipped_scenario_gives_its_reference(name: str) -> None:
    run = Run(load(name))
    for row in stored(name)[:AGAIN]:
        same(run, row)


@pytest.mark.parametrize("name", ["which-lever-2019", "guards-isr-control"])
def test_the_last_point_of_a_sweep_gives_its_reference(name: str) -> None:
    point = sweep_design(ROOT / "scenarios" / "sweeps" / f"{name}.yaml").points[-1]
    rows = [row for row in stored(name) if int(row["point"]) == point.index]
    assert point.values == manifest(name)["points"][-1]["values"]
    same(Run(point.resolved), rows[0])


def test_the_rankings_numbers_are_those_of_its_runs() -> None:
    data = json.loads((KEPT / "which-lever-2019" / "levers.json").read_text("utf-8"))
    points = {p["point"]: p["values"]["lever"] for p in manifest("which-lever-2019")["points"]}
    losses: dict[str, list[float]] = {}
    for row in stored("which-lever-2019"):
        losses.setdefault(points[int(row["point"])], []).append(float(row["escaped_persons"]))
    best = np.min(list(losses.values()), axis=0)
    for lever in data["levers"]:
        mine = np.array(losses[lever["lever"]])
        averted = np.array(losses["as-it-was"]) - mine
        assert lever["averted"]["value"] == pytest.approx(averted.mean())
        assert lever["regret"]["expected"] == pytest.approx((mine - best).mean())
    compared = json.loads((KEPT / "which-lever-2019" / "compare.json").read_text("utf-8"))
    for other in compared["alternatives"]:
        change = other["metrics"]["escaped_persons"]["difference"]
        assert change == pytest.approx(np.mean(losses[other["label"]]) - np.mean(losses["as-it-was"]))
