"""What Mesa takes as `rng`, and what Mesa's own calls give in its place."""

from __future__ import annotations

import multiprocessing
import pickle
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.experimental.scenarios import Scenario
from mesa.visualization.solara_viz import _build_model_init_kwargs

from sim.model import DetentionModel
from sim.scenario.loader import load


@pytest.fixture
def start_method():
    """Mesa's batch runner sets how processes start, for everybody."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
@pytest.mark.parametrize("asked", [{"iterations": 5}, {"rng": [None] * 5}])
def test_iterations_of_mesas_batch_runner_differ(start_method, asked: dict[str, Any]) -> None:
    rows = mesa.batch_run(DetentionModel, {"scenario": "tiny"}, display_progress=False, **asked)
    seeds = [row["seed"] for row in rows]
    assert len(set(seeds)) == 5
    again = DetentionModel("tiny", rng=seeds[0])
    again.run_model()
    assert again.outcomes()["escaped"] == rows[0]["escaped"]


def test_no_entropy_is_fresh_entropy_and_left_out_is_the_scenarios_seed() -> None:
    fresh = {DetentionModel("tiny", rng=None).seed_number for _ in range(4)}
    assert len(fresh) == 4 and all(0 <= seed < 2**63 for seed in fresh)
    assert DetentionModel("tiny").seed_number == DetentionModel("tiny", rng="scenario").seed_number
    assert DetentionModel("tiny").seed_number == load("tiny").scenario.seed


MAKERS = {
    "Generator": lambda: np.random.default_rng(4),
    "BitGenerator": lambda: np.random.PCG64(4),
    "SeedSequence": lambda: np.random.SeedSequence(4),
    "whole numbers": lambda: [4, 5],
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_whatever_mesa_takes_is_a_seed(make: Any) -> None:
    first, again = DetentionModel("tiny", rng=make()), DetentionModel("tiny", rng=make())
    plain = DetentionModel("tiny", rng=first.seed_number)
    assert first.seed_number == again.seed_number == plain.seed_number
    for model in (first, again, plain):
        model.run_model()
    assert repr(first.outcomes()) == repr(again.outcomes()) == repr(plain.outcomes())
    assert first.random.random() == again.random.random()
    mesa.Model(rng=make())  # Mesa takes it too


def test_a_shared_generator_gives_another_seed_each_time_and_stays_the_models() -> None:
    shared = np.random.default_rng(4)
    models = [DetentionModel("tiny", rng=shared) for _ in range(3)]
    assert len({model.seed_number for model in models}) == 3
    assert all(model.rng is shared for model in models)


@pytest.mark.parametrize("rng", [1.0, "1", "tiny", [1.5], {"seed": 1}])
def test_anything_else_is_no_seed(rng: Any) -> None:
    with pytest.raises(TypeError, match="rng: expected a whole number, a numpy Generator"):
        DetentionModel("tiny", rng=rng)


@pytest.mark.parametrize("rng", [-1, 2**63])
def test_a_seed_has_sixty_three_bits(rng: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 2"):
        DetentionModel("tiny", rng=rng)


def test_another_seed_later_is_said_not_to_reach_the_rules() -> None:
    model, plain = DetentionModel("tiny", rng=1), DetentionModel("tiny", rng=1)
    with pytest.warns(UserWarning, match="the rules draw by the seed"):
        model.reset_rng(7)
    assert model.rng.random() == np.random.default_rng(7).random()
    model.run_model()
    plain.run_model()
    assert repr(model.outcomes()) == repr(plain.outcomes())


def reset(model: DetentionModel, **sliders: Any) -> DetentionModel:
    """The model that Mesa's page makes of a model on Reset."""
    kwargs = _build_model_init_kwargs(model, sliders, add_scenario_when_empty=True, require_model_accepts_scenario=True)
    assert isinstance(kwargs["scenario"], Scenario)
    return type(model)(**kwargs)


@pytest.mark.parametrize("source", ["hasakah-2022", load("tiny", {"guards.scale": 0.5})], ids=["name", "resolved"])
def test_mesas_reset_makes_the_same_model_again(source: Any) -> None:
    model = DetentionModel(source, rng=5, replicate=3)
    once = reset(model)
    twice = reset(once)
    for made in (model, once, twice):
        made.run_days(5)
        assert (made.resolved.scenario.name, made.seed_number, made.replicate) == (model.resolved.scenario.name, 5, 3)
    assert repr(model.outcomes()) == repr(once.outcomes()) == repr(twice.outcomes())
    assert reset(model, guards__scale=2.0).resolved.scenario.guards.scale == 2.0
    assert reset(model, rng=6).seed_number == 6
    assert reset(pickle.loads(pickle.dumps(model))).seed_number == 5


def test_settings_of_the_first_model_stay_on_reset() -> None:
    model = DetentionModel("tiny", rng=1, guards__scale=0.5, step_hours=6)
    again = reset(model, guards__scale=0.75)
    assert (again.resolved.scenario.guards.scale, again.resolved.scenario.step_hours) == (0.75, 6.0)


def test_a_scenario_of_mesas_holds_settings() -> None:
    stated = Scenario(rng=8, scenario="tiny", guards__scale=0.5, replicate=2)
    model = DetentionModel(scenario=stated)
    assert (model.seed_number, model.replicate, model.resolved.scenario.guards.scale) == (8, 2, 0.5)
    assert DetentionModel(scenario=stated, guards__scale=0.25).resolved.scenario.guards.scale == 0.25
    assert len({DetentionModel(scenario=Scenario(scenario="tiny")).seed_number for _ in range(3)}) == 3
