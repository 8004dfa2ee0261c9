"""`detention-sim resume`: finish an interrupted run or sweep."""

from __future__ import annotations

from sim.cli import options, running


def command(
    folder: options.ResultsFolder,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
) -> None:
    """Finish exactly what is missing: replicates not yet run, and parts that were lost or altered.

    Refused, with the difference named, when the code, the files or the seed are not those that began it.
    """
    how = options.RunOptions(
        workers=workers, cluster=cluster, as_json=as_json, quiet=quiet, no_plots=no_plots, out=folder
    )
    running.resume(how)
