"""Collective disorder in a facility, after Epstein: who could join, who does, who contains it. Part of the rule of
Facility and of Detainee."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.detainee import (
    critical_agitation,
    critical_containment,
    decide,
    draw_order,
    draw_traits,
)
from sim.engine.compiled import compiled
from sim.world.codes import MINOR
from sim.world.state import Truth

FEW = 64
"""So many in disorder are sorted when some of them get out; more are found by going through the order."""


@compiled
def containment(guards_present: float, active: float, orderly: float, k: float) -> float:
    """Probability that disorder is contained: P = 1 - exp(-k C / (A + a0 N + 1)).

    Parameters: guards_present, effective guards C (persons); active, people in disorder A (persons); orderly,
    a0 N, the watching that all N take; k, dimensionless. Returns a probability, 0 to 1.
    Source: Epstein 2002, eq. 2; a0 N + 1 so that an orderly block is defined and takes watching.
    """
    return 1.0 - math.exp(-k * guards_present / (active + orderly + 1.0))


@compiled
def smallest_block(t: Truth, f: int) -> int:
    """People in the facility's smallest block that is not empty."""
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
    """Whether nobody can join disorder with so many guards and so much agitation; exact, by bounds, not persons.

    p* rises with agitation and falls with authority, and P rises with guards: what was seen quiet stays quiet
    while agitation is no higher, authority no lower and guards no fewer, and nobody came or left. Before
    anyone was looked at, the largest p* anybody could have is held against the smallest block.
    """
    par = t.par[0]
    site = t.facility[f]
    if guards >= site.quiet_guards and agitation <= site.quiet_agitation and site.authority >= site.quiet_authority:
        return True
    least = 0.0
    needed = 0.0
    if (1.0 + agitation) * (1.0 - site.authority) > par.disorder_threshold:
        n = smallest_block(t, f)
        needed = guards
        least = containment(guards * n / site.held, 0.0, par.disorder_watching * n, par.disorder_containment_k)
    risk = min(par.disorder_risk_min, par.disorder_family_risk_min)
    up_to = math.inf
    if site.authority < 1.0:
        up_to = (least * risk + par.disorder_threshold) / (1.0 - site.authority) - 1.0 - 1e-9
    if agitation > up_to:
        return False
    site.quiet_guards = needed
    site.quiet_agitation = up_to
    site.quiet_authority = site.authority
    return True


@compiled
def contain_blocks(t: Truth, f: int, guards: float) -> None:
    """P of every block: part of the guards at fixed posts, part drawn to where disorder is."""
    par = t.par[0]
    site = t.facility[f]
    reserve = par.guards_reserve_share
    last_held = -1
    last = 0.0
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.held == 0:
            continue
        if block.active == 0 and block.held == last_held:  # orderly blocks of one size are alike
            block.containment = last
            continue
        fixed = block.held / site.held
        drawn = block.active / site.active if site.active > 0 else fixed
        here = (1.0 - reserve) * guards * fixed + reserve * guards * drawn
        block.containment = containment(
            here, float(block.active), par.disorder_watching * block.held, par.disorder_containment_k
        )
        if block.active == 0:
            last = block.containment
            last_held = block.held


BOX_AGITATION = 0.01
BOX_AUTHORITY = 0.01
BOX_CONTAINMENT = 0.05
"""The conditions a block's list is made for: so much more or less of each, of containment as a share; twice that
where nobody is in disorder, and only for the worse."""
GUARDS_SLACK = 0.97
"""What is seen quiet is tried with so much less of the guards: they fall slowly as the sponsor leaves."""


@compiled
def refresh_lists(t: Truth, f: int) -> None:
    """Keep, for every block, the list of those who need to be looked at while conditions are about as now.

    Exact: p* rises with agitation and falls with authority, in floating point too. So under all the conditions that
    the list is made for, whoever is not listed stays quiet, and whoever is listed as settled stays in disorder.
    A block whose conditions have left the box is looked through again.
    """
    site = t.facility[f]
    inside = site.agitation <= site.near_agitation and site.authority >= site.near_authority
    if site.active > 0:
        inside = inside and site.agitation >= site.far_agitation and site.authority <= site.far_authority
    if site.listed == 0 or not inside:
        site.listed = 1
        site.near_agitation = site.agitation + (BOX_AGITATION if site.active > 0 else 2.0 * BOX_AGITATION)
        site.far_agitation = max(0.0, site.agitation - BOX_AGITATION)
        site.near_authority = site.authority - BOX_AUTHORITY
        site.far_authority = min(1.0, site.authority + BOX_AUTHORITY)
        site.near_least = math.inf
        draw_traits(t, f)
        for b in range(site.blocks):
            t.block[site.block_first + b].near = -1
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
def list_block(t: Truth, f: int, b: int) -> None:
    """Look at all a block's own people once: first on its list are those to look at, then those settled in disorder."""
    site = t.facility[f]
    block = t.block[site.block_first + b]
    width = BOX_CONTAINMENT if site.active > 0 else 2.0 * BOX_CONTAINMENT
    block.least = (1.0 - width) * block.containment
    block.most = (1.0 + BOX_CONTAINMENT) * block.containment
    start = block.first
    look = 0
    listed = 0
    for k in range(b, site.held0, site.blocks):
        i = site.first + k
        if t.people[i].kind == MINOR:  # and so are all after
            break
        if t.people[i].slot != -1 or t.people[i].facility != f or is_settled_quiet(t, f, i, block.least):
            continue
        t.near[start + listed] = i
        if not is_settled_in_disorder(t, f, i, block.most):
            t.near[start + listed] = t.near[start + look]
            t.near[start + look] = i
            look += 1
        listed += 1
    block.look = look
    block.near = listed


