"""Facility: a prison, a policed annex or the residents of a camp. Its description, start and step; the view."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.account import begin_account, begin_account_of_all, begin_episode_step
from sim.agents.assault import assault, begin_assault, gate_held
from sim.agents.at_rest import can_rest, is_at_rest, rest
from sim.agents.attributes import own_name, party_name
from sim.agents.custody import keep_or_leave, open_custody
from sim.agents.disorder import agitate, begin_substep, disorder, mood, open_mood
from sim.agents.evacuation import decide_evacuation
from sim.agents.events import draw_event
from sim.agents.exits import exits
from sim.agents.flight import flight, may_flee
from sim.agents.given import Given
from sim.agents.guard import draw_guards, present, upkeep_here
from sim.agents.incident import draw_incidents, end_incident, incident, pulls_guards
from sim.agents.rest import wake
from sim.agents.shelling import expect_fire, shelling
from sim.agents.stealth import draw_candidates, stealth
from sim.agents.tunnel import tunnel
from sim.agents.walls import open_walls, walls
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.columns import fixed, owned
from sim.engine.compiled import compiled
from sim.engine.random import name_key
from sim.world.codes import CUSTODY, GUARDED, NO_ASSAULT, OCCUPIED
from sim.world.state import Truth

SITE = owned(
    __name__,
    fixed("key", "u8", "", "key of its name in random numbers"),
    fixed("x", "f8", "km", "east of the map's west edge"),
    fixed("y", "f8", "km", "north of the map's south edge"),
    fixed("column", "i8", "", "column of its cell"),
    fixed("row", "i8", "", "row of its cell"),
    fixed("next_in_square", "i8", "", "next facility of detained people in the same square, -1 for none", start=-1),
    fixed("camp", "i8", "0/1", "1 camp, 0 prison"),
    fixed("resident", "i8", "0/1", "1 if its people may walk out"),
    fixed("capacity", "f8", "persons", "people it was built for", "theatre.facilities.*.capacity"),
    fixed(
        "leave_share",
        "f8",
        "share",
        "of those held, who leave when nobody guards; NaN: walls.leave_share",
        "theatre.facilities.*.leave_share",
    ),
)
"""Columns of FACILITY that say what and where it is."""
SQUARES = owned(
    __name__,
    fixed("sites", "i8", "", "number of facilities of detained people"),
    fixed("square_km", "f8", "km", "side of a square of the map with about one facility"),
)
"""Columns of CLOCK."""


def describe_sites(rows: np.ndarray, given: Given) -> None:
    """Write what and where each facility is into rows of FACILITY."""
    grid = given.theatre.grid
    for row, (name, facility) in zip(rows, given.theatre.facilities.items(), strict=True):
        row["key"] = name_key(name)
        row["x"], row["y"] = grid.kilometres(facility.lat, facility.lon)
        row["column"], row["row"] = grid.cell_of(row["x"], row["y"])
        row["camp"] = facility.kind == "camp"
        row["resident"] = facility.regime == "resident"


def first_in_squares(rows: np.ndarray, extent_km: tuple[float, float], clock: np.ndarray) -> np.ndarray:
    """Return the first facility of detained people in squares of the map with about one each, -1 for none.

    Each facility notes the next one in its square. Parameters: rows of FACILITY and the CLOCK, written; extent_km,
    height and width of the map.
    """
    height_km, width_km = extent_km
    side = math.sqrt(height_km * width_km / max(1, len(rows)))
    clock["square_km"] = side
    clock["sites"] = int((rows["resident"] == 0).sum())
    first = np.full((math.ceil(height_km / side), math.ceil(width_km / side)), -1, np.int32)
    down, across = first.shape
    for f in reversed(np.flatnonzero(rows["resident"] == 0)):
        row = min(max(0, int(rows["y"][f] / side)), down - 1)
        column = min(max(0, int(rows["x"][f] / side)), across - 1)
        rows["next_in_square"][f] = first[row, column]
        first[row, column] = f
    return first


@compiled
def effective_guards(t: Truth, f: int, minute: int) -> float:
    """Return C, the effective guards on shift: guards present over shifts, by effectiveness, upkeep, cameras, walls.

    Less the shares that an assault suppresses, and that shelling and incidents pull from posts. Parameters: minute, the
    substep's first.
    """
    params = t.parameters[0]
    site = t.facility[f]
    value = present(t, f) / params.guards_shifts * t.party[site.keeper].effectiveness * upkeep_here(t, f)
    value *= 1.0 + params.guards_camera_gain * site.cameras
    value *= 1.0 + params.guards_wall_gain * site.walls_added
    if gate_held(t, f):
        value *= 1.0 - params.assault_suppress_share
    if minute < site.pulled_until:
        value *= 1.0 - params.shelling_pull_share
    if pulls_guards(t, f):
        value *= 1.0 - params.unrest_pull_share
    return value


@compiled
def open_facility(t: Truth, f: int) -> None:
    """Set a facility to its start: walls and cameras with the hardening lever, guards, custody, authority."""
    site = t.facility[f]
    if math.isnan(site.capacity):
        site.capacity = float(site.held0) if site.held0 > 0 else math.inf
    draw_event(t, f)
    decide_evacuation(t, f)
    open_walls(t, f)
    open_mood(t, f)
    draw_guards(t, f)
    open_custody(t, f)


@compiled
def new_day(t: Truth, f: int) -> None:
    """Draw a facility's numbers of the day: agitation, lone escapes, incidents; hits when first needed."""
    if t.facility[f].resident == 1:
        return
    wake(t, f)
    agitate(t, f)
    draw_candidates(t, f)
    draw_incidents(t, f)
    expect_fire(t, f)


