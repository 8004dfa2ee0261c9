"""Facility: prison or camp. Its mood, its walls, assaults on it, fire, disorder in it, and who gets out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.detainee import (
    change_state,
    critical_agitation,
    critical_containment,
    decide,
    depart,
    draw_order,
    draw_traits,
    get_out,
    next_in_order,
)
from sim.agents.guard import effective_guards, gate_held, lose, present, upkeep_here
from sim.engine.compiled import compiled
from sim.engine.random import (
    binomial_quantile,
    lognormal_quantile,
    name_key,
    normal_quantile,
    poisson_quantile,
    uniform,
)
from sim.world.codes import (
    ABANDONMENT,
    ASSAULT,
    ATTACK,
    DAY,
    DEAD,
    DISORDER,
    EXIT,
    FIGHT,
    GATE,
    GATE_FELL,
    GUARDED,
    HIT,
    MOVING,
    NEVER,
    NO_ASSAULT,
    NONE,
    OCCUPIED,
    RELEASE,
    RELEASED,
    RELIEF,
    REPELLED,
    SHELLING,
    STEALTH,
    TRANSFERRED,
)
from sim.world.record import note
from sim.world.state import Truth

AGITATION = name_key("agitation")
SURPRISE = name_key("assault.surprise")
RELIEF_HOURS = name_key("assault.relief")
STRENGTH = name_key("assault.strength")
GUARDS_LOST = name_key("assault.lost")
ASSAULT_DEAD = name_key("assault.dead")
SHELL_COUNT = name_key("shelling.count")
SHELL_TIME = name_key("shelling.time")
SHELL_SIZE = name_key("shelling.size")
SHELL_EXPOSED = name_key("shelling.exposed")
STEALTH_COUNT = name_key("stealth.count")
STEALTH_TIME = name_key("stealth.time")
STEALTH_ACCEPT = name_key("stealth.accept")
EXITS = name_key("exits")

HOURS_PER_YEAR = 8766.0
LINGER_MINUTES = 360
"""Exits so long after an assault still count as its doing."""
FEW = 64
"""So many in disorder are sorted when some of them get out; more are found by going through the order."""
EPISODE_MINUTES = 1440
"""A pause longer than this ends an episode."""


@compiled
def containment(guards_present: float, active: float, orderly: float, k: float) -> float:
    """Probability that disorder is contained: P = 1 - exp(-k C / (A + a0 N + 1)).

    Parameters: guards_present, effective guards C (persons); active, people in disorder A (persons); orderly,
    a0 N, the watching that all N take; k, dimensionless. Returns a probability, 0 to 1.
    Source: Epstein 2002, eq. 2; a0 N + 1 so that an orderly block is defined and takes watching.
    """
    return 1.0 - math.exp(-k * guards_present / (active + orderly + 1.0))


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
def opening_after(opening: float, opening0: float, erosion: float, repair: float, hours: float) -> float:
    """Opening of a wall after so many hours of dB/dt = e (1 - B) - r (B - B0), solved exactly."""
    rate = erosion + repair
    if rate <= 0.0:
        return opening
    goal = (erosion + repair * opening0) / rate
    value = goal + (opening - goal) * math.exp(-rate * hours)
    return opening0 if abs(value - opening0) < 1e-6 else value


@compiled
def new_day(t: Truth, f: int) -> None:
    """What is drawn for a facility once a day: agitation, candidates of lone escapes, hits."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    if site.resident == 1:
        return
    rho = math.exp(-1.0 / par.disorder_agitation_days)
    spread = math.sqrt(1.0 - rho * rho)
    if clock.m0 == 0:
        site.agitation_1 = normal_quantile(uniform(clock.seed, AGITATION, clock.replicate, site.key, 0, 0))
    site.agitation_0 = site.agitation_1
    z = normal_quantile(uniform(clock.seed, AGITATION, clock.replicate, site.key, clock.m0 + DAY, 0))
    site.agitation_1 = rho * site.agitation_0 + spread * z
    site.held_day = site.held
    rate = par.stealth_per_1000_year / 1000.0 / HOURS_PER_YEAR
    site.stealth = 0
    if site.held > 0:
        mean = 24.0 * rate * site.held * (1.0 + par.stealth_thin_gain)
        u = uniform(clock.seed, STEALTH_COUNT, clock.replicate, site.key, clock.m0, 0)
        site.stealth = poisson_quantile(u, mean)
    site.hits = -1


