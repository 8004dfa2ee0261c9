"""Data sent to the page of results: the points of a sweep, and the chosen point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.analysis import summary
from sim.analysis.contrast import Sides, contrast
from sim.app.palette import BELOW, ramp
from sim.experiment.query import done, numbers
from sim.experiment.results import SAMPLED
from sim.outcomes import short, title
from sim.plots import heatmap
from sim.plots.view import ResultsView
from sim.wording import metric as written
from sim.wording import path_label, set_by_options, setting, settings, tidy

PICKS = (("median", "Nearest the median", 0.5), ("worst", "Largest", 1.0), ("high", "Nearest 95%", 0.95))
"""Replicates offered of a point: key, name, and the quantile whose nearest run it is. The first stands for the same."""
ORDER = ("median", "high", "worst")
"""Their order on the page."""
FEWEST_FOR_TAIL = 20
"""Replicates below which the 95% quantile is no other run than the largest."""
MAX_POINTS = 2000
"""Points of a sweep, and levels of a factor, sent to the page."""
MAX_CURVE = 200
"""Points of a curve of exceedance."""


class RankedRun(NamedTuple):
    """A run with its value of a metric; None for an infinite value or NaN."""

    value: float | None
    replicate: int
    seed: int


def sweep(view: ResultsView, metric: str, at: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the points of a sweep with their quantiles, and the layout of the heat map.

    Parameters: at, where the heat map holds paths that it has no side for, if not at the reference point.
    """
    results = view.results
    plan = heatmap.plan(view, at)
    values = view.runs(metric)
    base = view.reference if view.varied and results.manifest.get("design") not in SAMPLED else None
    return {
        "stamp": f"Simulated: {sum(len(v) for v in values):,} runs of seed {_seed(view)}",
        "unit": summary.METRICS[metric].unit,
        "meaning": f"{title(metric)}: {summary.METRICS[metric].meaning}",
        "metric_name": short(metric),
        "baseline": view.index[base] if base is not None else None,
        "below": list(BELOW),
        "name": tidy(results.name, 80),
        "set_by_options": settings(set_by_options(results.manifest)),
        "description": tidy(str(results.manifest.get("description") or ""), 200),
        "status": tidy(results.status, 20),
        "failed": results.failed,
        "ramp": ramp(metric),
        "varied": [_factor(view, path) for path in view.varied],
        "points": [_point(view, metric, n, values, base) for n in range(min(len(view.points), MAX_POINTS))],
        "heat": _heat(view, plan, at or {}) if plan is not None else None,
    }


def chosen_point(view: ResultsView, metric: str, point: int) -> dict[str, Any]:
    """Return the distribution of a metric at a point, its daily medians, and the replicates that can be opened."""
    n = view.index.index(point)
    x, share = summary.exceedance(view.runs(metric)[n])
    some = np.unique(np.linspace(0, len(x) - 1, MAX_CURVE).astype(int)) if len(x) else np.zeros(0, int)
    return {
        "point": point,
        "values": [[path, _full(view.points[n].get(path))] for path in view.varied],
        "x": x[some].tolist(),
        "share": np.round(share[some], 4).tolist(),
        "daily": _daily(view, point),
        "picks": [
            {"key": key, "name": name, "text": _text(metric, run.value), "replicate": run.replicate}
            for key, name, run in picks(view, metric, point)
        ],
    }


def _daily(view: ResultsView, point: int) -> dict[str, list[float]] | None:
    """Return medians over runs of escaped and confirmed by day, and the 5% and 95% quantiles of escaped."""
    table = view.results.table("daily", ["point", "replicate", "day", "escaped", "confirmed"], point)
    days = np.unique(numbers(table, "day"))
    if not len(days) or len(table) % len(days):
        return None
    escaped = numbers(table, "escaped").reshape(-1, len(days))
    low, middle, high = np.quantile(escaped, (0.05, 0.5, 0.95), axis=0)
    confirmed = np.median(numbers(table, "confirmed").reshape(-1, len(days)), axis=0)
    lines = {"days": days, "low": low, "escaped": middle, "high": high, "confirmed": confirmed}
    return {name: np.round(line, 2).tolist() for name, line in lines.items()}


def ranked_runs(view: ResultsView, metric: str, point: int) -> list[RankedRun]:
    """Return the runs of a point by value, lowest first; NaN counts as highest."""
    columns = ["point", "replicate", "seed", "status", metric]
    runs = done(view.results.table("runs", columns, point))
    values = numbers(runs, metric).tolist()
    replicates, seeds = runs["replicate"].to_pylist(), runs["seed"].to_pylist()
    rows = sorted(
        zip(values, replicates, seeds, strict=True),
        key=lambda row: (math.inf if math.isnan(row[0]) else row[0], -row[1]),
    )
    return [RankedRun(_number(value), int(replicate), int(seed)) for value, replicate, seed in rows]


