"""PRIM finds a planted box, with limits that come back, and calls a box in noise no finding."""

import numpy as np
import pytest

from sim.analysis.behaviour import CELLS, behaviour
from sim.analysis.discovery import STABLE, Limit, _best, _confirmed, by_chance, discover, encoded, inside

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
