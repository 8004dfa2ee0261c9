"""Custody: who keeps a facility (its own guards, nobody, an occupier), and how that passes when control does."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.disorder import calm_everyone
from sim.agents.flight import answer_front, hear_fire
from sim.agents.given import Given
from sim.agents.guard import (
    front_pressure,
    guards_changed,
    guards_seen,
    guards_stir,
    post_occupier,
    present,
    relieve,
)
from sim.agents.rest import wake
from sim.engine.columns import decision, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.scenario.vocabulary import HANDOVERS
from sim.world.codes import (
    CONTROL,
    CUSTODY_CHANGE,
    DAY,
    FORMAL,
    GUARDED,
    GUARDS_GONE,
    HASTY,
    MOVING,
    NEVER,
    NO_ASSAULT,
    NONE,
    OCCUPIED,
    RELEASED,
)
from sim.world.map import distance_km, take_cell
from sim.world.record import note
from sim.world.state import Truth

KEEPING = owned(
    __name__,
    fixed("initial", "i8", "", "party at the start"),
    state("controller", "i8", "", "party that controls it"),
    state("keeper", "i8", "", "party whose guards stand there"),
    state("changed", "i8", "0/1", "1 once control has changed: the first change is the only one"),
    state("custody", "i8", "", "index of who keeps it: guarded, none, occupied, released, moving"),
    state("custody_due", "i8", "min", "when the occupier takes custody", start=NEVER),
    state("formal", "i8", "0/1", "1 if control passed by a formal handover"),
    decision("formal_lever", "i8", "0/1", "1 if the formal handover lever names it"),
)
"""Columns of FACILITY."""
CUSTODY_POLICY = owned(
    __name__,
    fixed("guards_per_100", "f8", "guards", "it can post per 100 held", "theatre.parties.*.custody.guards_per_100"),
    fixed("setup_hours", "f8", "h", "until it takes custody", "theatre.parties.*.custody.setup_hours"),
    fixed("free", "f8", "probability", "it frees people", "theatre.parties.*.custody.free"),
    fixed("move", "f8", "probability", "it moves people away", "theatre.parties.*.custody.move"),
    fixed("neglect", "f8", "probability", "it leaves the facility unguarded", "theatre.parties.*.custody.neglect"),
    fixed("seize", "f8", "probability", "it takes custody on arrival", "theatre.parties.*.custody.seize"),
    fixed("evacuate", "f8", "probability", "its guards bring people away", "theatre.parties.*.custody.evacuate"),
)
"""Columns of PARTY."""
HANDING_OVER = owned(
    __name__,
    decision("formal_everywhere", "i8", "0/1", "1 if the formal handover lever names no facility: it holds everywhere"),
    decision("handover", "i8", "", "index of how control passes where a row does not say"),
    state("ground_due", "i8", "min", "when the next contested facility falls or custody is taken", start=NEVER),
)
"""Columns of CLOCK."""

GAP = name_key("control.gap")
POLICY = name_key("control.policy")
ARRIVAL = name_key("control.arrival")

DECISION_MINUTE = 360
"""Minute of the day at which commanders decide: 06:00."""


def describe_custody(rows: np.ndarray, clock: np.ndarray, given: Given) -> None:
    """Write each facility's party, and how control passes, into rows of FACILITY and the CLOCK."""
    parties = [given.party(facility.party) for facility in given.theatre.facilities.values()]
    rows["initial"] = rows["controller"] = rows["keeper"] = parties
    clock["handover"] = HANDOVERS.index(given.scenario.control.handover)
    lever = given.scenario.levers.formal_handover
    if lever is not None:
        rows["formal_lever"] = [name in lever.facilities for name in given.names.facilities]
        clock["formal_everywhere"] = not lever.facilities


def hostility(given: Given) -> np.ndarray:
    """Return which parties are hostile to which: bool (parties, parties), the first to the second."""
    parties = given.theatre.parties
    hostile = np.zeros((len(parties), len(parties)), np.bool_)
    for name, party in parties.items():
        for other in party.hostile_to:
            hostile[given.party(name), given.party(other)] = True
    return hostile


@compiled
def look_again(t: Truth, minute: int) -> None:
    """Have contested facilities and custody looked at by this minute at the latest."""
    t.clock[0].ground_due = min(t.clock[0].ground_due, minute)


