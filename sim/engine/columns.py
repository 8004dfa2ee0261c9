"""Columns of the arrays that rules work on. Each is declared once, with its type, unit, meaning and part in a run.

Five things derive from these declarations: which columns are set back before a replicate, which a later decision may
change, which a test may forget, where a drawn number is bound, and the data dictionary. Every column has a part.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple, get_type_hints

import numpy as np


class Part(StrEnum):
    """The part that a column, or a whole array, plays in a run."""

    FIXED = "fixed"
    """Given by the scenario, or worked out from it as a replicate begins; no rule writes it later."""
    DECISION = "decision"
    """The same, and a later decision may change it: a branch takes it from its own scenario."""
    DRAWN = "drawn"
    """Drawn once for a replicate, when it begins or when first needed."""
    STATE = "state"
    """Written by the rules."""
    SAVED = "saved work"
    """Written by the rules to save work, under the parameters of the time; forgetting it changes no result."""


class Field(NamedTuple):
    """One column.

    `path` is the scenario path of the number that it holds, `*` for the row's name or index; None if it holds none.
    `start` is its value before the scenario's numbers are filled in.
    `forget` is the value of saved work that means that nothing is saved; None where another column of its owner tells.
    `dated` marks the minute of a decision: a branch that decides anew begins it no earlier than the branch.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    part: Part
    path: str | None = None
    start: float = 0
    forget: float | None = None
    dated: bool = False
    owner: str = ""


def fixed(name: str, kind: str, unit: str, meaning: str, path: str | None = None, *, start: float = 0) -> Field:
    """Declare a column that the scenario gives and no rule writes once a replicate has begun."""
    return Field(name, kind, unit, meaning, Part.FIXED, path, start)


def decision(
    name: str, kind: str, unit: str, meaning: str, path: str | None = None, *, start: float = 0, dated: bool = False
) -> Field:
    """Declare a column that the scenario gives and a later decision may change."""
    return Field(name, kind, unit, meaning, Part.DECISION, path, start, dated=dated)


def drawn(name: str, kind: str, unit: str, meaning: str) -> Field:
    """Declare a column that is drawn once for a replicate."""
    return Field(name, kind, unit, meaning, Part.DRAWN)


def state(name: str, kind: str, unit: str, meaning: str, *, start: float = 0) -> Field:
    """Declare a column that rules write."""
    return Field(name, kind, unit, meaning, Part.STATE, start=start)


def saved(name: str, kind: str, unit: str, meaning: str, *, start: float = 0, forget: float | None = None) -> Field:
    """Declare a column of saved work. Parameters: forget, the value that means that nothing is saved, if it has one."""
    return Field(name, kind, unit, meaning, Part.SAVED, start=start, forget=forget)


class Group(NamedTuple):
    """Columns owned by one file of rules, which alone writes them."""

    owner: str
    fields: tuple[Field, ...]


def owned(owner: str, *fields: Field) -> Group:
    """Declare columns as a file's own. Parameters: owner, the file's `__name__`.

    Raises ValueError for saved work without a column that can say that nothing is saved.
    """
    forgets = [field for field in fields if field.forget is not None]
    if any(field.part is Part.SAVED for field in fields) and not forgets:
        raise ValueError(f"{owner}: saved work without a column that can forget it")
    return Group(owner, tuple(field._replace(owner=owner) for field in fields))


class Record:
    """A structured type made of groups of columns; `dtype` is the same as a NumPy type."""

    def __init__(self, name: str, *groups: Group) -> None:
        """Make the type. Raises ValueError for a name declared twice, or that is an attribute of NumPy's records."""
        self.name = name
        self.fields: dict[str, Field] = {}
        for field in (field for group in groups for field in group.fields):
            if field.name in self.fields:
                raise ValueError(
                    f"{name}.{field.name} is declared by {self.fields[field.name].owner} and {field.owner}"
                )
            if hasattr(np.record, field.name):
                raise ValueError(f"{name}.{field.name}: NumPy's records have an attribute of that name")
            self.fields[field.name] = field
        widest_first = sorted(self.fields.values(), key=lambda field: -np.dtype(field.kind).itemsize)  # no gaps
        self.dtype = np.dtype([(field.name, field.kind) for field in widest_first], align=True)

    def rows(self, *shape: int) -> np.ndarray:
        """Return an array of this shape with every column at its start, before the scenario's numbers are filled in."""
        made = np.zeros(shape, self.dtype)
        for field in self.fields.values():
            if field.start != 0:
                made[field.name] = field.start
        return made

    def names(self, *parts: Part) -> tuple[str, ...]:
        """Return the names of the columns that play one of these parts."""
        return tuple(name for name, field in self.fields.items() if field.part in parts)


class Spec(NamedTuple):
    """The declaration of an array of a bundle.

    Parameters: holds, a Record's name or a plain type; shape, in words; meaning; part, of the whole array where it has
    no columns; first, why it need not be set back before a replicate (empty: it is set back).
    """

    holds: str
    shape: str
    meaning: str
    part: Part = Part.STATE
    first: str = ""


NEVER_WRITTEN = "no rule writes it"


def specs(bundle: type[Any]) -> dict[str, Spec]:
    """Return the declarations of a bundle's arrays by name, in their order.

    Raises TypeError for an array without one.
    """
    hints = get_type_hints(bundle, include_extras=True)
    found = {}
    for name in bundle._fields:
        declared = [item for item in getattr(hints[name], "__metadata__", ()) if isinstance(item, Spec)]
        if len(declared) != 1:
            raise TypeError(f"{bundle.__name__}.{name} is not declared by one Spec")
        found[name] = declared[0]
    return found


def restored(bundle: type[Any]) -> tuple[str, ...]:
    """Return the names of the arrays that are set back before a replicate: all that give no reason why not."""
    return tuple(name for name, spec in specs(bundle).items() if not spec.first)


def check_bundle(arrays: Any, records: Iterable[Record]) -> None:
    """Raise TypeError for an array that is not of the type that its bundle declares."""
    dtypes = {record.name: record.dtype for record in records}
    for name, spec in specs(type(arrays)).items():
        made, wanted = getattr(arrays, name).dtype, dtypes.get(spec.holds) or np.dtype(spec.holds)
        if made != wanted:
            raise TypeError(f"{type(arrays).__name__}.{name}: made of {made}, declared as {spec.holds}")
