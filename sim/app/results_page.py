"""State of the page of results: the open folder, and the metric and point chosen in it."""

from __future__ import annotations

from typing import Any

from sim.analysis import summary
from sim.app.archive import Archive, scenario_of
from sim.app.labels import error_messages
from sim.app.results_data import RankedRun, chosen_point, picks, ranked_runs, sweep
from sim.app.start import LoadedRun
from sim.outcomes import title
from sim.plots.view import ResultsView
from sim.scenario.errors import printable
from sim.wording import tidy

FIRST = ("escaped", "escaped_persons", "gap", "confirmed", "reported", "at_large", "recaptured")
"""Metrics that stand at the top of the list; the others follow in their own order."""
METRICS = {name: title(name) for name in (*FIRST, *(name for name in summary.METRICS if name not in FIRST))}
"""Metrics offered, with their names on the page."""


class ResultsPage:
    """What one page shows of an archive. Every request of the page is checked."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.names = archive.folders()
        self.name = ""
        self.metric = "escaped"
        self.point: int | None = None
        self.errors: list[str] = []
        self.at: dict[str, Any] = {}
        self.view: ResultsView | None = None
        if self.names:
            self.choose(self.names[0])

    def choose(self, name: Any) -> None:
        """Open another folder; its errors are kept for the page."""
        self.names = self.archive.folders()
        if name not in self.names:
            return
        self.name, self.point, self.errors, self.view = str(name), None, [], None
        self.at = {}
        try:
            view = ResultsView(self.archive.open(self.name))
            view.runs(self.metric)  # reads the parts, so that a damaged one is reported now
            self.view = view
        except Exception as error:  # the page must survive whatever a folder holds
            self._fail(error)

    def choose_metric(self, metric: Any) -> None:
        """Show another metric."""
        if metric in METRICS:
            self.metric = str(metric)

    def choose_point(self, point: Any) -> None:
        """Choose another point, or None."""
        if point is None or (self.view is not None and point in self.view.index):
            self.point = point

    def choose_slice(self, asked: Any) -> None:
        """Hold a path of the heat map at another of its levels: `{path, level}`, the level by its place."""
        if self.view is None or not isinstance(asked, dict) or asked.get("path") not in self.view.varied:
            return
        levels, level = self.view.levels(asked["path"]), asked.get("level")
        if isinstance(level, int) and not isinstance(level, bool) and 0 <= level < len(levels):
            self.at = {**self.at, asked["path"]: levels[level]}

    def slices(self) -> list[tuple[str, int]]:
        """Return the paths that are held elsewhere than at the reference point, with the places of their levels."""
        return [(path, self.view.levels(path).index(value)) for path, value in self.at.items()] if self.view else []

    def open(self, rank: Any) -> LoadedRun | None:
        """Return the replicate of the chosen point at a rank (median, high, worst), None where there is none."""
        if self.view is None or self.point is None:
            return None
        try:
            for key, name, run in picks(self.view, self.metric, self.point):
                if key == rank:
                    return self._run(self.view, run, f" ({name.lower()})")
        except Exception as error:
            self._fail(error)
        return None

    def replicate(self, replicate: int) -> LoadedRun | None:
        """Return a replicate of the chosen point, None where there is none."""
        if self.view is None or self.point is None:
            return None
        try:
            ranked = ranked_runs(self.view, self.metric, self.point)
            return next((self._run(self.view, run) for run in ranked if run.replicate == replicate), None)
        except Exception as error:
            self._fail(error)
        return None

    def _run(self, view: ResultsView, run: RankedRun, how: str = "") -> LoadedRun:
        assert self.point is not None
        label = f"{tidy(view.results.name, 40)}, point {self.point}, replicate {run.replicate}{how}"
        scenario = scenario_of(view.results, self.point)
        return LoadedRun(scenario, run.seed, run.replicate, label, (self.name, self.point))

    def shown(self) -> dict[str, Any]:
        """Return all data of the page."""
        shown = {
            "folders": [{"key": name, "name": printable(name)[:120]} for name in self.names],
            "folder": self.name,
            "errors": self.errors,
            "metric": self.metric,
            "metrics": [{"key": key, "name": name} for key, name in METRICS.items()],
        }
        if self.view is None:
            return shown
        chosen = chosen_point(self.view, self.metric, self.point) if self.point is not None else None
        return {**shown, **sweep(self.view, self.metric, self.at), "chosen": chosen}

    def _fail(self, error: Exception) -> None:
        self.errors = error_messages(error)
        self.view = None
