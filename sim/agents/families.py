"""Units: a woman and her minors, who have one decision and one way; everybody else is a unit of one."""

from __future__ import annotations

import numpy as np

from sim.engine.columns import fixed, owned
from sim.engine.compiled import compiled
from sim.engine.random import fill_uniform
from sim.world.codes import FAMILY, FIGHTER, MINOR, ORIGINS
from sim.world.state import Truth

UNIT = owned(__name__, fixed("unit", "i4", "", "row of the head of the person's unit: the woman, or the person"))
"""Columns of PERSON."""
DECIDERS = owned(__name__, fixed("deciders", "i8", "", "heads of units are among its first so many people"))
"""Columns of FACILITY."""


def form_units(rows: np.ndarray, people: np.ndarray) -> None:
    """Give the minors of each origin to the women of that origin, evenly: the k-th of M to woman floor(k W / M) of W.

    Parameters: rows of FACILITY and of PERSON, written; people stand facility by facility, minors last.
    """
    people["unit"] = np.arange(len(people))
    for row in rows:
        if row["resident"] == 1:
            continue
        first, end = int(row["first"]), int(row["first"] + row["held0"])
        here = people[first:end]
        for origin in range(len(ORIGINS)):
            women = first + np.flatnonzero((here["kind"] == FAMILY) & (here["origin"] == origin))
            minors = first + np.flatnonzero((here["kind"] == MINOR) & (here["origin"] == origin))
            if len(women) > 0:
                people["unit"][minors] = women[np.arange(len(minors)) * len(women) // max(1, len(minors))]
        heads = np.flatnonzero(here["unit"] == np.arange(first, end))
        row["deciders"] = heads[-1] + 1 if len(heads) > 0 else 0


@compiled
def is_head(t: Truth, i: int) -> bool:
    """Return whether a person decides for a unit."""
    return t.people[i].unit == i


@compiled
def address(t: Truth, i: int) -> int:
    """Return the index at home of the head of a person's unit: the address of the numbers that a unit shares."""
    return t.people[i].unit - t.facility[t.people[i].home].first


@compiled
def fill_by_unit(t: Truth, f: int, out: np.ndarray, stream: np.uint64) -> None:
    """Write a number for each of a facility's own people, by address: a unit has one. Parameters: out, (held0,)."""
    clock = t.clock[0]
    site = t.facility[f]
    fill_uniform(out[: site.deciders], clock.seed, stream, clock.replicate, site.key, 0)
    k = site.held0 - 1
    while k >= 0 and t.people[site.first + k].kind == MINOR:  # minors stand last
        if not is_head(t, site.first + k):
            out[k] = out[t.people[site.first + k].unit - site.first]
        k -= 1


@compiled
def first_minor(t: Truth, head: int) -> int:
    """Return the row of the first minor of a head, found by halving; her minors stand in the rows from there on.

    By kind, origin and unit the people of a facility are in rising order. If she has none, the row is another's.
    """
    woman = t.people[head]
    low = t.facility[woman.home].first
    high = low + t.facility[woman.home].held0
    while low < high:
        middle = (low + high) // 2
        other = t.people[middle]
        before = other.kind < MINOR or other.origin < woman.origin
        if before or (other.origin == woman.origin and other.unit < head):
            low = middle + 1
        else:
            high = middle
    return int(low)


@compiled
def is_of_unit(t: Truth, i: int, head: int) -> bool:
    """Return whether a row is that of a person of a head's unit."""
    return 0 <= i < t.people.shape[0] and t.people[i].unit == head


@compiled
def is_held_at(t: Truth, i: int, f: int) -> bool:
    """Return whether a person is on a facility's roll."""
    return t.people[i].facility == f and t.people[i].slot != -2


@compiled
def is_own(t: Truth, i: int, f: int) -> bool:
    """Return whether a person is held at a facility and has been there from the start."""
    return bool(t.people[i].slot == -1 and t.people[i].facility == f)


@compiled
def others_held(t: Truth, i: int, f: int) -> bool:
    """Return whether anybody else of a person's unit is on a facility's roll."""
    head = t.people[i].unit
    if t.people[i].kind == FIGHTER:
        return False
    if t.people[i].kind == FAMILY:
        k = first_minor(t, i)
        while is_of_unit(t, k, head):
            if is_held_at(t, k, f):
                return True
            k += 1
        return False
    if head == i:
        return False
    if is_held_at(t, head, f):
        return True
    for way in (-1, 1):
        k = i + way
        while is_of_unit(t, k, head):
            if is_held_at(t, k, f):
                return True
            k += way
    return False
