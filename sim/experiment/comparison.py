"""Which points of results stand against which, and what changes between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.contrast import (
    Contrast,
    Exceeding,
    Interval,
    Sides,
    contrast,
    exceedance_changes,
    quantile_changes,
    thresholds,
)
from sim.analysis.controls import Controlled, controlled
from sim.analysis.family import Simultaneous, simultaneous
from sim.analysis.summary import METRICS, Floats
from sim.experiment.controls import controls_of
from sim.experiment.query import numbers
from sim.experiment.results import SAMPLED, Results
from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.sweep import LEVER

HEADLINES = ("escaped_persons", "escaped", "confirmed", "gap", "gap_person_days", "first_report_day")
"""Metrics whose quantiles and exceedance are compared; all metrics are compared in the mean."""
NOTHING = ("nothing", "as-it-was", "as it was", "none", "baseline", "status-quo")
"""Names of levers that are taken as doing nothing."""


def doing_nothing(names: Sequence[str]) -> str:
    """Return the name that stands for doing nothing, else the first."""
    return next((name for name in names if name in NOTHING), names[0])


class Point(NamedTuple):
    """A point of some results."""

    results: Results
    number: int


class Pairing(NamedTuple):
    """An alternative and its baseline: the same worlds in the same order.

    `paired`: replicates of equal seed and number exist at all points. `sampled`: the worlds are a sample.
    """

    label: str
    against: str
    worlds: tuple[tuple[Point, Point], ...]
    paired: bool
    sampled: bool


class Told(NamedTuple):
    """The quantiles and exceedance of one metric."""

    quantiles: dict[str, Interval]
    exceedance: list[Exceeding]


class Alternative(NamedTuple):
    """What one alternative changes: every metric's mean; headlines in full, and so `at` each world of a grid.

    `controlled` holds the means by regression on the numbers drawn, of headlines without nulls, where asked for.
    """

    pairing: Pairing
    metrics: dict[str, Contrast]
    told: dict[str, Told]
    together: dict[str, Simultaneous]
    at: list[tuple[dict[str, Any], dict[str, Contrast]]]
    controlled: dict[str, Controlled]


def of_results(a: Results, b: Results) -> Pairing:
    """Return B against A at the points that are equal in all paths that both vary. Raises InputError for none."""
    shared = [path for path in a.varied if path in b.varied]
    matched = [
        (Point(a, p["point"]), Point(b, q["point"]))
        for p in _points(a)
        for q in _points(b)
        if all(p["values"][path] == q["values"][path] for path in shared)
    ]
    if not matched:
        expected = f"the same values of {', '.join(shared)} in both"
        raise InputError([Problem("compare", 0, "", "no points are equal in all shared paths", expected)])
    label, against = (b.name, a.name) if b.name != a.name else (_folder(b), _folder(a))
    return _pairing(label, against, matched, sampled=bool(shared) and _sampled(a))


def of_points(results: Results, a: int, b: int) -> Pairing:
    """Return one point of some results against another. Raises InputError for a point that is not there."""
    known = {entry["point"]: entry["values"] for entry in _points(results)}
    missing = [number for number in (a, b) if number not in known]
    if missing:
        expected = f"0 to {len(known) - 1}" if len(known) > 1 else "results of a sweep, which have several points"
        raise InputError([Problem("--points", 0, str(missing[0]), "no such point", expected)])
    labels = _named(known[b], known[a], b), _named(known[a], known[b], a)
    return _pairing(*labels, [(Point(results, a), Point(results, b))])


def of_levers(results: Results, baseline: str | None = None) -> list[Pairing]:
    """Return every lever, or scenario, of some results against doing nothing, in the same worlds.

    Parameters: baseline, name of the lever or scenario to compare with; default one that is named as doing nothing
    (NOTHING), else the first. Raises InputError: one point, no such name, nothing that could be an alternative.
    """
    path = next((path for path in (LEVER, "scenario") if path in results.varied), None)
    if path is None:
        problem = "names no second results, and these have neither levers nor scenarios to compare"
        expected = "two results or scenario files, --points A B, or a sweep with `levers`"
        raise InputError([Problem("compare", 0, "", problem, expected)])
    points = _points(results)
    names = list(dict.fromkeys(str(entry["values"][path]) for entry in points))
    if baseline is not None and baseline not in names:
        raise InputError([Problem("--baseline", 0, baseline, f"no such {path}", one_of(baseline, names))])
    first = baseline or doing_nothing(names)
    by_world: dict[str, dict[str, int]] = {}
    for entry in points:
        world = repr([entry["values"][other] for other in results.varied if other != path])
        by_world.setdefault(world, {})[str(entry["values"][path])] = entry["point"]
    if _sampled(results):  # a sample is one in any order: worlds that have not come yet are left out whole
        whole = {world: mine for world, mine in by_world.items() if results.come.issuperset(mine.values())}
        by_world = whole or by_world
    return [
        _pairing(
            name,
            first,
            [
                (Point(results, world[first]), Point(results, world[name]))
                for world in by_world.values()
                if first in world and name in world
            ],
            sampled=_sampled(results),
        )
        for name in names
        if name != first
    ]


def compared(
    pairings: Sequence[Pairing], metrics: Sequence[str] = HEADLINES, *, controls: bool = False
) -> list[Alternative]:
    """Return what each alternative changes, with intervals that hold for all of them together.

    Parameters: metrics, those of which quantiles, exceedance and the family's intervals are told; controls, whether
    their means are told with the numbers drawn as control variates, too, as where `--precision` stopped on them. Raises
    InputError for an unknown metric, or where no replicate has come to its end on both sides.
    """
    for name in metrics:
        if name not in METRICS:
            raise InputError([Problem("--metric", 0, name, "no such metric", one_of(name, list(METRICS)))])
    read = [_tables(pairing) for pairing in pairings]
    tables = [table for _, table in read]
    family: dict[str, list[Simultaneous]] = {}
    for name in metrics:
        sides = [table[name] for table in tables]
        if not any(np.isnan(side).any() for pair in sides for side in pair[:2]):
            family[name] = simultaneous(sides)
    return [
        Alternative(
            pairing,
            {name: contrast(name, sides) for name, sides in table.items()},
            {name: _told(table[name]) for name in metrics},
            {name: found[k] for name, found in family.items()},
            _at_worlds(pairing, table, metrics),
            _controlled(pairing, *read[k], metrics) if controls or _stopped_on_controls(pairing) else {},
        )
        for k, (pairing, table) in enumerate(zip(pairings, tables, strict=True))
    ]


def sides_of(pairing: Pairing, metric: str) -> Sides:
    """Return one metric of both sides, worlds by replicates."""
    return _tables(pairing, [metric])[1][metric]


def _told(sides: Sides) -> Told:
    return Told(quantile_changes(sides), exceedance_changes(sides, thresholds(sides.baseline)))


def _at_worlds(
    pairing: Pairing, table: dict[str, Sides], metrics: Sequence[str]
) -> list[tuple[dict[str, Any], dict[str, Contrast]]]:
    """Return the contrasts at each world of a grid, with the values of its paths; none for one world or a sample."""
    if pairing.sampled or len(pairing.worlds) < 2:
        return []
    found = []
    for k, (a, b) in enumerate(pairing.worlds):
        values = _values(a) | _values(b)
        same = {path: value for path, value in values.items() if _values(a).get(path, value) == value}
        rows = {name: table[name] for name in metrics}
        at = {
            name: contrast(name, sides._replace(baseline=sides.baseline[[k]], alternative=sides.alternative[[k]]))
            for name, sides in rows.items()
        }
        found.append(({path: value for path, value in same.items() if path not in (LEVER,)}, at))
    return found


def _stopped_on_controls(pairing: Pairing) -> bool:
    """Tell whether the replicates were run until a difference with control variates was precise."""
    wanted = pairing.worlds[0][0].results.manifest["precision"]
    return bool(wanted and wanted.get("controls"))


def _controlled(
    pairing: Pairing, replicates: Floats, table: dict[str, Sides], metrics: Sequence[str]
) -> dict[str, Controlled]:
    """Return the means with control variates of the metrics without nulls; none for two samples, or sampled worlds."""
    if not pairing.paired or pairing.sampled:
        return {}
    scenarios = [point.results.scenario(point.number) for pair in pairing.worlds for point in pair]
    drawn = controls_of(scenarios, _seed(pairing.worlds[0][0]), replicates.astype(int).tolist())
    whole = [name for name in metrics if not METRICS[name].nullable and not np.isnan(table[name].baseline).any()]
    return {name: controlled(table[name], drawn) for name in whole if not np.isnan(table[name].alternative).any()}


def _tables(pairing: Pairing, names: Sequence[str] | None = None) -> tuple[Floats, dict[str, Sides]]:
    """Return the baseline's replicates that are done in all worlds, and metrics of both sides, worlds by replicates."""
    wanted = list(METRICS) if names is None else list(names)
    before = [_columns(point, wanted) for point, _ in pairing.worlds]
    after = [_columns(point, wanted) for _, point in pairing.worlds]
    if pairing.paired:
        kept = _common([*before, *after])
        rows = (kept, kept)
    else:
        rows = (_common(before), _common(after))
    if not all(len(row) for row in rows):
        raise InputError([Problem("compare", 0, pairing.label, "no replicate has come to its end", "finished results")])
    made = [
        {name: np.stack([columns[name][_places(columns, row)] for columns in side]) for name in wanted}
        for side, row in zip((before, after), rows, strict=True)
    ]
    return rows[0], {name: Sides(made[0][name], made[1][name], pairing.paired, pairing.sampled) for name in wanted}


