"""Putting in order: the same as a stable sort."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.ranking import rank_uniforms, sort_together


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 100, 10_001])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.25, 0.2500001), (0.5, 1.0)])
def test_uniforms_are_ranked_as_by_a_stable_sort(n: int, low: float, high: float) -> None:
    u = np.random.default_rng(n).uniform(low, high, n)
    ranked = np.full(n + 3, -1, np.int32)
    rank_uniforms(u, low, high, ranked)
    assert ranked[:n].tolist() == np.argsort(u, kind="stable").tolist()
    assert (ranked[n:] == -1).all()


def test_equal_numbers_keep_the_order_of_their_index() -> None:
    u = np.random.default_rng(1).integers(0, 7, 500) / 7.0
    ranked = np.empty(500, np.int32)
    rank_uniforms(u, 0.0, 1.0, ranked)
    assert ranked.tolist() == np.argsort(u, kind="stable").tolist()


def test_numbers_that_are_not_uniform_are_ranked_too() -> None:
    u = np.random.default_rng(2).beta(0.1, 40.0, 3000)
    u[:2] = 0.0, np.nextafter(1.0, 0.0)
    ranked = np.empty(3000, np.int32)
    rank_uniforms(u, 0.0, 1.0, ranked)
    assert ranked.tolist() == np.argsort(u, kind="stable").tolist()


@pytest.mark.parametrize("n", [0, 1, 2, 30, 64, 65, 400])
def test_two_arrays_are_sorted_together(n: int) -> None:
    rank = np.random.default_rng(n).integers(0, 20, n + 2)
    who = np.arange(n + 2)
    by = np.argsort(rank[:n], kind="stable")
    expected_rank, expected_who = rank.copy(), who.copy()
    expected_rank[:n], expected_who[:n] = rank[by], who[by]
    sort_together(rank, who, n)
    assert rank.tolist() == expected_rank.tolist()
    assert who.tolist() == expected_who.tolist()
