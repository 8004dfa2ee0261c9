"""Collective disorder, after Epstein: a facility's mood, the containment of its blocks, who joins, who calms down."""

from __future__ import annotations

import math

from sim.agents.blocks import calm_blocks, calm_person
from sim.agents.disorder_lists import ask_people, forget_lists, is_quiet, learn_quiet
from sim.agents.families import is_own
from sim.agents.thresholds import containment
from sim.engine.columns import decision, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.world.codes import DAY, NONE, RELEASED
from sim.world.state import Truth

MOOD = owned(
    __name__,
    state("authority", "f8", "L", "the custodian's authority, 0-1"),
    state("agitation", "f8", "s", "agitation of all people there"),
    state("agitation_0", "f8", "", "slow random agitation at the day's start, standard normal"),
    state("agitation_1", "f8", "", "the same at the day's end"),
    state("uncontained", "f8", "persons", "people in disorder who are not contained, U"),
)
"""Columns of FACILITY."""
CONTAINED = owned(__name__, state("containment", "f8", "P", "probability that disorder is contained in the block"))
"""Columns of BLOCK."""
AUTHORITY = owned(__name__, fixed("authority", "f8", "L", "authority as custodian", "theatre.parties.*.authority"))
"""Columns of PARTY."""
DISORDER_RATES = owned(
    __name__,
    decision("agitation_kept", "f8", "share", "of slow agitation left after a day, rho"),
    decision("authority_kept", "f8", "share", "of authority left after a step without custody"),
    decision("authority_lag", "f8", "share", "of the way to the controller's authority not gone in a step"),
    decision("join", "f8", "probability", "of joining in a substep, for one who would"),
    decision("calm", "f8", "probability", "of calming down in a substep, for one who would"),
)
"""Columns of CLOCK: exponentials that stay the same through a replicate."""

AGITATION = name_key("agitation")


@compiled
def fix_rates_of_disorder(t: Truth) -> None:
    """Work out the exponentials of the length of a day, a step and a substep."""
    clock = t.clock[0]
    params = t.parameters[0]
    hours = clock.substep_minutes / 60.0
    clock.agitation_kept = math.exp(-1.0 / params.disorder_agitation_days)
    clock.authority_kept = math.exp(-clock.dt / params.disorder_authority_down_hours)
    clock.authority_lag = math.exp(-clock.dt / params.disorder_authority_up_hours)
    clock.join = 1.0 - math.exp(-params.disorder_up_per_hour * hours)
    clock.calm = 1.0 - math.exp(-params.disorder_down_per_hour * hours)


@compiled
def open_mood(t: Truth, f: int) -> None:
    """Set a facility's authority to that of its controller."""
    t.facility[f].authority = t.party[t.facility[f].controller].authority


@compiled
def agitate(t: Truth, f: int) -> None:
    """Draw the day's slow random agitation: an autoregressive walk from midnight to midnight."""
    clock = t.clock[0]
    site = t.facility[f]
    rho = clock.agitation_kept
    spread = math.sqrt(1.0 - rho * rho)
    if clock.m0 == 0:
        site.agitation_1 = normal_quantile(uniform(clock.seed, AGITATION, clock.replicate, site.key, 0, 0))
    site.agitation_0 = site.agitation_1
    z = normal_quantile(uniform(clock.seed, AGITATION, clock.replicate, site.key, clock.m0 + DAY, 0))
    site.agitation_1 = rho * site.agitation_0 + spread * z


@compiled
def crowding(t: Truth, f: int, held: int) -> float:
    """Return the agitation by crowding with this number of people held, at most crowding_max."""
    params = t.parameters[0]
    return min(
        params.disorder_crowding_max,
        params.disorder_crowding_weight * max(0.0, held / t.facility[f].capacity - 1.0),
    )


@compiled
def mood(t: Truth, f: int, heard: float, held: int) -> None:
    """Set agitation s and authority L of a facility in this step.

    Parameters: heard, news (agitation), and held, people, both at the step's start.
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    phase = (clock.m0 % DAY + 0.5 * clock.step_minutes) / DAY
    slow = params.disorder_agitation_sd * ((1.0 - phase) * site.agitation_0 + phase * site.agitation_1)
    site.agitation = max(0.0, crowding(t, f, held) + min(params.news_cap, heard) + slow)
    goal = t.party[site.controller].authority
    if site.custody == NONE or site.custody == RELEASED:
        site.authority *= clock.authority_kept
    elif site.authority != goal:
        site.authority = goal + (site.authority - goal) * clock.authority_lag


@compiled
def contain_blocks(t: Truth, f: int, guards: float) -> None:
    """Set P of every block: part of the guards stand at fixed posts, part are drawn to disorder.

    Parameters: guards, effective guards C.
    """
    params = t.parameters[0]
    site = t.facility[f]
    reserve = params.guards_reserve_share
    hold = 1.0 - params.disorder_way_out * site.opening if site.active > 0 else 1.0  # an open wall shows a way out
    last_held = -1
    last = 0.0
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.held == 0:
            continue
        if block.active == 0 and block.held == last_held:  # orderly blocks of one size are alike
            block.containment = last
            continue
        fixed = block.held / site.held
        drawn = block.active / site.active if site.active > 0 else fixed
        here = (1.0 - reserve) * guards * fixed + reserve * guards * drawn
        block.containment = hold * containment(
            here, float(block.active), params.disorder_watching * block.held, params.disorder_containment_k
        )
        if block.active == 0:
            last = block.containment
            last_held = block.held


@compiled
def disorder(t: Truth, f: int, guards: float, minute: int) -> None:
    """Carry out one substep of disorder: all people held decide, on the containment at its start.

    A person joins or calms down by `decide`; then U is the sum over blocks of A (1 - P). People who are known to stay
    as they are (`disorder_lists`) are not asked.
    """
    site = t.facility[f]
    orderly = site.active == 0
    if orderly and is_quiet(t, f, guards, site.agitation):
        return
    contain_blocks(t, f, guards)
    ask_people(t, f, minute)
    if orderly and site.active == 0:
        learn_quiet(t, f, guards)
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.active > 0:
            site.uncontained += block.active * (1.0 - block.containment)


@compiled
def begin_substep(t: Truth, f: int) -> None:
    """Set the people not contained, U, to 0."""
    t.facility[f].uncontained = 0.0


@compiled
def calm_everyone(t: Truth, f: int) -> None:
    """Take everybody at a facility out of disorder, as custody becomes none, released or moving."""
    site = t.facility[f]
    site.uncontained = 0.0
    forget_lists(t, f)
    if site.active == 0:
        return
    for k in range(site.held0):
        if is_own(t, site.first + k, f):
            calm_person(t, site.first + k)
    entry = site.entry_head
    while entry >= 0:
        if t.people[t.entry[entry, 0]].slot == entry:
            calm_person(t, t.entry[entry, 0])
        entry = t.entry[entry, 1]
    calm_blocks(t, f)
