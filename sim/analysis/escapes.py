"""How many could get out: the distribution of an outcome over replicates, and its tail."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.summary import exceedance as shares_above
from sim.analysis.summary import quantile_interval, quantiles

Numbers = NDArray[np.float64]
Keys = NDArray[np.int64]

FEWEST = 6
"""Fewest sampled worlds over which an interval is told."""


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


def exceedance(values: ArrayLike, level: float = 0.95, *, independent: int | None = None) -> Exceedance:
    """Return P(X >= x) at every x seen, with the Dvoretzky-Kiefer-Wolfowitz band of that level.

    Source: Massart 1990, Ann. Probab. 18(3): the band holds for all x at once, whatever the distribution.
    Parameters: independent, how many of the replicates tell each by itself, as of sampled worlds; default all.
    """
    column = np.asarray(values, float)
    x, share = shares_above(column)
    half = dkw(len(column) if independent is None else independent, level)
    return Exceedance(x, share, np.maximum(share - half, 0.0), np.minimum(share + half, 1.0))


def dkw(n: int, level: float = 0.95) -> float:
    """Return the half-width of the band that covers the whole distribution function with that probability."""
    return math.sqrt(math.log(2.0 / (1.0 - level)) / (2.0 * n)) if n > 0 else 1.0


def never_bound(n: int, level: float = 0.95) -> float:
    """Return the upper bound on the probability of an event not seen in `n` replicates (Clopper-Pearson, one-sided)."""
    return 1.0 - (1.0 - level) ** (1.0 / n) if n > 0 else 1.0


def share_interval(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
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


def median_interval(values: ArrayLike, worlds: Keys | None = None) -> tuple[float, float]:
    """Return the 95% interval of the median over known values by order statistics; NaN for too few of them.

    With the sampled world of each value: runs of one world are alike, and it is their worlds that were drawn. The
    interval is of the quantiles between which the share below the median lies, by Student's t over worlds.
    Source: Woodruff 1952, J. Am. Stat. Assoc. 47(260).
    """
    column = np.asarray(values, float)
    known = _known(column)
    if worlds is None:
        return quantile_interval(known, 0.5)
    if not len(known):
        return math.nan, math.nan
    half = _half_width_of_share(known <= float(np.median(known)), worlds[~np.isnan(column)])
    if not half < 0.5:
        return math.nan, math.nan
    low, high = quantiles(known, (0.5 - half, 0.5 + half))
    return float(low), float(high)


def _half_width_of_share(flags: NDArray[np.bool_], worlds: Keys) -> float:
    """Return the half-width of a share's 95% interval, by Student's t over the worlds drawn; NaN for few of them."""
    from scipy.special import stdtrit

    _, at = np.unique(worlds, return_inverse=True)
    sizes = np.bincount(at)
    many = len(sizes)
    if many < FEWEST:
        return math.nan
    off = np.bincount(at, flags - flags.mean())
    error = math.sqrt(many / (many - 1) * float(off @ off)) / len(flags)
    return float(stdtrit(many - 1, 0.975)) * error


def share_over_worlds(flags: NDArray[np.bool_], worlds: Keys | None) -> tuple[float, float]:
    """Return the 95% interval of a share; of sampled worlds by the number of runs that would tell as much alone.

    Source: Korn & Graubard 1998, Surv. Methodol. 24(2), without their gain where worlds differ less than by chance.
    """
    n, k = len(flags), int(np.count_nonzero(flags))
    if worlds is None or not n:
        return share_interval(k, n)
    share, half = k / n, _half_width_of_share(flags, worlds)
    alone = float(len(np.unique(worlds)))  # where the runs do not tell how much worlds differ, each counts once
    if half > 0.0:
        alone = min(float(n), share * (1.0 - share) * (1.96 / half) ** 2)
    return share_interval(share * alone, alone)


def _known(values: ArrayLike) -> Numbers:
    column = np.asarray(values, float)
    return column[~np.isnan(column)]
