"""An attack on a facility from outside: fight, gate, relief."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.account import book_dead_inside
from sim.agents.detainee import change_state, depart, next_in_order
from sim.agents.flight import fire_on
from sim.agents.guard import lose, present, upkeep_here
from sim.agents.rest import wake
from sim.agents.walls import breach
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.engine.random import binomial_quantile, lognormal_quantile, name_key, normal_quantile, uniform
from sim.world.codes import ATTACK, DEAD, FIGHT, GATE, GATE_FELL, NEVER, NO_ASSAULT, RELIEF, REPELLED
from sim.world.record import note
from sim.world.state import Truth

UNDER_ASSAULT = owned(
    __name__,
    state("assault", "i8", "", "index: none, fight, gate"),
    state("assault_due", "i8", "min", "when the next one begins", start=NEVER),
    state("attackers_due", "f8", "persons", "attackers in the next one"),
    state("assault_start", "i8", "min", "when the last one began"),
    state("attackers", "f8", "persons", "attackers"),
    state("succeeds", "i8", "0/1", "1 if the gate is to fall, unless relief comes first"),
    state("fight_until", "i8", "min", "when the gate falls or the attackers break off"),
    state("let_out_per_hour", "f8", "persons/h", "people whom the attackers let out of their cells"),
    state("relief_due", "i8", "min", "when relief comes, if nobody sees the assault sooner"),
    state("opened", "f8", "persons", "people whose cells are open"),
    state("gate_out", "i8", "exits", "exits while attackers held the gate"),
    state("assault_until", "i8", "min", "exits before this minute count as assault"),
    state("assaulted", "i8", "0/1", "1 once it has been attacked"),
)
"""Columns of FACILITY."""
ASSAULTS = owned(__name__, state("assaults", "i8", "", "facilities under assault"))
"""Columns of CLOCK."""

SUCCESS = name_key("assault.success")
SUCCESS_EVENT = name_key("assault.event")
FIGHT_HOURS = name_key("assault.fight")
RELIEF_HOURS = name_key("assault.relief")
OPENING = name_key("assault.opening")
GUARDS_LOST = name_key("assault.lost")
ASSAULT_DEAD = name_key("assault.dead")
LINGER_MINUTES = 360
"""Minutes after an assault in which exits still count as caused by it."""


@compiled
def expect_assault(t: Truth, f: int, minute: int, attackers: float) -> None:
    """Plan an attack on a facility at a minute, by this number of attackers, rounded half up and at least 1."""
    site = t.facility[f]
    site.assault_due = minute
    site.attackers_due = max(1.0, math.floor(attackers + 0.5))
    wake(t, f)


@compiled
def gate_held(t: Truth, f: int) -> bool:
    """Return whether attackers hold the gate."""
    return t.facility[f].assault == GATE


@compiled
def count_through_gate(t: Truth, f: int, n: int) -> None:
    """Count n exits while attackers hold the gate."""
    t.facility[f].gate_out += n


@compiled
def join_opened(t: Truth, f: int, n: int) -> None:
    """Count n people in the open inside among those whose cells are open."""
    site = t.facility[f]
    site.opened = min(float(site.held + site.gate_out), site.opened + n)


@compiled
def chance_of_success(attackers: float, defenders: float, level: float, slope: float) -> float:
    """Return the probability that a gate falls: logistic in the logarithm of the force ratio.

    Parameters: attackers (persons); defenders, guards who fight, in trained guards, at least 1; level, log odds at
    equal numbers, the event's own part included; slope, log odds per log ratio.
    """
    return 1.0 / (1.0 + math.exp(-(level + slope * math.log(attackers / max(1.0, defenders)))))


@compiled
def freed_after(out: float, everybody: float, let_out: float, self_release: float, hours: float) -> float:
    """Return the people out of their cells after a time of dO/dt = K + r O (1 - O / N), solved exactly, at most N.

    Attackers go from cell to cell until none is left; those who are out free others as they meet them. Parameters: out,
    O now; everybody, N, those inside or gone through the gate (persons); let_out, K, by the attackers (persons/h);
    self_release, r, by each one who is out (1/h); hours.
    """
    if out >= everybody or everybody <= 0.0:
        return everybody
    if self_release == 0.0:
        return min(everybody, out + let_out * hours)
    root = math.sqrt(1.0 + 4.0 * let_out / (self_release * everybody))
    low, high = 0.5 * everybody * (1.0 - root), 0.5 * everybody * (1.0 + root)  # where dO/dt is 0
    grown = (out - low) / (high - out) * math.exp(min(700.0, self_release * root * hours))
    return min(everybody, (low + grown * high) / (1.0 + grown))


@compiled
def draw_fight(t: Truth, f: int, defenders: float) -> None:
    """Draw how a fight ends, and when: at once where there is less than one defender."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    minute = site.assault_start
    z = normal_quantile(uniform(clock.seed, SUCCESS_EVENT, clock.replicate, site.key, minute, 0))
    level = params.assault_success_level + params.assault_success_sd * z
    chance = chance_of_success(site.attackers, defenders, level, params.assault_success_slope)
    succeeds = uniform(clock.seed, SUCCESS, clock.replicate, site.key, minute, 0) < chance
    u = uniform(clock.seed, FIGHT_HOURS, clock.replicate, site.key, minute, 0)
    hours = lognormal_quantile(u, params.assault_fight_hours, params.assault_fight_sd)
    site.succeeds = 1 if succeeds or defenders < 1.0 else 0
    site.fight_until = minute if defenders < 1.0 else minute + int(math.floor(60.0 * hours))


