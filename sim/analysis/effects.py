"""Effects of the factors of a sweep: the change of a metric's median over each, from paired replicates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.summary import Floats

Keys = NDArray[np.int64]

MOST_LEVELS = 25
"""Most levels of a factor that is compared; a sampled factor has as many as there are samples."""
RESAMPLES = 400
"""Bootstrap samples for an interval; fewer where a design is very large."""
WORK = 40_000_000
"""Most numbers resampled for one interval."""


class Effect(NamedTuple):
    """Change of the median of a metric over one factor, from the level where it is least to that where it is most.

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
    """A metric at every point, for the replicates that are done at all of them."""

    points: list[dict[str, Any]]
    values: Floats  # (points, replicates)

    def at(self, path: str, level: object) -> Floats:
        """Return the values at all points with this level of a factor: (points, replicates)."""
        return self.values[[entry[path] == level for entry in self.points]]

    def levels(self, path: str) -> list[Any]:
        """Return the levels of a factor in the order of the design."""
        return list(dict.fromkeys(entry[path] for entry in self.points))


def paired(points: list[dict[str, Any]], point: Keys, replicate: Keys, values: Floats) -> Paired:
    """Return a metric as a table of points by replicates, without those missing at some point.

    Parameters: points, the rows of `points`; point, replicate and values, one of each per row of `runs`.
    """
    row = {entry["point"]: k for k, entry in enumerate(points)}
    numbers, column = np.unique(replicate, return_inverse=True)
    table = np.full((len(points), len(numbers)), math.nan)
    there = np.zeros(table.shape, bool)
    at = np.array([row[int(p)] for p in point], np.int64)
    table[at, column] = values
    there[at, column] = True
    return Paired(points, table[:, there.all(axis=0)])


def effects(table: Paired, varied: Sequence[str]) -> list[Effect]:
    """Return the effect of each factor on the median, largest first, without factors of more than MOST_LEVELS levels.

    The metric may not hold nulls.
    """
    found = [effect(table, path) for path in varied if 1 < len(table.levels(path)) <= MOST_LEVELS and table.values.size]
    return sorted(found, key=lambda e: -e.change)


def effect(table: Paired, path: str) -> Effect:
    """Return the effect of one factor on the median."""
    medians = {level: _median(table.at(path, level)) for level in table.levels(path)}
    least, most = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    low, high = _interval(table.at(path, least), table.at(path, most))
    return Effect(path, least, most, medians[most] - medians[least], low, high)


def _interval(least: Floats, most: Floats) -> tuple[float, float]:
    """Return the 95% interval of the difference of medians; the same replicates are resampled on both sides."""
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
    """Return the mean over points of the median over replicates."""
    return float(np.mean(np.median(values, axis=1)))
