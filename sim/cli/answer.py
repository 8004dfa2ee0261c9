"""The answer of a command in a few lines: escapes, what is known of them, and the factors that matter most."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis import summary
from sim.analysis.effects import MOST_LEVELS, Effect, Paired, effects
from sim.analysis.tipping import PATH, Tipping
from sim.experiment.query import numbers
from sim.experiment.results import Results
from sim.outcomes import CAUSES
from sim.plots.view import ResultsView
from sim.scenario.errors import printable
from sim.scenario.files import display
from sim.wording import metric, settings, thinness

PLAIN = str.maketrans("−–…", "--~")
"""Replacements for signs that a terminal may lack."""
RANGE = (0.5, 0.05, 0.95)
SHOWN = (
    ("escaped", "escaped (exits)"),
    ("escaped_fighters", "  by fighters"),
    *((f"escaped_{cause}", f"  by {cause}") for cause in CAUSES),
    ("confirmed", "confirmed (exits)"),
    ("gap", "gap (exits not confirmed)"),
    ("undetected_share", "undetected share of exits"),
    ("first_report_day", "first true report (day)"),
)
"""Rows of a run's answer: metric and label."""
MEANT = "Change of the median, mean over the other factors, 95% interval from paired replicates:"
COLUMNS = (("escaped", "escaped"), ("confirmed", "confirmed"), ("gap", "gap"), ("undetected_share", "undetected"))
"""Columns of a sweep's answer: metric and label."""


def answer(results: Results, drawn: list[Path], *, to_stderr: bool) -> None:
    """Print the answer and the paths of the files."""
    with _console(to_stderr) as console:
        _title(console, results)
        if results.varied:
            _of_sweep(console, results)
        else:
            _of_run(console, results)
        _files(console, results, drawn)


@contextlib.contextmanager
def _console(to_stderr: bool) -> Iterator[Console]:
    """Give a console that prints all lines at the end, and none after an error."""
    stream = sys.stderr if to_stderr else sys.stdout
    console = Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else 110)
    with console.capture() as lines:
        yield console
    stream.write(lines.get())


def replayed(results: Results, drawn: list[Path], *, to_stderr: bool) -> None:
    """Print the metrics of one replicate, and beside them those of its branch."""
    points = results.points.to_pylist()
    table = _table("", *(printable(str(point.get("branch", "value"))) for point in points))
    for name, title in SHOWN:
        values = results.metric(name)
        cells = [
            shown(name, float(values[point["point"]][0])) if len(values[point["point"]]) else "-" for point in points
        ]
        table.add_row(title, *cells)
    with _console(to_stderr) as console:
        console.print(table)
        _files(console, results, drawn)


def _title(console: Console, results: Results) -> None:
    counts = results.manifest["counts"]
    points = len(results.manifest["points"])
    over = f"{points:,} points, " if points > 1 else ""
    status = "" if results.status == "done" else f" ({results.status}: {counts['done']:,} done)"
    text = f"{results.name}: {over}{counts['replicates']:,} replicates, seed {results.manifest['seed']}{status}"
    console.print(printable(text), style="bold")


def _of_run(console: Console, results: Results) -> None:
    table = _table("", "median", "90% of replicates")
    for name, title in SHOWN:
        middle, low, high = summary.quantiles(next(iter(results.metric(name).values()), np.zeros(0)), RANGE)
        table.add_row(title, shown(name, middle), _between(name, low, high))
    console.print(table)


def _of_sweep(console: Console, results: Results) -> None:
    table = results.paired()
    if not table.values.size:
        console.print("No replicate has come to its end at every point yet.")
        return
    factors = effects(table, results.varied)
    view = ResultsView(results)
    found = view.tipping
    path = PATH if found is not None else (factors[0].path if factors else results.varied[0])
    if len(table.levels(path)) <= MOST_LEVELS:
        console.print(_levels(results, path))
    if found is not None:
        console.print(printable(how_thin(found, view.fixed(PATH))))
    if factors:
        console.print(printable(f"What matters most: {factors[0].path}. {MEANT}"))
        console.print(_factors(factors))
    console.print(printable(extremes(table, results.varied)))
    of_gap = effects(results.paired("gap"), results.varied)
    if of_gap:
        console.print(printable(f"What moves the gap (exits nobody could confirm) most: {of_gap[0].path}."))
        console.print(_factors(of_gap))


def _levels(results: Results, path: str) -> Table:
    """Return a table of medians and 90% ranges at each level of a factor, over all others."""
    points = results.points
    level_of = dict(zip(points["point"].to_pylist(), points[path].to_pylist(), strict=True))
    names = [name for name, _ in COLUMNS]
    runs = results.done(["point", *names])
    number = {level: k for k, level in enumerate(dict.fromkeys(level_of.values()))}
    levels = np.array([number[level_of[point]] for point in runs["point"].to_pylist()])
    table = _table(path, *(f"{title}: median (90%)" for _, title in COLUMNS))
    for level, k in number.items():
        cells = []
        for name in names:
            middle, low, high = summary.quantiles(numbers(runs, name)[levels == k], RANGE)
            cells.append(f"{shown(name, middle)} ({_between(name, low, high)})")
        table.add_row(Text(printable(str(level))), *cells)
    return table


def _factors(factors: list[Effect]) -> Table:
    table = _table("factor", "least at", "most at", "change (95% interval)")
    for e in factors:
        interval = f"{e.change:+,.0f} ({e.low:+,.0f} to {e.high:+,.0f})" if e.change else "none"
        ends = (e.least, e.most) if e.change else ("-", "-")
        table.add_row(*(Text(printable(str(cell))) for cell in (e.path, *ends, interval)))
    return table


def how_thin(found: Tipping, fixed: Mapping[str, object]) -> str:
    """Return how thin the guard can get, in a sentence; `fixed` holds the values of the other varied paths."""
    held = f" (at {settings(fixed)})" if fixed else ""
    return f"How thin can the guard get{held}: {thinness(found)}.".translate(PLAIN)


def extremes(table: Paired, varied: list[str]) -> str:
    """Return the points with the lowest and the highest median of escaped, in words."""
    medians = np.median(table.values, axis=1)
    named = []
    for k in (int(np.argmin(medians)), int(np.argmax(medians))):
        where = ", ".join(f"{path} {table.points[k][path]}" for path in varied)
        named.append(f"{medians[k]:,.0f} ({where})")
    return f"Medians of escaped lie from {named[0]} to {named[1]}."


def _files(console: Console, results: Results, drawn: list[Path]) -> None:
    if results.path is None:
        return
    tables = ", ".join(f"{name}/" for name in dict.fromkeys(part["table"] for part in results.manifest["parts"]))
    pictures = sum(path.suffix == ".png" for path in drawn)
    figures = f", {pictures} {'figure' if pictures == 1 else 'figures'} in plots/" if pictures else ""
    figures += ", report.html" if any(path.suffix == ".html" for path in drawn) else ""
    where = f"In {display(results.path)}: manifest.json, scenario.yaml, points.parquet, {tables}{figures}"
    console.print(printable(where), soft_wrap=True)


def shown(name: str, value: float) -> str:
    """Return a metric's value in ASCII."""
    return metric(name, value).translate(PLAIN)


def _between(metric: str, low: float, high: float) -> str:
    return f"{shown(metric, low)} to {shown(metric, high)}"


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(printable(first)))
    for title in others:
        table.add_column(title, justify="right")
    return table
