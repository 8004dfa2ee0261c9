"""Work saved by a facility's step: whether nothing at all can change there, and until when."""

from __future__ import annotations

import math

from sim.agents.disorder import crowding, mood
from sim.agents.disorder_lists import GUARDS_SLACK, is_quiet
from sim.agents.exits import left_to_go
from sim.agents.guard import upkeep_here
from sim.agents.rest import rest_before
from sim.engine.compiled import compiled
from sim.world.codes import DAY, GUARDED, NEVER, NO_ASSAULT, NO_INCIDENT, NONE, OCCUPIED
from sim.world.state import Truth


@compiled
def no_more_exits(t: Truth, f: int) -> bool:
    """Return whether a whole step can change nothing but authority at a facility without guards."""
    clock = t.clock[0]
    site = t.facility[f]
    if site.assault != NO_ASSAULT or site.assault_due != NEVER or site.exposed > 0:
        return False
    if site.incident != NO_INCIDENT or site.tunnel_left > 0:
        return False
    if site.custody == NONE:
        under_fire = site.held > 0 and site.distance <= t.parameters[0].shelling_front_km and site.hits != 0
        still = site.resident == 1 or (not under_fire and site.stealth_due >= clock.m1)
        return bool(still and site.opening == 1.0 and left_to_go(t, f) <= 0)
    return bool(site.held == 0 or site.resident == 1)


@compiled
def can_rest(t: Truth, f: int, guards: float) -> bool:
    """Return whether a whole step can change nothing here: kept, quiet, closed; no attack, fire, escape, incident."""
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
    if site.incident != NO_INCIDENT or site.incident_due < clock.m1 or site.tunnel_left > 0:
        return False
    if site.distance <= t.parameters[0].shelling_front_km and site.hits != 0:
        return False
    return bool(site.held == 0 or is_quiet(t, f, guards, site.agitation))


@compiled
def rest(t: Truth, f: int, guards: float) -> None:
    """Leave a facility at rest alone for as long, within the day, as it surely stays so if nothing comes.

    Over a day agitation is linear in time but for news, and guards change only by the sponsor's upkeep.
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    tomorrow = clock.m0 // DAY * DAY + DAY
    upkeep = 0.0
    news = math.inf
    if site.resident == 1:
        rest_before(t, f, tomorrow, upkeep, news)
        return
    kept = site.custody == GUARDED or site.custody == OCCUPIED
    if not kept or site.authority != t.party[site.controller].authority:
        return
    if site.held > 0:
        slow = params.disorder_agitation_sd * max(site.agitation_0, site.agitation_1)
        most = max(0.0, crowding(t, f, site.held) + min(params.news_cap, clock.news) + slow) + 1e-9
        slack = GUARDS_SLACK if is_quiet(t, f, GUARDS_SLACK * guards, most) else 1.0
        if slack == 1.0 and not is_quiet(t, f, guards, most):
            return
        news = clock.news
        upkeep = slack * upkeep_here(t, f) * (1.0 + 1e-9) if slack < 1.0 else upkeep_here(t, f)
    # The step that holds the next candidate or incident begins after this minute less a step.
    due = min(site.stealth_due, site.incident_due)
    rest_before(t, f, min(tomorrow, due - clock.step_minutes + 1), upkeep, news)


@compiled
def is_at_rest(t: Truth, f: int) -> bool:
    """Return whether nothing can change at a facility in this step, as found in an earlier one."""
    clock = t.clock[0]
    site = t.facility[f]
    return bool(clock.m0 < site.rest_until and clock.news <= site.rest_news and upkeep_here(t, f) >= site.rest_upkeep)


@compiled
def update_moods_at_rest(t: Truth) -> None:
    """Set the mood of facilities at rest, which no rule needed meanwhile, to that of the last step."""
    clock = t.clock[0]
    for f in range(t.facility.shape[0]):
        if clock.m0 < t.facility[f].rest_until and t.facility[f].resident == 0:
            mood(t, f, clock.news_before, t.facility[f].rest_held)
