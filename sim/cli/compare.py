"""`detention-sim compare`: what alternatives change against a baseline, from paired replicates."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options
from sim.cli.options import RunOptions
from sim.experiment.extra import draws
from sim.scenario.errors import InputError, Problem

if TYPE_CHECKING:
    from sim.experiment.comparison import Pairing
    from sim.experiment.results import Results


SUMMARY = options.Record("summary")
MOST_PAIRS = 100_000
"""Limit of the pairs where `--precision` is asked for and no number of replicates."""


def command(
    sides: Annotated[
        list[str], typer.Argument(metavar="A [B ...]", help="Results folders or scenario files; A is the baseline.")
    ],
    points: Annotated[
        tuple[int, int] | None,
        typer.Option("--points", metavar="P Q", help="Two points of one results folder, the baseline first."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="With one sweep with levers: the lever to compare with.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", help="Tell quantiles and exceedance of this one, too; may be repeated."),
    ] = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    days: options.Days = None,
    sets: options.Sets = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            metavar="METRIC=SHARE",
            help="Replicate until each paired difference's 95% half-width is below this share of the baseline's mean.",
        ),
    ] = None,
    controls: Annotated[
        bool,
        typer.Option(
            "--controls",
            help="Take the numbers drawn as control variates: a narrower interval of the mean change, which --precision"
            " then stops on.",
        ),
    ] = False,
    out: options.Out = None,
    record: options.Recorded = SUMMARY,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Compare alternatives with a baseline: scenario files are run first, paired; results are read.

    With one results folder: --points A B, or every lever of a sweep against doing nothing.
    """
    how = RunOptions(workers, cluster, precision, out, record, as_json, quiet, no_plots, overwrite)
    folders = [_is_results(side) for side in sides]
    given = options.overrides(sets, replicates, seed, days)
    _check(sides, folders, points, baseline, given, precision)
    results = _sides(sides, folders, given, how, controls)
    pairings = _pairings(results, points, baseline)
    from sim.cli.comparing import figure, figures, told
    from sim.experiment.comparison import HEADLINES, compared, precision_reached
    from sim.experiment.comparison import as_json as data

    found = compared(pairings, tuple(dict.fromkeys((*HEADLINES, *(metric or ())))), controls=controls)
    stream = sys.stderr if as_json else sys.stdout
    if not quiet:
        for line in (line for one in {id(r): r for r in results}.values() for line in precision_reached(one)):
            print(line, file=sys.stderr)
        told(results, found, stream)
    if as_json:
        typer.echo(json.dumps({**data(found), "out": str(results[0].path)}))
    if draws(not no_plots):  # last: the answer does not wait for it
        drawn = figure(results[0], found, out)
        if not quiet:
            figures(drawn, stream)


def _check(
    sides: list[str],
    folders: list[bool],
    points: tuple[int, int] | None,
    baseline: str | None,
    given: dict[str, object],
    precision: str | None,
) -> None:
    """Raise InputError where options do not fit what is named."""

    def wrong(option: str, problem: str, expected: str) -> InputError:
        return InputError([Problem(option, 0, "", problem, expected)])

    if points and (len(sides) > 1 or not folders[0]):
        raise wrong("--points", "are of one results folder", "one results folder")
    if baseline is not None and (len(sides) > 1 or not folders[0]):
        raise wrong("--baseline", "is of one results folder with levers", "one results folder")
    if all(folders):
        if given:
            first = next(iter(given))
            option = f"--{first}" if first in ("replicates", "seed", "days") else "--set"
            raise wrong(option, "changes nothing in finished results", "scenario files")
        if precision is not None:
            raise wrong("--precision", "needs further replicates", "scenario files, which are run")
    elif len(sides) == 1:
        raise wrong("compare", f"{sides[0]} stands alone", "a second scenario file or results folder to compare with")


def _is_results(side: str) -> bool:
    """Tell results from a scenario file: a folder is meant to hold results."""
    return Path(side).is_dir()


def _sides(
    sides: list[str], folders: list[bool], given: dict[str, object], how: RunOptions, controls: bool
) -> list[Results]:
    """Return the results of every side in order; scenario files run first, together."""
    from sim.experiment.results import Results

    opened = {side: Results.open(side) for side, folder in zip(sides, folders, strict=True) if folder}
    files = [side for side, folder in zip(sides, folders, strict=True) if not folder]
    if not files:
        return list(opened.values())
    from sim.cli.running import run_only
    from sim.experiment.design import scenario_design, scenarios_design

    if opened and (len(files) > 1 or how.precision is not None):
        option = "--precision" if how.precision is not None else "compare"
        problem = "needs all sides to run" if how.precision is not None else "runs one file beside finished results"
        raise InputError([Problem(option, 0, "", problem, "scenario files alone, or results folders alone")])
    if opened:
        stands = next(iter(opened.values())).manifest  # the same replicates as what stands already
        given = {"seed": stands["seed"], "replicates": stands["replicates"], **given}
        ran = Results.open(run_only(scenario_design(files[0], given), how))
        return [opened.get(side, ran) for side in sides]
    wanted = None
    if how.precision is not None:
        from sim.experiment.precision import parse_precision

        wanted = parse_precision(how.precision)._replace(paired=True, controls=controls)
        given = {"replicates": MOST_PAIRS, **given}
    return [Results.open(run_only(scenarios_design(files, given), how, wanted))]


def _pairings(results: list[Results], points: tuple[int, int] | None, baseline: str | None) -> list[Pairing]:
    from sim.experiment.comparison import of_levers, of_points, of_results

    if points:
        return [of_points(results[0], *points)]
    if len(results) == 1:
        return of_levers(results[0], baseline)
    return [of_results(results[0], other) for other in results[1:]]
