"""What a sweep says: where the guard gets too thin, and which factor matters most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment import summary
from sim.experiment.results import Results

Floats = NDArray[np.float64]

WITHIN = 2.0
"""The guard is thick enough while the median of escaped stays within so many times that at the largest scale,"""
FEW = 10.0
"""or within so many exits."""
MOST_LEVELS = 25
"""Levels of a factor that are compared one by one; a sampled factor has as many as there are samples."""
RESAMPLES = 400
"""Bootstrap samples for an interval; fewer where a design is very large."""
WORK = 40_000_000
"""Most numbers to look at for one interval."""


class Tipping(NamedTuple):
    """How thin the guard can get.

    Down to `scale` the median of escaped stays at or below `limit`; `reference` is that median at `largest`; `below`
    is the next lower scale tried and `median_below` the median there, None if `scale` is the lowest tried.
    """

    scale: float
    largest: float
    reference: float
    limit: float
    below: float | None
    median_below: float | None


class Effect(NamedTuple):
    """How far a factor moves the median of a metric: from the level where it is least to that where it is most.

    The median at a level is the mean of its points' medians: each combination of the other factors counts alike.
    `low` and `high` bound the 95% interval of `change`, by resampling replicates, the same ones at every point.
    """

    path: str
    least: object
    most: object
    change: float
    low: float
    high: float


class Paired(NamedTuple):
    """A metric at every point for the replicates that came to their end at all of them."""

    points: list[dict[str, Any]]
    values: Floats  # (points, replicates)

    def at(self, path: str, level: object) -> Floats:
        """The values at all points where a factor has this level: (points, replicates)."""
        return self.values[[entry[path] == level for entry in self.points]]

    def levels(self, path: str) -> list[Any]:
        """A factor's levels in the order in which the design has them."""
        return list(dict.fromkeys(entry[path] for entry in self.points))


def paired(results: Results, metric: str = "escaped") -> Paired:
    """A metric as a table of points by replicates."""
    points = results.points.to_pylist()
    runs = results.done(["point", "replicate", metric])
    point, replicate = runs["point"].to_numpy(), runs["replicate"].to_numpy()
    row = {entry["point"]: k for k, entry in enumerate(points)}
    numbers, column = np.unique(replicate, return_inverse=True)
    values = np.full((len(points), len(numbers)), math.nan)
    there = np.zeros(values.shape, bool)
    at = np.array([row[int(p)] for p in point], np.int64)
    values[at, column] = summary.numbers(runs, metric)
    there[at, column] = True
    return Paired(points, values[:, there.all(axis=0)])


def tipping(table: Paired, path: str = "guards.scale") -> Tipping | None:
    """Smallest scale from which on upwards the median of escaped, over all points of a scale, stays within the limit.

    None unless the path takes at least two numbers.
    """
    levels = table.levels(path)
    if len(levels) < 2 or not all(isinstance(level, int | float) for level in levels) or not table.values.size:
        return None
    scales = sorted(levels, reverse=True)
    medians = [float(np.median(table.at(path, scale))) for scale in scales]
    limit = max(WITHIN * medians[0], FEW)
    within = next((k for k, median in enumerate(medians) if median > limit), len(scales))
    tipped = within < len(scales)
    below, median_below = (scales[within], medians[within]) if tipped else (None, None)
    return Tipping(scales[within - 1], scales[0], medians[0], limit, below, median_below)


def effects(table: Paired, varied: Sequence[str]) -> list[Effect]:
    """What each factor does to the median, the largest first; one with too many levels to compare is left out.

    The metric may not hold nulls.
    """
    found = [effect(table, path) for path in varied if 1 < len(table.levels(path)) <= MOST_LEVELS and table.values.size]
    return sorted(found, key=lambda e: -e.change)


def effect(table: Paired, path: str) -> Effect:
    """What one factor does to the median."""
    medians = {level: _median(table.at(path, level)) for level in table.levels(path)}
    least, most = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    low, high = _interval(table.at(path, least), table.at(path, most))
    return Effect(path, least, most, medians[most] - medians[least], low, high)


def _interval(least: Floats, most: Floats) -> tuple[float, float]:
    """95% interval of the difference of medians, replicates resampled alike on both sides."""
    replicates = least.shape[1]
    generator = np.random.default_rng(1)
    samples = max(50, min(RESAMPLES, WORK // max(1, least.size + most.size)))
    changes = np.empty(samples)
    for k in range(samples):
        chosen = generator.integers(0, replicates, replicates)
        changes[k] = _median(most[:, chosen]) - _median(least[:, chosen])
    low, high = np.quantile(changes, (0.025, 0.975))
    return float(low), float(high)


def _median(values: Floats) -> float:
    """Mean over points of the median over replicates."""
    return float(np.mean(np.median(values, axis=1)))
