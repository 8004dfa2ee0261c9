"""Claims by role against the truth: in the simulation, and in the record. Reads results recorded in full.

    python -m benchmarks.claims_forward RESULTS

A claim of the simulation is the first of an observer of an episode, against the exits at the place by the episode's end,
of episodes as large as the record's events; spokesmen's sums, inventions and claims about some of those held there are
left out. One of the record is a first or rival count against a settled one by somebody else
(`benchmarks/fit_claims.py`). Printed too: claims that are invented, by role, and how often they confirm a count at a
place that nobody left, with Wilson's interval.
"""

from __future__ import annotations

import argparse
import bisect
import math
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.fit_claims import gather
from sim.experiment.results import Results
from sim.scenario.vocabulary import ROLES

FEW = 5
"""Fewest numbers of which quantiles are told."""
LEAST = 10
"""Fewest exits of an episode that counts: few events of the record are smaller."""
RESAMPLED = 1000

Claims = dict[str, tuple[list[float], list[int]]]
Exits = dict[tuple[int, int, str], tuple[list[float], list[int]]]


def exits_by_place(results: Results) -> Exits:
    """Return by point, replicate and place the days of exits, and the exits up to each."""
    found: Exits = defaultdict(lambda: ([], []))
    order = [("point", "ascending"), ("replicate", "ascending"), ("day", "ascending")]
    for row in results.table("events").sort_by(order).to_pylist():
        if row["kind"] == "exit":
            days, counts = found[row["point"], row["replicate"], row["facility"]]
            days.append(row["day"])
            counts.append((counts[-1] if counts else 0) + int(row["count"]))
    return found


def simulated(results: Results) -> tuple[Claims, dict[str, list[float]]]:
    """Return by role the ratios of numbers to the truth, and for every claim whether it was a denial.

    Then the ratios of the same numbers to the exits up to the day on which they were claimed.
    """
    exits = exits_by_place(results)
    then: dict[str, list[float]] = {role: [] for role in ROLES}
    ends: dict[tuple[int, int, str], list[tuple[float, float, int, int]]] = defaultdict(list)
    for row in results.table("episodes").sort_by([("start_day", "ascending")]).to_pylist():
        known = ends[row["point"], row["replicate"], row["facility"]]
        so_far = known[-1][2] if known else 0
        known.append((row["start_day"], row["end_day"], so_far + row["exits"], row["exits"]))
    found: Claims = {role: ([], []) for role in ROLES}
    seen = set()
    order = [("point", "ascending"), ("replicate", "ascending"), ("day", "ascending")]
    for row in results.table("reports").sort_by(order).to_pylist():
        at = (row["point"], row["replicate"], row["facility"])
        if row["category"] != "all" or row["form"] in ("rumour", "statement") or at not in ends:
            continue
        last = bisect.bisect_left(ends[at], (row["day"],)) - 1
        if last < 0 or ends[at][last][3] < LEAST or (*at, last, row["observer"]) in seen:
            continue
        seen.add((*at, last, row["observer"]))
        ratios, denied = found[row["role"]]
        low, high = row["claimed_low"], row["claimed_high"]
        denied.append(int(low == 0 and high == 0))
        if low is not None and high:
            claimed = math.sqrt(low * high) if low > 0 else high / 2
            ratios.append(claimed / ends[at][last][2])
            days, counts = exits[at]
            by_then = bisect.bisect_right(days, row["day"])
            if by_then > 0:
                then[row["role"]].append(claimed / counts[by_then - 1])
    return found, then


def inventions(results: Results) -> tuple[dict[str, int], dict[str, int], int, int]:
    """Return invented claims by role; of them those at places that nobody left where a count was confirmed, by role.

    Then such places, and all places that nobody left.
    """
    empty = {}
    for row in results.facilities.to_pylist():
        if row["escaped"] == 0:
            empty[row["point"], row["replicate"], row["facility"]] = row["confirmed"] > 0
    made, confirmed = dict.fromkeys(ROLES, 0), dict.fromkeys(ROLES, 0)
    for row in results.table("reports").to_pylist():
        if row["form"] == "rumour":
            made[row["role"]] += 1
            confirmed[row["role"]] += empty.get((row["point"], row["replicate"], row["facility"]), False)
    return made, confirmed, sum(empty.values()), len(empty)


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


def middle(ratios: list[float]) -> str:
    """Return the median with the interval of a bootstrap, and 5 and 95% quantiles."""
    if len(ratios) < FEW:
        return ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios)) or "-"
    again = np.median(np.random.default_rng(1).choice(ratios, (RESAMPLED, len(ratios))), axis=1)
    low, high = np.quantile(again, (0.025, 0.975))
    least, median, most = np.quantile(ratios, (0.05, 0.5, 0.95))
    return f"{median:.2f} ({low:.2f} to {high:.2f}); {least:.2f} to {most:.2f}"


def share(found: int, of: int) -> str:
    """Return a share with Wilson's 95% interval."""
    if not of:
        return "-"
    z2, p = 1.96**2, found / of
    centre, half = p + z2 / (2 * of), 1.96 * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low, high = (centre - half) / (1 + z2 / of), (centre + half) / (1 + z2 / of)
    return f"{p:.1%} ({max(0.0, low):.1%} to {high:.1%}) of {of:,}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=Path)
    results = Results.open(parser.parse_args().results)
    (ours, then), theirs = simulated(results), recorded()
    made, confirmed, false, empty = inventions(results)
    print(
        "| role | simulation: claim over truth | over the exits by then | denials | record: claim over truth | denials"
        " | invented, in a false count |"
    )
    print("|---|---|---|---|---|---|---|")
    for role in ROLES:
        denials, recorded_denials = (share(sum(denied), len(denied)) for _, denied in (ours[role], theirs[role]))
        cells = [middle(ours[role][0]), middle(then[role]), denials, middle(theirs[role][0]), recorded_denials]
        print(f"| {role} | {' | '.join(cells)} | {made[role]:,}, {confirmed[role]:,} |")
    print(f"confirmed at places that nobody left: {share(false, empty)}")


if __name__ == "__main__":
    main()
