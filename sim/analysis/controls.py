"""Control variates: a mean change known better, from numbers that replicates draw and whose means are known.

By chance a set of replicates draws, say, more guards who flee than the scenario has on average. How an outcome follows
such numbers is read off the same replicates by regression, and that part of the chance taken out (Lavenberg & Welch
1981, Management Science 27(3)). The estimate is of the same mean; only its interval is narrower.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.analysis.contrast import Interval, Sides
from sim.analysis.summary import Floats

TAIL = 0.025


class Controlled(NamedTuple):
    """The change of a mean by regression on `controls` numbers drawn; `baseline` and `alternative` by the same.

    `variance_reduction` is how many times as many unpaired replicates, without controls, would tell as much; NaN where
    nothing varies. All are NaN with too few pairs to tell.
    """

    n: int
    controls: int
    baseline: float
    alternative: float
    difference: Interval
    variance_reduction: float


def at_mean(values: Floats, controls: Floats) -> tuple[float, float, int]:
    """Return what values are on average where every control has its mean, the standard error, and degrees of freedom.

    Parameters: values, float64 (replicates,); controls, float64 (replicates, numbers), less their known means. All NaN
    with no degree of freedom left. By least squares; columns that others give add nothing.
    """
    n = len(values)
    design = np.column_stack([np.ones(n), controls])
    solved, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    freedom = n - int(rank)
    if freedom < 1:
        return math.nan, math.nan, 0
    left = values - design @ solved
    variance = float(left @ left) / freedom
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    return float(solved[0]), math.sqrt(variance * float(inverse[0, 0])), freedom


def half_width(values: Floats, controls: Floats) -> tuple[float, float]:
    """Return the mean by `at_mean` and its 95% half-width, t times the standard error."""
    from scipy.special import stdtrit

    mean, error, freedom = at_mean(values, controls)
    return mean, float(stdtrit(freedom, 1 - TAIL)) * error if freedom else math.nan


def controlled(sides: Sides, controls: Floats) -> Controlled:
    """Return the change of a mean with control variates.

    Parameters: sides, paired, without nulls; several points count by their mean in each replicate; controls as in
    `at_mean`, of the same replicates.
    """
    a, b = sides.baseline.mean(axis=0), sides.alternative.mean(axis=0)
    change, half = half_width(b - a, controls)
    _, error, _ = at_mean(b - a, controls)
    unpaired = float(np.var(a, ddof=1) + np.var(b, ddof=1)) / len(a) if len(a) > 1 else math.nan
    return Controlled(
        len(a),
        controls.shape[1],
        at_mean(a, controls)[0],
        at_mean(b, controls)[0],
        Interval(change, change - half, change + half),
        unpaired / error**2 if error > 0 else math.nan,
    )
