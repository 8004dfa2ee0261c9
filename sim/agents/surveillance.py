"""Surveillance by revisits: signs of an exit, looks, detections and their reports."""

from __future__ import annotations

import math

from sim.agents.knowledge import know_episode, schedule_report, see_exits
from sim.agents.notice import notice
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, uniform
from sim.world.belief import Belief
from sim.world.codes import NEVER
from sim.world.state import Truth

WATCH = owned(
    __name__,
    state("showing", "i8", "", "facilities where signs of an exit show"),
    state("coverage", "f8", "share", "of facility-hours watched now"),
    state("watched_hours", "f8", "facility-hours", "watched so far"),
)
"""Columns of BOARD."""

ISR_SIGNS = name_key("isr.signs")
ISR_WATCH = name_key("isr.watch")
ISR_PHASE = name_key("isr.phase")
ISR_LOOK = name_key("isr.look")
ISR_DELAY = name_key("isr.delay")
ISR_DELAY_SD = 0.6


@compiled
def set_coverage(t: Truth, b: Belief) -> None:
    """Set the share of facility-hours watched now, which falls as the sponsor leaves."""
    params = t.parameters[0]
    presence = t.clock[0].presence
    b.board[0].coverage = params.isr_coverage * (params.isr_residual + (1.0 - params.isr_residual) * presence)


@compiled
def draw_phase(t: Truth, b: Belief, f: int) -> None:
    """Draw the minute of the first look at a facility."""
    clock = t.clock[0]
    u = uniform(clock.seed, ISR_PHASE, clock.replicate, t.facility[f].key, 0, 0)
    revisit = t.parameters[0].isr_revisit_hours
    b.phase[f] = int(math.floor(u * revisit / clock.dt + 0.0)) * clock.step_minutes


@compiled
def note_coverage(t: Truth, b: Belief) -> None:
    """Note the coverage under which this step's episodes began."""
    e = t.clock[0].episodes - 1
    while e >= 0 and b.began[e] < 0.0:
        b.began[e] = b.board[0].coverage
        e -= 1


@compiled
def add_watched_hours(t: Truth, b: Belief) -> None:
    """Add the facility-hours watched in this step."""
    clock = t.clock[0]
    b.board[0].watched_hours += b.board[0].coverage * clock.dt * clock.sites


@compiled
def signs_last(u: float, dt: float, signs_hours: float) -> bool:
    """Return whether signs of an exit last another step: probability exp(-dt / signs_hours), both in hours."""
    return u < math.exp(-dt / signs_hours)


@compiled
def looks_now(minute: int, phase: int, revisit_minutes: int) -> bool:
    """Return whether a look falls on this minute."""
    return (minute - phase) % revisit_minutes == 0


@compiled
def surveillance(t: Truth, b: Belief, f: int) -> None:
    """Step signs, looks and detections at one facility.

    Over an event of mean length m this detects with P = coverage S d / (1 - (1 - d) q^(T/dt)),
    S = (dt/T)(1 - q^(T/dt)) / (1 - q), q = exp(-dt/m), for looks every T that succeed with d.
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    before = b.signs[f]
    if site.exits_step > 0:
        b.signs[f] = 1
    elif b.signs[f] == 1:
        u = uniform(clock.seed, ISR_SIGNS, clock.replicate, site.key, clock.m0, 0)
        b.signs[f] = 1 if signs_last(u, clock.dt, params.isr_signs_hours) else 0
    b.board[0].showing += b.signs[f] - before
    if b.signs[f] == 0:
        return
    if not looks_now(clock.m1, b.phase[f], int(round(60.0 * params.isr_revisit_hours))):
        return
    start = t.episode[site.episode].start
    if uniform(clock.seed, ISR_WATCH, clock.replicate, site.key, start, 0) >= b.began[site.episode]:
        return
    if uniform(clock.seed, ISR_LOOK, clock.replicate, site.key, clock.m1, 0) >= params.isr_detect_per_look:
        return
    o = b.board[0].isr
    pair = b.pair[f, o]
    know_episode(t, b, f, o, site.episode)
    see_exits(t, b, f, o, float(t.episode[site.episode].exits))
    notice(t, f)
    if pair.due != NEVER or pair.before + pair.seen == pair.told:
        return
    u = uniform(clock.seed, ISR_DELAY, clock.replicate, site.key, clock.m1, 0)
    hours = lognormal_quantile(u, params.isr_delay_hours, ISR_DELAY_SD)
    schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * hours)))
