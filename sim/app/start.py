"""What the browser view was started with: the folders it may read, and the run that a new page shows first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sim.app.archive import Archive
from sim.scenario import shipped
from sim.scenario.loader import exists, load, missing
from sim.scenario.resolved import Resolved

MAX_FILES = 200
"""Scenarios offered of one folder."""
FIRST = "ne-syria-2019.yaml"


@dataclass(frozen=True)
class LoadedRun:
    """A scenario that is loaded already, and the very run of it to show: one of a sweep, say."""

    resolved: Resolved
    seed: int
    replicate: int
    label: str


@dataclass(frozen=True)
class Start:
    """A folder of scenarios and the file of the one that comes first; or a given run before it; and results."""

    folder: Path
    file: str
    loaded_run: LoadedRun | None = None
    archive: Archive | None = None

    @classmethod
    def at(cls, scenario: str) -> Start:
        """Where a path or a shipped name leads. Raises InputError if nothing is there."""
        path = shipped.find(scenario)
        if not exists(path):
            raise missing(path)
        return cls(path.parent, path.name)

    @classmethod
    def with_run(cls, resolved: Resolved, seed: int | None = None, replicate: int = 0, label: str = "") -> Start:
        """The view of one replicate of a loaded scenario; the shipped scenarios can be chosen beside it."""
        seed = resolved.scenario.seed if seed is None else seed
        label = label or f"{resolved.scenario.name}, replicate {replicate}"
        return cls(shipped.folder(), FIRST, LoadedRun(resolved, seed, replicate, label))

    def with_results(self, folder: Path) -> Start:
        """The same with a folder of results. Raises InputError if there is none."""
        return replace(self, archive=Archive(folder))

    def files(self) -> list[str]:
        """The scenario files there are now, the first one among them even if it is called otherwise."""
        try:
            found = sorted(path.name for path in self.folder.iterdir() if path.suffix in (".yaml", ".yml"))
        except OSError:
            found = []
        return found[:MAX_FILES] if self.file in found[:MAX_FILES] else [self.file, *found[: MAX_FILES - 1]]

    def load(self, file: str) -> Resolved:
        """A scenario of the folder; nothing outside it is read. Raises InputError."""
        return load(self.folder / file, inside=self.folder)

    def first(self) -> Resolved:
        """The scenario that a new page shows. Raises InputError."""
        return self.loaded_run.resolved if self.loaded_run is not None else self.load(self.file)


_current = Start(shipped.folder(), FIRST)


def begin_with(start: Start) -> None:
    """What pages opened from now on start with."""
    global _current
    _current = start


def current() -> Start:
    """What a new page starts with."""
    return _current
