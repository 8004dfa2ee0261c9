"""`DetentionModel`: one replicate as a Mesa model. Agents are views made when asked for."""

from __future__ import annotations

import copyreg
import html
import sys
import warnings
import weakref
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from mesa.experimental.scenarios import Scenario
from mesa.time import EventGenerator, Priority, Schedule

from sim.agents import ArmedCell, Detainee, Facility, Guard, Observer, OccupyingForce, Resident
from sim.engine.arrayset import NOT_MADE, NOT_REMOVED, ArrayAgentSet, EveryAgent, RowAgent
from sim.model.grid import Ground, places
from sim.model.run import Run
from sim.model.seed import LARGEST, MadeOf, Rng, StatedScenario, seed_of, settings_of, stating
from sim.scenario.errors import as_arguments
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.vocabulary import ROLES
from sim.world.belief import Belief
from sim.world.codes import STATES
from sim.world.state import Truth


class DetentionModel(mesa.Model):
    """One replicate as a Mesa model: `step()`, `agents_by_type`, `grid`, `datacollector`, step by step.

    The same compiled rules on the same arrays as a sweep, so replicate r of seed s here is row (s, r) there, bit by
    bit. Agents are views made when asked for. Mesa's time is in hours, and ends at the scenario's horizon.
    """

    def __init__(
        self,
        scenario: Resolved | str | Path | Scenario = "tiny",
        rng: Rng = "scenario",
        replicate: int | None = None,
        **settings: object,
    ) -> None:
        """Make the model and start its replicate.

        Parameters: scenario, resolved, or a path or shipped name, or a scenario of Mesa's, whose attributes are
        settings; rng, the seed, or what Mesa takes in its place: None is fresh entropy, a generator is asked for one
        number, and left out it is the scenario's seed (`seed_number` has it in any case); replicate, 0 by default;
        settings, scenario paths and values, dots or double underscores between keys.
        Raises InputError for a faulty scenario, TypeError for an `rng` of another kind or settings of a resolved
        scenario, ValueError for a negative or too large seed or replicate.
        """
        source, overrides, rng, replicate = _stated(scenario, settings, rng, replicate)
        resolved = _resolved(source, overrides, again=isinstance(scenario, StatedScenario))
        seed = seed_of(rng, resolved.scenario.seed)
        if not 0 <= replicate < LARGEST or int(replicate) != replicate:
            raise ValueError("replicate: expected a whole number from 0 to 2^63 - 1")
        super().__init__(rng=rng if isinstance(rng, np.random.Generator) else seed)
        self.scenario = stating(MadeOf(source, overrides, seed, replicate))
        self.running: bool = True
        self.resolved = resolved
        self.seed_number, self.replicate = seed, replicate
        self.run = Run(resolved, full=True)
        self.run.reset(seed, replicate)
        self.names = self.run.names
        self.roles = ROLES
        self.views: dict[type[RowAgent], dict[int, RowAgent]] = {}
        self._keep_hours()
        self._index_people()
        self._place()
        self.datacollector = DataCollector(
            {**{name: partial(_reported, name=name) for name in REPORTED}, "seed": "seed_number"}
        )
        self.datacollector.collect(self)
        _warn_of_a_cut(self.run.truth.clock["steps"][0], resolved.scenario.step_hours)

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
    def horizon(self) -> float:
        """Return the hours from the start to the end of the scenario."""
        return float(self.truth.clock["steps"][0] * self.truth.clock["dt"][0])

    @property
    def agents(self) -> EveryAgent:
        """Return all agents of every kind. The model owns the set: change a copy."""
        return EveryAgent.of(self._agents_by_type.values(), self.random, owned=True)

    def agent(self, unique_id: int) -> Any:
        """Return the agent of this number, such as the `AgentID` of a data collector. Raises KeyError if none has."""
        for kind, first in self.first_ids.items():
            agents = self._agents_by_type[kind]
            row = unique_id - first
            if 0 <= row <= (agents.rows.max() if len(agents) else -1) and row in agents.rows:
                return kind.of(self, row)
        for agent in self._all_agents:
            if agent.unique_id == unique_id:
                return agent
        raise KeyError(unique_id)

    def places(self, kind: type[RowAgent], rows: np.ndarray) -> np.ndarray:
        """Return column and row of the cells of agents of a kind, -1 for those who are nowhere."""
        return places(self, kind, rows)

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
        for agents in self._agents_by_type.values():
            agents.owned = True
        sizes = {**{view: len(some) for view, some in rows.items()}, Guard: len(self.guard_home)}
        starts = np.cumsum([1, *sizes.values()]).tolist()
        self.first_ids: dict[type[RowAgent], int] = dict(zip(sizes, starts, strict=False))
        self.agent_id_counter = starts[-1]  # agents of the user's own come after

    def _place(self) -> None:
        """Make the grid and its layers, which follow the arrays."""
        self.grid = Ground(self)
        # The grid registers its cell class for copying, which would keep its layers for ever.
        weakref.finalize(self, copyreg.dispatch_table.pop, self.grid.cell_klass, None)

    def __getstate__(self) -> dict[str, Any]:
        """Return all but views, which are made anew, and the grid: Mesa's copies of its cells lose the layers."""
        return {name: value for name, value in self.__dict__.items() if name not in ("grid", "views")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.views = {}
        self.scenario.model = self
        self._place()

    def _keep_hours(self) -> None:
        """Have Mesa's time count hours: its own steps come an hour apart, whatever `step_hours` says."""
        self._default_schedule.stop()
        schedule = Schedule(interval=_to_the_next_step, start=_to_the_next_step(self))
        self._default_schedule: Any = EventGenerator(self, self._do_step, schedule, priority=Priority.HIGH).start()

    def _wrapped_step(self) -> None:
        """Advance to the end of the next step, with what is scheduled until then; do nothing after the horizon."""
        if self.running:
            self._advance_time(self._default_schedule.next_scheduled_time)

    def _advance_time(self, until: float) -> None:
        """Advance Mesa's time, which is in hours, and stop at the horizon."""
        if until > self.horizon + SLACK:
            text = f"the scenario ends at hour {self.horizon:g}: time stops there, and nothing is due at hour {until:g}"
            warnings.warn(text, RuntimeWarning, stacklevel=3)
            until = self.horizon
        if until > self.time:
            super()._advance_time(until)

    def run_until(self, end_time: float) -> None:
        """Advance to this hour, or to the horizon if that is nearer."""
        if end_time < self.time:
            warnings.warn(f"hour {end_time:g} is before now, hour {self.time:g}", RuntimeWarning, stacklevel=2)
        self._advance_time(end_time)

    def reset_rng(self, rng: Any = None) -> None:
        """Reset Mesa's random numbers, by which sets are shuffled. The rules keep their seed, and this warns of it."""
        if rng is not None:
            text = (
                "the rules draw by the seed that the model was made with; for another run make DetentionModel(rng=...)"
            )
            warnings.warn(text, UserWarning, stacklevel=2)
        super().reset_rng(rng)

    def register_agent(self, agent: Any) -> None:
        """Register an agent of the user's own. Raises TypeError for one of the model's kinds."""
        if isinstance(agent, RowAgent):
            raise TypeError(NOT_MADE)
        super().register_agent(agent)

    def remove_all_agents(self) -> NoReturn:
        """Raise TypeError: agents leave by the rules only, and memory is free once the model is dropped."""
        raise TypeError(f"{NOT_REMOVED}; to free memory, drop the model")

    def step(self) -> None:
        """Carry out one step of the schedule; do nothing after the horizon."""
        if not self.running:
            return
        self.run.advance(1)
        self.grid.follow()
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

    def _repr_html_(self) -> str:
        shown = {
            "scenario": self.resolved.scenario.name,
            "seed, replicate": f"{self.seed_number}, {self.replicate}",
            "hour": f"{self.hours:g} of {self.horizon:g}",
            **{name.replace("_", " "): f"{_reported(self, name):,.0f}" for name in REPORTED},
        }
        rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in shown.items())
        return f"<table><caption>DetentionModel</caption>{rows}</table>"