@compiled
def mood(t: Truth, f: int) -> None:
    """Agitation s and authority L of a facility in this step."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    phase = (clock.m0 % DAY + 0.5 * clock.step_minutes) / DAY
    crowd = min(par.disorder_crowding_max, par.disorder_crowding_weight * max(0.0, site.held / site.capacity - 1.0))
    slow = par.disorder_agitation_sd * ((1.0 - phase) * site.agitation_0 + phase * site.agitation_1)
    site.agitation = max(0.0, crowd + min(par.news_cap, clock.news) + slow)
    goal = t.party[site.controller].authority
    if site.custody == NONE or site.custody == RELEASED:
        site.authority *= math.exp(-clock.dt / par.disorder_authority_down_hours)
    elif site.authority != goal:
        site.authority = goal + (site.authority - goal) * math.exp(-clock.dt / par.disorder_authority_up_hours)


@compiled
def count_exits(t: Truth, f: int, n: int, minute: int, cause: int) -> None:
    """Book n exits of one tick: cause, episode, first day."""
    clock = t.clock[0]
    total = t.total[0]
    site = t.facility[f]
    t.causes[cause] += n
    site.exits_step += n
    if total.first_escape < 0:
        total.first_escape = clock.m1
    if site.first_escape < 0:
        site.first_escape = clock.m1
    note(t, minute, EXIT, f, cause, float(n))
    if site.episode >= 0 and minute - t.episode[site.episode].last_exit <= EPISODE_MINUTES:
        running = t.episode[site.episode]
        running.size += n
        running.last_exit = minute
        return
    if clock.episodes >= t.episode.shape[0]:
        clock.overflow = 1
        return
    site.episode = clock.episodes
    site.episode_step = 0
    clock.episodes += 1
    begun = t.episode[site.episode]
    begun.facility = f
    begun.start = minute
    begun.size = n
    begun.cause = cause
    begun.last_exit = minute


@compiled
def few_active_in_order(t: Truth, f: int, n: int, chosen: np.ndarray) -> int:
    """The next n in disorder, in the facility's order, found from the lists when they are few.

    The same as `next_in_order` with `only_active`: own people by go number, then those brought in by arrival.
    """
    site = t.facility[f]
    draw_order(t, f)
    who = np.empty(site.active, np.int64)
    rank = np.empty(site.active)
    found = 0
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.active == 0:
            continue
        start = first_of_list(site, b)
        for k in range(start, start + max(0, block.near)):
            i = t.near[k]
            if t.people[i].slot == -1 and t.people[i].facility == f and t.people[i].active == 1:
                who[found] = i
                rank[found] = t.trait[i, 2]
                found += 1
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry and t.people[i].active == 1:
            who[found] = i
            rank[found] = 2.0 + entry
            found += 1
        entry = t.entry[entry, 2]
    for k in range(1, found):
        w, r = who[k], rank[k]
        j = k
        while j > 0 and rank[j - 1] > r:
            rank[j] = rank[j - 1]
            who[j] = who[j - 1]
            j -= 1
        rank[j] = r
        who[j] = w
    taken = min(n, found)
    for k in range(taken):
        chosen[k] = who[k]
    return taken


@compiled
def let_out(t: Truth, f: int, n: int, only_active: bool, minute: int, cause: int) -> int:
    """The next n in order get out; returns how many did."""
    if n <= 0:
        return 0
    chosen = np.empty(n, np.int64)
    if only_active and t.facility[f].active <= FEW and t.facility[f].listed == 1:
        found = few_active_in_order(t, f, n, chosen)
    else:
        found = next_in_order(t, f, only_active, n, chosen)
    for k in range(found):
        get_out(t, chosen[k], minute)
    if found > 0:
        count_exits(t, f, found, minute, cause)
    return found


@compiled
def cause_now(site: Any, cause: int, minute: int) -> int:
    """The cause that applies first: an assault on, or gone less than six hours, comes before all but release."""
    if cause != RELEASE and (site.assault != NO_ASSAULT or minute < site.assault_until):
        return ASSAULT
    return cause


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


@compiled
def shelling(t: Truth, f: int, minute: int) -> None:
    """Hits of this tick: the wall opens, people are set loose, guards are pulled from their posts."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    if minute >= site.shell_until:
        site.exposed = 0
    if site.distance > par.shelling_front_km or site.held == 0:
        return
    day = clock.m0 // DAY * DAY
    if site.hits < 0:
        u = uniform(clock.seed, SHELL_COUNT, clock.replicate, site.key, day, 0)
        site.hits = poisson_quantile(u, par.shelling_hits_per_month / 30.0)
    for k in range(site.hits):
        when = day + int(math.floor(1440.0 * uniform(clock.seed, SHELL_TIME, clock.replicate, site.key, day, k)))
        if when < minute or when >= minute + clock.tick_minutes:
            continue
        v = uniform(clock.seed, SHELL_SIZE, clock.replicate, site.key, when, k)
        site.opening += par.shelling_opening * (1.0 - site.walls) * (v * v) * (1.0 - site.opening)
        u = uniform(clock.seed, SHELL_EXPOSED, clock.replicate, site.key, when, k)
        loose = int(math.floor(lognormal_quantile(u, par.shelling_exposed, par.shelling_exposed_sd)))
        site.exposed = min(site.held, site.exposed + loose)
        site.shell_until = when + DAY
        site.pulled_until = when + int(math.floor(60.0 * par.shelling_pull_hours))
        note(t, when, HIT, f, 0, float(loose))


