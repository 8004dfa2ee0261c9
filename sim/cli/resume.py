"""`detention-sim resume`: finish an interrupted run or sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import conduct, options


def command(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder.")],
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
) -> None:
    """Finish exactly what is missing: replicates not yet run, and parts that were lost or altered.

    Refused, with the difference named, when the code, the files or the seed are not those that began it.
    """
    how = options.Running(workers=workers, cluster=cluster, as_json=as_json, quiet=quiet, no_plots=no_plots, out=folder)
    conduct.resume(how)
