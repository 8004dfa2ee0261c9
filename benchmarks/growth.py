"""What a replicate costs as a world grows: facilities, detainees, steps, grid, replicates; processor time and memory.

    python -m benchmarks.growth [--replicates N] [--runs K] [--table NAME]

Every world is a process of its own, so that its peak of memory is its own (Python and the compiler's library alone
take some 250 MB). The first replicate is not timed. Worlds are made by `worlds.py`. A growth's exponent is the slope
of log time over log size, by least squares: 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import ROOT, Row, printed
from benchmarks.worlds import Size, write

TABLES = {
    "facilities": [Size(n, 400 * n) for n in (30, 100, 300, 1000, 3000)],
    "detainees": [Size(300, n) for n in (12_000, 40_000, 120_000, 400_000, 1_200_000)],
    "steps": [Size(days=days) for days in (15, 60, 180, 365)],
    "grid": [Size(width=n, height=n, offensives=4) for n in (25, 50, 100, 200, 400)],
    "all": [Size(3000, 1_200_000, 400, 400, offensives=4), Size(3000, 1_200_000, days=365)],
}
SIZES = {"facilities": "facilities", "detainees": "people", "steps": "days", "grid": "width"}
"""What grows in a table, as `Size` calls it."""
GOALS = {"facilities": 1.05, "detainees": 0.99, "steps": 1.05}
"""Exponents that must not be exceeded."""
CAUSES = {"steps": "people at large gather in this world, and each is reviewed every night"}
"""Why a goal is missed."""
QUIET = (90, 180, 360)
"""Days of `quiet-year`, in which hardly anybody is at large."""
SWEEPS = (2_000, 20_000)
"""Replicates of `tiny`."""
QUICK: dict[str, Any] = {
    "tables": {"facilities": [Size(4, 200, days=2), Size(8, 400, days=2)]},
    "quiet": (),
    "sweeps": (),
    "replicates": 1,
    "runs": 1,
}


class Cost(NamedTuple):
    """What one world costs: seconds a replicate, one value a run, setting it up, escapes, peak of memory."""

    seconds: tuple[float, ...]
    set_up: float
    escaped: float
    peak_mb: float


def cost(scenario: str, overrides: dict[str, Any], replicates: int, runs: int) -> Cost:
    """Cost of a replicate of one scenario, in this process."""
    from sim.model import Run
    from sim.scenario.loader import load

    resolved = load(scenario, overrides)
    began = time.process_time()
    run = Run(resolved)
    set_up = time.process_time() - began
    run.complete(1, replicates)
    seconds = []
    for _ in range(runs):
        began = time.process_time()
        escaped = sum(float(run.complete(1, replicate).run["escaped"][0]) for replicate in range(replicates))
        seconds.append((time.process_time() - began) / replicates)
    return Cost(tuple(seconds), set_up, escaped / replicates, peak())


def peak() -> float:
    """Peak of this process's memory, MB; not the system's `ru_maxrss`, which a new process inherits from its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def swept(replicates: int) -> dict[str, float]:
    """Seconds and peak of memory of a sweep of `tiny` to Parquet, in this process."""
    from sim.experiment.batch import warm
    from sim.experiment.design import scenario_design
    from sim.experiment.execution import execute, recording
    from sim.experiment.store import Folder

    design = scenario_design("tiny", {"replicates": replicates})
    warm(design.points[0].resolved)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        store = Folder(folder)
        with recording(design, store) as manifest:
            execute(design, store, manifest)
        return {"seconds": time.process_time() - began, "peak_mb": peak()}


def elsewhere(**given: Any) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", "--one", json.dumps(given)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout)


def one(given: dict[str, Any]) -> dict[str, Any]:
    """What another process asked for."""
    if "sweep" in given:
        return swept(given["sweep"])
    if "quiet" in given:
        return cost("quiet-year", {"days": given["quiet"]}, given["replicates"], given["runs"])._asdict()
    with tempfile.TemporaryDirectory() as folder:
        path = str(write(Path(folder), Size(*given["size"])))
        return cost(path, {}, given["replicates"], given["runs"])._asdict()


