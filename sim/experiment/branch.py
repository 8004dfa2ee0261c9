"""A run that takes another way from some day on: the same past, other decisions, the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.agents.build import Capacity, build_belief, build_truth
from sim.agents.records import RECORDS
from sim.engine.columns import Part, specs
from sim.model import Run
from sim.model.run import NOTHING
from sim.scenario.errors import InputError, Problem
from sim.scenario.fields import may_change_later
from sim.scenario.resolved import Resolved
from sim.world.belief import Belief
from sim.world.codes import NEVER
from sim.world.state import Truth

ACTS = "acts from the start, and cannot change on the way"
_FIELDS = {record.name: record.fields for record in RECORDS}


def check_later(overrides: Mapping[str, object]) -> None:
    """Raise InputError for settings that decide the start of a run and cannot change on its way."""
    refused = [path for path in _leaves(overrides) if not may_change_later(path)]
    if refused:
        raise InputError([_problem(path, ACTS) for path in refused])


def check_difference(overrides: Mapping[str, object], was: Resolved, after: Resolved) -> None:
    """Raise InputError where a branch could not do what is set.

    Either it changes what a run starts from, or it changes the scenario and nothing that a run reads on its way.
    Parameters: overrides, what is set; was, after, the scenario without and with it.
    """
    paths = list(_leaves(overrides))
    decided, started = _differences(was, after)
    if started:
        raise InputError([_problem(path, f"{ACTS}: it changes {', '.join(started)}") for path in paths])
    same_draws = was.rule_numbers() == after.rule_numbers() and was.joint() == after.joint()
    if (
        not decided
        and same_draws
        and was.as_data() != after.as_data()
        and not all(path.endswith(".cost") for path in paths)
    ):
        raise InputError([_problem(path, "changes nothing that a run reads on its way") for path in paths])


def _differences(was: Resolved, after: Resolved) -> tuple[list[str], list[str]]:
    """Columns in which two scenarios begin differently: those that a later decision may change, and the others."""
    decided: list[str] = []
    started: list[str] = []
    room = Capacity()
    for build in (build_truth, build_belief):
        mine, theirs = build(after, room), build(was, room)
        for array, column, part in _columns(type(mine)):
            now, then = getattr(mine, array), getattr(theirs, array)
            if column is not None:
                now, then = now[column], then[column]
            if now.shape != then.shape or now.tobytes() != then.tobytes():
                (decided if part is Part.DECISION else started).append(f"{array}.{column}" if column else array)
    return decided, started


def _columns(bundle: type[Any]) -> Iterator[tuple[str, str | None, Part]]:
    """Every column of a bundle's arrays, None for an array without any, and the part it plays."""
    for array, spec in specs(bundle).items():
        if spec.holds not in _FIELDS:
            yield array, None, spec.part
            continue
        for field in _FIELDS[spec.holds].values():
            yield array, field.name, field.part


def _problem(path: str, problem: str) -> Problem:
    return Problem(f"--set {path}", 0, path, problem, "a lever, or a rate")


def _leaves(values: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Every path that a nested mapping sets."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


class Branch(Run):
    """A replicate that has one scenario up to a step, and another after it.

    At that step the state is the first scenario's to the bit. What is decided otherwise then holds from there on: a
    lever dated earlier begins at that step; hardening strengthens walls as they stand; what was drawn for the whole day
    (attacks, lone escapes, hits) is drawn by the new rates from the next midnight on.
    """

    def __init__(self, past: Resolved, resolved: Resolved, step: int, *, full: bool = False) -> None:
        """Parameters: past, the scenario up to `step` (steps done); resolved, the scenario after it."""
        self._past = Run(past, full=full)
        self._step = step
        super().__init__(resolved, full=full)

    def reset(self, seed: int, replicate: int, given: Mapping[str, float] = NOTHING) -> None:
        """Run the past, then take its state over; `given` holds for what comes after."""
        self._past.make_room(self.capacity)
        self._past.reset(seed, replicate)
        self._past.advance(self._step)
        self.make_room(self._past.capacity)
        super().reset(seed, replicate, given)
        intact = self._past.truth.facility["opening"] == self._past.truth.facility["opening0"]
        now = int(self._past.truth.clock["step"][0] * self._past.truth.clock["step_minutes"][0])
        _take_over(self.truth, self._past.truth, now)
        _take_over(self.belief, self._past.belief, now)
        _forget(self.truth)
        sites = self.truth.facility
        sites["opening"][intact] = sites["opening0"][intact]
        for mine, theirs in zip(self.tables, self._past.tables, strict=True):
            np.copyto(mine, theirs)


def _take_over(mine: Truth | Belief, past: Truth | Belief, now: int) -> None:
    """Copy a past state, all but what a later decision may change; a date decided anew is no earlier than now."""
    for array, spec in specs(type(mine)).items():
        held, then = getattr(mine, array), getattr(past, array)
        fields = [field for field in _FIELDS.get(spec.holds, {}).values() if field.part is Part.DECISION]
        if spec.holds not in _FIELDS and spec.part is Part.DECISION:
            continue
        decided = {field.name: held[field.name].copy() for field in fields}
        for field in fields:
            new, old = decided[field.name], then[field.name]
            if field.dated:
                anew = (new != old) & (new != NEVER)
                new[anew] = np.maximum(new[anew], now)
        np.copyto(held, then)
        for name, values in decided.items():
            held[name] = values


def _forget(truth: Truth) -> None:
    """Forget the work that the past has saved: it holds under the past's numbers only."""
    for array, spec in specs(Truth).items():
        for field in _FIELDS.get(spec.holds, {}).values():
            if field.forget is not None:
                getattr(truth, array)[field.name] = field.forget
