"""What the browser view was started with: the folder it may read, and the scenario that a new page shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.scenario import shipped
from sim.scenario.loader import exists, load, missing
from sim.scenario.resolved import Resolved

MOST = 200
"""Scenarios offered of one folder."""


@dataclass(frozen=True)
class Start:
    """A folder of scenarios, and the file of the one that comes first."""

    folder: Path
    file: str

    @classmethod
    def at(cls, scenario: str) -> Start:
        """Where a path or a shipped name leads. Raises InputError if nothing is there."""
        path = shipped.find(scenario)
        if not exists(path):
            raise missing(path)
        return cls(path.parent, path.name)

    def files(self) -> list[str]:
        """The scenario files there are now, the first one among them even if it is called otherwise."""
        try:
            found = sorted(path.name for path in self.folder.iterdir() if path.suffix in (".yaml", ".yml"))
        except OSError:
            found = []
        return found[:MOST] if self.file in found[:MOST] else [self.file, *found[: MOST - 1]]

    def load(self, file: str, overrides: dict[str, object]) -> Resolved:
        """A scenario of the folder; nothing outside it is read. Raises InputError."""
        return load(self.folder / file, overrides, inside=self.folder)


_current = Start(shipped.folder(), "ne-syria-2019.yaml")


def begin_with(start: Start) -> None:
    """What pages opened from now on start with."""
    global _current
    _current = start


def current() -> Start:
    """What a new page starts with."""
    return _current
