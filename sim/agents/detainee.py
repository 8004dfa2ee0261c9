"""Detainee: one person held. Columns PERSON, FUGITIVE; the rules of disorder and of people at large; the view."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.agents.attributes import facility_name
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.compiled import compiled
from sim.engine.random import (
    exponential_quantile,
    fill_uniform,
    four_uniforms,
    name_key,
    one_of,
    uniform,
)
from sim.engine.ranking import rank_uniforms, sort_together
from sim.world.codes import (
    AT_LARGE,
    DEAD,
    DEATH,
    FIGHTER,
    FOREIGN,
    GUARDED,
    HELD,
    KINDS,
    LEAVE,
    LEFT_THEATRE,
    MINOR,
    OCCUPIED,
    ORIGINS,
    REJOIN,
    REJOINED,
    RETAKE,
    REVIEW,
    STATES,
    TRANSFERRED,
)
from sim.world.ground import distance_km, edge_km
from sim.world.state import Truth

PERSON = np.dtype(
    [
        ("state", "u1"),
        ("kind", "u1"),
        ("origin", "u1"),
        ("active", "u1"),
        ("home", "i2"),  # facility at the start
        ("facility", "i2"),  # where held, or left last
        ("block", "i2"),
        ("escapes", "i2"),
        ("slot", "i4"),  # -1 own place in the order, -2 not held, else entry
    ],
    align=True,
)

FUGITIVE = np.dtype(
    [
        ("since", "i8"),
        ("due", "i8"),  # minute of the next review, or of what happens before it
        ("fate", "i2"),
        ("column", "i2"),
        ("row", "i2"),
        ("left", "i2"),
        ("serial", "i4"),  # number of the exit, by which people at large have their turn
        ("next", "i4"),  # of those who meet their fate in the same step of the day, -1 for none
    ],
    align=True,
)

HARDSHIP = name_key("people.hardship")
RISK = name_key("people.risk")
GO = name_key("people.go")
SWITCH = name_key("disorder.switch")
HAZARDS = (
    name_key("fugitive.retake"),
    name_key("fugitive.rejoin"),
    name_key("fugitive.leave"),
    name_key("fugitive.death"),
)
MOVE = name_key("fugitive.move")
WAY = name_key("fugitive.way")
_RETAKE_KEY, _REJOIN_KEY, _LEAVE_KEY, _DEATH_KEY = HAZARDS

REVIEW_MINUTES = 1440
"""Plans of people at large are made to the next multiple of this."""


@compiled
def draw_traits(t: Truth, f: int) -> None:
    """Draw hardship and risk aversion of a facility's own people, once, when they could first matter.

    Minors come last in index and never join; theirs are not drawn.
    """
    site = t.facility[f]
    if site.drawn_traits == 1:
        return
    site.drawn_traits = 1
    clock = t.clock[0]
    first, n = site.first, site.held0
    while n > 0 and t.people[first + n - 1].kind == MINOR:
        n -= 1
    buffer = np.empty(n)
    fill_uniform(buffer, clock.seed, HARDSHIP, clock.replicate, site.key, 0)
    t.trait[first : first + n, 0] = buffer
    fill_uniform(buffer, clock.seed, RISK, clock.replicate, site.key, 0)
    for i in range(n):
        fighter = t.people[first + i].kind == FIGHTER
        low = t.par[0].disorder_risk_min if fighter else t.par[0].disorder_family_risk_min
        t.trait[first + i, 1] = low + (1.0 - low) * buffer[i]


@compiled
def draw_order(t: Truth, f: int) -> None:
    """Draw the go numbers of a facility's own people, when first needed."""
    site = t.facility[f]
    if site.drawn_order == 1:
        return
    site.drawn_order = 1
    clock = t.clock[0]
    first, n = site.first, site.held0
    go = np.empty(n)
    fill_uniform(go, clock.seed, GO, clock.replicate, site.key, 0)
    t.trait[first : first + n, 2] = go
    site.cursor = first
    site.ordered = 0
    site.order_cut = 0.0


FIRST_IN_ORDER = 64
"""So many of a facility are put in order at first; then four times as many."""


