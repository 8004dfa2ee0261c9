"""The ground of the map: a NumPy picture of who holds each cell, lines between parties, names, dots of people."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from sim.model import DetentionModel
from sim.scenario.theatre import Grid
from sim.wording import tidy

WIDE, HIGH = 1000.0, 617.0
"""Largest size of the map, in units of its drawing."""
FILLS = ("#f4eed3", "#d9dee4", "#f0d6d6", "#ddcfe9", "#d3e4d3", "#bcbcbc", "#cfe5ea", "#efe0c8")
"""Ground by party: pale, so that what stands on it is seen first."""
INKS = ("#76683a", "#4c5866", "#8a4747", "#684a86", "#3f6b45", "#4d4d4d", "#37666f", "#7d5d2c")
"""The same, to write with."""
DOTS = 1200
"""About as many dots as stand for the people at large."""
FRONT_KM = 25.0
"""How far from a unit on the move the line between parties at war is drawn as the front."""


class Frame(NamedTuple):
    """From kilometres to the drawing, whose y grows downwards."""

    scale: float
    width: float
    height: float

    @classmethod
    def of(cls, grid: Grid) -> Frame:
        """The largest that fits."""
        w, h = grid.width * grid.cell_km, grid.height * grid.cell_km
        scale = min(WIDE / w, HIGH / h)
        return cls(scale, w * scale, h * scale)

    def x(self, km: Any) -> Any:
        """East, from kilometres."""
        return km * self.scale

    def y(self, km: Any) -> Any:
        """Down, from kilometres north."""
        return self.height - km * self.scale


def fill(party: int) -> str:
    """A party's colour on the ground."""
    return FILLS[party % len(FILLS)]


def ink(party: int) -> str:
    """A party's colour in writing."""
    return INKS[party % len(INKS)]


def ground(model: DetentionModel, control: np.ndarray, first: np.ndarray) -> dict[str, Any]:
    """Picture, lines and names of ground held so; `first`, how it was held at the start, gives the old lines."""
    frame = Frame.of(model.resolved.theatre.grid)
    titles = party_titles(model)
    parties = [int(p) for p in np.unique(control)]
    names = [name for p in parties for name in named(control, p, titles[p], model, frame)]
    written = {name["text"] for name in names}  # who is named on the map needs no line in the legend
    return {
        "width": round(frame.width, 1),
        "height": round(frame.height, 1),
        "km": round(1.0 / frame.scale, 4),
        "image": picture(control, model.truth.terrain),
        "borders": borders(control, frame),
        "old": gone(first, control, frame),
        "names": names,
        "parties": [{"title": titles[p], "fill": fill(p), "ink": ink(p)} for p in parties if titles[p] not in written],
        "inks": [ink(p) for p in range(len(titles))],
    }


def party_titles(model: DetentionModel) -> list[str]:
    """Titles of the parties by index."""
    parties = model.resolved.theatre.parties
    return [tidy(parties[name].title or name, 40) for name in model.names.parties]


def picture(control: np.ndarray, terrain: np.ndarray) -> str:
    """Data URL of a PNG with a pixel a cell, north up; hard ground is a little darker."""
    colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in FILLS])
    shade = 0.955 + 0.045 * np.clip(terrain, 0.0, 1.0)
    pixels = (colours[control % len(FILLS)] * shade[..., None]).astype(np.uint8)[::-1]
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def png(pixels: np.ndarray) -> bytes:
    """An RGB picture, uint8 (height, width, 3), as PNG."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def borders(control: np.ndarray, frame: Frame) -> str:
    """SVG path along the edges between cells of different parties."""
    return edges(control[:, 1:] != control[:, :-1], control[1:] != control[:-1], frame, control.shape)


def gone(first: np.ndarray, now: np.ndarray, frame: Frame) -> str:
    """SVG path along the edges between parties that were there at first and are no more."""
    upright = (first[:, 1:] != first[:, :-1]) & (now[:, 1:] == now[:, :-1])
    level = (first[1:] != first[:-1]) & (now[1:] == now[:-1])
    return edges(upright, level, frame, now.shape)


def front(model: DetentionModel) -> str:
    """SVG path along the edges between parties at war that a unit on the move is near."""
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
    return edges(upright, level, Frame.of(grid), held.shape)


def edges(upright: np.ndarray, level: np.ndarray, frame: Frame, shape: tuple[int, ...]) -> str:
    """SVG path of edges right of cells (height, width - 1) and above cells (height - 1, width)."""
    cell = frame.width / shape[1]
    parts = [f"M{x * cell:.1f} {frame.height - y * cell:.1f}v{-cell:.1f}" for y, x in np.argwhere(upright) + (0, 1)]
    parts += [f"M{x * cell:.1f} {frame.height - y * cell:.1f}h{cell:.1f}" for y, x in np.argwhere(level) + (1, 0)]
    return "".join(parts)


def named(control: np.ndarray, party: int, title: str, model: DetentionModel, frame: Frame) -> list[dict[str, Any]]:
    """A party's name where its ground has room for it, clear of facilities; nothing where it has none."""
    free = control == party
    sites = model.truth.facility
    for row, column in zip(sites["row"], sites["column"], strict=True):
        free[max(0, row - 1) : row + 2, max(0, column - 2) : column + 4] = False
    cell = frame.width / control.shape[1]
    half = 0.5 * (len(title) * 7.4 + 12) / cell  # half the name's length in cells
    padded = np.pad(free, 1)
    room = ndimage.distance_transform_edt(padded, sampling=(half / 0.55, 1.0))[1:-1, 1:-1]
    row, column = np.unravel_index(int(room.argmax()), room.shape)
    if room[row, column] < half:
        return []
    return [{
        "text": title, "ink": ink(party),
        "x": round((float(column) + 0.5) * cell, 1), "y": round(frame.height - (float(row) + 0.5) * cell, 1),
    }]  # fmt: skip


def dots(model: DetentionModel, people: np.ndarray) -> tuple[str, int]:
    """SVG path of a dot for every so many people at large, in their cells, and how many a dot stands for."""
    if not len(people):
        return "", 1
    each = _round(max(1.0, len(people) / DOTS))
    frame = Frame.of(model.resolved.theatre.grid)
    cell = frame.width / model.truth.control.shape[1]
    chosen = np.sort(people)[::each]
    places = model.truth.fugitive[chosen]
    # Where a dot stands about the middle of its cell is fixed by the person, or the dots would swarm.
    away, turn = 0.8 * np.sqrt(chosen * 0.7548776662 % 1.0), 2 * np.pi * (chosen * 0.5698402910 % 1.0)
    x = np.clip((places["column"] + 0.5 + away * np.cos(turn)) * cell, 0.0, frame.width)
    y = np.clip(frame.height - (places["row"] + 0.5 + away * np.sin(turn)) * cell, 0.0, frame.height)
    return "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True)), each


def _round(value: float) -> int:
    """The first of 1, 2, 5, 10, 20, ... not below the value."""
    power = 1
    while True:
        for k in (1, 2, 5):
            if k * power >= value - 1e-9:
                return k * power
        power *= 10