@compiled
def stealth_ratio(t: Truth, f: int) -> float:
    """How much likelier lone escapes are than at the guard ratio of the start."""
    par = t.par[0]
    site = t.facility[f]
    thin = 1.0
    if site.assigned > 0.0:
        thin = max(0.0, 1.0 - (present(t, f) / site.held) / (site.assigned / site.held0))
    return (1.0 + par.stealth_thin_gain * thin) * (1.0 - par.stealth_camera_cut * site.cameras)


@compiled
def stealth(t: Truth, f: int, minute: int) -> None:
    """Lone escapes of this tick: the day's candidates, thinned."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    if site.custody == NONE or site.custody == RELEASED or gate_held(t, f, minute):
        return
    day = clock.m0 // DAY * DAY
    for k in range(site.stealth):
        when = day + int(math.floor(1440.0 * uniform(clock.seed, STEALTH_TIME, clock.replicate, site.key, day, k)))
        if when < minute or when >= minute + clock.tick_minutes or site.held == 0:
            continue
        chance = stealth_ratio(t, f) * site.held / (site.held_day * (1.0 + par.stealth_thin_gain))
        if uniform(clock.seed, STEALTH_ACCEPT, clock.replicate, site.key, day, k) < chance:
            let_out(t, f, 1, False, minute, cause_now(site, STEALTH, minute))


@compiled
def smallest_block(t: Truth, f: int) -> int:
    """People in the facility's smallest block that is not empty."""
    site = t.facility[f]
    if site.smallest_block == 0:
        best = site.held
        for b in range(site.blocks):
            n = t.block[site.block_first + b].held
            if 0 < n < best:
                best = n
        site.smallest_block = best
    return site.smallest_block


