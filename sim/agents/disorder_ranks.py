"""Work saved by the rule of disorder: the people of a block in the order in which they would join.

The lists of `disorder_lists` are made anew whenever conditions leave the box they hold for. Whom they could name stands
in front here: p* of every head has been worked out for conditions worse than all of late, and so bounds what it is now.
"""

from __future__ import annotations

import math

import numpy as np

from sim.agents.families import is_head, is_own
from sim.agents.thresholds import critical_containment
from sim.engine.columns import owned, saved
from sim.engine.compiled import compiled
from sim.engine.ranking import rank_uniforms
from sim.world.state import Truth

RANKS = owned(
    __name__,
    saved("rank_agitation", "f8", "s", "the orders of its blocks hold for at most this agitation", forget=-1),
    saved("rank_authority", "f8", "L", "and at least this authority"),
)
"""Columns of FACILITY."""
BLOCK_RANKS = owned(__name__, saved("ranked", "i8", "persons", "heads in its order, -1 for none", forget=-1))
"""Columns of BLOCK."""

WORSE_AGITATION = 0.04
WORSE_AUTHORITY = 0.04
"""How much worse than now the conditions are that p* is bounded for."""


@compiled
def keep_ranks(t: Truth, f: int, agitation: float, authority: float) -> None:
    """See to it that the orders of a facility's blocks hold for at most this agitation and at least this authority."""
    site = t.facility[f]
    if agitation <= site.rank_agitation and authority >= site.rank_authority:
        return
    site.rank_agitation = agitation + WORSE_AGITATION
    site.rank_authority = authority - WORSE_AUTHORITY
    for b in range(site.blocks):
        t.block[site.block_first + b].ranked = -1


@compiled
def rank_block(t: Truth, f: int, b: int) -> None:
    """Put the heads who live in a block from the start in falling order of the most that their p* can be."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    if block.ranked >= 0:
        return
    most = site.deciders // site.blocks + 1
    who = np.empty(most, np.int32)
    below = np.empty(most)  # the bound, its sign turned
    n = 0
    low, high = math.inf, -math.inf
    for k in range(b, site.deciders, site.blocks):
        i = site.first + k
        if is_head(t, i) and is_own(t, i, f):
            who[n] = i
            below[n] = -critical_containment(t, i, site.rank_agitation, site.rank_authority)
            low, high = min(low, below[n]), max(high, below[n])
            n += 1
    order = np.empty(n, np.int32)
    rank_uniforms(below[:n], low, high + 1e-9, order)
    for k in range(n):
        t.rank[block.first + k] = who[order[k]]
        t.bound[block.first + k] = -below[order[k]]
    block.ranked = n


@compiled
def could_join(t: Truth, f: int, b: int, k: int, least: float) -> bool:
    """Return whether the head at place k of a block's order, and so perhaps another behind it, could be above `least`.

    Parameters: least, containment P.
    """
    block = t.block[t.facility[f].block_first + b]
    return bool(k < block.ranked and t.bound[block.first + k] > least)
