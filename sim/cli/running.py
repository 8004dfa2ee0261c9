"""The part that `run`, `sweep`, `replay` and `resume` share: run a design, draw the figures, print the answer."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.options import RunOptions
from sim.experiment.design import Design
from sim.experiment.execution import AllFailed, Interrupted, continuing, execute, recording
from sim.experiment.extra import draws
from sim.experiment.lacking import lacking
from sim.experiment.manifest import Manifest
from sim.experiment.store import MANIFEST, Folder, Moved, default_folder, parsed, prepare
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import display

if TYPE_CHECKING:
    from sim.experiment.precision import Precision
    from sim.experiment.results import Results


def design_command(kind: str, help: str, load: Callable[[str, dict[str, object]], Design]) -> Callable[..., None]:
    """Return the command that runs a design, with all options of `run` and `sweep`.

    Parameters: kind and help, of the argument; load, makes a design of that file and the overrides.
    """

    def command(
        file: str,
        replicates: options.Replicates = None,
        seed: options.Seed = None,
        days: options.Days = None,
        sets: options.Sets = None,
        workers: options.Workers = None,
        cluster: options.Cluster = None,
        precision: options.PrecisionText = None,
        out: options.Out = None,
        record: options.Recorded = options.DAILY,
        as_json: options.AsJson = False,
        quiet: options.Quiet = False,
        no_plots: options.NoPlots = False,
        overwrite: options.Overwrite = False,
    ) -> None:
        design = load(file, options.overrides(sets, replicates, seed, days))
        run_design(design, RunOptions(workers, cluster, precision, out, record, as_json, quiet, no_plots, overwrite))

    command.__annotations__["file"] = Annotated[str, typer.Argument(metavar=kind, help=help)]
    return command


def run_design(design: Design, how: RunOptions) -> None:
    """Run a design into its folder and print the answer.

    Raises InputError, typer.Exit(3) if stopped, typer.Exit(1) if all replicates failed.
    """
    wanted = None
    if how.precision is not None:
        from sim.experiment.precision import parse_precision

        wanted = parse_precision(how.precision)
    store = prepare(how.out or default_folder(design.name), overwrite=how.overwrite)
    with _ending(store), recording(design, store, how.record, wanted) as manifest:
        _execute(design, store, manifest, how)
    _conclude(store.path, how)


def run_only(design: Design, how: RunOptions, wanted: Precision | None = None) -> Path:
    """Run a design into its folder and return that, without figures or an answer. Raises as `run_design` does."""
    store = prepare(how.out or default_folder(design.name), overwrite=how.overwrite)
    with _ending(store), recording(design, store, how.record, wanted) as manifest:
        _execute(design, store, manifest, how)
    failed = manifest.counted()["failed"]
    if failed:
        _complain(f"{failed:,} of {manifest.counted()['done']:,} replicates failed; `runs` holds their errors")
    return store.path


def replay(design: Design, results: Results, point: int, how: RunOptions) -> None:
    """Run one replicate again, and compare it with the stored row.

    Raises typer.Exit(1) if it differs though the code is the same; and as `run_design` does, but for a replicate that
    failed again.
    """
    from sim.cli.answer import replayed
    from sim.experiment.replay import made_by, same_as_stored
    from sim.experiment.results import Results

    if how.out is not None and results.path is not None and how.out.resolve() == results.path.resolve():
        raise InputError([Problem("--out", 0, display(how.out), "holds what is to be replayed", "another folder")])
    store = prepare(how.out or default_folder(f"{design.name}-replay"), overwrite=how.overwrite)
    with _ending(store, advice=""):
        try:
            with recording(design, store, how.record) as manifest:
                _execute(design, store, manifest, how)
        except AllFailed as error:
            _complain(f"the replicate failed: {error}")
    again = Results.open(store.path)
    if 0 < again.failed < design.total:
        _complain("the branch failed; `runs` holds its error")
    same = same_as_stored(results, again, point, design.start)
    other = made_by(results)
    wrong = not same and other is None
    verdict = "equals the stored row" if same else "DIFFERS from the stored row"
    if other is not None:
        verdict += f" (the results were made by {other})"
    drawn = _drawn(store.path) if draws(again.status == "done" and not how.no_plots, later(store.path)) else []
    if not how.quiet or wrong:
        print(f"replicate {design.start} of point {point}: {verdict}", file=sys.stderr)
    if not how.quiet:
        replayed(again, drawn, to_stderr=how.as_json or wrong)
    if wrong:
        raise typer.Exit(1)
    if how.as_json:
        typer.echo(json.dumps({**sweep_json(again), "same": same}))


def resume(how: RunOptions) -> None:
    """Finish the results in a folder and print the answer. Raises as `run_design` does."""
    from sim.experiment.resume import begun

    assert how.out is not None
    if not how.out.is_dir():
        raise InputError([Problem(display(how.out), 0, "", "holds no results", "a results folder")])
    store = Folder(how.out)
    with _ending(store), store.locked():
        found = begun(store)
        if found.design is None:
            print(f"{display(store.path)} is finished; there is nothing to resume", file=sys.stderr)
            if how.as_json:
                from sim.experiment.results import Results

                typer.echo(json.dumps(sweep_json(Results.open(store.path))))
            return
        if not how.quiet:
            lost = f", {found.spoiled:,} spoiled files are made again" if found.spoiled else ""
            done = sum(part["replicates"] for part in found.parts if part["table"] == "runs")
            print(f"resuming: {done:,} of {found.design.total:,} replicates are stored{lost}", file=sys.stderr)
        with continuing(store, found.manifest, found.parts) as manifest:
            _execute(found.design, store, manifest, how)
    _conclude(store.path, how, resumed=True)


def _execute(design: Design, store: Folder, manifest: Manifest, how: RunOptions) -> None:
    with Screen(quiet=how.quiet) as screen:
        execute(design, store, manifest, workers=how.workers, cluster=how.cluster, watcher=screen)


@contextlib.contextmanager
def _ending(store: Folder, advice: str = "; `resume` goes on") -> Iterator[None]:
    """Turn an interrupted or failed run into a line on stderr and an exit code."""
    try:
        yield
    except Interrupted as stop:
        _complain(f"stopped ({stop.reason}); {_kept(store)} in {display(store.path)}{advice}")
        raise typer.Exit(3) from None
    except Moved as gone:
        _complain(f"stopped ({gone.strerror}); what was stored is where it is now{advice}")
        raise typer.Exit(3) from None
    except AllFailed as error:
        _complain(f"every replicate failed: {error}")
        raise typer.Exit(1) from None


def _conclude(path: Path, how: RunOptions, *, resumed: bool = False) -> None:
    """Draw the figures and print the answer."""
    from sim.cli.answer import answer
    from sim.experiment.results import Results

    results = Results.open(path)
    if results.failed:
        done = results.manifest["counts"]["done"]
        _complain(f"{results.failed:,} of {done:,} replicates failed; `runs` holds their errors")
    if not how.quiet:
        for line in _precision(results):
            print(line, file=sys.stderr)
    drawn = _drawn(path) if draws(not how.no_plots, later(path)) else []
    if not how.quiet:
        answer(results, drawn, to_stderr=how.as_json)
    if how.as_json:
        single = results.manifest["kind"] == "run" and not resumed
        typer.echo(json.dumps(run_json(results) if single else sweep_json(results)))


def _drawn(path: Path) -> list[Path]:
    """Draw the figures. Raises typer.Exit(3) on a full disk and its like: the tables are done, `plot` draws later."""
    try:
        return draw(path)
    except Exception as error:
        if (reason := lacking(error)) is None:
            raise
        _complain(f"{reason}: {display(path)} has all its tables, `plot` draws the figures")
        raise typer.Exit(3) from None


def _precision(results: Results) -> Iterator[str]:
    """Yield a line on the precision reached, and one for each of the first points that missed it."""
    wanted = results.manifest["precision"]
    if wanted is None or wanted.get("paired"):
        return
    points = wanted["points"]
    missed = [entry for entry in points if entry["status"] != "reached"]
    name, share = wanted["metric"], wanted["share"]
    yield f"precision: {name} to {share:g} of its mean at {len(points) - len(missed):,} of {len(points):,} points"
    for entry in missed[:10]:
        if entry["half_width"] is None or not entry["mean"]:
            why = f"it is always {entry['mean']:g}" if entry["mean"] is not None else "there was none"
        else:
            why = f"{entry['half_width'] / abs(entry['mean']):.3f} of its mean, {entry['above_mean']} above it"
        yield f"  not reached at point {entry['point']} with {entry['replicates']:,} replicates: {why}"


def later(path: Path) -> str:
    """Return the command that draws the figures of a results folder."""
    return f"detention-sim plot {shlex.quote(display(path))}"


def draw(path: Path) -> list[Path]:
    """Draw the figures and write the report of a results folder."""
    from sim.report import write_all

    drawn: list[Path] = write_all(path)
    return drawn


def run_json(results: Results) -> dict[str, Any]:
    """Return the object that `run --json` prints."""
    (point,) = results.metrics()
    return {
        "scenario": results.name,
        "replicates": point["replicates"],
        "seed": results.manifest["seed"],
        "metrics": point["metrics"],
        "out": str(results.path),
    }


def sweep_json(results: Results) -> dict[str, Any]:
    """Return the object that `sweep --json` prints."""
    return {
        "out": str(results.path),
        "status": results.status,
        "failed": results.failed,
        "points": results.metrics(),
    }


def _kept(store: Folder) -> str:
    try:
        counts = parsed(store.read(MANIFEST))["counts"]
    except (OSError, ValueError) as error:
        return "nothing is" if lacking(error) is None else "what was stored is"
    return f"{counts['done']:,} of {counts['replicates']:,} replicates are"


def _complain(text: str) -> None:
    print(f"detention-sim: {printable(text)}", file=sys.stderr)


class Screen:
    """Shows progress on stderr, with a bar on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        """`quiet` shows nothing."""
        self._quiet = quiet
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def say(self, text: str) -> None:
        """One line."""
        if not self._quiet:
            print(printable(text), file=sys.stderr)

    def compiling(self) -> None:
        """Explain the wait."""
        from sim.experiment.batch import COMPILING

        self.say(COMPILING)

    def started(self, total: int) -> None:
        """Show the bar."""
        if self._quiet or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("replicates"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}/s"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("", total=total, rate="-")
        self._progress.start()

    def advanced(self, replicates: int) -> None:
        """Move the bar."""
        if self._progress is None:
            return
        speed = self._progress.tasks[0].speed
        self._progress.update(self._task, advance=replicates, rate=f"{speed:,.0f}" if speed else "-")
