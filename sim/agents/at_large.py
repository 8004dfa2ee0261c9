"""People at large: they move on the grid, are retaken, rejoin the movement, leave the theatre or die."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.agents.account import book_dead_outside, book_recaptured
from sim.agents.custody import can_take_in
from sim.agents.detainee import arrive, change_state, depart
from sim.agents.families import address
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import exponential_quantile, four_uniforms, name_key, one_of, uniform
from sim.engine.ranking import sort_together
from sim.world.codes import (
    AT_LARGE,
    DAY,
    DEAD,
    DEATH,
    FIGHTER,
    HELD,
    LEAVE,
    LEFT_THEATRE,
    LOCAL,
    REJOIN,
    REJOINED,
    RETAKE,
    REVIEW,
    TRANSFERRED,
)
from sim.world.map import cell_at, distance_km, edge_km, on_the_map
from sim.world.state import Truth

ESCAPES = owned(__name__, state("escapes", "i2", "exits", "times escaped"))
"""Columns of PERSON."""
SEARCH = owned(
    __name__,
    fixed("search", "f8", "share", "effort spent on people at large", "theatre.parties.*.search"),
)
"""Columns of PARTY."""
FUGITIVE = Record(
    "FUGITIVE",
    owned(
        __name__,
        state("since", "i8", "min", "when the person got out"),
        state("due", "i8", "min", "when the fate or the next review is due"),
        state("fate", "i2", "", "index of the fate: retaken, rejoins, leaves, dies; or a review"),
        state("x", "f8", "km", "east of the map's west edge"),
        state("y", "f8", "km", "north of the map's south edge"),
        state("left", "i2", "", "index of the facility left"),
        state("serial", "i4", "", "number of the exit: the fates of a step are met in this order"),
        state("next", "i4", "", "next person whose fate falls in the same step of the day, -1 for none"),
    ),
)
OUTSIDE = owned(
    __name__,
    state("out_count", "i8", "persons", "length of the list of people at large"),
    state("listed_out", "i8", "persons", "the part of it that is in order of index"),
)
"""Columns of CLOCK."""

HAZARDS = (
    name_key("fugitive.retake"),
    name_key("fugitive.rejoin"),
    name_key("fugitive.leave"),
    name_key("fugitive.death"),
)
EAST = name_key("fugitive.east")
NORTH = name_key("fugitive.north")
_RETAKE_KEY, _REJOIN_KEY, _LEAVE_KEY, _DEATH_KEY = HAZARDS

REVIEW_MINUTES = DAY
"""Plans of people at large reach to the next multiple of this, minutes."""
SINCE = 256
"""Times of escape whose fading is kept during a review."""


@compiled
def get_out(t: Truth, i: int, minute: int) -> None:
    """Put a person who has crossed the perimeter at large: draw four hazards and plan until the next review.

    All numbers are those of the unit's head, so the people of a unit meet the same fate.
    """
    clock = t.clock[0]
    person = t.people[i]
    f = person.facility
    site = t.facility[f]
    total = t.total[0]
    depart(t, i)
    change_state(t, i, AT_LARGE)
    home = t.facility[person.home]
    own = address(t, i)
    t.hazard[i, 0] = exponential_quantile(
        uniform(clock.seed, _RETAKE_KEY, clock.replicate, home.key, person.escapes, own)
    )
    t.hazard[i, 1] = math.inf  # only fighters rejoin
    if person.kind == FIGHTER:
        t.hazard[i, 1] = exponential_quantile(
            uniform(clock.seed, _REJOIN_KEY, clock.replicate, home.key, person.escapes, own)
        )
    t.hazard[i, 2] = exponential_quantile(
        uniform(clock.seed, _LEAVE_KEY, clock.replicate, home.key, person.escapes, own)
    )
    t.hazard[i, 3] = exponential_quantile(
        uniform(clock.seed, _DEATH_KEY, clock.replicate, home.key, person.escapes, own)
    )
    person.escapes += 1
    fugitive = t.fugitive[i]
    fugitive.since = minute
    fugitive.x, fugitive.y = on_the_map(t, site.x, site.y)
    fugitive.left = f
    fugitive.serial = total.escaped
    if clock.out_count == t.out.shape[0]:
        list_by_index(t)
    if clock.out_count < t.out.shape[0]:  # else everybody is at large, and on the list
        t.out[clock.out_count] = i
        clock.out_count += 1
    plan(t, i, minute, rates_until_review(t, minute), fading(t, minute, minute))


@compiled
def next_review(minute: int) -> int:
    """Return the first midnight after a minute, in minutes."""
    return (minute // REVIEW_MINUTES + 1) * REVIEW_MINUTES


@compiled
def fading(t: Truth, since: int, minute: int) -> float:
    """Return exp(-a / tau_e) - exp(-(a + l) / tau_e): the part of the early search from now to the next review.

    Parameters: since, minute of the exit; minute, now; a, age of the exit, and l, time to the review (both h).
    """
    early_hours = t.parameters[0].at_large_early_hours
    hours = (next_review(minute) - minute) / 60.0
    age = (minute - since) / 60.0
    return math.exp(-age / early_hours) - math.exp(-(age + hours) / early_hours)


class Rates(NamedTuple):
    """Hazards from a minute to the next review, before the factors of search, notice and family.

    `hours` is the time to the review; `early` is the hazard of the whole early search, before `fading`.
    """

    hours: float
    early: float
    retake: float
    rejoin: float
    leave: float
    death: float


@compiled
def rates_until_review(t: Truth, minute: int) -> Rates:
    """Return the hazards, common to all people at large, from a minute to the next review."""
    params = t.parameters[0]
    hours = (next_review(minute) - minute) / 60.0
    return Rates(
        hours,
        params.at_large_retake_early_per_hour * params.at_large_early_hours,
        params.at_large_retake_per_day * hours / 24.0,
        params.at_large_rejoin_per_day * hours / 24.0,
        params.at_large_leave_per_day * hours / 24.0,
        params.at_large_death_per_day * hours / 24.0,
    )


@compiled
def plan(t: Truth, i: int, minute: int, rates: Rates, faded: float) -> None:
    """Plan a person's fate until the next review: competing hazards, exact in time.

    Sets `due` (minute) and `fate` of the person; if no hazard is reached, all are reduced and a review follows.
    Parameters: rates, `rates_until_review`; faded, `fading` for this person and minute.
    """
    params = t.parameters[0]
    fugitive = t.fugitive[i]
    person = t.people[i]
    row, column = cell_at(t, fugitive.x, fugitive.y)
    holder = t.control[row, column]
    search = 0.0 if holder == t.clock[0].movement else t.party[holder].search
    family = 1.0 if person.kind == FIGHTER else params.at_large_family_factor
    notice = 1.0
    if t.clock[0].response == 1 and minute < t.noticed[fugitive.left]:
        notice = params.at_large_noticed_factor
    early = rates.early * t.facility[fugitive.left].search_now * faded
    retake = search * family * notice * (early + rates.retake)
    rejoin = rates.rejoin if person.kind == FIGHTER else 0.0
    near_edge = edge_km(fugitive.x, fugitive.y, t.clock[0].width_km, t.clock[0].height_km) <= params.border_km
    leave = rates.leave if near_edge else 0.0
    death = rates.death
    left = t.hazard[i]
    if left[RETAKE] > retake and left[REJOIN] > rejoin and left[LEAVE] > leave and left[DEATH] > death:
        left[RETAKE] -= retake
        left[REJOIN] -= rejoin
        left[LEAVE] -= leave
        left[DEATH] -= death
        fugitive.due = next_review(minute)
        fugitive.fate = REVIEW
        return
    best = 2.0
    for cause in range(4):
        rate = retake if cause == RETAKE else rejoin if cause == REJOIN else leave if cause == LEAVE else death
        if rate > 0.0 and left[cause] <= rate and left[cause] / rate < best:
            best = left[cause] / rate
            fugitive.fate = cause
    fugitive.due = minute + int(math.floor(rates.hours * 60.0 * best))
    await_fate(t, i)


@compiled
def wander(t: Truth, i: int, east: float, north: float) -> None:
    """Move a person at large by a day: a diffusion, slower in hard country, and a drift to the border of those from
    abroad; no one leaves the map by it.

    Parameters: east, north, uniform numbers on (0, 1).
    """
    params = t.parameters[0]
    fugitive = t.fugitive[i]
    row, column = cell_at(t, fugitive.x, fugitive.y)
    ease = t.terrain[row, column]
    half_width = math.sqrt(1.5) * params.at_large_km_per_day * ease  # of a uniform step along each axis
    x = fugitive.x + half_width * (2.0 * east - 1.0)
    y = fugitive.y + half_width * (2.0 * north - 1.0)
    if t.people[i].origin != LOCAL:
        width, height = t.clock[0].width_km, t.clock[0].height_km
        drift = params.at_large_border_km_per_day * ease
        west_or_east = min(fugitive.x, width - fugitive.x)
        south_or_north = min(fugitive.y, height - fugitive.y)
        if west_or_east <= south_or_north:
            x += -drift if fugitive.x <= width - fugitive.x else drift
        else:
            y += -drift if fugitive.y <= height - fugitive.y else drift
    fugitive.x, fugitive.y = on_the_map(t, x, y)


@compiled
def captors_nearest(t: Truth, i: int) -> int:
    """Return the nearest facility that the party controlling the person's cell keeps, -1 for none.

    It is searched for square by square, outward; of facilities equally near, the first counts.
    """
    x, y = t.fugitive[i].x, t.fugitive[i].y
    cell_row, cell_column = cell_at(t, x, y)
    holder = t.control[cell_row, cell_column]
    height, width = t.square_first.shape
    side = t.clock[0].square_km
    column = min(width - 1, int(x / side))
    row = min(height - 1, int(y / side))
    best = -1
    best_km = math.inf
    for ring in range(max(height, width)):
        # All facilities in this ring or beyond are at least this far away.
        if best_km < (ring - 1) * side * (1.0 - 1e-9):
            break
        for r in range(max(0, row - ring), min(height, row + ring + 1)):
            inner = abs(r - row) < ring
            for c in range(column - ring, column + ring + 1, 2 * ring if inner else 1):
                g = t.square_first[r, c] if 0 <= c < width else -1
                while g >= 0:
                    site = t.facility[g]
                    if site.controller == holder and can_take_in(t, g):
                        km = distance_km(x, y, site.x, site.y)
                        if km < best_km or (km == best_km and site.key < t.facility[best].key):
                            best_km = km
                            best = g
                    g = site.next_in_square
    return best


@compiled
def retake(t: Truth, i: int) -> None:
    """Retake a person at large: into the captor's nearest modelled facility, or transferred if there is none."""
    book_recaptured(t, t.fugitive[i].left)
    g = captors_nearest(t, i)
    if g < 0:
        change_state(t, i, TRANSFERRED)
    else:
        change_state(t, i, HELD)
        arrive(t, i, g)


