"""Exits by cause: how many of each, over the points shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.summary import quantiles
from sim.outcomes import CAUSES
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "causes"
CAPTION = "How people get out: exits by their first cause."
COLUMNS = 3
"""Panels in a row, where several points are compared."""
DOT: dict[str, Any] = {
    "color": style.TRUTH, "markersize": 6, "markeredgecolor": style.PAPER, "zorder": 4, "clip_on": False,
}  # fmt: skip


def applies(results: Results | ResultsView) -> bool:
    """Tell whether there is an exit at a point shown."""
    view = ResultsView.of(results)
    return any(bool((view.over("escaped", n) > 0).any()) for n in view.shown[1])


def draw(results: Results | ResultsView) -> Figure:
    """Draw a row for each cause; where points lie along a path, a panel for each cause over it."""
    view = ResultsView.of(results)
    path, shown = view.shown
    return _over(view, path, shown) if path and len(shown) > 1 else _single(view)


def panel(axes: Axes, found: dict[str, Numbers]) -> None:
    """Draw exits by cause, most above: mean a run, the middle 90% of runs, and the share of all exits.

    Of a single run its exits and their share alone.
    """
    means = {cause: float(np.mean(values)) for cause, values in found.items()}
    total = sum(means.values()) or 1.0
    order = sorted(found, key=lambda cause: means[cause])
    tops = [float(np.quantile(found[cause], 0.95)) for cause in order]
    style.from_zero(axes, "x", max(*tops, *means.values()) * 1.02, many=4)
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.grid(False, axis="y")
    for y, cause in enumerate(order):
        low, high = np.quantile(found[cause], (0.05, 0.95))
        axes.barh([y], [means[cause]], height=0.3, color=style.TRUTH, alpha=0.85, zorder=2)
        share = wording.per_cent(means[cause] / total)
        if len(found[cause]) > 1:
            axes.plot([low, high], [y, y], color=style.INK, linewidth=1.2, zorder=4, solid_capstyle="butt")
            some = wording.per_cent(float(np.mean(found[cause] > 0)))
            words = f"{wording.mean(means[cause])} a run ({share}), in {some} of runs"
        else:
            words = f"{wording.count(means[cause])} ({share})"
        words = words if means[cause] > 0 else "none"
        style.write(axes, 0.0, y + 0.24, words, size=8.5, color=style.MUTED, va="bottom")
    axes.set_ylim(-0.45, len(order) - 0.2)
    style.ticks(axes, "y", range(len(order)), order)
    axes.tick_params(axis="y", labelcolor=style.INK)
    style.name_axes(axes, "Exits in a run, by cause")


def _single(view: ResultsView) -> Figure:
    found = {cause: view.pooled(f"escaped_{cause}") for cause in CAUSES}
    subtitle = (
        "Every exit has one cause, the first that applies. Bars: mean of all runs; lines: the middle 90% of runs, which"
        " may lie away from the mean where a cause is rare and large."
    )
    if view.once:
        subtitle = "Every exit has one cause, the first that applies. Of the one run."
    subtitle += view.at_point
    sheet = style.sheet(view, _title(found), subtitle, 3.5, left=1.25)
    panel(sheet.axes()[0][0], found)
    return sheet.figure


def _title(found: dict[str, Numbers]) -> str:
    means = {cause: float(np.mean(values)) for cause, values in found.items()}
    total = sum(means.values())
    order = sorted((cause for cause in means if means[cause] > 0), key=lambda cause: -means[cause])
    if not order:
        return "Nobody gets out"
    parts = [f"{cause} {wording.per_cent(means[cause] / total)}" for cause in order[:3]]
    return f"Of all exits: {', '.join(parts)}"


def _over(view: ResultsView, path: str, shown: list[int]) -> Figure:
    every = {cause: [view.over(f"escaped_{cause}", n) for n in shown] for cause in CAUSES}
    totals = {cause: sum(float(np.mean(values)) for values in runs) for cause, runs in every.items()}
    order = sorted((cause for cause in CAUSES if totals[cause] > 0), key=lambda cause: -totals[cause])
    never = [cause for cause in CAUSES if cause not in order]
    fixed = view.fixed(path)
    subtitle = (
        "Exits in a run by their first cause: means (dots) and the middle 90% of runs (lines), each cause on its own"
        f" scale.{f' At {wording.settings(fixed)}.' if fixed else ''}"
    )
    subtitle += f" None in any run: {', '.join(never)}." if never else ""
    ends = [_leading(every, k) for k in (0, len(shown) - 1)]
    numeric = view.numeric(path)
    names = [wording.tidy(view.label(path, shown[k]), 22) for k in (0, -1)]
    where = f"{wording.tidy(path, 24)} " if numeric else ""
    title = f"Most exits are by {ends[0]} at {where}{names[0]}, by {ends[1]} at {names[1]}"
    if ends[0] == ends[1]:
        title = f"Most exits are by {ends[0]}, from {where}{names[0]} to {names[1]}"
    rows = -(-len(order) // COLUMNS)
    labels = [wording.tidy(view.label(path, n), max(5, 24 // len(shown)) if numeric else 22) for n in shown]
    tall = 1.9 if numeric else 0.85 + 0.24 * len(shown)
    left = style.LEFT if numeric else 0.45 + 0.085 * max(map(len, labels))
    sheet = style.sheet(view, title, subtitle, 0.3 + tall * rows, extra_top=0.1, left=left)
    grid = sheet.axes(rows, COLUMNS, hspace=0.6 if numeric else 0.5, wspace=0.28 if numeric else 0.14)
    panels = [axes for row in grid for axes in row]
    for k, (axes, cause) in enumerate(zip(panels, order, strict=False)):
        if numeric:
            _upright(axes, every[cause])
            style.ticks(axes, "x", range(len(shown)), labels)
        else:
            _level(axes, every[cause])
            style.ticks(axes, "y", range(len(shown)), labels if k % COLUMNS == 0 else [""] * len(shown))
            axes.tick_params(axis="y", labelcolor=style.INK)
        style.name_axes(axes, path if numeric else "", cause)
    for axes in panels[len(order) :]:
        axes.set_visible(False)
    return sheet.figure


def _leading(every: dict[str, list[Numbers]], place: int) -> str:
    """Return the cause with the most exits at one of the points shown."""
    return max(every, key=lambda cause: float(np.mean(every[cause][place])))


def _upright(axes: Axes, runs: list[Numbers]) -> None:
    """Draw one cause over points of a number, which lie along x."""
    means, bounds = _found(runs)
    style.from_zero(axes, "y", max(*means, *(high for _, high in bounds)) * 1.02, many=3)
    for x, (low, high) in enumerate(bounds):
        axes.plot([x, x], [low, high], color=style.TRUTH, linewidth=2.4, alpha=0.45, solid_capstyle="round", zorder=2)
    axes.plot(range(len(runs)), means, color=style.TRUTH, linewidth=1.0, alpha=0.7, zorder=3)
    axes.plot(range(len(runs)), means, "o", **DOT)
    axes.set_xlim(-0.4, len(runs) - 0.6)


def _level(axes: Axes, runs: list[Numbers]) -> None:
    """Draw one cause over points that have names, a row each."""
    means, bounds = _found(runs)
    style.from_zero(axes, "x", max(*means, *(high for _, high in bounds)) * 1.02, many=3)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    for y, ends in enumerate(bounds):
        axes.plot(ends, [y, y], color=style.TRUTH, linewidth=2.4, alpha=0.45, solid_capstyle="round", zorder=2)
    axes.plot(means, range(len(runs)), "o", **DOT)
    axes.set_ylim(len(runs) - 0.5, -0.5)


def _found(runs: list[Numbers]) -> tuple[list[float], list[tuple[float, float]]]:
    """Return means, and the middle 90% of runs."""
    ends = [quantiles(values, (0.05, 0.95)) for values in runs]
    return [float(np.mean(values)) for values in runs], [(float(low), float(high)) for low, high in ends]
