"""Work saved by the rule of disorder: the people who need not be asked in this substep.

The rule asks everybody, in every substep, whether to join or to calm down. Most answers are known: a facility seen
quiet stays so while conditions get no worse, and people far from their threshold stay as they are. All bounds are
exact, so the saving changes no result. Another rule of disorder brings a file like this of its own, or none.
"""

from __future__ import annotations

import math

import numpy as np

from sim.agents.blocks import book_decision
from sim.agents.disorder_ranks import could_join, keep_ranks, rank_block
from sim.agents.entries import drop_departed
from sim.agents.families import first_minor, is_held_at, is_of_unit, is_own
from sim.agents.go_order import draw_order
from sim.agents.thresholds import containment, critical_agitation, critical_containment, decide, draw_traits, legitimacy
from sim.engine.columns import owned, saved
from sim.engine.compiled import compiled
from sim.engine.ranking import sort_together
from sim.world.codes import FAMILY
from sim.world.state import Truth

LISTS = owned(
    __name__,
    saved("smallest_block", "i8", "persons", "people in its smallest block, 0 to count again", forget=0),
    saved("listed", "i8", "0/1", "1 once its blocks' lists of those who could join are kept", forget=0),
    saved("near_entry", "i8", "", "first entry of the chain of those brought in who could join, -1 for none", start=-1),
    saved("near_least", "f8", "P", "containment down to which that chain holds"),
    saved("near_agitation", "f8", "s", "the lists hold for at most this agitation"),
    saved("far_agitation", "f8", "s", "and at least this,"),
    saved("near_authority", "f8", "L", "for at least this authority"),
    saved("far_authority", "f8", "L", "and at most this"),
    saved(
        "quiet_guards",
        "f8",
        "guards",
        "nobody joins with at least these effective guards,",
        start=math.inf,
        forget=math.inf,
    ),
    saved("quiet_agitation", "f8", "s", "at most this agitation,"),
    saved("quiet_authority", "f8", "L", "and at least this authority"),
)
"""Columns of FACILITY."""
BLOCK_LISTS = owned(
    __name__,
    saved("near", "i8", "persons", "length of the list, -1 for none", forget=-1),
    saved("look", "i8", "persons", "those of it to be asked; the others are settled in disorder"),
    saved("least", "f8", "P", "containment from which its list holds"),
    saved("most", "f8", "P", "containment to which its list holds"),
)
"""Columns of BLOCK."""

FEW = 64
"""Most people in disorder for whom the lists are searched, and sorted, when some of them get out."""
BOX_AGITATION = 0.01
BOX_AUTHORITY = 0.01
BOX_CONTAINMENT = 0.05
"""Width of the conditions that a block's list is made for: this much more or less of each, of containment as a share;
twice that where nobody is in disorder, and only for worse conditions."""
GUARDS_SLACK = 0.97
"""Share of the guards with which a quiet facility is also tried, since they fall slowly as the sponsor leaves."""


# A facility seen quiet


@compiled
def forget_quiet(t: Truth, f: int) -> None:
    """Forget that a facility was seen quiet, and its smallest block: somebody came or left."""
    site = t.facility[f]
    site.smallest_block = 0
    site.quiet_guards = math.inf


@compiled
def remember_quiet(t: Truth, f: int, guards: float, agitation: float) -> None:
    """Remember that nobody joins with at least these guards and the present authority, and at most this agitation."""
    site = t.facility[f]
    site.quiet_guards = guards
    site.quiet_agitation = agitation
    site.quiet_authority = site.authority


@compiled
def smallest_block(t: Truth, f: int) -> int:
    """Return the number of people in the facility's smallest block that is not empty."""
    site = t.facility[f]
    if site.smallest_block == 0:
        best = site.held
        for b in range(site.blocks):
            n = t.block[site.block_first + b].held
            if 0 < n < best:
                best = n
        site.smallest_block = best
    return site.smallest_block


@compiled
def is_quiet(t: Truth, f: int, guards: float, agitation: float) -> bool:
    """Return whether nobody can join disorder with these guards and this agitation, by exact bounds, not by persons.

    p* rises with agitation and falls with authority, and P rises with guards. So a facility seen quiet stays quiet
    while agitation is no higher, authority no lower, guards no fewer, and nobody comes or leaves. Before
    anyone was looked at, the largest p* that anybody could have is compared with P of the smallest block.
    """
    params = t.parameters[0]
    site = t.facility[f]
    if guards >= site.quiet_guards and agitation <= site.quiet_agitation and site.authority >= site.quiet_authority:
        return True
    least = 0.0
    needed = 0.0
    illegitimate = 1.0 - legitimacy(t, site.authority)
    if (1.0 + agitation) * illegitimate > params.disorder_threshold:
        n = smallest_block(t, f)
        needed = guards
        least = containment(guards * n / site.held, 0.0, params.disorder_watching * n, params.disorder_containment_k)
    risk = min(params.disorder_risk_min, params.disorder_family_risk_min)
    up_to = math.inf
    if illegitimate > 0.0:
        up_to = (least * risk + params.disorder_threshold) / illegitimate - 1.0 - 1e-9
    if agitation > up_to:
        return False
    remember_quiet(t, f, needed, up_to)
    return True


