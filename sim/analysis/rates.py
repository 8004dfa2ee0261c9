"""A rate of rare events with its interval, from counts that come in clumps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Rate(NamedTuple):
    """Events per unit of exposure, with the ends of a 95% interval."""

    rate: float
    low: float
    high: float


def rate(counts: ArrayLike, exposures: ArrayLike) -> Rate:
    """Return the pooled rate of independent samples. Exposures must sum to more than 0.

    The interval is the exact one of a Poisson count (Garwood 1936), the count divided by the dispersion between samples
    (Pearson's, at least 1): clumps carry less than as many single events. Without an event its upper end is 3.7 over
    the exposure.
    """
    found = np.asarray(counts, np.float64)
    exposed = np.asarray(exposures, np.float64)
    total, over = float(found.sum()), float(exposed.sum())
    dispersion = 1.0
    if len(found) > 1:
        expected = exposed * (total / over)
        some = expected > 0.0
        squares = float(((found[some] - expected[some]) ** 2 / expected[some]).sum())
        dispersion = max(1.0, squares / (len(found) - 1))
    low, high = _garwood(total / dispersion)
    return Rate(total / over, low * dispersion / over, high * dispersion / over)


def _garwood(count: float) -> tuple[float, float]:
    """Return the 95% interval of the mean of a Poisson count, which need not be whole."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, 0.025)) if count > 0.0 else 0.0
    return low, float(gammaincinv(count + 1.0, 0.975))
