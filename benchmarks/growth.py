"""What a replicate costs as a world grows: facilities, detainees, steps, grid; processor time and peak memory.

    python benchmarks/growth.py [--replicates N] [--table NAME]

Every line is a process of its own, so that its peak of memory is its own (Python and the compiler's library alone
take some 250 MB). The first replicate is not timed. Worlds are made by `worlds.py`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.worlds import Size, write

TABLES = {
    "facilities": [Size(n, 400 * n) for n in (30, 100, 300, 1000, 3000)],
    "detainees": [Size(300, n) for n in (12_000, 40_000, 120_000, 400_000, 1_200_000)],
    "steps": [Size(days=days) for days in (15, 60, 180, 365)],
    "grid": [Size(width=n, height=n, offensives=4) for n in (25, 50, 100, 200, 400)],
    "all": [Size(3000, 1_200_000, 400, 400, offensives=4), Size(3000, 1_200_000, days=365)],
}


def measured(size: Size, replicates: int) -> dict[str, Any]:
    """Cost of a replicate of one world, in this process."""
    from sim.model import Run
    from sim.scenario.loader import load

    with tempfile.TemporaryDirectory() as folder:
        resolved = load(str(write(Path(folder), size)))
    began = time.process_time()
    run = Run(resolved)
    set_up = time.process_time() - began
    run.complete(1, replicates)
    escaped = 0.0
    began = time.process_time()
    for replicate in range(replicates):
        escaped += float(run.complete(1, replicate).run["escaped"][0])
    seconds = time.process_time() - began
    return {
        "seconds": seconds / replicates,
        "set_up": set_up,
        "escaped": escaped / replicates,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def line(size: Size, found: dict[str, Any]) -> str:
    """One world's line."""
    steps = size.days * 24
    return (
        f"{size.facilities:10,} {size.people:10,} {f'{size.width}x{size.height}':>8} {size.days:5g} {size.offensives:5}"
        f" {1000 * found['seconds']:10.1f} {1e9 * found['seconds'] / (size.facilities * steps):12.1f}"
        f" {found['escaped']:9,.0f} {found['set_up']:8.2f} {found['peak_mb']:8.0f}"
    )


HEADER = (
    f"{'facilities':>10} {'people':>10} {'grid':>8} {'days':>5} {'units':>5} {'ms each':>10}"
    f" {'ns/place/step':>12} {'escaped':>9} {'set-up s':>8} {'peak MB':>8}"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=3)
    parser.add_argument("--table", choices=TABLES, help="this table only")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(Size(*json.loads(given.one)), given.replicates)))
        return
    for name, sizes in TABLES.items():
        if given.table not in (None, name):
            continue
        print(f"{name}\n{HEADER}")
        for size in sizes:
            command = [sys.executable, __file__, "--replicates", str(given.replicates), "--one", json.dumps(size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(line(size, json.loads(done.stdout)), flush=True)


if __name__ == "__main__":
    main()
