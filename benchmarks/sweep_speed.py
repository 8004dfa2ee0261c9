"""Replicates per second of the main scenario, end to end: simulated, tabulated, written to Parquet, entered.

    python benchmarks/sweep_speed.py [--replicates N] [--scenario NAME] [--points]

With --points the main sweep's 45 points are run instead of one scenario, N replicates each.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pyarrow.compute as pc

from sim.experiment.batch import warm
from sim.experiment.design import Design, scenario_design, sweep_design
from sim.experiment.execution import cores, execute, recording
from sim.experiment.results import Results
from sim.experiment.store import Folder


def measured(design: Design, workers: int) -> tuple[float, int, float]:
    """Seconds of one run, bytes it wrote, and people simulated in a replicate."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        store = Folder(folder)
        with recording(design, store) as manifest:
            execute(design, store, manifest, workers=workers)
        seconds = time.perf_counter() - began
        written = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        facilities = Results.of(store).table("facilities", ["replicate", "held0"], point=0)
        people = pc.sum(facilities["held0"]).as_py() / len(pc.unique(facilities["replicate"]))
    return seconds, written, people


def main() -> None:
    """Measure with one worker and with one a core, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--points", action="store_true")
    given = parser.parse_args()
    overrides = {"replicates": given.replicates}
    if given.points:
        design = sweep_design("guards-isr-control", overrides)
    else:
        design = scenario_design(given.scenario, overrides)
    warm(design.points[0].resolved)
    days = design.points[0].resolved.scenario.days
    print(f"{design.name}: {design.total:,} replicates of {days:g} days, batches of {design.batch}")
    print(
        f"{'workers':>7} {'seconds':>8} {'per second':>10} {'ms each':>8} {'person-days/s/core':>19} {'bytes each':>11}"
    )
    for workers in dict.fromkeys((1, cores())):
        seconds, written, people = measured(design, workers)
        rate = design.total / seconds
        each = f"{1000 * seconds * workers / design.total:8.2f}"
        person_days = f"{people * days * rate / workers:19.3g}"
        print(
            f"{workers:7} {seconds:8.2f} {rate:10.1f} {each} {person_days} {written / design.total:11,.0f}", flush=True
        )


if __name__ == "__main__":
    main()
