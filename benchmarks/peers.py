"""Others at the same work, in turn with ours: Mesa's `batch_run`, the EMA workbench's evaluators, and Covasim.

    python -m benchmarks.peers [--runs K] [--replicates N]

`batch_run` and the evaluators run this model, the compiled one, so that the ratio is of the machinery and of stepping,
not of the rules; each must find the same escapes as our sweep. Covasim is another model, of a disease: the yardstick of
what arrays and compiled functions reach a person and day. It runs its first example (`cv.Sim()`: 20,000 people, 60
days) and the typical use case of its FAQ (100,000 people, 500 days). A package that is missing is left out.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import multiprocessing
import tempfile
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import mesa
import numpy as np

from benchmarks.measure import Row, Spent, has, in_turn, printed, quiet, ratios, spent
from sim.experiment.batch import warm
from sim.experiment.design import Design, scenario_design, sweep_design
from sim.experiment.execution import cores, execute, recording
from sim.experiment.results import Results
from sim.experiment.store import Folder, Memory
from sim.model import DetentionModel, Run
from sim.scenario.loader import load

QUICK: dict[str, Any] = {"replicates": 4, "eaches": (5,), "runs": 1, "people": ((500, 5),)}
POINTS = [(scale, handover) for scale in (0.5, 1.0, 2.0) for handover in ("none", "formal")]
"""The points of the sweep `tiny`: guards.scale, control.handover."""


def swept(design: Design, workers: int, record: str = "daily") -> list[np.ndarray]:
    """Our sweep to Parquet, with a record of `summary` in memory, and the escapes of every point."""
    with tempfile.TemporaryDirectory() as folder:
        store = Memory() if record == "summary" else Folder(folder)
        with recording(design, store, record) as manifest:
            execute(design, store, manifest, workers=workers)
        return list(Results.of(store).metric("escaped").values())


def same(ours: list[float], theirs: list[float]) -> None:
    """Two ways must end alike, or there is nothing to compare."""
    if not np.allclose(ours, theirs, rtol=1e-12):
        raise SystemExit(f"not the same work: {ours} against {theirs}")


def batch_run(replicates: int, runs: int) -> list[Row]:
    """Rows of Mesa's runner: `DetentionModel` on `tiny`, one process."""
    design = scenario_design("tiny", {"replicates": replicates, "seed": 1})
    wanted = {"scenario": "tiny", "replicate": list(range(replicates))}
    found: dict[str, list[float]] = {}

    def ours() -> None:
        found["ours"] = list(swept(design, 1)[0])

    def theirs() -> None:
        made = mesa.batch_run(DetentionModel, wanted, number_processes=1, rng=[1], display_progress=False)
        found["theirs"] = [float(row["escaped"]) for row in made]
        multiprocessing.set_start_method(None, force=True)  # batch_run sets `spawn` for everybody after it

    return compared("mesa", "Mesa batch_run", f"tiny, {replicates} replicates, 1 core", runs, replicates, ours, theirs,
                    found)  # fmt: skip


def compared(
    key: str,
    name: str,
    of: str,
    runs: int,
    replicates: int,
    ours: Callable[[], None],
    theirs: Callable[[], None],
    found: dict[str, list[float]],
    clock: str = "processor",
    kind: str = "sweep to Parquet",
) -> list[Row]:
    """Rows of two ways to the same end."""
    ours()
    theirs()
    same(found["ours"], found["theirs"])
    us, them = ([getattr(s, clock) for s in each] for each in in_turn(runs, ours, theirs))
    unit = "ms/replicate"
    return [
        Row(f"{key}.ours", f"{kind}, {of}", unit, tuple(1000 * t / replicates for t in us)),
        Row(f"{key}.theirs", f"{name}, {of}", unit, tuple(1000 * t / replicates for t in them)),
        Row(f"{key}.ratio", f"{name} over our {kind}, {of}", "times", ratios(them, us)),
    ]


def of_point(scale: float, handover: str, replicates: int) -> dict[str, float]:
    """Mean escapes of a point of `tiny`: what an evaluator is given to run."""
    run = Run(load("tiny", {"guards.scale": scale, "control.handover": handover}))
    total = sum(float(run.complete(1, replicate).run["escaped"][0]) for replicate in range(replicates))
    return {"escaped": total / replicates}


