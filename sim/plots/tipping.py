"""How thin guards can get: escapes against `guards.scale`, and the thinnest guard that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim import wording
from sim.analysis.summary import quantiles
from sim.analysis.tipping import FEW, LEAST, PATH, Band, Tipping
from sim.outcomes import HEADLINE
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "tipping"
CAPTION = "How thin guards can get: people out against the number of guards."
DOTS = (0, (1.5, 1.5))
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def applies(results: Results | ResultsView) -> bool:
    """Tell whether guards.scale is varied over three values or more, and there is an escape."""
    view = ResultsView.of(results)
    if len(view.guards) < 3 or view.tipping is None:
        return False
    return style.widest(view.runs(HEADLINE)[n] for n in view.guards) > 0


def draw(results: Results | ResultsView) -> Figure:
    """Draw median, bands and mean over guards.scale, with the share of those held on the right."""
    view = ResultsView.of(results)
    found = view.tipping
    assert found is not None, "no line to draw"
    x = np.array(found.scales)
    escaped = [view.runs(HEADLINE)[n] for n in view.guards]
    held = float(np.median(view.runs("population")[view.guards[0]]))
    table = np.array([quantiles(values, SHARES) for values in escaped])
    fixed = view.fixed(PATH)
    subtitle = "People out by the horizon over runs at each number of guards."
    subtitle += f" At {wording.settings(fixed)}." if fixed else ""
    subtitle += f" Enough: a median of at most {wording.count(found.limit)}, {_limit(found)}."
    if found.band is not None:
        subtitle += (
            f" Either way: 10% to 90% of runs let out more than {wording.count(found.band.threshold)},"
            f" {_meaning(found.band, held)}."
        )
    sheet = style.sheet(view, title(found), subtitle, 4.6, right=1.0)
    axes = sheet.axes()[0][0]
    top = float(max(table[:, 4].max(), max(float(np.mean(values)) for values in escaped)))
    style.from_zero(axes, "y", top * 1.03)
    edge = 0.02 * float(x[-1] - x[0])
    axes.set_xlim(float(x[0]) - edge, float(x[-1]) + edge)
    style.ticks(axes, "x", *_some_ticks(x))
    mean = np.array([float(np.mean(values)) for values in escaped])
    _curves(axes, x, table, mean)
    falling = found.medians[0] >= found.medians[-1]
    _key(axes, falling=falling)
    if found.band is not None:
        _mark_band(axes, found.band, x, falling=falling)
    if found.scale is not None:
        _mark_scale(axes, found.scale)
    style.name_axes(axes, wording.path_label(PATH, view.year), "People out by the horizon")
    _share(axes, held)
    return sheet.figure


def title(found: Tipping) -> str:
    """Return the finding in a line."""
    beyond = "" if found.below is None else f"; {wording.count(found.median(found.below))} get out at {found.below:g}"
    return f"How thin can guards get: {wording.thinnest(found).removesuffix(',')}{beyond}"


def _limit(found: Tipping) -> str:
    return "half of those held" if found.of_held else f"twice that at {found.given:g} or {FEW:g}"


def _meaning(band: Band, held: float) -> str:
    """Return the meaning of the threshold."""
    if band.threshold <= LEAST * held:
        return f"{wording.per_cent(LEAST)} of those held"
    return "which 95% of runs stay under where it is quietest"


def _curves(axes: Axes, x: Numbers, table: Numbers, mean: Numbers) -> None:
    axes.fill_between(x, table[:, 0], table[:, 4], color=style.TRUTH, alpha=0.14, linewidth=0, zorder=2)
    axes.fill_between(x, table[:, 1], table[:, 3], color=style.TRUTH, alpha=0.26, linewidth=0, zorder=3)
    axes.plot(x, mean, color=style.INK, linewidth=1.2, linestyle=DOTS, zorder=5)
    axes.plot(x, table[:, 2], color=style.TRUTH, linewidth=2.4, marker="o", markersize=4.5,
              markeredgecolor=style.PAPER, clip_on=False, zorder=6)  # fmt: skip


def _some_ticks(x: Numbers) -> tuple[Numbers, list[str]]:
    """Return ticks at the values tried, at most 14."""
    every = -(-len(x) // 14)
    shown = x[::every]
    return shown, [f"{v:g}" for v in shown]


def _mark_band(axes: Axes, band: Band, x: Numbers, *, falling: bool) -> None:
    """Mark the band in which runs go either way, as far as values were tried."""
    ends = (band.lost, band.holds) if falling else (band.holds, band.lost)
    low = float(x[0]) if ends[0] is None else ends[0]
    high = float(x[-1]) if ends[1] is None else ends[1]
    axes.axvspan(low, high, color=style.BAND, alpha=0.75, linewidth=0, zorder=0)
    left, right = axes.get_xlim()
    if high - low > 0.12 * (right - left):
        across = axes.get_xaxis_transform()
        start = low + 0.01 * (right - left)  # the line of the thinnest guard that is enough stands further on
        style.write(axes, start, 0.985, "either way", size=9.0, ha="left", va="top", transform=across)


def _mark_scale(axes: Axes, scale: float) -> None:
    """Mark the thinnest guard that is enough."""
    axes.axvline(scale, color=style.INK, linewidth=1.0, linestyle=style.DASHES, zorder=4)
    left, right = axes.get_xlim()
    after = scale < left + 0.8 * (right - left)
    shift = (0.01 if after else -0.01) * (right - left)
    style.on_line(
        axes, scale + shift, 0.925, f"enough from {scale:g}", style.INK, ha="left" if after else "right", va="top",
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip


def _key(axes: Axes, *, falling: bool) -> None:
    """Write the key of lines and shades into the free corner."""
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
    """Add the right axis: people out as a share of those held at the start."""
    if population <= 0:
        return
    right = style.plain(axes.twinx())
    right.grid(False)
    right.spines["bottom"].set_visible(False)
    style.share_axis(right, "y", max(axes.get_ylim()[1] / population, 1e-4))
    places = [v for v in right.get_yticks() if v <= axes.get_ylim()[1] / population * 1.0001]
    style.ticks(right, "y", places, [wording.per_cent(v) for v in places])
    right.set_ylim(0.0, axes.get_ylim()[1] / population)
    right.set_title("Share of those held", loc="right", fontsize=10, color=style.INK, pad=8, x=1.0)
