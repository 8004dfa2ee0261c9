"""Tables of replicates as the rules leave them, run as a program: compiled, or plain with NUMBA_DISABLE_JIT=1.

python -m tests.model.plain NAME REPLICATES
"""

from __future__ import annotations

import json
import sys

import numba

from sim.model import Run
from tests.model.worlds import SEED, named


def columns(name: str, replicates: int) -> dict[str, list[str]]:
    """Every column of every table, events and reports included, by replicate, to the last bit."""
    run = Run(named(name), full=True)
    found: dict[str, list[str]] = {}
    for replicate in range(replicates):
        tables = run.complete(SEED, replicate)
        kept = {"run": tables.run, "daily": tables.daily, "facility": tables.facility}
        kept["events"] = run.truth.log[: run.truth.clock["log_count"][0]]
        kept["reports"] = run.belief.report[: run.belief.board["reports"][0]]
        for table, rows in kept.items():
            for column in rows.dtype.names or ():
                found.setdefault(f"{table}.{column}", []).append(rows[column].tobytes().hex())
    return found


if __name__ == "__main__":
    made = {"plain": bool(numba.config.DISABLE_JIT), "columns": columns(sys.argv[1], int(sys.argv[2]))}
    print(json.dumps(made))
