"""`detention-sim discover`: under which conditions something happens, in words; and what is reachable at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.analysis.condition import Condition, parse
from sim.cli import options
from sim.experiment.extra import draws, need
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import display
from sim.wording import per_cent

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.behaviour import Behaviour
    from sim.experiment.discovering import Discovery
    from sim.experiment.results import Results


def command(
    folder: options.ResultsFolder,
    when: Annotated[
        str | None,
        typer.Option("--when", metavar="CONDITION", help="Such as 'escaped > 500 and gap >= 100': metrics of `runs`."),
    ] = None,
    density: Annotated[
        float | None,
        typer.Option("--density", min=0.0, max=1.0, help="Take the box of largest coverage that is as dense."),
    ] = None,
    reach: Annotated[
        tuple[str, str] | None,
        typer.Option("--reach", metavar="METRIC METRIC", help="Which values of two outcomes any run reaches."),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
) -> None:
    """Find boxes of the varied paths in which a condition on outcomes holds, and how stable they are."""
    if when is None and reach is None:
        expected = "--when 'escaped > 500', or --reach escaped_persons gap_person_days"
        raise InputError([Problem("discover", 0, "", "has no question", expected)])
    condition = parse(when) if when is not None else None
    if condition is not None:
        need("discover", "analysis", "ema_workbench")
    from sim.experiment.results import Results

    results = Results.open(folder)
    found, cells = _asked(results, condition, density, reach)
    drawn = _drawn(results, folder, found, cells, reach) if draws(not no_plots) else []
    if not quiet:
        from sim.cli.printing import console_of, told_options

        with console_of(as_json) as console:
            told_options(console, results)
            if found is not None:
                _told(console, found)
            if cells is not None and reach is not None:
                console.print(printable(_reached(cells, reach)))
            for path in drawn:
                if path.suffix == ".png":
                    console.print(printable(f"Figure: {display(path)}"), soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps(_data(found, cells, reach)) + "\n")


def _asked(
    results: Results, condition: Condition | None, density: float | None, reach: tuple[str, str] | None
) -> tuple[Discovery | None, Behaviour | None]:
    from sim.experiment.discovering import discovery, reached

    return (
        discovery(results, condition, density=density) if condition is not None else None,
        reached(results, *reach) if reach is not None else None,
    )


def _drawn(
    results: Results,
    folder: Path,
    found: Discovery | None,
    cells: Behaviour | None,
    reach: tuple[str, str] | None,
) -> list[Path]:
    from sim.plots import behaviour, discovery
    from sim.plots.save import written
    from sim.plots.view import ResultsView

    view = ResultsView(results)
    paths = []
    if found is not None and found.boxes:
        paths += written(view, discovery.draw(view, found), folder, discovery.NAME)
    if cells is not None and reach is not None:
        paths += written(view, behaviour.draw(view, cells, reach), folder, behaviour.NAME)
    return paths


def _told(console: Console, found: Discovery) -> None:
    from sim.experiment.discovering import sentence, stability

    over = f"{found.runs:,} runs in {found.worlds:,} worlds"
    console.print(printable(f"{found.condition}: {per_cent(found.base)} of {over}"), style="bold")
    if not found.boxes:
        always = "in every run" if found.base == 1 else "in no run" if found.base == 0 else ""
        console.print(f"It holds {always}: there is nothing to tell apart." if always else "No box tells them apart.")
    for number, box in enumerate(found.boxes, 1):
        name = f"Box {number}" if number == 1 else f"Box {number}, of the runs outside"
        console.print(printable(f"{name}: {sentence(found, box)}"))
        for line in stability(box):
            console.print(printable(f"  {line}"))
    if found.boxes:
        steps = found.boxes[0].trades
        some = [steps[k] for k in sorted({round(k * (len(steps) - 1) / 5) for k in range(6)})]
        told = "; ".join(f"{per_cent(t.coverage)} at {per_cent(t.density)} ({t.limits} limits)" for t in some)
        console.print(f"Trade-off of coverage and density on the way to box 1: {told}.")


def _reached(cells: Behaviour, names: tuple[str, str]) -> str:
    return (
        f"Behaviour space of {names[0]} and {names[1]}: {cells.runs:,} runs reach {cells.reached} of"
        f" {cells.counts.size} cells. A cell that none reached is hit by at most {per_cent(cells.never)} of runs of"
        " this design (95%); what lies outside its ranges is not ruled out."
    )


def _data(found: Discovery | None, cells: Behaviour | None, reach: tuple[str, str] | None) -> dict[str, Any]:
    from sim.experiment.discovering import as_json, reach_json

    data: dict[str, Any] = as_json(found) if found is not None else {"boxes": []}
    if cells is not None and reach is not None:
        data["reach"] = reach_json(cells, reach)
    return data
