"""The printed answer and the figure of `compare`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from sim.analysis.contrast import Interval
from sim.cli.printing import PLAIN, table_of, told_options
from sim.experiment.comparison import Alternative
from sim.scenario.errors import printable
from sim.scenario.files import display
from sim.wording import mean, metric, settings

if TYPE_CHECKING:
    from sim.experiment.results import Results

SHOWN = (
    ("escaped_persons", "people out"),
    ("escaped", "exits"),
    ("confirmed", "confirmed (exits)"),
    ("gap", "gap (exits not confirmed)"),
    ("gap_person_days", "gap, exit-days"),
    ("accounted_share", "people out whom true reports account for"),
    ("undetected_share", "undetected share of exits"),
)
OUTCOME, GAP = "escaped_persons", "gap_person_days"


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else 118)


def told(results: Sequence[Results], found: Sequence[Alternative], stream: TextIO) -> None:
    """Print what the alternatives change, and where the results are."""
    console = _console(stream)
    if len(found) == 1:
        _one(console, found[0])
    else:
        _many(console, found)
    for one in {id(r): r for r in results}.values():
        told_options(console, one)
        if one.path is not None:
            console.print(printable(f"Results: {display(one.path)}"), soft_wrap=True)


def figures(drawn: Sequence[Path], stream: TextIO) -> None:
    """Print where the figures are."""
    console = _console(stream)
    for path in drawn:
        if path.suffix == ".png":
            console.print(printable(f"Figure: {display(path)}"), soft_wrap=True)


def _one(console: Console, found: Alternative) -> None:
    """Print one alternative in full."""
    first = found.metrics[OUTCOME]
    console.print(printable(f"{found.pairing.label} against {found.pairing.against}: {_how(found)}"), style="bold")
    table = table_of("mean", "baseline", "alternative", "change (95% interval)", "variance reduction")
    for name, title in SHOWN:
        one = found.metrics[name]
        left = f" (n {one.n:,})" if one.left_out else ""
        table.add_row(
            title + left, _number(name, one.baseline), _number(name, one.alternative),
            _change(name, one.difference), _times(one.variance_reduction),
        )  # fmt: skip
    console.print(table)
    if found.pairing.paired and not math.isnan(first.variance_reduction):
        console.print(
            f"Variance reduction really obtained: {first.n:,} pairs tell of people out what"
            f" {first.variance_reduction:.1f} times as many unpaired replicates would."
        )
    _with_controls(console, found)
    quantiles = found.told[OUTCOME].quantiles
    names = {"q05": "5% quantile", "q50": "median", "q95": "95% quantile"}
    parts = [f"{names[key]} {_change(OUTCOME, change)}" for key, change in quantiles.items()]
    console.print(printable(f"People out, change of: {'; '.join(parts)}."))
    for level in found.told[OUTCOME].exceedance:
        value, low, high = (100 * share for share in level.change)
        console.print(
            f"At least {level.x:,.0f} people out: {level.baseline:.0%} of baseline replicates,"
            f" {level.alternative:.0%} of the alternative's: {value:+.1f} points ({low:+.1f} to {high:+.1f})."
        )
    _at_levels(console, found)


def _with_controls(console: Console, found: Alternative) -> None:
    """Print the mean change with control variates, if it was asked for."""
    if OUTCOME not in found.controlled:
        return
    one = found.controlled[OUTCOME]
    console.print(
        f"With {_drawn_numbers(one.controls)}: people out {_change(OUTCOME, one.difference)},"
        f" from {_number(OUTCOME, one.baseline)} to {_number(OUTCOME, one.alternative)}; {one.n:,} pairs then tell what"
        f" {_times(one.variance_reduction)} times as many unpaired replicates would."
    )


def _drawn_numbers(count: int) -> str:
    return "the 1 number drawn as a control variate" if count == 1 else f"the {count} numbers drawn as control variates"


def _at_levels(console: Console, found: Alternative) -> None:
    """Print the change at each world of a grid."""
    if not found.at:
        return
    table = table_of("at", "people out, baseline", "change (95% interval)", "gap, exit-days: change")
    for values, metrics in found.at:
        one, gap = metrics[OUTCOME], metrics[GAP]
        where = Text(printable(settings(values))) if values else Text("-")
        table.add_row(
            where, _number(OUTCOME, one.baseline), _change(OUTCOME, one.difference), _change(GAP, gap.difference)
        )
    console.print(table)


def by_alternative(console: Console, found: Sequence[Alternative]) -> None:
    """Print all alternatives by what they save, with intervals that hold for all at once."""
    ranked = sorted(found, key=lambda one: one.metrics[OUTCOME].difference.value)
    first = ranked[0]
    many = f"{len(ranked)} alternative{'' if len(ranked) == 1 else 's'}"
    said = f"{many} against {first.pairing.against}: {_how(first)}; mean people out there "
    console.print(printable(said + _number(OUTCOME, first.metrics[OUTCOME].baseline)), style="bold")
    table = table_of("alternative", "people out: change (all at once, 95%)", "p", "gap, exit-days: change", "v. r.")
    for one in ranked:
        of_gap = _together(one, GAP)
        p = one.together[OUTCOME].p if OUTCOME in one.together else math.nan
        table.add_row(
            Text(printable(one.pairing.label)), _change(OUTCOME, _together(one, OUTCOME)), _p(p), _change(GAP, of_gap),
            _times(one.metrics[OUTCOME].variance_reduction),
        )  # fmt: skip
    console.print(table)
    for one in ranked:
        if OUTCOME in one.controlled:
            by = one.controlled[OUTCOME]
            console.print(
                f"{printable(one.pairing.label)}, alone, with {_drawn_numbers(by.controls)}:"
                f" {_change(OUTCOME, by.difference)}, variance reduction {_times(by.variance_reduction)}."
            )
    console.print(
        "Intervals and p hold for all alternatives at once (5% for any false finding); v. r.: variance reduction by"
        " shared random numbers."
    )


def _many(console: Console, found: Sequence[Alternative]) -> None:
    """Print all alternatives, and each at every level of the other factors."""
    by_alternative(console, found)
    for one in sorted(found, key=lambda one: one.metrics[OUTCOME].difference.value):
        if one.at:
            console.print(printable(one.pairing.label), style="bold")
            _at_levels(console, one)


def _together(found: Alternative, name: str) -> Interval:
    """Return the change with the interval that holds for the family."""
    value, low, high = found.metrics[name].difference
    if name in found.together:
        low, high, _ = found.together[name]
    return Interval(value, low, high)


def _how(found: Alternative) -> str:
    first = found.metrics[OUTCOME]
    if found.pairing.paired:
        how = f"{first.n:,} pairs of replicates with the same random numbers"
    else:
        how = f"unpaired, as seeds or replicates differ; {first.n:,} replicates in the smaller sample"
    worlds = len(found.pairing.worlds)
    kind = "sampled worlds" if found.pairing.sampled else "points"
    return f"{how}, at each of {worlds:,} {kind}" if worlds > 1 else how


def _change(name: str, change: Interval) -> str:
    """Return `-403 (-460 to -346)`; without an interval where there is none."""
    if math.isnan(change.value):
        return "-"
    if math.isnan(change.low) or math.isnan(change.high):
        return f"{_signed(name, change.value)} (too few replicates for an interval)"
    if change.low == change.high == change.value == 0:
        return "none in any pair"
    return f"{_signed(name, change.value)} ({_signed(name, change.low)} to {_signed(name, change.high)})"


def _signed(name: str, value: float) -> str:
    text = _number(name, abs(value))
    return text if text in ("0", "0.0", "0%") else f"{'-' if value < 0 else '+'}{text}"


def _number(name: str, value: float) -> str:
    text = metric(name, value) if name.endswith("_share") else mean(value)
    return text.translate(PLAIN)


def _times(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f}"


def _p(p: float) -> str:
    return "-" if math.isnan(p) else "<0.001" if p <= 0.001 else f"{p:.3f}"


def figure(results: Results, found: Sequence[Alternative], out: Path | None) -> list[Path]:
    """Draw the figure into `plots/` of `out`, or of the baseline's results, and return its files."""
    from sim.plots import comparison
    from sim.plots.save import written
    from sim.plots.view import ResultsView

    view = ResultsView(results)
    return written(view, comparison.draw(view, found), out or results.path or Path(), comparison.NAME)
