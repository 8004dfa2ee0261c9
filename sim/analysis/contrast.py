"""What an alternative changes against a baseline: means, quantiles and exceedance, from pairs or from two samples.

A table of a metric is points by replicates. Pairs share replicate for replicate the seed, and so the random numbers.
Where the points are a sample of uncertain worlds, intervals carry the choice of these worlds too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.summary import METRICS, Floats, quantiles

RESAMPLES = 400
"""Bootstrap samples for an interval of a quantile."""
WORK = 40_000_000
"""Most numbers resampled for one interval."""
SHARES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
TAIL = 0.025


class Interval(NamedTuple):
    """An estimate and its 95% interval; NaN where the replicates do not give one."""

    value: float
    low: float
    high: float


class Exceeding(NamedTuple):
    """Shares of replicates with at least `x` at baseline and alternative, and the change of the share."""

    x: float
    baseline: float
    alternative: float
    change: Interval


class Sides(NamedTuple):
    """A metric at baseline and alternative: float64 (points, replicates), the same points in the same order.

    With `paired` column r of both is the same replicate. `sampled`: the points are a sample of uncertain worlds.
    """

    baseline: Floats
    alternative: Floats
    paired: bool
    sampled: bool = False


class Contrast(NamedTuple):
    """The change of one metric from baseline to alternative.

    `difference` is of means, NaN where the metric may come after the horizon; `n` the pairs (the smaller sample where
    there are none), `left_out` those without a value. `variance_reduction` is (var A + var B) / var (B - A): how many
    times as many unpaired replicates would be needed; NaN without pairs, or where all pairs differ alike.
    """

    n: int
    left_out: int
    baseline: float
    alternative: float
    difference: Interval
    variance_reduction: float


def contrast(metric: str, sides: Sides) -> Contrast:
    """Return the difference of means. A column that is null "by the horizon" has no mean; other nulls are left out."""
    if METRICS[metric].nullable and not METRICS[metric].undefined:
        n = min(sides.baseline.shape[1], sides.alternative.shape[1])
        nothing = Interval(math.nan, math.nan, math.nan)
        return Contrast(n, 0, math.nan, math.nan, nothing, math.nan)
    kept = _known(sides)
    n = min(kept.baseline.shape[1], kept.alternative.shape[1])
    left = min(sides.baseline.shape[1], sides.alternative.shape[1]) - n
    if not n:
        nothing = Interval(math.nan, math.nan, math.nan)
        return Contrast(0, left, math.nan, math.nan, nothing, math.nan)
    a, b = float(kept.baseline.mean()), float(kept.alternative.mean())
    return Contrast(n, left, a, b, difference(kept), variance_reduction(kept))


def difference(sides: Sides) -> Interval:
    """Return the difference of means with its 95% interval: t for pairs, Welch's for two samples."""
    if sides.paired:
        return mean_interval(sides.alternative - sides.baseline, sampled=sides.sampled)
    value = float(sides.alternative.mean() - sides.baseline.mean())
    parts = [p for side in (sides.baseline, sides.alternative) for p in _parts(side, sampled=sides.sampled)]
    return _interval(value, parts)


def mean_interval(values: Floats, *, sampled: bool = False) -> Interval:
    """Return the mean of a table of points by replicates with its 95% interval.

    Replicates vary; where the points are sampled they vary too, and both variances add, which errs on the wide side
    (Owen 2007, Ann. Appl. Stat. 1(2)). NaN for what one replicate cannot tell.
    """
    return _interval(float(values.mean()), _parts(values, sampled=sampled))


def standard_error(values: Floats, *, sampled: bool = False) -> float:
    """Return the standard error of the mean of a table of points by replicates; NaN for one value."""
    parts = _parts(values, sampled=sampled)
    return math.sqrt(sum(variance for variance, _ in parts)) if parts else math.nan


def _parts(values: Floats, *, sampled: bool) -> list[tuple[float, int]]:
    """Return the variances of a mean, and the degrees of freedom of each."""
    points, replicates = values.shape
    found = []
    if replicates > 1:
        found.append((float(np.var(values.mean(axis=0), ddof=1)) / replicates, replicates - 1))
    if sampled and points > 1:
        found.append((float(np.var(values.mean(axis=1), ddof=1)) / points, points - 1))
    return found


def _interval(value: float, parts: Sequence[tuple[float, int]]) -> Interval:
    """Return the interval of a value whose variance is a sum (Satterthwaite's degrees of freedom)."""
    from scipy.special import stdtrit

    if not parts:
        return Interval(value, math.nan, math.nan)
    total = sum(variance for variance, _ in parts)
    if not total > 0:
        return Interval(value, value, value)
    freedom = total**2 / sum(variance**2 / n for variance, n in parts)
    half = float(stdtrit(freedom, 1 - TAIL)) * math.sqrt(total)
    return Interval(value, value - half, value + half)