def _columns(point: Point, names: list[str]) -> dict[str, Floats]:
    """Return `replicate` and metrics of the done replicates of a point."""
    runs = point.results.done(["replicate", *names], point.number)
    return {name: numbers(runs, name) for name in ("replicate", *names)}


def _common(columns: Sequence[dict[str, Floats]]) -> Floats:
    kept = columns[0]["replicate"]
    for other in columns[1:]:
        kept = np.intersect1d(kept, other["replicate"])
    return np.sort(kept)


def _places(columns: dict[str, Floats], replicates: Floats) -> NDArray[np.int64]:
    order = np.argsort(columns["replicate"])
    return np.asarray(order[np.searchsorted(columns["replicate"][order], replicates)], np.int64)


def _pairing(label: str, against: str, worlds: Sequence[tuple[Point, Point]], *, sampled: bool = False) -> Pairing:
    paired = all(_seed(a) == _seed(b) for a, b in worlds) and _share_replicates(worlds)
    return Pairing(label, against, tuple(worlds), paired, sampled and len(worlds) > 1)


def _share_replicates(worlds: Sequence[tuple[Point, Point]]) -> bool:
    """Tell whether some replicate is stored at all points."""
    kept: set[int] | None = None
    for point in (point for pair in worlds for point in pair):
        mine: set[int] = set()
        for part in point.results.manifest["parts"]:
            if part["table"] == "runs" and part["point"] == point.number:
                mine.update(range(part["first"], part["first"] + part["replicates"]))
        kept = mine if kept is None else kept & mine
    return bool(kept)


