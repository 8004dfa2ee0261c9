"""An attack on a facility from outside: surprise, fight, gate, relief. Part of the rule of Facility."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.detainee import (
    change_state,
    depart,
    next_in_order,
)
from sim.agents.guard import lose, present, upkeep_here
from sim.engine.compiled import compiled
from sim.engine.random import (
    binomial_quantile,
    lognormal_quantile,
    name_key,
    normal_quantile,
    uniform,
)
from sim.world.codes import (
    ATTACK,
    DEAD,
    FIGHT,
    GATE,
    GATE_FELL,
    NEVER,
    NO_ASSAULT,
    RELIEF,
    REPELLED,
)
from sim.world.record import note
from sim.world.state import Truth

SURPRISE = name_key("assault.surprise")
RELIEF_HOURS = name_key("assault.relief")
STRENGTH = name_key("assault.strength")
GUARDS_LOST = name_key("assault.lost")
ASSAULT_DEAD = name_key("assault.dead")
LINGER_MINUTES = 360
"""Exits so long after an assault still count as its doing."""


@compiled
def lanchester(attackers: float, defenders: float, alpha: float, beta: float, hours: float) -> tuple[float, float]:
    """Strengths after so many hours of the square law da/dt = -beta d, dd/dt = -alpha a (closed form, at least 0).

    Source: Lanchester 1916.
    """
    omega = math.sqrt(alpha * beta)
    c, s = math.cosh(omega * hours), math.sinh(omega * hours)
    a = attackers * c - defenders * math.sqrt(beta / alpha) * s
    d = defenders * c - attackers * math.sqrt(alpha / beta) * s
    return max(0.0, a), max(0.0, d)


@compiled
def begin_assault(t: Truth, f: int, minute: int) -> None:
    """An attack begins: by surprise at the gate, or with a fight."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    site.assault_due = NEVER
    site.assaulted = 1
    site.assault_start = minute
    site.attackers0 = site.attackers_due
    site.attackers = site.attackers_due
    site.defenders0 = par.assault_defend_share * present(t, f) * t.party[site.keeper].effectiveness * upkeep_here(t, f)
    site.defenders = site.defenders0
    site.opened = 0.0
    site.gate_out = 0
    site.strength = math.exp(
        par.assault_strength_sd * normal_quantile(uniform(clock.seed, STRENGTH, clock.replicate, site.key, minute, 0))
    )
    median = par.assault_relief_hours * (1.0 + par.assault_relief_penalty * (1.0 - clock.reaction))
    u = uniform(clock.seed, RELIEF_HOURS, clock.replicate, site.key, minute, 0)
    site.relief_due = minute + int(math.ceil(60.0 * lognormal_quantile(u, median, par.assault_relief_sd)))
    surprised = uniform(clock.seed, SURPRISE, clock.replicate, site.key, minute, 0) < par.assault_surprise
    site.assault = GATE if surprised or site.defenders0 < 1.0 else FIGHT
    site.gate_from = minute
    note(t, minute, ATTACK, f, site.assault, site.attackers0)


@compiled
def end_fight(t: Truth, f: int) -> None:
    """The fighting ends, one way or the other: the guards it cost."""
    clock = t.clock[0]
    site = t.facility[f]
    share = 1.0 - site.defenders / site.defenders0
    u = uniform(clock.seed, GUARDS_LOST, clock.replicate, site.key, site.assault_start, 0)
    n = int(math.floor(t.par[0].assault_defend_share * present(t, f) * share + u))
    lose(t, f, min(n, int(math.floor(present(t, f)))))


@compiled
def end_assault(t: Truth, f: int, minute: int) -> None:
    """Relief comes, or the attackers break off."""
    clock = t.clock[0]
    par = t.par[0]
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
    n = binomial_quantile(u, loose, par.assault_death_share)
    if n > 0:
        chosen = np.empty(n, np.int64)
        found = next_in_order(t, f, False, n, chosen)
        for k in range(found):
            depart(t, chosen[k])
            change_state(t, chosen[k], DEAD)
            site.died += 1
    site.opening = max(site.opening, par.assault_breach_open)
    note(t, minute, RELIEF, f, 0, float(n))


@compiled
def assault(t: Truth, f: int, minute: int) -> None:
    """One tick of an assault: relief, fighting, or cells opened."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    hours = clock.tick_minutes / 60.0
    if minute >= site.relief_due:
        end_assault(t, f, minute)
        return
    if site.assault == FIGHT:
        alpha = par.assault_kill_per_hour * site.strength
        beta = par.assault_kill_per_hour * par.assault_defender_advantage
        if alpha > 0.0:
            site.attackers, site.defenders = lanchester(site.attackers, site.defenders, alpha, beta, hours)
        if site.attackers < par.assault_attacker_breaks * site.attackers0:
            end_assault(t, f, minute)
        elif site.defenders < par.assault_defender_breaks * site.defenders0:
            end_fight(t, f)
            site.assault = GATE
            site.gate_from = minute + clock.tick_minutes
            note(t, minute, GATE_FELL, f, 0, site.attackers)
    else:
        site.opened = min(
            float(site.held + site.gate_out),
            site.opened + par.assault_open_per_attacker_hour * site.attackers * hours,
        )
