"""PRIM finds a planted box, with limits that come back, and calls a box in noise no finding."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.analysis.behaviour import CELLS, behaviour
from sim.analysis.discovery import (
    MARK,
    STABLE,
    Data,
    Limit,
    Trade,
    _best,
    _box,
    _by_world,
    _confirmed,
    _limits,
    _peeled,
    by_chance,
    discover,
    encoded,
    inside,
)

WORLDS, REPLICATES = 250, 2


def worlds(seed: int) -> dict[str, list]:
    generator = np.random.default_rng(seed)
    return {
        "guards.scale": generator.uniform(0.3, 1.3, WORLDS).tolist(),
        "isr.coverage": generator.uniform(0, 1, WORLDS).tolist(),
        "control.handover": [("none", "hasty", "formal")[k] for k in generator.integers(0, 3, WORLDS)],
    }


def test_a_planted_box_is_found() -> None:
    given = worlds(1)
    generator = np.random.default_rng(2)
    planted = (np.array(given["guards.scale"]) < 0.7) & (np.array(given["control.handover"]) != "formal")
    cases = generator.random((WORLDS, REPLICATES)) < np.where(planted, 0.95, 0.05)[:, None]
    data = encoded(given, cases)
    box = discover(data)[0]
    assert set(box.limits) == {"guards.scale", "control.handover"}
    assert box.limits["guards.scale"].low is None
    assert box.limits["guards.scale"].high == pytest.approx(0.7, abs=0.06)
    assert set(box.limits["control.handover"].names) == {"none", "hasty"}
    assert box.limits["guards.scale"].again > 0.9
    low, high = box.limits["guards.scale"].highs
    assert 0.6 < low <= high < 0.8
    assert box.density > 0.88 and box.coverage > 0.75
    assert box.found and box.p < 0.001 and box.held_out[0] > 0.7
    here = inside(box.limits, data)
    assert box.density == pytest.approx(data.cases[here].mean())
    assert box.coverage == pytest.approx(data.cases[here].sum() / data.cases.sum())
    assert [trade.coverage for trade in box.trades][0] == 1.0


def test_a_box_in_noise_is_seldom_a_finding() -> None:
    found = 0
    for seed in range(12):
        cases = np.random.default_rng(10 + seed).random((WORLDS, 1)) < 0.3
        found += by_chance(encoded(worlds(seed), cases)) <= 0.05
    assert found <= 2


def test_nothing_to_tell_apart() -> None:
    assert discover(encoded(worlds(1), np.zeros((WORLDS, 2), bool))) == []
    assert discover(encoded(worlds(1), np.ones((WORLDS, 2), bool))) == []


def test_cells_reached_hold_every_run_and_no_other() -> None:
    one, other = np.array([0.0, 1.0, 100.0, np.nan]), np.array([0.0, 0.0, 400.0, 1.0])
    found = behaviour(one, other, np.array([0, 1, 2, 3]))
    assert (found.runs, found.counts.sum()) == (3, 3)
    assert found.counts[0, 0] == 1 and found.counts[1, 0] == 1 and found.counts[CELLS - 1, CELLS - 1] == 1
    assert found.by_point[CELLS - 1, CELLS - 1] == 2 and found.by_point[5, 5] == -1
    assert found.never == pytest.approx(1 - 0.05 ** (1 / 3))


@pytest.mark.parametrize("seed", range(2))
def test_a_box_says_of_itself_what_its_limits_hold(seed: int) -> None:
    """Counted again from its limits; a limit that seldom comes back is dropped where another does."""
    given, generator = worlds(20 + seed), np.random.default_rng(30 + seed)
    planted = np.array(given["guards.scale"]) < 0.8
    cases = generator.random((WORLDS, REPLICATES)) < np.where(planted, 0.8, 0.25)[:, None]
    data = encoded(given, cases)
    box = discover(data)[0]
    here = inside(box.limits, data)
    assert box.mass == pytest.approx(here.mean())
    assert box.density == pytest.approx(data.cases[here].mean())
    assert box.coverage == pytest.approx(data.cases[here].sum() / data.cases.sum())
    assert box.found and "guards.scale" in box.limits
    for limit in box.limits.values():
        assert limit.again >= STABLE
        assert limit.low is not None or limit.high is not None or 0 < len(limit.names or ()) < 3
    low, middle, high = box.held_out
    assert low <= middle <= high and middle > data.cases.mean()


def test_a_limit_comes_back_where_a_resample_limits_the_same_side() -> None:
    def limit(low: float | None, high: float | None, names: tuple[str, ...] | None = None) -> Limit:
        return Limit(low, high, names, 0.0, None, None)

    again = [{"x": limit(0.1, None)}, {"x": limit(0.3, 0.9)}, {"x": limit(None, 0.8)}, {}]
    low, high = (_confirmed("x", limit(*ends), again) for ends in ((0.2, None), (None, 0.7)))
    assert (low.again, low.highs) == (0.5, None) and low.lows == pytest.approx((0.12, 0.28))
    assert (high.again, high.lows) == (0.5, None) and high.highs == pytest.approx((0.81, 0.89))
    assert _confirmed("x", limit(0.2, 0.7), again).again == 0.25
    names = [{"x": limit(None, None, ("a",))}, {"x": limit(None, None, ("a", "b"))}]
    assert _confirmed("x", limit(None, None, ("a",)), names).again == 0.5


def test_the_box_on_the_way_that_is_taken() -> None:
    coverage, density = np.array([1.0, 0.8, 0.5, 0.3]), np.array([0.3, 0.7, 0.9, 0.95])
    # harmonic means 0.46, 0.75, 0.64, 0.46
    assert [_best(coverage, density, least) for least in (None, 0.3, 0.9, 0.99)] == [1, 0, 2, 3]


def test_a_single_case_has_a_box_that_is_no_finding() -> None:
    cases = np.zeros((WORLDS, 1), bool)
    cases[7] = True
    (box,) = discover(encoded({"x": np.arange(float(WORLDS)).tolist()}, cases))
    assert box.coverage == 1.0 and not box.found


def test_cells_are_counted_as_numpy_does_and_named_by_a_point_that_was_there() -> None:
    rng = np.random.default_rng(5)
    one, other, points = rng.gamma(1.0, 50.0, 200), rng.normal(0.0, 20.0, 200), rng.integers(0, 30, 200)
    found = behaviour(one, other, points)
    for edges, values in ((found.first, one), (found.second, other)):
        low, high = min(0.0, values.min()), values.max()
        assert edges == pytest.approx([low + (high - low) * (k / CELLS) ** 2 for k in range(CELLS + 1)])
    counts = np.histogram2d(one, other, (found.first, found.second))[0]
    assert found.counts.tolist() == counts.tolist() and found.reached == np.count_nonzero(counts)
    for a in range(CELLS):
        for b in range(CELLS):
            here = (one >= found.first[a]) & ((one < found.first[a + 1]) | (a == CELLS - 1))
            here &= (other >= found.second[b]) & ((other < found.second[b + 1]) | (b == CELLS - 1))
            assert found.by_point[a, b] in (set(points[here]) or {-1})


def test_runs_alike_lie_in_one_cell_and_none_in_none() -> None:
    alike = behaviour(np.zeros(3), np.zeros(3), np.arange(3))
    assert alike.reached == 1 and alike.first[-1] == pytest.approx(0.0, abs=1e-6)
    nothing = behaviour(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    assert (nothing.runs, nothing.reached, nothing.never) == (0, 0, 1.0)
    assert (nothing.first[0], nothing.first[-1]) == (0.0, 1.0)


def limits_of(columns: dict[str, list[float]], box: list[tuple[float, float]]) -> dict[str, Limit]:
    """Limits of a box of the workbench, by column its lower and upper end."""
    data = Data({name: np.array(column) for name, column in columns.items()}, np.arange(4), np.ones(4, bool))
    return _limits(pd.DataFrame({f"c{k}": ends for k, ends in enumerate(box)}), list(columns), data)


def test_a_number_is_limited_where_the_box_ends_within_its_range() -> None:
    x = [0.2, 0.4, 0.6, 0.8]
    boxes = [(0.2, 0.8), (0.3, 0.8), (0.2, 0.7), (0.3, 0.7)]
    found = [limits_of({"x": x}, [box]).get("x") for box in boxes]
    assert found[0] is None
    assert [one[:3] for one in found[1:]] == [(0.3, None, None), (None, 0.7, None), (0.3, 0.7, None)]
    both = limits_of({"x": x, "y": [1.0, 2.0, 3.0, 4.0]}, [(0.2, 0.8), (1.0, 2.5)])
    assert {path: limit[:2] for path, limit in both.items()} == {"y": (None, 2.5)}


def test_names_are_limited_to_the_one_that_stands_alone_or_to_those_left_open() -> None:
    columns = {f"h{MARK}a": [1.0, 0, 0, 0], f"h{MARK}b": [0.0, 1, 0, 0], f"h{MARK}c": [0.0, 0, 1, 1]}
    both, one, zero = (0.0, 1.0), (0.5, 1.0), (0.0, 0.5)
    assert limits_of(columns, [both, both, both]) == {}
    assert limits_of(columns, [both, zero, both])["h"].names == ("a", "c")
    assert (
        limits_of(columns, [both, one, both])["h"].names == limits_of(columns, [zero, one, both])["h"].names == ("b",)
    )
    assert limits_of(columns, [zero, zero, both])["h"].names == ("c",)
    left = {f"h{MARK}a": [0.0] * 4, f"h{MARK}b": [1.0] * 4}  # among the runs left there is only b
    assert limits_of(left, [(0.0, 0.0), (1.0, 1.0)]) == {}


def test_which_runs_lie_in_a_box() -> None:
    data = encoded(
        {"x": [1.0, 2.0, 3.0, 4.0], "h": ["a", "b", "b", "c"], "on": [True, False, True, True]}, np.ones((4, 1), bool)
    )

    def lie(**limits: tuple) -> list[int]:
        return inside({path: Limit(*ends, 0.0, None, None) for path, ends in limits.items()}, data).astype(int).tolist()

    assert lie() == [1, 1, 1, 1]
    assert lie(x=(2.0, None, None)) == [0, 1, 1, 1] and lie(x=(None, 3.0, None)) == [1, 1, 1, 0]
    assert lie(x=(2.0, 3.0, None), h=(None, None, ("b", "c"))) == [0, 1, 1, 0]
    assert lie(h=(None, None, ("a", "c"))) == [1, 0, 0, 1] and lie(h=(None, None, ())) == [0, 0, 0, 0]
    assert lie(on=(None, None, ("True",))) == [1, 0, 1, 1], "yes and no are names"


def test_the_table_of_runs_repeats_a_point_for_each_replicate() -> None:
    cases = np.array([[True, False], [False, False], [True, True]])
    data = encoded({"x": [3, 1.5, 2], "h": ["b", "a", "b"]}, cases)
    assert list(data.columns) == ["x", f"h{MARK}b", f"h{MARK}a"]
    assert data.columns["x"].tolist() == [3, 3, 1.5, 1.5, 2, 2]
    assert data.columns[f"h{MARK}b"].tolist() == [1, 1, 0, 0, 1, 1]
    assert data.world.tolist() == [0, 0, 1, 1, 2, 2] and data.cases.tolist() == cases.ravel().tolist()
    some = data.rows(np.array([4, 0]))
    assert (some.columns["x"].tolist(), some.world.tolist(), some.cases.tolist()) == ([2, 3], [2, 0], [True, True])
    assert _by_world(data, data.cases).tolist() == [0.5, 0.0, 1.0]


def test_a_limit_that_never_comes_back_has_no_place_where_it_did() -> None:
    limit = Limit(0.2, None, None, 0.0, None, None)
    assert _confirmed("x", limit, [{}, {"y": limit}]) == limit
    alone = _confirmed("x", limit, [{"x": limit._replace(low=0.4)}])
    assert (alone.again, alone.lows, alone.highs) == (1.0, (0.4, 0.4), None)


def test_chance_is_mann_and_whitneys_of_the_worlds_that_made_no_box(monkeypatch) -> None:
    """With one box for every half: each half's worlds inside and outside, counted once more."""
    rng = np.random.default_rng(6)
    x = rng.random(40)
    cases = rng.random((40, 3)) < np.where(x < 0.5, 0.6, 0.4)[:, None]
    data, seen = encoded({"x": x.tolist()}, cases), []

    def peeled(part: Data, _: object) -> tuple[dict[str, Limit], list]:
        seen.append(set(part.world.tolist()))
        return {"x": Limit(None, 0.5, None, 0.0, None, None)}, []

    monkeypatch.setattr("sim.analysis.discovery._peeled", peeled)
    found = by_chance(data)
    assert seen[0] | seen[1] == set(range(40)) and not seen[0] & seen[1] and len(seen[0]) == 20
    share, values = cases.mean(axis=1), []
    for half in seen:
        rest = np.array(sorted(set(range(40)) - half))
        low, high = share[rest[x[rest] <= 0.5]], share[rest[x[rest] > 0.5]]
        values.append(stats.mannwhitneyu(low, high, alternative="greater").pvalue)
    assert found == pytest.approx(min(1.0, 2 * min(values)))
    assert by_chance(encoded({"x": [0.1] * 40}, cases)) == 1.0, "all worlds lie inside"


