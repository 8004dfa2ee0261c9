"""Guard: one guard at a facility, who is called to the front, leaves, is lost, comes back; the view."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.given import Given
from sim.agents.rest import wake
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.columns import Record, decision, drawn, fixed, owned, saved, state
from sim.engine.compiled import compiled
from sim.engine.random import fill_uniform, name_key, uniform
from sim.engine.ranking import rank_uniforms
from sim.scenario.size import most_guards
from sim.world.codes import AT_FRONT, CALL, FLED, FORMAL, GUARD_STATES, LOST, NEVER, ON_SITE, RELIEVED
from sim.world.record import list_too_short, note
from sim.world.state import Truth

GUARD = Record(
    "GUARD",
    owned(
        __name__,
        state("status", "i8", "", "index of the status: on site, at the front, ..."),
        drawn("call", "f8", "", "the front calls those with low numbers first, 0-1"),
        drawn("nerve", "f8", "fear", "fear above which this guard flees, 0-1"),
    ),
)
POSTS = owned(
    __name__,
    fixed("assigned", "f8", "guards", "guards in the theatre file, before guards.scale", "theatre.facilities.*.guards"),
    fixed("guard_first", "i8", "", "its guards are rows guard_first .. guard_first + guards - 1"),
    fixed("guard_rows", "i8", "guards", "most guards it can have in any replicate"),
    fixed("call_priority", "f8", "share", "how far it gives guards to the front", "theatre.facilities.*.call_priority"),
    drawn("guards", "i8", "guards", "guards that exist in this replicate"),
    state("on_site", "i8", "guards", "own guards present, all shifts"),
    state("at_front", "i8", "guards", "own guards at the front"),
    state("occupier_guards", "f8", "guards", "the occupier's guards present"),
    state("told_to_stay", "i8", "0/1", "1 once the lever of formal handovers has had guards told to stay"),
    state("gone", "f8", "guards", "own guards who went in about the last day, as they weigh, Z, at gone_at"),
    state("gone_at", "i8", "min", "when it was last brought up to date"),
    saved("stirred", "i8", "0/1", "1 if guards came or went since the last call", forget=1),
)
"""Columns of FACILITY."""
PRESSURE = owned(__name__, state("pressure", "f8", "", "front pressure F, 0-1"))
EFFECTIVENESS = owned(
    __name__,
    fixed("effectiveness", "f8", "share", "work of one guard, trained guard = 1", "theatre.parties.*.effectiveness"),
)
"""Columns of PARTY."""
GUARD_RATES = owned(
    __name__,
    saved("guards_stirred", "i8", "0/1", "1 if guards came or went anywhere since they were last looked at", forget=1),
    decision("pressure_up", "f8", "share", "of the way that front pressure goes in a step when it rises"),
    decision("pressure_down", "f8", "share", "of the way that front pressure goes in a step when it falls"),
)
"""Columns of CLOCK."""

COUNT = name_key("guards.count")
CALLED = name_key("guards.call")
NERVE = name_key("guards.nerve")
REPLACE = name_key("guards.replace")
ORDER = name_key("guards.order")


def post_guards(rows: np.ndarray, given: Given) -> np.ndarray:
    """Return rows for the most guards that all facilities can have in any replicate.

    Parameters: rows of FACILITY, written.
    """
    count = 0
    for row, facility in zip(rows, given.theatre.facilities.values(), strict=True):
        row["guard_first"] = count
        row["guard_rows"] = most_guards(given.scenario.guards.scale, facility)
        count += int(row["guard_rows"])
    return GUARD.rows(count)


@compiled
def fix_rates_of_guards(t: Truth) -> None:
    """Work out the exponentials of the length of a step."""
    clock = t.clock[0]
    params = t.parameters[0]
    clock.pressure_up = 1.0 - math.exp(-clock.dt / params.guards_pressure_up_hours)
    clock.pressure_down = 1.0 - math.exp(-clock.dt / params.guards_pressure_down_hours)


@compiled
def draw_guards(t: Truth, f: int) -> None:
    """Draw the guards that exist, their call numbers and nerve.

    Guard j of a facility exists if j < floor(scale n_f + u_f).
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    u = uniform(clock.seed, COUNT, clock.replicate, site.key, 0, 0)
    n = int(math.floor(params.guards_scale * site.assigned + u))
    if n > site.guard_rows:
        list_too_short(t)
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
        t.guard[first + j].nerve = params.guards_nerve_min + (1.0 - params.guards_nerve_min) * draw[j]


