"""Control of facilities as ground changes hands: by the scenario's table, or because a unit has taken the cell."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.custody import change_control, look_again, set_next_look, take_custody
from sim.agents.given import Given
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.scenario.vocabulary import HANDOVERS
from sim.world.codes import NEVER
from sim.world.map import take_cell
from sim.world.state import Truth

CHANGE = Record(
    "CHANGE",
    owned(
        __name__,
        fixed("minute", "i8", "min", "when"),
        fixed("facility", "i8", "", "index of the facility, -1 for an area"),
        fixed("area", "i8", "", "index of the area, -1 for a facility"),
        fixed("to", "i8", "", "index of the party"),
        fixed("handover", "i8", "", "index of how control passes, -1 for the scenario's default"),
        fixed("ground_only", "i8", "0/1", "1 if the facilities in the area stay with their guards"),
        state("done", "i8", "0/1", "1 once it has happened"),
    ),
)
CONTESTED = owned(
    __name__,
    fixed("dated", "i8", "0/1", "1 if a dated change names it or an area it lies in"),
    state("contested_due", "i8", "min", "when it falls to the party that contests it", start=NEVER),
    state("contested_by", "i8", "", "index of that party"),
)
"""Columns of FACILITY."""


def dated_rows(given: Given) -> np.ndarray:
    """Return the table of control changes as CHANGE rows, in date order, then list order."""
    table = given.scenario.control.changes
    rows = CHANGE.rows(len(table))
    for row, change in zip(rows, sorted(table, key=lambda c: given.minute(c.date)), strict=True):
        row["minute"] = given.minute(change.date)
        row["facility"] = given.facility(change.facility)
        row["area"] = given.area(change.area)
        row["to"] = given.party(change.to)
        row["ground_only"] = change.ground_only
        row["handover"] = HANDOVERS.index(change.handover) if change.handover else -1
    return rows


def mark_dated(rows: np.ndarray, changes: np.ndarray, areas: np.ndarray) -> None:
    """Mark facilities that the table of changes names: for these the table wins over units on the move.

    Parameters: rows of FACILITY, written; changes, CHANGE rows; areas, bool (areas, height, width).
    """
    for change in changes:
        if change["facility"] >= 0:
            rows["dated"][change["facility"]] = 1
        elif not change["ground_only"]:
            rows["dated"][areas[change["area"]][rows["row"], rows["column"]]] = 1


@compiled
def dated_changes(t: Truth) -> None:
    """Carry out the changes of the scenario's table that are due, in date order."""
    m0 = t.clock[0].m0
    for k in range(t.changes.shape[0]):
        change = t.changes[k]
        if change.done == 1 or change.minute > m0:
            continue
        change.done = 1
        if change.facility >= 0:
            change_control(t, change.facility, change.to, change.handover)
            continue
        mask = t.areas[change.area]
        height, width = mask.shape
        for row in range(height):
            for column in range(width):
                if mask[row, column]:
                    take_cell(t, row, column, change.to)
        if change.ground_only == 1:
            continue
        for f in range(t.facility.shape[0]):
            if mask[t.facility[f].row, t.facility[f].column]:
                change_control(t, f, change.to, change.handover)


@compiled
def contest(t: Truth, row: int, column: int, party: int) -> None:
    """Mark the facilities in a cell that a party has just taken as contested by it."""
    clock = t.clock[0]
    f = t.site_at[row, column]
    while f >= 0:
        site = t.facility[f]
        open_to_it = site.dated == 0 and site.changed == 0 and site.contested_due == NEVER
        if open_to_it and t.hostile[party, site.controller]:
            site.contested_due = clock.m1 + int(math.floor(60.0 * t.parameters[0].control_contest_hours))
            site.contested_by = party
            look_again(t, site.contested_due)
        f = site.next_here


@compiled
def hand_over(t: Truth) -> None:
    """Pass control of contested facilities and take custody where due; then find when the next of either is due."""
    clock = t.clock[0]
    set_next_look(t, NEVER)
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.contested_due <= clock.m0:
            site.contested_due = NEVER
            change_control(t, f, site.contested_by, -1)
        if site.custody_due <= clock.m0:
            take_custody(t, f)
        look_again(t, min(site.contested_due, site.custody_due))
