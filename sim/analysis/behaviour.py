"""Behaviour space: which parts of the space of two outcomes any run has reached, and what was never seen.

Cells are those of pattern space exploration (Chérel, Cottineau & Reuillon 2015), filled here by the runs of a design,
without their search for new cells: what is empty was not reached by this design, and by how many runs is said.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.escapes import never_bound
from sim.analysis.summary import Floats

CELLS = 10
"""Cells along each outcome."""


class Behaviour(NamedTuple):
    """Runs by cell, (CELLS, CELLS), rows along the first outcome; edges; a point that reached each cell, -1 for none.

    `never` bounds the share of runs of this design (95%) that fall into any one cell that none reached.
    """

    counts: NDArray[np.int64]
    first: Floats
    second: Floats
    by_point: NDArray[np.int64]
    runs: int
    never: float

    @property
    def reached(self) -> int:
        """Number of cells that some run reached."""
        return int(np.count_nonzero(self.counts))


def behaviour(one: Floats, other: Floats, points: NDArray[np.int64]) -> Behaviour:
    """Return which cells are reached. Parameters: two outcomes and the point of each run; nulls are left out.

    Cells are even in the square root of the value, so that a long tail does not hide the many small outcomes.
    """
    there = ~(np.isnan(one) | np.isnan(other))
    one, other, points = one[there], other[there], points[there]
    edges = [_edges(values) for values in (one, other)]
    at = [np.clip(np.searchsorted(e, v, "right") - 1, 0, CELLS - 1) for e, v in zip(edges, (one, other), strict=True)]
    counts = np.zeros((CELLS, CELLS), np.int64)
    np.add.at(counts, tuple(at), 1)
    by_point = np.full((CELLS, CELLS), -1, np.int64)
    by_point[tuple(at)] = points
    return Behaviour(counts, edges[0], edges[1], by_point, len(one), never_bound(len(one)))


def _edges(values: Floats) -> Floats:
    """Return the edges of the cells, from the least (or 0) to the largest value."""
    low = min(0.0, float(values.min())) if len(values) else 0.0
    high = max(low + 1e-9, float(values.max())) if len(values) else low + 1.0
    return low + (np.linspace(0.0, math.sqrt(high - low), CELLS + 1)) ** 2