def steps(box: dict[str, Limit], times: int):
    """In place of PRIM: the box so many times, then nothing."""
    left = iter([(box, [Trade(1.0, 0.5, 1.0, 0), Trade(0.5, 1.0, 0.25, 1)])] * times)
    return lambda data, least: next(left, None)


@pytest.mark.parametrize(("times", "again", "steady"), [(11, 1.0, True), (6, 0.5, True), (5, 0.4, False)])
def test_a_box_counts_the_resamples_that_limit_it_too(monkeypatch, times: int, again: float, steady: bool) -> None:
    x = np.arange(100.0)
    cases = np.repeat((x < 25)[:, None], 2, axis=1)
    limit = Limit(None, 24.5, None, 0.0, None, None)
    monkeypatch.setattr("sim.analysis.discovery._peeled", steps({"x": limit}, times))
    monkeypatch.setattr("sim.analysis.discovery.by_chance", lambda data, least: 0.05)
    found = _box(encoded({"x": x.tolist()}, cases), 100, 400, None)
    assert found.limits["x"].again == again and found.limits["x"].high == 24.5 and found.found == steady
    assert (found.coverage, found.density, found.mass) == (
        0.5,
        1.0,
        50 / 400,
    )  # of cases and runs that there are in all
    assert found.held_out == (1.0, 1.0, 1.0) and found.p == 0.05
    assert found.trades == [Trade(0.5, 0.5, 0.5, 0), Trade(0.25, 1.0, 0.125, 1)]
    monkeypatch.setattr("sim.analysis.discovery._peeled", steps({"x": limit}, 11))
    monkeypatch.setattr("sim.analysis.discovery.by_chance", lambda data, least: 0.051)
    assert not _box(encoded({"x": x.tolist()}, cases), 100, 400, None).found


