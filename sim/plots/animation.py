"""A run as a moving map: exits, or only what is confirmed, by place and day, as an animated WebP."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim import wording
from sim.plots import style
from sim.plots.map import cells

if TYPE_CHECKING:
    from PIL.Image import Image

    from sim.scenario.theatre import Theatre

MOST_FRAMES = 90
"""Most frames; a longer run is shown at every other day, or fewer."""
FRAME_MS, LAST_MS = 140, 2500
"""Time of a frame, and of the last one."""
WIDTH, STRIP, HEAD, FOOT, EDGE = 7.2, 0.95, 0.72, 0.62, 0.25
"""Inches: the picture, the curve below the map, and the margins above, below and beside."""
TALLEST = 5.0
DPI = 100
LARGEST = 0.42
"""Radius of the largest circle, inches."""
LEAST = 20.0
"""Fewest exits that the largest circle stands for, so that one exit is no large circle."""


class Moment(NamedTuple):
    """One day: what the clock says, who holds each cell, exits and confirmed exits so far by place.

    `out` is None where only what officials can see is shown.
    """

    clock: str
    control: Any
    out: Sequence[float] | None
    confirmed: Sequence[float]


class Shown(NamedTuple):
    """What stands on every frame: the title, the small print, and the places on the map (name, km east, km north)."""

    title: str
    stamp: str
    places: list[tuple[str, float, float]]


def days_shown(horizon: float) -> list[float]:
    """Return the days of the frames: from 0 to the horizon, evenly, at most `MOST_FRAMES`."""
    every = max(1, math.ceil(horizon / (MOST_FRAMES - 1)))
    days = [float(day) for day in range(0, math.floor(horizon) + 1, every)]
    return days if days[-1] == horizon else [*days, horizon]


def webp(theatre: Theatre, shown: Shown, moments: Sequence[Moment]) -> bytes:
    """Return the moments as an animated WebP that repeats."""
    most = max([LEAST, *(max(_largest(moment.out), _largest(moment.confirmed)) for moment in moments)])
    pictures = [_picture(theatre, shown, moments, k, most) for k in range(len(moments))]
    stream = io.BytesIO()
    times = [FRAME_MS] * (len(pictures) - 1) + [LAST_MS]
    pictures[0].save(
        stream, "WEBP", save_all=True, append_images=pictures[1:], duration=times, loop=0, quality=80, method=2
    )
    return stream.getvalue()


def _largest(values: Sequence[float] | None) -> float:
    return max(values, default=0.0) if values is not None else 0.0


def _picture(theatre: Theatre, shown: Shown, moments: Sequence[Moment], k: int, most: float) -> Image:
    from PIL import Image

    canvas: Any = FigureCanvasAgg(frame(theatre, shown, moments, k, most))
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def frame(theatre: Theatre, shown: Shown, moments: Sequence[Moment], k: int, most: float) -> Figure:
    """Draw one frame. Parameters: most, the number of exits that the largest circle stands for."""
    moment = moments[k]
    grid = theatre.grid
    wide, high = grid.width * grid.cell_km, grid.height * grid.cell_km
    across = WIDTH - 2 * EDGE
    tall = min(TALLEST, across * high / wide)
    total = HEAD + tall + STRIP + FOOT
    figure = Figure(figsize=(WIDTH, total), dpi=DPI, facecolor=style.PAPER)
    style.write(
        figure, EDGE / WIDTH, 1 - 0.12 / total, wording.tidy(shown.title, 76), size=11.0, weight="bold", va="top"
    )
    style.write(figure, 1 - EDGE / WIDTH, 1 - 0.4 / total, moment.clock, size=13.0, weight="bold", va="top", ha="right")
    style.write(figure, EDGE / WIDTH, 1 - 0.43 / total, _said(moment), size=9.0, color=style.MUTED, va="top")
    style.write(
        figure, EDGE / WIDTH, 0.08 / total, wording.tidy(shown.stamp, 150), size=6.5, color=style.MUTED, va="bottom"
    )
    axes = style.plain(figure.add_axes((EDGE / WIDTH, (STRIP + FOOT) / total, across / WIDTH, tall / total)))
    axes.set_xlim(0.0, wide)
    axes.set_ylim(0.0, high)
    axes.grid(False)
    style.ticks(axes, "x", [])
    style.ticks(axes, "y", [])
    cells(axes, moment.control, [party.title or name for name, party in theatre.parties.items()])
    area = (LARGEST * max(wide / across, high / tall)) ** 2 / most
    for n, (name, x, y) in enumerate(shown.places):
        _place(axes, (x, y), moment, n, area)
        if max(moment.confirmed[n], moment.out[n] if moment.out is not None else 0.0) >= 0.02 * most:
            r = math.sqrt(max(moment.confirmed[n], moment.out[n] if moment.out is not None else 0.0) * area)
            style.write(axes, x, y - r - 0.02 * high, wording.tidy(name, 24), size=7.5, ha="center", va="top", zorder=7)
    _strip(figure.add_axes((0.7 / WIDTH, FOOT / total, (WIDTH - 1.7) / WIDTH, (STRIP - 0.2) / total)), moments, k)
    return figure


def _said(moment: Moment) -> str:
    known = f"{wording.count(sum(moment.confirmed))} confirmed"
    if moment.out is None:
        return f"What officials can see: {known} (dashed rings)"
    return f"What happened: {wording.count(sum(moment.out))} exits (discs), {known} (dashed rings)"


def _place(axes: Any, at: tuple[float, float], moment: Moment, n: int, area: float) -> None:
    if moment.out is not None and moment.out[n] > 0:
        r = math.sqrt(moment.out[n] * area)
        axes.add_patch(Circle(at, r, facecolor=style.TRUTH, alpha=0.72, linewidth=0, zorder=3))
    if moment.confirmed[n] > 0:
        r = math.sqrt(moment.confirmed[n] * area)
        axes.add_patch(Circle(at, r, fill=False, edgecolor=style.PAPER, linewidth=3.0, alpha=0.9, zorder=4))
        axes.add_patch(Circle(at, r, fill=False, edgecolor=style.BELIEF, linewidth=1.7, linestyle="--", zorder=5))
    axes.plot([at[0]], [at[1]], ".", color=style.INK, markersize=3, zorder=6)


def _strip(axes: Any, moments: Sequence[Moment], k: int) -> None:
    """Draw exits and confirmed exits up to this moment, on the scale of the whole run."""
    style.plain(axes)
    known = [sum(moment.confirmed) for moment in moments]
    out = [sum(moment.out) if moment.out is not None else math.nan for moment in moments]
    style.from_zero(axes, "y", max(1.0, *known, *(value for value in out if value == value)), many=2)
    axes.set_xlim(0.0, max(1.0, len(moments) - 1.0))
    style.ticks(axes, "x", [])
    lines: list[tuple[list[float], str, Any, str]] = [(known, style.BELIEF, style.DASHES, "confirmed")]
    lines += [(out, style.TRUTH, "-", "exits")] if moments[0].out is not None else []
    low, high = axes.get_ylim()
    heights = style.spread([values[k] for values, *_ in lines], 0.26 * (high - low), low, high)
    for (values, color, dashes, name), y in zip(lines, heights, strict=True):
        axes.plot(range(k + 1), values[: k + 1], color=color, linestyle=dashes, linewidth=1.8, zorder=3)
        # beside the last day drawn: a leader to the right edge would read as a forecast
        axes.annotate(
            name, (k, y), (5, 0), textcoords="offset points", fontsize=8.0, color=style.readable(color), va="center",
            annotation_clip=False, parse_math=False,
        )  # fmt: skip
