"""What `run` and `sweep` do once the design is known: store, watch, draw, answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli.options import Running
from sim.experiment.design import Design
from sim.experiment.execution import AllFailed, Interrupted, execute, recording
from sim.experiment.manifest import Manifest
from sim.experiment.store import default_folder, prepare
from sim.scenario.errors import printable
from sim.scenario.files import display

if TYPE_CHECKING:
    from sim.experiment.results import Results


def conduct(design: Design, how: Running) -> None:
    """Run a design into its folder and print the answer. Raises typer.Exit(3) if stopped, (1) if all failed."""
    store = prepare(how.out or default_folder(design.name), overwrite=how.overwrite)
    screen = Screen(quiet=how.quiet)
    try:
        with recording(design, store, how.record) as manifest:
            for note in design.notes:
                screen.say(f"note: {note}")
            with screen:
                execute(design, store, manifest, workers=how.workers, watcher=screen)
    except Interrupted as stop:
        _complain(f"stopped ({stop.reason}); {_kept(manifest)} in {display(store.path)}")
        raise typer.Exit(3) from None
    except AllFailed as error:
        _complain(f"every replicate failed: {error}")
        raise typer.Exit(1) from None
    _conclude(design, store.path, manifest, how, screen)


def _conclude(design: Design, path: Path, manifest: Manifest, how: Running, screen: Screen) -> None:
    """Figures, the answer, and where everything is."""
    from sim.cli.answer import answer
    from sim.experiment.results import Results

    results = Results.open(path)
    if results.failed:
        counts = manifest.data["counts"]
        _complain(f"{counts['failed']:,} of {counts['done']:,} replicates failed; `runs` holds their errors")
    drawn = [] if how.no_plots else draw(path)
    if not how.quiet:
        answer(results, drawn, to_stderr=how.as_json)
    if how.as_json:
        typer.echo(json.dumps(run_json(results) if design.kind == "run" else sweep_json(results)))


def draw(path: Path) -> list[Path]:
    """Draw the figures and write the report of a results folder."""
    from sim.report import write_all

    drawn: list[Path] = write_all(path)
    return drawn


def run_json(results: Results) -> dict[str, Any]:
    """What `run --json` prints."""
    from sim.experiment import summary

    runs = results.runs
    return {
        "scenario": results.name,
        "replicates": len(summary.done(runs)),
        "seed": results.manifest["seed"],
        "metrics": summary.metrics(runs),
        "out": str(results.path),
    }


def sweep_json(results: Results) -> dict[str, Any]:
    """What `sweep --json` prints."""
    return {
        "out": str(results.path),
        "status": results.status,
        "failed": results.failed,
        "points": results.metrics(),
    }


def _kept(manifest: Manifest) -> str:
    counts = manifest.data["counts"]
    return f"{counts['done']:,} of {counts['replicates']:,} replicates are"


def _complain(text: str) -> None:
    print(f"detention-sim: {printable(text)}", file=sys.stderr)


class Screen:
    """Says on stderr how a run goes; a progress bar only on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        """`quiet` says nothing at all."""
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
        """Say why nothing happens for a while."""
        self.say("Compiling the rules, once for this version of the program: about half a minute.")

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
