"""Mesa's own tests of its data collector and its batch runner, with this model in place of Mesa's mock.

Adapted from tests/test_datacollector.py and tests/test_batch_run.py of Mesa 3.5.1, Copyright 2014-2024 Core Mesa Team
and contributors, licensed under the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0): values
are compared with the model's arrays where Mesa's mock counted up, and steps end at the scenario's horizon.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import mesa
import pandas as pd
import pytest
from mesa.datacollection import DataCollector

from sim.agents import Detainee, Facility, Guard
from sim.model import DetentionModel

STEPS = 7


def scaled(agent: Any, multiplier: float, offset: float) -> float:
    return agent.row * multiplier + offset


class CollectingModel(DetentionModel):
    """A model with every kind of reporter, as Mesa's `MockModel` has them."""

    model_val = 100

    def __init__(self, **kwargs: Any) -> None:
        self.held: list[list[int]] = []
        super().__init__("tiny", **kwargs)
        self.datacollector = DataCollector(
            model_reporters={
                "total_agents": lambda m: len(m.agents),
                "model_value": "model_val",
                "model_calc": [self.share, [3, 4]],
                "model_calc_fail": [self.share, [12, 0]],
            },
            agent_reporters={
                "row": lambda a: a.row,
                "row2": "row",
                "twice": [scaled, [2, 0]],
                "with_params": [scaled, [2, 3]],
            },
            agenttype_reporters={Facility: {"held": "held"}, Guard: {"status": lambda a: a.status}},
            tables={"Final_Values": ["agent_id", "final_value"]},
        )
        self.datacollector.collect(self)
        self.held.append(self.truth.facility["held"].tolist())

    def share(self, first: float, second: float) -> float | None:
        return self.model_val * first / second if second > 0 else None

    def step(self) -> None:
        super().step()
        self.held.append(self.truth.facility["held"].tolist())


@pytest.fixture(scope="module")
def model() -> CollectingModel:
    """The model after some steps, its table written."""
    made = CollectingModel(rng=1)
    for _ in range(STEPS):
        made.step()
    for guard in made.agents_by_type[Guard]:
        made.datacollector.add_table_row("Final_Values", {"agent_id": guard.unique_id, "final_value": guard.nerve})
    return made


def test_model_vars(model: CollectingModel) -> None:
    found = model.datacollector.model_vars
    assert set(found) == {"total_agents", "model_value", "model_calc", "model_calc_fail"}
    assert found["total_agents"] == [len(model.agents)] * (STEPS + 1)
    assert found["model_value"] == [100] * (STEPS + 1)
    assert found["model_calc"] == [75] * (STEPS + 1)
    assert found["model_calc_fail"] == [None] * (STEPS + 1)


def test_agent_records(model: CollectingModel) -> None:
    collector = model.datacollector
    table = collector.get_agent_vars_dataframe()
    assert list(table.columns) == ["row", "row2", "twice", "with_params"]
    assert (table["row"] == table["row2"]).all()
    for (_, agent_id), row in table.loc[[0.0, float(STEPS)]].iterrows():
        agent = model.agent(agent_id)
        assert (row["twice"], row["with_params"]) == (agent.row * 2, agent.row * 2 + 3)
    assert sorted(collector._agent_records) == list(range(STEPS + 1))
    for records in collector._agent_records.values():
        assert len(records) == len(model.agents)
        assert all(len(values) == 6 for values in records)
    with pytest.raises(KeyError):
        collector._agent_records[STEPS + 1]


def test_agenttype_vars(model: CollectingModel) -> None:
    sites = model.datacollector.get_agenttype_vars_dataframe(Facility)
    guards = model.datacollector.get_agenttype_vars_dataframe(Guard)
    assert [group["held"].tolist() for _, group in sites.groupby("Step")] == model.held
    assert len(guards) == len(model.agents_by_type[Guard]) * (STEPS + 1)
    assert "status" not in sites.columns and "held" not in guards.columns
    assert guards.loc[float(STEPS)]["status"].tolist() == model.agents_by_type[Guard].get("status")


def test_nonexistent_agenttype(model: CollectingModel) -> None:
    with pytest.warns(UserWarning, match="No agent-type reporters"):
        assert model.datacollector.get_agenttype_vars_dataframe(Detainee).empty
    collector = DataCollector(agenttype_reporters={int: {"foo": lambda a: 1}})
    with pytest.raises(ValueError, match="not recognized as an Agent type"):
        collector.collect(model)


