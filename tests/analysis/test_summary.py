"""What `--json` prints of a metric, against NumPy and by hand."""

import numpy as np
import pytest
from scipy import stats

from sim.analysis.summary import at_mean, controlled_half_width, defined, half_width_95, metric, quantile_interval


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


def test_what_is_printed_of_a_metric_is_numpys_and_scipys() -> None:
    values = np.random.default_rng(2).gamma(2.0, 10.0, 200)
    found = metric(values, nullable=False)
    assert "n" not in found and found["mean"] == pytest.approx(values.mean())
    for name, share in {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}.items():
        theirs = stats.quantile_test(values, p=share).confidence_interval(0.95)
        assert found[name] == pytest.approx(np.quantile(values, share))
        assert (found[f"{name}_low"], found[f"{name}_high"]) == pytest.approx((theirs.low, theirs.high))
    two = metric([1.0, 3.0], nullable=True)
    assert two["sd"] == pytest.approx(np.sqrt(2)) and (two["q50_low"], two["q50_high"], two["n"]) == (None, None, 2)


def test_nulls_take_mean_and_spread_and_count_beyond() -> None:
    found = metric([1.0, 2.0, np.nan, np.nan], nullable=True)
    assert (found["mean"], found["sd"], found["half_width_95"], found["n"]) == (None, None, None, 2)
    assert found["q05"] == pytest.approx(1.15) and found["q75"] is None


def test_what_is_left_out_depends_on_what_a_null_means() -> None:
    values = [1.0, np.nan]
    assert defined("undetected_share", values).tolist() == [1.0]
    assert len(defined("first_report_day", values)) == 2


def test_a_mean_by_regression_has_its_least_degree_of_freedom_and_repeated_columns_none() -> None:
    values, controls = np.array([1.0, 3.0, 2.0]), np.array([[0.0], [1.0], [2.0]])
    theirs = stats.linregress(controls[:, 0], values)
    mean, error, freedom = at_mean(values, controls)
    assert (mean, error, freedom) == pytest.approx((theirs.intercept, theirs.intercept_stderr, 1))
    assert controlled_half_width(error, freedom) == pytest.approx(stats.t.ppf(0.975, 1) * error)
    assert at_mean(values, np.hstack([controls, 2 * controls])) == pytest.approx((mean, error, 1))
    assert at_mean(values[:2], controls[:2])[2] == 0