def ema(each: int, runs: int) -> list[Row]:
    """Rows of the EMA workbench's evaluators on the points of the sweep `tiny`."""
    warnings.simplefilter("ignore")
    workbench = importlib.import_module("ema_workbench")
    logging.getLogger("EMA").setLevel(logging.ERROR)
    model = workbench.Model("tiny", function=of_point)
    model.uncertainties = [
        workbench.RealParameter("scale", 0.5, 2.0),
        workbench.CategoricalParameter("handover", ["none", "formal"]),
    ]
    model.constants = [workbench.Constant("replicates", each)]
    model.outcomes = [workbench.ScalarOutcome("escaped")]
    samples = [workbench.Sample(f"{scale}-{handover}", scale=scale, handover=handover) for scale, handover in POINTS]
    design = sweep_design("tiny", {"replicates": each, "seed": 1})
    rows: list[Row] = []
    many = cores()
    for key, name, options, workers, record in (
        (f"ema.sequential.{each}", "SequentialEvaluator", {}, 1, "daily"),
        (f"ema.means.{each}", "SequentialEvaluator", {}, 1, "summary"),
        (f"ema.processes.{each}", "MultiprocessingEvaluator", {"n_processes": many}, many, "daily"),
    ):
        evaluator = getattr(workbench, name)
        found: dict[str, list[float]] = {}

        def ours(workers: int = workers, record: str = record, found: dict[str, list[float]] = found) -> None:
            found["ours"] = sorted(float(values.mean()) for values in swept(design, workers, record))

        def theirs(evaluator: Any = evaluator, options: Any = options, found: dict[str, list[float]] = found) -> None:
            with quiet(), evaluator(model, **options) as running:
                outcomes = running.perform_experiments(scenarios=samples)[1]
            found["theirs"] = sorted(float(value) for value in outcomes["escaped"])

        of = f"tiny, 6 points of {each:,}, {'1 core' if workers == 1 else f'{workers} workers, by the wall'}"
        kind = "sweep to Parquet" if record == "daily" else "sweep in memory, runs only"
        clock = "processor" if workers == 1 else "wall"
        rows += compared(key, f"EMA {name}", of, runs, 6 * each, ours, theirs, found, clock, kind)
    return rows


def covasim(people: tuple[tuple[int, int], ...], runs: int) -> list[Row]:
    """Rows of Covasim in person-days per second and core, in turn with our bare loop on `ne-syria-2019`."""
    with quiet():
        covid = importlib.import_module("covasim")
        covid.Sim(pop_size=1000, n_days=5, verbose=0).run()  # compiles
    resolved = load("ne-syria-2019")
    warm(resolved)
    run = Run(resolved)
    again = 20 * runs
    mine: list[float] = []
    rows: list[Row] = []
    for number, days in people:
        took: list[Spent] = []
        for _ in range(runs):
            with quiet():
                took.append(spent(lambda n=number, d=days: covid.Sim(pop_size=n, n_days=d, verbose=0).run()))
            mine.append(spent(lambda: [run.complete(1, r) for r in range(again)]).processor / again)
        rates = tuple(number * days / s.processor for s in took)
        what = f"Covasim {covid.__version__}, {number:,} people, {days} days, a core"
        rows.append(Row(f"covasim.{number}", what, "person-days/s", rates))
    held = int(run.truth.facility["held0"].sum())
    rate = tuple(held * resolved.scenario.days / seconds for seconds in mine)
    best = max(row.value for row in rows)
    return [
        *rows,
        Row("covasim.ours", f"ne-syria-2019, {held:,} people, bare loop, a core", "person-days/s", rate),
        Row("covasim.ratio", "ours over Covasim's better figure", "times", tuple(r / best for r in rate)),
    ]


def of_evaluators(eaches: Sequence[int], runs: int) -> list[Row]:
    """Rows of the evaluators with few and with many replicates of a point."""
    return [row for each in eaches for row in ema(each, runs)]


def measured(
    replicates: int = 50,
    eaches: Sequence[int] = (200, 2000),
    runs: int = 5,
    people: tuple[tuple[int, int], ...] = ((20_000, 60), (100_000, 500)),
) -> list[Row]:
    """Rows of every peer that is installed."""
    rows = batch_run(replicates, runs)
    for package, work in (
        ("ema_workbench", lambda: of_evaluators(eaches, runs)),
        ("covasim", lambda: covasim(people, runs)),
    ):
        if has(package):
            rows += work()
        else:
            rows.append(Row(f"{package}.missing", f"{package} is not installed: left out", "", ()))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    printed(measured(given.replicates, runs=given.runs))


if __name__ == "__main__":
    main()
