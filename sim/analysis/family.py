"""Many alternatives against one baseline: intervals that hold for all of them at once.

The largest of several differences looks large by chance alone. The bound on all of them together is the 95% quantile of
the largest standardised error over the family, by resampling the same replicates for all (Romano & Wolf 2005, in one
step); alternatives that share a baseline and random numbers move together, and it is narrower than Bonferroni's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.contrast import Sides, difference, standard_error
from sim.analysis.summary import Floats

RESAMPLES = 999
ERROR = 0.05
"""Probability that any of the intervals misses."""


class Simultaneous(NamedTuple):
    """An interval that holds together with those of the family, and the p value adjusted for it."""

    low: float
    high: float
    p: float


def simultaneous(family: Sequence[Sides]) -> list[Simultaneous]:
    """Return simultaneous 95% intervals of the differences of means, in the order of the family.

    Parameters: family, tables without nulls. All paired, with the same replicates (and, where points are sampled, the
    same points): the largest-t bootstrap. Otherwise Bonferroni's intervals and Holm's p values.
    """
    same = len({side.baseline.shape for side in family}) == 1 and len({side.sampled for side in family}) == 1
    if len(family) > 1 and same and all(side.paired for side in family):
        return _by_resampling([side.alternative - side.baseline for side in family], sampled=family[0].sampled)
    return _by_shares(family)


def _by_resampling(tables: list[Floats], *, sampled: bool) -> list[Simultaneous]:
    """Return intervals by the largest-t bootstrap of paired differences, each (points, replicates)."""
    points, replicates = tables[0].shape
    if replicates < 2:
        return [Simultaneous(math.nan, math.nan, math.nan)] * len(tables)
    means = np.array([float(table.mean()) for table in tables])
    errors = np.array([standard_error(table, sampled=sampled) for table in tables])
    vary = errors > 0
    if not vary.any():
        return [Simultaneous(mean, mean, float(mean == 0)) for mean in means]
    varied = [table for table, moves in zip(tables, vary, strict=True) if moves]
    largest = _largest(varied, errors[vary], points, replicates, sampled=sampled)
    factor = float(np.quantile(largest, 1 - ERROR, method="higher"))
    found = []
    for mean, error in zip(means.tolist(), errors.tolist(), strict=True):
        if not error > 0:
            found.append(Simultaneous(mean, mean, float(mean == 0)))
            continue
        beyond = int(np.count_nonzero(largest >= abs(mean) / error))
        found.append(Simultaneous(mean - factor * error, mean + factor * error, (beyond + 1) / (len(largest) + 1)))
    return found


def _largest(tables: list[Floats], errors: Floats, points: int, replicates: int, *, sampled: bool) -> Floats:
    """Return the largest standardised error of the family in each resample."""
    generator = np.random.default_rng(1)
    weights = generator.multinomial(replicates, np.full(replicates, 1 / replicates), RESAMPLES) / replicates
    if sampled and points > 1:
        rows = generator.multinomial(points, np.full(points, 1 / points), RESAMPLES) / points
        made = np.stack([np.einsum("bp,pr,br->b", rows, table, weights, optimize=True) for table in tables])
        wrong = np.abs(made - np.array([table.mean() for table in tables])[:, None]) / errors[:, None]
        return np.asarray(wrong.max(axis=0), np.float64)
    by_replicate = np.stack([table.mean(axis=0) for table in tables], axis=1)  # (replicates, family)
    centred = by_replicate - by_replicate.mean(axis=0)
    mean = weights @ centred
    spread = np.maximum(weights @ centred**2 - mean**2, 0.0) / (replicates - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(spread > 0, np.abs(mean) / np.sqrt(spread), np.where(mean == 0, 0.0, math.inf))
    return np.asarray(t.max(axis=1), np.float64)


def _by_shares(family: Sequence[Sides]) -> list[Simultaneous]:
    """Return Bonferroni's intervals and Holm's p values from each alternative's own interval."""
    from scipy.special import ndtr, ndtri

    normal = float(ndtri(1 - ERROR / 2))
    widen = float(ndtri(1 - ERROR / 2 / len(family))) / normal
    own = [difference(side) for side in family]
    plain = []
    for value, low, high in own:
        error = (high - low) / 2 / normal
        plain.append(float(2 * ndtr(-abs(value) / error)) if error > 0 else float(value == 0))
    adjusted = holm(plain)
    return [
        Simultaneous(value - widen * (value - low), value + widen * (high - value), p)
        for (value, low, high), p in zip(own, adjusted, strict=True)
    ]


def holm(p: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p values (1979)."""
    order = np.argsort(p, kind="stable")
    found = [0.0] * len(p)
    least = 0.0
    for rank, k in enumerate(order.tolist()):
        least = max(least, min(1.0, (len(p) - rank) * p[k]))
        found[k] = least
    return found
