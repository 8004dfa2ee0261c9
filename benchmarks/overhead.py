"""What the machinery of a sweep costs: the same replicates in one bare loop, and run into a folder by one worker.

    python benchmarks/overhead.py [--scenario NAME] [--replicates N] [--rounds K]

Processor time, alternating, so that what else the machine does is shared alike. Prints the medians and their ratio.
"""

import argparse
import statistics
import tempfile
import time

from sim.experiment.batch import warm
from sim.experiment.design import Design, scenario_design
from sim.experiment.execution import execute, recording
from sim.experiment.store import Folder
from sim.model import Run


def bare(design: Design) -> float:
    """Seconds of the processor for the replicates and nothing else."""
    began = time.process_time()
    run = Run(design.points[0].resolved)
    for replicate in range(design.replicates):
        run.complete(design.seed, replicate)
    return time.process_time() - began


def swept(design: Design) -> float:
    """The same with tables, Parquet, checksums and the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        store = Folder(folder)
        with recording(design, store) as manifest:
            execute(design, store, manifest, workers=1)
        return time.process_time() - began


def measured(scenario: str, replicates: int, rounds: int) -> tuple[float, float]:
    """Medians of both, seconds of the processor."""
    design = scenario_design(scenario, {"replicates": replicates})
    warm(design.points[0].resolved)
    pairs = [(bare(design), swept(design)) for _ in range(rounds)]
    return statistics.median(b for b, _ in pairs), statistics.median(s for _, s in pairs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    alone, whole = measured(given.scenario, given.replicates, given.rounds)
    each = 1000 / given.replicates
    print(
        f"{given.scenario}: {alone * each:.3f} ms a replicate bare, {whole * each:.3f} ms swept, {whole / alone - 1:+.1%}"
    )


if __name__ == "__main__":
    main()
