"""The grid of a Mesa model: its layers follow the arrays and cannot be written, its cells know who is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid
from mesa.discrete_space.property_layer import PropertyLayer

from sim.agents import ArmedCell, Detainee, Facility, Guard, OccupyingForce, Resident
from sim.engine.arrayset import ArrayAgentSet, EveryAgent
from sim.world.codes import ON_SITE

WRITTEN = "the ground is the model's, and its rules write it; for numbers of your own make another layer"
NOWHERE = -1


class TruthLayer(PropertyLayer):
    """A layer that shows an array of the rules: it is read, and every way to write it raises."""

    def __init__(self, name: str, dimensions: tuple[int, int], dtype: type) -> None:
        super().__init__(name, dimensions, default_value=dtype(0), dtype=dtype)
        self._shown: np.ndarray = np.zeros(dimensions, dtype)
        self._data: np.ndarray = self._shown.view()
        self._data.flags.writeable = False

    def follow(self, values: np.ndarray) -> None:
        """Show other values: the model's part."""
        self._shown[:] = values

    @property
    def data(self) -> np.ndarray:
        """Return the values by column and row, read-only."""
        return self._data

    @data.setter
    def data(self, value: object) -> None:
        raise TypeError(WRITTEN)

    def set_cells(self, value: object, condition: object = None) -> None:
        """Raise TypeError: rules write the layer."""
        raise TypeError(WRITTEN)

    def modify_cells(self, operation: object, value: object = None, condition: object = None) -> None:
        """Raise TypeError: rules write the layer."""
        raise TypeError(WRITTEN)


def places(model: Any, kind: type, rows: np.ndarray) -> np.ndarray:
    """Return column and row of the cells of some agents of a kind, -1 for those who are nowhere: int64 (rows, 2)."""
    truth = model.truth
    sites = truth.facility
    if kind is Detainee:
        return np.stack([Detainee.columns()[name].values(model, rows) for name in ("column", "row_of_cell")], axis=1)
    if kind is Facility:
        at, here = rows, np.ones(len(rows), bool)
    elif kind is Resident:
        at = model.resident_home[rows]
        here = model.resident_number[rows] >= sites["held0"][at] - sites["held"][at]
    elif kind is Guard:
        at, here = model.guard_home[rows], truth.guard["status"][rows] == ON_SITE
    elif kind in (OccupyingForce, ArmedCell):
        units = (truth.unit if kind is OccupyingForce else truth.cell)[rows]
        here = units["active"] == 1 if kind is OccupyingForce else np.ones(len(rows), bool)
        last = np.array(truth.control.shape[::-1]) - 1
        cells = np.stack([units["x"], units["y"]], axis=1) / model.resolved.theatre.grid.cell_km
        return np.where(here[:, None], np.clip(cells.astype(np.int64), 0, last), NOWHERE)
    else:
        return np.full((len(rows), 2), NOWHERE)
    found = np.stack([sites["column"][at], sites["row"][at]], axis=1).astype(np.int64)
    return np.where(here[:, None], found, NOWHERE)


def front_km(model: Any) -> np.ndarray:
    """Return the distance of every cell from the nearest active unit, km; infinite if there is none."""
    truth, size = model.truth, model.resolved.theatre.grid.cell_km
    height, width = truth.control.shape
    x, y = (np.arange(width) + 0.5) * size, (np.arange(height) + 0.5) * size
    front = np.full((height, width), np.inf)
    for unit in truth.unit[truth.unit["active"] == 1]:
        front = np.minimum(front, np.hypot(x[None, :] - unit["x"], y[:, None] - unit["y"]))
    return front


class Occupants(Sequence[Any]):
    """The agents in a cell, as now: agents of the user's own, which Mesa appends and removes, then the model's."""

    def __init__(self, grid: Ground, coordinate: tuple[int, int]) -> None:
        self._grid, self._coordinate = grid, coordinate
        self._own: list[Any] = []

    def _sets(self) -> list[ArrayAgentSet]:
        return self._grid.sets_at(self._coordinate)

    def __len__(self) -> int:
        return len(self._own) + sum(len(agents) for agents in self._sets())

    def __iter__(self) -> Iterator[Any]:
        yield from self._own
        for agents in self._sets():
            yield from agents

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return list(self)[index]

    def copy(self) -> list[Any]:
        """Return them as a list."""
        return list(self)

    def append(self, agent: Any) -> None:
        """Add an agent of the user's own: Mesa's part, when one is placed."""
        self._own.append(agent)

    def remove(self, agent: Any) -> None:
        """Take out an agent of the user's own: Mesa's part, when one leaves."""
        self._own.remove(agent)


class Ground(OrthogonalMooreGrid):
    """The model's grid. `agents` are those in a cell: held or at large, on post, on the move; facilities too."""

    def __init__(self, model: Any) -> None:
        grid = model.resolved.theatre.grid
        super().__init__((grid.width, grid.height), torus=False, random=model.random)
        self._model = model
        self._found: tuple[Any, dict[tuple[int, int], list[ArrayAgentSet]]] = (None, {})
        for coordinate, cell in self._cells.items():
            cell._agents = Occupants(self, coordinate)
        self.__dict__.pop("all_cells", None)  # Mesa has paired cells with their agents already
        self._shown = {
            name: TruthLayer(name, self.dimensions, dtype)
            for name, dtype in (("control", int), ("front", float), ("terrain", float))
        }
        for layer in self._shown.values():
            self.add_property_layer(layer)
        self._shown["terrain"].follow(model.truth.terrain.T)
        self.follow()

    def follow(self) -> None:
        """Show the arrays as they are now."""
        self._shown["control"].follow(self._model.truth.control.T)
        self._shown["front"].follow(front_km(self._model).T)

    @property
    def agents(self) -> EveryAgent:
        """Return the agents that are in a cell now, the user's own among them."""
        model, found = self._model, []
        for kind, agents in model.agents_by_type.items():
            if isinstance(agents, ArrayAgentSet):
                inside = model.places(kind, agents.rows)[:, 0] != NOWHERE
                found.append(ArrayAgentSet.over(model, kind, agents.rows[inside]))
        own = [agent for cell in self._cells.values() for agent in cell._agents._own]
        return EveryAgent.of([*found, own], self.random)

    def sets_at(self, coordinate: tuple[int, int]) -> list[ArrayAgentSet]:
        """Return the model's agents in a cell, a set for each kind; all cells are looked up once a step."""
        model = self._model
        now = (model.run.replicate, int(model.truth.clock["step"][0]))
        if self._found[0] != now:
            self._found = now, self._by_cell()
        return self._found[1].get(coordinate, [])

    def _by_cell(self) -> dict[tuple[int, int], list[ArrayAgentSet]]:
        model = self._model
        found: dict[tuple[int, int], list[ArrayAgentSet]] = {}
        for kind, agents in model.agents_by_type.items():
            if not isinstance(agents, ArrayAgentSet):
                continue
            at = model.places(kind, agents.rows)
            number = at[:, 0] * self.height + at[:, 1]
            order = np.argsort(number, kind="stable")
            order = order[at[order, 0] != NOWHERE]
            for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []:
                column, row = at[rows[0]].tolist()
                some = ArrayAgentSet.over(model, kind, agents.rows[rows])
                found.setdefault((column, row), []).append(some)
        return found
