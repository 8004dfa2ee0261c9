"""JSON Schemas of the files a user writes, for editors and other programs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sim.scenario import claims
from sim.scenario.parameters import Scenario
from sim.scenario.sweep import SweepFile
from sim.scenario.theatre import Theatre

_MODELS: dict[str, type[BaseModel]] = {"scenario": Scenario, "theatre": Theatre, "sweep": SweepFile}
KINDS = (*_MODELS, "claims")
"""Kinds of files that have a schema."""


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file. Raises KeyError for an unknown kind.

    A scenario that extends another may leave out what the other gives, which the schema cannot say: it requires
    `name`, `start`, `days` and `theatre` only where `extends` is absent.
    """
    if kind == "claims":
        return claims.schema()
    found = _MODELS[kind].model_json_schema(by_alias=True)
    if kind == "scenario":
        required = found.pop("required", [])
        found["properties"]["extends"] = {
            "type": "string",
            "description": "another scenario file, relative to this one, on which this one is layered",
        }
        found["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    _bounded(found)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _bounded(node: Any) -> None:
    """Add `minimum` and `maximum` wherever a plain number may stand, from the declared bounds."""
    if isinstance(node, dict):
        members: list[Any] = node.get("oneOf") or next((m["oneOf"] for m in node.get("anyOf", []) if "oneOf" in m), [])
        for member in members:
            if "low" in node and member.get("type") == "number":
                limits = {"minimum": node["low"], "maximum": node["high"]}
                member.update({name: limit for name, limit in limits.items() if limit is not None})
        for inner in node.values():
            _bounded(inner)
    elif isinstance(node, list):
        for inner in node:
            _bounded(inner)