@compiled
def set_next_look(t: Truth, minute: int) -> None:
    """Have contested facilities and custody looked at next at this minute."""
    t.clock[0].ground_due = minute


@compiled
def can_take_in(t: Truth, f: int) -> bool:
    """Return whether people can be brought into a facility: kept, no assault on it or just gone, perimeter whole."""
    site = t.facility[f]
    kept = site.custody == GUARDED or site.custody == OCCUPIED
    calm = site.assault == NO_ASSAULT and t.clock[0].m0 >= site.assault_until
    return bool(kept and calm and site.opening < t.parameters[0].walls_breached)


@compiled
def nearest_of(t: Truth, f: int, open_to_it: np.ndarray) -> int:
    """Return the nearest facility to one among those marked, ties to the smaller key; -1 for none.

    Parameters: open_to_it, bool (facilities,).
    """
    best = -1
    best_km = math.inf
    site = t.facility[f]
    for g in range(t.facility.shape[0]):
        other = t.facility[g]
        if not open_to_it[g]:
            continue
        km = distance_km(site.x, site.y, other.x, other.y)
        if km < best_km or (km == best_km and other.key < t.facility[best].key):
            best_km = km
            best = g
    return best


@compiled
def open_custody(t: Truth, f: int) -> None:
    """Set custody to its start: guarded if guards are present, else none."""
    t.facility[f].custody = GUARDED if present(t, f) > 0.0 else NONE


@compiled
def change_control(t: Truth, f: int, to: int, handover: int) -> None:
    """Pass control of a facility to a party; the first change of each facility is its only one.

    Parameters: to, index of the party; handover, index of how control passes, -1 for the scenario's default.
    """
    site = t.facility[f]
    if site.changed == 1 or site.controller == to:
        return
    clock = t.clock[0]
    params = t.parameters[0]
    site.changed = 1
    site.controller = to
    take_cell(t, site.row, site.column, to)
    if clock.formal_everywhere == 1 or site.formal_lever == 1:
        handover = FORMAL
    elif handover < 0:
        handover = clock.handover
    spread = math.exp(
        params.control_gap_sd * normal_quantile(uniform(clock.seed, GAP, clock.replicate, site.key, 0, 0))
    )
    hours = t.party[to].setup_hours
    if handover == HASTY:
        hours = params.control_hasty_hours * spread
    elif handover != FORMAL:
        hours += params.control_none_hours * spread
    site.custody_due = clock.m0 + int(math.floor(60.0 * hours))
    if handover != FORMAL and uniform(clock.seed, ARRIVAL, clock.replicate, site.key, 0, 0) < t.party[to].seize:
        site.custody_due = clock.m0
    look_again(t, site.custody_due)
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
    """Let the controller take custody: by its policy it frees, moves, neglects or keeps the people."""
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
        post_occupier(t, f, max(1.0, party.guards_per_100 * site.held / 100.0))
    if site.custody != OCCUPIED:
        calm_everyone(t, f)
    note(t, clock.m0, CUSTODY_CHANGE, f, site.custody, site.occupier_guards)


@compiled
def keep_or_leave(t: Truth, f: int, minute: int) -> None:
    """Set custody to none at a facility whose guards have gone, and to guarded once its own guards are back."""
    site = t.facility[f]
    if site.custody == GUARDED and present(t, f) <= 0.0:
        site.custody = NONE
        wake(t, f)
        calm_everyone(t, f)
        note(t, minute, GUARDS_GONE, f, NONE, 0.0)
    elif site.custody == NONE and site.changed == 0 and present(t, f) > 0.0:
        site.custody = GUARDED
        wake(t, f)
        note(t, minute, GUARDS_GONE, f, GUARDED, present(t, f))


@compiled
def guards_and_custody(t: Truth) -> None:
    """Step the guards of all facilities: front pressure, fire heard, the daily decision; then update custody."""
    front_pressure(t)
    hear_fire(t)
    clock = t.clock[0]
    decision = clock.m0 // DAY * DAY + DECISION_MINUTE
    decides = clock.m0 <= decision < clock.m1
    if not decides and clock.threatened == 0 and not guards_stir(t):
        return
    guards_seen(t)
    for f in range(t.facility.shape[0]):
        answer_front(t, f, decides, decision)
        keep_or_leave(t, f, clock.m0)
