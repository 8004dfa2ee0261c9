"""Replay one replicate, optionally branching from a given day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from sim.experiment.branch import check_difference, check_later
from sim.experiment.design import Design, Loaded, Past
from sim.experiment.environment import differences
from sim.experiment.results import Results
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import from_here
from sim.scenario.resolved import Resolved
from sim.scenario.sweep import Point

BRANCH = "branch"
"""Column of `points` that tells the replayed run from its branch."""
AS_IT_WAS = "as it was"


class Fork(NamedTuple):
    """Day from which a branch differs, and its settings by path."""

    day: float
    overrides: Mapping[str, object]


def replay_design(results: Results, point: int, replicate: int, fork: Fork | None = None) -> Design:
    """Return the design that replays one replicate: one point, or two with a branch.

    Raises InputError: no such point or replicate, a day that is not a whole step, a setting that cannot change later.
    """
    if results.manifest["kind"] == "replay" and point > 0:
        expected = "point 0, or the results that it was replayed from"
        raise InputError([Problem("--point", 0, str(point), "is a branch, which has another past", expected)])
    was = results.scenario(point)
    _check_replicate(results, point, replicate)
    points = [Point(0, {BRANCH: AS_IT_WAS} if fork is not None else {}, was)]
    pasts: dict[int, Past] = {}
    if fork is not None:
        check_later(fork.overrides)
        after = results.scenario(point, fork.overrides)
        check_difference(fork.overrides, was, after)
        decided = ", ".join(f"{path}={_flow(value)}" for path, value in fork.overrides.items()) or "nothing else"
        points.append(Point(1, {BRANCH: f"from day {fork.day:g}: {decided}"}, after))
        pasts[1] = Past(was, step_of(was, fork.day))
    origin = from_here(results.path) if results.path is not None else None
    request: dict[str, object] = {"results": origin, "point": point, "replicate": replicate}
    if fork is not None:
        request |= {"from_day": fork.day, "overrides": dict(fork.overrides)}
    return Design(
        kind="replay",
        name=results.name,
        description=was.scenario.description,
        method="replay",
        samples=None,
        replicates=1,
        seed=was.scenario.seed,
        varied=(BRANCH,) if fork is not None else (),
        size=len(points),
        request=request,
        _load=lambda: Loaded(tuple(points), points[-1].resolved.notes, results.manifest["inputs"]),
        start=replicate,
        pasts=pasts,
    )


def step_of(resolved: Resolved, day: float) -> int:
    """Return the number of steps before a day. Raises InputError unless it is a whole step within the horizon."""
    step = day * 24 / resolved.scenario.step_hours
    if not 0 <= day <= resolved.scenario.days or abs(step - round(step)) > 1e-9:
        expected = f"a whole step from 0 to {resolved.scenario.days:g} days"
        raise InputError([Problem("--from-day", 0, "", f"{day:g} does not fit", expected)])
    return round(step)


def same_as_stored(results: Results, again: Results, point: int, replicate: int) -> bool:
    """Tell whether the replayed row of `runs`, failed or not, equals the stored one."""
    stored = results.table("runs", point=point, replicate=replicate).drop_columns(["point"])
    replayed = again.table("runs", point=0).drop_columns(["point"])
    return bool(stored.equals(replayed))


def made_by(results: Results) -> str | None:
    """Return the code, Python or packages that made the results, where they differ from the ones here."""
    manifest = results.manifest
    found = differences(manifest["code"], manifest.get("python"), manifest.get("packages") or {})
    return ", ".join(f"{difference.name} {difference.theirs}" for difference in found) or None


def _check_replicate(results: Results, point: int, replicate: int) -> None:
    if not len(results.table("runs", ["replicate"], point, replicate=replicate)):
        entry = next((p for p in results.manifest["parts"] if p["table"] == "runs" and p["point"] == point), None)
        what = f"point {point} has no replicate {replicate}" if entry is not None else f"point {point} has none stored"
        raise InputError([Problem("--replicate", 0, str(replicate), what, "one that is stored")])


def _flow(value: object) -> str:
    """Return a value on one line, as --set takes it."""
    return json.dumps(value, default=str).replace('"', "")
