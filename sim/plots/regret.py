"""Regret by decision: what each lever loses beyond the best one of the same world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.experiment.levers import Option, Study
from sim.plots import style
from sim.plots.view import ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "regret"
CAPTION = "Which decision is regretted least: losses beyond the best lever's in the same world."
ROW = 0.36


def applies(results: Results | ResultsView) -> bool:
    """Tell whether there is a study of levers."""
    return ResultsView.of(results).study is not None


def ranked(found: Study) -> list[Option]:
    """Return the levers, least expected regret first."""
    return sorted(found.options, key=lambda one: one.regret.expected)


def draw(results: Results | ResultsView) -> Figure:
    """Draw regret by lever to the left, how often each would be chosen and is good enough to the right."""
    view = ResultsView.of(results)
    found = view.study
    assert found is not None, "applies() says so"
    order = ranked(found)
    best, nothing = order[0], found.options[0]
    title = f"{best.name} is regretted least: {wording.mean(best.regret.expected)} people out more than need be"
    if best.regret.expected <= 0:
        title = f"{best.name} is never regretted"
    if best is not nothing:
        title += f"; {nothing.name} {wording.mean(nothing.regret.expected)}"
    subtitle = (
        f"Over {found.worlds:,} worlds. Regret: people out beyond those under the best lever of the same world, known"
        " only with hindsight. Chosen: share of resampled sets of worlds in which its mean loss is least. Good enough:"
        f" share of worlds with at most {wording.mean(found.enough)} people out."
    )
    sheet = style.sheet(view, title, subtitle, 0.5 + ROW * len(order), left=2.3, right=0.6, extra_top=0.12)
    left, right = sheet.axes(1, 2, wspace=0.1, width_ratios=[1.7, 1.0])[0]
    panel(left, order)
    style.name_axes(left, "People out", "Regret: mean (dot), 95% of worlds under (bar)")
    _shares(right, order)
    return sheet.figure


def panel(axes: Axes, order: list[Option]) -> None:
    """Draw the regret of levers, a row each."""
    for row, option in enumerate(order):
        axes.plot([option.regret.expected, option.regret.q95], [row, row], color=style.TRUTH, linewidth=1.4, zorder=3)
        axes.plot([option.regret.expected], [row], "o", color=style.TRUTH, markersize=7, zorder=5)
        axes.plot([option.regret.q95], [row], "|", color=style.TRUTH, markersize=9, zorder=5)
    style.from_zero(axes, "x", max(1.0, *(option.regret.q95 for option in order)))
    axes.set_ylim(len(order) - 0.4, -0.6)
    style.ticks(axes, "y", range(len(order)), [wording.tidy(option.name, 30) for option in order])
    axes.tick_params(axis="y", labelcolor=style.INK)


def _shares(axes: Axes, order: list[Option]) -> None:
    """Write how often each lever would be chosen and is good enough, as bars of shares."""
    axes.set_xlim(0.0, 2.25)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    style.ticks(axes, "x", [], [])
    style.ticks(axes, "y", [], [])
    for start, head, color in ((0.0, "chosen", style.TRUTH), (1.25, "good enough", style.MUTED)):
        style.write(axes, start, -0.66, head, size=9.0, weight="bold", color=color, va="bottom")
        for row, option in enumerate(order):
            share = option.regret.chosen if head == "chosen" else option.good_enough
            axes.barh([row], [0.55], left=start, height=0.42, color=style.GRID, zorder=1)
            axes.barh([row], [0.55 * share], left=start, height=0.42, color=color, alpha=0.85, zorder=2)
            style.write(axes, start + 0.6, row, wording.per_cent(share), size=9.0, va="center")
