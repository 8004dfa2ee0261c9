"""Which series of a figure could be taken for one another in grey, or without red or green cones."""

import itertools

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from tests.app.test_palette import lab

SEEN = ("grey", "protan", "deutan")
"""Ways of seeing; lightness of a full-colour picture is what a grey print keeps."""
APART = 7.0
"""Least difference of lightness (CIELAB) between two series that differ in colour alone."""


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
