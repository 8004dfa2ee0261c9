"""Resume: read the design of begun results again, and find out which of their parts are intact."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.experiment import confined
from sim.experiment.design import Design, cuts, scenario_design, scenarios_design, sweep_design
from sim.experiment.environment import differences
from sim.experiment.shape import manifest_of
from sim.experiment.store import MANIFEST, PART, Folder, torn
from sim.scenario.errors import InputError, Problem, shown
from sim.scenario.files import display
from sim.tables import TABLES, tables_of

SAME = "results that this version, these files and this seed began; or a new run"


class Begun(NamedTuple):
    """Results to resume: the manifest, its entries of intact parts, and the design.

    `spoiled` counts parts and other files that are missing or altered; `design` is None if nothing is missing.
    """

    manifest: dict[str, Any]
    parts: list[dict[str, Any]]
    spoiled: int
    design: Design | None


def begun(store: Folder) -> Begun:
    """Read begun results from a folder that the caller has locked.

    Raises InputError: no results; or something is missing and code, Python, packages, files or settings have changed
    (every difference is named).
    """
    data = _manifest(store)
    parts, spoiled = _intact(data, store)
    spoiled += sum(not _is_intact(name, digest, store) for name, digest in data["files"].items())
    if data["status"] == "done" and not spoiled:
        return Begun(data, parts, 0, None)
    problems = [*_code(data, store)]
    if problems:
        raise InputError(problems)
    design = _design(data, store)
    problems = [*_inputs(data, design, store), *_settings(data, design, store)]
    if problems:
        raise InputError(problems)
    _tidy(store, {part["file"] for part in parts})
    return Begun(data, parts, spoiled, design)


def _problem(store: Folder, key: str, problem: str, expected: str = SAME) -> Problem:
    return Problem(display(store.path / MANIFEST), 0, key, problem, expected)


def _manifest(store: Folder) -> dict[str, Any]:
    data = manifest_of(store)
    if data["kind"] not in ("run", "sweep", "compare"):
        raise InputError([_problem(store, "kind", f"{shown(data['kind'])} cannot be resumed", "run, sweep or compare")])
    return data


def _code(data: dict[str, Any], store: Folder) -> Iterator[Problem]:
    """Yield a problem for the code, Python or package that is not what made the results."""
    for key, before, now in differences(data["code"], data["python"], data["packages"]):
        if key == "code":
            yield _problem(store, key, f"the results were made by code {before}, this is {now}")
        else:
            yield _problem(store, key, f"{before} then, {now} now")


def _design(data: dict[str, Any], store: Folder) -> Design:
    """Read the design again from the files that were given."""
    request = data["request"]
    kind = str(data["kind"])
    named = request.get({"run": "scenario", "sweep": "sweep", "compare": "scenarios"}[kind])
    overrides, base = request.get("overrides"), data.get("base")
    several = isinstance(named, list) and bool(named) and all(isinstance(name, str) for name in named)
    good = several if kind == "compare" else isinstance(named, str)
    if not good or not isinstance(overrides, dict) or not isinstance(base, str):
        raise InputError([_problem(store, "request", "does not say what was asked for")])
    make: dict[str, Callable[..., Design]] = {
        "run": scenario_design,
        "sweep": sweep_design,
        "compare": scenarios_design,
    }
    with _standing_in(Path(os.path.realpath(os.path.join(os.path.realpath(store.path), base))), store):
        design = make[kind](named, overrides)
        _ = design.points
    return design


@contextlib.contextmanager
def _standing_in(folder: Path, store: Folder) -> Iterator[None]:
    """Enter the folder in which the results were begun, so that relative names mean the same."""
    here = os.getcwd()
    try:
        os.chdir(folder)
    except OSError as error:
        problem = f"{shown(str(folder))} cannot be entered: {(error.strerror or '').lower()}"
        raise InputError([_problem(store, "base", problem, "the folder that the run was started in")]) from None
    try:
        yield
    finally:
        os.chdir(here)


def _inputs(data: dict[str, Any], design: Design, store: Folder) -> Iterator[Problem]:
    """Yield a problem for each file read that has changed; none if the results were stopped before reading files."""
    if not data["points"]:
        return
    before, now = data["inputs"], design.sources
    if sorted(before.values()) == sorted(now.values()):
        return  # the same content, wherever the files lie now
    for name in dict.fromkeys((*before, *now)):
        if name not in now:
            yield _problem(store, f"inputs.{name}", "is not read any more")
        elif name not in before:
            yield _problem(store, f"inputs.{name}", "was not read then")
        elif before[name] != now[name]:
            yield _problem(store, f"inputs.{name}", f"has changed: {before[name][:12]} then, {now[name][:12]} now")


def _settings(data: dict[str, Any], design: Design, store: Folder) -> Iterator[Problem]:
    """Yield a problem for each setting in which manifest and files differ."""
    now = {
        "name": design.name, "seed": design.seed, "replicates": design.replicates, "design": design.method,
        "varied": list(design.varied),
    }  # fmt: skip
    for key, value in now.items():
        if data[key] != value:
            yield _problem(store, key, f"{shown(data[key])} in the results, {shown(value)} by the files")
    if data["points"] and [point["values"] for point in data["points"]] != [point.values for point in design.points]:
        yield _problem(store, "points", "differ from what the files say")


def _intact(data: dict[str, Any], store: Folder) -> tuple[list[dict[str, Any]], int]:
    """Return the entries of batches whose parts are all intact, and the number of parts that are not."""
    size = data["batch"]
    known = set(cuts(len(data["points"]), data["replicates"], size)) if size is not None else set()
    by_batch: dict[tuple[int, int, int], list[dict[str, Any]]] = {}
    for part in data["parts"]:
        by_batch.setdefault((part["point"], part["first"], part["replicates"]), []).append(part)
    kept: list[dict[str, Any]] = []
    spoiled = 0
    for (_, first, size), parts in by_batch.items():
        bad = sum(not _is_intact(part["file"], part["sha256"], store) for part in parts)
        bad += len(set(tables_of(data["record"])) - {part["table"] for part in parts})
        whole = data["precision"] is not None or (first, size) in known
        spoiled += bad if whole else len(parts)
        kept += parts if whole and not bad else []
    return kept, spoiled


def _is_intact(name: str, digest: str, store: Folder) -> bool:
    try:
        return hashlib.sha256(store.read(name)).hexdigest() == digest
    except (OSError, ValueError):
        return False


def _tidy(store: Folder, kept: set[str]) -> None:
    """Remove parts that are torn or missing in the manifest, which are made again, and what else is half written."""
    for path in torn(store.path):
        path.unlink(missing_ok=True)
    for table in TABLES:
        for path in confined.files_in(store.path, table):
            if PART.fullmatch(path.name) and f"{table}/{path.name}" not in kept:
                path.unlink()
