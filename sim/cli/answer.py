"""The answer of a command in a few lines: escapes, what is known of them, and the factors that matter most."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis import summary
from sim.analysis.effects import MOST_LEVELS, PARTS, Effect, Paired, effects, not_compared
from sim.analysis.modes import modes
from sim.analysis.tipping import PATH, Tipping
from sim.cli.printing import PLAIN, console_of, table_of, told_options
from sim.experiment.query import numbers
from sim.experiment.results import Results
from sim.experiment.tables import SCHEMAS
from sim.outcomes import CAUSES
from sim.plots.view import ResultsView
from sim.scenario.errors import InputError, printable
from sim.scenario.files import display
from sim.scenario.sweep import LEVER
from sim.wording import metric, settings, thinness

RANGE = (0.5, 0.05, 0.95)
SHOWN = (
    ("escaped_persons", "people out"),
    ("escaped", "exits"),
    ("escaped_fighters", "  by fighters"),
    *((f"escaped_{cause}", f"  by {cause}") for cause in CAUSES),
    ("confirmed", "confirmed (exits)"),
    ("gap", "gap (exits not confirmed)"),
    ("accounted_share", "people out whom true reports account for"),
    ("undetected_share", "undetected share of exits"),
    ("first_report_day", "first true report (day)"),
)
"""Rows of a run's answer: metric and label."""
MEANT = "Change of the median, mean over the other factors; 95% intervals that hold for all levels at once:"
MOST_IMPOSED = 2
"""Most imposed decisions and events that the answer names."""
COLUMNS = (
    ("escaped_persons", "people out"),
    ("confirmed", "confirmed"),
    ("gap", "gap"),
    ("accounted_share", "accounted for"),
)
"""Columns of a sweep's answer: metric and label."""


def answer(results: Results, drawn: list[Path], *, to_stderr: bool) -> None:
    """Print the answer and the paths of the files."""
    with console_of(to_stderr) as console:
        _title(console, results)
        if results.varied:
            _of_sweep(console, results)
        else:
            _of_run(console, results)
        _files(console, results, drawn)


def replayed(results: Results, drawn: list[Path], *, to_stderr: bool) -> None:
    """Print the metrics of one replicate, and beside them those of its branch."""
    points = results.points.to_pylist()
    table = table_of("", *(printable(str(point.get("branch", "value"))) for point in points))
    for name, title in SHOWN:
        values = results.metric(name)
        cells = [
            shown(name, float(values[point["point"]][0])) if len(values[point["point"]]) else "-" for point in points
        ]
        table.add_row(title, *cells)
    with console_of(to_stderr) as console:
        console.print(table)
        _files(console, results, drawn)


def _title(console: Console, results: Results) -> None:
    counts = results.manifest["counts"]
    points = len(results.manifest["points"])
    over = f"{points:,} points, " if points > 1 else ""
    status = "" if results.status == "done" else f" ({results.status}: {counts['done']:,} done)"
    many = f"{counts['replicates']:,} replicate{'' if counts['replicates'] == 1 else 's'}"
    text = f"{results.name}: {over}{many}, seed {results.manifest['seed']}{status}"
    console.print(printable(text), style="bold")
    told_options(console, results)
    if results.manifest["points"]:  # before that nothing is known of the scenario
        console.print(printable(imposed_line(results)))


def imposed_line(results: Results) -> str:
    """Return what the scenario imposes, and what holds by construction, in a line."""
    lines = list(results.manifest.get("imposed") or ())
    some = "; ".join(lines[:MOST_IMPOSED])
    more = f"; and {len(lines) - MOST_IMPOSED:,} more" if len(lines) > MOST_IMPOSED else ""
    where = " at point 0" if len(results.manifest["points"]) > 1 else ""
    text = f"Imposed by the scenario{where}, not found: {some}{more}." if lines else "No dated event is imposed."
    if not _responds(results):
        text += " By construction what is seen changes nothing that happens (response: false)."
    return text


def _responds(results: Results) -> bool:
    """Tell whether what is seen may change what happens, at any point."""
    try:
        return "response" in results.varied or bool(results.scenario(0).scenario.response)
    except InputError:
        return True  # not known: claim nothing


