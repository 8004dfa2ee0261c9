"""Choosing a lever under uncertainty: regret, satisficing, what an averted loss costs, and what it is worth to know.

A world is one set of uncertain numbers with one lot of chance, the same for every lever. Losses are (levers, worlds);
fewer is better; row 0 is doing nothing. Worlds of one cluster (the same replicate at several points) share their
numbers and chance: intervals and resamples take clusters whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.contrast import Interval, mean_interval
from sim.analysis.summary import Floats

Clusters = NDArray[np.int64]

RESAMPLES = 400
SHUFFLES = 40
"""Shuffled worlds that show what a regression finds by chance."""
KNOTS = 5
"""Knots of the spline through a number's effect."""
FEW_LEVELS = 6
"""Most levels of a number that is taken as so many groups."""
BINS = 4
"""Parts of equal size into which a number's range is cut when asking where the best lever changes."""


class Regret(NamedTuple):
    """Loss beyond that of the best lever in the same world: mean, and the worst but 5% and worst of all worlds.

    `best` is the share of worlds in which the lever is best (ties shared); `chosen` the share of resampled sets of
    worlds in which its mean loss is least, picked anew in each.
    """

    expected: float
    q95: float
    worst: float
    best: float
    chosen: float


class Price(NamedTuple):
    """Cost of an averted unit of loss; infinite ends where the averted loss may be none. NaN without a cost."""

    averted: Interval
    each: Interval


class Knowing(NamedTuple):
    """Value of knowing one number before choosing, in units of loss; `chance`: 95% quantile over shuffled worlds."""

    value: float
    chance: float

    @property
    def matters(self) -> bool:
        """Whether knowing it is worth more than a regression finds by chance."""
        return self.value > self.chance


class Flip(NamedTuple):
    """A part of a number's range, or some names, in which another lever than overall is best, and by how much."""

    path: str
    where: str
    lever: int
    better_by: Interval


def regrets(losses: Floats, clusters: Clusters | None = None) -> list[Regret]:
    """Return every lever's regret. Parameters: clusters, the cluster of each world, from 0; default each its own."""
    beyond = losses - losses.min(axis=0)
    winners = beyond == 0
    best = (winners / winners.sum(axis=0)).mean(axis=1)
    generator = np.random.default_rng(1)
    of = np.arange(losses.shape[1]) if clusters is None else clusters
    many = int(of.max()) + 1
    weights = generator.multinomial(many, np.full(many, 1 / many), RESAMPLES)[:, of]
    chosen = np.bincount((losses @ weights.T).argmin(axis=0), minlength=len(losses)) / RESAMPLES
    return [
        Regret(float(row.mean()), float(np.quantile(row, 0.95)), float(row.max()), float(best[k]), float(chosen[k]))
        for k, row in enumerate(beyond)
    ]


def satisficing(losses: Floats, enough: float) -> list[float]:
    """Return the share of worlds in which each lever's loss is at most `enough`."""
    return [float(np.mean(row <= enough)) for row in losses]


def price(losses: Floats, lever: int, cost: float | None, clusters: Clusters | None = None) -> Price:
    """Return what one averted unit of loss costs with a lever, against doing nothing.

    An averted unit that is worth more than this makes the lever worth its cost: it is also the break-even.
    """
    averted = _mean(losses[0] - losses[lever], clusters)
    if cost is None:
        return Price(averted, Interval(math.nan, math.nan, math.nan))
    ends = [cost / x if x > 0 else math.inf for x in (averted.value, averted.high, averted.low)]
    return Price(averted, Interval(ends[0], ends[1], ends[2]))


def frontier(averted: Sequence[float], costs: Sequence[float | None]) -> list[tuple[float, int]]:
    """Return from which worth of an averted unit on which lever is best: (worth, lever), rising; levers without cost
    are left out.

    The best lever at worth v has the largest `v averted - cost`.
    """
    known = [(k, averted[k], cost) for k, cost in enumerate(costs) if cost is not None]
    if not known:
        return []
    at = max(known, key=lambda one: (-one[2], one[1]))
    steps = [(0.0, at[0])]
    while ahead := [((c - at[2]) / (a - at[1]), -a, k, a, c) for k, a, c in known if a > at[1]]:
        worth, _, k, a, c = min(ahead)
        at = (k, a, c)
        steps.append((worth, k))
    return steps


def _mean(values: Floats, clusters: Clusters | None) -> Interval:
    """Return a mean over worlds with its interval by clusters, whose worlds count together."""
    if clusters is None:
        return mean_interval(values[None])
    counts = np.bincount(clusters)
    there = counts > 0
    sums = np.bincount(clusters, values)[there]
    return mean_interval((sums / counts[there].mean())[None])