@compiled
def quiet_margin(t: Truth, f: int, i: int, slack: float) -> float:
    """Return the agitation up to which a person here stays quiet with this share of the guards, all else as now.

    In an orderly facility P is concave in guards, so a share of the guards leaves at least that share of P.
    """
    block = t.block[t.facility[f].block_first + t.people[i].block]
    return critical_agitation(t, i, t.facility[f].authority, slack * block.containment)


@compiled
def learn_quiet(t: Truth, f: int, guards: float) -> None:
    """Remember an orderly facility as quiet, if nobody there would join: with fewer guards where that holds too.

    Parameters: guards, effective guards C.
    """
    site = t.facility[f]
    highest = with_fewer = site.near_agitation
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        for k in range(block.first, block.first + max(0, block.look)):
            highest = min(highest, quiet_margin(t, f, t.near[k], 1.0))
            with_fewer = min(with_fewer, quiet_margin(t, f, t.near[k], GUARDS_SLACK))
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            highest = min(highest, quiet_margin(t, f, i, 1.0))
            with_fewer = min(with_fewer, quiet_margin(t, f, i, GUARDS_SLACK))
        entry = t.entry[entry, 2]
    if highest >= site.agitation:
        enough = with_fewer >= site.agitation
        remember_quiet(t, f, GUARDS_SLACK * guards if enough else guards, with_fewer if enough else highest)


@compiled
def ask_people(t: Truth, f: int, minute: int) -> None:
    """Have all people held at a facility decide, but those who are known to stay as they are.

    Without saved work: `book_decision(t, f, i, decide(...))` for every person i held there, in any order.
    """
    refresh_lists(t, f)
    site = t.facility[f]
    s, illegitimate = site.agitation, 1.0 - legitimacy(t, site.authority)
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        k = block.first
        end = k + block.look
        while k < end:
            i = t.near[k]
            if not is_own(t, i, f):
                take_off_list(t, f, b, k, False)
                end -= 1
                continue
            decision = decide(t, i, block.containment, s, illegitimate, minute)
            book_decision(t, f, i, decision)
            if decision != 0 and drop_if_settled(t, f, b, k, i):
                end -= 1
                continue
            k += 1
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            contained = t.block[site.block_first + t.people[i].block].containment
            book_decision(t, f, i, decide(t, i, contained, s, illegitimate, minute))
        entry = t.entry[entry, 2]


# Lists of those to be asked


@compiled
def refresh_lists(t: Truth, f: int) -> None:
    """Keep, for every block, the list of the people to be asked while conditions are about as now.

    Exact: p* rises with agitation and falls with authority, in floating point too. So under all the conditions that
    the list is made for, a person not listed stays quiet, and a person listed as settled stays in disorder.
    A block whose conditions have left that box is listed anew.
    """
    site = t.facility[f]
    inside = site.agitation <= site.near_agitation and site.authority >= site.near_authority
    if site.active > 0:
        inside = inside and site.agitation >= site.far_agitation and site.authority <= site.far_authority
    if site.listed == 0:
        forget_blocks(t, f)
    if site.listed == 0 or not inside:
        site.listed = 1
        site.near_agitation = site.agitation + (BOX_AGITATION if site.active > 0 else 2.0 * BOX_AGITATION)
        site.far_agitation = max(0.0, site.agitation - BOX_AGITATION)
        site.near_authority = site.authority - BOX_AUTHORITY
        site.far_authority = min(1.0, site.authority + BOX_AUTHORITY)
        site.near_least = math.inf
        draw_traits(t, f)
        for b in range(site.blocks):
            t.block[site.block_first + b].least = math.inf
    lowest = math.inf
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.held == 0:
            continue
        lowest = min(lowest, block.containment)
        worse = block.near < 0 or block.containment < block.least
        if worse or (block.containment > block.most and block.look < block.near):
            list_block(t, f, b)
    if site.entry_head >= 0 and lowest < site.near_least:
        site.near_least = 0.85 * lowest
        chain_entries(t, f)


@compiled
def forget_blocks(t: Truth, f: int) -> None:
    """Forget the lists of a facility's blocks."""
    site = t.facility[f]
    for b in range(site.blocks):
        t.block[site.block_first + b].near = -1


