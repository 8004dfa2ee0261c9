"""What carries a result, against worlds in which it is known."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from sim.analysis.assumptions import FEWEST, _explained, _scores, carried
from sim.analysis.family import holm


def world(n: int, seed: int, weight: float = 1.0):
    """Outcome e^(weight a - weight b + noise) of ten normal numbers, of which only a and b act."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10))
    outcome = np.exp(weight * (x[:, 0] - x[:, 1]) + rng.normal(size=n))
    return {f"n{k}": x[:, k].tolist() for k in range(10)}, outcome


def test_the_numbers_that_act_are_named_with_their_swings() -> None:
    columns, outcome = world(400, 1)
    found = carried(columns, outcome)
    assert {swing.path for swing in found.told} == {"n0", "n1"}
    first = next(swing for swing in found.swings if swing.path == "n0")
    order = np.argsort(columns["n0"])
    assert first.least == np.median(outcome[order[:133]]) and first.most == np.median(outcome[order[-133:]])
    assert first.rank == pytest.approx(stats.spearmanr(columns["n0"], outcome).statistic)
    assert first.least < first.most


@pytest.mark.parametrize(("weight", "share"), [(1.0, 2 / 3), (0.5, 1 / 3), (0.0, 0.0)])
def test_the_share_of_the_spread_is_that_of_the_numbers(weight, share) -> None:
    inside = 0
    for seed in range(200):
        found = carried(*world(200, seed, weight)).share
        inside += found.low <= share <= found.high
    assert inside / 200 >= 0.89  # 95% nominal


def test_where_nothing_acts_a_number_is_rarely_named() -> None:
    named = sum(bool(carried(*world(200, seed, 0.0)).told) for seed in range(300))
    assert named / 300 <= 0.09  # 5% nominal, two standard errors and a half


def test_too_few_replicates_or_no_spread_say_nothing() -> None:
    columns, outcome = world(FEWEST - 1, 1)
    assert carried(columns, outcome) is None
    columns, outcome = world(200, 1)
    assert carried(columns, np.ones(200)) is None
    assert carried({}, outcome) is None
    many = {f"n{k}": values for k in range(8) for values in columns.values()}
    assert carried({f"{k}": list(np.random.default_rng(k).normal(size=200)) for k in range(95)}, outcome).share is None
    assert carried(many, outcome) is not None


def test_the_share_explained_is_the_adjusted_one_with_its_large_sample_interval() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(60, 3))
    y = x[:, 0] + rng.normal(size=60)
    found = _explained(x, y)
    raw = LinearRegression().fit(x, y).score(x, y)
    share = 1.0 - (1.0 - raw) * 59 / 56
    half = 1.96 * np.sqrt(4.0 * share * (1.0 - share) ** 2 / 56)
    assert found == pytest.approx((share, share - half, share + half))
    assert _explained(x[:25], y[:25]) is None


@pytest.mark.parametrize("seed", range(8))
def test_numbers_are_told_by_holms_values_and_stand_by_the_size_of_their_correlation(seed: int) -> None:
    columns, outcome = world(120, seed, 0.25)
    found = carried(columns, outcome).swings
    tested = {path: stats.spearmanr(values, outcome) for path, values in columns.items()}
    adjusted = dict(zip(tested, holm([test.pvalue for test in tested.values()]), strict=True))
    assert {swing.path for swing in found if swing.told} == {path for path, p in adjusted.items() if p <= 0.05}
    assert [swing.path for swing in found] == sorted(tested, key=lambda path: -abs(tested[path].statistic))
    assert [swing.rank for swing in found] == pytest.approx([tested[swing.path].statistic for swing in found])


def test_sixty_replicates_and_three_values_of_a_number_are_enough() -> None:
    outcome = np.arange(float(FEWEST))
    two, three = [0.0, 1.0] * (FEWEST // 2), [0.0, 1.0, 2.0] * (FEWEST // 3)
    found = carried({"two": two, "three": three}, outcome)
    assert [swing.path for swing in found.swings] == ["three"] and found.replicates == FEWEST
    assert carried({"two": two}, outcome) is None


def test_normal_scores_are_bloms_with_ties_at_their_middle() -> None:
    wanted = [stats.norm.ppf((rank - 3 / 8) / 5.25) for rank in (4.0, 1.5, 5.0, 1.5, 3.0)]
    assert _scores(np.array([8.0, 1.0, 9.0, 1.0, 2.0])) == pytest.approx(wanted)


def test_a_share_needs_twenty_values_more_than_twice_the_numbers_and_is_never_below_nothing() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(26, 3))
    assert _explained(x[:25], x[:25, 0]) is None and _explained(x, x[:, 0]).value == pytest.approx(1.0)
    inert = [_explained(x, rng.normal(size=26)) for _ in range(40)]
    assert any(found == (0.0, 0.0, 0.0) for found in inert)
    assert any(found.low == 0.0 < found.value for found in inert) and all(found.low >= 0.0 for found in inert)