@compiled
def step_facility(t: Truth, f: int) -> None:
    """Step one facility, substep by substep: flight, assault, fire, incidents, lone escapes, disorder, exits, walls."""
    clock = t.clock[0]
    site = t.facility[f]
    wake(t, f)
    if site.resident == 0:
        mood(t, f, clock.news, site.held)
    flight(t, f, clock.m0)
    keep_or_leave(t, f, clock.m0)
    guards = effective_guards(t, f, clock.m0)
    if can_rest(t, f, guards):
        if not may_flee(t, f):
            rest(t, f, guards)
        return
    begin_episode_step(t, f)
    for k in range(clock.substeps):
        minute = clock.m0 + k * clock.substep_minutes
        if k > 0:
            flight(t, f, minute)
            keep_or_leave(t, f, minute)
        if site.assault_due < minute + clock.substep_minutes:
            begin_assault(t, f, minute)
        if site.assault != NO_ASSAULT:
            assault(t, f, minute)
        if site.resident == 0:
            end_incident(t, f, minute)
            shelling(t, f, minute)
            incident(t, f, minute)
            stealth(t, f, minute)
            tunnel(t, f, minute)
        guards = effective_guards(t, f, minute)
        begin_substep(t, f)
        if site.resident == 0 and site.held > 0 and (site.custody == GUARDED or site.custody == OCCUPIED):
            disorder(t, f, guards, minute)
        exits(t, f, guards, minute)
        walls(t, f)


@compiled
def facilities(t: Truth) -> None:
    """Step every facility but those at rest, where nothing can change."""
    begin_account_of_all(t)
    for f in range(t.facility.shape[0]):
        if not is_at_rest(t, f):
            begin_account(t, f)
            step_facility(t, f)


class Facility(RowAgent):
    """A prison, a policed annex, or the residents of a camp. It does not move."""

    name = own_name("facilities")
    controller = party_name("facility", "controller")
    custody = array_column("facility", "custody", CUSTODY)
    held = array_column("facility", "held")
    held0 = array_column("facility", "held0")
    active = array_column("facility", "active", doc="people in disorder")
    opening = array_column("facility", "opening", doc="opening of the perimeter, 0-1")
    authority = array_column("facility", "authority", doc="L, 0-1")
    agitation = array_column("facility", "agitation", doc="s")
    escaped = array_column("facility", "escaped", doc="exits so far")
    recaptured = array_column("facility", "recaptured")
    resident = Column(lambda model, rows: model.truth.facility["resident"][rows] == 1, "people may walk out")
    guards_present = Column(
        lambda model, rows: model.truth.facility["on_site"][rows] + model.truth.facility["occupier_guards"][rows],
        "guards on site, all shifts",
    )

    @property
    def cell(self) -> Any:
        """Return the grid cell it stands on."""
        site = self.model.truth.facility[self.row]
        return self.model.grid[int(site["column"]), int(site["row"])]

    @property
    def pos(self) -> tuple[int, int]:
        """Return column and row of the cell."""
        site = self.model.truth.facility[self.row]
        return int(site["column"]), int(site["row"])
