"""Levers: repatriation and moving people before the ground is lost, and those that raise a number."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.account import book_moved, book_repatriated
from sim.agents.custody import can_take_in, nearest_of
from sim.agents.detainee import arrive, change_state, depart
from sim.agents.families import fill_by_unit
from sim.agents.given import Given
from sim.engine.columns import decision, owned, saved, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, uniform
from sim.scenario.vocabulary import CATEGORIES
from sim.world.codes import DAY, FIGHTER, FOREIGN, GUARDED, HELD, MOVED, NEVER, NO_ASSAULT, REPATRIATED
from sim.world.record import note
from sim.world.state import THEATRE, Truth

LEVERS = owned(
    __name__,
    decision("move_start", "i8", "min", "when people are first moved", start=NEVER, dated=True),
    decision("move_to", "i8", "", "index of the facility they are moved to, -1 for the nearest", start=-1),
    decision("repatriate_start", "i8", "min", "when people are first repatriated", start=NEVER, dated=True),
    saved("turns_drawn", "i8", "0/1", "1 once the order in which levers take people is drawn", forget=0),
    decision("repatriate_who", "i8", "", "index of who: all, fighters, families"),
    state("moved_ahead", "i8", "persons", "moved beyond the day's number, with their unit: fewer on the days to come"),
    state("repatriated_ahead", "i8", "persons", "repatriated beyond it, likewise"),
)
"""Columns of CLOCK."""
EMPTIED = owned(
    __name__,
    decision("emptied_by_lever", "i8", "0/1", "1 if the move-first lever empties it"),
    decision("sent_home_from", "i8", "0/1", "1 if the repatriation lever takes people from it"),
)
"""Columns of FACILITY."""

REPATRIATE = name_key("levers.repatriation")
MOVE_FIRST = name_key("levers.move_first")
TURN = name_key("levers.turn")
DAYS_PER_MONTH = 30.4375
EVERYBODY, FIGHTERS, FAMILIES = range(len(CATEGORIES))
"""Whom repatriation takes."""


def describe_levers(rows: np.ndarray, clock: np.ndarray, given: Given) -> np.ndarray:
    """Write the levers that take people into rows of FACILITY and the CLOCK. Return the facilities to be emptied."""
    levers = given.scenario.levers
    if levers.repatriation is not None:
        clock["repatriate_start"] = max(0, given.minute(levers.repatriation.start or given.scenario.start))
        places = levers.repatriation.origin or given.names.facilities
        rows["sent_home_from"] = [name in places for name in given.names.facilities]
        clock["repatriate_who"] = CATEGORIES.index(levers.repatriation.who)
    if levers.move_first is None:
        return np.zeros(0, np.int64)
    clock["move_start"] = given.minute(levers.move_first.start)
    clock["move_to"] = given.facility(levers.move_first.to)
    rows["emptied_by_lever"] = [name in levers.move_first.origin for name in given.names.facilities]
    return np.array([given.facility(name) for name in levers.move_first.origin], dtype=np.int64)


@compiled
def pull_levers(t: Truth) -> None:
    """Raise the numbers that a lever holds up: the guard floor, residual surveillance, the reaction force."""
    params = t.parameters[0]
    if params.levers_guard_floor_per_100 > params.guards_floor_per_100:
        params.guards_floor_per_100 = params.levers_guard_floor_per_100
    if params.levers_residual_isr_share > params.isr_residual:
        params.isr_residual = params.levers_residual_isr_share
    if params.levers_reaction_force_residual > params.assault_reaction_residual:
        params.assault_reaction_residual = params.levers_reaction_force_residual


@compiled
def draw_turns(t: Truth) -> None:
    """Draw the order in which levers take people, once, when it is first needed; ties by index."""
    clock = t.clock[0]
    if clock.turns_drawn == 1:
        return
    clock.turns_drawn = 1
    number = np.empty(t.people.shape[0])
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.resident == 0:
            fill_by_unit(t, f, number[site.first : site.first + site.held0], TURN)
    order = np.argsort(number, kind="mergesort")
    for k in range(order.shape[0]):
        t.turn[k] = order[k]


@compiled
def due_today(day: int, per_day: float, u: float) -> int:
    """Return the whole number of people due on a day, at a real number per day, without loss by rounding.

    Parameters: day, since the lever's start; u, uniform (0, 1), the same on all days.
    """
    return int(math.floor((day + 1) * per_day + u) - math.floor(day * per_day + u))


@compiled
def day_since(m0: int, start: int) -> int:
    """Return the days since a lever's first day: the first that begins at or after its date (hour 0 if before)."""
    first = max(0, -(-start // DAY))
    return m0 // DAY - first


@compiled
def in_own_custody(t: Truth, f: int) -> bool:
    """Return whether a facility is guarded, has not changed hands and is not under assault."""
    site = t.facility[f]
    return bool(site.custody == GUARDED and site.changed == 0 and site.assault == NO_ASSAULT)


@compiled
def repatriate(t: Truth) -> None:
    """Repatriate units of foreign people while they are fewer than the day's number; each has its turn, drawn once."""
    clock = t.clock[0]
    if clock.repatriate_start == NEVER:
        return
    day = day_since(clock.m0, clock.repatriate_start)
    if day < 0:
        return
    u = uniform(clock.seed, REPATRIATE, clock.replicate, THEATRE, 0, 0)
    left = due_today(day, t.parameters[0].levers_repatriation_per_month / DAYS_PER_MONTH, u) - clock.repatriated_ahead
    draw_turns(t)
    unit = -1  # the one being taken
    for k in range(t.turn.shape[0]):
        i = t.turn[k]
        person = t.people[i]
        if left <= 0 and person.unit != unit:
            break
        if person.state != HELD or person.origin != FOREIGN or not in_own_custody(t, person.facility):
            continue
        if t.facility[person.facility].sent_home_from == 0:
            continue
        fighter = person.kind == FIGHTER
        if (clock.repatriate_who == FIGHTERS and not fighter) or (clock.repatriate_who == FAMILIES and fighter):
            continue
        unit = person.unit
        book_repatriated(t, person.facility)
        depart(t, i)
        change_state(t, i, REPATRIATED)
        left -= 1
    clock.repatriated_ahead = max(0, -left)


@compiled
def can_be_moved_to(t: Truth, f: int, to: int) -> bool:
    """Return whether people of a facility can be moved to another: the same controller's, guarded, able to take in."""
    other = t.facility[to]
    ours = other.controller == t.facility[f].controller and other.custody == GUARDED
    return bool(ours and can_take_in(t, to))


@compiled
def destination(t: Truth, f: int) -> int:
    """Return the facility that people of one are moved to: as given, or the nearest; -1 for none."""
    to = t.clock[0].move_to
    if to >= 0:
        return to if can_be_moved_to(t, f, to) else -1
    open_to_it = np.zeros(t.facility.shape[0], np.bool_)
    for g in range(t.facility.shape[0]):
        other = t.facility[g]
        open_to_it[g] = other.resident == 0 and other.emptied_by_lever == 0 and can_be_moved_to(t, f, g)
    return nearest_of(t, f, open_to_it)


@compiled
def move_first(t: Truth) -> None:
    """Move units out of the facilities that the lever empties while their people are fewer than the day's number."""
    clock = t.clock[0]
    if clock.move_start == NEVER:
        return
    day = day_since(clock.m0, clock.move_start)
    if day < 0:
        return
    u = uniform(clock.seed, MOVE_FIRST, clock.replicate, THEATRE, 0, 0)
    left = due_today(day, t.parameters[0].levers_move_first_per_day, u) - clock.moved_ahead
    draw_turns(t)
    for k in range(t.move_from.shape[0]):
        f = t.move_from[k]
        to = destination(t, f)
        if to < 0 or to == f or not in_own_custody(t, f):
            continue
        moved = 0
        unit = -1  # the one being taken
        for j in range(t.turn.shape[0]):
            i = t.turn[j]
            if left <= 0 and t.people[i].unit != unit:
                break
            if t.people[i].state == HELD and t.people[i].facility == f:
                unit = t.people[i].unit
                depart(t, i)
                arrive(t, i, to)
                left -= 1
                moved += 1
        if moved > 0:
            book_moved(t, f, moved)
            note(t, clock.m0, MOVED, f, to, float(moved))
    clock.moved_ahead = max(0, -left)