@compiled
def extend_order(t: Truth, f: int) -> None:
    """Put those with the next go numbers in order: few of most facilities are ever asked for."""
    site = t.facility[f]
    first, n = site.first, site.held0
    low = site.order_cut
    share = (4.0 * site.ordered + FIRST_IN_ORDER) / n
    high = share if share < 0.5 else 1.0
    here = 0
    for i in range(first, first + n):
        if low <= t.trait[i, 2] < high:
            here += 1
    who = np.empty(here, np.int32)
    go = np.empty(here)
    here = 0
    for i in range(first, first + n):
        if low <= t.trait[i, 2] < high:
            who[here] = i
            go[here] = t.trait[i, 2]
            here += 1
    ranked = np.empty(here, np.int32)
    rank_uniforms(go, low, high, ranked)
    for k in range(here):
        t.order[first + site.ordered + k] = who[ranked[k]]
    site.ordered += here
    site.order_cut = high


@compiled
def in_order(t: Truth, f: int, k: int) -> int:
    """The person at place k of a facility's order."""
    site = t.facility[f]
    while k >= site.first + site.ordered:
        extend_order(t, f)
    return int(t.order[k])


@compiled
def depart(t: Truth, i: int) -> None:
    """Take a held person off the facility's roll; the caller sets the new state."""
    person = t.people[i]
    site = t.facility[person.facility]
    block = t.block[site.block_first + person.block]
    site.held -= 1
    block.held -= 1
    if person.kind == FIGHTER:
        site.fighters -= 1
    if person.active == 1:
        person.active = 0
        site.active -= 1
        block.active -= 1
    person.slot = -2
    site.smallest_block = 0
    site.quiet_guards = math.inf
    site.rest_until = min(site.rest_until, t.clock[0].m0 + 1)


@compiled
def arrive(t: Truth, i: int, f: int) -> None:
    """Put a person on a facility's roll, last in its order."""
    clock = t.clock[0]
    entry = clock.entries
    if entry >= t.entry.shape[0]:
        clock.overflow = 1
        return
    clock.entries = entry + 1
    person = t.people[i]
    site = t.facility[f]
    person.state = HELD
    person.facility = f
    person.block = (i - t.facility[person.home].first) % site.blocks
    person.slot = entry
    person.active = 0
    t.entry[entry, 0] = i
    t.entry[entry, 1] = -1
    t.entry[entry, 2] = site.near_entry
    site.near_entry = entry
    if site.entry_tail >= 0:
        t.entry[site.entry_tail, 1] = entry
    else:
        site.entry_head = entry
    site.entry_tail = entry
    if site.listed == 1:
        draw_traits(t, person.home)
    site.held += 1
    if person.kind == FIGHTER:
        site.fighters += 1
    t.block[site.block_first + person.block].held += 1
    site.smallest_block = 0
    site.quiet_guards = math.inf
    site.rest_until = min(site.rest_until, t.clock[0].m0 + 1)


@compiled
def change_state(t: Truth, i: int, state: int) -> None:
    """Move a person between the seven states; their sum is kept."""
    person = t.people[i]
    t.states[person.state] -= 1
    t.states[state] += 1
    person.state = state


@compiled
def stands_in_order(t: Truth, i: int, f: int) -> bool:
    """Whether a facility's own person still holds the place it began with."""
    return t.people[i].slot == -1 and t.people[i].facility == f


@compiled
def next_in_order(t: Truth, f: int, only_active: bool, n: int, chosen: np.ndarray) -> int:
    """The next n people held at a facility, in its order; returns how many were found.

    Parameters: only_active, only those in disorder; chosen, int64 (>= n,), written.
    """
    site = t.facility[f]
    draw_order(t, f)
    end = site.first + site.held0
    while site.cursor < end and not stands_in_order(t, in_order(t, f, site.cursor), f):
        site.cursor += 1
    found = 0
    k = site.cursor
    while k < end and found < n:
        i = in_order(t, f, k)
        if stands_in_order(t, i, f) and (not only_active or t.people[i].active == 1):
            chosen[found] = i
            found += 1
        k += 1
    entry = site.entry_head
    while entry >= 0 and found < n:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry and (not only_active or t.people[i].active == 1):
            chosen[found] = i
            found += 1
        entry = t.entry[entry, 1]
    return found


