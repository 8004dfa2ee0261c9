"""Which uncertain numbers an outcome hangs on: Sobol's indices, PAWN's, and the share that is chance.

Sobol's indices are SALib's. Replicates at one point differ by chance; the variance that this leaves in their mean is
estimated from their spread and taken out of the indices, and chance's share of a single run's variance is told apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.contrast import Interval
from sim.analysis.summary import Floats
from sim.analysis.worlds import Keys, resampled, shuffled

RESAMPLES = 200
"""Bootstrap samples of Sobol's indices and of the noise share."""
PAWN_RESAMPLES = 24
"""Bootstrap samples of PAWN's index, and permutations that show what chance alone gives."""
PAWN_MOST = 4_000
"""Most runs of which PAWN's index is computed."""
SLICES = 8
"""Conditioning intervals of a sampled factor; one of few levels has an interval a level."""
Z = 1.959963984540054
GROUPS = {
    "guards": ("guards", "theatre"),
    "eyes": ("isr", "observers", "confirmation", "response"),
    "ground": ("control", "withdrawal", "walls", "facilities"),
    "adversary": ("armed_cells", "assault", "shelling"),
    "people": ("disorder", "news", "at_large", "stealth", "unrest", "incidents"),
}
"""Sections of a scenario by group."""
LEVERS = {
    "guard_floor": "guards", "reaction_force": "guards", "residual_isr": "eyes", "formal_handover": "ground",
    "hardening": "ground", "move_first": "people", "repatriation": "people",
}  # fmt: skip
"""Levers by group."""


class Pawn(NamedTuple):
    """PAWN's index with its 95% interval, and what a factor without any effect reaches by chance (95%)."""

    value: Interval
    chance: float

    @property
    def matters(self) -> bool:
        """Whether the index is above what chance alone gives."""
        return self.value.low > self.chance


class Sobol(NamedTuple):
    """First-order and total index of a factor, with 95% intervals."""

    first: Interval
    total: Interval


def group_of(path: str) -> str:
    """Return the group of a varied path: guards, eyes, ground, adversary, people; else the path's first key."""
    first, _, rest = path.partition(".")
    if first == "levers":
        return LEVERS.get(rest.partition(".")[0], first)
    if first == "theatre" and "guard" not in path:
        return "people" if "held" in path else "ground"
    return next((group for group, sections in GROUPS.items() if first in sections), first)


def sobol(values: Floats, factors: int) -> list[Sobol]:
    """Return the indices of the mean over replicates, factor by factor.

    Parameters: values, float64 (points, replicates) in the order of a `saltelli` design; factors, their number D, with
    points a multiple of D + 2. NaN where the outcome does not vary between points.

    Source: Saltelli et al. 2010 by SALib; less the noise of the mean: the variance over replicates of each difference
    that enters the total index, and of each point about its replicate's mean over all points, over the replicates.
    """
    from SALib.analyze import sobol as salib

    means = values.mean(axis=1)
    nothing = Interval(math.nan, math.nan, math.nan)
    if not np.ptp(means) > 0:
        return [Sobol(nothing, nothing)] * factors
    problem = {"num_vars": factors, "names": [str(k) for k in range(factors)], "bounds": [[0, 1]] * factors}
    found = salib.analyze(problem, means, calc_second_order=False, num_resamples=RESAMPLES, seed=1)
    blocks = values.reshape(-1, factors + 2, values.shape[1])
    a, b = blocks[:, 0], blocks[:, -1]
    ends = np.concatenate([a, b])
    seen = float(np.var(ends.mean(axis=1)))
    true = seen - noise_of_means(ends)
    if not true > 0:
        return [Sobol(nothing, nothing)] * factors
    scale = seen / true
    indices = []
    for k in range(factors):
        noise = 0.5 * _spread(a - blocks[:, k + 1]) / true
        first, total = float(found["S1"][k]) * scale, float(found["ST"][k]) * scale - noise
        halves = float(found["S1_conf"][k]) * scale, float(found["ST_conf"][k]) * scale
        indices.append(
            Sobol(
                Interval(first, first - halves[0], first + halves[0]),
                Interval(total, total - halves[1], total + halves[1]),
            )
        )
    return indices


def noise_of_means(values: Floats) -> float:
    """Return the variance between points that the noise of their means makes; 0 for one replicate, which hides it.

    What all points share of a replicate's chance moves them alike, and is none.
    """
    return _spread(values - values.mean(axis=0))


def _spread(values: Floats) -> float:
    """Return the mean over points of the variance of the mean over replicates; 0 for one replicate."""
    replicates = values.shape[1]
    return float(np.var(values, axis=1, ddof=1).mean()) / replicates if replicates > 1 else 0.0


