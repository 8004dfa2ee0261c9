"""`manifest.json`: the design, its inputs, the program that ran it, and the parts stored."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sim.experiment.design import Batch, Design
from sim.experiment.environment import here, program_version
from sim.experiment.settings import differences
from sim.experiment.store import FORMAT, MANIFEST, PROGRAM, Store
from sim.scenario import shipped
from sim.scenario.imposed import imposed
from sim.tables import TABLES

if TYPE_CHECKING:
    from sim.experiment.precision import Precision

OFTEN = 0.1
"""Shortest time between two writes while parts arrive, seconds."""


class Manifest:
    """The manifest of a run in progress, kept in `data`, written atomically. `asked` is set when the run must stop."""

    def __init__(self, store: Store, data: dict[str, Any]) -> None:
        """A manifest in `store`; see `begun` and `reopened`."""
        self._store = store
        self._began = time.monotonic()
        self._before = float(data["timings"]["seconds"] or 0.0)
        self._written = 0.0
        self._cost = 0.0
        self.asked = threading.Event()
        self.data = data

    @classmethod
    def begun(cls, design: Design, store: Store, *, record: str, precision: Precision | None = None) -> Self:
        """Write the manifest of a design that is about to run, before its points are read; `record` as `--record`."""
        manifest = cls(
            store,
            {
                "program": PROGRAM,
                "format": FORMAT,
                "kind": design.kind,
                "name": design.name,
                "description": design.description,
                "status": "running",
                "error": None,
                "request": design.request,
                "base": _way_back(store.path) if store.path is not None else None,
                "seed": design.seed,
                "replicates": design.replicates,
                "first": design.start,
                "batch": None,
                "record": record,
                "precision": precision.as_data() if precision is not None else None,
                "design": design.method,
                "samples": design.samples,
                "varied": list(design.varied),
                "problem": {},
                "inputs": {},
                "notes": [],
                "imposed": [],
                "version": program_version(),
                "code": here().code,
                "commit": None,
                "python": here().python,
                "architecture": platform.machine(),
                "packages": dict(here().packages),
                "counts": {"replicates": design.total, "done": 0, "failed": 0},
                "timings": {
                    "started": _now(), "ended": None, "seconds": None, "compiling": None, "per_second": None,
                    "resumed": [],
                },
                "columns": {},
                "files": {},
                "points": [],
                "parts": [],
            },
        )  # fmt: skip
        manifest.write()
        return manifest

    @classmethod
    def reopened(cls, store: Store, data: dict[str, Any], parts: list[dict[str, Any]]) -> Self:
        """Continue a manifest that was read, with `parts` as its entries of intact parts."""
        manifest = cls(store, data)
        data["parts"] = parts
        data["status"], data["error"] = "running", None
        data["timings"]["resumed"].append(_now())
        manifest.write()
        return manifest

    def describe(self, design: Design, batch: int, columns: dict[str, Any], files: dict[str, str]) -> None:
        """Add what takes longer to find out: inputs, commit, the columns' units, other files, and every point.

        The `scenario` of a point is its diff to `scenario.yaml`.
        """
        first = design.points[0].resolved
        self.data["inputs"] = design.sources
        self.data["problem"] = design.problem
        self.data["notes"] = [note.replace(f"{shipped.folder()}/", "shipped/") for note in design.notes]
        self.data["imposed"] = list(imposed(first.scenario))
        self.data["batch"] = batch
        self.data["commit"] = commit()
        self.data["columns"] = columns
        self.data["files"] = files
        self.data["points"] = [
            {
                "point": point.index,
                "values": point.values,
                "seed": point.resolved.scenario.seed,
                "days": point.resolved.scenario.days,
                "scenario": differences(first, point.resolved),
            }
            for point in design.points
        ]
        self.write()

    def discard(self) -> None:
        """Remove the manifest and the files beside it: nothing was run."""
        self._store.discard()

    def add(self, batch: Batch, parts: Mapping[str, tuple[int, str]], failed: int) -> None:
        """Add the stored parts of a batch (rows, SHA-256 by table), and write if the last write is long enough ago."""
        entries = [
            {
                "table": table,
                "file": f"{table}/{batch.name}",
                "point": batch.point,
                "first": batch.first,
                "replicates": batch.size,
                "failed": failed,
                "rows": rows,
                "sha256": digest,
            }
            for table, (rows, digest) in parts.items()
        ]
        self.data["parts"] += entries  # all or none, should Ctrl-C come now
        if time.monotonic() - self._written > max(OFTEN, 20 * self._cost):  # a long list takes long to write
            self.write()

    def batches(self) -> set[Batch]:
        """Return the stored batches."""
        return {Batch(part["point"], part["first"], part["replicates"]) for part in self.data["parts"]}

    def looked(self, entries: list[dict[str, Any]]) -> None:
        """Note the precision reached; the replicates run then count as those wanted."""
        self.data["precision"]["points"] = entries
        self.data["counts"]["replicates"] = self.counted()["done"]

    def compiled(self, seconds: float) -> None:
        """Note the seconds that the rules took to load or compile."""
        self.data["timings"]["compiling"] = round(seconds, 3)

    def finish(self, status: str, error: str | None = None) -> None:
        """Set the final status (done, failed, stopped), sort the parts, and write."""
        seconds = self._before + time.monotonic() - self._began
        timings = self.data["timings"]
        done = self.counted()["done"]
        running = seconds - (timings["compiling"] or 0.0)
        timings["ended"] = _now()
        timings["seconds"] = round(seconds, 3)
        timings["per_second"] = round(done / running, 2) if running > 0 else None
        self.data["status"] = status
        self.data["error"] = error
        order = list(TABLES)
        self.data["parts"].sort(key=lambda part: (order.index(part["table"]), part["point"], part["first"]))
        self.write()

    def write(self) -> None:
        """Write the manifest now."""
        self.counted()
        began = time.monotonic()
        self._store.write(MANIFEST, json.dumps(self.data, indent=1, default=str).encode())
        self._written = time.monotonic()
        self._cost = self._written - began

    def counted(self) -> dict[str, int]:
        """Update and return the counts of replicates: wanted, stored, and of these failed."""
        stored = [part for part in self.data["parts"] if part["table"] == "runs"]
        self.data["counts"]["done"] = sum(part["replicates"] for part in stored)
        self.data["counts"]["failed"] = sum(part["failed"] for part in stored)
        counts: dict[str, int] = self.data["counts"]
        return counts


def commit() -> str | None:
    """Return the checkout's commit, with `-dirty` if files differ from it; None outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def _way_back(folder: Path) -> str:
    """Return the path from a folder to the current one, links followed."""
    return os.path.relpath(os.path.realpath(os.getcwd()), os.path.realpath(folder))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
