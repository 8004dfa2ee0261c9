"""Replicates per second end to end: simulated, tabulated, written to Parquet, entered in the manifest.

    python -m benchmarks.sweep_speed [--replicates N] [--scenario NAME] [--points N] [--runs K]

One scenario with one worker and with one a core, then the 45 points of `guards-isr-control`, N replicates each. Time
by the wall; beside it what the processor would allow, were the cores free for this alone.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc

from benchmarks.measure import Row, Spent, printed, settle, spent
from sim.experiment.batch import warm
from sim.experiment.design import Design, scenario_design, sweep_design
from sim.experiment.execution import cores, execute, recording
from sim.experiment.results import Results
from sim.experiment.store import Folder

QUICK: dict[str, Any] = {"scenario": "tiny", "replicates": 60, "sweep": "tiny", "each": 5, "runs": 2}


class Swept(NamedTuple):
    """One run of a design: time, bytes written, people in a replicate."""

    spent: Spent
    written: int
    people: float


def swept(design: Design, workers: int) -> Swept:
    """Run a design into a folder."""
    settle()
    with tempfile.TemporaryDirectory() as folder:
        store = Folder(folder)

        def run() -> None:
            with recording(design, store) as manifest:
                execute(design, store, manifest, workers=workers)

        took = spent(run)
        written = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        facilities = Results.of(store).table("facilities", ["replicate", "held0"], point=0)
        people = pc.sum(facilities["held0"]).as_py() / len(pc.unique(facilities["replicate"]))
    return Swept(took, written, people)


def measured(
    scenario: str = "ne-syria-2019",
    replicates: int = 3000,
    sweep: str = "guards-isr-control",
    each: int = 50,
    runs: int = 5,
) -> list[Row]:
    """Rows of the scenario with one worker and with all, and of the sweep with all."""
    design = scenario_design(scenario, {"replicates": replicates})
    warm(design.points[0].resolved)
    many = cores()
    days = design.points[0].resolved.scenario.days
    turns = [(swept(design, 1), swept(design, many)) for _ in range(runs)]
    one, all_ = (list(each) for each in zip(*turns, strict=True))
    people = one[0].people
    rates = {1: [replicates / s.spent.wall for s in one], many: [replicates / s.spent.wall for s in all_]}
    free = tuple(many * replicates / s.spent.processor for s in all_)
    main = scenario == "ne-syria-2019"
    goal = 250.0 * many if main else None
    named = f"{scenario}, {people:,.0f} people, {days:g} days, to Parquet"
    rows = [
        Row("sweep.1", f"{named}, 1 worker", "replicates/s", tuple(rates[1])),
        Row("sweep.all", f"{named}, {many} workers", "replicates/s", tuple(rates[many]), goal),
        Row("sweep.others", "cores that others kept busy meanwhile", "cores", tuple(s.spent.others for s in all_)),
        Row("sweep.free", f"the same by processor time, {many} cores", "replicates/s", free, goal),
        Row(
            "sweep.person-days",
            f"{named}, 1 worker, a core",
            "person-days/s",
            tuple(people * days * rate for rate in rates[1]),
            1.4e9 if main else None,
        ),
        Row(
            "sweep.person-days.free",
            "the same by processor time",
            "person-days/s",
            tuple(people * days * replicates / s.spent.processor for s in one),
            1.4e9 if main else None,
        ),
        Row("sweep.bytes", f"{named}, written", "bytes/replicate", (one[0].written / replicates,)),
    ]
    return [*rows, *of_points(sweep, each, min(runs, 3))]


def of_points(sweep: str, each: int, runs: int) -> list[Row]:
    """Rows of a whole sweep with all cores."""
    design = sweep_design(sweep, {"replicates": each})
    many = cores()
    warm(design.points[0].resolved)
    made = [swept(design, many).spent for _ in range(runs)]
    named = f"{sweep}, {design.size} points, {each} replicates each"
    return [
        Row("points.all", f"{named}, {many} workers", "replicates/s", tuple(design.total / s.wall for s in made)),
        Row("points.others", "cores that others kept busy meanwhile", "cores", tuple(s.others for s in made)),
        Row(
            "points.free",
            f"the same by processor time, {many} cores",
            "replicates/s",
            tuple(many * design.total / s.processor for s in made),
        ),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=3000)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--points", type=int, default=50, help="replicates of each point of the sweep")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    printed(measured(given.scenario, given.replicates, each=given.points, runs=given.runs))


if __name__ == "__main__":
    main()
