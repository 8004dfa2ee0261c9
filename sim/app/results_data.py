"""Data sent to the page of results: the points of a sweep, and the chosen point."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.analysis import summary
from sim.app.palette import ramp
from sim.experiment.query import done, numbers
from sim.plots import heatmap
from sim.plots.view import ResultsView
from sim.wording import path_label, setting, tidy

PICKS = (("median", "Median", 0.5), ("high", "1 in 20", 0.95), ("worst", "Worst", 1.0))
"""Replicates offered of a point: key, name, and rank as a share of its runs."""
MAX_POINTS = 2000
"""Points of a sweep, and levels of a factor, sent to the page."""
MAX_CURVE = 200
"""Points of a curve of exceedance."""


class RankedRun(NamedTuple):
    """A run with its value of a metric; None for an infinite value or NaN."""

    value: float | None
    replicate: int
    seed: int


def sweep(view: ResultsView, metric: str) -> dict[str, Any]:
    """Return the points of a sweep with their quantiles, and the layout of the heat map."""
    results = view.results
    plan = heatmap.plan(view)
    values = view.runs(metric)
    return {
        "name": tidy(results.name, 80),
        "description": tidy(str(results.manifest.get("description") or ""), 200),
        "status": tidy(results.status, 20),
        "failed": results.failed,
        "ramp": ramp(metric),
        "varied": [_factor(view, path) for path in view.varied],
        "points": [_point(view, n, values[n]) for n in range(min(len(view.points), MAX_POINTS))],
        "heat": _heat(view, plan) if plan is not None else None,
    }


def chosen_point(view: ResultsView, metric: str, point: int) -> dict[str, Any]:
    """Return the distribution of a metric at a point, its daily medians, and the replicates that can be opened."""
    n = view.index.index(point)
    x, share = summary.exceedance(view.runs(metric)[n])
    some = np.unique(np.linspace(0, len(x) - 1, MAX_CURVE).astype(int)) if len(x) else np.zeros(0, int)
    return {
        "point": point,
        "values": [[path, setting(view.points[n].get(path))] for path in view.varied],
        "x": x[some].tolist(),
        "share": np.round(share[some], 4).tolist(),
        "daily": _daily(view, point),
        "picks": [
            {"key": key, "name": name, "value": run.value, "replicate": run.replicate}
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
    """Return key, name and run of the replicates offered of a point; empty if it has no run."""
    ranked = ranked_runs(view, metric, point)
    return [(key, name, ranked[_at(q, len(ranked))]) for key, name, q in PICKS if ranked]


def _at(share: float, many: int) -> int:
    """Return the index of a quantile among sorted values: the lower one if it falls between two."""
    return max(0, min(many - 1, math.ceil(share * many) - 1))


def _factor(view: ResultsView, path: str) -> dict[str, Any]:
    levels = view.levels(path)
    return {
        "path": tidy(path, 60),
        "label": path_label(path),
        "numeric": view.numeric(path),
        "levels": [setting(level) for level in levels[:MAX_POINTS]],
    }


def _point(view: ResultsView, n: int, values: Any) -> dict[str, Any]:
    low, middle, high = (_number(v) for v in summary.quantiles(values, (0.05, 0.5, 0.95)))
    settings = [view.points[n].get(path) for path in view.varied]
    return {
        "point": view.index[n],
        "at": [v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in settings],
        "labels": [setting(v) for v in settings],
        "n": len(values),
        "low": low,
        "median": middle,
        "high": high,
    }


def _heat(view: ResultsView, plan: heatmap.Plan) -> dict[str, Any]:
    rows, down, across = ([setting(level) for level in levels] for levels in plan.levels)
    held = view.fixed(*(path for path in (plan.x, plan.y, plan.row) if path))
    return {
        "x": path_label(plan.x),
        "y": path_label(plan.y),
        "row": tidy(plan.row, 40) if plan.row else None,
        "rows": rows,
        "down": down,
        "across": across,
        "cells": [[*place, n] for place, n in plan.cells.items()],
        "held": [[tidy(path, 40), setting(value)] for path, value in held.items()],
    }


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
