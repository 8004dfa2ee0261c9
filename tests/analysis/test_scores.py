"""Scores, against scoringrules as an independent hand, numerical integration and what their definitions ask."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules
from scipy import integrate, special, stats

from sim.analysis.recorded import ALL_GONE, ERROR, OTHER, SAID_ALL, as_recorded, log_odds
from sim.analysis.scores import (
    PERSON_BINS,
    crps,
    crps_uniform,
    ignorance,
    interval_score,
    mean_difference,
    over_range,
    pit,
    skill,
    weighted_quantiles,
)

RNG = np.random.default_rng(4)


@pytest.mark.parametrize("n", [2, 7, 400])
def test_crps_is_the_fair_one(n: int) -> None:
    sample, value = RNG.beta(2, 3, n), 0.37
    assert crps(sample, value) == pytest.approx(scoringrules.crps_ensemble(value, sample, estimator="fair"), rel=1e-12)


def test_crps_of_ties_and_of_one_member() -> None:
    assert crps([0.4, 0.4, 0.4], 0.5) == pytest.approx(0.1)
    assert crps([0.4], 0.5) == pytest.approx(0.1)
    assert crps([0.2, 0.2, 0.9], 0.9) == pytest.approx(
        scoringrules.crps_ensemble(0.9, np.array([0.2, 0.2, 0.9]), estimator="fair")
    )


def test_weights_of_one_size_are_no_weights() -> None:
    sample = RNG.random(30)
    assert crps(sample, 0.2, np.full(30, 7.0)) == pytest.approx(crps(sample, 0.2))


def test_the_weighted_crps_is_what_its_definition_says() -> None:
    x, w, y = RNG.random(9), RNG.random(9), 0.6
    w = w / w.sum()
    apart = sum(a * abs(b - y) for a, b in zip(w, x, strict=True))
    pairs = sum(w[i] * w[j] * abs(x[i] - x[j]) for i in range(9) for j in range(9) if i != j)
    assert crps(x, y, w) == pytest.approx(apart - pairs / (2 * (1 - (w**2).sum())))


def test_the_fair_score_does_not_reward_fewer_members() -> None:
    """Its mean over samples of any size from the truth is that of the whole distribution."""
    values = RNG.random(20_000)
    for n in (2, 5, 40):
        found = np.mean([crps(RNG.random(n), value) for value in values[:6000]])
        assert found == pytest.approx(1 / 6, abs=0.006), n


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_crps_of_a_uniform(value: float) -> None:
    found = integrate.quad(lambda x: (x - (x >= value)) ** 2, 0, 1, points=[value])[0]
    assert crps_uniform(value) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("value", [0.1, 0.5, 0.95])
def test_interval_score(value: float) -> None:
    theirs = scoringrules.interval_score(value, 0.2, 0.7, 0.1)
    assert interval_score(0.2, 0.7, value) == pytest.approx(theirs)


def test_ignorance_counts_the_bin_of_the_challenge() -> None:
    counts = np.array([0, 0, 2, 30, 40, 45, 2000, 2000])
    bins = len(PERSON_BINS)
    assert ignorance(counts, 42) == pytest.approx(-math.log2((3 + 1 / bins) / 9))
    assert ignorance(counts, 200) == pytest.approx(-math.log2((1 / bins) / 9)), "finite where no member is"
    assert ignorance(counts, 10_000) == pytest.approx(-math.log2((2 + 1 / bins) / 9))


def test_a_contested_event_is_averaged_over_its_range() -> None:
    assert over_range(lambda y: y, 0.2, 0.4) == pytest.approx(0.3)
    assert over_range(lambda y: y, 0.2, 0.2) == pytest.approx(0.2)


def test_pit_is_uniform_for_a_true_forecast_with_ties() -> None:
    values = RNG.binomial(3, 0.4, 4000)
    found = [pit(RNG.binomial(3, 0.4, 300), float(value), float(RNG.random())) for value in values]
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_skill_and_its_interval() -> None:
    theirs = RNG.random(40)
    value, low, high = skill(list(0.8 * theirs), list(theirs))
    assert (value, low, high) == pytest.approx((0.2, 0.2, 0.2))
    value, low, high = skill(list(RNG.permutation(theirs)), list(theirs))
    assert value == pytest.approx(0.0)
    assert low < 0.0 < high
    assert all(math.isnan(part) for part in skill([], []))


def test_a_recorded_share_is_the_true_one_with_the_stated_error() -> None:
    rng = np.random.default_rng(4)
    told = as_recorded(np.full(40_000, 0.3), 1000, rng)
    odds = log_odds(told, 1000) - log_odds(0.3, 1000)
    assert np.median(odds) == pytest.approx(0.0, abs=0.02)
    low, high = np.quantile(odds, (0.16, 0.84))
    assert 0.5 * (high - low) == pytest.approx(ERROR, rel=0.1)
    assert (as_recorded(np.zeros(100), 1000, rng) == 0).all(), "nobody out stays nobody"
    full = as_recorded(np.full(40_000, 0.999), 1000, rng)
    assert np.mean(full == 1.0) == pytest.approx(SAID_ALL, abs=0.05), "an emptied place is mostly told of as emptied"
    assert ((told > 0) & (told <= 1)).all()


def test_a_mean_difference_is_scipys_bootstrap() -> None:
    found = RNG.normal(-0.2, 1.0, 30)
    value, low, high = mean_difference(found)
    theirs = stats.bootstrap((found,), np.mean, n_resamples=4000, method="percentile", rng=1).confidence_interval
    assert value == pytest.approx(found.mean())
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert mean_difference(np.zeros(5)) == (0.0, 0.0, 0.0)
    assert all(math.isnan(part) for part in mean_difference([]))


def test_weighted_quantiles_of_one_value_and_of_equal_weights() -> None:
    assert weighted_quantiles(np.array([3.0]), np.array([1.0]), (0.05, 0.5, 0.95)) == [3.0, 3.0, 3.0]
    assert weighted_quantiles(np.array([4.0, 1.0, 3.0, 2.0]), np.full(4, 0.25), (0.2, 0.5, 1.0)) == [1.0, 2.0, 4.0]
    assert all(math.isnan(part) for part in weighted_quantiles(np.zeros(0), np.zeros(0), (0.1, 0.9)))


def test_nobody_and_one_are_bins_of_their_own() -> None:
    bins = len(PERSON_BINS)
    assert ignorance([0, 0, 1], 0) == pytest.approx(-math.log2((2 + 1 / bins) / 4))
    assert ignorance([0, 0, 1], 1) == pytest.approx(-math.log2((1 + 1 / bins) / 4))


def test_the_record_is_now_and_then_of_another_kind_and_never_below_half_a_person() -> None:
    assert log_odds(0.3, 1000) == pytest.approx(math.log(300.5 / 700.5))
    told = as_recorded(np.full(40_000, 0.3), 1000, np.random.default_rng(5))
    far = np.abs(log_odds(told, 1000) - log_odds(0.3, 1000)) > 5 * ERROR
    low, high = special.expit(log_odds(0.3, 1000) + np.array([-5, 5]) * ERROR)
    assert far.mean() == pytest.approx(OTHER * (1 - high + low), rel=0.25)
    assert as_recorded(np.full(2000, 0.001), 1000, np.random.default_rng(6)).min() == 0.0005


def test_pit_by_hand() -> None:
    assert pit([1, 2, 2, 5], 2.0, 0.25) == pytest.approx(1 / 4 + 0.25 * 2 / 4)
    assert [pit([1, 2], value, 0.5) for value in (0.0, 3.0)] == [0.0, 1.0]


def test_an_interval_score_of_another_level_and_on_either_side() -> None:
    for value in (0.0, 0.2, 0.4, 0.7, 1.5):
        assert interval_score(0.2, 0.7, value, 0.5) == pytest.approx(scoringrules.interval_score(value, 0.2, 0.7, 0.5))


def test_a_range_is_averaged_at_even_steps_with_both_ends() -> None:
    assert over_range(lambda y: y**2, 0.0, 1.0, 3) == pytest.approx((0 + 0.25 + 1) / 3)
    assert over_range(lambda y: y**2, 0.0, 1.0) == pytest.approx(np.mean(np.linspace(0, 1, 21) ** 2))
    assert over_range(lambda y: y, 0.4, 0.2) == 0.4, "an empty range is its first end"


def test_skill_has_scipys_bootstrap_interval_and_none_against_a_perfect_baseline() -> None:
    rng = np.random.default_rng(3)
    theirs = rng.gamma(2.0, 1.0, 40)
    ours = theirs * rng.uniform(0.2, 1.4, 40)
    value, low, high = skill(ours, theirs)
    assert value == pytest.approx(1 - ours.sum() / theirs.sum())
    gain = lambda x, y, axis=-1: 1 - x.sum(axis=axis) / y.sum(axis=axis)  # noqa: E731
    found = stats.bootstrap((ours, theirs), gain, paired=True, n_resamples=4000, method="percentile", rng=2)
    assert (low, high) == pytest.approx(tuple(found.confidence_interval), abs=0.12 * (high - low))
    assert all(math.isnan(part) for part in skill([1.0, 2.0], [0.0, 0.0]))
    value, low, high = skill([1.0, 1.0], [0.0, 4.0])  # resamples without the second event have no skill
    assert (value, low, high) == pytest.approx((0.5, 0.5, 0.75)) and skill([0.1], [0.2]) == (0.5, 0.5, 0.5)


def test_weighted_quantiles_are_those_of_a_sample_that_repeats_each_value_so_often() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        values, times = rng.normal(size=7).round(1), rng.integers(1, 5, 7)
        levels = (0.05, 0.3, 0.5, 0.77, 1.0)
        wanted = np.quantile(np.repeat(values, times), levels, method="inverted_cdf")
        assert weighted_quantiles(values, times.astype(float) / 3.0, levels) == wanted.tolist()
    assert weighted_quantiles(np.array([1.0, 2.0]), np.array([0.0, 5.0]), (0.5,)) == [2.0]


@pytest.mark.parametrize("value", [0, 1, 2, 3, 5, 6, 10, 11, 25, 26, 500, 501, 1000, 1001, 90_000])
def test_ignorance_counts_members_of_the_same_bin_one_by_one(value: int) -> None:
    counts = RNG.integers(0, 3000, 60) // RNG.integers(1, 400, 60)
    starts = [*PERSON_BINS, 10**9]
    ((low, high),) = [(a, b) for a, b in zip(starts[:-1], starts[1:], strict=True) if a <= value < b]
    same = sum(low <= count < high for count in counts.tolist())
    assert ignorance(counts, value) == pytest.approx(-math.log2((same + 1 / 11) / 61))


def test_a_member_with_all_the_weight_is_a_forecast_of_one_value() -> None:
    assert crps([0.2, 0.9], 0.5, [0.0, 3.0]) == pytest.approx(0.4)
    x, w = np.array([0.2, 0.9, 0.9]), np.array([1.0, 2.0, 1.0])
    pairs = sum(a * b * abs(s - t) for s, a in zip(x, w, strict=True) for t, b in zip(x, w, strict=True)) / 16
    assert crps(x, 0.5, w) == pytest.approx(0.25 * 0.3 + 0.75 * 0.4 - 0.5 * pairs / (1 - 6 / 16))


def test_a_place_is_told_of_as_emptied_where_its_figure_comes_near_it() -> None:
    """As often as the error, or the few events of another kind, take a share of 0.9 to ALL_GONE."""
    told = as_recorded(np.full(40_000, 0.9), 1000, np.random.default_rng(8))
    beyond = 1 - stats.norm.cdf((log_odds(ALL_GONE, 1000) - log_odds(0.9, 1000)) / ERROR)
    gone = (1 - OTHER) * beyond + OTHER * (1 - ALL_GONE)
    assert np.mean(told == 1.0) == pytest.approx(SAID_ALL * gone, abs=0.005)
    assert np.mean((told >= ALL_GONE) & (told < 1.0)) == pytest.approx((1 - SAID_ALL) * gone, abs=0.004)
    assert log_odds([0.0, 1.0], 9).tolist() == pytest.approx([math.log(0.05 / 0.95), math.log(0.95 / 0.05)])
    assert as_recorded([0.0, 0.5], 10, np.random.default_rng(1)).shape == (2,)
