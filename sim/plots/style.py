"""The style of all figures: colours, sheet, axes, direct labels.

Nothing here touches Matplotlib's global settings; every text is plain text, never markup or mathematics.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.provenance import Provenance
from sim.plots.view import Numbers, ResultsView
from sim.wording import count, tidy, wrapped

TRUTH = "#a63603"
"""Colour of what happened, in every figure, and of nothing else."""
BELIEF = "#3487bd"
"""Colour of what is known. Lighter than TRUTH, so that the two differ in grey; lines of it are dashed."""
DASHES = (0, (4.5, 1.6))
INK, MUTED, FAINT, GRID, PAPER = "#1f2328", "#59636e", "#b6bec6", "#e7eaed", "#ffffff"
PARTY_FILLS = ("#f4eed3", "#d9dee4", "#f0d6d6", "#ddcfe9", "#d3e4d3", "#bcbcbc", "#cfe5ea", "#efe0c8")
"""Cells by the party that holds them: pale, so that what stands on them is seen first."""
BAND = "#efe3b8"
"""Colour of a highlighted region."""

TRUTH_RAMP = LinearSegmentedColormap.from_list("truth", ["#fdf1e7", "#f4b183", "#d9692b", "#a63603", "#5a1a00"])
GAP_RAMP = LinearSegmentedColormap.from_list("gap", ["#f4f2f7", "#c3b8d9", "#8b79b5", "#5c4789", "#2f1f55"])
BELIEF_RAMP = LinearSegmentedColormap.from_list("belief", ["#eef5fa", "#a3cbe5", "#3487bd", "#1c5a86", "#0b2f4a"])

WIDTH = 9.0
"""Width of every figure, inches."""
LEFT, RIGHT, FOOT = 0.85, 0.3, 0.95
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 14.0, 10.0, 8.0
TITLE_CHARACTERS, SUBTITLE_CHARACTERS, FOOT_CHARACTERS = 73, 112, 150


class Sheet(NamedTuple):
    """A figure with its title and small print, and the margins for axes (shares of the figure)."""

    figure: Figure
    left: float
    right: float
    bottom: float
    top: float

    def axes(
        self, rows: int = 1, columns: int = 1, *, wspace: float = 0.3, hspace: float = 0.5, **grid: Any
    ) -> list[list[Axes]]:
        """Add axes in rows and columns."""
        layout = self.figure.add_gridspec(
            rows, columns, left=self.left, right=self.right, bottom=self.bottom, top=self.top,
            wspace=wspace, hspace=hspace, **grid,
        )  # fmt: skip
        return [[plain(self.figure.add_subplot(layout[r, c])) for c in range(columns)] for r in range(rows)]


def sheet(
    view: ResultsView | str,
    title: str,
    subtitle: str,
    height: float,
    *,
    left: float = LEFT,
    right: float = RIGHT,
    foot: float = FOOT,
    extra_top: float = 0.0,
) -> Sheet:
    """Make a figure: the finding as title, how to read it below, provenance at the foot.

    Parameters: view, results whose provenance it is, or that line itself; height of the part for axes, and margins
    left, right, below and above it, inches.
    """
    lines = wrapped(title, TITLE_CHARACTERS, 2)
    under = wrapped(subtitle, SUBTITLE_CHARACTERS, 3)
    head = 0.3 + 0.27 * len(lines) + 0.2 * len(under) + 0.34 + extra_top
    total = height + head + foot
    figure = Figure(figsize=(WIDTH, total), dpi=150, facecolor=PAPER)
    FigureCanvasAgg(figure)
    y = total - 0.22
    for line in lines:
        write(figure, 0.3 / WIDTH, y / total, line, size=TITLE_SIZE, weight="bold", va="top")
        y -= 0.27
    y -= 0.04
    for line in under:
        write(figure, 0.3 / WIDTH, y / total, line, size=TEXT_SIZE, color=MUTED, va="top")
        y -= 0.2
    origin = view if isinstance(view, str) else Provenance.of(view).line(view)
    small = wrapped(origin, FOOT_CHARACTERS, 2)
    for row, line in enumerate(reversed(small)):
        write(figure, 0.3 / WIDTH, (0.14 + 0.15 * row) / total, line, size=7.0, color=MUTED, va="bottom")
    return Sheet(figure, left / WIDTH, 1.0 - right / WIDTH, foot / total, 1.0 - head / total)


def write(on: Figure | Axes, x: float, y: float, text: str, **given: Any) -> Text:
    """Write plain text on a figure or axes."""
    settings: dict[str, Any] = {"color": INK, "size": TEXT_SIZE, "parse_math": False, **given}
    return on.text(x, y, tidy(text, 400), **settings)


def plain(axes: Axes) -> Axes:
    """Give axes a light grid and no box."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.set_facecolor("none")
    axes.tick_params(axis="both", which="both", length=0, labelsize=9, labelcolor=MUTED, pad=4)
    axes.grid(True, axis="y", color=GRID, linewidth=0.8, linestyle="-")
    axes.set_axisbelow(True)
    axes.margins(0)
    return axes


def name_axes(axes: Axes, x: str = "", y: str = "") -> None:
    """Label axes, with units; the label of y stands horizontally above the axis."""
    axes.set_xlabel(tidy(x, 110), fontsize=TEXT_SIZE, color=INK, labelpad=6, parse_math=False)
    if y:
        axes.set_title(tidy(y, 90), loc="left", fontsize=TEXT_SIZE, color=INK, pad=8, x=0.0, parse_math=False)


