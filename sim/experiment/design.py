"""Designs: the points of a scenario or a sweep, cut into batches of replicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from sim.scenario.errors import InputError, Problem, shown
from sim.scenario.files import from_here, shared_names
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.sweep import LEVER, Point, open_sweep

BATCHES = 128
"""Fewest batches of a large design, so that a sweep stopped early has replicates of every point."""
SMALLEST, LARGEST = 50, 1000
"""Fewest and most replicates of a batch; the last of a point may have fewer."""
MOST_ROWS = 200_000
"""Most daily or facility rows of a batch, to bound its memory."""
FIRST, ROUNDS = 2, 10
"""Fewest replicates of a point that are run before any point has its rest, and the share of all that they are, 1 in."""
LONGEST = 2.0
"""Most seconds that a batch should take: the work a kill loses, and the delay of Ctrl-C."""
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Sizes of a batch whose replicates are slow."""

OPTIONS = ("replicates", "seed", "days")
"""Keys with an option of their own."""
FILES = ("theatre", "draws", "extends")
"""Keys that name files."""


class Batch(NamedTuple):
    """The unit of work, and one part of each table: `size` replicates of a point from `first` on."""

    point: int
    first: int
    size: int

    @property
    def replicates(self) -> range:
        """Numbers of the replicates."""
        return range(self.first, self.first + self.size)

    @property
    def name(self) -> str:
        """Name of its parts; names sort by point, then replicate."""
        return f"part-{self.point:06d}-{self.first:09d}.parquet"


class Past(NamedTuple):
    """The scenario of a branched point before it branches, and the steps until then."""

    resolved: Resolved
    step: int


class Loaded(NamedTuple):
    """The part of a design that needs its scenarios read: points, notes, and the SHA-256 of every file read."""

    points: tuple[Point, ...]
    notes: tuple[str, ...]
    sources: dict[str, str]