SLACK = 1e-6
"""Hours by which the horizon may be passed in a sum of steps."""


def _to_the_next_step(model: DetentionModel) -> float:
    """Return the hours from now to the end of the step after those done."""
    return float((model.steps + 1) * model.truth.clock["dt"][0]) - model.time


def _stated(
    scenario: Resolved | str | Path | Scenario, settings: Mapping[str, object], rng: Rng, replicate: int | None
) -> tuple[Resolved | str | Path, dict[str, object], Rng, int]:
    """Return the scenario to read, its settings by path, what gives the seed and the replicate.

    What is given beside a scenario of Mesa's ranks above what that holds.
    """
    held: dict[str, Any] = {}
    source: Any = scenario
    if isinstance(scenario, Scenario):
        held = settings_of(scenario)
        source = held.pop("scenario", "tiny")
        rng = scenario.rng if rng == "scenario" else rng
        number = held.pop("replicate", 0)
        if isinstance(scenario, StatedScenario):
            source, overrides, _, number = scenario.made_of
            held = {**overrides, **held}
        replicate = number if replicate is None else replicate
    paths = {name.replace("__", "."): value for name, value in {**held, **settings}.items()}
    return source, paths, rng, replicate or 0


def _resolved(source: Resolved | str | Path, overrides: Mapping[str, object], *, again: bool) -> Resolved:
    """Return a scenario with its settings; of a resolved one numbers alone, and only when it is made `again`."""
    if not isinstance(source, Resolved):
        with as_arguments():
            return load(str(source), overrides)
    numbers = {path: value for path, value in overrides.items() if isinstance(value, int | float)}
    if len(numbers) < len(overrides) or (overrides and not again):
        raise TypeError("settings go with a path: load(path, settings) makes a resolved scenario of them")
    return source.with_numbers(numbers) if numbers else source


def _warn_of_a_cut(steps: int, step_hours: float) -> None:
    """Warn if Mesa's batch_run, which is making this model, will stop it before its horizon without a word."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_name != "_model_run_func":
        frame = frame.f_back
    most = frame.f_locals.get("max_steps")
    if frame.f_globals.get("__name__") == "mesa.batchrunner" and most is not None and most < steps:
        days, all_days = most * step_hours / 24, steps * step_hours / 24
        text = (
            f"batch_run stops after {most:,} of {steps:,} steps, day {days:g} of {all_days:g}: give max_steps={steps}"
        )
        warnings.warn(text, UserWarning, stacklevel=3)


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
