"""Contrasts of a baseline and an alternative, against answers by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.analysis.contrast import (
    RESAMPLES,
    Sides,
    _resampled,
    contrast,
    exceedance_changes,
    mean_interval,
    quantile_changes,
    standard_error,
    thresholds,
)
from sim.analysis.summary import quantiles

A = np.array([[10.0, 20.0, 30.0, 40.0]])
B = np.array([[8.0, 15.0, 31.0, 30.0]])


def test_a_paired_difference_is_students_interval_of_the_pairs() -> None:
    found = contrast("escaped", Sides(A, B, True))
    assert (found.n, found.baseline, found.alternative) == (4, 25.0, 21.0)
    d = B[0] - A[0]  # -2, -5, 1, -10
    expected = stats.ttest_1samp(d, 0).confidence_interval()
    assert found.difference.value == -4.0
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(expected))
    # var A = 125, var B = 96.5 and var d = 16.5, each about its own mean over four
    assert found.variance_reduction == pytest.approx((125 + 96.5) / 16.5)


def test_an_unpaired_difference_is_welchs() -> None:
    found = contrast("escaped", Sides(A, B[:, :3], False))
    expected = stats.ttest_ind(B[0, :3], A[0], equal_var=False).confidence_interval()
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(expected))
    assert math.isnan(found.variance_reduction)
    assert found.n == 3


def test_one_replicate_gives_no_interval() -> None:
    found = contrast("escaped", Sides(A[:, :1], B[:, :1], True))
    assert found.difference.value == -2.0
    assert math.isnan(found.difference.low) and math.isnan(found.difference.high)
    assert math.isnan(quantile_changes(Sides(A[:, :1], B[:, :1], True))["q50"].low)


def test_nulls_are_left_out_in_pairs_and_days_have_no_mean() -> None:
    holed = B.copy()
    holed[0, 3] = math.nan
    share = contrast("undetected_share", Sides(A, holed, True))
    assert (share.n, share.left_out, share.difference.value) == (3, 1, -2.0)
    days = contrast("first_report_day", Sides(A, holed, True))
    assert math.isnan(days.difference.value)
    assert quantile_changes(Sides(A, holed, True))["q05"].value == pytest.approx(
        quantiles(holed[0], (0.05,))[0] - quantiles(A[0], (0.05,))[0]
    )


def test_exceedance_in_pairs_is_agresti_and_mins() -> None:
    a = np.array([[1.0] * 12 + [0.0] * 28])
    b = np.array([[1.0] * 2 + [0.0] * 38])  # ten go down, none up
    (found,) = exceedance_changes(Sides(a, b, True), [1.0])
    assert (found.baseline, found.alternative, found.change.value) == (0.3, 0.05, -0.25)
    n = 40 + 2 + 1
    centre, square = -10 / n, 12 / n
    half = stats.t.ppf(0.975, n - 1) * math.sqrt((square - centre**2) * n / (n - 1) / n)
    assert found.change.high - found.change.low == pytest.approx(2 * half)
    (never,) = exceedance_changes(Sides(a, a, True), [5.0])
    assert never.change.low < 0 < never.change.high, "not seen is not impossible"


def test_sampled_worlds_widen_the_interval() -> None:
    generator = np.random.default_rng(3)
    world = generator.normal(0, 100, (12, 1))
    a = generator.normal(0, 1, (12, 50))
    fixed = contrast("escaped", Sides(a, a + 10 + world, True))
    sampled = contrast("escaped", Sides(a, a + 10 + world, True, True))
    expected = stats.ttest_1samp((10 + world)[:, 0], 0).confidence_interval()
    assert fixed.difference.high - fixed.difference.low < 1
    assert (sampled.difference.low, sampled.difference.high) == pytest.approx(tuple(expected), rel=0.02)


@pytest.mark.parametrize("paired", [True, False])
def test_intervals_of_quantiles_cover(paired: bool) -> None:
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        a = generator.exponential(100, (1, 80))
        b = 0.5 * a + generator.normal(0, 5, (1, 80)) if paired else generator.exponential(50, (1, 80))
        low, high = quantile_changes(Sides(a, b, paired))["q50"][1:]
        hits += low <= -50 * math.log(2) <= high
    assert 88 <= hits <= 100


def test_thresholds_are_of_the_baseline() -> None:
    assert thresholds(np.arange(101.0)) == [50.0, 90.0, 95.0]
    assert thresholds(np.zeros(10)) == []


@pytest.mark.parametrize("paired", [True, False])
def test_a_change_of_a_share_stays_within_all_and_none(paired: bool) -> None:
    none, all_ = np.zeros((1, 5)), np.full((1, 5), 9.0)
    (up,) = exceedance_changes(Sides(none, all_, paired), [1.0])
    (down,) = exceedance_changes(Sides(all_, none, paired), [1.0])
    assert (up.change.value, down.change.value) == (1.0, -1.0)
    assert up.change.high == 1.0 and down.change.low == -1.0
    assert up.change.low < 1.0 and down.change.high > -1.0


def test_every_replicate_and_every_sampled_world_is_drawn() -> None:
    a = np.arange(12.0).reshape(3, 4)
    for paired, sampled in ((True, False), (True, True), (False, True)):
        drawn = list(_resampled(Sides(a, a + 100, paired, sampled)))
        assert len(drawn) == RESAMPLES
        assert set(np.concatenate([one.ravel() for one, _ in drawn])) == set(a.ravel())
        assert {other.shape for _, other in drawn} == {(3, 4)}
        assert all((other - one == 100).all() for one, other in drawn) == paired
        assert any(one[0, 0] >= 4 for one, _ in drawn) == sampled, "another world stands in the first one's place"
        assert set(np.concatenate([other.ravel() for _, other in drawn])) == set(a.ravel() + 100)
    assert list(_resampled(Sides(a[:, :1], a, False))) == []
    assert len(list(_resampled(Sides(a[:, :2], a[:, :2], True)))) == RESAMPLES


@pytest.mark.parametrize(("work", "draws"), [(24 * 150 + 5, 150), (24, 100)])
def test_large_tables_are_resampled_less_often(monkeypatch, work: int, draws: int) -> None:
    monkeypatch.setattr("sim.analysis.contrast.WORK", work)
    assert len(list(_resampled(Sides(np.zeros((3, 4)), np.zeros((3, 4)), True)))) == draws


@pytest.mark.parametrize(("n", "told"), [(5, [0, 0, 0]), (6, [0, 1, 0]), (71, [0, 1, 0]), (72, [1, 1, 1])])
def test_a_quantile_has_an_interval_where_an_order_statistic_bounds_it(n: int, told: list[int]) -> None:
    a = np.random.default_rng(n).random((1, n))
    found = quantile_changes(Sides(a, a * 2, True))
    assert [int(not math.isnan(found[name].low)) for name in ("q05", "q50", "q95")] == told


def test_exceedance_of_two_samples_is_welchs_of_each_with_one_more_of_both_kinds() -> None:
    a, b = np.array([[1.0] * 12 + [0.0] * 28]), np.array([[1.0] * 4 + [0.0] * 26])
    (found,) = exceedance_changes(Sides(a, b, False), [1.0])
    theirs = stats.ttest_ind([*b[0], 0, 1], [*a[0], 0, 1], equal_var=False).confidence_interval()
    assert found.change.value == pytest.approx(4 / 30 - 0.3)
    assert found.change.high - found.change.low == pytest.approx(theirs.high - theirs.low)


def test_two_pairs_tell_of_the_variance_saved_and_nulls_alone_of_nothing() -> None:
    assert contrast("escaped", Sides(A[:, :2], B[:, :2], True)).variance_reduction == pytest.approx((25 + 12.25) / 2.25)
    nothing = contrast("undetected_share", Sides(A * math.nan, B, True))
    assert (nothing.n, nothing.left_out) == (0, 4) and math.isnan(nothing.difference.value)


@pytest.mark.parametrize(("points", "replicates"), [(5, 7), (2, 2), (2, 9), (6, 1)])
def test_variances_of_replicates_and_of_sampled_worlds_add(points: int, replicates: int) -> None:
    """Satterthwaite's interval of the sum of two squared standard errors, each SciPy's."""
    values = np.random.default_rng(points).gamma(2.0, 10.0, (points, replicates))
    errors = [(stats.sem(values.mean(axis=1)), points - 1)]
    if replicates > 1:
        errors.append((stats.sem(values.mean(axis=0)), replicates - 1))
    total = sum(error**2 for error, _ in errors)
    half = stats.t.ppf(0.975, total**2 / sum(error**4 / free for error, free in errors)) * math.sqrt(total)
    found = mean_interval(values, sampled=True)
    assert found == pytest.approx((values.mean(), values.mean() - half, values.mean() + half))
    assert standard_error(values, sampled=True) == pytest.approx(math.sqrt(total))
    alone = stats.sem(values.mean(axis=0)) if replicates > 1 else math.nan
    assert standard_error(values) == pytest.approx(alone, nan_ok=True)
    assert mean_interval(np.full((2, 3), 4.0)) == (4.0, 4.0, 4.0)


def test_two_samples_of_sampled_worlds_add_the_variances_of_both() -> None:
    a, b = (np.random.default_rng(seed).gamma(2.0, 10.0, (4, n)) for seed, n in ((1, 6), (2, 9)))
    found = contrast("escaped", Sides(a, b, False, True)).difference
    errors = [(stats.sem(side.mean(axis=axis)), side.shape[1 - axis] - 1) for side in (a, b) for axis in (0, 1)]
    total = sum(error**2 for error, _ in errors)
    half = stats.t.ppf(0.975, total**2 / sum(error**4 / free for error, free in errors)) * math.sqrt(total)
    value = b.mean() - a.mean()
    assert found == pytest.approx((value, value - half, value + half))


@pytest.mark.parametrize("paired", [True, False])
def test_intervals_of_a_changed_median_are_scipys_bootstrap(paired: bool) -> None:
    generator = np.random.default_rng(0)
    a = generator.normal(100, 20, (1, 150))
    b = a * 0.8 + generator.normal(0, 10, (1, 150)) if paired else generator.normal(90, 30, (1, 110))
    found = quantile_changes(Sides(a, b, paired))["q50"]
    change = lambda x, y, axis=-1: np.median(y, axis=axis) - np.median(x, axis=axis)  # noqa: E731
    how = {"paired": paired, "n_resamples": 2000, "method": "percentile", "rng": 1}
    theirs = stats.bootstrap((a[0], b[0]), change, **how)
    assert found.value == pytest.approx(np.median(b) - np.median(a))
    assert found.low == pytest.approx(theirs.confidence_interval.low, abs=0.35 * theirs.standard_error)
    assert found.high == pytest.approx(theirs.confidence_interval.high, abs=0.35 * theirs.standard_error)


def test_thresholds_leave_nulls_out_and_begin_above_nothing() -> None:
    assert thresholds(np.array([math.nan, 0.0, 0.5, 1.0, math.nan])) == pytest.approx([0.5, 0.9, 0.95])
    assert thresholds(np.array([math.nan])) == []


def test_a_null_exceeds_every_number_and_points_are_padded_alike() -> None:
    a, b = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]), np.array([[2.0, 2.0, 0.0], [math.nan, 0.0, 2.0]])
    (found,) = exceedance_changes(Sides(a, b, True), [2.0])
    assert (found.x, found.baseline, found.alternative) == (2.0, pytest.approx(1 / 3), pytest.approx(2 / 3))
    means = [1.0, 0.0, 0.0, 1.0, -1.0, 0.0]  # of the points in each replicate, and three more replicates
    half = stats.t.ppf(0.975, 5) * stats.sem(means)
    assert found.change == pytest.approx((1 / 3, 1 / 3 - half, 1.0))


def test_without_pairs_each_side_leaves_out_its_own_nulls() -> None:
    a, b = np.array([[1.0, math.nan, 3.0, 5.0]]), np.array([[2.0, 6.0, 4.0, 8.0, math.nan]])
    found = contrast("undetected_share", Sides(a, b, False))
    assert (found.n, found.left_out, found.baseline, found.alternative) == (3, 1, 3.0, 5.0)
    days = contrast("first_report_day", Sides(a, b, False))
    assert (days.n, days.left_out) == (4, 0) and math.isnan(days.baseline) and math.isnan(days.difference.low)


def test_pairs_that_all_differ_alike_say_nothing_of_a_saving() -> None:
    found = contrast("escaped", Sides(A, A + 3.0, True))
    assert found.difference == (3.0, 3.0, 3.0) and math.isnan(found.variance_reduction)
