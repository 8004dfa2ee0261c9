"""Facility: prison or camp. Columns FACILITY, BLOCK; its mood, its walls, fire on it, and who gets out; the view."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.assault import assault, begin_assault
from sim.agents.attributes import own_name, party_name
from sim.agents.detainee import (
    change_state,
    depart,
    get_out,
    next_in_order,
)
from sim.agents.disorder import FEW, GUARDS_SLACK, containment, disorder, few_active_in_order, is_quiet
from sim.agents.guard import effective_guards, gate_held, present, upkeep_here
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.compiled import compiled
from sim.engine.random import (
    lognormal_quantile,
    name_key,
    normal_quantile,
    poisson_quantile,
    uniform,
)
from sim.world.codes import (
    ABANDONMENT,
    ASSAULT,
    CUSTODY,
    DAY,
    DISORDER,
    EXIT,
    GUARDED,
    HIT,
    MOVING,
    NEVER,
    NO_ASSAULT,
    NONE,
    OCCUPIED,
    RELEASE,
    RELEASED,
    SHELLING,
    STEALTH,
    TRANSFERRED,
)
from sim.world.record import note
from sim.world.state import Truth

FACILITY = np.dtype(
    [
        # What it is.
        ("key", "u8"),
        ("initial", "i8"),  # party at the start
        ("x", "f8"),
        ("y", "f8"),
        ("column", "i8"),
        ("row", "i8"),
        ("next_here", "i8"),  # next facility in the same cell, -1 for none
        ("next_in_square", "i8"),  # next facility of detained people in the same square
        ("camp", "i8"),  # 1 camp, 0 prison
        ("resident", "i8"),  # 1 if its people may walk out
        ("first", "i8"),  # its people are rows first .. first + held0 - 1
        ("held0", "i8"),
        ("assigned", "f8"),  # guards in the theatre file, before guards.scale
        ("guard_first", "i8"),
        ("guard_rows", "i8"),
        ("capacity", "f8"),
        ("walls", "f8"),
        ("cameras", "f8"),
        ("leave_share", "f8"),
        ("flow", "f8"),  # W, persons/h through a full opening
        ("call_priority", "f8"),
        ("block_first", "i8"),
        ("blocks", "i8"),
        ("hardened", "i8"),  # 1 if the hardening lever reaches it
        ("formal_lever", "i8"),  # 1 if the formal handover lever names it
        ("dated", "i8"),  # 1 if a dated change names it or an area it lies in
        ("emptied_by_lever", "i8"),  # 1 if the move-first lever empties it
        # Who keeps it.
        ("controller", "i8"),
        ("keeper", "i8"),  # party whose guards stand there
        ("changed", "i8"),
        ("custody", "i8"),
        ("custody_due", "i8"),
        ("formal", "i8"),
        ("contested_due", "i8"),
        ("contested_by", "i8"),
        ("guards", "i8"),  # guards that exist in this replicate
        ("on_site", "i8"),
        ("at_front", "i8"),
        ("occupier_guards", "f8"),
        ("threat", "f8"),
        ("distance", "f8"),  # km to the nearest hostile active unit
        # Order.
        ("held", "i8"),
        ("fighters", "i8"),
        ("active", "i8"),  # A, people in disorder
        ("opening", "f8"),  # B, 0-1
        ("opening0", "f8"),
        ("authority", "f8"),  # L
        ("agitation", "f8"),  # s
        ("agitation_0", "f8"),  # x_d
        ("agitation_1", "f8"),  # x_(d+1)
        ("uncontained", "f8"),  # U
        # Assault.
        ("assault", "i8"),  # none, fight, gate
        ("assault_due", "i8"),
        ("attackers_due", "f8"),
        ("assault_start", "i8"),
        ("attackers", "f8"),
        ("attackers0", "f8"),
        ("defenders", "f8"),
        ("defenders0", "f8"),
        ("strength", "f8"),
        ("relief_due", "i8"),
        ("opened", "f8"),
        ("gate_from", "i8"),  # minute from which attackers hold the gate
        ("gate_out", "i8"),
        ("assault_until", "i8"),  # exits before this minute count as assault
        ("assaulted", "i8"),
        # Shelling, stealth.
        ("hits", "i8"),  # hits drawn for the day
        ("exposed", "i8"),
        ("shell_until", "i8"),
        ("pulled_until", "i8"),
        ("held_day", "i8"),
        ("stealth", "i8"),  # candidates drawn for the day
        ("stealth_due", "i8"),  # minute of the next of them
        # Account.
        ("escaped", "i8"),
        ("recaptured", "i8"),
        ("transferred", "i8"),
        ("moved", "i8"),
        ("repatriated", "i8"),
        ("died", "i8"),
        ("first_escape", "i8"),  # end of the step of the first exit, minute; -1 for none
        ("episode", "i8"),  # index of the running or last episode, -1 for none
        ("episode_step", "i8"),  # its size when the step began, 0 if it began in the step
        ("exits_step", "i8"),
        # Work saved, never a result.
        ("rest_until", "i8"),  # nothing can change here before this minute, with
        ("rest_held", "i8"),  # so many people,
        ("rest_news", "f8"),  # at most so much news
        ("rest_upkeep", "f8"),  # and at least so much upkeep
        ("drawn_traits", "i8"),
        ("drawn_order", "i8"),
        ("cursor", "i8"),
        ("ordered", "i8"),  # so many of its people are put in order
        ("order_cut", "f8"),  # those with go numbers below this
        ("stirred", "i8"),  # 1 if guards came or went since the last call
        ("entry_head", "i8"),
        ("entry_tail", "i8"),
        ("smallest_block", "i8"),  # 0: to be found again
        ("listed", "i8"),  # 1 once its blocks' lists of those who could join are kept
        ("near_entry", "i8"),  # first entry of the chain of those brought in who could join
        ("near_least", "f8"),  # containment down to which that chain holds
        ("near_agitation", "f8"),  # the lists hold for at most so much agitation
        ("far_agitation", "f8"),  # and at least so much,
        ("near_authority", "f8"),  # for at least so much authority
        ("far_authority", "f8"),  # and at most so much
        ("quiet_guards", "f8"),  # nobody joins with at least so many effective guards,
        ("quiet_agitation", "f8"),  # at most so much agitation,
        ("quiet_authority", "f8"),  # and at least so much authority
    ],
    align=True,
)

BLOCK = np.dtype(
    [
        ("held", "i8"),
        ("active", "i8"),
        ("containment", "f8"),
        ("least", "f8"),  # containment from which
        ("most", "f8"),  # to which its list holds
        ("first", "i8"),  # where its list begins: each block has room for its own people
        ("near", "i8"),  # length of the list, -1 for none
        ("look", "i8"),  # so many of it need to be looked at, the others are settled in disorder
    ],
    align=True,
)


AGITATION = name_key("agitation")
SHELL_COUNT = name_key("shelling.count")
SHELL_TIME = name_key("shelling.time")
SHELL_SIZE = name_key("shelling.size")
SHELL_EXPOSED = name_key("shelling.exposed")
STEALTH_COUNT = name_key("stealth.count")
STEALTH_TIME = name_key("stealth.time")
STEALTH_ACCEPT = name_key("stealth.accept")
EXITS = name_key("exits")
HOURS_PER_YEAR = 8766.0


EPISODE_MINUTES = 1440
"""A pause longer than this ends an episode."""


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
    site.rest_until = 0
    rho = clock.agitation_kept
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
    site.stealth_due = next_candidate(t, f, clock.m0)
    site.hits = -1


@compiled
def crowding(t: Truth, f: int, held: int) -> float:
    """Agitation by crowding with so many people, at most crowding_max."""
    par = t.par[0]
    return min(
        par.disorder_crowding_max,
        par.disorder_crowding_weight * max(0.0, held / t.facility[f].capacity - 1.0),
    )


@compiled
def mood(t: Truth, f: int, heard: float, held: int) -> None:
    """Agitation s and authority L of a facility in this step. Parameters: heard, held, news and people at its start."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    phase = (clock.m0 % DAY + 0.5 * clock.step_minutes) / DAY
    slow = par.disorder_agitation_sd * ((1.0 - phase) * site.agitation_0 + phase * site.agitation_1)
    site.agitation = max(0.0, crowding(t, f, held) + min(par.news_cap, heard) + slow)
    goal = t.party[site.controller].authority
    if site.custody == NONE or site.custody == RELEASED:
        site.authority *= clock.authority_kept
    elif site.authority != goal:
        site.authority = goal + (site.authority - goal) * clock.authority_lag


