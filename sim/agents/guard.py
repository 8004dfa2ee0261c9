"""Guard: one guard at a facility. Called to the front, flees, is lost, comes back; and the guards' joint effect."""

from __future__ import annotations

import math

import numpy as np

from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.compiled import compiled
from sim.engine.random import fill_uniform, name_key, uniform
from sim.engine.ranking import rank_uniforms
from sim.world.codes import (
    AT_FRONT,
    CALL,
    DAY,
    FLED,
    GATE,
    GUARD_STATES,
    GUARDED,
    GUARDS_GONE,
    LOST,
    NONE,
    ON_SITE,
    RELIEVED,
)
from sim.world.record import note
from sim.world.state import Truth

GUARD = np.dtype([("status", "i8"), ("call", "f8"), ("nerve", "f8")], align=True)

COUNT = name_key("guards.count")
CALLED = name_key("guards.call")
NERVE = name_key("guards.nerve")
REPLACE = name_key("guards.replace")

DECISION_MINUTE = 360
"""Commanders decide once a day, at 06:00."""


@compiled
def muster(t: Truth, f: int) -> None:
    """Guard j of a facility exists if j < floor(scale n_f + u_f); draws call numbers and nerve, in call order."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    u = uniform(clock.seed, COUNT, clock.replicate, site.key, 0, 0)
    n = int(math.floor(par.guards_scale * site.assigned + u))
    if n > site.guard_rows:
        clock.overflow = 1
        n = site.guard_rows
    site.guards = n
    site.on_site = n
    site.at_front = 0
    guards_changed(t, f)
    first = site.guard_first
    draw = np.empty(n)
    fill_uniform(draw, clock.seed, CALLED, clock.replicate, site.key, 0)
    for j in range(n):
        t.guard[first + j].call = draw[j]
        t.guard[first + j].status = ON_SITE
    ranked = np.empty(n, np.int32)
    rank_uniforms(draw, 0.0, 1.0, ranked)
    for j in range(n):
        t.guard_order[first + j] = first + ranked[j]
    fill_uniform(draw, clock.seed, NERVE, clock.replicate, site.key, 0)
    for j in range(n):
        t.guard[first + j].nerve = par.guards_nerve_min + (1.0 - par.guards_nerve_min) * draw[j]


@compiled
def front_pressure(t: Truth) -> None:
    """F of every party: rises while a hostile unit is active, falls when none is; exact over the step."""
    clock = t.clock[0]
    for p in range(t.party.shape[0]):
        target = 0.0
        for u in range(t.unit.shape[0]):
            if t.unit[u].active == 1 and t.hostile[t.unit[u].party, p]:
                target = 1.0
        party = t.party[p]
        party.pressure += (target - party.pressure) * (clock.pressure_up if target == 1.0 else clock.pressure_down)


@compiled
def return_and_replace(t: Truth, f: int, minute: int) -> None:
    """At the daily decision: lost guards are replaced, those who fled return once the threat is half their nerve."""
    clock = t.clock[0]
    site = t.facility[f]
    chance = 1.0 - math.exp(-t.par[0].guards_replace_per_day)
    for j in range(site.guards):
        guard = t.guard[site.guard_first + j]
        if guard.status == LOST:
            if uniform(clock.seed, REPLACE, clock.replicate, site.key, minute, j) < chance:
                guard.status = ON_SITE
                site.stirred = 1
        elif guard.status == FLED and site.threat < guard.nerve / 2.0:
            guard.status = ON_SITE
            site.stirred = 1


@compiled
def call_up(t: Truth, f: int, minute: int) -> None:
    """The front takes guards by call number, down to the floor; the others stand on site."""
    par = t.par[0]
    site = t.facility[f]
    share = par.guards_redeploy_share * min(1.0, t.party[site.controller].pressure * site.call_priority)
    before = site.on_site
    if site.stirred == 1:
        count_guards(t, f)
    wanted = called_below(t, f, share)
    floor = int(math.ceil(par.guards_floor_per_100 * site.held / 100.0))
    n = min(wanted, max(0, site.on_site + site.at_front - floor))
    if n == site.at_front and site.stirred == 0:
        return
    send_to_front(t, f, n)
    if site.on_site != before:
        note(t, minute, CALL, f, 0, float(site.on_site))


@compiled
def called_below(t: Truth, f: int, share: float) -> int:
    """Guards on site or at the front whose call number is below a share."""
    site = t.facility[f]
    n = 0
    for j in range(site.guards):
        guard = t.guard[t.guard_order[site.guard_first + j]]
        if guard.call >= share:
            break
        if guard.status == ON_SITE or guard.status == AT_FRONT:
            n += 1
    return n


@compiled
def send_to_front(t: Truth, f: int, n: int) -> None:
    """The first n by call number are at the front, the others on site."""
    site = t.facility[f]
    gone = 0
    for j in range(site.guards):
        guard = t.guard[t.guard_order[site.guard_first + j]]
        if guard.status == ON_SITE or guard.status == AT_FRONT:
            guard.status = AT_FRONT if gone < n else ON_SITE
            gone += 1
    site.at_front = min(n, gone)
    site.on_site = gone - site.at_front
    site.stirred = 0
    site.rest_until = 0


@compiled
def guards_changed(t: Truth, f: int) -> None:
    """Note that a facility's guards are not those of the last look."""
    t.facility[f].stirred = 1
    t.facility[f].rest_until = 0
    t.clock[0].guards_stirred = 1


