"""Detainee: one detained person. The roll of a facility, the seven states of a person; the view.

The rules of what detainees do have files of their own: `disorder.py`, `exits.py`, `at_large.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.attributes import facility_name
from sim.agents.blocks import enter_block, leave_block
from sim.agents.disorder_lists import forget_quiet, list_arrival
from sim.agents.entries import new_entry
from sim.agents.families import form_units, is_own, others_held
from sim.agents.given import Given, whole
from sim.agents.go_order import draw_order, pass_over, person_at
from sim.agents.rest import wake_next_step
from sim.engine.arrayset import Column, RowAgent, array_column
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.world.codes import AT_LARGE, FIGHTER, HELD, KINDS, ORIGINS, STATES
from sim.world.state import Truth

IDENTITY = owned(
    __name__,
    state("state", "u1", "", "index of the state: held, at large, ..."),
    fixed("kind", "u1", "", "index of the kind: fighter, family member, minor"),
    fixed("origin", "u1", "", "index of the origin: local, Iraqi, foreign"),
    fixed("home", "i2", "", "facility at the start"),
    state("facility", "i2", "", "facility where held, or left last"),
    state("slot", "i4", "", "-1 own place in the order, -2 not held, else entry", start=-1),
)
"""Columns of PERSON."""
ROLL = owned(
    __name__,
    fixed("first", "i8", "", "its people are rows first .. first + held0 - 1"),
    fixed("held0", "i8", "persons", "held at the start"),
    state("held", "i8", "persons", "held now"),
    state("units", "i8", "units", "units of which someone is held now"),
    state("fighters", "i8", "persons", "fighters among them"),
)
"""Columns of FACILITY."""


def enrol(rows: np.ndarray, given: Given, record: Record) -> np.ndarray:
    """Return all detained people in their units, facility by facility in the order of kind and origin; open the rolls.

    Parameters: rows of FACILITY, written; record, PERSON.
    """
    everyone = [record.rows(0)]
    first = 0
    for f, (row, facility) in enumerate(zip(rows, given.theatre.facilities.values(), strict=True)):
        row["first"] = first
        if facility.regime == "resident":
            row["held0"] = row["held"] = row["units"] = whole(facility.residents)
            continue
        groups = [
            (kind, origin, whole(getattr(held, name)))
            for kind, held in enumerate((facility.held.fighters, facility.held.families, facility.held.minors))
            for origin, name in enumerate(ORIGINS)
        ]
        numbers = [number for _, _, number in groups]
        here = record.rows(sum(numbers))
        here["kind"] = np.repeat([kind for kind, _, _ in groups], numbers)
        here["origin"] = np.repeat([origin for _, origin, _ in groups], numbers)
        here["home"] = here["facility"] = f
        row["held0"] = row["held"] = len(here)
        row["fighters"] = int((here["kind"] == FIGHTER).sum())
        first += len(here)
        everyone.append(here)
    people = np.concatenate(everyone)
    form_units(rows, people)
    heads = people["home"][people["unit"] == np.arange(len(people))]
    rows["units"] += np.bincount(heads, minlength=len(rows))
    return people


@compiled
def depart(t: Truth, i: int) -> None:
    """Take a held person off the facility's roll; the caller sets the new state."""
    person = t.people[i]
    f = person.facility
    site = t.facility[f]
    site.held -= 1
    if person.kind == FIGHTER:
        site.fighters -= 1
    leave_block(t, i)
    person.slot = -2
    if not others_held(t, i, f):
        site.units -= 1
    forget_quiet(t, f)
    wake_next_step(t, f)


@compiled
def arrive(t: Truth, i: int, f: int) -> None:
    """Put a person on a facility's roll, last in its order, as held."""
    entry = new_entry(t, i, f)
    if entry < 0:
        return
    person = t.people[i]
    site = t.facility[f]
    if not others_held(t, i, f):
        site.units += 1
    person.state = HELD
    person.facility = f
    person.slot = entry
    site.held += 1
    if person.kind == FIGHTER:
        site.fighters += 1
    enter_block(t, i, f)
    list_arrival(t, f, i, entry)
    forget_quiet(t, f)
    wake_next_step(t, f)


@compiled
def residents_leave(t: Truth, f: int, n: int) -> None:
    """Take n residents off a facility's roll; they are alike and have no rows."""
    t.facility[f].held -= n
    t.facility[f].units -= n


