"""The grid knows who is in its cells, Mesa's renderer draws them, and the ground is the rules' to write."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import mesa
import numpy as np
import pytest
from mesa.discrete_space import CellAgent
from mesa.visualization import SpaceRenderer
from mesa.visualization.components import AgentPortrayalStyle

from sim.agents import ArmedCell, Detainee, Facility, Guard, Observer, OccupyingForce, Resident
from sim.model import DetentionModel
from sim.world.codes import AT_LARGE


@pytest.fixture(scope="module")
def syria() -> DetentionModel:
    """The theatre of 2019 while units are on the move."""
    model = DetentionModel("ne-syria-2019", rng=1)
    model.run_days(10)
    return model


@pytest.fixture(scope="module")
def tiny() -> DetentionModel:
    """One prison on its eighth day."""
    model = DetentionModel("tiny", rng=1, replicate=0)
    model.run_days(8)
    return model


def test_agents_of_the_grid_are_those_with_a_place(syria) -> None:
    inside = syria.grid.agents
    placed = {kind: [a for a in agents if a.pos is not None] for kind, agents in syria.agents_by_type.items()}
    assert list(inside) == [agent for some in placed.values() for agent in some]
    assert {kind for kind, some in placed.items() if some} == {
        Facility, Detainee, Resident, Guard, OccupyingForce, ArmedCell
    }  # fmt: skip
    assert not placed[Observer] and 0 < len(placed[Guard]) < len(syria.agents_by_type[Guard])


def test_guards_stand_at_their_facility_while_they_are_there(syria) -> None:
    cells = {site.name: site.pos for site in syria.agents_by_type[Facility]}
    for guard in syria.agents_by_type[Guard]:
        assert guard.pos == (cells[guard.facility] if guard.status == "on site" else None)
        assert guard.cell is (None if guard.pos is None else syria.grid[guard.pos])
    for resident in syria.agents_by_type[Resident].shuffle().select(at_most=200):
        assert resident.pos == (cells[resident.facility] if resident.state == "held" else None)


def test_units_are_in_the_cell_of_their_kilometres(syria) -> None:
    size = syria.resolved.theatre.grid.cell_km
    for kind in (OccupyingForce, ArmedCell):
        for unit in syria.agents_by_type[kind]:
            moving = kind is ArmedCell or unit.active
            assert unit.pos == ((int(unit.x / size), int(unit.y / size)) if moving else None)


def test_cells_know_who_is_in_them_as_time_goes_on(tiny) -> None:
    model = DetentionModel("tiny", rng=1)
    site = model.agents_by_type[Facility][0].cell
    for _ in range(2):
        found = [agent for cell in model.grid.all_cells for agent in cell.agents]
        assert set(found) == set(model.grid.agents) and len(found) == len(model.grid.agents)
        assert all(agent.cell is cell for cell in model.grid.all_cells for agent in cell.agents)
        assert set(model.grid.all_cells.agents) == set(found)
        assert site not in model.grid.empties and len(model.grid.empties) > 0
        assert all(not cell.agents for cell in model.grid.empties)
        model.run_days(8)
    assert set(model.grid.agents) != set(found)


def test_an_agent_of_the_users_own_can_be_put_into_a_cell() -> None:
    model = DetentionModel("tiny", rng=1)
    visitor = CellAgent(model)
    cell = model.agents_by_type[Facility][0].cell
    visitor.cell = cell
    assert cell.agents[0] is visitor and visitor in model.grid.agents
    before = len(cell.agents)
    visitor.cell = model.grid.empties.select_random_cell()
    assert len(cell.agents) == before - 1
    visitor.remove()
    assert visitor not in model.grid.agents


def test_mesas_renderer_draws_every_agent_of_the_grid(tiny) -> None:
    portrayed = []

    def portrayal(agent: Any) -> AgentPortrayalStyle:
        portrayed.append(agent)
        return AgentPortrayalStyle(color="tab:red" if isinstance(agent, Facility) else "tab:blue", size=20)

    renderer = SpaceRenderer(tiny, backend="matplotlib").setup_agents(portrayal)
    axes = renderer.draw_agents()
    drawn = np.concatenate([scatter.get_offsets() for scatter in axes.collections])
    assert portrayed == list(tiny.grid.agents)
    assert sorted(map(tuple, drawn.tolist())) == sorted(agent.pos for agent in tiny.grid.agents)
    plt.close("all")


WRITES = {
    "data": lambda grid: setattr(grid.control, "data", 9),
    "part of the data": lambda grid: grid.control.data.__setitem__((0, 0), 9),
    "cells": lambda grid: grid.control.set_cells(9),
    "changed cells": lambda grid: grid.terrain.modify_cells(lambda value: value + 1),
    "property": lambda grid: grid.set_property("front", 9),
    "one cell": lambda grid: setattr(grid[0, 0], "control", 9),
}


@pytest.mark.parametrize("write", WRITES)
def test_the_ground_is_not_the_users_to_write(write: str) -> None:
    model = DetentionModel("tiny", rng=1)
    before = model.grid.control.data.copy()
    with pytest.raises((TypeError, ValueError), match="rules write it|read-only"):
        WRITES[write](model.grid)
    assert (model.grid.control.data == before).all()
    model.run_days(3)
    assert (model.grid.control.data == model.truth.control.T).all()


def test_a_layer_of_the_users_own_can_be_written() -> None:
    model = DetentionModel("tiny", rng=1)
    model.grid.create_property_layer("rain", 0.0)
    model.grid.rain.set_cells(3.0)
    model.grid[0, 0].rain += 1
    assert model.grid.rain.data.sum() == 3.0 * model.grid.rain.data.size + 1
    assert isinstance(model, mesa.Model)


def test_who_has_reached_the_far_corner_stands_in_its_cell() -> None:
    """And beyond it, by rounding, in no other."""
    model = DetentionModel("tiny", rng=1)
    model.truth.people["state"][:2] = AT_LARGE
    height, width = model.truth.control.shape
    cell = model.resolved.theatre.grid.cell_km
    for axis, cells in (("x", width), ("y", height)):
        model.truth.fugitive[axis][:2] = cell * (cells - 0.5), cell * cells
    found = model.agents_by_type[Detainee].get(["column", "row_of_cell"])
    assert [tuple(map(int, place)) for place in found[:2]] == [(width - 1, height - 1)] * 2
