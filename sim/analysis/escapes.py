"""How many could get out: the distribution of an outcome over replicates, and its tail."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.summary import exceedance as shares_above
from sim.analysis.summary import quantile_interval, quantiles

Numbers = NDArray[np.float64]


class Exceedance(NamedTuple):
    """Share of replicates with at least `x`, for each value seen, with a simultaneous band."""

    x: Numbers
    share: Numbers
    low: Numbers
    high: Numbers


class Summary(NamedTuple):
    """Mean and quantiles of one outcome over `n` replicates; nulls count as beyond the largest value."""

    n: int
    mean: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    q99: float
    largest: float


def exceedance(values: ArrayLike, level: float = 0.95) -> Exceedance:
    """Return P(X >= x) at every x seen, with the Dvoretzky-Kiefer-Wolfowitz band of that level.

    Source: Massart 1990, Ann. Probab. 18(3): the band holds for all x at once, whatever the distribution.
    """
    column = np.asarray(values, float)
    x, share = shares_above(column)
    half = dkw(len(column), level)
    return Exceedance(x, share, np.maximum(share - half, 0.0), np.minimum(share + half, 1.0))


def dkw(n: int, level: float = 0.95) -> float:
    """Return the half-width of the band that covers the whole distribution function with that probability."""
    return math.sqrt(math.log(2.0 / (1.0 - level)) / (2.0 * n)) if n > 0 else 1.0


def never_bound(n: int, level: float = 0.95) -> float:
    """Return the upper bound on the probability of an event not seen in `n` replicates (Clopper-Pearson, one-sided)."""
    return 1.0 - (1.0 - level) ** (1.0 / n) if n > 0 else 1.0


def share_interval(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a probability, for `k` events in `n` replicates."""
    from scipy.stats import beta

    if n == 0:
        return 0.0, 1.0
    tail = (1.0 - level) / 2.0
    low = float(beta.ppf(tail, k, n - k + 1)) if k > 0 else 0.0
    high = float(beta.ppf(1.0 - tail, k + 1, n - k)) if k < n else 1.0
    return low, high


def summary(values: ArrayLike) -> Summary:
    """Return the mean and quantiles of a column over all replicates.

    A null stands for "not until the horizon": quantiles count it as beyond the largest value, and are NaN there; the
    mean is NaN if there is any.
    """
    column = np.asarray(values, float)
    if len(column) == 0:
        nothing = math.nan
        return Summary(0, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    q05, q25, q50, q75, q95, q99 = (float(q) for q in quantiles(column, (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)))
    known = _known(column)
    largest = float(known.max()) if len(known) else math.nan
    return Summary(len(column), float(np.mean(column)), q05, q25, q50, q75, q95, q99, largest)


def bands(values: NDArray[np.float64], shares: tuple[float, ...]) -> Numbers:
    """Return quantiles over the replicates of a table of replicates by days: one row per share."""
    return np.asarray(np.quantile(values, shares, axis=0), float)


def median_interval(values: ArrayLike) -> tuple[float, float]:
    """Return the 95% interval of the median over known values by order statistics; NaN for too few of them."""
    return quantile_interval(_known(values), 0.5)


def _known(values: ArrayLike) -> Numbers:
    column = np.asarray(values, float)
    return column[~np.isnan(column)]
