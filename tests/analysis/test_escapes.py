"""The distribution of escapes, against closed forms and SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis.escapes import (
    bands,
    dkw,
    exceedance,
    median_interval,
    never_bound,
    share_interval,
    share_over_worlds,
    summary,
)
from sim.analysis.summary import quantiles

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=60)


@given(COUNTS)
def test_exceedance_is_the_share_of_replicates_with_at_least_so_many(values) -> None:
    found = exceedance(values)
    assert found.x.tolist() == sorted(set(values))
    assert found.share == pytest.approx([np.mean(np.array(values) >= x) for x in found.x])
    assert found.share[0] == 1.0
    assert (found.low <= found.share).all() and (found.share <= found.high).all()


def test_the_band_holds_the_true_curve_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    n, inside = 40, 0
    for _ in range(400):
        found = exceedance(rng.random(n))
        truth = 1.0 - found.x
        after = found.share - 1.0 / n  # the step beyond each value
        inside += bool(np.all(np.abs(found.share - truth) <= dkw(n)) and np.all(np.abs(after - truth) <= dkw(n)))
    assert inside / 400 >= 0.93


def test_the_band_is_as_wide_as_massart_has_it_and_no_wider() -> None:
    assert [dkw(n) * math.sqrt(n) for n in (1, 25, 400)] == pytest.approx([1.3581015] * 3)
    assert dkw(100, 0.99) == pytest.approx(0.16276, abs=1e-5)
    assert dkw(0) == 1.0


def test_what_never_happened_is_bounded_as_clopper_and_pearson_have_it() -> None:
    assert never_bound(30) == pytest.approx(stats.binomtest(0, 30, alternative="less").proportion_ci(0.95).high)
    assert never_bound(0) == 1.0


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (1, 1)])
def test_intervals_of_shares_are_scipys(k, n) -> None:
    wanted = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    assert share_interval(k, n) == pytest.approx((wanted.low, wanted.high))


def test_no_runs_say_nothing_about_a_share() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)


def test_a_summary_is_numpys_and_counts_nulls_as_beyond() -> None:
    values = np.random.default_rng(1).lognormal(3, 1, 333)
    found = summary(values)
    assert found[1:8] == pytest.approx((values.mean(), *np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95, 0.99))))
    assert found.largest == values.max() and found.n == 333
    holed = summary([1.0, 2.0, math.nan, math.nan])
    assert (
        holed.q05 == pytest.approx(1.15) and math.isnan(holed.q75) and math.isnan(holed.mean) and holed.largest == 2.0
    )
    assert summary([]).n == 0 and math.isnan(summary([]).q50)


def test_bands_are_quantiles_over_replicates() -> None:
    values = np.random.default_rng(2).random((50, 7))
    assert bands(values, (0.1, 0.5)) == pytest.approx(np.quantile(values, (0.1, 0.5), axis=0))


def test_the_medians_interval_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = [low <= math.log(2) <= high for low, high in (median_interval(rng.exponential(1, 60)) for _ in range(600))]
    assert np.mean(held) >= 0.93
    assert all(math.isnan(end) for end in median_interval([5.0])), "one run knows no median"
    assert all(math.isnan(end) for end in median_interval([]))


def worlds_alike(rng: np.random.Generator, worlds: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Values about 0 of runs that share what their world has, and the world of each."""
    of = np.repeat(np.arange(worlds), runs)
    return rng.normal(0, 1, worlds)[of] + rng.normal(0, 0.3, len(of)), of


@pytest.mark.parametrize("worlds", [8, 30])
def test_the_medians_interval_over_sampled_worlds_holds_it_as_often_as_it_says(worlds: int) -> None:
    """By order statistics of the runs it would in every third case."""
    rng = np.random.default_rng(worlds)
    held, alone = [], []
    for _ in range(200):
        values, of = worlds_alike(rng, worlds, 20)
        for found, (low, high) in ((held, median_interval(values, of)), (alone, median_interval(values))):
            found.append(low <= 0 <= high)
    assert np.mean(held) >= 0.91 and np.mean(alone) < 0.6


