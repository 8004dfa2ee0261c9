"""`detention-sim levers`: which lever to pull, by regret, price and worth, and what would be worth knowing first."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from sim.cli import options
from sim.experiment.extra import draws, need
from sim.scenario.errors import printable
from sim.scenario.files import display


def command(
    folder: options.ResultsFolder,
    metric: Annotated[str, typer.Option("--metric", help="What is lost: a metric of `runs`.")] = "escaped_persons",
    baseline: Annotated[str | None, typer.Option("--baseline", help="The lever that does nothing.")] = None,
    enough: Annotated[
        float | None,
        typer.Option("--enough", min=0.0, help="A loss that is good enough; default: 1% of those held."),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    no_plots: options.NoPlots = False,
) -> None:
    """Rank levers over uncertain worlds: regret, good enough, cost per averted loss, and the value of knowing more."""
    need("levers", "analysis", "sklearn")
    from sim.experiment.levers import as_json as data
    from sim.experiment.levers import study
    from sim.experiment.results import Results

    results = Results.open(folder)
    found = study(results, metric, baseline, enough)
    drawn = []
    if draws(not no_plots):
        from sim.plots import levers as figure
        from sim.plots.save import written
        from sim.plots.view import ResultsView

        view = ResultsView(results)
        drawn = written(view, figure.draw(view, found), folder, figure.NAME)
    if not quiet:
        from rich.text import Text

        from sim.cli.printing import console_of, table_of, told_options
        from sim.report.decision import head, lines, rows

        heads, cells = rows(found)
        table = table_of(*heads)
        for row in cells:
            table.add_row(Text(printable(row[0])), *row[1:])
        with console_of(as_json) as console:
            console.print(printable(head(found)), style="bold")
            told_options(console, results)
            console.print(table)
            for line in lines(found):
                console.print(printable(line))
            for path in drawn[:1]:
                console.print(printable(f"Figure: {display(path)}"), soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps({**data(found), "out": str(folder)}) + "\n")