def test_a_second_box_is_looked_for_outside_the_first_and_kept_if_it_is_a_finding() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.random(300), rng.random(300)
    planted = ((x < 0.5) & (y < 0.5)) | ((x > 0.7) & (y > 0.8))
    cases = (planted & (rng.random(300) < 0.97)) | (rng.random(300) < 0.01)
    data = encoded({"x": x.tolist(), "y": y.tolist()}, cases[:, None])
    first, second = discover(data)
    assert (first.limits["x"].low, second.limits["x"].high) == (None, None)
    outside = ~inside(first.limits, data)
    here = outside & inside(second.limits, data)
    assert second.coverage == pytest.approx(cases[here].sum() / cases.sum())
    assert (second.density, second.mass) == pytest.approx((cases[here].mean(), here.mean()))
    assert second.trades[0] == pytest.approx(
        (cases[outside].sum() / cases.sum(), cases[outside].mean(), outside.mean(), 0)
    )
    assert len(discover(data, most=1)) == 1 and discover(data, most=1)[0] == first


def test_the_way_to_a_box_begins_with_all_runs_and_the_box_is_as_dense_as_asked() -> None:
    x = np.random.default_rng(8).random(200)
    cases = x < 0.3
    data = encoded({"x": x.tolist()}, cases[:, None])
    limits, trades = _peeled(data, None)
    assert trades[0] == (1.0, pytest.approx(cases.mean()), 1.0, 0)
    assert limits["x"].low is None and limits["x"].high == pytest.approx(0.3, abs=0.03)
    for trade in trades:
        assert trade.coverage * cases.sum() == pytest.approx(trade.density * trade.mass * 200)
    wide, _ = _peeled(data, 0.6)
    here = inside(wide, data)
    assert cases[here].mean() >= 0.6 and here.sum() > inside(limits, data).sum()
    assert _peeled(encoded({"x": [1.0] * 200}, cases[:, None]), None) is None


def test_coverage_and_density_that_are_both_small_are_weighed_by_their_harmonic_mean_too() -> None:
    assert _best(np.array([1.0, 0.15]), np.array([0.1, 0.3]), None) == 1  # 0.18 and 0.2
