"""Flight: guards leave their posts as people do, each by a personal threshold (Granovetter 1978).

What weighs on a guard is one sum, `fear`. It rises as colleagues go, so that one who leaves can draw others after him:
within a step the cascade runs to its end, in the order of nerve.
"""

from __future__ import annotations

import math

import numpy as np

from sim.agents.guard import (
    call_up,
    forget_the_gone,
    gone_lately,
    guards_by_nerve,
    keeps_order,
    leave_post,
    on_post,
    order_in_force,
    order_to_stay,
    return_and_replace,
)
from sim.engine.columns import owned, saved, state
from sim.engine.compiled import compiled
from sim.world.map import distance_km
from sim.world.state import Truth

FRIGHT = owned(
    __name__,
    state("fire", "f8", "hits", "fire near it, Phi, as it stood at fire_at"),
    state("fire_at", "i8", "min", "when it was last brought up to date"),
    state("fire_next", "f8", "hits", "fire near it since guards last took account of it"),
)
"""Columns of FACILITY."""
ALARM = owned(
    __name__, saved("uneasy", "i8", "0/1", "1 if guards might flee somewhere though no unit is active", forget=1)
)
"""Columns of CLOCK."""

NO_FIRE_BEYOND = 40.0
"""Lengths of `guards.fire_km` at which fire adds less to Phi than the least that a sum can show."""


@compiled
def share_of(part: float, other: float) -> float:
    """Return part / (part + other); 0 where there is no part."""
    return part / (part + other) if part > 0.0 else 0.0


@compiled
def fear(t: Truth, f: int, fire: float, gone: float, on_site: int) -> float:
    """Return x, the fear with which a guard's nerve is compared: the sum of what weighs on him, less what holds him.

    threat_weight threat + fire_weight (1 - exp(-Phi)) + alone_weight Z / (Z + n)
    + stir_weight A / (A + stir_per_guard n) - hold_sponsor w - hold_reaction reaction, A those in disorder or exposed.
    Parameters: fire, Phi (hits); gone, Z, colleagues gone of late; on_site, n, guards who stand there, the one who
    decides included.
    """
    params = t.parameters[0]
    site = t.facility[f]
    threat = params.guards_threat_weight * site.threat
    under_fire = params.guards_fire_weight * (1.0 - math.exp(-fire))
    alone = params.guards_alone_weight * share_of(gone, on_site)
    stirring = params.guards_stir_weight * share_of(
        float(site.active + site.exposed), params.guards_stir_per_guard * on_site
    )
    held = params.guards_hold_sponsor * t.clock[0].presence + params.guards_hold_reaction * t.clock[0].reaction
    return threat + under_fire + alone + stirring - held


@compiled
def may_flee(t: Truth, f: int) -> bool:
    """Return whether fear might reach the least nerve if nothing held the guards and nothing had been forgotten."""
    params = t.parameters[0]
    site = t.facility[f]
    most = params.guards_threat_weight * site.threat + params.guards_fire_weight * min(1.0, site.fire)
    most += params.guards_alone_weight * share_of(site.gone, site.on_site)
    most += params.guards_stir_weight * share_of(
        float(site.active + site.exposed), params.guards_stir_per_guard * site.on_site
    )
    return bool(site.on_site > 0 and most > params.guards_nerve_min)


@compiled
def raise_alarm(t: Truth) -> None:
    """Have the guards of all facilities looked at in the next step."""
    t.clock[0].uneasy = 1


@compiled
def is_alarm(t: Truth) -> bool:
    """Return whether guards might flee somewhere."""
    return bool(t.clock[0].uneasy == 1)


@compiled
def calm_down(t: Truth) -> None:
    """Note that the guards of all facilities are being looked at."""
    t.clock[0].uneasy = 0


@compiled
def fire_on(t: Truth, f: int) -> None:
    """Note fire at a facility: it frightens guards at all facilities near it, from the next step on."""
    reach = t.parameters[0].guards_fire_km
    here = t.facility[f]
    for other in range(t.facility.shape[0]):
        site = t.facility[other]
        km = distance_km(here.x, here.y, site.x, site.y)
        if km < NO_FIRE_BEYOND * reach:
            site.fire_next += math.exp(-km / reach)
    raise_alarm(t)


@compiled
def fire_near(t: Truth, f: int) -> float:
    """Return Phi, fire near a facility as it has faded until now."""
    site = t.facility[f]
    if site.fire == 0.0:
        return 0.0
    hours = (t.clock[0].m0 - site.fire_at) / 60.0
    return float(site.fire * math.exp(-hours / t.parameters[0].guards_fire_hours))


@compiled
def take_account_of_fire(t: Truth, f: int) -> None:
    """Bring Phi up to date, with what the last step added."""
    site = t.facility[f]
    site.fire = fire_near(t, f) + site.fire_next
    site.fire_at = t.clock[0].m0
    site.fire_next = 0.0


@compiled
def flee(t: Truth, f: int) -> None:
    """Let guards flee in the order of nerve, fear being worked out anew after each, until one stays."""
    site = t.facility[f]
    fire = fire_near(t, f)
    if fear(t, f, fire, gone_lately(t, f), site.on_site) <= t.parameters[0].guards_nerve_min:
        return
    ordered = order_in_force(t, f)
    by_nerve = np.empty(site.guards, np.int32)
    guards_by_nerve(t, f, by_nerve)
    for k in range(site.guards):
        j = by_nerve[k]
        if not on_post(t, f, j) or (ordered and keeps_order(t, f, j)):
            continue
        if t.guard[site.guard_first + j].nerve >= fear(t, f, fire, gone_lately(t, f), site.on_site):
            return
        leave_post(t, f, j)


@compiled
def answer_front(t: Truth, f: int, decides: bool, decision: int) -> None:
    """Step one facility's guards: the daily decision, then flight.

    Parameters: decides, whether the decision falls in this step; decision, its minute.
    """
    site = t.facility[f]
    order_to_stay(t, f)
    if site.fire_next > 0.0 or decides:
        take_account_of_fire(t, f)
    if decides:
        forget_the_gone(t, f)
        if site.changed == 0:
            if site.on_site + site.at_front < site.guards:
                x = fear(t, f, fire_near(t, f), gone_lately(t, f), site.on_site + 1)
                return_and_replace(t, f, decision, x)
            call_up(t, f, decision)
    if may_flee(t, f) and (site.changed == 0 or site.formal == 1):
        raise_alarm(t)
        flee(t, f)
