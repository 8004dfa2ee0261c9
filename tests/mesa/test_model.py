"""`DetentionModel` is a Mesa model: it steps as a sweep runs, bit by bit, and stops at the horizon."""

from __future__ import annotations

import copy
import copyreg
import gc
import math
import pickle
import tracemalloc
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

from sim.agents import Detainee, Facility
from sim.agents.build import Capacity
from sim.model import REPORTED, DetentionModel, Run
from sim.scenario.errors import InputError
from sim.scenario.loader import load

CASES = [
    ("tiny", 1, 0, {}),
    ("tiny", 1, 1, {}),
    ("tiny", 2, 5, {"step_hours": 0.5}),
    ("tiny", 2, 6, {"step_hours": 6, "guards.scale": {"uniform": [0.2, 2.0]}}),
    ("tiny", 3, 2, {"theatre.facilities.lone-prison.guards": {"uniform": [2, 30]}, "response": True}),
    ("ne-syria-2019", 1, 3, {}),
]
"""Scenario, seed, replicate and settings."""


def outcomes(run: Run) -> dict[str, float]:
    """The `runs` row of a finished replicate."""
    row = run.finish().run[0]
    return {name: float(row[name]) for name in row.dtype.names}


def bits(row: dict[str, float]) -> dict[str, str]:
    """Numbers so that equal means equal in every bit, and null equals null."""
    return {name: float(value).hex() for name, value in row.items()}


def stepped(model: DetentionModel) -> DetentionModel:
    """The model at its horizon."""
    while model.running:
        model.step()
    return model


def tables(run: Run) -> list[bytes]:
    """What a run has written, byte for byte."""
    return [table.tobytes() for table in run.finish()]


@pytest.mark.parametrize(("name", "seed", "replicate", "settings"), CASES)
def test_stepping_gives_the_row_of_a_sweep_bit_for_bit(
    name: str, seed: int, replicate: int, settings: dict[str, Any]
) -> None:
    model = stepped(DetentionModel(load(name, settings), rng=seed, replicate=replicate))
    run = Run(load(name, settings))
    run.complete(seed, replicate + 1)  # whatever it ran before
    run.complete(seed, replicate)
    assert bits(model.outcomes()) == bits(outcomes(run))
    assert tables(model.run) == tables(run)
    assert model.steps == run.truth.clock["steps"][0] == model.resolved.steps
    if not any("step_hours" in key for key in settings):
        assert model.outcomes()["escaped"] > 0


@pytest.mark.parametrize("chunks", [[240], [1] * 240, [7] * 34 + [2], [0, 239, 1]])
def test_any_portions_of_steps_come_to_the_same(chunks: list[int]) -> None:
    whole, parts = Run(load("tiny")), Run(load("tiny"))
    whole.complete(1, 0)
    parts.reset(1, 0)
    for steps in chunks:
        parts.advance(steps)
    assert tables(parts) == tables(whole)


@pytest.mark.parametrize("full", [False, True])
def test_lists_that_prove_too_short_change_nothing(full: bool) -> None:
    expected = Run(load("ne-syria-2019"), full=full)
    expected.complete(1, 0)
    run = Run(load("ne-syria-2019"), full=full)
    run._capacity = Capacity(episodes=1, entries=1, log=int(full), reports=int(full))
    run._allocate(run.resolved)
    run.reset(1, 0)
    for _ in range(60):
        run.advance(24)
    assert run._capacity.episodes > 1, "the lists were long enough"
    assert tables(run) == tables(expected)
    events, reports = int(expected.truth.clock["log_count"][0]), int(expected.belief.board["reports"][0])
    assert (events > 0, reports > 0) == (full, True)
    assert run.truth.log[:events].tobytes() == expected.truth.log[:events].tobytes()
    assert run.belief.report[: reports * full].tobytes() == expected.belief.report[: reports * full].tobytes()


def test_the_settings_are_paths_of_the_scenario() -> None:
    by_name = DetentionModel("tiny", rng=1, guards__scale=3.0, **{"withdrawal.schedule": []})
    loaded = DetentionModel(load("tiny", {"guards.scale": 3.0, "withdrawal.schedule": []}), rng=1)
    plain = DetentionModel("tiny", rng=1)
    assert by_name.truth.facility["guards"][0] == 3 * plain.truth.facility["guards"][0]
    assert by_name.resolved.scenario == loaded.resolved.scenario
    assert bits(stepped(by_name).outcomes()) == bits(stepped(loaded).outcomes())
    with pytest.raises(InputError, match="did you mean `scale`"):
        DetentionModel("tiny", guards__scal=3.0)
    with pytest.raises(TypeError, match="settings go with a path"):
        DetentionModel(load("tiny"), guards__scale=3.0)


