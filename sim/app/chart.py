"""Small charts as geometry: paths, ticks and labels in pixels, which the page draws as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.app.session import Moment
from sim.plots.style import BELIEF, TRUTH, count, readable, round_step, spread

WIDTH, LEFT, RIGHT, TOP, FOOT = 430.0, 40.0, 160.0, 8.0, 20.0
POINTS = 200
"""Points drawn of a line at most, and the last."""
ROLE_INK = ("#3f6b45", "#8a4747", "#684a86", "#1c5a86", "#5f6b76", "#76683a", "#37666f", "#4d4d4d")
"""Lines of the claims by role, in the order of the roles: none as strong as truth or belief."""


class Line(NamedTuple):
    """A line over days with its name at its end."""

    name: str
    values: Sequence[float]
    color: str
    width: float = 1.2
    dash: str = ""


class Axes:
    """From days and counts to pixels."""

    def __init__(self, horizon: float, top: float, height: float) -> None:
        self.height = height
        self.step = round_step(max(top, 6.0) / 3, whole=True)
        self.top = self.step * max(1, math.ceil(max(top, 6.0) / self.step - 1e-9))
        self.horizon = max(horizon, 1e-9)

    def x(self, day: float) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * day / self.horizon

    def y(self, value: float) -> float:
        """Pixels from above."""
        return self.height - FOOT - (self.height - FOOT - TOP) * value / self.top

    def path(self, days: Sequence[float], values: Sequence[float]) -> str:
        """SVG path, broken where there is no value."""
        parts: list[str] = []
        pen = "M"
        for day, value in zip(days, values, strict=True):
            if value != value:
                pen = "M"
                continue
            parts.append(f"{pen}{self.x(day):.1f} {self.y(value):.1f}")
            pen = "L"
        return "".join(parts)

    def between(self, days: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
        """SVG path of the area between two lines."""
        there = [f"{self.x(d):.1f} {self.y(v):.1f}" for d, v in zip(days, high, strict=True)]
        back = [f"{self.x(d):.1f} {self.y(v):.1f}" for d, v in zip(days, low, strict=True)][::-1]
        return "M" + "L".join(there + back) + "Z" if there else ""

    def ticks(self) -> dict[str, Any]:
        """Round ticks on both axes."""
        days = round_step(self.horizon / 5, whole=self.horizon > 5)
        across = np.arange(0.0, self.horizon + 1e-9, days)
        up = np.arange(0.0, self.top + self.step / 2, self.step)
        return {
            "x": [{"at": round(self.x(d), 1), "text": f"{d:g}"} for d in across.tolist()],
            "y": [{"at": round(self.y(v), 1), "text": count(v)} for v in up.tolist()],
        }


def thinned(history: list[Moment]) -> list[Moment]:
    """Every so many-th moment, and the last; the stride doubles, so that drawn points stay where they are."""
    stride = 1
    while len(history) // stride > POINTS:
        stride *= 2
    kept = history[::stride]
    return kept if (len(history) - 1) % stride == 0 else [*kept, history[-1]]


def gap_chart(history: list[Moment], roles: Sequence[str], horizon: float, *, truth: bool) -> dict[str, Any]:
    """Escaped, confirmed and claimed over days; without the truth, what is confirmed and claimed."""
    moments = thinned(history)
    days = [m.day for m in moments]
    lines = [
        Line(role, [m.claims[r] for m in moments], ROLE_INK[r])
        for r, role in enumerate(roles)
        if any(m.claims[r] == m.claims[r] for m in moments)
    ]
    lines.append(Line("confirmed", [m.confirmed for m in moments], BELIEF, 2.4, "6 3"))
    if truth:
        lines.append(Line("escaped", [float(m.escaped) for m in moments], TRUTH, 2.4))
    title = "Escaped, claimed by role, confirmed (people)" if truth else "Claimed by role and confirmed (people)"
    axes = Axes(horizon, _most(lines), 208.0)
    drawn = _chart(title, axes, days, lines)
    if truth:
        drawn["area"] = axes.between(days, [m.confirmed for m in moments], [float(m.escaped) for m in moments])
        drawn["area_note"] = "shaded: the gap"
    return drawn


def guards_chart(history: list[Moment], horizon: float) -> dict[str, Any]:
    """Guards on duty over days."""
    moments = thinned(history)
    line = Line("guards", [float(m.guards) for m in moments], "#3d4852", 1.8)
    return _chart("Guards on duty, all shifts", Axes(horizon, _most([line]), 92.0), [m.day for m in moments], [line])


def reports_chart(history: list[Moment], horizon: float) -> dict[str, Any]:
    """Reports made over days."""
    moments = thinned(history)
    line = Line("reports", [float(m.reports) for m in moments], BELIEF, 1.8)
    return _chart("Reports made so far", Axes(horizon, _most([line]), 92.0), [m.day for m in moments], [line])


def _most(lines: list[Line]) -> float:
    return max((v for line in lines for v in line.values if v == v), default=1.0)


def _chart(title: str, axes: Axes, days: list[float], lines: list[Line]) -> dict[str, Any]:
    return {
        "title": title,
        "width": WIDTH,
        "height": axes.height,
        "area": "",
        "area_note": "",
        "lines": [
            {"d": axes.path(days, line.values), "color": line.color, "width": line.width, "dash": line.dash}
            for line in lines
        ],
        "labels": _labels(axes, days, lines),
        "ticks": axes.ticks(),
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "base": axes.height - FOOT,
    }


def _labels(axes: Axes, days: list[float], lines: list[Line]) -> list[dict[str, Any]]:
    """Names and last values of the lines, beside the axes, with a leader from where each line ends."""
    ends = [max((day, value) for day, value in zip(days, line.values, strict=True) if value == value) for line in lines]
    places = spread([axes.y(value) for _, value in ends], 13.0, TOP + 2, axes.height - FOOT)
    edge = WIDTH - RIGHT
    return [
        {
            "x": edge + 10,
            "y": round(y, 1),
            "text": f"{line.name} {count(value)}",
            "color": readable(line.color),
            "bold": line.width > 2,
            "leader": f"M{axes.x(day) + 2:.1f} {axes.y(value):.1f}L{edge + 7:.1f} {y:.1f}",
        }
        for line, (day, value), y in zip(lines, ends, places, strict=True)
    ]
