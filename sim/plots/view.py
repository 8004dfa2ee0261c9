"""Results as figures need them: columns by point, the reference point, and the points to show by name."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.tipping import PATH, Tipping, tipping
from sim.experiment.comparison import doing_nothing
from sim.experiment.query import numbers
from sim.experiment.results import SAMPLED
from sim.outcomes import HEADLINE
from sim.scenario.errors import InputError
from sim.scenario.fields import parameters
from sim.scenario.sweep import LEVER
from sim.wording import settings

if TYPE_CHECKING:
    from sim.analysis.assumptions import Carried
    from sim.experiment.levers import Study
    from sim.experiment.results import Results
    from sim.scenario.resolved import Resolved

Numbers = NDArray[np.float64]

MOST_LINES = 6
"""Most points that a figure shows by name; others stay in the background."""


class Site(NamedTuple):
    """One facility over the replicates of a point: people held at the start, exits, exits confirmed."""

    name: str
    held: float
    escaped: Numbers
    confirmed: Numbers


MOST_ROWS = 4_000_000
"""Most rows of `daily` or `facilities` that a figure reads."""


class ResultsView:
    """Results by point. `points` has the values of the varied paths at each point; `varied` the paths that really vary.

    Replicates that failed are left out everywhere, and counted in `failed`. Points without a replicate that came to
    its end are left out too; `wanted` counts all points.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        begun = results.come
        every = sorted(results.manifest["points"], key=lambda entry: entry["point"])
        listed = [entry for entry in every if entry["point"] in begun]
        self.wanted = len(every)
        self.index = [int(entry["point"]) for entry in listed]
        self.points: list[dict[str, Any]] = [dict(entry["values"]) for entry in listed]
        self._columns: dict[str, dict[int, Numbers]] = {}
        self.varied = [path for path in results.varied if len({_key(p[path]) for p in self.points}) > 1]

    @classmethod
    def of(cls, results: Results | ResultsView) -> ResultsView:
        """Return a view of results; a view as it is, so that tables are read once."""
        return results if isinstance(results, ResultsView) else cls(results)

    # Runs

    @property
    def failed(self) -> int:
        """Number of failed replicates."""
        return self.results.failed

    def runs(self, column: str) -> list[Numbers]:
        """Return a column of `runs` by point; null is NaN."""
        if column not in self._columns:
            self._columns[column] = self.results.metric(column)
        return [self._columns[column][point] for point in self.index]

    def pooled(self, column: str) -> Numbers:
        """Return a column over all runs that answers are of: the reference point's, or all of a sampled design."""
        return self.over(column, self.reference)

    def over(self, column: str, point: int) -> Numbers:
        """Return a column over all runs that a point (its position) stands for, as `group` has them."""
        by_point = self.runs(column)
        return np.concatenate([by_point[n] for n in self.group(point)])

    def worlds(self, point: int) -> NDArray[np.int64] | None:
        """Return the sampled world of each run of `over`; None where runs are of one world, each by itself."""
        group = self.group(point)
        counts = [len(self.runs(HEADLINE)[n]) for n in group]
        return np.repeat(np.arange(len(group)), counts) if self.sampled else None

    @property
    def once(self) -> bool:
        """Whether the answers are of one run alone, which has no median and no spread."""
        return len(self.pooled(HEADLINE)) == 1

    @property
    def at_point(self) -> str:
        """Which point a figure is of: ` At guards.scale 1.`, of a sample its lever; empty where all are meant."""
        held = self.fixed()
        return f" At {settings(held)}." if held else ""

    @property
    def replicates(self) -> tuple[int, int]:
        """Fewest and most replicates of a point."""
        counts = [len(values) for values in self.runs("escaped")] or [0]
        return min(counts), max(counts)

    @property
    def points_said(self) -> str:
        """Number of points, and of how many if some are not run yet."""
        return f"{len(self.points):,}" + (f" of {self.wanted:,}" if len(self.points) < self.wanted else "")

    @property
    def replicates_said(self) -> str:
        """Replicates of each point."""
        low, high = self.replicates
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"

    # Days and facilities

    def has(self, table: str) -> bool:
        """Tell whether these results hold rows of a table."""
        return any(part["table"] == table and part["rows"] for part in self.results.manifest["parts"])

    def daily(self, point: int, columns: list[str]) -> tuple[Numbers, dict[str, Numbers]]:
        """Return days, and columns of `daily` as tables of replicates by days, at one point (its position).

        Of a sampled design these are the replicates of all points that it stands for, to the nearest of their horizons.
        Only the first replicates are read if there are more than MOST_ROWS rows.
        """
        group = self.group(point)
        horizon = min(self.horizon(n) for n in group)
        first = max(1, int(MOST_ROWS / ((horizon + 1) * len(group)))) if math.isfinite(horizon) else None
        keys = ["point", "replicate", "day"]
        table = self.results.table("daily", [*keys, *columns], [self.index[n] for n in group], first=first)
        at, replicate, day = (numbers(table, name) for name in keys)
        order = np.lexsort((day, replicate, at))
        order = order[~(day[order] > horizon)]
        days = np.unique(day[order])
        shape = (-1, max(1, len(days)))
        return days, {name: numbers(table, name)[order].reshape(shape) for name in columns}

    def sites(self, point: int) -> list[Site]:
        """Return the facilities that hold detained people, in the order of the table; only the first MOST_ROWS rows.

        Of a sampled design over the runs of all points that it stands for.
        """
        columns = ["facility", "held0", "escaped", "confirmed"]
        group = self.group(point)
        first = max(1, MOST_ROWS // max(1, (len(self.residents) + 20) * len(group)))
        table = self.results.table("facilities", columns, [self.index[n] for n in group], first=first)
        names = np.array(table["facility"].to_pylist(), dtype=object)
        held, escaped, confirmed = (numbers(table, name) for name in columns[1:])
        found = []
        for name in dict.fromkeys(names):
            rows = names == name
            if name not in self.residents and held[rows].max() > 0:
                found.append(Site(str(name), float(np.median(held[rows])), escaped[rows], confirmed[rows]))
        return found

    # What other analyses find, each made once for figures and report

    @cached_property
    def carried(self) -> Carried | None:
        """What carries the people out at the reference point; None on a sampled design, which varies it itself."""
        from sim.experiment.assumptions import carried_at

        return None if self.sampled or not self.index else carried_at(self.results, self.index[self.reference])

    @cached_property
    def study(self) -> Study | None:
        """The study of the levers; None where there are no levers, too few worlds, or no extra `analysis`."""
        from sim.experiment.levers import study

        try:
            return study(self.results)
        except (InputError, ImportError):
            return None

    # The scenario

    @cached_property
    def scenario(self) -> Resolved | None:
        """Scenario of the reference point; None if the folder lacks it."""
        try:
            return self.results.scenario(self.reference)
        except (InputError, OSError):
            return None

    @cached_property
    def residents(self) -> set[str]:
        """Facilities whose people may walk out, which is no escape."""
        if self.scenario is None:
            return set()
        return {name for name, facility in self.scenario.theatre.facilities.items() if facility.regime == "resident"}

    def horizon(self, point: int) -> float:
        """Return the days to the horizon at a point (its position)."""
        listed = {entry["point"]: entry["days"] for entry in self.results.manifest["points"]}
        return float(listed.get(self.index[point], math.nan))

    @property
    def year(self) -> str:
        """Year of the start, empty if unknown."""
        return self.scenario.scenario.start[:4] if self.scenario is not None else ""

    # Points

    def levels(self, path: str) -> list[Any]:
        """Return the values of a varied path: numbers sorted, names in the order of points."""
        values = list({_key(p[path]): p[path] for p in self.points}.values())
        return sorted(values) if self.numeric(path) else values

    def numeric(self, path: str) -> bool:
        """Tell whether all values of a path are numbers."""
        return all(isinstance(p[path], int | float) and not isinstance(p[path], bool) for p in self.points)

    @cached_property
    def reference(self) -> int:
        """The point nearest the defaults on every varied path."""
        if not self.points:
            return 0
        wanted = {path: self._usual(path) for path in self.varied}
        among = self.unlevered if self.sampled else range(len(self.points))
        return min(among, key=lambda n: (self._distance(self.points[n], wanted), n))

    def _usual(self, path: str) -> Any:
        """Return the level nearest the default of a path, else the middle level, else the first name."""
        levels = self.levels(path)
        if path == LEVER:
            return doing_nothing(levels)
        default = next((p.default for p in parameters() if p.path == path), None)
        if not self.numeric(path):
            return default if default in levels else levels[0]
        if not isinstance(default, int | float):
            return levels[(len(levels) - 1) // 2]
        return min(levels, key=lambda value: abs(value - default))

    def _distance(self, point: dict[str, Any], wanted: dict[str, Any]) -> float:
        total = 0.0
        for path, value in wanted.items():
            if self.numeric(path):
                levels = self.levels(path)
                total += abs(point[path] - value) / ((levels[-1] - levels[0]) or 1.0)
            else:
                total += float(point[path] != value)
        return total

    def along(self, path: str) -> list[int]:
        """Return the points that differ from the reference on this path alone, sorted by its levels."""
        here = self.points[self.reference]
        others = [other for other in self.varied if other != path]
        same = [n for n, p in enumerate(self.points) if all(_key(p[o]) == _key(here[o]) for o in others)]
        order = {_key(value): rank for rank, value in enumerate(self.levels(path))}
        return sorted(same, key=lambda n: order[_key(self.points[n][path])])

    @cached_property
    def shown(self) -> tuple[str, list[int]]:
        """Points to show by name, at most `MOST_LINES`, and the path they lie along: of levers, where there are any.

        The path is empty where they lie along none. A sampled design shows a point for each lever, or one for all.
        """
        if len(self.points) <= 1 or not self.varied:
            return "", list(range(len(self.points)))[:1]
        if self.sampled:
            return self._of_levers()
        for path in sorted(self.varied, key=lambda path: path != LEVER):
            line = self.along(path)
            if len(line) > 1:
                return path, thinned(line, self.reference)
        medians = [np.median(values) if len(values) else -1.0 for values in self.runs(HEADLINE)]
        ranked = [int(n) for n in np.argsort(medians, kind="stable")]
        return "", list(dict.fromkeys([ranked[0], ranked[len(ranked) // 2], ranked[-1]]))

    def _of_levers(self) -> tuple[str, list[int]]:
        """Return a point of each lever, which stands for all of them in every sampled world."""
        if LEVER not in self.varied:
            return "", [self.reference]
        first = {point[LEVER]: n for n, point in reversed(list(enumerate(self.points)))}
        first[self.points[self.reference][LEVER]] = self.reference
        return LEVER, thinned([first[name] for name in self.levels(LEVER)], self.reference)

    def group(self, point: int) -> list[int]:
        """Return the points that one (its position) stands for: itself; of a sample every point with its lever."""
        if not self.sampled:
            return [point]
        lever = self.points[point].get(LEVER)
        return [n for n, other in enumerate(self.points) if other.get(LEVER) == lever]

    @cached_property
    def sampled(self) -> bool:
        """Whether points are samples of what is not known: then all of them answer together."""
        return self.results.manifest.get("design") in SAMPLED and len(self.points) > 1

    @cached_property
    def unlevered(self) -> list[int]:
        """The points of the lever that does nothing, or of the first; all where no lever is pulled."""
        if LEVER not in self.varied:
            return list(range(len(self.points)))
        first = doing_nothing(self.levels(LEVER))
        return [n for n, point in enumerate(self.points) if point[LEVER] == first]

    @cached_property
    def guards(self) -> list[int]:
        """Points along guards.scale, all else as at the reference point; empty unless a grid varies it over numbers."""
        # one point of a sample tells of no line
        return self.along(PATH) if not self.sampled and PATH in self.varied and self.numeric(PATH) else []

    @cached_property
    def tipping(self) -> Tipping | None:
        """How thin the guard can get along `guards`: the one answer of console, figure and report."""
        out, population = self.runs(HEADLINE), self.runs("population")
        if not all(len(out[n]) for n in self.guards):
            return None
        held = float(np.median(population[self.guards[0]])) if self.guards else 0.0
        return tipping([float(self.points[n][PATH]) for n in self.guards], [out[n] for n in self.guards], held)

    def label(self, path: str, point: int) -> str:
        """Return a short label of a point: its value on the path shown, else its number."""
        value = self.points[point].get(path)
        if value is None:
            return f"point {self.index[point]}"
        return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)

    def fixed(self, *free: str) -> dict[str, Any]:
        """Return what the reference point has on the varied paths that are not free; of a sample its lever alone."""
        held = [path for path in self.varied if path == LEVER or not self.sampled]
        return {path: self.points[self.reference][path] for path in held if path not in free}


def thinned(line: list[int], keep: int, most: int = MOST_LINES) -> list[int]:
    """Return at most `most` points of a line, both ends among them, and the one to keep."""
    if len(line) <= most:
        return line
    chosen = {line[round(k)] for k in np.linspace(0, len(line) - 1, most)}
    if keep in line and keep not in chosen:
        nearest = min((n for n in chosen if n not in (line[0], line[-1])), key=lambda n: abs(n - keep))
        chosen = (chosen - {nearest}) | {keep}
    return [n for n in line if n in chosen]


def _key(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else repr(value)
