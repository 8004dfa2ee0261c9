"""Layers of the map: who holds each cell, lines between parties, names, units on the move, people at large."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from sim.app.labels import party_titles
from sim.app.palette import party_fill, party_ink
from sim.app.png import png
from sim.model import DetentionModel
from sim.plots.style import PARTY_FILLS
from sim.scenario.theatre import Grid

MAX_WIDTH, MAX_HEIGHT = 1000.0, 617.0
"""Largest size of the map, SVG units."""
TARGET_DOTS = 1200
"""About how many dots are drawn at most."""
SCATTER_KM = 4.0
"""Largest distance of a dot from where the person is, km."""
MOST_PLACES = 4
"""Most places offered for a party's name."""
FRONT_KM = 25.0
"""Distance from a unit on the move up to which a line between parties at war is drawn as the front, km."""


class Projection(NamedTuple):
    """Conversion from kilometres to SVG units; y grows downwards in SVG."""

    scale: float
    width: float
    height: float

    @classmethod
    def of(cls, grid: Grid) -> Projection:
        """Return the largest projection of a grid that fits the map."""
        w, h = grid.width * grid.cell_km, grid.height * grid.cell_km
        scale = min(MAX_WIDTH / w, MAX_HEIGHT / h)
        return cls(scale, w * scale, h * scale)

    def x(self, km: Any) -> Any:
        """Return x in SVG units from kilometres east."""
        return km * self.scale

    def y(self, km: Any) -> Any:
        """Return y in SVG units from kilometres north."""
        return self.height - km * self.scale


def control_layers(model: DetentionModel, control: np.ndarray, first: np.ndarray) -> dict[str, Any]:
    """Return picture, lines and party names for who holds each cell (`control`) and held it at the start (`first`)."""
    projection = Projection.of(model.resolved.theatre.grid)
    titles = party_titles(model)
    parties = [int(p) for p in np.unique(control)]
    party_names = [name for p in parties for name in party_labels(control, p, titles[p], model, projection)]
    written = {name["text"] for name in party_names}  # on a map that is not small they need no entry in the legend
    return {
        "width": round(projection.width, 1),
        "height": round(projection.height, 1),
        "km": round(1.0 / projection.scale, 4),
        "image": picture(control, model.truth.terrain),
        "borders": borders(control, projection),
        "former_borders": former_borders(first, control, projection),
        "party_labels": party_names,
        "parties": [
            {"title": titles[p], "fill": party_fill(p), "ink": party_ink(p), "written": titles[p] in written}
            for p in parties
        ],
    }


def picture(control: np.ndarray, terrain: np.ndarray) -> str:
    """Return the data URL of a PNG with one pixel per cell, north up, a little darker where movement is hard."""
    colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in PARTY_FILLS])
    shade = 0.955 + 0.045 * np.clip(terrain, 0.0, 1.0)
    pixels = (colours[control % len(PARTY_FILLS)] * shade[..., None]).astype(np.uint8)[::-1]
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def borders(control: np.ndarray, projection: Projection) -> str:
    """Return the SVG path of the edges between cells of different parties."""
    return edges(control[:, 1:] != control[:, :-1], control[1:] != control[:-1], projection, control.shape)


def former_borders(first: np.ndarray, now: np.ndarray, projection: Projection) -> str:
    """Return the SVG path of the edges between parties at the start that are gone by now."""
    upright = (first[:, 1:] != first[:, :-1]) & (now[:, 1:] == now[:, :-1])
    level = (first[1:] != first[:-1]) & (now[1:] == now[:-1])
    return edges(upright, level, projection, now.shape)


def front_line(model: DetentionModel) -> str:
    """Return the SVG path of the edges between parties at war near a unit on the move."""
    truth, grid = model.truth, model.resolved.theatre.grid
    units = truth.unit[truth.unit["active"] == 1]
    if not len(units):
        return ""
    height, width = truth.control.shape
    x, y = (np.arange(width) + 0.5) * grid.cell_km, (np.arange(height) + 0.5) * grid.cell_km
    away = np.hypot(x[None, :, None] - units["x"], y[:, None, None] - units["y"]).min(axis=2)
    near, war, held = away <= FRONT_KM, truth.hostile | truth.hostile.T, truth.control
    upright = war[held[:, 1:], held[:, :-1]] & (near[:, 1:] | near[:, :-1])
    level = war[held[1:], held[:-1]] & (near[1:] | near[:-1])
    return edges(upright, level, Projection.of(grid), held.shape)


