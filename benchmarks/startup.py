"""How long until something happens: `--help`, `check`, the first replicate with compiled rules in the cache and without.

    python -m benchmarks.startup [--runs K] [--cold]

Each is a process of its own, by the wall. The compile cost of a second run is what loading the compiled rules from the
cache takes before the first replicate can start. `--cold` also compiles into an empty cache, once: most of a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks.measure import ROOT, Row, printed, spent

QUICK: dict[str, Any] = {"scenario": "tiny", "runs": 1, "cold": False}

FIRST = """
import json, sys, time
began = time.perf_counter()
from sim.model import Run
from sim.scenario.loader import load
imported = time.perf_counter()
run = Run(load(sys.argv[1]))
made = time.perf_counter()
run.reset(1, 0); run.advance(0); run.finish()
compiled, used = time.perf_counter(), time.process_time()
run.complete(1, 0)
print(json.dumps({"import": imported - began, "scenario": made - imported, "compile": compiled - made,
                  "processor": used, "replicate": time.perf_counter() - compiled, "all": time.perf_counter() - began}))
"""


def command(*arguments: str, cache: str | None = None) -> str:
    """Run Python with the package importable; its output."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if cache is not None:
        environment["DETENTION_SIM_CACHE"] = cache
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def first(scenario: str, cache: str | None = None) -> dict[str, float]:
    """Seconds of each stage of a new process up to the end of its first replicate."""
    return json.loads(command("-c", FIRST, scenario, cache=cache))


def measured(scenario: str = "ne-syria-2019", runs: int = 5, cold: bool = True) -> list[Row]:
    """Rows of every start."""
    first(scenario)  # whatever is not in the cache yet
    helps = tuple(spent(lambda: command("-m", "sim", "--help")).wall for _ in range(runs))
    checks = tuple(spent(lambda: command("-m", "sim", "check", scenario)).wall for _ in range(runs))
    warm = [first(scenario) for _ in range(runs)]
    rows = [
        Row("start.help", "detention-sim --help", "s", helps, 0.4, "most"),
        Row("start.check", f"detention-sim check {scenario}", "s", checks),
        Row("start.compile", "second run: loading compiled rules", "s", tuple(w["compile"] for w in warm), 1.0, "most"),
        Row("start.first", "second run: first replicate done, imports too", "s", tuple(w["all"] for w in warm)),
    ]
    if not cold:
        return rows
    with tempfile.TemporaryDirectory() as cache:
        began = time.perf_counter()
        empty = first(scenario, cache)
        wall = time.perf_counter() - began
    return [
        *rows,
        Row("start.cold", "empty cache: first replicate done", "s", (wall,), note="one run: it takes most of a minute"),
        Row("start.cold.processor", "empty cache: the same, of the processor", "s", (empty["processor"],)),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    given = parser.parse_args()
    printed(measured(runs=given.runs, cold=given.cold))


if __name__ == "__main__":
    main()
