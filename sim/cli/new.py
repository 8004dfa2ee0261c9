"""`detention-sim new`: write a commented theatre, scenario or sweep to begin with."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.check import check
from sim.scenario import shipped
from sim.scenario.errors import InputError, Problem, printable, shown
from sim.scenario.files import display
from sim.scenario.places import read_places
from sim.scenario.template import scenario_text, sweep_text, theatre_text


class Kind(StrEnum):
    """Kinds of files that can be begun."""

    theatre = "theatre"
    scenario = "scenario"
    sweep = "sweep"


FOLDERS = {Kind.theatre: "theatres", Kind.scenario: "", Kind.sweep: "sweeps"}
"""Where a kind is written, below the current folder, as the shipped files are laid out."""
THEN = {Kind.theatre: "check", Kind.scenario: "run", Kind.sweep: "sweep"}


def command(
    kind: Annotated[Kind, typer.Argument(help="Kind of file.")],
    name: Annotated[str, typer.Argument(help="Its name: lower case letters, digits, hyphens.")],
    places: Annotated[
        Path | None,
        typer.Option("--places", metavar="FILE.csv", help="For a theatre: places with name, lat, lon, population."),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option("--of", metavar="FILE", help="The theatre of a scenario, or the scenario of a sweep."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where; default: by kind and name.")] = None,
) -> None:
    """Write a file that `check` accepts as it stands; none is overwritten."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise _wrong("NAME", f"`{shown(name)}` is not a name", "lower case letters, digits and hyphens, at most 60")
    if places is not None and kind is not Kind.theatre:
        raise _wrong("--places", f"a {kind.value} has no places", "new theatre NAME --places FILE.csv")
    if about is not None and kind is Kind.theatre:
        raise _wrong("--of", "a theatre is of no other file", "new scenario or new sweep")
    path = out if out is not None else Path(FOLDERS[kind]) / f"{name}.yaml"
    if kind is Kind.theatre:
        text = theatre_text(name, read_places(places) if places else (), places.name if places else "")
    elif kind is Kind.scenario:
        text = scenario_text(name, _named(path, about, Path("theatres") / f"{name}.yaml", "theatres", "tiny"))
    else:
        text = sweep_text(_named(path, about, Path(f"{name}.yaml"), "", "ne-syria-2019"))
    _write(path, text)
    typer.echo(printable(f"{display(path)}: written; next: edit it, detention-sim {THEN[kind]} {display(path)}"))


def _named(path: Path, given: str | None, beside: Path, kind: str, otherwise: str) -> str:
    """Return the file that another refers to, as it would name it: a shipped name, or a path from its own folder."""
    if given is None and not beside.exists():
        return otherwise
    target = Path(given) if given is not None else beside
    if target.exists():
        return Path(os.path.relpath(target, path.parent)).as_posix()
    if shipped.find(target, kind) == target:
        raise _wrong("--of", f"no such file {shown(given)}", "a file, or a shipped name")
    return target.as_posix()


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet, and take it back if it is not good."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise _wrong(display(path), "is there already", "another name, or --out FILE") from None
    except OSError as error:
        raise _wrong(display(path), f"cannot be written: {(error.strerror or '').lower()}", "") from None
    try:
        check(str(path))
    except InputError:
        path.unlink()
        raise


def _wrong(what: str, problem: str, expected: str) -> InputError:
    return InputError([Problem(what, 0, "", problem, expected)])
