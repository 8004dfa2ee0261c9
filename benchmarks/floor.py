"""The floor: the random numbers and bytes that a replicate needs, what they cost here, and how far above it we are.

    python -m benchmarks.floor [--scenario NAME] [--replicates N] [--runs K]

Blocks of Philox are counted in a process of its own, whose generator is exchanged for one that notes every address
before anything is compiled (most of a minute, since the cache must be empty). A block gives four numbers of one
address (stream, entity, minute). `distinct` are those that the addresses ask for: fewer would do only if numbers were
consumed in order instead of addressed, and then a quarter of the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np

from benchmarks.measure import ROOT, Row, in_turn, printed

QUICK: dict[str, Any] = {"scenario": "tiny", "replicates": 10, "runs": 1, "count": False, "megabytes": 8}
ROOM = 4_000_000
"""Addresses that can be noted in one replicate."""


def count(scenario: str, replicates: int) -> dict[str, Any]:
    """Blocks drawn, distinct blocks, and numbers read from them, a replicate; in a process with an empty cache."""
    from llvmlite import ir
    from numba import carray, njit, types
    from numba.extending import intrinsic

    from sim.engine import random

    @intrinsic
    def pointer(typingctx: Any, address: Any) -> Any:
        """A number as an address."""

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

        return types.voidptr(types.int64), codegen

    notes = np.zeros((ROOM, 5), np.uint64)
    heads = np.zeros(3, np.int64)
    here, at = notes.ctypes.data, heads.ctypes.data
    plain, unit = random.philox, random.to_unit

    @njit(nogil=True, error_model="numpy")
    def philox(key0: Any, key1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
        head = carray(pointer(at), (3,), np.int64)
        row = carray(pointer(here), (ROOM, 5), np.uint64)[head[0]]
        row[0], row[1], row[2], row[3], row[4] = key1, c0, c1, c2, c3
        head[0] += 1
        return plain(key0, key1, c0, c1, c2, c3)

    @njit(nogil=True, error_model="numpy")
    def to_unit(word: Any) -> float:
        carray(pointer(at), (3,), np.int64)[1] += 1
        return unit(word)

    random.philox, random.to_unit = philox, to_unit
    from sim.model import Run
    from sim.scenario.loader import load

    run = Run(load(scenario))
    run.complete(1, replicates)
    totals = np.zeros(3)
    for replicate in range(replicates):
        heads[:] = 0
        run.complete(1, replicate)
        drawn = notes[: heads[0]]
        totals += heads[0], len(np.unique(np.ascontiguousarray(drawn).view([("", np.uint64)] * 5))), heads[1]
    blocks, distinct, numbers = totals / replicates
    return {"blocks": blocks, "distinct": distinct, "numbers": numbers, "streams": streams(drawn)}


def streams(drawn: np.ndarray) -> dict[str, int]:
    """Blocks of the last replicate by stream, most first."""
    import re

    from sim.engine.random import name_key

    text = "".join(path.read_text("utf-8") for path in (ROOT / "sim").rglob("*.py"))
    names = {int(name_key(name)): name for name in re.findall(r'name_key\(\s*"([^"]+)"', text)}
    keys, counts = np.unique(drawn[:, 0], return_counts=True)
    order = np.argsort(-counts)
    return {names.get(int(keys[k]), "?"): int(counts[k]) for k in order}


def counted(scenario: str, replicates: int) -> dict[str, Any]:
    """The same in a process of its own."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "benchmarks.floor", "--count", scenario, "--replicates", str(replicates)]
        environment = {**os.environ, "DETENTION_SIM_CACHE": cache}
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    return json.loads(done.stdout)


def ns_per_block(runs: int, many: int = 4_000_000) -> list[float]:
    """Nanoseconds of a block of four numbers, all used, addresses in a row."""
    from sim.engine.random import fill_uniform, name_key

    out = np.zeros(many)
    stream, entity = name_key("floor"), name_key("nobody")

    def fill() -> None:
        fill_uniform(out, 1, stream, 0, entity, 0)

    fill()
    return [1e9 * s.processor / (many / 4) for s in in_turn(runs, fill)[0]]


def bytes_per_second(megabytes: int, runs: int) -> list[float]:
    """Memory read and written by a copy, bytes a second."""
    source, target = np.ones(megabytes << 17), np.zeros(megabytes << 17)
    np.copyto(target, source)  # pages are handed out at the first touch
    return [2 * source.nbytes / s.processor for s in in_turn(runs, lambda: np.copyto(target, source))[0]]


