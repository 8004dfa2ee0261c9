"""Control variates: the same mean with a narrower interval, against another hand and against answers known."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from sim.analysis.contrast import Sides
from sim.analysis.controls import controlled
from sim.analysis.summary import at_mean, controlled_half_width


def half_width(values: np.ndarray, controls: np.ndarray) -> tuple[float, float]:
    """The mean and its half-width."""
    mean, error, freedom = at_mean(values, controls)
    return mean, controlled_half_width(error, freedom)


def made(generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Skewed values whose mean is 10, and three controls of mean 0 that they follow in part, not in a straight line."""
    controls = generator.random((n, 3)) - 0.5
    noise = generator.exponential(4, n) - 4
    return 10 + 12 * controls[:, 0] + 6 * (controls[:, 1] ** 2 - 1 / 12) + noise, controls


def test_the_mean_is_where_a_regression_has_every_control_at_its_mean() -> None:
    values, controls = made(np.random.default_rng(1), 60)
    fitted = LinearRegression().fit(controls, values)
    mean, error, freedom = at_mean(values, controls)
    assert mean == pytest.approx(float(fitted.intercept_))
    assert freedom == 60 - 4
    left = values - fitted.predict(controls)
    centre = controls - controls.mean(axis=0)
    away = controls.mean(axis=0) @ np.linalg.inv(centre.T @ centre) @ controls.mean(axis=0)
    assert error == pytest.approx(math.sqrt(left @ left / freedom * (1 / 60 + away)))
    _, half = half_width(values, controls)
    assert half == pytest.approx(stats.t.ppf(0.975, freedom) * error)


def test_controls_that_say_nothing_new_change_nothing() -> None:
    values, controls = made(np.random.default_rng(2), 50)
    twice = np.column_stack([controls, controls[:, 0] + controls[:, 1]])
    assert at_mean(values, twice) == pytest.approx(at_mean(values, controls))
    none = np.zeros((50, 0))
    assert at_mean(values, none)[0] == pytest.approx(values.mean())
    assert half_width(values, none)[1] == pytest.approx(stats.t.ppf(0.975, 49) * stats.sem(values))
    assert math.isnan(at_mean(values[:4], controls[:4])[0]), "four values tell a line through three controls exactly"


def test_intervals_cover_and_are_narrower() -> None:
    generator = np.random.default_rng(3)
    hits, ratio = 0, []
    for _ in range(600):
        values, controls = made(generator, 120)
        mean, half = half_width(values, controls)
        hits += abs(mean - 10) <= half
        ratio.append(half / (stats.t.ppf(0.975, 119) * stats.sem(values)))
    assert 0.93 <= hits / 600 <= 0.97
    assert np.mean(ratio) < 0.82  # the straight part alone explains 12 of 28 of the variance


def test_the_change_is_the_difference_of_the_sides_and_says_what_was_gained() -> None:
    a, controls = made(np.random.default_rng(4), 200)
    b = 0.5 * a + np.random.default_rng(5).normal(0, 1, 200)
    found = controlled(Sides(a[None], b[None], True), controls)
    assert found.difference.value == pytest.approx(found.alternative - found.baseline)
    assert found.alternative == pytest.approx(at_mean(b, controls)[0])
    assert (found.n, found.controls) == (200, 3)
    _, error, _ = at_mean(b - a, controls)
    assert found.variance_reduction == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / 200 / error**2)
    same = controlled(Sides(a[None], a[None], True), controls)
    assert same.difference.value == pytest.approx(0)


def test_the_change_lies_amid_its_interval_and_no_freedom_gives_none() -> None:
    generator = np.random.default_rng(5)
    a, controls = made(generator, 50)
    b = a + generator.normal(2.0, 1.0, 50)
    found = controlled(Sides(a[None, :], b[None, :], True), controls)
    mean, half = half_width(b - a, controls)
    assert found.difference == pytest.approx((mean, mean - half, mean + half))
    assert found.alternative - found.baseline == pytest.approx(mean)
    value, error, freedom = at_mean(a[:4], controls[:4])  # a mean and three numbers from four replicates
    assert math.isnan(value) and math.isnan(error) and freedom == 0
    assert math.isnan(controlled_half_width(error, freedom))


def test_two_pairs_without_a_control_tell_as_pairs_do() -> None:
    a, b = np.array([[1.0, 5.0], [3.0, 9.0]]), np.array([[2.0, 5.0], [2.0, 7.0]])
    found = controlled(Sides(a, b, True), np.zeros((2, 0)))
    change = b.mean(axis=0) - a.mean(axis=0)  # 0 and -1: points count by their mean
    low, high = stats.t.interval(0.95, 1, change.mean(), stats.sem(change))
    assert found.difference == pytest.approx((-0.5, low, high))
    assert (found.baseline, found.alternative) == pytest.approx((4.5, 4.0))
    assert found.variance_reduction == pytest.approx((12.5 + 8.0) / 0.5) and (found.n, found.controls) == (2, 0)
    assert math.isnan(controlled(Sides(a, a + 1, True), np.zeros((2, 0))).variance_reduction)
    assert math.isnan(controlled(Sides(a[:, :1], b[:, :1], True), np.zeros((1, 0))).difference.value)
