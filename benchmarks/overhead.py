"""What the machinery of a sweep costs: the same replicates in one bare loop, and run into a folder by one worker.

    python -m benchmarks.overhead [--scenario NAME] [--replicates N] [--runs K]

Processor time, in turn, so that what else the machine does is shared alike.
"""

from __future__ import annotations

import argparse
import tempfile
from typing import Any

from benchmarks.measure import Row, in_turn, printed
from sim.experiment.batch import warm
from sim.experiment.design import Design, scenario_design
from sim.experiment.execution import execute, recording
from sim.experiment.store import Folder
from sim.model import Run

QUICK: dict[str, Any] = {"scenario": "tiny", "replicates": 20, "runs": 2}


def bare(design: Design) -> None:
    """The replicates and nothing else."""
    run = Run(design.points[0].resolved)
    for replicate in range(design.replicates):
        run.complete(design.seed, replicate)


def swept(design: Design) -> None:
    """The same with tables, Parquet, checksums and the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        store = Folder(folder)
        with recording(design, store) as manifest:
            execute(design, store, manifest, workers=1)


def measured(scenario: str = "ne-syria-2019", replicates: int = 300, runs: int = 5) -> list[Row]:
    """Rows of both, and of what the machinery adds."""
    design = scenario_design(scenario, {"replicates": replicates})
    warm(design.points[0].resolved)
    alone, whole = ([s.processor / replicates for s in each] for each in
                    in_turn(runs, lambda: bare(design), lambda: swept(design)))  # fmt: skip
    added = tuple(100 * (b / a - 1) for a, b in zip(alone, whole, strict=True))
    return [
        Row("bare", f"{scenario}, bare loop", "ms/replicate", tuple(1000 * a for a in alone)),
        Row("swept", f"{scenario}, to Parquet, one worker", "ms/replicate", tuple(1000 * w for w in whole)),
        Row("overhead", "what the sweep adds to the bare loop", "%", added, 15.0, "most"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    printed(measured(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
