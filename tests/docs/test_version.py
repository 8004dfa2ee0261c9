"""The version stands in pyproject.toml; all else that names one agrees with it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import yaml

import sim
from sim.cli.main import main
from sim.experiment.design import resolved_design
from sim.experiment.manifest import Manifest
from sim.experiment.store import Memory

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_the_program_tells_the_version_of_pyproject(capsys) -> None:
    assert sim.__version__ == VERSION
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"detention-sim {VERSION}\n"


def test_a_manifest_holds_the_version_of_pyproject() -> None:
    manifest = Manifest.begun(resolved_design(sim.load("tiny")), Memory(), record="summary")
    assert manifest.data["version"] == VERSION


def test_the_citation_is_of_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["version"] == VERSION
    date.fromisoformat(cited["date-released"])
