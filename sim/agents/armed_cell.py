"""ArmedCell: a cell of the held movement outside. It plans by weakness and prize, and attacks."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.guard import present
from sim.engine.arrayset import RowAgent, array_column
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, poisson_quantile, uniform
from sim.world.codes import (
    DAY,
    NEVER,
    NO_ASSAULT,
    REJOINED,
)
from sim.world.ground import distance_km
from sim.world.state import Truth

ARMED_CELL = np.dtype([("x", "f8"), ("y", "f8"), ("strength", "f8")], align=True)

DATED_ATTACK = np.dtype([("minute", "i8"), ("facility", "i8"), ("attackers", "f8"), ("done", "i8")], align=True)

THEATRE = name_key("theatre")
COUNT = name_key("attacks.count")
TIME = name_key("attacks.time")
ACCEPT = name_key("attacks.accept")
CELL = name_key("attacks.cell")
SIZE = name_key("attacks.size")
TARGET = name_key("attacks.target")
DATED = name_key("attacks.dated")


@compiled
def can_be_attacked(t: Truth, f: int) -> bool:
    """A facility with detained people, not under assault, held by an enemy of the movement."""
    site = t.facility[f]
    movement = t.clock[0].movement
    if site.resident == 1 or site.held == 0 or site.assault != NO_ASSAULT:
        return False
    return movement >= 0 and (t.hostile[site.controller, movement] or t.hostile[movement, site.controller])


@compiled
def appeal(t: Truth, f: int, x: float, y: float) -> float:
    """Logarithm of a target's weight: prize, distance from the cell, guards that ward off."""
    par = t.par[0]
    site = t.facility[f]
    prize = site.fighters + par.armed_cells_family_prize * (site.held - site.fighters)
    if prize <= 0.0:
        return -math.inf
    km = distance_km(x, y, site.x, site.y)
    return math.log(prize) - km / par.armed_cells_plan_km - 10.0 * par.armed_cells_ward * present(t, f) / site.held


@compiled
def begin(t: Truth, f: int, minute: int, attackers: float) -> None:
    """An attack with so many people is due at a facility."""
    t.facility[f].assault_due = minute
    t.facility[f].rest_until = 0
    t.facility[f].attackers_due = max(1.0, math.floor(attackers + 0.5))


@compiled
def choose_target(t: Truth, cell: int, day: int, k: int) -> int:
    """The facility a cell attacks: weighted choice by the largest log weight plus Gumbel noise; -1 if none."""
    clock = t.clock[0]
    best = -1
    best_score = -math.inf
    for f in range(t.facility.shape[0]):
        if not can_be_attacked(t, f):
            continue
        u = uniform(clock.seed, TARGET, clock.replicate, t.facility[f].key, day, k)
        score = appeal(t, f, t.cell[cell].x, t.cell[cell].y) - math.log(-math.log(u))
        if score > best_score:
            best_score = score
            best = f
    return best


@compiled
def which_cell(t: Truth, u: float) -> int:
    """The cell at cumulated share u of all strength."""
    total = 0.0
    for c in range(t.cell.shape[0]):
        total += t.cell[c].strength
        if total / t.clock[0].armed_strength >= u:
            return c
    return t.cell.shape[0] - 1


@compiled
def attacks(t: Truth) -> None:
    """Attacks that begin in this step: dated ones, then the day's candidates, thinned by growth."""
    clock = t.clock[0]
    par = t.par[0]
    for k in range(t.attack.shape[0]):
        dated = t.attack[k]
        if dated.done == 1 or dated.minute >= clock.m1:
            continue
        dated.done = 1
        site = t.facility[dated.facility]
        if site.held > 0 and site.resident == 0 and site.assault == NO_ASSAULT and site.assault_due == NEVER:
            z = normal_quantile(uniform(clock.seed, DATED, clock.replicate, THEATRE, 0, k))
            size = dated.attackers * math.exp(par.armed_cells_attackers_sd * z)
            begin(t, dated.facility, max(dated.minute, clock.m0), size)
    if clock.armed_strength <= 0.0 or par.armed_cells_attacks_per_month <= 0.0:
        return
    day = clock.m0 // DAY * DAY
    if clock.m0 == day:
        mean = par.armed_cells_attacks_per_month / 30.0 * par.armed_cells_growth_max
        clock.candidates = poisson_quantile(uniform(clock.seed, COUNT, clock.replicate, THEATRE, day, 0), mean)
    for k in range(clock.candidates):
        minute = day + int(math.floor(1440.0 * uniform(clock.seed, TIME, clock.replicate, THEATRE, day, k)))
        if minute < clock.m0 or minute >= clock.m1:
            continue
        growth = min(par.armed_cells_growth_max, 1.0 + par.armed_cells_growth_per_100 * t.states[REJOINED] / 100.0)
        u = uniform(clock.seed, ACCEPT, clock.replicate, THEATRE, day, k)
        if u >= growth / par.armed_cells_growth_max:
            continue
        cell = which_cell(t, uniform(clock.seed, CELL, clock.replicate, THEATRE, day, k))
        target = choose_target(t, cell, day, k)
        if target >= 0 and t.facility[target].assault_due == NEVER:
            z = normal_quantile(uniform(clock.seed, SIZE, clock.replicate, THEATRE, day, k))
            begin(t, target, minute, par.armed_cells_attackers * math.exp(par.armed_cells_attackers_sd * z))


class ArmedCell(RowAgent):
    """A cell of the held movement outside."""

    x = array_column("cell", "x", doc="km from the west edge")
    y = array_column("cell", "y", doc="km from the south edge")
    strength = array_column("cell", "strength", doc="relative")
