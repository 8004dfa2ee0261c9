"""Summaries of columns over replicates.

Null in a column of days means "not by the horizon", and sorts last; in any other it means that there is nothing to
speak of, and is left out (`defined`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.outcomes import RUNS, Column

Floats = NDArray[np.float64]

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
METRICS: dict[str, Column] = {column.name: column for column in RUNS if column.kind != "name"}
"""Numeric columns of `runs` by name, without keys."""


def defined(name: str, values: ArrayLike) -> Floats:
    """Return the values of a metric that mean something: without nulls where null is no time beyond the horizon."""
    array = np.asarray(values, np.float64)
    return array[~np.isnan(array)] if METRICS[name].undefined else array


def quantiles(values: ArrayLike, probabilities: Sequence[float]) -> Floats:
    """Return quantiles over all replicates, linear between order statistics; NaN where one falls among nulls.

    Parameters: values, one per replicate, NaN for null. All are NaN where there are no values.
    """
    ordered = np.sort(np.asarray(values, np.float64))  # NaN last
    if not len(ordered):
        return np.full(len(probabilities), math.nan)
    at = np.asarray(probabilities, np.float64) * (len(ordered) - 1)
    below = np.floor(at).astype(np.int64)
    share = at - below
    low, high = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    found: Floats = np.where(share == 0.0, low, low + share * (high - low))
    return found


def quantile_interval(values: ArrayLike, probability: float) -> tuple[float, float]:
    """Return the 95% interval of a quantile by order statistics, whatever the distribution.

    An end is NaN where no order statistic bounds the quantile with 97.5%, as at n = 1, and where it falls among nulls.
    """
    from scipy.special import bdtr

    ordered = np.sort(np.asarray(values, np.float64))  # NaN last
    n = len(ordered)
    if n == 0:
        return math.nan, math.nan
    below = np.asarray(bdtr(np.arange(n), n, probability), np.float64)  # P(at most k of n values lie below it)
    low = int(np.searchsorted(below, 0.025, "right"))  # the low-th smallest value lies above it with at most 2.5%
    high = int(np.searchsorted(below, 0.975, "left")) + 1
    return (
        float(ordered[low - 1]) if low >= 1 else math.nan,
        float(ordered[high - 1]) if high <= n else math.nan,
    )


def exceedance(values: ArrayLike) -> tuple[Floats, Floats]:
    """Return P(X >= x) at every x seen: x, and the share of all replicates; a null lies beyond every x."""
    ordered = np.sort(np.asarray(values, np.float64))
    known = ordered[~np.isnan(ordered)]
    x, first = np.unique(known, return_index=True)
    return x, 1.0 - first / max(1, len(ordered))


def half_width_95(values: ArrayLike) -> float:
    """Return the half-width of the mean's 95% interval, t sd / sqrt(n); NaN for fewer than two values or any null."""
    from scipy.special import stdtrit

    array = np.asarray(values, np.float64)
    if len(array) < 2:
        return math.nan
    return float(stdtrit(len(array) - 1, 0.975) * np.std(array, ddof=1) / math.sqrt(len(array)))


def at_mean(values: Floats, controls: Floats) -> tuple[float, float, int]:
    """Return what values are on average where every control has its mean, the standard error, and degrees of freedom.

    Parameters: values, float64 (replicates,); controls, float64 (replicates, numbers), less their known means. All NaN
    with no degree of freedom left. By least squares; columns that others give add nothing. Source: Lavenberg & Welch
    1981, control variates.
    """
    n = len(values)
    design = np.column_stack([np.ones(n), controls])
    solved, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    freedom = n - int(rank)
    if freedom < 1:
        return math.nan, math.nan, 0
    left = values - design @ solved
    variance = float(left @ left) / freedom
    inverse = np.linalg.pinv(design.T @ design)
    return float(solved[0]), math.sqrt(variance * float(inverse[0, 0])), freedom


def controlled_half_width(error: float, freedom: int) -> float:
    """Return the 95% half-width of a mean by `at_mean`, t times its standard error; NaN with no degree of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975)) * error if freedom else math.nan


def metric(values: ArrayLike, *, nullable: bool) -> dict[str, float | int | None]:
    """Return mean, standard deviation, quantiles and half-width as `--json` prints them; NaN becomes None.

    Beside each quantile stands its 95% interval by order statistics, None where the replicates do not give it. Mean, sd
    and half-width are None if any value is null; `n` counts the values of a nullable column.
    """
    array = np.asarray(values, np.float64)
    found: dict[str, float | int | None] = {
        "mean": _plain(np.mean(array)) if len(array) else None,
        "sd": _plain(np.std(array, ddof=1)) if len(array) > 1 else None,
    }
    found.update(zip(QUANTILES, map(_plain, quantiles(array, tuple(QUANTILES.values()))), strict=True))
    for name, probability in QUANTILES.items():
        low, high = quantile_interval(array, probability)
        found[f"{name}_low"], found[f"{name}_high"] = _plain(low), _plain(high)
    found["half_width_95"] = _plain(half_width_95(array))
    if nullable:
        found["n"] = int(np.count_nonzero(~np.isnan(array)))
    return found


def _plain(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
