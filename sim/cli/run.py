"""`detention-sim run`: one scenario, many replicates."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import conduct, options


def command(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.")],
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
    """Run one scenario and say how many could get out, and how much of it anyone would know."""
    from sim.experiment.design import scenario_design

    design = scenario_design(scenario, options.overrides(sets, replicates, seed, days))
    how = options.Running(workers, cluster, precision, out, record, as_json, quiet, no_plots, overwrite)
    conduct.conduct(design, how)
