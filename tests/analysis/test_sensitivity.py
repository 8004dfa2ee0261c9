"""Sobol's and PAWN's indices against closed forms, SALib and SciPy, without a sweep."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

from sim.analysis.sensitivity import _distances, _ranks, noise_of_means, noise_share, pawn, sobol

LAST = 1.01
"""Runs that SALib's last part is short of: it leaves out the largest."""


def median_ks(levels: np.ndarray, values: np.ndarray) -> float:
    """PAWN's index by its definition: the median of Kolmogorov-Smirnov distances of each part from the whole."""
    every = values.ravel()
    found = [stats.ks_2samp(values[levels == level].ravel(), every).statistic for level in np.unique(levels)]
    return float(np.median(found))


@pytest.mark.parametrize("levels", [2, 3, 6, 8, 9])
def test_pawn_of_few_levels_is_the_median_distance_of_each_from_all(levels: int) -> None:
    rng = np.random.default_rng(levels)
    column = np.repeat(np.arange(levels), 12)
    values = rng.normal(column[:, None], 1.0, (12 * levels, 3))
    for given in [[f"n{k}" for k in column], column.tolist()][: 2 if levels <= 8 else 1]:
        (found,) = pawn([given], values)
        assert found.value.value == pytest.approx(median_ks(column, values), abs=LAST / 36)


@pytest.mark.parametrize(("size", "parts"), [(40, 8), (41, 8), (30, 3), (7, 7)])
def test_parts_of_a_column_are_salibs(size: int, parts: int) -> None:
    from SALib.analyze import pawn as salib

    y = np.random.default_rng(size).integers(0, 9, size).astype(float)
    problem = {"num_vars": 1, "names": ["x"], "bounds": [[0, 1]]}
    theirs = salib.analyze(problem, (np.arange(size)[:, None] + 0.5) / size, y, S=parts)
    ours = _distances(y, parts)
    wanted = [theirs[name][0] for name in ("minimum", "mean", "median", "maximum")]
    assert [min(ours), np.mean(ours), np.median(ours), max(ours)] == pytest.approx(wanted)


def test_pawn_of_a_sampled_number_cuts_it_in_eight() -> None:
    rng = np.random.default_rng(5)
    x = rng.random(80)
    values = rng.normal(3 * x[:, None] ** 2, 0.5, (80, 2))
    (found,) = pawn([x.tolist()], values)
    eighths = np.argsort(np.argsort(x)) // 10
    assert found.value.value == pytest.approx(median_ks(eighths, values), abs=0.03)


def test_pawns_interval_is_that_of_resampled_points_within_nothing_and_all() -> None:
    rng = np.random.default_rng(6)
    column = np.repeat([0, 1], 30)
    values = rng.normal(1.5 * column[:, None], 1.0, (60, 1))
    (found,) = pawn([column.tolist()], values)
    drawn = []
    for _ in range(200):
        rows = rng.integers(0, 60, 60)
        drawn.append(median_ks(column[rows], values[rows]))
    low, high = found.value.low, found.value.high
    assert high - found.value.value == pytest.approx(found.value.value - low)
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(drawn, ddof=1), rel=0.35)
    shuffles = [median_ks(rng.permutation(column), values) for _ in range(200)]
    assert np.quantile(shuffles, 0.8) <= found.chance <= max(shuffles)


def test_pawn_leaves_out_what_has_no_value_and_finds_nothing_in_one_level() -> None:
    column = np.repeat([0, 1, 2], 10)
    values = np.random.default_rng(7).normal(column[:, None], 1.0, (30, 2))
    holed = np.concatenate([values, np.full((30, 1), math.nan)], axis=1)
    assert pawn([column.tolist()], holed)[0].value.value == pawn([column.tolist()], values)[0].value.value
    (none,) = pawn([["a"] * 30], values)
    assert none == ((0.0, 0.0, 0.0), 0.0) and not none.matters


def test_levels_of_unlike_size_are_cut_to_the_least() -> None:
    """One level has a single value everywhere: its distance is known whichever of its runs are kept."""
    column = np.repeat([0, 1], [30, 10])
    values = np.where(column == 0, 0.0, 1.0)[:, None]
    assert pawn([column.tolist()], values)[0].value.value == 0.5


def test_numbers_have_ranks_and_names_their_order() -> None:
    assert _ranks([3.0, 1, 2, 1])[0].tolist() == [2, 0, 1, 0] and _ranks([3.0, 1, 2, 1])[1] == 3
    assert [_ranks(list(range(n)))[1] for n in (7, 8, 9, 40)] == [7, 8, 8, 8]
    assert [_ranks([f"n{k}" for k in range(n)])[1] for n in (8, 9, 40)] == [8, 9, 40]
    assert _ranks(["b", "a", "b"])[0].tolist() == [0, 1, 0] and _ranks([True, False, 2])[0].tolist() == [0, 1, 2]


def test_large_tables_give_pawn_fewer_runs(monkeypatch) -> None:
    monkeypatch.setattr("sim.analysis.sensitivity.PAWN_MOST", 40)
    column = np.repeat([0, 1], 10)
    values = np.random.default_rng(8).normal(column[:, None], 1.0, (20, 6))
    (found,) = pawn([column.tolist()], values)
    assert found.value.value == pytest.approx(median_ks(column, values[:, :2]), abs=LAST / 20)
    many = np.repeat([0, 1], 40)
    (cut,) = pawn([many.tolist(), many.tolist()], np.where(many == 0, 0.0, 1.0)[:, None] * np.ones((80, 3)))[:1]
    assert cut.value.value == 0.5


