"""Run one replicate in this thread and print its row: for debuggers and profilers.

python tools/one_replicate.py SCENARIO [REPLICATE [SEED]]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

from sim import load
from sim.model import Run


def main(scenario: str, replicate: str = "0", seed: str = "1") -> None:
    """Run the replicate and print every column of `runs`."""
    row = Run(load(scenario)).complete(int(seed), int(replicate)).run[0]
    for name in row.dtype.names:
        print(f"{name:28} {row[name]:g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
