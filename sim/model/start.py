"""The start of a replicate: levers raise numbers, each kind is set to its start and makes the draws of a replicate."""

from __future__ import annotations

from sim.agents.armed_cell import bound_surges, sum_strength
from sim.agents.disorder import fix_rates_of_disorder
from sim.agents.facility import open_facility
from sim.agents.guard import fix_rates_of_guards
from sim.agents.levers import pull_levers
from sim.agents.news import fix_rates_of_news
from sim.agents.observer import open_observers
from sim.agents.sponsor import sponsor
from sim.engine.compiled import compiled, in_turn
from sim.world.belief import Belief
from sim.world.state import Truth

BEFORE_FACILITIES = (
    pull_levers,
    fix_rates_of_guards,
    fix_rates_of_disorder,
    fix_rates_of_news,
    sum_strength,
    bound_surges,
)
"""Rules of the start before the facilities are set to theirs, in this order."""

_before_facilities = in_turn(BEFORE_FACILITIES)


@compiled
def start(t: Truth, b: Belief) -> None:
    """Set truth and belief to the start of a replicate."""
    _before_facilities(t)
    for f in range(t.facility.shape[0]):
        open_facility(t, f)
    sponsor(t)
    open_observers(t, b)