def _of_run(console: Console, results: Results) -> None:
    number = len(next(iter(results.metric("escaped").values()), ()))
    if number == 1:
        console.print("One replicate: what may happen, not how likely it is.")
    console.print(printable(honest_line(results)), soft_wrap=True)
    table = table_of("", "median", "(known to, 95%)", "90% of replicates") if number > 1 else table_of("", "value")
    for name, title in SHOWN:
        values = summary.defined(name, next(iter(results.metric(name).values()), np.zeros(0)))
        middle, low, high = summary.quantiles(values, RANGE)
        title += f" ({len(values):,} of {number:,})" if len(values) < number else ""
        if number > 1:
            ends = summary.quantile_interval(values, 0.5)
            known = _between(name, *ends) if not np.isnan(ends).any() else "-"
            spread = _between(name, low, high) if len(values) > 1 else "-"
            table.add_row(title, shown(name, middle), known, spread)
        else:
            table.add_row(title, shown(name, middle))
    console.print(table)
    kinds = modes(next(iter(results.metric("escaped_persons").values()), np.zeros(0)))
    if kinds:
        told = "; ".join(
            f"{mode.share:.0%} of replicates about {mode.middle:,.0f} ({mode.low:,.0f} to {mode.high:,.0f})"
            for mode in kinds
        )
        console.print(f"People out come in {len(kinds)} kinds, so that the median describes few: {told}.")


def honest_line(results: Results) -> str:
    """Return how wide an interval could honestly have been given of exits, by day, and how often it was right."""
    from sim.experiment.honest import stored

    days = stored(results)
    if not days:
        record = "" if results.manifest.get("record") == "full" else "with --record full, "
        return f"What could honestly have been said, day by day: {record}`estimate RESULTS --running`."
    last = days[-1].day
    at = sorted({min(days, key=lambda one: abs(one.day - last * part)).day for part in (0.25, 0.5, 1.0)})
    told = "; ".join(
        f"day {one.day}: {one.width_90:,.0f} wide, right in {one.coverage_90:.0%} of replicates"
        for one in days
        if one.day in at
    )
    return f"The 90% interval of exits that could honestly have been given, {told}."


def _of_sweep(console: Console, results: Results) -> None:
    table = results.paired("escaped_persons") if results.come else None
    if table is None or not table.values.size:
        console.print("No replicate has come to its end at every point yet.")
        return
    wanted = len(results.manifest["points"])
    if len(table.points) < wanted:
        console.print(f"Of {len(table.points):,} of {wanted:,} points, the sampled worlds that have come so far.")
    if table.values.shape[1] == 1 and not table.sampled:
        console.print("One replicate at each point: what may happen, not how likely it is.")
    factors = effects(table, results.varied)
    view = ResultsView(results)
    found = view.tipping
    if LEVER in results.varied:
        _by_lever(console, results)
    else:
        path = PATH if found is not None else (factors[0].path if factors else results.varied[0])
        if len(table.levels(path)) <= (MOST_LEVELS if not table.sampled else PARTS):
            console.print(_levels(results, path))
    if found is not None:
        console.print(printable(how_thin(found, view.fixed(PATH))))
    console.print(printable(most(factors, not_compared(table, results.varied))))
    if factors:
        console.print(_factors(factors))
    console.print(printable(extremes(table, results.varied)))
    gaps = results.paired("gap")
    of_gap = effects(gaps, results.varied)
    if of_gap:
        told = of_gap[0].path if of_gap[0].told else "no factor is told apart from none"
        console.print(printable(f"What moves the gap (exits nobody could confirm) most: {told}."))
        console.print(_factors(of_gap))


def most(factors: list[Effect], left_out: list[str]) -> str:
    """Return which factor matters most, if any is told apart from none and all are compared, in words."""
    without = (
        f" Not compared, with too few points for each part of its range: {', '.join(left_out)}." if left_out else ""
    )
    if not factors:
        return f"What matters most is not known from so few points.{without}"
    if not factors[0].told:
        return f"No factor's effect on the median of people out is told apart from none.{without} {MEANT}"
    lead = factors[0].path
    near = [e.path for e in factors[1:] if e.change + (e.change - e.low) >= factors[0].low and e.told]
    beside = f" (not told apart from {', '.join(near[:3])})" if near else ""
    among = " of those compared" if left_out else ""
    return f"What matters most{among}: {lead}{beside}.{without} {MEANT}"