@compiled
def await_fate(t: Truth, i: int) -> None:
    """Put a person on the chain of those whose fate falls in the same step of the day."""
    fugitive = t.fugitive[i]
    slot = fugitive.due // t.clock[0].step_minutes % t.fate_first.shape[0]
    fugitive.next = t.fate_first[slot]
    t.fate_first[slot] = i


@compiled
def list_by_index(t: Truth) -> None:
    """Put the list of people at large in order of index: add those out since, drop those no longer at large."""
    clock = t.clock[0]
    old, end = clock.listed_out, clock.out_count
    newly = np.sort(t.out[old:end])
    kept = 0
    for k in range(old):
        if t.people[t.out[k]].state == AT_LARGE:
            t.out[kept] = t.out[k]
            kept += 1
    # Merged from the back, in place. A person retaken and out again may be on both lists.
    last = -1
    a, b, k = kept - 1, end - old - 1, end - 1
    while b >= 0 or a >= 0:
        if b < 0 or (a >= 0 and t.out[a] >= newly[b]):
            i = t.out[a]
            a -= 1
        else:
            i = newly[b]
            b -= 1
        if i != last and t.people[i].state == AT_LARGE:
            t.out[k] = i
            k -= 1
            last = i
    count = end - 1 - k
    for j in range(count):
        t.out[j] = t.out[k + 1 + j]
    clock.out_count = count
    clock.listed_out = count


