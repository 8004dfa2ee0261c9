"""Kilometres, cells, control and terrain of the map (ODD 5, last point), and the units that take it (7.4)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from sim.scenario.parameters import Offensive
from sim.scenario.theatre import Theatre

if TYPE_CHECKING:
    from tests.oracle.facility import Facility
    from tests.oracle.model import OracleModel

Cell = tuple[int, int]


class Ground:
    """The grid: a party and an ease of movement for every square cell."""

    def __init__(self, theatre: Theatre) -> None:
        grid = theatre.grid
        self.west, self.south, self.cell_km = grid.west, grid.south, grid.cell_km
        self.width, self.height = grid.width, grid.height
        self.middle = math.cos(math.radians(grid.south + grid.height * grid.cell_km / 222.64))
        self.boxes = {name: area.box for name, area in theatre.areas.items()}
        self.cells: list[Cell] = [(i, j) for j in range(grid.height) for i in range(grid.width)]
        self.control: dict[Cell, str] = {}
        self.terrain: dict[Cell, float] = {}
        for cell in self.cells:
            self.control[cell] = theatre.ground
            self.terrain[cell] = 1.0
        for name, area in theatre.areas.items():
            for cell in self.cells_in(name):
                if area.party is not None:
                    self.control[cell] = area.party
                if area.terrain is not None:
                    self.terrain[cell] = area.terrain

    def km(self, lat: float, lon: float) -> tuple[float, float]:
        """Kilometres east and north of the south-west corner."""
        return (lon - self.west) * 111.32 * self.middle, (lat - self.south) * 111.32

    def cell_at(self, x: float, y: float) -> Cell:
        """The cell that holds a point."""
        return math.floor(x / self.cell_km), math.floor(y / self.cell_km)

    def centre(self, cell: Cell) -> tuple[float, float]:
        """Kilometres of a cell's centre."""
        return (cell[0] + 0.5) * self.cell_km, (cell[1] + 0.5) * self.cell_km

    def cells_in(self, area: str) -> list[Cell]:
        """Cells with their centre in the box of an area."""
        west, south, east, north = self.boxes[area]
        x0, y0 = self.km(south, west)
        x1, y1 = self.km(north, east)
        return [cell for cell in self.cells if x0 <= self.centre(cell)[0] <= x1 and y0 <= self.centre(cell)[1] <= y1]

    def is_in(self, area: str, lat: float, lon: float) -> bool:
        """Whether a point lies in the box of an area."""
        west, south, east, north = self.boxes[area]
        return south <= lat <= north and west <= lon <= east

    @property
    def width_km(self) -> float:
        """Width of the map."""
        return self.width * self.cell_km

    @property
    def height_km(self) -> float:
        """Height of the map."""
        return self.height * self.cell_km

    def clipped(self, x: float, y: float) -> tuple[float, float]:
        """The point of the map nearest to a point."""
        return min(max(x, 0.0), self.width_km), min(max(y, 0.0), self.height_km)

    def cell_on_map(self, x: float, y: float) -> Cell:
        """The cell that holds a point of the map; its far edges belong to the last cells."""
        column, row = self.cell_at(x, y)
        return min(column, self.width - 1), min(row, self.height - 1)

    def edge_km(self, x: float, y: float) -> float:
        """From a point of the map to the nearest edge."""
        return min(x, self.width_km - x, y, self.height_km - y)


def distance(x0: float, y0: float, x1: float, y1: float) -> float:
    """Kilometres between two points."""
    dx, dy = x1 - x0, y1 - y0
    return math.sqrt(dx * dx + dy * dy)


class OccupyingForce(mesa.Agent):
    """A unit of an offensive, on the move along its objectives."""

    def __init__(self, model: OracleModel, index: int, offensive: Offensive) -> None:
        super().__init__(model)
        self.name = f"{offensive.party}-{index}"
        self.party = offensive.party
        self.km_per_day = offensive.km_per_day
        self.start = model.minute_of(offensive.start)
        self.stops = math.inf if offensive.stops is None else model.minute_of(offensive.stops)
        self.objectives = [model.place_km(name) for name in offensive.objectives]
        self.reached = 0
        self.x, self.y = self.objectives[0] if offensive.origin is None else model.place_km(offensive.origin)
        self.from_km = self.x, self.y

    def minutes_active(self) -> float:
        """Overlap of [start, stops) with the step."""
        return max(0, min(self.model.m1, self.stops) - max(self.model.m0, self.start))

    @property
    def active(self) -> bool:
        """Whether it is active in any part of the step."""
        return self.minutes_active() > 0

    def hostile_to(self, party: str) -> bool:
        """Whether this unit fights a party."""
        return self.model.hostile(self.party, party)

    def advance_along(self) -> None:
        """Straight to the objective and on to the next, as far as the pace of the day allows."""
        model = self.model
        pace_sd = model.sc.control.pace_sd
        pace = self.km_per_day / 24 * math.exp(pace_sd * model.draws.z("unit.pace", self.name, model.day_start, 0))
        left = pace * (self.minutes_active() / 60)
        while self.reached < len(self.objectives):
            x, y = self.objectives[self.reached]
            away = distance(self.x, self.y, x, y)
            if away > left:
                self.x += (x - self.x) * left / away
                self.y += (y - self.y) * left / away
                return
            self.x, self.y = x, y
            left -= away
            self.reached += 1

    def take_ground(self) -> None:
        """Take hostile cells within reach."""
        model = self.model
        for cell in model.ground.cells:
            x, y = model.ground.centre(cell)
            near = distance(self.x, self.y, x, y) <= model.sc.control.reach_km
            if near and self.hostile_to(model.ground.control[cell]):
                model.ground.control[cell] = self.party

    def contest(self, facility: Facility) -> None:
        """Contest a hostile facility within reach, unless its ground was given to others with whom there is no fight."""
        model, control = self.model, self.model.sc.control
        near = distance(self.x, self.y, facility.x, facility.y) <= control.reach_km
        theirs = facility.ground_given is not None and not self.hostile_to(facility.ground_given)
        free = not facility.changed and facility.contested_by is None and not model.has_dated_change(facility)
        if near and free and not theirs and self.hostile_to(facility.controller):
            facility.contested_by = self.party
            facility.contested_due = model.m1 + math.floor(60 * control.contest_hours)
