"""The page on another theatre makes, file by file and command by command, what ships, and its figures are what it prints."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "another-theatre.md").read_text("utf-8")


class Tried(NamedTuple):
    """Where the page was run, and what its last block printed."""

    folder: Path
    printed: list[str]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Every block of the page, in its order: files are written piece by piece, commands and code are run."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    printed = ""
    for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S):
        if kind in ("yaml", "csv"):
            head, piece = text.split("\n", 1)
            file = folder / head.removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as stream:
                stream.write(piece)
            continue
        command = ["sh", "-e", "-c", text] if kind == "sh" else [sys.executable, "-c", text]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
        printed = done.stdout if kind == "python" else printed
    return Tried(folder, printed.splitlines())


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["theatres/kandahar", "kandahar-2008"])
def test_the_files_written_are_those_that_ship(tried: Tried, name: str) -> None:
    written, shipped = read(tried.folder / "mine" / f"{name}.yaml"), read(ROOT / "scenarios" / f"{name}.yaml")
    if "draws" in shipped:
        assert written.pop("draws").endswith(shipped.pop("draws"))
    assert written == shipped


@pytest.mark.slow
def test_the_figures_are_what_the_page_prints(tried: Tried) -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d+% \| \d", line)]
    assert len(rows) == len(tried.printed) == 2
    for shown, printed in zip(rows, tried.printed, strict=True):
        if platform.machine() == "x86_64":  # where the figures were made
            assert printed == shown
        assert printed.count("|") == shown.count("|")


@pytest.mark.slow
def test_the_list_of_places_becomes_a_theatre(tried: Tried) -> None:
    facilities = read(tried.folder / "mine" / "theatres" / "listed.yaml")["facilities"]
    assert facilities["prison-of-the-capital"]["held"] == {"fighters": {"local": 1000}}
    assert facilities["camp-in-the-west"]["residents"] == 4200


def test_every_source_of_the_record_is_listed() -> None:
    listed = set(re.findall(r"^\| (S\d+) \|", (ROOT / "scenarios/theatres/SOURCES.md").read_text("utf-8"), re.M))
    used = set(re.findall(r"\bS\d{2,3}\b", PAGE))
    assert len(used) == 7 and used <= listed


def test_the_scenario_states_no_outcome() -> None:
    """What happened is compared with, not put in: 870, 892 and 20 stand in no number of the files."""
    for name in ("theatres/kandahar", "kandahar-2008"):
        numbers = {str(leaf) for leaf in leaves(read(ROOT / "scenarios" / f"{name}.yaml")) if isinstance(leaf, int)}
        assert not numbers & {"870", "892", "1100", "1200"}


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]
