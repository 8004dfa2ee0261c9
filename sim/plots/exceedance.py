"""Exceedance: the probability that at least x escape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim import wording
from sim.analysis.escapes import Exceedance, exceedance, never_bound, summary
from sim.outcomes import CAUSES, HEADLINE
from sim.plots import causes, style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "exceedance"
CAPTION = "How many could get out: the probability that at least so many escape."
FEW = 20
"""Fewest runs whose tail is described."""
MOST_STEPS = 1500
"""Most steps drawn of one curve; every curve keeps its ends."""
MOST_BEHIND = 60
"""Most points drawn in the background."""


def applies(results: Results | ResultsView) -> bool:
    """Tell whether there is a replicate."""
    return bool(ResultsView.of(results).replicates[1])


def draw(results: Results | ResultsView) -> Figure:
    """Draw a curve for each point shown, the other points behind; for a single point its causes beside it."""
    view = ResultsView.of(results)
    path, shown = view.shown
    escaped = view.runs(HEADLINE)
    if style.widest(escaped) <= 0:
        return _nobody(view, min(view.replicates))
    return _single(view, shown[0]) if len(shown) == 1 else _several(view, path, shown, escaped)


def _single(view: ResultsView, point: int) -> Figure:
    escaped = view.over(HEADLINE, point)
    found = summary(escaped)
    half, tail = wording.count(found.q50), wording.count(found.q95)
    title = f"In half of all runs {half} or more get out, in one of twenty {tail} or more"
    if found.q50 < 0.5:
        title = f"Somebody gets out in {wording.per_cent(float(np.mean(escaped > 0)))} of runs"
        title += f", {tail} or more in one of twenty" if found.q95 >= 0.5 else ""
    if found.n < FEW:
        runs, span = "runs" if found.n > 1 else "run", wording.span(float(np.min(escaped)), found.largest)
        title = f"In {found.n} {runs} {span} get out"
    subtitle = (
        "Persons out by the horizon. Left: share of runs with at least so many; the curve is luck and what the scenario"
        " does not know, its 95% band the error of so many runs. Right: exits by cause, mean and middle 90%."
    )
    if found.n == 1:
        subtitle = "One run: what may happen, not how likely it is. Right: exits by cause."
    sheet = style.sheet(view, title, subtitle, 4.1)
    left, right = sheet.axes(1, 2, wspace=0.42, width_ratios=[1.35, 1.0])[0]
    _frame(left, [escaped])
    _curve(left, _found(view, point), style.TRUTH, band=0.16)
    _marks(left, escaped)
    causes.panel(right, {cause: view.over(f"escaped_{cause}", point) for cause in CAUSES})
    return sheet.figure


def _found(view: ResultsView, point: int) -> Exceedance:
    """Return the curve of what a point stands for; of a sample each world tells of its own, not each run."""
    return exceedance(view.over(HEADLINE, point), independent=len(view.group(point)) if view.sampled else None)


def _several(view: ResultsView, path: str, shown: list[int], escaped: list[Numbers]) -> Figure:
    medians = [summary(view.over(HEADLINE, n)).q50 for n in shown]
    title = f"How many could get out: medians of {wording.span(min(medians), max(medians))} people"
    if path:
        title += f" over {wording.tidy(path, 24)}"
    fixed = view.fixed(path) if path else {}
    held = f" at {wording.settings(fixed)}" if fixed else ""
    behind = [n for n in range(len(view.points)) if n not in shown and not view.sampled]
    subtitle = f"Share of runs with at least so many people out by the horizon{held}. Bands: 95%, of the whole curve."
    if behind:
        subtitle += f" Grey: the other {len(behind):,} points." if len(behind) <= MOST_BEHIND else ""
    sheet = style.sheet(view, title, subtitle, 4.3)
    axes = sheet.axes()[0][0]
    _frame(axes, [*(view.over(HEADLINE, n) for n in shown), *(escaped[n] for n in behind[:MOST_BEHIND])])
    for n in behind if len(behind) <= MOST_BEHIND else []:
        curve = exceedance(escaped[n])
        kept = _kept(curve)
        axes.step(*_corners(curve.x[kept], curve.share[kept]), where="pre", color=style.FAINT, linewidth=0.7, zorder=1)
    ends = [_mean(view.over(HEADLINE, n)) for n in (shown[0], shown[-1])]
    order = shown if ends[0] >= ends[1] else shown[::-1]  # most out, darkest
    for place, (n, color) in enumerate(zip(order, style.shades(style.TRUTH_RAMP, len(order)), strict=True)):
        curve = _found(view, n)
        _curve(axes, curve, color, band=0.10)
        label = wording.setting(view.points[n][path]) if path and place else _label(view, path, n)
        _name(axes, curve, label, color, 0.9 - 0.7 * place / max(1, len(order) - 1))
    return sheet.figure


def _frame(axes: Axes, columns: list[Numbers]) -> None:
    """Set axes wide enough for all of these, from 1 if a replicate has no escape."""
    every = np.concatenate([column for column in columns if len(column)] or [np.ones(1)])
    positive = every[every > 0]
    low, high = (float(positive.min()), float(positive.max())) if len(positive) else (1.0, 10.0)
    start = 1.0 if (every <= 0).any() or low < 10 else low / 1.3
    style.log_axis(axes, start, max(high * 1.25, start * 4))
    style.share_axis(axes, "y")
    style.name_axes(axes, "x, people out by the horizon (log scale)", "Share of runs with x people out or more")


def _curve(axes: Axes, curve: Exceedance, color: str, band: float) -> None:
    """Draw a curve and, from the first value seen, its band."""
    kept = _kept(curve)
    x, share = curve.x[kept], curve.share[kept]
    axes.fill_between(x, curve.low[kept], curve.high[kept], step="pre", color=color, alpha=band, linewidth=0, zorder=2)
    axes.step(*_corners(x, share), where="pre", color=color, linewidth=1.9, zorder=3)


def _kept(curve: Exceedance) -> NDArray[np.int64]:
    """Return the steps to draw: at most MOST_STEPS, without x of 0, which a logarithmic axis cannot show."""
    places = np.flatnonzero(curve.x > 0)
    if len(places) > MOST_STEPS:
        places = places[np.unique(np.linspace(0, len(places) - 1, MOST_STEPS).round().astype(int))]
    return places


def _corners(x: Numbers, share: Numbers) -> tuple[Numbers, Numbers]:
    """Return the corners of the steps, from the left edge down to 0."""
    if not len(x):
        return x, share
    return np.concatenate([[1e-9], x, x[-1:]]), np.concatenate([share[:1], share, [0.0]])


def _mean(values: Numbers) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _label(view: ResultsView, path: str, point: int) -> str:
    values = {path: view.points[point][path]} if path else view.points[point]
    name = "" if path else f"{view.label('', point)}: "
    return wording.tidy(name + wording.settings(values), 48)


def _name(axes: Axes, curve: Exceedance, text: str, color: str, height: float) -> None:
    """Label a curve at a share of its height; each curve at another, so that labels do not overlap."""
    low, high = axes.get_xlim()
    level = height * float(curve.share[curve.x > 0].max()) if (curve.x > 0).any() else 0.0
    reached = curve.x[(curve.share >= level) & (curve.x > 0)]
    x = float(reached.max()) if len(reached) else low
    right = np.log(x / low) < 0.62 * np.log(high / low)
    axes.annotate(
        wording.tidy(text, 48), (max(x, low), level), (5 if right else -5, 0), textcoords="offset points", fontsize=9,
        color=style.readable(color), va="center", ha="left" if right else "right", parse_math=False, zorder=6,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
    )  # fmt: skip


def _marks(axes: Axes, escaped: Numbers) -> None:
    """Label the median and the tail; 1 in 100 only with 100 runs or more."""
    found = summary(escaped)
    marks = [(0.5, "1 run in 2", found.q50), (0.05, "1 in 20", found.q95), (0.01, "1 in 100", found.q99)]
    marks = [mark for mark in marks if mark[0] * len(escaped) >= 1.0 and mark[2] > 0]
    low, high = axes.get_xlim()
    if marks:
        style.log_axis(axes, low, max(high, low * (marks[-1][2] / low) ** (1 / 0.56)))  # room for the words
    heights = style.spread([share + 0.035 for share, _, _ in marks], 0.07, 0.05, 1.0)
    for (share, words, x), height in zip(marks, heights, strict=True):
        axes.annotate(
            f"{words}: {wording.count(x)} or more", (x, height), (9, 0), textcoords="offset points", fontsize=9,
            color=style.INK, va="center", ha="left", parse_math=False, zorder=6,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
        )  # fmt: skip
        axes.plot([x], [share], "o", color=style.TRUTH, markersize=5, markeredgecolor=style.PAPER, zorder=7)


def _nobody(view: ResultsView, n: int) -> Figure:
    """Draw the upper bound on the probability of an escape when none was seen."""
    bound = wording.per_cent(never_bound(n))
    where = "any run" if len(view.points) == 1 else "any run of any point"
    sheet = style.sheet(view, f"Nobody escapes in {where}", "People out by the horizon.", 1.2)
    axes = sheet.axes()[0][0]
    axes.set_axis_off()
    each = "" if len(view.points) == 1 else " of each point"
    text = f"With {n:,} run{'s' if n > 1 else ''}{each}, at 95% confidence, fewer than {bound} of runs would see any."
    style.write(axes, 0.5, 0.5, text, size=12.0, ha="center", va="center", transform=axes.transAxes)
    return sheet.figure
