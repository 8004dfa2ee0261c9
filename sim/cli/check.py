"""`detention-sim check`: every problem of a file, what a scenario's places lose in calm, and what a replicate costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from sim.scenario import shipped
from sim.scenario.claims import parse_claims
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.events import parse_events
from sim.scenario.files import decode, display, read_bytes
from sim.scenario.loader import exists, load, load_theatre, missing
from sim.scenario.resolved import Resolved
from sim.scenario.size import memory
from sim.scenario.sweep import load_sweep
from sim.scenario.yamlfile import parse

if TYPE_CHECKING:
    from sim.experiment.calm import CalmLoss


LISTED = 40
"""Most places of a scenario whose losses are printed; `--json` has all."""
PATIENCE = 10.0
"""Longest wait for the replicate that is timed, seconds."""


class Cost(NamedTuple):
    """What a replicate takes: seconds of a core, None for more than PATIENCE, and at most MB (10^6 bytes) of memory."""

    seconds: float | None
    megabytes: float
    replicates: int

    def told(self) -> str:
        """Return the cost in a line."""
        memory = f"at most {max(0.1, self.megabytes):,.1f} MB"
        if self.seconds is None:
            return f"a replicate takes over {PATIENCE:g} s of a core and {memory}"
        whole = f"{self.replicates:,} take about {_seconds(self.seconds * self.replicates)}"
        return f"the first replicate takes {_seconds(self.seconds)} of a core and {memory}; {whole}"


def _seconds(value: float) -> str:
    """Return a time in the unit that suits it."""
    number, unit = (1000 * value, "ms") if value < 1.0 else (value, "s") if value < 100.0 else (value / 60, "min")
    return f"{number:,.{0 if number >= 10 else 1}f} {unit}"


def command(
    files: Annotated[
        list[str], typer.Argument(help="Scenario, theatre, sweep, claims or events files, or shipped names.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as one JSON object.")] = False,
    in_calm: Annotated[
        bool, typer.Option("--calm/--no-calm", help="Tell what a scenario's places lose when nothing happens.")
    ] = True,
) -> None:
    """Check files; exit 2 if anything is wrong with any of them."""
    problems: list[Problem] = []
    good: list[str] = []
    scenarios: list[tuple[str, Resolved]] = []
    for file in files:
        try:
            notes, scenario = check(file)
        except InputError as error:
            problems += error.problems
            continue
        good.append(f"{display(file)}: ok")
        if scenario is not None:
            scenarios.append((display(file), scenario))
        for note in notes:
            print(printable(f"{display(file)}: note: {note}"), file=sys.stderr)
    tried = [] if problems or not in_calm else [(name, _tried(name, scenario)) for name, scenario in scenarios]
    if as_json:
        answer: dict[str, Any] = {"problems": [problem.as_dict() for problem in problems]}
        if in_calm and not problems:
            answer["calm"] = [_as_data(name, loss) for name, (losses, _) in tried for loss in losses]
            answer["cost"] = [{"file": name, **cost._asdict()} for name, (_, cost) in tried if cost is not None]
        typer.echo(json.dumps(answer))
        raise typer.Exit(2 if problems else 0)
    for line in good:
        print(printable(line), file=sys.stderr if problems else sys.stdout)  # nothing on stdout where anything is wrong
    for name, (losses, cost) in tried:
        for line in (*_told(name, losses), *([] if cost is None else [f"{name}: {cost.told()}"])):
            print(printable(line))
    if problems:
        raise InputError(problems)


def check(file: str) -> tuple[Sequence[str], Resolved | None]:
    """Return notes on a good file of any kind, and the scenario if it is one.

    Raises InputError with every problem of a bad one.
    """
    path = shipped.find(shipped.find(file), "sweeps")
    if not exists(path):
        raise missing(path)
    name = display(path)
    text = decode(read_bytes(path), name)
    if "acc_low" in text.lstrip("\ufeff \n").split("\n", 1)[0].lower().split(","):
        return [f"{e.event_id}: {e.why_not_scored}" for e in parse_events(text, name) if e.why_not_scored], None
    if path.suffix.lower() == ".csv" or "event_id" in text.lstrip().split("\n", 1)[0].split(","):
        return [f"line {claim.line}: {claim.note}" for claim in parse_claims(text, name) if claim.note], None
    data = parse(text, name).data
    keys = set(data) if isinstance(data, dict) else set()
    if {"vary", "scenario"} & keys:
        return load_sweep(path).notes, None
    if {"grid", "facilities"} <= keys or {"grid", "parties"} <= keys:
        load_theatre(path)
        return (), None
    scenario = load(path)
    return scenario.notes, scenario


def _tried(name: str, scenario: Resolved) -> tuple[list[CalmLoss], Cost | None]:
    """Return what a scenario's places lose when nothing happens, and what a replicate of it costs.

    Warns of places that lose more than any on record.
    """
    from sim.experiment.batch import COMPILING, is_cold
    from sim.experiment.calm import RECORD_HIGH, loss_in_calm
    from sim.experiment.execution import timed

    if is_cold():
        print(f"{COMPILING} --no-calm does without.", file=sys.stderr)
    try:
        losses = loss_in_calm(scenario)
        megabytes = sum(part.bytes for part in memory(scenario.scenario, scenario.theatre)) / 1e6
        cost = Cost(timed(scenario, PATIENCE), megabytes, scenario.scenario.replicates)
    except Exception as error:  # a run counts its failed replicates, and does not refuse the file
        print(printable(f"{name}: warning: it could not be tried: {error}"), file=sys.stderr)
        return [], None
    for loss in losses:
        if loss.is_high:
            print(
                printable(
                    f"{name}: warning: {loss.facility} loses {_rate(loss)} per 1,000 person-years when nothing happens,"
                    f" ordinary systems at most {RECORD_HIGH:g}. Look at: authority of its party"
                    f" {loss.authority:g}, guards {loss.guards_per_100:.2g} per 100 held, people"
                    f" {loss.held_per_capacity:.2g} times capacity"
                ),
                file=sys.stderr,
            )
    return losses, cost


def _told(name: str, losses: list[CalmLoss]) -> list[str]:
    """Return the lines on what a scenario's places lose when nothing happens."""
    if not losses:
        return []
    from sim.experiment.calm import DAYS

    tried = f"{DAYS} days, {losses[0].replicates} replicates"
    head = f"{name}: escapes per 1,000 person-years when nothing happens ({tried}), with 95% intervals:"
    most = sorted(losses, key=lambda loss: -loss.per_1000_year[0])[:LISTED]
    shown = losses if len(losses) <= LISTED else most
    width = max(len(loss.facility) for loss in shown)
    rest = len(losses) - len(shown)
    more = [f"  and {rest:,} more that lose no more than these; --json has all"] if rest else []
    return [head, *(f"  {loss.facility:{width}}  {_rate(loss)}" for loss in shown), *more]


def _rate(loss: CalmLoss) -> str:
    """Return a rate with its interval."""
    found, low, high = loss.per_1000_year
    return f"{found:,.1f} ({low:,.1f} to {high:,.1f})"


def _as_data(name: str, loss: CalmLoss) -> dict[str, Any]:
    """Return what a facility loses when nothing happens as `--json` prints it."""
    found, low, high = loss.per_1000_year
    return {
        "file": name,
        "facility": loss.facility,
        "per_1000_year": found,
        "low": low,
        "high": high,
        "replicates": loss.replicates,
        "warning": loss.is_high,
    }
