"""Scores of forecasts of a share or a count: CRPS, interval score, ignorance, coverage, PIT, skill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEVEL = 0.9
"""Of the intervals scored."""
PERSON_BINS = (0, 1, 3, 6, 11, 26, 51, 101, 251, 501, 1001)
"""First count of each bin of the ignorance score: those of the VIEWS prediction challenge 2023/24 (Hegre et al.)."""


def crps(sample: ArrayLike, value: float, weights: ArrayLike | None = None) -> float:
    """Return the fair CRPS of a sample for a value: E|X - y| - E|X - X'| / 2 over pairs of different members.

    Parameters: weights, of the members, need not sum to 1; default equal. A sample of one member has E|X - X'| = 0.
    Source: Ferro 2014, fair scores for ensembles; with weights, pairs are weighted by the product.
    """
    x = np.asarray(sample, np.float64)
    w = np.full(len(x), 1.0 / len(x)) if weights is None else np.asarray(weights, np.float64)
    w = w / w.sum()
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    apart = float(np.sum(w * np.abs(x - value)))
    others = 1.0 - float(np.sum(w * w))
    if others <= 1e-12:
        return apart
    below = np.cumsum(w) - w
    pairs = 2.0 * float(np.sum(w * (x * below - (np.cumsum(w * x) - w * x))))
    return apart - 0.5 * pairs / others


def crps_uniform(value: float) -> float:
    """Return the CRPS of a uniform forecast on 0 to 1 for a value in it."""
    return (value**3 + (1.0 - value) ** 3) / 3.0


def over_range(score: object, low: float, high: float, points: int = 21) -> float:
    """Return the mean of a score, a function of a value, over evenly spaced values of a range."""
    assert callable(score)
    values = [low] if high <= low else np.linspace(low, high, points)
    return float(np.mean([score(float(value)) for value in values]))


def interval_score(low: float, high: float, value: float, level: float = LEVEL) -> float:
    """Return the interval score of a central interval (Gneiting and Raftery 2007): width, and a penalty for a miss."""
    penalty = 2.0 / (1.0 - level)
    return high - low + penalty * max(0.0, low - value) + penalty * max(0.0, value - high)


def ignorance(counts: ArrayLike, value: float) -> float:
    """Return the ignorance score, bits: -log2 of the share of a sample in the value's bin of PERSON_BINS.

    One member's worth is spread over all bins, so that it stays finite. Parameters: counts, persons.
    """
    edges = np.array(PERSON_BINS, np.float64)
    found = np.searchsorted(edges, np.asarray(counts, np.float64), side="right")
    where = int(np.searchsorted(edges, value, side="right"))
    share = (float(np.sum(found == where)) + 1.0 / len(edges)) / (len(found) + 1.0)
    return float(-np.log2(share))


def pit(sample: ArrayLike, value: float, u: float) -> float:
    """Return the probability integral transform of a value, randomised by u in (0, 1) among members equal to it."""
    x = np.asarray(sample, np.float64)
    return float(np.mean(x < value) + u * np.mean(x == value))


def mean_difference(differences: ArrayLike, draws: int = 2000) -> tuple[float, float, float]:
    """Return the mean of paired differences with its 95% bootstrap interval over events; NaN without events."""
    found = np.asarray(differences, np.float64)
    if len(found) == 0:
        return float("nan"), float("nan"), float("nan")
    picks = np.random.default_rng(1).integers(0, len(found), (draws, len(found)))
    low, high = np.quantile(found[picks].mean(axis=1), (0.025, 0.975))
    return float(found.mean()), float(low), float(high)


def skill(scores: ArrayLike, baseline: ArrayLike, draws: int = 2000) -> tuple[float, float, float]:
    """Return 1 - sum(scores) / sum(baseline) with its 95% bootstrap interval over events; NaN without events."""
    ours, theirs = np.asarray(scores, np.float64), np.asarray(baseline, np.float64)
    if len(ours) == 0 or theirs.sum() <= 0.0:
        return float("nan"), float("nan"), float("nan")
    picks = np.random.default_rng(1).integers(0, len(ours), (draws, len(ours)))
    below = theirs[picks].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        resampled = 1.0 - ours[picks].sum(axis=1) / below
    low, high = np.nanquantile(resampled[np.isfinite(resampled)], (0.025, 0.975))
    return float(1.0 - ours.sum() / theirs.sum()), float(low), float(high)


def weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> list[float]:
    """Return quantiles of a weighted sample: the first value at which the weights reach a level; NaN of none."""
    if len(values) == 0:
        return [float("nan") for _ in levels]
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return [float(values[order][min(len(values) - 1, int(np.searchsorted(reached, q - 1e-12)))]) for q in levels]
