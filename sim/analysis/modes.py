"""Outcomes that come in two or more kinds: the shares of runs about each mode, where a middle would describe none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

FEWEST = 40
"""Fewest runs in which modes are looked for."""
VALLEY = 0.5
"""Density between two modes, at most this share of the lower one's."""
SHARE = 0.1
"""Smallest share of runs about a mode."""
POINTS = 256


class Mode(NamedTuple):
    """A kind of run: its share, and the middle and 90% range of its values."""

    share: float
    middle: float
    low: float
    high: float


def modes(values: ArrayLike) -> list[Mode]:
    """Return the kinds of runs, from small to large outcomes; empty where there is one, or too few runs.

    A kernel density (Silverman's width) of log(1 + value) must fall between two modes to VALLEY of the lower one.
    """
    from scipy.stats import gaussian_kde

    known = np.sort(np.maximum(0.0, np.asarray(values, np.float64)))
    if len(known) < FEWEST or np.isnan(known).any() or not np.ptp(known) > 0:
        return []
    y = np.log1p(known)
    at = np.linspace(y[0], y[-1], POINTS)
    density = gaussian_kde(y, "silverman")(at)
    cuts = _valleys(density)
    edges = [0, *(int(np.searchsorted(y, at[cut])) for cut in cuts), len(known)]
    parts = [known[a:b] for a, b in zip(edges[:-1], edges[1:], strict=True)]
    if len(parts) < 2 or min(map(len, parts)) < SHARE * len(known):
        return []
    return [Mode(len(part) / len(known), *map(float, np.quantile(part, (0.5, 0.05, 0.95)))) for part in parts]


def _valleys(density: np.ndarray) -> list[int]:
    """Return the places of valleys that part modes."""
    padded = np.concatenate([[0.0], density, [0.0]])
    peaks = [k for k in range(len(density)) if padded[k + 1] > padded[k] and padded[k + 1] >= padded[k + 2]]
    cuts: list[int] = []
    last = peaks[0]
    for peak in peaks[1:]:
        valley = last + int(np.argmin(density[last : peak + 1]))
        if density[valley] <= VALLEY * min(density[last], density[peak]):
            cuts.append(valley)
            last = peak
        elif density[peak] > density[last]:
            last = peak
    return cuts