def variance_reduction(sides: Sides) -> float:
    """Return (var A + var B) / var (B - A) over replicates; NaN without pairs, or where all differ alike."""
    if not sides.paired:
        return math.nan
    a, b = sides.baseline.mean(axis=0), sides.alternative.mean(axis=0)
    left = float(np.var(b - a))
    return float(np.var(a) + np.var(b)) / left if left > 0 else math.nan


def quantile_changes(sides: Sides) -> dict[str, Interval]:
    """Return the changes of quantiles over all points and replicates, by SHARES, with 95% bootstrap intervals.

    Pairs are resampled whole. NaN bounds where the replicates are too few for the quantile (no order statistic lies
    beyond it with 97.5%), NaN where it lies among nulls.
    """
    shares = tuple(SHARES.values())
    before, after = (quantiles(side.ravel(), shares) for side in (sides.baseline, sides.alternative))
    changes = np.array(
        [
            quantiles(b.ravel(), shares) - quantiles(a.ravel(), shares)
            for a, b in _resampled(sides)
        ]
    ).reshape(-1, len(shares))  # fmt: skip
    n = min(sides.baseline.shape[1], sides.alternative.shape[1])
    found = {}
    for k, (name, share) in enumerate(SHARES.items()):
        column = changes[:, k]
        known = len(column) and not np.isnan(column).any() and max(share, 1 - share) ** n <= TAIL
        low, high = np.quantile(column, (TAIL, 1 - TAIL)) if known else (math.nan, math.nan)
        found[name] = Interval(float(after[k] - before[k]), float(low), float(high))
    return found


def _resampled(sides: Sides) -> Iterator[tuple[Floats, Floats]]:
    """Yield resampled tables of both sides: replicates, and the points where these are sampled."""
    generator = np.random.default_rng(1)
    (points, n), m = sides.baseline.shape, sides.alternative.shape[1]
    if min(n, m) < 2:
        return
    for _ in range(max(100, min(RESAMPLES, WORK // (sides.baseline.size + sides.alternative.size)))):
        of_a = generator.integers(0, n, n)
        of_b = of_a if sides.paired else generator.integers(0, m, m)
        rows = np.asarray(generator.integers(0, points, points) if sides.sampled else np.arange(points), np.int64)
        yield sides.baseline[rows][:, of_a], sides.alternative[rows][:, of_b]


def thresholds(values: Floats) -> list[float]:
    """Return what half, a tenth and a twentieth of the baseline's replicates exceed: numbers to ask exceedance at."""
    known = values[~np.isnan(values)]
    found = [float(q) for q in np.unique(quantiles(known, (0.5, 0.9, 0.95)))] if len(known) else []
    return [x for x in found if x > 0]


def exceedance_changes(sides: Sides, at: Sequence[float]) -> list[Exceeding]:
    """Return shares of replicates with at least x at both sides, and the change with its 95% interval.

    Source: Agresti & Min 2005 (pairs) and Agresti & Caffo 2000 (two samples): one success and one failure are added on
    each side, so that a share of 0 is not taken as certain. A null lies beyond every x.
    """
    found = []
    for x in at:
        a, b = (np.where(np.isnan(side), True, side >= x).astype(float) for side in (sides.baseline, sides.alternative))
        value = float(b.mean() - a.mean())
        if sides.paired:
            parts = _parts(_padded(b - a, (1.0, -1.0), (0.0,)), sampled=sides.sampled)
        else:
            parts = [p for s in (a, b) for p in _parts(_padded(s, (0.0, 1.0), ()), sampled=sides.sampled)]
        _, low, high = _interval(value, parts)
        change = Interval(value, max(-1.0, low), min(1.0, high))
        found.append(Exceeding(float(x), float(a.mean()), float(b.mean()), change))
    return found


def _padded(values: Floats, ends: tuple[float, ...], middle: tuple[float, ...]) -> Floats:
    """Return a table with further replicates that have these values at every point."""
    more = np.tile(np.array([*ends, *middle]), (values.shape[0], 1))
    return np.concatenate([values, more], axis=1)


def _known(sides: Sides) -> Sides:
    """Return both sides without replicates that have no value at some point; pairs go whole."""
    there = [~np.isnan(side).any(axis=0) for side in (sides.baseline, sides.alternative)]
    if sides.paired:
        there[0] = there[1] = there[0] & there[1]
    return sides._replace(baseline=sides.baseline[:, there[0]], alternative=sides.alternative[:, there[1]])
