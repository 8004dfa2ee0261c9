"""How thin guards can get: escapes against `guards.scale`, and the band in which runs go either way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.escapes import Band, either_way
from sim.experiment.summary import quantiles
from sim.plots import style
from sim.plots.study import Numbers, Study

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "tipping"
CAPTION = "How thin guards can get: exits against the number of guards."
PATH = "guards.scale"
LEAST = 0.05
"""Fewer exits than this share of those held never count as order lost."""
DOTS = (0, (1.5, 1.5))
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def applies(results: Results | Study) -> bool:
    """Where guards.scale is varied over three values or more, and anybody escapes."""
    study = Study.of(results)
    if PATH not in study.varied or not study.numeric(PATH) or len(line(study)) < 3 or not study.replicates[0]:
        return False
    return style.widest(study.runs("escaped")[n] for n in line(study)) > 0


def line(study: Study) -> list[int]:
    """Points along guards.scale, all else as at the reference point."""
    return study.along(PATH)


def band(study: Study) -> Band | None:
    """Where runs go either way between a high and a low regime."""
    escaped = study.runs("escaped")
    points = line(study)
    held = float(np.median(study.runs("population")[points[0]]))
    return either_way([study.points[n][PATH] for n in points], [escaped[n] for n in points], LEAST * held)


def draw(results: Results | Study) -> Figure:
    """Median, bands and mean over guards.scale; the same as a share of those held on the right."""
    study = Study.of(results)
    points = line(study)
    x = np.array([float(study.points[n][PATH]) for n in points])
    escaped = [study.runs("escaped")[n] for n in points]
    table = np.array([quantiles(values, SHARES) for values in escaped])
    tip = band(study)
    held = study.fixed(PATH)
    subtitle = "Exits by the horizon over runs at each number of guards."
    subtitle += f" At {style.settings(held)}." if held else ""
    if tip is not None:
        subtitle += (
            f" Order is lost in a run with more than {style.count(tip.threshold)} exits, {_meaning(study, tip)};"
            " either way: in 10% to 90% of runs."
        )
    sheet = style.sheet(study, title(tip, x, table), subtitle, 4.6, right=1.0)
    axes = sheet.axes()[0][0]
    top = float(max(table[:, 4].max(), max(float(np.mean(values)) for values in escaped)))
    style.from_zero(axes, "y", top * 1.03)
    edge = 0.02 * float(x[-1] - x[0])
    axes.set_xlim(float(x[0]) - edge, float(x[-1]) + edge)
    style.ticks(axes, "x", *_some_ticks(x))
    mean = np.array([float(np.mean(values)) for values in escaped])
    _curves(axes, x, table, mean)
    _key(axes, falling=bool(table[0, 2] >= table[-1, 2]))
    if tip is not None:
        _mark(axes, tip, x, falling=bool(table[0, 2] >= table[-1, 2]))
    style.name_axes(axes, style.path_label(PATH, study.year), "Exits by the horizon (persons)")
    _share(axes, float(np.median(study.runs("population")[points[0]])))
    return sheet.figure


def title(tip: Band | None, x: Numbers, table: Numbers) -> str:
    """What is found, in a line."""
    if tip is None:
        low, high = table[:, 2].min(), table[:, 2].max()
        return f"No tipping point between {x[0]:g} and {x[-1]:g}: medians of {style.span(low, high)}"
    rising = table[0, 2] < table[-1, 2]
    up, down = ("down", "up") if rising else ("up", "down")
    if tip.holds is None and tip.lost is None:
        return f"Between {PATH} {x[0]:g} and {x[-1]:g}, runs go either way"
    if tip.lost is None:
        return f"Order holds from {PATH} {tip.holds:g} {up}; {_other(up)} it, runs go either way"
    if tip.holds is None:
        return f"Order is lost from {PATH} {tip.lost:g} {down}; {_other(down)} it, runs go either way"
    return f"Order holds from {PATH} {tip.holds:g} {up}, and is lost from {tip.lost:g} {down}"


def _other(way: str) -> str:
    """On the other side of a limit from which something holds upwards or downwards."""
    return "below" if way == "up" else "above"


def _meaning(study: Study, tip: Band) -> str:
    """Where the threshold comes from."""
    held = float(np.median(study.runs("population")[line(study)[0]]))
    if tip.threshold <= LEAST * held:
        return f"{style.per_cent(LEAST)} of those held"
    return "which 95% of runs stay under where it is quietest"


def _curves(axes: Axes, x: Numbers, table: Numbers, mean: Numbers) -> None:
    axes.fill_between(x, table[:, 0], table[:, 4], color=style.TRUTH, alpha=0.14, linewidth=0, zorder=2)
    axes.fill_between(x, table[:, 1], table[:, 3], color=style.TRUTH, alpha=0.26, linewidth=0, zorder=3)
    axes.plot(x, mean, color=style.INK, linewidth=1.2, linestyle=DOTS, zorder=5)
    axes.plot(x, table[:, 2], color=style.TRUTH, linewidth=2.4, marker="o", markersize=4.5,
              markeredgecolor=style.PAPER, clip_on=False, zorder=6)  # fmt: skip


def _some_ticks(x: Numbers) -> tuple[Numbers, list[str]]:
    """Values tried, every so many of them where they are dense."""
    every = -(-len(x) // 14)
    shown = x[::every]
    return shown, [f"{v:g}" for v in shown]


def _mark(axes: Axes, tip: Band, x: Numbers, *, falling: bool) -> None:
    """The band in which runs go either way, as far as values were tried, and what lies on its sides."""
    ends = (tip.lost, tip.holds) if falling else (tip.holds, tip.lost)
    low = float(x[0]) if ends[0] is None else ends[0]
    high = float(x[-1]) if ends[1] is None else ends[1]
    axes.axvspan(low, high, color=style.BAND, alpha=0.75, linewidth=0, zorder=0)
    across = axes.get_xaxis_transform()
    left, right = axes.get_xlim()
    words = ("order lost", "order holds") if falling else ("order holds", "order lost")
    spans = ((left, low, words[0]), (low, high, "either way"), (high, right, words[1]))
    for start, end, text in spans:
        if end - start > 0.12 * (right - left):
            style.write(axes, (start + end) / 2, 0.985, text, size=9.0, ha="center", va="top", transform=across)


def _key(axes: Axes, *, falling: bool) -> None:
    """What the lines and shades are, in the corner that they leave free."""
    left, top, row = (0.7 if falling else 0.03), 0.86, 0.065
    inside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False, "zorder": 7}
    names = ("median", "mean", "middle 50% of runs", "middle 90% of runs")
    for k, name in enumerate(names):
        y = top - row * k
        if name == "median":
            axes.plot([left, left + 0.045], [y, y], color=style.TRUTH, linewidth=2.4, **inside)
        elif name == "mean":
            axes.plot([left, left + 0.045], [y, y], color=style.INK, linewidth=1.2, linestyle=DOTS, **inside)
        else:
            alpha = 0.36 if "50" in name else 0.14
            axes.add_patch(
                Rectangle((left, y - 0.02), 0.045, 0.04, color=style.TRUTH, alpha=alpha, linewidth=0, **inside)
            )
        style.write(axes, left + 0.06, y, name, size=9.0, va="center", transform=axes.transAxes, zorder=7)


def _share(axes: Axes, population: float) -> None:
    """The right axis: exits as a share of those held at the start."""
    if population <= 0:
        return
    right = style.plain(axes.twinx())
    right.grid(False)
    right.spines["bottom"].set_visible(False)
    style.share_axis(right, "y", max(axes.get_ylim()[1] / population, 1e-4))
    places = [v for v in right.get_yticks() if v <= axes.get_ylim()[1] / population * 1.0001]
    style.ticks(right, "y", places, [style.per_cent(v) for v in places])
    right.set_ylim(0.0, axes.get_ylim()[1] / population)
    right.set_title("Share of those held", loc="right", fontsize=10, color=style.INK, pad=8, x=1.0)