def of_size(table: str, size: Size, found: dict[str, Any]) -> Row:
    """One world's row in a table."""
    name = f"{size.facilities:,} places, {size.people:,} people, {size.width} x {size.height} cells, {size.days:g} days"
    largest = size.people >= 1_000_000
    per_step = 1e9 * float(np.median(found["seconds"])) / (size.facilities * size.days * 24)
    return Row(
        f"growth.{table}.{size.name}",
        name + (f", {size.offensives} offensives" if size.offensives else ""),
        "s/replicate",
        tuple(found["seconds"]),
        1.0 if largest and size.days == 60 and not size.offensives and size.facilities == 3000 else None,
        "most",
        f"{per_step:.0f} ns a place and step; {found['escaped']:,.0f} escapes; peak {found['peak_mb']:.0f} MB",
    )


def exponent(name: str, key: str, sizes: Sequence[float], seconds: Sequence[Sequence[float]], goal: Any) -> Row:
    """The row of a growth's exponent, one value a run."""
    x = np.log(np.asarray(sizes, float))
    slopes = [float(np.polyfit(x, np.log(np.asarray(run, float)), 1)[0]) for run in zip(*seconds, strict=True)]
    return Row(
        f"growth.exponent.{key}", f"growth with {name}: exponent", "", tuple(slopes), goal, "most", CAUSES.get(key, "")
    )


def of_table(name: str, sizes: Sequence[Size], replicates: int, runs: int) -> list[Row]:
    """Rows of one table, and of its exponent."""
    found = [elsewhere(size=size, replicates=replicates, runs=runs) for size in sizes]
    rows = [of_size(name, size, f) for size, f in zip(sizes, found, strict=True)]
    largest = next((f for s, f in zip(sizes, found, strict=True) if s == Size(3000, 1_200_000)), None)
    if largest is not None:
        rows.append(Row("growth.peak", "the last one's peak of memory", "MB", (largest["peak_mb"],), 1000.0, "most"))
    if name in SIZES:
        grown = [getattr(size, SIZES[name]) for size in sizes]
        rows.append(exponent(name, name, grown, [f["seconds"] for f in found], GOALS.get(name)))
    return rows


def of_quiet(days: Sequence[int], replicates: int, runs: int) -> list[Row]:
    """The exponent in steps where nobody is at large for long."""
    found = [elsewhere(quiet=n, replicates=replicates, runs=runs) for n in days]
    rows = [
        Row(f"growth.quiet.{n}", f"quiet-year, {n} days", "s/replicate", tuple(f["seconds"]))
        for n, f in zip(days, found, strict=True)
    ]
    return [*rows, exponent("steps, quiet-year", "quiet", days, [f["seconds"] for f in found], 1.05)]


def of_sweeps(sweeps: Sequence[int], runs: int) -> list[Row]:
    """Time a replicate and peak of memory of few and of many replicates."""
    turns = [[elsewhere(sweep=n) for n in sweeps] for _ in range(runs)]
    each = list(zip(*turns, strict=True))
    rows = []
    for n, found in zip(sweeps, each, strict=True):
        named = f"tiny, {n:,} replicates to Parquet"
        rows.append(Row(f"growth.sweep.{n}.ms", named, "ms/replicate", tuple(1000 * f["seconds"] / n for f in found)))
        rows.append(Row(f"growth.sweep.{n}.mb", f"{named}, peak of memory", "MB", tuple(f["peak_mb"] for f in found)))
    factors = tuple(f[-1]["peak_mb"] / f[0]["peak_mb"] for f in turns)
    times = sweeps[-1] // sweeps[0]
    rows.append(Row("growth.memory", f"peak of memory at {times} times the replicates", "times", factors, 1.1, "most"))
    return rows


def measured(
    tables: dict[str, list[Size]] | None = None,
    quiet: Sequence[int] = QUIET,
    sweeps: Sequence[int] = SWEEPS,
    replicates: int = 3,
    runs: int = 5,
) -> list[Row]:
    """Rows of every table."""
    rows: list[Row] = []
    for name, sizes in (TABLES if tables is None else tables).items():
        rows += of_table(name, sizes, replicates, runs)
    if quiet:
        rows += of_quiet(quiet, replicates, runs)
    if sweeps:
        rows += of_sweeps(sweeps, min(runs, 3))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--table", choices=[*TABLES, "quiet", "sweeps"], help="this table only")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(json.loads(given.one))))
        return
    only = given.table
    rows = measured(
        {name: sizes for name, sizes in TABLES.items() if only in (None, name)},
        QUIET if only in (None, "quiet") else (),
        SWEEPS if only in (None, "sweeps") else (),
        given.replicates,
        given.runs,
    )
    printed(rows)
    for row in rows:
        if row.note:
            print(f"{row.what}: {row.note}")


if __name__ == "__main__":
    main()
