"""Claims by role against the truth: in the simulation, and in the record. Reads results recorded in full.

    python -m benchmarks.claims_forward RESULTS

A claim of the simulation is the first of an observer at a place in a replicate, against the exits there by the horizon,
where anybody got out; spokesmen's sums are left out. One of the record is a first or rival count against a settled one
by somebody else (`benchmarks/fit_claims.py`). Printed too: how often a count is confirmed at a place that nobody left.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np

from benchmarks.fit_claims import gather
from sim.experiment.results import Results
from sim.scenario.vocabulary import ROLES

FEW = 5
"""Fewest numbers of which quantiles are told."""


def simulated(results: Results) -> dict[str, tuple[list[float], list[int]]]:
    """Return by role the ratios of numbers to the truth, and for every claim whether it was a denial."""
    out: dict[tuple[int, int, str], float] = {}
    sites = results.table("facilities", ("point", "replicate", "facility", "escaped"))
    for row in sites.to_pylist():
        out[row["point"], row["replicate"], row["facility"]] = row["escaped"]
    found: dict[str, tuple[list[float], list[int]]] = {role: ([], []) for role in ROLES}
    seen = set()
    for row in results.reports.sort_by(
        [("point", "ascending"), ("replicate", "ascending"), ("day", "ascending")]
    ).to_pylist():
        at = (row["point"], row["replicate"], row["facility"])
        if row["facility"] == "theatre" or out.get(at, 0) == 0 or (*at, row["observer"]) in seen:
            continue
        seen.add((*at, row["observer"]))
        ratios, denied = found[row["role"]]
        low, high = row["claimed_low"], row["claimed_high"]
        denied.append(int(low == 0 and high == 0))
        if low is not None and high:
            ratios.append((math.sqrt(low * high) if low > 0 else high / 2) / out[at])
    return found


def recorded() -> dict[str, tuple[list[float], list[int]]]:
    """Return the same of the record; contested truths as the middle of their range."""
    data = gather()
    found: dict[str, tuple[list[float], list[int]]] = {role: ([], []) for role in ROLES}
    for number in data.numbers:
        middle = 0.5 * (max(number.low, 0.0) + number.high)
        found[ROLES[number.role]][0].append(math.exp(middle - 0.5 * sum(number.settled)))
    for form in data.forms:
        if form.size > 0:
            found[ROLES[form.role]][1].append(int(form.form == 0))
    return found


def cells(ratios: list[float], denied: list[int]) -> str:
    if len(ratios) >= FEW:
        low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95))
        told = f"{middle:.2f} ({low:.2f} to {high:.2f})"
    else:
        told = ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios)) or "-"
    zeros = f"{np.mean(denied):.0%} of {len(denied):,}" if denied else "-"
    return f"{told} | {zeros}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=Path)
    results = Results.open(parser.parse_args().results)
    ours, theirs = simulated(results), recorded()
    print("| role | simulation: claim over truth, median (5% to 95%) | denials | record: claim over truth | denials |")
    print("|---|---|---|---|---|")
    for role in ROLES:
        print(f"| {role} | {cells(*ours[role])} | {cells(*theirs[role])} |")
    sites = results.facilities
    none = np.array(sites["escaped"].to_pylist()) == 0
    false = none & (np.array(sites["confirmed"].to_pylist()) > 0)
    replicates = len(set(zip(sites["point"].to_pylist(), sites["replicate"].to_pylist(), strict=True)))
    print(
        f"false confirmation: {false.sum():,} of {none.sum():,} places that nobody left, in {replicates:,} replicates",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
