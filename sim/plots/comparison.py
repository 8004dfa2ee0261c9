"""Alternatives against a baseline: the tails side by side, and the changes of the mean with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.escapes import exceedance
from sim.analysis.summary import METRICS, quantiles
from sim.experiment.comparison import Alternative, sides_of
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

NAME = "comparison"
MOST_CURVES = 4
"""Most alternatives whose tails are drawn."""
OUTCOME, GAP = "escaped_persons", "gap_person_days"
SEEN = 0.99
"""Share of replicates that the tails' axis shows."""
ROW = 0.34
"""Height of a row of intervals, inches."""
LABEL = 32
"""Most characters of an alternative's name on the axis."""


def draw(view: ResultsView, alternatives: Sequence[Alternative]) -> Figure:
    """Draw the changes of escapes and of the gap by alternative, largest saving first, and up to four tails."""
    ranked = sorted(alternatives, key=lambda found: found.metrics[OUTCOME].difference.value)
    tails = len(ranked) <= MOST_CURVES
    rows = 0.75 + ROW * max(2, len(ranked))
    height = rows + (3.6 if tails else 0.0)
    found = style.sheet(view, _title(ranked), _subtitle(ranked), height, left=2.75, extra_top=0.1)
    if not tails:
        (axes,) = found.axes(1, 2, wspace=0.12)
        _forests(axes, ranked)
        return found.figure
    bottom = found.bottom + (found.top - found.bottom) * (rows - 0.3) / height
    upper = style.Sheet(
        found.figure, 0.85 / style.WIDTH, 1 - 1.9 / style.WIDTH, bottom + 0.75 / _inches(found), found.top
    )
    lower = found._replace(top=bottom - 0.3 / _inches(found))
    ((curves,),) = upper.axes()
    _tails(curves, ranked)
    (axes,) = lower.axes(1, 2, wspace=0.12)
    _forests(axes, ranked)
    return found.figure


def _inches(found: style.Sheet) -> float:
    return float(found.figure.get_figheight())


def _title(ranked: Sequence[Alternative]) -> str:
    best = ranked[0]
    change = best.metrics[OUTCOME]
    low, high = best.together[OUTCOME][:2] if len(ranked) > 1 else change.difference[1:]
    if not (low > 0 or high < 0):
        known = f"{best.pairing.label} is not" if len(ranked) == 1 else "No alternative is"
        return f"{known} told apart from {best.pairing.against} in mean escapes"
    word = "fewer" if change.difference.value < 0 else "more"
    return (
        f"{best.pairing.label}: {wording.mean(abs(change.difference.value))} {word} people out on average than with"
        f" {best.pairing.against} ({wording.mean(change.baseline)})"
    )


def _subtitle(ranked: Sequence[Alternative]) -> str:
    first = ranked[0]
    many = f"{first.metrics[OUTCOME].n:,} {'pairs of replicates' if first.pairing.paired else 'replicates, unpaired'}"
    worlds = f", {len(first.pairing.worlds)} worlds" if len(first.pairing.worlds) > 1 else ""
    both = ", thin: for all alternatives at once" if len(ranked) > 1 else ""
    return f"{many}{worlds}. Below: change of the mean against {first.pairing.against}, 95% interval{both}."


def _tails(axes: Axes, ranked: Sequence[Alternative]) -> None:
    """Draw the share of replicates with at least so many people out, baseline and alternatives."""
    colors = style.shades(style.TRUTH_RAMP, len(ranked))
    first = sides_of(ranked[0].pairing, OUTCOME)
    lines: list[tuple[str, Numbers, str, Any]] = [
        (ranked[0].pairing.against, first.baseline.ravel(), style.MUTED, style.DASHES)
    ]
    lines += [
        (found.pairing.label, sides_of(found.pairing, OUTCOME).alternative.ravel(), color, "-")
        for found, color in zip(ranked, colors, strict=True)
    ]
    top = max(1.0, *(float(quantiles(values, (SEEN,))[0]) for _, values, _, _ in lines))
    style.from_zero(axes, "x", top)
    style.share_axis(axes, "y")
    end = axes.get_xlim()[1]
    for k, (label, values, color, dashes) in enumerate(lines):
        curve = exceedance(values)
        curve = curve._replace(**{name: column[curve.x <= end] for name, column in curve._asdict().items()})
        x, share = np.concatenate([[0.0], curve.x]), np.concatenate([[1.0], curve.share])
        axes.step(x, share, where="pre", color=color, linewidth=2.2, linestyle=dashes, zorder=4 + k)
        if len(lines) == 2 and len(ranked[0].pairing.worlds) == 1:
            axes.fill_between(curve.x, curve.low, curve.high, step="pre", color=color, alpha=0.14, linewidth=0)
        style.on_line(
            axes, 0.99, 0.97 - 0.09 * k, wording.tidy(label, 40), style.readable(color), size=9.5, ha="right",
            va="top", weight="bold", transform=axes.transAxes, zorder=20,
        )  # fmt: skip
    beyond = style.widest([values for _, values, _, _ in lines]) > end
    more = " (the largest 1 in 100 lie further right)" if beyond else ""
    style.name_axes(axes, f"People out by the horizon{more}", "Share of replicates with at least so many people out")


def _forests(axes: Sequence[Axes], ranked: Sequence[Alternative]) -> None:
    """Draw the changes of escapes and of the gap, a row an alternative."""
    _forest(axes[0], ranked, OUTCOME, style.TRUTH, "Change of people out, mean")
    _forest(axes[1], ranked, GAP, style.GAP_RAMP(0.75), "Change of the gap, exit-days, mean")
    names = [wording.tidy(found.pairing.label, LABEL) for found in ranked]
    style.ticks(axes[0], "y", range(len(ranked)), names)
    style.ticks(axes[1], "y", range(len(ranked)), [""] * len(ranked))
    axes[0].tick_params(axis="y", labelcolor=style.INK)


def _forest(axes: Axes, ranked: Sequence[Alternative], metric: str, color: object, title: str) -> None:
    assert metric in METRICS
    rows = np.arange(len(ranked))
    edges: list[float] = [0.0]
    for row, found in zip(rows, ranked, strict=True):
        value, low, high = found.metrics[metric].difference
        if len(ranked) > 1 and metric in found.together:
            wide = found.together[metric]
            axes.plot([wide.low, wide.high], [row, row], color=color, linewidth=1.2, zorder=4)
            edges += [wide.low, wide.high]
        axes.plot([low, high], [row, row], color=color, linewidth=4.0, solid_capstyle="butt", zorder=5)
        axes.plot([value], [row], "o", color=color, markersize=6.5, markeredgecolor=style.PAPER, zorder=6)
        edges += [value, low, high]
    known = np.array([edge for edge in edges if np.isfinite(edge)])
    room = 0.06 * max(1e-9, float(np.ptp(known)))
    axes.set_xlim(float(known.min()) - room, float(known.max()) + room)
    axes.set_ylim(len(ranked) - 0.4, -0.6)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, zorder=2)
    style.ticks(axes, "x", _round_ticks(axes.get_xlim()))
    style.name_axes(axes, "", title)


def _round_ticks(limits: tuple[float, float]) -> Numbers:
    """Return about four round ticks between two limits."""
    low, high = limits
    step = style.round_step((high - low) / 4, whole=True)
    return np.arange(np.ceil(low / step) * step, high, step)
