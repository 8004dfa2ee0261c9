"""Incidents: a riot, guards taken hostage, keys or an armoury taken, a crowd that comes to free people, a tunnel.

An incident puts part of those held in the open inside, may take a gate, and lasts until it is quelled. Undated ones are
drawn for the day and thinned at their minute.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.agents.assault import gate_held, join_opened
from sim.agents.events import shifted
from sim.agents.given import Given
from sim.agents.shelling import expose, restore_order
from sim.agents.stealth import HOURS_PER_YEAR, thinness
from sim.agents.tunnel import open_tunnel
from sim.agents.walls import open_gate
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, normal_quantile, poisson_quantile, uniform
from sim.scenario.vocabulary import INCIDENT_KINDS
from sim.world.codes import (
    DAY,
    GUARDED,
    HOSTAGES,
    INCIDENT,
    KEYS,
    NEVER,
    NO_INCIDENT,
    OCCUPIED,
    QUELLED,
    RIOT,
    TUNNEL,
)
from sim.world.record import note
from sim.world.state import Truth

DATED_INCIDENT = Record(
    "DATED_INCIDENT",
    owned(
        __name__,
        fixed("minute", "i8", "min", "when, not before the start"),
        fixed("facility", "i8", "", "index of the facility"),
        fixed("kind", "i8", "", "index of the kind"),
        fixed("severity", "f8", "share", "in the open inside, median; NaN: that of the kind", "incidents.*.severity"),
        fixed("next_here", "i8", "", "next dated incident of the facility, -1 for none", start=-1),
    ),
)
UNREST = owned(
    __name__,
    fixed("dated_incident", "i8", "", "first dated incident, -1 for none", start=-1),
    state("held_day", "i8", "persons", "held at the day's start"),
    state("incidents", "i8", "", "candidates of undated incidents drawn for the day"),
    state("incident_due", "i8", "min", "minute of the next incident of the day, dated or candidate", start=NEVER),
    state("incident", "i8", "", "index of the kind of incident in force, -1 for none", start=NO_INCIDENT),
    state("incident_until", "i8", "min", "when it is quelled"),
)
"""Columns of FACILITY."""

COUNT = name_key("incident.count")
TIME = name_key("incident.time")
ACCEPT = name_key("incident.accept")
KIND = name_key("incident.kind")
SEVERITY = name_key("incident.severity")
GATE_TAKEN = name_key("incident.gate")
GATE_OPENING = name_key("incident.opening")
QUELLED_AFTER = name_key("incident.quelled")


def incident_rows(rows: np.ndarray, given: Given) -> np.ndarray:
    """Return the scenario's dated incidents; each facility notes its first, and each incident the next one there.

    Parameters: rows of FACILITY, written.
    """
    dated = given.scenario.incidents
    made = DATED_INCIDENT.rows(len(dated))
    for k, incident in reversed(list(enumerate(dated))):
        f = given.facility(incident.facility)
        made["minute"][k] = max(0, given.minute(incident.date))
        made["facility"][k] = f
        made["kind"][k] = INCIDENT_KINDS.index(incident.kind)
        made["next_here"][k] = rows["dated_incident"][f]
        rows["dated_incident"][f] = k
    return made


@compiled
def draw_incidents(t: Truth, f: int) -> None:
    """Draw the day's candidates, at the largest rate that the day could have, and find the day's first incident."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    site.held_day = site.held
    rate = params.unrest_per_1000_year / 1000.0 / HOURS_PER_YEAR
    mean = 24.0 * rate * site.held_day * (1.0 + params.unrest_thin_gain) * (1.0 + params.unrest_crowd_gain)
    site.incidents = 0
    if mean > 0.0:
        u = uniform(clock.seed, COUNT, clock.replicate, site.key, clock.m0, 0)
        if u > 1.0 - mean:  # below it there is none, since exp(-mean) >= 1 - mean
            site.incidents = poisson_quantile(u, mean)
    site.incident_due = next_incident(t, f, clock.m0)


@compiled
def undated_minute(t: Truth, f: int, k: int) -> int:
    """Return the minute of the day's k-th candidate."""
    clock = t.clock[0]
    day = clock.m0 // DAY * DAY
    return day + int(math.floor(DAY * uniform(clock.seed, TIME, clock.replicate, t.facility[f].key, day, k)))


@compiled
def next_incident(t: Truth, f: int, minute: int) -> int:
    """Return the first minute, from this one on, of a dated incident or a candidate of the day; NEVER if none."""
    due = NEVER
    k = t.facility[f].dated_incident
    while k >= 0:
        if minute <= t.incident[k].minute < due:
            due = t.incident[k].minute
        k = t.incident[k].next_here
    for k in range(t.facility[f].incidents):
        when = undated_minute(t, f, k)
        if minute <= when < due:
            due = when
    return due


@compiled
def of_kind(kind: int, riot: float, hostages: float, keys: float, crowd: float) -> float:
    """Return the number that belongs to a kind of incident."""
    return riot if kind == RIOT else hostages if kind == HOSTAGES else keys if kind == KEYS else crowd


