"""Discovery over stored results: boxes of varied paths in which a condition on outcomes holds, told in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.behaviour import Behaviour, behaviour
from sim.analysis.condition import Condition
from sim.analysis.discovery import Box, Limit, discover, encoded
from sim.analysis.summary import METRICS
from sim.experiment.comparison import plain
from sim.experiment.query import numbers
from sim.experiment.results import Results
from sim.scenario.errors import InputError, Problem, one_of
from sim.wording import per_cent

MOST_RUNS = 6_000
"""Most runs that boxes are searched in."""


class Discovery(NamedTuple):
    """Boxes in which a condition holds: `base`, its share of all runs; `runs` and `worlds` searched."""

    condition: Condition
    boxes: list[Box]
    base: float
    runs: int
    worlds: int


def discovery(results: Results, condition: Condition, *, density: float | None = None) -> Discovery:
    """Return boxes over the varied paths. Raises InputError where results do not allow it, with what would."""
    points = results.begun("discover")
    varied = [path for path in results.varied if len({repr(entry["values"][path]) for entry in points}) > 1]
    if not varied:
        expected = "a sweep, best `design: lhs` with `samples: 200` or more"
        raise InputError([Problem("discover", 0, results.name, "varies nothing", expected)])
    tables = {name: results.paired(name) for name in condition.names}
    first = next(iter(tables.values()))
    if not first.values.size:
        expected = "finished results; `resume` finishes them"
        raise InputError([Problem("discover", 0, results.name, "has no replicate done at every point", expected)])
    if len(first.points) < 5:
        expected = "a sweep of more points, best `design: lhs` with `samples: 200` or more"
        raise InputError([Problem("discover", 0, results.name, f"has {len(first.points)} points only", expected)])
    cases = condition.holds({name: table.values for name, table in tables.items()})
    rows = _some(len(first.points), MOST_RUNS)
    cases = cases[rows, : max(1, MOST_RUNS // len(rows))]
    chosen = {path: [first.points[k][path] for k in rows] for path in varied}
    worlds = first.worlds()[rows]
    found = discover(encoded(chosen, cases, worlds), least_density=density)
    return Discovery(condition, found, float(cases.mean()), int(cases.size), len(np.unique(worlds)))


def _some(points: int, most: int) -> list[int]:
    """Return the rows of all points, or of evenly chosen ones."""
    if points <= most:
        return list(range(points))
    return np.sort(np.random.default_rng(1).choice(points, most, replace=False)).tolist()


def reached(results: Results, one: str, other: str) -> Behaviour:
    """Return which cells of two outcomes the runs of a design reach. Raises InputError for an unknown metric."""
    for name in (one, other):
        if name not in METRICS:
            raise InputError([Problem("--reach", 0, name, "no such metric", one_of(name, list(METRICS)))])
    runs = results.done(["point", one, other])
    if not len(runs):
        raise InputError([Problem("discover", 0, results.name, "holds no finished replicate", "finished results")])
    return behaviour(numbers(runs, one), numbers(runs, other), runs["point"].to_numpy())


def sentence(found: Discovery, box: Box) -> str:
    """Return a box in words."""
    where = " and ".join(_limited(path, limit) for path, limit in box.limits.items())
    low, middle, _ = box.held_out
    text = (
        f"With {where}, {per_cent(box.density)} of runs have {found.condition} ({per_cent(found.base)} of all"
        f" runs have); these are {per_cent(box.coverage)} of all such runs."
    )
    if middle != middle:
        return text + " There are too few worlds to try it on others."
    tried = f" In worlds left out it is {per_cent(middle)}, at worst {per_cent(low)}"
    return text + tried + ("." if box.found else f": no better than chance (p {box.p:.2f}), so this is no finding.")


def stability(box: Box) -> list[str]:
    """Return how stable each limit is, a sentence each."""
    lines = []
    for path, limit in box.limits.items():
        where = []
        if limit.low is not None:
            where.append(f"from {limit.low:.3g}{_span(limit.lows)}")
        if limit.high is not None:
            where.append(f"up to {limit.high:.3g}{_span(limit.highs)}")
        if limit.names is not None:
            where.append(" or ".join(limit.names))
        lines.append(f"{path} {' '.join(where)}: in {per_cent(limit.again)} of resampled worlds")
    return lines


def _span(found: tuple[float, float] | None) -> str:
    return f" ({found[0]:.3g} to {found[1]:.3g})" if found is not None else ""


def _limited(path: str, limit: Limit) -> str:
    if limit.names is not None:
        return f"{path} {' or '.join(limit.names)}"
    if limit.low is None:
        return f"{path} at most {limit.high:.3g}"
    if limit.high is None:
        return f"{path} at least {limit.low:.3g}"
    return f"{path} from {limit.low:.3g} to {limit.high:.3g}"


def as_json(found: Discovery) -> dict[str, Any]:
    """Return the object that `discover --json` prints."""
    return {
        "when": str(found.condition),
        "base_rate": found.base,
        "runs": found.runs,
        "worlds": found.worlds,
        "boxes": [
            {
                "limits": {path: _limit(limit) for path, limit in box.limits.items()},
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "held_out_density": dict(zip(("low", "median", "high"), map(plain, box.held_out), strict=True)),
                "p": box.p,
                "found": box.found,
                "sentence": sentence(found, box),
                "trade_off": [trade._asdict() for trade in box.trades],
            }
            for box in found.boxes
        ],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    data: dict[str, Any] = {"again": limit.again}
    if limit.names is not None:
        return {**data, "in": list(limit.names)}
    return {**data, "low": limit.low, "high": limit.high, "low_again": limit.lows, "high_again": limit.highs}


def reach_json(found: Behaviour, names: Sequence[str]) -> dict[str, Any]:
    """Return the reached cells as `discover --json` prints them."""
    cells: list[Mapping[str, Any]] = [
        {
            names[0]: [float(found.first[i]), float(found.first[i + 1])],
            names[1]: [float(found.second[j]), float(found.second[j + 1])],
            "runs": int(found.counts[i, j]),
            "point": int(found.by_point[i, j]),
        }
        for i, j in np.argwhere(found.counts > 0)
    ]
    return {
        "cells": found.counts.size,
        "reached": found.reached,
        "runs": found.runs,
        "never": found.never,
        "list": cells,
    }
