"""Escapes and the gap over two varied paths, a row for each value of a third."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.summary import quantiles
from sim.outcomes import HEADLINE
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "heatmap"
CAPTION = "Median exits and median gap over what was varied."
MOST_LEVELS = 16
MOST_ROWS = 6
LONGEST = 20
"""Longest name of a value beside a map, characters."""
WIDE = 48
"""Characters below a map in one line."""


class Plan(NamedTuple):
    """Layout of the maps: the path along each side (`row` None for one row), and the point of each cell (row, y, x)."""

    x: str
    y: str
    row: str | None
    levels: tuple[list[Any], list[Any], list[Any]]
    cells: dict[tuple[int, int, int], int]


def applies(results: Results | ResultsView) -> bool:
    """Tell whether two paths or more are varied in a grid."""
    return plan(ResultsView.of(results)) is not None


def plan(view: ResultsView, at: Mapping[str, Any] | None = None) -> Plan | None:
    """Return the layout, numeric paths first, others held at the reference point; None if the points are no grid.

    Parameters: at, values of other paths to hold instead.
    """
    order = sorted(view.varied, key=lambda path: not view.numeric(path))
    if len(order) < 2 or not view.replicates[0] or view.sampled:
        return None
    x, y = order[0], order[1]
    row = order[2] if len(order) > 2 else None
    rows = _some(view.levels(row), MOST_ROWS) if row is not None else [None]
    levels = (rows, view.levels(y), view.levels(x))
    if max(len(levels[1]), len(levels[2])) > MOST_LEVELS:
        return None
    free = [path for path in (x, y, row) if path is not None]
    held = {path: (at or {}).get(path, value) for path, value in view.fixed(*free).items()}
    cells = {}
    for n, values in enumerate(view.points):
        if all(values[path] == held[path] for path in held) and (row is None or values[row] in rows):
            cells[rows.index(values[row]) if row else 0, levels[1].index(values[y]), levels[2].index(values[x])] = n
    complete = len(rows) * len(levels[1]) * len(levels[2])
    return Plan(x, y, row, levels, cells) if len(cells) == complete else None


def draw(results: Results | ResultsView) -> Figure:
    """Draw two columns of maps, escapes and gap, with the median and middle 90% of runs in every cell."""
    view = ResultsView.of(results)
    found = plan(view)
    assert found is not None, "no grid to draw"
    rows, down, across = (len(levels) for levels in found.levels)
    tables = {column: _table(view, found, column) for column in (HEADLINE, "gap")}
    held = view.fixed(*(path for path in (found.x, found.y, found.row) if path))
    subtitle = "Medians over runs, below them the middle 90% of runs."
    subtitle += " Left: people out by the horizon. Right: the gap, exits not confirmed."
    subtitle += " Below 0, more is confirmed than happened." if tables["gap"].min() < 0 else ""
    subtitle += f" At {wording.settings(held)}." if held else ""
    longest = max(len(wording.tidy(wording.setting(value), LONGEST)) for value in found.levels[1])
    left = max(1.2, 0.85 + 0.075 * longest)
    height = rows * (0.42 * down + 0.75) + (0.3 if found.row else 0.0)
    foot = 1.0 if "\n" in _below(found, view) else 0.85
    sheet = style.sheet(view, _title(tables), subtitle, height, left=left, foot=foot, extra_top=0.05)
    grid = sheet.axes(rows, 2, wspace=0.12, hspace=0.68 / (0.42 * down + 0.1))
    ramps = {HEADLINE: style.TRUTH_RAMP, "gap": style.GAP_RAMP}
    for r, pair in enumerate(grid):
        for axes, column in zip(pair, (HEADLINE, "gap"), strict=True):
            _map(axes, tables[column][r], ramps[column], top=max(1.0, float(tables[column][..., 1].max())))
            words = "People out" if column == HEADLINE else "Gap (exits)"
            if found.row:
                words = f"{words}, {wording.settings({found.row: found.levels[0][r]})}"
            style.name_axes(axes, y=wording.tidy(words, 46))
            _sides(axes, view, found, bottom=r == rows - 1, left=column == HEADLINE)
    return sheet.figure


def _title(tables: dict[str, Numbers]) -> str:
    parts = []
    for column, words in ((HEADLINE, "Median people out"), ("gap", "the median gap")):
        medians = tables[column][..., 1]
        parts.append(f"{words} {wording.span(float(medians.min()), float(medians.max()))}")
    return ", ".join(parts)


def _table(view: ResultsView, found: Plan, column: str) -> Numbers:
    """Return 5%, 50% and 95% quantiles by row, y and x."""
    values = view.runs(column)
    table = np.zeros((*(len(levels) for levels in found.levels), 3))
    for place, point in found.cells.items():
        table[place] = quantiles(values[point], (0.05, 0.5, 0.95))
    return table


def _map(axes: Axes, table: Numbers, ramp: LinearSegmentedColormap, top: float) -> None:
    """Draw one map, with the numbers in ink that can be read on each cell."""
    down, across, _ = table.shape
    scale = Normalize(0.0, top)
    axes.pcolormesh(
        np.arange(across + 1) - 0.5, np.arange(down + 1) - 0.5, np.clip(table[..., 1], 0.0, top), cmap=ramp, norm=scale,
        edgecolors=style.PAPER, linewidth=1.5,
    )  # fmt: skip
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    size = 10.0 if across <= 6 else 8.0 if across <= 10 else 6.5
    for y in range(down):
        for x in range(across):
            low, middle, high = table[y, x]
            ink = style.ink_on(ramp(scale(max(0.0, middle))))
            lift = 0.1 if across <= 6 else 0.0
            style.write(axes, x, y + lift, wording.count(middle), size=size, color=ink, ha="center", va="center")
            if across <= 6:
                span = f"{wording.count(low)}–{wording.count(high)}"
                style.write(
                    axes, x, y - 0.27, span, size=6.5 if across <= 4 else 5.6, color=ink, ha="center", va="center"
                )


def _sides(axes: Axes, view: ResultsView, found: Plan, *, bottom: bool, left: bool) -> None:
    """Label the sides with values, and with paths at the edges of the figure."""
    fits = max(3, 44 // len(found.levels[2]))
    below = [wording.tidy(wording.setting(value), fits) for value in found.levels[2]]
    beside = [wording.tidy(wording.setting(value), LONGEST) for value in found.levels[1]]
    style.ticks(axes, "x", range(len(below)), below)
    style.ticks(axes, "y", range(len(beside)), beside)
    axes.tick_params(axis="both", labelcolor=style.INK)
    if bottom:
        axes.set_xlabel(_below(found, view), fontsize=9, color=style.INK, labelpad=6, parse_math=False)
    if left:
        axes.set_ylabel(
            wording.path_lines(found.y, view.year), fontsize=8.5, color=style.INK, labelpad=6, parse_math=False
        )
    else:
        axes.tick_params(axis="y", labelleft=False)


def _below(found: Plan, view: ResultsView) -> str:
    """Return the words below a map: two lines where one would be wider than it."""
    line = wording.path_label(found.x, view.year)
    return line if len(line) <= WIDE else line.replace(" (", "\n(", 1)


def _some(levels: list[Any], most: int) -> list[Any]:
    """Return at most `most` levels, both ends among them."""
    if len(levels) <= most:
        return levels
    return [levels[k] for k in sorted({round(k) for k in np.linspace(0, len(levels) - 1, most)})]
