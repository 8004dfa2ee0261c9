"""Draw from declared distributions: a uniform number through the inverse distribution function."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.scenario.declare import Beta, Choice, Distribution, LogNormal, Triangular, Uniform

Floats = NDArray[np.float64]


def quantile(distribution: Distribution, u: ArrayLike) -> Floats:
    """Return the quantiles of a distribution at probabilities `u`.

    Parameters: u, probabilities from 0 up to 1 (at 1 a lognormal is infinite). Returns an array of the shape of u,
    in the unit of the parameter, not clipped to its bounds.
    """
    p = np.asarray(u, dtype=np.float64)
    if isinstance(distribution, Uniform):
        a, b = distribution.uniform
        return a + (b - a) * p
    if isinstance(distribution, Triangular):
        return _triangular(*distribution.triangular, p)
    if isinstance(distribution, Choice):
        choices = np.asarray(distribution.choice, dtype=np.float64)
        chosen: Floats = choices[np.minimum((p * len(choices)).astype(np.int64), len(choices) - 1)]
        return chosen
    return _by_special_function(distribution, p)


def _triangular(a: float, mode: float, b: float, p: Floats) -> Floats:
    """Return the quantiles for F(x) = (x-a)^2/((b-a)(mode-a)) up to the mode, 1 - (b-x)^2/((b-a)(b-mode)) after it."""
    if a == b:
        return np.full(p.shape, a)
    rising = a + np.sqrt(p * (b - a) * (mode - a))
    falling = b - np.sqrt((1 - p) * (b - a) * (b - mode))
    return np.where(p * (b - a) < mode - a, rising, falling)


def _by_special_function(distribution: LogNormal | Beta, p: Floats) -> Floats:
    from scipy import special  # takes half a second, which `check` should not wait for

    if isinstance(distribution, Beta):
        return np.asarray(special.betaincinv(*distribution.beta, p), dtype=np.float64)
    shape = distribution.lognormal
    if shape.sigma == 0:
        return np.full(p.shape, shape.median)
    return np.asarray(shape.median * np.exp(shape.sigma * special.ndtri(p)), dtype=np.float64)
