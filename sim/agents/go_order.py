"""The order in which a facility's own people get out: by a number of the unit, drawn once.

Work saved: most facilities are asked for few people, so only as many as are needed are put in order.
"""

from __future__ import annotations

import numpy as np

from sim.agents.families import fill_by_unit
from sim.engine.columns import owned, saved
from sim.engine.compiled import compiled
from sim.engine.random import name_key
from sim.engine.ranking import rank_uniforms
from sim.world.state import Truth

ORDER = owned(
    __name__,
    saved("drawn_order", "i8", "0/1", "1 once its people's go numbers are drawn", forget=0),
    saved("cursor", "i8", "", "no one before this place in the order stands there any more"),
    saved("ordered", "i8", "persons", "number of its people put in order"),
    saved("order_cut", "f8", "", "those with go numbers below this are put in order"),
)
"""Columns of FACILITY."""

GO = name_key("people.go")

FIRST_IN_ORDER = 64
"""People of a facility that are put in order at first; then four times as many."""


@compiled
def draw_order(t: Truth, f: int) -> None:
    """Draw the go numbers of a facility's own people, when first needed."""
    site = t.facility[f]
    if site.drawn_order == 1:
        return
    site.drawn_order = 1
    first, n = site.first, site.held0
    go = np.empty(n)
    fill_by_unit(t, f, go, GO)
    t.trait[first : first + n, 2] = go
    site.cursor = first
    site.ordered = 0
    site.order_cut = 0.0


@compiled
def extend_order(t: Truth, f: int) -> None:
    """Put the people with the next go numbers in order."""
    site = t.facility[f]
    first, n = site.first, site.held0
    low = site.order_cut
    share = (4.0 * site.ordered + FIRST_IN_ORDER) / n
    high = share if share < 0.5 else 1.0
    here = 0
    for i in range(first, first + n):
        if low <= t.trait[i, 2] < high:
            here += 1
    who = np.empty(here, np.int32)
    go = np.empty(here)
    here = 0
    for i in range(first, first + n):
        if low <= t.trait[i, 2] < high:
            who[here] = i
            go[here] = t.trait[i, 2]
            here += 1
    ranked = np.empty(here, np.int32)
    rank_uniforms(go, low, high, ranked)
    for k in range(here):
        t.order[first + site.ordered + k] = who[ranked[k]]
    site.ordered += here
    site.order_cut = high


@compiled
def person_at(t: Truth, f: int, k: int) -> int:
    """Return the person at place k of a facility's order; extend the order if it is too short."""
    site = t.facility[f]
    while k >= site.first + site.ordered:
        extend_order(t, f)
    return int(t.order[k])


@compiled
def pass_over(t: Truth, f: int, place: int) -> None:
    """Remember that no one before a place in the order stands there any more."""
    t.facility[f].cursor = place