def test_few_worlds_tell_of_no_median_and_nulls_are_left_out() -> None:
    values, of = worlds_alike(np.random.default_rng(1), 5, 50)
    assert all(math.isnan(end) for end in median_interval(values, of))
    values, of = worlds_alike(np.random.default_rng(1), 20, 50)
    holed = np.append(values, [math.nan] * 50)
    assert median_interval(holed, np.append(of, [20] * 50)) == median_interval(values, of)
    assert all(math.isnan(end) for end in median_interval([math.nan], np.array([0])))


def test_a_share_over_sampled_worlds_is_as_sure_as_their_number() -> None:
    each = np.repeat(np.arange(20) < 5, 30)  # all runs of a world alike
    of = np.repeat(np.arange(20), 30)
    low, high = share_over_worlds(each, of)
    theirs = share_interval(5, 20)
    assert (low, high) == pytest.approx(theirs, abs=0.03) and low <= theirs[0]
    assert share_over_worlds(each, None) == share_interval(150, 600)
    assert share_over_worlds(np.zeros(600, bool), of) == share_interval(0, 20), "not seen in twenty worlds"
    apart = np.random.default_rng(2).random(600) < 0.25
    assert share_over_worlds(apart, of) == pytest.approx(share_interval(int(apart.sum()), 600), abs=0.03)
    assert share_over_worlds(np.zeros(0, bool), np.zeros(0, int)) == (0.0, 1.0)


def test_a_band_over_worlds_is_as_wide_as_their_number_has_it() -> None:
    found = exceedance(np.arange(1000.0), independent=100)
    assert found.high[500] - found.share[500] == pytest.approx(dkw(100))


def test_one_run_bounds_what_it_did_not_see() -> None:
    assert never_bound(1) == pytest.approx(0.95) and never_bound(1, 0.8) == pytest.approx(0.8)


@given(st.lists(st.one_of(st.floats(-50, 50), st.just(math.nan)), min_size=1, max_size=30), st.floats(0, 1))
def test_quantiles_are_numpys_and_none_where_they_fall_among_nulls(values, probability) -> None:
    """A null is beyond every number: with infinity in its place a quantile that is no number has none."""
    (found,) = quantiles(values, (probability,))
    filled = np.sort(np.nan_to_num(values, nan=math.inf))
    at = probability * (len(filled) - 1)
    ends = filled[[math.floor(at), math.ceil(at)]]
    if np.isinf(ends).any():
        assert math.isnan(found)
    else:
        assert found == pytest.approx(np.quantile(ends, at - math.floor(at)), abs=1e-9)


def test_the_band_of_another_level_is_cut_at_nothing_and_all() -> None:
    found = exceedance([1.0, 2.0, 3.0, math.nan], 0.5)
    half = math.sqrt(math.log(2 / 0.5) / 8)
    assert found.share == pytest.approx([1.0, 0.75, 0.5])
    assert found.low == pytest.approx([1 - half, 0.75 - half, 0.5 - half])
    assert found.high == pytest.approx([1.0, 1.0, 0.5 + half])
    assert exceedance([5.0]).low.tolist() == [0.0] and len(exceedance([]).x) == 0


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_intervals_of_shares_of_any_level_are_scipys(level: float) -> None:
    wanted = stats.binomtest(2, 7).proportion_ci(level, method="exact")
    assert share_interval(2, 7, level) == pytest.approx((wanted.low, wanted.high))
    assert never_bound(7, level) == pytest.approx(stats.binomtest(0, 7, alternative="less").proportion_ci(level).high)


def test_nulls_alone_have_no_largest_and_the_median_leaves_them_out() -> None:
    assert math.isnan(summary([math.nan]).largest) and summary([math.nan]).n == 1
    assert math.isnan(summary([]).largest) and math.isnan(summary([]).mean)
    values = np.random.default_rng(3).random(9)
    theirs = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert median_interval([*values, math.nan, math.nan]) == pytest.approx((theirs.low, theirs.high))
