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
from sim.analysis.summary import Floats, at_mean, controlled_half_width


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


def controlled(sides: Sides, controls: Floats) -> Controlled:
    """Return the change of a mean with control variates.

    Parameters: sides, paired, without nulls; several points count by their mean in each replicate; controls as in
    `at_mean`, of the same replicates.
    """
    a, b = sides.baseline.mean(axis=0), sides.alternative.mean(axis=0)
    change, error, freedom = at_mean(b - a, controls)
    half = controlled_half_width(error, freedom)
    baseline, _, _ = at_mean(a, controls)
    unpaired = float(np.var(a, ddof=1) + np.var(b, ddof=1)) / len(a) if len(a) > 1 else math.nan
    return Controlled(
        len(a),
        controls.shape[1],
        baseline,
        baseline + change,
        Interval(change, change - half, change + half),
        unpaired / error**2 if error > 0 and np.ptp(b - a) > 0 else math.nan,
    )