def ticks(axes: Axes, axis: str, at: Iterable[float], labels: Sequence[str] | None = None) -> None:
    """Set ticks, with labels in plain text."""
    places = list(at)
    texts = [count(v) for v in places] if labels is None else [tidy(label, 60) for label in labels]
    setter = axes.set_xticks if axis == "x" else axes.set_yticks
    setter(places, texts, parse_math=False)
    setter([], minor=True)


def from_zero(axes: Axes, axis: str, top: float, many: int = 5) -> None:
    """Set a linear axis of counts from 0 to a round number not below `top`."""
    step = round_step(max(top, 1.0) / many, whole=True)
    end = step * max(1, math.ceil(max(top, 1.0) / step - 1e-9))
    (axes.set_xlim if axis == "x" else axes.set_ylim)(0.0, end * 1.002)
    ticks(axes, axis, np.arange(0.0, end + step / 2, step))


def share_axis(axes: Axes, axis: str, top: float = 1.0) -> None:
    """Set an axis of shares in per cent, from 0 to a round share not below `top`; to 100% if `top` is at most 1."""
    step = round_step(max(top, 0.001) / 5)
    end = step * math.ceil(max(top, 0.001) / step - 1e-9)
    end = min(1.0, end) if top <= 1.0 else end
    (axes.set_xlim if axis == "x" else axes.set_ylim)(0.0, end)
    places = np.arange(0.0, end + step / 1000, step)
    ticks(axes, axis, places, [f"{round(100 * v, 6):g}%" for v in places])


def log_axis(axes: Axes, low: float, high: float) -> None:
    """Set a logarithmic x axis of counts, low > 0, with round ticks."""
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    decades = math.log10(high / low)
    steps = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0) if decades < 1.0 else (1.0, 2.0, 5.0) if decades < 3.2 else (1.0,)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks(axes, "x", [v for e in exponents for k in steps if low <= (v := k * 10.0**e) <= high])


def round_step(about: float, *, whole: bool = False) -> float:
    """Return a round number (1, 2, 2.5 or 5 times a power of ten) not below `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    step = next(k * power for k in (1.0, 2.0, 2.5, 5.0, 10.0) if k * power >= about * (1 - 1e-9))
    return max(1.0, math.ceil(step - 1e-9)) if whole else step


# Labels


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions at least `gap` apart, within the limits if they fit, near to those wanted."""
    order = np.argsort(np.asarray(wanted, float), kind="stable")
    gap = min(gap, (high - low) / max(1, len(order) - 1)) if len(order) > 1 else gap
    placed: list[float] = []
    for k in order:
        placed.append(max(float(wanted[k]), low, placed[-1] + gap if placed else low))
    ceiling = high
    for n in range(len(placed) - 1, -1, -1):
        placed[n] = min(placed[n], ceiling)
        ceiling = placed[n] - gap
    result = [0.0] * len(placed)
    for n, k in enumerate(order):
        result[k] = placed[n]
    return result


class EndLabel(NamedTuple):
    """A label to the right of axes, at the height of the line it names."""

    y: float
    text: str
    color: str
    weight: str = "normal"


def end_labels(axes: Axes, x: float, labels: Sequence[EndLabel], size: float = 9.0) -> None:
    """Write labels to the right of `x`, moved apart where lines end close together, with a leader to each end."""
    low, high = axes.get_ylim()
    inches = axes.get_position().height * float(axes.figure.get_figheight())  # type: ignore[union-attr]
    gap = (high - low) * (size * 1.35 / 72.0) / inches
    places = spread([label.y for label in labels], gap, low, high)
    left, right = axes.get_xlim()
    for label, y in zip(labels, places, strict=True):
        axes.annotate(
            tidy(label.text, 40), (x, label.y), (right + 0.05 * (right - left), y), color=label.color,
            fontsize=size, fontweight=label.weight, va="center", ha="left", annotation_clip=False, parse_math=False,
            arrowprops={"arrowstyle": "-", "color": label.color, "linewidth": 0.5, "shrinkA": 1, "shrinkB": 0,
                        "relpos": (0.0, 0.5)},
        )  # fmt: skip


def on_line(axes: Axes, x: float, y: float, text: str, color: str, **given: Any) -> Text:
    """Write a label beside a line, on a light background."""
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2, "alpha": 0.85}
    return write(axes, x, y, text, **{"color": color, "size": 9.0, "bbox": box, "zorder": 6, **given})


def shades(ramp: LinearSegmentedColormap, many: int) -> list[str]:
    """Return `many` colours of a ramp that differ in grey, from dark to light, none too pale for a line."""
    return [to_hex(ramp(share)) for share in (np.linspace(0.97, 0.42, many) if many > 1 else (0.75,))]


def readable(color: str) -> str:
    """Darken a colour until text in it can be read on white (contrast 4.5)."""
    rgb = np.array(to_rgb(color))
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        rgb = rgb * 0.94
    return to_hex((float(rgb[0]), float(rgb[1]), float(rgb[2])))


def ink_on(color: Any) -> str:
    """Return the ink, dark or light, that can be read on a colour."""
    return INK if _luminance(np.array(to_rgb(color))) > 0.3 else PAPER


def _luminance(rgb: Numbers) -> float:
    """Return the relative luminance (WCAG 2)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def widest(values: Iterable[Numbers]) -> float:
    """Return the largest number, 0 if there is none."""
    return max((float(np.nanmax(v)) for v in values if np.size(v) and not np.all(np.isnan(v))), default=0.0)
