"""The scenario's numbers as the one record that compiled rules read, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel

from sim.scenario.declare import DISTRIBUTIONS
from sim.scenario.parameters import SCALAR_SECTIONS, Levers, Scenario
from sim.scenario.theatre import Theatre


def _numeric(model: type[BaseModel]) -> list[str]:
    """Names of the declared numbers of a section."""
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
"""Scenario paths of all the numbers in the record."""


def field_name(path: str) -> str:
    """Name of a scenario path in the record: dots become underscores."""
    return path.replace(".", "_")


PARAMETERS = np.dtype(
    [(field_name(path), "f8") for path in PATHS] + [("cell_km", "f8"), ("border_km", "f8")], align=True
)


def parameter_record(scenario: Scenario, theatre: Theatre) -> np.ndarray:
    """The numbers of one scenario, PARAMETERS (1,). Distributions and levers not pulled are NaN."""
    record = np.zeros(1, PARAMETERS)
    for path in PATHS:
        value: object = scenario
        for key in path.split("."):
            value = getattr(value, key) if value is not None else None
        plain = value is not None and not isinstance(value, tuple(DISTRIBUTIONS.values()))
        record[field_name(path)] = value if plain else np.nan
    record["cell_km"] = theatre.grid.cell_km
    record["border_km"] = theatre.border_km
    return record
