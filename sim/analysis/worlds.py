"""Worlds of a sampled design: the points that differ in their lever alone, which count once and not once a lever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.sweep import LEVER

Keys = NDArray[np.int64]


def worlds_of(points: Sequence[dict[str, Any]]) -> Keys:
    """Return the world of each point, numbered from 0. Parameters: points, the rows of `points`."""
    keys = [tuple(value for name, value in point.items() if name not in ("point", LEVER)) for point in points]
    number = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return np.array([number[key] for key in keys], np.int64)


def resampled(worlds: Keys, generator: np.random.Generator) -> Keys:
    """Return rows of as many worlds, drawn with replacement, each with all its points."""
    order = np.argsort(worlds, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(worlds[order])) + 1)
    return np.concatenate([rows[k] for k in generator.integers(0, len(rows), len(rows))])


def shuffled(column: NDArray[Any], worlds: Keys, generator: np.random.Generator) -> NDArray[Any]:
    """Return a column as it could be without any effect: values of worlds change places; where they differ within a
    world, as levers do, they change places there.
    """
    _, first, at = np.unique(worlds, return_index=True, return_inverse=True)
    if (column == column[first][at]).all():
        return column[generator.permutation(first)][at]
    order = np.lexsort((generator.random(len(column)), worlds))
    found = np.empty_like(column)
    found[order] = column[np.argsort(worlds, kind="stable")]
    return found