def edges(upright: np.ndarray, level: np.ndarray, projection: Projection, shape: tuple[int, ...]) -> str:
    """Return the SVG path of edges right of cells (height, width - 1) and above cells (height - 1, width)."""
    cell = projection.width / shape[1]
    parts = [
        f"M{x * cell:.1f} {projection.height - y * cell:.1f}v{-cell:.1f}" for y, x in np.argwhere(upright) + (0, 1)
    ]
    parts += [f"M{x * cell:.1f} {projection.height - y * cell:.1f}h{cell:.1f}" for y, x in np.argwhere(level) + (1, 0)]
    return "".join(parts)


def moving_units(model: DetentionModel) -> list[dict[str, Any]]:
    """Return the units in action: place, title, and heading (degrees clockwise from north, None for one that stays)."""
    titles = party_titles(model)
    projection = Projection.of(model.resolved.theatre.grid)
    return [
        {
            "x": round(float(projection.x(u["x"])), 1),
            "y": round(float(projection.y(u["y"])), 1),
            "turn": _heading(model, u),
            "title": titles[int(u["party"])],
        }
        for u in model.truth.unit
        if u["active"] == 1
    ]


def _heading(model: DetentionModel, unit: Any) -> float | None:
    if unit["objective"] >= unit["objective_end"]:
        return None
    east, north = model.truth.objective[int(unit["objective"])] - (unit["x"], unit["y"])
    return round(float(np.degrees(np.arctan2(east, north))), 0) if np.hypot(east, north) > 0.5 else None


def party_labels(
    control: np.ndarray, party: int, title: str, model: DetentionModel, projection: Projection
) -> list[dict[str, Any]]:
    """Return a party's name and places for it within the party's cells, clear of facilities, the roomiest first.

    Empty if it fits nowhere. The map takes the first place that nothing else is written on.
    """
    free = control == party
    sites = model.truth.facility
    for row, column in zip(sites["row"], sites["column"], strict=True):
        free[max(0, row - 1) : row + 2, max(0, column - 2) : column + 4] = False
    cell = projection.width / control.shape[1]
    half = 0.5 * (len(title) * 7.4 + 12) / cell  # half the name's length, cells
    places: list[list[float]] = []
    while len(places) < MOST_PLACES:
        room = ndimage.distance_transform_edt(np.pad(free, 1), sampling=(half / 0.55, 1.0))[1:-1, 1:-1]
        row, column = np.unravel_index(int(room.argmax()), room.shape)
        if room[row, column] < half:
            break
        x, y = (float(column) + 0.5) * cell, projection.height - (float(row) + 0.5) * cell
        places.append([round(x, 1), round(y, 1)])
        free[max(0, row - 1) : row + 2] = False
    return [{"text": title, "ink": party_ink(party), "places": places}] if places else []


def people_dots(model: DetentionModel) -> tuple[str, int]:
    """Return the SVG path of dots for the people at large, where they are, and the number of people per dot."""
    people = np.asarray(model.truth.out[: model.truth.clock["out_count"][0]])
    if not len(people):
        return "", 1
    each = _round_up(max(1.0, len(people) / TARGET_DOTS))
    projection = Projection.of(model.resolved.theatre.grid)
    chosen = np.sort(people)[::each]
    places = model.truth.fugitive[chosen]
    # A dot's offset from where the person is depends on the person alone, so that people who stay together are seen.
    away, turn = SCATTER_KM * np.sqrt(chosen * 0.7548776662 % 1.0), 2 * np.pi * (chosen * 0.5698402910 % 1.0)
    x = np.clip(projection.x(places["x"] + away * np.cos(turn)), 0.0, projection.width)
    y = np.clip(projection.y(places["y"] + away * np.sin(turn)), 0.0, projection.height)
    return "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True)), each


def _round_up(value: float) -> int:
    """Return the first of 1, 2, 5, 10, 20, ... that is not below the value."""
    power = 1
    while True:
        for k in (1, 2, 5):
            if k * power >= value - 1e-9:
                return k * power
        power *= 10
