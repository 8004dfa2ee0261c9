"""Mesa's data collector and its batch runner work on the model as on any other."""

from __future__ import annotations

import multiprocessing

import mesa
import pandas as pd
import pytest
from mesa.datacollection import DataCollector

from sim.agents import Detainee, Facility, Guard
from sim.model import REPORTED, DetentionModel, Run
from sim.scenario.loader import load


def test_reporters_of_one_kind_of_agent() -> None:
    model = DetentionModel("ne-syria-2019", rng=1)
    collector = DataCollector(
        agenttype_reporters={
            Facility: {"held": "held", "twice": lambda agent: 2 * agent.held},
            Guard: {"status": "status"},
        }
    )
    expected = []
    for _ in range(3):
        collector.collect(model)
        expected.append(model.truth.facility["held"].tolist())
        model.run_days(8)
    frame = collector.get_agenttype_vars_dataframe(Facility)
    assert [group["held"].tolist() for _, group in frame.groupby("Step")] == expected
    assert (frame["twice"] == 2 * frame["held"]).all()
    assert expected[0] != expected[2]
    assert frame.index.get_level_values("Step").unique().tolist() == [0.0, 192.0, 384.0]
    assert frame.index.get_level_values("AgentID").nunique() == len(model.agents_by_type[Facility])
    guards = collector.get_agenttype_vars_dataframe(Guard)
    assert set(guards["status"]) > {"on site"}


def test_reporters_of_every_agent_and_of_the_model() -> None:
    model = DetentionModel("tiny", rng=1)
    collector = DataCollector(
        model_reporters={"held": lambda m: len(m.agents_by_type[Detainee].where(state="held")), "hours": "hours"},
        agent_reporters={"kind": lambda agent: type(agent).__name__},
    )
    model.run_days(8)
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame["kind"].value_counts().to_dict() == {
        kind.__name__: len(agents) for kind, agents in model.agents_by_type.items() if len(agents)
    }
    assert collector.model_vars == {"held": [model.truth.states[0]], "hours": [192.0]}


def test_a_reporter_of_an_unknown_name_says_so() -> None:
    model = DetentionModel("tiny", rng=1)
    with pytest.raises(AttributeError, match="shoe_size"):
        DataCollector(agenttype_reporters={Facility: {"shoe": "shoe_size"}}).collect(model)


@pytest.fixture
def start_method():
    """Mesa's batch runner sets how processes start, for everybody."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def test_mesas_batch_runner_gives_the_rows_of_a_sweep(start_method) -> None:
    scales = [0.5, 2.0]
    rows = mesa.batch_run(
        DetentionModel,
        {"scenario": "tiny", "replicate": [0, 1, 2], "guards__scale": scales},
        number_processes=1,
        max_steps=10_000,
        display_progress=False,
        rng=[load("tiny").scenario.seed],
    )
    assert [(row["replicate"], row["guards__scale"]) for row in rows] == [(r, s) for r in range(3) for s in scales]
    assert {row["Step"] for row in rows} == {240.0}
    for row in rows:
        resolved = load("tiny", {"guards.scale": row["guards__scale"]})
        run = Run(resolved, full=True)
        expected = run.complete(resolved.scenario.seed, row["replicate"]).run[0]
        for name in set(REPORTED) - {"reports"}:
            assert row[name] == expected[name], (row["RunId"], name)
        assert row["reports"] == run.belief.board["reports"][0]
    assert len({tuple(row[name] for name in REPORTED) for row in rows}) > 3


def test_a_frame_of_agents_can_be_kept_as_parquet(tmp_path) -> None:
    model = DetentionModel("tiny", rng=1)
    collector = DataCollector(agent_reporters={"pos": "pos", "kind": lambda agent: type(agent).__name__})
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    frame[["kind"]].to_parquet(tmp_path / "agents.parquet")
    again = pd.read_parquet(tmp_path / "agents.parquet")
    assert again["kind"].tolist() == [type(model.agent(number)).__name__ for _, number in again.index]
    guards = frame[frame["kind"] == "Guard"]
    assert guards["pos"].tolist() == [guard.pos for guard in model.agents_by_type[Guard]]
