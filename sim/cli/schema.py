"""`detention-sim schema`: print JSON Schemas, made from the declaration that validates."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from sim.scenario.schema import schema


class Kind(StrEnum):
    """Kinds of files."""

    scenario = "scenario"
    theatre = "theatre"
    sweep = "sweep"
    claims = "claims"


def command(kind: Annotated[Kind, typer.Argument(help="Kind of file.")]) -> None:
    """Print the JSON Schema of a kind of file."""
    typer.echo(json.dumps(schema(kind.value), indent=2))