@compiled
def is_quiet(t: Truth, f: int, guards: float) -> bool:
    """Whether nobody can join disorder now; exact, by bounds that need no look at persons.

    p* rises with agitation and falls with authority, and P rises with guards: what was seen quiet stays quiet
    while agitation is no higher, authority no lower and guards no fewer, and nobody came or left. Before
    anyone was looked at, the largest p* anybody could have is held against the smallest block.
    """
    par = t.par[0]
    site = t.facility[f]
    if (
        guards >= site.quiet_guards
        and site.agitation <= site.quiet_agitation
        and site.authority >= site.quiet_authority
    ):
        return True
    net = (1.0 + site.agitation) * (1.0 - site.authority) - par.disorder_threshold
    if net <= 0.0:
        return True
    n = smallest_block(t, f)
    least = containment(guards * n / site.held, 0.0, par.disorder_watching * n, par.disorder_containment_k)
    return net / min(par.disorder_risk_min, par.disorder_family_risk_min) <= least


@compiled
def contain_blocks(t: Truth, f: int, guards: float) -> None:
    """P of every block: part of the guards at fixed posts, part drawn to where disorder is."""
    par = t.par[0]
    site = t.facility[f]
    reserve = par.guards_reserve_share
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
        block.containment = containment(
            here, float(block.active), par.disorder_watching * block.held, par.disorder_containment_k
        )
        if block.active == 0:
            last = block.containment
            last_held = block.held


@compiled
def refresh_lists(t: Truth, f: int) -> None:
    """Keep, for every block, the list of those who could join under somewhat worse conditions than now.

    Exact: p* rises with agitation and falls with authority, so whoever is not listed stays quiet while agitation is
    at most, authority and the block's containment at least, what the list was made for. A block whose
    conditions have grown worse is looked through again.
    """
    site = t.facility[f]
    if site.listed == 0 or site.agitation > site.near_agitation or site.authority < site.near_authority:
        site.listed = 1
        site.near_agitation = site.agitation + 0.02
        site.near_authority = site.authority - 0.01
        site.near_least = math.inf
        draw_traits(t, f)
        for b in range(site.blocks):
            t.block[site.block_first + b].near = -1
    lowest = math.inf
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.held == 0:
            continue
        lowest = min(lowest, block.containment)
        if block.near < 0 or block.containment < block.least:
            list_block(t, f, b)
    if site.entry_head >= 0 and lowest < site.near_least:
        site.near_least = 0.85 * lowest
        chain_entries(t, f)


@compiled
def first_of_list(site: Any, b: int) -> int:
    """Where a block's list begins: each block has room for its own people."""
    size, more = site.held0 // site.blocks, site.held0 % site.blocks
    return int(site.first + b * size + min(b, more))


