"""The truth: arrays of what happens."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from sim.engine.columns import NEVER_WRITTEN, Part, Spec, fixed, owned, state
from sim.engine.random import name_key
from sim.engine.reference import referenced

THEATRE = name_key("theatre")
"""The entity of numbers that are drawn for the whole theatre."""

TIME = owned(
    __name__,
    fixed("seed", "i8", "", "seed of all random numbers"),
    fixed("replicate", "i8", "", "number of the replicate"),
    state("step", "i8", "steps", "steps done"),
    fixed("steps", "i8", "steps", "steps to the horizon"),
    fixed("step_minutes", "i8", "min", "length of a step"),
    fixed("substeps", "i8", "", "equal parts of a step, in which disorder, assaults, exits and walls change"),
    fixed("substep_minutes", "i8", "min", "length of a substep"),
    fixed("dt", "f8", "h", "length of a step"),
    state("m0", "i8", "min", "first minute of the step"),
    state("m1", "i8", "min", "first minute after the step"),
)
"""Columns of CLOCK that tell the time."""


class Truth(NamedTuple):
    """Arrays of what happens, without observers, reports, confirmations, estimates but what was `noticed`."""

    clock: Annotated[np.ndarray, Spec("CLOCK", "1", "time, and single values of a run")]
    parameters: Annotated[np.ndarray, Spec("PARAMETERS", "1", "the scenario's numbers")]
    total: Annotated[np.ndarray, Spec("TOTALS", "1", "account of all facilities")]
    states: Annotated[np.ndarray, Spec("i8", "states", "detained people by state")]
    causes: Annotated[np.ndarray, Spec("i8", "causes", "exits by cause")]
    party: Annotated[np.ndarray, Spec("PARTY", "parties", "parties in file order")]
    hostile: Annotated[
        np.ndarray,
        Spec("?", "parties, parties", "whether the first is hostile to the second", Part.FIXED, NEVER_WRITTEN),
    ]
    control: Annotated[np.ndarray, Spec("i2", "height, width", "party that controls a cell")]
    square_first: Annotated[
        np.ndarray,
        Spec(
            "i4", "rows, columns", "first facility of detained people in a square of the map", Part.FIXED, NEVER_WRITTEN
        ),
    ]
    terrain: Annotated[np.ndarray, Spec("f8", "height, width", "ease of movement, 0-1", Part.FIXED, NEVER_WRITTEN)]
    areas: Annotated[np.ndarray, Spec("?", "areas, height, width", "cells of an area", Part.FIXED, NEVER_WRITTEN)]
    inside: Annotated[
        np.ndarray, Spec("?", "areas, facilities", "facilities that stand in an area", Part.FIXED, NEVER_WRITTEN)
    ]
    schedule: Annotated[
        np.ndarray, Spec("f8", "dates, 2", "minute, share of the sponsor's presence", Part.DECISION, NEVER_WRITTEN)
    ]
    changes: Annotated[np.ndarray, Spec("CHANGE", "changes", "dated changes of control, by date")]
    facility: Annotated[np.ndarray, Spec("FACILITY", "facilities", "facilities in file order")]
    block: Annotated[np.ndarray, Spec("BLOCK", "blocks", "blocks, facility by facility")]
    people: Annotated[np.ndarray, Spec("PERSON", "people", "detained people, facility by facility")]
    trait: Annotated[
        np.ndarray,
        Spec("f8", "people, 3", "hardship, risk aversion, go number", Part.DRAWN, "drawn when first needed"),
    ]
    order: Annotated[
        np.ndarray,
        Spec("i4", "people", "each facility's own people in its order", Part.SAVED, "written up to `ordered`"),
    ]
    turn: Annotated[
        np.ndarray,
        Spec("i4", "people", "people in the order in which levers take them", Part.SAVED, "drawn when first needed"),
    ]
    near: Annotated[
        np.ndarray,
        Spec("i4", "people", "each block's people who could join disorder soon", Part.SAVED, "written up to `near`"),
    ]
    rank: Annotated[
        np.ndarray,
        Spec("i4", "people", "each block's heads, first who would join first", Part.SAVED, "written up to `ranked`"),
    ]
    bound: Annotated[
        np.ndarray,
        Spec("f8", "people", "the most that p* of the head there can be", Part.SAVED, "written up to `ranked`"),
    ]
    fugitive: Annotated[np.ndarray, Spec("FUGITIVE", "people", "people at large", first="written as a person gets out")]
    hazard: Annotated[
        np.ndarray,
        Spec("f8", "people, 4", "what is left of the hazards at large", Part.STATE, "drawn as a person gets out"),
    ]
    out: Annotated[
        np.ndarray,
        Spec(
            "i4", "people", "people at large, by index; then those out since the last review",
            first="written up to `out_count`",
        ),
    ]  # fmt: skip
    fate_first: Annotated[
        np.ndarray, Spec("i4", "steps in a day", "first person whose fate falls in a step of the day, -1 for none")
    ]
    entry: Annotated[
        np.ndarray,
        Spec(
            "i4", "entries, 3", "person, next entry of the facility, next entry of one who could join",
            first="written up to `entries`",
        ),
    ]  # fmt: skip
    guard: Annotated[np.ndarray, Spec("GUARD", "guards", "guards, facility by facility", first="drawn at the start")]
    guard_order: Annotated[
        np.ndarray,
        Spec("i4", "guards", "each facility's guards by rising call number", Part.DRAWN, "drawn at the start"),
    ]
    unit: Annotated[np.ndarray, Spec("UNIT", "offensives", "units on the move, in file order")]
    objective: Annotated[
        np.ndarray, Spec("f8", "objectives, 2", "km from the west and south edges", Part.FIXED, NEVER_WRITTEN)
    ]
    cell: Annotated[np.ndarray, Spec("ARMED_CELL", "cells", "armed cells in file order")]
    surge: Annotated[np.ndarray, Spec("SURGE", "surges", "times of more or fewer attacks in file order")]
    attack: Annotated[np.ndarray, Spec("DATED_ATTACK", "attacks", "dated attacks in file order")]
    incident: Annotated[np.ndarray, Spec("DATED_INCIDENT", "incidents", "dated incidents in file order")]
    move_from: Annotated[
        np.ndarray,
        Spec("i8", "facilities", "facilities that the move-first lever empties", Part.DECISION, NEVER_WRITTEN),
    ]
    heard: Annotated[np.ndarray, Spec("f8", "steps + delay", "news arriving at a step, agitation")]
    episode: Annotated[np.ndarray, Spec("EPISODE", "capacity", "episodes as they began", first="written as one begins")]
    log: Annotated[np.ndarray, Spec("LOG", "capacity", "events of a full record", first="written up to `log_count`")]
    noticed: Annotated[
        np.ndarray, Spec("i8", "facilities", "minute until which an escape counts as noticed, -1 for never")
    ]
    alarm: Annotated[
        np.ndarray, Spec("i8", "facilities", "minute at which the last assault that was noticed was so, -1 for none")
    ]


TruthRef = referenced(Truth)
