"""Points of one sampled world count once."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.discovery import encoded
from sim.analysis.sensitivity import pawn
from sim.analysis.worlds import resampled, shuffled, worlds_of

POINTS = [{"point": 3 * k + j, "size": 0.1 * k, "lever": lever} for k in range(4) for j, lever in enumerate("abc")]


def test_points_that_differ_in_their_lever_alone_share_a_world() -> None:
    assert worlds_of(POINTS).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_worlds_are_drawn_whole() -> None:
    worlds = worlds_of(POINTS[::-1])
    rows = resampled(worlds, np.random.default_rng(1))
    assert len(rows) == 12
    assert all(len(set(worlds[rows[k : k + 3]])) == 1 and len(set(rows[k : k + 3])) == 3 for k in (0, 3, 6, 9))


def test_what_a_world_has_is_shuffled_between_worlds_and_what_differs_within_one_there() -> None:
    worlds, generator = worlds_of(POINTS), np.random.default_rng(2)
    size = np.array([point["size"] for point in POINTS])
    lever = np.array([point["lever"] for point in POINTS])
    sizes = np.array([shuffled(size, worlds, generator).reshape(4, 3) for _ in range(50)])
    assert (sizes == sizes[:, :, :1]).all() and (np.sort(sizes[:, :, 0]) == size[::3]).all()
    assert len(np.unique(sizes[:, 0, 0])) == 4
    levers = np.array([shuffled(lever, worlds, generator).reshape(4, 3) for _ in range(50)])
    assert (np.sort(levers, axis=2) == np.array(["a", "b", "c"])).all()
    assert set(levers[:, 2, 0]) == {"a", "b", "c"}


def test_an_inert_number_stays_below_what_chance_gives() -> None:
    """Taken for three worlds each, 30 worlds let it pass in nearly every case (59 of 60; 5 of 60 as they are)."""
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(12):
        inert, runs = rng.random(30), rng.exponential(100.0, (30, 1)) + rng.normal(0.0, 5.0, (30, 6))
        worlds = np.repeat(np.arange(30), 3)
        (found,) = pawn([np.repeat(inert, 3).tolist()], np.repeat(runs, 3, axis=0), worlds)
        wrong += found.value.value > found.chance
    assert wrong <= 4


def test_runs_of_a_world_keep_its_number_in_a_table_of_cases() -> None:
    cases = np.zeros((12, 2), bool)
    data = encoded({"size": [point["size"] for point in POINTS]}, cases, worlds_of(POINTS))
    assert data.world.tolist() == np.repeat([0, 1, 2, 3], 6).tolist()


def test_every_world_is_drawn_as_often_as_any_and_with_replacement() -> None:
    worlds, generator = np.array([5, 2, 2, 9]), np.random.default_rng(3)
    drawn = [resampled(worlds, generator) for _ in range(600)]
    for rows in drawn:
        assert np.count_nonzero(rows == 1) == np.count_nonzero(rows == 2), "both points of a world come together"
    times = np.array([np.bincount(rows, minlength=4) for rows in drawn])
    assert times.mean(axis=0).tolist() == pytest.approx([1.0] * 4, abs=0.1)
    assert set(map(tuple, times[:, [0, 1, 3]])) == {(a, b, 3 - a - b) for a in range(4) for b in range(4 - a)}, (
        "three worlds are drawn in ten ways"
    )


def test_a_column_of_single_worlds_is_permuted() -> None:
    column, generator = np.array([4.0, 7.0, 7.0, 9.0]), np.random.default_rng(4)
    found = [tuple(shuffled(column, np.array([3, 1, 0, 2]), generator)) for _ in range(300)]
    assert len(set(found)) == 12 and all(sorted(one) == column.tolist() for one in found)
