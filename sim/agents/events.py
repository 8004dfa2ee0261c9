"""Every event is its own: what a facility's events have in common between them and not with others, drawn once.

The values that the scenario gives are those of a middling event; a spread says how far events differ.
"""

from __future__ import annotations

import math

from sim.engine.columns import drawn, owned
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.world.state import Truth

EVENT = owned(
    __name__,
    drawn("leave_now", "f8", "share", "of those held, who leave in this event when nobody guards"),
    drawn("search_now", "f8", "ratio", "early search for those who leave here in this event, 1 in a middling one"),
)
"""Columns of FACILITY."""

LEAVE = name_key("event.leave")
SEARCH = name_key("event.search")


@compiled
def shifted(share: float, log_odds: float) -> float:
    """Return a share moved by so much on the scale of log odds; 0 and 1 stay."""
    if share <= 0.0 or share >= 1.0:
        return share
    return 1.0 / (1.0 + (1.0 - share) / share * math.exp(-log_odds))


@compiled
def draw_event(t: Truth, f: int) -> None:
    """Draw what is this event's own: the share that leaves, and how hard those who leave are searched for at first."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    z = normal_quantile(uniform(clock.seed, LEAVE, clock.replicate, site.key, 0, 0))
    share = params.walls_leave_share if math.isnan(site.leave_share) else site.leave_share
    site.leave_now = shifted(share, params.walls_leave_sd * z)
    z = normal_quantile(uniform(clock.seed, SEARCH, clock.replicate, site.key, 0, 0))
    site.search_now = math.exp(params.at_large_retake_sd * z)