@compiled
def meet_fate(t: Truth, i: int) -> None:
    """Carry out the fate planned for a person at large."""
    fate = t.fugitive[i].fate
    if fate == RETAKE:
        retake(t, i)
    elif fate == REJOIN:
        change_state(t, i, REJOINED)
    elif fate == LEAVE:
        change_state(t, i, LEFT_THEATRE)
    else:
        change_state(t, i, DEAD)
        book_dead_outside(t)


@compiled
def fates(t: Truth) -> None:
    """Carry out the fates that fall in this step, in order of escape."""
    clock = t.clock[0]
    slot = clock.m0 // clock.step_minutes % t.fate_first.shape[0]
    n = 0
    i = t.fate_first[slot]
    while i >= 0:
        n += 1
        i = t.fugitive[i].next
    if n == 0:
        return
    who = np.empty(n, np.int64)
    serial = np.empty(n, np.int64)
    i = t.fate_first[slot]
    for k in range(n):
        who[k] = i
        serial[k] = t.fugitive[i].serial
        i = t.fugitive[i].next
    t.fate_first[slot] = -1
    sort_together(serial, who, n)
    for k in range(n):
        if t.fugitive[who[k]].due < clock.m1:
            meet_fate(t, who[k])
        else:  # due in the first step of the next day
            await_fate(t, who[k])


