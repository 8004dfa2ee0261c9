"""OccupyingForce: a unit on the move. It takes ground; ground that changes hands takes facilities with it."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.attributes import party_name
from sim.agents.guard import calm_everyone, guards_changed, present, relieve
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.world.codes import (
    CONTROL,
    CUSTODY_CHANGE,
    DAY,
    FORMAL,
    GUARDED,
    HASTY,
    MOVING,
    NEVER,
    NONE,
    OCCUPIED,
    RELEASED,
)
from sim.world.ground import distance_km
from sim.world.record import note
from sim.world.state import Truth

UNIT = np.dtype(
    [
        ("key", "u8"),
        ("party", "i8"),
        ("start", "i8"),
        ("stops", "i8"),
        ("km_per_day", "f8"),
        ("x", "f8"),
        ("y", "f8"),
        ("objective", "i8"),
        ("objective_end", "i8"),
        ("active", "i8"),
        ("seen", "i8"),  # state of the ground at its last look from where it stands, 0 for none
    ],
    align=True,
)

GAP = name_key("control.gap")
POLICY = name_key("control.policy")
PACE = name_key("unit.pace")


@compiled
def change_control(t: Truth, f: int, to: int, handover: int) -> None:
    """A facility passes to a party; the first change of each facility is its only one."""
    site = t.facility[f]
    if site.changed == 1 or site.controller == to:
        return
    clock = t.clock[0]
    par = t.par[0]
    site.changed = 1
    site.controller = to
    t.control[site.row, site.column] = to
    clock.ground_state += 1
    if clock.formal_everywhere == 1 or site.formal_lever == 1:
        handover = FORMAL
    elif handover < 0:
        handover = clock.handover
    spread = math.exp(par.control_gap_sd * normal_quantile(uniform(clock.seed, GAP, clock.replicate, site.key, 0, 0)))
    hours = t.party[to].setup_hours
    if handover == HASTY:
        hours = par.control_hasty_hours * spread
    elif handover != FORMAL:
        hours += par.control_none_hours * spread
    site.custody_due = clock.m0 + int(math.floor(60.0 * hours))
    clock.ground_due = min(clock.ground_due, site.custody_due)
    guards_changed(t, f)
    note(t, clock.m0, CONTROL, f, to, present(t, f))
    if handover == FORMAL:
        site.formal = 1
        return
    relieve(t, f)
    if site.custody == GUARDED:
        site.custody = NONE
        calm_everyone(t, f)


@compiled
def take_custody(t: Truth, f: int) -> None:
    """The occupier does with the people what its policy says: frees, moves, neglects or keeps them."""
    clock = t.clock[0]
    site = t.facility[f]
    party = t.party[site.controller]
    site.custody_due = NEVER
    site.keeper = site.controller
    relieve(t, f)
    guards_changed(t, f)
    free = 0.0 if site.formal == 1 else party.free
    neglect = 0.0 if site.formal == 1 else party.neglect
    v = uniform(clock.seed, POLICY, clock.replicate, site.key, 0, 0)
    if v < free:
        site.custody = RELEASED
    elif v < free + party.move:
        site.custody = MOVING
    elif v < free + party.move + neglect:
        site.custody = NONE
    else:
        site.custody = OCCUPIED
        site.occupier_guards = max(1.0, party.guards_per_100 * site.held / 100.0)
    if site.custody != OCCUPIED:
        calm_everyone(t, f)
    note(t, clock.m0, CUSTODY_CHANGE, f, site.custody, site.occupier_guards)


@compiled
def dated_changes(t: Truth) -> None:
    """Changes of the scenario's table, in date order."""
    m0 = t.clock[0].m0
    for k in range(t.changes.shape[0]):
        change = t.changes[k]
        if change.done == 1 or change.minute > m0:
            continue
        change.done = 1
        if change.facility >= 0:
            change_control(t, change.facility, change.to, change.handover)
            continue
        t.clock[0].ground_state += 1
        mask = t.areas[change.area]
        height, width = mask.shape
        for row in range(height):
            for column in range(width):
                if mask[row, column]:
                    t.control[row, column] = change.to
        for f in range(t.facility.shape[0]):
            if mask[t.facility[f].row, t.facility[f].column]:
                change_control(t, f, change.to, change.handover)


