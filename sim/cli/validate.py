"""`detention-sim validate`: skill of the calibrated model against documented events."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import AsJson, Quiet, Workers
from sim.scenario.errors import printable
from sim.scenario.events import read_events

if TYPE_CHECKING:
    from sim.analysis.contrast import Interval
    from sim.experiment.validation import Forecast, Skill, Validation


def command(
    events: Annotated[
        Path | None, typer.Option("--events", metavar="FILE", help="Events file; default: the record shipped.")
    ] = None,
    replicates: Annotated[int | None, typer.Option("--replicates", min=40, help="Of each event; default 400.")] = None,
    workers: Workers = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast documented events, each by numbers fitted without its country, and score the forecasts."""
    chosen = None if events is None else read_events(events)
    from sim.experiment.batch import COMPILING, is_cold
    from sim.experiment.validation import REPLICATES, validate

    if is_cold() and not quiet:
        print(COMPILING, file=sys.stderr)
    found = validate(chosen, replicates=replicates or REPLICATES, workers=workers or os.cpu_count() or 1)
    if as_json:
        typer.echo(json.dumps(found.as_data()))
        return
    for line in _lines(found):
        print(printable(line))


def _lines(found: Validation) -> list[str]:
    width = max(len(forecast.event.event_id) for forecast in found.forecasts)
    lines = [
        "Share of those held who got out, given how it began and that anybody did (90% forecast, and the record):",
        f"  {'event':{width}}  {'mode':22}  {'forecast':22}  {'record':13}  CRPS  of the baseline",
    ]
    lines += [f"  {forecast.event.event_id:{width}}  {_line(forecast)}" for forecast in found.forecasts]
    if not found.n_scored:
        return [*lines, "No event could be scored: none has people held, an accepted count and anybody out."]
    rates = f"{found.coverage_low:.2f} to {found.coverage_high:.2f}"
    lines += [
        "",
        f"{found.n_scored} events scored, each forecast without the events of its own country or conflict.",
        f"The 90% forecast held {found.coverage:.0%} of them (95% interval {rates}); its mean width is"
        f" {found.mean_width:.2f}, the baseline's {found.mean_width_baseline:.2f}: {_told(found.width)}."
        f" In the interval score, which charges width and misses, it is {_told(found.interval_score)}.",
        "Skill, 1 less the ratio of CRPS (95% interval over events), against",
    ]
    for label, one in (
        ("other events of the mode", found.against_baseline),
        ("all other events", found.against_pooled),
        ("a uniform share", found.against_uniform),
    ):
        lines.append(f"  {label:25} {_told(one)}")
    zero = [forecast for forecast in found.forecasts if forecast.brier_none is not None]
    if zero:
        told = ", ".join(f"{forecast.event.event_id} {forecast.none_out:.0%}" for forecast in zero)
        score = sum(forecast.brier_none or 0.0 for forecast in zero) / len(zero)
        lines.append(f"Events in which nobody got out, and the chance forecast for that: {told}; Brier {score:.2f}.")
    return lines


def _told(one: Interval | Skill) -> str:
    return f"{one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})"


def _line(forecast: Forecast) -> str:
    event = forecast.event
    told = f"{forecast.low:.2f} - {forecast.middle:.2f} - {forecast.high:.2f}"
    mode = event.mode or "(unknown: any)"
    if event.held and event.low is not None and event.high is not None:
        low, high = event.share(event.low), event.share(event.high)
        best = "" if event.best is None else f"{event.share(event.best):.2f}"
        recorded = best or f"{low:.2f} - {high:.2f}"
    else:
        recorded = "?"
    if not forecast.is_scored:
        why = event.why_not_scored or "nobody got out: scored apart"
        return f"{mode:22}  {told:22}  {recorded:13}  not scored: {why}"
    mark = "" if forecast.inside else "  outside"
    return f"{mode:22}  {told:22}  {recorded:13}  {forecast.crps:.3f}  {forecast.crps_baseline:.3f}{mark}"
