"""How thin the guard can get, and the band of guards in which runs go either way.

The guard is adequate at a scale while the median number of escapes, there and at every larger scale tried, is at most
WITHIN times that with the guards as given, or at most FEW, and in any case at most a share HALF of those held: twice
of nearly everybody is no order kept. The guards as given are those at scale 1; where 1 was not tried, those at the
largest scale tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.summary import Floats, quantiles

PATH = "guards.scale"
WITHIN = 2.0
"""Times the median with the guards as given."""
FEW = 10.0
"""Median escapes that are adequate whatever the median with the guards as given."""
HALF = 0.5
"""Share of those held; with a median of more the guard is not adequate, whatever it is with the guards as given."""
LEAST = 0.05
"""Share of those held; a run with fewer escapes is never lost."""


class Band(NamedTuple):
    """The band of values between a regime in which order holds and one in which it is lost.

    At `holds` and beyond, away from the band, at most a share 1 - `certain` of runs is lost; at `lost` and beyond at
    least a share `certain`. None where no value tried is that certain. A run is lost above `threshold`.
    """

    lost: float | None
    holds: float | None
    threshold: float


class Tipping(NamedTuple):
    """The thinnest guard that is adequate, as the head of this file defines it.

    `scale` is the thinnest adequate scale, None if not even the largest is, and `below` the next thinner one tried,
    None if there is none; `limit` is the largest median that is adequate, `median_given` the one at the scale `given`.
    `scales` are all that were tried, rising, and `medians` the median escapes there. `band` is a detail: where runs
    go either way.
    """

    scale: float | None
    below: float | None
    given: float
    median_given: float
    limit: float
    scales: tuple[float, ...]
    medians: tuple[float, ...]
    band: Band | None

    @property
    def of_held(self) -> bool:
        """Whether the limit is half of those held."""
        return self.limit < max(WITHIN * self.median_given, FEW)

    def median(self, scale: float) -> float:
        """Return the median number of escapes at a scale tried."""
        return self.medians[self.scales.index(scale)]


def tipping(scales: Sequence[float], escaped: Sequence[Floats], held: float) -> Tipping | None:
    """Return how thin the guard can get; None for fewer than two scales, or one without a replicate.

    Parameters: escaped, escapes of every replicate at each scale; held, people held at the start.
    """
    if len(set(scales)) < 2 or not all(len(values) for values in escaped):
        return None
    order = np.argsort(scales)
    tried = tuple(float(scales[k]) for k in order)
    medians = tuple(float(np.median(escaped[k])) for k in order)
    given = 1.0 if 1.0 in tried else tried[-1]
    median_given = medians[tried.index(given)]
    limit = min(max(WITHIN * median_given, FEW), HALF * held)
    adequate = len(tried)  # position of the thinnest adequate scale
    while adequate > 0 and medians[adequate - 1] <= limit:
        adequate -= 1
    return Tipping(
        scale=tried[adequate] if adequate < len(tried) else None,
        below=tried[adequate - 1] if adequate > 0 else None,
        given=given,
        median_given=median_given,
        limit=limit,
        scales=tried,
        medians=medians,
        band=either_way(scales, escaped, LEAST * held),
    )


def either_way(x: ArrayLike, outcomes: Sequence[Floats], least: float = 0.0, certain: float = 0.9) -> Band | None:
    """Return the band of x in which runs go either way, between a regime that holds and one that is lost.

    A run is lost if its outcome exceeds the threshold: what 95% of runs stay under at the value of x with the lowest
    median, but at least `least`. None if nowhere half of the runs are lost, or they tip more than once.
    """
    at = np.asarray(x, float)
    order = np.argsort(at)
    columns = [np.asarray(outcomes[k], float) for k in order]
    if len(at) < 3 or not all(len(column) for column in columns):
        return None
    quietest = min(columns, key=lambda column: (float(np.median(column)), float(np.mean(column))))
    threshold = max(float(quantiles(quietest, (0.95,))[0]), least)
    lost = np.array([np.mean(column > threshold) for column in columns])
    if lost.max() < 0.5:
        return None
    at = at[order]
    if lost[0] < lost[-1]:  # rising: read it from the other side
        at, lost = at[::-1], lost[::-1]
    sure, quiet = np.flatnonzero(lost >= certain), np.flatnonzero(1.0 - lost >= certain)
    if len(sure) and len(quiet) and sure[-1] > quiet[0]:
        return None
    return Band(float(at[sure[-1]]) if len(sure) else None, float(at[quiet[0]]) if len(quiet) else None, threshold)
