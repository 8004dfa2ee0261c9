"""Exits: the people who cross the perimeter in a substep, depending on custody."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.account import book_exits, book_person, book_residents, book_transferred
from sim.agents.assault import count_through_gate, gate_held
from sim.agents.at_large import get_out
from sim.agents.detainee import change_state, depart, most_people, next_in_order
from sim.agents.disorder_lists import few_active_in_order, has_few_active
from sim.agents.shelling import use_exposed
from sim.agents.thresholds import containment
from sim.engine.compiled import compiled
from sim.engine.random import name_key, poisson_quantile, uniform
from sim.world.codes import (
    ABANDONMENT,
    ASSAULT,
    DISORDER,
    FIGHTER,
    GUARDED,
    MOVING,
    NO_ASSAULT,
    NONE,
    OCCUPIED,
    RELEASE,
    RELEASED,
    SHELLING,
    TRANSFERRED,
)
from sim.world.state import Truth

EXITS = name_key("exits")


@compiled
def let_out(t: Truth, f: int, n: int, only_active: bool, minute: int, cause: int) -> int:
    """Let out the next n units in order. Return the number of people who got out."""
    if n <= 0:
        return 0
    chosen = np.empty(most_people(t, f, n), np.int64)
    if only_active and has_few_active(t, f):
        found = few_active_in_order(t, f, n, chosen)
    else:
        found = next_in_order(t, f, only_active, True, n, chosen)
    fighters = 0
    for k in range(found):
        fighters += t.people[chosen[k]].kind == FIGHTER
        book_person(t, chosen[k])
        get_out(t, chosen[k], minute)
    if found > 0:
        book_exits(t, f, found, fighters, minute, cause)
    return found


@compiled
def cause_now(site: Any, cause: int, minute: int) -> int:
    """Return the cause that applies first: an assault, on or over for less than six hours, precedes all but release."""
    if cause != RELEASE and (site.assault != NO_ASSAULT or minute < site.assault_until):
        return ASSAULT
    return cause


@compiled
def left_to_go(t: Truth, f: int) -> int:
    """Return the people who would still leave without custody: leave_share of those at the start, less those gone."""
    site = t.facility[f]
    gone = site.escaped if site.resident == 0 else site.held0 - site.held
    return int(min(site.held, int(math.floor(site.leave_now * site.held0 + 0.5)) - gone))


@compiled
def units_of(t: Truth, f: int, people: int) -> int:
    """Return the units that so many people of a facility make, rounded up."""
    site = t.facility[f]
    return int(people if site.units == site.held else -(-people * site.units // site.held))


@compiled
def exits(t: Truth, f: int, guards: float, minute: int) -> None:
    """Let out, or move out, the units that leave in this substep, depending on custody.

    The flow is in people, the pool and the number drawn in units. Parameters: guards, effective guards C; minute, the
    substep's first.
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    hours = clock.substep_minutes / 60.0
    whole = site.flow * hours
    kept = site.custody == GUARDED or site.custody == OCCUPIED
    pool = 0
    mean = whole
    cause = RELEASE
    if site.custody == RELEASED:
        pool = site.units if site.resident == 0 else 0
    elif gate_held(t, f):
        pool = units_of(t, f, min(site.held, int(math.floor(site.opened)) - site.gate_out))
        mean = max(whole, params.assault_flow_per_hour * hours)
        cause = ASSAULT
    elif site.custody == NONE:
        pool = units_of(t, f, left_to_go(t, f))
        mean = whole * site.opening
        cause = ABANDONMENT
    elif kept:
        exposed = site.exposed
        if exposed > 0 and site.units < site.held:
            exposed = (2 * exposed * site.units + site.held) // (2 * site.held)
        pool = min(site.units, site.active + exposed)
        if pool > 0:
            beyond = max(0.0, site.opening - site.opening0)  # a perimeter in order lets no crowd through
            mean = whole * beyond * (1.0 - containment(guards, float(pool), 0.0, params.walls_gate_k))
        cause = SHELLING if minute < site.shell_until else DISORDER
    elif site.custody == MOVING:
        pool = site.units if site.resident == 0 else 0
        mean = whole / 4.0
    if pool <= 0:
        return
    if site.units < site.held:
        mean = mean * site.units / site.held
    n = min(pool, poisson_quantile(uniform(clock.seed, EXITS, clock.replicate, site.key, minute, 0), mean))
    if n <= 0:
        return
    if site.resident == 1:
        book_residents(t, f, n)
        return
    if site.custody == MOVING and not gate_held(t, f):
        move_out(t, f, n)
        return
    active_first = min(n, site.active)
    active_out = let_out(t, f, active_first, True, minute, cause_now(site, cause, minute))
    others_out = let_out(t, f, n - active_first, False, minute, cause_now(site, cause, minute))
    if gate_held(t, f) and site.custody != RELEASED:
        count_through_gate(t, f, active_out + others_out)
    elif kept:
        use_exposed(t, f, others_out)


@compiled
def move_out(t: Truth, f: int, n: int) -> None:
    """Transfer the next n units out of the modelled facilities."""
    chosen = np.empty(most_people(t, f, n), np.int64)
    found = next_in_order(t, f, False, True, n, chosen)
    for k in range(found):
        depart(t, chosen[k])
        change_state(t, chosen[k], TRANSFERRED)
    book_transferred(t, f, found)
