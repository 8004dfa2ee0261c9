"""Where sampled designs put their points, against SALib and closed forms."""

import numpy as np
import pytest
from SALib.analyze import sobol
from SALib.sample import sobol as layout

from sim.scenario.sampling import unit_points


@pytest.mark.parametrize("method", ["lhs", "sobol", "saltelli"])
def test_points_lie_in_the_cube_and_follow_the_seed(method):
    points = unit_points(method, 64, 3, seed=5)
    assert points.shape == (64 * (5 if method == "saltelli" else 1), 3)
    assert (points >= 0).all() and (points < 1).all()
    assert (points == unit_points(method, 64, 3, seed=5)).all()
    assert (points != unit_points(method, 64, 3, seed=6)).any()


def test_every_slice_of_every_factor_has_one_point_of_a_latin_hypercube():
    points = unit_points("lhs", 50, 4, seed=1)
    assert (np.sort(np.floor(points * 50), axis=0) == np.arange(50)[:, None]).all()


def test_a_sobol_sequence_is_more_even_than_chance():
    from scipy.stats import qmc

    even = qmc.discrepancy(unit_points("sobol", 256, 3, seed=1))
    assert even < 0.2 * qmc.discrepancy(np.random.default_rng(1).random((256, 3)))


def test_the_layout_is_salibs():
    names = ["a", "b", "c"]
    theirs = layout.sample({"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}, 16, calc_second_order=False, seed=1)
    ours = unit_points("saltelli", 16, 3, seed=1)

    def sources(rows):
        """For every row and factor, whether it is A's or B's of its base point."""
        blocks = rows.reshape(16, 5, 3)
        return (blocks == blocks[:, :1]).tolist(), (blocks == blocks[:, -1:]).tolist()

    assert sources(ours) == sources(theirs)


def test_the_indices_of_ishigami_come_out_of_it():
    """First-order and total indices in closed form (Ishigami and Homma 1990; a = 7, b = 0.1)."""
    x = np.pi * (2 * unit_points("saltelli", 4096, 3, seed=2) - 1)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    found = sobol.analyze(problem, y, calc_second_order=False, seed=1)
    assert found["S1"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["ST"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
