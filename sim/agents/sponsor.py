"""The sponsor's presence, which follows a schedule, and what depends on it: upkeep of guards, the reaction force."""

from __future__ import annotations

import numpy as np

from sim.agents.given import Given
from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.world.state import Truth

SPONSOR = owned(
    __name__,
    state("presence", "f8", "share", "the sponsor's presence w"),
    state("upkeep", "f8", "share", "of guards' effect that the sponsor's presence leaves"),
    state("reaction", "f8", "share", "of the reaction force that is available"),
)
"""Columns of CLOCK."""


def presence_schedule(given: Given) -> np.ndarray:
    """Return the schedule of the sponsor's presence: float64 (dates, 2), minute and share."""
    schedule = given.scenario.withdrawal.schedule
    return np.array([(given.minute(date), share) for date, share in schedule], np.float64).reshape(-1, 2)


@compiled
def sponsor(t: Truth) -> None:
    """Set the sponsor's presence w, linear between the dates of the schedule, and the shares that depend on it."""
    clock = t.clock[0]
    params = t.parameters[0]
    dates = t.schedule.shape[0]
    w = 1.0
    if dates > 0 and clock.m0 >= t.schedule[dates - 1, 0]:
        w = t.schedule[dates - 1, 1]
    elif dates > 0 and clock.m0 >= t.schedule[0, 0]:
        k = 0
        while clock.m0 >= t.schedule[k + 1, 0]:
            k += 1
        phase = (clock.m0 - t.schedule[k, 0]) / (t.schedule[k + 1, 0] - t.schedule[k, 0])
        w = t.schedule[k, 1] + phase * (t.schedule[k + 1, 1] - t.schedule[k, 1])
    clock.presence = w
    clock.upkeep = params.guards_upkeep_floor + (1.0 - params.guards_upkeep_floor) * w
    clock.reaction = params.assault_reaction_residual + (1.0 - params.assault_reaction_residual) * w
