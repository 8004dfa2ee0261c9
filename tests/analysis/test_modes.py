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