@compiled
def march(t: Truth, u: int) -> None:
    """A unit moves along its objectives for the part of the step in which it is active."""
    clock = t.clock[0]
    unit = t.unit[u]
    minutes = min(clock.m1, unit.stops) - max(clock.m0, unit.start)
    unit.active = 1 if minutes > 0 else 0
    if minutes <= 0 or unit.objective == unit.objective_end:
        return
    unit.seen = 0
    day = clock.m0 // DAY * DAY
    z = normal_quantile(uniform(clock.seed, PACE, clock.replicate, unit.key, day, 0))
    left = unit.km_per_day / 24.0 * math.exp(t.par[0].control_pace_sd * z) * (minutes / 60.0)
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
def contest(t: Truth, row: int, column: int, party: int) -> None:
    """Facilities in a cell that a party has taken are contested from now on."""
    clock = t.clock[0]
    f = t.site_at[row, column]
    while f >= 0:
        site = t.facility[f]
        open_to_it = site.dated == 0 and site.changed == 0 and site.contested_due == NEVER
        if open_to_it and t.hostile[party, site.controller]:
            site.contested_due = clock.m1 + int(math.floor(60.0 * t.par[0].control_contest_hours))
            site.contested_by = party
            clock.ground_due = min(clock.ground_due, site.contested_due)
        f = site.next_here


@compiled
def take_ground(t: Truth, u: int) -> None:
    """Cells with their centre in reach and in hostile hands change hands; facilities on them are contested."""
    clock = t.clock[0]
    par = t.par[0]
    unit = t.unit[u]
    if unit.seen == clock.ground_state:
        return
    reach = par.control_reach_km
    size = par.cell_km
    height, width = t.control.shape
    for row in range(max(0, int((unit.y - reach) / size - 1)), min(height, int((unit.y + reach) / size + 2))):
        for column in range(max(0, int((unit.x - reach) / size - 1)), min(width, int((unit.x + reach) / size + 2))):
            if not t.hostile[unit.party, t.control[row, column]]:
                continue
            if distance_km(unit.x, unit.y, (column + 0.5) * size, (row + 0.5) * size) > reach:
                continue
            t.control[row, column] = unit.party
            clock.ground_state += 1
            contest(t, row, column, unit.party)
    unit.seen = clock.ground_state


@compiled
def measure_threat(t: Truth) -> None:
    """Distance of the nearest active hostile unit to every facility, and the threat it is."""
    clock = t.clock[0]
    any_active = 0
    for u in range(t.unit.shape[0]):
        any_active |= t.unit[u].active
    if any_active == 0 and clock.threatened == 0:
        return
    clock.threatened = any_active
    reach = t.par[0].guards_flee_km
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        nearest = math.inf
        for u in range(t.unit.shape[0]):
            unit = t.unit[u]
            if unit.active == 1 and t.hostile[unit.party, site.controller]:
                nearest = min(nearest, distance_km(unit.x, unit.y, site.x, site.y))
        if nearest <= t.par[0].shelling_front_km:
            site.rest_until = 0
        if nearest != site.distance:
            site.distance = nearest
            site.threat = math.exp(-nearest / reach)


@compiled
def hand_over(t: Truth) -> None:
    """Contested places that fall now, custody that is taken now; then when the next of either is due."""
    clock = t.clock[0]
    clock.ground_due = NEVER
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.contested_due <= clock.m0:
            site.contested_due = NEVER
            change_control(t, f, site.contested_by, -1)
        if site.custody_due <= clock.m0:
            take_custody(t, f)
        clock.ground_due = min(clock.ground_due, site.contested_due, site.custody_due)


@compiled
def ground(t: Truth) -> None:
    """Control of ground and facilities in a step: the table, contested places, custody taken, units on the move."""
    m0 = t.clock[0].m0
    dated_changes(t)
    if t.clock[0].ground_due <= m0:
        hand_over(t)
    for u in range(t.unit.shape[0]):
        march(t, u)
        if t.unit[u].active == 1:
            take_ground(t, u)
    measure_threat(t)


class OccupyingForce(RowAgent):
    """A unit on the move."""

    party = party_name("unit", "party")
    x = array_column("unit", "x", doc="km from the west edge")
    y = array_column("unit", "y", doc="km from the south edge")
    active = Column(lambda model, rows: model.truth.unit["active"][rows] == 1, "on the move")
