"""What leaves the page: the scenario with the page's settings as a file, and the command line that does the same."""

from __future__ import annotations

import json
import shlex
from typing import Any

import yaml

from sim.app.ensemble import REPLICATES
from sim.app.run_pane import RunPane
from sim.app.settings import PACE
from sim.app.start import Start
from sim.model import DetentionModel
from sim.scenario import shipped
from sim.scenario.files import display


def takeaway(pane: RunPane, start: Start) -> dict[str, Any] | None:
    """Return the scenario's file (`yaml`), a name for it, commands, and what to know; None without a run."""
    if pane.model is None:
        return None
    name = (pane.file or pane.model.resolved.scenario.name).rsplit(".", 1)[0]
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name).strip("-")[:60] or "scenario"
    return {
        "file": f"{plain}-changed.yaml",
        "yaml": scenario_file(pane, start, pane.model),
        "command": "\n".join(commands(pane, start, pane.model, plain)),
        "note": _note(pane, start),
    }


def scenario_file(pane: RunPane, start: Start, model: DetentionModel) -> str:
    """Return a scenario that extends the one shown by the page's settings; one from results stands whole."""
    if pane.file is None:
        return model.resolved.as_yaml()
    data: dict[str, Any] = {"extends": _named(pane.file, start), "seed": model.seed_number}
    for path, value in _settings(pane, model).items():
        here = data
        *keys, last = path.split(".")
        for key in keys:
            here = here.setdefault(key, {})
        here[last] = value
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def commands(pane: RunPane, start: Start, model: DetentionModel, name: str) -> list[str]:
    """Return the commands that run the ensemble, and then show this replicate of it."""
    folder = f"results/{name}"
    if pane.file is None:
        run = ["detention-sim", "run", f"{name}-changed.yaml"]
    else:
        run = ["detention-sim", "run", _named(pane.file, start, whole=True)]
        for path, value in _settings(pane, model).items():
            run += ["--set", f"{path}={value if isinstance(value, str) else json.dumps(value)}"]
    run += [
        "--seed",
        str(model.seed_number),
        "--replicates",
        str(max(REPLICATES, model.replicate + 1)),
        "--out",
        folder,
    ]
    show = ["detention-sim", "replay", folder, "--replicate", str(model.replicate), "--view"]
    return [shlex.join(run), shlex.join(show)]


def _settings(pane: RunPane, model: DetentionModel) -> dict[str, Any]:
    """Return the page's settings as a scenario has them: the pace of withdrawal as dates."""
    found = {path: value for path, value in pane.settings.items() if path != PACE}
    if PACE in pane.settings:
        found["withdrawal.schedule"] = [list(entry) for entry in model.resolved.scenario.withdrawal.schedule]
    return found


def _named(file: str, start: Start, *, whole: bool = False) -> str:
    """Return how a file is named: a shipped one by its name, another as it lies in its folder or by its whole path."""
    if start.folder == shipped.folder():
        return file.rsplit(".", 1)[0]
    return display(start.folder / file) if whole else file


def _note(pane: RunPane, start: Start) -> str:
    if pane.file is None:
        return "Save the file first; the first command reads it."
    beside = "" if start.folder == shipped.folder() else f"Save it in the folder of {pane.file}, which it extends. "
    return f"{beside}The first command runs the ensemble, the second shows this replicate of it."
