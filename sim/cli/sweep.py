"""`detention-sim sweep`: a design over scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import conduct, options


def command(
    sweep: Annotated[str, typer.Argument(help="Sweep file, or the name of a shipped one.")],
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    days: options.Days = None,
    sets: options.Sets = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    precision: options.PrecisionText = None,
    out: options.Out = None,
    record: options.Recorded = options.DAILY,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Run every point of a sweep and say where it tips, and what matters most."""
    from sim.experiment.design import sweep_design

    design = sweep_design(sweep, options.overrides(sets, replicates, seed, days))
    how = options.Running(workers, cluster, precision, out, record, as_json, quiet, no_plots, overwrite)
    conduct.conduct(design, how)
