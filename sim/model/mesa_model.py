"""`DetentionModel`: one replicate as a Mesa model. Agents are views made when asked for."""

from __future__ import annotations

import copyreg
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from mesa.discrete_space import OrthogonalMooreGrid

from sim.agents import ArmedCell, Detainee, Facility, Guard, Observer, OccupyingForce, Resident
from sim.engine.arrayset import ArrayAgentSet, EveryAgent
from sim.model.run import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.vocabulary import ROLES
from sim.world.belief import Belief
from sim.world.codes import STATES
from sim.world.state import Truth


class DetentionModel(mesa.Model):
    """One replicate as a Mesa model: `step()`, `agents_by_type`, `grid`, `datacollector`, step by step.

    The same compiled rules on the same arrays as a sweep, so replicate r of seed s here is row (s, r) there, bit by
    bit. Agents are views made when asked for.
    """

    def __init__(
        self, scenario: Resolved | str | Path = "tiny", rng: int | None = None, replicate: int = 0, **settings: object
    ) -> None:
        """Make the model and start its replicate.

        Parameters: scenario, resolved, or a path or shipped name; rng, the seed (the scenario's by default);
        replicate; settings, scenario paths and values, dots or double underscores between keys.
        Raises InputError for a faulty scenario, TypeError for a seed that is not a whole number or settings of a
        resolved scenario, ValueError for a negative or too large seed or replicate.
        """
        overrides = {name.replace("__", "."): value for name, value in settings.items()}
        if not isinstance(scenario, Resolved):
            scenario = load(str(scenario), overrides)
        elif overrides:
            raise TypeError("settings go with a path: load(path, settings) makes a resolved scenario of them")
        if rng is not None and not isinstance(rng, int | np.integer):
            raise TypeError("rng: expected a whole number, the seed")
        seed = scenario.scenario.seed if rng is None else int(rng)
        if not 0 <= seed < 2**63 or not 0 <= replicate < 2**63 or int(replicate) != replicate:
            raise ValueError("rng and replicate: expected whole numbers from 0 to 2^63 - 1")
        super().__init__(rng=seed)
        self.running: bool = True
        self.resolved = scenario
        self.seed_number, self.replicate = seed, replicate
        self.run = Run(scenario, full=True)
        self.run.reset(seed, replicate)
        self.names = self.run.names
        self.roles = ROLES
        self._index_people()
        self._place()
        self.datacollector = DataCollector({name: partial(_reported, name=name) for name in REPORTED})
        self.datacollector.collect(self)

    @property
    def truth(self) -> Truth:
        """Return the arrays of what happens."""
        return self.run.truth

    @property
    def belief(self) -> Belief:
        """Return the arrays of what observers know, claim and confirm."""
        return self.run.belief

    @property
    def hours(self) -> float:
        """Return the hours since the start."""
        return float(self.truth.clock["step"][0] * self.truth.clock["dt"][0])

    @property
    def agents(self) -> EveryAgent:
        """Return all agents of every kind."""
        return EveryAgent.of(self._agents_by_type.values(), self.random)

    def _index_people(self) -> None:
        """Make one set per kind of agent, over the arrays."""
        sites = self.truth.facility
        resident = np.flatnonzero(sites["resident"] == 1)
        counts = sites["held0"][resident]
        self.resident_home = np.repeat(resident, counts)
        self.resident_number = np.concatenate([np.arange(n) for n in counts]) if len(counts) else np.zeros(0, int)
        self.guard_home = np.repeat(np.arange(len(sites)), sites["guard_rows"])
        present = zip(sites["guard_rows"], sites["guards"], strict=True)
        exists = np.concatenate([np.arange(rows) < n for rows, n in present])
        rows = {
            Facility: np.arange(len(sites)),
            Detainee: np.arange(len(self.truth.people)),
            Resident: np.arange(len(self.resident_home)),
            Guard: np.flatnonzero(exists),
            OccupyingForce: np.arange(len(self.truth.unit)),
            ArmedCell: np.arange(len(self.truth.cell)),
            Observer: np.arange(len(self.belief.observer)),
        }
        self._agents_by_type = {view: ArrayAgentSet.over(self, view, some) for view, some in rows.items()}

    def _place(self) -> None:
        """Make the grid and its layers, which follow the arrays."""
        grid = self.resolved.theatre.grid
        self.grid = OrthogonalMooreGrid((grid.width, grid.height), torus=False, random=self.random)
        # The grid registers its cell class for copying, which would keep its layers for ever.
        weakref.finalize(self, copyreg.dispatch_table.pop, self.grid.cell_klass, None)
        for name, dtype in (("control", int), ("front", float), ("terrain", float)):
            self.grid.create_property_layer(name, default_value=dtype(0), dtype=dtype)
        self.grid.terrain.data = self.truth.terrain.T
        self._follow()

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the grid: Mesa's copies of its cells lose the layers, so a copy of the model makes its own."""
        return {name: value for name, value in self.__dict__.items() if name != "grid"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._place()

    def _follow(self) -> None:
        self.grid.control.data = self.truth.control.T
        self.grid.front.data = self._front_km().T

    def _front_km(self) -> np.ndarray:
        """Return the distance of every cell from the nearest active unit, km; infinite if there is none."""
        size = self.resolved.theatre.grid.cell_km
        height, width = self.truth.control.shape
        x, y = (np.arange(width) + 0.5) * size, (np.arange(height) + 0.5) * size
        front = np.full((height, width), np.inf)
        for unit in self.truth.unit[self.truth.unit["active"] == 1]:
            front = np.minimum(front, np.hypot(x[None, :] - unit["x"], y[:, None] - unit["y"]))
        return front

    def step(self) -> None:
        """Carry out one step of the schedule; do nothing after the horizon."""
        if not self.running:
            return
        self.run.advance(1)
        self._follow()
        self.datacollector.collect(self)
        clock = self.truth.clock[0]
        self.running = bool(clock["step"] < clock["steps"])

    def run_days(self, days: float) -> None:
        """Advance by this number of days, or to the horizon if that is nearer."""
        for _ in range(round(days * 24 / self.resolved.scenario.step_hours)):
            if not self.running:
                return
            self.step()

    def outcomes(self) -> dict[str, float]:
        """Return the `runs` row as of now; null is NaN."""
        row = self.run.finish().run[0]
        return {name: float(row[name]) for name in row.dtype.names}


REPORTED = ("escaped", "recaptured", "confirmed", "held", "at_large", "guards_on_duty", "reports")
"""Outcomes that the data collector keeps at every step."""


def _reported(model: DetentionModel, name: str) -> float:
    total, states = model.truth.total[0], model.truth.states
    if name == "confirmed":
        return float(model.belief.confirmed.sum())
    if name == "reports":
        return int(model.belief.board["reports"][0])
    if name == "guards_on_duty":
        return guards_on_duty_now(model.truth)
    if name in STATES:
        return int(states[STATES.index(name)])
    return int(total[name])


def guards_on_duty_now(truth: Truth) -> int:
    """Return the number of guards present everywhere, all shifts, the occupiers' rounded half up."""
    sites = truth.facility
    return int(sites["on_site"].sum() + np.floor(sites["occupier_guards"] + 0.5).sum())
