"""The page of results: which folder is open, what is shown of it, and the replicates worth a look."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.analysis import summary
from sim.app.archive import Archive, scenario_of
from sim.app.start import Given
from sim.experiment.query import done, numbers
from sim.experiment.results import Results
from sim.plots import heatmap
from sim.plots.view import ResultsView as Study
from sim.scenario.errors import InputError, printable
from sim.wording import path_label, setting, tidy

METRICS = {
    "escaped": "Exits",
    "gap": "Gap: exits not confirmed",
    "confirmed": "Confirmed",
    "reported": "Largest claim ever made",
    "gap_person_days": "Gap in person-days",
    "undetected_share": "Share of exits never reported",
    "at_large": "At large at the horizon",
    "recaptured": "Recaptured",
    "facilities_lost": "Facilities lost",
    "facilities_emptied": "Facilities emptied",
}
"""Metrics that the page offers, and their names there."""
PICKS = (("median", "Median", 0.5), ("high", "1 in 20", 0.95), ("worst", "Worst", 1.0))
"""Replicates offered: by the rank among those of the point."""
MOST_POINTS = 2000
CURVE = 200
"""Points of a curve of exceedance."""


class Shelf:
    """What one page shows of an archive. Everything that the page asks for is checked."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.names = archive.folders()
        self.name = ""
        self.metric = "escaped"
        self.point: int | None = None
        self.errors: list[str] = []
        self.results: Results | None = None
        self._study: Study | None = None
        if self.names:
            self.choose(self.names[0])

    def choose(self, name: Any) -> None:
        """Open another folder; what is wrong with it is kept for the page."""
        self.names = self.archive.folders()
        if name not in self.names:
            return
        self.name, self.point, self.errors, self.results, self._study = str(name), None, [], None, None
        try:
            self.results = self.archive.open(self.name)
            self._study = Study(self.results)
            self._study.runs(self.metric)  # reads the parts, so that a torn one is told now
        except Exception as error:  # the page must live on, whatever a folder holds
            self._fail(error)

    def choose_metric(self, metric: Any) -> None:
        """Another metric."""
        if metric in METRICS:
            self.metric = str(metric)

    def choose_point(self, point: Any) -> None:
        """Another point, None for none."""
        if point is None or (self._study is not None and point in self._study.index):
            self.point = point

    def open(self, rank: Any) -> Given | None:
        """The replicate of the chosen point at a rank (median, high, worst); None where there is none."""
        try:
            return next((given for key, given in self._given() if key == rank), None)
        except Exception as error:
            self._fail(error)
            return None

    def shown(self) -> dict[str, Any]:
        """All that the page needs."""
        study = self._study
        return {
            "folders": [{"key": name, "name": printable(name)[:120]} for name in self.names],
            "folder": self.name,
            "errors": self.errors,
            "metric": self.metric,
            "metrics": [{"key": key, "name": name} for key, name in METRICS.items()],
            **(self._sweep(study) if study is not None and self.results is not None else {}),
        }

    def _fail(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, InputError) else [f"{type(error).__name__}: {error}"]
        self.errors = [printable(str(problem))[:600] for problem in problems[:20]]
        self.results, self._study = None, None

    def _sweep(self, study: Study) -> dict[str, Any]:
        assert self.results is not None
        manifest = self.results.manifest
        plan = heatmap.plan(study)
        values = study.runs(self.metric)
        return {
            "name": tidy(self.results.name, 80),
            "description": tidy(str(manifest.get("description") or ""), 200),
            "status": tidy(self.results.status, 20),
            "failed": self.results.failed,
            "seed": manifest.get("seed"),
            "varied": [_factor(study, path) for path in study.varied],
            "points": [_point(study, n, values[n]) for n in range(min(len(study.points), MOST_POINTS))],
            "heat": _heat(study, plan) if plan is not None else None,
            "chosen": self._chosen(study, values) if self.point is not None else None,
        }

    def _chosen(self, study: Study, values: list[Any]) -> dict[str, Any]:
        """The chosen point: its distribution, and the replicates that can be opened."""
        assert self.point is not None
        n = study.index.index(self.point)
        x, share = summary.exceedance(values[n])
        some = np.unique(np.linspace(0, len(x) - 1, CURVE).astype(int)) if len(x) else np.zeros(0, int)
        ranked = self._ranked()
        return {
            "point": self.point,
            "values": [[path, setting(study.points[n].get(path))] for path in study.varied],
            "x": x[some].tolist(),
            "share": np.round(share[some], 4).tolist(),
            "daily": self._daily(),
            "picks": [_pick(key, name, ranked[_at(q, len(ranked))]) for key, name, q in PICKS if ranked],
        }

    def _daily(self) -> dict[str, list[float]] | None:
        """Escaped and confirmed over the days, as medians over runs, and where the middle 90% escaped."""
        assert self.results is not None
        table = self.results.table("daily", ["point", "replicate", "day", "escaped", "confirmed"], self.point)
        days = np.unique(numbers(table, "day"))
        if not len(days) or len(table) % len(days):
            return None
        escaped = numbers(table, "escaped").reshape(-1, len(days))
        low, middle, high = np.quantile(escaped, (0.05, 0.5, 0.95), axis=0)
        confirmed = np.median(numbers(table, "confirmed").reshape(-1, len(days)), axis=0)
        lines = {"days": days, "low": low, "escaped": middle, "high": high, "confirmed": confirmed}
        return {name: np.round(line, 2).tolist() for name, line in lines.items()}

    def _ranked(self) -> list[tuple[float | None, int, int]]:
        """Value, replicate and seed of every run of the chosen point, from the least on; null beyond every number."""
        assert self.results is not None and self.point is not None
        columns = ["point", "replicate", "seed", "status", self.metric]
        runs = done(self.results.table("runs", columns, self.point))
        values = numbers(runs, self.metric).tolist()
        replicates, seeds = runs["replicate"].to_pylist(), runs["seed"].to_pylist()
        rows = sorted(
            zip(values, replicates, seeds, strict=True),
            key=lambda row: (math.inf if math.isnan(row[0]) else row[0], -row[1]),
        )
        return [(_number(value), int(replicate), int(seed)) for value, replicate, seed in rows]

    def _given(self) -> list[tuple[str, Given]]:
        if self.results is None or self.point is None:
            return []
        ranked = self._ranked()
        resolved = scenario_of(self.results, self.point)
        found = []
        for key, name, q in PICKS if ranked else ():
            _, replicate, seed = ranked[_at(q, len(ranked))]
            label = f"{tidy(self.results.name, 40)}, point {self.point}, replicate {replicate} ({name.lower()})"
            found.append((key, Given(resolved, seed, replicate, label)))
        return found


