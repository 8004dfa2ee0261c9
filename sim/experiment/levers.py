"""A study of levers read from results: losses by lever and world, costs, and the uncertain numbers of every world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.contrast import Interval
from sim.analysis.decision import (
    Clusters,
    Flip,
    Knowing,
    Price,
    Regret,
    flips,
    frontier,
    price,
    regrets,
    satisficing,
    value_of_all,
    value_of_knowing,
)
from sim.analysis.summary import METRICS, Floats
from sim.experiment.assumptions import numbers_drawn
from sim.experiment.comparison import Pairing, of_levers, plain, sides_of
from sim.experiment.results import Results
from sim.scenario.declare import DISTRIBUTIONS
from sim.scenario.draw import quantile
from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.sweep import LEVER

GAP = "gap_person_days"
ENOUGH = 0.01
"""Share of those held that may be lost in a world where a lever is good enough, unless said otherwise."""
FEWEST = 20
"""Fewest worlds from which anything is told."""


class Option(NamedTuple):
    """One lever: losses averted with their price, of the metric and of the gap; regret; share of worlds good enough."""

    name: str
    cost: float | None
    price: Price
    of_gap: Price
    regret: Regret
    good_enough: float


class Study(NamedTuple):
    """Levers, doing nothing first, over the same worlds.

    `worth`: from which worth of one averted unit on which lever is best, where costs are given; `knowing`: the value of
    knowing each number, largest first; `all` that of knowing everything, chance included.
    """

    metric: str
    options: list[Option]
    worlds: int
    sampled: bool
    enough: float
    worth: list[tuple[float, str]]
    knowing: list[tuple[str, Knowing]]
    all: float
    flips: list[Flip]


def study(
    results: Results, metric: str = "escaped_persons", baseline: str | None = None, enough: float | None = None
) -> Study:
    """Return the study of the levers of a sweep, or of the scenarios of a comparison.

    A world is a sampled point, its replicates averaged; or, in a grid, a point and a replicate with what the scenario
    draws for it. Raises InputError where results do not hold one, with what would.
    """
    _check(results, metric)
    pairings = of_levers(results, baseline)
    if not pairings:
        expected = "a sweep with `levers` of which one at least pulls something"
        raise InputError([Problem("levers", 0, results.name, "holds no lever but doing nothing", expected)])
    names = [pairings[0].against, *(pairing.label for pairing in pairings)]
    first = [pairing.worlds[0][0] if pairing.worlds else None for pairing in pairings]
    if None in first or len(set(first)) > 1 or not all(pairing.paired for pairing in pairings):
        expected = "a sweep with `levers`, each in every world"
        raise InputError([Problem("levers", 0, results.name, "does not hold every lever in the same worlds", expected)])
    losses, sampled = _losses(pairings, metric)
    if losses.shape[1] < FEWEST:
        expected = f"at least {FEWEST} worlds: more replicates, or more `samples`"
        raise InputError([Problem("levers", 0, results.name, f"holds {losses.shape[1]} worlds", expected)])
    gaps, _ = _losses(pairings, GAP)
    limit = enough if enough is not None else ENOUGH * float(sides_of(pairings[0], "population").baseline.mean())
    costs = [_cost(results, point.number) for point in (pairings[0].worlds[0][0], *(p.worlds[0][1] for p in pairings))]
    costs[0] = costs[0] or 0.0
    of = _clusters(pairings[0], losses.shape[1], sampled=sampled)
    good, regret = satisficing(losses, limit), regrets(losses, of)
    options = [
        Option(name, costs[k], price(losses, k, costs[k], of), price(gaps, k, costs[k], of), regret[k], good[k])
        for k, name in enumerate(names)
    ]
    columns = _columns(results, pairings[0], losses.shape[1], sampled=sampled)
    known = [(path, value_of_knowing(column, losses, of)) for path, column in columns.items()]
    worth = frontier([option.price.averted.value for option in options], costs)
    return Study(
        metric, options, losses.shape[1], sampled, limit,
        [(at, names[k]) for at, k in worth] if len([c for c in costs if c is not None]) > 1 else [],
        sorted(known, key=lambda one: -one[1].value), value_of_all(losses), flips(columns, losses, of),
    )  # fmt: skip


def _check(results: Results, metric: str) -> None:
    if metric not in METRICS or METRICS[metric].nullable:
        good = [name for name, column in METRICS.items() if not column.nullable]
        raise InputError([Problem("--metric", 0, metric, "is no metric to lose by", one_of(metric, good))])
    if not {LEVER, "scenario"} & set(results.varied):
        expected = "a sweep with `levers`; scenarios/sweeps/levers-2019.yaml is one"
        raise InputError([Problem("levers", 0, results.name, "has no levers", expected)])


def _losses(pairings: Sequence[Pairing], metric: str) -> tuple[Floats, bool]:
    """Return losses (levers, worlds), doing nothing first, and whether worlds are sampled points."""
    sides = [sides_of(pairing, metric) for pairing in pairings]
    tables = [sides[0].baseline, *(side.alternative for side in sides)]
    least = min(table.shape[1] for table in tables)
    sampled = sides[0].sampled and sides[0].baseline.shape[0] >= FEWEST
    rows = [table.mean(axis=1) if sampled else table[:, :least].ravel() for table in tables]
    return np.stack(rows), sampled


def _clusters(pairing: Pairing, worlds: int, *, sampled: bool) -> Clusters | None:
    """Return the replicate of each world of a grid, which its points share; None where worlds share nothing."""
    each = worlds // len(pairing.worlds)
    return None if sampled or len(pairing.worlds) == 1 else np.tile(np.arange(each), len(pairing.worlds))


def _columns(results: Results, pairing: Pairing, worlds: int, *, sampled: bool) -> dict[str, list[Any]]:
    """Return the uncertain numbers of every world: varied paths, and what the scenario draws for each replicate."""
    points = {entry["point"]: entry["values"] for entry in results.manifest["points"]}
    bases = [base for base, _ in pairing.worlds]
    varied = [path for path in results.varied if path not in (LEVER, "scenario")]
    each = 1 if sampled else worlds // len(bases)
    columns: dict[str, list[Any]] = {}
    for path in varied:
        column = [points[base.number][path] for base in bases for _ in range(each)]
        if len(set(map(repr, column))) > 1:
            columns[path] = column
    if sampled:
        return columns
    replicates = results.done(["replicate"], bases[0].number)["replicate"].to_pylist()[:each]
    drawn = [row for base in bases for row in numbers_drawn(results, base.number, replicates)]
    for path in drawn[0] if drawn else ():
        column = [row.get(path) for row in drawn]
        if None not in column and len(set(column)) > 1 and path not in columns:
            columns[path] = column
    return columns


def _cost(results: Results, point: int) -> float | None:
    """Return the sum of the costs of the levers that a point pulls, at their medians; None if any has none."""
    pulled = [lever for _, lever in results.scenario(point).scenario.levers if lever is not None]
    total = 0.0
    for lever in pulled:
        cost: Any = lever.cost
        if cost is None:
            return None
        drawn: Any = cost if isinstance(cost, tuple(DISTRIBUTIONS.values())) else None
        total += float(quantile(drawn, np.array([0.5]))[0]) if drawn is not None else float(cost)
    return total if pulled else None


def as_json(found: Study) -> dict[str, Any]:
    """Return the object that `levers --json` prints."""
    return {
        "metric": found.metric,
        "worlds": found.worlds,
        "enough": found.enough,
        "levers": [
            {
                "lever": option.name,
                "cost": option.cost,
                "averted": _interval(option.price.averted),
                "gap_closed": _interval(option.of_gap.averted),
                "cost_per_averted": _interval(option.price.each),
                "cost_per_gap_closed": _interval(option.of_gap.each),
                "regret": option.regret._asdict(),
                "good_enough": option.good_enough,
            }
            for option in found.options
        ],
        "worth": [{"from": at, "lever": name} for at, name in found.worth],
        "knowing": [{"path": path, **value._asdict(), "matters": value.matters} for path, value in found.knowing],
        "knowing_all": found.all,
        "flips": [
            {
                "path": flip.path,
                "where": flip.where,
                "lever": found.options[flip.lever].name,
                "better_by": _interval(flip.better_by),
            }
            for flip in found.flips
        ],
    }


def _interval(found: Interval) -> dict[str, float | None]:
    return {"value": plain(found.value), "low": plain(found.low), "high": plain(found.high)}