@compiled
def flee(t: Truth, f: int) -> None:
    """On-site guards whose nerve is below the threat leave their posts."""
    site = t.facility[f]
    for j in range(site.guards):
        guard = t.guard[site.guard_first + j]
        if guard.status == ON_SITE and guard.nerve < site.threat:
            guard.status = FLED
            site.on_site -= 1
            guards_changed(t, f)


@compiled
def count_guards(t: Truth, f: int) -> None:
    """Count the facility's own guards present and at the front."""
    site = t.facility[f]
    site.on_site = 0
    site.at_front = 0
    for j in range(site.guards):
        status = t.guard[site.guard_first + j].status
        if status == ON_SITE:
            site.on_site += 1
        elif status == AT_FRONT:
            site.at_front += 1


@compiled
def relieve(t: Truth, f: int) -> None:
    """The old custodian's guards leave for good."""
    site = t.facility[f]
    for j in range(site.guards):
        t.guard[site.guard_first + j].status = RELIEVED
    site.on_site = 0
    site.at_front = 0
    guards_changed(t, f)


@compiled
def lose(t: Truth, f: int, n: int) -> None:
    """n guards are lost in an assault: own guards on site by index, else the occupier's."""
    site = t.facility[f]
    guards_changed(t, f)
    left = n
    for j in range(site.guards):
        guard = t.guard[site.guard_first + j]
        if left > 0 and guard.status == ON_SITE:
            guard.status = LOST
            site.on_site -= 1
            left -= 1
    if left > 0:
        site.occupier_guards = max(0.0, site.occupier_guards - left)


@compiled
def present(t: Truth, f: int) -> float:
    """G: guards on site plus the occupier's, all shifts."""
    return t.facility[f].on_site + t.facility[f].occupier_guards


@compiled
def upkeep_here(t: Truth, f: int) -> float:
    """What the sponsor's presence leaves of the guards' effect; 1 after a change of control."""
    return 1.0 if t.facility[f].changed == 1 else t.clock[0].upkeep


@compiled
def gate_held(t: Truth, f: int, minute: int) -> bool:
    """Whether attackers hold the gate: at once after a surprise, from the next tick on after a fight."""
    return t.facility[f].assault == GATE and minute >= t.facility[f].gate_from


@compiled
def effective_guards(t: Truth, f: int, minute: int) -> float:
    """C: effective guards on shift, a real number."""
    par = t.par[0]
    site = t.facility[f]
    value = present(t, f) / par.guards_shifts * t.party[site.keeper].effectiveness * upkeep_here(t, f)
    value *= 1.0 + par.guards_camera_gain * site.cameras
    if gate_held(t, f, minute):
        value *= 1.0 - par.assault_suppress_share
    if minute < site.pulled_until:
        value *= 1.0 - par.shelling_pull_share
    return value


@compiled
def guards(t: Truth) -> None:
    """The guards' step: pressure, the daily decision, flight; then who has custody."""
    front_pressure(t)
    clock = t.clock[0]
    decision = clock.m0 // DAY * DAY + DECISION_MINUTE
    decides = clock.m0 <= decision < clock.m1
    if not decides and clock.threatened == 0 and clock.guards_stirred == 0:
        return
    clock.guards_stirred = 0
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.changed == 0:
            if decides:
                if site.on_site + site.at_front < site.guards:
                    return_and_replace(t, f, decision)
                call_up(t, f, decision)
            if site.threat > t.par[0].guards_nerve_min and site.on_site > 0:
                flee(t, f)
        if site.custody == GUARDED and present(t, f) <= 0.0:
            site.custody = NONE
            site.rest_until = 0
            calm_everyone(t, f)
            note(t, clock.m0, GUARDS_GONE, f, NONE, 0.0)
        elif site.custody == NONE and site.changed == 0 and present(t, f) > 0.0:
            site.custody = GUARDED
            site.rest_until = 0
            note(t, clock.m0, GUARDS_GONE, f, GUARDED, present(t, f))


@compiled
def calm_everyone(t: Truth, f: int) -> None:
    """Nobody is in disorder where nobody keeps them."""
    site = t.facility[f]
    site.uncontained = 0.0
    site.quiet_guards = math.inf
    if site.active == 0:
        return
    site.listed = 0
    for k in range(site.held0):
        person = t.people[site.first + k]
        if person.slot == -1 and person.facility == f:
            person.active = 0
    entry = site.entry_head
    while entry >= 0:
        person = t.people[t.entry[entry, 0]]
        if person.slot == entry:
            person.active = 0
        entry = t.entry[entry, 1]
    for b in range(site.blocks):
        t.block[site.block_first + b].active = 0
    site.active = 0


class Guard(RowAgent):
    """One guard of a facility."""

    status = array_column("guard", "status", GUARD_STATES)
    call = array_column("guard", "call", doc="the front calls those with low numbers first")
    nerve = array_column("guard", "nerve", doc="threat at which this guard flees")
    facility = Column(lambda model, rows: np.asarray(model.names.facilities)[model.guard_home[rows]], "facility")
    party = Column(
        lambda model, rows: np.asarray(model.names.parties)[model.truth.facility["initial"][model.guard_home[rows]]],
        "party",
    )
    training = Column(
        lambda model, rows: model.truth.party["effectiveness"][model.truth.facility["initial"][model.guard_home[rows]]],
        "effect of one guard of the party",
    )
