"""What `--json` prints of a metric, against NumPy and by hand."""

import numpy as np
import pytest
from scipy import stats

from sim.analysis.summary import half_width_95, metric, quantile_interval


def test_one_value_has_a_mean_and_no_spread() -> None:
    found = metric([7.0], nullable=False)
    assert (found["mean"], found["sd"], found["half_width_95"]) == (7.0, None, None)
    assert metric([], nullable=True)["mean"] is None and metric([], nullable=True)["n"] == 0


def test_several_values() -> None:
    values = np.array([1.0, 4.0, 4.0, 9.0])
    found = metric(values, nullable=True)
    assert (found["mean"], found["n"]) == (4.5, 4)
    assert found["sd"] == pytest.approx(values.std(ddof=1))
    assert found["half_width_95"] == pytest.approx(3.182446 * values.std(ddof=1) / 2)


@pytest.mark.parametrize("n", [1, 5, 6, 36, 100, 333])
@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
def test_the_interval_of_a_quantile_is_scipys(n: int, probability: float) -> None:
    values = np.random.default_rng(n).exponential(10.0, n)
    theirs = stats.quantile_test(values, p=probability).confidence_interval(0.95)
    assert quantile_interval(values, probability) == pytest.approx((theirs.low, theirs.high), nan_ok=True)


def test_two_values_have_a_half_width() -> None:
    assert half_width_95([1.0, 3.0]) == pytest.approx(stats.t.ppf(0.975, 1))
    assert np.isnan(half_width_95([1.0]))