@compiled
def count_exits(t: Truth, f: int, n: int, minute: int, cause: int) -> None:
    """Book n exits of one tick: cause, episode, first day."""
    clock = t.clock[0]
    total = t.total[0]
    site = t.facility[f]
    t.causes[cause] += n
    site.exits_step += n
    clock.exits_step += n
    if total.first_escape < 0:
        total.first_escape = clock.m1
    if site.first_escape < 0:
        site.first_escape = clock.m1
    note(t, minute, EXIT, f, cause, float(n))
    if site.episode >= 0 and minute - t.episode[site.episode].last_exit <= EPISODE_MINUTES:
        running = t.episode[site.episode]
        running.exits += n
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
    begun.exits = n
    begun.cause = cause
    begun.last_exit = minute


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
def candidate_minute(t: Truth, f: int, k: int) -> int:
    """When the day's k-th candidate of a lone escape would go."""
    clock = t.clock[0]
    day = clock.m0 // DAY * DAY
    u = uniform(clock.seed, STEALTH_TIME, clock.replicate, t.facility[f].key, day, k)
    return day + int(math.floor(1440.0 * u))


@compiled
def next_candidate(t: Truth, f: int, minute: int) -> int:
    """The first minute from this one on at which a candidate of the day would go."""
    due = NEVER
    for k in range(t.facility[f].stealth):
        when = candidate_minute(t, f, k)
        if minute <= when < due:
            due = when
    return due


