"""Quantiles of the five distributions, against SciPy's own."""

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.scenario.declare import MAX_SHAPE, Beta, Choice, LogNormal, MedianSigma, Triangular, Uniform
from sim.scenario.draw import quantile

U = np.concatenate([[0.0, 1e-6], np.linspace(0.001, 0.999, 501)])


@pytest.mark.parametrize(
    ("distribution", "theirs"),
    [
        (Uniform(uniform=(0.5, 2.0)), stats.uniform(0.5, 1.5)),
        (Triangular(triangular=(1.0, 2.0, 5.0)), stats.triang(0.25, 1.0, 4.0)),
        (Triangular(triangular=(1.0, 1.0, 5.0)), stats.triang(0.0, 1.0, 4.0)),
        (Triangular(triangular=(1.0, 5.0, 5.0)), stats.triang(1.0, 1.0, 4.0)),
        (LogNormal(lognormal=MedianSigma(median=24.0, sigma=0.7)), stats.lognorm(0.7, scale=24.0)),
        (Beta(beta=(0.5, 3.0)), stats.beta(0.5, 3.0)),
    ],
    ids=["uniform", "triangular", "falling", "rising", "lognormal", "beta"],
)
def test_quantiles_agree_with_scipy(distribution, theirs) -> None:
    np.testing.assert_allclose(quantile(distribution, U), theirs.ppf(U), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", list(itertools.product([5e-324, 1.0, MAX_SHAPE], repeat=2)))
def test_every_beta_that_is_taken_has_quantiles(shape) -> None:
    drawn = quantile(Beta(beta=shape), np.append(U, 1 - 2**-53))
    assert np.isfinite(drawn).all()
    assert drawn.min() >= 0 and drawn.max() <= 1


def test_a_choice_takes_each_as_often() -> None:
    drawn = quantile(Choice(choice=[6.0, 12.0, 24.0]), (np.arange(3000) + 0.5) / 3000)
    assert {value: int((drawn == value).sum()) for value in (6.0, 12.0, 24.0)} == {6.0: 1000, 12.0: 1000, 24.0: 1000}
    assert quantile(Choice(choice=[1.0, 2.0]), 1.0) == 2.0


def test_distributions_without_width_give_their_one_value() -> None:
    for point in (
        Uniform(uniform=(3.0, 3.0)),
        Triangular(triangular=(3.0, 3.0, 3.0)),
        LogNormal(lognormal=MedianSigma(median=3.0, sigma=0.0)),
    ):
        np.testing.assert_array_equal(quantile(point, [0.0, 0.5, 1.0]), [3.0, 3.0, 3.0])


def test_the_shape_is_that_of_the_probabilities() -> None:
    assert quantile(Uniform(uniform=(0.0, 1.0)), np.zeros((2, 3))).shape == (2, 3)
    assert quantile(Beta(beta=(1.0, 1.0)), 0.25) == pytest.approx(0.25)
