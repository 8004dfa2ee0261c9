"""Tunnel: a way out under the perimeter that many use unseen, until it is found."""

from __future__ import annotations

import math

from sim.agents.assault import gate_held
from sim.agents.events import shifted
from sim.agents.exits import cause_now, let_out, units_of
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, normal_quantile, poisson_quantile, uniform
from sim.world.codes import GUARDED, INCIDENT, OCCUPIED, STEALTH, TUNNEL
from sim.world.record import note
from sim.world.state import Truth

UNDERGROUND = owned(
    __name__,
    state("tunnel_left", "i8", "persons", "people who can reach a tunnel and have yet to go"),
    state("tunnel_until", "i8", "min", "when it is found"),
)
"""Columns of FACILITY."""

THROUGH_TUNNEL = name_key("tunnel")
TUNNEL_SHARE = name_key("tunnel.share")
FOUND_AFTER = name_key("tunnel.found")


@compiled
def open_tunnel(t: Truth, f: int, when: int, severity: float) -> None:
    """Open a tunnel: who can reach it, and when it is found. One that is in use still is widened by nothing.

    Parameters: when, its minute; severity, median share of those held who can reach it, NaN for `unrest.tunnel_share`.
    """
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if site.tunnel_left > 0:
        return
    share = params.unrest_tunnel_share if math.isnan(severity) else severity
    z = normal_quantile(uniform(clock.seed, TUNNEL_SHARE, clock.replicate, site.key, when, 0))
    site.tunnel_left = int(math.floor(shifted(share, params.unrest_severity_sd * z) * site.held + 0.5))
    u = uniform(clock.seed, FOUND_AFTER, clock.replicate, site.key, when, 0)
    hours = lognormal_quantile(u, params.unrest_tunnel_hours, params.unrest_quell_sd)
    site.tunnel_until = when + int(math.floor(60.0 * hours))
    note(t, when, INCIDENT, f, TUNNEL, float(site.tunnel_left))


@compiled
def tunnel(t: Truth, f: int, minute: int) -> None:
    """Let out the units that leave through a tunnel in a substep; once it is found, nobody does."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if site.tunnel_left == 0:
        return
    if minute >= site.tunnel_until or site.held == 0:
        site.tunnel_left = 0
        return
    if (site.custody != GUARDED and site.custody != OCCUPIED) or gate_held(t, f):
        return
    pool = units_of(t, f, min(site.tunnel_left, site.held))
    mean = params.unrest_tunnel_flow_per_hour * clock.substep_minutes / 60.0
    if site.units < site.held:
        mean = mean * site.units / site.held
    n = min(pool, poisson_quantile(uniform(clock.seed, THROUGH_TUNNEL, clock.replicate, site.key, minute, 0), mean))
    out = let_out(t, f, n, False, minute, cause_now(site, STEALTH, minute))
    site.tunnel_left = max(0, site.tunnel_left - out)
