"""`detention-sim estimate`: posterior of the true number from rival claims, and an honest analyst's interval by day."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import AsJson, NoPlots, Quiet, Replicates, Seed, Sets, Workers, overrides
from sim.experiment.extra import draws
from sim.scenario import shipped
from sim.scenario.claims import read_claims
from sim.scenario.declare import parse_date
from sim.scenario.errors import InputError, Problem, one_of, printable
from sim.scenario.files import display
from sim.scenario.loader import load
from sim.scenario.vocabulary import CATEGORIES

if TYPE_CHECKING:
    from sim.experiment.estimate import Estimate
    from sim.experiment.honest import Day
    from sim.scenario.resolved import Resolved


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO|RESULTS", help="Scenario; results with --running.")],
    claims: Annotated[Path | None, typer.Option("--claims", metavar="FILE", help="Claims file (CSV).")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Use what was claimed on or before this day.")
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="all, fighters or families; default: that of an event's claims.")
    ] = None,
    running: Annotated[
        bool, typer.Option("--running", help="The interval by day of each replicate, from results recorded in full.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="RESULTS", help="With --running: how much narrower than these.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="What one more observer at a place buys, and in which order to keep them.")
    ] = False,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="FACILITY", help="With --keep: a place to try; repeat.")
    ] = None,
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the figure and estimate.json.")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_plots: NoPlots = False,
) -> None:
    """Estimate how many got out."""
    threads = workers or os.cpu_count() or 1
    if running:
        given = {"--claims": claims, "--as-of": as_of, "--category": category, "--out": out}
        for option, value in given.items():
            if value is not None:
                raise InputError([Problem(option, 0, "", "does not go with --running", "a results folder alone")])
        _running(Path(scenario), against, as_json=as_json, quiet=quiet)
        return
    if keep:
        for option, value in (("--claims", claims), ("--as-of", as_of), ("--category", category), ("--out", out)):
            if value is not None:
                raise InputError([Problem(option, 0, "", "does not go with --keep", "a scenario alone")])
        resolved = load(scenario, overrides(sets, None, seed, None))
        _keep(resolved, at or [], replicates, threads, as_json=as_json, quiet=quiet)
        return
    if at:
        raise InputError([Problem("--at", 0, "", "goes with --keep alone", "a facility")])
    if against is not None:
        raise InputError([Problem("--against", 0, "", "goes with --running alone", "a results folder")])
    if claims is None:
        raise InputError([Problem("--claims", 0, "", "is missing", "a claims file")])
    if category is not None and category not in CATEGORIES:
        raise InputError([Problem("--category", 0, "", f"`{category}` is not known", one_of(category, CATEGORIES))])
    day = _day(as_of)
    path = shipped.find(claims)
    said = read_claims(path)
    resolved = load(scenario, overrides(sets, None, seed, None))
    if out is not None and out.exists() and not out.is_dir():
        raise InputError([Problem("--out", 0, display(out), "is not a folder", "a new or empty folder")])
    from sim.experiment.estimate import estimates
    from sim.experiment.prior import REPLICATES

    found = estimates(
        resolved,
        said,
        day,
        file=display(path),
        category=category,
        replicates=replicates or REPLICATES,
        workers=threads,
        running=lambda: None if quiet else _told_of_compiling(),
    )
    data: dict[str, Any] = {"events": [one.as_data() for one in found]}
    stream = sys.stderr if as_json else sys.stdout
    told = not quiet or not as_json
    if told:  # before the figures, which take longer than the answer
        for line in _lines(found, day):
            print(printable(line), file=stream, flush=True)
    if as_json:
        typer.echo(json.dumps(data))
    name = resolved.scenario.name
    drawn = [] if out is None else _written(out, found, day, data, name, figures=draws(not no_plots))
    for file in drawn if told else ():
        print(f"written: {display(file)}", file=stream)


def _told_of_compiling() -> None:
    """Explain the wait where the rules must be compiled first."""
    from sim.experiment.batch import COMPILING, is_cold

    if is_cold():
        print(COMPILING, file=sys.stderr)


def _day(text: str | None) -> date:
    """Return the day of `--as-of`. Raises InputError."""
    if text is None:
        raise InputError([Problem("--as-of", 0, "", "is missing", "a date YYYY-MM-DD")])
    try:
        return parse_date(text).date()
    except ValueError as error:
        expected = str(error).removeprefix("expected ")
        raise InputError([Problem("--as-of", 0, "", f"`{text}` is not a date", expected)]) from None


def _lines(found: list[Estimate], day: date) -> list[str]:
    from sim.wording import official, reasons

    lines = []
    for one in found:
        lines.append(
            official(one.event_id, one.facility, one.began, day.isoformat(), one.category, one.posterior.believed())
        )
        before = one.posterior.prior_quantiles((0.05, 0.5, 0.95))
        lines.append(f"  {reasons(before, one.source, len(one.claims), len(one.statements))}")
        lines += [f"  note: {note}" for note in one.notes]
    return lines


def _written(
    out: Path, found: list[Estimate], day: date, data: dict[str, Any], scenario: str, *, figures: bool
) -> list[Path]:
    """Write estimate.json and the figures; return their paths."""
    from sim.experiment import confined

    out.mkdir(parents=True, exist_ok=True)
    files = [confined.write(out, "estimate.json", (json.dumps(data, indent=1) + "\n").encode())]
    if not figures:
        return files
    from sim.plots.estimate import draw
    from sim.plots.save import png, svg

    short = json.dumps({"scenario": scenario, "as_of": day.isoformat()}, sort_keys=True)
    for one in found:
        figure = draw(one, day, scenario)
        name = "".join(letter if letter.isalnum() else "-" for letter in one.event_id.lower())[:40]
        for suffix, make in (("png", png), ("svg", svg)):
            files.append(confined.write(out, f"estimate-{name}.{suffix}", make(figure, short)))
    return files


def _running(folder: Path, against: Path | None, *, as_json: bool, quiet: bool) -> None:
    from sim.experiment.results import Results
    from sim.experiment.running import narrowing, running, write

    results = Results.open(folder)
    other = None if against is None else Results.open(against)
    if other is not None and other.manifest.get("seed") != results.manifest.get("seed"):
        raise InputError([Problem(display(str(against)), 0, "seed", "is another", "results of the same seed: pairs")])
    days, tables = running(results)
    compared = [] if other is None else narrowing(tables, running(other)[1])
    written = write(results, tables)
    if as_json:
        data = {"days": [day.as_data() for day in days]}
        typer.echo(json.dumps(data if other is None else {**data, "against": [one.as_data() for one in compared]}))
    if not quiet:
        for line in _by_day(days):
            print(printable(line), file=sys.stderr if as_json else sys.stdout)
        for one in compared:
            told = f"{one.narrowing:,.0f} ({one.low:,.0f} to {one.high:,.0f}) narrower on day {one.day}"
            print(
                f"  point {one.point}  {told}, mean and 95% of {one.pairs} pairs",
                file=sys.stderr if as_json else sys.stdout,
            )
        print(f"written: {display(written[0].parent)}", file=sys.stderr if as_json else sys.stdout)


def _keep(
    resolved: Resolved, places: list[str], replicates: int | None, workers: int, *, as_json: bool, quiet: bool
) -> None:
    from sim.experiment.eyes import REPLICATES, buys

    def tried(name: str) -> None:
        if not quiet:
            print(printable(f"  tried: {name}"), file=sys.stderr)

    if not quiet:
        _told_of_compiling()
    found = buys(resolved, places, replicates=replicates or REPLICATES, workers=workers, tried=tried)
    if as_json:
        typer.echo(json.dumps({"kept": [one.as_data() for one in found]}))
        return
    print("How much narrower the last day's 90% interval becomes by what stays at one place, mean and 95% of pairs:")
    for one in found:
        told = f"{one.narrowing:,.0f} ({one.low:,.0f} to {one.high:,.0f}) of {one.width:,.0f}"
        where = "alone" if one.step == 0 else f"kept {one.step}"
        print(printable(f"  {where}  {one.kind} at {one.place}: {told}, {one.pairs} pairs"))


def _by_day(days: list[Day]) -> list[str]:
    lines = [
        "The 90% interval that could honestly have been given, by day: mean width, and share of replicates it held:"
    ]
    points = sorted({day.point for day in days})
    for point in points:
        mine = [day for day in days if day.point == point]
        step = max(1, len(mine) // 12)
        for day in mine[::step]:
            lines.append(
                f"  point {point}  day {day.day:3d}  width {day.width_90:9,.0f}  coverage {day.coverage_90:.0%}"
            )
    return lines
