"""Write tests/golden/runs.json, the golden run: what replicates of every shipped scenario come to.

    python tools/golden.py

The small worlds of tests/oracle are kept too, one replicate each: they reach nearly every line of the rules, and run as
plain Python in seconds.

The hashes hold every column of every table to the last bit, on one processor architecture with the pinned versions;
the quantiles hold it elsewhere. Remake it only where results are meant to change, in a commit of its own.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sim.model import Run
from sim.scenario import shipped
from sim.scenario.loader import load

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests" / "golden" / "runs.json"
SEED, REPLICATES = 1, 24
SHOWN = ("escaped", "escaped_fighters", "recaptured", "left_theatre", "confirmed", "reported", "gap", "guards_on_duty")
VARIANTS: dict[str, tuple[str, dict[str, object]]] = {
    "ne-syria-2019, thin guard": ("ne-syria-2019", {"guards.scale": 0.5, "days": 20}),
    "ne-syria-2019, steps of 3 h, response": ("ne-syria-2019", {"step_hours": 3, "response": True}),
}
"""Runs beside the shipped scenarios: name, scenario, settings."""


def runs() -> dict[str, tuple[str, dict[str, object]]]:
    """Every golden run by its name: a scenario and settings."""
    return {name: (name, {}) for name in shipped.names()} | VARIANTS


def golden(scenario: str, settings: dict[str, object]) -> dict[str, Any]:
    """What the replicates come to: a hash by table, and quantiles of some columns."""
    hashes, rows = hashed(Run(load(scenario, settings), full=True), REPLICATES)
    quantiles = {
        name: [float(q) for q in np.nanquantile([row[name] for row in rows], (0.05, 0.5, 0.95))] for name in SHOWN
    }
    return {"hashes": hashes, "quantiles": quantiles}


def hashed(run: Run, replicates: int) -> tuple[dict[str, str], list[Any]]:
    """Carry out replicates; return a hash of every table, and their rows of `runs`."""
    hashes = {name: hashlib.sha256() for name in ("runs", "daily", "facilities", "events", "reports")}
    rows = []
    for replicate in range(replicates):
        tables = run.complete(SEED, replicate)
        events = run.truth.log[: run.truth.clock["log_count"][0]]
        reports = run.belief.report[: run.belief.board["reports"][0]]
        for digest, table in zip(hashes.values(), (*tables, events, reports), strict=True):
            for name in sorted(table.dtype.names or ()):
                digest.update(name.encode() + np.ascontiguousarray(table[name]).tobytes())
        rows.append(tables.run[0].copy())
    return {name: digest.hexdigest()[:16] for name, digest in hashes.items()}, rows


def world(name: str) -> dict[str, str]:
    """The hashes of one replicate of a small world of the oracle's."""
    from tests.model.worlds import named

    return hashed(Run(named(name), full=True), 1)[0]


def everything() -> dict[str, Any]:
    """The whole file."""
    from tests.oracle.cases import CASES

    return {
        "architecture": platform.machine(),
        "seed": SEED,
        "replicates": REPLICATES,
        "runs": {name: golden(*given) for name, given in runs().items()},
        "worlds": {name: world(name) for name in CASES},
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(everything(), indent=1) + "\n", encoding="utf-8")