def test_the_seed_is_the_scenarios_unless_given() -> None:
    assert DetentionModel("tiny").seed_number == load("tiny").scenario.seed
    model = DetentionModel("tiny", rng=7, replicate=2)
    assert (model.truth.clock["seed"][0], model.truth.clock["replicate"][0]) == (7, 2)
    differ = {
        stepped(DetentionModel("tiny", rng=s, replicate=r)).outcomes()["gap_person_days"]
        for s in (1, 2)
        for r in (0, 1)
    }
    assert len(differ) > 1


def test_a_whole_number_of_numpys_is_a_seed() -> None:
    model, plain = DetentionModel("tiny", rng=np.int64(5)), DetentionModel("tiny", rng=5)
    assert bits(stepped(model).outcomes()) == bits(stepped(plain).outcomes())
    assert model.random.random() == plain.random.random()


def test_outcomes_can_be_asked_for_at_any_time() -> None:
    asked, left = DetentionModel("tiny", rng=1), DetentionModel("tiny", rng=1)
    escaped = []
    while asked.running:
        asked.step()
        left.step()
        escaped.append(asked.outcomes()["escaped"])
    assert escaped == sorted(escaped)
    assert bits(asked.outcomes()) == bits(left.outcomes())


def test_a_notebook_shows_where_a_model_stands() -> None:
    model = DetentionModel("tiny", rng=7, replicate=2)
    model.run_days(8)
    shown = model._repr_html_()
    assert "<th>scenario</th><td>tiny</td>" in shown and "<td>7, 2</td>" in shown
    assert "<td>192 of 240</td>" in shown
    escaped = model.outcomes()["escaped"]
    assert escaped > 0 and f"<th>escaped</th><td>{escaped:,.0f}</td>" in shown


def test_the_frame_holds_the_numbers_of_every_step() -> None:
    model = DetentionModel("tiny", rng=1)
    seen = []
    while True:
        sites, people = model.truth.facility, model.truth.people
        seen.append(
            {
                "escaped": sites["escaped"].sum(),
                "recaptured": sites["recaptured"].sum(),
                "confirmed": model.belief.confirmed.sum(),
                "held": (people["state"] == 0).sum(),
                "at_large": (people["state"] == 1).sum(),
                "guards_on_duty": sites["on_site"].sum() + math.floor(sites["occupier_guards"].sum() + 0.5),
                "reports": model.belief.board["reports"][0],
            }
        )
        if not model.running:
            break
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert tuple(frame.columns) == (*REPORTED, "seed")
    assert set(frame["seed"]) == {1}
    assert len(frame) == 241
    for name in REPORTED:
        assert frame[name].tolist() == [row[name] for row in seen], name
        if name not in ("confirmed",):
            assert frame[name].nunique() > 1, name
    end = model.outcomes()
    for name in set(REPORTED) - {"reports"}:
        assert frame[name].iloc[-1] == end[name], name


def test_the_frame_agrees_with_the_days_of_a_sweep() -> None:
    model = stepped(DetentionModel("ne-syria-2019", rng=1, replicate=1))
    run = Run(load("ne-syria-2019"))
    daily = run.complete(1, 1).daily
    frame = model.datacollector.get_model_vars_dataframe().iloc[::24]
    for name in set(REPORTED) - {"reports"}:
        assert frame[name].tolist() == daily[name].tolist(), name


def test_the_layers_of_the_grid_follow_the_arrays() -> None:
    model = DetentionModel("ne-syria-2019-as-dated", rng=1)
    parties = model.names.parties
    site = next(agent for agent in model.agents_by_type[Facility] if agent.name == "tel-abyad")
    assert (model.grid.width, model.grid.height) == model.truth.control.shape[::-1]
    assert parties[site.cell.control] == "sdf"
    assert np.isinf(model.grid.front.data).all()
    model.run_days(7)  # to 00:00 of the day on which the town changes hands, whoever holds the ground already
    assert site.controller == "sdf"
    assert np.isfinite(model.grid.front.data).all()
    model.step()
    assert site.controller == parties[site.cell.control] == "tso"
    for name, data in (("control", model.truth.control), ("terrain", model.truth.terrain)):
        assert (getattr(model.grid, name).data == data.T).all()
    unit = model.truth.unit[0]
    column, row = (
        int(unit["x"] / model.resolved.theatre.grid.cell_km),
        int(unit["y"] / model.resolved.theatre.grid.cell_km),
    )
    assert model.grid[column, row].front <= model.resolved.theatre.grid.cell_km / math.sqrt(2) + 1e-9
    assert parties[model.grid[column, row].control] in ("turkey", "tso")
    stepped(model)
    assert np.isinf(model.grid.front.data).all()  # the offensive is over
    assert parties[site.cell.control] == "tso"


