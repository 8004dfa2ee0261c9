"""An attack on a facility from outside: surprise, fight, gate, relief."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.account import book_dead_inside
from sim.agents.detainee import change_state, depart, next_in_order
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
    state("attackers", "f8", "persons", "attackers left"),
    state("attackers0", "f8", "persons", "attackers at its start"),
    state("defenders", "f8", "guards", "defenders left, in trained guards"),
    state("defenders0", "f8", "guards", "the same at its start"),
    state("strength", "f8", "ratio", "noise of the attackers' strength"),
    state("relief_due", "i8", "min", "when relief comes"),
    state("opened", "f8", "persons", "people whose cells are open"),
    state("gate_from", "i8", "min", "minute from which attackers hold the gate"),
    state("gate_out", "i8", "exits", "exits while attackers held the gate"),
    state("assault_until", "i8", "min", "exits before this minute count as assault"),
    state("assaulted", "i8", "0/1", "1 once it has been attacked"),
)
"""Columns of FACILITY."""

SURPRISE = name_key("assault.surprise")
RELIEF_HOURS = name_key("assault.relief")
STRENGTH = name_key("assault.strength")
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
def gate_held(t: Truth, f: int, minute: int) -> bool:
    """Return whether attackers hold the gate: at once after a surprise, from the next substep on after a fight."""
    return t.facility[f].assault == GATE and minute >= t.facility[f].gate_from


@compiled
def count_through_gate(t: Truth, f: int, n: int) -> None:
    """Count n exits while attackers hold the gate."""
    t.facility[f].gate_out += n


@compiled
def lanchester(attackers: float, defenders: float, alpha: float, beta: float, hours: float) -> tuple[float, float]:
    """Return the strengths after a time under the square law da/dt = -beta d, dd/dt = -alpha a, both at least 0.

    Parameters: attackers, a; defenders, d; alpha, beta (per hour); hours. Closed form.
    Source: Lanchester 1916.
    """
    omega = math.sqrt(alpha * beta)
    c, s = math.cosh(omega * hours), math.sinh(omega * hours)
    a = attackers * c - defenders * math.sqrt(beta / alpha) * s
    d = defenders * c - attackers * math.sqrt(alpha / beta) * s
    return max(0.0, a), max(0.0, d)


@compiled
def begin_assault(t: Truth, f: int, minute: int) -> None:
    """Begin an assault: at the gate by surprise or against less than one defender, else with a fight."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.assault_due = NEVER
    site.assaulted = 1
    site.assault_start = minute
    site.attackers0 = site.attackers_due
    site.attackers = site.attackers_due
    site.defenders0 = (
        params.assault_defend_share * present(t, f) * t.party[site.keeper].effectiveness * upkeep_here(t, f)
    )
    site.defenders = site.defenders0
    site.opened = 0.0
    site.gate_out = 0
    site.strength = math.exp(
        params.assault_strength_sd
        * normal_quantile(uniform(clock.seed, STRENGTH, clock.replicate, site.key, minute, 0))
    )
    median = params.assault_relief_hours * (1.0 + params.assault_relief_penalty * (1.0 - clock.reaction))
    u = uniform(clock.seed, RELIEF_HOURS, clock.replicate, site.key, minute, 0)
    site.relief_due = minute + int(math.ceil(60.0 * lognormal_quantile(u, median, params.assault_relief_sd)))
    surprised = uniform(clock.seed, SURPRISE, clock.replicate, site.key, minute, 0) < params.assault_surprise
    site.assault = GATE if surprised or site.defenders0 < 1.0 else FIGHT
    site.gate_from = minute
    note(t, minute, ATTACK, f, site.assault, site.attackers0)


@compiled
def end_fight(t: Truth, f: int) -> None:
    """End the fighting, whoever won: lose the guards that it cost."""
    clock = t.clock[0]
    site = t.facility[f]
    share = 1.0 - site.defenders / site.defenders0
    u = uniform(clock.seed, GUARDS_LOST, clock.replicate, site.key, site.assault_start, 0)
    n = int(math.floor(t.parameters[0].assault_defend_share * present(t, f) * share + u))
    lose(t, f, min(n, int(math.floor(present(t, f)))))


@compiled
def end_assault(t: Truth, f: int, minute: int) -> None:
    """End an assault, because relief comes or the attackers break off."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.assault_until = minute + LINGER_MINUTES
    if site.assault == FIGHT:
        end_fight(t, f)
        site.assault = NO_ASSAULT
        note(t, minute, REPELLED, f, 0, site.attackers)
        return
    site.assault = NO_ASSAULT
    loose = min(site.held, max(0, int(math.floor(site.opened)) - site.gate_out))
    u = uniform(clock.seed, ASSAULT_DEAD, clock.replicate, site.key, minute, 0)
    n = binomial_quantile(u, loose, params.assault_death_share)
    if n > 0:
        chosen = np.empty(n, np.int64)
        found = next_in_order(t, f, False, n, chosen)
        for k in range(found):
            depart(t, chosen[k])
            change_state(t, chosen[k], DEAD)
            book_dead_inside(t, f)
    breach(t, f, params.assault_breach_open)
    note(t, minute, RELIEF, f, 0, float(n))


@compiled
def assault(t: Truth, f: int, minute: int) -> None:
    """Carry out one substep of an assault: relief, fighting, or cells opened."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    hours = clock.substep_minutes / 60.0
    if minute >= site.relief_due:
        end_assault(t, f, minute)
        return
    if site.assault == FIGHT:
        alpha = params.assault_kill_per_hour * site.strength
        beta = params.assault_kill_per_hour * params.assault_defender_advantage
        if alpha > 0.0:
            site.attackers, site.defenders = lanchester(site.attackers, site.defenders, alpha, beta, hours)
        if site.attackers < params.assault_attacker_breaks * site.attackers0:
            end_assault(t, f, minute)
        elif site.defenders < params.assault_defender_breaks * site.defenders0:
            end_fight(t, f)
            site.assault = GATE
            site.gate_from = minute + clock.substep_minutes
            note(t, minute, GATE_FELL, f, 0, site.attackers)
    else:
        site.opened = min(
            float(site.held + site.gate_out),
            site.opened + params.assault_open_per_attacker_hour * site.attackers * hours,
        )
