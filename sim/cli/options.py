"""Options that several commands share, and the overrides that they make."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from sim.scenario.loader import parse_sets
from sim.tables import RECORD_LEVELS

Record = StrEnum("Record", list(RECORD_LEVELS))  # type: ignore[misc] # mypy wants the names written out
"""Record levels, as the values of `--record`."""
DAILY = Record("daily")

ResultsFolder = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder.")]
Replicates = Annotated[int | None, typer.Option("--replicates", min=1, help="Replicates of each point.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random numbers.")]
Days = Annotated[float | None, typer.Option("--days", help="Length of a run, days.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set any key; may be repeated.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Threads; default: one a core.")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="tcp://HOST:PORT", help="Run on a Dask scheduler's workers.")
]
PrecisionText = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="METRIC=SHARE",
        help="Replicate until the mean's 95% half-width is below this share of it; --replicates is the limit.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="Results folder; default: results/NAME/TIME.")]
Recorded = Annotated[Record, typer.Option("--record", help="Tables to write.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Draw no figures.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results in the folder.")]


class RunOptions(NamedTuple):
    """Options on how to run a design and what to print."""

    workers: int | None = None
    cluster: str | None = None
    precision: str | None = None
    out: Path | None = None
    record: Record = DAILY
    as_json: bool = False
    quiet: bool = False
    no_plots: bool = False
    overwrite: bool = False


def overrides(
    sets: Sequence[str] | None, replicates: int | None, seed: int | None, days: float | None
) -> dict[str, object]:
    """Return the values of `--set`, overridden by options of their own. Raises InputError."""
    given = parse_sets(sets or ())
    for name, value in (("replicates", replicates), ("seed", seed), ("days", days)):
        if value is not None:
            given[name] = value
    return given
