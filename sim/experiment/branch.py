"""A run that takes another way from some day on: the same past, other decisions, the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sim.model import Run
from sim.scenario.errors import InputError, Problem
from sim.scenario.resolved import Resolved
from sim.world.codes import NEVER
from sim.world.state import Truth

LATER = (
    "levers", "withdrawal", "response", "confirmation", "isr", "disorder", "walls", "stealth", "assault", "shelling",
    "at_large", "armed_cells", "guards", "news", "control.handover", "control.hasty_hours", "control.none_hours",
)  # fmt: skip
"""Paths that act as a run goes on, and so may change on its way."""
AT_START = ("guards.scale", "news.delay_hours", "isr.revisit_hours", "armed_cells.attacks", "walls.baseline")
"""Paths below these that decide what a run starts from, or what is already under way."""
_NEW_TRUTH = ("par", "schedule", "move_from")
"""Arrays of truth that hold nothing but what was decided."""
_NEW_CLOCK = (
    "response", "move_start", "move_to", "repatriate_start", "repatriate_who", "formal_everywhere", "handover",
)  # fmt: skip
_NEW_FACILITY = ("walls", "cameras", "hardened", "formal_lever", "emptied_by_lever")
_OLD_OBSERVER = ("rumours", "statements")


def check_later(overrides: Mapping[str, object]) -> None:
    """Raises InputError for settings that decide the start of a run and cannot change on its way."""
    problems = [
        Problem(f"--set {path}", 0, path, "acts from the start, and cannot change on the way", "a lever, or a rate")
        for path in _leaves(overrides)
        if not _below(path, LATER) or _below(path, AT_START)
    ]
    if problems:
        raise InputError(problems)


def _leaves(values: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Every path that a nested mapping sets."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(f"{root}.") for root in roots)


class Branch(Run):
    """A replicate that has one scenario up to a step, and another after it.

    At that step the state is the first scenario's to the bit. What then is decided otherwise holds from there on: a
    lever dated earlier begins at that step; hardening strengthens walls as they stand.
    """

    def __init__(self, past: Resolved, resolved: Resolved, step: int, *, full: bool = False) -> None:
        """Parameters: past, the scenario up to `step` (steps done); resolved, the scenario after it."""
        self._past = Run(past, full=full)
        self._step = step
        super().__init__(resolved, full=full)

    def reset(self, seed: int, replicate: int) -> None:
        """Run the past, then take its state over."""
        self._past.make_room(self._room)
        self._past.reset(seed, replicate)
        self._past.advance(self._step)
        self.make_room(self._past.room)
        super().reset(seed, replicate)
        self._take_over(self._past)

    def _take_over(self, past: Run) -> None:
        """The state of the past, with what is decided now."""
        begun, then = self.truth, past.truth
        now = int(then.clock["step"][0] * then.clock["step_minutes"][0])
        decided = {name: begun.clock[name].copy() for name in _NEW_CLOCK}
        for name in ("move_start", "repatriate_start"):
            if decided[name][0] != then.clock[name][0] and decided[name][0] != NEVER:
                decided[name][0] = max(int(decided[name][0]), now)
        columns = {name: begun.facility[name].copy() for name in _NEW_FACILITY}
        opening0 = begun.facility["opening0"].copy()
        for name in Truth._fields:
            if name not in _NEW_TRUTH:
                np.copyto(getattr(begun, name), getattr(then, name))
        for name, value in decided.items():
            begun.clock[name] = value
        whole = begun.facility["opening"] == begun.facility["opening0"]
        for name, column in columns.items():
            begun.facility[name] = column
        begun.facility["opening0"] = opening0
        begun.facility["opening"][whole] = opening0[whole]
        self._take_over_belief(past)
        for mine, theirs in zip(self.tables, past.tables, strict=True):
            np.copyto(mine, theirs)

    def _take_over_belief(self, past: Run) -> None:
        """What was believed; observers see with today's eyes."""
        observers = self.belief.observer.copy()
        for name in _OLD_OBSERVER:
            observers[name] = past.belief.observer[name]
        rule = {name: self.belief.board[name].copy() for name in ("origins", "direct_reliability")}
        for mine, theirs in zip(self.belief, past.belief, strict=True):
            np.copyto(mine, theirs)
        np.copyto(self.belief.observer, observers)
        for name, value in rule.items():
            self.belief.board[name] = value
