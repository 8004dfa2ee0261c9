"""The log of events, kept only when a run is recorded in full; and the mark that a list was too short."""

from __future__ import annotations

from sim.engine.columns import Record, owned, state
from sim.engine.compiled import compiled
from sim.world.state import Truth

RECORDING = owned(
    __name__,
    state("log_count", "i8", "rows", "events kept"),
    state("overflow", "i8", "0/1", "1 if a list was too short: the replicate is repeated with longer ones"),
)
"""Columns of CLOCK."""

LOG = Record(
    "LOG",
    owned(
        __name__,
        state("minute", "i8", "min", "when"),
        state("kind", "i8", "", "index of the kind of event"),
        state("facility", "i8", "", "index of the facility"),
        state("detail", "i8", "", "cause, party, custody, facility or kind of incident, by kind"),
        state("count", "f8", "", "persons, attackers or guards"),
    ),
)


@compiled
def list_too_short(t: Truth) -> None:
    """Mark that a list was too short for this replicate."""
    t.clock[0].overflow = 1


@compiled
def note(t: Truth, minute: int, kind: int, facility: int, detail: int, count: float) -> None:
    """Append one event if events are kept; mark an overflow when the list is full."""
    capacity = t.log.shape[0]
    if capacity == 0:
        return
    clock = t.clock[0]
    if clock.log_count >= capacity:
        list_too_short(t)
        return
    row = t.log[clock.log_count]
    row.minute = minute
    row.kind = kind
    row.facility = facility
    row.detail = detail
    row.count = count
    clock.log_count += 1
