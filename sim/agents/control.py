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
    state(
        "ground_given",
        "i8",
        "",
        "party that was given the ground it stands on, its guards staying; -1 for none",
        start=-1,
    ),
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


def facilities_in_areas(given: Given) -> np.ndarray:
    """Return which facilities stand in the box of which area, edges included: bool (areas, facilities)."""
    theatre = given.theatre
    inside = np.zeros((len(theatre.areas), len(theatre.facilities)), np.bool_)
    for row, area in zip(inside, theatre.areas.values(), strict=True):
        west, south, east, north = area.box
        row[:] = [south <= f.lat <= north and west <= f.lon <= east for f in theatre.facilities.values()]
    return inside


def mark_dated(rows: np.ndarray, changes: np.ndarray, inside: np.ndarray) -> None:
    """Mark facilities that the table of changes names: for these the table wins over units on the move.

    Parameters: rows of FACILITY, written; changes, CHANGE rows; inside, bool (areas, facilities).
    """
    for change in changes:
        if change["facility"] >= 0:
            rows["dated"][change["facility"]] = 1
        elif not change["ground_only"]:
            rows["dated"][inside[change["area"]]] = 1


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
        for f in range(t.facility.shape[0]):
            if not t.inside[change.area, f]:
                continue
            if change.ground_only == 1:
                t.facility[f].ground_given = change.to
            else:
                change_control(t, f, change.to, change.handover)


@compiled
def contest(t: Truth, f: int, party: int) -> None:
    """Mark a facility as contested by a hostile party that has come near.

    Not where the ground was given to a party that it does not fight, nor where a dated change settles it. The first to
    contest a facility is the only one.
    """
    site = t.facility[f]
    if site.dated == 1 or site.changed == 1 or site.contested_due != NEVER:
        return
    if site.ground_given >= 0 and not t.hostile[party, site.ground_given]:
        return
    site.contested_due = t.clock[0].m1 + int(math.floor(60.0 * t.parameters[0].control_contest_hours))
    site.contested_by = party
    look_again(t, site.contested_due)


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
