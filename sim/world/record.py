"""The record of what happens, kept only when a run is recorded in full."""

from __future__ import annotations

from sim.engine.compiled import compiled
from sim.world.state import Truth


@compiled
def note(t: Truth, minute: int, kind: int, facility: int, detail: int, count: float) -> None:
    """Append one event; marks an overflow when the list is full, does nothing when none is kept."""
    capacity = t.log.shape[0]
    if capacity == 0:
        return
    clock = t.clock[0]
    if clock.log_count >= capacity:
        clock.overflow = 1
        return
    row = t.log[clock.log_count]
    row.minute = minute
    row.kind = kind
    row.facility = facility
    row.detail = detail
    row.count = count
    clock.log_count += 1
