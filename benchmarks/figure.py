"""The suite's figure: person-days a second and core, and what the same work costs others."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.measure import Row, number
from benchmarks.page import rows_of
from sim.plots import save, style

HEIGHT = 5.9
LEFT, ACROSS = 0.27, 0.6


class Mark(NamedTuple):
    """One line of a panel: who, how much, and whether it is ours."""

    label: str
    value: float
    ours: bool


def figures(found: dict[str, Any]) -> dict[str, bytes]:
    """The figure's files by name."""
    drawn = figure(found)
    told = json.dumps(next(iter(found.values()))["machine"], sort_keys=True)
    return {"benchmarks.png": save.png(drawn, told), "benchmarks.svg": save.svg(drawn, told)}


def figure(found: dict[str, Any]) -> Figure:
    """Two panels on one sheet."""
    by = {row.key: row for row in rows_of(found)}
    drawn = Figure(figsize=(style.WIDTH, HEIGHT), dpi=150, facecolor=style.PAPER)
    FigureCanvasAgg(drawn)
    words(drawn, found, by)
    rates = drawn.add_axes((LEFT, 0.52, ACROSS, 0.24))
    panel(rates, speeds(by), "Person-days simulated a second, one core", "")
    costs = drawn.add_axes((LEFT, 0.13, ACROSS, 0.2))
    panel(costs, peers(by), "Time for the same replicates of tiny, our sweep to Parquet = 1", " times")
    return drawn


def words(drawn: Figure, found: dict[str, Any], by: dict[str, Row]) -> None:
    """Title, how to read it, and where the numbers come from."""
    title = "Speed beside its peers"
    if "covasim.ours" in by and "oracle.whole.rate" in by:
        ratio = number(by["covasim.ours"].value / by["oracle.whole.rate"].value)
        title = f"{number(by['covasim.ours'].value)} person-days a second and core, {ratio} times plain Mesa"
    style.write(drawn, 0.03, 0.957, title, size=style.TITLE_SIZE, weight="bold", va="top")
    under = "Medians, processor time (processes: by the wall). Logarithmic axes. Filled: this project. Open: others."
    style.write(drawn, 0.03, 0.888, under, color=style.MUTED, va="top")
    told = next(iter(found.values()))["machine"]
    small = f"make bench · {told['date']} · {told['processor']} · Python {told['python']} · commit {told['commit']}"
    style.write(drawn, 0.03, 0.025, small, size=7.0, color=style.MUTED, va="bottom")


def speeds(by: dict[str, Row]) -> list[Mark]:
    """Person-days a second and core, fastest first."""
    marks = []
    for key, label, ours in (
        ("covasim.ours", "ne-syria-2019, bare loop", True),
        ("sweep.person-days.free", "ne-syria-2019, to Parquet", True),
        ("covasim.100000", "Covasim, 100,000 people", False),
        ("covasim.20000", "Covasim, 20,000 people", False),
        ("oracle.whole.rate", "oracle, plain Mesa", False),
    ):
        if key in by:
            marks.append(Mark(label, by[key].value, ours))
    return sorted(marks, key=lambda mark: -mark.value)


def peers(by: dict[str, Row]) -> list[Mark]:
    """What the same replicates cost others, in units of our sweep."""
    marks = [Mark("our sweep to Parquet", 1.0, True)]
    many = max((int(key.split(".")[2]) for key in by if key.startswith("ema.sequential.")), default=0)
    for key, label in (
        ("mesa.ratio", "Mesa batch_run"),
        (f"ema.sequential.{many}.ratio", "EMA sequential, means only"),
        (f"ema.processes.{many}.ratio", "EMA processes, means only"),
    ):
        if key in by:
            marks.append(Mark(label, by[key].value, False))
    return sorted(marks, key=lambda mark: mark.value)


def panel(axes: Axes, marks: Sequence[Mark], title: str, unit: str) -> None:
    """Dots on a logarithmic axis, each with its name to the left and its number to the right."""
    style.plain(axes)
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.grid(False, axis="y")
    values = [mark.value for mark in marks] or [1.0]
    low, high = math.floor(math.log10(min(values)) - 0.2), math.ceil(math.log10(max(values)) + 0.2)
    axes.set_xscale("log")
    axes.set_xlim(10.0**low, 10.0**high)
    step = 1 if high - low <= 3 else 2
    decades = list(range(low, high + 1, step))
    style.ticks(axes, "x", [10.0**n for n in decades], [power(n) for n in decades])
    axes.set_ylim(len(marks) - 0.5, -0.6)
    style.ticks(axes, "y", range(len(marks)), [mark.label for mark in marks])
    axes.tick_params(axis="y", labelcolor=style.INK)
    for k, mark in enumerate(marks):
        color, face = (style.INK, style.INK) if mark.ours else (style.MUTED, style.PAPER)
        axes.plot([mark.value], [k], marker="o", markersize=7, color=color, markerfacecolor=face, clip_on=False)
        text = f"{number(mark.value)}{unit}" if unit else number(mark.value)
        weight = "bold" if mark.ours else "normal"
        at = mark.value * 10 ** (0.018 * (high - low))
        style.write(axes, at, k, text, va="center", size=9.0, weight=weight)
    style.name_axes(axes, y=title)


def power(n: int) -> str:
    """A power of ten in words."""
    word = {0: "", 3: " thousand", 6: " million", 9: " billion"}
    base = min((k for k in word if n - k in (0, 1, 2)), default=None)
    if n < 0:
        return f"{10.0**n:g}"
    return f"1e{n}" if base is None else f"{10 ** (n - base)}{word[base]}"