@compiled
def front_pressure(t: Truth) -> None:
    """Update front pressure F of every party: up while a hostile unit is active, else down; exact over the step."""
    clock = t.clock[0]
    for p in range(t.party.shape[0]):
        target = 0.0
        for u in range(t.unit.shape[0]):
            if t.unit[u].active == 1 and t.hostile[t.unit[u].party, p]:
                target = 1.0
        party = t.party[p]
        party.pressure += (target - party.pressure) * (clock.pressure_up if target == 1.0 else clock.pressure_down)


@compiled
def replaced_per_day(t: Truth, f: int, minute: int) -> float:
    """Return the rate at which lost guards are replaced: faster once noticed, where the scenario responds (1/day)."""
    params = t.parameters[0]
    if t.clock[0].response == 1 and minute < t.noticed[f]:
        return max(params.guards_replace_per_day, params.guards_reinforce_per_day)
    return params.guards_replace_per_day


@compiled
def faded(amount: float, minutes: int, hours: float) -> float:
    """Return what is left of an amount after a time, with this e-folding time in hours."""
    return amount * math.exp(-minutes / 60.0 / hours) if amount > 0.0 else 0.0


@compiled
def gone_lately(t: Truth, f: int, minute: int) -> float:
    """Return Z at a minute: the facility's own guards who went in about the last day, as far as not forgotten."""
    site = t.facility[f]
    return faded(site.gone, minute - site.gone_at, t.parameters[0].guards_gone_hours)


@compiled
def count_gone(t: Truth, f: int, n: float, minute: int) -> None:
    """Add guards who have just gone to Z; n, those who fled or were lost, or their like."""
    site = t.facility[f]
    site.gone = gone_lately(t, f, minute) + n
    site.gone_at = minute


@compiled
def may_be_ordered(t: Truth, f: int) -> bool:
    """Return whether a facility would pass formally: the lever names it, or control passes so by default."""
    clock = t.clock[0]
    return bool(clock.handover == FORMAL or clock.formal_everywhere == 1 or t.facility[f].formal_lever == 1)


@compiled
def order_in_force(t: Truth, f: int) -> bool:
    """Return whether guards are under an order to stay until they are relieved: the lever's, or a formal change's."""
    site = t.facility[f]
    if site.changed == 1:
        return bool(site.formal == 1)
    return bool(may_be_ordered(t, f) and site.told_to_stay == 1)


@compiled
def order_to_stay(t: Truth, f: int) -> None:
    """Tell guards to stay once the front is near or a unit contests the place, if the lever names it."""
    site = t.facility[f]
    if site.told_to_stay == 1 or not may_be_ordered(t, f):
        return
    if site.distance <= t.parameters[0].shelling_front_km or site.contested_due != NEVER:
        site.told_to_stay = 1


@compiled
def keeps_order(t: Truth, f: int, j: int) -> bool:
    """Return whether guard j of a facility keeps to an order to stay."""
    clock = t.clock[0]
    u = uniform(clock.seed, ORDER, clock.replicate, t.facility[f].key, 0, j)
    return bool(u < t.parameters[0].guards_order_kept)


@compiled
def return_and_replace(t: Truth, f: int, minute: int, fear: float) -> None:
    """Replace lost guards; let those who fled return where fear is below half their nerve.

    Nobody returns to ground that was given away. Parameters: minute, that of the daily decision; fear, of one who stood
    there.
    """
    clock = t.clock[0]
    site = t.facility[f]
    chance = 1.0 - math.exp(-replaced_per_day(t, f, minute))
    for j in range(site.guards):
        guard = t.guard[site.guard_first + j]
        if guard.status == LOST:
            if uniform(clock.seed, REPLACE, clock.replicate, site.key, minute, j) < chance:
                guard.status = ON_SITE
                site.stirred = 1
        elif guard.status == FLED and fear < guard.nerve / 2.0 and site.ground_given < 0:
            guard.status = ON_SITE
            site.stirred = 1


