"""What the passes read and write: the truth, and what is believed about it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.reference import referenced

CLOCK = np.dtype(
    [
        ("seed", "i8"),
        ("replicate", "i8"),
        ("step", "i8"),  # steps done
        ("steps", "i8"),  # steps to the horizon
        ("step_minutes", "i8"),
        ("tick_minutes", "i8"),
        ("ticks", "i8"),  # ticks in a step
        ("m0", "i8"),  # first minute of the step
        ("m1", "i8"),  # first minute after it
        ("dt", "f8"),  # length of a step, h
        ("presence", "f8"),  # w, the sponsor's presence, 0-1
        ("upkeep", "f8"),  # share of guards' effect that the sponsor's presence leaves
        ("reaction", "f8"),  # availability of the reaction force, 0-1
        ("news", "f8"),  # agitation from escapes elsewhere, before the cap
        ("news_before", "f8"),  # the same at the start of the last step
        ("exits_step", "i8"),  # exits everywhere in this step
        ("ground_due", "i8"),  # minute of the next contested place that falls, or custody that is taken
        ("ground_state", "i8"),  # counts up from 1 whenever cells change hands
        ("guards_stirred", "i8"),  # 1 if guards came or went anywhere since they were last looked at
        ("sites", "i8"),  # facilities but those of residents
        ("square_km", "f8"),  # side of such a square
        ("response", "i8"),  # 1 if detection speeds recapture
        ("out_count", "i8"),  # length of the list of people at large
        ("listed_out", "i8"),  # so much of it is in order of index
        ("entries", "i8"),  # people brought into facilities other than as they began
        ("episodes", "i8"),
        ("log_count", "i8"),
        ("overflow", "i8"),  # 1 if a list was too short: the run is repeated with longer ones
        ("move_start", "i8"),
        ("move_to", "i8"),
        ("repatriate_start", "i8"),
        ("repatriate_who", "i8"),  # 0 all, 1 fighters, 2 families
        ("formal_everywhere", "i8"),
        ("movement", "i8"),  # party index of the armed movement, -1 for none
        ("armed_strength", "f8"),
        ("handover", "i8"),  # how control passes where a row does not say
        ("candidates", "i8"),  # attacks drawn for the day
        # Exponentials that stay the same through a replicate.
        ("pressure_up", "f8"),  # share of the way that front pressure goes in a step
        ("pressure_down", "f8"),
        ("agitation_kept", "f8"),  # rho, share of a facility's slow agitation left after a day
        ("authority_kept", "f8"),  # share of authority left after a step without custody
        ("authority_lag", "f8"),  # share of the way to the holder's authority not gone in a step
        ("news_kept", "f8"),  # share of news left after a step
        ("camp_closed", "f8"),  # share of what is closed in an unguarded camp that is so after a tick
        ("prison_closed", "f8"),
        ("join", "f8"),  # probability of joining disorder in a tick, for one who would
        ("calm", "f8"),
        ("threatened", "i8"),  # 1 while the facilities' threat is not all zero
    ],
    align=True,
)

PARTY = np.dtype(
    [
        ("effectiveness", "f8"),
        ("authority", "f8"),
        ("search", "f8"),
        ("guards_per_100", "f8"),
        ("setup_hours", "f8"),
        ("free", "f8"),
        ("move", "f8"),
        ("neglect", "f8"),
        ("pressure", "f8"),  # F, front pressure, 0-1
    ],
    align=True,
)

CHANGE = np.dtype(
    [("minute", "i8"), ("facility", "i8"), ("area", "i8"), ("to", "i8"), ("handover", "i8"), ("done", "i8")], align=True
)

TOTALS = np.dtype(
    [
        ("population", "i8"),
        ("left_freely", "i8"),
        ("escaped", "i8"),
        ("escaped_persons", "i8"),
        ("escaped_camp", "i8"),
        ("escaped_fighters", "i8"),
        ("escaped_foreign_fighters", "i8"),
        ("recaptured", "i8"),
        ("moved", "i8"),
        ("died_outside", "i8"),
        ("first_escape", "i8"),  # end of the step of the first exit, minute
    ],
    align=True,
)

EPISODE = np.dtype(
    [("facility", "i8"), ("start", "i8"), ("exits", "i8"), ("cause", "i8"), ("last_exit", "i8")], align=True
)

LOG = np.dtype([("minute", "i8"), ("kind", "i8"), ("facility", "i8"), ("detail", "i8"), ("count", "f8")], align=True)


class Truth(NamedTuple):
    """What happens. No observer, report, confirmation or estimate is in it; `noticed` is the one edge back."""

    clock: np.ndarray  # CLOCK (1,)
    par: np.ndarray  # the scenario's numbers, one record (1,)
    total: np.ndarray  # TOTALS (1,)
    states: np.ndarray  # int64 (7,): people by state
    causes: np.ndarray  # int64 (6,): exits by cause
    party: np.ndarray  # PARTY (parties,)
    hostile: np.ndarray  # bool (parties, parties): [x, y] x is hostile to y
    control: np.ndarray  # int16 (height, width): who holds a cell
    square_first: np.ndarray  # int32 (rows, columns): first facility of detained people in a square of the map
    terrain: np.ndarray  # float64 (height, width): ease of movement
    site_at: np.ndarray  # int32 (height, width): first facility in a cell, -1 for none
    areas: np.ndarray  # bool (areas, height, width)
    schedule: np.ndarray  # float64 (dates, 2): minute, share of the sponsor's presence
    changes: np.ndarray  # CHANGE (changes,)
    facility: np.ndarray  # FACILITY (facilities,)
    block: np.ndarray  # BLOCK (blocks,)
    people: np.ndarray  # PERSON (population,)
    trait: np.ndarray  # float64 (population, 3): hardship, risk aversion, go number; drawn when first needed
    order: np.ndarray  # int32 (population,): each facility's own people in its order
    near: np.ndarray  # int32 (population,): each facility's own people who could join disorder soon
    fugitive: np.ndarray  # FUGITIVE (population,)
    hazard: np.ndarray  # float64 (population, 4): what is left of the four hazards at large
    out: np.ndarray  # int32 (population,): people at large, by index; those out since the last review behind
    fate_first: np.ndarray  # int32 (steps in a day,): first of those who meet their fate in a step of the day
    entry: np.ndarray  # int32 (entries, 3): person, next entry of the facility, next of those who could join
    guard: np.ndarray  # GUARD (guards,)
    guard_order: np.ndarray  # int32 (guards,): each facility's guards by rising call number
    unit: np.ndarray  # UNIT (offensives,)
    objective: np.ndarray  # float64 (objectives, 2): km
    cell: np.ndarray  # ARMED_CELL (cells,)
    attack: np.ndarray  # DATED_ATTACK (attacks,)
    move_from: np.ndarray  # int64 (facilities emptied by the lever,)
    heard: np.ndarray  # float64 (steps + delay,): news arriving at a step
    episode: np.ndarray  # EPISODE (capacity,)
    log: np.ndarray  # LOG (capacity,); empty unless the run is recorded in full
    noticed: np.ndarray  # int64 (facilities,): minute until which an escape counts as noticed


TruthRef = referenced(Truth)
