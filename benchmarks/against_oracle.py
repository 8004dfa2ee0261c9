"""The compiled model against the plain Mesa model of `tests/oracle`: same scenarios, same replicates, one core each.

    python -m benchmarks.against_oracle [--days D] [--runs K] [--whole] [--keep]

Processor time, in turn. A replicate must end with the same escapes in both, or nothing is printed. `--whole` runs the
oracle through all of `ne-syria-2019` once, which takes a minute or more. `--keep` writes the ratio that the tests
hold later versions to (`benchmarks/reference.json`).
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, in_turn, machine, printed, ratios
from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from tests.oracle.cases import CASES
from tests.oracle.model import OracleModel

QUICK: dict[str, Any] = {"days": 0.25, "runs": 1, "whole": False, "case": "stealth"}
REFERENCE = Path(__file__).with_name("reference.json")
AGAIN = 200
"""Replicates of the compiled model for one of the oracle's, all of the same number: some 60 ms, since 20 of them were
5 ms and noise alone halved the ratio."""


class Pair:
    """One replicate of one scenario in both models."""

    def __init__(self, resolved: Resolved, replicate: int = 0) -> None:
        self.run = Run(resolved)
        self.replicate = replicate
        self.run.reset(1, replicate)
        self.numbers = resolved.with_numbers(self.run.draws)
        self.ends: list[float] = []
        self.compiled()  # loads what is compiled
        self.ends.clear()

    def compiled(self) -> None:
        """The compiled model, several times."""
        for _ in range(AGAIN):
            row = self.run.complete(1, self.replicate).run
        self.ends.append(float(row["escaped"][0]))

    def oracle(self) -> None:
        """The oracle, once."""
        model = OracleModel(self.numbers.scenario, self.numbers.theatre, seed=1, replicate=self.replicate)
        model.run()
        self.ends.append(float(model.run_row()["escaped"]))

    def times(self, runs: int) -> tuple[list[float], list[float]]:
        """Seconds of the oracle and of the compiled model for one replicate, in turn."""
        slow, fast = in_turn(runs, self.oracle, self.compiled)
        if len(set(self.ends)) != 1:
            raise SystemExit("the oracle and the compiled model disagree: nothing to compare")
        return [s.processor for s in slow], [s.processor / AGAIN for s in fast]


def part(days: float, runs: int) -> tuple[float, ...]:
    """Ratios over the first days of `ne-syria-2019`: what the tests hold on to."""
    slow, fast = Pair(load("ne-syria-2019", {"days": days})).times(runs)
    return ratios(slow, fast)


def rows(key: str, name: str, resolved: Resolved, runs: int, target: float | None = None) -> list[Row]:
    """Rows of one scenario."""
    slow, fast = Pair(resolved).times(runs)
    return [
        Row(f"{key}.seconds", f"oracle, {name}", "s/replicate", tuple(slow)),
        Row(f"{key}.ms", f"compiled model, {name}", "ms/replicate", tuple(1000 * f for f in fast)),
        Row(f"{key}.ratio", f"oracle over compiled, a core, {name}", "times", ratios(slow, fast), target),
    ]


def measured(days: float = 2.0, runs: int = 5, whole: bool = True, case: str = "everything") -> list[Row]:
    """Rows of the whole scenario (once), of its first days, and of a small case."""
    found: list[Row] = []
    if whole:
        resolved = load("ne-syria-2019")
        found += rows("oracle.whole", "ne-syria-2019, all 60 days", resolved, 1, 10_000.0)
        done = float(Run(resolved).truth.facility["held0"].sum()) * resolved.scenario.days
        rate = tuple(done / seconds for seconds in found[0].values)
        found.append(Row("oracle.whole.rate", "oracle, ne-syria-2019, a core", "person-days/s", rate))
    syria = load("ne-syria-2019", {"days": days})
    found += rows("oracle.part", f"ne-syria-2019, first {days:g} days", syria, runs, 10_000.0 if whole else None)
    scenario, theatre = CASES[case]()
    small = Resolved(scenario, theatre, (), {})
    return found + rows("oracle.case", f"its case {case!r}", small, runs)


def keep(days: float, runs: int) -> None:
    """Write the ratio that later versions are held to."""
    found = part(days, runs)
    told = machine()
    reference = {
        "ratio": round(statistics.median(found)),
        "of": [round(ratio) for ratio in found],
        "days": days,
        "date": told["date"],
        "how": f"python -m benchmarks.against_oracle --days {days:g} --runs {runs} --keep: processor time of the oracle "
        f"over that of the compiled model, first {days:g} days of ne-syria-2019, median",
        "processor": told["processor"],
        "python": told["python"],
        "numba": told["versions"]["numba"],
    }
    REFERENCE.write_text(json.dumps(reference, indent=2) + "\n", "utf-8")
    print(json.dumps(reference, indent=2))


def main() -> None:
    """Measure and print, or keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    if given.keep:
        keep(given.days, given.runs)
    else:
        printed(measured(given.days, given.runs, given.whole))


if __name__ == "__main__":
    main()