@compiled
def stealth(t: Truth, f: int, minute: int) -> None:
    """Lone escapes of this tick: the day's candidates, thinned."""
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    if site.stealth_due >= minute + clock.tick_minutes:
        return
    site.stealth_due = next_candidate(t, f, minute + clock.tick_minutes)
    if site.custody == NONE or site.custody == RELEASED or gate_held(t, f, minute):
        return
    day = clock.m0 // DAY * DAY
    for k in range(site.stealth):
        when = candidate_minute(t, f, k)
        if when < minute or when >= minute + clock.tick_minutes or site.held == 0:
            continue
        chance = stealth_ratio(t, f) * site.held / (site.held_day * (1.0 + par.stealth_thin_gain))
        if uniform(clock.seed, STEALTH_ACCEPT, clock.replicate, site.key, day, k) < chance:
            let_out(t, f, 1, False, minute, cause_now(site, STEALTH, minute))


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
        pool = left_to_go(t, f)
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
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    hours = clock.tick_minutes / 60.0
    if site.custody == NONE:
        still = clock.camp_closed if site.camp == 1 else clock.prison_closed
        site.opening = 1.0 - (1.0 - site.opening) * still
    elif site.custody == GUARDED or site.custody == OCCUPIED:
        loose = max(0.0, site.uncontained - par.walls_erosion_minimum)
        erosion = par.walls_erosion_per_hour * (1.0 - site.walls) * loose / 1000.0
        ordered = site.active == 0 and present(t, f) > 0.0 and site.assault == NO_ASSAULT
        repair = par.walls_repair_per_hour * upkeep_here(t, f) if ordered else 0.0
        if erosion == 0.0 and site.opening == site.opening0:
            return
        site.opening = opening_after(site.opening, site.opening0, erosion, repair, hours)


@compiled
def left_to_go(t: Truth, f: int) -> int:
    """People who would still leave a place that nobody keeps: leave_share of those at the start, less those gone."""
    site = t.facility[f]
    gone = site.escaped if site.resident == 0 else site.held0 - site.held
    return int(min(site.held, int(math.floor(site.leave_share * site.held0 + 0.5)) - gone))


@compiled
def no_more_exits(t: Truth, f: int) -> bool:
    """Whether a whole step can change nothing at a place without guards but its authority."""
    clock = t.clock[0]
    site = t.facility[f]
    if site.assault != NO_ASSAULT or site.assault_due != NEVER or site.exposed > 0:
        return False
    if site.custody == NONE:
        under_fire = site.held > 0 and site.distance <= t.par[0].shelling_front_km and site.hits != 0
        still = site.resident == 1 or (not under_fire and site.stealth_due >= clock.m1)
        return bool(still and site.opening == 1.0 and left_to_go(t, f) <= 0)
    return bool(site.held == 0 or site.resident == 1)


