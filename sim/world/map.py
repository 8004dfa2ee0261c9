"""The map: cells, the party that controls each, how easily it is crossed, and distances in kilometres."""

from __future__ import annotations

import math

import numpy as np

from sim.engine.columns import fixed, owned, state
from sim.engine.compiled import compiled
from sim.scenario.theatre import Area, Grid, Theatre
from sim.world.state import Truth

GROUND = owned(
    __name__,
    state("ground_state", "i8", "", "counts up from 1 whenever a cell changes hands", start=1),
    fixed("width_km", "f8", "km", "width of the map"),
    fixed("height_km", "f8", "km", "height of the map"),
)
"""Columns of CLOCK."""


def area_mask(grid: Grid, area: Area) -> np.ndarray:
    """Return the cells whose centre lies in the area's box: bool (height, width)."""
    west, south, east, north = area.box
    x0, y0 = grid.kilometres(south, west)
    x1, y1 = grid.kilometres(north, east)
    x = (np.arange(grid.width) + 0.5) * grid.cell_km
    y = (np.arange(grid.height) + 0.5) * grid.cell_km
    return np.asarray(((y >= y0) & (y <= y1))[:, None] & ((x >= x0) & (x <= x1))[None, :])


def layers(theatre: Theatre, party_index: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return control at the start (int16) and terrain (float64), both (height, width), and the areas' masks."""
    grid = theatre.grid
    control = np.full((grid.height, grid.width), party_index[theatre.ground], dtype=np.int16)
    terrain = np.ones((grid.height, grid.width))
    masks = np.zeros((len(theatre.areas), grid.height, grid.width), dtype=np.bool_)
    for index, area in enumerate(theatre.areas.values()):
        masks[index] = area_mask(grid, area)
        if area.party is not None:
            control[masks[index]] = party_index[area.party]
        if area.terrain is not None:
            terrain[masks[index]] = area.terrain
    return control, terrain, masks


@compiled
def take_cell(t: Truth, row: int, column: int, party: int) -> None:
    """Give a cell to a party."""
    t.control[row, column] = party
    t.clock[0].ground_state += 1


@compiled
def distance_km(x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the straight distance between two points, km."""
    return math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))


@compiled
def cell_at(t: Truth, x: float, y: float) -> tuple[int, int]:
    """Return row and column of the cell that holds a point of the map, given in km from its west and south edges."""
    size = t.parameters[0].cell_km
    height, width = t.control.shape
    return min(height - 1, int(y / size)), min(width - 1, int(x / size))


@compiled
def on_the_map(t: Truth, x: float, y: float) -> tuple[float, float]:
    """Return the point of the map that is nearest to a point, km."""
    return min(max(x, 0.0), t.clock[0].width_km), min(max(y, 0.0), t.clock[0].height_km)


@compiled
def edge_km(x: float, y: float, width_km: float, height_km: float) -> float:
    """Return the distance of a point of the map from its nearest edge, km."""
    return min(min(x, width_km - x), min(y, height_km - y))
