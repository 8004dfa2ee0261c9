"""What carries a result, read from its folder: the numbers drawn in each replicate against an outcome."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.assumptions import Carried, carried
from sim.experiment.query import numbers
from sim.experiment.results import Results
from sim.scenario import shipped
from sim.scenario.errors import InputError

MOST_REPLICATES = 2000
"""Most replicates of a point that are looked at; they are the first."""


def numbers_drawn(results: Results, point: int, replicates: Sequence[int]) -> list[dict[str, float]]:
    """Return the numbers that the scenario of a point draws in each replicate, by path: its distributions and draws."""
    from sim.model import Run

    run = Run(results.scenario(point))
    seed = next(entry["seed"] for entry in results.manifest["points"] if entry["point"] == point)
    return [run.drawn(seed, replicate) for replicate in replicates]  # by address: as the runs had them


def carried_at(results: Results, point: int, metric: str = "escaped_persons") -> Carried | None:
    """Return what carries a metric at a point; None where replicates are few, nothing is drawn or inputs are gone."""
    table = results.done(["replicate", metric], point).slice(0, MOST_REPLICATES)
    try:
        drawn = numbers_drawn(results, point, table["replicate"].to_pylist())
    except (InputError, OSError):
        return None
    columns = {path: [row[path] for row in drawn] for path in (drawn[0] if drawn else ())}
    return carried(columns, numbers(table, metric))


def basis(results: Results, point: int) -> dict[str, str]:
    """Return, for each number drawn jointly at a point, what its values rest on."""
    draws = results.scenario(point).draws
    if draws is None:
        return {}
    fitted = shipped.fitted(draws.sha256)
    words = {True: "fitted to documented events", False: "not constrained by documented events"}
    return {path: words[fitted[path]] if path in fitted else f"drawn from {draws.file}" for path in draws.paths}
