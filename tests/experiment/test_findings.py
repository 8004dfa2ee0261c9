"""What a sweep says."""

import numpy as np
import pytest

from sim.experiment.findings import Paired, effects, paired, tipping


def table(rows: dict[tuple, list[float]]) -> Paired:
    """Points of guards.scale and handover, and values of their replicates."""
    points = [{"point": k, "guards.scale": s, "handover": h} for k, (s, h) in enumerate(rows)]
    return Paired(points, np.array(list(rows.values()), float))


def medians(**of_scale: float) -> Paired:
    return table({(float(s.replace("_", ".")[1:]), "none"): [m, m, m] for s, m in of_scale.items()})


def test_the_guard_is_thick_enough_while_the_median_stays_within_twice_that_of_the_thickest():
    found = tipping(medians(s1=100, s0_75=150, s0_5=200, s0_25=900))
    assert (found.scale, found.largest, found.reference, found.limit) == (0.5, 1.0, 100, 200)
    assert (found.below, found.median_below) == (0.25, 900)


def test_a_thinner_guard_that_happens_to_do_well_does_not_count():
    assert tipping(medians(s1=100, s0_5=500, s0_25=90)).scale == 1.0


def test_never_too_thin_and_a_median_of_nothing():
    assert tipping(medians(s1=100, s0_5=120)).below is None
    assert tipping(medians(s1=0, s0_75=8, s0_5=11)).scale == 0.75


def test_labels_have_no_tipping_point():
    assert tipping(table({("few", "none"): [1, 1], ("many", "none"): [2, 2]})) is None
    assert tipping(medians(s1=1)) is None


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


def test_pairs_are_replicates_done_at_every_point(stored):
    made = paired(stored)
    assert made.values.shape == (6, 53)
    assert made.values[2].tolist() == stored.table("runs", point=2)["escaped"].to_pylist()
