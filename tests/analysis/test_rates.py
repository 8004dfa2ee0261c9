"""Rates of rare events and their intervals."""

import numpy as np
import pytest
from scipy.stats import chi2, chisquare

from sim.analysis.rates import rate


@pytest.mark.parametrize("count", [1, 2, 5, 30, 400])
def test_single_events_have_the_exact_poisson_interval(count: int) -> None:
    counts = np.zeros(10_000)
    counts[:count] = 1
    found = rate(counts, np.full(10_000, 0.5))
    assert found.rate == count / 5000
    exact = chi2.ppf([0.025, 0.975], [2 * count, 2 * count + 2]) / 2 / 5000
    assert found.low == pytest.approx(exact[0], rel=1e-6)
    assert found.high == pytest.approx(exact[1], rel=1e-6)


def test_without_events_the_upper_end_is_that_of_none_seen() -> None:
    found = rate(np.zeros(20), np.full(20, 3.0))
    assert (found.rate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(3.689 / 60, rel=0.02)


def test_clumps_carry_less_than_single_events() -> None:
    alone = rate(np.full(100, 10.0), np.ones(100))
    clumps = np.zeros(100)
    clumps[:2] = 500
    together = rate(clumps, np.ones(100))
    assert together.rate == alone.rate
    assert together.low < 0.3 * alone.low
    assert together.high > 2.0 * alone.high


def test_the_interval_covers_as_it_says() -> None:
    generator = np.random.default_rng(3)
    inside = 0
    for _ in range(2000):
        exposures = generator.uniform(0.5, 1.5, 60)
        found = rate(generator.negative_binomial(2, 2 / (2 + 0.5 * exposures)), exposures)
        inside += found.low <= 0.5 <= found.high
    assert 0.92 <= inside / 2000 <= 0.98


def test_two_samples_tell_of_their_clumps() -> None:
    found = rate([0, 100], [1.0, 1.0])  # (50^2 / 50) twice, over one degree of freedom: 100 at a time
    assert found.high == pytest.approx(100 * chi2.ppf(0.975, 4) / 2 / 2)
    assert found.low == pytest.approx(100 * chi2.ppf(0.025, 2) / 2 / 2)
    assert rate([100], [2.0]).high == pytest.approx(chi2.ppf(0.975, 202) / 2 / 2)


@pytest.mark.parametrize("seed", range(4))
def test_the_dispersion_is_pearsons_by_scipy_and_at_least_one(seed: int) -> None:
    generator = np.random.default_rng(seed)
    exposures = generator.uniform(0.5, 4.0, 12)
    counts = generator.poisson(3.0 * exposures) * (1 + 2 * (seed % 2))
    found, total = rate(counts, exposures), counts.sum()
    expected = exposures * total / exposures.sum()
    dispersion = max(1.0, chisquare(counts, expected).statistic / 11)
    assert (dispersion > 1.0) == bool(seed % 2) or seed % 2 == 0
    ends = chi2.ppf([0.025, 0.975], np.array([2, 2]) * total / dispersion + np.array([0, 2])) / 2
    assert found.rate == pytest.approx(total / exposures.sum())
    assert (found.low, found.high) == pytest.approx(tuple(ends * dispersion / exposures.sum()))


def test_a_sample_that_was_not_exposed_adds_no_clump_and_one_event_is_not_none() -> None:
    found = rate([40, 0, 2], [1.0, 0.0, 1.0])  # (19^2 / 21) twice, over two degrees of freedom
    assert found.low == pytest.approx(361 / 21 * chi2.ppf(0.025, 2 * 42 * 21 / 361) / 2 / 2)
    assert rate([1, 0], [1.0, 1.0]).low == pytest.approx(chi2.ppf(0.025, 2) / 2 / 2)
    assert rate([0], [2.0]) == pytest.approx((0.0, 0.0, chi2.ppf(0.975, 2) / 2 / 2))