@compiled
def list_block(t: Truth, f: int, b: int) -> None:
    """Look at all a block's own people once and list those who could join."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    block.least = 0.9 * block.containment
    start = first_of_list(site, b)
    listed = 0
    for k in range(b, site.held0, site.blocks):
        i = site.first + k
        if t.people[i].slot == -1 and t.people[i].facility == f and is_near(t, f, i, block.least):
            t.near[start + listed] = i
            listed += 1
    block.near = listed


@compiled
def is_near(t: Truth, f: int, i: int, least: float) -> bool:
    """Whether a person is in disorder, or could join under the conditions the lists are made for."""
    site = t.facility[f]
    p = critical_containment(t, i, site.near_agitation, site.near_authority)
    return bool(t.people[i].active == 1 or p > least)


@compiled
def chain_entries(t: Truth, f: int) -> None:
    """Those brought in: forget who has left again, and chain those who could join."""
    site = t.facility[f]
    entry = site.entry_head
    site.entry_head = -1
    site.entry_tail = -1
    site.near_entry = -1
    while entry >= 0:
        following = t.entry[entry, 1]
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            draw_traits(t, t.people[i].home)
            if site.entry_tail >= 0:
                t.entry[site.entry_tail, 1] = entry
            else:
                site.entry_head = entry
            site.entry_tail = entry
            t.entry[entry, 1] = -1
            if is_near(t, f, i, site.near_least):
                t.entry[entry, 2] = site.near_entry
                site.near_entry = entry
        entry = following


@compiled
def quiet_up_to(t: Truth, f: int, i: int) -> float:
    """The agitation up to which a person here stays quiet, all else as now."""
    block = t.block[t.facility[f].block_first + t.people[i].block]
    return critical_agitation(t, i, t.facility[f].authority, block.containment)


@compiled
def book_decision(t: Truth, f: int, i: int, decision: int) -> None:
    """Count a person who joined or calmed down."""
    site = t.facility[f]
    site.active += decision
    t.block[site.block_first + t.people[i].block].active += decision


@compiled
def disorder(t: Truth, f: int, guards: float, minute: int) -> None:
    """One tick of disorder: everybody's decision on the containment of the tick's start."""
    par = t.par[0]
    site = t.facility[f]
    if site.active == 0 and is_quiet(t, f, guards):
        return
    contain_blocks(t, f, guards)
    refresh_lists(t, f)
    hours = t.clock[0].tick_minutes / 60.0
    join = 1.0 - math.exp(-par.disorder_up_per_hour * hours)
    calm = 1.0 - math.exp(-par.disorder_down_per_hour * hours)
    orderly = site.active == 0
    highest = site.near_agitation
    for b in range(site.blocks):
        start = first_of_list(site, b)
        for k in range(start, start + max(0, t.block[site.block_first + b].near)):
            i = t.near[k]
            if t.people[i].slot != -1 or t.people[i].facility != f:
                continue
            decision = decide(t, i, site.agitation, site.authority, join, calm, minute)
            if orderly:
                highest = min(highest, quiet_up_to(t, f, i))
            if decision != 0:
                book_decision(t, f, i, decision)
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            draw_traits(t, t.people[i].home)
            decision = decide(t, i, site.agitation, site.authority, join, calm, minute)
            if orderly:
                highest = min(highest, quiet_up_to(t, f, i))
            if decision != 0:
                book_decision(t, f, i, decision)
        entry = t.entry[entry, 2]
    if orderly and highest >= site.agitation:
        site.quiet_guards = guards
        site.quiet_agitation = highest
        site.quiet_authority = site.authority
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.active > 0:
            site.uncontained += block.active * (1.0 - block.containment)


@compiled
def residents_leave(t: Truth, f: int, n: int) -> None:
    """Residents walk out: they have left freely."""
    site = t.facility[f]
    site.held -= n
    t.total[0].left_freely += n


@compiled
def exits(t: Truth, f: int, guards: float, minute: int) -> None:
    """Who gets out in this tick, by who keeps the place."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    hours = clock.tick_minutes / 60.0
    whole = site.flow * hours
    kept = site.custody == GUARDED or site.custody == OCCUPIED
    pool = 0
    mean = whole
    cause = RELEASE
    if site.custody == RELEASED:
        pool = site.held if site.resident == 0 else 0
    elif gate_held(t, f, minute):
        pool = min(site.held, int(math.floor(site.opened)) - site.gate_out)
        cause = ASSAULT
    elif site.custody == NONE:
        gone = site.escaped if site.resident == 0 else site.held0 - site.held
        pool = min(site.held, int(math.floor(site.leave_share * site.held0 + 0.5)) - gone)
        mean = whole * site.opening
        cause = ABANDONMENT
    elif kept:
        pool = min(site.held, site.active + site.exposed)
        if pool > 0:
            mean = whole * site.opening * (1.0 - containment(guards, float(pool), 0.0, par.walls_gate_k))
        cause = SHELLING if minute < site.shell_until else DISORDER
    elif site.custody == MOVING:
        pool = site.held if site.resident == 0 else 0
        mean = whole / 4.0
    if pool <= 0:
        return
    n = min(pool, poisson_quantile(uniform(clock.seed, EXITS, clock.replicate, site.key, minute, 0), mean))
    if n <= 0:
        return
    if site.resident == 1:
        residents_leave(t, f, n)
        return
    if site.custody == MOVING and not gate_held(t, f, minute):
        move_out(t, f, n)
        return
    active_first = let_out(t, f, min(n, site.active), True, minute, cause_now(site, cause, minute))
    others = let_out(t, f, n - active_first, False, minute, cause_now(site, cause, minute))
    if gate_held(t, f, minute) and site.custody != RELEASED:
        site.gate_out += active_first + others
    elif kept:
        site.exposed = max(0, site.exposed - others)


