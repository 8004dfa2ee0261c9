"""What happened and what was known of it, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.escapes import bands
from sim.outcomes import ROLE_COLUMNS
from sim.plots import style
from sim.plots.study import Numbers, Study

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "truth_and_belief"
CAPTION = "What happened and what was known of it, day by day: exits, exits confirmed, and what each side claims."
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
CLAIMS = tuple(f"claimed_{role}" for role in ROLE_COLUMNS)


class Days(NamedTuple):
    """One point by day: quantiles of truth and of belief (a row for each of `SHARES`), and median claims by role."""

    day: Numbers
    escaped: Numbers
    confirmed: Numbers
    claims: dict[str, Numbers]


def applies(results: Results) -> bool:
    """Where daily rows were recorded."""
    return Study(results).has("daily")


def draw(results: Results) -> Figure:
    """One panel for each point shown; the roles' claims where there is one panel only."""
    study = Study(results)
    path, shown = study.shown
    found = [by_day(study, point) for point in shown]
    return _single(study, found[0]) if len(shown) == 1 else _several(study, path, shown, found)


def by_day(study: Study, point: int) -> Days:
    """Quantiles over replicates for every day.

    A role's claim is the median of those replicates in which it makes one, on days when at least half of them have it.
    """
    day, columns = study.daily(point, ["escaped", "confirmed", *CLAIMS])
    claims = {}
    for name in CLAIMS:
        made = ~np.isnan(columns[name])
        often = made.mean(axis=0) >= 0.5
        middle = np.full(len(day), np.nan)
        if often.any():
            middle[often] = np.nanmedian(columns[name][:, often], axis=0)
        claims[name.removeprefix("claimed_")] = middle
    return Days(day, bands(columns["escaped"], SHARES), bands(columns["confirmed"], SHARES), claims)


def _single(study: Study, found: Days) -> Figure:
    out, known = float(found.escaped[2, -1]), float(found.confirmed[2, -1])
    last = int(found.day[-1])
    if out > 0:
        title = f"By day {last} {style.count(out)} are out, {style.count(known)} confirmed: a gap of {style.count(out - known)}"
    else:
        title = f"By day {last} half of all runs have seen no escape"
    subtitle = (
        "Medians over runs, with the middle 50% and 90% of runs. Hatched: the gap between the medians. Thin lines: what each"
        " role claims, median of runs in which it claims a number, where at least half do."
    )
    sheet = style.sheet(study, title, subtitle, 4.6, right=2.0)
    axes = sheet.axes()[0][0]
    top = max(float(found.escaped[4].max()), float(found.confirmed[4].max()), style.widest(found.claims.values()))
    _frame(axes, found, top)
    labels = _lines(axes, found)
    for role, claim in found.claims.items():
        some = ~np.isnan(claim)
        if some.any():
            axes.plot(found.day[some], claim[some], color=style.MUTED, linewidth=0.9, zorder=4)
            name = role.replace("_", " ")
            labels.append(style.EndLabel(float(claim[some][-1]), f"{name} {style.count(claim[some][-1])}", style.MUTED))
    style.end_labels(axes, float(found.day[-1]), labels)
    _name_gap(axes, found)
    return sheet.figure


def _several(study: Study, path: str, shown: list[int], found: list[Days]) -> Figure:
    gaps = [float(days.escaped[2, -1] - days.confirmed[2, -1]) for days in found]
    title = f"Truth and belief: median gaps from {style.count(min(gaps))} to {style.count(max(gaps))}"
    title += f" over {style.tidy(path, 28)}" if path else ""
    fixed = study.fixed(path) if path else {}
    held = f" At {style.settings(fixed)}." if fixed else ""
    subtitle = f"Exits and exits confirmed by day: medians over runs, with the middle 50% and 90% of runs.{held}"
    columns = 3 if len(shown) > 4 or len(shown) == 3 else 2
    rows = -(-len(shown) // columns)
    sheet = style.sheet(study, title, subtitle, 2.75 * rows, extra_top=0.2)
    grid = [axes for row in sheet.axes(rows, columns, wspace=0.2, hspace=0.5) for axes in row]
    top = max(max(float(days.escaped[4].max()), float(days.confirmed[4].max())) for days in found)
    for axes in grid[len(shown) :]:
        axes.remove()
    for place, (axes, point, days) in enumerate(zip(grid, shown, found, strict=False)):
        _frame(axes, days, top)
        labels = _lines(axes, days)
        _inside(axes, days, labels)
        values = {path: study.points[point][path]} if path else study.points[point]
        axes.set_title(style.tidy(style.settings(values), 40), loc="left", fontsize=10, color=style.INK, pad=8,
                       fontweight="bold", parse_math=False)  # fmt: skip
        if place % columns == 0:
            axes.set_ylabel("Persons, cumulative", fontsize=9, color=style.INK)
        else:
            axes.set_yticklabels([])
    return sheet.figure


def _frame(axes: Axes, found: Days, top: float) -> None:
    style.from_zero(axes, "y", top * 1.02)
    last = float(found.day[-1])
    axes.set_xlim(0.0, max(last, 1.0))
    step = style.round_step(max(last, 1.0) / 6, whole=True)
    style.ticks(axes, "x", np.arange(0.0, last + 0.5, step))
    style.name_axes(axes, "Day", "")


def _lines(axes: Axes, found: Days) -> list[style.EndLabel]:
    """Both medians with their bands, the gap between them; the labels for their ends."""
    for quantiles, color in ((found.escaped, style.TRUTH), (found.confirmed, style.BELIEF)):
        axes.fill_between(found.day, quantiles[0], quantiles[4], color=color, alpha=0.13, linewidth=0, zorder=1)
        axes.fill_between(found.day, quantiles[1], quantiles[3], color=color, alpha=0.22, linewidth=0, zorder=2)
    axes.fill_between(
        found.day, found.confirmed[2], found.escaped[2], facecolor="none", edgecolor=style.FAINT, hatch="////",
        linewidth=0.0, zorder=2,
    )  # fmt: skip
    axes.plot(found.day, found.escaped[2], color=style.TRUTH, linewidth=2.4, zorder=6)
    axes.plot(found.day, found.confirmed[2], color=style.BELIEF, linewidth=2.4, linestyle=style.DASHES, zorder=6)
    out, known = float(found.escaped[2, -1]), float(found.confirmed[2, -1])
    return [
        style.EndLabel(out, f"escaped {style.count(out)}", style.TRUTH, "bold"),
        style.EndLabel(known, f"confirmed {style.count(known)}", style.readable(style.BELIEF), "bold"),
    ]


def _inside(axes: Axes, found: Days, labels: list[style.EndLabel]) -> None:
    """The ends' labels inside a small panel: truth above its line, belief below its own."""
    for label, up in zip(labels, (True, False), strict=True):
        axes.annotate(
            label.text, (float(found.day[-1]), label.y), (-2, 6 if up else -6), textcoords="offset points", fontsize=8.5,
            color=label.color, fontweight="bold", ha="right", va="bottom" if up else "top", parse_math=False, zorder=7,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        )  # fmt: skip


def _name_gap(axes: Axes, found: Days) -> None:
    """The word where the gap is widest for long enough to hold it."""
    gap = found.escaped[2] - found.confirmed[2]
    _, top = axes.get_ylim()
    wide = np.flatnonzero(gap > 0.06 * top)
    if len(wide):
        at = wide[len(wide) // 2]
        middle = float(found.escaped[2, at] + found.confirmed[2, at]) / 2.0
        style.on_line(axes, float(found.day[at]), middle, f"gap {style.count(gap[at])}", style.INK, ha="center", va="center")
