"""Tornado: how far each factor or unknown number moves the people out, widest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.effects import effects, medians_by_level
from sim.outcomes import HEADLINE
from sim.plots import style
from sim.plots.view import ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "tornado"
CAPTION = "What moves the answer: the median of people out where each number is least, and where it is most."
MOST = 12
"""Most bars drawn."""
MOST_POINTS = 2000
"""Most points of a sweep that are compared."""
ROW = 0.42
RIGHT = 1.1
"""Right margin, inches: room for the name of a bar's end."""
LEAST_WIDE = 3.5
"""Least width of the axes, inches."""
END_CHARACTERS, NAME_CHARACTERS = 20, 34
"""Most characters of the name of a bar's end, and of a factor."""


class Bar(NamedTuple):
    """One factor: the median at either end, what the factor is there, and whether it moves more than chance."""

    path: str
    ends: tuple[tuple[float, str], tuple[float, str]]
    told: bool

    @property
    def width(self) -> float:
        """Return how far apart the ends are."""
        return abs(self.ends[1][0] - self.ends[0][0])


def applies(results: Results | ResultsView) -> bool:
    """Tell whether a factor or an unknown number can be compared."""
    view = ResultsView.of(results)
    return bool(view.index) and any(bar.width > 0 for bar in bars(view))


def bars(view: ResultsView) -> list[Bar]:
    """Return a bar for each varied path; of a single scenario for each number that it draws anew in every run."""
    if view.varied:
        found = _of_factors(view) if len(view.points) <= MOST_POINTS else []
    elif view.carried is not None:
        found = [
            Bar(swing.path, ((swing.least, "least third"), (swing.most, "most third")), swing.told)
            for swing in view.carried.swings
        ]
    else:
        found = []
    return sorted(found, key=lambda bar: (not bar.told, -bar.width))


def _of_factors(view: ResultsView) -> list[Bar]:
    table = view.results.paired(HEADLINE)
    if not table.values.size:
        return []
    found = []
    for effect in effects(table, view.varied):
        medians = medians_by_level(table, effect.path)
        ends = tuple((medians[level], wording.setting(level)) for level in (effect.least, effect.most))
        found.append(Bar(effect.path, (ends[0], ends[1]), effect.told))
    return found


def draw(results: Results | ResultsView) -> Figure:
    """Draw a bar for each factor, widest first, those not told apart from chance below in grey."""
    view = ResultsView.of(results)
    every = bars(view)
    shown = every[:MOST]
    told = [bar for bar in every if bar.told]
    what = "factor" if view.varied else "unknown number"
    title = f"No {what} moves the people out beyond chance"
    if told:
        ends = sorted(value for value, _ in told[0].ends)
        title = f"{wording.tidy(told[0].path, 34)} moves the people out most: medians of {wording.span(*ends)}"
    subtitle = (
        "Median people out where a factor lets out fewest and most (named at the ends), all others averaged."
        if view.varied
        else "Median people out in the third of runs where a number is least, and in that where it is most."
    )
    subtitle += " Grey: not told apart from chance, all looked at together." if len(told) < len(shown) else ""
    subtitle += f" The first {MOST} of {len(every)}." if len(every) > MOST else ""
    top = max(*(value for bar in shown for value, _ in bar.ends), 1.0) * 1.12
    pad = max(_room(bar, top) for bar in shown)
    names = max(len(wording.tidy(bar.path, NAME_CHARACTERS)) for bar in shown)
    sheet = style.sheet(view, title, subtitle, 0.3 + ROW * len(shown), left=0.35 + 0.085 * names + pad, right=RIGHT)
    axes = sheet.axes()[0][0]
    axes.tick_params(axis="y", labelcolor=style.INK, pad=4.0 + 72.0 * pad)
    medians = [float(np.median(values)) for values in view.runs(HEADLINE) if len(values)]
    middle = float(np.mean(medians)) if view.varied else float(np.median(view.pooled(HEADLINE)))
    _bars(axes, shown, middle, "all points" if view.varied else "all runs")
    style.name_axes(axes, "People out, median")
    return sheet.figure


def _room(bar: Bar, top: float) -> float:
    """Return the inches left of the axis that the name of a bar's low end needs."""
    low, text = min(bar.ends)
    return max(0.0, 0.065 * len(wording.tidy(text, END_CHARACTERS)) + 0.1 - LEAST_WIDE * max(0.0, low) / top)


def _bars(axes: Axes, shown: list[Bar], middle: float, what: str) -> None:
    """Draw the bars about the median of all."""
    every = [value for bar in shown for value, _ in bar.ends]
    style.from_zero(axes, "x", max(*every, middle) * 1.12)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.grid(False, axis="y")
    axes.axvline(middle, color=style.MUTED, linewidth=1.0, zorder=1)
    style.write(axes, middle, -0.62, f"{what} {wording.count(middle)}", size=8.0, color=style.MUTED, va="bottom",
                ha="center")  # fmt: skip
    for y, bar in enumerate(shown):
        color: Any = style.TRUTH if bar.told else style.FAINT
        (low, at_low), (high, at_high) = sorted(bar.ends)
        axes.barh([y], [high - low], left=low, height=0.44, color=color, alpha=0.9, zorder=3)
        for value, text, side in ((low, at_low, -1), (high, at_high, 1)):
            axes.annotate(
                wording.tidy(text, END_CHARACTERS), (value, y), (4 * side, 0), textcoords="offset points", fontsize=8.0,
                color=style.INK if bar.told else style.MUTED, va="center", ha="left" if side > 0 else "right",
                parse_math=False, zorder=5, annotation_clip=False,
            )  # fmt: skip
    style.ticks(axes, "y", range(len(shown)), [wording.tidy(bar.path, NAME_CHARACTERS) for bar in shown])