@compiled
def call_up(t: Truth, f: int, minute: int) -> None:
    """Send guards to the front by call number, down to the floor; the others stand on site.

    Those who keep an order to stay are left where they are.
    """
    params = t.parameters[0]
    site = t.facility[f]
    share = params.guards_redeploy_share * t.party[site.controller].pressure * site.call_priority
    share *= math.exp(-site.front_km / params.guards_call_km)
    before = site.on_site
    if site.stirred == 1:
        count_guards(t, f)
    floor = int(math.ceil(params.guards_floor_per_100 * site.held / 100.0))
    if may_be_ordered(t, f):
        call_the_free(t, f, share, floor)
    else:
        wanted = called_below(t, f, share)
        n = min(wanted, max(0, site.on_site + site.at_front - floor))
        if n == site.at_front and site.stirred == 0:
            return
        send_to_front(t, f, n)
    if site.on_site != before:
        note(t, minute, CALL, f, 0, float(site.on_site))


@compiled
def called_below(t: Truth, f: int, share: float) -> int:
    """Return the number of guards on site or at the front whose call number is below a share."""
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
    """Send the first n by call number to the front, and put the others on site."""
    site = t.facility[f]
    ranked = 0
    leave = 0
    for j in range(site.guards):
        guard = t.guard[t.guard_order[site.guard_first + j]]
        if guard.status == ON_SITE or guard.status == AT_FRONT:
            if ranked < n and guard.status == ON_SITE:
                leave += 1
            guard.status = AT_FRONT if ranked < n else ON_SITE
            ranked += 1
    count_gone(t, f, t.parameters[0].guards_called_weight * leave, t.clock[0].m0)
    site.at_front = min(n, ranked)
    site.on_site = ranked - site.at_front
    site.stirred = 0
    wake(t, f)


@compiled
def call_the_free(t: Truth, f: int, share: float, floor: int) -> None:
    """Send guards to the front where an order to stay may be in force: those who keep it are passed over.

    Parameters: share, call number below which guards are called; floor, guards who must be left.
    """
    site = t.facility[f]
    ordered = order_in_force(t, f)
    first = site.guard_first
    wanted = 0
    here = 0
    for j in range(site.guards):
        guard = t.guard[first + j]
        if guard.status != ON_SITE and guard.status != AT_FRONT:
            continue
        if ordered and keeps_order(t, f, j):
            here += 1 if guard.status == ON_SITE else 0
        else:
            here += 1
            wanted += 1 if guard.call < share else 0
    n = min(wanted, max(0, here - floor))
    ranked = 0
    leave = 0
    for k in range(site.guards):
        row = t.guard_order[first + k]
        guard = t.guard[row]
        if guard.status != ON_SITE and guard.status != AT_FRONT:
            continue
        if ordered and keeps_order(t, f, row - first):
            continue
        if ranked < n and guard.status == ON_SITE:
            leave += 1
        guard.status = AT_FRONT if ranked < n else ON_SITE
        ranked += 1
    count_gone(t, f, t.parameters[0].guards_called_weight * leave, t.clock[0].m0)
    count_guards(t, f)
    site.stirred = 0
    wake(t, f)


@compiled
def guards_changed(t: Truth, f: int) -> None:
    """Note that a facility's guards have changed since they were last looked at."""
    t.facility[f].stirred = 1
    wake(t, f)
    t.clock[0].guards_stirred = 1


@compiled
def guards_by_nerve(t: Truth, f: int, ranked: np.ndarray) -> None:
    """Write the indices of a facility's guards by rising nerve, ties by index: int32 (>= guards,)."""
    clock = t.clock[0]
    site = t.facility[f]
    draw = np.empty(site.guards)
    fill_uniform(draw, clock.seed, NERVE, clock.replicate, site.key, 0)
    rank_uniforms(draw, 0.0, 1.0, ranked)


