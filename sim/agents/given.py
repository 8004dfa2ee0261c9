"""The scenario as the kinds need it for their rows: indices of names, minutes of dates, numbers by path."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.engine.columns import Record
from sim.scenario.declare import Distribution
from sim.scenario.fields import attributes_of
from sim.world.codes import NEVER

if TYPE_CHECKING:
    from sim.scenario.resolved import Resolved


class Names(NamedTuple):
    """Names by index."""

    facilities: tuple[str, ...]
    parties: tuple[str, ...]
    observers: tuple[str, ...]
    origins: tuple[str, ...]
    areas: tuple[str, ...]


def names_of(resolved: Resolved) -> Names:
    """Return the names in their order of index; surveillance is the last observer."""
    observers = (*(o.name for o in resolved.scenario.observers), "isr")
    origins = (*(o.origin or o.name for o in resolved.scenario.observers), "isr")
    theatre = resolved.theatre
    return Names(tuple(theatre.facilities), tuple(theatre.parties), observers, origins, tuple(theatre.areas))


class Given:
    """A resolved scenario, read by name and path."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.scenario, self.theatre = resolved.scenario, resolved.theatre
        self.names = names_of(resolved)
        self._party = {name: k for k, name in enumerate(self.names.parties)}
        self._facility = {name: k for k, name in enumerate(self.names.facilities)}

    def party(self, name: str | None) -> int:
        """Return a party's index, -1 for None."""
        return -1 if name is None else self._party[name]

    def facility(self, name: str | None) -> int:
        """Return a facility's index, -1 for None."""
        return -1 if name is None else self._facility[name]

    def area(self, name: str | None) -> int:
        """Return an area's index, -1 for None."""
        return -1 if name is None else self.names.areas.index(name)

    def minute(self, date: str | None) -> int:
        """Return a date as minutes since the start, NEVER for None."""
        return NEVER if date is None else round(self.resolved.hours(date) * 60)

    def at(self, path: str) -> Any:
        """Return the value at a dotted path; None below None."""
        keys = path.split(".")
        here: Any = self.scenario
        if keys[0] == "theatre":
            here, keys = self.theatre, keys[1:]
        for key in keys:
            here = inside(here, key)
        return here

    def fill(self, record: Record, rows: np.ndarray) -> None:
        """Write the numbers that columns take from the scenario; NaN for distributions, which are bound later.

        Parameters: rows, at least as many as the collection in the columns' paths has items.
        """
        for field in record.fields.values():
            if field.path is not None:
                collection, _, below = field.path.partition(".*.")
                for row, item in enumerate(items(self.at(collection))):
                    for key in below.split("."):
                        item = inside(item, key)
                    rows[field.name][row] = number(item)


def inside(value: Any, key: str) -> Any:
    """Return the value of a file's key in a section, mapping or list; None in None."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, Sequence):
        return value[int(key)]
    return getattr(value, attributes_of(type(value))[key])  # type: ignore[arg-type]


def items(collection: Any) -> list[Any]:
    """Return the items of a list or of a mapping, in order."""
    return list(collection.values()) if isinstance(collection, Mapping) else list(collection)


def number(value: float | Distribution | None) -> float:
    """Return a plain number; NaN for a distribution, which is bound later, and for None."""
    return float(value) if isinstance(value, int | float) else math.nan


def whole(value: float | Distribution | None) -> int:
    """Return a count of people, rounded half up; 0 for a distribution and for None."""
    return math.floor(number(value) + 0.5) if isinstance(value, int | float) else 0