def _by_lever(console: Console, results: Results) -> None:
    """Print every lever against doing nothing."""
    from sim.cli.comparing import by_alternative
    from sim.experiment.comparison import compared, of_levers

    try:
        found = compared(of_levers(results), ("escaped_persons", "gap_person_days"))
    except InputError:
        return  # stopped before every lever has begun
    if found:
        by_alternative(console, found)
        console.print("`levers` tells regret, costs and what is worth knowing; `compare` tells tails.")


def _levels(results: Results, path: str) -> Table:
    """Return a table of medians and 90% ranges at each level of a factor, over all others; of one run its values."""
    points = results.points
    level_of = dict(zip(points["point"].to_pylist(), points[path].to_pylist(), strict=True))
    names = [name for name, _ in COLUMNS]
    runs = results.done(["point", *names])
    number = {level: k for k, level in enumerate(dict.fromkeys(level_of.values()))}
    levels = np.array([number[level_of[point]] for point in runs["point"].to_pylist()])
    once = all(np.count_nonzero(levels == k) < 2 for k in number.values())
    table = table_of(path, *(title if once else f"{title}: median (90%)" for _, title in COLUMNS))
    for level, k in number.items():
        cells = []
        for name in names:
            values = summary.defined(name, numbers(runs, name)[levels == k])
            middle, low, high = summary.quantiles(values, RANGE)
            cells.append(shown(name, middle) + ("" if len(values) < 2 else f" ({_between(name, low, high)})"))
        table.add_row(_level(level), *cells)
    return table


def _factors(factors: list[Effect]) -> Table:
    table = table_of("factor", "least at", "most at", "change (95% interval)")
    for e in factors:
        known = f"({e.low:+,.0f} to {e.high:+,.0f})" if e.low == e.low else "(one replicate gives no interval)"
        interval = f"{e.change:+,.0f} {known}" if e.change else "none"
        ends = (e.least, e.most) if e.change else ("-", "-")
        table.add_row(*map(_level, (e.path, *ends, interval)))
    return table


def _level(value: object) -> Text:
    """Return a cell, a number with the digits that tell it from others."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Text(f"{value:g}" if number else printable(str(value)))


def how_thin(found: Tipping, fixed: Mapping[str, object]) -> str:
    """Return how thin the guard can get, in a sentence; `fixed` holds the values of the other varied paths."""
    held = f" (at {settings(fixed)})" if fixed else ""
    return f"How thin can the guard get{held}: {thinness(found)}.".translate(PLAIN)


def extremes(table: Paired, varied: list[str]) -> str:
    """Return the points with the lowest and the highest median of people out, in words."""
    medians = np.median(table.values, axis=1)
    what = "Medians of people out" if table.values.shape[1] > 1 else "People out"
    if medians.min() == medians.max():
        return f"{what} are {medians[0]:,.0f} at every point."
    named = []
    for k in (int(np.argmin(medians)), int(np.argmax(medians))):
        where = settings({path: table.points[k][path] for path in varied})
        named.append(f"{medians[k]:,.0f} ({where})")
    return f"{what} lie from {named[0]} to {named[1]}."


def _files(console: Console, results: Results, drawn: list[Path]) -> None:
    if results.path is None:
        return
    files = ["manifest.json", *(["scenario.yaml", "points.parquet"] if results.manifest["points"] else [])]
    tables = {part["table"] for part in results.manifest["parts"]}
    files += [f"{name}/" for name in SCHEMAS if name in tables]
    pictures = sum(path.suffix == ".png" for path in drawn)
    figures = f", {pictures} {'figure' if pictures == 1 else 'figures'} in plots/" if pictures else ""
    figures += ", report.html" if any(path.suffix == ".html" for path in drawn) else ""
    where = f"In {display(results.path)}: {', '.join(files)}{figures}"
    console.print(printable(where), soft_wrap=True)


def shown(name: str, value: float) -> str:
    """Return a metric's value in ASCII."""
    return metric(name, value).translate(PLAIN)


def _between(metric: str, low: float, high: float) -> str:
    first, last = shown(metric, low), shown(metric, high)
    return first if first == last in ("never", "-") else f"{first} to {last}"
