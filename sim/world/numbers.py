"""The scenario's numbers as one record for compiled rules, made from their declarations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel

from sim.engine.columns import Field, Record, decision, fixed, owned
from sim.scenario.declare import DISTRIBUTIONS
from sim.scenario.fields import may_change_later, parameters
from sim.scenario.parameters import SCALAR_SECTIONS, Levers, Scenario
from sim.scenario.theatre import Theatre


def _numeric(model: type[BaseModel]) -> list[str]:
    """Return the names of the declared numbers of a section."""
    return [
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict)
        and "unit" in field.json_schema_extra
        and (isinstance(field.default, float) or field.default is None)
    ]


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    for name in SCALAR_SECTIONS:
        yield name, type(Scenario.model_fields[name].default)
    for name, field in Levers.model_fields.items():
        yield f"levers.{name}", next(a for a in field.annotation.__args__ if a is not type(None))  # type: ignore[union-attr]


PATHS: tuple[str, ...] = tuple(
    f"{section}.{number}" for section, model in _sections() for number in _numeric(model) if number != "cost"
)
"""Scenario paths of all numbers in the record."""


def field_name(path: str) -> str:
    """Return the name of a scenario path in the record: dots become underscores."""
    return path.replace(".", "_")


_DECLARED = {parameter.path: parameter for parameter in parameters()}


def _held(path: str) -> Field:
    declare = decision if may_change_later(path) else fixed
    return declare(field_name(path), "f8", _DECLARED[path].unit, _DECLARED[path].description, path)


PARAMETERS = Record(
    "PARAMETERS",
    owned(
        "sim.agents.levers",
        *map(_held, PATHS),
        fixed("cell_km", "f8", "km", "side of a cell"),
        fixed("border_km", "f8", "km", "distance from the map's edge within which people may leave the theatre"),
    ),
)
"""The scenario's numbers. Levers raise some of them as a replicate begins; nothing else writes them."""


def parameter_record(scenario: Scenario, theatre: Theatre) -> np.ndarray:
    """Return the numbers of one scenario, PARAMETERS (1,). Distributions and levers not pulled are NaN."""
    record = PARAMETERS.rows(1)
    for path in PATHS:
        value: object = scenario
        for key in path.split("."):
            value = getattr(value, key) if value is not None else None
        plain = value is not None and not isinstance(value, tuple(DISTRIBUTIONS.values()))
        record[field_name(path)] = value if plain else np.nan
    record["cell_km"] = theatre.grid.cell_km
    record["border_km"] = theatre.border_km
    return record
