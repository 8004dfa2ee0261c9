"""What is to be run: the points of a scenario or a sweep, cut into batches of replicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from sim.scenario.errors import InputError, Problem, shown
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.sweep import Point, load_sweep

BATCHES = 256
"""Fewest batches that a large design is cut into."""
SMALLEST, LARGEST = 20, 250
"""Replicates of a batch at least (the last of a point may have fewer) and at most."""
MOST_ROWS = 200_000
"""Daily or facility rows of a batch, so that its memory is bounded whatever the horizon."""

OPTIONS = ("replicates", "seed", "days")
"""Keys that have an option of their own."""


class Batch(NamedTuple):
    """The unit of work, and one part of each table: `size` replicates of a point from `first` on."""

    point: int
    first: int
    size: int

    @property
    def replicates(self) -> range:
        """The replicates' numbers."""
        return range(self.first, self.first + self.size)

    @property
    def name(self) -> str:
        """Name of its parts; names sort as points and replicates do."""
        return f"part-{self.point:06d}-{self.first:09d}.parquet"


@dataclass(frozen=True)
class Design:
    """Points, and how many replicates of each.

    `kind` is `run` or `sweep`; `request` what was asked for, as written; `varied` names the columns of `points`;
    `sources` gives the SHA-256 of every file read.
    """

    kind: str
    name: str
    description: str
    method: str
    replicates: int
    seed: int
    varied: tuple[str, ...]
    points: tuple[Point, ...]
    notes: tuple[str, ...]
    sources: dict[str, str]
    request: dict[str, object]
    batch: int

    @property
    def total(self) -> int:
        """Replicates of all points together."""
        return self.replicates * len(self.points)

    def batches(self) -> Iterator[Batch]:
        """All batches, breadth-first: every point's first replicates before any point's next."""
        for first in range(0, self.replicates, self.batch):
            for point in self.points:
                yield Batch(point.index, first, min(self.batch, self.replicates - first))


def scenario_design(path: str | Path, overrides: Mapping[str, object] | None = None) -> Design:
    """One scenario as a design of one point. Raises InputError."""
    given = dict(overrides or {})
    with _Options(given):
        resolved = load(path, given)
    return resolved_design(resolved, {"scenario": str(path), "overrides": given})


def resolved_design(resolved: Resolved, request: dict[str, object] | None = None) -> Design:
    """A loaded scenario as a design of one point."""
    scenario = resolved.scenario
    return Design(
        kind="run",
        name=scenario.name,
        description=scenario.description,
        method="one",
        replicates=scenario.replicates,
        seed=scenario.seed,
        varied=(),
        points=(Point(0, {}, resolved),),
        notes=resolved.notes,
        sources=resolved.sources,
        request=request or {"scenario": scenario.name, "overrides": {}},
        batch=batch_size(1, scenario.replicates, rows_of(resolved)),
    )


def with_options(resolved: Resolved, *, replicates: int | None, seed: int | None) -> Resolved:
    """The scenario with another number of replicates or seed. Raises InputError for one that cannot be."""
    given = {name: value for name, value in (("replicates", replicates), ("seed", seed)) if value is not None}
    for name, value in given.items():
        least = 1 if name == "replicates" else 0
        if not isinstance(value, int) or not least <= value < 2**63:
            raise InputError([Problem(name, 0, "", f"{shown(value)} does not fit", f"a whole number from {least}")])
    return replace(resolved, scenario=resolved.scenario.model_copy(update=given))


def sweep_design(path: str | Path, overrides: Mapping[str, object] | None = None) -> Design:
    """A sweep file as a design. Raises InputError."""
    given = dict(overrides or {})
    with _Options(given):
        sweep = load_sweep(path, given)
    return Design(
        kind="sweep",
        name=sweep.name,
        description=sweep.description,
        method=sweep.design,
        replicates=sweep.replicates,
        seed=sweep.seed,
        varied=sweep.varied,
        points=tuple(sweep.points),
        notes=sweep.notes,
        sources=sweep.sources,
        request={"sweep": str(path), "overrides": given},
        batch=batch_size(len(sweep.points), sweep.replicates, max(rows_of(p.resolved) for p in sweep.points)),
    )


def batch_size(points: int, replicates: int, rows: int) -> int:
    """Replicates of a batch: a matter of the design alone, so that parts do not depend on the workers.

    Parameters: rows, rows that a replicate makes in its longest table.
    """
    wanted = -(-points * replicates // BATCHES)
    bounded = min(LARGEST, max(1, MOST_ROWS // rows))
    return max(1, min(max(SMALLEST, wanted), bounded))


def rows_of(resolved: Resolved) -> int:
    """Rows that a replicate makes in its longest table: days or facilities."""
    return max(int(resolved.scenario.days) + 1, len(resolved.theatre.facilities), 1)


class _Options:
    """Names the option, not `--set`, where a value that has an option of its own is wrong."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._names = {f"--set {name}": f"--{name}" for name in OPTIONS if name in given}

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, InputError) and self._names:
            raise InputError(
                replace(problem, file=self._names.get(problem.file, problem.file)) for problem in error.problems
            ) from None
