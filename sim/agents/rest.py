"""Work saved: a facility where nothing can change is left alone until it must be looked at again."""

from __future__ import annotations

from sim.engine.columns import owned, saved
from sim.engine.compiled import compiled
from sim.world.state import Truth

REST = owned(
    __name__,
    saved("rest_until", "i8", "min", "nothing can change here before this minute, with", forget=0),
    saved("rest_held", "i8", "persons", "this number held,"),
    saved("rest_news", "f8", "s", "at most this news"),
    saved("rest_upkeep", "f8", "share", "and at least this upkeep"),
)
"""Columns of FACILITY."""


@compiled
def wake(t: Truth, f: int) -> None:
    """Have a facility looked at in this step: something came, left or happened."""
    t.facility[f].rest_until = 0


@compiled
def wake_next_step(t: Truth, f: int) -> None:
    """Have a facility looked at from the next step on."""
    site = t.facility[f]
    site.rest_until = min(site.rest_until, t.clock[0].m0 + 1)


@compiled
def rest_before(t: Truth, f: int, minute: int, upkeep: float, news: float) -> None:
    """Leave a facility alone before a minute, while upkeep is at least and news at most as given."""
    site = t.facility[f]
    site.rest_until = minute
    site.rest_upkeep = upkeep
    site.rest_news = news
    site.rest_held = site.held
