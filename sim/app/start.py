"""Arguments of the view: the folders it may read, and the run that a new page shows first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sim.app import record
from sim.app.archive import Archive
from sim.scenario import shipped
from sim.scenario.loader import exists, load, missing
from sim.scenario.resolved import Resolved

MAX_FILES = 200
"""Most scenarios offered of a folder."""
FIRST = "ne-syria-2019.yaml"
"""Scenario that is offered first."""


@dataclass(frozen=True)
class LoadedRun:
    """A scenario that is loaded already, and the run of it to show, such as one of a sweep."""

    resolved: Resolved
    seed: int
    replicate: int
    label: str
    source: tuple[str, int] | None = None
    """The results folder of the archive that it comes from, and its point."""


@dataclass(frozen=True)
class Start:
    """A folder of scenarios, the file or the loaded run that is shown first, and an archive of results."""

    folder: Path
    file: str
    loaded_run: LoadedRun | None = None
    archive: Archive | None = None
    claims: Path | None = None
    """A claims file whose claims are laid over the run from the first."""

    @classmethod
    def at(cls, scenario: str) -> Start:
        """Return the start for a scenario's path or shipped name. Raises InputError if there is none."""
        path = shipped.find(scenario)
        if not exists(path):
            raise missing(path)
        return cls(path.parent, path.name)

    @classmethod
    def with_run(cls, resolved: Resolved, seed: int | None = None, replicate: int = 0, label: str = "") -> Start:
        """Return the start for one replicate of a loaded scenario; the shipped scenarios can be chosen too."""
        seed = resolved.scenario.seed if seed is None else seed
        label = label or f"{resolved.scenario.name}, replicate {replicate}"
        return cls(shipped.folder(), FIRST, LoadedRun(resolved, seed, replicate, label))

    def with_results(self, folder: Path) -> Start:
        """Return the start with a folder of results. Raises InputError if there is no such folder."""
        return replace(self, archive=Archive(folder))

    def with_claims(self, file: Path) -> Start:
        """Return the start with a claims file laid over the run. Raises InputError for one that cannot be read."""
        record.read(file)
        return replace(self, claims=file)

    def records(self) -> dict[str, Path]:
        """Return by name the claims files that may be laid over a run."""
        return record.files(self.folder, self.claims)

    def files(self) -> list[str]:
        """Return the names of the scenario files now in the folder; the first one is always among them."""
        try:
            found = sorted(path.name for path in self.folder.iterdir() if path.suffix in (".yaml", ".yml"))
        except OSError:
            found = []
        return found[:MAX_FILES] if self.file in found[:MAX_FILES] else [self.file, *found[: MAX_FILES - 1]]

    def load(self, file: str) -> Resolved:
        """Load a scenario of the folder, which may read nothing outside it. Raises InputError."""
        return load(self.folder / file, inside=self.folder)

    def first(self) -> Resolved:
        """Return the scenario that a new page shows. Raises InputError."""
        return self.loaded_run.resolved if self.loaded_run is not None else self.load(self.file)


_current = Start(shipped.folder(), FIRST)


def begin_with(start: Start) -> None:
    """Set the start of pages opened from now on."""
    global _current
    _current = start


def current() -> Start:
    """Return the start of a new page."""
    return _current