@compiled
def at_rest(t: Truth, f: int, guards: float) -> bool:
    """Whether a whole step can change nothing here: kept, quiet, closed, no attack, no fire, no candidate."""
    clock = t.clock[0]
    site = t.facility[f]
    if site.custody != GUARDED and site.custody != OCCUPIED:
        return no_more_exits(t, f)
    if site.resident == 1:
        return bool(site.opening == site.opening0)
    if site.active > 0 or site.exposed > 0 or site.assault != NO_ASSAULT or site.assault_due != NEVER:
        return False
    if site.opening != site.opening0 or site.stealth_due < clock.m1 or clock.m0 < site.pulled_until:
        return False
    if site.distance <= t.par[0].shelling_front_km and site.hits != 0:
        return False
    return bool(site.held == 0 or is_quiet(t, f, guards, site.agitation))


@compiled
def rest(t: Truth, f: int, guards: float) -> None:
    """A facility is at rest: find how long, within the day, it surely stays so if nobody and nothing comes.

    Agitation is linear in time over a day but for news; guards weigh as the sponsor's upkeep.
    """
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    tomorrow = clock.m0 // DAY * DAY + DAY
    site.rest_upkeep = 0.0
    site.rest_news = math.inf
    if site.resident == 1:
        site.rest_until = tomorrow
        return
    kept = site.custody == GUARDED or site.custody == OCCUPIED
    if not kept or site.authority != t.party[site.controller].authority:
        return
    if site.held > 0:
        slow = par.disorder_agitation_sd * max(site.agitation_0, site.agitation_1)
        most = max(0.0, crowding(t, f, site.held) + min(par.news_cap, clock.news) + slow) + 1e-9
        slack = GUARDS_SLACK if is_quiet(t, f, GUARDS_SLACK * guards, most) else 1.0
        if slack == 1.0 and not is_quiet(t, f, guards, most):
            return
        site.rest_news = clock.news
        site.rest_upkeep = slack * upkeep_here(t, f) * (1.0 + 1e-9) if slack < 1.0 else upkeep_here(t, f)
    # The step that holds the next candidate begins after this minute less a step.
    site.rest_until = min(tomorrow, site.stealth_due - clock.step_minutes + 1)
    site.rest_held = site.held


@compiled
def rests(t: Truth, f: int) -> bool:
    """Whether nothing can change at a facility in this step, as was found out before."""
    clock = t.clock[0]
    site = t.facility[f]
    return bool(clock.m0 < site.rest_until and clock.news <= site.rest_news and upkeep_here(t, f) >= site.rest_upkeep)


@compiled
def wake_moods(t: Truth) -> None:
    """Agitation of places at rest, which nobody needed, as of the last step."""
    clock = t.clock[0]
    for f in range(t.facility.shape[0]):
        if clock.m0 < t.facility[f].rest_until and t.facility[f].resident == 0:
            mood(t, f, clock.news_before, t.facility[f].rest_held)


@compiled
def ticks(t: Truth, f: int) -> None:
    """A step of one facility, tick by tick: assault, fire, lone escapes, disorder, exits, walls."""
    clock = t.clock[0]
    site = t.facility[f]
    site.rest_until = 0
    if site.resident == 0:
        mood(t, f, clock.news, site.held)
    guards = effective_guards(t, f, clock.m0)
    if at_rest(t, f, guards):
        rest(t, f, guards)
        return
    if site.episode >= 0:
        site.episode_step = t.episode[site.episode].exits
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


class Facility(RowAgent):
    """A prison, a policed annex, or the residents of a camp. It does not move."""

    name = own_name("facilities")
    controller = party_name("facility", "controller")
    custody = array_column("facility", "custody", CUSTODY)
    held = array_column("facility", "held")
    held0 = array_column("facility", "held0")
    active = array_column("facility", "active", doc="people in disorder")
    opening = array_column("facility", "opening", doc="opening of the perimeter, 0-1")
    authority = array_column("facility", "authority", doc="L, 0-1")
    agitation = array_column("facility", "agitation", doc="s")
    escaped = array_column("facility", "escaped", doc="exits so far")
    recaptured = array_column("facility", "recaptured")
    resident = Column(lambda model, rows: model.truth.facility["resident"][rows] == 1, "people may walk out")
    guards_present = Column(
        lambda model, rows: model.truth.facility["on_site"][rows] + model.truth.facility["occupier_guards"][rows],
        "guards on site, all shifts",
    )

    @property
    def cell(self) -> Any:
        """The grid cell it stands on."""
        site = self.model.truth.facility[self.row]
        return self.model.grid[int(site["column"]), int(site["row"])]

    @property
    def pos(self) -> tuple[int, int]:
        """Column and row of the cell."""
        site = self.model.truth.facility[self.row]
        return int(site["column"]), int(site["row"])
