"""Time to an answer: by how much a formal handover changes mean escapes, to 5% of the baseline's mean.

    python -m benchmarks.answer [--runs K] [--metric NAME] [--share S]

`ne-syria-2019` against `ne-syria-2019-formal-handover`, same seed, same replicates, random numbers shared decision by
decision. Pairs are added by looks at 200, 300, 450, ... until the 95% half-width of the mean paired difference is below
the share; compiled rules loaded, results in memory, all cores. Variance reduction is var A + var B over var (A - B):
how many times as many unpaired replicates would be needed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import Row, printed
from sim.analysis.summary import half_width_95
from sim.experiment.batch import warm
from sim.experiment.design import Design, Loaded, scenario_design
from sim.experiment.execution import execute, recording
from sim.experiment.precision import looks
from sim.experiment.results import Results
from sim.experiment.store import Memory
from sim.scenario.loader import load
from sim.scenario.sweep import Point

QUICK: dict[str, Any] = {"share": 0.2, "runs": 1}
LIMIT = 100_000
NAMES = ("ne-syria-2019", "ne-syria-2019-formal-handover")


class Answer(NamedTuple):
    """What was found, and at what cost."""

    seconds: float
    pairs: int
    baseline: float
    effect: float
    half_width: float
    reduction: float


def both(names: tuple[str, str]) -> Design:
    """Two scenarios as a design of two points."""
    design = scenario_design(names[0], {"seed": 1})
    points = tuple(Point(k, {"scenario": name}, load(name, {"seed": 1})) for k, name in enumerate(names))
    return replace(design, kind="sweep", varied=("scenario",), size=2, _load=lambda: Loaded(points, (), {}))


def more(design: Design, first: int, last: int, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """The metric of both scenarios in the replicates from `first` to before `last`."""
    wanted = replace(design, start=first, replicates=last - first)
    store = Memory()
    with recording(wanted, store, "summary") as manifest:
        execute(wanted, store, manifest)
    found = Results.of(store).metric(metric)
    return found[0], found[1]


def looked(design: Design, metric: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Both scenarios' values at every look."""
    a, b = np.zeros(0), np.zeros(0)
    for look in looks(LIMIT):
        new = more(design, len(a), look, metric)
        a, b = np.concatenate([a, new[0]]), np.concatenate([b, new[1]])
        yield a, b


def answered(names: tuple[str, str], metric: str, share: float) -> Answer:
    """Replicate until it is known well enough."""
    began = time.perf_counter()
    design = both(names)
    for a, b in looked(design, metric):
        half = half_width_95(b - a)
        if half <= share * abs(a.mean()):
            break
    seconds = time.perf_counter() - began
    spread = np.var(b - a, ddof=1)
    reduction = float((np.var(a, ddof=1) + np.var(b, ddof=1)) / spread) if spread > 0 else float("inf")
    return Answer(seconds, len(a), float(a.mean()), float((b - a).mean()), half, reduction)


def measured(names: tuple[str, str] = NAMES, metric: str = "escaped", share: float = 0.05, runs: int = 5) -> list[Row]:
    """Rows of the seconds, the pairs and the variance reduction."""
    for point in both(names).points:
        warm(point.resolved)
    found = [answered(names, metric, share) for _ in range(runs)]
    last = found[-1]
    note = f"mean {metric} {last.baseline:.1f}, with formal handover {last.effect:+.1f} ± {last.half_width:.1f}"
    main = names == NAMES and share == 0.05
    return [
        Row(
            "answer.seconds",
            f"paired effect of formal handover on {metric}, to {share:.0%}",
            "s",
            tuple(a.seconds for a in found),
            10.0 if main else None,
            "most",
            note if main else "",
        ),
        Row("answer.pairs", "pairs of replicates it needs", "pairs", (float(last.pairs),)),
        Row("answer.reduction", "variance reduction by shared random numbers", "times", (last.reduction,)),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metric", default="escaped")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--runs", type=int, default=5)
    rows = measured(**vars(parser.parse_args()))
    printed(rows)
    print(rows[0].note)


if __name__ == "__main__":
    main()
