"""Which factor matters most."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from sim.analysis.effects import RESAMPLES, Paired, _groups, effect, effects, medians_by_level, not_compared, paired


def table(rows: dict[tuple, list[float]]) -> Paired:
    """Points of guards.scale and handover, and values of their replicates."""
    points = [{"point": k, "guards.scale": s, "handover": h} for k, (s, h) in enumerate(rows)]
    return Paired(points, np.array(list(rows.values()), float))


def test_the_factor_that_moves_the_median_most_comes_first_with_an_interval():
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 50, 200)
    made = table(
        {(s, h): (1000 * (s < 1) + 40 * (h == "none") + noise).tolist() for s in (0.5, 1.0) for h in ("none", "formal")}
    )
    first, second = effects(made, ["handover", "guards.scale"])
    assert (first.path, first.least, first.most) == ("guards.scale", 1.0, 0.5)
    assert (first.change, first.low, first.high) == pytest.approx((1000, 1000, 1000))  # the same replicates: no noise
    assert (second.path, second.least, second.most, second.change) == ("handover", "formal", "none", pytest.approx(40))


def test_pairs_are_replicates_done_at_every_point():
    points = [{"point": 0}, {"point": 3}]
    point, replicate = np.array([0, 0, 0, 3, 3]), np.array([0, 1, 2, 0, 2])
    made = paired(points, point, replicate, np.array([1.0, 2.0, 3.0, 4.0, 6.0]))
    assert made.values.tolist() == [[1, 3], [4, 6]]


def sampled(rng: np.random.Generator, slope: float, points: int = 64) -> Paired:
    """A sampled design of one number that acts, and one that does not."""
    rows = [{"point": k, "acts": a, "inert": i} for k, (a, i) in enumerate(rng.random((points, 2)).tolist())]
    world = rng.normal(0, 100, (points, 1))
    values = slope * np.array([row["acts"] for row in rows])[:, None] + world + rng.normal(0, 10, (points, 20))
    return Paired(rows, values, sampled=True)


def test_a_sampled_number_is_compared_by_quarters_of_its_range():
    first, second = effects(sampled(np.random.default_rng(3), 1000.0), ["inert", "acts"])
    assert first.path == "acts" and first.told and first.change == pytest.approx(750, abs=120)
    assert not second.told
    assert not_compared(sampled(np.random.default_rng(3), 1.0, points=12), ["acts"]) == ["acts"]


@pytest.mark.parametrize("levels", [2, 5, 20])
def test_levels_picked_for_their_difference_are_not_taken_for_an_effect(levels):
    """Without any effect the interval of most against least leaves out 0 in about 2 of 40 cases."""
    rng = np.random.default_rng(levels)
    wrong = 0
    for _ in range(40):
        points = [{"point": k, "level": k} for k in range(levels)]
        wrong += effects(Paired(points, rng.exponential(100, (levels, 60))), ["level"])[0].told
    assert wrong <= 6  # more in 3 of 1,000 tries at 5%; 32 of 40 where the levels picked are taken as given


def test_one_replicate_tells_of_no_interval():
    (found,) = effects(Paired([{"a": 0}, {"a": 1}], np.array([[1.0], [5.0]])), ["a"])
    assert found.change == 4.0 and np.isnan(found.low) and not found.told


def crossed(rng: np.random.Generator, worlds: int, pull: float = 0.0) -> Paired:
    """Worlds of which one number acts and one does not, each under three levers; lever c takes a share off."""
    rows, values = [], []
    acts, inert = (rng.permutation(worlds) / worlds for _ in range(2))
    for a, i in zip(acts.tolist(), inert.tolist(), strict=True):
        runs = np.exp(rng.normal(8.0 - 3.0 * a, 0.6)) + rng.normal(0.0, 50.0, 10)
        for lever in "abc":
            rows.append({"point": len(rows), "acts": a, "inert": i, "lever": lever})
            values.append(runs * (1.0 - pull * (lever == "c")) + rng.normal(0.0, 20.0, 10))
    return Paired(rows, np.array(values), sampled=True)


@pytest.mark.parametrize("worlds", [16, 24])
def test_levers_tried_in_the_same_worlds_do_not_make_more_worlds_of_them(worlds):
    """An inert number is told apart in half of such designs where points are resampled as if each were a world."""
    rng = np.random.default_rng(worlds)
    wrong = sum(effect(crossed(rng, worlds), "inert").told for _ in range(30))
    assert wrong <= 5  # more in 1 of 300 tries at 5%
    assert effect(crossed(rng, worlds, pull=0.4), "lever").told, "levers are compared within worlds"


def test_a_world_is_in_one_part_of_a_number():
    made = crossed(np.random.default_rng(1), 17)
    parts, worlds = made.parts("acts"), made.worlds()
    assert sorted(len(rows) for rows in parts.values()) == [12, 12, 12, 15]
    assert sum(len(set(worlds[rows])) for rows in parts.values()) == 17


def test_two_replicates_give_an_interval():
    (found,) = effects(Paired([{"a": 0}, {"a": 1}], np.array([[1.0, 3.0], [5.0, 8.0]])), ["a"])
    assert found.low < found.change < found.high


def test_few_worlds_widen_an_interval_as_students_t_and_the_sample_variance_do():
    made = crossed(np.random.default_rng(3), 24)
    worlds = made.worlds()
    groups, wider = _groups(worlds, list(made.parts("acts").values()))
    assert sorted(len(group) for group in groups) == [6, 6, 6, 6]
    assert wider == pytest.approx(np.sqrt(6 / 5) * stats.t.ppf(0.975, 20) / 1.959964)
    groups, wider = _groups(worlds, list(made.parts("lever").values()))
    assert [len(group) for group in groups] == [24]
    assert wider == pytest.approx(np.sqrt(24 / 23) * stats.t.ppf(0.975, 23) / 1.959964)


def test_levels_are_compared_one_by_one_while_they_are_few() -> None:
    def cut(values: list, sampled: bool) -> int:
        points = [{"point": k, "x": value} for k, value in enumerate(values)]
        return len(Paired(points, np.zeros((len(points), 2)), sampled).parts("x"))

    assert [cut(list(range(n)), False) for n in (1, 2, 25, 26)] == [0, 2, 25, 4]
    assert cut([f"n{k}" for k in range(26)], False) == 0, "names have no range to cut"
    each = lambda n, worlds: [k for k in range(n) for _ in range(worlds)]  # noqa: E731
    rows = lambda n, worlds: [{"point": k, "x": x, "world": k} for k, x in enumerate(each(n, worlds))]  # noqa: E731
    many = [len(Paired(rows(*size), np.zeros((size[0] * size[1], 2)), True).parts("x")) for size in ((5, 4), (6, 8))]
    assert many == [5, 4]
    assert Paired(rows(5, 3), np.zeros((15, 2)), True).parts("x") == {}, "three worlds are too few"


def resamples(values: np.ndarray) -> np.ndarray:
    """Medians at each point in every resample of replicates there is: (resamples, points)."""
    n = values.shape[1]
    return np.array([np.median(values[:, list(rows)], axis=1) for rows in product(range(n), repeat=n)])


def test_an_interval_of_two_levels_is_the_quantile_of_all_resamples() -> None:
    values = np.array([[1.0, 3.0, 8.0, 9.0], [5.0, 2.0, 12.0, 11.0]])
    (found,) = effects(Paired([{"a": 0}, {"a": 1}], values), ["a"])
    drawn = resamples(values)
    wrong = np.abs(drawn[:, 1] - drawn[:, 0] - np.diff(np.median(values, axis=1)))
    near = np.quantile(wrong, (0.93, 0.97))
    assert found.change == 2.5 and near[0] - 0.01 <= found.high - found.change <= near[1] + 0.01
    assert found.change - found.low == pytest.approx(found.high - found.change)


def test_an_interval_of_many_levels_is_that_of_the_largest_error_of_any_two() -> None:
    values = np.random.default_rng(3).exponential(10.0, (5, 5))
    (found,) = effects(Paired([{"a": k} for k in range(5)], values), ["a"])
    wrong = np.ptp(resamples(values) - np.median(values, axis=1), axis=1)
    assert np.quantile(wrong, 0.92) <= found.high - found.change <= np.quantile(wrong, 0.98)


def test_points_of_a_level_count_alike() -> None:
    made = table(
        {(0.5, "none"): [1, 2, 9], (0.5, "formal"): [4, 4, 4], (1.0, "none"): [7, 7, 1], (1.0, "formal"): [0] * 3}
    )
    assert medians_by_level(made, "guards.scale") == {0.5: 3.0, 1.0: 3.5}
    assert medians_by_level(made, "handover") == {"none": 4.5, "formal": 2.0}
    assert made.at("handover", "formal").tolist() == [[4, 4, 4], [0, 0, 0]] and made.levels("handover") == [
        "none",
        "formal",
    ]
    assert effects(made._replace(values=made.values[:, :0]), ["handover"]) == []


def parts_apart(values: np.ndarray) -> Paired:
    """A sampled number of as many worlds as values, the same in every replicate."""
    rows = [{"point": k, "x": k} for k in range(len(values))]
    return Paired(rows, np.repeat(values[:, None], 3, axis=1), sampled=True)


def test_an_interval_of_sampled_worlds_is_students_for_the_difference_of_their_means() -> None:
    """Two parts that vary and two that do not: what is picked is told apart by the error of the two."""
    rng = np.random.default_rng(4)
    worlds = np.concatenate([rng.normal(50, 10, 40), np.zeros(80), rng.normal(90, 10, 40)])
    found = effect(parts_apart(worlds), "x")
    error = np.hypot(stats.sem(worlds[:40]), stats.sem(worlds[-40:]))
    two = found.high - found.change
    assert (found.least, found.most) == ("40 to 79", "120 to 159")
    assert found.change == pytest.approx(worlds[-40:].mean())
    assert 1.9 * error < two < 2.5 * error


def test_a_range_is_cut_into_quarters_named_by_their_ends() -> None:
    column = np.random.default_rng(5).permutation(40) / 8.0
    made = Paired([{"point": k, "x": x} for k, x in enumerate(column.tolist())], np.zeros((40, 2)))
    parts = made.parts("x")
    assert list(parts) == ["0 to 1.12", "1.25 to 2.38", "2.5 to 3.62", "3.75 to 4.88"]
    assert [sorted(column[rows] * 8) for rows in parts.values()] == np.arange(40).reshape(4, 10).tolist()
    tied = [0.0] * 25 + [float(k) for k in range(1, 27)]
    cut = Paired([{"point": k, "x": x} for k, x in enumerate(tied)], np.zeros((51, 2))).parts("x")
    assert sorted(np.concatenate(list(cut.values())).tolist()) == list(range(51))
    assert sum(len({tied[k] for k in rows}) for rows in cut.values()) == len(set(tied)), "equal values stay together"


def test_points_are_worlds_of_their_own_unless_sampled() -> None:
    rows = [{"point": k, "x": k // 2, "lever": "ab"[k % 2]} for k in range(6)]
    assert Paired(rows, np.zeros((6, 1))).worlds().tolist() == list(range(6))
    assert Paired(rows, np.zeros((6, 1)), True).worlds().tolist() == [0, 0, 1, 1, 2, 2]
    assert not_compared(Paired(rows, np.zeros((6, 1))), ["x", "lever", "point"]) == []
    assert not_compared(Paired(rows, np.zeros((6, 1)), True), ["x", "lever"]) == ["x", "lever"]


def test_the_largest_effect_comes_first() -> None:
    values = np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0], [6.0, 6.0]])
    rows = [{"small": k % 2, "large": k // 2} for k in range(4)]
    assert [(e.path, e.change) for e in effects(Paired(rows, values), ["small", "large"])] == [
        ("large", 5.0),
        ("small", 1.0),
    ]


@pytest.mark.parametrize(("work", "draws"), [(8 * 70 + 5, 70), (8, 50), (10**9, RESAMPLES)])
def test_large_tables_are_resampled_less_often(monkeypatch, work: int, draws: int) -> None:
    seen, range_of = [], np.ptp
    monkeypatch.setattr("sim.analysis.effects.WORK", work)
    monkeypatch.setattr(np, "ptp", lambda table, axis=None: seen.append(len(table)) or range_of(table, axis=axis))
    effect(Paired([{"a": 0}, {"a": 1}], np.arange(8.0).reshape(2, 4)), "a")
    assert seen == [draws]
