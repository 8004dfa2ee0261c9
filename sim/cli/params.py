"""`detention-sim params`: list the declared parameters."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Annotated, Any

import typer

from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.fields import Parameter, parameters


def command(
    pattern: Annotated[str | None, typer.Argument(help="Part of a path, or a pattern such as 'guards.*'.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List parameters whose path holds the pattern."""
    found = [parameter for parameter in parameters() if _matches(parameter.path, pattern)]
    if not found:
        names = [parameter.path for parameter in parameters()]
        raise InputError([Problem("params", 0, str(pattern), "no such parameter", one_of(str(pattern), names))])
    if as_json:
        typer.echo(json.dumps({"parameters": [parameter.as_dict() for parameter in found]}))
    else:
        typer.echo("\n".join(_lines(parameter) for parameter in found))


def _matches(path: str, pattern: str | None) -> bool:
    return pattern is None or pattern in path or fnmatchcase(path, pattern)


def _lines(parameter: Parameter) -> str:
    """Return one parameter as a line with its value and a line with its meaning."""
    value = "required" if parameter.required else _written(parameter.default)
    low, high = parameter.low, parameter.high
    bounds = f"[{_written(low) if low is not None else ''}..{_written(high) if high is not None else ''}]"
    head = [parameter.path, "=", value, parameter.unit, bounds if bounds != "[..]" else "", parameter.status]
    source = f" [{parameter.source}]" if parameter.source else ""
    meaning = f"\n    {parameter.description}{source}" if parameter.description or source else ""
    return " ".join(part for part in head if part) + meaning


def _written(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, str):
        return value or '""'
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)
