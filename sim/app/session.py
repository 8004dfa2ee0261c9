"""One page's run: its scenario, settings and model. Every page has its own; none is shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sim.app.sites import Plan
from sim.app.start import Start
from sim.model import DetentionModel, guards_on_duty_now
from sim.scenario.errors import InputError, printable, shown
from sim.world.belief import Belief
from sim.world.codes import HANDOVERS
from sim.world.state import Truth

MODES = ("truth", "belief")
"""What happened; what officials can see."""
SPEEDS = (1, 6, 24)
"""Hours per frame."""
MAX_SEED = 2**63 - 1


class Slider(NamedTuple):
    """A number that the page sets: its path, label, unit in words, and range."""

    path: str
    label: str
    unit: str
    low: float
    high: float
    step: float


SLIDERS = (
    Slider("guards.scale", "Guards", "of those given", 0.0, 2.0, 0.05),
    Slider("isr.coverage", "ISR coverage", "of facility-hours", 0.0, 1.0, 0.05),
    Slider("guards.redeploy_share", "Guards to the front", "at most", 0.0, 1.0, 0.05),
)
HANDOVER = "control.handover"


class Moment(NamedTuple):
    """What charts need of one step; `claims` in the order of the roles, NaN for none."""

    day: float
    escaped: int
    confirmed: float
    claims: tuple[float, ...]
    guards: int
    reports: int


class Session:
    """A page's state. `act` takes what the page asks for; everything it sends is checked."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.file = start.file
        self.seed: int | None = None
        self.overrides: dict[str, object] = {}
        self.mode = MODES[0]
        self.hours = 6
        self.serial = 0
        self.runs = 0
        self.seed_text = ""
        self.seed_error = ""
        self.errors: list[str] = []
        self.model: DetentionModel | None = None
        self.plan: Plan | None = None
        self.history: list[Moment] = []
        self.restart()

    def act(self, asked: Any) -> None:
        """Do what the page asks; what it may not ask for is passed over."""
        if not isinstance(asked, dict):
            return
        actions: dict[str, Callable[[Any], None]] = {
            "advance": lambda _: self.advance(),
            "reset": lambda _: self.restart(),
            "scenario": self.choose_scenario,
            "seed": self.choose_seed,
            "handover": self.choose_handover,
            "own": lambda _: self.choose_own_values(),
            "mode": self.choose_mode,
            "speed": self.choose_speed,
            **{slider.path: partial(self.choose_number, slider) for slider in SLIDERS},
        }
        action = actions.get(str(asked.get("do")))
        if action is not None:
            action(asked.get("value"))
        self.serial += 1

    def advance(self) -> None:
        """One frame: so many hours, at least a step."""
        model = self.model
        if model is None:
            return
        for _ in range(max(1, round(self.hours / model.resolved.scenario.step_hours))):
            if not model.running:
                return
            model.step()
            self.history.append(moment(model))

    def restart(self) -> None:
        """A new run from the start; what is wrong with the scenario is kept for the page."""
        self.model, self.plan, self.history, self.errors = None, None, [], []
        self.runs += 1
        try:
            resolved = self.start.load(self.file, self.overrides)
            model = DetentionModel(resolved, rng=self.seed)
            self.plan = Plan.of(model)
        except InputError as error:
            self.errors = [str(problem) for problem in error.problems]
            return
        except Exception as error:  # the page must live on, whatever a scenario does to the model
            self.errors = [printable(f"{type(error).__name__}: {error}")]
            return
        self.model = model
        self.seed_text = str(model.seed_number)
        self.history = [moment(model)]

    def choose_scenario(self, file: Any) -> None:
        """Another scenario of the folder, with its own values."""
        if file in self.start.files():
            self.file = str(file)
            self.overrides = {}
            self.restart()

    def choose_seed(self, text: Any) -> None:
        """A seed as typed; one that is no whole number leaves the run as it is."""
        self.seed_text = printable(str(text))[:40]
        self.seed_error = ""
        try:
            seed = int(str(text)[:40], 10)
        except ValueError:
            seed = -1
        if not 0 <= seed <= MAX_SEED:
            self.seed_error = f"{shown(self.seed_text, 20) or 'nothing'} is not a seed: expected a whole number from 0"
            return
        self.seed = seed
        self.restart()

    def choose_number(self, slider: Slider, value: Any) -> None:
        """A slider's value."""
        if isinstance(value, int | float) and not isinstance(value, bool) and slider.low <= value <= slider.high:
            self.overrides[slider.path] = float(value)
            self.restart()

    def choose_handover(self, value: Any) -> None:
        """How control passes."""
        if value in HANDOVERS:
            self.overrides[HANDOVER] = value
            self.restart()

    def choose_own_values(self) -> None:
        """Back to the scenario's own values."""
        self.overrides = {}
        self.restart()

    def choose_mode(self, mode: Any) -> None:
        """What happened, or what officials can see of it."""
        if mode in MODES:
            self.mode = mode

    def choose_speed(self, hours: Any) -> None:
        """Hours per frame."""
        if hours in SPEEDS:
            self.hours = int(hours)

    def number(self, path: str) -> float | None:
        """A path's number in this run, drawn where it is a distribution; None without a run."""
        if self.model is None:
            value = self.overrides.get(path)
            return float(value) if isinstance(value, int | float) else None
        if path in self.model.run.draws:
            return float(self.model.run.draws[path])
        return float(self.model.truth.par[path.replace(".", "_")][0])

    def handover(self) -> str:
        """How control passes in this run."""
        if self.model is None:
            return str(self.overrides.get(HANDOVER, HANDOVERS[0]))
        return HANDOVERS[int(self.model.truth.clock["handover"][0])]


def moment(model: DetentionModel) -> Moment:
    """What charts need of the model as it stands."""
    truth, belief = model.truth, model.belief
    return Moment(
        model.hours / 24,
        int(truth.total["escaped"][0]),
        float(belief.confirmed.sum()),
        claims_by_role(belief),
        guards_on_duty_now(truth),
        int(belief.board["reports"][0]),
    )


def claims_by_role(belief: Belief) -> tuple[float, ...]:
    """Each role's current claim: the larger of the sum of its site claims and its theatre claim; NaN for none."""
    none = np.isnan(belief.claim)
    sums = np.where(none.all(axis=1), np.nan, np.where(none, 0.0, belief.claim).sum(axis=1))
    return tuple(np.fmax(sums, belief.theatre_claim).tolist())


def large(truth: Truth) -> np.ndarray:
    """Rows of the people at large."""
    return np.asarray(truth.out[: truth.clock["out_count"][0]])