def _folder(results: Results) -> str:
    return results.path.name if results.path is not None else results.name


def _points(results: Results) -> list[dict[str, Any]]:
    return sorted(results.begun("compare"), key=lambda entry: int(entry["point"]))


def _entry(point: Point) -> dict[str, Any]:
    return next(entry for entry in _points(point.results) if entry["point"] == point.number)


def _values(point: Point) -> dict[str, Any]:
    return dict(_entry(point)["values"])


def _seed(point: Point) -> int:
    return int(_entry(point)["seed"])


def _sampled(results: Results) -> bool:
    return results.manifest.get("design") in SAMPLED


def _named(values: dict[str, Any], other: dict[str, Any], point: int) -> str:
    """Return a short name of a point: what differs from the other, else its number."""
    told = [f"{path} {value}" for path, value in values.items() if other.get(path) != value]
    return f"point {point}" + (f" ({', '.join(told[:3])})" if told else "")


def as_json(alternatives: Sequence[Alternative]) -> dict[str, Any]:
    """Return the object that `compare --json` prints; `metrics` is of the first alternative."""
    listed = [
        {
            "label": found.pairing.label,
            "against": found.pairing.against,
            "paired": found.pairing.paired,
            "points": [[a.number, b.number] for a, b in found.pairing.worlds],
            "metrics": {name: _metric(found, name) for name in found.metrics},
            "at": [
                {"values": values, "metrics": {name: _contrast(one) for name, one in metrics.items()}}
                for values, metrics in found.at
            ],
        }
        for found in alternatives
    ]
    first = listed[0]
    return {"metrics": first["metrics"], "paired": first["paired"], "alternatives": listed}


