"""Detention sites when their sponsor leaves: how many could get out, and how much of it anyone would know.

    scenario = sim.load("scenarios/ne-syria-2019.yaml", {"guards.scale": 0.5})
    results = sim.run(scenario, replicates=500, seed=1)
    study = sim.sweep("guards-tipping", replicates=50)

A lazy face: nothing heavy is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment import drawing
from sim.scenario.errors import as_arguments

if TYPE_CHECKING:
    from sim.experiment.design import Design
    from sim.experiment.results import Results
    from sim.model import DetentionModel
    from sim.scenario.errors import InputError
    from sim.scenario.resolved import Resolved

    __version__: str

__all__ = ["DetentionModel", "InputError", "Results", "__version__", "load", "run", "sweep"]


def load(path: str | Path, overrides: Mapping[str, object] | None = None) -> Resolved:
    """Read a scenario file, or the shipped scenario of that name.

    Parameters: overrides, values by dotted path, which rank above the file.
    Raises sim.scenario.errors.InputError with everything that is wrong.
    """
    from sim.scenario import loader

    with as_arguments():
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
    """Run replicates of a scenario, on all cores; in a notebook a line below the cell tells how far it is.

    Parameters: scenario, as `load` gives it, or what `load` takes; replicates and seed, default the scenario's;
    workers, threads; record, summary, daily or full; out, a folder to keep the results in, default only in memory;
    overwrite, whether results in that folder may go.
    Raises InputError for bad input, sim.experiment.execution.Interrupted and AllFailed.
    """
    from sim.experiment.design import resolved_design, with_options

    with as_arguments():
        design = resolved_design(with_options(_resolved(scenario), replicates=replicates, seed=seed))
        return _executed(design, workers, record, out, overwrite=overwrite)


def sweep(
    path: str | Path,
    overrides: Mapping[str, object] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    record: str = "daily",
    out: str | Path | None = None,
    overwrite: bool = False,
) -> Results:
    """Run a sweep file, or the shipped sweep of that name, on all cores.

    Parameters: overrides, values by dotted path, which rank above the file; the others as for `run`.
    Raises InputError for bad input, sim.experiment.execution.Interrupted and AllFailed.
    """
    from sim.experiment.design import sweep_design

    numbers = {key: value for key, value in (("replicates", replicates), ("seed", seed)) if value is not None}
    with as_arguments():
        design = sweep_design(path, {**(overrides or {}), **numbers})
        return _executed(design, workers, record, out, overwrite=overwrite)


def _resolved(scenario: object) -> Resolved:
    """Return a scenario, read if it is a name or path. Raises TypeError for what is neither."""
    from sim.scenario.resolved import Resolved

    if isinstance(scenario, str | Path):
        return load(scenario)
    if not isinstance(scenario, Resolved):
        kind = type(scenario).__name__
        raise TypeError(f"scenario is a {kind}; expected a name, a path, or what sim.load returns")
    return scenario


def _executed(design: Design, workers: int | None, record: str, out: str | Path | None, *, overwrite: bool) -> Results:
    from sim.experiment.execution import execute, recording
    from sim.experiment.notebook import own_watcher
    from sim.experiment.results import Results
    from sim.experiment.store import Memory, prepare
    from sim.tables import RECORD_LEVELS

    if record not in RECORD_LEVELS:
        raise ValueError(f"record is {record!r}; expected one of {', '.join(RECORD_LEVELS)}")
    store = Memory() if out is None else prepare(Path(out), overwrite=overwrite)
    with recording(design, store, record) as manifest:
        execute(design, store, manifest, workers=workers, watcher=own_watcher())
    return Results.of(store)


def _write_plots(path: Path) -> list[Path]:
    drawn: list[Path] = import_module("sim.plots").write_plots(path)
    return drawn


drawing.write_plots = _write_plots


_LAZY: dict[str, Callable[[], Any]] = {
    "InputError": lambda: import_module("sim.scenario.errors").InputError,
    "DetentionModel": lambda: import_module("sim.model").DetentionModel,
    "Results": lambda: import_module("sim.experiment.results").Results,
    "__version__": lambda: import_module("sim.experiment.environment").program_version(),
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _LAZY[name]()


def __dir__() -> list[str]:
    return sorted(__all__)