@compiled
def draw_moves(t: Truth, east: np.ndarray, north: np.ndarray) -> None:
    """Write two numbers of this midnight for everybody at large: how far to move east and north.

    By index, since four neighbours share a block of random words. Parameters: float64 (people at large,), written.
    """
    clock = t.clock[0]
    home, block = -1, -1
    easts = (0.0, 0.0, 0.0, 0.0)
    norths = easts
    for k in range(clock.out_count):
        i = t.out[k]
        origin = t.facility[t.people[i].home]
        own = address(t, i)
        if t.people[i].home != home or own >> 2 != block:
            home, block = t.people[i].home, own >> 2
            easts = four_uniforms(clock.seed, EAST, clock.replicate, origin.key, clock.m0, block)
            norths = four_uniforms(clock.seed, NORTH, clock.replicate, origin.key, clock.m0, block)
        east[k] = one_of(easts, own & 3)
        north[k] = one_of(norths, own & 3)


@compiled
def reviews(t: Truth) -> None:
    """Carry out midnight: everybody at large moves, then makes the day's plan.

    Many got out in the same substep: the fading of the search for them is computed once.
    """
    clock = t.clock[0]
    list_by_index(t)
    n, minute = clock.out_count, clock.m0
    east, north = np.empty(n), np.empty(n)
    draw_moves(t, east, north)
    rates = rates_until_review(t, minute)
    since = np.full(SINCE, -1, np.int64)
    faded = np.empty(SINCE)
    for k in range(n):
        i = t.out[k]
        fugitive = t.fugitive[i]
        if fugitive.fate != REVIEW or fugitive.due > minute:
            continue
        wander(t, i, east[k], north[k])
        slot = fugitive.since // clock.substep_minutes % SINCE
        if since[slot] != fugitive.since:
            since[slot] = fugitive.since
            faded[slot] = fading(t, fugitive.since, minute)
        plan(t, i, minute, rates, faded[slot])


@compiled
def people_at_large(t: Truth) -> None:
    """Review the plans of people at large at midnight, then carry out the fates that fall in this step.

    No review depends on another person's review or fate, and no fate on another's review, so all reviews come first.
    """
    if t.clock[0].m0 % REVIEW_MINUTES == 0 and t.clock[0].out_count > 0:
        reviews(t)
    fates(t)
