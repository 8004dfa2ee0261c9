"""Episodes: how long each lasts unknown, for all and by its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim import wording
from sim.analysis.gap import Curve, clustered
from sim.experiment.query import numbers
from sim.plots import style
from sim.plots.view import MOST_ROWS, Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "delays"
CAPTION = "Episode by episode: the delay from its first exit to a true report and to confirmation, and by its size."
SIZES = ((1, 1, "1 exit"), (2, 19, "2 to 19"), (20, None, "20 or more"))
"""Classes of episodes: least and most exits, and their name."""
FEW = 5
"""Fewest episodes under observation for which a curve is drawn on."""
READ = 20_000
"""Most replicates whose episodes are read."""


class Episodes(NamedTuple):
    """Episodes at one point: replicate (of a sample its world), exits, days of first exit, true report, confirmed."""

    replicate: NDArray[np.int64]
    exits: Numbers
    start: Numbers
    reported: Numbers
    confirmed: Numbers
    horizon: float

    def of_size(self, least: int, most: int | None) -> Episodes:
        """Return the episodes of so many exits."""
        keep = (self.exits >= least) & (self.exits <= (np.inf if most is None else most))
        return Episodes(
            self.replicate[keep], self.exits[keep], self.start[keep], self.reported[keep], self.confirmed[keep],
            self.horizon,
        )  # fmt: skip

    def curve(self, known: Numbers) -> Curve:
        """Return the share known within each delay, while FEW episodes or more are under observation."""
        seen = ~np.isnan(known)
        delay = np.where(seen, known - self.start, self.horizon - self.start)
        found = clustered(np.maximum(0.0, delay), seen, self.replicate)
        enough = np.searchsorted(np.sort(delay), found.days, "left") <= len(delay) - min(FEW, len(delay))
        return Curve(*(column[enough] for column in found))


def applies(results: Results | ResultsView) -> bool:
    """Tell whether episodes were recorded, at the point that answers are of."""
    view = ResultsView.of(results)
    return view.has("episodes") and bool(len(found(view).exits))


def found(view: ResultsView) -> Episodes:
    """Return the episodes at the reference point; of a sample those of all points it stands for, by world."""
    columns = ["point", "replicate", "exits", "start_day", "first_report_day", "first_confirmed_day"]
    group = view.group(view.reference)
    first = max(1, min(READ, MOST_ROWS) // len(group))
    table = view.results.table("episodes", columns, [view.index[n] for n in group], first=first)
    point, replicate, exits, start, reported, confirmed = (numbers(table, name) for name in columns)
    of = point if view.sampled else replicate
    return Episodes(of.astype(np.int64), exits, start, reported, confirmed, view.horizon(view.reference))


def draw(results: Results | ResultsView) -> Figure:
    """Draw delays of all episodes to the left, to a true report by size to the right."""
    view = ResultsView.of(results)
    every = found(view)
    missed = float(np.mean(np.isnan(every.reported)))
    many = f"{len(every.exits):,} episode{'' if len(every.exits) == 1 else 's'}"
    exits = float(np.sum(every.exits[np.isnan(every.reported)]) / every.exits.sum())
    title = f"{wording.per_cent(missed)} of episodes are never truly reported, {wording.per_cent(exits)} of exits"
    fewest = min(FEW, len(every.exits))
    subtitle = (
        "An episode: exits at one place with no pause over 24 hours. Share known so many days after its first exit"
        " (Kaplan-Meier, censored at the horizon; 95% bands by resampling runs), while"
        f" {fewest} or more are watched.{view.at_point}"
    )
    sheet = style.sheet(view, title, subtitle, 3.9, right=1.45)
    left, right = sheet.axes(1, 2, wspace=0.42)[0]
    kinds = (
        ("true report", every.curve(every.reported), style.INK, "-"),
        ("confirmed", every.curve(every.confirmed), style.BELIEF, style.DASHES),
    )
    _panel(left, every.horizon, kinds)
    style.name_axes(left, "Days since its first exit", f"All {many}: share known")
    classes = [(name, every.of_size(least, most)) for least, most, name in SIZES]
    classes = [(f"{name} ({len(some.exits):,})", some) for name, some in classes if len(some.exits)]
    colors = style.shades(style.BELIEF_RAMP, len(classes))[::-1]
    lines = [(name, some.curve(some.reported), color, "-") for (name, some), color in zip(classes, colors, strict=True)]
    _panel(right, every.horizon, lines)
    style.name_axes(right, "Days since its first exit", "By exits in it (episodes): share truly reported")
    return sheet.figure


def _panel(axes: Axes, horizon: float, lines: Sequence[tuple[str, Curve, str, Any]]) -> None:
    """Draw curves with their bands, named at their right ends."""
    style.share_axis(axes, "y")
    axes.set_ylim(0.0, 1.04)
    ends = []
    last = 0.1
    for name, curve, color, dashes in lines:
        days = np.concatenate([[0.0], curve.days])
        share, low, high = (np.concatenate([[0.0], column]) for column in (curve.share, curve.low, curve.high))
        last = max(last, float(days[-1]))
        if not np.isnan(high[1:]).any():
            axes.fill_between(days, low, high, step="post", color=color, alpha=0.13, linewidth=0, zorder=2)
        axes.step(days, share, where="post", color=color, linewidth=2.0, linestyle=dashes, zorder=4)
        ends.append(style.EndLabel(float(share[-1]), name, style.readable(color), "bold"))
    axes.set_xlim(0.0, min(last, horizon) if horizon == horizon else last)
    step = style.round_step(axes.get_xlim()[1] / 5, whole=axes.get_xlim()[1] > 4)
    style.ticks(axes, "x", places := np.arange(0.0, axes.get_xlim()[1] + 1e-9, step), [f"{v:g}" for v in places])
    style.end_labels(axes, axes.get_xlim()[1], ends)
