"""`detention-sim list`: shipped scenarios and sweeps, and results folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from sim.cli.options import AsJson
from sim.experiment.shape import manifest_of
from sim.experiment.store import MANIFEST, Folder
from sim.scenario import shipped
from sim.scenario.errors import InputError, printable
from sim.scenario.yamlfile import read

ROOT = Path("results")
"""Default folder of results, below the current one."""


def command(as_json: AsJson = False) -> None:
    """List shipped scenarios and sweeps, and results."""
    results = list(_results())
    found = {
        "scenarios": list(_files("")),
        "sweeps": list(_files("sweeps")),
        "results": [entry for entry in results if "problem" not in entry],
        "unreadable": [entry for entry in results if "problem" in entry],
    }
    if as_json:
        typer.echo(json.dumps(found))
        return
    for kind in ("scenarios", "sweeps"):
        typer.echo(f"Shipped {kind}:")
        width = max((len(entry["name"]) for entry in found[kind]), default=0)
        for entry in found[kind]:
            typer.echo(printable(f"  {entry['name']:<{width}}  {entry['description']}").rstrip())
    typer.echo("Results:" if results else f"No results in {ROOT}/.")
    for entry in results:
        if "problem" in entry:
            typer.echo(printable(f"  {entry['folder']}  cannot be shown: {entry['problem']}"))
            continue
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
    """Yield the folders below `results/`, at most three levels down, that have a manifest; of a bad one its problem."""
    for path in sorted(path for depth in ("*", "*/*", "*/*/*") for path in _found(f"{depth}/{MANIFEST}")):
        folder = str(path.parent)
        try:
            data = manifest_of(Folder(path.parent))
        except InputError as error:
            first = error.problems[0]
            yield {"folder": folder, "problem": f"{first.key}: {first.problem}" if first.key else first.problem}
            continue
        words = {name: data[name] for name in ("kind", "name", "status")}
        yield {"folder": folder, **words, **{name: data["counts"][name] for name in ("done", "replicates")}}


def _found(pattern: str) -> Iterator[Path]:
    """Yield the paths of a pattern; a folder that may not be read has none."""
    try:
        yield from ROOT.glob(pattern)
    except OSError:
        return
