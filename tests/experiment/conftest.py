"""Small results, made once."""

from pathlib import Path

import pytest

from sim.experiment.design import Design, sweep_design
from sim.experiment.execution import execute, recording
from sim.experiment.results import Results
from sim.experiment.store import Memory, Store

REPLICATES = 53
"""Of each of the six points of the sweep `tiny`: a batch of 50 and one of 3."""


def ran(design: Design, store: Store | None = None, *, record: str = "full", **how) -> Results:
    """Results of a design, in memory unless told."""
    store = store or Memory()
    with recording(design, store, record) as manifest:
        execute(design, store, manifest, **how)
    return Results.of(store)


@pytest.fixture(scope="session")
def design() -> Design:
    """The sweep `tiny`, small."""
    return sweep_design("tiny", {"replicates": REPLICATES})


@pytest.fixture(scope="session")
def stored(design: Design, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Its results in full, in a folder that no test changes."""
    from sim.experiment.store import Folder

    return ran(design, Folder(tmp_path_factory.mktemp("results") / "tiny"), workers=2)


@pytest.fixture
def copy(stored: Results, tmp_path: Path) -> Path:
    """A copy of that folder that a test may spoil."""
    return stored.save(tmp_path / "copy")
