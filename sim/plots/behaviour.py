"""Behaviour space: cells of two outcomes by the number of runs that reach them; what is white was never reached."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.behaviour import Behaviour
from sim.plots import style
from sim.plots.view import ResultsView

NAME = "behaviour"


def draw(view: ResultsView, found: Behaviour, names: tuple[str, str]) -> Figure:
    """Draw the cells, the first outcome along x."""
    title = f"{found.reached} of {found.counts.size} cells of {names[0]} and {names[1]} are reached"
    subtitle = (
        f"{found.runs:,} runs by cell; darker is more. A white cell is hit by at most {wording.per_cent(found.never)}"
        " of runs of this design (95%). Outside the ranges tried nothing is ruled out."
    )
    sheet = style.sheet(view, title, subtitle, 4.4, left=1.2, right=1.5)
    ((axes,),) = sheet.axes()
    counts = np.ma.masked_equal(found.counts.T, 0)
    many = found.counts.shape[0]
    axes.pcolormesh(
        np.arange(many + 1), np.arange(many + 1), counts, cmap=style.TRUTH_RAMP,
        norm=LogNorm(1, max(2, int(found.counts.max()))), edgecolors=style.PAPER, linewidth=1.0,
    )  # fmt: skip
    axes.grid(False)
    for x, y in np.argwhere(found.counts > 0):
        shade = style.TRUTH_RAMP(LogNorm(1, max(2, int(found.counts.max())))(found.counts[x, y]))
        style.write(
            axes, x + 0.5, y + 0.5, f"{found.counts[x, y]:,}", size=7.5, ha="center", va="center",
            color=style.ink_on(shade),
        )  # fmt: skip
    style.ticks(axes, "x", range(0, many + 1, 2), [wording.count(v) for v in found.first[::2]])
    style.ticks(axes, "y", range(0, many + 1, 2), [wording.count(v) for v in found.second[::2]])
    axes.set_xlim(0, many)
    axes.set_ylim(0, many)
    style.name_axes(axes, names[0], names[1])
    return sheet.figure