@compiled
def begin_assault(t: Truth, f: int, minute: int) -> None:
    """Begin an assault with a fight, whose end is drawn."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.assault_due = NEVER
    site.assaulted = 1
    site.assault_start = minute
    site.attackers = site.attackers_due
    draw_fight(
        t, f, params.assault_defend_share * present(t, f) * t.party[site.keeper].effectiveness * upkeep_here(t, f)
    )
    site.opened = 0.0
    site.gate_out = 0
    z = normal_quantile(uniform(clock.seed, OPENING, clock.replicate, site.key, minute, 0))
    at_hand = max(1.0, float(site.held)) / 1000.0
    site.let_out_per_hour = (
        params.assault_open_per_attacker_hour * site.attackers * math.exp(params.assault_open_sd * z)
    )
    site.let_out_per_hour *= at_hand**params.assault_size_exponent
    median = params.assault_relief_hours * (1.0 + params.assault_relief_penalty * (1.0 - clock.reaction))
    u = uniform(clock.seed, RELIEF_HOURS, clock.replicate, site.key, minute, 0)
    site.relief_due = minute + int(math.ceil(60.0 * lognormal_quantile(u, median, params.assault_relief_sd)))
    site.assault = FIGHT
    clock.assaults += 1
    fire_on(t, f, minute)
    note(t, minute, ATTACK, f, site.assault, site.attackers)


@compiled
def end_fight(t: Truth, f: int, loss: float, minute: int) -> None:
    """End the fighting: lose a share of the guards who fought."""
    clock = t.clock[0]
    site = t.facility[f]
    u = uniform(clock.seed, GUARDS_LOST, clock.replicate, site.key, site.assault_start, 0)
    n = int(math.floor(t.parameters[0].assault_defend_share * present(t, f) * loss + u))
    lose(t, f, min(n, int(math.floor(present(t, f)))), minute)


@compiled
def end_assault(t: Truth, f: int, minute: int) -> None:
    """End an assault, because relief comes or the attackers break off."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.assault_until = minute + LINGER_MINUTES
    clock.assaults -= 1
    if site.assault == FIGHT:
        end_fight(t, f, params.assault_loss_failure, minute)
        site.assault = NO_ASSAULT
        note(t, minute, REPELLED, f, 0, site.attackers)
        return
    site.assault = NO_ASSAULT
    loose = min(site.held, max(0, int(math.floor(site.opened)) - site.gate_out))
    u = uniform(clock.seed, ASSAULT_DEAD, clock.replicate, site.key, minute, 0)
    n = binomial_quantile(u, loose, params.assault_death_share)
    if n > 0:
        chosen = np.empty(n, np.int64)
        found = next_in_order(t, f, False, False, n, chosen)
        for k in range(found):
            depart(t, chosen[k])
            change_state(t, chosen[k], DEAD)
            book_dead_inside(t, f)
    breach(t, f, params.assault_breach_open)
    note(t, minute, RELIEF, f, 0, float(n))


@compiled
def relief_comes(t: Truth, f: int) -> int:
    """Return the minute at which relief comes: sooner if the assault has been noticed, where the scenario responds.

    R, the time until relief, is spent in a share alarm_share until somebody who can send it knows. Noticed at a,
    relief comes at min(k0 + R, a + ceil((1 - alarm_share) R)), k0 the assault's first minute.
    """
    site = t.facility[f]
    if t.clock[0].response == 0 or t.alarm[f] < site.assault_start:
        return int(site.relief_due)
    on_the_way = (1.0 - t.parameters[0].assault_alarm_share) * (site.relief_due - site.assault_start)
    return int(min(site.relief_due, t.alarm[f] + int(math.ceil(on_the_way))))


@compiled
def assault(t: Truth, f: int, minute: int) -> None:
    """Carry out one substep of an assault: relief, the end of the fighting, or cells opened."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if minute >= relief_comes(t, f):
        end_assault(t, f, minute)
        return
    if site.assault == FIGHT:
        if minute < site.fight_until:
            return
        if site.succeeds == 0:
            end_assault(t, f, minute)
            return
        end_fight(t, f, params.assault_loss_success, minute)
        site.assault = GATE
        note(t, minute, GATE_FELL, f, 0, site.attackers)
    everybody = float(site.held + site.gate_out)
    hours = clock.substep_minutes / 60.0
    release = params.assault_self_release_per_hour
    site.opened = freed_after(site.opened, everybody, site.let_out_per_hour, release, hours)
