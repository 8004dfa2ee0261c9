"""Lone escapes: tunnels, bribes, people who slip away. Candidates are drawn for the day and thinned at their minute."""

from __future__ import annotations

import math

from sim.agents.assault import gate_held
from sim.agents.exits import cause_now, let_out
from sim.agents.guard import present
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, poisson_quantile, uniform
from sim.world.codes import DAY, NEVER, NONE, RELEASED, STEALTH
from sim.world.state import Truth

LONE_ESCAPES = owned(
    __name__,
    state("units_day", "i8", "units", "held at the day's start"),
    state("stealth", "i8", "", "candidates drawn for the day"),
    state("stealth_due", "i8", "min", "minute of the next of them"),
)
"""Columns of FACILITY."""

STEALTH_COUNT = name_key("stealth.count")
STEALTH_TIME = name_key("stealth.time")
STEALTH_ACCEPT = name_key("stealth.accept")
HOURS_PER_YEAR = 8766.0


@compiled
def draw_candidates(t: Truth, f: int) -> None:
    """Draw the day's candidates, at the largest rate that the day could have."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.units_day = site.units
    rate = params.stealth_per_1000_year / 1000.0 / HOURS_PER_YEAR
    site.stealth = 0
    if site.held > 0:
        mean = 24.0 * rate * site.units * (1.0 + params.stealth_thin_gain)
        u = uniform(clock.seed, STEALTH_COUNT, clock.replicate, site.key, clock.m0, 0)
        site.stealth = poisson_quantile(u, mean)
    site.stealth_due = next_candidate(t, f, clock.m0)


@compiled
def thinness(t: Truth, f: int) -> float:
    """Return how much thinner guards are than at the start, 0 to 1: 1 - (G / N) / (n_f / N0), at least 0."""
    site = t.facility[f]
    if site.assigned > 0.0:
        return max(0.0, 1.0 - (present(t, f) / site.held) / (site.assigned / site.held0))
    return 1.0


@compiled
def stealth_ratio(t: Truth, f: int) -> float:
    """Return the factor on the rate of lone escapes: above 1 with fewer guards than at the start, less with cameras."""
    params = t.parameters[0]
    cut = params.stealth_camera_cut * t.facility[f].cameras
    return (1.0 + params.stealth_thin_gain * thinness(t, f)) * (1.0 - cut)


@compiled
def candidate_minute(t: Truth, f: int, k: int) -> int:
    """Return the minute at which the day's k-th candidate of a lone escape would go."""
    clock = t.clock[0]
    day = clock.m0 // DAY * DAY
    u = uniform(clock.seed, STEALTH_TIME, clock.replicate, t.facility[f].key, day, k)
    return day + int(math.floor(DAY * u))


@compiled
def next_candidate(t: Truth, f: int, minute: int) -> int:
    """Return the first minute, from this one on, at which a candidate of the day would go; NEVER if none would."""
    due = NEVER
    for k in range(t.facility[f].stealth):
        when = candidate_minute(t, f, k)
        if minute <= when < due:
            due = when
    return due


@compiled
def stealth(t: Truth, f: int, minute: int) -> None:
    """Let out the lone escapes of this substep: the day's candidates, thinned."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if site.stealth_due >= minute + clock.substep_minutes:
        return
    site.stealth_due = next_candidate(t, f, minute + clock.substep_minutes)
    if site.custody == NONE or site.custody == RELEASED or gate_held(t, f):
        return
    day = clock.m0 // DAY * DAY
    for k in range(site.stealth):
        when = candidate_minute(t, f, k)
        if when < minute or when >= minute + clock.substep_minutes or site.held == 0:
            continue
        chance = stealth_ratio(t, f) * site.units / (site.units_day * (1.0 + params.stealth_thin_gain))
        if uniform(clock.seed, STEALTH_ACCEPT, clock.replicate, site.key, day, k) < chance:
            let_out(t, f, 1, False, minute, cause_now(site, STEALTH, minute))
