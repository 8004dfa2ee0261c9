"""Which factor matters most."""

import numpy as np
import pytest

from sim.analysis.effects import Paired, effects, paired


def table(rows: dict[tuple, list[float]]) -> Paired:
    """Points of guards.scale and handover, and values of their replicates."""
    points = [{"point": k, "guards.scale": s, "handover": h} for k, (s, h) in enumerate(rows)]
    return Paired(points, np.array(list(rows.values()), float))


def test_the_factor_that_moves_the_median_most_comes_first_with_an_interval():
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 50, 200)
    made = table(
        {(s, h): (1000 * (s < 1) + 40 * (h == "none") + noise).tolist() for s in (0.5, 1.0) for h in ("none", "formal")}
    )
    first, second = effects(made, ["handover", "guards.scale"])
    assert (first.path, first.least, first.most) == ("guards.scale", 1.0, 0.5)
    assert (first.change, first.low, first.high) == pytest.approx((1000, 1000, 1000))  # the same replicates: no noise
    assert (second.path, second.least, second.most, second.change) == ("handover", "formal", "none", pytest.approx(40))


def test_pairs_are_replicates_done_at_every_point():
    points = [{"point": 0}, {"point": 3}]
    point, replicate = np.array([0, 0, 0, 3, 3]), np.array([0, 1, 2, 0, 2])
    made = paired(points, point, replicate, np.array([1.0, 2.0, 3.0, 4.0, 6.0]))
    assert made.values.tolist() == [[1, 3], [4, 6]]