def saltelli(seed: int, factors: int, base: int) -> np.ndarray:
    """Points of a Saltelli design on 0 to 1, as SALib orders them."""
    from SALib.sample import sobol as sampler

    problem = {"num_vars": factors, "names": list(map(str, range(factors))), "bounds": [[0, 1]] * factors}
    return sampler.sample(problem, base, calc_second_order=False, seed=seed)


def test_sobols_indices_of_a_sum_are_the_shares_of_its_variances() -> None:
    """4a + 2b + c: shares 16, 4 and 1 of 21, first and total alike; the intervals are SALib's."""
    from SALib.analyze import sobol as salib

    x = saltelli(1, 3, 256)
    mean = 4 * x[:, 0] + 2 * x[:, 1] + x[:, 2]
    found = sobol(mean[:, None], 3)
    for one, share in zip(found, (16 / 21, 4 / 21, 1 / 21), strict=True):
        assert one.first.value == pytest.approx(share, abs=0.02) and one.total.value == pytest.approx(share, abs=0.02)
    problem = {"num_vars": 3, "names": ["0", "1", "2"], "bounds": [[0, 1]] * 3}
    theirs = salib.analyze(problem, mean, calc_second_order=False, num_resamples=200, seed=1)
    for k, one in enumerate(found):
        assert one.first == pytest.approx(
            (theirs["S1"][k], theirs["S1"][k] - theirs["S1_conf"][k], theirs["S1"][k] + theirs["S1_conf"][k])
        )
        assert one.total == pytest.approx(
            (theirs["ST"][k], theirs["ST"][k] - theirs["ST_conf"][k], theirs["ST"][k] + theirs["ST_conf"][k])
        )


@pytest.mark.parametrize("replicates", [2, 5])
def test_the_noise_of_replicates_is_taken_out_of_sobols_indices(replicates: int) -> None:
    x = saltelli(2, 3, 512)
    noise = np.random.default_rng(9).normal(0, 0.7, (len(x), replicates))
    values = (4 * x[:, 0] + 2 * x[:, 1])[:, None] + noise + np.random.default_rng(10).normal(0, 20, (1, replicates))
    for one, share in zip(sobol(values, 3), (0.8, 0.2, 0.0), strict=True):
        assert (one.first.value, one.total.value) == pytest.approx((share, share), abs=0.07)
        assert one.first.low < share < one.first.high and one.total.low < share < one.total.high


def test_where_points_differ_by_noise_alone_there_is_no_index() -> None:
    assert all(math.isnan(end) for one in sobol(np.ones((40, 3)), 3) for pair in one for end in pair)
    rng = np.random.default_rng(12)  # of two replicates that are opposite but for a thousandth
    found = sobol(rng.normal(0, 1, (20, 1)) * [1.0, -1.0] + rng.normal(0, 0.001, (20, 2)), 2)
    assert len(found) == 2 and all(math.isnan(end) for one in found for pair in one for end in pair)


def test_the_noise_of_means_is_the_variance_of_replicates_over_their_number() -> None:
    values = np.random.default_rng(11).normal(0, 3, (2000, 4))
    assert noise_of_means(values) == pytest.approx(9 / 4 * (1 - 1 / 2000), rel=0.05)
    assert noise_of_means(values + np.arange(4.0) * 100) == pytest.approx(noise_of_means(values))
    assert noise_of_means(np.array([[1.0, 3.0], [5.0, 5.0]])) == pytest.approx(0.25)  # half a variance of a half each
    assert noise_of_means(values[:, :1]) == 0.0


def test_the_interval_of_chances_share_is_that_of_all_resamples_of_points() -> None:
    values = np.array([[0.0, 2.0, 1.0], [4.0, 6.0, 9.0], [1.0, 1.0, 5.0]])
    drawn = []
    for rows in product(range(3), repeat=3):
        table = values[list(rows)]
        chance = np.var(table, axis=1, ddof=1).mean()
        own = np.var((values - values.mean(axis=0))[list(rows)], axis=1, ddof=1).mean() / 3
        drawn.append(chance / (chance + max(0.0, np.var(table.mean(axis=1), ddof=1) - own)))
    found = noise_share(values)
    assert found.low == pytest.approx(min(drawn), abs=1e-9) or found.low <= np.quantile(drawn, 0.08)
    assert found.high == pytest.approx(np.quantile(drawn, 0.975), abs=0.01)


def test_what_is_taken_out_of_an_index_is_the_noise_of_its_own_differences() -> None:
    from SALib.analyze import sobol as salib

    x = saltelli(3, 2, 16)
    values = (0.03 * x[:, 0] + 0.01 * x[:, 1])[:, None] + np.random.default_rng(13).normal(0, 0.004, (len(x), 3))
    problem = {"num_vars": 2, "names": ["0", "1"], "bounds": [[0, 1]] * 2}
    theirs = salib.analyze(problem, values.mean(axis=1), calc_second_order=False, num_resamples=200, seed=1)
    a, b, crossed = values[0::4], values[3::4], (values[1::4], values[2::4])
    ends = np.concatenate([a, b])
    seen = np.var(ends.mean(axis=1))
    true = seen - np.var(ends - ends.mean(axis=0), axis=1, ddof=1).mean() / 3
    for k, one in enumerate(sobol(values, 2)):
        noise = np.var(a - crossed[k], axis=1, ddof=1).mean() / 3 / 2
        assert one.first.value == pytest.approx(theirs["S1"][k] * seen / true)
        assert one.total.value == pytest.approx((theirs["ST"][k] * seen - noise) / true)
        assert one.total.high - one.total.value == pytest.approx(theirs["ST_conf"][k] * seen / true)