@compiled
def critical_containment(t: Truth, i: int, s: float, authority: float) -> float:
    """p*_i = ((h_i + s)(1 - L) - T) / r_i: the containment at which a person just stays quiet; -1 for minors.

    Parameters: s, agitation; authority, L. Source: Epstein 2002.
    """
    if t.people[i].kind == MINOR:
        return -1.0
    return ((t.trait[i, 0] + s) * (1.0 - authority) - t.par[0].disorder_threshold) / t.trait[i, 1]


@compiled
def critical_agitation(t: Truth, i: int, authority: float, least: float) -> float:
    """The agitation up to which a person stays quiet at this authority and containment: p* solved for s.

    A hair below the exact value, so that rounding never calls a person quiet who is not.
    """
    if t.people[i].kind == MINOR or authority >= 1.0:
        return math.inf
    s = (least * t.trait[i, 1] + t.par[0].disorder_threshold) / (1.0 - authority) - t.trait[i, 0]
    return s - 1e-9


@compiled
def decide(t: Truth, i: int, contained: float, s: float, authority: float, minute: int) -> int:
    """One person's decision in a tick: to join disorder, to calm down, or neither.

    Parameters: contained, P of the person's block; s, authority, agitation and L of the facility; minute, the tick's
    first. Returns 1 joined, -1 calmed, 0 neither.
    """
    person = t.people[i]
    wants = critical_containment(t, i, s, authority) > contained
    if wants == (person.active == 1):
        return 0
    clock = t.clock[0]
    home = t.facility[person.home]
    u = uniform(clock.seed, SWITCH, clock.replicate, home.key, minute, i - home.first)
    if wants:
        if u < clock.join:
            person.active = 1
            return 1
        return 0
    if u < clock.calm:
        person.active = 0
        return -1
    return 0


