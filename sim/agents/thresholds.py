"""Personal thresholds of disorder, after Epstein: hardship, risk aversion, the containment at which a person joins."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.families import is_head
from sim.engine.columns import owned, saved
from sim.engine.compiled import compiled
from sim.engine.random import fill_uniform, name_key, uniform
from sim.world.codes import FIGHTER
from sim.world.state import Truth

THRESHOLDS = owned(__name__, saved("drawn_traits", "i8", "0/1", "1 once its people's thresholds are drawn", forget=0))
"""Columns of FACILITY."""

HARDSHIP = name_key("people.hardship")
RISK = name_key("people.risk")
SWITCH = name_key("disorder.switch")


@compiled
def containment(guards_present: float, active: float, orderly: float, k: float) -> float:
    """Return the probability that disorder is contained: P = 1 - exp(-k C / (A + a0 N + 1)).

    Parameters: guards_present, effective guards C (persons); active, people in disorder A (persons); orderly,
    a0 N, the watching that all N take; k, dimensionless.
    Source: Epstein 2002, eq. 2; a0 N + 1 so that an orderly block is defined and takes watching.
    """
    return 1.0 - math.exp(-k * guards_present / (active + orderly + 1.0))


@compiled
def draw_traits(t: Truth, f: int) -> None:
    """Draw hardship and risk aversion of a facility's own people, once, when they could first matter.

    Heads of units alone decide.
    """
    site = t.facility[f]
    if site.drawn_traits == 1:
        return
    site.drawn_traits = 1
    clock = t.clock[0]
    first, n = site.first, site.deciders
    buffer = np.empty(n)
    fill_uniform(buffer, clock.seed, HARDSHIP, clock.replicate, site.key, 0)
    t.trait[first : first + n, 0] = buffer
    fill_uniform(buffer, clock.seed, RISK, clock.replicate, site.key, 0)
    for i in range(n):
        fighter = t.people[first + i].kind == FIGHTER
        low = t.parameters[0].disorder_risk_min if fighter else t.parameters[0].disorder_family_risk_min
        t.trait[first + i, 1] = low + (1.0 - low) * buffer[i]


@compiled
def legitimacy(t: Truth, authority: float) -> float:
    """Return L~ = reference + weight (L - reference): the custodian's authority is one part of legitimacy.

    It rises with authority, in floating point too, and is the reference to the last bit where authority is.
    Parameters: authority, L. Source: Epstein 2002 at weight 1; as a weighted average, Lemos, Lopes and Coelho 2016.
    """
    params = t.parameters[0]
    return params.disorder_authority_reference + params.disorder_authority_weight * (
        authority - params.disorder_authority_reference
    )


@compiled
def critical_containment(t: Truth, i: int, s: float, authority: float) -> float:
    """Return p*_i = ((h_i + s)(1 - L~) - T) / r_i: the containment at which a head just stays quiet; -1 for others.

    Parameters: s, agitation; authority, L, of which `legitimacy` makes L~. Source: Epstein 2002.
    """
    return critical_where(t, i, s, 1.0 - legitimacy(t, authority))


@compiled
def critical_where(t: Truth, i: int, s: float, illegitimate: float) -> float:
    """Return p*_i as `critical_containment` does. Parameters: s, agitation; illegitimate, 1 - L~."""
    if not is_head(t, i):
        return -1.0
    return ((t.trait[i, 0] + s) * illegitimate - t.parameters[0].disorder_threshold) / t.trait[i, 1]


@compiled
def critical_agitation(t: Truth, i: int, authority: float, least: float) -> float:
    """Return the agitation up to which a person stays quiet at this authority and containment: p* solved for s.

    It is 1e-9 below the exact value, so that rounding never calls a person quiet who is not.
    Parameters: authority, L; least, containment P.
    """
    illegitimate = 1.0 - legitimacy(t, authority)
    if not is_head(t, i) or illegitimate <= 0.0:
        return math.inf
    s = (least * t.trait[i, 1] + t.parameters[0].disorder_threshold) / illegitimate - t.trait[i, 0]
    return s - 1e-9


@compiled
def decide(t: Truth, i: int, contained: float, s: float, illegitimate: float, minute: int) -> int:
    """Return one person's decision in a substep: to join disorder, to calm down, or neither.

    Parameters: contained, P of the person's block; s, illegitimate, agitation and 1 - L~ of the facility; minute, the
    substep's first. Returns 1 joined, -1 calmed, 0 neither.
    """
    person = t.people[i]
    wants = critical_where(t, i, s, illegitimate) > contained
    if wants == (person.active == 1):
        return 0
    clock = t.clock[0]
    home = t.facility[person.home]
    u = uniform(clock.seed, SWITCH, clock.replicate, home.key, minute, i - home.first)
    if wants:
        return 1 if u < clock.join else 0
    return -1 if u < clock.calm else 0
