"""The share of a single run's variance that is chance, against a world where it is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.sensitivity import noise_share


def drawn(points: int, replicates: int, worlds: float, chance: float) -> np.ndarray:
    rng = np.random.default_rng(8)
    return rng.normal(0, worlds, (points, 1)) + rng.normal(0, chance, (points, replicates))


@pytest.mark.parametrize(("worlds", "chance"), [(1.0, 1.0), (3.0, 1.0), (0.5, 1.0)])
def test_chance_has_its_share_of_the_variance(worlds: float, chance: float) -> None:
    """With few replicates a point too, where the mean of a point varies by chance alone."""
    truth = chance**2 / (chance**2 + worlds**2)
    found = noise_share(drawn(400, 3, worlds, chance))
    assert found.value == pytest.approx(truth, abs=0.06)
    assert found.low < truth < found.high
    assert found.high - found.low < 0.2


def test_two_replicates_tell_and_one_does_not() -> None:
    assert noise_share(drawn(400, 2, 1.0, 1.0)).value == pytest.approx(0.5, abs=0.1)
    assert math.isnan(noise_share(drawn(400, 1, 1.0, 1.0)).value)
    assert math.isnan(noise_share(drawn(1, 30, 1.0, 1.0)).value)


def test_where_nothing_differs_between_worlds_all_is_chance_and_where_nothing_varies_nothing_is() -> None:
    assert noise_share(drawn(300, 20, 0.0, 1.0)).value > 0.97
    assert noise_share(np.repeat(np.arange(6.0)[:, None], 4, axis=1)).value == 0.0
    assert math.isnan(noise_share(np.ones((5, 4))).value)


def test_two_points_tell() -> None:
    # A variance of 2 within each; means 1 and 5, which share all of their chance, vary by 8.
    assert noise_share(np.array([[0.0, 2.0], [4.0, 6.0]])).value == pytest.approx(2 / (2 + 8))
