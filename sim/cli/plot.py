"""`detention-sim plot`: figures and report.html from results, and what made a figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options
from sim.experiment.extra import PLOTS, need
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import display


def command(
    folder: Annotated[Path | None, typer.Argument(metavar="RESULTS", help="Results folder.")] = None,
    which: Annotated[
        Path | None, typer.Option("--which", metavar="FIGURE", help="Draw nothing; say what made this PNG or SVG.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw every figure that applies, write report.html, and print where they are; or say what made a figure."""
    if (folder is None) == (which is None):
        raise InputError([Problem("plot", 0, "", "needs one of the two", "RESULTS, or --which FIGURE")])
    if which is not None:
        from sim.plots.which import lines, made_by

        told = made_by(which)
        for line in [json.dumps(told, sort_keys=True)] if as_json else lines(told):
            typer.echo(printable(line))
        return
    assert folder is not None
    need("plot", "plots", *PLOTS)
    paths = drawn(folder)
    if as_json:
        typer.echo(json.dumps({"out": str(folder), "files": [str(path) for path in paths]}))
    else:
        for path in paths:
            typer.echo(printable(display(path)))


def drawn(folder: Path) -> list[Path]:
    """Draw figures and report of a results folder and return their paths. Raises InputError."""
    from sim.report import write_all

    try:
        return write_all(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(display(folder), 0, "", f"cannot be written to: {reason}", "a folder")]) from None
