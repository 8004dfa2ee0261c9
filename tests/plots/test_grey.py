"""Series that meet in one figure can be told apart in grey and without red or green cones; of every figure in test_figures."""

import itertools

import numpy as np
import pytest

from sim.plots import style
from tests.plots.apart import APART, SEEN, alike, confused, lightness


def test_what_stands_for_truth_belief_and_chance_differs_in_lightness() -> None:
    for a, b in itertools.combinations((style.TRUTH, style.BELIEF, style.INK, style.FAINT, style.PAPER), 2):
        assert alike(a, b) == [], (a, b)


@pytest.mark.parametrize("ramp", [style.TRUTH_RAMP, style.BELIEF_RAMP, style.GAP_RAMP])
@pytest.mark.parametrize("many", range(2, 7))
def test_shades_of_one_colour_get_lighter_step_by_step(ramp, many) -> None:
    for seen in SEEN:
        steps = np.diff([lightness(color, seen) for color in style.shades(ramp, many)])
        assert (steps >= APART).all(), (seen, steps)


def test_two_colours_of_one_lightness_are_seen() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    axes.plot([0, 1, 2], [0, 1, 2], color=style.TRUTH, linewidth=2)
    axes.plot([0, 1, 2], [2, 1, 0], color=style.MUTED, linewidth=2)
    assert confused(axes)
    axes.get_lines()[1].set_linestyle("--")
    assert not confused(axes)
