"""Fire on a facility near the front: it opens walls, sets people loose and pulls guards from their posts."""

from __future__ import annotations

import math

from sim.agents.flight import fire_on
from sim.agents.walls import hit_walls
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, poisson_quantile, uniform
from sim.world.codes import DAY, HIT, NO_INCIDENT
from sim.world.record import note
from sim.world.state import Truth

UNDER_FIRE = owned(
    __name__,
    state("hits", "i8", "hits", "hits drawn for the day, -1 before", start=-1),
    state("exposed", "i8", "persons", "people whom a hit or an incident set loose inside"),
    state("shell_until", "i8", "min", "exits before this minute go through an opening made by a shell"),
    state("pulled_until", "i8", "min", "guards are pulled from their posts before this minute"),
)
"""Columns of FACILITY."""

SHELL_COUNT = name_key("shelling.count")
SHELL_TIME = name_key("shelling.time")
SHELL_SIZE = name_key("shelling.size")
SHELL_EXPOSED = name_key("shelling.exposed")


@compiled
def expect_fire(t: Truth, f: int) -> None:
    """Mark the day's hits on a facility as not drawn yet."""
    t.facility[f].hits = -1


@compiled
def use_exposed(t: Truth, f: int, n: int) -> None:
    """Take n people who got out off those who are loose inside."""
    site = t.facility[f]
    site.exposed = max(0, site.exposed - n)


@compiled
def expose(t: Truth, f: int, n: int) -> None:
    """Set n people loose inside, no more than are held."""
    site = t.facility[f]
    site.exposed = min(site.held, site.exposed + n)


@compiled
def restore_order(t: Truth, f: int) -> None:
    """Bring back to their cells those who are loose inside."""
    t.facility[f].exposed = 0


@compiled
def shelling(t: Truth, f: int, minute: int) -> None:
    """Work out the hits of this substep: the wall opens, people are set loose, guards are pulled from their posts."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if minute >= site.shell_until and site.incident == NO_INCIDENT:
        restore_order(t, f)
    if site.distance > params.shelling_front_km or site.held == 0:
        return
    day = clock.m0 // DAY * DAY
    if site.hits < 0:
        u = uniform(clock.seed, SHELL_COUNT, clock.replicate, site.key, day, 0)
        site.hits = poisson_quantile(u, params.shelling_hits_per_month / 30.0)
    for k in range(site.hits):
        when = day + int(math.floor(DAY * uniform(clock.seed, SHELL_TIME, clock.replicate, site.key, day, k)))
        if when < minute or when >= minute + clock.substep_minutes:
            continue
        v = uniform(clock.seed, SHELL_SIZE, clock.replicate, site.key, when, k)
        hit_walls(t, f, v * v)
        u = uniform(clock.seed, SHELL_EXPOSED, clock.replicate, site.key, when, k)
        loose = int(math.floor(lognormal_quantile(u, params.shelling_exposed, params.shelling_exposed_sd)))
        expose(t, f, loose)
        site.shell_until = when + DAY
        site.pulled_until = when + int(math.floor(60.0 * params.shelling_pull_hours))
        fire_on(t, f, minute)
        note(t, when, HIT, f, 0, float(loose))
