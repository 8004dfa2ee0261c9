"""Alarm: an assault that is on is seen by a liaison team on the spot or by a look of surveillance."""

from __future__ import annotations

from sim.agents.notice import sound_alarm
from sim.agents.surveillance import looks_now
from sim.engine.compiled import compiled
from sim.engine.random import name_key, uniform
from sim.world.belief import Belief
from sim.world.codes import ASSAULTED_SITES, LIAISON, NO_ASSAULT, REPORTER, TAKEN_SITES
from sim.world.state import Truth

PRESENCE = name_key("observer.presence")
ISR_ALARM = name_key("isr.alarm")
ISR_ALARM_LOOK = name_key("isr.alarm_look")


@compiled
def can_see(t: Truth, b: Belief, f: int, o: int) -> bool:
    """Return whether an observer could see an escape or an assault at a facility now."""
    clock = t.clock[0]
    watcher = b.observer[o]
    site = t.facility[f]
    if b.pair[f, o].elsewhere == 1:
        return False
    if watcher.kind == REPORTER and site.controller != watcher.party:
        return False
    if watcher.sites == ASSAULTED_SITES and site.assaulted == 0:
        return False
    if watcher.sites == TAKEN_SITES and site.changed == 0:
        return False
    reach = watcher.presence * (clock.presence if watcher.leaves == 1 else 1.0)
    return uniform(clock.seed, PRESENCE, clock.replicate, b.pair[f, o].key, 0, 0) < reach


@compiled
def seen_by_liaison(t: Truth, b: Belief, f: int) -> bool:
    """Return whether a liaison team is on the spot."""
    found = False
    for o in range(b.board[0].isr):
        found = found or (b.observer[o].kind == LIAISON and can_see(t, b, f, o))
    return found


@compiled
def seen_by_surveillance(t: Truth, b: Belief, f: int) -> bool:
    """Return whether surveillance watches a facility under assault, looks at the end of this step and sees it."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if not looks_now(clock.m1, b.phase[f], int(round(60.0 * params.isr_revisit_hours))):
        return False
    u = uniform(clock.seed, ISR_ALARM, clock.replicate, site.key, site.assault_start, 0)
    if u >= b.board[0].coverage:
        return False
    look = uniform(clock.seed, ISR_ALARM_LOOK, clock.replicate, site.key, clock.m1, 0)
    return look < params.isr_detect_per_look


@compiled
def alarms(t: Truth, b: Belief) -> None:
    """Raise the alarm for every assault that is on at the end of the step and is seen for the first time."""
    if t.clock[0].assaults == 0:
        return
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.assault == NO_ASSAULT or t.alarm[f] >= site.assault_start:
            continue
        if seen_by_liaison(t, b, f) or seen_by_surveillance(t, b, f):
            sound_alarm(t, f)
