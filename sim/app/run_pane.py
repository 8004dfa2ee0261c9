"""A run on the page: its scenario and settings, its model, and what charts need of each step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.app.ensemble import Ensemble
from sim.app.event_log import EventLog
from sim.app.labels import error_messages
from sim.app.settings import HANDOVER, PACE, Slider, changed, idle_in, sliders_of
from sim.app.sites import MapPlan
from sim.model import DetentionModel, guards_on_duty_now
from sim.model.seed import Rng
from sim.scenario.resolved import Resolved
from sim.scenario.vocabulary import HANDOVERS, ROLES
from sim.world.belief import Belief

COLUMNS = ("escaped", "confirmed", "guards", "coverage", "reports")
CLAIMS = ("summed", "places", "told")
HISTORY = np.dtype([*((name, np.float64) for name in COLUMNS), *((name, np.float64, len(ROLES)) for name in CLAIMS)])
"""What is kept of each step: the columns (exits; guards; coverage a share), and each role's claims by their scope.

`summed` adds up what a role claims for single places, `places` counts them, `told` is its claim for the whole theatre
(exits; NaN for none). The two scopes are never put together.
"""
MAX_TRACKED = 2_000_000
"""Largest product of facilities and steps for which held and guards of each facility are kept too."""


class RunPane:
    """A run that can be played, and set to any step by replaying it, as a replicate repeats itself bit by bit."""

    def __init__(
        self,
        label: str,
        file: str | None,
        seed: int | None = None,
        replicate: int = 0,
        changed: Callable[[], None] | None = None,
    ) -> None:
        """Parameters: label, name shown; file, in the folder of scenarios, None for a run that was loaded already;
        changed, called from another thread as the ensemble of the same settings grows; without it there is none.
        """
        self.label, self.file = label, file
        self._changed = changed
        self.ensemble: Ensemble | None = None
        self.source: tuple[str, int] | None = None  # results folder and point of a run that was loaded from there
        self.seed, self.replicate = seed, replicate
        self.settings: dict[str, object] = {}
        self.errors: list[str] = []
        self.loaded: Resolved | None = None
        self.model: DetentionModel | None = None
        self.plan: MapPlan | None = None
        self.event_log = EventLog()
        self.restarts = 0
        self.played = 0

    def begin(self, loaded: Resolved) -> None:
        """Start a run of a loaded scenario, with the settings of the page."""
        self.loaded = loaded
        self.restart()

    def fail(self, error: Exception) -> None:
        """Drop the run and keep its error for the page."""
        self.close()
        self.model, self.plan, self.loaded = None, None, None
        self.errors = error_messages(error)
        self.restarts += 1

    def restart(self) -> None:
        """Start the run again with the present settings."""
        if self.loaded is None:
            return
        try:
            seed: Rng = "scenario" if self.seed is None else self.seed
            model = DetentionModel(changed(self.loaded, self.settings), rng=seed, replicate=self.replicate)
            self.plan = MapPlan.of(model)
        except Exception as error:
            self.fail(error)
            return
        self.errors = []
        self.model = model
        self.restarts += 1
        self.played = 0
        self.event_log = EventLog()
        self._allocate(model)
        self._record(model)
        self.close()
        if self._changed is not None:
            self.ensemble = Ensemble(model.resolved, model.seed_number, self._changed)

    def close(self) -> None:
        """Stop what runs in the background for this run."""
        if self.ensemble is not None:
            self.ensemble.cancel()
        self.ensemble = None

    def go(self, step: int) -> None:
        """Set the run to a step: steps played before are repeated in one call, new ones are played one by one."""
        model = self.model
        if model is None:
            return
        step = min(max(step, 0), self.steps)
        if step < self.at:
            model.run.reset(model.seed_number, model.replicate)
        known = min(step, self.played)
        if known > self.at:
            model.run.advance(known - self.at)
        model.running = self.at < self.steps
        while self.at < step:
            model.step()
            self._record(model)

    @property
    def at(self) -> int:
        """Number of steps done."""
        return int(self.model.truth.clock["step"][0]) if self.model is not None else 0

    @property
    def steps(self) -> int:
        """Number of steps to the horizon."""
        return self.model.resolved.steps if self.model is not None else 0

    @property
    def step_hours(self) -> float:
        """Length of a step, hours."""
        return float(self.model.resolved.scenario.step_hours) if self.model is not None else 1.0

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """The sliders that the scenario has."""
        return sliders_of(self.loaded)

    @property
    def handovers(self) -> tuple[str, ...]:
        """The ways in which custody may pass; none where nothing of the scenario passes."""
        idle = self.loaded is not None and HANDOVER in idle_in(self.loaded)
        return () if idle else tuple(HANDOVERS)

    def number(self, path: str) -> float | None:
        """Return a slider's value in this run: the drawn value of a distribution, None if there is no run."""
        set_here = self.settings.get(path)
        if path == PACE:
            return float(set_here) if isinstance(set_here, int | float) else 1.0
        if self.model is None:
            return float(set_here) if isinstance(set_here, int | float) else None
        if path in self.model.run.draws:
            return float(self.model.run.draws[path])
        return float(self.model.truth.parameters[path.replace(".", "_")][0])

    def handover(self) -> str:
        """Return how custody passes in this run."""
        if self.model is None:
            return str(self.settings.get(HANDOVER, HANDOVERS[0]))
        return HANDOVERS[int(self.model.truth.clock["handover"][0])]

    def _allocate(self, model: DetentionModel) -> None:
        sites = len(model.truth.facility)
        sites = sites if sites * self.steps <= MAX_TRACKED else 0
        self.first_control = model.truth.control.copy()
        self.history = np.zeros(self.steps + 1, HISTORY)
        self.held = np.zeros((self.steps + 1, sites), np.int32)
        self.guards = np.zeros((self.steps + 1, sites), np.int32)

    def _record(self, model: DetentionModel) -> None:
        """Keep what charts need of the step just played."""
        at, truth, belief = self.at, model.truth, model.belief
        self.played = max(self.played, at)
        row = self.history[at]
        row["escaped"] = truth.total["escaped"][0]
        row["confirmed"] = belief.confirmed.sum()
        row["guards"] = guards_on_duty_now(truth)
        row["coverage"] = belief.board["coverage"][0]
        row["reports"] = belief.board["reports"][0]
        row["summed"], row["places"], row["told"] = claims_by_scope(belief)
        if self.held.shape[1]:
            self.held[at] = truth.facility["held"]
            self.guards[at] = truth.facility["on_site"] + np.floor(truth.facility["occupier_guards"] + 0.5)


def claims_by_scope(belief: Belief) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return by role: its claims for single places added up, how many places those are, and its claim for all.

    NaN where a role claims nothing of that scope.
    """
    known = ~np.isnan(belief.claim)
    places = known.sum(axis=1)
    summed = np.where(places > 0, np.where(known, belief.claim, 0.0).sum(axis=1), np.nan)
    return summed, places.astype(np.float64), belief.theatre_claim
