"""Sensitivity of stored results: what their design allows, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.contrast import Interval
from sim.analysis.sensitivity import Pawn, Sobol, group_of, noise_share, pawn, sobol
from sim.analysis.summary import METRICS
from sim.experiment.comparison import NOTHING, plain
from sim.experiment.results import Results
from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.sweep import LEVER

DEFAULT = ("escaped_persons", "confirmed", "gap_person_days")
"""Metrics whose indices are told unless others are asked for."""


class Factor(NamedTuple):
    """The indices of one varied path; Sobol's are None where the design does not give them."""

    path: str
    group: str
    sobol: Sobol | None
    pawn: Pawn


class Sensitivity(NamedTuple):
    """The factors of one metric, PAWN's index falling; `runs` is what it rests on."""

    metric: str
    factors: list[Factor]
    noise: Interval
    points: int
    replicates: int

    def groups(self) -> dict[str, tuple[Interval | None, float]]:
        """Return by group the sum of first-order indices (bounds by adding variances) and the largest PAWN index."""
        found: dict[str, tuple[Interval | None, float]] = {}
        for group in dict.fromkeys(factor.group for factor in self.factors):
            mine = [factor for factor in self.factors if factor.group == group]
            first = [factor.sobol.first for factor in mine if factor.sobol is not None]
            total = None
            if first:
                value = sum(one.value for one in first)
                half = sum(((one.high - one.low) / 2) ** 2 for one in first) ** 0.5
                total = Interval(value, value - half, value + half)
            found[group] = (total, max(factor.pawn.value.value for factor in mine))
        return found


def sensitivities(results: Results, metrics: Sequence[str] = DEFAULT) -> list[Sensitivity]:
    """Return the indices of every metric. Raises InputError where results do not allow any, with what would."""
    varied = _varied(results)
    for name in metrics:
        if name not in METRICS:
            raise InputError([Problem("--metric", 0, name, "no such metric", one_of(name, list(METRICS)))])
    return [_of(results, name, varied) for name in metrics]


def _varied(results: Results) -> list[str]:
    """Return the paths that take several values."""
    points = [entry["values"] for entry in results.begun("sensitivity")]
    varied = [path for path in results.varied if len({repr(point[path]) for point in points}) > 1]
    if not varied:
        expected = "a sweep: any design gives PAWN's indices, `design: saltelli` Sobol's, too"
        raise InputError([Problem("sensitivity", 0, results.name, "varies nothing", expected)])
    return varied


def _of(results: Results, metric: str, varied: list[str]) -> Sensitivity:
    table = results.paired(metric)
    values = table.values
    if not values.size:
        expected = "finished results; `resume` finishes them"
        raise InputError([Problem("sensitivity", 0, results.name, "has no replicate done at every point", expected)])
    columns = [[point[path] for point in table.points] for path in varied]
    given = np.where(np.isnan(values), np.inf, values) if metric.endswith("_day") else values
    of_any = pawn(columns, given, table.worlds())
    known = not np.isnan(values).any()
    rows = _baseline_rows(table.points) if LEVER in varied else list(range(len(table.points)))
    sampled = [path for path in results.varied if path != LEVER]
    of_sobol: dict[str, Sobol] = {}
    if _is_saltelli(results) and known:
        of_sobol = dict(zip(sampled, sobol(values[rows], len(sampled)), strict=True))
    factors = [Factor(path, group_of(path), of_sobol.get(path), one) for path, one in zip(varied, of_any, strict=True)]
    factors.sort(key=lambda factor: -factor.pawn.value.value)
    noise = noise_share(values[_sample_rows(results, rows, len(sampled))]) if known else Interval(*[np.nan] * 3)
    return Sensitivity(metric, factors, noise, *values.shape)


def _is_saltelli(results: Results) -> bool:
    return results.manifest["design"] == "saltelli"


def _baseline_rows(points: list[dict[str, Any]]) -> list[int]:
    """Return the rows of the points without a lever, or of the first."""
    names = list(dict.fromkeys(str(point[LEVER]) for point in points))
    first = next((name for name in names if name in NOTHING), names[0])
    return [k for k, point in enumerate(points) if str(point[LEVER]) == first]


def _sample_rows(results: Results, rows: list[int], factors: int) -> list[int]:
    """Return the rows that are a plain sample of the worlds: of a saltelli design those of A and B."""
    if not _is_saltelli(results):
        return rows
    return [row for k, row in enumerate(rows) if k % (factors + 2) in (0, factors + 1)]


def missing(results: Results) -> Iterator[str]:
    """Yield what these results do not give, and which design would."""
    if not _is_saltelli(results):
        design = results.manifest["design"]
        yield f"Sobol's indices: not from a {design} design; `design: saltelli` with `samples: 512` or more gives them."
    if max((part["replicates"] for part in results.manifest["parts"]), default=0) < 2:
        yield "The share of chance: not from one replicate a point; two or more give it."
    if len(results.varied) > len(_varied(results)):
        yield "Paths with one value are left out."


def as_json(found: Sequence[Sensitivity]) -> dict[str, Any]:
    """Return the object that `sensitivity --json` prints."""
    return {
        "metrics": {
            one.metric: {
                **{
                    factor.path: {
                        "S1": _index(factor.sobol.first) if factor.sobol is not None else None,
                        "ST": _index(factor.sobol.total) if factor.sobol is not None else None,
                        "pawn": {**_index(factor.pawn.value), "chance": plain(factor.pawn.chance)},
                        "group": factor.group,
                    }
                    for factor in one.factors
                },
                "noise_share": _index(one.noise),
            }
            for one in found
        },
        "groups": {
            one.metric: {
                group: {"S1": _index(first) if first is not None else None, "pawn": plain(largest)}
                for group, (first, largest) in one.groups().items()
            }
            for one in found
        },
    }


def _index(found: Interval) -> dict[str, float | None]:
    return {"value": plain(found.value), "low": plain(found.low), "high": plain(found.high)}