def test_two_models_do_not_disturb_each_other() -> None:
    alone = [stepped(DetentionModel("tiny", rng=1, replicate=r, guards__scale=s)) for r, s in ((0, 1.0), (1, 0.5))]
    first = DetentionModel("tiny", rng=1, replicate=0, guards__scale=1.0)
    second = DetentionModel("tiny", rng=1, replicate=1, guards__scale=0.5)
    while first.running or second.running:
        first.step()
        second.agents_by_type[Detainee].shuffle()
        second.step()
    for model, expected in zip((first, second), alone, strict=True):
        assert bits(model.outcomes()) == bits(expected.outcomes())
        assert (model.grid.control.data == expected.grid.control.data).all()
        assert model.datacollector.model_vars == expected.datacollector.model_vars
    assert bits(first.outcomes()) != bits(second.outcomes())
    assert {cell.control for cell in first.grid.all_cells} <= set(range(len(first.names.parties)))


COPIES = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": copy.deepcopy}


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("name", ["tiny", "ne-syria-2019"])
def test_a_copy_made_midway_goes_on_as_the_model_does(name: str, duplicate: Any) -> None:
    model = DetentionModel(name, rng=1, replicate=1)
    model.run_days(6)
    twin = duplicate(model)
    assert bits(twin.outcomes()) == bits(model.outcomes())
    assert (twin.steps, twin.hours, twin.time) == (model.steps, model.hours, model.time)
    assert all(agent.model is twin for agent in twin.agents_by_type[Facility])
    before = bits(model.outcomes())
    stepped(twin)
    assert bits(model.outcomes()) == before
    stepped(model)
    assert bits(twin.outcomes()) == bits(model.outcomes())
    assert twin.datacollector.model_vars == model.datacollector.model_vars
    assert twin.agents_by_type[Facility].get("held") == model.agents_by_type[Facility].get("held")
    assert (twin.grid.control.data == model.grid.control.data).all()
    assert twin.random.random() == model.random.random()
    assert twin.scenario.model is twin
    assert dict(twin.scenario) == dict(model.scenario)


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_the_cells_of_a_copy_have_the_layers(duplicate: Any) -> None:
    model = DetentionModel("tiny", rng=1)
    twin = duplicate(model)
    stepped(twin)
    stepped(model)
    found = [[cell.control for cell in some.grid.all_cells] for some in (twin, model)]
    assert found[0] == found[1]
    assert twin.agents_by_type[Facility][0].cell.front == model.agents_by_type[Facility][0].cell.front


def test_a_copy_can_be_pickled_again() -> None:
    model = DetentionModel("tiny", rng=1)
    model.run_days(3)
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(model))))
    assert bits(stepped(again).outcomes()) == bits(stepped(model).outcomes())


def test_models_that_are_dropped_leave_nothing_behind() -> None:
    def used(models: int) -> float:
        for _ in range(models):
            model = DetentionModel("ne-syria-2019", rng=1)
            model.step()
            len(model.agents)
            del model
            gc.collect()
        return tracemalloc.get_traced_memory()[0] / 2**20

    used(2)
    registered = len(copyreg.dispatch_table)
    tracemalloc.start()
    try:
        before = used(1)
        grown = used(20) - before
    finally:
        tracemalloc.stop()
    layers = DetentionModel("ne-syria-2019").grid
    kept = 20 * sum(layer.data.nbytes for layer in (layers.control, layers.front, layers.terrain)) / 2**20
    assert grown < kept / 2, f"{grown:.2f} MiB left of 20 models; their layers alone come to {kept:.2f} MiB"
    assert len(copyreg.dispatch_table) <= registered + 1  # that of `layers`


def test_what_a_dropped_model_was_made_of_goes_with_it() -> None:
    """Mesa numbers scenarios by class and keeps those classes: a page opened and left is one such model."""
    loaded = load("tiny")
    DetentionModel(loaded, rng=1)
    there = weakref.ref(loaded)
    del loaded
    gc.collect()
    assert there() is None


def test_draws_are_clipped_at_the_declared_bounds() -> None:
    run = Run(load("tiny", {"guards.redeploy_share": {"lognormal": {"median": 0.8, "sigma": 2.0}}}))
    shares = []
    for replicate in range(40):
        run.reset(1, replicate)
        shares.append(float(run.truth.parameters["guards_redeploy_share"][0]))
    assert min(shares) < 0.8
    assert max(shares) == 1.0


def test_there_is_room_for_as_many_guards_as_are_drawn() -> None:
    run = Run(load("tiny", {"theatre.facilities.lone-prison.guards": {"lognormal": {"median": 6, "sigma": 1.5}}}))
    most = 0
    for replicate in range(200):
        run.reset(1, replicate)
        assert not run.truth.clock["overflow"][0], run.draws
        most = max(most, int(run.truth.facility["guards"][0]))
    assert most > 6 * 20


def test_it_is_a_mesa_model() -> None:
    model = DetentionModel("tiny", rng=1)
    assert isinstance(model, mesa.Model)
    assert model.running
    model.run_model()
    assert model.hours == 240.0
