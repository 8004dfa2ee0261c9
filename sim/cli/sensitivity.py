"""`detention-sim sensitivity`: which uncertain numbers an outcome hangs on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options
from sim.experiment.extra import draws, need
from sim.scenario.errors import printable
from sim.scenario.files import display
from sim.wording import per_cent

if TYPE_CHECKING:
    from rich.table import Table

    from sim.analysis.contrast import Interval
    from sim.experiment.sensitivities import Sensitivity


def command(
    folder: options.ResultsFolder,
    metric: Annotated[list[str] | None, typer.Option("--metric", help="A metric of `runs`; may be repeated.")] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
) -> None:
    """Tell which varied paths an outcome hangs on, with intervals, and how much of it is chance."""
    need("sensitivity", "analysis", "SALib")
    from sim.experiment.results import Results
    from sim.experiment.sensitivities import DEFAULT, missing, sensitivities
    from sim.experiment.sensitivities import as_json as data

    results = Results.open(folder)
    found = sensitivities(results, tuple(metric or DEFAULT))
    drawn: list[Path] = []
    if draws(not no_plots):
        from sim.plots import sensitivity as figure
        from sim.plots.save import written
        from sim.plots.view import ResultsView

        view = ResultsView(results)
        drawn = written(view, figure.draw(view, found), folder, figure.NAME)
    if not quiet:
        from sim.cli.printing import console_of, told_options

        with console_of(as_json) as console:
            told_options(console, results)
            for one in found:
                console.print(printable(_head(one)), style="bold")
                console.print(_factors(one))
                console.print(printable(_groups(one)))
            for line in missing(results):
                console.print(printable(line))
            for path in drawn[:1]:
                console.print(printable(f"Figure: {display(path)}"), soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps({**data(found), "out": str(folder)}) + "\n")


def _head(found: Sensitivity) -> str:
    noise = found.noise
    chance = "not known" if noise.value != noise.value else f"{per_cent(noise.value)} ({_shares(noise)})"
    over = f"{found.points:,} points, {found.replicates:,} replicates each"
    return f"{found.metric}, over {over}. Chance's share of a single run's variance: {chance}"


def _factors(found: Sensitivity) -> Table:
    from rich.text import Text

    from sim.cli.printing import table_of

    table = table_of("factor", "group", "S1 (95%)", "ST (95%)", "PAWN (95%)", "by chance")
    for factor in found.factors:
        first, total = factor.sobol or (None, None)
        mark = "" if factor.pawn.matters else "  no more than chance"
        table.add_row(
            Text(printable(factor.path)), factor.group, _index(first), _index(total), _index(factor.pawn.value),
            f"{factor.pawn.chance:.2f}{mark}",
        )  # fmt: skip
    return table


def _groups(found: Sensitivity) -> str:
    parts = []
    for group, (first, largest) in found.groups().items():
        sobol = f"S1 {_index(first)}, " if first is not None else ""
        parts.append(f"{group} {sobol}PAWN {largest:.2f}")
    return f"By group (sum of S1, largest PAWN): {'; '.join(parts)}."


def _index(found: Interval | None) -> str:
    if found is None or found.value != found.value:
        return "-"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _shares(found: Interval) -> str:
    return f"{per_cent(found.low)} to {per_cent(found.high)}"
