"""One replicate by part: set-up, setting back, each rule of the schedule, observers, tables, writing.

    python -m benchmarks.parts [--scenario NAME] [--guards SCALE] [--replicates N] [--runs K]

The schedule of `sim.model` is run with the processor's cycle counter read between the rules, and must end with the
same tables. Counting costs a few per cent; shares are to be trusted more than times. (Not called `profile.py`, which
would hide Python's own module of that name from whatever is run in this folder.)
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from benchmarks.measure import Row, printed
from sim.agents.at_large import list_by_index
from sim.agents.at_rest import update_moods_at_rest
from sim.agents.speech import draw_speech
from sim.engine.compiled import in_turn
from sim.experiment.design import scenario_design
from sim.experiment.execution import execute, recording
from sim.experiment.store import Folder
from sim.model import Run, Tables, schedule
from sim.model.rows import TablesRef, end_day, finish
from sim.model.schedule import begin
from sim.scenario.loader import load
from sim.world.belief import Belief, BeliefRef
from sim.world.codes import DAY
from sim.world.state import Truth, TruthRef

QUICK: dict[str, Any] = {"scenario": "tiny", "replicates": 2, "runs": 1}
SCHEDULED = (*schedule.TRUTH_PASS, *schedule.OBSERVATION_PASS)
RULES = (*(rule.__name__.replace("_", " ") for rule in SCHEDULED), "day's row")


@intrinsic
def cycles(typingctx: Any) -> Any:
    """The processor's cycle counter."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        counter = builder.module.declare_intrinsic("llvm.readcyclecounter", fnty=ir.FunctionType(ir.IntType(64), []))
        return builder.call(counter, [])

    return types.int64(), codegen


def timed(rule: Callable[..., None], place: int) -> Callable[..., None]:
    """A rule of truth or belief that adds its cycles to a place of `spent`."""

    def on_truth(t: Truth, b: Belief, spent: np.ndarray) -> None:
        before = cycles()
        rule(t)
        spent[place] += cycles() - before

    def on_belief(t: Truth, b: Belief, spent: np.ndarray) -> None:
        before = cycles()
        rule(t, b)
        spent[place] += cycles() - before

    return numba.njit(nogil=True, error_model="numpy")(on_truth if rule in schedule.TRUTH_PASS else on_belief)


timed_step = in_turn([timed(rule, place) for place, rule in enumerate(SCHEDULED)])


@numba.njit(nogil=True, error_model="numpy")
def counted(truth: Truth, belief: Belief, written: Tables, steps: int, spent: np.ndarray) -> None:
    """`sim.model.schedule.advance`, with the cycles of each rule added to `spent`."""
    t, b, tables = TruthRef(*truth), BeliefRef(*belief), TablesRef(*written)
    clock = t.clock[0]
    for _ in range(steps):
        clock.m0 = clock.step * clock.step_minutes
        clock.m1 = clock.m0 + clock.step_minutes
        timed_step(t, b, spent)
        before = cycles()
        clock.step += 1
        if clock.m1 % DAY == 0:
            end_day(t, b, tables, clock.m1 // DAY)
        spent[-1] += cycles() - before
    list_by_index(t)
    update_moods_at_rest(t)


class Watch:
    """Processor time by part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, part: str, work: Callable[[], Any]) -> None:
        """Do a part and add its time."""
        began = time.process_time()
        work()
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - began


def one(run: Run, replicate: int, watch: Watch, spent: np.ndarray) -> None:
    """One replicate by part."""

    def draw() -> None:
        run.draws = run.drawn(1, replicate)

    def speak() -> None:
        draw_speech(run.belief, 1, replicate)

    def start() -> None:
        run._bind()
        run.truth.clock["seed"], run.truth.clock["replicate"] = 1, replicate
        begin(run.truth, run.belief, run.tables.as_rows())

    steps = int(run.truth.clock["steps"][0])
    watch.time("numbers that are distributions", draw)
    watch.time("setting arrays back", run._restore)
    watch.time("how each role claims", speak)
    watch.time("start: levers, guards, facilities", start)
    watch.time("steps", lambda: counted(run.truth, run.belief, run.tables.as_rows(), steps, spent))
    watch.time("run's and facilities' rows", lambda: finish(run.truth, run.belief, run.tables.as_rows()))


def written(name: str, scale: float, replicates: int) -> float:
    """Seconds of the processor that a replicate takes from scenario to Parquet, one worker."""
    design = scenario_design(name, {"replicates": replicates, "guards.scale": scale})
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        store = Folder(folder)
        with recording(design, store) as manifest:
            execute(design, store, manifest, workers=1)
        return (time.process_time() - began) / replicates


def by_part(run: Run, replicates: int) -> dict[str, float]:
    """Seconds of a replicate by part, over so many; they must end as the model's own schedule does."""
    watch, spent = Watch(), np.zeros(len(RULES), np.int64)
    for replicate in range(replicates):
        one(run, replicate, watch, spent)
    mine = [table.tobytes() for table in run.tables]
    assert mine == [table.tobytes() for table in run.complete(1, replicates - 1)], "not the model's schedule"
    steps = watch.seconds.pop("steps")
    rules = {f"steps: {rule}": steps * share for rule, share in zip(RULES, spent / spent.sum(), strict=True)}
    return {part: seconds / replicates for part, seconds in (watch.seconds | rules).items()}


def measured(scenario: str = "ne-syria-2019", guards: float = 1.0, replicates: int = 100, runs: int = 5) -> list[Row]:
    """Rows of every part, of all together, and of the same to Parquet."""
    run = Run(load(scenario, {"guards.scale": guards}))
    one(run, replicates, Watch(), np.zeros(len(RULES), np.int64))
    found = [by_part(run, replicates) for _ in range(runs)]
    whole = [written(scenario, guards, replicates) for _ in range(runs)]
    rows = [Row(f"parts.{part}", part, "ms/replicate", tuple(1000 * f[part] for f in found)) for part in found[0]]
    bare = tuple(1000 * sum(f.values()) for f in found)
    return [
        *rows,
        Row("parts.bare", "a replicate in the bare loop, counted by part", "ms/replicate", bare),
        Row("parts.swept", "the same to Parquet, one worker", "ms/replicate", tuple(1000 * w for w in whole)),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--guards", type=float, default=1.0)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    printed(measured(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
