"""`detention-sim replay`: one replicate of a results folder again, as tables or in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import conduct, options
from sim.cli.options import Record
from sim.scenario.errors import InputError, Problem


def command(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder.")],
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Which replicate.")],
    point: Annotated[int, typer.Option("--point", min=0, help="Which point of a sweep.")] = 0,
    from_day: Annotated[
        float | None, typer.Option("--from-day", help="Branch at the start of this day, with what --set then says.")
    ] = None,
    sets: options.Sets = None,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Give one replicate again with every event and report, and say whether it equals the stored row.

    With --from-day and --set the run is also branched: the same past, another decision, the same random numbers.
    """
    from sim.experiment.replay import Fork, replay_design
    from sim.experiment.results import Results
    from sim.scenario.loader import parse_sets

    if sets and from_day is None:
        raise InputError([Problem("--set", 0, "", "changes nothing of what was", "--from-day D as well")])
    results = Results.open(folder)
    fork = Fork(from_day, parse_sets(sets or ())) if from_day is not None else None
    design = replay_design(results, point, replicate, fork)
    how = options.Running(
        out=out, record=Record.full, as_json=as_json, quiet=quiet, no_plots=no_plots, overwrite=overwrite, workers=1
    )
    conduct.replay(design, results, point, how)
