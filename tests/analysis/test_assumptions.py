"""What carries a result, against worlds in which it is known."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from sim.analysis.assumptions import FEWEST, _explained, carried


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
