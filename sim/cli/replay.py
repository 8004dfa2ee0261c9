"""`detention-sim replay`: replay one replicate of a results folder, as tables or in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options, running
from sim.cli.options import Record
from sim.scenario.errors import InputError, Problem

if TYPE_CHECKING:
    from sim.experiment.results import Results


def command(
    folder: options.ResultsFolder,
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Which replicate.")],
    point: Annotated[int, typer.Option("--point", min=0, help="Which point of a sweep.")] = 0,
    from_day: Annotated[
        float | None, typer.Option("--from-day", help="Branch at the start of this day, with what --set then says.")
    ] = None,
    sets: options.Sets = None,
    view: Annotated[bool, typer.Option("--view", help="Open it in the browser instead of writing tables.")] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="With --view: this port, or the next free.")
    ] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="With --view: open no browser.")] = False,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Replay one replicate with every event and report, and say whether it equals the stored row.

    With --from-day and --set the run is also branched: the same past, another decision, the same random numbers.
    """
    from sim.experiment.replay import Fork, replay_design
    from sim.experiment.results import Results
    from sim.scenario.loader import parse_sets

    if sets and from_day is None:
        raise InputError([Problem("--set", 0, "", "changes nothing of what was", "--from-day D as well")])
    results = Results.open(folder)
    fork = Fork(from_day, parse_sets(sets or ())) if from_day is not None else None
    if view and fork is not None:
        expected = "one of the two; the page has `Same seed, other decision`"
        raise InputError([Problem("--view", 0, "", "shows no branch", expected)])
    design = replay_design(results, point, replicate, fork)
    if view:
        _show(results, folder, point, replicate, port, browse=not no_open)
        return
    how = options.RunOptions(
        out=out, record=Record("full"), as_json=as_json, quiet=quiet, no_plots=no_plots, overwrite=overwrite, workers=1
    )
    running.replay(design, results, point, how)


def _show(results: Results, folder: Path, point: int, replicate: int, port: int, *, browse: bool) -> None:
    """Open the browser view on one replicate, with the results beside it."""
    from sim.experiment.extra import VIEW, need

    need("--view", "view", *VIEW)
    from sim.app.server import view
    from sim.app.start import Start

    label = f"{results.name}, point {point}, replicate {replicate}"
    start = Start.with_run(results.scenario(point), replicate=replicate, label=label).with_results(folder)
    view(start, host="127.0.0.1", port=port, allow_host=(), browse=browse)