def _pick(key: str, name: str, row: tuple[float | None, int, int]) -> dict[str, Any]:
    return {"key": key, "name": name, "value": row[0], "replicate": row[1]}


def _at(share: float, many: int) -> int:
    """Rank of a quantile that is an observed value: the lower one between two."""
    return max(0, min(many - 1, math.ceil(share * many) - 1))


def _factor(study: Study, path: str) -> dict[str, Any]:
    levels = study.levels(path)
    return {
        "path": tidy(path, 60),
        "label": path_label(path),
        "numeric": study.numeric(path),
        "levels": [setting(level) for level in levels[:MOST_POINTS]],
    }


def _point(study: Study, n: int, values: Any) -> dict[str, Any]:
    low, middle, high = (_number(v) for v in summary.quantiles(values, (0.05, 0.5, 0.95)))
    settings = [study.points[n].get(path) for path in study.varied]
    return {
        "point": study.index[n],
        "at": [v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in settings],
        "words": [setting(v) for v in settings],
        "n": len(values),
        "low": low,
        "median": middle,
        "high": high,
    }


def _heat(study: Study, plan: heatmap.Plan) -> dict[str, Any]:
    rows, down, across = ([setting(level) for level in levels] for levels in plan.levels)
    held = study.fixed(*(path for path in (plan.x, plan.y, plan.row) if path))
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
