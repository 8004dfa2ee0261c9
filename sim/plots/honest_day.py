"""The honest official's day: how wide an interval could be given, day by day, and how often it held the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sim import wording
from sim.experiment.honest import Day, stored
from sim.plots import style
from sim.plots.view import Numbers, ResultsView, thinned

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "honest_day"
CAPTION = "What an honest official could have said each day: the width of the 90% interval, and how often it held."
MOST = 4
"""Most points compared."""


def applies(results: Results | ResultsView) -> bool:
    """Tell whether `estimate --running` was carried out on these results."""
    return bool(stored(ResultsView.of(results).results))


def draw(results: Results | ResultsView) -> Figure:
    """Draw mean width and coverage by day, a line for each point shown."""
    view = ResultsView.of(results)
    path, shown = view.shown
    days = stored(view.results)
    drawn = [n for n in thinned(shown, view.reference, MOST) if any(day.point in _stands_for(view, n) for day in days)]
    by_point = [_mean([day for day in days if day.point in _stands_for(view, n)]) for n in drawn] or [days]
    accounted = view.over("accounted_share", drawn[0] if drawn else 0)
    title, subtitle = _words(by_point[0], len(by_point), accounted[~np.isnan(accounted)])
    sheet = style.sheet(view, title, subtitle, 3.6, right=1.6 if len(by_point) > 1 else style.RIGHT)
    left, right = sheet.axes(1, 2, wspace=0.3)[0]
    last = max(day.day for mine in by_point for day in mine)
    for axes in (left, right):
        style.from_zero(axes, "x", float(max(1, last)))
        axes.set_xlim(0.0, float(max(1, last)))
    style.from_zero(left, "y", max(day.width_90 for mine in by_point for day in mine))
    style.share_axis(right, "y")
    right.axhline(0.9, color=style.MUTED, linewidth=1.0, linestyle=(0, (2, 2)))
    labels = []
    for color, n, mine in zip(style.shades(style.BELIEF_RAMP, len(by_point)), drawn or [0], by_point, strict=False):
        at = np.array([day.day for day in mine])
        left.plot(at, [day.width_90 for day in mine], color=color, linewidth=1.9)
        right.plot(at, [day.coverage_90 for day in mine], color=color, linewidth=1.9)
        text = wording.setting(view.points[n][path]) if path else f"point {view.index[n]}"
        labels.append(style.EndLabel(mine[-1].coverage_90, text, style.readable(color)))
    if len(by_point) > 1:
        style.end_labels(right, float(last), labels)
    style.name_axes(left, "Day", "Mean width of the 90% interval (exits)")
    style.name_axes(right, "Day", "Share of runs in which it held; dotted: 90%")
    return sheet.figure


def _stands_for(view: ResultsView, point: int) -> set[int]:
    """Return the numbers of the points that one (its position) stands for."""
    return {view.index[n] for n in view.group(point)}


def _mean(days: list[Day]) -> list[Day]:
    """Return the means over points by day."""
    by_day: dict[int, list[Day]] = {}
    for one in days:
        by_day.setdefault(one.day, []).append(one)
    return [
        same[0]._replace(
            width_90=float(np.mean([one.width_90 for one in same])),
            coverage_90=float(np.mean([one.coverage_90 for one in same])),
        )
        for _, same in sorted(by_day.items())
    ]


def _words(mine: list[Day], points: int, accounted: Numbers) -> tuple[str, str]:
    end = mine[-1]
    wide, held = wording.count(end.width_90), wording.per_cent(end.coverage_90)
    title = f"By day {end.day} an honest official could give an interval {wide} wide, right in {held} of runs"
    title = title if points == 1 else "What an honest official could have said, day by day"
    subtitle = (
        "From the reports so far, by a model of claims fitted to the record: left, how wide an interval had to be given"
        " for exits in the whole theatre; right, how often it held what happened."
    )
    if points == 1 and len(accounted):
        subtitle += f" True reports account for {wording.per_cent(float(np.median(accounted)))} of those out (median)."
    return title, subtitle
