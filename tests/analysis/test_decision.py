"""Choosing a lever, against enumerated cases."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from sim.analysis.contrast import Interval
from sim.analysis.decision import (
    KNOTS,
    _basis,
    _mean,
    _parts,
    _shuffled,
    _widened,
    flips,
    frontier,
    is_number,
    price,
    regrets,
    satisficing,
    value_of_all,
    value_of_knowing,
)

LOSSES = np.array([[10.0, 10.0, 10.0, 10.0], [2.0, 4.0, 14.0, 16.0], [12.0, 12.0, 4.0, 2.0]])
"""Doing nothing, a lever for the first two worlds, one for the others; four worlds, equally likely."""
STATE = ["a", "a", "b", "b"]


def test_regret_by_hand() -> None:
    nothing, first, second = regrets(LOSSES)
    # best in each world: 2, 4, 4, 2
    assert nothing.expected == pytest.approx((8 + 6 + 6 + 8) / 4)
    assert first.expected == pytest.approx((0 + 0 + 10 + 14) / 4)
    assert (first.worst, second.worst) == (14, 10)
    assert (nothing.best, first.best, second.best) == (0, 0.5, 0.5)
    assert nothing.chosen + first.chosen + second.chosen == pytest.approx(1)
    assert second.chosen > first.chosen


def test_satisficing_by_hand() -> None:
    assert satisficing(LOSSES, 10.0) == [1.0, 0.5, 0.5]
    assert satisficing(LOSSES, 4.0) == [0.0, 0.5, 0.5]


def test_the_value_of_information_of_an_enumerated_case() -> None:
    # Means 10, 9, 7.5: without knowing take the second lever, loss 7.5. Knowing a or b: 3 in a, 3 in b.
    assert value_of_all(LOSSES) == pytest.approx(7.5 - 3.0)
    many = np.repeat(LOSSES, 200, axis=1)
    state = [s for s in STATE for _ in range(200)]
    known = value_of_knowing(state, many)
    assert known.value == pytest.approx(7.5 - 3.0)
    assert known.matters
    inert = np.random.default_rng(3).random(800).tolist()
    assert value_of_knowing(inert, many).value < 1.5
    assert not value_of_knowing(inert, many).matters


def test_a_number_is_followed_by_a_spline() -> None:
    """Lever 1 gains x in a world with x uniform on -1 to 1: knowing x is worth E max(x, 0) = 1/4."""
    x = np.random.default_rng(4).uniform(-1, 1, 4000)
    noise = np.random.default_rng(5).normal(0, 1, 4000)
    losses = np.stack([5 + noise, 5 + noise - x + np.random.default_rng(6).normal(0, 0.5, 4000)])
    assert value_of_knowing(x.tolist(), losses).value == pytest.approx(0.25, abs=0.03)


def test_what_an_averted_escape_costs() -> None:
    losses = np.array([[10.0, 12.0, 8.0], [4.0, 8.0, 6.0]])  # averts 6, 4, 2
    found = price(losses, 1, 20.0)
    assert found.averted.value == 4.0
    assert found.each.value == 5.0
    assert found.each.low == pytest.approx(20 / found.averted.high)
    assert found.each.high == math.inf, "the averted may be none"
    assert math.isnan(price(losses, 1, None).each.value)


def test_which_lever_is_best_at_which_worth() -> None:
    # v 0, v 10 - 20, v 12 - 60, v 4 - 30: the last is never best
    assert frontier([0, 10, 12, 4], [0.0, 20.0, 60.0, 30.0]) == [(0.0, 0), (2.0, 1), (20.0, 2)]
    assert frontier([0, 10], [0.0, None]) == [(0.0, 0)]


def test_where_the_ranking_flips() -> None:
    many = np.repeat(LOSSES, 50, axis=1) + np.random.default_rng(7).normal(0, 1, (3, 200))
    state = [s for s in STATE for _ in range(50)]
    inert = np.random.default_rng(8).random(200).tolist()
    (found,) = flips({"state": state, "inert": inert}, many)
    assert (found.path, found.where, found.lever) == ("state", "a", 1)
    assert found.better_by.low > 7


def test_worlds_of_a_cluster_count_once() -> None:
    once = np.array([[10.0, 12.0, 8.0, 9.0], [4.0, 8.0, 6.0, 1.0]])
    twice, clusters = np.tile(once, 2), np.tile(np.arange(4), 2)
    assert price(twice, 1, 20.0, clusters).each == pytest.approx(price(once, 1, 20.0).each)
    assert price(twice, 1, 20.0).averted.low > price(once, 1, 20.0).averted.low, "as if there were eight"


def test_the_frontier_begins_with_the_cheapest_and_changes_below_a_worth_of_one_too() -> None:
    assert frontier([0.0, 10.0, 30.0, 99.0], [0.0, 5.0, 45.0, None]) == [(0.0, 0), (0.5, 1), (2.0, 2)]
    assert frontier([1.0], [None]) == []


def test_clusters_may_be_of_unlike_size_and_numbers_left_out() -> None:
    values = np.array([1.0, 3.0, 8.0, 4.0, 4.0])
    even = _mean(values[:4], np.array([0, 0, 2, 2]))
    assert even.value == 4.0 and even.low == pytest.approx(4.0 - 12.7062 * np.std([2.0, 6.0], ddof=1) / np.sqrt(2))
    odd = _mean(values, np.array([0, 0, 2, 2, 2]))
    assert odd.value == pytest.approx(values.mean()) and np.isfinite(odd.high)


def test_shuffled_clusters_keep_their_number_and_others_are_shuffled_one_by_one() -> None:
    generator, clusters = np.random.default_rng(1), np.repeat(np.arange(6), 4)
    shared = np.repeat(np.arange(6.0), 4)[:, None]
    rows = _shuffled(shared, clusters, generator)
    assert all(len(set(shared[rows, 0][clusters == k])) == 1 for k in range(6))
    assert sorted(set(shared[rows, 0])) == list(range(6))
    own = np.arange(24.0)[:, None]
    assert sorted(_shuffled(own, clusters, generator)) == list(range(24))


def test_parts_of_a_number_hold_as_many_worlds_each() -> None:
    column = (np.random.default_rng(4).permutation(120) / 10.0).tolist()
    found = _parts(column)
    assert {len(rows) for _, rows in found} == {120 // len(found)}
    assert found[0][0].startswith("0 to") and found[-1][0].endswith("11.9")
    assert sorted(np.concatenate([rows for _, rows in found]).tolist()) == list(range(120))
    assert [name for name, _ in _parts(["x", "y", "x"])] == ["x", "y"]


def test_a_cluster_of_one_world_counts() -> None:
    found = _mean(np.array([1.0, 3.0, 8.0]), np.array([0, 0, 2]))
    ends = stats.t.interval(0.95, 1, 4.0, np.std([4 / 1.5, 8 / 1.5], ddof=1) / math.sqrt(2))
    assert found == pytest.approx((4.0, *ends))


def test_a_flip_is_told_by_bonferronis_interval_from_two_worlds_on() -> None:
    losses = np.array([[9.0] * 6, [8.0, 8.0, 0.0, 4.0, 2.0, 2.0], [2.9, 3.1, 9.0, 9.0, 9.0, 9.0]])
    (found,) = flips({"place": ["a", "a", "b", "b", "c", "c"]}, losses)
    assert (found.lever, found.where) == (2, "a")
    value, half = 5.0, stats.norm.ppf(1 - 0.025 / 6) / stats.norm.ppf(0.975) * stats.t.ppf(0.975, 1) * 0.1
    assert flips({"place": ["a", "b", "b", "c", "c", "c"]}, losses) == [], "one world of its own tells nothing"
    assert (found.better_by.value, found.better_by.low) == pytest.approx((value, value - half))


def test_the_only_world_is_drawn_whenever_worlds_are() -> None:
    assert [lever.chosen for lever in regrets(np.array([[3.0], [1.0]]))] == [0.0, 1.0]


def test_a_number_has_a_cubic_spline_and_few_values_a_group_each() -> None:
    column = np.linspace(0.0, 1.0, 50)
    basis = _basis(column.tolist())
    assert basis.shape == (50, KNOTS + 1)  # K knots give K + 2 cubic pieces, which sum to one
    fitted = LinearRegression().fit(basis, column**3)
    assert fitted.score(basis, column**3) == pytest.approx(1.0, abs=1e-12)
    assert _basis([1, 2, 3, 4, 5, 6, 1]).shape == (7, 5) and _basis([1, 2, 3, 4, 5, 6, 7]).shape == (7, KNOTS + 1)
    assert _basis(["x", "y", "x"]).tolist() == [[0.0], [1.0], [0.0]]
    assert _basis([True, True]).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("seed", range(4))
def test_at_every_worth_the_frontier_has_the_lever_of_the_largest_gain(seed: int) -> None:
    generator = np.random.default_rng(seed)
    averted, costs = generator.normal(20, 15, 12).tolist(), generator.gamma(2.0, 50.0, 12).tolist()
    averted[3], costs[3] = averted[5] + 1.0, costs[5]
    steps = frontier(averted, [*costs[:-1], None])
    assert [worth for worth, _ in steps] == sorted(worth for worth, _ in steps) and steps[0][0] == 0.0
    for worth in generator.uniform(0.0, 40.0, 200):
        lever = next(lever for start, lever in reversed(steps) if start <= worth)
        gains = [worth * a - c for a, c in zip(averted[:-1], costs[:-1], strict=True)]
        assert gains[lever] == pytest.approx(max(gains))


def test_of_levers_that_come_best_at_the_same_worth_the_one_that_averts_most_is_named() -> None:
    assert frontier([0.0, 10.0, 20.0, 5.0], [0.0, 20.0, 40.0, 10.0]) == [(0.0, 0), (2.0, 2)]
    assert frontier([0.0, 4.0], [0.0, 0.0]) == [(0.0, 1)], "what costs nothing is taken at once"


def test_clusters_are_drawn_whole_where_the_best_lever_is_picked_anew() -> None:
    """Two clusters drawn twice: the second lever is better unless its bad cluster is drawn both times."""
    losses = np.array([[5.0, 5.0, 5.0, 5.0], [9.0, 9.0, 0.0, 0.0]])
    first, second = regrets(losses, np.array([0, 0, 1, 1]))
    assert first.chosen == pytest.approx(1 / 4, abs=0.07) and first.chosen + second.chosen == 1.0
    apart = regrets(losses)[0].chosen  # at least three of four draws are bad: 5 of 16
    assert apart == pytest.approx(5 / 16, abs=0.07)
    assert [one.expected for one in (first, second)] == [2.5, 2.0]
    row = np.array([0.0, 0.0, 5.0, 5.0])
    assert first.q95 == pytest.approx(np.quantile(row, 0.95)) and (first.worst, second.worst) == (5.0, 4.0)


def test_ties_share_being_best() -> None:
    found = regrets(np.array([[1.0, 2.0], [1.0, 3.0], [4.0, 2.0]]))
    assert [one.best for one in found] == [0.5, 0.25, 0.25]


def test_a_small_averted_loss_has_a_price_and_none_or_less_has_not() -> None:
    losses = np.array([[1.0, 1.0, 1.0], [0.4, 0.5, 0.6], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    found = price(losses, 1, 10.0)
    assert found.each == pytest.approx((20.0, 10 / found.averted.high, 10 / found.averted.low))
    assert found.averted.value == pytest.approx(0.5) and found.averted.low > 0
    assert price(losses, 2, 10.0).each == price(losses, 3, 10.0).each == (math.inf, math.inf, math.inf)
    assert price(losses, 1, 0.0).each.value == 0.0
    assert all(math.isnan(end) for end in price(losses, 1, None).each)


def group_evppi(names: list[str], losses: np.ndarray) -> float:
    """The value of knowing a name by its definition: least mean loss in each group, against the least of all."""
    groups = [losses[:, [one == name for one in names]] for name in set(names)]
    return float(losses.mean(axis=1).min() - sum(len(g[0]) * g.mean(axis=1).min() for g in groups) / len(names))


@pytest.mark.parametrize("levers", [1, 3])
def test_the_value_of_knowing_a_name_is_that_of_choosing_in_each_group(levers: int) -> None:
    for seed in range(6):
        generator = np.random.default_rng(seed)
        names = [str(k) for k in generator.integers(0, 3, 30)]
        losses = generator.normal(seed % 2, 1.0, (levers + 1, 30))
        losses[0] += generator.normal(0.0, 1.0)
        found = value_of_knowing(names, losses)
        assert found.value == pytest.approx(group_evppi(names, losses), abs=1e-9)
        assert value_of_all(losses) == pytest.approx(group_evppi([str(k) for k in range(30)], losses))
        shuffles = [group_evppi(generator.permutation(names).tolist(), losses) for _ in range(400)]
        assert np.quantile(shuffles, 0.85) - 1e-9 <= found.chance <= max(shuffles) + 1e-9
        assert found.matters == (found.value > found.chance)


def test_names_shared_by_a_cluster_are_shuffled_by_cluster() -> None:
    """With six clusters of many worlds chance gives far more than with as many worlds each by itself."""
    generator = np.random.default_rng(2)
    clusters = np.repeat(np.arange(6), 40)
    names = [("x", "y")[k] for k in np.repeat([0, 1, 0, 1, 0, 1], 40)]
    losses = np.stack([np.zeros(240), np.repeat(generator.normal(0, 5, 6), 40)])
    together, apart = value_of_knowing(names, losses, clusters), value_of_knowing(names, losses)
    assert together.value == apart.value and together.chance > 2 * apart.chance


def test_what_counts_as_a_number() -> None:
    assert is_number([1, 2.5, np.float64(3.0)]) and is_number([])
    assert not is_number([1, True]) and not is_number(["1"]) and not is_number([1.0, None])


def test_a_wider_interval_keeps_its_value_and_the_shares_of_its_sides() -> None:
    low, high = _widened(Interval(5.0, 4.0, 8.0), 6)
    factor = stats.norm.ppf(1 - 0.025 / 6) / stats.norm.ppf(0.975)
    assert (low, high) == pytest.approx((5.0 - factor, 5.0 + 3.0 * factor))
    assert _widened(Interval(5.0, 4.0, 8.0), 1) == pytest.approx((4.0, 8.0))


def test_worlds_of_a_cluster_make_no_flip_surer() -> None:
    losses = np.array([[9.0] * 6, [8.0, 8.0, 0.0, 4.0, 2.0, 2.0], [2.9, 3.1, 9.0, 9.0, 9.0, 9.0]])
    places = ["a", "a", "b", "b", "c", "c"]
    (once,) = flips({"place": places}, losses)
    (twice,) = flips({"place": places * 2}, np.tile(losses, 2), np.tile(np.arange(6), 2))
    assert twice[:3] == once[:3]
    assert twice.better_by == pytest.approx(once.better_by)
    assert once.better_by.high - once.better_by.value == pytest.approx(once.better_by.value - once.better_by.low)


def test_six_values_of_a_number_are_parts_of_their_own_and_more_are_cut_in_four() -> None:
    assert [name for name, _ in _parts([3, 1, 2, 6, 5, 4, 4])] == ["3", "1", "2", "6", "5", "4"]
    found = _parts([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0])
    assert [rows.tolist() for _, rows in found] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [name for name, _ in found] == ["0 to 1.75", "1.75 to 3.5", "3.5 to 5.25", "5.25 to 8"]
