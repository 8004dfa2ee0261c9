"""Series that meet in one figure can be told apart in grey and without red or green cones."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from sim.plots import figures, style
from sim.plots.view import ResultsView
from tests.app.test_palette import LACKING, lab
from tests.plots.test_figures import GRID, LEVERS, SCALES, opened

SEEN = {"grey": np.eye(3).tolist(), "protan": LACKING["protan"], "deutan": LACKING["deutan"]}
APART = 7.0
"""Least difference of lightness (CIELAB) between two series that differ in colour alone."""


@pytest.fixture(autouse=True)
def grey(monkeypatch) -> None:
    monkeypatch.setitem(LACKING, "grey", SEEN["grey"])  # lightness of a full-colour picture is what a grey print keeps


def lightness(color: str, seen: str) -> float:
    return float(lab(to_hex(color), seen)[0])


def alike(one: str, other: str) -> list[str]:
    """The ways of seeing in which two colours have nearly one lightness."""
    return [seen for seen in SEEN if abs(lightness(one, seen) - lightness(other, seen)) < APART]


def series(axes) -> set[tuple[str, str]]:
    """Colour and line style of the lines that run through axes, and of bars."""
    lines = [line for line in axes.get_lines() if len(np.unique(line.get_xdata())) > 2 and line.get_linewidth() >= 1.3]
    found = {(to_hex(line.get_color()), f"line {line.get_linestyle()}") for line in lines}
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_width() > 0]
    return found | {(to_hex(bar.get_facecolor()), "bar") for bar in bars}


def confused(axes) -> list[tuple]:
    """Pairs of series of one kind that differ in colour, and in some way of seeing hardly in lightness."""
    pairs = itertools.combinations(sorted(series(axes)), 2)
    return [(a, b, ways) for a, b in pairs if a[1] == b[1] and a[0] != b[0] and (ways := alike(a[0], b[0]))]


@pytest.mark.parametrize("points", [None, SCALES, GRID, LEVERS])
def test_lines_and_bars_of_a_figure_differ_in_lightness_or_in_dashes(tmp_path, points) -> None:
    view = ResultsView(opened(tmp_path / "r", points, 20))
    drawn = 0
    for module in figures():
        if module.applies(view):
            for axes in module.draw(view).axes:
                drawn += len(series(axes))
                assert confused(axes) == [], module.NAME
    assert drawn > 5


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