@compiled
def is_kept(site: Any) -> bool:
    """Return whether people are held and kept."""
    return bool(site.held > 0 and (site.custody == GUARDED or site.custody == OCCUPIED))


@compiled
def can_begin(site: Any) -> bool:
    """Return whether an incident can begin: people are held and kept, and none is in force."""
    return bool(is_kept(site) and site.incident == NO_INCIDENT)


@compiled
def is_accepted(t: Truth, f: int, k: int) -> bool:
    """Return whether the day's k-th candidate becomes an incident, by thinness of guards, crowding and people held."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    crowded = min(1.0, max(0.0, site.held / site.capacity - 1.0))
    ratio = (1.0 + params.unrest_thin_gain * thinness(t, f)) * (1.0 + params.unrest_crowd_gain * crowded)
    most = (1.0 + params.unrest_thin_gain) * (1.0 + params.unrest_crowd_gain)
    u = uniform(clock.seed, ACCEPT, clock.replicate, site.key, clock.m0 // DAY * DAY, k)
    return bool(u < ratio * site.held / (site.held_day * most))


@compiled
def undated_kind(t: Truth, f: int, k: int) -> int:
    """Return the kind of the day's k-th candidate."""
    clock = t.clock[0]
    params = t.parameters[0]
    v = uniform(clock.seed, KIND, clock.replicate, t.facility[f].key, clock.m0 // DAY * DAY, k)
    if v < params.unrest_hostages_undated:
        return HOSTAGES
    return KEYS if v < params.unrest_hostages_undated + params.unrest_keys_undated else RIOT


@compiled
def begin_incident(t: Truth, f: int, when: int, kind: int, severity: float) -> None:
    """Begin an incident: people in the open, perhaps a gate taken, and a time at which it is quelled.

    Parameters: when, its minute; kind; severity, median share of those held in the open, NaN for that of the kind.
    """
    clock = t.clock[0]
    p = t.parameters[0]
    site = t.facility[f]
    share = severity
    if math.isnan(severity):
        share = of_kind(kind, p.unrest_riot_share, p.unrest_hostages_share, p.unrest_keys_share, p.unrest_crowd_share)
    z = normal_quantile(uniform(clock.seed, SEVERITY, clock.replicate, site.key, when, 0))
    loose = int(math.floor(shifted(share, p.unrest_severity_sd * z) * site.held + 0.5))
    expose(t, f, loose)
    gate = of_kind(kind, p.unrest_riot_gate, p.unrest_hostages_gate, p.unrest_keys_gate, p.unrest_crowd_gate)
    if uniform(clock.seed, GATE_TAKEN, clock.replicate, site.key, when, 0) < gate:
        open_gate(t, f, uniform(clock.seed, GATE_OPENING, clock.replicate, site.key, when, 0))
    hours = p.unrest_hostages_hours if kind == HOSTAGES else p.unrest_quell_hours
    u = uniform(clock.seed, QUELLED_AFTER, clock.replicate, site.key, when, 0)
    site.incident_until = when + int(math.floor(60.0 * lognormal_quantile(u, hours, p.unrest_quell_sd)))
    site.incident = kind
    note(t, when, INCIDENT, f, kind, float(loose))


@compiled
def begin_due(t: Truth, f: int, minute: int, end: int) -> None:
    """Begin the incidents of a substep: dated ones in list order, then the day's candidates, thinned.

    Parameters: minute, end, first minute of the substep and of the next.
    """
    site = t.facility[f]
    k = site.dated_incident
    while k >= 0:
        dated = t.incident[k]
        if dated.kind == TUNNEL:
            if minute <= dated.minute < end and is_kept(site):
                open_tunnel(t, f, dated.minute, dated.severity)
        elif minute <= dated.minute < end and can_begin(site):
            begin_incident(t, f, dated.minute, dated.kind, dated.severity)
        k = dated.next_here
    for k in range(site.incidents):
        when = undated_minute(t, f, k)
        if minute <= when < end and can_begin(site) and is_accepted(t, f, k):
            begin_incident(t, f, when, undated_kind(t, f, k), math.nan)


@compiled
def end_incident(t: Truth, f: int, minute: int) -> None:
    """End the incident in force when it is quelled: nobody is loose inside any more."""
    site = t.facility[f]
    if site.incident != NO_INCIDENT and minute >= site.incident_until:
        site.incident = NO_INCIDENT
        restore_order(t, f)
        note(t, minute, QUELLED, f, 0, 0.0)


@compiled
def incident(t: Truth, f: int, minute: int) -> None:
    """Begin the incidents of this substep; those in the open join those whom attackers at the gate let out."""
    site = t.facility[f]
    end = minute + t.clock[0].substep_minutes
    if site.incident_due < end:
        begin_due(t, f, minute, end)
        site.incident_due = next_incident(t, f, end)
    if site.incident != NO_INCIDENT and gate_held(t, f):
        join_opened(t, f, site.exposed)
        restore_order(t, f)


@compiled
def pulls_guards(t: Truth, f: int) -> bool:
    """Return whether an incident in force takes guards from their posts: any but a riot."""
    return t.facility[f].incident > RIOT