@compiled
def change_state(t: Truth, i: int, state: int) -> None:
    """Move a person to another of the seven states; the sum of all states is kept."""
    person = t.people[i]
    t.states[person.state] -= 1
    t.states[state] += 1
    person.state = state


@compiled
def skip_to_first_place(t: Truth, f: int) -> int:
    """Return the first place in the order whose person still stands there; its end if there is none."""
    site = t.facility[f]
    k = site.cursor
    while k < site.first + site.held0 and not is_own(t, person_at(t, f, k), f):
        k += 1
    pass_over(t, f, k)
    return int(k)


@compiled
def next_in_order(t: Truth, f: int, only_active: bool, whole_units: bool, n: int, chosen: np.ndarray) -> int:
    """Write the next n people, or all people of the next n units, held at a facility, in its order.

    Return the number of people. Parameters: only_active, only those in disorder, or units whose head is; chosen, int64
    (>= n,), with whole units `most_people`, written.
    """
    site = t.facility[f]
    draw_order(t, f)
    end = site.first + site.held0
    k = skip_to_first_place(t, f)
    entry = site.entry_head  # those who were brought in come after the facility's own
    whole_units = whole_units and site.units < site.held
    found = 0
    taken = 0
    unit = -1  # the one being taken
    while (k < end or entry >= 0) and (taken < n or whole_units):
        if k < end:
            i = person_at(t, f, k)
            stands = is_own(t, i, f)
            k += 1
        else:
            i = t.entry[entry, 0]
            stands = t.people[i].slot == entry
            entry = t.entry[entry, 1]
        if not stands:
            continue
        if not whole_units or t.people[i].unit != unit:
            if taken == n:
                return found
            if only_active and t.people[i].active == 0:
                continue
            taken += 1
            unit = t.people[i].unit
        chosen[found] = i
        found += 1
    return found


@compiled
def most_people(t: Truth, f: int, units: int) -> int:
    """Return the most people that so many units of a facility can be."""
    site = t.facility[f]
    return int(units if site.units == site.held else site.held)


def _detainee_at(axis: str, km: str) -> Column:
    """Declare where a person is: the facility's cell, or the cell a person at large has reached; -1 elsewhere."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        people = model.truth.people[rows]
        inside = model.truth.facility[axis][people["facility"]]
        height, width = model.truth.control.shape
        last = (width if axis == "column" else height) - 1
        outside = (model.truth.fugitive[km][rows] / model.resolved.theatre.grid.cell_km).astype(np.int64)
        outside = np.minimum(outside, last)
        return np.where(people["state"] == HELD, inside, np.where(people["state"] == AT_LARGE, outside, -1))

    return Column(values, axis)


class Detainee(RowAgent):
    """One detained person: fighter, family member or minor."""

    state = array_column("people", "state", STATES)
    kind = array_column("people", "kind", KINDS)
    origin = array_column("people", "origin", ORIGINS)
    unit = array_column("people", "unit", doc="number of the head of the person's unit")
    in_disorder = Column(lambda model, rows: model.truth.people["active"][rows] == 1, "in disorder now")
    facility = facility_name("people", "facility")
    home = facility_name("people", "home")
    block = array_column("people", "block")
    escapes = array_column("people", "escapes", doc="times escaped")
    column = _detainee_at("column", "x")
    row_of_cell = _detainee_at("row", "y")

    @property
    def pos(self) -> tuple[int, int] | None:
        """Return column and row of the cell while held or at large, else None."""
        where = (self.column, self.row_of_cell)
        return None if -1 in where else where

    @property
    def cell(self) -> Any:
        """Return the grid cell while held or at large, else None."""
        return None if self.pos is None else self.model.grid[self.pos]


class Resident(RowAgent):
    """A resident of a camp, who may walk out. Residents are alike, so the lowest numbers stand for those who left."""

    facility = Column(lambda model, rows: np.asarray(model.names.facilities)[model.resident_home[rows]], "facility")
    state = Column(
        lambda model, rows: np.where(
            model.resident_number[rows]
            < model.truth.facility["held0"][model.resident_home[rows]]
            - model.truth.facility["held"][model.resident_home[rows]],
            "left freely",
            "held",
        ),
        "held or left freely",
    )
