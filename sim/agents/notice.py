"""Notice: what somebody who can act has seen, the one thing of the observation pass that the truth pass reads."""

from __future__ import annotations

import math

from sim.engine.compiled import compiled
from sim.scenario.vocabulary import ROLES
from sim.world.state import Truth

GUARDING_FORCE, OCCUPIER, SPONSOR = map(ROLES.index, ("guarding force", "occupier", "sponsor government"))
"""Roles that act on what they learn."""


@compiled
def is_heard(role: int) -> bool:
    """Return whether what a role learns or truly reports counts as noticed."""
    return role in (GUARDING_FORCE, OCCUPIER, SPONSOR)


@compiled
def notice(t: Truth, f: int) -> None:
    """Let an escape or an assault at a facility count as noticed from now on, for noticed_hours."""
    t.noticed[f] = t.clock[0].m1 + int(math.floor(60.0 * t.parameters[0].at_large_noticed_hours))


@compiled
def sound_alarm(t: Truth, f: int) -> None:
    """Let the assault on a facility count as noticed now, and what comes of it for noticed_hours."""
    t.alarm[f] = t.clock[0].m1
    notice(t, f)
