"""Flight: guards leave their posts as people do, each by a personal threshold (Granovetter 1978).

What weighs on a guard is one sum, `fear`. It rises as colleagues go, so that one who leaves can draw others after him:
at the start of each substep the cascade runs to its end, in the order of nerve.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.guard import (
    call_up,
    faded,
    gone_lately,
    guards_by_nerve,
    keeps_order,
    least_nerve,
    leave_post,
    on_post,
    order_in_force,
    order_to_stay,
    return_and_replace,
)
from sim.agents.rest import wake
from sim.engine.columns import owned, saved, state
from sim.engine.compiled import compiled
from sim.world.map import distance_km
from sim.world.state import Truth

FRIGHT = owned(
    __name__,
    state("fire", "f8", "hits", "fire near it, Phi, as it stood at fire_at"),
    state("fire_at", "i8", "min", "when it was last brought up to date"),
    state("fire_next", "f8", "hits", "fire at other places that guards have yet to take account of"),
)
"""Columns of FACILITY."""
GUNFIRE = owned(
    __name__, saved("gunfire", "i8", "0/1", "1 if guards somewhere may have yet to take account of fire", forget=1)
)
"""Columns of CLOCK."""

NO_FIRE_BEYOND = 40.0
"""Lengths of `guards.fire_km` at which fire adds less to Phi than the least that a sum can show."""


@compiled
def share_of(part: float, other: float) -> float:
    """Return part / (part + other); 0 where there is no part."""
    return part / (part + other) if part > 0.0 else 0.0


@compiled
def unheld(site: Any) -> float:
    """Return A, the people in the open whom no wall holds: those exposed, and of those in disorder the share B."""
    return float(site.exposed + site.active * site.opening)


@compiled
def fear(t: Truth, f: int, minute: int, on_site: int) -> float:
    """Return x, the fear with which a guard's nerve is compared: the sum of what weighs on him, less what holds him.

    threat_weight threat + fire_weight (1 - exp(-Phi)) + alone_weight Z / (Z + n)
    + stir_weight A / (A + stir_per_guard n) - hold_sponsor w - hold_reaction reaction. Phi is fire near the place
    (hits), Z colleagues gone of late, A those whom no wall holds. Parameters: minute; on_site, n, guards who stand
    there, the one who decides included.
    """
    params = t.parameters[0]
    site = t.facility[f]
    threat = params.guards_threat_weight * site.threat
    under_fire = params.guards_fire_weight * (1.0 - math.exp(-fire_near(t, f, minute)))
    alone = params.guards_alone_weight * share_of(gone_lately(t, f, minute), on_site)
    stirring = params.guards_stir_weight * share_of(unheld(site), params.guards_stir_per_guard * on_site)
    held = params.guards_hold_sponsor * t.clock[0].presence + params.guards_hold_reaction * t.clock[0].reaction
    return threat + under_fire + alone + stirring - held


@compiled
def may_flee(t: Truth, f: int) -> bool:
    """Return whether fear might reach the least nerve if nothing held the guards and nothing had been forgotten."""
    params = t.parameters[0]
    site = t.facility[f]
    most = params.guards_threat_weight * site.threat + params.guards_fire_weight * min(1.0, site.fire)
    most += params.guards_alone_weight * share_of(site.gone, site.on_site)
    most += params.guards_stir_weight * share_of(unheld(site), params.guards_stir_per_guard * site.on_site)
    return bool(site.on_site > 0 and most > params.guards_nerve_min)


@compiled
def fire_near(t: Truth, f: int, minute: int) -> float:
    """Return Phi at a minute: fire near a facility, as far as it has not faded."""
    site = t.facility[f]
    return faded(site.fire, minute - site.fire_at, t.parameters[0].guards_fire_hours)


@compiled
def add_fire(t: Truth, f: int, amount: float, minute: int) -> None:
    """Add fire to Phi."""
    site = t.facility[f]
    site.fire = fire_near(t, f, minute) + amount
    site.fire_at = minute


@compiled
def fire_on(t: Truth, f: int, minute: int) -> None:
    """Note fire at a facility: it frightens guards there at once, at other places near it from the next step on."""
    reach = t.parameters[0].guards_fire_km
    here = t.facility[f]
    add_fire(t, f, 1.0, minute)
    for other in range(t.facility.shape[0]):
        site = t.facility[other]
        km = distance_km(here.x, here.y, site.x, site.y)
        if other != f and km < NO_FIRE_BEYOND * reach:
            site.fire_next += math.exp(-km / reach)
            t.clock[0].gunfire = 1


@compiled
def hear_fire(t: Truth) -> None:
    """Have guards take account of the fire that fell at other places in the step before."""
    clock = t.clock[0]
    if clock.gunfire == 0:
        return
    clock.gunfire = 0
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.fire_next > 0.0:
            add_fire(t, f, site.fire_next, clock.m0)
            site.fire_next = 0.0
            wake(t, f)


@compiled
def flee(t: Truth, f: int, minute: int) -> None:
    """Let guards flee in the order of nerve, fear being worked out anew after each, until one stays."""
    site = t.facility[f]
    felt = fear(t, f, minute, site.on_site)
    if felt <= t.parameters[0].guards_nerve_min:
        return
    ordered = order_in_force(t, f)
    if felt <= least_nerve(t, f, ordered):
        return  # sorts nobody where nobody goes
    by_nerve = np.empty(site.guards, np.int32)
    guards_by_nerve(t, f, by_nerve)
    for k in range(site.guards):
        j = by_nerve[k]
        if not on_post(t, f, j) or (ordered and keeps_order(t, f, j)):
            continue
        if t.guard[site.guard_first + j].nerve >= fear(t, f, minute, site.on_site):
            return
        leave_post(t, f, j, minute)


@compiled
def flight(t: Truth, f: int, minute: int) -> None:
    """Let guards flee in a substep, at a facility that has not changed hands or did so formally."""
    site = t.facility[f]
    if may_flee(t, f) and (site.changed == 0 or site.formal == 1):
        flee(t, f, minute)


@compiled
def answer_front(t: Truth, f: int, decides: bool, decision: int) -> None:
    """Step one facility's guards: the order to stay, and the daily decision.

    Parameters: decides, whether the decision falls in this step; decision, its minute.
    """
    site = t.facility[f]
    order_to_stay(t, f)
    if decides and site.changed == 0:
        if site.on_site + site.at_front < site.guards:
            return_and_replace(t, f, decision, fear(t, f, t.clock[0].m0, site.on_site + 1))
        call_up(t, f, decision)
