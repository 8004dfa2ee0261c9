"""OccupyingForce: a unit on the move. It takes ground and threatens facilities; the view."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.attributes import party_name
from sim.agents.control import contest, dated_changes, hand_over
from sim.agents.evacuation import evacuations
from sim.agents.flight import may_flee
from sim.agents.given import Given
from sim.agents.rest import wake
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.columns import Record, fixed, owned, saved, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.world.codes import DAY
from sim.world.map import distance_km, take_cell
from sim.world.state import Truth

UNIT = Record(
    "UNIT",
    owned(
        __name__,
        fixed("key", "u8", "", "key of its name in random numbers"),
        fixed("party", "i8", "", "index of its party"),
        fixed("start", "i8", "min", "when it starts"),
        fixed("stops", "i8", "min", "when it stops"),
        fixed("km_per_day", "f8", "km/day", "pace, median", "control.offensives.*.km_per_day"),
        state("x", "f8", "km", "east of the map's west edge"),
        state("y", "f8", "km", "north of the map's south edge"),
        state("objective", "i8", "", "index of the next objective"),
        fixed("objective_end", "i8", "", "index behind its last objective"),
        state("active", "i8", "0/1", "1 while it is on the move or fights"),
        saved("seen", "i8", "", "state of the ground at its last look from where it stands, 0 for none", forget=0),
    ),
)
THREAT = owned(
    __name__,
    state("threat", "f8", "", "threat of hostile units, 0-1"),
    state("distance", "f8", "km", "to the nearest hostile active unit", start=math.inf),
    state("front_km", "f8", "km", "to the nearest hostile unit that advances, as last known", start=math.inf),
)
"""Columns of FACILITY."""
THREATENED = owned(
    __name__, saved("threatened", "i8", "0/1", "1 while the facilities' threat is not all zero", forget=1)
)
"""Columns of CLOCK."""

PACE = name_key("unit.pace")


def units_and_objectives(given: Given) -> tuple[np.ndarray, np.ndarray]:
    """Return the UNIT rows of the offensives, and all their objectives: float64 (objectives, 2), km."""
    theatre = given.theatre
    offensives = given.scenario.control.offensives

    def at(name: str) -> tuple[float, float]:
        place = theatre.places.get(name) or theatre.facilities[name]
        return theatre.grid.kilometres(place.lat, place.lon)

    rows = UNIT.rows(len(offensives))
    points: list[tuple[float, float]] = []
    for index, (row, offensive) in enumerate(zip(rows, offensives, strict=True)):
        row["key"] = name_key(f"{offensive.party}-{index}")
        row["party"] = given.party(offensive.party)
        row["start"], row["stops"] = given.minute(offensive.start), given.minute(offensive.stops)
        row["x"], row["y"] = at(offensive.origin or offensive.objectives[0])
        row["objective"] = len(points)
        points += [at(name) for name in offensive.objectives]
        row["objective_end"] = len(points)
    return rows, np.array(points, dtype=np.float64).reshape(-1, 2)


@compiled
def march(t: Truth, u: int) -> None:
    """Move a unit along its objectives for the part of the step in which it is active."""
    clock = t.clock[0]
    unit = t.unit[u]
    minutes = min(clock.m1, unit.stops) - max(clock.m0, unit.start)
    unit.active = 1 if minutes > 0 else 0
    if minutes <= 0 or unit.objective == unit.objective_end:
        return
    unit.seen = 0
    day = clock.m0 // DAY * DAY
    z = normal_quantile(uniform(clock.seed, PACE, clock.replicate, unit.key, day, 0))
    left = unit.km_per_day / 24.0 * math.exp(t.parameters[0].control_pace_sd * z) * (minutes / 60.0)
    while left > 0.0 and unit.objective < unit.objective_end:
        x, y = t.objective[unit.objective, 0], t.objective[unit.objective, 1]
        km = distance_km(unit.x, unit.y, x, y)
        if km <= left:
            unit.x = x
            unit.y = y
            unit.objective += 1
            left -= km
        else:
            unit.x += (x - unit.x) * (left / km)
            unit.y += (y - unit.y) * (left / km)
            left = 0.0


@compiled
def take_ground(t: Truth, u: int) -> None:
    """Take the cells in hostile hands whose centre is in reach."""
    clock = t.clock[0]
    params = t.parameters[0]
    unit = t.unit[u]
    if unit.seen == clock.ground_state:
        return
    reach = params.control_reach_km
    size = params.cell_km
    height, width = t.control.shape
    for row in range(max(0, int((unit.y - reach) / size - 1)), min(height, int((unit.y + reach) / size + 2))):
        for column in range(max(0, int((unit.x - reach) / size - 1)), min(width, int((unit.x + reach) / size + 2))):
            if not t.hostile[unit.party, t.control[row, column]]:
                continue
            if distance_km(unit.x, unit.y, (column + 0.5) * size, (row + 0.5) * size) > reach:
                continue
            take_cell(t, row, column, unit.party)
    unit.seen = clock.ground_state


@compiled
def measure_threat(t: Truth) -> None:
    """Set every facility's distance from the nearest active hostile unit, and its threat exp(-distance / flee_km).

    Units within their reach contest it.
    """
    clock = t.clock[0]
    any_active = 0
    for u in range(t.unit.shape[0]):
        any_active |= t.unit[u].active
    if any_active == 0 and clock.threatened == 0:
        return
    clock.threatened = any_active
    reach = t.parameters[0].guards_flee_km
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        nearest = math.inf
        advancing = math.inf
        for u in range(t.unit.shape[0]):
            unit = t.unit[u]
            if unit.active == 1 and t.hostile[unit.party, site.controller]:
                km = distance_km(unit.x, unit.y, site.x, site.y)
                nearest = min(nearest, km)
                if unit.km_per_day > 0.0:
                    advancing = min(advancing, km)
                if km <= t.parameters[0].control_reach_km:
                    contest(t, f, unit.party)
        if advancing < math.inf:
            site.front_km = advancing
        if nearest <= t.parameters[0].shelling_front_km or may_flee(t, f):
            wake(t, f)
        if nearest != site.distance:
            site.distance = nearest
            site.threat = math.exp(-nearest / reach)


@compiled
def control_of_ground(t: Truth) -> None:
    """Step control of ground and facilities: table, contested facilities, custody taken, units, evacuation."""
    m0 = t.clock[0].m0
    dated_changes(t)
    if t.clock[0].ground_due <= m0:
        hand_over(t)
    for u in range(t.unit.shape[0]):
        march(t, u)
        if t.unit[u].active == 1:
            take_ground(t, u)
    measure_threat(t)
    evacuations(t)


class OccupyingForce(RowAgent):
    """A unit on the move."""

    party = party_name("unit", "party")
    x = array_column("unit", "x", doc="km from the west edge")
    y = array_column("unit", "y", doc="km from the south edge")
    active = Column(lambda model, rows: model.truth.unit["active"][rows] == 1, "on the move")
