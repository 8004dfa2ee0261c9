"""What carries a result: how much of its spread comes from numbers that are not known, and which move it most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from sim.analysis.contrast import Interval
from sim.analysis.summary import Floats

FEWEST = 60
"""Fewest replicates from which anything is told."""
ERROR = 0.05
"""Chance that any number at all is named where none moves the outcome (Holm)."""


class Swing(NamedTuple):
    """One number and the median outcome in the third of replicates where it is least, and where it is most.

    `rank` is Spearman's correlation; `told` whether it differs from 0, all numbers looked at together.
    """

    path: str
    least: float
    most: float
    rank: float
    told: bool


class Carried(NamedTuple):
    """What carries an outcome: the numbers by the size of their correlation, and the share of the spread they explain.

    `share` is of the variance of the outcome's normal scores: what all numbers together explain by a linear regression
    on their own, adjusted. It is a lower bound on what is parametric, as interplay of numbers counts as luck. None
    where replicates are too few for it.
    """

    swings: list[Swing]
    share: Interval | None
    replicates: int

    @property
    def told(self) -> list[Swing]:
        """The numbers that move the outcome beyond chance."""
        return [swing for swing in self.swings if swing.told]


def carried(columns: Mapping[str, Sequence[float]], outcome: Floats) -> Carried | None:
    """Return what carries an outcome; None for fewer than FEWEST replicates, or where nothing varies.

    Parameters: columns, the numbers drawn in each replicate by path, each of the outcome's length.
    """
    n = len(outcome)
    numbers = {path: np.asarray(values, float) for path, values in columns.items() if len(set(values)) > 2}
    if n < FEWEST or not numbers or not float(np.ptp(outcome)) > 0.0:
        return None
    found = [_swing(path, values, outcome) for path, values in numbers.items()]
    order = sorted(range(len(found)), key=lambda k: found[k][1])
    swings, open_ = [], True
    for place, k in enumerate(order):
        open_ = open_ and found[k][1] <= ERROR / (len(found) - place)
        swings.append(found[k][0]._replace(told=open_))
    swings.sort(key=lambda swing: -abs(swing.rank))
    return Carried(swings, _explained(np.stack([_scores(v) for v in numbers.values()], axis=1), _scores(outcome)), n)


def _swing(path: str, values: Floats, outcome: Floats) -> tuple[Swing, float]:
    """Return a number's swing, and the p value of its correlation."""
    third = len(values) // 3
    order = np.argsort(values, kind="stable")
    tested = stats.spearmanr(values, outcome)
    least, most = (float(np.median(outcome[part])) for part in (order[:third], order[-third:]))
    return Swing(path, least, most, float(tested.statistic), told=False), float(tested.pvalue)


def _scores(values: Floats) -> Floats:
    """Return the normal scores of values: Blom's, ties at their middle."""
    ranks = stats.rankdata(values)
    return np.asarray(stats.norm.ppf((ranks - 0.375) / (len(values) + 0.25)))


def _explained(x: Floats, y: Floats) -> Interval | None:
    """Return the adjusted share of variance that a linear regression explains, with the large-sample 95% interval."""
    n, k = x.shape
    if n < 2 * k + 20:
        return None
    design = np.column_stack([np.ones(n), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = float(np.sum((y - design @ coefficients) ** 2) / np.sum((y - y.mean()) ** 2))
    share = max(0.0, 1.0 - rest * (n - 1) / (n - k - 1))
    error = 2.0 * math.sqrt(share) * (1.0 - share) / math.sqrt(n - k - 1)
    return Interval(share, max(0.0, share - 1.96 * error), share + 1.96 * error)
