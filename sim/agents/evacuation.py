"""Evacuation: guards who bring people away from a facility that hostile units come near."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.account import book_moved
from sim.agents.custody import can_take_in, nearest_of
from sim.agents.detainee import arrive, depart, most_people, next_in_order
from sim.agents.exits import move_out
from sim.agents.rest import wake
from sim.engine.columns import drawn, owned
from sim.engine.compiled import compiled
from sim.engine.random import name_key, poisson_quantile, uniform
from sim.world.codes import GUARDED, MOVED, NEVER, NO_ASSAULT
from sim.world.map import distance_km
from sim.world.record import note
from sim.world.state import Truth

LEAVING = owned(
    __name__,
    drawn("evacuates", "i8", "0/1", "1 if its guards bring people away from the enemy"),
    drawn("awaited", "i8", "min", "earliest start of a hostile unit that starts near, NEVER if none"),
)
"""Columns of FACILITY."""
EVACUATIONS = owned(__name__, drawn("evacuators", "i8", "", "facilities whose guards would"))
"""Columns of CLOCK."""

EVACUATE = name_key("control.evacuate")
LORRIES = name_key("control.lorries")


@compiled
def decide_evacuation(t: Truth, f: int) -> None:
    """Draw whether the guards of a facility bring people away once the enemy is near; residents go as they like."""
    clock = t.clock[0]
    site = t.facility[f]
    u = uniform(clock.seed, EVACUATE, clock.replicate, site.key, 0, 0)
    site.evacuates = 1 if site.resident == 0 and u < t.party[site.initial].evacuate else 0
    clock.evacuators += site.evacuates
    site.awaited = NEVER
    for k in range(t.unit.shape[0]):
        unit = t.unit[k]
        near = distance_km(site.x, site.y, unit.x, unit.y) <= t.parameters[0].control_evacuate_km
        if near and t.hostile[unit.party, site.initial]:
            site.awaited = min(site.awaited, unit.start)


@compiled
def enemy_near(t: Truth, f: int) -> bool:
    """Return whether a hostile unit is near enough to bring people away, or is known to start near before long."""
    site = t.facility[f]
    params = t.parameters[0]
    warned = site.awaited - int(math.floor(60.0 * params.control_warning_hours))
    return bool(site.distance <= params.control_evacuate_km or warned <= t.clock[0].m0 < site.awaited)


@compiled
def shelter(t: Truth, f: int) -> int:
    """Return the nearest facility of the same controller that can take people in, far from the enemy; -1 for none."""
    open_to_it = np.zeros(t.facility.shape[0], np.bool_)
    for g in range(t.facility.shape[0]):
        other = t.facility[g]
        ours = g != f and other.resident == 0 and other.controller == t.facility[f].controller
        open_to_it[g] = ours and can_take_in(t, g) and not enemy_near(t, g)
    return nearest_of(t, f, open_to_it)


@compiled
def bring_away(t: Truth, f: int, n: int) -> None:
    """Move the next n units in order to a shelter, or out of the modelled facilities if there is none."""
    to = shelter(t, f)
    wake(t, f)
    if to < 0:
        move_out(t, f, n)
        return
    wake(t, to)
    chosen = np.empty(most_people(t, f, n), np.int64)
    found = next_in_order(t, f, False, True, n, chosen)
    for k in range(found):
        depart(t, chosen[k])
        arrive(t, chosen[k], to)
    book_moved(t, f, found)
    note(t, t.clock[0].m0, MOVED, f, to, float(found))


@compiled
def evacuations(t: Truth) -> None:
    """Let guards bring people away where they would, hold the facility still, and hostile units are near."""
    clock = t.clock[0]
    if clock.evacuators == 0:
        return
    params = t.parameters[0]
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.evacuates == 0 or site.held == 0 or not enemy_near(t, f):
            continue
        if site.custody != GUARDED or site.changed == 1 or site.assault != NO_ASSAULT:
            continue
        u = uniform(clock.seed, LORRIES, clock.replicate, site.key, clock.m0, 0)
        mean = params.control_evacuate_per_hour * clock.dt
        if site.units < site.held:
            mean = mean * site.units / site.held
        n = min(site.units, poisson_quantile(u, mean))
        if n > 0:
            bring_away(t, f, n)
