"""Which uncertain numbers outcomes hang on: PAWN's and Sobol's indices by factor, a panel a metric."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.experiment.sensitivities import Sensitivity
from sim.plots import style
from sim.plots.view import ResultsView

NAME = "sensitivity"
MOST = 12
"""Most factors drawn."""
ROW = 0.36
OFFSETS = {"pawn": -0.2, "first": 0.04, "total": 0.24}


def draw(view: ResultsView, found: Sequence[Sensitivity]) -> Figure:
    """Draw the indices of up to three metrics, factors in the order of the first."""
    shown = list(found)[:3]
    order = [factor.path for factor in shown[0].factors][:MOST]
    has_sobol = any(factor.sobol is not None for factor in shown[0].factors)
    subtitle = (
        "Dots: PAWN's index, how far a factor moves the whole distribution; grey ticks: what chance alone reaches."
    )
    if has_sobol:
        subtitle += " Squares: first-order and total shares of variance (S1, ST)."
    sheet = style.sheet(view, _title(shown[0]), subtitle + " 95% intervals.", 0.8 + ROW * max(3, len(order)), left=2.5)
    (panels,) = sheet.axes(1, len(shown), wspace=0.16)
    for axes, one in zip(panels, shown, strict=True):
        _panel(axes, one, order)
    names = [wording.tidy(path, 30) for path in order]
    style.ticks(panels[0], "y", range(len(order)), names)
    panels[0].tick_params(axis="y", labelcolor=style.INK)
    for axes in panels[1:]:
        style.ticks(axes, "y", range(len(order)), [""] * len(order))
    return sheet.figure


def _title(found: Sensitivity) -> str:
    telling = [factor.path for factor in found.factors if factor.pawn.matters]
    if not telling:
        return f"No factor moves {found.metric} more than chance does"
    return f"{found.metric} hangs on {', then '.join(telling[:3])}"


def _panel(axes: Axes, found: Sensitivity, order: list[str]) -> None:
    by_path = {factor.path: factor for factor in found.factors}
    for row, path in enumerate(order):
        factor = by_path[path]
        value, low, high = factor.pawn.value
        ink = style.TRUTH if factor.pawn.matters else style.FAINT
        y = row + (OFFSETS["pawn"] if factor.sobol is not None else 0.0)
        axes.plot([low, high], [y, y], color=ink, linewidth=2.2, zorder=4)
        axes.plot([value], [y], "o", color=ink, markersize=6, zorder=5)
        axes.plot([factor.pawn.chance] * 2, [y - 0.13, y + 0.13], color=style.MUTED, linewidth=1.4, zorder=3)
        if factor.sobol is None:
            continue
        for name, index, filled in (("first", factor.sobol.first, True), ("total", factor.sobol.total, False)):
            y = row + OFFSETS[name]
            axes.plot([index.low, index.high], [y, y], color=style.MUTED, linewidth=1.2, zorder=4)
            axes.plot(
                [index.value], [y], "s", color=style.INK, markersize=4.5, zorder=5,
                markerfacecolor=style.INK if filled else style.PAPER,
            )  # fmt: skip
            if row == 0:
                style.write(axes, index.high + 0.015, y, "S1" if filled else "ST", size=8.0, va="center")
    axes.set_ylim(len(order) - 0.5, -0.6)
    axes.set_xlim(-0.05, 1.02)
    axes.axvline(0.0, color=style.FAINT, linewidth=1.0, zorder=1)
    style.ticks(axes, "x", (0.0, 0.25, 0.5, 0.75, 1.0), ("0", "0.25", "0.5", "0.75", "1"))
    noise = found.noise.value
    chance = "" if noise != noise else f", chance {wording.per_cent(noise)}"
    style.name_axes(axes, "index", f"{found.metric}{chance}")
