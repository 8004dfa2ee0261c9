"""`detention-sim plot`: figures and report.html from results."""

from __future__ import annotations

import typer

from sim.cli import options
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import display


def command(
    folder: options.ResultsFolder,
) -> None:
    """Draw every figure that applies, write report.html, and print where they are."""
    from sim.report import write_all

    try:
        paths = write_all(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(display(folder), 0, "", f"cannot be written to: {reason}", "a folder")]) from None
    for path in paths:
        typer.echo(printable(display(path)))