def value_of_knowing(column: Sequence[Any], losses: Floats, clusters: Clusters | None = None) -> Knowing:
    """Return the expected value of partial perfect information on one number or name (EVPPI), in units of loss.

    Source: Strong, Oakley & Brennan 2014: regress each lever's loss, less that of doing nothing, on the number; the
    value is the mean over worlds of the best lever's advantage that the regression gives, less the best mean.
    """
    x = _basis(column)
    gains = losses[0] - losses[1:]
    value = _evppi(x, gains)
    generator = np.random.default_rng(1)
    chance = [_evppi(x[_shuffled(x, clusters, generator)], gains) for _ in range(SHUFFLES)]
    return Knowing(value, float(np.quantile(chance, 0.95)))


def _shuffled(x: Floats, clusters: Clusters | None, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of shuffled worlds; clusters that share a number keep sharing one."""
    if clusters is None:
        return generator.permutation(len(x))
    first = np.array([np.argmax(clusters == k) for k in range(int(clusters.max()) + 1)])
    if not np.array_equal(x, x[first[clusters]]):
        return generator.permutation(len(x))
    return np.asarray(first[generator.permutation(len(first))][clusters], np.int64)


def value_of_all(losses: Floats) -> float:
    """Return the expected value of perfect information: of knowing the world before choosing, chance included."""
    return float(losses.mean(axis=1).min() - losses.min(axis=0).mean())


def _evppi(x: Floats, gains: Floats) -> float:
    from sklearn.linear_model import LinearRegression

    fitted = LinearRegression().fit(x, gains.T).predict(x).reshape(len(x), -1)
    with_it = np.maximum(fitted, 0.0).max(axis=1).mean()
    return float(max(0.0, with_it - max(0.0, float(fitted.mean(axis=0).max()))))


def _basis(column: Sequence[Any]) -> Floats:
    """Return the columns that a regression on a number (a spline) or on a name (a group each) has."""
    levels = list(dict.fromkeys(column))
    if not is_number(column) or len(levels) <= FEW_LEVELS:
        return np.array([[float(value == level) for level in levels[1:]] or [0.0] for value in column])
    from sklearn.preprocessing import SplineTransformer

    values = np.asarray(column, np.float64)[:, None]
    spline = SplineTransformer(n_knots=KNOTS, degree=3, knots="quantile", include_bias=False)
    return np.asarray(spline.fit_transform(values), np.float64)


def is_number(column: Sequence[Any]) -> bool:
    """Tell whether all values are numbers."""
    return all(isinstance(value, int | float | np.floating) and not isinstance(value, bool) for value in column)


def flips(columns: Mapping[str, Sequence[Any]], losses: Floats, clusters: Clusters | None = None) -> list[Flip]:
    """Return where another lever than the overall best is better by more than chance allows.

    The other lever is picked and tested among (levers - 1) x parts comparisons of its path: intervals are Bonferroni's.
    """
    overall = int(losses.mean(axis=1).argmin())
    found = []
    for path, column in columns.items():
        parts = list(_parts(column))
        for where, rows in parts:
            here = losses[:, rows]
            other = int(here.mean(axis=1).argmin())
            if other == overall or here.shape[1] < 2:
                continue
            mine = None if clusters is None else np.unique(clusters[rows], return_inverse=True)[1]
            one = _mean(here[overall] - here[other], mine)
            low, high = _widened(one, (len(losses) - 1) * len(parts))
            if low > 0:
                found.append(Flip(path, where, other, Interval(one.value, low, high)))
    return found


def _widened(one: Interval, many: int) -> tuple[float, float]:
    from scipy.special import ndtri

    factor = float(ndtri(1 - 0.025 / many) / ndtri(0.975))
    return one.value - factor * (one.value - one.low), one.value + factor * (one.high - one.value)


def _parts(column: Sequence[Any]) -> list[tuple[str, NDArray[np.int64]]]:
    """Return parts of a column in words, with their rows."""
    levels = list(dict.fromkeys(column))
    if not is_number(column) or len(levels) <= FEW_LEVELS:
        return [(f"{level}", np.flatnonzero([value == level for value in column])) for level in levels]
    values = np.asarray(column, np.float64)
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1))
    bins = np.clip(np.searchsorted(edges, values, "right") - 1, 0, BINS - 1)
    return [(f"{edges[k]:.3g} to {edges[k + 1]:.3g}", np.flatnonzero(bins == k)) for k in range(BINS)]
