"""The run of one replicate at a time: arrays made once, set back, filled with draws and advanced."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sim.agents.build import Capacity, binding, build_belief, build_truth, names_of
from sim.agents.speech import draw_speech
from sim.engine.columns import restored
from sim.engine.random import fill_by_replicate, name_key, uniform
from sim.model.rows import Tables, check_written, fill_unwritten, finish
from sim.model.schedule import advance, begin
from sim.outcomes import DAILY_RECORD, FACILITY_RECORD, RUN_RECORD
from sim.scenario.draw import quantile
from sim.scenario.resolved import Resolved
from sim.world.belief import Belief
from sim.world.state import THEATRE, Truth

DRAW = name_key("draw")
JOINT = name_key("draws")
NOTHING: Mapping[str, float] = {}
DRAWN_TOGETHER = 64
"""Replicates whose numbers are drawn in one call."""


class Run:
    """Runs the replicates of one scenario, one at a time.

    `truth`, `belief` and `tables` are the arrays. Threads must not share a run.
    """

    def __init__(self, resolved: Resolved, *, full: bool = False) -> None:
        """Make the arrays. Parameters: resolved, the scenario; full, whether events and reports are kept."""
        self.resolved = resolved
        self.names = names_of(resolved)
        self.full = full
        self._capacity = Capacity(log=4096, reports=1024) if full else Capacity()
        self._distributions = resolved.rule_numbers()
        self._joint = resolved.joint()
        self._limits = resolved.limits()
        self._bindings = {path: binding(path, resolved) for path in self._distributions}
        self._checked = False
        self._drawn: dict[str, list[float]] = {}
        self._drawn_for: tuple[int, int] | None = None
        self.draws: dict[str, float] = {}
        self._given: Mapping[str, float] = NOTHING
        self._allocate(resolved)

    def _allocate(self, resolved: Resolved) -> None:
        self._first = build_truth(resolved, self._capacity), build_belief(resolved, self._capacity)
        self.truth, self.belief = _copied(self._first[0]), _copied(self._first[1])
        days = math.floor(resolved.scenario.days + 1e-9)
        self.tables = Tables(
            np.zeros(1, RUN_RECORD),
            np.zeros(days + 1, DAILY_RECORD),
            np.zeros(len(self.truth.facility), FACILITY_RECORD),
        )
        fill_unwritten(self.tables)
        self._pair_arrays()

    def _pair_arrays(self) -> None:
        """Pair every array to be set back with its first state, both as plain bytes: any type is copied alike."""
        self._set_back = [
            (getattr(now, name).reshape(-1).view(np.uint8), getattr(first, name).reshape(-1).view(np.uint8))
            for now, first in zip((self.truth, self.belief), self._first, strict=True)
            for name in restored(type(now))
            if getattr(first, name).size
        ]

    def reset(self, seed: int, replicate: int, given: Mapping[str, float] = NOTHING) -> None:
        """Set everything to the start of one replicate and draw the numbers that are drawn once.

        Parameters: given, numbers by path that take the place of what the scenario says or would draw. Raises KeyError
        for a path that holds no number.
        """
        self.seed, self.replicate = seed, replicate
        self.draws = {**self.drawn(seed, replicate), **given}
        for path in given:
            if path not in self._bindings:
                self._bindings[path] = binding(path, self.resolved)
        if given.keys() != self._given.keys():
            self._allocate(self.resolved)  # what was given before must not stay
        self._given = given
        if any(self._bindings[path] is None for path in self.draws):
            self._allocate(self.resolved.with_numbers(self.draws))
        else:
            self._restore()
            self._bind()
        clock = self.truth.clock
        clock["seed"], clock["replicate"] = seed, replicate
        draw_speech(self.belief, seed, replicate)
        begin(self.truth, self.belief, self.tables.as_rows())

    def drawn(self, seed: int, replicate: int) -> dict[str, float]:
        """Return the distributions' values in a replicate: one uniform each, addressed by its path, within its bounds.

        Values in the table of joint draws come from one row of it, which one uniform chooses.
        """
        values = {}
        if self._joint:
            u = uniform(seed, JOINT, replicate, THEATRE, 0, 0)
            values.update(self._joint[int(u * len(self._joint))])
        block, place = divmod(replicate, DRAWN_TOGETHER)
        if self._drawn_for != (seed, block):
            self._drawn = self._draw_block(seed, block)
            self._drawn_for = seed, block
        for path, drawn in self._drawn.items():
            values.setdefault(path, drawn[place])
        return values

    def _draw_block(self, seed: int, block: int) -> dict[str, list[float]]:
        """Return the distributions' values in a block of replicates: work saved, most of it being the calls."""
        values = {}
        u = np.empty(DRAWN_TOGETHER)
        for path, distribution in self._distributions.items():
            fill_by_replicate(u, seed, DRAW, block * DRAWN_TOGETHER, name_key(path))
            values[path] = np.clip(quantile(distribution, u), *self._limits[path]).tolist()
        return values

    def _restore(self) -> None:
        if not np.may_share_memory(self._set_back[0][0], self.truth.clock):
            self._pair_arrays()  # a copy of a run has arrays of its own
        for array, first in self._set_back:
            array[:] = first

    def _bind(self) -> None:
        for path, value in self.draws.items():
            bound = self._bindings[path]
            assert bound is not None
            holder = self.truth if hasattr(self.truth, bound.array) else self.belief
            getattr(holder, bound.array)[bound.column][bound.row] = value

    def advance(self, steps: int) -> None:
        """Advance by a number of steps; if a list proves too short, repeat the replicate with a longer one.

        Raises ValueError if the lists would take too much memory.
        """
        done = int(self.truth.clock["step"][0])
        advance(self.truth, self.belief, self.tables.as_rows(), steps)
        while self.truth.clock["overflow"][0] or self.belief.board["overflow"][0]:
            self.make_room(self._capacity.larger(self._too_short()))
            self.reset(self.seed, self.replicate, self._given)
            advance(self.truth, self.belief, self.tables.as_rows(), done + steps - int(self.truth.clock["step"][0]))

    def _too_short(self) -> list[bool]:
        """Return of each list whether it is full."""
        clock, board = self.truth.clock[0], self.belief.board[0]
        used = clock["episodes"], clock["entries"], clock["log_count"], board["reports"]
        return [rows >= room > 0 for rows, room in zip(used, self._capacity, strict=True)]

    @property
    def capacity(self) -> Capacity:
        """Return the rows that the lists have."""
        return self._capacity

    def make_room(self, capacity: Capacity) -> None:
        """Make the lists at least this long; if they were shorter, the arrays are made anew, without the replicate."""
        wanted = self._capacity.covering(capacity)
        if wanted != self._capacity:
            self._capacity = wanted
            self._allocate(self.resolved)

    def finish(self) -> Tables:
        """Write the run's row and the facilities' rows. The next replicate overwrites the tables.

        Raises NotImplementedError at the first horizon for a declared outcome that nothing writes.
        """
        finish(self.truth, self.belief, self.tables.as_rows())
        if not self._checked and self.truth.clock["step"][0] == self.truth.clock["steps"][0]:
            check_written(self.tables)
            self._checked = True
        return self.tables

    def complete(self, seed: int, replicate: int, given: Mapping[str, float] = NOTHING) -> Tables:
        """Carry out one replicate from start to horizon and return its tables; `given` as in `reset`."""
        self.reset(seed, replicate, given)
        self.advance(int(self.truth.clock["steps"][0] - self.truth.clock["step"][0]))
        return self.finish()


def _copied[Bundle: (Truth, Belief)](first: Bundle) -> Bundle:
    """Return the bundle with copies of the arrays that are set back; the others are shared, without a first state."""
    return first._replace(**{name: getattr(first, name).copy() for name in restored(type(first))})
