"""ArmedCell: a cell of the held movement outside. It chooses a target by weakness and prize, and attacks; the view."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.assault import expect_assault
from sim.agents.given import Given
from sim.agents.guard import present
from sim.engine.arrayset import RowAgent, array_column
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, poisson_quantile, uniform
from sim.world.codes import DAY, NEVER, NO_ASSAULT, REJOINED
from sim.world.map import distance_km
from sim.world.state import THEATRE, Truth

ARMED_CELL = Record(
    "ARMED_CELL",
    owned(
        __name__,
        fixed("x", "f8", "km", "east of the map's west edge"),
        fixed("y", "f8", "km", "north of the map's south edge"),
        fixed("strength", "f8", "", "share of attacks it carries out, relative", "theatre.cells.*.strength"),
    ),
)
DATED_ATTACK = Record(
    "DATED_ATTACK",
    owned(
        __name__,
        fixed("minute", "i8", "min", "when"),
        fixed("facility", "i8", "", "index of the facility"),
        fixed("attackers", "f8", "persons", "attackers, median", "armed_cells.attacks.*.attackers"),
        state("done", "i8", "0/1", "1 once it has happened"),
    ),
)
SURGE = Record(
    "SURGE",
    owned(
        __name__,
        fixed("minute", "i8", "min", "when it begins"),
        fixed("days", "f8", "days", "how long it lasts", "armed_cells.surges.*.days"),
        fixed("factor", "f8", "ratio", "of the rate of undated attacks", "armed_cells.surges.*.factor"),
    ),
)
MOVEMENT = owned(
    __name__,
    fixed("movement", "i8", "", "index of the armed movement among the parties, -1 for none", start=-1),
    fixed("armed_strength", "f8", "", "strength of all cells"),
    fixed("surge_most", "f8", "ratio", "largest product of the factors of surges", start=1),
    state("candidates", "i8", "attacks", "candidates drawn for the day"),
)
"""Columns of CLOCK."""

COUNT = name_key("attacks.count")
TIME = name_key("attacks.time")
ACCEPT = name_key("attacks.accept")
CELL = name_key("attacks.cell")
SIZE = name_key("attacks.size")
TARGET = name_key("attacks.target")
DATED = name_key("attacks.dated")


def cell_rows(given: Given) -> np.ndarray:
    """Return the theatre's armed cells."""
    cells = given.theatre.cells.values()
    rows = ARMED_CELL.rows(len(cells))
    for row, cell in zip(rows, cells, strict=True):
        row["x"], row["y"] = given.theatre.grid.kilometres(cell.lat, cell.lon)
    return rows


def attack_rows(given: Given) -> np.ndarray:
    """Return the scenario's dated attacks."""
    attacks = given.scenario.armed_cells.attacks
    rows = DATED_ATTACK.rows(len(attacks))
    for row, attack in zip(rows, attacks, strict=True):
        row["minute"] = given.minute(attack.date)
        row["facility"] = given.facility(attack.facility)
    return rows


def surge_rows(given: Given) -> np.ndarray:
    """Return the scenario's times of more or fewer attacks."""
    surges = given.scenario.armed_cells.surges
    rows = SURGE.rows(len(surges))
    for row, surge in zip(rows, surges, strict=True):
        row["minute"] = given.minute(surge.date)
    return rows


def describe_movement(clock: np.ndarray, given: Given) -> None:
    """Write the index of the armed movement's party into the CLOCK; the first, if there are several."""
    for name, party in reversed(given.theatre.parties.items()):
        if party.armed_movement:
            clock["movement"] = given.party(name)


@compiled
def sum_strength(t: Truth) -> None:
    """Add up the strength of all cells."""
    clock = t.clock[0]
    for c in range(t.cell.shape[0]):
        clock.armed_strength += t.cell[c].strength


@compiled
def surge_at(t: Truth, minute: int) -> float:
    """Return the product of the factors of all surges that are on at a minute, 1 with none."""
    product = 1.0
    for k in range(t.surge.shape[0]):
        surge = t.surge[k]
        if surge.minute <= minute < surge.minute + DAY * surge.days:
            product *= surge.factor
    return product


@compiled
def bound_surges(t: Truth) -> None:
    """Find the largest product of the factors of surges: it begins as one of them does."""
    for k in range(t.surge.shape[0]):
        t.clock[0].surge_most = max(t.clock[0].surge_most, surge_at(t, t.surge[k].minute))