def noise_share(values: Floats) -> Interval:
    """Return the share of a single run's variance that is chance (and what the scenario draws for each replicate).

    Parameters: values, float64 (points, replicates), the points a sample of the uncertain worlds, or all of a grid. NaN
    for one replicate a point, and where nothing varies. The interval is by resampling points.
    """
    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return Interval(math.nan, math.nan, math.nan)
    within = np.var(values, axis=1, ddof=1)
    own = np.var(values - values.mean(axis=0), axis=1, ddof=1) / replicates
    means = values.mean(axis=1)

    def share(rows: Any) -> float:
        chance = float(within[rows].mean())
        worlds = max(0.0, float(np.var(means[rows], ddof=1)) - float(own[rows].mean()))
        return chance / (chance + worlds) if chance + worlds > 0 else math.nan

    generator = np.random.default_rng(1)
    drawn = [share(generator.integers(0, points, points)) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(share(np.arange(points)), float(low), float(high))


def pawn(columns: Sequence[Sequence[Any]], values: Floats, worlds: Keys | None = None) -> list[Pawn]:
    """Return PAWN's index (median over the intervals of a factor) of each factor, from any design.

    Parameters: columns, the value of each factor at each point, numbers or names; values, float64 (points, replicates),
    NaN for what has no value; worlds, int64 (points,), the world of each point, None for one each. Source: Pianosi &
    Wagener 2018. The interval is the value and 1.96 standard deviations over resampled worlds; `chance` is the
    95% quantile of the index over shuffled worlds.
    """
    points = values.shape[0]
    worlds = np.arange(points) if worlds is None else worlds
    kept = values[:, : max(1, PAWN_MOST // points)]
    generator = np.random.default_rng(1)
    if points > PAWN_MOST:
        rows = np.sort(generator.choice(points, PAWN_MOST, replace=False))
        kept, columns, worlds = kept[rows], [[column[k] for k in rows] for column in columns], worlds[rows]
    found = []
    for column in columns:
        ranks, levels = _ranks(column)
        value = _pawn(ranks, levels, kept, generator)
        drawn, chance = [], []
        for _ in range(PAWN_RESAMPLES):
            rows = resampled(worlds, generator)
            drawn.append(_pawn(ranks[rows], levels, kept[rows], generator))
            chance.append(_pawn(shuffled(ranks, worlds, generator), levels, kept, generator))
        half = Z * float(np.std(drawn, ddof=1))
        interval = Interval(value, max(0.0, value - half), min(1.0, value + half))
        found.append(Pawn(interval, float(np.quantile(chance, 0.95))))
    return found


def _ranks(column: Sequence[Any]) -> tuple[NDArray[np.float64], int]:
    """Return the rank of each point's value, and the number of intervals; names in their order of appearance."""
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in column)
    levels = sorted(set(column)) if numeric else list(dict.fromkeys(column))
    place = {level: k for k, level in enumerate(levels)}
    ranks = np.array([place[value] for value in column], np.float64)
    return ranks, len(levels) if len(levels) <= SLICES or not numeric else SLICES


def _pawn(ranks: NDArray[np.float64], levels: int, values: Floats, generator: np.random.Generator) -> float:
    """Return the median index of one factor: (points,) ranks and (points, replicates) values."""
    x = np.repeat(ranks, values.shape[1])
    y = values.ravel()
    there = ~np.isnan(y)
    x, y = x[there], y[there]
    seen, counts = np.unique(x, return_counts=True)
    if len(seen) < 2:
        return 0.0
    if len(seen) <= levels:  # as many of each level, so that each is an interval of its own
        least = int(counts.min())
        rows = np.concatenate([generator.permutation(np.flatnonzero(x == level))[:least] for level in seen])
        x, y, levels = x[rows], y[rows], len(seen)
    places = (np.arange(len(x)) + 0.5) / len(x)
    return median_distance(places, y[np.argsort(x, kind="stable")], levels)


def median_distance(x: Floats, y: Floats, intervals: int) -> float:
    """Return the median over intervals of x of the largest distance of the distribution of y there from that of all y.

    As SALib's `pawn` has it, whose steps of floating point go beyond 1 with 6 intervals, 9, and others.
    """
    edges = np.quantile(x, np.minimum(np.arange(intervals + 1) * (1.0 / intervals), 1.0))
    ordered = np.sort(y)
    every = np.searchsorted(ordered, ordered, "right") / len(y)
    found = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        here = np.sort(y[(x >= low) & (x < high)])
        if len(here):
            found.append(float(np.max(np.abs(np.searchsorted(here, ordered, "right") / len(here) - every))))
    return float(np.median(found))