@compiled
def is_settled_quiet(t: Truth, f: int, i: int, least: float) -> bool:
    """Whether a person is quiet, and stays so under all conditions that the lists are made for."""
    site = t.facility[f]
    return bool(
        t.people[i].active == 0 and critical_containment(t, i, site.near_agitation, site.near_authority) <= least
    )


@compiled
def is_settled_in_disorder(t: Truth, f: int, i: int, most: float) -> bool:
    """Whether a person is in disorder, and stays so under all conditions that the lists are made for."""
    site = t.facility[f]
    return bool(t.people[i].active == 1 and critical_containment(t, i, site.far_agitation, site.far_authority) > most)


@compiled
def take_off_list(t: Truth, f: int, b: int, k: int, settled: bool) -> None:
    """The person at place k of a block's list need not be looked at any more: settled in disorder, or quiet or gone."""
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
    """Those brought in: forget who has left again, and chain those who could join."""
    site = t.facility[f]
    entry = site.entry_head
    site.entry_head = -1
    site.entry_tail = -1
    site.near_entry = -1
    while entry >= 0:
        following = t.entry[entry, 1]
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            draw_traits(t, t.people[i].home)
            if site.entry_tail >= 0:
                t.entry[site.entry_tail, 1] = entry
            else:
                site.entry_head = entry
            site.entry_tail = entry
            t.entry[entry, 1] = -1
            if not is_settled_quiet(t, f, i, site.near_least):
                t.entry[entry, 2] = site.near_entry
                site.near_entry = entry
        entry = following


@compiled
def quiet_up_to(t: Truth, f: int, i: int, slack: float) -> float:
    """The agitation up to which a person here stays quiet with this share of the guards, all else as now.

    In an orderly place P is concave in guards, so a share of the guards leaves at least that share of P.
    """
    block = t.block[t.facility[f].block_first + t.people[i].block]
    return critical_agitation(t, i, t.facility[f].authority, slack * block.containment)


@compiled
def book_decision(t: Truth, f: int, i: int, decision: int) -> None:
    """Count a person who joined or calmed down."""
    site = t.facility[f]
    site.active += decision
    t.block[site.block_first + t.people[i].block].active += decision


@compiled
def disorder(t: Truth, f: int, guards: float, minute: int) -> None:
    """One tick of disorder: everybody's decision on the containment of the tick's start."""
    site = t.facility[f]
    if site.active == 0 and is_quiet(t, f, guards, site.agitation):
        return
    contain_blocks(t, f, guards)
    refresh_lists(t, f)
    s, authority = site.agitation, site.authority
    orderly = site.active == 0
    highest = site.near_agitation
    with_fewer = site.near_agitation
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        k = block.first
        end = k + max(0, block.look)
        while k < end:
            i = t.near[k]
            if t.people[i].slot != -1 or t.people[i].facility != f:
                take_off_list(t, f, b, k, False)
                end -= 1
                continue
            decision = decide(t, i, block.containment, s, authority, minute)
            if orderly:
                highest = min(highest, quiet_up_to(t, f, i, 1.0))
                with_fewer = min(with_fewer, quiet_up_to(t, f, i, GUARDS_SLACK))
            if decision != 0:
                book_decision(t, f, i, decision)
                settled = is_settled_in_disorder(t, f, i, block.most)
                if settled or is_settled_quiet(t, f, i, block.least):
                    take_off_list(t, f, b, k, settled)
                    end -= 1
                    continue
            k += 1
    entry = site.near_entry
    while entry >= 0:
        i = t.entry[entry, 0]
        if t.people[i].slot == entry:
            contained = t.block[site.block_first + t.people[i].block].containment
            decision = decide(t, i, contained, s, authority, minute)
            if orderly:
                highest = min(highest, quiet_up_to(t, f, i, 1.0))
                with_fewer = min(with_fewer, quiet_up_to(t, f, i, GUARDS_SLACK))
            if decision != 0:
                book_decision(t, f, i, decision)
        entry = t.entry[entry, 2]
    if orderly and highest >= site.agitation:
        enough = with_fewer >= site.agitation
        site.quiet_guards = GUARDS_SLACK * guards if enough else guards
        site.quiet_agitation = with_fewer if enough else highest
        site.quiet_authority = site.authority
    for b in range(site.blocks):
        block = t.block[site.block_first + b]
        if block.active > 0:
            site.uncontained += block.active * (1.0 - block.containment)


@compiled
def few_active_in_order(t: Truth, f: int, n: int, chosen: np.ndarray) -> int:
    """The next n in disorder, in the facility's order, found from the lists when they are few.

    The same as `next_in_order` with `only_active`: own people by go number, then those brought in by arrival.
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
            if t.people[i].slot == -1 and t.people[i].facility == f and t.people[i].active == 1:
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
    for k in range(1, found):
        w, r = who[k], rank[k]
        j = k
        while j > 0 and rank[j - 1] > r:
            rank[j] = rank[j - 1]
            who[j] = who[j - 1]
            j -= 1
        rank[j] = r
        who[j] = w
    taken = min(n, found)
    for k in range(taken):
        chosen[k] = who[k]
    return taken
