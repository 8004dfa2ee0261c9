"""Effects of the factors of a sweep: the change of a metric's median over each, from paired replicates.

A factor of many numbers, as a sampled design has, is cut into parts with as many points each, so that every factor is
told whatever the design.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.summary import Floats

Keys = NDArray[np.int64]

MOST_LEVELS = 25
"""Most levels of a factor that are compared one by one; a number with more is cut into PARTS."""
PARTS = 4
FEWEST = 4
"""Fewest points of a sampled design in a part; with fewer the factor is not compared."""
RESAMPLES = 400
"""Bootstrap samples for an interval; fewer where a design is very large."""
WORK = 40_000_000
"""Most numbers resampled for one interval."""


class Effect(NamedTuple):
    """Change of the median of a metric over one factor, from the level where it is least to that where it is most.

    The median at a level is the mean of its points' medians: each combination of the other factors counts alike.
    `low` and `high` bound the 95% interval of `change`, NaN where one replicate gives none. It holds for all pairs of
    levels at once, as these two were picked: resampled are replicates, the same ones at every point, and the points of
    a sampled design.
    """

    path: str
    least: object
    most: object
    change: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether the effect is told apart from none."""
        return self.low > 0.0


class Paired(NamedTuple):
    """A metric at every point, for the replicates that are done at all of them.

    `sampled`: the points are a sample of uncertain worlds, and not every combination of levels.
    """

    points: list[dict[str, Any]]
    values: Floats  # (points, replicates)
    sampled: bool = False

    def at(self, path: str, level: object) -> Floats:
        """Return the values at all points with this level of a factor: (points, replicates)."""
        return self.values[[entry[path] == level for entry in self.points]]

    def levels(self, path: str) -> list[Any]:
        """Return the levels of a factor in the order of the design."""
        return list(dict.fromkeys(entry[path] for entry in self.points))

    def parts(self, path: str) -> dict[Any, Keys]:
        """Return the rows of each level of a factor, or of parts of a number's range; few or none: empty."""
        column = [entry[path] for entry in self.points]
        levels = self.levels(path)
        if len(levels) <= (MOST_LEVELS if not self.sampled else PARTS + 1):
            found = {level: np.flatnonzero([value == level for value in column]) for level in levels}
        elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in column):
            order = np.argsort(np.asarray(column, np.float64), kind="stable")
            pieces = np.array_split(order, PARTS)
            found = {f"{column[rows[0]]:.3g} to {column[rows[-1]]:.3g}": rows for rows in pieces if len(rows)}
        else:
            return {}
        few = self.sampled and min(map(len, found.values())) < FEWEST
        return {} if few or len(found) < 2 else found


def paired(
    points: list[dict[str, Any]], point: Keys, replicate: Keys, values: Floats, *, sampled: bool = False
) -> Paired:
    """Return a metric as a table of points by replicates, without those missing at some point.

    Parameters: points, the rows of `points`; point, replicate and values, one of each per row of `runs`; sampled, as
    `Paired` has it.
    """
    row = {entry["point"]: k for k, entry in enumerate(points)}
    numbers, column = np.unique(replicate, return_inverse=True)
    table = np.full((len(points), len(numbers)), math.nan)
    there = np.zeros(table.shape, bool)
    at = np.array([row[int(p)] for p in point], np.int64)
    table[at, column] = values
    there[at, column] = True
    return Paired(points, table[:, there.all(axis=0)], sampled)


def effects(table: Paired, varied: Sequence[str]) -> list[Effect]:
    """Return the effect of each factor on the median, largest first; `not_compared` names those left out.

    The metric may not hold nulls.
    """
    found = [effect(table, path) for path in varied if table.values.size and table.parts(path)]
    return sorted(found, key=lambda e: -e.change)


def not_compared(table: Paired, varied: Sequence[str]) -> list[str]:
    """Return the factors whose effect cannot be told: too few points, or names without end."""
    return [path for path in varied if not table.parts(path)]


def medians_by_level(table: Paired, path: str) -> dict[Any, float]:
    """Return the median at each level of a factor, or at each part of its range; empty where there are too few."""
    return {level: _median(table.values[rows]) for level, rows in table.parts(path).items()}


def effect(table: Paired, path: str) -> Effect:
    """Return the effect of one factor on the median."""
    parts = table.parts(path)
    medians = list(medians_by_level(table, path).values())
    names = list(parts)
    least, most = int(np.argmin(medians)), int(np.argmax(medians))
    change = medians[most] - medians[least]
    half = _half_width(table, list(parts.values()), np.array(medians))
    return Effect(path, names[least], names[most], change, change - half, change + half)


def _half_width(table: Paired, parts: list[Keys], medians: Floats) -> float:
    """Return the 95% quantile of the largest error of any difference of two levels; NaN for one replicate."""
    points, replicates = table.values.shape
    if replicates < 2 and not table.sampled:
        return math.nan
    generator = np.random.default_rng(1)
    samples = max(50, min(RESAMPLES, WORK // max(1, points * replicates)))
    errors = np.empty((samples, len(parts)))
    for k in range(samples):
        chosen = generator.integers(0, replicates, replicates)
        for n, part in enumerate(parts):
            rows = generator.choice(part, len(part)) if table.sampled else part
            errors[k, n] = _median(table.values[rows][:, chosen]) - medians[n]
    return float(np.quantile(np.ptp(errors, axis=1), 0.95))


def _median(values: Floats) -> float:
    """Return the mean over points of the median over replicates."""
    return float(np.mean(np.median(values, axis=1)))
