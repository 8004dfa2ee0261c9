"""The numbers drawn in each replicate, as control variates: uniform numbers less their mean of a half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.summary import Floats
from sim.scenario.resolved import Resolved


def controls_of(scenarios: Sequence[Resolved], seed: int, replicates: Sequence[int]) -> Floats:
    """Return what the scenarios draw in each replicate: float64 (replicates, numbers), every mean 0.

    A distribution counts by the uniform number that it is drawn by, a column of joint draws by the rank of its value
    among the rows, all of which are drawn alike. Numbers that several scenarios draw, they draw alike; columns that
    never vary are left out.
    """
    from sim.engine.random import fill_by_replicate, name_key
    from sim.model.run import DRAW, JOINT
    from sim.world.state import THEATRE

    which = np.asarray(replicates, np.int64)
    first = int(which.min()) if len(which) else 0
    every = np.empty(int(which.max()) - first + 1 if len(which) else 0)

    def drawn(stream: np.uint64, entity: np.uint64) -> Floats:
        fill_by_replicate(every, seed, stream, first, entity)
        return every[which - first]

    found: dict[str, Floats] = {}
    for scenario in scenarios:
        rows = scenario.joint()
        if rows:
            chosen = (drawn(JOINT, THEATRE) * len(rows)).astype(np.int64)
            for path in rows[0]:
                found.setdefault(path, _ranks(np.array([row[path] for row in rows], np.float64))[chosen])
        for path in scenario.rule_numbers():
            if path not in found:
                found[path] = drawn(DRAW, name_key(path)) - 0.5
    vary = [column for column in found.values() if len(column) and np.ptp(column) > 0]
    return np.column_stack(vary) if vary else np.zeros((len(replicates), 0))


def _ranks(values: Floats) -> Floats:
    """Return the rank of each value among all, as a share less a half; ties have the mean of theirs."""
    _, place, many = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(many) - (many + 1) / 2 + 0.5
    return np.asarray((middle / len(values) - 0.5)[place], np.float64)
