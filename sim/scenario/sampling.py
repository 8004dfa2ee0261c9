"""Sample the points of a design in the unit cube."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def unit_points(method: str, samples: int, factors: int, seed: int) -> Floats:
    """Return the points, (rows, factors), each coordinate at least 0 and below 1.

    `lhs`: one point in each of `samples` slices of every factor. `sobol`: a scrambled Sobol sequence, balanced at
    powers of two. `saltelli`: for every base point i the rows A_i, A_i with factor 1 from B_i, ..., with factor
    k from B_i, then B_i, with A and B the halves of one scrambled Sobol sequence; the layout that SALib's
    `sobol.analyze(calc_second_order=False)` expects (Saltelli et al. 2010).
    """
    from scipy.stats import qmc  # takes half a second, which other designs should not wait for

    generator = np.random.default_rng(seed)
    if method == "lhs":
        found: Floats = qmc.LatinHypercube(factors, rng=generator).random(samples)
        return found
    sampler = qmc.Sobol(2 * factors if method == "saltelli" else factors, scramble=True, rng=generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # not a power of two: reported in the design's notes
        drawn: Floats = sampler.random(samples)
    return _crossed(drawn[:, :factors], drawn[:, factors:]) if method == "saltelli" else drawn


def _crossed(a: Floats, b: Floats) -> Floats:
    """Return A, A with one factor after another taken from B, then B, base point by base point."""
    samples, factors = a.shape
    laid = np.repeat(a[:, None, :], factors + 2, axis=1)
    for k in range(factors):
        laid[:, k + 1, k] = b[:, k]
    laid[:, -1, :] = b
    return laid.reshape(samples * (factors + 2), factors)