def test_table_rows(model: CollectingModel) -> None:
    collector = model.datacollector
    assert list(collector.tables["Final_Values"]) == ["agent_id", "final_value"]
    assert collector.tables["Final_Values"]["agent_id"] == [g.unique_id for g in model.agents_by_type[Guard]]
    with pytest.raises(Exception, match="Table does not exist"):
        collector.add_table_row("error_table", {})
    with pytest.raises(Exception, match="missing column"):
        CollectingModel(rng=1).datacollector.add_table_row("Final_Values", {"final_value": 10})
    fresh = CollectingModel(rng=1).datacollector
    fresh.add_table_row("Final_Values", {"agent_id": 999}, ignore_missing=True)
    last = fresh.get_table_dataframe("Final_Values").iloc[-1]
    assert last["agent_id"] == 999 and pd.isna(last["final_value"])


def test_exports(model: CollectingModel) -> None:
    collector = model.datacollector
    assert collector.get_model_vars_dataframe().shape == (STEPS + 1, 4)
    assert collector.get_agent_vars_dataframe().shape == (len(model.agents) * (STEPS + 1), 4)
    assert collector.get_table_dataframe("Final_Values").shape == (len(model.agents_by_type[Guard]), 2)
    with pytest.raises(Exception, match="No such table"):
        collector.get_table_dataframe("not a real table")


def test_a_reporter_that_fails_says_which() -> None:
    model = DetentionModel("tiny", rng=1)
    with pytest.raises(RuntimeError, match="'bad' failed validation"):
        DataCollector({"bad": lambda m: m.no_such_attribute}).collect(model)
    with pytest.raises(AttributeError, match="non-existent attribute 'nothing'"):
        DataCollector({"bad": "nothing"}).collect(model)


@pytest.fixture
def batch_run() -> Iterator[Any]:
    """Mesa's batch runner, which sets how processes start for everybody."""
    before = multiprocessing.get_start_method(allow_none=True)

    def run(parameters: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        return mesa.batch_run(DetentionModel, parameters, display_progress=False, **options)

    yield run
    multiprocessing.set_start_method(before, force=True)


def test_batch_run(batch_run: Any) -> None:
    one = batch_run({"scenario": "tiny"}, rng=42)
    assert [(row["RunId"], row["iteration"], row["Step"], row["rng"], row["seed"]) for row in one] == [
        (0, 0, 240, 42, 42)
    ]
    two = batch_run({"scenario": "tiny"}, rng=[42, 31415])
    assert [(row["RunId"], row["iteration"], row["rng"]) for row in two] == [(0, 0, 42), (1, 1, 31415)]
    assert two[0] == one[0] != two[1]
    assert batch_run({"scenario": "tiny"}, rng=[None])[0]["rng"] is None
    with pytest.raises(ValueError, match="both iterations and rng"):
        batch_run({}, rng=42, iterations=1)


def test_batch_run_in_two_processes_gives_the_same_rows(batch_run: Any) -> None:
    asked: dict[str, Any] = {"parameters": {"scenario": "tiny", "replicate": range(3)}, "rng": [42]}
    many = batch_run(**asked, number_processes=2)
    assert sorted(many, key=lambda row: row["RunId"]) == batch_run(**asked)


def test_batch_run_with_params(batch_run: Any) -> None:
    rows = batch_run({"scenario": ["tiny"], "replicate": range(2), "guards__scale": [0.5, 2.0]}, rng=[1])
    assert [(row["replicate"], row["guards__scale"]) for row in rows] == [(0, 0.5), (0, 2.0), (1, 0.5), (1, 2.0)]
    with pytest.raises(ValueError, match="contains an empty iterable"):
        batch_run({"replicate": []})


def test_batch_run_unhashable_param(batch_run: Any) -> None:
    drawn = [{"uniform": [0.2, 0.3]}, {"uniform": [2.0, 3.0]}]
    rows = batch_run({"scenario": "tiny", "guards__scale": drawn}, rng=[1])
    assert [row["guards__scale"] for row in rows] == drawn
    assert rows[0]["escaped"] != rows[1]["escaped"]


def test_iterations_deprecation_warning(batch_run: Any) -> None:
    with pytest.warns(DeprecationWarning, match=r"iterations.*deprecated.*rng"):
        assert len(batch_run({"scenario": "tiny"}, iterations=1)) == 1


@pytest.mark.parametrize(("period", "steps"), [(-1, [240]), (1, list(range(241))), (100, [0, 100, 200])])
def test_batch_run_collects_at_its_period(batch_run: Any, period: int, steps: list[int]) -> None:
    rows = batch_run({"scenario": "tiny"}, rng=[1], data_collection_period=period)
    assert [row["Step"] for row in rows] == steps
