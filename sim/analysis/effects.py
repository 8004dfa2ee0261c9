"""Effects of the factors of a sweep: the change of a metric's median over each, from paired replicates.

A factor of many numbers, as a sampled design has, is cut into parts with as many points each, so that every factor is
told whatever the design.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.summary import Floats
from sim.analysis.worlds import Keys, worlds_of

MOST_LEVELS = 25
"""Most levels of a factor that are compared one by one; a number with more is cut into PARTS."""
PARTS = 4
FEWEST = 4
"""Fewest worlds of a sampled design in a part; with fewer the factor is not compared."""
RESAMPLES = 400
"""Bootstrap samples for an interval; fewer where a design is very large."""
WORK = 40_000_000
"""Most numbers resampled for one interval."""


class Effect(NamedTuple):
    """Change of the median of a metric over one factor, from the level where it is least to that where it is most.

    The median at a level is the mean of its points' medians: each combination of the other factors counts alike.
    `low` and `high` bound the 95% interval of `change`, NaN where one replicate gives none. It holds for all pairs of
    levels at once, as these two were picked: resampled are replicates, the same ones at every point, and the worlds of
    a sampled design, each with all its levers.
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

    def worlds(self) -> Keys:
        """Return what is resampled as one, by point: the world of a sampled design, else each point by itself."""
        return worlds_of(self.points) if self.sampled else np.arange(len(self.points))

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
            numbers = np.asarray(column, np.float64)
            order = np.argsort(numbers, kind="stable")
            ends = [numbers[piece[0]] for piece in np.array_split(order, PARTS) if len(piece)]
            pieces = np.split(order, np.unique(np.searchsorted(numbers[order], ends[1:])))  # a world is not parted
            found = {f"{column[rows[0]]:.3g} to {column[rows[-1]]:.3g}": rows for rows in pieces if len(rows)}
        else:
            return {}
        worlds = self.worlds()
        few = self.sampled and min(len(set(worlds[rows])) for rows in found.values()) < FEWEST
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
    samples = max(50, min(RESAMPLES, WORK // (points * replicates)))
    worlds = table.worlds()
    groups, few = _groups(worlds, parts) if table.sampled else ([], 1.0)
    within = [np.flatnonzero(np.isin(worlds, group)) for group in groups]
    times = np.ones(points)
    errors = np.empty((samples, len(parts)))
    for k in range(samples):
        found = np.median(table.values[:, generator.integers(0, replicates, replicates)], axis=1)
        for group, rows in zip(groups, within, strict=True):
            drawn = np.bincount(generator.choice(group, len(group)), minlength=points)
            times[rows] = drawn[worlds[rows]]
        for n, part in enumerate(parts):
            errors[k, n] = times[part] @ found[part] / max(1.0, times[part].sum()) - medians[n]
    return few * float(np.quantile(np.ptp(errors, axis=1), 0.95))


def _groups(worlds: Keys, parts: list[Keys]) -> tuple[list[Keys], float]:
    """Return the sets of worlds that are resampled each by itself, and what widens an interval from few of them.

    A lever is tried in every world: all are one set, so that levers stay compared within worlds. The worlds of a
    number's parts are apart. The bootstrap of m worlds spreads as if divided by m, not m - 1, and their spread is known
    no better than Student's t says.
    """
    from scipy.special import ndtri, stdtrit

    sets = [np.unique(worlds[part]) for part in parts]
    if sum(map(len, sets)) > len(np.unique(np.concatenate(sets))):
        sets = [np.unique(np.concatenate(sets))]
    least, free = min(map(len, sets)), sum(len(one) - 1 for one in sets)
    return sets, float(math.sqrt(least / (least - 1.0)) * stdtrit(free, 0.975) / ndtri(0.975))


def _median(values: Floats) -> float:
    """Return the mean over points of the median over replicates."""
    return float(np.mean(np.median(values, axis=1)))