@compiled
def on_post(t: Truth, f: int, j: int) -> bool:
    """Return whether guard j of a facility is on site."""
    return bool(t.guard[t.facility[f].guard_first + j].status == ON_SITE)


@compiled
def least_nerve(t: Truth, f: int, ordered: bool) -> float:
    """Return the least nerve of a facility's guards on site, infinite if there are none.

    Parameters: ordered, whether those who keep to an order to stay are passed over.
    """
    least = math.inf
    for j in range(t.facility[f].guards):
        nerve = t.guard[t.facility[f].guard_first + j].nerve
        if nerve < least and on_post(t, f, j) and not (ordered and keeps_order(t, f, j)):
            least = nerve
    return least


@compiled
def leave_post(t: Truth, f: int, j: int, minute: int) -> None:
    """Let guard j of a facility, who is on site, flee."""
    site = t.facility[f]
    t.guard[site.guard_first + j].status = FLED
    site.on_site -= 1
    count_gone(t, f, 1, minute)
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
    """Relieve the old custodian's guards, who leave for good."""
    site = t.facility[f]
    for j in range(site.guards):
        t.guard[site.guard_first + j].status = RELIEVED
    site.on_site = 0
    site.at_front = 0
    guards_changed(t, f)


@compiled
def lose(t: Truth, f: int, n: int, minute: int) -> None:
    """Lose n guards in an assault: own guards on site by index, else the occupier's."""
    site = t.facility[f]
    guards_changed(t, f)
    left = n
    for j in range(site.guards):
        guard = t.guard[site.guard_first + j]
        if left > 0 and guard.status == ON_SITE:
            guard.status = LOST
            site.on_site -= 1
            left -= 1
    count_gone(t, f, n - left, minute)
    if left > 0:
        site.occupier_guards = max(0.0, site.occupier_guards - left)


@compiled
def post_occupier(t: Truth, f: int, guards: float) -> None:
    """Post the occupier's own guards, a real number."""
    t.facility[f].occupier_guards = guards


@compiled
def guards_stir(t: Truth) -> bool:
    """Return whether guards came or went anywhere since they were last looked at."""
    return t.clock[0].guards_stirred == 1


@compiled
def guards_seen(t: Truth) -> None:
    """Note that the guards of all facilities have been looked at."""
    t.clock[0].guards_stirred = 0


@compiled
def present(t: Truth, f: int) -> float:
    """Return G: guards on site plus the occupier's, all shifts."""
    return t.facility[f].on_site + t.facility[f].occupier_guards


@compiled
def upkeep_here(t: Truth, f: int) -> float:
    """Return the share of the guards' effect that the sponsor's presence leaves; 1 after a change of control."""
    return 1.0 if t.facility[f].changed == 1 else t.clock[0].upkeep


@compiled
def guards_on_duty(t: Truth) -> int:
    """Return the number of guards present everywhere, all shifts."""
    n = 0
    for f in range(t.facility.shape[0]):
        n += guards_here(t, f)
    return n


@compiled
def guards_here(t: Truth, f: int) -> int:
    """Return the number of guards present at a facility, all shifts, the occupier's rounded half up."""
    site = t.facility[f]
    return int(site.on_site + math.floor(site.occupier_guards + 0.5))


class Guard(RowAgent):
    """One guard of a facility."""

    status = array_column("guard", "status", GUARD_STATES)
    call = array_column("guard", "call", doc="the front calls those with low numbers first")
    nerve = array_column("guard", "nerve", doc="fear above which this guard flees")
    facility = Column(lambda model, rows: np.asarray(model.names.facilities)[model.guard_home[rows]], "facility")
    party = Column(
        lambda model, rows: np.asarray(model.names.parties)[model.truth.facility["initial"][model.guard_home[rows]]],
        "party",
    )
    training = Column(
        lambda model, rows: model.truth.party["effectiveness"][model.truth.facility["initial"][model.guard_home[rows]]],
        "effect of one guard of the party",
    )
