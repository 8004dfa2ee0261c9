"""Detention sites when their sponsor leaves: how many could get out, and how much of it anyone would know.

    scenario = sim.load("scenarios/ne-syria-2019.yaml", {"guards.scale": 0.5})
    results = sim.run(scenario, replicates=500, seed=1)

A lazy face: nothing heavy is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment import drawing

if TYPE_CHECKING:
    from sim.experiment.results import Results
    from sim.scenario.resolved import Resolved


def load(path: str | Path, overrides: Mapping[str, object] | None = None) -> Resolved:
    """Read a scenario file, or the shipped scenario of that name.

    Parameters: overrides, values by dotted path, which rank above the file.
    Raises sim.scenario.errors.InputError with everything that is wrong.
    """
    from sim.scenario import loader

    return loader.load(path, overrides)


def run(
    scenario: Resolved | str | Path,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    record: str = "daily",
    out: str | Path | None = None,
    overwrite: bool = False,
) -> Results:
    """Run replicates of a scenario, on all cores.

    Parameters: scenario, as `load` gives it, or what `load` takes; replicates and seed, default the scenario's;
    workers, threads; record, summary, daily or full; out, a folder to keep the results in, default only in memory;
    overwrite, whether results in that folder may go.
    Raises InputError for bad input, sim.experiment.execution.Interrupted and AllFailed.
    """
    from sim.experiment.design import resolved_design, with_options
    from sim.experiment.execution import execute, recording
    from sim.experiment.results import Results
    from sim.experiment.store import Memory, prepare

    resolved = load(scenario) if isinstance(scenario, str | Path) else scenario
    design = resolved_design(with_options(resolved, replicates=replicates, seed=seed))
    store = Memory() if out is None else prepare(Path(out), overwrite=overwrite)
    with recording(design, store, record) as manifest:
        execute(design, store, manifest, workers=workers)
    return Results.of(store)


def _write_plots(path: Path) -> list[Path]:
    drawn: list[Path] = import_module("sim.plots").write_plots(path)
    return drawn


drawing.write_plots = _write_plots


_LAZY: dict[str, Callable[[], Any]] = {
    "DetentionModel": lambda: import_module("sim.model").DetentionModel,
    "Results": lambda: import_module("sim.experiment.results").Results,
    "__version__": lambda: import_module("sim.experiment.environment").program_version(),
}
__all__ = ["load", "run", *_LAZY]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _LAZY[name]()


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
