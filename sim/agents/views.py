"""The agents as Mesa users meet them: views onto the rows of the arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.arrayset import Column, RowAgent, column
from sim.world.codes import CUSTODY, GUARD_STATES, KINDS, OBSERVER_KINDS, ORIGINS, STATES


def _facility_name(array: str, field: str) -> Column:
    """A facility's index read as its name."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.facilities)[getattr(model.truth, array)[field][rows]]

    return Column(values, "facility")


def _named(kind: str) -> Column:
    """A row's own name."""
    return Column(lambda model, rows: np.asarray(getattr(model.names, kind))[rows], "name")


def _party(array: str, field: str) -> Column:
    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.parties)[getattr(model.truth, array)[field][rows]]

    return Column(values, "party")


class Facility(RowAgent):
    """A prison, a policed annex, or the residents of a camp. It does not move."""

    name = _named("facilities")
    controller = _party("facility", "controller")
    custody = column("facility", "custody", CUSTODY)
    held = column("facility", "held")
    held0 = column("facility", "held0")
    active = column("facility", "active", doc="people in disorder")
    opening = column("facility", "opening", doc="opening of the perimeter, 0-1")
    authority = column("facility", "authority", doc="L, 0-1")
    agitation = column("facility", "agitation", doc="s")
    escaped = column("facility", "escaped", doc="exits so far")
    recaptured = column("facility", "recaptured")
    resident = Column(lambda model, rows: model.truth.facility["resident"][rows] == 1, "people may walk out")
    guards_present = Column(
        lambda model, rows: model.truth.facility["on_site"][rows] + model.truth.facility["occupier_guards"][rows],
        "guards on site, all shifts",
    )

    @property
    def cell(self) -> Any:
        """The grid cell it stands on."""
        site = self.model.truth.facility[self.row]
        return self.model.grid[int(site["column"]), int(site["row"])]

    @property
    def pos(self) -> tuple[int, int]:
        """Column and row of the cell."""
        site = self.model.truth.facility[self.row]
        return int(site["column"]), int(site["row"])


def _detainee_at(axis: str) -> Column:
    """Where a person is: the facility's cell, or the cell a person at large has reached; -1 elsewhere."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        people = model.truth.people[rows]
        inside = model.truth.facility[axis][people["facility"]]
        outside = model.truth.fugitive[axis][rows]
        return np.where(people["state"] == 0, inside, np.where(people["state"] == 1, outside, -1))

    return Column(values, axis)


class Detainee(RowAgent):
    """One detained person: fighter, family member or minor."""

    state = column("people", "state", STATES)
    kind = column("people", "kind", KINDS)
    origin = column("people", "origin", ORIGINS)
    in_disorder = Column(lambda model, rows: model.truth.people["active"][rows] == 1, "in disorder now")
    facility = _facility_name("people", "facility")
    home = _facility_name("people", "home")
    block = column("people", "block")
    escapes = column("people", "escapes", doc="times escaped")
    column = _detainee_at("column")
    row_of_cell = _detainee_at("row")

    @property
    def pos(self) -> tuple[int, int] | None:
        """Column and row of the cell, while in the theatre."""
        where = (self.column, self.row_of_cell)
        return None if -1 in where else where

    @property
    def cell(self) -> Any:
        """The grid cell, while in the theatre."""
        return None if self.pos is None else self.model.grid[self.pos]


class Resident(RowAgent):
    """One who may walk out of a camp. Residents of a camp are alike: the first so many of them have left."""

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


class Guard(RowAgent):
    """One guard of a facility."""

    status = column("guard", "status", GUARD_STATES)
    call = column("guard", "call", doc="the front calls those with low numbers first")
    nerve = column("guard", "nerve", doc="threat at which this guard flees")
    facility = Column(lambda model, rows: np.asarray(model.names.facilities)[model.guard_home[rows]], "facility")
    party = Column(
        lambda model, rows: np.asarray(model.names.parties)[model.truth.facility["initial"][model.guard_home[rows]]],
        "party",
    )
    training = Column(
        lambda model, rows: model.truth.party["effectiveness"][model.truth.facility["initial"][model.guard_home[rows]]],
        "effect of one guard of the party",
    )


class OccupyingForce(RowAgent):
    """A unit on the move."""

    party = _party("unit", "party")
    x = column("unit", "x", doc="km from the west edge")
    y = column("unit", "y", doc="km from the south edge")
    active = Column(lambda model, rows: model.truth.unit["active"][rows] == 1, "on the move")


class ArmedCell(RowAgent):
    """A cell of the held movement outside."""

    x = column("cell", "x", doc="km from the west edge")
    y = column("cell", "y", doc="km from the south edge")
    strength = column("cell", "strength", doc="relative")


class Observer(RowAgent):
    """An observer, or a desk that speaks for several; the last is surveillance."""

    name = _named("observers")
    kind = Column(lambda model, rows: np.asarray(OBSERVER_KINDS)[model.belief.observer["kind"][rows]], "kind")
    role = Column(lambda model, rows: np.asarray(model.roles)[model.belief.observer["role"][rows]], "role")

    def claims(self) -> dict[str, float]:
        """Its last numbered claim by facility."""
        claims = self.model.belief.pair["claim"][:, self.row]
        return {name: float(v) for name, v in zip(self.model.names.facilities, claims, strict=True) if v == v}