@compiled
def move_out(t: Truth, f: int, n: int) -> None:
    """The holder moves n people out of the modelled facilities."""
    chosen = np.empty(n, np.int64)
    found = next_in_order(t, f, False, n, chosen)
    for k in range(found):
        depart(t, chosen[k])
        change_state(t, chosen[k], TRANSFERRED)
    t.facility[f].transferred += found


@compiled
def walls(t: Truth, f: int) -> None:
    """The perimeter after the tick's exits: opened, worn or repaired."""
    par = t.par[0]
    site = t.facility[f]
    hours = t.clock[0].tick_minutes / 60.0
    if site.custody == NONE:
        open_hours = par.walls_camp_open_hours if site.camp == 1 else par.walls_prison_open_hours
        site.opening = 1.0 - (1.0 - site.opening) * math.exp(-hours / open_hours)
    elif site.custody == GUARDED or site.custody == OCCUPIED:
        loose = max(0.0, site.uncontained - par.walls_erosion_minimum)
        erosion = par.walls_erosion_per_hour * (1.0 - site.walls) * loose / 1000.0
        ordered = site.active == 0 and present(t, f) > 0.0 and site.assault == NO_ASSAULT
        repair = par.walls_repair_per_hour * upkeep_here(t, f) if ordered else 0.0
        site.opening = opening_after(site.opening, site.opening0, erosion, repair, hours)


@compiled
def at_rest(t: Truth, f: int, guards: float) -> bool:
    """Whether a whole step can change nothing here: kept, quiet, closed, no attack, no fire, no candidate."""
    clock = t.clock[0]
    site = t.facility[f]
    if site.custody != GUARDED and site.custody != OCCUPIED:
        empty = site.held == 0 and site.assault == NO_ASSAULT and site.assault_due == NEVER
        return bool(empty and site.custody != NONE)
    if site.resident == 1:
        return bool(site.opening == site.opening0)
    if site.active > 0 or site.exposed > 0 or site.assault != NO_ASSAULT or site.assault_due != NEVER:
        return False
    if site.opening != site.opening0 or site.stealth > 0 or clock.m0 < site.pulled_until:
        return False
    if site.distance <= t.par[0].shelling_front_km and site.hits != 0:
        return False
    return bool(site.held == 0 or is_quiet(t, f, guards))


@compiled
def ticks(t: Truth, f: int) -> None:
    """A step of one facility, tick by tick: assault, fire, lone escapes, disorder, exits, walls."""
    clock = t.clock[0]
    site = t.facility[f]
    if site.resident == 0:
        mood(t, f)
    guards = effective_guards(t, f, clock.m0)
    if at_rest(t, f, guards):
        return
    if site.episode >= 0:
        site.episode_step = t.episode[site.episode].size
    for k in range(clock.ticks):
        minute = clock.m0 + k * clock.tick_minutes
        if site.assault_due < minute + clock.tick_minutes:
            begin_assault(t, f, minute)
        if site.assault != NO_ASSAULT:
            assault(t, f, minute)
        if site.resident == 0:
            shelling(t, f, minute)
            stealth(t, f, minute)
        guards = effective_guards(t, f, minute)
        site.uncontained = 0.0
        if site.resident == 0 and site.held > 0 and (site.custody == GUARDED or site.custody == OCCUPIED):
            disorder(t, f, guards, minute)
        exits(t, f, guards, minute)
        walls(t, f)
