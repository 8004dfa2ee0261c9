"""Order of batches: all of a design, or as many as a precision needs, whoever runs them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from sim.analysis.summary import Floats, at_mean
from sim.experiment.controls import controls_of
from sim.experiment.design import Batch, Design
from sim.experiment.precision import Look, Precision, entry, look, looks

PIECES = 16
"""Fewest batches of a stage over all points, so that no worker waits long for the last one before a look."""


class Schedule(Protocol):
    """Hands out batches, and is told which are stored."""

    def next(self) -> Batch | None:
        """Return the next batch, None if there is none until more are stored."""

    def stored(self, batch: Batch, values: Floats | None) -> None:
        """Note that a batch is stored; `values` holds the watched metric of its good replicates, if there is one."""

    def entries(self) -> list[dict[str, Any]]:
        """Return the manifest's entries on the precision reached, one per point."""


class Everything:
    """All batches in order, except those stored already."""

    def __init__(self, batches: Iterable[Batch], kept: Collection[Batch]) -> None:
        self._batches: Iterator[Batch] = (batch for batch in batches if batch not in kept)

    def next(self) -> Batch | None:
        """Return the next batch, None at the end."""
        return next(self._batches, None)

    def stored(self, batch: Batch, values: Floats | None) -> None:
        """Do nothing: the order is fixed."""

    def entries(self) -> list[dict[str, Any]]:
        """Return nothing: no precision was asked for."""
        return []


class UntilPrecise:
    """Each point in stages of whole batches, with a look after each, until it is precise or reaches the limit."""

    def __init__(self, design: Design, size: int, precision: Precision, kept: Mapping[Batch, Floats]) -> None:
        self._share = precision.share
        self._size = size
        self._pieces = _pieces(design)
        self._stages = looks(design.replicates)
        self._kept = kept
        self._queue: deque[Batch] = deque()
        self._stage = [0] * design.size
        self._waiting: list[set[Batch]] = [set() for _ in range(design.size)]
        self._values: list[dict[int, Floats]] = [{} for _ in range(design.size)]
        self._looked: dict[int, Look] = {}
        first = [self._cut(point) for point in range(design.size)]
        self._extend([batch for batches in zip(*first, strict=True) for batch in batches])  # breadth-first

    def next(self) -> Batch | None:
        """Return the next batch, None while looks wait for running batches, and at the end."""
        return self._queue.popleft() if self._queue else None

    def stored(self, batch: Batch, values: Floats | None) -> None:
        """Look at the point if this was the last batch of its stage."""
        point = batch.point
        assert values is not None
        self._values[point][batch.first] = values
        self._waiting[point].discard(batch)
        if self._waiting[point]:
            return
        found = look(np.concatenate([self._values[point][n] for n in sorted(self._values[point])]), self._share)
        self._looked[point] = found
        self._stage[point] += 1
        if not found.reached and self._stage[point] < len(self._stages):
            self._extend(self._cut(point))

    def entries(self) -> list[dict[str, Any]]:
        """Return the last look at each point."""
        return [entry(point, found) for point, found in sorted(self._looked.items())]

    def _cut(self, point: int) -> list[Batch]:
        """Return the batches of a point's stage, and wait for all of them."""
        stage = self._stage[point]
        begin, end = self._stages[stage - 1] if stage else 0, self._stages[stage]
        batches = [Batch(point, n, many) for n, many in _cuts(begin, end, self._size, self._pieces)]
        self._waiting[point] = set(batches)
        return batches

    def _extend(self, batches: list[Batch]) -> None:
        """Queue the batches that are not stored already."""
        self._queue.extend(batch for batch in batches if batch not in self._kept)
        for batch in batches:
            if batch in self._kept:
                self.stored(batch, self._kept[batch])


class UntilPaired:
    """All points in step, in stages of whole batches, until every paired difference from point 0 is precise.

    A look is at the replicates that are good at both points; differences that are the same in all pairs run to the
    limit, as they tell nothing of how often they would differ.
    """

    def __init__(self, design: Design, size: int, precision: Precision, kept: Mapping[Batch, Floats]) -> None:
        self._share = precision.share
        self._controls = precision.controls
        self._size = size
        self._pieces = _pieces(design)
        self._design = design
        self._stages = looks(design.replicates)
        self._kept = kept
        self._queue: deque[Batch] = deque()
        self._waiting: set[Batch] = set()
        self._values: dict[Batch, Floats] = {}
        self._looked: dict[int, Look] = {}
        self._stage = -1
        self._extend()

    def next(self) -> Batch | None:
        """Return the next batch, None while a look waits for running batches, and at the end."""
        return self._queue.popleft() if self._queue else None

    def stored(self, batch: Batch, values: Floats | None) -> None:
        """Look if this was the last batch of its stage."""
        assert values is not None
        self._values[batch] = values
        self._waiting.discard(batch)
        if self._waiting:
            return
        first = self._column(0)
        for point in range(1, self._design.size):
            other = self._column(point)
            there = ~(np.isnan(first) | np.isnan(other))
            beside = self._drawn(point, there) if self._controls and there.any() else None
            of = _mean(first[there], beside)
            self._looked[point] = look((other - first)[there], self._share, of, beside)
        if not all(found.reached for found in self._looked.values()) and self._stage + 1 < len(self._stages):
            self._extend()

    def entries(self) -> list[dict[str, Any]]:
        """Return the last look at each point but the first."""
        return [entry(point, found) for point, found in sorted(self._looked.items())]

    def _drawn(self, point: int, there: np.ndarray) -> Floats:
        """Return the control variates of a point and point 0 in these of the replicates looked at."""
        scenarios = [self._design.points[n].resolved for n in (0, point)]
        replicates = self._design.start + np.flatnonzero(there)
        return controls_of(scenarios, scenarios[0].scenario.seed, replicates.tolist())

    def _column(self, point: int) -> Floats:
        """Return the values of a point in the order of replicates; NaN for one that failed."""
        mine = sorted((batch for batch in self._values if batch.point == point), key=lambda batch: batch.first)
        return np.concatenate([self._values[batch] for batch in mine])

    def _extend(self) -> None:
        """Queue the next stage, and look at once where all of it is stored.

        It goes on with the point that the last one ended with: a worker keeps its arrays while the point is the same.
        """
        self._stage += 1
        begin, end = self._stages[self._stage - 1] if self._stage else 0, self._stages[self._stage]
        points = range(self._design.size)
        batches = [
            Batch(point, n, many)
            for point in (reversed(points) if self._stage % 2 else points)
            for n, many in _cuts(begin, end, self._size, self._pieces)
        ]
        self._waiting = set(batches)
        self._queue.extend(batch for batch in batches if batch not in self._kept)
        for batch in batches:
            if batch in self._kept:
                self.stored(batch, self._kept[batch])


def _mean(values: Floats, controls: Floats | None) -> float:
    """Return the mean, by regression where there are controls and replicates enough; 0 of nothing."""
    by_controls = math.nan if controls is None else at_mean(values, controls)[0]
    plain = float(values.mean()) if len(values) else 0.0
    return plain if math.isnan(by_controls) else by_controls


def _pieces(design: Design) -> int:
    """Return the fewest batches of a point in a stage."""
    return -(-PIECES // design.size)


def _cuts(begin: int, end: int, size: int, pieces: int) -> Iterator[tuple[int, int]]:
    """Yield the first replicate and the number of each batch of a stage: at most `size`, and so many at least."""
    size = min(size, -(-(end - begin) // pieces))
    for n in range(begin, end, size):
        yield n, min(size, end - n)
