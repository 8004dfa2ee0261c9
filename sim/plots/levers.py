"""Levers over uncertain worlds: expected and worst regret, and what would be worth knowing before choosing."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.experiment.levers import Study
from sim.plots import regret, style
from sim.plots.view import ResultsView

NAME = "levers"
MOST = 10
"""Most numbers drawn."""
ROW = 0.32


def draw(view: ResultsView, found: Study) -> Figure:
    """Draw regret by lever above, and the value of knowing each number below."""
    ranked = regret.ranked(found)
    knowing = found.knowing[:MOST]
    best = ranked[0]
    title = (
        f"{best.name} has the least expected regret: {wording.mean(best.regret.expected)} {found.metric}, against"
        f" {wording.mean(next(o for o in ranked if o.name == found.options[0].name).regret.expected)} of"
        f" {found.options[0].name}"
    )
    subtitle = (
        f"{found.worlds:,} worlds. Regret: loss beyond the best lever's in the same world. Below: how much less would"
        " be lost if a number were known before choosing; grey: what chance alone would show."
    )
    upper, lower = 0.9 + ROW * len(ranked), 1.0 + ROW * max(2, len(knowing))
    sheet = style.sheet(view, title, subtitle, upper + lower, left=2.6, right=0.7)
    axes = sheet.axes(2, 1, hspace=0.42, height_ratios=[upper, lower])
    regret.panel(axes[0][0], ranked)
    style.name_axes(axes[0][0], f"{found.metric}", "Regret: mean (dot) and what 95% of worlds stay under (bar)")
    _knowing(axes[1][0], found)
    return sheet.figure


def _knowing(axes: Axes, found: Study) -> None:
    shown = found.knowing[:MOST]
    for row, (_, value) in enumerate(shown):
        color = style.BELIEF if value.matters else style.FAINT
        axes.barh([row], [value.value], height=0.6, color=color, zorder=3)
        axes.plot([value.chance] * 2, [row - 0.38, row + 0.38], color=style.MUTED, linewidth=1.4, zorder=4)
    top = max([1e-6, *(max(value.value, value.chance) for _, value in shown)])
    axes.set_xlim(0, top * 1.08)
    step = style.round_step(top / 4)
    style.ticks(axes, "x", np.arange(0, top * 1.08, step), [f"{v:g}" for v in np.arange(0, top * 1.08, step)])
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    style.ticks(axes, "y", range(len(shown)), [wording.tidy(path, 34) for path, _ in shown])
    axes.tick_params(axis="y", labelcolor=style.INK)
    style.name_axes(axes, f"{found.metric} averted by knowing it first", "Worth knowing before choosing")
