"""Delays with censoring, against SciPy and by hand."""

import math
import warnings

import numpy as np
import pytest
from scipy.stats import CensoredData, binom, ecdf

from sim.analysis.gap import Delays, clustered, delay_quantile, delays, kaplan_meier, trusted_until

NULL = math.nan


def test_delays_run_from_the_first_escape_to_the_horizon_at_most() -> None:
    found = delays(np.array([1.0, 2.0, NULL, 3.0]), np.array([4.5, NULL, 5.0, 2.0]), 10.0)
    assert found.known.tolist() == [3.5, 0.0]
    assert found.censored.tolist() == [8.0]
    assert (found.n, found.before, found.never) == (3, 1, pytest.approx(1 / 3))


def test_without_escapes_there_is_no_delay() -> None:
    found = delays(np.array([NULL]), np.array([NULL]), 10.0)
    assert found.n == 0 and math.isnan(found.never) and math.isnan(delay_quantile(found, 0.5))


def test_kaplan_meier_by_hand() -> None:
    curve = kaplan_meier(Delays(np.array([1.0, 3.0, 3.0]), np.array([2.0, 5.0]), 0))
    assert curve.days[:3].tolist() == [0.0, 1.0, 2.0]
    # 1 - (4/5) after day 1; then 1 - (4/5)(1/3) after day 3, with three at risk of whom two go
    assert dict(zip(curve.days, curve.share, strict=True))[1.0] == pytest.approx(0.2)
    assert dict(zip(curve.days, curve.share, strict=True))[3.0] == pytest.approx(1 - 0.8 / 3)


def test_the_interval_is_scipys() -> None:
    rng = np.random.default_rng(1)
    known, censored = np.round(rng.exponential(3, 60), 1) + 0.1, rng.uniform(0.5, 8, 30)
    curve = kaplan_meier(Delays(known, censored, 0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = ecdf(CensoredData(uncensored=known, right=censored)).cdf.confidence_interval(0.95, method="log-log")
    low, high = wanted.low.probabilities, wanted.high.probabilities
    defined = ~np.isnan(low)
    assert defined.sum() > 40
    assert curve.low[1:][defined] == pytest.approx(low[defined])
    assert curve.high[1:][defined] == pytest.approx(high[defined])
    assert curve.low[~np.r_[False, defined]] == pytest.approx(curve.share[~np.r_[False, defined]])


@pytest.mark.filterwarnings("error")
def test_edges_give_no_warning() -> None:
    for known, censored in (([0.0], []), ([1.0], []), ([], [3.0]), ([0.0, 0.0], [0.0]), ([2.0] * 5, [2.0])):
        curve = kaplan_meier(Delays(np.array(known), np.array(censored), 0))
        assert curve.days[0] == 0.0
        assert ((curve.share >= 0) & (curve.share <= 1)).all()


def test_a_median_beyond_the_horizon_is_none() -> None:
    assert math.isnan(delay_quantile(Delays(np.array([1.0]), np.array([9.0] * 3), 0), 0.5))
    assert delay_quantile(Delays(np.array([1.0, 2.0, 3.0]), np.array([9.0]), 0), 0.5) == 2.0


def test_the_curve_is_trusted_while_enough_are_observed() -> None:
    early = Delays(np.arange(1.0, 97.0), np.array([0.5] * 4), 0)
    assert trusted_until(early) == 92.0  # five are left under observation there, fewer after it
    assert trusted_until(Delays(np.arange(1.0, 101.0), np.array([]), 0)) == math.inf
    assert trusted_until(Delays(np.arange(1.0, 91.0), np.array([99.0] * 10), 0)) == math.inf
    assert trusted_until(Delays(np.arange(1.0, 20.0), np.array([0.5]), 0)) == 15.0  # five of 20, not one
    assert trusted_until(Delays(np.array([1.0]), np.array([0.5]), 0)) == math.inf


def test_a_curve_over_clusters_is_that_of_kaplan_and_meier_and_wider_where_clusters_agree() -> None:
    rng = np.random.default_rng(3)
    delay, limit = rng.exponential(3.0, 40), 4.0
    seen = delay <= limit
    watched = np.minimum(delay, limit)
    plain = kaplan_meier(Delays(watched[seen], watched[~seen], 0))
    alone = clustered(watched, seen, np.arange(40))
    at = np.searchsorted(alone.days, plain.days[1:])
    assert alone.share[at] == pytest.approx(plain.share[1:])
    ten = [np.repeat(column, 10) for column in (watched, seen, np.arange(40))]  # ten equal episodes in each run
    together, apart = clustered(*ten), clustered(*ten[:2], np.arange(400))
    assert together.share == pytest.approx(alone.share)
    middle = len(alone.days) // 2
    width = lambda curve: curve.high[middle] - curve.low[middle]  # noqa: E731
    assert width(together) == pytest.approx(width(alone)) and width(together) > 2 * width(apart)


def test_one_cluster_has_no_interval() -> None:
    found = clustered(np.array([1.0, 2.0]), np.array([True, False]), np.array([7, 7]))
    assert found.share.tolist() == [0.5, 0.5] and np.isnan(found.low).all()


def test_who_gets_out_at_the_very_end_was_watched_for_no_time() -> None:
    assert delays(np.array([10.0, 12.0]), np.array([NULL, NULL]), 10.0).censored.tolist() == [0.0, 0.0]


def test_before_anything_is_known_the_interval_is_nothing() -> None:
    curve = kaplan_meier(Delays(np.array([3.0, 4.0]), np.array([1.0, 5.0]), 0))
    first = curve.days <= 1.0
    assert first.sum() == 2
    assert curve.share[first].tolist() == curve.low[first].tolist() == curve.high[first].tolist() == [0.0, 0.0]
    never = kaplan_meier(Delays(np.zeros(0), np.array([2.0, 7.0]), 0))
    assert [column.tolist() for column in never[:3]] == [[0.0, 7.0], [0.0, 0.0], [0.0, 0.0]]
    assert never.high.shape == (2,) and np.isnan(never.high).all()


def test_every_replicate_as_its_own_cluster_is_kaplan_and_meiers_estimate() -> None:
    rng = np.random.default_rng(8)
    days, seen = rng.exponential(4.0, 40).round(1), rng.random(40) < 0.7
    curve = clustered(days, seen, np.arange(40))
    theirs = ecdf(CensoredData(uncensored=days[seen], right=days[~seen])).cdf
    np.testing.assert_allclose(curve.share, theirs.evaluate(curve.days))
    plain = kaplan_meier(Delays(days[seen], days[~seen], 0))
    middle = np.searchsorted(curve.days, 3.0)
    at = np.searchsorted(plain.days, curve.days[middle])
    assert curve.low[middle] == pytest.approx(plain.low[at], abs=0.06)
    assert curve.high[middle] == pytest.approx(plain.high[at], abs=0.06)
    twice = clustered(np.tile(days, 2), np.tile(seen, 2), np.tile(np.arange(40), 2))
    np.testing.assert_allclose(twice.low, curve.low)


def test_a_curve_over_clusters_of_one_time_has_the_quantiles_of_a_binomial_share() -> None:
    seen = np.arange(400) % 2 == 0
    curve = clustered(np.where(seen, 1.0, 2.0), seen, np.arange(400), 0.5)
    assert curve.low[0] == pytest.approx(binom.ppf(0.25, 400, 0.5) / 400, abs=0.005)
    assert curve.high[0] == pytest.approx(binom.ppf(0.75, 400, 0.5) / 400, abs=0.005)


def test_who_is_known_on_the_day_itself_was_not_known_before() -> None:
    assert delays(np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.5, 4.0]), 10.0).before == 1