def picks(view: ResultsView, metric: str, point: int) -> list[tuple[str, str, RankedRun]]:
    """Return key, name and run of the replicates offered of a point: those nearest to quantiles that the table tells.

    No replicate stands there twice; empty if there is no run.
    """
    ranked = ranked_runs(view, metric, point)
    values = [math.nan if run.value is None else run.value for run in ranked]
    found: dict[str, tuple[str, str, RankedRun]] = {}
    for key, name, q in PICKS if ranked else ():
        if key == "high" and len(ranked) < FEWEST_FOR_TAIL:
            continue
        (wanted,) = summary.quantiles(values, (q,))
        run = ranked[-1] if math.isnan(wanted) else min(ranked, key=lambda run: _distance(run, float(wanted)))
        if all(run.replicate != other.replicate for _, _, other in found.values()):
            found[key] = (key, name, run)
    return [found[key] for key in ORDER if key in found]


def _distance(run: RankedRun, wanted: float) -> tuple[float, int]:
    return (math.inf if run.value is None else abs(run.value - wanted), run.replicate)


def _factor(view: ResultsView, path: str) -> dict[str, Any]:
    levels = view.levels(path)
    return {
        "path": tidy(path, 60),
        "label": path_label(path),
        "numeric": view.numeric(path),
        "levels": [_full(level) for level in levels[:MAX_POINTS]],
    }


def _point(view: ResultsView, metric: str, n: int, values: list[Any], base: int | None) -> dict[str, Any]:
    """Return a point's settings and statistics, made by the functions that make those of `--json` and the report."""
    found = summary.metric(summary.defined(metric, values[n]), nullable=False)
    settings = [view.points[n].get(path) for path in view.varied]
    return {
        "point": view.index[n],
        "at": [v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in settings],
        "labels": [_full(v) for v in settings],
        "n": len(values[n]),
        "low": found["q05"],
        "median": found["q50"],
        "high": found["q95"],
        "text": _text(metric, found["q50"]),
        "interval": " to ".join("?" if v is None else _text(metric, v) for v in (found["q50_low"], found["q50_high"])),
        "range": f"{_text(metric, found['q05'])} to {_text(metric, found['q95'])}",
        "change": _change(view, metric, values, n, base),
    }


def _change(view: ResultsView, metric: str, values: list[Any], n: int, base: int | None) -> list[Any] | None:
    """Return the difference of means from the baseline with its 95% interval as text, and its value to sort by."""
    if base is None or n == base:
        return None
    sides = Sides(values[base][None, :], values[n][None, :], paired=_in_pairs(view, values, n, base))
    if not (sides.baseline.size and sides.alternative.size):
        return None
    value, low, high = contrast(metric, sides).difference
    if math.isnan(value):
        return None
    text = f"{'+' if value > 0 else ''}{_text(metric, value)}"
    return [value, text if math.isnan(low) else f"{text} ({_text(metric, low)} to {_text(metric, high)})"]


def _in_pairs(view: ResultsView, values: list[Any], n: int, base: int) -> bool:
    """Return whether replicate r of both points is the same one: none failed, and as many of each are done."""
    return not view.failed and len(values[n]) == len(values[base])


def _text(metric: str, value: float | None) -> str:
    return written(metric, math.nan if value is None else value)


def _full(value: Any) -> str:
    """Return a varied value as a label; names in full."""
    return tidy(value, 200) if isinstance(value, str) else setting(value)


def _seed(view: ResultsView) -> str:
    seed = view.results.manifest.get("seed")
    return "the scenario" if seed is None else str(seed)


def _heat(view: ResultsView, plan: heatmap.Plan, at: Mapping[str, Any]) -> dict[str, Any]:
    rows, down, across = ([_full(level) for level in levels] for levels in plan.levels)
    held = view.fixed(*(path for path in (plan.x, plan.y, plan.row) if path))
    return {
        "x": path_label(plan.x),
        "y": path_label(plan.y),
        "row": tidy(plan.row, 40) if plan.row else None,
        "rows": rows,
        "down": down,
        "across": across,
        "cells": [[*place, n] for place, n in plan.cells.items()],
        "held": [_held(view, path, at.get(path, value)) for path, value in held.items()],
    }


def _held(view: ResultsView, path: str, value: Any) -> dict[str, Any]:
    """Return a path that the heat map holds: its levels, and the place of the one it is at."""
    levels = view.levels(path)[:MAX_POINTS]
    at = levels.index(value) if value in levels else -1
    return {"path": path, "name": tidy(path, 40), "levels": [_full(level) for level in levels], "at": at}


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
