"""Results, from a folder or from memory: the manifest, and tables sorted by point and replicate."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis import summary
from sim.analysis.effects import Paired, paired
from sim.analysis.worlds import worlds_of
from sim.experiment import drawing
from sim.experiment.query import numbers, select
from sim.experiment.settings import restored
from sim.experiment.shape import manifest_of
from sim.experiment.store import MANIFEST, Folder, Store, default_folder, prepare
from sim.experiment.tables import SCHEMAS
from sim.outcomes import HEADLINE, short
from sim.scenario.errors import InputError, Problem, as_arguments, one_of
from sim.scenario.files import display
from sim.scenario.resolved import Resolved

SAMPLED = ("lhs", "sobol", "saltelli")
"""Designs whose points are a sample of uncertain worlds."""
MOST_AT_ONCE = 200_000
"""Most replicates of which all metrics are read at once."""


class Results:
    """Results of a run or sweep, as far as stored: tables, summaries, figures.

    Tables are read when asked for. Reading raises InputError that names a missing or torn part.
    """

    def __init__(self, store: Store, manifest: dict[str, Any]) -> None:
        """Results in a store whose manifest is read; see `open`."""
        self._store = store
        self.manifest = manifest
        self._intact: set[str] = set()

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the results in a folder. Raises InputError if it holds none."""
        return cls.of(Folder(path))

    @classmethod
    def of(cls, store: Store) -> Self:
        """Open the results in a store. Raises InputError if it holds none."""
        return cls(store, manifest_of(store))

    @property
    def path(self) -> Path | None:
        """Folder, None for results in memory."""
        return self._store.path

    @property
    def name(self) -> str:
        """Name of the scenario or sweep."""
        return str(self.manifest["name"])

    @property
    def status(self) -> str:
        """`running`, `done`, `failed` or `stopped`."""
        return str(self.manifest["status"])

    @property
    def failed(self) -> int:
        """Number of failed replicates."""
        return int(self.manifest["counts"]["failed"])

    @property
    def varied(self) -> list[str]:
        """Columns of `points`: varied paths, then `lever` if there are levers. Empty for one scenario."""
        return list(self.manifest["varied"])

    def begun(self, asked: str) -> list[dict[str, Any]]:
        """Return the manifest's points. Raises InputError, for what was `asked`, where it ended before it had any."""
        if not self._points():
            expected = "results that have begun; `resume` goes on with them"
            raise InputError([Problem(asked, 0, self.name, "was stopped before its first point", expected)])
        return self._points()

    @property
    def come(self) -> set[int]:
        """Numbers of the points with a replicate that has come to its end."""
        parts = (part for part in self.manifest["parts"] if part["table"] == "runs")
        return {part["point"] for part in parts if part["rows"] > part.get("failed", 0)}

    @property
    def points(self) -> Any:
        """`point`, and a column per varied path."""
        return self._read("points.parquet")

    @property
    def runs(self) -> Any:
        """One row per replicate."""
        return self.table("runs")

    @property
    def daily(self) -> Any:
        """One row per replicate and day."""
        return self.table("daily")

    @property
    def facilities(self) -> Any:
        """One row per replicate and facility."""
        return self.table("facilities")

    @property
    def events(self) -> Any:
        """One row per event; empty unless recorded in full."""
        return self.table("events")

    @property
    def reports(self) -> Any:
        """One row per report; empty unless recorded in full."""
        return self.table("reports")

    @property
    def episodes(self) -> Any:
        """One row per episode of exits, with the days it was reported and confirmed; empty unless recorded in full."""
        return self.table("episodes")

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        point: int | Collection[int] | None = None,
        *,
        first: int | None = None,
        replicate: int | None = None,
    ) -> Any:
        """Return a table by point and replicate: all, or some columns, points, the `first` replicates, or one."""
        one = point if isinstance(point, int) else None
        conditions = {"point = ?": one, "replicate < ?": first, "replicate = ?": replicate}
        given = {condition: value for condition, value in conditions.items() if value is not None}
        return self._select(name, columns, " AND ".join(given), list(given.values()), point)

    def to_pandas(self, name: str = "runs", **which: Any) -> Any:
        """Return a table as a data frame, a null number as NaN; `which` as in `table`.

        Units and meanings of its columns are in its `attrs`.
        """
        table = self.table(name, **which)
        frame = table.to_pandas()
        frame.attrs = {
            about: {field.name: field.metadata[about.encode()].decode() for field in table.schema}
            for about in ("unit", "meaning")
        }
        return frame

    def _repr_html_(self) -> str:
        counts = self.manifest["counts"]
        told = f"{self.name}: {self.status}, {counts['done']:,} replicates done, {counts['failed']:,} failed"
        table = self.quantiles(HEADLINE).to_pandas().to_html(index=False, max_rows=20)
        return f"<p>{html.escape(told)}; {html.escape(short(HEADLINE))} by quantile</p>{table}"

    def done(self, columns: Sequence[str], point: int | None = None) -> Any:
        """Return columns of `runs` for the replicates that did not fail."""
        where = "status = 'done'" + (" AND point = ?" if point is not None else "")
        return self._select("runs", columns, where, [point] if point is not None else [], point)

    def _select(
        self,
        name: str,
        columns: Sequence[str] | None,
        where: str,
        parameters: list[Any],
        point: int | Collection[int] | None,
    ) -> Any:
        import duckdb

        schema = SCHEMAS[name]
        if columns is not None:
            schema = pa.schema([schema.field(column) for column in columns])
        files = [entry["file"] for entry in self._entries(name, point)]
        try:
            return select(self._store, files, schema, where=where, parameters=parameters)
        except (duckdb.Error, OSError, ValueError, pa.ArrowException) as error:
            for file in files:  # find the one that cannot be read
                self._read(file, list(schema.names))
            raise self._unreadable(name, error) from None

    def parts(self, name: str, columns: Sequence[str] | None = None, point: int | None = None) -> Iterator[Any]:
        """Yield a table part by part, to bound the memory."""
        for entry in self._entries(name, point):
            yield self._read(entry["file"], columns)

    def _entries(self, name: str, point: int | Collection[int] | None) -> list[dict[str, Any]]:
        """Return the manifest's entries of a table, in the order of its rows; each part holds one point."""
        entries = [part for part in self.manifest["parts"] if part["table"] == name]
        entries.sort(key=lambda part: (part["point"], part["first"]))
        of = {point} if isinstance(point, int) else set(point or ())
        wanted = [entry for entry in entries if point is None or entry["point"] in of]
        for entry in wanted:
            self._check(entry["file"], entry["sha256"])
        return wanted

    def _check(self, name: str, digest: str | None) -> None:
        """Raise InputError if a file is not as it was written; each is looked at once."""
        if digest is None or name in self._intact:
            return
        try:
            content = self._store.read(name)
        except (OSError, ValueError) as error:
            raise self._unreadable(name, error) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise self._unreadable(name, ValueError("it is not as it was written"))
        self._intact.add(name)

    def scenario(self, point: int = 0, overrides: Mapping[str, object] | None = None) -> Resolved:
        """Return the scenario of a point, with further overrides if any. Raises InputError for no such point."""
        known = self.begun("point")
        if not 0 <= point < len(known):
            raise InputError([Problem("point", 0, str(point), "no such point", f"0 to {len(known) - 1}")])
        text = self._file("scenario.yaml").decode("utf-8", "replace")
        return restored(text, known[point]["scenario"], self._file, overrides)

    def _file(self, name: str) -> bytes:
        """Read a file beside the tables. Raises InputError if it is missing or altered."""
        self._check(name, self.manifest["files"].get(name))
        try:
            return self._store.read(name)
        except (OSError, ValueError) as error:
            raise self._unreadable(name, error) from None

    def metrics(self) -> list[dict[str, Any]]:
        """Return the values, done replicates and metrics of every point, as `sweep --json` prints them."""
        found = [
            {"point": entry["point"], "values": entry["values"], "replicates": 0, "metrics": {}}
            for entry in self._points()
        ]
        names = list(summary.METRICS)
        at_once = len(names) if self.manifest["counts"]["done"] <= MOST_AT_ONCE else 1  # bounds memory
        for first in range(0, len(names), at_once):
            some = names[first : first + at_once]
            runs = self.done(["point", *some])
            bounds = self._bounds(runs)
            for name in some:
                values = numbers(runs, name)
                for entry, (start, end) in zip(found, bounds, strict=True):
                    entry["replicates"] = end - start
                    entry["metrics"][name] = summary.metric(
                        summary.defined(name, values[start:end]), nullable=summary.METRICS[name].nullable
                    )
        return found

    def metric(self, name: str) -> dict[int, summary.Floats]:
        """Return a metric by point for the replicates that did not fail, in order; NaN for null.

        Raises InputError if there is no such metric.
        """
        if name not in summary.METRICS:
            raise InputError([Problem("metric", 0, name, "no such metric", one_of(name, list(summary.METRICS)))])
        runs = self.done(["point", name])
        values = numbers(runs, name)
        bounds = zip(self._points(), self._bounds(runs), strict=True)
        return {entry["point"]: values[first:last] for entry, (first, last) in bounds}

    def paired(self, metric: str = "escaped") -> Paired:
        """Return a metric of the replicates that are done at every point; of a sampled one at every point begun.

        Sampled worlds of which some point has no replicate yet are left out whole, as a sample is one in any order.
        """
        runs = self.done(["point", "replicate", metric])
        point, replicate, values = runs["point"].to_numpy(), runs["replicate"].to_numpy(), numbers(runs, metric)
        sampled = self.manifest.get("design") in SAMPLED
        points = self.points.to_pylist()
        if sampled and self.manifest["design"] != "saltelli":  # whose points belong together
            begun = np.isin([entry["point"] for entry in points], point)
            worlds = worlds_of(points)
            points = [points[k] for k in np.flatnonzero(~np.isin(worlds, worlds[~begun]))]
            there = np.isin(point, [entry["point"] for entry in points])
            point, replicate, values = point[there], replicate[there], values[there]
        return paired(points, point, replicate, values, sampled=sampled)

    def quantiles(self, metric: str = "escaped", probabilities: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> Any:
        """Return quantiles of a metric by point: `point`, varied columns, and a column per probability (`q05`, ...).

        A day that is null lies beyond the horizon, so that a quantile among nulls is null; any other null is left out.
        Raises InputError if there is no such metric.
        """
        per_point = self.metric(metric)
        points = self.points
        known = [summary.defined(metric, per_point[int(point)]) for point in points["point"].to_pylist()]
        rows = [summary.quantiles(values, probabilities) for values in known]
        for k, probability in enumerate(probabilities):
            column = [None if row[k] != row[k] else float(row[k]) for row in rows]
            points = points.append_column(
                f"q{100 * probability:04.1f}".replace(".0", ""), pa.array(column, pa.float64())
            )
        return points

    def exceedance(self, metric: str = "escaped") -> Any:
        """Return the share of replicates with at least `value`, for every value seen: `point`, `value`, `share`.

        A null counts as beyond every value. Raises InputError if there is no such metric.
        """
        made = []
        for point, values in self.metric(metric).items():
            x, share = summary.exceedance(values)
            made.append(pa.table({"point": pa.array([point] * len(x), pa.int64()), "value": x, "share": share}))
        return pa.concat_tables(made)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the results to a folder, as a run would have. Raises InputError if it holds results."""
        with as_arguments():
            target = prepare(Path(folder), overwrite=overwrite)
        names = [*self.manifest["files"], *(part["file"] for part in self.manifest["parts"]), MANIFEST]
        for name in names:
            target.write(name, self._store.read(name))
        return target.path

    def plot(self, folder: str | Path | None = None) -> list[Path]:
        """Draw the figures and return their paths.

        Parameters: folder, where results in memory are saved first, default a new one below `results/`.
        """
        assert drawing.write_plots is not None, "sim/__init__.py sets it"
        path = self.path or self.save(folder if folder is not None else default_folder(self.name))
        return drawing.write_plots(path)

    def _points(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.manifest["points"]
        return found

    def _bounds(self, table: Any) -> list[tuple[int, int]]:
        """Return the first row of every point in a table, and the one after its last."""
        points = [entry["point"] for entry in self._points()]
        of = table["point"].to_numpy()
        first, last = np.searchsorted(of, points, "left"), np.searchsorted(of, points, "right")
        return list(zip(first.tolist(), last.tolist(), strict=True))

    def _read(self, name: str, columns: Sequence[str] | None = None) -> Any:
        self._check(name, self.manifest["files"].get(name))
        try:
            return pq.read_table(self._store.open(name), columns=columns, partitioning=None)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise self._unreadable(name, error) from None

    def _unreadable(self, name: str, error: Exception) -> InputError:
        where = display(self.path) if self.path is not None else "results"
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        expected = "a part as it was written; `resume` makes it again"
        return InputError([Problem(where, 0, name, f"cannot be read: {first}", expected)])
