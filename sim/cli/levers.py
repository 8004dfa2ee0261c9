"""`detention-sim levers`: which lever to pull, by regret, price and worth, and what would be worth knowing first."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options
from sim.cli.extra import need
from sim.scenario.errors import printable
from sim.scenario.files import display
from sim.wording import mean, per_cent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from sim.analysis.contrast import Interval
    from sim.experiment.levers import Study

MOST = 6
"""Most numbers told that would be worth knowing."""


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
    if not no_plots:
        from sim.plots import levers as figure
        from sim.plots.save import written
        from sim.plots.view import ResultsView

        view = ResultsView(results)
        drawn = written(view, figure.draw(view, found), folder, figure.NAME)
    if not quiet:
        from sim.cli.printing import console_of

        with console_of(as_json) as console:
            console.print(printable(_head(found)), style="bold")
            console.print(_table_of(found))
            for line in _lines(found):
                console.print(printable(line))
            for path in drawn[:1]:
                console.print(printable(f"Figure: {display(path)}"), soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps({**data(found), "out": str(folder)}) + "\n")


def _head(found: Study) -> str:
    kind = "sampled worlds, replicates averaged" if found.sampled else "worlds (a replicate with its own numbers each)"
    return (
        f"{len(found.options) - 1} levers against {found.options[0].name}, {found.metric} over {found.worlds:,} {kind}"
    )


def _table_of(found: Study) -> Table:
    from rich.text import Text

    from sim.cli.printing import table_of

    priced = any(option.cost for option in found.options)
    heads = ("averted", "95% interval", "regret", "95% under", "chosen", f"<= {mean(found.enough)}")
    table = table_of("lever", *heads, *(("cost", "per averted", "95% interval", "per gap-day") if priced else ()))
    for option in sorted(found.options, key=lambda one: one.regret.expected):
        averted, each, nothing = option.price.averted, option.price.each, option is found.options[0]
        cells = [
            "-" if nothing else _number(averted.value), "-" if nothing else _span(averted),
            mean(option.regret.expected), mean(option.regret.q95), per_cent(option.regret.chosen),
            per_cent(option.good_enough),
        ]  # fmt: skip
        if priced:
            cost = "-" if option.cost is None else f"{option.cost:,.3g}"
            gap = "-" if nothing else _number(option.of_gap.each.value)
            cells += [cost, "-" if nothing else _number(each.value), "-" if nothing else _span(each), gap]
        table.add_row(Text(printable(option.name)), *cells)
    return table


def _lines(found: Study) -> Iterator[str]:
    yield (
        "Regret: mean loss beyond the best lever's in the same world, with hindsight, and what 95% of worlds stay"
        f" under. Chosen: share of resampled worlds in which it has the least mean loss; <= {mean(found.enough)}: share"
        " of worlds in which no more is lost."
    )
    if found.worth:
        steps = "; ".join(f"from {at:,.3g} {name}" for at, name in found.worth)
        yield f"Best by what one averted unit is worth, in the unit of cost: {steps}."
    else:
        yield "No lever states a `cost`: prices and break-even need `levers.*.cost`."
    for flip in found.flips[:MOST]:
        name = found.options[flip.lever].name
        yield f"The ranking flips: with {flip.path} {flip.where}, {name} is better by {_interval(flip.better_by)}."
    if not found.flips:
        yield "No part of any number's range is known to make another lever the best."
    yield f"Knowing the whole world before choosing would avert another {mean(found.all)} on average; by number:"
    telling = [(path, value) for path, value in found.knowing if value.matters][:MOST]
    for path, value in telling:
        yield f"  {path}: {value.value:,.1f} (by chance up to {value.chance:,.1f})"
    if not telling:
        yield "  none is worth more than chance would show: the choice does not hang on any one of them."


def _interval(found: Interval) -> str:
    return f"{_number(found.value)} ({_span(found)})"


def _span(found: Interval) -> str:
    return "-" if math.isnan(found.low) else f"{_number(found.low)} to {_number(found.high)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return "no limit" if math.isinf(value) else f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"