def test_a_quantile_may_fall_on_the_last_day_that_is_trusted_and_not_later() -> None:
    early = Delays(np.arange(1.0, 97.0), np.array([0.5] * 4), 0)
    assert delay_quantile(early, 92 / 96) == trusted_until(early) == 92.0
    assert math.isnan(delay_quantile(early, 93 / 96))


def test_two_clusters_give_an_interval_of_their_three_resamples() -> None:
    found = clustered(np.array([1.0, 2.0, 3.0]), np.array([True, True, False]), np.array([0, 1, 1]))
    # drawn: the first twice, both, the second twice; by day 1 all, a third or none are known
    assert found.share.tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3])
    assert found.low.tolist() == pytest.approx([0.0, 0.5, 0.5]) and found.high.tolist() == [1.0, 1.0, 1.0]


def test_the_last_one_watched_is_known_for_sure() -> None:
    assert clustered(np.array([1.0, 2.0]), np.array([False, True]), np.array([0, 1])).share.tolist() == [0.0, 1.0]
    assert clustered(np.array([2.0, 2.0]), np.array([False, True]), np.array([0, 1])).share.tolist() == [0.5]


def test_a_first_delay_below_a_day_is_not_the_beginning() -> None:
    assert kaplan_meier(Delays(np.array([0.5, 2.0]), np.zeros(0), 0)).days.tolist() == [0.0, 0.5, 2.0]
    assert kaplan_meier(Delays(np.array([0.0, 2.0]), np.zeros(0), 0)).days.tolist() == [0.0, 2.0]
    nothing = kaplan_meier(Delays(np.zeros(0), np.zeros(0), 0))
    assert [column.tolist() for column in nothing[:3]] == [[0.0, 0.0]] * 3


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_the_interval_of_another_level_is_scipys(level: float) -> None:
    rng = np.random.default_rng(2)
    known, censored = rng.exponential(3, 30), rng.uniform(0.5, 8, 10)
    curve = kaplan_meier(Delays(known, censored, 0), level)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ends = ecdf(CensoredData(uncensored=known, right=censored)).cdf.confidence_interval(level, method="log-log")
    defined = ~np.isnan(ends.low.probabilities)
    assert curve.low[1:][defined] == pytest.approx(ends.low.probabilities[defined])
    assert curve.high[1:][defined] == pytest.approx(ends.high.probabilities[defined])


@pytest.mark.parametrize(("n", "until"), [(7, math.inf), (8, 6.0), (20, 15.0), (100, 95.0), (101, 95.0), (200, 190.0)])
def test_after_the_last_day_shown_fewer_are_watched_than_a_twentieth_five_or_a_quarter(n: int, until: float) -> None:
    found = Delays(np.arange(1.0, n), np.array([0.5]), 0)
    assert trusted_until(found) == until
    if math.isfinite(until):
        few = max(math.ceil(0.05 * n), min(5, n // 4))
        everyone = np.concatenate([found.known, found.censored])
        assert (everyone >= until).sum() == few > (everyone > until).sum()


def test_what_is_censored_on_the_last_day_itself_hides_nothing_before() -> None:
    known = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0])
    assert trusted_until(Delays(known, np.array([7.0]), 0)) == math.inf
    assert trusted_until(Delays(known, np.array([5.9]), 0)) == 6.0
    assert trusted_until(Delays(np.arange(1.0, 20.0), np.array([0.5]), 0), 0.5) == 10.0


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_without_censoring_a_quantile_of_delays_is_the_first_day_by_which_so_many_are_known(share: float) -> None:
    known = np.random.default_rng(4).permutation(40) + 1.0
    assert delay_quantile(Delays(known, np.zeros(0), 0), share) == math.ceil(share * 40)
    assert math.isnan(delay_quantile(Delays(np.zeros(0), np.array([3.0]), 0), share))