@compiled
def list_block(t: Truth, f: int, b: int) -> None:
    """List a block's own people anew: first those to be asked, then those settled in disorder."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    width = BOX_CONTAINMENT if site.active > 0 else 2.0 * BOX_CONTAINMENT
    block.least = (1.0 - width) * block.containment
    block.most = (1.0 + BOX_CONTAINMENT) * block.containment
    start = block.first
    listed = list_active(t, f, b) if block.active > 0 else 0
    look = 0
    for k in range(start, start + listed):
        i = t.near[k]
        if not is_settled_in_disorder(t, f, i, block.most):
            t.near[k] = t.near[start + look]
            t.near[start + look] = i
            look += 1
    keep_ranks(t, f, site.near_agitation, site.near_authority)
    rank_block(t, f, b)
    place = 0
    while could_join(t, f, b, place, block.least):
        i = t.rank[start + place]
        place += 1
        if t.people[i].active == 1 or not is_own(t, i, f) or is_settled_quiet(t, f, i, block.least):
            continue
        t.near[start + listed] = t.near[start + look]
        t.near[start + look] = i
        look += 1
        listed += 1
    block.look = look
    block.near = listed


@compiled
def list_active(t: Truth, f: int, b: int) -> int:
    """List a block's own people in disorder: found on its list, or among all if it has none. Return their number."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    known = block.near >= 0
    looked_at = block.near if known else (site.deciders - b + site.blocks - 1) // site.blocks
    found = 0
    for k in range(looked_at):
        i = t.near[block.first + k] if known else site.first + b + k * site.blocks
        if t.people[i].active == 1 and is_own(t, i, f):
            t.near[block.first + found] = i
            found += 1
    return found


@compiled
def is_settled_quiet(t: Truth, f: int, i: int, least: float) -> bool:
    """Return whether a person is quiet, and stays so under all conditions that the lists are made for."""
    site = t.facility[f]
    return bool(
        t.people[i].active == 0 and critical_containment(t, i, site.near_agitation, site.near_authority) <= least
    )


@compiled
def is_settled_in_disorder(t: Truth, f: int, i: int, most: float) -> bool:
    """Return whether a person is in disorder, and stays so under all conditions that the lists are made for."""
    site = t.facility[f]
    return bool(t.people[i].active == 1 and critical_containment(t, i, site.far_agitation, site.far_authority) > most)


@compiled
def take_off_list(t: Truth, f: int, b: int, k: int, settled: bool) -> None:
    """Take the person at place k of a block's list off those to be asked: settled in disorder, else quiet or gone."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    start = block.first
    i = t.near[k]
    last = start + block.look - 1
    t.near[k] = t.near[last]
    t.near[last] = i
    block.look -= 1
    if not settled:
        block.near -= 1
        t.near[last] = t.near[start + block.near]


@compiled
def chain_entries(t: Truth, f: int) -> None:
    """Chain the entries of people brought in who could join."""
    site = t.facility[f]
    drop_departed(t, f)
    site.near_entry = -1
    entry = site.entry_head
    while entry >= 0:
        i = t.entry[entry, 0]
        draw_traits(t, t.people[i].home)
        if not is_settled_quiet(t, f, i, site.near_least):
            t.entry[entry, 2] = site.near_entry
            site.near_entry = entry
        entry = t.entry[entry, 1]


@compiled
def forget_lists(t: Truth, f: int) -> None:
    """Forget that a facility was seen quiet, and its lists if people are in disorder: all are about to calm down."""
    site = t.facility[f]
    site.quiet_guards = math.inf
    if site.active > 0:
        site.listed = 0


@compiled
def list_arrival(t: Truth, f: int, i: int, entry: int) -> None:
    """Put a person brought in on the chain of people to be asked."""
    site = t.facility[f]
    t.entry[entry, 2] = site.near_entry
    site.near_entry = entry
    if site.listed == 1:
        draw_traits(t, t.people[i].home)


@compiled
def drop_if_settled(t: Truth, f: int, b: int, k: int, i: int) -> bool:
    """Take the person at place k of a list, who has just decided, off it if settled. Return whether that was so."""
    block = t.block[t.facility[f].block_first + b]
    in_disorder = is_settled_in_disorder(t, f, i, block.most)
    if in_disorder or is_settled_quiet(t, f, i, block.least):
        take_off_list(t, f, b, k, in_disorder)
        return True
    return False


@compiled
def has_few_active(t: Truth, f: int) -> bool:
    """Return whether few people are in disorder at a facility, and all of them are on its lists."""
    return t.facility[f].active <= FEW and t.facility[f].listed == 1


@compiled
def few_active_in_order(t: Truth, f: int, n: int, chosen: np.ndarray) -> int:
    """Write the people of the next n units in disorder, in the facility's order, found from the lists.

    Return the number of people. The same as `next_in_order` with `only_active` and `whole_units`: own people by go
    number, then those brought in by arrival.
    """
    site = t.facility[f]
    draw_order(t, f)
    who = np.empty(site.active, np.int64)
    rank = np.empty(site.active)
    found = 0
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.active == 0:
            continue
        start = block.first
        for k in range(start, start + max(0, block.near)):
            i = t.near[k]
            if is_own(t, i, f) and t.people[i].active == 1:
                who[found] = i
                rank[found] = t.trait[i, 2]
                found += 1
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry and t.people[i].active == 1:
            who[found] = i
            rank[found] = 2.0 + entry
            found += 1
        entry = t.entry[entry, 2]
    sort_together(rank, who, found)
    taken = 0
    for k in range(min(n, found)):
        chosen[taken] = who[k]
        taken += 1
        if t.people[who[k]].kind == FAMILY:
            minor = first_minor(t, who[k])
            while is_of_unit(t, minor, who[k]):
                if is_held_at(t, minor, f):
                    chosen[taken] = minor
                    taken += 1
                minor += 1
    return taken