def _contrast(found: Contrast) -> dict[str, Any]:
    value, low, high = found.difference
    fields = {
        "difference": value,
        "low": low,
        "high": high,
        "variance_reduction": found.variance_reduction,
        "baseline": found.baseline,
        "alternative": found.alternative,
    }
    return {**{name: plain(number) for name, number in fields.items()}, "n": found.n, "left_out": found.left_out}


def _metric(found: Alternative, name: str) -> dict[str, Any]:
    data = _contrast(found.metrics[name])
    if name in found.told:
        told = found.told[name]
        data["quantiles"] = {key: _interval(change) for key, change in told.quantiles.items()}
        data["exceedance"] = [
            {"at_least": one.x, "baseline": one.baseline, "alternative": one.alternative, **_interval(one.change)}
            for one in told.exceedance
        ]
    if name in found.controlled:
        one = found.controlled[name]
        data["controlled"] = {
            **_interval(one.difference),
            "baseline": plain(one.baseline),
            "alternative": plain(one.alternative),
            "variance_reduction": plain(one.variance_reduction),
            "controls": one.controls,
        }
    if name in found.together:
        low, high, p = found.together[name]
        data["family"] = {"low": plain(low), "high": plain(high), "p": plain(p)}
    return data


def _interval(found: Interval) -> dict[str, float | None]:
    return {"difference": plain(found.value), "low": plain(found.low), "high": plain(found.high)}


def plain(value: float) -> float | None:
    """Return a number as JSON has it: None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def precision_reached(results: Results) -> Iterator[str]:
    """Yield a line on the precision of the paired differences of a comparison, and one for each that missed it."""
    wanted = results.manifest["precision"]
    if not wanted or not wanted.get("paired"):
        return
    by_controls = bool(wanted.get("controls"))
    names = {entry["point"]: entry["values"]["scenario"] for entry in _points(results)}
    for entry in wanted["points"]:
        label = names[entry["point"]]
        pairs = f"{entry['replicates']:,} pairs" + (" and the numbers drawn as controls" if by_controls else "")
        if entry["status"] == "reached":
            yield f"precision: {label}: {wanted['metric']} to {wanted['share']:g} of the baseline's mean with {pairs}"
        elif entry["above_mean"] == 0:
            yield f"precision: {label}: the difference is the same in all {pairs}"
        else:
            yield f"precision: {label}: not reached with {pairs}: half-width {_half(entry['half_width'])}"


def _half(width: float | None) -> str:
    return "unknown" if width is None else f"{width:.3g}"
