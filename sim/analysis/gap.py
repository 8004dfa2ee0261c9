"""Detection gap: delays until escapes are reported and confirmed, censored at the horizon."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

RESAMPLES = 200
"""Bootstrap samples for an interval of a curve over clusters."""


class Delays(NamedTuple):
    """Days from the first escape of a replicate until it is known, censored at the horizon."""

    known: Numbers
    censored: Numbers
    before: int  # number of known ones that came before the first escape; their delay counts as 0

    @property
    def n(self) -> int:
        """Number of replicates with an escape."""
        return len(self.known) + len(self.censored)

    @property
    def never(self) -> float:
        """Share of these not known by the horizon; NaN without an escape."""
        return len(self.censored) / self.n if self.n else math.nan


class Curve(NamedTuple):
    """Kaplan-Meier estimate of the share known within a number of days, with a pointwise interval."""

    days: Numbers
    share: Numbers
    low: Numbers
    high: Numbers


def delays(first_escape: Numbers, known: Numbers, horizon: float) -> Delays:
    """Return delays in days of the replicates with an escape; `known` of NaN (null) is censored at the horizon."""
    escaped = ~np.isnan(first_escape)
    start, end = first_escape[escaped], known[escaped]
    seen = ~np.isnan(end)
    raw = end[seen] - start[seen]
    return Delays(np.maximum(0.0, raw), np.maximum(0.0, horizon - start[~seen]), int(np.sum(raw < 0.0)))


def kaplan_meier(found: Delays, level: float = 0.95) -> Curve:
    """Estimate the share known within each delay seen, up to the longest one observed.

    Source: Kaplan & Meier 1958; the estimate is SciPy's.
    """
    from scipy.stats import CensoredData, ecdf

    if not len(found.known):
        end = float(found.censored.max()) if len(found.censored) else 0.0
        return Curve(np.array([0.0, end]), np.zeros(2), np.zeros(2), np.full(2, math.nan))
    estimate = ecdf(CensoredData(uncensored=found.known, right=found.censored)).cdf
    days, share = np.asarray(estimate.quantiles, float), np.asarray(estimate.probabilities, float)
    low, high = _greenwood(found, days, share, level)
    if days[0] > 0.0:
        days, share, low, high = (np.concatenate([[0.0], column]) for column in (days, share, low, high))
    return Curve(days, share, low, high)


def clustered(days: Numbers, seen: NDArray[np.bool_], of: NDArray[np.int64], level: float = 0.95) -> Curve:
    """Estimate the share known within each delay, with an interval by resampling whole clusters (replicates).

    Episodes of one replicate share its chance, so that Greenwood's interval would be too narrow for them.

    Parameters: days, the delay or, where not seen, the time under observation; of, the cluster of each.
    """
    order = np.lexsort((~seen, days))  # at equal times what is known comes before what is censored
    days, seen = days[order], seen[order]
    clusters, member = np.unique(of[order], return_inverse=True)
    times, first = np.unique(days, return_index=True)

    def known(weights: Numbers) -> Numbers:
        at_risk = np.cumsum(weights[::-1])[::-1][first]
        gone = np.add.reduceat(weights * seen, first)
        return 1.0 - np.cumprod(1.0 - gone / np.maximum(at_risk, 1.0))

    share = known(np.ones(len(days)))
    many = len(clusters)
    nothing = np.full(len(times), math.nan)
    if many < 2:
        return Curve(times, share, nothing, nothing)
    generator = np.random.default_rng(1)
    drawn = generator.multinomial(many, np.full(many, 1 / many), RESAMPLES).astype(float)
    resampled = np.stack([known(weights[member]) for weights in drawn])
    low, high = np.quantile(resampled, ((1 - level) / 2, (1 + level) / 2), axis=0)
    return Curve(times, share, low, high)


def _greenwood(found: Delays, days: Numbers, share: Numbers, level: float) -> tuple[Numbers, Numbers]:
    """Return the interval on the log(-log) scale; the estimate itself where that is undefined (at 0 and 1).

    Source: Greenwood 1926; Kalbfleisch & Prentice 2002, eq. 1.14. SciPy has it too, but warns at 0 and 1.
    """
    everyone = np.sort(np.concatenate([found.known, found.censored]))
    at_risk = len(everyone) - np.searchsorted(everyone, days)
    gone = np.array([np.count_nonzero(found.known == day) for day in days])
    left = 1.0 - share
    inside = (share > 0.0) & (share < 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(gone / (at_risk * (at_risk - gone)))) / np.log(left)
        z = NormalDist().inv_cdf(0.5 + level / 2.0)
        centre = np.log(-np.log(left))
        one, other = (1.0 - np.exp(-np.exp(centre + sign * z * spread)) for sign in (1.0, -1.0))
    return np.where(inside, np.fmin(one, other), share), np.where(inside, np.fmax(one, other), share)


def trusted_until(found: Delays, least: float = 0.05) -> float:
    """Return the last day to show: after it, censoring has left too few replicates under observation.

    Too few is under a share `least`, or under five (under a quarter where there are few at all). Without censoring
    before it the estimate is the plain share known, and may be shown to the end (infinity).
    """
    everyone = np.sort(np.concatenate([found.known, found.censored]))
    few = max(int(np.ceil(least * found.n)), min(5, found.n // 4))
    if not len(found.censored) or few <= 1:
        return math.inf
    day = float(everyone[found.n - few])  # fewer are at risk after it
    return day if float(found.censored.min()) < day else math.inf


def delay_quantile(found: Delays, share: float) -> float:
    """Return the delay in days within which a share of replicates is known; NaN if that is beyond the horizon."""
    if not len(found.known):
        return math.nan
    curve = kaplan_meier(found)
    reached = np.flatnonzero((curve.share >= share - 1e-12) & (curve.days <= trusted_until(found)))
    return float(curve.days[reached[0]]) if len(reached) else math.nan
