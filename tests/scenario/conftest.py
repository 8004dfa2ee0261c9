"""A small theatre and a scenario on it, written out anew for every test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenario.worlds import SCENARIO, THEATRE

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file into the folder of the test, which is the current one and holds `theatre.yaml`."""
    monkeypatch.chdir(tmp_path)

    def file(name: str, text: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    file("theatre.yaml", THEATRE)
    return file


@pytest.fixture
def scenario(write: Write) -> Path:
    """The scenario, as `scenario.yaml`."""
    return write("scenario.yaml", SCENARIO)


@pytest.fixture
def theatre_text() -> str:
    """The theatre's text."""
    return THEATRE


@pytest.fixture
def scenario_text() -> str:
    """The scenario's text."""
    return SCENARIO