def encoding(scenario: str, replicates: int, runs: int) -> tuple[list[float], float, float]:
    """Seconds to make and encode the tables of a replicate, its bytes in Parquet, its rows."""
    from sim.experiment.batch import _Rows, encoded
    from sim.experiment.design import Batch
    from sim.model import Run
    from sim.scenario.loader import load
    from sim.tables import tables_of

    rows = _Rows(Batch(0, 0, replicates), 1)
    run = Run(load(scenario))
    for replicate in range(replicates):
        rows.add(run, replicate, full=False)
    made: list[Any] = []

    def encode() -> None:
        made[:] = [encoded(rows.table(name)) for name in tables_of("daily")]

    encode()
    seconds = [s.processor / replicates for s in in_turn(runs, encode)[0]]
    return seconds, sum(len(p.content) for p in made) / replicates, sum(p.rows for p in made) / replicates


def state(scenario: str, replicates: int, runs: int) -> tuple[float, float, list[float], list[float]]:
    """Bytes of all arrays, bytes set back before a replicate, seconds of setting back, seconds of a replicate."""
    from sim.model import Run
    from sim.scenario.loader import load

    run = Run(load(scenario))
    run.complete(1, 0)
    whole = sum(array.nbytes for bundle in (run.truth, run.belief) for array in bundle)
    back = sum(array.nbytes for array, _ in run._set_back)

    def restore() -> None:
        for _ in range(replicates):
            run._restore()

    def complete() -> None:
        for replicate in range(replicates):
            run.complete(1, replicate)

    setting, bare = in_turn(runs, restore, complete)
    return whole, back, [s.processor / replicates for s in setting], [s.processor / replicates for s in bare]


def measured(
    scenario: str = "ne-syria-2019", replicates: int = 200, runs: int = 5, count: bool = True, megabytes: int = 256
) -> list[Row]:
    """Rows of what is needed, what it costs, and of the floor against the bare loop and the sweep."""
    block = ns_per_block(runs)
    bandwidth = bytes_per_second(megabytes, runs)
    encode, written, made = encoding(scenario, replicates, runs)
    whole, back, setting, bare = state(scenario, replicates, runs)
    rows = [
        Row("floor.block", "a Philox block, four numbers, compiled", "ns", tuple(block)),
        Row("floor.bandwidth", "memory, read and written by a copy", "bytes/s", tuple(bandwidth)),
        Row("floor.state", f"{scenario}: arrays of the state", "bytes", (whole,)),
        Row("floor.back", "of these set back before a replicate", "bytes", (back,)),
        Row("floor.setting", "setting them back", "ms/replicate", tuple(1000 * s for s in setting)),
        Row("floor.rows", "rows of results", "rows/replicate", (made,)),
        Row("floor.written", "results in Parquet", "bytes/replicate", (written,)),
        Row("floor.encode", "making and encoding a row", "ns", tuple(1e9 * e / made for e in encode)),
        Row("floor.encode.ms", "making and encoding the tables", "ms/replicate", tuple(1000 * e for e in encode)),
        Row("floor.bare", f"{scenario}, bare loop", "ms/replicate", tuple(1000 * b for b in bare)),
    ]
    return [*rows, *against(counted(scenario, min(replicates, 20)), rows)] if count else rows


def against(needs: dict[str, Any], rows: list[Row]) -> list[Row]:
    """Rows of the numbers drawn, and of the floor."""
    by = {row.key: row.value for row in rows}
    moved = 2 * by["floor.back"] / by["floor.bandwidth"]
    floor = {
        "drawn": 1e-6 * needs["blocks"] * by["floor.block"],
        "distinct": 1e-6 * needs["distinct"] * by["floor.block"],
        "fewest": 1e-6 * needs["numbers"] / 4 * by["floor.block"],
    }
    most = ", ".join(f"{name} {many:,}" for name, many in list(needs["streams"].items())[:6])
    return [
        Row("floor.blocks", "Philox blocks drawn", "blocks/replicate", (needs["blocks"],), note=most),
        Row("floor.distinct", "of these distinct: as many as the addresses ask for", "blocks/replicate",
            (needs["distinct"],)),
        Row("floor.numbers", "numbers made of them", "numbers/replicate", (needs["numbers"],)),
        Row("floor.fewest", "blocks if numbers were consumed, not addressed", "blocks/replicate",
            (needs["numbers"] / 4,)),
        Row("floor.drawn.ms", "what the blocks drawn cost", "ms/replicate", (floor["drawn"],)),
        Row("floor.distinct.ms", "what the distinct ones cost", "ms/replicate", (floor["distinct"],)),
        Row("floor.fewest.ms", "what the fewest would cost", "ms/replicate", (floor["fewest"],)),
        Row("floor.memory.ms", "moving what is set back, at full bandwidth", "ms/replicate", (1000 * moved,)),
        Row("floor.times", "bare loop over distinct blocks and memory", "times",
            (by["floor.bare"] / (floor["distinct"] + 1000 * moved),)),
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", metavar="NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.count:
        print(json.dumps(count(given.count, given.replicates)))
        return
    rows = measured(given.scenario, given.replicates, given.runs)
    printed(rows)
    print(next(row.note for row in rows if row.key == "floor.blocks"))


if __name__ == "__main__":
    main()