@compiled
def growth(t: Truth, per_100: float) -> float:
    """Return the growth by those who rejoined, min(growth_max, 1 + per_100 rejoined / 100)."""
    return min(t.parameters[0].armed_cells_growth_max, 1.0 + per_100 * t.states[REJOINED] / 100.0)


@compiled
def can_be_attacked(t: Truth, f: int) -> bool:
    """Return whether a facility has detained people, is not under assault and is controlled by the movement's enemy."""
    site = t.facility[f]
    movement = t.clock[0].movement
    if site.resident == 1 or site.held == 0 or site.assault != NO_ASSAULT:
        return False
    return movement >= 0 and (t.hostile[site.controller, movement] or t.hostile[movement, site.controller])


@compiled
def appeal(t: Truth, f: int, x: float, y: float) -> float:
    """Return the log of a target's weight: (fighters + family_prize others) exp(-km / plan_km) exp(-10 ward G / N).

    Parameters: x, y, position of the cell (km).
    """
    params = t.parameters[0]
    site = t.facility[f]
    prize = site.fighters + params.armed_cells_family_prize * (site.held - site.fighters)
    if prize <= 0.0:
        return -math.inf
    km = distance_km(x, y, site.x, site.y)
    return (
        math.log(prize) - km / params.armed_cells_plan_km - 10.0 * params.armed_cells_ward * present(t, f) / site.held
    )


@compiled
def choose_target(t: Truth, cell: int, day: int, k: int) -> int:
    """Return the facility that a cell attacks, by the largest log weight plus Gumbel noise; -1 for none."""
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
    """Return the first cell at which the cumulated share of strength reaches u."""
    total = 0.0
    for c in range(t.cell.shape[0]):
        total += t.cell[c].strength
        if total / t.clock[0].armed_strength >= u:
            return c
    return t.cell.shape[0] - 1


@compiled
def attacks(t: Truth) -> None:
    """Plan the attacks that begin in this step: dated ones, then the day's candidates, thinned by growth and surges."""
    clock = t.clock[0]
    params = t.parameters[0]
    for k in range(t.attack.shape[0]):
        dated = t.attack[k]
        if dated.done == 1 or dated.minute >= clock.m1:
            continue
        dated.done = 1
        site = t.facility[dated.facility]
        if site.held > 0 and site.resident == 0 and site.assault == NO_ASSAULT and site.assault_due == NEVER:
            z = normal_quantile(uniform(clock.seed, DATED, clock.replicate, THEATRE, 0, k))
            size = dated.attackers * math.exp(params.armed_cells_attackers_sd * z)
            expect_assault(t, dated.facility, max(dated.minute, clock.m0), size)
    if clock.armed_strength <= 0.0 or params.armed_cells_attacks_per_month <= 0.0:
        return
    day = clock.m0 // DAY * DAY
    if clock.m0 == day:
        mean = params.armed_cells_attacks_per_month / 30.0 * params.armed_cells_growth_max * clock.surge_most
        clock.candidates = poisson_quantile(uniform(clock.seed, COUNT, clock.replicate, THEATRE, day, 0), mean)
    for k in range(clock.candidates):
        minute = day + int(math.floor(DAY * uniform(clock.seed, TIME, clock.replicate, THEATRE, day, k)))
        if minute < clock.m0 or minute >= clock.m1:
            continue
        rate = growth(t, params.armed_cells_growth_per_100) * surge_at(t, minute)
        u = uniform(clock.seed, ACCEPT, clock.replicate, THEATRE, day, k)
        if u >= rate / (params.armed_cells_growth_max * clock.surge_most):
            continue
        cell = which_cell(t, uniform(clock.seed, CELL, clock.replicate, THEATRE, day, k))
        target = choose_target(t, cell, day, k)
        if target >= 0 and t.facility[target].assault_due == NEVER:
            z = normal_quantile(uniform(clock.seed, SIZE, clock.replicate, THEATRE, day, k))
            median = params.armed_cells_attackers * growth(t, params.armed_cells_strength_per_100)
            expect_assault(t, target, minute, median * math.exp(params.armed_cells_attackers_sd * z))


class ArmedCell(RowAgent):
    """A cell of the held movement outside."""

    x = array_column("cell", "x", doc="km from the west edge")
    y = array_column("cell", "y", doc="km from the south edge")
    strength = array_column("cell", "strength", doc="relative")
