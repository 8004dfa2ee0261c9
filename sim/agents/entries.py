"""People brought into a facility after the start: they stand behind its own people, in the order of arrival."""

from __future__ import annotations

from sim.engine.columns import owned, state
from sim.engine.compiled import compiled
from sim.world.record import list_too_short
from sim.world.state import Truth

ARRIVALS = owned(
    __name__,
    state("entry_head", "i8", "", "first entry of those brought in, -1 for none", start=-1),
    state("entry_tail", "i8", "", "last of them", start=-1),
)
"""Columns of FACILITY."""
ENTRIES = owned(__name__, state("entries", "i8", "persons", "people brought into facilities after the start"))
"""Columns of CLOCK."""


@compiled
def new_entry(t: Truth, i: int, f: int) -> int:
    """Enter a person behind all others of a facility. Return the entry, -1 if the list is full."""
    clock = t.clock[0]
    entry = clock.entries
    if entry >= t.entry.shape[0]:
        list_too_short(t)
        return -1
    clock.entries = entry + 1
    t.entry[entry, 0] = i
    append_entry(t, f, entry)
    return int(entry)


@compiled
def append_entry(t: Truth, f: int, entry: int) -> None:
    """Make an entry the last of a facility's entries."""
    site = t.facility[f]
    t.entry[entry, 1] = -1
    if site.entry_tail >= 0:
        t.entry[site.entry_tail, 1] = entry
    else:
        site.entry_head = entry
    site.entry_tail = entry


@compiled
def drop_departed(t: Truth, f: int) -> None:
    """Drop the entries of those who have left again."""
    site = t.facility[f]
    entry = site.entry_head
    site.entry_head = -1
    site.entry_tail = -1
    while entry >= 0:
        following = t.entry[entry, 1]
        if t.people[t.entry[entry, 0]].slot == entry:
            append_entry(t, f, entry)
        entry = following