@compiled
def get_out(t: Truth, i: int, minute: int) -> None:
    """A person crosses the outer perimeter: at large from here, with four hazards drawn."""
    clock = t.clock[0]
    person = t.people[i]
    f = person.facility
    site = t.facility[f]
    total = t.total[0]
    depart(t, i)
    change_state(t, i, AT_LARGE)
    home = t.facility[person.home]
    own = i - home.first
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
    if person.escapes == 0:
        total.escaped_persons += 1
    person.escapes += 1
    total.escaped += 1
    if site.camp == 1:
        total.escaped_camp += 1
    if person.kind == FIGHTER:
        total.escaped_fighters += 1
        if person.origin == FOREIGN:
            total.escaped_foreign_fighters += 1
    site.escaped += 1
    fugitive = t.fugitive[i]
    fugitive.since = minute
    fugitive.column = site.column
    fugitive.row = site.row
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
    """The first multiple of a day after a minute."""
    return (minute // REVIEW_MINUTES + 1) * REVIEW_MINUTES


@compiled
def fading(t: Truth, since: int, minute: int) -> float:
    """exp(-a / tau_e) - exp(-(a + l) / tau_e): how much of the early search falls between now and the next review."""
    early_hours = t.par[0].at_large_early_hours
    hours = (next_review(minute) - minute) / 60.0
    age = (minute - since) / 60.0
    return math.exp(-age / early_hours) - math.exp(-(age + hours) / early_hours)


class Rates(NamedTuple):
    """Hazards from now to the next review, before search, notice and family; the early search before it fades."""

    hours: float
    early: float
    retake: float
    rejoin: float
    leave: float
    death: float


@compiled
def rates_until_review(t: Truth, minute: int) -> Rates:
    """The hazards of everybody at large from a minute to the next review."""
    par = t.par[0]
    hours = (next_review(minute) - minute) / 60.0
    return Rates(
        hours,
        par.at_large_retake_early_per_hour * par.at_large_early_hours,
        par.at_large_retake_per_day * hours / 24.0,
        par.at_large_rejoin_per_day * hours / 24.0,
        par.at_large_leave_per_day * hours / 24.0,
        par.at_large_death_per_day * hours / 24.0,
    )


@compiled
def plan(t: Truth, i: int, minute: int, rates: Rates, faded: float) -> None:
    """What happens to a person at large until the next review: competing hazards, exact in time.

    Sets `due` (minute) and `fate` of the person; hazards not reached are used up.
    Parameters: rates, `rates_until_review`; faded, `fading` for this person and minute.
    """
    par = t.par[0]
    fugitive = t.fugitive[i]
    person = t.people[i]
    holder = t.control[fugitive.row, fugitive.column]
    search = 0.0 if holder == t.clock[0].movement else t.party[holder].search
    family = 1.0 if person.kind == FIGHTER else par.at_large_family_factor
    notice = 1.0
    if t.clock[0].response == 1 and minute < t.noticed[fugitive.left]:
        notice = par.at_large_noticed_factor
    retake = search * family * notice * (rates.early * faded + rates.retake)
    rejoin = rates.rejoin if person.kind == FIGHTER else 0.0
    height, width = t.control.shape
    near_edge = edge_km(fugitive.column, fugitive.row, width, height, par.cell_km) <= par.border_km
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
def neighbour(t: Truth, i: int, way: float) -> None:
    """Move a person at large to one of the eight neighbouring cells, if it is on the grid."""
    fugitive = t.fugitive[i]
    number = int(math.floor(8.0 * way))
    step = number if number < 4 else number + 1
    column = fugitive.column + step % 3 - 1
    row = fugitive.row + step // 3 - 1
    height, width = t.control.shape
    if 0 <= column < width and 0 <= row < height:
        fugitive.column = column
        fugitive.row = row


@compiled
def captors_nearest(t: Truth, i: int) -> int:
    """Index of the nearest facility where the party holding the person's cell keeps people, -1 if none.

    Searched square by square outward; of places equally near the first counts.
    """
    fugitive = t.fugitive[i]
    holder = t.control[fugitive.row, fugitive.column]
    x = (fugitive.column + 0.5) * t.par[0].cell_km
    y = (fugitive.row + 0.5) * t.par[0].cell_km
    height, width = t.square_first.shape
    side = t.clock[0].square_km
    column = min(width - 1, int(x / side))
    row = min(height - 1, int(y / side))
    best = -1
    best_km = math.inf
    for ring in range(max(height, width)):
        # What lies in this ring or beyond is at least so far away.
        if best_km < (ring - 1) * side * (1.0 - 1e-9):
            break
        for r in range(max(0, row - ring), min(height, row + ring + 1)):
            inner = abs(r - row) < ring
            for c in range(column - ring, column + ring + 1, 2 * ring if inner else 1):
                g = t.square_first[r, c] if 0 <= c < width else -1
                while g >= 0:
                    site = t.facility[g]
                    if site.controller == holder and (site.custody == GUARDED or site.custody == OCCUPIED):
                        km = distance_km(x, y, site.x, site.y)
                        if km < best_km or (km == best_km and g < best):
                            best_km = km
                            best = g
                    g = site.next_in_square
    return best


@compiled
def retake(t: Truth, i: int) -> None:
    """A person at large is retaken, into the captor's nearest modelled facility or out of the network."""
    t.total[0].recaptured += 1
    t.facility[t.fugitive[i].left].recaptured += 1
    g = captors_nearest(t, i)
    if g < 0:
        change_state(t, i, TRANSFERRED)
    else:
        change_state(t, i, HELD)
        arrive(t, i, g)


@compiled
def await_fate(t: Truth, i: int) -> None:
    """Chain a person with the others whose fate falls in the same step of the day."""
    fugitive = t.fugitive[i]
    slot = fugitive.due // t.clock[0].step_minutes % t.fate_first.shape[0]
    fugitive.next = t.fate_first[slot]
    t.fate_first[slot] = i


@compiled
def list_by_index(t: Truth) -> None:
    """Put the list of people at large in order of index, with those out since and without those gone."""
    clock = t.clock[0]
    old, end = clock.listed_out, clock.out_count
    newly = np.sort(t.out[old:end])
    kept = 0
    for k in range(old):
        if t.people[t.out[k]].state == AT_LARGE:
            t.out[kept] = t.out[k]
            kept += 1
    # Merged from the back, in place. Who was retaken and is out again may be on both lists.
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
    """Carry out what was planned for a person at large."""
    fate = t.fugitive[i].fate
    if fate == RETAKE:
        retake(t, i)
    elif fate == REJOIN:
        change_state(t, i, REJOINED)
    elif fate == LEAVE:
        change_state(t, i, LEFT_THEATRE)
    else:
        change_state(t, i, DEAD)
        t.total[0].died_outside += 1


@compiled
def fates(t: Truth) -> None:
    """Those whose fate falls in this step meet it, in order of escape."""
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
        else:  # not before the first step of the next day
            await_fate(t, who[k])


SINCE = 256
"""So many times of escape have their fading remembered during a review."""


@compiled
def draw_moves(t: Truth, move: np.ndarray, way: np.ndarray) -> None:
    """For everybody at large this midnight's two numbers: whether to move, and where.

    By index, since four neighbours share a block of random words.
    """
    clock = t.clock[0]
    home, block = -1, -1
    moves = (0.0, 0.0, 0.0, 0.0)
    ways = moves
    for k in range(clock.out_count):
        i = t.out[k]
        origin = t.facility[t.people[i].home]
        own = i - origin.first
        if t.people[i].home != home or own >> 2 != block:
            home, block = t.people[i].home, own >> 2
            moves = four_uniforms(clock.seed, MOVE, clock.replicate, origin.key, clock.m0, block)
            ways = four_uniforms(clock.seed, WAY, clock.replicate, origin.key, clock.m0, block)
        move[k] = one_of(moves, own & 3)
        way[k] = one_of(ways, own & 3)


@compiled
def reviews(t: Truth) -> None:
    """Midnight: everybody at large may move to a neighbouring cell, then makes the day's plan.

    Many got out in the same tick: the fading of the search for them is computed once.
    """
    clock = t.clock[0]
    list_by_index(t)
    n, minute = clock.out_count, clock.m0
    move, way = np.empty(n), np.empty(n)
    draw_moves(t, move, way)
    share = t.par[0].at_large_move_share
    rates = rates_until_review(t, minute)
    since = np.full(SINCE, -1, np.int64)
    faded = np.empty(SINCE)
    for k in range(n):
        i = t.out[k]
        fugitive = t.fugitive[i]
        if fugitive.fate != REVIEW or fugitive.due > minute:
            continue
        if move[k] < share * t.terrain[fugitive.row, fugitive.column]:
            neighbour(t, i, way[k])
        slot = fugitive.since // clock.tick_minutes % SINCE
        if since[slot] != fugitive.since:
            since[slot] = fugitive.since
            faded[slot] = fading(t, fugitive.since, minute)
        plan(t, i, minute, rates, faded[slot])


@compiled
def fugitives(t: Truth) -> None:
    """People at large: at midnight their plans are reviewed; then they are found, go back, go abroad or die.

    A review depends on nobody else's, and a fate on no review, so all reviews come first.
    """
    if t.clock[0].m0 % REVIEW_MINUTES == 0 and t.clock[0].out_count > 0:
        reviews(t)
    fates(t)


def _detainee_at(axis: str) -> Column:
    """Where a person is: the facility's cell, or the cell a person at large has reached; -1 elsewhere."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        people = model.truth.people[rows]
        inside = model.truth.facility[axis][people["facility"]]
        outside = model.truth.fugitive[axis][rows]
        return np.where(people["state"] == 0, inside, np.where(people["state"] == 1, outside, -1))

    return Column(values, axis)


class Detainee(RowAgent):
    """One detained person: fighter, family member or minor."""

    state = array_column("people", "state", STATES)
    kind = array_column("people", "kind", KINDS)
    origin = array_column("people", "origin", ORIGINS)
    in_disorder = Column(lambda model, rows: model.truth.people["active"][rows] == 1, "in disorder now")
    facility = facility_name("people", "facility")
    home = facility_name("people", "home")
    block = array_column("people", "block")
    escapes = array_column("people", "escapes", doc="times escaped")
    column = _detainee_at("column")
    row_of_cell = _detainee_at("row")

    @property
    def pos(self) -> tuple[int, int] | None:
        """Column and row of the cell, while in the theatre."""
        where = (self.column, self.row_of_cell)
        return None if -1 in where else where

    @property
    def cell(self) -> Any:
        """The grid cell, while in the theatre."""
        return None if self.pos is None else self.model.grid[self.pos]


class Resident(RowAgent):
    """One who may walk out of a camp. Residents of a camp are alike: the first so many of them have left."""

    facility = Column(lambda model, rows: np.asarray(model.names.facilities)[model.resident_home[rows]], "facility")
    state = Column(
        lambda model, rows: np.where(
            model.resident_number[rows]
            < model.truth.facility["held0"][model.resident_home[rows]]
            - model.truth.facility["held"][model.resident_home[rows]],
            "left freely",
            "held",
        ),
        "held or left freely",
    )
