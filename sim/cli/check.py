"""`detention-sim check`: list every problem of a file without running it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sim.scenario import shipped
from sim.scenario.claims import parse_claims
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import decode, display, read_bytes
from sim.scenario.loader import exists, load, load_theatre, missing
from sim.scenario.sweep import load_sweep
from sim.scenario.yamlfile import parse


def command(
    files: Annotated[list[str], typer.Argument(help="Scenario, theatre, sweep or claims files, or shipped names.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as one JSON object.")] = False,
) -> None:
    """Check files; exit 2 if anything is wrong with any of them."""
    problems: list[Problem] = []
    good: list[str] = []
    for file in files:
        try:
            notes = check(file)
        except InputError as error:
            problems += error.problems
            continue
        good.append(f"{display(file)}: ok")
        for note in notes:
            print(printable(f"{display(file)}: note: {note}"), file=sys.stderr)
    if as_json:
        typer.echo(json.dumps({"problems": [problem.as_dict() for problem in problems]}))
        raise typer.Exit(2 if problems else 0)
    for line in good:
        print(printable(line), file=sys.stderr if problems else sys.stdout)  # nothing on stdout where anything is wrong
    if problems:
        raise InputError(problems)


def check(file: str) -> Sequence[str]:
    """Return notes on a good file of any kind. Raises InputError with every problem of a bad one."""
    path = shipped.find(shipped.find(file), "sweeps")
    if not exists(path):
        raise missing(path)
    name = display(path)
    text = decode(read_bytes(path), name)
    if path.suffix.lower() == ".csv" or "event_id" in text.lstrip().split("\n", 1)[0].split(","):
        return [f"line {claim.line}: {claim.note}" for claim in parse_claims(text, name) if claim.note]
    data = parse(text, name).data
    keys = set(data) if isinstance(data, dict) else set()
    if {"vary", "scenario"} & keys:
        return load_sweep(path).notes
    if {"grid", "facilities"} <= keys or {"grid", "parties"} <= keys:
        load_theatre(path)
        return ()
    return load(path).notes