@dataclass(frozen=True)
class Design:
    """Points and the number of replicates of each. Points are read when first asked for; the rest is known at once.

    `kind` is `run`, `sweep` or `replay`; `request` the file and options as given; `varied` the columns of `points`;
    `size` the number of points; `start` the first replicate of each; `pasts` the past of branched points; `bounds` the
    ends of the distributions that points are drawn from.
    """

    kind: str
    name: str
    description: str
    method: str
    samples: int | None
    replicates: int
    seed: int
    varied: tuple[str, ...]
    size: int
    request: dict[str, object]
    _load: Callable[[], Loaded] = field(repr=False)
    start: int = 0
    pasts: Mapping[int, Past] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def loaded(self) -> Loaded:
        """Points, notes and sources. Raises InputError with everything that is wrong."""
        return self._load()

    @property
    def points(self) -> tuple[Point, ...]:
        """The points in order."""
        return self.loaded.points

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings about odd but allowed settings."""
        return self.loaded.notes

    @property
    def sources(self) -> dict[str, str]:
        """SHA-256 of every file read, by a name that tells nothing of this machine (`files.shared_names`)."""
        return shared_names(self.loaded.sources)

    @property
    def problem(self) -> dict[str, object]:
        """The varied paths as SALib's `problem`: names, and bounds of each, levers left out; empty for one point.

        A distribution without an end has the bounds of its draws. Words count as the numbers of their levels.
        """
        names = [path for path in self.varied if path != LEVER]
        if not names:
            return {}
        seen = {path: _extent([point.values[path] for point in self.points]) for path in names}
        bounds = [list(self.bounds.get(path, seen[path])) for path in names]
        return {"num_vars": len(names), "names": names, "bounds": bounds}

    @property
    def total(self) -> int:
        """Replicates of all points."""
        return self.replicates * self.size

    @cached_property
    def batch(self) -> int:
        """Replicates of a batch, unless they are slow."""
        return batch_size(self.size, self.replicates, max(rows_of(point.resolved) for point in self.points))

    def batches(self, size: int | None = None) -> Iterator[Batch]:
        """Yield all batches, breadth-first: the first batch of every point before the second of any."""
        for first, many in cuts(self.size, self.replicates, size or self.batch):
            for point in range(self.size):
                yield Batch(point, self.start + first, many)


def cuts(points: int, replicates: int, size: int) -> list[tuple[int, int]]:
    """Return the first replicate and the number of each batch of a point, of at most `size`.

    Where a batch would hold all replicates of several points, a small one goes before the rest: a sweep that is stopped
    early can compare its points then.
    """
    if size >= replicates and points > 1 and replicates >= 2 * FIRST:
        few = max(FIRST, replicates // ROUNDS)
        return [(0, few), (few, replicates - few)]
    return [(first, min(size, replicates - first)) for first in range(0, replicates, size)]


def scenario_design(path: str | Path, overrides: Mapping[str, object] | None = None) -> Design:
    """Read a scenario as a design of one point. Raises InputError."""
    given = dict(overrides or {})
    with _Options(given):
        resolved = load(path, given)
    return resolved_design(resolved, {"scenario": from_here(path), "overrides": _asked(given)})


def resolved_design(resolved: Resolved, request: dict[str, object] | None = None) -> Design:
    """Return a loaded scenario as a design of one point."""
    scenario = resolved.scenario
    return Design(
        kind="run",
        name=scenario.name,
        description=scenario.description,
        method="one",
        samples=None,
        replicates=scenario.replicates,
        seed=scenario.seed,
        varied=(),
        size=1,
        request=request or {"scenario": scenario.name, "overrides": {}},
        _load=lambda: Loaded((Point(0, {}, resolved),), resolved.notes, resolved.sources),
    )


def scenarios_design(paths: Sequence[str], overrides: Mapping[str, object] | None = None) -> Design:
    """Read several scenarios as a design of one point each, the first the baseline, so that replicates pair up.

    All take the seed and replicates of the options, else of the first. Raises InputError.
    """
    given = dict(overrides or {})
    with _Options(given):
        read = [load(path, given) for path in paths]
    first = read[0].scenario
    shared = [with_options(one, replicates=first.replicates, seed=first.seed) for one in read]
    labels = [one.scenario.name for one in read]
    if len(set(labels)) < len(labels):
        labels = [from_here(path) for path in paths]
    if len(set(labels)) < len(labels):
        raise InputError([Problem("compare", 0, "", "the same scenario is named twice", "different ones")])
    points = tuple(
        Point(k, {"scenario": label}, one) for k, (label, one) in enumerate(zip(labels, shared, strict=True))
    )
    return Design(
        kind="compare",
        name=labels[0] if len(labels) == 1 else f"{read[0].scenario.name}-compared",
        description=first.description,
        method="grid",
        samples=None,
        replicates=first.replicates,
        seed=first.seed,
        varied=("scenario",),
        size=len(points),
        request={"scenarios": [from_here(path) for path in paths], "overrides": _asked(given)},
        _load=lambda: Loaded(
            points,
            tuple(dict.fromkeys(note for one in read for note in one.notes)),
            {name: digest for one in read for name, digest in one.sources.items()},
        ),
    )


def with_options(resolved: Resolved, *, replicates: int | None, seed: int | None) -> Resolved:
    """Return the scenario with another number of replicates or seed. Raises InputError for an invalid one."""
    given = {name: value for name, value in (("replicates", replicates), ("seed", seed)) if value is not None}
    for name, value in given.items():
        least = 1 if name == "replicates" else 0
        if not isinstance(value, int) or not least <= value < 2**63:
            raise InputError([Problem(name, 0, "", f"{shown(value)} does not fit", f"a whole number from {least}")])
    return replace(resolved, scenario=resolved.scenario.model_copy(update=given))


def sweep_design(path: str | Path, overrides: Mapping[str, object] | None = None) -> Design:
    """Read a sweep file as a design. Raises InputError; for mistakes in single points when the points are read."""
    given = dict(overrides or {})
    options = _Options(given)
    with options:
        sweep = open_sweep(path, given)

    def loaded() -> Loaded:
        with options:
            return Loaded(tuple(sweep.points), sweep.notes, sweep.sources)

    return Design(
        kind="sweep",
        name=sweep.name,
        description=sweep.description,
        method=sweep.design,
        samples=sweep.samples,
        replicates=sweep.replicates,
        seed=sweep.seed,
        varied=sweep.varied,
        size=sweep.size,
        request={"sweep": from_here(path), "overrides": _asked(given)},
        bounds=sweep.bounds,
        _load=loaded,
    )


def _asked(given: Mapping[str, object]) -> dict[str, object]:
    """Return overrides as a manifest keeps them, with files as they are found from here."""
    return {
        path: from_here(value) if path in FILES and isinstance(value, str) else value for path, value in given.items()
    }


def _extent(values: Sequence[object]) -> tuple[float, float]:
    """Return the least and largest of some numbers; of words, the first and last number of a level."""
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    return (min(numbers), max(numbers)) if len(numbers) == len(values) else (0.0, len(set(map(str, values))) - 1.0)


def batch_size(points: int, replicates: int, rows: int) -> int:
    """Return the replicates of a batch, from the design alone, so that parts do not depend on the workers.

    Parameters: rows, of a replicate in its longest table.
    """
    wanted = -(-points * replicates // BATCHES)
    bounded = min(LARGEST, max(1, MOST_ROWS // rows))
    return max(1, min(max(SMALLEST, wanted), bounded))


def no_longer_than(size: int, seconds: float) -> int:
    """Return a size of a batch that takes at most LONGEST, given the seconds of a replicate."""
    if size * seconds <= LONGEST:
        return size
    return max(n for n in SIZES if n == 1 or n * seconds <= LONGEST)


def rows_of(resolved: Resolved) -> int:
    """Return the rows of a replicate in its longest table, `daily` or `facilities`."""
    return max(int(resolved.scenario.days) + 1, len(resolved.theatre.facilities), 1)


class _Options:
    """Make errors in values with an option of their own name that option, not `--set`."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._names = {f"--set {name}": f"--{name}" for name in OPTIONS if name in given}

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, InputError) and self._names:
            raise InputError(
                replace(problem, file=self._names.get(problem.file, problem.file)) for problem in error.problems
            ) from None
