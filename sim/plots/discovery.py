"""The boxes of a discovery: the trade-off of coverage and density, and the limits with how they come back."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.discovery import Box
from sim.experiment.discovering import Discovery
from sim.plots import style
from sim.plots.view import ResultsView

NAME = "discovery"
ROW = 0.45


def draw(view: ResultsView, found: Discovery) -> Figure:
    """Draw the way of the first box, and its limits as parts of each path's range."""
    box = found.boxes[0]
    title = f"{found.condition}: " + " and ".join(_short(path, box) for path in list(box.limits)[:3])
    density, base, coverage = (wording.per_cent(share) for share in (box.density, found.base, box.coverage))
    subtitle = (
        f"{density} of the runs in the box have it, {base} of all; it holds {coverage} of the cases. Left: boxes on the"
        " way. Right: limits over the range tried, light: where resampled worlds put them."
    )
    sheet = style.sheet(view, title, subtitle, max(3.0, 1.0 + ROW * len(box.limits)), extra_top=0.1, right=0.5)
    ((left, right),) = sheet.axes(1, 2, wspace=0.75)
    _way(left, found, box)
    _limits(right, view, box)
    return sheet.figure


def _short(path: str, box: Box) -> str:
    limit = box.limits[path]
    if limit.names is not None:
        return f"{path} {' or '.join(limit.names)}"
    low = f"{limit.low:.2g} <= " if limit.low is not None else ""
    high = f" <= {limit.high:.2g}" if limit.high is not None else ""
    return f"{low}{path}{high}"


def _way(axes: Axes, found: Discovery, box: Box) -> None:
    coverage = [trade.coverage for trade in box.trades]
    density = [trade.density for trade in box.trades]
    axes.plot(coverage, density, "o-", color=style.FAINT, markersize=4, linewidth=1.0, zorder=3, clip_on=False)
    axes.plot([box.coverage], [box.density], "o", color=style.TRUTH, markersize=8, zorder=5, clip_on=False)
    style.share_axis(axes, "x")
    style.share_axis(axes, "y")
    axes.axhline(found.base, color=style.MUTED, linewidth=1.0, linestyle=style.DASHES)
    style.on_line(axes, 0.02, found.base, "all runs", style.MUTED, va="bottom")
    style.name_axes(axes, "Coverage: share of all cases in the box", "Density: share of its runs that are cases")


def _limits(axes: Axes, view: ResultsView, box: Box) -> None:
    labels = []
    for row, (path, limit) in enumerate(box.limits.items()):
        levels = view.levels(path)
        if limit.names is not None:
            labels.append(f"{path}: {' or '.join(limit.names)}")
            share = len(limit.names) / len(levels)
            axes.plot([0, share], [row, row], color=style.TRUTH, linewidth=6, solid_capstyle="butt")
        else:
            labels.append(path)
            least, most = float(levels[0]), float(levels[-1])
            at = [(value - least) / (most - least) for value in (limit.low or least, limit.high or most)]
            if limit.low is None:
                at[0] = 0.0
            axes.plot([0, 1], [row, row], color=style.GRID, linewidth=6, solid_capstyle="butt", zorder=1)
            axes.plot(at, [row, row], color=style.TRUTH, linewidth=6, solid_capstyle="butt", zorder=3)
            for value, span, side in ((limit.low, limit.lows, "right"), (limit.high, limit.highs, "left")):
                if value is None:
                    continue
                place = (value - least) / (most - least)
                if span is not None:
                    ends = [(end - least) / (most - least) for end in span]
                    axes.plot(ends, [row + 0.2, row + 0.2], color=style.TRUTH, linewidth=2.5, alpha=0.45, zorder=4)
                style.write(axes, place, row - 0.18, f"{value:.3g}", size=8.5, ha=side, va="bottom")
        labels[-1] += f" ({wording.per_cent(limit.again)})"
    axes.set_xlim(0, 1)
    axes.set_ylim(len(labels) - 0.3, -0.7)
    ranges = any(limit.names is None for limit in box.limits.values())
    style.ticks(axes, "x", (0, 1), ("least tried", "most tried") if ranges else ("", ""))
    style.ticks(axes, "y", range(len(labels)), [wording.tidy(label, 34) for label in labels])
    axes.tick_params(axis="y", labelcolor=style.INK)
    style.name_axes(axes, "", "Limits (share of resamples that set them)")
