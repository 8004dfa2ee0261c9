"""The compiled model against the plain Mesa model of `tests/oracle`, same scenarios, same replicates, one core each.

    python benchmarks/against_oracle.py [--days D] [--replicates N]

The oracle runs `ne-syria-2019` for D days (it is slow) and the whole of its case `everything`; the compiled model
runs the same replicates. Ratios of one run are printed; a replicate is checked to end with the same escapes.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from tests.oracle.cases import CASES
from tests.oracle.model import OracleModel


def against(name: str, resolved: Resolved, replicates: int) -> None:
    """Time both on the same replicates of one scenario, and print a line."""
    run = Run(resolved)
    run.complete(1, 0)
    began = time.process_time()
    for replicate in range(replicates * 20):
        run.complete(1, replicate)
    fast = (time.process_time() - began) / (replicates * 20)
    slow = 0.0
    for replicate in range(replicates):
        run.reset(1, replicate)
        plain = resolved.with_numbers(run.draws)
        began = time.process_time()
        oracle = OracleModel(plain.scenario, plain.theatre, seed=1, replicate=replicate)
        oracle.run()
        slow += (time.process_time() - began) / replicates
        same = oracle.run_row()["escaped"] == run.complete(1, replicate).run["escaped"][0]
        assert same, f"replicate {replicate}: the oracle and the compiled model disagree"
    print(f"{name:34} oracle {slow:9.3f} s, compiled {1000 * fast:8.3f} ms, ratio {slow / fast:9,.0f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=4.0)
    parser.add_argument("--replicates", type=int, default=1)
    given = parser.parse_args()
    against("case everything (20 days, 220 held)", Resolved(*CASES["everything"](), (), {}), given.replicates)
    syria = load("ne-syria-2019", {"days": given.days})
    against(f"ne-syria-2019, {given.days:g} days", syria, given.replicates)


if __name__ == "__main__":
    main()
