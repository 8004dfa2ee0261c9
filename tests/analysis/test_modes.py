"""Kinds of runs are told where there are any."""

import numpy as np
import pytest

from sim.analysis.modes import _valleys, modes


def test_two_kinds_are_told_with_their_shares() -> None:
    rng = np.random.default_rng(1)
    found = modes(np.concatenate([rng.poisson(3, 105), rng.normal(400, 90, 95)]))
    assert [mode.share for mode in found] == pytest.approx([0.525, 0.475], abs=0.02)
    assert found[0].middle < 5 and 350 < found[1].middle < 450
    assert found[0].high < found[1].low


@pytest.mark.parametrize("kind", ["exponential", "uniform", "normal", "lognormal"])
def test_one_kind_is_none(kind: str) -> None:
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(40):
        draw = {"exponential": rng.exponential(100, 200), "uniform": rng.uniform(0, 1000, 200),
                "normal": rng.normal(500, 50, 200), "lognormal": rng.lognormal(5, 1, 200)}  # fmt: skip
        wrong += bool(modes(draw[kind]))
    assert wrong <= 1


def test_few_or_constant_runs_have_no_kinds() -> None:
    assert modes([0.0, 1000.0]) == modes(np.zeros(100)) == modes([np.nan] * 50) == []


@pytest.mark.parametrize(
    ("density", "cuts"),
    [
        ([0.2, 0.9, 0.3, 0.01, 0.3, 0.8, 0.5], [3]),
        ([0.9, 0.1, 0.05, 0.1, 0.8], [2]),  # modes at both ends
        ([0.2, 0.9, 0.6, 0.8, 0.1, 0.7, 0.1], [4]),  # no valley between the first two
        ([0.2, 0.5, 0.3, 0.9, 0.38, 0.8, 0.1], [4]),  # the higher of two that are not parted counts
        ([0.1, 0.8, 0.4, 1.0, 0.1], [2]),  # half of the lower one is low enough
        ([0.1, 0.9, 0.1], []),
    ],
)
def test_valleys_part_modes(density: list[float], cuts: list[int]) -> None:
    assert _valleys(np.array(density)) == cuts


@pytest.mark.parametrize(("small", "large"), [(20, 20), (21, 19), (36, 4)])
def test_kinds_apart_are_their_own_values(small: int, large: int) -> None:
    low, high = np.linspace(1.0, 6.0, small), np.linspace(3000.0, 4000.0, large)
    found = modes(np.random.default_rng(1).permutation([*low, *high]))
    for mode, part in zip(found, (low, high), strict=True):
        assert mode == pytest.approx((len(part) / 40, *np.quantile(part, (0.5, 0.05, 0.95))))
    assert modes([*low, *high[:-1]]) == [], "thirty-nine runs are too few"


def test_a_kind_of_less_than_a_tenth_is_none_and_what_is_below_nothing_is_nothing() -> None:
    low = np.linspace(1.0, 6.0, 91)
    assert modes([*low, *np.linspace(3000.0, 4000.0, 9)]) == []
    assert len(modes([*low[:90], *np.linspace(3000.0, 4000.0, 10)])) == 2
    found = modes([*-low[:30], *np.linspace(3000.0, 4000.0, 30)])
    assert found[0] == (0.5, 0.0, 0.0, 0.0) and found[1].middle == 3500.0


@pytest.mark.parametrize(
    ("density", "cuts"),
    [
        ([0.1, 0.9, 0.9, 0.1, 0.8, 0.1], [3]),  # a mode as wide as two points
        ([0.1, 0.8, 0.1, 0.9, 0.1, 0.7, 0.1], [2, 4]),
        ([0.2, 0.9, 0.6, 0.95, 0.6, 0.7, 0.1], []),
        ([0.1, 0.6, 0.5, 0.9, 0.2, 0.5, 0.1], [4]),
        ([0.5, 0.9, 0.46, 0.8, 0.9], []),
    ],
)
def test_more_valleys(density: list[float], cuts: list[int]) -> None:
    assert _valleys(np.array(density)) == cuts
