"""`detention-sim list`: shipped scenarios and sweeps, and results folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from sim.cli.options import AsJson
from sim.experiment import confined
from sim.experiment.store import MANIFEST, PROGRAM, parsed
from sim.scenario import shipped
from sim.scenario.errors import InputError, printable
from sim.scenario.yamlfile import read

ROOT = Path("results")
"""Default folder of results, below the current one."""


def command(as_json: AsJson = False) -> None:
    """List shipped scenarios and sweeps, and results."""
    found = {"scenarios": list(_files("")), "sweeps": list(_files("sweeps")), "results": list(_results())}
    if as_json:
        typer.echo(json.dumps(found))
        return
    for kind in ("scenarios", "sweeps"):
        typer.echo(f"Shipped {kind}:")
        width = max((len(entry["name"]) for entry in found[kind]), default=0)
        for entry in found[kind]:
            typer.echo(printable(f"  {entry['name']:<{width}}  {entry['description']}").rstrip())
    typer.echo("Results:" if found["results"] else f"No results in {ROOT}/.")
    for entry in found["results"]:
        done = f"{entry['done']:,} of {entry['replicates']:,} replicates"
        typer.echo(printable(f"  {entry['folder']}  {entry['kind']} {entry['name']}, {done}, {entry['status']}"))


def _files(kind: str) -> Iterator[dict[str, str]]:
    """Yield name and description of the shipped files of a kind."""
    for name in shipped.names(kind):
        try:
            data = read(shipped.folder() / kind / f"{name}.yaml").data
        except InputError:  # `check` says what is wrong with it
            continue
        description = data.get("description", "") if isinstance(data, dict) else ""
        yield {"name": name, "description": " ".join(str(description).split())}


def _results() -> Iterator[dict[str, Any]]:
    """Yield the results folders below `results/`, at most three levels down."""
    found = [path for depth in ("*", "*/*", "*/*/*") for path in ROOT.glob(f"{depth}/{MANIFEST}")]
    for path in sorted(found):
        try:
            data = parsed(confined.read(path.parent, MANIFEST))
            words = {name: data[name] for name in ("kind", "name", "status")}
            counts = {name: data["counts"][name] for name in ("done", "replicates")}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        of_kind = all(type(word) is str for word in words.values()) and all(type(n) is int for n in counts.values())
        if data.get("program") == PROGRAM and of_kind:
            yield {"folder": str(path.parent), **words, **counts}
